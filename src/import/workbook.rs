//! Excel workbooks, by `calamine`: the rows of each sheet as records. Cells are read one by one and rows handed on as they
//! end, so that a sheet with a value in its last corner takes no more memory than one without, and neither does one that
//! says the same long text in each of its cells.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader};

use super::refusal::{self, Refusal, Unread};
use super::table::{self, MAX_COLUMNS, Names, Record};

const WHAT: &str = "an Excel workbook (XLSX)";

/// More rows than this of one sheet are not read: Excel itself has no more.
const MAX_ROWS: usize = 1_048_576;

/// What one row may say, in bytes; cells beyond it are left out. It is many times what Excel lets a person write in one.
const MAX_ROW_BYTES: usize = 16 << 20;

/// Takes the name of a sheet, where there are several, and its records.
pub(super) type Visit<'a, E> = dyn FnMut(Option<&str>, &mut dyn Iterator<Item = Record>) -> Result<(), E> + 'a;

/// Hands on the records of each sheet that is shown, with the name of the sheet where there are several.
pub(super) fn each_sheet<E: From<Refusal>>(bytes: &[u8], visit: &mut Visit<'_, E>) -> Result<(), E> {
    let mut workbook = open(bytes)?;
    // `calamine` reckons with the numbers of cells, whatever they are: where that is checked, it may panic.
    let shown: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    for name in &shown {
        let cells = refusal::caught(WHAT, || {
            workbook.worksheet_cells_reader(name).map_err(|error| damaged(error.to_string()))
        })?;
        let mut rows = Rows { cells, next: None, n_read: 0 }.peekable();
        let head = rows.next_if(|row| table::is_head(&whole(row))).map(|row| whole(&row));
        let mut names = Names::of(head.as_deref());
        let mut records =
            rows.map(|row| row.into_iter().map(|(column, value)| (names.at(column), value)).collect::<Record>());
        visit((1 < shown.len()).then_some(name), &mut records)?;
    }
    Ok(())
}

fn open(bytes: &[u8]) -> Unread<Xlsx<Cursor<&[u8]>>> {
    refusal::caught(WHAT, || {
        Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
            calamine::XlsxError::Password => Refusal::Locked { what: WHAT },
            error => damaged(error.to_string()),
        })
    })
}

fn damaged(reason: String) -> Refusal {
    Refusal::Damaged { what: WHAT, reason }
}

/// The cells of a row that hold something, each with the number of its column from 0.
type Row = Vec<(usize, String)>;

/// Returns the cells of a row with those between that hold nothing.
fn whole(row: &Row) -> Vec<String> {
    let mut cells = vec![String::new(); row.last().map_or(0, |(column, _)| column + 1)];
    for (column, value) in row {
        if let Some(cell) = cells.get_mut(*column) {
            cell.clone_from(value);
        }
    }
    cells
}

/// The rows of a sheet that hold something, as they are read.
struct Rows<'w, 'b> {
    cells: XlsxCellReader<'w, Cursor<&'b [u8]>>,
    /// The first cell of the row after, which showed that the one before it was done.
    next: Option<(u32, usize, String)>,
    n_read: usize,
}

impl Rows<'_, '_> {
    /// Returns the next cell that holds something: its row, its column and its value.
    fn cell(&mut self) -> Option<(u32, usize, String)> {
        // What breaks off is read up to there.
        loop {
            let cell = refusal::caught(WHAT, || {
                let cell = self.cells.next_cell().map_err(|error| damaged(error.to_string()))?;
                Ok(cell.map(|cell| (cell.get_position(), value_of(cell.get_value()))))
            });
            let ((row, column), value) = cell.ok()??;
            if !value.trim().is_empty() && (column as usize) < MAX_COLUMNS {
                return Some((row, column as usize, value));
            }
        }
    }
}

impl Iterator for Rows<'_, '_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        if MAX_ROWS <= self.n_read {
            return None;
        }
        let (number, column, value) = self.next.take().or_else(|| self.cell())?;
        self.n_read += 1;
        let mut n_bytes = value.len();
        let mut row = vec![(column, value)];
        while let Some((of_row, column, value)) = self.cell() {
            if of_row != number {
                self.next = Some((of_row, column, value));
                break;
            }
            n_bytes += value.len();
            if n_bytes <= MAX_ROW_BYTES && row.len() < MAX_COLUMNS {
                row.push((column, value));
            }
        }
        Some(row)
    }
}

fn value_of(value: &DataRef) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::DateTime(time) if time.is_duration() => time.as_f64().to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
    }
}
