//! Numbers as people read them.

use caesura::document::UnitKind;

pub(crate) use caesura::export::{civil, clock};

/// Returns a count with what is counted, such as `1 chapter` or `12,345 chapters`.
pub(crate) fn count(n: u64, one: &str) -> String {
    let many = match one.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{one}s"),
    };
    format!("{} {}", thousands(n), if n == 1 { one } else { &many })
}

/// Returns a number with its thousands parted by commas.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut parted = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    parted
}

/// Returns the day of a moment in seconds since 1970, such as `2026-01-31`, in universal time.
pub(crate) fn date(secs: i64) -> String {
    let (year, month, day) = civil(secs);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Returns the seconds since 1970 of a day and a time of day, in universal time; `None` if there is no such moment.
pub(crate) fn stamp(day: (i64, i64, i64), time: (i64, i64, i64)) -> Option<i64> {
    let (year, month, of_month) = day;
    let (hour, minute, second) = time;
    let is_time = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    if !(1..=12).contains(&month) || !(1970..=9999).contains(&year) || !is_time {
        return None;
    }
    let from_march = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let (year, month) = from_march;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + of_month - 1 - 719_468;
    let secs = days * 86_400 + hour * 3600 + minute * 60 + second;
    (civil(secs) == day).then_some(secs)
}

/// Returns a size in the unit that suits it, such as `3.2 MB`.
pub(crate) fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} bytes"),
        1_000..1_000_000 => format!("{} kB", n / 1_000),
        _ => format!("{:.1} MB", n as f64 / 1e6),
    }
}

/// Returns what one unit of that kind is called.
pub(crate) fn unit(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Paragraph => "paragraph",
        UnitKind::Sentence => "sentence",
        UnitKind::Utterance => "utterance",
    }
}

/// Returns the start of `text` in one line: at most `limit` characters, cut between words where that is possible.
pub(crate) fn opening(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        let n_chars = line.chars().count() + 1 + word.chars().count();
        if limit < n_chars {
            if line.is_empty() {
                line.extend(word.chars().take(limit));
            }
            line.push('…');
            return line;
        }
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

    #[test]
    fn days_are_those_of_the_calendar() {
        for (secs, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_251_199, "2024-02-29"),
            (4_107_542_400, "2100-03-01"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(date(secs), expected);
        }
        for secs in (0..4_102_444_800).step_by(86_400 * 17 + 3661) {
            let of_day = secs % 86_400;
            assert_eq!(stamp(civil(secs), (of_day / 3600, of_day / 60 % 60, of_day % 60)), Some(secs));
        }
        assert_eq!(stamp((2023, 2, 29), (0, 0, 0)), None);
        assert_eq!(stamp((2023, 13, 1), (0, 0, 0)), None);
    }

    #[test]
    fn sizes_are_said_in_units_that_suit() {
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(45_600), "45 kB");
        assert_eq!(bytes(3_210_000), "3.2 MB");
    }

    #[test]
    fn counts_agree_in_number() {
        assert_eq!(count(0, "chapter"), "0 chapters");
        assert_eq!(count(1, "library"), "1 library");
        assert_eq!(count(12_345, "library"), "12,345 libraries");
    }

    #[test]
    fn an_opening_is_cut_between_words() {
        assert_eq!(opening("a short\nline", 20), "a short line");
        assert_eq!(opening("a rather longer line", 10), "a rather…");
        assert_eq!(opening("unbreakable", 4), "unbr…");
    }
}
