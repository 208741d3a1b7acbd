//! What a person can ask for, and the step that follows from it.

use super::{Correction, Corrections, Edit, Lock, Note, NoteId, Step, StepKind, Verdict};
use crate::document::{Chapter, UnitIndex};
use crate::error::{Error, Result};

/// The lowest level that can be given to a chapter, as deep as headings of files go.
pub const MAX_LEVEL: u8 = 6;

/// What a person asks for. A chapter is named by its first unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Start a chapter at that unit.
    Split(UnitIndex),
    /// Make one of a chapter and the one before it.
    MergeWithPrevious(UnitIndex),
    /// Make one of a chapter and the one after it.
    MergeWithNext(UnitIndex),
    /// Let a chapter start at another unit, of its own or of the chapter before it.
    Move {
        /// The chapter.
        chapter: UnitIndex,
        /// The unit it is to start at.
        to: UnitIndex,
    },
    /// Give a chapter a title.
    Rename {
        /// The chapter.
        chapter: UnitIndex,
        /// The title, to be made one line without white space around it.
        title: String,
    },
    /// Give a chapter a level, from 1 to [`MAX_LEVEL`].
    Level {
        /// The chapter.
        chapter: UnitIndex,
        /// The level.
        level: u8,
    },
    /// Mark the start of a chapter as certain.
    Certain(UnitIndex),
    /// Leave it to the engine whether a chapter starts there, and of which level, unless it has a title by hand.
    Uncertain(UnitIndex),
    /// Keep a chapter as it is: where it starts and ends, its title and its level.
    Lock(UnitIndex),
    /// Let a chapter change again.
    Unlock(UnitIndex),
    /// Say of these units that a chapter starts there.
    Accept(Vec<UnitIndex>),
    /// Say of a unit that no chapter starts there.
    Reject(UnitIndex),
    /// Highlight a span, with a note and tags, or without.
    AddNote(Note),
    /// Change a note.
    ChangeNote {
        /// The note.
        id: NoteId,
        /// What it is to be.
        note: Note,
    },
    /// Take a note away.
    RemoveNote(NoteId),
}

impl Corrections {
    /// Returns the step that does what is asked for, where the document is cut into `chapters` and `free_note` is the
    /// number for a note that is made.
    ///
    /// Fails with [`Error::Correction`] if it cannot be done, as when nothing would change or a chapter is locked.
    pub fn step(&self, change: &Change, chapters: &[Chapter], free_note: NoteId) -> Result<Step> {
        let cut = Cut { corrections: self, chapters };
        match change {
            Change::Split(unit) => cut.split(*unit),
            Change::MergeWithPrevious(chapter) => cut.merge(cut.at(*chapter, MERGE)?),
            Change::MergeWithNext(chapter) => cut.merge(cut.at(*chapter, MERGE)? + 1),
            Change::Move { chapter, to } => cut.moved(*chapter, *to),
            Change::Rename { chapter, title } => cut.rename(*chapter, title),
            Change::Level { chapter, level } => cut.level(*chapter, *level),
            Change::Certain(chapter) => cut.certain(*chapter),
            Change::Uncertain(chapter) => cut.uncertain(*chapter),
            Change::Lock(chapter) => cut.lock(*chapter),
            Change::Unlock(chapter) => cut.unlock(*chapter),
            Change::Accept(units) => cut.accept(units),
            Change::Reject(unit) => cut.reject(*unit),
            Change::AddNote(note) => note_step(StepKind::AddNote, free_note, None, Some(tidy(note)?)),
            Change::ChangeNote { id, note } => {
                note_step(StepKind::ChangeNote, *id, self.note(*id).cloned(), Some(tidy(note)?))
            }
            Change::RemoveNote(id) => note_step(StepKind::RemoveNote, *id, self.note(*id).cloned(), None),
        }
    }
}

const SPLIT: &str = "split the chapter";
const MERGE: &str = "merge the chapters";
const MOVE: &str = "move the boundary";
const RENAME: &str = "rename the chapter";
const LEVEL: &str = "change the level";
const CERTAIN: &str = "mark the boundary as certain";
const LOCK: &str = "lock the chapter";
const REVIEW: &str = "judge the boundary";
const NOTE: &str = "keep the note";

fn refused<T>(attempt: &'static str, reason: &'static str) -> Result<T> {
    Err(Error::Correction { attempt, reason })
}

