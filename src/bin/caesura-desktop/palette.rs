//! The palette: one field that finds every action, document and library by a few letters of its name.
//!
//! In: what is typed, and what there is. Out: what fits, best first. The names are those of the one table of actions.

use std::path::PathBuf;

use caesura::export::ChapterFormat;
use caesura::import::name_of;
use caesura::store::DocumentId;

use crate::command::{Action, Command};
use crate::exports;
use crate::state::State;
use crate::worker::Request;

/// What the user asks of the palette.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    /// What is typed is another text.
    Type(String),
    /// Choose the line so many further on.
    Move(i64),
    /// Do what a line says.
    Take(usize),
    /// Do what the chosen line says.
    TakeChosen,
    /// Close it.
    Close,
}

/// The palette as it is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Palette {
    pub(crate) typed: String,
    /// What fits, best first.
    pub(crate) lines: Vec<Line>,
    /// The chosen line.
    pub(crate) chosen: usize,
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) what: Target,
    /// The letters of the label that fit what is typed, as numbers of characters.
    pub(crate) fitting: Vec<usize>,
}

/// What a line leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    Action(Action),
    /// The document, and what is said of it.
    Document(DocumentId, String),
    Library(PathBuf),
    /// An export of the documents that are acted on.
    Export(ChapterFormat),
}

/// The most lines that are shown.
const MAX_LINES: usize = 60;

/// How much it counts that a label holds every word that is typed.
const WHOLE: i64 = 40;

/// Documents are looked for once so much is typed: before, they would hide the actions.
const LETTERS_FOR_DOCUMENTS: usize = 2;

impl State {
    /// Opens the palette.
    pub(crate) fn open_palette(&mut self) {
        self.palette = Some(self.palette_for(String::new()));
    }

    /// Does what the user asks of the palette.
    pub(crate) fn in_palette(&mut self, ask: Ask) -> Vec<Request> {
        let Some(palette) = &mut self.palette else { return Vec::new() };
        match ask {
            Ask::Type(typed) => self.palette = Some(self.palette_for(typed)),
            Ask::Move(by) => {
                let n_lines = palette.lines.len().max(1) as i64;
                palette.chosen = (palette.chosen as i64 + by).rem_euclid(n_lines) as usize;
            }
            Ask::Take(at) => return self.take_line(at),
            Ask::TakeChosen => {
                let at = palette.chosen;
                return self.take_line(at);
            }
            Ask::Close => self.palette = None,
        }
        Vec::new()
    }

    fn take_line(&mut self, at: usize) -> Vec<Request> {
        let Some(line) = self
            .palette
            .take()
            .and_then(|mut palette| (at < palette.lines.len()).then(|| palette.lines.swap_remove(at)))
        else {
            return Vec::new();
        };
        match line.what {
            Target::Action(action) => {
                // What only the front end can do is done by it, in the frame after this one.
                self.asked.push(action);
                Vec::new()
            }
            Target::Document(id, _) => self.apply(Command::OpenDocument(id)),
            Target::Library(path) => self.apply(Command::OpenLibrary(path)),
            Target::Export(format) => self.export_as(format),
        }
    }

    fn palette_for(&self, typed: String) -> Palette {
        let mut lines: Vec<(i64, Line)> = Vec::new();
        let mut offer = |label: String, what: Target, bonus: i64| {
            if let Some((score, fitting)) = fit(&typed, &label) {
                // Words that stand in the label as they are typed are meant; letters across it may be chance.
                let bonus = if holds_words(&typed, &label) { bonus + WHOLE } else { bonus };
                lines.push((score + bonus, Line { label, what, fitting }));
            }
        };
        for action in Action::ALL.iter().filter(|action| self.is_offered(**action)) {
            offer(action.label().to_owned(), Target::Action(*action), 8);
        }
        if !self.acted_on().is_empty() {
            for format in ChapterFormat::ALL {
                offer(format!("Export as {}", exports::label(format)), Target::Export(format), 0);
            }
        }
        for path in &self.settings.recent {
            offer(format!("Open library {}", name_of(path)), Target::Library(path.clone()), 4);
        }
        if LETTERS_FOR_DOCUMENTS <= typed.trim().chars().count() {
            for row in self.library.iter().flat_map(|library| &library.documents) {
                // Among thousands of titles, scattered letters fit everything: a title must hold what is typed.
                if holds_words(&typed, &row.title) {
                    offer(row.title.clone(), Target::Document(row.id, row.source_name.clone()), 0);
                }
            }
        }
        lines.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        lines.truncate(MAX_LINES);
        Palette { typed, lines: lines.into_iter().map(|(_, line)| line).collect(), chosen: 0 }
    }

