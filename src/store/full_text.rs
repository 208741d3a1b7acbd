//! Search by words: the chapters that match a query, best first, with the words marked that did.
//!
//! The index is `SQLite`'s FTS5: words in lower case, without diacritics, in English stems (Porter). A query comes as a
//! tree, and here it becomes FTS5's language with each word in quotes, so nothing that was typed is ever taken for
//! syntax. The ranking is Okapi BM25 with FTS5's constants (k1 = 1.2, b = 0.75), a word in the title counting four times
//! one in the body.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rusqlite::{Connection, ToSql, named_params, params};

use super::chapters::{COLUMNS, N_COLUMNS, chapter_row};
use super::filter::CONDITION;
use super::{ChapterId, ChapterRow, Filter, Library};
use crate::error::Result;

/// Words that stand one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The words, as typed. What is neither letter nor digit only parts them.
    pub words: String,
    /// Whether the last word may go on.
    pub is_prefix: bool,
}

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FtsQuery {
    /// A word or a phrase. One without a letter or a digit matches nothing.
    Phrase(Phrase),
    /// Phrases with at most so many words between the first and the last of them, in any order.
    Near(Vec<Phrase>, u32),
    /// Each of these. None of them matches nothing.
    All(Vec<FtsQuery>),
    /// One of these or more. None of them matches nothing.
    Any(Vec<FtsQuery>),
    /// The first and not the second.
    Without(Box<FtsQuery>, Box<FtsQuery>),
    /// This, in the title.
    InTitle(Box<FtsQuery>),
}

/// A piece of text, and whether it is what was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnippetPart {
    /// The text. White space in it is one space.
    pub text: String,
    /// Whether it matches.
    pub is_hit: bool,
}

/// A chapter that matches.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The chapter.
    pub chapter: ChapterRow,
    /// The title of its document.
    pub document_title: String,
    /// BM25, smaller is better; below 0.
    pub rank: f64,
    /// The stretch of the body that shows most of what was looked for.
    pub snippet: Vec<SnippetPart>,
    /// The title.
    pub title_parts: Vec<SnippetPart>,
}

/// What FTS5 puts around a hit; the view it reads from has no such character in it.
const HIT_START: char = '\u{2}';
const HIT_END: char = '\u{3}';

/// How many words a snippet has at most.
const SNIPPET_WORDS: u32 = 32;

impl Library {
    /// Returns the chapters that match, best first, then by document number and place; at most `limit`.
    pub fn match_chapters(&self, query: &FtsQuery, filter: &Filter, limit: usize) -> Result<Vec<Match>> {
        let Some(expression) = expression(query) else { return Ok(Vec::new()) };
        self.read(|connection| {
            // Snippets are cut of the text, so they are made of the few best only.
            let best = best(connection, &expression, filter, limit)?;
            describe(connection, &expression, &best)
        })
    }

    /// Returns the chapters that match and how well, as [`Library::match_chapters`] does, without what there is to show.
    pub fn rank_chapters(&self, query: &FtsQuery, filter: &Filter, limit: usize) -> Result<Vec<(ChapterId, f64)>> {
        let Some(expression) = expression(query) else { return Ok(Vec::new()) };
        self.read(|connection| best(connection, &expression, filter, limit))
    }

    /// Returns what there is to show of chapters that match a query, in the order of `ids`. Those that do not are left out.
    pub fn show_matches(&self, query: &FtsQuery, ids: &[(ChapterId, f64)]) -> Result<Vec<Match>> {
        let Some(expression) = expression(query) else { return Ok(Vec::new()) };
        self.read(|connection| describe(connection, &expression, ids))
    }

