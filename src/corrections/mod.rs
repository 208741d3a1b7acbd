//! What a person says of chapters and of the text, as values that lie beside what an engine says.
//!
//! In: the gaps that an engine found, at any granularity, and [`Corrections`]. Out: chapters that tile the document, in
//! which all that was done by hand stands as it was done. A correction is local: it decides its own gap, and no other
//! boundary of the engine comes or goes for it but those inside of a locked chapter, or too near to one set by hand.
//!
//! Corrections hang on the unit a chapter starts at, since units stay what they are when a document is cut anew or read
//! by another engine. Notes hang on bytes of the text as the library keeps it, whose lines end with `\n` alone whatever
//! the file had: a note's bytes are the same for a file with CRLF.
//!
//! What a person asks for is a [`Change`]. [`Corrections::step`] turns it into a [`Step`]: the values before and after, so
//! that each step has an inverse and [`History`] can go back and forth without limit.

mod change;
mod history;
mod review;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use change::{Change, MAX_LEVEL};
pub use history::{Edit, History, Step, StepKind};
pub use review::{Question, questions};

use crate::chapters::{self, CutConfig};
use crate::document::{Chapter, GapIndex, GapScores, Origin, Span, UnitIndex, Units};

/// What a person says of the boundary before a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A chapter starts here: the person set it.
    Set,
    /// A chapter starts here: an engine found it, and the person is certain of it.
    Certain,
    /// No chapter starts here.
    Never,
}

impl Verdict {
    /// Every verdict there is.
    pub const ALL: [Self; 3] = [Self::Set, Self::Certain, Self::Never];

    /// Returns the name used in the store and in every output, such as `"certain"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Certain => "certain",
            Self::Never => "never",
        }
    }

    /// Returns the verdict of that name, as [`Verdict::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// A chapter that stays as it is, whatever the granularity and the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// How many units it has, at least 1.
    pub n_units: u32,
    /// Its title as it was locked.
    pub title: String,
    /// Its level as it was locked.
    pub level: u8,
}

/// What a person says of the chapter that starts at a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Correction {
    /// Whether a chapter starts here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// That it stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
}

impl Correction {
    /// Returns whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether a chapter starts here by hand. To name a chapter, or to give it a level, is to want it.
    fn starts_chapter(&self) -> bool {
        match self.verdict {
            Some(Verdict::Set | Verdict::Certain) => true,
            Some(Verdict::Never) => self.lock.is_some(),
            None => self.title.is_some() || self.level.is_some() || self.lock.is_some(),
        }
    }
}

/// The number of a note in its document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoteId(pub u32);

/// The colour of a highlight, by name: what it looks like is the window's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "a colour is its name")]
pub enum NoteColor {
    #[default]
    Yellow,
    Green,
    Blue,
    Red,
    Violet,
}

impl NoteColor {
    /// Every colour there is.
    pub const ALL: [Self; 5] = [Self::Yellow, Self::Green, Self::Blue, Self::Red, Self::Violet];

    /// Returns the name used in the store and in every output, such as `"yellow"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Red => "red",
            Self::Violet => "violet",
        }
    }

    /// Returns the colour of that name, as [`NoteColor::name`] gives it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|color| color.name() == name)
    }
}

/// A highlight on a span of the text, with what was noted there and the tags it was given. Both may be empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Where it lies, in bytes of the document's text. Never empty.
    pub span: Span,
    /// The colour of the highlight.
    pub color: NoteColor,
    /// What was noted.
    pub text: String,
    /// The tags, ascending, no two the same.
    pub tags: Vec<String>,
    /// When it was made, in seconds since 1970.
    pub made_at: i64,
}

/// All that a person says of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Corrections {
    /// By the unit a chapter starts at; nothing empty.
    chapters: BTreeMap<UnitIndex, Correction>,
    notes: BTreeMap<NoteId, Note>,
}

impl Corrections {
    /// Takes what was kept.
    pub fn new(
        chapters: impl IntoIterator<Item = (UnitIndex, Correction)>,
        notes: impl IntoIterator<Item = (NoteId, Note)>,
    ) -> Self {
        let chapters = chapters.into_iter().filter(|(_, correction)| !correction.is_empty()).collect();
        Self { chapters, notes: notes.into_iter().collect() }
    }

