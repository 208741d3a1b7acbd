//! Topical change: a transformer reads what stands on both sides of a gap as one sequence, and says whether a section ends
//! between them. Aumiller, Almasian, Lackner, Gertz 2021, "Structural text segmentation of legal documents" (arXiv
//! 2012.03619).
//!
//! Where the paper reads one paragraph on each side, we read about fifty words, which is several units where units are
//! short (`pair_text.rs`); and where it cuts at 0.5, scores are calibrated and the whole document is cut.
//!
//! [`Combined`] asks the context model first, and the pair model about the gaps that may be boundaries: reading every gap
//! of a document takes several times as long as reading its units once.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calibration::{Calibration, Combination, OfUnitKinds, log_odds, probability};
use super::pair_text::sides;
use super::{Carried, Context, GapInput, GapScorer};
use crate::document::{GapIndex, GapScores, setting};
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
    /// What makes those of both models calibrated together.
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
            combined: OfUnitKinds::each(|_| Combination { context: 0.0, pair: 1.0, offset: 0.0 }),
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

    /// Returns what is known of the model.
    #[cfg(feature = "libtorch")]
    pub(crate) fn config(&self) -> &PairConfig {
        &self.config
    }

    /// Returns what the model says of the two sides of gaps, not calibrated.
    #[cfg(feature = "libtorch")]
    pub(crate) fn log_odds_of(&self, sides: &[(String, String)], progress: &dyn Progress) -> Result<Vec<f32>> {
        self.model.log_odds(sides, progress)
    }

    /// Returns the log-odds of gaps, in their order.
    fn log_odds(&self, input: &GapInput, gaps: &[GapIndex], progress: &dyn Progress) -> Result<Vec<f32>> {
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

/// A gap to which the context model gives less than this is not read by the pair model.
pub(crate) const READ_ABOVE: f32 = 0.04;

/// From this on what both models say together is believed wholly, and not at all at [`READ_ABOVE`]; in between by its share of
/// the way in log-odds. So a score that is a little higher for the text being edited far away changes little.
const BELIEVED_ABOVE: f32 = 0.08;

/// The share of the work that is the context model's, in hundredths: it reads vectors that are there.
const CONTEXT_PERCENT: usize = 10;

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

/// Returns how much is believed, in `0.0..=1.0`, of what both models say of a gap to which the context model gives these log-odds.
fn share_believed(of_context: f32) -> f32 {
    let [least, wholly] = [READ_ABOVE, BELIEVED_ABOVE].map(log_odds);
    ((of_context - least) / (wholly - least)).clamp(0.0, 1.0)
}

impl GapScorer for Combined {
    fn name(&self) -> &'static str {
        "combined"
    }

    fn settings(&self) -> Map<String, Value> {
        let combined = self.pair.config.combined.to_json(|Combination { context, pair, offset }| {
            Value::from([context, pair, offset].map(setting).to_vec())
        });
        let mut settings = self.context.settings();
        settings.extend(self.pair.settings());
        settings.remove("calibration");
        settings.insert("read_above".to_owned(), setting(READ_ABOVE));
        settings.insert("believed_above".to_owned(), setting(BELIEVED_ABOVE));
        settings.insert("combined".to_owned(), combined);
        settings
    }

    fn needs_vectors(&self) -> bool {
        true
    }

    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores> {
        let of_context = self.context.score(input, &Part { progress, range: 0..CONTEXT_PERCENT, of: 100 })?;
        let (mut scores, tops) = of_context.into_parts();
        let may_be = |&gap: &usize| scores[gap] >= READ_ABOVE;
        let gaps: Vec<GapIndex> = (0..scores.len()).filter(may_be).map(GapIndex::from).collect();
        let combination = self.pair.config.combined.of(input.units.kind);
        let of_pair = self.pair.log_odds(input, &gaps, &Part { progress, range: CONTEXT_PERCENT..100, of: 100 })?;
        for (gap, of_pair) in gaps.into_iter().zip(of_pair) {
            let score = &mut scores[gap.index()];
            let of_context = log_odds(*score);
            let both = combination.log_odds(of_context, of_pair);
            *score = probability(of_context + share_believed(of_context) * (both - of_context));
        }
        Ok(match tops {
            Some(tops) => GapScores::with_tops(scores, tops),
            None => GapScores::new(scores),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{UnitKind, Units};
    use crate::neural::{Encoder, SentenceEncoder, Vectors};
    use crate::progress::Unwatched;
    use crate::progress::tests::Noted;
    use crate::words::Language;

    /// Finds a change of subject where the first letters of the two texts differ, as sure as it is told.
    struct FirstLetters(f32);

    impl PairScorer for FirstLetters {
        fn sha256(&self) -> &'static str {
            "1"
        }

        fn log_odds(&self, pairs: &[(String, String)], progress: &dyn Progress) -> Result<Vec<f32>> {
            (0..=pairs.len()).for_each(|done| progress.report(done, pairs.len()));
            let differ = |(one, other): &(String, String)| one.chars().next() != other.chars().next();
            Ok(pairs.iter().map(|pair| if differ(pair) { self.0 } else { -self.0 }).collect())
        }
    }

    fn pair(sure: f32) -> Pair {
        let combination = Combination { context: 0.5, pair: 1.0, offset: 0.0 };
        let config = PairConfig {
            combined: OfUnitKinds::each(|_| combination),
            context_model_sha256: Context::embedded().sha256().to_owned(),
            side_words: 4,
            ..PairConfig::of_others()
        };
        Pair { model: Arc::new(FirstLetters(sure)), config }
    }

    /// Paragraphs of a letter each, with vectors that point where the letter says.
    fn document(letters: &str) -> (String, Units, Vectors) {
        let (mut lines, mut vectors) = (Vec::new(), Vec::new());
        for letter in letters.chars() {
            lines.push(format!("{letter}lpha ").repeat(4));
            let mut vector = vec![0.0_f32; 384];
            vector[letter as usize] = 1.0;
            vectors.extend(vector);
        }
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &lines);
        (text, units, Vectors::new(384, vectors))
    }

    #[test]
    fn the_models_carried_find_where_the_subject_changes() {
        let lighthouse = "The keeper climbs the stairs of the lighthouse and lights the lamp for the ships at sea.";
        let bread = "Knead the flour and the yeast into a dough, and bake the bread until its crust is brown.";
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &[[lighthouse; 6], [bread; 6]].concat());
        let encoder = SentenceEncoder::embedded(1).expect("the embedded model is whole");
        let vectors = encoder.encode(&units.texts(&text), &Unwatched).expect("the model runs");
        let input = GapInput { text: &text, units: &units, vectors: Some(&vectors), language: Language::English };
        let combined = Combined::new(Context::embedded(), Pair::embedded()).expect("they were fitted to each other");
        for engine in [&Pair::embedded() as &dyn GapScorer, &combined] {
            let scores = engine.score(&input, &Unwatched).expect("nobody cancels");
            let (change, others) = (scores.as_slice()[5], [&scores.as_slice()[..5], &scores.as_slice()[6..]].concat());
            assert!(others.iter().all(|&other| other < change), "{}: {scores:?}", engine.name());
        }
    }

    fn scored(engine: &dyn GapScorer, letters: &str) -> Vec<f32> {
        let (text, units, vectors) = document(letters);
        let input = GapInput { text: &text, units: &units, vectors: Some(&vectors), language: Language::English };
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
    fn the_pair_model_is_asked_where_the_context_model_is_in_doubt() {
        let letters = "aaaaaaaabbbbbbbbaaaaaaaa";
        let context = scored(&Context::embedded(), letters);
        let combined = Combined::new(Context::embedded(), pair(3.0)).expect("they were fitted to each other");
        let (mut n_asked, mut n_kept) = (0, 0);
        for ((gap, context), combined) in context.into_iter().enumerate().zip(scored(&combined, letters)) {
            let differ = letters.as_bytes()[gap] != letters.as_bytes()[gap + 1];
            if context < READ_ABOVE {
                n_kept += 1;
                assert_eq!(combined.to_bits(), context.to_bits());
            } else {
                n_asked += 1;
                let context = log_odds(context);
                let both = 0.5 * context + if differ { 3.0 } else { -3.0 };
                let said = context + share_believed(context) * (both - context);
                assert!((combined - 1.0 / (1.0 + (-said).exp())).abs() < 1e-5, "gap {gap}: {combined}");
            }
        }
        assert!(n_asked > 0 && n_kept > 0, "{n_asked} gaps were asked about, {n_kept} kept");
    }

    #[test]
    fn what_both_models_say_is_believed_from_nothing_to_wholly_and_without_a_leap() {
        let check = |score: f32, expected: f32| {
            let found = share_believed(log_odds(score));
            assert!((found - expected).abs() < 1e-6, "{found} at {score}");
        };
        check(0.01, 0.0);
        check(READ_ABOVE, 0.0);
        check(BELIEVED_ABOVE, 1.0);
        check(0.9, 1.0);
        let scores = (0..=1000).map(|i| i as f32 / 1000.0);
        let shares: Vec<f32> = scores.map(|score| share_believed(log_odds(score))).collect();
        assert!(shares.windows(2).all(|pair| (0.0..0.04).contains(&(pair[1] - pair[0]))), "{shares:?}");
    }

    #[test]
    fn the_work_of_both_models_is_never_reported_to_be_less_than_before() {
        let (text, units, vectors) = document("aaaaaaaabbbbbbbbaaaaaaaa");
        let input = GapInput { text: &text, units: &units, vectors: Some(&vectors), language: Language::English };
        let combined = Combined::new(Context::embedded(), pair(3.0)).expect("they were fitted to each other");
        let noted = Noted::default();
        combined.score(&input, &noted).expect("nobody cancels");
        let done: Vec<usize> = noted.reports().into_iter().map(|(done, total)| done * 100 / total).collect();
        assert!(done.is_sorted() && done.len() > 4 && done.last() == Some(&100), "{done:?}");
    }

    #[test]
    fn a_pair_model_is_combined_with_its_own_context_model_only() {
        let mut pair = pair(1.0);
        pair.config.context_model_sha256 = "0".to_owned();
        let error = Combined::new(Context::embedded(), pair).err().expect("it is another").to_string();
        assert!(error.contains("run `caesura train pair` again"), "{error}");
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
