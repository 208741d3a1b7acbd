//! How well the words of a topic go together: normalised pointwise mutual information, and diversity.
//!
//! NPMI is that of Bouma 2009, "Normalized (Pointwise) Mutual Information in Collocation Extraction", averaged over
//! the pairs of a topic's first [`N_WORDS`] words as Lau, Newman and Baldwin 2014 do ("Machine Reading Tea Leaves").
//! What counts as standing together is either a document, which flatters topics of long documents, or a window of
//! words, which does not.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::WordId;
use super::inverted_index::InvertedIndex;

/// How many of a topic's words are judged.
pub const N_WORDS: usize = 10;

/// Returns the NPMI of two words in `-1.0..=1.0`, from how many places hold both, the one, the other, of `n` places.
///
/// It is -1 for words that never stand together, 0 for independent words, and 1 for words always together.
pub fn npmi(n_both: u64, n_one: u64, n_other: u64, n: u64) -> f64 {
    if n_both == 0 {
        return -1.0;
    }
    if n_both == n {
        return 1.0;
    }
    let [both, one, other, n] = [n_both, n_one, n_other, n].map(|count| count as f64);
    ((both * n / (one * other)).ln() / -(both / n).ln()).clamp(-1.0, 1.0)
}

/// Returns the mean NPMI over the pairs of the first [`N_WORDS`] of `words`, by documents; 0 without a pair.
pub(crate) fn npmi_of_words(words: &[WordId], index: &InvertedIndex) -> f32 {
    let words = &words[..words.len().min(N_WORDS)];
    let n = index.n_bags() as u64;
    let of_pair = |one: WordId, other: WordId| {
        let n_with = |word| index.n_bags_with(word) as u64;
        npmi(u64::from(index.n_bags_with_both(one, other)), n_with(one), n_with(other), n)
    };
    mean(pairs(words.len()).map(|(i, j)| of_pair(words[i], words[j]))).unwrap_or(0.0) as f32
}

/// Returns every pair `i < j < n`.
fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)))
}

/// Returns the mean of some numbers, or nothing of none.
pub fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = numbers.fold((0.0, 0_u64), |(sum, n), number| (sum + number, n + 1));
    (0 < n).then(|| sum / n as f64)
}

/// Where words count as standing together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Together {
    /// In one document.
    InDocument,
    /// Within so many words in a row; a document of fewer words is one window.
    InWindow {
        /// The width of the window in words, at least 1.
        n_words: u32,
        /// What a pair that never stands together counts as: -1, or 0 as Lau, Newman and Baldwin have it.
        unseen: f64,
    },
}

impl Together {
    /// Within ten words, -1 for a pair never seen: what we judge by.
    pub const WITHIN_10_WORDS: Self = Self::InWindow { n_words: 10, unseen: -1.0 };
    /// Within twenty words, 0 for a pair never seen: what Lau, Newman and Baldwin, and the min-hashing paper, judge by.
    pub const AS_LAU: Self = Self::InWindow { n_words: 20, unseen: 0.0 };

    fn unseen(self) -> f64 {
        match self {
            Self::InDocument => -1.0,
            Self::InWindow { unseen, .. } => unseen,
        }
    }

    /// Returns how many places a document of `n_tokens` has, at least 1.
    fn n_places(self, n_tokens: usize) -> u64 {
        match self {
            Self::InDocument => 1,
            Self::InWindow { n_words, .. } => (n_tokens as u64 + 1).saturating_sub(u64::from(n_words)).max(1),
        }
    }

    /// Adds the places that hold position `at` to `places`: ranges that are ascending, apart, and not empty.
    fn add_places(self, at: usize, n_places: u64, places: &mut Vec<(u64, u64)>) {
        let (start, end) = match self {
            Self::InDocument => (0, 1),
            Self::InWindow { n_words, .. } => {
                ((at as u64 + 1).saturating_sub(u64::from(n_words)), n_places.min(at as u64 + 1))
            }
        };
        match places.last_mut() {
            Some((_, last_end)) if start <= *last_end => *last_end = end.max(*last_end),
            _ => places.push((start, end)),
        }
    }
}

