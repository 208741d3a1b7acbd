//! A pair model run by rten: pure Rust, int8 weights, nothing to install.
//!
//! As with sentence vectors, each pair runs alone and without padding, so that its number depends on the pair only.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rten::{Model, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::encoder::{TOKENIZER, options, unusable};
use super::queue::run_all;
use super::tokens::PairTokenizer;
use super::{PairScorer, hex_sha256};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// A pair model in the ONNX form.
///
/// It takes `input_ids`, `attention_mask` and `token_type_ids`, each `[pairs, pieces]`, and its first output is
/// `[pairs, 2]`, f32: how much the texts seem to be of one section, and of two.
pub struct PairModel {
    name: String,
    sha256: OnceLock<String>,
    weights: &'static [u8],
    tokens: PairTokenizer,
    model: Model,
    inputs: [NodeId; 3],
    output: NodeId,
    /// One for each thread: a pair is run by one thread.
    options: Vec<RunOptions>,
}

impl PairModel {
    /// Returns the model in `weights`, which reads up to `max_pieces` of a pair, run on `n_threads`, at least 1, with the
    /// word pieces of the embedded encoder.
    pub fn embedded(weights: &'static [u8], max_pieces: usize, n_threads: usize) -> Result<Self> {
        let name = "pair";
        let model = options().load_static_slice(weights).map_err(|error| unusable(name, &error))?;
        Self { weights, ..Self::new(name, TOKENIZER, model, max_pieces, n_threads)? }.checked()
    }

    /// Returns the model in a folder that holds `model.onnx`, and perhaps a `tokenizer.json` for other word pieces than
    /// those of the embedded encoder.
    pub fn from_folder(folder: &Path, max_pieces: usize, n_threads: usize) -> Result<Self> {
        let name = folder.display().to_string();
        let path = folder.join("model.onnx");
        let weights = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let path = folder.join("tokenizer.json");
        let tokenizer = match std::fs::read(&path) {
            Ok(json) => json,
            Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => TOKENIZER.to_vec(),
            Err(source) => return Err(Error::Read { path, source }),
        };
        let sha256 = OnceLock::from(hex_sha256(&weights));
        let model = options().load(weights).map_err(|error| unusable(&name, &error))?;
        Self { sha256, ..Self::new(&name, &tokenizer, model, max_pieces, n_threads)? }.checked()
    }

    fn new(name: &str, tokenizer: &[u8], model: Model, max_pieces: usize, n_threads: usize) -> Result<Self> {
        if n_threads == 0 {
            return Err(Error::Setting { name: "threads", needed: "at least 1", found: n_threads.to_string() });
        }
        let node = |id: &str| model.node_id(id).map_err(|error| unusable(name, &error));
        let inputs = [node("input_ids")?, node("attention_mask")?, node("token_type_ids")?];
        let Some(&output) = model.output_ids().first() else {
            return Err(unusable(name, &"it has no output"));
        };
        let run_options = |_| RunOptions::default().with_thread_pool(Some(Arc::new(ThreadPool::with_num_threads(1))));
        Ok(Self {
            name: name.to_owned(),
            sha256: OnceLock::new(),
            weights: &[],
            tokens: PairTokenizer::from_json(tokenizer, max_pieces, name)?,
            model,
            inputs,
            output,
            options: (0..n_threads).map(run_options).collect(),
        })
    }

    /// Runs a pair: this finds a model that loads but does not run.
    fn checked(self) -> Result<Self> {
        let tide = ("tide".to_owned(), "lamp".to_owned());
        self.log_odds_of(&tide, &self.options[0]).map_err(|error| unusable(&self.name, &error))?;
        Ok(self)
    }

    fn log_odds_of(&self, (first, second): &(String, String), options: &RunOptions) -> Result<f32> {
        let failed = |reason: String| Error::ModelRun { name: self.name.clone(), reason };
        let (ids, types) = self.tokens.pieces(first, second)?;
        let n_pieces = ids.len();
        let numbers = [ids, vec![1; n_pieces], types].map(|row| NdTensor::from_data([1, n_pieces], row));
        let inputs: Vec<(NodeId, ValueOrView)> =
            self.inputs.iter().zip(&numbers).map(|(&node, row)| (node, row.view().into())).collect();
        let [scores] = self
            .model
            .run_n(inputs, [self.output], Some(options.clone()))
            .map_err(|error| failed(error.to_string()))?;
        let scores: NdTensor<f32, 2> = scores.try_into().map_err(|_| failed("the output is not of f32".to_owned()))?;
        match (scores.shape(), scores.get([0, 0]), scores.get([0, 1])) {
            ([1, 2], Some(same), Some(different)) if (different - same).is_finite() => Ok(different - same),
            _ => Err(failed(format!("it gave {:?} for one pair", scores.shape()))),
        }
    }
}

impl PairScorer for PairModel {
    fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| hex_sha256(self.weights))
    }

    fn log_odds(&self, pairs: &[(String, String)], progress: &dyn Progress) -> Result<Vec<f32>> {
        let sizes: Vec<usize> = pairs.iter().map(|(first, second)| first.len() + second.len()).collect();
        run_all(&self.options, &sizes, |options, pair| self.log_odds_of(&pairs[pair], options), progress)
    }
}
