//! The work behind the window: everything that touches a file, the library or the model.
//!
//! In: [`Request`]s. Out: [`Event`]s, over a channel; `wake` is called after each, and no type of the window's toolkit
//! is known here. Three threads, each with a connection of its own to the library: the *desk* answers what takes
//! milliseconds (open), the *scout* looks through the library (see `scout.rs`), and the *bench* does what takes longer (cut,
//! title, mine), so that a document can be read while others are being cut. Every job can be cancelled; dropping the
//! [`Worker`] cancels all and waits for them.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{SystemTime, UNIX_EPOCH};

use caesura::chapters::CutConfig;
use caesura::document::{Chapter, GapIndex, GapScores, Layer, UnitIndex, Units};
use caesura::error::{Error, Kind, Result};
use caesura::import::{self, Found as FoundFile};
use caesura::neural::{Encoder, SentenceEncoder};
use caesura::pipeline::{self, Added, Engine, SplitSettings};
use caesura::progress::Progress;
use caesura::store::{
    ChapterId, ChapterRow, DocumentId, DocumentRow, HandMade, HandMove, Library, TopicId, TopicRow,
};

use crate::compare::{Other, OtherSide, Start};
use crate::format::{clock, opening};
use crate::samples;
use crate::scout::{Asked, Finding, Gate, Scout};
use crate::state::Bearers;

/// Called after each event: asks for a frame.
pub(crate) type Wake = Arc<dyn Fn() + Send + Sync>;

/// The number of a job, given by who asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct JobId(pub(crate) u32);

/// What can be asked of the worker.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Request {
    /// Open the library `last` if there is such a file; if not, `library` if it holds a document, and the samples otherwise.
    Start { last: Option<PathBuf>, library: PathBuf, samples: PathBuf },
    /// Open that library, or make it.
    OpenLibrary { path: PathBuf, is_sample: bool },
    /// Load a document.
    OpenDocument(DocumentId),
    /// Take a document out of the library.
    RemoveDocument(DocumentId),
    /// Say what bears a topic.
    Topic(TopicId),
    /// Look through a library: search, concordance, pictures.
    Scout(Asked),
    /// Keep what was done by hand to a document.
    ByHand { document: DocumentId, change: HandMove },
    /// Keep where a document is read.
    KeepPlace { document: DocumentId, unit: UnitIndex },
    /// Load what the chapters of a document are to be compared with.
    Compare { document: DocumentId, with: Other, granularity: f32 },
    /// Do a job on a library.
    Work { job: JobId, library: PathBuf, work: Work },
    /// Stop a job.
    Cancel(JobId),
}

/// A job: work that takes longer than a moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Work {
    /// Add files, and the files in folders.
    Add(Vec<PathBuf>),
    /// Add the samples that come with the program, and find their topics.
    AddSamples,
    /// Cut a document anew and title its chapters.
    Recut { document: DocumentId, granularity: f32 },
    /// Let another engine read a document.
    ReadAgain { document: DocumentId, engine: Engine },
    /// Cut a document by what another engine said.
    CutBy { document: DocumentId, engine: String, granularity: f32 },
    /// Find the topics of the library.
    MineTopics,
}

/// What the worker says.
#[derive(Debug)]
pub(crate) enum Event {
    /// A library is open.
    Library(Box<Shelf>),
    /// The documents of a library have changed.
    Documents { library: PathBuf, documents: Vec<DocumentRow> },
    /// The topics of a library have changed.
    Topics { library: PathBuf, topics: Vec<TopicRow> },
    /// A document is loaded.
    Document(Box<Loaded>),
    /// A document is cut anew, or corrected.
    Chapters(Box<KeptChapters>),
    /// What was done by hand to a document could not be kept.
    NotKept { document: DocumentId },
    /// What the chapters of a document are compared with.
    OtherSide { document: DocumentId, other: Box<OtherSide> },
    /// An engine has read a document; these have.
    Engines { document: DocumentId, engine: String, engines: Vec<String> },
    /// What bears a topic.
    Topic(Box<Bearers>),
    /// What was found out under a number.
    Scouted { number: u64, finding: Finding },
    /// A job has come that far. `total` is 0 as long as nobody knows.
    Progress { job: JobId, label: String, done: usize, total: usize },
    /// A job has added a document.
    Added { job: JobId, library: PathBuf, document: DocumentId },
    /// A job has ended: done, cancelled, or with failures.
    Done { job: JobId, failures: Vec<Failure> },
    /// Something other than a job failed.
    Failed(Failure),
}

