//! What is changed of topics by hand: names, hidden ones, merged ones, split ones; and how that is undone.
//!
//! Nothing that was mined is changed. A topic carries what was done to it in columns beside what was mined
//! (`Hand`), and what is shown is worked out from them, so that every edit is taken back by writing the columns as
//! they were, in this session or a later one, before or after another run of the miner. A merged topic is shown as the
//! one it was merged into; one that was split is shown as its parts, which are topics of their own that stay in the
//! library while the edit can be done again.

use std::collections::BTreeMap;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::topics::{check_topic_there, put, words};
use super::{Library, NewTopic, TopicId};
use crate::document::{TopicPart, combined_label};
use crate::error::{Error, Result};

/// The number of an edit in its library. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EditId(pub i64);

impl ToSql for EditId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for EditId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

/// What was done to a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EditKind {
    /// It was given another name, or the label it was mined with again.
    Rename,
    /// It was hidden.
    Hide,
    /// It was shown again.
    Show,
    /// Others were merged into it.
    Merge,
    /// What was merged into it came apart again.
    Separate,
    /// It was split into parts.
    Split,
}

impl EditKind {
    /// Every kind there is.
    pub const ALL: [Self; 6] = [Self::Rename, Self::Hide, Self::Show, Self::Merge, Self::Separate, Self::Split];

    /// Returns the name used in the store and in every output, such as `"merge"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::Hide => "hide",
            Self::Show => "show",
            Self::Merge => "merge",
            Self::Separate => "separate",
            Self::Split => "split",
        }
    }
}

/// Something that was done to topics by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicEdit {
    /// Its number; a later edit has a higher one.
    pub id: EditId,
    /// What was done.
    pub kind: EditKind,
    /// The topic it was done to; of merged topics the one that is shown.
    pub topic: TopicId,
    /// What that topic was called before.
    pub label: String,
    /// Whether it was undone, so that it could be done again.
    pub is_undone: bool,
}

/// What a topic carries of what was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Hand {
    topic: i64,
    name: Option<String>,
    is_hidden: bool,
    merged_into: Option<i64>,
    is_split: bool,
}

/// The longest name that is kept, in characters.
const MAX_NAME_CHARS: usize = 200;

impl Library {
    /// Gives a topic a name of its own, without the white space around it, or the label it was mined with again.
    ///
    /// Fails with [`Error::NoTopic`] if none is shown of that number, and with [`Error::Setting`] on an empty name or one
    /// of more than 200 characters.
    pub fn rename_topic(&mut self, id: TopicId, name: Option<&str>) -> Result<EditId> {
        let name = name.map(checked_name).transpose()?;
        self.edit(EditKind::Rename, id, alone, |hands| hands[0].name = name)
    }

    /// Hides a topic: it is left out of lists, of what documents and chapters are shown to bear, and of general topics.
    ///
    /// Fails with [`Error::NoTopic`] if none is shown of that number.
    pub fn hide_topic(&mut self, id: TopicId) -> Result<EditId> {
        self.edit(EditKind::Hide, id, alone, |hands| hands[0].is_hidden = true)
    }

    /// Shows a topic that was hidden. Fails with [`Error::NoTopic`] if there is none of that number.
    pub fn show_topic(&mut self, id: TopicId) -> Result<EditId> {
        self.edit(EditKind::Show, id, alone, |hands| hands[0].is_hidden = false)
    }

    /// Merges topics into one, which keeps its number and name: it is shown to be borne by whatever bears any of them.
    ///
    /// Fails with [`Error::NoTopic`] for a number of which none is shown, and with [`Error::Setting`] if there is no other
    /// topic than the first; nothing is changed then.
    pub fn merge_topics(&mut self, into: TopicId, others: &[TopicId]) -> Result<EditId> {
        let mut others: Vec<TopicId> = others.iter().copied().filter(|&other| other != into).collect();
        others.sort_unstable();
        others.dedup();
        if others.is_empty() {
            let found = format!("{} alone", into.0);
            return Err(Error::Setting { name: "topics", needed: "two or more topics to merge", found });
        }
        let concerned = |transaction: &Transaction| {
            let mut pieces = Vec::new();
            for &other in &others {
                check_shown(transaction, other)?;
                pieces.push(other);
                pieces.extend(merged_into(transaction, other)?);
            }
            Ok(pieces)
        };
        self.edit(EditKind::Merge, into, concerned, |hands| {
            for hand in &mut hands[1..] {
                hand.merged_into = Some(into.0);
            }
        })
    }

