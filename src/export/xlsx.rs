//! XLSX: a row a chapter in the columns of our CSV, with numbers as numbers, and how they came to be on a sheet beside.
//!
//! Every text is written as a text: a cell that begins with `=` is no formula here, and needs no guard.

use std::io::{Error as IoError, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::{DocumentView, on_one_line};
use crate::document::Chapter;
use crate::error::{Error, Result};

/// The columns with their widths in characters.
const COLUMNS: [(&str, u16); 16] = [
    ("document_id", 12),
    ("document", 32),
    ("source", 24),
    ("index", 8),
    ("level", 8),
    ("title", 48),
    ("first_unit", 10),
    ("n_units", 10),
    ("start_byte", 12),
    ("end_byte", 12),
    ("start_secs", 12),
    ("end_secs", 12),
    ("score", 10),
    ("origin", 12),
    ("engine", 12),
    ("topics", 40),
];

/// The most characters of a cell.
const MAX_CHARS: usize = 32_767;

/// A workbook of chapters, being written.
pub struct Book<'a> {
    out: &'a mut dyn Write,
    chapters: Worksheet,
    provenance: Worksheet,
    n_rows: u32,
    n_documents: u32,
}

impl<'a> Book<'a> {
    /// Writes the names of the columns.
    pub(super) fn start(out: &'a mut dyn Write) -> Result<Self> {
        let bold = Format::new().set_bold();
        let mut chapters = Worksheet::new();
        chapters.set_name("Chapters").map_err(unwritten)?;
        for (column, (name, width)) in (0..).zip(COLUMNS) {
            chapters.write_with_format(0, column, name, &bold).map_err(unwritten)?;
            chapters.set_column_width(column, width).map_err(unwritten)?;
        }
        chapters.set_freeze_panes(1, 0).map_err(unwritten)?;
        let mut provenance = Worksheet::new();
        provenance.set_name("Provenance").map_err(unwritten)?;
        for (column, name) in (0..).zip(["document", "source", "provenance"]) {
            provenance.write_with_format(0, column, name, &bold).map_err(unwritten)?;
            provenance.set_column_width(column, 40).map_err(unwritten)?;
        }
        Ok(Self { out, chapters, provenance, n_rows: 0, n_documents: 0 })
    }

    /// Writes the rows of one document.
    pub(super) fn write(&mut self, view: &DocumentView<'_>) -> Result<()> {
        for (index, chapter) in view.chapters.iter().enumerate() {
            self.n_rows += 1;
            write_row(&mut self.chapters, self.n_rows, view, index, chapter).map_err(unwritten)?;
        }
        self.n_documents += 1;
        let provenance = serde_json::to_string(view.provenance)?;
        for (column, text) in (0..).zip([view.title, view.source_name, &provenance]) {
            self.provenance.write_string(self.n_documents, column, cell(text)).map_err(unwritten)?;
        }
        Ok(())
    }

    /// Ends the workbook, and writes it out.
    pub(super) fn finish(mut self) -> Result<()> {
        self.chapters.autofilter(0, 0, self.n_rows, COLUMNS.len() as u16 - 1).map_err(unwritten)?;
        let mut book = Workbook::new();
        // The crate would write the time of day, and the same chapters would not be the same bytes.
        let epoch = ExcelDateTime::from_timestamp(0).map_err(unwritten)?;
        let made_by = format!("Caesura {}", crate::VERSION);
        book.set_properties(&DocProperties::new().set_creation_datetime(&epoch).set_comment(made_by));
        book.push_worksheet(self.chapters);
        book.push_worksheet(self.provenance);
        self.out.write_all(&book.save_to_buffer().map_err(unwritten)?)?;
        Ok(self.out.flush()?)
    }
}

fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    view: &DocumentView<'_>,
    index: usize,
    chapter: &Chapter,
) -> Result<(), XlsxError> {
    if let Some(id) = view.id {
        sheet.write_number(row, 0, id as f64)?;
    }
    for (column, text) in [(1, view.title), (2, view.source_name), (5, &chapter.title)] {
        sheet.write_string(row, column, cell(text))?;
    }
    let numbers = [
        (3, index as f64),
        (4, f64::from(chapter.level)),
        (6, f64::from(chapter.first_unit.0)),
        (7, f64::from(chapter.n_units)),
        (8, f64::from(chapter.span.start.0)),
        (9, f64::from(chapter.span.end.0)),
        // As in our CSV: four digits are all that a score tells.
        (12, (f64::from(chapter.score) * 10_000.0).round() / 10_000.0),
    ];
    for (column, number) in numbers {
        sheet.write_number(row, column, number)?;
    }
    if let Some(time) = chapter.time {
        sheet.write_number(row, 10, time.start.as_secs())?;
        sheet.write_number(row, 11, time.end.as_secs())?;
    }
    sheet.write_string(row, 13, chapter.origin.name())?;
    sheet.write_string(row, 14, cell(&view.provenance.engine))?;
    let topics: Vec<&str> = view.topics_of(index).iter().map(|topic| topic.label.as_str()).collect();
    sheet.write_string(row, 15, cell(&topics.join("; ")))?;
    Ok(())
}

/// Returns what a cell can hold of `text`.
fn cell(text: &str) -> String {
    let line = on_one_line(text);
    // Excel counts UTF-16 units.
    let mut n_units = 0;
    line.chars()
        .take_while(|c| {
            n_units += c.len_utf16();
            n_units <= MAX_CHARS
        })
        .filter(|c| !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .collect()
}

/// Turns an error of the crate into ours: too many rows for a sheet is what can happen.
fn unwritten(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) => Error::Output(error),
        XlsxError::RowColumnLimitError => Error::Nothing {
            attempt: "write a workbook",
            reason: "a sheet holds 1,048,576 rows; export a document at a time, or choose csv".to_owned(),
        },
        error => Error::Output(IoError::other(error)),
    }
}
