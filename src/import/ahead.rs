//! Files read ahead of who works on them, and given up on if they take too long.
//!
//! What a parser does with a hostile file cannot be known. It runs where nobody has to wait for it: in a process of its
//! own, which is ended if it takes too long or too much (`apart.rs`), or on a thread, where there is no program for that.
//! A thread that takes too long is left behind, and ends by itself as soon as it has something to hand over; one that
//! panics fails its file and no other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::document::Document;
use crate::error::{Error, Result};

use super::apart::{Process, Reader};
use super::{ImportSettings, Part, files, import_each, with_chapters, written_beside};

/// How long a file, or the next document of a file that holds several, may take.
pub const TIME_LIMIT: Duration = Duration::from_mins(2);

/// How many documents wait to be worked on.
const N_AHEAD: usize = 2;

/// Parsers of nested formats call themselves; this is as deep as the deepest of them goes, and more.
pub(super) const STACK_BYTES: usize = 64 << 20;

/// How often it is looked whether anybody still wants to hear.
const LOOK: Duration = Duration::from_millis(50);

/// What is heard of files that are read ahead, file by file in their order.
#[derive(Debug)]
pub enum Heard {
    /// A document of the file of this number, from 0.
    Part {
        /// The number of the file.
        file: usize,
        /// The document, or why it could not be read.
        part: Part,
    },
    /// The file of this number is known already by its bytes, and was not looked at.
    Known {
        /// The number of the file.
        file: usize,
        /// The checksum of its bytes.
        sha256: [u8; 32],
    },
    /// The file of this number is done with. Each file is, once.
    Done {
        /// The number of the file.
        file: usize,
        /// What stood in the way of the file as a whole.
        read: Result<()>,
    },
}

/// Files being read ahead of who asks for them. Dropping it ends the reading.
#[derive(Debug)]
pub struct Ahead {
    heard: Receiver<Heard>,
    /// Whether nobody listens any more.
    is_left: Arc<AtomicBool>,
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.is_left.store(true, Ordering::Relaxed);
    }
}

impl Ahead {
    /// Begins to read files; those whose bytes have a checksum in `known` are not looked at.
    pub fn start(paths: Vec<PathBuf>, settings: ImportSettings, known: BTreeSet<[u8; 32]>, limit: Duration) -> Self {
        let (sender, heard) = mpsc::sync_channel(N_AHEAD);
        let is_left = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_left);
        thread::spawn(move || {
            let reading = Reading { settings, known, limit, sender, is_left: told };
            for (file, path) in paths.into_iter().enumerate() {
                if !reading.read_file(file, &path) {
                    break;
                }
            }
        });
        Self { heard, is_left }
    }

    /// Returns what is heard next; nothing when all files are done, or when nobody wants to hear any more.
    pub fn next_unless(&mut self, is_cancelled: &dyn Fn() -> bool) -> Option<Heard> {
        loop {
            match self.heard.recv_timeout(LOOK) {
                Ok(heard) => return Some(heard),
                Err(RecvTimeoutError::Timeout) if !is_cancelled() => {}
                Err(_) => return None,
            }
        }
    }
}

impl Iterator for Ahead {
    type Item = Heard;

    fn next(&mut self) -> Option<Heard> {
        self.heard.recv().ok()
    }
}

/// What reads the files of [`Ahead`].
struct Reading {
    settings: ImportSettings,
    known: BTreeSet<[u8; 32]>,
    limit: Duration,
    sender: SyncSender<Heard>,
    is_left: Arc<AtomicBool>,
}

impl Reading {
    /// Reads one file, and returns whether anybody still listens.
    fn read_file(&self, file: usize, path: &Path) -> bool {
        let Self { settings, known, limit, sender, is_left } = self;
        let name = files::name_of(path);
        let bytes = match files::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return sender.send(Heard::Done { file, read: Err(error) }).is_ok(),
        };
        let sha256 = Sha256::digest(&bytes).into();
        if known.contains(&sha256) {
            return sender.send(Heard::Known { file, sha256 }).is_ok()
                && sender.send(Heard::Done { file, read: Ok(()) }).is_ok();
        }
        let mut is_heard = true;
        let is_left = || is_left.load(Ordering::Relaxed);
        let read = guarded(bytes, &name, settings, *limit, &is_left, &mut |mut part| {
            // Chapters beside a recording are those of its only document.
            if part.name == name {
                part.document = part.document.map(|document| with_chapters(document, &written_beside(path)));
            }
            is_heard = sender.send(Heard::Part { file, part }).is_ok();
            if is_heard { Ok(()) } else { Err(Error::Cancelled) }
        });
        is_heard && sender.send(Heard::Done { file, read }).is_ok()
    }
}

