//! The phrases of a chapter that could be its title: runs of words that carry a subject.
//!
//! No tagger of parts of speech: a phrase is one to four such words side by side, or linked by a small word such as "of",
//! and does not begin or end with a common verb or an adverb.

use std::collections::BTreeMap;

use crate::document::{Chapter, Units};
use crate::words::{Analyzer, Language, Token, fold, tokens};

/// The most words of a phrase, small words counted in.
const MAX_WORDS: usize = 5;

/// The most words of a phrase that carry a subject.
const MAX_CONTENT_WORDS: usize = 4;

/// The words of a chapter that phrases are looked for in: a bound for a document that is one chapter.
const MAX_CHAPTER_WORDS: u32 = 5_000;

/// A phrase of a chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    /// The phrase as it first stands in the chapter, on one line.
    pub(super) text: String,
    /// The stems of its words that carry a subject, in order; never empty.
    pub(super) stems: Vec<String>,
    /// How often words of these stems stand in this order.
    pub(super) n_times: u32,
    /// The number of its first word in the chapter, where it first stands.
    pub(super) first_word: u32,
}

/// Returns the phrases of a chapter, each once, ordered by their stems.
pub(super) fn phrases(chapter: &Chapter, text: &str, units: &Units, analyzer: &Analyzer) -> Vec<Phrase> {
    let mut found = BTreeMap::new();
    let mut n_words = 0;
    for unit in &units.units[chapter.units()] {
        if MAX_CHAPTER_WORDS <= n_words {
            break;
        }
        let unit = unit.span.of(text);
        let left = (MAX_CHAPTER_WORDS - n_words) as usize;
        let words: Vec<Word> = tokens(unit).take(left).map(|token| Word::of(token, analyzer)).collect();
        for start in 0..words.len() {
            collect_from(unit, &words[start..], n_words + start as u32, &mut found);
        }
        n_words += words.len() as u32;
    }
    found.into_values().collect()
}

/// A word, and what it can be in a phrase.
struct Word<'a> {
    token: Token<'a>,
    /// The stem, if it carries a subject.
    stem: Option<String>,
    /// Whether a phrase may begin or end with it.
    is_end: bool,
    /// Whether it may stand inside a phrase though it carries no subject.
    is_link: bool,
}

impl<'a> Word<'a> {
    fn of(token: Token<'a>, analyzer: &Analyzer) -> Self {
        let folded = fold(token.text);
        let stem = analyzer.is_content_word(&folded).then(|| analyzer.stem(&folded));
        let is_end = stem.is_some() && !is_verb_or_adverb(&folded, analyzer.language());
        Self { is_end, is_link: LINKS.contains(&folded.as_ref()), stem, token }
    }
}

/// Adds the phrases that begin with the first of `words`, which is word `first_word` of the chapter.
fn collect_from(unit: &str, words: &[Word], first_word: u32, found: &mut BTreeMap<Vec<String>, Phrase>) {
    if !words[0].is_end {
        return;
    }
    let mut stems = Vec::new();
    for (n_before, word) in words.iter().enumerate().take(MAX_WORDS) {
        let is_apart = n_before > 0 && {
            let between = &unit[words[n_before - 1].token.range.end..word.token.range.start];
            !between.chars().all(|character| character.is_whitespace() || matches!(character, '-' | '’' | '\''))
        };
        match &word.stem {
            _ if is_apart => return,
            Some(stem) if stems.len() < MAX_CONTENT_WORDS => stems.push(stem.clone()),
            None if word.is_link => continue,
            _ => return,
        }
        if word.is_end {
            let text = || {
                let range = words[0].token.range.start..word.token.range.end;
                unit[range].split_whitespace().collect::<Vec<_>>().join(" ")
            };
            let phrase = found.entry(stems.clone());
            let first = || Phrase { text: text(), stems: stems.clone(), n_times: 0, first_word };
            phrase.or_insert_with(first).n_times += 1;
        }
    }
}

/// Small words that hold a phrase together, in the languages known.
const LINKS: [&str; 23] = [
    "of", "the", "for", "and", "de", "des", "du", "la", "le", "les", "et", "von", "der", "und", "für", "di", "della",
    "e", "da", "do", "y", "del", "el",
];

/// Returns whether an English word is a verb or adverb too common to begin or end a title. Of other languages nothing is
/// known.
fn is_verb_or_adverb(folded: &str, language: Language) -> bool {
    let is_adverb = || folded.len() > 4 && folded.ends_with("ly") && !folded.ends_with("ily");
    language == Language::English && (VERBS.binary_search(&folded).is_ok() || is_adverb())
}

/// English verbs, and words of the like, that stand in any text. Sorted.
#[rustfmt::skip]
const VERBS: [&str; 99] = [
    "actually", "add", "agree", "agreed", "agrees", "allow", "allows", "applies", "apply", "ask", "asked", "based",
    "become", "becomes", "began", "begin", "begins", "believe", "bring", "called", "came", "come", "comes", "contain",
    "contains", "continue", "does", "doing", "done", "ensure", "feel", "find", "found", "gave", "get", "gets", "getting",
    "give", "given", "gives", "go", "goes", "going", "gone", "gonna", "got", "guess", "happen", "happened", "happens",
    "include", "includes", "including", "keep", "keeps", "kind", "knew", "know", "known", "knows", "let", "like", "look",
    "looked", "looking", "lot", "made", "make", "makes", "making", "mean", "means", "need", "needs", "provide",
    "provided", "provides", "put", "said", "saw", "say", "saying", "says", "see", "seen", "stuff", "take", "taken",
    "thing", "things", "think", "thought", "took", "use", "used", "using", "want", "wants", "went",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chapters::chapters_at;
    use crate::document::{GapScores, Span, Unit, UnitKind};

    #[track_caller]
    fn check(text: &str, expected: &[(&str, u32)]) {
        let unit = Unit { span: Span::new(0..text.len()), speaker: None, time: None };
        let units = Units { kind: UnitKind::Paragraph, units: vec![unit], headings: Vec::new() };
        let chapter = &chapters_at(text.len(), &units, &GapScores::default(), &[])[0];
        let mut found = phrases(chapter, text, &units, &Analyzer::new(Language::English));
        found.sort_by_key(|phrase| (phrase.first_word, phrase.stems.len()));
        let found: Vec<(&str, u32)> = found.iter().map(|phrase| (phrase.text.as_str(), phrase.n_times)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_verbs_are_sorted_for_the_search() {
        assert!(VERBS.is_sorted());
    }

    #[test]
    fn a_phrase_is_a_run_of_words_that_carry_a_subject() {
        check("the harbour light", &[("harbour", 1), ("harbour light", 1), ("light", 1)]);
    }

    #[test]
    fn a_small_word_holds_a_phrase_together_but_does_not_end_it() {
        check("light of the", &[("light", 1)]);
        check("light of the harbour", &[("light", 1), ("light of the harbour", 1), ("harbour", 1)]);
    }

    #[test]
    fn a_phrase_does_not_run_over_a_comma() {
        check("harbour, light", &[("harbour", 1), ("light", 1)]);
    }

    #[test]
    fn forms_of_one_phrase_are_counted_together() {
        check("Harbours. harbour", &[("Harbours", 2)]);
    }

    #[test]
    fn a_verb_or_adverb_ends_no_phrase() {
        check("quickly found harbour", &[("harbour", 1)]);
    }
}
