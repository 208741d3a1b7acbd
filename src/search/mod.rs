//! What was typed into ranked chapters.
//!
//! [`parse()`] makes a tree of any text at all; what cannot be read as a query is read as plain words, and the answer says
//! so. The index and the ranking are the store's: see `store/full_text.rs`.

mod parse;
mod prefix;

pub use parse::{Query, parse};

use crate::error::Result;
use crate::store::{ChapterRow, Library, Match, TopicId};
pub use crate::store::{Filter, FtsQuery, Phrase, SnippetPart};

/// The answer to what was typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The query that was answered, written out with its operators; typed again, it means the same. Empty if there was
    /// nothing to look for.
    pub understood_as: String,
    /// Why that is not quite what was typed, if so.
    pub explanation: Option<String>,
    /// The chapters, best first, then by document number and place.
    pub hits: Vec<Hit>,
}

/// A chapter that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The chapter.
    pub chapter: ChapterRow,
    /// The title of its document.
    pub document_title: String,
    /// BM25: larger is better, above 0. Comparable within one answer only.
    pub score: f64,
    /// The stretch of the chapter that shows most of what was looked for.
    pub snippet: Vec<SnippetPart>,
    /// The chapter's title.
    pub title: Vec<SnippetPart>,
    /// The chapter's topics and their labels, strongest first.
    pub topics: Vec<(TopicId, String)>,
}

/// Looks for what was typed, and returns at most `limit` chapters.
///
/// Words are all looked for; if no chapter has all of several plain words, chapters with any of them are found. No text
/// makes the search itself fail.
pub fn search(library: &Library, typed: &str, filter: &Filter, limit: usize) -> Result<Found> {
    let query = parse(typed);
    let mut found = answer(library, &query, filter, limit)?;
    if found.hits.is_empty()
        && let Some(any) = query.any_word()
    {
        let of_any = answer(library, &any, filter, limit)?;
        if !of_any.hits.is_empty() {
            found = of_any;
        }
    }
    Ok(found)
}

fn answer(library: &Library, query: &Query, filter: &Filter, limit: usize) -> Result<Found> {
    let matches = match query.expression() {
        Some(expression) => library.match_chapters(&prefix::with_stems(expression), filter, limit)?,
        None => Vec::new(),
    };
    tracing::debug!(n_hits = matches.len(), "searched");
    Ok(Found {
        understood_as: query.understood_as(),
        explanation: query.explanation().map(str::to_owned),
        hits: matches.into_iter().map(|found| hit(library, found)).collect::<Result<_>>()?,
    })
}

fn hit(library: &Library, found: Match) -> Result<Hit> {
    Ok(Hit {
        topics: library.topics_of_chapter(found.chapter.id)?,
        chapter: found.chapter,
        document_title: found.document_title,
        score: -found.rank,
        snippet: found.snippet,
        title: found.title_parts,
    })
}

#[cfg(test)]
mod tests;
