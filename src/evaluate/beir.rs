//! Collections with questions and judgements in the form of BEIR: a folder with `corpus.jsonl`, `queries.jsonl` and
//! `qrels/test.tsv` (or one other table in `qrels`).
//!
//! Thakur, Reimers, Rücklé, Srivastava, Gurevych 2021, "BEIR: A Heterogenous Benchmark for Zero-shot Evaluation of
//! Information Retrieval Models".

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::json_lines::JsonLines;
use crate::error::{Error, Result};

/// A passage to be found.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Passage {
    /// Its name.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its title; often empty.
    #[serde(default)]
    pub title: String,
    /// Its text.
    pub text: String,
}

/// A question, with how relevant passages are to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedQuery {
    /// Its name.
    pub id: String,
    /// What is asked.
    pub text: String,
    /// The passages that were judged, with their grades; 0 and below is not relevant.
    pub grades: BTreeMap<String, i64>,
}

/// Returns the passages of a folder one by one, as they are read. After an error nothing more comes.
pub fn passages(folder: &Path) -> Result<impl Iterator<Item = Result<Passage>> + use<>> {
    lines(&folder.join("corpus.jsonl"))
}

/// Returns the questions of a folder that have a relevant passage, in their order.
pub fn judged_queries(folder: &Path) -> Result<Vec<JudgedQuery>> {
    #[derive(Deserialize)]
    struct Line {
        #[serde(rename = "_id")]
        id: String,
        text: String,
    }
    let mut grades = grades(&table(&folder.join("qrels"))?)?;
    let mut queries = Vec::new();
    for line in lines::<Line>(&folder.join("queries.jsonl"))? {
        let Line { id, text } = line?;
        let grades = grades.remove(&id).unwrap_or_default();
        if grades.values().any(|grade| 0 < *grade) {
            queries.push(JudgedQuery { id, text, grades });
        }
    }
    Ok(queries)
}

/// Returns the lines of a file of JSON, each as a `T`.
fn lines<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<impl Iterator<Item = Result<T>> + use<T>> {
    Ok(JsonLines::open(path)?.each(|lines| {
        let Some(line) = lines.next_line()? else { return Ok(None) };
        serde_json::from_slice(&line).map(Some).map_err(|error| lines.wrong(error.to_string()))
    }))
}

/// Returns the table of judgements in a folder: `test.tsv`, or the first other one by name.
fn table(folder: &Path) -> Result<PathBuf> {
    let usual = folder.join("test.tsv");
    if usual.is_file() {
        return Ok(usual);
    }
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "tsv") {
            tables.push(path);
        }
    }
    tables.into_iter().min().ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()))
}

/// Returns the grades of passages by question. The first line is a head.
fn grades(path: &Path) -> Result<BTreeMap<String, BTreeMap<String, i64>>> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let mut grades: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for (at, line) in text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let row = match cells[..] {
            [query, passage, grade] => grade.trim().parse().ok().map(|grade| (query, passage, grade)),
            _ => None,
        };
        let Some((query, passage, grade)) = row else {
            let reason = "this is not a question, a passage and a grade with tabs between them".to_owned();
            return Err(Error::Data { path: path.to_owned(), line: at + 1, reason });
        };
        grades.entry(query.to_owned()).or_default().insert(passage.to_owned(), grade);
    }
    Ok(grades)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(qrels: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        std::fs::create_dir(folder.path().join("qrels")).expect("a folder");
        write(
            "corpus.jsonl",
            "{\"_id\": \"a\", \"title\": \"Sea\", \"text\": \"tide\"}\n{\"_id\": \"b\", \"text\": \"oven\"}\n",
        );
        write("queries.jsonl", "{\"_id\": \"q1\", \"text\": \"when?\"}\n{\"_id\": \"q2\", \"text\": \"how?\"}\n");
        write("qrels/test.tsv", qrels);
        folder
    }

    #[test]
    fn a_folder_is_read_and_questions_without_an_answer_are_left_out() {
        let folder = folder("query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb\t0\nq2\ta\t0\n");
        let passages: Vec<Passage> = passages(folder.path()).unwrap().map(Result::unwrap).collect();
        assert_eq!(passages.len(), 2);
        assert_eq!((passages[0].title.as_str(), passages[1].title.as_str()), ("Sea", ""));
        let queries = judged_queries(folder.path()).unwrap();
        assert_eq!(queries.len(), 1);
        assert_eq!(queries[0].grades, BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 0)]));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let folder = folder("query-id\tcorpus-id\tscore\nq1\ta\n");
        assert!(matches!(judged_queries(folder.path()), Err(Error::Data { line: 2, .. })));
        std::fs::remove_file(folder.path().join("qrels/test.tsv")).expect("it was there");
        assert!(matches!(judged_queries(folder.path()), Err(Error::Read { .. })));
    }
}
