//! Subject by subject: a transformer reads several units as one sequence, and says of each gap among them whether a section begins
//! there. After Yu et al. 2023, "Improving Long Document Topic Segmentation Models With Enhanced Coherence Modeling" (arXiv
//! 2310.11772), who label sentences in one long sequence.
//!
//! Theirs reads a document in one go, as far as it goes, with a Longformer. Ours reads some four hundred word pieces at a time, on
//! the lower layers of the encoder (`neural/passages.rs`): what is farther away is the context model's to know, and
//! [`super::Combined`] hears both.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calibration::{Calibration, Combination, OfUnitKinds};
use super::{Carried, GapInput, GapScorer};
use crate::document::{GapScores, Units};
use crate::error::{Error, Result};
use crate::neural::{PassageModel, PassageScorer, PassageUnit};
use crate::progress::Progress;

static WEIGHTS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/passage/model.onnx"));
static CONFIG: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/passage/passage.json"));

/// The engine that this program carries.
static CARRIED: Carried<Passage> = Carried::new();

/// What `passage.json` says of the weights beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassageConfig {
    /// What makes the model's log-odds calibrated.
    pub calibration: OfUnitKinds<Calibration>,
    /// What makes those of this model and of the others together ([`super::Combined`]) calibrated.
    pub combined: OfUnitKinds<Combination>,
    /// The SHA-256 of the context model and of the pair model that `combined` was fitted with, with a space between them.
    pub of_first: String,
}

/// The passage model as an engine.
#[derive(Clone)]
pub struct Passage {
    model: Arc<dyn PassageScorer>,
    config: PassageConfig,
}

impl Passage {
    /// Returns the engine that this program carries, run on as many threads as everything else. It stays loaded for the next
    /// who asks until it is let go.
    pub fn embedded() -> Self {
        let load = || {
            let config = serde_json::from_str(CONFIG).expect("a test reads what the program carries");
            let model = PassageModel::embedded(WEIGHTS, rayon::current_num_threads());
            Self { model: Arc::new(model.expect("a test loads what the program carries")), config }
        };
        CARRIED.get(load)
    }

    /// Gives back the memory that the engine of this program takes, once nobody uses it. Who asks for it next loads it again.
    pub(crate) fn let_go() {
        CARRIED.let_go();
    }

    /// Returns the engine in a folder that holds `model.onnx` and `passage.json`, as `make_passage.py` makes them of a trained
    /// model, run on `n_threads`, at least 1.
    pub fn from_folder(folder: &Path, n_threads: usize) -> Result<Self> {
        let path = folder.join("passage.json");
        let bytes = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let config = serde_json::from_slice(&bytes).map_err(|error| Error::Model {
            name: folder.display().to_string(),
            reason: format!("passage.json: {error}"),
        })?;
        Ok(Self { model: Arc::new(PassageModel::from_folder(folder, n_threads)?), config })
    }

    /// Returns an engine of a model.
    #[cfg(test)]
    pub(super) fn of(model: Arc<dyn PassageScorer>, config: PassageConfig) -> Self {
        Self { model, config }
    }

    /// Returns what is known of the model.
    pub(super) fn config(&self) -> &PassageConfig {
        &self.config
    }

    /// Returns the log-odds of each gap, not calibrated.
    pub(crate) fn log_odds(&self, input: &GapInput, progress: &dyn Progress) -> Result<Vec<f32>> {
        let units: Vec<PassageUnit> = passage_units(input.text, input.units).collect();
        self.model.log_odds(&units, progress)
    }
}

/// Returns the units of a document as a passage model is given them.
pub(crate) fn passage_units<'a>(text: &'a str, units: &'a Units) -> impl Iterator<Item = PassageUnit<'a>> {
    units.units.iter().enumerate().map(move |(number, unit)| PassageUnit {
        text: unit.span.of(text),
        changes_speaker: units.changes_speaker(number),
    })
}

impl GapScorer for Passage {
    fn name(&self) -> &'static str {
        "passage"
    }

    fn settings(&self) -> Map<String, Value> {
        Map::from_iter([
            ("passage_model_sha256".to_owned(), self.model.sha256().into()),
            ("calibration".to_owned(), self.config.calibration.to_json(Calibration::to_json)),
        ])
    }

    fn needs_vectors(&self) -> bool {
        false
    }

    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores> {
        let calibration = self.config.calibration.of(input.units.kind);
        let log_odds = self.log_odds(input, progress)?;
        Ok(GapScores::new(log_odds.into_iter().map(|log_odds| calibration.probability(log_odds)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_change_of_subject;
    use super::*;

    #[test]
    fn the_model_carried_finds_where_the_subject_changes() {
        check_change_of_subject(&Passage::embedded());
    }

    #[test]
    fn a_folder_without_a_model_says_which_file_is_missing() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = |expected: &str| {
            let error = Passage::from_folder(folder.path(), 1).err().expect("it is no model").to_string();
            assert!(error.contains(expected), "{error}");
        };
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("room for a file");
        refused("passage.json");
        write("passage.json", "{}");
        refused("missing field");
        write("passage.json", CONFIG);
        refused("model.onnx");
        write("model.onnx", "damaged");
        refused("load the model");
    }
}
