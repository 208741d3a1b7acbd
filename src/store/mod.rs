//! The library: one `SQLite` file that keeps documents, chapters, vectors and topics. The only room that knows SQL.
//!
//! Values go in, values come out. Each call that changes anything is one transaction, so a program killed at any
//! moment, or a full disk, leaves whole documents only. What stands in the way of a call is told as an [`Obstacle`]
//! ([`Error::Library`]) by one place, `failure.rs`.
//!
//! A [`Library`] is one connection. It can be sent to another thread, and other threads and programs may open the same
//! file: readers never wait, and a writer waits some seconds for another one.
//!
//! Views for people who read a library with other programs are described in `SCHEMA.md`.
//!
//! The schema is the sum of `migrations/*.sql`, counted by `SQLite`'s `user_version`. The crate for that,
//! `rusqlite_migration`, does not resolve with the `rusqlite` in use, and thirty lines do it.

mod backups;
mod chapter_vectors;
mod chapters;
mod corrections;
mod document_words;
mod documents;
mod failure;
mod filter;
mod full_text;
mod interrupt;
mod migrations;
mod removed;
mod saved_searches;
mod standing;
mod topic_edits;
mod topics;
mod vectors;

#[cfg(test)]
pub(crate) mod samples;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

pub use chapter_vectors::{Near, NearUnit};
pub use chapters::{Assessment, ChapterId, ChapterRow};
pub use corrections::{HandMade, HandMove, Recut};
pub use document_words::ChaptersWithWords;
pub use documents::{DocumentId, DocumentRow, NewDocument};
pub use filter::Filter;
pub use full_text::{FtsQuery, Match, Phrase, SnippetPart};
pub use removed::TakenOut;
pub use saved_searches::{SavedSearch, SavedSearchId};
pub use standing::{Standing, TagRow, WorkState};
pub use topic_edits::{EditId, EditKind, TopicEdit};
pub use topics::{NewTopic, StoredProfile, StoredTopic, TopicChapter, TopicId, TopicJoin, TopicRow, Updated};
pub use vectors::UnitVectors;

use chapter_vectors::ChapterVectors;

use crate::error::{Error, Obstacle, Result};

/// How long a writer waits for another one before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait before each further attempt to open a library that others are opening.
const OPEN_PAUSES: [Duration; 5] = [
    Duration::from_millis(5),
    Duration::from_millis(20),
    Duration::from_millis(80),
    Duration::from_millis(300),
    Duration::from_secs(1),
];

/// A library: one `SQLite` file, or one in memory.
#[derive(Debug)]
pub struct Library {
    connection: Connection,
    path: PathBuf,
    chapter_vectors: RefCell<ChapterVectors>,
}

/// How much a library holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many documents.
    pub documents: u64,
    /// How many chapters that were found, those *as written* not counted.
    pub chapters: u64,
    /// How many topics, those hidden by hand not counted.
    pub topics: u64,
}

impl Library {
    /// Opens the library at `path`, and creates it if there is no such file. Its folder must be there.
    ///
    /// A library of an older version is copied to a file beside it, [named by its schema](Library::backup_before_update),
    /// and then brought up to date. Fails with [`Error::NewerLibrary`] if a newer version wrote
    /// it, and with [`Error::Library`] if the file is a folder, not an `SQLite` file, an `SQLite` file of another program,
    /// may not be written to, or is held by another program for longer than some seconds. Nothing is changed then.
    pub fn open(path: &Path) -> Result<Self> {
        Self::check_place(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let open = || {
            let mut library = Self::connect(path, flags)?;
            library.prepare_for_writing()?;
            Ok(library)
        };
        let mut opened = open();
        // SQLite waits for another program by itself, but not where both change a new file to a write-ahead log: there
        // one is told at once that the file is busy.
        for pause in OPEN_PAUSES {
            match &opened {
                Err(Error::Sql(error)) if failure::is_busy(error) => thread::sleep(pause),
                _ => break,
            }
            opened = open();
        }
        failure::in_plain_words("open", path, opened)
    }

    /// Opens the library at `path` to read from it only, also where nothing may be written beside it.
    ///
    /// Fails as [`Library::open`] does, if there is no such file, and if an older version wrote it: opening it once to
    /// write brings it up to date.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        Self::check_place(path)?;
        if !path.exists() {
            return Err(failure::refused("open", path, Obstacle::NoFile));
        }
        let connected = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let library = match failure::in_plain_words("open", path, connected) {
            Err(Error::Library { obstacle: Obstacle::ReadOnly | Obstacle::Unopened, .. }) if !is_in_use(path) => {
                failure::in_plain_words("open", path, Self::connect_as_it_is(path))?
            }
            connected => connected?,
        };
        failure::in_plain_words("open", path, migrations::check_current(&library.connection, path))?;
        Ok(library)
    }

