//! Documents written to files that other tools read, as `caesura export` writes them.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use caesura::document::Layer;
use caesura::error::{Error, Result};
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

/// Writes one document to a file. The file is there whole or not at all.
pub(crate) fn write_one(library: &Library, id: DocumentId, format: ChapterFormat, to: &Path) -> Result<()> {
    let whole = Whole::read(library, id, &pipeline::topic_names(library)?)?;
    let view = whole.view(Layer::Found)?;
    let unwritten = |source| Error::Write { path: to.to_owned(), source };
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let write = || -> Result<()> {
        let mut out = BufWriter::new(std::fs::File::create(&part).map_err(unwritten)?);
        export::write_document(&view, format, &mut out)?;
        out.flush().map_err(unwritten)
    };
    let written = write().and_then(|()| std::fs::rename(&part, to).map_err(unwritten));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
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

/// Returns a file name made of a title that no system minds, that no other in `taken` has, and of which there is no file;
/// adds it to `taken`. An export never writes over a file.
pub(crate) fn free_name(
    title: &str,
    id: DocumentId,
    format: ChapterFormat,
    taken: &mut BTreeSet<String>,
    is_there: &dyn Fn(&str) -> bool,
) -> String {
    let mut name = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            name.push(c);
        } else if !name.ends_with('-') {
            name.push('-');
        }
        if 80 <= name.len() {
            break;
        }
    }
    let mut name = name.trim_matches('-').to_owned();
    if name.is_empty() || taken.contains(&name) {
        let numbered = format!("{name}-{}", id.0);
        numbered.trim_start_matches('-').clone_into(&mut name);
    }
    let file = |name: &str| format!("{name}.{}", format.file_ending());
    let mut free = name.clone();
    let mut number = 1;
    while is_there(&file(&free)) {
        number += 1;
        free = format!("{name}-{number}");
    }
    taken.insert(name);
    file(&free)
}

#[cfg(test)]
mod tests {
    use super::*;
    use caesura::pipeline::{Engine, Source, SplitSettings};
    use caesura::progress::Unwatched;

    fn library() -> (Library, DocumentId) {
        let mut library = Library::in_memory().expect("a library");
        let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
        let text = b"Bees leave the hive in spring.\n\nThe signalman pulls the lever.\n\nTrains meet at night.";
        let source = Source { bytes: text, name: "bees.txt", path: None, added_at: 0 };
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
    fn names_are_tame_and_never_the_same() {
        let mut taken = BTreeSet::new();
        let mut name = |title, id| {
            free_name(title, DocumentId(id), ChapterFormat::Markdown, &mut taken, &|name| {
                name.starts_with("lamps") && name != "lamps-3.md"
            })
        };
        assert_eq!(name("Terms & Conditions", 1), "terms-conditions.md");
        assert_eq!(name("Terms / Conditions", 2), "terms-conditions-2.md");
        assert_eq!(name("../../etc/passwd", 3), "etc-passwd.md");
        assert_eq!(name("???", 4), "4.md");
        assert_eq!(name("Lamps", 5), "lamps-3.md");
    }
}
