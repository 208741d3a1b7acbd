//! Copies of a library, and the way back from one.
//!
//! A copy is a library itself. The copy before an update is made by [`Library::open`]; when to make others, where, and how
//! many to keep, is the front end's business: it has the clock.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::{Counts, Library, failure, migrations, plain_name};
use crate::error::{Error, Obstacle, Result};

/// How often, and how long apart, a library is asked for that another program holds.
const N_ATTEMPTS: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// How many pages are copied before progress is reported: 4 MiB of the usual size.
const PAGES: i32 = 1024;

impl Library {
    /// Writes a copy of the whole library, as it is at this moment, to a new file, and checks it. Returns what it holds.
    ///
    /// Others may read and write meanwhile. `report` is told how many of how many pages are copied, and may fail to stop.
    /// The file appears under its name only when it is whole. Fails if there is a file at `path`.
    pub fn back_up(&self, path: &Path, report: &mut dyn FnMut(usize, usize) -> Result<()>) -> Result<Counts> {
        let unwritten = |source| Error::Write { path: path.to_owned(), source };
        if path.exists() {
            return Err(unwritten(std::io::ErrorKind::AlreadyExists.into()));
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        // What a run that was killed has left.
        let _ = std::fs::remove_file(&partial);
        let made = failure::in_plain_words("write to", path, self.copy_to(&partial, report))
            .and_then(|()| failure::in_plain_words("check", path, checked(&partial)))
            .and_then(|counts| std::fs::rename(&partial, path).map(|()| counts).map_err(unwritten));
        if made.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        made
    }

    /// Writes a copy as [`Library::back_up`] does, without a word of how far it is.
    pub fn backup_to(&self, path: &Path) -> Result<()> {
        self.back_up(path, &mut |_, _| Ok(())).map(drop)
    }

    fn copy_to(&self, path: &Path, report: &mut dyn FnMut(usize, usize) -> Result<()>) -> Result<()> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut target = Connection::open_with_flags(plain_name(path), flags)?;
        // One state of the library, from the first read on: without it, a copy begins anew whenever another program writes.
        let reading = self.connection.unchecked_transaction()?;
        reading.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        copy_in_steps(&reading, &mut target, report)?;
        drop(reading);
        // A write-ahead log is for a library in use: a file to put away is one file.
        target.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
        target.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// Returns where the copy of a library goes that is made before it is brought up to date from `schema`.
    pub fn backup_before_update(path: &Path, schema: i64) -> PathBuf {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".schema-{schema}.backup"));
        path.with_file_name(name)
    }

    /// Copies a library of an older version, once for each version.
    pub(super) fn back_up_before_update(&self) -> Result<()> {
        let Some(schema) = migrations::older_schema(&self.connection)? else { return Ok(()) };
        let target = Self::backup_before_update(&self.path, schema);
        if target.exists() {
            return Ok(());
        }
        // In a folder of its own until it is whole: a program killed in the middle must not leave half a copy for a whole
        // one, and others may be opening the same library.
        let unwritten = |source| Error::Write { path: target.clone(), source };
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let folder = tempfile::Builder::new().prefix(".caesura-").tempdir_in(folder).map_err(unwritten)?;
        let part = folder.path().join("copy");
        self.backup_to(&part)?;
        // What another has put there meanwhile is a copy from before the update; ours may be one from after it.
        if target.exists() {
            return Ok(());
        }
        std::fs::rename(&part, &target).map_err(unwritten)
    }

    /// Puts the contents of the library at `path` in the place of this one's, all or nothing.
    ///
    /// Other connections to this library see the new contents at their next call. Fails as [`Library::open_read_only`]
    /// does, with [`Error::Library`] if the copy is damaged, and if another program holds this library for long; nothing
    /// is changed then. A copy of an older version is brought up to date here; the copy itself stays as it is.
    pub fn restore_from(&mut self, path: &Path) -> Result<()> {
        let source = Self::open_copy(path)?;
        let copied = self.copy_from(&source);
        failure::in_plain_words("write to", &self.path, copied)?;
        let updated = self.prepare_for_writing();
        failure::in_plain_words("write to", &self.path, updated)
    }

    /// Fails as [`Library::restore_from`] does if the copy at `path` could not be gone back to; changes nothing.
    pub fn check_copy(path: &Path) -> Result<()> {
        Self::open_copy(path).map(drop)
    }

    fn open_copy(path: &Path) -> Result<Self> {
        Self::check_place(path)?;
        if !path.is_file() {
            return Err(failure::refused("open", path, Obstacle::NoCopy));
        }
        let copy = failure::in_plain_words("open", path, Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY))?;
        let check = || -> Result<String> {
            Ok(copy.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))?)
        };
        if failure::in_plain_words("read", path, check())? != "ok" {
            return Err(failure::refused("read", path, Obstacle::Damaged));
        }
        if migrations::is_unused(&copy.connection)? {
            return Err(failure::refused("open", path, Obstacle::NoLibrary));
        }
        Ok(copy)
    }

    fn copy_from(&mut self, source: &Self) -> Result<()> {
        let backup = Backup::new(&source.connection, &mut self.connection)?;
        for _ in 0..N_ATTEMPTS {
            // In one step, so that no program ever sees half of it.
            match backup.step(-1)? {
                StepResult::Done => return Ok(()),
                _ => thread::sleep(PAUSE),
            }
        }
        Err(Error::Nothing {
            attempt: "go back to a copy of the library",
            reason: "another program is using it; close that and try again".to_owned(),
        })
    }
}

