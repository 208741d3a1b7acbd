//! Lines into paragraphs, items, rows and headings, across columns and pages.

use std::collections::{BTreeMap, HashSet};

use crate::document::BlockKind;
use crate::words;

use super::columns::{is_bullet, is_list_mark, median};
use super::lines::Line;

/// A paragraph, or what stands in the place of one.
#[derive(Clone, Debug)]
pub(super) struct Paragraph {
    pub(super) kind: BlockKind,
    pub(super) text: String,
    /// The number of the page it begins on.
    pub(super) page: u32,
    /// Where in its text a further page begins, and the number of that page.
    pub(super) turns: Vec<(usize, u32)>,
    /// How far down its page it begins, in `0.0..=1.0`.
    pub(super) depth: f32,
    size: f32,
    is_bold: bool,
    n_lines: usize,
    /// The left end of its column and of its last line, and the right ends.
    last: Line,
}

/// A heading is larger than the running text by this factor at least.
pub(super) const HEADING_FACTOR: f32 = 1.12;

/// What has more letters than this is no heading, however large.
const MAX_HEADING_CHARS: usize = 200;

/// If more of the text than this would be headings, its sizes say nothing.
const MAX_HEADING_SHARE: f32 = 0.35;

/// Makes paragraphs of the lines of all pages.
pub(super) fn paragraphs(pages: Vec<Vec<Line>>) -> Vec<Paragraph> {
    let words = words_of(&pages);
    let body_size = body_size(&pages);
    let leadings: Vec<f32> = pages.iter().map(|lines| leading(lines)).collect();
    let usual_leading = median(leadings.iter().copied().filter(|leading| 0.0 < *leading));
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for (lines, leading) in pages.into_iter().zip(leadings) {
        let leading = if 0.0 < leading { leading } else { usual_leading };
        let is_row = rows_in(&lines);
        for (line, is_row) in lines.into_iter().zip(is_row) {
            if is_contents_line(&line) {
                continue;
            }
            take(&mut paragraphs, line, is_row, leading, body_size, &words);
        }
    }
    find_headings(&mut paragraphs, body_size);
    paragraphs
}

/// Adds a line to the paragraph before, or begins one with it.
fn take(paragraphs: &mut Vec<Paragraph>, line: Line, is_row: bool, leading: f32, body: f32, words: &HashSet<String>) {
    if is_row {
        let mut cells = vec![line.text.clone()];
        cells.extend(line.cells.iter().cloned());
        return paragraphs.push(Paragraph { kind: BlockKind::TableRow, ..begun(&line, cells.join("\t")) });
    }
    let text = line.cells.iter().fold(line.text.clone(), |text, cell| text + " " + cell);
    match paragraphs.last_mut() {
        Some(before) if goes_on(before, &line, leading, body) => {
            let at = join(&mut before.text, &text, words);
            if before.last.page != line.page {
                before.turns.push((at, line.page));
            }
            before.n_lines += 1;
            before.last = line;
        }
        _ => {
            let (kind, text) = kind_of(text);
            paragraphs.push(Paragraph { kind, ..begun(&line, text) });
        }
    }
}

fn begun(line: &Line, text: String) -> Paragraph {
    Paragraph {
        kind: BlockKind::Paragraph,
        text,
        page: line.page,
        turns: Vec::new(),
        depth: line.depth,
        size: line.size,
        is_bold: line.is_bold,
        n_lines: 1,
        last: line.clone(),
    }
}

/// Takes the sign before an item away; a number stays, for the text may refer to it.
fn kind_of(text: String) -> (BlockKind, String) {
    let Some((mark, rest)) = text.split_once(' ') else { return (BlockKind::Paragraph, text) };
    if is_bullet(mark) && !rest.trim().is_empty() {
        return (BlockKind::ListItem, rest.trim().to_owned());
    }
    (BlockKind::Paragraph, text)
}

