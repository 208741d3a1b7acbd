//! What the user does by hand to the open document: corrections, notes, the review, finding in it, comparing.
//!
//! In: a [`HandCommand`]. Out: what is shown at once, and the [`Request`]s that keep it. What was done is shown without
//! waiting for the library; its answer brings titles and topics, and is taken only if nothing was done since.

use caesura::corrections::{
    Change, Corrections, Edit, MAX_LEVEL, Note, NoteColor, NoteId, Question, Step, StepKind, carry_titles, questions,
    titles_behind,
};
use caesura::document::{Chapter, GapIndex, Span, UnitIndex};
use caesura::error::Error;
use caesura::pipeline::Engine;
use caesura::store::{DocumentId, HandMade, HandMove};

use crate::command::{Action, Outline};
use crate::compare::{Other, OtherSide};
use crate::find::Find;
use crate::format::clock;
use crate::rows;
use crate::state::{JumpTo, OpenDocument, State};
use crate::worker::{Request, Work};

/// What the user asks of the open document beyond an [`Action`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum HandCommand {
    /// Choose a unit: what is done is done there.
    Choose(UnitIndex),
    /// Correct the chapters.
    Correct(Change),
    /// Select a span of the text, or nothing.
    Select(Option<Span>),
    /// The title that is typed is another text.
    TypeTitle(String),
    /// Keep the title that is typed.
    KeepTitle,
    /// What is looked for in the document is another text.
    TypeFind(String),
    /// Highlight what is selected, in that colour.
    Highlight(NoteColor),
    /// Open a note to be changed, or close the one that is open.
    OpenNote(Option<NoteId>),
    /// The note that is typed is another text.
    TypeNote(String),
    /// The tags that are typed, parted by commas, are other ones.
    TypeTags(String),
    /// Give the open note another colour.
    ColorNote(NoteColor),
    /// Show only what one speaker says, or all.
    OnlySpeaker(Option<String>),
    /// In the review, mark every boundary as certain that is at least so likely.
    AcceptAbove(f32),
    /// The confidence to accept above is another one.
    SetAcceptAbove(f32),
    /// Put other chapters beside those of the document, or close the comparison.
    Compare(Option<Other>),
    /// Let an engine read the document, and compare what it says.
    ReadAgain(Engine),
    /// Cut the document by what that engine said.
    CutBy(String),
    /// Put the moment a unit is said at on the clipboard, as a link.
    CopyLink(UnitIndex),
}

/// The title of a chapter as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Renaming {
    pub(crate) chapter: UnitIndex,
    pub(crate) typed: String,
    /// Whether a step of this typing is kept already, which the next goes on with.
    is_begun: bool,
    is_kept: bool,
}

/// A note as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Noting {
    pub(crate) id: NoteId,
    pub(crate) text: String,
    pub(crate) tags: String,
    is_begun: bool,
    is_kept: bool,
}

/// The walk through what is least certain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Review {
    pub(crate) asked: Vec<Question>,
    /// The question that is shown; as many as there are once all were.
    pub(crate) at: usize,
    /// Boundaries that are at least so likely are accepted together.
    pub(crate) accept_above: f32,
}

/// The comparison with other chapters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) with: Other,
    /// What it is compared with, once it is there.
    pub(crate) other: Option<OtherSide>,
}

/// What is done by hand to the open document.
#[derive(Debug, Default)]
pub(crate) struct Hand {
    /// What holds, and how it came about.
    pub(crate) kept: HandMade,
    /// The unit that was chosen; nothing if what is read is meant.
    pub(crate) chosen: Option<UnitIndex>,
    /// What is selected in the text.
    pub(crate) selected: Option<Span>,
    pub(crate) renaming: Option<Renaming>,
    pub(crate) noting: Option<Noting>,
    pub(crate) find: Option<Find>,
    pub(crate) review: Option<Review>,
    pub(crate) comparison: Option<Comparison>,
    pub(crate) only_speaker: Option<String>,
    /// The engines that have read the document.
    pub(crate) engines: Vec<String>,
    /// Who speaks, in the order they first do.
    pub(crate) speakers: Vec<String>,
    /// The notes by where they begin.
    pub(crate) notes: Vec<(NoteId, Note)>,
    /// How many bytes the longest of them covers.
    longest_note: usize,
    /// What was done last, in a sentence.
    pub(crate) said: String,
    /// The unit whose place is kept.
    kept_place: UnitIndex,
    /// Since when something is not kept, in seconds of the window's clock.
    waits_since: Option<f64>,
}

impl Hand {
    /// Takes what was done to a document before.
    pub(crate) fn new(kept: HandMade, engines: Vec<String>, speakers: Vec<String>, place: UnitIndex) -> Self {
        let mut hand = Self { engines, speakers, kept_place: place, ..Self::default() };
        hand.set_kept(kept);
        hand
    }

