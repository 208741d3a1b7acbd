//! Plain-text transcripts: turns, each with its speaker, its time or both before it.
//!
//! Known are `Ann: words`, `[00:01:02] Ann: words`, `Ann: [00:01:02] words`, `Ann (00:01:02): words`, `00:01:02 words`,
//! `0:01 - 0:05 Ann: words`, and with the words on the lines below `Ann 1:02`, `[00:01:02] - Ann`, `Ann` over `1:02`, and
//! `1:02` alone. A text counts as a transcript only if most of its lines or paragraphs begin so.

use std::collections::BTreeMap;

use crate::document::{BlockKind, Millis, Span, TimeSpan};

use super::layout::Layout;
use super::{cues, plain_text, speakers};

/// At least this share of the lines or of the paragraphs of a transcript begin a turn, in per cent.
const MIN_SHARE_PERCENT: usize = 60;

/// More speakers than this are no conversation but a glossary.
const MAX_SPEAKERS: usize = 20;

/// What stands before a turn.
#[derive(Debug, PartialEq)]
struct Head<'a> {
    speaker: Option<&'a str>,
    start: Option<Millis>,
    /// What is said on the same line; may be empty.
    words: &'a str,
}

/// A piece of a transcript, in reading order.
struct Piece<'a> {
    head: Option<Head<'a>>,
    text: &'a str,
}

/// Returns the layout of `text` as a transcript, or nothing if it is not one.
pub(super) fn layout(text: &str) -> Option<Layout> {
    // Looking at every line of a long text that is no transcript would be a waste: its start tells.
    let sample = &text[..text.floor_char_boundary(256 * 1024)];
    let by_paragraph = plain_text::paragraphs;
    let split: fn(&str) -> Vec<Span> = match () {
        () if is_transcript(sample, &lines(sample)) => lines,
        () if is_transcript(sample, &by_paragraph(sample)) => by_paragraph,
        () => return None,
    };
    Some(lay_out(&pieces(text, split(text))))
}

/// Returns the lines; one that has nothing but a time, and perhaps a name, goes with the line below.
fn lines(text: &str) -> Vec<Span> {
    let start_of = |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
    let mut spans: Vec<Span> = Vec::new();
    let mut is_head_open = false;
    for line in text.lines().map(str::trim) {
        let end = start_of(line) + line.len();
        if let Some(last) = spans.last_mut().filter(|_| is_head_open && !line.is_empty()) {
            last.end = end.into();
            is_head_open = false;
        } else {
            is_head_open = !line.is_empty() && is_bare_head(line);
            if !line.is_empty() {
                spans.push(Span::new(start_of(line)..end));
            }
        }
    }
    spans
}

/// Returns whether a line has the head of a turn and no words.
fn is_bare_head(line: &str) -> bool {
    line.len() <= 96 && head(line).is_some_and(|head| head.words.is_empty() && head.start.is_some())
}

fn is_transcript(text: &str, spans: &[Span]) -> bool {
    let heads: Vec<Head> = spans.iter().filter_map(|span| head(span.of(text))).collect();
    if heads.len() < 2 || heads.len() * 100 < spans.len() * MIN_SHARE_PERCENT {
        return false;
    }
    let mut n_turns_of: BTreeMap<&str, usize> = BTreeMap::new();
    for head in &heads {
        *n_turns_of.entry(head.speaker.unwrap_or_default()).or_default() += 1;
    }
    let are_timed = heads.len() <= 2 * heads.iter().filter(|head| head.start.is_some()).count();
    let do_recur = n_turns_of.len() < heads.len() || heads.len() == spans.len();
    n_turns_of.len() <= MAX_SPEAKERS && (are_timed || do_recur)
}

fn pieces(text: &str, spans: Vec<Span>) -> Vec<Piece<'_>> {
    let piece = |span: Span| {
        let text = span.of(text);
        match head(text) {
            Some(head) => Piece { text: head.words, head: Some(head) },
            None => Piece { head: None, text },
        }
    };
    spans.into_iter().map(piece).collect()
}

