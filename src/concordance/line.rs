//! One match with what stands around it.

use super::Place;
use crate::words;

/// How many words to each side lines can be sorted by.
pub(super) const N_SORTED: usize = 3;

/// A match with what stands around it, each part on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where the match stands.
    pub place: Place,
    /// What stands before it: whole words, the nearest last.
    pub left: String,
    /// The match, as written.
    pub hit: String,
    /// What stands after it: whole words, the nearest first.
    pub right: String,
    keys: Keys,
}

/// The folded words that lines are sorted by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Keys {
    /// Nearest first.
    left: [Box<str>; N_SORTED],
    hit: Box<str>,
    /// Nearest first.
    right: [Box<str>; N_SORTED],
}

impl Line {
    /// Returns the line of a match, with at most `context_bytes` of the text to each side.
    pub fn at(text: &str, place: Place, context_bytes: usize) -> Self {
        let range = place.span.range();
        let left = on_one_line(before(&text[..range.start], context_bytes));
        let right = on_one_line(after(&text[range.end..], context_bytes));
        let hit = on_one_line(&text[range]);
        let mut of_left: Vec<Box<str>> = folded(&left).collect();
        of_left.reverse();
        let keys = Keys {
            left: first(of_left.into_iter()),
            hit: folded(&hit).collect::<Vec<_>>().join(" ").into(),
            right: first(folded(&right)),
        };
        Self { place, left, hit, right, keys }
    }

    /// Returns the folded words of the match, with a space between each two.
    pub fn form(&self) -> &str {
        &self.keys.hit
    }

    /// Returns the folded word that stands `nth` before the match, from 0; empty if there is none.
    pub(super) fn left_word(&self, nth: usize) -> &str {
        self.keys.left.get(nth).map_or("", AsRef::as_ref)
    }

    /// Returns the folded word that stands `nth` after the match, from 0; empty if there is none.
    pub(super) fn right_word(&self, nth: usize) -> &str {
        self.keys.right.get(nth).map_or("", AsRef::as_ref)
    }
}

fn folded(text: &str) -> impl Iterator<Item = Box<str>> {
    words::tokens(text).map(|token| words::fold(token.text).into())
}

fn first(mut words: impl Iterator<Item = Box<str>>) -> [Box<str>; N_SORTED] {
    std::array::from_fn(|_| words.next().unwrap_or_default())
}

/// Returns the end of `text`, at most so many bytes, from the start of a word on where there are spaces.
fn before(text: &str, n_bytes: usize) -> &str {
    let start = text.ceil_char_boundary(text.len().saturating_sub(n_bytes));
    let end = &text[start..];
    if start == 0 || text[..start].ends_with(char::is_whitespace) {
        return end;
    }
    end.find(char::is_whitespace).map_or(end, |space| &end[space..])
}

/// Returns the start of `text`, at most so many bytes, up to the end of a word where there are spaces.
fn after(text: &str, n_bytes: usize) -> &str {
    let end = text.floor_char_boundary(n_bytes);
    let start = &text[..end];
    if end == text.len() || text[end..].starts_with(char::is_whitespace) {
        return start;
    }
    start.rfind(char::is_whitespace).map_or(start, |space| &start[..space])
}

/// Returns `text` with each run of white space and control characters as one space, none at its ends.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Span, UnitIndex};

    fn line(text: &str, hit: &str, context_bytes: usize) -> Line {
        let start = text.find(hit).expect("the hit is in the text");
        let place = Place { unit: UnitIndex(0), span: Span::new(start..start + hit.len()) };
        Line::at(text, place, context_bytes)
    }

    #[track_caller]
    fn check(text: &str, hit: &str, context_bytes: usize, expected: (&str, &str)) {
        let line = line(text, hit, context_bytes);
        assert_eq!((line.left.as_str(), line.right.as_str()), expected);
    }

    #[test]
    fn contexts_are_whole_words_on_one_line() {
        check("One two\n\nthree HIT four\tfive six", "HIT", 100, ("One two three", "four five six"));
        check("One two three HIT four five six", "HIT", 8, ("three", "four"));
        check("One two three HIT four five six", "HIT", 10, ("two three", "four five"));
        check("HIT", "HIT", 10, ("", ""));
        check("灯台守灯台守HIT灯台守灯台守", "HIT", 7, ("台守", "灯台"));
    }

    #[test]
    fn the_words_beside_a_hit_are_known_from_the_nearest_on() {
        let line = line("One, Two – THREE hit Four's five", "hit", 100);
        let left: Vec<&str> = (0..4).map(|nth| line.left_word(nth)).collect();
        assert_eq!(left, ["three", "two", "one", ""]);
        let right: Vec<&str> = (0..4).map(|nth| line.right_word(nth)).collect();
        assert_eq!(right, ["four's", "five", "", ""]);
    }
}