fn copy_in_steps(
    from: &Connection,
    to: &mut Connection,
    report: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<()> {
    let backup = Backup::new(from, to)?;
    let mut n_attempts = 0;
    loop {
        match backup.step(PAGES)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {
                let progress = backup.progress();
                let total = usize::try_from(progress.pagecount).unwrap_or(0);
                let left = usize::try_from(progress.remaining).unwrap_or(0);
                report(total.saturating_sub(left), total)?;
            }
            _ if n_attempts < N_ATTEMPTS => {
                n_attempts += 1;
                thread::sleep(PAUSE);
            }
            _ => {
                return Err(Error::Nothing {
                    attempt: "copy the library",
                    reason: "another program is using it; close that and try again".to_owned(),
                });
            }
        }
    }
}

/// Reads a copy as another program would, and returns what it holds. Fails if it is damaged.
fn checked(path: &Path) -> Result<Counts> {
    let copy = Library::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found: String = copy.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        tracing::debug!(found, "the copy is damaged");
        return Err(failure::refused("check", path, Obstacle::Damaged));
    }
    // A copy of an older version, made before it is brought up to date, may lack what is counted.
    match migrations::older_schema(&copy.connection)? {
        Some(_) => Ok(Counts::default()),
        None => copy.counts(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn titles(library: &Library) -> Vec<String> {
        library.documents().unwrap().into_iter().map(|row| row.title).collect()
    }

    #[test]
    fn a_library_goes_back_to_a_copy_and_other_connections_see_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, copy) = (folder.path().join("own.caesura"), folder.path().join("copy.caesura"));
        let mut library = Library::open(&path).unwrap();
        library.add_document(&samples::document(1, &["Lamps"], "The lamp.\nThe tide.")).unwrap();
        library.backup_to(&copy).unwrap();
        library.add_document(&samples::document(2, &["Boats"], "The boat.\nThe net.")).unwrap();
        let other = Library::open(&path).unwrap();
        assert_eq!(titles(&other), ["Document 1", "Document 2"]);
        library.restore_from(&copy).unwrap();
        assert_eq!(titles(&library), ["Document 1"]);
        assert_eq!(titles(&other), ["Document 1"]);
        library.add_document(&samples::document(3, &["Nets"], "The net.\nThe gull.")).unwrap();
        drop((library, other));
        assert_eq!(titles(&Library::open(&path).unwrap()), ["Document 1", "Document 3"]);
    }

    #[test]
    fn what_is_no_copy_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.caesura");
        let mut library = Library::open(&path).unwrap();
        library.add_document(&samples::document(1, &["Lamps"], "The lamp.\nThe tide.")).unwrap();
        let copy = folder.path().join("copy.caesura");
        library.backup_to(&copy).unwrap();
        let mut bytes = std::fs::read(&copy).unwrap();
        let middle = bytes.len() / 2;
        bytes[4096..middle].fill(0xa5);
        std::fs::write(folder.path().join("damaged"), bytes).unwrap();
        std::fs::write(folder.path().join("text"), "this is no library").unwrap();
        std::fs::write(folder.path().join("empty"), "").unwrap();
        for (name, expected) in [
            ("damaged", Obstacle::Damaged),
            ("text", Obstacle::NoLibrary),
            ("empty", Obstacle::NoLibrary),
            ("gone", Obstacle::NoCopy),
        ] {
            let copy = folder.path().join(name);
            for error in [Library::check_copy(&copy), library.restore_from(&copy)].map(Result::unwrap_err) {
                assert!(matches!(error, Error::Library { obstacle, .. } if obstacle == expected), "{name}: {error}");
            }
            assert_eq!(titles(&library), ["Document 1"], "{name}");
        }
        assert!(!folder.path().join("gone").exists());
    }

    #[test]
    fn a_library_of_an_older_version_is_copied_before_it_is_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.caesura");
        let mut connection = Connection::open(&path).unwrap();
        migrations::apply_first(&mut connection, &path, 2).unwrap();
        drop(connection);
        let copy = folder.path().join("own.caesura.schema-2.backup");
        assert_eq!(Library::backup_before_update(&path, 2), copy);
        let mut library = Library::open(&path).unwrap();
        let kept = Connection::open(&copy).unwrap();
        assert_eq!(kept.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).unwrap(), 2);
        drop(kept);
        library.add_document(&samples::document(1, &["Lamps"], "The lamp.\nThe tide.")).unwrap();
        library.restore_from(&copy).unwrap();
        assert_eq!(titles(&library), [""; 0]);
        drop(library);
        let n_files = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
        let before = n_files(folder.path());
        drop(Library::open(&path).unwrap());
        assert_eq!(n_files(folder.path()), before, "a library that is up to date is not copied");
    }

    #[test]
    fn a_library_that_is_made_is_not_copied() {
        let folder = tempfile::tempdir().unwrap();
        drop(Library::open(&folder.path().join("own.caesura")).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