/// A library as it is opened.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) path: PathBuf,
    pub(crate) is_sample: bool,
    pub(crate) documents: Vec<DocumentRow>,
    pub(crate) topics: Vec<TopicRow>,
}

/// Chapters as they are kept.
#[derive(Debug)]
pub(crate) struct KeptChapters {
    pub(crate) library: PathBuf,
    pub(crate) document: DocumentId,
    pub(crate) granularity: f32,
    pub(crate) chapters: Vec<ChapterRow>,
    pub(crate) topics: Vec<(ChapterId, TopicId, f32)>,
    /// What was done by hand when they were kept.
    pub(crate) by_hand: HandMade,
    /// The engine they are cut by, with its scores, if it is another one than before.
    pub(crate) cut_by: Option<(String, GapScores, CutConfig)>,
}

impl KeptChapters {
    pub(crate) fn read(library: &Library, document: DocumentId) -> Result<Self> {
        Ok(Self {
            library: library.path().to_owned(),
            document,
            granularity: library.document(document)?.granularity,
            chapters: library.chapters(document, Layer::Found)?,
            topics: library.chapter_topics(document)?,
            by_hand: library.hand_made(document)?,
            cut_by: None,
        })
    }
}

/// A document as it is loaded.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) row: DocumentRow,
    pub(crate) text: String,
    pub(crate) units: Units,
    pub(crate) scores: GapScores,
    pub(crate) cut: CutConfig,
    pub(crate) chapters: Vec<ChapterRow>,
    pub(crate) as_written: Vec<Chapter>,
    pub(crate) chapter_topics: Vec<(ChapterId, TopicId, f32)>,
    /// What was done by hand.
    pub(crate) by_hand: HandMade,
    /// Where it was read last.
    pub(crate) place: Option<UnitIndex>,
    /// The engines that have read it.
    pub(crate) engines: Vec<String>,
}

/// Something that did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What was tried, as a title.
    pub(crate) tried: String,
    /// What stood in the way, and what to do.
    pub(crate) reason: String,
    /// Whether it is a fault of the program.
    pub(crate) is_ours: bool,
}

impl Failure {
    /// Says an error in the words of a banner; nothing if the user wanted it.
    pub(crate) fn of(tried: &str, error: &Error) -> Option<Self> {
        let is_ours = match error.kind() {
            Kind::Cancelled => return None,
            Kind::Input => false,
            Kind::Internal => true,
        };
        Some(Self { tried: tried.to_owned(), reason: error.to_string(), is_ours })
    }

    /// Says what a panic said.
    pub(crate) fn of_panic(tried: &str, panic: &(dyn Any + Send)) -> Self {
        let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
        let reason = said.unwrap_or_else(|| "the work stopped without a word".to_owned());
        Self { tried: tried.to_owned(), reason, is_ours: true }
    }
}

/// Says events, and wakes who listens.
#[derive(Clone)]
pub(crate) struct Voice {
    events: Sender<Event>,
    wake: Wake,
}

impl Voice {
    pub(crate) fn say(&self, event: Event) {
        // Nobody listens once the window is closed.
        if self.events.send(event).is_ok() {
            (self.wake)();
        }
    }
}

/// The three threads.
pub(crate) struct Worker {
    desk: Option<Sender<Request>>,
    scout: Option<Sender<Asked>>,
    gate: Arc<Gate>,
    bench: Option<Sender<Task>>,
    events: Receiver<Event>,
    /// The jobs asked for, and what stops them.
    stops: Vec<(JobId, Arc<AtomicBool>)>,
    threads: Vec<JoinHandle<()>>,
}

/// A job with what stops it.
struct Task {
    job: JobId,
    library: PathBuf,
    work: Work,
    stop: Arc<AtomicBool>,
}

