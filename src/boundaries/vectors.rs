//! Scores a gap by how far the meaning of the units after it is from that of the units before it.
//!
//! Each unit is encoded once and on its own, as in Lee et al. 2023 (arXiv 2301.01935), and each gap compares what stands
//! around it. Where we differ: nothing is trained, both sides are windows of whole units sized by words, and a side is the
//! mean of its units, each weighing as much as its words, so that a mere "yes" between two speakers tells little.

use serde_json::{Map, Value};

use super::calibration::{OfUnitKinds, log_odds};
use super::scale::{Scale, Scales};
use super::windows::{total, windows};
use super::{GAPS_PER_CHECK, GapInput, GapScorer, depth};
use crate::document::{GapScores, UnitKind};
use crate::error::Result;
use crate::neural::Vectors;
use crate::progress::Progress;
use crate::words;

/// Settings of [`VectorDepth`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorsConfig {
    /// How many words stand on each side of a gap, and how deep a valley must be to be a boundary.
    pub scales: Scales,
}

/// Compares the vectors of the units on both sides of a gap, through windows of several sizes.
#[derive(Clone, Copy, Debug)]
pub struct VectorDepth(pub VectorsConfig);

impl GapScorer for VectorDepth {
    fn name(&self) -> &'static str {
        "vectors"
    }

    fn settings(&self) -> Map<String, Value> {
        self.0.scales.settings()
    }

    fn needs_vectors(&self) -> bool {
        true
    }

    fn score(&self, input: &GapInput, progress: &dyn Progress) -> Result<GapScores> {
        let vectors = input.vectors.expect("the caller gives the vectors this engine needs");
        assert_eq!(vectors.len(), input.units.len(), "a vector for each unit");
        let n_words = words::count_each(&input.units.texts(input.text));
        depth_scores(vectors, &n_words, self.0.scales.of(input.units.kind), progress)
    }
}

fn depth_scores(vectors: &Vectors, n_words: &[u32], scale: Scale, progress: &dyn Progress) -> Result<GapScores> {
    let windows = scale.windows(total(n_words));
    let mut landscapes = Vec::with_capacity(windows.len());
    for (done, window_words) in windows.into_iter().enumerate() {
        progress.report(done, windows.len());
        landscapes.push(similarities(vectors, n_words, window_words, progress)?);
    }
    progress.report(windows.len(), windows.len());
    Ok(depth::scores(&landscapes, scale.min_depth, scale.evidence(total(n_words))))
}

/// A gap that is no valley at all speaks against a boundary, but not without end.
const MIN_DEPTH_SCORE: f32 = 1e-4;

/// The log-odds of a valley so shallow that it speaks neither for a boundary nor against one.
const NEUTRAL_DEPTH: f32 = -5.5;

/// In a document of so many words half of what depth says counts; in a short one, whose sections are shorter than the
/// windows, hardly any. People write shorter sections than they talk.
const HALF_HEARD_WORDS: OfUnitKinds<f32> = OfUnitKinds { paragraph: 4000.0, sentence: 4000.0, utterance: 1000.0 };

/// Returns what the valleys of [`VectorDepth`], with its measured scales, add to the log-odds of each gap.
pub(crate) fn depth_log_odds(
    vectors: &Vectors,
    n_words: &[u32],
    kind: UnitKind,
    progress: &dyn Progress,
) -> Result<Vec<f32>> {
    let scores = depth_scores(vectors, n_words, Scales::MEASURED.of(kind), progress)?;
    let n_words = total(n_words) as f32;
    let heard = n_words / (n_words + HALF_HEARD_WORDS.of(kind));
    let says = |score: &f32| heard * (log_odds(score.max(MIN_DEPTH_SCORE)) - NEUTRAL_DEPTH);
    Ok(scores.as_slice().iter().map(says).collect())
}

/// Returns, for each gap, the cosine of the mean vectors of its two sides, in `-1.0..=1.0`.
///
/// Where a side has no vector nothing speaks for a change, and the similarity is 1.
///
/// Takes `O(units * dims)` time, whatever the size of the windows.
pub(super) fn similarities(
    vectors: &Vectors,
    n_words: &[u32],
    window_words: u32,
    progress: &dyn Progress,
) -> Result<Vec<f32>> {
    let windows = windows(n_words, window_words);
    let (mut sum_before, mut sum_after) = (Sum::new(vectors.dims()), Sum::new(vectors.dims()));
    let mut similarities = Vec::with_capacity(windows.len());
    let (mut before, mut after) = (0..0, 0..0);
    for (gap, (wanted_before, wanted_after)) in windows.into_iter().enumerate() {
        if gap.is_multiple_of(GAPS_PER_CHECK) {
            progress.check()?;
        }
        // Both ends of a window only move forwards.
        sum_before.change(vectors, n_words, before.end..wanted_before.end, 1.0);
        sum_before.change(vectors, n_words, before.start..wanted_before.start, -1.0);
        sum_after.change(vectors, n_words, after.end..wanted_after.end, 1.0);
        sum_after.change(vectors, n_words, after.start..wanted_after.start, -1.0);
        (before, after) = (wanted_before, wanted_after);
        similarities.push(sum_before.cosine(&sum_after));
    }
    Ok(similarities)
}

/// The sum of the vectors in a window, each times its words.
///
/// In f64, where adding and taking away a million vectors leaves an error far below the last digit of an f32.
struct Sum(Vec<f64>);

impl Sum {
    /// Below this a sum has no direction but that of its rounding errors.
    const MIN_LENGTH: f64 = 1e-6;

    fn new(dims: usize) -> Self {
        Self(vec![0.0; dims])
    }

    fn change(&mut self, vectors: &Vectors, n_words: &[u32], units: std::ops::Range<usize>, sign: f64) {
        for unit in units {
            let weight = sign * f64::from(n_words[unit]);
            for (sum, &value) in self.0.iter_mut().zip(vectors.row(unit)) {
                *sum += weight * f64::from(value);
            }
        }
    }

    fn cosine(&self, other: &Self) -> f32 {
        let dot = |one: &Self, other: &Self| -> f64 { one.0.iter().zip(&other.0).map(|(a, b)| a * b).sum() };
        let (length, other_length) = (dot(self, self).sqrt(), dot(other, other).sqrt());
        if length < Self::MIN_LENGTH || other_length < Self::MIN_LENGTH {
            return 1.0;
        }
        (dot(self, other) / (length * other_length)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Unwatched;

    /// What depth says of units of 20 words that point one way, and from the middle on another.
    fn says(n_units: usize, kind: UnitKind) -> Vec<f32> {
        let rows = (0..n_units).flat_map(|unit| if unit < n_units / 2 { [1.0, 0.0] } else { [0.0, 1.0] });
        let vectors = Vectors::new(2, rows.collect());
        depth_log_odds(&vectors, &vec![20; n_units], kind, &Unwatched).expect("nobody cancels")
    }

    #[test]
    fn the_bottom_of_a_valley_speaks_for_a_boundary_and_its_slopes_against() {
        let says = says(600, UnitKind::Utterance);
        let middle = 299;
        assert!(says[middle] > 3.0, "{}", says[middle]);
        assert!(says.iter().enumerate().all(|(gap, &says)| gap == middle || says < 0.0));
    }

    #[test]
    fn in_a_short_document_depth_is_hardly_heard() {
        let loudest = |says: Vec<f32>| says.into_iter().map(f32::abs).fold(0.0, f32::max);
        assert!(loudest(says(10, UnitKind::Sentence)) < 0.2);
        assert!(says(1, UnitKind::Sentence).is_empty());
    }
}
