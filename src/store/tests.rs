//! Files: what is opened, what is refused, and what an interruption leaves.

use std::fs;
use std::thread;

use tempfile::TempDir;

use super::*;
use crate::document::{GapScores, Layer};
use crate::error::Kind;

const TEXT: &str = "The lamp is lit.\nThe tide turns.";

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn sample(number: u8) -> NewDocument {
    samples::document(number, &["Lamps", "Tides"], TEXT)
}

/// Fails if the library is not sound or does not hold exactly the documents of those numbers, whole.
#[track_caller]
fn check_holds(library: &Library, numbers: &[u8]) {
    let sound: String = library.connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    full_text::check_in_step(library);
    let mut names: Vec<String> = library.documents().unwrap().into_iter().map(|row| row.source_name).collect();
    names.sort();
    assert_eq!(names, numbers.iter().map(|number| format!("{number}.txt")).collect::<Vec<_>>());
    for row in library.documents().unwrap() {
        assert_eq!(library.text(row.id).unwrap(), TEXT);
        assert_eq!(library.units(row.id).unwrap().len(), 2);
        assert_eq!(library.chapters(row.id, Layer::Found).unwrap().len(), 2);
        assert_eq!(library.engines(row.id).unwrap(), ["context", "lexical"]);
    }
}

