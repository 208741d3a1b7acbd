//! Text into words: the words of UAX #29, folded, stemmed, with the stop words of the language known.
//!
//! Everything that counts words counts these, so that a title, a topic and a boundary speak of the same thing.

mod recognised;
mod scripts;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

pub use scripts::{Unspaced, ends_sentence, unspaced};

/// A language we have stop words and a stemmer for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// French.
    French,
    /// German.
    German,
    /// Italian.
    Italian,
    /// Portuguese.
    Portuguese,
    /// Spanish.
    Spanish,
}

impl Language {
    /// Every language there is, English first.
    pub const ALL: [Self; 6] =
        [Self::English, Self::French, Self::German, Self::Italian, Self::Portuguese, Self::Spanish];

    /// Returns the two-letter code of ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::German => "de",
            Self::Italian => "it",
            Self::Portuguese => "pt",
            Self::Spanish => "es",
        }
    }

    /// Returns the language of that code, as [`Language::code`] gives it.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// Returns the language that more of the first words of `text` are stop words of than of any other.
    ///
    /// A tie, as in a text of no known language, goes to the one earlier in [`Language::ALL`], so to English.
    pub fn guess(text: &str) -> Self {
        Self::most_counted(&stop_words_in(tokens(text).take(2_000)).1)
    }

    fn most_counted(counts: &[u32; Self::ALL.len()]) -> Self {
        let most = Self::ALL.into_iter().zip(counts).rev().max_by_key(|&(_, count)| count);
        most.map_or_else(Self::default, |(language, _)| language)
    }

    fn stemmer(self) -> Stemmer {
        Stemmer::create(match self {
            Self::English => Algorithm::English,
            Self::French => Algorithm::French,
            Self::German => Algorithm::German,
            Self::Italian => Algorithm::Italian,
            Self::Portuguese => Algorithm::Portuguese,
            Self::Spanish => Algorithm::Spanish,
        })
    }
}

/// Returns the code of the language that `text` is in, in ISO 639 and of two letters where there are two; `None` if that
/// is not sure, as of a text of a few words.
pub fn recognised(text: &str) -> Option<&'static str> {
    recognised::code(text)
}

/// For each word that some language does not count, the languages: a bit each, in the order of [`Language::ALL`].
static LANGUAGES_OF_STOP_WORDS: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    let mut languages: HashMap<&str, u32> = HashMap::new();
    for (number, language) in Language::ALL.into_iter().enumerate() {
        for &word in stop_words_of(language) {
            *languages.entry(word).or_default() |= 1 << number;
        }
    }
    languages
});

/// Returns how many words there are, and how many of them each language has for stop words, in the order of [`Language::ALL`].
fn stop_words_in<'a>(words: impl Iterator<Item = Token<'a>>) -> (u32, [u32; Language::ALL.len()]) {
    let (mut n_words, mut counts) = (0, [0; Language::ALL.len()]);
    for word in words {
        n_words += 1;
        let languages = LANGUAGES_OF_STOP_WORDS.get(&*fold(word.text)).copied().unwrap_or(0);
        for (language, count) in counts.iter_mut().enumerate() {
            *count += languages >> language & 1;
        }
    }
    (n_words, counts)
}

/// What the start of one text says of the language of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanguageVote {
    /// The language that the start of the text seems to be in.
    pub language: Language,
    /// How many words that start has.
    pub n_words: u32,
}

impl LanguageVote {
    /// How much of a text is read.
    const SAMPLE_BYTES: usize = 2_000;

    /// How many texts of a collection vote, or up to twice as many.
    const N_SAMPLED: usize = 200;

    /// Returns the vote of a text.
    pub fn of(text: &str) -> Self {
        let start = &text[..text.floor_char_boundary(Self::SAMPLE_BYTES)];
        // Two thousand bytes are fewer words than a guess takes into account.
        let (n_words, counts) = stop_words_in(tokens(start));
        Self { language: Language::most_counted(&counts), n_words }
    }

    /// Returns how far apart the texts are that vote, of `n_texts`; the first one does.
    pub fn step(n_texts: usize) -> usize {
        (n_texts / Self::N_SAMPLED).max(1)
    }

