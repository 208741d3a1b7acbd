//! Min-hash values of words, by the documents they stand in.
//!
//! Fuentes-Pineda and Meza-Ruiz 2018, "Topic Discovery in Massive Text Corpora Based on Min-Hashing", section 3: a
//! document becomes as many virtual copies as its most frequent word has occurrences, a word of frequency `f` stands
//! in the first `f` of them, and the min-hash of a word is the least hash of the copies it stands in. Two words then
//! agree with a chance of `sum(min) / sum(max)` of their frequencies, their multiset Jaccard similarity.
//!
//! We differ in how, not in what. Copies are hashed in order with their running minimum, so a posting costs one load
//! instead of `f` hashes. A hash is an integer mixer on a counter (document, copy, function) in the place of a table
//! of random numbers, so it depends neither on what was hashed before nor on the thread. Documents are the outer loop
//! and words the inner: what is touched at random is 64 bytes a word, and documents stream by. Sixteen functions go
//! through the registers at once, as wide as the processor has them.

#![expect(clippy::inline_always, reason = "a pass is compiled for each kind of registers, with all that it calls")]

use super::Bags;
use super::bag::Block;
use crate::error::Result;

/// How many functions are worked out in one pass over the documents.
pub(crate) const LANES: usize = 16;

/// The values of one word or copy under the functions of one pass.
pub(crate) type Lanes = [u32; LANES];

/// Mixes the bits of `x` so that near inputs give unrelated outputs: the finaliser of `SplitMix64` (Steele, Lea, Flood
/// 2014, "Fast splittable pseudorandom number generators").
pub(crate) fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(GOLDEN);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const GOLDEN_32: u32 = 0x9e37_79b9;

/// Returns the key of one hash function, to be given to [`hash`].
pub(crate) fn function_key(seed: u64, function: u64) -> u64 {
    mix(mix(seed) ^ function.wrapping_mul(GOLDEN))
}

/// Returns what every copy of a document is hashed from under one function.
fn stream(function_key: u64, document: u64) -> u64 {
    mix(function_key ^ document)
}

/// Returns the hash of one copy of a document: the finaliser of `MurmurHash3`, which needs no product of more than 32
/// bits, on a counter that starts at one half of the document's [`stream`] and goes on by [`GOLDEN_32`] a copy; `rest`,
/// the other half, sets documents apart whose first halves are equal.
#[inline(always)]
fn hash(counter: u32, rest: u32) -> u32 {
    let x = (counter ^ (counter >> 16)).wrapping_mul(0x85eb_ca6b);
    let x = (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35);
    x ^ (x >> 16) ^ rest
}

/// What one pass writes to, kept between passes.
#[derive(Default)]
pub(crate) struct Minima {
    /// The least value of each word under each function of the pass; `u32::MAX` for a word without documents.
    pub(crate) of_words: Vec<Lanes>,
    copies: Vec<Lanes>,
}

impl Minima {
    /// Works out the min-hash values of `n_words` words under the functions of number `first_function` and on. A document is
    /// hashed by its key in `bags`: its place in the corpus, if it is one bag.
    ///
    /// Takes `O(LANES * (postings + copies))` time.
    pub(crate) fn work_out(&mut self, bags: &Bags, n_words: usize, seed: u64, first_function: u64) -> Result<()> {
        self.of_words.clear();
        self.of_words.resize(n_words, [u32::MAX; LANES]);
        let keys: [u64; LANES] = std::array::from_fn(|lane| function_key(seed, first_function + lane as u64));
        let arch = pulp::Arch::new();
        bags.for_each_block(|block| {
            let documents = bags.keys();
            arch.dispatch(Pass { block, documents, keys, of_words: &mut self.of_words, copies: &mut self.copies });
        })
    }
}

/// A pass over neighbouring documents. It is compiled once for each kind of registers, so all of it must be inlined.
struct Pass<'a> {
    block: Block<'a>,
    documents: Option<&'a [u64]>,
    keys: [u64; LANES],
    of_words: &'a mut [Lanes],
    copies: &'a mut Vec<Lanes>,
}

impl pulp::WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _simd: S) {
        for (bag, words, frequencies) in self.block.bags() {
            let document = self.documents.map_or(bag as u64, |documents| documents[bag]);
            let n_copies = frequencies.iter().copied().max().unwrap_or(0);
            hash_copies(self.copies, &self.keys, document, u32::from(n_copies));
            for (word, &frequency) in words.iter().zip(frequencies) {
                let values = &mut self.of_words[word.index()];
                *values = less(*values, self.copies[usize::from(frequency) - 1]);
            }
        }
    }
}

/// Fills `copies` with the running minimum over a document's copies: entry `f - 1` is the least of the first `f`.
#[inline(always)]
fn hash_copies(copies: &mut Vec<Lanes>, keys: &[u64; LANES], document: u64, n_copies: u32) {
    copies.clear();
    let mut counters = [0; LANES];
    let mut rests = [0; LANES];
    for lane in 0..LANES {
        let stream = stream(keys[lane], document);
        counters[lane] = stream as u32;
        rests[lane] = (stream >> 32) as u32;
    }
    let mut least = [u32::MAX; LANES];
    for _ in 0..n_copies {
        for lane in 0..LANES {
            least[lane] = least[lane].min(hash(counters[lane], rests[lane]));
            counters[lane] = counters[lane].wrapping_add(GOLDEN_32);
        }
        copies.push(least);
    }
}

