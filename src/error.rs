//! Everything that can go wrong, in one enum.
//!
//! Variants hold data; the sentence stands in the attribute: lower case, no full stop, what was tried and on what.
//! A front end decides by [`Error::kind`] how to say it.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

/// The result of anything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whose fault an error is, and so how a front end treats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The user can mend it: exit code 2, a calm banner.
    Input,
    /// The user wanted it: exit code 130, silence.
    Cancelled,
    /// We are to blame: exit code 1, "please report".
    Internal,
}

/// What can be imported, for the message of a file that cannot.
const SUPPORTED: &str = "supported are PDF, Word (DOCX), OpenDocument (ODT), RTF, EPUB, HTML, Markdown, plain text, mail \
    (EML, MBOX), tables (CSV, TSV, XLSX, JSON lines), transcripts and subtitles, and ZIP archives of these";

/// What can stand in the way of a library. The sentence says what to do as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// Its name is empty.
    #[error("the name is empty; name a file")]
    NoName,
    /// There is a folder of its name.
    #[error("it is a folder; name a file in it")]
    Folder,
    /// Its folder is missing.
    #[error("there is no such folder; create it first")]
    NoFolder,
    /// It is missing, and was to be read.
    #[error("there is no such file; add a document to create it")]
    NoFile,
    /// A copy of it is missing.
    #[error("there is no such file; choose another copy")]
    NoCopy,
    /// The file is no database, or one in which nothing was ever stored.
    #[error("it is not a library of Caesura; choose another file")]
    NoLibrary,
    /// The file is a database of another program.
    #[error("it is an SQLite file of another program; choose another file")]
    OfAnother,
    /// An older version wrote it, and it may only be read.
    #[error("an older version of Caesura wrote it; open it once to write, which brings it up to date")]
    Older,
    /// The file is damaged, or forged.
    #[error("the file is damaged; go back to another copy of it")]
    Damaged,
    /// Another program is writing to it.
    #[error("another program is writing to it; try again when that is done")]
    Busy,
    /// The file, or its folder, may not be written to.
    #[error(
        "the file or its folder may not be written to; nothing was changed; ask for the right to, or choose another file"
    )]
    ReadOnly,
    /// The file, or one beside it, could not be opened.
    #[error(
        "the file, or one that SQLite keeps beside it, could not be opened; check that you may write to its folder"
    )]
    Unopened,
    /// The disk is full.
    #[error("the disk is full; nothing was changed; make room and try again")]
    DiskFull,
    /// The disk failed.
    #[error("the disk failed to read or write; nothing was changed; check the disk and try again")]
    DiskFailed,
}

