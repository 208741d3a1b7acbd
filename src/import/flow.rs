//! Paragraphs, lists, tables, notes and pages as word processors write them, into a [`Layout`].
//!
//! The formats differ in their markup only: what is a row of data, where a note goes and what a page is, they share.

use crate::document::BlockKind;

use super::layout::{self, Layout};

/// Tables nested deeper than this are read as if they stood in the cell around.
const MAX_NESTED_ROWS: usize = 32;

/// A cell with more text than this lays out a page: it is no datum.
const MAX_CELL_BYTES: usize = 400;

/// Gathers what stands in a word processor's file, in reading order.
#[derive(Default)]
pub(super) struct Flow {
    layout: Layout,
    /// The text of the paragraph being read, and of those around it: a text box stands within a paragraph.
    open: Vec<String>,
    /// The rows being read, the outermost first.
    rows: Vec<Row>,
    /// Notes that the text has referred to, to stand after the paragraph or the table.
    notes: Vec<String>,
    n_pages: u32,
}

#[derive(Default)]
struct Row {
    cells: Vec<Vec<(BlockKind, String)>>,
}

impl Flow {
    /// Begins a paragraph; one may stand within another.
    pub(super) fn begin_paragraph(&mut self) {
        self.open.push(String::new());
    }

    /// Adds to the paragraph being read.
    pub(super) fn text(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut() {
            open.push_str(text);
        }
    }

    /// Ends the innermost paragraph, which is of this kind.
    pub(super) fn end_paragraph(&mut self, kind: BlockKind) {
        let Some(text) = self.open.pop() else { return };
        let text = layout::clean(text.into());
        let text = match kind {
            BlockKind::Heading { .. } => layout::one_line(&text),
            _ => trimmed_lines(&text),
        };
        self.push(kind, text);
        self.put_notes();
    }

    /// Forgets the innermost paragraph.
    pub(super) fn drop_paragraph(&mut self) {
        self.open.pop();
    }

    /// Adds a note, such as a footnote, that the paragraph being read refers to.
    pub(super) fn note(&mut self, text: &str) {
        let text = layout::one_line(&layout::clean(text.into()));
        if !text.is_empty() {
            self.notes.push(text);
        }
    }

    /// Begins a row of a table.
    pub(super) fn begin_row(&mut self) {
        if self.rows.len() < MAX_NESTED_ROWS {
            self.rows.push(Row::default());
        }
    }

    /// Begins a cell of the innermost row.
    pub(super) fn begin_cell(&mut self) {
        if let Some(row) = self.rows.last_mut() {
            row.cells.push(Vec::new());
        }
    }

    /// Ends the innermost row: of data if two cells or more have text, each of them one short paragraph.
    pub(super) fn end_row(&mut self) {
        let Some(row) = self.rows.pop() else { return };
        let cells: Vec<Vec<(BlockKind, String)>> = row.cells.into_iter().filter(|cell| !cell.is_empty()).collect();
        let is_datum = |cell: &Vec<(BlockKind, String)>| matches!(&cell[..], [(BlockKind::Paragraph | BlockKind::ListItem, text)] if text.len() <= MAX_CELL_BYTES);
        if 2 <= cells.len() && cells.iter().all(is_datum) {
            let texts: Vec<String> = cells.iter().map(|cell| layout::one_line(&cell[0].1)).collect();
            self.push(BlockKind::TableRow, texts.join("\t"));
        } else {
            for (kind, text) in cells.into_iter().flatten() {
                self.push(kind, text);
            }
        }
        self.put_notes();
    }

    /// Says that what follows is on the next page.
    pub(super) fn next_page(&mut self) {
        self.n_pages = self.n_pages.max(1) + 1;
        self.layout.open_page(self.n_pages);
    }

    /// Says that the file has pages, and that its text begins on the first.
    pub(super) fn first_page(&mut self) {
        self.n_pages = 1;
        self.layout.open_page(1);
    }

    /// Ends everything that is open, as in a file that breaks off, and returns the layout.
    pub(super) fn into_layout(mut self) -> Layout {
        while !self.open.is_empty() {
            self.end_paragraph(BlockKind::Paragraph);
        }
        while !self.rows.is_empty() {
            self.end_row();
        }
        self.put_notes();
        self.layout
    }

    /// Returns whether nothing has been read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.layout.is_empty() && self.rows.is_empty() && self.open.iter().all(String::is_empty)
    }

    fn push(&mut self, kind: BlockKind, text: String) {
        if text.trim().is_empty() {
            return;
        }
        match self.rows.last_mut() {
            None => self.layout.push(kind, &text),
            Some(row) => {
                if row.cells.is_empty() {
                    row.cells.push(Vec::new());
                }
                row.cells.last_mut().expect("there is a cell").push((kind, text));
            }
        }
    }

    /// Puts the notes where nothing is open around them.
    fn put_notes(&mut self) {
        if self.rows.is_empty() && self.open.is_empty() {
            for note in std::mem::take(&mut self.notes) {
                self.layout.push(BlockKind::Paragraph, &note);
            }
        }
    }
}

/// Returns the lines of a paragraph without the white space around each.
fn trimmed_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}
