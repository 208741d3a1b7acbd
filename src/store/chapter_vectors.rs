//! The vectors of chapters: which chapters mean nearly what a vector means, and which of their units do so most.
//!
//! A chapter's vector is the direction of the mean of its units' vectors. It is stored as the chapter is; what lacks one
//! gets it when it is asked for. All of them, a byte a number, are held in memory from the first search by meaning on and
//! kept in step with the library, so that a search is one pass over them: 40 MB for a hundred thousand chapters.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::chapters::{COLUMNS, N_COLUMNS, chapter_row};
use super::vectors::{decode, encode, row_bytes, rows_of_units};
use super::{ChapterId, ChapterRow, DocumentId, Filter, Library};
use crate::document::{Chapter, UnitIndex};
use crate::error::Result;

/// The vectors of all chapters that were found, in the order of documents and then of reading.
#[derive(Debug, Default)]
pub(super) struct ChapterVectors {
    /// The state of the library in which they were last found in step with it.
    version: Option<(i64, i64)>,
    keys: Vec<ChapterKey>,
    /// Encoded rows, one after the other; a chapter without a vector has zeros.
    rows: Vec<u8>,
    dims: usize,
}

/// What a chapter's vector is of: other units, another vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ChapterKey {
    id: ChapterId,
    document: DocumentId,
    first_unit: UnitIndex,
    n_units: u32,
}

/// A chapter that is near in meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The chapter.
    pub chapter: ChapterId,
    /// The cosine of its vector and the one asked for, in `-1.0..=1.0`.
    pub cosine: f32,
}

/// The unit of a chapter that is nearest in meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct NearUnit {
    /// The unit.
    pub unit: UnitIndex,
    /// The cosine of its vector and the one asked for, in `-1.0..=1.0`.
    pub cosine: f32,
}

impl Library {
    /// Returns the chapters nearest to a vector of length 1, nearest first, then by document number and place; at most
    /// `limit`. Chapters without a vector of that many numbers are none of them.
    ///
    /// Takes one pass over the vectors of all chapters, which are read when this is first called and after a change.
    pub fn nearest_chapters(&self, vector: &[f32], filter: &Filter, limit: usize) -> Result<Vec<Near>> {
        let within = self.chapters_within(filter)?;
        let mut kept = self.chapter_vectors.borrow_mut();
        self.read(|connection| kept.refresh(connection))?;
        if kept.dims != vector.len() {
            return Ok(Vec::new());
        }
        let rows = kept.rows.chunks_exact(row_bytes(kept.dims));
        let mut near: Vec<Near> = kept
            .keys
            .iter()
            .zip(rows)
            .filter(|(key, _)| within.as_ref().is_none_or(|within| within.contains(&key.id)))
            .filter_map(|(key, row)| Some(Near { chapter: key.id, cosine: cosine(row, vector)? }))
            .collect();
        let best_first = |one: &Near, other: &Near| other.cosine.total_cmp(&one.cosine);
        // The sort is stable, so that equals stay in the order of documents and places.
        near.sort_by(best_first);
        near.truncate(limit);
        Ok(near)
    }

    /// Returns the unit of a chapter that is nearest to a vector of length 1; the first of equals. Nothing if the document
    /// has no vectors of that many numbers.
    pub fn nearest_unit(&self, document: DocumentId, chapter: &Chapter, vector: &[f32]) -> Result<Option<NearUnit>> {
        self.read(|connection| {
            let rows = rows_of_units(connection, document, chapter.first_unit, chapter.n_units)?;
            let Some((dims, rows)) = rows.filter(|(dims, _)| *dims == vector.len()) else { return Ok(None) };
            let cosines = rows.chunks_exact(row_bytes(dims)).map(|row| cosine(row, vector).unwrap_or(-1.0));
            let best = cosines.enumerate().reduce(|best, next| if best.1 < next.1 { next } else { best });
            Ok(best.map(|(at, cosine)| NearUnit { unit: UnitIndex(chapter.first_unit.0 + at as u32), cosine }))
        })
    }

