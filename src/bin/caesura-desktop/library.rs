//! The library as a whole: a table of its documents that is sorted, filtered and selected from, and the tree beside it.
//!
//! In: the documents as the worker lists them, where the user stands with each, and an [`Ask`] of the user. Out: rows in
//! order, and [`Request`]s. Rows and branches are worked out when something changes, never while a frame is drawn: ten
//! thousand documents cost a frame no more than ten.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use caesura::document::Format;
use caesura::store::{DocumentId, DocumentRow, Standing, TagRow, WorkState};

use crate::command::Tab;
use crate::format::{clock, count, date, thousands, unit};
use crate::state::{Notice, Offer, Sheet, State};
use crate::worker::Request;

/// What the user asks of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    /// Show the documents of that place only.
    Show(Place),
    /// Open or close a branch of the tree.
    Toggle(Place),
    /// Show the documents that hold that text in their title, file, folder or tags.
    Filter(String),
    /// Sort by that column; if it is sorted by it, the other way round.
    Sort(Column),
    /// Show a column, or hide it.
    ShowColumn(Column, bool),
    /// Select a document.
    Select(DocumentId, Selecting),
    /// Go that many rows on, selecting what is gone over or not.
    Move(i64, Selecting),
    /// Select all that are shown.
    SelectAll,
    /// Read the document that was selected last.
    Open,
    /// What is typed in the field for a tag is another text.
    TypeTag(String),
    /// Give the selected documents a tag.
    AddTag(String),
    /// Take a tag from the selected documents.
    RemoveTag(String),
    /// Say how far the work on the selected documents has come.
    Mark(WorkState),
}

/// What a selection does to the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selecting {
    /// It takes its place.
    Only,
    /// It adds to it, or takes from it.
    Toggle,
    /// It reaches from the document selected last to this one.
    Range,
}

/// What the worker is asked for documents as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// Give documents a tag.
    AddTag(Vec<DocumentId>, String),
    /// Take a tag from documents.
    RemoveTag(Vec<DocumentId>, String),
    /// Say how far the work on documents has come.
    Mark(Vec<(DocumentId, WorkState)>),
    /// Take documents out of the library, and keep them under that number.
    TakeOut(u32, Vec<DocumentId>),
    /// Put back what was taken out under that number.
    PutBack(u32),
}

/// A part of the library.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// All of it.
    #[default]
    All,
    /// The documents on which work has come so far.
    State(WorkState),
    /// Those that came from a folder, or one in it; ends with the folder's `/`.
    Folder(String),
    /// Those that came from no file: pasted text and samples.
    NoFolder,
    /// Those with a tag, or one within it.
    Tag(String),
    /// Those without a tag.
    NoTag,
}

/// A line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Branch {
    /// What it is called.
    pub(crate) label: String,
    /// What a press shows; `None` for a heading.
    pub(crate) place: Option<Place>,
    /// How deep it lies.
    pub(crate) depth: usize,
    /// How many documents it has.
    pub(crate) n_documents: u32,
    /// Whether its own branches are shown; `None` if it has none.
    pub(crate) is_open: Option<bool>,
}

/// The columns of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Column {
    /// The title.
    #[default]
    Title,
    /// How far the work has come.
    State,
    /// The format of its file.
    Kind,
    /// The name of its file.
    Source,
    /// How many units it has.
    Length,
    /// How long the recording is.
    Duration,
    /// How many chapters were found.
    Chapters,
    /// How many topics it bears.
    Topics,
    /// How sure the chapters are.
    Confidence,
    /// Its tags.
    Tags,
    /// When it was added.
    Added,
}

impl Column {
    /// Every column there is, in the order they are shown.
    pub(crate) const ALL: [Self; 11] = [
        Self::Title,
        Self::State,
        Self::Kind,
        Self::Source,
        Self::Length,
        Self::Duration,
        Self::Chapters,
        Self::Topics,
        Self::Confidence,
        Self::Tags,
        Self::Added,
    ];

    /// The columns that are shown until others are chosen.
    pub(crate) const USUAL: [Self; 9] = [
        Self::Title,
        Self::State,
        Self::Kind,
        Self::Duration,
        Self::Chapters,
        Self::Topics,
        Self::Confidence,
        Self::Tags,
        Self::Added,
    ];

