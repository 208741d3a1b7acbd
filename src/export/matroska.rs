//! Matroska chapters in XML, as mkvmerge reads them: nested by level.

use std::io::Write;

use super::clock::matroska_clock;
use super::cues::{Node, cues, nested};
use super::{DocumentView, on_one_line, xml};
use crate::error::Result;

/// Writes one timed document.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{}\n{}", xml::HEAD, xml::provenance_comment(view.provenance)?)?;
    writeln!(out, "<Chapters>\n  <EditionEntry>")?;
    writeln!(out, "    <EditionUID>1</EditionUID>\n    <EditionFlagDefault>1</EditionFlagDefault>")?;
    let mut atoms = Atoms { out, language: language(view), n_written: 0 };
    for node in nested(&cues(view.chapters)) {
        atoms.write(&node, 2)?;
    }
    Ok(writeln!(out, "  </EditionEntry>\n</Chapters>")?)
}

/// Returns the element that names the language of the titles.
fn language(view: &DocumentView<'_>) -> String {
    match view.language() {
        Some(code) => format!("<ChapLanguageIETF>{}</ChapLanguageIETF>", xml::escaped(code)),
        None => "<ChapterLanguage>und</ChapterLanguage>".to_owned(),
    }
}

struct Atoms<'a> {
    out: &'a mut dyn Write,
    language: String,
    n_written: u64,
}

impl Atoms<'_> {
    /// Writes a chapter and those within it, `depth` steps to the right.
    fn write(&mut self, node: &Node<'_>, depth: usize) -> Result<()> {
        // Players tell chapters apart by a number, which must not be 0.
        self.n_written += 1;
        let pad = "  ".repeat(depth);
        let title = xml::escaped(&on_one_line(&node.cue.chapter.title));
        // The order is that of the document type of mkvmerge.
        writeln!(self.out, "{pad}<ChapterAtom>")?;
        writeln!(self.out, "{pad}  <ChapterTimeStart>{}</ChapterTimeStart>", matroska_clock(node.cue.start))?;
        writeln!(self.out, "{pad}  <ChapterTimeEnd>{}</ChapterTimeEnd>", matroska_clock(node.end))?;
        writeln!(self.out, "{pad}  <ChapterUID>{}</ChapterUID>", self.n_written)?;
        writeln!(self.out, "{pad}  <ChapterDisplay>\n{pad}    <ChapterString>{title}</ChapterString>")?;
        writeln!(self.out, "{pad}    {}\n{pad}  </ChapterDisplay>", self.language)?;
        for inner in &node.within {
            self.write(inner, depth + 1)?;
        }
        Ok(writeln!(self.out, "{pad}</ChapterAtom>")?)
    }
}