    /// Returns how many numbers the vectors of the library have; nothing if no document has any.
    pub fn vector_dims(&self) -> Result<Option<usize>> {
        self.read(dims)
    }

    /// Returns chapters with the titles of their documents, in the order of `ids`; those that are gone are left out.
    pub fn chapters_of_ids(&self, ids: &[ChapterId]) -> Result<Vec<(ChapterRow, String)>> {
        self.read(|connection| {
            let sql = format!(
                "SELECT {COLUMNS}, documents.title FROM chapters \
                 JOIN documents ON documents.id = chapters.document_id WHERE chapters.id = ?1"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                let row = statement.query_row([id], |row| Ok((chapter_row(row)?, row.get(N_COLUMNS)?))).optional()?;
                rows.extend(row);
            }
            Ok(rows)
        })
    }

    /// Returns the text of one unit. Fails with [`Error::NoDocument`](crate::error::Error::NoDocument); empty if there is
    /// no such unit.
    pub fn unit_text(&self, document: DocumentId, unit: UnitIndex) -> Result<String> {
        self.read(|connection| {
            let sql = "SELECT CAST(substr(CAST(text AS BLOB), start_byte + 1, end_byte - start_byte) AS TEXT) \
                 FROM units JOIN document_texts ON document_texts.document_id = units.document_id \
                 WHERE units.document_id = ?1 AND unit_index = ?2";
            let text =
                connection.prepare_cached(sql)?.query_row(params![document, unit.0], |row| row.get(0)).optional()?;
            Ok(text.unwrap_or_default())
        })
    }
}

impl ChapterVectors {
    /// Brings the vectors in step with the library; those of chapters that did not change are kept.
    fn refresh(&mut self, connection: &Connection) -> Result<()> {
        let version = Some(version(connection)?);
        if self.version == version {
            return Ok(());
        }
        let Some(dims) = dims(connection)? else {
            *self = Self { version, ..Self::default() };
            return Ok(());
        };
        let keys = keys(connection)?;
        if self.dims == dims && self.keys == keys {
            // Something else was written: a tag, the place that is read.
            self.version = version;
            return Ok(());
        }
        let before = std::mem::take(self);
        let known: HashMap<ChapterKey, usize> = if before.dims == dims {
            (0..).zip(&before.keys).map(|(at, key)| (*key, at)).collect()
        } else {
            HashMap::new()
        };
        let n_bytes = row_bytes(dims);
        let mut rows = Vec::with_capacity(keys.len() * n_bytes);
        for key in &keys {
            match known.get(key) {
                Some(at) => rows.extend_from_slice(&before.rows[at * n_bytes..(at + 1) * n_bytes]),
                None => match stored(connection, key)?.filter(|row| row.len() == n_bytes) {
                    Some(row) => rows.extend(row),
                    None => rows.extend(worked_out(connection, key, dims)?),
                },
            }
        }
        tracing::debug!(n_chapters = keys.len(), n_known = known.len(), "read the vectors of chapters");
        *self = Self { version, keys, rows, dims };
        Ok(())
    }
}

fn version(connection: &Connection) -> Result<(i64, i64)> {
    let by_others: i64 = connection.pragma_query_value(None, "data_version", |row| row.get(0))?;
    let by_us: i64 = connection.query_row("SELECT total_changes()", [], |row| row.get(0))?;
    Ok((by_others, by_us))
}

fn dims(connection: &Connection) -> Result<Option<usize>> {
    // An index would be kept for this alone; any document will do, since one model made them all.
    let sql = "SELECT dims FROM vectors LIMIT 1";
    let dims: Option<u32> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    Ok(dims.map(|dims| dims as usize))
}

fn keys(connection: &Connection) -> Result<Vec<ChapterKey>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, document_id, first_unit, n_units FROM chapters WHERE layer = 'found' \
         ORDER BY document_id, chapter_index",
    )?;
    let keys = statement.query_map([], |row| {
        Ok(ChapterKey {
            id: row.get(0)?,
            document: row.get(1)?,
            first_unit: UnitIndex(row.get(2)?),
            n_units: row.get(3)?,
        })
    })?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

