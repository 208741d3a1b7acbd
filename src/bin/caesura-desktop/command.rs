//! What the user can ask for: one enum, and a table of names for what needs no further word.
//!
//! Menus, buttons, shortcuts and the list of shortcuts all read the same table, so that a thing has one name, one
//! hint and one key everywhere. No type of the window's toolkit appears here.

use std::path::PathBuf;

use caesura::document::UnitIndex;
use caesura::store::{DocumentId, TopicId};

use crate::concordance::PlacesCommand;
use crate::hand::HandCommand;
use crate::search::SearchCommand;
use crate::settings::Settings;
use crate::topics::TopicsCommand;
use crate::worker::JobId;
use crate::{library, palette, queue};

/// What the user asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    /// Something that needs no further word.
    Do(Action),
    /// Add files, and the files in folders, to the library.
    AddPaths(Vec<PathBuf>),
    /// Open the library in that file, or make it.
    OpenLibrary(PathBuf),
    /// Show the documents whose title or file name holds that text.
    FilterDocuments(String),
    /// Show the topics that hold that text.
    FilterTopics(String),
    /// Open a document at its start.
    OpenDocument(DocumentId),
    /// Open a document at a passage, and mark words in it.
    OpenPassage(Passage),
    /// Show that unit of the open document.
    GoTo(UnitIndex),
    /// The unit at the top of the text is another one: said by the reader as it scrolls.
    ReadingAt(UnitIndex),
    /// Cut the open document at that granularity, in memory.
    SetGranularity(f32),
    /// Title and store the chapters as they are cut.
    KeepGranularity,
    /// Show that set of chapters in the outline.
    ShowOutline(Outline),
    /// Show a topic.
    OpenTopic(TopicId),
    /// What is typed in the search field is another text.
    TypeSearch(String),
    /// Search the open document only, or all of them.
    SearchIn(SearchIn),
    /// Something of the search.
    Search(SearchCommand),
    /// Something of the concordance.
    Places(PlacesCommand),
    /// Something of the topics and their pictures.
    Topics(TopicsCommand),
    /// What is typed in the field for a path is another text.
    TypePath(String),
    /// Stop a job.
    Cancel(JobId),
    /// Take a message away.
    Dismiss(usize),
    /// Something about the open document that is done by hand.
    Hand(HandCommand),
    /// Do something with the documents as a whole.
    Library(library::Ask),
    /// Do something with the queue of jobs.
    Queue(queue::Ask),
    /// Do something with the palette.
    Palette(palette::Ask),
    /// Choose otherwise.
    Choose(Box<Settings>),
    /// Add a text that was pasted, or the files whose paths were.
    Paste(String),
    /// Take what a message offers.
    TakeOffer(usize),
    /// Add what comes into a folder, from here on.
    Watch(PathBuf),
    /// Watch a folder no more.
    Unwatch(PathBuf),
    /// Ask whether to go back to a backup.
    Restore(PathBuf),
    /// The user's own library is in that file from here on.
    ChooseOwn(PathBuf),
    /// The system showed no dialog; a path must be typed.
    NoDialog,
    /// Write the documents that are acted on to that folder.
    ExportTo(PathBuf),
    /// What is typed in the field for the folder of an export is another text.
    TypeExport(String),
}

/// A place in a document, and what brought the user there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Passage {
    /// The document.
    pub(crate) document: DocumentId,
    /// The first unit of the passage.
    pub(crate) first_unit: UnitIndex,
    /// How many units it has.
    pub(crate) n_units: u32,
    /// Words to mark in it, as they stand in the text.
    pub(crate) words: Vec<String>,
}

/// The parts of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    /// All documents, in a table.
    Library,
    /// The documents, and the one that is read.
    #[default]
    Read,
    /// The topics, and what bears them.
    Topics,
    /// What was searched for.
    Search,
    /// What the user has chosen.
    Settings,
}

/// The sets of chapters an outline can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Outline {
    /// The chapters that were found.
    #[default]
    Found,
    /// The chapters that the headings of the file make.
    AsWritten,
    /// The highlights and notes.
    Notes,
}

/// Where to search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SearchIn {
    /// In all documents.
    #[default]
    Library,
    /// In the open document.
    Document,
}

/// Which theme to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ThemeChoice {
    /// The one of the system.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl ThemeChoice {
    /// Every choice there is.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Returns the name it is kept under.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Returns the choice of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// A key with what is held beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shortcut {
    /// Control, or Command on a Mac.
    pub(crate) with_control: bool,
    /// Alt, or Option on a Mac.
    pub(crate) with_alt: bool,
    /// Shift.
    pub(crate) with_shift: bool,
    /// The key's name, such as `"PageDown"`.
    pub(crate) key: &'static str,
}