    /// Returns how many chapters match, but counts no further than `limit`.
    pub fn count_matches(&self, query: &FtsQuery, filter: &Filter, limit: usize) -> Result<usize> {
        let Some(expression) = expression(query) else { return Ok(0) };
        self.read(|connection| {
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 FROM chapter_words JOIN chapters ON chapters.id = chapter_words.rowid \
                 WHERE chapter_words MATCH :expression AND {CONDITION} LIMIT :limit)"
            );
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let params = with_filter(named_params! { ":expression": expression, ":limit": limit }, filter);
            let count: i64 = connection.prepare_cached(&sql)?.query_row(&params[..], |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or_default())
        })
    }
}

fn best(connection: &Connection, expression: &str, filter: &Filter, limit: usize) -> Result<Vec<(ChapterId, f64)>> {
    let sql = format!(
        "SELECT chapters.id, bm25(chapter_words, 4.0, 1.0) AS rank FROM chapter_words \
         JOIN chapters ON chapters.id = chapter_words.rowid WHERE chapter_words MATCH :expression AND {CONDITION} \
         ORDER BY rank, chapters.document_id, chapters.chapter_index LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let params = with_filter(named_params! { ":expression": expression, ":limit": limit }, filter);
    let rows = statement.query_map(&params[..], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn with_filter<'a>(params: &[(&'static str, &'a dyn ToSql)], filter: &'a Filter) -> Vec<(&'static str, &'a dyn ToSql)> {
    params.iter().copied().chain(filter.params()).collect()
}

/// Returns what there is to show of the `best` chapters, in their order.
///
/// One pass over all that matches: to start the query anew for each chapter would cost more, and much more where a
/// prefix gathers many words.
fn describe(connection: &Connection, expression: &str, best: &[(ChapterId, f64)]) -> Result<Vec<Match>> {
    let sql = format!(
        "SELECT {COLUMNS}, documents.title, \
         snippet(chapter_words, 1, char(2), char(3), '…', {SNIPPET_WORDS}), \
         highlight(chapter_words, 0, char(2), char(3)) FROM chapter_words \
         CROSS JOIN chapters ON chapters.id = chapter_words.rowid \
         CROSS JOIN documents ON documents.id = chapters.document_id \
         WHERE chapter_words MATCH ?1 AND +chapter_words.rowid IN (SELECT value FROM json_each(?2))"
    );
    let ids = serde_json::to_string(&best.iter().map(|(id, _)| id.0).collect::<Vec<_>>())?;
    let mut statement = connection.prepare_cached(&sql)?;
    let matches = statement.query_map(params![expression, ids], |row| {
        Ok(Match {
            chapter: chapter_row(row)?,
            document_title: row.get(N_COLUMNS)?,
            rank: 0.0,
            snippet: parts(&row.get::<_, String>(N_COLUMNS + 1)?),
            title_parts: parts(&row.get::<_, String>(N_COLUMNS + 2)?),
        })
    })?;
    let mut by_id = BTreeMap::new();
    for found in matches {
        let found = found?;
        by_id.insert(found.chapter.id, found);
    }
    let in_order = best.iter().filter_map(|(id, rank)| by_id.remove(id).map(|found| Match { rank: *rank, ..found }));
    Ok(in_order.collect())
}

/// Adds the words of a chapter to what is searched.
pub(super) fn learn(connection: &Connection, id: ChapterId, title: &str, body: &str) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO chapter_words (rowid, title, body) VALUES (?1, ?2, ?3)")?
        .execute(params![id, title, body])?;
    Ok(())
}

/// Takes the words of a chapter out of what is searched. Title and body must be as they were added.
pub(super) fn forget(connection: &Connection, id: ChapterId, title: &str, body: &str) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO chapter_words (chapter_words, rowid, title, body) VALUES ('delete', ?1, ?2, ?3)")?
        .execute(params![id, title, body])?;
    Ok(())
}

