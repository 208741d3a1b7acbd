//! Texts into bags of words, and the vocabulary that numbers the words.
//!
//! A counted term is the stem of a content word; what is shown for it is the form that stands most often in the
//! texts. Words of addresses are left out. Words are numbered in the order of their terms, so numbers do not depend on the
//! order of the documents.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::bag::BagsWriter;
use super::passages::passages;
use super::spill::MemoryLimit;
use super::{Bag, Bags, TopicsConfig, WordId};
use crate::error::Result;
use crate::words::{Analyzer, Language, fold, tokens_of_prose};

/// What a vocabulary is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct VocabularyConfig {
    /// The most words kept: those in the most bags. At least 1.
    pub max_words: usize,
    /// The most letters in a word: longer ones are addresses and debris of layout.
    pub max_word_chars: usize,
    /// About how many words make a bag: a long text is cut into passages of so many, each a bag. 0 leaves texts whole.
    pub passage_words: u32,
}

impl VocabularyConfig {
    /// Returns limits that no library of honest text meets, a million words, of 40 letters, and leaves texts whole.
    pub fn ample() -> Self {
        Self { max_words: 1_000_000, max_word_chars: 40, passage_words: 0 }
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
    /// In how many bags it is: each passage of a long text counts.
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
    pub fn within_limits(&self, bags: &Bags, config: &TopicsConfig) -> Result<(Self, Bags)> {
        let n_documents = bags.document_frequencies(self.len())?;
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
        Ok((Self::new(words), bags.renumbered(&number)?))
    }
}

/// Returns the vocabulary of `texts` and their bags, in order: one for each, or for each passage of one. A text without
/// content words has an empty bag.
pub fn bags(texts: &[&str], language: Language, config: &VocabularyConfig) -> (Vocabulary, Bags) {
    let mut counted = CountedTexts::new(language, config.clone(), None);
    counted.push(texts);
    counted.finish().expect("what is in memory needs no file")
}

/// Returns what [`bags`] does of texts that are counted already: the passages of each as rows of words, by their places in
/// `words`, each with how often it stands there.
pub(super) fn bags_of_written<'a, Passages: Iterator<Item = &'a [(u32, u32)]>>(
    words: &[Box<str>],
    texts: impl Iterator<Item = Passages>,
    language: Language,
    config: &VocabularyConfig,
) -> (Vocabulary, Bags) {
    let mut read = Read::new(None);
    read.learn(&[vec![words.iter().map(|word| (&**word, 0)).collect()]], language, config);
    let known: Vec<Option<Counts>> = words.iter().map(|word| read.known[word]).collect();
    for passages in texts {
        for (passage, row) in passages.enumerate() {
            let spellings = row.iter().filter_map(|&(word, n)| known[word as usize].map(|counts| (counts, n)));
            read.push(&Counted::of(spellings.collect()), 0 < passage);
        }
    }
    let counted = CountedTexts { read, language, config: config.clone() };
    counted.finish().expect("what is in memory needs no file")
}

/// Texts that are being counted, as many at a time as the caller likes.
pub struct CountedTexts {
    read: Read,
    language: Language,
    config: VocabularyConfig,
}

impl CountedTexts {
    /// Returns the counts of no text yet, whose bags will keep to `limit`.
    pub fn new(language: Language, config: VocabularyConfig, limit: Option<MemoryLimit>) -> Self {
        Self { read: Read::new(limit), language, config }
    }

    /// Adds texts, in order.
    pub fn push<T: AsRef<str> + Sync>(&mut self, texts: &[T]) {
        // Texts are read a block at a time, so that what is kept per text before it is numbered stays small.
        const BLOCK: usize = 1024;
        for block in texts.chunks(BLOCK) {
            let tallies: Vec<Vec<Tally<'_>>> = block
                .par_iter()
                .map(|text| passages(text.as_ref(), self.config.passage_words).into_iter().map(tally).collect())
                .collect();
            self.read.learn(&tallies, self.language, &self.config);
            let counted: Vec<Vec<Counted>> = tallies
                .par_iter()
                .map(|passages| passages.iter().map(|tally| self.read.counted(tally)).collect())
                .collect();
            for passages in counted {
                for (passage, counted) in passages.into_iter().enumerate() {
                    self.read.push(&counted, 0 < passage);
                }
            }
        }
    }

    /// Returns the vocabulary of the texts, and a bag for each. Fails if a file was needed and could not be written.
    pub fn finish(self) -> Result<(Vocabulary, Bags)> {
        let (terms, bags) = self.read.finish()?;
        let (vocabulary, number) = in_order_of_terms(terms, self.config.max_words);
        Ok((vocabulary, bags.renumbered(&number)?))
    }

    /// Returns every term with its spellings, in the order of the terms, and the bags numbered so.
    pub(crate) fn spelled(self) -> Result<(Vec<Spelled>, Bags)> {
        let (terms, bags) = self.read.finish()?;
        let (terms, number) = sorted(terms, usize::MAX);
        Ok((terms, bags.renumbered(&number)?))
    }
}

/// A term, with the spellings it stands in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spelled {
    pub(crate) term: String,
    /// Each spelling with how often it stands in the texts; a spelling may come several times.
    pub(crate) spellings: Vec<(Box<str>, u64)>,
    /// In how many documents the term is.
    pub(crate) n_documents: u32,
}

/// The words of a text as they are written, each once, in order, and how often each stands there.
pub(super) type Tally<'a> = Vec<(&'a str, u32)>;

pub(super) fn tally(text: &str) -> Tally<'_> {
    let mut words: Vec<&str> = tokens_of_prose(text).map(|token| token.text).collect();
    words.sort_unstable();
    words.chunk_by(|one, other| one == other).map(|run| (run[0], run.len() as u32)).collect()
}

