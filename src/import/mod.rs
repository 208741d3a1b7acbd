//! Bytes into a [`Document`]: plain text and the blocks it is laid out in; or into several, as of a mailbox.
//!
//! One file per format. What a file is, its content says first and its name second. A file that is no text is
//! refused with what it seems to be; a damaged text is read as far as it goes, never refused for its damage. Nothing in a
//! file is executed, followed or fetched, and what unpacks without end is given up on. A front end reads files by [`Ahead`],
//! each in a process of its own.

mod ahead;
mod apart;
mod archive;
mod binary;
mod chapter_files;
mod cue_text;
mod cues;
mod docx;
mod encodings;
mod epub;
mod files;
mod flow;
mod frames;
mod guess;
mod html;
mod html_regions;
mod language;
mod layout;
mod mail;
mod markdown;
mod odt;
mod office;
mod pdf;
mod plain_text;
mod refusal;
mod rtf;
mod sbv;
mod speakers;
mod subtitles;
mod table;
mod transcript_json;
mod ttml;
mod turns;
mod workbook;
mod xml;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod shown;
#[cfg(test)]
mod speech_tests;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::document::{Document, Format};
use crate::error::{Error, Result};
use crate::words;

use archive::{Archive, Budget};
use guess::Kind;
use refusal::Refusal;

pub use ahead::{Ahead, Heard, TIME_LIMIT, guarded, only_guarded};
pub use apart::{READER_ARGUMENT, Reader, serve};
pub use chapter_files::{
    WrittenChapter, chapters_beside, is_chapter_file, read_chapters, with_chapters, written_beside,
};
pub use files::{EXTENSIONS, Found, files_under, name_of, read};

/// The largest file that is read, in bytes: 512 MiB.
///
/// Text grows at most threefold when its encoding changes, so every position in it fits in 32 bits.
pub const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// Archives within archives deeper than this are not opened.
const MAX_ARCHIVES: usize = 3;

/// How files are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSettings {
    /// Which column of a table is what.
    pub columns: Columns,
    /// Where files are read.
    #[serde(skip)]
    pub reader: Reader,
}

/// Which column of a table is what, by its name; what is not said is chosen by the names and lengths of the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// The text of the document.
    pub text: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// What tells it from others.
    pub id: Option<String>,
    /// The day it is of.
    pub date: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
}

/// One document of a file.
#[derive(Debug)]
pub struct Part {
    /// The name of the file, and after a `/` what the part is called in it, if the file holds several.
    pub name: String,
    /// Of the bytes of the file, or of the part: the same bytes make the same document.
    pub sha256: [u8; 32],
    /// The document, or why it could not be read. The other parts are not affected.
    pub document: Result<Document>,
}

impl Part {
    /// Says what of the document could not be read, if it is not whole: see [`crate::document::Fields::left_out`].
    pub fn left_out(&self) -> Option<String> {
        self.document.as_ref().ok()?.fields.left_out()
    }
}

