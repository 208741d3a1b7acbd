//! F1 of boundaries: exact, and within one unit.
//!
//! Within one unit, boundaries are paired one to one, closest first. Where sections are a unit or two long, chance alone
//! does well by that measure: read it beside the exact one.

use super::Segmentation;
use super::segmentation::Pairs;

/// Returns the harmonic mean, in `0.0..=1.0`, of the share of found boundaries that are true and of true ones found.
///
/// Two cuts without a boundary agree: 1.
pub fn f1(reference: &Segmentation, found: &Segmentation) -> f64 {
    let pairs = Pairs::of(reference, found);
    harmonic_mean(pairs.exact, reference, found)
}

/// Returns what [`f1`] does, with a boundary one unit off counted as found.
pub fn f1_within_1(reference: &Segmentation, found: &Segmentation) -> f64 {
    let pairs = Pairs::of(reference, found);
    harmonic_mean(pairs.exact + pairs.near, reference, found)
}

fn harmonic_mean(n_right: usize, reference: &Segmentation, found: &Segmentation) -> f64 {
    match reference.boundaries().len() + found.boundaries().len() {
        0 => 1.0,
        n_boundaries => 2.0 * n_right as f64 / n_boundaries as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reference: &[usize], found: &[usize], exact: f64, within_1: f64) {
        let (reference, found) = (Segmentation::of_lengths(reference), Segmentation::of_lengths(found));
        assert!((f1(&reference, &found) - exact).abs() < 1e-12);
        assert!((f1_within_1(&reference, &found) - within_1).abs() < 1e-12);
    }

    #[test]
    fn one_of_two_found_beside_one_false() {
        check(&[4, 4, 4], &[4, 6, 2], 0.5, 0.5);
    }

    #[test]
    fn one_unit_off_counts_only_within_one() {
        check(&[4, 4, 4], &[4, 5, 3], 0.5, 1.0);
    }

    #[test]
    fn no_boundary_found_scores_nothing() {
        check(&[4, 4], &[8], 0.0, 0.0);
    }

    #[test]
    fn no_boundary_at_all_is_full_agreement() {
        check(&[8], &[8], 1.0, 1.0);
    }
}