fn stored(connection: &Connection, key: &ChapterKey) -> Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare_cached(
        "SELECT vector FROM chapter_vectors WHERE chapter_id = ?1 AND first_unit = ?2 AND n_units = ?3",
    )?;
    Ok(statement.query_row(params![key.id, key.first_unit.0, key.n_units], |row| row.get(0)).optional()?)
}

/// Returns the encoded vector of a chapter, from those of its units; zeros if they have none.
fn worked_out(connection: &Connection, key: &ChapterKey, dims: usize) -> Result<Vec<u8>> {
    let rows = rows_of_units(connection, key.document, key.first_unit, key.n_units)?;
    let mean = match rows.filter(|(of_units, _)| *of_units == dims) {
        Some((_, rows)) => mean_direction(&decode(&rows, dims), dims),
        None => vec![0.0; dims],
    };
    Ok(encode(&mean, dims))
}

/// Stores the vector of a chapter, if its document has vectors. To be called after those of the units are stored.
pub(super) fn insert(connection: &Connection, document: DocumentId, id: ChapterId, chapter: &Chapter) -> Result<()> {
    let Some((dims, rows)) = rows_of_units(connection, document, chapter.first_unit, chapter.n_units)? else {
        return Ok(());
    };
    let mean = mean_direction(&decode(&rows, dims), dims);
    connection
        .prepare_cached(
            "INSERT INTO chapter_vectors (chapter_id, first_unit, n_units, vector) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id, chapter.first_unit.0, chapter.n_units, encode(&mean, dims)])?;
    Ok(())
}

/// Returns the direction of the mean of vectors, `[n, dims]`; zeros where there is none.
fn mean_direction(vectors: &[f32], dims: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f32; dims];
    for vector in vectors.chunks_exact(dims) {
        for (sum, number) in sum.iter_mut().zip(vector) {
            *sum += number;
        }
    }
    let length = sum.iter().map(|number| number * number).sum::<f32>().sqrt();
    if length > 0.0 {
        for number in &mut sum {
            *number /= length;
        }
    }
    sum
}

