//! Chapters of both layers: read, cut anew, renamed. The words of those that were found stay in step for search.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::failure::damaged;
use super::{DocumentId, Library, TopicId, chapter_vectors, documents, full_text, standing, topics};
use crate::document::{ByteOffset, Chapter, Layer, Millis, Origin, Span, TimeSpan, UnitIndex};
use crate::error::{Error, Result};

/// The number of a chapter in its library. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChapterId(pub i64);

impl ToSql for ChapterId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for ChapterId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

/// A chapter as the library has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChapterRow {
    /// Its number.
    pub id: ChapterId,
    /// The document it is of.
    pub document: DocumentId,
    /// Its place among the chapters of its layer, from 0.
    pub index: u32,
    /// The chapter.
    pub chapter: Chapter,
}

/// What is known of chapters once they are cut. It is kept with them, so that no chapters stand without it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assessment {
    /// How well they are likely to agree with a reader's, in `0.0..=1.0`; `None` if the engine does not tell.
    pub confidence: Option<f32>,
    /// The topics that they bear, and how strongly: each chapter by its place. A topic that is gone is passed over.
    pub topics: Vec<(usize, TopicId, f32)>,
}

/// The columns that [`chapter_row`] reads, from a table or alias `chapters`.
pub(super) const COLUMNS: &str = "chapters.id, chapters.document_id, chapters.chapter_index, chapters.level, \
     chapters.title, chapters.first_unit, chapters.n_units, chapters.start_byte, chapters.end_byte, \
     chapters.start_millis, chapters.end_millis, chapters.score, chapters.origin";

/// How many [`COLUMNS`] there are: the column after them.
pub(super) const N_COLUMNS: usize = 13;

impl Library {
    /// Returns the chapters of one layer of a document in reading order; none in a layer it does not have.
    pub fn chapters(&self, id: DocumentId, layer: Layer) -> Result<Vec<ChapterRow>> {
        self.read(|connection| {
            documents::check_there(connection, id)?;
            of_layer(connection, id, layer)
        })
    }

    /// Returns one chapter of either layer. Fails with [`Error::NoChapter`].
    pub fn chapter(&self, id: ChapterId) -> Result<ChapterRow> {
        self.read(|connection| one(connection, id))
    }

    /// Returns the text of one chapter, headings included. Fails with [`Error::NoChapter`].
    pub fn chapter_text(&self, id: ChapterId) -> Result<String> {
        self.read(|connection| {
            let row = one(connection, id)?;
            let text = documents::text(connection, row.document)?;
            Ok(cut_out(&text, row.chapter.span)?.to_owned())
        })
    }

    /// Calls `visit` with each chapter that was found and its text, in the order of document numbers and then of
    /// reading. Holds the text of one document at a time. Stops at the first error of `visit` and returns it.
    pub fn for_each_chapter(&self, mut visit: impl FnMut(ChapterRow, &str) -> Result<()>) -> Result<()> {
        self.read(|connection| {
            let mut ids = connection.prepare_cached("SELECT id FROM documents ORDER BY id")?;
            let ids: Vec<DocumentId> = ids.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            for id in ids {
                let text = documents::text(connection, id)?;
                for row in of_layer(connection, id, Layer::Found)? {
                    let body = cut_out(&text, row.chapter.span)?;
                    visit(row, body)?;
                }
            }
            Ok(())
        })
    }

    /// Puts other chapters in the place of those of one layer, and returns their numbers in order.
    ///
    /// The old chapters' numbers are gone and never come back, and so is what was said of those chapters' topics.
    /// `granularity`, in `0.0..=1.0`, is kept if the layer is the one that was found.
    pub fn replace_chapters(
        &mut self,
        id: DocumentId,
        layer: Layer,
        granularity: f32,
        chapters: &[Chapter],
    ) -> Result<Vec<ChapterId>> {
        self.write(|transaction| {
            documents::check_there(transaction, id)?;
            let text = documents::text(transaction, id)?;
            if layer == Layer::Found {
                forget_words(transaction, id, &text)?;
                transaction.execute("UPDATE documents SET granularity = ?2 WHERE id = ?1", params![id, granularity])?;
            }
            transaction
                .prepare_cached("DELETE FROM chapters WHERE document_id = ?1 AND layer = ?2")?
                .execute(params![id, layer.name()])?;
            insert(transaction, id, &text, layer, chapters)
        })
    }

