//! Whether words keep company by more than chance, and whether it is company at all.
//!
//! The first is a test against independence. Were the words of a topic independent of each other, a document would hold
//! each with a chance that depends on the word's frequency and on the document's length alone, and how many of them it
//! holds would be a sum of independent trials of unequal chances (the Poisson binomial distribution). So it is known how
//! many documents should hold half of them, or more, or all; how many do is compared with that as a count of rare events
//! (Poisson), and the chance that there are so many is to be below [`LEVEL`] for all candidates and numbers of words
//! together (Bonferroni).
//!
//! The second is about debris. A signature, a disclaimer or a line of code that is pasted into many documents is as far
//! from independence as can be, and is no subject: whatever document has one word of it has them all, and is for the
//! greater part about something else. Documents that write of a subject choose among its words.

use super::Bags;

/// The chance of finding any topic where there is none.
const LEVEL: f64 = 0.01;

/// Documents are taken to be as long as the mean of so many groups of them, the shortest to the longest.
const N_LENGTHS: usize = 16;

/// A piece is recited if the documents that hold half of its words hold this share of them on average.
const RECITED_SHARE: f64 = 0.9;

/// A piece is recited only if its words are at most this share of the words of its documents.
const RECITED_PART: f64 = 0.5;

/// A corpus in which words are independent of each other.
#[derive(Clone, Debug)]
pub(crate) struct Independence {
    /// How long documents are, in mean lengths, and how many are so long.
    lengths: Vec<(f64, f64)>,
}

impl Independence {
    /// Returns a corpus of as many documents as `bags` and of their lengths, in distinct words.
    pub(crate) fn new(bags: &Bags) -> Self {
        let mut lengths: Vec<usize> = bags.iter().map(|bag| bag.len()).collect();
        lengths.sort_unstable();
        let mean = bags.n_postings().max(1) as f64 / bags.len().max(1) as f64;
        let group = lengths.len().div_ceil(N_LENGTHS).max(1);
        let of_group = |lengths: &[usize]| {
            let n = lengths.len() as f64;
            (lengths.iter().sum::<usize>() as f64 / n / mean, n)
        };
        Self { lengths: lengths.chunks(group).map(of_group).collect() }
    }

    /// Returns how many documents should hold at least `needed` of some words, of which each is in that share of all.
    fn expected(&self, shares: &[f64], needed: usize) -> f64 {
        let of_length = |&(length, n): &(f64, f64)| {
            // The chance of holding 0, 1, 2, ... of the words so far, and at last that of `needed` or more.
            let mut chances = vec![0.0; needed + 1];
            chances[0] = 1.0;
            for share in shares {
                let chance = 1.0 - (1.0 - share.min(1.0)).powf(length);
                for at in (0..=needed).rev() {
                    let stays = if at == needed { chances[at] } else { chances[at] * (1.0 - chance) };
                    chances[at] = stays + if at == 0 { 0.0 } else { chances[at - 1] * chance };
                }
            }
            n * chances[needed]
        };
        self.lengths.iter().map(of_length).sum()
    }

    /// Returns whether it is more than chance that so many documents hold so many of words of those shares, one candidate
    /// among `n_candidates`. `n_held` has how many of the words each document holds, for all that hold `needed` or more;
    /// the documents that hold as many as that, and more, and all of them, are asked for each by themselves.
    pub(crate) fn is_significant(&self, shares: &[f64], needed: usize, n_held: &[usize], n_candidates: usize) -> bool {
        let n_levels = (shares.len() + 1).saturating_sub(needed).max(1);
        let ln_level = (LEVEL / (n_candidates.max(1) * n_levels) as f64).ln();
        (needed..=shares.len()).any(|needed| {
            let found = n_held.iter().filter(|&&held| needed <= held).count();
            ln_chance_of_so_many(found, self.expected(shares, needed)) < ln_level
        })
    }
}

