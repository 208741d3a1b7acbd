//! Documents taken out whole, so that they can be put back as they were: numbers, chapters, topics, tags and all.
//!
//! Which rows belong to a document is read from the schema: those of every table whose foreign keys lead to it. A table
//! that a later migration adds is taken along without a word here.

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, params_from_iter};

use super::chapters::{forget_words, learn_words};
use super::documents::text;
use super::{DocumentId, Library};
use crate::error::{Error, Result};

/// Documents that were taken out of a library, with all that hung on them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TakenOut {
    documents: Vec<DocumentId>,
    /// Each before those that lean on it.
    tables: Vec<TakenRows>,
}

#[derive(Clone, Debug, PartialEq)]
struct TakenRows {
    table: String,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl TakenOut {
    /// Returns the documents, in the order they were named.
    pub fn documents(&self) -> &[DocumentId] {
        &self.documents
    }

    /// Returns about how much memory it takes, in bytes: texts, vectors and all other values.
    pub fn size_bytes(&self) -> usize {
        let values = self.tables.iter().flat_map(|table| &table.rows).flatten();
        let apart = |value: &Value| match value {
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
            Value::Null | Value::Integer(_) | Value::Real(_) => 0,
        };
        values.map(|value| size_of::<Value>() + apart(value)).sum()
    }
}

/// The table that every other leads to.
const ROOT: &str = "documents";

/// A table that triggers empty when rows are put into others: it comes last.
const LAST: &str = "document_confidence";

impl Library {
    /// Removes documents as [`Library::remove_document`] does, all or none, and returns them to be put back.
    ///
    /// What is returned holds all of their texts and vectors in memory. Fails with [`Error::NoDocument`].
    pub fn take_out(&mut self, ids: &[DocumentId]) -> Result<TakenOut> {
        self.write(|transaction| {
            let mut tables: Vec<(TakenRows, String)> = Vec::new();
            for table in tables_of_documents(transaction)? {
                let columns = columns(transaction, &table.name)?;
                tables.push((TakenRows { table: table.name, columns, rows: Vec::new() }, table.of_document));
            }
            for &id in ids {
                let text = text(transaction, id)?;
                for (taken, condition) in &mut tables {
                    taken.rows.extend(rows(transaction, taken, condition, id)?);
                }
                forget_words(transaction, id, &text)?;
                transaction.execute("DELETE FROM documents WHERE id = ?1", [id])?;
            }
            Ok(TakenOut { documents: ids.to_vec(), tables: tables.into_iter().map(|(taken, _)| taken).collect() })
        })
    }

