//! Text to the numbers of its word pieces, as the model's own `tokenizer.json` says, by the crate `tokenizers`.
//!
//! `rten-text` is lighter (15 crates beside those we have, against 59), but of 497 texts it read 264 otherwise than the
//! reference and panicked on 13, plain ASCII among them; `tokenizers` read every one alike.

use std::sync::Arc;

use tokenizers::{PostProcessor, Tokenizer, TruncationDirection};

use super::shared::Shared;
use crate::error::{Error, Result};

/// The word pieces of a text that are read, the two that mark its start and end included: the length the model was
/// trained with. What follows is not read.
pub(super) const MAX_PIECES: usize = 256;

/// The bytes of a text that are looked at: far more than [`MAX_PIECES`] need, and a bound for a text of any length.
const MAX_BYTES: usize = 16 * 1024;

/// The fewest pieces a pair may have: four marks, and something of each text.
const MIN_PAIR_PIECES: usize = 8;

static CARRIED: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/all-MiniLM-L6-v2/tokenizer.json"));

/// Returns the tokenizer that this program carries: one and the same for all who have it at a time. `model` names the model in an
/// error.
pub(super) fn carried(model: &str) -> Result<Arc<Tokenizer>> {
    static LOADED: Shared<Tokenizer> = Shared::new();
    LOADED.get(|| whole(CARRIED, model))
}

/// The pieces of words that a model knows.
pub(super) struct Tokens {
    tokenizer: Arc<Tokenizer>,
    model: &'static str,
}

/// Reads a `tokenizer.json` that gives every piece of a text. `model` names the model in an error.
pub(crate) fn whole(json: &[u8], model: &str) -> Result<Arc<Tokenizer>> {
    let unusable = |error| Error::Model { name: model.to_owned(), reason: format!("tokenizer.json: {error}") };
    let mut tokenizer = Tokenizer::from_bytes(json).map_err(unusable)?;
    // A document that says "[SEP]" says just that; it does not end there.
    tokenizer.set_encode_special_tokens(true);
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(unusable)?;
    Ok(Arc::new(tokenizer))
}

/// Returns the numbers of the marks at the start and the end of a text.
pub(super) fn marks_of(tokenizer: &Tokenizer, model: &str) -> Result<[i32; 2]> {
    let failed = |error| Error::ModelRun { name: model.to_owned(), reason: format!("tokenise: {error}") };
    match *tokenizer.encode_fast("", true).map_err(failed)?.get_ids() {
        [start, end] => Ok([start, end].map(u32::cast_signed)),
        ref marks => Err(Error::Model {
            name: model.to_owned(),
            reason: format!("tokenizer.json gives an empty text {} marks, not 2", marks.len()),
        }),
    }
}

/// Returns a text whole, or the beginning and the end of one that is far longer than any that is read.
pub(super) fn bounded_ends(text: &str) -> (&str, Option<&str>) {
    if text.len() <= MAX_BYTES {
        return (text, None);
    }
    let (opening, closing) =
        (text.floor_char_boundary(MAX_BYTES / 2), text.ceil_char_boundary(text.len() - MAX_BYTES / 2));
    (&text[..opening], Some(&text[closing..]))
}

impl Tokens {
    /// Takes the tokenizer of a model. `model` names it in an error.
    pub(super) fn new(tokenizer: Arc<Tokenizer>, model: &'static str) -> Result<Self> {
        marks_of(&tokenizer, model)?;
        Ok(Self { tokenizer, model })
    }

    /// Returns the numbers of the word pieces of `text`, at most [`MAX_PIECES`], with the marks of start and end.
    pub(super) fn ids(&self, text: &str) -> Result<Vec<i32>> {
        let text = &text[..text.floor_char_boundary(MAX_BYTES)];
        let failed = |error| Error::ModelRun { name: self.model.to_owned(), reason: format!("tokenise: {error}") };
        let encoding = self.tokenizer.encode_fast(text, true).map_err(failed)?;
        // The vocabulary has some thirty thousand pieces, far from the sign.
        let mut ids: Vec<i32> = encoding.get_ids().iter().map(|&id| id.cast_signed()).collect();
        if MAX_PIECES < ids.len() {
            let end_mark = ids[ids.len() - 1];
            ids.truncate(MAX_PIECES);
            ids[MAX_PIECES - 1] = end_mark;
        }
        Ok(ids)
    }
}

/// The pieces of two texts that a model reads together: `[CLS] first [SEP] second [SEP]`.
pub(super) struct PairTokenizer {
    tokenizer: Arc<Tokenizer>,
    model: String,
    /// The pieces of both texts that are read, the marks left out.
    max_of_texts: usize,
}

