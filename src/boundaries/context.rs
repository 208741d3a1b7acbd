//! The trained engine: reads a document's unit vectors and surface cues together, and says how likely each gap is to be
//! a boundary.
//!
//! Units are encoded once and on their own, as in Lee et al. 2023 (arXiv 2301.01935); a small transformer reads the run of
//! them ([`crate::neural::ContextModel`]), with the cues of `features.rs`. To its log-odds a share of those of
//! [`VectorDepth`](super::VectorDepth) is added where that was measured to help: of talk of a kind that was never trained
//! on, the untrained depth knows more than the model, and of all other talk it does no harm. What both say together is
//! calibrated: of gaps that are given 0.3, about three in ten are boundaries.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calibration::{Calibration, OfUnitKinds, probability};
use super::features::{Features, MEAN_WINDOWS, N_CUE_WORDS, N_CUES, N_WORD_CLASSES, mean_windows};
use super::vectors::depth_log_odds;
use super::{Carried, GapInput, GapScorer};
use crate::document::{GapScores, setting};
use crate::error::{Error, Result};
use crate::neural::{ContextInput, ContextModel, Shape};
use crate::progress::{Part, Progress};

static WEIGHTS: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/context/model.safetensors"));
static CONFIG: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/context/config.json"));

/// The engine that this program carries.
static CARRIED: Carried<Context> = Carried::new();

/// Changes whenever a number of a unit's row of cues means something else: weights fit one version only.
pub(crate) const FEATURES_VERSION: u32 = 3;

/// What `config.json` says of the weights beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContextConfig {
    /// The version of the features it was trained on; the program must have the same.
    pub features: u32,
    /// The SHA-256 of the encoder on whose vectors it was calibrated; the program must have the same.
    pub encoder_sha256: String,
    /// For paragraphs, sentences and utterances: how much of what [`VectorDepth`](super::VectorDepth) says is added to the
    /// model's log-odds.
    pub depth_share: OfUnitKinds<f32>,
    /// What the sum is multiplied by and what is added then, so that it is calibrated.
    pub calibration: OfUnitKinds<Calibration>,
}

/// The trained engine.
#[derive(Clone)]
pub struct Context {
    model: Arc<ContextModel>,
    config: ContextConfig,
}

impl Context {
    /// Returns the engine that this program carries. It stays loaded for the next who asks until it is let go.
    pub fn embedded() -> Self {
        CARRIED.get(|| Self::new(WEIGHTS, CONFIG, "context").expect("a test loads what the program carries"))
    }

    /// Gives back the memory that the engine of this program takes once nobody uses it. Who asks for it next loads it again.
    pub(crate) fn let_go() {
        CARRIED.let_go();
    }

