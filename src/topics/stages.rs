//! The steps of mining one at a time, for those who measure them (`benches/topics.rs`); [`mine`](super::mine) is the whole.

use std::sync::atomic::AtomicUsize;

use super::clusters;
use super::grouping::Grouping;
use super::inverted_index::InvertedIndex;
use super::minhash::{LANES, Minima, mix};
use super::word_sets::{self, Hashed, WordSets};
use super::{Bags, TopicsConfig};
use crate::error::Result;
use crate::progress::Unwatched;

/// How many functions one pass of hashing works out.
pub const FUNCTIONS_PER_PASS: usize = LANES;

/// Which bags each word is in.
pub struct Index(InvertedIndex);

impl Index {
    /// Returns the index of `bags`, whose words are numbered below `n_words`.
    pub fn new(bags: &Bags, n_words: usize) -> Result<Self> {
        Ok(Self(InvertedIndex::new(bags, n_words)?))
    }
}

/// Sets of words that keep company.
pub struct Sets(WordSets);

impl Sets {
    /// Returns the sets that enough documents vouch for: hashing, grouping and the look at the documents together.
    pub fn new(bags: &Bags, n_words: usize, index: &Index, config: &TopicsConfig) -> Result<Self> {
        let steps = (&Unwatched as &_, &AtomicUsize::new(0), word_sets::n_passes(config));
        let hashed = Hashed { bags, signed: None };
        Ok(Self(word_sets::supported_sets(&hashed, &index.0, n_words, config, steps)?))
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One pass of hashing, with the room it needs.
#[derive(Default)]
pub struct Hashing {
    minima: Minima,
    grouping: Grouping,
}

impl Hashing {
    /// Works out the min-hash values of all words under the functions of one pass.
    pub fn hash(&mut self, bags: &Bags, n_words: usize, seed: u64, pass: usize) -> Result<()> {
        self.minima.work_out(bags, n_words, seed, (pass * LANES) as u64)
    }

    /// Returns how many groups of `min_set` words or more share a key of the first two of the values that were worked out.
    pub fn group(&mut self, min_set: usize) -> usize {
        let mut n_groups = 0;
        let key = |values: &[u32; LANES]| mix(mix(u64::from(values[0])) ^ u64::from(values[1]));
        let keyed = self.minima.of_words.iter().zip(0..).map(|(values, word)| (key(values), word));
        self.grouping.for_each(keyed, min_set, |_| n_groups += 1);
        n_groups
    }
}

/// Returns how many clusters there are of sets of words numbered below `n_words`.
pub fn n_clusters(sets: &Sets, n_words: usize, config: &TopicsConfig) -> Result<usize> {
    let steps = (&Unwatched as &_, &AtomicUsize::new(0), clusters::N_TABLES);
    Ok(clusters::clusters(&sets.0, n_words, config, steps)?.len())
}
