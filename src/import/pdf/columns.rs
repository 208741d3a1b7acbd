//! Lines into reading order: down one column, then down the next; rows of a table stay rows.

use super::lines::Line;

/// A column is no column if it has fewer lines than this.
const MIN_LINES: usize = 4;

/// Forms may have boxes in boxes; further in than this nothing is parted.
const MAX_DEPTH: usize = 6;

/// Orders the lines of one page, and says of each in which column it stands.
pub(super) fn in_reading_order(lines: Vec<Line>) -> Vec<Line> {
    let n_right = lines.iter().filter(|line| line.text.chars().any(super::lines::is_read_from_right)).count();
    let is_from_right = lines.len() < 2 * n_right;
    let mut ordered = Vec::with_capacity(lines.len());
    let mut n_columns = 0;
    order(lines, is_from_right, 0, &mut ordered, &mut n_columns);
    ordered
}

fn order(lines: Vec<Line>, is_from_right: bool, depth: usize, ordered: &mut Vec<Line>, n_columns: &mut usize) {
    let gutter = if depth < MAX_DEPTH { gutter(&lines) } else { None };
    let Some(gutter) = gutter else {
        return column(lines, ordered, n_columns);
    };
    // What spans the gutter, such as a title, parts what is above it from what is below.
    let mut band: [Vec<Line>; 2] = Default::default();
    let mut spanning: Vec<Line> = Vec::new();
    let mut end = |band: &mut [Vec<Line>; 2], spanning: &mut Vec<Line>| {
        if !spanning.is_empty() {
            order(std::mem::take(spanning), is_from_right, depth + 1, ordered, n_columns);
        }
        let [left, right] = std::mem::take(band);
        for side in if is_from_right { [right, left] } else { [left, right] } {
            if !side.is_empty() {
                order(side, is_from_right, depth + 1, ordered, n_columns);
            }
        }
    };
    for line in lines {
        if line.x1 <= gutter.1 && line.x0 < gutter.0 {
            band[0].push(line);
        } else if gutter.0 <= line.x0 {
            band[1].push(line);
        } else {
            if !band[0].is_empty() || !band[1].is_empty() {
                end(&mut band, &mut spanning);
            }
            spanning.push(line);
        }
    }
    end(&mut band, &mut spanning);
}

/// Returns the widest stretch without text between two columns, if there are two.
fn gutter(lines: &[Line]) -> Option<(f32, f32)> {
    if lines.len() < 2 * MIN_LINES {
        return None;
    }
    let x0 = lines.iter().map(|line| line.x0).fold(f32::INFINITY, f32::min);
    let x1 = lines.iter().map(|line| line.x1).fold(f32::NEG_INFINITY, f32::max);
    let width = x1 - x0;
    // Titles and tables may span the page: a gutter is free of the text that does not.
    let mut narrow: Vec<&Line> = lines.iter().filter(|line| line.x1 - line.x0 < 0.6 * width).collect();
    if narrow.len() * 10 < lines.len() * 6 {
        return None;
    }
    let size = median(narrow.iter().map(|line| line.size));
    narrow.sort_by(|one, other| one.x0.total_cmp(&other.x0));
    let mut best: Option<(f32, f32)> = None;
    let mut end = f32::NEG_INFINITY;
    for line in &narrow {
        let gap = (end, line.x0);
        if end.is_finite() && 0.7 * size <= gap.1 - gap.0 && best.is_none_or(|best| best.1 - best.0 < gap.1 - gap.0) {
            let sides = [
                narrow.iter().copied().filter(|line| line.x1 <= gap.1).collect::<Vec<&Line>>(),
                narrow.iter().copied().filter(|line| gap.0 < line.x0).collect(),
            ];
            if sides.iter().all(|side| is_column(side)) && do_stand_side_by_side(&sides) {
                best = Some(gap);
            }
        }
        end = end.max(line.x1);
    }
    best
}

/// Returns whether lines look like a column of text: long enough to be read, and most of them as wide as it is.
///
/// The cells of a table are not.
fn is_column(side: &[&Line]) -> bool {
    if side.len() < MIN_LINES {
        return false;
    }
    let x0 = side.iter().map(|line| line.x0).fold(f32::INFINITY, f32::min);
    let x1 = side.iter().map(|line| line.x1).fold(f32::NEG_INFINITY, f32::max);
    let n_letters = median(side.iter().map(|line| line.text.chars().count() as f32));
    let is_wide = |text: &str| text.chars().any(|c| ('\u{2e80}'..='\u{ffef}').contains(&c));
    let min_letters = if side.iter().filter(|line| is_wide(&line.text)).count() * 2 > side.len() { 8.0 } else { 16.0 };
    let share = median(side.iter().map(|line| (line.x1 - line.x0) / (x1 - x0).max(1.0)));
    min_letters <= n_letters && 0.5 <= share
}

/// Returns whether two columns stand side by side and not one below the other.
fn do_stand_side_by_side(sides: &[Vec<&Line>; 2]) -> bool {
    let range = |side: &Vec<&Line>| {
        let top = side.iter().map(|line| line.y).fold(f32::INFINITY, f32::min);
        let foot = side.iter().map(|line| line.y).fold(f32::NEG_INFINITY, f32::max);
        (top, foot)
    };
    let (left, right) = (range(&sides[0]), range(&sides[1]));
    let shared = left.1.min(right.1) - left.0.max(right.0);
    0.3 * (left.1 - left.0).min(right.1 - right.0).max(1.0) <= shared
}

