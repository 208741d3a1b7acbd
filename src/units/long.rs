//! Sentences without end, as speech recognisers write them, into pieces of a size to read.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::words::{Language, Unspaced, unspaced};

/// A sentence of more words than this is cut.
const MAX_WORDS: usize = 60;

/// The fewest and the most words of a piece. The last may have fewer, but no less than half of the fewest.
const PIECE_WORDS: (usize, usize) = (25, 40);

/// Signs that stand before the first word of what they enclose.
const OPENERS: [char; 9] = ['「', '『', '（', '《', '〈', '【', '“', '‘', '('];

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

/// Returns how many words a text has, about: those between white space, and of scripts without spaces what makes a word.
pub(super) fn n_words(text: &str) -> usize {
    let n_quarters = |word: &str| if word.is_ascii() { 0 } else { word.chars().map(quarters).sum::<usize>() };
    text.split_whitespace().map(|word| (n_quarters(word) / 4).max(1)).sum()
}

/// Returns the quarters of a word that a letter makes, if it is of a script that puts no spaces between words.
fn quarters(c: char) -> usize {
    match unspaced(c) {
        Some(Unspaced::EastAsian) => 2,
        Some(Unspaced::SouthEastAsian) => 1,
        None => 0,
    }
}

fn word_ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut at = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        if !word.is_ascii() && word.chars().any(|c| 0 < quarters(c)) {
            push_spaceless(word, at, &mut ranges);
        } else if !word.is_empty() {
            ranges.push(at..at + word.len());
        }
        at += piece.len();
    }
    ranges
}

/// Adds the words of a run of a script without spaces, which begins at the byte `start`: of so many letters each, and of no part
/// of what UAX #29 holds together. A sign goes with the word before it, unless it opens what follows.
fn push_spaceless(run: &str, start: usize, ranges: &mut Vec<Range<usize>>) {
    let mut word = start..start;
    let mut n_quarters = 0;
    for (at, segment) in run.split_word_bound_indices() {
        let is_sign = !segment.contains(char::is_alphanumeric);
        let is_opener = segment.starts_with(OPENERS);
        if 4 <= n_quarters && !is_sign || 0 < n_quarters && is_opener {
            ranges.push(word.clone());
            word.start = start + at;
            n_quarters = 0;
        }
        word.end = start + at + segment.len();
        // A sign ends its word, and what is of another script is one.
        let n_own: usize = segment.chars().map(quarters).sum();
        n_quarters += match n_own {
            0 if is_opener => 0,
            0 => 4,
            n_own => n_own,
        };
    }
    ranges.push(word);
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
            // Where words are not parted by spaces, phrases are.
            () if before.ends_with(|c| 0 < quarters(c)) && words[n - 1].end < words[n].start => 2,
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

    #[track_caller]
    fn check_spaceless(sentence: &str, expected: &[&str]) {
        let pieces = pieces(sentence, Language::English);
        assert_eq!(pieces.into_iter().map(|range| &sentence[range]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_line_without_spaces_is_cut() {
        let (chinese, thai) = ("灯塔的灯亮了船来了".repeat(16), "ประภาคารสว่างแล้ว".repeat(24));
        for text in [&chinese, &thai] {
            assert!(1 < pieces(text, Language::English).len(), "{text}");
        }
        let text = "灯亮了，".repeat(70);
        check_spaceless(&text, &[&text[..12 * 20], &text[12 * 20..12 * 40], &text[12 * 40..12 * 60], &text[12 * 60..]]);
        let text = "灯亮「了」".repeat(70);
        assert!(pieces(&text, Language::English).iter().all(|range| !text[range.clone()].ends_with('「')));
        let kana = "ランプ が ".repeat(9);
        check_spaceless(kana.trim_end(), &[kana.trim_end()]);
    }

    #[test]
    fn words_of_scripts_without_spaces_are_counted() {
        for (text, expected) in
            [("a lamp, größe 1887", 4), ("灯亮了船来了", 3), ("灯", 1), ("สวัสดีครับ lamp", 3), ("", 0)]
        {
            assert_eq!(n_words(text), expected, "{text}");
        }
    }

    #[test]
    fn no_word_is_lost() {
        let text = "one two, three so four and ".repeat(5_000);
        let words: Vec<&str> =
            pieces(&text, Language::English).into_iter().flat_map(|range| text[range].split_whitespace()).collect();
        assert!(words.into_iter().eq(text.split_whitespace()));
    }
}