    /// Gives a chapter another title, without the white space around it.
    ///
    /// Fails with [`Error::NoChapter`], and with [`Error::Setting`] if nothing is left of the title.
    pub fn rename_chapter(&mut self, id: ChapterId, title: &str) -> Result<()> {
        let title = checked_title(title)?;
        self.write(|transaction| {
            let row = one(transaction, id)?;
            let layer: String =
                transaction.query_row("SELECT layer FROM chapters WHERE id = ?1", [id], |row| row.get(0))?;
            transaction.execute("UPDATE chapters SET title = ?2 WHERE id = ?1", params![id, title])?;
            if layer == Layer::Found.name() {
                let text = documents::text(transaction, row.document)?;
                let body = cut_out(&text, row.chapter.span)?;
                full_text::forget(transaction, id, &row.chapter.title, body)?;
                full_text::learn(transaction, id, title, body)?;
            }
            Ok(())
        })
    }
}

/// Returns a title without the white space around it, or fails if nothing is left.
pub(super) fn checked_title(title: &str) -> Result<&str> {
    match title.trim() {
        "" => Err(Error::Setting { name: "title", needed: "one character or more", found: format!("{title:?}") }),
        title => Ok(title),
    }
}

/// Stores the chapters of a layer that has none, and their words if the layer is the one that was found.
pub(super) fn insert(
    connection: &Connection,
    id: DocumentId,
    text: &str,
    layer: Layer,
    chapters: &[Chapter],
) -> Result<Vec<ChapterId>> {
    insert_from(connection, id, text, layer, 0, chapters)
}

/// Stores the chapters that were found of a document that has none, with what is known of them.
pub(super) fn insert_assessed(
    connection: &Connection,
    id: DocumentId,
    text: &str,
    chapters: &[Chapter],
    assessment: &Assessment,
) -> Result<()> {
    let ids = insert(connection, id, text, Layer::Found, chapters)?;
    for &(place, topic, strength) in &assessment.topics {
        topics::insert_chapter_topic(connection, ids[place], topic, strength)?;
    }
    standing::insert_confidence(connection, id, assessment.confidence)
}

/// Stores chapters of a layer, the first of which is number `first_index` in it.
fn insert_from(
    connection: &Connection,
    id: DocumentId,
    text: &str,
    layer: Layer,
    first_index: u32,
    chapters: &[Chapter],
) -> Result<Vec<ChapterId>> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO chapters (document_id, layer, chapter_index, level, title, first_unit, n_units, start_byte, \
         end_byte, start_millis, end_millis, score, origin) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let mut ids = Vec::with_capacity(chapters.len());
    for (index, chapter) in (first_index..).zip(chapters) {
        let (start_millis, end_millis) = millis_of(chapter.time);
        let chapter_id = ChapterId(statement.insert(params![
            id,
            layer.name(),
            index,
            chapter.level,
            chapter.title,
            chapter.first_unit.0,
            chapter.n_units,
            chapter.span.start.0,
            chapter.span.end.0,
            start_millis,
            end_millis,
            chapter.score,
            chapter.origin.name(),
        ])?);
        if layer == Layer::Found {
            let body = text.get(chapter.span.range()).unwrap_or_else(|| {
                panic!("chapter {index} covers {:?}, which is not of its document's text", chapter.span)
            });
            full_text::learn(connection, chapter_id, &chapter.title, body)?;
            chapter_vectors::insert(connection, id, chapter_id, chapter)?;
        }
        ids.push(chapter_id);
    }
    Ok(ids)
}

/// Puts chapters in the place of those that were found; one that covers what it covered keeps its number.
pub(super) fn replace_changed(connection: &Connection, id: DocumentId, chapters: &[Chapter]) -> Result<()> {
    let text = documents::text(connection, id)?;
    let before = of_layer(connection, id, Layer::Found)?;
    // Out of the way of the numbers that follow.
    connection
        .prepare_cached(
            "UPDATE chapters SET chapter_index = chapter_index + ?2 WHERE document_id = ?1 AND layer = 'found'",
        )?
        .execute(params![id, before.len().max(chapters.len()) as u32])?;
    let mut stay = vec![false; before.len()];
    let mut update = connection.prepare_cached(
        "UPDATE chapters SET chapter_index = ?2, level = ?3, title = ?4, score = ?5, origin = ?6 WHERE id = ?1",
    )?;
    for (index, chapter) in chapters.iter().enumerate() {
        let at = before.binary_search_by_key(&chapter.first_unit, |row| row.chapter.first_unit);
        let Some(at) = at.ok().filter(|at| before[*at].chapter.span == chapter.span) else { continue };
        stay[at] = true;
        let row = &before[at];
        let origin = chapter.origin.name();
        update.execute(params![row.id, index as u32, chapter.level, chapter.title, chapter.score, origin])?;
        if row.chapter.title != chapter.title {
            let body = cut_out(&text, chapter.span)?;
            full_text::forget(connection, row.id, &row.chapter.title, body)?;
            full_text::learn(connection, row.id, &chapter.title, body)?;
        }
    }
    for (row, _) in before.iter().zip(&stay).filter(|(_, stays)| !**stays) {
        full_text::forget(connection, row.id, &row.chapter.title, cut_out(&text, row.chapter.span)?)?;
        connection.prepare_cached("DELETE FROM chapters WHERE id = ?1")?.execute([row.id])?;
    }
    for (index, chapter) in chapters.iter().enumerate() {
        let at = before.binary_search_by_key(&chapter.first_unit, |row| row.chapter.first_unit);
        if !at.is_ok_and(|at| stay[at]) {
            insert_from(connection, id, &text, Layer::Found, index as u32, std::slice::from_ref(chapter))?;
        }
    }
    Ok(())
}

