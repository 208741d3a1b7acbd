//! Brings a file to the schema this version knows, by numbered steps, in one transaction: nobody sees it between two.
//!
//! A step that was released is never edited: what is to change comes as the next number.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::failure;
use crate::error::{Error, Obstacle, Result};

/// What `SQLite` keeps in the head of our files: "Caes".
const APPLICATION_ID: i64 = 0x4361_6573;

/// The steps; a file with `user_version` n has had the first n.
const STEPS: [&str; 12] = [
    include_str!("migrations/0001_library.sql"),
    include_str!("migrations/0002_levels.sql"),
    include_str!("migrations/0003_topic_profiles.sql"),
    include_str!("migrations/0004_fields.sql"),
    include_str!("migrations/0005_corrections.sql"),
    include_str!("migrations/0006_topic_edits.sql"),
    include_str!("migrations/0007_standing.sql"),
    include_str!("migrations/0008_search.sql"),
    include_str!("migrations/0009_views.sql"),
    include_str!("migrations/0010_speakers.sql"),
    include_str!("migrations/0011_unit_pages.sql"),
    include_str!("migrations/0012_document_words.sql"),
];

/// Fails if the file is of another program or of a newer version of this one. Changes nothing.
pub(super) fn check_ours(connection: &Connection, path: &Path) -> Result<()> {
    let known = schema_after(&STEPS);
    match (number(connection, "application_id")?, version(connection)?) {
        (APPLICATION_ID, found) if found > known => Err(Error::NewerLibrary { path: path.to_owned(), found, known }),
        (APPLICATION_ID, _) => Ok(()),
        (0, 0) if is_empty(connection)? => Ok(()),
        _ => Err(failure::refused("open", path, Obstacle::OfAnother)),
    }
}

/// Fails if the file has not had every step.
pub(super) fn check_current(connection: &Connection, path: &Path) -> Result<()> {
    if version(connection)? < schema_after(&STEPS) {
        return Err(failure::refused("open", path, Obstacle::Older));
    }
    Ok(())
}

/// Returns the schema of a file that was used before and has not had every step.
pub(super) fn older_schema(connection: &Connection) -> Result<Option<i64>> {
    let found = version(connection)?;
    Ok((0 < found && found < schema_after(&STEPS)).then_some(found))
}

/// Returns whether nothing was ever stored in the file.
pub(super) fn is_unused(connection: &Connection) -> Result<bool> {
    Ok(version(connection)? == 0)
}

/// Applies the steps that the file has not had.
pub(super) fn apply_all(connection: &mut Connection, path: &Path) -> Result<()> {
    apply(connection, path, &STEPS)
}

/// Makes the library one of that schema, as an older version would have written it.
#[cfg(test)]
pub(super) fn apply_first(connection: &mut Connection, path: &Path, n_steps: usize) -> Result<()> {
    apply(connection, path, &STEPS[..n_steps])
}

fn apply(connection: &mut Connection, path: &Path, steps: &[&str]) -> Result<()> {
    if schema_after(steps) <= version(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have taken the steps, or made the file its own, since it was looked at.
    check_ours(&transaction, path)?;
    let done = version(&transaction)?;
    for (schema, step) in (0..).zip(steps).skip_while(|&(schema, _)| schema < done) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", schema + 1)?;
        tracing::debug!(schema = schema + 1, "brought the library up to date");
    }
    Ok(transaction.commit()?)
}

/// Returns the `user_version` of a file that has had these steps.
fn schema_after(steps: &[&str]) -> i64 {
    steps.len().try_into().expect("the steps can be counted")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        Connection::open_in_memory().unwrap()
    }

    fn apply_to(connection: &mut Connection, steps: &[&str]) -> Result<()> {
        apply(connection, Path::new("library"), steps)
    }

    #[test]
    fn an_empty_file_is_brought_up_to_date_once() {
        let mut connection = connection();
        check_ours(&connection, Path::new("library")).unwrap();
        assert!(check_current(&connection, Path::new("library")).is_err());
        for _ in 0..2 {
            apply_all(&mut connection, Path::new("library")).unwrap();
            check_ours(&connection, Path::new("library")).unwrap();
            check_current(&connection, Path::new("library")).unwrap();
        }
        assert_eq!(version(&connection).unwrap(), schema_after(&STEPS));
        assert_eq!(number(&connection, "application_id").unwrap(), APPLICATION_ID);
    }

    #[test]
    fn every_table_forgets_what_hangs_on_a_row_that_goes() {
        let mut connection = connection();
        apply_all(&mut connection, Path::new("library")).unwrap();
        let sql = "SELECT t.name, f.on_delete FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f \
                   WHERE f.on_delete <> 'CASCADE'";
        let mut statement = connection.prepare(sql).unwrap();
        assert!(!statement.exists([]).unwrap(), "a foreign key does not cascade");
    }

    #[test]
    fn a_step_that_fails_leaves_the_library_as_it_was() {
        let mut connection = connection();
        apply_to(&mut connection, &STEPS[..1]).unwrap();
        let fine = "CREATE TABLE fine (n INTEGER)";
        let broken = [STEPS[0], fine, "CREATE TABLE extra (n INTEGER); SELECT nonsense FROM nowhere"];
        assert!(apply_to(&mut connection, &broken).is_err());
        assert_eq!(version(&connection).unwrap(), 1);
        let sql = "SELECT 1 FROM sqlite_schema WHERE name IN ('extra', 'fine')";
        assert!(!connection.prepare(sql).unwrap().exists([]).unwrap());
    }
}
