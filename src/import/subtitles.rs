//! Subtitles into utterances: captions that roll said once, speakers found, cues joined until a sentence is done.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{BlockKind, Document, Format, Millis, TimeSpan};
use crate::words;

use super::cue_text::{self, Line};
use super::layout::{self, Layout};
use super::{cues, language, speakers};

/// A pause of this length or more ends an utterance.
const PAUSE_MILLIS: u64 = 1_500;

/// An utterance whose sentence is done ends when it is this long, in words or in time.
const ENOUGH_WORDS: usize = 40;
const ENOUGH_MILLIS: u64 = 12_000;

/// No cue is joined to an utterance that would grow beyond this, in words or in time.
const MAX_WORDS: usize = 80;
const MAX_MILLIS: u64 = 30_000;

/// Captions that roll show a few lines at a time; no more of them are compared.
const MAX_ROLLING_LINES: usize = 16;

/// The words of one cue, or of one speaker within it.
pub(super) struct Said {
    pub(super) speaker: Option<String>,
    /// Whether the file marks a change of speaker before it.
    pub(super) begins_turn: bool,
    pub(super) time: TimeSpan,
    pub(super) text: String,
}

/// The lines of one cue, as shown.
pub(super) struct Shown {
    pub(super) time: TimeSpan,
    pub(super) lines: Vec<Line>,
}

/// Reads a clean text. `title` is what the name of the file says.
pub(super) fn document(text: &str, title: String, format: Format) -> Document {
    let shown = cues::cues(text).into_iter().map(|cue| Shown { time: cue.time, lines: cue_text::shown(&cue.lines) });
    let title = header_title(text).unwrap_or(title);
    let mut document = document_of_cues(shown.collect(), title, format);
    document.fields.language = header_language(text);
    document
}

/// Returns the document that cues in the order of their times make.
pub(super) fn document_of_cues(shown: Vec<Shown>, title: String, format: Format) -> Document {
    document_of_said(said(without_repeats(shown)), title, format)
}

/// Returns the document that what is said makes, in the order of its times.
pub(super) fn document_of_said(said: Vec<Said>, title: String, format: Format) -> Document {
    let mut layout = Layout::default();
    for utterance in joined(said) {
        let kind = BlockKind::utterance(utterance.speaker, Some(utterance.time));
        layout.push(kind, &utterance.text);
    }
    layout.into_document(title, format)
}

/// Returns the title behind `WEBVTT` on the first line.
fn header_title(text: &str) -> Option<String> {
    let rest = text.trim_start().lines().next()?.strip_prefix("WEBVTT")?;
    let title = layout::one_line(rest.trim_start_matches([' ', '\t', '-', '–', ':']));
    (!title.is_empty()).then_some(title)
}

/// Returns the language that the header of `WebVTT` names: the lines below the first, up to an empty one or a timing.
fn header_language(text: &str) -> Option<String> {
    let mut lines = text.trim_start().lines();
    lines.next().filter(|first| first.starts_with("WEBVTT"))?;
    let mut header = lines.take_while(|line| !line.trim().is_empty() && !line.contains("-->"));
    header.find_map(|line| language::code_of(line.strip_prefix("Language:")?))
}

/// Takes away what captions that roll repeat: the lines above, or the words so far, shown again with what is new.
///
/// Two people may well say the same twice, so nothing is done unless a third of the cues repeat.
fn without_repeats(cues: Vec<Shown>) -> Vec<Shown> {
    let n_repeats = cues.windows(2).filter(|pair| repeated(&pair[0].lines, &pair[1].lines) != (0, 0)).count();
    if n_repeats * 3 < cues.len() || n_repeats < 2 {
        return cues;
    }
    let mut kept: Vec<Shown> = Vec::with_capacity(cues.len());
    let mut above: Vec<Line> = Vec::new();
    for mut cue in cues {
        let (n_lines, n_bytes) = repeated(&above, &cue.lines);
        above.clone_from(&cue.lines);
        cue.lines.drain(..n_lines);
        if let Some(line) = cue.lines.first_mut() {
            line.text.drain(..n_bytes);
            line.text = line.text.trim_start().to_owned();
        }
        cue.lines.retain(|line| !line.text.is_empty());
        match (cue.lines.is_empty(), kept.last_mut()) {
            (true, Some(last)) => last.time.end = last.time.end.max(cue.time.end),
            _ => kept.push(cue),
        }
    }
    kept
}

