//! Word sets into clusters: sets that overlap belong to one topic.
//!
//! Section 3.2 of the paper named in [`minhash`](super::minhash): a min-hash index over the sets proposes pairs, pairs
//! whose overlap coefficient is above a limit are linked, and what is linked is a cluster (single link). We differ in
//! five things. Whether two sets are together already is asked before their overlap is worked out, which saves most
//! of the work. Signatures, a bit for each word of a set, tell most of the others apart without a look at the words. A
//! pair that was found apart is remembered, because it will meet again in other tables and be found apart again. Chains
//! are cut: a link that would make a cluster of more than `max_cluster_words` words is not made, because single link
//! otherwise joins subject to subject until one topic holds most of the vocabulary; tables come one after the other, and
//! near pairs tend to meet in an earlier table than far ones. And in a bucket a set is compared with at most the next
//! [`MAX_COMPARED`] ones, so that a bucket of many sets costs no square of its size.
//!
//! A set is in one bucket of a table, so a pair meets at most once in it: all threads compare the pairs of a table with
//! what was together before it, and the links are then made one after the other, in the order of the buckets.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::grouping::Grouping;
use super::minhash::{function_key, mix};
use super::word_sets::WordSets;
use super::{TopicsConfig, WordId};
use crate::error::Result;
use crate::progress::Progress;

/// How many tables propose pairs: as many as the paper has. Sets of Jaccard similarity .14 meet with chance one half.
pub(crate) const N_TABLES: usize = 255;

/// How many min-hash values make a set's key in one table: as many as the paper has.
const TUPLE_SIZE: u64 = 3;

/// The most sets of its bucket that a set is compared with.
const MAX_COMPARED: usize = 64;

/// The most pairs that are remembered as apart: some 40 MB of them.
const MAX_REMEMBERED: usize = 1 << 22;

/// The sets whose pairs are held at once, those of one bucket apart: at most a million pairs, of 12 bytes.
const SETS_AT_ONCE: usize = 1 << 14;

/// Tables whose buckets are worked out at once, by as many threads as there are.
const TABLES_AT_ONCE: usize = 15;

/// Words with the number of sets, repeats counted, that hold each; ascending by word.
pub(crate) type Cluster = BTreeMap<WordId, u64>;

/// Returns the clusters of at least `min_cluster` sets, repeats counted, in the order of their first sets.
///
/// `done` counts tables, [`N_TABLES`] of them.
pub(crate) fn clusters(
    sets: &WordSets,
    n_words: usize,
    config: &TopicsConfig,
    (progress, done, total): (&dyn Progress, &AtomicUsize, usize),
) -> Result<Vec<Cluster>> {
    let mut links = Links::new(sets, config);
    for first_table in (0..N_TABLES).step_by(TABLES_AT_ONCE) {
        let tables = first_table..(first_table + TABLES_AT_ONCE).min(N_TABLES);
        let n_tables = tables.len();
        progress.check()?;
        let buckets: Vec<Vec<(u64, u32)>> = tables
            .into_par_iter()
            .map_init(Grouping::default, |grouping, table| {
                sets_that_meet(sets, n_words, config.seed, table as u64, grouping)
            })
            .collect();
        for keyed in &buckets {
            progress.check()?;
            links.link_table(keyed);
        }
        progress.report(done.fetch_add(n_tables, Ordering::Relaxed) + n_tables, total);
    }
    tracing::debug!(links.n_compared, n_apart = links.apart.len(), "linked sets");
    Ok(links.clusters(config.min_cluster))
}

/// Returns the sets that share their key in one table with another, by key, then by number.
fn sets_that_meet(sets: &WordSets, n_words: usize, seed: u64, table: u64, grouping: &mut Grouping) -> Vec<(u64, u32)> {
    // A seed apart from that of the words' own min-hash values, which are keyed by documents.
    let seed = seed ^ 0x5e75_0f5e_7500;
    let keys: [u64; TUPLE_SIZE as usize] =
        std::array::from_fn(|value| function_key(seed, table * TUPLE_SIZE + value as u64));
    let of_words: Vec<[u64; TUPLE_SIZE as usize]> =
        (0..n_words as u64).map(|word| keys.map(|key| mix(key ^ word))).collect();
    let keyed = (0..sets.len()).map(|set| {
        let mut least = [u64::MAX; TUPLE_SIZE as usize];
        for word in sets.words(set) {
            for (least, &value) in least.iter_mut().zip(&of_words[word.index()]) {
                *least = value.min(*least);
            }
        }
        (least.iter().fold(0, |key, &value| mix(key ^ value)), set as u32)
    });
    let mut met = Vec::new();
    grouping.for_each(keyed, 2, |group| met.extend_from_slice(group));
    met
}

