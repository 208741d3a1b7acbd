//! What a unit looks like, without reading it: length, first and last characters, numbering, speaker, pauses.
//!
//! Cheap and decisive where the vectors of meaning are not: sections of terms hardly ever begin in lower case, chapters
//! of an interview begin with another speaker's question, and those of a lecture with "so" or "now".

use std::collections::HashMap;

use super::GapInput;
use crate::document::{UnitKind, Units};
use crate::words;

/// How many numbers [`surface`] gives of a unit.
pub(super) const N_SURFACE: usize = 47;

/// How many words of a unit are looked up: the first three and the last.
pub(crate) const N_CUE_WORDS: usize = 4;

/// Into how many classes words fall, class 0 being "no such word".
pub(crate) const N_WORD_CLASSES: u16 = 4096;

/// The farthest a speaker's earlier words are looked for, in units.
const MEMORY_UNITS: usize = 200;

/// Returns, for each unit, [`N_SURFACE`] numbers, each about `-1.0..=2.0`.
///
/// `n_words` are the words of each unit.
pub(super) fn surface(input: &GapInput, n_words: &[u32]) -> Vec<f32> {
    let texts = input.units.texts(input.text);
    let whole = Whole::of(input, n_words);
    let mut enumerations = Enumerations::default();
    let mut speakers = Speakers::of(input, n_words);
    let mut numbers = Vec::with_capacity(texts.len() * N_SURFACE);
    let mut words_before = 0_u64;
    for (i, text) in texts.iter().enumerate() {
        let before = numbers.len();
        numbers.extend(of_text(text, n_words[i]));
        numbers.extend(enumerations.next(text));
        numbers.extend(speakers.next(input.units, i, words_before));
        numbers.extend(pause(input.units, i));
        numbers.extend(whole.place(words_before, n_words[i]));
        words_before += u64::from(n_words[i]);
        debug_assert_eq!(numbers.len() - before, N_SURFACE);
    }
    numbers
}

/// Returns the classes of a unit's first three words and of its last; 0 where there are not so many.
///
/// A word's class is a hash of its folded form, so that any language has its cue words; all numbers are one word.
pub(super) fn cue_words(text: &str) -> [u16; N_CUE_WORDS] {
    let mut classes = [0; N_CUE_WORDS];
    let mut tokens = words::tokens(text);
    for class in classes.iter_mut().take(N_CUE_WORDS - 1) {
        *class = tokens.next().map_or(0, |token| word_class(token.text));
    }
    // Walking all of a long unit for its last word costs more than the rest: its last 64 bytes hold it.
    let tail = &text[text.floor_char_boundary(text.len().saturating_sub(64))..];
    classes[N_CUE_WORDS - 1] = words::tokens(tail).last().map_or(0, |token| word_class(token.text));
    classes
}

/// FNV-1a (Fowler, Noll, Vo) of the folded word, in `1..N_WORD_CLASSES`.
fn word_class(word: &str) -> u16 {
    let folded = words::fold(word);
    let folded = if folded.chars().all(char::is_numeric) { "0" } else { &*folded };
    let hash = folded.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash % u32::from(N_WORD_CLASSES - 1)) as u16 + 1
}

fn flag(is_so: bool) -> f32 {
    if is_so { 1.0 } else { 0.0 }
}

/// Returns a count on a scale that grows slower and slower: 0 of 0, about 1 of `typical`.
fn log_scaled(count: f64, typical: f64) -> f32 {
    ((1.0 + count).ln() / (1.0 + typical).ln()) as f32
}

/// What the characters tell.
fn of_text(text: &str, n_words: u32) -> [f32; 17] {
    let first = text.chars().next().unwrap_or(' ');
    let last = text.trim_end_matches(['"', '\'', '”', '’', ')', ']', '*', '_']).chars().next_back().unwrap_or(' ');
    // A unit may be a whole book: its first thousand characters tell what it looks like.
    let (mut letters, mut upper, mut digits, mut starts, mut capitals) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    let (mut n_chars, mut is_start) = (0.0_f32, true);
    for character in text.chars().take(1000) {
        n_chars += 1.0;
        if character.is_alphabetic() {
            letters += 1.0;
            upper += flag(character.is_uppercase());
            starts += flag(is_start);
            capitals += flag(is_start && character.is_uppercase());
        }
        digits += flag(character.is_numeric());
        is_start = !character.is_alphanumeric() && character != '\'' && character != '’';
    }
    let ends_open = last.is_alphanumeric();
    [
        log_scaled(f64::from(n_words), 100.0),
        log_scaled(text.len() as f64, 600.0),
        flag(first.is_lowercase()),
        flag(first.is_uppercase()),
        flag(first.is_numeric()),
        flag(!first.is_alphanumeric()),
        flag(matches!(last, '.' | '。' | '।')),
        flag(matches!(last, '?' | '？' | '؟')),
        flag(matches!(last, '!' | '！')),
        flag(matches!(last, ':' | '：')),
        flag(matches!(last, ';' | ',' | '；' | '，' | '-' | '–' | '—')),
        flag(ends_open),
        upper / letters.max(1.0),
        capitals / starts.max(1.0),
        digits / n_chars.max(1.0),
        flag(asks(text)),
        flag(n_words <= 12 && ends_open && !first.is_lowercase()),
    ]
}

