//! Phrases in labels: words of a topic that stand next to each other in its documents, as in `prime minister`.
//!
//! Two or three listed words are a phrase if they stand together in that order in enough of the topic's strongest
//! documents, and by more than chance: normalised pointwise mutual information of the places (Bouma 2009) of
//! [`MIN_NPMI`] or more. Phrases are shown in labels and counted nowhere: listed among the words of a topic they would
//! stand beside the words they are made of, and say nothing that these do not.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::coherence::npmi;
use super::{BagIndex, Topic, labels};
use crate::words::{Analyzer, Language, fold, tokens};

/// How many of a topic's documents are read, the strongest.
const N_DOCUMENTS: usize = 50;

/// How many of a topic's words may be part of a phrase.
const N_WORDS: usize = 10;

/// The fewest documents that must hold a phrase, of those read: this many, and a tenth.
const MIN_DOCUMENTS: usize = 3;
const MIN_SHARE: f64 = 0.1;

/// How much more often than by chance the words of a phrase stand together, in `-1.0..=1.0`.
const MIN_NPMI: f64 = 0.5;

/// Labels topics anew, with phrases where their words make any. `texts` are those that the topics were mined from, in the
/// order of the bags.
pub fn label_by_phrases(topics: &mut [Topic], texts: &[&str], language: Language) {
    label_by_phrases_of(topics, |bag| texts[bag.index()], language);
}

/// Returns the bags whose texts [`label_by_phrases_of`] reads, ascending: some of each topic.
pub fn read_for_labels(topics: &[Topic]) -> BTreeSet<BagIndex> {
    topics.iter().flat_map(|topic| topic.bearers.iter().take(N_DOCUMENTS)).map(|bearer| bearer.bag).collect()
}

/// Labels topics as [`label_by_phrases`] does; `text` returns the text of each of [`read_for_labels`].
pub fn label_by_phrases_of<'a>(topics: &mut [Topic], text: impl Fn(BagIndex) -> &'a str + Sync, language: Language) {
    let items: Vec<Vec<String>> = topics
        .par_iter()
        .map_init(
            || Analyzer::new(language),
            |analyzer, topic| {
                let read: Vec<&str> = topic.bearers.iter().take(N_DOCUMENTS).map(|bearer| text(bearer.bag)).collect();
                items(topic, &read, analyzer)
            },
        )
        .collect();
    let items: Vec<Vec<&str>> = items.iter().map(|items| items.iter().map(String::as_str).collect()).collect();
    for (topic, label) in topics.iter_mut().zip(labels(&items)) {
        topic.label = label;
    }
}

/// Where words of a topic stand next to each other.
#[derive(Default)]
struct Run {
    n_times: u64,
    documents: BTreeSet<usize>,
    /// How it is written, and how often so.
    written: BTreeMap<String, u32>,
}

/// What is counted in the documents of a topic.
#[derive(Default)]
struct Counts {
    n_places: u64,
    n_of_word: BTreeMap<usize, u64>,
    /// By the places of its words in the topic's list.
    runs: BTreeMap<Vec<usize>, Run>,
    /// How single words are written.
    written: BTreeMap<usize, BTreeMap<String, u32>>,
}

impl Counts {
    fn read(&mut self, document: usize, text: &str, places: &BTreeMap<String, usize>, analyzer: &Analyzer) {
        // The words before, as far as they are of the topic and nothing but a space stands between.
        let mut before: Vec<(usize, usize)> = Vec::new();
        let mut end = 0;
        for token in tokens(text) {
            self.n_places += 1;
            let folded = fold(token.text);
            let place = if analyzer.is_content_word(&folded) { places.get(&analyzer.stem(&folded)) } else { None };
            let Some(&place) = place else {
                before.clear();
                continue;
            };
            if &text[end..token.range.start] != " " || before.iter().any(|&(earlier, _)| earlier == place) {
                before.clear();
            }
            end = token.range.end;
            *self.n_of_word.entry(place).or_default() += 1;
            *self.written.entry(place).or_default().entry(token.text.to_owned()).or_default() += 1;
            before.push((place, token.range.start));
            if 3 < before.len() {
                before.remove(0);
            }
            for from in 0..before.len() - 1 {
                let words: Vec<usize> = before[from..].iter().map(|&(place, _)| place).collect();
                let run = self.runs.entry(words).or_default();
                run.n_times += 1;
                run.documents.insert(document);
                *run.written.entry(text[before[from].1..end].to_owned()).or_default() += 1;
            }
        }
    }

