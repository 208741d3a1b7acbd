//! Brings a file to the schema this version knows, by numbered steps, each one transaction.
//!
//! A step that was released is never edited: what is to change comes as the next number.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::failure;
use crate::error::{Error, Result};

/// What SQLite keeps in the head of our files: "Caes".
const APPLICATION_ID: i64 = 0x4361_6573;

/// The steps; a file with `user_version` n has had the first n.
const STEPS: [&str; 1] = [include_str!("migrations/0001_library.sql")];

/// Fails if the file is of another program or of a newer version of this one. Changes nothing.
pub(super) fn check_ours(connection: &Connection, path: &Path) -> Result<()> {
    let known = STEPS.len() as i64;
    match (number(connection, "application_id")?, version(connection)?) {
        (APPLICATION_ID, found) if found > known => Err(Error::NewerLibrary { path: path.to_owned(), found, known }),
        (APPLICATION_ID, _) => Ok(()),
        (0, 0) if is_empty(connection)? => Ok(()),
        _ => Err(failure::refused("open", path, "it is an SQLite file of another program; choose another file")),
    }
}

/// Fails if the file has not had every step.
pub(super) fn check_current(connection: &Connection, path: &Path) -> Result<()> {
    if version(connection)? < STEPS.len() as i64 {
        let reason = "an older version of Caesura wrote it; open it once to write, which brings it up to date";
        return Err(failure::refused("open", path, reason));
    }
    Ok(())
}

/// Applies the steps that the file has not had.
pub(super) fn apply_all(connection: &mut Connection, path: &Path) -> Result<()> {
    apply(connection, path, &STEPS)
}

fn apply(connection: &mut Connection, path: &Path, steps: &[&str]) -> Result<()> {
    while version(connection)? < steps.len() as i64 {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another program may have taken the step, or made the file its own, since it was looked at.
        check_ours(&transaction, path)?;
        let done = version(&transaction)?;
        if let Some(step) = steps.get(done as usize) {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", done + 1)?;
            tracing::debug!(schema = done + 1, "brought the library up to date");
        }
        transaction.commit()?;
    }
    Ok(())
}

fn version(connection: &Connection) -> Result<i64> {
    number(connection, "user_version")
}

fn number(connection: &Connection, pragma: &str) -> Result<i64> {
    Ok(connection.pragma_query_value(None, pragma, |row| row.get(0))?)
}

fn is_empty(connection: &Connection) -> Result<bool> {
    Ok(connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?)
}
