//! What can be typed: the command line as the README and the man page describe it.

use std::path::PathBuf;

use caesura::concordance::Key;
use caesura::corrections::NoteColor;
use caesura::document::{Layer, UnitKind};
use caesura::evaluate::split::Part;
use caesura::export::{ChapterFormat, TopicFormat};
use caesura::import::{Columns, ImportSettings};
use caesura::pipeline::{Engine, SplitSettings};
use caesura::search::Ranking;
use caesura::store::WorkState;
use caesura::topics::PASSAGE_WORDS;
use caesura::topics::sketch::SketchConfig;
use caesura::words::Language;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::output;

/// Cuts long texts into titled chapters, finds the topics of a collection, and searches both. Nothing leaves the machine.
#[derive(Debug, Parser)]
#[command(name = "caesura", version, long_version = env!("CAESURA_LONG_VERSION"), max_term_width = 100)]
#[command(after_help = "Results go to standard output, everything else to standard error. \
    Exit codes: 0 done, 1 our fault, 2 bad input or usage, 130 cancelled.")]
pub(crate) struct Typed {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The library to work on [default: library.caesura in the data folder of the platform]
    #[arg(long, global = true, value_name = "FILE", env = "CAESURA_LIBRARY")]
    pub(crate) library: Option<PathBuf>,
    /// How many threads to work on; the result is the same with any number [default: one a core]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Where chance starts, for everything that draws by chance
    #[arg(long, global = true, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Shows no progress
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Imports, cuts, titles and stores files or whole folders
    Add(Add),
    /// Cuts one file into chapters; touches no library
    Split(Split),
    /// Finds the topics of the library, or of a corpus in a file
    Topics(Topics),
    /// Changes one topic of the library by hand; what is done can be undone, and stays when topics are mined again
    Topic(TopicByHand),
    /// Lists the documents of the library
    List(List),
    /// Shows the chapters of one document
    Show(Show),
    /// Corrects the chapters of one document, and notes on its text; all of it can be undone
    Edit(Edit),
    /// Takes documents out of the library
    Remove(Remove),
    /// Lists the tags of the library, gives documents a tag, or takes one from them
    Tag(Tag),
    /// Says how far the work on documents has come
    Mark(Mark),
    /// Finds chapters that hold what is asked for, best first
    Search(Search),
    /// Lists every place of a word or phrase with what stands around it
    Concordance(Concordance),
    /// Writes the library, or one document, in a format that other tools read
    Export(Export),
    /// Copies the whole library into one file, while it is in use, and checks the copy
    Backup(Backup),
    /// Puts what a back-up holds in the place of the library
    Restore(Restore),
    /// Measures chapters or topics against a reference
    Evaluate(Evaluate),
    /// Trains the models that say where the subject changes
    #[cfg(feature = "libtorch")]
    Train(Train),
    /// Prints the completions for a shell
    Completions(Completions),
    /// Prints the man page
    Man,
}

/// How a document is cut.
#[derive(Debug, Args)]
pub(crate) struct Cut {
    /// What says where the subject changes; context is faster and less exact than combined, vectors and lexical are not trained
    /// on boundaries, and lexical needs no model
    #[arg(long, default_value = SplitSettings::usual().engine.name(), value_parser = engine())]
    pub(crate) engine: Engine,
    /// What chapters are made of [default: what the text is laid out in]
    #[arg(long, value_name = "KIND", value_parser = unit_kind())]
    pub(crate) units: Option<UnitKind>,
    /// How finely to cut, from 0 (not at all) to 1 (at every gap that makes no chapter too short)
    #[arg(long, value_name = "0..1", default_value_t = 0.5)]
    pub(crate) granularity: f32,
    /// The fewest units a chapter may have [default: by the kind of unit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) min_chapter_units: Option<u32>,
    /// The language of the text, which decides its stop words and stems [default: recognised]
    #[arg(long, value_name = "CODE", value_parser = language())]
    pub(crate) language: Option<Language>,
}

/// Which column of a table is what; a row is a document.
#[derive(Debug, Args)]
pub(crate) struct Tables {
    /// The column of a table that is the text [default: by its name, or the longest]
    #[arg(long = "text-column", value_name = "NAME")]
    pub(crate) text: Option<String>,
    /// The column that is the title [default: by its name]
    #[arg(long = "title-column", value_name = "NAME")]
    pub(crate) title: Option<String>,
    /// The column that is the id, which tells a row from others [default: by its name]
    #[arg(long = "id-column", value_name = "NAME")]
    pub(crate) id: Option<String>,
    /// The column that is the date [default: by its name]
    #[arg(long = "date-column", value_name = "NAME")]
    pub(crate) date: Option<String>,
    /// The column that is the author [default: by its name]
    #[arg(long = "author-column", value_name = "NAME")]
    pub(crate) author: Option<String>,
}