    /// Returns the language of most of the words of `votes`, those of a sample of texts.
    pub fn language(votes: impl Iterator<Item = Self>) -> Language {
        let mut n_words: BTreeMap<Language, u64> = BTreeMap::new();
        for vote in votes {
            *n_words.entry(vote.language).or_default() += u64::from(vote.n_words);
        }
        n_words.into_iter().rev().max_by_key(|&(_, n)| n).map_or_else(Language::default, |(language, _)| language)
    }
}

/// A word as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The word, as written.
    pub text: &'a str,
    /// Its bytes in the text it was taken from.
    pub range: Range<usize>,
}

/// Returns the words of `text` in reading order: the segments of UAX #29 that hold a letter or a digit.
pub fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    text.unicode_word_indices().map(|(start, word)| Token { text: word, range: start..start + word.len() })
}

/// Returns the words of `text` in reading order, those of addresses and of left-over markup left out: a host and its folders
/// keep company wherever the address is written, and that is no subject.
///
/// An address is a run of visible ASCII characters with `://` in it, with an `@` between letters or digits, or with `www.` in
/// front; markup is one with a `=` before a quotation mark or a slash. Takes time linear in the text, whatever the runs.
pub fn tokens_of_prose(text: &str) -> impl Iterator<Item = Token<'_>> {
    let (mut run_end, mut is_in_address) = (0, false);
    tokens(text).filter(move |token| {
        if run_end <= token.range.start {
            let is_run = |byte: &u8| byte.is_ascii_graphic();
            let bytes = text.as_bytes();
            let n_before = bytes[run_end..token.range.start].iter().rev().take_while(|&byte| is_run(byte)).count();
            let n_after = bytes[token.range.start..].iter().take_while(|&byte| is_run(byte)).count();
            is_in_address = is_address(&bytes[token.range.start - n_before..token.range.start + n_after]);
            // A word that is not ASCII is a run by itself.
            run_end = (token.range.start + n_after).max(token.range.end);
        }
        !is_in_address
    })
}

/// Returns whether a run of visible ASCII characters is an address or an attribute.
fn is_address(run: &[u8]) -> bool {
    let first = run.iter().position(u8::is_ascii_alphanumeric).unwrap_or(run.len());
    let is_host = run[first..].get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"www."));
    is_host
        || run.windows(3).any(|window| match window {
            b"://" => true,
            [before, b'@', after] => before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric(),
            [before, b'=', b'"' | b'\'' | b'/'] => before.is_ascii_alphanumeric(),
            _ => false,
        })
}

/// Returns how many words `text` has.
pub fn count(text: &str) -> usize {
    text.unicode_words().count()
}

/// Returns how many words each of `texts` has.
pub fn count_each(texts: &[&str]) -> Vec<u32> {
    texts.iter().map(|text| count(text) as u32).collect()
}

/// Returns `word` in lower case and NFKC, with `’` written as `'`, so that spellings of one word compare equal.
pub fn fold(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'\'') {
        return Cow::Borrowed(word);
    }
    if word.is_ascii() {
        return Cow::Owned(word.to_ascii_lowercase());
    }
    let straight = word.replace('\u{2019}', "'");
    Cow::Owned(match is_nfkc_quick(straight.chars()) {
        IsNormalized::Yes => straight.to_lowercase(),
        _ => straight.nfkc().collect::<String>().to_lowercase(),
    })
}

/// Turns the words of one language into the terms that are counted.
///
/// Not `Sync`: each thread makes its own, which is cheap. It remembers the stems it has made.
pub struct Analyzer {
    language: Language,
    stop_words: HashSet<&'static str>,
    stemmer: Stemmer,
    stems: RefCell<HashMap<String, String>>,
}

impl Analyzer {
    /// The most stems remembered: enough for any book, and a bound for a text of ever new words.
    const MAX_STEMS: usize = 200_000;

    /// Returns the analyzer of `language`.
    pub fn new(language: Language) -> Self {
        Self {
            language,
            stop_words: stop_words_of(language).iter().copied().collect(),
            stemmer: language.stemmer(),
            stems: RefCell::default(),
        }
    }

    /// Returns the language it is for.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Returns whether a folded word is a stop word, such as `the`, or a mere clitic or filler of speech, such as `uh`.
    pub fn is_stop_word(&self, folded: &str) -> bool {
        self.stop_words.contains(folded) || FILLERS.contains(&folded)
    }