/// Fails if opening `path` is not refused for a reason that says `expected`, or changes the file.
#[track_caller]
fn check_refused(path: &Path, expected: &str) {
    let before = fs::read(path).ok();
    for result in [Library::open(path), Library::open_read_only(path)] {
        let error = result.expect_err("this is no library");
        assert_eq!(error.kind(), Kind::Input);
        assert!(error.to_string().starts_with("open the library "), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert_eq!(fs::read(path).ok(), before, "the file was changed");
}

#[test]
fn what_was_added_is_there_when_the_file_is_opened_again() {
    let folder = folder();
    let path = folder.path().join("library.caesura");
    Library::open(&path).unwrap().add_document(&sample(1)).unwrap();
    check_holds(&Library::open(&path).unwrap(), &[1]);
    check_holds_read_only(&path, &[1]);
}

/// As [`check_holds`], without the check of the words, which writes.
#[track_caller]
fn check_holds_read_only(path: &Path, numbers: &[u8]) {
    let library = Library::open_read_only(path).unwrap();
    assert_eq!(library.counts().unwrap().documents, numbers.len() as u64);
    let found = library.match_chapters(
        &FtsQuery::Phrase(Phrase { words: "lamp".to_owned(), is_prefix: false }),
        &Filter::default(),
        9,
    );
    assert_eq!(found.unwrap().len(), numbers.len());
}

#[test]
fn a_library_opened_to_read_cannot_be_written_to() {
    let folder = folder();
    let path = folder.path().join("library");
    let mut writer = Library::open(&path).unwrap();
    writer.add_document(&sample(1)).unwrap();
    let mut reader = Library::open_read_only(&path).unwrap();
    let error = reader.add_document(&sample(2)).unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    check_says(&error, &path, "ask for the right to, or choose another file");
    check_holds(&writer, &[1]);
}

#[test]
fn a_library_of_any_name_is_read_where_nothing_may_be_written_beside_it() {
    let folder = folder();
    let path = folder.path().join("my library #1, 100 % full?.caesura");
    Library::open(&path).unwrap().add_document(&sample(1)).unwrap();
    let library = Library::connect_as_it_is(&path).unwrap();
    assert_eq!(library.counts().unwrap().documents, 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is written");
}

/// Fails if `error` does not say that `path` could not be written to, and end with `advice`.
#[track_caller]
fn check_says(error: &Error, path: &Path, advice: &str) {
    let Error::Library { attempt, path: named, obstacle } = error else { panic!("{error}") };
    assert_eq!((*attempt, named.as_path()), ("write to", path));
    assert!(obstacle.to_string().ends_with(advice), "{obstacle}");
}

/// A file may become one that must not be written to while it is open: the disk is mounted anew, say.
#[test]
fn a_library_that_turns_read_only_is_left_whole_and_can_be_read() {
    let folder = folder();
    let path = folder.path().join("library");
    let mut library = Library::open(&path).unwrap();
    library.add_document(&sample(1)).unwrap();
    library.connection.pragma_update(None, "query_only", true).unwrap();

    let error = library.add_document(&sample(2)).unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    check_says(&error, &path, "ask for the right to, or choose another file");
    let id = library.documents().unwrap()[0].id;
    library.remove_document(id).unwrap_err();
    check_holds_read_only(&path, &[1]);

    library.connection.pragma_update(None, "query_only", false).unwrap();
    library.add_document(&sample(2)).unwrap();
    check_holds(&library, &[1, 2]);
}

#[test]
fn what_is_no_library_is_refused_and_left_as_it_is() {
    let folder = folder();
    check_refused(folder.path(), "it is a folder");
    check_refused(Path::new(""), "the name is empty");
    check_refused(&folder.path().join("no/such/library"), "there is no such folder");

    let text = folder.path().join("notes.txt");
    for content in ["notes", &"not a library at all, but a long text. ".repeat(200)] {
        fs::write(&text, content).unwrap();
        check_refused(&text, "it is not a library of Caesura");
    }

    let other = folder.path().join("other.sqlite");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    check_refused(&other, "an SQLite file of another program");

    let marked = folder.path().join("marked.sqlite");
    Connection::open(&marked).unwrap().execute_batch("PRAGMA application_id = 77").unwrap();
    check_refused(&marked, "an SQLite file of another program");
}

#[test]
fn a_library_of_a_newer_version_is_refused_and_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("library");
    Library::open(&path).unwrap().connection.pragma_update(None, "user_version", 99).unwrap();
    check_refused(&path, "a newer version of Caesura wrote it (schema 99, this version knows ");
    assert!(matches!(Library::open(&path), Err(Error::NewerLibrary { found: 99, .. })));
}

#[test]
fn a_library_that_is_not_there_is_not_created_to_be_read() {
    let folder = folder();
    let path = folder.path().join("library");
    let error = Library::open_read_only(&path).unwrap_err();
    assert!(error.to_string().contains("there is no such file"), "{error}");
    assert!(!path.exists());
}

#[test]
fn an_empty_file_becomes_a_library() {
    let folder = folder();
    let path = folder.path().join("library");
    fs::write(&path, "").unwrap();
    Library::open(&path).unwrap().add_document(&sample(1)).unwrap();
    check_holds(&Library::open(&path).unwrap(), &[1]);
}

#[test]
fn a_damaged_library_is_an_error_in_plain_words() {
    let folder = folder();
    let path = folder.path().join("library");
    let mut library = Library::open(&path).unwrap();
    let id = library.add_document(&sample(1)).unwrap();
    for harm in [
        "UPDATE documents SET format = 'papyrus'",
        "UPDATE documents SET format = 'markdown', n_units = 99999999999",
        "UPDATE documents SET n_units = 2, unit_kind = 'verse'",
    ] {
        library.connection.execute(harm, []).unwrap();
        let error = library.document(id).unwrap_err();
        assert!(error.to_string().contains("the file is damaged"), "{error}");
        assert_eq!(error.kind(), Kind::Input);
    }
    library.connection.execute("UPDATE chapters SET end_byte = 4000000000", []).unwrap();
    library.connection.execute("UPDATE gap_scores SET scores = x'0000c07f'", []).unwrap();
    library.connection.execute("INSERT INTO vectors VALUES (?1, 4, zeroblob(8))", [id]).unwrap();
    library.connection.execute("UPDATE vectors SET dims = 12, rows = zeroblob(16)", []).unwrap();
    assert!(library.gap_scores(id, "context").unwrap_err().to_string().contains("the file is damaged"));
    assert!(library.for_each_chapter(|_, _| Ok(())).unwrap_err().to_string().contains("the file is damaged"));
    assert_eq!(library.vectors(id).unwrap().unwrap().data, [0.0; 12]);

    drop(library);
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    let read = Library::open(&path).and_then(|library| library.documents().map(drop));
    let error = read.unwrap_err();
    assert!(error.to_string().contains("the file is damaged"), "{error}");
}

#[test]
fn an_addition_that_is_not_finished_is_not_there() {
    let folder = folder();
    let path = folder.path().join("library");
    let mut library = Library::open(&path).unwrap();
    library.add_document(&sample(1)).unwrap();

    // As a program killed in the middle: what it wrote is given up with its connection.
    let mut killed = Library::open(&path).unwrap();
    let stopped: Result<()> = killed.write(|transaction| {
        chapters::insert(transaction, DocumentId(1), TEXT, Layer::AsWritten, &sample(1).chapters)?;
        transaction.execute("DELETE FROM units", [])?;
        transaction.cache_flush()?;
        copy_of(&path, &folder.path().join("copy"));
        Err(Error::Cancelled)
    });
    assert!(matches!(stopped, Err(Error::Cancelled)));
    drop(killed);
    check_holds(&library, &[1]);

    // As the disk was at that moment, with pages of the addition in the log.
    let mut copy = Library::open(&folder.path().join("copy")).unwrap();
    check_holds(&copy, &[1]);
    copy.add_document(&sample(2)).unwrap();
    check_holds(&copy, &[1, 2]);
}

/// Copies a library as it lies on the disk, its log included.
fn copy_of(path: &Path, to: &Path) {
    fs::copy(path, to).unwrap();
    let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    assert!(fs::metadata(log(path)).unwrap().len() > 0, "nothing was written yet");
    fs::copy(log(path), log(to)).unwrap();
}

#[test]
fn a_full_disk_leaves_the_library_as_it_was() {
    let folder = folder();
    let path = folder.path().join("library");
    let mut library = Library::open(&path).unwrap();
    library.add_document(&sample(1)).unwrap();
    let pages: i64 = library.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    library.connection.pragma_update_and_check(None, "max_page_count", pages + 2, |_| Ok(())).unwrap();

    let long = samples::document(9, &["Long"], &"many words make a long text ".repeat(2_000));
    let error = library.add_document(&long).unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    check_says(&error, &path, "the disk is full; nothing was changed; make room and try again");
    check_holds(&library, &[1]);

    library.connection.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(())).unwrap();
    library.add_document(&sample(2)).unwrap();
    check_holds(&library, &[1, 2]);
}

#[test]
fn a_library_that_another_program_writes_to_is_said_to_be_busy_and_can_be_read() {
    let folder = folder();
    let path = folder.path().join("library");
    let mut library = Library::open(&path).unwrap();
    library.add_document(&sample(1)).unwrap();
    let other = Library::open(&path).unwrap();
    other.connection.execute_batch("BEGIN IMMEDIATE").unwrap();

    library.connection.busy_timeout(Duration::from_millis(1)).unwrap();
    let error = library.add_document(&sample(2)).unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    assert!(error.to_string().contains("another program is writing to it"), "{error}");
    check_holds_read_only(&path, &[1]);

    other.connection.execute_batch("COMMIT").unwrap();
    library.add_document(&sample(2)).unwrap();
    check_holds(&library, &[1, 2]);
}

#[test]
fn many_may_create_and_fill_one_library_at_once() {
    let folder = folder();
    let path = folder.path().join("library");
    thread::scope(|scope| {
        for number in 1..=6 {
            let path = &path;
            // Each adds its own document and one that all add.
            scope.spawn(move || {
                let mut library = Library::open(path).unwrap();
                library.add_document(&sample(number)).unwrap();
                library.add_document(&sample(9)).unwrap();
            });
        }
    });
    check_holds(&Library::open(&path).unwrap(), &[1, 2, 3, 4, 5, 6, 9]);
    let is_copy = |name: &str| name.contains("backup") || name.starts_with('.');
    let names: Vec<String> = fs::read_dir(folder.path()).unwrap().map(name_of).collect();
    assert!(!names.iter().any(|name| is_copy(name)), "a new library has no version before: {names:?}");
}

#[test]
fn many_may_bring_one_library_up_to_date_at_once() {
    let folder = folder();
    let path = folder.path().join("library");
    let mut connection = Connection::open(&path).unwrap();
    migrations::apply_first(&mut connection, &path, 2).unwrap();
    drop(connection);
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| Library::open(&path).unwrap());
        }
    });
    let mut names: Vec<String> = fs::read_dir(folder.path()).unwrap().map(name_of).collect();
    names.sort();
    assert_eq!(names, ["library", "library.schema-2.backup"]);
    let copy = Connection::open(folder.path().join("library.schema-2.backup")).unwrap();
    assert_eq!(copy.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).unwrap(), 2);
}

