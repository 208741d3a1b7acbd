//! `caesura export`: the library, or one document, in a format that other tools read.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use caesura::document::Layer;
use caesura::error::Error;
use caesura::export::{ChapterFormat, Collection, LineEnds};
use caesura::pipeline::{Whole, topic_names};
use caesura::progress::Progress;
use caesura::store::{DocumentId, DocumentRow, Library};
use unicode_normalization::UnicodeNormalization;

use super::{put, put_with, remark};
use crate::args;
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Export) -> Result<()> {
    let library = session.library()?;
    let layer = Layer::from(args.layer);
    let output = args.output.as_deref();
    if let Some(folder) = output.filter(|path| path.is_dir()) {
        return write_folder(session, &library, args, layer, folder);
    }
    match args.document {
        // A project is made by a collection, which knows of line ends.
        Some(id) if args.format != ChapterFormat::Qdpx && !args.corrected => {
            let whole = Whole::read(&library, DocumentId(id), &topic_names(&library)?)?;
            put(session, &whole.view(layer)?, args.format, output)
        }
        _ => {
            let rows = rows(&library, args)?;
            put_with(args.format, output, |out| write_collection(session, &library, args, layer, &rows, out))
        }
    }
}

/// Returns the documents asked for.
fn rows(library: &Library, args: &args::Export) -> Result<Vec<DocumentRow>> {
    let mut rows = match args.document {
        Some(id) => vec![library.document(DocumentId(id))?],
        None => library.documents()?,
    };
    if args.corrected {
        let corrected: BTreeSet<DocumentId> = library.corrected_documents()?.into_iter().collect();
        rows.retain(|row| corrected.contains(&row.id));
    }
    Ok(rows)
}

/// Writes documents to one place.
fn write_collection(
    session: &Session,
    library: &Library,
    args: &args::Export,
    layer: Layer,
    rows: &[DocumentRow],
    out: &mut dyn Write,
) -> Result<()> {
    let title = match rows {
        [only] => only.title.clone(),
        _ => library.path().file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
    };
    let names = topic_names(library)?;
    let mut collection = Collection::start(args.format, &title, out)?;
    if let Collection::RefiQda(project) = &mut collection {
        project.set_line_ends(if args.crlf { LineEnds::CrLf } else { LineEnds::Lf });
    }
    let bar = session.bar("export");
    for row in rows {
        bar.check()?;
        let whole = Whole::read(library, row.id, &names)?;
        match whole.view(layer) {
            Ok(view) => {
                collection.write(&view)?;
                remark(session, &view, args.format);
            }
            Err(Error::Nothing { .. }) if args.document.is_none() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(collection.finish()?)
}

/// Writes each document to a file of its own. Documents that the format cannot hold are listed, and no error.
fn write_folder(session: &Session, library: &Library, args: &args::Export, layer: Layer, folder: &Path) -> Result<()> {
    let mut taken = BTreeSet::new();
    let names = topic_names(library)?;
    let bar = session.bar("export");
    for row in &rows(library, args)? {
        bar.check()?;
        let whole = Whole::read(library, row.id, &names)?;
        let path = folder.join(free_name(&row.title, row.id.0, args.format, &mut taken));
        let written = whole.view(layer).map_err(anyhow::Error::from).and_then(|view| match args.format {
            ChapterFormat::Qdpx => output::write_file(&path, |out| {
                write_collection(session, library, args, layer, std::slice::from_ref(row), out)
            }),
            format => put(session, &view, format, Some(&path)),
        });
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

/// The longest name of a file made of a title, in bytes, without its ending.
const MAX_NAME_BYTES: usize = 80;

/// Names that Windows keeps for devices, whatever their ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Returns a file name made of the title that no system minds and no other document has.
fn free_name(title: &str, id: i64, format: ChapterFormat, taken: &mut BTreeSet<String>) -> String {
    let mut slug = String::new();
    // Some systems take the two ways to write an accented letter for the same, and capitals for small letters.
    for c in title.nfc().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
        if MAX_NAME_BYTES <= slug.len() {
            break;
        }
    }
    let slug = slug.trim_matches('-');
    let with_id = if slug.is_empty() { id.to_string() } else { format!("{slug}-{id}") };
    let is_device = DEVICES.contains(&slug.trim_end_matches(|c: char| c.is_ascii_digit()));
    let plain = (!slug.is_empty() && !is_device).then(|| slug.to_owned());
    let numbered = (2..).map(|n: u64| format!("{with_id}-{n}"));
    let mut names = plain.into_iter().chain([with_id.clone()]).chain(numbered);
    let name = names.find(|name| taken.insert(name.clone())).expect("there are numbers enough");
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
        assert_eq!(name("NUL", 5), "nul-5.md");
        assert_eq!(name("com1", 6), "com1-6.md");
        assert_eq!(name("Terms Conditions 2", 7), "terms-conditions-2-7.md");
        assert_eq!(name("Cafe\u{301}", 8), "café.md");
        assert_eq!(name("Caf\u{e9}", 9), "café-9.md");
        assert!(name(&"灯".repeat(500), 10).len() < 100);
    }
}