    /// Returns whether a folded word can carry a subject: no stop word, no number, two characters or more.
    pub fn is_content_word(&self, folded: &str) -> bool {
        !self.is_stop_word(folded)
            && folded.chars().nth(1).is_some()
            && folded.chars().any(char::is_alphabetic)
            && !folded.chars().next().is_some_and(char::is_numeric)
    }

    /// Returns the stem of a folded word (Snowball). Words of one stem count as the same word.
    pub fn stem(&self, folded: &str) -> String {
        if let Some(stem) = self.stems.borrow().get(folded) {
            return stem.clone();
        }
        // A possessive says nothing of the subject, and the stemmers of some languages leave it.
        let bare = folded.strip_suffix("'s").unwrap_or(folded);
        let stem = self.stemmer.stem(bare).into_owned();
        let mut stems = self.stems.borrow_mut();
        if stems.len() < Self::MAX_STEMS {
            stems.insert(folded.to_owned(), stem.clone());
        }
        stem
    }

    /// Returns the stems of the content words of `text`, in reading order, repeats kept.
    pub fn content_stems(&self, text: &str) -> Vec<String> {
        self.content_stems_of(tokens(text))
    }

    /// Returns the stems of those of some words that are content words, in their order, repeats kept.
    pub fn content_stems_of<'a>(&self, tokens: impl Iterator<Item = Token<'a>>) -> Vec<String> {
        tokens
            .map(|token| fold(token.text))
            .filter(|word| self.is_content_word(word))
            .map(|word| self.stem(&word))
            .collect()
    }
}

/// What people say while they think, and what speech recognisers write for it.
const FILLERS: [&str; 14] =
    ["uh", "um", "hm", "hmm", "mm", "mhm", "erm", "er", "ah", "oh", "yeah", "okay", "ok", "inaudible"];

fn stop_words_of(language: Language) -> &'static [&'static str] {
    stop_words::get(language.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(Analyzer::new(Language::English).content_stems(text), expected);
    }

    #[track_caller]
    fn check_prose(text: &str, expected: &[&str]) {
        assert_eq!(tokens_of_prose(text).map(|token| token.text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn words_of_addresses_are_no_prose() {
        check_prose("See (http://a.example/b/c.html), and ask.", &["See", "and", "ask"]);
        check_prose("Write to ann@b.example or \"www.c.example\": today.", &["Write", "to", "or", "today"]);
        check_prose("<a href=\"https://d.example/x\" target=/x/y>Lit</a> lamp", &["a", "lamp"]);
        check_prose(
            "At 5 @ the pier, www and/or node.js @home",
            &["At", "5", "the", "pier", "www", "and", "or", "node.js", "home"],
        );
        check_prose("灯 http://e.example灯火 größe", &["灯", "灯", "火", "größe"]);
        check_prose("", &[]);
    }

    #[test]
    fn stop_words_and_numbers_are_left_out() {
        check("The keeper of the lights, in 1987 and 1988", &["keeper", "light"]);
    }

    #[test]
    fn forms_of_one_word_have_one_stem() {
        check(
            "Tides flooded; the tide’s flooding, a TIDE floods",
            &["tide", "flood", "tide", "flood", "tide", "flood"],
        );
    }

    #[test]
    fn fillers_of_speech_are_left_out() {
        check("Um, yeah, the turbine, uh, stalled", &["turbin", "stall"]);
    }

    #[test]
    fn tokens_say_where_they_stand() {
        let text = "Größe, déjà-vu: 3.5 m";
        for token in tokens(text) {
            assert_eq!(&text[token.range.clone()], token.text);
        }
        assert_eq!(tokens(text).count(), 5);
    }

    #[test]
    fn folding_makes_spellings_equal() {
        assert_eq!(fold("Ｃafe\u{301}"), fold("CAFÉ"));
        assert_eq!(fold("don’t"), "don't");
    }

    #[track_caller]
    fn check_guess(text: &str, expected: Language) {
        assert_eq!(Language::guess(text), expected);
    }

    #[test]
    fn a_language_is_known_by_its_small_words() {
        check_guess("Der Vertrag ist von den Parteien zu unterzeichnen, und er gilt für ein Jahr", Language::German);
        check_guess("Le contrat est signé par les deux parties et vaut pour une année", Language::French);
        check_guess("The contract is signed by both parties and is good for a year", Language::English);
        check_guess("", Language::English);
        check_guess("合同由双方签署", Language::English);
    }
}
