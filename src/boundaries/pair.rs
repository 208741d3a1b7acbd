//! Topical change: a transformer reads what stands on both sides of a gap as one sequence, and says whether a section ends
//! between them. Aumiller, Almasian, Lackner, Gertz 2021, "Structural text segmentation of legal documents" (arXiv
//! 2012.03619).
//!
//! Where the paper reads one paragraph on each side, we read about fifty words, which is several units where units are
//! short (`pair_text.rs`); and where it cuts at 0.5, scores are calibrated and the whole document is cut.
//!
//! Reading every gap of a document by itself takes minutes for an hour of talk; what [`super::Passage`] reads in seconds.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calibration::{Calibration, Combination, OfUnitKinds};
use super::pair_text::sides;
use super::{Carried, GapInput, GapScorer};
use crate::document::{GapIndex, GapScores};
use crate::error::{Error, Result};
use crate::neural::{PairModel, PairScorer};
use crate::progress::{Part, Progress};

static WEIGHTS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/pair/model.onnx"));
static CONFIG: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/pair/pair.json"));

/// The engine that this program carries.
static CARRIED: Carried<Pair> = Carried::new();

/// What `pair.json` says of the weights beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairConfig {
    /// The words read on each side of a gap.
    pub side_words: usize,
    /// The word pieces read of a pair, its marks included.
    pub max_pieces: usize,
    /// What makes the model's log-odds calibrated.
    pub calibration: OfUnitKinds<Calibration>,
    /// What makes those of this and the context model calibrated together, of gaps that the context model is in doubt about.
    pub combined: OfUnitKinds<Combination>,
    /// The SHA-256 of the context model that `combined` was fitted with; empty if it was fitted with none.
    pub context_model_sha256: String,
}

impl PairConfig {
    /// Returns how a model is read of which nothing else is known: as the paper reads it, a paragraph of up to 200 words on
    /// each side, 512 pieces in all, its own probability taken as it is.
    pub fn of_others() -> Self {
        Self {
            side_words: 200,
            max_pieces: 512,
            calibration: OfUnitKinds::each(|_| Calibration { slope: 1.0, offset: 0.0 }),
            combined: OfUnitKinds::each(|_| Combination { context: 0.0, reader: 1.0, offset: 0.0 }),
            context_model_sha256: String::new(),
        }
    }
}

/// The pair model as an engine.
#[derive(Clone)]
pub struct Pair {
    model: Arc<dyn PairScorer>,
    config: PairConfig,
}

impl Pair {
    /// Returns the engine that this program carries, run on as many threads as everything else. It stays loaded for the next
    /// who asks until it is let go.
    pub fn embedded() -> Self {
        let load = || {
            let config: PairConfig = serde_json::from_str(CONFIG).expect("a test reads what the program carries");
            let model = PairModel::embedded(WEIGHTS, config.max_pieces, rayon::current_num_threads());
            Self { model: Arc::new(model.expect("a test loads what the program carries")), config }
        };
        CARRIED.get(load)
    }

    /// Gives back the memory that the engine of this program takes, some 70 MiB, once nobody uses it. Who asks for it next
    /// loads it again.
    pub(crate) fn let_go() {
        CARRIED.let_go();
    }

    /// Returns the engine in a folder that `caesura train pair` has written, run on `n_threads`, at least 1.
    ///
    /// It holds `pair.json`, and `model.onnx`, as `make_pair.py` makes it of a trained model, or, in a build with libtorch,
    /// any BERT or `RoBERTa` with two labels in the layout of model hubs; the former is preferred. Such a model of others
    /// has no `pair.json`: it is read as [`PairConfig::of_others`] says.
    pub fn from_folder(folder: &Path, n_threads: usize) -> Result<Self> {
        let path = folder.join("pair.json");
        let config = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| Error::Model {
                name: folder.display().to_string(),
                reason: format!("pair.json: {error}"),
            })?,
            Err(missing)
                if missing.kind() == std::io::ErrorKind::NotFound
                    && cfg!(feature = "libtorch")
                    && folder.join("config.json").exists() =>
            {
                PairConfig::of_others()
            }
            Err(source) => return Err(Error::Read { path, source }),
        };
        let model = model(folder, config.max_pieces, n_threads)?;
        Ok(Self { model, config })
    }

    /// Returns an engine of a model.
    #[cfg(test)]
    pub(super) fn of(model: Arc<dyn PairScorer>, config: PairConfig) -> Self {
        Self { model, config }
    }

    /// Returns the SHA-256 of the model's weights, in hexadecimal.
    pub(super) fn sha256(&self) -> &str {
        self.model.sha256()
    }

    /// Returns what is known of the model.
    pub(crate) fn config(&self) -> &PairConfig {
        &self.config
    }

    /// Returns what the model says of the two sides of gaps, not calibrated.
    #[cfg(feature = "libtorch")]
    pub(crate) fn log_odds_of(&self, sides: &[(String, String)], progress: &dyn Progress) -> Result<Vec<f32>> {
        self.model.log_odds(sides, progress)
    }

    /// Returns the log-odds of gaps, in their order, not calibrated.
    pub(super) fn log_odds(&self, input: &GapInput, gaps: &[GapIndex], progress: &dyn Progress) -> Result<Vec<f32>> {
        let mut found = Vec::with_capacity(gaps.len());
        for chunk in gaps.chunks(GAPS_AT_ONCE) {
            let pair = |&gap: &GapIndex| sides(input.text, input.units, gap, self.config.side_words);
            let pairs: Vec<(String, String)> = chunk.iter().map(pair).collect();
            let progress = Part { progress, range: found.len()..found.len() + chunk.len(), of: gaps.len() };
            found.extend(self.model.log_odds(&pairs, &progress)?);
        }
        Ok(found)
    }
}

