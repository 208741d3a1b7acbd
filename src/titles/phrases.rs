//! The phrases of a chapter that could be its title: runs of words that carry a subject.
//!
//! A phrase is one to four such words side by side, or linked by a small word such as *of*. It begins and ends as
//! [`Grammar`] lets it: no verb, no adverb, no adjective left alone.

use std::collections::BTreeMap;

use super::grammar::{Grammar, Part, carries};
use crate::document::{Chapter, Units};
use crate::words::{Analyzer, Token, fold, tokens};

/// The most words of a phrase, small words counted in.
const MAX_WORDS: usize = 7;

/// The most words of a phrase that carry a subject.
const MAX_CONTENT_WORDS: usize = 4;

/// How sure [`Grammar::headness`] must be of a word that ends a phrase.
const MIN_HEADNESS: f64 = 0.35;

/// How sure it must be of the word after *to*, which is more often a verb.
const MIN_HEADNESS_AFTER_TO: f64 = 0.65;

/// The words of a chapter that phrases are looked for in: a bound for a document that is one chapter.
const MAX_CHAPTER_WORDS: u32 = 5_000;

/// Within so many words of its beginning, a chapter says what it will be about.
const ANNOUNCEMENT_WORDS: u32 = 60;

/// A phrase of a chapter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Phrase {
    /// The phrase as it first stands in the chapter, on one line; not in capitals if it also stands without.
    pub(super) text: String,
    /// The stems of its words that carry a subject, in order; never empty, none twice.
    pub(super) stems: Vec<String>,
    /// How often words of these stems stand in this order.
    pub(super) n_times: u32,
    /// The number of its first word in the chapter, where it first stands.
    pub(super) first_word: u32,
    /// How sure it is that the phrase may end with its last word, in `0.0..=1.0`.
    pub(super) headness: f64,
    /// How often it stands without a word beside it that would belong to it.
    pub(super) n_whole: u32,
    /// How many small words link it.
    pub(super) n_links: u32,
    /// Whether the chapter says early that it will be about it.
    pub(super) is_announced: bool,
    /// Whether it is but a name.
    pub(super) is_name: bool,
}

impl Phrase {
    /// Counts in a phrase of the same stems that stands after it.
    fn add(&mut self, later: &Self) {
        self.n_times += later.n_times;
        self.n_whole += later.n_whole;
        if is_shouted(&self.text) {
            self.text.clone_from(&later.text);
        }
    }
}

/// Returns the phrases of a chapter, each once, ordered by their stems.
pub(super) fn phrases(
    chapter: &Chapter,
    text: &str,
    units: &Units,
    grammar: &Grammar,
    analyzer: &Analyzer,
) -> Vec<Phrase> {
    let mut found = BTreeMap::new();
    let mut n_words = 0;
    for unit in &units.units[chapter.units()] {
        if MAX_CHAPTER_WORDS <= n_words {
            break;
        }
        let unit = unit.span.of(text);
        let left = (MAX_CHAPTER_WORDS - n_words) as usize;
        let mut words: Vec<Word> = tokens(unit).take(left).map(|token| Word::of(token, grammar, analyzer)).collect();
        for number in 1..words.len() {
            let between = &unit[words[number - 1].token.range.end..words[number].token.range.start];
            words[number].is_apart =
                !between.chars().all(|character| character.is_whitespace() || matches!(character, '-' | '’' | '\''));
        }
        for start in 0..words.len() {
            collect_from(unit, &words, start, n_words, &mut found);
        }
        n_words += words.len() as u32;
    }
    found.into_values().collect()
}

/// A word, and what it can be in a phrase.
struct Word<'a> {
    token: Token<'a>,
    folded: String,
    /// The stem, if it carries a subject.
    stem: Option<String>,
    part: Part,
    headness: f64,
    is_name: bool,
    /// Whether more than white space parts it from the word before.
    is_apart: bool,
}

impl<'a> Word<'a> {
    fn of(token: Token<'a>, grammar: &Grammar, analyzer: &Analyzer) -> Self {
        let folded = fold(token.text).into_owned();
        let carries = carries(&folded, analyzer);
        Self {
            stem: carries.then(|| analyzer.stem(&folded)),
            part: grammar.part(&folded, carries),
            headness: if carries { grammar.headness(&folded) } else { 0.0 },
            is_name: carries && grammar.is_name(&folded),
            is_apart: true,
            folded,
            token,
        }
    }

    fn is_and(&self) -> bool {
        matches!(self.folded.as_str(), "and" | "or" | "et" | "und" | "e" | "y")
    }

    fn is_noun(&self) -> bool {
        matches!(self.part, Part::Noun | Part::Opening)
    }
}

