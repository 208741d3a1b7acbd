//! Which chapters are looked at: one condition for every search.

use std::collections::HashSet;

use rusqlite::{Connection, ToSql};

use super::{ChapterId, DocumentId, Library, TopicId};
use crate::error::Result;

/// Which chapters to look at: all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of this document.
    pub document: Option<DocumentId>,
    /// Only those that bear this topic.
    pub topic: Option<TopicId>,
    /// Only those in which this person speaks.
    pub speaker: Option<String>,
}

/// The condition, on a table or alias `chapters`; its parameters are [`Filter::params`].
pub(super) const CONDITION: &str = "(:document IS NULL OR chapters.document_id = :document) \
     AND (:topic IS NULL OR chapters.id IN (SELECT chapter_id FROM chapter_topics \
         JOIN topics ON topics.id = topic_id WHERE topics.shown_as = :topic)) \
     AND (:speaker IS NULL OR EXISTS (SELECT 1 FROM units WHERE units.document_id = chapters.document_id \
         AND units.unit_index >= chapters.first_unit AND units.unit_index < chapters.first_unit + chapters.n_units \
         AND units.speaker = :speaker))";

impl Filter {
    /// Returns whether every chapter is looked at.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the parameters of [`CONDITION`].
    pub(super) fn params(&self) -> [(&'static str, &dyn ToSql); 3] {
        [(":document", &self.document), (":topic", &self.topic), (":speaker", &self.speaker)]
    }
}

impl Library {
    /// Returns the chapters that were found and that a filter lets through; nothing if it lets all through.
    pub fn chapters_within(&self, filter: &Filter) -> Result<Option<HashSet<ChapterId>>> {
        if filter.is_empty() {
            return Ok(None);
        }
        self.read(|connection| ids_within(connection, filter).map(Some))
    }

    /// Returns the documents that have a chapter which a filter lets through, in the order of their numbers.
    pub fn documents_within(&self, filter: &Filter) -> Result<Vec<DocumentId>> {
        self.read(|connection| {
            let sql = format!(
                "SELECT DISTINCT chapters.document_id FROM chapters WHERE chapters.layer = 'found' AND {CONDITION} \
                 ORDER BY chapters.document_id"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let ids = statement.query_map(&filter.params()[..], |row| row.get(0))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns who speaks in one document or, without one, in any, in the order of their names; at most `limit`.
    pub fn speakers(&self, document: Option<DocumentId>, limit: usize) -> Result<Vec<String>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT speaker FROM units WHERE speaker IS NOT NULL AND (?1 IS NULL OR document_id = ?1) \
                 ORDER BY speaker LIMIT ?2",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let names = statement.query_map(rusqlite::params![document, limit], |row| row.get(0))?;
            Ok(names.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn ids_within(connection: &Connection, filter: &Filter) -> Result<HashSet<ChapterId>> {
    let sql = format!("SELECT chapters.id FROM chapters WHERE chapters.layer = 'found' AND {CONDITION}");
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = statement.query_map(&filter.params()[..], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::super::{NewTopic, samples};
    use super::*;
    use crate::document::Layer;

    #[test]
    fn chapters_are_told_by_document_topic_and_speaker() {
        let mut library = Library::in_memory().unwrap();
        let plain = library.add_document(&samples::document(1, &["Lamps", "Boats"], "a lamp\na boat")).unwrap();
        let spoken = library.add_document(&samples::rich_document()).unwrap();
        let boats = library.chapters(plain, Layer::Found).unwrap()[1].id;
        let topic = NewTopic {
            label: "sea".to_owned(),
            words: Vec::new(),
            npmi: 0.0,
            profile: Vec::new(),
            documents: Vec::new(),
            chapters: vec![(boats, 1.0)],
        };
        library.replace_topics(&[topic], &samples::provenance("minhash")).unwrap();
        let topic = Some(library.topics().unwrap()[0].id);
        let speaker = |name: &str| Some(name.to_owned());
        let within = |filter: Filter| {
            let n_chapters = library.chapters_within(&filter).unwrap().map(|ids| ids.len());
            (n_chapters, library.documents_within(&filter).unwrap())
        };
        assert_eq!(within(Filter::default()), (None, vec![plain, spoken]));
        assert_eq!(within(Filter { document: Some(plain), ..Filter::default() }), (Some(2), vec![plain]));
        assert_eq!(within(Filter { topic, ..Filter::default() }), (Some(1), vec![plain]));
        assert_eq!(within(Filter { speaker: speaker("Speaker 0"), ..Filter::default() }), (Some(1), vec![spoken]));
        assert_eq!(within(Filter { speaker: speaker("Speaker 0"), topic, document: None }), (Some(0), vec![]));
        assert_eq!(library.speakers(None, 9).unwrap(), ["Speaker 0", "Speaker 1"]);
        assert_eq!(library.speakers(Some(plain), 9).unwrap(), [""; 0]);
        assert_eq!(library.speakers(None, 1).unwrap(), ["Speaker 0"]);
    }
}
