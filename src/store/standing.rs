//! Where the user stands with each document: its tags, how far the work on it has come, how sure its chapters are.
//!
//! A [`DocumentRow`](super::DocumentRow) says what a document is; a [`Standing`] says what became of it since. They are
//! apart because lists of documents are read far more often than anybody tags.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::documents::check_there;
use super::failure::damaged;
use super::{DocumentId, Library};
use crate::error::{Error, Result};

/// How far the work on a document has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkState {
    /// Nobody has looked at it.
    #[default]
    Unread,
    /// Somebody has begun.
    InWork,
    /// Somebody has looked it over and is content.
    Checked,
}

impl WorkState {
    /// Every state there is, in the order of the work.
    pub const ALL: [Self; 3] = [Self::Unread, Self::InWork, Self::Checked];

    /// Returns the name used in the store and in every output, such as `"in_work"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::InWork => "in_work",
            Self::Checked => "checked",
        }
    }

    /// Returns the name that people read, such as `"In work"`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unread => "Unread",
            Self::InWork => "In work",
            Self::Checked => "Checked",
        }
    }

    /// Returns the state of that name, as [`WorkState::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Where the user stands with a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// How far the work on it has come.
    pub state: WorkState,
    /// Its tags, in the order of the alphabet.
    pub tags: Vec<String>,
    /// How well its chapters are likely to agree with a reader's, in `0.0..=1.0`, if that is known.
    pub confidence: Option<f32>,
    /// How many topics it is shown to bear: merged ones are one, hidden ones none.
    pub n_topics: u32,
}

/// A tag, and how many documents have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRow {
    /// The tag. A `/` in it makes it lie within another.
    pub tag: String,
    /// How many documents have it. At least 1.
    pub n_documents: u32,
}

/// How many topics documents are shown to bear, and from what that is counted.
const SHOWN_TOPICS: &str = "count(DISTINCT shown.id) FROM document_topics JOIN topics ON topics.id = topic_id \
     JOIN topics AS shown ON shown.id = topics.shown_as AND NOT shown.is_hidden";

/// The most characters a tag may have.
const MAX_TAG_CHARS: usize = 100;

impl Library {
    /// Returns where the user stands with each document, by its number. One that is not there is as
    /// [`Standing::default`] says.
    pub fn standings(&self) -> Result<BTreeMap<DocumentId, Standing>> {
        self.read(|connection| {
            let mut standings: BTreeMap<DocumentId, Standing> = BTreeMap::new();
            each(connection, "SELECT document_id, state FROM document_work", |id, state: String| {
                let known = WorkState::from_name(&state);
                standings.entry(id).or_default().state = known.ok_or_else(|| damaged(format!("state {state:?}")))?;
                Ok(())
            })?;
            each(connection, "SELECT document_id, tag FROM document_tags ORDER BY document_id, tag", |id, tag| {
                standings.entry(id).or_default().tags.push(tag);
                Ok(())
            })?;
            each(connection, "SELECT document_id, confidence FROM document_confidence", |id, confidence| {
                standings.entry(id).or_default().confidence = confidence;
                Ok(())
            })?;
            let topics = format!("SELECT document_id, {SHOWN_TOPICS} GROUP BY document_id");
            each(connection, &topics, |id, n_topics| {
                standings.entry(id).or_default().n_topics = n_topics;
                Ok(())
            })?;
            Ok(standings)
        })
    }

    /// Returns where the user stands with one document.
    pub fn standing(&self, id: DocumentId) -> Result<Standing> {
        self.read(|connection| {
            let state: Option<String> = connection
                .prepare_cached("SELECT state FROM document_work WHERE document_id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            let state = state.map_or(Ok(WorkState::Unread), |state| {
                WorkState::from_name(&state).ok_or_else(|| damaged(format!("state {state:?}")))
            })?;
            let mut tags =
                connection.prepare_cached("SELECT tag FROM document_tags WHERE document_id = ?1 ORDER BY tag")?;
            let tags = tags.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let confidence: Option<Option<f32>> = connection
                .prepare_cached("SELECT confidence FROM document_confidence WHERE document_id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            let n_topics = connection
                .prepare_cached(&format!("SELECT {SHOWN_TOPICS} WHERE document_id = ?1"))?
                .query_row([id], |row| row.get(0))?;
            Ok(Standing { state, tags, confidence: confidence.flatten(), n_topics })
        })
    }

