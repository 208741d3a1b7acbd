//! Topics: mined of the whole library, so put in the place of the old ones all at once.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::chapters::{COLUMNS, N_COLUMNS, chapter_row};
use super::documents::{check_there, provenance_of};
use super::{ChapterId, ChapterRow, DocumentId, Library};
use crate::document::{ProfileWord, Provenance};
use crate::error::{Error, Result};

/// The number of a topic in its library. Never used twice, so that no topic is taken for one mined later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicId(pub i64);

impl ToSql for TopicId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for TopicId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

/// A topic to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTopic {
    /// What to call it.
    pub label: String,
    /// Its words and their weights, heaviest first.
    pub words: Vec<(String, f32)>,
    /// How much more often its words occur together than by chance, in `-1.0..=1.0`.
    pub npmi: f32,
    /// What its bearers are told by. No term twice.
    pub profile: Vec<ProfileWord>,
    /// The documents that bear it, and how strongly. No document twice.
    pub documents: Vec<(DocumentId, f32)>,
    /// The chapters that bear it, and how strongly. No chapter twice.
    pub chapters: Vec<(ChapterId, f32)>,
}

/// A topic as the library has it.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicRow {
    /// Its number.
    pub id: TopicId,
    /// Its place in the order it was mined in, from 0.
    pub index: u32,
    /// What to call it.
    pub label: String,
    /// Its words and their weights, heaviest first.
    pub words: Vec<(String, f32)>,
    /// How much more often its words occur together than by chance, in `-1.0..=1.0`.
    pub npmi: f32,
    /// How many documents bear it.
    pub n_documents: u32,
    /// How many chapters bear it.
    pub n_chapters: u32,
}

/// A chapter that bears a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicChapter {
    /// The chapter.
    pub chapter: ChapterRow,
    /// The title of its document.
    pub document_title: String,
    /// How strongly it bears the topic.
    pub strength: f32,
}

impl Library {
    /// Puts other topics in the place of all there are, and keeps how they came to be.
    ///
    /// A document or chapter that is gone since they were mined is passed over.
    pub fn replace_topics(&mut self, topics: &[NewTopic], provenance: &Provenance) -> Result<()> {
        let provenance = serde_json::to_string(provenance)?;
        self.write(|transaction| {
            transaction.execute("DELETE FROM topics", [])?;
            for (index, topic) in topics.iter().enumerate() {
                insert(transaction, index as u32, topic)?;
            }
            transaction
                .execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('topics_provenance', ?1)", [provenance])?;
            Ok(())
        })
    }

