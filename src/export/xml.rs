//! Text as XML 1.0 can hold it.

use crate::document::Provenance;
use crate::error::Result;

/// The first line of every XML file.
pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Returns `text` for an element or for an attribute in quotation marks.
///
/// Characters that XML has no way to hold, such as most control characters, are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // In an attribute, bare ones would be read as spaces.
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Returns how a result came to be as a comment, which must not hold `--`.
pub(super) fn provenance_comment(provenance: &Provenance) -> Result<String> {
    Ok(format!("<!-- {} -->", provenance_in_comment(provenance)?))
}

/// Returns how a result came to be as the content of a comment of XML, HTML or Markdown.
pub(super) fn provenance_in_comment(provenance: &Provenance) -> Result<String> {
    let json = serde_json::to_string(provenance)?;
    Ok(format!("provenance: {}", escaped_in_comment(&json)))
}

fn escaped_in_comment(json: &str) -> String {
    // Within JSON a dash stands in strings only, or before a number: never twice.
    let json: String = json.chars().filter(|&c| !matches!(c, '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')).collect();
    json.replace("--", "-\\u002d").replace('>', "\\u003e")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(escaped(text), expected);
        let element = format!("<a b=\"{expected}\">{expected}</a>");
        let mut reader = quick_xml::Reader::from_str(&element);
        loop {
            match reader.read_event().expect("well-formed") {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(start) => {
                    for attribute in start.attributes() {
                        attribute.expect("well-formed");
                    }
                }
                _ => {}
            }
        }
    }

    #[test]
    fn no_text_is_markup() {
        check("a < b & c > \"d\" 'e'", "a &lt; b &amp; c &gt; &quot;d&quot; 'e'");
        check("]]>", "]]&gt;");
        check("one\ntwo\tthree\r", "one&#10;two&#9;three&#13;");
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        check("a\0b\u{1}c\u{FFFE}d\u{B}", "abcd");
        check("灯\u{1F600}é", "灯\u{1F600}é");
    }

    #[test]
    fn a_comment_never_ends_early() {
        let mut settings = serde_json::Map::new();
        settings.insert("--> <script>".to_owned(), "a--b---c".into());
        let comment = provenance_comment(&Provenance::of("lexical", settings)).unwrap();
        assert_eq!(comment.matches("--").count(), 2, "{comment}");
        assert_eq!(comment.matches('>').count(), 1, "{comment}");
    }
}
