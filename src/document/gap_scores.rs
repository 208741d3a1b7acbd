//! What an engine says of each gap.

use super::GapIndex;

/// A score in `0.0..=1.0` for each gap of one document, in reading order.
///
/// A document of one unit has no gap, and so no scores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GapScores {
    scores: Vec<f32>,
    tops: Option<Vec<f32>>,
}

impl GapScores {
    /// Takes the scores of an engine, clamped to `0.0..=1.0`.
    ///
    /// Panics on a score that is not a number: that is a bug in the engine.
    pub fn new(mut scores: Vec<f32>) -> Self {
        for (gap, score) in scores.iter_mut().enumerate() {
            assert!(!score.is_nan(), "the score of gap {gap} is not a number");
            *score = score.clamp(0.0, 1.0);
        }
        Self { scores, tops: None }
    }

    /// Takes the scores of an engine that knows levels: `tops` says of each gap how likely it is, if it is a boundary, to
    /// be one of the top level.
    ///
    /// Panics as [`GapScores::new`] does, and if there are not as many of the one as of the other.
    pub fn with_tops(scores: Vec<f32>, tops: Vec<f32>) -> Self {
        assert_eq!(scores.len(), tops.len(), "a score and a level for each gap");
        let tops = Self::new(tops).scores;
        Self { tops: Some(tops), ..Self::new(scores) }
    }

    /// Returns how many gaps there are.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Returns whether there is no gap, as in a document of one unit.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// Returns the score of one gap.
    pub fn at(&self, gap: GapIndex) -> f32 {
        self.scores[gap.index()]
    }

    /// Returns the scores in reading order.
    pub fn as_slice(&self) -> &[f32] {
        &self.scores
    }

    /// Returns, in reading order, how likely each gap is to be of the top level if it is a boundary; `None` if the engine
    /// does not tell.
    pub fn tops(&self) -> Option<&[f32]> {
        self.tops.as_deref()
    }

    /// Puts together what [`GapScores::into_parts`] has taken apart; panics as the other makers do.
    pub fn of_parts(scores: Vec<f32>, tops: Option<Vec<f32>>) -> Self {
        match tops {
            Some(tops) => Self::with_tops(scores, tops),
            None => Self::new(scores),
        }
    }

    /// Returns the scores and the levels by themselves.
    pub fn into_parts(self) -> (Vec<f32>, Option<Vec<f32>>) {
        (self.scores, self.tops)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_clamped() {
        assert_eq!(GapScores::new(vec![-1.0, 0.25, f32::INFINITY]).as_slice(), [0.0, 0.25, 1.0]);
    }

    #[test]
    #[should_panic(expected = "gap 1 is not a number")]
    fn a_score_that_is_not_a_number_is_a_bug() {
        GapScores::new(vec![0.0, f32::NAN]);
    }
}