/// A paragraph without a head goes on with the turn before it; one before the first turn is a paragraph.
fn lay_out(pieces: &[Piece]) -> Layout {
    let mut layout = Layout::default();
    let first = pieces.iter().position(|piece| piece.head.is_some()).unwrap_or(pieces.len());
    for piece in &pieces[..first] {
        layout.push(BlockKind::Paragraph, piece.text);
    }
    let start_of = |piece: &Piece| piece.head.as_ref().and_then(|head| head.start);
    let told: Vec<Millis> = pieces.iter().filter_map(start_of).collect();
    let mut mended =
        told.iter().zip(cues::bounds(&told)).map(|(&start, bound)| bound.map_or(start, |bound| bound.start));
    let starts: Vec<Option<Millis>> = pieces.iter().map(|piece| start_of(piece).and_then(|_| mended.next())).collect();
    let mut from = first;
    while from < pieces.len() {
        let next = |piece: &Piece| piece.head.is_some();
        let end = pieces[from + 1..].iter().position(next).map_or(pieces.len(), |at| from + 1 + at);
        let turn = &pieces[from..end];
        let (start, stop) = (starts[from], starts.get(end).copied().flatten());
        push_turn(&mut layout, turn, start.map(|start| TimeSpan { start, end: stop.unwrap_or(start).max(start) }));
        from = end;
    }
    layout
}

/// Adds the paragraphs of one turn; each takes the share of its time that it takes of its text.
fn push_turn(layout: &mut Layout, turn: &[Piece], time: Option<TimeSpan>) {
    let speaker = turn[0].head.as_ref().and_then(|head| head.speaker);
    let n_bytes: usize = turn.iter().map(|piece| piece.text.len()).sum();
    let mut done_bytes = 0;
    for piece in turn {
        let from = done_bytes;
        done_bytes += piece.text.len();
        let time = time.map(|time| cues::part_of(time, from..done_bytes, n_bytes));
        layout.push(BlockKind::utterance(speaker.map(str::to_owned), time), piece.text);
    }
}

/// Takes apart the head of a turn: of a line, or of the first lines of a paragraph.
fn head(text: &str) -> Option<Head<'_>> {
    let (start, rest) = match leading_time(text) {
        Some((start, rest)) => (Some(start), rest.trim_start_matches(['-', '–', ':', ' ', '\t'])),
        None => (None, text),
    };
    if let Some((speaker, words)) = speakers::split_name(rest) {
        let (speaker, within) = name_and_time(speaker);
        let (after, words) = match bracketed_time(words) {
            Some((after, words)) => (Some(after), words),
            None => (None, words),
        };
        return Some(Head { speaker: Some(speaker), start: start.or(within).or(after), words });
    }
    if let Some((speaker, time, words)) = timed_name(rest).or_else(|| name_over_time(rest)) {
        return Some(Head { speaker: Some(speaker), start: Some(time), words });
    }
    let start = start?;
    let (speaker, words) = match name_over_words(text, rest) {
        Some((speaker, words)) => (Some(speaker), words),
        None => (None, rest),
    };
    Some(Head { speaker, start: Some(start), words })
}

/// Reads a name on a line of its own, and a time alone on the next.
fn name_over_time(text: &str) -> Option<(&str, Millis, &str)> {
    let (name, below) = text.split_once('\n')?;
    let (time, words) = below.split_once('\n').unwrap_or((below, ""));
    let time = clock(time.trim().trim_matches(['(', ')', '[', ']']))?;
    speakers::is_name(name).then(|| (name.trim(), time, words.trim_start()))
}

/// Reads a name that stands alone on the line of a time in brackets, above the words.
fn name_over_words<'a>(text: &str, after_time: &'a str) -> Option<(&'a str, &'a str)> {
    let (name, words) = after_time.split_once('\n')?;
    (text.starts_with(['[', '(']) && speakers::is_name(name)).then(|| (name.trim(), words.trim_start()))
}

/// Reads a time in brackets at the start: `[00:01:02] words`.
fn bracketed_time(text: &str) -> Option<(Millis, &str)> {
    text.starts_with(['[', '(']).then(|| leading_time(text))?
}

