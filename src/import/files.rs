//! The files under folders, and the bytes of one.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

use super::{MAX_BYTES, guess, is_chapter_file, transcript_json};

/// The endings of names that are taken from a folder.
pub const EXTENSIONS: [&str; 39] = [
    "txt", "text", "log", "asc", "md", "markdown", "mdown", "mkd", "html", "htm", "xhtml", "srt", "vtt", "ttml",
    "dfxp", "sbv", "json", "json3", "pdf", "docx", "docm", "dotx", "odt", "ott", "rtf", "epub", "eml", "mht", "mhtml",
    "mbox", "csv", "tsv", "tab", "xlsx", "xlsm", "jsonl", "ndjson", "jl", "zip",
];

/// Returns whether a file of an archive, of that name, is data that nobody reads: of JSON, only transcripts are taken.
pub(super) fn is_mere_data(name: &str, bytes: &[u8]) -> bool {
    let is_json = name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("json"));
    is_json && !transcript_json::is_transcript(bytes)
}

/// Returns whether a file of an archive is read, by its name: as from a folder, but that one without an ending is left.
/// Chapters go with their transcript.
pub(super) fn is_taken_from_archive(path: &str) -> bool {
    let is_hidden = path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    !is_hidden
        && !is_chapter_file(Path::new(path))
        && extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// What was found at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file to read.
    File {
        /// Where it is.
        path: PathBuf,
    },
    /// Something that is left out.
    Skipped {
        /// Where it is.
        path: PathBuf,
        /// Why it is left out.
        reason: String,
    },
}

/// Returns the files to read at `paths`, folders walked to the bottom, in the order given and sorted by name within.
///
/// A file named by itself is taken whatever it is called; within a folder, hidden files are passed over, and files of
/// other kinds than text are reported as skipped, by the ending of their name or, without one, by their first bytes. Links are followed, but each folder is walked once only, so that
/// a circle of links ends, and each file is returned once.
pub fn files_under(paths: &[PathBuf]) -> Vec<Found> {
    let mut walk = Walk::default();
    for path in paths {
        walk.take_named(path);
    }
    walk.found
}