/// Everything that can go wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The user asked to stop.
    #[error("cancelled")]
    Cancelled,

    /// A file could not be read.
    #[error("read {path:?}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// A file could not be written.
    #[error("write {path:?}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// Something could not be written to a stream.
    #[error("write the result: {0}")]
    Output(#[from] io::Error),

    /// A file has nothing to read in it.
    #[error("import {name:?}: there is no text in it")]
    NoText {
        /// The file's name.
        name: String,
    },

    /// A file is not text of any kind.
    #[error("import {name:?}: this is not text ({found}); {SUPPORTED}")]
    NotText {
        /// The file's name.
        name: String,
        /// What it seems to be.
        found: String,
    },

    /// A file is larger than import admits.
    #[error("import {name:?}: it has {found_bytes} bytes, and at most {limit_bytes} are read")]
    TooLarge {
        /// The file's name.
        name: String,
        /// Its size.
        found_bytes: u64,
        /// The largest size admitted.
        limit_bytes: u64,
    },

    /// A file is damaged so that nothing in it can be read.
    #[error("import {name:?}: it seems to be {what}, but is damaged ({reason})")]
    Damaged {
        /// The file's name.
        name: String,
        /// What it seems to be.
        what: Cow<'static, str>,
        /// What is wrong with it.
        reason: String,
    },

    /// A password protects a file.
    #[error("import {name:?}: a password protects {what}; save a copy without one, and add that")]
    Locked {
        /// The file's name.
        name: String,
        /// What is protected.
        what: Cow<'static, str>,
    },

    /// The pages of a file are pictures, or most of them.
    #[error(
        "import {name:?}: there is no text in it, or hardly any: {n_scanned} of its {n_pages} page(s) are pictures, as of a \
         scan; have their text recognised (OCR) by another program first"
    )]
    Scanned {
        /// The file's name.
        name: String,
        /// How many pages are pictures.
        n_scanned: usize,
        /// How many pages it has.
        n_pages: usize,
    },

    /// The fonts of a file do not say what their signs mean.
    #[error(
        "import {name:?}: {percent} % of its signs cannot be read, as its fonts do not say which letters they are; \
         have its text recognised (OCR) by another program first"
    )]
    Unmapped {
        /// The file's name.
        name: String,
        /// What share of its signs cannot be read, in per cent.
        percent: usize,
    },

    /// A file unpacks to more than import admits.
    #[error(
        "import {name:?}: what is packed in it unpacks to more than {limit_bytes} bytes, which is not read; \
         unpack it and add the folder"
    )]
    Unpacks {
        /// The file's name.
        name: String,
        /// The most that is unpacked.
        limit_bytes: u64,
    },

    /// A table does not have the column that was asked for.
    #[error("import {name:?}: there is no column {column:?}; it has {columns}")]
    NoColumn {
        /// The file's name.
        name: String,
        /// The column asked for.
        column: String,
        /// The columns there are, parted by commas.
        columns: String,
    },

    /// A file holds several documents where one was asked for.
    #[error("import {name:?}: it holds several documents; add it to a library, or name one of them with --part")]
    Several {
        /// The file's name.
        name: String,
    },

    /// A file has no part of that number.
    #[error("import {name:?}: there is no part {part} in it; it has {n_parts}")]
    NoPart {
        /// The file's name.
        name: String,
        /// The part asked for, from 1.
        part: usize,
        /// How many parts it has.
        n_parts: usize,
    },

    /// A file took too long to read, and was given up on.
    #[error("import {name:?}: it was given up on after {limit_secs} seconds; split it, or save it in another format")]
    Slow {
        /// The file's name.
        name: String,
        /// How long it was given.
        limit_secs: u64,
    },

    /// A file took more memory to read than it was given, and was given up on.
    #[error(
        "import {name:?}: it was given up on, as reading it takes more than {limit_mib} MiB of memory; split it, or save \
         it in another format"
    )]
    Heavy {
        /// The file's name.
        name: String,
        /// How much it was given, in MiB.
        limit_mib: u64,
    },

    /// A file stopped the program part that reads it.
    #[error(
        "import {name:?}: the reader of this kind of file stopped at it ({how}); save it in another format, and please \
         report it, with the file if you can"
    )]
    Stopped {
        /// The file's name.
        name: String,
        /// What is known of how.
        how: String,
    },

    /// A setting is out of its range.
    #[error("{name} must be {needed}, not {found}")]
    Setting {
        /// The setting's name, as its flag has it.
        name: &'static str,
        /// What it may be.
        needed: &'static str,
        /// What it was.
        found: String,
    },

    /// A library could not be opened, read or written.
    #[error("{attempt} the library {path:?}: {obstacle}")]
    Library {
        /// What was tried: `open`, `read`, `write to`.
        attempt: &'static str,
        /// The library's file.
        path: PathBuf,
        /// What stood in the way.
        obstacle: Obstacle,
    },

    /// The library was written by a newer version of this program.
    #[error(
        "open the library {path:?}: a newer version of Caesura wrote it (schema {found}, this version knows {known}); install that version"
    )]
    NewerLibrary {
        /// The library's file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest schema version this program knows.
        known: i64,
    },

    /// There is no document of that number.
    #[error("there is no document {0} in the library; `caesura list` shows the numbers")]
    NoDocument(i64),

    /// There is no chapter of that number.
    #[error("there is no chapter {0} in the library; its document may have been cut anew")]
    NoChapter(i64),

    /// There is no topic of that number.
    #[error(
        "there is no topic {0} in the library; `caesura topic list` has the numbers, and the topics may have been mined anew"
    )]
    NoTopic(i64),

    /// A format needs times, and the document has none.
    #[error(
        "export {title:?} as {format}: the document has no times; choose a format without times, such as markdown or json"
    )]
    NeedsTimes {
        /// The document's title.
        title: String,
        /// The format asked for.
        format: &'static str,
    },

    /// A file of data for evaluation or mining is not in the form expected.
    #[error("read {path:?}, line {line}: {reason}")]
    Data {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },

    /// A sketch of a part of a corpus cannot be used, or does not go with the others.
    #[error("read the sketch {path:?}: {reason}")]
    Sketch {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },

    /// There is nothing to work on.
    #[error("{attempt}: {reason}")]
    Nothing {
        /// What was tried.
        attempt: &'static str,
        /// Why there is nothing, and what to do.
        reason: String,
    },

    /// A chapter cannot be corrected so.
    #[error("{attempt}: {reason}")]
    Correction {
        /// What was tried.
        attempt: &'static str,
        /// What stands in the way, and what to do.
        reason: &'static str,
    },

    /// A model's weights or vocabulary could not be used.
    #[error("load the model {name:?}: {reason}")]
    Model {
        /// The model's name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },

    /// A model failed while running.
    #[error("run the model {name:?}: {reason}")]
    ModelRun {
        /// The model's name.
        name: String,
        /// What the engine said.
        reason: String,
    },

    /// `SQLite` refused a statement of ours.
    #[error("query the library: {0}")]
    Sql(#[from] rusqlite::Error),

    /// A value could not be written as JSON.
    #[error("write JSON: {0}")]
    Json(serde_json::Error),
}

impl From<serde_json::Error> for Error {
    /// Returns [`Error::Output`] where not the value but what it is written to is at fault, such as a full disk.
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() { Self::Output(error.into()) } else { Self::Json(error) }
    }
}

impl Error {
    /// Returns whose fault the error is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Cancelled => Kind::Cancelled,
            Self::ModelRun { .. } | Self::Sql(_) | Self::Json(_) => Kind::Internal,
            _ => Kind::Input,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_said_with_its_path_and_is_the_inputs_fault() {
        let source = io::Error::from_raw_os_error(2);
        let error = Error::Read { path: "no/such/file.txt".into(), source };
        assert!(error.to_string().starts_with("read \"no/such/file.txt\": "), "{error}");
        assert_eq!(error.kind(), Kind::Input);
    }

    /// As many say who write JSON straight to a file.
    #[test]
    fn json_that_the_disk_has_no_room_for_is_not_our_mistake() {
        struct Full;
        impl io::Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = Error::from(serde_json::to_writer(Full, "lit").unwrap_err());
        assert!(matches!(&error, Error::Output(source) if source.kind() == io::ErrorKind::StorageFull), "{error:?}");
        assert_eq!(error.kind(), Kind::Input);
        let ours = Error::from(serde_json::from_str::<u8>("lit").unwrap_err());
        assert_eq!(ours.kind(), Kind::Internal);
    }
}
