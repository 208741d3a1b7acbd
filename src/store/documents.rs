//! Documents: added whole, read in parts, removed whole.

use std::collections::BTreeSet;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::chapters::{checked_title, forget_words, millis_of, span, time_of};
use super::failure::damaged;
use super::{Assessment, Library, chapters, topics, vectors};
use crate::document::{
    ByteOffset, Chapter, Date, Document, Field, Fields, Format, GapScores, Heading, Layer, Millis, Page, Pages,
    Provenance, Unit, UnitIndex, UnitKind, Units,
};
use crate::error::{Error, Result};

/// The number of a document in its library. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub i64);

impl ToSql for DocumentId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for DocumentId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

/// A document to add, with all that was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDocument {
    /// The document. Its blocks and marks are not kept: the units, headings and chapters say the same.
    pub document: Document,
    /// The name of the file.
    pub source_name: String,
    /// Where the file is, if it is one.
    pub source_path: Option<String>,
    /// Of the bytes of the file.
    pub sha256: [u8; 32],
    /// When it is added, in seconds since 1970.
    pub added_at: i64,
    /// Its units and headings.
    pub units: Units,
    /// The scores of its gaps by each engine that looked at it. The provenance names the engine; no engine twice.
    pub gap_scores: Vec<(GapScores, Provenance)>,
    /// The engine by whose scores `chapters` were cut.
    pub engine: String,
    /// How finely `chapters` were cut, in `0.0..=1.0`.
    pub granularity: f32,
    /// How many numbers a vector has, at least 1, and the vectors of the units, `[units, dims]`.
    pub vectors: Option<(usize, Vec<f32>)>,
    /// The chapters that were found. They tile the text.
    pub chapters: Vec<Chapter>,
    /// The chapters as the headings cut the text, or none.
    pub as_written: Vec<Chapter>,
}

/// What a list of documents shows of one.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentRow {
    /// Its number.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// The name of the file it came from.
    pub source_name: String,
    /// Where that file was.
    pub source_path: Option<String>,
    /// The format it was read from.
    pub format: Format,
    /// What kind of piece its units are.
    pub unit_kind: UnitKind,
    /// How many units it has.
    pub n_units: u32,
    /// How many bytes its text has.
    pub n_bytes: u64,
    /// How many chapters were found.
    pub n_chapters: u32,
    /// The latest moment of any unit, if units have times.
    pub duration: Option<Millis>,
    /// When it was added, in seconds since 1970.
    pub added_at: i64,
    /// The engine by whose scores its chapters were cut.
    pub engine: String,
    /// How finely they were cut, in `0.0..=1.0`.
    pub granularity: f32,
    /// Whether any unit has times.
    pub has_times: bool,
    /// The language of the text by its code in ISO 639, if it is known.
    pub language: Option<String>,
    /// Who wrote it, if the file tells.
    pub author: Option<String>,
    /// The day it is of, if the file tells.
    pub date: Option<Date>,
}

impl Library {
    /// Returns the document that was made of the file with that checksum.
    pub fn find_by_sha256(&self, sha256: &[u8; 32]) -> Result<Option<DocumentId>> {
        self.read(|connection| by_sha256(connection, sha256))
    }

    /// Returns the checksums of the bytes that all documents were made of.
    pub fn checksums(&self) -> Result<BTreeSet<[u8; 32]>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT sha256 FROM documents")?;
            Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Adds a document with everything that was found in it, and returns its number.
    ///
    /// If the same bytes are there already, as when two programs add the same file at once, nothing is changed, and the
    /// number is that of the document there.
    ///
    /// Panics if a chapter that was found does not lie in the text, or vectors and units differ in number: those are
    /// bugs of the caller.
    pub fn add_document(&mut self, new: &NewDocument) -> Result<DocumentId> {
        self.add(new, |transaction, id| {
            chapters::insert(transaction, id, &new.document.text, Layer::Found, &new.chapters).map(drop)
        })
    }

    /// Adds a document as [`Library::add_document`] does, with what is known of the chapters that were found, in one
    /// transaction. The document bears a topic as strongly as its chapters do on average.
    pub fn add_assessed_document(&mut self, new: &NewDocument, assessment: &Assessment) -> Result<DocumentId> {
        self.add(new, |transaction, id| {
            chapters::insert_assessed(transaction, id, &new.document.text, &new.chapters, assessment)?;
            topics::insert_topics_of_chapters(transaction, id)
        })
    }