    fn set_kept(&mut self, kept: HandMade) {
        self.notes = kept.corrections.notes().map(|(id, note)| (id, note.clone())).collect();
        self.notes.sort_by_key(|(id, note)| (note.span.start, note.span.end, *id));
        self.longest_note = self.notes.iter().map(|(_, note)| note.span.len_bytes()).max().unwrap_or(0);
        self.kept = kept;
    }

    /// Returns what is said of chapters.
    pub(crate) fn corrections(&self) -> &Corrections {
        &self.kept.corrections
    }

    /// Returns the notes that overlap `span`, by where they begin.
    pub(crate) fn notes_within(&self, span: Span) -> impl Iterator<Item = &(NoteId, Note)> {
        let from = span.start.index().saturating_sub(self.longest_note);
        let start = self.notes.partition_point(|(_, note)| note.span.start.index() < from);
        let end = self.notes.partition_point(|(_, note)| note.span.start < span.end);
        self.notes[start..end.max(start)].iter().filter(move |(_, note)| span.start < note.span.end)
    }

    /// Returns the number of a speaker among those of the document.
    pub(crate) fn speaker_number(&self, name: &str) -> Option<usize> {
        self.speakers.iter().position(|speaker| speaker == name)
    }

    /// Returns whether something waits to be kept.
    pub(crate) fn is_waiting(&self, here: UnitIndex) -> bool {
        here != self.kept_place
            || self.renaming.as_ref().is_some_and(|it| !it.is_kept)
            || self.noting.as_ref().is_some_and(|it| !it.is_kept)
    }
}

/// Returns who speaks in a document, in the order they first do.
pub(crate) fn speakers(units: &caesura::document::Units) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let names = units.units.iter().filter_map(|unit| unit.speaker.as_deref());
    names.filter(|name| seen.insert(*name)).map(str::to_owned).collect()
}

impl OpenDocument {
    /// Returns the unit that what is done is done at.
    pub(crate) fn at(&self) -> UnitIndex {
        self.hand.chosen.unwrap_or(self.here)
    }

    /// Returns the chapter that a unit lies in.
    pub(crate) fn chapter_of(&self, unit: UnitIndex) -> Option<&Chapter> {
        self.chapters.get(self.chapters.partition_point(|chapter| chapter.first_unit <= unit).checked_sub(1)?)
    }

    /// Returns the first unit of the chapter that what is done is done to.
    fn chapter_at(&self) -> UnitIndex {
        self.chapter_of(self.at()).map_or(UnitIndex(0), |chapter| chapter.first_unit)
    }

    /// Cuts the chapters by what is done by hand, at the boundaries the engine found, and takes what is done as `kept`.
    fn take_by_hand(&mut self, mut kept: HandMade) {
        let before = &self.hand.kept;
        let cut = self.cut_config();
        let mut chapters = kept.corrections.cut(self.text.len(), &self.units, &self.scores, &self.found, cut);
        let (old, former) = titles_behind(
            self.chapters.clone(),
            &before.former_titles,
            &before.corrections,
            &kept.corrections,
            &chapters,
        );
        carry_titles(&old, &former, &mut chapters);
        kept.former_titles = former;
        self.hand.set_kept(kept);
        self.show_cut(chapters);
    }

    /// Shows the rows of one speaker, or all.
    fn show_speaker(&mut self, name: Option<String>) {
        self.rows = rows::rows(&self.text, &self.units);
        if let Some(name) = &name {
            let units = &self.units.units;
            self.rows.retain(|row| units[row.unit.index()].speaker.as_ref() == Some(name));
        }
        self.hand.only_speaker = name;
        self.version.1 += 1;
    }

    /// Returns a passage with where it stands: the document, the chapter, and the time if there is one.
    fn citation(&self, span: Span) -> String {
        let unit = self.unit_of(span);
        let chapter = self.chapter_of(unit).map(|chapter| chapter.title.as_str()).filter(|title| !title.is_empty());
        let mut place = vec![format!("“{}”", self.row.title)];
        place.extend(chapter.map(|title| format!("chapter “{title}”")));
        let unit = &self.units.units[unit.index()];
        place.extend(unit.time.map(|time| clock(time.start)));
        let said = span.of(&self.text).split_whitespace().collect::<Vec<_>>().join(" ");
        let speaker = unit.speaker.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
        format!("“{said}”\n— {speaker}{}", place.join(", "))
    }

    /// Returns the unit that a span begins in, or the one before it.
    pub(crate) fn unit_of(&self, span: Span) -> UnitIndex {
        let after = self.units.units.partition_point(|unit| unit.span.start <= span.start);
        UnitIndex::from(after.saturating_sub(1))
    }
}

