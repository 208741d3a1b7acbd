//! Units to gap scores: how likely it is that the subject changes at each gap.
//!
//! One file an engine, each behind [`GapScorer`]. [`Lexical`] compares the words on both sides of a gap, [`VectorDepth`]
//! the vectors of their units; neither is trained on boundaries. [`Context`], [`Pair`], [`Passage`] and
//! [`Combined`] are.
//! Headings are not looked at: they make the layer *as written*.

mod calibration;
mod carried;
mod combined;
mod context;
mod cues;
mod depth;
mod doubted;
pub(crate) mod features;
mod lexical;
mod pair;
pub(crate) mod pair_text;
mod passage;
mod scale;
mod vectors;
mod windows;

#[cfg(feature = "libtorch")]
pub(crate) use calibration::log_odds;
pub use calibration::{Calibration, Combination, OfUnitKinds};
use carried::Carried;
pub use combined::Combined;
pub use context::{Context, ContextConfig};
#[cfg(feature = "libtorch")]
pub(crate) use context::{FEATURES_VERSION, shape};
pub(crate) use doubted::Doubted;
#[cfg(feature = "libtorch")]
pub(crate) use doubted::IN_DOUBT;
pub use lexical::{Lexical, LexicalConfig};
pub use pair::{Pair, PairConfig};
#[cfg(feature = "libtorch")]
pub(crate) use passage::passage_units;
pub use passage::{Passage, PassageConfig};
pub use scale::{Scale, Scales};
#[cfg(feature = "libtorch")]
pub(crate) use vectors::depth_log_odds;
pub use vectors::{VectorDepth, VectorsConfig};

use serde_json::{Map, Value};

use crate::document::{GapScores, Units};
use crate::error::Result;
use crate::neural::Vectors;
use crate::progress::Progress;
use crate::words::Language;

/// What an engine may look at.
#[derive(Clone, Copy, Debug)]
pub struct GapInput<'a> {
    /// The document's text.
    pub text: &'a str,
    /// Its units.
    pub units: &'a Units,
    /// A vector for each unit, for engines that need them.
    pub vectors: Option<&'a Vectors>,
    /// The language of the text.
    pub language: Language,
}

/// An engine: gives each gap of a document a score.
///
/// Of [`Lexical`] and [`VectorDepth`] a score of 0.5 or more is a boundary, where nothing finer or coarser is asked for.
/// Scores of the others are probabilities, which the cut weighs over the whole document: `chapters/cut.rs`.
pub trait GapScorer: Send + Sync {
    /// Returns the name stored with every result, such as `"lexical"`.
    fn name(&self) -> &'static str;

    /// Returns the settings, as provenance keeps them.
    fn settings(&self) -> Map<String, Value>;

    /// Returns whether [`GapInput::vectors`] must be there; if not, they are not looked at.
    fn needs_vectors(&self) -> bool;

    /// Scores each gap. A document of one unit has none, and so no scores.
    ///
    /// Panics if vectors are needed and missing, or not as many as units: that is the caller's bug.
    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores>;
}

