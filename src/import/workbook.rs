//! Excel workbooks, by `calamine`: the rows of each sheet as records. Cells are read one by one, so that a sheet with a
//! value in its last corner takes no more memory than one without.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};

use super::refusal::{Refusal, Unread};
use super::table::{self, Names, Record};

const WHAT: &str = "an Excel workbook (XLSX)";

/// More rows than this of one sheet are not read: Excel itself has no more.
const MAX_ROWS: usize = 1_048_576;

/// Cells further right than this are not read: Excel itself has no more.
const MAX_COLUMNS: usize = 16_384;

/// Returns the records of each sheet that is shown, with its name.
pub(super) fn sheets(bytes: &[u8]) -> Unread<Vec<(String, Vec<Record>)>> {
    let damaged = |reason: String| Refusal::Damaged { what: WHAT, reason };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsxError::Password => Refusal::Locked { what: WHAT },
        error => damaged(error.to_string()),
    })?;
    let shown: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut sheets = Vec::new();
    for name in shown {
        let mut rows = rows(&mut workbook, &name).map_err(damaged)?.into_iter().peekable();
        let head = rows.next_if(|row| table::is_head(&whole(row))).map(|row| whole(&row));
        let mut names = Names::of(head.as_deref());
        let record = |row: Row| row.into_iter().map(|(column, value)| (names.at(column), value)).collect();
        sheets.push((name, rows.map(record).collect()));
    }
    Ok(sheets)
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

fn rows(workbook: &mut Xlsx<Cursor<&[u8]>>, sheet: &str) -> Result<Vec<Row>, String> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| error.to_string())?;
    let mut rows: Vec<Row> = Vec::new();
    let mut last_row = None;
    // What breaks off is read up to there.
    while let Ok(Some(cell)) = cells.next_cell() {
        let (row, column) = cell.get_position();
        let value = value_of(cell.get_value());
        if value.trim().is_empty() || MAX_COLUMNS <= column as usize {
            continue;
        }
        if last_row != Some(row) {
            if MAX_ROWS <= rows.len() {
                break;
            }
            last_row = Some(row);
            rows.push(Vec::new());
        }
        rows.last_mut().expect("there is a row").push((column as usize, value));
    }
    Ok(rows)
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
