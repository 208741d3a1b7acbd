//! `caesura mark`: how far the work on documents has come.

use anyhow::Result;
use caesura::export::counted;

use super::tag::ids;
use crate::args;
use crate::output::Session;

pub(crate) fn run(session: &Session, args: &args::Mark) -> Result<()> {
    let ids = ids(&args.ids);
    session.library()?.set_work_state(&ids, args.state)?;
    session.note(&format!("marked {}: {}", counted(ids.len(), "document"), args.state.label().to_lowercase()));
    Ok(())
}
