//! Similarities to scores: how deep is the valley that a gap is the bottom of?
//!
//! The depth of Hearst 1997 adds up how far the similarity climbs on the two sides. We take the lesser of the two, and
//! climb over ripples up to where the ground falls below the gap (a mountaineer's prominence, upside down), so that of
//! all gaps in one valley only the lowest is deep. And where the paper has one landscape, we have one for each size of
//! window, and look at their mean.

use crate::document::GapScores;

/// Below this the similarities of a document hardly differ, and dividing by their deviation would make hills of ripples.
const MIN_DEVIATION: f64 = 0.02;

/// Returns a score for each gap: 0 outside of valleys, 0.5 where the valley is `min_depth` deep, and nearer to 1 the
/// deeper it is.
///
/// `landscapes` holds, for each window, the similarity at each gap, all of one length. Depth is measured in the mean of
/// the landscapes, each in its own standard deviations: a valley that all windows see keeps its depth, and one that a
/// single window sees is filled in by the others. Of a depth, the share `evidence` counts, in `0.0..=1.0`.
pub(super) fn scores(landscapes: &[Vec<f32>], min_depth: f32, evidence: f32) -> GapScores {
    let score = |depth: f32| {
        let depth = depth * evidence;
        if depth > 0.0 { depth / (depth + min_depth) } else { 0.0 }
    };
    GapScores::new(depths(&mean_landscape(landscapes)).into_iter().map(score).collect())
}

/// Returns the mean of the landscapes, each in its own standard deviations above or below its own mean.
fn mean_landscape(landscapes: &[Vec<f32>]) -> Vec<f32> {
    let mut sums = vec![0.0; landscapes.first().map_or(0, Vec::len)];
    for landscape in landscapes {
        let n = landscape.len() as f64;
        let mean = landscape.iter().map(|&s| f64::from(s)).sum::<f64>() / n;
        let variance = landscape.iter().map(|&s| (f64::from(s) - mean).powi(2)).sum::<f64>() / n;
        let deviation = variance.sqrt().max(MIN_DEVIATION);
        for (sum, &similarity) in sums.iter_mut().zip(landscape) {
            *sum += (f64::from(similarity) - mean) / deviation;
        }
    }
    sums.into_iter().map(|sum| (sum / landscapes.len() as f64) as f32).collect()
}

/// Returns how deep a valley each gap is the bottom of; 0 for a gap that is none.
///
/// On each side the ground climbs to the highest point before it falls below the gap, and the depth is the lesser climb.
/// Where it never falls below, up to the end of the document, nobody knows how high it would have climbed, and the other
/// side decides. Of equal gaps in one valley the first is the bottom. Takes `O(gaps)` time.
fn depths(similarities: &[f32]) -> Vec<f32> {
    let before = climbs(similarities.iter().copied(), |lower, gap| lower <= gap);
    let mut after = climbs(similarities.iter().rev().copied(), |lower, gap| lower < gap);
    after.reverse();
    let depth = |(before, after): (Climb, Climb)| match (before.is_open, after.is_open) {
        (true, true) => before.height.max(after.height),
        (true, false) => after.height,
        (false, true) => before.height,
        (false, false) => before.height.min(after.height),
    };
    before.into_iter().zip(after).map(depth).collect()
}

/// One side of a valley.
#[derive(Clone, Copy)]
struct Climb {
    /// How far the ground climbs above the gap.
    height: f32,
    /// Whether it stays above the gap up to the end of the document.
    is_open: bool,
}

