//! Corpora to mine and to judge topics by: JSON, a document a line, plain or compressed with Zstandard.
//!
//! A line is an object with `id`, `text` and, where somebody has sorted the documents, `label`: a string or a list of
//! strings. Other fields are passed over. Lines are read one at a time, so a corpus may be larger than memory.

use std::io::BufRead;
use std::path::Path;

use serde::Deserialize;

use super::json_lines::JsonLines;
use crate::error::Result;
use crate::topics::sketch::PlacedText;

/// One document of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusDocument {
    /// Its name in the corpus.
    pub id: String,
    /// What it was sorted under: nothing, one label, or several.
    pub labels: Vec<String>,
    /// Its text.
    pub text: String,
}

/// Returns the documents of a file in order, as they are read. After an error nothing more comes.
///
/// Fails with [`Error::Data`](crate::error::Error::Data) and the line on what is not in the form; an empty line is passed over.
pub fn documents(path: &Path) -> Result<impl Iterator<Item = Result<CorpusDocument>>> {
    Ok(JsonLines::open(path)?.each(next))
}

/// Returns the documents of one part of a corpus, as they are read from `lines`; `path` is only named in errors. After an error
/// nothing more comes.
///
/// A document's place in the whole corpus is its field `place`, a number from 0; without one it follows the document before
/// it, and the first one has the place `first`. A document without an id is called by the line that it would have in the
/// whole corpus: its place and 1.
pub fn placed(
    lines: impl BufRead + 'static,
    path: &Path,
    first: u32,
) -> Result<impl Iterator<Item = Result<PlacedText>>> {
    let mut next_place = Some(first);
    Ok(JsonLines::of(lines, path)?.each(move |lines| next_placed(lines, &mut next_place)))
}

fn next_placed(lines: &mut JsonLines, next_place: &mut Option<u32>) -> Result<Option<PlacedText>> {
    let Some(line) = lines.next_line()? else { return Ok(None) };
    let line: Line = serde_json::from_slice(&line).map_err(|error| lines.wrong(error.to_string()))?;
    // The last number is none, so that there is a line after every place.
    let place = line.place.or(*next_place).filter(|&place| place < u32::MAX);
    let Some(place) = place else { return Err(lines.wrong(format!("places end before {}", u32::MAX))) };
    *next_place = place.checked_add(1);
    let id = match line.id {
        Some(Id::Text(id)) => id,
        Some(Id::Number(id)) => id.to_string(),
        None => (u64::from(place) + 1).to_string(),
    };
    Ok(Some(PlacedText { place, id, text: line.text }))
}

fn next(lines: &mut JsonLines) -> Result<Option<CorpusDocument>> {
    let Some(line) = lines.next_line()? else { return Ok(None) };
    document(&line, lines.n_read()).map(Some).map_err(|reason| lines.wrong(reason))
}

/// A line as it stands in the file.
#[derive(Deserialize)]
struct Line {
    id: Option<Id>,
    place: Option<u32>,
    #[serde(default)]
    label: Label,
    text: String,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "an `id` is a text or a whole number")]
enum Id {
    Number(i64),
    Text(String),
}

#[derive(Default, Deserialize)]
#[serde(untagged, expecting = "a `label` is a text, or a list of texts")]
enum Label {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

/// Returns the document of a line, or what is wrong with it. A document without an id is called by its line.
fn document(line: &[u8], n_lines: usize) -> Result<CorpusDocument, String> {
    let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let id = match line.id {
        Some(Id::Text(id)) => id,
        Some(Id::Number(id)) => id.to_string(),
        None => n_lines.to_string(),
    };
    let labels = match line.label {
        Label::None => Vec::new(),
        Label::One(label) => vec![label],
        Label::Several(labels) => labels,
    };
    Ok(CorpusDocument { id, labels, text: line.text })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;
    use crate::error::Error;

    const LINES: &str = concat!(
        "{\"id\": \"a\", \"label\": \"sea\", \"text\": \"tide\", \"more\": 1}\n",
        "\n",
        "{\"id\": 7, \"label\": [\"sea\", \"bread\"], \"text\": \"oven\"}\r\n",
        "{\"text\": \"\", \"label\": null}",
    );

    fn read(bytes: &[u8]) -> Vec<Result<CorpusDocument, String>> {
        let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
        file.write_all(bytes).expect("the file can be written");
        let documents = documents(file.path()).expect("the file can be read");
        documents
            .map(|read| {
                read.map_err(|error| match error {
                    Error::Data { line, reason, .. } => format!("{line}: {reason}"),
                    other => other.to_string(),
                })
            })
            .collect()
    }

    #[track_caller]
    fn check_read(bytes: &[u8]) {
        let document = |id: &str, labels: &[&str], text: &str| {
            let labels = labels.iter().map(|&label| label.to_owned()).collect();
            Ok(CorpusDocument { id: id.to_owned(), labels, text: text.to_owned() })
        };
        let expected =
            [document("a", &["sea"], "tide"), document("7", &["sea", "bread"], "oven"), document("4", &[], "")];
        assert_eq!(read(bytes), expected);
    }

    #[test]
    fn documents_are_read_plain_or_compressed_in_any_number_of_frames() {
        check_read(LINES.as_bytes());
        let compressed = |part: &str| compress_to_vec(part.as_bytes(), CompressionLevel::Fastest);
        check_read(&compressed(LINES));
        let (one, other) = LINES.split_at(40);
        check_read(&[compressed(one), compressed(other)].concat());
    }

    #[test]
    fn a_line_not_in_the_form_is_named_and_ends_the_reading() {
        let found = read(b"{\"text\": \"tide\"}\n{\"id\": \"b\"}\n{\"text\": \"oven\"}");
        assert_eq!(found.len(), 2);
        let error = found[1].as_ref().expect_err("a text is missing");
        assert!(error.starts_with("2: missing field `text`"), "{error}");
    }

    #[test]
    fn damaged_frames_and_no_bytes_are_no_panic() {
        assert_eq!(read(b""), []);
        let whole = compress_to_vec(LINES.repeat(50).as_bytes(), CompressionLevel::Fastest);
        for n_bytes in 4..whole.len() {
            let found = read(&whole[..n_bytes]);
            let error = found.last().and_then(|last| last.as_ref().err());
            assert!(error.is_some_and(|error| error.contains("damaged or cut short")), "{n_bytes} bytes: {found:?}");
        }
    }
}
