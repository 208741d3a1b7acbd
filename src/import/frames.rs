//! What two processes say to each other of one file: what is to be read, and what is found in it.
//!
//! All of it is in frames: a length of four bytes, lowest first, and as many bytes. A [`Request`] comes first, as JSON, and
//! after it the file's bytes as they are. The answers are JSON too, one for each document and one at the end. The text of a
//! document follows in pieces, as it is, and then its blocks, some thousands a frame: so nobody holds a document twice.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::document::{Block, BlockKind, Document, Fields, Format, Mark, Pages, Span};
use crate::error::{Error, Result};

use super::{ImportSettings, Part};

/// The longest frame. Only a document that says very much beside its text comes near.
const MAX_FRAME_BYTES: u32 = 1 << 30;

/// How long a piece of text is.
const PIECE_BYTES: usize = 1 << 20;

/// How many blocks are in a frame.
const N_BLOCKS: usize = 1 << 12;

/// A file to be read. Its bytes follow.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Request {
    /// The name of the file.
    pub(super) name: String,
    /// How it is read.
    pub(super) settings: ImportSettings,
    /// How many bytes it has.
    pub(super) n_bytes: u64,
    /// How much memory may be taken.
    pub(super) memory_bytes: u64,
}

/// What is said of a file.
#[derive(Debug)]
pub(super) enum Answer {
    /// A document of it.
    Part(Part),
    /// That there is no more, and what stood in the way of the file as a whole.
    Done(Result<()>),
}

/// An answer as it is written: of a document, what goes before its text.
#[derive(Serialize, Deserialize)]
enum Said {
    Part { name: String, sha256: [u8; 32], document: Result<Head, Failure> },
    Done(Result<(), Failure>),
}

/// A document without its text and its blocks.
#[derive(Serialize, Deserialize)]
struct Head {
    title: String,
    format: Format,
    fields: Fields,
    pages: Pages,
    marks: Vec<Mark>,
    n_text_bytes: u32,
    n_blocks: usize,
}

/// Lists the errors that can be said of a file, each as it stands in [`Error`].
macro_rules! failures {
    ($($variant:ident { $($field:ident: $type:ty),* })*) => {
        /// An error as it is written.
        #[derive(Serialize, Deserialize)]
        enum Failure {
            $($variant { $($field: $type),* },)*
        }

        impl Failure {
            /// Returns the error of the file `file`. One that is not listed is no error of a file.
            fn of(error: Error, file: &str) -> Self {
                match error {
                    $(Error::$variant { $($field),* } => Self::$variant { $($field),* },)*
                    other => Self::Stopped { name: file.to_owned(), how: other.to_string() },
                }
            }
        }

        impl From<Failure> for Error {
            fn from(failure: Failure) -> Self {
                match failure {
                    $(Failure::$variant { $($field),* } => Self::$variant { $($field),* },)*
                }
            }
        }
    };
}

