//! The laws of correcting, whatever is corrected in whatever order.

use proptest::prelude::*;

use super::*;
use crate::chapters::CutRule;
use crate::document::UnitKind;
use crate::error::Error;

const N_UNITS: u32 = 24;

/// A document of paragraphs `N_UNITS` long, cut at `found`.
struct Desk {
    text: String,
    units: Units,
    scores: GapScores,
    found: Vec<GapIndex>,
    cut: CutConfig,
    corrections: Corrections,
    history: History,
}

impl Desk {
    fn new(found: &[u32], min_units: u32) -> Self {
        let lines: Vec<String> = (0..N_UNITS).map(|n| format!("Unit {n}")).collect();
        let (text, units) = Units::of_lines(UnitKind::Paragraph, &lines);
        let (scores, tops) = (0..N_UNITS - 1).map(|gap| (gap as f32 / 40.0, f32::from(gap % 3 == 0))).unzip();
        Self {
            text,
            units,
            scores: GapScores::with_tops(scores, tops),
            found: found.iter().copied().map(GapIndex).collect(),
            cut: CutConfig {
                min_chapter_units: min_units,
                ..CutConfig::usual(0.5, UnitKind::Paragraph, CutRule::Threshold)
            },
            corrections: Corrections::default(),
            history: History::default(),
        }
    }

    fn chapters(&self) -> Vec<Chapter> {
        self.chapters_at(&self.found)
    }

    fn chapters_at(&self, found: &[GapIndex]) -> Vec<Chapter> {
        self.corrections.cut(self.text.len(), &self.units, &self.scores, found, self.cut)
    }

    fn starts(&self) -> Vec<u32> {
        self.chapters().iter().map(|chapter| chapter.first_unit.0).collect()
    }

    /// Does what is asked for, or nothing if that cannot be done.
    fn change(&mut self, change: &Change) -> Result<(), Error> {
        let step = self.corrections.step(change, &self.chapters(), self.history.free_note())?;
        assert!(self.corrections.take(&step), "{step:?} is made for what is there");
        self.history.push(step);
        Ok(())
    }

    fn undo(&mut self) {
        let step = self.history.undo().expect("there is a step");
        assert!(self.corrections.take(&step), "{step:?} can be taken back");
    }

    fn redo(&mut self) {
        let step = self.history.redo().expect("there is a step");
        assert!(self.corrections.take(&step), "{step:?} can be taken again");
    }

    #[track_caller]
    fn check_tiles(&self, chapters: &[Chapter]) {
        assert_eq!(chapters[0].first_unit, UnitIndex(0));
        assert_eq!(chapters[0].span.start.index(), 0);
        let last = &chapters[chapters.len() - 1];
        assert_eq!((last.end_unit().0, last.span.end.index()), (N_UNITS, self.text.len()));
        for pair in chapters.windows(2) {
            assert_eq!((pair[0].end_unit(), pair[0].span.end), (pair[1].first_unit, pair[1].span.start));
        }
        assert!(chapters.iter().all(|chapter| 0 < chapter.n_units && 0 < chapter.level));
    }
}

fn unit() -> impl Strategy<Value = UnitIndex> {
    // A few that are not there.
    (0..N_UNITS + 2).prop_map(UnitIndex)
}

fn note() -> impl Strategy<Value = Note> {
    (0..40_usize, 0..20_usize, ".{0,5}", prop::collection::vec("[a-c ]{0,3}", 0..4)).prop_map(
        |(start, len, text, tags)| Note {
            span: Span::new(start..start + len),
            color: NoteColor::Green,
            text,
            tags,
            made_at: 7,
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        unit().prop_map(Change::Split),
        unit().prop_map(Change::Split),
        unit().prop_map(Change::MergeWithPrevious),
        unit().prop_map(Change::MergeWithNext),
        (unit(), unit()).prop_map(|(chapter, to)| Change::Move { chapter, to }),
        (unit(), " ?[a-c]{0,3}\n?").prop_map(|(chapter, title)| Change::Rename { chapter, title }),
        (unit(), 0..8_u8).prop_map(|(chapter, level)| Change::Level { chapter, level }),
        unit().prop_map(Change::Certain),
        unit().prop_map(Change::Uncertain),
        unit().prop_map(Change::Lock),
        unit().prop_map(Change::Unlock),
        prop::collection::vec(unit(), 0..4).prop_map(Change::Accept),
        unit().prop_map(Change::Reject),
        note().prop_map(Change::AddNote),
        (0..4_u32, note()).prop_map(|(id, note)| Change::ChangeNote { id: NoteId(id), note }),
        (0..4_u32).prop_map(|id| Change::RemoveNote(NoteId(id))),
    ]
}

fn gaps() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::btree_set(0..N_UNITS - 1, 0..10).prop_map(|gaps| gaps.into_iter().collect())
}