/// Returns the mean NPMI over the pairs of each topic's words, nothing for a topic of fewer than two words.
///
/// `documents` are the tokens of each document in reading order; empty ones do not count. Words beyond the first
/// [`N_WORDS`] of a topic are not looked at; a word must not stand twice in a topic.
pub fn npmi_of_topics(documents: &[Vec<u32>], topics: &[Vec<u32>], together: Together) -> Vec<Option<f64>> {
    let topics: Vec<&[u32]> = topics.iter().map(|words| &words[..words.len().min(N_WORDS)]).collect();
    let mut slots: BTreeMap<u32, usize> = BTreeMap::new();
    for &word in topics.iter().copied().flatten() {
        let next = slots.len();
        slots.entry(word).or_insert(next);
    }
    // Counts are whole numbers, so the order of adding them does not matter, and threads may.
    let counts = documents
        .par_chunks(256)
        .map(|documents| Counts::of(documents, &topics, &slots, together))
        .reduce(|| Counts::new(&topics, slots.len()), |counts, more| counts.plus(&more));
    topics
        .iter()
        .enumerate()
        .map(|(topic, words)| {
            mean(pairs(words.len()).enumerate().map(|(pair, (i, j))| {
                let n_both = counts.with_pair[topic][pair];
                if n_both == 0 {
                    return together.unseen();
                }
                let n_with = |word| counts.with_word[slots[word]];
                npmi(n_both, n_with(&words[i]), n_with(&words[j]), counts.places)
            }))
        })
        .collect()
}

/// How many places hold each word, and each pair of each topic.
struct Counts {
    places: u64,
    with_word: Vec<u64>,
    with_pair: Vec<Vec<u64>>,
}

impl Counts {
    fn new(topics: &[&[u32]], n_slots: usize) -> Self {
        let with_pair = topics.iter().map(|words| vec![0; pairs(words.len()).count()]).collect();
        Self { places: 0, with_word: vec![0; n_slots], with_pair }
    }

    fn of(documents: &[Vec<u32>], topics: &[&[u32]], slots: &BTreeMap<u32, usize>, together: Together) -> Self {
        let mut counts = Self::new(topics, slots.len());
        let mut places: Vec<Vec<(u64, u64)>> = vec![Vec::new(); slots.len()];
        let mut present: Vec<usize> = Vec::new();
        for tokens in documents.iter().filter(|tokens| !tokens.is_empty()) {
            let n_places = together.n_places(tokens.len());
            counts.places += n_places;
            for (at, token) in tokens.iter().enumerate() {
                if let Some(&slot) = slots.get(token) {
                    if places[slot].is_empty() {
                        present.push(slot);
                    }
                    together.add_places(at, n_places, &mut places[slot]);
                }
            }
            for &slot in &present {
                counts.with_word[slot] += places[slot].iter().map(|(start, end)| end - start).sum::<u64>();
            }
            for (topic, words) in topics.iter().enumerate() {
                let of_words: Vec<&[(u64, u64)]> = words.iter().map(|word| places[slots[word]].as_slice()).collect();
                for (pair, (i, j)) in pairs(words.len()).enumerate() {
                    counts.with_pair[topic][pair] += n_shared(of_words[i], of_words[j]);
                }
            }
            for slot in present.drain(..) {
                places[slot].clear();
            }
        }
        counts
    }

    fn plus(mut self, other: &Self) -> Self {
        self.places += other.places;
        add_to(&mut self.with_word, &other.with_word);
        for (n_both, more) in self.with_pair.iter_mut().zip(&other.with_pair) {
            add_to(n_both, more);
        }
        self
    }
}

