//! Letters into lines: what stands on one height and not too far apart.

use super::glyphs::{Glyph, PageGlyphs};

/// A run of letters on one height, without a gap as wide as that between columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// The number of the page, from 1.
    pub(super) page: u32,
    pub(super) x0: f32,
    pub(super) x1: f32,
    /// The line the letters stand on; it grows downwards.
    pub(super) y: f32,
    /// The height of most of its letters.
    pub(super) size: f32,
    pub(super) text: String,
    pub(super) is_bold: bool,
    /// What stands beside it on the same height and belongs to it, such as the other cells of a row.
    pub(super) cells: Vec<String>,
    /// How far down the page it stands, in `0.0..=1.0`.
    pub(super) depth: f32,
    /// The left and right end of the column it stands in.
    pub(super) column: (f32, f32),
    /// The number of that column on its page.
    pub(super) column_index: usize,
}

/// Two letters are parted by a space if this much of the height of the font is between them.
const SPACE_EM: f32 = 0.19;

/// Two runs of letters are apart if this much of the height of the font is between them.
const GUTTER_EM: f32 = 1.3;

/// Returns the lines of a page, from top to bottom, and from left to right on one height.
pub(super) fn lines(page: PageGlyphs) -> Vec<Line> {
    let PageGlyphs { number, height, mut glyphs, .. } = page;
    glyphs
        .retain(|glyph| glyph.size.is_finite() && glyph.x0.is_finite() && glyph.x1.is_finite() && glyph.y.is_finite());
    glyphs.sort_by(|one, other| one.y.total_cmp(&other.y));
    let mut rows: Vec<Vec<Glyph>> = Vec::new();
    let mut row_y = f32::NEG_INFINITY;
    for glyph in glyphs {
        let is_same = rows.last().is_some_and(|row| glyph.y - row_y <= 0.25 * glyph.size.min(row[0].size));
        if is_same {
            rows.last_mut().expect("there is a row").push(glyph);
        } else {
            row_y = glyph.y;
            rows.push(vec![glyph]);
        }
    }
    let mut lines: Vec<Line> = rows.into_iter().flat_map(|row| runs(row, number, height)).collect();
    raise(&mut lines);
    lines
}

/// Cuts the letters of one height into runs.
fn runs(mut row: Vec<Glyph>, page: u32, height: f32) -> Vec<Line> {
    row.sort_by(|one, other| one.x0.total_cmp(&other.x0));
    let mut lines = Vec::new();
    let mut run: Vec<Glyph> = Vec::new();
    for glyph in row {
        if let Some(last) = run.last() {
            // Letters drawn twice, a hair apart, are bold for the eye only.
            let is_double = (glyph.x0 - last.x0).abs() < 0.12 * glyph.size && glyph.text == last.text;
            if is_double && glyph.text != " " && (glyph.x1 - glyph.x0) > 0.15 * glyph.size {
                continue;
            }
            if GUTTER_EM * last.size.max(glyph.size) < glyph.x0 - end_of(&run) {
                lines.extend(line(&std::mem::take(&mut run), page, height));
            }
        }
        run.push(glyph);
    }
    lines.extend(line(&run, page, height));
    lines
}

fn end_of(run: &[Glyph]) -> f32 {
    run.iter()
        .rev()
        .filter(|glyph| !glyph.text.trim().is_empty())
        .take(3)
        .fold(f32::NEG_INFINITY, |end, glyph| end.max(glyph.x1))
}

/// Makes one line of a run, if it holds more than white space.
fn line(run: &[Glyph], page: u32, height: f32) -> Option<Line> {
    let shown: Vec<&Glyph> = run.iter().filter(|glyph| !glyph.text.trim().is_empty()).collect();
    let (first, last) = (shown.first()?, shown.last()?);
    let n_letters: usize = shown.iter().map(|glyph| glyph.text.len()).sum();
    let n_bold: usize = shown.iter().filter(|glyph| glyph.is_bold).map(|glyph| glyph.text.len()).sum();
    let mut sizes: Vec<f32> = shown.iter().map(|glyph| glyph.size).collect();
    sizes.sort_by(f32::total_cmp);
    let mut words: Vec<String> = vec![String::new()];
    let mut end = f32::INFINITY;
    for glyph in run {
        let is_space = glyph.text.trim().is_empty();
        if is_space || SPACE_EM * glyph.size < glyph.x0 - end {
            words.push(String::new());
        }
        if is_space {
            // The space itself says that words part here; the gap after it need not say so again.
            end = f32::INFINITY;
        } else {
            words.last_mut().expect("there is a word").push_str(glyph.text.trim());
            end = glyph.x1;
        }
    }
    words.retain(|word| !word.is_empty());
    let text = reading_order(words);
    let y = first.y;
    Some(Line {
        page,
        x0: first.x0,
        x1: last.x1.max(first.x0),
        y,
        size: sizes[sizes.len() / 2],
        text,
        is_bold: n_letters < 2 * n_bold,
        cells: Vec::new(),
        depth: (y / height.max(1.0)).clamp(0.0, 1.0),
        column: (0.0, 0.0),
        column_index: 0,
    })
}