    /// Takes apart what was merged into a topic: each is a topic of its own again.
    ///
    /// Fails with [`Error::NoTopic`] if none is shown of that number, and with [`Error::Nothing`] if nothing was merged
    /// into it.
    pub fn separate_topic(&mut self, id: TopicId) -> Result<EditId> {
        let concerned = |transaction: &Transaction| {
            let pieces = merged_into(transaction, id)?;
            if pieces.is_empty() {
                let reason = "no other topic was merged into it".to_owned();
                return Err(Error::Nothing { attempt: "take the topic apart", reason });
            }
            Ok(pieces)
        };
        self.edit(EditKind::Separate, id, concerned, |hands| {
            for hand in &mut hands[1..] {
                hand.merged_into = None;
            }
        })
    }

    /// Splits a topic into parts, two or more, which are shown in its place. The numbers of the parts are in
    /// [`TopicRow::part_of`](super::TopicRow::part_of).
    ///
    /// Fails with [`Error::NoTopic`] if none is shown of that number, with [`Error::Setting`] for fewer than two parts, and
    /// with [`Error::Nothing`] if it is several topics that were merged: those are taken apart first.
    pub fn split_topic(&mut self, id: TopicId, parts: &[NewTopic]) -> Result<EditId> {
        if parts.len() < 2 {
            return Err(Error::Setting { name: "parts", needed: "at least 2", found: parts.len().to_string() });
        }
        let concerned = |transaction: &Transaction| {
            if !merged_into(transaction, id)?.is_empty() {
                let reason = "it was merged of several; take it apart first".to_owned();
                return Err(Error::Nothing { attempt: "split the topic", reason });
            }
            let next: u32 = transaction.query_row("SELECT max(topic_index) + 1 FROM topics", [], |row| row.get(0))?;
            for (index, part) in (next..).zip(parts) {
                put(transaction, index, None, Some(id), part)?;
            }
            Ok(Vec::new())
        };
        self.edit(EditKind::Split, id, concerned, |hands| hands[0].is_split = true)
    }

    /// Takes back the last edit that was not taken back, and returns it; nothing if there is none.
    pub fn undo_topic_edit(&mut self) -> Result<Option<TopicEdit>> {
        self.write(|transaction| {
            let sql = "SELECT id, before FROM topic_edits WHERE NOT is_undone ORDER BY id DESC LIMIT 1";
            go_to(transaction, sql, true)
        })
    }

    /// Does again the first edit that was taken back, and returns it; nothing if there is none.
    pub fn redo_topic_edit(&mut self) -> Result<Option<TopicEdit>> {
        self.write(|transaction| {
            let sql = "SELECT id, after FROM topic_edits WHERE is_undone ORDER BY id LIMIT 1";
            go_to(transaction, sql, false)
        })
    }

    /// Returns what was done to topics by hand, the latest first, with what was undone and could be done again.
    pub fn topic_edits(&self) -> Result<Vec<TopicEdit>> {
        self.read(|connection| {
            let mut ids = connection.prepare_cached("SELECT id FROM topic_edits ORDER BY id DESC")?;
            let ids: Vec<EditId> = ids.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            ids.into_iter().map(|id| edit(connection, id)).collect()
        })
    }

