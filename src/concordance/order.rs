//! The order of lines: by the words beside the match.

use super::Line;
use super::line::N_SORTED;

/// What lines are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// The word so many places before the match: 1, 2 or 3.
    Left(u8),
    /// The match itself.
    Hit,
    /// The word so many places after the match: 1, 2 or 3.
    Right(u8),
}

impl Key {
    /// Every key there is, from left to right.
    pub const ALL: [Self; 2 * N_SORTED + 1] =
        [Self::Left(3), Self::Left(2), Self::Left(1), Self::Hit, Self::Right(1), Self::Right(2), Self::Right(3)];

    /// Returns the name that concordancers have for it, such as `"L1"`, `"hit"` or `"R2"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left(0 | 1) => "L1",
            Self::Left(2) => "L2",
            Self::Left(_) => "L3",
            Self::Hit => "hit",
            Self::Right(0 | 1) => "R1",
            Self::Right(2) => "R2",
            Self::Right(_) => "R3",
        }
    }

    /// Returns the key of that name, whatever its case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name().eq_ignore_ascii_case(name))
    }

    fn of(self, line: &Line) -> &str {
        match self {
            Self::Left(nth) => line.left_word(usize::from(nth.max(1)) - 1),
            Self::Hit => line.form(),
            Self::Right(nth) => line.right_word(usize::from(nth.max(1)) - 1),
        }
    }
}

/// Sorts by the first of `keys`, then by the second, and so on; equals stay in the order they are in.
///
/// Words compare folded, by their characters; where there is no word, the line comes last.
pub fn sort<T>(lines: &mut [T], keys: &[Key], line_of: impl Fn(&T) -> &Line) {
    lines.sort_by(|one, other| {
        let (one, other) = (line_of(one), line_of(other));
        let of_each = keys.iter().map(|key| {
            let (one, other) = (key.of(one), key.of(other));
            one.is_empty().cmp(&other.is_empty()).then_with(|| one.cmp(other))
        });
        of_each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;
    use crate::document::{Span, UnitIndex};

    #[track_caller]
    fn check(keys: &[Key], expected: &[&str]) {
        let texts = ["the old hit sings low", "an old hit falls", "hit sings", "The new Hit sings high"];
        let mut lines: Vec<Line> = texts
            .iter()
            .map(|text| {
                let start = text.to_lowercase().find("hit").expect("a hit");
                Line::at(text, Place { unit: UnitIndex(0), span: Span::new(start..start + 3) }, 50)
            })
            .collect();
        sort(&mut lines, keys, |line| line);
        let sorted: Vec<String> = lines.iter().map(|line| format!("{}|{}", line.left, line.right)).collect();
        assert_eq!(sorted, expected);
    }

    #[test]
    fn lines_are_sorted_by_one_word_and_then_the_next() {
        check(&[], &["the old|sings low", "an old|falls", "|sings", "The new|sings high"]);
        check(&[Key::Left(1)], &["The new|sings high", "the old|sings low", "an old|falls", "|sings"]);
        check(&[Key::Left(1), Key::Left(2)], &["The new|sings high", "an old|falls", "the old|sings low", "|sings"]);
        check(&[Key::Right(1), Key::Right(2)], &["an old|falls", "The new|sings high", "the old|sings low", "|sings"]);
        check(&[Key::Hit], &["the old|sings low", "an old|falls", "|sings", "The new|sings high"]);
    }

    #[test]
    fn keys_have_the_names_of_concordancers() {
        for key in Key::ALL {
            assert_eq!(Key::from_name(key.name()), Some(key));
        }
        assert_eq!(Key::from_name("l1"), Some(Key::Left(1)));
        assert_eq!(Key::from_name("L4"), None);
    }
}