impl State {
    /// Does what is asked of the open document.
    pub(crate) fn by_hand(&mut self, command: HandCommand) -> Vec<Request> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let hand = &mut open.hand;
        match command {
            HandCommand::Choose(unit) => {
                hand.chosen = Some(unit);
                hand.selected = None;
            }
            HandCommand::Correct(change) => return self.correct(&change),
            HandCommand::Select(span) => hand.selected = span.filter(|span| !span.is_empty()),
            HandCommand::TypeTitle(typed) => {
                if let Some(renaming) = &mut hand.renaming {
                    renaming.typed = typed;
                    renaming.is_kept = false;
                }
            }
            HandCommand::KeepTitle => {
                let requests = self.keep_typed();
                if let Some(open) = &mut self.open {
                    open.hand.renaming = None;
                }
                return requests;
            }
            HandCommand::TypeFind(typed) => self.type_find(typed),
            HandCommand::Highlight(color) => return self.highlight(color).1,
            HandCommand::OpenNote(id) => return self.open_note(id),
            HandCommand::TypeNote(text) => {
                if let Some(noting) = &mut hand.noting {
                    noting.text = text;
                    noting.is_kept = false;
                }
            }
            HandCommand::TypeTags(tags) => {
                if let Some(noting) = &mut hand.noting {
                    noting.tags = tags;
                    noting.is_kept = false;
                }
            }
            HandCommand::ColorNote(color) => return self.color_note(color),
            HandCommand::OnlySpeaker(name) => {
                let here = open.here;
                open.show_speaker(name);
                self.jump_to(JumpTo::Unit(here));
            }
            HandCommand::AcceptAbove(least) => return self.accept_above(least),
            HandCommand::SetAcceptAbove(least) => {
                if let Some(review) = &mut hand.review {
                    review.accept_above = least.clamp(0.0, 1.0);
                }
            }
            HandCommand::Compare(with) => return self.compare(with),
            HandCommand::ReadAgain(engine) => {
                let work = Work::ReadAgain { document: open.row.id, engine };
                let label = format!("Reading “{}” with {}", open.row.title, engine.name());
                return self.start(label, work);
            }
            HandCommand::CutBy(engine) => {
                let work = Work::CutBy { document: open.row.id, engine: engine.clone(), granularity: open.granularity };
                let label = format!("Cutting “{}” by {engine}", open.row.title);
                return self.start(label, work);
            }
            HandCommand::CopyLink(unit) => self.copy_link(unit),
        }
        Vec::new()
    }

    /// Does an action that is about the open document; returns nothing if it is not one.
    pub(crate) fn act_by_hand(&mut self, action: Action) -> Option<Vec<Request>> {
        let is_ours = matches!(
            action,
            Action::Split
                | Action::MergeWithPrevious
                | Action::MergeWithNext
                | Action::MoveUp
                | Action::MoveDown
                | Action::Rename
                | Action::LevelUp
                | Action::LevelDown
                | Action::Certain
                | Action::Lock
                | Action::Undo
                | Action::Redo
                | Action::ChooseNext
                | Action::ChoosePrevious
                | Action::Review
                | Action::Accept
                | Action::Reject
                | Action::Skip
                | Action::Back
                | Action::FindHere
                | Action::FindNext
                | Action::FindPrevious
                | Action::SelectMore
                | Action::SelectLess
                | Action::SelectFromLater
                | Action::SelectFromEarlier
                | Action::Highlight
                | Action::AddNote
                | Action::RemoveNote
                | Action::CopyCitation
                | Action::CopyLink
                | Action::ShowNotes
                | Action::Compare
        );
        if !is_ours {
            return None;
        }
        if self.open.is_none() || self.tab != crate::command::Tab::Read || self.sheet.is_some() {
            return Some(Vec::new());
        }
        Some(self.act_on_document(action))
    }

    fn act_on_document(&mut self, action: Action) -> Vec<Request> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let (at, chapter) = (open.at(), open.chapter_at());
        let change = match action {
            Action::Split => Change::Split(at),
            Action::MergeWithPrevious => Change::MergeWithPrevious(chapter),
            Action::MergeWithNext => Change::MergeWithNext(chapter),
            Action::MoveUp | Action::MoveDown if open.hand.review.is_some() => {
                return self.move_in_review(if action == Action::MoveUp { -1 } else { 1 });
            }
            Action::MoveUp => Change::Move { chapter, to: UnitIndex(chapter.0.saturating_sub(1)) },
            Action::MoveDown => Change::Move { chapter, to: UnitIndex(chapter.0 + 1) },
            Action::LevelUp | Action::LevelDown => {
                let level = open.chapter_of(chapter).map_or(1, |chapter| chapter.level);
                let level = if action == Action::LevelUp { level.saturating_sub(1) } else { level + 1 };
                Change::Level { chapter, level: level.clamp(1, MAX_LEVEL) }
            }
            Action::Certain if open.hand.corrections().is_certain(chapter) => Change::Uncertain(chapter),
            Action::Certain => Change::Certain(chapter),
            Action::Lock if open.hand.corrections().lock_of(chapter).is_some() => Change::Unlock(chapter),
            Action::Lock => Change::Lock(chapter),
            Action::Rename => {
                self.start_renaming(chapter);
                return Vec::new();
            }
            Action::Undo | Action::Redo => return self.back_or_forth(action),
            Action::ChooseNext | Action::ChoosePrevious => {
                self.choose_beside(action);
                return Vec::new();
            }
            Action::Review => {
                self.start_review();
                return Vec::new();
            }
            Action::Accept => return self.answer(true),
            Action::Reject => return self.answer(false),
            Action::Skip | Action::Back => {
                self.go_in_review(if action == Action::Skip { 1 } else { -1 });
                return Vec::new();
            }
            Action::FindHere => {
                open.hand.find.get_or_insert_default();
                self.n_find_focus += 1;
                return Vec::new();
            }
            Action::FindNext => {
                self.go_to_match(1);
                return Vec::new();
            }
            Action::FindPrevious => {
                self.go_to_match(-1);
                return Vec::new();
            }
            Action::SelectMore | Action::SelectLess | Action::SelectFromLater | Action::SelectFromEarlier => {
                let start = open.units.units[at.index()].span.start;
                let selected = open.hand.selected.unwrap_or(Span { start, end: start });
                open.hand.selected = Some(by_word(&open.text, selected, action)).filter(|span| !span.is_empty());
                return Vec::new();
            }
            Action::Highlight => return self.highlight(NoteColor::default()).1,
            Action::AddNote => {
                let (id, mut requests) = match self.note_at() {
                    Some(id) => (Some(id), Vec::new()),
                    None => self.highlight(NoteColor::default()),
                };
                requests.extend(self.open_note(id));
                return requests;
            }
            Action::RemoveNote => match self.note_at() {
                Some(id) => Change::RemoveNote(id),
                None => return Vec::new(),
            },
            Action::CopyCitation => {
                let span = open.hand.selected.unwrap_or(open.units.units[at.index()].span);
                self.to_copy = Some(open.citation(span));
                self.say("Copied, with where it stands");
                return Vec::new();
            }
            Action::CopyLink => {
                self.copy_link(at);
                return Vec::new();
            }
            Action::ShowNotes => {
                self.outline = if self.outline == Outline::Notes { Outline::Found } else { Outline::Notes };
                return Vec::new();
            }
            Action::Compare => {
                let with = match &open.hand.comparison {
                    Some(_) => None,
                    None => Some(first_other(open)),
                };
                return self.compare(with);
            }
            _ => return Vec::new(),
        };
        self.correct(&change)
    }

    /// Returns what Escape closes of the open document: the innermost of what is open.
    pub(crate) fn close_by_hand(&mut self) -> Option<Vec<Request>> {
        let open = self.open.as_mut().filter(|_| self.tab == crate::command::Tab::Read)?;
        let hand = &mut open.hand;
        if hand.noting.is_some() {
            return Some(self.open_note(None));
        }
        if let Some(renaming) = hand.renaming.take() {
            // What was kept while it was typed is taken back.
            return Some(if renaming.is_begun { self.back_or_forth(Action::Undo) } else { Vec::new() });
        }
        let had_one = hand.find.take().is_some()
            || hand.selected.take().is_some()
            || hand.review.take().is_some()
            || hand.comparison.take().is_some();
        had_one.then(Vec::new)
    }

    /// Says in a sentence what was done, or why it was not.
    pub(crate) fn say(&mut self, sentence: impl Into<String>) {
        if let Some(open) = &mut self.open {
            open.hand.said = sentence.into();
        }
    }

    /// Corrects the chapters as asked, or says why that cannot be done.
    pub(crate) fn correct(&mut self, change: &Change) -> Vec<Request> {
        let Some(open) = &self.open else { return Vec::new() };
        let kept = &open.hand.kept;
        match kept.corrections.step(change, &open.chapters, kept.history.free_note()) {
            Err(error) => {
                let reason = match &error {
                    Error::Correction { reason, .. } => (*reason).to_owned(),
                    error => error.to_string(),
                };
                self.say(capitalised(&reason));
                Vec::new()
            }
            Ok(step) => {
                let (kind, unit) = (step.kind, step.unit());
                let requests = self.keep(HandMove::Take(step));
                self.say(done(kind));
                if let (Some(unit), Some(open)) = (unit, &mut self.open)
                    && matches!(kind, StepKind::Move | StepKind::Split)
                {
                    open.hand.chosen = Some(unit);
                }
                requests
            }
        }
    }

    /// Shows a change at once, and asks for it to be kept.
    fn keep(&mut self, change: HandMove) -> Vec<Request> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let Some(after) = open.hand.kept.after(&change) else { return Vec::new() };
        let document = open.row.id;
        open.take_by_hand(after);
        vec![Request::ByHand { document, change }]
    }

    fn back_or_forth(&mut self, action: Action) -> Vec<Request> {
        let mut requests = self.keep_typed();
        let Some(open) = &self.open else { return requests };
        let history = &open.hand.kept.history;
        let is_undo = action == Action::Undo;
        let step = if is_undo { history.to_undo() } else { history.to_redo() };
        let Some(step) = step.cloned() else {
            self.say(if is_undo { "Nothing to undo" } else { "Nothing to redo" });
            return requests;
        };
        requests.extend(self.keep(if is_undo { HandMove::Undo } else { HandMove::Redo }));
        let Some(open) = &mut self.open else { return requests };
        let hand = &mut open.hand;
        if hand.noting.as_ref().is_some_and(|noting| hand.kept.corrections.note(noting.id).is_none()) {
            hand.noting = None;
        }
        if let (Some(review), Some(unit)) = (&mut hand.review, step.unit())
            && let Some(at) = review.asked.iter().position(|question| question.unit == unit)
        {
            review.at = at;
        }
        let at = if is_undo { step.inverse().unit() } else { step.unit() };
        let at = at.or_else(|| first_note(&step).map(|span| open.unit_of(span)));
        if let Some(unit) = at.filter(|unit| unit.index() < open.units.len()) {
            hand_choose(open, unit);
            self.jump_to(JumpTo::Show(unit));
        }
        self.say(format!("{}: {}", if is_undo { "Undone" } else { "Done again" }, done(step.kind).to_lowercase()));
        requests
    }

    fn choose_beside(&mut self, action: Action) {
        let Some(open) = &mut self.open else { return };
        let row = rows::row_of(&open.rows, open.at());
        let to = if action == Action::ChooseNext {
            open.rows[(row + 1).min(open.rows.len())..].iter().find(|next| next.unit > open.at())
        } else {
            open.rows[..row].iter().rev().find(|before| before.unit < open.at())
        };
        let unit = to.map_or(open.at(), |row| row.unit);
        hand_choose(open, unit);
        self.jump_to(JumpTo::Show(unit));
    }

    fn start_renaming(&mut self, chapter: UnitIndex) {
        let Some(open) = &mut self.open else { return };
        if open.hand.corrections().lock_of(chapter).is_some() {
            self.say("The chapter is locked; unlock it first");
            return;
        }
        let typed = open.chapter_of(chapter).map(|chapter| chapter.title.clone()).unwrap_or_default();
        open.hand.renaming = Some(Renaming { chapter, typed, is_begun: false, is_kept: true });
        self.n_rename_focus += 1;
        self.jump_to(JumpTo::Show(chapter));
    }

    fn type_find(&mut self, typed: String) {
        let Some(open) = &mut self.open else { return };
        let from = open.units.units[open.here.index()].span.start.index();
        let find = open.hand.find.get_or_insert_default();
        find.look(&open.text, typed, from);
        self.go_to_match(0);
    }

    fn go_to_match(&mut self, by: isize) {
        let Some(open) = &mut self.open else { return };
        let Some(find) = &mut open.hand.find else { return };
        find.go(by);
        let Some(found) = find.current() else { return };
        let unit = open.unit_of(found);
        if open.hand.only_speaker.is_some() {
            open.show_speaker(None);
        }
        hand_choose(open, unit);
        self.jump_to(JumpTo::Byte(found.start));
    }

    /// Highlights what is selected, or the chosen unit, and returns the number of the note.
    fn highlight(&mut self, color: NoteColor) -> (Option<NoteId>, Vec<Request>) {
        let Some(open) = &self.open else { return (None, Vec::new()) };
        let span = open.hand.selected.unwrap_or(open.units.units[open.at().index()].span);
        let id = open.hand.kept.history.free_note();
        let made_at = self.clock_secs;
        let note = Note { span, color, text: String::new(), tags: Vec::new(), made_at };
        let requests = self.correct(&Change::AddNote(note));
        if let Some(open) = &mut self.open {
            open.hand.selected = None;
        }
        (Some(id), requests)
    }

    /// Returns the note that is open, or that lies on what is selected or chosen.
    fn note_at(&self) -> Option<NoteId> {
        let open = self.open.as_ref()?;
        if let Some(noting) = &open.hand.noting {
            return Some(noting.id);
        }
        let span = open.hand.selected.unwrap_or(open.units.units[open.at().index()].span);
        open.hand.notes_within(span).next().map(|(id, _)| *id)
    }

    fn open_note(&mut self, id: Option<NoteId>) -> Vec<Request> {
        let requests = self.keep_typed();
        let Some(open) = &mut self.open else { return requests };
        open.hand.noting = id.and_then(|id| {
            let note = open.hand.kept.corrections.note(id)?;
            let (text, tags) = (note.text.clone(), note.tags.join(", "));
            Some(Noting { id, text, tags, is_begun: false, is_kept: true })
        });
        if open.hand.noting.is_some() {
            self.outline = Outline::Notes;
            self.n_note_focus += 1;
        }
        requests
    }

    fn color_note(&mut self, color: NoteColor) -> Vec<Request> {
        let mut requests = self.keep_typed();
        let Some(open) = &mut self.open else { return requests };
        let Some(noting) = &mut open.hand.noting else { return requests };
        noting.is_begun = false;
        let id = noting.id;
        if let Some(note) = open.hand.kept.corrections.note(id) {
            let note = Note { color, ..note.clone() };
            requests.extend(self.correct(&Change::ChangeNote { id, note }));
        }
        requests
    }

    /// Keeps what is typed into a title or a note, as one step however often it is kept.
    fn keep_typed(&mut self) -> Vec<Request> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let hand = &mut open.hand;
        let (change, is_begun) = if let Some(renaming) = hand.renaming.as_mut().filter(|it| !it.is_kept) {
            renaming.is_kept = true;
            let is_begun = std::mem::replace(&mut renaming.is_begun, true);
            (Change::Rename { chapter: renaming.chapter, title: renaming.typed.clone() }, is_begun)
        } else if let Some(noting) = hand.noting.as_mut().filter(|it| !it.is_kept) {
            noting.is_kept = true;
            let is_begun = std::mem::replace(&mut noting.is_begun, true);
            let Some(note) = hand.kept.corrections.note(noting.id) else { return Vec::new() };
            let tags = noting.tags.split(',').map(|tag| tag.trim().to_owned()).collect();
            (
                Change::ChangeNote { id: noting.id, note: Note { text: noting.text.clone(), tags, ..note.clone() } },
                is_begun,
            )
        } else {
            return Vec::new();
        };
        let kept = &hand.kept;
        let Ok(step) = kept.corrections.step(&change, &open.chapters, kept.history.free_note()) else {
            // Nothing is left of the title, or nothing has changed: what was kept stays.
            if !is_begun {
                self.forget_begun();
            }
            return Vec::new();
        };
        let last = kept.history.to_undo().filter(|last| is_begun && last.kind == step.kind);
        let change = match last.and_then(|last| gone_on(last, &step)) {
            Some(step) => HandMove::GoOn(step),
            None => HandMove::Take(step),
        };
        self.keep(change)
    }

    fn forget_begun(&mut self) {
        let Some(open) = &mut self.open else { return };
        if let Some(renaming) = &mut open.hand.renaming {
            renaming.is_begun = false;
        }
        if let Some(noting) = &mut open.hand.noting {
            noting.is_begun = false;
        }
    }

    /// Hears the window's clock, in seconds: what waits to be kept is kept after a second, or at once if `is_last`.
    pub(crate) fn tick(&mut self, now: f64, is_last: bool) -> Vec<Request> {
        let Some(open) = &mut self.open else { return Vec::new() };
        if !open.hand.is_waiting(open.here) {
            open.hand.waits_since = None;
            return Vec::new();
        }
        let since = *open.hand.waits_since.get_or_insert(now);
        if !is_last && now - since < KEPT_AFTER_SECS {
            return Vec::new();
        }
        open.hand.waits_since = None;
        let mut requests = Vec::new();
        if open.here != open.hand.kept_place {
            open.hand.kept_place = open.here;
            requests.push(Request::KeepPlace { document: open.row.id, unit: open.here });
        }
        requests.extend(self.keep_typed());
        requests
    }

    /// Returns whether something waits for [`State::tick`].
    pub(crate) fn is_waiting(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.hand.is_waiting(open.here))
    }

    fn start_review(&mut self) {
        let Some(open) = &mut self.open else { return };
        if open.hand.review.take().is_some() {
            return;
        }
        let asked = questions(open.hand.corrections(), &open.scores, &open.boundaries);
        open.hand.review = Some(Review { asked, at: 0, accept_above: 0.8 });
        open.hand.comparison = None;
        self.go_in_review(0);
    }

    /// Goes `by` questions on, and shows the one that comes.
    fn go_in_review(&mut self, by: isize) {
        let Some(open) = &mut self.open else { return };
        let Some(review) = &mut open.hand.review else { return };
        review.at = review.at.saturating_add_signed(by).min(review.asked.len());
        let Some(question) = review.asked.get(review.at) else { return };
        let unit = question.unit;
        hand_choose(open, unit);
        self.jump_to(JumpTo::Unit(unit));
    }

    /// Answers the question that is shown: whether a chapter starts there.
    fn answer(&mut self, starts: bool) -> Vec<Request> {
        let Some(open) = &self.open else { return Vec::new() };
        let Some(review) = &open.hand.review else { return Vec::new() };
        let Some(question) = review.asked.get(review.at) else { return Vec::new() };
        let change = if starts { Change::Accept(vec![question.unit]) } else { Change::Reject(question.unit) };
        let requests = self.correct(&change);
        self.go_in_review(1);
        requests
    }

    /// Moves the boundary that is asked about, which is to accept it where it goes.
    fn move_in_review(&mut self, by: i32) -> Vec<Request> {
        let Some(open) = &self.open else { return Vec::new() };
        let Some(review) = &open.hand.review else { return Vec::new() };
        let Some(question) = review.asked.get(review.at).copied() else { return Vec::new() };
        let to = UnitIndex(question.unit.0.saturating_add_signed(by));
        let is_start = open.chapter_of(question.unit).is_some_and(|chapter| chapter.first_unit == question.unit);
        let requests = if is_start {
            self.correct(&Change::Move { chapter: question.unit, to })
        } else {
            self.correct(&Change::Accept(vec![to]))
        };
        if let Some(open) = &mut self.open
            && !requests.is_empty()
        {
            if let Some(review) = &mut open.hand.review {
                review.asked[review.at].unit = to;
                review.asked[review.at].is_boundary = true;
            }
            hand_choose(open, to);
            self.jump_to(JumpTo::Show(to));
        }
        requests
    }

    fn accept_above(&mut self, least: f32) -> Vec<Request> {
        let Some(open) = &self.open else { return Vec::new() };
        let Some(review) = &open.hand.review else { return Vec::new() };
        let open_ones = review.asked[review.at.min(review.asked.len())..].iter();
        let units: Vec<UnitIndex> =
            open_ones.filter(|it| it.is_boundary && least <= it.certainty).map(|it| it.unit).collect();
        let n = units.len() as u64;
        if units.is_empty() {
            self.say("No boundary is that likely");
            return Vec::new();
        }
        let accepted: std::collections::BTreeSet<UnitIndex> = units.iter().copied().collect();
        let requests = self.correct(&Change::Accept(units));
        if let Some(review) = self.open.as_mut().and_then(|open| open.hand.review.as_mut()) {
            let at = review.at;
            let mut place = 0;
            review.asked.retain(|question| {
                place += 1;
                place <= at || !accepted.contains(&question.unit)
            });
        }
        self.say(format!("Marked {} as certain", crate::format::count(n, "boundary")));
        requests
    }

    fn compare(&mut self, with: Option<Other>) -> Vec<Request> {
        let Some(open) = &mut self.open else { return Vec::new() };
        open.hand.review = None;
        open.hand.comparison = with.clone().map(|with| Comparison { with, other: None });
        let Some(with) = with else { return Vec::new() };
        vec![Request::Compare { document: open.row.id, with, granularity: open.granularity }]
    }

    /// Takes the other side of a comparison, if it is the one that is shown.
    pub(crate) fn take_other_side(&mut self, document: DocumentId, other: OtherSide) {
        let open = self.open.as_mut().filter(|open| open.row.id == document);
        if let Some(comparison) = open.and_then(|open| open.hand.comparison.as_mut())
            && comparison.with == other.of
        {
            comparison.other = Some(other);
        }
    }

    fn copy_link(&mut self, unit: UnitIndex) {
        let Some(open) = &self.open else { return };
        let Some(time) = open.units.units[unit.index()].time else {
            self.say("The document has no times");
            return;
        };
        let source = open.row.source_path.as_deref().unwrap_or(&open.row.source_name);
        let link = format!("{source}#t={}", time.start.0 / 1000);
        self.say(format!("Copied {link}"));
        self.to_copy = Some(link);
    }
}

