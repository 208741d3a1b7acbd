//! `caesura export`: the library, or one document, in a format that other tools read.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use caesura::document::Layer;
use caesura::error::Error;
use caesura::export::{ChapterFormat, Collection, LineEnds, free_name, write_file};
use caesura::pipeline::{Whole, topic_names};
use caesura::progress::Progress;
use caesura::store::{DocumentId, DocumentRow, Library};

use super::{put, put_with, remark};
use crate::args;
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Export) -> Result<()> {
    let library = session.library()?;
    let layer = Layer::from(args.layer);
    let output = args.output.as_deref();
    if let Some(folder) = output.filter(|path| names_folder(path)) {
        std::fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    }
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

/// Returns whether what was typed can only be a folder: it ends as one does.
fn names_folder(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().last().is_some_and(|&last| std::path::is_separator(char::from(last)))
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

/// Writes each document to a file of its own, beside what is there. Documents that the format cannot hold are listed, and no error.
fn write_folder(session: &Session, library: &Library, args: &args::Export, layer: Layer, folder: &Path) -> Result<()> {
    let mut taken = BTreeSet::new();
    let names = topic_names(library)?;
    let bar = session.bar("export");
    for row in &rows(library, args)? {
        bar.check()?;
        let whole = Whole::read(library, row.id, &names)?;
        let is_there = |name: &str| folder.join(name).exists();
        let path = folder.join(free_name(&row.title, row.id.0, args.format, &mut taken, &is_there));
        let written = whole.view(layer).map_err(anyhow::Error::from).and_then(|view| match args.format {
            ChapterFormat::Qdpx => {
                write_file(&path, |out| write_collection(session, library, args, layer, std::slice::from_ref(row), out))
            }
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
