//! The text laws of a document, kept in one place: cleaning, white space, and blocks that do not overlap.

use std::borrow::Cow;

use crate::document::{Block, BlockKind, ByteOffset, Document, Fields, Format, Mark, Page, Pages, Span};
use crate::words;

/// The longest text that is gathered, in bytes: what is beyond it is left out. It is as much as a file of text may have.
const MAX_TEXT_BYTES: usize = 3 * super::MAX_BYTES as usize;

/// The most chapters that a file may list.
const MAX_MARKS: usize = 100_000;

/// Gathers blocks in reading order, and the text with them.
#[derive(Default)]
pub(super) struct Layout {
    text: String,
    blocks: Vec<Block>,
    fields: Fields,
    pages: Vec<Page>,
    marks: Vec<Mark>,
    /// The page that the next block opens.
    opened_page: Option<u32>,
    /// What is listed at the place of the next block.
    opened_marks: Vec<(u8, String)>,
}

impl Layout {
    /// Adds a block, without the white space around it. A block of white space only is left out.
    ///
    /// Rows of a table and items of a list stand on neighbouring lines, all else is parted by an empty line.
    pub(super) fn push(&mut self, kind: BlockKind, text: &str) {
        let text = text.trim_matches(is_blank);
        if text.is_empty() || MAX_TEXT_BYTES < self.text.len() + text.len() {
            return;
        }
        if let Some(last) = self.blocks.last() {
            let is_close = match kind {
                BlockKind::ListItem => last.kind == BlockKind::ListItem,
                BlockKind::TableRow => last.kind == BlockKind::TableRow,
                _ => false,
            };
            self.text.push_str(if is_close { "\n" } else { "\n\n" });
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.blocks.push(Block { span: Span::new(start..self.text.len()), kind });
        let start = ByteOffset::from(start);
        if let Some(number) = self.opened_page.take() {
            self.pages.push(Page { number, start });
        }
        for (level, title) in self.opened_marks.drain(..) {
            self.marks.push(Mark { level, title, start });
        }
    }

    /// Adds a block in which further pages begin, each at a byte of `text`; returns the number of the last of them.
    pub(super) fn push_paged(&mut self, kind: BlockKind, text: &str, turns: &[(usize, u32)]) -> Option<u32> {
        let n_blocks = self.blocks.len();
        self.push(kind, text);
        let block = self.blocks.get(n_blocks)?;
        let cut = text.len() - text.trim_start_matches(is_blank).len();
        for &(at, number) in turns {
            let start =
                ByteOffset::from((block.span.start.index() + at.saturating_sub(cut)).min(block.span.end.index()));
            self.pages.push(Page { number, start });
        }
        turns.last().map(|&(_, number)| number)
    }

    /// Says that what follows is on the page of that number.
    pub(super) fn open_page(&mut self, number: u32) {
        self.opened_page = Some(number);
    }

    /// Says that the file lists a chapter that begins with the next block. A chapter without a title is left out.
    pub(super) fn open_mark(&mut self, level: u8, title: &str) {
        let title = one_line(&clean(title.into()));
        if !title.is_empty() && self.marks.len() + self.opened_marks.len() < MAX_MARKS {
            self.opened_marks.push((level.max(1), title));
        }
    }

    /// Returns what the file says of itself, to be added to.
    pub(super) fn fields(&mut self) -> &mut Fields {
        &mut self.fields
    }

    /// Returns whether there is nothing to read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Returns the text of the first heading of level 1, on one line.
    pub(super) fn first_title(&self) -> Option<String> {
        let is_title = |block: &&Block| block.kind == BlockKind::Heading { level: 1 };
        self.blocks.iter().find(is_title).map(|block| one_line(block.span.of(&self.text)))
    }

    /// Returns the document.
    pub(super) fn into_document(self, title: String, format: Format) -> Document {
        Document {
            fields: self.fields,
            pages: Pages(self.pages),
            marks: self.marks,
            ..Document::new(title, format, self.text, self.blocks)
        }
    }
}

/// Returns `text` with `\n` for every line end, and without control characters and byte order marks.
///
/// NUL and U+FEFF vanish, a form feed or vertical tab ends a line, any other control character but `\t` becomes a
/// space. Borrows if there is nothing to do.
pub(super) fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    let Some(first) = text.find(is_unclean) else { return text };
    let mut cleaned = String::with_capacity(text.len());
    cleaned.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = rest.find(is_unclean) {
        cleaned.push_str(&rest[..at]);
        let found = rest[at..].chars().next().unwrap_or_default();
        rest = &rest[at + found.len_utf8()..];
        match found {
            '\0' | '\u{FEFF}' => {}
            '\r' if rest.starts_with('\n') => {}
            '\r' | '\u{B}' | '\u{C}' | '\u{85}' => cleaned.push('\n'),
            _ => cleaned.push(' '),
        }
    }
    cleaned.push_str(rest);
    Cow::Owned(cleaned)
}

fn is_unclean(c: char) -> bool {
    match c {
        '\n' | '\t' | ' '..='~' => false,
        _ => c.is_control() || c == '\u{FEFF}',
    }
}

/// Returns whether a character shows nothing: white space, or one of the marks that web editors leave about.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}')
}

/// Returns whether a line break after `line` parts paragraphs: after a whole sentence, or a line too long for a verse
/// or an address.
pub(super) fn is_paragraph_line(line: &str) -> bool {
    const VERSE_BYTES: usize = 100;
    let line = line.trim_end();
    VERSE_BYTES < line.len() || line.ends_with(|c| words::ends_sentence(c) || matches!(c, ':' | ';'))
}

/// Returns `text` with each run of white space as one space, and none at its ends.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_clean(text: &str, expected: &str) {
        assert_eq!(clean(Cow::Borrowed(text)), expected);
    }

    #[test]
    fn every_line_end_becomes_a_line_feed() {
        check_clean("a\r\nb\rc\nd\u{C}e\r\r\nf\r", "a\nb\nc\nd\ne\n\nf\n");
    }

    #[test]
    fn control_characters_do_not_reach_the_text() {
        check_clean("\u{FEFF}a\0b\u{1}c\td\u{9D}\u{7F}", "ab c\td  ");
    }

    #[test]
    fn a_clean_text_is_not_copied() {
        assert!(matches!(clean(Cow::Borrowed("Größe\n\tja")), Cow::Borrowed(_)));
    }

    #[test]
    fn items_stand_close_and_paragraphs_apart() {
        let mut layout = Layout::default();
        for (kind, text) in [
            (BlockKind::Paragraph, " Needed: "),
            (BlockKind::ListItem, "rope"),
            (BlockKind::ListItem, " \n"),
            (BlockKind::ListItem, "tar"),
            (BlockKind::Paragraph, "That is all."),
        ] {
            layout.push(kind, text);
        }
        let document = layout.into_document("List".to_owned(), Format::PlainText);
        assert_eq!(document.text, "Needed:\n\nrope\ntar\n\nThat is all.");
        assert_eq!(document.blocks.len(), 4);
    }
}