/// Returns the product of an encoded row and a vector of as many numbers; nothing for a row of zeros.
fn cosine(row: &[u8], vector: &[f32]) -> Option<f32> {
    let (factor, numbers) = row.split_at(size_of::<f32>());
    let factor = f32::from_le_bytes(factor.try_into().expect("the factor has four bytes"));
    if factor == 0.0 {
        return None;
    }
    // Several sums at once: one alone would make each addition wait for the one before.
    let mut sums = [0.0_f32; 8];
    let (numbers, rest) = numbers.as_chunks::<8>();
    let (vectors, rest_of_vector) = vector.as_chunks::<8>();
    for (numbers, vector) in numbers.iter().zip(vectors) {
        for at in 0..8 {
            sums[at] += f32::from(numbers[at].cast_signed()) * vector[at];
        }
    }
    let rest: f32 =
        rest.iter().zip(rest_of_vector).map(|(number, other)| f32::from(number.cast_signed()) * other).sum();
    Some(factor * (sums.iter().sum::<f32>() + rest))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::document::Layer;

    const TEXT: &str = "the lamp\nthe tide\nthe boat\nthe net";

    /// Returns a library of one document of four units that each point another way, and two chapters.
    fn library() -> (Library, DocumentId) {
        let mut library = Library::in_memory().unwrap();
        let mut new = samples::document(1, &["Lamps", "Boats"], TEXT);
        new.vectors = Some((2, vec![1.0, 0.0, 0.8, 0.6, 0.0, 1.0, -0.6, 0.8]));
        let id = library.add_document(&new).unwrap();
        (library, id)
    }

    fn titles(library: &Library, vector: [f32; 2], filter: &Filter) -> Vec<String> {
        let near = library.nearest_chapters(&vector, filter, 9).unwrap();
        let ids: Vec<ChapterId> = near.iter().map(|near| near.chapter).collect();
        library.chapters_of_ids(&ids).unwrap().into_iter().map(|(row, _)| row.chapter.title).collect()
    }

    #[test]
    fn chapters_come_by_how_near_their_mean_is() {
        let (library, id) = library();
        assert_eq!(titles(&library, [1.0, 0.0], &Filter::default()), ["Lamps", "Boats"]);
        assert_eq!(titles(&library, [0.0, 1.0], &Filter::default()), ["Boats", "Lamps"]);
        let elsewhere = Filter { document: Some(DocumentId(99)), ..Filter::default() };
        assert_eq!(titles(&library, [1.0, 0.0], &elsewhere), [""; 0]);
        let near = library.nearest_chapters(&[1.0, 0.0], &Filter::default(), 1).unwrap();
        assert!((near[0].cosine - 0.948_683).abs() < 0.01, "{near:?}");
        assert!(library.nearest_chapters(&[1.0, 0.0, 0.0], &Filter::default(), 9).unwrap().is_empty());
        assert_eq!(library.chapters_of_ids(&[ChapterId(99)]).unwrap(), []);
        assert_eq!(library.unit_text(id, UnitIndex(1)).unwrap(), "the tide");
        assert_eq!(library.unit_text(id, UnitIndex(9)).unwrap(), "");
    }

    #[test]
    fn the_nearest_unit_of_a_chapter_is_one_of_its_own() {
        let (library, id) = library();
        let chapters = library.chapters(id, Layer::Found).unwrap();
        let nearest = |chapter: usize, vector: [f32; 2]| {
            library.nearest_unit(id, &chapters[chapter].chapter, &vector).unwrap().map(|near| near.unit.0)
        };
        assert_eq!(nearest(0, [1.0, 0.0]), Some(0));
        assert_eq!(nearest(0, [0.0, 1.0]), Some(1));
        assert_eq!(nearest(1, [1.0, 0.0]), Some(2));
    }

    #[test]
    fn vectors_follow_a_cut_and_what_was_stored_without_them() {
        let (mut library, id) = library();
        titles(&library, [1.0, 0.0], &Filter::default());
        let units = library.units(id).unwrap();
        let cut = samples::chapters(&["A", "B", "C", "D"], TEXT, &units);
        library.replace_chapters(id, Layer::Found, 0.9, &cut).unwrap();
        assert_eq!(titles(&library, [0.0, 1.0], &Filter::default()), ["C", "D", "B", "A"]);
        library.connection.execute("DELETE FROM chapter_vectors", []).unwrap();
        library.connection.execute("UPDATE chapters SET n_units = 2 WHERE title = 'A'", []).unwrap();
        assert_eq!(titles(&library, [0.0, 1.0], &Filter::default()), ["C", "D", "B", "A"]);
        let near = library.nearest_chapters(&[0.0, 1.0], &Filter::default(), 9).unwrap();
        assert!(0.2 < near[3].cosine, "the chapter A has two units: {near:?}");
        library.remove_document(id).unwrap();
        assert_eq!(titles(&library, [0.0, 1.0], &Filter::default()), [""; 0]);
    }

    #[test]
    fn what_is_written_of_something_else_leaves_the_vectors_where_they_lie() {
        let (mut library, id) = library();
        titles(&library, [1.0, 0.0], &Filter::default());
        let rows = library.chapter_vectors.borrow().rows.as_ptr();
        library.keep_reading_place(id, UnitIndex(2)).unwrap();
        assert_eq!(titles(&library, [1.0, 0.0], &Filter::default()), ["Lamps", "Boats"]);
        assert_eq!(library.chapter_vectors.borrow().rows.as_ptr(), rows);
    }

    #[test]
    fn a_document_without_vectors_is_never_near() {
        let (mut library, _) = library();
        library.add_document(&samples::document(2, &["Other"], "words")).unwrap();
        assert_eq!(titles(&library, [1.0, 0.0], &Filter::default()), ["Lamps", "Boats"]);
    }
}