/// Returns how many lines of `below` repeat the last lines of `above`, and how many bytes of the line after them
/// repeat the last line of `above` as it grows.
fn repeated(above: &[Line], below: &[Line]) -> (usize, usize) {
    let most = above.len().min(below.len()).min(MAX_ROLLING_LINES);
    let are_same = |n: &usize| above[above.len() - n..].iter().zip(below).all(|(one, other)| one.text == other.text);
    let n_lines = (1..=most).rev().find(are_same).unwrap_or(0);
    if n_lines != 0 {
        return (n_lines, 0);
    }
    match (above, below) {
        ([.., last], [first, ..]) if first.text.strip_prefix(&last.text).is_some_and(|rest| rest.starts_with(' ')) => {
            (0, last.text.len())
        }
        _ => (0, 0),
    }
}

/// How a file marks who speaks.
struct Marks {
    /// The names that stand before a colon often enough to be speakers.
    names: BTreeSet<String>,
    /// Whether a dash before a line means another speaker.
    has_dashes: bool,
}

impl Marks {
    fn of(cues: &[Shown]) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut n_dashes = 0;
        for line in cues.iter().flat_map(|cue| &cue.lines) {
            let (mark, rest) = leading_mark(&line.text);
            n_dashes += usize::from(mark == Some('-'));
            if let Some((name, _)) = speakers::split_name(rest) {
                *counts.entry(name).or_default() += 1;
            }
        }
        let do_recur = |n: usize| 2 <= n || 2 <= counts.len();
        let names = counts.iter().filter(|&(_, &n)| do_recur(n)).map(|(&name, _)| name.to_owned()).collect();
        Self { names, has_dashes: 2 <= n_dashes }
    }
}

/// Takes `>>` or a dash off the start of a line.
fn leading_mark(line: &str) -> (Option<char>, &str) {
    if let Some(rest) = line.strip_prefix(">>") {
        return (Some('>'), rest.trim_start_matches(['>', ' ']));
    }
    match line.strip_prefix(['-', '–', '—']) {
        Some(rest) if rest.starts_with(|c: char| c == ' ' || c.is_alphabetic() || c == '[') => {
            (Some('-'), rest.trim_start())
        }
        _ => (None, line),
    }
}

/// Returns the words of each cue, parted where the speaker changes within it.
fn said(cues: Vec<Shown>) -> Vec<Said> {
    let marks = Marks::of(&cues);
    let mut said = Vec::with_capacity(cues.len());
    let mut named: Option<String> = None;
    for cue in cues {
        let parts = parts(cue.lines, &marks, &mut named);
        let n_bytes = parts.iter().map(|part| part.text.len()).sum();
        let mut done_bytes = 0;
        for mut part in parts {
            let from = done_bytes;
            done_bytes += part.text.len();
            part.time = cues::part_of(cue.time, from..done_bytes, n_bytes);
            said.push(part);
        }
    }
    said.retain(|part| !part.text.is_empty());
    said
}

/// Returns the words of one cue. `named` is the speaker named last: who is named speaks until another is marked.
fn parts(lines: Vec<Line>, marks: &Marks, named: &mut Option<String>) -> Vec<Said> {
    let mut parts: Vec<Said> = Vec::new();
    for line in lines {
        for (index, text) in line.text.split(" >> ").enumerate() {
            let (mark, rest) = match leading_mark(text) {
                (Some('-'), _) if !marks.has_dashes => (None, text),
                found => found,
            };
            let name = speakers::split_name(rest).filter(|(name, _)| marks.names.contains(*name));
            let words = name.map_or(rest, |(_, words)| words);
            let begins_turn = mark.is_some() || name.is_some() || index != 0;
            if begins_turn {
                *named = name.map(|(name, _)| name.to_owned());
            }
            let speaker = line.voice.as_deref().or(named.as_deref());
            if let Some(last) = parts.last_mut().filter(|last| !begins_turn && last.speaker.as_deref() == speaker) {
                append(&mut last.text, words);
            } else {
                let speaker = speaker.map(str::to_owned);
                parts.push(Said { speaker, begins_turn, time: TimeSpan::default(), text: words.to_owned() });
            }
        }
    }
    parts
}