/// Returns whether a line goes on with the paragraph before it.
fn goes_on(before: &Paragraph, line: &Line, leading: f32, body: f32) -> bool {
    let last = &before.last;
    let is_same_look = (line.size - before.size).abs() <= 0.08 * before.size && line.is_bold == last.is_bold;
    if before.kind == BlockKind::TableRow || !is_same_look && !is_emphasis(before, line) {
        return false;
    }
    let first_word = line.text.split(' ').next().unwrap_or_default();
    let begins_item = line.text.contains(' ') && is_list_mark(first_word) && !ends_in_a_word(&last.text);
    if begins_item || is_bullet(first_word) {
        return false;
    }
    let width = (last.column.1 - last.column.0).max(1.0);
    if last.page != line.page || last.column_index != line.column_index {
        // In the next column or page: only a sentence that is not at its end goes on.
        let is_running = (line.size - body).abs() <= 0.1 * body;
        return is_running && !ends_sentence(&before.text) && begins_within(&line.text) && before.n_lines > 0;
    }
    let gap = line.y - last.y;
    let usual = leading.max(0.9 * line.size).max(line.size.min(last.size));
    if gap > 1.35 * usual || gap < 0.0 {
        return false;
    }
    // The last line of a paragraph leaves room for the next word, and a new one may be set in.
    let room = last.column.1 - last.x1;
    let first_word_width =
        (line.x1 - line.x0) * first_word.chars().count() as f32 / line.text.chars().count().max(1) as f32;
    let had_room = first_word_width + 0.3 * line.size + 0.02 * width < room;
    let is_set_in = line.x0 - last.x0 > 0.8 * line.size && before.n_lines > 1 && ends_sentence(&before.text);
    if is_set_in {
        return false;
    }
    if had_room && gap > 1.08 * usual && 0.0 < leading {
        return false;
    }
    !(had_room && (ends_sentence(&before.text) || !begins_within(&line.text) && room > 0.3 * width))
}

/// Returns whether a line within a paragraph is bold as a whole by chance.
fn is_emphasis(before: &Paragraph, line: &Line) -> bool {
    let is_same_size = (line.size - before.size).abs() <= 0.08 * before.size;
    is_same_size && begins_within(&line.text) && !ends_sentence(&before.last.text)
}

fn ends_sentence(text: &str) -> bool {
    let bare = text.trim_end_matches(['"', '”', '’', ')', '»', ']', '\'']);
    bare.ends_with(|c| words::ends_sentence(c) || matches!(c, ':' | ';'))
}

/// Returns whether a text begins as the middle of a sentence does.
fn begins_within(text: &str) -> bool {
    let first = text.chars().find(|c| !matches!(c, '(' | '"' | '“' | '‘' | '[' | '«'));
    first.is_some_and(|c| {
        c.is_lowercase() || c.is_numeric() || c.is_alphabetic() && !c.is_uppercase() || ",;&–—".contains(c)
    })
}

fn ends_in_a_word(text: &str) -> bool {
    text.ends_with(char::is_alphanumeric) && !text.ends_with(|c: char| c.is_ascii_digit())
}

/// Adds a line to a text, and returns where in it the line begins. A word parted at the end of the line is made whole.
fn join(text: &mut String, line: &str, words: &HashSet<String>) -> usize {
    let hyphens = ['-', '\u{2010}', '\u{ad}'];
    let parted = text.strip_suffix(hyphens).filter(|whole| whole.ends_with(char::is_alphabetic));
    if let Some(whole) = parted
        && line.starts_with(char::is_lowercase)
    {
        let first = whole.rsplit(|c: char| !c.is_alphabetic() && c != '-').next().unwrap_or_default();
        let second: String = line.chars().take_while(|c| c.is_alphabetic()).collect();
        let hyphened = format!("{first}-{second}").to_lowercase();
        // A word that is written with a hyphen elsewhere, and not without, keeps it.
        let keeps = words.contains(&hyphened) && !words.contains(&format!("{first}{second}").to_lowercase());
        if !keeps || text.ends_with('\u{ad}') {
            let n_bytes = whole.len();
            text.truncate(n_bytes);
        }
        let at = text.len();
        text.push_str(line);
        return at;
    }
    let is_unspaced = text.chars().next_back().is_some_and(is_unspaced) && line.chars().next().is_some_and(is_unspaced);
    if !is_unspaced && !text.ends_with(['/', '\u{2014}']) {
        text.push(' ');
    }
    let at = text.len();
    text.push_str(line);
    at
}

/// Returns whether a script writes no space between words: its letters, and the signs as wide as those of Chinese.
fn is_unspaced(c: char) -> bool {
    words::unspaced(c).is_some()
        || matches!(c, '\u{3001}'..='\u{303f}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff01}'..='\u{ff65}')
}

/// Returns the words, in lower case, that stand within lines: those at the ends may be parts.
fn words_of(pages: &[Vec<Line>]) -> HashSet<String> {
    /// Enough to judge hyphens by.
    const MAX_WORDS: usize = 200_000;
    let mut words = HashSet::new();
    for line in pages.iter().flatten() {
        let parts: Vec<&str> = line.text.split(' ').collect();
        for word in parts.iter().take(parts.len().saturating_sub(1)).skip(1) {
            if MAX_WORDS < words.len() {
                return words;
            }
            words.insert(word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase());
        }
    }
    words
}

