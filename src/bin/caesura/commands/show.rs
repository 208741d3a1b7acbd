//! `caesura show`: the chapters of one document of the library.

use anyhow::Result;
use caesura::export;
use caesura::store::DocumentId;

use super::Whole;
use crate::args;
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Show) -> Result<()> {
    let library = session.library()?;
    let whole = Whole::read(&library, DocumentId(args.id))?;
    let view = whole.view(args.layer.into())?;
    output::print_raw(|out| Ok(export::write_document(&view, args.format, out)?))
}
