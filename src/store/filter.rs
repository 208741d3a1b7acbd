//! Which chapters are looked at: one condition for every search.

use std::collections::HashSet;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql};

use super::{ChapterId, DocumentId, Library, TopicId, WorkState};
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
    /// Only those of documents with this tag, or with one that lies within it.
    pub tag: Option<String>,
    /// Only those of documents that the work has come so far with.
    pub state: Option<WorkState>,
    /// Only those of documents of this day or later: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. One without a day is of none.
    pub since: Option<String>,
    /// Only those of documents of this day or earlier, a year or month counted to its end.
    pub until: Option<String>,
}

/// The condition, on a table or alias `chapters`; its parameters are [`Filter::params`].
pub(super) const CONDITION: &str = "(:document IS NULL OR chapters.document_id = :document) \
     AND (:topic IS NULL OR chapters.id IN (SELECT chapter_id FROM chapter_topics \
         JOIN topics ON topics.id = topic_id WHERE topics.shown_as = :topic)) \
     AND (:speaker IS NULL OR EXISTS (SELECT 1 FROM units WHERE units.document_id = chapters.document_id \
         AND units.unit_index >= chapters.first_unit AND units.unit_index < chapters.first_unit + chapters.n_units \
         AND units.speaker = :speaker)) \
     AND (:tag IS NULL OR EXISTS (SELECT 1 FROM document_tags WHERE document_tags.document_id = chapters.document_id \
         AND (tag = :tag OR substr(tag, 1, length(:tag) + 1) = :tag || '/' COLLATE NOCASE))) \
     AND (:state IS NULL OR :state = coalesce( \
         (SELECT state FROM document_work WHERE document_work.document_id = chapters.document_id), 'unread')) \
     AND (:since IS NULL OR EXISTS (SELECT 1 FROM documents AS dated WHERE dated.id = chapters.document_id \
         AND :since <= dated.date)) \
     AND (:until IS NULL OR EXISTS (SELECT 1 FROM documents AS dated WHERE dated.id = chapters.document_id \
         AND substr(dated.date, 1, length(:until)) <= :until))";

/// At most `?1` names of those who speak in document `?2`.
const SPEAKERS_OF_DOCUMENT: &str = "SELECT DISTINCT speaker FROM units WHERE document_id = ?2 AND speaker IS NOT NULL \
     ORDER BY speaker LIMIT ?1";

/// At most `?1` names of those who speak anywhere: one look into an index for each, however much each says.
const SPEAKERS: &str = "WITH RECURSIVE names (name) AS ( \
         SELECT min(speaker) FROM units WHERE speaker IS NOT NULL \
         UNION ALL \
         SELECT (SELECT min(speaker) FROM units WHERE name < speaker) FROM names WHERE name IS NOT NULL \
     ) SELECT name FROM names WHERE name IS NOT NULL LIMIT ?1";

impl ToSql for WorkState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.name().to_sql()
    }
}

impl Filter {
    /// Returns whether every chapter is looked at.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the parameters of [`CONDITION`].
    pub(super) fn params(&self) -> [(&'static str, &dyn ToSql); 7] {
        [
            (":document", &self.document),
            (":topic", &self.topic),
            (":speaker", &self.speaker),
            (":tag", &self.tag),
            (":state", &self.state),
            (":since", &self.since),
            (":until", &self.until),
        ]
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
            let sql = if document.is_some() { SPEAKERS_OF_DOCUMENT } else { SPEAKERS };
            let mut statement = connection.prepare_cached(sql)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let params: &[&dyn ToSql] = if document.is_some() { &[&limit, &document] } else { &[&limit] };
            let names = statement.query_map(params, |row| row.get(0))?;
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
        assert_eq!(within(Filter { speaker: speaker("Speaker 0"), topic, ..Filter::default() }), (Some(0), vec![]));
        library.add_tag(&[plain], "Sea/Ports").unwrap();
        library.set_work_state(&[spoken], WorkState::Checked).unwrap();
        let within = |filter: Filter| library.documents_within(&filter).unwrap();
        let tag = |tag: &str| Filter { tag: Some(tag.to_owned()), ..Filter::default() };
        assert_eq!(
            (within(tag("sea")), within(tag("Sea/Ports")), within(tag("Se"))),
            (vec![plain], vec![plain], vec![])
        );
        let state = |state| Filter { state: Some(state), ..Filter::default() };
        assert_eq!((within(state(WorkState::Checked)), within(state(WorkState::Unread))), (vec![spoken], vec![plain]));
        assert_eq!(library.speakers(None, 9).unwrap(), ["Speaker 0", "Speaker 1"]);
        assert_eq!(library.speakers(Some(plain), 9).unwrap(), [""; 0]);
        assert_eq!(library.speakers(None, 1).unwrap(), ["Speaker 0"]);
    }

    #[track_caller]
    fn check_reads_no_table_through(library: &Library, sql: &str) {
        let mut statement = library.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let n_params = statement.parameter_count();
        let steps = statement.query_map(rusqlite::params_from_iter(vec![1; n_params]), |row| row.get(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        // What is looked up stands in parentheses, as in `(speaker>?)`.
        let is_looked_up = |step: &String| !step.contains(" units") || step.contains('(');
        assert!(steps.iter().all(is_looked_up), "{steps:?}");
    }

    #[test]
    fn speakers_are_listed_without_reading_all_units() {
        let library = Library::in_memory().unwrap();
        check_reads_no_table_through(&library, SPEAKERS);
        check_reads_no_table_through(&library, SPEAKERS_OF_DOCUMENT);
    }

    #[test]
    fn documents_are_told_by_their_day() {
        let mut library = Library::in_memory().unwrap();
        let ids: Vec<DocumentId> =
            (1..=3).map(|n| library.add_document(&samples::document(n, &["A"], "a lamp")).unwrap()).collect();
        for (id, date) in ids.iter().zip(["2021-03-09", "2022"]) {
            library
                .connection
                .execute("UPDATE documents SET date = ?2 WHERE id = ?1", rusqlite::params![id, date])
                .unwrap();
        }
        let within = |since: Option<&str>, until: Option<&str>| {
            let filter =
                Filter { since: since.map(str::to_owned), until: until.map(str::to_owned), ..Filter::default() };
            library.documents_within(&filter).unwrap()
        };
        assert_eq!(within(Some("2021"), None), ids[..2]);
        assert_eq!(within(Some("2021-04"), None), ids[1..2]);
        assert_eq!(within(None, Some("2021")), ids[..1]);
        assert_eq!(within(Some("2021-03-09"), Some("2022")), ids[..2]);
        assert_eq!(within(Some("2023"), None), []);
    }
}