fn kept_by_hand(corrections: &Corrections) -> Vec<(UnitIndex, Option<Verdict>, Option<String>)> {
    corrections.chapters().map(|(unit, it)| (unit, it.verdict, it.title.clone())).collect()
}

proptest! {
    #[test]
    fn chapters_tile_at_any_granularity_and_hold_what_was_done_by_hand(
        found in gaps(), other in gaps(), changes in prop::collection::vec(change(), 0..30), min_units in 1..4_u32,
    ) {
        let mut desk = Desk::new(&found, min_units);
        for change in &changes {
            let _ = desk.change(change);
            desk.check_tiles(&desk.chapters());
        }
        // The engine runs again, or the slider moves.
        let other: Vec<GapIndex> = other.into_iter().map(GapIndex).collect();
        for found in [other.as_slice(), &[]] {
            let chapters = desk.chapters_at(found);
            desk.check_tiles(&chapters);
            let at = |unit: UnitIndex| chapters.iter().find(|chapter| chapter.first_unit == unit);
            for (unit, verdict, title) in kept_by_hand(&desk.corrections) {
                let lock = desk.corrections.lock_of(unit);
                if let Some((start, lock)) = lock {
                    let chapter = at(start).expect("a locked chapter is there");
                    prop_assert_eq!((chapter.n_units, chapter.level), (lock.n_units, lock.level));
                    prop_assert_eq!(&chapter.title, &lock.title);
                    continue;
                }
                let ends_lock = 0 < unit.0 && desk.corrections.lock_of(UnitIndex(unit.0 - 1)).is_some();
                match verdict {
                    Some(Verdict::Never) => prop_assert!(ends_lock || at(unit).is_none(), "{:?}", unit),
                    Some(Verdict::Set | Verdict::Certain) => prop_assert!(at(unit).is_some(), "{:?}", unit),
                    None => {}
                }
                if let (Some(title), Some(chapter)) = (title, at(unit)) {
                    prop_assert_eq!(&chapter.title, &title);
                }
            }
        }
    }

    #[test]
    fn every_change_has_an_inverse(found in gaps(), changes in prop::collection::vec(change(), 0..30)) {
        let mut desk = Desk::new(&found, 1);
        let mut states = vec![desk.corrections.clone()];
        for change in &changes {
            if desk.change(change).is_ok() {
                states.push(desk.corrections.clone());
            }
        }
        for state in states.iter().rev().skip(1) {
            desk.undo();
            prop_assert_eq!(&desk.corrections, state);
        }
        prop_assert!(desk.history.undo().is_none());
        for state in &states[1..] {
            desk.redo();
            prop_assert_eq!(&desk.corrections, state);
        }
        prop_assert!(desk.history.redo().is_none());
    }

    #[test]
    fn a_change_is_local(found in gaps(), changes in prop::collection::vec(change(), 0..20), last in change()) {
        let mut desk = Desk::new(&found, 1);
        for change in &changes {
            let _ = desk.change(change);
        }
        let before = desk.chapters();
        if desk.change(&last).is_err() || matches!(last, Change::Unlock(_)) {
            return Ok(());
        }
        let named: Vec<UnitIndex> = desk.history.to_undo().expect("a step").edits.iter().filter_map(|edit| match edit {
            Edit::Chapter { unit, .. } => Some(*unit),
            Edit::Note { .. } => None,
        }).collect();
        let after = desk.chapters();
        let others = |chapters: &[Chapter]| -> Vec<(UnitIndex, u8, String)> {
            let is_other = |chapter: &&Chapter| !named.contains(&chapter.first_unit);
            chapters.iter().filter(is_other).map(|it| (it.first_unit, it.level, it.title.clone())).collect()
        };
        prop_assert_eq!(others(&before), others(&after));
    }

    #[test]
    fn what_was_found_is_told_from_what_is_kept(
        found in gaps(), changes in prop::collection::vec(change(), 0..20), min_units in 1..4_u32,
    ) {
        let mut desk = Desk::new(&found, min_units);
        for change in &changes {
            let _ = desk.change(change);
        }
        let kept: Vec<GapIndex> = desk.chapters().iter().filter_map(|chapter| chapter.first_unit.gap_before()).collect();
        let behind = desk.corrections.found_behind(&kept, &desk.found, min_units);
        prop_assert_eq!(behind, desk.found);
    }

    #[test]
    fn a_step_is_written_and_read_back(changes in prop::collection::vec(change(), 0..20)) {
        let mut desk = Desk::new(&[3, 9, 15], 1);
        for change in &changes {
            let _ = desk.change(change);
        }
        for step in desk.history.steps() {
            let json = serde_json::to_string(&step.edits).expect("written");
            prop_assert_eq!(&serde_json::from_str::<Vec<Edit>>(&json).expect("read"), &step.edits);
            prop_assert_eq!(StepKind::from_name(step.kind.name()), Some(step.kind));
        }
    }
}