/// Mixes numbers of pairs, which need no protection from whoever chose them.
#[derive(Clone, Copy, Debug, Default)]
struct PairHasher(u64);

impl Hasher for PairHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = mix(self.0 ^ u64::from(byte));
        }
    }

    fn write_u64(&mut self, pair: u64) {
        self.0 = mix(pair);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Pairs that were compared and not linked: the lower number in the upper half. In parts, so that several threads can
/// remember at once.
#[derive(Default)]
struct Apart([HashSet<u64, BuildHasherDefault<PairHasher>>; Self::N_PARTS]);

impl Apart {
    const N_PARTS: usize = 16;

    fn pair((one, other): (u32, u32)) -> u64 {
        u64::from(one.min(other)) << u32::BITS | u64::from(one.max(other))
    }

    fn part(pair: u64) -> usize {
        // Neither the lowest nor the highest bits of the hash, by which a part finds its entries.
        (mix(pair) >> 32) as usize % Self::N_PARTS
    }

    fn len(&self) -> usize {
        self.0.iter().map(HashSet::len).sum()
    }

    fn contains(&self, pair: (u32, u32)) -> bool {
        let pair = Self::pair(pair);
        self.0[Self::part(pair)].contains(&pair)
    }

    fn insert(&mut self, pairs: &[(u32, u32)]) {
        let pairs: Vec<u64> = pairs.par_iter().map(|&pair| Self::pair(pair)).collect();
        self.0.par_iter_mut().enumerate().for_each(|(part, remembered)| {
            // A pair that is forgotten is compared again, with the same result.
            if MAX_REMEMBERED / Self::N_PARTS <= remembered.len() {
                remembered.clear();
            }
            remembered.extend(pairs.iter().filter(|&&pair| Self::part(pair) == part));
        });
    }
}

/// Which sets are together, and the words of each group.
struct Links<'a> {
    sets: &'a WordSets,
    max_words: usize,
    /// A set on the way to the one that stands for its group, itself for the latter.
    parent: Vec<u32>,
    /// The words of the group, ascending, for a set that stands for one; empty for the others.
    words: Vec<Vec<WordId>>,
    /// For each set a bit for each of its words, by which most pairs are told apart at a glance.
    signatures: Vec<u64>,
    /// By the number of words of the smaller set, how many it must share.
    n_needed: Vec<u32>,
    /// Sets do not change, and groups only grow, so a pair that was not linked never will be.
    apart: Apart,
    /// Pairs whose words were compared.
    n_compared: usize,
}

impl<'a> Links<'a> {
    fn new(sets: &'a WordSets, config: &TopicsConfig) -> Self {
        let signature =
            |set: usize| sets.words(set).iter().fold(0, |bits, word| bits | 1 << (mix(u64::from(word.0)) >> 58));
        let longest = (0..sets.len()).map(|set| sets.words(set).len()).max().unwrap_or(0);
        Self {
            sets,
            max_words: config.max_cluster_words as usize,
            parent: (0..sets.len() as u32).collect(),
            words: (0..sets.len()).map(|set| sets.words(set).to_vec()).collect(),
            signatures: (0..sets.len()).map(signature).collect(),
            n_needed: n_needed(longest, config.overlap),
            apart: Apart::default(),
            n_compared: 0,
        }
    }

    /// Returns the set that stands for the group of each.
    fn roots(&self) -> Vec<u32> {
        let root = |set: u32| {
            let mut at = set;
            while self.parent[at as usize] != at {
                at = self.parent[at as usize];
            }
            at
        };
        self.parent.par_iter().map(|&above| root(above)).collect()
    }

    /// Links the sets that met in one table: those of equal keys, which stand next to each other.
    fn link_table(&mut self, met: &[(u64, u32)]) {
        self.parent = self.roots();
        let buckets: Vec<&[(u64, u32)]> = met.chunk_by(|one, other| one.0 == other.0).collect();
        let mut rest = buckets.as_slice();
        while !rest.is_empty() {
            let mut n_sets = 0;
            let is_within = |bucket: &&&[(u64, u32)]| {
                let is_first = n_sets == 0;
                n_sets += bucket.len();
                is_first || n_sets <= SETS_AT_ONCE
            };
            let (block, after) = rest.split_at(rest.iter().take_while(is_within).count());
            self.link_buckets(block);
            rest = after;
        }
    }