#[inline(always)]
fn less(one: Lanes, other: Lanes) -> Lanes {
    let mut less = [0; LANES];
    for lane in 0..LANES {
        less[lane] = one[lane].min(other[lane]);
    }
    less
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::topics::{Bag, WordId};

    /// The paper's definition, without the running minimum: the least hash over all copies a word stands in.
    fn brute_force(bags: &Bags, word: WordId, seed: u64, function: u64) -> u32 {
        let key = function_key(seed, function);
        let copies = bags.iter().enumerate().flat_map(|(document, bag)| {
            let frequency = bag.clone().find(|&(held, _)| held == word).map_or(0, |(_, frequency)| frequency);
            let stream = stream(key, document as u64);
            let counter = move |copy: u32| (stream as u32).wrapping_add(copy.wrapping_mul(GOLDEN_32));
            (0..frequency).map(move |copy| hash(counter(copy), (stream >> 32) as u32))
        });
        copies.min().unwrap_or(u32::MAX)
    }

    pub(crate) fn some_bags() -> impl Strategy<Value = Vec<Bag>> {
        let bag = prop::collection::vec((0..6_u32, 0..9_u32), 0..6)
            .prop_map(|words| Bag::new(words.into_iter().map(|(word, n)| (WordId(word), n)).collect()));
        prop::collection::vec(bag, 0..12)
    }

    proptest! {
        #[test]
        fn the_running_minimum_is_the_minimum_over_the_expanded_documents(
            bags in some_bags(), seed: u64, first_function in 0..1000_u64,
        ) {
            let bags: Bags = bags.iter().collect();
            let mut minima = Minima::default();
            minima.work_out(&bags, 6, seed, first_function).expect("it is in memory");
            for word in 0..6 {
                for lane in 0..LANES {
                    let expected = brute_force(&bags, WordId(word), seed, first_function + lane as u64);
                    prop_assert_eq!(minima.of_words[word as usize][lane], expected);
                }
            }
        }

        #[test]
        fn documents_appended_later_only_lower_the_values(bags in some_bags(), more in some_bags(), seed: u64) {
            let (mut before, mut after) = (Minima::default(), Minima::default());
            before.work_out(&bags.iter().collect(), 6, seed, 0).expect("it is in memory");
            let all: Bags = bags.iter().chain(&more).collect();
            after.work_out(&all, 6, seed, 0).expect("it is in memory");
            for (before, after) in before.of_words.iter().zip(&after.of_words) {
                prop_assert!(before.iter().zip(after).all(|(before, after)| after <= before));
            }
        }
    }

    /// Two words over documents with the frequencies of `pairs`.
    fn two_words(pairs: &[(u32, u32)]) -> Bags {
        pairs.iter().map(|&(one, other)| Bag::new(vec![(WordId(0), one), (WordId(1), other)])).collect()
    }

    /// Checks the paper's law: the rate at which two words agree is `sum(min) / sum(max)` of their frequencies, within
    /// five standard deviations of 16,000 functions.
    #[track_caller]
    fn check_agreement(pairs: &[(u32, u32)]) {
        let sum = |of: fn(u32, u32) -> u32| pairs.iter().map(|&(one, other)| of(one, other)).sum::<u32>();
        let expected = f64::from(sum(u32::min)) / f64::from(sum(u32::max));
        let bags = two_words(pairs);
        let (mut minima, n_passes) = (Minima::default(), 1000);
        let mut n_equal = 0;
        for pass in 0..n_passes {
            minima.work_out(&bags, 2, 7, (pass * LANES) as u64).expect("it is in memory");
            n_equal += minima.of_words[0].iter().zip(&minima.of_words[1]).filter(|(one, other)| one == other).count();
        }
        let n = (n_passes * LANES) as f64;
        let deviation = (expected * (1.0 - expected) / n).sqrt();
        let rate = n_equal as f64 / n;
        assert!((rate - expected).abs() <= 5.0 * deviation, "words agree at {rate}, not {expected}");
    }

    #[test]
    fn words_agree_as_often_as_their_multiset_similarity_says() {
        check_agreement(&[(1, 1), (1, 0), (0, 1)]);
        check_agreement(&[(3, 1), (2, 2), (0, 4), (5, 5)]);
        check_agreement(&[(1, 9), (9, 1)]);
        check_agreement(&[(2, 2), (7, 7)]);
        check_agreement(&[(2, 0), (0, 7)]);
        check_agreement(&[(1, 1); 40].into_iter().chain([(1, 0); 360]).collect::<Vec<_>>());
    }

    #[test]
    fn an_absurd_frequency_costs_no_more_than_the_most_copies() {
        let mut minima = Minima::default();
        minima.work_out(&two_words(&[(u32::MAX, 1)]), 2, 0, 0).expect("it is in memory");
        assert_eq!(minima.copies.len(), Bags::MAX_FREQUENCY as usize);
    }
}
