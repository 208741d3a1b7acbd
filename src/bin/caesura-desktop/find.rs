//! Finding in the open document: where what is typed stands in its text, whatever the case.

use caesura::document::Span;

/// The most matches that are counted: more are not gone through one by one.
pub(crate) const MAX_MATCHES: usize = 100_000;

/// What is looked for in the open document, and where it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Find {
    pub(crate) typed: String,
    /// Ascending; they do not overlap.
    pub(crate) matches: Vec<Span>,
    /// The one that is gone to, if there are any.
    pub(crate) at: usize,
}

impl Find {
    /// Looks for what is typed; of the matches, the first at or after the byte `from` is gone to.
    pub(crate) fn look(&mut self, text: &str, typed: String, from: usize) {
        self.matches = matches(text, &typed);
        self.typed = typed;
        let after = self.matches.partition_point(|found| found.start.index() < from);
        self.at = if after < self.matches.len() { after } else { 0 };
    }

    /// Goes `by` matches on, around the ends.
    pub(crate) fn go(&mut self, by: isize) {
        let n = self.matches.len() as isize;
        if n > 0 {
            self.at = (self.at as isize + by).rem_euclid(n) as usize;
        }
    }

    /// Returns the match that is gone to.
    pub(crate) fn current(&self) -> Option<Span> {
        self.matches.get(self.at).copied()
    }

    /// Returns the matches that overlap the bytes of `span`.
    pub(crate) fn within(&self, span: Span) -> &[Span] {
        let start = self.matches.partition_point(|found| found.end <= span.start);
        let end = self.matches.partition_point(|found| found.start < span.end);
        &self.matches[start..end.max(start)]
    }

    /// Returns how far one is, such as `3 of 17`.
    pub(crate) fn said(&self) -> String {
        let n = self.matches.len();
        match n {
            0 if self.typed.trim().is_empty() => String::new(),
            0 => "not found".to_owned(),
            _ => {
                let more = if n == MAX_MATCHES { " or more" } else { "" };
                format!("{} of {}{more}", self.at + 1, crate::format::thousands(n as u64))
            }
        }
    }
}

/// Returns where `wanted` stands in `text`, whatever the case of either; white space stands for any white space. At most
/// [`MAX_MATCHES`], none for nothing but white space.
pub(crate) fn matches(text: &str, wanted: &str) -> Vec<Span> {
    let wanted: Vec<char> = wanted.trim().chars().map(folded).collect();
    let Some(&first) = wanted.first() else { return Vec::new() };
    let mut found = Vec::new();
    let mut free_from = 0;
    let is_first = |byte: u8| !first.is_ascii() || (byte.is_ascii() && folded(char::from(byte)) == first);
    for start in text.bytes().enumerate().filter(|(_, byte)| is_first(*byte)).map(|(start, _)| start) {
        if start < free_from || !text.is_char_boundary(start) {
            continue;
        }
        let mut rest = text[start..].char_indices();
        let mut here = wanted.iter();
        let end = loop {
            let Some(wanted) = here.next() else { break rest.next().map(|(at, _)| start + at).or(Some(text.len())) };
            match rest.next() {
                Some((_, letter)) if folded(letter) == *wanted => {}
                _ => break None,
            }
        };
        if let Some(end) = end {
            found.push(Span::new(start..end));
            free_from = end;
            if found.len() == MAX_MATCHES {
                break;
            }
        }
    }
    found
}

fn folded(letter: char) -> char {
    if letter.is_ascii() {
        if letter.is_ascii_whitespace() { ' ' } else { letter.to_ascii_lowercase() }
    } else if letter.is_whitespace() {
        ' '
    } else {
        letter.to_lowercase().next().unwrap_or(letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, wanted: &str, expected: &[&str]) {
        let found: Vec<&str> = matches(text, wanted).into_iter().map(|span| span.of(text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn matches_are_found_whatever_their_case_and_across_lines() {
        check("Bees keep\nBEES; beeswax", "bees", &["Bees", "BEES", "bees"]);
        check("Über die\nübrigen", "ÜB", &["Üb", "üb"]);
        check("the\nlamp the lamp", "the lamp", &["the\nlamp", "the lamp"]);
        check("aaaa", "aa", &["aa", "aa"]);
        check("anything", "  ", &[]);
        check("", "a", &[]);
        check("ends here", "here", &["here"]);
    }

    #[test]
    fn going_on_goes_around_the_ends() {
        let mut find = Find::default();
        find.look("a b a b a", "a".to_owned(), 1);
        assert_eq!((find.at, find.said().as_str()), (1, "2 of 3"));
        find.go(2);
        assert_eq!(find.at, 0);
        find.go(-1);
        assert_eq!(find.current(), Some(Span::new(8..9)));
        find.look("a b a b a", "x".to_owned(), 0);
        find.go(1);
        assert_eq!((find.current(), find.said().as_str()), (None, "not found"));
    }

    #[test]
    fn the_matches_of_a_row_are_those_that_overlap_it() {
        let mut find = Find::default();
        find.look("ab ab ab", "ab".to_owned(), 0);
        assert_eq!(find.within(Span::new(1..4)), [Span::new(0..2), Span::new(3..5)]);
        assert_eq!(find.within(Span::new(5..6)), []);
    }
}
