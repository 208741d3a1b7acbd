//! Which documents bear a topic, and how strongly.
//!
//! A topic's profile is a vector over the words that stand out in its documents: the root of a word's share of their
//! words, times the logarithm of one over the word's share of the corpus' documents (its idf). A document is the vector
//! of its words' frequencies, [`MAX_FREQUENCY`] at most, times the same idf. The strength of a topic in a document is the
//! cosine of the angle between the two. Words of no profile count in the length of a document with a common idf: so a
//! document of few words that any topic knows bears none, and a text that was not there when topics were mined is judged
//! as those that were, without the vocabulary of the corpus.
//!
//! Of long texts a word's share is that of whole documents, not of their passages: each call to investors begins and ends alike,
//! which is a few passages of each and says nothing of any. The strongest topics of 1,380 calls agree better so with whose calls
//! they were (NMI .82, and .80 by passages), and a tree of topics that stand in the same calls less joins what is of one trade
//! (joined to 20, .57 and .43). In a corpus of less than [`MANY_DOCUMENTS`], as in one book, the passages are all there is.
//!
//! Profiles are made twice: of the documents that support a topic, then of the documents whose strongest it is. Roots
//! and the second round were measured against their absence on labelled corpora; see ARCHITECTURE.md.
//!
//! A document bears the topics of a strength of `min_strength` that are at least half as strong as its strongest.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::describe::Described;
use super::passages::passages;
use super::rank::{Corpus, MAX_FREQUENCY};
use super::{BagIndex, Bags, Bearer, MANY_DOCUMENTS, TopicsConfig, WordId, sort_by_strength};
use crate::document::ProfileWord;
use crate::error::Result;
use crate::progress::Progress;
use crate::words::{Analyzer, tokens_of_prose};

/// Fewer of a topic's words than this in a document are chance; of a text of a few words, mined in pools, one is enough.
const MIN_WORDS: u32 = 2;

/// The share of the strength of a document's strongest topic that its other topics need.
pub(super) const SHARE_OF_STRONGEST: f64 = 0.5;

/// A word that some profile holds.
#[derive(Clone, Debug, Default)]
struct Known {
    idf: f64,
    /// The topics whose profiles hold it, ascending, each with the word's part of a vector of length 1.
    topics: Vec<(u32, f64)>,
}

/// What says how strongly words bear topics.
struct Profiles {
    /// By the number of a word; without topics for a word that no profile holds.
    words: Vec<Known>,
    n_topics: usize,
    /// What a word of no profile counts with.
    other_idf: f64,
    min_strength: f64,
    min_words: u32,
}

/// What is kept between documents.
struct Scratch {
    /// The product with each topic so far, and how many of its words went into it.
    of_topics: Vec<(f64, u32)>,
    touched: Vec<u32>,
}

impl Profiles {
    /// Returns the profiles of `values`: for each topic its words and their parts, scaled to length 1 here.
    fn new(values: &[Vec<(usize, f64)>], idfs: &[f64], bearing: Bearing) -> Self {
        let mut words = vec![Known::default(); idfs.len()];
        for (topic, values) in values.iter().enumerate() {
            let length = values.iter().map(|(_, value)| value * value).sum::<f64>().sqrt();
            for &(word, value) in values.iter().filter(|_| 0.0 < length) {
                words[word].idf = idfs[word];
                words[word].topics.push((topic as u32, value / length));
            }
        }
        let known: Vec<f64> = words.iter().filter(|word| !word.topics.is_empty()).map(|word| word.idf).collect();
        let other_idf = known.iter().sum::<f64>() / known.len().max(1) as f64;
        let min_words = if bearing.pool_words == 0 { MIN_WORDS } else { 1 };
        Self { words, n_topics: values.len(), other_idf, min_strength: f64::from(bearing.min_strength), min_words }
    }

    fn scratch(&self) -> Scratch {
        Scratch { of_topics: vec![(0.0, 0); self.n_topics], touched: Vec::new() }
    }

