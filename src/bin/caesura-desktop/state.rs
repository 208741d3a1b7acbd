//! What the window shows, and how it changes.
//!
//! In: a [`Command`] of the user or an [`Event`] of the worker. Out: the [`Request`]s that follow from it. No type of
//! the window's toolkit and no file appears here, so that all of it is tested without a window.

use std::path::{Path, PathBuf};
use std::time::Duration;

use caesura::chapters::{CutConfig, CutRule, Cutter};
use caesura::document::{ByteOffset, Chapter, Fields, GapIndex, GapScores, UnitIndex, Units};
use caesura::export::ChapterFormat;
use caesura::import::name_of;
use caesura::pipeline::words_of_units;
use caesura::store::{ChapterId, ChapterRow, DocumentId, DocumentRow, TopicChapter, TopicId, TopicRow, WorkState};

use crate::backups::{self, Backup};
use crate::command::{Action, Command, Outline, Passage, Tab, ThemeChoice};
use crate::compare::Other;
use crate::concordance::PlacesCommand;
use crate::format::{count, opening};
use crate::hand::{self, Hand, HandCommand};
use crate::library::Table;
use crate::palette::Palette;
use crate::queue::Pace;
use crate::rows::{self, Row};
use crate::samples;
use crate::scout::{Asked, Errand, TopicChange, csv_bytes};
use crate::search::{SearchCommand, SearchMode, SearchShown};
use crate::settings::{Settings, ZOOMS};
use crate::topics::{TopicsCommand, TopicsShown};
use crate::watch::Watched;
use crate::worker::{Event, Failure, JobId, KeptChapters, Loaded, Request, Shelf, Work, WorkSettings};
use crate::{exports, library, queue};

/// Where the user's files are, as the front end found out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// The user's own library.
    pub(crate) own: PathBuf,
    /// The library of samples.
    pub(crate) samples: PathBuf,
    /// Where the user's own library is unless the user chose another place.
    pub(crate) usual_own: PathBuf,
    /// The folder of backups.
    pub(crate) backups: PathBuf,
    /// The file of settings.
    pub(crate) settings: PathBuf,
    /// The folder that exports go to until another one is chosen.
    pub(crate) exports: PathBuf,
}

/// What the window shows.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) places: Places,
    pub(crate) theme: ThemeChoice,
    pub(crate) tab: Tab,
    /// The tab that the settings were opened from.
    tab_before: Tab,
    pub(crate) outline: Outline,
    pub(crate) library: Option<LibraryShown>,
    /// Whether a library was asked for and could not be opened, so that none is on its way.
    pub(crate) is_without_library: bool,
    pub(crate) filter: String,
    pub(crate) path_typed: String,
    pub(crate) open: Option<OpenDocument>,
    /// The document that was asked for and is not there yet.
    pub(crate) opening: Option<DocumentId>,
    pub(crate) topics: TopicsShown,
    pub(crate) search: SearchShown,
    pub(crate) jobs: Vec<Job>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) sheet: Option<Sheet>,
    /// The documents of the library in a table.
    pub(crate) table: Table,
    pub(crate) palette: Option<Palette>,
    pub(crate) settings: Settings,
    /// The backups of the open library.
    pub(crate) backups: Vec<Backup>,
    /// The export that is asked for: the folder typed so far.
    pub(crate) export: Option<String>,
    /// How long the program has run.
    pub(crate) now: Duration,
    /// Actions that were found in the palette and are to be done.
    pub(crate) asked: Vec<Action>,
    /// Whether the system hands over files that are dropped on the window.
    pub(crate) takes_drops: bool,
    /// Counts how often the field for a tag was asked for.
    pub(crate) n_tag_focus: u64,
    /// The backup that is to be gone back to.
    pub(crate) to_restore: Option<PathBuf>,
    told: Told,
    /// Counts how often the search field was asked for; its view takes the focus when it changes.
    pub(crate) n_search_focus: u64,
    /// Counts how often the field for a path was asked for.
    pub(crate) n_path_focus: u64,
    /// Counts how often the field to find in the document, the field for a title and that for a note were asked for.
    pub(crate) n_find_focus: u64,
    pub(crate) n_rename_focus: u64,
    pub(crate) n_note_focus: u64,
    /// Counts how often an export was asked for.
    pub(crate) n_export_focus: u64,
    /// What is to be put on the clipboard.
    pub(crate) to_copy: Option<String>,
    /// The time, in seconds since 1970, as the front end says.
    pub(crate) clock_secs: i64,
    passage: Option<Passage>,
    /// The document that was read last, and its library: opened with it.
    last_read: Option<(PathBuf, DocumentId)>,
    paths_waiting: Vec<PathBuf>,
    pasted_waiting: Option<String>,
    jump: Option<Jump>,
    n_jumps: u64,
    n_jobs: u32,
    n_opened: u64,
    /// Counts what the scout was asked for.
    n_errands: u64,
}

/// What the worker was told last, so that it is told of changes only.
#[derive(Debug, Default)]
struct Told {
    work: Option<WorkSettings>,
    tended: Option<PathBuf>,
    watched: Option<(PathBuf, Vec<Watched>)>,
    kept: Option<Settings>,
    /// What is to be kept once nothing has changed for a moment, and since when it has not.
    to_keep: Option<(Settings, Duration)>,
}

/// Settings are written once they have been as they are for so long: a slider that is dragged is not written at each step.
const SETTLES: Duration = Duration::from_millis(300);

/// The open library.
#[derive(Debug)]
pub(crate) struct LibraryShown {
    pub(crate) path: PathBuf,
    pub(crate) is_sample: bool,
    pub(crate) documents: Vec<DocumentRow>,
}

impl LibraryShown {
    /// Takes a document that was added to where its title belongs, and returns that place; nothing if it is there
    /// already: a list that was read since holds it.
    fn take_added(&mut self, row: DocumentRow) -> Option<usize> {
        if let Some(shown) = self.documents.iter_mut().find(|shown| shown.id == row.id) {
            *shown = row;
            return None;
        }
        let key = |row: &DocumentRow| (row.title.to_ascii_lowercase(), row.title.clone(), row.id);
        let place = self.documents.partition_point(|other| key(other) < key(&row));
        self.documents.insert(place, row);
        Some(place)
    }
}

/// The document that is read.
#[derive(Debug)]
pub(crate) struct OpenDocument {
    pub(crate) row: DocumentRow,
    /// What its file says of itself, each thing in short; empty if it says nothing.
    pub(crate) said: String,
    pub(crate) text: String,
    pub(crate) units: Units,
    pub(crate) rows: Vec<Row>,
    pub(crate) scores: GapScores,
    /// The gaps at which chapters start, ascending.
    pub(crate) boundaries: Vec<GapIndex>,
    /// How well these are likely to agree with a reader's, in `0.0..=1.0`; `None` if the engine does not tell.
    pub(crate) confidence: Option<f32>,
    /// The chapters at [`OpenDocument::granularity`]. One that is cut anew has no title until the worker gave it one.
    pub(crate) chapters: Vec<Chapter>,
    pub(crate) as_written: Vec<Chapter>,
    pub(crate) granularity: f32,
    /// The unit at the top of the text.
    pub(crate) here: UnitIndex,
    /// Words to mark, and where.
    pub(crate) marks: Option<Passage>,
    /// Differs for each document opened and each cut: what is laid out of another one is not of this.
    pub(crate) version: (u64, u64),
    /// What is done by hand.
    pub(crate) hand: Hand,
    /// The gaps that the engine found, ascending: the boundaries, but for what is done by hand.
    pub(crate) found: Vec<GapIndex>,
    cut: CutConfig,
    /// What cuts it again and again; nothing if no engine has read it.
    cutter: Option<Cutter>,
    stored: Vec<Chapter>,
    chapter_topics: Vec<(UnitIndex, TopicId)>,
}

/// What bears a topic.
#[derive(Clone, Debug)]
pub(crate) struct Bearers {
    pub(crate) topic: TopicId,
    pub(crate) chapters: Vec<TopicChapter>,
    pub(crate) documents: Vec<(DocumentId, String, f32)>,
}

/// Work in progress.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) label: String,
    pub(crate) done: usize,
    /// 0 as long as nobody knows.
    pub(crate) total: usize,
    pub(crate) is_cancelled: bool,
    pub(crate) pace: Pace,
    work: Work,
    /// Whether the document it adds is to be opened.
    opens: bool,
    /// The files that it could not add.
    not_added: Vec<PathBuf>,
}

/// Something that did not work, or that was done, said calmly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    /// Whether it did work.
    pub(crate) is_good_news: bool,
    /// All that is known of it, for a report; empty if the lines say it all.
    pub(crate) details: String,
    pub(crate) offer: Option<Offer>,
}

/// What a message offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// To take back what was done last to documents as a whole.
    Undo,
    /// To add once more what could not be added.
    Retry(Vec<PathBuf>),
}

impl Offer {
    /// Returns the text of its button.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Undo => "Undo".to_owned(),
            Self::Retry(paths) if paths.len() == 1 => "Try again".to_owned(),
            Self::Retry(paths) => format!("Try {} again", paths.len()),
        }
    }

    /// Returns whether it offers to add these once more.
    pub(crate) fn retries(&self, paths: &[PathBuf]) -> bool {
        matches!(self, Self::Retry(own) if own == paths)
    }
}