    fn link_buckets(&mut self, buckets: &[&[(u64, u32)]]) {
        let pairs = buckets.par_iter().flat_map_iter(|bucket| {
            bucket.iter().enumerate().flat_map(|(at, &(_, one))| {
                bucket[at + 1..].iter().take(MAX_COMPARED).map(move |&(_, other)| (one, other))
            })
        });
        let compared: Vec<((u32, u32), bool)> = pairs.filter_map(|pair| Some((pair, self.is_near(pair)?))).collect();
        self.n_compared += compared.len();
        let mut apart = Vec::new();
        for (pair, is_near) in compared {
            if !is_near || !self.link(pair) {
                apart.push(pair);
            }
        }
        self.apart.insert(&apart);
    }

    /// Returns whether two sets overlap enough to be linked; nothing if they are together or were found apart before this
    /// table, or are seen to be apart.
    fn is_near(&self, (one, other): (u32, u32)) -> Option<bool> {
        if self.parent[one as usize] == self.parent[other as usize] {
            return None;
        }
        let words = |set: u32| self.sets.words(set as usize);
        let (one, other) = if words(one).len() <= words(other).len() { (one, other) } else { (other, one) };
        let n_words = words(one).len() as u32;
        let n_needed = self.n_needed[n_words as usize];
        // Words may have a bit in common, so that these are no more than the smaller set truly lacks in the other.
        let n_missing = (self.signatures[one as usize] & !self.signatures[other as usize]).count_ones();
        if n_words < n_needed + n_missing || self.apart.contains((one, other)) {
            return None;
        }
        Some(shares(words(one), words(other), n_needed))
    }

    /// Puts the groups of two sets together, unless they would have too many words. Returns whether they are together then.
    fn link(&mut self, (one, other): (u32, u32)) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return true;
        }
        let together = union(&self.words[one as usize], &self.words[other as usize]);
        if self.max_words < together.len() {
            return false;
        }
        // The earlier set stands for the group, so that the order of clusters is the order of their first sets.
        let (root, below) = (one.min(other), one.max(other));
        self.parent[below as usize] = root;
        self.words[below as usize] = Vec::new();
        self.words[root as usize] = together;
        true
    }

    fn root(&mut self, set: u32) -> u32 {
        let mut at = set;
        while self.parent[at as usize] != at {
            let above = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = above;
            at = above;
        }
        at
    }

    fn clusters(mut self, min_cluster: u32) -> Vec<Cluster> {
        let mut clusters: BTreeMap<u32, (u64, Cluster)> = BTreeMap::new();
        for set in 0..self.sets.len() {
            let root = self.root(set as u32);
            let (n_sets, cluster) = clusters.entry(root).or_default();
            let n_tables = u64::from(self.sets.n_tables(set));
            *n_sets += n_tables;
            for &word in self.sets.words(set) {
                *cluster.entry(word).or_default() += n_tables;
            }
        }
        clusters.retain(|_, (n_sets, _)| u64::from(min_cluster) <= *n_sets);
        clusters.into_values().map(|(_, cluster)| cluster).collect()
    }
}

/// Returns, for each number of words up to `longest`, the least number that is more than the share `limit` of it; one more
/// than there are if none is.
fn n_needed(longest: usize, limit: f32) -> Vec<u32> {
    let needed = |n: u32| {
        let below = (limit * n as f32) as u32;
        (below.saturating_sub(1)..=n).find(|&n_shared| limit < n_shared as f32 / n as f32).unwrap_or(n + 1)
    };
    (0..=longest as u32).map(needed).collect()
}

/// Returns whether at least `n_needed` values of one ascending slice, which is not empty, are in another.
fn shares(one: &[WordId], other: &[WordId], n_needed: u32) -> bool {
    let mut n_to_spare = one.len() as i64 - i64::from(n_needed);
    let mut at = 0;
    one.iter().all(|word| {
        while other.get(at).is_some_and(|passed| passed < word) {
            at += 1;
        }
        n_to_spare -= i64::from(other.get(at) != Some(word));
        0 <= n_to_spare
    })
}