impl Tables {
    pub(crate) fn settings(&self) -> ImportSettings {
        let columns = Columns {
            text: self.text.clone(),
            title: self.title.clone(),
            id: self.id.clone(),
            date: self.date.clone(),
            author: self.author.clone(),
        };
        ImportSettings { columns, reader: output::reader() }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) tables: Tables,
    #[command(flatten)]
    pub(crate) cut: Cut,
}

#[derive(Debug, Args)]
pub(crate) struct Split {
    /// The file, or - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The form of the result
    #[arg(long, default_value = "text", value_parser = chapter_format())]
    pub(crate) format: ChapterFormat,
    /// Where to [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Which chapters: those found, or those the headings of the file make
    #[arg(long, default_value = "found")]
    pub(crate) layer: LayerArg,
    /// Of a file that holds several documents, such as a mailbox, the one of this number, from 1
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..))]
    pub(crate) part: Option<usize>,
    #[command(flatten)]
    pub(crate) tables: Tables,
    #[command(flatten)]
    pub(crate) cut: Cut,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Topics {
    #[command(subcommand)]
    pub(crate) command: Option<TopicsCommand>,
    /// Mines a file of documents (JSON lines with "id" and "text", plain or .zst) instead of the library
    #[arg(long, value_name = "FILE", conflicts_with_all = ["counts", "vocabulary"])]
    pub(crate) corpus: Option<PathBuf>,
    /// Mines bags of words instead: a line a document, `n id:freq id:freq ...`
    #[arg(long, value_name = "FILE", requires = "vocabulary")]
    pub(crate) counts: Option<PathBuf>,
    /// The words of --counts: a line a word, `word = id = collection-frequency document-frequency`
    #[arg(long, value_name = "FILE", requires = "counts")]
    pub(crate) vocabulary: Option<PathBuf>,
    /// Shows the topics that were mined last, without mining again; so do the next three
    #[arg(long, conflicts_with_all = ["corpus", "counts"])]
    pub(crate) kept: bool,
    #[command(flatten)]
    pub(crate) level: TopicLevel,
    /// Counts topics by a field: year, month, source, folder, speaker, author, language, format, or what a file calls so
    #[arg(long, value_name = "FIELD", conflicts_with_all = ["corpus", "counts"])]
    pub(crate) by: Option<String>,
    #[command(flatten)]
    pub(crate) memory: Memory,
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: TopicFormatArg,
    #[command(flatten)]
    pub(crate) settings: TopicSettings,
}

/// How finely topics are told apart.
#[derive(Debug, Args)]
pub(crate) struct TopicLevel {
    /// How finely to tell topics apart, from 0 (one topic) to 1 (as they were mined)
    #[arg(long, value_name = "0..1")]
    pub(crate) granularity: Option<f32>,
    /// Joins the most alike topics until there are N
    #[arg(long, value_name = "N", conflicts_with = "granularity", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) number: Option<u32>,
}

/// How much memory mining takes.
#[derive(Debug, Args)]
pub(crate) struct Memory {
    /// About how much memory a corpus of --corpus, --counts or `merge` may take, such as 512M or 2G; what is beyond lies in
    /// temporary files, and the result is the same [default: no limit]
    #[arg(long = "memory", value_name = "SIZE", value_parser = size_bytes, allow_hyphen_values = true)]
    pub(crate) bytes: Option<u64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TopicsCommand {
    /// Writes what mining needs to know of one part of a corpus, for `merge`
    Sketch(Sketch),
    /// Mines a corpus whose parts were sketched, in any order and place: the result is that of mining it whole
    Merge(Merge),
}

#[derive(Debug, Args)]
#[command(
    after_help = "A corpus that outgrows one machine is cut into parts. Each is sketched by itself, by a batch queue or by \
    the pipe of an engine such as Spark (`rdd.pipe(\"caesura topics sketch - --output ...\")`), and `caesura topics merge` \
    puts the sketches together.\n\n\
    The seed and the language are fixed here, and must be the same for all parts. Every document needs its place in the whole \
    corpus, from 0: as the field \"place\" of its line, or one after the document before it; the first has that of --first. \
    Settings of the miner are given to `merge`."
)]
pub(crate) struct Sketch {
    /// The part, or - for standard input: JSON lines with "id" and "text", plain or .zst; with --vocabulary, counts
    #[arg(value_name = "PART")]
    pub(crate) part: PathBuf,
    /// Where to
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The part is bags of words, a line a document, `n id:freq id:freq ...`, of these words, the same for all parts
    #[arg(long, value_name = "FILE", conflicts_with = "language")]
    pub(crate) vocabulary: Option<PathBuf>,
    /// The place of the first document in the whole corpus
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) first: u32,
    /// The language of the texts [default: recognised from the part]
    #[arg(long, value_name = "CODE", value_parser = language())]
    pub(crate) language: Option<Language>,
    /// For how many functions common words are hashed here and not again; 0 makes the smallest file. Texts so short that they
    /// are mined in pools are hashed anew
    #[arg(long, value_name = "N", default_value_t = SketchConfig::USUAL_FUNCTIONS,
        value_parser = clap::value_parser!(u32).range(..=100_000))]
    pub(crate) functions: u32,
    /// Long texts are mined as passages of about N words, the same for all parts; 0 leaves texts whole
    #[arg(long, value_name = "N", default_value_t = PASSAGE_WORDS, conflicts_with = "vocabulary")]
    pub(crate) passage_words: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The sketches of all parts, in any order
    #[arg(required = true, value_name = "FILE")]
    pub(crate) sketches: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) memory: Memory,
    #[command(flatten)]
    pub(crate) level: TopicLevel,
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: TopicFormatArg,
    #[command(flatten)]
    pub(crate) settings: TopicSettings,
}