/// Cut at units 4, 10 and 16.
fn desk() -> Desk {
    Desk::new(&[3, 9, 15], 1)
}

#[track_caller]
fn check(changes: &[Change], expected: &[u32]) {
    let mut desk = desk();
    for change in changes {
        desk.change(change).unwrap_or_else(|error| panic!("{change:?}: {error}"));
    }
    assert_eq!(desk.starts(), expected);
}

#[track_caller]
fn check_refused(changes: &[Change], because: &str) {
    let mut desk = desk();
    let (last, first) = changes.split_last().expect("a change");
    for change in first {
        desk.change(change).expect("done");
    }
    let before = desk.corrections.clone();
    let said = desk.change(last).expect_err("refused").to_string();
    assert!(said.contains(because), "{said:?} does not say {because:?}");
    assert_eq!(desk.corrections, before);
}

const U: fn(u32) -> UnitIndex = UnitIndex;

#[test]
fn chapters_are_split_merged_and_moved() {
    check(&[Change::Split(U(7))], &[0, 4, 7, 10, 16]);
    check(&[Change::MergeWithPrevious(U(10))], &[0, 4, 16]);
    check(&[Change::MergeWithNext(U(10))], &[0, 4, 10]);
    check(&[Change::Move { chapter: U(10), to: U(12) }], &[0, 4, 12, 16]);
    check(&[Change::Move { chapter: U(10), to: U(9) }, Change::Move { chapter: U(9), to: U(10) }], &[0, 4, 10, 16]);
    check(&[Change::MergeWithPrevious(U(10)), Change::Split(U(10))], &[0, 4, 10, 16]);
    check(&[Change::Accept(vec![U(4), U(7)]), Change::Reject(U(16))], &[0, 4, 7, 10]);
}

#[test]
fn what_cannot_be_done_is_refused_with_the_reason() {
    check_refused(&[Change::Split(U(4))], "starts there already");
    check_refused(&[Change::Split(U(99))], "no such place");
    check_refused(&[Change::MergeWithPrevious(U(0))], "no chapter before");
    check_refused(&[Change::MergeWithNext(U(16))], "no chapter after");
    check_refused(&[Change::MergeWithPrevious(U(5))], "no chapter starts there");
    check_refused(&[Change::Move { chapter: U(10), to: U(4) }], "without text");
    check_refused(&[Change::Move { chapter: U(10), to: U(16) }], "without text");
    check_refused(&[Change::Rename { chapter: U(4), title: " \n".to_owned() }], "one character");
    check_refused(&[Change::Level { chapter: U(4), level: 7 }], "from 1");
    check_refused(&[Change::Certain(U(4)), Change::Certain(U(4))], "certain already");
    check_refused(&[Change::Lock(U(4)), Change::Split(U(6))], "locked");
    check_refused(&[Change::Lock(U(4)), Change::MergeWithPrevious(U(10))], "locked");
    check_refused(&[Change::Lock(U(4)), Change::Move { chapter: U(4), to: U(3) }], "locked");
    check_refused(&[Change::Unlock(U(4))], "not locked");
    check_refused(&[Change::RemoveNote(NoteId(3))], "no such note");
}

