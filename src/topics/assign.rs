//! Which documents bear a topic, and how strongly.
//!
//! A document's strength is the share of the topic's weight that its words bring. A word that stands there once brings
//! half of its weight, twice three quarters, and so on: a second mention says less than a first. A document may bear
//! several topics.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::rank::Ranked;
use super::{Bag, BagIndex, Bearer, TopicsConfig, WeightedWord};
use crate::words::{Analyzer, fold};

/// Fewer of a topic's words than this in a document are chance.
const MIN_WORDS: u32 = 2;

/// What the words of one document bring to one topic.
#[derive(Clone, Copy, Debug, Default)]
struct Brought {
    weight: f32,
    n_words: u32,
}

impl Brought {
    fn add(&mut self, weight: f32, frequency: u32) {
        self.weight += weight * (1.0 - 0.5_f32.powi(frequency.min(24).cast_signed()));
        self.n_words += 1;
    }

    /// Returns the strength in `0.0..=1.0`; 0 for too few words to tell.
    fn strength(self, total_weight: f32) -> f32 {
        if self.n_words < MIN_WORDS || total_weight <= 0.0 {
            return 0.0;
        }
        (self.weight / total_weight).clamp(0.0, 1.0)
    }
}

/// Returns, for each topic, the documents of a strength of at least `min_strength`, strongest first, ties in the order
/// of the documents.
pub(crate) fn bearers(topics: &[Ranked], bags: &[Bag], n_words: usize, config: &TopicsConfig) -> Vec<Vec<Bearer>> {
    let mut topics_of: Vec<Vec<(u32, f32)>> = vec![Vec::new(); n_words];
    for (topic, ranked) in topics.iter().enumerate() {
        for &(word, weight) in &ranked.words {
            topics_of[word.index()].push((topic as u32, weight));
        }
    }
    let total: Vec<f32> = topics.iter().map(|topic| topic.words.iter().map(|(_, weight)| weight).sum()).collect();
    let strong: Vec<Vec<(u32, f32)>> =
        bags.par_iter().map(|bag| strong_topics(bag, &topics_of, &total, config.min_strength)).collect();
    let mut bearers: Vec<Vec<Bearer>> = vec![Vec::new(); topics.len()];
    for (bag, strong) in strong.into_iter().enumerate() {
        for (topic, strength) in strong {
            bearers[topic as usize].push(Bearer { bag: BagIndex::from(bag), strength });
        }
    }
    for bearers in &mut bearers {
        bearers.sort_by(|one, other| other.strength.total_cmp(&one.strength).then_with(|| one.bag.cmp(&other.bag)));
    }
    bearers
}

fn strong_topics(bag: &Bag, topics_of: &[Vec<(u32, f32)>], total: &[f32], min_strength: f32) -> Vec<(u32, f32)> {
    let mut brought: BTreeMap<u32, Brought> = BTreeMap::new();
    for &(word, frequency) in &bag.words {
        for &(topic, weight) in &topics_of[word.index()] {
            brought.entry(topic).or_default().add(weight, frequency);
        }
    }
    let strengths = brought.into_iter().map(|(topic, brought)| (topic, brought.strength(total[topic as usize])));
    strengths.filter(|&(_, strength)| 0.0 < strength && min_strength <= strength).collect()
}

/// Returns the strength of a topic of these words in a document, in `0.0..=1.0`: what [`mine`](super::mine) would say
/// of it. `frequency` gives how often a word of the topic stands in the document, 0 if it does not.
pub fn strength(words: &[WeightedWord], mut frequency: impl FnMut(&str) -> u32) -> f32 {
    let mut brought = Brought::default();
    for word in words {
        let frequency = frequency(&word.word);
        if 0 < frequency {
            brought.add(word.weight, frequency);
        }
    }
    brought.strength(words.iter().map(|word| word.weight).sum())
}

