//! Markdown (`CommonMark`): the text under its chapter titles, its own headings left to the titles.
//!
//! What stands in the text is escaped where Markdown would take it for markup, so that the text reads as written.

use std::io::Write;

use super::{DocumentView, clock, on_one_line, xml};
use crate::document::Unit;
use crate::error::Result;

/// Writes one document. Its title is of level 1, a chapter's is one deeper than the chapter's level. Where it begins stands
/// behind a no-break space, which no title of ours holds: so our import can tell it from the title.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "# {}", escaped(&on_one_line(view.title)))?;
    writeln!(out, "\n{}", xml::provenance_comment(view.provenance)?)?;
    for chapter in view.chapters {
        let marks = "#".repeat(usize::from(chapter.level).saturating_add(1).min(6));
        write!(out, "\n{marks} {}", escaped(&on_one_line(&chapter.title)))?;
        match (chapter.time, view.page_of(chapter)) {
            (Some(time), _) => writeln!(out, "\u{a0}({})", clock(time.start))?,
            (None, Some(page)) => writeln!(out, "\u{a0}(p. {page})")?,
            (None, None) => writeln!(out)?,
        }
        for unit in &view.units.units[chapter.units()] {
            writeln!(out, "\n{}", paragraph(unit, view.text))?;
        }
    }
    Ok(())
}

fn paragraph(unit: &Unit, text: &str) -> String {
    let said: Vec<String> = unit.span.of(text).lines().map(|line| escaped(line.trim())).collect();
    let said = said.join("\n");
    match &unit.speaker {
        Some(speaker) => format!("**{}:** {said}", escaped(&on_one_line(speaker))),
        None => said,
    }
}

/// Returns a line in which nothing is markup.
fn escaped(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len() + 8);
    for c in line.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    let opening = escaped.find(|c: char| !c.is_ascii_digit()).unwrap_or(escaped.len());
    let rest = &escaped[opening..];
    // `1. ` and `1) ` open a numbered list, `- ` and `+ ` a list; `---` and `===` underline a heading or rule a line.
    if opening > 0 && rest.starts_with(['.', ')']) || opening == 0 && rest.starts_with(['-', '+', '=']) {
        escaped.insert(opening, '\\');
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(escaped(line), expected);
    }

    #[test]
    fn what_reads_as_markup_is_escaped() {
        check("5 * 3 [x](y) <b>", "5 \\* 3 \\[x\\](y) \\<b\\>");
        check("12. Fees", "12\\. Fees");
        check("- dash", "\\- dash");
        check("=====", "\\=====");
        check("3.5 metres - about", "3\\.5 metres - about");
        check("plain", "plain");
    }
}
