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
use super::queue::{check_threads, run_all};
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
        check_threads(n_threads)?;
        let name = name_of(folder);
        let unusable = |reason| Error::Model { name: name.clone(), reason };
        let description = Description::of_pair_classifier(folder, &name)?;
        let tokens =
            PairTokens::from_folder(folder, description.family, max_pieces.min(description.n_positions()), &name)?;
        description.check_vocabulary(tokens.n_pieces_known()).map_err(unusable)?;
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

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::Value;

    use super::super::pair_samples::{golden, hub, put_last, write_ot, write_safetensors};
    use super::*;
    use crate::progress::Unwatched;

    /// The cases of a model that are read up to `max_pieces`: the pairs, and the chance of each that it is of two sections.
    fn cases(model: &Value, max_pieces: u64) -> (Vec<(String, String)>, Vec<f32>) {
        let text = |case: &Value, side: &str| case[side].as_str().expect("a text").to_owned();
        let of_length = |case: &&Value| case["max_pieces"] == max_pieces;
        let all = model["cases"].as_array().expect("a list");
        // Label 1 is "same" where a model does not name its labels.
        let case = |case: &Value| {
            let chance = case["chances"][0].as_f64().expect("a number");
            ((text(case, "first"), text(case, "second")), chance as f32)
        };
        all.iter().filter(of_length).map(case).unzip()
    }

    #[test]
    fn scores_are_those_of_python_transformers() {
        for model in golden()["models"].as_array().expect("a list") {
            for write in [write_safetensors, write_ot] {
                let folder = hub(model, write);
                for max_pieces in [24, 80] {
                    let (pairs, expected) = cases(model, max_pieces);
                    let classifier = PairClassifier::from_folder(folder.path(), max_pieces as usize, 1);
                    let classifier = classifier.expect("the folder is whole");
                    let all = model["cases"].as_array().expect("a list");
                    for case in all.iter().filter(|case| case["max_pieces"] == max_pieces) {
                        let text = |side: &str| case[side].as_str().expect("a text");
                        let pieces =
                            classifier.tokens.pieces(text("first"), text("second")).expect("any text has pieces");
                        assert_eq!(serde_json::json!(pieces.ids), case["ids"], "{}, {case}", model["name"]);
                    }
                    let found = classifier.log_odds(&pairs, &Unwatched).expect("it runs");
                    for ((pair, log_odds), expected) in pairs.iter().zip(&found).zip(&expected) {
                        let chance = 1.0 / (1.0 + (-log_odds).exp());
                        assert!((chance - expected).abs() < 1e-4, "{}, {pair:?}: {chance}, {expected}", model["name"]);
                    }
                    assert!(expected.iter().any(|x| (x - expected[0]).abs() > 0.01), "the pairs are all alike");
                }
            }
        }
    }

    #[test]
    fn scores_are_the_same_on_any_number_of_threads_and_in_any_company() {
        let golden = golden();
        let folder = hub(&golden["models"][0], write_safetensors);
        let (pairs, _) = cases(&golden["models"][0], 80);
        let scored = |n_threads, pairs: &[(String, String)]| {
            let classifier = PairClassifier::from_folder(folder.path(), 80, n_threads).expect("the folder is whole");
            classifier.log_odds(pairs, &Unwatched).expect("it runs")
        };
        let all = scored(1, &pairs);
        assert_eq!(scored(3, &pairs), all);
        for (pair, &expected) in pairs.iter().zip(&all) {
            assert_eq!(scored(1, std::slice::from_ref(pair)), [expected]);
        }
    }

    /// Checks that a folder, spoilt, is refused with a word on why.
    #[track_caller]
    fn check_refused(spoil: impl Fn(&Path, &mut Value), expected: &str) {
        let mut model = golden()["models"][0].clone();
        let folder = hub(&model, write_safetensors);
        spoil(folder.path(), &mut model["config"]);
        fs::write(folder.path().join("config.json"), model["config"].to_string()).expect("room for a file");
        let error = PairClassifier::from_folder(folder.path(), 80, 1).err().expect("it is no model").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        check_refused(|_, config| config["model_type"] = "gpt2".into(), "supported are \"bert\" and \"roberta\"");
        check_refused(|_, config| config["is_decoder"] = true.into(), "it is a decoder");
        check_refused(|_, config| config["hidden_size"] = 36.into(), "config.json asks for");
        check_refused(|_, config| config["num_hidden_layers"] = 9.into(), "has no weight");
        check_refused(|_, config| config["num_hidden_layers"] = (1_i64 << 50).into(), "has no weight");
        check_refused(|_, config| config["vocab_size"] = (1_i64 << 50).into(), "config.json asks for");
        check_refused(|_, config| config["id2label"] = serde_json::json!({"0": "a", "1": "b", "2": "c"}), "3 labels");
        check_refused(|_, config| config["hidden_act"] = "magic".into(), "its hidden_act is");
        check_refused(|_, config| *config = Value::Null, "config.json");
        check_refused(|folder, _| fs::remove_file(folder.join("vocab.txt")).expect("it is there"), "vocab.txt");
        check_refused(|folder, _| fs::write(folder.join("vocab.txt"), "a\nb\n").expect("room"), "has no [CLS]");
        check_refused(
            |folder, _| fs::remove_file(folder.join("model.safetensors")).expect("it is there"),
            "model.safetensors",
        );
        let cut_short = |folder: &Path, _: &mut Value| {
            let path = folder.join("model.safetensors");
            let bytes = fs::read(&path).expect("it is there");
            fs::write(&path, &bytes[..bytes.len() / 2]).expect("room for a file");
        };
        check_refused(cut_short, "damaged or cut short");
        check_refused(|_, config| config["layer_norm_eps"] = (-1).into(), "layer_norm_eps is -1");
        check_refused(|folder, _| put_last(f32::NAN, folder), "holds what is no number");
    }

    #[test]
    fn weights_of_rust_bert_that_are_cut_short_say_so() {
        let folder = hub(&golden()["models"][2], write_ot);
        let path = folder.path().join("rust_model.ot");
        let bytes = fs::read(&path).expect("it is there");
        fs::write(&path, &bytes[..bytes.len() / 2]).expect("room for a file");
        let error = PairClassifier::from_folder(folder.path(), 80, 1).err().expect("it is cut short").to_string();
        assert!(error.contains("rust_model.ot is damaged or cut short"), "{error}");
    }
}
