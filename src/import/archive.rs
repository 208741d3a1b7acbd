//! The files in a ZIP archive, unpacked one by one into memory and never beyond a bound.
//!
//! Nothing is written, so a name that climbs out of its folder does no harm; it is cleaned because it is shown. Sizes that
//! an archive declares are not believed: what counts is what comes out.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::rc::Rc;

use zip::ZipArchive;
use zip::result::ZipError;

use super::refusal::{Refusal, Unread};

/// What one file in an archive may unpack to, in bytes.
pub(super) const MAX_ENTRY_BYTES: u64 = 256 * 1024 * 1024;

/// What a small archive may unpack to altogether, in bytes. A larger one may unpack to [`MAX_RATIO`] times its size.
const MAX_TOTAL_BYTES: u64 = 64 * 1024 * 1024;

/// Text packs to a tenth, the XML of an office to a fiftieth, a bomb to a thousandth.
const MAX_RATIO: u64 = 100;

/// More files than this are no collection of documents.
const MAX_ENTRIES: usize = 100_000;

/// What has a longer name is no file that a system would have taken.
const MAX_NAME_BYTES: usize = 1024;

/// What is left to unpack, in bytes, of a file and all archives within it together: many small bombs are one large one.
#[derive(Clone, Debug)]
pub(super) struct Budget(Rc<Cell<u64>>);

impl Budget {
    /// Returns what a file of so many bytes may unpack to.
    pub(super) fn of(n_bytes: usize) -> Self {
        Self(Rc::new(Cell::new(MAX_TOTAL_BYTES.max(MAX_RATIO * n_bytes as u64))))
    }

    fn left_bytes(&self) -> u64 {
        self.0.get()
    }

    fn spend(&self, n_bytes: u64) {
        self.0.set(self.0.get().saturating_sub(n_bytes));
    }
}

/// An archive that is open.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// The cleaned name of each file with its number, folders left out.
    names: HashMap<String, usize>,
    /// The same in the order of the archive.
    in_order: Vec<String>,
    own: Budget,
    outer: Budget,
}

impl<'a> Archive<'a> {
    /// Opens an archive. `what` says what it is, for errors: `"a ZIP archive"`. `outer` is what is left to the file that
    /// it is, or stands in.
    pub(super) fn open(bytes: &'a [u8], what: &'static str, outer: &Budget) -> Unread<Self> {
        let damaged = |reason: String| Refusal::Damaged { what, reason };
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
        if MAX_ENTRIES < zip.len() {
            return Err(damaged(format!("it holds {} files, and at most {MAX_ENTRIES} are read", zip.len())));
        }
        let (mut names, mut in_order) = (HashMap::new(), Vec::new());
        for index in 0..zip.len() {
            let name = match zip.name_for_index(index) {
                Some(Ok(name)) => clean_name(&name),
                // A name in no known encoding is still the name of a file.
                Some(Err(_)) => format!("file {}", index + 1),
                None => continue,
            };
            if name.is_empty()
                || MAX_NAME_BYTES < name.len()
                || zip.by_index_data(index).is_ok_and(|entry| entry.is_dir())
            {
                continue;
            }
            // Of two files of one name the last was written last.
            if names.insert(name.clone(), index).is_none() {
                in_order.push(name);
            }
        }
        Ok(Self { zip, names, in_order, own: Budget::of(bytes.len()), outer: outer.clone() })
    }

    /// Returns the names of the files, cleaned, in the order of the archive.
    pub(super) fn names(&self) -> &[String] {
        &self.in_order
    }

    /// Returns whether there is a file of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Unpacks the file of that name, if there is one.
    pub(super) fn read(&mut self, name: &str) -> Option<Unread<Vec<u8>>> {
        let &index = self.names.get(name)?;
        Some(self.read_at(index))
    }

