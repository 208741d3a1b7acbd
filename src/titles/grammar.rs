//! What part a word can play in a title, guessed from the company it keeps in its document.
//!
//! No tagger: the small words of English are few and tell much of their neighbours. A word after *the* or before *is*
//! votes that it is a noun, one after *to* or *we* that it is a verb, and an ending such as *-tion* or *-able* speaks where
//! the votes are few. Of other languages than English nothing is known but the words that link, and every word that
//! carries a subject is taken for a noun.

use std::collections::{BTreeSet, HashMap};

use crate::words::{Analyzer, Language, fold, tokens};

/// The words of a document that vote: a bound for a text without end.
const MAX_WORDS: usize = 400_000;

/// What its neighbours say of one word.
#[derive(Clone, Copy, Debug, Default)]
struct Votes {
    /// It ends what a determiner began: *the light is*.
    head: f32,
    /// It stands between a determiner and another word with a subject: *the light house*.
    modifier: f32,
    /// It says what someone does: *we light the lamp*.
    verb: f32,
    /// How often it is written in small letters.
    n_small: u32,
}

/// What a word of a phrase may do in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It may stand anywhere, if it is noun enough to end the phrase.
    Noun,
    /// It may only begin a phrase, and more must follow: *limited liability*, *sharing data*.
    Opening,
    /// It stands in no title: a verb, an adverb, a word without a subject.
    Break,
    /// It holds two nouns together: *of*.
    Link,
    /// It may follow a link: *of the*.
    Article,
}

/// The parts that the words of one document play.
pub(super) struct Grammar {
    language: Language,
    votes: HashMap<String, Votes>,
}

