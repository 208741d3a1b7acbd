//! What to look for: words as they stand, phrases, words known by a part, and any of several.
//!
//! ```text
//! pattern  = sequence ((| or OR) sequence)*
//! sequence = piece+                        one after the other
//! piece    = word | word* | *word | *word* | *
//! ```
//!
//! A word is one of UAX #29, compared as the room `words` folds it. A star alone is any one word. Quotes part words as
//! spaces do.

use aho_corasick::AhoCorasick;

use crate::words::{self, Analyzer, Language};

/// The most characters read of what was typed.
const MAX_CHARS: usize = 2_000;

/// The most sequences looked for at once.
const MAX_SEQUENCES: usize = 64;

/// The most words in a sequence.
const MAX_PIECES: usize = 16;

/// What to look for.
pub struct Pattern {
    sequences: Vec<Vec<Piece>>,
    needles: Needles,
    analyzer: Option<Analyzer>,
}

/// What one word must be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Any,
    Is(String),
    Starts(String),
    Ends(String),
    Holds(String),
    HasStem(String),
}

/// What a text must hold in plain letters to hold a match; tells quickly of most texts that they hold none.
enum Needles {
    /// A text of any kind may match.
    Unknown,
    /// A text of ASCII matches only if it holds one of these, in any case.
    Ascii(AhoCorasick),
    /// No text of ASCII matches.
    NotAscii,
}

impl Pattern {
    /// Reads what was typed; nothing if there is no word in it.
    pub fn parse(typed: &str) -> Option<Self> {
        let end = typed.char_indices().nth(MAX_CHARS).map_or(typed.len(), |(end, _)| end);
        let typed = typed[..end].replace('|', " OR ");
        let mut sequences = vec![Vec::new()];
        for chunk in typed.split(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | '„')) {
            match chunk {
                "OR" => sequences.push(Vec::new()),
                _ => sequences.last_mut().expect("there is always one").extend(pieces(chunk)),
            }
        }
        Self::of_sequences(sequences, None)
    }

    /// Returns the pattern for any form of any of `words`, as the stems of `language` tell; nothing if there is no word.
    pub fn of_stems<'a>(words: impl IntoIterator<Item = &'a str>, language: Language) -> Option<Self> {
        let analyzer = Analyzer::new(language);
        let stems = |word: &str| -> Vec<Piece> {
            words::tokens(word).map(|token| Piece::HasStem(analyzer.stem(&words::fold(token.text)))).collect()
        };
        let sequences = words.into_iter().map(stems).collect();
        Self::of_sequences(sequences, Some(analyzer))
    }

    fn of_sequences(mut sequences: Vec<Vec<Piece>>, analyzer: Option<Analyzer>) -> Option<Self> {
        // Stars alone would match everywhere.
        sequences.retain(|sequence| sequence.iter().any(|piece| *piece != Piece::Any));
        sequences.truncate(MAX_SEQUENCES);
        for sequence in &mut sequences {
            sequence.truncate(MAX_PIECES);
        }
        (!sequences.is_empty()).then(|| Self { needles: Needles::of(&sequences), sequences, analyzer })
    }

    /// Returns whether `text` may hold a match. False only if it does not.
    pub fn may_match(&self, text: &str) -> bool {
        match &self.needles {
            Needles::Unknown => true,
            Needles::Ascii(needles) => needles.is_match(text) || may_fold_to_ascii(text),
            Needles::NotAscii => !text.is_ascii(),
        }
    }

    /// Returns how many of the folded words from the first on match: of several sequences, the longest. 0 for none.
    pub(super) fn n_matched(&self, words: &[impl AsRef<str>]) -> usize {
        let matches = |sequence: &&Vec<Piece>| {
            sequence.len() <= words.len()
                && sequence.iter().zip(words).all(|(piece, word)| self.is_matched(piece, word.as_ref()))
        };
        self.sequences.iter().filter(matches).map(Vec::len).max().unwrap_or(0)
    }

    fn is_matched(&self, piece: &Piece, word: &str) -> bool {
        match piece {
            Piece::Any => true,
            Piece::Is(whole) => word == whole,
            Piece::Starts(start) => word.starts_with(start.as_str()),
            Piece::Ends(end) => word.ends_with(end.as_str()),
            Piece::Holds(part) => word.contains(part.as_str()),
            Piece::HasStem(stem) => self.analyzer.as_ref().is_some_and(|analyzer| analyzer.stem(word) == *stem),
        }
    }
}

/// Returns the pieces of what stands between two spaces: several where UAX #29 sees several words.
fn pieces(chunk: &str) -> Vec<Piece> {
    let inside = chunk.trim_matches('*');
    if inside.is_empty() {
        return if chunk.is_empty() { Vec::new() } else { vec![Piece::Any] };
    }
    let folded: Vec<String> = words::tokens(inside).map(|token| words::fold(token.text).into_owned()).collect();
    let last = folded.len().saturating_sub(1);
    let piece = |(at, word): (usize, String)| {
        let goes_back = at == 0 && chunk.starts_with('*');
        let goes_on = at == last && chunk.ends_with('*');
        match (goes_back, goes_on) {
            (false, false) => Piece::Is(word),
            (false, true) => Piece::Starts(word),
            (true, false) => Piece::Ends(word),
            (true, true) => Piece::Holds(word),
        }
    };
    folded.into_iter().enumerate().map(piece).collect()
}

