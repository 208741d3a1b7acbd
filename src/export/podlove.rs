//! Podlove Simple Chapters (version 1.2): chapters for podcast feeds and players, in XML.

use std::io::Write;

use super::clock::web_vtt_clock;
use super::cues::cues;
use super::{DocumentView, on_one_line, xml};
use crate::error::Result;

/// Writes one timed document.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{}\n{}", xml::HEAD, xml::provenance_comment(view.provenance)?)?;
    writeln!(out, "<psc:chapters version=\"1.2\" xmlns:psc=\"http://podlove.org/simple-chapters\">")?;
    for cue in cues(view.chapters) {
        let title = xml::escaped(&on_one_line(&cue.chapter.title));
        writeln!(out, "  <psc:chapter start=\"{}\" title=\"{title}\"/>", web_vtt_clock(cue.start))?;
    }
    Ok(writeln!(out, "</psc:chapters>")?)
}
