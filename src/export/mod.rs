//! Results into files that other tools read: values in, a writer out, one file per format.
//!
//! Nothing here asks the store or the clock: who exports gathers a [`DocumentView`] or [`TopicView`]s first. Every
//! format with a place for provenance that nobody has to read carries it; a row of CSV names the engine alone, and text,
//! `SubRip`, `mp4chaps`, `YouTube` descriptions and tables of topics have no such place. What stands in a document is data
//! in every format: it is escaped, never trusted.

mod clock;
mod counted;
mod csv;
mod cues;
mod docx;
mod ffmetadata;
mod files;
mod html;
mod json;
mod markdown;
mod matroska;
mod mp4chaps;
mod package;
mod page;
mod podcast;
mod podlove;
mod refi_qda;
mod srt;
mod svg;
mod table;
mod text;
mod topics;
mod topics_html;
mod training;
mod web_vtt;
mod xlsx;
mod xml;
mod youtube;

use std::io::Write;

pub use clock::{civil, clock};
pub use counted::counted;
pub use csv::write_documents as write_documents_csv;
pub use files::{free_name, write_file};
pub use refi_qda::LineEnds;
pub use svg::write_svg;
pub use table::write_table_csv;
pub use topics::{
    FieldCellView, FieldView, TopicFormat, TopicPartView, TopicView, TopicsView, write_field, write_topics,
};

use crate::document::{Chapter, Fields, GapScores, Pages, Provenance, Span, Units};
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
    /// What its file says of itself: its language, who wrote it, its day, and what else.
    pub fields: &'a Fields,
    /// Its text.
    pub text: &'a str,
    /// Where the pages of its file begin in the text; none where the file has none.
    pub pages: &'a Pages,
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
    /// When it was added to its library, in seconds since 1970, if it is in one.
    pub added_at: Option<i64>,
    /// The topics that each of its chapters bears, strongest first; empty where they are not known.
    pub topics: &'a [Vec<Borne>],
    /// What a person marked in its text, in any order.
    pub marks: &'a [Mark],
    /// The tags a person gave it.
    pub tags: &'a [String],
}

/// A stretch of the text that a person marked.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where it lies.
    pub span: Span,
    /// The name of its colour, such as `"yellow"`.
    pub color: &'static str,
    /// What was noted there; may be empty.
    pub text: String,
    /// Its tags, ascending.
    pub tags: Vec<String>,
    /// When it was made, in seconds since 1970.
    pub made_at: i64,
}

/// A topic that a chapter bears.
#[derive(Clone, Debug, PartialEq)]
pub struct Borne {
    /// The topic's place among the topics of the library.
    pub index: u32,
    /// Its label.
    pub label: String,
    /// How strongly it is borne, in `0.0..=1.0`.
    pub strength: f32,
}

impl<'a> DocumentView<'a> {
    /// Returns whether any of its chapters has a time.
    pub fn has_times(&self) -> bool {
        self.chapters.iter().any(|chapter| chapter.time.is_some())
    }

    /// Returns the number of the page that a chapter begins on, if the file has pages.
    fn page_of(&self, chapter: &Chapter) -> Option<u32> {
        self.pages.at(chapter.span.start)
    }

    /// Returns the topics that the chapter of that number bears, strongest first.
    fn topics_of(&self, chapter: usize) -> &'a [Borne] {
        self.topics.get(chapter).map_or(&[], Vec::as_slice)
    }

    /// Returns the code of its own language, or else of the one its text was read in, if either is known.
    ///
    /// A text is read in one of a few languages, whichever it is of; its own comes first.
    fn language(&self) -> Option<&'a str> {
        let read_in = || self.provenance.settings.get("language").and_then(serde_json::Value::as_str);
        self.fields.language.as_deref().or_else(read_in)
    }
}

