//! What was done by hand: kept with its history, in one transaction with the chapters that follow from it.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::failure::damaged;
use super::{Assessment, ChapterId, DocumentId, Library, TopicId, chapters, documents, topics};
use crate::corrections::{Correction, Corrections, History, Lock, Note, NoteColor, NoteId, Step, StepKind, Verdict};
use crate::document::{Chapter, UnitIndex};
use crate::error::Result;

/// All that was done by hand to one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandMade {
    /// What holds.
    pub corrections: Corrections,
    /// How it came about, and what was taken back.
    pub history: History,
    /// The titles of chapters that are gone, by the unit they started at.
    pub former_titles: BTreeMap<UnitIndex, String>,
    /// Grows with each change: two readings of the same revision are the same.
    pub revision: u64,
}

/// One change to what was done by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandMove {
    /// Take a step, after those that are done; what was taken back is gone then.
    Take(Step),
    /// Take a step in the place of the one before, which it goes on with: what is typed is kept while it is typed.
    GoOn(Step),
    /// Take the last step back.
    Undo,
    /// Take the step again that was taken back last.
    Redo,
}

/// Chapters as a correction leaves them: in the place of those that are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Recut<'a> {
    /// The chapters of the layer that was found. They tile the text.
    pub chapters: &'a [Chapter],
    /// The titles of chapters that are gone.
    pub former_titles: &'a BTreeMap<UnitIndex, String>,
}

impl Library {
    /// Returns all that was done by hand to a document.
    pub fn hand_made(&self, id: DocumentId) -> Result<HandMade> {
        self.read(|connection| {
            documents::check_there(connection, id)?;
            hand_made(connection, id)
        })
    }

    /// Keeps a change to what was done by hand, with the chapters that follow from it if it is about chapters.
    ///
    /// `revision` is the one the change was made for; returns whether it still was that one, and keeps nothing if not. A
    /// chapter that stays as it was keeps its number. `made_at` is in seconds since 1970.
    pub fn change_by_hand(
        &mut self,
        id: DocumentId,
        revision: u64,
        change: &HandMove,
        made_at: i64,
        recut: Option<&Recut>,
    ) -> Result<bool> {
        self.write(|transaction| {
            documents::check_there(transaction, id)?;
            let mut kept = hand_made(transaction, id)?;
            if kept.revision != revision || !move_by(&mut kept, change) {
                return Ok(false);
            }
            write_step(transaction, id, change, &kept.history, made_at)?;
            write_corrections(transaction, id, &kept.corrections)?;
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO correction_states (document_id, n_done, revision) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![id, kept.history.n_done() as i64, (revision + 1).cast_signed()])?;
            if let Some(recut) = recut {
                write_former_titles(transaction, id, recut.former_titles)?;
                chapters::replace_changed(transaction, id, recut.chapters)?;
            }
            Ok(true)
        })
    }

    /// Puts other chapters in the place of those that were found, as [`Library::replace_chapters`] does, if nothing was
    /// done by hand since `revision`, with what is known of them. Returns whether that is so.
    pub fn replace_chapters_of(
        &mut self,
        id: DocumentId,
        revision: u64,
        engine: &str,
        granularity: f32,
        chapters: &[Chapter],
        assessment: &Assessment,
    ) -> Result<bool> {
        self.write(|transaction| {
            documents::check_there(transaction, id)?;
            if state(transaction, id)?.1 != revision {
                return Ok(false);
            }
            transaction.execute("DELETE FROM former_titles WHERE document_id = ?1", [id])?;
            transaction.execute(
                "UPDATE documents SET granularity = ?2, engine = ?3 WHERE id = ?1",
                params![id, granularity, engine],
            )?;
            let text = documents::text(transaction, id)?;
            chapters::forget_words(transaction, id, &text)?;
            transaction
                .prepare_cached("DELETE FROM chapters WHERE document_id = ?1 AND layer = 'found'")?
                .execute([id])?;
            chapters::insert_assessed(transaction, id, &text, chapters, assessment)?;
            Ok(true)
        })
    }

    /// Returns the notes of all documents, by document and place.
    pub fn all_notes(&self) -> Result<Vec<(DocumentId, NoteId, Note)>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT DISTINCT document_id FROM notes ORDER BY document_id")?;
            let ids: Vec<DocumentId> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let mut all = Vec::new();
            for id in ids {
                let mut of_document = read_notes(connection, id)?;
                of_document.sort_by_key(|(number, note)| (note.span.start, note.span.end, *number));
                all.extend(of_document.into_iter().map(|(number, note)| (id, number, note)));
            }
            Ok(all)
        })
    }

    /// Returns the tags of notes, ascending.
    pub fn note_tags(&self) -> Result<Vec<String>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT DISTINCT tag FROM note_tags ORDER BY tag")?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the documents in whose chapters a person had a say, in the order of their numbers.
    pub fn corrected_documents(&self) -> Result<Vec<DocumentId>> {
        self.read(|connection| {
            let sql = "SELECT DISTINCT document_id FROM corrections ORDER BY document_id";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns the unit a document was read at last, if it was.
    pub fn reading_place(&self, id: DocumentId) -> Result<Option<UnitIndex>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT unit_index FROM reading_places WHERE document_id = ?1")?;
            Ok(statement.query_row([id], |row| row.get(0)).optional()?.map(UnitIndex))
        })
    }

    /// Keeps the unit a document is read at. A document that is not there any more is no failure.
    pub fn keep_reading_place(&mut self, id: DocumentId, unit: UnitIndex) -> Result<()> {
        self.write(|transaction| {
            let sql = "INSERT OR REPLACE INTO reading_places (document_id, unit_index) \
                       SELECT id, ?2 FROM documents WHERE id = ?1";
            transaction.execute(sql, params![id, unit.0])?;
            Ok(())
        })
    }

    /// Adds topics that chapters bear to those that are known, such as of chapters that a correction made.
    pub fn add_chapter_topics(&mut self, borne: &[(ChapterId, TopicId, f32)]) -> Result<()> {
        self.write(|transaction| {
            for &(chapter, topic, strength) in borne {
                topics::insert_chapter_topic(transaction, chapter, topic, strength)?;
            }
            Ok(())
        })
    }
}

