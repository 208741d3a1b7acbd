//! `caesura remove`: documents out of the library. The files they came from are not touched.

use std::collections::BTreeSet;

use anyhow::Result;
use caesura::store::DocumentId;

use crate::args;
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Remove) -> Result<()> {
    let mut library = session.library()?;
    // All are looked up first, so that a wrong number removes nothing, and one that was typed twice is one.
    let mut seen = BTreeSet::new();
    let ids = args.ids.iter().filter(|&&id| seen.insert(id));
    let rows = ids.map(|&id| library.document(DocumentId(id))).collect::<Result<Vec<_>, _>>()?;
    for row in rows {
        library.remove_document(row.id)?;
        session.note(&format!("removed {} {}", row.id.0, output::tame(&row.title)));
    }
    Ok(())
}