fn name_of(entry: std::io::Result<fs::DirEntry>) -> String {
    entry.unwrap().file_name().to_string_lossy().into_owned()
}

#[test]
fn a_backup_is_a_library_and_never_takes_the_place_of_a_file() {
    let folder = folder();
    let backup = folder.path().join("backup");
    let mut library = Library::in_memory().unwrap();
    library.add_document(&sample(1)).unwrap();
    assert_eq!(library.back_up(&backup, &mut |_, _| Ok(())).unwrap(), library.counts().unwrap());
    let error = library.back_up(&backup, &mut |_, _| Ok(())).unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error}");
    assert_eq!(error.kind(), Kind::Input);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a back-up is one file");
    check_holds(&Library::open(&backup).unwrap(), &[1]);
}

#[test]
fn a_backup_holds_one_state_while_another_program_writes() {
    let folder = folder();
    let (path, backup) = (folder.path().join("library"), folder.path().join("backup"));
    let mut library = Library::open(&path).unwrap();
    let mut other = Library::open(&path).unwrap();
    // Longer than one step of the copy.
    library.add_document(&samples::document(1, &["Long"], &"many words make a long text\n".repeat(120_000))).unwrap();
    let mut n_reports = 0;
    let mut write = |_, _| {
        n_reports += 1;
        other.add_document(&sample(n_reports + 1)).map(drop)
    };
    assert_eq!(library.back_up(&backup, &mut write).unwrap().documents, 1);
    assert!(1 <= n_reports, "another program wrote in between");
    assert_eq!(Library::open(&backup).unwrap().documents().unwrap().len(), 1);
}

