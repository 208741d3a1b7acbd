//! Names of speakers, as transcripts and subtitles write them before what is said.

use super::layout;

/// Words that stand before a colon and name nobody.
const NO_NAMES: [&str; 48] = [
    "address",
    "also",
    "answer key",
    "attention",
    "author",
    "caution",
    "chapter",
    "conclusion",
    "contents",
    "copyright",
    "date",
    "definition",
    "description",
    "disclaimer",
    "e.g",
    "email",
    "ex",
    "example",
    "examples",
    "figure",
    "from",
    "goal",
    "hint",
    "http",
    "https",
    "important",
    "link",
    "links",
    "location",
    "music",
    "note",
    "notes",
    "phone",
    "ps",
    "reference",
    "references",
    "remember",
    "result",
    "see",
    "source",
    "step",
    "subject",
    "summary",
    "table",
    "tip",
    "title",
    "to",
    "warning",
];

/// Small words inside a name that are not capitalised.
const PARTICLES: [&str; 12] = ["al", "bin", "da", "de", "del", "den", "der", "di", "la", "of", "van", "von"];

/// What is longer names nobody: it is cut here, so that a file cannot say a long name with every word.
const MAX_NAME_BYTES: usize = 200;

/// Returns a name as a file tells it, on one line and no longer than a name may be; nothing where nothing is left of it.
pub(super) fn told_name(name: &str) -> Option<String> {
    let head = &name[..name.floor_char_boundary(4 * MAX_NAME_BYTES)];
    let mut name = layout::one_line(head);
    name.truncate(name.floor_char_boundary(MAX_NAME_BYTES));
    name.truncate(name.trim_end().len());
    Some(name).filter(|name| !name.is_empty())
}

/// A name has at most this many words.
const MAX_WORDS: usize = 4;

/// Returns whether `text` may name a speaker: one to four capitalised words, such as `Ann Smith`, `DR. LEE` or
/// `Speaker 2`, and none of the words that commonly stand before a colon.
pub(super) fn is_name(text: &str) -> bool {
    let text = text.trim();
    let words: Vec<&str> = text.split_whitespace().take(MAX_WORDS + 1).collect();
    let has_name_marks = |c: char| c.is_alphanumeric() || " .'’-_&()/#".contains(c);
    (1..=MAX_WORDS).contains(&words.len())
        && text.len() <= 48
        && text.starts_with(|c: char| c.is_uppercase() || is_uncased_letter(c))
        && text.chars().all(has_name_marks)
        && words.iter().all(|word| is_name_word(word))
        && !NO_NAMES.contains(&text.to_lowercase().as_str())
}

fn is_name_word(word: &str) -> bool {
    let first = word.chars().find(|c| c.is_alphanumeric());
    let is_capitalised = first.is_none_or(|c| c.is_uppercase() || c.is_numeric() || is_uncased_letter(c));
    is_capitalised || PARTICLES.contains(&word)
}

fn is_uncased_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase()
}

/// Splits `NAME: words` into the name and the words. Also takes `[NAME]: words` and `[NAME] words`.
pub(super) fn split_name(line: &str) -> Option<(&str, &str)> {
    if let Some(rest) = line.strip_prefix('[') {
        let (name, words) = rest.split_once(']')?;
        let (words, has_colon) = match words.trim_start().strip_prefix(':') {
            Some(words) => (words, true),
            None => (words, false),
        };
        return (has_colon && is_name(name)).then_some((name.trim(), words.trim_start()));
    }
    let head = &line[..line.floor_char_boundary(64)];
    let at = head.find([':', '：'])?;
    let colon_bytes = line[at..].chars().next().map_or(1, char::len_utf8);
    let words = &line[at + colon_bytes..];
    // `10:30` and `http://` are no names with words after them.
    let is_parted = words.is_empty() || words.starts_with(char::is_whitespace) || colon_bytes != 1;
    (is_parted && is_name(&line[..at])).then(|| (line[..at].trim(), words.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str)>) {
        assert_eq!(split_name(line), expected);
    }

    #[test]
    fn a_name_stands_before_a_colon() {
        check("Ann: The lamp is lit.", Some(("Ann", "The lamp is lit.")));
        check("DR. VAN LEE: Good.", Some(("DR. VAN LEE", "Good.")));
        check("Speaker 2: Yes", Some(("Speaker 2", "Yes")));
        check("SPEAKER_00: Yes", Some(("SPEAKER_00", "Yes")));
        check("[Ann]: Yes", Some(("Ann", "Yes")));
        check("守塔人：点灯", Some(("守塔人", "点灯")));
        check("Q: Why?", Some(("Q", "Why?")));
        check("Ann:", Some(("Ann", "")));
    }

    #[test]
    fn a_name_that_is_told_is_one_line_of_bounded_length() {
        assert_eq!(told_name(" Ann\n of the light "), Some("Ann of the light".to_owned()));
        assert_eq!(told_name(" \n "), None);
        assert_eq!(told_name(&"é".repeat(1_000_000)).map(|name| name.len()), Some(MAX_NAME_BYTES));
    }

    #[test]
    fn what_is_no_name_is_left_in_the_text() {
        check("Note: The lamp is lit.", None);
        check("The lamp is lit: it burns.", None);
        check("I said this to the keeper: no", None);
        check("10:30 in the morning", None);
        check("https://example.org", None);
        check("[applause]", None);
        check("No colon at all", None);
    }
}