/// Returns the strength of each topic in a text, in `0.0..=1.0`, for a text that was not there when topics were mined,
/// such as a chapter cut anew. The analyzer is to be of the language the topics were mined in.
pub fn strengths(topics: &[&[WeightedWord]], text: &str, analyzer: &Analyzer) -> Vec<f32> {
    let mut frequencies: BTreeMap<String, u32> = BTreeMap::new();
    for stem in analyzer.content_stems(text) {
        *frequencies.entry(stem).or_default() += 1;
    }
    let frequency = |word: &str| frequencies.get(&analyzer.stem(&fold(word))).copied().unwrap_or(0);
    topics.iter().map(|words| strength(words, frequency)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::topics::WordId;
    use crate::words::Language;

    /// Returns the strength of a topic in a bag, from the numbers of its words.
    fn strength_in_bag(words: &[(WordId, f32)], bag: &Bag) -> f32 {
        let named: Vec<WeightedWord> =
            words.iter().map(|&(word, weight)| WeightedWord { word: word.0.to_string(), weight }).collect();
        strength(&named, |word| bag.frequency(WordId(word.parse().expect("a word is named by its number"))))
    }

    fn topic(words: &[(u32, f32)]) -> Ranked {
        let words = words.iter().map(|&(word, weight)| (WordId(word), weight)).collect();
        Ranked { words, supporting: Vec::new() }
    }

    proptest! {
        #[test]
        fn strengths_are_shares_and_agree_with_those_of_a_single_document(
            bags in prop::collection::vec(prop::collection::vec((0..8_u32, 0..40_u32), 0..8), 0..8),
            weights in prop::collection::vec(prop::collection::vec(0.01..=1.0_f32, 1..8), 0..4),
        ) {
            let bags: Vec<Bag> = bags
                .into_iter()
                .map(|words| Bag::new(words.into_iter().map(|(word, n)| (WordId(word), n)).collect()))
                .collect();
            let topics: Vec<Ranked> = weights
                .iter()
                .enumerate()
                .map(|(first, weights)| topic(&(first as u32..).zip(weights.iter().copied()).take(8 - first).collect::<Vec<_>>()))
                .collect();
            let config = TopicsConfig { min_strength: 0.0, ..TopicsConfig::for_corpus(&bags, 0) };
            for (topic, bearers) in topics.iter().zip(bearers(&topics, &bags, 16, &config)) {
                for (index, bag) in bags.iter().enumerate() {
                    let expected = strength_in_bag(&topic.words, bag);
                    prop_assert!((0.0..=1.0).contains(&expected));
                    let found = bearers.iter().find(|bearer| bearer.bag.index() == index);
                    prop_assert!((found.map_or(0.0, |bearer| bearer.strength) - expected).abs() < 1e-5);
                }
                prop_assert!(bearers.is_sorted_by(|one, other| other.strength <= one.strength));
            }
        }
    }

    #[test]
    fn a_document_may_bear_several_topics_and_a_single_word_is_none() {
        let bag = |words: &[(u32, u32)]| Bag::new(words.iter().map(|&(word, n)| (WordId(word), n)).collect());
        let bags = [bag(&[(0, 1), (1, 1), (2, 3), (3, 3)]), bag(&[(0, 50)])];
        let topics = [topic(&[(0, 1.0), (1, 1.0)]), topic(&[(2, 1.0), (3, 1.0)])];
        let config = TopicsConfig::for_corpus(&bags, 0);
        let found: Vec<Vec<(u32, f32)>> = bearers(&topics, &bags, 4, &config)
            .iter()
            .map(|bearers| bearers.iter().map(|bearer| (bearer.bag.0, bearer.strength)).collect())
            .collect();
        assert_eq!(found, [vec![(0, 0.5)], vec![(0, 0.875)]]);
    }

    #[test]
    fn a_text_has_the_strength_of_its_bag() {
        let word = |word: &str| WeightedWord { word: word.to_owned(), weight: 1.0 };
        let topics: [&[WeightedWord]; 2] = [&[word("tides"), word("harbour")], &[word("flour"), word("yeast")]];
        let analyzer = Analyzer::new(Language::English);
        assert_eq!(strengths(&topics, "The tide in the harbour; flour", &analyzer), [0.5, 0.0]);
    }
}