/// What is counted of a written word: the number of its term, and of its spelling.
#[derive(Clone, Copy)]
struct Counts {
    term: usize,
    spelling: usize,
}

/// A text, or a passage of one, all of whose words are known.
struct Counted {
    /// How often each spelling stands in it.
    spellings: Vec<(Counts, u32)>,
    bag: Bag,
}

impl Counted {
    fn of(spellings: Vec<(Counts, u32)>) -> Self {
        let bag = Bag::new(spellings.iter().map(|&(Counts { term, .. }, n)| (WordId::from(term), n)).collect());
        Self { spellings, bag }
    }
}

/// What has been read of the texts so far. Terms are numbered as they are met, and the spellings of each.
struct Read {
    /// By the word as written; `None` for one that is no content word, or too long.
    known: HashMap<Box<str>, Option<Counts>>,
    numbers: HashMap<String, usize>,
    terms: Vec<Spelled>,
    bags: BagsWriter,
}

impl Read {
    fn new(limit: Option<MemoryLimit>) -> Self {
        Self { known: HashMap::new(), numbers: HashMap::new(), terms: Vec::new(), bags: BagsWriter::new(limit) }
    }

    /// Makes every word of some texts known. Each is folded and stemmed once, however often it stands in however many
    /// texts.
    fn learn(&mut self, tallies: &[Vec<Tally<'_>>], language: Language, config: &VocabularyConfig) {
        let unknown = |&(word, _): &(_, u32)| (!self.known.contains_key(word)).then_some(word);
        let words = tallies.par_iter().flat_map_iter(|passages| passages.iter().flatten().filter_map(unknown));
        let mut new: Vec<&str> = words.collect();
        new.par_sort_unstable();
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
        let n_terms = self.terms.len();
        let number = self.numbers.get(&term).copied().unwrap_or(n_terms);
        if number == n_terms {
            self.numbers.insert(term.clone(), n_terms);
            self.terms.push(Spelled { term, spellings: Vec::with_capacity(1), n_documents: 0 });
        }
        // A word and its possessive are two words of one spelling, counted apart here and put together in `typical`.
        let spellings = &mut self.terms[number].spellings;
        spellings.push((written.into(), 0));
        Counts { term: number, spelling: spellings.len() - 1 }
    }

    /// Returns a text, all of whose words are known, as it is counted.
    fn counted(&self, tally: &[(&str, u32)]) -> Counted {
        Counted::of(tally.iter().filter_map(|&(word, n)| self.known[word].map(|counts| (counts, n))).collect())
    }

    /// Counts a text, or a passage after the first of one.
    fn push(&mut self, Counted { spellings, bag }: &Counted, is_continued: bool) {
        for &(Counts { term, spelling }, n) in spellings {
            self.terms[term].spellings[spelling].1 += u64::from(n);
        }
        for &(term, _) in &bag.words {
            self.terms[term.index()].n_documents += 1;
        }
        if is_continued {
            self.bags.push_passage(bag);
        } else {
            self.bags.push(bag);
        }
    }

    fn finish(self) -> Result<(Vec<Spelled>, Bags)> {
        let Self { terms, bags, .. } = self;
        Ok((terms, bags.finish()?))
    }
}

/// Returns the vocabulary of the most common `max_words` of `terms`, in their order, and the number that each place has in it.
pub(crate) fn in_order_of_terms(terms: Vec<Spelled>, max_words: usize) -> (Vocabulary, Vec<Option<WordId>>) {
    let (terms, number) = sorted(terms, max_words);
    let words = terms.into_iter().map(|Spelled { term, spellings, n_documents }| {
        let (form, written) = typical(&spellings);
        Word { term, form, written, n_documents }
    });
    (Vocabulary::new(words.collect()), number)
}

/// Returns the most common `max_words` of `terms` in their order, and the number that each place has among them.
fn sorted(terms: Vec<Spelled>, max_words: usize) -> (Vec<Spelled>, Vec<Option<WordId>>) {
    let mut number = vec![None; terms.len()];
    let mut placed: Vec<(Spelled, usize)> = terms.into_iter().zip(0..).collect();
    if max_words < placed.len() {
        placed.select_nth_unstable_by(max_words, |(one, _), (other, _)| {
            other.n_documents.cmp(&one.n_documents).then_with(|| one.term.cmp(&other.term))
        });
        placed.truncate(max_words);
    }
    placed.sort_unstable_by(|(one, _), (other, _)| one.term.cmp(&other.term));
    for (at, &(_, place)) in placed.iter().enumerate() {
        number[place] = Some(WordId::from(at));
    }
    (placed.into_iter().map(|(term, _)| term).collect(), number)
}

fn without_possessive(word: &str) -> &str {
    ["'s", "\u{2019}s", "'S", "\u{2019}S"].iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or(word)
}

/// Returns the most frequent folded form of `spellings`, and the most frequent spelling of that form. Ties go to the
/// form first in order, and to the spelling last in it: lower case before capitals.
fn typical(spellings: &[(Box<str>, u64)]) -> (String, String) {
    if let [(written, _)] = spellings {
        return (fold(written).into_owned(), written.to_string());
    }
    let (mut forms, mut of_spellings) = (BTreeMap::new(), BTreeMap::new());
    for (written, n) in spellings {
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
        let (within, bags) = vocabulary.within_limits(&bags, &config).expect("it is in memory");
        assert_eq!(within.words().iter().map(|word| word.form.as_str()).collect::<Vec<_>>(), ["keel", "mast"]);
        assert_eq!(listed(&bags), [[(1, 1)], [(1, 1)], [(0, 1)], [(0, 1)]]);
    }
}
