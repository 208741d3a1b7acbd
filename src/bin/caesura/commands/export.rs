//! `caesura export`: the library, or one document, in a format that other tools read.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use caesura::document::Layer;
use caesura::error::Error;
use caesura::export::{self, ChapterFormat, Collection};
use caesura::store::{DocumentId, Library};

use super::Whole;
use crate::args;
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Export) -> Result<()> {
    let library = session.library()?;
    let layer = Layer::from(args.layer);
    let Some(output) = &args.output else {
        return output::print_raw(|out| write(&library, args, layer, out));
    };
    if output.is_dir() {
        return write_folder(session, &library, args, layer, output);
    }
    output::write_file(output, |out| write(&library, args, layer, out))
}

/// Writes one document, or all of them, to one place.
fn write(library: &Library, args: &args::Export, layer: Layer, out: &mut dyn Write) -> Result<()> {
    if let Some(id) = args.document {
        let whole = Whole::read(library, DocumentId(id))?;
        return Ok(export::write_document(&whole.view(layer)?, args.format, out)?);
    }
    let mut collection = Collection::start(args.format, out)?;
    for row in library.documents()? {
        let whole = Whole::read(library, row.id)?;
        match whole.view(layer) {
            Ok(view) => collection.write(&view)?,
            Err(Error::Nothing { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(collection.finish()?)
}

/// Writes each document to a file of its own. Documents that the format cannot hold are listed, and no error.
fn write_folder(session: &Session, library: &Library, args: &args::Export, layer: Layer, folder: &Path) -> Result<()> {
    let mut names = BTreeSet::new();
    let bar = session.bar("export");
    let rows = match args.document {
        Some(id) => vec![library.document(DocumentId(id))?],
        None => library.documents()?,
    };
    for row in &rows {
        let whole = Whole::read(library, row.id)?;
        let name = free_name(&row.title, row.id.0, args.format, &mut names);
        let path = folder.join(name);
        let written = whole
            .view(layer)
            .map_err(anyhow::Error::from)
            .and_then(|view| output::write_file(&path, |out| Ok(export::write_document(&view, args.format, out)?)));
        match written {
            Ok(()) => {}
            Err(error) if is_for_another_format(&error) => session.note(&output::tame(&format!("  left out: {error}"))),
            Err(error) => return Err(error),
        }
    }
    drop(bar);
    Ok(())
}

fn is_for_another_format(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<Error>(), Some(Error::NeedsTimes { .. } | Error::Nothing { .. }))
}

/// Returns a file name made of the title that no system minds and no other document has.
fn free_name(title: &str, id: i64, format: ChapterFormat, taken: &mut BTreeSet<String>) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 80 {
            break;
        }
    }
    let slug = slug.trim_matches('-');
    let name = if slug.is_empty() || taken.contains(slug) { format!("{slug}-{id}") } else { slug.to_owned() };
    let name = name.trim_start_matches('-').to_owned();
    taken.insert(name.clone());
    format!("{name}.{}", format.file_ending())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tame_and_never_the_same() {
        let mut taken = BTreeSet::new();
        let mut name = |title, id| free_name(title, id, ChapterFormat::Markdown, &mut taken);
        assert_eq!(name("Terms & Conditions", 1), "terms-conditions.md");
        assert_eq!(name("Terms / Conditions", 2), "terms-conditions-2.md");
        assert_eq!(name("../../etc/passwd", 3), "etc-passwd.md");
        assert_eq!(name("???", 4), "4.md");
    }
}