/// Reads `bytes` as [`import_each`] does, where the settings say; it is given up on after `limit` without another
/// document, and when it is cancelled.
///
/// # Errors
///
/// Those of [`import_each`]; [`Error::Slow`] and [`Error::Heavy`] for a file that was given up on, [`Error::Stopped`] for one
/// at which its reader panicked or its process died, and [`Error::Cancelled`].
pub fn guarded(
    bytes: Vec<u8>,
    name: &str,
    settings: &ImportSettings,
    limit: Duration,
    is_cancelled: &dyn Fn() -> bool,
    visit: &mut dyn FnMut(Part) -> Result<()>,
) -> Result<()> {
    if let Reader::Process(program) = &settings.reader {
        match Process::start(program) {
            Ok(process) => return process.read(bytes, name, settings, limit, is_cancelled, visit),
            Err(error) => tracing::warn!(%error, "could not start a process to read a file, which is read on a thread"),
        }
    }
    // Nothing is kept between the two: the reader works on the next document only when the last was taken.
    let (sender, receiver) = mpsc::sync_channel(0);
    let (own_name, settings) = (name.to_owned(), settings.clone());
    let read =
        move || import_each(&bytes, &own_name, &settings, &mut |part| sender.send(part).map_err(|_| Error::Cancelled));
    let reader = on_thread("import").stack_size(STACK_BYTES).spawn(read);
    let reader = reader.map_err(|source| Error::Read { path: name.into(), source })?;
    hand_over(&receiver, name, limit, is_cancelled, visit)?;
    reader.join().unwrap_or_else(|_| Err(Error::Stopped { name: name.to_owned(), how: "it panicked".to_owned() }))
}

/// Returns what makes a thread of this name.
pub(super) fn on_thread(name: &str) -> thread::Builder {
    thread::Builder::new().name(name.to_owned())
}

/// Hands the documents that come to `visit`, until no more can come.
///
/// # Errors
///
/// [`Error::Slow`] after `limit` without another document, [`Error::Cancelled`], and those of `visit`.
pub(super) fn hand_over(
    receiver: &Receiver<Part>,
    name: &str,
    limit: Duration,
    is_cancelled: &dyn Fn() -> bool,
    visit: &mut dyn FnMut(Part) -> Result<()>,
) -> Result<()> {
    let mut waited = Duration::ZERO;
    loop {
        let wait = LOOK.min(limit.saturating_sub(waited));
        match receiver.recv_timeout(wait) {
            Ok(part) => {
                visit(part)?;
                waited = Duration::ZERO;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) if is_cancelled() => return Err(Error::Cancelled),
            Err(RecvTimeoutError::Timeout) if limit <= waited + wait => {
                return Err(Error::Slow { name: name.to_owned(), limit_secs: limit.as_secs() });
            }
            Err(RecvTimeoutError::Timeout) => waited += wait,
        }
    }
}

