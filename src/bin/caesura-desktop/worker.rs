//! The work behind the window: everything that touches a file, the library or the model.
//!
//! In: [`Request`]s. Out: [`Event`]s, over a channel; `wake` is called after each, and no type of the window's toolkit
//! is known here. Four threads: the *desk* answers what takes milliseconds (open), the *scout* looks through the library
//! (see `scout.rs`), and the *bench* does what takes longer (cut, title, mine), each with a connection of its own to the
//! library, so that a document can be read while others are being cut; the *lookout* looks at watched folders. Every job can
//! be cancelled; dropping the [`Worker`] cancels all and waits for them.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use caesura::chapters::CutConfig;
use caesura::document::{Chapter, Fields, GapIndex, GapScores, Layer, UnitIndex, Units};
use caesura::error::{Error, Kind, Result};
use caesura::export::free_name;
use caesura::import::{self, Ahead, Heard, ImportSettings, Part, Reader};
use caesura::neural::Encoder;
use caesura::pipeline::{self, Added, Engine, Imported, SplitSettings};
use caesura::progress::Progress;
use caesura::store::{
    ChapterId, ChapterRow, DocumentId, DocumentRow, HandMade, HandMove, Library, Standing, TagRow, TakenOut, TopicId,
    TopicRow,
};

use crate::backups::{self, Asker, Backup};
use crate::compare::{Other, OtherSide, Start};
use crate::format::{clock, opening};
use crate::library::Change;
use crate::model::Model;
use crate::scout::{Asked, Finding, Gate, Scout};
use crate::settings::{self, Settings};
use crate::sources::{self, Source};
use crate::state::Bearers;
use crate::system::{Clock, Files, SystemClock, SystemFiles};
use crate::{exports, samples, watch};

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
    /// Change documents as a whole.
    Change(Change),
    /// Keep what was chosen.
    KeepSettings(Box<Settings>),
    /// Look at these folders for files, and at no others.
    Watch(Vec<watch::Place>),
    /// Work as chosen from here on.
    Configure(Box<WorkSettings>),
    /// Look after a library while nothing else is to be done: backups, and how sure chapters are.
    Tend(PathBuf),
    /// Do the jobs in that order.
    Order(Vec<JobId>),
    /// Do a job on a library.
    Work { job: JobId, library: PathBuf, work: Work },
    /// Stop a job.
    Cancel(JobId),
}

/// What was chosen of how work is done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WorkSettings {
    pub(crate) split: SplitSettings,
    pub(crate) import: ImportSettings,
    /// How many threads work; `None` for one a core.
    pub(crate) n_threads: Option<usize>,
    /// Whether the model stays in memory between jobs.
    pub(crate) keeps_model: bool,
    pub(crate) backups: backups::Plan,
}

/// A job: work that takes longer than a moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Work {
    /// Add files, and the files in folders.
    Add(Vec<PathBuf>),
    /// Add a text that was pasted, or the files whose paths were.
    AddPasted(String),
    /// Copy the library to the folder of backups.
    BackUp,
    /// Put a backup in the place of the library.
    Restore(PathBuf),
    /// Write documents to files.
    Export(exports::Plan),
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
    /// A document was added to a library.
    DocumentAdded { library: PathBuf, row: Box<DocumentRow>, standing: Standing },
    /// Where the user stands with one document has changed.
    Standing { library: PathBuf, document: DocumentId, standing: Standing },
    /// What was taken out under that number could not be put back.
    NotPutBack { number: u32 },
    /// What was to be taken out under that number was not, or is not kept any more.
    Forgotten { number: u32 },
    /// Where the user stands with the documents of a library.
    Standings { library: PathBuf, standings: BTreeMap<DocumentId, Standing>, tags: Vec<TagRow> },
    /// The backups there are of a library.
    Backups { library: PathBuf, backups: Vec<Backup> },
    /// The library was backed up because the user asked for it.
    BackedUp { path: PathBuf },
    /// A backup was put in the place of a library.
    Restored { library: PathBuf },
    /// Documents were written to files. `remarks` is what their readers should know, a sentence each.
    Exported { n_documents: usize, folder: PathBuf, remarks: Vec<String> },
    /// Files have come into a watched folder.
    Arrived { folder: PathBuf, paths: Vec<PathBuf> },
    /// These files could not be added by a job, which is about to end.
    NotAdded { job: JobId, paths: Vec<PathBuf> },
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
    /// What its file says of itself.
    pub(crate) fields: Fields,
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
    /// What stood in the way.
    pub(crate) reason: String,
    /// What may help, as a sentence.
    pub(crate) advice: Option<&'static str>,
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
        let advice = match error {
            Error::Damaged { .. } => Some("Open it in the program it comes from, save a copy, and add that."),
            Error::NoText { .. } => {
                Some("If it holds pictures of text, have that recognised (OCR) by another program first.")
            }
            Error::TooLarge { .. } | Error::Unpacks { .. } | Error::Heavy { .. } => {
                Some("Cut it into smaller files, and add those.")
            }
            Error::Slow { .. } => Some("Save it in a simpler format, such as plain text, and add that."),
            Error::Read { .. } => Some("See whether it is still there, and whether you may read it."),
            Error::Write { .. } => Some("See whether the disk has room, and whether you may write there."),
            _ => None,
        };
        Some(Self { tried: tried.to_owned(), reason: error.to_string(), advice, is_ours })
    }

    /// Says what a panic said.
    pub(crate) fn of_panic(tried: &str, panic: &(dyn Any + Send)) -> Self {
        let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
        let reason = said.unwrap_or_else(|| "the work stopped without a word".to_owned());
        Self { tried: tried.to_owned(), reason, advice: None, is_ours: true }
    }
}

/// Says events, and wakes who listens.
#[derive(Clone)]
pub(crate) struct Voice {
    events: Sender<Event>,
    wake: Wake,
    /// Held while something is read in a library and said.
    turn: Arc<Mutex<()>>,
}

impl Voice {
    fn new(events: Sender<Event>, wake: Wake) -> Self {
        Self { events, wake, turn: Arc::default() }
    }

    /// Says what `read` finds in a library. No thread reads before another and says so after it, so that what is heard
    /// last is what is there.
    pub(crate) fn say_read(&self, read: impl FnOnce() -> Result<Event>) -> Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.say(read()?);
        Ok(())
    }

    pub(crate) fn say(&self, event: Event) {
        // Nobody listens once the window is closed.
        if self.events.send(event).is_ok() {
            (self.wake)();
        }
    }
}

/// The threads.
pub(crate) struct Worker {
    desk: Option<Sender<Request>>,
    scout: Option<Sender<Asked>>,
    gate: Arc<Gate>,
    bench: Option<Sender<ToBench>>,
    lookout: Option<Sender<Vec<watch::Place>>>,
    events: Receiver<Event>,
    /// The jobs asked for, and what stops them.
    stops: Vec<(JobId, Arc<AtomicBool>)>,
    threads: Vec<JoinHandle<()>>,
}

/// What the bench is told.
enum ToBench {
    Do(Box<Task>),
    Order(Vec<JobId>),
    Configure(Box<WorkSettings>),
    Tend(PathBuf),
}