    /// Returns what stands above it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::State => "State",
            Self::Kind => "Kind",
            Self::Source => "Source",
            Self::Length => "Length",
            Self::Duration => "Duration",
            Self::Chapters => "Chapters",
            Self::Topics => "Topics",
            Self::Confidence => "Confidence",
            Self::Tags => "Tags",
            Self::Added => "Added",
        }
    }

    /// Returns what it says, in a sentence.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Title => "What the document is called",
            Self::State => "How far the work on it has come",
            Self::Kind => "The format it was read from",
            Self::Source => "The file it was read from",
            Self::Length => "How many paragraphs, sentences or utterances it has",
            Self::Duration => "How long the recording is",
            Self::Chapters => "How many chapters were found",
            Self::Topics => "How many topics it bears",
            Self::Confidence => "How well its chapters are likely to agree with a reader's",
            Self::Tags => "The tags it was given",
            Self::Added => "The day it was added, in universal time",
        }
    }

    /// Returns the name it is kept under in the settings.
    pub(crate) fn name(self) -> String {
        self.label().to_lowercase()
    }

    /// Returns the column of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// Returns whether it holds numbers, which stand to the right.
    pub(crate) fn is_of_numbers(self) -> bool {
        matches!(self, Self::Length | Self::Duration | Self::Chapters | Self::Topics | Self::Confidence)
    }

    /// Returns whether it has something to say of a document.
    fn is_told(self, row: &DocumentRow, standing: &Standing) -> bool {
        match self {
            Self::Duration => row.duration.is_some_and(|duration| 0 < duration.0),
            Self::Confidence => standing.confidence.is_some(),
            Self::Tags => !standing.tags.is_empty(),
            _ => true,
        }
    }

    /// Returns what it says of a document; nothing if it has nothing to say.
    pub(crate) fn text(self, row: &DocumentRow, standing: &Standing) -> String {
        match self {
            Self::Title => row.title.clone(),
            Self::State => standing.state.label().to_owned(),
            Self::Kind => kind(row.format).to_owned(),
            Self::Source => row.source_name.clone(),
            Self::Length => count(u64::from(row.n_units), unit(row.unit_kind)),
            Self::Duration => row.duration.filter(|duration| 0 < duration.0).map(clock).unwrap_or_default(),
            Self::Chapters => thousands(u64::from(row.n_chapters)),
            Self::Topics => thousands(u64::from(standing.n_topics)),
            Self::Confidence => standing.confidence.map_or_else(String::new, |share| format!("{:.0} %", share * 100.0)),
            Self::Tags => standing.tags.join(", "),
            Self::Added => date(row.added_at),
        }
    }

    /// Returns how two documents stand to each other in it. What has nothing to say comes before what has.
    fn order(self, a: (&DocumentRow, &Standing), b: (&DocumentRow, &Standing)) -> Ordering {
        let of_text = |a: &str, b: &str| folded(a).cmp(folded(b));
        match self {
            Self::Title => of_text(&a.0.title, &b.0.title),
            Self::State => a.1.state.cmp(&b.1.state),
            Self::Kind => kind(a.0.format).cmp(kind(b.0.format)),
            Self::Source => of_text(&a.0.source_name, &b.0.source_name),
            Self::Length => a.0.n_units.cmp(&b.0.n_units),
            Self::Duration => a.0.duration.cmp(&b.0.duration),
            Self::Chapters => a.0.n_chapters.cmp(&b.0.n_chapters),
            Self::Topics => a.1.n_topics.cmp(&b.1.n_topics),
            Self::Confidence => a.1.confidence.unwrap_or(-1.0).total_cmp(&b.1.confidence.unwrap_or(-1.0)),
            Self::Tags => a.1.tags.cmp(&b.1.tags),
            Self::Added => a.0.added_at.cmp(&b.0.added_at),
        }
    }
}

/// Returns the letters of a text without regard to their case, one after the other.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

fn kind(format: Format) -> &'static str {
    match format {
        Format::PlainText => "Text",
        format => format.label(),
    }
}

/// The table, the tree beside it, and what is selected.
#[derive(Debug)]
pub(crate) struct Table {
    /// Where the user stands with each document.
    standings: BTreeMap<DocumentId, Standing>,
    /// The tags of the library, in order.
    pub(crate) tags: Vec<TagRow>,
    pub(crate) place: Place,
    pub(crate) filter: String,
    pub(crate) sorted_by: Column,
    pub(crate) is_descending: bool,
    pub(crate) columns: Vec<Column>,
    /// The rows shown: places in the list of documents.
    rows: Vec<usize>,
    /// The columns in which at least one of the rows says something.
    filled: Vec<Column>,
    /// The lines of the tree.
    branches: Vec<Branch>,
    closed: BTreeSet<Place>,
    selected: BTreeSet<DocumentId>,
    /// The document that was selected last, and the one a range reaches from.
    cursor: Option<DocumentId>,
    anchor: Option<DocumentId>,
    pub(crate) tag_typed: String,
    /// Grows when the cursor moves by key, so that the table scrolls to it.
    pub(crate) n_moves: u64,
    undo: Vec<Undo>,
    n_taken: u32,
    /// What was taken out and can be put back, by its number, as it is offered.
    taken: BTreeMap<u32, String>,
    /// Whether rows and tree are of documents or standings of before, and when they were worked out anew for that last.
    is_stale: bool,
    refreshed_at: Option<Duration>,
    /// Documents whose removal is to be confirmed.
    pub(crate) to_remove: Vec<DocumentId>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            standings: BTreeMap::new(),
            tags: Vec::new(),
            place: Place::All,
            filter: String::new(),
            sorted_by: Column::Title,
            is_descending: false,
            columns: Column::USUAL.to_vec(),
            rows: Vec::new(),
            filled: Vec::new(),
            branches: Vec::new(),
            closed: BTreeSet::new(),
            selected: BTreeSet::new(),
            cursor: None,
            anchor: None,
            tag_typed: String::new(),
            n_moves: 0,
            undo: Vec::new(),
            n_taken: 0,
            taken: BTreeMap::new(),
            is_stale: false,
            refreshed_at: None,
            to_remove: Vec::new(),
        }
    }
}

/// What takes back something that was done to documents as a whole.
#[derive(Clone, Debug, PartialEq)]
struct Undo {
    /// What was done, as it is offered: `Undo: …`.
    label: String,
    change: Change,
}

/// While documents are added one after the other, the table is worked out anew at most so often: it takes as long as there
/// are documents.
const REFRESHED_EVERY: Duration = Duration::from_millis(250);

/// Removal of more text than that is asked about first: it is not kept in memory to be put back.
const MAX_BYTES_KEPT: u64 = 64 << 20;

static NO_STANDING: Standing = Standing { state: WorkState::Unread, tags: Vec::new(), confidence: None, n_topics: 0 };

impl Table {
    /// Returns where the user stands with a document.
    pub(crate) fn standing(&self, id: DocumentId) -> &Standing {
        self.standings.get(&id).unwrap_or(&NO_STANDING)
    }

