//! Co-occurring word sets: words that share a key in some table.
//!
//! A word's key in a table is `tuple_size` of its min-hash values together (section 3 of the paper named in
//! [`minhash`](super::minhash)). Words of similarity `J` share it with chance `J^r`, so words that stand in the same
//! documents meet in some table, and with them the others of their subject. Repeats of a set are kept as a count, and
//! sets that only one or two documents vouch for are dropped before the costly clustering.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::grouping::Grouping;
use super::inverted_index::{InvertedIndex, Tally};
use super::minhash::{LANES, Minima, mix};
use super::signatures::Signed;
use super::{Bags, TopicsConfig, WordId};
use crate::error::Result;
use crate::progress::Progress;

/// Sets of words, each with how many tables it was found in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WordSets {
    /// The words of set `s` are `words[starts[s]..starts[s + 1]]`, ascending.
    words: Vec<WordId>,
    starts: Vec<usize>,
    n_tables: Vec<u32>,
}

impl WordSets {
    fn new() -> Self {
        Self { words: Vec::new(), starts: vec![0], n_tables: Vec::new() }
    }

    pub(crate) fn push(&mut self, words: impl IntoIterator<Item = WordId>, n_tables: u32) {
        self.words.extend(words);
        self.starts.push(self.words.len());
        self.n_tables.push(n_tables);
    }

    /// Returns how many sets there are.
    pub(crate) fn len(&self) -> usize {
        self.n_tables.len()
    }

    /// Returns the words of a set, ascending.
    pub(crate) fn words(&self, set: usize) -> &[WordId] {
        &self.words[self.starts[set]..self.starts[set + 1]]
    }

    /// Returns in how many tables a set was found.
    pub(crate) fn n_tables(&self, set: usize) -> u32 {
        self.n_tables[set]
    }

    /// Returns the distinct sets of several collections in the order of their words, their counts added up.
    fn merged(parts: &[Self]) -> Self {
        let mut sets: Vec<(&[WordId], u32)> =
            parts.iter().flat_map(|part| (0..part.len()).map(|set| (part.words(set), part.n_tables(set)))).collect();
        sets.par_sort_unstable();
        let mut merged = Self::new();
        for same in sets.chunk_by(|one, other| one.0 == other.0) {
            merged.push(same[0].0.iter().copied(), same.iter().map(|(_, n)| n).sum());
        }
        merged
    }

    #[cfg(test)]
    pub(crate) fn of(sets: &[(&[u32], u32)]) -> Self {
        let mut made = Self::new();
        for &(words, n_tables) in sets {
            made.push(words.iter().map(|&word| WordId(word)), n_tables);
        }
        made
    }
}

/// Returns how many passes over the documents `config` asks for.
pub(crate) fn n_passes(config: &TopicsConfig) -> usize {
    (config.n_tables as usize).div_ceil(tables_per_pass(config))
}

fn tables_per_pass(config: &TopicsConfig) -> usize {
    LANES / config.tuple_size as usize
}

/// How many passes are worked out before sets without support are dropped, where memory is limited.
const PASSES_AT_ONCE: usize = 16;

/// Returns the groups of `min_set` or more words that share a key in some table and that [`supported`] keeps, in the order
/// of their words. `done` counts passes.
///
/// Above the limit of the bags, tables are worked out a few passes at a time: most sets have no support, and are dropped
/// before the next ones are found. The result is the same.
pub(crate) fn supported_sets(
    hashed: &Hashed<'_>,
    index: &InvertedIndex,
    n_words: usize,
    config: &TopicsConfig,
    steps: (&dyn Progress, &AtomicUsize, usize),
) -> Result<WordSets> {
    let n_passes = n_passes(config);
    let at_once = if hashed.bags.limit().is_some() { PASSES_AT_ONCE } else { n_passes };
    let mut kept: Vec<WordSets> = Vec::new();
    for first in (0..n_passes).step_by(at_once) {
        let sets = co_occurring_words(hashed, first..(first + at_once).min(n_passes), n_words, config, steps)?;
        let supported = supported(&sets, index, config.min_support);
        tracing::debug!(n_words, n_sets = sets.len(), n_supported = supported.len(), "found co-occurring words");
        drop(sets);
        kept.push(supported);
        if 1 < kept.len() {
            kept = vec![WordSets::merged(&kept)];
        }
    }
    Ok(kept.pop().unwrap_or_default())
}