    /// Returns what is said of the chapter that starts at `unit`; nothing is said of most.
    pub fn at(&self, unit: UnitIndex) -> Option<&Correction> {
        self.chapters.get(&unit)
    }

    /// Returns all that is said of chapters, in reading order.
    pub fn chapters(&self) -> impl Iterator<Item = (UnitIndex, &Correction)> {
        self.chapters.iter().map(|(unit, correction)| (*unit, correction))
    }

    /// Returns the notes, in the order they were made.
    pub fn notes(&self) -> impl Iterator<Item = (NoteId, &Note)> {
        self.notes.iter().map(|(id, note)| (*id, note))
    }

    /// Returns one note.
    pub fn note(&self, id: NoteId) -> Option<&Note> {
        self.notes.get(&id)
    }

    /// Returns whether nothing was done by hand.
    pub fn is_empty(&self) -> bool {
        self.chapters.is_empty() && self.notes.is_empty()
    }

    /// Returns whether a person has said that a chapter starts at `unit`, and so is certain of it.
    pub fn is_certain(&self, unit: UnitIndex) -> bool {
        let verdict = self.at(unit).and_then(|correction| correction.verdict);
        matches!(verdict, Some(Verdict::Set | Verdict::Certain))
    }

    /// Returns the lock that `unit` lies in, and the unit it starts at.
    pub fn lock_of(&self, unit: UnitIndex) -> Option<(UnitIndex, &Lock)> {
        let mut before = self.chapters.range(..=unit).rev();
        let (start, lock) = before.find_map(|(start, it)| Some((*start, it.lock.as_ref()?)))?;
        (unit.0 - start.0 < lock.n_units).then_some((start, lock))
    }

    /// Returns the gaps to cut at, ascending, where an engine found `found`, ascending too.
    ///
    /// A gap of `found` that no verdict speaks of stays, unless it lies inside of a locked chapter or fewer than
    /// `min_units` units from a boundary that was set by hand.
    pub fn boundaries(&self, found: &[GapIndex], n_gaps: usize, min_units: u32) -> Vec<GapIndex> {
        if self.chapters.is_empty() {
            return found.to_vec();
        }
        let is_there = |gap: &GapIndex| gap.index() < n_gaps;
        let locks: Vec<(u32, u32)> = self
            .chapters
            .iter()
            .filter_map(|(unit, it)| Some((unit.0, unit.0.saturating_add(it.lock.as_ref()?.n_units))))
            .collect();
        // Locks do not overlap, so the one that starts last before a unit is the only one it can lie in.
        let is_inside_lock = |gap: GapIndex| {
            let unit = gap.unit_after().0;
            let before = locks.partition_point(|(start, _)| *start < unit);
            before.checked_sub(1).is_some_and(|at| unit < locks[at].1)
        };
        let by_hand =
            self.chapters.iter().filter(|(_, it)| it.starts_chapter()).filter_map(|(unit, _)| unit.gap_before());
        let lock_ends = locks.iter().filter_map(|(_, end)| UnitIndex(*end).gap_before());
        let mut all: BTreeSet<GapIndex> =
            by_hand.chain(lock_ends).filter(is_there).filter(|gap| !is_inside_lock(*gap)).collect();
        let near = min_units.saturating_sub(1);
        let is_free = |gap: &GapIndex| {
            let (from, to) = (GapIndex(gap.0.saturating_sub(near)), GapIndex(gap.0.saturating_add(near)));
            !self.at(gap.unit_after()).is_some_and(|it| it.verdict == Some(Verdict::Never))
                && !is_inside_lock(*gap)
                && all.range(from..=to).next().is_none()
        };
        let free: Vec<GapIndex> = found.iter().copied().filter(is_there).filter(is_free).collect();
        all.extend(free);
        all.into_iter().collect()
    }

    /// Returns the gaps an engine found, as far as can be told from the chapters that are kept: where a person has said
    /// something, from `recomputed`; everywhere else from `kept`, so that a correction moves nothing that it does not name,
    /// even if the kept chapters were cut by other rules. All are ascending.
    pub fn found_behind(&self, kept: &[GapIndex], recomputed: &[GapIndex], min_units: u32) -> Vec<GapIndex> {
        if self.chapters.is_empty() {
            return kept.to_vec();
        }
        let n_gaps = recomputed.iter().chain(kept).map(|gap| gap.index() + 1).max().unwrap_or(0);
        let corrected = self.boundaries(recomputed, n_gaps, min_units);
        let is_by_hand = |gap: &GapIndex| {
            self.at(gap.unit_after()).is_some_and(|it| !it.is_empty()) || self.is_lock_end(gap.unit_after())
        };
        let mut found: BTreeSet<GapIndex> = kept.iter().copied().filter(|gap| !is_by_hand(gap)).collect();
        let is_hidden = |gap: &GapIndex| is_by_hand(gap) || corrected.binary_search(gap).is_err();
        found.extend(recomputed.iter().copied().filter(is_hidden));
        found.into_iter().collect()
    }