/// Returns the height of the font that most letters are of.
pub(super) fn body_size(pages: &[Vec<Line>]) -> f32 {
    let mut n_letters_of: BTreeMap<i32, usize> = BTreeMap::new();
    for line in pages.iter().flatten() {
        *n_letters_of.entry((line.size * 2.0).round() as i32).or_default() += line.text.len();
    }
    n_letters_of.into_iter().max_by_key(|&(_, n)| n).map_or(10.0, |(half_points, _)| half_points as f32 / 2.0)
}

/// Returns the distance between most neighbouring lines of a page; 0 if there are too few to tell.
fn leading(lines: &[Line]) -> f32 {
    let mut n_of: BTreeMap<i32, usize> = BTreeMap::new();
    for pair in lines.windows(2) {
        let gap = pair[1].y - pair[0].y;
        if pair[0].column_index == pair[1].column_index && 0.5 * pair[0].size < gap && gap < 2.5 * pair[0].size {
            *n_of.entry((gap * 4.0).round() as i32).or_default() += 1;
        }
    }
    let most = n_of.values().copied().max().unwrap_or_default();
    // Of distances that are about as frequent, the smallest is that within paragraphs.
    let quarters = n_of.iter().find(|&(_, &n)| most <= 2 * n && 2 <= n).map(|(&quarters, _)| quarters);
    quarters.map_or(0.0, |quarters| quarters as f32 / 4.0)
}

/// Says of each line whether it is a row of a table: of several cells, and beside another such.
fn rows_in(lines: &[Line]) -> Vec<bool> {
    let has_cells = |index: usize| lines.get(index).is_some_and(|line| !line.cells.is_empty());
    (0..lines.len())
        .map(|index| has_cells(index) && (has_cells(index + 1) || index.checked_sub(1).is_some_and(has_cells)))
        .collect()
}

/// Returns whether a line is one of a table of contents: dots lead to a number.
fn is_contents_line(line: &Line) -> bool {
    let whole = line.cells.iter().fold(line.text.clone(), |whole, cell| whole + " " + cell);
    let bare = whole.trim_end_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || "ivxlc".contains(c));
    let dots: String = bare.chars().rev().take_while(|&c| c == '.' || c == '…' || c == ' ').collect();
    bare.len() < whole.len() && 4 <= dots.chars().filter(|&c| c != ' ').count()
}

/// Makes headings of what is larger than the running text, or bold where that is not.
fn find_headings(paragraphs: &mut [Paragraph], body_size: f32) {
    let n_letters: usize = paragraphs.iter().map(|paragraph| paragraph.text.len()).sum();
    let n_bold: usize =
        paragraphs.iter().filter(|paragraph| paragraph.is_bold).map(|paragraph| paragraph.text.len()).sum();
    let is_body_bold = n_letters < 2 * n_bold;
    let look = |paragraph: &Paragraph| -> Option<(i32, bool)> {
        let is_short = paragraph.text.chars().count() <= MAX_HEADING_CHARS && paragraph.n_lines <= 4;
        let has_letters = paragraph.text.chars().any(char::is_alphabetic);
        if paragraph.kind != BlockKind::Paragraph || !is_short || !has_letters {
            return None;
        }
        let is_large = HEADING_FACTOR * body_size <= paragraph.size;
        let is_bold = paragraph.is_bold && !is_body_bold;
        let is_bold_line = is_bold
            && 0.9 * body_size <= paragraph.size
            && paragraph.n_lines <= 2
            && paragraph.text.chars().count() <= 120
            && !paragraph.text.ends_with(['.', ',', ';']);
        (is_large || is_bold_line).then(|| ((paragraph.size * 2.0).round() as i32, is_bold))
    };
    let looks: Vec<Option<(i32, bool)>> = paragraphs.iter().map(look).collect();
    let n_in_headings: usize = paragraphs
        .iter()
        .zip(&looks)
        .filter(|(_, look)| look.is_some())
        .map(|(paragraph, _)| paragraph.text.len())
        .sum();
    // A short page may be one heading and a line.
    if n_letters > 600 && MAX_HEADING_SHARE * (n_letters as f32) < n_in_headings as f32 {
        return;
    }
    let mut levels: Vec<(i32, bool)> = looks.iter().flatten().copied().collect();
    levels.sort_unstable_by(|one, other| other.cmp(one));
    levels.dedup();
    for (paragraph, look) in paragraphs.iter_mut().zip(looks) {
        if let Some(look) = look {
            let level = levels.iter().position(|&other| other == look).unwrap_or_default();
            paragraph.kind = BlockKind::Heading { level: (level + 1).min(6) as u8 };
        }
    }
}