/// A job with what stops it.
struct Task {
    job: JobId,
    library: PathBuf,
    work: Work,
    stop: Arc<AtomicBool>,
    /// What is still to be added, once that is known.
    adding: Option<Adding>,
}

/// The part of a job that adds that is not done yet. It is done source by source, so that another job can come between.
struct Adding {
    /// What is no file: it is at hand.
    sources: VecDeque<Source>,
    /// The files, each with what it weighs.
    files: Vec<(PathBuf, usize)>,
    /// The files being read, ahead of the model; nothing before the first is asked for, and after the last.
    ahead: Option<Ahead>,
    are_files_done: bool,
    /// Which comes next, of how many.
    at: usize,
    n_sources: usize,
    /// How much work is done, of how much: sources weigh what they have of bytes.
    done: usize,
    total: usize,
    failures: Vec<Failure>,
    not_added: Vec<PathBuf>,
}

impl Worker {
    /// Starts the threads. `wake` is called from them, after each event. Settings are kept at `settings`, and files are
    /// read by `reader`.
    pub(crate) fn start(wake: Wake, settings: PathBuf, reader: Reader) -> std::io::Result<Self> {
        let (events_in, events) = channel();
        let (desk, desk_requests) = channel();
        let (bench, bench_tasks) = channel();
        let (lookout, places) = channel();
        let voice = Voice::new(events_in, wake);
        let (desk_voice, scout_voice, lookout_voice) = (voice.clone(), voice.clone(), voice.clone());
        let (scout, errands) = channel();
        let (gate, model) = (Arc::new(Gate::default()), Model::default());
        let (scout_gate, scout_model) = (Arc::clone(&gate), model.clone());
        let threads = vec![
            thread::Builder::new()
                .name("desk".to_owned())
                .spawn(move || Desk::new(desk_voice, Box::new(SystemFiles), settings).run(&desk_requests))?,
            thread::Builder::new()
                .name("scout".to_owned())
                .spawn(move || Scout::new(scout_voice, scout_gate, scout_model).run(&errands))?,
            thread::Builder::new()
                .name("bench".to_owned())
                .spawn(move || Bench::new(voice, bench_tasks, model, reader).run())?,
            thread::Builder::new()
                .name("lookout".to_owned())
                .spawn(move || watch::run(&places, &lookout_voice.events, &lookout_voice.wake))?,
        ];
        let (desk, scout, bench, lookout) = (Some(desk), Some(scout), Some(bench), Some(lookout));
        Ok(Self { desk, scout, gate, bench, lookout, events, stops: Vec::new(), threads })
    }

    /// Asks for something; never waits.
    pub(crate) fn ask(&mut self, request: Request) {
        match request {
            Request::Work { job, library, work } => {
                let stop = Arc::new(AtomicBool::new(false));
                self.stops.push((job, Arc::clone(&stop)));
                self.tell_bench(ToBench::Do(Box::new(Task { job, library, work, stop, adding: None })));
            }
            Request::Order(jobs) => self.tell_bench(ToBench::Order(jobs)),
            Request::Configure(settings) => self.tell_bench(ToBench::Configure(settings)),
            Request::Tend(library) => self.tell_bench(ToBench::Tend(library)),
            Request::Watch(places) => {
                if let Some(lookout) = &self.lookout {
                    let _ = lookout.send(places);
                }
            }
            Request::Cancel(job) => {
                for (_, stop) in self.stops.iter().filter(|(id, _)| *id == job) {
                    stop.store(true, Ordering::Relaxed);
                }
            }
            Request::Scout(asked) => {
                self.gate.ask(&asked);
                if let Some(scout) = &self.scout {
                    let _ = scout.send(asked);
                }
            }
            request => {
                if let Some(desk) = &self.desk {
                    let _ = desk.send(request);
                }
            }
        }
    }

    fn tell_bench(&self, message: ToBench) {
        if let Some(bench) = &self.bench {
            let _ = bench.send(message);
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
        (self.desk, self.scout, self.bench, self.lookout) = (None, None, None, None);
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
    /// What was taken out of the library, by number, to be put back.
    taken: BTreeMap<u32, TakenOut>,
    files: Box<dyn Files>,
    settings: PathBuf,
}

impl Desk {
    fn new(voice: Voice, files: Box<dyn Files>, settings: PathBuf) -> Self {
        Self { voice, library: None, taken: BTreeMap::new(), files, settings }
    }

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
            Request::Change(change) => self.change(change),
            Request::KeepSettings(settings) => {
                let path = &self.settings;
                settings::save(&*self.files, path, &settings)
                    .map_err(|source| Error::Write { path: path.clone(), source })
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
            Request::Scout(_)
            | Request::Work { .. }
            | Request::Cancel(_)
            | Request::Watch(_)
            | Request::Configure(_)
            | Request::Tend(_)
            | Request::Order(_) => Ok(()),
        }
    }

    /// Changes documents as a whole.
    fn change(&mut self, change: Change) -> Result<()> {
        let library = self.library.as_mut().ok_or_else(no_library)?;
        match change {
            Change::AddTag(ids, tag) => library.add_tag(&ids, &tag).map(drop)?,
            Change::RemoveTag(ids, tag) => library.remove_tag(&ids, &tag).map(drop)?,
            Change::Mark(marks) => library.set_work_states(&marks)?,
            Change::TakeOut(number, ids) => {
                let taken = library.take_out(&ids).inspect_err(|_| self.voice.say(Event::Forgotten { number }))?;
                self.taken.insert(number, taken);
                for number in let_go(&mut self.taken, MAX_TAKEN_BYTES) {
                    self.voice.say(Event::Forgotten { number });
                }
                say_documents(library, &self.voice)?;
                say_topics(library, &self.voice)?;
            }
            Change::PutBack(number) => {
                if let Some(taken) = self.taken.get(&number) {
                    // Kept until it is back: what fails can be tried again.
                    library.put_back(taken).inspect_err(|_| self.voice.say(Event::NotPutBack { number }))?;
                    self.taken.remove(&number);
                    say_documents(library, &self.voice)?;
                    say_topics(library, &self.voice)?;
                }
            }
        }
        say_standings(library, &self.voice)
    }

    fn library(&self) -> Result<&Library> {
        self.library.as_ref().ok_or_else(no_library)
    }

    /// Keeps what was done by hand, and says the chapters as they are kept then. That is said after a note too: another
    /// program may have corrected the document in between.
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
        self.taken.clear();
        self.voice.say_read(|| {
            let (documents, topics) = (library.documents()?, library.topics()?);
            Ok(Event::Library(Box::new(Shelf { path: path.to_owned(), is_sample, documents, topics })))
        })?;
        say_standings(&library, &self.voice)?;
        self.library = Some(library);
        Ok(())
    }
}

/// The seed of the topics: the one the command line starts from, so that both find the same.
const SEED: u64 = 1;

/// The most hits that a search gives.
pub(crate) const MAX_HITS: usize = 100;

/// So much of what was taken out is kept in memory to be put back; the newest is, however large it is.
const MAX_TAKEN_BYTES: usize = 256 << 20;