impl Shortcut {
    const fn plain(key: &'static str) -> Self {
        Self { with_control: false, with_alt: false, with_shift: false, key }
    }

    const fn shift(key: &'static str) -> Self {
        Self { with_control: false, with_alt: false, with_shift: true, key }
    }

    pub(crate) const fn control(key: &'static str) -> Self {
        Self { with_control: true, with_alt: false, with_shift: false, key }
    }

    const fn control_shift(key: &'static str) -> Self {
        Self { with_control: true, with_alt: false, with_shift: true, key }
    }

    const fn alt(key: &'static str) -> Self {
        Self { with_control: false, with_alt: true, with_shift: false, key }
    }
}

/// Writes the enum and its table in one, so that no action can lack its row.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident, $label:literal, $hint:literal, $shortcut:expr;)*) => {
        /// What the user can ask for without a further word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            /// Every action there is, in the order they are listed.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// Returns the text of its button and its line in a menu.
            pub(crate) const fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// Returns what it does, in a sentence.
            pub(crate) const fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }

            /// Returns the key that asks for it.
            pub(crate) const fn shortcut(self) -> Option<Shortcut> {
                match self { $(Self::$name => $shortcut,)* }
            }
        }
    };
}

actions! {
    /// Ask for files to add.
    AddFiles, "Add files…", "Choose texts or subtitles to cut and add to the library", Some(Shortcut::control("O"));
    /// Ask for a folder to add.
    AddFolder, "Add a folder…", "Choose a folder: every text in it is added", Some(Shortcut::control_shift("O"));
    /// Go to the field for a path.
    TypePath, "Type a path", "Type or paste the path of a file or folder to add", Some(Shortcut::control("L"));
    /// Add what is typed in the field for a path.
    AddTyped, "Add", "Add the file or folder of that path", None;
    /// Ask for a library to open.
    OpenLibrary, "Open a library…", "Choose another library file", None;
    /// Ask for the name of a library to make.
    NewLibrary, "New library…", "Choose a name and a place for a new library file", None;
    /// Open the user's own library.
    OpenOwn, "My library", "Open the library that Caesura keeps for you", None;
    /// Open the library of samples.
    OpenSamples, "Sample library", "Open the library of sample texts", None;
    /// Add what was copied.
    Paste, "Paste a text or paths", "Add the text that was copied, or the files whose paths were: Ctrl+V outside a field", None;
    /// Ask for a folder to watch.
    WatchFolder, "Watch a folder…", "Choose a folder: what comes into it is added by itself", None;
    /// Show the table of documents.
    ShowLibrary, "Library", "All documents in a table, with folders and tags", Some(Shortcut::control("B"));
    /// Show the text.
    ShowRead, "Read", "The documents, and the text with its chapters", Some(Shortcut::control("1"));
    /// Show the topics.
    ShowTopics, "Topics", "What the documents of the library are about", Some(Shortcut::control("2"));
    /// Show the search.
    ShowSearch, "Search", "Find words in every chapter", Some(Shortcut::control("3"));
    /// Go to the search field.
    Find, "Find…", "Go to the search field", Some(Shortcut::control_shift("F"));
    /// Find every place of a word.
    FindPlaces, "Every place…", "List every place of a word or phrase with what stands around it", Some(Shortcut::control("4"));
    /// Go to the next hit of the search.
    NextHit, "Next hit", "Open the next hit of the search", Some(Shortcut::plain("F4"));
    /// Go to the hit before.
    PreviousHit, "Previous hit", "Open the hit of the search before this one", Some(Shortcut::shift("F4"));
    /// Go to the field that finds in the open document.
    FindHere, "Find in the document…", "Mark every place where what you type stands in the open document", Some(Shortcut::control("F"));
    /// Go to the next match.
    FindNext, "Next match", "Go to the next place where it stands", Some(Shortcut::plain("F3"));
    /// Go to the match before.
    FindPrevious, "Previous match", "Go to the place before where it stands", Some(Shortcut::shift("F3"));
    /// Go to the next chapter.
    NextChapter, "Next chapter", "Go to the start of the next chapter", Some(Shortcut::alt("ArrowDown"));
    /// Go to the chapter before.
    PreviousChapter, "Previous chapter", "Go to the start of this chapter, or of the one before", Some(Shortcut::alt("ArrowUp"));
    /// Choose the next unit.
    ChooseNext, "Next passage", "Choose the passage after the chosen one", Some(Shortcut::plain("ArrowDown"));
    /// Choose the unit before.
    ChoosePrevious, "Previous passage", "Choose the passage before the chosen one", Some(Shortcut::plain("ArrowUp"));
    /// Scroll a page on.
    PageDown, "Page down", "Scroll the text a page on", Some(Shortcut::plain("PageDown"));
    /// Scroll a page back.
    PageUp, "Page up", "Scroll the text a page back", Some(Shortcut::plain("PageUp"));
    /// Go to the start of the text.
    GoToStart, "Start of the text", "Go to the start of the text", Some(Shortcut::control("Home"));
    /// Go to the end of the text.
    GoToEnd, "End of the text", "Go to the end of the text", Some(Shortcut::control("End"));
    /// Start a chapter at the chosen unit.
    Split, "Split", "Start a chapter at the chosen passage", Some(Shortcut::plain("S"));
    /// Make one of the chapter and the one before.
    MergeWithPrevious, "Merge up", "Make one chapter of this one and the one before it", Some(Shortcut::plain("M"));
    /// Make one of the chapter and the one after.
    MergeWithNext, "Merge down", "Make one chapter of this one and the one after it", Some(Shortcut::shift("M"));
    /// Let the chapter start a unit earlier.
    MoveUp, "Start earlier", "Let the chapter start one passage earlier", Some(Shortcut::plain("["));
    /// Let the chapter start a unit later.
    MoveDown, "Start later", "Let the chapter start one passage later", Some(Shortcut::plain("]"));
    /// Give the chapter a title.
    Rename, "Rename", "Give the chapter another title", Some(Shortcut::plain("F2"));
    /// Raise the chapter a level.
    LevelUp, "Raise level", "Raise the chapter one level in the outline", Some(Shortcut::plain(","));
    /// Lower the chapter a level.
    LevelDown, "Lower level", "Lower the chapter one level in the outline", Some(Shortcut::plain("."));
    /// Mark the start of the chapter as certain, or leave it to the engine again.
    Certain, "Certain", "Mark the start of the chapter as certain, or leave it to the engine again", Some(Shortcut::plain("C"));
    /// Keep the chapter as it is, or let it change again.
    Lock, "Lock", "Keep the chapter as it is whatever else changes, or let it change again", Some(Shortcut::plain("L"));
    /// Take back what was done by hand last.
    Undo, "Undo", "Take back what was done by hand last", Some(Shortcut::control("Z"));
    /// Do again what was taken back last.
    Redo, "Redo", "Do again what was taken back last", Some(Shortcut::control_shift("Z"));
    /// Walk through what is least certain, or leave the walk.
    Review, "Review", "Walk through the least certain boundaries first, or leave the walk", Some(Shortcut::plain("V"));
    /// Say that a chapter starts where it is asked.
    Accept, "Starts here", "A chapter starts at the place that is asked about", Some(Shortcut::plain("A"));
    /// Say that no chapter starts where it is asked.
    Reject, "No chapter here", "No chapter starts at the place that is asked about", Some(Shortcut::plain("X"));
    /// Leave a question open.
    Skip, "Skip", "Leave this question open and go on to the next", Some(Shortcut::plain("K"));
    /// Go back to the question before.
    Back, "Back", "Go back to the question before", Some(Shortcut::plain("B"));
    /// Select a word more.
    SelectMore, "Select a word more", "Let the selection end a word later; it begins with the chosen passage", Some(Shortcut::shift("ArrowRight"));
    /// Select a word less.
    SelectLess, "Select a word less", "Let the selection end a word earlier", Some(Shortcut::shift("ArrowLeft"));
    /// Begin the selection a word later.
    SelectFromLater, "Select from a word later", "Let the selection begin a word later", Some(Shortcut::control_shift("ArrowRight"));
    /// Begin the selection a word earlier.
    SelectFromEarlier, "Select from a word earlier", "Let the selection begin a word earlier", Some(Shortcut::control_shift("ArrowLeft"));
    /// Highlight what is selected.
    Highlight, "Highlight", "Highlight what is selected, or the chosen passage", Some(Shortcut::plain("H"));
    /// Note something on what is selected.
    AddNote, "Note…", "Write a note on what is selected, or on the chosen passage", Some(Shortcut::plain("N"));
    /// Take the note away.
    RemoveNote, "Remove the note", "Take away the note on what is selected or chosen", Some(Shortcut::plain("Delete"));
    /// List the notes, or the chapters again.
    ShowNotes, "Notes", "List the highlights and notes of the document, or its chapters again", Some(Shortcut::control_shift("N"));
    /// Copy what is selected with where it stands.
    CopyCitation, "Copy with citation", "Copy what is selected with its document, chapter and time", Some(Shortcut::control_shift("C"));
    /// Copy a link to the moment.
    CopyLink, "Copy time link", "Copy a link to the moment the chosen passage is said at", Some(Shortcut::control_shift("L"));
    /// Put other chapters beside these.
    Compare, "Compare", "Put the chapters as written, of another engine or of another document beside these", Some(Shortcut::control_shift("D"));
    /// Find the topics of the library.
    MineTopics, "Find topics", "Find the topics of all documents, without being told how many", Some(Shortcut::control("T"));
    /// Show the next part of what there is about topics.
    NextPart, "Next view of topics", "Show the next of passages, map, heat map, time, words and graph", Some(Shortcut::control("PageDown"));
    /// Show the part before.
    PreviousPart, "Previous view of topics", "Show the view of the topics before this one", Some(Shortcut::control("PageUp"));
    /// Take documents out of the library.
    RemoveDocument, "Remove from the library", "Take the open document, or those selected, out of the library; files stay", None;
    /// Go to the field for a tag.
    TypeTag, "Tag…", "Give the selected documents a tag", Some(Shortcut::control_shift("T"));
    /// Say that nobody has looked at documents.
    MarkUnread, "Mark as unread", "Say that nobody has looked at the open document, or at those selected", None;
    /// Say that work on documents has begun.
    MarkInWork, "Mark as in work", "Say that work on the open document, or on those selected, has begun", None;
    /// Say that documents are checked.
    MarkChecked, "Mark as checked", "Say that the open document, or those selected, are looked over", Some(Shortcut::control_shift("M"));
    /// Take back what was done to documents as a whole.
    UndoInLibrary, "Undo in the library", "Take back the last tag, mark or removal", Some(Shortcut::control_shift("U"));
    /// Show what an export needs to know.
    Export, "Export…", "Write the chapters of the open document, or of those selected or shown, for other tools", Some(Shortcut::control("E"));
    /// Write what the export asks about.
    ExportNow, "Export to the folder shown", "Write the chapters to the folder in the bar above, or to the one exports went to last", None;
    /// Copy the library.
    BackUp, "Back up the library", "Copy the whole library to the folder of backups", None;
    /// Do what was asked to be confirmed.
    Confirm, "Confirm", "Do what the question on top asks about", None;
    /// Find an action by its name.
    ShowPalette, "Find an action…", "Find every action, document and library by a few letters", Some(Shortcut::control("K"));
    /// Show what the user has chosen.
    ShowSettings, "Settings", "Engine, theme, backups, watched folders, and where things are kept", Some(Shortcut::control("Comma"));
    /// Look as the system does.
    ThemeOfSystem, "Theme of the system", "Light or dark, as the system is", None;
    /// Dark on light.
    LightTheme, "Light theme", "Dark letters on light paper", None;
    /// Light on dark.
    DarkTheme, "Dark theme", "Light letters on dark paper", None;
    /// Draw everything larger.
    ZoomIn, "Zoom in", "Draw everything larger", Some(Shortcut::control("Plus"));
    /// Draw everything smaller.
    ZoomOut, "Zoom out", "Draw everything smaller", Some(Shortcut::control("Minus"));
    /// Draw everything as large as usual.
    ZoomReset, "Usual size", "Draw everything as large as usual", Some(Shortcut::control("0"));
    /// Close what is open above the rest, or stop what runs.
    Stop, "Stop", "Close the window on top, or stop the work in progress", Some(Shortcut::plain("Escape"));
    /// List the shortcuts.
    ShowShortcuts, "Keyboard shortcuts", "List every key", Some(Shortcut::plain("F1"));
    /// Say what this program is.
    ShowAbout, "About Caesura", "The version and what this program does", None;
    /// Close the window.
    Quit, "Quit", "Stop the work in progress and close", Some(Shortcut::control("Q"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_label_and_a_sentence_of_its_own() {
        for (at, action) in Action::ALL.iter().enumerate() {
            assert!(!action.label().is_empty(), "{action:?}");
            assert!(action.label().len() < action.hint().len() + 12, "{action:?} says more in its label");
            assert!(!action.hint().ends_with('.'), "{action:?}");
            for other in &Action::ALL[at + 1..] {
                assert_ne!(action.label(), other.label(), "{action:?} and {other:?}");
            }
        }
    }

    #[test]
    fn no_two_actions_share_a_key() {
        let shortcuts: Vec<Shortcut> = Action::ALL.iter().filter_map(|action| action.shortcut()).collect();
        for (at, shortcut) in shortcuts.iter().enumerate() {
            assert!(!shortcuts[at + 1..].contains(shortcut), "{shortcut:?}");
        }
        assert!(10 <= shortcuts.len());
    }
}