/// What is hashed: bags, and min-hash values of some of their words that were worked out before.
pub(crate) struct Hashed<'a> {
    pub(crate) bags: &'a Bags,
    pub(crate) signed: Option<Signed<'a>>,
}

impl Hashed<'_> {
    fn minima(&self, minima: &mut Minima, n_words: usize, seed: u64, pass: usize) -> Result<()> {
        let first_function = (pass * LANES) as u64;
        match &self.signed {
            Some(signed) if signed.has_pass(pass) => {
                minima.work_out(signed.rest(), n_words, seed, first_function)?;
                signed.lower(pass, &mut minima.of_words)
            }
            _ => minima.work_out(self.bags, n_words, seed, first_function),
        }
    }
}

/// Returns the groups of `min_set` or more words that share a key in some table of `passes`, in the order of their words.
///
/// `n_words` is the size of the vocabulary; a word without documents joins no group. `done` counts passes.
/// Takes `O(tables * (tuple_size * postings + words))` time, and per thread 64 bytes a word.
fn co_occurring_words(
    hashed: &Hashed<'_>,
    passes: Range<usize>,
    n_words: usize,
    config: &TopicsConfig,
    (progress, done, total): (&dyn Progress, &AtomicUsize, usize),
) -> Result<WordSets> {
    let parts: Vec<WordSets> = passes
        .into_par_iter()
        .map_init(
            || (Minima::default(), Grouping::default()),
            |(minima, grouping), pass| {
                progress.check()?;
                hashed.minima(minima, n_words, config.seed, pass)?;
                let sets = sets_of_pass(minima, config, pass, grouping);
                progress.report(done.fetch_add(1, Ordering::Relaxed) + 1, total);
                Ok(sets)
            },
        )
        .collect::<Result<_>>()?;
    Ok(WordSets::merged(&parts))
}

fn sets_of_pass(minima: &Minima, config: &TopicsConfig, pass: usize, grouping: &mut Grouping) -> WordSets {
    // Functions are numbered by pass and lane: the last lanes of a pass go unused where tuples do not fill it.
    let tuple_size = config.tuple_size as usize;
    let first_table = pass * tables_per_pass(config);
    let mut sets = WordSets::new();
    for table in first_table..(first_table + tables_per_pass(config)).min(config.n_tables as usize) {
        let first_lane = (table - first_table) * tuple_size;
        let keyed = minima.of_words.iter().zip(0..).filter_map(|(values, word)| {
            let values = &values[first_lane..first_lane + tuple_size];
            let has_documents = values.iter().any(|&value| value != u32::MAX);
            has_documents.then(|| (key(values), word))
        });
        grouping.for_each(keyed, config.min_set as usize, |group| {
            sets.push(group.iter().map(|&(_, word)| WordId(word)), 1);
        });
    }
    sets
}

/// Returns one key for a tuple of min-hash values. Keys of unequal tuples collide with chance `2^-64`.
fn key(values: &[u32]) -> u64 {
    values.iter().fold(0, |key, &value| mix(key ^ u64::from(value)))
}

