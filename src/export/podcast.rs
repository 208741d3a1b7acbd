//! Podcasting 2.0 chapters (the JSON chapters format of the podcast namespace, version 1.2.0).

use std::io::Write;

use serde_json::{Number, Value, json};

use super::cues::cues;
use super::{DocumentView, on_one_line};
use crate::document::Millis;
use crate::error::Result;

/// Writes one timed document. Players ignore the member `provenance`, which the format does not know.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    let chapters: Vec<Value> = cues(view.chapters)
        .into_iter()
        .map(|cue| {
            let title = on_one_line(&cue.chapter.title);
            json!({"startTime": secs(cue.start), "endTime": secs(cue.end), "title": title})
        })
        .collect();
    let whole = json!({
        "version": "1.2.0",
        "title": on_one_line(view.title),
        "fileName": view.source_name,
        "chapters": chapters,
        "provenance": view.provenance,
    });
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    Ok(writeln!(out)?)
}

/// Returns a moment in seconds, as a whole number where it is one.
fn secs(moment: Millis) -> Number {
    if moment.0.is_multiple_of(1000) {
        Number::from(moment.0 / 1000)
    } else {
        Number::from_f64(moment.as_secs()).expect("a moment is finite")
    }
}
