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

/// Returns the vocabulary of `texts` and a bag for each of them, in order. A text without content words has an empty bag.
pub fn bags(texts: &[&str], language: Language, config: &VocabularyConfig) -> (Vocabulary, Bags) {
    // Texts are read a block at a time, so that what is kept per text before it is numbered stays small.
    const BLOCK: usize = 1024;
    let mut read = Read::default();
    for block in texts.chunks(BLOCK) {
        let tallies: Vec<Vec<(&str, u32)>> = block.par_iter().map(|text| tally(text)).collect();
        read.learn(&tallies, language, config);
        for tally in &tallies {
            read.push(tally);
        }
    }
    read.in_order_of_terms(config.max_words)
}

/// Returns the words of a text as they are written, each once, in order, and how often each stands there.
fn tally(text: &str) -> Vec<(&str, u32)> {
    let mut words: Vec<&str> = tokens(text).map(|token| token.text).collect();
    words.sort_unstable();
    words.chunk_by(|one, other| one == other).map(|run| (run[0], run.len() as u32)).collect()
}

/// What is counted of a written word: the number of its term, and of its spelling.
#[derive(Clone, Copy)]
struct Counts {
    term: usize,
    spelling: usize,
}

/// A spelling of a term.
struct Spelling {
    term: usize,
    written: Box<str>,
    n: u32,
}

/// What has been read of the texts so far. Terms and spellings are numbered as they are met.
#[derive(Default)]
struct Read {
    /// By the word as written; `None` for one that is no content word, or too long.
    known: HashMap<Box<str>, Option<Counts>>,
    terms: HashMap<String, usize>,
    /// For each term, how many documents have it.
    n_documents: Vec<u32>,
    spellings: Vec<Spelling>,
    bags: Bags,
}

impl Read {
    /// Makes every word of some texts known. Each is folded and stemmed once, however often it stands in however many
    /// texts.
    fn learn(&mut self, tallies: &[Vec<(&str, u32)>], language: Language, config: &VocabularyConfig) {
        let words = tallies.iter().flatten().map(|&(word, _)| word).filter(|word| !self.known.contains_key(*word));
        let mut new: Vec<&str> = words.collect();
        new.sort_unstable();
        new.dedup();
        let terms: Vec<Option<String>> = new
            .par_iter()
            .map_init(
                || Analyzer::new(language),
                |analyzer, word| {
                    let folded = fold(word);
                    let is_counted =
                        analyzer.is_content_word(&folded) && folded.chars().nth(config.max_word_chars).is_none();
                    is_counted.then(|| analyzer.stem(&folded))
                },
            )
            .collect();
        for (word, term) in new.into_iter().zip(terms) {
            let counts = term.map(|term| self.number(term, without_possessive(word)));
            self.known.insert(word.into(), counts);
        }
    }

    fn number(&mut self, term: String, written: &str) -> Counts {
        let n_terms = self.n_documents.len();
        let term = *self.terms.entry(term).or_insert(n_terms);
        if term == n_terms {
            self.n_documents.push(0);
        }
        // A word and its possessive are two words of one spelling, counted apart here and put together in `typical`.
        self.spellings.push(Spelling { term, written: written.into(), n: 0 });
        Counts { term, spelling: self.spellings.len() - 1 }
    }

    /// Counts a text, all of whose words are known.
    fn push(&mut self, tally: &[(&str, u32)]) {
        let mut words = Vec::with_capacity(tally.len());
        for &(word, n) in tally {
            if let Some(Counts { term, spelling }) = self.known[word] {
                self.spellings[spelling].n += n;
                words.push((WordId::from(term), n));
            }
        }
        let bag = Bag::new(words);
        for &(term, _) in &bag.words {
            self.n_documents[term.index()] += 1;
        }
        self.bags.push(&bag);
    }

    /// Numbers the words anew in the order of their terms, the most common `max_words` of them.
    fn in_order_of_terms(self, max_words: usize) -> (Vocabulary, Bags) {
        let Self { known, terms, n_documents, mut spellings, bags } = self;
        drop(known);
        let mut terms: Vec<(String, usize)> = terms.into_iter().collect();
        if max_words < terms.len() {
            terms.select_nth_unstable_by(max_words, |(term, id), (other_term, other)| {
                n_documents[*other].cmp(&n_documents[*id]).then_with(|| term.cmp(other_term))
            });
            terms.truncate(max_words);
        }
        terms.sort_unstable();
        spellings.sort_unstable_by_key(|spelling| spelling.term);
        let mut starts = vec![0; n_documents.len() + 1];
        for spelling in &spellings {
            starts[spelling.term + 1] += 1;
        }
        for term in 1..starts.len() {
            starts[term] += starts[term - 1];
        }
        let mut number = vec![None; n_documents.len()];
        let mut words = Vec::with_capacity(terms.len());
        for (term, id) in terms {
            number[id] = Some(WordId::from(words.len()));
            let (form, written) = typical(&spellings[starts[id]..starts[id + 1]]);
            words.push(Word { term, form, written, n_documents: n_documents[id] });
        }
        (Vocabulary::new(words), bags.renumbered(&number))
    }
}

fn without_possessive(word: &str) -> &str {
    ["'s", "\u{2019}s", "'S", "\u{2019}S"].iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or(word)
}

/// Returns the most frequent folded form of `spellings`, and the most frequent spelling of that form. Ties go to the
/// form first in order, and to the spelling last in it: lower case before capitals.
fn typical(spellings: &[Spelling]) -> (String, String) {
    if let [Spelling { written, .. }] = spellings {
        return (fold(written).into_owned(), written.to_string());
    }
    let (mut forms, mut of_spellings) = (BTreeMap::new(), BTreeMap::new());
    for Spelling { written, n, .. } in spellings {
        *forms.entry(fold(written)).or_insert(0) += n;
        *of_spellings.entry(&**written).or_insert(0) += n;
    }
    let form = forms.into_iter().rev().max_by_key(|&(_, n)| n).map(|(form, _)| form.into_owned()).unwrap_or_default();
    let written = of_spellings.into_iter().filter(|(written, _)| fold(written) == form).max_by_key(|&(_, n)| n);
    let written = written.map_or_else(|| form.clone(), |(written, _)| written.to_owned());
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