/// Returns the sets that at least `min_support` documents vouch for, by holding half of the words (and at least two).
///
/// Takes at most `O(postings of the set's words)` time a set, and stops at the first documents that are enough.
fn supported(sets: &WordSets, index: &InvertedIndex, min_support: u32) -> WordSets {
    let is_supported: Vec<bool> = (0..sets.len())
        .into_par_iter()
        .map_init(
            || Tally::new(index.n_bags()),
            |tally, set| {
                let words = sets.words(set);
                let needed = (words.len() as u32).div_ceil(2).max(2);
                min_support as usize <= tally.bags_holding(words, needed, Some(min_support), index).len()
            },
        )
        .collect();
    let mut kept = WordSets::new();
    for set in (0..sets.len()).filter(|&set| is_supported[set]) {
        kept.push(sets.words(set).iter().copied(), sets.n_tables(set));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::Bag;
    use super::*;
    use crate::progress::Unwatched;

    fn config(tuple_size: u32, n_tables: u32, min_set: u32) -> TopicsConfig {
        TopicsConfig { tuple_size, n_tables, min_set, ..TopicsConfig::for_corpus(&Bags::new(), 11) }
    }

    fn found(bags: &[Bag], n_words: usize, config: &TopicsConfig) -> WordSets {
        let hashed = Hashed { bags: &bags.iter().collect(), signed: None };
        co_occurring_words(&hashed, 0..n_passes(config), n_words, config, (&Unwatched, &AtomicUsize::new(0), 0))
            .expect("nobody cancels")
    }

    /// Documents of two words: in `n_both` both stand, in `n_one` the first alone, in `n_other` the second alone.
    fn two_words(n_both: usize, n_one: usize, n_other: usize) -> Vec<Bag> {
        let bag = |words: &[u32]| Bag::new(words.iter().map(|&word| (WordId(word), 1)).collect());
        [vec![bag(&[0, 1]); n_both], vec![bag(&[0]); n_one], vec![bag(&[1]); n_other]].concat()
    }

    /// Checks the paper's law: words of similarity `s` meet in a table with chance `s^r`, here within five standard
    /// deviations of 4,000 tables.
    #[track_caller]
    fn check_collisions((n_both, n_one, n_other): (usize, usize, usize), tuple_size: u32) {
        let similarity = n_both as f64 / (n_both + n_one + n_other) as f64;
        let chance = similarity.powi(tuple_size.cast_signed());
        let n_tables = 4_000;
        let sets = found(&two_words(n_both, n_one, n_other), 2, &config(tuple_size, n_tables, 2));
        let n_met = (0..sets.len()).map(|set| sets.n_tables(set)).sum::<u32>();
        let (mean, n) = (chance * f64::from(n_tables), f64::from(n_tables));
        let deviation = (n * chance * (1.0 - chance)).sqrt();
        assert!((f64::from(n_met) - mean).abs() <= 5.0 * deviation, "met {n_met} times, not {mean} ± {deviation}");
    }

    #[test]
    fn words_meet_as_often_as_their_similarity_says() {
        for tuple_size in 1..=4 {
            check_collisions((1, 1, 0), tuple_size);
            check_collisions((8, 1, 1), tuple_size);
            check_collisions((10, 20, 20), tuple_size);
            check_collisions((5, 0, 0), tuple_size);
            check_collisions((0, 3, 3), tuple_size);
        }
    }

    #[test]
    fn equal_sets_of_many_tables_are_one_set_with_a_count() {
        let bags = vec![Bag::new((0..4).map(|word| (WordId(word), word + 1)).collect()); 1];
        let bags = [bags, vec![Bag::new((0..4).map(|word| (WordId(word), word + 1)).collect()); 2]].concat();
        let sets = found(&bags, 6, &config(1, 50, 2));
        let total: u32 = (0..sets.len()).map(|set| sets.n_tables(set)).sum();
        assert!(sets.len() as u32 <= total && total <= 100, "{sets:?}");
        let alike = vec![Bag::new((0..4).map(|word| (WordId(word), 2)).collect()); 3];
        assert_eq!(found(&alike, 6, &config(2, 50, 3)), WordSets::of(&[(&[0, 1, 2, 3], 50)]));
    }

    #[test]
    fn a_set_needs_documents_that_hold_half_of_it() {
        let bag = |words: &[u32]| Bag::new(words.iter().map(|&word| (WordId(word), 1)).collect());
        let bags = [bag(&[0, 1, 2]), bag(&[0, 1]), bag(&[3, 4, 5]), bag(&[3]), bag(&[4]), bag(&[5])];
        let index = InvertedIndex::new(&bags.iter().collect(), 6).expect("it fits in memory");
        let sets = WordSets::of(&[(&[0, 1, 2], 9), (&[3, 4, 5], 9)]);
        assert_eq!(supported(&sets, &index, 2), WordSets::of(&[(&[0, 1, 2], 9)]));
        assert_eq!(supported(&sets, &index, 1), sets);
    }
}
