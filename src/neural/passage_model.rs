//! A passage model run by rten: pure Rust, int8 weights, nothing to install.
//!
//! As with sentence vectors, each passage runs alone and without padding, so that its numbers depend on the passage only.

use std::path::Path;

use rten::{Model, RunOptions};

use super::PassageScorer;
use super::encoder::{graph_of, model_options, run_options, tried, unusable};
use super::hex_sha256;
use super::passages::{Passage, PassageTokens, PassageUnit, passages};
use super::queue::run_all;
use super::tokens::carried;
use super::upper::Upper;
use crate::error::{Error, Result};
use crate::progress::{Part, Progress};

/// Upper layers that say of marks between units whether a section begins there, on the encoder's lower layers.
///
/// The graph takes `places` beside `hidden`, and its first output is `[1, places]`, f32, in log-odds.
pub struct PassageModel {
    name: String,
    sha256: String,
    tokens: PassageTokens,
    upper: Upper,
    /// One for each thread: a passage is run by one thread.
    options: Vec<RunOptions>,
}

impl PassageModel {
    /// Returns the model that `weights` hold, run on `n_threads`, at least 1.
    pub(crate) fn embedded(weights: &'static [u8], n_threads: usize) -> Result<Self> {
        let name = "the passage model";
        let model = model_options().load_static_slice(weights).map_err(|error| unusable(name, &error))?;
        Self::new(name, hex_sha256(weights), model, n_threads)
    }

    /// Returns the model in a folder that holds `model.onnx`, as `make_passage.py` makes it.
    pub fn from_folder(folder: &Path, n_threads: usize) -> Result<Self> {
        let name = folder.display().to_string();
        let path = folder.join("model.onnx");
        let weights = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let sha256 = hex_sha256(&weights);
        let model = graph_of(&name, weights)?;
        Self::new(&name, sha256, model, n_threads)
    }

    fn new(name: &str, sha256: String, model: Model, n_threads: usize) -> Result<Self> {
        let options = run_options(n_threads)?;
        let (tokens, upper) = (PassageTokens::new(carried(name)?, name)?, Upper::new(name, model)?);
        let model = Self { name: name.to_owned(), sha256, tokens, upper, options };
        // This finds a model that loads but does not run.
        let unit = |text| model.tokens.unit(PassageUnit { text, changes_speaker: false });
        let units = [unit("tide")?, unit("lamp")?];
        tried(name, model.log_odds_of(&units, &passages(&units)[0], &model.options[0]))?;
        Ok(model)
    }

    fn log_odds_of(&self, units: &[Vec<i32>], passage: &Passage, options: &RunOptions) -> Result<Vec<f32>> {
        let ids = self.tokens.passage(&units[passage.units.clone()]);
        let places: Vec<i32> = passage.places(units).into_iter().map(|place| place as i32).collect();
        let (n_pieces, n_places) = (ids.len(), places.len());
        let failed = |reason| Error::ModelRun { name: self.name.clone(), reason };
        let found = self.upper.run(ids, vec![0; n_pieces], places, options).map_err(failed)?;
        if found.len() != n_places || found.iter().any(|log_odds| !log_odds.is_finite()) {
            return Err(failed(format!("it gave {} numbers for {n_places} gaps, or some that are none", found.len())));
        }
        Ok(found)
    }
}

/// The share of the work that is finding word pieces, in hundredths.
const TOKENS_PERCENT: usize = 5;

impl PassageScorer for PassageModel {
    fn sha256(&self) -> &str {
        &self.sha256
    }

    fn log_odds(&self, units: &[PassageUnit], progress: &dyn Progress) -> Result<Vec<f32>> {
        let part = |range| Part { progress, range, of: 100 };
        let sizes: Vec<usize> = units.iter().map(|unit| unit.text.len()).collect();
        let tokenise = |_: &RunOptions, unit: usize| self.tokens.unit(units[unit]);
        let units = run_all(&self.options, &sizes, tokenise, &part(0..TOKENS_PERCENT))?;
        let passages = passages(&units);
        let sizes: Vec<usize> = passages.iter().map(|passage| passage.n_pieces(&units)).collect();
        let read = |options: &RunOptions, passage: usize| self.log_odds_of(&units, &passages[passage], options);
        // Every gap is read in one passage, in the order of the text.
        Ok(run_all(&self.options, &sizes, read, &part(TOKENS_PERCENT..100))?.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Unwatched;

    const WEIGHTS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/passage/model.onnx"));

    fn units(n: usize) -> Vec<String> {
        (0..n)
            .map(|number| format!("The keeper of lighthouse {number} climbs the stairs, and counts the ships."))
            .collect()
    }

    fn scored(n_threads: usize, texts: &[String]) -> Vec<f32> {
        let model = PassageModel::embedded(WEIGHTS, n_threads).expect("the graph is whole");
        let unit = |text| PassageUnit { text, changes_speaker: false };
        let units: Vec<PassageUnit> = texts.iter().map(|text| unit(text.as_str())).collect();
        model.log_odds(&units, &Unwatched).expect("it runs")
    }

    #[test]
    fn every_gap_has_a_number_that_is_the_same_on_any_number_of_threads() {
        let texts = units(60);
        let found = scored(1, &texts);
        assert_eq!(found.len(), 59);
        assert_eq!(scored(3, &texts), found);
        assert!(scored(1, &texts[..1]).is_empty());
    }

    #[test]
    fn what_stands_far_away_changes_nothing() {
        let mut texts = units(120);
        let before = scored(2, &texts);
        texts[0] = "Bread begins with flour, water and salt.".to_owned();
        let after = scored(2, &texts);
        assert!((before[0] - after[0]).abs() > 1e-3, "{} stays as it was", before[0]);
        assert_eq!(before[100..], after[100..]);
    }

    #[test]
    fn what_is_no_passage_model_says_so() {
        let refused = |model: &[u8], n_threads, expected: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::write(folder.path().join("model.onnx"), model).expect("room for a file");
            let error = PassageModel::from_folder(folder.path(), n_threads).err().expect("it is none");
            assert!(error.to_string().contains(expected), "{error}");
        };
        refused(&WEIGHTS[..400], 1, "no ONNX graph that can be read");
        refused(WEIGHTS, 0, "threads must be at least 1");
        let encoder = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/all-MiniLM-L6-v2/model.onnx"));
        refused(encoder, 1, "load the model");
    }
}