/// Lets go of what was taken out first until the rest takes at most `max_bytes`, but of the newest; returns the numbers.
fn let_go(taken: &mut BTreeMap<u32, TakenOut>, max_bytes: usize) -> Vec<u32> {
    let mut size_bytes: usize = taken.values().map(TakenOut::size_bytes).sum();
    let mut numbers = Vec::new();
    while max_bytes < size_bytes && 1 < taken.len() {
        let Some((number, oldest)) = taken.pop_first() else { break };
        size_bytes -= oldest.size_bytes();
        numbers.push(number);
    }
    numbers
}

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
        Request::Change(Change::TakeOut(..)) => "The documents could not be removed",
        Request::Change(Change::PutBack(_)) => "The documents could not be put back",
        Request::Change(_) => "The documents could not be changed",
        Request::KeepSettings(_) => "What you have chosen could not be kept",
        Request::Topic(_) => "The topic could not be opened",
        Request::ByHand { .. } => "The correction was not kept",
        Request::KeepPlace { .. } => "The place that is read was not kept",
        Request::Compare { .. } => "The other chapters could not be loaded",
        Request::Watch(_)
        | Request::Configure(_)
        | Request::Tend(_)
        | Request::Order(_)
        | Request::Scout(_)
        | Request::Work { .. }
        | Request::Cancel(_) => "The work stopped",
    }
    .to_owned()
}