/// Returns the name of a file without its folders, as far as it is Unicode.
pub fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Reads a file whole.
///
/// # Errors
///
/// [`Error::TooLarge`] above [`MAX_BYTES`], without reading on; [`Error::Read`] for what the system reports.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let too_large = |found_bytes| Error::TooLarge { name: name_of(path), found_bytes, limit_bytes: MAX_BYTES };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    if MAX_BYTES < metadata.len() {
        return Err(too_large(metadata.len()));
    }
    // A pipe has no length, and a file may grow while it is read.
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if MAX_BYTES < bytes.len() as u64 { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

#[derive(Default)]
struct Walk {
    found: Vec<Found>,
    /// The real places of the files and folders taken so far.
    seen: BTreeSet<PathBuf>,
}

impl Walk {
    fn take_named(&mut self, path: &Path) {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => self.walk(path.to_owned()),
            Ok(_) => self.take_file(path.to_owned()),
            Err(error) => self.skip(path.to_owned(), error.to_string()),
        }
    }

    /// Walks a folder; those within wait on a stack of ours, as they may be nested deeper than ours goes.
    fn walk(&mut self, folder: PathBuf) {
        let mut waiting = vec![folder];
        while let Some(path) = waiting.pop() {
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => {
                    if self.is_first_visit(&path) {
                        waiting.extend(self.entries(&path).into_iter().rev());
                    }
                }
                Ok(metadata) if !metadata.is_file() => self.skip(path, "not a file".to_owned()),
                Ok(_) => match reason_to_skip(&path) {
                    Some(reason) => self.skip(path, reason),
                    None => self.take_file(path),
                },
                Err(error) => self.skip(path, error.to_string()),
            }
        }
    }

    /// Returns what is in a folder, sorted by name, without hidden files.
    fn entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        let listed = fs::read_dir(folder).and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<PathBuf>>>()
        });
        match listed {
            Ok(mut paths) => {
                paths.retain(|path| !is_hidden(path));
                paths.sort();
                paths
            }
            Err(error) => {
                self.skip(folder.to_owned(), error.to_string());
                Vec::new()
            }
        }
    }

    fn take_file(&mut self, path: PathBuf) {
        if self.is_first_visit(&path) {
            self.found.push(Found::File { path });
        }
    }

    fn is_first_visit(&mut self, path: &Path) -> bool {
        self.seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
    }

    fn skip(&mut self, path: PathBuf, reason: String) {
        self.found.push(Found::Skipped { path, reason });
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Returns why a file within a folder is left out, if it is.
///
/// The ending of its name decides, where it has one: a program is text as well, and yet nothing to read.
/// Without one, its first bytes do.
fn reason_to_skip(path: &Path) -> Option<String> {
    let extension = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    if is_chapter_file(path) {
        return Some("chapters of another file".to_owned());
    }
    match extension {
        Some(extension) if extension == "json" => match begins_as_transcript(path) {
            Ok(true) => None,
            Ok(false) => Some("not a transcript".to_owned()),
            Err(error) => Some(error.to_string()),
        },
        Some(extension) if EXTENSIONS.contains(&extension.as_str()) => None,
        Some(extension) if extension.len() <= MAX_EXTENSION_BYTES => Some("not a kind of file that is read".to_owned()),
        _ => match head(path) {
            Ok(head) if head.is_empty() => Some("empty".to_owned()),
            Ok(head) => guess::kind_of(&head, "").err().map(|found| format!("this is not text ({found})")),
            Err(error) => Some(error.to_string()),
        },
    }
}

/// What follows the last full stop of a name and is longer than this is no ending: `Minutes of 3.September`.
const MAX_EXTENSION_BYTES: usize = 5;

fn begins_as_transcript(path: &Path) -> io::Result<bool> {
    let beginning = File::open(path)?.take(MAX_PREFACE_BYTES);
    Ok(transcript_json::is_transcript(BufReader::new(beginning)))
}

/// A transcript has said its first piece before this many bytes: all words of a recording of ten hours, each letter as an
/// escape of six bytes, are shorter.
const MAX_PREFACE_BYTES: u64 = 8 * 1024 * 1024;

/// How many bytes tell what a file is.
const HEAD_BYTES: usize = 8 * 1024;

/// Returns the first bytes of a file: enough to tell what it is.
fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a folder of empty files at these paths.
    fn folder(paths: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in paths {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
        folder
    }

    /// Compares what is found, each as its path within the folder, with `!` before what is skipped.
    #[track_caller]
    fn check(folder: &Path, expected: &[&str]) {
        let shown = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
        let found: Vec<String> = files_under(&[folder.to_owned()])
            .iter()
            .map(|found| match found {
                Found::File { path } => shown(path),
                Found::Skipped { path, .. } => format!("!{}", shown(path)),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn files_come_sorted_and_hidden_ones_not_at_all() {
        let folder = folder(&["b.TXT", "a/2.md", "a/1.vtt", "c.png", ".hidden.txt", ".git/x.txt", "README"]);
        check(folder.path(), &["!README", "a/1.vtt", "a/2.md", "b.TXT", "!c.png"]);
    }

    #[test]
    fn of_json_transcripts_are_taken_and_chapters_go_with_their_transcript() {
        let folder = folder(&["a.vtt", "a.chapters.json", "b.ttml", "c.sbv", "d.json3", "package.json"]);
        let long =
            format!("{{\"language\": \"en\", \"segments\": [{}", "{\"start\": 0, \"text\": \"Lit\"}, ".repeat(1_000));
        fs::write(folder.path().join("talk.json"), long).unwrap();
        fs::write(folder.path().join("package.json"), "{\"name\": \"lamp\", \"version\": 1}").unwrap();
        check(
            folder.path(),
            &["!a.chapters.json", "a.vtt", "b.ttml", "c.sbv", "d.json3", "!package.json", "talk.json"],
        );
    }

    #[test]
    fn a_transcript_that_says_its_whole_text_first_is_taken() {
        let folder = folder(&["data.json"]);
        let whisper = format!(
            "{{\"text\": \"{}\", \"segments\": [{{\"id\": 0, \"start\": 0.0, \"end\": 2.5, \"text\": \"Lit.\"}}]}}",
            "The lamp was lit. ".repeat(1_200)
        );
        fs::write(folder.path().join("talk.json"), &whisper).unwrap();
        let data = format!("{{\"text\": \"{}\", \"rows\": [1, 2]}}", "The lamp was lit. ".repeat(1_200));
        fs::write(folder.path().join("data.json"), data).unwrap();
        check(folder.path(), &["!data.json", "talk.json"]);
        assert!(!is_mere_data("talks/talk.json", whisper.as_bytes()));
    }

    #[test]
    fn a_file_without_an_ending_is_taken_if_it_begins_as_text() {
        let folder = folder(&["empty", "program.rs"]);
        fs::write(folder.path().join("Minutes"), "All were there.").unwrap();
        fs::write(folder.path().join("Minutes of 3.September"), "Nobody came.").unwrap();
        fs::write(folder.path().join("picture"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
        check(folder.path(), &["Minutes", "Minutes of 3.September", "!empty", "!picture", "!program.rs"]);
    }

    // Other systems have no such names.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_not_unicode_is_that_of_a_file() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(OsStr::from_bytes(b"caf\xE9.txt"));
        fs::write(&path, "Lit.").unwrap();
        assert_eq!(files_under(&[folder.path().to_owned()]), [Found::File { path: path.clone() }]);
        assert_eq!(name_of(&path), "caf\u{FFFD}.txt");
        assert_eq!(crate::import::import(&read(&path).unwrap(), &name_of(&path)).unwrap().title, "caf\u{FFFD}");
    }

    #[cfg(unix)]
    #[test]
    fn a_circle_of_links_ends() {
        let folder = folder(&["a/1.txt"]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("a/up")).unwrap();
        std::os::unix::fs::symlink("itself", folder.path().join("itself")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("a/1.txt"), folder.path().join("b.txt")).unwrap();
        check(folder.path(), &["a/1.txt", "!itself"]);
    }

    #[test]
    fn a_file_named_by_itself_is_taken_whatever_it_is_called() {
        let folder = folder(&["LICENSE"]);
        let path = folder.path().join("LICENSE");
        assert_eq!(files_under(&[path.clone(), path.clone()]), [Found::File { path }]);
    }

    #[test]
    fn what_is_not_there_is_reported() {
        let folder = folder(&[]);
        let missing = folder.path().join("missing.txt");
        assert!(
            matches!(&files_under(std::slice::from_ref(&missing))[..], [Found::Skipped { path, .. }] if *path == missing)
        );
        assert!(matches!(read(&missing), Err(Error::Read { .. })));
        assert!(matches!(read(folder.path()), Err(Error::Read { .. })));
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_read() {
        let folder = folder(&[]);
        let path = folder.path().join("large.txt");
        File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert!(matches!(read(&path), Err(Error::TooLarge { found_bytes, .. }) if found_bytes == MAX_BYTES + 1));
    }
}