/// Takes the words of a document's chapters out of what is searched. To be called before the chapters go.
pub(super) fn forget_words(connection: &Connection, id: DocumentId, text: &str) -> Result<()> {
    for row in of_layer(connection, id, Layer::Found)? {
        full_text::forget(connection, row.id, &row.chapter.title, cut_out(text, row.chapter.span)?)?;
    }
    Ok(())
}

/// Adds the words of a document's chapters to what is searched. To be called once the chapters are there.
pub(super) fn learn_words(connection: &Connection, id: DocumentId, text: &str) -> Result<()> {
    for row in of_layer(connection, id, Layer::Found)? {
        full_text::learn(connection, row.id, &row.chapter.title, cut_out(text, row.chapter.span)?)?;
    }
    Ok(())
}

fn of_layer(connection: &Connection, id: DocumentId, layer: Layer) -> Result<Vec<ChapterRow>> {
    let sql = format!("SELECT {COLUMNS} FROM chapters WHERE document_id = ?1 AND layer = ?2 ORDER BY chapter_index");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![id, layer.name()], chapter_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn one(connection: &Connection, id: ChapterId) -> Result<ChapterRow> {
    let sql = format!("SELECT {COLUMNS} FROM chapters WHERE id = ?1");
    let row = connection.prepare_cached(&sql)?.query_row([id], chapter_row).optional()?;
    row.ok_or(Error::NoChapter(id.0))
}

/// Returns the chapter of a row that begins with [`COLUMNS`].
pub(super) fn chapter_row(row: &Row) -> rusqlite::Result<ChapterRow> {
    let origin: String = row.get(12)?;
    Ok(ChapterRow {
        id: row.get(0)?,
        document: row.get(1)?,
        index: row.get(2)?,
        chapter: Chapter {
            level: row.get(3)?,
            title: row.get(4)?,
            first_unit: UnitIndex(row.get(5)?),
            n_units: row.get(6)?,
            span: span(row.get(7)?, row.get(8)?)?,
            time: time_of(row.get(9)?, row.get(10)?),
            score: row.get(11)?,
            origin: Origin::from_name(&origin).ok_or_else(|| damaged(format!("origin {origin:?}")))?,
        },
    })
}

/// Returns the span between two stored offsets.
pub(super) fn span(start: u32, end: u32) -> rusqlite::Result<Span> {
    if start <= end {
        Ok(Span { start: ByteOffset(start), end: ByteOffset(end) })
    } else {
        Err(damaged("a span that runs backwards"))
    }
}

/// Returns the two columns that a stretch of time is kept in.
pub(super) fn millis_of(time: Option<TimeSpan>) -> (Option<i64>, Option<i64>) {
    let column = |moment: Millis| i64::try_from(moment.0).unwrap_or(i64::MAX);
    time.map(|time| (column(time.start), column(time.end))).unzip()
}

/// Returns the stretch of time that two columns keep.
pub(super) fn time_of(start_millis: Option<i64>, end_millis: Option<i64>) -> Option<TimeSpan> {
    let moment = |column: i64| Millis(u64::try_from(column).unwrap_or_default());
    Some(TimeSpan::between(moment(start_millis?), moment(end_millis?)))
}

fn cut_out(text: &str, span: Span) -> Result<&str> {
    Ok(text.get(span.range()).ok_or_else(|| damaged("a chapter beyond its text"))?)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "what is kept is read back to the bit")]
mod tests {
    use super::super::samples;
    use super::*;

    const TEXT: &str =
        "The lamp is lit at dusk.\nThe tide turns at noon.\nGulls follow the boats.\nNets dry on the quay.";

    fn library() -> (Library, DocumentId) {
        let mut library = Library::in_memory().unwrap();
        let id = library.add_document(&samples::document(1, &["Lamps", "Boats"], TEXT)).unwrap();
        (library, id)
    }