pub(crate) fn load(library: &Library, id: DocumentId) -> Result<Loaded> {
    let row = library.document(id)?;
    let stored = library.gap_scores(id, &row.engine)?;
    // The slider must cut as the pipeline did when it stored the chapters.
    let cut = pipeline::stored_cut(&row, stored.as_ref().map(|(_, provenance)| provenance));
    Ok(Loaded {
        fields: library.fields(id)?,
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
    let levels = caesura::chapters::levels(&scores, &found, cut.boundary_cost);
    let mut chapters = caesura::chapters::chapters_at(text.len(), &units, &scores, &found, &levels);
    for chapter in &mut chapters {
        let heading = units.headings_before(chapter.first_unit).first();
        let span = heading.map_or(units.units[chapter.first_unit.index()].span, |heading| heading.span);
        chapter.title = opening(span.of(&text), 60);
    }
    Ok(chapters.iter().map(|chapter| start(chapter, f64::from(chapter.first_unit.0))).collect())
}

fn say_documents(library: &Library, voice: &Voice) -> Result<()> {
    voice.say_read(|| Ok(Event::Documents { library: library.path().to_owned(), documents: library.documents()? }))
}

pub(crate) fn say_topics(library: &Library, voice: &Voice) -> Result<()> {
    voice.say_read(|| Ok(Event::Topics { library: library.path().to_owned(), topics: library.topics()? }))
}

pub(crate) fn say_standings(library: &Library, voice: &Voice) -> Result<()> {
    voice.say_read(|| {
        let (standings, tags) = (library.standings()?, library.tags()?);
        Ok(Event::Standings { library: library.path().to_owned(), standings, tags })
    })
}

fn say_standing(library: &Library, document: DocumentId, voice: &Voice) -> Result<()> {
    voice.say_read(|| {
        let standing = library.standing(document)?;
        Ok(Event::Standing { library: library.path().to_owned(), document, standing })
    })
}

/// Does what takes longer than a moment, one job after the other.
struct Bench {
    voice: Voice,
    inbox: Receiver<ToBench>,
    /// The jobs that are not done, in order. The first one is worked on.
    waiting: VecDeque<Task>,
    library: Option<Library>,
    model: Model,
    /// Where files are read.
    reader: Reader,
    settings: Option<WorkSettings>,
    /// The threads to work on; `None` for those that everything works on.
    pool: Option<Arc<rayon::ThreadPool>>,
    /// The library that is looked after while there is nothing else to do; `None` once that is done.
    tended: Option<PathBuf>,
    /// The library that is to be looked after again in a while.
    to_tend: Option<PathBuf>,
    /// The library whose backups were told last.
    listed: Option<PathBuf>,
    /// The library whose backup by schedule failed last, and when that was, in seconds since 1970.
    backup_failed: Option<(PathBuf, i64)>,
    clock: Box<dyn Clock>,
}

/// How often a library is looked after while nothing is asked for: chapters are corrected, and a window stays open for weeks.
const TENDED_EVERY: Duration = Duration::from_secs(30);

/// What became of a piece of a job.
enum Piece {
    /// There is more to do.
    More,
    /// That was all.
    Last(Vec<Failure>),
}

impl Bench {
    fn new(voice: Voice, inbox: Receiver<ToBench>, model: Model, reader: Reader) -> Self {
        Self {
            voice,
            inbox,
            waiting: VecDeque::new(),
            library: None,
            model,
            reader,
            settings: None,
            pool: None,
            tended: None,
            to_tend: None,
            listed: None,
            backup_failed: None,
            clock: Box::new(SystemClock::start()),
        }
    }

    /// Does a piece of the first job at a time, and hears in between what else is asked.
    fn run(mut self) {
        while self.hear() {
            match self.waiting.pop_front() {
                Some(task) => self.do_piece_safely(task),
                None => self.tend(),
            }
        }
    }

    /// Takes what was asked for; waits if there is nothing else to do. Returns whether there is something.
    fn hear(&mut self) -> bool {
        loop {
            let is_idle = self.waiting.is_empty() && self.tended.is_none();
            let message = if is_idle {
                self.inbox.recv_timeout(TENDED_EVERY).map_err(|error| match error {
                    RecvTimeoutError::Timeout => TryRecvError::Empty,
                    RecvTimeoutError::Disconnected => TryRecvError::Disconnected,
                })
            } else {
                self.inbox.try_recv()
            };
            match message {
                Ok(ToBench::Do(task)) => match &task.work {
                    // The chapters of the document that is read are titled at once.
                    Work::Recut { .. } | Work::CutBy { .. } => self.waiting.push_front(*task),
                    _ => self.waiting.push_back(*task),
                },
                Ok(ToBench::Order(jobs)) => {
                    let place = |task: &Task| jobs.iter().position(|job| *job == task.job).unwrap_or(usize::MAX);
                    self.waiting.make_contiguous().sort_by_key(place);
                }
                Ok(ToBench::Configure(settings)) => self.configure(*settings),
                Ok(ToBench::Tend(library)) => {
                    self.tended = Some(library.clone());
                    self.listed = None;
                    self.to_tend = Some(library);
                }
                Err(TryRecvError::Empty) => {
                    if is_idle {
                        self.tended.clone_from(&self.to_tend);
                    }
                    return true;
                }
                Err(TryRecvError::Disconnected) => return !self.waiting.is_empty(),
            }
        }
    }

    fn configure(&mut self, settings: WorkSettings) {
        let n_threads = |settings: &Option<WorkSettings>| settings.as_ref().and_then(|settings| settings.n_threads);
        let settings = Some(settings);
        if n_threads(&settings) != n_threads(&self.settings) {
            self.model.run_on(n_threads(&settings));
            self.pool = n_threads(&settings).and_then(|n| {
                let made = rayon::ThreadPoolBuilder::new().num_threads(n).build();
                made.inspect_err(|error| tracing::warn!(%error, "could not start threads")).ok().map(Arc::new)
            });
        }
        self.settings = settings;
        // Another folder may do.
        self.backup_failed = None;
    }

    fn do_piece_safely(&mut self, mut task: Task) {
        let job = task.job;
        let tried = match &task.work {
            Work::Add(_) | Work::AddSamples | Work::AddPasted(_) => "Not everything was added",
            Work::Recut { .. } | Work::CutBy { .. } => "The chapters could not be stored",
            Work::ReadAgain { .. } => "The document could not be read again",
            Work::MineTopics => "The topics could not be found",
            Work::BackUp => "The library could not be backed up",
            Work::Restore(_) => "The backup could not be gone back to",
            Work::Export(_) => "Not everything was exported",
        };
        let pool = self.pool.clone();
        let piece = catch_unwind(AssertUnwindSafe(|| match pool {
            Some(pool) => pool.install(|| self.do_piece(&mut task)),
            None => self.do_piece(&mut task),
        }));
        let mut failures = match piece {
            Ok(Ok(Piece::More)) => return self.waiting.push_front(task),
            Ok(Ok(Piece::Last(failures))) => failures,
            Ok(Err(error)) => Failure::of(tried, &error).into_iter().collect(),
            Err(panic) => vec![Failure::of_panic(tried, panic.as_ref())],
        };
        if let Some(adding) = task.adding {
            failures.splice(0..0, adding.failures);
            if !adding.not_added.is_empty() {
                self.voice.say(Event::NotAdded { job, paths: adding.not_added });
            }
        }
        for failure in &failures {
            tracing::warn!(tried = failure.tried, reason = failure.reason, "failed");
        }
        self.voice.say(Event::Done { job, failures });
        let keeps_model = self.settings.as_ref().is_none_or(|settings| settings.keeps_model);
        if self.waiting.is_empty() && !keeps_model {
            self.model.let_go();
            pipeline::let_go_of_engines();
        }
    }

    /// Does a job, or, of one that adds, the next source.
    fn do_piece(&mut self, task: &mut Task) -> Result<Piece> {
        let watch = Watch::new(task, &self.voice);
        watch.check()?;
        self.open(&task.library)?;
        let done = |()| Piece::Last(Vec::new());
        match &task.work {
            Work::Add(_) | Work::AddSamples | Work::AddPasted(_) => self.add_next(task, &watch),
            Work::Recut { document, granularity } => self.recut(&watch, *document, *granularity).map(done),
            Work::ReadAgain { document, engine } => self.read_again(&watch, *document, *engine).map(done),
            Work::CutBy { document, engine, granularity } => {
                self.cut_by(&watch, *document, engine, *granularity).map(done)
            }
            Work::MineTopics => self.mine(&watch).map(done),
            Work::BackUp => self.back_up(&watch, Asker::User).map(done),
            Work::Restore(from) => self.restore(&watch, from).map(done),
            Work::Export(plan) => self.export(&watch, plan).map(Piece::Last),
        }
    }

    fn open(&mut self, path: &Path) -> Result<()> {
        if self.library.as_ref().is_none_or(|library| library.path() != path) {
            self.library = Some(Library::open(path)?);
        }
        Ok(())
    }

    /// Adds the next document of a job. What fails is told and left out; only a cancel ends it early.
    fn add_next(&mut self, task: &mut Task, watch: &Watch) -> Result<Piece> {
        let adding = task.adding.get_or_insert_with(|| Adding::of(&task.work));
        if let Some(source) = adding.sources.pop_front() {
            let (name, weight, path) = (source.name(), source.weight(), source.path().map(Path::to_owned));
            adding.begin(watch, &name, weight);
            adding.end(weight);
            let added = self.add_one(source, watch);
            self.tell_added(task, &name, path.as_deref(), added)?;
            return Ok(Piece::More);
        }
        if !adding.are_files_done {
            return self.add_next_of_files(task, watch).map(|()| Piece::More);
        }
        if task.work == Work::AddSamples {
            self.mine(watch)?;
        }
        let library = self.library.as_ref().ok_or_else(no_library)?;
        say_documents(library, &self.voice)?;
        say_standings(library, &self.voice)?;
        Ok(Piece::Last(Vec::new()))
    }

    /// Hears of the next file or document of a job. The files after it are read while the model works on this one.
    fn add_next_of_files(&mut self, task: &mut Task, watch: &Watch) -> Result<()> {
        let library = self.library.as_ref().ok_or_else(no_library)?;
        let Some(adding) = &mut task.adding else { return Ok(()) };
        let ahead = match &mut adding.ahead {
            Some(ahead) => ahead,
            none => {
                let paths = adding.files.iter().map(|(path, _)| path.clone()).collect();
                let settings = self.settings.as_ref().map(|settings| settings.import.clone()).unwrap_or_default();
                let settings = ImportSettings { reader: self.reader.clone(), ..settings };
                none.insert(Ahead::start(paths, settings, library.checksums()?, import::TIME_LIMIT))
            }
        };
        let Some(heard) = ahead.next_unless(&|| watch.is_cancelled()) else {
            watch.check()?;
            (adding.ahead, adding.are_files_done) = (None, true);
            return Ok(());
        };
        match heard {
            Heard::Known { file, sha256 } => {
                let name = import::name_of(&adding.files[file].0);
                adding.begin(watch, &name, adding.files[file].1);
                match library.find_by_sha256(&sha256)? {
                    Some(document) => self.tell_added(task, &name, None, Ok(Added::Already(document))),
                    None => Ok(()),
                }
            }
            Heard::Part { file, part } => {
                let (path, weight) = adding.files[file].clone();
                adding.begin(watch, &part.name, weight);
                let name = part.name.clone();
                adding.failures.extend(part.left_out().map(|left_out| Failure {
                    tried: format!("“{name}” was read in part"),
                    reason: format!("Its {left_out}"),
                    advice: None,
                    is_ours: false,
                }));
                let added = self.add_part(part, &path, watch);
                self.tell_added(task, &name, Some(&path), added)
            }
            Heard::Done { file, read } => {
                let (path, weight) = adding.files[file].clone();
                adding.end(weight);
                match read {
                    Ok(()) => Ok(()),
                    Err(error) => self.tell_added(task, &import::name_of(&path), Some(&path), Err(error)),
                }
            }
        }
    }

    /// Tells the window what came of a document; fails if that was the wish to stop.
    fn tell_added(&self, task: &mut Task, name: &str, path: Option<&Path>, added: Result<Added>) -> Result<()> {
        let document = match added {
            Ok(Added::New(document)) => {
                let library = self.library.as_ref().ok_or_else(no_library)?;
                self.voice.say_read(|| {
                    let (row, standing) = (Box::new(library.document(document)?), library.standing(document)?);
                    Ok(Event::DocumentAdded { library: task.library.clone(), row, standing })
                })?;
                document
            }
            Ok(Added::Already(document)) => document,
            Err(error) if error.kind() == Kind::Cancelled => return Err(error),
            Err(error) => {
                if let Some(adding) = &mut task.adding {
                    adding.failures.extend(Failure::of(&format!("“{name}” was not added"), &error));
                    // A file of which several parts fail is tried again once.
                    let is_listed = adding.not_added.last().map(PathBuf::as_path) == path;
                    adding.not_added.extend(path.filter(|_| !is_listed).map(Path::to_owned));
                }
                return Ok(());
            }
        };
        self.voice.say(Event::Added { job: task.job, library: task.library.clone(), document });
        Ok(())
    }

    fn add_one(&mut self, source: Source, watch: &Watch) -> Result<Added> {
        let (bytes, name, path) = source.read()?;
        let added_at = self.clock.secs_since_1970();
        let source = pipeline::Source { bytes: &bytes, name: &name, path: path.as_deref(), added_at };
        let settings = self.settings.as_ref().map_or_else(SplitSettings::usual, |settings| settings.split);
        let encoder = self.model.get()?;
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::add_document(library, &source, &settings, Some(&*encoder), watch)
    }

    fn add_part(&mut self, part: Part, path: &Path, watch: &Watch) -> Result<Added> {
        let shown = path.to_string_lossy();
        let (document, sha256) = (part.document?, part.sha256);
        let added_at = self.clock.secs_since_1970();
        let imported = Imported { document, sha256, name: &part.name, path: Some(&shown), added_at };
        let settings = self.settings.as_ref().map_or_else(SplitSettings::usual, |settings| settings.split);
        let encoder = self.model.get()?;
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::add_imported(library, imported, &settings, Some(&*encoder), watch)
    }

    fn recut(&mut self, watch: &Watch, document: DocumentId, granularity: f32) -> Result<()> {
        let encoder = self.model.get()?;
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::recut(library, document, granularity, Some(&*encoder), watch)?;
        self.voice.say(Event::Chapters(Box::new(KeptChapters::read(library, document)?)));
        say_documents(library, &self.voice)?;
        say_standings(library, &self.voice)
    }

    fn read_again(&mut self, watch: &Watch, document: DocumentId, engine: Engine) -> Result<()> {
        let encoder = if engine.needs_vectors() { Some(self.model.get()?) } else { None };
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::read_again(
            library,
            document,
            engine,
            encoder.as_deref().map(|encoder| encoder as &dyn Encoder),
            watch,
        )?;
        let engines = library.engines(document)?;
        self.voice.say(Event::Engines { document, engine: engine.name().to_owned(), engines });
        Ok(())
    }

    fn cut_by(&mut self, watch: &Watch, document: DocumentId, engine: &str, granularity: f32) -> Result<()> {
        let encoder = self.model.get()?;
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::recut_by(library, document, engine, granularity, Some(&*encoder), watch)?;
        let mut kept = KeptChapters::read(library, document)?;
        let row = library.document(document)?;
        if let Some((scores, provenance)) = library.gap_scores(document, engine)? {
            let cut = pipeline::stored_cut(&row, Some(&provenance));
            kept.cut_by = Some((engine.to_owned(), scores, cut));
        }
        self.voice.say(Event::Chapters(Box::new(kept)));
        say_documents(library, &self.voice)?;
        say_standings(library, &self.voice)
    }

    fn mine(&mut self, watch: &Watch) -> Result<()> {
        watch.begin("Finding topics", 0, 1, 1);
        let library = self.library.as_mut().ok_or_else(no_library)?;
        pipeline::mine_topics(library, SEED, &|config| config, watch)?;
        say_topics(library, &self.voice)?;
        say_standings(library, &self.voice)
    }

    fn back_up(&mut self, watch: &Watch, asker: Asker) -> Result<()> {
        watch.begin("Backing up the library", 0, 1, 1);
        let Some(settings) = &self.settings else { return Ok(()) };
        let library = self.library.as_ref().ok_or_else(no_library)?;
        let path = backups::make(&settings.backups, library, self.clock.secs_since_1970(), asker)?;
        self.voice.say(Event::BackedUp { path });
        self.say_backups()
    }

    /// Puts a backup in the place of the library, which is backed up first.
    fn restore(&mut self, watch: &Watch, from: &Path) -> Result<()> {
        watch.begin("Going back to a backup", 0, 1, 1);
        let Some(settings) = &self.settings else { return Ok(()) };
        let library = self.library.as_mut().ok_or_else(no_library)?;
        backups::make(&settings.backups, library, self.clock.secs_since_1970(), Asker::User)?;
        library.restore_from(from)?;
        self.voice.say(Event::Restored { library: library.path().to_owned() });
        self.say_backups()
    }

    fn say_backups(&self) -> Result<()> {
        let Some(settings) = &self.settings else { return Ok(()) };
        let library = self.library.as_ref().ok_or_else(no_library)?.path().to_owned();
        let backups = backups::list(&settings.backups, &library);
        self.voice.say(Event::Backups { library, backups });
        Ok(())
    }

    /// Writes documents to files of their own, beside the files that are there. A document that cannot be written is told and
    /// left out; a wish to stop leaves what is written.
    fn export(&mut self, watch: &Watch, plan: &exports::Plan) -> Result<Vec<Failure>> {
        let library = self.library.as_ref().ok_or_else(no_library)?;
        std::fs::create_dir_all(&plan.to).map_err(|source| Error::Write { path: plan.to.clone(), source })?;
        let mut taken = std::collections::BTreeSet::new();
        let (mut failures, mut n_documents, mut remarks) = (Vec::new(), 0, Vec::new());
        let mut stopped = Ok(());
        for (at, id) in plan.documents.iter().enumerate() {
            stopped = watch.check();
            if stopped.is_err() {
                break;
            }
            let title = match library.document(*id) {
                Ok(row) => row.title,
                Err(error) => {
                    failures.extend(Failure::of("a document was not exported", &error));
                    continue;
                }
            };
            watch.begin(&format!("Exporting {title}"), at, 1, plan.documents.len());
            let is_there = |name: &str| plan.to.join(name).exists();
            let to = plan.to.join(free_name(&title, id.0, plan.format, &mut taken, &is_there));
            match exports::write_one(library, *id, plan.format, &to) {
                Ok(of_one) => {
                    n_documents += 1;
                    remarks.extend(of_one.into_iter().map(|remark| format!("“{title}”: {remark}")));
                }
                Err(error) => failures.extend(Failure::of(&format!("“{title}” was not exported"), &error)),
            }
        }
        if 0 < n_documents {
            self.voice.say(Event::Exported { n_documents, folder: plan.to.clone(), remarks });
        }
        if failures.is_empty() { stopped.map(|()| failures) } else { Ok(failures) }
    }

    /// Looks after the library while there is nothing else to do, a little at a time: backs it up if that is due, and works
    /// out how sure chapters are where that is not known.
    fn tend(&mut self) {
        let Some(path) = self.tended.clone() else { return };
        let tended = catch_unwind(AssertUnwindSafe(|| self.tend_a_little(&path)));
        if let Ok(Err(error)) = &tended {
            tracing::warn!(%error, "could not look after the library");
        }
        if !matches!(tended, Ok(Ok(true))) {
            self.tended = None;
        }
    }

    /// Returns whether there is more to do.
    fn tend_a_little(&mut self, path: &Path) -> Result<bool> {
        /// So many documents are done before it is heard again what is asked.
        const AT_ONCE: usize = 8;
        self.open(path)?;
        self.back_up_if_due(path)?;
        let library = self.library.as_mut().ok_or_else(no_library)?;
        let unknown = library.documents_without_confidence(AT_ONCE)?;
        for id in &unknown {
            pipeline::keep_confidence(library, *id)?;
            say_standing(library, *id, &self.voice)?;
        }
        Ok(unknown.len() == AT_ONCE)
    }

    /// Makes the backup that the schedule asks for. What stands in the way is told, and tried again when the next backup
    /// would be due: a copy of the whole library is not begun anew every few seconds.
    fn back_up_if_due(&mut self, path: &Path) -> Result<()> {
        let Some(plan) = self.settings.as_ref().map(|settings| settings.backups.clone()) else { return Ok(()) };
        let now = self.clock.secs_since_1970();
        let library = self.library.as_ref().ok_or_else(no_library)?;
        let failed = self.backup_failed.as_ref().filter(|(of, _)| of == path);
        let waits = failed.is_some_and(|(_, at)| (*at..*at + plan.every_secs.unwrap_or(0)).contains(&now));
        let is_due = !waits && 0 < library.counts()?.documents && backups::is_due(&plan, path, now);
        if is_due {
            let made = backups::make(&plan, library, now, Asker::Schedule);
            self.backup_failed = made.is_err().then(|| (path.to_owned(), now));
            if let Some(failure) = made.err().and_then(|error| Failure::of("The library was not backed up", &error)) {
                tracing::warn!(reason = failure.reason, "could not back up");
                self.voice.say(Event::Failed(failure));
            }
        }
        if is_due || self.listed.as_deref() != Some(path) {
            self.listed = Some(path.to_owned());
            self.say_backups()?;
        }
        Ok(())
    }
}

impl Adding {
    fn of(work: &Work) -> Self {
        let sources: Vec<Source> = match work {
            Work::Add(paths) => sources::under(paths),
            Work::AddPasted(text) => sources::of_pasted(text),
            _ => samples::SAMPLES.iter().map(|(name, text)| Source::Sample(name, text)).collect(),
        };
        let (n_sources, total) = (sources.len(), sources.iter().map(Source::weight).sum());
        let (mut files, mut others) = (Vec::new(), VecDeque::new());
        for source in sources {
            let weight = source.weight();
            match source {
                Source::File(path) => files.push((path, weight)),
                other => others.push_back(other),
            }
        }
        Self {
            sources: others,
            files,
            ahead: None,
            are_files_done: false,
            at: 0,
            n_sources,
            done: 0,
            total,
            failures: Vec::new(),
            not_added: Vec::new(),
        }
    }

    /// Says that what is called `name` is worked on, a source or a document of one.
    fn begin(&self, watch: &Watch, name: &str, weight: usize) {
        let label = if self.n_sources == 1 {
            name.to_owned()
        } else {
            format!("{} of {}: {name}", self.at + 1, self.n_sources)
        };
        watch.begin(&label, self.done, weight, self.total);
    }

    /// Says that a source is done with.
    fn end(&mut self, weight: usize) {
        self.at += 1;
        self.done += weight;
    }
}

/// Returns the seconds since the start of 1970.
pub(crate) fn now() -> i64 {
    SystemClock::start().secs_since_1970()
}

/// Tells the window how far a job is, and the job whether it is to stop.
struct Watch {
    job: JobId,
    voice: Voice,
    stop: Arc<AtomicBool>,
    label: Mutex<String>,
    /// The work that was done before this part, that it is, and that there is in all.
    done: AtomicUsize,
    weight: AtomicUsize,
    total: AtomicUsize,
    /// What was said last: less than a step of the bar is not worth a frame.
    said: AtomicUsize,
}

impl Watch {
    fn new(task: &Task, voice: &Voice) -> Self {
        Self {
            job: task.job,
            voice: voice.clone(),
            stop: Arc::clone(&task.stop),
            label: Mutex::default(),
            done: AtomicUsize::new(0),
            weight: AtomicUsize::new(1),
            total: AtomicUsize::new(1),
            said: AtomicUsize::new(usize::MAX),
        }
    }

    /// Says that a part called `label` is begun, which is `weight` of `total`, after `done`.
    fn begin(&self, label: &str, done: usize, weight: usize, total: usize) {
        label.clone_into(&mut self.label.lock().unwrap_or_else(PoisonError::into_inner));
        self.done.store(done, Ordering::Relaxed);
        self.weight.store(weight, Ordering::Relaxed);
        self.total.store(total.max(1), Ordering::Relaxed);
        self.said.store(usize::MAX, Ordering::Relaxed);
        self.report(0, 1);
    }
}

impl Progress for Watch {
    fn report(&self, done: usize, total: usize) {
        /// As fine as the bar can show.
        const STEPS: f64 = 200.0;
        let within = if total == 0 { 0.0 } else { (done as f64 / total as f64).min(1.0) };
        let weight = self.weight.load(Ordering::Relaxed) as f64;
        let all = self.total.load(Ordering::Relaxed);
        let at = self.done.load(Ordering::Relaxed) as f64 + within * weight;
        let step = (STEPS * at / all as f64) as usize;
        if self.said.swap(step, Ordering::Relaxed) != step {
            let label = self.label.lock().unwrap_or_else(PoisonError::into_inner).clone();
            self.voice.say(Event::Progress { job: self.job, label, done: at as usize, total: all });
        }
    }

    fn is_cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::AtomicI64;

    use caesura::export::ChapterFormat;
    use caesura::import::Columns;

    use super::*;
    use crate::system::tests::MemoryFiles;

    /// The desk and the scout without their threads: what is asked is answered at once, in order.
    pub(crate) struct Clerk {
        desk: Desk,
        scout: Scout,
        events: Receiver<Event>,
    }

    impl Clerk {
        pub(crate) fn new() -> Self {
            let (events_in, events) = channel();
            let voice = Voice::new(events_in, Arc::new(|| {}));
            let scout = Scout::new(voice.clone(), Arc::default(), Model::default());
            Self { desk: Desk::new(voice, Box::new(MemoryFiles::default()), "settings.json".into()), scout, events }
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

    /// A folder with a library in it, and the desk that has it open.
    fn desk() -> (tempfile::TempDir, PathBuf, Clerk) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("own.caesura");
        crate::made_up::make(&path, 12).expect("made");
        let mut clerk = Clerk::new();
        clerk.answer(Request::OpenLibrary { path: path.clone(), is_sample: false });
        (folder, path, clerk)
    }

    #[test]
    fn documents_are_tagged_marked_taken_out_and_put_back() {
        let (_folder, path, mut clerk) = desk();
        let ids = vec![DocumentId(2), DocumentId(4)];
        let events = clerk.answer(Request::Change(Change::AddTag(ids.clone(), "bees".to_owned())));
        let [Event::Standings { standings, tags, .. }] = &events[..] else { panic!("{events:?}") };
        assert!(ids.iter().all(|id| standings[id].tags.contains(&"bees".to_owned())));
        assert!(tags.iter().any(|row| row.tag == "bees" && row.n_documents == 2));
        let events = clerk.answer(Request::Change(Change::TakeOut(1, ids.clone())));
        assert!(
            events.iter().any(|event| matches!(event, Event::Documents { documents, .. } if documents.len() == 10))
        );
        let events = clerk.answer(Request::Change(Change::PutBack(1)));
        assert!(
            events.iter().any(|event| matches!(event, Event::Documents { documents, .. } if documents.len() == 12))
        );
        let library = Library::open(&path).expect("it opens");
        assert!(library.standing(ids[0]).expect("there").tags.contains(&"bees".to_owned()));
        let gone = clerk.answer(Request::Change(Change::AddTag(vec![DocumentId(99)], "bees".to_owned())));
        assert!(matches!(&gone[..], [Event::Failed(failure)] if !failure.is_ours), "{gone:?}");
    }

    /// A bench without its thread, what is told to it, and what it says.
    struct Table {
        folder: tempfile::TempDir,
        library: PathBuf,
        inbox: Sender<ToBench>,
        bench: Bench,
        events: Receiver<Event>,
    }

    impl Table {
        fn new() -> Self {
            Self::reading(ImportSettings::default())
        }

        /// A table whose bench reads files so.
        fn reading(import: ImportSettings) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let (events_in, events) = channel();
            let (inbox, tasks) = channel();
            let bench = Bench::new(Voice::new(events_in, Arc::new(|| {})), tasks, Model::default(), Reader::Thread);
            let table = Self { library: folder.path().join("own.caesura"), folder, inbox, bench, events };
            let settings = WorkSettings {
                split: SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() },
                import,
                n_threads: Some(1),
                keeps_model: true,
                backups: backups::Plan { folder: table.folder.path().join("backups"), every_secs: Some(60), n_kept: 2 },
            };
            table.tell(ToBench::Configure(Box::new(settings)));
            table
        }

        fn tell(&self, message: ToBench) {
            self.inbox.send(message).expect("the bench is there");
        }

        /// Asks for a job that adds files of these names; one whose name begins with `empty` holds nothing.
        fn add(&self, job: u32, names: &[&str]) -> Arc<AtomicBool> {
            let paths: Vec<PathBuf> = names.iter().map(|name| self.folder.path().join(name)).collect();
            for (name, path) in names.iter().zip(&paths) {
                let text = if name.starts_with("empty") { String::new() } else { format!("The text of {name}.") };
                std::fs::write(path, text).expect("a file");
            }
            let stop = Arc::new(AtomicBool::new(false));
            let task = Task {
                job: JobId(job),
                library: self.library.clone(),
                work: Work::Add(paths),
                stop: Arc::clone(&stop),
                adding: None,
            };
            self.tell(ToBench::Do(Box::new(task)));
            stop
        }

        /// Does all that was asked for; returns what was said of jobs, such as `2 added` and `2 done, 1 failed`.
        fn said(self) -> Vec<String> {
            self.said_in().0
        }

        /// Does the same, and returns the folder as well, which is there as long as it is held.
        fn said_in(self) -> (Vec<String>, tempfile::TempDir) {
            drop(self.inbox);
            self.bench.run();
            let word = |event| match event {
                Event::Added { job, .. } => Some(format!("{} added", job.0)),
                Event::NotAdded { job, paths } => Some(format!("{} could not add {}", job.0, paths.len())),
                Event::Done { job, failures } => Some(format!("{} done, {} failed", job.0, failures.len())),
                _ => None,
            };
            (self.events.try_iter().filter_map(word).collect(), self.folder)
        }
    }

    #[test]
    fn a_job_moved_up_is_done_first() {
        let table = Table::new();
        table.add(1, &["a.txt", "b.txt"]);
        table.add(2, &["c.txt"]);
        table.tell(ToBench::Order(vec![JobId(2), JobId(1)]));
        assert_eq!(table.said(), ["2 added", "2 done, 0 failed", "1 added", "1 added", "1 done, 0 failed"]);
    }

    #[test]
    fn a_cancelled_job_adds_nothing_more_and_the_next_is_done() {
        let table = Table::new();
        table.add(1, &["a.txt", "b.txt"]).store(true, Ordering::Relaxed);
        table.add(2, &["c.txt"]);
        assert_eq!(table.said(), ["1 done, 0 failed", "2 added", "2 done, 0 failed"]);
    }

    #[test]
    fn files_that_could_not_be_added_are_named_to_be_tried_again() {
        let table = Table::new();
        table.add(1, &["a.txt", "empty.txt", "z.txt"]);
        assert_eq!(table.said(), ["1 added", "1 added", "1 could not add 1", "1 done, 1 failed"]);
    }

    #[test]
    fn a_file_of_which_pages_were_not_read_is_added_and_said_to_be() {
        let table = Table::new();
        let task = Task {
            job: JobId(1),
            library: table.library.clone(),
            work: Work::Add(vec![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/half_scanned.pdf").into()]),
            stop: Arc::default(),
            adding: None,
        };
        table.tell(ToBench::Do(Box::new(task)));
        assert_eq!(table.said(), ["1 added", "1 done, 1 failed"]);
    }

    /// Exports three documents as Markdown, and one that is not there, with `stop` set at the progress of that number; returns
    /// how many were exported by what was said, how many failed, and how many files there are.
    fn exported(folder: &Path, stop_at: usize) -> (usize, usize, usize) {
        let library = folder.join("own.caesura");
        if !library.exists() {
            crate::made_up::make(&library, 3).expect("made");
        }
        let to = folder.join("out");
        let (stop, n_said) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
        let (events_in, events) = channel();
        let (inbox, tasks) = channel();
        let wake = {
            let stop = Arc::clone(&stop);
            move || {
                if n_said.fetch_add(1, Ordering::Relaxed) == stop_at {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        };
        let bench = Bench::new(Voice::new(events_in, Arc::new(wake)), tasks, Model::default(), Reader::Thread);
        let documents = [1, 77, 2, 3].map(DocumentId).to_vec();
        let work = Work::Export(exports::Plan { documents, format: ChapterFormat::Markdown, to: to.clone() });
        inbox.send(ToBench::Do(Box::new(Task { job: JobId(1), library, work, stop, adding: None }))).expect("it hears");
        drop(inbox);
        bench.run();
        let (mut n_exported, mut n_failed) = (0, 0);
        for event in events.try_iter() {
            match event {
                Event::Exported { n_documents, .. } => n_exported += n_documents,
                Event::Done { failures, .. } => n_failed += failures.len(),
                _ => {}
            }
        }
        (n_exported, n_failed, std::fs::read_dir(to).expect("listed").count())
    }

    #[test]
    fn an_export_goes_beside_what_is_there_and_tells_what_was_written_and_what_failed() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(exported(folder.path(), usize::MAX), (3, 1, 3));
        assert_eq!(exported(folder.path(), usize::MAX), (3, 1, 6));
    }

    #[test]
    fn an_export_that_is_stopped_tells_what_was_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let (n_exported, _, n_files) = exported(folder.path(), 0);
        assert_eq!((n_exported, n_files), (1, 1));
    }

    #[test]
    fn a_table_is_read_by_the_columns_that_were_chosen() {
        let columns = Columns { text: Some("short".to_owned()), ..Columns::default() };
        let table = Table::reading(ImportSettings { columns, ..ImportSettings::default() });
        // The other one would be taken for the text: it is longer.
        let path = table.folder.path().join("letters.csv");
        std::fs::write(&path, "short,long\nThe bees.,Everything else that was written on that day.\n").expect("a file");
        table.tell(ToBench::Do(Box::new(Task {
            job: JobId(1),
            library: table.library.clone(),
            work: Work::Add(vec![path]),
            stop: Arc::default(),
            adding: None,
        })));
        let library = table.library.clone();
        let (said, _folder) = table.said_in();
        assert_eq!(said, ["1 added", "1 done, 0 failed"]);
        let library = Library::open(&library).expect("it opens");
        assert_eq!(library.text(DocumentId(1)).expect("a text"), "The bees.");
    }

    #[test]
    fn a_library_is_backed_up_when_that_is_due_and_confidence_worked_out() {
        let mut table = Table::new();
        crate::made_up::make(&table.library, 9).expect("made");
        let mut library = Library::open(&table.library).expect("it opens");
        let chapters = |library: &Library, id| -> Vec<Chapter> {
            library.chapters(id, Layer::Found).expect("chapters").into_iter().map(|row| row.chapter).collect()
        };
        for id in (1..=9).map(DocumentId) {
            let same = chapters(&library, id);
            library.replace_chapters(id, Layer::Found, 0.5, &same).expect("replaced");
        }
        assert_eq!(library.documents_without_confidence(20).expect("read").len(), 9);
        assert!(table.bench.hear(), "it hears how to work");
        while table.bench.tend_a_little(&table.library).expect("tended") {}
        assert_eq!(library.documents_without_confidence(20).expect("read"), []);
        let n_backups = std::fs::read_dir(table.folder.path().join("backups")).expect("listed").count();
        assert_eq!(n_backups, 1, "one, and no other within the minute");
        assert_eq!(table.events.try_iter().filter(|event| matches!(event, Event::Standing { .. })).count(), 9);
    }

    /// A clock that says what it is told to.
    struct HandClock(Arc<AtomicI64>);

    impl Clock for HandClock {
        fn running(&self) -> Duration {
            Duration::ZERO
        }

        fn secs_since_1970(&self) -> i64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn a_backup_that_fails_is_told_and_tried_again_when_the_next_is_due() {
        let mut table = Table::new();
        crate::made_up::make(&table.library, 1).expect("made");
        let secs = Arc::new(AtomicI64::new(1_000));
        table.bench.clock = Box::new(HandClock(Arc::clone(&secs)));
        assert!(table.bench.hear(), "it hears how to work");
        let folder = table.folder.path().join("backups");
        std::fs::write(&folder, "no folder").expect("a file");
        let mut failures_at = |secs_since_1970: i64| {
            secs.store(secs_since_1970, Ordering::Relaxed);
            table.bench.tend_a_little(&table.library).expect("the rest is done");
            table.events.try_iter().filter(|event| matches!(event, Event::Failed(_))).count()
        };
        assert_eq!([1_000, 1_030, 1_059, 1_060, 1_090].map(&mut failures_at), [1, 0, 0, 1, 0]);
        std::fs::remove_file(&folder).expect("removed");
        assert_eq!(failures_at(1_120), 0);
        assert_eq!(std::fs::read_dir(&folder).expect("listed").count(), 1);
    }

    #[test]
    fn what_was_taken_out_first_is_let_go_first_and_the_newest_never() {
        let (_folder, path, _clerk) = desk();
        let mut library = Library::open(&path).expect("it opens");
        let mut taken: BTreeMap<u32, TakenOut> =
            (1..=3).map(|n| (n, library.take_out(&[DocumentId(n.into())]).expect("taken out"))).collect();
        let size_bytes = |number: u32| taken[&number].size_bytes();
        let (of_all, of_two) = (size_bytes(1) + size_bytes(2) + size_bytes(3), size_bytes(2) + size_bytes(3));
        assert!(3 * 300 < of_all, "the texts alone are longer");
        assert_eq!(let_go(&mut taken, of_all), [0; 0]);
        assert_eq!(let_go(&mut taken, of_two), [1]);
        assert_eq!(let_go(&mut taken, 0), [2]);
        assert_eq!(taken.keys().collect::<Vec<_>>(), [&3]);
    }

    #[test]
    fn what_cannot_be_put_back_is_said_and_kept() {
        let (_folder, path, mut clerk) = desk();
        let mut library = Library::open(&path).expect("it opens");
        let text = library.text(DocumentId(2)).expect("a text");
        clerk.answer(Request::Change(Change::TakeOut(1, vec![DocumentId(2)])));
        let source = pipeline::Source { bytes: text.as_bytes(), name: "again.txt", path: None, added_at: 0 };
        let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
        let again = pipeline::add_document(&mut library, &source, &settings, None, &caesura::progress::Unwatched);
        let Ok(Added::New(again)) = again else { panic!("{again:?}") };
        let events = clerk.answer(Request::Change(Change::PutBack(1)));
        assert!(matches!(&events[..], [Event::NotPutBack { number: 1 }, Event::Failed(_)]), "{events:?}");
        library.remove_document(again).expect("removed");
        let events = clerk.answer(Request::Change(Change::PutBack(1)));
        assert!(!events.iter().any(|event| matches!(event, Event::Failed(_))), "{events:?}");
        let events = clerk.answer(Request::Change(Change::TakeOut(2, vec![DocumentId(99)])));
        assert!(matches!(&events[..], [Event::Forgotten { number: 2 }, Event::Failed(_)]), "{events:?}");
    }

    #[test]
    fn what_is_read_is_said_before_another_thread_reads() {
        let (events_in, events) = channel();
        let turn: Arc<Mutex<()>> = Arc::default();
        let is_taken = {
            let turn = Arc::clone(&turn);
            move || turn.try_lock().is_err()
        };
        let is_taken_when_said = is_taken.clone();
        let wake: Wake = Arc::new(move || assert!(is_taken_when_said(), "it is said in the same turn"));
        let voice = Voice { events: events_in, wake, turn };
        let read = || {
            assert!(is_taken(), "it is read in turn");
            Ok(Event::Forgotten { number: 1 })
        };
        voice.say_read(read).expect("said");
        assert_eq!(events.try_iter().count(), 1);
    }

    #[test]
    fn a_backup_is_gone_back_to_and_what_was_there_is_backed_up() {
        let table = Table::new();
        crate::made_up::make(&table.library, 4).expect("made");
        let copy = table.folder.path().join("copy.caesura");
        Library::open(&table.library).expect("it opens").backup_to(&copy).expect("copied");
        table.add(1, &["a.txt"]);
        let work = Work::Restore(copy);
        let stop = Arc::new(AtomicBool::new(false));
        table.tell(ToBench::Do(Box::new(Task {
            job: JobId(2),
            library: table.library.clone(),
            work,
            stop,
            adding: None,
        })));
        let (path, backups) = (table.library.clone(), table.folder.path().join("backups"));
        let Table { folder: _kept, library, inbox, bench, events } = table;
        drop(inbox);
        bench.run();
        assert!(events.try_iter().any(|event| matches!(event, Event::Restored { library } if library == path)));
        assert_eq!(Library::open(&library).expect("it opens").counts().expect("counts").documents, 4);
        let backup = std::fs::read_dir(backups).expect("listed").next().expect("one").expect("read").path();
        assert_eq!(Library::open(&backup).expect("it opens").counts().expect("counts").documents, 5);
    }
}