impl Worker {
    /// Starts the threads. `wake` is called from them, after each event.
    pub(crate) fn start(wake: Wake) -> std::io::Result<Self> {
        let (events_in, events) = channel();
        let (desk, desk_requests) = channel();
        let (bench, bench_tasks) = channel();
        let voice = Voice { events: events_in, wake };
        let (desk_voice, scout_voice) = (voice.clone(), voice.clone());
        let (scout, errands) = channel();
        let (gate, encoder) = (Arc::new(Gate::default()), Arc::new(OnceLock::new()));
        let (scout_gate, scout_encoder) = (Arc::clone(&gate), Arc::clone(&encoder));
        let threads = vec![
            thread::Builder::new()
                .name("desk".to_owned())
                .spawn(move || Desk { voice: desk_voice, library: None }.run(&desk_requests))?,
            thread::Builder::new()
                .name("scout".to_owned())
                .spawn(move || Scout::new(scout_voice, scout_gate, scout_encoder).run(&errands))?,
            thread::Builder::new()
                .name("bench".to_owned())
                .spawn(move || Bench::new(voice, bench_tasks, encoder).run())?,
        ];
        let (desk, scout, bench) = (Some(desk), Some(scout), Some(bench));
        Ok(Self { desk, scout, gate, bench, events, stops: Vec::new(), threads })
    }

    /// Asks for something; never waits.
    pub(crate) fn ask(&mut self, request: Request) {
        match request {
            Request::Work { job, library, work } => {
                let stop = Arc::new(AtomicBool::new(false));
                self.stops.push((job, Arc::clone(&stop)));
                self.bench.iter().for_each(|bench| {
                    let _ =
                        bench.send(Task { job, library: library.clone(), work: work.clone(), stop: Arc::clone(&stop) });
                });
            }
            Request::Cancel(job) => {
                for (_, stop) in self.stops.iter().filter(|(id, _)| *id == job) {
                    stop.store(true, Ordering::Relaxed);
                }
            }
            Request::Scout(asked) => {
                self.gate.ask(&asked);
                self.scout.iter().for_each(|scout| {
                    let _ = scout.send(asked.clone());
                });
            }
            request => self.desk.iter().for_each(|desk| {
                let _ = desk.send(request.clone());
            }),
        }
    }

    /// Returns the next event, if there is one; never waits.
    pub(crate) fn heard(&mut self) -> Option<Event> {
        let event = self.events.try_recv().ok()?;
        if let Event::Done { job, .. } = &event {
            self.stops.retain(|(id, _)| id != job);
        }
        Some(event)
    }
}

impl Drop for Worker {
    /// Cancels what runs, and waits until it has stopped.
    fn drop(&mut self) {
        for (_, stop) in &self.stops {
            stop.store(true, Ordering::Relaxed);
        }
        self.gate.close();
        self.desk = None;
        self.scout = None;
        self.bench = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the worker panicked");
            }
        }
    }
}

/// Answers what takes milliseconds.
struct Desk {
    voice: Voice,
    library: Option<Library>,
}

impl Desk {
    fn run(mut self, requests: &Receiver<Request>) {
        while let Ok(request) = requests.recv() {
            self.answer_safely(request);
        }
    }

    fn answer_safely(&mut self, request: Request) {
        let tried = tried(&request);
        let failure = match catch_unwind(AssertUnwindSafe(|| self.answer(request))) {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Failure::of(&tried, &error),
            Err(panic) => Some(Failure::of_panic(&tried, panic.as_ref())),
        };
        if let Some(failure) = failure {
            tracing::warn!(tried = failure.tried, reason = failure.reason, "failed");
            self.voice.say(Event::Failed(failure));
        }
    }

