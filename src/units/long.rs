//! Sentences without end, as speech recognisers write them, into pieces of a size to read.

use std::ops::Range;

use crate::words::Language;

/// A sentence of more words than this is cut.
const MAX_WORDS: usize = 60;

/// The fewest and the most words of a piece. The last may have fewer, but no less than half of the fewest.
const PIECE_WORDS: (usize, usize) = (25, 40);

/// Words that speakers go on with, and so good places to cut before.
fn cues(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => &[
            "so", "and", "but", "okay", "ok", "now", "well", "because", "then", "what", "why", "how", "who", "when",
            "where", "however",
        ],
        Language::French => {
            &["alors", "et", "mais", "donc", "maintenant", "parce", "puis", "pourquoi", "comment", "qui", "quand"]
        }
        Language::German => {
            &["also", "und", "aber", "nun", "jetzt", "weil", "dann", "was", "warum", "wie", "wer", "wann", "wo"]
        }
        Language::Italian => {
            &["allora", "e", "ma", "quindi", "adesso", "perché", "poi", "come", "chi", "quando", "dove"]
        }
        Language::Portuguese => &["então", "e", "mas", "agora", "porque", "depois", "como", "quem", "quando", "onde"],
        Language::Spanish => {
            &["entonces", "y", "pero", "ahora", "porque", "luego", "bueno", "cómo", "quién", "cuándo", "dónde"]
        }
    }
}

/// Returns the pieces of a sentence, without the white space between: the sentence itself unless it is overlong.
///
/// A piece ends after a comma or another sign if there is one at a good length, else before a cue word, else in the
/// middle between the fewest and the most words. Of equally good places the last is taken.
pub(super) fn pieces(sentence: &str, language: Language) -> Vec<Range<usize>> {
    let words = word_ranges(sentence);
    if words.len() <= MAX_WORDS {
        return std::iter::once(0..sentence.len()).collect();
    }
    let mut pieces = Vec::new();
    let mut from = 0;
    while PIECE_WORDS.1 < words.len() - from {
        let to = from + cut(sentence, &words[from..], language);
        pieces.push(words[from].start..words[to - 1].end);
        from = to;
    }
    pieces.push(words[from].start..words[words.len() - 1].end);
    pieces
}

fn word_ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut at = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        if !word.is_empty() {
            ranges.push(at..at + word.len());
        }
        at += piece.len();
    }
    ranges
}

/// Returns how many of `words` the next piece has. There are more than a piece may have.
fn cut(sentence: &str, words: &[Range<usize>], language: Language) -> usize {
    let (fewest, most) = PIECE_WORDS;
    let most = most.min(words.len() - fewest / 2);
    let cues = cues(language);
    let goodness = |n: usize| {
        let before = &sentence[words[n - 1].clone()];
        let after = sentence[words[n].clone()].trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        match () {
            () if before.ends_with([';', ':', '—', '–', '，', '、', '；']) => 3,
            () if before.ends_with(',') => 2,
            () if cues.contains(&&*after) => 1,
            () => 0,
        }
    };
    let best = (fewest..=most).max_by_key(|&n| goodness(n)).filter(|&n| 0 < goodness(n));
    best.unwrap_or(usize::midpoint(fewest, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sentence: &str, expected_words: &[usize]) {
        let pieces = pieces(sentence, Language::English);
        let n_words: Vec<usize> =
            pieces.iter().map(|range| sentence[range.clone()].split_whitespace().count()).collect();
        assert_eq!(n_words, expected_words);
    }

    #[test]
    fn a_sentence_of_sixty_words_is_whole() {
        check(&"lamp ".repeat(60), &[60]);
    }

    #[test]
    fn a_run_of_words_is_cut_evenly() {
        check(&"lamp ".repeat(100), &[32, 32, 36]);
        check(&"lamp ".repeat(61), &[32, 29]);
    }

    #[test]
    fn cuts_fall_after_commas_and_before_cue_words() {
        check(&("lamp ".repeat(27) + "so " + &"lamp ".repeat(62)), &[27, 32, 31]);
        check(&("lamp ".repeat(26) + "oil, " + &"lamp ".repeat(3) + "so " + &"lamp ".repeat(30)), &[27, 34]);
    }

    #[test]
    fn no_word_is_lost() {
        let text = "one two, three so four and ".repeat(5_000);
        let words: Vec<&str> =
            pieces(&text, Language::English).into_iter().flat_map(|range| text[range].split_whitespace()).collect();
        assert!(words.into_iter().eq(text.split_whitespace()));
    }
}