/// Returns the values of two ascending slices, ascending, each once.
fn union(one: &[WordId], other: &[WordId]) -> Vec<WordId> {
    let mut both = [one, other].concat();
    both.sort_unstable();
    both.dedup();
    both
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Bags;
    use super::super::inverted_index::n_common;
    use super::*;
    use crate::progress::Unwatched;

    fn config(overlap: f32, min_cluster: u32, max_cluster_words: u32) -> TopicsConfig {
        TopicsConfig { overlap, min_cluster, max_cluster_words, ..TopicsConfig::for_corpus(&Bags::new(), 3) }
    }

    fn clustered(sets: &WordSets, config: &TopicsConfig) -> Vec<Vec<(u32, u64)>> {
        let clusters = clusters(sets, 100, config, (&Unwatched, &AtomicUsize::new(0), 0)).expect("nobody cancels");
        clusters.iter().map(|cluster| cluster.iter().map(|(word, &n)| (word.0, n)).collect()).collect()
    }

    #[test]
    fn sets_above_the_overlap_are_one_cluster_weighted_by_its_sets() {
        let sets = WordSets::of(&[(&[0, 1, 2], 4), (&[0, 1, 2, 3], 1), (&[7, 8, 9], 2)]);
        let expected = [vec![(0, 5), (1, 5), (2, 5), (3, 1)], vec![(7, 2), (8, 2), (9, 2)]];
        assert_eq!(clustered(&sets, &config(0.7, 1, 100)), expected);
    }

    #[test]
    fn an_overlap_at_the_limit_is_not_above_it() {
        let sets = WordSets::of(&[(&[0, 1, 2], 1), (&[0, 1, 2, 3], 1)]);
        assert_eq!(clustered(&sets, &config(1.0, 1, 100)).len(), 2);
    }

    #[test]
    fn clusters_of_too_few_sets_are_dropped_and_repeats_count() {
        let sets = WordSets::of(&[(&[0, 1, 2], 5), (&[4, 5, 6], 4)]);
        assert_eq!(clustered(&sets, &config(0.7, 5, 100)).len(), 1);
    }

    #[test]
    fn a_chain_is_cut_where_it_would_hold_too_many_words() {
        let chain: Vec<Vec<u32>> = (0..30).map(|at| (at..at + 4).collect()).collect();
        let chain: Vec<(&[u32], u32)> = chain.iter().map(|words| (words.as_slice(), 1)).collect();
        let sets = WordSets::of(&chain);
        assert_eq!(clustered(&sets, &config(0.7, 1, 100)).len(), 1);
        let cut = clustered(&sets, &config(0.7, 1, 10));
        assert!(1 < cut.len() && cut.iter().all(|cluster| cluster.len() <= 10), "{cut:?}");
    }

    #[test]
    fn sets_already_together_or_found_apart_are_not_compared_again() {
        let sets = WordSets::of(&[(&[0, 1, 2], 1), (&[0, 1, 2, 3], 1), (&[2, 3, 4], 1), (&[0, 1, 2, 4], 1)]);
        let config = config(0.7, 1, 4);
        let mut links = Links::new(&sets, &config);
        let near = |links: &Links<'_>| [(0, 1), (1, 0), (0, 2), (3, 1)].map(|pair| links.is_near(pair));
        // Of the third pair the words that are missing are seen at a glance.
        assert_eq!(near(&links), [Some(true), Some(true), None, Some(true)]);
        // The last of these overlap enough, and have too many words together.
        links.link_table(&[(7, 0), (7, 1), (7, 2), (9, 1), (9, 3)]);
        assert_eq!(near(&links), [None; 4]);
        assert_eq!(links.roots(), [0, 0, 2, 3]);
        assert_eq!(links.n_compared, 2);
    }

    fn some_words() -> impl Strategy<Value = Vec<WordId>> {
        prop::collection::btree_set(0..12_u32, 1..8).prop_map(|words| words.into_iter().map(WordId).collect())
    }

    proptest! {
        #[test]
        fn two_sets_are_linked_if_they_share_more_than_the_limit_of_the_smaller(
            one in some_words(),
            other in some_words(),
            limit in prop::sample::select(vec![0.0_f32, 0.3, 0.5, 0.7, 0.9, 1.0]),
        ) {
            let mut sets = WordSets::of(&[]);
            sets.push(one.iter().copied(), 1);
            sets.push(other.iter().copied(), 1);
            let links = Links::new(&sets, &config(limit, 1, 100));
            let overlap = n_common(&one, &other) as f32 / one.len().min(other.len()) as f32;
            for pair in [(0, 1), (1, 0)] {
                prop_assert_eq!(links.is_near(pair).unwrap_or(false), limit < overlap);
            }
        }

        #[test]
        fn clusters_partition_the_sets(sets in prop::collection::btree_map(some_words(), 1..5_u32, 0..20)) {
            let mut made = WordSets::of(&[]);
            for (words, n_tables) in &sets {
                made.push(words.iter().copied(), *n_tables);
            }
            let clusters = clustered(&made, &config(0.6, 1, 100));
            // Every set adds its count to each of its words in one cluster and no other.
            let mut expected: BTreeMap<u32, u64> = BTreeMap::new();
            for (words, &n_tables) in &sets {
                for word in words {
                    *expected.entry(word.0).or_default() += u64::from(n_tables);
                }
            }
            let mut found: BTreeMap<u32, u64> = BTreeMap::new();
            for (word, n) in clusters.into_iter().flatten() {
                *found.entry(word).or_default() += n;
            }
            prop_assert_eq!(found, expected);
        }
    }
}
