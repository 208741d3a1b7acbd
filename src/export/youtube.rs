//! Chapters as the description of a `YouTube` video names them: a line a chapter, its time and its title.
//!
//! `YouTube` shows them if the first is at 0:00, there are three or more, in order, and each lasts ten seconds or more. It
//! refuses a description with `<` or `>` in it, or of more than 5,000 characters. What breaks a rule is mended where that
//! loses nothing, and told by [`remarks`] in any case.

use std::io::Write;

use super::cues::{Cue, cues};
use super::{DocumentView, clock, on_one_line};
use crate::document::Millis;
use crate::error::Result;

const MIN_CHAPTERS: usize = 3;
const MIN_SECS: u64 = 10;
const MAX_CHARS: usize = 5_000;

/// Writes one timed document.
///
/// The time before the first chapter is given to it. A description has no place for provenance that viewers would not
/// read.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    Ok(out.write_all(description(&cues(view.chapters)).as_bytes())?)
}

fn description(cues: &[Cue<'_>]) -> String {
    let line = |(n, cue): (usize, &Cue)| {
        let start = if n == 0 { Millis(0) } else { cue.start };
        format!("{} {}\n", clock(start), shown(&cue.chapter.title))
    };
    cues.iter().enumerate().map(line).collect()
}

fn shown(title: &str) -> String {
    on_one_line(title).replace('<', "‹").replace('>', "›")
}

/// Returns what breaks a rule, a sentence each, and what was done about it.
pub(super) fn remarks(view: &DocumentView<'_>) -> Vec<String> {
    let cues = cues(view.chapters);
    let mut remarks = Vec::new();
    if cues.len() < MIN_CHAPTERS {
        remarks.push(format!("YouTube shows chapters from {MIN_CHAPTERS} on, and there are {}", cues.len()));
    }
    if let Some(first) = cues.first().filter(|first| first.start.0 >= 1000) {
        remarks.push(format!("the first chapter starts at {}; it is written as 0:00", clock(first.start)));
    }
    for (n, cue) in cues.iter().enumerate() {
        // Whole seconds are all that YouTube reads.
        let start = if n == 0 { 0 } else { cue.start.0 / 1000 };
        let secs = cues.get(n + 1).map_or(cue.end.0, |next| next.start.0) / 1000 - start;
        if secs < MIN_SECS {
            let (at, title) = (clock(cue.start), on_one_line(&cue.chapter.title));
            remarks.push(format!(
                "the chapter at {at}, {title:?}, lasts {secs} s, and YouTube wants {MIN_SECS}; cut less finely"
            ));
        }
    }
    if cues.iter().any(|cue| cue.chapter.title.contains(['<', '>'])) {
        remarks.push("YouTube refuses < and > in a description; they are written as ‹ and ›".to_owned());
    }
    let n_chars = description(&cues).chars().count();
    if MAX_CHARS < n_chars {
        remarks.push(format!("the lines have {n_chars} characters, and a description holds {MAX_CHARS}"));
    }
    remarks
}