    /// Returns all tags in the order of the alphabet, each with how many documents have it.
    pub fn tags(&self) -> Result<Vec<TagRow>> {
        self.read(|connection| {
            // A tag is spelt as it was first.
            let sql = "SELECT min(tag), count(*) FROM document_tags GROUP BY tag ORDER BY tag";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| Ok(TagRow { tag: row.get(0)?, n_documents: row.get(1)? }))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Gives documents a tag, and returns those that did not have it before.
    ///
    /// White space around a tag and around each `/` in it is left out, and a tag that is there already keeps its spelling.
    /// Fails with [`Error::Setting`] if nothing is left or it is longer than a hundred characters, and with
    /// [`Error::NoDocument`]; nothing is changed then.
    pub fn add_tag(&mut self, ids: &[DocumentId], tag: &str) -> Result<Vec<DocumentId>> {
        let tag = checked_tag(tag)?;
        self.write(|transaction| {
            let tag = as_spelt(transaction, &tag)?.unwrap_or(tag);
            changed(transaction, ids, "INSERT OR IGNORE INTO document_tags (document_id, tag) VALUES (?1, ?2)", &tag)
        })
    }

    /// Takes a tag from documents, and returns those that had it. Fails with [`Error::NoDocument`].
    pub fn remove_tag(&mut self, ids: &[DocumentId], tag: &str) -> Result<Vec<DocumentId>> {
        let tag = checked_tag(tag)?;
        self.write(|transaction| {
            changed(transaction, ids, "DELETE FROM document_tags WHERE document_id = ?1 AND tag = ?2", &tag)
        })
    }

    /// Gives a tag another name on all documents, and with it those that lie within it; returns how many documents had
    /// any of them. Documents that have both keep one.
    ///
    /// A tag that is there already keeps its spelling, unless it is the one that is renamed. Fails as [`Library::add_tag`]
    /// does.
    pub fn rename_tag(&mut self, from: &str, to: &str) -> Result<usize> {
        let (from, to) = (checked_tag(from)?, checked_tag(to)?);
        self.write(|transaction| {
            let within = "WHERE tag = ?1 OR substr(tag, 1, length(?1) + 1) = ?1 || '/' COLLATE NOCASE";
            let mut statement =
                transaction.prepare_cached(&format!("SELECT document_id, tag FROM document_tags {within}"))?;
            let tagged: Vec<(DocumentId, String)> =
                statement.query_map([&from], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
            // Out of the way, so that no tag is renamed twice and the spelling left is that of others.
            transaction.prepare_cached(&format!("DELETE FROM document_tags {within}"))?.execute([&from])?;
            let to = as_spelt(transaction, &to)?.unwrap_or(to);
            let mut documents = BTreeSet::new();
            for (id, tag) in tagged {
                let renamed = checked_tag(&format!("{to}{}", &tag[from.len()..]))?;
                let renamed = as_spelt(transaction, &renamed)?.unwrap_or(renamed);
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO document_tags (document_id, tag) VALUES (?1, ?2)")?
                    .execute(params![id, renamed])?;
                documents.insert(id);
            }
            Ok(documents.len())
        })
    }

    /// Says how far the work on documents has come, the same of all. Fails as [`Library::set_work_states`] does.
    pub fn set_work_state(&mut self, ids: &[DocumentId], state: WorkState) -> Result<()> {
        self.set_work_states(&ids.iter().map(|&id| (id, state)).collect::<Vec<_>>())
    }

    /// Says of each document how far the work on it has come, in one transaction. Fails with [`Error::NoDocument`]; nothing
    /// is changed then.
    pub fn set_work_states(&mut self, marks: &[(DocumentId, WorkState)]) -> Result<()> {
        self.write(|transaction| {
            for &(id, state) in marks {
                check_there(transaction, id)?;
                match state {
                    WorkState::Unread => {
                        transaction.prepare_cached("DELETE FROM document_work WHERE document_id = ?1")?.execute([id])?
                    }
                    state => transaction
                        .prepare_cached("INSERT OR REPLACE INTO document_work (document_id, state) VALUES (?1, ?2)")?
                        .execute(params![id, state.name()])?,
                };
            }
            Ok(())
        })
    }

    /// Keeps how sure the chapters of a document are: a number in `0.0..=1.0`, or that its engine does not tell.
    ///
    /// It is forgotten when the chapters change. Fails with [`Error::NoDocument`].
    pub fn put_confidence(&mut self, id: DocumentId, confidence: Option<f32>) -> Result<()> {
        self.write(|transaction| {
            check_there(transaction, id)?;
            insert_confidence(transaction, id, confidence)
        })
    }

    /// Returns at most `limit` documents of which it is not kept how sure their chapters are, ascending.
    pub fn documents_without_confidence(&self, limit: usize) -> Result<Vec<DocumentId>> {
        self.read(|connection| {
            let sql = "SELECT id FROM documents WHERE id NOT IN (SELECT document_id FROM document_confidence) \
                       ORDER BY id LIMIT ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            Ok(statement.query_map([limit], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Keeps how sure the chapters of a document are. To be called once they are stored, since they make it forgotten.
pub(super) fn insert_confidence(connection: &Connection, id: DocumentId, confidence: Option<f32>) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO document_confidence (document_id, confidence) VALUES (?1, ?2)")?
        .execute(params![id, confidence])?;
    Ok(())
}

/// Calls `visit` with each row of two columns, the first a document's number.
fn each<T: rusqlite::types::FromSql>(
    connection: &Connection,
    sql: &str,
    mut visit: impl FnMut(DocumentId, T) -> rusqlite::Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        visit(row.get(0)?, row.get(1)?)?;
    }
    Ok(())
}

/// Runs `sql` with each document and the tag; returns the documents of which it changed anything.
fn changed(connection: &Connection, ids: &[DocumentId], sql: &str, tag: &str) -> Result<Vec<DocumentId>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut changed = Vec::new();
    for &id in ids {
        check_there(connection, id)?;
        if 0 < statement.execute(params![id, tag])? {
            changed.push(id);
        }
    }
    Ok(changed)
}

/// Returns a tag as documents have it, whatever the case of its ASCII letters.
fn as_spelt(connection: &Connection, tag: &str) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT min(tag) FROM document_tags WHERE tag = ?1 GROUP BY tag")?;
    Ok(statement.query_row([tag], |row| row.get(0)).optional()?)
}

/// Returns a tag with one space between words and none beside a `/`; empty parts are left out.
fn checked_tag(typed: &str) -> Result<String> {
    let parts: Vec<String> = typed
        .split('/')
        .map(|part| part.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()))
        .map(|words| words.collect::<Vec<_>>().join(" "))
        .filter(|part| !part.is_empty())
        .collect();
    let tag = parts.join("/");
    if tag.is_empty() || MAX_TAG_CHARS < tag.chars().count() {
        let needed = "one to a hundred characters";
        let found = format!("{:?}", typed.chars().take(MAX_TAG_CHARS + 20).collect::<String>());
        return Err(Error::Setting { name: "tag", needed, found });
    }
    Ok(tag)
}

#[cfg(test)]
mod tests {
    use super::super::{NewTopic, TopicId, samples};
    use super::*;
    use crate::document::Layer;

    fn library() -> (Library, [DocumentId; 3]) {
        let mut library = Library::in_memory().unwrap();
        let ids = [1, 2, 3].map(|number| {
            let text = format!("The lamp is lit.\nThe tide turns at {number}.");
            library.add_document(&samples::document(number, &["Lamps"], &text)).unwrap()
        });
        (library, ids)
    }

    fn tags(library: &Library) -> Vec<(String, u32)> {
        library.tags().unwrap().into_iter().map(|row| (row.tag, row.n_documents)).collect()
    }

    #[track_caller]
    fn check_tag(typed: &str, expected: Option<&str>) {
        assert_eq!(checked_tag(typed).ok().as_deref(), expected, "{typed:?}");
    }

    #[test]
    fn a_tag_is_tidied_and_never_empty_or_endless() {
        check_tag("  wave \t one ", Some("wave one"));
        check_tag("/field notes / wave one/", Some("field notes/wave one"));
        check_tag(" // ", None);
        check_tag("", None);
        check_tag(&"x".repeat(100), Some(&"x".repeat(100)));
        check_tag(&"x".repeat(101), None);
    }

    #[test]
    fn tags_are_given_and_taken_whatever_their_case_and_say_whom_they_changed() {
        let (mut library, [one, two, three]) = library();
        assert_eq!(library.add_tag(&[one, two], "Bees").unwrap(), [one, two]);
        assert_eq!(library.add_tag(&[two, three], "bees").unwrap(), [three]);
        assert_eq!(library.add_tag(&[one], "apples").unwrap(), [one]);
        assert_eq!(tags(&library), [("apples".to_owned(), 1), ("Bees".to_owned(), 3)]);
        assert_eq!(library.standings().unwrap()[&one].tags, ["apples", "Bees"]);
        assert_eq!(library.standing(one).unwrap(), library.standings().unwrap()[&one]);
        assert_eq!(library.remove_tag(&[one, two], "BEES").unwrap(), [one, two]);
        assert_eq!(library.remove_tag(&[one], "pears").unwrap(), []);
        assert_eq!(tags(&library), [("apples".to_owned(), 1), ("Bees".to_owned(), 1)]);
    }

    #[test]
    fn a_tag_renamed_to_another_becomes_one_with_it() {
        let (mut library, [one, two, _]) = library();
        library.add_tag(&[one, two], "bees").unwrap();
        library.add_tag(&[two], "hives").unwrap();
        assert_eq!(library.rename_tag("bees", "hives").unwrap(), 2);
        assert_eq!(tags(&library), [("hives".to_owned(), 2)]);
    }

    #[track_caller]
    fn check_renamed(before: [&[&str]; 3], (from, to): (&str, &str), expected: &[(&str, u32)]) {
        let (mut library, ids) = library();
        for (id, own) in ids.into_iter().zip(before) {
            for tag in own {
                library.add_tag(&[id], tag).unwrap();
            }
        }
        library.rename_tag(from, to).unwrap();
        let expected: Vec<(String, u32)> = expected.iter().map(|(tag, n)| ((*tag).to_owned(), *n)).collect();
        assert_eq!(tags(&library), expected, "{from} to {to}");
    }

    #[test]
    fn a_renamed_tag_has_one_spelling_and_takes_along_what_lies_within_it() {
        check_renamed([&["bees"], &["Hives"], &[]], ("bees", "hives"), &[("Hives", 2)]);
        check_renamed([&["bees"], &["bees"], &[]], ("BEES", "Bees"), &[("Bees", 2)]);
        let within: [&[&str]; 3] = [&["Bees", "beeswax"], &["Bees/wild"], &["Bees/wild/small"]];
        check_renamed(
            within,
            ("bees", "Wasps"),
            &[("beeswax", 1), ("Wasps", 1), ("Wasps/wild", 1), ("Wasps/wild/small", 1)],
        );
        check_renamed(
            within,
            ("bees", "Bees/wild"),
            &[("Bees/wild", 1), ("Bees/wild/wild", 1), ("Bees/wild/wild/small", 1), ("beeswax", 1)],
        );
        check_renamed([&["a/b"], &["a/b/b"], &["A"]], ("a/b", "a"), &[("A", 2), ("A/b", 1)]);
    }

    #[test]
    fn topics_are_counted_as_they_are_shown() {
        let (mut library, [one, two, _]) = library();
        let topic = |label: &str, documents: &[DocumentId]| NewTopic {
            label: label.to_owned(),
            words: Vec::new(),
            npmi: 0.0,
            profile: Vec::new(),
            documents: documents.iter().map(|&id| (id, 0.5)).collect(),
            chapters: Vec::new(),
        };
        let topics = [topic("Sea", &[one, two]), topic("Light", &[one]), topic("Bread", &[one])];
        library.replace_topics(&topics, &samples::provenance("minhash")).unwrap();
        let ids: Vec<TopicId> = library.topics().unwrap().iter().map(|topic| topic.id).collect();
        let counted = |library: &Library| {
            let standings = library.standings().unwrap();
            let of_document = |id: DocumentId| standings.get(&id).map_or(0, |standing| standing.n_topics);
            assert_eq!(library.standing(one).unwrap().n_topics, of_document(one));
            [of_document(one), of_document(two)]
        };
        assert_eq!(counted(&library), [3, 1]);
        library.merge_topics(ids[0], &[ids[1]]).unwrap();
        assert_eq!(counted(&library), [2, 1]);
        library.hide_topic(ids[0]).unwrap();
        assert_eq!(counted(&library), [1, 0]);
        library.show_topic(ids[0]).unwrap();
        library.split_topic(ids[2], &[topic("Rye", &[one]), topic("Oat", &[])]).unwrap();
        assert_eq!(counted(&library), [2, 1]);
    }

    #[test]
    fn a_document_that_is_not_there_changes_nothing() {
        let (mut library, [one, ..]) = library();
        let gone = DocumentId(99);
        assert!(matches!(library.add_tag(&[one, gone], "bees"), Err(Error::NoDocument(99))));
        let marks = [(one, WorkState::Checked), (gone, WorkState::InWork)];
        assert!(matches!(library.set_work_states(&marks), Err(Error::NoDocument(99))));
        assert!(matches!(library.put_confidence(gone, None), Err(Error::NoDocument(99))));
        assert_eq!(library.standings().unwrap(), BTreeMap::new());
    }

    #[test]
    fn the_state_of_work_goes_forth_and_back() {
        let (mut library, [one, two, _]) = library();
        for state in [WorkState::Checked, WorkState::InWork, WorkState::Unread] {
            library.set_work_state(&[one], state).unwrap();
            let standings = library.standings().unwrap();
            assert_eq!(standings.get(&one).map_or(WorkState::Unread, |standing| standing.state), state);
            assert_eq!(standings.get(&two), None);
            assert_eq!(WorkState::from_name(state.name()), Some(state));
        }
    }

    #[test]
    fn confidence_is_forgotten_when_chapters_change() {
        let (mut library, [one, two, three]) = library();
        assert_eq!(library.documents_without_confidence(2).unwrap(), [one, two]);
        library.put_confidence(one, Some(0.75)).unwrap();
        library.put_confidence(two, None).unwrap();
        assert_eq!(library.documents_without_confidence(9).unwrap(), [three]);
        assert_eq!(library.standings().unwrap()[&one].confidence, Some(0.75));
        let chapters: Vec<_> =
            library.chapters(one, Layer::Found).unwrap().into_iter().map(|row| row.chapter).collect();
        library.replace_chapters(one, Layer::AsWritten, 0.5, &chapters).unwrap();
        assert_eq!(library.documents_without_confidence(9).unwrap(), [three]);
        library.replace_chapters(one, Layer::Found, 0.5, &chapters).unwrap();
        assert_eq!(library.documents_without_confidence(9).unwrap(), [one, three]);
    }

    #[test]
    fn what_is_said_of_a_document_goes_with_it() {
        let (mut library, [one, ..]) = library();
        library.add_tag(&[one], "bees").unwrap();
        library.set_work_state(&[one], WorkState::InWork).unwrap();
        library.put_confidence(one, Some(0.5)).unwrap();
        library.remove_document(one).unwrap();
        assert_eq!(library.standings().unwrap(), BTreeMap::new());
        assert_eq!(tags(&library), []);
    }
}