impl Grammar {
    /// Counts the votes of a document.
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>, analyzer: &Analyzer) -> Self {
        let mut grammar = Self { language: analyzer.language(), votes: HashMap::new() };
        let mut left = MAX_WORDS;
        for text in texts {
            let words: Vec<Heard> = tokens(text)
                .take(left)
                .map(|token| {
                    let folded = fold(token.text).into_owned();
                    let is_small = !token.text.chars().next().is_some_and(char::is_uppercase);
                    let after = text[token.range.end..].trim_start_matches(['"', '\'', '”', '’', ')']);
                    let is_last =
                        after.starts_with(['.', ',', ';', ':', '!', '?', '(', '—', '–', '\n']) || after.is_empty();
                    Heard { carries: carries(&folded, analyzer), folded, is_small, is_last }
                })
                .collect();
            left -= words.len();
            for number in 0..words.len() {
                grammar.listen(&words, number);
            }
        }
        grammar
    }

    /// Adds what the neighbours of a word say of it.
    fn listen(&mut self, words: &[Heard], number: usize) {
        let word = &words[number];
        if !word.carries {
            return;
        }
        let near = |at: Option<usize>| at.and_then(|at| words.get(at)).map_or("", |word| word.folded.as_str());
        let before = number.checked_sub(1).filter(|&at| !words[at].is_last);
        let (before, after) = (near(before), if word.is_last { "" } else { near(Some(number + 1)) });
        let goes_on = !word.is_last && words.get(number + 1).is_some_and(|next| next.carries);
        let is_gerund = word.folded.ends_with("ing");
        let votes = self.votes.entry(word.folded.clone()).or_default();
        votes.n_small += u32::from(word.is_small);
        if self.language != Language::English {
            return;
        }
        let is_after_article = ARTICLES.contains(&before) || before.ends_with("'s");
        let is_after_preposition = PREPOSITIONS.contains(&before) && !is_gerund;
        match (is_after_article || is_after_preposition, goes_on) {
            (true, true) => votes.modifier += 1.0,
            (true, false) if is_after_article && after == "to" => votes.head += 0.5,
            (true, false) => votes.head += if is_after_article { 1.0 } else { 0.7 },
            _ => {}
        }
        let is_after_doer = DOERS.contains(&before);
        if after == "of" || (STATES.contains(&after) && !is_after_doer) {
            votes.head += 0.5;
        }
        if is_after_doer {
            votes.verb += 1.0;
        } else if before == "to" {
            votes.verb += if ARTICLES.contains(&after) || OBJECTS.contains(&after) { 1.0 } else { 0.5 };
        } else if (ARTICLES.contains(&after) || OBJECTS.contains(&after)) && !is_after_article && !is_after_preposition
        {
            votes.verb += 0.7;
        }
    }

    /// Returns the part a folded word plays; `carries` says whether it carries a subject.
    pub(super) fn part(&self, folded: &str, carries: bool) -> Part {
        if !carries {
            return match () {
                () if links(self.language).contains(&folded) => Part::Link,
                () if self.language == Language::English && LINKED_ARTICLES.contains(&folded) => Part::Article,
                () => Part::Break,
            };
        }
        if self.language != Language::English {
            return Part::Noun;
        }
        let votes = self.votes.get(folded).copied().unwrap_or_default();
        let as_noun = votes.head + votes.modifier;
        match Ending::of(folded) {
            _ if VERBS.contains(&folded) || is_strong_past(folded) => Part::Break,
            Ending::Adverb => Part::Break,
            Ending::Past if votes.head < 2.0 || votes.head < votes.modifier => Part::Opening,
            Ending::Gerund if as_noun <= votes.verb => Part::Opening,
            Ending::Gerund | Ending::Past | Ending::Noun => Part::Noun,
            _ if as_noun + 0.8 < votes.verb => Part::Break,
            _ => Part::Noun,
        }
    }

    /// Returns how sure it is that a phrase may end with a folded word, in `0.0..=1.0`.
    pub(super) fn headness(&self, folded: &str) -> f64 {
        if self.language != Language::English {
            return 1.0;
        }
        if folded.ends_with("'s") || folded.ends_with("s'") || ADJECTIVES.contains(&folded) {
            return 0.0;
        }
        let votes = self.votes.get(folded).copied().unwrap_or_default();
        let ending = Ending::of(folded);
        let (prior, modifier) = match ending {
            Ending::Noun => (1.0, 0.05),
            Ending::Adjective => (0.1, 0.7),
            Ending::Past => (0.0, 0.7),
            Ending::Gerund => (0.35, 0.3),
            Ending::Adverb => return 0.0,
            Ending::Other => (0.6, 0.15),
        };
        let total = votes.head + votes.verb + modifier * votes.modifier;
        f64::from((votes.head + prior * 1.5) / (total + 1.5))
    }

    /// Returns a phrase as it would stand inside a sentence: a capital that only opens one is made small.
    pub(super) fn inside(&self, phrase: &str) -> String {
        let first = phrase.split(' ').next().unwrap_or_default();
        let opens_with_capital = first.chars().skip(1).all(char::is_lowercase) && first.chars().nth(1).is_some();
        if opens_with_capital && !phrase[first.len()..].contains(char::is_uppercase) && !self.is_name(&fold(first)) {
            return first.to_lowercase() + &phrase[first.len()..];
        }
        phrase.to_owned()
    }

    /// Returns the word that joins two phrases.
    pub(super) fn and(&self) -> &'static str {
        match self.language {
            Language::English => "and",
            Language::French => "et",
            Language::German => "und",
            Language::Italian | Language::Portuguese => "e",
            Language::Spanish => "y",
        }
    }

    /// Returns whether a folded word is never written in small letters, so that it is a name or a term with a capital.
    pub(super) fn is_name(&self, folded: &str) -> bool {
        self.votes.get(folded).is_some_and(|votes| votes.n_small == 0)
    }
}

/// A word of a unit, as far as it can be told alone.
struct Heard {
    folded: String,
    carries: bool,
    is_small: bool,
    /// Whether the sentence pauses after it.
    is_last: bool,
}

