//! A document as a column of rows: what the reader lays out, one at a time.
//!
//! In: units and headings. Out: rows in reading order, each short enough to be laid out within a frame: a paragraph
//! of a megabyte becomes many rows.

use caesura::document::{Span, UnitIndex, UnitKind, Units};

/// The most bytes of text in one row.
const MAX_BYTES: usize = 2_000;

/// One row of the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Where its text stands.
    pub(crate) span: Span,
    /// The unit it belongs to; for a heading, the unit it stands before, or the last one at the very end.
    pub(crate) unit: UnitIndex,
    /// What it shows.
    pub(crate) kind: RowKind,
}

/// What a row shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// A heading of the file, of level 1 to 6.
    Heading(u8),
    /// The start of a unit.
    Start,
    /// More of a unit whose start is in a row above.
    More,
}

/// Returns the rows of a document, in reading order.
pub(crate) fn rows(text: &str, units: &Units) -> Vec<Row> {
    let mut rows = Vec::with_capacity(units.len() + units.headings.len());
    let mut headings = units.headings.iter().peekable();
    for (index, unit) in units.units.iter().enumerate() {
        let index = UnitIndex::from(index);
        while let Some(heading) = headings.next_if(|heading| heading.before <= index) {
            rows.push(Row { span: heading.span, unit: index, kind: RowKind::Heading(heading.level) });
        }
        let mut kind = RowKind::Start;
        for span in pieces(text, unit.span) {
            rows.push(Row { span, unit: index, kind });
            kind = RowKind::More;
        }
    }
    let last = UnitIndex::from(units.len().saturating_sub(1));
    rows.extend(headings.map(|heading| Row { span: heading.span, unit: last, kind: RowKind::Heading(heading.level) }));
    rows
}

/// Returns the first row of `unit`, headings left aside, or the last row if there is no such unit.
pub(crate) fn row_of(rows: &[Row], unit: UnitIndex) -> usize {
    let first = rows.partition_point(|row| row.unit < unit);
    let is_text = |row: &Row| !matches!(row.kind, RowKind::Heading(_));
    let found = rows[first..].iter().position(is_text).map_or(first, |at| first + at);
    found.min(rows.len().saturating_sub(1))
}

/// Returns about how many characters fit a row: fewer bytes than [`MAX_BYTES`], cut at white space where there is some.
fn pieces(text: &str, span: Span) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut start = span.start.index();
    let end = span.end.index();
    while MAX_BYTES < end - start {
        let limit = text.floor_char_boundary(start + MAX_BYTES);
        let cut = text[start..limit].rfind(char::is_whitespace).map_or(limit, |at| {
            let space = start + at;
            space + text[space..].chars().next().map_or(0, char::len_utf8)
        });
        pieces.push(Span::new(start..cut));
        start = cut;
    }
    if start < end {
        pieces.push(Span::new(start..end));
    }
    pieces
}

/// Returns the number of rows of `units` that stand closer together than paragraphs do.
pub(crate) fn is_tight(kind: UnitKind) -> bool {
    matches!(kind, UnitKind::Sentence)
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init, reason = "a text of one unit has one range, not the numbers in it")]
mod tests {
    use caesura::document::{Heading, Unit};
    use proptest::prelude::*;

    use super::*;

    fn units(text: &str, spans: &[std::ops::Range<usize>], headings: Vec<Heading>) -> Units {
        let unit = |span: &std::ops::Range<usize>| Unit { span: Span::new(span.clone()), speaker: None, time: None };
        assert!(spans.iter().all(|span| span.end <= text.len()));
        Units { kind: UnitKind::Paragraph, units: spans.iter().map(unit).collect(), headings }
    }

    proptest! {
        #[test]
        fn the_rows_of_a_unit_joined_are_the_unit(text in "[a-zé\u{1F600} ]{1,9000}") {
            let units = units(&text, std::slice::from_ref(&(0..text.len())), Vec::new());
            let rows = rows(&text, &units);
            let joined: String = rows.iter().map(|row| row.span.of(&text)).collect();
            prop_assert_eq!(joined, text);
            prop_assert!(rows.iter().all(|row| !row.span.is_empty() && row.span.len_bytes() <= MAX_BYTES));
            prop_assert_eq!(rows.iter().filter(|row| row.kind == RowKind::Start).count(), 1);
        }
    }

    #[test]
    fn headings_stand_before_their_unit_and_the_last_ones_at_the_end() {
        let text = "One\ntext\nTwo";
        let heading = |span: std::ops::Range<usize>, before: u32| Heading {
            level: 1,
            span: Span::new(span),
            before: UnitIndex(before),
        };
        let units = units(text, std::slice::from_ref(&(4..8)), vec![heading(0..3, 0), heading(9..12, 1)]);
        let shown: Vec<(&str, RowKind)> = rows(text, &units).iter().map(|row| (row.span.of(text), row.kind)).collect();
        assert_eq!(shown, [("One", RowKind::Heading(1)), ("text", RowKind::Start), ("Two", RowKind::Heading(1))]);
    }

    #[test]
    fn the_row_of_a_unit_is_its_first_of_text() {
        let text = "H\na\nb";
        let heading = Heading { level: 1, span: Span::new(0..1), before: UnitIndex(0) };
        let rows = rows(text, &units(text, &[2..3, 4..5], vec![heading]));
        assert_eq!(row_of(&rows, UnitIndex(0)), 1);
        assert_eq!(row_of(&rows, UnitIndex(1)), 2);
        assert_eq!(row_of(&rows, UnitIndex(9)), 2);
    }
}
