//! The cues of `SubRip` and `WebVTT`, line by line.
//!
//! The parser is ours: those to be had refuse a file for one bad cue, and most subtitles in the world have one. This
//! one reads what is there: empty lines missing or too many, `,` or `.` in a time, hours left out, no numbers,
//! settings after the arrow, a header in the wrong format.

use std::ops::Range;

use crate::document::{Millis, TimeSpan};

/// A cue: its lines as written, markup included.
#[derive(Debug, PartialEq)]
pub(super) struct Cue<'a> {
    pub(super) time: TimeSpan,
    pub(super) lines: Vec<&'a str>,
}

/// Returns the cues of `text` in the order of the file, with their times made to run forwards.
///
/// The fewest cues are moved: one whose start does not fit between those around it is held to start with the one before it, and
/// to end before the next that fits. A cue that ends before it starts is held to end there.
pub(super) fn cues(text: &str) -> Vec<Cue<'_>> {
    let mut reader = Reader::default();
    for line in text.lines() {
        reader.take(line);
    }
    reader.end_block();
    let mut cues = reader.cues;
    let starts: Vec<Millis> = cues.iter().map(|cue| cue.time.start).collect();
    let mut bounds = bounds(&starts).into_iter();
    for cue in &mut cues {
        let TimeSpan { start, end } = cue.time;
        cue.time = match bounds.next().flatten() {
            None => TimeSpan { start, end: end.max(start) },
            Some(free) => TimeSpan { start: free.start, end: end.clamp(free.start, free.end) },
        };
    }
    cues
}

/// Returns for each start that is out of order the time that the starts around it leave; nothing for those in order.
///
/// In order are as many as can be; of equally many, those that end soonest.
pub(super) fn bounds(starts: &[Millis]) -> Vec<Option<TimeSpan>> {
    let is_in_order = in_order(starts);
    let mut bounds = vec![None; starts.len()];
    let mut next = Millis(u64::MAX);
    for index in (0..starts.len()).rev() {
        if is_in_order[index] {
            next = starts[index];
        } else {
            bounds[index] = Some(TimeSpan { start: Millis(0), end: next });
        }
    }
    let mut latest = Millis(0);
    for (index, bound) in bounds.iter_mut().enumerate() {
        match bound {
            Some(bound) => bound.start = latest,
            None => latest = starts[index],
        }
    }
    bounds
}

/// Says which of `starts` are in the longest run of them that goes forwards.
fn in_order(starts: &[Millis]) -> Vec<bool> {
    // For each length, the start that a run of that length may end with soonest; and for each start, the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(starts.len());
    for (index, start) in starts.iter().enumerate() {
        let length = ends.partition_point(|&end| starts[end] <= *start);
        before.push(length.checked_sub(1).map(|length| ends[length]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut is_in_order = vec![false; starts.len()];
    let mut at = ends.last().copied();
    while let Some(index) = at {
        is_in_order[index] = true;
        at = before[index];
    }
    is_in_order
}

/// Where the reader stands.
#[derive(Default)]
struct Reader<'a> {
    cues: Vec<Cue<'a>>,
    /// The lines since the last empty one, as long as no timing is among them.
    loose: Vec<&'a str>,
    /// Whether a timing is among the lines since the last empty one.
    is_in_cue: bool,
}

impl<'a> Reader<'a> {
    fn take(&mut self, line: &'a str) {
        // A line of one space is an empty line of text in captions that roll.
        if line.trim().is_empty() {
            return self.end_block();
        }
        match timing(line).or_else(|| self.broken_timing(line)) {
            Some((start, end)) => self.start_cue(TimeSpan { start, end }),
            None if self.is_in_cue => self.cues.last_mut().into_iter().for_each(|cue| cue.lines.push(line)),
            None => self.loose.push(line),
        }
    }

    /// Holds a timing that cannot be read to be the moment the last cue ended: its words are worth more than its time.
    fn broken_timing(&self, line: &str) -> Option<(Millis, Millis)> {
        let is_timing = line.contains("-->") && line.trim_start().starts_with(|c: char| c.is_ascii_digit());
        let end = self.cues.last().map_or(Millis(0), |cue| cue.time.end.max(cue.time.start));
        is_timing.then_some((end, end))
    }

    /// What stands right above a timing is the cue's number or name: of the lines of a cue, only a number is.
    fn start_cue(&mut self, time: TimeSpan) {
        if self.is_in_cue {
            self.cues.last_mut().and_then(|cue| cue.lines.pop_if(|line| is_number(line)));
        } else {
            self.loose.pop();
            self.end_block();
        }
        self.cues.push(Cue { time, lines: Vec::new() });
        self.is_in_cue = true;
    }

    /// Lines that stand apart without a timing belong to the cue above, unless they are a block of `WebVTT`'s own.
    fn end_block(&mut self) {
        let loose = std::mem::take(&mut self.loose);
        self.is_in_cue = false;
        let Some(first) = loose.first() else { return };
        let is_block = ["NOTE", "STYLE", "REGION", "WEBVTT"]
            .iter()
            .any(|word| first.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])));
        if is_block || (loose.len() == 1 && is_number(first)) {
            return;
        }
        if let Some(cue) = self.cues.last_mut() {
            cue.lines.extend(loose);
        }
    }
}

