//! `WebVTT` chapters (W3C `WebVTT`, "chapter cues"): what players show as a chapter menu.

use std::io::Write;

use super::clock::web_vtt_clock;
use super::{DocumentView, on_one_line};
use crate::document::{Chapter, Millis};
use crate::error::Result;

/// Writes one timed document; chapters without a time are left out.
///
/// A chapter ends where the next begins, so that the cues tile the recording, and lasts at least a millisecond, since
/// the format knows no empty cue.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "WEBVTT - {}\n", cue_text(view.title))?;
    writeln!(out, "NOTE provenance {}\n", serde_json::to_string(view.provenance)?.replace("-->", "->"))?;
    for (number, (start, end, chapter)) in cues(view.chapters).into_iter().enumerate() {
        writeln!(out, "{}", number + 1)?;
        writeln!(out, "{} --> {}", web_vtt_clock(start), web_vtt_clock(end))?;
        writeln!(out, "{}\n", cue_text(&chapter.title))?;
    }
    Ok(())
}

/// Returns the timed chapters with their start and end; starts never go back.
pub(super) fn cues(chapters: &[Chapter]) -> Vec<(Millis, Millis, &Chapter)> {
    let timed: Vec<_> = chapters.iter().filter_map(|chapter| chapter.time.map(|time| (time, chapter))).collect();
    let mut cues: Vec<(Millis, Millis, &Chapter)> = Vec::with_capacity(timed.len());
    for (n, &(time, chapter)) in timed.iter().enumerate() {
        let earliest = cues.last().map_or(Millis(0), |&(_, end, _)| end);
        let start = time.start.max(earliest);
        let end = timed.get(n + 1).map_or(time.end, |(next, _)| next.start);
        cues.push((start, end.max(Millis(start.0 + 1)), chapter));
    }
    cues
}

fn cue_text(title: &str) -> String {
    on_one_line(title).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