/// A format for chapters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChapterFormat {
    /// For reading in a terminal: an outline.
    Text,
    /// The text under its chapter titles.
    Markdown,
    /// A report in one file: an outline, the text, a search.
    Html,
    /// The text under its chapter titles, for word processors.
    Docx,
    /// Everything: the contract of `split --format json`.
    Json,
    /// A row a chapter.
    Csv,
    /// A row a chapter, for spreadsheets.
    Xlsx,
    /// `WebVTT` chapters, for players.
    WebVtt,
    /// `SubRip` subtitles that show the titles.
    Srt,
    /// Podcasting 2.0 chapters.
    PodcastJson,
    /// Podlove Simple Chapters.
    Podlove,
    /// A line a chapter, as `mp4chaps` reads them.
    Mp4Chaps,
    /// Chapters for ffmpeg.
    FfMetadata,
    /// Chapters for mkvmerge, nested.
    Matroska,
    /// Chapters in the description of a video.
    YouTube,
    /// A REFI-QDA project: the text, with chapters and topics as codes.
    Qdpx,
    /// A REFI-QDA codebook: the codes alone.
    Qdc,
    /// Documents with known sections, for measuring and training.
    Training,
}

impl ChapterFormat {
    /// Every format there is.
    pub const ALL: [Self; 18] = [
        Self::Text,
        Self::Markdown,
        Self::Html,
        Self::Docx,
        Self::Json,
        Self::Csv,
        Self::Xlsx,
        Self::WebVtt,
        Self::Srt,
        Self::PodcastJson,
        Self::Podlove,
        Self::Mp4Chaps,
        Self::FfMetadata,
        Self::Matroska,
        Self::YouTube,
        Self::Qdpx,
        Self::Qdc,
        Self::Training,
    ];

    /// Returns the name its flag has, such as `"podcast-json"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::WebVtt => "vtt",
            Self::Srt => "srt",
            Self::PodcastJson => "podcast-json",
            Self::Podlove => "podlove",
            Self::Mp4Chaps => "mp4chaps",
            Self::FfMetadata => "ffmetadata",
            Self::Matroska => "matroska",
            Self::YouTube => "youtube",
            Self::Qdpx => "qdpx",
            Self::Qdc => "qdc",
            Self::Training => "training",
        }
    }

    /// Returns the ending its files have, such as `"chapters.json"`.
    pub fn file_ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::WebVtt => "chapters.vtt",
            Self::Srt => "chapters.srt",
            Self::PodcastJson => "chapters.json",
            Self::Podlove => "chapters.psc",
            Self::Mp4Chaps => "chapters.txt",
            Self::FfMetadata => "ffmetadata",
            Self::Matroska => "chapters.xml",
            Self::YouTube => "youtube.txt",
            Self::Qdpx => "qdpx",
            Self::Qdc => "qdc",
            Self::Training => "jsonl",
        }
    }

    /// Returns whether it says nothing of a document without times.
    pub fn needs_times(self) -> bool {
        matches!(
            self,
            Self::WebVtt
                | Self::Srt
                | Self::PodcastJson
                | Self::Podlove
                | Self::Mp4Chaps
                | Self::FfMetadata
                | Self::Matroska
                | Self::YouTube
        )
    }

    /// Returns whether its bytes are nothing that a terminal can show.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Docx | Self::Xlsx | Self::Qdpx)
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
        ChapterFormat::Html => html::write(view, out),
        ChapterFormat::Docx => docx::write(view, out),
        ChapterFormat::Json => json::write_one(view, out),
        ChapterFormat::Csv => csv::Sheet::start(out)?.write(view),
        ChapterFormat::WebVtt => web_vtt::write(view, out),
        ChapterFormat::Srt => srt::write(view, out),
        ChapterFormat::PodcastJson => podcast::write(view, out),
        ChapterFormat::Podlove => podlove::write(view, out),
        ChapterFormat::Mp4Chaps => mp4chaps::write(view, out),
        ChapterFormat::FfMetadata => ffmetadata::write(view, out),
        ChapterFormat::Matroska => matroska::write(view, out),
        ChapterFormat::YouTube => youtube::write(view, out),
        ChapterFormat::Training => training::write(view, out),
        ChapterFormat::Xlsx | ChapterFormat::Qdpx | ChapterFormat::Qdc => {
            let mut collection = Collection::start(format, view.title, out)?;
            collection.write(view)?;
            collection.finish()
        }
    }
}

