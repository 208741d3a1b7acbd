//! The third thread: what looks through the library, as long as somebody wants to know.
//!
//! In: [`Errand`]s with a number. Out: [`Finding`]s under that number. A newer errand of the same kind stops the one under
//! way, in the middle of a query if need be, so that typing on never waits for what was typed before. It has a connection
//! of its own: a document opens while a large library is being looked through.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

use caesura::concordance::Pattern;
use caesura::document::{Provenance, Table};
use caesura::error::{Error, Result};
use caesura::neural::Encoder;
use caesura::pictures::{GraphWord, HeatMap, MapTopic, Relevance, Series, TopicMap, Trend, WordCount, WordGraph};
use caesura::pipeline::{self, LibraryTree, SplitTopic};
use caesura::progress::{Progress, Unwatched};
use caesura::search::{self, Concordance, DocumentLines, Filter, Found, Question, Ranking, TopicPassage};
use caesura::store::{Library, SavedSearch, SavedSearchId, TopicId, TopicRow};
use caesura::word_counts::{TopicCounts, WordCounts};
use caesura::words::Language;

use crate::model::Model;
use crate::worker::{Event, Failure, MAX_HITS, Voice, say_standings, say_topics};

/// The most lines of a concordance that are shown; all places are counted.
pub(crate) const MAX_LINES: usize = 20_000;

/// How many bytes of the text a line has to each side.
const CONTEXT_BYTES: usize = 120;

/// The most speakers to choose from.
const MAX_SPEAKERS: usize = 500;

/// The most chapters of a topic whose passages are read.
const MAX_PASSAGES: usize = 200;

/// How many words of a topic its graph has.
const GRAPH_WORDS: usize = 24;

/// What is asked, of which library, and under which number: larger ones are newer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) library: PathBuf,
    pub(crate) number: u64,
    pub(crate) errand: Errand,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Errand {
    /// Find chapters.
    Search(Wish),
    /// Find every place of a word or phrase, or of a topic's words.
    Places { typed: String, topic: Option<TopicId>, filter: Filter },
    /// Make the pictures of the collection.
    Pictures,
    /// Change topics by hand.
    EditTopics(TopicChange),
    /// Say what was done to topics by hand.
    ByHand,
    /// Count the words of a topic.
    TopicWords(TopicId),
    /// Read the passages of a topic.
    Passages(TopicId),
    /// List who speaks.
    Speakers,
    /// List the saved searches.
    Saved,
    /// Save a search, and list them.
    Save { name: String, typed: String, wish: String },
    /// Forget a saved search, and list them.
    Forget(SavedSearchId),
    /// Write a file.
    Write { path: PathBuf, bytes: Vec<u8> },
}

/// What is done to topics by hand. All of it can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TopicChange {
    /// Give a topic a name, or the label it was found with again.
    Rename(TopicId, Option<String>),
    /// Hide a topic, or show it again.
    Hide(TopicId),
    Show(TopicId),
    /// Make others a part of a topic.
    Merge(TopicId, Vec<TopicId>),
    /// Split a topic in two, or what was merged into what it was.
    Split(TopicId),
    /// Take back what was done last, or do it again.
    Undo,
    Redo,
}

/// For each topic, the share of the documents of each period that bear it.
pub(crate) type Shares = BTreeMap<TopicId, Vec<f64>>;

/// What is done to topics, what of it can be taken back and done again, and what follows for the list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct TopicsByHand {
    /// The topics that are hidden.
    pub(crate) hidden: Vec<TopicRow>,
    /// What undoing takes back, and what redoing does again.
    pub(crate) to_undo: Option<String>,
    pub(crate) to_redo: Option<String>,
    /// How they join into fewer ones.
    pub(crate) tree: Option<LibraryTree>,
    /// The share of the documents of each period that bear a topic, the earliest period first; of one period or none, no
    /// share.
    pub(crate) shares: Shares,
}