    fn read_at(&mut self, index: usize) -> Unread<Vec<u8>> {
        let what = "a file in the archive";
        let damaged = |reason: String| Refusal::Damaged { what, reason };
        let limit_bytes = MAX_ENTRY_BYTES.min(self.own.left_bytes()).min(self.outer.left_bytes());
        let file = match self.zip.by_index(index) {
            Ok(file) if file.encrypted() => return Err(Refusal::Locked { what }),
            Ok(file) => file,
            Err(ZipError::InvalidPassword) => return Err(Refusal::Locked { what }),
            Err(ZipError::UnsupportedArchive(reason)) if reason == ZipError::PASSWORD_REQUIRED => {
                return Err(Refusal::Locked { what });
            }
            Err(error) => return Err(damaged(error.to_string())),
        };
        let mut bytes = Vec::with_capacity(file.size().min(limit_bytes).min(1 << 20) as usize);
        let read = file.take(limit_bytes + 1).read_to_end(&mut bytes);
        self.own.spend(bytes.len() as u64);
        self.outer.spend(bytes.len() as u64);
        if limit_bytes < bytes.len() as u64 {
            return Err(Refusal::Unpacks { limit_bytes });
        }
        read.map_err(|error| damaged(error.to_string()))?;
        Ok(bytes)
    }

    /// Fails if some file cannot be unpacked within the bound, as a whole check for readers that unpack by themselves.
    pub(super) fn check(&mut self) -> Unread<()> {
        for index in self.names.values().copied().collect::<Vec<_>>() {
            self.read_at(index)?;
        }
        Ok(())
    }
}

/// Returns a name without what climbs out of a folder, without control characters, and with `/` between its folders.
pub(super) fn clean_name(name: &str) -> String {
    let parts: Vec<String> = name
        .split(['/', '\\'])
        .map(|part| part.chars().filter(|c| !c.is_control()).collect::<String>())
        .map(|part| part.trim().to_owned())
        .filter(|part| !matches!(&part[..], "" | "." | "..") && !is_drive(part))
        .collect();
    parts.join("/")
}

fn is_drive(part: &str) -> bool {
    part.len() == 2 && part.ends_with(':')
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::*;

    /// Makes an archive of these files.
    pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            // The type of an office file is not packed, so that it can be seen.
            let method = if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
            zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn open(bytes: &[u8]) -> Archive<'_> {
        Archive::open(bytes, "a ZIP archive", &Budget::of(bytes.len())).unwrap()
    }

    #[test]
    fn names_do_not_climb_out_of_their_folder() {
        for (name, expected) in [
            ("../../etc/passwd", "etc/passwd"),
            ("/etc/passwd", "etc/passwd"),
            ("C:\\logs\\..\\tide.txt", "logs/tide.txt"),
            ("a/./b//c.txt", "a/b/c.txt"),
            ("a\n\u{1b}[2Jb.txt", "a[2Jb.txt"),
            ("..", ""),
        ] {
            assert_eq!(clean_name(name), expected);
        }
    }

    #[test]
    fn files_are_unpacked_by_name() {
        let bytes = archive(&[("a.txt", b"one"), ("../b.txt", b"two")]);
        let mut archive = open(&bytes);
        assert_eq!(archive.names(), ["a.txt", "b.txt"]);
        assert_eq!(archive.read("b.txt").unwrap().unwrap(), b"two");
        assert!(archive.read("c.txt").is_none());
    }

    #[test]
    fn a_bomb_is_given_up_on() {
        let bytes = archive(&[("bomb", &vec![0; 4_000_000]), ("lamp", b"lit")]);
        assert!(bytes.len() < 20_000);
        let mut archive = open(&bytes);
        assert_eq!(archive.own.left_bytes(), MAX_TOTAL_BYTES);
        assert_eq!(archive.read("lamp").unwrap().unwrap(), b"lit");
        assert_eq!(archive.own.left_bytes(), MAX_TOTAL_BYTES - 3);
        archive.own.0.set(3_999_999);
        assert_eq!(archive.read("bomb").unwrap(), Err(Refusal::Unpacks { limit_bytes: 3_999_999 }));
        assert_eq!(archive.own.left_bytes(), 0);
    }

    #[test]
    fn archives_within_an_archive_share_what_is_left() {
        let bytes = archive(&[("lamp", b"lit"), ("oil", b"spilt")]);
        let outer = Budget(Rc::new(Cell::new(7)));
        let mut first = Archive::open(&bytes, "a ZIP archive", &outer).unwrap();
        assert_eq!(first.read("lamp").unwrap().unwrap(), b"lit");
        let mut second = Archive::open(&bytes, "a ZIP archive", &outer).unwrap();
        assert_eq!(second.read("oil").unwrap(), Err(Refusal::Unpacks { limit_bytes: 4 }));
    }
}
