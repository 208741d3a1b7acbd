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
//! from independence as can be, and is no subject: whatever document has one word of it has them all, each as often as the
//! others have it, and is for the greater part about something else. Documents that write of a subject choose among its
//! words, and come back to some of them.

use std::collections::BTreeMap;

use super::{BagIndex, Bags, WordId};

/// The chance of finding any topic where there is none.
const LEVEL: f64 = 0.01;

/// Documents are taken to be as long as the mean of so many groups of them, the shortest to the longest.
const N_LENGTHS: usize = 16;

/// A piece is recited if the documents that hold half of its words hold this share of them on average.
const RECITED_SHARE: f64 = 0.9;

/// A piece is recited only if its words are at most this share of the words of its documents.
const RECITED_PART: f64 = 0.5;

/// A piece is recited only if this share of its words stand in a document as often as in most others.
const RECITED_ALIKE: f64 = 0.95;

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

/// What one document holds of some words.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// How often it holds each of them that it holds.
    frequencies: Vec<(WordId, u32)>,
    /// How many words it has in all.
    n_words: usize,
}

impl Held {
    /// Returns what a document holds of `words`.
    pub(crate) fn of(bags: &Bags, bag: BagIndex, words: &[WordId]) -> Self {
        let frequencies = bags.bag(bag).filter(|(word, _)| words.contains(word));
        Self { frequencies: frequencies.collect(), n_words: bags.bag(bag).len() }
    }
}

/// Returns whether `n_words` words are recited by documents, each of which holds half of them at least.
pub(crate) fn is_recited(n_words: usize, documents: &[Held]) -> bool {
    if documents.is_empty() || n_words < 3 {
        return false;
    }
    let mean = |of: &dyn Fn(&Held) -> f64| documents.iter().map(of).sum::<f64>() / documents.len() as f64;
    let share = mean(&|held| held.frequencies.len() as f64 / n_words as f64);
    let part = mean(&|held| held.frequencies.len() as f64 / held.n_words.max(1) as f64);
    RECITED_SHARE <= share && part <= RECITED_PART && RECITED_ALIKE <= share_alike(documents)
}

/// Returns in what share of the documents that hold a word it stands as often as in most of them, all words together.
fn share_alike(documents: &[Held]) -> f64 {
    let mut n_with: BTreeMap<WordId, BTreeMap<u32, usize>> = BTreeMap::new();
    for &(word, frequency) in documents.iter().flat_map(|held| &held.frequencies) {
        *n_with.entry(word).or_default().entry(frequency).or_default() += 1;
    }
    let n_held: usize = documents.iter().map(|held| held.frequencies.len()).sum();
    let n_alike: usize = n_with.values().filter_map(|n_with| n_with.values().max()).sum();
    n_alike as f64 / n_held.max(1) as f64
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

    /// Checks documents that hold some words so often, and so many words in all.
    #[track_caller]
    fn check_recited(n_words: usize, documents: &[(&[u32], usize)], expected: bool) {
        let held = |&(frequencies, n_words): &(&[u32], usize)| {
            let frequencies = (0..).map(WordId).zip(frequencies.iter().copied()).filter(|&(_, n)| n > 0).collect();
            Held { frequencies, n_words }
        };
        let documents: Vec<Held> = documents.iter().map(held).collect();
        assert_eq!(is_recited(n_words, &documents), expected);
    }

    #[test]
    fn what_is_always_whole_and_the_same_and_never_the_main_thing_is_recited() {
        let whole: &[u32] = &[1, 1, 2, 1, 1, 1];
        check_recited(6, &[(whole, 80), (whole, 120), (whole, 90)], true);
        // Documents choose among the words.
        check_recited(6, &[(&[1, 1, 0, 0, 0, 1], 80), (&[0, 1, 2, 0, 1, 1], 120), (&[1, 1, 2, 1, 1, 0], 90)], false);
        // They come back to some of them.
        check_recited(6, &[(whole, 80), (&[4, 1, 5, 3, 1, 2], 120), (&[2, 3, 1, 7, 2, 1], 90)], false);
        // They are about nothing else.
        check_recited(6, &[(whole, 8), (whole, 6)], false);
        check_recited(6, &[], false);
        // Two words are a phrase.
        check_recited(2, &[(&[1, 1], 50)], false);
    }
}