impl TopicsByHand {
    fn read(library: &Library) -> Result<Self> {
        let edits = library.topic_edits()?;
        let named = |edit: &caesura::store::TopicEdit| format!("{} “{}”", edit.kind.name(), edit.label);
        Ok(Self {
            hidden: library.hidden_topics()?,
            to_undo: edits.iter().filter(|edit| !edit.is_undone).max_by_key(|edit| edit.id).map(named),
            to_redo: edits.iter().filter(|edit| edit.is_undone).min_by_key(|edit| edit.id).map(named),
            tree: Some(pipeline::topic_tree(library)?),
            shares: shares(library, &library.topics()?)?.1,
        })
    }
}

/// What a search is to find.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wish {
    pub(crate) typed: String,
    pub(crate) ranking: Ranking,
    pub(crate) filter: Filter,
}

/// What was found out.
#[derive(Debug)]
pub(crate) enum Finding {
    Found(Box<Found>),
    /// More lines of a concordance.
    Lines(Vec<DocumentLines>),
    /// How far a concordance has come, in documents.
    LookedAt {
        done: usize,
        total: usize,
    },
    /// A concordance is whole.
    Counted(Box<Concordance>),
    Pictures(Box<CollectionPictures>),
    TopicWords(Box<TopicWords>),
    Passages(TopicId, Vec<TopicPassage>),
    TopicsByHand(Box<TopicsByHand>),
    Speakers(Vec<String>),
    Saved(Vec<SavedSearch>),
    Written(PathBuf),
    /// It did not work, and that was told.
    Failed,
}

/// The pictures of all topics together.
#[derive(Clone, Debug, Default)]
pub(crate) struct CollectionPictures {
    pub(crate) map: TopicMap,
    pub(crate) heat: HeatMap,
    pub(crate) trend: Trend,
    /// The documents of the heat map, in its order.
    pub(crate) documents: Vec<caesura::store::DocumentId>,
    /// How the topics came to be, if they were mined.
    pub(crate) provenance: Option<Provenance>,
}

/// The words of one topic.
#[derive(Clone, Debug)]
pub(crate) struct TopicWords {
    pub(crate) topic: TopicId,
    pub(crate) relevance: Relevance,
    pub(crate) graph: WordGraph,
    /// How the topic came to be, if that is known.
    pub(crate) provenance: Option<Provenance>,
}

impl Errand {
    /// Returns the number of its kind: errands of one kind take each other's place; those of none all count.
    fn kind(&self) -> Option<usize> {
        match self {
            Self::Search(_) => Some(0),
            Self::Places { .. } => Some(1),
            Self::Pictures => Some(2),
            Self::TopicWords(_) => Some(3),
            Self::Passages(_) => Some(4),
            Self::EditTopics(_)
            | Self::ByHand
            | Self::Speakers
            | Self::Saved
            | Self::Save { .. }
            | Self::Forget(_)
            | Self::Write { .. } => None,
        }
    }

    fn tried(&self) -> &'static str {
        match self {
            Self::Search(_) => "The search did not work",
            Self::Places { .. } => "The library could not be looked through",
            Self::Pictures | Self::TopicWords(_) => "The picture could not be made",
            Self::Passages(_) => "The passages could not be read",
            Self::EditTopics(_) | Self::ByHand => "The topic was not changed",
            Self::Speakers => "The speakers could not be listed",
            Self::Saved | Self::Save { .. } | Self::Forget(_) => "The saved searches could not be changed",
            Self::Write { .. } => "The file was not written",
        }
    }
}

const N_KINDS: usize = 5;

/// Says, between the thread that asks and the one that answers, whether what is under way is still wanted.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    /// The newest number asked of each kind.
    newest: [AtomicU64; N_KINDS],
    /// What is under way: its kind, or one beyond the last for what is never overtaken, and its number.
    kind: AtomicUsize,
    number: AtomicU64,
    is_closed: AtomicBool,
}

impl Gate {
    /// Says that something newer is wanted.
    pub(crate) fn ask(&self, asked: &Asked) {
        if let Some(kind) = asked.errand.kind() {
            self.newest[kind].fetch_max(asked.number, Ordering::Relaxed);
        }
    }