    /// Returns the rows shown, as places in the list of documents.
    pub(crate) fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// Returns whether any of the rows says something in a column.
    pub(crate) fn is_filled(&self, column: Column) -> bool {
        self.filled.contains(&column)
    }

    /// Returns the lines of the tree.
    pub(crate) fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// Returns the documents that are selected, by number.
    pub(crate) fn selected(&self) -> &BTreeSet<DocumentId> {
        &self.selected
    }

    /// Returns the document that was selected last.
    pub(crate) fn cursor(&self) -> Option<DocumentId> {
        self.cursor
    }

    /// Returns what an undo would take back.
    pub(crate) fn undo_label(&self) -> Option<&str> {
        self.undo.last().map(|undo| undo.label.as_str())
    }

    /// Takes other standings.
    pub(crate) fn set_standings(&mut self, standings: BTreeMap<DocumentId, Standing>, tags: Vec<TagRow>) {
        self.standings = standings;
        self.tags = tags;
    }

    /// Takes the standing of one document. The table shows it a moment later.
    pub(crate) fn set_standing(&mut self, id: DocumentId, standing: Standing) {
        self.standings.insert(id, standing);
        self.is_stale = true;
    }

    /// Takes a document that was added, at that place of the list if it was not there. The table shows it a moment later.
    pub(crate) fn take_added(&mut self, id: DocumentId, place: Option<usize>, standing: Standing) {
        for row in self.rows.iter_mut().filter(|row| place.is_some_and(|place| place <= **row)) {
            *row += 1;
        }
        self.set_standing(id, standing);
    }

    /// Starts on another library.
    pub(crate) fn leave(&mut self) {
        let kept = std::mem::take(self);
        self.columns = kept.columns;
        (self.sorted_by, self.is_descending) = (kept.sorted_by, kept.is_descending);
        (self.n_moves, self.n_taken) = (kept.n_moves, kept.n_taken);
    }

    /// Works out rows and tree anew.
    pub(crate) fn refresh(&mut self, documents: &[DocumentRow]) {
        self.is_stale = false;
        let is_there: BTreeSet<DocumentId> = documents.iter().map(|row| row.id).collect();
        self.selected.retain(|id| is_there.contains(id));
        for kept in [&mut self.cursor, &mut self.anchor] {
            kept.take_if(|id| !is_there.contains(id));
        }
        self.branches = self.tree(documents);
        let is_place_there = self.place == Place::All || self.all_places(documents).contains(&self.place);
        if !is_place_there {
            self.place = Place::All;
        }
        self.refresh_rows(documents);
    }

    fn refresh_rows(&mut self, documents: &[DocumentRow]) {
        let needle = self.filter.trim().to_lowercase();
        let mut rows: Vec<usize> = (0..documents.len())
            .filter(|&at| {
                let standing = self.standing(documents[at].id);
                self.place.holds(&documents[at], standing) && holds(&documents[at], standing, &needle)
            })
            .collect();
        // Lists of documents come by title and number, so that a sort that keeps ties keeps that order.
        if self.sorted_by == Column::Title {
            // Folded once for each: a title is compared a dozen times.
            let keys: Vec<String> = documents.iter().map(|row| row.title.to_lowercase()).collect();
            rows.sort_by(|&a, &b| keys[a].cmp(&keys[b]));
        } else {
            rows.sort_by(|&a, &b| {
                let of = |at: usize| (&documents[at], self.standing(documents[at].id));
                self.sorted_by.order(of(a), of(b))
            });
        }
        if self.is_descending {
            rows.reverse();
        }
        let says =
            |column: Column| rows.iter().any(|&at| column.is_told(&documents[at], self.standing(documents[at].id)));
        self.filled = Column::ALL.into_iter().filter(|column| says(*column)).collect();
        self.rows = rows;
    }

    fn all_places(&self, documents: &[DocumentRow]) -> BTreeSet<Place> {
        let all_open = Self { closed: BTreeSet::new(), standings: self.standings.clone(), ..Self::default() };
        all_open.tree(documents).into_iter().filter_map(|branch| branch.place).collect()
    }

    /// Returns the lines of the tree: states, folders, tags.
    fn tree(&self, documents: &[DocumentRow]) -> Vec<Branch> {
        let n_documents = documents.len() as u32;
        let mut lines = vec![leaf("All documents", Place::All, n_documents)];
        lines.push(heading("State of work"));
        for state in WorkState::ALL {
            let n = documents.iter().filter(|row| self.standing(row.id).state == state).count() as u32;
            lines.push(Branch { depth: 1, ..leaf(state.label(), Place::State(state), n) });
        }
        let mut folders = Node::default();
        let (mut n_without_folder, mut tags, mut n_without_tag) = (0, Node::default(), 0);
        for row in documents {
            match row.source_path.as_deref().and_then(folder_of) {
                Some(folder) => folders.add(&folder),
                None => n_without_folder += 1,
            }
            let own = &self.standing(row.id).tags;
            n_without_tag += u32::from(own.is_empty());
            tags.add_each(own);
        }
        lines.push(heading("Folders"));
        folders.draw("", 1, &|name| Place::Folder(format!("{name}/")), true, &self.closed, &mut lines);
        if 0 < n_without_folder {
            lines.push(Branch { depth: 1, ..leaf("Without a file", Place::NoFolder, n_without_folder) });
        }
        lines.push(heading("Tags"));
        tags.draw("", 1, &|name| Place::Tag(name.to_owned()), false, &self.closed, &mut lines);
        if n_without_tag < n_documents {
            lines.push(Branch { depth: 1, ..leaf("Without a tag", Place::NoTag, n_without_tag) });
        }
        lines
    }
}

