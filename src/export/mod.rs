//! Results into files that other tools read: values in, a writer out, one file per format.
//!
//! Nothing here asks the store or the clock: who exports gathers a [`DocumentView`] or [`TopicView`]s first. Every
//! format that can carry provenance does. What stands in a document is data in every format: it is escaped, never
//! trusted.

mod clock;
mod csv;
mod json;
mod markdown;
mod podcast;
mod svg;
mod table;
mod text;
mod topics;
mod web_vtt;

use std::io::Write;

pub use clock::clock;
pub use csv::write_documents as write_documents_csv;
pub use svg::write_svg;
pub use table::write_table_csv;
pub use topics::{
    FieldCellView, FieldView, TopicFormat, TopicPartView, TopicView, TopicsView, write_field, write_topics,
};

use crate::document::{Chapter, GapScores, Provenance, Units};
use crate::error::{Error, Result};

/// A document and its chapters, as an export sees them.
#[derive(Clone, Copy, Debug)]
pub struct DocumentView<'a> {
    /// The document's number in its library, if it is in one.
    pub id: Option<i64>,
    /// The document's title.
    pub title: &'a str,
    /// The name of the file it came from.
    pub source_name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Its units.
    pub units: &'a Units,
    /// Its chapters, which tile it.
    pub chapters: &'a [Chapter],
    /// Its chapters as its own headings cut it; empty where it has none.
    pub as_written: &'a [Chapter],
    /// How well the chapters are likely to agree with a reader's, in `0.0..=1.0`, if it is known.
    pub confidence: Option<f32>,
    /// What the engine said of each gap, if it is known.
    pub gap_scores: Option<&'a GapScores>,
    /// How the chapters came to be.
    pub provenance: &'a Provenance,
}

impl DocumentView<'_> {
    /// Returns whether any of its chapters has a time.
    pub fn has_times(&self) -> bool {
        self.chapters.iter().any(|chapter| chapter.time.is_some())
    }
}

/// A format for chapters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChapterFormat {
    /// For reading in a terminal: an outline.
    Text,
    /// The text under its chapter titles.
    Markdown,
    /// Everything: the contract of `split --format json`.
    Json,
    /// A row a chapter.
    Csv,
    /// `WebVTT` chapters, for players.
    WebVtt,
    /// Podcasting 2.0 chapters.
    PodcastJson,
}

impl ChapterFormat {
    /// Every format there is.
    pub const ALL: [Self; 6] = [Self::Text, Self::Markdown, Self::Json, Self::Csv, Self::WebVtt, Self::PodcastJson];

    /// Returns the name its flag has, such as `"podcast-json"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::WebVtt => "vtt",
            Self::PodcastJson => "podcast-json",
        }
    }

    /// Returns the ending its files have, such as `"chapters.json"`.
    pub fn file_ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::WebVtt => "chapters.vtt",
            Self::PodcastJson => "chapters.json",
        }
    }

    /// Returns whether it says nothing of a document without times.
    pub fn needs_times(self) -> bool {
        matches!(self, Self::WebVtt | Self::PodcastJson)
    }
}

/// Writes one document.
///
/// Fails with [`Error::NeedsTimes`] where the format needs times and the document has none.
pub fn write_document(view: &DocumentView<'_>, format: ChapterFormat, out: &mut dyn Write) -> Result<()> {
    if format.needs_times() && !view.has_times() {
        return Err(Error::NeedsTimes { title: view.title.to_owned(), format: format.name() });
    }
    match format {
        ChapterFormat::Text => text::write(view, out),
        ChapterFormat::Markdown => markdown::write(view, out),
        ChapterFormat::Json => json::write_one(view, out),
        ChapterFormat::Csv => csv::Sheet::start(out)?.write(view),
        ChapterFormat::WebVtt => web_vtt::write(view, out),
        ChapterFormat::PodcastJson => podcast::write(view, out),
    }
}

/// Writes documents one after the other into one file, without holding more than one in memory.
///
/// Only for formats that do not [need times](ChapterFormat::needs_times): a chapter file is of one recording.
pub enum Collection<'a> {
    /// Documents with a blank line between them.
    Plain {
        /// Text or Markdown.
        format: ChapterFormat,
        /// Where to.
        out: &'a mut dyn Write,
        /// Whether a document has been written.
        is_started: bool,
    },
    /// One object with an array of documents.
    Json(json::Array<'a>),
    /// One sheet.
    Csv(Box<csv::Sheet<'a>>),
}

impl<'a> Collection<'a> {
    /// Starts a file of `format`.
    pub fn start(format: ChapterFormat, out: &'a mut dyn Write) -> Result<Self> {
        match format {
            ChapterFormat::Text | ChapterFormat::Markdown => Ok(Self::Plain { format, out, is_started: false }),
            ChapterFormat::Json => json::Array::start(out).map(Self::Json),
            ChapterFormat::Csv => Ok(Self::Csv(Box::new(csv::Sheet::start(out)?))),
            ChapterFormat::WebVtt | ChapterFormat::PodcastJson => Err(Error::Nothing {
                attempt: "export several documents",
                reason: format!(
                    "a {} file holds one document; choose one with --document, or name a folder with --output",
                    format.name()
                ),
            }),
        }
    }

    /// Writes the next document.
    pub fn write(&mut self, view: &DocumentView<'_>) -> Result<()> {
        match self {
            Self::Plain { format, out, is_started } => {
                if std::mem::replace(is_started, true) {
                    writeln!(out)?;
                }
                write_document(view, *format, *out)
            }
            Self::Json(array) => array.write(view),
            Self::Csv(sheet) => sheet.write(view),
        }
    }

    /// Ends the file.
    pub fn finish(self) -> Result<()> {
        match self {
            Self::Plain { out, .. } => Ok(out.flush()?),
            Self::Json(array) => array.finish(),
            Self::Csv(sheet) => sheet.finish(),
        }
    }
}

/// Returns `text` on one line: runs of white space and control characters as one space.
///
/// Titles are written into formats in which a line end would end the title.
fn on_one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests;