/// Gaps scored between two looks at whether the work was cancelled.
const GAPS_PER_CHECK: usize = 4096;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::chapters::{CutConfig, CutRule, boundaries};
    use crate::document::{GapIndex, UnitKind};
    use crate::neural::{Encoder, PairScorer, PassageScorer, PassageUnit, SentenceEncoder};
    use crate::progress::Unwatched;

    /// Windows that suit a text of 140 words.
    const SCALE: Scale = Scale { window_words: [15, 20, 30], sized_for_words: None, min_depth: 1.0 };

    /// A lighthouse, then bread: the subject changes after the sixth unit.
    const TWO_SUBJECTS: [&str; 12] = [
        "The lighthouse stands on the rock, and its lamp turns all night.",
        "Ships see the lamp from far out at sea.",
        "The keeper of the lighthouse climbs the stairs to the lamp.",
        "In a storm the keeper watches for ships in distress.",
        "The sea has broken over the rock and the lower stairs.",
        "No ship was ever lost while the keeper lit the lamp.",
        "A good bread begins with flour, water, salt and yeast.",
        "Knead the dough until it is smooth and let it rise.",
        "The yeast makes the dough rise; salt slows the yeast.",
        "Bake the bread in a hot oven until the crust is brown.",
        "Flour of rye makes a darker dough and a heavier bread.",
        "Let the bread cool before cutting through its crust.",
    ];

    fn scored(engine: &dyn GapScorer, texts: &[&str]) -> GapScores {
        let (text, units) = Units::of_lines(UnitKind::Paragraph, texts);
        let vectors = engine.needs_vectors().then(|| {
            let encoder = SentenceEncoder::embedded(1).expect("the embedded model is whole");
            encoder.encode(texts, &Unwatched).expect("the model runs")
        });
        let input = GapInput { text: &text, units: &units, vectors: vectors.as_ref(), language: Language::English };
        engine.score(&input, &Unwatched).expect("nobody cancels")
    }

    /// Finds a change of subject where the first letters of two texts differ, as sure as it is told.
    pub(super) struct FirstLetters(pub(super) f32);

    impl FirstLetters {
        fn of(&self, one: &str, other: &str) -> f32 {
            if one.chars().next() == other.chars().next() { -self.0 } else { self.0 }
        }

        /// A pair model that was fitted to a context model, and reads four words of each side.
        pub(super) fn pair(sure: f32, context_sha256: &str) -> Pair {
            let combination = Combination { context: 0.5, reader: 1.0, offset: 0.0 };
            let config = PairConfig {
                combined: OfUnitKinds::each(|_| combination),
                context_model_sha256: context_sha256.to_owned(),
                side_words: 4,
                ..PairConfig::of_others()
            };
            Pair::of(Arc::new(Self(sure)), config)
        }
    }

    impl PairScorer for FirstLetters {
        fn sha256(&self) -> &'static str {
            "1"
        }

        fn log_odds(&self, pairs: &[(String, String)], progress: &dyn Progress) -> Result<Vec<f32>> {
            (0..=pairs.len()).for_each(|done| progress.report(done, pairs.len()));
            Ok(pairs.iter().map(|(one, other)| self.of(one, other)).collect())
        }
    }

    impl PassageScorer for FirstLetters {
        fn sha256(&self) -> &'static str {
            "1"
        }

        fn log_odds(&self, units: &[PassageUnit], progress: &dyn Progress) -> Result<Vec<f32>> {
            (0..=units.len()).for_each(|done| progress.report(done, units.len()));
            Ok(units.windows(2).map(|pair| self.of(pair[0].text, pair[1].text)).collect())
        }
    }

    /// The first letters of the units of a document.
    pub(super) const LETTERS: &str = "aaaaaaaabbbbbbbbaaaaaaaa";

    /// Returns what `score` gives the units of [`LETTERS`], whose vectors point where the letter says.
    pub(super) fn scored_letters(kind: UnitKind, score: impl FnOnce(&GapInput) -> Result<GapScores>) -> GapScores {
        let (mut lines, mut vectors) = (Vec::new(), Vec::new());
        for letter in LETTERS.chars() {
            lines.push(format!("{letter}lpha ").repeat(4));
            let mut vector = vec![0.0_f32; 384];
            vector[letter as usize] = 1.0;
            vectors.extend(vector);
        }
        let (text, units) = Units::of_lines(kind, &lines);
        let vectors = Vectors::new(384, vectors);
        let input = GapInput { text: &text, units: &units, vectors: Some(&vectors), language: Language::English };
        score(&input).expect("nobody cancels")
    }

    /// Checks of a trained engine that the change of subject between a lighthouse and bread has the highest score.
    #[track_caller]
    pub(super) fn check_change_of_subject(engine: &dyn GapScorer) {
        let lighthouse = "The keeper climbs the stairs of the lighthouse and lights the lamp for the ships at sea.";
        let bread = "Knead the flour and the yeast into a dough, and bake the bread until its crust is brown.";
        let scores = scored(engine, &[[lighthouse; 6], [bread; 6]].concat());
        let (change, others) = (scores.as_slice()[5], [&scores.as_slice()[..5], &scores.as_slice()[6..]].concat());
        assert!(others.iter().all(|&other| other < change), "{}: {scores:?}", engine.name());
    }

    fn engines() -> [Box<dyn GapScorer>; 2] {
        engines_of(Scales::each(|_| SCALE))
    }

    fn engines_of(scales: Scales) -> [Box<dyn GapScorer>; 2] {
        [Box::new(Lexical(LexicalConfig { scales })), Box::new(VectorDepth(VectorsConfig { scales }))]
    }

    #[test]
    fn a_change_of_subject_is_a_boundary_and_the_strongest() {
        let cut = CutConfig::usual(0.5, UnitKind::Utterance, CutRule::Threshold);
        for engine in engines() {
            let scores = scored(engine.as_ref(), &TWO_SUBJECTS);
            let coarsest = boundaries(&scores, &[1; TWO_SUBJECTS.len()], cut);
            assert_eq!(coarsest, [GapIndex(5)], "{}: {scores:?}", engine.name());
            assert!(scores.as_slice().iter().all(|&score| score <= scores.at(GapIndex(5))), "{}", engine.name());
        }
    }

    #[test]
    fn a_text_shorter_than_two_windows_is_not_cut_and_one_of_many_windows_is() {
        // Four paragraphs of a hundred and forty words in all; then twelve times that, which has two subjects just the same.
        let of_times = |times: usize| -> Vec<String> {
            let subject = |units: &[&str]| vec![units.join(" "); times];
            TWO_SUBJECTS.chunks(3).flat_map(subject).collect()
        };
        for engine in engines_of(Scales::MEASURED) {
            let n_boundaries = |times| {
                let texts = of_times(times);
                let scores = scored(engine.as_ref(), &texts.iter().map(String::as_str).collect::<Vec<_>>());
                let cut = CutConfig::usual(0.5, UnitKind::Paragraph, CutRule::Threshold);
                boundaries(&scores, &vec![1; texts.len()], cut).len()
            };
            assert_eq!(n_boundaries(1), 0, "{}", engine.name());
            assert_ne!(n_boundaries(12), 0, "{}", engine.name());
        }
    }

    #[test]
    fn provenance_names_every_window() {
        for engine in engines() {
            let settings = engine.settings();
            assert_eq!(settings["window_words"]["utterance"], serde_json::json!([15, 20, 30]), "{}", engine.name());
        }
    }

    #[test]
    fn read_backwards_the_change_is_at_the_mirrored_gap() {
        let mut backwards = TWO_SUBJECTS;
        backwards.reverse();
        for engine in engines() {
            let (there, back) = (scored(engine.as_ref(), &TWO_SUBJECTS), scored(engine.as_ref(), &backwards));
            assert!((there.as_slice()[5] - back.as_slice()[5]).abs() < 1e-4, "{}", engine.name());
        }
    }

    #[test]
    fn a_document_has_one_score_fewer_than_units_however_short() {
        for engine in engines() {
            for n_units in 1..=3 {
                assert_eq!(scored(engine.as_ref(), &TWO_SUBJECTS[..n_units]).len(), n_units - 1);
            }
        }
    }

    #[test]
    fn units_that_are_all_alike_or_without_a_word_have_no_boundary() {
        for engine in engines() {
            for unit in ["The lamp turns.", "...", "the of and"] {
                let scores = scored(engine.as_ref(), &[unit; 9]);
                assert!(scores.as_slice().iter().all(|&score| score < 0.1), "{}: {scores:?}", engine.name());
            }
        }
    }

    struct Cancels;

    impl Progress for Cancels {
        fn report(&self, _done: usize, _total: usize) {}

        fn is_cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_cancel_ends_the_work() {
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &TWO_SUBJECTS);
        let vectors = Vectors::new(1, vec![1.0; units.len()]);
        for engine in engines() {
            let input = GapInput { text: &text, units: &units, vectors: Some(&vectors), language: Language::English };
            assert!(matches!(engine.score(&input, &Cancels), Err(crate::error::Error::Cancelled)));
        }
    }
}
