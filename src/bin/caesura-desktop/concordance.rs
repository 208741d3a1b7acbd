//! What the concordance shows: every place of a word, in the order that was chosen.

use std::path::PathBuf;

use caesura::concordance::{Key, sort};
use caesura::document::Table;
use caesura::search::{Concordance, Filter, Occurrence};
use caesura::store::{DocumentId, TopicId};

use crate::command::Passage;
use crate::scout::{Errand, Finding};
use crate::search::is_enough;

/// What can be asked of the concordance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PlacesCommand {
    /// Sort by that, and where it is equal by what was sorted by before.
    SortBy(Key),
    /// Show them in the order of documents and places.
    InOrder,
    /// Show lines or counts.
    Show(PlacesView),
    /// Show the lines of one document only, or of all.
    OnlyDocument(Option<DocumentId>),
    /// Open the place of a line, by its place in the order shown.
    Open(usize),
    /// Look for the words of a topic.
    OfTopic(TopicId),
    /// Look for a word.
    OfWord(String),
    /// Ask where to save what is shown.
    SaveAs,
    /// Save what is shown there.
    SaveTo(PathBuf),
}

/// What is shown of the places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PlacesView {
    /// Each with what stands around it.
    #[default]
    Lines,
    /// How many each document has.
    Documents,
    /// How often each form occurs.
    Forms,
}

/// The most keys that lines are sorted by.
const MAX_KEYS: usize = 3;

/// The concordance.
#[derive(Debug, Default)]
pub(crate) struct ConcordanceShown {
    /// The topic whose words are looked for, if it is not what is typed.
    pub(crate) topic: Option<TopicId>,
    pub(crate) view: PlacesView,
    /// What the lines are sorted by; none: by document and place.
    pub(crate) keys: Vec<Key>,
    /// Only the lines of this document are shown.
    pub(crate) only: Option<DocumentId>,
    /// The documents with a place, their titles and how many they have.
    pub(crate) documents: Vec<(DocumentId, String, u64)>,
    /// What was counted, once it is whole.
    pub(crate) counted: Option<Concordance>,
    /// How far it has come, in documents, while it is not.
    pub(crate) progress: Option<(usize, usize)>,
    /// The line that was opened last, by its place in the order shown.
    pub(crate) at: Option<usize>,
    /// The file that was written last.
    pub(crate) saved_to: Option<PathBuf>,
    lines: Vec<Occurrence>,
    /// Which lines are shown, in order.
    order: Vec<u32>,
    n_asked: u64,
    is_running: bool,
}

impl ConcordanceShown {
    /// Returns whether places are still being looked for.
    pub(crate) fn is_running(&self) -> bool {
        self.is_running
    }

    /// Returns how many lines are shown.
    pub(crate) fn n_lines(&self) -> usize {
        self.order.len()
    }

    /// Returns a line by its place in the order shown.
    pub(crate) fn line(&self, at: usize) -> Option<&Occurrence> {
        self.lines.get(*self.order.get(at)? as usize)
    }

    /// Returns the title of a document that has a place.
    pub(crate) fn title(&self, id: DocumentId) -> &str {
        let at = self.documents.binary_search_by_key(&id, |(id, ..)| *id);
        at.map_or("", |at| &self.documents[at].1)
    }

    /// Returns how many places there are, so far.
    pub(crate) fn n_occurrences(&self) -> u64 {
        self.documents.iter().map(|(.., n)| n).sum()
    }

    /// Returns the errand for what is typed or for the topic chosen; nothing if that is too little to look for.
    pub(crate) fn errand(&mut self, typed: &str, filter: Filter, number: u64) -> Option<Errand> {
        let kept = (self.topic, self.view, std::mem::take(&mut self.keys));
        *self = Self { n_asked: number, ..Self::default() };
        (self.topic, self.view, self.keys) = kept;
        self.is_running = self.topic.is_some() || is_enough(typed);
        self.is_running.then(|| Errand::Places { typed: typed.to_owned(), topic: self.topic, filter })
    }

