//! Gap scores to chapters, which tile a document; also the chapters *as written*, which the headings and marks of the
//! file make.

mod cut;

pub use cut::{BoundaryCost, CutConfig, CutRule, Cutter, agreement, boundaries, confidence, levels, levels_among};

use crate::document::{Chapter, GapIndex, GapScores, Heading, Mark, Origin, Span, TimeSpan, UnitIndex, Units};

/// Returns the chapters between `boundaries`, which are ascending, without titles: the title of each is empty. Each boundary
/// opens a chapter of its level, as [`levels`] tells it; the first chapter is of the top level.
///
/// They tile the text of `text_len` bytes. A chapter starts at the headings right before its first unit, if any. A
/// document without a unit has no chapter. A gap without a score, in a document that no engine has read, scores 0.
pub fn chapters_at(
    text_len: usize,
    units: &Units,
    scores: &GapScores,
    boundaries: &[GapIndex],
    levels: &[u8],
) -> Vec<Chapter> {
    assert_eq!(boundaries.len(), levels.len(), "a level for each boundary");
    if units.is_empty() {
        return Vec::new();
    }
    let opened = boundaries.iter().map(|boundary| boundary.unit_after()).zip(levels.iter().copied());
    let opening = |(first_unit, level): (UnitIndex, u8)| Opening {
        level,
        title: String::new(),
        first_unit,
        score: first_unit.gap_before().map_or(1.0, |gap| scores.as_slice().get(gap.index()).copied().unwrap_or(0.0)),
        origin: Origin::Found,
    };
    tiled(text_len, units, std::iter::once((UnitIndex(0), 1)).chain(opened).map(opening).collect())
}

/// Returns the chapters that the headings of the file make, in order; none if no unit stands under a heading.
///
/// A chapter runs from the headings before a unit to the next heading of any level, so that the chapters tile the
/// document. Headings with no unit between them open one chapter: its title names them all, the highest first, and its
/// level is the depth of the first, counted from 1 however the file numbers its levels. What stands before the first
/// heading is a chapter titled `document_title`. The title of the document is no chapter if it is a heading above all
/// others, and another follows at once.
pub fn as_written(text: &str, units: &Units, document_title: &str) -> Vec<Chapter> {
    let mut openings = Vec::new();
    // The levels of the headings that the reader is under.
    let mut open_levels: Vec<u8> = Vec::new();
    let headings = match units.headings.as_slice() {
        [title, rest @ ..] if is_title(title, rest, text, document_title) => rest,
        headings => headings,
    };
    for headings in headings.chunk_by(|one, next| one.before == next.before) {
        let first_unit = headings[0].before;
        if units.len() <= first_unit.index() {
            break;
        }
        let depths: Vec<usize> = headings.iter().map(|heading| depth(&mut open_levels, heading.level)).collect();
        openings.push(Opening {
            level: u8::try_from(depths[0]).unwrap_or(u8::MAX),
            title: joined(headings, text),
            first_unit,
            score: 1.0,
            origin: Origin::AsWritten,
        });
    }
    if openings.is_empty() {
        return Vec::new();
    }
    with_preamble(&mut openings, document_title);
    tiled(text.len(), units, openings)
}

/// Returns the chapters that the marks of the file make, in order; none unless there are two at least.
///
/// A chapter runs from the first unit that its mark does not stand after to the next mark. Of marks with no unit between
/// them the titles are joined, as those of headings are; what stands before the first is a chapter titled
/// `document_title`.
pub fn as_marked(text: &str, units: &Units, marks: &[Mark], document_title: &str) -> Vec<Chapter> {
    let mut opened: Vec<(UnitIndex, Vec<&Mark>)> = Vec::new();
    for mark in marks {
        let first_unit = UnitIndex::from(units.units.partition_point(|unit| unit.span.end <= mark.start));
        match opened.last_mut() {
            _ if units.len() <= first_unit.index() => {}
            Some((open, marks)) if first_unit <= *open => marks.push(mark),
            _ => opened.push((first_unit, vec![mark])),
        }
    }
    if opened.len() < 2 {
        return Vec::new();
    }
    let mut open_levels: Vec<u8> = Vec::new();
    let mut openings = Vec::with_capacity(opened.len() + 1);
    for (first_unit, marks) in opened {
        let depths: Vec<usize> = marks.iter().map(|mark| depth(&mut open_levels, mark.level)).collect();
        let titles: Vec<&str> = marks.iter().map(|mark| mark.title.as_str()).collect();
        openings.push(Opening {
            level: u8::try_from(depths[0]).unwrap_or(u8::MAX),
            title: folded(&titles.join(" – ")),
            first_unit,
            score: 1.0,
            origin: Origin::AsWritten,
        });
    }
    with_preamble(&mut openings, document_title);
    tiled(text.len(), units, openings)
}

