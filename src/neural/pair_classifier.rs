//! Any BERT or `RoBERTa` that classifies pairs of texts, from a folder as model hubs have it, run by libtorch.
//!
//! Each pair runs alone and on one thread, without padding: a score depends on its pair only, to the last bit, and
//! threads take pairs, not parts of one.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tch::nn;

use super::PairScorer;
use super::pair_network::{Description, Extent, Network, Weights, filled, first_line, guarded, name_of};
use super::pair_tokens::{PairPieces, PairTokens};
use super::queue::run_all;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// A pair classifier of a model hub's layout.
pub struct PairClassifier {
    name: String,
    sha256: String,
    tokens: PairTokens,
    /// One for each thread, all over the same weights: a tensor may move between threads and not be shared by them.
    networks: Vec<Mutex<Stored>>,
}

struct Stored {
    network: Network,
    /// Holds the variables of the network.
    _store: nn::VarStore,
}

impl PairClassifier {
    /// Returns the classifier in `folder`, which reads up to `max_pieces` word pieces of a pair (at least 8, and not more
    /// than the model has positions for), run on `n_threads`, at least 1.
    ///
    /// The folder holds `config.json`, of `model_type` `bert` or `roberta` and with two labels; the weights, as
    /// `model.safetensors` or `rust_model.ot`; and the vocabulary, as `tokenizer.json`, or `vocab.txt` for BERT, or
    /// `vocab.json` and `merges.txt` for `RoBERTa`. A `tokenizer_config.json` may say `do_lower_case`; a BERT without one
    /// is taken to be uncased.
    ///
    /// The label that means "same section" is told by `id2label` where it has names such as `same` and `different`,
    /// `continuation` and `boundary`, `entailment` and `not_entailment`; else it is label 1.
    ///
    /// A file that is missing, cut short, of other shapes than `config.json` says, or of an unsupported kind is an error
    /// that names it.
    pub fn from_folder(folder: &Path, max_pieces: usize, n_threads: usize) -> Result<Self> {
        if n_threads == 0 {
            return Err(Error::Setting { name: "threads", needed: "at least 1", found: n_threads.to_string() });
        }
        let name = name_of(folder);
        let unusable = |reason| Error::Model { name: name.clone(), reason };
        let description = Description::from_folder(folder, &name)?;
        let tokens = PairTokens::from_folder(folder, description.family, max_pieces.min(description.n_positions()), &name)?;
        let (known, needed) = (description.n_pieces_known(), tokens.n_pieces_known());
        if known < needed {
            return Err(unusable(format!("the vocabulary has {needed} pieces, and the model knows {known}")));
        }
        let weights = Weights::from_folder(folder, &name)?;
        let stored = |_| -> Result<Mutex<Stored>> {
            let (mut store, network) = filled(&description, &weights, Extent::Whole).map_err(unusable)?;
            store.freeze();
            Ok(Mutex::new(Stored { network, _store: store }))
        };
        let networks = (0..n_threads).map(stored).collect::<Result<_>>()?;
        tracing::debug!(family = ?description.family, n_layers = description.n_layers(), "loaded a pair classifier");
        Ok(Self { name, sha256: weights.sha256, tokens, networks })
    }

    fn log_odds_of(&self, network: &Network, (first, second): &(String, String)) -> Result<f32> {
        let pieces: PairPieces = self.tokens.pieces(first, second)?;
        let failed = |reason| Error::ModelRun { name: self.name.clone(), reason };
        let log_odds = guarded(|| network.log_odds(&network.batch(&[&pieces])))
            .and_then(|found| found.map_err(|error| first_line(&error.to_string())))
            .map_err(failed)?;
        match log_odds.as_slice() {
            [log_odds] if log_odds.is_finite() => Ok(*log_odds),
            other => Err(failed(format!("it gave {other:?} for one pair"))),
        }
    }
}

impl PairScorer for PairClassifier {
    fn sha256(&self) -> &str {
        &self.sha256
    }

    fn log_odds(&self, pairs: &[(String, String)], progress: &dyn Progress) -> Result<Vec<f32>> {
        let sizes: Vec<usize> = pairs.iter().map(|(first, second)| first.len() + second.len()).collect();
        let run = |stored: &Mutex<Stored>, pair: usize| {
            // More threads inside of a sum would share its parts out anew, and round otherwise.
            tch::set_num_threads(1);
            let stored = stored.lock().unwrap_or_else(PoisonError::into_inner);
            self.log_odds_of(&stored.network, &pairs[pair])
        };
        run_all(&self.networks, &sizes, run, progress)
    }
}