    fn is_lock_end(&self, unit: UnitIndex) -> bool {
        let before = self.chapters.range(..unit).rev().find_map(|(start, it)| Some((start, it.lock.as_ref()?)));
        before.is_some_and(|(start, lock)| start.0.saturating_add(lock.n_units) == unit.0)
    }

    /// Returns the chapters of a document in which an engine found the boundaries `found` by `cut`, with all that was done by hand.
    /// They tile the text. A title that no person gave is empty.
    pub fn cut(
        &self,
        text_len: usize,
        units: &Units,
        scores: &GapScores,
        found: &[GapIndex],
        cut: CutConfig,
    ) -> Vec<Chapter> {
        let boundaries = self.boundaries(found, units.n_gaps(), cut.min_units());
        let levels = chapters::levels_among(scores, found, &boundaries, cut.boundary_cost);
        let mut chapters = chapters::chapters_at(text_len, units, scores, &boundaries, &levels);
        for chapter in &mut chapters {
            let Some(correction) = self.at(chapter.first_unit) else { continue };
            if let Some(level) = correction.level {
                chapter.level = level;
            }
            if let Some(title) = &correction.title {
                chapter.title.clone_from(title);
            }
            if let Some(lock) = &correction.lock {
                chapter.level = lock.level;
                chapter.title.clone_from(&lock.title);
            }
            if correction.verdict == Some(Verdict::Set) {
                chapter.origin = Origin::ByHand;
            }
        }
        chapters
    }
}

/// Gives chapters that have no title the one that is known for them: that of a chapter of `before` or of `former` that
/// starts at the same unit; or that of a chapter of `before` that is gone and ended where this one does, so that a title
/// goes along when a start moves. `before` and `chapters` tile the same document.
pub fn carry_titles(before: &[Chapter], former: &BTreeMap<UnitIndex, String>, chapters: &mut [Chapter]) {
    let starts: BTreeSet<UnitIndex> = chapters.iter().map(|chapter| chapter.first_unit).collect();
    for chapter in chapters.iter_mut().filter(|chapter| chapter.title.is_empty()) {
        let same = before.binary_search_by_key(&chapter.first_unit, |old| old.first_unit);
        let title = same.ok().map(|at| &before[at].title).or_else(|| former.get(&chapter.first_unit)).or_else(|| {
            let at = before.binary_search_by_key(&chapter.end_unit(), Chapter::end_unit).ok()?;
            (!starts.contains(&before[at].first_unit)).then_some(&before[at].title)
        });
        if let Some(title) = title {
            chapter.title.clone_from(title);
        }
    }
}

/// Returns the chapters `old` with the titles they have without a person, and all titles that were not given by a person
/// of chapters that are gone, or have a person's title, once `chapters` take their place. `former` are those of before.
pub fn titles_behind(
    mut old: Vec<Chapter>,
    former: &BTreeMap<UnitIndex, String>,
    before: &Corrections,
    after: &Corrections,
    chapters: &[Chapter],
) -> (Vec<Chapter>, BTreeMap<UnitIndex, String>) {
    let has_own = |corrections: &Corrections, unit: UnitIndex| {
        corrections.at(unit).is_some_and(|it| it.title.is_some() || it.lock.is_some())
    };
    let mut former = former.clone();
    for chapter in &mut old {
        let unit = chapter.first_unit;
        if has_own(before, unit) {
            chapter.title = former.get(&unit).cloned().unwrap_or_default();
        }
        let is_gone = chapters.binary_search_by_key(&unit, |chapter| chapter.first_unit).is_err();
        if !chapter.title.is_empty() && (is_gone || has_own(after, unit)) {
            former.insert(unit, chapter.title.clone());
        }
    }
    old.retain(|chapter| !chapter.title.is_empty());
    (old, former)
}

#[cfg(test)]
mod laws;