fn append(text: &mut String, words: &str) {
    if !text.is_empty() && !words.is_empty() {
        text.push(' ');
    }
    text.push_str(words);
}

/// Joins neighbours of one speaker into utterances.
fn joined(said: Vec<Said>) -> Vec<Said> {
    let mut utterances: Vec<Said> = Vec::new();
    let mut n_words = 0;
    for next in said {
        let n_more = next.text.split_whitespace().count();
        if let Some(last) = utterances.last_mut().filter(|last| goes_on(last, n_words, &next, n_more)) {
            append(&mut last.text, &next.text);
            last.time.end = last.time.end.max(next.time.end);
            n_words += n_more;
        } else {
            n_words = n_more;
            utterances.push(next);
        }
    }
    let mut latest = Millis(0);
    for utterance in &mut utterances {
        utterance.time.start = utterance.time.start.max(latest);
        utterance.time.end = utterance.time.end.max(utterance.time.start);
        latest = utterance.time.start;
    }
    utterances
}

/// Returns whether `next` belongs to the utterance `last`, of `n_words` words.
fn goes_on(last: &Said, n_words: usize, next: &Said, n_more: usize) -> bool {
    let millis = last.time.end.0.saturating_sub(last.time.start.0);
    let is_enough = ends_a_sentence(&last.text) && (ENOUGH_WORDS <= n_words || ENOUGH_MILLIS <= millis);
    // The end of a turn marked by a dash or `>>` may be the same speaker's, but the file says otherwise.
    let is_same = last.speaker == next.speaker && !(next.begins_turn && next.speaker.is_none());
    is_same
        && !is_enough
        && next.time.start.0 < last.time.end.0 + PAUSE_MILLIS
        && n_words + n_more <= MAX_WORDS
        && next.time.end.0.saturating_sub(last.time.start.0) <= MAX_MILLIS
}

