//! Units: what chapters are made of.

use serde::{Deserialize, Serialize};

use super::{Span, TimeSpan, UnitIndex};

/// What kind of piece the units of a document are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// A paragraph, a list item or a table row.
    Paragraph,
    /// A sentence.
    Sentence,
    /// Something said by one speaker without a long pause.
    Utterance,
}

impl UnitKind {
    /// Every kind there is.
    pub const ALL: [Self; 3] = [Self::Paragraph, Self::Sentence, Self::Utterance];

    /// Returns the name used in the store and in every output, such as `"paragraph"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paragraph => "paragraph",
            Self::Sentence => "sentence",
            Self::Utterance => "utterance",
        }
    }

    /// Returns the kind of that name, as [`UnitKind::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The smallest piece a chapter is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Where it stands in the document's text. Never empty; begins and ends on a character that is not white space.
    pub span: Span,
    /// Who says it, if the file tells.
    pub speaker: Option<String>,
    /// When it is said, if the file tells.
    pub time: Option<TimeSpan>,
}

/// A heading that the file carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 for the highest, 6 for the lowest.
    pub level: u8,
    /// Where it stands in the document's text.
    pub span: Span,
    /// The unit it stands before. Equals the number of units for a heading at the very end.
    pub before: UnitIndex,
}

/// The units of one document, and the headings between them.
///
/// Units and headings are in reading order and do not overlap; together they cover all of the text but white space.
/// There is at least one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units {
    /// What kind of piece the units are.
    pub kind: UnitKind,
    /// The units.
    pub units: Vec<Unit>,
    /// The headings. Several may stand before the same unit, a section's before its first sub-section's.
    pub headings: Vec<Heading>,
}

impl Units {
    /// Returns how many units there are, at least 1.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Returns whether there are no units, which no document that was imported has.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Returns how many gaps there are: one fewer than units.
    pub fn n_gaps(&self) -> usize {
        self.units.len().saturating_sub(1)
    }

    /// Returns whether another speaks in a unit than in the one before it; never of the first.
    pub fn changes_speaker(&self, unit: usize) -> bool {
        unit > 0 && self.units[unit].speaker != self.units[unit - 1].speaker
    }

    /// Returns the text of each unit, borrowed from the document's text.
    pub fn texts<'a>(&self, text: &'a str) -> Vec<&'a str> {
        self.units.iter().map(|unit| unit.span.of(text)).collect()
    }

    /// Makes a text of lines, each a unit.
    #[cfg(test)]
    pub(crate) fn of_lines(kind: UnitKind, lines: &[impl AsRef<str>]) -> (String, Self) {
        let mut text = String::new();
        let mut units = Vec::with_capacity(lines.len());
        for line in lines {
            let start = text.len();
            text.push_str(line.as_ref());
            units.push(Unit { span: Span::new(start..text.len()), speaker: None, time: None });
            text.push('\n');
        }
        (text, Self { kind, units, headings: Vec::new() })
    }

    /// Returns the headings that stand right before `unit`, highest place in the text first.
    pub fn headings_before(&self, unit: UnitIndex) -> &[Heading] {
        let start = self.headings.partition_point(|heading| heading.before < unit);
        let end = self.headings.partition_point(|heading| heading.before <= unit);
        &self.headings[start..end]
    }
}
