//! A ZIP archive, being written: the outside of DOCX and of REFI-QDA projects.
//!
//! The archive is gathered in memory, compressed, since its table needs to look back; entries have no time of day, so
//! that the same document gives the same bytes, and no fields for more than 4 GiB, at which `LibreOffice` 7.4 refuses a
//! document. Nothing of ours is as large; if it were, writing it fails.

use std::io::{Cursor, Error as IoError, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, Result};

/// An archive, being written.
pub(super) struct Package {
    zip: ZipWriter<Cursor<Vec<u8>>>,
}

impl Package {
    pub(super) fn start() -> Self {
        Self { zip: ZipWriter::new(Cursor::new(Vec::new())) }
    }

    /// Begins an entry, and returns where its content goes.
    pub(super) fn entry(&mut self, name: &str) -> Result<&mut dyn Write> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        self.zip.start_file(name, options).map_err(unwritten)?;
        Ok(&mut self.zip)
    }

    /// Writes an entry whole.
    pub(super) fn write(&mut self, name: &str, content: &str) -> Result<()> {
        Ok(self.entry(name)?.write_all(content.as_bytes())?)
    }

    /// Ends the archive, and writes it out.
    pub(super) fn finish(self, out: &mut dyn Write) -> Result<()> {
        let archive = self.zip.finish().map_err(unwritten)?;
        out.write_all(archive.get_ref())?;
        Ok(out.flush()?)
    }
}

fn unwritten(error: zip::result::ZipError) -> Error {
    Error::Output(IoError::other(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_sizes_of_32_bits() {
        let mut package = Package::start();
        package.write("a.xml", &"<lamp/>".repeat(1_000)).unwrap();
        let mut archive = Vec::new();
        package.finish(&mut archive).unwrap();
        // The version needed to read it, in tenths, and no extra field.
        assert_eq!((&archive[4..6], &archive[28..30]), (&[20, 0][..], &[0, 0][..]));
    }
}
