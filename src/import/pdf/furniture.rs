//! Takes away what repeats from page to page: running heads, feet, and page numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::lines::Line;
use super::paragraphs::{HEADING_FACTOR, body_size};

/// How many lines at the head and at the foot of a page may be furniture.
const MAX_LINES: usize = 4;

/// Furniture stands in the outer parts of a page, of this share each.
const MARGIN_SHARE: f32 = 0.2;

/// What is the same of a line on every page: its words, its height and its size.
///
/// Of the words there are three readings: as they are, with numbers made one sign, and so with how far one of the numbers is
/// from that of the page.
type Key = (String, i32, i32);

/// Takes the furniture out of the lines of all pages, and returns how many letters and digits of each page are none.
pub(super) fn remove(pages: &mut [Vec<Line>]) -> Vec<usize> {
    let n_pages = pages.iter().filter(|lines| !lines.is_empty()).count();
    let min_pages = if n_pages < 6 { 2 } else { 3 };
    let body_size = body_size(pages);
    let mut pages_of: BTreeMap<Key, BTreeSet<u32>> = BTreeMap::new();
    for lines in pages.iter() {
        for line in at_the_ends(lines).into_iter().map(|index| &lines[index]) {
            let (depth, size) = place(line);
            for words in [verbatim(line), numberless(line)].into_iter().chain(running(line)) {
                pages_of.entry((words, depth, size)).or_default().insert(line.page);
            }
        }
    }
    let recurs = |words: &str, line: &Line| {
        let (depth, size) = place(line);
        // Pages are not printed to the hair.
        let near = (depth - 1..=depth + 1).filter_map(|depth| pages_of.get(&(words.to_owned(), depth, size)));
        near.flat_map(|pages| pages.iter().take(min_pages)).collect::<BTreeSet<_>>().len() >= min_pages
    };
    // `Chapter 1` atop of one page and `Chapter 2` atop of another are headings, `Page 1` and `Page 2` are not.
    let is_repeated = |line: &Line| {
        let words = numberless(line);
        recurs(&words, line)
            && (!may_be_heading(&words, line, body_size)
                || recurs(&verbatim(line), line)
                || line.size < HEADING_FACTOR * body_size && running(line).any(|words| recurs(&words, line)))
    };
    let mut n_own_letters = Vec::with_capacity(pages.len());
    for lines in pages.iter_mut() {
        let mut removed: Vec<usize> =
            at_the_ends(lines).into_iter().filter(|&index| is_repeated(&lines[index])).collect();
        removed.extend(lone_number(lines));
        removed.sort_unstable();
        removed.dedup();
        n_own_letters
            .push(n_letters(lines) - removed.iter().map(|&index| n_letters(&lines[index..=index])).sum::<usize>());
        // A page of nothing but what repeats is a page of text, such as a form filled in again and again.
        if removed.len() < lines.len() {
            for index in removed.into_iter().rev() {
                lines.remove(index);
            }
        }
    }
    n_own_letters
}

fn n_letters(lines: &[Line]) -> usize {
    lines.iter().flat_map(words).flat_map(str::chars).filter(|c| c.is_alphanumeric()).count()
}

/// Returns the lines at the head and foot of a page, by their height and not by their order.
fn at_the_ends(lines: &[Line]) -> Vec<usize> {
    let mut by_depth: Vec<usize> = (0..lines.len()).collect();
    by_depth.sort_by(|&one, &other| lines[one].depth.total_cmp(&lines[other].depth));
    let head = by_depth.iter().take(MAX_LINES).filter(|&&index| lines[index].depth <= MARGIN_SHARE);
    let foot = by_depth.iter().rev().take(MAX_LINES).filter(|&&index| 1.0 - MARGIN_SHARE <= lines[index].depth);
    head.chain(foot).copied().collect()
}

/// Returns the last line of a page if it is nothing but the number of the page.
fn lone_number(lines: &[Line]) -> Option<usize> {
    let (index, last) = lines.iter().enumerate().max_by(|(_, one), (_, other)| one.depth.total_cmp(&other.depth))?;
    let bare = last.text.trim_matches(|c: char| !c.is_alphanumeric());
    let is_number = last.cells.is_empty() && bare.parse() == Ok(last.page);
    (is_number && 0.85 <= last.depth && 1 < lines.len()).then_some(index)
}