/// What is asked about: the chapters as they are, and what is said of them.
struct Cut<'a> {
    corrections: &'a Corrections,
    chapters: &'a [Chapter],
}

impl Cut<'_> {
    /// Returns the place of the chapter that starts at `unit`.
    fn at(&self, unit: UnitIndex, attempt: &'static str) -> Result<usize> {
        self.chapters
            .binary_search_by_key(&unit, |chapter| chapter.first_unit)
            .or_else(|_| refused(attempt, "no chapter starts there"))
    }

    /// Returns the place of the chapter that `unit` lies in.
    fn around(&self, unit: UnitIndex, attempt: &'static str) -> Result<usize> {
        let after = self.chapters.partition_point(|chapter| chapter.first_unit <= unit);
        match after.checked_sub(1) {
            Some(at) if unit < self.chapters[at].end_unit() => Ok(at),
            _ => refused(attempt, "there is no such place in the document"),
        }
    }

    fn check_unlocked(&self, at: usize, attempt: &'static str) -> Result<()> {
        match self.corrections.lock_of(self.chapters[at].first_unit) {
            Some(_) => refused(attempt, "the chapter is locked; unlock it first"),
            None => Ok(()),
        }
    }

    fn said(&self, unit: UnitIndex) -> Correction {
        self.corrections.at(unit).cloned().unwrap_or_default()
    }

    fn edit(&self, unit: UnitIndex, change: impl FnOnce(&mut Correction)) -> Edit {
        let before = self.said(unit);
        let mut after = before.clone();
        change(&mut after);
        Edit::Chapter { unit, before, after }
    }

    fn split(&self, unit: UnitIndex) -> Result<Step> {
        let at = self.around(unit, SPLIT)?;
        let chapter = &self.chapters[at];
        if chapter.first_unit == unit {
            return refused(SPLIT, "a chapter starts there already");
        }
        self.check_unlocked(at, SPLIT)?;
        let edit = self.edit(unit, |it| {
            it.verdict = Some(Verdict::Set);
            it.level = Some(chapter.level);
        });
        step(StepKind::Split, SPLIT, vec![edit])
    }

    /// Makes one of the chapter at `at` and the one before it.
    fn merge(&self, at: usize) -> Result<Step> {
        let Some(chapter) = self.chapters.get(at) else {
            return refused(MERGE, "there is no chapter after it");
        };
        if at == 0 {
            return refused(MERGE, "there is no chapter before it");
        }
        self.check_unlocked(at - 1, MERGE)?;
        self.check_unlocked(at, MERGE)?;
        // What a person called it is kept, and comes back if a chapter is to start here again.
        let edit = self.edit(chapter.first_unit, |it| it.verdict = Some(Verdict::Never));
        step(StepKind::Merge, MERGE, vec![edit])
    }

    fn moved(&self, from: UnitIndex, to: UnitIndex) -> Result<Step> {
        let at = self.at(from, MOVE)?;
        if at == 0 {
            return refused(MOVE, "the first chapter starts with the document");
        }
        let (before, chapter) = (&self.chapters[at - 1], &self.chapters[at]);
        if to <= before.first_unit || chapter.end_unit() <= to {
            return refused(MOVE, "a chapter would be left without text; merge it instead");
        }
        if to == from {
            return refused(MOVE, "it is there already");
        }
        self.check_unlocked(at - 1, MOVE)?;
        self.check_unlocked(at, MOVE)?;
        let said = self.said(from);
        let leaving = self.edit(from, |it| {
            *it = Correction { verdict: Some(Verdict::Never), ..Correction::default() };
        });
        let arriving = self.edit(to, |it| {
            *it = Correction { verdict: Some(Verdict::Set), title: said.title, level: Some(chapter.level), lock: None };
        });
        step(StepKind::Move, MOVE, vec![leaving, arriving])
    }

    fn rename(&self, unit: UnitIndex, title: &str) -> Result<Step> {
        let at = self.at(unit, RENAME)?;
        self.check_unlocked(at, RENAME)?;
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return refused(RENAME, "a title has one character or more");
        }
        step(StepKind::Rename, RENAME, vec![self.edit(unit, |it| it.title = Some(title))])
    }

    fn level(&self, unit: UnitIndex, level: u8) -> Result<Step> {
        let at = self.at(unit, LEVEL)?;
        self.check_unlocked(at, LEVEL)?;
        if !(1..=MAX_LEVEL).contains(&level) {
            return refused(LEVEL, "levels go from 1, the highest, to 6");
        }
        step(StepKind::Level, LEVEL, vec![self.edit(unit, |it| it.level = Some(level))])
    }

    fn certain(&self, unit: UnitIndex) -> Result<Step> {
        if self.at(unit, CERTAIN)? == 0 {
            return refused(CERTAIN, "the first chapter starts with the document");
        }
        if self.corrections.is_certain(unit) {
            return refused(CERTAIN, "it is certain already");
        }
        step(StepKind::Certain, CERTAIN, vec![self.edit(unit, |it| it.verdict = Some(Verdict::Certain))])
    }

    fn uncertain(&self, unit: UnitIndex) -> Result<Step> {
        let at = self.around(unit, CERTAIN)?;
        self.check_unlocked(at, CERTAIN)?;
        let edit = self.edit(unit, |it| {
            // The level came with the boundary that was set, and would hold it in its place.
            if it.verdict != Some(Verdict::Certain) {
                it.level = None;
            }
            it.verdict = None;
        });
        step(StepKind::Uncertain, CERTAIN, vec![edit])
    }

    fn lock(&self, unit: UnitIndex) -> Result<Step> {
        let at = self.at(unit, LOCK)?;
        self.check_unlocked(at, LOCK)?;
        let chapter = &self.chapters[at];
        let lock = Lock { n_units: chapter.n_units, title: chapter.title.clone(), level: chapter.level };
        step(StepKind::Lock, LOCK, vec![self.edit(unit, |it| it.lock = Some(lock))])
    }

    fn unlock(&self, unit: UnitIndex) -> Result<Step> {
        if self.said(unit).lock.is_none() {
            return refused("unlock the chapter", "it is not locked");
        }
        step(StepKind::Unlock, "unlock the chapter", vec![self.edit(unit, |it| it.lock = None)])
    }

    fn accept(&self, units: &[UnitIndex]) -> Result<Step> {
        let mut edits = Vec::with_capacity(units.len());
        for unit in units {
            let at = self.around(*unit, REVIEW)?;
            let is_start = self.chapters[at].first_unit == *unit;
            if !is_start {
                self.check_unlocked(at, REVIEW)?;
            }
            if unit.0 == 0 || self.corrections.is_certain(*unit) {
                continue;
            }
            let level = self.chapters[at].level;
            edits.push(self.edit(*unit, |it| {
                it.verdict = Some(if is_start { Verdict::Certain } else { Verdict::Set });
                if !is_start {
                    it.level = Some(level);
                }
            }));
        }
        step(StepKind::Accept, REVIEW, edits)
    }

    fn reject(&self, unit: UnitIndex) -> Result<Step> {
        let at = self.around(unit, REVIEW)?;
        if unit.0 == 0 {
            return refused(REVIEW, "the first chapter starts with the document");
        }
        self.check_unlocked(at, REVIEW)?;
        if self.chapters[at].first_unit == unit {
            self.check_unlocked(at - 1, REVIEW)?;
        }
        step(StepKind::Reject, REVIEW, vec![self.edit(unit, |it| it.verdict = Some(Verdict::Never))])
    }
}

