//! The laws of a document, held against any bytes.

use proptest::prelude::*;

use super::*;
use crate::document::BlockKind;
use crate::units::units;
use crate::words::Language;

const NAMES: [&str; 6] = ["a.txt", "a.md", "a.html", "a.srt", "a.vtt", "a"];

/// Pieces of every format, to be strewn together.
const PIECES: [&str; 44] = [
    "lamp ",
    "Oil. ",
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "\t",
    "\0",
    "\u{FEFF}",
    "\u{85}",
    "é灯",
    "# ",
    "- ",
    "1. ",
    "> ",
    "| a | b |\n|--|--|\n",
    "```",
    "---\n",
    "[x](y)",
    "<p>",
    "</p>",
    "<h1>",
    "</h1>",
    "<td>",
    "<tr>",
    "<table>",
    "<li>",
    "<br>",
    "<nav>",
    "<pre>",
    "<script>",
    "&amp;",
    "&#x85;",
    "&nbsp;",
    "<!--",
    "-->",
    "WEBVTT\n\n",
    "00:01.000 --> 00:02.000\n",
    "7\n",
    "0:09,0 --> 0:01,0\n",
    "<v Ann>",
    ">> ",
    "Ann: ",
    "[0:05] Ben: ",
];

fn assert_laws(document: &Document) {
    assert!(!document.title.trim().is_empty());
    assert!(!document.text.contains(['\0', '\r', '\u{FEFF}']));
    let mut end = 0;
    for block in &document.blocks {
        let text = block.span.of(&document.text);
        assert!(!text.is_empty() && text == text.trim(), "{text:?}");
        assert!(document.text[end..block.span.start.index()].trim().is_empty());
        end = block.span.end.index();
    }
    assert!(document.text[end..].trim().is_empty());
    assert!(!document.blocks.is_empty());
    let times = document.blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Utterance(said) => said.time,
        _ => None,
    });
    let times: Vec<_> = times.collect();
    assert!(times.iter().all(|time| time.start <= time.end));
    assert!(times.is_sorted_by_key(|time| time.start));
}

fn check(bytes: &[u8]) {
    for name in NAMES {
        if let Ok(document) = import(bytes, name) {
            assert_laws(&document);
            for kind in [None, Some(UnitKind::Paragraph), Some(UnitKind::Sentence), Some(UnitKind::Utterance)] {
                crate::units::tests::assert_laws(&document, &units(&document, kind, Language::English));
            }
        }
    }
}

use crate::document::UnitKind;

proptest! {
    #[test]
    fn any_bytes_are_imported_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn any_text_is_imported_or_refused(text in "\\PC{0,200}") {
        check(text.as_bytes());
    }

    #[test]
    fn any_mixture_of_formats_is_imported_or_refused(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..60)) {
        check(pieces.concat().as_bytes());
    }

    #[test]
    fn the_text_of_a_plain_document_reads_as_itself(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..10]), 1..60)) {
        if let Ok(once) = import(pieces.concat().as_bytes(), "a.txt") {
            let twice = import(once.text.as_bytes(), "a.txt").unwrap();
            prop_assert_eq!(once, twice);
        }
    }
}