/// Joins words that stand from left to right; where most letters are read from the right, they are turned round.
fn reading_order(words: Vec<String>) -> String {
    let n_right: usize = words.iter().flat_map(|word| word.chars()).filter(|&c| is_read_from_right(c)).count();
    let n_letters = words.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphabetic()).count();
    if 2 * n_right <= n_letters || n_right == 0 {
        return words.join(" ");
    }
    let turned: Vec<String> = words.into_iter().rev().map(turned_word).collect();
    // Words of the other direction stand as they were among themselves.
    let mut joined: Vec<String> = Vec::with_capacity(turned.len());
    let mut foreign: Vec<String> = Vec::new();
    for word in turned {
        if word.chars().any(is_read_from_right) || !word.chars().any(char::is_alphanumeric) {
            joined.extend(foreign.drain(..).rev());
            joined.push(word);
        } else {
            foreign.push(word);
        }
    }
    joined.extend(foreign.drain(..).rev());
    joined.join(" ")
}

fn turned_word(word: String) -> String {
    if !word.chars().any(is_read_from_right) {
        return word;
    }
    word.chars()
        .rev()
        .map(|c| match c {
            '(' => ')',
            ')' => '(',
            '[' => ']',
            ']' => '[',
            '«' => '»',
            '»' => '«',
            c => c,
        })
        .collect()
}

/// Returns whether a letter is Hebrew, Arabic or of a script like them.
pub(super) fn is_read_from_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

/// Takes small letters set high or low, which made a line of their own, into the line beside them; numbers of notes are
/// left out.
fn raise(lines: &mut Vec<Line>) {
    const NEAR: usize = 12;
    let mut index = 0;
    while index < lines.len() {
        let small = &lines[index];
        let from = index.saturating_sub(NEAR);
        let to = lines.len().min(index + NEAR);
        let host = (from..to).find(|&other| {
            let line = &lines[other];
            other != index
                && small.size < 0.85 * line.size
                && small.text.chars().count() <= 12
                && (small.y - line.y).abs() < 0.6 * line.size
                && (small.x0 - line.x1).abs() < 0.3 * line.size
        });
        let Some(host) = host else {
            index += 1;
            continue;
        };
        let small = lines.remove(index);
        let host = &mut lines[if index < host { host - 1 } else { host }];
        host.x1 = host.x1.max(small.x1);
        let is_note = small.text.chars().all(|c| c.is_ascii_digit() || ",*†‡".contains(c))
            && host.text.chars().next_back().is_some_and(|c| !c.is_ascii_digit());
        if !is_note {
            host.text.push_str(&small.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lays letters of half an em side by side from `x`.
    fn word(text: &str, x: f32, y: f32, size: f32) -> Vec<Glyph> {
        let glyph = |(n, c): (usize, char)| Glyph {
            x0: x + n as f32 * size / 2.0,
            x1: x + (n + 1) as f32 * size / 2.0,
            y,
            size,
            text: c.to_string(),
            is_bold: false,
        };
        text.chars().enumerate().map(glyph).collect()
    }

    #[track_caller]
    fn check(glyphs: &[Vec<Glyph>], expected: &[&str]) {
        let lines = lines(PageGlyphs { number: 1, height: 800.0, glyphs: glyphs.concat(), is_picture: false });
        assert_eq!(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn words_part_at_gaps_and_columns_at_wide_ones() {
        check(&[word("lamp", 0.0, 10.0, 10.0), word("lit", 23.0, 10.0, 10.0)], &["lamp lit"]);
        check(&[word("lamp", 0.0, 10.0, 10.0), word("lit", 40.0, 10.5, 10.0)], &["lamp", "lit"]);
        check(&[word("oil", 0.0, 30.0, 10.0), word("lamp", 0.0, 10.0, 10.0)], &["lamp", "oil"]);
    }

    #[test]
    fn letters_drawn_twice_are_one() {
        check(&[word("lamp", 0.0, 10.0, 10.0), word("lamp", 0.3, 10.0, 10.0)], &["lamp"]);
    }

    #[test]
    fn the_number_of_a_note_is_left_out() {
        check(&[word("lamp", 0.0, 10.0, 10.0), word("3", 20.0, 6.0, 6.0)], &["lamp"]);
        check(&[word("x1", 0.0, 10.0, 10.0), word("2", 10.0, 6.0, 6.0)], &["x12"]);
    }

    #[test]
    fn what_is_read_from_the_right_is_turned_round() {
        check(
            &[word("בא", 0.0, 10.0, 10.0), word("1887", 13.0, 10.0, 10.0), word("דג", 36.0, 10.0, 10.0)],
            &["גד 1887 אב"],
        );
    }
}
