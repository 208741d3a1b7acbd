//! Steps that can be taken and taken back.

use serde::{Deserialize, Serialize};

use super::{Correction, Corrections, Note, NoteId};
use crate::document::UnitIndex;

/// One value before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Edit {
    /// What is said of the chapter that starts at a unit.
    Chapter {
        /// The unit.
        unit: UnitIndex,
        /// What was said.
        before: Correction,
        /// What is said.
        after: Correction,
    },
    /// A note.
    Note {
        /// Its number.
        id: NoteId,
        /// What it was, if it was there.
        before: Option<Note>,
        /// What it is, if it is there.
        after: Option<Note>,
    },
}

impl Edit {
    fn inverse(self) -> Self {
        match self {
            Self::Chapter { unit, before, after } => Self::Chapter { unit, before: after, after: before },
            Self::Note { id, before, after } => Self::Note { id, before: after, after: before },
        }
    }
}

/// What a step was asked for as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of `Change`")]
pub enum StepKind {
    Split,
    Merge,
    Move,
    Rename,
    Level,
    Certain,
    Uncertain,
    Lock,
    Unlock,
    Accept,
    Reject,
    AddNote,
    ChangeNote,
    RemoveNote,
}

impl StepKind {
    /// Every kind there is.
    pub const ALL: [Self; 14] = [
        Self::Split,
        Self::Merge,
        Self::Move,
        Self::Rename,
        Self::Level,
        Self::Certain,
        Self::Uncertain,
        Self::Lock,
        Self::Unlock,
        Self::Accept,
        Self::Reject,
        Self::AddNote,
        Self::ChangeNote,
        Self::RemoveNote,
    ];

    /// Returns the name used in the store and in every output, such as `"split"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Merge => "merge",
            Self::Move => "move",
            Self::Rename => "rename",
            Self::Level => "level",
            Self::Certain => "certain",
            Self::Uncertain => "uncertain",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::AddNote => "add_note",
            Self::ChangeNote => "change_note",
            Self::RemoveNote => "remove_note",
        }
    }

    /// Returns the kind of that name, as [`StepKind::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What one wish of a person changes: taken as a whole, and taken back as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it was asked for as.
    pub kind: StepKind,
    /// What changes; no unit and no note twice.
    pub edits: Vec<Edit>,
}

impl Step {
    /// Returns the step that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self { kind: self.kind, edits: self.edits.iter().rev().cloned().map(Edit::inverse).collect() }
    }

    /// Returns the unit it is about, if it is about chapters: the last one named, which for a move is where it went.
    pub fn unit(&self) -> Option<UnitIndex> {
        self.edits.iter().rev().find_map(|edit| match edit {
            Edit::Chapter { unit, .. } => Some(*unit),
            Edit::Note { .. } => None,
        })
    }

    /// Returns whether it changes anything about chapters.
    pub fn is_about_chapters(&self) -> bool {
        self.unit().is_some()
    }
}

impl Corrections {
    /// Takes a step. Returns whether it could be taken: nothing changes if what it names is not as it was when the step
    /// was made.
    #[must_use]
    pub fn take(&mut self, step: &Step) -> bool {
        let is_as_it_was = |edit: &Edit| match edit {
            Edit::Chapter { unit, before, .. } => self.chapters.get(unit).cloned().unwrap_or_default() == *before,
            Edit::Note { id, before, .. } => self.notes.get(id) == before.as_ref(),
        };
        if !step.edits.iter().all(is_as_it_was) {
            return false;
        }
        for edit in &step.edits {
            match edit {
                Edit::Chapter { unit, after, .. } if after.is_empty() => {
                    self.chapters.remove(unit);
                }
                Edit::Chapter { unit, after, .. } => {
                    self.chapters.insert(*unit, after.clone());
                }
                Edit::Note { id, after: None, .. } => {
                    self.notes.remove(id);
                }
                Edit::Note { id, after: Some(note), .. } => {
                    self.notes.insert(*id, note.clone());
                }
            }
        }
        true
    }
}

/// The steps that were taken, and those that were taken back and can be taken again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    steps: Vec<Step>,
    n_done: usize,
}

impl History {
    /// Takes what was kept: all steps, and how many of them are taken.
    pub fn new(steps: Vec<Step>, n_done: usize) -> Self {
        let n_done = n_done.min(steps.len());
        Self { steps, n_done }
    }

    /// Returns all steps, those that were taken back last.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns how many steps are taken.
    pub fn n_done(&self) -> usize {
        self.n_done
    }

    /// Adds a step that was taken; those that were taken back are gone.
    pub fn push(&mut self, step: Step) {
        self.steps.truncate(self.n_done);
        self.steps.push(step);
        self.n_done += 1;
    }

    /// Returns the step that would be taken back next.
    pub fn to_undo(&self) -> Option<&Step> {
        self.n_done.checked_sub(1).map(|last| &self.steps[last])
    }

    /// Returns the step that would be taken again next.
    pub fn to_redo(&self) -> Option<&Step> {
        self.steps.get(self.n_done)
    }

    /// Goes one step back and returns what is to be taken for it, if there is a step to take back.
    pub fn undo(&mut self) -> Option<Step> {
        let inverse = self.to_undo()?.inverse();
        self.n_done -= 1;
        Some(inverse)
    }

    /// Goes one step forth and returns it, if one was taken back.
    pub fn redo(&mut self) -> Option<Step> {
        let step = self.to_redo()?.clone();
        self.n_done += 1;
        Some(step)
    }

    /// Returns a number that no note of these steps has.
    pub fn free_note(&self) -> NoteId {
        let numbers = self.steps.iter().flat_map(|step| &step.edits).filter_map(|edit| match edit {
            Edit::Note { id, .. } => Some(id.0),
            Edit::Chapter { .. } => None,
        });
        NoteId(numbers.max().map_or(1, |last| last + 1))
    }
}
