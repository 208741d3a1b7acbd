//! A pair model run by rten: pure Rust, int8 weights, nothing to install.
//!
//! As with sentence vectors, each pair runs alone and without padding, so that its number depends on the pair only.

use std::path::Path;

use rten::{Model, RunOptions};

use super::encoder::{graph_of, model_options, run_options, tried, unusable};
use super::queue::run_all;
use super::tokens::{PairTokenizer, carried, whole};
use super::upper::{OfPieces, Upper, first_output, is_upper, numbers};
use super::{PairScorer, hex_sha256};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// A pair model in the ONNX form.
///
/// It takes `input_ids`, `attention_mask` and `token_type_ids`, each `[pairs, pieces]`, or, as `make_pair.py` makes it, what leaves
/// the encoder's lower layers; and its first output is `[pairs, 2]`, f32: how much the texts seem to be of one section, and of
/// two.
pub struct PairModel {
    name: String,
    sha256: String,
    tokens: PairTokenizer,
    layers: Layers,
    /// One for each thread: a pair is run by one thread.
    options: Vec<RunOptions>,
}

/// What a pair runs through.
enum Layers {
    /// A graph that begins with word pieces.
    Whole { model: Model, all: OfPieces },
    /// One that begins with the encoder.
    Upper(Upper),
}

impl Layers {
    fn of(name: &str, model: Model) -> Result<Self> {
        if is_upper(&model) {
            return Ok(Self::Upper(Upper::new(name, model)?));
        }
        let all = OfPieces::new(name, &model, first_output(name, &model)?)?;
        Ok(Self::Whole { model, all })
    }

    /// Returns the scores of a pair, whose pieces and types are given.
    fn run(&self, ids: Vec<i32>, types: Vec<i32>, options: &RunOptions) -> Result<Vec<f32>, String> {
        match self {
            Self::Upper(upper) => upper.run(ids, types, Vec::new(), options),
            Self::Whole { model, all } => numbers(all.run(model, ids, types, options)?),
        }
    }
}

impl PairModel {
    /// Returns the model that `weights` hold, with the word pieces of the embedded encoder, run on `n_threads`, at least 1.
    pub(crate) fn embedded(weights: &'static [u8], max_pieces: usize, n_threads: usize) -> Result<Self> {
        let name = "the pair model";
        let model = model_options().load_static_slice(weights).map_err(|error| unusable(name, &error))?;
        let tokens = PairTokenizer::new(carried(name)?, max_pieces, name)?;
        Self::new(name, hex_sha256(weights), tokens, model, n_threads)
    }

    /// Returns the model in a folder that holds `model.onnx`, and perhaps a `tokenizer.json` for other word pieces than
    /// those of the embedded encoder.
    pub fn from_folder(folder: &Path, max_pieces: usize, n_threads: usize) -> Result<Self> {
        let name = folder.display().to_string();
        let path = folder.join("model.onnx");
        let weights = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let path = folder.join("tokenizer.json");
        let tokenizer = match std::fs::read(&path) {
            Ok(json) => whole(&json, &name)?,
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => carried(&name)?,
            Err(source) => return Err(Error::Read { path, source }),
        };
        let sha256 = hex_sha256(&weights);
        let model = graph_of(&name, weights)?;
        let tokens = PairTokenizer::new(tokenizer, max_pieces, &name)?;
        Self::new(&name, sha256, tokens, model, n_threads)
    }

    fn new(name: &str, sha256: String, tokens: PairTokenizer, model: Model, n_threads: usize) -> Result<Self> {
        let options = run_options(n_threads)?;
        let layers = Layers::of(name, model)?;
        let pair_model = Self { name: name.to_owned(), sha256, tokens, layers, options };
        // This finds a model that loads but does not run.
        tried(name, pair_model.log_odds_of(&("tide".to_owned(), "lamp".to_owned()), &pair_model.options[0]))?;
        Ok(pair_model)
    }

