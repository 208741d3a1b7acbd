//! Documents written to files that other tools read, as `caesura export` writes them.

use std::path::{Path, PathBuf};

use caesura::document::Layer;
use caesura::error::Result;
use caesura::export::{self, ChapterFormat};
use caesura::pipeline::{self, Whole};
use caesura::store::{DocumentId, Library};

/// What is to be written, and where.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) documents: Vec<DocumentId>,
    pub(crate) format: ChapterFormat,
    /// A file for one document, a folder for several.
    pub(crate) to: PathBuf,
}

/// Writes one document to a file, and returns what its reader should know of it, a sentence each. The file is there whole or
/// not at all.
pub(crate) fn write_one(library: &Library, id: DocumentId, format: ChapterFormat, to: &Path) -> Result<Vec<String>> {
    let whole = Whole::read(library, id, &pipeline::topic_names(library)?)?;
    let view = whole.view(Layer::Found)?;
    export::write_file(to, |out| export::write_document(&view, format, out))?;
    Ok(export::remarks(&view, format))
}

/// Returns what a format is called.
pub(crate) fn label(format: ChapterFormat) -> &'static str {
    match format.name() {
        "text" => "Outline as text",
        "markdown" => "Markdown",
        "json" => "JSON with everything",
        "csv" => "CSV, a row a chapter",
        "vtt" => "WebVTT chapters",
        "podcast-json" => "Podcasting 2.0 chapters",
        "html" => "Web page",
        "docx" => "Word document",
        "xlsx" => "Excel sheet",
        "srt" => "SubRip chapters",
        "podlove" => "Podlove chapters",
        "mp4chaps" => "MP4 chapters (mp4chaps)",
        "ffmetadata" => "FFmpeg metadata",
        "matroska" => "Matroska chapters",
        "youtube" => "YouTube description",
        "qdpx" => "QDPX, for QDA programs",
        "qdc" => "QDC, a codebook",
        "training" => "Training data, JSON lines",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use caesura::error::Error;
    use caesura::pipeline::{Engine, Source, SplitSettings};
    use caesura::progress::Unwatched;

    fn library() -> (Library, DocumentId) {
        library_of(
            b"Bees leave the hive in spring.\n\nThe signalman pulls the lever.\n\nTrains meet at night.",
            "bees.txt",
        )
    }

    fn library_of(bytes: &[u8], name: &str) -> (Library, DocumentId) {
        let mut library = Library::in_memory().expect("a library");
        let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
        let source = Source { bytes, name, path: None, added_at: 0 };
        pipeline::add_document(&mut library, &source, &settings, None, &Unwatched).expect("added");
        let id = library.documents().expect("documents")[0].id;
        (library, id)
    }

    #[test]
    fn a_document_is_written_whole_or_not_at_all() {
        let (library, id) = library();
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("bees.md");
        write_one(&library, id, ChapterFormat::Markdown, &to).expect("written");
        assert!(std::fs::read_to_string(&to).expect("read").contains("signalman"));
        let error = write_one(&library, id, ChapterFormat::WebVtt, &folder.path().join("bees.vtt"));
        assert!(matches!(error, Err(Error::NeedsTimes { .. })), "{error:?}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    }

    #[test]
    fn what_youtube_would_refuse_is_returned() {
        let speech = b"WEBVTT\n\n0:00.000 --> 0:09.900\nBees leave the hive in spring.\n";
        let (library, id) = library_of(speech, "bees.vtt");
        let folder = tempfile::tempdir().expect("a folder");
        let written = |format| write_one(&library, id, format, &folder.path().join("bees")).expect("written");
        let remarks = written(ChapterFormat::YouTube);
        let has = |what: &str| remarks.iter().any(|remark| remark.contains(what));
        assert!(has("there are 1") && has("lasts 9 s, and YouTube wants 10"), "{remarks:?}");
        assert_eq!(written(ChapterFormat::WebVtt), Vec::<String>::new());
    }
}