/// Returns whether a folded word carries a subject, or is one of the general nouns that titles are made with though
/// the stop words have them.
pub(super) fn carries(folded: &str, analyzer: &Analyzer) -> bool {
    analyzer.is_content_word(folded) && !is_contraction(folded, analyzer)
        || analyzer.language() == Language::English && GENERAL.binary_search(&folded).is_ok()
}

/// Returns the stems of the nouns that say little alone.
pub(super) fn general_stems(analyzer: &Analyzer) -> BTreeSet<String> {
    match analyzer.language() {
        Language::English => GENERAL.iter().chain(&VAGUE).map(|word| analyzer.stem(word)).collect(),
        _ => BTreeSet::new(),
    }
}

/// Returns whether a folded word is a small word with something tied to it: *we'd*, *else's*.
fn is_contraction(folded: &str, analyzer: &Analyzer) -> bool {
    folded.split_once('\'').is_some_and(|(bare, tail)| {
        (analyzer.language() == Language::English && matches!(tail, "t" | "ll" | "re" | "ve" | "d" | "m"))
            || (tail == "s" && analyzer.is_stop_word(bare))
    })
}

/// What an ending says of an English word.
enum Ending {
    Noun,
    Adjective,
    Past,
    Gerund,
    Adverb,
    Other,
}

impl Ending {
    fn of(folded: &str) -> Self {
        let ends =
            |endings: &[&str]| endings.iter().any(|ending| folded.len() > ending.len() + 2 && folded.ends_with(ending));
        match () {
            () if folded.len() > 4 && folded.ends_with("ly") && !NOUNS_IN_LY.contains(&folded) => Self::Adverb,
            () if folded.len() > 4 && folded.ends_with("ed") && !folded.ends_with("eed") && folded != "hundred" => {
                Self::Past
            }
            () if folded.len() > 5 && folded.ends_with("ing") && !NOUNS_IN_ING.contains(&folded) => Self::Gerund,
            () if ends(&NOUN_ENDINGS) => Self::Noun,
            () if ends(&ADJECTIVE_ENDINGS) => Self::Adjective,
            () => Self::Other,
        }
    }
}

const NOUN_ENDINGS: [&str; 30] = [
    "tion", "tions", "sion", "sions", "ment", "ments", "ness", "ity", "ities", "ship", "ships", "ism", "isms", "ance",
    "ances", "ence", "ences", "ancy", "ency", "logy", "ers", "ors", "ists", "hood", "dom", "ures", "ages", "acy",
    "ings", "als",
];

const ADJECTIVE_ENDINGS: [&str; 14] =
    ["able", "ible", "al", "ous", "ful", "less", "ive", "ic", "ary", "ant", "ent", "ish", "ian", "ier"];

const NOUNS_IN_ING: [&str; 6] = ["spring", "string", "morning", "evening", "ceiling", "clothing"];

const NOUNS_IN_LY: [&str; 8] = ["family", "supply", "reply", "assembly", "anomaly", "monopoly", "italy", "butterfly"];

/// Returns whether a folded word is a past form that no ending tells: *drew*, and *withdrew* and *outgrew* with it.
fn is_strong_past(folded: &str) -> bool {
    STRONG_PASTS.contains(&folded)
        || ["out", "over", "under", "with", "re", "be", "fore", "mis"]
            .iter()
            .any(|prefix| folded.strip_prefix(prefix).is_some_and(|bare| STRONG_PASTS.contains(&bare)))
}

#[rustfmt::skip]
const STRONG_PASTS: [&str; 75] = [
    "ate", "beaten", "bitten", "blew", "blown", "bought", "broke", "broken", "brought", "built", "caught", "chose",
    "chosen", "dealt", "drank", "drew", "drawn", "driven", "drove", "dug", "eaten", "fallen", "fed", "fled",
    "flew", "flown", "fought", "froze", "grew", "grown", "heard", "held", "hid", "hung", "laid", "led", "lent", "lost",
    "met", "overcame", "paid", "ran", "rang", "risen", "rode", "rose", "sang", "sank", "sat", "shook", "slept", "slid",
    "sold", "spent", "spoke", "spoken", "stole", "stood", "struck", "swam", "swept", "swore", "taught", "threw", "tore", "torn", "falls", "fell",
    "thrown", "told", "won", "wore", "worn", "wrote", "written",
];

