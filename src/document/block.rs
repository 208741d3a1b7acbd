//! A document as import leaves it: plain text, and the blocks it is laid out in.

use serde::{Deserialize, Serialize};

use super::{Fields, Mark, Pages, Span, TimeSpan};

/// What one file becomes: plain text with the layout beside it.
///
/// Laws that every importer keeps: blocks are in reading order, do not overlap, are never empty, and
/// begin and end on a character that is not white space; outside of the blocks the text is white space only;
/// line ends are `\n`; there is no NUL. A document without blocks has nothing to read in it, and import refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The title the file gives itself, or one made of its name. Never empty.
    pub title: String,
    /// The format the text was read from.
    pub format: Format,
    /// The text: of UTF-8, shorter than 4 GiB.
    pub text: String,
    /// The layout of the text.
    pub blocks: Vec<Block>,
    /// What the file says of itself.
    pub fields: Fields,
    /// Where the pages of the file begin, in the order of the text.
    pub pages: Pages,
    /// The chapters that the file lists apart from its text, in the order of their places.
    pub marks: Vec<Mark>,
}

impl Document {
    /// Returns a document of which the file says no more than its text.
    pub fn new(title: String, format: Format, text: String, blocks: Vec<Block>) -> Self {
        Self { title, format, text, blocks, fields: Fields::default(), pages: Pages::default(), marks: Vec::new() }
    }
}

/// A piece of the text as the file lays it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where the piece stands in the text.
    pub span: Span,
    /// What it is.
    pub kind: BlockKind,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    /// A heading, of level 1 (highest) to 6.
    Heading {
        /// 1 for the highest, 6 for the lowest.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// One item of a list, without the items of a list inside it.
    ListItem,
    /// One row of a table, its cells parted by tabs.
    TableRow,
    /// Something said, as far as the file keeps it together. It stands apart, so that the block of a line is small: there
    /// may be twenty million of them.
    Utterance(Box<Utterance>),
}

impl BlockKind {
    /// Returns the kind of something said.
    pub fn utterance(speaker: Option<String>, time: Option<TimeSpan>) -> Self {
        Self::Utterance(Box::new(Utterance { speaker, time }))
    }
}

/// What a file tells of something said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Utterance {
    /// Who says it, if the file tells.
    pub speaker: Option<String>,
    /// When it is said, if the file tells.
    pub time: Option<TimeSpan>,
}

/// The format a document was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Plain text.
    PlainText,
    /// Markdown (`CommonMark`).
    Markdown,
    /// HTML.
    Html,
    /// `SubRip` subtitles.
    Srt,
    /// `WebVTT` subtitles.
    WebVtt,
    /// TTML or DFXP subtitles.
    Ttml,
    /// SBV subtitles.
    Sbv,
    /// A transcript of Whisper or of what is built on it.
    WhisperJson,
    /// A Podcasting 2.0 transcript.
    PodcastTranscript,
    /// `YouTube`'s `json3` captions.
    #[serde(rename = "youtube_json3")]
    YouTubeJson3,
    /// PDF.
    Pdf,
    /// A Word document (Office Open XML).
    Docx,
    /// An `OpenDocument` text.
    Odt,
    /// Rich text.
    Rtf,
    /// An EPUB book.
    Epub,
    /// A letter of electronic mail.
    Mail,
    /// A row of comma-separated values, or of such parted by other signs.
    Csv,
    /// A row of an Excel workbook (Office Open XML).
    Xlsx,
    /// A line of JSON.
    JsonLines,
}

impl Format {
    /// Every format there is.
    pub const ALL: [Self; 19] = [
        Self::PlainText,
        Self::Markdown,
        Self::Html,
        Self::Srt,
        Self::WebVtt,
        Self::Ttml,
        Self::Sbv,
        Self::WhisperJson,
        Self::PodcastTranscript,
        Self::YouTubeJson3,
        Self::Pdf,
        Self::Docx,
        Self::Odt,
        Self::Rtf,
        Self::Epub,
        Self::Mail,
        Self::Csv,
        Self::Xlsx,
        Self::JsonLines,
    ];

    /// Returns the name kept in the store, such as `"web_vtt"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PlainText => "plain_text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Srt => "srt",
            Self::WebVtt => "web_vtt",
            Self::Ttml => "ttml",
            Self::Sbv => "sbv",
            Self::WhisperJson => "whisper_json",
            Self::PodcastTranscript => "podcast_transcript",
            Self::YouTubeJson3 => "youtube_json3",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Odt => "odt",
            Self::Rtf => "rtf",
            Self::Epub => "epub",
            Self::Mail => "mail",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::JsonLines => "json_lines",
        }
    }

    /// Returns the name shown to people, such as `"WebVTT"`.
    pub fn label(self) -> &'static str {
        match self {
            Self::PlainText => "Plain text",
            Self::Markdown => "Markdown",
            Self::Html => "HTML",
            Self::Srt => "SubRip",
            Self::WebVtt => "WebVTT",
            Self::Ttml => "TTML",
            Self::Sbv => "SBV",
            Self::WhisperJson => "Whisper JSON",
            Self::PodcastTranscript => "Podcast transcript",
            Self::YouTubeJson3 => "YouTube json3",
            Self::Pdf => "PDF",
            Self::Docx => "Word",
            Self::Odt => "OpenDocument",
            Self::Rtf => "RTF",
            Self::Epub => "EPUB",
            Self::Mail => "Mail",
            Self::Csv => "CSV",
            Self::Xlsx => "Excel",
            Self::JsonLines => "JSON lines",
        }
    }

    /// Returns the format of that name, as [`Format::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_of_a_line_is_small() {
        assert!(size_of::<Block>() <= 24, "{} bytes", size_of::<Block>());
    }
}
