//! The concordance of a library: one document after the other, so that memory does not grow with it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::concordance::{Line, Pattern, Place, places};
use crate::document::{Layer, Millis, Units};
use crate::error::Result;
use crate::progress::Progress;
use crate::store::{ChapterId, DocumentId, Filter, Library};

/// The most different forms that are counted.
const MAX_FORMS: usize = 10_000;

/// One match in a library.
#[derive(Clone, Debug, PartialEq)]
pub struct Occurrence {
    /// The document it stands in.
    pub document: DocumentId,
    /// Who says it, if the file tells.
    pub speaker: Option<String>,
    /// When it is said, if the file tells.
    pub time: Option<Millis>,
    /// The match with what stands around it.
    pub line: Line,
}

/// The matches of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentLines {
    /// The document.
    pub document: DocumentId,
    /// Its title.
    pub title: String,
    /// How many matches it has.
    pub n_occurrences: u64,
    /// The matches in reading order; fewer than there are once as many as asked for are had.
    pub lines: Vec<Occurrence>,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concordance {
    /// How many matches there are.
    pub n_occurrences: u64,
    /// How many documents have one.
    pub n_documents: u64,
    /// How many documents were looked at.
    pub n_searched: u64,
    /// How often each form of the match occurs, folded: most often first, then by its letters.
    pub forms: Vec<(String, u64)>,
}

/// Finds every match of `pattern` in the documents that `filter` lets through, in the order of their numbers.
///
/// `on_document` gets each document with a match as it is found. Lines are made of the first `limit` matches, with at most
/// `context_bytes` of the text to each side; all are counted. Holds one document at a time. Reports documents.
pub fn concordance(
    library: &Library,
    pattern: &Pattern,
    filter: &Filter,
    limit: usize,
    context_bytes: usize,
    on_document: &mut dyn FnMut(DocumentLines) -> Result<()>,
    progress: &dyn Progress,
) -> Result<Concordance> {
    let ids = library.documents_within(filter)?;
    let within = library.chapters_within(filter)?;
    let mut counted = Concordance::default();
    let mut forms: BTreeMap<String, u64> = BTreeMap::new();
    let mut n_free = limit;
    for (done, &id) in ids.iter().enumerate() {
        progress.check()?;
        progress.report(done, ids.len());
        counted.n_searched += 1;
        let text = library.text(id)?;
        if !pattern.may_match(&text) {
            continue;
        }
        let units = library.units(id)?;
        let mut found = places(&text, &units, pattern);
        if let Some(within) = &within {
            let stretches = stretches(library, id, &|chapter| within.contains(&chapter))?;
            found.retain(|place| is_wanted(*place, &stretches, &units, filter));
        }
        if found.is_empty() {
            continue;
        }
        counted.n_occurrences += found.len() as u64;
        counted.n_documents += 1;
        for place in &found {
            let form = Line::at(&text, *place, 0).form().to_owned();
            if forms.len() < MAX_FORMS || forms.contains_key(&form) {
                *forms.entry(form).or_default() += 1;
            }
        }
        let lines: Vec<Occurrence> =
            found.iter().take(n_free).map(|place| occurrence(id, &text, &units, *place, context_bytes)).collect();
        n_free -= lines.len();
        let title = library.document(id)?.title;
        on_document(DocumentLines { document: id, title, n_occurrences: found.len() as u64, lines })?;
    }
    progress.report(ids.len(), ids.len());
    counted.forms = forms.into_iter().collect();
    counted.forms.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    Ok(counted)
}

fn occurrence(document: DocumentId, text: &str, units: &Units, place: Place, context_bytes: usize) -> Occurrence {
    let unit = units.units.get(place.unit.index());
    Occurrence {
        document,
        speaker: unit.and_then(|unit| unit.speaker.clone()),
        time: unit.and_then(|unit| unit.time).map(|time| time.start),
        line: Line::at(text, place, context_bytes),
    }
}