    fn answer(&mut self, request: Request) -> Result<()> {
        match request {
            Request::Start { last, library, samples } => self.open_first(last.as_deref(), &library, &samples),
            Request::OpenLibrary { path, is_sample } => self.open(&path, is_sample),
            Request::OpenDocument(id) => {
                let loaded = load(self.library()?, id)?;
                self.voice.say(Event::Document(Box::new(loaded)));
                Ok(())
            }
            Request::RemoveDocument(id) => {
                let library = self.library.as_mut().ok_or_else(no_library)?;
                library.remove_document(id)?;
                say_documents(library, &self.voice)?;
                say_topics(library, &self.voice)
            }
            Request::Topic(topic) => {
                let library = self.library()?;
                let bearers = Bearers {
                    topic,
                    chapters: library.topic_chapters(topic)?,
                    documents: library.topic_documents(topic)?,
                };
                self.voice.say(Event::Topic(Box::new(bearers)));
                Ok(())
            }
            Request::ByHand { document, change } => self.keep_by_hand(document, &change),
            Request::KeepPlace { document, unit } => {
                self.library.as_mut().ok_or_else(no_library)?.keep_reading_place(document, unit)
            }
            Request::Compare { document, with, granularity } => {
                let other = Box::new(other_side(self.library()?, document, with, granularity)?);
                self.voice.say(Event::OtherSide { document, other });
                Ok(())
            }
            Request::Scout(_) | Request::Work { .. } | Request::Cancel(_) => Ok(()),
        }
    }

    fn library(&self) -> Result<&Library> {
        self.library.as_ref().ok_or_else(no_library)
    }

    /// Keeps what was done by hand, and says the chapters that follow; what is about notes alone needs no answer.
    fn keep_by_hand(&mut self, document: DocumentId, change: &HandMove) -> Result<()> {
        let library = self.library.as_mut().ok_or_else(no_library)?;
        if let Err(error) = pipeline::keep_by_hand(library, document, change, now()) {
            self.voice.say(Event::NotKept { document });
            return Err(error);
        }
        let kept = KeptChapters::read(library, document)?;
        self.voice.say(Event::Chapters(Box::new(kept)));
        Ok(())
    }

    /// Opens the library `last` if there is such a file; if not, `library` if it holds a document, and the samples
    /// otherwise. One that cannot be opened is told, and passed over.
    fn open_first(&mut self, last: Option<&Path>, library: &Path, samples: &Path) -> Result<()> {
        if let Some(last) = last.filter(|path| path.is_file()) {
            match self.open(last, last == samples) {
                Ok(()) => return Ok(()),
                Err(error) => self.say_failed("The library that was open last could not be opened", &error),
            }
        }
        let has_documents =
            |path: &Path| -> Result<bool> { Ok(path.exists() && 0 < Library::open(path)?.counts()?.documents) };
        // What was told of it once need not be told again.
        let has_documents = if last == Some(library) { Ok(false) } else { has_documents(library) };
        match has_documents {
            Ok(true) => return self.open(library, false),
            Ok(false) => {}
            Err(error) => self.say_failed("Your library could not be opened", &error),
        }
        self.open(samples, true)
    }

    fn say_failed(&self, tried: &str, error: &Error) {
        if let Some(failure) = Failure::of(tried, error) {
            self.voice.say(Event::Failed(failure));
        }
    }

    fn open(&mut self, path: &Path, is_sample: bool) -> Result<()> {
        make_folder(path)?;
        let library = Library::open(path)?;
        let opened =
            Shelf { path: path.to_owned(), is_sample, documents: library.documents()?, topics: library.topics()? };
        self.library = Some(library);
        self.voice.say(Event::Library(Box::new(opened)));
        Ok(())
    }
}

/// The seed of the topics: the one the command line starts from, so that both find the same.
const SEED: u64 = 1;

/// The most hits that a search gives.
pub(crate) const MAX_HITS: usize = 100;

fn no_library() -> Error {
    Error::Nothing { attempt: "look into the library", reason: "no library is open; open one first".to_owned() }
}

fn make_folder(path: &Path) -> Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            std::fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Returns what a request tries, as the title of the banner if it fails.
fn tried(request: &Request) -> String {
    match request {
        Request::Start { .. } | Request::OpenLibrary { .. } => "The library could not be opened",
        Request::OpenDocument(_) => "The document could not be opened",
        Request::RemoveDocument(_) => "The document could not be removed",
        Request::Topic(_) => "The topic could not be opened",
        Request::ByHand { .. } => "The correction was not kept",
        Request::KeepPlace { .. } => "The place that is read was not kept",
        Request::Compare { .. } => "The other chapters could not be loaded",
        Request::Scout(_) | Request::Work { .. } | Request::Cancel(_) => "The work stopped",
    }
    .to_owned()
}

