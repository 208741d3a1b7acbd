//! Reads documents whose sections are known: JSON lines, plain or in zstd.
//!
//! One document a line: `id`, `lang`, `title`, `unit` (`paragraph`, `sentence` or `utterance`), and `sections`, each with
//! a `title` and `paragraphs`: strings, or objects with `text` and perhaps `speaker`, `start` and `end` in seconds. What
//! comes out has no headings: an engine is to find the sections, not to read them.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Segmentation;
use super::json_lines::JsonLines;
use super::split::{self, Part};
use crate::boundaries::GapInput;
use crate::document::{GapIndex, Millis, Span, TimeSpan, Unit, UnitKind, Units};
use crate::error::Result;
use crate::neural::Vectors;
use crate::words::Language;

/// Which documents of a file are read, and which of their sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only documents whose field of that name has that value; a value that is no string is compared as JSON.
    pub fields: Vec<(String, String)>,
    /// Only documents of that part.
    pub part: Option<Part>,
    /// What becomes of a first section without a title.
    pub untitled_first: UntitledFirst,
    /// At most so many documents, from the start.
    pub limit: Option<usize>,
}

/// What becomes of a first section without a title: often a preamble, or the navigation of a web page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UntitledFirst {
    /// It is a section like any other.
    #[default]
    Keep,
    /// It is left out, text and all.
    Drop,
}

/// A document whose sections are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What the file calls it.
    pub id: String,
    /// Its language; English where the file names none that is known.
    pub language: Language,
    /// Its text: the units, a line each.
    pub text: String,
    /// Its units, without headings.
    pub units: Units,
    /// Where its sections begin.
    pub sections: Segmentation,
    /// The title of each section, as many as sections; empty where it has none.
    pub titles: Vec<String>,
    /// The level of each section as a boundary, the top one 1; the first section opens none, and has level 1.
    pub levels: Vec<u8>,
    /// What it belongs to that must not be divided between training and validation.
    pub group: String,
    /// Whether it is for training, tuning or validation.
    pub part: Part,
}

impl Reference {
    /// Returns the text of each unit.
    pub fn texts(&self) -> Vec<&str> {
        self.units.texts(&self.text)
    }

    /// Returns what an engine may look at; `vectors` are those of the units, for engines that need them.
    pub fn input<'a>(&'a self, vectors: Option<&'a Vectors>) -> GapInput<'a> {
        GapInput { text: &self.text, units: &self.units, vectors, language: self.language }
    }

    /// Returns where sections of the top level begin, if there are others below them.
    pub fn top_level(&self) -> Option<Segmentation> {
        let opened = self.sections.boundaries().iter().zip(self.levels.iter().skip(1));
        let tops: Vec<GapIndex> = opened.filter(|&(_, &level)| level == 1).map(|(&gap, _)| gap).collect();
        (tops.len() < self.sections.boundaries().len()).then(|| Segmentation::new(self.units.len(), tops))
    }
}

/// Returns the documents of a file one by one, those that `selection` wants.
///
/// Fails at once if the file cannot be opened; a line that is not a document is an error in its place. A section
/// without a unit, and a unit without a character, is as if it were not there; a document without a unit is passed over.
pub fn references(path: &Path, selection: Selection) -> Result<impl Iterator<Item = Result<Reference>> + use<>> {
    let limit = selection.limit.unwrap_or(usize::MAX);
    let wanted = JsonLines::open(path)?.each(move |lines| {
        loop {
            let Some(line) = lines.next_line()? else { return Ok(None) };
            if let Some(reference) = selection.document(&line).map_err(|reason| lines.wrong(reason))? {
                return Ok(Some(reference));
            }
        }
    });
    Ok(wanted.take(limit))
}

