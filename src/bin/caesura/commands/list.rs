//! `caesura list`: the documents of the library.

use anyhow::Result;
use caesura::export::clock;
use caesura::store::{DocumentRow, Standing};
use serde_json::json;

use crate::args::{self, TableFormat};
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::List) -> Result<()> {
    let library = session.library()?;
    let mut standings = library.standings()?;
    let documents: Vec<Listed> = library
        .documents()?
        .into_iter()
        .map(|row| Listed { standing: standings.remove(&row.id).unwrap_or_default(), row })
        .filter(|listed| listed.is_asked_for(args))
        .collect();
    match args.format {
        TableFormat::Text => print_text(&documents),
        TableFormat::Json => print_json(&documents),
        TableFormat::Csv => print_csv(&documents),
    }
}

/// A document with where the user stands with it.
struct Listed {
    row: DocumentRow,
    standing: Standing,
}

impl Listed {
    fn is_asked_for(&self, args: &args::List) -> bool {
        let has_tag = |wanted: &str| self.standing.tags.iter().any(|tag| lies_within(tag, wanted));
        args.tag.as_deref().is_none_or(has_tag) && args.state.is_none_or(|state| state == self.standing.state)
    }
}

/// Returns whether a tag is another, or lies within it.
fn lies_within(tag: &str, other: &str) -> bool {
    let other = other.trim().trim_end_matches('/');
    let head = tag.get(..other.len()).filter(|head| head.eq_ignore_ascii_case(other));
    head.is_some() && (tag.len() == other.len() || tag[other.len()..].starts_with('/'))
}

fn print_text(documents: &[Listed]) -> Result<()> {
    output::print(|out| {
        for Listed { row, standing } in documents {
            let length = match row.duration {
                Some(duration) => clock(duration),
                None => format!("{} {}s", row.n_units, row.unit_kind.name()),
            };
            let title = output::tame(&row.title);
            let tags: String = standing.tags.iter().map(|tag| format!("  #{}", output::tame(tag))).collect();
            writeln!(out, "{:>5}  {:>3} chapters  {length:>14}  {title}{tags}", row.id.0, row.n_chapters)?;
        }
        Ok(())
    })
}

fn print_json(documents: &[Listed]) -> Result<()> {
    let rows: Vec<_> = documents
        .iter()
        .map(|Listed { row, standing }| {
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
                "state": standing.state.name(),
                "tags": standing.tags,
                "confidence": standing.confidence.map(caesura::document::setting),
                "n_topics": standing.n_topics,
            })
        })
        .collect();
    output::print_json(&json!({"caesura": caesura::VERSION, "documents": rows}))
}

fn print_csv(documents: &[Listed]) -> Result<()> {
    output::print_raw(|out| {
        Ok(caesura::export::write_documents_csv(documents.iter().map(|listed| csv_row(&listed.row)), out)?)
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_lies_within_those_before_its_slashes() {
        for (tag, other, expected) in [
            ("notes", "notes", true),
            ("Notes/wave one", "notes", true),
            ("notes/wave one", "notes/", true),
            ("notebook", "note", false),
            ("note", "notes", false),
            ("größe/x", "größ", false),
        ] {
            assert_eq!(lies_within(tag, other), expected, "{tag} in {other}");
        }
    }
}