    /// Says that nothing is wanted any more.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Begins an errand; false if it was overtaken while it waited.
    fn begin(&self, asked: &Asked) -> bool {
        self.kind.store(asked.errand.kind().unwrap_or(N_KINDS), Ordering::Relaxed);
        self.number.store(asked.number, Ordering::Relaxed);
        !self.is_overtaken()
    }

    fn is_overtaken(&self) -> bool {
        let newest = self.newest.get(self.kind.load(Ordering::Relaxed)).map(|newest| newest.load(Ordering::Relaxed));
        self.is_closed.load(Ordering::Relaxed)
            || newest.is_some_and(|newest| self.number.load(Ordering::Relaxed) < newest)
    }
}

/// Runs errands.
pub(crate) struct Scout {
    voice: Voice,
    gate: Arc<Gate>,
    model: Model,
    library: Option<Library>,
    /// The words of the whole library, and what they were counted of.
    words: Option<(CountedOf, WordCounts)>,
}

/// What the words of a library are counted of: its documents, whose texts never change, and the language of its topics.
type CountedOf = (BTreeSet<[u8; 32]>, Language);

impl Scout {
    pub(crate) fn new(voice: Voice, gate: Arc<Gate>, model: Model) -> Self {
        Self { voice, gate, model, library: None, words: None }
    }

    pub(crate) fn run(mut self, errands: &Receiver<Asked>) {
        while let Ok(asked) = errands.recv() {
            self.answer_safely(asked);
        }
    }

    pub(crate) fn answer_safely(&mut self, asked: Asked) {
        if !self.gate.begin(&asked) {
            return;
        }
        let (number, tried) = (asked.number, asked.errand.tried());
        let failure = match catch_unwind(AssertUnwindSafe(|| self.answer(asked))) {
            // Answered, or overtaken: whoever asked has forgotten it.
            Ok(Ok(()) | Err(Error::Cancelled)) => return,
            Ok(Err(error)) => Failure::of(tried, &error),
            Err(panic) => Some(Failure::of_panic(tried, panic.as_ref())),
        };
        self.say(number, Finding::Failed);
        if let Some(failure) = failure {
            tracing::warn!(tried = failure.tried, reason = failure.reason, "failed");
            self.voice.say(Event::Failed(failure));
        }
    }

    fn say(&self, number: u64, finding: Finding) {
        self.voice.say(Event::Scouted { number, finding });
    }

    fn answer(&mut self, asked: Asked) -> Result<()> {
        let Asked { library, number, errand } = asked;
        if let Errand::Write { path, bytes } = errand {
            std::fs::write(&path, bytes).map_err(|source| Error::Write { path: path.clone(), source })?;
            self.say(number, Finding::Written(path));
            return Ok(());
        }
        self.open(&library)?;
        let library = self.library.as_mut().expect("it was opened");
        let finding = match errand {
            Errand::Search(wish) => Finding::Found(Box::new(find(library, &wish, &self.model)?)),
            Errand::Places { typed, topic, filter } => {
                let look = Look { number, voice: &self.voice, gate: &self.gate };
                Finding::Counted(Box::new(look.through(library, &typed, topic, &filter)?))
            }
            Errand::Pictures => Finding::Pictures(Box::new(pictures(library)?)),
            Errand::EditTopics(change) => {
                edit_topics(library, change, &*self.gate)?;
                say_topics(library, &self.voice)?;
                say_standings(library, &self.voice)?;
                Finding::TopicsByHand(Box::new(TopicsByHand::read(library)?))
            }
            Errand::ByHand => Finding::TopicsByHand(Box::new(TopicsByHand::read(library)?)),
            Errand::TopicWords(topic) => {
                let counts = counted(&mut self.words, library, &self.gate)?;
                Finding::TopicWords(Box::new(topic_words(library, topic, counts, &*self.gate)?))
            }
            Errand::Passages(topic) => {
                let pattern = pattern_of_topic(library, topic)?;
                let passages = match pattern {
                    Some(pattern) => search::topic_passages(library, topic, &pattern, MAX_PASSAGES, &*self.gate)?,
                    None => Vec::new(),
                };
                Finding::Passages(topic, passages)
            }
            Errand::Speakers => Finding::Speakers(library.speakers(None, MAX_SPEAKERS)?),
            Errand::Saved => Finding::Saved(library.saved_searches()?),
            Errand::Save { name, typed, wish } => {
                library.save_search(&name, &typed, &wish)?;
                Finding::Saved(library.saved_searches()?)
            }
            Errand::Forget(id) => {
                library.forget_search(id)?;
                Finding::Saved(library.saved_searches()?)
            }
            Errand::Write { .. } => unreachable!("it was done above"),
        };
        self.say(number, finding);
        Ok(())
    }