impl Needles {
    fn of(sequences: &[Vec<Piece>]) -> Self {
        let mut needles: Vec<String> = Vec::new();
        for sequence in sequences {
            let known: Option<Vec<&str>> =
                sequence.iter().filter(|piece| !matches!(piece, Piece::Any)).map(Piece::letters).collect();
            let Some(known) = known else { return Self::Unknown };
            if known.iter().any(|letters| !letters.is_ascii()) {
                continue;
            }
            // What parts a word, such as an apostrophe, has other forms that fold to it.
            let runs = known.iter().flat_map(|letters| letters.split(|c: char| !c.is_ascii_alphanumeric()));
            match runs.max_by_key(|run| run.len()) {
                Some(run) if !run.is_empty() => needles.push(run.to_owned()),
                _ => return Self::Unknown,
            }
        }
        if needles.is_empty() {
            return Self::NotAscii;
        }
        if sequences.len() != needles.len() {
            return Self::Unknown;
        }
        match AhoCorasick::builder().ascii_case_insensitive(true).build(&needles) {
            Ok(needles) => Self::Ascii(needles),
            Err(_) => Self::Unknown,
        }
    }
}

impl Piece {
    /// Returns the letters that a word of this kind holds, if they are known.
    fn letters(&self) -> Option<&str> {
        match self {
            Self::Any | Self::HasStem(_) => None,
            Self::Is(letters) | Self::Starts(letters) | Self::Ends(letters) | Self::Holds(letters) => Some(letters),
        }
    }
}

/// Returns whether `text` holds a character other than the usual ones of European scripts and punctuation, none of which
/// folds to an ASCII letter or digit as, say, a full-width letter does.
fn may_fold_to_ascii(text: &str) -> bool {
    !text.is_ascii() && !text.chars().all(|c| c.is_ascii() || is_usual(c))
}

fn is_usual(c: char) -> bool {
    matches!(c,
        '\u{a1}'..='\u{a7}' | '\u{a9}' | '\u{ab}'..='\u{ae}' | '\u{b0}' | '\u{b1}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
        | '\u{a0}'
        | '\u{c0}'..='\u{12f}' | '\u{131}' | '\u{134}'..='\u{13e}' | '\u{141}'..='\u{148}' | '\u{14a}'..='\u{17e}'
        | '\u{391}'..='\u{3ce}'
        | '\u{400}'..='\u{52f}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}' | '\u{2032}'..='\u{203b}' | '\u{20ac}'
        | '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many words of `text`, from its first on, match what was typed.
    fn n_matched(typed: &str, text: &str) -> usize {
        let words: Vec<_> = words::tokens(text).map(|token| words::fold(token.text)).collect();
        Pattern::parse(typed).expect("there is a word").n_matched(&words)
    }

    #[track_caller]
    fn check(typed: &str, text: &str, expected: usize) {
        assert_eq!(n_matched(typed, text), expected, "{typed:?} in {text:?}");
        if expected > 0 {
            assert!(Pattern::parse(typed).expect("there is a word").may_match(text), "{typed:?} in {text:?}");
        }
    }

    #[test]
    fn words_match_whatever_their_case_and_spelling() {
        check("boat", "Boat race", 1);
        check("boat", "boats", 0);
        check("café", "CAFE\u{301} terrace", 1);
        check("don't", "Don’t go", 1);
        check("cafe", "Ｃａｆｅ", 1);
        check("kelvin", "\u{212a}elvin", 1);
    }

    #[test]
    fn stars_stand_for_a_part_or_for_one_word() {
        check("boat*", "boatman", 1);
        check("*man", "boatman", 1);
        check("*atm*", "boatman", 1);
        check("terms * service", "terms of service", 3);
        check("terms * service", "terms service", 0);
    }

    #[test]
    fn words_side_by_side_are_a_phrase_and_the_longest_of_several_counts() {
        check("high tide", "High tide at noon", 2);
        check("\"high tide\" | high", "high tide", 2);
        check("high OR \"high tide\"", "high water", 1);
        check("déjà-vu", "Déjà vu again", 2);
        check("灯台", "灯台守", 2);
    }

    #[test]
    fn what_holds_no_word_is_no_pattern() {
        for typed in ["", "  ", "*", "* *", "🌊", "|", "OR", "\"\""] {
            assert!(Pattern::parse(typed).is_none(), "{typed:?}");
        }
    }

    #[test]
    fn stems_find_every_form() {
        let pattern = Pattern::of_stems(["bees", "queen bee"], Language::English).expect("two words");
        assert_eq!(pattern.n_matched(&["bee"]), 1);
        assert_eq!(pattern.n_matched(&["queens", "bees"]), 2);
        assert_eq!(pattern.n_matched(&["queen"]), 0);
        assert!(pattern.may_match("Bee"));
    }

    #[test]
    fn texts_without_the_letters_are_passed_over() {
        let may = |typed: &str, text: &str| Pattern::parse(typed).expect("a word").may_match(text);
        assert!(!may("boat", "The tide turns – at noon"));
        assert!(!may("don't", "The tide turns"));
        assert!(!may("灯台", "The tide turns"));
        assert!(may("灯台 | boat", "The boat turns"));
        assert!(may("boat", "The \u{ff42}oat"));
    }

    /// Every character that folding turns into ASCII letters or digits must not be taken for a usual one.
    #[test]
    fn no_usual_character_folds_to_ascii() {
        for c in ('\u{80}'..=char::MAX).filter(|c| is_usual(*c)) {
            let folded = words::fold(&c.to_string()).into_owned();
            let letters = folded.chars().any(|c| c.is_ascii_alphanumeric());
            assert!(!letters, "{c:?} folds to {folded:?}");
        }
    }

    #[test]
    fn a_pattern_of_any_size_is_bounded() {
        let pattern = Pattern::parse(&"tide ".repeat(100_000)).expect("a word");
        assert_eq!(pattern.sequences[0].len(), MAX_PIECES);
        let pattern = Pattern::parse(&"tide|".repeat(100_000)).expect("a word");
        assert!(pattern.sequences.len() <= MAX_SEQUENCES);
    }
}
