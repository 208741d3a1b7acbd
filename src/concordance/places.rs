//! Where a pattern matches in one document.

use std::borrow::Cow;

use super::Pattern;
use crate::document::{Span, UnitIndex, Units};
use crate::words;

/// Where a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The unit it stands in; of a match in a heading, the unit that the heading stands before, or the last one.
    pub unit: UnitIndex,
    /// The matched words in the document's text.
    pub span: Span,
}

/// Returns where `pattern` matches in a document, in reading order.
///
/// A match lies within one unit or one heading, and no two overlap: the search goes on after a match. Takes one pass over
/// what may match.
pub fn places(text: &str, units: &Units, pattern: &Pattern) -> Vec<Place> {
    let mut places = Vec::new();
    if !pattern.may_match(text) {
        return places;
    }
    let last_unit = UnitIndex::from(units.len().saturating_sub(1));
    let mut headings = units.headings.iter().peekable();
    for (at, unit) in units.units.iter().enumerate() {
        while let Some(heading) = headings.next_if(|heading| heading.before.index() <= at) {
            places_in(text, heading.span, heading.before, pattern, &mut places);
        }
        places_in(text, unit.span, UnitIndex::from(at), pattern, &mut places);
    }
    for heading in headings {
        places_in(text, heading.span, last_unit, pattern, &mut places);
    }
    places
}

fn places_in(text: &str, piece: Span, unit: UnitIndex, pattern: &Pattern, places: &mut Vec<Place>) {
    let inside = piece.of(text);
    if !pattern.may_match(inside) {
        return;
    }
    let tokens: Vec<words::Token<'_>> = words::tokens(inside).collect();
    let folded: Vec<Cow<'_, str>> = tokens.iter().map(|token| words::fold(token.text)).collect();
    let start = piece.start.index();
    let mut at = 0;
    while at < tokens.len() {
        match pattern.n_matched(&folded[at..]) {
            0 => at += 1,
            n_words => {
                let (first, last) = (&tokens[at].range, &tokens[at + n_words - 1].range);
                places.push(Place { unit, span: Span::new(start + first.start..start + last.end) });
                at += n_words;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::{Heading, Unit, UnitKind};

    /// Returns the units of a text, a line each; a line that begins with `#` is a heading.
    fn units(text: &str) -> Units {
        let mut units = Units { kind: UnitKind::Paragraph, units: Vec::new(), headings: Vec::new() };
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let span = Span::new(start..start + line.trim_end().len());
            start += line.len();
            if line.starts_with('#') {
                units.headings.push(Heading { level: 1, span, before: units.len().into() });
            } else if !span.is_empty() {
                units.units.push(Unit { span, speaker: None, time: None });
            }
        }
        units
    }

    #[track_caller]
    fn check(typed: &str, text: &str, expected: &[(u32, &str)]) {
        let found = places(text, &units(text), &Pattern::parse(typed).expect("a word"));
        let found: Vec<(u32, &str)> = found.iter().map(|place| (place.unit.0, place.span.of(text))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn matches_come_in_reading_order_with_their_units() {
        check("tide", "# Tide\nThe tide.\nNo boat.\nTide, tide!", &[(0, "Tide"), (0, "tide"), (2, "Tide"), (2, "tide")]);
    }

    #[test]
    fn a_phrase_stays_within_one_unit_and_takes_in_what_parts_its_words() {
        check("high tide", "It is high.\nTide. High\u{a0}tide, high -- tide.", &[
            (1, "High\u{a0}tide"),
            (1, "high -- tide"),
        ]);
    }

    #[test]
    fn matches_do_not_overlap() {
        check("very very", "very very very very very", &[(0, "very very"), (0, "very very")]);
    }

    #[test]
    fn a_heading_at_the_very_end_belongs_to_the_last_unit() {
        check("end", "Start.\n# The end", &[(0, "end")]);
    }

    proptest! {
        #[test]
        fn what_is_passed_over_quickly_holds_no_match(text in "[a-dA-D éＡK\u{212a}’'\n]{0,60}", word in "[a-dk]{1,3}") {
            let pattern = Pattern::parse(&word).expect("a word");
            let expected = words::tokens(&text).filter(|token| words::fold(token.text) == word).count();
            prop_assert_eq!(places(&text, &units(&text), &pattern).len(), expected);
        }
    }
}
