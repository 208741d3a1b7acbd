//! Corrections into a library: each is kept at once, with the chapters that follow from it, in one transaction.

use std::collections::BTreeMap;

use super::topics::KnownTopics;
use super::{language_in, language_read_in, words_of_units};
use crate::chapters;
use crate::corrections::{Change, carry_titles, titles_behind};
use crate::document::{Chapter, GapIndex, Heading, Layer, UnitIndex, Units};
use crate::error::{Error, Result};
use crate::progress::Unwatched;
use crate::store::{DocumentId, HandMade, HandMove, Library, Recut};
use crate::titles;
use crate::words::Language;

/// How often a correction is tried again when another program corrects the same document in the same moment.
const TRIES: usize = 5;

/// Does what a person asks for to the chapters of a document as they are kept. `made_at` is in seconds since 1970.
///
/// Fails with [`Error::Correction`] if it cannot be done, and changes nothing then.
pub fn correct(library: &mut Library, id: DocumentId, change: &Change, made_at: i64) -> Result<()> {
    let kept = library.hand_made(id)?;
    let chapters = found_chapters(library, id)?;
    let step = kept.corrections.step(change, &chapters, kept.history.free_note())?;
    keep_by_hand(library, id, &HandMove::Take(step), made_at)
}

/// Keeps a change to what was done by hand, and cuts the chapters by it. No model is asked: a chapter keeps its title, one
/// that came back gets the title it had, and one that is new is titled by its words.
///
/// Fails with [`Error::Correction`] if there is nothing to take back or again, or if the change does not fit what is kept.
pub fn keep_by_hand(library: &mut Library, id: DocumentId, change: &HandMove, made_at: i64) -> Result<()> {
    for _ in 0..TRIES {
        let before = library.hand_made(id)?;
        let after = before.after(change).ok_or_else(|| does_not_fit(change))?;
        let recut = recut_by_hand(library, id, &before, &after, change)?;
        let recut = recut.as_ref().map(|(chapters, former_titles)| Recut { chapters, former_titles });
        let is_kept = library.change_by_hand(id, before.revision, change, made_at, recut.as_ref())?;
        if is_kept {
            // A note changes nothing that bears a topic.
            return if recut.is_some() { assign_missing_topics(library, id) } else { Ok(()) };
        }
    }
    Err(does_not_fit(change))
}

fn does_not_fit(change: &HandMove) -> Error {
    let (attempt, reason) = match change {
        HandMove::Undo => ("undo", "there is nothing to take back"),
        HandMove::Redo => ("redo", "there is nothing to take again"),
        HandMove::Take(_) | HandMove::GoOn(_) => {
            ("keep the correction", "the document was corrected in another place meanwhile; open it again")
        }
    };
    Error::Correction { attempt, reason }
}

fn found_chapters(library: &Library, id: DocumentId) -> Result<Vec<Chapter>> {
    Ok(library.chapters(id, Layer::Found)?.into_iter().map(|row| row.chapter).collect())
}

/// Chapters, and the titles of those that are gone, by the unit they started at.
type RecutChapters = (Vec<Chapter>, BTreeMap<UnitIndex, String>);

/// Returns the chapters that follow from a change, and the titles of those that are gone; nothing if the change is about
/// notes alone.
fn recut_by_hand(
    library: &Library,
    id: DocumentId,
    before: &HandMade,
    after: &HandMade,
    change: &HandMove,
) -> Result<Option<RecutChapters>> {
    let step = match change {
        HandMove::Take(step) | HandMove::GoOn(step) => Some(step),
        HandMove::Undo => before.history.to_undo(),
        HandMove::Redo => before.history.to_redo(),
    };
    if step.is_some_and(|step| !step.is_about_chapters()) {
        return Ok(None);
    }
    let (row, text, units) = (library.document(id)?, library.text(id)?, library.units(id)?);
    let (scores, provenance) = match library.gap_scores(id, &row.engine)? {
        Some((scores, provenance)) => (scores, Some(provenance)),
        None => Default::default(),
    };
    let cut = super::stored_cut(&row, provenance.as_ref());
    let old = found_chapters(library, id)?;
    let kept: Vec<GapIndex> = old.iter().filter_map(|chapter| chapter.first_unit.gap_before()).collect();
    let recomputed = if scores.len() == units.n_gaps() {
        chapters::boundaries(&scores, &words_of_units(&text, &units), cut)
    } else {
        Vec::new()
    };
    let found = before.corrections.found_behind(&kept, &recomputed, cut.min_units());
    let mut chapters = after.corrections.cut(text.len(), &units, &scores, &found, cut);
    let (old, former) = titles_behind(old, &before.former_titles, &before.corrections, &after.corrections, &chapters);
    carry_titles(&old, &former, &mut chapters);
    let language = provenance.as_ref().map_or_else(|| language_read_in(row.language.as_deref(), &text), language_in);
    title_by_words(&mut chapters, &text, &units, language)?;
    Ok(Some((chapters, former)))
}

/// So many chapters to either side are looked at for what sets a chapter apart.
const BESIDE: usize = 2;