impl PairTokenizer {
    /// Takes the tokenizer of a model. A pair of more than `max_pieces`, its marks included and at least 8, loses pieces from the
    /// end of its longer text until it fits; of both once they are equally long.
    pub(super) fn new(tokenizer: Arc<Tokenizer>, max_pieces: usize, model: &str) -> Result<Self> {
        if max_pieces < MIN_PAIR_PIECES {
            let reason = format!("max_pieces must be at least {MIN_PAIR_PIECES}, not {max_pieces}");
            return Err(Error::Model { name: model.to_owned(), reason });
        }
        let n_marks = tokenizer.get_post_processor().map_or(0, |processor| processor.added_tokens(true));
        let max_of_texts = max_pieces.saturating_sub(n_marks);
        Ok(Self { tokenizer, model: model.to_owned(), max_of_texts })
    }

    /// Returns the number of each piece, its marks included, and which text it is of, as the model takes them.
    pub(super) fn pieces(&self, first: &str, second: &str) -> Result<(Vec<i32>, Vec<i32>)> {
        let failed = |error| Error::ModelRun { name: self.model.clone(), reason: format!("tokenise: {error}") };
        let bounded = |text: &str| text[..text.floor_char_boundary(MAX_BYTES)].to_owned();
        let mut first = self.tokenizer.encode_fast(bounded(first), false).map_err(failed)?;
        let mut second = self.tokenizer.encode_fast(bounded(second), false).map_err(failed)?;
        // The crate's own shortening gives an odd piece to the second text, where Python's gives it to the longer one.
        let (n_first, n_second) = shortened(first.len(), second.len(), self.max_of_texts);
        first.truncate(n_first, 0, TruncationDirection::Right);
        second.truncate(n_second, 0, TruncationDirection::Right);
        second.set_type_ids(vec![1; n_second]);
        let encoding = self.tokenizer.post_process(first, Some(second), true).map_err(failed)?;
        let signed = |numbers: &[u32]| numbers.iter().map(|&number| number.cast_signed()).collect();
        Ok((signed(encoding.get_ids()), signed(encoding.get_type_ids())))
    }

    /// Returns one more than the highest number a piece can have.
    #[cfg(feature = "libtorch")]
    pub(super) fn n_pieces_known(&self) -> usize {
        n_pieces_known(&self.tokenizer)
    }
}

/// Returns one more than the highest number a piece can have.
#[cfg(feature = "libtorch")]
pub(super) fn n_pieces_known(tokenizer: &Tokenizer) -> usize {
    tokenizer.get_vocab(true).into_values().max().map_or(0, |highest| highest as usize + 1)
}

/// Returns how many pieces are left of two texts that may have `max` together: the longer one gives first, and keeps the odd
/// piece once both give; the second of two that are equally long.
fn shortened(n_first: usize, n_second: usize, max: usize) -> (usize, usize) {
    if n_first + n_second <= max {
        return (n_first, n_second);
    }
    let shorter = n_first.min(n_second).min(max / 2);
    if n_second < n_first { (max - shorter, shorter) } else { (shorter, max - shorter) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn embedded() -> Tokens {
        let model = "all-MiniLM-L6-v2";
        Tokens::new(carried(model).expect("the tokenizer is whole"), model).expect("it marks both ends")
    }

    #[test]
    fn all_who_read_the_pieces_of_this_program_have_one_tokenizer() {
        let held = carried("another").expect("the tokenizer is whole");
        assert!(Arc::ptr_eq(&held, &embedded().tokenizer));
    }

    fn ids(text: &str) -> Vec<i32> {
        embedded().ids(text).expect("any text can be tokenised")
    }

    #[track_caller]
    fn check(text: &str, expected: &[i32]) {
        assert_eq!(ids(text), expected);
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
            assert_eq!(tokens.ids(text).expect("any text can be tokenised"), ids, "{text:?}");
        }
    }

    #[test]
    fn an_empty_text_has_only_its_marks() {
        check("", &[101, 102]);
        check(" \n\t\u{200B}", &[101, 102]);
    }

    #[test]
    fn case_accents_and_the_way_they_are_written_do_not_matter() {
        assert_eq!(ids("Cafe\u{301}"), ids("CAFÉ"));
        assert_eq!(ids("café"), ids("cafe"));
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
        let read = ids(&"tide ".repeat(20_000));
        assert_eq!((read.len(), read[0], read[MAX_PIECES - 1]), (MAX_PIECES, 101, 102));
    }

    #[test]
    fn a_mark_that_stands_in_a_text_is_text() {
        assert!(!ids("before [SEP] after")[1..4].contains(&102));
    }

    #[test]
    fn a_tokenizer_that_is_none_is_refused() {
        let error = whole(b"tide", "mine").expect_err("this is no JSON");
        assert!(error.to_string().starts_with("load the model \"mine\": tokenizer.json: "), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_text_has_between_two_and_the_most_pieces(texts in prop::collection::vec(any::<String>(), 8)) {
            let tokens = embedded();
            for text in texts {
                let ids = tokens.ids(&text).expect("any text can be tokenised");
                prop_assert!((2..=MAX_PIECES).contains(&ids.len()));
            }
        }
    }
}