/// What waits to be kept is kept after so long.
const KEPT_AFTER_SECS: f64 = 0.8;

fn hand_choose(open: &mut OpenDocument, unit: UnitIndex) {
    open.hand.chosen = Some(unit);
    open.hand.selected = None;
}

/// Returns what a comparison begins with: the headings of the file, another engine that has read it, or the lexical one.
fn first_other(open: &OpenDocument) -> Other {
    if !open.as_written.is_empty() {
        return Other::AsWritten;
    }
    let other = open.hand.engines.iter().find(|engine| **engine != open.row.engine);
    Other::Engine(other.cloned().unwrap_or_else(|| open.row.engine.clone()))
}

/// Returns the step that leads from before `last` to after `next`; nothing if they are not about the same one thing.
fn gone_on(last: &Step, next: &Step) -> Option<Step> {
    let ([last_edit], [next_edit]) = (last.edits.as_slice(), next.edits.as_slice()) else { return None };
    let edit = match (last_edit.clone(), next_edit.clone()) {
        (Edit::Chapter { unit, before, .. }, Edit::Chapter { unit: same, after, .. }) if unit == same => {
            Edit::Chapter { unit, before, after }
        }
        (Edit::Note { id, before, .. }, Edit::Note { id: same, after, .. }) if id == same => {
            Edit::Note { id, before, after }
        }
        _ => return None,
    };
    Some(Step { kind: last.kind, edits: vec![edit] })
}