/// Makes the change to what is kept. Returns whether it fits.
fn move_by(kept: &mut HandMade, change: &HandMove) -> bool {
    match change {
        HandMove::Take(step) => {
            let fits = kept.corrections.take(step);
            kept.history.push(step.clone());
            fits
        }
        HandMove::GoOn(step) => {
            let Some(back) = kept.history.undo() else { return false };
            let fits = kept.corrections.take(&back) && kept.corrections.take(step);
            kept.history.push(step.clone());
            fits
        }
        HandMove::Undo => kept.history.undo().is_some_and(|step| kept.corrections.take(&step)),
        HandMove::Redo => kept.history.redo().is_some_and(|step| kept.corrections.take(&step)),
    }
}

impl HandMade {
    /// Returns what this is after a change; nothing if the change does not fit, as when there is no step to take back.
    #[must_use]
    pub fn after(&self, change: &HandMove) -> Option<Self> {
        let mut after = self.clone();
        after.revision += 1;
        move_by(&mut after, change).then_some(after)
    }
}

fn state(connection: &Connection, id: DocumentId) -> Result<(usize, u64)> {
    let mut statement =
        connection.prepare_cached("SELECT n_done, revision FROM correction_states WHERE document_id = ?1")?;
    let kept: Option<(u32, i64)> = statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(kept.map_or((0, 0), |(n_done, revision)| (n_done as usize, revision.cast_unsigned())))
}

fn hand_made(connection: &Connection, id: DocumentId) -> Result<HandMade> {
    let (n_done, revision) = state(connection, id)?;
    Ok(HandMade {
        corrections: Corrections::new(read_chapters(connection, id)?, read_notes(connection, id)?),
        history: History::new(read_steps(connection, id)?, n_done),
        former_titles: read_former_titles(connection, id)?,
        revision,
    })
}

