//! Plain text: paragraphs parted by empty lines, or one a line; a title on top; numbered headings.

use std::borrow::Cow;
use std::ops::Range;

use crate::document::{Block, BlockKind, Document, Format, Span};
use crate::words;

use super::{layout, turns};

/// The longest line taken for a heading, in characters.
const MAX_HEADING_CHARS: usize = 120;

/// A run of lines without an empty one between.
struct Group {
    /// Its bytes, without the white space around.
    span: Span,
    n_lines: u32,
}

/// Reads a clean text. `title` is what the name of the file says.
pub(super) fn document(text: Cow<'_, str>, title: String) -> Document {
    if let Some(layout) = turns::layout(&text) {
        return layout.into_document(title, Format::PlainText);
    }
    let paragraphs = paragraphs(&text);
    let levels = heading_levels(&text, &paragraphs);
    let mut blocks: Vec<Block> =
        paragraphs.into_iter().map(|span| Block { span, kind: BlockKind::Paragraph }).collect();
    for (index, level) in levels {
        blocks[index].kind = BlockKind::Heading { level };
    }
    let written = blocks.first().filter(|block| block.kind == BlockKind::Heading { level: 1 });
    let title = written.map_or(title, |block| layout::one_line(block.span.of(&text)));
    Document::new(title, Format::PlainText, text.into_owned(), blocks)
}

/// Returns the bytes of each paragraph.
pub(super) fn paragraphs(text: &str) -> Vec<Span> {
    let groups = groups(text);
    let is_only_group = groups.len() == 1;
    let mut paragraphs = Vec::with_capacity(groups.len());
    for group in groups {
        if are_lines_paragraphs(group.span.of(text), group.n_lines as usize, is_only_group) {
            paragraphs.extend(lines(text, group.span.range()).filter(|line| !line.is_empty()).map(Span::new));
        } else {
            paragraphs.push(group.span);
        }
    }
    paragraphs
}

/// Returns the runs of lines that empty lines part.
fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut is_open = false;
    for line in lines(text, 0..text.len()) {
        if line.is_empty() {
            is_open = false;
            continue;
        }
        match groups.last_mut().filter(|_| is_open) {
            Some(group) => {
                group.span.end = line.end.into();
                group.n_lines += 1;
            }
            None => groups.push(Group { span: Span::new(line), n_lines: 1 }),
        }
        is_open = true;
    }
    groups
}

/// Returns the bytes of each line within `span`, without the white space around; nothing of an empty line.
fn lines(text: &str, span: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = span.start;
    text[span].split_inclusive('\n').map(move |line| {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        start..start + line.trim().len()
    })
}

/// Returns whether each line of a group is a paragraph of its own.
///
/// Where no text editor has wrapped the lines, a line end is meant. Lines are wrapped if hardly any is far longer
/// than a page is wide, and most stop in the middle of a sentence.
fn are_lines_paragraphs(text: &str, n_lines: usize, is_only_group: bool) -> bool {
    const PAGE_BYTES: usize = 120;
    if n_lines < 2 {
        return false;
    }
    let n_long = text.lines().filter(|line| PAGE_BYTES < line.len()).count();
    if n_lines < 4 * n_long {
        return true;
    }
    let n_ended = text.lines().filter(|line| ends_a_sentence(line)).count();
    is_only_group && 3 <= n_lines && !is_wrapped(text, n_lines, n_ended)
}

fn is_wrapped(text: &str, n_lines: usize, n_ended: usize) -> bool {
    let mean_bytes = text.len() / n_lines;
    n_ended * 2 < n_lines && (45..=120).contains(&mean_bytes)
}

fn ends_a_sentence(line: &str) -> bool {
    line.trim_end().ends_with(|c| words::ends_sentence(c) || matches!(c, ':' | ';' | '"' | '”' | '’' | ')'))
}

/// Returns which paragraphs are headings, and of which level.
fn heading_levels(text: &str, paragraphs: &[Span]) -> Vec<(usize, u8)> {
    let of = |index: usize| paragraphs[index].of(text);
    // Among lines as short as itself, the first is one of them and no title.
    let has_title = 3 <= paragraphs.len()
        && is_title(of(0))
        && (is_running(of(1)) || is_running(of(2)))
        && is_parted(text, paragraphs);
    let mut levels: Vec<(usize, u8)> = has_title.then_some((0, 1)).into_iter().collect();
    let numbered: Vec<(usize, u8)> = (0..paragraphs.len().saturating_sub(1))
        .filter(|&index| is_running(of(index + 1)))
        .filter_map(|index| Some((index, number_depth(of(index))?)))
        .collect();
    // One numbered line is as likely an item of a list.
    if 2 <= numbered.len() {
        levels.extend(numbered.into_iter().map(|(index, depth)| (index, (depth + 1).min(6))));
    }
    levels
}

/// Returns whether an empty line stands between the first two paragraphs.
fn is_parted(text: &str, paragraphs: &[Span]) -> bool {
    text[paragraphs[0].end.index()..paragraphs[1].start.index()].matches('\n').count() >= 2
}