#[derive(Debug, Args)]
pub(crate) struct TopicByHand {
    #[command(subcommand)]
    pub(crate) what: TopicEdit,
}

/// What is done to a topic. Numbers are the ids of `topics --format json`, which stay when topics are mined again.
#[derive(Debug, Subcommand)]
pub(crate) enum TopicEdit {
    /// Lists the topics with their numbers, hidden ones too
    List,
    /// Gives a topic a name; without one, the label it was mined with
    Rename {
        /// The topic's number
        id: i64,
        /// Its name
        name: Option<String>,
    },
    /// Leaves a topic out of all lists
    Hide {
        /// The topic's number
        id: i64,
    },
    /// Shows a topic that was hidden
    Show {
        /// The topic's number
        id: i64,
    },
    /// Makes several topics one, which keeps the number and the name of the first
    Merge {
        /// The topics' numbers
        #[arg(required = true, num_args = 2..)]
        ids: Vec<i64>,
    },
    /// Takes apart what was merged into a topic
    Separate {
        /// The topic's number
        id: i64,
    },
    /// Splits a topic where its chapters fall apart, or into those that hold some words and the rest
    Split {
        /// The topic's number
        id: i64,
        /// Into how many parts
        #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(2..=100))]
        parts: u32,
        /// Words of the first part
        #[arg(long, value_name = "WORD", num_args = 1.., conflicts_with = "parts")]
        words: Vec<String>,
    },
    /// Takes back what was done last
    Undo,
    /// Does again what was taken back
    Redo,
    /// Lists what was done, the latest first
    Edits,
}

