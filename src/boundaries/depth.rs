//! Similarities to scores: how deep is the valley a gap lies in?

use crate::document::GapScores;

/// Which valleys are boundaries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutOff {
    /// A gap is a boundary if its depth is this many standard deviations above the mean depth.
    pub deviations: f32,
}

/// Scores.
pub(super) fn scores(similarities: &[f32], _cut_off: CutOff) -> GapScores {
    GapScores::new(similarities.iter().map(|s| 1.0 - s).collect())
}