/// Takes `Ann (00:01:02)` apart, where the colon comes after the time.
fn name_and_time(name: &str) -> (&str, Option<Millis>) {
    let parts = name.split_once(['(', '[']);
    let timed = parts.and_then(|(name, time)| Some((name.trim(), clock(time.trim_end_matches([')', ']']))?)));
    timed.map_or((name, None), |(name, time)| (name, Some(time)))
}

/// Reads a time at the start: `[00:01:02]`, `(1:02)` or `00:01:02`.
fn leading_time(text: &str) -> Option<(Millis, &str)> {
    for (open, close) in [('[', ']'), ('(', ')'), ('<', '>')] {
        if let Some(inside) = text.strip_prefix(open) {
            let (time, rest) = inside[..].split_once(close).filter(|(time, _)| time.len() <= 32)?;
            let time = time.split([' ', '-', '–']).next()?;
            return Some((clock(time)?, rest.trim_start()));
        }
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || ":.,".contains(c))).unwrap_or(text.len());
    let time = clock(text[..end].trim_end_matches([':', '.', ',']))?;
    let rest = text[end..].trim_start();
    // `0:01 - 0:05` is from one time to another.
    let until =
        rest.strip_prefix("-->").or_else(|| rest.strip_prefix(['-', '–'])).map(str::trim_start).unwrap_or_default();
    let end = until.find(|c: char| !(c.is_ascii_digit() || ":.,".contains(c))).unwrap_or(until.len());
    let is_time = clock(until[..end].trim_end_matches([':', '.', ','])).is_some();
    Some((time, if is_time { until[end..].trim_start() } else { rest }))
}

/// Reads `Ann (00:01:02): words`, `Ann [1:02] words`, or `Ann 1:02` with nothing after it on its line.
fn timed_name(text: &str) -> Option<(&str, Millis, &str)> {
    let line = text.lines().next()?;
    let at = line[..line.floor_char_boundary(64)].find(|c: char| c.is_ascii_digit() || c == '(' || c == '[')?;
    // `Speaker 1 0:25`: the number belongs to the name.
    let at = match line[at..].split_once("  ").or_else(|| line[at..].split_once(' ')) {
        Some((number, after)) if clock(number).is_none() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            line.len() - after.trim_start().len()
        }
        _ => at,
    };
    let name = line[..at].trim();
    let (time, rest) = leading_time(&line[at..])?;
    let is_bracketed = !line[at..].starts_with(|c: char| c.is_ascii_digit());
    let words = rest.trim_start_matches(':').trim_start();
    if !speakers::is_name(name) || !(is_bracketed || words.is_empty()) {
        return None;
    }
    let below = text[line.len()..].trim_start();
    let words = if words.is_empty() { below } else { &text[line.len() - words.len()..] };
    Some((name, time, words))
}