    fn titles(library: &Library, id: DocumentId, layer: Layer) -> Vec<String> {
        library.chapters(id, layer).unwrap().into_iter().map(|row| row.chapter.title).collect()
    }

    #[test]
    fn a_cut_takes_the_place_of_the_one_before_in_its_layer_only() {
        let (mut library, id) = library();
        let units = library.units(id).unwrap();
        let before = library.chapters(id, Layer::Found).unwrap();
        let as_written = samples::chapters(&["I", "II", "III"], TEXT, &units);
        library.replace_chapters(id, Layer::AsWritten, 0.9, &as_written).unwrap();
        assert_eq!(library.chapters(id, Layer::Found).unwrap(), before);
        assert_eq!(library.document(id).unwrap().granularity, 0.3);

        let ids = library
            .replace_chapters(id, Layer::Found, 0.8, &samples::chapters(&["Lamps", "Tides", "Boats"], TEXT, &units))
            .unwrap();
        let after = library.chapters(id, Layer::Found).unwrap();
        assert_eq!(after.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
        assert!(before.iter().all(|row| !ids.contains(&row.id)), "a number came back");
        assert_eq!(titles(&library, id, Layer::Found), ["Lamps", "Tides", "Boats"]);
        assert_eq!(titles(&library, id, Layer::AsWritten), ["I", "II", "III"]);
        assert_eq!(library.document(id).unwrap().granularity, 0.8);
        assert!(matches!(library.chapter(before[0].id), Err(Error::NoChapter(_))));
    }

    #[test]
    fn the_texts_of_the_chapters_joined_are_the_text() {
        let (mut library, id) = library();
        let new = samples::rich_document();
        let rich = library.add_document(&new).unwrap();
        let mut joined: Vec<(DocumentId, String)> = Vec::new();
        let visit = |row: ChapterRow, text: &str| {
            match joined.last_mut() {
                Some((document, all)) if *document == row.document => all.push_str(text),
                _ => joined.push((row.document, text.to_owned())),
            }
            Ok(())
        };
        library.for_each_chapter(visit).unwrap();
        assert_eq!(joined, [(id, TEXT.to_owned()), (rich, new.document.text)]);

        let one_by_one: String = library
            .chapters(id, Layer::Found)
            .unwrap()
            .iter()
            .map(|row| library.chapter_text(row.id).unwrap())
            .collect();
        assert_eq!(one_by_one, TEXT);
    }

    #[test]
    fn a_visitor_may_ask_the_library_for_more() {
        let (library, id) = library();
        let mut n_visited = 0;
        let visit = |row: ChapterRow, text: &str| {
            assert_eq!(library.chapter_text(row.id)?, text);
            assert_eq!(library.document(row.document)?.id, id);
            n_visited += 1;
            Ok(())
        };
        library.for_each_chapter(visit).unwrap();
        assert_eq!(n_visited, 2);
    }

    #[test]
    fn an_error_of_the_visitor_stops_the_visit() {
        let (library, _) = library();
        let mut n_visited = 0;
        let stopped = library.for_each_chapter(|_, _| {
            n_visited += 1;
            Err(Error::Cancelled)
        });
        assert!(matches!(stopped, Err(Error::Cancelled)));
        assert_eq!(n_visited, 1);
        assert_eq!(library.counts().unwrap().chapters, 2);
    }

    #[test]
    fn a_chapter_is_renamed_but_never_to_nothing() {
        let (mut library, id) = library();
        let row = library.chapters(id, Layer::Found).unwrap().remove(1);
        library.rename_chapter(row.id, " Boats and nets\n").unwrap();
        assert!(matches!(library.rename_chapter(row.id, "\t"), Err(Error::Setting { .. })));
        assert!(matches!(library.rename_chapter(ChapterId(99), "Nets"), Err(Error::NoChapter(99))));
        let chapter = Chapter { title: "Boats and nets".to_owned(), ..row.chapter.clone() };
        assert_eq!(library.chapter(row.id).unwrap(), ChapterRow { chapter, ..row });
    }

    #[test]
    fn a_failure_in_the_middle_of_a_cut_leaves_the_cut_before() {
        let (mut library, id) = library();
        let before = library.chapters(id, Layer::Found).unwrap();
        let mut chapters: Vec<Chapter> = before.iter().map(|row| row.chapter.clone()).collect();
        // The schema refuses a level of 0.
        chapters[1].level = 0;
        assert!(library.replace_chapters(id, Layer::Found, 0.9, &chapters).is_err());
        assert_eq!(library.chapters(id, Layer::Found).unwrap(), before);
        assert_eq!(library.document(id).unwrap().granularity, 0.3);
        full_text::check_in_step(&library);
    }
}