/// Returns a step without edits that change nothing, or refuses if nothing is left.
fn step(kind: StepKind, attempt: &'static str, edits: Vec<Edit>) -> Result<Step> {
    let changes = |edit: &Edit| match edit {
        Edit::Chapter { before, after, .. } => before != after,
        Edit::Note { before, after, .. } => before != after,
    };
    let edits: Vec<Edit> = edits.into_iter().filter(changes).collect();
    if edits.is_empty() { refused(attempt, "nothing would change") } else { Ok(Step { kind, edits }) }
}

fn note_step(kind: StepKind, id: NoteId, before: Option<Note>, after: Option<Note>) -> Result<Step> {
    if before.is_none() && kind != StepKind::AddNote {
        return refused(NOTE, "there is no such note");
    }
    step(kind, NOTE, vec![Edit::Note { id, before, after }])
}

/// Returns a note with its tags trimmed, ascending, none empty and none twice.
fn tidy(note: &Note) -> Result<Note> {
    if note.span.is_empty() {
        return refused(NOTE, "there is no text under it");
    }
    let mut tags: Vec<String> =
        note.tags.iter().map(|tag| tag.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    tags.retain(|tag| !tag.is_empty());
    tags.sort();
    tags.dedup();
    Ok(Note { tags, ..note.clone() })
}
