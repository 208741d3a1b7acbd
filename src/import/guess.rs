//! Guesses what a file is from its content, then from its name.

use crate::document::Format;

use super::{binary, cues, mail, sbv, table, transcript_json, ttml};

/// What a file is, before its text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, whose format the text tells.
    Text,
    Pdf,
    Rtf,
    Docx,
    Odt,
    Epub,
    Xlsx,
    /// An archive of files.
    Zip,
    /// One letter.
    Letter,
    /// Many letters.
    Mailbox,
    Csv,
    Tsv,
    JsonLines,
}

/// Returns what `bytes` are, the content of a file called `name`, or what they seem to be if they are not read.
///
/// What has a sign at its start is known by it, whatever its name. A table is known by its name: a text with commas is a
/// text.
pub(super) fn kind_of(bytes: &[u8], name: &str) -> Result<Kind, String> {
    if let Some(kind) = binary::read_kind_of(bytes) {
        return Ok(kind);
    }
    if let Some(found) = binary::kind_of(bytes) {
        return Err(found.to_owned());
    }
    let extension = extension_of(name);
    Ok(match extension.as_str() {
        _ if mail::is_mailbox(bytes) => Kind::Mailbox,
        "eml" | "mht" | "mhtml" if mail::is_letter(bytes, true) => Kind::Letter,
        "csv" => Kind::Csv,
        "tsv" | "tab" => Kind::Tsv,
        "jsonl" | "ndjson" | "jl" if are_json_lines(bytes) => Kind::JsonLines,
        _ if mail::is_letter(bytes, false) => Kind::Letter,
        _ => Kind::Text,
    })
}

fn extension_of(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

/// Returns whether most of the first lines are objects of JSON. Of a line too long to look at, its start tells.
fn are_json_lines(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4 * HEAD_BYTES)];
    let is_cut = head.len() < bytes.len();
    let end = if is_cut { head.iter().rposition(|&byte| byte == b'\n') } else { Some(head.len()) };
    match end.map(|end| String::from_utf8_lossy(&head[..end])) {
        Some(lines) if !lines.trim_start_matches('\u{feff}').trim().is_empty() => table::are_json_lines(&lines),
        _ => head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start().starts_with(b"{"),
    }
}

/// How much of a text is looked at, in bytes.
const HEAD_BYTES: usize = 64 * 1024;

/// Returns the format of `text`, which came in a file called `name`.
///
/// Subtitles and whole web pages are known by their content whatever their name. The signs of Markdown and of bare
/// pieces of HTML occur in plain text too, so there the name decides, and only many such signs outweigh it.
pub(super) fn format_of(text: &str, name: &str) -> Format {
    let head = head_of(text);
    let extension = extension_of(name);
    if ttml::is_ttml(head) {
        return Format::Ttml;
    }
    if let Some(format) = subtitles(head, &extension).or_else(|| transcript_json::format_of(text)) {
        return format;
    }
    if is_page(head) {
        return Format::Html;
    }
    match extension.as_str() {
        "html" | "htm" | "xhtml" => Format::Html,
        "md" | "markdown" | "mdown" | "mkd" => Format::Markdown,
        "vtt" if head.trim_start().starts_with("WEBVTT") => Format::WebVtt,
        _ if is_mostly_tags(head) => Format::Html,
        _ if has_markdown_headings(head) => Format::Markdown,
        _ => Format::PlainText,
    }
}

/// Returns the first part of `text`, cut at a character.
fn head_of(text: &str) -> &str {
    &text[..text.floor_char_boundary(HEAD_BYTES)]
}

fn subtitles(head: &str, extension: &str) -> Option<Format> {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.clone().next()?;
    if first == "WEBVTT" || first.starts_with("WEBVTT ") || first.starts_with("WEBVTT\t") {
        return Some(Format::WebVtt);
    }
    if sbv::timing(first).is_some() {
        return Some(Format::Sbv);
    }
    // A cue or two may be damaged, or a credit stand before the first: a transcript about subtitles, though, has
    // no timing line near its top.
    let timing = lines.by_ref().take(12).find(|line| cues::timing(line).is_some())?;
    let is_vtt = extension == "vtt" || (extension != "srt" && !timing.contains(','));
    Some(if is_vtt { Format::WebVtt } else { Format::Srt })
}

fn is_page(head: &str) -> bool {
    let start = head.trim_start();
    let start = &start[..start.floor_char_boundary(1024)].to_ascii_lowercase();
    start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || (start.starts_with('<') && (start.contains("<html") || start.contains("<head>") || start.contains("<body")))
}

/// Returns whether there is an end tag of a block for every few hundred bytes.
fn is_mostly_tags(head: &str) -> bool {
    const ENDS: [&str; 7] = ["</p>", "</div>", "</li>", "</td>", "</h1>", "</h2>", "</h3>"];
    let lower = head.to_ascii_lowercase();
    let n_ends: usize = ENDS.iter().map(|end| lower.matches(end).count()).sum();
    2 <= n_ends && head.len() <= 500 * n_ends
}