fn leaf(label: &str, place: Place, n_documents: u32) -> Branch {
    Branch { label: label.to_owned(), place: Some(place), depth: 0, n_documents, is_open: None }
}

fn heading(label: &str) -> Branch {
    Branch { label: label.to_owned(), place: None, depth: 0, n_documents: 0, is_open: None }
}

/// Returns the folder of a path, with `/` between its parts whatever the system puts there.
fn folder_of(path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let (folder, _) = path.rsplit_once('/')?;
    Some(folder.to_owned())
}

/// Names that lie within each other, parted by `/`.
#[derive(Default)]
struct Node {
    /// How many documents lie at or below it.
    n_documents: u32,
    /// How many lie at it.
    n_own: u32,
    parts: BTreeMap<String, Node>,
}

impl Node {
    fn add(&mut self, name: &str) {
        let mut node = self;
        node.n_documents += 1;
        for part in name.split('/') {
            node = node.parts.entry(part.to_owned()).or_default();
            node.n_documents += 1;
        }
        node.n_own += 1;
    }

    /// Counts one document at several names, once below each part that they share.
    fn add_each(&mut self, names: &[String]) {
        let mut counted: BTreeSet<String> = BTreeSet::new();
        for name in names {
            let mut node = &mut *self;
            let mut so_far = String::new();
            for part in name.split('/') {
                if !so_far.is_empty() {
                    so_far.push('/');
                }
                so_far.push_str(part);
                node = node.parts.entry(part.to_owned()).or_default();
                node.n_documents += u32::from(counted.insert(so_far.to_lowercase()));
            }
            node.n_own += 1;
        }
    }

    /// Adds the lines of what lies below. A run of parts in which nothing else lies is one line, if they are to be joined.
    fn draw(
        &self,
        above: &str,
        depth: usize,
        place: &dyn Fn(&str) -> Place,
        joins: bool,
        closed: &BTreeSet<Place>,
        lines: &mut Vec<Branch>,
    ) {
        for (part, mut node) in &self.parts {
            let (mut label, mut name) = (part.clone(), format!("{above}{part}"));
            while joins && node.n_own == 0 && node.parts.len() == 1 {
                let Some((part, only)) = node.parts.iter().next() else { break };
                label = format!("{label}/{part}");
                name = format!("{name}/{part}");
                node = only;
            }
            let place_of_node = place(&name);
            let is_open = (!node.parts.is_empty()).then(|| !closed.contains(&place_of_node));
            // What begins with `/` is long: its end tells it from others.
            let label = if joins && depth == 1 { abridged(&label) } else { label };
            lines.push(Branch { label, place: Some(place_of_node), depth, n_documents: node.n_documents, is_open });
            if is_open == Some(true) {
                node.draw(&format!("{name}/"), depth + 1, place, joins, closed, lines);
            }
        }
    }
}

/// Returns the last two parts of a long folder, with a `…` before them.
fn abridged(folder: &str) -> String {
    const USUAL: usize = 24;
    let mut parts = folder.rsplitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(last), Some(before), Some(_)) if USUAL < folder.chars().count() => format!("…/{before}/{last}"),
        _ if folder.is_empty() => "/".to_owned(),
        _ => folder.to_owned(),
    }
}

impl Place {
    /// Returns whether a document lies there.
    fn holds(&self, row: &DocumentRow, standing: &Standing) -> bool {
        match self {
            Self::All => true,
            Self::State(state) => standing.state == *state,
            Self::Folder(folder) => row
                .source_path
                .as_deref()
                .and_then(folder_of)
                .is_some_and(|of| format!("{of}/").starts_with(folder.as_str())),
            Self::NoFolder => row.source_path.as_deref().and_then(folder_of).is_none(),
            Self::Tag(wanted) => standing.tags.iter().any(|tag| {
                let head = tag.get(..wanted.len()).filter(|head| head.eq_ignore_ascii_case(wanted));
                head.is_some() && (tag.len() == wanted.len() || tag[wanted.len()..].starts_with('/'))
            }),
            Self::NoTag => standing.tags.is_empty(),
        }
    }
}

/// Returns whether a document holds a text, in small letters, in what is said of it.
fn holds(row: &DocumentRow, standing: &Standing, needle: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(needle);
    needle.is_empty()
        || has(&row.title)
        || has(row.source_path.as_deref().unwrap_or(&row.source_name))
        || standing.tags.iter().any(|tag| has(tag))
}

impl State {
    /// Works out the rows of the library anew, after its documents or standings have changed.
    pub(crate) fn refresh_table(&mut self) {
        let documents = self.library.as_ref().map_or(&[][..], |library| &library.documents);
        self.table.refresh(documents);
    }

    /// Works out the rows anew if documents were added since, unless that was done a moment ago. Returns whether it is still
    /// to be done. Asked once a frame, before it is drawn.
    pub(crate) fn refresh_stale_table(&mut self) -> bool {
        let is_due = self.table.refreshed_at.is_none_or(|at| at + REFRESHED_EVERY <= self.now);
        if self.table.is_stale && is_due {
            self.table.refreshed_at = Some(self.now);
            self.refresh_table();
        }
        self.table.is_stale
    }

    /// Returns the documents that an action is about: in the library those that are selected, else the open one.
    pub(crate) fn acted_on(&self) -> Vec<DocumentId> {
        match self.tab {
            Tab::Library => self.table.selected.iter().copied().collect(),
            _ => self.open.iter().map(|open| open.row.id).collect(),
        }
    }

    /// Returns the documents that an export writes: those acted on, and where none is selected in the library, all that it
    /// shows.
    pub(crate) fn exported(&self) -> Vec<DocumentId> {
        let acted_on = self.acted_on();
        match &self.library {
            Some(library) if self.tab == Tab::Library && acted_on.is_empty() => {
                self.table.rows.iter().map(|&at| library.documents[at].id).collect()
            }
            _ => acted_on,
        }
    }