pub(crate) fn load(library: &Library, id: DocumentId) -> Result<Loaded> {
    let row = library.document(id)?;
    let stored = library.gap_scores(id, &row.engine)?;
    // The slider must cut as the pipeline did when it stored the chapters.
    let cut = pipeline::stored_cut(&row, stored.as_ref().map(|(_, provenance)| provenance));
    Ok(Loaded {
        text: library.text(id)?,
        units: library.units(id)?,
        scores: stored.map(|(scores, _)| scores).unwrap_or_default(),
        cut,
        chapters: library.chapters(id, Layer::Found)?,
        as_written: library.chapters(id, Layer::AsWritten)?.into_iter().map(|row| row.chapter).collect(),
        chapter_topics: library.chapter_topics(id)?,
        by_hand: library.hand_made(id)?,
        place: library.reading_place(id)?,
        engines: library.engines(id)?,
        row,
    })
}

/// Loads what the chapters of a document are to be compared with.
fn other_side(library: &Library, document: DocumentId, with: Other, granularity: f32) -> Result<OtherSide> {
    match &with {
        Other::AsWritten => {
            let chapters = chapters_of(library, document, Layer::AsWritten)?;
            let starts = chapters.iter().map(|chapter| start(chapter, f64::from(chapter.first_unit.0))).collect();
            Ok(OtherSide { of: with, name: "As written".to_owned(), starts })
        }
        Other::Engine(engine) => {
            let starts = engine_starts(library, document, engine, granularity)?;
            Ok(OtherSide { name: format!("Found by {engine}"), of: with, starts })
        }
        Other::Document(other) => {
            let row = library.document(*other)?;
            let chapters = chapters_of(library, *other, Layer::Found)?;
            let place = |chapter: &Chapter| match (chapter.time, row.duration) {
                (Some(time), Some(duration)) => time.start.as_secs() / duration.as_secs().max(0.001),
                _ => f64::from(chapter.span.start.0) / (row.n_bytes as f64).max(1.0),
            };
            let starts = chapters.iter().map(|chapter| start(chapter, place(chapter))).collect();
            Ok(OtherSide { name: row.title, of: with, starts })
        }
    }
}

fn chapters_of(library: &Library, document: DocumentId, layer: Layer) -> Result<Vec<Chapter>> {
    Ok(library.chapters(document, layer)?.into_iter().map(|row| row.chapter).collect())
}

pub(crate) fn start(chapter: &Chapter, place: f64) -> Start {
    let said = chapter.time.map_or_else(|| format!("{}", chapter.first_unit.0 + 1), |time| clock(time.start));
    Start { title: chapter.title.clone(), unit: chapter.first_unit.0, place, said }
}

/// Returns where chapters would start by what an engine said, each with its first words in the place of a title.
fn engine_starts(library: &Library, document: DocumentId, engine: &str, granularity: f32) -> Result<Vec<Start>> {
    let row = library.document(document)?;
    let (text, units) = (library.text(document)?, library.units(document)?);
    let Some((scores, provenance)) = library.gap_scores(document, engine)? else {
        let reason = format!("{engine} has not read it; let it read it first");
        return Err(Error::Nothing { attempt: "compare the chapters", reason });
    };
    let row = DocumentRow { engine: engine.to_owned(), granularity, ..row };
    let cut = pipeline::stored_cut(&row, Some(&provenance));
    let words = pipeline::words_of_units(&text, &units);
    let found: Vec<GapIndex> = caesura::chapters::boundaries(&scores, &words, cut);
    let mut chapters = caesura::chapters::chapters_at(text.len(), &units, &scores, &found);
    for chapter in &mut chapters {
        let heading = units.headings_before(chapter.first_unit).first();
        let span = heading.map_or(units.units[chapter.first_unit.index()].span, |heading| heading.span);
        chapter.title = opening(span.of(&text), 60);
    }
    Ok(chapters.iter().map(|chapter| start(chapter, f64::from(chapter.first_unit.0))).collect())
}

fn say_documents(library: &Library, voice: &Voice) -> Result<()> {
    let documents = library.documents()?;
    voice.say(Event::Documents { library: library.path().to_owned(), documents });
    Ok(())
}

fn say_topics(library: &Library, voice: &Voice) -> Result<()> {
    let topics = library.topics()?;
    voice.say(Event::Topics { library: library.path().to_owned(), topics });
    Ok(())
}