/// Returns a selection with one end moved by a word; it never turns around.
fn by_word(text: &str, selected: Span, action: Action) -> Span {
    let (start, end) = (selected.start.index(), selected.end.index());
    let word_end_after = |from: usize| {
        let begin = from + text[from..].find(|letter: char| !letter.is_whitespace()).unwrap_or(text.len() - from);
        begin + text[begin..].find(char::is_whitespace).unwrap_or(text.len() - begin)
    };
    let word_start_after = |from: usize| {
        let gap = from + text[from..].find(char::is_whitespace).unwrap_or(text.len() - from);
        gap + text[gap..].find(|letter: char| !letter.is_whitespace()).unwrap_or(text.len() - gap)
    };
    let after_gap_before = |to: usize| {
        let before = text[..to].trim_end();
        before.rfind(char::is_whitespace).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8))
    };
    let (start, end) = match action {
        Action::SelectMore => (start, word_end_after(end)),
        Action::SelectLess => (start, text[..after_gap_before(end)].trim_end().len().max(start)),
        Action::SelectFromLater => (word_start_after(start).min(end), end),
        _ => (after_gap_before(start).min(start), end),
    };
    Span::new(start..end.max(start))
}

fn first_note(step: &Step) -> Option<Span> {
    step.edits.iter().find_map(|edit| match edit {
        Edit::Note { before, after, .. } => before.as_ref().or(after.as_ref()).map(|note| note.span),
        Edit::Chapter { .. } => None,
    })
}

