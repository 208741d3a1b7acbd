//! What a document as a whole says of a gap, and what its own words say, together.

use serde_json::{Map, Value};

use super::calibration::{Combination, log_odds, probability};
use super::{Context, Doubted, GapInput, GapScorer, Pair, Passage};
use crate::document::GapScores;
use crate::error::{Error, Result};
use crate::progress::{Part, Progress};

/// The context model, in talk with the pair model where that one is in doubt, and the passage model. The first knows the whole
/// document by the vectors of its units, the others read the words around a gap. Log-odds are weighed by a logistic regression,
/// for each kind of unit.
#[derive(Clone)]
pub struct Combined {
    first: Doubted,
    passage: Passage,
}

/// The share of the work that is that of all but the passage model, in hundredths.
const FIRST_PERCENT: usize = 10;

impl Combined {
    /// Returns all of them together. Fails if they were not fitted to each other.
    pub fn new(context: Context, pair: Pair, passage: Passage) -> Result<Self> {
        let first = Doubted::new(context, pair)?;
        if passage.config().of_first != first.sha256() {
            return Err(Error::Model {
                name: "passage".to_owned(),
                reason: "it was combined with other models; run `caesura train passage --refit`".to_owned(),
            });
        }
        Ok(Self { first, passage })
    }
}

impl GapScorer for Combined {
    fn name(&self) -> &'static str {
        "combined"
    }

    fn settings(&self) -> Map<String, Value> {
        let mut settings = self.first.settings();
        settings.extend(self.passage.settings());
        settings.remove("calibration");
        settings.insert("combined".to_owned(), self.passage.config().combined.to_json(Combination::to_json));
        settings
    }

    fn needs_vectors(&self) -> bool {
        true
    }

    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores> {
        let part = |range| Part { progress, range, of: 100 };
        let (mut scores, tops) = self.first.score(input, &part(0..FIRST_PERCENT))?.into_parts();
        let of_passage = self.passage.log_odds(input, &part(FIRST_PERCENT..100))?;
        let combination = self.passage.config().combined.of(input.units.kind);
        for (score, of_passage) in scores.iter_mut().zip(of_passage) {
            *score = probability(combination.log_odds(log_odds(*score), of_passage));
        }
        Ok(GapScores::of_parts(scores, tops))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::calibration::{Calibration, OfUnitKinds};
    use super::super::passage::PassageConfig;
    use super::super::tests::{FirstLetters, LETTERS, check_change_of_subject, scored_letters};
    use super::*;
    use crate::document::UnitKind;
    use crate::progress::Unwatched;
    use crate::progress::tests::Noted;

    fn passage(of_first: &str) -> Passage {
        let combination = Combination { context: 0.5, reader: 0.75, offset: -0.25 };
        let config = PassageConfig {
            calibration: OfUnitKinds::each(|_| Calibration { slope: 1.0, offset: 0.0 }),
            combined: OfUnitKinds::each(|_| combination),
            of_first: of_first.to_owned(),
        };
        Passage::of(Arc::new(FirstLetters(3.0)), config)
    }

    fn first() -> Doubted {
        let context = Context::embedded();
        let pair = FirstLetters::pair(3.0, context.sha256());
        Doubted::new(context, pair).expect("they were fitted to each other")
    }

    fn combined() -> Combined {
        let Doubted { context, pair } = first();
        Combined::new(context, pair, passage(&first().sha256())).expect("they were fitted to each other")
    }

    #[test]
    fn the_models_carried_find_where_the_subject_changes() {
        let combined = Combined::new(Context::embedded(), Pair::embedded(), Passage::embedded());
        check_change_of_subject(&combined.expect("they were fitted to each other"));
    }

    #[test]
    fn all_models_are_heard_of_every_gap_and_the_context_model_alone_of_levels() {
        let (first, all) = (first(), combined());
        for kind in UnitKind::ALL {
            let first = scored_letters(kind, |input| first.score(input, &Unwatched));
            let all = scored_letters(kind, |input| all.score(input, &Unwatched));
            assert_eq!(all.tops(), first.tops());
            for (gap, (&first, &all)) in first.as_slice().iter().zip(all.as_slice()).enumerate() {
                let differ = LETTERS.as_bytes()[gap] != LETTERS.as_bytes()[gap + 1];
                let said = 0.5 * log_odds(first) + if differ { 2.0 } else { -2.5 };
                assert!((all - 1.0 / (1.0 + (-said).exp())).abs() < 1e-5, "gap {gap}: {all}");
            }
        }
    }

    #[test]
    fn the_work_of_all_models_is_never_reported_to_be_less_than_before() {
        let (noted, combined) = (Noted::default(), combined());
        scored_letters(UnitKind::Utterance, |input| combined.score(input, &noted));
        let done: Vec<usize> = noted.reports().into_iter().map(|(done, total)| done * 100 / total).collect();
        assert!(done.is_sorted() && done.len() > 4 && done.last() == Some(&100), "{done:?}");
    }

    #[test]
    fn a_passage_model_is_combined_with_those_it_was_fitted_to_only() {
        let Doubted { context, pair } = first();
        let error = Combined::new(context, pair, passage("0")).err().expect("it is another").to_string();
        assert!(error.contains("run `caesura train passage --refit`"), "{error}");
    }
}
