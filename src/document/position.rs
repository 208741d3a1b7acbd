//! Positions: in bytes, in units, in gaps, in time. Each has a type, so that none is taken for another.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A byte position in a document's text.
///
/// Lies on a `char` boundary, counts from 0, and may equal the text's length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ByteOffset(pub u32);

impl ByteOffset {
    /// Returns the offset as an index into the text.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl From<usize> for ByteOffset {
    /// Takes a position in a text that import has admitted, and so is shorter than 4 GiB.
    fn from(offset: usize) -> Self {
        Self(u32::try_from(offset).expect("imported text is shorter than 4 GiB"))
    }
}

/// A half-open range of bytes in a document's text, `start <= end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first byte.
    pub start: ByteOffset,
    /// The byte after the last.
    pub end: ByteOffset,
}

impl Span {
    /// Returns the span of `range`.
    ///
    /// Panics if the range runs backwards: a span is always made by us.
    pub fn new(range: Range<usize>) -> Self {
        assert!(range.start <= range.end, "a span of {range:?} runs backwards");
        Self { start: range.start.into(), end: range.end.into() }
    }

    /// Returns the span as a range to index the text with.
    pub fn range(self) -> Range<usize> {
        self.start.index()..self.end.index()
    }

    /// Returns the part of `text` that the span covers.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// Returns how many bytes the span covers.
    pub fn len_bytes(self) -> usize {
        self.range().len()
    }

    /// Returns whether the span covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// The number of a unit in its document, from 0 in reading order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitIndex(pub u32);

impl UnitIndex {
    /// Returns the number as an index into the units.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Returns the gap before the unit, or nothing for the first unit.
    pub fn gap_before(self) -> Option<GapIndex> {
        self.0.checked_sub(1).map(GapIndex)
    }
}

impl From<usize> for UnitIndex {
    fn from(index: usize) -> Self {
        Self(u32::try_from(index).expect("a document has fewer than 2^32 units"))
    }
}

/// The gap between unit `n` and unit `n + 1`, numbered `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GapIndex(pub u32);

impl GapIndex {
    /// Returns the number as an index into the gap scores.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Returns the first unit after the gap: the unit a new chapter would start at.
    pub fn unit_after(self) -> UnitIndex {
        UnitIndex(self.0 + 1)
    }
}

impl From<usize> for GapIndex {
    fn from(index: usize) -> Self {
        Self(u32::try_from(index).expect("a document has fewer than 2^32 gaps"))
    }
}

/// A moment in a recording, in milliseconds from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// Returns the moment in seconds.
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

/// A stretch of a recording, `start <= end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TimeSpan {
    /// The moment it starts.
    pub start: Millis,
    /// The moment it ends.
    pub end: Millis,
}

impl TimeSpan {
    /// Returns the stretch between two moments, in either order.
    pub fn between(one: Millis, other: Millis) -> Self {
        Self { start: one.min(other), end: one.max(other) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_before_a_unit_and_the_unit_after_a_gap_are_inverse() {
        assert_eq!(UnitIndex(0).gap_before(), None);
        for n in 1..5 {
            assert_eq!(UnitIndex(n).gap_before().map(GapIndex::unit_after), Some(UnitIndex(n)));
        }
    }

    #[test]
    fn a_time_span_never_runs_backwards() {
        let span = TimeSpan::between(Millis(9), Millis(4));
        assert_eq!((span.start, span.end), (Millis(4), Millis(9)));
    }
}
