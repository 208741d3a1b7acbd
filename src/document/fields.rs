//! What a file says of itself beside its text: its language, author, date, pages, and chapters listed apart.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ByteOffset;

/// What a file says of itself, and what was recognised of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// The language of the text by its code in ISO 639, such as `"en"`; `None` where it is not told and was not
    /// recognised.
    pub language: Option<String>,
    /// Who wrote it, or who sent it.
    pub author: Option<String>,
    /// The day it is of.
    pub date: Option<Date>,
    /// What else it says, in the order of the file: a column of a table, the head of a letter.
    pub others: Vec<Field>,
}

impl Fields {
    /// The name of the field that tells which pages of a file are pictures without text, and were not read: `"3-12, 15"`.
    pub const PAGES_NOT_READ: &str = "Pages not read";

    /// Returns what is to be read of them at a glance: who wrote it, its day, and the others with their names.
    pub fn facts(&self) -> Vec<String> {
        let others = self.others.iter().map(|Field { name, value }| format!("{name}: {value}"));
        self.author.clone().into_iter().chain(self.date.map(|date| date.to_string())).chain(others).collect()
    }

    /// Says what of the file was not read, and what may help, if it was not read whole.
    pub fn left_out(&self) -> Option<String> {
        let Field { value, .. } = self.others.iter().find(|field| field.name == Self::PAGES_NOT_READ)?;
        let what = if value.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("page {value} is a picture, as of a scan, and was not read; have its")
        } else {
            format!("pages {value} are pictures, as of a scan, and were not read; have their")
        };
        Some(format!("{what} text recognised (OCR) by another program first, if it matters"))
    }
}

/// A name and what stands under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name, as the file has it. Never empty.
    pub name: String,
    /// The value, on one line. Never empty.
    pub value: String,
}

/// A day, a month or a year of the civil calendar, as far as the file tells. It has no clock and no time zone.
///
/// Dates are ordered by the calendar; a year stands before its months, and a month before its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Parts", try_from = "Parts")]
pub struct Date {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl Date {
    /// Returns the date of `year`, and of its month and day where they are told; `None` if the calendar has no such day.
    pub fn new(year: u16, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        let is_there = match (month, day) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(month), None) => (1..=12).contains(&month),
            (Some(month), Some(day)) => (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day),
        };
        (is_there && (1..=9999).contains(&year)).then_some(Self { year, month, day })
    }

    /// Reads the date that `text` begins with, as ISO 8601 writes it: `2019`, `2019-05`, `2019-05-03`, `20190503`, or any
    /// of these with a clock after it.
    pub fn from_iso(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = |range: std::ops::Range<usize>| -> Option<u16> {
            let part = text.get(range)?;
            part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let ends = |at: usize| !text[at..].starts_with(|c: char| c.is_ascii_digit());
        let year = digits(0..4)?;
        let part = |range| digits(range).map(|number| number as u8);
        let parted = [b"-", b"/", b"."].iter().any(|sign| text.as_bytes()[4..].starts_with(*sign));
        if parted && let Some(month) = part(5..7) {
            let is_day = text.as_bytes().get(7) == text.as_bytes().get(4);
            return match part(8..10).filter(|_| is_day && ends(10)) {
                Some(day) => Self::new(year, Some(month), Some(day)),
                None if ends(7) && !is_day => Self::new(year, Some(month), None),
                None => None,
            };
        }
        if let (Some(month), Some(day)) = (part(4..6), part(6..8)) {
            return Self::new(year, Some(month), Some(day)).filter(|_| ends(8));
        }
        // What goes on otherwise, such as `2019 apples`, is no date.
        text[4..].is_empty().then(|| Self::new(year, None, None))?
    }

    /// Returns the year.
    pub fn year(self) -> u16 {
        self.year
    }

    /// Returns the month, from 1, if it is told.
    pub fn month(self) -> Option<u8> {
        self.month
    }

    /// Returns the day of the month, from 1, if it is told.
    pub fn day(self) -> Option<u8> {
        self.day
    }
}

/// The year, month and day of a date that is passed on.
type Parts = (u16, Option<u8>, Option<u8>);

impl From<Date> for Parts {
    fn from(Date { year, month, day }: Date) -> Self {
        (year, month, day)
    }
}

impl TryFrom<Parts> for Date {
    type Error = &'static str;

    fn try_from((year, month, day): Parts) -> Result<Self, Self::Error> {
        Self::new(year, month, day).ok_or("the calendar has no such date")
    }
}

fn days_of(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Date {
    /// Writes `2019`, `2019-05` or `2019-05-03`: the form the store and every output have it in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in [self.month, self.day].into_iter().flatten() {
            write!(f, "-{part:02}")?;
        }
        Ok(())
    }
}

/// Where a page of the file begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The number of the page, from 1 in the order of the file, as a viewer counts them.
    pub number: u32,
    /// Where its text begins.
    pub start: ByteOffset,
}

/// The pages of a document, in reading order; empty where the file has none. Pages without text are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages(pub Vec<Page>);

impl Pages {
    /// Returns the number of the page that a place of the text is on: for a unit or a chapter, the place it begins.
    pub fn at(&self, offset: ByteOffset) -> Option<u32> {
        let n_begun = self.0.partition_point(|page| page.start <= offset);
        n_begun.checked_sub(1).map(|last| self.0[last].number)
    }

    /// Returns whether the file has no pages.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A chapter that the file lists apart from its text: a bookmark, or a line of its contents.
///
/// A heading that stands in the text is a block instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// 1 for the highest level.
    pub level: u8,
    /// Its title, on one line. Never empty.
    pub title: String,
    /// Where it begins.
    pub start: ByteOffset,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_date(text: &str, expected: Option<&str>) {
        assert_eq!(Date::from_iso(text).map(|date| date.to_string()).as_deref(), expected);
    }

    #[test]
    fn a_date_is_read_as_far_as_it_is_told() {
        check_date("2019", Some("2019"));
        check_date("2019-05", Some("2019-05"));
        check_date("2019-05-03", Some("2019-05-03"));
        check_date(" 2019-05-03T10:11:12Z", Some("2019-05-03"));
        check_date("2019/05/03 10:11", Some("2019-05-03"));
        check_date("20190503", Some("2019-05-03"));
        check_date("20190503101112+02'00'", None);
        check_date("2020-02-29", Some("2020-02-29"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in
            ["", "May", "2019-13", "2019-02-29", "2019-05-032", "1", "12345", "2019 apples", "0000", "2019-5", "灯台"]
        {
            check_date(text, None);
        }
    }

    #[test]
    fn a_place_is_on_the_last_page_that_has_begun() {
        let pages = Pages(vec![Page { number: 2, start: ByteOffset(5) }, Page { number: 4, start: ByteOffset(9) }]);
        let at: Vec<Option<u32>> = [0, 5, 8, 9, 100].map(|byte| pages.at(ByteOffset(byte))).into();
        assert_eq!(at, [None, Some(2), Some(2), Some(4), Some(4)]);
    }
}