#[test]
fn a_backup_that_is_cancelled_leaves_no_file() {
    let folder = folder();
    let mut library = Library::in_memory().unwrap();
    library.add_document(&samples::document(1, &["Long"], &"many words make a long text\n".repeat(120_000))).unwrap();
    let error = library.back_up(&folder.path().join("backup"), &mut |_, _| Err(Error::Cancelled)).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_views_show_what_the_library_gives() {
    let mut library = Library::in_memory().unwrap();
    let new = samples::rich_document();
    let id = library.add_document(&new).unwrap();
    let column = |sql: &str| -> Vec<String> {
        let mut statement = library.connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok(format!("{:?}", row.get_ref(0).unwrap().as_str().unwrap_or("?"))));
        rows.unwrap().collect::<rusqlite::Result<_>>().unwrap()
    };
    let quoted = |texts: Vec<&str>| -> Vec<String> { texts.into_iter().map(|text| format!("{text:?}")).collect() };
    let text = &new.document.text;
    assert_eq!(column("SELECT text FROM v_units ORDER BY unit_index"), quoted(new.units.texts(text)));
    let chapters = new.chapters.iter().map(|chapter| chapter.span.of(text)).collect();
    assert_eq!(column("SELECT text FROM v_chapters WHERE layer = 'found' ORDER BY chapter_index"), quoted(chapters));
    assert_eq!(column("SELECT title FROM v_documents"), quoted(vec![&new.document.title]));
    assert_eq!(column("SELECT text FROM v_headings LIMIT 1"), quoted(vec![new.units.headings[0].span.of(text)]));

    let mut statement = library.connection.prepare("SELECT page FROM v_units ORDER BY unit_index").unwrap();
    let shown: Vec<Option<u32>> =
        statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    let expected = new.units.units.iter().map(|unit| new.document.pages.at(unit.span.start));
    assert_eq!(shown, expected.collect::<Vec<_>>());
    assert!(shown.contains(&Some(3)));

    let of_chapter = "SELECT count(*) FROM v_units JOIN chapters ON chapters.id = chapter_id \
                      WHERE unit_index BETWEEN first_unit AND first_unit + chapters.n_units - 1";
    let n: i64 = library.connection.query_row(of_chapter, [], |row| row.get(0)).unwrap();
    assert_eq!(n, new.units.len() as i64);
    let (scores, _) = library.gap_scores(id, "context").unwrap().unwrap();
    let sql = "SELECT score FROM v_gap_scores WHERE engine = 'context' ORDER BY gap";
    let mut statement = library.connection.prepare(sql).unwrap();
    let shown: Vec<f64> = statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    assert_eq!(shown, scores.as_slice().iter().map(|&score| f64::from(score)).collect::<Vec<_>>());
}

/// The law of scores in SQL: every f32 of 0 to 1 that is not tiny is shown to the last bit.
#[test]
fn a_score_is_shown_to_the_last_bit() {
    let mut library = Library::in_memory().unwrap();
    let mut new = samples::document(1, &["All"], &"a line\n".repeat(600));
    let scores: Vec<f32> = (0..599).map(|n| f32::from_bits(f32::to_bits(1.0) - n * n * 700)).collect();
    let scores = [vec![0.0, 1.0, 0.5, 0.1, 1e-9, 1e-30], scores].concat()[..599].to_vec();
    new.gap_scores = vec![(GapScores::new(scores.clone()), new.gap_scores[0].1.clone())];
    library.add_document(&new).unwrap();
    let mut statement = library.connection.prepare("SELECT score FROM v_gap_scores ORDER BY gap").unwrap();
    let shown: Vec<f64> = statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap();
    let expected: Vec<f64> = scores.iter().map(|&score| if score < 1e-11 { 0.0 } else { f64::from(score) }).collect();
    assert_eq!(shown, expected);
}

#[test]
fn names_that_sqlite_takes_for_more_are_names() {
    let folder = folder();
    for name in ["file:library?mode=memory", "with space % and ?", "灯台"] {
        let path = folder.path().join(name);
        Library::open(&path).unwrap();
        assert!(path.is_file(), "{name}");
    }
}

#[test]
fn a_library_can_be_sent_to_another_thread() {
    fn check<T: Send>() {}
    check::<Library>();
}

#[test]
fn counts_are_of_what_there_is() {
    let mut library = Library::in_memory().unwrap();
    assert_eq!(library.counts().unwrap(), Counts::default());
    library.add_document(&samples::rich_document()).unwrap();
    assert_eq!(library.counts().unwrap(), Counts { documents: 1, chapters: 2, topics: 0 });
}
