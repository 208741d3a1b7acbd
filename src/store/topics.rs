//! Topics: mined of the whole library, so put in the place of the old ones all at once; and as they are shown, which is
//! what was mined with what was done by hand (`topic_edits.rs`) done to it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::chapters::{COLUMNS, N_COLUMNS, chapter_row};
use super::documents::{check_there, provenance_of};
use super::{ChapterId, ChapterRow, DocumentId, Library, topic_edits};
use crate::document::{ProfileWord, Provenance, TopicPart, combined_label, combined_words};
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

/// A topic as the library shows it: one that was mined, a part that one was split into, or several that were merged.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicRow {
    /// Its number. It stays as long as a run finds the topic again, and where it was changed by hand beyond that.
    pub id: TopicId,
    /// Its place among the topics that are shown, from 0.
    pub index: u32,
    /// What to call it: the name given by hand, or the label it was mined with.
    pub label: String,
    /// Whether a person called it so.
    pub is_named: bool,
    /// Whether it was hidden by hand.
    pub is_hidden: bool,
    /// Its words and their weights, heaviest first.
    pub words: Vec<(String, f32)>,
    /// How much more often its words occur together than by chance, in `-1.0..=1.0`; the mean of merged topics' by
    /// their documents.
    pub npmi: f32,
    /// How many documents bear it.
    pub n_documents: u32,
    /// How many chapters bear it.
    pub n_chapters: u32,
    /// The topics that were merged by hand and are shown as this one, its own number not among them; ascending.
    pub merged: Vec<TopicId>,
    /// The topic that was split by hand, if this is a part of one.
    pub part_of: Option<TopicId>,
}

/// A topic as it was mined or made: what is shown is worked out of these.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTopic {
    /// Its number.
    pub id: TopicId,
    /// The topic that was split into this one and others.
    pub part_of: Option<TopicId>,
    /// Whether it is shown as its parts.
    pub is_split: bool,
    /// The topic, without what was done to it by hand. One that the last run did not find has no bearers.
    pub topic: NewTopic,
}

/// A profile that is kept, with what is needed to say which topics a text bears.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredProfile {
    /// The topic as it was mined or made.
    pub id: TopicId,
    /// The topic of which it is a part: a text can bear it only if it bears that one.
    pub part_of: Option<TopicId>,
    /// Its terms in their order.
    pub profile: Vec<ProfileWord>,
}

/// A step of the tree of topics: the groups that two topics are in are one from here on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicJoin {
    /// A topic of the one group.
    pub one: TopicId,
    /// A topic of the other.
    pub other: TopicId,
    /// How alike the groups are, in `0.0..=1.0`. Steps come in the order of falling likeness.
    pub likeness: f32,
}