/// Does what takes longer than a moment, one job after the other.
struct Bench {
    voice: Voice,
    tasks: Receiver<Task>,
    waiting: VecDeque<Task>,
    library: Option<Library>,
    encoder: Arc<OnceLock<SentenceEncoder>>,
}

impl Bench {
    fn new(voice: Voice, tasks: Receiver<Task>, encoder: Arc<OnceLock<SentenceEncoder>>) -> Self {
        Self { voice, tasks, waiting: VecDeque::new(), library: None, encoder }
    }

    fn run(mut self) {
        while let Some(task) = self.next() {
            self.do_safely(&task);
        }
    }

    /// Returns the next job, and waits for one; nothing once nobody asks any more.
    fn next(&mut self) -> Option<Task> {
        match self.waiting.pop_front() {
            Some(task) => Some(task),
            None => self.tasks.recv().ok(),
        }
    }

    fn do_safely(&mut self, task: &Task) {
        let job = task.job;
        let tried = match &task.work {
            Work::Add(_) | Work::AddSamples => "Not everything was added",
            Work::Recut { .. } | Work::CutBy { .. } => "The chapters could not be stored",
            Work::ReadAgain { .. } => "The document could not be read again",
            Work::MineTopics => "The topics could not be found",
        };
        let failures = match catch_unwind(AssertUnwindSafe(|| self.do_task(task))) {
            Ok(Ok(failures)) => failures,
            Ok(Err(error)) => Failure::of(tried, &error).into_iter().collect(),
            Err(panic) => vec![Failure::of_panic(tried, panic.as_ref())],
        };
        for failure in &failures {
            tracing::warn!(tried = failure.tried, reason = failure.reason, "failed");
        }
        self.voice.say(Event::Done { job, failures });
    }

    fn do_task(&mut self, task: &Task) -> Result<Vec<Failure>> {
        let watch = Watch::new(task, &self.voice);
        watch.check()?;
        self.open(&task.library)?;
        match &task.work {
            Work::Add(paths) => self.add(task, &watch, sources_under(paths)),
            Work::AddSamples => {
                let sources = samples::SAMPLES.iter().map(|(name, text)| Source::Sample(name, text)).collect();
                let failures = self.add(task, &watch, sources)?;
                self.mine(&watch)?;
                Ok(failures)
            }
            Work::Recut { document, granularity } => self.recut(&watch, *document, *granularity).map(|()| Vec::new()),
            Work::ReadAgain { document, engine } => self.read_again(&watch, *document, *engine).map(|()| Vec::new()),
            Work::CutBy { document, engine, granularity } => {
                self.cut_by(&watch, *document, engine, *granularity).map(|()| Vec::new())
            }
            Work::MineTopics => self.mine(&watch).map(|()| Vec::new()),
        }
    }

    fn open(&mut self, path: &Path) -> Result<()> {
        if self.library.as_ref().is_none_or(|library| library.path() != path) {
            self.library = Some(Library::open(path)?);
        }
        Ok(())
    }

    /// Adds one source after the other. What fails is told and left out; only a cancel ends it early.
    fn add(&mut self, task: &Task, watch: &Watch, sources: Vec<Source>) -> Result<Vec<Failure>> {
        let n_sources = sources.len();
        let mut failures = Vec::new();
        for (at, source) in sources.into_iter().enumerate() {
            watch.check()?;
            self.do_short_tasks();
            self.open(&task.library)?;
            let name = source.name();
            watch.begin(&name, at, n_sources);
            match self.add_one(source, watch) {
                Ok(Added::New(document)) => {
                    let library = self.library.as_ref().ok_or_else(no_library)?;
                    say_documents(library, &self.voice)?;
                    self.voice.say(Event::Added { job: task.job, library: task.library.clone(), document });
                }
                Ok(Added::Already(document)) => {
                    self.voice.say(Event::Added { job: task.job, library: task.library.clone(), document });
                }
                Err(error) if error.kind() == Kind::Cancelled => return Err(error),
                Err(error) => failures.extend(Failure::of(&format!("“{name}” was not added"), &error)),
            }
        }
        Ok(failures)
    }

