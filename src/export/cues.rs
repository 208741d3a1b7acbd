//! The timed chapters of a document as stretches that players can take: in order, without a hole, each of some length;
//! flat, or nested by level.

use crate::document::{Chapter, Millis};

/// A timed chapter, and the stretch of the recording that it has to itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cue<'a> {
    pub(super) start: Millis,
    pub(super) end: Millis,
    pub(super) chapter: &'a Chapter,
}

/// A timed chapter with those of deeper levels that follow it.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) cue: Cue<'a>,
    /// Where the last of those within it ends, or it itself.
    pub(super) end: Millis,
    pub(super) within: Vec<Self>,
}

/// Returns the timed chapters in order; starts never go back, chapters without a time are left out.
///
/// A chapter ends where the next begins, so that they tile the recording, and lasts at least a millisecond, since
/// players know no empty chapter.
pub(super) fn cues(chapters: &[Chapter]) -> Vec<Cue<'_>> {
    let timed: Vec<_> = chapters.iter().filter_map(|chapter| chapter.time.map(|time| (time, chapter))).collect();
    let mut cues: Vec<Cue<'_>> = Vec::with_capacity(timed.len());
    for (n, &(time, chapter)) in timed.iter().enumerate() {
        let earliest = cues.last().map_or(Millis(0), |last| last.end);
        let start = time.start.max(earliest);
        let end = timed.get(n + 1).map_or(time.end, |(next, _)| next.start);
        cues.push(Cue { start, end: end.max(Millis(start.0.saturating_add(1))), chapter });
    }
    cues
}

/// Returns cues nested by the levels of their chapters.
///
/// A chapter holds those after it up to the next one of its level or a higher one. One that is deeper than there are
/// chapters around it stands where it can.
pub(super) fn nested<'a>(cues: &[Cue<'a>]) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    let mut rest = cues;
    while let Some((&cue, after)) = rest.split_first() {
        let is_outside = |other: &Cue| other.chapter.level <= cue.chapter.level;
        let n_within = after.iter().position(is_outside).unwrap_or(after.len());
        let (within, others) = after.split_at(n_within);
        let end = within.last().map_or(cue.end, |last| last.end);
        nodes.push(Node { cue, end, within: nested(within) });
        rest = others;
    }
    nodes
}

/// A chapter, timed or not, with those of deeper levels that follow it.
#[derive(Debug)]
pub(super) struct Leaf<'a> {
    /// Its place among the chapters of the document, from 0.
    pub(super) number: usize,
    pub(super) chapter: &'a Chapter,
    pub(super) within: Vec<Self>,
}

/// Returns the chapters of a document nested by their levels, as [`nested`] does with cues.
pub(super) fn tree(chapters: &[Chapter]) -> Vec<Leaf<'_>> {
    leaves(chapters, 0)
}

fn leaves(chapters: &[Chapter], first: usize) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(chapter) = chapters.get(at) {
        let after = at + 1;
        let is_outside = |other: &Chapter| other.level <= chapter.level;
        let end = chapters[after..].iter().position(is_outside).map_or(chapters.len(), |n| after + n);
        let within = leaves(&chapters[after..end], first + after);
        found.push(Leaf { number: first + at, chapter, within });
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Origin, Span, TimeSpan, UnitIndex};

    fn chapter(level: u8, start: u64, end: u64) -> Chapter {
        Chapter {
            level,
            title: format!("{level}"),
            first_unit: UnitIndex(0),
            n_units: 1,
            span: Span::new(0..1),
            time: Some(TimeSpan { start: Millis(start), end: Millis(end) }),
            score: 1.0,
            origin: Origin::Found,
        }
    }

    #[track_caller]
    fn check(chapters: &[(u8, u64, u64)], expected: &[(u64, u64)]) {
        let chapters: Vec<Chapter> = chapters.iter().map(|&(level, start, end)| chapter(level, start, end)).collect();
        let found: Vec<_> = cues(&chapters).iter().map(|cue| (cue.start.0, cue.end.0)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn cues_tile_the_recording_whatever_the_chapters_say() {
        check(&[(1, 0, 900), (1, 1000, 1500)], &[(0, 1000), (1000, 1500)]);
        check(&[(1, 500, 900), (1, 100, 200), (1, 100, 100)], &[(500, 501), (501, 502), (502, 503)]);
        check(&[(1, u64::MAX, u64::MAX)], &[(u64::MAX, u64::MAX)]);
    }

    fn outline(nodes: &[Node<'_>]) -> String {
        let node = |node: &Node| format!("{}-{}({})", node.cue.start.0, node.end.0, outline(&node.within));
        nodes.iter().map(node).collect()
    }

    #[track_caller]
    fn check_nested(levels: &[u8], expected: &str) {
        let chapters: Vec<Chapter> =
            levels.iter().zip(0..).map(|(&level, n)| chapter(level, n * 10, n * 10 + 10)).collect();
        assert_eq!(outline(&nested(&cues(&chapters))), expected);
    }

    #[test]
    fn a_chapter_holds_the_deeper_ones_after_it() {
        check_nested(&[1, 2, 3, 2, 1], "0-40(10-30(20-30())30-40())40-50()");
        check_nested(&[3, 1, 2], "0-10()10-30(20-30())");
        check_nested(&[], "");
    }
}