/// Which numbers have been counted, to know whether the next one goes on.
#[derive(Default)]
struct Enumerations {
    /// The last number of the first level, as in `4.` or `4.2`.
    last_number: Option<u32>,
    had_mark: bool,
}

impl Enumerations {
    /// What the mark that a unit begins with tells, such as `3.`, `3.2.1`, `(a)`, `iv)` or `•`.
    fn next(&mut self, text: &str) -> [f32; 7] {
        let mark = Mark::of(text);
        let number = mark.as_ref().and_then(|mark| mark.number);
        let goes_on = number.is_some_and(|number| self.last_number.is_some_and(|last| number == last.wrapping_add(1)));
        let stays = number.is_some() && number == self.last_number;
        let begins = number == Some(1) && !stays;
        let followed = self.had_mark;
        self.had_mark = mark.is_some();
        if number.is_some() {
            self.last_number = number;
        }
        let n_levels = mark.as_ref().map_or(0, |mark| mark.n_levels);
        [
            flag(mark.is_some()),
            n_levels as f32 / 3.0,
            flag(mark.is_some() && number.is_none()),
            flag(goes_on && n_levels == 1),
            flag(goes_on && n_levels > 1),
            flag(begins),
            flag(followed),
        ]
    }
}

/// A mark of a list or of a numbered section.
struct Mark {
    /// The number of the first level, if it is one.
    number: Option<u32>,
    n_levels: usize,
}

impl Mark {
    fn of(text: &str) -> Option<Self> {
        let word = text.split_whitespace().next()?;
        if matches!(word, "•" | "-" | "–" | "—" | "*" | "·" | "○" | "▪" | "●" | "§") {
            return Some(Self { number: None, n_levels: 1 });
        }
        // Chinese and Japanese set no space after a mark.
        let word = word.split_inclusive(['）', '、', '．']).next().unwrap_or(word);
        if word.len() > 16 || word.len() == text.len() {
            return None;
        }
        let bare = word.trim_matches(['(', ')', '[', ']', '.', ':', '（', '）', '、', '．', '：']);
        let is_closed = bare.len() < word.len();
        let parts: Vec<&str> = bare.split('.').collect();
        if parts
            .iter()
            .all(|part| !part.is_empty() && part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
        {
            let is_mark = is_closed || parts.len() > 1;
            return is_mark.then(|| Self { number: parts[0].parse().ok(), n_levels: parts.len() });
        }
        let is_letter_or_roman = bare.len() <= 5
            && (bare.len() == 1 && bare.bytes().all(|byte| byte.is_ascii_alphabetic())
                || !bare.is_empty() && bare.bytes().all(|byte| b"ivxIVX".contains(&byte)));
        (is_closed && is_letter_or_roman).then_some(Self { number: None, n_levels: 1 })
    }
}

/// Who speaks, how, and when last.
///
/// Who asks leads: in interviews nearly every chapter begins with the one who asks most and says least, and in a meeting
/// often with its chair.
#[derive(Default)]
struct Speakers<'a> {
    roles: HashMap<&'a str, Role>,
    /// For each speaker, the last unit, and the words of the document up to its end.
    last_of: HashMap<&'a str, (usize, u64)>,
    turn_units: usize,
    /// The words before the turn that goes on, and those of the turn before it.
    turn_start: u64,
    last_turn_words: u64,
}

/// What one speaker does in the whole document.
#[derive(Clone, Copy, Default)]
struct Role {
    n_units: f32,
    n_questions: f32,
    /// Words, and then their share of all words.
    words: f32,
}

