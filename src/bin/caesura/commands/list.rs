//! `caesura list`: the documents of the library.

use anyhow::Result;
use caesura::export::clock;
use caesura::store::DocumentRow;
use serde_json::json;

use crate::args::{self, TableFormat};
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::List) -> Result<()> {
    let documents = session.library()?.documents()?;
    match args.format {
        TableFormat::Text => print_text(&documents),
        TableFormat::Json => print_json(&documents),
        TableFormat::Csv => print_csv(&documents),
    }
}

fn print_text(documents: &[DocumentRow]) -> Result<()> {
    output::print(|out| {
        for row in documents {
            let length = match row.duration {
                Some(duration) => clock(duration),
                None => format!("{} {}s", row.n_units, row.unit_kind.name()),
            };
            let title = output::tame(&row.title);
            writeln!(out, "{:>5}  {:>3} chapters  {length:>14}  {title}", row.id.0, row.n_chapters)?;
        }
        Ok(())
    })
}

fn print_json(documents: &[DocumentRow]) -> Result<()> {
    let rows: Vec<_> = documents
        .iter()
        .map(|row| {
            json!({
                "id": row.id.0,
                "title": row.title,
                "source": row.source_name,
                "format": row.format.name(),
                "unit_kind": row.unit_kind.name(),
                "n_units": row.n_units,
                "n_bytes": row.n_bytes,
                "n_chapters": row.n_chapters,
                "duration_secs": row.duration.map(caesura::document::Millis::as_secs),
                "engine": row.engine,
                "granularity": caesura::document::setting(row.granularity),
                "added_at": row.added_at,
                "language": row.language,
                "author": row.author,
                "date": row.date.map(|date| date.to_string()),
            })
        })
        .collect();
    output::print_json(&json!({"caesura": caesura::VERSION, "documents": rows}))
}

fn print_csv(documents: &[DocumentRow]) -> Result<()> {
    output::print_raw(|out| Ok(caesura::export::write_documents_csv(documents.iter().map(csv_row), out)?))
}

fn csv_row(row: &DocumentRow) -> [String; 9] {
    [
        row.id.0.to_string(),
        row.title.clone(),
        row.source_name.clone(),
        row.format.name().to_owned(),
        row.unit_kind.name().to_owned(),
        row.n_units.to_string(),
        row.n_bytes.to_string(),
        row.n_chapters.to_string(),
        row.duration.map_or_else(String::new, |duration| duration.as_secs().to_string()),
    ]
}
