//! What was typed into ranked chapters.
//!
//! [`parse()`] makes a tree of any text at all; what cannot be read as a query is read as plain words, and the answer says
//! so. Chapters are ranked by the words they hold (the index and BM25 are the store's, see `store/full_text.rs`), by how
//! near they are in meaning to a vector of what was typed, or by both, see `fusion`. [`concordance()`] finds every place
//! of a word or phrase instead.

mod concordance;
mod fusion;
mod parse;
mod passages;
mod prefix;
mod why;

use std::collections::{HashMap, HashSet};

pub use concordance::{Concordance, DocumentLines, Occurrence, concordance};
pub use parse::{Query, parse};
pub use passages::{TopicPassage, topic_passages};

use crate::document::UnitIndex;
use crate::error::Result;
use crate::store::{ChapterId, ChapterRow, Library, Match, Near, TopicId};
pub use crate::store::{Filter, FtsQuery, Phrase, SnippetPart};

/// What chapters are ranked by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ranking {
    /// The words they hold.
    Words,
    /// How near they are in meaning.
    Meaning,
    /// Both.
    #[default]
    Both,
}

impl Ranking {
    /// Every ranking there is.
    pub const ALL: [Self; 3] = [Self::Words, Self::Meaning, Self::Both];

    /// Returns the name used in every output, such as `"words"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Meaning => "meaning",
            Self::Both => "both",
        }
    }

    /// Returns the ranking of that name, as [`Ranking::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ranking| ranking.name() == name)
    }
}

/// What is to be found.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What was typed.
    pub typed: &'a str,
    /// What to rank by. Where there is no vector, or where what was typed is more than plain words, words decide.
    pub ranking: Ranking,
    /// What [`text_to_encode`] gives, as a vector of length 1 by the model that made those of the library.
    pub vector: Option<&'a [f32]>,
    /// Where to look.
    pub filter: &'a Filter,
    /// The most chapters to return.
    pub limit: usize,
    /// Whether the last word may still be the beginning of one.
    pub is_typing: bool,
}

impl<'a> Question<'a> {
    /// Returns the question for chapters that hold what was typed.
    pub fn of_words(typed: &'a str, filter: &'a Filter, limit: usize) -> Self {
        Self { typed, ranking: Ranking::Words, vector: None, filter, limit, is_typing: false }
    }
}

/// Returns the text to make a vector of for a search by meaning; nothing if what was typed is more than plain words, which
/// words alone can answer.
pub fn text_to_encode(typed: &str) -> Option<String> {
    parse(typed).plain_words()
}

/// The answer to what was typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The query that was answered, written out with its operators; typed again, it looks for the same, and for nothing less.
    /// Empty if there was nothing to look for.
    pub understood_as: String,
    /// Why that is not quite what was typed, if so.
    pub explanation: Option<String>,
    /// What the chapters are ranked by.
    pub ranking: Ranking,
    /// The chapters, best first, then by document number and place.
    pub hits: Vec<Hit>,
    /// Why there are none, if so: sentences without a full stop.
    pub why_none: Vec<String>,
}

/// What brought a chapter into the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FoundBy {
    /// Words that it holds.
    Words,
    /// Its meaning alone: it holds none of the words.
    Meaning,
    /// Both.
    Both,
}

/// A chapter that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The chapter.
    pub chapter: ChapterRow,
    /// The title of its document.
    pub document_title: String,
    /// Larger is better, above 0; comparable within one answer only. By words BM25, by meaning a cosine, by both the sum
    /// of reciprocal ranks.
    pub score: f64,
    /// What brought it here.
    pub found_by: FoundBy,
    /// The unit that is nearest in meaning, of a chapter that was found by meaning alone.
    pub unit: Option<UnitIndex>,
    /// The stretch of the chapter that shows most of what was looked for.
    pub snippet: Vec<SnippetPart>,
    /// The chapter's title.
    pub title: Vec<SnippetPart>,
    /// The chapter's topics and their labels, strongest first.
    pub topics: Vec<(TopicId, String)>,
}

/// How many chapters each ranking hands to the fusion of both.
const POOL: usize = 200;

/// Looks for what was typed.
///
/// Words are all looked for; if no chapter has all of several plain words, chapters with any of them are found, unless an `AND`
/// stands between them. No text makes the search itself fail.
pub fn search(library: &Library, question: &Question<'_>) -> Result<Found> {
    let query = parse(question.typed);
    let vector = question.vector.filter(|_| question.ranking != Ranking::Words && query.plain_words().is_some());
    let mut found = match vector {
        Some(vector) => by_meaning(library, &query, question, vector)?,
        None => by_words(library, &query, question)?,
    };
    if found.hits.is_empty()
        && let Some(expression) = query.expression()
    {
        found.why_none = why::reasons(library, expression, question.filter)?;
    }
    tracing::debug!(n_hits = found.hits.len(), ranking = found.ranking.name(), "searched");
    Ok(found)
}

fn by_words(library: &Library, query: &Query, question: &Question<'_>) -> Result<Found> {
    let begun = if question.is_typing { query.begun_word() } else { None };
    let wider = begun.into_iter().chain(query.any_word());
    let mut found = answer(library, query, question)?;
    for query in wider {
        if !found.hits.is_empty() {
            break;
        }
        let of_wider = answer(library, &query, question)?;
        if !of_wider.hits.is_empty() {
            found = of_wider;
        }
    }
    Ok(found)
}