fn add_to(sums: &mut [u64], more: &[u64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

/// Returns how many numbers two ascending lists of ranges share.
fn n_shared(one: &[(u64, u64)], other: &[(u64, u64)]) -> u64 {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < one.len() && j < other.len() {
        let (start, end) = (one[i].0.max(other[j].0), one[i].1.min(other[j].1));
        n += end.saturating_sub(start);
        if one[i].1 <= other[j].1 { i += 1 } else { j += 1 }
    }
    n
}

/// Returns the share of distinct words among the first [`N_WORDS`] words of all topics, in `0.0..=1.0`; 0 of none.
pub fn diversity<T: Ord>(topics: &[Vec<T>]) -> f64 {
    let words: Vec<&T> = topics.iter().flat_map(|words| words.iter().take(N_WORDS)).collect();
    let distinct: std::collections::BTreeSet<&T> = words.iter().copied().collect();
    distinct.len() as f64 / words.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn npmi_is_least_for_words_never_together_and_most_for_words_always_together() {
        assert!((npmi(0, 5, 5, 100) + 1.0).abs() < 1e-12);
        assert!((npmi(5, 5, 5, 100) - 1.0).abs() < 1e-12);
        assert!((npmi(100, 100, 100, 100) - 1.0).abs() < 1e-12);
        assert!(npmi(25, 50, 50, 100).abs() < 1e-12, "independent words");
    }

    /// The definition, by listing every window.
    fn brute_force(documents: &[Vec<u32>], topic: &[u32], n_words: usize, unseen: f64) -> Option<f64> {
        let windows: Vec<&[u32]> = documents
            .iter()
            .filter(|tokens| !tokens.is_empty())
            .flat_map(|tokens| tokens.windows(n_words.min(tokens.len())))
            .collect();
        let count = |words: &[u32]| {
            windows.iter().filter(|window| words.iter().all(|word| window.contains(word))).count() as u64
        };
        mean(pairs(topic.len()).map(|(i, j)| {
            let n_both = count(&[topic[i], topic[j]]);
            if n_both == 0 {
                return unseen;
            }
            npmi(n_both, count(&[topic[i]]), count(&[topic[j]]), windows.len() as u64)
        }))
    }

    fn some_documents() -> impl Strategy<Value = Vec<Vec<u32>>> {
        prop::collection::vec(prop::collection::vec(0..8_u32, 0..20), 0..8)
    }

    proptest! {
        #[test]
        fn windows_are_counted_as_if_they_were_listed(documents in some_documents(), n_words in 1..6_u32) {
            let topics = vec![vec![0, 1, 2, 3], vec![2, 7], vec![5]];
            let together = Together::InWindow { n_words, unseen: -0.5 };
            let found = npmi_of_topics(&documents, &topics, together);
            for (topic, found) in topics.iter().zip(found) {
                let expected = brute_force(&documents, topic, n_words as usize, -0.5);
                prop_assert_eq!(found.is_some(), expected.is_some());
                prop_assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-9);
            }
        }

        #[test]
        fn a_document_is_one_window_of_its_length(documents in some_documents()) {
            let topics = vec![vec![0, 1, 2, 3]];
            let by_document = npmi_of_topics(&documents, &topics, Together::InDocument)[0].unwrap_or(0.0);
            let expected = brute_force(&documents, &topics[0], 20, -1.0).unwrap_or(0.0);
            prop_assert!((by_document - expected).abs() < 1e-9);
        }

        #[test]
        fn npmi_is_between_minus_one_and_one(n in 1..1000_u64, one in 1..1000_u64, other in 1..1000_u64, both: u64) {
            let (one, other) = (one.min(n), other.min(n));
            // As many as both can hold, and no fewer than they must.
            let (least, most) = ((one + other).saturating_sub(n), one.min(other));
            let both = least + both % (most - least + 1);
            prop_assert!((-1.0..=1.0).contains(&npmi(both, one, other, n)));
        }
    }

    #[test]
    fn diversity_is_the_share_of_distinct_words() {
        assert!((diversity(&[vec!["a", "b"], vec!["a", "c"]]) - 0.75).abs() < 1e-12);
        assert!(diversity::<u32>(&[]).abs() < 1e-12);
    }
}
