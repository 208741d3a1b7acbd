//! Chapters as `SubRip` subtitles: each title shown while its chapter lasts, for players that know no chapters.

use std::io::Write;

use super::clock::srt_clock;
use super::cues::cues;
use super::{DocumentView, on_one_line};
use crate::error::Result;

/// Writes one timed document. The format has no place for provenance: whatever stands in it is shown.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    for (number, cue) in (1..).zip(cues(view.chapters)) {
        writeln!(out, "{number}\n{} --> {}", srt_clock(cue.start), srt_clock(cue.end))?;
        writeln!(out, "{}\n", shown(&cue.chapter.title))?;
    }
    Ok(())
}

/// Returns a title in which no player finds markup. The format has no escapes, so look-alikes stand in.
fn shown(title: &str) -> String {
    on_one_line(title).replace('<', "‹").replace('>', "›").replace("{\\", "{ \\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_is_markup_or_a_timing() {
        assert_eq!(shown("<b>a</b>\n\n2 --> 3 {\\an8}b"), "‹b›a‹/b› 2 --› 3 { \\an8}b");
    }
}
