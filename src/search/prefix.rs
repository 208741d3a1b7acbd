//! Makes `universi*` find *university*, though the index has only its stem, *univers*.
//!
//! The stemmer cuts an ending off a whole word, but cannot off the beginning of one. So where what was typed ends in the
//! beginning of an English ending, the word with that ending is looked for too, and the index stems it as it stemmed
//! the text.

use crate::store::{FtsQuery, Phrase};

/// The endings that the Porter stemmer takes off or changes and that are long enough to be typed in part.
const ENDINGS: [&str; 28] = [
    "ability", "able", "ably", "ally", "ance", "ancy", "ation", "ational", "ed", "ement", "ence", "ency", "es",
    "fully", "fulness", "ible", "ibility", "ical", "ing", "ings", "ism", "ity", "ities", "ive", "ization", "ment",
    "ments", "ness",
];

/// The fewest letters that must stand before an ending, so that a short word is not taken for a stem and an ending.
const MIN_STEM_CHARS: usize = 3;

/// Returns the query with each word that may go on made to find stems too.
pub(super) fn with_stems(query: &FtsQuery) -> FtsQuery {
    let each = |queries: &[FtsQuery]| queries.iter().map(with_stems).collect();
    match query {
        FtsQuery::Phrase(phrase) if phrase.is_prefix => {
            let mut any = vec![query.clone()];
            any.extend(
                whole_words(&phrase.words)
                    .into_iter()
                    .map(|words| FtsQuery::Phrase(Phrase { words, is_prefix: false })),
            );
            FtsQuery::Any(any)
        }
        FtsQuery::All(queries) => FtsQuery::All(each(queries)),
        FtsQuery::Any(queries) => FtsQuery::Any(each(queries)),
        FtsQuery::Without(query, other) => FtsQuery::Without(Box::new(with_stems(query)), Box::new(with_stems(other))),
        FtsQuery::InTitle(query) => FtsQuery::InTitle(Box::new(with_stems(query))),
        FtsQuery::Phrase(_) | FtsQuery::Near(..) => query.clone(),
    }
}

/// Returns `beginning` completed by each ending whose own beginning it ends in.
fn whole_words(beginning: &str) -> Vec<String> {
    let mut words = Vec::new();
    let starts = beginning.char_indices().skip(MIN_STEM_CHARS).map(|(start, _)| start);
    for start in starts {
        let (stem, begun) = beginning.split_at(start);
        let fitting = ENDINGS.iter().filter(|ending| ending.len() > begun.len() && ending.starts_with(begun));
        words.extend(fitting.map(|ending| format!("{stem}{ending}")));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_that_was_begun_is_completed() {
        let words = whole_words("universi");
        assert!(words.contains(&"university".to_owned()), "{words:?}");
        assert!(words.contains(&"universities".to_owned()), "{words:?}");
        assert!(words.iter().all(|word| word.starts_with("universi")), "{words:?}");
    }

    #[test]
    fn a_short_word_and_one_without_an_ending_are_left_alone() {
        assert_eq!(whole_words("ti"), [""; 0]);
        assert_eq!(whole_words("lamp"), [""; 0]);
        assert_eq!(whole_words("灯台守"), [""; 0]);
    }
}
