//! PDF: the text in reading order, without running heads and page numbers, hyphenation undone; headings by size, weight or
//! bookmark; the pages kept.
//!
//! `hayro` reads the file and runs its drawing instructions; a device of ours (`glyphs`) notes where which letter is
//! drawn. From there on it is geometry: letters into lines (`lines`), lines into reading order (`columns`), what repeats
//! from page to page away (`furniture`), lines into paragraphs and headings (`paragraphs`), bookmarks to their places
//! (`outline`).

mod columns;
mod furniture;
mod glyphs;
mod lines;
mod outline;
mod paragraphs;

use hayro_interpret::hayro_syntax::object::Dict;
use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use crate::document::{BlockKind, Date, Document, Field, Fields, Format};

use super::layout::{self, Layout};
use super::refusal::{self, Refusal, Unread};

use lines::Line;

const WHAT: &str = "a PDF file";

/// More pages than this are not read.
const MAX_PAGES: usize = 20_000;

/// Above this share of letters without a meaning a text is no text, in per cent.
const MAX_UNMAPPED_PERCENT: usize = 30;

/// A page that is a picture and has no more letters than this of its own bears a stamp, and no text.
const MAX_STAMP_LETTERS: usize = 60;

/// Pictures with no more pages of text than this beside them are a scan, of which a sheet or two say where it is from.
const MAX_SHEETS: usize = 2;

/// Reads a file. `title` is what its name says.
///
/// Pages that are pictures are left out, and named in [`Fields::PAGES_NOT_READ`]; a file of hardly anything else is refused.
pub(super) fn document(bytes: &[u8], title: String) -> Unread<Document> {
    refusal::caught(WHAT, || read(bytes, title))
}

fn read(bytes: &[u8], title: String) -> Unread<Document> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(refusal)?;
    let mut counts = glyphs::Counts::default();
    let mut are_pictures = Vec::new();
    let mut pages: Vec<Vec<Line>> = glyphs::pages(&pdf, MAX_PAGES, &mut counts)
        .map(|glyphs| {
            are_pictures.push(glyphs.is_picture);
            columns::in_reading_order(lines::lines(glyphs))
        })
        .collect();
    let n_pages = pdf.pages().len();
    if counts.n_letters == 0 {
        return Err(Refusal::Scanned { n_scanned: n_pages, n_pages });
    }
    let percent = counts.n_unmapped * 100 / counts.n_letters;
    if MAX_UNMAPPED_PERCENT < percent {
        return Err(Refusal::Unmapped { percent });
    }
    let n_own_letters = furniture::remove(&mut pages);
    let is_scan = |(is_picture, n_letters): (bool, usize)| is_picture && n_letters <= MAX_STAMP_LETTERS;
    let pages_of = are_pictures.into_iter().zip(n_own_letters).zip(1..);
    let scanned: Vec<usize> = pages_of.filter(|&(page, _)| is_scan(page)).map(|(_, number)| number).collect();
    let (n_scanned, n_others) = (scanned.len(), pages.len() - scanned.len());
    if n_others < n_scanned && n_others <= MAX_SHEETS {
        return Err(Refusal::Scanned { n_scanned, n_pages });
    }
    let mut paragraphs = paragraphs::paragraphs(pages);
    let bookmarks = outline::bookmarks(&pdf);
    let placed = outline::place(&bookmarks, &mut paragraphs);

    let mut layout = Layout::default();
    let mut bookmarks = placed.iter().peekable();
    let mut last_page = 0;
    for (number, paragraph) in paragraphs.iter().enumerate() {
        while let Some(&&(_, bookmark)) = bookmarks.peek().filter(|(at, _)| *at <= number) {
            layout.open_mark(bookmark.level, &bookmark.title);
            bookmarks.next();
        }
        if last_page != paragraph.page {
            layout.open_page(paragraph.page);
            last_page = paragraph.page;
        }
        last_page = layout
            .push_paged(paragraph.kind.clone(), &layout::clean(paragraph.text.as_str().into()), &paragraph.turns)
            .unwrap_or(last_page);
    }
    let told = take_properties(&pdf, &mut layout);
    if !scanned.is_empty() {
        let name = Fields::PAGES_NOT_READ.to_owned();
        layout.fields().others.push(Field { name, value: spans(&scanned) });
    }
    let on_first_page = paragraphs.iter().take_while(|paragraph| paragraph.page == paragraphs[0].page);
    let shown = on_first_page
        .filter(|paragraph| paragraph.kind == BlockKind::Heading { level: 1 })
        .map(|paragraph| layout::one_line(&paragraph.text))
        .find(|text| text.chars().any(char::is_alphabetic));
    let title = shown.or(told).or_else(|| layout.first_title()).unwrap_or(title);
    Ok(layout.into_document(title, Format::Pdf))
}

/// Writes numbers, which rise: `"3-12, 15"`.
fn spans(numbers: &[usize]) -> String {
    let spans = numbers.chunk_by(|&one, &next| one + 1 == next);
    let written = spans.map(|span| match span {
        [one] => one.to_string(),
        _ => format!("{}-{}", span[0], span[span.len() - 1]),
    });
    written.collect::<Vec<_>>().join(", ")
}

fn refusal(error: LoadPdfError) -> Refusal {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Refusal::Locked { what: WHAT },
        LoadPdfError::Decryption(error) => {
            Refusal::Damaged { what: WHAT, reason: format!("it is enciphered in a way that is not known: {error:?}") }
        }
        LoadPdfError::Invalid => Refusal::Damaged { what: WHAT, reason: "no page of it is found".to_owned() },
    }
}

/// Takes author, day and language; returns the title, if it is one.
fn take_properties(pdf: &Pdf, layout: &mut Layout) -> Option<String> {
    let metadata = pdf.metadata();
    let line = |bytes: &Option<Box<[u8]>>| {
        let text = layout::one_line(&layout::clean(text_of(bytes.as_deref()?).into()));
        Some(text).filter(|text| !text.is_empty())
    };
    let fields = layout.fields();
    fields.author = line(&metadata.author);
    fields.date = metadata.creation_date.and_then(|date| Date::new(date.year, Some(date.month), Some(date.day)));
    let catalog = pdf.xref().get::<Dict>(pdf.xref().root_id());
    let language = catalog.and_then(|catalog| catalog.get::<hayro_interpret::hayro_syntax::object::String>(b"Lang"));
    fields.language = language.and_then(|code| super::language::code_of(&text_of(code.as_bytes())));
    line(&metadata.title).filter(|title| !super::office::is_made_up(title))
}

/// Reads a text string: UTF-16 or UTF-8 by its mark, otherwise letters of the Latin alphabet.
fn text_of(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // The encoding of PDF differs from this one in signs that no title has.
        _ => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests;
