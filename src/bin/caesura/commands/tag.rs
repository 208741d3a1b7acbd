//! `caesura tag`: the tags of documents.

use anyhow::{Result, bail};
use caesura::export::counted;
use caesura::store::DocumentId;
use serde_json::json;

use crate::args::{self, SearchFormat, TagWhat};
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Tag) -> Result<()> {
    let mut library = session.library()?;
    match &args.what {
        TagWhat::List(args) => {
            let rows = library.tags()?;
            match args.format {
                SearchFormat::Text => output::print(|out| {
                    for row in &rows {
                        writeln!(out, "{:>5}  {}", row.n_documents, output::tame(&row.tag))?;
                    }
                    Ok(())
                }),
                SearchFormat::Json => {
                    let tags: Vec<_> =
                        rows.iter().map(|row| json!({"tag": row.tag, "n_documents": row.n_documents})).collect();
                    output::print_json(&json!({"caesura": caesura::VERSION, "tags": tags}))
                }
            }
        }
        TagWhat::Add(of) => {
            let changed = library.add_tag(&ids(&of.ids), &of.tag)?;
            session.note(&format!(
                "tagged {}, {} had the tag",
                counted(changed.len(), "document"),
                ids(&of.ids).len() - changed.len()
            ));
            Ok(())
        }
        TagWhat::Remove(of) => {
            let changed = library.remove_tag(&ids(&of.ids), &of.tag)?;
            session.note(&format!("took the tag from {}", counted(changed.len(), "document")));
            Ok(())
        }
        TagWhat::Rename { from, to } => {
            let n_documents = library.rename_tag(from, to)?;
            if n_documents == 0 {
                bail!("rename the tag {from:?}: no document has it; `caesura tag list` shows the tags there are");
            }
            session.note(&format!("renamed the tag of {}", counted(n_documents, "document")));
            Ok(())
        }
    }
}

/// Returns the numbers that were typed, as the library has them, each once.
pub(super) fn ids(typed: &[i64]) -> Vec<DocumentId> {
    let mut ids: Vec<DocumentId> = typed.iter().copied().map(DocumentId).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