/// Adds the phrases that begin with word `start` of a unit whose first word is word `n_before` of the chapter.
fn collect_from(unit: &str, words: &[Word], start: usize, n_before: u32, found: &mut BTreeMap<Vec<String>, Phrase>) {
    if !may_begin(words, start) {
        return;
    }
    let (mut stems, mut n_links, mut is_name) = (Vec::new(), 0, true);
    let is_whole_before = words[start].is_apart || start == 0 || !words[start - 1].is_noun();
    for (number, word) in words.iter().enumerate().skip(start).take(MAX_WORDS) {
        if number > start && word.is_apart {
            return;
        }
        let before = (number > start).then(|| &words[number - 1]);
        let follows = |part: Part| before.is_some_and(|before| before.part == part);
        match (word.part, &word.stem) {
            (Part::Link, _) if follows(Part::Noun) && n_links < 2 => {
                n_links += 1;
                continue;
            }
            // *Light of the moon* is one phrase, *tides and the moon* are two.
            (Part::Article, _) if follows(Part::Link) && before.is_some_and(|before| !before.is_and()) => continue,
            (Part::Noun, Some(stem)) if stems.len() < MAX_CONTENT_WORDS && !stems.contains(stem) => {
                stems.push(stem.clone());
            }
            (Part::Opening, Some(stem)) if number == start => {
                stems.push(stem.clone());
                is_name = false;
                continue;
            }
            _ => return,
        }
        is_name &= word.is_name;
        let is_after_to = number > start + 1 && words[number - 1].folded == "to";
        if word.headness < if is_after_to { MIN_HEADNESS_AFTER_TO } else { MIN_HEADNESS } {
            if is_after_to {
                return;
            }
            continue;
        }
        let range = words[start].token.range.start..word.token.range.end;
        let first_word = n_before + start as u32;
        let is_whole = is_whole_before && words.get(number + 1).is_none_or(|next| next.is_apart || !next.is_noun());
        let phrase = Phrase {
            text: unit[range].split_whitespace().collect::<Vec<_>>().join(" "),
            stems: stems.clone(),
            n_times: 1,
            first_word,
            headness: word.headness,
            n_whole: u32::from(is_whole),
            n_links,
            is_announced: first_word < ANNOUNCEMENT_WORDS && is_announced(words, start),
            is_name,
        };
        found.entry(stems.clone()).and_modify(|earlier| earlier.add(&phrase)).or_insert(phrase);
    }
}

/// Returns whether a phrase may begin with word `start`.
fn may_begin(words: &[Word], start: usize) -> bool {
    let word = &words[start];
    match word.part {
        Part::Noun => true,
        Part::Opening if word.folded.ends_with("ing") => true,
        // *The limited liability* and *Limited liability*, but not *We limited liability*.
        Part::Opening => start == 0 || word.is_apart || matches!(words[start - 1].part, Part::Link | Part::Article),
        _ => false,
    }
}

/// Returns whether the words before say that this is what comes: *let us talk about the ...*.
fn is_announced(words: &[Word], start: usize) -> bool {
    let mut before = words[..start].iter().rev().skip_while(|word| word.part == Part::Article);
    !words[start].is_apart && before.next().is_some_and(|word| ANNOUNCERS.contains(&word.folded.as_str()))
}

const ANNOUNCERS: [&str; 6] = ["about", "into", "called", "regarding", "concerning", "discuss"];

fn is_shouted(text: &str) -> bool {
    !text.chars().any(char::is_lowercase) && text.chars().filter(|character| character.is_uppercase()).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chapters::chapters_at;
    use crate::document::{GapScores, UnitKind};
    use crate::words::Language;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, u32)]) {
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &[text]);
        let chapter = &chapters_at(text.len(), &units, &GapScores::default(), &[], &[])[0];
        let analyzer = Analyzer::new(Language::English);
        let grammar = Grammar::of([text.as_str()].into_iter(), &analyzer);
        let mut found = phrases(chapter, &text, &units, &grammar, &analyzer);
        found.sort_by_key(|phrase| (phrase.first_word, phrase.stems.len()));
        let found: Vec<(&str, u32)> = found.iter().map(|phrase| (phrase.text.as_str(), phrase.n_times)).collect();
        assert_eq!(found, expected);
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

    #[test]
    fn a_participle_begins_a_phrase_and_a_verb_does_not() {
        check("the expected breakages", &[("expected breakages", 1), ("breakages", 1)]);
        check("we expected breakages", &[("breakages", 1)]);
        check("they will report the fault", &[("fault", 1)]);
    }

    #[test]
    fn what_stands_without_capitals_is_told_without() {
        check("HARBOUR LIGHT. harbour light", &[("harbour", 2), ("harbour light", 2), ("light", 2)]);
    }
}
