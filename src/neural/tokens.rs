//! Text to the numbers of its word pieces, as BERT reads it.
//!
//! Wu et al. 2016, "Google's Neural Machine Translation System" (arXiv 1609.08144), section 4.1, in the form of Devlin et
//! al. 2018 (arXiv 1810.04805), uncased: accents off, lower case, split at white space, punctuation and ideographs, then
//! of each word the longest piece in the vocabulary, and again of the rest. Ours, since those of others that were tried
//! cannot be shared by threads or bring forty crates.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::error::{Error, Result};

/// The word pieces of a text that are read, the two that mark its start and end included: the length the model was
/// trained with. What follows is not read.
pub(super) const MAX_PIECES: usize = 256;

/// The bytes of a text that are looked at: far more than [`MAX_PIECES`] need, and a bound for a text of any length.
const MAX_BYTES: usize = 16 * 1024;

/// A longer word is unknown as a whole, as BERT has it.
const MAX_WORD_CHARS: usize = 100;

/// The pieces of words that a model knows.
pub(super) struct Tokens {
    /// Pieces that start a word.
    starts: HashMap<Box<str>, i32>,
    /// Pieces that go on with one, without their `##`.
    continuations: HashMap<Box<str>, i32>,
    longest_piece_bytes: usize,
    unknown: i32,
    start_mark: i32,
    end_mark: i32,
}

impl Tokens {
    /// Reads a `vocab.txt`: a piece a line, numbered from 0. `model` names the model in an error.
    pub(super) fn from_vocabulary(vocabulary: &str, model: &str) -> Result<Self> {
        let (mut starts, mut continuations) = (HashMap::new(), HashMap::new());
        let mut longest_piece_bytes = 0;
        for (piece, number) in vocabulary.lines().zip(0..) {
            longest_piece_bytes = longest_piece_bytes.max(piece.len());
            match piece.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => continuations.insert(rest.into(), number),
                _ => starts.insert(piece.into(), number),
            };
        }
        let special = |piece: &str| {
            let reason = || format!("vocab.txt has no {piece}");
            starts.get(piece).copied().ok_or_else(|| Error::Model { name: model.to_owned(), reason: reason() })
        };
        let (unknown, start_mark, end_mark) = (special("[UNK]")?, special("[CLS]")?, special("[SEP]")?);
        Ok(Self { starts, continuations, longest_piece_bytes, unknown, start_mark, end_mark })
    }

    /// Returns the numbers of the word pieces of `text`, at most [`MAX_PIECES`], with the marks of start and end.
    pub(super) fn ids(&self, text: &str) -> Vec<i32> {
        let mut ids = vec![self.start_mark];
        for word in spaced(&text[..text.floor_char_boundary(MAX_BYTES)]).split(' ') {
            self.push_word(word, &mut ids);
            if MAX_PIECES <= ids.len() {
                break;
            }
        }
        ids.truncate(MAX_PIECES - 1);
        ids.push(self.end_mark);
        ids
    }

    /// Appends the pieces of a word, or the one for an unknown word if the pieces do not cover it.
    fn push_word(&self, word: &str, ids: &mut Vec<i32>) {
        if word.chars().nth(MAX_WORD_CHARS).is_some() {
            return ids.push(self.unknown);
        }
        let n_before = ids.len();
        let mut rest = word;
        while !rest.is_empty() {
            let pieces = if rest.len() == word.len() { &self.starts } else { &self.continuations };
            let longest = rest.floor_char_boundary(self.longest_piece_bytes);
            let ends = (1..=longest).rev().filter(|&end| rest.is_char_boundary(end));
            let Some((end, id)) = ends.map(|end| (end, pieces.get(&rest[..end]))).find(|(_, id)| id.is_some()) else {
                ids.truncate(n_before);
                return ids.push(self.unknown);
            };
            ids.extend(id);
            rest = &rest[end..];
        }
    }
}

/// Returns `text` folded as BERT folds it, with one space or more around everything that is a word of its own.
fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + text.len() / 8);
    for character in text.nfd().filter(|&character| !is_combining_mark(character)).flat_map(char::to_lowercase) {
        if character.is_whitespace() {
            spaced.push(' ');
        } else if is_punctuation(character) || is_ideograph(character) {
            spaced.extend([' ', character, ' ']);
        } else if !is_invisible(character) {
            spaced.push(character);
        }
    }
    spaced
}

