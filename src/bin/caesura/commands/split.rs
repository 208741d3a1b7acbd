//! `caesura split`: one file into chapters, printed; no library is touched.

use std::io::Read;
use std::path::Path;

use anyhow::Result;
use caesura::error::Error;
use caesura::export::DocumentView;
use caesura::import;
use caesura::neural::Encoder;
use caesura::pipeline::{self, of_layer};
use caesura::progress::Progress;

use super::put;
use crate::args;
use crate::output::Session;

pub(crate) fn run(session: &Session, args: &args::Split) -> Result<()> {
    let settings = args.cut.settings()?;
    let file = args.file.clone();
    let (bytes, name) = session.unless_stopped(move || read(&file))??;
    let bar = session.bar(&name);
    let encoder = if args.cut.needs_model() { Some(session.encoder()?) } else { None };
    let encoder = encoder.as_ref().map(|encoder| encoder as &dyn Encoder);
    let (tables, is_cancelled) = (args.tables.settings(), || bar.is_cancelled());
    let document = import::only_guarded(bytes, &name, &tables, args.part, import::TIME_LIMIT, &is_cancelled)?;
    let document = import::with_chapters(document, &import::written_beside(&args.file));
    let split = pipeline::split_document(document, &settings, encoder, &bar)?;
    drop(bar);
    if let Some(left_out) = split.document.fields.left_out() {
        session.note(&format!("read in part: {left_out}"));
    }
    let view = DocumentView {
        id: None,
        title: &split.document.title,
        source_name: &name,
        fields: &split.document.fields,
        text: &split.document.text,
        pages: &split.document.pages,
        units: &split.units,
        chapters: of_layer(args.layer.into(), &split.document.title, &split.chapters, &split.as_written)?,
        as_written: &split.as_written,
        confidence: split.confidence,
        gap_scores: Some(&split.gap_scores),
        provenance: &split.provenance,
        added_at: None,
        topics: &[],
        marks: &[],
        tags: &[],
    };
    put(session, &view, args.format, args.output.as_deref())
}

/// Returns the bytes and the name of a file, or of standard input for `-`.
fn read(file: &Path) -> Result<(Vec<u8>, String)> {
    if file != Path::new("-") {
        return Ok((import::read(file)?, import::name_of(file)));
    }
    let mut bytes = Vec::new();
    let unread = |source| Error::Read { path: file.to_owned(), source };
    std::io::stdin().lock().take(import::MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unread)?;
    Ok((bytes, "standard input".to_owned()))
}
