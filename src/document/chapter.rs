//! Chapters: runs of units with a title.

use serde::{Deserialize, Serialize};

use super::{Span, TimeSpan, UnitIndex};

/// A run of units with a title.
///
/// The chapters of one layer and level tile their document: the first starts at byte 0 and unit 0, each next one
/// where the one before ends, and the last ends with the text. A heading belongs to the chapter it opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// 1 for the highest level. In the layer *as written*, the depth of the heading that opens it.
    pub level: u8,
    /// The title. Never empty.
    pub title: String,
    /// The first unit.
    pub first_unit: UnitIndex,
    /// How many units it has, at least 1.
    pub n_units: u32,
    /// The bytes it covers, its headings and the white space after it included.
    pub span: Span,
    /// The stretch of the recording it covers, in a timed document.
    pub time: Option<TimeSpan>,
    /// The score of the gap it starts at, in `0.0..=1.0`; 1 for the first chapter.
    pub score: f32,
    /// How the boundary it starts at came to be.
    pub origin: Origin,
}

impl Chapter {
    /// Returns the unit after its last.
    pub fn end_unit(&self) -> UnitIndex {
        UnitIndex(self.first_unit.0 + self.n_units)
    }

    /// Returns the numbers of its units as a range to index the units with.
    pub fn units(&self) -> std::ops::Range<usize> {
        self.first_unit.index()..self.end_unit().index()
    }
}

/// How a boundary came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An engine found it.
    Found,
    /// A heading of the file says so.
    AsWritten,
    /// A person set it.
    ByHand,
}

impl Origin {
    /// Every origin there is.
    pub const ALL: [Self; 3] = [Self::Found, Self::AsWritten, Self::ByHand];

    /// Returns the name used in the store and in every output, such as `"as_written"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::AsWritten => "as_written",
            Self::ByHand => "by_hand",
        }
    }

    /// Returns the origin of that name, as [`Origin::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.name() == name)
    }
}

/// A set of chapters that tile one document, by where they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Cut by an engine, and corrected by hand.
    Found,
    /// As the headings of the file cut it.
    AsWritten,
}

impl Layer {
    /// Returns the name used in the store and in every output, such as `"as_written"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::AsWritten => "as_written",
        }
    }

    /// Returns the layer of that name, as [`Layer::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Found, Self::AsWritten].into_iter().find(|layer| layer.name() == name)
    }
}
