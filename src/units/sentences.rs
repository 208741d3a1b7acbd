//! A block into sentences: the bounds of UAX #29, without those that no reader would see.
//!
//! The standard knows no abbreviations, takes each line end for the end of a sentence, and finds no end in a
//! transcript without punctuation. So bounds are taken away after abbreviations, numbers of sections and wrapped
//! lines, and added where a sentence goes on without end (see `long`).

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::words::{self, Analyzer, Language};

use super::abbreviations::{Stop, stop_after};
use super::long;

/// Signs that may stand between the end of a sentence and the space after it.
const CLOSERS: [char; 10] = ['"', '\'', '”', '’', '»', '›', ')', ']', '」', '』'];

/// Signs that may stand before the first word of a sentence.
const OPENERS: [char; 9] = ['"', '\'', '“', '‘', '«', '‹', '(', '[', '„'];

/// Splits blocks of one language.
pub(super) struct Splitter {
    language: Language,
    analyzer: Analyzer,
}

impl Splitter {
    pub(super) fn new(language: Language) -> Self {
        Self { language, analyzer: Analyzer::new(language) }
    }

    /// Returns the bytes of each sentence, without the white space between. `text` has none at its ends.
    pub(super) fn sentences(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        let mut sentences: Vec<Range<usize>> = Vec::new();
        for (start, segment) in text.split_sentence_bound_indices() {
            let end = start + segment.trim_end().len();
            match sentences.last_mut() {
                _ if segment.trim().is_empty() => {}
                Some(last) if self.goes_on(&text[last.clone()], segment) => last.end = end,
                _ => sentences.push(start + (segment.len() - segment.trim_start().len())..end),
            }
        }
        let language = self.language;
        sentences.into_iter().flat_map(move |sentence| {
            long::pieces(&text[sentence.clone()], language)
                .into_iter()
                .map(move |piece| sentence.start + piece.start..sentence.start + piece.end)
        })
    }

    /// Returns whether the sentence of `before` goes on in `after`.
    fn goes_on(&self, before: &str, after: &str) -> bool {
        let bare = before.trim_end_matches(CLOSERS);
        let after = after.trim_start().trim_start_matches(OPENERS);
        if !bare.ends_with(words::ends_sentence) {
            // A line end that wraps the text.
            return true;
        }
        let Some(stopped) = bare.strip_suffix('.') else {
            return after.starts_with(char::is_lowercase);
        };
        let word = stopped.rsplit(char::is_whitespace).next().unwrap_or_default().trim_start_matches(OPENERS);
        is_section_number(stopped) || self.is_within(word, after)
    }

    /// Returns whether a full stop after `word` is within a sentence that goes on in `after`.
    fn is_within(&self, word: &str, after: &str) -> bool {
        let next = after.split(|c: char| !(c.is_alphanumeric() || "'’".contains(c))).next().unwrap_or_default();
        // The letters are among the stop words, but `J. R. Smith` is one name.
        let is_initial = next.chars().count() == 1 && !["A", "I"].contains(&next);
        let begins_sentence = !next.is_empty() && !is_initial && self.analyzer.is_stop_word(&words::fold(next));
        let begins_number = after.starts_with(|c: char| c.is_numeric() || c == '§');
        match stop_after(word, self.language) {
            Stop::Never => true,
            Stop::NotBeforeNumbers => begins_number,
            Stop::Ambiguous => !begins_sentence && !next.is_empty(),
            // In German, `am 3. Mai` counts days so.
            Stop::Full if self.language == Language::German => {
                (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit()) && !begins_sentence
            }
            Stop::Full => after.starts_with(char::is_lowercase),
        }
    }
}

/// The longest sentence that may be but a number, with what stands around it.
const MAX_NUMBER_BYTES: usize = 32;

