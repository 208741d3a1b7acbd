//! Which gaps to ask a person about, the least certain first.

use super::{Corrections, Verdict};
use crate::document::{GapIndex, GapScores, UnitIndex};

/// A gap to ask about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// The unit after the gap: the one a chapter starts at, or would.
    pub unit: UnitIndex,
    /// Whether a chapter starts there as it is.
    pub is_boundary: bool,
    /// How sure it is that this is right, in `0.0..=1.0`.
    pub certainty: f32,
}

/// Returns what to ask about a cut at `boundaries`, ascending: each of them that nobody has judged, and as many near
/// misses at the most, the strongest of the gaps that are no boundaries and that have a score of `MIN_NEAR_MISS` or
/// more. The least certain come first; of equals, in reading order.
///
/// Scores are taken as they are for how likely a boundary is. A near miss next to a boundary is left out: to ask for the
/// boundary is to ask for it.
pub fn questions(corrections: &Corrections, scores: &GapScores, boundaries: &[GapIndex]) -> Vec<Question> {
    let is_judged = |unit: UnitIndex| {
        corrections.at(unit).is_some_and(|it| it.verdict.is_some()) || corrections.lock_of(unit).is_some()
    };
    let score = |gap: GapIndex| scores.as_slice().get(gap.index()).copied().unwrap_or(0.0);
    // A boundary that a locked chapter ends with is not to be moved.
    let ends_lock = |unit: UnitIndex| corrections.lock_of(UnitIndex(unit.0 - 1)).is_some();
    let mut asked: Vec<Question> = boundaries
        .iter()
        .map(|gap| Question { unit: gap.unit_after(), is_boundary: true, certainty: score(*gap) })
        .filter(|question| !is_judged(question.unit) && !ends_lock(question.unit))
        .collect();
    let is_near_boundary = |gap: u32| {
        let from = boundaries.partition_point(|boundary| boundary.0 + NEAR < gap);
        boundaries.get(from).is_some_and(|boundary| boundary.0 <= gap + NEAR)
    };
    let mut misses: Vec<(u32, f32)> = (0..)
        .zip(scores.as_slice())
        .filter(|&(gap, &score)| MIN_NEAR_MISS <= score && !is_near_boundary(gap))
        .map(|(gap, &score)| (gap, score))
        .filter(|&(gap, _)| !is_judged(GapIndex(gap).unit_after()))
        .collect();
    misses.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    misses.truncate(boundaries.len());
    asked.extend(misses.into_iter().map(|(gap, score)| Question {
        unit: GapIndex(gap).unit_after(),
        is_boundary: false,
        certainty: 1.0 - score,
    }));
    asked.sort_by(|one, other| one.certainty.total_cmp(&other.certainty).then(one.unit.cmp(&other.unit)));
    asked
}

/// A gap that is no boundary is asked about from this score on.
const MIN_NEAR_MISS: f32 = 0.15;

/// A gap so many units from a boundary is not asked about: one boundary is moved, not doubled.
const NEAR: u32 = 1;

impl Corrections {
    /// Returns how many gaps a person has judged.
    pub fn n_judged(&self) -> usize {
        self.chapters().filter(|(_, it)| it.verdict.is_some()).count()
    }

    /// Returns what a person said of the gap before `unit`.
    pub fn verdict(&self, unit: UnitIndex) -> Option<Verdict> {
        self.at(unit).and_then(|it| it.verdict)
    }
}