fn read_chapters(connection: &Connection, id: DocumentId) -> Result<Vec<(UnitIndex, Correction)>> {
    let mut statement = connection.prepare_cached(
        "SELECT unit_index, verdict, title, level, locked_units, locked_title, locked_level FROM corrections \
         WHERE document_id = ?1 ORDER BY unit_index",
    )?;
    let rows = statement.query_map([id], |row| {
        let verdict: Option<String> = row.get(1)?;
        let verdict = verdict
            .map(|name| Verdict::from_name(&name).ok_or_else(|| damaged(format!("verdict {name:?}"))))
            .transpose()?;
        let lock = match (row.get(4)?, row.get(5)?, row.get(6)?) {
            (Some(n_units), Some(title), Some(level)) => Some(Lock { n_units, title, level }),
            _ => None,
        };
        Ok((UnitIndex(row.get(0)?), Correction { verdict, title: row.get(2)?, level: row.get(3)?, lock }))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read_notes(connection: &Connection, id: DocumentId) -> Result<Vec<(NoteId, Note)>> {
    let mut tags: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut statement =
        connection.prepare_cached("SELECT note_index, tag FROM note_tags WHERE document_id = ?1 ORDER BY tag")?;
    for row in statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))? {
        let (note, tag) = row?;
        tags.entry(note).or_default().push(tag);
    }
    let mut statement = connection.prepare_cached(
        "SELECT note_index, start_byte, end_byte, color, text, made_at FROM notes WHERE document_id = ?1 \
         ORDER BY note_index",
    )?;
    let rows = statement.query_map([id], |row| {
        let (index, color): (u32, String) = (row.get(0)?, row.get(3)?);
        let note = Note {
            span: chapters::span(row.get(1)?, row.get(2)?)?,
            color: NoteColor::from_name(&color).unwrap_or_default(),
            text: row.get(4)?,
            tags: Vec::new(),
            made_at: row.get(5)?,
        };
        Ok((NoteId(index), note))
    })?;
    let mut notes: Vec<(NoteId, Note)> = rows.collect::<rusqlite::Result<_>>()?;
    for (id, note) in &mut notes {
        note.tags = tags.remove(&id.0).unwrap_or_default();
    }
    Ok(notes)
}

fn read_steps(connection: &Connection, id: DocumentId) -> Result<Vec<Step>> {
    let mut statement = connection
        .prepare_cached("SELECT kind, edits FROM correction_steps WHERE document_id = ?1 ORDER BY step_index")?;
    let rows = statement.query_map([id], |row| {
        let (kind, edits): (String, String) = (row.get(0)?, row.get(1)?);
        let kind = StepKind::from_name(&kind).ok_or_else(|| damaged(format!("step {kind:?}")))?;
        let edits = serde_json::from_str(&edits).map_err(|error| damaged(format!("step: {error}")))?;
        Ok(Step { kind, edits })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read_former_titles(connection: &Connection, id: DocumentId) -> Result<BTreeMap<UnitIndex, String>> {
    let mut statement =
        connection.prepare_cached("SELECT unit_index, title FROM former_titles WHERE document_id = ?1")?;
    let rows = statement.query_map([id], |row| Ok((UnitIndex(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes what a change does to the steps; `history` is as it is after the change.
fn write_step(
    connection: &Connection,
    id: DocumentId,
    change: &HandMove,
    history: &History,
    made_at: i64,
) -> Result<()> {
    let (HandMove::Take(step) | HandMove::GoOn(step)) = change else { return Ok(()) };
    let index = history.n_done() as u32 - 1;
    connection
        .prepare_cached("DELETE FROM correction_steps WHERE document_id = ?1 AND ?2 <= step_index")?
        .execute(params![id, index])?;
    connection
        .prepare_cached(
            "INSERT INTO correction_steps (document_id, step_index, kind, edits, made_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![id, index, step.kind.name(), serde_json::to_string(&step.edits)?, made_at])?;
    Ok(())
}

/// Writes what holds, in the place of what held before.
fn write_corrections(connection: &Connection, id: DocumentId, corrections: &Corrections) -> Result<()> {
    connection.prepare_cached("DELETE FROM corrections WHERE document_id = ?1")?.execute([id])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO corrections (document_id, unit_index, verdict, title, level, locked_units, locked_title, \
         locked_level) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (unit, it) in corrections.chapters() {
        let lock = it.lock.as_ref();
        statement.execute(params![
            id,
            unit.0,
            it.verdict.map(Verdict::name),
            it.title,
            it.level,
            lock.map(|lock| lock.n_units),
            lock.map(|lock| &lock.title),
            lock.map(|lock| lock.level),
        ])?;
    }
    connection.prepare_cached("DELETE FROM notes WHERE document_id = ?1")?.execute([id])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO notes (document_id, note_index, start_byte, end_byte, color, text, made_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut tag_statement =
        connection.prepare_cached("INSERT INTO note_tags (document_id, note_index, tag) VALUES (?1, ?2, ?3)")?;
    for (number, note) in corrections.notes() {
        let span = note.span;
        statement.execute(params![
            id,
            number.0,
            span.start.0,
            span.end.0,
            note.color.name(),
            note.text,
            note.made_at
        ])?;
        for tag in &note.tags {
            tag_statement.execute(params![id, number.0, tag])?;
        }
    }
    Ok(())
}

fn write_former_titles(connection: &Connection, id: DocumentId, titles: &BTreeMap<UnitIndex, String>) -> Result<()> {
    connection.prepare_cached("DELETE FROM former_titles WHERE document_id = ?1")?.execute([id])?;
    let mut statement =
        connection.prepare_cached("INSERT INTO former_titles (document_id, unit_index, title) VALUES (?1, ?2, ?3)")?;
    for (unit, title) in titles {
        statement.execute(params![id, unit.0, title])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{ChapterRow, full_text, samples};
    use super::*;
    use crate::chapters::{CutConfig, CutRule};
    use crate::corrections::{Change, Edit};
    use crate::document::{GapIndex, GapScores, Layer, Span, UnitKind};

    const TEXT: &str =
        "The lamp is lit at dusk.\nThe tide turns at noon.\nGulls follow the boats.\nNets dry on the quay.";

    fn library() -> (Library, DocumentId) {
        let mut library = Library::in_memory().unwrap();
        let id = library.add_document(&samples::document(1, &["Lamps", "Boats"], TEXT)).unwrap();
        (library, id)
    }

    fn rows(library: &Library, id: DocumentId) -> Vec<ChapterRow> {
        library.chapters(id, Layer::Found).unwrap()
    }

    /// Keeps a change as the pipeline does, each chapter that is made titled by its first unit.
    fn keep(library: &mut Library, id: DocumentId, change: &HandMove) -> bool {
        let before = library.hand_made(id).unwrap();
        let Some(after) = before.after(change) else { return false };
        let units = library.units(id).unwrap();
        let scores = GapScores::new(vec![0.0, 0.9, 0.0]);
        let cut = CutConfig::usual(0.5, UnitKind::Paragraph, CutRule::Threshold);
        let mut chapters = after.corrections.cut(TEXT.len(), &units, &scores, &[GapIndex(1)], cut);
        let old: Vec<Chapter> = rows(library, id).into_iter().map(|row| row.chapter).collect();
        crate::corrections::carry_titles(&old, &before.former_titles, &mut chapters);
        for chapter in chapters.iter_mut().filter(|chapter| chapter.title.is_empty()) {
            chapter.title = format!("From unit {}", chapter.first_unit.0);
        }
        let recut = Recut { chapters: &chapters, former_titles: &before.former_titles };
        library.change_by_hand(id, before.revision, change, 5, Some(&recut)).unwrap()
    }

    fn take(library: &mut Library, id: DocumentId, change: &Change) {
        let kept = library.hand_made(id).unwrap();
        let chapters: Vec<Chapter> = rows(library, id).into_iter().map(|row| row.chapter).collect();
        let step = kept.corrections.step(change, &chapters, kept.history.free_note()).unwrap();
        assert!(keep(library, id, &HandMove::Take(step)));
    }

    fn note(start: usize, text: &str) -> Note {
        let tags = vec!["b".to_owned(), "a".to_owned(), "a".to_owned(), " ".to_owned()];
        Note { span: Span::new(start..start + 4), color: NoteColor::Blue, text: text.to_owned(), tags, made_at: 9 }
    }

    #[test]
    fn what_is_done_by_hand_is_read_back_and_goes_back_and_forth() {
        let (mut library, id) = library();
        assert_eq!(library.hand_made(id).unwrap(), HandMade::default());
        let mut states = vec![library.hand_made(id).unwrap().corrections];
        let changes = [
            Change::Split(UnitIndex(1)),
            Change::Rename { chapter: UnitIndex(1), title: "Tides".to_owned() },
            Change::Lock(UnitIndex(1)),
            Change::AddNote(note(4, "what lamp?")),
            Change::ChangeNote { id: NoteId(1), note: note(4, "the lamp of the harbour") },
            Change::Certain(UnitIndex(2)),
        ];
        for change in &changes {
            take(&mut library, id, change);
            states.push(library.hand_made(id).unwrap().corrections);
            full_text::check_in_step(&library);
        }
        let kept = library.hand_made(id).unwrap();
        assert_eq!((kept.history.n_done(), kept.revision), (6, 6));
        assert_eq!(kept.corrections.note(NoteId(1)).unwrap().tags, ["a", "b"]);
        assert_eq!(library.note_tags().unwrap(), ["a", "b"]);
        assert_eq!(library.all_notes().unwrap().len(), 1);
        assert_eq!(library.corrected_documents().unwrap(), [id]);
        for expected in states.iter().rev().skip(1) {
            assert!(keep(&mut library, id, &HandMove::Undo));
            assert_eq!(&library.hand_made(id).unwrap().corrections, expected);
        }
        assert!(!keep(&mut library, id, &HandMove::Undo));
        for expected in &states[1..] {
            assert!(keep(&mut library, id, &HandMove::Redo));
            assert_eq!(&library.hand_made(id).unwrap().corrections, expected);
        }
        full_text::check_in_step(&library);
        library.remove_document(id).unwrap();
        for table in ["corrections", "correction_steps", "correction_states", "notes", "note_tags"] {
            let count = format!("SELECT count(*) FROM {table}");
            let n: i64 = library.connection.query_row(&count, [], |row| row.get(0)).unwrap();
            assert_eq!(n, 0, "rows of {table}");
        }
    }

    #[test]
    fn a_step_after_an_undo_takes_the_place_of_what_was_taken_back() {
        let (mut library, id) = library();
        take(&mut library, id, &Change::Split(UnitIndex(1)));
        take(&mut library, id, &Change::Split(UnitIndex(3)));
        assert!(keep(&mut library, id, &HandMove::Undo));
        take(&mut library, id, &Change::Certain(UnitIndex(2)));
        let kinds: Vec<StepKind> = library.hand_made(id).unwrap().history.steps().iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [StepKind::Split, StepKind::Certain]);
        assert!(!keep(&mut library, id, &HandMove::Redo));
    }

    #[test]
    fn what_is_typed_is_one_step() {
        let (mut library, id) = library();
        take(&mut library, id, &Change::AddNote(note(0, "")));
        for text in ["w", "wh", "why"] {
            let mut made = note(0, text);
            made.tags.clear();
            let edit = Edit::Note { id: NoteId(1), before: None, after: Some(made) };
            assert!(keep(&mut library, id, &HandMove::GoOn(Step { kind: StepKind::AddNote, edits: vec![edit] })));
        }
        let kept = library.hand_made(id).unwrap();
        assert_eq!((kept.history.steps().len(), kept.corrections.note(NoteId(1)).unwrap().text.as_str()), (1, "why"));
    }

    #[test]
    fn a_change_made_for_what_is_no_more_is_not_kept() {
        let (mut library, id) = library();
        take(&mut library, id, &Change::Split(UnitIndex(1)));
        let before = (library.hand_made(id).unwrap(), rows(&library, id));
        let (none, chapters) = (BTreeMap::new(), Vec::new());
        let recut = Recut { chapters: &chapters, former_titles: &none };
        assert!(!library.change_by_hand(id, 0, &HandMove::Undo, 5, Some(&recut)).unwrap());
        assert!(!library.replace_chapters_of(id, 0, "lexical", 0.9, &[], &Assessment::default()).unwrap());
        assert_eq!((library.hand_made(id).unwrap(), rows(&library, id)), before);
    }

    #[test]
    fn chapters_that_stay_as_they_were_keep_their_numbers() {
        let (mut library, id) = library();
        let before = rows(&library, id);
        take(&mut library, id, &Change::Split(UnitIndex(1)));
        let after = rows(&library, id);
        assert_eq!(after.iter().map(|row| row.index).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!((after[2].id, after[2].chapter.span), (before[1].id, before[1].chapter.span));
        assert_ne!(after[0].id, before[0].id);
        take(&mut library, id, &Change::Rename { chapter: UnitIndex(2), title: "Gulls".to_owned() });
        let renamed = rows(&library, id);
        assert_eq!(renamed[2].id, before[1].id);
        assert_eq!(renamed[2].chapter.title, "Gulls");
        full_text::check_in_step(&library);
    }

    #[test]
    fn the_place_that_was_read_is_kept() {
        let (mut library, id) = library();
        assert_eq!(library.reading_place(id).unwrap(), None);
        library.keep_reading_place(id, UnitIndex(2)).unwrap();
        library.keep_reading_place(id, UnitIndex(3)).unwrap();
        assert_eq!(library.reading_place(id).unwrap(), Some(UnitIndex(3)));
        library.keep_reading_place(DocumentId(99), UnitIndex(3)).unwrap();
    }
}
