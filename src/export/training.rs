//! Documents with known sections, a line of JSON a document: what `evaluate` and training read.
//!
//! A line has `id`, `source`, `lang`, `title`, `unit` and `sections`; a section has `heading_path`, `title`, `level` and
//! `paragraphs`: texts, or in transcripts objects with `text`, `speaker`, `start` and `end` in seconds. Beyond what readers
//! ask for, a line says how its sections came to be, and how many of them a person set.

use std::io::Write;

use serde::Serialize;

use super::DocumentView;
use crate::document::{Chapter, Origin, Provenance, Unit, UnitKind};
use crate::error::Result;

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    source: &'static str,
    lang: &'a str,
    title: &'a str,
    unit: &'static str,
    sections: Vec<Section<'a>>,
    file: &'a str,
    n_by_hand: usize,
    provenance: &'a Provenance,
}

#[derive(Serialize)]
struct Section<'a> {
    heading_path: Vec<&'a str>,
    title: &'a str,
    level: u8,
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<f64>,
    paragraphs: Vec<Paragraph<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Paragraph<'a> {
    Plain(&'a str),
    Spoken {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        speaker: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        start: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        end: Option<f64>,
    },
}

/// Writes one document as one line.
pub(super) fn write(view: &DocumentView<'_>, out: &mut dyn Write) -> Result<()> {
    let id = view.id.map_or_else(|| format!("caesura/{}", view.source_name), |id| format!("caesura/{id}"));
    let mut path: Vec<(u8, &str)> = Vec::new();
    let line = Line {
        id,
        source: "caesura",
        lang: view.language().unwrap_or("und"),
        title: view.title,
        unit: view.units.kind.name(),
        sections: view.chapters.iter().map(|chapter| section(view, chapter, &mut path)).collect(),
        file: view.source_name,
        n_by_hand: view.chapters.iter().filter(|chapter| chapter.origin == Origin::ByHand).count(),
        provenance: view.provenance,
    };
    serde_json::to_writer(&mut *out, &line)?;
    Ok(writeln!(out)?)
}

/// `path` holds the chapters that the one before stands under, itself the last, each with its level.
fn section<'a>(view: &DocumentView<'a>, chapter: &'a Chapter, path: &mut Vec<(u8, &'a str)>) -> Section<'a> {
    path.retain(|&(level, _)| level < chapter.level);
    path.push((chapter.level, &chapter.title));
    let units = &view.units.units[chapter.units()];
    Section {
        heading_path: path.iter().map(|&(_, title)| title).collect(),
        title: &chapter.title,
        level: chapter.level,
        origin: chapter.origin.name(),
        start: chapter.time.map(|time| time.start.as_secs()),
        paragraphs: units.iter().map(|unit| paragraph(view, unit)).collect(),
    }
}

fn paragraph<'a>(view: &DocumentView<'a>, unit: &'a Unit) -> Paragraph<'a> {
    let text = unit.span.of(view.text);
    match view.units.kind {
        UnitKind::Utterance => Paragraph::Spoken {
            text,
            speaker: unit.speaker.as_deref(),
            start: unit.time.map(|time| time.start.as_secs()),
            end: unit.time.map(|time| time.end.as_secs()),
        },
        UnitKind::Paragraph | UnitKind::Sentence => Paragraph::Plain(text),
    }
}