/// What lies above the rest until it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheet {
    Shortcuts,
    About,
    ConfirmRemove,
    ConfirmRestore,
}

/// Where the text is to be scrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Jump {
    /// Grows with each jump.
    pub(crate) number: u64,
    pub(crate) to: JumpTo,
}

/// A place to scroll to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JumpTo {
    Unit(UnitIndex),
    /// Not at all, if the unit is in sight.
    Show(UnitIndex),
    /// The row that holds that byte, unless it is in sight.
    Byte(ByteOffset),
    Pages(i8),
    Start,
    End,
}

impl OpenDocument {
    fn new(loaded: Loaded, n_opened: u64) -> Self {
        let rows = rows::rows(&loaded.text, &loaded.units);
        let cutter = cutter_of(&loaded.text, &loaded.units, &loaded.scores, loaded.cut);
        let chapter_topics = topics_by_unit(&loaded.chapters, &loaded.chapter_topics);
        let stored: Vec<Chapter> = loaded.chapters.into_iter().map(|row| row.chapter).collect();
        let last = UnitIndex::from(loaded.units.len().saturating_sub(1));
        let here = loaded.place.unwrap_or_default().min(last);
        let mut open = Self {
            hand: Hand::new(loaded.by_hand, loaded.engines, hand::speakers(&loaded.units), here),
            found: Vec::new(),
            granularity: loaded.row.granularity,
            row: loaded.row,
            said: said_of_itself(&loaded.fields),
            rows,
            boundaries: Vec::new(),
            confidence: None,
            chapters: stored.clone(),
            as_written: loaded.as_written,
            text: loaded.text,
            units: loaded.units,
            scores: loaded.scores,
            here,
            marks: None,
            version: (n_opened, 0),
            cut: loaded.cut,
            cutter,
            stored,
            chapter_topics,
        };
        open.set_boundaries(boundaries_of(&open.stored));
        open.found = hand::found_behind(&open, &open.boundaries);
        open
    }

    /// Returns how the document is cut.
    pub(crate) fn cut_config(&self) -> CutConfig {
        CutConfig { granularity: self.granularity, ..self.cut }
    }

    /// Returns the gaps the engine finds at the granularity, as far as it has read the document.
    pub(crate) fn found_now(&self) -> Vec<GapIndex> {
        self.cutter.as_ref().map_or_else(Vec::new, |cutter| cutter.boundaries(self.granularity))
    }

    /// Shows chapters that were cut.
    pub(crate) fn show_cut(&mut self, chapters: Vec<Chapter>) {
        self.set_boundaries(boundaries_of(&chapters));
        self.row.n_chapters = chapters.len() as u32;
        self.chapters = chapters;
        self.version.1 += 1;
    }

    /// Cuts the document anew in memory; what was done by hand stays. A chapter that starts where a stored one does keeps
    /// its title.
    fn cut(&mut self, granularity: f32) {
        self.granularity = granularity.clamp(0.0, 1.0);
        let config = self.cut_config();
        let found = self.found_now();
        if found == self.found {
            return;
        }
        let corrections = self.hand.corrections();
        let mut chapters = corrections.cut(self.text.len(), &self.units, &self.scores, &found, config);
        for chapter in chapters.iter_mut().filter(|chapter| chapter.title.is_empty()) {
            let same = self.stored.binary_search_by_key(&chapter.first_unit, |stored| stored.first_unit);
            if let Ok(at) = same {
                chapter.title.clone_from(&self.stored[at].title);
            }
        }
        self.found = found;
        self.show_cut(chapters);
    }

    /// Takes the chapters that the worker titled and stored, unless the slider has moved on since, or they were corrected.
    /// `scores` are those of another engine, if it is cut by one.
    fn keep(&mut self, kept: KeptChapters) {
        if kept.by_hand.revision < self.hand.kept.revision {
            return;
        }
        self.row.granularity = kept.granularity;
        self.row.n_chapters = kept.chapters.len() as u32;
        self.chapter_topics = topics_by_unit(&kept.chapters, &kept.topics);
        self.stored = kept.chapters.into_iter().map(|row| row.chapter).collect();
        self.hand.kept.former_titles = kept.by_hand.former_titles;
        if let Some((engine, scores, cut)) = kept.cut_by {
            (self.row.engine, self.scores, self.cut) = (engine, scores, cut);
            self.cutter = cutter_of(&self.text, &self.units, &self.scores, cut);
            self.granularity = kept.granularity;
        }
        if same_granularity(self.granularity, kept.granularity) {
            self.granularity = kept.granularity;
            if self.chapters == self.stored {
                return;
            }
            self.chapters.clone_from(&self.stored);
            self.set_boundaries(boundaries_of(&self.stored));
            self.found = hand::found_behind(self, &self.boundaries);
            self.version.1 += 1;
        }
    }

    /// Takes other boundaries, and works out how well they are likely to agree with a reader's.
    fn set_boundaries(&mut self, boundaries: Vec<GapIndex>) {
        let cutter = self.cutter.as_ref().filter(|_| self.cut.rule == CutRule::Probability);
        self.confidence = cutter.map(|cutter| cutter.confidence(&boundaries));
        self.boundaries = boundaries;
    }

    /// Returns the number of the chapter, among `chapters`, that the top of the text lies in.
    pub(crate) fn chapter_here(&self, chapters: &[Chapter]) -> usize {
        chapters.partition_point(|chapter| chapter.first_unit <= self.here).saturating_sub(1)
    }

    /// Returns the topics of the stored chapter that starts at `unit`, strongest first.
    pub(crate) fn topics_of(&self, unit: UnitIndex) -> impl Iterator<Item = TopicId> + '_ {
        let start = self.chapter_topics.partition_point(|(first, _)| *first < unit);
        self.chapter_topics[start..].iter().take_while(move |(first, _)| *first == unit).map(|(_, topic)| *topic)
    }
}

/// Returns what cuts a document; nothing if there is no score for each of its gaps.
fn cutter_of(text: &str, units: &Units, scores: &GapScores, cut: CutConfig) -> Option<Cutter> {
    (scores.len() == units.n_gaps()).then(|| Cutter::new(scores, &words_of_units(text, units), cut))
}

fn boundaries_of(chapters: &[Chapter]) -> Vec<GapIndex> {
    chapters.iter().filter_map(|chapter| chapter.first_unit.gap_before()).collect()
}

fn topics_by_unit(chapters: &[ChapterRow], topics: &[(ChapterId, TopicId, f32)]) -> Vec<(UnitIndex, TopicId)> {
    let mut by_unit: Vec<(UnitIndex, f32, TopicId)> = topics
        .iter()
        .filter_map(|(id, topic, strength)| {
            let row = chapters.iter().find(|row| row.id == *id)?;
            Some((row.chapter.first_unit, *strength, *topic))
        })
        .collect();
    by_unit.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.0.cmp(&b.2.0)));
    by_unit.into_iter().map(|(unit, _, topic)| (unit, topic)).collect()
}

/// Returns whether two granularities are the same to the slider, which has a hundred steps.
fn same_granularity(one: f32, other: f32) -> bool {
    (one - other).abs() < 0.004
}

impl State {
    /// Makes the state of a window that has nothing to show yet.
    pub(crate) fn new(places: Places, theme: ThemeChoice) -> Self {
        Self { places, theme, ..Self::default() }
    }

    /// Starts from what the user has chosen before.
    pub(crate) fn with_settings(mut self, settings: Settings) -> Self {
        self.theme = settings.theme;
        self.table.columns.clone_from(&settings.columns);
        (self.table.sorted_by, self.table.is_descending) = (settings.sorted_by, settings.is_descending);
        self.settings = settings;
        self
    }

    /// Takes what the window knows of itself into what is kept: the document that is read, the columns shown.
    pub(crate) fn settings_to_keep(&self) -> Settings {
        Settings {
            theme: self.theme,
            document: self.open.as_ref().map(|open| open.row.id.0).or(self.settings.document),
            columns: self.table.columns.clone(),
            sorted_by: self.table.sorted_by,
            is_descending: self.table.is_descending,
            ..self.settings.clone()
        }
    }

    /// Returns what the worker is to be told of what has changed since it was told last: what was chosen, which library to
    /// tend, which folders to watch, and what to keep for the next start. Asked once a frame.
    pub(crate) fn upkeep(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        let work = self.work_settings();
        if self.told.work.as_ref() != Some(&work) {
            self.told.work = Some(work.clone());
            requests.push(Request::Configure(Box::new(work)));
            self.told.tended = None;
        }
        if let Some(library) = &self.library {
            // The samples can be made anew at any time.
            if !library.is_sample && self.told.tended.as_ref() != Some(&library.path) {
                self.told.tended = Some(library.path.clone());
                requests.push(Request::Tend(library.path.clone()));
            }
            let is_told = self
                .told
                .watched
                .as_ref()
                .is_some_and(|(path, watched)| *path == library.path && *watched == self.settings.watched);
            if !is_told {
                self.told.watched = Some((library.path.clone(), self.settings.watched.clone()));
                requests.push(Request::Watch(self.places_watched()));
            }
        }
        requests.extend(self.settled_settings());
        requests
    }

