//! What a cue says, without its markup: tags, voices, positions, character references.

use std::borrow::Cow;
use std::rc::Rc;

use super::layout;

/// A line of a cue, or the part of one that one voice speaks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// The name of the voice tag it stands in, of `WebVTT`.
    pub(super) voice: Option<Rc<str>>,
    pub(super) text: String,
}

/// Returns the lines of a cue as they would be shown, empty ones left out.
pub(super) fn shown(lines: &[&str]) -> Vec<Line> {
    let mut shown = Vec::with_capacity(lines.len());
    let mut voice = None;
    for line in lines {
        let mut text = String::with_capacity(line.len());
        let mut rest = *line;
        while let Some(at) = rest.find(['<', '{']) {
            text.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some((tag, n_bytes)) = markup(rest) {
                if let Some(name) = voice_of(tag) {
                    push(&mut shown, voice.as_ref(), &text);
                    text.clear();
                    voice = Some(Rc::from(name)).filter(|name: &Rc<str>| !name.is_empty());
                }
                rest = &rest[n_bytes..];
            } else {
                text.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
        text.push_str(rest);
        push(&mut shown, voice.as_ref(), &text);
    }
    shown
}

fn push(shown: &mut Vec<Line>, voice: Option<&Rc<str>>, text: &str) {
    let text = layout::one_line(&unescaped(text));
    if !text.is_empty() {
        shown.push(Line { voice: voice.cloned(), text });
    }
}

/// Returns the inside of the tag or override that `text` begins with, and how many bytes it takes.
///
/// `a < b` and `{sic}` are words: a tag begins with a letter, a slash or a digit, an override with a backslash.
fn markup(text: &str) -> Option<(&str, usize)> {
    let (open, close) = if text.starts_with('<') { ('<', '>') } else { ('{', '}') };
    let inside = text.strip_prefix(open)?;
    let end = inside[..inside.floor_char_boundary(256)].find(close)?;
    let inside = &inside[..end];
    let is_markup = match open {
        '<' => inside.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/' || c == '.'),
        _ => inside.starts_with('\\'),
    };
    is_markup.then_some((inside, end + 2))
}

/// Returns the name in a voice tag, such as `v.loud Ann`, and an empty one for its end.
fn voice_of(tag: &str) -> Option<String> {
    if tag == "/v" {
        return Some(String::new());
    }
    let rest = tag.strip_prefix('v')?;
    let (classes, name) = rest.split_once([' ', '\t'])?;
    (classes.is_empty() || classes.starts_with('.')).then(|| layout::one_line(&unescaped(name)))
}

/// Returns `text` with the character references of `WebVTT` replaced.
fn unescaped(text: &str) -> Cow<'_, str> {
    const NAMES: [(&str, &str); 9] = [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&lrm;", ""),
        ("&rlm;", ""),
        // Last, so that `&amp;lt;` is read once.
        ("&amp;", "&"),
    ];
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(NAMES.iter().fold(text.to_owned(), |text, (name, meant)| text.replace(name, meant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], expected: &[(Option<&str>, &str)]) {
        let found = shown(lines);
        let found: Vec<_> = found.iter().map(|line| (line.voice.as_deref(), line.text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn markup_is_taken_away() {
        check(
            &["{\\an8}<i>The</i> <b>lamp</b>", "<c.yellow>is</c><00:00:01.500> lit"],
            &[(None, "The lamp"), (None, "is lit")],
        );
        check(&["5 < 6 and {sic} <3"], &[(None, "5 < 6 and {sic} <3")]);
        check(&["Tom &amp; Ann&nbsp;&lt;3 &amp;lt;"], &[(None, "Tom & Ann <3 &lt;")]);
        check(&["<i></i>", " "], &[]);
    }

    #[test]
    fn voices_are_kept() {
        check(&["<v.loud Ann Lee>Lit?</v>"], &[(Some("Ann Lee"), "Lit?")]);
        check(
            &["<v Ann>Lit?", "Tell me.<v Ben>Yes."],
            &[(Some("Ann"), "Lit?"), (Some("Ann"), "Tell me."), (Some("Ben"), "Yes.")],
        );
    }
}
