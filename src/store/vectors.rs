//! The vectors of a document's units, kept as one signed byte a number.
//!
//! A row is a little-endian f32, its factor, and `dims` signed bytes; a number of the row is the product. The largest
//! number of a row becomes 127 or -127, and the factor is the one that keeps the row's length: a row of length 1 is
//! read back with length 1, and cosine 0.999 or more to the row that was kept.

use std::io::{Read, Seek, SeekFrom};

use rusqlite::{Connection, OptionalExtension, params};

use super::failure::damaged;
use super::{DocumentId, Library};
use crate::document::UnitIndex;
use crate::error::Result;

/// One vector a unit, in reading order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnitVectors {
    /// How many numbers a vector has, at least 1.
    pub dims: usize,
    /// The vectors one after the other: `[units, dims]`.
    pub data: Vec<f32>,
}

impl Library {
    /// Returns the vectors of a document's units, if it was added with vectors. See the module for how exact they are.
    pub fn vectors(&self, id: DocumentId) -> Result<Option<UnitVectors>> {
        self.read(|connection| {
            let stored: Option<(usize, Vec<u8>)> = connection
                .prepare_cached("SELECT dims, rows FROM vectors WHERE document_id = ?1")?
                .query_row([id], |row| Ok((row.get::<_, u32>(0)? as usize, row.get(1)?)))
                .optional()?;
            let Some((dims, rows)) = stored else { return Ok(None) };
            if dims == 0 || rows.len() % row_bytes(dims) != 0 {
                return Err(damaged("vectors of uneven length").into());
            }
            Ok(Some(UnitVectors { dims, data: decode(&rows, dims) }))
        })
    }
}

/// Stores vectors of `dims` numbers each, `[units, dims]`.
pub(super) fn insert(connection: &Connection, id: DocumentId, dims: usize, data: &[f32]) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO vectors (document_id, dims, rows) VALUES (?1, ?2, ?3)")?
        .execute(params![id, dims as u32, encode(data, dims)])?;
    Ok(())
}

/// Returns how many numbers a vector of a document's units has, and the encoded vectors of `n_units` of them; nothing if it
/// has no vectors, and fewer where it has fewer. Reads no more than those.
pub(super) fn rows_of_units(
    connection: &Connection,
    id: DocumentId,
    first_unit: UnitIndex,
    n_units: u32,
) -> Result<Option<(usize, Vec<u8>)>> {
    let dims: Option<u32> = connection
        .prepare_cached("SELECT dims FROM vectors WHERE document_id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let Some(dims) = dims.map(|dims| dims as usize) else { return Ok(None) };
    // The row of a table whose key is an integer has that key as its number.
    let mut blob = connection.blob_open(rusqlite::MAIN_DB, "vectors", "rows", id.0, true)?;
    let end = (first_unit.index() + n_units as usize).saturating_mul(row_bytes(dims)).min(blob.len());
    let start = first_unit.index().saturating_mul(row_bytes(dims)).min(end);
    let mut rows = vec![0; end - start];
    let read = blob.seek(SeekFrom::Start(start as u64)).and_then(|_| blob.read_exact(&mut rows));
    read.map_err(|error| damaged(format!("vectors: {error}")))?;
    Ok(Some((dims, rows)))
}

pub(super) fn row_bytes(dims: usize) -> usize {
    size_of::<f32>() + dims
}

pub(super) fn encode(data: &[f32], dims: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len() / dims * row_bytes(dims));
    for row in data.chunks_exact(dims) {
        let largest = row.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        let to_byte = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        let quantized: Vec<i8> = row.iter().map(|number| (number * to_byte).round() as i8).collect();
        let length = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|number| number * number).sum::<f64>().sqrt();
        let exact = length(&mut row.iter().map(|&number| f64::from(number)));
        let rounded = length(&mut quantized.iter().map(|&number| f64::from(number)));
        let factor = if rounded > 0.0 { (exact / rounded) as f32 } else { 0.0 };
        bytes.extend(factor.to_le_bytes());
        bytes.extend(quantized.iter().map(|number| number.cast_unsigned()));
    }
    bytes
}

pub(super) fn decode(rows: &[u8], dims: usize) -> Vec<f32> {
    let mut data = Vec::with_capacity(rows.len() / row_bytes(dims) * dims);
    for row in rows.chunks_exact(row_bytes(dims)) {
        let (factor, numbers) = row.split_at(size_of::<f32>());
        let factor = f32::from_le_bytes(factor.try_into().expect("the factor has four bytes"));
        data.extend(numbers.iter().map(|number| f32::from(number.cast_signed()) * factor));
    }
    data
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// Returns `n` vectors of length 1 with numbers that look like chance; each time the same.
    fn unit_rows(n: usize, dims: usize) -> Vec<f32> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut number = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        };
        let mut data: Vec<f32> = (0..n * dims).map(|_| number()).collect();
        for row in data.chunks_exact_mut(dims) {
            let length = dot(row, row).sqrt();
            for number in row {
                *number /= length;
            }
        }
        data
    }

    fn dot(one: &[f32], other: &[f32]) -> f32 {
        one.iter().zip(other).map(|(one, other)| one * other).sum()
    }

    #[test]
    fn rows_keep_their_length_and_their_direction() {
        for dims in [1, 2, 3, 384] {
            let data = unit_rows(50, dims);
            let read_back = decode(&encode(&data, dims), dims);
            assert_eq!(read_back.len(), data.len());
            for (row, read) in data.chunks_exact(dims).zip(read_back.chunks_exact(dims)) {
                let length = dot(read, read).sqrt();
                assert!((length - 1.0).abs() < 1e-5, "length {length} of {dims} numbers");
                let cosine = dot(row, read) / length;
                assert!(cosine > 0.999, "cosine {cosine} of {dims} numbers");
            }
        }
    }

    #[test]
    fn what_was_read_is_kept_again_as_the_same_bytes() {
        let bytes = encode(&unit_rows(20, 384), 384);
        let again = encode(&decode(&bytes, 384), 384);
        for (row, row_again) in bytes.chunks_exact(row_bytes(384)).zip(again.chunks_exact(row_bytes(384))) {
            assert_eq!(row[4..], row_again[4..]);
        }
    }

    #[test]
    fn a_row_of_zeros_stays_one() {
        assert_eq!(decode(&encode(&[0.0; 3], 3), 3), [0.0; 3]);
    }

    #[test]
    fn a_document_without_vectors_has_none() {
        let mut library = Library::in_memory().unwrap();
        let id = library.add_document(&samples::document(1, &["Tides"], "the tide turns")).unwrap();
        assert_eq!(library.vectors(id).unwrap(), None);
    }
}
