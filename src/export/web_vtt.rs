//! `WebVTT` chapters (W3C `WebVTT`, "chapter cues"): what players show as a chapter menu.

use std::io::Write;

use super::clock::web_vtt_clock;
use super::cues::cues;
use super::{DocumentView, on_one_line};
use crate::error::Result;

/// Writes one timed document; chapters without a time are left out.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "WEBVTT - {}\n", cue_text(view.title))?;
    writeln!(out, "NOTE provenance {}\n", serde_json::to_string(view.provenance)?.replace("-->", "->"))?;
    for (number, cue) in (1..).zip(cues(view.chapters)) {
        writeln!(out, "{number}\n{} --> {}", web_vtt_clock(cue.start), web_vtt_clock(cue.end))?;
        writeln!(out, "{}\n", cue_text(&cue.chapter.title))?;
    }
    Ok(())
}

fn cue_text(title: &str) -> String {
    on_one_line(title).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