    /// Returns the topics that words bear, ascending, with their strengths in `0.0..=1.0`.
    ///
    /// `words` are numbers of words with their frequencies; `square_of_others` is the [`square`] of all others.
    fn strengths(
        &self,
        words: impl Iterator<Item = (usize, u32)>,
        square_of_others: u64,
        scratch: &mut Scratch,
    ) -> Vec<(u32, f32)> {
        let mut square = square_of_others as f64 * self.other_idf * self.other_idf;
        for (word, frequency) in words {
            let known = &self.words[word];
            let idf = if known.topics.is_empty() { self.other_idf } else { known.idf };
            let part = f64::from(frequency.min(MAX_FREQUENCY)) * idf;
            square += part * part;
            for &(topic, value) in &known.topics {
                let (product, n_words) = &mut scratch.of_topics[topic as usize];
                if *n_words == 0 {
                    scratch.touched.push(topic);
                }
                *product += part * value;
                *n_words += 1;
            }
        }
        scratch.touched.sort_unstable();
        let length = square.sqrt();
        let mut strengths = Vec::new();
        for topic in scratch.touched.drain(..) {
            let (product, n_words) = std::mem::take(&mut scratch.of_topics[topic as usize]);
            if self.min_words <= n_words {
                strengths.push((topic, (product / length).clamp(0.0, 1.0)));
            }
        }
        let strongest = strengths.iter().map(|&(_, strength)| strength).fold(0.0, f64::max);
        let needed = self.min_strength.max(SHARE_OF_STRONGEST * strongest).max(f64::MIN_POSITIVE);
        strengths.retain(|&(_, strength)| needed <= strength);
        strengths.into_iter().map(|(topic, strength)| (topic, strength as f32)).collect()
    }

    /// Returns the profile of each topic, its words ascending.
    fn of_topics(&self) -> Vec<Vec<(WordId, ProfileValue)>> {
        let mut profiles = vec![Vec::new(); self.n_topics];
        for (word, known) in self.words.iter().enumerate() {
            for &(topic, value) in &known.topics {
                let value = ProfileValue { value: value as f32, idf: known.idf as f32 };
                profiles[topic as usize].push((WordId::from(word), value));
            }
        }
        profiles
    }

    /// Returns what each bag bears, as [`Self::strengths`] does. Fails when cancelled.
    fn of_bags(&self, bags: &Bags, progress: &dyn Progress) -> Result<Vec<Vec<(u32, f32)>>> {
        let borne = (0..bags.len()).into_par_iter().map_init(
            || self.scratch(),
            |scratch, bag| {
                progress.check()?;
                let words = bags.bag(BagIndex::from(bag));
                Ok(self.strengths(words.map(|(word, n)| (word.index(), n)), 0, scratch))
            },
        );
        borne.collect()
    }
}

/// Returns the sum of the squares of frequencies, each as it counts.
fn square(frequencies: impl Iterator<Item = u32>) -> u64 {
    frequencies.map(|frequency| u64::from(frequency.min(MAX_FREQUENCY)).pow(2)).sum()
}

/// What [`assigned`] returns, an entry for each topic.
pub(crate) struct Assigned {
    /// The documents that bear it, strongest first, ties in the order of the documents.
    pub(crate) bearers: Vec<Vec<Bearer>>,
    pub(crate) profiles: Vec<Vec<(WordId, ProfileValue)>>,
}

/// What a word brings to a profile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProfileValue {
    pub(crate) value: f32,
    pub(crate) idf: f32,
}

/// Returns which texts bear the topics that were found in `mined`, and the profiles that say so. `corpus` are the
/// texts: the same as `mined`, if these are not mined in pools. Fails when cancelled.
pub(crate) fn assigned(
    topics: &[Described],
    mined: &Corpus<'_>,
    corpus: &Corpus<'_>,
    config: &TopicsConfig,
    progress: &dyn Progress,
) -> Result<Assigned> {
    let idfs = idfs(corpus);
    let of_supporting = |topic: &Described| values(topic, &topic.supporting, mined.bags, &idfs);
    let mut of_topics: Vec<Vec<(usize, f64)>> = topics.par_iter().map(of_supporting).collect();
    let borne = Profiles::new(&of_topics, &idfs, config.into()).of_bags(corpus.bags, progress)?;
    let mut strongest_in = vec![Vec::new(); topics.len()];
    for (bag, borne) in borne.iter().enumerate() {
        // Of equals the earlier topic.
        let strongest = borne.iter().rev().max_by(|one, other| one.1.total_cmp(&other.1));
        if let Some(&(topic, _)) = strongest {
            strongest_in[topic as usize].push(BagIndex::from(bag));
        }
    }
    drop(borne);
    of_topics.par_iter_mut().zip(topics).zip(strongest_in).for_each(|((first, topic), strongest_in)| {
        let again = values(topic, &strongest_in, corpus.bags, &idfs);
        if !again.is_empty() {
            *first = again;
        }
    });
    let profiles = Profiles::new(&of_topics, &idfs, config.into());
    let bearers = bearers_of(topics.len(), profiles.of_bags(corpus.bags, progress)?);
    Ok(Assigned { bearers, profiles: profiles.of_topics() })
}