/// Splits what FTS5 has marked.
fn parts(marked: &str) -> Vec<SnippetPart> {
    let mut parts: Vec<SnippetPart> = Vec::new();
    let mut is_hit = false;
    let mut ends_in_space = false;
    for character in marked.chars() {
        match character {
            HIT_START => is_hit = true,
            HIT_END => is_hit = false,
            _ => {
                let is_space = character.is_whitespace();
                if is_space && ends_in_space {
                    continue;
                }
                ends_in_space = is_space;
                let character = if is_space { ' ' } else { character };
                match parts.last_mut() {
                    Some(part) if part.is_hit == is_hit => part.text.push(character),
                    _ => parts.push(SnippetPart { text: character.into(), is_hit }),
                }
            }
        }
    }
    parts
}

/// Returns a query in FTS5's language, or nothing if it cannot match.
fn expression(query: &FtsQuery) -> Option<String> {
    match query {
        FtsQuery::Phrase(phrase) => phrase_expression(phrase),
        FtsQuery::Near(phrases, within) => {
            let phrases: Option<Vec<String>> = phrases.iter().map(phrase_expression).collect();
            let phrases = phrases.filter(|phrases| !phrases.is_empty())?;
            Some(format!("NEAR({}, {within})", phrases.join(" ")))
        }
        FtsQuery::All(queries) => {
            let queries: Option<Vec<String>> = queries.iter().map(expression).collect();
            joined(&queries?, " AND ")
        }
        FtsQuery::Any(queries) => joined(&queries.iter().filter_map(expression).collect::<Vec<_>>(), " OR "),
        FtsQuery::Without(query, other) => {
            let query = expression(query)?;
            Some(match expression(other) {
                Some(other) => format!("({query} NOT {other})"),
                None => query,
            })
        }
        FtsQuery::InTitle(query) => Some(format!("{{title}} : ({})", expression(query)?)),
    }
}

fn joined(expressions: &[String], operator: &str) -> Option<String> {
    match expressions {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("({})", several.join(operator))),
    }
}

fn phrase_expression(phrase: &Phrase) -> Option<String> {
    if !phrase.words.chars().any(char::is_alphanumeric) {
        return None;
    }
    let mut quoted = String::with_capacity(phrase.words.len() + 4);
    quoted.push('"');
    for character in phrase.words.chars() {
        match character {
            // A quote is doubled, and FTS5 would read no further than a NUL.
            '"' => quoted.push_str("\"\""),
            '\0' => quoted.push(' '),
            _ => quoted.push(character),
        }
    }
    let _ = write!(quoted, "\"{}", if phrase.is_prefix { " *" } else { "" });
    Some(quoted)
}

/// Fails if the words that are searched are not those of the chapters.
#[cfg(test)]
#[track_caller]
pub(super) fn check_in_step(library: &Library) {
    let check = "INSERT INTO chapter_words (chapter_words, rank) VALUES ('integrity-check', 1)";
    library.connection.execute(check, []).unwrap();
}

#[cfg(test)]
mod tests {
    use super::super::{DocumentId, samples};
    use super::*;
    use crate::document::Layer;

    const TEXT: &str =
        "The lamp is lit at dusk.\nThe tide turns at noon.\nGulls follow the boats.\nNets dry on the quay.";

    fn library() -> (Library, DocumentId) {
        let mut library = Library::in_memory().unwrap();
        let id = library.add_document(&samples::document(1, &["Lamps", "Boats"], TEXT)).unwrap();
        (library, id)
    }

    fn phrase(words: &str) -> Phrase {
        Phrase { words: words.to_owned(), is_prefix: false }
    }

    fn word(words: &str) -> FtsQuery {
        FtsQuery::Phrase(phrase(words))
    }

    fn found(library: &Library, query: &FtsQuery) -> Vec<String> {
        let matches = library.match_chapters(query, &Filter::default(), 10).unwrap();
        matches.into_iter().map(|found| found.chapter.chapter.title).collect()
    }

    #[track_caller]
    fn check(query: &FtsQuery, expected: &[&str]) {
        assert_eq!(found(&library().0, query), expected, "{:?}", expression(query));
    }

    #[test]
    fn words_are_found_whatever_their_case_form_and_accents() {
        check(&word("TURNING"), &["Lamps"]);
        check(&word("quáy"), &["Boats"]);
        check(&word("lamp's"), &[]);
        check(&word("nothing"), &[]);
    }