/// Returns whether a line looks like a heading that has a number: it is large or bold, and stands by itself.
fn may_be_heading(numberless: &str, line: &Line, body_size: f32) -> bool {
    let is_apart = HEADING_FACTOR * body_size <= line.size || line.is_bold;
    is_apart && line.cells.is_empty() && numberless.contains('#') && numberless.contains(char::is_alphabetic)
}

fn place(line: &Line) -> (i32, i32) {
    ((line.depth * 100.0).round() as i32, line.size.round() as i32)
}

fn words(line: &Line) -> impl Iterator<Item = &str> {
    std::iter::once(&line.text).chain(&line.cells).flat_map(|text| text.split_whitespace())
}

/// Returns the words of a line as they are. No other reading begins with a space.
fn verbatim(line: &Line) -> String {
    words(line).flat_map(|word| [" ", word]).collect()
}

/// Returns the letters of a line, with numbers made one sign.
fn numberless(line: &Line) -> String {
    let mut text = String::with_capacity(line.text.len());
    for word in words(line) {
        let is_number = word.chars().any(|c| c.is_ascii_digit()) || is_roman(word);
        if is_number {
            if !text.ends_with('#') {
                text.push('#');
            }
        } else {
            text.extend(word.chars().flat_map(char::to_lowercase));
        }
    }
    text
}

/// Returns the letters of a line with each of its numbers, as how far it is from the number of the page.
fn running(line: &Line) -> impl Iterator<Item = String> {
    let numbers = words(line).filter_map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).parse::<u32>().ok());
    numbers.map(|number| format!("{} {}", numberless(line), i64::from(number) - i64::from(line.page)))
}

fn is_roman(word: &str) -> bool {
    word.len() <= 7 && word.bytes().all(|byte| b"ivxlc".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(page: u32, text: &str, depth: f32) -> Line {
        Line { page, text: text.to_owned(), depth, size: 10.0, ..Line::default() }
    }

    fn page(page: u32, lines: &[(&str, f32)]) -> Vec<Line> {
        lines.iter().map(|&(text, depth)| line(page, text, depth)).collect()
    }

    #[track_caller]
    fn check(mut pages: Vec<Vec<Line>>, expected: &[&str]) {
        remove(&mut pages);
        assert_eq!(pages.concat().iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn heads_feet_and_numbers_go() {
        let of = |number: u32, text: &'static str, foot: &'static str| {
            page(number, &[("The Keeper’s Log", 0.05), (text, 0.5), (foot, 0.95)])
        };
        check(
            vec![of(1, "Lit.", "Page 1 of 3"), of(2, "Burned.", "Page 2 of 3"), of(3, "Out.", "Page 3 of 3")],
            &["Lit.", "Burned.", "Out."],
        );
        check(vec![page(1, &[("Lit.", 0.5), ("– 1 –", 0.93)])], &["Lit."]);
    }

    #[test]
    fn headings_that_differ_by_their_number_stay() {
        let text = "The keeper climbed the stairs each evening at six and lit the lamp.";
        let of = |number: u32, heading: &str, size: f32, is_bold: bool| {
            let heading = Line { size, is_bold, ..line(number, heading, 0.1) };
            vec![heading, line(number, text, 0.5), line(number, &format!("Page {number} of 3"), 0.95)]
        };
        check(
            vec![of(1, "Chapter 1", 18.0, false), of(2, "Chapter 2", 18.0, false), of(3, "Chapter 3", 18.0, false)],
            &["Chapter 1", text, "Chapter 2", text, "Chapter 3", text],
        );
        check(
            vec![of(1, "Chapter I", 10.0, true), of(4, "Chapter II", 10.0, true), of(9, "Chapter III", 10.0, true)],
            &["Chapter I", text, "Chapter II", text, "Chapter III", text],
        );
        check(vec![of(1, "Log of 1887", 18.0, false), of(2, "Log of 1887", 18.0, false)], &[text, text]);
        check(vec![of(1, "Page 7", 10.0, true), of(2, "Page 8", 10.0, true)], &[text, text]);
    }

    #[test]
    fn what_repeats_in_the_middle_of_pages_stays() {
        check(vec![page(1, &[("Lit.", 0.5)]), page(2, &[("Lit.", 0.5)])], &["Lit.", "Lit."]);
        check(vec![page(1, &[("A", 0.05), ("x", 0.5)]), page(2, &[("B", 0.05), ("y", 0.5)])], &["A", "x", "B", "y"]);
    }
}