/// What [`Library::update_topics`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// The number of each topic given, in order.
    pub ids: Vec<TopicId>,
    /// The topics that were changed by hand and that nothing was given for, with what they are called; ascending. They
    /// are kept unshown, with what was done to them.
    pub missing: Vec<(TopicId, String)>,
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
    /// Puts other topics in the place of all there are, and keeps how they came to be; none is taken for an old one.
    ///
    /// As [`Self::update_topics`] of topics without numbers and without a tree.
    pub fn replace_topics(&mut self, topics: &[NewTopic], provenance: &Provenance) -> Result<()> {
        let topics: Vec<(Option<TopicId>, &NewTopic)> = topics.iter().map(|topic| (None, topic)).collect();
        self.update_topics(&topics, &[], provenance).map(drop)
    }

    /// Puts the topics of a run in the place of those before, and keeps how they came to be.
    ///
    /// A topic with a number takes the place of the topic of that number: it keeps the number and what was done to it by
    /// hand. Topics of before that nothing is given for go, but those that were changed by hand, which are kept unshown
    /// and reported. `joins` is the tree, by places in `topics`. A document or chapter that is gone since they were mined
    /// is passed over.
    ///
    /// Fails with [`Error::NoTopic`] for a number that is not there; nothing is changed then. Panics if a number stands
    /// twice: that is a bug of the caller.
    pub fn update_topics(
        &mut self,
        topics: &[(Option<TopicId>, &NewTopic)],
        joins: &[(usize, usize, f32)],
        provenance: &Provenance,
    ) -> Result<Updated> {
        let provenance = serde_json::to_string(provenance)?;
        let known: BTreeSet<TopicId> = topics.iter().filter_map(|(id, _)| *id).collect();
        assert_eq!(known.len(), topics.iter().filter(|(id, _)| id.is_some()).count(), "a topic is given twice");
        self.write(|transaction| {
            for &id in &known {
                check_topic_there(transaction, id)?;
            }
            // What bears topics is all put anew, in the order it is kept in: a row at a time, topic by topic, it took longer
            // than finding the topics.
            transaction.execute("DELETE FROM document_topics", [])?;
            transaction.execute("DELETE FROM chapter_topics", [])?;
            // Places are unique, so the old ones make way first.
            transaction.execute("UPDATE topics SET topic_index = topic_index + 1000000000, is_found = 0", [])?;
            let mut ids = Vec::with_capacity(topics.len());
            for (index, (id, topic)) in topics.iter().enumerate() {
                ids.push(put_content(transaction, index as u32, *id, None, topic)?);
            }
            let placed = || ids.iter().copied().zip(topics.iter().map(|(_, topic)| *topic));
            put_documents(transaction, placed())?;
            put_chapters(transaction, placed())?;
            transaction.execute(
                "DELETE FROM topics WHERE NOT is_found AND name IS NULL AND NOT is_hidden AND merged_into IS NULL \
                 AND part_of IS NULL AND NOT is_split \
                 AND id NOT IN (SELECT merged_into FROM topics WHERE merged_into IS NOT NULL)",
                [],
            )?;
            let missing = place_missing(transaction, ids.len() as u32)?;
            transaction.execute("DELETE FROM topic_joins", [])?;
            let mut statement = transaction.prepare_cached(
                "INSERT INTO topic_joins (join_index, one_id, other_id, likeness) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (index, &(one, other, likeness)) in joins.iter().enumerate() {
                statement.execute(params![index as u32, ids[one], ids[other], likeness])?;
            }
            transaction
                .execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('topics_provenance', ?1)", [provenance])?;
            topic_edits::work_out_shown(transaction)?;
            Ok(Updated { ids, missing })
        })
    }

    /// Returns the topics that are shown, in the order they were mined in, the parts of a split topic in its place.
    pub fn topics(&self) -> Result<Vec<TopicRow>> {
        let mut topics = self.all_topics()?;
        topics.retain(|topic| !topic.is_hidden);
        for (index, topic) in (0..).zip(&mut topics) {
            topic.index = index;
        }
        Ok(topics)
    }

    /// Returns the topics that were hidden by hand, in the same order; places count among them.
    pub fn hidden_topics(&self) -> Result<Vec<TopicRow>> {
        let mut topics = self.all_topics()?;
        topics.retain(|topic| topic.is_hidden);
        for (index, topic) in (0..).zip(&mut topics) {
            topic.index = index;
        }
        Ok(topics)
    }

    fn all_topics(&self) -> Result<Vec<TopicRow>> {
        self.read(|connection| {
            let pieces = topic_edits::pieces(connection)?;
            let n_documents = counted(
                connection,
                "SELECT shown_as, count(DISTINCT document_id) FROM document_topics \
                 JOIN topics ON topics.id = topic_id WHERE shown_as IS NOT NULL GROUP BY shown_as",
            )?;
            let n_chapters = counted(
                connection,
                "SELECT shown_as, count(DISTINCT chapter_id) FROM chapter_topics \
                 JOIN topics ON topics.id = topic_id WHERE shown_as IS NOT NULL GROUP BY shown_as",
            )?;
            let mut rows = Vec::new();
            for (id, pieces) in pieces {
                rows.push(TopicRow {
                    n_documents: n_documents.get(&id).copied().unwrap_or(0),
                    n_chapters: n_chapters.get(&id).copied().unwrap_or(0),
                    ..shown(connection, id, &pieces)?
                });
            }
            Ok(rows)
        })
    }

    /// Returns the profile of each topic that the last run found or that was made by hand of one of these, in the order
    /// they were mined in. Topics that are parts come after those they are parts of.
    pub fn topic_profiles(&self) -> Result<Vec<StoredProfile>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT topics.id, part_of, term, value, idf FROM topics JOIN topic_profiles ON topic_id = topics.id \
                 WHERE is_found ORDER BY topic_index, term",
            )?;
            let mut rows = statement.query([])?;
            let mut profiles: Vec<StoredProfile> = Vec::new();
            while let Some(row) = rows.next()? {
                let id: TopicId = row.get(0)?;
                if profiles.last().is_none_or(|last| last.id != id) {
                    profiles.push(StoredProfile { id, part_of: row.get(1)?, profile: Vec::new() });
                }
                let last = profiles.last_mut().expect("one was added if there was none");
                last.profile.push(ProfileWord { term: row.get(2)?, value: row.get(3)?, idf: row.get(4)? });
            }
            Ok(profiles)
        })
    }

    /// Returns every topic as it was mined or made, whether the last run found it or not, whether it is shown or not, in
    /// the order of their numbers.
    pub fn stored_topics(&self) -> Result<Vec<StoredTopic>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT id, part_of, is_split, label, npmi FROM topics ORDER BY id")?;
            let rows = statement.query_map([], |row| {
                let topic = NewTopic {
                    label: row.get(3)?,
                    words: Vec::new(),
                    npmi: row.get(4)?,
                    profile: Vec::new(),
                    documents: Vec::new(),
                    chapters: Vec::new(),
                };
                Ok(StoredTopic { id: row.get(0)?, part_of: row.get(1)?, is_split: row.get(2)?, topic })
            })?;
            let mut topics: Vec<StoredTopic> = rows.collect::<rusqlite::Result<_>>()?;
            for StoredTopic { id, topic, .. } in &mut topics {
                topic.words = words(connection, *id)?;
                topic.profile = profile(connection, *id)?;
                topic.documents = documents(connection, *id)?;
                topic.chapters = chapters(connection, *id)?;
            }
            Ok(topics)
        })
    }

    /// Returns the tree of the topics that were mined, the most alike first; empty if none was kept.
    pub fn topic_joins(&self) -> Result<Vec<TopicJoin>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT one_id, other_id, likeness FROM topic_joins ORDER BY join_index")?;
            let rows = statement
                .query_map([], |row| Ok(TopicJoin { one: row.get(0)?, other: row.get(1)?, likeness: row.get(2)? }))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns, for each topic that was mined or made and is shown, the topic it is shown as; ascending.
    pub fn topics_shown_as(&self) -> Result<Vec<(TopicId, TopicId)>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT id, shown_as FROM topics WHERE shown_as IS NOT NULL ORDER BY id")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
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
                "SELECT {COLUMNS}, documents.title, max(chapter_topics.strength) AS most FROM chapter_topics \
                 JOIN topics ON topics.id = chapter_topics.topic_id \
                 JOIN chapters ON chapters.id = chapter_topics.chapter_id \
                 JOIN documents ON documents.id = chapters.document_id \
                 WHERE topics.shown_as = ?1 OR topics.id = ?1 GROUP BY chapters.id \
                 ORDER BY most DESC, chapters.document_id, chapters.chapter_index"
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
                "SELECT documents.id, documents.title, max(document_topics.strength) AS most FROM document_topics \
                 JOIN topics ON topics.id = document_topics.topic_id \
                 JOIN documents ON documents.id = document_topics.document_id \
                 WHERE topics.shown_as = ?1 OR topics.id = ?1 GROUP BY documents.id ORDER BY most DESC, documents.id",
            )?;
            let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the documents that bear no topic that is shown, with their titles, by number; none if topics were never
    /// mined.
    pub fn documents_without_topic(&self) -> Result<Vec<(DocumentId, String)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, title FROM documents WHERE EXISTS (SELECT 1 FROM meta WHERE name = 'topics_provenance') \
                 AND NOT EXISTS (SELECT 1 FROM document_topics JOIN topics ON topics.id = topic_id \
                 JOIN topics AS shown ON shown.id = topics.shown_as \
                 WHERE document_id = documents.id AND NOT shown.is_hidden) ORDER BY id",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns how strongly each document bears each topic that is shown, by document, then by topic.
    pub fn document_topics(&self) -> Result<Vec<(DocumentId, TopicId, f32)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT document_id, shown.id, max(strength) FROM document_topics \
                 JOIN topics ON topics.id = topic_id JOIN topics AS shown ON shown.id = topics.shown_as \
                 WHERE NOT shown.is_hidden GROUP BY document_id, shown.id ORDER BY document_id, shown.id",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the topics of each chapter of a document that are shown: in the order of the chapters, the strongest of
    /// each first, then as they were mined.
    pub fn chapter_topics(&self, id: DocumentId) -> Result<Vec<(ChapterId, TopicId, f32)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT chapters.id, shown.id, max(chapter_topics.strength) AS most FROM chapters \
                 JOIN chapter_topics ON chapter_topics.chapter_id = chapters.id \
                 JOIN topics ON topics.id = chapter_topics.topic_id JOIN topics AS shown ON shown.id = topics.shown_as \
                 WHERE chapters.document_id = ?1 AND NOT shown.is_hidden GROUP BY chapters.id, shown.id \
                 ORDER BY chapters.layer DESC, chapters.chapter_index, most DESC, shown.topic_index",
            )?;
            let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the numbers and labels of the topics of one chapter that are shown, strongest first, then as they were
    /// mined.
    pub fn topics_of_chapter(&self, id: ChapterId) -> Result<Vec<(TopicId, String)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT shown.id, max(chapter_topics.strength) AS most FROM chapter_topics \
                 JOIN topics ON topics.id = chapter_topics.topic_id JOIN topics AS shown ON shown.id = topics.shown_as \
                 WHERE chapter_topics.chapter_id = ?1 AND NOT shown.is_hidden GROUP BY shown.id \
                 ORDER BY most DESC, shown.topic_index",
            )?;
            let ids: Vec<TopicId> = statement.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            ids.into_iter().map(|id| Ok((id, topic_edits::label(connection, id)?))).collect()
        })
    }

    /// Sets which chapters of one document bear which topics, and how strongly, in the place of what was known. Topics
    /// are those that were mined or made, not those they are shown as.
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

    /// Sets which topics one document bears, and how strongly, in the place of what was known. Topics are those that were
    /// mined or made, not those they are shown as.
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