failures! {
    NoText { name: String }
    NotText { name: String, found: String }
    TooLarge { name: String, found_bytes: u64, limit_bytes: u64 }
    Damaged { name: String, what: Cow<'static, str>, reason: String }
    Locked { name: String, what: Cow<'static, str> }
    Scanned { name: String, n_scanned: usize, n_pages: usize }
    Unmapped { name: String, percent: usize }
    Unpacks { name: String, limit_bytes: u64 }
    NoColumn { name: String, column: String, columns: String }
    Stopped { name: String, how: String }
}

/// Writes what is to be read; the bytes of the file come after it, without a frame.
pub(super) fn write_request(out: &mut impl Write, request: &Request) -> io::Result<()> {
    write_json(out, request)
}

/// Reads what is to be read.
pub(super) fn read_request(input: &mut impl Read) -> io::Result<Request> {
    read_json(input)
}

/// Writes what is said of the file `file`.
pub(super) fn write_answer(out: &mut impl Write, answer: Answer, file: &str) -> io::Result<()> {
    let part = match answer {
        Answer::Part(part) => part,
        Answer::Done(read) => return write_json(out, &Said::Done(read.map_err(|error| Failure::of(error, file)))),
    };
    let Part { name, sha256, document } = part;
    let document = match document {
        Ok(document) => document,
        Err(error) => {
            let document = Err(Failure::of(error, file));
            return write_json(out, &Said::Part { name, sha256, document });
        }
    };
    let Document { title, format, text, blocks, fields, pages, marks } = document;
    let (n_text_bytes, n_blocks) = (text.len() as u32, blocks.len());
    let head = Head { title, format, fields, pages, marks, n_text_bytes, n_blocks };
    write_json(out, &Said::Part { name, sha256, document: Ok(head) })?;
    for piece in text.as_bytes().chunks(PIECE_BYTES) {
        write_frame(out, piece)?;
    }
    for some in blocks.chunks(N_BLOCKS) {
        let some: Vec<(u32, u32, &BlockKind)> =
            some.iter().map(|block| (block.span.start.0, block.span.end.0, &block.kind)).collect();
        write_json(out, &some)?;
    }
    Ok(())
}

/// Reads what is said next.
///
/// # Errors
///
/// [`io::ErrorKind::UnexpectedEof`] where it breaks off, and [`io::ErrorKind::InvalidData`] for what nobody says.
pub(super) fn read_answer(input: &mut impl Read) -> io::Result<Answer> {
    let (name, sha256, document) = match read_json(input)? {
        Said::Done(read) => return Ok(Answer::Done(read.map_err(Error::from))),
        Said::Part { name, sha256, document } => (name, sha256, document),
    };
    let document = match document {
        Ok(head) => Ok(read_document(input, head)?),
        Err(failure) => Err(failure.into()),
    };
    Ok(Answer::Part(Part { name, sha256, document }))
}

/// Reads the text and the blocks of a document.
fn read_document(input: &mut impl Read, head: Head) -> io::Result<Document> {
    let Head { title, format, fields, pages, marks, n_text_bytes, n_blocks } = head;
    let mut text = Vec::new();
    while text.len() < n_text_bytes as usize {
        read_frame(input, &mut text)?;
    }
    let text = String::from_utf8(text).map_err(|_| nonsense("a text is not UTF-8"))?;
    let mut blocks = Vec::new();
    while blocks.len() < n_blocks {
        let some: Vec<(u32, u32, BlockKind)> = read_json(input)?;
        if some.is_empty() {
            return Err(nonsense("blocks are missing"));
        }
        for (start, end, kind) in some {
            let range = start as usize..end as usize;
            if text.get(range.clone()).is_none() {
                return Err(nonsense("a block is not in its text"));
            }
            blocks.push(Block { span: Span::new(range), kind });
        }
    }
    if text.len() != n_text_bytes as usize || blocks.len() != n_blocks {
        return Err(nonsense("a document is longer than it says"));
    }
    Ok(Document { title, format, text, blocks, fields, pages, marks })
}

fn nonsense(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    write_frame(out, &serde_json::to_vec(value)?)
}

fn read_json<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<T> {
    let mut frame = Vec::new();
    read_frame(input, &mut frame)?;
    serde_json::from_slice(&frame).map_err(|error| nonsense(&error.to_string()))
}

fn write_frame(out: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let n_bytes = u32::try_from(frame.len()).ok().filter(|&n_bytes| n_bytes <= MAX_FRAME_BYTES);
    let n_bytes = n_bytes.ok_or_else(|| nonsense("a frame is too long"))?;
    out.write_all(&n_bytes.to_le_bytes())?;
    out.write_all(frame)
}

/// Reads a frame to the end of `into`. A length that is not true takes no memory.
fn read_frame(input: &mut impl Read, into: &mut Vec<u8>) -> io::Result<()> {
    let mut n_bytes = [0; 4];
    input.read_exact(&mut n_bytes)?;
    let n_bytes = u32::from_le_bytes(n_bytes);
    if n_bytes == 0 || MAX_FRAME_BYTES < n_bytes {
        return Err(nonsense("a frame has no sensible length"));
    }
    let n_read = input.take(u64::from(n_bytes)).read_to_end(into)?;
    if n_read == n_bytes as usize { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::{ByteOffset, Date, Field, Millis, Page, TimeSpan};

    /// A document with something in each field, of more text than a piece and more blocks than a frame.
    fn document() -> Document {
        let text = "Lit: “é”.\n".repeat(150_000);
        let line_bytes = "Lit: “é”.\n".len();
        let time = Some(TimeSpan { start: Millis(1), end: Millis(2_000_000_000_000) });
        let kinds = [
            BlockKind::Heading { level: 3 },
            BlockKind::Paragraph,
            BlockKind::ListItem,
            BlockKind::TableRow,
            BlockKind::utterance(Some("Ruth \"\\\u{1}".to_owned()), time),
            BlockKind::utterance(None, None),
        ];
        let blocks = (0..text.len() / line_bytes)
            .map(|n| Block {
                span: Span::new(n * line_bytes..(n + 1) * line_bytes - 1),
                kind: kinds[n % kinds.len()].clone(),
            })
            .collect();
        let mut document = Document::new("A title".to_owned(), Format::YouTubeJson3, text, blocks);
        document.fields = Fields {
            language: Some("en".to_owned()),
            author: Some("Nobody".to_owned()),
            date: Date::new(2024, Some(2), Some(29)),
            others: vec![Field { name: "To".to_owned(), value: "all".to_owned() }],
        };
        document.pages = Pages(vec![Page { number: 7, start: ByteOffset(0) }]);
        document.marks = vec![Mark { level: 2, title: "On".to_owned(), start: ByteOffset(13) }];
        document
    }

    fn written(answers: impl IntoIterator<Item = Answer>) -> Vec<u8> {
        let mut bytes = Vec::new();
        for answer in answers {
            write_answer(&mut bytes, answer, "a.txt").unwrap();
        }
        bytes
    }

    fn part(document: Result<Document>) -> Answer {
        Answer::Part(Part { name: "a.zip/b".to_owned(), sha256: [200; 32], document })
    }

    #[test]
    fn what_is_said_is_what_is_heard() {
        let request = Request {
            name: "caf\u{FFFD}.csv".to_owned(),
            settings: ImportSettings::default(),
            n_bytes: 1 << 29,
            memory_bytes: u64::MAX,
        };
        let mut bytes = Vec::new();
        write_request(&mut bytes, &request).unwrap();
        assert_eq!(read_request(&mut &bytes[..]).unwrap(), request);

        let bytes = written([part(Ok(document())), Answer::Done(Ok(()))]);
        let mut input = &bytes[..];
        let Answer::Part(heard) = read_answer(&mut input).unwrap() else { panic!("a document was said") };
        assert_eq!((heard.name.as_str(), heard.sha256), ("a.zip/b", [200; 32]));
        // The documents are too long to be shown.
        assert!(heard.document.unwrap() == document(), "another document is heard");
        assert!(matches!(read_answer(&mut input).unwrap(), Answer::Done(Ok(()))));
        assert!(input.is_empty());
    }

    #[track_caller]
    fn check_error(said: impl Fn() -> Error) {
        for bytes in [written([part(Err(said()))]), written([Answer::Done(Err(said()))])] {
            let heard = match read_answer(&mut &bytes[..]).unwrap() {
                Answer::Part(part) => part.document.map(|_| ()),
                Answer::Done(read) => read,
            };
            assert_eq!(format!("{:?}", heard.unwrap_err()), format!("{:?}", said()));
        }
    }

    #[test]
    fn errors_are_heard_as_they_are_said() {
        let name = || "a.txt".to_owned();
        check_error(|| Error::NoText { name: name() });
        check_error(|| Error::NotText { name: name(), found: "a PNG image".to_owned() });
        check_error(|| Error::Damaged { name: name(), what: "a PDF file".into(), reason: "no page".to_owned() });
        check_error(|| Error::Scanned { name: name(), n_scanned: 18, n_pages: 20 });
        check_error(|| Error::Unpacks { name: name(), limit_bytes: 1 << 40 });
        let bytes = written([Answer::Done(Err(Error::NoDocument(1)))]);
        assert!(matches!(read_answer(&mut &bytes[..]).unwrap(), Answer::Done(Err(Error::Stopped { .. }))));
    }

    #[test]
    fn what_breaks_off_anywhere_is_told_from_what_is_whole() {
        let mut short = document();
        short.blocks.truncate(3);
        short.text.truncate(short.blocks[2].span.end.index());
        let bytes = written([part(Ok(short))]);
        assert!(read_answer(&mut &bytes[..]).is_ok());
        for n_bytes in 0..bytes.len() {
            let error = read_answer(&mut &bytes[..n_bytes]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "of {n_bytes} bytes: {error}");
        }
    }

    #[track_caller]
    fn check_nonsense(bytes: &[u8]) {
        let error = read_answer(&mut &bytes[..]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{error}");
    }

    #[test]
    fn what_nobody_says_is_not_understood() {
        check_nonsense(b"thread 'main' panicked");
        check_nonsense(&[0; 64]);
        check_nonsense(b"\x02\0\0\0{}");
        check_nonsense(b"\x04\0\0\0null");
        let mut outside = document();
        outside.blocks = vec![Block { span: Span::new(0..outside.text.len() + 1), kind: BlockKind::Paragraph }];
        check_nonsense(&written([part(Ok(outside))]));
        let mut within_a_sign = document();
        within_a_sign.blocks = vec![Block { span: Span::new(0..6), kind: BlockKind::Paragraph }];
        check_nonsense(&written([part(Ok(within_a_sign))]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_bytes_are_an_answer_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200), n in 0_u8..200) {
            let _ = read_answer(&mut &bytes[..]);
            let framed: Vec<u8> = [n, 0, 0, 0].into_iter().chain(bytes).collect();
            let _ = read_answer(&mut &framed[..]);
        }
    }
}
