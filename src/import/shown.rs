//! The blocks of a document as a test writes them.

use crate::document::{BlockKind, Document};

/// Returns each block as a sign of its kind and its text: `#` to `######` for a heading, `-` for an item, `|` for a row,
/// nothing for a paragraph.
pub(super) fn blocks(document: &Document) -> Vec<String> {
    let shown = |block: &crate::document::Block| {
        let text = block.span.of(&document.text);
        match &block.kind {
            BlockKind::Heading { level } => format!("{} {text}", "#".repeat((*level).into())),
            BlockKind::ListItem => format!("- {text}"),
            BlockKind::TableRow => format!("| {text}"),
            BlockKind::Paragraph => text.to_owned(),
            BlockKind::Utterance(said) => format!("{}: {text}", said.speaker.as_deref().unwrap_or_default()),
        }
    };
    document.blocks.iter().map(shown).collect()
}
