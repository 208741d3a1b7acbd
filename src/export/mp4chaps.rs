//! Chapters as `mp4chaps` of mp4v2 reads them, and many podcast tools with it: a line a chapter, its time and its title.

use std::io::Write;

use super::clock::web_vtt_clock;
use super::cues::cues;
use super::{DocumentView, on_one_line};
use crate::error::Result;

/// The longest title that fits into the chapter box of an MP4 file, in bytes.
const MAX_TITLE_BYTES: usize = 255;

/// Writes one timed document. The format has no comments, and so no place for provenance.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    for cue in cues(view.chapters) {
        writeln!(out, "{} {}", web_vtt_clock(cue.start), on_one_line(&cue.chapter.title))?;
    }
    Ok(())
}

/// Returns what programs may cut off.
pub(super) fn remarks(view: &DocumentView<'_>) -> Vec<String> {
    let n_long = view.chapters.iter().filter(|chapter| MAX_TITLE_BYTES < on_one_line(&chapter.title).len()).count();
    let remark =
        || format!("{n_long} titles are longer than the {MAX_TITLE_BYTES} bytes that an MP4 file holds of each");
    (0 < n_long).then(remark).into_iter().collect()
}