/// Returns the idf of each word: of its share of the documents, or, where there are too few documents to tell, of the bags.
fn idfs(corpus: &Corpus<'_>) -> Vec<f64> {
    let (bags, index) = (corpus.bags, corpus.index);
    let by_documents = bags.has_passages() && MANY_DOCUMENTS <= bags.n_documents();
    let n = if by_documents { bags.n_documents() } else { bags.len() };
    let n_with = |word: WordId| {
        if by_documents {
            index.bags_with(word).chunk_by(|&one, &other| bags.document(one) == bags.document(other)).count()
        } else {
            index.n_bags_with(word)
        }
    };
    let idf = |word: usize| match n_with(WordId::from(word)) {
        0 => 0.0,
        n_with => (n as f64 / n_with as f64).ln(),
    };
    (0..corpus.n_words).into_par_iter().map(idf).collect()
}

/// Returns, for each of `n_topics` topics, the texts that bear it, strongest first, ties in the order of the texts. `borne` has
/// the topics that each text bears, with their strengths.
pub(super) fn bearers_of(n_topics: usize, borne: Vec<Vec<(u32, f32)>>) -> Vec<Vec<Bearer>> {
    let mut bearers: Vec<Vec<Bearer>> = vec![Vec::new(); n_topics];
    for (text, borne) in borne.into_iter().enumerate() {
        for (topic, strength) in borne {
            bearers[topic as usize].push(Bearer { bag: BagIndex::from(text), strength });
        }
    }
    for bearers in &mut bearers {
        sort_by_strength(bearers);
    }
    bearers
}

/// Returns the words of a topic with what they bring to its profile as those documents have them; nothing if they have
/// none of them.
fn values(topic: &Described, documents: &[BagIndex], bags: &Bags, idfs: &[f64]) -> Vec<(usize, f64)> {
    let mut counts: BTreeMap<usize, u64> = topic.profile.iter().map(|word| (word.index(), 0)).collect();
    for (word, frequency) in documents.iter().flat_map(|&bag| bags.bag(bag)) {
        if let Some(count) = counts.get_mut(&word.index()) {
            *count += u64::from(frequency.min(MAX_FREQUENCY));
        }
    }
    let values = counts.into_iter().map(|(word, count)| (word, (count as f64).sqrt() * idfs[word]));
    values.filter(|&(_, value)| 0.0 < value).collect()
}

/// Returns each thing once, in order, with the mean of the strengths of its parts. A part is a thing, its strength and how
/// long it is; `length` says how long a thing is with all of its parts, those that are not there being of strength 0.
///
/// So a document's strongest topic is the one that most of it is about. Where its strongest passage was asked instead, the
/// strongest topics of 1,380 calls agreed less with whose calls they were (NMI .70, and .80 so).
pub fn mean_strengths<D: Ord + Copy>(
    parts: impl Iterator<Item = (D, f32, usize)>,
    length: impl Fn(D) -> usize,
) -> Vec<(D, f32)> {
    let mut sums: BTreeMap<D, f64> = BTreeMap::new();
    for (bearer, strength, length) in parts {
        *sums.entry(bearer).or_default() += f64::from(strength) * length as f64;
    }
    let mean = |(bearer, sum): (D, f64)| (bearer, (sum / length(bearer) as f64).min(1.0) as f32);
    sums.into_iter().map(mean).collect()
}

/// Returns each thing once, with the greatest of its strengths, in order.
pub fn strongest<D: Ord>(strengths: impl Iterator<Item = (D, f32)>) -> Vec<(D, f32)> {
    let mut strongest: BTreeMap<D, f32> = BTreeMap::new();
    for (bearer, strength) in strengths {
        let so_far = strongest.entry(bearer).or_insert(strength);
        *so_far = so_far.max(strength);
    }
    strongest.into_iter().collect()
}

/// Says which topics texts bear that were not there when the topics were mined, such as chapters cut anew.
pub struct Assigner {
    numbers: HashMap<String, usize>,
    profiles: Profiles,
    passage_words: u32,
}