    #[test]
    fn phrases_prefixes_and_operators_do_as_they_say() {
        check(&word("tide turns"), &["Lamps"]);
        check(&word("turns tide"), &[]);
        check(&FtsQuery::Phrase(Phrase { words: "gull".to_owned(), is_prefix: true }), &["Boats"]);
        check(&FtsQuery::All(vec![word("lamp"), word("noon")]), &["Lamps"]);
        check(&FtsQuery::All(vec![word("lamp"), word("nets")]), &[]);
        check(&FtsQuery::Any(vec![word("dusk"), word("noon"), word("-")]), &["Lamps"]);
        check(&FtsQuery::Without(word("the").into(), word("nets").into()), &["Lamps"]);
        check(&FtsQuery::Without(word("nets").into(), word("?").into()), &["Boats"]);
        check(&FtsQuery::Near(vec![phrase("lamp"), phrase("dusk")], 3), &["Lamps"]);
        check(&FtsQuery::Near(vec![phrase("lamp"), phrase("dusk")], 1), &[]);
        check(&FtsQuery::InTitle(word("boats").into()), &["Boats"]);
        check(&FtsQuery::InTitle(word("nets").into()), &[]);
    }

    #[test]
    fn what_holds_no_word_matches_nothing() {
        for query in [
            word(""),
            word("\0"),
            word("🌊"),
            FtsQuery::All(vec![]),
            FtsQuery::Any(vec![]),
            FtsQuery::Near(vec![], 3),
            FtsQuery::All(vec![word("lamp"), word("-")]),
        ] {
            check(&query, &[]);
        }
    }

    #[test]
    fn syntax_in_a_word_is_no_syntax() {
        check(&word("lamp\" OR \"nets"), &[]);
        check(&word("lamp\0"), &["Lamps"]);
        check(&word("dusk) OR title:(nets"), &[]);
    }

    #[test]
    fn a_hit_in_the_title_comes_before_one_in_the_body() {
        let mut library = Library::in_memory().unwrap();
        library.add_document(&samples::document(1, &["Fish", "Boats"], "the boat\nthe fish")).unwrap();
        assert_eq!(found(&library, &word("boat")), ["Boats", "Fish"]);
    }

    #[test]
    fn equal_hits_come_by_document_and_place_and_the_best_are_kept() {
        let mut library = Library::in_memory().unwrap();
        for number in 1..=3 {
            library.add_document(&samples::document(number, &["A", "B"], "the lamp\nthe lamp")).unwrap();
        }
        let first = library.documents().unwrap()[0].id;
        let units = library.units(first).unwrap();
        // Cut anew, the chapters of the first document have the highest numbers.
        library
            .replace_chapters(first, Layer::Found, 0.5, &samples::chapters(&["A", "B"], "the lamp\nthe lamp", &units))
            .unwrap();
        let matches = library.match_chapters(&word("lamp"), &Filter::default(), 3).unwrap();
        let places: Vec<_> = matches.iter().map(|found| (found.chapter.document.0, found.chapter.index)).collect();
        assert_eq!(places, [(1, 0), (1, 1), (2, 0)]);
        assert!(library.match_chapters(&word("lamp"), &Filter::default(), 0).unwrap().is_empty());
        assert_eq!(library.match_chapters(&word("lamp"), &Filter::default(), usize::MAX).unwrap().len(), 6);
    }