/// The settings of the miner; what is not given is chosen from the corpus.
#[derive(Debug, Args)]
pub(crate) struct TopicSettings {
    /// Mines a long text as passages of about N words; 0 leaves texts whole
    #[arg(long, value_name = "N")]
    pub(crate) passage_words: Option<u32>,
    /// Mines short texts that share a word as one bag of about N words; 0 mines each by itself
    #[arg(long, value_name = "N")]
    pub(crate) pool_words: Option<u32>,
    /// How many min-hash values make a key
    #[arg(long, value_name = "R")]
    pub(crate) tuple_size: Option<u32>,
    /// How many tables to hash into
    #[arg(long, value_name = "N")]
    pub(crate) tables: Option<u32>,
    /// Two word sets are linked if they overlap by more than this
    #[arg(long, value_name = "0..1")]
    pub(crate) overlap: Option<f32>,
    /// The fewest words in a word set
    #[arg(long, value_name = "N")]
    pub(crate) min_set: Option<u32>,
    /// The fewest word sets in a topic
    #[arg(long, value_name = "N")]
    pub(crate) min_cluster: Option<u32>,
    /// Leaves out words that stand in fewer documents
    #[arg(long, value_name = "N")]
    pub(crate) min_documents: Option<u32>,
    /// Finds no topic by words that stand in a larger share of the documents; one lists words of up to twice that share
    #[arg(long, value_name = "0..1")]
    pub(crate) max_document_share: Option<f32>,
    /// The fewest documents that must hold the words of a topic together
    #[arg(long, value_name = "N")]
    pub(crate) min_support: Option<u32>,
    /// The most words in a cluster of word sets
    #[arg(long, value_name = "N")]
    pub(crate) max_cluster_words: Option<u32>,
    /// How many words a topic lists
    #[arg(long, value_name = "N")]
    pub(crate) topic_words: Option<u32>,
    /// A document bears a topic if it is at least so strong
    #[arg(long, value_name = "0..1")]
    pub(crate) min_strength: Option<f32>,
    /// Leaves out no word for its frequency
    #[arg(long, conflicts_with_all = ["min_documents", "max_document_share"])]
    pub(crate) no_frequency_limits: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Tag {
    #[command(subcommand)]
    pub(crate) what: TagWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagWhat {
    /// Lists the tags, each with how many documents have it
    List(TagList),
    /// Gives documents a tag; a / in it makes it lie within another
    Add(TagOf),
    /// Takes a tag from documents
    Remove(TagOf),
    /// Gives a tag, and those that lie within it, another name on all documents
    Rename {
        /// The tag
        from: String,
        /// Its other name; the tags become one if that is there already
        to: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TagList {
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: SearchFormat,
}

#[derive(Debug, Args)]
pub(crate) struct TagOf {
    /// The tag
    pub(crate) tag: String,
    /// The documents' numbers, as `list` gives them
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct Mark {
    /// How far the work on them has come
    #[arg(value_parser = work_state())]
    pub(crate) state: WorkState,
    /// The documents' numbers, as `list` gives them
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only documents that have this tag, or one within it
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// Only documents of which the work has come so far
    #[arg(long, value_name = "STATE", value_parser = work_state())]
    pub(crate) state: Option<WorkState>,
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: TableFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The document's number, as `list` gives it
    pub(crate) id: i64,
    /// The form of the result
    #[arg(long, default_value = "text", value_parser = chapter_format())]
    pub(crate) format: ChapterFormat,
    /// Which chapters: those found, or those the headings of the file make
    #[arg(long, default_value = "found")]
    pub(crate) layer: LayerArg,
}

/// Places are numbers of units, as `show` gives them, or times such as 1:02:03; a chapter is named by any place in it.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// The document's number, as `list` gives it
    pub(crate) id: i64,
    #[command(subcommand)]
    pub(crate) what: EditWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EditWhat {
    /// Lists the units with their numbers, the scores of the gaps before them, and where chapters start
    Units(EditUnits),
    /// Starts a chapter at a place
    Split(EditPlace),
    /// Makes one of a chapter and the one before it
    Merge(EditMerge),
    /// Lets a chapter start at another place
    Move(EditMove),
    /// Gives a chapter a title
    Rename(EditRename),
    /// Gives a chapter a level, from 1 to 6
    Level(EditLevel),
    /// Marks the start of a chapter as certain
    Certain(EditPlace),
    /// Leaves it to the engine again whether a chapter starts at a place
    Uncertain(EditPlace),
    /// Keeps a chapter as it is, whatever the document is cut anew by
    Lock(EditPlace),
    /// Lets a chapter change again
    Unlock(EditPlace),
    /// Lists what is least certain first, or accepts all that is certain enough
    Review(EditReview),
    /// Highlights bytes of the text, with a note and tags
    Note(EditNote),
    /// Takes a note away
    RemoveNote(EditRemoveNote),
    /// Lists the notes
    Notes,
    /// Takes the last change back
    Undo,
    /// Does again what was taken back last
    Redo,
    /// Lists all changes, those that were taken back marked
    Log,
    /// Cuts the document anew; what was done by hand stays
    Recut(EditRecut),
}

#[derive(Debug, Args)]
pub(crate) struct EditUnits {
    /// The first place to list
    #[arg(default_value = "0")]
    pub(crate) from: String,
    /// How many units to list
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct EditPlace {
    /// The place
    pub(crate) place: String,
}

#[derive(Debug, Args)]
pub(crate) struct EditMerge {
    /// A place in the chapter
    pub(crate) place: String,
    /// With the one after it
    #[arg(long)]
    pub(crate) next: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EditMove {
    /// A place in the chapter
    pub(crate) place: String,
    /// The place where it is to start
    #[arg(required_unless_present = "by")]
    pub(crate) to: Option<String>,
    /// By so many units, back if below 0
    #[arg(long, value_name = "N", allow_negative_numbers = true, conflicts_with = "to")]
    pub(crate) by: Option<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct EditRename {
    /// A place in the chapter
    pub(crate) place: String,
    /// The title
    pub(crate) title: String,
}

#[derive(Debug, Args)]
pub(crate) struct EditLevel {
    /// A place in the chapter
    pub(crate) place: String,
    /// The level: 1 is the highest
    pub(crate) level: u8,
}

#[derive(Debug, Args)]
pub(crate) struct EditReview {
    /// Marks every boundary as certain whose score is at least this
    #[arg(long, value_name = "0..1")]
    pub(crate) accept_above: Option<f32>,
    /// The most to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct EditNote {
    /// The first byte of the text, counted from 0 in the text as the library keeps it (lines end with LF alone)
    pub(crate) start: usize,
    /// The byte after the last
    pub(crate) end: usize,
    /// What to note
    #[arg(long, default_value = "")]
    pub(crate) text: String,
    /// A tag; may be given several times
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// The colour of the highlight
    #[arg(long, default_value = "yellow", value_parser = note_color())]
    pub(crate) color: NoteColor,
}

#[derive(Debug, Args)]
pub(crate) struct EditRemoveNote {
    /// The note's number, as `notes` gives it
    pub(crate) number: u32,
}

#[derive(Debug, Args)]
pub(crate) struct EditRecut {
    /// How finely to cut, from 0 to 1 [default: as it is cut]
    #[arg(long, value_name = "0..1")]
    pub(crate) granularity: Option<f32>,
    /// By what this engine says, which reads the document if it has not yet [default: the one it is cut by]
    #[arg(long, value_parser = engine())]
    pub(crate) engine: Option<Engine>,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// The documents' numbers, as `list` gives them
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<i64>,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Words, "phrases", prefixes*, AND, OR, NOT, NEAR(a b), title:word
    #[arg(required = true, value_name = "QUERY")]
    pub(crate) query: Vec<String>,
    /// The most chapters to show
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) within: Within,
    /// What to rank by: the words, the meaning of plain words, or both
    #[arg(long, default_value = Ranking::Both.name(), value_parser = ranking())]
    pub(crate) ranking: Ranking,
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: SearchFormat,
}

/// Where to look.
#[derive(Debug, Args)]
pub(crate) struct Within {
    /// Only in the document of this number
    #[arg(long, value_name = "ID")]
    pub(crate) document: Option<i64>,
    /// Only in chapters that bear the topic of this index
    #[arg(long, value_name = "INDEX")]
    pub(crate) topic: Option<u32>,
    /// Only where this person speaks
    #[arg(long, value_name = "NAME")]
    pub(crate) speaker: Option<String>,
    /// Only in documents with this tag
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// Only in documents that the work has come so far with: checked for those looked over by hand
    #[arg(long, value_name = "STATE", value_parser = work_state())]
    pub(crate) state: Option<WorkState>,
    /// Only in documents of this day or later
    #[arg(long, value_name = "YYYY[-MM[-DD]]", value_parser = day)]
    pub(crate) since: Option<String>,
    /// Only in documents of this day or earlier
    #[arg(long, value_name = "YYYY[-MM[-DD]]", value_parser = day)]
    pub(crate) until: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Concordance {
    /// A word, a phrase, part of a word with a *, a * for any word, several of these with | between them
    #[arg(required_unless_present = "topic", value_name = "QUERY")]
    pub(crate) query: Vec<String>,
    #[command(flatten)]
    pub(crate) within: Within,
    /// What to sort by: the words to the left (L1, L2, L3) or right (R1, R2, R3), or the hit; several with commas between
    /// them [default: by document and place]
    #[arg(long, value_name = "KEYS", value_delimiter = ',', value_parser = sort_key())]
    pub(crate) sort: Vec<Key>,
    /// The most lines to show; all are counted
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) limit: usize,
    /// How many bytes of the text to show to each side
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u16).range(..=2000))]
    pub(crate) context: u16,
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: TableFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The form of the result
    #[arg(long, default_value = "markdown", value_parser = chapter_format())]
    pub(crate) format: ChapterFormat,
    /// Where to: a file, or a folder (one that is there, or a name that ends in /) for a file a document, beside those that are
    /// there [default: standard output]
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Only the document of this number
    #[arg(long, value_name = "ID")]
    pub(crate) document: Option<i64>,
    /// Which chapters: those found, or those the headings of the file make
    #[arg(long, default_value = "found")]
    pub(crate) layer: LayerArg,
    /// Only documents whose chapters a person corrected, as training data wants
    #[arg(long)]
    pub(crate) corrected: bool,
    /// Ends the lines of the texts in a qdpx by CR LF, counted as two characters, as `NVivo` on Windows wants
    #[arg(long)]
    pub(crate) crlf: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write; it must not be there yet
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// A file that `backup` wrote
    pub(crate) file: PathBuf,
    /// Replaces a library that holds documents, or is damaged; what was there is kept beside it
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    #[command(subcommand)]
    pub(crate) what: EvaluateWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvaluateWhat {
    /// Pk, window difference, boundary similarity and F1 against true sections
    Chapters(EvaluateChapters),
    /// ROUGE and nearness of titles to those that sections have, and whether they are grounded in their chapters
    Titles(EvaluateTitles),
    /// Coherence, diversity, support and agreement with labels
    Topics(EvaluateTopics),
    /// nDCG, recall and reciprocal rank of a search against judgements, and how long it takes
    Search(EvaluateSearch),
}

/// Which documents of the data are measured.
#[derive(Debug, Args)]
pub(crate) struct KeptDocuments {
    /// Keeps the documents of one part of the data: models train on the first, and are stopped by the second [default: all]
    #[arg(long, value_parser = part())]
    pub(crate) part: Option<Part>,
    /// Keeps documents whose field has this value; may be given several times
    #[arg(long = "where", value_name = "KEY=VALUE")]
    pub(crate) fields: Vec<String>,
    /// Only the first N documents that are kept
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateChapters {
    /// Documents with their true sections (JSON lines, plain or .zst)
    #[arg(required = true)]
    pub(crate) data: Vec<PathBuf>,
    /// What to measure; may be given several times, and then how the others differ from the first is told, and how far
    /// that goes by chance: context, pair, passage, combined, vectors, lexical; what others do: texttiling, percentile, treeseg;
    /// and what reads nothing: none, even, random [default: what the program would choose, and context with --model]
    #[arg(long, value_name = "NAME")]
    pub(crate) engine: Vec<String>,
    /// Keeps the vectors of documents in this folder, so that a second run need not make them again
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
    /// Takes the weights of the context model from this folder, as `train context` writes them
    #[arg(long, value_name = "DIR")]
    pub(crate) model: Option<PathBuf>,
    /// Takes the weights of the pair model from this folder, as `make_pair.py` writes them; with the feature libtorch, also as
    /// `train pair` or a model hub has them
    #[arg(long, value_name = "DIR")]
    pub(crate) pair_model: Option<PathBuf>,
    /// Takes the weights of the passage model from this folder, as `make_passage.py` writes them
    #[arg(long, value_name = "DIR")]
    pub(crate) passage_model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) kept: KeptDocuments,
    /// Leaves out a first section without a title
    #[arg(long)]
    pub(crate) drop_untitled_first: bool,
    /// How finely to cut, from 0 (not at all) to 1 (at every gap that makes no chapter too short)
    #[arg(long, value_name = "0..1", default_value_t = 0.5)]
    pub(crate) granularity: f32,
    /// Says also how reliable scores are, and how well documents are cut by their length
    #[arg(long)]
    pub(crate) details: bool,
    /// Writes what was predicted, a line a document and engine
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: Option<PathBuf>,
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: SearchFormat,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateTitles {
    /// Documents whose sections have titles (JSON lines, plain or .zst); each section is given one anew, without seeing it
    pub(crate) data: PathBuf,
    /// Keeps the vectors of documents in this folder, so that a second run need not make them again
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) kept: KeptDocuments,
    /// Writes the titles, a line a chapter and engine
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: Option<PathBuf>,
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: SearchFormat,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateTopics {
    /// Documents with their labels (JSON lines, plain or .zst)
    pub(crate) data: PathBuf,
    /// Only the first N documents
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    #[command(flatten)]
    pub(crate) settings: TopicSettings,
    /// Judges these topics instead: a topic a line, its words as `--tokens` writes them, heaviest first
    #[arg(long, value_name = "FILE")]
    pub(crate) topics: Option<PathBuf>,
    /// What the documents bear of these topics: a document a line, the number of its strongest topic from 0, or -1
    #[arg(long, value_name = "FILE", requires = "topics")]
    pub(crate) bearers: Option<PathBuf>,
    /// Joins the most alike topics until there are N, and judges those
    #[arg(long, value_name = "N", conflicts_with = "topics", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) number: Option<u32>,
    /// Changes one setting at a time, and prints a line for each
    #[arg(long, conflicts_with_all = ["topics", "stability"])]
    pub(crate) ablation: bool,
    /// Says how alike topics are that another seed finds, or a random nine tenths of the documents; and how well documents
    /// that are added later are judged
    #[arg(long, conflicts_with = "topics")]
    pub(crate) stability: bool,
    /// Writes the counted words of the documents, a document a line, for other programs
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// Writes the words of the topics as `--topics` reads them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["topics", "ablation", "stability"])]
    pub(crate) terms: Option<PathBuf>,
    /// Writes the strongest topic of each document as `--bearers` reads it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["topics", "ablation", "stability"])]
    pub(crate) strongest: Option<PathBuf>,
    /// Writes the topics as `topics --format json` does
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: Option<PathBuf>,
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: SearchFormat,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateSearch {
    /// A folder in the form of BEIR: corpus.jsonl, queries.jsonl and qrels/test.tsv
    pub(crate) data: PathBuf,
    /// What to measure; may be given several times: words, meaning, both [default: all of them]
    #[arg(long, value_name = "NAME", value_parser = ranking())]
    pub(crate) engine: Vec<Ranking>,
    /// Only the first N questions
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Keeps the vectors of passages in this folder, so that a second run need not make them again
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
    /// Writes what was found, a line a question and engine
    #[arg(long, value_name = "FILE")]
    pub(crate) predictions: Option<PathBuf>,
    /// The form of the result
    #[arg(long, default_value = "text")]
    pub(crate) format: SearchFormat,
}

/// Trains a model.
#[cfg(feature = "libtorch")]
#[derive(Debug, Args)]
pub(crate) struct Train {
    #[command(subcommand)]
    pub(crate) what: TrainWhat,
}

#[cfg(feature = "libtorch")]
#[derive(Debug, Subcommand)]
pub(crate) enum TrainWhat {
    /// The context model: a small transformer over the vectors and cues of units
    Context(TrainContext),
    /// The pair model: a transformer that reads both sides of a gap, fine-tuned from one that knows the language
    Pair(TrainPair),
    /// The passage model: a transformer that reads several units at once, fine-tuned from one that knows the language
    Passage(TrainPassage),
}

#[cfg(feature = "libtorch")]
#[derive(Debug, Args)]
pub(crate) struct TrainData {
    /// Documents whose sections are known (JSON lines, plain or .zst); each file is a kind of documents
    #[arg(required = true)]
    pub(crate) data: Vec<PathBuf>,
    /// The folder for the weights; a training that was stopped goes on from what it finds there
    #[arg(long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Keeps the vectors of documents in this folder, so that a second run need not make them again
    #[arg(long, value_name = "DIR")]
    pub(crate) vectors: Option<PathBuf>,
    /// Reads only this share of the documents of a file, in 0 to 1; may be given several times
    #[arg(long, value_name = "FILE=0..1", value_parser = share_of_file)]
    pub(crate) share: Vec<(String, f64)>,
}

#[cfg(feature = "libtorch")]
#[derive(Debug, Args)]
pub(crate) struct TrainPair {
    #[command(flatten)]
    pub(crate) data: TrainData,
    /// A model of the BERT family in the layout of model hubs: config.json, weights, a vocabulary
    #[arg(long, value_name = "DIR", required_unless_present = "refit")]
    pub(crate) base: Option<PathBuf>,
    /// Trains nothing: calibrates the pair model in the --output folder anew
    #[arg(long, conflicts_with_all = ["base", "anywhere", "doubted", "talk", "steps"])]
    pub(crate) refit: bool,
    /// Of the pairs, those that are two paragraphs of a document wherever they stand [default: 0.2]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) anywhere: Option<f64>,
    /// Of the gaps that are no boundaries, those about which the context model is in doubt; for a base that was trained
    /// without [default: 0]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) doubted: Option<f64>,
    /// The least share of pairs that are of spoken text [default: 0]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) talk: Option<f64>,
    /// How many steps are made [default: 1200]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) steps: Option<u32>,
}

/// What is learnt from besides the documents, and how much of it all is talk.
#[cfg(feature = "libtorch")]
#[derive(Debug, Args)]
pub(crate) struct MadeOver {
    /// Documents made over as automatic transcripts, for each of spoken text [default: 0.3]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) automatic: Option<f64>,
    /// Documents made over as transcripts with points but without speakers, for each of spoken text [default: 0.5]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) punctuated: Option<f64>,
    /// Documents cut anew into larger or smaller units, for each document [default: 0.25]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) regrouped: Option<f64>,
    /// Documents spliced together of sections of others, for each document [default: 0.3]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) spliced: Option<f64>,
    /// The least share of what is trained on that is spoken text [default: 0.4, and 0.5 of a passage model]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) talk: Option<f64>,
}

#[cfg(feature = "libtorch")]
#[derive(Debug, Args)]
pub(crate) struct TrainPassage {
    #[command(flatten)]
    pub(crate) data: TrainData,
    /// A BERT in the layout of model hubs: config.json, weights, a vocabulary; or what such a training wrote
    #[arg(long, value_name = "DIR", required_unless_present = "refit")]
    pub(crate) base: Option<PathBuf>,
    /// Trains nothing: calibrates the passage model in the --output folder anew, with the context model of this program
    #[arg(long, conflicts_with_all = [
        "base", "kept", "automatic", "punctuated", "regrouped", "spliced", "talk", "steps", "rate",
    ])]
    pub(crate) refit: bool,
    /// The share of the weights of a passage model as base in what comes of the training [default: 0]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) kept: Option<f64>,
    #[command(flatten)]
    pub(crate) made_over: MadeOver,
    /// How many steps are made [default: 2400]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) steps: Option<u32>,
    /// The highest rate [default: 0.0002]
    #[arg(long, value_name = "RATE", value_parser = share)]
    pub(crate) rate: Option<f64>,
}

#[cfg(feature = "libtorch")]
#[derive(Debug, Args)]
pub(crate) struct TrainContext {
    #[command(flatten)]
    pub(crate) data: TrainData,
    /// Trains nothing: calibrates the context model in the --output folder anew, with the encoder of this program
    #[arg(long, conflicts_with_all = [
        "start", "kept", "automatic", "punctuated", "regrouped", "spliced", "talk", "members", "steps", "rate", "dropout",
    ])]
    pub(crate) refit: bool,
    /// Goes on from the weights of the context model in this folder, instead of from random ones
    #[arg(long, value_name = "DIR")]
    pub(crate) start: Option<PathBuf>,
    /// The share of those weights in what comes of the training: 0 keeps what was trained alone [default: 0.5]
    #[arg(long, value_name = "0..1", value_parser = share, requires = "start")]
    pub(crate) kept: Option<f64>,
    #[command(flatten)]
    pub(crate) made_over: MadeOver,
    /// How many members the model has, each trained from a seed of its own; their log-odds are averaged [default: 6]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=16))]
    pub(crate) members: Option<u16>,
    /// How many steps are made for each member [default: 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) steps: Option<u32>,
    /// The highest rate [default: 0.001, and 0.0003 with --start]
    #[arg(long, value_name = "RATE", value_parser = share)]
    pub(crate) rate: Option<f64>,
    /// The share of numbers left out [default: 0.15]
    #[arg(long, value_name = "0..1", value_parser = share)]
    pub(crate) dropout: Option<f64>,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Which chapters of a document.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LayerArg {
    /// Found by the engine, and corrected by hand
    Found,
    /// As the headings of the file cut it
    AsWritten,
}

impl From<LayerArg> for Layer {
    fn from(layer: LayerArg) -> Self {
        match layer {
            LayerArg::Found => Self::Found,
            LayerArg::AsWritten => Self::AsWritten,
        }
    }
}

/// The form of a list.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TableFormat {
    /// For reading
    Text,
    /// For scripts
    Json,
    /// For spreadsheets
    Csv,
}

/// The form of hits and of measurements.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SearchFormat {
    /// For reading
    Text,
    /// For scripts
    Json,
}