    /// Changes what a topic and others carry, and keeps how it was. `concerned` checks, and names the others.
    fn edit(
        &mut self,
        kind: EditKind,
        id: TopicId,
        concerned: impl FnOnce(&Transaction) -> Result<Vec<TopicId>>,
        change: impl FnOnce(&mut [Hand]),
    ) -> Result<EditId> {
        self.write(|transaction| {
            check_shown(transaction, id)?;
            // Before `concerned` stores parts: those of an undone split go by the topic they are parts of.
            forget_undone(transaction)?;
            let label = label(transaction, id)?;
            let mut topics = vec![id];
            topics.extend(concerned(transaction)?);
            let before: Vec<Hand> = topics.iter().map(|&topic| hand(transaction, topic)).collect::<Result<_>>()?;
            let mut after = before.clone();
            change(&mut after);
            write_hands(transaction, &after)?;
            work_out_shown(transaction)?;
            let (before, after) = (serde_json::to_string(&before)?, serde_json::to_string(&after)?);
            let mut statement = transaction.prepare_cached(
                "INSERT INTO topic_edits (kind, topic_id, label, before, after) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            Ok(EditId(statement.insert(params![kind.name(), id, label, before, after])?))
        })
    }
}

/// An edit concerns no other topic.
#[expect(clippy::unnecessary_wraps, reason = "it stands where others may fail")]
fn alone(_: &Transaction) -> Result<Vec<TopicId>> {
    Ok(Vec::new())
}

/// Returns a name without the white space around it, or fails if it is none.
fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().nth(MAX_NAME_CHARS).is_some() {
        let found = format!("{} characters", name.chars().count());
        return Err(Error::Setting { name: "name", needed: "of 1 to 200 characters", found });
    }
    Ok(name.to_owned())
}

/// Fails with [`Error::NoTopic`] if no topic of that number is shown.
fn check_shown(connection: &Connection, id: TopicId) -> Result<()> {
    let is_shown = connection.prepare_cached("SELECT 1 FROM topics WHERE shown_as = ?1")?.exists([id])?;
    if is_shown { Ok(()) } else { Err(Error::NoTopic(id.0)) }
}

fn merged_into(connection: &Connection, id: TopicId) -> Result<Vec<TopicId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM topics WHERE merged_into = ?1 ORDER BY id")?;
    Ok(statement.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

fn hand(connection: &Connection, id: TopicId) -> Result<Hand> {
    check_topic_there(connection, id)?;
    let mut statement =
        connection.prepare_cached("SELECT id, name, is_hidden, merged_into, is_split FROM topics WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| {
        Ok(Hand {
            topic: row.get(0)?,
            name: row.get(1)?,
            is_hidden: row.get(2)?,
            merged_into: row.get(3)?,
            is_split: row.get(4)?,
        })
    })?)
}

/// Writes what topics carry. One that is gone is passed over, and so is one that it was merged into.
fn write_hands(transaction: &Transaction, hands: &[Hand]) -> Result<()> {
    let mut statement = transaction.prepare_cached(
        "UPDATE topics SET name = ?2, is_hidden = ?3, merged_into = (SELECT id FROM topics WHERE id = ?4), \
         is_split = ?5 WHERE id = ?1",
    )?;
    for Hand { topic, name, is_hidden, merged_into, is_split } in hands {
        statement.execute(params![topic, name, is_hidden, merged_into, is_split])?;
    }
    Ok(())
}

/// Forgets the edits that were undone: something else was done in their place.
fn forget_undone(transaction: &Transaction) -> Result<()> {
    // The parts that an undone split made would not be shown again by anything.
    transaction.execute(
        "DELETE FROM topics WHERE NOT is_split AND part_of IN \
         (SELECT topic_id FROM topic_edits WHERE is_undone AND kind = 'split')",
        [],
    )?;
    transaction.execute("DELETE FROM topic_edits WHERE is_undone", [])?;
    Ok(())
}

/// Writes what topics carried before or after the edit that `sql` finds, and marks it.
fn go_to(transaction: &Transaction, sql: &str, is_undone: bool) -> Result<Option<TopicEdit>> {
    let found: Option<(EditId, String)> =
        transaction.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((id, hands)) = found else { return Ok(None) };
    write_hands(transaction, &serde_json::from_str::<Vec<Hand>>(&hands)?)?;
    transaction.execute("UPDATE topic_edits SET is_undone = ?2 WHERE id = ?1", params![id, is_undone])?;
    work_out_shown(transaction)?;
    Ok(Some(edit(transaction, id)?))
}