/// Adds the lines of one column, those of one height made into one.
fn column(mut lines: Vec<Line>, ordered: &mut Vec<Line>, n_columns: &mut usize) {
    lines.sort_by(|one, other| one.y.total_cmp(&other.y));
    let x0 = lines.iter().map(|line| line.x0).fold(f32::INFINITY, f32::min);
    let x1 = lines.iter().map(|line| line.x1).fold(f32::NEG_INFINITY, f32::max);
    let mut rows: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        let is_same = rows.last().is_some_and(|row| (line.y - row[0].y).abs() <= 0.3 * line.size.min(row[0].size));
        if is_same {
            rows.last_mut().expect("there is a row").push(line);
        } else {
            rows.push(vec![line]);
        }
    }
    for row in rows {
        ordered.push(Line { column: (x0, x1), column_index: *n_columns, ..joined(row) });
    }
    *n_columns += 1;
}

/// Makes one line of what stands on one height. A mark of a list goes with what follows it.
fn joined(mut row: Vec<Line>) -> Line {
    row.sort_by(|one, other| one.x0.total_cmp(&other.x0));
    let mut parts = row.into_iter();
    let mut line = parts.next().expect("a row has a line");
    let mut is_mark = is_list_mark(&line.text);
    for part in parts {
        if is_mark {
            line.text.push(' ');
            line.text.push_str(&part.text);
            line.size = part.size;
            line.is_bold = part.is_bold;
        } else {
            line.cells.push(part.text);
        }
        line.x1 = line.x1.max(part.x1);
        is_mark = false;
    }
    line
}

/// Returns whether a text is what stands before an item of a list or a heading: a dot, a dash, a number, a letter.
pub(super) fn is_list_mark(text: &str) -> bool {
    let bare = text.trim_end_matches(['.', ')', ':']).trim_start_matches('(');
    let is_numbering = !bare.is_empty()
        && bare.len() <= 10
        && bare.split('.').all(|part| {
            !part.is_empty()
                && (part.bytes().all(|byte| byte.is_ascii_digit()) && part.len() <= 3
                    || part.chars().count() == 1 && part.chars().all(char::is_alphabetic)
                    || part.len() <= 5 && part.bytes().all(|byte| b"ivxlIVXL".contains(&byte)))
        });
    is_bullet(text) || is_numbering
}

/// Returns whether a text is a sign that stands before an item of a list.
pub(super) fn is_bullet(text: &str) -> bool {
    text.chars().count() <= 2 && text.chars().all(|c| "•●○◦▪■□‣⁃∙·–—-*►➢✓✔\u{f0b7}".contains(c))
}

pub(super) fn median(numbers: impl Iterator<Item = f32>) -> f32 {
    let mut numbers: Vec<f32> = numbers.collect();
    numbers.sort_by(f32::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x0: f32, x1: f32, y: f32) -> Line {
        Line { page: 1, x0, x1, y, size: 10.0, text: text.to_owned(), ..Line::default() }
    }

    #[track_caller]
    fn check(lines: Vec<Line>, expected: &[&str]) {
        let ordered = in_reading_order(lines);
        assert_eq!(ordered.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), expected);
    }

    const LONG: &str = "a line of a column";

    #[test]
    fn columns_are_read_one_after_the_other_between_what_spans_them() {
        let mut lines = vec![line("Title over both of the columns", 50.0, 550.0, 40.0)];
        for n in 0..6 {
            lines.push(line(&format!("{LONG} left {n}"), 50.0, 290.0, 60.0 + 12.0 * n as f32));
            lines.push(line(&format!("{LONG} right {n}"), 310.0, 550.0, 60.0 + 12.0 * n as f32));
        }
        lines.push(line("A foot over both of the columns of it", 50.0, 550.0, 200.0));
        let column = |side: &str| (0..6).map(|n| format!("{LONG} {side} {n}")).collect::<Vec<String>>();
        let mut expected = vec!["Title over both of the columns".to_owned()];
        expected.extend(column("left"));
        expected.extend(column("right"));
        expected.push("A foot over both of the columns of it".to_owned());
        check(lines, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn a_table_is_read_row_by_row() {
        let lines: Vec<Line> = (0..6)
            .flat_map(|n| {
                let y = 60.0 + 12.0 * n as f32;
                [line(&format!("name {n}"), 50.0, 90.0, y), line(&format!("{n}"), 310.0, 320.0, y)]
            })
            .collect();
        let ordered = in_reading_order(lines);
        assert_eq!(ordered.len(), 6);
        assert_eq!((ordered[3].text.as_str(), &ordered[3].cells[..]), ("name 3", &["3".to_owned()][..]));
    }

    #[test]
    fn the_mark_of_an_item_goes_with_it() {
        for mark in ["•", "1.", "(a)", "2.1", "iv)"] {
            let ordered = in_reading_order(vec![line(mark, 50.0, 55.0, 10.0), line("Lamp oil", 80.0, 120.0, 10.0)]);
            assert_eq!(ordered[0].text, format!("{mark} Lamp oil"));
        }
    }
}