/// The form of topics.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TopicFormatArg {
    /// A line a topic, for reading
    Text,
    /// Everything, for scripts
    Json,
    /// A row a topic, for spreadsheets
    Csv,
    /// A page in one file
    Html,
}

impl From<TopicFormatArg> for TopicFormat {
    fn from(format: TopicFormatArg) -> Self {
        match format {
            TopicFormatArg::Text => Self::Text,
            TopicFormatArg::Json => Self::Json,
            TopicFormatArg::Csv => Self::Csv,
            TopicFormatArg::Html => Self::Html,
        }
    }
}

#[cfg(feature = "libtorch")]
fn share_of_file(typed: &str) -> Result<(String, f64), String> {
    let (name, typed) = typed.rsplit_once('=').ok_or("it takes FILE=SHARE")?;
    Ok((name.to_owned(), share(typed)?))
}

#[cfg(feature = "libtorch")]
fn share(typed: &str) -> Result<f64, String> {
    let share: f64 = typed.parse().map_err(|_| format!("{typed:?} is no number"))?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(format!("{typed} is not between 0 and 1")) }
}

/// Returns a number of bytes typed as a number with a unit or none: K, M, G and T, each 1024 of the one before.
fn size_bytes(typed: &str) -> Result<u64, String> {
    let n_digits = typed.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = typed.split_at(n_digits);
    let unit = match unit.to_ascii_uppercase().trim_end_matches('B').trim_end_matches('I') {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err("it takes a number and K, M, G or T, such as 512M".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "it takes a number and K, M, G or T, such as 512M".to_owned())?;
    let bytes = number.checked_mul(1 << unit).ok_or("no machine has so much")?;
    if bytes < 1 << 20 { Err("it must be at least 1M".to_owned()) } else { Ok(bytes) }
}

fn chapter_format() -> impl TypedValueParser<Value = ChapterFormat> {
    PossibleValuesParser::new(ChapterFormat::ALL.map(ChapterFormat::name)).map(|name| {
        ChapterFormat::ALL.into_iter().find(|format| format.name() == name).expect("only these names are let in")
    })
}

fn engine() -> impl TypedValueParser<Value = Engine> {
    PossibleValuesParser::new(Engine::ALL.map(Engine::name))
        .map(|name| Engine::from_name(&name).expect("only these names are let in"))
}

fn note_color() -> impl TypedValueParser<Value = NoteColor> {
    PossibleValuesParser::new(NoteColor::ALL.map(NoteColor::name))
        .map(|name| NoteColor::from_name(&name).expect("only these names are let in"))
}

/// A state of work, with `-` where the store has `_`.
fn work_state() -> impl TypedValueParser<Value = WorkState> {
    PossibleValuesParser::new(["unread", "in-work", "checked"])
        .map(|name| WorkState::from_name(&name.replace('-', "_")).expect("only these names are let in"))
}

fn day(typed: &str) -> Result<String, String> {
    let date =
        caesura::document::Date::from_iso(typed).ok_or_else(|| format!("{typed:?} is no day such as 2024-05-31"))?;
    Ok(date.to_string())
}

fn ranking() -> impl TypedValueParser<Value = Ranking> {
    PossibleValuesParser::new(Ranking::ALL.map(Ranking::name))
        .map(|name| Ranking::from_name(&name).expect("only these names are let in"))
}

fn sort_key() -> impl TypedValueParser<Value = Key> {
    PossibleValuesParser::new(Key::ALL.map(Key::name))
        .map(|name| Key::from_name(&name).expect("only these names are let in"))
}

fn part() -> impl TypedValueParser<Value = Part> {
    PossibleValuesParser::new(Part::ALL.map(Part::name))
        .map(|name| Part::ALL.into_iter().find(|part| part.name() == name).expect("only these names are let in"))
}

fn unit_kind() -> impl TypedValueParser<Value = UnitKind> {
    PossibleValuesParser::new(UnitKind::ALL.map(UnitKind::name))
        .map(|name| UnitKind::from_name(&name).expect("only these names are let in"))
}

fn language() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(Language::ALL.map(Language::code))
        .map(|code| Language::from_code(&code).expect("only these codes are let in"))
}