const ARTICLES: [&str; 28] = [
    "the", "a", "an", "our", "your", "my", "their", "his", "her", "its", "this", "these", "those", "each", "every",
    "any", "some", "no", "another", "such", "all", "both", "several", "many", "certain", "own", "same", "first",
];

/// What may stand between a link and a noun in a title.
const LINKED_ARTICLES: [&str; 9] = ["the", "a", "an", "our", "your", "my", "these", "this", "their"];

const PREPOSITIONS: [&str; 24] = [
    "of",
    "in",
    "on",
    "for",
    "with",
    "from",
    "by",
    "about",
    "into",
    "between",
    "under",
    "over",
    "through",
    "against",
    "without",
    "within",
    "during",
    "per",
    "via",
    "at",
    "and",
    "or",
    "regarding",
    "concerning",
];

/// After these comes what someone does.
const DOERS: [&str; 44] = [
    "i", "we", "you", "they", "he", "she", "it", "who", "will", "would", "can", "could", "should", "may", "might",
    "must", "shall", "cannot", "not", "don't", "doesn't", "didn't", "can't", "won't", "wouldn't", "couldn't", "let's",
    "please", "i'll", "we'll", "you'll", "they'll", "it'll", "i'd", "we'd", "you'd", "they'd", "never", "always",
    "also", "gonna", "just", "really", "does",
];

/// Before these stands what they speak of.
const STATES: [&str; 14] =
    ["is", "are", "was", "were", "has", "will", "would", "can", "may", "must", "should", "shall", "might", "isn't"];

const OBJECTS: [&str; 9] = ["me", "him", "them", "us", "it", "you", "myself", "yourself", "themselves"];

/// The small words that hold a phrase together.
fn links(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => &["of", "for", "and", "to", "in", "on", "with", "from", "between", "or", "by", "about"],
        Language::French => &["de", "des", "du", "la", "le", "les", "et", "d", "à", "aux", "au"],
        Language::German => &["von", "der", "des", "und", "für", "die", "das", "mit"],
        Language::Italian => &["di", "della", "del", "dei", "e", "delle", "degli"],
        Language::Portuguese => &["de", "da", "do", "e", "das", "dos"],
        Language::Spanish => &["de", "la", "el", "del", "y", "los", "las"],
    }
}

/// Common adjectives that no ending tells.
#[rustfmt::skip]
const ADJECTIVES: [&str; 45] = [
    "bad", "basic", "big", "black", "blue", "clean", "close", "common", "cool", "crazy", "current", "deep", "easy", "extra", "fast", "final", "fine", "free", "fresh", "happy", "hard", "huge", "key", "late", "legal", "main", "major",
    "nice", "old", "poor", "pretty", "rare", "real", "red", "rich", "short", "simple", "slow", "strange", "strong", "sure",
    "tiny", "weird", "wide", "wrong",
];

/// Nouns that say nothing.
const VAGUE: [&str; 34] = [
    "bit",
    "bunch",
    "couple",
    "day",
    "days",
    "deal",
    "folks",
    "guy",
    "guys",
    "idea",
    "ideas",
    "kind",
    "lot",
    "lots",
    "man",
    "minute",
    "minutes",
    "moment",
    "person",
    "piece",
    "question",
    "questions",
    "reason",
    "reasons",
    "sense",
    "sort",
    "stuff",
    "thing",
    "things",
    "time",
    "times",
    "type",
    "word",
    "words",
];

