//! Clusters into ranked topics: which documents support a cluster, and which words stand out in them.
//!
//! The paper weighs a word by how many of the cluster's sets hold it, which favours words of one long document. We
//! take the cluster as a query instead: its heaviest words select supporting documents, and every word within the limits
//! is weighed by how much it stands out in those: `p * ln(p / q)`, with `p` and `q` the shares of the supporting and
//! of all documents that hold it, which is the word's part of the divergence between the two. Doing this again with
//! the words found makes the documents those of the subject, and clusters of one subject alike; one of those is kept. What
//! a topic says in the end is in `describe.rs`.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::clusters::Cluster;
use super::inverted_index::{InvertedIndex, Tally};
use super::significance::{Held, Independence, is_recited};
use super::{BagIndex, Bags, TopicsConfig, WordId};
use crate::error::Result;
use crate::progress::Progress;

/// How many of a topic's words select its documents.
const N_CORE_WORDS: usize = 10;

/// The share of the core words that a supporting document holds, rounded up; at least two words.
const CORE_SHARE: f32 = 0.3;

/// How often documents and words select each other.
const N_ROUNDS: usize = 3;

/// Topics that share this many of their core words, of the shorter's, say the same.
const SAME_WORDS: f32 = 0.5;

/// Topics whose supporting documents overlap by more than this, of the larger's, say the same.
const SAME_DOCUMENTS: f32 = 0.5;

/// The share of its core words that a document firmly about a topic holds, rounded up.
const FIRM_SHARE: f32 = 0.5;

/// How many documents are added to those of a topic as not firmly about it, in times of the fewest that a topic needs.
const DOUBT: f64 = 2.0;

/// A word that stands in a document more often counts as often.
pub(super) const MAX_FREQUENCY: u32 = 3;

/// A word that weighs less, beside the heaviest, may be of a few of the documents only.
const STRONG_WEIGHT: f32 = 0.25;

/// The corpus as ranking needs it.
#[derive(Clone, Copy)]
pub(crate) struct Corpus<'a> {
    pub(crate) bags: &'a Bags,
    pub(crate) index: &'a InvertedIndex,
    pub(crate) n_words: usize,
}

/// A topic as it was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ranked {
    /// What stands out in the documents that support it, heaviest first; ties by word. The heaviest weighs 1.
    pub(crate) words: Vec<(WordId, f32)>,
    /// The documents that support it, ascending.
    pub(crate) supporting: Vec<BagIndex>,
}

/// What ranking keeps between topics.
pub(super) struct Scratch {
    tally: Tally,
    /// By word, in some documents.
    pub(super) counts: Vec<Counts>,
}

impl Scratch {
    pub(super) fn of(corpus: &Corpus<'_>) -> Self {
        Self { tally: Tally::new(corpus.bags.len()), counts: vec![Counts::default(); corpus.n_words] }
    }
}

/// How much of a word there is in some documents.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) n_documents: u32,
    pub(super) frequency: u32,
}

/// Returns the topics of `clusters`, those of most supporting documents first. What is no topic is left out: what too few
/// documents are firmly about, what chance explains, and what is recited; see [`firmly_about`] and
/// [`significance`](super::significance). Fails when cancelled.
///
/// Of topics that say the same, the firmest stands: of whose supporting documents the largest share is firmly about it. Two
/// subjects that share words have a third between them, which has the most documents, and few that are firm.
pub(crate) fn ranked(
    clusters: &[Cluster],
    corpus: &Corpus<'_>,
    config: &TopicsConfig,
    progress: &dyn Progress,
) -> Result<Vec<Ranked>> {
    let independence = Independence::new(corpus.bags);
    let topics: Vec<Option<(f64, Ranked)>> = clusters
        .par_iter()
        .map_init(
            || Scratch::of(corpus),
            |scratch, cluster| {
                progress.check()?;
                let topic = rounds(heaviest(cluster), corpus, config, scratch);
                let n_firm = firmly_about(&topic, corpus, config, &independence, clusters.len(), scratch);
                Ok(n_firm.map(|n_firm| (firmness(n_firm, topic.supporting.len(), config), topic)))
            },
        )
        .collect::<Result<_>>()?;
    let mut topics = firmest(topics.into_iter().flatten().collect(), corpus);
    topics.sort_by(by_support);
    progress.check()?;
    Ok(topics)
}

/// Returns the share of supporting documents that are firmly about a topic, as if it had some more that are not: a few
/// documents that are all firm do not outdo a subject of many.
fn firmness(n_firm: usize, n_supporting: usize, config: &TopicsConfig) -> f64 {
    n_firm as f64 / (n_supporting as f64 + DOUBT * f64::from(config.min_support))
}