    /// Takes what was found out; nothing that is of an older errand.
    pub(crate) fn take(&mut self, number: u64, finding: Finding) {
        if let Finding::Written(path) = finding {
            self.saved_to = Some(path);
            return;
        }
        if number != self.n_asked {
            return;
        }
        match finding {
            Finding::Lines(documents) => {
                for document in documents {
                    self.documents.push((document.document, document.title, document.n_occurrences));
                    self.order.extend((self.lines.len()..).take(document.lines.len()).map(|at| at as u32));
                    self.lines.extend(document.lines);
                }
            }
            Finding::LookedAt { done, total } => self.progress = Some((done, total)),
            Finding::Counted(counted) => {
                self.counted = Some(*counted);
                self.is_running = false;
                self.progress = None;
                self.arrange();
            }
            Finding::Failed => self.is_running = false,
            _ => {}
        }
    }

    /// Does what was asked for and changes nothing beyond this. Opening a line and looking anew are the state's.
    pub(crate) fn apply(&mut self, command: &PlacesCommand) {
        match command {
            PlacesCommand::SortBy(key) => {
                self.keys.retain(|other| other != key);
                self.keys.insert(0, *key);
                self.keys.truncate(MAX_KEYS);
                self.arrange();
            }
            PlacesCommand::InOrder => {
                self.keys.clear();
                self.arrange();
            }
            PlacesCommand::Show(view) => self.view = *view,
            PlacesCommand::OnlyDocument(only) => {
                self.only = *only;
                self.view = PlacesView::Lines;
                self.arrange();
            }
            PlacesCommand::OfTopic(topic) => self.topic = Some(*topic),
            PlacesCommand::Open(_) | PlacesCommand::OfWord(_) | PlacesCommand::SaveAs | PlacesCommand::SaveTo(_) => {}
        }
    }

    fn arrange(&mut self) {
        let is_shown = |found: &Occurrence| self.only.is_none_or(|only| found.document == only);
        let mut shown: Vec<(u32, &Occurrence)> = (0..).zip(&self.lines).filter(|(_, found)| is_shown(found)).collect();
        sort(&mut shown, &self.keys, |(_, found)| &found.line);
        self.order = shown.into_iter().map(|(at, _)| at).collect();
        self.at = None;
    }

    /// Returns the passage of a line by its place in the order shown; it becomes the one that the reader is at.
    pub(crate) fn open(&mut self, at: usize) -> Option<Passage> {
        let found = self.line(at)?;
        let words = found.line.hit.split_whitespace().map(str::to_lowercase).collect();
        let passage = Passage { document: found.document, first_unit: found.line.place.unit, n_units: 1, words };
        self.at = Some(at);
        Some(passage)
    }

    /// Returns the passage `by` lines on; nothing beyond the last and before the first.
    pub(crate) fn step(&mut self, by: isize) -> Option<Passage> {
        let next = match self.at {
            Some(at) => at.checked_add_signed(by)?,
            None => 0,
        };
        self.open(next)
    }

    /// Returns which of how many lines the reader is at, from 1.
    pub(crate) fn place(&self) -> Option<(usize, usize)> {
        self.at.map(|at| (at + 1, self.order.len()))
    }

    /// Returns what is shown as a table.
    pub(crate) fn table(&self) -> Table {
        match self.view {
            PlacesView::Lines => {
                let mut table = Table::of_columns(["document", "speaker", "start_secs", "left", "hit", "right"]);
                table.rows = (0..self.n_lines()).filter_map(|at| self.line(at)).map(|found| self.row(found)).collect();
                table
            }
            PlacesView::Documents => {
                let mut table = Table::of_columns(["document", "occurrences"]);
                table.rows = self.documents.iter().map(|(_, title, n)| vec![title.clone(), n.to_string()]).collect();
                table
            }
            PlacesView::Forms => {
                let mut table = Table::of_columns(["form", "occurrences"]);
                let forms = self.counted.iter().flat_map(|counted| &counted.forms);
                table.rows = forms.map(|(form, n)| vec![form.clone(), n.to_string()]).collect();
                table
            }
        }
    }

