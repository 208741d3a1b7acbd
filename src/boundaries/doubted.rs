//! The context model for every gap, and in talk the pair model where that one is in doubt.

use serde_json::{Map, Value};

use super::calibration::{Combination, log_odds, probability};
use super::{Context, GapInput, GapScorer, Pair};
use crate::document::{GapIndex, GapScores, UnitKind, setting};
use crate::error::{Error, Result};
use crate::progress::{Part, Progress};

/// A gap to which the context model gives less than this is not read by the pair model.
pub(crate) const IN_DOUBT: f32 = 0.04;

/// From this on what both models say together is believed wholly, and not at all at [`IN_DOUBT`]; in between by its share of
/// the way in log-odds. So a score that is a little higher for the text being edited far away changes little.
const BELIEVED_ABOVE: f32 = 0.08;

/// The share of the work that is the context model's, in hundredths: it reads vectors that are there.
const CONTEXT_PERCENT: usize = 10;

/// Both models. Of text that nobody spoke the pair model is not asked: beside the passage model it knows nothing more of it, and
/// takes more time than both others.
#[derive(Clone)]
pub(crate) struct Doubted {
    pub(super) context: Context,
    pub(super) pair: Pair,
}

impl Doubted {
    /// Returns both together. Fails if the pair model was not fitted to that context model.
    pub(crate) fn new(context: Context, pair: Pair) -> Result<Self> {
        if context.sha256() != pair.config().context_model_sha256 {
            return Err(Error::Model {
                name: "pair".to_owned(),
                reason: "it was combined with another context model; run `caesura train pair --refit`".to_owned(),
            });
        }
        Ok(Self { context, pair })
    }

    /// Returns the SHA-256 of either model's weights, in hexadecimal, with a space between them.
    pub(crate) fn sha256(&self) -> String {
        format!("{} {}", self.context.sha256(), self.pair.sha256())
    }

    /// Returns the settings of both, as provenance keeps them.
    pub(super) fn settings(&self) -> Map<String, Value> {
        let mut settings = self.context.settings();
        settings.extend(self.pair.settings());
        settings.insert("in_doubt_above".to_owned(), setting(IN_DOUBT));
        settings.insert("believed_above".to_owned(), setting(BELIEVED_ABOVE));
        settings.insert("combined_in_doubt".to_owned(), self.pair.config().combined.to_json(Combination::to_json));
        settings
    }

    /// Scores each gap.
    pub(crate) fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores> {
        if input.units.kind != UnitKind::Utterance {
            return self.context.score(input, progress);
        }
        let of_context = self.context.score(input, &Part { progress, range: 0..CONTEXT_PERCENT, of: 100 })?;
        let (mut scores, tops) = of_context.into_parts();
        let may_be = |&gap: &usize| scores[gap] >= IN_DOUBT;
        let gaps: Vec<GapIndex> = (0..scores.len()).filter(may_be).map(GapIndex::from).collect();
        let combination = self.pair.config().combined.of(input.units.kind);
        let of_pair = self.pair.log_odds(input, &gaps, &Part { progress, range: CONTEXT_PERCENT..100, of: 100 })?;
        for (gap, of_pair) in gaps.into_iter().zip(of_pair) {
            let score = &mut scores[gap.index()];
            let of_context = log_odds(*score);
            let both = combination.log_odds(of_context, of_pair);
            *score = probability(of_context + share_believed(of_context) * (both - of_context));
        }
        Ok(GapScores::of_parts(scores, tops))
    }
}

/// Returns how much is believed, in `0.0..=1.0`, of what both models say of a gap to which the context model gives these log-odds.
fn share_believed(of_context: f32) -> f32 {
    let [least, wholly] = [IN_DOUBT, BELIEVED_ABOVE].map(log_odds);
    ((of_context - least) / (wholly - least)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FirstLetters, LETTERS, scored_letters};
    use super::*;
    use crate::progress::Unwatched;

    fn doubted() -> Doubted {
        let context = Context::embedded();
        let pair = FirstLetters::pair(3.0, context.sha256());
        Doubted::new(context, pair).expect("they were fitted to each other")
    }

    fn scores(kind: UnitKind) -> [Vec<f32>; 2] {
        let (context, doubted) = (Context::embedded(), doubted());
        let of_context = scored_letters(kind, |input| context.score(input, &Unwatched));
        let of_both = scored_letters(kind, |input| doubted.score(input, &Unwatched));
        [of_context, of_both].map(|scores| scores.as_slice().to_vec())
    }

    #[test]
    fn the_pair_model_is_asked_where_the_context_model_is_in_doubt() {
        let [of_context, of_both] = scores(UnitKind::Utterance);
        let (mut n_asked, mut n_kept) = (0, 0);
        for (gap, (context, both)) in of_context.into_iter().zip(of_both).enumerate() {
            let differ = LETTERS.as_bytes()[gap] != LETTERS.as_bytes()[gap + 1];
            if context < IN_DOUBT {
                n_kept += 1;
                assert_eq!(both.to_bits(), context.to_bits());
            } else {
                n_asked += 1;
                let context = log_odds(context);
                let expected = 0.5 * context + if differ { 3.0 } else { -3.0 };
                let said = context + share_believed(context) * (expected - context);
                assert!((both - 1.0 / (1.0 + (-said).exp())).abs() < 1e-5, "gap {gap}: {both}");
            }
        }
        assert!(n_asked > 0 && n_kept > 0, "{n_asked} gaps were asked about, {n_kept} kept");
    }

    #[test]
    fn of_text_that_nobody_spoke_it_is_not_asked() {
        for kind in [UnitKind::Paragraph, UnitKind::Sentence] {
            let [of_context, of_both] = scores(kind);
            assert_eq!(of_context, of_both);
        }
    }

    #[test]
    fn what_both_models_say_is_believed_from_nothing_to_wholly_and_without_a_leap() {
        let check = |score: f32, expected: f32| {
            let found = share_believed(log_odds(score));
            assert!((found - expected).abs() < 1e-6, "{found} at {score}");
        };
        check(0.01, 0.0);
        check(IN_DOUBT, 0.0);
        check(BELIEVED_ABOVE, 1.0);
        check(0.9, 1.0);
        let scores = (0..=1000).map(|i| i as f32 / 1000.0);
        let shares: Vec<f32> = scores.map(|score| share_believed(log_odds(score))).collect();
        assert!(shares.windows(2).all(|pair| (0.0..0.04).contains(&(pair[1] - pair[0]))), "{shares:?}");
    }

    #[test]
    fn a_pair_model_is_asked_beside_its_own_context_model_only() {
        let pair = FirstLetters::pair(1.0, "0");
        let error = Doubted::new(Context::embedded(), pair).err().expect("it is another").to_string();
        assert!(error.contains("run `caesura train pair --refit`"), "{error}");
    }
}
