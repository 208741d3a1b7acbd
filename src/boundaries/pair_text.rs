//! The two texts that a pair model reads: what stands before a gap, and what stands after it.

use crate::document::{GapIndex, Units};

/// What stands between two units, and between those of two speakers; a reader of word pieces sees them as pieces.
const UNIT_MARK: &str = "|";
const SPEAKER_MARK: &str = "||";

/// Of a unit too long to be read whole, one part in so many is its beginning, and the rest its end: how a paragraph opens
/// tells what kind of thing it is, how it closes what the next one goes on from.
const OPENING_SHARE: usize = 3;

/// Returns the texts on both sides of a gap, each of at most about `side_words` words.
pub(crate) fn sides(text: &str, units: &Units, gap: GapIndex, side_words: usize) -> (String, String) {
    let after = gap.unit_after().index();
    (ending_at(text, units, 0..after, side_words), starting_at(text, units, after..units.len(), side_words))
}

/// Returns the last words of a run of units, at most `n_words` of them. The run has at least one unit.
pub(crate) fn ending_at(text: &str, units: &Units, run: std::ops::Range<usize>, n_words: usize) -> String {
    let mut parts: Vec<Vec<&str>> = Vec::new();
    let mut left = n_words;
    for unit in run.clone().rev() {
        let words = words_of(text, units, unit);
        if left == 0 {
            break;
        }
        if words.len() <= left {
            left -= words.len().max(1);
            parts.push(words);
        } else if parts.is_empty() {
            let n_opening = left / OPENING_SHARE;
            let mut part = words[..n_opening].to_vec();
            part.push("...");
            part.extend(&words[words.len() - (left - n_opening)..]);
            parts.push(part);
            left = 0;
        } else {
            parts.push(words[words.len() - left..].to_vec());
            left = 0;
        }
    }
    let first = run.end - parts.len();
    parts.reverse();
    joined(units, first, &parts)
}

/// Returns the first words of a run of units, at most `n_words` of them. The run has at least one unit.
pub(crate) fn starting_at(text: &str, units: &Units, run: std::ops::Range<usize>, n_words: usize) -> String {
    let mut parts: Vec<Vec<&str>> = Vec::new();
    let mut left = n_words;
    for unit in run.clone() {
        let mut words = words_of(text, units, unit);
        if left == 0 {
            break;
        }
        words.truncate(left);
        left -= words.len().max(1);
        parts.push(words);
    }
    let joined = joined(units, run.start, &parts);
    if units.changes_speaker(run.start) { format!("{SPEAKER_MARK} {joined}") } else { joined }
}

fn words_of<'a>(text: &'a str, units: &Units, unit: usize) -> Vec<&'a str> {
    units.units[unit].span.of(text).split_whitespace().collect()
}

/// Joins the words of units that follow each other, `first` the first.
fn joined(units: &Units, first: usize, parts: &[Vec<&str>]) -> String {
    let mut joined = String::new();
    for (i, part) in parts.iter().enumerate() {
        let mark = if units.changes_speaker(first + i) { SPEAKER_MARK } else { UNIT_MARK };
        let mark = (i > 0).then_some(mark);
        for word in mark.iter().chain(part) {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(word);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnitKind;

    fn units(spoken: &[(&str, &str)]) -> (String, Units) {
        let lines: Vec<&str> = spoken.iter().map(|&(_, words)| words).collect();
        let (text, mut units) = Units::of_lines(UnitKind::Utterance, &lines);
        for (unit, &(speaker, _)) in units.units.iter_mut().zip(spoken) {
            unit.speaker = (!speaker.is_empty()).then(|| speaker.to_owned());
        }
        (text, units)
    }

    #[track_caller]
    fn check(spoken: &[(&str, &str)], gap: usize, side_words: usize, before: &str, after: &str) {
        let (text, units) = units(spoken);
        let found = sides(&text, &units, GapIndex::from(gap), side_words);
        assert_eq!((found.0.as_str(), found.1.as_str()), (before, after));
    }

    #[test]
    fn each_side_is_made_of_whole_units_as_far_as_they_go() {
        let spoken = [("", "a b c"), ("", "d e"), ("", "f"), ("", "g h i j")];
        check(&spoken, 1, 4, "b c | d e", "f | g h i");
        check(&spoken, 0, 100, "a b c", "d e | f | g h i j");
    }

    #[test]
    fn of_a_long_unit_before_the_gap_both_ends_are_read() {
        check(&[("", "a b c d e f g h i"), ("", "j k l m")], 0, 3, "a ... h i", "j k l");
    }

    #[test]
    fn a_change_of_speaker_is_seen_on_either_side_and_at_the_gap() {
        let spoken = [("A", "a"), ("B", "b"), ("B", "c"), ("A", "d"), ("B", "e")];
        check(&spoken, 2, 9, "a || b | c", "|| d || e");
        check(&spoken, 1, 9, "a || b", "c || d || e");
    }

    #[test]
    fn units_without_a_word_do_not_make_a_side_endless() {
        let many: Vec<(&str, &str)> = vec![("", ""); 1000];
        let (text, units) = units(&many);
        let (before, after) = sides(&text, &units, GapIndex::from(500), 8);
        assert!(before.len() < 40 && after.len() < 40, "{before:?} {after:?}");
    }
}