    fn add_one(&mut self, source: Source, watch: &Watch) -> Result<Added> {
        let (bytes, name, path) = source.read()?;
        let source = pipeline::Source { bytes: &bytes, name: &name, path: path.as_deref(), added_at: now() };
        let encoder = encoder(&self.encoder)?;
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::add_document(library, &source, &SplitSettings::usual(), Some(encoder), watch)
    }

    fn recut(&mut self, watch: &Watch, document: DocumentId, granularity: f32) -> Result<()> {
        let encoder = encoder(&self.encoder)?;
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::recut(library, document, granularity, Some(encoder), watch)?;
        self.voice.say(Event::Chapters(Box::new(KeptChapters::read(library, document)?)));
        say_documents(library, &self.voice)
    }

    fn read_again(&mut self, watch: &Watch, document: DocumentId, engine: Engine) -> Result<()> {
        let encoder = if engine.needs_vectors() { Some(encoder(&self.encoder)?) } else { None };
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::read_again(library, document, engine, encoder, watch)?;
        let engines = library.engines(document)?;
        self.voice.say(Event::Engines { document, engine: engine.name().to_owned(), engines });
        Ok(())
    }

    fn cut_by(&mut self, watch: &Watch, document: DocumentId, engine: &str, granularity: f32) -> Result<()> {
        let encoder = encoder(&self.encoder)?;
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::recut_by(library, document, engine, granularity, Some(encoder), watch)?;
        let mut kept = KeptChapters::read(library, document)?;
        let row = library.document(document)?;
        if let Some((scores, provenance)) = library.gap_scores(document, engine)? {
            let cut = pipeline::stored_cut(&row, Some(&provenance));
            kept.cut_by = Some((engine.to_owned(), scores, cut));
        }
        self.voice.say(Event::Chapters(Box::new(kept)));
        say_documents(library, &self.voice)
    }

    fn mine(&mut self, watch: &Watch) -> Result<()> {
        watch.begin("Finding topics", 0, 1);
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::mine_topics(library, SEED, &|config| config, watch)?;
        say_topics(library, &self.voice)
    }

    /// Does the short jobs that came in while a long one runs: titling the chapters of the document that is read.
    fn do_short_tasks(&mut self) {
        loop {
            match self.tasks.try_recv() {
                Ok(task) if matches!(task.work, Work::Recut { .. } | Work::CutBy { .. }) => self.do_safely(&task),
                Ok(task) => self.waiting.push_back(task),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return,
            }
        }
    }
}

/// Returns the model, loaded at the first call.
pub(crate) fn encoder(cell: &OnceLock<SentenceEncoder>) -> Result<&dyn Encoder> {
    if let Some(encoder) = cell.get() {
        return Ok(encoder);
    }
    let n_threads = thread::available_parallelism().map_or(1, usize::from);
    let loaded = SentenceEncoder::embedded(n_threads)?;
    Ok(cell.get_or_init(|| loaded))
}

/// Something to add.
enum Source {
    File(PathBuf),
    Sample(&'static str, &'static str),
    /// A file that was looked at and left out.
    Skipped {
        path: PathBuf,
        reason: String,
    },
}

impl Source {
    fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Skipped { path, .. } => import::name_of(path),
            Self::Sample(name, _) => name.rsplit('/').next().unwrap_or(name).to_owned(),
        }
    }

    /// Returns its bytes, its name, and where it lies.
    fn read(self) -> Result<(Vec<u8>, String, Option<String>)> {
        let name = self.name();
        match self {
            Self::File(path) => Ok((import::read(&path)?, name, Some(path.to_string_lossy().into_owned()))),
            Self::Sample(_, text) => Ok((text.as_bytes().to_vec(), name, None)),
            Self::Skipped { path, reason } => Err(Error::Read { path, source: std::io::Error::other(reason) }),
        }
    }
}

fn sources_under(paths: &[PathBuf]) -> Vec<Source> {
    let source = |found| match found {
        FoundFile::File { path } => Source::File(path),
        FoundFile::Skipped { path, reason } => Source::Skipped { path, reason },
    };
    import::files_under(paths).into_iter().map(source).collect()
}

/// Returns the seconds since the start of 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs().cast_signed())
}

