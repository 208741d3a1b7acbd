//! FFMETADATA (version 1): chapters that ffmpeg puts into a recording, as in
//! `ffmpeg -i talk.mp3 -i talk.ffmetadata -map_metadata 1 -codec copy out.mka`.

use std::io::Write;

use super::cues::cues;
use super::{DocumentView, on_one_line};
use crate::error::Result;

/// Writes one timed document.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    writeln!(out, ";FFMETADATA1")?;
    writeln!(out, "; provenance: {}", serde_json::to_string(view.provenance)?)?;
    writeln!(out, "title={}", escaped(view.title))?;
    for cue in cues(view.chapters) {
        writeln!(out, "\n[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={}", cue.start.0, cue.end.0)?;
        writeln!(out, "title={}", escaped(&cue.chapter.title))?;
    }
    Ok(())
}

/// Returns a value on one line with a backslash before each special character.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in on_one_line(value).chars() {
        if matches!(c, '=' | ';' | '#' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped() {
        assert_eq!(escaped("a=b; #c\\\n[CHAPTER]"), "a\\=b\\; \\#c\\\\ [CHAPTER]");
    }
}