    /// Returns all topics in the order they were mined in.
    pub fn topics(&self) -> Result<Vec<TopicRow>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, topic_index, label, npmi, \
                 (SELECT count(*) FROM document_topics WHERE topic_id = topics.id), \
                 (SELECT count(*) FROM chapter_topics WHERE topic_id = topics.id) \
                 FROM topics ORDER BY topic_index",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(TopicRow {
                    id: row.get(0)?,
                    index: row.get(1)?,
                    label: row.get(2)?,
                    words: Vec::new(),
                    npmi: row.get(3)?,
                    n_documents: row.get(4)?,
                    n_chapters: row.get(5)?,
                })
            })?;
            let mut topics: Vec<TopicRow> = rows.collect::<rusqlite::Result<_>>()?;
            for topic in &mut topics {
                topic.words = words(connection, topic.id)?;
            }
            Ok(topics)
        })
    }

    /// Returns the profile of each topic, in the order they were mined in; the terms of each in their order.
    pub fn topic_profiles(&self) -> Result<Vec<(TopicId, Vec<ProfileWord>)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT topics.id, term, value, idf FROM topics JOIN topic_profiles ON topic_id = topics.id \
                 ORDER BY topic_index, term",
            )?;
            let mut rows = statement.query([])?;
            let mut profiles: Vec<(TopicId, Vec<ProfileWord>)> = Vec::new();
            while let Some(row) = rows.next()? {
                let id: TopicId = row.get(0)?;
                if profiles.last().is_none_or(|(last, _)| *last != id) {
                    profiles.push((id, Vec::new()));
                }
                let (_, words) = profiles.last_mut().expect("one was added if there was none");
                words.push(ProfileWord { term: row.get(1)?, value: row.get(2)?, idf: row.get(3)? });
            }
            Ok(profiles)
        })
    }

    /// Returns how the topics came to be, or nothing if none were mined yet.
    pub fn topics_provenance(&self) -> Result<Option<Provenance>> {
        self.read(|connection| {
            let json: Option<String> = connection
                .query_row("SELECT value FROM meta WHERE name = 'topics_provenance'", [], |row| row.get(0))
                .optional()?;
            json.map(|json| provenance_of(&json)).transpose()
        })
    }

    /// Returns the chapters that bear a topic, strongest first, then by document number and place.
    ///
    /// Fails with [`Error::NoTopic`].
    pub fn topic_chapters(&self, id: TopicId) -> Result<Vec<TopicChapter>> {
        self.read(|connection| {
            check_topic_there(connection, id)?;
            let sql = format!(
                "SELECT {COLUMNS}, documents.title, chapter_topics.strength FROM chapter_topics \
                 JOIN chapters ON chapters.id = chapter_topics.chapter_id \
                 JOIN documents ON documents.id = chapters.document_id \
                 WHERE chapter_topics.topic_id = ?1 \
                 ORDER BY chapter_topics.strength DESC, chapters.document_id, chapters.chapter_index"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([id], |row| {
                Ok(TopicChapter {
                    chapter: chapter_row(row)?,
                    document_title: row.get(N_COLUMNS)?,
                    strength: row.get(N_COLUMNS + 1)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the number and title of each document that bears a topic and how strongly it does, strongest first, then
    /// by number. Fails with [`Error::NoTopic`].
    pub fn topic_documents(&self, id: TopicId) -> Result<Vec<(DocumentId, String, f32)>> {
        self.read(|connection| {
            check_topic_there(connection, id)?;
            let mut statement = connection.prepare_cached(
                "SELECT documents.id, documents.title, document_topics.strength FROM document_topics \
                 JOIN documents ON documents.id = document_topics.document_id WHERE document_topics.topic_id = ?1 \
                 ORDER BY document_topics.strength DESC, documents.id",
            )?;
            let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the topics of each chapter of a document: in the order of the chapters, the strongest of each first,
    /// then as they were mined.
    pub fn chapter_topics(&self, id: DocumentId) -> Result<Vec<(ChapterId, TopicId, f32)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT chapters.id, topics.id, chapter_topics.strength FROM chapters \
                 JOIN chapter_topics ON chapter_topics.chapter_id = chapters.id \
                 JOIN topics ON topics.id = chapter_topics.topic_id WHERE chapters.document_id = ?1 \
                 ORDER BY chapters.layer DESC, chapters.chapter_index, chapter_topics.strength DESC, \
                 topics.topic_index",
            )?;
            let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the numbers and labels of the topics of one chapter, strongest first, then as they were mined.
    pub fn topics_of_chapter(&self, id: ChapterId) -> Result<Vec<(TopicId, String)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT topics.id, topics.label FROM chapter_topics \
                 JOIN topics ON topics.id = chapter_topics.topic_id WHERE chapter_topics.chapter_id = ?1 \
                 ORDER BY chapter_topics.strength DESC, topics.topic_index",
            )?;
            let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Sets which chapters of one document bear which topics, and how strongly, in the place of what was known.
    ///
    /// Fails with [`Error::NoDocument`], with [`Error::NoChapter`] for a chapter of no or another document, and with
    /// [`Error::NoTopic`]; nothing is changed then.
    pub fn replace_chapter_topics(
        &mut self,
        document: DocumentId,
        strengths: &[(ChapterId, TopicId, f32)],
    ) -> Result<()> {
        self.write(|transaction| {
            check_there(transaction, document)?;
            transaction.execute(
                "DELETE FROM chapter_topics WHERE chapter_id IN (SELECT id FROM chapters WHERE document_id = ?1)",
                [document],
            )?;
            let mut chapter_is_there =
                transaction.prepare_cached("SELECT 1 FROM chapters WHERE id = ?1 AND document_id = ?2")?;
            for &(chapter, topic, strength) in strengths {
                if !chapter_is_there.exists(params![chapter, document])? {
                    return Err(Error::NoChapter(chapter.0));
                }
                check_topic_there(transaction, topic)?;
                insert_chapter_topic(transaction, chapter, topic, strength)?;
            }
            Ok(())
        })
    }

    /// Sets which topics one document bears, and how strongly, in the place of what was known.
    ///
    /// Fails with [`Error::NoDocument`] and with [`Error::NoTopic`]; nothing is changed then.
    pub fn replace_document_topics(&mut self, document: DocumentId, strengths: &[(TopicId, f32)]) -> Result<()> {
        self.write(|transaction| {
            check_there(transaction, document)?;
            transaction.execute("DELETE FROM document_topics WHERE document_id = ?1", [document])?;
            for &(topic, strength) in strengths {
                check_topic_there(transaction, topic)?;
                insert_document_topic(transaction, document, topic, strength)?;
            }
            Ok(())
        })
    }
}

fn insert(transaction: &Transaction, index: u32, topic: &NewTopic) -> Result<()> {
    let id = TopicId(
        transaction
            .prepare_cached("INSERT INTO topics (topic_index, label, npmi) VALUES (?1, ?2, ?3)")?
            .insert(params![index, topic.label, topic.npmi])?,
    );
    let mut statement = transaction
        .prepare_cached("INSERT INTO topic_words (topic_id, word_index, word, weight) VALUES (?1, ?2, ?3, ?4)")?;
    for (index, (word, weight)) in topic.words.iter().enumerate() {
        statement.execute(params![id, index as u32, word, weight])?;
    }
    let mut statement = transaction
        .prepare_cached("INSERT INTO topic_profiles (topic_id, term, value, idf) VALUES (?1, ?2, ?3, ?4)")?;
    for word in &topic.profile {
        statement.execute(params![id, word.term, word.value, word.idf])?;
    }
    for &(document, strength) in &topic.documents {
        insert_document_topic(transaction, document, id, strength)?;
    }
    for &(chapter, strength) in &topic.chapters {
        insert_chapter_topic(transaction, chapter, id, strength)?;
    }
    Ok(())
}

/// Stores that a document bears a topic, if the document is there.
fn insert_document_topic(connection: &Connection, document: DocumentId, topic: TopicId, strength: f32) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO document_topics (document_id, topic_id, strength) \
             SELECT id, ?2, ?3 FROM documents WHERE id = ?1",
        )?
        .execute(params![document, topic, strength])?;
    Ok(())
}

/// Stores that a chapter bears a topic, if the chapter is there.
fn insert_chapter_topic(connection: &Connection, chapter: ChapterId, topic: TopicId, strength: f32) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO chapter_topics (chapter_id, topic_id, strength) \
             SELECT id, ?2, ?3 FROM chapters WHERE id = ?1",
        )?
        .execute(params![chapter, topic, strength])?;
    Ok(())
}

fn words(connection: &Connection, id: TopicId) -> Result<Vec<(String, f32)>> {
    let mut statement =
        connection.prepare_cached("SELECT word, weight FROM topic_words WHERE topic_id = ?1 ORDER BY word_index")?;
    Ok(statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

fn check_topic_there(connection: &Connection, id: TopicId) -> Result<()> {
    let is_there = connection.prepare_cached("SELECT 1 FROM topics WHERE id = ?1")?.exists([id])?;
    if is_there { Ok(()) } else { Err(Error::NoTopic(id.0)) }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "what is kept is read back to the bit")]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::document::Layer;

    const TEXT: &str = "The lamp is lit.\nThe tide turns.\nGulls follow the boats.\nNets dry.";

    struct Mined {
        library: Library,
        documents: [DocumentId; 2],
        chapters: Vec<ChapterId>,
    }

    /// Returns a library of two documents of two chapters each, with the topics *sea* and *light*.
    fn mined() -> Mined {
        let mut library = Library::in_memory().unwrap();
        let mut add = |number| library.add_document(&samples::document(number, &["Lamps", "Boats"], TEXT)).unwrap();
        let documents = [add(1), add(2)];
        let chapters: Vec<ChapterId> =
            documents.iter().flat_map(|&id| library.chapters(id, Layer::Found).unwrap()).map(|row| row.id).collect();
        let topics = [
            NewTopic {
                label: "sea".to_owned(),
                words: vec![("tide".to_owned(), 0.9), ("gull".to_owned(), 1.0 / 3.0)],
                npmi: -0.25,
                profile: vec![profile_word("gull", 1.0 / 3.0), profile_word("tide", 0.75)],
                documents: vec![(documents[0], 0.5), (documents[1], 0.75)],
                chapters: vec![(chapters[1], 0.5), (chapters[3], 0.5), (chapters[0], 0.125)],
            },
            NewTopic {
                label: "light".to_owned(),
                words: vec![("lamp".to_owned(), 1.0)],
                npmi: 0.5,
                profile: vec![profile_word("lamp", 1.0)],
                documents: vec![(documents[0], 0.25), (DocumentId(99), 1.0)],
                chapters: vec![(chapters[0], 0.25), (ChapterId(99), 1.0)],
            },
        ];
        library.replace_topics(&topics, &samples::provenance("minhash")).unwrap();
        Mined { library, documents, chapters }
    }

    fn profile_word(term: &str, value: f32) -> ProfileWord {
        ProfileWord { term: term.to_owned(), value, idf: 0.7 }
    }

    fn labels(library: &Library) -> Vec<(u32, String, u32, u32)> {
        let topics = library.topics().unwrap();
        topics.into_iter().map(|topic| (topic.index, topic.label, topic.n_documents, topic.n_chapters)).collect()
    }

    #[test]
    fn topics_are_read_back_in_order_and_without_what_is_gone() {
        let Mined { library, .. } = mined();
        assert_eq!(labels(&library), [(0, "sea".to_owned(), 2, 3), (1, "light".to_owned(), 1, 1)]);
        let sea = library.topics().unwrap().remove(0);
        assert_eq!(sea.words, [("tide".to_owned(), 0.9), ("gull".to_owned(), 1.0 / 3.0)]);
        assert_eq!(sea.npmi, -0.25);
        let profiles: Vec<_> = library.topic_profiles().unwrap().into_iter().map(|(_, profile)| profile).collect();
        let sea = vec![profile_word("gull", 1.0 / 3.0), profile_word("tide", 0.75)];
        assert_eq!(profiles, [sea, vec![profile_word("lamp", 1.0)]]);
        assert_eq!(library.topics_provenance().unwrap(), Some(samples::provenance("minhash")));
    }

    #[test]
    fn a_library_that_was_never_mined_has_no_topics() {
        let library = Library::in_memory().unwrap();
        assert_eq!(library.topics().unwrap(), []);
        assert_eq!(library.topics_provenance().unwrap(), None);
    }

    #[test]
    fn bearers_come_strongest_first_then_in_order() {
        let Mined { library, documents: [one, two], chapters } = mined();
        let sea = library.topics().unwrap()[0].id;
        let bearers: Vec<_> = library.topic_chapters(sea).unwrap();
        let bearers: Vec<_> = bearers.iter().map(|bearer| (bearer.chapter.id, bearer.strength)).collect();
        assert_eq!(bearers, [(chapters[1], 0.5), (chapters[3], 0.5), (chapters[0], 0.125)]);
        let bearers = library.topic_documents(sea).unwrap();
        assert_eq!(bearers, [(two, "Document 2".to_owned(), 0.75), (one, "Document 1".to_owned(), 0.5)]);
    }

    #[test]
    fn the_topics_of_a_document_come_by_chapter_strongest_first() {
        let Mined { library, documents: [one, _], chapters } = mined();
        let topics: Vec<TopicId> = library.topics().unwrap().iter().map(|topic| topic.id).collect();
        let expected = [(chapters[0], topics[1], 0.25), (chapters[0], topics[0], 0.125), (chapters[1], topics[0], 0.5)];
        assert_eq!(library.chapter_topics(one).unwrap(), expected);
        let expected = [(topics[1], "light".to_owned()), (topics[0], "sea".to_owned())];
        assert_eq!(library.topics_of_chapter(chapters[0]).unwrap(), expected);
    }

    #[test]
    fn mining_again_takes_the_place_of_all_topics() {
        let Mined { mut library, documents: [one, _], .. } = mined();
        let old = library.topics().unwrap()[0].id;
        library.replace_topics(&[], &samples::provenance("again")).unwrap();
        assert_eq!(library.topics().unwrap(), []);
        assert_eq!(library.chapter_topics(one).unwrap(), []);
        assert_eq!(library.topics_provenance().unwrap().unwrap().engine, "again");
        assert!(matches!(library.topic_chapters(old), Err(Error::NoTopic(_))));
        assert!(matches!(library.topic_documents(old), Err(Error::NoTopic(_))));
    }

    #[test]
    fn a_document_cut_anew_or_removed_bears_less() {
        let Mined { mut library, documents: [one, two], .. } = mined();
        let units = library.units(one).unwrap();
        let cut = samples::chapters(&["All"], TEXT, &units);
        let id = library.replace_chapters(one, Layer::Found, 0.0, &cut).unwrap()[0];
        assert_eq!(labels(&library), [(0, "sea".to_owned(), 2, 1), (1, "light".to_owned(), 1, 0)]);

        let [sea, light] = library.topics().unwrap().iter().map(|topic| topic.id).collect::<Vec<_>>()[..] else {
            panic!("there are two topics")
        };
        library.replace_chapter_topics(one, &[(id, sea, 0.5), (id, light, 0.5)]).unwrap();
        library.replace_document_topics(one, &[(light, 0.5)]).unwrap();
        assert_eq!(labels(&library), [(0, "sea".to_owned(), 1, 2), (1, "light".to_owned(), 1, 1)]);

        library.remove_document(two).unwrap();
        assert_eq!(labels(&library), [(0, "sea".to_owned(), 0, 1), (1, "light".to_owned(), 1, 1)]);
    }

    #[test]
    fn a_chapter_of_another_document_is_refused_and_nothing_changes() {
        let Mined { mut library, documents: [one, _], chapters } = mined();
        let sea = library.topics().unwrap()[0].id;
        let before = library.chapter_topics(one).unwrap();
        let refused = library.replace_chapter_topics(one, &[(chapters[0], sea, 1.0), (chapters[3], sea, 1.0)]);
        assert!(matches!(refused, Err(Error::NoChapter(_))), "{refused:?}");
        let refused = library.replace_document_topics(one, &[(TopicId(99), 1.0)]);
        assert!(matches!(refused, Err(Error::NoTopic(99))), "{refused:?}");
        assert_eq!(library.chapter_topics(one).unwrap(), before);
        assert_eq!(library.topic_documents(sea).unwrap().len(), 2);
    }
}