fn answer(library: &Library, query: &Query, question: &Question<'_>) -> Result<Found> {
    let matches = match query.expression() {
        Some(expression) => library.match_chapters(&prefix::with_stems(expression), question.filter, question.limit)?,
        None => Vec::new(),
    };
    let hits = matches.into_iter().map(|found| {
        let score = -found.rank;
        hit_of_words(library, found, score, FoundBy::Words)
    });
    Ok(Found {
        understood_as: query.understood_as(),
        explanation: query.explanation().map(str::to_owned),
        ranking: Ranking::Words,
        hits: hits.collect::<Result<_>>()?,
        why_none: Vec::new(),
    })
}

/// Ranks by meaning, or by meaning and words together; the words are those of any-word queries, whose ranking puts
/// chapters with more and rarer of them first.
fn by_meaning(library: &Library, query: &Query, question: &Question<'_>, vector: &[f32]) -> Result<Found> {
    let &Question { filter, limit, ranking, .. } = question;
    let pool = POOL.max(limit);
    let mut near = library.nearest_chapters(vector, filter, pool)?;
    near.retain(|near| fusion::MIN_COSINE <= near.cosine);
    let wide = query.any_word();
    let expression = wide.as_ref().unwrap_or(query).expression().map(prefix::with_stems);
    let of_words = match &expression {
        Some(expression) if ranking == Ranking::Both => library.rank_chapters(expression, filter, pool)?,
        _ => Vec::new(),
    };
    let mut best = if ranking == Ranking::Both {
        fusion::fused(&of_words, &near)
    } else {
        near.iter().map(|near| (near.chapter, f64::from(near.cosine))).collect()
    };
    best.truncate(limit);
    Ok(Found {
        understood_as: query.understood_as(),
        explanation: query.explanation().map(str::to_owned),
        ranking,
        hits: hits(library, expression.as_ref(), &best, &of_words, &near, vector)?,
        why_none: Vec::new(),
    })
}

/// Returns what there is to show of the `best` chapters, in their order.
fn hits(
    library: &Library,
    expression: Option<&FtsQuery>,
    best: &[(ChapterId, f64)],
    of_words: &[(ChapterId, f64)],
    near: &[Near],
    vector: &[f32],
) -> Result<Vec<Hit>> {
    let holds_words: HashSet<ChapterId> = of_words.iter().map(|(id, _)| *id).collect();
    let is_near: HashSet<ChapterId> = near.iter().map(|near| near.chapter).collect();
    let (worded, nearby): (Vec<_>, Vec<_>) = best.iter().partition(|(id, _)| holds_words.contains(id));
    let mut shown: HashMap<ChapterId, Hit> = HashMap::with_capacity(best.len());
    if let Some(expression) = expression {
        for found in library.show_matches(expression, &worded)? {
            let (id, score) = (found.chapter.id, found.rank);
            let found_by = if is_near.contains(&id) { FoundBy::Both } else { FoundBy::Words };
            shown.insert(id, hit_of_words(library, found, score, found_by)?);
        }
    }
    let ids: Vec<ChapterId> = nearby.iter().map(|(id, _)| *id).collect();
    for (chapter, document_title) in library.chapters_of_ids(&ids)? {
        shown.insert(chapter.id, hit_of_meaning(library, chapter, document_title, vector)?);
    }
    let in_order = best.iter().filter_map(|(id, score)| shown.remove(id).map(|hit| Hit { score: *score, ..hit }));
    Ok(in_order.collect())
}

fn hit_of_words(library: &Library, found: Match, score: f64, found_by: FoundBy) -> Result<Hit> {
    Ok(Hit {
        topics: library.topics_of_chapter(found.chapter.id)?,
        chapter: found.chapter,
        document_title: found.document_title,
        score,
        found_by,
        unit: None,
        snippet: found.snippet,
        title: found.title_parts,
    })
}

fn hit_of_meaning(library: &Library, chapter: ChapterRow, document_title: String, vector: &[f32]) -> Result<Hit> {
    let unit = library.nearest_unit(chapter.document, &chapter.chapter, vector)?.map(|near| near.unit);
    let text = library.unit_text(chapter.document, unit.unwrap_or(chapter.chapter.first_unit))?;
    let plain = |text: String| vec![SnippetPart { text, is_hit: false }];
    Ok(Hit {
        topics: library.topics_of_chapter(chapter.id)?,
        document_title,
        score: 0.0,
        found_by: FoundBy::Meaning,
        unit,
        snippet: plain(opening(&text)),
        title: plain(chapter.chapter.title.clone()),
        chapter,
    })
}

/// Returns the first words of a unit on one line, as many as a snippet has.
fn opening(text: &str) -> String {
    const MAX_WORDS: usize = 32;
    const MAX_CHARS: usize = 300;
    let mut words = text.split_whitespace();
    let mut line = words.by_ref().take(MAX_WORDS).collect::<Vec<_>>().join(" ");
    let cut = line.char_indices().nth(MAX_CHARS).map(|(at, _)| at);
    line.truncate(cut.unwrap_or(line.len()));
    if cut.is_some() || words.next().is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests;