    #[test]
    fn filters_hold_together() {
        let (mut library, one) = library();
        let two = library.add_document(&samples::document(2, &["Lamps"], "a lamp")).unwrap();
        let in_one = library.chapters(one, Layer::Found).unwrap()[0].id;
        let topic = super::super::NewTopic {
            label: "light".to_owned(),
            words: vec![],
            npmi: 0.0,
            profile: Vec::new(),
            documents: vec![],
            chapters: vec![(in_one, 1.0)],
        };
        library.replace_topics(&[topic], &samples::provenance("minhash")).unwrap();
        let topic = library.topics().unwrap()[0].id;
        let count = |document, topic| {
            let filter = Filter { document, topic, ..Filter::default() };
            let n_matches = library.match_chapters(&word("lamp"), &filter, 9).unwrap().len();
            assert_eq!(library.count_matches(&word("lamp"), &filter, 9).unwrap(), n_matches);
            assert_eq!(library.rank_chapters(&word("lamp"), &filter, 9).unwrap().len(), n_matches);
            n_matches
        };
        assert_eq!(count(None, None), 2);
        assert_eq!(count(Some(two), None), 1);
        assert_eq!(count(None, Some(topic)), 1);
        assert_eq!(count(Some(one), Some(topic)), 1);
        assert_eq!(count(Some(two), Some(topic)), 0);
        assert_eq!(count(Some(DocumentId(99)), None), 0);
    }

    #[test]
    fn the_words_stay_in_step_with_the_chapters() {
        let (mut library, id) = library();
        let rich = library.add_document(&samples::rich_document()).unwrap();
        check_in_step(&library);
        let units = library.units(id).unwrap();
        library.replace_chapters(id, Layer::AsWritten, 0.5, &samples::chapters(&["Part"], TEXT, &units)).unwrap();
        check_in_step(&library);
        assert_eq!(found(&library, &word("part")), [""; 0]);

        library.replace_chapters(id, Layer::Found, 0.5, &samples::chapters(&["Whole"], TEXT, &units)).unwrap();
        check_in_step(&library);
        assert_eq!(found(&library, &word("gulls")), ["Whole"]);

        let chapter = library.chapters(id, Layer::Found).unwrap()[0].id;
        library.rename_chapter(chapter, "Harbour").unwrap();
        let as_written = library.chapters(id, Layer::AsWritten).unwrap()[0].id;
        library.rename_chapter(as_written, "Harbour part").unwrap();
        check_in_step(&library);
        assert_eq!(found(&library, &word("harbour")), ["Harbour"]);
        assert_eq!(found(&library, &word("whole")), [""; 0]);

        library.remove_document(rich).unwrap();
        check_in_step(&library);
        assert_eq!(found(&library, &word("keeper")), [""; 0]);
        library.remove_document(id).unwrap();
        check_in_step(&library);
        assert_eq!(found(&library, &word("lamp")), [""; 0]);
    }

    #[test]
    fn a_snippet_marks_the_hit_and_nothing_else() {
        let (library, _) = library();
        let found = library.match_chapters(&word("tide"), &Filter::default(), 1).unwrap().remove(0);
        let part = |text: &str, is_hit| SnippetPart { text: text.to_owned(), is_hit };
        let expected =
            [part("The lamp is lit at dusk. The ", false), part("tide", true), part(" turns at noon. ", false)];
        assert_eq!(found.snippet, expected);
        assert_eq!(found.title_parts, [part("Lamps", false)]);
        let found = library.match_chapters(&word("lamp"), &Filter::default(), 1).unwrap().remove(0);
        assert_eq!(found.title_parts, [part("Lamps", true)]);
    }

    #[test]
    fn marks_that_stand_in_the_text_mark_nothing() {
        let mut library = Library::in_memory().unwrap();
        library.add_document(&samples::rich_document()).unwrap();
        let found = library.match_chapters(&word("keeper"), &Filter::default(), 1).unwrap().remove(0);
        let hits: Vec<&str> = found.snippet.iter().filter(|part| part.is_hit).map(|part| part.text.as_str()).collect();
        assert_eq!(hits, ["keeper"]);
        let found = library.match_chapters(&word("灯台"), &Filter::default(), 1).unwrap().remove(0);
        let shown: String = found.snippet.iter().map(|part| part.text.as_str()).collect();
        assert!(shown.contains("灯台 stands 🌊 here"), "{shown:?}");
    }
}