    fn settled_settings(&mut self) -> Option<Request> {
        let settings = self.settings_to_keep();
        if self.told.kept.as_ref() == Some(&settings) {
            self.told.to_keep = None;
            return None;
        }
        match &self.told.to_keep {
            Some((waiting, since)) if *waiting == settings => {
                if self.now < *since + SETTLES {
                    return None;
                }
                self.told.to_keep = None;
                self.told.kept = Some(settings.clone());
                Some(Request::KeepSettings(Box::new(settings)))
            }
            _ => {
                self.told.to_keep = Some((settings, self.now));
                None
            }
        }
    }

    /// Returns whether something is to be kept that has not been kept yet.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.told.to_keep.is_some()
    }

    /// Takes that the settings are kept as they are, or must not be.
    pub(crate) fn settings_are_kept(&mut self) {
        self.told.kept = Some(self.settings_to_keep());
    }

    fn work_settings(&self) -> WorkSettings {
        WorkSettings {
            split: self.settings.split(),
            import: self.settings.import(),
            n_threads: self.settings.n_threads.map(usize::from),
            keeps_model: self.settings.keeps_model,
            backups: backups::Plan {
                folder: self.places.backups.clone(),
                every_secs: self.settings.backup_every.secs(),
                n_kept: usize::from(self.settings.backups_kept),
            },
        }
    }

    /// Returns the documents whose title or file name holds the filter, in order.
    pub(crate) fn documents_shown(&self) -> impl Iterator<Item = &DocumentRow> {
        let needle = self.filter.trim().to_lowercase();
        let documents = self.library.iter().flat_map(|library| &library.documents);
        documents.filter(move |row| {
            let names = [&row.title, &row.source_name];
            needle.is_empty() || names.into_iter().any(|name| name.to_lowercase().contains(&needle))
        })
    }

    /// Returns the topics whose label or words hold the filter, in order.
    pub(crate) fn topics_shown(&self) -> impl Iterator<Item = &TopicRow> {
        let needle = self.topics.filter.trim().to_lowercase();
        self.topics.all.iter().filter(move |topic| {
            let mut words = topic.words.iter().map(|(word, _)| word);
            needle.is_empty()
                || topic.label.to_lowercase().contains(&needle)
                || words.any(|word| word.to_lowercase().contains(&needle))
        })
    }

    /// Returns the topic of that number.
    pub(crate) fn topic(&self, id: TopicId) -> Option<&TopicRow> {
        self.topics.all.iter().find(|topic| topic.id == id)
    }

    /// Returns where the text is to be scrolled, if that was asked for.
    pub(crate) fn jump(&self) -> Option<Jump> {
        self.jump
    }

    /// Returns the chapters that the outline shows.
    pub(crate) fn outline_chapters(&self) -> &[Chapter] {
        match (&self.open, self.outline) {
            (None, _) => &[],
            (Some(open), Outline::Found | Outline::Notes) => &open.chapters,
            (Some(open), Outline::AsWritten) => &open.as_written,
        }
    }

    /// Does what the user asks for.
    pub(crate) fn apply(&mut self, command: Command) -> Vec<Request> {
        match command {
            Command::Do(action) => return self.act(action),
            Command::AddPaths(paths) => return self.add(paths),
            Command::OpenLibrary(path) => return vec![self.open_library(path)],
            Command::FilterDocuments(text) => self.filter = text,
            Command::FilterTopics(text) => self.topics.filter = text,
            Command::OpenDocument(id) => {
                let marks = self.mark_opened(id);
                return self.open_document(id).into_iter().chain(marks).collect();
            }
            Command::OpenPassage(passage) => return self.open_passage(passage),
            Command::GoTo(unit) => {
                if let Some(open) = &mut self.open {
                    open.hand.chosen = Some(unit);
                }
                self.jump_to(JumpTo::Unit(unit));
            }
            Command::ReadingAt(unit) => {
                if let Some(open) = &mut self.open {
                    open.here = unit;
                }
            }
            Command::SetGranularity(granularity) => {
                if let Some(open) = &mut self.open {
                    open.cut(granularity);
                }
            }
            Command::KeepGranularity => return self.keep_granularity(),
            Command::ShowOutline(outline) => self.outline = outline,
            Command::OpenTopic(id) => {
                self.tab = Tab::Topics;
                return self.choose_topic(id);
            }
            Command::TypeSearch(typed) => {
                self.search.typed = typed;
                self.search.concordance.topic = None;
                return self.run_search();
            }
            Command::Search(command) => return self.apply_search(command),
            Command::Places(command) => return self.apply_places(command),
            Command::Topics(command) => return self.apply_topics(command),
            Command::SearchIn(within) => {
                self.search.within = within;
                return self.run_search();
            }
            Command::TypePath(path) => self.path_typed = path,
            Command::Cancel(id) => return self.cancel(id),
            Command::Dismiss(at) => {
                if at < self.notices.len() {
                    self.notices.remove(at);
                }
            }
            Command::Hand(command) => return self.by_hand(command),
            Command::Library(ask) => return self.in_library(ask),
            Command::Queue(ask) => return self.in_queue(ask),
            Command::Palette(ask) => return self.in_palette(ask),
            Command::Choose(settings) => self.choose(*settings),
            Command::Paste(text) => return self.paste(text),
            Command::TakeOffer(at) => return self.take_offer(at),
            Command::Watch(folder) => return self.watch(folder),
            Command::Unwatch(folder) => {
                self.settings.watched.retain(|watched| watched.folder != folder);
            }
            Command::Restore(path) => {
                self.to_restore = Some(path);
                self.sheet = Some(Sheet::ConfirmRestore);
            }
            Command::ChooseOwn(path) => {
                let settings = Settings { own_library: Some(path), ..self.settings.clone() };
                self.choose(settings);
            }
            Command::NoDialog => {
                let title = "This system showed no dialog".to_owned();
                let line = "Type or paste the path instead: Ctrl+L goes to the field".to_owned();
                self.notices.retain(|notice| notice.title != title);
                self.notices.push(Notice { title, lines: vec![line], ..Notice::default() });
            }
            Command::ExportTo(folder) => return self.export_to(folder),
            Command::TypeExport(folder) => self.export = Some(folder),
        }
        Vec::new()
    }

    fn act(&mut self, action: Action) -> Vec<Request> {
        if action == Action::Undo && self.tab == Tab::Library {
            return self.undo_in_library();
        }
        let is_of_topics = self.tab == Tab::Topics
            && matches!(action, Action::Undo | Action::Redo | Action::ChooseNext | Action::ChoosePrevious);
        if !is_of_topics && let Some(requests) = self.act_by_hand(action) {
            return requests;
        }
        match action {
            Action::AddTyped => return self.add_typed(),
            Action::TypePath => {
                self.tab = Tab::Read;
                self.n_path_focus += 1;
            }
            Action::OpenOwn => return vec![self.open_library(self.places.own.clone())],
            Action::OpenSamples => return vec![self.open_library(self.places.samples.clone())],
            Action::ShowRead => self.tab = Tab::Read,
            Action::Undo if self.tab == Tab::Topics => {
                return self.apply_topics(TopicsCommand::Edit(TopicChange::Undo));
            }
            Action::Redo if self.tab == Tab::Topics => {
                return self.apply_topics(TopicsCommand::Edit(TopicChange::Redo));
            }
            Action::ChooseNext if self.tab == Tab::Topics => return self.choose_topic_beside(1),
            Action::ChoosePrevious if self.tab == Tab::Topics => return self.choose_topic_beside(-1),
            Action::NextPart | Action::PreviousPart => {
                self.tab = Tab::Topics;
                return self.show_part_beside(if action == Action::NextPart { 1 } else { -1 });
            }
            Action::ShowTopics => {
                self.tab = Tab::Topics;
                return self.topics_errands();
            }
            Action::ShowSearch => return self.show_search(self.search.mode),
            Action::Find => return self.show_search(SearchMode::Chapters),
            Action::FindPlaces => return self.show_search(SearchMode::Places),
            Action::NextHit => return self.step_hit(1),
            Action::PreviousHit => return self.step_hit(-1),
            Action::NextChapter => self.go_chapters(1),
            Action::PreviousChapter => self.go_chapters(-1),
            Action::PageDown | Action::PageUp | Action::GoToStart | Action::GoToEnd if self.tab == Tab::Library => {
                const PAGE: i64 = 20;
                let by = match action {
                    Action::PageDown => PAGE,
                    Action::PageUp => -PAGE,
                    Action::GoToStart => i64::MIN / 2,
                    _ => i64::MAX / 2,
                };
                return self.in_library(library::Ask::Move(by, library::Selecting::Only));
            }
            Action::PageDown => self.leaf(JumpTo::Pages(1)),
            Action::PageUp => self.leaf(JumpTo::Pages(-1)),
            Action::GoToStart => self.leaf(JumpTo::Start),
            Action::GoToEnd => self.leaf(JumpTo::End),
            Action::MineTopics => {
                self.tab = Tab::Topics;
                return self.start("Finding topics".to_owned(), Work::MineTopics);
            }
            Action::RemoveDocument => return self.remove(self.acted_on()),
            Action::Confirm => return self.confirm(),
            Action::ShowLibrary => self.tab = Tab::Library,
            // Once more leads back to where one was.
            Action::ShowSettings if self.tab == Tab::Settings => self.tab = self.tab_before,
            Action::ShowSettings => (self.tab_before, self.tab) = (self.tab, Tab::Settings),
            Action::TypeTag => {
                self.tab = Tab::Library;
                self.n_tag_focus += 1;
            }
            Action::MarkUnread => return self.mark(WorkState::Unread),
            Action::MarkInWork => return self.mark(WorkState::InWork),
            Action::MarkChecked => return self.mark(WorkState::Checked),
            Action::UndoInLibrary => return self.undo_in_library(),
            Action::Export => {
                let folder = self.settings.export_folder.as_ref().unwrap_or(&self.places.exports);
                self.export = Some(folder.to_string_lossy().into_owned());
                self.n_export_focus += 1;
            }
            Action::ExportNow => {
                let shown = self.export.clone().map(PathBuf::from);
                let folder = shown.or(self.settings.export_folder.clone()).unwrap_or(self.places.exports.clone());
                return self.export_to(folder);
            }
            Action::BackUp => return self.start("Backing up the library".to_owned(), Work::BackUp),
            Action::ShowPalette => self.open_palette(),
            Action::ThemeOfSystem => self.theme = ThemeChoice::System,
            Action::LightTheme => self.theme = ThemeChoice::Light,
            Action::DarkTheme => self.theme = ThemeChoice::Dark,
            Action::ZoomIn => self.zoom(self.settings.zoom + ZOOMS.3),
            Action::ZoomOut => self.zoom(self.settings.zoom - ZOOMS.3),
            Action::ZoomReset => self.zoom(ZOOMS.1),
            Action::Stop => return self.stop(),
            Action::ShowShortcuts => self.sheet = Some(Sheet::Shortcuts),
            Action::ShowAbout => self.sheet = Some(Sheet::About),
            // Asked of the system by the front end, or done to the open document, above.
            _ => {}
        }
        Vec::new()
    }

    fn add_typed(&mut self) -> Vec<Request> {
        let typed = self.path_typed.trim().trim_matches('"');
        if typed.is_empty() {
            return Vec::new();
        }
        let path = PathBuf::from(typed);
        self.path_typed.clear();
        self.add(vec![path])
    }

    /// Adds to the open library; from the samples, to the user's own, which is opened for it.
    pub(crate) fn add(&mut self, paths: Vec<PathBuf>) -> Vec<Request> {
        if paths.is_empty() {
            return Vec::new();
        }
        match &self.library {
            Some(library) if !library.is_sample => {
                let label = match paths.as_slice() {
                    [path] => format!("Adding {}", name_of(path)),
                    _ => format!("Adding {} files", paths.len()),
                };
                // Who looks at the table goes on looking at it.
                if self.tab != Tab::Library {
                    self.tab = Tab::Read;
                }
                self.start(label, Work::Add(paths))
            }
            _ => {
                self.paths_waiting.extend(paths);
                vec![self.open_library(self.places.own.clone())]
            }
        }
    }

    /// Adds what was pasted; from the samples, to the user's own library.
    fn paste(&mut self, text: String) -> Vec<Request> {
        if text.trim().is_empty() {
            return Vec::new();
        }
        match &self.library {
            Some(library) if !library.is_sample => {
                self.start("Adding what was pasted".to_owned(), Work::AddPasted(text))
            }
            _ => {
                self.pasted_waiting = Some(text);
                vec![self.open_library(self.places.own.clone())]
            }
        }
    }

    fn take_offer(&mut self, at: usize) -> Vec<Request> {
        match self.notices.get(at).and_then(|notice| notice.offer.clone()) {
            Some(Offer::Undo) => self.undo_in_library(),
            Some(Offer::Retry(paths)) => self.in_queue(queue::Ask::Retry(paths)),
            None => Vec::new(),
        }
    }

    /// Does what was asked to be confirmed.
    fn confirm(&mut self) -> Vec<Request> {
        match self.sheet.take() {
            Some(Sheet::ConfirmRemove) => self.remove_confirmed(),
            Some(Sheet::ConfirmRestore) => match self.to_restore.take() {
                Some(from) => self.start("Going back to a backup".to_owned(), Work::Restore(from)),
                None => Vec::new(),
            },
            sheet => {
                self.sheet = sheet;
                Vec::new()
            }
        }
    }

    fn choose(&mut self, settings: Settings) {
        self.theme = settings.theme;
        let own = settings.own_library.clone().unwrap_or_else(|| self.places.usual_own.clone());
        if !own.as_os_str().is_empty() {
            self.places.own = own;
        }
        self.settings = settings;
    }

    fn zoom(&mut self, zoom: f32) {
        let steps = (zoom / ZOOMS.3).round();
        self.settings.zoom = (steps * ZOOMS.3).clamp(ZOOMS.0, ZOOMS.2);
    }

    /// Watches a folder for the open library; from the samples, for the user's own.
    fn watch(&mut self, folder: PathBuf) -> Vec<Request> {
        let library = match &self.library {
            Some(library) if !library.is_sample => library.path.clone(),
            _ => self.places.own.clone(),
        };
        self.settings.watched.retain(|watched| watched.folder != folder);
        let name = name_of(&folder);
        self.settings.watched.push(Watched { folder, library: library.clone(), left_out: Vec::new() });
        let line = "What is new in it is added a few seconds after it is whole. The settings list what is watched.";
        self.say_done(format!("The folder {name} is watched"), line, None);
        if self.library.as_ref().is_some_and(|shown| shown.path == library) {
            Vec::new()
        } else {
            vec![self.open_library(library)]
        }
    }

    /// Writes the documents that are acted on in a format, to the folder that exports go to.
    pub(crate) fn export_as(&mut self, format: ChapterFormat) -> Vec<Request> {
        self.settings.export_format = format;
        self.apply(Command::Do(Action::ExportNow))
    }

    fn export_to(&mut self, folder: PathBuf) -> Vec<Request> {
        self.export = None;
        let documents = self.exported();
        if documents.is_empty() || folder.as_os_str().is_empty() {
            return Vec::new();
        }
        self.settings.export_folder = Some(folder.clone());
        let plan = exports::Plan { documents, format: self.settings.export_format, to: folder };
        self.start("Exporting".to_owned(), Work::Export(plan))
    }

    /// Adds what has come into a watched folder.
    fn take_arrived(&mut self, folder: &Path, paths: Vec<PathBuf>) -> Vec<Request> {
        let library = self.library.as_ref().map(|library| &library.path);
        let is_watched =
            self.settings.watched.iter().any(|watched| watched.folder == folder && Some(&watched.library) == library);
        if !is_watched {
            return Vec::new();
        }
        let label = match paths.as_slice() {
            [path] => format!("Adding {} from a watched folder", name_of(path)),
            _ => format!("Adding {} files from a watched folder", paths.len()),
        };
        let requests = self.start(label, Work::Add(paths));
        // What comes by itself does not take the place of what is read.
        if let (false, Some(job)) = (requests.is_empty(), self.jobs.last_mut()) {
            job.opens = false;
        }
        requests
    }

    /// Adds files as soon as the library that was asked for is open.
    pub(crate) fn add_when_open(&mut self, paths: Vec<PathBuf>) {
        self.paths_waiting.extend(paths);
    }

    /// Opens `document` as soon as its library is opened, if it is still there.
    pub(crate) fn read_when_open(&mut self, library: PathBuf, document: DocumentId) {
        self.last_read = Some((library, document));
    }

    /// Starts a job on the open library.
    pub(crate) fn start(&mut self, label: String, work: Work) -> Vec<Request> {
        let Some(library) = &self.library else { return Vec::new() };
        if self.jobs.iter().any(|job| job.work == work && !job.is_cancelled) {
            return Vec::new();
        }
        self.n_jobs += 1;
        let id = JobId(self.n_jobs);
        let opens = matches!(&work, Work::Add(_) | Work::AddPasted(_));
        self.jobs.push(Job {
            id,
            label,
            done: 0,
            total: 0,
            is_cancelled: false,
            pace: Pace::default(),
            work: work.clone(),
            opens,
            not_added: Vec::new(),
        });
        vec![Request::Work { job: id, library: library.path.clone(), work }]
    }

    /// Opens a library; what is shown of the one before goes, and so does the work for it.
    fn open_library(&mut self, path: PathBuf) -> Request {
        self.is_without_library = false;
        Request::OpenLibrary { is_sample: path == self.places.samples, path }
    }

    fn open_document(&mut self, id: DocumentId) -> Vec<Request> {
        self.tab = Tab::Read;
        self.passage = None;
        if self.open.as_ref().is_some_and(|open| open.row.id == id) {
            return Vec::new();
        }
        let mut requests = self.tick(f64::INFINITY, true);
        self.opening = Some(id);
        requests.push(Request::OpenDocument(id));
        requests
    }

    pub(crate) fn open_passage(&mut self, passage: Passage) -> Vec<Request> {
        let is_open = self.open.as_ref().is_some_and(|open| open.row.id == passage.document);
        let requests = self.open_document(passage.document);
        self.passage = Some(passage);
        if is_open {
            self.go_to_passage();
        }
        requests
    }

    /// Scrolls to the passage that was asked for, or to the first of its words.
    fn go_to_passage(&mut self) {
        let (Some(open), Some(passage)) = (&mut self.open, self.passage.take()) else { return };
        let first = passage.first_unit.index().min(open.units.len().saturating_sub(1));
        let end = (first + passage.n_units as usize).min(open.units.len());
        let words: Vec<String> = passage.words.iter().map(|word| word.to_lowercase()).collect();
        let holds_word = |unit: &caesura::document::Unit| {
            let text = unit.span.of(&open.text).to_lowercase();
            words.iter().any(|word| text.contains(word.as_str()))
        };
        let at = open.units.units[first..end].iter().position(holds_word).unwrap_or(0);
        let unit = UnitIndex::from(first + at);
        open.here = unit;
        open.marks = (!words.is_empty()).then_some(passage);
        self.jump_to(JumpTo::Unit(unit));
    }

    pub(crate) fn jump_to(&mut self, to: JumpTo) {
        if self.open.is_none() {
            return;
        }
        self.n_jumps += 1;
        self.jump = Some(Jump { number: self.n_jumps, to });
    }

    /// Goes on by pages. What is done next is done where one reads then, and not to a passage left out of sight.
    fn leaf(&mut self, to: JumpTo) {
        if let Some(open) = &mut self.open {
            let last = UnitIndex::from(open.units.len().saturating_sub(1));
            open.hand.chosen = (to == JumpTo::End).then_some(last);
            open.hand.selected = None;
        }
        self.jump_to(to);
    }

    /// Goes `by` chapters on in the outline. Going back leads to the start of a chapter first, if the text is within it.
    fn go_chapters(&mut self, by: i32) {
        let Some(open) = &self.open else { return };
        let chapters = self.outline_chapters();
        let here = open.chapter_here(chapters);
        let Some(current) = chapters.get(here) else { return };
        let to = match by {
            1.. => here + 1,
            _ if current.first_unit < open.here => here,
            _ => here.saturating_sub(1),
        };
        let Some(chapter) = chapters.get(to) else { return };
        let unit = chapter.first_unit;
        if let Some(open) = &mut self.open {
            open.here = unit;
            open.hand.chosen = Some(unit);
        }
        self.jump_to(JumpTo::Unit(unit));
    }

    fn keep_granularity(&mut self) -> Vec<Request> {
        let Some(open) = &self.open else { return Vec::new() };
        if same_granularity(open.granularity, open.row.granularity) {
            return Vec::new();
        }
        let work = Work::Recut { document: open.row.id, granularity: open.granularity };
        self.start(format!("Titling “{}” at {:.2}", open.row.title, open.granularity), work)
    }

    /// Asks the scout, of the open library.
    pub(crate) fn scout(&mut self, errand: Errand) -> Vec<Request> {
        let number = self.next_errand();
        self.scout_as(number, errand)
    }

    fn next_errand(&mut self) -> u64 {
        self.n_errands += 1;
        self.n_errands
    }

    fn scout_as(&self, number: u64, errand: Errand) -> Vec<Request> {
        let Some(library) = &self.library else { return Vec::new() };
        vec![Request::Scout(Asked { library: library.path.clone(), number, errand })]
    }

    fn run_search(&mut self) -> Vec<Request> {
        let number = self.next_errand();
        let open = self.open.as_ref().map(|open| open.row.id);
        let errand = self.search.errand(open, number);
        errand.map_or_else(Vec::new, |errand| self.scout_as(number, errand))
    }

    /// Shows the search as `mode`, and what is typed in it answered so.
    fn show_search(&mut self, mode: SearchMode) -> Vec<Request> {
        let is_first = self.tab != Tab::Search;
        self.tab = Tab::Search;
        self.n_search_focus += 1;
        let mut requests = Vec::new();
        if is_first {
            requests.extend(self.scout(Errand::Speakers));
            requests.extend(self.scout(Errand::Saved));
        }
        if self.search.mode != mode {
            self.search.mode = mode;
            requests.extend(self.run_search());
        }
        requests
    }

    fn apply_search(&mut self, command: SearchCommand) -> Vec<Request> {
        match command {
            SearchCommand::ShowAs(mode) => return self.show_search(mode),
            SearchCommand::RankBy(ranking) => self.search.ranking = ranking,
            SearchCommand::WithTopic(topic) => self.search.topic = topic,
            SearchCommand::WithSpeaker(speaker) => self.search.speaker = speaker,
            SearchCommand::WithTag(tag) => self.search.tag = tag,
            SearchCommand::WithState(state) => self.search.state = state,
            SearchCommand::WithYears(since, until) => self.search.years = (since, until),
            SearchCommand::ClearFilters => self.search.clear_filters(),
            SearchCommand::TypeOperator(operator) => {
                if !self.search.typed.is_empty() && !self.search.typed.ends_with(' ') {
                    self.search.typed.push(' ');
                }
                self.search.typed.push_str(operator);
                self.n_search_focus += 1;
            }
            SearchCommand::OpenHit(at) => {
                let passage = self.search.open_hit(at);
                return passage.map_or_else(Vec::new, |passage| self.open_passage(passage));
            }
            SearchCommand::TypeName(name) => {
                self.search.name_typed = name;
                return Vec::new();
            }
            SearchCommand::Save => {
                let typed = self.search.typed.clone();
                let name = std::mem::take(&mut self.search.name_typed);
                let name = if name.trim().is_empty() { typed.clone() } else { name };
                let wish = self.search.written_wish(&self.topics.all);
                return self.scout(Errand::Save { name, typed, wish });
            }
            SearchCommand::RunSaved(id) => self.search.take_saved(id, &self.topics.all),
            SearchCommand::Forget(id) => return self.scout(Errand::Forget(id)),
        }
        self.run_search()
    }

    fn apply_places(&mut self, command: PlacesCommand) -> Vec<Request> {
        self.search.concordance.apply(&command);
        match command {
            PlacesCommand::Open(at) => {
                let passage = self.search.concordance.open(at);
                passage.map_or_else(Vec::new, |passage| self.open_passage(passage))
            }
            PlacesCommand::SaveTo(path) => match csv_bytes(&self.search.concordance.table()) {
                Ok(bytes) => self.scout(Errand::Write { path, bytes }),
                Err(error) => {
                    self.say_failed("The places were not saved", &error);
                    Vec::new()
                }
            },
            PlacesCommand::OfWord(word) => self.find_places(word),
            PlacesCommand::OfTopic(_) => {
                self.tab = Tab::Search;
                self.search.mode = SearchMode::Places;
                self.run_search()
            }
            _ => Vec::new(),
        }
    }

    /// Finds every place of a word.
    pub(crate) fn find_places(&mut self, word: String) -> Vec<Request> {
        self.search.typed = word;
        self.search.concordance.topic = None;
        self.search.mode = SearchMode::Chapters;
        self.show_search(SearchMode::Places)
    }

    /// Tells of something that did not work and that no worker tried.
    pub(crate) fn say_failed(&mut self, tried: &str, error: &caesura::error::Error) {
        self.notices.extend(Failure::of(tried, error).map(Notice::of));
    }

    /// Opens the hit `by` places on.
    fn step_hit(&mut self, by: isize) -> Vec<Request> {
        let passage = self.search.step(by);
        passage.map_or_else(Vec::new, |passage| self.open_passage(passage))
    }

    pub(crate) fn cancel(&mut self, id: JobId) -> Vec<Request> {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else { return Vec::new() };
        job.is_cancelled = true;
        vec![Request::Cancel(id)]
    }

    /// Closes what lies on top; if nothing does, stops the newest work.
    fn stop(&mut self) -> Vec<Request> {
        if self.palette.take().is_some() || self.sheet.take().is_some() || self.export.take().is_some() {
            return Vec::new();
        }
        if let Some(requests) = self.close_by_hand() {
            return requests;
        }
        if let Some(open) = &mut self.open
            && self.tab == Tab::Read
            && open.marks.take().is_some()
        {
            return Vec::new();
        }
        let newest = self.jobs.iter().rev().find(|job| !job.is_cancelled).map(|job| job.id);
        newest.map_or_else(Vec::new, |id| self.cancel(id))
    }

    /// Takes what the worker says.
    pub(crate) fn hear(&mut self, event: Event) -> Vec<Request> {
        match event {
            Event::Library(opened) => return self.take_library(*opened),
            Event::Documents { library, documents } => {
                if let Some(shown) = self.library_at(&library) {
                    shown.documents = documents;
                    self.refresh_table();
                }
            }
            Event::DocumentAdded { library, row, standing } => {
                if let Some(shown) = self.library_at(&library) {
                    let id = row.id;
                    let place = shown.take_added(*row);
                    self.table.take_added(id, place, standing);
                }
            }
            Event::Standing { library, document, standing } => {
                if self.library_at(&library).is_some() {
                    self.table.set_standing(document, standing);
                }
            }
            Event::NotPutBack { number } => self.not_put_back(number),
            Event::Forgotten { number } => self.forget_removal(number),
            Event::Standings { library, standings, tags } => {
                if self.library_at(&library).is_some() {
                    self.table.set_standings(standings, tags);
                    self.refresh_table();
                }
            }
            Event::Backups { library, backups } => {
                if self.library_at(&library).is_some() {
                    self.backups = backups;
                }
            }
            Event::BackedUp { path } => {
                self.say_done("The library was backed up".to_owned(), &path.display().to_string(), None);
            }
            Event::Restored { library } => {
                if self.library_at(&library).is_some() {
                    let line = "What was there before was backed up first.";
                    self.say_done("The library is as it was when it was backed up".to_owned(), line, None);
                    return vec![self.open_library(library)];
                }
            }
            Event::Exported { n_documents, folder, remarks } => {
                let n = count(n_documents as u64, "document");
                self.say_done(format!("{n} exported"), &folder.display().to_string(), None);
                self.notices.extend(Notice::of_remarks(remarks));
            }
            Event::Arrived { folder, paths } => return self.take_arrived(&folder, paths),
            Event::NotAdded { job, paths } => {
                if let Some(job) = self.jobs.iter_mut().find(|shown| shown.id == job) {
                    job.not_added = paths;
                }
            }
            Event::Topics { library, topics } => {
                if self.library_at(&library).is_some() {
                    return self.take_topics(topics);
                }
            }
            Event::Document(loaded) => self.take_document(*loaded),
            Event::Chapters(kept) => {
                if self.library_at(&kept.library).is_some() {
                    return self.take_chapters(*kept);
                }
            }
            Event::NotKept { document } => {
                // What is shown is not what is kept: it is loaded again.
                if self.open.as_ref().is_some_and(|open| open.row.id == document) {
                    self.opening = Some(document);
                    return vec![Request::OpenDocument(document)];
                }
            }
            Event::OtherSide { document, other } => self.take_other_side(document, *other),
            Event::Engines { document, engine, engines } => {
                if let Some(open) = self.open.as_mut().filter(|open| open.row.id == document) {
                    open.hand.engines = engines;
                    return self.by_hand(HandCommand::Compare(Some(Other::Engine(engine))));
                }
            }
            Event::Topic(bearers) => {
                if self.topics.chosen == Some(bearers.topic) {
                    self.topics.bearers = Some(*bearers);
                }
            }
            Event::Scouted { number, finding } => {
                if let Some(finding) = self.topics.take(number, finding) {
                    self.search.take(number, finding);
                }
            }
            Event::Progress { job, label, done, total } => self.note_progress(job, &label, done, total),
            Event::Added { job, library, document } => return self.take_added(job, &library, document),
            Event::Done { job, failures } => self.finish(job, failures),
            Event::Failed(failure) => {
                self.is_without_library = self.library.is_none();
                self.notices.push(Notice::of(failure));
            }
        }
        Vec::new()
    }

    fn take_chapters(&mut self, kept: KeptChapters) -> Vec<Request> {
        let (document, n_chapters) = (kept.document, kept.chapters.len() as u32);
        if let Some(row) =
            self.library.iter_mut().flat_map(|library| &mut library.documents).find(|row| row.id == document)
        {
            row.n_chapters = n_chapters;
        }
        let Some(open) = self.open.as_mut().filter(|open| open.row.id == document) else { return Vec::new() };
        if open.hand.kept.revision < kept.by_hand.revision {
            // Another program, or another window, has corrected it.
            self.opening = Some(document);
            return vec![Request::OpenDocument(document)];
        }
        open.keep(kept);
        Vec::new()
    }

    fn library_at(&mut self, path: &Path) -> Option<&mut LibraryShown> {
        self.library.as_mut().filter(|library| library.path == path)
    }

    fn take_library(&mut self, opened: Shelf) -> Vec<Request> {
        let mut requests: Vec<Request> = Vec::new();
        for job in &mut self.jobs {
            job.is_cancelled = true;
            requests.push(Request::Cancel(job.id));
        }
        let is_short = opened.documents.len() < samples::SAMPLES.len();
        self.is_without_library = false;
        let last_read = self.last_read.take().filter(|(path, _)| *path == opened.path).map(|(_, id)| id);
        let last_read = last_read.filter(|id| opened.documents.iter().any(|row| row.id == *id));
        let first = last_read.or(opened.documents.first().map(|row| row.id));
        self.library =
            Some(LibraryShown { path: opened.path, is_sample: opened.is_sample, documents: opened.documents });
        self.open = None;
        self.opening = None;
        self.passage = None;
        self.filter.clear();
        self.topics = TopicsShown::default();
        self.topics.replace(opened.topics);
        let ranking = self.search.ranking;
        self.search = SearchShown::default();
        self.search.ranking = ranking;
        if self.tab != Tab::Settings {
            self.tab = Tab::Read;
        }
        self.table.leave();
        self.refresh_table();
        self.backups.clear();
        if let Some(library) = &self.library {
            self.settings.remember_library(&library.path);
        }
        requests.extend(self.choose_first_topic());
        if opened.is_sample && is_short {
            requests.extend(self.start("Preparing the samples".to_owned(), Work::AddSamples));
        }
        if let Some(text) = self.pasted_waiting.take() {
            requests.extend(self.paste(text));
        }
        let waiting = std::mem::take(&mut self.paths_waiting);
        if waiting.is_empty() {
            requests.extend(first.into_iter().flat_map(|id| self.open_document(id)));
        } else {
            requests.extend(self.add(waiting));
        }
        requests
    }

    fn take_topics(&mut self, topics: Vec<TopicRow>) -> Vec<Request> {
        self.topics.replace(topics);
        let mut requests: Vec<Request> = self.choose_first_topic().into_iter().collect();
        if self.tab == Tab::Topics {
            requests.extend(self.topics_errands());
        }
        requests
    }

    /// Chooses the first topic, unless the one that was chosen is still there.
    fn choose_first_topic(&mut self) -> Option<Request> {
        if self.topics.chosen_index().is_none() {
            self.topics.chosen = self.topics.all.first().map(|topic| topic.id);
        }
        self.topics.chosen.map(Request::Topic)
    }

    fn take_document(&mut self, loaded: Loaded) {
        // Only the newest of several that were asked for quickly is shown.
        if self.opening != Some(loaded.row.id) {
            return;
        }
        self.opening = None;
        self.n_opened += 1;
        self.open = Some(OpenDocument::new(loaded, self.n_opened));
        if self.open.as_ref().is_some_and(|open| open.as_written.is_empty()) {
            self.outline = Outline::Found;
        }
        let here = self.open.as_ref().map_or(UnitIndex(0), |open| open.here);
        self.jump_to(if here == UnitIndex(0) { JumpTo::Start } else { JumpTo::Unit(here) });
        self.go_to_passage();
    }

    /// Opens the first document that a job of the user's adds, or any if there is none to read.
    fn take_added(&mut self, job: JobId, library: &Path, document: DocumentId) -> Vec<Request> {
        if self.library_at(library).is_none() {
            return Vec::new();
        }
        let is_asked_for =
            self.jobs.iter_mut().find(|shown| shown.id == job).is_some_and(|shown| std::mem::take(&mut shown.opens));
        let has_nothing = self.open.is_none() && self.opening.is_none();
        if is_asked_for || has_nothing {
            self.opening = Some(document);
            self.passage = None;
            return vec![Request::OpenDocument(document)];
        }
        Vec::new()
    }

    fn finish(&mut self, job: JobId, failures: Vec<Failure>) {
        let at = self.jobs.iter().position(|shown| shown.id == job);
        let ended = at.map(|at| self.jobs.remove(at));
        let is_export = ended.as_ref().is_some_and(|job| matches!(job.work, Work::Export(_)));
        let mut notice = match failures.as_slice() {
            [] => return,
            [_] => failures.into_iter().map(Notice::of).next().unwrap_or_default(),
            _ if is_export => Notice::of_many(format!("{} documents were not exported", failures.len()), &failures),
            _ => Notice::of_many(format!("{} files were not added", failures.len()), &failures),
        };
        if let Some(job) = ended.filter(|job| !job.not_added.is_empty()) {
            notice.offer = Some(Offer::Retry(job.not_added));
        }
        self.notices.push(notice);
    }
}

