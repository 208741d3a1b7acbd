//! Plain text for a terminal: an outline, a line a chapter.

use std::io::Write;

use super::{DocumentView, clock, counted, on_one_line};
use crate::document::Chapter;
use crate::error::Result;

/// Writes the outline of one document: its title, what its file says of itself, then for each chapter where it starts, its
/// title and its length.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    let confidence =
        view.confidence.map(|confidence| format!(", confidence {:.0} %", confidence * 100.0)).unwrap_or_default();
    writeln!(
        out,
        "{} ({}, {}{confidence})",
        on_one_line(view.title),
        counted(view.chapters.len(), "chapter"),
        counted(view.units.len(), view.units.kind.name())
    )?;
    let facts: Vec<String> = view.fields.facts().iter().map(|fact| on_one_line(fact)).collect();
    if !facts.is_empty() {
        writeln!(out, "  {}", facts.join(" · "))?;
    }
    let starts: Vec<String> = view.chapters.iter().map(start).collect();
    let width = starts.iter().map(String::len).max().unwrap_or(0);
    for (start, chapter) in starts.iter().zip(view.chapters) {
        let indent = "  ".repeat(usize::from(chapter.level.saturating_sub(1)));
        let units = chapter.n_units;
        writeln!(out, "  {start:>width$}  {indent}{}  [{units}]", on_one_line(&chapter.title))?;
    }
    Ok(())
}

/// Returns where a chapter starts: its time, or the number of its first unit.
fn start(chapter: &Chapter) -> String {
    match chapter.time {
        Some(time) => clock(time.start),
        None => chapter.first_unit.0.to_string(),
    }
}