impl Selection {
    /// Returns the document of a line, or nothing if it is not wanted or empty.
    fn document(&self, line: &[u8]) -> Result<Option<Reference>, String> {
        let no_document = |error| format!("this is not a document: {error}");
        let fields: Map<String, Value> = serde_json::from_slice(line).map_err(no_document)?;
        let is_wanted = |(name, wanted): &(String, String)| match fields.get(name) {
            Some(Value::String(value)) => value == wanted,
            Some(value) => &value.to_string() == wanted,
            None => false,
        };
        if !self.fields.iter().all(is_wanted) {
            return Ok(None);
        }
        let (group, part) = (split::group(&fields), split::part(&fields));
        if self.part.is_some_and(|wanted| wanted != part) {
            return Ok(None);
        }
        let line: Line = serde_json::from_value(Value::Object(fields)).map_err(no_document)?;
        let reference = line.reference(self.untitled_first)?;
        Ok(reference.map(|reference| Reference { group, part, ..reference }))
    }
}

#[derive(Deserialize)]
struct Line {
    id: String,
    #[serde(default)]
    lang: String,
    unit: String,
    sections: Vec<Section>,
}

#[derive(Deserialize)]
struct Section {
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    heading_path: Vec<String>,
    paragraphs: Vec<Paragraph>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a paragraph is a text, or an object with a `text` and perhaps a `speaker`, a `start` and an `end` in seconds"
)]
enum Paragraph {
    Plain(String),
    Spoken {
        text: String,
        #[serde(default)]
        speaker: Option<String>,
        #[serde(default)]
        start: Option<f64>,
        #[serde(default)]
        end: Option<f64>,
    },
}

impl Line {
    fn reference(self, untitled_first: UntitledFirst) -> Result<Option<Reference>, String> {
        let Some(kind) = UnitKind::from_name(&self.unit) else {
            return Err(format!("the unit must be paragraph, sentence or utterance, not {:?}", self.unit));
        };
        let mut sections = self.sections;
        let is_untitled = |section: &Section| section.title.as_deref().unwrap_or_default().trim().is_empty();
        if untitled_first == UntitledFirst::Drop && sections.first().is_some_and(is_untitled) {
            sections.remove(0);
        }
        let (mut text, mut units, mut boundaries, mut titles) = (String::new(), Vec::new(), Vec::new(), Vec::new());
        let mut levels = Vec::new();
        let mut path: Vec<String> = Vec::new();
        for section in sections {
            let first_unit = units.len();
            for paragraph in section.paragraphs {
                push_unit(&mut text, &mut units, paragraph)?;
            }
            if units.len() == first_unit {
                continue;
            }
            if first_unit > 0 {
                boundaries.push(GapIndex::from(first_unit - 1));
            }
            let common = path.iter().zip(&section.heading_path).take_while(|(a, b)| a == b).count();
            levels.push(u8::try_from(common + 1).unwrap_or(9).min(9));
            path = section.heading_path;
            titles.push(section.title.unwrap_or_default().trim().to_owned());
        }
        if units.is_empty() {
            return Ok(None);
        }
        // Where everything stands under one heading, that of the document, the level below it is the top one.
        let n_above = levels.iter().skip(1).min().map_or(0, |top| top - 1);
        for level in &mut levels {
            *level = level.saturating_sub(n_above).max(1);
        }
        Ok(Some(Reference {
            id: self.id,
            language: Language::from_code(&self.lang).unwrap_or_default(),
            text,
            sections: Segmentation::new(units.len(), boundaries),
            units: Units { kind, units, headings: Vec::new() },
            titles,
            levels,
            group: String::new(),
            part: Part::Train,
        }))
    }
}

fn push_unit(text: &mut String, units: &mut Vec<Unit>, paragraph: Paragraph) -> Result<(), String> {
    let (words, speaker, start, end) = match paragraph {
        Paragraph::Plain(words) => (words, None, None, None),
        Paragraph::Spoken { text, speaker, start, end } => (text, speaker, start, end),
    };
    let words = words.trim();
    if words.is_empty() {
        return Ok(());
    }
    if u32::try_from(text.len() + words.len() + 1).is_err() {
        return Err("the document has 4 GiB of text or more".to_owned());
    }
    let millis = |secs: f64| Millis((secs.max(0.0) * 1000.0).round() as u64);
    let time = start.map(|start| TimeSpan::between(millis(start), millis(end.unwrap_or(start))));
    if !text.is_empty() {
        text.push('\n');
    }
    let start = text.len();
    text.push_str(words);
    units.push(Unit { span: Span::new(start..text.len()), speaker: speaker.filter(|name| !name.is_empty()), time });
    Ok(())
}
