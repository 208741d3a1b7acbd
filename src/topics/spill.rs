//! What does not fit in memory, in a file that nobody else sees.
//!
//! A [`Spill`] is written once from front to end, then read at any place by any number of threads. Its file has no name
//! where the system can do without one, and is gone with the process, however that ends.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::error::{Error, Result};

/// How much memory mining may take, and where what goes beyond it is kept meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryLimit {
    /// About how many bytes may be held at once. What grows with the postings keeps to it; what grows with the words and
    /// the documents alone is held whatever the limit: 64 bytes a word and thread, and some 50 bytes a document.
    pub bytes: u64,
    /// The folder for temporary files.
    pub folder: PathBuf,
}

impl MemoryLimit {
    /// Four things at once grow with the postings: the bags, their pools or what a sketch leaves to be hashed, the bags within
    /// the frequency limits, and the inverted index. Each may be held once, and half of it again while it grows.
    const N_SHARES: u64 = 8;

    /// Returns how many bytes one of the things that grow with the postings may take.
    pub(crate) fn share_bytes(&self) -> usize {
        usize::try_from(self.bytes / Self::N_SHARES).unwrap_or(usize::MAX)
    }
}

/// A spill that is being written.
#[derive(Debug)]
pub(crate) struct SpillWriter {
    out: BufWriter<File>,
    folder: PathBuf,
}

impl SpillWriter {
    /// Makes a file in `folder`.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(folder).map_err(|source| unwritten(folder, source))?;
        Ok(Self { out: BufWriter::with_capacity(1 << 16, file), folder: folder.to_owned() })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.write_all(bytes).map_err(|source| unwritten(&self.folder, source))
    }

    /// Returns what was written, to be read.
    pub(crate) fn finish(self) -> Result<Spill> {
        let Self { out, folder } = self;
        let file = out.into_inner().map_err(|error| unwritten(&folder, error.into_error()))?;
        Ok(Spill { file, folder, failure: Mutex::new(None) })
    }
}

fn unwritten(folder: &Path, source: io::Error) -> Error {
    Error::Write { path: folder.join("(temporary file)"), source }
}

/// Bytes in a file.
#[derive(Debug)]
pub(crate) struct Spill {
    file: File,
    folder: PathBuf,
    failure: Mutex<Option<io::Error>>,
}

impl Spill {
    /// Returns the bytes of a range that was written.
    pub(crate) fn read(&self, range: Range<u64>) -> Result<Vec<u8>> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        match read_exact_at(&self.file, &mut bytes, range.start) {
            Ok(()) => Ok(bytes),
            Err(source) => Err(self.unread(source)),
        }
    }

    /// Returns the bytes of a range that was written. Where the file cannot be read there are none, and
    /// [`Self::check`] says so later: for those who read in the middle of what cannot fail.
    pub(crate) fn read_or_remember(&self, range: Range<u64>) -> Vec<u8> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        if let Err(source) = read_exact_at(&self.file, &mut bytes, range.start) {
            bytes.clear();
            let mut failure = self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            failure.get_or_insert(source);
        }
        bytes
    }

    /// Fails if some [`Self::read_or_remember`] did.
    pub(crate) fn check(&self) -> Result<()> {
        let failure = self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        failure.map_or(Ok(()), |source| Err(self.unread(source)))
    }

    fn unread(&self, source: io::Error) -> Error {
        Error::Read { path: self.folder.join("(temporary file)"), source }
    }
}

#[cfg(unix)]
pub(crate) fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
pub(crate) fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n_bytes) => {
                bytes = &mut bytes[n_bytes..];
                at += n_bytes as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_anywhere_and_leaves_no_file() {
        let folder = tempfile::tempdir().expect("make a folder");
        let mut writer = SpillWriter::new(folder.path()).expect("make a file");
        for byte in 0..=255_u8 {
            writer.write(&[byte; 1000]).expect("write");
        }
        let spill = writer.finish().expect("write");
        assert_eq!(spill.read(999..1001).expect("read"), [0, 1]);
        assert_eq!(spill.read_or_remember(255_999..256_000), [255]);
        spill.check().expect("all could be read");
        drop(spill);
        assert_eq!(std::fs::read_dir(folder.path()).expect("list the folder").count(), 0);
    }

    #[test]
    fn a_read_that_fails_is_remembered_once() {
        let folder = tempfile::tempdir().expect("make a folder");
        let spill = SpillWriter::new(folder.path()).and_then(SpillWriter::finish).expect("make a file");
        assert!(spill.read_or_remember(0..4).is_empty());
        let error = spill.check().expect_err("the file is empty");
        assert!(error.to_string().starts_with("read "), "{error}");
        spill.check().expect("it was said");
        spill.read(0..4).expect_err("the file is empty");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = SpillWriter::new(Path::new("no/such/folder")).expect_err("there is no such folder");
        assert!(error.to_string().starts_with("write \"no/such/folder"), "{error}");
    }
}