/// Returns what the file of a document says of itself, each thing in short; nothing if it says nothing.
fn said_of_itself(fields: &Fields) -> String {
    let facts: Vec<String> = fields.facts().iter().take(12).map(|fact| opening(fact, 80)).collect();
    facts.join(" · ")
}

/// Returns all that is known of failures, for a report: no text of a document is in it.
fn details_of(failures: &[Failure]) -> String {
    let mut details = format!("Caesura {}\n", env!("CAESURA_LONG_VERSION"));
    for failure in failures {
        let whose = if failure.is_ours { " (a fault of Caesura)" } else { "" };
        details.push_str(&format!("{}{whose}: {}\n", failure.tried, failure.reason));
    }
    details
}

/// Returns as many lines as a message shows, and how many more there are.
fn first_lines(mut lines: Vec<String>) -> Vec<String> {
    const SHOWN: usize = 4;
    if SHOWN < lines.len() {
        let more = format!("and {} more", lines.len() - SHOWN);
        lines.truncate(SHOWN);
        lines.push(more);
    }
    lines
}

/// Returns the name of a file that was not read, and why; nothing of what did not work otherwise.
fn parts_of_reason(reason: &str) -> Option<(&str, &str)> {
    reason.strip_prefix("import \"").and_then(|rest| rest.split_once("\": "))
}