    fn add(
        &mut self,
        new: &NewDocument,
        insert_found: impl FnOnce(&Connection, DocumentId) -> Result<()>,
    ) -> Result<DocumentId> {
        if let Some((dims, data)) = &new.vectors {
            assert_eq!(data.len(), dims * new.units.len(), "there must be a vector for each unit");
        }
        self.write(|transaction| {
            if let Some(id) = by_sha256(transaction, &new.sha256)? {
                return Ok(id);
            }
            let id = insert_document(transaction, new)?;
            insert_fields(transaction, id, &new.document)?;
            insert_units(transaction, id, &new.units)?;
            for (scores, provenance) in &new.gap_scores {
                insert_gap_scores(transaction, id, scores, provenance)?;
            }
            if let Some((dims, data)) = &new.vectors {
                vectors::insert(transaction, id, *dims, data)?;
            }
            insert_found(transaction, id)?;
            chapters::insert(transaction, id, &new.document.text, Layer::AsWritten, &new.as_written)?;
            Ok(id)
        })
    }

    /// Removes a document and all that hangs on it. Topics that no document bears any more stay.
    ///
    /// Fails with [`Error::NoDocument`].
    pub fn remove_document(&mut self, id: DocumentId) -> Result<()> {
        self.write(|transaction| {
            let text = text(transaction, id)?;
            forget_words(transaction, id, &text)?;
            transaction.execute("DELETE FROM documents WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// Gives a document another title, without the white space around it.
    ///
    /// Fails with [`Error::NoDocument`], and with [`Error::Setting`] if nothing is left of the title.
    pub fn rename_document(&mut self, id: DocumentId, title: &str) -> Result<()> {
        let title = checked_title(title)?;
        self.write(|transaction| {
            check_there(transaction, id)?;
            transaction.execute("UPDATE documents SET title = ?2 WHERE id = ?1", params![id, title])?;
            Ok(())
        })
    }

    /// Returns all documents by title (the case of ASCII letters aside), then number.
    pub fn documents(&self) -> Result<Vec<DocumentRow>> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM documents ORDER BY title COLLATE NOCASE, title, id");
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_map([], document_row)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Returns one document. Fails with [`Error::NoDocument`].
    pub fn document(&self, id: DocumentId) -> Result<DocumentRow> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM documents WHERE id = ?1");
            let row = connection.prepare_cached(&sql)?.query_row([id], document_row).optional()?;
            row.ok_or(Error::NoDocument(id.0))
        })
    }

    /// Returns the text of a document. Fails with [`Error::NoDocument`].
    pub fn text(&self, id: DocumentId) -> Result<String> {
        self.read(|connection| text(connection, id))
    }

    /// Returns what the file of a document says of itself. Fails with [`Error::NoDocument`].
    pub fn fields(&self, id: DocumentId) -> Result<Fields> {
        let row = self.document(id)?;
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT name, value FROM document_fields WHERE document_id = ?1 ORDER BY field_index",
            )?;
            let others = statement.query_map([id], |row| Ok(Field { name: row.get(0)?, value: row.get(1)? }))?;
            let others = others.collect::<rusqlite::Result<_>>()?;
            Ok(Fields { language: row.language, author: row.author, date: row.date, others })
        })
    }

    /// Returns where the pages of a document begin; none if its file has no pages, or there is no such document.
    pub fn pages(&self, id: DocumentId) -> Result<Pages> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT page_number, start_byte FROM pages WHERE document_id = ?1 ORDER BY page_index",
            )?;
            let pages =
                statement.query_map([id], |row| Ok(Page { number: row.get(0)?, start: ByteOffset(row.get(1)?) }))?;
            Ok(Pages(pages.collect::<rusqlite::Result<_>>()?))
        })
    }

    /// Returns the units and headings of a document, in reading order. Fails with [`Error::NoDocument`].
    pub fn units(&self, id: DocumentId) -> Result<Units> {
        self.read(|connection| {
            let kind = connection
                .prepare_cached("SELECT unit_kind FROM documents WHERE id = ?1")?
                .query_row([id], |row| row.get::<_, String>(0))
                .optional()?
                .ok_or(Error::NoDocument(id.0))?;
            Ok(Units {
                kind: unit_kind(&kind)?,
                units: read_units(connection, id)?,
                headings: read_headings(connection, id)?,
            })
        })
    }

    /// Returns what an engine says of a document's gaps, and how it came to say so, if that engine looked at it.
    pub fn gap_scores(&self, id: DocumentId, engine: &str) -> Result<Option<(GapScores, Provenance)>> {
        self.read(|connection| {
            let stored: Option<(Vec<u8>, Option<Vec<u8>>, String)> = connection
                .prepare_cached(
                    "SELECT scores, tops, provenance FROM gap_scores WHERE document_id = ?1 AND engine = ?2",
                )?
                .query_row(params![id, engine], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let Some((scores, tops, provenance)) = stored else { return Ok(None) };
            let scores = numbers_of(&scores)?;
            let scores = match tops {
                Some(tops) if tops.len() == scores.len() * 4 => GapScores::with_tops(scores, numbers_of(&tops)?),
                Some(_) => return Err(damaged("gap scores and levels of different numbers").into()),
                None => GapScores::new(scores),
            };
            Ok(Some((scores, provenance_of(&provenance)?)))
        })
    }

    /// Keeps what an engine says of a document's gaps, in the place of what it said before.
    ///
    /// The chapters stay as they are. Fails with [`Error::NoDocument`].
    pub fn put_gap_scores(&mut self, id: DocumentId, scores: &GapScores, provenance: &Provenance) -> Result<()> {
        self.write(|transaction| {
            check_there(transaction, id)?;
            insert_gap_scores(transaction, id, scores, provenance)
        })
    }

    /// Sets the engine by whose scores a document's chapters are said to be cut. Fails with [`Error::NoDocument`].
    pub fn set_engine(&mut self, id: DocumentId, engine: &str) -> Result<()> {
        self.write(|transaction| {
            check_there(transaction, id)?;
            transaction.execute("UPDATE documents SET engine = ?2 WHERE id = ?1", params![id, engine])?;
            Ok(())
        })
    }

    /// Returns the names of the engines that looked at a document, in the order of the alphabet.
    pub fn engines(&self, id: DocumentId) -> Result<Vec<String>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT engine FROM gap_scores WHERE document_id = ?1 ORDER BY engine")?;
            Ok(statement.query_map([id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Fails with [`Error::NoDocument`] if there is no such document.
pub(super) fn check_there(connection: &Connection, id: DocumentId) -> Result<()> {
    let is_there = connection.prepare_cached("SELECT 1 FROM documents WHERE id = ?1")?.exists([id])?;
    if is_there { Ok(()) } else { Err(Error::NoDocument(id.0)) }
}

/// Returns the text of a document. Fails with [`Error::NoDocument`].
pub(super) fn text(connection: &Connection, id: DocumentId) -> Result<String> {
    connection
        .prepare_cached("SELECT text FROM document_texts WHERE document_id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .ok_or(Error::NoDocument(id.0))
}

/// Returns how a result came to be, as it was kept in JSON.
pub(super) fn provenance_of(json: &str) -> Result<Provenance> {
    Ok(serde_json::from_str(json).map_err(|error| damaged(format!("provenance: {error}")))?)
}

const COLUMNS: &str = "id, title, source_name, source_path, format, unit_kind, n_units, n_bytes, \
     (SELECT count(*) FROM chapters WHERE document_id = documents.id AND layer = 'found'), \
     duration_millis, added_at, engine, granularity, language, author, date";

fn document_row(row: &Row) -> rusqlite::Result<DocumentRow> {
    let format: String = row.get(4)?;
    let duration: Option<i64> = row.get(9)?;
    let date: Option<String> = row.get(15)?;
    Ok(DocumentRow {
        id: row.get(0)?,
        title: row.get(1)?,
        source_name: row.get(2)?,
        source_path: row.get(3)?,
        format: Format::from_name(&format).ok_or_else(|| damaged(format!("format {format:?}")))?,
        unit_kind: unit_kind(&row.get::<_, String>(5)?)?,
        n_units: row.get(6)?,
        n_bytes: row.get::<_, u32>(7)?.into(),
        n_chapters: row.get(8)?,
        duration: duration.map(|millis| Millis(millis.unsigned_abs())),
        added_at: row.get(10)?,
        engine: row.get(11)?,
        granularity: row.get(12)?,
        has_times: duration.is_some(),
        language: row.get(13)?,
        author: row.get(14)?,
        date: date.map(|date| Date::from_iso(&date).ok_or_else(|| damaged(format!("date {date:?}")))).transpose()?,
    })
}

fn unit_kind(name: &str) -> rusqlite::Result<UnitKind> {
    UnitKind::from_name(name).ok_or_else(|| damaged(format!("unit kind {name:?}")))
}

fn by_sha256(connection: &Connection, sha256: &[u8; 32]) -> Result<Option<DocumentId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM documents WHERE sha256 = ?1")?;
    Ok(statement.query_row([sha256.as_slice()], |row| row.get(0)).optional()?)
}

fn insert_document(connection: &Connection, new: &NewDocument) -> Result<DocumentId> {
    let duration = new.units.units.iter().filter_map(|unit| unit.time).max_by_key(|time| time.end);
    let id = connection
        .prepare_cached(
            "INSERT INTO documents (title, source_name, source_path, sha256, format, unit_kind, n_units, n_bytes, \
             duration_millis, added_at, engine, granularity, language, author, date) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .insert(params![
            new.document.title,
            new.source_name,
            new.source_path,
            new.sha256.as_slice(),
            new.document.format.name(),
            new.units.kind.name(),
            new.units.len() as u32,
            ByteOffset::from(new.document.text.len()).0,
            millis_of(duration).1,
            new.added_at,
            new.engine,
            new.granularity,
            new.document.fields.language,
            new.document.fields.author,
            new.document.fields.date.map(|date| date.to_string()),
        ])?;
    connection
        .prepare_cached("INSERT INTO document_texts (document_id, text) VALUES (?1, ?2)")?
        .execute(params![id, new.document.text])?;
    Ok(DocumentId(id))
}

fn insert_fields(connection: &Connection, id: DocumentId, document: &Document) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO document_fields (document_id, field_index, name, value) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (index, field) in document.fields.others.iter().enumerate() {
        statement.execute(params![id, index as u32, field.name, field.value])?;
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO pages (document_id, page_index, page_number, start_byte) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (index, page) in document.pages.0.iter().enumerate() {
        statement.execute(params![id, index as u32, page.number, page.start.0])?;
    }
    Ok(())
}

fn insert_units(connection: &Connection, id: DocumentId, units: &Units) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO units (document_id, unit_index, start_byte, end_byte, speaker, start_millis, end_millis) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (index, unit) in units.units.iter().enumerate() {
        let (start, end) = millis_of(unit.time);
        let values = params![id, index as u32, unit.span.start.0, unit.span.end.0, unit.speaker, start, end];
        statement.execute(values)?;
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO headings (document_id, heading_index, level, start_byte, end_byte, before_unit) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (index, heading) in units.headings.iter().enumerate() {
        let span = heading.span;
        statement.execute(params![id, index as u32, heading.level, span.start.0, span.end.0, heading.before.0])?;
    }
    Ok(())
}

fn read_units(connection: &Connection, id: DocumentId) -> Result<Vec<Unit>> {
    let mut statement = connection.prepare_cached(
        "SELECT start_byte, end_byte, speaker, start_millis, end_millis FROM units WHERE document_id = ?1 \
         ORDER BY unit_index",
    )?;
    let units = statement.query_map([id], |row| {
        Ok(Unit {
            span: span(row.get(0)?, row.get(1)?)?,
            speaker: row.get(2)?,
            time: time_of(row.get(3)?, row.get(4)?),
        })
    })?;
    Ok(units.collect::<rusqlite::Result<_>>()?)
}

fn read_headings(connection: &Connection, id: DocumentId) -> Result<Vec<Heading>> {
    let mut statement = connection.prepare_cached(
        "SELECT level, start_byte, end_byte, before_unit FROM headings WHERE document_id = ?1 ORDER BY heading_index",
    )?;
    let headings = statement.query_map([id], |row| {
        Ok(Heading { level: row.get(0)?, span: span(row.get(1)?, row.get(2)?)?, before: UnitIndex(row.get(3)?) })
    })?;
    Ok(headings.collect::<rusqlite::Result<_>>()?)
}

fn insert_gap_scores(
    connection: &Connection,
    id: DocumentId,
    scores: &GapScores,
    provenance: &Provenance,
) -> Result<()> {
    let bytes = |numbers: &[f32]| -> Vec<u8> { numbers.iter().flat_map(|number| number.to_le_bytes()).collect() };
    let (of_gaps, tops) = (bytes(scores.as_slice()), scores.tops().map(bytes));
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO gap_scores (document_id, engine, scores, tops, provenance)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![id, provenance.engine, of_gaps, tops, serde_json::to_string(provenance)?])?;
    Ok(())
}

fn numbers_of(bytes: &[u8]) -> Result<Vec<f32>> {
    let (scores, rest) = bytes.as_chunks::<4>();
    let scores: Vec<f32> = scores.iter().map(|&score| f32::from_le_bytes(score)).collect();
    if !rest.is_empty() || scores.iter().any(|score| score.is_nan()) {
        return Err(damaged("gap scores that are not numbers").into());
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::super::{Counts, samples};
    use super::*;

    fn read_back(library: &Library, id: DocumentId, like: &NewDocument) -> NewDocument {
        let row = library.document(id).unwrap();
        let layer = |layer| library.chapters(id, layer).unwrap().into_iter().map(|row| row.chapter).collect();
        NewDocument {
            document: Document {
                fields: library.fields(id).unwrap(),
                pages: library.pages(id).unwrap(),
                ..Document::new(row.title, row.format, library.text(id).unwrap(), Vec::new())
            },
            source_name: row.source_name,
            source_path: row.source_path,
            sha256: like.sha256,
            added_at: row.added_at,
            units: library.units(id).unwrap(),
            gap_scores: library
                .engines(id)
                .unwrap()
                .iter()
                .map(|engine| library.gap_scores(id, engine).unwrap().unwrap())
                .collect(),
            engine: row.engine,
            granularity: row.granularity,
            vectors: library.vectors(id).unwrap().map(|vectors| (vectors.dims, vectors.data)),
            chapters: layer(Layer::Found),
            as_written: layer(Layer::AsWritten),
        }
    }

    #[track_caller]
    fn check_round_trip(mut new: NewDocument) {
        let mut library = Library::in_memory().unwrap();
        let id = library.add_document(&new).unwrap();
        let mut read = read_back(&library, id, &new);
        // Vectors are rounded, which `vectors.rs` measures.
        let (given, kept) = (new.vectors.take(), read.vectors.take());
        assert_eq!(read, new);
        assert_eq!(given.as_ref().map(|(dims, _)| dims), kept.as_ref().map(|(dims, _)| dims));
        for (given, kept) in given.iter().flat_map(|(_, data)| data).zip(kept.iter().flat_map(|(_, data)| data)) {
            assert!((given - kept).abs() < 0.005, "{given} was kept as {kept}");
        }
        let other = [new.sha256[0].wrapping_add(1); 32];
        assert_eq!(library.find_by_sha256(&new.sha256).unwrap(), Some(id));
        assert_eq!(library.find_by_sha256(&other).unwrap(), None);
        assert_eq!(library.checksums().unwrap(), BTreeSet::from([new.sha256]));
    }

    #[test]
    fn what_is_added_is_read_back_equal() {
        check_round_trip(samples::rich_document());
        check_round_trip(samples::document(1, &["Tides"], "the tide turns"));
        check_round_trip(samples::document(2, &["One", "Two"], "first\nsecond\n\nthird"));
    }

    #[test]
    fn a_document_without_units_or_chapters_is_kept_too() {
        let mut new = samples::document(1, &["Tides"], "the tide turns");
        new.units.units.clear();
        new.chapters.clear();
        check_round_trip(new);
    }

    #[test]
    fn a_row_says_what_the_document_has() {
        let mut library = Library::in_memory().unwrap();
        let new = samples::rich_document();
        let id = library.add_document(&new).unwrap();
        let row = library.document(id).unwrap();
        assert_eq!((row.n_units, row.n_chapters), (3, 2));
        assert_eq!(row.n_bytes, new.document.text.len() as u64);
        assert_eq!((row.duration, row.has_times), (Some(Millis(2_999)), true));

        let id = library.add_document(&samples::document(1, &["Tides"], "the tide turns")).unwrap();
        let row = library.document(id).unwrap();
        assert_eq!((row.duration, row.has_times), (None, false));
    }

    #[test]
    fn documents_are_listed_by_title() {
        let mut library = Library::in_memory().unwrap();
        for (number, title) in [(1, "sea"), (2, "Harbour"), (3, "Sand"), (4, "Sand")] {
            let mut new = samples::document(number, &["Tides"], "the tide turns");
            title.clone_into(&mut new.document.title);
            library.add_document(&new).unwrap();
        }
        let listed: Vec<_> = library.documents().unwrap().into_iter().map(|row| (row.title, row.id.0)).collect();
        let expected = [("Harbour", 2), ("Sand", 3), ("Sand", 4), ("sea", 1)];
        assert_eq!(listed, expected.map(|(title, id)| (title.to_owned(), id)));
    }

    #[test]
    fn the_same_bytes_are_one_document() {
        let mut library = Library::in_memory().unwrap();
        let id = library.add_document(&samples::document(1, &["Tides"], "the tide turns")).unwrap();
        assert_eq!(library.add_document(&samples::document(1, &["Other"], "another text")).unwrap(), id);
        assert_eq!(library.text(id).unwrap(), "the tide turns");
        assert_eq!(library.counts().unwrap().documents, 1);
    }

    #[test]
    fn a_removed_document_leaves_nothing_behind() {
        let mut library = Library::in_memory().unwrap();
        let id = library.add_document(&samples::rich_document()).unwrap();
        library.remove_document(id).unwrap();
        assert_eq!(library.counts().unwrap(), Counts::default());
        for table in ["document_texts", "units", "headings", "gap_scores", "vectors", "chapters"] {
            let count = format!("SELECT count(*) FROM {table}");
            let rows: i64 = library.connection.query_row(&count, [], |row| row.get(0)).unwrap();
            assert_eq!(rows, 0, "rows of {table}");
        }
        assert_eq!(library.find_by_sha256(&[7; 32]).unwrap(), None);
    }

    #[test]
    fn the_number_of_a_removed_document_does_not_come_back() {
        let mut library = Library::in_memory().unwrap();
        let first = library.add_document(&samples::rich_document()).unwrap();
        library.remove_document(first).unwrap();
        assert_ne!(library.add_document(&samples::rich_document()).unwrap(), first);
    }

    #[test]
    fn a_document_that_is_not_there_is_said_so() {
        let mut library = Library::in_memory().unwrap();
        let id = DocumentId(41);
        let said = [
            library.document(id).map(drop),
            library.text(id).map(drop),
            library.units(id).map(drop),
            library.chapters(id, Layer::Found).map(drop),
            library.remove_document(id),
            library.rename_document(id, "New"),
            library.set_engine(id, "lexical"),
            library.put_gap_scores(id, &GapScores::default(), &samples::provenance("lexical")),
            library.replace_chapters(id, Layer::Found, 0.5, &[]).map(drop),
            library.replace_chapter_topics(id, &[]),
            library.replace_document_topics(id, &[]),
        ];
        for result in said {
            assert!(matches!(result, Err(Error::NoDocument(41))), "{result:?}");
        }
    }

    #[test]
    fn a_document_is_renamed_but_never_to_nothing() {
        let mut library = Library::in_memory().unwrap();
        let id = library.add_document(&samples::rich_document()).unwrap();
        library.rename_document(id, "  The lamp ").unwrap();
        assert!(matches!(library.rename_document(id, " \n"), Err(Error::Setting { .. })));
        assert_eq!(library.document(id).unwrap().title, "The lamp");
    }

    #[test]
    fn an_engine_that_looks_again_takes_the_place_of_what_it_said() {
        let mut library = Library::in_memory().unwrap();
        let id = library.add_document(&samples::document(1, &["Tides"], "ebb\nflow")).unwrap();
        let scores = GapScores::new(vec![0.7]);
        library.put_gap_scores(id, &scores, &samples::provenance("lexical")).unwrap();
        library.set_engine(id, "lexical").unwrap();
        assert_eq!(library.engines(id).unwrap(), ["context", "lexical"]);
        assert_eq!(library.gap_scores(id, "lexical").unwrap().unwrap().0, scores);
        assert_eq!(library.gap_scores(id, "pair").unwrap(), None);
        assert_eq!(library.document(id).unwrap().engine, "lexical");
    }
}
