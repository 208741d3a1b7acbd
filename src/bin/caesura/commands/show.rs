//! `caesura show`: the chapters of one document of the library.

use anyhow::Result;
use caesura::pipeline::{Whole, topic_names};
use caesura::store::DocumentId;

use super::put;
use crate::args;
use crate::output::Session;

pub(crate) fn run(session: &Session, args: &args::Show) -> Result<()> {
    let library = session.library()?;
    let whole = Whole::read(&library, DocumentId(args.id), &topic_names(&library)?)?;
    put(session, &whole.view(args.layer.into())?, args.format, None)
}
