//! Bytes into a [`Document`]: plain text and the blocks it is laid out in.
//!
//! One file per format. What a file is, its content says first and its name second. A file that is no text is
//! refused with what it seems to be; a damaged text is read as far as it goes, never refused for its damage.

mod binary;
mod chapter_files;
mod cue_text;
mod cues;
mod encodings;
mod files;
mod guess;
mod html;
mod html_regions;
mod layout;
mod markdown;
mod plain_text;
mod sbv;
mod speakers;
mod subtitles;
mod transcript_json;
mod ttml;
mod turns;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod speech_tests;

use std::borrow::Cow;

use crate::document::{Document, Format};
use crate::error::{Error, Result};

pub use chapter_files::{
    WrittenChapter, chapters_beside, is_chapter_file, read_chapters, with_chapters, written_beside,
};
pub use files::{Found, files_under, name_of, read};

/// The largest file that is read, in bytes: 512 MiB.
///
/// Text grows at most threefold when its encoding changes, so every position in it fits in 32 bits.
pub const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// Reads `bytes`, the content of the file `name`, of which only the last component is looked at.
///
/// # Errors
///
/// [`Error::TooLarge`], [`Error::NotText`] with what the file seems to be, or [`Error::NoText`] if there is nothing
/// to read in it.
pub fn import(bytes: &[u8], name: &str) -> Result<Document> {
    let found_bytes = bytes.len() as u64;
    if MAX_BYTES < found_bytes {
        return Err(Error::TooLarge { name: name.to_owned(), found_bytes, limit_bytes: MAX_BYTES });
    }
    let refused = |found: String| Error::NotText { name: name.to_owned(), found };
    if let Some(found) = binary::kind_of(bytes) {
        return Err(refused(found.to_owned()));
    }
    let text = encodings::decode(bytes).map_err(refused)?;
    let text = layout::clean(text);
    let format = guess::format_of(&text, name);
    let title = title_of_name(name);
    tracing::debug!(n_bytes = bytes.len(), format = format.name(), "decoded");
    let document = read_as(format, text, title);
    if document.blocks.is_empty() { Err(Error::NoText { name: name.to_owned() }) } else { Ok(document) }
}

fn read_as(format: Format, text: Cow<'_, str>, title: String) -> Document {
    match format {
        Format::PlainText => plain_text::document(text, title),
        Format::Markdown => markdown::document(&text, title),
        Format::Html => html::document(&text, title),
        Format::Srt | Format::WebVtt => subtitles::document(&text, title, format),
        Format::Ttml => ttml::document(&text, title),
        Format::Sbv => sbv::document(&text, title),
        Format::WhisperJson | Format::PodcastTranscript | Format::YouTubeJson3 => {
            transcript_json::document(&text, title)
        }
    }
}

/// Returns a title made of a file's name: its stem, with `_` and `-` read as spaces. Never empty.
fn title_of_name(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = match file.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 8 && !extension.contains(' ') => stem,
        _ => file,
    };
    let spaced = stem.replace(['_', '-'], " ");
    let title = layout::one_line(&layout::clean(Cow::Owned(spaced)));
    if title.is_empty() { "Untitled".to_owned() } else { title }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_title(name: &str, expected: &str) {
        assert_eq!(title_of_name(name), expected);
    }

    #[test]
    fn a_title_is_made_of_the_stem_of_the_name() {
        check_title("notes/harbour_log-book.txt", "harbour log book");
        check_title("C:\\logs\\tide.table.md", "tide.table");
        check_title(".txt", ".txt");
        check_title("", "Untitled");
        check_title("___.txt", "Untitled");
        check_title("Dr. Who was here", "Dr. Who was here");
    }

    #[track_caller]
    fn check_no_text(bytes: &[u8], name: &str) {
        assert!(matches!(import(bytes, name), Err(Error::NoText { .. })), "{:?}", import(bytes, name));
    }

    #[test]
    fn an_empty_file_has_no_text() {
        for name in ["a.txt", "a.md", "a.html", "a.srt", "a.vtt", "a"] {
            check_no_text(b"", name);
            check_no_text(b" \r\n\t \n", name);
            check_no_text(b"\xEF\xBB\xBF", name);
        }
        check_no_text(b"WEBVTT\n\nNOTE nothing is said\n", "a.vtt");
        check_no_text(b"<html><head><title>Bare</title></head><body><p> &nbsp; </p></body></html>", "a.html");
    }

    #[track_caller]
    fn check_refused(bytes: &[u8], expected: &str) {
        match import(bytes, "a.txt") {
            Err(Error::NotText { found, .. }) => assert_eq!(found, expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_binary_file_is_refused_with_what_it_seems_to_be() {
        check_refused(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj", "a PDF file");
        check_refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image");
        check_refused(b"SQLite format 3\0\x10\0", "an SQLite database");
        check_refused(&(0..=255).cycle().take(5_000).collect::<Vec<u8>>(), "binary data");
        check_refused(&[0; 300], "binary data");
    }

    #[test]
    fn a_text_with_a_few_nuls_is_text_without_them() {
        let document = import(b"The lamp\0 was lit\0 at dusk and burned till dawn, as every night.", "a.txt").unwrap();
        assert_eq!(document.text, "The lamp was lit at dusk and burned till dawn, as every night.");
    }

    #[test]
    fn utf_16_is_read_even_when_its_last_byte_is_missing() {
        let text = "Ebb and flood.\n\nThe tide turns twice a day.";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, bom) in [(little, [0xFF, 0xFE]), (big, [0xFE, 0xFF])] {
            let marked = [&bom[..], &bytes].concat();
            for whole in [&bytes, &marked] {
                assert_eq!(import(whole, "a.txt").unwrap().text, text);
                let cut = import(&whole[..whole.len() - 1], "a.txt").unwrap();
                assert!(cut.text.starts_with("Ebb and flood.\n\nThe tide turns twice a day"), "{}", cut.text);
            }
        }
    }

    #[test]
    fn one_unbroken_line_of_50_mb_is_one_block() {
        let line = "so the keeper said the light was out and then ".repeat(50_000_000 / 46);
        let document = import(line.as_bytes(), "asr.txt").unwrap();
        assert_eq!(document.blocks.len(), 1);
        assert_eq!(document.text.len(), line.len());
    }

    #[test]
    fn a_text_of_200_mb_is_read_whole() {
        let paragraph = "The harbour office keeps a log of every arrival, and of every departure as well.\n\n";
        let n = 200_000_000 / paragraph.len();
        let document = import(paragraph.repeat(n).as_bytes(), "log.txt").unwrap();
        assert_eq!(document.blocks.len(), n);
    }

    #[test]
    fn a_long_text_is_read_whole_in_every_format() {
        let paragraph = "The harbour office keeps a log of every arrival, and of every departure as well.";
        let n = 20_000_000 / paragraph.len();
        let plain = format!("{paragraph}\n\n").repeat(n);
        assert_eq!(import(plain.as_bytes(), "log.txt").unwrap().blocks.len(), n);
        assert_eq!(import(plain.as_bytes(), "log.md").unwrap().blocks.len(), n);
        let html = format!("<p>{paragraph}</p>").repeat(n);
        assert_eq!(import(html.as_bytes(), "log.html").unwrap().blocks.len(), n);
    }
}
