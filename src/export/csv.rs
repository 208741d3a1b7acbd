//! CSV (RFC 4180): a row a chapter, for spreadsheets and data frames.
//!
//! A cell that a spreadsheet would take for a formula, because it begins with `=`, `+`, `-`, `@`, a tab or a carriage
//! return, is written with a `'` before it: what stands in a document is never executed.

use std::borrow::Cow;
use std::io::Write;

use csv::Writer;

use super::{DocumentView, on_one_line};
use crate::document::Chapter;
use crate::error::{Error, Result};

const HEAD: [&str; 15] = [
    "document_id",
    "document",
    "source",
    "index",
    "level",
    "title",
    "first_unit",
    "n_units",
    "start_byte",
    "end_byte",
    "start_secs",
    "end_secs",
    "score",
    "origin",
    "engine",
];

/// A sheet of chapters, being written.
pub struct Sheet<'a> {
    rows: Writer<&'a mut dyn Write>,
}

impl<'a> Sheet<'a> {
    /// Writes the names of the columns.
    pub(super) fn start(out: &'a mut dyn Write) -> Result<Self> {
        let mut rows = Writer::from_writer(out);
        rows.write_record(HEAD).map_err(unwritten)?;
        Ok(Self { rows })
    }

    /// Writes the rows of one document.
    pub(super) fn write(&mut self, view: &DocumentView<'_>) -> Result<()> {
        for (index, chapter) in view.chapters.iter().enumerate() {
            self.rows.write_record(cells(view, index, chapter)).map_err(unwritten)?;
        }
        Ok(self.rows.flush()?)
    }

    /// Writes what is still held back.
    pub(super) fn finish(mut self) -> Result<()> {
        Ok(self.rows.flush()?)
    }
}

fn cells(view: &DocumentView<'_>, index: usize, chapter: &Chapter) -> [String; 15] {
    let secs = |of: Option<f64>| of.map_or_else(String::new, |secs| format!("{secs:.3}"));
    [
        view.id.map_or_else(String::new, |id| id.to_string()),
        guarded(&on_one_line(view.title)).into_owned(),
        guarded(&on_one_line(view.source_name)).into_owned(),
        index.to_string(),
        chapter.level.to_string(),
        guarded(&on_one_line(&chapter.title)).into_owned(),
        chapter.first_unit.0.to_string(),
        chapter.n_units.to_string(),
        chapter.span.start.0.to_string(),
        chapter.span.end.0.to_string(),
        secs(chapter.time.map(|time| time.start.as_secs())),
        secs(chapter.time.map(|time| time.end.as_secs())),
        format!("{:.4}", chapter.score),
        chapter.origin.name().to_owned(),
        guarded(&on_one_line(&view.provenance.engine)).into_owned(),
    ]
}

/// The names of the columns of [`write_documents`].
const DOCUMENTS_HEAD: [&str; 9] =
    ["id", "title", "source", "format", "unit_kind", "n_units", "n_bytes", "n_chapters", "duration_secs"];

/// Writes a row a document: its id, title, source, format, kind of unit, how many units, bytes and chapters it has, and
/// how many seconds it lasts.
pub fn write_documents(rows: impl Iterator<Item = [String; 9]>, out: &mut dyn Write) -> Result<()> {
    let mut sheet = Writer::from_writer(out);
    sheet.write_record(DOCUMENTS_HEAD).map_err(unwritten)?;
    for row in rows {
        sheet.write_record(row.iter().map(|cell| guarded(&on_one_line(cell)).into_owned())).map_err(unwritten)?;
    }
    Ok(sheet.flush()?)
}

/// Returns `cell` so that no spreadsheet takes it for a formula.
pub(super) fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Turns an error of the CSV writer, which can only be one of the stream below it, into ours.
pub(super) fn unwritten(error: csv::Error) -> Error {
    Error::Output(match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        kind => std::io::Error::other(format!("{kind:?}")),
    })
}