/// Tells the window how far a job is, and the job whether it is to stop.
struct Watch {
    job: JobId,
    voice: Voice,
    stop: Arc<AtomicBool>,
    label: std::sync::Mutex<String>,
    /// Which of how many parts is worked on.
    part: AtomicUsize,
    n_parts: AtomicUsize,
    /// What was said last, in thousandths: less is not worth a frame.
    said: AtomicUsize,
}

/// The steps of one part, in the progress that is shown.
const STEPS: usize = 1000;

impl Watch {
    fn new(task: &Task, voice: &Voice) -> Self {
        Self {
            job: task.job,
            voice: voice.clone(),
            stop: Arc::clone(&task.stop),
            label: std::sync::Mutex::default(),
            part: AtomicUsize::new(0),
            n_parts: AtomicUsize::new(1),
            said: AtomicUsize::new(usize::MAX),
        }
    }

    /// Says that part `part` of `n_parts`, called `label`, is begun.
    fn begin(&self, label: &str, part: usize, n_parts: usize) {
        let label = if n_parts == 1 { label.to_owned() } else { format!("{} of {n_parts}: {label}", part + 1) };
        *self.label.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = label;
        self.part.store(part, Ordering::Relaxed);
        self.n_parts.store(n_parts, Ordering::Relaxed);
        self.said.store(usize::MAX, Ordering::Relaxed);
        self.report(0, 1);
    }
}

impl Progress for Watch {
    fn report(&self, done: usize, total: usize) {
        let n_parts = self.n_parts.load(Ordering::Relaxed);
        let within = (STEPS * done).checked_div(total).unwrap_or(0).min(STEPS);
        let all = STEPS * n_parts;
        let at = STEPS * self.part.load(Ordering::Relaxed) + within;
        // Two hundred steps are as fine as the bar can show.
        let step = 200 * at / all;
        if self.said.swap(step, Ordering::Relaxed) != step {
            let label = self.label.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
            self.voice.say(Event::Progress { job: self.job, label, done: at, total: all });
        }
    }

    fn is_cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The desk and the scout without their threads: what is asked is answered at once, in order.
    pub(crate) struct Clerk {
        desk: Desk,
        scout: Scout,
        events: Receiver<Event>,
    }

    impl Clerk {
        pub(crate) fn new() -> Self {
            let (events_in, events) = channel();
            let voice = Voice { events: events_in, wake: Arc::new(|| {}) };
            let scout = Scout::new(voice.clone(), Arc::default(), Arc::default());
            Self { desk: Desk { voice, library: None }, scout, events }
        }

        /// Returns what the worker says to `request`. Jobs are not done.
        pub(crate) fn answer(&mut self, request: Request) -> Vec<Event> {
            match request {
                Request::Scout(asked) => self.scout.answer_safely(asked),
                request => self.desk.answer_safely(request),
            }
            self.events.try_iter().collect()
        }
    }

    /// Fails if a start does not open the library `expected`, with as many messages as said.
    #[track_caller]
    fn check_start(last: Option<&Path>, library: &Path, samples: &Path, expected: &Path, n_messages: usize) {
        let request =
            Request::Start { last: last.map(Path::to_owned), library: library.to_owned(), samples: samples.to_owned() };
        let events = Clerk::new().answer(request);
        let opened: Vec<&Path> = events
            .iter()
            .filter_map(|event| if let Event::Library(shelf) = event { Some(shelf.path.as_path()) } else { None })
            .collect();
        assert_eq!(opened, [expected]);
        assert_eq!(events.iter().filter(|event| matches!(event, Event::Failed(_))).count(), n_messages);
    }

    #[test]
    fn a_start_opens_what_was_open_last_and_else_the_first_that_can_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let [own, samples, last, broken, gone] =
            ["own", "samples", "last", "broken", "gone"].map(|name| folder.path().join(name));
        std::fs::write(&broken, "this is no library").expect("a file");
        check_start(None, &own, &samples, &samples, 0);
        check_start(Some(&gone), &own, &samples, &samples, 0);
        Library::open(&last).expect("a library");
        check_start(Some(&last), &own, &samples, &last, 0);
        check_start(Some(&broken), &own, &samples, &samples, 1);
        check_start(Some(&broken), &broken, &samples, &samples, 1);
        check_start(None, &broken, &samples, &samples, 1);
        assert!(!gone.exists() && !own.exists(), "a start makes no library but the samples");
    }
}