    fn open(&mut self, path: &Path) -> Result<()> {
        if self.library.as_ref().is_some_and(|library| library.path() == path) {
            return Ok(());
        }
        self.library = None;
        self.words = None;
        let mut library = Library::open(path)?;
        let gate = Arc::clone(&self.gate);
        library.stop_when(move || gate.is_overtaken())?;
        self.library = Some(library);
        Ok(())
    }
}

impl Progress for Gate {
    fn report(&self, _done: usize, _total: usize) {}

    fn is_cancelled(&self) -> bool {
        self.is_overtaken()
    }
}

fn find(library: &Library, wish: &Wish, model: &Model) -> Result<Found> {
    let text = match wish.ranking {
        Ranking::Words => None,
        Ranking::Meaning | Ranking::Both => search::text_to_encode(&wish.typed),
    };
    let vector = match text {
        Some(text) if library.vector_dims()?.is_some() => Some(model.get()?.encode(&[&text], &Unwatched)?),
        _ => None,
    };
    let question = Question {
        typed: &wish.typed,
        ranking: wish.ranking,
        vector: vector.as_ref().map(|vectors| vectors.row(0)),
        filter: &wish.filter,
        limit: MAX_HITS,
        is_typing: true,
    };
    search::search(library, &question)
}

/// A concordance under way.
struct Look<'a> {
    number: u64,
    voice: &'a Voice,
    gate: &'a Gate,
}

impl Look<'_> {
    fn through(&self, library: &Library, typed: &str, topic: Option<TopicId>, filter: &Filter) -> Result<Concordance> {
        let pattern = match topic {
            Some(topic) => pattern_of_topic(library, topic)?,
            None => Pattern::parse(typed),
        };
        let Some(pattern) = pattern else { return Ok(Concordance::default()) };
        let filter = Filter { topic: topic.or(filter.topic), ..filter.clone() };
        // Documents come by the hundred thousand; a message each would cost more than to look for them.
        let mut batch: Vec<DocumentLines> = Vec::new();
        let say_batch = |batch: &mut Vec<DocumentLines>| {
            let finding = Finding::Lines(std::mem::take(batch));
            self.voice.say(Event::Scouted { number: self.number, finding });
        };
        let mut n_lines = 0;
        let on_document = &mut |document: DocumentLines| {
            n_lines += document.lines.len();
            batch.push(document);
            if 400 <= n_lines || 200 <= batch.len() {
                n_lines = 0;
                say_batch(&mut batch);
            }
            Ok(())
        };
        let counted = search::concordance(library, &pattern, &filter, MAX_LINES, CONTEXT_BYTES, on_document, self)?;
        say_batch(&mut batch);
        Ok(counted)
    }
}

impl Progress for Look<'_> {
    fn report(&self, done: usize, total: usize) {
        let step = (total / 50).max(20);
        if done > 0 && done.is_multiple_of(step) {
            self.voice.say(Event::Scouted { number: self.number, finding: Finding::LookedAt { done, total } });
        }
    }

    fn is_cancelled(&self) -> bool {
        self.gate.is_overtaken()
    }
}

fn topic_row(library: &Library, id: TopicId) -> Result<TopicRow> {
    library.topics()?.into_iter().find(|topic| topic.id == id).ok_or(Error::NoTopic(id.0))
}