/// Returns what a reader of the export should know: what the format could not hold, or holds otherwise. A sentence each.
pub fn remarks(view: &DocumentView<'_>, format: ChapterFormat) -> Vec<String> {
    let mut remarks = match format {
        ChapterFormat::YouTube => youtube::remarks(view),
        ChapterFormat::Mp4Chaps => mp4chaps::remarks(view),
        _ => Vec::new(),
    };
    let n_untimed = view.chapters.iter().filter(|chapter| chapter.time.is_none()).count();
    if format.needs_times() && 0 < n_untimed {
        remarks.push(format!("{n_untimed} chapters without a time are left out"));
    }
    remarks
}

/// Writes documents one after the other into one file, without holding more than one in memory (a workbook and a REFI-QDA
/// project are held as they are written).
///
/// Only for formats that do not [need times](ChapterFormat::needs_times): a chapter file is of one recording.
pub enum Collection<'a> {
    /// Documents with a blank line between them, or a line each.
    Plain {
        /// Text, Markdown or training data.
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
    /// One page.
    Html(html::Page<'a>),
    /// One workbook.
    Xlsx(Box<xlsx::Book<'a>>),
    /// One project, or its codes alone.
    RefiQda(Box<refi_qda::Project<'a>>),
}

impl<'a> Collection<'a> {
    /// Starts a file of `format`, called `title` where the format has a place for a title of the whole.
    pub fn start(format: ChapterFormat, title: &str, out: &'a mut dyn Write) -> Result<Self> {
        match format {
            ChapterFormat::Text | ChapterFormat::Markdown | ChapterFormat::Training => {
                Ok(Self::Plain { format, out, is_started: false })
            }
            ChapterFormat::Json => json::Array::start(out).map(Self::Json),
            ChapterFormat::Csv => Ok(Self::Csv(Box::new(csv::Sheet::start(out)?))),
            ChapterFormat::Html => Ok(Self::Html(html::Page::start(title, None, out)?)),
            ChapterFormat::Xlsx => Ok(Self::Xlsx(Box::new(xlsx::Book::start(out)?))),
            ChapterFormat::Qdpx => Ok(Self::RefiQda(Box::new(refi_qda::Project::start(title, out)))),
            ChapterFormat::Qdc => Ok(Self::RefiQda(Box::new(refi_qda::Project::start_codebook(title, out)))),
            ChapterFormat::Docx
            | ChapterFormat::WebVtt
            | ChapterFormat::Srt
            | ChapterFormat::PodcastJson
            | ChapterFormat::Podlove
            | ChapterFormat::Mp4Chaps
            | ChapterFormat::FfMetadata
            | ChapterFormat::Matroska
            | ChapterFormat::YouTube => Err(Error::Nothing {
                attempt: "export several documents",
                reason: format!(
                    "a {} file holds one document; choose one with --document, or name a folder that is there with --output",
                    format.name()
                ),
            }),
        }
    }

    /// Writes the next document.
    pub fn write(&mut self, view: &DocumentView<'_>) -> Result<()> {
        match self {
            Self::Plain { format, out, is_started } => {
                if std::mem::replace(is_started, true) && *format != ChapterFormat::Training {
                    writeln!(out)?;
                }
                write_document(view, *format, *out)
            }
            Self::Json(array) => array.write(view),
            Self::Csv(sheet) => sheet.write(view),
            Self::Html(page) => page.write(view),
            Self::Xlsx(book) => book.write(view),
            Self::RefiQda(project) => project.write(view),
        }
    }

    /// Ends the file.
    pub fn finish(self) -> Result<()> {
        match self {
            Self::Plain { out, .. } => Ok(out.flush()?),
            Self::Json(array) => array.finish(),
            Self::Csv(sheet) => sheet.finish(),
            Self::Html(page) => page.finish(),
            Self::Xlsx(book) => book.finish(),
            Self::RefiQda(project) => project.finish(),
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