/// What a parser of several documents fails with: a file that is refused, or a visitor that has had enough.
enum Stop {
    Refused(Refusal),
    Visitor(Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Where a file stands: within how many archives, and what is left to unpack.
struct Within {
    n_archives: usize,
    budget: Budget,
}

/// Reads `bytes`, the content of the file `name`, of which only the last component is looked at.
///
/// # Errors
///
/// [`Error::TooLarge`], [`Error::NotText`] with what the file seems to be, [`Error::NoText`] if there is nothing
/// to read in it, [`Error::Several`] if it holds several documents, and what else stands in the way.
pub fn import(bytes: &[u8], name: &str) -> Result<Document> {
    let mut only = None;
    import_each(bytes, name, &ImportSettings::default(), &mut |part| {
        if only.is_some() {
            return Err(Error::Several { name: name.to_owned() });
        }
        only = Some(part.document);
        Ok(())
    })?;
    only.unwrap_or_else(|| Err(Error::NoText { name: name.to_owned() }))
}

/// Reads `bytes`, the content of the file `name`, and hands each document in it to `visit`, in the order of the file.
///
/// Most files hold one; a mailbox, a table and an archive hold many. Only one is in memory at a time. An error of `visit`
/// ends the reading, and is returned.
///
/// # Errors
///
/// What stands in the way of the file as a whole, as for [`import`]; what stands in the way of a part is in the part.
pub fn import_each(
    bytes: &[u8],
    name: &str,
    settings: &ImportSettings,
    visit: &mut dyn FnMut(Part) -> Result<()>,
) -> Result<()> {
    let within = Within { n_archives: 0, budget: Budget::of(bytes.len()) };
    import_within(bytes, name, settings, &within, visit)
}

fn import_within(
    bytes: &[u8],
    name: &str,
    settings: &ImportSettings,
    within: &Within,
    visit: &mut dyn FnMut(Part) -> Result<()>,
) -> Result<()> {
    let found_bytes = bytes.len() as u64;
    if MAX_BYTES < found_bytes {
        return Err(Error::TooLarge { name: name.to_owned(), found_bytes, limit_bytes: MAX_BYTES });
    }
    let kind = guess::kind_of(bytes, name).map_err(|found| Error::NotText { name: name.to_owned(), found })?;
    tracing::debug!(n_bytes = bytes.len(), ?kind, "looked at a file");
    let title = title_of_name(name);
    let one = |read: Result<Document, Refusal>| read.map_err(|refusal| refusal.of(name));
    let open = |what| Archive::open(bytes, what, &within.budget);
    let document = match kind {
        Kind::Text => one(text_document(bytes, name, title))?,
        Kind::Pdf => one(pdf::document(bytes, title))?,
        Kind::Rtf => rtf::document(bytes, title),
        Kind::Docx => one(open("a Word document (DOCX)").and_then(|file| docx::document(file, title)))?,
        Kind::Odt => one(open("an OpenDocument text (ODT)").and_then(|file| odt::document(file, title)))?,
        Kind::Epub => one(open("an EPUB book").and_then(|file| epub::document(file, title)))?,
        Kind::Letter => one(mail::document(bytes, title))?,
        Kind::Mailbox => return at_least_one(name, visit, |visit| mailbox(bytes, name, visit)),
        Kind::Csv | Kind::Tsv | Kind::JsonLines | Kind::Xlsx => {
            return at_least_one(name, visit, |visit| {
                let read = table_rows(bytes, name, kind, settings, &within.budget, visit);
                read.map_err(|stop| error_of(stop, name))
            });
        }
        Kind::Zip if MAX_ARCHIVES <= within.n_archives => {
            return Err(Refusal::NotText("a ZIP archive within too many others".to_owned()).of(name));
        }
        Kind::Zip => return archive_files(bytes, name, settings, within, visit),
    };
    let document = finished(document, name)?;
    visit(Part { name: name.to_owned(), sha256: Sha256::digest(bytes).into(), document: Ok(document) })
}

/// Runs a reader of several documents; fails if the file holds none, as a table of a head alone.
fn at_least_one(
    name: &str,
    visit: &mut dyn FnMut(Part) -> Result<()>,
    read: impl FnOnce(&mut dyn FnMut(Part) -> Result<()>) -> Result<()>,
) -> Result<()> {
    let mut is_empty = true;
    read(&mut |part| {
        is_empty = false;
        visit(part)
    })?;
    if is_empty { Err(Error::NoText { name: name.to_owned() }) } else { Ok(()) }
}

fn error_of(stop: Stop, name: &str) -> Error {
    match stop {
        Stop::Refused(refusal) => refusal.of(name),
        Stop::Visitor(error) => error,
    }
}

/// Returns a document whose language is known, if it can be; fails if there is nothing to read in it.
fn finished(mut document: Document, name: &str) -> Result<Document> {
    if document.blocks.is_empty() {
        return Err(Error::NoText { name: name.to_owned() });
    }
    let fields = &mut document.fields;
    fields.language = fields.language.take().or_else(|| words::recognised(&document.text).map(str::to_owned));
    Ok(document)
}

fn text_document(bytes: &[u8], name: &str, title: String) -> Result<Document, Refusal> {
    let text = encodings::decode(bytes).map_err(Refusal::NotText)?;
    let text = layout::clean(text);
    let format = guess::format_of(&text, name);
    Ok(read_as(format, text, title))
}

fn read_as(format: Format, text: Cow<'_, str>, title: String) -> Document {
    match format {
        Format::Markdown if markdown::is_readable(&text) => markdown::document(&text, title),
        Format::Html => html::document(&text, title),
        Format::Srt | Format::WebVtt => subtitles::document(&text, title, format),
        Format::Ttml => ttml::document(&text, title),
        Format::Sbv => sbv::document(&text, title),
        Format::WhisperJson | Format::PodcastTranscript | Format::YouTubeJson3 => {
            transcript_json::document(&text, title)
        }
        _ => plain_text::document(text, title),
    }
}

fn mailbox(bytes: &[u8], name: &str, visit: &mut dyn FnMut(Part) -> Result<()>) -> Result<()> {
    for (index, letter) in mail::letters(bytes).enumerate() {
        let part_name = format!("{name}/{}", index + 1);
        let document = mail::document(&letter, format!("{}, letter {}", title_of_name(name), index + 1));
        let document =
            document.map_err(|refusal| refusal.of(&part_name)).and_then(|document| finished(document, &part_name));
        visit(Part { name: part_name, sha256: Sha256::digest(&letter).into(), document })?;
    }
    Ok(())
}

fn table_rows(
    bytes: &[u8],
    name: &str,
    kind: Kind,
    settings: &ImportSettings,
    budget: &Budget,
    visit: &mut dyn FnMut(Part) -> Result<()>,
) -> Result<(), Stop> {
    let (columns, title) = (&settings.columns, title_of_name(name));
    let mut take = |sheet: Option<&str>, row: table::Row| -> Result<(), Stop> {
        let part_name = match sheet {
            Some(sheet) => format!("{name}/{sheet}/{}", row.name),
            None => format!("{name}/{}", row.name),
        };
        let sha256 = sha256_of(&row.document);
        let document = finished(row.document, &part_name);
        visit(Part { name: part_name, sha256, document }).map_err(Stop::Visitor)
    };
    if kind == Kind::Xlsx {
        // What reads the workbook unpacks by itself, so it is tried within our bounds first.
        Archive::open(bytes, "an Excel workbook (XLSX)", budget)?.check()?;
        return workbook::each_sheet(bytes, &mut |sheet, records| {
            table::documents(records, columns, &title, Format::Xlsx, &mut |row| take(sheet, row))
        });
    }
    let text = encodings::decode(bytes).map_err(Refusal::NotText)?;
    if kind == Kind::JsonLines {
        let records = table::json_lines(&text);
        return table::documents(records, columns, &title, Format::JsonLines, &mut |row| take(None, row));
    }
    let records = table::separated(&text, kind == Kind::Tsv);
    table::documents(records, columns, &title, Format::Csv, &mut |row| take(None, row))
}

/// Returns what tells the document of a row from others: all that it says.
fn sha256_of(document: &Document) -> [u8; 32] {
    let mut hash = Sha256::new();
    let fields = &document.fields;
    let date = fields.date.map(|date| date.to_string()).unwrap_or_default();
    let others = fields.others.iter().flat_map(|field| [field.name.as_str(), field.value.as_str()]);
    let author = fields.author.as_deref().unwrap_or_default();
    for piece in [document.text.as_str(), document.title.as_str(), author, date.as_str()].into_iter().chain(others) {
        hash.update((piece.len() as u64).to_le_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}

/// Reads the files of an archive, in its order. Hidden ones, and such as no folder would give either, are passed over.
fn archive_files(
    bytes: &[u8],
    name: &str,
    settings: &ImportSettings,
    within: &Within,
    visit: &mut dyn FnMut(Part) -> Result<()>,
) -> Result<()> {
    let mut archive = Archive::open(bytes, "a ZIP archive", &within.budget).map_err(|refusal| refusal.of(name))?;
    let inner = Within { n_archives: within.n_archives + 1, budget: within.budget.clone() };
    let mut n_visited = 0;
    for path in archive.names().to_vec() {
        let part_name = format!("{name}/{path}");
        if !files::is_taken_from_archive(&path) {
            continue;
        }
        let failed = |error| Part { name: part_name.clone(), sha256: [0; 32], document: Err(error) };
        match archive.read(&path) {
            None => {}
            Some(Ok(file)) if files::is_mere_data(&path, &file) => {}
            // An archive that unpacks without end is given up on as a whole.
            Some(Err(refusal @ Refusal::Unpacks { .. })) => return Err(refusal.of(name)),
            Some(Err(refusal)) => {
                n_visited += 1;
                visit(failed(refusal.of(&part_name)))?;
            }
            Some(Ok(file)) => {
                n_visited += 1;
                let chapters = chapters_in_archive(&mut archive, &path);
                let mut had_enough = false;
                let read = import_within(&file, &part_name, settings, &inner, &mut |mut part| {
                    part.document = part.document.map(|document| with_chapters(document, &chapters));
                    visit(part).inspect_err(|_| had_enough = true)
                });
                match read {
                    Err(error) if had_enough => return Err(error),
                    Err(error) => visit(failed(error))?,
                    Ok(()) => {}
                }
            }
        }
    }
    if n_visited == 0 { Err(Error::NoText { name: name.to_owned() }) } else { Ok(()) }
}

/// Returns the chapters of the file that stands beside a file of an archive; none if there is no such file, or it cannot be
/// read.
fn chapters_in_archive(archive: &mut Archive, path: &str) -> Vec<WrittenChapter> {
    let found = chapter_files::chapters_beside_in_archive(path, |path| archive.has(path));
    let Some((found, read)) = found.and_then(|found| archive.read(&found).map(|read| (found, read))) else {
        return Vec::new();
    };
    chapter_files::or_none(read.map_err(|refusal| refusal.of(&found)).and_then(|bytes| read_chapters(&bytes, &found)))
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

    #[test]
    fn a_file_of_many_that_holds_none_has_no_text() {
        for (bytes, name) in [
            (&b"title,text\n"[..], "a.csv"),
            (b"n,text\n1,\n2,\n", "a.csv"),
            (b"title\ttext\n", "a.tsv"),
            (b"{\"text\": \"\"}\n", "a.jsonl"),
            (b"From ann@example.org Thu Mar  4 05:06:07 2021\nFrom: a@b\n\n", "a.mbox"),
        ] {
            let mut parts = Vec::new();
            let read = import_each(bytes, name, &ImportSettings::default(), &mut |part| {
                parts.push(part);
                Ok(())
            });
            let is_said = matches!(read, Err(Error::NoText { .. }))
                || matches!(parts[..], [Part { document: Err(Error::NoText { .. }), .. }]);
            assert!(is_said, "{name}: {read:?}, {parts:?}");
        }
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