/// Stores a topic at its place: anew, or in the place of one that is there.
pub(super) fn put(
    transaction: &Transaction,
    index: u32,
    id: Option<TopicId>,
    part_of: Option<TopicId>,
    topic: &NewTopic,
) -> Result<TopicId> {
    let id = put_content(transaction, index, id, part_of, topic)?;
    put_documents(transaction, std::iter::once((id, topic)))?;
    put_chapters(transaction, std::iter::once((id, topic)))?;
    Ok(id)
}

/// Stores a topic that nothing bears.
fn put_content(
    transaction: &Transaction,
    index: u32,
    id: Option<TopicId>,
    part_of: Option<TopicId>,
    topic: &NewTopic,
) -> Result<TopicId> {
    let id = match id {
        None => TopicId(
            transaction
                .prepare_cached("INSERT INTO topics (topic_index, label, npmi, part_of) VALUES (?1, ?2, ?3, ?4)")?
                .insert(params![index, topic.label, topic.npmi, part_of])?,
        ),
        Some(id) => {
            forget_content(transaction, id)?;
            transaction
                .prepare_cached(
                    "UPDATE topics SET topic_index = ?2, label = ?3, npmi = ?4, is_found = 1 WHERE id = ?1",
                )?
                .execute(params![id, index, topic.label, topic.npmi])?;
            id
        }
    };
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
    Ok(id)
}

