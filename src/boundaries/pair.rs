//! Topical change: a transformer reads what stands on both sides of a gap as one sequence, and says whether a section ends
//! between them. Aumiller, Almasian, Lackner, Gertz 2021, "Structural text segmentation of legal documents" (arXiv
//! 2012.03619).
//!
//! Where the paper reads one paragraph on each side, we read about sixty words, which is several units where units are
//! short (`pair_text.rs`); and where it cuts at 0.5, scores are calibrated and the whole document is cut.
//!
//! [`Combined`] asks the context model first, and the pair model about the gaps that may be boundaries: reading every gap
//! of a document takes several times as long as reading its units once.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calibration::{Calibration, Combination, OfUnitKinds, log_odds};
use super::pair_text::sides;
use super::{Context, GapInput, GapScorer};
use crate::document::{GapIndex, GapScores, UnitKind, setting};
use crate::error::{Error, Result};
use crate::neural::{PairModel, PairScorer};
use crate::progress::Progress;

/// What `pair.json` says of the weights beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairConfig {
    /// The words read on each side of a gap.
    pub side_words: usize,
    /// The word pieces read of a pair, its marks included.
    pub max_pieces: usize,
    /// What makes the model's log-odds calibrated.
    pub calibration: OfUnitKinds<Calibration>,
    /// What makes those of both models calibrated together.
    pub combined: OfUnitKinds<Combination>,
    /// The SHA-256 of the context model that `combined` was fitted with.
    pub context_model_sha256: String,
}

/// The pair model as an engine.
#[derive(Clone)]
pub struct Pair {
    model: Arc<dyn PairScorer>,
    config: PairConfig,
}

impl Pair {
    /// Returns the engine in a folder that `caesura train pair` has written, run on `n_threads`, at least 1.
    ///
    /// It holds `pair.json`, and `model.onnx`, as `make_pair.py` makes it of a trained model, or, in a build with libtorch,
    /// any BERT or `RoBERTa` with two labels in the layout of model hubs; the former is preferred.
    pub fn from_folder(folder: &Path, n_threads: usize) -> Result<Self> {
        let path = folder.join("pair.json");
        let name = folder.display().to_string();
        let bytes = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let config: PairConfig = serde_json::from_slice(&bytes)
            .map_err(|error| Error::Model { name: name.clone(), reason: format!("pair.json: {error}") })?;
        let model = model(folder, config.max_pieces, n_threads)?;
        Ok(Self { model, config })
    }

    /// Returns the log-odds of gaps, in their order.
    fn log_odds(&self, input: &GapInput, gaps: &[GapIndex], progress: &dyn Progress) -> Result<Vec<f32>> {
        let mut found = Vec::with_capacity(gaps.len());
        for (n_before, chunk) in gaps.chunks(GAPS_AT_ONCE).enumerate() {
            let pair = |&gap: &GapIndex| sides(input.text, input.units, gap, self.config.side_words);
            let pairs: Vec<(String, String)> = chunk.iter().map(pair).collect();
            let progress = Offset { progress, before: n_before * GAPS_AT_ONCE, total: gaps.len() };
            found.extend(self.model.log_odds(&pairs, &progress)?);
        }
        Ok(found)
    }
}

/// The gaps whose texts are held at once.
const GAPS_AT_ONCE: usize = 2048;

/// The work of some gaps of many, as part of the whole.
struct Offset<'a> {
    progress: &'a dyn Progress,
    before: usize,
    total: usize,
}

impl Progress for Offset<'_> {
    fn report(&self, done: usize, _total: usize) {
        self.progress.report(self.before + done, self.total);
    }

    fn is_cancelled(&self) -> bool {
        self.progress.is_cancelled()
    }
}

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
        let calibration = UnitKind::ALL.map(|kind| {
            let Calibration { slope, offset } = self.config.calibration.of(kind);
            (kind.name().to_owned(), Value::from(vec![setting(slope), setting(offset)]))
        });
        Map::from_iter([
            ("pair_model_sha256".to_owned(), self.model.sha256().into()),
            ("side_words".to_owned(), self.config.side_words.into()),
            ("max_pieces".to_owned(), self.config.max_pieces.into()),
            ("calibration".to_owned(), Value::Object(calibration.into_iter().collect())),
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

/// A gap to which the context model gives less than this is not read by the pair model.
pub(crate) const READ_ABOVE: f32 = 0.04;

/// Both models: the context model for every gap, and the pair model for those that may be boundaries.
#[derive(Clone)]
pub struct Combined {
    context: Context,
    pair: Pair,
}

impl Combined {
    /// Returns both together. Fails if the pair model was not fitted to that context model.
    pub fn new(context: Context, pair: Pair) -> Result<Self> {
        if context.sha256() != pair.config.context_model_sha256 {
            return Err(Error::Model {
                name: "pair".to_owned(),
                reason: "it was combined with another context model; run `caesura train pair` again".to_owned(),
            });
        }
        Ok(Self { context, pair })
    }
}

impl GapScorer for Combined {
    fn name(&self) -> &'static str {
        "combined"
    }

    fn settings(&self) -> Map<String, Value> {
        let combined = UnitKind::ALL.map(|kind| {
            let Combination { context, pair, offset } = self.pair.config.combined.of(kind);
            (kind.name().to_owned(), Value::from([context, pair, offset].map(setting).to_vec()))
        });
        let mut settings = self.context.settings();
        settings.extend(self.pair.settings());
        settings.remove("calibration");
        settings.insert("read_above".to_owned(), setting(READ_ABOVE));
        settings.insert("combined".to_owned(), Value::Object(combined.into_iter().collect()));
        settings
    }

    fn needs_vectors(&self) -> bool {
        true
    }

    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores> {
        let of_context = self.context.score(input, progress)?;
        let (mut scores, tops) = of_context.into_parts();
        let may_be = |&gap: &usize| scores[gap] >= READ_ABOVE;
        let gaps: Vec<GapIndex> = (0..scores.len()).filter(may_be).map(GapIndex::from).collect();
        let combination = self.pair.config.combined.of(input.units.kind);
        let of_pair = self.pair.log_odds(input, &gaps, progress)?;
        for (gap, of_pair) in gaps.into_iter().zip(of_pair) {
            let score = &mut scores[gap.index()];
            *score = combination.probability(log_odds(*score), of_pair);
        }
        Ok(match tops {
            Some(tops) => GapScores::with_tops(scores, tops),
            None => GapScores::new(scores),
        })
    }
}