/// Which settings of the miner decide whether a text bears a topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bearing {
    /// A text bears a topic if its strength is at least this.
    pub min_strength: f32,
    /// About how long the passages of a long text are; 0 for whole texts.
    pub passage_words: u32,
    /// About how long the pools are that short texts are mined in; 0 where they are not.
    pub pool_words: u32,
}

impl From<&TopicsConfig> for Bearing {
    fn from(config: &TopicsConfig) -> Self {
        let &TopicsConfig { min_strength, passage_words, pool_words, .. } = config;
        Self { min_strength, passage_words, pool_words }
    }
}

impl Assigner {
    /// Returns the assigner of topics of these profiles, with the settings that they were mined with.
    pub fn new(profiles: &[&[ProfileWord]], bearing: Bearing) -> Self {
        let terms: BTreeMap<&str, f64> =
            profiles.iter().copied().flatten().map(|word| (word.term.as_str(), f64::from(word.idf))).collect();
        let idfs: Vec<f64> = terms.values().copied().collect();
        let numbers: HashMap<String, usize> =
            terms.into_keys().enumerate().map(|(number, term)| (term.to_owned(), number)).collect();
        let values: Vec<Vec<(usize, f64)>> = profiles
            .iter()
            .map(|profile| profile.iter().map(|word| (numbers[&word.term], f64::from(word.value))).collect())
            .collect();
        Self { profiles: Profiles::new(&values, &idfs, bearing), numbers, passage_words: bearing.passage_words }
    }

    /// Returns the topics that a text bears, by their places in what [`Self::new`] was given, ascending, with their strengths
    /// above 0 and at most 1: what [`mine`](super::mine) would say of it, for a long text as its passages do. The analyzer is
    /// to be of the language the topics were mined in.
    pub fn strengths(&self, text: &str, analyzer: &Analyzer) -> Vec<(usize, f32)> {
        let passages = passages(text, self.passage_words);
        self.of_passages(passages.into_iter().map(|passage| self.frequencies(passage, analyzer)))
    }

    /// Returns the number that a term has here, if some profile holds it.
    pub(crate) fn number(&self, term: &str) -> Option<usize> {
        self.numbers.get(term).copied()
    }

    /// Returns the topics that a text of passages bears, as [`Self::strengths`] does. Of each passage come its terms in their
    /// order, the [number](Self::number) of each and how often it stands there.
    pub(crate) fn of_passages(
        &self,
        passages: impl ExactSizeIterator<Item = Vec<(Option<usize>, u32)>>,
    ) -> Vec<(usize, f32)> {
        let n_passages = passages.len();
        let borne = passages.flat_map(|terms| self.of_terms(&terms));
        mean_strengths(borne.map(|(topic, strength)| (topic, strength, 1)), |_| n_passages)
    }

    fn frequencies(&self, passage: &str, analyzer: &Analyzer) -> Vec<(Option<usize>, u32)> {
        let mut frequencies: BTreeMap<String, u32> = BTreeMap::new();
        for stem in analyzer.content_stems_of(tokens_of_prose(passage)) {
            *frequencies.entry(stem).or_default() += 1;
        }
        frequencies.into_iter().map(|(term, frequency)| (self.number(&term), frequency)).collect()
    }