    fn row(&self, found: &Occurrence) -> Vec<String> {
        let secs = found.time.map_or_else(String::new, |time| format!("{:.3}", time.as_secs()));
        let line = &found.line;
        let title = self.title(found.document).to_owned();
        vec![title, found.speaker.clone().unwrap_or_default(), secs, line.left.clone(), line.hit.clone(), line.right.clone()]
    }
}

#[cfg(test)]
mod tests {
    use caesura::concordance::{Line, Place};
    use caesura::document::{Span, UnitIndex};
    use caesura::search::DocumentLines;

    use super::*;

    fn lines(document: i64, texts: &[&str]) -> DocumentLines {
        let line = |text: &&str| {
            let start = text.find("hit").expect("a hit");
            let place = Place { unit: UnitIndex(7), span: Span::new(start..start + 3) };
            Occurrence { document: DocumentId(document), speaker: None, time: None, line: Line::at(text, place, 99) }
        };
        DocumentLines {
            document: DocumentId(document),
            title: format!("Document {document}"),
            n_occurrences: texts.len() as u64,
            lines: texts.iter().map(line).collect(),
        }
    }

    fn shown() -> ConcordanceShown {
        let mut shown = ConcordanceShown::default();
        assert!(shown.errand("hit", Filter::default(), 4).is_some());
        shown.take(4, Finding::Lines(vec![lines(1, &["b hit z", "c hit y"]), lines(3, &["a hit y"])]));
        shown.take(3, Finding::Lines(vec![lines(9, &["old hit"])]));
        shown.take(4, Finding::Counted(Box::default()));
        shown
    }

    fn lefts(shown: &ConcordanceShown) -> Vec<&str> {
        (0..shown.n_lines()).filter_map(|at| shown.line(at)).map(|found| found.line.left.as_str()).collect()
    }

    #[test]
    fn lines_come_in_order_and_are_sorted_by_the_keys_chosen_last_first() {
        let mut shown = shown();
        assert_eq!((lefts(&shown), shown.n_occurrences(), shown.is_running()), (vec!["b", "c", "a"], 3, false));
        shown.apply(&PlacesCommand::SortBy(Key::Left(1)));
        assert_eq!(lefts(&shown), ["a", "b", "c"]);
        shown.apply(&PlacesCommand::SortBy(Key::Right(1)));
        assert_eq!(lefts(&shown), ["a", "c", "b"]);
        assert_eq!(shown.keys, [Key::Right(1), Key::Left(1)]);
        shown.apply(&PlacesCommand::InOrder);
        assert_eq!(lefts(&shown), ["b", "c", "a"]);
        shown.apply(&PlacesCommand::OnlyDocument(Some(DocumentId(3))));
        assert_eq!(lefts(&shown), ["a"]);
    }

    #[test]
    fn steps_go_along_the_order_shown() {
        let mut shown = shown();
        shown.apply(&PlacesCommand::SortBy(Key::Left(1)));
        assert_eq!(shown.step(1).map(|passage| passage.document.0), Some(3));
        assert_eq!(shown.step(1).map(|passage| passage.document.0), Some(1));
        assert_eq!(shown.place(), Some((2, 3)));
        assert_eq!(shown.step(-1).map(|passage| passage.words), Some(vec!["hit".to_owned()]));
        assert_eq!(shown.step(-1), None);
    }

    #[test]
    fn what_is_shown_is_a_table_too() {
        let mut shown = shown();
        assert_eq!(shown.table().rows[0], ["Document 1", "", "", "b", "hit", "z"]);
        shown.apply(&PlacesCommand::Show(PlacesView::Documents));
        assert_eq!(shown.table().rows, [["Document 1", "2"], ["Document 3", "1"]]);
    }

    #[test]
    fn too_little_is_not_looked_for_and_a_new_errand_forgets_the_old_places() {
        let mut shown = shown();
        assert_eq!(shown.errand("h", Filter::default(), 5), None);
        assert_eq!((shown.n_lines(), shown.is_running()), (0, false));
    }
}
