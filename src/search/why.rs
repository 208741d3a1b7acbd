//! Why nothing was found: which part of a query no chapter answers to.

use crate::error::Result;
use crate::store::{Filter, FtsQuery, Library, Phrase};

use super::prefix;

/// Chapters are counted no further than this.
const MAX_COUNTED: usize = 1_000;

/// The most parts of a query that are said something of.
const MAX_PARTS: usize = 6;

/// Returns sentences on why no chapter answers to a query, the most telling first. Lower case, no full stop.
pub(super) fn reasons(library: &Library, query: &FtsQuery, filter: &Filter) -> Result<Vec<String>> {
    let counter = Counter { library, filter };
    let mut reasons = Vec::new();
    if !filter.is_empty() {
        let n = counter.n_anywhere(query)?;
        if n > 0 {
            // Of each part it would be said that nothing holds it, which is not so.
            return Ok(vec![format!("without the filters, {} would be found", chapters(n))]);
        }
    }
    counter.explain(query, &mut reasons)?;
    reasons.truncate(MAX_PARTS);
    Ok(reasons)
}

struct Counter<'a> {
    library: &'a Library,
    filter: &'a Filter,
}

impl Counter<'_> {
    fn n(&self, query: &FtsQuery) -> Result<usize> {
        self.library.count_matches(&prefix::with_stems(query), self.filter, MAX_COUNTED)
    }

    fn n_anywhere(&self, query: &FtsQuery) -> Result<usize> {
        self.library.count_matches(&prefix::with_stems(query), &Filter::default(), MAX_COUNTED)
    }

    fn explain(&self, query: &FtsQuery, reasons: &mut Vec<String>) -> Result<()> {
        if MAX_PARTS <= reasons.len() || self.n(query)? > 0 {
            return Ok(());
        }
        match query {
            FtsQuery::Phrase(phrase) => self.explain_phrase(phrase, reasons),
            FtsQuery::Near(phrases, within) => {
                let n_before = reasons.len();
                for phrase in phrases {
                    self.explain(&FtsQuery::Phrase(phrase.clone()), reasons)?;
                }
                if reasons.len() == n_before {
                    let words = phrases.iter().map(quoted).collect::<Vec<_>>().join(" and ");
                    reasons.push(format!("{words} stand nowhere within {within} words of each other"));
                }
                Ok(())
            }
            FtsQuery::All(queries) => {
                let n_before = reasons.len();
                for query in queries {
                    self.explain(query, reasons)?;
                }
                if reasons.len() == n_before {
                    self.explain_all(queries, reasons)?;
                }
                Ok(())
            }
            FtsQuery::Any(queries) => queries.iter().try_for_each(|query| self.explain(query, reasons)),
            FtsQuery::Without(query, _) => {
                let n = self.n(query)?;
                if n == 0 {
                    return self.explain(query, reasons);
                }
                reasons.push(format!("{} would be found, but NOT takes all of them away", chapters(n)));
                Ok(())
            }
            FtsQuery::InTitle(query) => {
                let n = self.n(query)?;
                if n == 0 {
                    return self.explain(query, reasons);
                }
                reasons.push(format!("no title has it; {} would be found in the text", chapters(n)));
                Ok(())
            }
        }
    }

    fn explain_phrase(&self, phrase: &Phrase, reasons: &mut Vec<String>) -> Result<()> {
        let words: Vec<&str> = phrase.words.split_whitespace().collect();
        if let [_, _, ..] = words[..] {
            let together: Vec<FtsQuery> = words
                .iter()
                .map(|word| FtsQuery::Phrase(Phrase { words: (*word).to_owned(), is_prefix: false }))
                .collect();
            let n = self.n(&FtsQuery::All(together))?;
            if n > 0 {
                let phrase = quoted(phrase);
                reasons.push(format!("{} the words of {phrase}, but never one after the other", hold(n)));
                return Ok(());
            }
        }
        reasons.push(format!("no chapter holds {}", quoted(phrase)));
        Ok(())
    }

    /// Says of parts that are all found how often each is.
    fn explain_all(&self, queries: &[FtsQuery], reasons: &mut Vec<String>) -> Result<()> {
        let mut counted = Vec::new();
        for query in queries.iter().take(MAX_PARTS) {
            if let FtsQuery::Phrase(phrase) = query {
                counted.push(format!("{} {}", hold(self.n(query)?), quoted(phrase)));
            }
        }
        reasons.push(if counted.is_empty() {
            "each part is found, but no chapter has them all".to_owned()
        } else {
            format!("{}, but none has them all", counted.join(", "))
        });
        Ok(())
    }
}

fn quoted(phrase: &Phrase) -> String {
    format!("“{}{}”", phrase.words, if phrase.is_prefix { "*" } else { "" })
}

fn chapters(n: usize) -> String {
    match n {
        1 => "1 chapter".to_owned(),
        MAX_COUNTED => format!("{MAX_COUNTED} chapters or more"),
        n => format!("{n} chapters"),
    }
}

fn hold(n: usize) -> String {
    format!("{} {}", chapters(n), if n == 1 { "holds" } else { "hold" })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::store::{DocumentId, samples};

    #[track_caller]
    fn check_within(typed: &str, filter: &Filter, expected: &[&str]) {
        let mut library = Library::in_memory().unwrap();
        let text = "The lamp is lit at dusk.\nThe high tide turns.\nGulls follow the boats.\nNets dry.";
        library.add_document(&samples::document(1, &["Lamps", "Boats"], text)).unwrap();
        let query = parse(typed);
        let found = reasons(&library, query.expression().expect("a query"), filter).unwrap();
        assert_eq!(found, expected, "{typed}");
    }

    #[track_caller]
    fn check(typed: &str, expected: &[&str]) {
        check_within(typed, &Filter::default(), expected);
    }

    #[test]
    fn the_word_that_is_nowhere_is_named() {
        check("walrus", &["no chapter holds “walrus”"]);
        check("lamp walrus", &["no chapter holds “walrus”"]);
        check("walrus OR pengu*", &["no chapter holds “walrus”", "no chapter holds “pengu*”"]);
    }

    #[test]
    fn words_that_are_found_apart_are_counted() {
        check("lamp gulls", &["1 chapter holds “lamp”, 1 chapter holds “gulls”, but none has them all"]);
        check("\"tide high\"", &["1 chapter holds the words of “tide high”, but never one after the other"]);
        check("lamp NEAR/1 tide", &["“lamp” and “tide” stand nowhere within 1 words of each other"]);
    }

    #[test]
    fn what_operators_take_away_is_said() {
        check("the NOT (lamp OR gulls)", &["2 chapters would be found, but NOT takes all of them away"]);
        check("title:gulls", &["no title has it; 1 chapter would be found in the text"]);
    }

    #[test]
    fn filters_that_leave_nothing_are_named_alone() {
        let elsewhere = Filter { document: Some(DocumentId(9)), ..Filter::default() };
        check_within("lamp", &elsewhere, &["without the filters, 1 chapter would be found"]);
    }
}
