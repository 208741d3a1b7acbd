//! What must be true of whatever the parsers make of any bytes, for the targets in `fuzz_targets/`.
//!
//! A target hands its bytes to [`hold`] under a name that leads to its parser. A refusal is as good as a document; a panic,
//! a hang, memory without bound and a document that breaks a law are not.

use std::io::{Cursor, Write};

use caesura::document::{BlockKind, Document, UnitKind};
use caesura::import::{ImportSettings, import_each};
use caesura::units::units;
use caesura::words::Language;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Inputs up to this many bytes are read twice, and must give the same both times.
const TWICE_BYTES: usize = 1024;

/// Reads `bytes` as the file `name`, and holds each document in it against the laws.
pub fn hold(bytes: &[u8], name: &str) {
    let first = documents(bytes, name);
    for document in &first {
        assert_laws(document);
    }
    if bytes.len() <= TWICE_BYTES {
        assert_eq!(first, documents(bytes, name), "the same bytes were read as two different things");
    }
}

fn documents(bytes: &[u8], name: &str) -> Vec<Document> {
    let mut documents = Vec::new();
    let _ = import_each(bytes, name, &ImportSettings::default(), &mut |part| {
        documents.extend(part.document.ok());
        Ok(())
    });
    documents
}

/// The laws of a document and of its units, of whatever kind.
pub fn assert_laws(document: &Document) {
    let text = &document.text;
    assert!(!document.title.trim().is_empty());
    assert!(!text.contains(['\0', '\r', '\u{FEFF}']));
    assert!(!document.blocks.is_empty());
    assert_tiles(text, document.blocks.iter().map(|block| block.span.range()));
    let times = document.blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Utterance(said) => said.time,
        _ => None,
    });
    let mut latest = None;
    for time in times {
        assert!(time.start <= time.end && latest <= Some(time.start), "{time:?} after {latest:?}");
        latest = Some(time.start);
    }
    assert!(document.pages.0.iter().all(|page| text.is_char_boundary(page.start.index())));
    assert!(document.pages.0.is_sorted_by_key(|page| page.start));
    for mark in &document.marks {
        assert!(!mark.title.trim().is_empty() && 1 <= mark.level);
        assert!(text.is_char_boundary(mark.start.index()));
    }
    for kind in [None, Some(UnitKind::Paragraph), Some(UnitKind::Sentence), Some(UnitKind::Utterance)] {
        let units = units(document, kind, Language::guess(text));
        assert!(!units.is_empty());
        let mut spans: Vec<_> = units.units.iter().map(|unit| unit.span.range()).collect();
        assert!(spans.is_sorted_by_key(|span| span.start));
        spans.extend(units.headings.iter().map(|heading| heading.span.range()));
        spans.sort_by_key(|span| span.start);
        assert_tiles(text, spans.into_iter());
    }
}

/// Spans follow one another, begin and end with something to read, and leave out white space only.
fn assert_tiles(text: &str, spans: impl Iterator<Item = std::ops::Range<usize>>) {
    let mut end = 0;
    for span in spans {
        let inside = &text[span.clone()];
        assert!(!inside.is_empty() && inside == inside.trim(), "{inside:?}");
        assert!(text[end..span.start].trim().is_empty());
        end = span.end;
    }
    assert!(text[end..].trim().is_empty());
}

/// What stands before the name of each file in a packed text.
const FILE_MARK: &[u8] = b"\n=== ";

/// Returns a ZIP archive of the files in a packed text, so that what is varied is the files and not their compression.
///
/// Each file is a line `=== name` and what follows it; what stands before the first such line is the file `first`. Files
/// of `fixed` that the text does not have are put before them. What is an archive already stays as it is.
pub fn packed(text: &[u8], first: &str, fixed: &[(&str, &str)]) -> Vec<u8> {
    if text.starts_with(b"PK") {
        return text.to_vec();
    }
    let mut files: Vec<(String, &[u8])> = Vec::new();
    let mut name = first.to_owned();
    let mut rest = text;
    loop {
        let Some(at) = rest.windows(FILE_MARK.len()).position(|window| window == FILE_MARK) else {
            files.push((name, rest));
            break;
        };
        files.push((name, &rest[..at]));
        rest = &rest[at + FILE_MARK.len()..];
        let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        name = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let given: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let fixed = fixed.iter().filter(|(name, _)| !given.iter().any(|other| other == name));
    let fixed = fixed.map(|(name, content)| ((*name).to_owned(), content.as_bytes()));
    for (name, content) in fixed.chain(files) {
        // An archive has no two files of one name, and the writer says so.
        if zip.start_file(name, stored).is_ok() {
            let _ = zip.write_all(content);
        }
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// Lets a dependency panic where the parser that calls it turns that into a refusal; our own code may not.
///
/// A panic that nobody catches ends the process nevertheless.
pub fn let_dependencies_panic() {
    std::panic::set_hook(Box::new(|info| {
        let is_of_dependency = info.location().is_some_and(|place| place.file().contains("registry"));
        if !is_of_dependency {
            eprintln!("{info}\n{}", std::backtrace::Backtrace::force_capture());
            std::process::abort();
        }
    }));
}