/// Topics by the number of supporting documents, the most first, ties by words.
fn by_support(one: &Ranked, other: &Ranked) -> Ordering {
    let by_support = other.supporting.len().cmp(&one.supporting.len());
    by_support.then_with(|| core(&one.words).cmp(&core(&other.words)))
}

/// Returns the words of a cluster in most of its sets, ties by word.
fn heaviest(cluster: &Cluster) -> Vec<WordId> {
    let mut words: Vec<(WordId, u64)> = cluster.iter().map(|(&word, &n_sets)| (word, n_sets)).collect();
    words.sort_by_key(|&(word, n_sets)| (std::cmp::Reverse(n_sets), word));
    words.into_iter().take(N_CORE_WORDS).map(|(word, _)| word).collect()
}

/// Returns the words that select documents, heaviest first.
pub(super) fn core(words: &[(WordId, f32)]) -> Vec<WordId> {
    words.iter().take(N_CORE_WORDS).map(|&(word, _)| word).collect()
}

fn rounds(first: Vec<WordId>, corpus: &Corpus<'_>, config: &TopicsConfig, scratch: &mut Scratch) -> Ranked {
    let mut words = first;
    let mut topic = Ranked { words: Vec::new(), supporting: Vec::new() };
    let n_words = N_CORE_WORDS.max(config.n_topic_words as usize);
    for _ in 0..N_ROUNDS {
        let needed = ((words.len() as f32 * CORE_SHARE).ceil() as u32).max(2);
        topic.supporting = scratch.tally.bags_holding(&words, needed, None, corpus.index);
        topic.words = standing_out(&topic.supporting, corpus, |_| true, n_words, &mut scratch.counts);
        words = core(&topic.words);
    }
    topic
}

/// Returns the words that stand out in some documents and are admitted, heaviest first, ties by word, as many as `n_words`;
/// the heaviest weighs 1.
pub(super) fn standing_out(
    documents: &[BagIndex],
    corpus: &Corpus<'_>,
    is_admitted: impl Fn(WordId) -> bool,
    n_words: usize,
    counts: &mut [Counts],
) -> Vec<(WordId, f32)> {
    let counts = counted(documents, corpus.bags, counts).into_iter();
    let weight = |(word, Counts { n_documents, .. })| {
        let p = f64::from(n_documents) / documents.len() as f64;
        let q = corpus.index.n_bags_with(word) as f64 / corpus.bags.len() as f64;
        // A word of a single document says nothing of what they have in common.
        (2 <= n_documents && q < p && is_admitted(word)).then(|| (word, (p * (p / q).ln()) as f32))
    };
    heaviest_first(counts.filter_map(weight).collect(), n_words)
}

/// Returns the words of `documents`, each once, in no order. `counts` is all zero, and is again.
pub(super) fn counted(documents: &[BagIndex], bags: &Bags, counts: &mut [Counts]) -> Vec<(WordId, Counts)> {
    let mut touched = Vec::new();
    for (word, frequency) in documents.iter().flat_map(|&bag| bags.bag(bag)) {
        let counts = &mut counts[word.index()];
        if counts.n_documents == 0 {
            touched.push(word);
        }
        counts.n_documents += 1;
        counts.frequency += frequency.min(MAX_FREQUENCY);
    }
    touched.into_iter().map(|word| (word, std::mem::take(&mut counts[word.index()]))).collect()
}

/// Returns the heaviest words first, ties by word, as many as `n_words`, their weights scaled to 1 for the heaviest.
pub(super) fn heaviest_first(mut words: Vec<(WordId, f32)>, n_words: usize) -> Vec<(WordId, f32)> {
    let by_weight = |(word, weight): &(WordId, f32), (other, other_weight): &(WordId, f32)| {
        other_weight.total_cmp(weight).then_with(|| word.cmp(other))
    };
    if n_words < words.len() {
        words.select_nth_unstable_by(n_words, by_weight);
        // Of thousands of words some are kept, for thousands of candidates: what the others took is given back.
        words.truncate(n_words);
        words.shrink_to_fit();
    }
    words.sort_unstable_by(by_weight);
    let heaviest = words.first().map_or(1.0, |&(_, weight)| weight);
    for (_, weight) in &mut words {
        *weight /= heaviest;
    }
    words
}

/// Returns the documents firmly about a topic of these words, ascending: those that hold half of them, and at least two.
pub(super) fn firm(core: &[WordId], corpus: &Corpus<'_>, scratch: &mut Scratch) -> Vec<BagIndex> {
    scratch.tally.bags_holding(core, n_firm(core), None, corpus.index)
}

