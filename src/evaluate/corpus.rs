//! Corpora to mine and to judge topics by: JSON, a document a line, plain or compressed with Zstandard.
//!
//! A line is an object with `id`, `text` and, where somebody has sorted the documents, `label`: a string or a list of
//! strings. Other fields are passed over. Lines are read one at a time, so a corpus may be larger than memory.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use ruzstd::decoding::StreamingDecoder;
use serde::Deserialize;

use crate::error::{Error, Result};

/// The longest line read.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// What a file compressed with Zstandard starts with.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

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
/// Fails with [`Error::Data`] and the line on what is not in the form; an empty line is passed over.
pub fn documents(path: &Path) -> Result<impl Iterator<Item = Result<CorpusDocument>>> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let is_compressed = file.fill_buf().map_err(failed)?.starts_with(&ZSTD_MAGIC);
    let lines: Box<dyn BufRead> =
        if is_compressed { Box::new(BufReader::new(Frames::new(file))) } else { Box::new(file) };
    Ok(Lines { source: lines, path: path.to_owned(), n_read: 0, is_over: false })
}

/// The bytes of every frame of a compressed file, one frame after the other.
struct Frames<R: BufRead> {
    /// The frame being read, or the file between frames; nothing after an error.
    state: Option<State<R>>,
}

enum State<R: BufRead> {
    Between(R),
    Within(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
}

impl<R: BufRead> Frames<R> {
    fn new(file: R) -> Self {
        Self { state: Some(State::Between(file)) }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.state.take() {
                None => return Ok(0),
                Some(State::Between(mut file)) => {
                    if file.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let frame = StreamingDecoder::new(file).map_err(std::io::Error::other)?;
                    self.state = Some(State::Within(Box::new(frame)));
                }
                Some(State::Within(mut frame)) => {
                    let n_bytes = frame.read(buffer)?;
                    if 0 < n_bytes || buffer.is_empty() {
                        self.state = Some(State::Within(frame));
                        return Ok(n_bytes);
                    }
                    self.state = Some(State::Between(frame.into_inner()));
                }
            }
        }
    }
}

struct Lines {
    source: Box<dyn BufRead>,
    path: PathBuf,
    n_read: usize,
    is_over: bool,
}

impl Iterator for Lines {
    type Item = Result<CorpusDocument>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            match self.next_line() {
                Ok(None) => self.is_over = true,
                Ok(Some(line)) if line.iter().all(u8::is_ascii_whitespace) => {}
                Ok(Some(line)) => {
                    let read = document(&line, self.n_read).map_err(|reason| self.data(reason));
                    self.is_over = read.is_err();
                    return Some(read);
                }
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

impl Lines {
    fn next_line(&mut self) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = self.source.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
        match read {
            Err(source) => Err(Error::Read { path: self.path.clone(), source }),
            Ok(0) => Ok(None),
            Ok(n_bytes) => {
                self.n_read += 1;
                if MAX_LINE_BYTES <= n_bytes as u64 {
                    return Err(self.data(format!("the line has more than {MAX_LINE_BYTES} bytes")));
                }
                Ok(Some(line))
            }
        }
    }

    fn data(&self, reason: String) -> Error {
        Error::Data { path: self.path.clone(), line: self.n_read, reason }
    }
}

/// A line as it stands in the file.
#[derive(Deserialize)]
struct Line {
    id: Option<Id>,
    #[serde(default)]
    label: Label,
    text: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Number(i64),
    Text(String),
}

#[derive(Default, Deserialize)]
#[serde(untagged)]
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
            assert!(read(&whole[..n_bytes]).last().is_some_and(Result::is_err), "{n_bytes} bytes");
        }
    }
}