fn ends_a_sentence(text: &str) -> bool {
    let bare = text.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']', ' ']);
    bare.ends_with(|c| words::ends_sentence(c) || c == '♪')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each utterance as `speaker@start_secs-end_secs words`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let document = document(text, "name".to_owned(), Format::WebVtt);
        let found: Vec<String> = document
            .blocks
            .iter()
            .map(|block| {
                let BlockKind::Utterance(said) = &block.kind else { panic!("{block:?}") };
                let time = said.time.expect("a time");
                let (speaker, words) = (said.speaker.as_deref().unwrap_or("?"), block.span.of(&document.text));
                format!("{speaker}@{}-{} {words}", time.start.as_secs(), time.end.as_secs())
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn cues_are_joined_until_a_pause() {
        check(
            "0:01.0 --> 0:02.0\nThe lamp\n\n0:02.5 --> 0:03.0\nis lit.\n\n0:05.0 --> 0:06.0\nGood.",
            &["?@1-3 The lamp is lit.", "?@5-6 Good."],
        );
    }

    #[test]
    fn an_utterance_long_enough_ends_with_its_sentence() {
        check(
            "0:00.0 --> 0:13.0\nThe lamp is lit\n\n0:13.0 --> 0:14.0\nand burns.\n\n0:14.0 --> 0:15.0\nGood.",
            &["?@0-14 The lamp is lit and burns.", "?@14-15 Good."],
        );
    }

    #[test]
    fn no_utterance_grows_without_end() {
        let cue = |at: usize| {
            format!("0:{at:02}.0 --> 0:{:02}.0\nnumber{at} two three four five six seven eight\n\n", at + 1)
        };
        let text: String = (0..30).map(cue).collect();
        let document = document(&text, "name".to_owned(), Format::WebVtt);
        let n_words = |span: crate::document::Span| span.of(&document.text).split_whitespace().count();
        assert_eq!(document.blocks.iter().map(|block| n_words(block.span)).collect::<Vec<_>>(), [80, 80, 80]);
    }

    #[test]
    fn speakers_are_kept_and_never_joined() {
        check(
            "0:01 --> 0:02\n<v Ann>Lit?\n\n0:02 --> 0:03\n<v Ann>Is it?\n\n0:03 --> 0:04\n<v Ben>Yes.",
            &["Ann@1-3 Lit? Is it?", "Ben@3-4 Yes."],
        );
        check(
            "0:01 --> 0:02\nANN: Lit?\n\n0:02 --> 0:03\nTell me.\n\n0:03 --> 0:04\nBEN: Yes.",
            &["ANN@1-3 Lit? Tell me.", "BEN@3-4 Yes."],
        );
    }

    #[test]
    fn dashes_and_arrows_part_speakers() {
        check("0:01 --> 0:03\n- Lit?\n- Yes.", &["?@1-2 Lit?", "?@2-3 Yes."]);
        check("0:01 --> 0:02\n>> ANN: Lit?\n\n0:02 --> 0:03\n>> BEN: Yes.", &["ANN@1-2 Lit?", "BEN@2-3 Yes."]);
        check("0:01 --> 0:02\n&gt;&gt; Lit?\n\n0:02 --> 0:03\n>> Yes.", &["?@1-2 Lit?", "?@2-3 Yes."]);
    }

    #[test]
    fn a_word_before_a_colon_that_never_recurs_is_no_speaker() {
        check(
            "0:01 --> 0:02\nRemember this\n\n0:02 --> 0:03\nOne thing: oil.",
            &["?@1-3 Remember this One thing: oil."],
        );
        check("0:01 --> 0:02\nJune: oil is low.", &["?@1-2 June: oil is low."]);
    }

    #[test]
    fn captions_that_roll_are_said_once() {
        check(
            "0:00.0 --> 0:02.0 align:start\n \nthe lamp<0:01.0><c> is</c>\n\n0:02.0 --> 0:02.1\nthe lamp is\n\n\
             0:02.1 --> 0:04.0\nthe lamp is\nlit<0:03.0><c> and</c>\n\n0:04.0 --> 0:04.1\nlit and\n\n\
             0:04.1 --> 0:05.0\nlit and\nburns",
            &["?@0-5 the lamp is lit and burns"],
        );
        check(
            "0:00 --> 0:01\nthe\n\n0:01 --> 0:02\nthe lamp\n\n0:02 --> 0:03\nthe lamp burns",
            &["?@0-3 the lamp burns"],
        );
    }

    #[test]
    fn overlapping_and_backward_cues_make_times_that_run_forwards() {
        check(
            "WEBVTT\n\n0:10.0 --> 0:20.0\n<v Ann>One.\n\n0:12.0 --> 0:14.0\n<v Ben>Two.\n\n0:03.0 --> 0:05.0\n<v Ann>Three.\n\n\
             0:30.0 --> 0:25.0\n<v Ben>Four.",
            &["Ann@10-20 One.", "Ben@12-14 Two.", "Ann@12-12 Three.", "Ben@30-30 Four."],
        );
    }

    #[test]
    fn the_title_stands_behind_the_format() {
        assert_eq!(header_title("WEBVTT - The log\n\n").as_deref(), Some("The log"));
        assert_eq!(header_title("WEBVTT\nThe log"), None);
    }

    #[test]
    fn the_language_stands_in_the_header() {
        let language = |text: &str| document(text, "name".to_owned(), Format::WebVtt).fields.language;
        let cue = "0:01.0 --> 0:02.0\nLanguage: fr";
        let told = format!("WEBVTT\nKind: captions\nLanguage: pt-BR\n\n{cue}");
        assert_eq!(language(&told).as_deref(), Some("pt"));
        assert_eq!(language(&format!("WEBVTT\nLanguage: English\n\n{cue}")).as_deref(), Some("en"));
        for text in [format!("WEBVTT\n\n{cue}"), cue.to_owned()] {
            assert_eq!(language(&text), None, "{text}");
        }
    }
}
