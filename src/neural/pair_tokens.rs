//! The word pieces of two texts that a model reads together: `[CLS] first [SEP] second [SEP]`, or as `RoBERTa` has it.
//!
//! Whatever a folder holds becomes a tokenizer of one crate, that of [`super::tokens`]: its pieces and its way of
//! shortening a pair are those of the library the models were trained with, which a second crate would have to be
//! measured against.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::tokens::{PairTokenizer, whole};
use crate::error::{Error, Result};

/// Which family a model is of: the marks between the texts, the numbers of positions and the head differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// `[CLS] first [SEP] second [SEP]`, word pieces of `vocab.txt`, types 0 and 1.
    Bert,
    /// `<s> first </s></s> second </s>`, byte pairs of `vocab.json` and `merges.txt`, type 0.
    Roberta,
}

/// The pieces of one pair, as many numbers as types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PairPieces {
    /// The number of each piece.
    pub(crate) ids: Vec<i64>,
    /// Which text each piece is of: 0 or 1; always 0 for `RoBERTa`.
    pub(crate) types: Vec<i64>,
}

impl PairPieces {
    /// Returns how many pieces there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// The pieces of words that a pair model knows.
pub(crate) struct PairTokens {
    tokenizer: PairTokenizer,
}

impl PairTokens {
    /// Reads the vocabulary of `folder`: `tokenizer.json` where there is one, else `vocab.txt` (BERT) or `vocab.json` and
    /// `merges.txt` (`RoBERTa`).
    ///
    /// For the latter two, `tokenizer_config.json` is asked for `do_lower_case` (yes unless it says otherwise, as in every
    /// uncased BERT), `strip_accents` (as `do_lower_case`), `tokenize_chinese_chars` (yes) and `add_prefix_space` (no).
    ///
    /// A pair of more than `max_pieces`, its marks included, loses pieces from the end of its longer text until it fits;
    /// of both once they are equally long.
    pub(crate) fn from_folder(folder: &Path, family: Family, max_pieces: usize, name: &str) -> Result<Self> {
        let unusable = |reason: String| Error::Model { name: name.to_owned(), reason };
        let (from, json) = tokenizer_json(folder, family, name)?;
        let tokenizer = PairTokenizer::new(whole(&json, name)?, max_pieces, name)?;
        let tokens = Self { tokenizer };
        let n_marks = tokens.pieces("", "")?.ids.len();
        match (family, n_marks) {
            (Family::Bert, 3) | (Family::Roberta, 4) => Ok(tokens),
            _ => Err(unusable(format!(
                "{from} gives a pair of empty texts {n_marks} marks, which is not how {family:?} reads a pair"
            ))),
        }
    }

    /// Returns the pieces of a pair, with its marks.
    pub(crate) fn pieces(&self, first: &str, second: &str) -> Result<PairPieces> {
        let (ids, types) = self.tokenizer.pieces(first, second)?;
        let widened = |numbers: Vec<i32>| numbers.into_iter().map(i64::from).collect();
        Ok(PairPieces { ids: widened(ids), types: widened(types) })
    }

    /// Returns one more than the highest number a piece can have.
    pub(crate) fn n_pieces_known(&self) -> usize {
        self.tokenizer.n_pieces_known()
    }
}

/// Returns what `folder` holds as a `tokenizer.json`, and what that was made of: see [`PairTokens::from_folder`].
pub(crate) fn tokenizer_json(folder: &Path, family: Family, name: &str) -> Result<(&'static str, Vec<u8>)> {
    let whole = folder.join("tokenizer.json");
    if whole.is_file() {
        return Ok(("tokenizer.json", read(&whole)?));
    }
    let described = match family {
        Family::Bert => word_pieces(folder, name)?,
        Family::Roberta => byte_pairs(folder, name)?,
    };
    Ok(("the vocabulary", serde_json::to_vec(&described)?))
}

/// Returns the whole of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// Returns the settings of `tokenizer_config.json`; none where there is no such file.
fn settings(folder: &Path, name: &str) -> Result<Map<String, Value>> {
    let path = folder.join("tokenizer_config.json");
    if !path.exists() {
        return Ok(Map::new());
    }
    serde_json::from_slice(&read(&path)?)
        .map_err(|error| Error::Model { name: name.to_owned(), reason: format!("tokenizer_config.json: {error}") })
}

/// Describes the tokenizer of a BERT whose pieces stand in `vocab.txt`, one a line.
fn word_pieces(folder: &Path, name: &str) -> Result<Value> {
    let unusable = |reason: String| Error::Model { name: name.to_owned(), reason };
    let settings = settings(folder, name)?;
    let text = String::from_utf8(read(&folder.join("vocab.txt"))?)
        .map_err(|_| unusable("vocab.txt is not UTF-8".to_owned()))?;
    let pieces: Map<String, Value> =
        text.lines().enumerate().map(|(id, piece)| (piece.trim_end().to_owned(), id.into())).collect();
    for mark in ["[CLS]", "[SEP]", "[UNK]"] {
        if !pieces.contains_key(mark) {
            return Err(unusable(format!("vocab.txt has no {mark}")));
        }
    }
    let lower_case = settings.get("do_lower_case").and_then(Value::as_bool).unwrap_or(true);
    Ok(json!({
        "version": "1.0",
        "added_tokens": [],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": true,
            "handle_chinese_chars": settings.get("tokenize_chinese_chars").and_then(Value::as_bool).unwrap_or(true),
            "strip_accents": settings.get("strip_accents").and_then(Value::as_bool),
            "lowercase": lower_case,
        },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "post_processor": {
            "type": "BertProcessing",
            "sep": ["[SEP]", pieces["[SEP]"]],
            "cls": ["[CLS]", pieces["[CLS]"]],
        },
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": pieces,
        },
    }))
}

/// Describes the tokenizer of a `RoBERTa` whose pieces stand in `vocab.json` and are joined as `merges.txt` says.
fn byte_pairs(folder: &Path, name: &str) -> Result<Value> {
    let unusable = |reason: String| Error::Model { name: name.to_owned(), reason };
    let settings = settings(folder, name)?;
    let pieces: Map<String, Value> = serde_json::from_slice(&read(&folder.join("vocab.json"))?)
        .map_err(|error| unusable(format!("vocab.json: {error}")))?;
    for mark in ["<s>", "</s>"] {
        if !pieces.contains_key(mark) {
            return Err(unusable(format!("vocab.json has no {mark}")));
        }
    }
    let text = String::from_utf8(read(&folder.join("merges.txt"))?)
        .map_err(|_| unusable("merges.txt is not UTF-8".to_owned()))?;
    let merges: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("#version") && !line.trim().is_empty()).collect();
    let prefix_space = settings.get("add_prefix_space").and_then(Value::as_bool).unwrap_or(false);
    Ok(json!({
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": { "type": "ByteLevel", "add_prefix_space": prefix_space, "trim_offsets": true, "use_regex": true },
        "post_processor": {
            "type": "RobertaProcessing",
            "sep": ["</s>", pieces["</s>"]],
            "cls": ["<s>", pieces["<s>"]],
            "trim_offsets": true,
            "add_prefix_space": prefix_space,
        },
        "model": {
            "type": "BPE",
            "unk_token": pieces.contains_key("<unk>").then_some("<unk>"),
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": false,
            "vocab": pieces,
            "merges": merges,
        },
    }))
}