    /// Puts back what was taken out, under the same numbers.
    ///
    /// What leaned on something that is gone since, such as a topic, stays away. Fails if one of the files was added
    /// again since; nothing is changed then.
    pub fn put_back(&mut self, taken: &TakenOut) -> Result<()> {
        self.write(|transaction| {
            for table in &taken.tables {
                put_rows(transaction, table)?;
            }
            for &id in &taken.documents {
                learn_words(transaction, id, &text(transaction, id)?)?;
            }
            Ok(())
        })
    }
}

/// A table with rows of documents.
struct Table {
    name: String,
    /// How far it is from the documents, at most.
    depth: usize,
    /// The condition in SQL that a row is of document `?1`.
    of_document: String,
}

/// A foreign key between two tables, of one column or several.
struct Link {
    child: String,
    /// Its number among the keys of that table.
    key: u32,
    child_columns: Vec<String>,
    parent: String,
    parent_columns: Vec<String>,
}

/// Returns the foreign keys between all tables.
fn links(connection: &Connection) -> Result<Vec<Link>> {
    let sql = "SELECT t.name, f.id, f.\"table\", f.\"from\", coalesce(f.\"to\", 'id') \
               FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f \
               WHERE t.schema = 'main' ORDER BY t.name, f.id, f.seq";
    let mut links: Vec<Link> = Vec::new();
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    // There is a row for each column of a key.
    while let Some(row) = rows.next()? {
        let (child, key): (String, u32) = (row.get(0)?, row.get(1)?);
        if !links.last().is_some_and(|last| last.child == child && last.key == key) {
            let parent = row.get(2)?;
            links.push(Link { child, key, child_columns: Vec::new(), parent, parent_columns: Vec::new() });
        }
        let link = links.last_mut().expect("one was put there");
        link.child_columns.push(row.get(3)?);
        link.parent_columns.push(row.get(4)?);
    }
    Ok(links)
}

/// Returns every table whose rows are of documents, each after those it leans on.
fn tables_of_documents(connection: &Connection) -> Result<Vec<Table>> {
    let links = links(connection)?;
    let mut found = vec![Table { name: ROOT.to_owned(), depth: 0, of_document: format!("{} = ?1", quoted("id")) }];
    // Each round reaches tables one step further away; there are no more steps than tables.
    for round in 0..links.len() {
        let reached: Vec<(String, String)> = found
            .iter()
            .filter(|table| table.depth == round)
            .map(|t| (t.name.clone(), t.of_document.clone()))
            .collect();
        for (parent, condition) in reached {
            for link in links.iter().filter(|link| link.parent == parent && link.child != parent) {
                let reached = format!(
                    "({}) IN (SELECT {} FROM {} WHERE {condition})",
                    all_quoted(&link.child_columns),
                    all_quoted(&link.parent_columns),
                    quoted(&parent)
                );
                match found.iter_mut().find(|table| table.name == link.child) {
                    Some(table) => {
                        table.depth = round + 1;
                        table.of_document = format!("{} OR {reached}", table.of_document);
                    }
                    None => found.push(Table { name: link.child.clone(), depth: round + 1, of_document: reached }),
                }
            }
        }
    }
    found.sort_by(|a, b| (a.depth, a.name == LAST, &a.name).cmp(&(b.depth, b.name == LAST, &b.name)));
    if let Some(at) = found.iter().position(|table| table.name == LAST) {
        let last = found.remove(at);
        found.push(last);
    }
    Ok(found)
}

/// Returns the columns that can be written.
fn columns(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    Ok(statement.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

fn rows(connection: &Connection, taken: &TakenRows, condition: &str, id: DocumentId) -> Result<Vec<Vec<Value>>> {
    let sql = format!("SELECT {} FROM {} WHERE {condition}", all_quoted(&taken.columns), quoted(&taken.table));
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([id], |row| {
        (0..taken.columns.len()).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>()
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn put_rows(connection: &Connection, taken: &TakenRows) -> Result<()> {
    let places: Vec<String> = (1..=taken.columns.len()).map(|at| format!("?{at}")).collect();
    let (table, columns) = (quoted(&taken.table), all_quoted(&taken.columns));
    let sql = format!("INSERT INTO {table} ({columns}) VALUES ({})", places.join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    for row in &taken.rows {
        match statement.execute(params_from_iter(row)) {
            Ok(_) => {}
            Err(error) if leans_on_what_is_gone(&error) && taken.table != ROOT => {}
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                return Err(Error::Nothing {
                    attempt: "put the documents back",
                    reason: "one of the files was added again in the meantime".to_owned(),
                });
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn leans_on_what_is_gone(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

fn all_quoted(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// Returns a name as SQL reads one, whatever stands in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::super::full_text::check_in_step;
    use super::super::{HandMove, WorkState, samples};
    use super::*;
    use crate::corrections::{Change, Note, NoteColor};
    use crate::document::{ByteOffset, Chapter, Layer, Span, UnitIndex};

    /// Returns every row of every table but those that count how the file grew.
    fn contents(library: &Library) -> Vec<(String, Vec<Vec<Value>>)> {
        let connection = &library.connection;
        let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' \
                   AND name NOT LIKE 'sqlite%' ORDER BY name";
        let mut statement = connection.prepare(sql).unwrap();
        let tables: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let all = |table: String| {
            let columns = columns(connection, &table).unwrap();
            let taken = TakenRows { table: table.clone(), columns, rows: Vec::new() };
            let condition = "?1 = ?1 ORDER BY 1, 2";
            (table, rows(connection, &taken, condition, DocumentId(0)).unwrap())
        };
        tables.into_iter().map(all).collect()
    }

    fn library() -> (Library, [DocumentId; 2]) {
        let mut library = Library::in_memory().unwrap();
        let rich = library.add_document(&samples::rich_document()).unwrap();
        let plain = library.add_document(&samples::document(1, &["Lamps"], "The lamp.\nThe tide.")).unwrap();
        library
            .connection
            .execute("INSERT INTO topics (id, topic_index, label, npmi, shown_as) VALUES (1, 0, 'sea', 0.5, 1)", [])
            .unwrap();
        let topic = library.topics().unwrap()[0].id;
        for id in [rich, plain] {
            library.replace_document_topics(id, &[(topic, 0.5)]).unwrap();
            let chapter = library.chapters(id, Layer::Found).unwrap()[0].id;
            library.replace_chapter_topics(id, &[(chapter, topic, 0.5)]).unwrap();
            library.add_tag(&[id], "bees").unwrap();
            library.set_work_state(&[id], WorkState::Checked).unwrap();
            correct(&mut library, id);
            library.put_confidence(id, Some(0.25)).unwrap();
        }
        (library, [rich, plain])
    }

    /// Names the first chapter by hand and leaves a highlight with tags.
    fn correct(library: &mut Library, id: DocumentId) {
        let span = Span { start: ByteOffset(0), end: ByteOffset(3) };
        let tags = vec!["quote".to_owned(), "sea".to_owned()];
        let note = Note { span, color: NoteColor::Yellow, text: "see there".to_owned(), tags, made_at: 1 };
        let rename = Change::Rename { chapter: UnitIndex(0), title: "By hand".to_owned() };
        for change in [rename, Change::AddNote(note)] {
            let kept = library.hand_made(id).unwrap();
            let chapters: Vec<Chapter> =
                library.chapters(id, Layer::Found).unwrap().into_iter().map(|row| row.chapter).collect();
            let step = kept.corrections.step(&change, &chapters, kept.history.free_note()).unwrap();
            assert!(library.change_by_hand(id, kept.revision, &HandMove::Take(step), 1, None).unwrap());
        }
        library.keep_reading_place(id, UnitIndex(0)).unwrap();
    }

    /// Takes documents out and puts them back, and checks that no row of any table tells.
    #[track_caller]
    fn check_put_back(library: &mut Library, ids: &[DocumentId]) {
        let before = contents(library);
        let taken = library.take_out(ids).unwrap();
        assert_eq!(taken.documents(), ids);
        check_in_step(library);
        library.put_back(&taken).unwrap();
        check_in_step(library);
        let after = contents(library);
        for (before, after) in before.iter().zip(&after) {
            // What FTS5 keeps of its own depends on the order of additions.
            if !before.0.starts_with("chapter_words") {
                assert_eq!(before, after);
            }
        }
    }

    #[test]
    fn what_is_put_back_is_as_it_was_to_the_last_row() {
        let (mut library, [rich, plain]) = library();
        check_put_back(&mut library, &[rich, plain]);
        check_put_back(&mut library, &[plain]);
        library.take_out(&[rich, plain]).unwrap();
        assert_eq!(library.counts().unwrap().documents, 0);
        assert_eq!(library.standings().unwrap().len(), 0);
    }

    #[test]
    fn every_table_that_leans_on_documents_is_taken_along() {
        let (library, _) = library();
        let tables: Vec<String> =
            tables_of_documents(&library.connection).unwrap().into_iter().map(|table| table.name).collect();
        for table in ["documents", "document_texts", "units", "chapters", "chapter_topics", "document_tags", "vectors"]
        {
            assert_eq!(tables.iter().filter(|name| *name == table).count(), 1, "{table} in {tables:?}");
        }
        assert_eq!(tables.first().map(String::as_str), Some(ROOT));
        assert_eq!(tables.last().map(String::as_str), Some(LAST));
        assert!(!tables.iter().any(|table| table == "topics"));
    }

    #[test]
    fn topics_that_are_gone_stay_away() {
        let (mut library, [rich, _]) = library();
        let taken = library.take_out(&[rich]).unwrap();
        library.connection.execute("DELETE FROM topics", []).unwrap();
        library.put_back(&taken).unwrap();
        assert_eq!(library.chapter_topics(rich).unwrap(), []);
        assert_eq!(library.standings().unwrap()[&rich].tags, ["bees"]);
        check_in_step(&library);
    }

    #[test]
    fn what_was_added_again_is_not_put_back_over_it() {
        let (mut library, [rich, plain]) = library();
        let taken = library.take_out(&[rich, plain]).unwrap();
        let again = library.add_document(&samples::rich_document()).unwrap();
        let before = contents(&library);
        assert!(matches!(library.put_back(&taken), Err(Error::Nothing { .. })));
        assert_eq!(contents(&library), before);
        assert!(library.document(again).is_ok() && library.document(plain).is_err());
    }

    #[test]
    fn a_wrong_number_takes_nothing_out() {
        let (mut library, [rich, _]) = library();
        let before = contents(&library);
        assert!(matches!(library.take_out(&[rich, DocumentId(77)]), Err(Error::NoDocument(77))));
        assert_eq!(contents(&library), before);
    }
}