fn is_number(line: &str) -> bool {
    line.trim().bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a timing line: `00:01:02,500 --> 00:01:04,000`, with anything after it.
pub(super) fn timing(line: &str) -> Option<(Millis, Millis)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((clock(start.trim())?, clock(end)?))
}

/// Reads a time: `1:02:03,500`, `02:03.5` or `02:03`.
pub(super) fn clock(text: &str) -> Option<Millis> {
    let (whole, fraction) = text.split_once([',', '.']).unwrap_or((text, ""));
    let mut secs = 0_u64;
    let mut n_parts = 0;
    for part in whole.split(':') {
        // SubRip files made by hand put spaces where the zeros were.
        let number: u64 = digits(part.trim())?;
        secs = secs.checked_mul(60)?.checked_add(number)?;
        n_parts += 1;
    }
    let millis = match fraction.len() {
        0 => 0,
        1..=3 => digits(fraction)? * 10_u64.pow(3 - fraction.len() as u32),
        _ => digits(fraction.get(..3)?)?,
    };
    (2..=3).contains(&n_parts).then(|| secs.checked_mul(1000)?.checked_add(millis).map(Millis))?
}

/// Reads up to nine digits.
fn digits(text: &str) -> Option<u64> {
    let is_number = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Returns the share of `time` that the bytes `part` have in `n_bytes`.
pub(crate) fn part_of(time: TimeSpan, part: Range<usize>, n_bytes: usize) -> TimeSpan {
    let length = u128::from(time.end.0 - time.start.0);
    let at = |byte: usize| {
        let offset = length * byte as u128 / n_bytes.max(1) as u128;
        Millis(time.start.0 + offset as u64)
    };
    TimeSpan { start: at(part.start), end: at(part.end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each cue as `start_secs-end_secs line|line`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = cues(text)
            .iter()
            .map(|cue| format!("{}-{} {}", cue.time.start.as_secs(), cue.time.end.as_secs(), cue.lines.join("|")))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn well_formed_cues_are_read() {
        check(
            "1\n00:00:01,000 --> 00:00:02,500\na\nb\n\n2\n00:01:00,000 --> 00:01:01,000\nc\n",
            &["1-2.5 a|b", "60-61 c"],
        );
        check(
            "WEBVTT - Log\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE made by hand\nand foot\n\n\
             intro\n00:01.000 --> 00:02.500 align:start position:0%\na\n\n100:00:00.000 --> 100:00:01.000\nb",
            &["1-2.5 a", "360000-360001 b"],
        );
    }

    #[test]
    fn missing_and_needless_empty_lines_are_forgiven() {
        check("1\n0:01,0 --> 0:02,0\na\n2\n0:02,0 --> 0:03,0\nb\n0:03,0 --> 0:04,0\nc", &["1-2 a", "2-3 b", "3-4 c"]);
        check("1\n\n0:01,0 --> 0:02,0\n\na\n\nb\n\n\n2\n0:02,0 --> 0:03,0\nc", &["1-2 a|b", "2-3 c"]);
    }

    #[test]
    fn a_number_may_be_said() {
        check("1\n0:01 --> 0:02\nIn\n1987\n\n2\n0:03 --> 0:04\n42", &["1-2 In|1987", "3-4 42"]);
    }

    #[test]
    fn times_run_forwards_whatever_the_file_says() {
        check(
            "0:05.0 --> 0:09.0\na\n\n0:02.0 --> 0:03.0\nb\n\n0:06.0 --> 0:04.0\nc\n\n0:xx --> 0:11.0\nd",
            &["0-2 a", "2-3 b", "6-6 c", "6-6 d"],
        );
    }

    #[test]
    fn one_time_that_is_wrong_moves_no_other() {
        check(
            "0:01.0 --> 0:02.0\na\n\n10:00:03.0 --> 10:00:04.0\nb\n\n0:05.0 --> 0:06.0\nc\n\n0:07.0 --> 0:08.0\nd",
            &["1-2 a", "1-5 b", "5-6 c", "7-8 d"],
        );
        check(
            "9:00:01.0 --> 9:00:02.0\na\n\n0:03.0 --> 0:04.0\nb\n\n0:05.0 --> 0:06.0\nc\n\n0:00.5 --> 0:06.0\nd\n\n\
             0:07.0 --> 0:08.0\ne",
            &["0-3 a", "3-4 b", "5-6 c", "5-6 d", "7-8 e"],
        );
    }

    #[test]
    fn a_part_of_a_text_has_its_part_of_the_time() {
        let time = TimeSpan { start: Millis(1000), end: Millis(2000) };
        assert_eq!(part_of(time, 5..10, 20), TimeSpan { start: Millis(1250), end: Millis(1500) });
        assert_eq!(part_of(time, 0..0, 0), TimeSpan { start: Millis(1000), end: Millis(1000) });
    }
}