impl<'a> Speakers<'a> {
    fn of(input: &GapInput<'a>, n_words: &[u32]) -> Self {
        let mut roles: HashMap<&str, Role> = HashMap::new();
        let mut total = 0.0;
        for (unit, &n_words) in input.units.units.iter().zip(n_words) {
            let Some(speaker) = unit.speaker.as_deref() else { continue };
            let role = roles.entry(speaker).or_default();
            role.n_units += 1.0;
            role.n_questions += flag(asks(unit.span.of(input.text)));
            role.words += n_words as f32;
            total += n_words as f32;
        }
        for role in roles.values_mut() {
            role.words /= f32::max(total, 1.0);
        }
        Self { roles, ..Self::default() }
    }

    /// `words_before` are the words of the document before unit `i`.
    fn next(&mut self, units: &'a Units, i: usize, words_before: u64) -> [f32; 10] {
        let speaker_of = |unit: usize| units.units[unit].speaker.as_deref();
        let before = i.checked_sub(1).and_then(speaker_of);
        if let Some(before) = before {
            self.last_of.insert(before, (i - 1, words_before));
        }
        let Some(speaker) = speaker_of(i) else { return [0.0; 10] };
        let is_change = i > 0 && before != Some(speaker);
        let answers_back = is_change && i > 1 && speaker_of(i - 2) == Some(speaker);
        let last = self.last_of.get(speaker).copied();
        let silence = last.map_or(MEMORY_UNITS, |(last, _)| (i - last - 1).min(MEMORY_UNITS));
        let words_of_others = last.map_or(words_before, |(_, words)| words_before - words);
        self.turn_units = if is_change { 0 } else { self.turn_units + 1 };
        if is_change {
            self.last_turn_words = words_before - self.turn_start;
            self.turn_start = words_before;
        }
        let role = self.roles.get(speaker).copied().unwrap_or_default();
        [
            1.0,
            flag(is_change),
            flag(answers_back),
            log_scaled(silence as f64, MEMORY_UNITS as f64),
            log_scaled(self.turn_units as f64, 20.0),
            role.words,
            role.n_questions / role.n_units.max(1.0),
            log_scaled(self.roles.len() as f64, 4.0),
            log_scaled(words_of_others.min(5000) as f64, 300.0),
            log_scaled(self.last_turn_words.min(5000) as f64, 100.0),
        ]
    }
}

/// Returns whether a text asks something, as far as its first thousand characters tell.
fn asks(text: &str) -> bool {
    text.chars().take(1000).any(|character| matches!(character, '?' | '？' | '؟'))
}

/// How long nobody speaks before a unit, and how long it takes.
fn pause(units: &Units, i: usize) -> [f32; 3] {
    let Some(time) = units.units[i].time else { return [0.0; 3] };
    let before = i.checked_sub(1).and_then(|before| units.units[before].time);
    let pause_millis = before.map_or(0, |before| time.start.0.saturating_sub(before.end.0));
    let duration_millis = time.end.0.saturating_sub(time.start.0);
    [
        1.0,
        log_scaled(pause_millis as f64 / 1000.0, 5.0).min(3.0),
        log_scaled(duration_millis as f64 / 1000.0, 30.0).min(3.0),
    ]
}

/// What a whole document tells of each of its units.
struct Whole {
    n_words: u64,
    numbers: [f32; 8],
}

impl Whole {
    fn of(input: &GapInput, n_words: &[u32]) -> Self {
        let total = super::windows::total(n_words);
        let n_units = n_words.len() as f64;
        let kind = |kind: UnitKind| flag(input.units.kind == kind);
        let share_of = |is_so: &dyn Fn(&crate::document::Unit) -> bool| {
            (input.units.units.iter().filter(|unit| is_so(unit)).count() as f64 / n_units) as f32
        };
        let ends_with_point = |unit: &crate::document::Unit| {
            unit.span.of(input.text).ends_with(['.', '?', '!', ':', ';', ',', '"', '”', ')'])
        };
        let numbers = [
            kind(UnitKind::Paragraph),
            kind(UnitKind::Sentence),
            kind(UnitKind::Utterance),
            log_scaled(n_units, 1000.0),
            log_scaled(total as f64, 10_000.0),
            log_scaled(total as f64 / n_units, 50.0),
            // Automatic transcripts have no punctuation: its lack says nothing there.
            share_of(&ends_with_point),
            share_of(&|unit| unit.speaker.is_some()),
        ];
        Self { n_words: total, numbers }
    }