    /// Returns the engine in a folder that `caesura train context` has written: `model.safetensors` and `config.json`.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        let context = Self::of_any_encoder(folder)?;
        if context.config.encoder_sha256 != Self::embedded().config.encoder_sha256 {
            return Err(Error::Model {
                name: folder.display().to_string(),
                reason: "it was calibrated on the vectors of another encoder; calibrate it anew with `caesura train context \
                         --refit`, or train it anew"
                    .to_owned(),
            });
        }
        Ok(context)
    }

    /// As [`from_folder`](Self::from_folder), whatever encoder the model was calibrated on.
    pub(crate) fn of_any_encoder(folder: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|source| Error::Read { path, source })
        };
        let (weights, config) = (read("model.safetensors")?, read("config.json")?);
        Self::new(&weights, &String::from_utf8_lossy(&config), &folder.display().to_string())
    }

    /// Returns what is known of the model.
    #[cfg(feature = "libtorch")]
    pub(crate) fn config(&self) -> &ContextConfig {
        &self.config
    }

    /// Returns the SHA-256 of the weights, in hexadecimal.
    pub fn sha256(&self) -> &str {
        self.model.sha256()
    }

    fn new(weights: &[u8], config: &str, origin: &str) -> Result<Self> {
        let config = serde_json::from_str(config)
            .map_err(|error| Error::Model { name: origin.to_owned(), reason: format!("config.json: {error}") })?;
        Self::of(weights, config, origin)
    }

    /// Returns the engine of these weights, a safetensors file of which `config` tells; `origin` is for errors.
    pub(crate) fn of(weights: &[u8], config: ContextConfig, origin: &str) -> Result<Self> {
        let unusable = |reason: String| Error::Model { name: origin.to_owned(), reason };
        if config.features != FEATURES_VERSION {
            return Err(unusable(format!(
                "it was trained on version {} of the features, and this program has version {FEATURES_VERSION}; train it \
                 anew with `caesura train context`",
                config.features
            )));
        }
        let model = ContextModel::from_safetensors(weights, shape(), origin)?;
        Ok(Self { model: Arc::new(model), config })
    }

    /// Returns for each gap the log-odds that it is a boundary by model and valleys together, not calibrated, and those of
    /// the model that a boundary there is of the top level.
    pub(crate) fn log_odds(&self, input: &GapInput, progress: &dyn Progress) -> Result<(Vec<f32>, Vec<f32>)> {
        // Of ten parts the model takes the eight in between; it is done before there is much to report.
        let part = |range| Part { progress, range, of: 10 };
        let Features { cues, words, n_words } = Features::of(input, &part(0..1))?;
        let windows = mean_windows(&n_words).concat();
        let of_model = ContextInput {
            vectors: input.vectors.expect("the features were made of them"),
            cues: &cues,
            words: words.as_flattened(),
            windows: &windows,
            n_words: &n_words,
        };
        let of_units = self.model.log_odds(of_model, progress)?;
        let kind = input.units.kind;
        let share = self.config.depth_share.of(kind);
        let depths = depth_log_odds(of_model.vectors, &n_words, kind, &part(9..10))?;
        // No section can begin anew with the first unit: it has no gap before it.
        let of_gaps = of_units.into_iter().skip(1).zip(depths);
        Ok(of_gaps.map(|([boundary, top], depth)| (boundary + share * depth, top)).unzip())
    }
}

/// The shape of every model of this version of the features.
pub(crate) fn shape() -> Shape {
    Shape::usual(N_CUES, N_CUE_WORDS, usize::from(N_WORD_CLASSES), MEAN_WINDOWS.len())
}