/// Returns why one of several files was not read, with its name.
fn reason_named(reason: &str) -> String {
    parts_of_reason(reason).map_or_else(|| reason.to_owned(), |(name, why)| format!("“{name}”: {why}"))
}

/// Returns why a file was not read, as a sentence: its name is said above it.
fn reason_alone(reason: &str) -> String {
    let Some((_, why)) = parts_of_reason(reason) else {
        return reason.to_owned();
    };
    let mut letters = why.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

impl Notice {
    fn of(failure: Failure) -> Self {
        let details = details_of(std::slice::from_ref(&failure));
        let mut lines = vec![reason_alone(&failure.reason)];
        lines.extend(failure.advice.map(str::to_owned));
        if failure.is_ours {
            lines.push("This is a fault of Caesura: please report it, with the details copied".to_owned());
        }
        Self { title: failure.tried, lines, details, ..Self::default() }
    }

    fn of_many(title: String, failures: &[Failure]) -> Self {
        let lines = first_lines(failures.iter().map(|failure| reason_named(&failure.reason)).collect());
        Self { title, lines, details: details_of(failures), ..Self::default() }
    }

    /// Returns what the readers of exported files should know; nothing if that is nothing.
    fn of_remarks(remarks: Vec<String>) -> Option<Self> {
        let title = "What to know of the files".to_owned();
        let details = remarks.join("\n");
        (!remarks.is_empty()).then(|| Self { title, lines: first_lines(remarks), details, ..Self::default() })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use caesura::chapters;
    use caesura::document::{Format, Layer, Origin, Provenance, Span, Unit, UnitKind};
    use caesura::store::{Library, NewDocument};

    use super::*;

    /// Returns a library in memory of one document: a paragraph for each score and one more, and a chapter.
    pub(crate) fn loaded(scores: &[f32]) -> Loaded {
        let (mut text, mut units) = (String::new(), Vec::new());
        for n in 0..=scores.len() {
            let start = text.len();
            let paragraph = format!("Paragraph {n} is about boats.");
            text.push_str(&paragraph);
            let span = Span::new(start..text.len());
            text.push_str("\n\n");
            units.push(Unit { span, speaker: None, time: None });
        }
        let units = Units { kind: UnitKind::Paragraph, units, headings: Vec::new() };
        let scores = GapScores::new(scores.to_vec());
        let mut chapters = chapters::chapters_at(text.len(), &units, &scores, &[], &[]);
        "All of it".clone_into(&mut chapters[0].title);
        let new = NewDocument {
            document: caesura::document::Document::new(
                "A text".to_owned(),
                Format::PlainText,
                text.clone(),
                Vec::new(),
            ),
            source_name: "a-text.txt".to_owned(),
            source_path: None,
            sha256: [7; 32],
            added_at: 0,
            units: units.clone(),
            gap_scores: vec![(scores.clone(), Provenance::of("lexical", serde_json::Map::new()))],
            engine: "lexical".to_owned(),
            granularity: 0.0,
            vectors: None,
            chapters,
            as_written: Vec::new(),
        };
        let mut library = Library::in_memory().expect("a library in memory");
        let id = library.add_document(&new).expect("a document is added");
        Loaded {
            row: library.document(id).expect("its row"),
            fields: library.fields(id).expect("its fields"),
            text,
            units,
            scores,
            cut: CutConfig::usual(0.0, UnitKind::Paragraph, CutRule::Threshold),
            chapters: library.chapters(id, Layer::Found).expect("its chapters"),
            as_written: Vec::new(),
            chapter_topics: Vec::new(),
            by_hand: library.hand_made(id).expect("what was done by hand"),
            place: None,
            engines: vec!["lexical".to_owned()],
        }
    }

    /// Returns a state that shows that document, in a library of the user's own.
    pub(crate) fn reading(loaded: Loaded) -> State {
        let places = Places { own: "own.caesura".into(), samples: "samples.caesura".into(), ..Places::default() };
        let mut state = State::new(places, ThemeChoice::Light);
        state.hear(Event::Library(Box::new(Shelf {
            path: "own.caesura".into(),
            is_sample: false,
            documents: vec![loaded.row.clone()],
            topics: Vec::new(),
        })));
        state.hear(Event::Document(Box::new(loaded)));
        state
    }

    fn open(state: &State) -> &OpenDocument {
        state.open.as_ref().expect("a document is open")
    }

    fn starts(state: &State) -> Vec<u32> {
        open(state).chapters.iter().map(|chapter| chapter.first_unit.0).collect()
    }

    #[test]
    fn a_library_opens_with_its_first_document() {
        let state = reading(loaded(&[0.1]));
        assert_eq!(open(&state).row.title, "A text");
        assert_eq!(state.opening, None);
    }

    #[test]
    fn a_finer_cut_keeps_every_boundary_and_the_title_of_what_starts_where_it_did() {
        let mut state = reading(loaded(&[0.1, 0.9, 0.4, 0.8, 0.2]));
        let mut before: Vec<u32> = Vec::new();
        for step in 0..=10 {
            assert_eq!(state.apply(Command::SetGranularity(step as f32 / 10.0)), []);
            let after = starts(&state);
            assert!(before.iter().all(|start| after.contains(start)), "{before:?} then {after:?}");
            before = after;
        }
        assert!(2 <= before.len());
        let chapters = &open(&state).chapters;
        assert_eq!(chapters[0].title, "All of it");
        assert!(chapters[1..].iter().all(|chapter| chapter.title.is_empty()));
        assert_eq!(chapters.last().map(|chapter| chapter.end_unit().0), Some(6));
    }

    #[test]
    fn letting_go_of_the_slider_asks_for_titles_once() {
        let mut state = reading(loaded(&[0.1, 0.9, 0.4]));
        state.apply(Command::SetGranularity(1.0));
        let requests = state.apply(Command::KeepGranularity);
        let document = open(&state).row.id;
        let expected = Work::Recut { document, granularity: 1.0 };
        assert!(matches!(&requests[..], [Request::Work { work, .. }] if *work == expected), "{requests:?}");
        assert_eq!(state.apply(Command::KeepGranularity), []);
    }

    #[test]
    fn titles_that_come_late_do_not_move_the_slider_back() {
        let mut state = reading(loaded(&[0.1, 0.9, 0.4]));
        state.apply(Command::SetGranularity(1.0));
        let before = starts(&state);
        let row = open(&state).row.clone();
        let chapters = loaded(&[0.1, 0.9, 0.4]).chapters;
        state.hear(Event::Chapters(Box::new(KeptChapters {
            library: "own.caesura".into(),
            document: row.id,
            granularity: 0.2,
            chapters,
            topics: Vec::new(),
            by_hand: caesura::store::HandMade::default(),
            cut_by: None,
        })));
        assert_eq!(starts(&state), before);
        assert!((open(&state).granularity - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn the_next_chapter_is_where_the_outline_says() {
        let mut state = reading(loaded(&[0.9, 0.9, 0.9]));
        state.apply(Command::SetGranularity(1.0));
        let second = starts(&state)[1];
        state.apply(Command::Do(Action::NextChapter));
        assert_eq!(state.jump().map(|jump| jump.to), Some(JumpTo::Unit(UnitIndex(second))));
        state.apply(Command::Do(Action::PreviousChapter));
        assert_eq!(state.jump().map(|jump| jump.to), Some(JumpTo::Unit(UnitIndex(0))));
    }

    #[test]
    fn a_passage_of_the_open_document_is_gone_to_without_asking_the_worker() {
        let mut state = reading(loaded(&[0.1; 20]));
        let document = open(&state).row.id;
        let passage = Passage { document, first_unit: UnitIndex(3), n_units: 9, words: vec!["7".to_owned()] };
        state.apply(Command::Do(Action::ShowSearch));
        assert_eq!(state.apply(Command::OpenPassage(passage.clone())), []);
        assert_eq!(state.jump().map(|jump| jump.to), Some(JumpTo::Unit(UnitIndex(7))));
        assert_eq!(open(&state).marks, Some(passage));
        assert_eq!(state.tab, Tab::Read);
    }

    #[test]
    fn only_the_newest_search_is_shown() {
        use crate::scout::Finding;
        use crate::search::tests::{found, hit};

        let mut state = reading(loaded(&[0.1]));
        state.apply(Command::TypeSearch("bo".to_owned()));
        let requests = state.apply(Command::TypeSearch("boat".to_owned()));
        let [Request::Scout(Asked { number, errand: Errand::Search(wish), .. })] = &requests[..] else {
            panic!("it is searched: {requests:?}");
        };
        let number = *number;
        assert_eq!((wish.typed.as_str(), wish.filter.document), ("boat", None));
        assert!(state.search.is_running());
        let answer = |number, n_hits| Event::Scouted {
            number,
            finding: Finding::Found(Box::new(found((0..n_hits).map(|at| hit(1, at)).collect()))),
        };
        state.hear(answer(number, 2));
        state.hear(answer(number - 1, 5));
        assert_eq!(state.search.found.as_ref().map(|found| found.hits.len()), Some(2));
        assert!(!state.search.is_running());
        assert_eq!(state.apply(Command::TypeSearch("b".to_owned())), []);
        assert!(state.search.found.is_none());
    }

    #[test]
    fn the_next_hit_opens_from_anywhere() {
        use crate::scout::Finding;
        use crate::search::tests::{found, hit};

        let mut state = reading(loaded(&[0.1; 9]));
        let requests = state.apply(Command::TypeSearch("boats".to_owned()));
        let [Request::Scout(Asked { number, .. })] = &requests[..] else { panic!("{requests:?}") };
        let here = open(&state).row.id.0;
        let finding = Finding::Found(Box::new(found(vec![hit(here, 4), hit(here + 1, 0)])));
        state.hear(Event::Scouted { number: *number, finding });
        assert_eq!(state.apply(Command::Do(Action::NextHit)), []);
        assert_eq!(state.jump().map(|jump| jump.to), Some(JumpTo::Unit(UnitIndex(4))));
        assert_eq!(state.search.place(), Some((1, 2)));
        let requests = state.apply(Command::Do(Action::NextHit));
        assert_eq!(requests.last(), Some(&Request::OpenDocument(DocumentId(here + 1))));
        assert_eq!(state.apply(Command::Do(Action::NextHit)), []);
        assert_eq!(state.search.place(), Some((2, 2)));
    }

    #[test]
    fn files_dropped_on_the_samples_go_into_the_users_own_library() {
        let mut state = State::new(
            Places { own: "own.caesura".into(), samples: "samples.caesura".into(), ..Places::default() },
            ThemeChoice::System,
        );
        let shelved =
            |path: &str, is_sample| Shelf { path: path.into(), is_sample, documents: Vec::new(), topics: Vec::new() };
        let requests = state.hear(Event::Library(Box::new(shelved("samples.caesura", true))));
        assert!(matches!(&requests[..], [Request::Work { work: Work::AddSamples, .. }]), "{requests:?}");
        let requests = state.apply(Command::AddPaths(vec!["talk.vtt".into()]));
        assert_eq!(requests, [Request::OpenLibrary { path: "own.caesura".into(), is_sample: false }]);
        let requests = state.hear(Event::Library(Box::new(shelved("own.caesura", false))));
        let [Request::Cancel(_), Request::Work { library, work, .. }] = &requests[..] else {
            panic!("the samples are stopped and the file is added: {requests:?}");
        };
        assert_eq!(library, &PathBuf::from("own.caesura"));
        assert_eq!(work, &Work::Add(vec!["talk.vtt".into()]));
    }

    #[test]
    fn the_document_that_was_read_last_opens_with_its_library_if_it_is_still_there() {
        let row = loaded(&[0.1]).row;
        let rows = |ids: &[i64]| ids.iter().map(|id| DocumentRow { id: DocumentId(*id), ..row.clone() }).collect();
        let check = |library: &str, document: i64, expected: i64| {
            let mut state = State::default();
            state.read_when_open("own.caesura".into(), DocumentId(document));
            let documents = rows(&[4, 7, 9]);
            let shelf = Shelf { path: library.into(), is_sample: false, documents, topics: Vec::new() };
            let requests = state.hear(Event::Library(Box::new(shelf)));
            assert_eq!(requests, [Request::OpenDocument(DocumentId(expected))]);
        };
        check("own.caesura", 7, 7);
        check("own.caesura", 5, 4);
        check("other.caesura", 7, 4);
    }

    #[test]
    fn the_first_document_added_opens_and_the_others_do_not() {
        let mut state = reading(loaded(&[0.1]));
        let requests = state.apply(Command::AddPaths(vec!["folder".into()]));
        let [Request::Work { job, .. }] = &requests[..] else { panic!("{requests:?}") };
        let added = |id: i64| Event::Added { job: *job, library: "own.caesura".into(), document: DocumentId(id) };
        assert_eq!(state.hear(added(8)), [Request::OpenDocument(DocumentId(8))]);
        assert_eq!(state.hear(added(9)), []);
    }

    #[test]
    fn escape_closes_what_is_on_top_before_it_stops_work() {
        let mut state = reading(loaded(&[0.1]));
        state.apply(Command::AddPaths(vec!["a.txt".into()]));
        state.apply(Command::Do(Action::ShowShortcuts));
        assert_eq!(state.apply(Command::Do(Action::Stop)), []);
        assert_eq!(state.sheet, None);
        let job = state.jobs[0].id;
        assert_eq!(state.apply(Command::Do(Action::Stop)), [Request::Cancel(job)]);
        assert!(state.jobs[0].is_cancelled);
    }

    #[test]
    fn failures_of_an_export_are_said_of_documents() {
        let mut state = reading(loaded(&[0.1]));
        let format = state.settings.export_format;
        let plan = exports::Plan { documents: vec![DocumentId(1)], format, to: "folder".into() };
        state.start("Exporting".to_owned(), Work::Export(plan));
        let job = state.jobs[0].id;
        let failure = Failure { tried: String::new(), reason: "no times".to_owned(), is_ours: false, advice: None };
        state.hear(Event::Done { job, failures: vec![failure; 3] });
        assert_eq!(state.notices[0].title, "3 documents were not exported");
    }

    #[test]
    fn what_to_know_of_exported_files_is_said_beside_that_they_were_exported() {
        let mut state = reading(loaded(&[0.1]));
        let exported = |n: usize| {
            let remarks = (0..n).map(|n| format!("“A text”: a chapter lasts {n} s")).collect();
            Event::Exported { n_documents: 1, folder: "folder".into(), remarks }
        };
        state.hear(exported(0));
        assert_eq!(state.notices.len(), 1);
        state.hear(exported(6));
        let [done, remarks] = &state.notices[..] else { panic!("two messages: {:?}", state.notices) };
        assert!(done.is_good_news && !remarks.is_good_news);
        assert_eq!(remarks.lines[3..], ["“A text”: a chapter lasts 3 s", "and 2 more"]);
        assert!(remarks.details.ends_with("lasts 5 s"), "{}", remarks.details);
    }

    #[test]
    fn a_message_says_why_a_file_was_not_read_and_its_name_once() {
        let reason = "import \"a.pdf\": it is damaged";
        assert_eq!(reason_alone(reason), "It is damaged.");
        assert_eq!(reason_named(reason), "“a.pdf”: it is damaged");
        assert_eq!(reason_alone("read \"a.pdf\": no such file"), "read \"a.pdf\": no such file");
    }

    #[test]
    fn many_failures_are_said_in_one_message() {
        let mut state = reading(loaded(&[0.1]));
        state.apply(Command::AddPaths(vec!["a".into()]));
        let job = state.jobs[0].id;
        let failure =
            |n: usize| Failure { tried: format!("{n}"), reason: format!("no text {n}"), advice: None, is_ours: false };
        state.hear(Event::Done { job, failures: (0..9).map(failure).collect() });
        assert!(state.jobs.is_empty());
        let [notice] = &state.notices[..] else { panic!("one message") };
        assert_eq!(notice.title, "9 files were not added");
        assert_eq!(notice.lines.last().map(String::as_str), Some("and 5 more"));
        state.apply(Command::Dismiss(0));
        assert!(state.notices.is_empty());
    }

    #[test]
    fn events_of_a_library_that_was_left_change_nothing() {
        let mut state = reading(loaded(&[0.1]));
        state.hear(Event::Documents { library: "other.caesura".into(), documents: Vec::new() });
        assert_eq!(state.documents_shown().count(), 1);
    }

    #[test]
    fn documents_are_filtered_by_title_and_by_file_whatever_their_case() {
        let mut state = reading(loaded(&[0.1]));
        for (filter, expected) in [("", 1), ("A TEXT", 1), ("-text.TXT", 1), ("nothing like it", 0)] {
            state.apply(Command::FilterDocuments(filter.to_owned()));
            assert_eq!(state.documents_shown().count(), expected, "{filter}");
        }
    }

    #[test]
    fn what_is_done_after_leafing_is_not_done_to_a_passage_out_of_sight() {
        let mut state = reading(loaded(&[0.1; 50]));
        state.apply(Command::Hand(HandCommand::Choose(UnitIndex(3))));
        state.apply(Command::Do(Action::PageDown));
        state.apply(Command::ReadingAt(UnitIndex(30)));
        state.apply(Command::Do(Action::Split));
        assert_eq!(starts(&state), [0, 30]);
        state.apply(Command::Do(Action::GoToEnd));
        state.apply(Command::Do(Action::Split));
        assert_eq!(starts(&state), [0, 30, 50]);
    }

    #[test]
    fn every_chapter_of_a_found_cut_says_so() {
        let mut state = reading(loaded(&[0.9, 0.9]));
        state.apply(Command::SetGranularity(1.0));
        assert!(open(&state).chapters.iter().all(|chapter| chapter.origin == Origin::Found));
    }
}
