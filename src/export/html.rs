//! HTML: a report that reads, is searched and prints, in one file: an outline, and the text under its chapter titles.
//!
//! Times, pages and speakers are written so that an importer takes the headings and paragraphs for what they are: a time
//! and a page are attributes, which the style shows; what is said of a document stands in its header, its footer and asides.

use std::io::Write;

use super::cues::{Leaf, tree};
use super::{DocumentView, clock, counted, on_one_line, page, xml};
use crate::document::{Chapter, Field, Unit};
use crate::error::Result;

/// A page of documents, being written.
pub struct Page<'a> {
    out: &'a mut dyn Write,
    n_written: usize,
}

impl<'a> Page<'a> {
    /// Writes the head.
    pub(super) fn start(title: &str, language: Option<&str>, out: &'a mut dyn Write) -> Result<Self> {
        page::start(title, language, "Find in the text", out)?;
        Ok(Self { out, n_written: 0 })
    }

    /// Writes the next document.
    pub(super) fn write(&mut self, view: &DocumentView<'_>) -> Result<()> {
        self.n_written += 1;
        let id = format!("d{}", self.n_written);
        article(view, &id, self.out)
    }

    /// Writes the end.
    pub(super) fn finish(self) -> Result<()> {
        page::end(self.out)?;
        Ok(self.out.flush()?)
    }
}

/// Writes one document as one page.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    let mut page = Page::start(view.title, view.language(), out)?;
    page.write(view)?;
    page.finish()
}

fn article(view: &DocumentView<'_>, id: &str, out: &mut dyn Write) -> Result<()> {
    let language = view.language().map_or_else(String::new, |code| format!(" lang=\"{}\"", xml::escaped(code)));
    writeln!(out, "<article id=\"{id}\"{language}>\n<header><h1 dir=\"auto\">{}</h1>", line(view.title))?;
    writeln!(out, "<aside class=\"facts\">{}{}</aside></header>", facts(view), fields(&view.fields.others))?;
    writeln!(out, "<nav aria-label=\"Chapters\">")?;
    outline(view, &tree(view.chapters), id, out)?;
    writeln!(out, "</nav>\n<div class=\"text\">")?;
    for (number, chapter) in view.chapters.iter().enumerate() {
        section(view, number, chapter, id, out)?;
    }
    let provenance = serde_json::to_string_pretty(view.provenance)?;
    writeln!(out, "</div>\n<footer><details><summary>How these chapters came to be</summary>")?;
    writeln!(out, "<pre>{}</pre></details></footer>\n</article>", text(&provenance))?;
    Ok(())
}

/// Returns what is to be known of a document at a glance.
fn facts(view: &DocumentView<'_>) -> String {
    let mut facts = vec![
        counted(view.chapters.len(), "chapter"),
        counted(view.units.len(), view.units.kind.name()),
        line(view.source_name),
    ];
    facts.extend(view.chapters.iter().filter_map(|chapter| chapter.time).map(|time| time.end).max().map(clock));
    facts.extend(view.fields.author.as_deref().map(line));
    facts.extend(view.fields.date.map(|date| date.to_string()));
    facts.extend(view.confidence.map(|confidence| format!("confidence {:.0} %", confidence * 100.0)));
    facts.join(" · ")
}

/// Returns what else the file says of itself, folded away; nothing if there is nothing.
fn fields(others: &[Field]) -> String {
    let rows = others.iter().map(|Field { name, value }| format!("<dt>{}</dt><dd>{}</dd>", line(name), line(value)));
    let rows: String = rows.collect();
    if rows.is_empty() { rows } else { format!("<details><summary>From the file</summary><dl>{rows}</dl></details>") }
}

/// Writes the outline, a list in a list for each level.
fn outline(view: &DocumentView<'_>, leaves: &[Leaf<'_>], id: &str, out: &mut dyn Write) -> Result<()> {
    if leaves.is_empty() {
        return Ok(());
    }
    writeln!(out, "<ol>")?;
    for leaf in leaves {
        let (title, place) = (line(&leaf.chapter.title), place(view, leaf.chapter));
        writeln!(out, "<li><a href=\"#{id}c{}\"{place} dir=\"auto\">{title}</a>", leaf.number)?;
        outline(view, &leaf.within, id, out)?;
        writeln!(out, "</li>")?;
    }
    Ok(writeln!(out, "</ol>")?)
}

fn section(view: &DocumentView<'_>, number: usize, chapter: &Chapter, id: &str, out: &mut dyn Write) -> Result<()> {
    let rank = chapter.level.saturating_add(1).min(6);
    writeln!(out, "<section id=\"{id}c{number}\">")?;
    writeln!(out, "<h{rank}{} dir=\"auto\">{}</h{rank}>", place(view, chapter), line(&chapter.title))?;
    let topics: String =
        view.topics_of(number).iter().map(|topic| format!("<span>{}</span>", line(&topic.label))).collect();
    if !topics.is_empty() {
        writeln!(out, "<aside>{topics}</aside>")?;
    }
    let mut speaker = None;
    for unit in &view.units.units[chapter.units()] {
        writeln!(out, "{}", paragraph(unit, view.text, speaker))?;
        speaker = unit.speaker.as_deref();
    }
    Ok(writeln!(out, "</section>")?)
}

/// Returns a unit as a paragraph. Who speaks is named where another spoke before, and so is when.
fn paragraph(unit: &Unit, whole: &str, before: Option<&str>) -> String {
    let said = text(unit.span.of(whole));
    match unit.speaker.as_deref() {
        Some(speaker) if before != Some(speaker) => {
            let time = unit.time.map_or_else(String::new, |time| format!(" data-time=\"{}\"", clock(time.start)));
            format!("<p{time} dir=\"auto\"><b class=\"who\">{}:</b> {said}</p>", line(speaker))
        }
        _ => format!("<p dir=\"auto\">{said}</p>"),
    }
}

/// Returns where a chapter begins, as an attribute: its time, or else its page.
fn place(view: &DocumentView<'_>, chapter: &Chapter) -> String {
    match (chapter.time, view.page_of(chapter)) {
        (Some(time), _) => format!(" data-time=\"{}\"", clock(time.start)),
        (None, Some(page)) => format!(" data-page=\"{page}\""),
        (None, None) => String::new(),
    }
}

/// Returns a title or a name, escaped.
fn line(title: &str) -> String {
    xml::escaped(&on_one_line(title))
}

/// Returns running text, escaped; its line ends are kept.
fn text(text: &str) -> String {
    xml::escaped(text).replace("&#10;", "\n").replace("&#9;", "\t")
}