impl GapScorer for Context {
    fn name(&self) -> &'static str {
        "context"
    }

    fn settings(&self) -> Map<String, Value> {
        Map::from_iter([
            ("context_model_sha256".to_owned(), self.model.sha256().into()),
            ("features".to_owned(), self.config.features.into()),
            ("depth_share".to_owned(), self.config.depth_share.to_json(setting)),
            ("calibration".to_owned(), self.config.calibration.to_json(Calibration::to_json)),
        ])
    }

    fn needs_vectors(&self) -> bool {
        true
    }

    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores> {
        let calibration = self.config.calibration.of(input.units.kind);
        let (boundaries, tops) = self.log_odds(input, progress)?;
        let scores = boundaries.into_iter().map(|log_odds| calibration.probability(log_odds)).collect();
        Ok(GapScores::with_tops(scores, tops.into_iter().map(probability).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Span, UnitKind, Units};
    use crate::neural::{Encoder, SentenceEncoder, Vectors};
    use crate::progress::Unwatched;
    use crate::words::Language;

    const SUBJECTS: [&str; 4] = [
        "The keeper lit the lamp of the lighthouse before the ships came in",
        "Knead the dough and let the yeast work until the bread has risen",
        "The court heard the witness and ruled that the claim had no merit",
        "The hive lost its queen, and the bees made cells for another one",
    ];

    /// A document that changes its subject every `run` units, with a vector for each unit that points where its subject is.
    fn document(n_units: usize, run: usize) -> (String, Units, Vectors) {
        let (mut lines, mut vectors) = (Vec::new(), Vec::new());
        for i in 0..n_units {
            let subject = i / run % SUBJECTS.len();
            lines.push(format!("{} {i}.", SUBJECTS[subject]));
            let mut vector = vec![0.0_f32; 384];
            vector[subject] = 0.9;
            vector[10 + i % 300] = (1.0_f32 - 0.81).sqrt();
            vectors.extend(vector);
        }
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &lines);
        (text, units, Vectors::new(384, vectors))
    }

    fn scored(text: &str, units: &Units, vectors: &Vectors) -> GapScores {
        let input = GapInput { text, units, vectors: Some(vectors), language: Language::English };
        Context::embedded().score(&input, &Unwatched).expect("nobody cancels")
    }

    #[test]
    fn a_gap_where_the_subject_changes_is_likelier_than_one_where_it_does_not() {
        let (text, units, vectors) = document(60, 10);
        let scores = scored(&text, &units, &vectors);
        let changes: Vec<f32> = (9..59).step_by(10).map(|gap| scores.as_slice()[gap]).collect();
        let rest = (scores.as_slice().iter().sum::<f32>() - changes.iter().sum::<f32>()) / (59 - changes.len()) as f32;
        assert!(changes.iter().all(|&change| change > 2.0 * rest), "{changes:?} against {rest} on average");
    }

    #[test]
    fn an_edit_far_away_changes_a_score_hardly_at_all() {
        for kind in UnitKind::ALL {
            let (text, mut units, vectors) = document(700, 10);
            units.kind = kind;
            let before = scored(&text, &units, &vectors);
            let (mut edited_text, mut edited_units, mut edited) = (text.clone(), units.clone(), vectors.into_data());
            // The last unit says something else, and more of it.
            let last = edited_units.units.last_mut().expect("there are units");
            edited_text.truncate(last.span.start.index());
            edited_text
                .push_str("Nothing of all this was ever true, as everybody knew who had been there to see it happen.");
            last.span = Span::new(last.span.start.index()..edited_text.len());
            let n = edited.len();
            edited[n - 384..].fill(1.0 / 384.0_f32.sqrt());
            let after = scored(&edited_text, &edited_units, &Vectors::new(384, edited));
            for gap in 0..400 {
                let (one, other) = (before.as_slice()[gap], after.as_slice()[gap]);
                assert!((one - other).abs() < 0.01, "{kind:?}, gap {gap}: {one} and {other}");
            }
        }
    }

    #[test]
    fn a_document_has_one_score_fewer_than_units_however_short() {
        for n_units in 1..4 {
            let (text, units, vectors) = document(n_units, 2);
            assert_eq!(scored(&text, &units, &vectors).len(), n_units - 1);
        }
    }

    #[track_caller]
    fn check_refused(weights: &[u8], config: &str, expected: &str) {
        let error = Context::new(weights, config, "a folder").err().expect("it is no model").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_is_no_model_of_this_version_says_so() {
        check_refused(WEIGHTS, "{}", "config.json: missing field");
        check_refused(WEIGHTS, "not JSON", "config.json");
        check_refused(&WEIGHTS[..1000], CONFIG, "load the model \"a folder\"");
        let mut newer: ContextConfig = serde_json::from_str(CONFIG).expect("it is whole");
        newer.features = FEATURES_VERSION + 1;
        check_refused(WEIGHTS, &serde_json::to_string(&newer).expect("it is JSON"), "train it anew");
        let error = Context::from_folder(Path::new("no/such")).err().expect("there is none").to_string();
        assert!(error.contains("model.safetensors"), "{error}");
    }

    #[test]
    fn a_folder_is_of_the_encoder_that_the_program_has() {
        let encoder = SentenceEncoder::embedded(1).expect("the embedded model is whole");
        let mut config: ContextConfig = serde_json::from_str(CONFIG).expect("it is whole");
        assert_eq!(config.encoder_sha256, encoder.sha256());
        let folder = tempfile::tempdir().expect("a folder");
        let write =
            |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("room for a file");
        write("model.safetensors", WEIGHTS);
        write("config.json", CONFIG.as_bytes());
        assert_eq!(Context::from_folder(folder.path()).expect("it is whole").sha256(), Context::embedded().sha256());
        config.encoder_sha256 = "0".to_owned();
        write("config.json", &serde_json::to_vec(&config).expect("it is JSON"));
        let error = Context::from_folder(folder.path()).err().expect("it is of another").to_string();
        assert!(error.contains("another encoder"), "{error}");
    }
}