fn pattern_of_topic(library: &Library, id: TopicId) -> Result<Option<Pattern>> {
    let topic = topic_row(library, id)?;
    let language = pipeline::topics_language(library)?;
    Ok(Pattern::of_stems(topic.words.iter().map(|(word, _)| word.as_str()), language))
}

fn edit_topics(library: &mut Library, change: TopicChange, progress: &dyn Progress) -> Result<()> {
    match change {
        TopicChange::Rename(id, name) => library.rename_topic(id, name.as_deref()).map(drop),
        TopicChange::Hide(id) => library.hide_topic(id).map(drop),
        TopicChange::Show(id) => library.show_topic(id).map(drop),
        TopicChange::Merge(into, others) => library.merge_topics(into, &others).map(drop),
        TopicChange::Split(id) => pipeline::split_topic(library, id, SplitTopic::Number(2), progress).map(drop),
        TopicChange::Undo => library.undo_topic_edit().map(drop),
        TopicChange::Redo => library.redo_topic_edit().map(drop),
    }
}

fn trend(library: &Library, topics: &[TopicRow]) -> Result<Trend> {
    let (periods, mut shares) = shares(library, topics)?;
    let series = topics.iter().map(|topic| Series {
        label: topic.label.clone(),
        values: shares.remove(&topic.id).unwrap_or_else(|| vec![0.0; periods.len()]),
    });
    let series = series.collect();
    Ok(Trend::of(periods, series))
}

/// Returns the years of the documents that have one, and for each topic the share of each year's documents that bear it.
/// Where all are of three years or fewer, months take the place of years.
fn shares(library: &Library, topics: &[TopicRow]) -> Result<(Vec<String>, Shares)> {
    let documents = library.documents()?;
    let dates: Vec<_> = documents.iter().filter_map(|row| row.date.map(|date| (row.id, date.to_string()))).collect();
    let years: BTreeSet<&str> = dates.iter().filter_map(|(_, date)| date.get(..4)).collect();
    let n_letters = if years.len() <= 3 { 7 } else { 4 };
    let period = |date: &String| date[..date.len().min(n_letters)].to_owned();
    let mut n_documents: BTreeMap<String, u32> = BTreeMap::new();
    for (_, date) in &dates {
        *n_documents.entry(period(date)).or_default() += 1;
    }
    let period_of: BTreeMap<_, String> = dates.iter().map(|(id, date)| (*id, period(date))).collect();
    let mut bearing: BTreeMap<(TopicId, &str), u32> = BTreeMap::new();
    for (document, topic, _) in library.document_topics()? {
        if let Some(period) = period_of.get(&document) {
            *bearing.entry((topic, period)).or_default() += 1;
        }
    }
    let shares = topics.iter().map(|topic| {
        let share = |(period, n): (&String, &u32)| {
            f64::from(bearing.get(&(topic.id, period.as_str())).copied().unwrap_or(0)) / f64::from(*n)
        };
        (topic.id, n_documents.iter().map(share).collect())
    });
    let shares = shares.collect();
    Ok((n_documents.into_keys().collect(), shares))
}

fn pictures(library: &Library) -> Result<CollectionPictures> {
    let (topics, rows) = (library.topics()?, library.documents()?);
    let place_of = |id: TopicId| topics.iter().position(|topic| topic.id == id);
    let mut documents: Vec<_> = rows.iter().map(|row| (row.id, row.title.clone())).collect();
    documents.sort_by_key(|(id, _)| *id);
    let mut map: Vec<MapTopic> =
        topics.iter().map(|topic| MapTopic { label: topic.label.clone(), documents: Vec::new() }).collect();
    let mut strengths: Vec<Vec<(usize, f32)>> = vec![Vec::new(); documents.len()];
    for (document, topic, strength) in library.document_topics()? {
        let Some(topic) = place_of(topic) else { continue };
        map[topic].documents.push((document.0, strength));
        if let Ok(at) = documents.binary_search_by_key(&document, |(id, _)| *id) {
            strengths[at].push((topic, strength));
        }
    }
    let trend = trend(library, &topics)?;
    let labels = topics.iter().map(|topic| topic.label.clone()).collect();
    let (ids, titles) = documents.into_iter().unzip();
    Ok(CollectionPictures {
        map: TopicMap::of(map),
        heat: HeatMap::of(labels, titles, strengths),
        trend,
        documents: ids,
        provenance: library.topics_provenance()?,
    })
}