/// Stores which documents bear topics, in the order of the documents. One that is gone is passed over.
fn put_documents<'a>(transaction: &Transaction, topics: impl Iterator<Item = (TopicId, &'a NewTopic)>) -> Result<()> {
    let mut rows: Vec<(DocumentId, TopicId, f32)> =
        topics.flat_map(|(id, topic)| topic.documents.iter().map(move |&(bearer, n)| (bearer, id, n))).collect();
    rows.sort_by_key(|&(bearer, topic, _)| (bearer, topic));
    rows.iter().try_for_each(|&(bearer, topic, strength)| insert_document_topic(transaction, bearer, topic, strength))
}

/// Stores which chapters bear topics, as [`put_documents`] does.
fn put_chapters<'a>(transaction: &Transaction, topics: impl Iterator<Item = (TopicId, &'a NewTopic)>) -> Result<()> {
    let mut rows: Vec<(ChapterId, TopicId, f32)> =
        topics.flat_map(|(id, topic)| topic.chapters.iter().map(move |&(bearer, n)| (bearer, id, n))).collect();
    rows.sort_by_key(|&(bearer, topic, _)| (bearer, topic));
    // None is there yet. Where one might be replaced, every page that is written to is copied first.
    let mut statement = transaction.prepare_cached(
        "INSERT INTO chapter_topics (chapter_id, topic_id, strength) SELECT id, ?2, ?3 FROM chapters WHERE id = ?1",
    )?;
    for (bearer, topic, strength) in rows {
        statement.execute(params![bearer, topic, strength])?;
    }
    Ok(())
}

