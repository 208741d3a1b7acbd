//! Texts into bags of words, and the vocabulary that numbers the words.
//!
//! A counted term is the stem of a content word; what is shown for it is the form that stands most often in the
//! texts. Words are numbered in the order of their terms, so numbers do not depend on the order of the documents.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::{Bag, Bags, TopicsConfig, WordId};
use crate::words::{Analyzer, Language, fold, tokens};

/// What a vocabulary is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct VocabularyConfig {
    /// The most words kept: those in the most documents. A bound on memory, at least 1.
    pub max_words: usize,
    /// The most letters in a word: longer ones are addresses and debris of layout.
    pub max_word_chars: usize,
}

impl VocabularyConfig {
    /// Returns limits that no library of honest text meets: a million words, of 40 letters.
    pub fn ample() -> Self {
        Self { max_words: 1_000_000, max_word_chars: 40 }
    }
}

/// One word of a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What is counted: the stem, or the word itself where a corpus comes as counts.
    pub term: String,
    /// The most frequent form, folded: what a topic lists.
    pub form: String,
    /// The most frequent spelling of that form, as written: what a label shows.
    pub written: String,
    /// In how many documents it is.
    pub n_documents: u32,
}

/// The words of a corpus, by number and by term.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vocabulary {
    words: Vec<Word>,
    ids: HashMap<String, WordId>,
}

impl Vocabulary {
    /// Returns the vocabulary of `words`, numbered as they stand.
    ///
    /// Panics if a term stands twice: whoever builds a vocabulary has merged equal terms.
    pub fn new(words: Vec<Word>) -> Self {
        let ids: HashMap<String, WordId> =
            words.iter().enumerate().map(|(id, word)| (word.term.clone(), WordId::from(id))).collect();
        assert_eq!(ids.len(), words.len(), "a term stands twice in the vocabulary");
        Self { words, ids }
    }

    /// Returns how many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Returns whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Returns a word by its number.
    pub fn word(&self, id: WordId) -> &Word {
        &self.words[id.index()]
    }

    /// Returns the words in the order of their numbers.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Returns the number of a term.
    pub fn id(&self, term: &str) -> Option<WordId> {
        self.ids.get(term).copied()
    }

    /// Returns the words within the frequency limits of `config`, renumbered in the same order, and the bags of them.
    ///
    /// Document frequencies are counted from `bags`, whatever the vocabulary says. Bags keep their places, empty or
    /// not.
    pub fn within_limits(&self, bags: &Bags, config: &TopicsConfig) -> (Self, Bags) {
        let n_documents = bags.document_frequencies(self.len());
        let admitted = config.min_documents..=config.max_documents(bags.len());
        let mut number = vec![None; self.len()];
        let mut words = Vec::new();
        for (id, word) in self.words.iter().enumerate() {
            let n_documents = n_documents[id];
            if 0 < n_documents && admitted.contains(&n_documents) {
                number[id] = Some(WordId::from(words.len()));
                words.push(Word { n_documents, ..word.clone() });
            }
        }
        (Self::new(words), bags.renumbered(&number))
    }
}

/// What one text, or all of them, say of one term: how often it stands there, and in which spellings.
#[derive(Default)]
struct Counted {
    n_documents: u32,
    spellings: BTreeMap<String, u32>,
}

/// Returns the vocabulary of `texts` and a bag for each of them, in order. A text without content words has an empty bag.
pub fn bags(texts: &[&str], language: Language, config: &VocabularyConfig) -> (Vocabulary, Bags) {
    // Texts are read a block at a time, so that what is kept per text before it is numbered stays small.
    const BLOCK: usize = 1024;
    let mut first_ids: HashMap<String, usize> = HashMap::new();
    let mut counted: Vec<Counted> = Vec::new();
    let mut bags = Bags::new();
    for block in texts.chunks(BLOCK) {
        let read: Vec<_> = block
            .par_iter()
            .map_init(|| Analyzer::new(language), |analyzer, text| terms_of(text, analyzer, config))
            .collect();
        for terms in read {
            let words = terms.into_iter().map(|(term, spellings)| {
                let id = *first_ids.entry(term).or_insert_with(|| {
                    counted.push(Counted::default());
                    counted.len() - 1
                });
                let known = &mut counted[id];
                known.n_documents += 1;
                let mut frequency = 0;
                for (spelling, n) in spellings {
                    *known.spellings.entry(spelling).or_default() += n;
                    frequency += n;
                }
                (WordId::from(id), frequency)
            });
            bags.push(&Bag::new(words.collect()));
        }
    }
    in_order_of_terms(first_ids, counted, &bags, config.max_words)
}

/// Returns the terms of a text, in order, each with its spellings and how often each stands there.
fn terms_of(text: &str, analyzer: &Analyzer, config: &VocabularyConfig) -> BTreeMap<String, BTreeMap<String, u32>> {
    let mut terms: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for token in tokens(text) {
        let folded = fold(token.text);
        if analyzer.is_content_word(&folded) && folded.chars().nth(config.max_word_chars).is_none() {
            let spelling = without_possessive(token.text);
            *terms.entry(analyzer.stem(&folded)).or_default().entry(spelling.to_owned()).or_default() += 1;
        }
    }
    terms
}

