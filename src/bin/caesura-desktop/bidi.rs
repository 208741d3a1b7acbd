//! Text of scripts that run from right to left, in the order in which a line of it is drawn.
//!
//! The toolkit joins and turns the letters of a word, but lays one word after the other from left to right. In: a line in
//! the order it is read. Out: the same line with its words in the order they are drawn, by the Unicode Bidirectional
//! Algorithm (`unicode-bidi`). Only single lines can be given this way: where a text is broken into lines, the breaks must
//! be known first.

use std::borrow::Cow;

use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

/// Returns a line as it is drawn; a line that runs from left to right as it is, at no cost but looking at it.
pub(crate) fn drawn(line: &str) -> Cow<'_, str> {
    if !line.chars().any(is_right_to_left) {
        return Cow::Borrowed(line);
    }
    let info = BidiInfo::new(line, None);
    let mut shown = String::with_capacity(line.len());
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let text = &line[run.clone()];
            if levels.get(run.start).is_some_and(Level::is_rtl) {
                push_turned(text, &mut shown);
            } else {
                shown.push_str(text);
            }
        }
    }
    Cow::Owned(shown)
}

/// Adds a run from its last word to its first. A word stays as it is: the toolkit turns it.
fn push_turned(run: &str, shown: &mut String) {
    let mut end = run.len();
    while end > 0 {
        let is_word = run[..end].chars().next_back().is_some_and(is_of_word);
        let start = run[..end].char_indices().rev().take_while(|(_, c)| is_of_word(*c) == is_word).last();
        let start = start.map_or(0, |(at, _)| at);
        if is_word {
            shown.push_str(&run[start..end]);
        } else {
            shown.extend(run[start..end].chars().rev().map(mirrored));
        }
        end = start;
    }
}

/// Returns whether most of the start of a text runs from right to left.
pub(crate) fn is_mostly_right_to_left(text: &str) -> bool {
    const LOOKED_AT: usize = 600;
    let letters = || text.chars().filter(|c| c.is_alphabetic()).take(LOOKED_AT);
    let n_turned = letters().filter(|c| is_right_to_left(*c)).count();
    letters().count() < 2 * n_turned
}

fn is_right_to_left(c: char) -> bool {
    // The first of them is in the Hebrew block: nearly all texts are done with here.
    '\u{590}' <= c && matches!(bidi_class(c), BidiClass::R | BidiClass::AL)
}

fn is_of_word(c: char) -> bool {
    is_right_to_left(c) || (bidi_class(c) == BidiClass::NSM)
}

/// Returns the bracket that opens the other way.
fn mirrored(c: char) -> char {
    const PAIRS: [(char, char); 6] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»'), ('‹', '›')];
    PAIRS
        .iter()
        .find_map(|(open, close)| match c {
            c if c == *open => Some(*close),
            c if c == *close => Some(*open),
            _ => None,
        })
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(drawn(line), expected);
    }

    #[test]
    fn what_runs_from_left_to_right_is_left_as_it_is() {
        check("", "");
        check("A line, and (more) of it: 12 é 東京", "A line, and (more) of it: 12 é 東京");
        assert!(matches!(drawn("plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn words_come_from_the_last_to_the_first_and_stay_whole() {
        check("שלום עולם טוב", "טוב עולם שלום");
        check("مرحبا بالعالم", "بالعالم مرحبا");
    }

    #[test]
    fn numbers_and_latin_words_within_keep_their_order() {
        check("שלום 123 עולם", "עולם 123 שלום");
        check("A title: שלום עולם (2)", "A title: (2) עולם שלום");
    }

    #[test]
    fn brackets_open_the_other_way() {
        check("שלום (עולם)", "(עולם) שלום");
    }

    #[test]
    fn most_letters_decide() {
        assert!(is_mostly_right_to_left("שלום עולם, and 12"));
        assert!(!is_mostly_right_to_left("A text with one שלום in it"));
        assert!(!is_mostly_right_to_left(""));
    }
}