fn forget_content(transaction: &Transaction, id: TopicId) -> Result<()> {
    for table in ["topic_words", "topic_profiles", "document_topics", "chapter_topics"] {
        transaction.prepare_cached(&format!("DELETE FROM {table} WHERE topic_id = ?1"))?.execute([id])?;
    }
    Ok(())
}

/// Gives the topics that were not found places from `index` on. Words and profiles stay, to find them again by; what bore
/// them is gone. Returns those that a person changed.
fn place_missing(transaction: &Transaction, index: u32) -> Result<Vec<(TopicId, String)>> {
    let mut missing = transaction.prepare_cached("SELECT id FROM topics WHERE NOT is_found ORDER BY topic_index")?;
    let mut missing: Vec<TopicId> = missing.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for (index, &id) in (index..).zip(&missing) {
        transaction.execute("UPDATE topics SET topic_index = ?2 WHERE id = ?1", params![id, index])?;
    }
    missing.sort_unstable();
    missing.into_iter().map(|id| Ok((id, topic_edits::label(transaction, id)?))).collect()
}

/// Returns a topic as it is shown, of the `pieces` that are shown as it; counts and place are left at 0.
fn shown(connection: &Connection, id: TopicId, pieces: &[TopicId]) -> Result<TopicRow> {
    let (name, is_hidden, part_of): (Option<String>, bool, Option<TopicId>) = connection
        .prepare_cached("SELECT name, is_hidden, part_of FROM topics WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut contents = Vec::new();
    for &piece in pieces {
        let mut statement = connection.prepare_cached(
            "SELECT label, npmi, (SELECT count(*) FROM document_topics WHERE topic_id = ?1) FROM topics WHERE id = ?1",
        )?;
        let (label, npmi, n_documents): (String, f32, u32) =
            statement.query_row([piece], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        contents.push((label, npmi, n_documents, words(connection, piece)?));
    }
    let parts: Vec<TopicPart<'_>> = contents
        .iter()
        .map(|(label, _, n_documents, words)| TopicPart { label, is_named: false, words, n_documents: *n_documents })
        .collect();
    let weight = |n_documents: u32| f64::from(n_documents.max(1));
    let all: f64 = contents.iter().map(|&(_, _, n, _)| weight(n)).sum();
    let npmi = match contents.as_slice() {
        [(_, npmi, ..)] => *npmi,
        several => (several.iter().map(|&(_, npmi, n, _)| f64::from(npmi) * weight(n)).sum::<f64>() / all) as f32,
    };
    Ok(TopicRow {
        id,
        index: 0,
        is_named: name.is_some(),
        label: name.unwrap_or_else(|| combined_label(&parts)),
        is_hidden,
        words: combined_words(&parts),
        npmi,
        n_documents: 0,
        n_chapters: 0,
        merged: pieces.iter().copied().filter(|&piece| piece != id).collect(),
        part_of,
    })
}

fn counted(connection: &Connection, sql: &str) -> Result<BTreeMap<TopicId, u32>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn profile(connection: &Connection, id: TopicId) -> Result<Vec<ProfileWord>> {
    let mut statement =
        connection.prepare_cached("SELECT term, value, idf FROM topic_profiles WHERE topic_id = ?1 ORDER BY term")?;
    let rows =
        statement.query_map([id], |row| Ok(ProfileWord { term: row.get(0)?, value: row.get(1)?, idf: row.get(2)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn chapters(connection: &Connection, id: TopicId) -> Result<Vec<(ChapterId, f32)>> {
    let mut statement = connection
        .prepare_cached("SELECT chapter_id, strength FROM chapter_topics WHERE topic_id = ?1 ORDER BY chapter_id")?;
    Ok(statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

fn documents(connection: &Connection, id: TopicId) -> Result<Vec<(DocumentId, f32)>> {
    let mut statement = connection
        .prepare_cached("SELECT document_id, strength FROM document_topics WHERE topic_id = ?1 ORDER BY document_id")?;
    Ok(statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
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

/// Stores that a document bears the topics of its chapters, each as strongly as these do on average, by their lengths.
pub(super) fn insert_topics_of_chapters(connection: &Connection, document: DocumentId) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO document_topics (document_id, topic_id, strength) \
             SELECT document_id, topic_id, sum(strength * (end_byte - start_byte)) / \
             (SELECT sum(end_byte - start_byte) FROM chapters WHERE document_id = ?1 AND layer = 'found') FROM chapters \
             JOIN chapter_topics ON chapter_topics.chapter_id = chapters.id \
             WHERE document_id = ?1 GROUP BY document_id, topic_id",
        )?
        .execute([document])?;
    Ok(())
}

/// Stores that a chapter bears a topic, if both are there.
pub(super) fn insert_chapter_topic(
    connection: &Connection,
    chapter: ChapterId,
    topic: TopicId,
    strength: f32,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO chapter_topics (chapter_id, topic_id, strength) \
             SELECT chapters.id, topics.id, ?3 FROM chapters, topics WHERE chapters.id = ?1 AND topics.id = ?2",
        )?
        .execute(params![chapter, topic, strength])?;
    Ok(())
}

pub(super) fn words(connection: &Connection, id: TopicId) -> Result<Vec<(String, f32)>> {
    let mut statement =
        connection.prepare_cached("SELECT word, weight FROM topic_words WHERE topic_id = ?1 ORDER BY word_index")?;
    Ok(statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn check_topic_there(connection: &Connection, id: TopicId) -> Result<()> {
    let is_there = connection.prepare_cached("SELECT 1 FROM topics WHERE id = ?1")?.exists([id])?;
    if is_there { Ok(()) } else { Err(Error::NoTopic(id.0)) }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "what is kept is read back to the bit")]
mod tests {
    use super::super::{Assessment, samples};
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
        let profiles: Vec<_> = library.topic_profiles().unwrap().into_iter().map(|stored| stored.profile).collect();
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
    fn a_document_is_added_with_what_is_known_of_it_or_not_at_all() {
        let Mined { mut library, .. } = mined();
        let topics: Vec<TopicId> = library.topics().unwrap().iter().map(|topic| topic.id).collect();
        let (sea, light, gone) = (topics[0], topics[1], TopicId(99));
        let new = samples::document(9, &["Lamps", "Boats"], TEXT);
        let assessment = Assessment {
            confidence: Some(0.25),
            topics: vec![(0, sea, 0.5), (1, sea, 0.75), (1, light, 0.25), (1, gone, 1.0)],
        };
        let stop = "CREATE TEMP TRIGGER stop BEFORE INSERT ON main.document_topics \
                    BEGIN SELECT raise(ABORT, 'the disk is full'); END";
        library.connection.execute_batch(stop).unwrap();
        assert!(library.add_assessed_document(&new, &assessment).is_err());
        assert_eq!(library.find_by_sha256(&new.sha256).unwrap(), None);
        library.connection.execute_batch("DROP TRIGGER stop").unwrap();

        let id = library.add_assessed_document(&new, &assessment).unwrap();
        assert_eq!(library.standing(id).unwrap().confidence, Some(0.25));
        let borne = |library: &Library| -> Vec<(TopicId, f32)> {
            let all = library.document_topics().unwrap().into_iter();
            all.filter(|(document, ..)| *document == id).map(|(_, topic, strength)| (topic, strength)).collect()
        };
        // The chapters are as long as each other.
        assert_eq!(borne(&library), [(sea, 0.625), (light, 0.125)]);
        assert_eq!(library.chapter_topics(id).unwrap().len(), 3);
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
