//! Libraries made up to measure with: as many documents as are asked for, of short texts that make no sense.

use std::path::Path;

use caesura::document::UnitKind;
use caesura::error::Result;
use caesura::pipeline::{self, Engine, Source, SplitSettings};
use caesura::progress::Unwatched;
use caesura::store::{DocumentId, Library, WorkState};

const WORDS: [&str; 12] = [
    "harbour", "signal", "orchard", "lantern", "ledger", "meadow", "turbine", "violin", "glacier", "kettle", "archive",
    "compass",
];

/// Makes a library of `n_documents` at `path`, in which there must be none: the same each time.
///
/// Documents have four paragraphs, lie in a hundred folders, and have tags and states of work as in use.
pub(crate) fn make(path: &Path, n_documents: usize) -> Result<()> {
    let mut library = Library::open(path)?;
    let settings =
        SplitSettings { engine: Engine::Lexical, unit_kind: Some(UnitKind::Paragraph), ..SplitSettings::usual() };
    let word = |n: usize| WORDS[n % WORDS.len()];
    for n in 0..n_documents {
        let paragraph = |part: usize| {
            let (a, b, c) = (word(n + part), word(n / 7 + part * 5), word(n / 3 + part));
            format!("The {a} and the {b} stand beside the {c}, number {n} of its kind, and the {a} is kept by the {b}.")
        };
        let text = (0..4).map(paragraph).collect::<Vec<_>>().join("\n\n");
        let name = format!("{} {} {n}.txt", word(n * 5), word(n / 12));
        let place = format!("/talks/{:02}/{name}", n % 100);
        let added_at = 1_700_000_000 + n as i64 * 3600;
        let source = Source { bytes: text.as_bytes(), name: &name, path: Some(&place), added_at };
        pipeline::add_document(&mut library, &source, &settings, None, &Unwatched)?;
    }
    let every = |step: usize| -> Vec<DocumentId> { (1..=n_documents as i64).step_by(step).map(DocumentId).collect() };
    library.add_tag(&every(3), "field notes/wave one")?;
    library.add_tag(&every(10), "to be asked again")?;
    library.set_work_state(&every(2), WorkState::Checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_documents_are_made_as_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("library.caesura");
        make(&path, 25).expect("made");
        let library = Library::open(&path).expect("it opens");
        assert_eq!(library.counts().expect("counts").documents, 25);
        assert_eq!(library.tags().expect("tags").len(), 2);
    }
}
