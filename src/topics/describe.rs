//! What a topic says: the words that it lists, and those of its profile.
//!
//! Documents are found by words within the frequency limits; what these documents say, they say in commoner words too. So
//! all words of the corpus are looked at here, but those in too few documents. A list takes words of up to
//! [`LISTED_SHARE`] times the limit, since readers look for what sets a topic apart; a profile takes any, since a document is
//! known by all of its words. Measured against words within the limits alone, all of the news wires bear a topic in place of 95
//! in 100, and their strongest topics agree with the labels better (NMI .50 and .47); see ARCHITECTURE.md.
//!
//! What a topic lists is weighed by the documents that are firmly about it, which hold half of its heaviest words, and by
//! how often words stand there: `P * ln(P / Q)`, with `P` and `Q` a word's shares of all words in these and in all documents.
//! A document that is about a subject in passing brings words of its own subject; where a document names a thing again and
//! again, it is about that.

use rayon::prelude::*;

use super::rank::{Corpus, Counts, MAX_FREQUENCY, Ranked, Scratch, core, counted, firm, heaviest_first, standing_out};
use super::{BagIndex, TopicsConfig, WordId};
use crate::error::Result;
use crate::progress::Progress;

/// How often the listed words and the documents firmly about them select each other.
const N_LISTING_ROUNDS: usize = 2;

/// How many times the limit of document frequency a listed word may have.
const LISTED_SHARE: f32 = 2.0;

/// How many of the words that stand out make a topic's profile.
const N_PROFILE_WORDS: usize = 300;

/// A topic with what it says, before it has a label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Described {
    /// What it lists, heaviest first; ties by word. The heaviest weighs 1.
    pub(crate) listed: Vec<(WordId, f32)>,
    /// What stands out in the documents that support it, in the same order.
    pub(crate) profile: Vec<WordId>,
    /// The documents that support it, ascending.
    pub(crate) supporting: Vec<BagIndex>,
}

/// Returns topics with what they say, in their order. `corpus` has all words, and topics are in its numbers. Fails when
/// cancelled.
pub(crate) fn described(
    topics: Vec<Ranked>,
    corpus: &Corpus<'_>,
    config: &TopicsConfig,
    progress: &dyn Progress,
) -> Result<Vec<Described>> {
    let shares = shares(corpus);
    let fewest = config.min_documents as usize;
    let topics = topics.into_par_iter().map_init(
        || Scratch::of(corpus),
        |scratch, topic| {
            progress.check()?;
            let listed = listed(&topic, corpus, config, &shares, scratch);
            let is_admitted = |word| fewest <= corpus.index.n_bags_with(word);
            let profile = standing_out(&topic.supporting, corpus, is_admitted, N_PROFILE_WORDS, &mut scratch.counts);
            let profile = profile.into_iter().map(|(word, _)| word).collect();
            Ok(Described { listed, profile, supporting: topic.supporting })
        },
    );
    topics.collect()
}

/// Returns the share that each word has of all words of the corpus.
fn shares(corpus: &Corpus<'_>) -> Vec<f64> {
    let frequencies = (0..corpus.bags.len()).into_par_iter().fold(
        || vec![0_u64; corpus.n_words],
        |mut frequencies, bag| {
            for (word, frequency) in corpus.bags.bag(BagIndex::from(bag)) {
                frequencies[word.index()] += u64::from(frequency.min(MAX_FREQUENCY));
            }
            frequencies
        },
    );
    let added = |mut one: Vec<u64>, other: Vec<u64>| {
        one.iter_mut().zip(other).for_each(|(one, other)| *one += other);
        one
    };
    let frequencies = frequencies.reduce(|| vec![0_u64; corpus.n_words], added);
    let total: u64 = frequencies.iter().sum();
    frequencies.into_iter().map(|frequency| frequency as f64 / total as f64).collect()
}