/// Returns the logarithm of the chance that a count of rare events is `found` or more where `expected` are.
fn ln_chance_of_so_many(found: usize, expected: f64) -> f64 {
    if found as f64 <= expected {
        // About one half or more; how much more does not matter.
        return 0.0;
    }
    if expected <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let ln_factorial: f64 = (2..=found).map(|n| (n as f64).ln()).sum();
    let ln_of_found = found as f64 * expected.ln() - expected - ln_factorial;
    // Each further count is less likely by this factor, which is below 1.
    let (mut sum, mut term, mut n) = (1.0, 1.0, found as f64);
    while 1e-12 < term {
        n += 1.0;
        term *= expected / n;
        sum += term;
    }
    (ln_of_found + sum.ln()).min(0.0)
}

/// Returns whether words are recited: `n_held` has how many of `n_words` each document holds that holds half of them, and
/// how many words it has in all.
pub(crate) fn is_recited(n_words: usize, n_held: &[(usize, usize)]) -> bool {
    if n_held.is_empty() || n_words < 3 {
        return false;
    }
    let n = n_held.len() as f64;
    let held: f64 = n_held.iter().map(|&(held, _)| held as f64 / n_words as f64).sum::<f64>() / n;
    let part: f64 = n_held.iter().map(|&(held, all)| held as f64 / all.max(1) as f64).sum::<f64>() / n;
    RECITED_SHARE <= held && part <= RECITED_PART
}

#[cfg(test)]
mod tests {
    use super::super::{Bag, WordId};
    use super::*;

    fn corpus(lengths: &[u32]) -> Independence {
        let bag = |&length: &u32| Bag::new((0..length).map(|word| (WordId(word), 1)).collect());
        Independence::new(&lengths.iter().map(bag).collect())
    }

    #[track_caller]
    fn check_expected(lengths: &[u32], shares: &[f64], needed: usize, expected: f64) {
        let found = corpus(lengths).expected(shares, needed);
        assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    }

    #[test]
    fn the_expectation_is_that_of_independent_words() {
        check_expected(&[5; 100], &[0.5, 0.5], 2, 25.0);
        check_expected(&[5; 100], &[0.5, 0.5], 1, 75.0);
        check_expected(&[5; 100], &[0.1, 0.2, 0.5], 2, 100.0 * (0.02 * 0.5 + 0.05 * 0.8 + 0.1 * 0.9 + 0.01));
        check_expected(&[5; 100], &[0.0, 0.5], 2, 0.0);
        // One document of two thirds of the mean length and one of four thirds.
        let chance = |length: f64| 1.0 - 0.5_f64.powf(length);
        check_expected(&[2, 4], &[0.5], 1, chance(2.0 / 3.0) + chance(4.0 / 3.0));
        check_expected(&[], &[0.5], 1, 0.0);
    }

    #[test]
    fn the_chance_of_so_many_is_that_of_rare_events() {
        // 1 - e^-1 (1 + 1 + 1/2) for three or more where one is expected.
        let expected = (1.0 - (-1.0_f64).exp() * 2.5).ln();
        assert!((ln_chance_of_so_many(3, 1.0) - expected).abs() < 1e-9);
        assert!(ln_chance_of_so_many(500, 0.001) < -1000.0);
        assert_eq!(ln_chance_of_so_many(1, 5.0).to_bits(), 0.0_f64.to_bits());
        assert!(ln_chance_of_so_many(3, 0.0).is_infinite());
    }

    #[test]
    fn chance_is_told_from_company() {
        let corpus = corpus(&[20; 1000]);
        let shares = [0.05; 10];
        assert!(corpus.expected(&shares, 5) < 0.1);
        let is_significant =
            |needed, held: usize, n: usize| corpus.is_significant(&shares, needed, &vec![held; n], 100);
        assert!(is_significant(5, 5, 8));
        assert!(!is_significant(2, 2, 95));
        assert!(!is_significant(5, 5, 1));
        // As many as chance has it hold two, but all of these hold eight.
        assert!(is_significant(2, 8, 80));
    }

    #[test]
    fn what_is_always_whole_and_never_the_main_thing_is_recited() {
        assert!(is_recited(6, &[(6, 80), (6, 120), (5, 90)]));
        assert!(!is_recited(6, &[(3, 80), (4, 120), (5, 90)]), "documents choose among the words");
        assert!(!is_recited(6, &[(6, 8), (6, 6)]), "documents are about nothing else");
        assert!(!is_recited(6, &[]));
        assert!(!is_recited(2, &[(2, 50)]), "two words are a phrase");
    }
}