#[test]
fn a_title_given_by_hand_goes_along_when_its_chapter_starts_elsewhere() {
    let mut desk = desk();
    desk.change(&Change::Rename { chapter: U(10), title: "  The\n lamp ".to_owned() }).expect("renamed");
    desk.change(&Change::Move { chapter: U(10), to: U(13) }).expect("moved");
    let chapters = desk.chapters();
    assert_eq!((chapters[2].first_unit, chapters[2].title.as_str()), (U(13), "The lamp"));
    assert_eq!(chapters[2].origin, Origin::ByHand);
    assert_eq!(chapters[1].origin, Origin::Found);
}

#[test]
fn a_locked_chapter_ends_where_it_ended_though_no_boundary_is_found_there() {
    let mut desk = desk();
    desk.change(&Change::Lock(U(4))).expect("locked");
    let starts: Vec<u32> = desk.chapters_at(&[]).iter().map(|chapter| chapter.first_unit.0).collect();
    assert_eq!(starts, [0, 4, 10]);
    let starts: Vec<u32> = desk.chapters_at(&[GapIndex(5), GapIndex(12)]).iter().map(|it| it.first_unit.0).collect();
    assert_eq!(starts, [0, 4, 10, 13]);
}

#[test]
fn a_boundary_found_too_near_to_one_set_by_hand_gives_way() {
    let mut desk = Desk::new(&[3, 9, 15], 3);
    desk.change(&Change::Split(U(11))).expect("split");
    assert_eq!(desk.starts(), [0, 4, 11, 16]);
}

#[test]
fn a_title_goes_along_with_a_start_and_comes_back_to_where_it_was() {
    let mut desk = desk();
    let mut before = desk.chapters();
    for (chapter, title) in before.iter_mut().zip(["A", "B", "C", "D"]) {
        title.clone_into(&mut chapter.title);
    }
    let titles = |chapters: &[Chapter]| chapters.iter().map(|chapter| chapter.title.clone()).collect::<Vec<_>>();
    desk.change(&Change::Move { chapter: U(10), to: U(12) }).expect("moved");
    let mut moved = desk.chapters();
    carry_titles(&before, &BTreeMap::new(), &mut moved);
    assert_eq!(titles(&moved), ["A", "B", "C", "D"]);
    desk.change(&Change::Split(U(14))).expect("split");
    let mut split = desk.chapters();
    carry_titles(&moved, &BTreeMap::from([(U(14), "New".to_owned())]), &mut split);
    assert_eq!(titles(&split), ["A", "B", "C", "New", "D"]);
}

#[test]
fn what_is_least_certain_is_asked_first_and_nothing_that_was_judged() {
    let mut desk = Desk::new(&[1, 9, 15], 1);
    desk.scores = GapScores::new((0..N_UNITS - 1).map(|gap| [0.0, 0.9, 0.0, 0.4][gap as usize % 4]).collect());
    let boundaries: Vec<GapIndex> = desk.found.clone();
    let asked = questions(&desk.corrections, &desk.scores, &boundaries);
    assert!(asked.windows(2).all(|pair| pair[0].certainty <= pair[1].certainty));
    // Gap 5, 13, 17 and 21 score .9 and are no boundaries; gap 15 scores .4 and is one.
    let head: Vec<(u32, bool)> = asked.iter().map(|it| (it.unit.0, it.is_boundary)).take(4).collect();
    assert_eq!(head, [(6, false), (14, false), (18, false), (16, true)]);
    desk.change(&Change::Reject(U(16))).expect("rejected");
    desk.change(&Change::Accept(vec![U(6)])).expect("accepted");
    let boundaries = desk.corrections.boundaries(&desk.found, N_UNITS as usize - 1, 1);
    let asked = questions(&desk.corrections, &desk.scores, &boundaries);
    assert!(asked.iter().all(|question| question.unit != U(16) && question.unit != U(6)));
}