/// Reads the only document of `bytes`, or the part of this number from 1, as [`guarded`] does.
///
/// # Errors
///
/// Those of [`guarded`]; [`Error::Several`] if there are several and no part is named, [`Error::NoPart`] if there is no
/// such part.
pub fn only_guarded(
    bytes: Vec<u8>,
    name: &str,
    settings: &ImportSettings,
    part: Option<usize>,
    limit: Duration,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Document> {
    let mut found: Option<Result<Document>> = None;
    let mut n_parts = 0;
    let read = guarded(bytes, name, settings, limit, is_cancelled, &mut |one| {
        n_parts += 1;
        match part {
            None if 1 < n_parts => return Err(Error::Several { name: name.to_owned() }),
            Some(wanted) if wanted != n_parts => return Ok(()),
            _ => found = Some(one.document),
        }
        // The rest of the file need not be read.
        if part.is_some() { Err(Error::Cancelled) } else { Ok(()) }
    });
    match (read, found, part) {
        (Ok(()) | Err(Error::Cancelled), Some(found), _) => found,
        (Ok(()), None, Some(part)) => Err(Error::NoPart { name: name.to_owned(), part, n_parts }),
        (Ok(()), None, None) => Err(Error::NoText { name: name.to_owned() }),
        (Err(error), _, _) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_are_heard_of_in_their_order_and_one_that_fails_harms_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let contents: [(&str, &[u8]); 4] = [
            ("a.txt", b"Lit."),
            ("b.png", b"\x89PNG\r\n\x1a\n\0\0"),
            ("c.csv", b"text,n\nOut.,1\nLit.,2\n"),
            ("d.txt", b"Known."),
        ];
        let mut paths: Vec<PathBuf> = Vec::new();
        for (name, content) in contents {
            paths.push(folder.path().join(name));
            fs::write(&paths[paths.len() - 1], content).unwrap();
        }
        paths.push(folder.path().join("missing.txt"));
        let known = BTreeSet::from([Sha256::digest(b"Known.").into()]);
        let heard: Vec<String> = Ahead::start(paths, ImportSettings::default(), known, TIME_LIMIT)
            .map(|heard| match heard {
                Heard::Part { file, part } => format!("{file} {}", part.document.unwrap().text),
                Heard::Known { file, .. } => format!("{file} known"),
                Heard::Done { file, read } => format!("{file} {}", if read.is_ok() { "done" } else { "failed" }),
            })
            .collect();
        assert_eq!(
            heard,
            ["0 Lit.", "0 done", "1 failed", "2 Out.", "2 Lit.", "2 done", "3 known", "3 done", "4 failed"]
        );
    }

    #[test]
    fn who_stops_listening_ends_the_reading() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "text\n".to_owned() + &"Lit.\n".repeat(10_000)).unwrap();
        let mut ahead = Ahead::start(vec![path], ImportSettings::default(), BTreeSet::new(), TIME_LIMIT);
        assert!(matches!(ahead.next(), Some(Heard::Part { .. })));
        drop(ahead);
    }

    #[test]
    fn a_file_that_takes_too_long_is_given_up_on() {
        let csv = "text\n".to_owned() + &"Lit and burned.\n".repeat(400_000);
        let settings = ImportSettings::default();
        let read = guarded(csv.into_bytes(), "a.csv", &settings, Duration::ZERO, &|| false, &mut |_| Ok(()));
        assert!(matches!(read, Err(Error::Slow { .. })), "{read:?}");
    }

    #[test]
    fn a_file_is_given_up_on_when_nobody_wants_it_any_more() {
        let csv = "text\n".to_owned() + &"Lit and burned.\n".repeat(400_000);
        let settings = ImportSettings::default();
        let read = guarded(csv.into_bytes(), "a.csv", &settings, Duration::from_millis(1), &|| true, &mut |_| Ok(()));
        assert!(matches!(read, Err(Error::Cancelled)), "{read:?}");
    }

    #[test]
    fn where_there_is_no_program_a_file_is_read_on_a_thread() {
        let settings =
            ImportSettings { reader: Reader::Process("no/such/program".into()), ..ImportSettings::default() };
        let read = only_guarded(b"Lit.".to_vec(), "a.txt", &settings, None, TIME_LIMIT, &|| false);
        assert_eq!(read.unwrap().text, "Lit.");
    }

    #[test]
    fn of_a_file_of_several_one_is_read_by_its_number() {
        let settings = ImportSettings::default();
        let read = |part| only_guarded(b"text\nLit.\nOut.\n".to_vec(), "a.csv", &settings, part, TIME_LIMIT, &|| false);
        assert!(matches!(read(None), Err(Error::Several { .. })));
        assert_eq!(read(Some(2)).unwrap().text, "Out.");
        assert!(matches!(read(Some(3)), Err(Error::NoPart { n_parts: 2, .. })));
    }
}