/// Returns the climb from each gap towards the gaps that came before it; `ends(lower, gap)` says where it ends.
fn climbs(similarities: impl Iterator<Item = f32>, ends: fn(f32, f32) -> bool) -> Vec<Climb> {
    // Gaps that a later one may still run up against, each lower than those after it, with the highest point since.
    let mut lower: Vec<(f32, f32)> = Vec::new();
    let climb = |gap: f32| {
        let mut peak = gap;
        while let Some((_, highest)) = lower.pop_if(|(other, _)| !ends(*other, gap)) {
            peak = peak.max(highest);
        }
        let is_open = lower.is_empty();
        lower.push((gap, peak));
        Climb { height: peak - gap, is_open }
    };
    similarities.map(climb).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(similarities: &[f32], expected: &[f32]) {
        assert_eq!(depths(similarities), expected);
    }

    #[test]
    fn only_the_bottom_of_a_valley_is_deep() {
        check(&[1.0, 0.75, 0.25, 0.5, 1.0], &[0.0, 0.0, 0.75, 0.0, 0.0]);
    }

    #[test]
    fn a_ripple_in_a_valley_is_as_deep_as_the_ripple() {
        check(&[1.0, 0.25, 0.5, 0.375, 1.0], &[0.0, 0.75, 0.0, 0.125, 0.0]);
    }

    #[test]
    fn a_valley_at_the_end_of_the_document_is_judged_by_its_inner_side() {
        check(&[0.25, 1.0, 0.5], &[0.75, 0.0, 0.5]);
    }

    #[test]
    fn of_equal_gaps_the_first_is_the_bottom() {
        check(&[1.0, 0.5, 0.5, 1.0], &[0.0, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn level_ground_has_no_valley() {
        check(&[0.5, 0.5, 0.5], &[0.0, 0.0, 0.0]);
        assert_eq!(scores(&[vec![0.5, 0.5]], 1.0, 1.0).as_slice(), [0.0, 0.0]);
        assert!(scores(&[Vec::new(), Vec::new()], 1.0, 1.0).is_empty());
    }

    #[test]
    fn the_score_is_a_half_where_the_depth_is_what_is_needed() {
        // The deviation of these similarities is 0.25.
        let scores = scores(&[vec![0.75, 0.25, 0.75, 0.25]], 2.0, 1.0);
        assert!((scores.as_slice()[1] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_valley_of_which_half_counts_must_be_twice_as_deep() {
        let landscape = [vec![0.75, 0.25, 0.75, 0.25]];
        assert_eq!(scores(&landscape, 1.0, 0.5), scores(&landscape, 2.0, 1.0));
        assert!(scores(&landscape, 1.0, 0.0).as_slice().iter().all(|&score| score <= 0.0));
    }

    #[test]
    fn a_valley_that_one_window_sees_is_shallower_than_one_that_both_see() {
        let (both, one) = (vec![1.0, 0.0, 1.0, 0.0, 1.0], vec![1.0, 0.0, 1.0, 1.0, 1.0]);
        let scores = scores(&[both, one], 1.0, 1.0);
        assert!(0.0 < scores.as_slice()[3] && scores.as_slice()[3] < scores.as_slice()[1], "{scores:?}");
    }

    proptest! {
        #[test]
        fn windows_that_see_the_same_are_as_good_as_one(
            hills in prop::collection::vec(0.0_f32..1.0, 1..50), n_windows in 1_usize..4,
        ) {
            let one = scores(std::slice::from_ref(&hills), 1.0, 1.0);
            let several = scores(&vec![hills; n_windows], 1.0, 1.0);
            for (one, several) in one.as_slice().iter().zip(several.as_slice()) {
                prop_assert!((one - several).abs() < 1e-5);
            }
        }

        #[test]
        fn a_mirrored_landscape_has_mirrored_depths(mut hills in prop::collection::vec(any::<u16>(), 0..50)) {
            // Of equal gaps the first is the bottom: only a landscape without equals has a mirror image.
            let mut seen = std::collections::BTreeSet::new();
            hills.retain(|&hill| seen.insert(hill));
            let hills: Vec<f32> = hills.into_iter().map(f32::from).collect();
            let mut mirrored = depths(&hills.iter().rev().copied().collect::<Vec<_>>());
            mirrored.reverse();
            prop_assert_eq!(depths(&hills), mirrored);
        }
    }
}