/// Returns how many of the heaviest words a document holds that is firmly about them.
fn n_firm(core: &[WordId]) -> u32 {
    ((core.len() as f32 * FIRM_SHARE).ceil() as u32).max(2)
}

/// Returns how many documents hold half of a topic's core words, if they are at least `min_support`, more than chance
/// explains, and its words are not recited; nothing if it is no topic.
///
/// Documents that hold a few words of a topic are easily had; those that hold half of the heaviest are about it.
fn firmly_about(
    topic: &Ranked,
    corpus: &Corpus<'_>,
    config: &TopicsConfig,
    independence: &Independence,
    n_candidates: usize,
    scratch: &mut Scratch,
) -> Option<usize> {
    if topic.words.len() < 2 {
        return None;
    }
    let core = core(&topic.words);
    let firm = firm(&core, corpus, scratch);
    if firm.len() < config.min_support as usize {
        return None;
    }
    let n_bags = corpus.bags.len() as f64;
    let shares: Vec<f64> = core.iter().map(|&word| corpus.index.n_bags_with(word) as f64 / n_bags).collect();
    let held =
        |&bag: &BagIndex, words: &[WordId]| corpus.bags.bag(bag).filter(|(word, _)| words.contains(word)).count();
    let of_core: Vec<usize> = firm.iter().map(|bag| held(bag, &core)).collect();
    if !independence.is_significant(&shares, n_firm(&core) as usize, &of_core, n_candidates) {
        return None;
    }
    let strong: Vec<WordId> = topic.words[..core.len()]
        .iter()
        .filter(|&&(_, weight)| STRONG_WEIGHT <= weight)
        .map(|&(word, _)| word)
        .collect();
    let held: Vec<Held> = firm.iter().map(|&bag| Held::of(corpus.bags, bag, &strong)).collect();
    (!is_recited(strong.len(), &held)).then_some(firm.len())
}

/// Returns those of `topics` that say something that no firmer one says, the firmest first, ties as [`by_support`] has them.
///
/// Two say the same that share enough of their core words, or of their supporting documents. Takes time that grows with the
/// topics kept of each word and document, and not with the square of the topics.
fn firmest(mut topics: Vec<(f64, Ranked)>, corpus: &Corpus<'_>) -> Vec<Ranked> {
    topics.sort_by(|(firmness, topic), (other_firmness, other)| {
        other_firmness.total_cmp(firmness).then_with(|| by_support(topic, other))
    });
    let mut kept: Vec<Ranked> = Vec::new();
    let (mut of_words, mut of_documents) = (Holders::of(corpus.n_words), Holders::of(corpus.bags.len()));
    for (_, topic) in topics {
        let core = core(&topic.words);
        let words = || core.iter().map(|word| word.index());
        let documents = || topic.supporting.iter().map(|bag| bag.index());
        let shares_words = |(before, n): (usize, u32)| {
            let n_core = core.len().min(kept[before].words.len().min(N_CORE_WORDS));
            SAME_WORDS * n_core as f32 <= n as f32
        };
        let shares_documents = |(before, n): (usize, u32)| {
            SAME_DOCUMENTS * (topic.supporting.len().max(kept[before].supporting.len()) as f32) < n as f32
        };
        let is_said = of_words.shared(words()).into_iter().any(shares_words)
            || of_documents.shared(documents()).into_iter().any(shares_documents);
        if !is_said {
            of_words.add(words());
            of_documents.add(documents());
            kept.push(topic);
        }
    }
    kept
}

/// Which collections hold each of some things; collections are numbered as they are added.
struct Holders {
    of_things: Vec<Vec<u32>>,
    /// How much of what is asked about each collection holds; all zero between questions.
    n_shared: Vec<u32>,
}

impl Holders {
    fn of(n_things: usize) -> Self {
        Self { of_things: vec![Vec::new(); n_things], n_shared: Vec::new() }
    }

    fn add(&mut self, things: impl Iterator<Item = usize>) {
        let number = self.n_shared.len() as u32;
        self.n_shared.push(0);
        for thing in things {
            self.of_things[thing].push(number);
        }
    }

