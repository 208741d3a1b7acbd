//! The lines of a file of data, plain or in Zstandard, one at a time and each of bounded length.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use crate::error::{Error, Result};

/// The longest line read: a document far longer than any known, and a bound for a file that is something else.
const MAX_LINE_BYTES: u64 = 256 << 20;

/// What a file compressed with Zstandard starts with.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The lines of a file that are not blank, in order. Whether it is compressed is told by its first bytes.
pub(super) struct JsonLines {
    source: Box<dyn BufRead>,
    path: PathBuf,
    n_read: usize,
}

impl JsonLines {
    /// Opens a file.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        Self::of(BufReader::new(File::open(path).map_err(failed)?), path)
    }

    /// Takes what is read for the file; `path` is only named in errors.
    pub(super) fn of(mut file: impl BufRead + 'static, path: &Path) -> Result<Self> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let is_compressed = file.fill_buf().map_err(failed)?.starts_with(&ZSTD_MAGIC);
        let source: Box<dyn BufRead> =
            if is_compressed { Box::new(BufReader::new(Frames::new(file))) } else { Box::new(file) };
        Ok(Self { source, path: path.to_owned(), n_read: 0 })
    }

    /// Returns what `read` makes of the file, one by one, until it makes nothing. After an error nothing more comes: the file
    /// is not to be trusted then, and some errors would come for ever.
    pub(super) fn each<T>(
        mut self,
        mut read: impl FnMut(&mut Self) -> Result<Option<T>>,
    ) -> impl Iterator<Item = Result<T>> {
        let mut is_over = false;
        std::iter::from_fn(move || {
            if is_over {
                return None;
            }
            let next = read(&mut self).transpose();
            is_over = !matches!(next, Some(Ok(_)));
            next
        })
    }

    /// Returns the next line that is not blank, or nothing at the end of the file.
    pub(super) fn next_line(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let mut line = Vec::new();
            let read = self.source.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
            self.n_read += 1;
            match read {
                Err(source) => return Err(Error::Read { path: self.path.clone(), source }),
                Ok(0) => return Ok(None),
                Ok(n) if MAX_LINE_BYTES <= n as u64 => {
                    return Err(self.wrong(format!("the line has more than {MAX_LINE_BYTES} bytes")));
                }
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => return Ok(Some(line)),
            }
        }
    }

    /// Returns the number of the last line read, from 1.
    pub(super) fn n_read(&self) -> usize {
        self.n_read
    }

    /// Returns the error that the last line read is not in the form expected.
    pub(super) fn wrong(&self, reason: String) -> Error {
        Error::Data { path: self.path.clone(), line: self.n_read, reason }
    }
}

/// The bytes of every frame of a compressed file, one frame after the other.
struct Frames<R: BufRead> {
    /// The frame being read, or the file between frames; nothing after an error.
    state: Option<State<R>>,
}

enum State<R: BufRead> {
    Between(R),
    Within(Box<StreamingDecoder<R, FrameDecoder>>),
}

impl<R: BufRead> Frames<R> {
    fn new(file: R) -> Self {
        Self { state: Some(State::Between(file)) }
    }
}

/// Returns the error that a compressed file cannot be unpacked.
fn damaged(reason: &dyn std::fmt::Display) -> std::io::Error {
    let what = "the file is compressed with Zstandard, and is damaged or cut short; copy it anew";
    std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{what} ({reason})"))
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            match self.state.take() {
                None => return Ok(0),
                Some(State::Between(mut file)) => {
                    if file.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let frame = StreamingDecoder::new(file).map_err(|error| damaged(&error))?;
                    self.state = Some(State::Within(Box::new(frame)));
                }
                Some(State::Within(mut frame)) => {
                    let n_bytes = frame.read(buffer).map_err(|error| damaged(&error))?;
                    if 0 < n_bytes || buffer.is_empty() {
                        self.state = Some(State::Within(frame));
                        return Ok(n_bytes);
                    }
                    self.state = Some(State::Between(frame.into_inner()));
                }
            }
        }
    }
}
