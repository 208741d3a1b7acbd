//! One check for every format of speech: what is said, by whom and when.

use crate::document::{BlockKind, Document};

/// Each utterance as `speaker@start_secs-end_secs words`, anything else as its text.
#[track_caller]
pub(super) fn check_document(document: &Document, expected: &[&str]) {
    let found: Vec<String> = document
        .blocks
        .iter()
        .map(|block| {
            let words = block.span.of(&document.text);
            match &block.kind {
                BlockKind::Utterance(said) => {
                    let speaker = said.speaker.as_deref().unwrap_or("?");
                    let time = said.time.map(|time| format!("@{}-{}", time.start.as_secs(), time.end.as_secs()));
                    format!("{speaker}{} {words}", time.unwrap_or_default())
                }
                BlockKind::Heading { level } => format!("h{level} {words}"),
                _ => words.to_owned(),
            }
        })
        .collect();
    assert_eq!(found, expected);
}