    fn is_phrase(&self, words: &[usize], run: &Run, n_documents: usize) -> bool {
        let needed = MIN_DOCUMENTS.max((MIN_SHARE * n_documents as f64).ceil() as usize);
        let rest = &words[1..];
        let of_rest =
            if let [only] = rest { self.n_of_word[only] } else { self.runs.get(rest).map_or(0, |run| run.n_times) };
        needed <= run.documents.len()
            && MIN_NPMI <= npmi(run.n_times, self.n_of_word[&words[0]], of_rest, self.n_places)
    }
}

/// Returns what a label shows of a topic, the most telling first: its words, and phrases in the place of theirs.
fn items(topic: &Topic, texts: &[&str], analyzer: &Analyzer) -> Vec<String> {
    let places: BTreeMap<String, usize> = topic
        .words
        .iter()
        .take(N_WORDS)
        .enumerate()
        .map(|(place, word)| (analyzer.stem(&fold(&word.word)), place))
        .collect();
    let mut counts = Counts::default();
    for (document, text) in texts.iter().enumerate() {
        counts.read(document, text, &places, analyzer);
    }
    let mut phrases: Vec<(&Vec<usize>, &Run)> =
        counts.runs.iter().filter(|(words, run)| counts.is_phrase(words, run, texts.len())).collect();
    // Longer ones first, then those that stand most often: a phrase takes its words away from the others.
    phrases.sort_by_key(|(words, run)| (std::cmp::Reverse((words.len(), run.n_times)), (*words).clone()));
    let mut of_word: BTreeMap<usize, &str> = BTreeMap::new();
    for (words, run) in phrases {
        if words.iter().all(|word| !of_word.contains_key(word)) {
            let written = commonest(&run.written);
            of_word.extend(words.iter().map(|&word| (word, written)));
        }
    }
    let mut items: Vec<String> = Vec::new();
    for (place, word) in topic.words.iter().enumerate() {
        let single = counts.written.get(&place).map_or(word.word.as_str(), commonest);
        let item = of_word.get(&place).copied().unwrap_or(single);
        if !items.iter().any(|known| known == item) {
            items.push(item.to_owned());
        }
    }
    items
}

/// Returns what is written most often, ties to the last in order: lower case before capitals.
fn commonest(written: &BTreeMap<String, u32>) -> &str {
    written.iter().max_by_key(|&(_, n)| n).map_or("", |(written, _)| written.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::{BagIndex, Bearer, WeightedWord};
    use super::*;

    #[track_caller]
    fn check(words: &[&str], texts: &[&str], expected: &str) {
        let mut topics = [Topic {
            label: String::new(),
            words: words.iter().map(|&word| WeightedWord { word: word.to_owned(), weight: 1.0 }).collect(),
            profile: Vec::new(),
            bearers: (0..texts.len()).map(|bag| Bearer { bag: BagIndex::from(bag), strength: 1.0 }).collect(),
            n_documents: texts.len() as u32,
            npmi: 0.0,
        }];
        label_by_phrases(&mut topics, texts, Language::English);
        assert_eq!(topics[0].label, expected);
    }

    const FILLER: &str = "and then there were others who went on about it for a while, as they do";

    #[test]
    fn words_that_stand_together_are_a_phrase() {
        let texts: Vec<String> = (0..6)
            .map(|_| {
                format!("The Prime Minister spoke {FILLER}. A vote: the prime minister has lost the vote. {FILLER}")
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        check(&["minister", "vote", "prime", "lost"], &texts, "prime minister, vote, lost");
    }

    #[test]
    fn three_words_are_one_phrase() {
        let text = format!("{FILLER} the House of Lords; Royal Air Force {FILLER}");
        check(&["force", "royal", "air", "lords", "house"], &[text.as_str(); 5], "Royal Air Force, Lords, House");
    }

    #[test]
    fn a_stop_between_words_or_too_few_documents_make_no_phrase() {
        let parted = format!("prime. Minister {FILLER}");
        check(&["minister", "prime"], &[parted.as_str(); 5], "Minister, prime");
        let together = format!("prime minister {FILLER}");
        check(&["minister", "prime"], &[together.as_str(); 2], "minister, prime");
        check(&["minister", "prime"], &[], "minister, prime");
        check(&[], &[], "");
    }
}