/// Returns the units of the chapters of a document that are wanted.
fn stretches(library: &Library, id: DocumentId, is_wanted: &dyn Fn(ChapterId) -> bool) -> Result<Vec<Range<usize>>> {
    let chapters = library.chapters(id, Layer::Found)?;
    Ok(chapters.into_iter().filter(|row| is_wanted(row.id)).map(|row| row.chapter.units()).collect())
}

fn is_wanted(place: Place, stretches: &[Range<usize>], units: &Units, filter: &Filter) -> bool {
    let unit = place.unit.index();
    let speaks = |speaker: &String| units.units.get(unit).is_some_and(|unit| unit.speaker.as_ref() == Some(speaker));
    stretches.iter().any(|stretch| stretch.contains(&unit)) && filter.speaker.as_ref().is_none_or(speaks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::progress::Unwatched;
    use crate::store::samples;

    /// Returns a library of two documents.
    fn library() -> (Library, DocumentId, DocumentId) {
        let mut library = Library::in_memory().unwrap();
        let plain = samples::document(1, &["Lamps", "Boats"], "The lamp is lit.\nA Lamp, two lamps.\nNo light.");
        let one = library.add_document(&plain).unwrap();
        let other = library.add_document(&samples::rich_document()).unwrap();
        (library, one, other)
    }

    fn found(typed: &str, filter: &Filter, limit: usize) -> (Concordance, Vec<DocumentLines>) {
        let (library, ..) = library();
        let pattern = Pattern::parse(typed).expect("a word");
        let mut documents = Vec::new();
        let on_document = &mut |document| {
            documents.push(document);
            Ok(())
        };
        let counted = concordance(&library, &pattern, filter, limit, 80, on_document, &Unwatched).unwrap();
        (counted, documents)
    }

    fn lines(documents: &[DocumentLines]) -> Vec<String> {
        let lines = documents.iter().flat_map(|document| &document.lines);
        lines.map(|found| format!("{} [{}] {}", found.line.left, found.line.hit, found.line.right)).collect()
    }

    #[test]
    fn every_match_of_every_document_is_found_and_counted() {
        let (counted, documents) = found("lamp*", &Filter::default(), 100);
        assert_eq!((counted.n_occurrences, counted.n_documents, counted.n_searched), (4, 2, 2));
        assert_eq!(counted.forms, [("lamp".to_owned(), 3), ("lamps".to_owned(), 1)]);
        assert_eq!(documents.iter().map(|document| document.n_occurrences).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(lines(&documents)[0], "The [lamp] is lit. A Lamp, two lamps. No light.");
        assert_eq!(documents[1].lines[0].speaker.as_deref(), Some("Speaker 0"));
    }

    #[test]
    fn lines_are_made_up_to_the_limit_and_counted_beyond() {
        let (counted, documents) = found("lamp*", &Filter::default(), 2);
        assert_eq!((counted.n_occurrences, lines(&documents).len()), (4, 2));
    }

    #[test]
    fn a_filter_holds_for_the_places_themselves() {
        let (_, one, other) = library();
        let speaker = Filter { speaker: Some("Speaker 1".to_owned()), ..Filter::default() };
        assert_eq!(found("lamp", &speaker, 9).0.n_occurrences, 0);
        assert_eq!(found("灯台", &speaker, 9).0.n_occurrences, 1);
        let document = Filter { document: Some(one), ..Filter::default() };
        let (counted, documents) = found("lamp", &document, 9);
        assert_eq!((counted.n_occurrences, counted.n_searched), (2, 1));
        assert!(documents.iter().all(|found| found.document != other));
    }

    #[test]
    fn a_cancel_ends_it() {
        struct Stopped;
        impl Progress for Stopped {
            fn report(&self, _done: usize, _total: usize) {}
            fn is_cancelled(&self) -> bool {
                true
            }
        }
        let (library, ..) = library();
        let pattern = Pattern::parse("lamp").expect("a word");
        let ended = concordance(&library, &pattern, &Filter::default(), 9, 80, &mut |_| Ok(()), &Stopped);
        assert!(matches!(ended, Err(Error::Cancelled)));
    }
}