/// Returns whether at least two headings stand as Markdown writes them, each with an empty line before it.
///
/// A script's comments begin like a heading, but follow one another.
fn has_markdown_headings(head: &str) -> bool {
    let (mut n_headings, mut n_comments) = (0, 0);
    let mut before = "";
    let mut before_that = "";
    for line in head.lines() {
        if is_bold(line) && before.trim().is_empty() {
            n_headings += 1;
        }
        if is_atx_heading(line) {
            if before.trim().is_empty() { n_headings += 1 } else { n_comments += 1 }
        }
        let is_title = !before.trim().is_empty() && before.len() <= 120 && before_that.trim().is_empty();
        if is_title && is_underline(line, before) {
            n_headings += 1;
        }
        before_that = before;
        before = line;
    }
    2 <= n_headings && n_comments * 2 < n_headings
}

/// Returns whether a line is all bold, as many write their headings.
fn is_bold(line: &str) -> bool {
    let inside = line.trim().strip_prefix("**").and_then(|line| line.strip_suffix("**"));
    inside.is_some_and(|inside| !inside.trim().is_empty() && !inside.contains('*'))
}

fn is_atx_heading(line: &str) -> bool {
    let bare = line.trim_start_matches('#');
    let n_signs = line.len() - bare.len();
    (1..=6).contains(&n_signs) && bare.starts_with(' ') && !bare.trim().is_empty()
}

/// Returns whether `line` underlines `title`: of one sign only, and of about its length.
fn is_underline(line: &str, title: &str) -> bool {
    let line = line.trim_end();
    let is_rule = ['=', '-'].iter().any(|&sign| line.chars().all(|c| c == sign));
    3 <= line.len() && is_rule && title.chars().count().abs_diff(line.len()) <= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, expected: Format) {
        assert_eq!(format_of(text, name), expected);
    }

    #[test]
    fn subtitles_are_known_by_their_content_whatever_the_name() {
        check("1\n00:00:01,000 --> 00:00:02,000\nHello", "a.txt", Format::Srt);
        check("WEBVTT\n\n00:01.000 --> 00:02.000\nHello", "a.srt", Format::WebVtt);
        check("00:00:01.000 --> 00:00:02.000\nHello", "a.vtt", Format::WebVtt);
        check("Hello, not a cue", "a.srt", Format::PlainText);
        check("An arrow --> that is no timing", "a.txt", Format::PlainText);
    }

    #[test]
    fn transcripts_are_known_by_their_content_whatever_the_name() {
        check("0:00:01.000,0:00:02.000\nHello", "a.txt", Format::Sbv);
        check("<tt xmlns=\"http://www.w3.org/ns/ttml\"><head/><body/></tt>", "a.xml", Format::Ttml);
        check("[{\"start\": 0, \"end\": 1, \"text\": \"Hello\"}]", "a.txt", Format::WhisperJson);
        check("{\"segments\": [{\"startTime\": 0, \"body\": \"Hello\"}]}", "a.json", Format::PodcastTranscript);
        check("{\"events\": [{\"tStartMs\": 0, \"segs\": []}]}", "a.json3", Format::YouTubeJson3);
        check("{\"title\": \"Hello\"}", "a.json", Format::PlainText);
        check("[0:05] Ann: Lit?\n[0:07] Ben: Yes.", "a.txt", Format::PlainText);
    }

    #[test]
    fn lines_of_json_are_known_however_long_the_first_is() {
        let line = format!("{{\"text\": \"{}\"}}\n", "The lamp was lit. ".repeat(20_000));
        for lines in [line.clone(), format!("\n{line}{line}"), format!("\u{feff}{line}"), line.trim_end().to_owned()] {
            assert_eq!(kind_of(lines.as_bytes(), "a.jsonl"), Ok(Kind::JsonLines));
        }
        assert_eq!(kind_of("The lamp was lit. ".repeat(20_000).as_bytes(), "a.ndjson"), Ok(Kind::Text));
    }

    #[test]
    fn a_page_is_known_by_its_content_whatever_the_name() {
        check("<!DOCTYPE html><title>x</title>", "a.md", Format::Html);
        check("<?xml version=\"1.0\"?><html><body>x", "a.txt", Format::Html);
        check("<h1>One</h1><p>two</p><p>three</p>", "a.txt", Format::Html);
        check("Plain words", "a.html", Format::Html);
    }

    #[test]
    fn markdown_is_known_by_its_name_or_by_its_headings() {
        check("Plain words", "a.MD", Format::Markdown);
        check("<p align=center>A logo</p>\n\n# Title", "README.md", Format::Markdown);
        check("# One\n\ntext\n\n## Two\n\ntext", "a.txt", Format::Markdown);
        check("One\n===\n\ntext\n\nTwo\n---\n\ntext", "notes", Format::Markdown);
        check("# a script\n# has comments\n# in a row\nrun\n\n# and more\nrun", "a.txt", Format::PlainText);
        check("Issue #1\n\n#2 is next", "a.txt", Format::PlainText);
    }
}