/// General nouns that the stop words have, which titles are made with. Sorted.
#[rustfmt::skip]
const GENERAL: [&str; 66] = [
    "ai", "area", "areas", "beginning", "bill", "case", "cases", "cause", "change", "changes", "computer", "copy", "course",
    "detail", "effect", "effects", "eu", "face", "facts", "fire", "general", "goods", "group", "groups", "help", "home",
    "homepage", "index", "information", "interest", "interests", "invention", "keys", "line", "member", "members", "mill",
    "mine", "number", "numbers", "order", "orders", "page", "pages", "part", "parts", "place", "places", "points",
    "problem", "problems", "research", "results", "ring", "room", "rooms", "site", "state", "states", "system", "test",
    "text", "third", "uk", "website", "world",
];

/// Verbs, and words of the like, that stand in any text and in no title.
#[rustfmt::skip]
const VERBS: [&str; 136] = [
    "actually", "add", "agree", "agreed", "agrees", "allow", "allows", "applies", "apply", "ask", "asked", "based",
    "become", "becomes", "began", "begin", "begins", "believe", "bring", "called", "came", "come", "comes", "contain",
    "contains", "continue", "does", "doing", "done", "ensure", "feel", "find", "found", "gave", "get", "gets", "getting",
    "give", "given", "gives", "go", "goes", "going", "gone", "gonna", "got", "guess", "happen", "happened", "happens",
    "include", "includes", "including", "keep", "keeps", "kind", "knew", "know", "known", "knows", "let", "like", "look",
    "looked", "looking", "lot", "made", "make", "makes", "making", "mean", "means", "need", "needs", "provide",
    "provided", "provides", "put", "said", "saw", "say", "saying", "says", "see", "seen", "stuff", "take", "taken",
    "thing", "things", "think", "thought", "took", "using", "want", "wants", "went", "wanna", "left", "set", "talk",
    "talking", "talked", "trying", "solicit", "attract", "serve", "serves", "collects", "allowing", "encourage", "encourages", "enables",
    "enable", "helps", "ensures", "requires", "require", "attempt", "turns", "starts", "stays", "tries", "runs", "decide",
    "influence", "entire", "actual", "whole", "hey", "yep", "wow", "kinda", "alright", "gotta", "hereby",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, word: &str, expected: Part) {
        let analyzer = Analyzer::new(Language::English);
        let grammar = Grammar::of([text].into_iter(), &analyzer);
        assert_eq!(grammar.part(word, carries(word, &analyzer)), expected);
    }

    #[test]
    fn the_general_nouns_are_sorted_for_the_search() {
        assert!(GENERAL.is_sorted());
    }

    #[test]
    fn a_word_is_what_its_neighbours_say() {
        check("We light the lamp. They light it.", "light", Part::Break);
        check("The light is out. A light went by.", "light", Part::Noun);
    }

    #[test]
    fn endings_speak_where_neighbours_do_not() {
        check("Limited liability", "limited", Part::Opening);
        check("Limited liability", "liability", Part::Noun);
        check("Sharing data", "sharing", Part::Opening);
        check("Quickly", "quickly", Part::Break);
    }

    #[test]
    fn a_strong_past_is_told_by_its_last_part() {
        check("Trains drew in", "drew", Part::Break);
        check("Bees outgrew", "outgrew", Part::Break);
    }

    #[test]
    fn an_adjective_ends_no_phrase() {
        let analyzer = Analyzer::new(Language::English);
        let grammar = Grammar::of(["the personal data of a personal letter"].into_iter(), &analyzer);
        assert!(grammar.headness("personal") < 0.2);
        assert!(0.5 < grammar.headness("data"));
    }

    #[test]
    fn a_capital_that_only_opens_a_sentence_is_made_small() {
        let analyzer = Analyzer::new(Language::English);
        let grammar = Grammar::of(["Tides come. The tides go. In Fundy they are high."].into_iter(), &analyzer);
        assert_eq!(grammar.inside("Tides"), "tides");
        assert_eq!(grammar.inside("Fundy"), "Fundy");
    }
}