    /// Returns a library that lives in memory and goes with the value.
    pub fn in_memory() -> Result<Self> {
        let mut library = Self {
            connection: Connection::open_in_memory()?,
            path: PathBuf::from(":memory:"),
            chapter_vectors: RefCell::default(),
        };
        library.connection.pragma_update(None, "foreign_keys", true)?;
        migrations::apply_all(&mut library.connection, &library.path)?;
        Ok(library)
    }

    /// Returns the path the library was opened with; `:memory:` for one in memory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns how much the library holds.
    pub fn counts(&self) -> Result<Counts> {
        self.read(|connection| {
            let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
            Ok(Counts {
                documents: count("SELECT count(*) FROM documents")?.cast_unsigned(),
                chapters: count("SELECT count(*) FROM chapters WHERE layer = 'found'")?.cast_unsigned(),
                topics: count(
                    "SELECT count(*) FROM topics WHERE NOT is_hidden AND id IN (SELECT shown_as FROM topics)",
                )?
                .cast_unsigned(),
            })
        })
    }

    /// Refuses what cannot be a library before `SQLite` can make anything of it.
    fn check_place(path: &Path) -> Result<()> {
        let refused = |obstacle| Err(failure::refused("open", path, obstacle));
        if path.as_os_str().is_empty() {
            return refused(Obstacle::NoName);
        }
        if path.is_dir() {
            return refused(Obstacle::Folder);
        }
        match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => refused(Obstacle::NoFolder),
            _ => Ok(()),
        }
    }

    /// Connects, and changes nothing that is stored.
    fn connect(path: &Path, flags: OpenFlags) -> Result<Self> {
        Self::connect_by(&plain_name(path), path, flags)
    }

    /// Connects to a file that nobody changes meanwhile. `SQLite` keeps a log beside any other, and does not read it where
    /// it cannot.
    fn connect_as_it_is(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Self::connect_by(Path::new(&unchanging_name(path)), path, flags)
    }

    fn connect_by(name: &Path, path: &Path, flags: OpenFlags) -> Result<Self> {
        let connect = || -> Result<Connection> {
            let connection = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            connection.busy_timeout(BUSY_TIMEOUT)?;
            // The file may come from anywhere: what its schema says is not to be trusted.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            // A plan does not depend on the values that are bound: where it may, each row that is put costs a new plan.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            connection.set_prepared_statement_cache_capacity(64);
            // As one reading: another program may be making the file a library right now.
            let reading = connection.unchecked_transaction()?;
            migrations::check_ours(&reading, path)?;
            drop(reading);
            Ok(connection)
        };
        Ok(Self { connection: connect()?, path: path.to_owned(), chapter_vectors: RefCell::default() })
    }

    fn prepare_for_writing(&mut self) -> Result<()> {
        if self.connection.is_readonly(rusqlite::MAIN_DB)? {
            return Err(failure::refused("open", &self.path, Obstacle::ReadOnly));
        }
        // Readers and a writer do not wait for each other. A power cut may take back the last few additions, never half
        // of one.
        self.connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        self.connection.pragma_update(None, "synchronous", "normal")?;
        self.back_up_before_update()?;
        migrations::apply_all(&mut self.connection, &self.path)
    }

    /// Runs `work`, which reads only, on one state of the library.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let on_one_state = || {
            // Asked from within `for_each_chapter`, the state is the one being visited.
            if !self.connection.is_autocommit() {
                return work(&self.connection);
            }
            let transaction = self.connection.unchecked_transaction()?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        failure::in_plain_words("read", &self.path, on_one_state())
    }

    /// Runs `work` as one transaction: all of it is stored, or nothing.
    fn write<T>(&mut self, work: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        let as_one = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        failure::in_plain_words("write to", &self.path, as_one())
    }
}

/// Returns a path that `SQLite` takes for nothing but a name: `:memory:` is more to it, and after a `./` is not.
fn plain_name(path: &Path) -> PathBuf {
    if path.is_relative() { Path::new(".").join(path) } else { path.to_owned() }
}

/// Returns the name by which `SQLite` takes a file for one that nobody changes: `file:///a%20b?immutable=1`.
fn unchanging_name(path: &Path) -> String {
    let mut name = if path.is_relative() {
        "file:".to_owned()
    } else if cfg!(windows) {
        // Before the letter of a drive stands a stroke, too.
        "file:///".to_owned()
    } else {
        "file://".to_owned()
    };
    for &byte in plain_name(path).as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => name.push('/'),
            b'/' | b':' | b'.' | b'-' | b'_' => name.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => name.push(char::from(byte)),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    name + "?immutable=1"
}

/// Returns whether somebody has the library open to write, or was killed so: what is stored is in the log beside it as well.
fn is_in_use(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    Path::new(&log).exists()
}

#[cfg(test)]
mod tests;