/// Returns the words that a topic lists, heaviest first, ties by word. `shares` are those of [`shares`].
fn listed(
    topic: &Ranked,
    corpus: &Corpus<'_>,
    config: &TopicsConfig,
    shares: &[f64],
    scratch: &mut Scratch,
) -> Vec<(WordId, f32)> {
    let n_listed = config.n_topic_words as usize;
    let most = (LISTED_SHARE * config.max_documents(corpus.bags.len()) as f32) as usize;
    let admitted = config.min_documents as usize..=most;
    let mut listed: Vec<(WordId, f32)> = topic.words.iter().copied().take(n_listed).collect();
    for _ in 0..N_LISTING_ROUNDS {
        let firm = firm(&core(&listed), corpus, scratch);
        let counts = counted(&firm, corpus.bags, &mut scratch.counts);
        let total: u64 = counts.iter().map(|(_, counts)| u64::from(counts.frequency)).sum();
        let weight = |&(word, Counts { n_documents, frequency }): &(WordId, Counts)| {
            let (p, q) = (f64::from(frequency) / total as f64, shares[word.index()]);
            let is_admitted = 2 <= n_documents && admitted.contains(&corpus.index.n_bags_with(word));
            (is_admitted && q < p).then(|| (word, (p * (p / q).ln()) as f32))
        };
        let heavier = heaviest_first(counts.iter().filter_map(weight).collect(), n_listed);
        // Where no two documents are firmly about it, the list is left as it stands.
        if heavier.len() < 2 {
            break;
        }
        listed = heavier;
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::super::inverted_index::InvertedIndex;
    use super::super::{Bag, Bags};
    use super::*;
    use crate::progress::Unwatched;

    /// Twenty documents: ten of the words 0 and 1, often with 5, and ten of 2 and 3. Word 4 is in all of the first and in two
    /// of the others, word 6 in one document.
    fn bags() -> Bags {
        let document = |at: u32| {
            let mut words = if at < 10 { vec![(0, 1), (1, 1), (4, 1)] } else { vec![(2, 1), (3, 1)] };
            words.extend((18 <= at).then_some((4, 1)));
            words.extend((at < 6).then_some((5, 3)));
            words.extend((at == 0).then_some((6, 3)));
            Bag::new(words.into_iter().map(|(word, n)| (WordId(word), n)).collect())
        };
        (0..20).map(document).collect()
    }

    fn described_with(max_document_share: f32) -> Described {
        let bags = &bags();
        let index = InvertedIndex::new(bags, 7).expect("it fits in memory");
        let corpus = Corpus { bags, index: &index, n_words: 7 };
        let config = TopicsConfig {
            max_document_share,
            min_documents: 2,
            n_topic_words: 4,
            ..TopicsConfig::for_corpus(bags, 0)
        };
        let words = vec![(WordId(0), 1.0), (WordId(1), 1.0)];
        let topic = Ranked { words, supporting: (0..10).map(BagIndex).collect() };
        described(vec![topic], &corpus, &config, &Unwatched).expect("nobody cancels").remove(0)
    }

    fn listed_words(described: &Described) -> Vec<u32> {
        described.listed.iter().map(|(word, _)| word.0).collect()
    }

    #[test]
    fn what_stands_often_in_firm_documents_is_listed_first() {
        // Word 5 is in six of ten documents, three times each, and word 4 outside of them too.
        assert_eq!(listed_words(&described_with(0.5)), [5, 0, 1, 4]);
    }

    #[test]
    fn words_over_the_limit_are_in_the_profile_and_up_to_twice_of_it_listed() {
        let with_limit = |share| {
            let found = described_with(share);
            (listed_words(&found), found.profile.iter().map(|word| word.0).collect::<Vec<_>>())
        };
        // Word 4 is in twelve of twenty documents. Word 6, in one, is nowhere.
        assert_eq!(with_limit(0.30), (vec![5, 0, 1, 4], vec![0, 1, 4, 5]));
        assert_eq!(with_limit(0.25), (vec![5, 0, 1], vec![0, 1, 4, 5]));
    }

    #[test]
    fn where_no_two_documents_are_firm_the_list_is_what_was_found() {
        let bags = &bags();
        let index = InvertedIndex::new(bags, 7).expect("it fits in memory");
        let corpus = Corpus { bags, index: &index, n_words: 7 };
        let words = vec![(WordId(6), 1.0), (WordId(2), 0.5)];
        let topic = Ranked { words: words.clone(), supporting: [0, 10].map(BagIndex).to_vec() };
        let config = TopicsConfig::for_corpus(bags, 0);
        let found = described(vec![topic], &corpus, &config, &Unwatched).expect("nobody cancels");
        assert_eq!(found[0].listed, words);
    }
}