/// Returns the words of the whole library, counted anew if documents came or went.
fn counted<'a>(
    kept: &'a mut Option<(CountedOf, WordCounts)>,
    library: &Library,
    gate: &Gate,
) -> Result<&'a WordCounts> {
    let of = (library.checksums()?, pipeline::topics_language(library)?);
    if kept.as_ref().is_none_or(|(kept_of, _)| *kept_of != of) {
        let counts = WordCounts::of_library(library, of.1, gate)?;
        *kept = Some((of, counts));
    }
    Ok(&kept.as_ref().expect("it was counted").1)
}

fn topic_words(library: &Library, topic: TopicId, counts: &WordCounts, progress: &dyn Progress) -> Result<TopicWords> {
    let row = topic_row(library, topic)?;
    let asked: Vec<&str> = row.words.iter().take(GRAPH_WORDS).map(|(word, _)| word.as_str()).collect();
    let language = pipeline::topics_language(library)?;
    let found = TopicCounts::of_topic(library, topic, &asked, language, progress)?;
    let words = found.words.by_frequency().into_iter().map(|(stem, form, n)| WordCount {
        word: form.to_owned(),
        in_topic: n,
        // The library may have changed in between.
        in_all: counts.of_stem(stem).max(n),
    });
    let graph_words: Vec<GraphWord> =
        found.asked.iter().map(|(word, n)| GraphWord { word: word.clone(), n_passages: *n }).collect();
    let n_in_all = counts.n_words().max(found.words.n_words());
    Ok(TopicWords {
        topic,
        relevance: Relevance::of(row.label.clone(), words.collect(), found.words.n_words(), n_in_all),
        graph: WordGraph::of(row.label, graph_words, &found.together, found.n_passages),
        provenance: library.topics_provenance()?,
    })
}

/// Returns a table as the bytes of a CSV file.
pub(crate) fn csv_bytes(table: &Table) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    caesura::export::write_table_csv(table, &mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use caesura::document::UnitIndex;
    use caesura::store::DocumentId;

    use super::*;

    fn asked(number: u64, errand: Errand) -> Asked {
        Asked { library: "library".into(), number, errand }
    }

    #[test]
    fn a_newer_errand_of_the_same_kind_overtakes() {
        let gate = Gate::default();
        let search = |number| asked(number, Errand::Search(Wish::default()));
        gate.ask(&search(1));
        assert!(gate.begin(&search(1)));
        gate.ask(&asked(2, Errand::Pictures));
        assert!(!gate.is_overtaken(), "pictures are something else");
        gate.ask(&search(3));
        assert!(gate.is_overtaken());
        assert!(!gate.begin(&search(2)), "it was overtaken while it waited");
        assert!(gate.begin(&search(3)));
        assert!(gate.begin(&asked(1, Errand::Saved)), "what has no kind is never overtaken");
        gate.close();
        assert!(gate.is_overtaken());
    }

    #[test]
    fn words_are_counted_anew_when_documents_go_and_not_when_one_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("library.caesura");
        crate::made_up::make(&path, 3).expect("made");
        let mut library = Library::open(&path).expect("it opens");
        let (mut kept, gate) = (None, Gate::default());
        let all = counted(&mut kept, &library, &gate).expect("counted").n_words();
        kept.as_mut().expect("it is kept").1 = WordCounts::default();
        library.keep_reading_place(DocumentId(1), UnitIndex(2)).expect("kept");
        assert_eq!(counted(&mut kept, &library, &gate).expect("as before").n_words(), 0);
        library.remove_document(DocumentId(1)).expect("removed");
        let fewer = counted(&mut kept, &library, &gate).expect("counted anew").n_words();
        assert!(0 < fewer && fewer < all, "{fewer} of {all}");
    }
}