    /// Does what the user asks of the table.
    pub(crate) fn in_library(&mut self, ask: Ask) -> Vec<Request> {
        let documents = self.library.as_ref().map_or(&[][..], |library| &library.documents);
        let table = &mut self.table;
        match ask {
            Ask::Show(place) => {
                table.place = place;
                table.refresh_rows(documents);
            }
            Ask::Toggle(place) => {
                if !table.closed.remove(&place) {
                    table.closed.insert(place);
                }
                table.branches = table.tree(documents);
            }
            Ask::Filter(text) => {
                table.filter = text;
                table.refresh_rows(documents);
            }
            Ask::Sort(column) => {
                table.is_descending = table.sorted_by == column && !table.is_descending;
                table.sorted_by = column;
                table.refresh_rows(documents);
            }
            Ask::ShowColumn(column, is_shown) => {
                table.columns.retain(|shown| *shown != column);
                if is_shown || column == Column::Title {
                    table.columns.push(column);
                    table.columns.sort_unstable();
                }
            }
            Ask::Select(id, selecting) => table.select(documents, id, selecting),
            Ask::Move(by, selecting) => table.move_by(documents, by, selecting),
            Ask::SelectAll => {
                table.selected = table.rows.iter().map(|&at| documents[at].id).collect();
                table.cursor = table.cursor.or(table.selected.first().copied());
            }
            Ask::Open => {
                let open = table.cursor.filter(|id| table.selected.contains(id));
                return open.map_or_else(Vec::new, |id| self.apply(crate::command::Command::OpenDocument(id)));
            }
            Ask::TypeTag(typed) => table.tag_typed = typed,
            Ask::AddTag(tag) => return self.tag(&tag, true),
            Ask::RemoveTag(tag) => return self.tag(&tag, false),
            Ask::Mark(state) => return self.mark(state),
        }
        Vec::new()
    }

    fn tag(&mut self, tag: &str, is_given: bool) -> Vec<Request> {
        let tag = tag.trim().trim_matches('/').to_owned();
        self.table.tag_typed.clear();
        let has = |id: &DocumentId| self.table.standing(*id).tags.iter().any(|own| own.eq_ignore_ascii_case(&tag));
        let ids: Vec<DocumentId> = self.acted_on().into_iter().filter(|id| has(id) != is_given).collect();
        if tag.is_empty() || ids.is_empty() {
            return Vec::new();
        }
        let n = count(ids.len() as u64, "document");
        let (change, back, label) = if is_given {
            (
                Change::AddTag(ids.clone(), tag.clone()),
                Change::RemoveTag(ids, tag.clone()),
                format!("tag “{tag}” on {n}"),
            )
        } else {
            let label = format!("take “{tag}” from {n}");
            (Change::RemoveTag(ids.clone(), tag.clone()), Change::AddTag(ids, tag), label)
        };
        self.table.undo.push(Undo { label, change: back });
        vec![Request::Change(change)]
    }

    pub(crate) fn mark(&mut self, state: WorkState) -> Vec<Request> {
        let was: Vec<(DocumentId, WorkState)> = self
            .acted_on()
            .into_iter()
            .map(|id| (id, self.table.standing(id).state))
            .filter(|(_, was)| *was != state)
            .collect();
        if was.is_empty() {
            return Vec::new();
        }
        let marked = was.iter().map(|(id, _)| (*id, state)).collect();
        let label = format!("mark {} as {}", count(was.len() as u64, "document"), state.label().to_lowercase());
        self.table.undo.push(Undo { label, change: Change::Mark(was) });
        vec![Request::Change(Change::Mark(marked))]
    }

    /// Marks a document that nobody has looked at as in work: it was opened.
    pub(crate) fn mark_opened(&mut self, id: DocumentId) -> Option<Request> {
        let is_unread = self.table.standing(id).state == WorkState::Unread;
        is_unread.then(|| Request::Change(Change::Mark(vec![(id, WorkState::InWork)])))
    }

    /// Takes documents out of the library. What is too much to be put back is asked about first.
    pub(crate) fn remove(&mut self, ids: Vec<DocumentId>) -> Vec<Request> {
        if ids.is_empty() {
            return Vec::new();
        }
        let documents = self.library.iter().flat_map(|library| &library.documents);
        let n_bytes: u64 = documents.filter(|row| ids.contains(&row.id)).map(|row| row.n_bytes).sum();
        if MAX_BYTES_KEPT < n_bytes {
            self.table.to_remove = ids;
            self.sheet = Some(Sheet::ConfirmRemove);
            return Vec::new();
        }
        self.table.n_taken += 1;
        let number = self.table.n_taken;
        let what = match ids.as_slice() {
            [id] => format!("“{}”", self.title_of(*id)),
            _ => count(ids.len() as u64, "document"),
        };
        let label = format!("remove {what}");
        self.table.taken.insert(number, label.clone());
        self.table.undo.push(Undo { label, change: Change::PutBack(number) });
        let title = format!(
            "{} taken out of the library",
            if ids.len() == 1 { format!("{what} was") } else { format!("{what} were") }
        );
        self.say_done(title, "The files they were read from stay.", Some(Offer::Undo));
        self.forget_watched(&ids);
        self.leave_documents(&ids);
        vec![Request::Change(Change::TakeOut(number, ids))]
    }

    /// Takes out documents for good, once that was confirmed.
    pub(crate) fn remove_confirmed(&mut self) -> Vec<Request> {
        let ids = std::mem::take(&mut self.table.to_remove);
        self.forget_watched(&ids);
        self.leave_documents(&ids);
        ids.into_iter().map(Request::RemoveDocument).collect()
    }