fn edit(connection: &Connection, id: EditId) -> Result<TopicEdit> {
    let mut statement =
        connection.prepare_cached("SELECT kind, topic_id, label, is_undone FROM topic_edits WHERE id = ?1")?;
    let (kind, topic, label, is_undone): (String, TopicId, String, bool) =
        statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let kind = EditKind::ALL.into_iter().find(|known| known.name() == kind).expect("the schema lets no other in");
    Ok(TopicEdit { id, kind, topic, label, is_undone })
}

/// What decides how a topic is shown.
struct Shape {
    index: u32,
    part_of: Option<TopicId>,
    merged_into: Option<TopicId>,
    is_split: bool,
    is_found: bool,
}

fn shapes(connection: &Connection) -> Result<BTreeMap<TopicId, Shape>> {
    let mut statement =
        connection.prepare_cached("SELECT id, topic_index, part_of, merged_into, is_split, is_found FROM topics")?;
    let rows = statement.query_map([], |row| {
        let shape = Shape {
            index: row.get(1)?,
            part_of: row.get(2)?,
            merged_into: row.get(3)?,
            is_split: row.get(4)?,
            is_found: row.get(5)?,
        };
        Ok((row.get(0)?, shape))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The topics that a part stands in, from the one that was mined to itself; a file of another hand may hold a circle.
fn chain(shapes: &BTreeMap<TopicId, Shape>, id: TopicId) -> Vec<TopicId> {
    let mut chain = vec![id];
    while let Some(above) = shapes.get(chain.last().expect("it starts with one")).and_then(|shape| shape.part_of) {
        if chain.contains(&above) {
            break;
        }
        chain.push(above);
    }
    chain.reverse();
    chain
}

/// Works out what each topic is shown as.
pub(super) fn work_out_shown(transaction: &Transaction) -> Result<()> {
    let shapes = shapes(transaction)?;
    let mut statement = transaction.prepare_cached("UPDATE topics SET shown_as = ?2 WHERE id = ?1")?;
    for (&id, shape) in &shapes {
        let chain = chain(&shapes, id);
        let is_open = chain[..chain.len() - 1]
            .iter()
            .all(|above| shapes.get(above).is_some_and(|above| above.is_split && above.is_found));
        let is_shown = is_open && shape.is_found && !shape.is_split;
        statement.execute(params![id, is_shown.then(|| shape.merged_into.unwrap_or(id))])?;
    }
    Ok(())
}

/// Returns the topics that are shown, hidden ones too, each with the topics that are shown as it: in the order they were
/// mined in, parts in the place of what was split.
pub(super) fn pieces(connection: &Connection) -> Result<Vec<(TopicId, Vec<TopicId>)>> {
    let shapes = shapes(connection)?;
    let mut statement = connection
        .prepare_cached("SELECT shown_as, id FROM topics WHERE shown_as IS NOT NULL ORDER BY shown_as, id")?;
    let mut pieces: BTreeMap<TopicId, Vec<TopicId>> = BTreeMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        pieces.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    let place = |id: TopicId| -> Vec<u32> { chain(&shapes, id).iter().map(|id| shapes[id].index).collect() };
    let mut pieces: Vec<(TopicId, Vec<TopicId>)> = pieces.into_iter().collect();
    pieces.sort_by_cached_key(|(id, pieces)| {
        let stands = pieces.contains(id).then(|| place(*id));
        stands.or_else(|| pieces.iter().map(|&piece| place(piece)).min())
    });
    Ok(pieces)
}

/// Returns what a topic is called: its name, or the label of what is shown as it, or the one it was mined with.
pub(super) fn label(connection: &Connection, id: TopicId) -> Result<String> {
    let mut statement = connection.prepare_cached("SELECT name, label FROM topics WHERE id = ?1")?;
    let (name, mined): (Option<String>, String) = statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let Some(name) = name {
        return Ok(name);
    }
    let mut statement = connection.prepare_cached(
        "SELECT id, label, (SELECT count(*) FROM document_topics WHERE topic_id = topics.id) FROM topics \
         WHERE shown_as = ?1 ORDER BY id",
    )?;
    let pieces: Vec<(TopicId, String, u32)> = statement
        .query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    if pieces.len() < 2 {
        return Ok(pieces.into_iter().next().map_or(mined, |(_, label, _)| label));
    }
    let words: Vec<Vec<(String, f32)>> = pieces.iter().map(|&(id, ..)| words(connection, id)).collect::<Result<_>>()?;
    let parts: Vec<TopicPart<'_>> = pieces
        .iter()
        .zip(&words)
        .map(|((_, label, n_documents), words)| TopicPart { label, is_named: false, words, n_documents: *n_documents })
        .collect();
    Ok(combined_label(&parts))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::document::{Layer, ProfileWord};
    use crate::store::DocumentId;

    const TEXT: &str = "The lamp is lit.\nThe tide turns.\nGulls follow the boats.\nNets dry.";

    fn topic(label: &str, documents: &[(DocumentId, f32)]) -> NewTopic {
        NewTopic {
            label: label.to_owned(),
            words: vec![(label.to_lowercase(), 1.0)],
            npmi: 0.5,
            profile: vec![ProfileWord { term: label.to_lowercase(), value: 1.0, idf: 1.0 }],
            documents: documents.to_vec(),
            chapters: Vec::new(),
        }
    }

    /// Returns a library of three documents with the topics *Sea*, *Light* and *Bread*, each borne by two of them.
    fn library() -> (Library, [DocumentId; 3], [TopicId; 3]) {
        let mut library = Library::in_memory().unwrap();
        let [a, b, c] =
            [1, 2, 3].map(|number| library.add_document(&samples::document(number, &["One"], TEXT)).unwrap());
        let mut topics =
            [topic("Sea", &[(a, 0.5), (b, 0.25)]), topic("Light", &[(b, 0.75), (c, 0.5)]), topic("Bread", &[(c, 0.5)])];
        topics[1].chapters = vec![(library.chapters(b, Layer::Found).unwrap()[0].id, 0.5)];
        library.replace_topics(&topics, &samples::provenance("minhash")).unwrap();
        let ids: Vec<TopicId> = library.topics().unwrap().iter().map(|topic| topic.id).collect();
        (library, [a, b, c], ids.try_into().unwrap())
    }

    #[track_caller]
    fn check(library: &Library, expected: &[(&str, u32)]) {
        let shown = library.topics().unwrap();
        let shown: Vec<(&str, u32)> = shown.iter().map(|topic| (topic.label.as_str(), topic.n_documents)).collect();
        assert_eq!(shown, expected);
    }

    const AS_MINED: [(&str, u32); 3] = [("Sea", 2), ("Light", 2), ("Bread", 1)];

    #[test]
    fn a_name_is_given_and_taken_back() {
        let (mut library, _, [sea, ..]) = library();
        library.rename_topic(sea, Some("  The open sea ")).unwrap();
        check(&library, &[("The open sea", 2), ("Light", 2), ("Bread", 1)]);
        assert!(library.topics().unwrap()[0].is_named);
        library.rename_topic(sea, None).unwrap();
        check(&library, &AS_MINED);
        library.undo_topic_edit().unwrap();
        check(&library, &[("The open sea", 2), ("Light", 2), ("Bread", 1)]);
        library.undo_topic_edit().unwrap();
        check(&library, &AS_MINED);
        assert!(matches!(library.rename_topic(sea, Some(" ")), Err(Error::Setting { .. })));
        assert!(matches!(library.rename_topic(TopicId(99), Some("x")), Err(Error::NoTopic(99))));
    }

    #[test]
    fn what_is_hidden_is_in_no_list_and_comes_back() {
        let (mut library, [_, b, _], [sea, light, _]) = library();
        library.hide_topic(light).unwrap();
        check(&library, &[("Sea", 2), ("Bread", 1)]);
        assert_eq!(library.topics().unwrap()[1].index, 1);
        assert_eq!(library.hidden_topics().unwrap().len(), 1);
        assert_eq!(library.chapter_topics(b).unwrap(), []);
        assert_eq!(library.counts().unwrap().topics, 2);
        library.hide_topic(sea).unwrap();
        let without: Vec<DocumentId> =
            library.documents_without_topic().unwrap().into_iter().map(|(id, _)| id).collect();
        assert_eq!(without.len(), 2, "{without:?}");
        library.show_topic(light).unwrap();
        check(&library, &[("Light", 2), ("Bread", 1)]);
    }

    #[test]
    fn merged_topics_are_one_and_come_apart() {
        let (mut library, [a, b, c], [sea, light, bread]) = library();
        library.merge_topics(sea, &[light, sea, light]).unwrap();
        check(&library, &[("Light, Sea", 3), ("Bread", 1)]);
        assert_eq!(library.topics().unwrap()[0].merged, [light]);
        let documents = library.topic_documents(sea).unwrap();
        let documents: Vec<(DocumentId, f32)> = documents.into_iter().map(|(id, _, strength)| (id, strength)).collect();
        assert_eq!(documents, [(b, 0.75), (a, 0.5), (c, 0.5)]);
        assert_eq!(library.topic_chapters(sea).unwrap().len(), 1);
        assert_eq!(library.chapter_topics(b).unwrap()[0].1, sea);
        // What was merged goes along when its topic is merged.
        library.merge_topics(bread, &[sea]).unwrap();
        check(&library, &[("Light, Sea, Bread", 3)]);
        assert!(matches!(library.merge_topics(bread, &[light]), Err(Error::NoTopic(_))));
        assert!(matches!(library.merge_topics(bread, &[bread]), Err(Error::Setting { .. })));
        library.undo_topic_edit().unwrap();
        check(&library, &[("Light, Sea", 3), ("Bread", 1)]);
        library.separate_topic(sea).unwrap();
        check(&library, &AS_MINED);
        assert!(matches!(library.separate_topic(sea), Err(Error::Nothing { .. })));
        library.undo_topic_edit().unwrap();
        library.undo_topic_edit().unwrap();
        check(&library, &AS_MINED);
        assert_eq!(library.undo_topic_edit().unwrap(), None);
    }

    #[test]
    fn a_split_topic_is_shown_as_its_parts_in_its_place() {
        let (mut library, [a, b, _], [sea, light, _]) = library();
        library.split_topic(sea, &[topic("Tide", &[(a, 0.5)]), topic("Gulls", &[(b, 0.25)])]).unwrap();
        check(&library, &[("Tide", 1), ("Gulls", 1), ("Light", 2), ("Bread", 1)]);
        let tide = library.topics().unwrap()[0].clone();
        assert_eq!(tide.part_of, Some(sea));
        assert!(matches!(library.rename_topic(sea, Some("x")), Err(Error::NoTopic(_))));
        // A part is a topic like any other: it can be split, and merged with another.
        library.split_topic(tide.id, &[topic("Ebb", &[(a, 0.5)]), topic("Flood", &[])]).unwrap();
        check(&library, &[("Ebb", 1), ("Flood", 0), ("Gulls", 1), ("Light", 2), ("Bread", 1)]);
        library.undo_topic_edit().unwrap();
        library.merge_topics(light, &[tide.id]).unwrap();
        check(&library, &[("Gulls", 1), ("Light, Tide", 3), ("Bread", 1)]);
        let refused = library.split_topic(light, &[topic("x", &[]), topic("y", &[])]);
        assert!(matches!(refused, Err(Error::Nothing { .. })), "{refused:?}");
        library.undo_topic_edit().unwrap();
        library.undo_topic_edit().unwrap();
        check(&library, &AS_MINED);
        assert_eq!(library.redo_topic_edit().unwrap().unwrap().kind, EditKind::Split);
        check(&library, &[("Tide", 1), ("Gulls", 1), ("Light", 2), ("Bread", 1)]);
    }

    #[test]
    fn a_topic_is_split_otherwise_after_its_split_was_undone() {
        let (mut library, [a, b, _], [sea, ..]) = library();
        library.split_topic(sea, &[topic("Tide", &[(a, 0.5)]), topic("Gulls", &[(b, 0.25)])]).unwrap();
        library.undo_topic_edit().unwrap();
        library.split_topic(sea, &[topic("Ebb", &[(a, 0.5)]), topic("Flood", &[(b, 0.25)])]).unwrap();
        check(&library, &[("Ebb", 1), ("Flood", 1), ("Light", 2), ("Bread", 1)]);
        assert_eq!(library.stored_topics().unwrap().iter().filter(|stored| stored.part_of.is_some()).count(), 2);
    }

    #[test]
    fn what_is_done_after_undoing_takes_the_place_of_what_was_undone() {
        let (mut library, [a, ..], [sea, light, _]) = library();
        library.split_topic(sea, &[topic("Tide", &[(a, 0.5)]), topic("Gulls", &[])]).unwrap();
        library.undo_topic_edit().unwrap();
        library.rename_topic(light, Some("Lamps")).unwrap();
        assert_eq!(library.redo_topic_edit().unwrap(), None);
        assert!(library.stored_topics().unwrap().iter().all(|stored| stored.part_of.is_none()));
        let kinds: Vec<(EditKind, String)> =
            library.topic_edits().unwrap().into_iter().map(|edit| (edit.kind, edit.label)).collect();
        assert_eq!(kinds, [(EditKind::Rename, "Light".to_owned())]);
    }

    #[test]
    fn edits_survive_a_run_that_finds_the_topics_again_and_can_still_be_undone() {
        let (mut library, [a, b, c], [sea, light, bread]) = library();
        library.rename_topic(bread, Some("Baking")).unwrap();
        library.merge_topics(sea, &[light]).unwrap();
        let again = [topic("Ocean", &[(a, 0.5)]), topic("Lamp", &[(b, 0.5), (c, 0.5)]), topic("Oven", &[(c, 1.0)])];
        let given = [(Some(light), &again[1]), (None, &topic("Fog", &[(a, 1.0)])), (Some(sea), &again[0])];
        let updated = library.update_topics(&given, &[(0, 2, 0.5)], &samples::provenance("minhash")).unwrap();
        assert_eq!(updated.missing, [(bread, "Baking".to_owned())]);
        assert_eq!((updated.ids[0], updated.ids[2]), (light, sea));
        check(&library, &[("Fog", 1), ("Lamp, Ocean", 3)]);
        let joins = library.topic_joins().unwrap();
        assert_eq!((joins[0].one, joins[0].other), (light, sea));
        // What no run finds is kept for one that does.
        let given = [(Some(bread), &again[2])];
        library.update_topics(&given, &[], &samples::provenance("minhash")).unwrap();
        check(&library, &[("Baking", 1)]);
        let stored = library.stored_topics().unwrap();
        assert!(stored.iter().any(|stored| stored.id == light && !stored.topic.profile.is_empty()));
        library.undo_topic_edit().unwrap();
        library.undo_topic_edit().unwrap();
        check(&library, &[("Oven", 1)]);
    }

    #[test]
    fn a_topic_whose_place_was_taken_by_what_it_was_merged_of_is_shown() {
        let (mut library, [a, ..], [sea, light, _]) = library();
        library.merge_topics(sea, &[light]).unwrap();
        library.rename_topic(sea, Some("Coast")).unwrap();
        let lamp = topic("Lamp", &[(a, 0.5)]);
        let updated = library.update_topics(&[(Some(light), &lamp)], &[], &samples::provenance("minhash")).unwrap();
        assert_eq!(updated.missing, [(sea, "Coast".to_owned())]);
        check(&library, &[("Coast", 1)]);
    }
}