/// Returns what a step did, in a few words.
fn done(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Split => "Split the chapter",
        StepKind::Merge => "Merged two chapters",
        StepKind::Move => "Moved the start of the chapter",
        StepKind::Rename => "Renamed the chapter",
        StepKind::Level => "Changed the level",
        StepKind::Certain => "Marked as certain",
        StepKind::Uncertain => "Left to the engine",
        StepKind::Lock => "Locked the chapter",
        StepKind::Unlock => "Unlocked the chapter",
        StepKind::Accept => "Accepted",
        StepKind::Reject => "Rejected: no chapter starts here",
        StepKind::AddNote => "Highlighted",
        StepKind::ChangeNote => "Changed the note",
        StepKind::RemoveNote => "Removed the note",
    }
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns the boundaries that an engine found behind the chapters that are kept.
pub(crate) fn found_behind(open: &OpenDocument, kept: &[GapIndex]) -> Vec<GapIndex> {
    let corrections = open.hand.corrections();
    if corrections.is_empty() || open.scores.len() != open.units.n_gaps() {
        return kept.to_vec();
    }
    corrections.found_behind(kept, &open.found_now(), open.cut_config().min_units())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_grows_and_shrinks_by_words() {
        let text = "The lamp  is\nlit: über alles";
        let mut selected = Span::new(4..4);
        let mut check = |action, expected: &str| {
            selected = by_word(text, selected, action);
            assert_eq!(selected.of(text), expected, "{action:?}");
        };
        check(Action::SelectMore, "lamp");
        check(Action::SelectMore, "lamp  is");
        check(Action::SelectMore, "lamp  is\nlit:");
        check(Action::SelectLess, "lamp  is");
        check(Action::SelectFromLater, "is");
        check(Action::SelectFromEarlier, "lamp  is");
        check(Action::SelectFromEarlier, "The lamp  is");
        check(Action::SelectFromEarlier, "The lamp  is");
        for _ in 0..9 {
            selected = by_word(text, selected, Action::SelectMore);
        }
        assert_eq!(selected.of(text), text);
        for _ in 0..9 {
            selected = by_word(text, selected, Action::SelectLess);
        }
        assert!(selected.is_empty());
    }

    #[test]
    fn what_goes_on_with_a_step_leads_from_before_it_to_after_both() {
        let note = |text: &str| Note {
            span: Span::new(0..3),
            color: NoteColor::Red,
            text: text.to_owned(),
            tags: Vec::new(),
            made_at: 0,
        };
        let edit = |before: Option<&str>, after: &str| Step {
            kind: StepKind::ChangeNote,
            edits: vec![Edit::Note { id: NoteId(1), before: before.map(note), after: Some(note(after)) }],
        };
        let both = gone_on(&edit(Some("a"), "ab"), &edit(Some("ab"), "abc"));
        assert_eq!(both, Some(edit(Some("a"), "abc")));
        let other = Step {
            kind: StepKind::ChangeNote,
            edits: vec![Edit::Note { id: NoteId(2), before: None, after: Some(note("x")) }],
        };
        assert_eq!(gone_on(&edit(Some("a"), "ab"), &other), None);
    }
}