    /// Closes the open document if it is one of those.
    fn leave_documents(&mut self, ids: &[DocumentId]) {
        self.open.take_if(|open| ids.contains(&open.row.id));
        self.opening.take_if(|id| ids.contains(id));
    }

    fn title_of(&self, id: DocumentId) -> String {
        let documents = self.library.iter().flat_map(|library| &library.documents);
        documents.filter(|row| row.id == id).map(|row| row.title.clone()).next().unwrap_or_default()
    }

    pub(crate) fn undo_in_library(&mut self) -> Vec<Request> {
        let Some(undo) = self.table.undo.pop() else { return Vec::new() };
        self.notices.retain(|notice| notice.offer != Some(Offer::Undo));
        self.say_done(format!("Taken back: {}", undo.label), "", None);
        vec![Request::Change(undo.change)]
    }

    /// Takes that documents could not be put back: it can be tried again.
    pub(crate) fn not_put_back(&mut self, number: u32) {
        let Some(label) = self.table.taken.get(&number) else { return };
        self.table.undo.push(Undo { label: label.clone(), change: Change::PutBack(number) });
        self.notices.retain(|notice| !notice.is_good_news);
    }

    /// Takes that what was taken out under that number cannot be put back: it was not taken out, or is kept no more.
    pub(crate) fn forget_removal(&mut self, number: u32) {
        self.table.taken.remove(&number);
        self.table.undo.retain(|undo| undo.change != Change::PutBack(number));
        if number == self.table.n_taken {
            self.notices.retain(|notice| notice.offer != Some(Offer::Undo));
        }
    }

    /// Says calmly that something was done, in the place of what was said so before.
    pub(crate) fn say_done(&mut self, title: String, line: &str, offer: Option<Offer>) {
        self.notices.retain(|notice| !notice.is_good_news);
        let lines = if line.is_empty() { Vec::new() } else { vec![line.to_owned()] };
        self.notices.push(Notice { title, lines, is_good_news: true, offer, ..Notice::default() });
    }
}

impl Table {
    fn place_of(&self, documents: &[DocumentRow], id: DocumentId) -> Option<usize> {
        self.rows.iter().position(|&at| documents[at].id == id)
    }

    /// Returns the row that the cursor is at.
    pub(crate) fn cursor_row(&self, documents: &[DocumentRow]) -> Option<usize> {
        self.cursor.and_then(|id| self.place_of(documents, id))
    }

    fn select(&mut self, documents: &[DocumentRow], id: DocumentId, selecting: Selecting) {
        match selecting {
            Selecting::Only => {
                self.selected = BTreeSet::from([id]);
                self.anchor = Some(id);
            }
            Selecting::Toggle => {
                if !self.selected.remove(&id) {
                    self.selected.insert(id);
                }
                self.anchor = Some(id);
            }
            Selecting::Range => {
                let anchor = self.anchor.and_then(|anchor| self.place_of(documents, anchor));
                let Some((from, to)) = anchor.zip(self.place_of(documents, id)) else {
                    return self.select(documents, id, Selecting::Only);
                };
                let rows = &self.rows[from.min(to)..=from.max(to)];
                self.selected = rows.iter().map(|&at| documents[at].id).collect();
            }
        }
        self.cursor = Some(id);
    }

