//! SBV, the captions that `YouTube` lets people download and edit: a line of two times, then the words, then an empty line.

use crate::document::{Document, Format, Millis, TimeSpan};

use super::subtitles::{self, Shown};
use super::{cue_text, cues};

/// Reads a clean text. `title` is what the name of the file says.
pub(super) fn document(text: &str, title: String) -> Document {
    let mut shown: Vec<(TimeSpan, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match timing(line) {
            Some(time) => shown.push((time, Vec::new())),
            // Words before the first time have none: there is nothing to hang them on.
            None => shown.last_mut().into_iter().for_each(|(_, lines)| lines.push(line)),
        }
    }
    shown.sort_by_key(|(time, _)| time.start);
    let shown = shown.into_iter().map(|(time, lines)| {
        // `[br]` is how the format writes a line end.
        let lines: Vec<&str> = lines.into_iter().flat_map(|line| line.split("[br]")).collect();
        Shown { time, lines: cue_text::shown(&lines) }
    });
    subtitles::document_of_cues(shown.collect(), title, Format::Sbv)
}

/// Reads `0:00:01.000,0:00:04.250`. A time that runs backwards ends where it starts.
pub(super) fn timing(line: &str) -> Option<TimeSpan> {
    let (start, end) = line.trim().split_once(',')?;
    let is_exact = |clock: &str| clock.matches(':').count() == 2 && clock.contains('.');
    let (start, end) = (start.trim(), end.trim());
    let read = |clock: &str| is_exact(clock).then(|| cues::clock(clock)).flatten();
    let (start, end): (Millis, Millis) = (read(start)?, read(end)?);
    Some(TimeSpan { start, end: end.max(start) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::speech_tests::check_document;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        check_document(&document(text, "name".to_owned()), expected);
    }

    #[test]
    fn cues_are_read() {
        check(
            "0:00:01.000,0:00:02.000\n>> ANN: Is it[br]lit?\n\n0:00:02.500,0:00:04.000\n>> BEN: It\nis.\n",
            &["ANN@1-2 Is it lit?", "BEN@2.5-4 It is."],
        );
    }

    #[test]
    fn times_that_go_backwards_are_put_in_order() {
        check(
            "0:00:09.000,0:00:04.000\nThird.\n\n0:00:01.000,0:00:01.500\nFirst.\n\n0:00:04.000,0:00:05.000\nSecond.\n",
            &["?@1-1.5 First.", "?@4-5 Second.", "?@9-9 Third."],
        );
    }

    #[test]
    fn only_two_whole_times_are_a_timing() {
        assert_eq!(timing("1:00,2:00"), None);
        assert_eq!(timing("0:00:01.000, and more"), None);
        assert!(timing("0:00:01.000,0:00:02.000").is_some());
    }
}
