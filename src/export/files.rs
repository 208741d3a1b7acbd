//! The files that results become: names that no system minds, and files that are there whole or not at all.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use super::ChapterFormat;
use crate::error::Error;

/// The longest name of a file made of a title, in bytes, without its ending.
const MAX_NAME_BYTES: usize = 80;

/// Names that Windows keeps for devices, whatever their ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Returns a file name made of a document's title that no system minds and no file has: none of those `taken`, to which it
/// is added, and none that `is_there`. An export to a folder never writes over a file.
pub fn free_name(
    title: &str,
    id: i64,
    format: ChapterFormat,
    taken: &mut BTreeSet<String>,
    is_there: &dyn Fn(&str) -> bool,
) -> String {
    let mut slug = String::new();
    // Some systems take the two ways to write an accented letter for the same, and capitals for small letters.
    for c in title.nfc().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
        if MAX_NAME_BYTES <= slug.len() {
            break;
        }
    }
    let slug = slug.trim_matches('-');
    let with_id = if slug.is_empty() { id.to_string() } else { format!("{slug}-{id}") };
    let is_device = DEVICES.contains(&slug.trim_end_matches(|c: char| c.is_ascii_digit()));
    let plain = (!slug.is_empty() && !is_device).then(|| slug.to_owned());
    let numbered = (2..).map(|n: u64| format!("{with_id}-{n}"));
    let names = plain.into_iter().chain([with_id.clone()]).chain(numbered);
    let mut files = names.map(|name| format!("{name}.{}", format.file_ending()));
    files.find(|file| !is_there(file) && taken.insert(file.clone())).expect("there are numbers enough")
}

/// Runs `write` on a file that appears under its name only once it is whole; what was there is replaced.
///
/// It is written beside, and to the disk before it takes the name: after a crash, too, there is the old file or the new
/// one. What is there and is no file, such as a pipe or `/dev/null`, is written to as it is, and never replaced.
///
/// Fails with [`Error::Write`], or as `write` does, and leaves nothing behind then.
pub fn write_file<E: From<Error>>(path: &Path, write: impl FnOnce(&mut dyn Write) -> Result<(), E>) -> Result<(), E> {
    let unwritten = |source| Error::Write { path: path.to_owned(), source };
    if path.exists() && !path.is_file() {
        let mut out = BufWriter::new(File::options().write(true).open(path).map_err(unwritten)?);
        write(&mut out)?;
        return Ok(out.flush().map_err(unwritten)?);
    }
    let mut partial = path.as_os_str().to_owned();
    // Of this run alone: two at once must not write into one another's.
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = PathBuf::from(partial);
    let mut out = BufWriter::new(File::create(&partial).map_err(unwritten)?);
    let written = write(&mut out).and_then(|()| {
        let file = out.into_inner().map_err(|error| unwritten(error.into_error()))?;
        file.sync_all().map_err(unwritten)?;
        drop(file);
        Ok(std::fs::rename(&partial, path).map_err(unwritten)?)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tame_and_never_the_same() {
        let mut taken = BTreeSet::new();
        let mut name = |title, id| free_name(title, id, ChapterFormat::Markdown, &mut taken, &|_| false);
        assert_eq!(name("Terms & Conditions", 1), "terms-conditions.md");
        assert_eq!(name("Terms / Conditions", 2), "terms-conditions-2.md");
        assert_eq!(name("../../etc/passwd", 3), "etc-passwd.md");
        assert_eq!(name("???", 4), "4.md");
        assert_eq!(name("NUL", 5), "nul-5.md");
        assert_eq!(name("com1", 6), "com1-6.md");
        assert_eq!(name("Terms Conditions 2", 7), "terms-conditions-2-7.md");
        assert_eq!(name("Cafe\u{301}", 8), "café.md");
        assert_eq!(name("Caf\u{e9}", 9), "café-9.md");
        assert!(name(&"灯".repeat(500), 10).len() < 100);
    }

    #[test]
    fn a_name_that_is_there_is_passed_over() {
        let mut taken = BTreeSet::new();
        let is_there = |name: &str| matches!(name, "lamps.md" | "lamps-5.md" | "lamps-5-2.md");
        let mut name = |title, id| free_name(title, id, ChapterFormat::Markdown, &mut taken, &is_there);
        assert_eq!(name("Lamps", 5), "lamps-5-3.md");
        assert_eq!(name("Lamps", 6), "lamps-6.md");
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        for text in ["one", "another"] {
            write_file::<Error>(&path, |out| Ok(write!(out, "{text}")?)).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        let error = write_file(&path, |out| {
            out.write_all("x".repeat(100_000).as_bytes())?;
            Err(Error::Cancelled)
        });
        assert!(matches!(error, Err(Error::Cancelled)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "another");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(matches!(write_file::<Error>(&path.join("b"), |_| Ok(())), Err(Error::Write { .. })));
    }
}
