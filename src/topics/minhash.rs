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
//! and words the inner: what is touched at random is 64 bytes a word, and documents stream by.

use super::Bag;

/// How many functions are worked out in one pass over the documents.
pub(crate) const LANES: usize = 16;

/// The values of one word or copy under the functions of one pass.
pub(crate) type Lanes = [u32; LANES];

/// The most copies a document has: a word that stands in it more often counts as often. It bounds the time a
/// malformed frequency can cost, and no text comes near it without being noise.
pub(crate) const MAX_COPIES: u32 = 1024;

/// Mixes the bits of `x` so that near inputs give unrelated outputs: the finaliser of `SplitMix64` (Steele, Lea, Flood
/// 2014, "Fast splittable pseudorandom number generators").
pub(crate) fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(GOLDEN);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Returns the key of one hash function, to be given to [`hash`].
pub(crate) fn function_key(seed: u64, function: u64) -> u64 {
    mix(mix(seed) ^ function.wrapping_mul(GOLDEN))
}

/// Returns what every copy of a document is hashed from under one function.
fn stream(function_key: u64, document: u64) -> u64 {
    mix(function_key ^ document)
}

/// Returns the hash of one copy of a document, from its [`stream`].
fn hash(stream: u64, copy: u32) -> u32 {
    (mix(stream.wrapping_add(u64::from(copy).wrapping_mul(GOLDEN))) >> 32) as u32
}

/// What one pass writes to, kept between passes.
#[derive(Default)]
pub(crate) struct Minima {
    /// The least value of each word under each function of the pass; `u32::MAX` for a word without documents.
    pub(crate) of_words: Vec<Lanes>,
    copies: Vec<Lanes>,
}

impl Minima {
    /// Works out the min-hash values of `n_words` words under the functions of number `first_function` and on.
    ///
    /// Takes `O(LANES * (postings + copies))` time.
    pub(crate) fn work_out(&mut self, bags: &[Bag], n_words: usize, seed: u64, first_function: u64) {
        self.of_words.clear();
        self.of_words.resize(n_words, [u32::MAX; LANES]);
        let keys: [u64; LANES] = std::array::from_fn(|lane| function_key(seed, first_function + lane as u64));
        for (document, bag) in bags.iter().enumerate() {
            let n_copies = bag.words.iter().map(|&(_, frequency)| frequency.min(MAX_COPIES)).max().unwrap_or(0);
            self.hash_copies(&keys, document as u64, n_copies);
            for &(word, frequency) in &bag.words {
                let least = &self.copies[frequency.min(MAX_COPIES) as usize - 1];
                take_less(&mut self.of_words[word.index()], least);
            }
        }
    }

    /// Fills `copies` with the running minimum over a document's copies: entry `f - 1` is the least of the first `f`.
    fn hash_copies(&mut self, keys: &[u64; LANES], document: u64, n_copies: u32) {
        self.copies.clear();
        let streams: [u64; LANES] = std::array::from_fn(|lane| stream(keys[lane], document));
        let mut least = [u32::MAX; LANES];
        for copy in 0..n_copies {
            let values: Lanes = std::array::from_fn(|lane| hash(streams[lane], copy));
            take_less(&mut least, &values);
            self.copies.push(least);
        }
    }
}

fn take_less(least: &mut Lanes, values: &Lanes) {
    for (least, &value) in least.iter_mut().zip(values) {
        *least = value.min(*least);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::topics::WordId;

    /// The paper's definition, without the running minimum: the least hash over all copies a word stands in.
    fn brute_force(bags: &[Bag], word: WordId, seed: u64, function: u64) -> u32 {
        let key = function_key(seed, function);
        let copies = bags.iter().enumerate().flat_map(|(document, bag)| {
            (0..bag.frequency(word)).map(move |copy| hash(stream(key, document as u64), copy))
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
            let mut minima = Minima::default();
            minima.work_out(&bags, 6, seed, first_function);
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
            before.work_out(&bags, 6, seed, 0);
            let all: Vec<Bag> = bags.iter().chain(&more).cloned().collect();
            after.work_out(&all, 6, seed, 0);
            for (before, after) in before.of_words.iter().zip(&after.of_words) {
                prop_assert!(before.iter().zip(after).all(|(before, after)| after <= before));
            }
        }
    }

    /// Two words over documents with the frequencies of `pairs`.
    fn two_words(pairs: &[(u32, u32)]) -> Vec<Bag> {
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
            minima.work_out(&bags, 2, 7, (pass * LANES) as u64);
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
        minima.work_out(&two_words(&[(u32::MAX, 1)]), 2, 0, 0);
        assert_eq!(minima.copies.len(), MAX_COPIES as usize);
    }
}
