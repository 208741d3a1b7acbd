//! Log-odds to calibrated log-odds: Platt 1999, "Probabilistic Outputs for Support Vector Machines".

use crate::boundaries::Calibration;

/// What a model said of a gap, and whether it was a boundary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) log_odds: f64,
    pub(super) is_boundary: bool,
    /// How much it counts, above 0.
    pub(super) weight: f64,
}

/// Newton's steps: the loss is convex, and a dozen are plenty.
const N_STEPS: usize = 25;

/// Returns the slope and the offset that make the loss of what was judged least; none is changed where there are not both
/// boundaries and others, or where no rising line fits.
pub(super) fn fit(judged: &[Judged]) -> Calibration {
    let unchanged = Calibration { slope: 1.0, offset: 0.0 };
    let n_boundaries = judged.iter().filter(|one| one.is_boundary).count();
    if n_boundaries == 0 || n_boundaries == judged.len() {
        return unchanged;
    }
    let total: f64 = judged.iter().map(|one| one.weight).sum();
    let (mut slope, mut offset) = (1.0_f64, 0.0_f64);
    for _ in 0..N_STEPS {
        // First and second derivatives; a little is added so that the step exists however few the gaps are.
        let (mut by_slope, mut by_offset) = (1e-4 * (slope - 1.0), 1e-4 * offset);
        let (mut slopes, mut mixed, mut offsets) = (1e-4, 0.0, 1e-4);
        for &Judged { log_odds, is_boundary, weight } in judged {
            let weight = weight / total;
            let probability = 1.0 / (1.0 + (-(slope * log_odds + offset)).exp());
            let error = probability - f64::from(u8::from(is_boundary));
            let spread = probability * (1.0 - probability);
            by_slope += weight * error * log_odds;
            by_offset += weight * error;
            slopes += weight * spread * log_odds * log_odds;
            mixed += weight * spread * log_odds;
            offsets += weight * spread;
        }
        let determinant = slopes * offsets - mixed * mixed;
        let step_slope = (offsets * by_slope - mixed * by_offset) / determinant;
        let step_offset = (slopes * by_offset - mixed * by_slope) / determinant;
        // Far from the least loss a whole step may leap over it.
        slope -= step_slope.clamp(-0.5, 0.5);
        offset -= step_offset.clamp(-1.0, 1.0);
    }
    if slope > 0.05 && slope.is_finite() && offset.is_finite() {
        Calibration { slope: slope as f32, offset: offset as f32 }
    } else {
        unchanged
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    #[track_caller]
    fn check(slope: f64, offset: f64) {
        let mut random = Random::new(7, 0);
        let judged: Vec<Judged> = (0..20_000)
            .map(|_| {
                let log_odds = random.share() * 8.0 - 6.0;
                let probability = 1.0 / (1.0 + (-(slope * log_odds + offset)).exp());
                Judged { log_odds, is_boundary: random.share() < probability, weight: 1.0 }
            })
            .collect();
        let found = fit(&judged);
        assert!((f64::from(found.slope) - slope).abs() < 0.08, "{found:?}");
        assert!((f64::from(found.offset) - offset).abs() < 0.08, "{found:?}");
    }

    #[test]
    fn the_line_that_boundaries_were_drawn_from_is_found_again() {
        check(1.0, 0.0);
        check(0.6, -0.5);
        check(1.8, 1.2);
    }

    #[test]
    fn where_there_is_nothing_to_learn_nothing_is_changed() {
        let judged = Judged { log_odds: 2.0, is_boundary: false, weight: 1.0 };
        assert_eq!(fit(&[]), Calibration { slope: 1.0, offset: 0.0 });
        assert_eq!(fit(&[judged; 3]), Calibration { slope: 1.0, offset: 0.0 });
    }
}