/// The gaps whose texts are held at once.
const GAPS_AT_ONCE: usize = 2048;

#[cfg(feature = "libtorch")]
fn model(folder: &Path, max_pieces: usize, n_threads: usize) -> Result<Arc<dyn PairScorer>> {
    if folder.join("model.onnx").exists() {
        return Ok(Arc::new(PairModel::from_folder(folder, max_pieces, n_threads)?));
    }
    Ok(Arc::new(crate::neural::PairClassifier::from_folder(folder, max_pieces, n_threads)?))
}

#[cfg(not(feature = "libtorch"))]
fn model(folder: &Path, max_pieces: usize, n_threads: usize) -> Result<Arc<dyn PairScorer>> {
    Ok(Arc::new(PairModel::from_folder(folder, max_pieces, n_threads)?))
}

impl GapScorer for Pair {
    fn name(&self) -> &'static str {
        "pair"
    }

    fn settings(&self) -> Map<String, Value> {
        Map::from_iter([
            ("pair_model_sha256".to_owned(), self.model.sha256().into()),
            ("side_words".to_owned(), self.config.side_words.into()),
            ("max_pieces".to_owned(), self.config.max_pieces.into()),
            ("calibration".to_owned(), self.config.calibration.to_json(Calibration::to_json)),
        ])
    }

    fn needs_vectors(&self) -> bool {
        false
    }

    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores> {
        let gaps: Vec<GapIndex> = (0..input.units.n_gaps()).map(GapIndex::from).collect();
        let calibration = self.config.calibration.of(input.units.kind);
        let log_odds = self.log_odds(input, &gaps, progress)?;
        Ok(GapScores::new(log_odds.into_iter().map(|log_odds| calibration.probability(log_odds)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FirstLetters, check_change_of_subject};
    use super::*;
    use crate::document::{UnitKind, Units};
    use crate::progress::Unwatched;
    use crate::words::Language;

    fn pair(sure: f32) -> Pair {
        FirstLetters::pair(sure, "")
    }

    #[test]
    fn the_model_carried_finds_where_the_subject_changes() {
        check_change_of_subject(&Pair::embedded());
    }

    /// Paragraphs of a letter each.
    fn scored(engine: &dyn GapScorer, letters: &str) -> Vec<f32> {
        let lines: Vec<String> = letters.chars().map(|letter| format!("{letter}lpha ").repeat(4)).collect();
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &lines);
        let input = GapInput { text: &text, units: &units, vectors: None, language: Language::English };
        engine.score(&input, &Unwatched).expect("nobody cancels").as_slice().to_vec()
    }

    #[test]
    fn a_gap_has_the_probability_that_the_model_gives_its_two_sides() {
        let sure = 1.0 / (1.0 + (-2.0_f32).exp());
        let found = scored(&pair(2.0), "aabb");
        let expected = [1.0 - sure, sure, 1.0 - sure];
        assert!(found.iter().zip(&expected).all(|(found, expected)| (found - expected).abs() < 1e-6), "{found:?}");
        assert_eq!(found.len(), expected.len());
        assert!(scored(&pair(2.0), "a").is_empty());
    }

    #[test]
    fn a_folder_without_a_model_says_which_file_is_missing() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("room for a file");
        let refused = |expected: &str| {
            let error = Pair::from_folder(folder.path(), 1).err().expect("it is no model").to_string();
            assert!(error.contains(expected), "{error}");
        };
        refused("pair.json");
        // What is there and cannot be read is not taken for missing.
        let path = folder.path().join("pair.json");
        std::fs::create_dir(&path).expect("room for a folder");
        write("config.json", "{}");
        refused("pair.json");
        std::fs::remove_dir(&path)
            .and_then(|()| std::fs::remove_file(folder.path().join("config.json")))
            .expect("they are there");
        write("pair.json", "{}");
        refused("missing field");
        write("pair.json", &serde_json::to_string(&PairConfig::of_others()).expect("it is JSON"));
        refused(if cfg!(feature = "libtorch") { "config.json" } else { "model.onnx" });
        write("model.onnx", "damaged");
        refused("load the model");
    }
}