/// Returns whether BERT drops `character`: controls, format characters, those of private use, and the mark of bytes
/// that could not be decoded.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{E000}'..='\u{F8FF}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFD}')
}

/// Returns whether `character` lies in a block of CJK unified or compatibility ideographs that BERT knew.
fn is_ideograph(character: char) -> bool {
    matches!(u32::from(character),
        0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x2_A6DF | 0x2_A700..=0x2_CEAF
            | 0x2_F800..=0x2_FA1F)
}

/// Returns whether BERT takes `character` for punctuation: any sign of ASCII, and the categories P* of Unicode.
fn is_punctuation(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_punctuation();
    }
    let code = u32::from(character);
    let after = PUNCTUATION.partition_point(|&(first, _)| first <= code);
    after > 0 && code <= PUNCTUATION[after - 1].1
}

/// First and last character of each run of Unicode's categories P*, without ASCII and beyond it in the basic plane;
/// from Unicode 14, by Python's `unicodedata`.
#[rustfmt::skip]
const PUNCTUATION: [(u32, u32); 124] = [
    (0x00A1, 0x00A1), (0x00A7, 0x00A7), (0x00AB, 0x00AB), (0x00B6, 0x00B7), (0x00BB, 0x00BB), (0x00BF,
    0x00BF), (0x037E, 0x037E), (0x0387, 0x0387), (0x055A, 0x055F), (0x0589, 0x058A), (0x05BE, 0x05BE),
    (0x05C0, 0x05C0), (0x05C3, 0x05C3), (0x05C6, 0x05C6), (0x05F3, 0x05F4), (0x0609, 0x060A), (0x060C,
    0x060D), (0x061B, 0x061B), (0x061D, 0x061F), (0x066A, 0x066D), (0x06D4, 0x06D4), (0x0700, 0x070D),
    (0x07F7, 0x07F9), (0x0830, 0x083E), (0x085E, 0x085E), (0x0964, 0x0965), (0x0970, 0x0970), (0x09FD,
    0x09FD), (0x0A76, 0x0A76), (0x0AF0, 0x0AF0), (0x0C77, 0x0C77), (0x0C84, 0x0C84), (0x0DF4, 0x0DF4),
    (0x0E4F, 0x0E4F), (0x0E5A, 0x0E5B), (0x0F04, 0x0F12), (0x0F14, 0x0F14), (0x0F3A, 0x0F3D), (0x0F85,
    0x0F85), (0x0FD0, 0x0FD4), (0x0FD9, 0x0FDA), (0x104A, 0x104F), (0x10FB, 0x10FB), (0x1360, 0x1368),
    (0x1400, 0x1400), (0x166E, 0x166E), (0x169B, 0x169C), (0x16EB, 0x16ED), (0x1735, 0x1736), (0x17D4,
    0x17D6), (0x17D8, 0x17DA), (0x1800, 0x180A), (0x1944, 0x1945), (0x1A1E, 0x1A1F), (0x1AA0, 0x1AA6),
    (0x1AA8, 0x1AAD), (0x1B5A, 0x1B60), (0x1B7D, 0x1B7E), (0x1BFC, 0x1BFF), (0x1C3B, 0x1C3F), (0x1C7E,
    0x1C7F), (0x1CC0, 0x1CC7), (0x1CD3, 0x1CD3), (0x2010, 0x2027), (0x2030, 0x2043), (0x2045, 0x2051),
    (0x2053, 0x205E), (0x207D, 0x207E), (0x208D, 0x208E), (0x2308, 0x230B), (0x2329, 0x232A), (0x2768,
    0x2775), (0x27C5, 0x27C6), (0x27E6, 0x27EF), (0x2983, 0x2998), (0x29D8, 0x29DB), (0x29FC, 0x29FD),
    (0x2CF9, 0x2CFC), (0x2CFE, 0x2CFF), (0x2D70, 0x2D70), (0x2E00, 0x2E2E), (0x2E30, 0x2E4F), (0x2E52,
    0x2E5D), (0x3001, 0x3003), (0x3008, 0x3011), (0x3014, 0x301F), (0x3030, 0x3030), (0x303D, 0x303D),
    (0x30A0, 0x30A0), (0x30FB, 0x30FB), (0xA4FE, 0xA4FF), (0xA60D, 0xA60F), (0xA673, 0xA673), (0xA67E,
    0xA67E), (0xA6F2, 0xA6F7), (0xA874, 0xA877), (0xA8CE, 0xA8CF), (0xA8F8, 0xA8FA), (0xA8FC, 0xA8FC),
    (0xA92E, 0xA92F), (0xA95F, 0xA95F), (0xA9C1, 0xA9CD), (0xA9DE, 0xA9DF), (0xAA5C, 0xAA5F), (0xAADE,
    0xAADF), (0xAAF0, 0xAAF1), (0xABEB, 0xABEB), (0xFD3E, 0xFD3F), (0xFE10, 0xFE19), (0xFE30, 0xFE52),
    (0xFE54, 0xFE61), (0xFE63, 0xFE63), (0xFE68, 0xFE68), (0xFE6A, 0xFE6B), (0xFF01, 0xFF03), (0xFF05,
    0xFF0A), (0xFF0C, 0xFF0F), (0xFF1A, 0xFF1B), (0xFF1F, 0xFF20), (0xFF3B, 0xFF3D), (0xFF3F, 0xFF3F),
    (0xFF5B, 0xFF5B), (0xFF5D, 0xFF5D), (0xFF5F, 0xFF65),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn embedded() -> Tokens {
        let vocabulary = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/all-MiniLM-L6-v2/vocab.txt"));
        Tokens::from_vocabulary(vocabulary, "all-MiniLM-L6-v2").expect("the vocabulary is whole")
    }

    #[track_caller]
    fn check(text: &str, expected: &[i32]) {
        assert_eq!(embedded().ids(text), expected);
    }

    /// The numbers are those of the tokenizers of Hugging Face; the file says which version.
    #[test]
    fn pieces_are_those_of_the_reference() {
        let reference = include_str!("../../tests/data/minilm_reference_vectors.json");
        let reference: serde_json::Value = serde_json::from_str(reference).expect("the reference is JSON");
        let tokens = embedded();
        for sentence in reference["sentences"].as_array().expect("a list of sentences") {
            let text = sentence["text"].as_str().expect("a text");
            let ids: Vec<i32> = serde_json::from_value(sentence["ids"].clone()).expect("a list of numbers");
            assert_eq!(tokens.ids(text), ids, "{text:?}");
        }
    }

    #[test]
    fn an_empty_text_has_only_its_marks() {
        check("", &[101, 102]);
        check(" \n\t\u{200B}", &[101, 102]);
    }

    #[test]
    fn case_accents_and_the_way_they_are_written_do_not_matter() {
        assert_eq!(embedded().ids("Cafe\u{301}"), embedded().ids("CAFÉ"));
        assert_eq!(embedded().ids("café"), embedded().ids("cafe"));
    }

    #[test]
    fn ideographs_are_read_one_by_one() {
        check("abc漢字def", &[101, 5925, 1904, 100, 13366, 102]);
    }

    #[test]
    fn a_word_of_over_a_hundred_characters_is_unknown() {
        check(&"a".repeat(101), &[101, 100, 102]);
    }

    #[test]
    fn a_long_text_is_cut_to_the_length_of_training_and_keeps_its_end_mark() {
        let ids = embedded().ids(&"tide ".repeat(20_000));
        assert_eq!((ids.len(), ids[0], ids[MAX_PIECES - 1]), (MAX_PIECES, 101, 102));
    }

    #[test]
    fn a_vocabulary_without_marks_is_refused() {
        let error = Tokens::from_vocabulary("tide\n", "mine").err().expect("there are no marks");
        assert_eq!(error.to_string(), "load the model \"mine\": vocab.txt has no [UNK]");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_text_has_between_two_and_the_most_pieces(texts in prop::collection::vec(any::<String>(), 8)) {
            let tokens = embedded();
            for text in texts {
                prop_assert!((2..=MAX_PIECES).contains(&tokens.ids(&text).len()));
            }
        }
    }
}