    fn log_odds_of(&self, (first, second): &(String, String), options: &RunOptions) -> Result<f32> {
        let failed = |reason: String| Error::ModelRun { name: self.name.clone(), reason };
        let (ids, types) = self.tokens.pieces(first, second)?;
        match *self.layers.run(ids, types, options).map_err(failed)? {
            [same, different] if (different - same).is_finite() => Ok(different - same),
            ref scores => Err(failed(format!("it gave {} numbers for one pair, or some that are none", scores.len()))),
        }
    }
}

impl PairScorer for PairModel {
    fn sha256(&self) -> &str {
        &self.sha256
    }

    fn log_odds(&self, pairs: &[(String, String)], progress: &dyn Progress) -> Result<Vec<f32>> {
        let sizes: Vec<usize> = pairs.iter().map(|(first, second)| first.len() + second.len()).collect();
        run_all(&self.options, &sizes, |options, pair| self.log_odds_of(&pairs[pair], options), progress)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::progress::Unwatched;

    /// A graph without weights: its scores are the means of the numbers of the pieces of either text, in thousands, over all
    /// pieces. `scripts/tiny_pair.py` made it.
    const TINY: &[u8] = include_bytes!("../../tests/data/tiny_pair.onnx");

    fn folder(model: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("model.onnx"), model).expect("room for a file");
        folder
    }

    fn pairs() -> Vec<(String, String)> {
        let pair = |(one, other): (&str, &str)| (one.to_owned(), other.to_owned());
        let long = "the tide and the ship ".repeat(80);
        [("The tide turns.", "Ships leave the sea."), ("", ""), (long.as_str(), "end")].map(pair).to_vec()
    }

    #[test]
    fn the_second_score_less_the_first_is_the_log_odds() {
        let folder = folder(TINY);
        let model = PairModel::from_folder(folder.path(), 40, 1).expect("the graph is whole");
        let tokens =
            carried("tiny").and_then(|tokenizer| PairTokenizer::new(tokenizer, 40, "tiny")).expect("it is whole");
        let found = model.log_odds(&pairs(), &Unwatched).expect("it runs");
        for ((first, second), found) in pairs().iter().zip(found) {
            let (ids, types) = tokens.pieces(first, second).expect("any text can be tokenised");
            assert!(ids.len() <= 40);
            let signed = ids.iter().zip(&types).map(|(&id, &of)| if of == 1 { id } else { -id });
            let expected = signed.sum::<i32>() as f32 / ids.len() as f32 / 1000.0;
            assert!((found - expected).abs() < 1e-3, "{first:?}: {found} and {expected}");
        }
    }

    #[test]
    fn a_pair_gives_the_same_on_any_number_of_threads_and_in_any_company() {
        let folder = folder(TINY);
        let scored = |n_threads, pairs: &[(String, String)]| {
            let model = PairModel::from_folder(folder.path(), 40, n_threads).expect("the graph is whole");
            model.log_odds(pairs, &Unwatched).expect("it runs")
        };
        let all = scored(1, &pairs());
        assert_eq!(scored(3, &pairs()), all);
        assert_eq!(scored(1, &pairs()[1..]), all[1..]);
    }

    #[test]
    fn what_is_no_pair_model_says_so() {
        let refused = |model: &[u8], max_pieces, n_threads, expected: &str| {
            let folder = folder(model);
            let error = PairModel::from_folder(folder.path(), max_pieces, n_threads).err().expect("it is none");
            assert!(error.to_string().contains(expected), "{error}");
        };
        refused(&TINY[..40], 40, 1, "no ONNX graph that can be read");
        refused(TINY, 4, 1, "max_pieces must be at least 8");
        refused(TINY, 40, 0, "threads must be at least 1");
        let encoder = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/all-MiniLM-L6-v2/model.onnx"));
        refused(encoder, 40, 1, "it does not run");
    }
}
