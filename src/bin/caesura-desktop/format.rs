//! Numbers as people read them.

use caesura::document::{Millis, UnitKind};

/// Returns a moment or a length of a recording, such as `1:02:03` or `4:05`.
pub(crate) fn clock(time: Millis) -> String {
    let secs = time.0 / 1000;
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    if hours == 0 { format!("{minutes}:{secs:02}") } else { format!("{hours}:{minutes:02}:{secs:02}") }
}

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
    fn times_are_written_as_on_a_clock() {
        assert_eq!(clock(Millis(0)), "0:00");
        assert_eq!(clock(Millis(245_900)), "4:05");
        assert_eq!(clock(Millis(3_723_000)), "1:02:03");
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
