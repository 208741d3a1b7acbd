//! The words of documents, counted once for all runs of the miner. What is in them is for others to know: here they are bytes.

use rusqlite::{Connection, OptionalExtension, params};

use super::chapters::span;
use super::{ChapterId, DocumentId, Library};
use crate::document::Span;
use crate::error::Result;

/// The chapters of a document that were found, and the words that were kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChaptersWithWords {
    /// The document.
    pub document: DocumentId,
    /// Its chapters in reading order.
    pub chapters: Vec<(ChapterId, Span)>,
    /// What [`Library::keep_words`] was given for it; of whatever chapters it had by then.
    pub words: Option<Vec<u8>>,
}

impl Library {
    /// Visits every document, in the order of their numbers, with its chapters and words, on one state of the library. Texts
    /// are not read; `visit` may ask for them.
    pub fn for_each_with_words(&self, mut visit: impl FnMut(ChaptersWithWords) -> Result<()>) -> Result<()> {
        self.read(|connection| {
            let mut ids = connection.prepare_cached("SELECT id FROM documents ORDER BY id")?;
            let ids: Vec<DocumentId> = ids.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let mut words = connection.prepare_cached("SELECT words FROM document_words WHERE document_id = ?1")?;
            for document in ids {
                let words = words.query_row([document], |row| row.get(0)).optional()?;
                visit(ChaptersWithWords { document, chapters: chapters(connection, document)?, words })?;
            }
            Ok(())
        })
    }

    /// Keeps the words of documents, in the place of those before. A document that is gone is passed over.
    pub fn keep_words(&mut self, words: &[(DocumentId, Vec<u8>)]) -> Result<()> {
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO document_words (document_id, words) SELECT id, ?2 FROM documents WHERE id = ?1",
            )?;
            for (id, words) in words {
                statement.execute(params![id, words])?;
            }
            Ok(())
        })
    }
}

fn chapters(connection: &Connection, id: DocumentId) -> Result<Vec<(ChapterId, Span)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, start_byte, end_byte FROM chapters WHERE document_id = ?1 AND layer = 'found' \
         ORDER BY chapter_index",
    )?;
    let rows = statement.query_map([id], |row| Ok((row.get(0)?, span(row.get(1)?, row.get(2)?)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
impl Library {
    /// Forgets the words of every document, as if none had been counted.
    pub(crate) fn forget_counted_words(&mut self) {
        self.connection.execute("DELETE FROM document_words", []).expect("the table is there");
    }

    /// Puts spaces in the place of a document's text.
    pub(crate) fn blank_text(&mut self, id: DocumentId) {
        let sql =
            "UPDATE document_texts SET text = printf('%*s', length(CAST(text AS BLOB)), '') WHERE document_id = ?1";
        assert_eq!(self.connection.execute(sql, [id]).expect("the table is there"), 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Layer;
    use crate::store::samples;

    fn visited(library: &Library) -> Vec<ChaptersWithWords> {
        let mut visited = Vec::new();
        let visit = |document| {
            visited.push(document);
            Ok(())
        };
        library.for_each_with_words(visit).expect("the library can be read");
        visited
    }

    #[test]
    fn words_are_kept_as_long_as_their_document() {
        let mut library = Library::in_memory().unwrap();
        let [one, other] = [1, 2].map(|number| {
            library.add_document(&samples::document(number, &["One", "Two"], "Tides rise. Tides fall.")).unwrap()
        });
        let chapters = library.chapters(one, Layer::Found).unwrap().into_iter();
        let chapters: Vec<_> = chapters.map(|row| (row.id, row.chapter.span)).collect();
        assert_eq!(visited(&library)[0], ChaptersWithWords { document: one, chapters, words: None });
        library.keep_words(&[(one, vec![1]), (other, vec![2, 3]), (DocumentId(99), vec![4])]).unwrap();
        library.keep_words(&[(one, vec![5])]).unwrap();
        let words = |library: &Library| visited(library).into_iter().map(|document| document.words).collect::<Vec<_>>();
        assert_eq!(words(&library), [Some(vec![5]), Some(vec![2, 3])]);
        let taken = library.take_out(&[one]).unwrap();
        assert_eq!(words(&library), [Some(vec![2, 3])]);
        library.put_back(&taken).unwrap();
        assert_eq!(words(&library), [Some(vec![5]), Some(vec![2, 3])]);
    }
}