    /// Returns the collections that hold any of `things`, with how many of these each does, in no order.
    fn shared(&mut self, things: impl Iterator<Item = usize>) -> Vec<(usize, u32)> {
        let mut touched = Vec::new();
        for &holder in things.flat_map(|thing| &self.of_things[thing]) {
            let n = &mut self.n_shared[holder as usize];
            if *n == 0 {
                touched.push(holder as usize);
            }
            *n += 1;
        }
        touched.into_iter().map(|holder| (holder, std::mem::take(&mut self.n_shared[holder]))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Bag;
    use super::*;
    use crate::progress::Unwatched;

    fn bag(words: &[u32]) -> Bag {
        Bag::new(words.iter().map(|&word| (WordId(word), 1)).collect())
    }

    /// How often each document stands in a corpus: what so few documents have in common might be chance.
    const N_TIMES: usize = 12;

    /// Checks topics by their words and by those of `bags` whose copies support them.
    #[track_caller]
    fn check(bags: &[Bag], clusters: &[&[u32]], expected: &[(&[u32], &[u32])]) {
        let n_bags = bags.len() as u32;
        let bags = &bags.iter().cycle().take(bags.len() * N_TIMES).collect();
        let index = InvertedIndex::new(bags, 10).expect("it fits in memory");
        let corpus = Corpus { bags, index: &index, n_words: 10 };
        let config = TopicsConfig { min_support: 2, n_topic_words: 4, ..TopicsConfig::for_corpus(bags, 0) };
        let clusters: Vec<Cluster> =
            clusters.iter().map(|words| words.iter().map(|&word| (WordId(word), 1)).collect()).collect();
        let found = ranked(&clusters, &corpus, &config, &Unwatched).expect("nobody cancels");
        let found: Vec<(Vec<u32>, Vec<u32>)> = found
            .into_iter()
            .map(|topic| {
                let words = topic.words.iter().map(|(word, _)| word.0).collect();
                let supporting: Vec<u32> =
                    topic.supporting.iter().map(|bag| bag.0).filter(|&bag| bag < n_bags).collect();
                assert_eq!(topic.supporting.len(), supporting.len() * N_TIMES);
                (words, supporting)
            })
            .collect();
        let expected: Vec<(Vec<u32>, Vec<u32>)> =
            expected.iter().map(|(words, bags)| (words.to_vec(), bags.to_vec())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_word_weighs_by_how_it_stands_out_in_the_supporting_documents() {
        // Word 9 is in every document, so it does not stand out; word 3 joins the cluster's own 0, 1, 2.
        let bags = [bag(&[0, 1, 2, 3, 9]), bag(&[0, 1, 2, 3, 9]), bag(&[4, 9]), bag(&[5, 9]), bag(&[2, 9])];
        check(&bags, &[&[0, 1, 2]], &[(&[0, 1, 3, 2], &[0, 1])]);
    }

    #[test]
    fn clusters_of_one_subject_give_one_topic() {
        let bags = [bag(&[0, 1, 2, 3]), bag(&[0, 1, 2, 3]), bag(&[4, 5, 6]), bag(&[4, 5, 6]), bag(&[4, 5, 6])];
        check(&bags, &[&[0, 1], &[2, 3], &[4, 5, 6]], &[(&[4, 5, 6], &[2, 3, 4]), (&[0, 1, 2, 3], &[0, 1])]);
    }

    #[test]
    fn what_lies_between_two_subjects_gives_way_to_them() {
        let topic = |words: [u32; 4], supporting: std::ops::Range<u32>| Ranked {
            words: words.map(|word| (WordId(word), 1.0)).to_vec(),
            supporting: supporting.map(BagIndex).collect(),
        };
        let (one, other) = (topic([0, 1, 2, 3], 0..4), topic([4, 5, 6, 7], 6..10));
        let (between, again) = (topic([2, 3, 4, 5], 0..10), topic([8, 9, 10, 11], 7..10));
        let bags = &[bag(&[0])].iter().cycle().take(10).collect();
        let index = InvertedIndex::new(bags, 12).expect("it fits in memory");
        let corpus = Corpus { bags, index: &index, n_words: 12 };
        let topics = vec![(0.2, between.clone()), (0.5, again), (0.9, other.clone()), (0.9, one.clone())];
        // The last shares most of its documents with the second.
        assert_eq!(firmest(topics, &corpus), [one.clone(), other.clone()]);
        assert_eq!(firmest(vec![(0.9, between.clone()), (0.5, other), (0.2, one)], &corpus), [between]);
    }

    #[test]
    fn a_cluster_without_enough_documents_is_no_topic() {
        check(&[bag(&[0, 1, 2]), bag(&[4, 5])], &[&[0, 4]], &[]);
    }

    #[test]
    fn a_cluster_of_what_chance_brings_together_is_no_topic() {
        // Each word is in half of the documents, and each pair in a quarter: as independence has it.
        let bags = [bag(&[0, 1, 2]), bag(&[0, 4]), bag(&[1, 5]), bag(&[2, 6])];
        check(&bags, &[&[0, 1, 2]], &[]);
    }
}