/// Titles the chapters that have no title by their words, beside those next to them: the rest of a long document is not
/// read for it.
fn title_by_words(chapters: &mut [Chapter], text: &str, units: &Units, language: Language) -> Result<()> {
    for at in 0..chapters.len() {
        if !chapters[at].title.is_empty() {
            continue;
        }
        let from = at.saturating_sub(BESIDE);
        let to = (at + 1 + BESIDE).min(chapters.len());
        let mut beside = chapters[from..to].to_vec();
        let part = part_of(units, &mut beside);
        // One that is not wanted yet must not be titled beside this one.
        for (place, chapter) in beside.iter_mut().enumerate() {
            if from + place != at && chapter.title.is_empty() {
                "…".clone_into(&mut chapter.title);
            }
        }
        titles::title_chapters(&mut beside, text, &part, None, None, language, &Unwatched)?;
        chapters[at].title = std::mem::take(&mut beside[at - from].title);
    }
    Ok(())
}

/// Returns the units of neighbouring chapters, and counts the chapters' units from the first of them.
fn part_of(units: &Units, chapters: &mut [Chapter]) -> Units {
    let first = chapters[0].first_unit;
    let end = chapters[chapters.len() - 1].end_unit();
    for chapter in chapters {
        chapter.first_unit = UnitIndex(chapter.first_unit.0 - first.0);
    }
    let is_within = |heading: &&Heading| (first..end).contains(&heading.before);
    let heading = |heading: &Heading| Heading { before: UnitIndex(heading.before.0 - first.0), ..heading.clone() };
    Units {
        kind: units.kind,
        units: units.units[first.index()..end.index()].to_vec(),
        headings: units.headings.iter().filter(is_within).map(heading).collect(),
    }
}

