//! Numbers that a model gives a gap, to calibrated log-odds: Platt 1999, "Probabilistic Outputs for Support Vector
//! Machines", for any few numbers.

/// What was said of a gap, and whether it was a boundary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged<const N: usize> {
    /// Log-odds; the last number is 1 where an offset is wanted.
    said: [f64; N],
    is_boundary: bool,
    /// How much it counts, above 0.
    weight: f64,
}

impl<const N: usize> Judged<N> {
    pub(super) fn new(said: [f64; N], is_boundary: bool, weight: f64) -> Self {
        Self { said, is_boundary, weight }
    }
}

/// Newton's steps: the loss is convex, and a dozen are plenty.
const N_STEPS: usize = 40;

/// How far a factor moves in a step at most: far from the least loss a whole step may leap over it.
const LONGEST_STEP: f64 = 0.5;

/// What departing from where it started costs a factor, so that the least loss exists however few the gaps are.
const COST: f64 = 1e-4;

/// Returns the factors of what was said whose sum has the least loss; `start` where there are not both boundaries and
/// others, or where all said together points the wrong way.
pub(super) fn fit<const N: usize>(judged: &[Judged<N>], start: [f64; N]) -> [f64; N] {
    let n_boundaries = judged.iter().filter(|one| one.is_boundary).count();
    if n_boundaries == 0 || n_boundaries == judged.len() {
        return start;
    }
    let total: f64 = judged.iter().map(|one| one.weight).sum();
    let mut factors = start;
    for _ in 0..N_STEPS {
        let mut gradient = [0.0; N];
        let mut curvature = [[0.0; N]; N];
        for i in 0..N {
            gradient[i] = COST * (factors[i] - start[i]);
            curvature[i][i] = COST;
        }
        for &Judged { said, is_boundary, weight } in judged {
            let weight = weight / total;
            let log_odds: f64 = said.iter().zip(&factors).map(|(x, factor)| x * factor).sum();
            let probability = 1.0 / (1.0 + (-log_odds).exp());
            let error = probability - f64::from(u8::from(is_boundary));
            let spread = probability * (1.0 - probability);
            for i in 0..N {
                gradient[i] += weight * error * said[i];
                for j in 0..N {
                    curvature[i][j] += weight * spread * said[i] * said[j];
                }
            }
        }
        for (factor, step) in factors.iter_mut().zip(solved(curvature, gradient)) {
            *factor -= step.clamp(-LONGEST_STEP, LONGEST_STEP);
        }
    }
    // The last number is the offset, and may have any sign.
    let rises = factors[..N - 1].iter().sum::<f64>() > 0.05;
    if rises && factors.iter().all(|factor| factor.is_finite()) { factors } else { start }
}

/// Returns `x` such that `matrix * x = right`, by elimination; the matrix is positive definite.
fn solved<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for pivot in 0..N {
        for row in pivot + 1..N {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let above = matrix[pivot];
            for (number, above) in matrix[row].iter_mut().zip(above).skip(pivot) {
                *number -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    let mut solution = [0.0; N];
    for row in (0..N).rev() {
        let known: f64 = (row + 1..N).map(|column| matrix[row][column] * solution[column]).sum();
        solution[row] = (right[row] - known) / matrix[row][row];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::*;

    #[track_caller]
    fn check(slope: f64, offset: f64) {
        let mut random = Random::new(7, 0);
        let judged: Vec<Judged<2>> = (0..20_000)
            .map(|_| {
                let log_odds = random.share() * 8.0 - 6.0;
                let probability = 1.0 / (1.0 + (-(slope * log_odds + offset)).exp());
                Judged::new([log_odds, 1.0], random.share() < probability, 1.0)
            })
            .collect();
        let found = fit(&judged, [1.0, 0.0]);
        assert!((found[0] - slope).abs() < 0.08, "{found:?}");
        assert!((found[1] - offset).abs() < 0.08, "{found:?}");
    }

    #[test]
    fn the_line_that_boundaries_were_drawn_from_is_found_again() {
        check(1.0, 0.0);
        check(0.6, -0.5);
        check(1.8, 1.2);
    }

    #[test]
    fn where_there_is_nothing_to_learn_nothing_is_changed() {
        let judged = Judged::new([2.0, 1.0], false, 1.0);
        assert_eq!(fit(&[], [1.0, 0.0]), [1.0, 0.0]);
        assert_eq!(fit(&[judged; 3], [1.0, 0.0]), [1.0, 0.0]);
    }

    #[test]
    fn of_two_voices_the_one_that_knows_is_heard() {
        let mut random = Random::new(8, 0);
        let judged: Vec<Judged<3>> = (0..20_000)
            .map(|_| {
                let (knows, guesses) = (random.share() * 8.0 - 6.0, random.share() * 8.0 - 6.0);
                let probability = 1.0 / (1.0 + (-knows).exp());
                Judged::new([guesses, knows, 1.0], random.share() < probability, 1.0)
            })
            .collect();
        let [guesses, knows, offset] = fit(&judged, [1.0, 0.0, 0.0]);
        assert!(
            guesses.abs() < 0.08 && (knows - 1.0).abs() < 0.08 && offset.abs() < 0.15,
            "{guesses} {knows} {offset}"
        );
    }
}