    fn move_by(&mut self, documents: &[DocumentRow], by: i64, selecting: Selecting) {
        if self.rows.is_empty() {
            return;
        }
        let last = self.rows.len() as i64 - 1;
        let to = match self.cursor_row(documents) {
            Some(at) => (at as i64).saturating_add(by).clamp(0, last),
            None if by < 0 => last,
            None => 0,
        };
        self.n_moves += 1;
        self.select(documents, documents[self.rows[to as usize]].id, selecting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Action, Command};
    use crate::state::tests::{loaded, reading};
    use crate::worker::Event;

    /// Returns a library of documents, each with a title, a path and tags, in the order of the alphabet.
    fn state(documents: &[(&str, Option<&str>, &[&str])]) -> State {
        let mut state = reading(loaded(&[0.1]));
        let like = state.library.as_ref().expect("a library").documents[0].clone();
        let library = state.library.as_ref().expect("a library").path.clone();
        let rows = (1..)
            .zip(documents)
            .map(|(n, (title, path, _))| DocumentRow {
                id: DocumentId(n),
                title: (*title).to_owned(),
                source_path: path.map(str::to_owned),
                n_chapters: n as u32,
                added_at: 1000 - n,
                ..like.clone()
            })
            .collect();
        let standings = (1..)
            .zip(documents)
            .map(|(n, (.., tags))| {
                let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
                (DocumentId(n), Standing { tags, ..Standing::default() })
            })
            .collect();
        state.hear(Event::Standings { library: library.clone(), standings, tags: Vec::new() });
        state.hear(Event::Documents { library, documents: rows });
        state.tab = Tab::Library;
        state
    }

    fn four() -> State {
        state(&[
            ("Apples", Some("/home/a/talks/one.txt"), &["fruit"]),
            ("bees", Some("/home/a/talks/two.txt"), &["animals/insects"]),
            ("Cider", Some("/home/a/terms/cider.md"), &["fruit", "animals"]),
            ("Dogs", None, &[]),
        ])
    }

    fn do_(state: &mut State, ask: Ask) -> Vec<Request> {
        state.apply(Command::Library(ask))
    }

    fn titles(state: &State) -> Vec<&str> {
        let documents = &state.library.as_ref().expect("a library").documents;
        state.table.rows().iter().map(|&at| documents[at].title.as_str()).collect()
    }

    #[track_caller]
    fn check(asks: &[Ask], expected: &[&str]) {
        let mut state = four();
        for ask in asks {
            do_(&mut state, ask.clone());
        }
        assert_eq!(titles(&state), expected, "{asks:?}");
    }

    #[test]
    fn a_column_sorts_and_once_more_the_other_way_round() {
        check(&[], &["Apples", "bees", "Cider", "Dogs"]);
        check(&[Ask::Sort(Column::Title)], &["Dogs", "Cider", "bees", "Apples"]);
        check(&[Ask::Sort(Column::Added)], &["Dogs", "Cider", "bees", "Apples"]);
        check(&[Ask::Sort(Column::Chapters), Ask::Sort(Column::Chapters)], &["Dogs", "Cider", "bees", "Apples"]);
        check(&[Ask::Sort(Column::Tags)], &["Dogs", "bees", "Apples", "Cider"]);
    }

    #[test]
    fn the_filter_looks_at_titles_paths_and_tags() {
        check(&[Ask::Filter("BEE".to_owned())], &["bees"]);
        check(&[Ask::Filter("talks".to_owned())], &["Apples", "bees"]);
        check(&[Ask::Filter("insect".to_owned())], &["bees"]);
        check(&[Ask::Filter("nothing".to_owned())], &[]);
    }

    #[test]
    fn a_place_shows_what_lies_in_it_and_below() {
        check(&[Ask::Show(Place::Folder("/home/a/talks/".to_owned()))], &["Apples", "bees"]);
        check(&[Ask::Show(Place::Folder("/home/a/".to_owned()))], &["Apples", "bees", "Cider"]);
        check(&[Ask::Show(Place::NoFolder)], &["Dogs"]);
        check(&[Ask::Show(Place::Tag("animals".to_owned()))], &["bees", "Cider"]);
        check(&[Ask::Show(Place::Tag("animals/insects".to_owned()))], &["bees"]);
        check(&[Ask::Show(Place::NoTag)], &["Dogs"]);
        check(&[Ask::Show(Place::State(WorkState::Checked))], &[]);
    }

    #[test]
    fn the_tree_joins_folders_with_nothing_beside_and_counts_a_document_once_a_tag() {
        let state = four();
        let lines: Vec<(String, usize, u32)> = state
            .table
            .branches()
            .iter()
            .map(|branch| (branch.label.clone(), branch.depth, branch.n_documents))
            .collect();
        let has = |label: &str, depth: usize, n: u32| lines.contains(&(label.to_owned(), depth, n));
        assert!(has("All documents", 0, 4) && has("Unread", 1, 4) && has("Checked", 1, 0), "{lines:?}");
        assert!(has("/home/a", 1, 3) && has("talks", 2, 2) && has("terms", 2, 1), "{lines:?}");
        assert!(has("Without a file", 1, 1) && has("Without a tag", 1, 1), "{lines:?}");
        assert!(has("animals", 1, 2) && has("insects", 2, 1) && has("fruit", 1, 2), "{lines:?}");
    }

    #[test]
    fn a_closed_branch_hides_what_lies_below() {
        let mut state = four();
        let folder = Place::Folder("/home/a/".to_owned());
        let n_lines = state.table.branches().len();
        do_(&mut state, Ask::Toggle(folder.clone()));
        assert_eq!(state.table.branches().len(), n_lines - 2);
        do_(&mut state, Ask::Toggle(folder));
        assert_eq!(state.table.branches().len(), n_lines);
    }

    fn selected(state: &State) -> Vec<i64> {
        state.table.selected().iter().map(|id| id.0).collect()
    }

    #[test]
    fn documents_are_selected_one_by_one_and_in_ranges() {
        let mut state = four();
        let pick = |n: i64, selecting| Ask::Select(DocumentId(n), selecting);
        do_(&mut state, pick(1, Selecting::Only));
        do_(&mut state, pick(3, Selecting::Toggle));
        assert_eq!(selected(&state), [1, 3]);
        do_(&mut state, pick(1, Selecting::Toggle));
        assert_eq!(selected(&state), [3]);
        do_(&mut state, pick(2, Selecting::Only));
        do_(&mut state, pick(4, Selecting::Range));
        assert_eq!(selected(&state), [2, 3, 4]);
        do_(&mut state, Ask::Move(-9, Selecting::Only));
        assert_eq!(selected(&state), [1]);
        do_(&mut state, Ask::Move(1, Selecting::Range));
        assert_eq!(selected(&state), [1, 2]);
        do_(&mut state, Ask::Filter("bees".to_owned()));
        do_(&mut state, Ask::SelectAll);
        assert_eq!(selected(&state), [2]);
    }

    #[test]
    fn the_chosen_document_is_read_and_is_no_longer_unread() {
        let mut state = four();
        do_(&mut state, Ask::Select(DocumentId(2), Selecting::Only));
        let requests = do_(&mut state, Ask::Open);
        let marks = Request::Change(Change::Mark(vec![(DocumentId(2), WorkState::InWork)]));
        assert_eq!(requests, [Request::OpenDocument(DocumentId(2)), marks]);
        assert_eq!(state.tab, Tab::Read);
    }

    #[test]
    fn a_tag_is_given_to_those_without_it_and_taken_back_from_them_only() {
        let mut state = four();
        do_(&mut state, Ask::SelectAll);
        let requests = do_(&mut state, Ask::AddTag(" Fruit ".to_owned()));
        let without = vec![DocumentId(2), DocumentId(4)];
        assert_eq!(requests, [Request::Change(Change::AddTag(without.clone(), "Fruit".to_owned()))]);
        assert_eq!(state.table.undo_label(), Some("tag “Fruit” on 2 documents"));
        let requests = state.apply(Command::Do(Action::UndoInLibrary));
        assert_eq!(requests, [Request::Change(Change::RemoveTag(without, "Fruit".to_owned()))]);
        assert_eq!(state.apply(Command::Do(Action::UndoInLibrary)), []);
    }

    #[test]
    fn a_mark_is_taken_back_to_what_each_document_was() {
        let mut state = four();
        let mut standings: BTreeMap<DocumentId, Standing> = BTreeMap::new();
        standings.entry(DocumentId(1)).or_default().state = WorkState::Checked;
        standings.entry(DocumentId(2)).or_default().state = WorkState::InWork;
        state.table.set_standings(standings, Vec::new());
        do_(&mut state, Ask::SelectAll);
        state.apply(Command::Do(Action::MarkChecked));
        let requests = state.apply(Command::Do(Action::UndoInLibrary));
        let [Request::Change(Change::Mark(marks))] = &requests[..] else { panic!("{requests:?}") };
        let expected = [(2, WorkState::InWork), (3, WorkState::Unread), (4, WorkState::Unread)];
        assert_eq!(*marks, expected.map(|(n, state)| (DocumentId(n), state)));
    }

    #[test]
    fn what_is_removed_can_be_put_back_unless_it_is_too_large() {
        let mut state = four();
        do_(&mut state, Ask::Select(DocumentId(1), Selecting::Only));
        let requests = state.apply(Command::Do(Action::RemoveDocument));
        assert_eq!(requests, [Request::Change(Change::TakeOut(1, vec![DocumentId(1)]))]);
        assert_eq!(state.notices.len(), 1);
        assert_eq!(state.apply(Command::TakeOffer(0)), [Request::Change(Change::PutBack(1))]);
        let library = state.library.as_mut().expect("a library");
        library.documents[1].n_bytes = MAX_BYTES_KEPT + 1;
        do_(&mut state, Ask::Select(DocumentId(2), Selecting::Only));
        assert_eq!(state.apply(Command::Do(Action::RemoveDocument)), []);
        assert_eq!(state.sheet, Some(Sheet::ConfirmRemove));
        assert_eq!(state.apply(Command::Do(Action::Confirm)), [Request::RemoveDocument(DocumentId(2))]);
    }

    #[test]
    fn what_is_gone_is_selected_no_more() {
        let mut state = four();
        do_(&mut state, Ask::SelectAll);
        let library = state.library.as_ref().expect("a library").path.clone();
        let left = state.library.as_ref().expect("a library").documents[2..].to_vec();
        state.hear(Event::Documents { library, documents: left });
        assert_eq!(selected(&state), [3, 4]);
        assert_eq!(titles(&state), ["Cider", "Dogs"]);
    }

    #[test]
    fn a_document_that_is_added_stands_where_its_title_belongs() {
        let mut state = four();
        let library = state.library.as_ref().expect("a library").path.clone();
        let like = state.library.as_ref().expect("a library").documents[0].clone();
        let row = Box::new(DocumentRow { id: DocumentId(9), title: "Butter".to_owned(), ..like });
        state.hear(Event::DocumentAdded { library: library.clone(), row: row.clone(), standing: Standing::default() });
        assert_eq!(titles(&state), ["Apples", "bees", "Cider", "Dogs"], "rows are of the same documents as before");
        assert!(!state.refresh_stale_table());
        assert_eq!(titles(&state), ["Apples", "bees", "Butter", "Cider", "Dogs"]);
        // A list that was read when it was there, and said before it was, holds it already.
        state.hear(Event::DocumentAdded { library, row, standing: Standing::default() });
        assert!(state.refresh_stale_table(), "not again in the same moment");
        state.now += REFRESHED_EVERY;
        assert!(!state.refresh_stale_table());
        assert_eq!(titles(&state), ["Apples", "bees", "Butter", "Cider", "Dogs"]);
    }

    #[test]
    fn what_was_not_put_back_is_offered_again_and_what_is_kept_no_more_is_not() {
        let mut state = four();
        for n in [1, 2] {
            do_(&mut state, Ask::Select(DocumentId(n), Selecting::Only));
            state.apply(Command::Do(Action::RemoveDocument));
        }
        assert_eq!(state.apply(Command::Do(Action::UndoInLibrary)), [Request::Change(Change::PutBack(2))]);
        state.hear(Event::NotPutBack { number: 2 });
        assert_eq!(state.table.undo_label(), Some("remove “bees”"));
        assert!(state.notices.iter().all(|notice| !notice.is_good_news));
        state.hear(Event::Forgotten { number: 1 });
        assert_eq!(state.apply(Command::Do(Action::UndoInLibrary)), [Request::Change(Change::PutBack(2))]);
        assert_eq!(state.table.undo_label(), None);
    }

    /// Each change works out rows and tree anew; a frame never does.
    #[test]
    fn ten_thousand_documents_are_sorted_in_a_moment() {
        let documents: Vec<(String, String)> = (0..10_000)
            .map(|n| (format!("Title {}", n * 7919 % 10_000), format!("/talks/{}/{n}.txt", n % 300)))
            .collect();
        let documents: Vec<(&str, Option<&str>, &[&str])> =
            documents.iter().map(|(title, path)| (title.as_str(), Some(path.as_str()), &["one"][..])).collect();
        let mut state = state(&documents);
        let started = std::time::Instant::now();
        for column in Column::ALL {
            do_(&mut state, Ask::Sort(column));
            assert_eq!(state.table.rows().len(), 10_000);
        }
        // Far above what it takes (some milliseconds each): it must only not grow with the square.
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        assert_eq!(state.table.branches().iter().filter(|branch| branch.depth == 2).count(), 300);
    }
}