/// Returns whether a sentence so far is but its number: `1.`, `3.2.`, `(a).`, `IV.` or `B.`.
fn is_section_number(sentence: &str) -> bool {
    // A sentence may be a whole text of abbreviations, and is asked about at each of them: it is not to be read through.
    if MAX_NUMBER_BYTES < sentence.len() {
        return false;
    }
    let number = sentence.trim_matches(['(', ')', '[', ']', '.', ' ', '§']);
    let is_letter = number.chars().count() == 1 && number.chars().all(char::is_alphabetic) && number != "I";
    let is_roman = number.len() <= 6 && number.bytes().all(|byte| b"IVXivx".contains(&byte));
    let is_number = number.len() <= 12 && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_year = number.len() == 4 && !number.contains('.');
    !number.is_empty() && (is_letter || is_roman || (is_number && !is_year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: Language, text: &str, expected: &[&str]) {
        let found: Vec<&str> = Splitter::new(language).sentences(text).map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    #[track_caller]
    fn check_english(text: &str, expected: &[&str]) {
        check(Language::English, text, expected);
    }

    #[test]
    fn sentences_end_at_their_signs() {
        check_english("It was lit. Was it? “Yes!” She went.", &["It was lit.", "Was it?", "“Yes!”", "She went."]);
        check_english("灯亮了。船来了！", &["灯亮了。", "船来了！"]);
    }

    #[test]
    fn each_script_ends_a_sentence_with_its_own_sign() {
        for (one, other) in [
            ("چراغ جل رہا تھا۔", "جہاز آ گیا۔"),
            ("Լույսը վառ էր։", "Նավը եկավ։"),
            ("መብራቱ በራ።", "መርከቡ መጣ።"),
            ("ភ្លើងឆេះ។", "កប៉ាល់មកដល់។"),
            ("မီးလင်းသည်။", "သင်္ဘောရောက်သည်။"),
            ("दीपो ज्वलति॥", "नौः आगता॥"),
            ("दीया जला।", "नाव आई।"),
        ] {
            check_english(&format!("{one} {other}"), &[one, other]);
        }
    }

    #[test]
    fn abbreviations_end_no_sentence() {
        check_english("Mr. Lee met Dr. J. R. Smith. They left.", &["Mr. Lee met Dr. J. R. Smith.", "They left."]);
        check_english(
            "Use oil, e.g. Whale oil, i.e., the best. Done.",
            &["Use oil, e.g. Whale oil, i.e., the best.", "Done."],
        );
        check_english("See No. 5 and Sec. 3(a). It holds.", &["See No. 5 and Sec. 3(a).", "It holds."]);
        check_english("He said no. They left.", &["He said no.", "They left."]);
        check_english(
            "The U.S. Government paid 3.5 million. Good.",
            &["The U.S. Government paid 3.5 million.", "Good."],
        );
        check_english("It was made in the U.S. The keeper left.", &["It was made in the U.S.", "The keeper left."]);
        check_english(
            "Lamp Inc. Holdings paid. So did I. They left.",
            &["Lamp Inc. Holdings paid.", "So did I.", "They left."],
        );
    }

    #[test]
    fn abbreviations_are_those_of_the_language() {
        check(
            Language::German,
            "Öl, z. B. Walöl, gem. Nr. 5 am 3. Mai. Das gilt.",
            &["Öl, z. B. Walöl, gem. Nr. 5 am 3. Mai.", "Das gilt."],
        );
        check(Language::German, "Es gilt u.a. Ihre Lampe. Gut.", &["Es gilt u.a. Ihre Lampe.", "Gut."]);
        check(Language::French, "M. Leduc et Mme. Roy sont là. Bien.", &["M. Leduc et Mme. Roy sont là.", "Bien."]);
        check(Language::Spanish, "El Sr. Ruiz vio el art. 5. Bien.", &["El Sr. Ruiz vio el art. 5.", "Bien."]);
    }

    #[test]
    fn a_number_belongs_to_what_it_numbers() {
        check_english("1. The lamp is lit. 2. Oil is low.", &["1. The lamp is lit.", "2. Oil is low."]);
        check_english("(a). The lamp. 3.2. Oil.", &["(a). The lamp.", "3.2. Oil."]);
    }

    /// Were the sentence so far read at each abbreviation, this would not end.
    #[test]
    fn a_text_of_nothing_but_abbreviations_is_read_once() {
        let text = format!("{}{}", "(".repeat(100_000), "Mr. ".repeat(200_000));
        let splitter = Splitter::new(Language::English);
        let text = text.trim_end();
        let n_words: Vec<usize> =
            splitter.sentences(text).map(|range| text[range].split_whitespace().count()).collect();
        assert_eq!(n_words.iter().sum::<usize>(), 200_000);
        assert!(n_words.iter().all(|n| (2..=40).contains(n)), "{n_words:?}");
    }

    #[test]
    fn a_wrapped_line_ends_no_sentence() {
        check_english("The lamp\nwas lit. It\nburned.", &["The lamp\nwas lit.", "It\nburned."]);
    }
}