    /// Returns whether an action makes sense as things are.
    pub(crate) fn is_offered(&self, action: Action) -> bool {
        match action {
            Action::Confirm | Action::AddTyped | Action::ShowPalette => false,
            Action::RemoveDocument | Action::MarkUnread | Action::MarkInWork | Action::MarkChecked => {
                !self.acted_on().is_empty()
            }
            Action::UndoInLibrary => self.table.undo_label().is_some(),
            _ => true,
        }
    }
}

/// Returns whether a title holds every word typed, whatever their case and order.
fn holds_words(typed: &str, title: &str) -> bool {
    let title = title.to_lowercase();
    typed.split_whitespace().all(|word| title.contains(&word.to_lowercase()))
}

/// Returns how well `label` fits what is typed, and which of its letters do; `None` if it does not.
///
/// Every letter typed must occur in the label in that order, whatever its case. Letters at the starts of words and in runs
/// count for more, and a short label for more than a long one. Takes time in proportion to the label times what is typed.
pub(crate) fn fit(typed: &str, label: &str) -> Option<(i64, Vec<usize>)> {
    const START_OF_WORD: i64 = 8;
    const IN_A_RUN: i64 = 5;
    const LETTER: i64 = 1;
    let wanted: Vec<char> = typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    let letters: Vec<char> = label.chars().collect();
    let folded: Vec<char> = letters.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    if wanted.is_empty() {
        return Some((0, Vec::new()));
    }
    let is_start = |at: usize| at == 0 || !letters[at - 1].is_alphanumeric();
    // For each letter of the label: the best score of what is typed so far if its last letter falls there, and where the
    // letter before fell.
    let mut best: Vec<Vec<Option<(i64, usize)>>> = Vec::with_capacity(wanted.len());
    for (n, wanted) in wanted.iter().enumerate() {
        let mut row = vec![None; letters.len()];
        let mut best_before: Option<(i64, usize)> = None;
        for at in 0..letters.len() {
            if 0 < n && 0 < at {
                let before = best[n - 1][at - 1].map(|(score, _)| (score, at - 1));
                best_before = best_before.max(before);
            }
            if folded[at] != *wanted {
                continue;
            }
            let gain = LETTER + if is_start(at) { START_OF_WORD } else { 0 };
            row[at] = if n == 0 {
                Some((gain, at))
            } else {
                let run = (0 < at).then(|| best[n - 1][at - 1]).flatten().map(|(score, _)| (score + IN_A_RUN, at - 1));
                run.max(best_before).map(|(score, from)| (score + gain, from))
            };
        }
        best.push(row);
    }
    let (mut at, (score, _)) = best
        .last()?
        .iter()
        .enumerate()
        .filter_map(|(at, cell)| cell.map(|cell| (at, cell)))
        .max_by_key(|(at, cell)| (cell.0, std::cmp::Reverse(*at)))?;
    let mut fitting = vec![at];
    for row in best[1..].iter().rev() {
        at = row[at]?.1;
        fitting.push(at);
    }
    fitting.reverse();
    Some((score * 4 - letters.len().min(60) as i64 / 4, fitting))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails if the labels do not come in the order given, the last ones not at all.
    #[track_caller]
    fn check(typed: &str, expected: &[&str], left_out: &[&str]) {
        let mut found: Vec<(i64, &str)> = expected
            .iter()
            .chain(left_out)
            .filter_map(|label| fit(typed, label).map(|(score, _)| (score, *label)))
            .collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        let found: Vec<&str> = found.into_iter().map(|(_, label)| label).collect();
        assert_eq!(found, expected, "{typed:?}");
    }

    #[test]
    fn first_letters_of_words_fit_best() {
        check("af", &["Add files…", "Start of the text"], &["Quit"]);
        check("nl", &["New library…", "Open a library…"], &["Find…"]);
    }

    #[test]
    fn runs_come_before_scattered_letters() {
        check("top", &["Topics", "Find topics", "Start of the page"], &["Read"]);
    }

    #[test]
    fn case_and_spaces_do_not_matter_but_order_does() {
        check("THE  dark", &["The dark theme"], &["Dark is the night"]);
        check("", &["Anything"], &[]);
        check("zz", &[], &["Z"]);
    }

    #[test]
    fn a_title_is_found_by_words_it_holds_and_not_by_scattered_letters() {
        assert!(holds_words("hive NIGHT", "Thieves Take Twelve Hives in One Night"));
        assert!(!holds_words("dark", "A Trade and a Half: Ruth Tennick"));
    }

    #[test]
    fn the_letters_that_fit_are_told() {
        assert_eq!(fit("fl", "Add files").map(|(_, fitting)| fitting), Some(vec![4, 6]));
        assert_eq!(fit("äß", "Große Äste ß").map(|(_, fitting)| fitting), Some(vec![6, 11]));
    }
}
