//! Any table as CSV.

use std::io::Write;

use super::csv::{guarded, unwritten};
use super::on_one_line;
use crate::document::Table;
use crate::error::Result;

/// Writes a table under its column names. A cell that a spreadsheet would take for a formula is written with a `'` before
/// it, unless it is a number.
pub fn write_table_csv(table: &Table, out: &mut dyn Write) -> Result<()> {
    let mut sheet = csv::Writer::from_writer(out);
    sheet.write_record(&table.columns).map_err(unwritten)?;
    for row in &table.rows {
        let cells = row.iter().map(|cell| match cell.parse::<f64>() {
            Ok(_) => cell.clone(),
            Err(_) => guarded(&on_one_line(cell)).into_owned(),
        });
        sheet.write_record(cells).map_err(unwritten)?;
    }
    Ok(sheet.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_guarded_but_numbers_are_not() {
        let mut table = Table::of_columns(["word", "shift"]);
        table.rows.push(vec!["=1+1, \"x\"\ny".to_owned(), "-0.25".to_owned()]);
        let mut out = Vec::new();
        write_table_csv(&table, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "word,shift\n\"'=1+1, \"\"x\"\" y\",-0.25\n");
    }
}