fn is_title(text: &str) -> bool {
    is_short_line(text)
        && !text.ends_with(|c| matches!(c, ',' | ';' | ':') || words::ends_sentence(c) && !may_end_title(c))
        && text.contains(char::is_alphabetic)
        && !text.starts_with(['-', '*', '•', '>', '|', '<', '{', '['])
}

/// Returns whether a sign that ends sentences may end a title, too: one asks, and one breaks off.
fn may_end_title(c: char) -> bool {
    matches!(c, '?' | '？' | '؟' | '…')
}

fn is_short_line(text: &str) -> bool {
    text.len() <= 4 * MAX_HEADING_CHARS && !text.contains('\n') && text.chars().count() <= MAX_HEADING_CHARS
}

/// Returns whether a paragraph is longer than a heading, or ends as a sentence does.
fn is_running(text: &str) -> bool {
    !is_short_line(text) || text.ends_with(|c| words::ends_sentence(c) || matches!(c, '”' | '"'))
}

/// Returns how many numbers stand before a heading: 2 for `3.1 Lamps`. Nothing if it is no such heading.
fn number_depth(text: &str) -> Option<u8> {
    let (number, name) = text.split_once([' ', '\t'])?;
    let parts: Vec<&str> = number.trim_end_matches(['.', ')']).split('.').collect();
    let is_number = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_heading = is_title(text)
        && parts.iter().all(is_number)
        && name.trim_start().starts_with(char::is_uppercase)
        && name.len() <= 80;
    is_heading.then_some(parts.len().min(5) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Document {
        document(Cow::Borrowed(text), "name".to_owned())
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let document = read(text);
        let found: Vec<&str> = document.blocks.iter().map(|block| block.span.of(&document.text)).collect();
        assert_eq!(found, expected);
    }

    #[track_caller]
    fn check_headings(text: &str, expected: &[(u8, &str)]) {
        let document = read(text);
        let found: Vec<(u8, &str)> = document
            .blocks
            .iter()
            .filter_map(|block| match block.kind {
                BlockKind::Heading { level } => Some((level, block.span.of(&document.text))),
                _ => None,
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn empty_lines_part_paragraphs() {
        check("One.\n\n  Two\nstill two. \n \t\n\n\nThree.\n", &["One.", "Two\nstill two.", "Three."]);
    }

    #[test]
    fn without_an_empty_line_each_line_is_a_paragraph() {
        check("First thing.\nSecond thing.\nThird thing.", &["First thing.", "Second thing.", "Third thing."]);
        check("rope\ntar\nlamp oil", &["rope", "tar", "lamp oil"]);
    }

    #[test]
    fn wrapped_lines_stay_together() {
        let wrapped = "The keeper of the light climbed the stairs each evening at six and\n\
                       lit the lamp, whatever the weather was, and stayed with it until the\n\
                       morning came and the last of the boats had found its way home to the\n\
                       harbour. Then he slept.";
        check(wrapped, &[wrapped]);
    }

    #[test]
    fn long_lines_are_paragraphs_even_without_an_empty_line_between() {
        let long = "The keeper of the light climbed the stairs each evening at six. ".repeat(4);
        let long = long.trim();
        check(&format!("{long}\n{long}\n\n{long}"), &[long, long, long]);
    }

    #[test]
    fn a_short_line_on_top_is_the_title() {
        let body = "The lamp was lit.\n\nIt burned all night.";
        check_headings(&format!("The keeper’s log\n\n{body}"), &[(1, "The keeper’s log")]);
        assert_eq!(read(&format!("The keeper’s log\n\n{body}")).title, "The keeper’s log");
        assert_eq!(read(body).title, "name");
    }

    #[test]
    fn a_sentence_on_top_is_no_title() {
        check_headings("The lamp was lit.\n\nIt burned.\n\nAll night.", &[]);
        check_headings("rope\n\ntar\n\nlamp", &[]);
        check_headings("The log\n\nOnly one paragraph.", &[]);
    }

    #[test]
    fn numbered_lines_before_running_text_are_headings() {
        let text = "1. The lamp\n\nIt was lit.\n\n1.1 Oil\n\nIt was filled.\n\n2. The horn\n\nIt was blown.";
        check_headings(text, &[(2, "1. The lamp"), (3, "1.1 Oil"), (2, "2. The horn")]);
    }

    #[test]
    fn a_numbered_list_is_no_row_of_headings() {
        check_headings("We need.\n\n1. Rope\n\n2. Tar\n\n3. Oil", &[]);
    }

    #[test]
    fn the_text_of_a_document_reads_as_the_same_document() {
        let once = read("Log\n\nThe lamp was lit.\n\n \nIt burned.\nAll night.\n\n1. x");
        let twice = read(&once.text);
        assert_eq!(once.blocks, twice.blocks);
        assert_eq!(once.text, twice.text);
    }
}
