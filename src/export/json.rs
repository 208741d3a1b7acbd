//! JSON: everything, in the form that scripts rely on (the contract of `split --format json`).

use std::io::Write;

use serde::Serialize;

use super::DocumentView;
use crate::document::{Chapter, Field, Layer, Origin, Provenance};
use crate::error::Result;

#[derive(Serialize)]
struct Whole<'a> {
    caesura: &'a str,
    #[serde(flatten)]
    part: Part<'a>,
}

#[derive(Serialize)]
struct Part<'a> {
    document: Head<'a>,
    chapters: Vec<Row<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    as_written: Vec<Row<'a>>,
    gaps: &'a [f32],
    provenance: &'a Provenance,
}

#[derive(Serialize)]
struct Head<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<i64>,
    title: &'a str,
    source: &'a str,
    unit_kind: &'static str,
    n_units: usize,
    n_bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    /// What else its file says of itself.
    #[serde(skip_serializing_if = "<[Field]>::is_empty")]
    fields: &'a [Field],
}

#[derive(Serialize)]
struct Row<'a> {
    index: usize,
    level: u8,
    title: &'a str,
    first_unit: u32,
    n_units: u32,
    start_byte: u32,
    end_byte: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_secs: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_secs: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    score: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'static str>,
}

impl<'a> Part<'a> {
    fn of(view: &DocumentView<'a>) -> Self {
        Self {
            document: Head {
                id: view.id,
                title: view.title,
                source: view.source_name,
                unit_kind: view.units.kind.name(),
                n_units: view.units.len(),
                n_bytes: view.text.len(),
                // Two digits are all that it tells.
                confidence: view.confidence.map(|confidence| (confidence * 100.0).round() / 100.0),
                language: view.fields.language.as_deref(),
                author: view.fields.author.as_deref(),
                date: view.fields.date.map(|date| date.to_string()),
                fields: &view.fields.others,
            },
            chapters: rows(view, view.chapters, Layer::Found),
            as_written: rows(view, view.as_written, Layer::AsWritten),
            gaps: view.gap_scores.map_or(&[], |scores| scores.as_slice()),
            provenance: view.provenance,
        }
    }
}

fn rows<'a>(view: &DocumentView<'_>, chapters: &'a [Chapter], layer: Layer) -> Vec<Row<'a>> {
    let row = |(index, chapter)| Row::of(view, index, chapter, layer);
    chapters.iter().enumerate().map(row).collect()
}

impl<'a> Row<'a> {
    /// The origin is written only where it is not the one of the whole layer.
    fn of(view: &DocumentView<'_>, index: usize, chapter: &'a Chapter, layer: Layer) -> Self {
        let usual = if layer == Layer::Found { Origin::Found } else { Origin::AsWritten };
        Self {
            index,
            level: chapter.level,
            title: &chapter.title,
            first_unit: chapter.first_unit.0,
            n_units: chapter.n_units,
            start_byte: chapter.span.start.0,
            end_byte: chapter.span.end.0,
            start_secs: chapter.time.map(|time| time.start.as_secs()),
            end_secs: chapter.time.map(|time| time.end.as_secs()),
            page: view.page_of(chapter),
            score: chapter.score,
            origin: (chapter.origin != usual).then(|| chapter.origin.name()),
        }
    }
}

/// Writes one document as one object.
pub(super) fn write_one(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Whole { caesura: crate::VERSION, part: Part::of(view) })?;
    Ok(writeln!(out)?)
}

/// An object with an array of documents, being written.
pub struct Array<'a> {
    out: &'a mut dyn Write,
    is_started: bool,
}

impl<'a> Array<'a> {
    /// Writes the head.
    pub(super) fn start(out: &'a mut dyn Write) -> Result<Self> {
        write!(out, "{{\"caesura\": {}, \"documents\": [", serde_json::to_string(crate::VERSION)?)?;
        Ok(Self { out, is_started: false })
    }

    /// Writes the next document.
    pub(super) fn write(&mut self, view: &DocumentView<'_>) -> Result<()> {
        if std::mem::replace(&mut self.is_started, true) {
            write!(self.out, ",")?;
        }
        writeln!(self.out)?;
        Ok(serde_json::to_writer(&mut *self.out, &Part::of(view))?)
    }

    /// Writes the end.
    pub(super) fn finish(self) -> Result<()> {
        writeln!(self.out, "\n]}}")?;
        Ok(self.out.flush()?)
    }
}