    fn of_terms(&self, terms: &[(Option<usize>, u32)]) -> Vec<(usize, f32)> {
        let known = terms.iter().filter_map(|&(number, frequency)| Some((number?, frequency)));
        let others = terms.iter().filter(|(number, _)| number.is_none()).map(|&(_, frequency)| frequency);
        let strengths = self.profiles.strengths(known, square(others), &mut self.profiles.scratch());
        strengths.into_iter().map(|(topic, strength)| (topic as usize, strength)).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Bag;
    use super::super::inverted_index::InvertedIndex;
    use super::*;
    use crate::progress::Unwatched;
    use crate::words::Language;

    fn bag(words: &[(u32, u32)]) -> Bag {
        Bag::new(words.iter().map(|&(word, n)| (WordId(word), n)).collect())
    }

    fn topic(words: &[u32], supporting: &[u32]) -> Described {
        Described {
            listed: Vec::new(),
            profile: words.iter().copied().map(WordId).collect(),
            supporting: supporting.iter().map(|&bag| BagIndex(bag)).collect(),
        }
    }

    fn assigned_in(bags: &[Bag], topics: &[Described], n_words: usize, min_strength: f32) -> Assigned {
        let bags = &bags.iter().collect();
        let index = InvertedIndex::new(bags, n_words).expect("it fits in memory");
        let corpus = Corpus { bags, index: &index, n_words };
        let config = TopicsConfig { min_strength, ..TopicsConfig::for_corpus(bags, 0) };
        assigned(topics, &corpus, &corpus, &config, &Unwatched).expect("nobody cancels")
    }

    fn borne(assigned: &Assigned) -> Vec<Vec<u32>> {
        assigned.bearers.iter().map(|bearers| bearers.iter().map(|bearer| bearer.bag.0).collect()).collect()
    }

    #[test]
    fn a_strength_is_the_cosine_worked_out_by_hand() {
        // Words 0 and 1 in two of four documents, 2 and 3 in two: idf ln 2 each, profiles of two equal parts.
        let bags = [bag(&[(0, 1), (1, 1)]), bag(&[(0, 1), (1, 1)]), bag(&[(2, 1), (3, 1)]), bag(&[(2, 9), (3, 1)])];
        let assigned = assigned_in(&bags, &[topic(&[0, 1], &[0, 1]), topic(&[2, 3], &[2, 3])], 4, 0.05);
        assert_eq!(borne(&assigned), [[0, 1], [2, 3]]);
        let strengths: Vec<f32> = assigned.bearers.concat().iter().map(|bearer| bearer.strength).collect();
        // The second profile is (sqrt 4, sqrt 2), and its documents are (1, 1) and (3, 1).
        let (two, root) = (2.0_f32, 2.0_f32.sqrt());
        let cosine = |x: f32, y: f32| (two * x + root * y) / (x.hypot(y) * two.hypot(root));
        for (found, expected) in strengths.iter().zip([1.0, 1.0, cosine(1.0, 1.0), cosine(3.0, 1.0)]) {
            assert!((found - expected).abs() < 1e-6, "{strengths:?}");
        }
    }

    #[test]
    fn a_document_may_bear_several_topics_and_a_single_word_is_none() {
        let bags = [
            bag(&[(0, 1), (1, 1)]),
            bag(&[(2, 1), (3, 1)]),
            bag(&[(0, 1), (1, 1), (2, 1), (3, 1)]),
            bag(&[(0, 50)]),
            bag(&[(4, 1)]),
        ];
        let assigned = assigned_in(&bags, &[topic(&[0, 1], &[0, 2]), topic(&[2, 3], &[1, 2])], 5, 0.05);
        assert_eq!(borne(&assigned), [[0, 2], [1, 2]]);
    }

    #[test]
    fn few_known_words_among_many_others_are_no_topic() {
        let profile = ["tide", "harbour"].map(|term| ProfileWord { term: term.to_owned(), value: 1.0, idf: 2.0 });
        let assigner = Assigner::new(&[&profile], Bearing { min_strength: 0.2, passage_words: 0, pool_words: 0 });
        let analyzer = Analyzer::new(Language::English);
        let strengths = |text: &str| assigner.strengths(text, &analyzer);
        assert_eq!(strengths("The tide in the harbour").len(), 1);
        assert_eq!(strengths("The tide, the tide"), []);
        let others = ["flour", "yeast", "oven", "hive", "swarm", "nectar", "judge", "claim"];
        let text = |n_others: usize| {
            format!(
                "tide harbour {}",
                others
                    .iter()
                    .cycle()
                    .take(n_others)
                    .enumerate()
                    .map(|(at, word)| {
                        format!("{word}{}", ["", "land", "mill", "stone", "yard", "house", "field"][at / others.len()])
                    })
                    .collect::<Vec<_>>()
                    .join(" ")
            )
        };
        assert_eq!(strengths(&text(8)).len(), 1);
        assert_eq!(strengths(&text(56)), []);
        assert_eq!(strengths(""), []);
    }

    /// Documents of three passages: an opening that all have, and two about one of two subjects.
    #[test]
    fn what_every_document_says_in_passing_is_not_what_it_is_about() {
        let n_documents = 2 * MANY_DOCUMENTS as u32;
        let (mut bags, mut keys) = (Vec::new(), Vec::new());
        for document in 0..n_documents {
            let subject = 4 + document % 2 * 4;
            let of_subject = |own: u32| bag(&[(subject, 1), (subject + 1, 1), (subject + 2, 1), (own, 3)]);
            let own = 12 + 2 * document;
            bags.extend([bag(&[(0, 3), (1, 3), (2, 3), (3, 3)]), of_subject(own), of_subject(own + 1)]);
            keys.extend((0..3).map(|passage| super::super::bag::key_of_passage(document, passage)));
        }
        let n_words = 12 + 2 * n_documents as usize;
        let supporting = |subject: u32| -> Vec<u32> {
            (0..n_documents).filter(|document| document % 2 == subject).map(|document| document * 3 + 1).collect()
        };
        let openings: Vec<u32> = (0..n_documents).map(|document| document * 3).collect();
        let topics = [
            topic(&[0, 1, 2, 3, 12], &openings),
            topic(&[4, 5, 6], &supporting(0)),
            topic(&[8, 9, 10], &supporting(1)),
        ];
        let bags: Bags = bags.iter().collect::<Bags>().with_keys(keys);
        let index = InvertedIndex::new(&bags, n_words).expect("it is in memory");
        let corpus = Corpus { bags: &bags, index: &index, n_words };
        let config = TopicsConfig { min_strength: 0.05, ..TopicsConfig::for_corpus(&bags, 1) };
        let assigned = assigned(&topics, &corpus, &corpus, &config, &Unwatched).expect("nobody cancels");
        let borne_by = |topic: usize| -> Vec<u32> {
            let mut bags: Vec<u32> = assigned.bearers[topic].iter().map(|bearer| bearer.bag.0 / 3).collect();
            bags.sort_unstable();
            bags.dedup();
            bags
        };
        assert!(borne_by(0).is_empty());
        for subject in 0..2 {
            let expected: Vec<u32> = (0..n_documents).filter(|document| document % 2 == subject).collect();
            assert_eq!(borne_by(1 + subject as usize), expected);
        }
    }

    proptest! {
        #[test]
        fn strengths_are_shares_and_a_text_has_those_of_its_bag(
            bags in prop::collection::vec(prop::collection::vec((0..8_u32, 0..6_u32), 0..8), 1..8),
            topics in prop::collection::vec(prop::collection::btree_set(0..6_u32, 2..6), 1..4),
        ) {
            let bags: Vec<Bag> = bags.iter().map(|words| bag(words)).collect();
            let all: Vec<u32> = (0..bags.len() as u32).collect();
            let topics: Vec<Described> =
                topics.iter().map(|words| topic(&words.iter().copied().collect::<Vec<_>>(), &all)).collect();
            let assigned = assigned_in(&bags, &topics, 8, 0.05);
            let term = |word: WordId| ["claim", "helm", "keel", "lamp", "loaf", "mast", "swarm", "wheat"][word.index()].to_owned();
            let profiles: Vec<Vec<ProfileWord>> = assigned
                .profiles
                .iter()
                .map(|words| words.iter().map(|&(word, ProfileValue { value, idf })| ProfileWord { term: term(word), value, idf }))
                .map(Iterator::collect)
                .collect();
            let profiles: Vec<&[ProfileWord]> = profiles.iter().map(Vec::as_slice).collect();
            let assigner = Assigner::new(&profiles, Bearing { min_strength: 0.05, passage_words: 0, pool_words: 0 });
            for (index, bag) in bags.iter().enumerate() {
                let text = bag.words.iter().flat_map(|&(word, n)| vec![term(word); n as usize]).collect::<Vec<_>>().join(" ");
                let of_text = assigner.strengths(&text, &Analyzer::new(Language::English));
                let strongest = of_text.iter().map(|&(_, strength)| strength).fold(0.0, f32::max);
                let needed = (0.5 * strongest).max(0.05);
                for (topic, bearers) in assigned.bearers.iter().enumerate() {
                    let of_bag = bearers.iter().find(|bearer| bearer.bag.index() == index).map(|bearer| bearer.strength);
                    let of_text = of_text.iter().find(|(number, _)| *number == topic).map(|&(_, strength)| strength);
                    // What is just enough may be just too little after rounding.
                    let (one, other) = (of_bag.unwrap_or(needed), of_text.unwrap_or(needed));
                    prop_assert!((one - other).abs() < 1e-4, "{:?} {:?}", of_bag, of_text);
                    prop_assert!(of_bag.is_none_or(|strength| 0.0 < strength && strength <= 1.0));
                }
            }
            for bearers in &assigned.bearers {
                prop_assert!(bearers.is_sorted_by(|one, other| other.strength <= one.strength));
            }
        }
    }
}