fn without_possessive(word: &str) -> &str {
    ["'s", "\u{2019}s", "'S", "\u{2019}S"].iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or(word)
}

/// Numbers the words anew in the order of their terms, the most common `max_words` of them.
fn in_order_of_terms(
    first_ids: HashMap<String, usize>,
    mut counted: Vec<Counted>,
    bags: &Bags,
    max_words: usize,
) -> (Vocabulary, Bags) {
    let mut terms: Vec<(String, usize)> = first_ids.into_iter().collect();
    if max_words < terms.len() {
        terms.sort_unstable_by(|(term, id), (other_term, other)| {
            counted[*other].n_documents.cmp(&counted[*id].n_documents).then_with(|| term.cmp(other_term))
        });
        terms.truncate(max_words);
    }
    terms.sort_unstable();
    let mut number = vec![None; counted.len()];
    let mut words = Vec::with_capacity(terms.len());
    for (term, id) in terms {
        number[id] = Some(WordId::from(words.len()));
        let Counted { n_documents, spellings } = std::mem::take(&mut counted[id]);
        let (form, written) = typical(&spellings);
        words.push(Word { term, form, written, n_documents });
    }
    (Vocabulary::new(words), bags.renumbered(&number))
}

/// Returns the most frequent folded form of `spellings`, and the most frequent spelling of that form. Ties go to the
/// form first in order, and to the spelling last in it: lower case before capitals.
fn typical(spellings: &BTreeMap<String, u32>) -> (String, String) {
    let mut forms: BTreeMap<String, u32> = BTreeMap::new();
    for (spelling, n) in spellings {
        *forms.entry(fold(spelling).into_owned()).or_default() += n;
    }
    let form = forms.iter().rev().max_by_key(|&(_, n)| n).map(|(form, _)| form.clone()).unwrap_or_default();
    let written = spellings.iter().filter(|(spelling, _)| fold(spelling) == form.as_str()).max_by_key(|&(_, n)| n);
    let written = written.map_or_else(|| form.clone(), |(spelling, _)| spelling.clone());
    (form, written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> (Vocabulary, Bags) {
        bags(texts, Language::English, &VocabularyConfig::ample())
    }

    fn listed(bags: &Bags) -> Vec<Vec<(u32, u32)>> {
        bags.iter().map(|bag| bag.map(|(word, n)| (word.0, n)).collect()).collect()
    }

    #[test]
    fn forms_of_a_word_count_as_one_and_the_commonest_is_shown() {
        let (vocabulary, bags) =
            read(&["The tide drifts. Tides drifted, and Baltic tides", "A BALTIC tide; Baltic’s tides"]);
        let shown: Vec<_> = vocabulary
            .words()
            .iter()
            .map(|word| (word.term.as_str(), word.form.as_str(), word.written.as_str()))
            .collect();
        assert_eq!(
            shown,
            [("baltic", "baltic", "Baltic"), ("drift", "drifted", "drifted"), ("tide", "tides", "tides")]
        );
        assert_eq!(listed(&bags), [vec![(0, 1), (1, 2), (2, 3)], vec![(0, 2), (2, 2)]]);
        assert_eq!(vocabulary.words().iter().map(|word| word.n_documents).collect::<Vec<_>>(), [2, 1, 2]);
        assert_eq!(vocabulary.id("tide"), Some(WordId(2)));
    }

    #[test]
    fn a_text_without_content_words_has_an_empty_bag() {
        let (vocabulary, bags) = read(&["", "of the 12 and 3", "🦀"]);
        assert!(vocabulary.is_empty());
        assert_eq!(listed(&bags), vec![vec![]; 3]);
    }

    #[test]
    fn a_full_vocabulary_keeps_the_words_of_most_documents() {
        let config = VocabularyConfig { max_words: 2, ..VocabularyConfig::ample() };
        let (vocabulary, bags) =
            bags(&["anchor harbour", "harbour lantern", "lantern mast"], Language::English, &config);
        assert_eq!(
            vocabulary.words().iter().map(|word| word.form.as_str()).collect::<Vec<_>>(),
            ["harbour", "lantern"]
        );
        assert_eq!(bags.iter().map(|bag| bag.len()).collect::<Vec<_>>(), [1, 2, 1]);
    }

    #[test]
    fn words_too_rare_or_too_common_take_no_part() {
        let (vocabulary, bags) = read(&["ship mast", "ship mast sail", "ship keel", "ship keel"]);
        let config = TopicsConfig { min_documents: 2, max_document_share: 0.5, ..TopicsConfig::for_corpus(&bags, 0) };
        let (within, bags) = vocabulary.within_limits(&bags, &config);
        assert_eq!(within.words().iter().map(|word| word.form.as_str()).collect::<Vec<_>>(), ["keel", "mast"]);
        assert_eq!(listed(&bags), [[(1, 1)], [(1, 1)], [(0, 1)], [(0, 1)]]);
    }
}
