//! Searches that were saved to be run again, by name.

use rusqlite::params;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::Library;
use super::chapters::checked_title;
use crate::error::Result;

/// The number of a saved search in its library. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SavedSearchId(pub i64);

impl ToSql for SavedSearchId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for SavedSearchId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

/// A search that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its number.
    pub id: SavedSearchId,
    /// What it is called.
    pub name: String,
    /// What was typed.
    pub typed: String,
    /// Where to look and what to rank by, as the front end writes it down.
    pub wish: String,
}

impl Library {
    /// Returns the saved searches in the order of their names.
    pub fn saved_searches(&self) -> Result<Vec<SavedSearch>> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT id, name, typed, wish FROM saved_searches ORDER BY name COLLATE NOCASE, name")?;
            let rows = statement.query_map([], |row| {
                Ok(SavedSearch { id: row.get(0)?, name: row.get(1)?, typed: row.get(2)?, wish: row.get(3)? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Saves a search under a name, in the place of one of that name. Fails with
    /// [`Error::Setting`](crate::error::Error::Setting) if nothing is left of the name without the white space around it.
    pub fn save_search(&mut self, name: &str, typed: &str, wish: &str) -> Result<()> {
        let name = checked_title(name)?;
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO saved_searches (name, typed, wish) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (name) DO UPDATE SET typed = excluded.typed, wish = excluded.wish",
                params![name, typed, wish],
            )?;
            Ok(())
        })
    }

    /// Forgets a saved search; one that is gone already stays gone.
    pub fn forget_search(&mut self, id: SavedSearchId) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM saved_searches WHERE id = ?1", [id])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(library: &Library) -> Vec<(String, String)> {
        library.saved_searches().unwrap().into_iter().map(|saved| (saved.name, saved.typed)).collect()
    }

    #[test]
    fn searches_are_saved_by_name_and_forgotten() {
        let mut library = Library::in_memory().unwrap();
        library.save_search("tides", "tide*", "{}").unwrap();
        library.save_search(" Lamps ", "lamp", "{}").unwrap();
        library.save_search("tides", "tide OR ebb", "{}").unwrap();
        let pair = |name: &str, typed: &str| (name.to_owned(), typed.to_owned());
        assert_eq!(names(&library), [pair("Lamps", "lamp"), pair("tides", "tide OR ebb")]);
        assert!(library.save_search("  ", "lamp", "{}").is_err());
        let first = library.saved_searches().unwrap()[0].id;
        library.forget_search(first).unwrap();
        library.forget_search(first).unwrap();
        assert_eq!(names(&library), [pair("tides", "tide OR ebb")]);
    }
}
