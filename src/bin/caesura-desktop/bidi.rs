//! Text of scripts that run from right to left, in the order in which its lines are drawn.
//!
//! The toolkit joins and turns the letters of a word, but lays one word after the other from left to right. In: a text in
//! the order it is read, and where it is broken into lines. Out: for each line its words and signs in the order they are
//! drawn, by the Unicode Bidirectional Algorithm (`unicode-bidi`). A word stays whole.

use std::borrow::Cow;
use std::ops::Range;

use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};

/// A part of a line that is drawn as it is: a word, a sign, or a run from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Where it stands in the text, in bytes.
    pub(crate) range: Range<usize>,
    /// What is drawn in its place: the bracket that opens the other way.
    pub(crate) turned: Option<char>,
}

/// A text as its lines are drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    /// The parts of each line, from left to right.
    pub(crate) lines: Vec<Vec<Part>>,
    /// Whether the text begins at the right.
    pub(crate) is_from_right: bool,
}

/// Returns whether anything in `text` runs from right to left.
pub(crate) fn has_right_to_left(text: &str) -> bool {
    text.chars().any(is_right_to_left)
}

/// Returns the lines of a text as they are drawn. `breaks` are its lines in bytes, in order; they cover it.
pub(crate) fn lines(text: &str, breaks: &[Range<usize>]) -> Lines {
    let info = BidiInfo::new(text, None);
    let is_from_right = info.paragraphs.first().is_some_and(|paragraph| paragraph.level.is_rtl());
    let line = |of: &Range<usize>| {
        let mut parts = Vec::new();
        for paragraph in &info.paragraphs {
            let within = of.start.max(paragraph.range.start)..of.end.min(paragraph.range.end);
            if within.is_empty() {
                continue;
            }
            let (levels, runs) = info.visual_runs(paragraph, within);
            for run in runs {
                if levels.get(run.start).is_some_and(Level::is_rtl) {
                    push_turned(text, run, &mut parts);
                } else {
                    parts.push(Part { range: run, turned: None });
                }
            }
        }
        parts
    };
    Lines { lines: breaks.iter().map(line).collect(), is_from_right }
}

/// Returns a line as it is drawn; a line that runs from left to right as it is, at no cost but looking at it.
pub(crate) fn drawn(line: &str) -> Cow<'_, str> {
    if !has_right_to_left(line) {
        return Cow::Borrowed(line);
    }
    let whole = 0..line.len();
    let mut shown = String::with_capacity(line.len());
    for part in lines(line, std::slice::from_ref(&whole)).lines.into_iter().flatten() {
        match part.turned {
            Some(sign) => shown.push(sign),
            None => shown.push_str(&line[part.range]),
        }
    }
    Cow::Owned(shown)
}

/// Adds a run from its last word to its first. A word stays as it is: the toolkit turns it.
fn push_turned(text: &str, run: Range<usize>, parts: &mut Vec<Part>) {
    let mut rest = &text[run.clone()];
    while let Some(last) = rest.chars().next_back() {
        let before =
            if is_of_word(last) { rest.trim_end_matches(is_of_word) } else { &rest[..rest.len() - last.len_utf8()] };
        let turned = Some(mirrored(last)).filter(|sign| !is_of_word(last) && *sign != last);
        parts.push(Part { range: run.start + before.len()..run.start + rest.len(), turned });
        rest = before;
    }
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
    fn each_line_of_a_broken_text_is_turned_by_itself() {
        let text = "שלום עולם טוב (סוף).";
        let first = text.find("טוב").expect("it is there");
        let breaks = [0..first, first..text.len()];
        let found = lines(text, &breaks);
        assert!(found.is_from_right);
        let shown: Vec<String> = found
            .lines
            .iter()
            .map(|line| {
                line.iter()
                    .map(|part| part.turned.map_or_else(|| text[part.range.clone()].to_owned(), String::from))
                    .collect()
            })
            .collect();
        assert_eq!(shown, [" עולם שלום", ".(סוף) טוב"]);
        let mut covered: Vec<_> = found.lines.concat().into_iter().map(|part| part.range).collect();
        covered.sort_by_key(|range| range.start);
        assert!(covered.windows(2).all(|pair| pair[0].end == pair[1].start), "{covered:?}");
    }
}