/// Says which topics the chapters bear that nothing is said of.
fn assign_missing_topics(library: &mut Library, id: DocumentId) -> Result<()> {
    let Some(known) = KnownTopics::of(library)? else { return Ok(()) };
    let said: std::collections::BTreeSet<_> =
        library.chapter_topics(id)?.into_iter().map(|(chapter, ..)| chapter).collect();
    let missing: Vec<_> =
        library.chapters(id, Layer::Found)?.into_iter().filter(|row| !said.contains(&row.id)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let text = library.text(id)?;
    let mut borne = Vec::new();
    for row in missing {
        let topics = known.borne_by(row.chapter.span.of(&text));
        borne.extend(topics.into_iter().map(|(topic, strength)| (row.id, topic, strength)));
    }
    library.add_chapter_topics(&borne)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corrections::{Note, NoteColor};
    use crate::document::{Origin, Span};
    use crate::pipeline::{self, Added, Engine, Source, SplitSettings};

    const SUBJECTS: [&str; 4] = [
        "The bees left the hive and the swarm hung in the apple tree. Honey dripped from every comb of the hive.",
        "The signal lever locked the junction and the train waited. A signalman counts trains at the junction.",
        "The baker kneads the dough before dawn. Rye flour and salt make the loaf, and the oven bakes the dough.",
        "Telescopes turn to Saturn and its rings. The observatory dome opens, and the stars come out over it.",
    ];

    /// Returns a library with a document of sixteen paragraphs on four subjects.
    fn library() -> (Library, DocumentId) {
        let text: Vec<String> =
            SUBJECTS.iter().flat_map(|text| (0..4).map(move |n| format!("{text} Number {n} of them."))).collect();
        let bytes = text.join("\n\n").into_bytes();
        let mut library = Library::in_memory().unwrap();
        let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
        let source = Source { bytes: &bytes, name: "four.txt", path: None, added_at: 0 };
        let added = pipeline::add_document(&mut library, &source, &settings, None, &Unwatched).unwrap();
        let Added::New(id) = added else { panic!("it is new") };
        (library, id)
    }

    fn chapters(library: &Library, id: DocumentId) -> Vec<Chapter> {
        found_chapters(library, id).unwrap()
    }

    fn starts(library: &Library, id: DocumentId) -> Vec<u32> {
        chapters(library, id).iter().map(|chapter| chapter.first_unit.0).collect()
    }

    fn recut(library: &mut Library, id: DocumentId, granularity: f32) {
        pipeline::recut(library, id, granularity, None, &Unwatched).unwrap();
    }

    #[test]
    fn what_was_done_by_hand_survives_a_cut_at_any_granularity_and_another_engine() {
        let (mut library, id) = library();
        recut(&mut library, id, 0.0);
        assert_eq!(starts(&library, id), [0]);
        let rename = |unit, title: &str| Change::Rename { chapter: UnitIndex(unit), title: title.to_owned() };
        for change in [Change::Split(UnitIndex(6)), rename(6, "My trains"), Change::Split(UnitIndex(9))] {
            correct(&mut library, id, &change, 1).unwrap();
        }
        correct(&mut library, id, &Change::MergeWithPrevious(UnitIndex(9)), 1).unwrap();
        for granularity in [0.0, 0.3, 0.5, 0.8, 1.0] {
            recut(&mut library, id, granularity);
            let chapters = chapters(&library, id);
            let mine = chapters.iter().find(|chapter| chapter.first_unit.0 == 6).expect("the split stays");
            assert_eq!((mine.title.as_str(), mine.origin), ("My trains", Origin::ByHand));
            assert!(chapters.iter().all(|chapter| chapter.first_unit.0 != 9), "the merge stays");
            assert!(chapters.iter().all(|chapter| !chapter.title.is_empty()));
        }
        let before = starts(&library, id);
        pipeline::read_again(&mut library, id, Engine::Lexical, None, &Unwatched).unwrap();
        recut(&mut library, id, 1.0);
        assert_eq!(starts(&library, id), before);
    }

    #[test]
    fn undo_brings_back_every_title_and_boundary_and_redo_takes_them_again() {
        let (mut library, id) = library();
        recut(&mut library, id, 0.5);
        let mut states = vec![chapters(&library, id)];
        assert!(1 < states[0].len(), "{:?}", starts(&library, id));
        let second = states[0][1].first_unit;
        let changes = [
            Change::Rename { chapter: second, title: "By hand".to_owned() },
            Change::Move { chapter: second, to: UnitIndex(second.0 + 1) },
            Change::MergeWithPrevious(UnitIndex(second.0 + 1)),
            Change::Split(UnitIndex(1)),
            Change::Lock(UnitIndex(1)),
            Change::Level { chapter: UnitIndex(0), level: 2 },
        ];
        for change in &changes {
            correct(&mut library, id, change, 1).unwrap();
            states.push(chapters(&library, id));
        }
        for expected in states.iter().rev().skip(1) {
            keep_by_hand(&mut library, id, &HandMove::Undo, 2).unwrap();
            assert_eq!(&chapters(&library, id), expected);
        }
        let nothing = keep_by_hand(&mut library, id, &HandMove::Undo, 2).unwrap_err();
        assert_eq!(nothing.to_string(), "undo: there is nothing to take back");
        for expected in &states[1..] {
            keep_by_hand(&mut library, id, &HandMove::Redo, 3).unwrap();
            assert_eq!(&chapters(&library, id), expected);
        }
    }

    #[test]
    fn what_is_left_to_the_engine_again_is_as_the_engine_cut_it() {
        let (mut library, id) = library();
        recut(&mut library, id, 0.5);
        let before = chapters(&library, id);
        let free = (1..16).map(UnitIndex).find(|unit| before.iter().all(|chapter| chapter.first_unit != *unit));
        let unit = free.expect("a unit within a chapter");
        let reject = Change::MergeWithPrevious(unit);
        for set in [vec![Change::Split(unit)], vec![Change::Accept(vec![unit])], vec![Change::Split(unit), reject]] {
            for change in &set {
                correct(&mut library, id, change, 1).unwrap();
            }
            correct(&mut library, id, &Change::Uncertain(unit), 1).unwrap();
            assert_eq!(chapters(&library, id), before, "{set:?}");
        }
    }

    #[test]
    fn a_change_for_what_was_changed_meanwhile_is_refused() {
        let (mut library, id) = library();
        let kept = library.hand_made(id).unwrap();
        let step =
            kept.corrections.step(&Change::Split(UnitIndex(2)), &chapters(&library, id), kept.history.free_note());
        let step = HandMove::Take(step.unwrap());
        correct(&mut library, id, &Change::Split(UnitIndex(2)), 1).unwrap();
        let before = chapters(&library, id);
        let error = keep_by_hand(&mut library, id, &step, 1).unwrap_err();
        assert!(error.to_string().contains("in another place"), "{error}");
        assert_eq!(chapters(&library, id), before);
    }

    #[test]
    fn a_chapter_made_by_hand_bears_the_topics_of_its_words() {
        let (mut library, id) = library();
        for (n, text) in (0..30).map(|n| (n, SUBJECTS[n % 4])) {
            let bytes = format!("{text}\n\n{text} Again, {n}.").into_bytes();
            let name = format!("{n}.txt");
            let source = Source { bytes: &bytes, name: &name, path: None, added_at: 0 };
            let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
            pipeline::add_document(&mut library, &source, &settings, None, &Unwatched).unwrap();
        }
        let mined = pipeline::mine_topics(&mut library, 1, &|config| config, &Unwatched).unwrap();
        assert!(0 < mined.n_topics);
        correct(&mut library, id, &Change::Split(UnitIndex(5)), 1).unwrap();
        let row = library.chapters(id, Layer::Found).unwrap().into_iter().find(|row| row.chapter.first_unit.0 == 5);
        let row = row.expect("the chapter that was made");
        assert!(library.chapter_topics(id).unwrap().iter().any(|(chapter, ..)| *chapter == row.id));

        // What is noted is no reason to read the document for its topics.
        library.replace_chapter_topics(id, &[]).unwrap();
        let span = Span::new(0..8);
        let note = Note { span, color: NoteColor::Yellow, text: "bees".to_owned(), tags: Vec::new(), made_at: 1 };
        correct(&mut library, id, &Change::AddNote(note), 1).unwrap();
        assert_eq!(library.chapter_topics(id).unwrap(), []);
    }
}