/// Makes what stands before the first opening a chapter titled `document_title`, and gives an untitled one that title.
fn with_preamble(openings: &mut Vec<Opening>, document_title: &str) {
    if openings.first().is_some_and(|first| first.first_unit != UnitIndex(0)) {
        let title = document_title.to_owned();
        let preamble = Opening { level: 1, title, first_unit: UnitIndex(0), score: 1.0, origin: Origin::AsWritten };
        openings.insert(0, preamble);
    }
    for opening in openings {
        if opening.title.is_empty() {
            document_title.clone_into(&mut opening.title);
        }
    }
}

fn is_title(first: &Heading, rest: &[Heading], text: &str, document_title: &str) -> bool {
    first.before == UnitIndex(0)
        && rest.first().is_some_and(|next| next.before == first.before)
        && rest.iter().all(|heading| first.level < heading.level)
        && heading_title(first, text) == folded(document_title)
}

/// The most characters of a title that a heading makes.
pub const MAX_HEADING_CHARS: usize = 120;

/// Returns a heading as a title: on one line, and cut at a word if it is longer than [`MAX_HEADING_CHARS`].
pub fn heading_title(heading: &Heading, text: &str) -> String {
    folded(&heading.span.of(text).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Cuts a title that is too long, at a word where there is one in its second half.
fn folded(title: &str) -> String {
    let Some((end, _)) = title.char_indices().nth(MAX_HEADING_CHARS) else { return title.to_owned() };
    let kept = &title[..end];
    let at_word = kept.rfind(' ').filter(|&space| end / 2 < space).unwrap_or(end);
    format!("{}…", kept[..at_word].trim_end())
}

fn joined(headings: &[Heading], text: &str) -> String {
    let titles: Vec<String> =
        headings.iter().map(|heading| heading_title(heading, text)).filter(|title| !title.is_empty()).collect();
    folded(&titles.join(" – "))
}

/// Opens a heading of `level`, which closes those of its level and below, and returns its depth.
fn depth(open_levels: &mut Vec<u8>, level: u8) -> usize {
    while open_levels.last().is_some_and(|&open| level <= open) {
        open_levels.pop();
    }
    open_levels.push(level);
    open_levels.len()
}

/// What is known of a chapter before it is known where it ends.
struct Opening {
    level: u8,
    title: String,
    first_unit: UnitIndex,
    score: f32,
    origin: Origin,
}

/// Returns a chapter for each opening, ascending from unit 0; each runs to the next, and the last to the end.
fn tiled(text_len: usize, units: &Units, openings: Vec<Opening>) -> Vec<Chapter> {
    let mut ends: Vec<UnitIndex> = openings.iter().skip(1).map(|opening| opening.first_unit).collect();
    ends.push(units.len().into());
    let start_byte = |unit: UnitIndex| match units.headings_before(unit).first() {
        _ if unit.0 == 0 => 0,
        _ if unit.index() == units.len() => text_len,
        Some(heading) => heading.span.start.index(),
        None => units.units[unit.index()].span.start.index(),
    };
    let chapter = |(opening, end): (Opening, UnitIndex)| Chapter {
        level: opening.level,
        title: opening.title,
        first_unit: opening.first_unit,
        n_units: end.0 - opening.first_unit.0,
        span: Span::new(start_byte(opening.first_unit)..start_byte(end)),
        time: time(units, opening.first_unit..end),
        score: opening.score,
        origin: opening.origin,
    };
    openings.into_iter().zip(ends).map(chapter).collect()
}

/// Returns the stretch from the first moment to the last of the units that have a time.
fn time(units: &Units, range: std::ops::Range<UnitIndex>) -> Option<TimeSpan> {
    let times = units.units[range.start.index()..range.end.index()].iter().filter_map(|unit| unit.time);
    times.reduce(|all, time| TimeSpan { start: all.start.min(time.start), end: all.end.max(time.end) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::{Millis, Unit, UnitKind};

    proptest! {
        #[test]
        fn chapters_tile_the_document(
            pieces in prop::collection::vec(prop_oneof![Just(0_u8), Just(0), Just(0), 1_u8..=6], 1..40),
            scores in prop::collection::vec(0.0_f32..=1.0, 40),
        ) {
            let (text, units) = document(&pieces);
            prop_assume!(!units.is_empty());
            let scores = GapScores::new(scores[..units.n_gaps()].to_vec());
            let cut: Vec<GapIndex> = (0..scores.len()).filter(|&gap| scores.as_slice()[gap] > 0.5).map(GapIndex::from).collect();
            check_tiles(&chapters_at(text.len(), &units, &scores, &cut, &vec![1; cut.len()]), &text, &units);
            let written = as_written(&text, &units, "Title");
            prop_assert_eq!(written.is_empty(), units.headings.iter().all(|heading| heading.before.index() == units.len()));
            if !written.is_empty() {
                check_tiles(&written, &text, &units);
                prop_assert!(written.iter().all(|chapter| !chapter.title.is_empty()));
            }
        }
    }

    /// Returns a document of units (0) and headings (their level), a line each.
    fn document(pieces: &[u8]) -> (String, Units) {
        let mut text = String::new();
        let mut units = Units { kind: UnitKind::Paragraph, units: Vec::new(), headings: Vec::new() };
        for (number, &level) in pieces.iter().enumerate() {
            let start = text.len();
            let word = if level == 0 { "Unit" } else { "Heading" };
            text.extend([word, " ", &number.to_string()]);
            let span = Span::new(start..text.len());
            text.push('\n');
            if level == 0 {
                units.units.push(Unit { span, speaker: None, time: None });
            } else {
                units.headings.push(Heading { level, span, before: units.units.len().into() });
            }
        }
        (text, units)
    }

    #[track_caller]
    fn check_tiles(chapters: &[Chapter], text: &str, units: &Units) {
        assert_eq!((chapters[0].first_unit, chapters[0].span.start.index()), (UnitIndex(0), 0));
        let last = &chapters[chapters.len() - 1];
        assert_eq!((last.end_unit().index(), last.span.end.index()), (units.len(), text.len()));
        for pair in chapters.windows(2) {
            assert_eq!((pair[0].end_unit(), pair[0].span.end), (pair[1].first_unit, pair[1].span.start));
        }
        for chapter in chapters {
            assert!(chapter.n_units > 0);
            for unit in &units.units[chapter.units()] {
                assert!(chapter.span.start <= unit.span.start && unit.span.end <= chapter.span.end);
            }
        }
    }

    #[track_caller]
    fn check_written(pieces: &[u8], expected: &[(u8, &str, u32)]) {
        let (text, units) = document(pieces);
        let chapters = as_written(&text, &units, "Title");
        let found: Vec<(u8, &str, u32)> =
            chapters.iter().map(|chapter| (chapter.level, chapter.title.as_str(), chapter.n_units)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn each_heading_opens_a_chapter() {
        check_written(&[2, 0, 0, 3, 0, 2, 0], &[(1, "Heading 0", 2), (2, "Heading 3", 1), (1, "Heading 5", 1)]);
    }

    #[test]
    fn what_stands_before_the_first_heading_has_the_documents_title() {
        check_written(&[0, 1, 0], &[(1, "Title", 1), (1, "Heading 1", 1)]);
    }

    #[test]
    fn headings_with_nothing_between_them_open_one_chapter() {
        check_written(&[1, 2, 0, 2, 0], &[(1, "Heading 0 – Heading 1", 1), (2, "Heading 3", 1)]);
    }

    #[test]
    fn the_title_of_the_document_is_no_chapter() {
        let titled = |pieces: &[u8]| {
            let (text, units) = document(pieces);
            let chapters = as_written(&text, &units, "Heading 0");
            chapters.into_iter().map(|chapter| (chapter.level, chapter.title)).collect::<Vec<_>>()
        };
        assert_eq!(titled(&[1, 2, 0, 2, 0]), [(1, "Heading 1".to_owned()), (1, "Heading 3".to_owned())]);
        // Text of its own makes it a chapter, and so does another heading of its level.
        assert_eq!(titled(&[1, 0, 2, 0]), [(1, "Heading 0".to_owned()), (2, "Heading 2".to_owned())]);
        assert_eq!(titled(&[1, 2, 0, 1, 0]), [(1, "Heading 0 – Heading 1".to_owned()), (1, "Heading 3".to_owned())]);
    }

    #[test]
    fn a_document_without_headings_is_not_written_in_chapters() {
        check_written(&[0, 0], &[]);
        check_written(&[0, 0, 1], &[]);
    }

    #[track_caller]
    fn check_marked(pieces: &[u8], marks: &[(u8, &str, u32)], expected: &[(u8, &str, u32)]) {
        let (text, units) = document(pieces);
        let at = |unit: u32| units.units.get(unit as usize).map_or(text.len().into(), |u| u.span.start);
        let mark = |&(level, title, unit): &(u8, &str, u32)| Mark { level, title: title.to_owned(), start: at(unit) };
        let marks: Vec<Mark> = marks.iter().map(mark).collect();
        let marked = as_marked(&text, &units, &marks, "Title");
        let found: Vec<(u8, &str, u32)> =
            marked.iter().map(|chapter| (chapter.level, chapter.title.as_str(), chapter.n_units)).collect();
        assert_eq!(found, expected);
        if !marked.is_empty() {
            check_tiles(&marked, &text, &units);
        }
    }

    #[test]
    fn each_mark_opens_a_chapter() {
        check_marked(&[0, 0, 0], &[(3, "Lamp", 0), (5, "Oil", 2)], &[(1, "Lamp", 2), (2, "Oil", 1)]);
        check_marked(&[0, 0, 0], &[(1, "Lamp", 1), (1, "Oil", 2)], &[(1, "Title", 1), (1, "Lamp", 1), (1, "Oil", 1)]);
    }

    #[test]
    fn marks_of_one_place_open_one_chapter() {
        let marks = [(1, "Part", 0), (2, "Lamp", 0), (2, "Oil", 1), (1, "End", 9)];
        check_marked(&[2, 0, 0], &marks, &[(1, "Part – Lamp", 1), (2, "Oil", 1)]);
    }

    #[test]
    fn one_mark_cuts_nothing() {
        check_marked(&[0, 0], &[(1, "All", 0)], &[]);
        check_marked(&[0, 0], &[], &[]);
    }

    #[test]
    fn a_chapter_starts_at_the_headings_before_its_first_unit_and_has_its_gaps_score() {
        let (text, units) = document(&[0, 2, 3, 0]);
        let scores = GapScores::new(vec![0.75]);
        let chapters = chapters_at(text.len(), &units, &scores, &[GapIndex(0)], &[1]);
        assert_eq!(chapters[1].span, Span { start: units.headings[0].span.start, end: text.len().into() });
        assert_eq!((chapters[0].score, chapters[1].score), (1.0, 0.75));
    }

    #[test]
    fn a_chapter_lasts_from_its_first_moment_to_its_last() {
        let (text, mut units) = document(&[0, 0, 0]);
        let secs = |start: u64, end: u64| Some(TimeSpan { start: Millis(start * 1000), end: Millis(end * 1000) });
        units.units[0].time = secs(1, 4);
        units.units[1].time = secs(3, 9);
        let chapters = chapters_at(text.len(), &units, &GapScores::new(vec![0.0, 1.0]), &[GapIndex(1)], &[1]);
        assert_eq!((chapters[0].time, chapters[1].time), (secs(1, 9), None));
    }

    #[test]
    fn a_long_heading_is_cut_at_a_word() {
        let text = "tide ".repeat(40);
        let span = Span::new(0..text.len() - 1);
        let title = heading_title(&Heading { level: 1, span, before: UnitIndex(0) }, &text);
        assert_eq!(title, format!("{}…", "tide ".repeat(24).trim_end()));
    }
}