    fn place(&self, words_before: u64, n_words: u32) -> [f32; 10] {
        let words_after = self.n_words - words_before - u64::from(n_words);
        let near = |words: u64| log_scaled(words.min(5000) as f64, 5000.0);
        let mut numbers = [0.0; 10];
        numbers[..8].copy_from_slice(&self.numbers);
        numbers[8..].copy_from_slice(&[near(words_before), near(words_after)]);
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[track_caller]
    fn check_mark(text: &str, expected: Option<(Option<u32>, usize)>) {
        assert_eq!(Mark::of(text).map(|mark| (mark.number, mark.n_levels)), expected, "{text:?}");
    }

    #[test]
    fn marks_of_lists_and_sections_are_known() {
        check_mark("4. Payment is due", Some((Some(4), 1)));
        check_mark("4.2 Payment is due", Some((Some(4), 2)));
        check_mark("10.1.3. Payment is due", Some((Some(10), 3)));
        check_mark("(a) payment", Some((None, 1)));
        check_mark("iv) payment", Some((None, 1)));
        check_mark("• payment", Some((None, 1)));
        check_mark("（2）Payment is due", Some((Some(2), 1)));
        check_mark("3、Payment is due", Some((Some(3), 1)));
    }

    #[test]
    fn words_and_mere_numbers_are_no_marks() {
        for text in ["I am here.", "2024 was a year", "a dog", "It. is", "12.", "", "3.14.", "1234. five"] {
            check_mark(text, None);
        }
    }

    #[test]
    fn who_asks_and_who_answers_is_told() {
        let spoken = [("A", "What is that?"), ("B", "It is a lamp"), ("B", "for ships"), ("A", "And this? Tell me")];
        let (text, mut units) = Units::of_lines(UnitKind::Utterance, &spoken.map(|(_, words)| words));
        for (unit, (speaker, _)) in units.units.iter_mut().zip(spoken) {
            unit.speaker = Some(speaker.to_owned());
        }
        let input = GapInput { text: &text, units: &units, vectors: None, language: Language::English };
        let n_words = [3, 4, 2, 4];
        let mut speakers = Speakers::of(&input, &n_words);
        let rows: Vec<[f32; 10]> =
            [0, 3, 7, 9].into_iter().enumerate().map(|(i, n)| speakers.next(&units, i, n)).collect();
        let share = |row: [f32; 10]| (row[5], row[6]);
        assert_eq!(share(rows[0]), (7.0 / 13.0, 1.0));
        assert_eq!(share(rows[2]), (6.0 / 13.0, 0.0));
        // Others said six words since A spoke, and the turn before had as many.
        assert_eq!(rows[3][8].to_bits(), log_scaled(6.0, 300.0).to_bits());
        assert_eq!(rows[3][9].to_bits(), log_scaled(6.0, 100.0).to_bits());
    }

    #[test]
    fn who_spoke_before_an_unknown_speaker_was_heard_there() {
        let (_, mut units) = Units::of_lines(UnitKind::Utterance, &["One.", "Two.", "Three."]);
        for i in [0, 2] {
            units.units[i].speaker = Some("A".to_owned());
        }
        let mut speakers = Speakers::default();
        let rows: Vec<[f32; 10]> = (0..3).map(|i| speakers.next(&units, i, i as u64)).collect();
        assert_eq!(rows[1].map(f32::to_bits), [0; 10]);
        // One unit, of one word, since A spoke.
        assert_eq!(rows[2][3].to_bits(), log_scaled(1.0, MEMORY_UNITS as f64).to_bits());
        assert_eq!(rows[2][8].to_bits(), log_scaled(1.0, 300.0).to_bits());
    }

    #[test]
    fn cue_words_are_the_first_three_and_the_last() {
        let words = cue_words("So, now we go on to the weather");
        assert_eq!(words, [word_class("so"), word_class("NOW"), word_class("we"), word_class("weather")]);
        assert_eq!(cue_words("Yes."), [word_class("yes"), 0, 0, word_class("yes")]);
        assert_eq!(cue_words("..."), [0; 4]);
        assert_eq!(word_class("1984"), word_class("7"));
    }

    #[test]
    fn the_last_word_of_a_long_unit_is_found_behind_wide_characters() {
        let long = format!("{} end", "ü".repeat(500));
        assert_eq!(cue_words(&long)[3], word_class("end"));
    }
}