/// Reads `1:02`, `01:02:03` or `01:02:03.456`.
fn clock(text: &str) -> Option<Millis> {
    (text.contains(':') && text.ends_with(|c: char| c.is_ascii_digit())).then(|| cues::clock(text))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Format};

    fn read(text: &str) -> Option<Document> {
        Some(layout(text)?.into_document("name".to_owned(), Format::PlainText))
    }

    /// Each turn as `speaker@start_secs-end_secs words`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let document = read(text).expect("a transcript");
        let found: Vec<String> = document
            .blocks
            .iter()
            .map(|block| {
                let words = block.span.of(&document.text);
                match &block.kind {
                    BlockKind::Utterance(said) => {
                        let time = said.time.map(|time| format!("@{}-{}", time.start.as_secs(), time.end.as_secs()));
                        let speaker = said.speaker.as_deref().unwrap_or("?");
                        format!("{speaker}{} {words}", time.unwrap_or_default())
                    }
                    _ => words.to_owned(),
                }
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn names_before_colons_make_turns() {
        check("Ann: Is it lit?\nBen: It is.\nAnn: Good.", &["Ann Is it lit?", "Ben It is.", "Ann Good."]);
        check(
            "Harbour log\n\nAnn: Lit?\n\nBen: Yes.\n\nAnn: Good.",
            &["Harbour log", "Ann Lit?", "Ben Yes.", "Ann Good."],
        );
    }

    #[test]
    fn times_before_or_after_the_name_are_kept() {
        check("[00:00:01] Ann: Lit?\n[00:00:04] Ben: Yes.", &["Ann@1-4 Lit?", "Ben@4-4 Yes."]);
        check("Ann (0:01): Lit?\nBen (0:04): Yes.", &["Ann@1-4 Lit?", "Ben@4-4 Yes."]);
        check("Ann Lee  0:01\nLit?\n\nSpeaker 2  0:04\nYes.", &["Ann Lee@1-4 Lit?", "Speaker 2@4-4 Yes."]);
        check("00:01 So it is lit.\n00:03 And it burns.", &["?@1-3 So it is lit.", "?@3-3 And it burns."]);
    }

    #[test]
    fn the_layouts_of_transcription_services_are_read() {
        check("Ann: [0:01] Lit?\nBen: [0:04] Yes.", &["Ann@1-4 Lit?", "Ben@4-4 Yes."]);
        check("[00:00:01.00] - Ann\nLit?\n\n[00:00:04.00] - Ben\nYes.", &["Ann@1-4 Lit?", "Ben@4-4 Yes."]);
        check("[00:00:01] Ann\nLit?\n\n[00:00:04] Ben\nYes.", &["Ann@1-4 Lit?", "Ben@4-4 Yes."]);
        check("Ann (00:01.250)\nLit?\n\nBen (00:04.000)\nYes.", &["Ann@1.25-4 Lit?", "Ben@4-4 Yes."]);
        check("Ann Lee\n0:01\nLit?\n\nBen Roe\n0:04\nYes.", &["Ann Lee@1-4 Lit?", "Ben Roe@4-4 Yes."]);
        check("0:01 - 0:03 Ann: Lit?\n0:04 - 0:05 Ben: Yes.", &["Ann@1-4 Lit?", "Ben@4-4 Yes."]);
        check("0:01 – 0:03\nLit?\n0:04 – 0:05\nYes.", &["?@1-4 Lit?", "?@4-4 Yes."]);
        check("0:01\nso it is lit\n0:04\nand it burns", &["?@1-4 so it is lit", "?@4-4 and it burns"]);
        check("Ann  0:01  \nLit?\nBen  0:04  \nYes.", &["Ann@1-4 Lit?", "Ben@4-4 Yes."]);
    }

    #[test]
    fn a_long_turn_shares_its_time_among_its_paragraphs() {
        check(
            "[0:10] Ann: abcd\n\n[0:20] Ben: abcd\n\nefgh\n\n[0:40] Ann: ok\n\n[0:41] Ben: ok",
            &["Ann@10-20 abcd", "Ben@20-30 abcd", "Ben@30-40 efgh", "Ann@40-41 ok", "Ben@41-41 ok"],
        );
    }

    #[test]
    fn times_never_run_backwards() {
        check("[0:10] Ann: a\n[0:05] Ben: b\n[0:12] Ann: c", &["Ann@0-5 a", "Ben@5-12 b", "Ann@12-12 c"]);
    }

    #[test]
    fn one_time_that_is_wrong_moves_no_other() {
        check(
            "[0:01] Ann: a\n[10:00:03] Ben: b\n[0:05] Ann: c\n[0:07] Ben: d",
            &["Ann@1-1 a", "Ben@1-5 b", "Ann@5-7 c", "Ben@7-7 d"],
        );
    }

    #[track_caller]
    fn check_none(text: &str) {
        assert!(read(text).is_none());
    }

    #[test]
    fn an_article_is_no_transcript() {
        check_none("The lamp was lit.\n\nIt burned all night.\n\nNote: oil is low.");
        check_none("Ann: one turn is not enough, and the rest is prose.\n\nThe lamp was lit.\n\nIt burned.");
        check_none("");
    }
}
