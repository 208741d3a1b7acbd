//! From a topic to the very sentences that speak of it.

use std::collections::{BTreeMap, HashSet};

use crate::concordance::{Pattern, Place, places};
use crate::document::{UnitIndex, Units};
use crate::error::Result;
use crate::progress::Progress;
use crate::store::{DocumentId, Library, SnippetPart, TopicChapter, TopicId};

/// About how many bytes of a unit are shown.
const SNIPPET_BYTES: usize = 260;

/// How much of that stands before the first word of the topic.
const LEAD_BYTES: usize = 80;

/// A chapter that bears a topic, with the unit of it that says most of the topic.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicPassage {
    /// The chapter.
    pub bearer: TopicChapter,
    /// The unit that holds most of the topic's different words; the chapter's first if none holds any.
    pub unit: UnitIndex,
    /// How many words of the topic the chapter holds.
    pub n_words: usize,
    /// What that unit says, the words marked.
    pub snippet: Vec<SnippetPart>,
}

/// Returns the chapters that bear a topic, strongest first, at most `limit`, each with its most telling unit by `pattern`,
/// the topic's words. Fails with [`Error::NoTopic`](crate::error::Error::NoTopic).
///
/// Reads each document once, one at a time.
pub fn topic_passages(
    library: &Library,
    topic: TopicId,
    pattern: &Pattern,
    limit: usize,
    progress: &dyn Progress,
) -> Result<Vec<TopicPassage>> {
    let mut bearers = library.topic_chapters(topic)?;
    bearers.truncate(limit);
    let mut by_document: BTreeMap<DocumentId, Vec<usize>> = BTreeMap::new();
    for (at, bearer) in bearers.iter().enumerate() {
        by_document.entry(bearer.chapter.document).or_default().push(at);
    }
    let mut passages: Vec<Option<TopicPassage>> = vec![None; bearers.len()];
    for (id, of_document) in by_document {
        progress.check()?;
        let (text, units) = (library.text(id)?, library.units(id)?);
        let found = places(&text, &units, pattern);
        for at in of_document {
            passages[at] = Some(passage(bearers[at].clone(), &text, &units, &found));
        }
    }
    Ok(passages.into_iter().flatten().collect())
}

fn passage(bearer: TopicChapter, text: &str, units: &Units, found: &[Place]) -> TopicPassage {
    let chapter = &bearer.chapter.chapter;
    let within: Vec<&Place> = found.iter().filter(|place| chapter.units().contains(&place.unit.index())).collect();
    let mut of_unit: BTreeMap<UnitIndex, Vec<&Place>> = BTreeMap::new();
    for place in &within {
        of_unit.entry(place.unit).or_default().push(place);
    }
    let richness = |places: &[&Place]| {
        let forms: HashSet<String> = places.iter().map(|place| place.span.of(text).to_lowercase()).collect();
        (forms.len(), places.len())
    };
    let best = of_unit.iter().map(|(unit, places)| (richness(places), *unit));
    let best = best.reduce(|best, next| if best.0 < next.0 { next } else { best });
    let unit = best.map_or(chapter.first_unit, |(_, unit)| unit);
    let marked = of_unit.get(&unit).map_or(&[][..], Vec::as_slice);
    let snippet = units.units.get(unit.index()).map_or_else(Vec::new, |of| snippet(text, of.span.range(), marked));
    TopicPassage { unit, n_words: within.len(), snippet, bearer }
}

/// Returns a stretch of `text` within `unit` from a little before the first of `marked` on, those marked.
fn snippet(text: &str, unit: std::ops::Range<usize>, marked: &[&Place]) -> Vec<SnippetPart> {
    let spans: Vec<std::ops::Range<usize>> =
        marked.iter().map(|place| place.span.range()).filter(|span| unit.start <= span.start && span.end <= unit.end).collect();
    let first = spans.first().map_or(unit.start, |span| span.start);
    let start = word_start(text, text.floor_char_boundary(first.saturating_sub(LEAD_BYTES)).max(unit.start), &unit, first);
    let end = text.floor_char_boundary(start + SNIPPET_BYTES).min(unit.end);
    let end = if end < unit.end { text[start..end].rfind(' ').map_or(end, |space| start + space) } else { end };
    let mut parts: Vec<SnippetPart> = Vec::new();
    let mut push = |from: usize, to: usize, is_hit: bool| {
        if from < to {
            parts.push(SnippetPart { text: text[from..to].replace(char::is_whitespace, " "), is_hit });
        }
    };
    let mut at = start;
    for span in spans.iter().filter(|span| span.end <= end) {
        push(at, span.start, false);
        push(span.start, span.end, true);
        at = span.end;
    }
    push(at, end, false);
    let ellipsis = |is_cut: bool| is_cut.then(|| SnippetPart { text: "…".to_owned(), is_hit: false });
    let (before, after) = (ellipsis(unit.start < start), ellipsis(end < unit.end));
    before.into_iter().chain(parts).chain(after).collect()
}

/// Returns the start of the first word from `at` on, if one starts before `until`.
fn word_start(text: &str, at: usize, unit: &std::ops::Range<usize>, until: usize) -> usize {
    if at == unit.start {
        return at;
    }
    text[at..until].find(' ').map_or(at, |space| at + space + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Layer;
    use crate::progress::Unwatched;
    use crate::store::{NewTopic, samples};
    use crate::words::Language;

    #[test]
    fn each_chapter_shows_the_unit_that_says_most_of_the_topic() {
        let mut library = Library::in_memory().unwrap();
        let filler = "and so on it goes ".repeat(30);
        let text = format!("The bee, the bee.\nOne hive of bees is full.\nNothing of it.\n{filler}a bee {filler}");
        let id = library.add_document(&samples::document(1, &["Bees", "Rest"], &text)).unwrap();
        let chapters: Vec<_> = library.chapters(id, Layer::Found).unwrap().iter().map(|row| row.id).collect();
        let topic = NewTopic {
            label: "bees".to_owned(),
            words: vec![("bees".to_owned(), 1.0), ("hives".to_owned(), 0.5)],
            npmi: 0.0,
            profile: Vec::new(),
            documents: Vec::new(),
            chapters: vec![(chapters[0], 0.5), (chapters[1], 0.9)],
        };
        library.replace_topics(&[topic], &samples::provenance("minhash")).unwrap();
        let topic = library.topics().unwrap()[0].id;
        let pattern = Pattern::of_stems(["bees", "hives"], Language::English).expect("two words");
        let passages = topic_passages(&library, topic, &pattern, 9, &Unwatched).unwrap();
        let shown: Vec<(u32, usize, String)> = passages
            .iter()
            .map(|passage| {
                let part = |part: &SnippetPart| if part.is_hit { format!("[{}]", part.text) } else { part.text.clone() };
                (passage.unit.0, passage.n_words, passage.snippet.iter().map(part).collect())
            })
            .collect();
        assert_eq!((shown[1].0, shown[1].1, shown[1].2.as_str()), (1, 4, "One [hive] of [bees] is full."));
        assert_eq!((shown[0].0, shown[0].1), (3, 1));
        assert!(shown[0].2.starts_with("…") && shown[0].2.contains("a [bee] and so on"), "{}", shown[0].2);
        assert!(shown[0].2.len() < 300 && shown[0].2.ends_with('…'), "{}", shown[0].2);
        assert_eq!(topic_passages(&library, topic, &pattern, 1, &Unwatched).unwrap().len(), 1);
    }
}
