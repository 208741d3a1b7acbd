//! The text: a column of rows of which only those in sight are laid out.
//!
//! Heights are estimated until a row is drawn (see `heights.rs`), and the place that is read is a row and a distance into
//! it, so the text stands still when an estimate turns out wrong. A frame costs what is in sight, however long the
//! document is.

use std::borrow::Cow;
use std::sync::Arc;

use eframe::egui::text::{CCursor, TextFormat, TextWrapping};
use eframe::egui::text_selection::visuals::paint_text_selection;
use eframe::egui::{
    self, Color32, CornerRadius, Galley, Key, Label, PointerButton, Rect, Response, Role, Sense, TextEdit, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use caesura::corrections::Verdict;
use caesura::document::{ByteOffset, Chapter, Origin, Span, UnitIndex};

use super::widgets::Laid;
use super::{Memory, compare, edit_bar, library, review, strip, tints, widgets};
use crate::bidi;
use crate::command::{Action, Command};
use crate::format::{clock, count, opening};
use crate::hand::HandCommand;
use crate::heights::Heights;
use crate::rows::{self, Row, RowKind};
use crate::state::{JumpTo, OpenDocument, State};
use crate::theme::{Palette, READING_LINE, READING_WIDTH, font, size, space};

/// The width beside the text for who speaks and when.
const GUTTER: f32 = 112.0;

/// The same where there is room to spare: long names are cut later.
const WIDE_GUTTER: f32 = 168.0;

/// The width beside the text for the scores of its gaps.
const MARGIN: f32 = 46.0;

/// The part of a column narrower than this has no gutter: who speaks stands above what is said.
const NARROW: f32 = 560.0;

/// What the reader remembers from frame to frame.
#[derive(Default)]
pub(crate) struct Column {
    /// What the heights are of: the document and its cut, and the width of the text.
    version: (u64, u64),
    width: f32,
    /// Row 0 is the document's title; row `n + 1` is the document's row `n`.
    heights: Heights,
    measured: Vec<bool>,
    /// The rows that start chapters, ascending, in step with the cut that `version` says.
    starts: Vec<usize>,
    /// How far the column is scrolled, in points. `f64`: a hundred thousand paragraphs are taller than `f32` can place.
    offset: f64,
    n_jump: u64,
    /// The unit that was last gone to, until the text is scrolled away from it. What stands at the top says too little: in
    /// a text that is all in sight, every unit is read under the same top.
    gone_to: Option<UnitIndex>,
    /// How many rows the last frame laid out.
    pub(crate) n_laid_out: usize,
    /// The passages that the last frame drew, and where the column stood.
    drawn: Vec<Drawn>,
    view: Option<Rect>,
    /// The byte at which a selection with the pointer began, while the button is held.
    drag_from: Option<usize>,
    /// How often a title was asked to be typed.
    n_rename: u64,
}

/// A passage as it was drawn.
#[derive(Clone)]
struct Drawn {
    rect: Rect,
    laid: Laid,
    span: Span,
}

impl Drawn {
    /// Returns the byte of the document's text that is drawn nearest to a place.
    fn byte_at(&self, text: &str, place: egui::Pos2) -> usize {
        let within = self.laid.byte_at(&on_one_line(self.span.of(text)), place - self.laid.origin(self.rect));
        self.span.start.index() + within
    }
}

/// Where the parts of the column stand.
#[derive(Clone, Copy)]
struct Shape {
    /// All of the column that is in sight.
    view: Rect,
    /// Left edge and width of the text.
    left: f32,
    width: f32,
    gutter: f32,
    has_gutter: bool,
    /// Whether there is room for the scores of gaps beside the text.
    has_margin: bool,
}

/// Draws the open document, or what to do while there is none.
pub(crate) fn reader_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    let Some(open) = &state.open else {
        return empty_ui(ui, state, commands);
    };
    edit_bar::bar_ui(ui, open, commands);
    edit_bar::find_ui(ui, state, open, &mut memory.n_find_focus, commands);
    edit_bar::speaker_ui(ui, open, commands);
    edit_bar::status_ui(ui, open);
    review::review_ui(ui, open, &memory.reader, commands);
    if compare::compare_ui(ui, state, open, commands) {
        return;
    }
    let whole = ui.available_rect_before_wrap();
    let (view, side) = whole.split_left_right_at_x(whole.right() - strip::WIDTH);
    column_ui(ui, view, state, open, &mut memory.reader, commands);
    let in_sight = memory.reader.in_sight(open, view.height());
    strip::strip_ui(ui, side, state, open, in_sight, &mut memory.strip, commands);
    ui.allocate_rect(whole, Sense::hover());
}

fn empty_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let is_busy = (state.library.is_none() && !state.is_without_library) || state.opening.is_some();
    let has_documents = state.library.as_ref().is_some_and(|library| !library.documents.is_empty());
    if is_busy {
        ui.centered_and_justified(Ui::spinner);
    } else if state.is_without_library {
        let lines = ["Open another one. Files that you add go into the library that Caesura keeps for you."];
        widgets::empty(ui, "No library is open", &lines, |ui| {
            widgets::main_button(ui, Action::OpenOwn, commands);
            ui.add_space(space::XS);
            widgets::action_button(ui, Action::OpenSamples, commands);
        });
    } else if has_documents {
        widgets::empty(ui, "Nothing open", &["Choose a document on the left."], |_| {});
    } else if !state.jobs.is_empty() {
        let lines = ["The first document opens here as soon as its chapters are found."];
        widgets::empty(ui, "Reading", &lines, |ui| {
            ui.spinner();
        });
    } else {
        let lines = [
            "Drop transcripts, subtitles or texts on this window.",
            "Caesura finds where the subject changes, and gives each chapter a title. Nothing leaves this machine.",
        ];
        widgets::empty(ui, "Begin with a text", &lines, |ui| {
            widgets::main_button(ui, Action::AddFiles, commands);
            ui.add_space(space::XS);
            widgets::action_button(ui, Action::OpenSamples, commands);
        });
    }
}

fn column_ui(
    ui: &mut Ui,
    view: Rect,
    state: &State,
    open: &OpenDocument,
    column: &mut Column,
    commands: &mut Vec<Command>,
) {
    let shape = Shape::of(view, open);
    column.view = Some(view);
    column.fit(open, shape.width);
    column.jump(state, open, view.height());
    let wheel = scrolled(ui, view);
    let before = column.offset;
    column.scroll(-f64::from(wheel), view.height());
    if wheel != 0.0 && 0.5 < (column.offset - before).abs() {
        column.gone_to = None;
    }
    let mut column_ui = ui.new_child(UiBuilder::new().id_salt(("column", open.version.0)).max_rect(view));
    column_ui.set_clip_rect(view.intersect(ui.clip_rect()));
    column.draw(&mut column_ui, shape, state, open, 0.0 < wheel, commands);
    column.select(&column_ui, open, commands);
    let here = column.gone_to.unwrap_or_else(|| column.unit_at(open, f64::from(space::XL)));
    if here != open.here {
        commands.push(Command::ReadingAt(here));
    }
}

/// Returns how far the wheel was turned over `view`, and takes it.
fn scrolled(ui: &Ui, view: Rect) -> f32 {
    if !ui.rect_contains_pointer(view) {
        return 0.0;
    }
    ui.input(|input| input.smooth_scroll_delta().y)
}

impl Shape {
    fn of(view: Rect, open: &OpenDocument) -> Self {
        let is_spoken = open.row.has_times || open.units.units.iter().take(50).any(|unit| unit.speaker.is_some());
        let has_gutter = is_spoken && NARROW <= view.width();
        let has_margin = NARROW <= view.width();
        let margin = if has_margin { MARGIN } else { 0.0 };
        let is_wide = READING_WIDTH + WIDE_GUTTER + margin + 2.0 * space::L <= view.width();
        let gutter = match has_gutter {
            true if is_wide => WIDE_GUTTER,
            true => GUTTER,
            false => 0.0,
        };
        let free = view.width() - gutter - margin - 2.0 * space::L;
        let width = free.clamp(160.0, READING_WIDTH);
        let spare = ((free - width) / 2.0).max(0.0);
        let left = view.left() + space::L + spare + gutter;
        Self { view, left: left.round(), width: width.floor(), gutter, has_gutter, has_margin }
    }
}

impl Column {
    /// Fits the heights to the document, its cut, and the width of the text. What is read stays where it is.
    fn fit(&mut self, open: &OpenDocument, width: f32) {
        if self.version == open.version && same(self.width, width) && self.heights.len() == open.rows.len() + 1 {
            return;
        }
        let is_same_document = self.version.0 == open.version.0;
        let first = self.heights.row_at(self.offset);
        let within = self.offset - self.heights.top(first);
        let has_same_rows = self.heights.len() == open.rows.len() + 1;
        if is_same_document && has_same_rows && same(self.width, width) {
            self.fit_cut(open);
        } else {
            self.starts = chapter_starts(open);
            self.width = width;
            let mut heights = vec![title_height(open, width)];
            let mut starts = self.starts.iter().copied().peekable();
            heights.extend(open.rows.iter().enumerate().map(|(at, row)| {
                estimate(row, width, starts.next_if_eq(&at).is_some(), rows::is_tight(open.units.kind))
            }));
            self.measured = vec![false; heights.len()];
            self.heights = Heights::new(heights);
        }
        if !is_same_document {
            self.gone_to = None;
        }
        self.version = open.version;
        self.offset = if is_same_document { self.heights.top(first) + within } else { 0.0 };
    }

    /// Estimates anew the rows that start a chapter in only one of two cuts, or in both: their titles may differ.
    fn fit_cut(&mut self, open: &OpenDocument) {
        let starts = chapter_starts(open);
        let before = std::mem::replace(&mut self.starts, starts);
        let changed: Vec<usize> = before.iter().chain(&self.starts).copied().collect();
        for at in changed {
            let is_start = self.starts.binary_search(&at).is_ok();
            let height = estimate(&open.rows[at], self.width, is_start, rows::is_tight(open.units.kind));
            self.heights.set(at + 1, height);
            self.measured[at + 1] = false;
        }
    }

    /// Scrolls to where it was asked to, once.
    fn jump(&mut self, state: &State, open: &OpenDocument, height: f32) {
        let Some(jump) = state.jump().filter(|jump| jump.number != self.n_jump) else { return };
        self.n_jump = jump.number;
        let row_in_sight = |row: usize| {
            let top = self.heights.top(row + 1) - self.offset;
            let bottom = top + f64::from(self.heights.height(row + 1));
            f64::from(space::M) <= top && bottom <= f64::from(height) - f64::from(space::M)
        };
        let shows = match jump.to {
            JumpTo::Show(unit) => Some(rows::row_of(&open.rows, unit)),
            JumpTo::Byte(byte) => Some(row_at_byte(&open.rows, byte)),
            _ => None,
        };
        if let Some(row) = shows {
            if !row_in_sight(row) {
                self.gone_to = match jump.to {
                    JumpTo::Show(unit) => Some(unit),
                    _ => None,
                };
                self.offset = self.heights.top(row + 1) - f64::from(0.3 * height);
                self.scroll(0.0, height);
            }
            return;
        }
        self.gone_to = match jump.to {
            JumpTo::Unit(unit) => Some(unit),
            _ => None,
        };
        self.offset = match jump.to {
            JumpTo::Show(_) | JumpTo::Byte(_) => self.offset,
            JumpTo::Start => 0.0,
            JumpTo::End => self.heights.total() - f64::from(height) + f64::from(space::XL),
            JumpTo::Pages(n) => self.offset + f64::from(n) * f64::from((height - 2.0 * READING_LINE).max(READING_LINE)),
            JumpTo::Unit(unit) => self.place_of(open, unit, height),
        };
        self.scroll(0.0, height);
    }

    /// Returns the offset at which `unit` is read: a chapter's start at the top, another unit below some of its context.
    fn place_of(&self, open: &OpenDocument, unit: UnitIndex, height: f32) -> f64 {
        if unit == UnitIndex(0) {
            return 0.0;
        }
        let text_row = rows::row_of(&open.rows, unit);
        let chapter = open.chapters.partition_point(|chapter| chapter.first_unit <= unit).saturating_sub(1);
        match (open.chapters.get(chapter), self.starts.get(chapter)) {
            (Some(found), Some(row)) if found.first_unit == unit => self.heights.top(row + 1),
            _ => self.heights.top(text_row + 1) - f64::from(0.2 * height),
        }
    }

    /// Scrolls by `by` points, within the text. After the end of a long one, so far that the last chapter can stand at
    /// the top; one that is all in sight stays where it is.
    fn scroll(&mut self, by: f64, height: f32) {
        let height = f64::from(height);
        let total = self.heights.total();
        let last = if total <= height {
            0.0
        } else {
            let last_start = self.starts.last().map_or(0.0, |row| self.heights.top(row + 1));
            last_start.max(total - height + f64::from(space::XL))
        };
        self.offset = (self.offset + by).clamp(0.0, last);
    }

    /// Returns the unit that lies `below` points under the top of what is in sight.
    fn unit_at(&self, open: &OpenDocument, below: f64) -> UnitIndex {
        let row = self.heights.row_at(self.offset + below).saturating_sub(1);
        open.rows.get(row).map_or(UnitIndex(0), |row| row.unit)
    }

    /// Returns the first and the last unit in sight, as shares of the document.
    fn in_sight(&self, open: &OpenDocument, height: f32) -> (f32, f32) {
        let share = |place: f64| {
            let row = self.heights.row_at(place);
            let within = (place - self.heights.top(row)) / f64::from(self.heights.height(row)).max(1.0);
            let row = row.saturating_sub(1);
            let (unit, next) = match (open.rows.get(row), open.rows.get(row + 1)) {
                (Some(row), Some(next)) => (row.unit.0, next.unit.0),
                _ => return 1.0,
            };
            let unit = f64::from(unit) + within.clamp(0.0, 1.0) * f64::from(next - unit);
            (unit / open.units.len() as f64) as f32
        };
        (share(self.offset), share(self.offset + f64::from(height)))
    }

    fn draw(
        &mut self,
        ui: &mut Ui,
        shape: Shape,
        state: &State,
        open: &OpenDocument,
        is_going_back: bool,
        commands: &mut Vec<Command>,
    ) {
        self.n_laid_out = 0;
        if is_going_back {
            self.measure_first(ui, shape, state, open);
        }
        self.drawn.clear();
        let mut row = self.heights.row_at(self.offset);
        let mut top = (self.heights.top(row) - self.offset) as f32;
        while row < self.heights.len() && top < shape.view.height() {
            let height = self.draw_row(ui, shape, state, open, row, shape.view.top() + top, commands);
            self.heights.set(row, height);
            self.measured[row] = true;
            self.n_laid_out += 1;
            top += height;
            row += 1;
        }
    }

    /// Measures the rows that came into sight at the top, and keeps what is below them where it is.
    fn measure_first(&mut self, ui: &mut Ui, shape: Shape, state: &State, open: &OpenDocument) {
        // One turn of the wheel seldom brings more than a few rows into sight.
        for _ in 0..8 {
            let row = self.heights.row_at(self.offset);
            if self.measured[row] {
                return;
            }
            let mut unseen = ui.new_child(UiBuilder::new().id_salt("unseen").max_rect(shape.view).invisible());
            let height = self.draw_row(&mut unseen, shape, state, open, row, shape.view.top(), &mut Vec::new());
            self.offset += f64::from(height) - f64::from(self.heights.height(row));
            self.offset = self.offset.max(0.0);
            self.heights.set(row, height);
            self.measured[row] = true;
            self.n_laid_out += 1;
        }
    }

    /// Draws one row with its top at `top`; returns its height.
    #[expect(clippy::too_many_arguments, reason = "a row is drawn from all that is shown of it")]
    fn draw_row(
        &mut self,
        ui: &mut Ui,
        shape: Shape,
        state: &State,
        open: &OpenDocument,
        row: usize,
        top: f32,
        commands: &mut Vec<Command>,
    ) -> f32 {
        let Some(at) = row.checked_sub(1) else {
            return draw_title(ui, shape, open, top);
        };
        let mut pen = Pen { ui, shape, top, id: row };
        let start = self.starts.binary_search(&at).ok();
        if let Some(chapter) = start.and_then(|start| open.chapters.get(start)) {
            let is_renamed = open.hand.renaming.as_ref().is_some_and(|it| it.chapter == chapter.first_unit);
            if is_renamed {
                pen.title_field(state, open, &mut self.n_rename, commands);
            } else {
                pen.chapter(open, chapter, start == Some(0), commands);
            }
        }
        let shown = &open.rows[at];
        match shown.kind {
            RowKind::Heading(level) => {
                let text = shown.span.of(&open.text);
                if !is_titled_so(open, start, &self.starts, at, text) {
                    pen.heading(text, level);
                }
            }
            RowKind::Start | RowKind::More => {
                let drawn = pen.passage(open, shown, at, self.drag_from.is_some(), commands);
                self.drawn.push(drawn);
            }
        }
        pen.top - top
    }

    /// Selects with the pointer: what it is dragged over, or the word it presses twice.
    fn select(&mut self, ui: &Ui, open: &OpenDocument, commands: &mut Vec<Command>) {
        let Some(pointer) = ui.input(|input| input.pointer.latest_pos()) else { return };
        let (is_pressed, is_down) =
            ui.input(|input| (input.pointer.button_pressed(PointerButton::Primary), input.pointer.primary_down()));
        if !is_down {
            self.drag_from = None;
        }
        if is_pressed
            && self.drawn.iter().any(|drawn| drawn.rect.contains(pointer))
            && ui.rect_contains_pointer(ui.clip_rect())
        {
            self.drag_from = self.byte_at(open, pointer);
            return;
        }
        if let (Some(from), true) = (self.drag_from, is_down)
            && let Some(to) = self.byte_at(open, pointer)
            && from != to
        {
            let mut span = Span::new(from.min(to)..from.max(to));
            if self.drawn.iter().any(|drawn| drawn.laid.is_turned()) {
                // Which letter of a turned word is pointed at is not known.
                span = whole_words(&open.text, span);
            }
            if open.hand.selected != Some(span) {
                commands.push(Command::Hand(HandCommand::Select(Some(span))));
            }
        }
        let is_copied = ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)));
        if let Some(span) = open.hand.selected.filter(|_| is_copied && !ui.ctx().egui_wants_keyboard_input()) {
            ui.ctx().copy_text(span.of(&open.text).to_owned());
        }
    }

    /// Returns whether the first line of a unit was in sight in the last frame.
    pub(crate) fn shows_start(&self, open: &OpenDocument, unit: UnitIndex) -> bool {
        let start = open.units.units[unit.index()].span.start;
        let Some(view) = self.view else { return false };
        self.drawn.iter().any(|drawn| {
            let first = drawn.rect.top()..=drawn.rect.top() + READING_LINE;
            drawn.span.start == start && view.top() <= *first.start() && *first.end() <= view.bottom()
        })
    }

    /// Returns the byte of the text that is drawn nearest to a place.
    fn byte_at(&self, open: &OpenDocument, place: egui::Pos2) -> Option<usize> {
        let distance = |drawn: &&Drawn| {
            if place.y < drawn.rect.top() {
                drawn.rect.top() - place.y
            } else {
                (place.y - drawn.rect.bottom()).max(0.0)
            }
        };
        let nearest = self.drawn.iter().min_by(|one, other| distance(one).total_cmp(&distance(other)))?;
        Some(nearest.byte_at(&open.text, place))
    }
}

/// Returns the row that holds a byte, or the last one before it.
fn row_at_byte(rows: &[Row], byte: ByteOffset) -> usize {
    rows.partition_point(|row| row.span.start <= byte).saturating_sub(1)
}

/// Returns the word around a byte of the text, within `span`; nothing between words.
fn word_around(text: &str, span: Span, byte: usize) -> Option<Span> {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '\'' || letter == '’';
    let before = &text[span.start.index()..byte];
    let start = before.rfind(|letter| !is_letter(letter)).map_or(span.start.index(), |at| {
        span.start.index() + at + before[at..].chars().next().map_or(0, char::len_utf8)
    });
    let after = &text[byte..span.end.index()];
    let end = byte + after.find(|letter| !is_letter(letter)).unwrap_or(after.len());
    (start < end).then(|| Span::new(start..end))
}

/// Returns a span with the whole of the words it begins and ends in.
fn whole_words(text: &str, span: Span) -> Span {
    let is_letter = |letter: &char| letter.is_alphanumeric();
    let n_bytes = |letters: usize, letter: char| letters + letter.len_utf8();
    let (start, end) = (span.start.index(), span.end.index());
    let before = text[..start].chars().rev().take_while(is_letter).fold(0, n_bytes);
    let after = text[end..].chars().take_while(is_letter).fold(0, n_bytes);
    Span::new(start - before..end + after)
}

/// Returns `text` with spaces for its line breaks, as it is laid out. Bytes stay where they are.
fn on_one_line(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { Cow::Owned(text.replace('\n', " ")) } else { Cow::Borrowed(text) }
}

/// Returns whether a heading says what the title of the chapter it opens has just said.
fn is_titled_so(open: &OpenDocument, start: Option<usize>, starts: &[usize], row: usize, text: &str) -> bool {
    // Several headings may open a chapter: each is compared with the chapter whose first text follows.
    let chapter = start.unwrap_or_else(|| starts.partition_point(|start| *start <= row).saturating_sub(1));
    let Some(found) = open.chapters.get(chapter) else { return false };
    let opens = open.rows[row].unit == found.first_unit;
    opens && found.title.trim().eq_ignore_ascii_case(text.trim())
}

/// Returns the row that each chapter starts at, in order.
fn chapter_starts(open: &OpenDocument) -> Vec<usize> {
    let start = |chapter: &Chapter| {
        let at = open.rows.partition_point(|row| row.span.start < chapter.span.start);
        at.min(open.rows.len().saturating_sub(1))
    };
    open.chapters.iter().map(start).collect()
}

fn same(one: f32, other: f32) -> bool {
    (one - other).abs() < 0.5
}

/// Returns about how high a row will be: a line holds about an eighth as many characters as it has points.
fn estimate(row: &Row, width: f32, is_chapter: bool, is_tight: bool) -> f32 {
    let lines = |n_bytes: usize, point: f32| (n_bytes as f32 * point / width).ceil().max(1.0);
    let n_bytes = row.span.len_bytes();
    let text = match row.kind {
        RowKind::Heading(_) => lines(n_bytes, 9.0) * 26.0 + 20.0,
        RowKind::Start | RowKind::More => {
            lines(n_bytes, 7.9) * READING_LINE + if is_tight { 4.0 } else { PARAGRAPH_SPACE }
        }
    };
    text + if is_chapter { 92.0 } else { 0.0 }
}

fn title_height(open: &OpenDocument, width: f32) -> f32 {
    let lines = (open.row.title.len() as f32 * 13.0 / width).ceil().max(1.0);
    let lines_said = (open.said.len() as f32 * 6.5 / width).ceil();
    lines * 34.0 + lines_said * 18.0 + 58.0
}

const PARAGRAPH_SPACE: f32 = 13.0;

/// Draws the title of the document; returns its height.
fn draw_title(ui: &mut Ui, shape: Shape, open: &OpenDocument, top: f32) -> f32 {
    let palette = Palette::of(ui);
    let mut pen = Pen { ui, shape, top: top + 26.0, id: 0 };
    let title = pen.lay(&open.row.title, size::TITLE, 34.0, palette.strong);
    pen.text(title, "title", &open.row.title);
    pen.top += space::XS;
    let facts = library::facts(&open.row, open.chapters.len() as u32);
    pen.text(pen.lay(&facts, size::SMALL, 18.0, palette.muted), "facts", &facts);
    if !open.said.is_empty() {
        pen.text(pen.lay(&open.said, size::SMALL, 18.0, palette.muted), "fields", &open.said);
    }
    pen.top + space::XS - top
}

/// Draws one thing under the other.
struct Pen<'a> {
    ui: &'a mut Ui,
    shape: Shape,
    top: f32,
    id: usize,
}

impl Pen<'_> {
    fn lay(&self, text: &str, size: f32, line_height: f32, color: Color32) -> Laid {
        let format = TextFormat { font_id: font(size), line_height: Some(line_height), color, ..TextFormat::default() };
        let text = on_one_line(text);
        Laid::lay(self.ui, &text, &[(0..text.len(), format)], TextWrapping::wrap_at_width(self.shape.width))
    }

    /// Draws text, and goes below it. It can be selected unless it is turned: what is drawn is not what would be copied.
    fn text(&mut self, laid: Laid, name: &str, said: &str) {
        let size = vec2(self.shape.width, laid.galley.size().y);
        let rect = Rect::from_min_size(pos2(self.shape.left, self.top), size);
        if laid.is_turned() {
            let response = self.ui.interact(rect, self.ui.scope_id().with((name, self.id)), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, said));
            let origin = laid.origin(rect);
            self.ui.painter().galley(origin, laid.galley, Color32::PLACEHOLDER);
        } else {
            let builder = UiBuilder::new().id_salt((name, self.id)).max_rect(rect);
            self.ui.scope_builder(builder, |ui| ui.add(Label::new(laid.galley).selectable(true)));
        }
        self.top += size.y;
    }

    /// Draws the title of a chapter above its first row, and how its start came to be.
    fn chapter(&mut self, open: &OpenDocument, chapter: &Chapter, is_first: bool, commands: &mut Vec<Command>) {
        let palette = Palette::of(self.ui);
        let facts = standing(open, chapter);
        if is_first && chapter.title == open.row.title && facts.is_empty() {
            // The title of the document stands right above.
            self.top += space::L;
            return;
        }
        self.top += if is_first { space::L } else { space::XL };
        self.rule(open, chapter, &facts);
        self.top += space::M;
        let (title, color) = title_of(open, chapter, palette);
        // How it begins is what stands below.
        let shown = if chapter.title.is_empty() { "Untitled" } else { &title };
        let size = if chapter.level <= 1 { size::CHAPTER } else { size::HEADING };
        let laid = self.lay(shown, size, 28.0, color);
        let rect = Rect::from_min_size(pos2(self.shape.left, self.top), vec2(self.shape.width, laid.galley.size().y));
        let response = self.ui.interact(rect, self.ui.scope_id().with(("chapter", self.id)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &title));
        let origin = laid.origin(rect);
        self.ui.painter().galley(origin, laid.galley, color);
        if response.double_clicked() {
            commands.push(Command::Hand(HandCommand::Choose(chapter.first_unit)));
            commands.push(Command::Do(Action::Rename));
        } else if response.clicked() || response.secondary_clicked() {
            commands.push(Command::Hand(HandCommand::Choose(chapter.first_unit)));
        }
        context_menu(&response, open, chapter.first_unit, commands);
        self.top += rect.height() + space::M;
    }

    /// Draws the line at which a chapter starts, and beside it how it came to be.
    fn rule(&self, open: &OpenDocument, chapter: &Chapter, facts: &[String]) {
        let palette = Palette::of(self.ui);
        let is_by_hand = chapter.origin == Origin::ByHand || open.hand.corrections().is_certain(chapter.first_unit);
        let height = if is_by_hand { 4.0 } else { 2.0 };
        let rule = Rect::from_min_size(pos2(self.shape.left, self.top), vec2(28.0, height));
        self.ui.painter().rect_filled(rule, CornerRadius::same(2), palette.accent);
        if !facts.is_empty() {
            let said = facts.join(" · ");
            let galley = widgets::one_line(self.ui, &said, size::SMALL, palette.muted, self.shape.width - 44.0);
            let left = pos2(self.shape.left + 38.0, self.top + height / 2.0);
            let rect = Rect::from_min_size(left - vec2(0.0, 9.0), vec2(galley.size().x, 18.0));
            let response = self.ui.interact(rect, self.ui.scope_id().with(("standing", self.id)), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
            widgets::paint_line(self.ui, left, galley);
        }
    }

    /// Draws the field in which a title is typed.
    fn title_field(&mut self, state: &State, open: &OpenDocument, n_rename: &mut u64, commands: &mut Vec<Command>) {
        let Some(renaming) = &open.hand.renaming else { return };
        self.top += space::L;
        let rect = Rect::from_min_size(pos2(self.shape.left - 8.0, self.top), vec2(self.shape.width + 8.0, 42.0));
        let mut typed = renaming.typed.clone();
        let builder = UiBuilder::new().id_salt(("title", self.id)).max_rect(rect);
        let field = TextEdit::singleline(&mut typed)
            .font(font(size::CHAPTER))
            .desired_width(rect.width() - 18.0)
            .margin(egui::Margin::symmetric(8, 6));
        let response = self.ui.scope_builder(builder, |ui| ui.add(field)).inner;
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Title of the chapter"));
        if *n_rename != state.n_rename_focus {
            *n_rename = state.n_rename_focus;
            response.request_focus();
            widgets::select_all(self.ui.ctx(), response.id, &renaming.typed);
        }
        if response.changed() {
            commands.push(Command::Hand(HandCommand::TypeTitle(typed)));
        }
        if response.lost_focus() {
            let is_left = self.ui.input(|input| input.key_pressed(Key::Escape));
            commands.push(if is_left { Command::Do(Action::Stop) } else { Command::Hand(HandCommand::KeepTitle) });
        }
        self.top += 42.0 + space::M;
    }

    fn heading(&mut self, text: &str, level: u8) {
        let palette = Palette::of(self.ui);
        let size = if level <= 2 { size::HEADING } else { size::READING };
        self.top += space::S;
        let laid = self.lay(text, size, 26.0, palette.strong);
        self.text(laid, "heading", text);
        self.top += space::S;
    }

    /// Draws a row of text, with who says it and when beside it, and the score of the gap after it.
    fn passage(
        &mut self,
        open: &OpenDocument,
        row: &Row,
        at: usize,
        is_selecting: bool,
        commands: &mut Vec<Command>,
    ) -> Drawn {
        let palette = Palette::of(self.ui);
        let beside = if row.kind == RowKind::Start { self.speaker(open, row.unit, commands) } else { self.top };
        let laid = self.lay_passage(open, row, palette);
        let size = vec2(self.shape.width, laid.galley.size().y);
        let rect = Rect::from_min_size(pos2(self.shape.left, self.top), size);
        let response = self.ui.interact(rect, self.ui.scope_id().with(("text", self.id)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, row.span.of(&open.text).replace('\n', " ")));
        self.chosen(open, row, rect, &response);
        self.notes_behind(&laid, open, row, rect);
        let galley = self.with_selection(&laid, open, row);
        self.ui.painter().galley(laid.origin(rect), galley, palette.ink);
        let drawn = Drawn { rect, laid, span: row.span };
        self.press(open, row, &response, &drawn, is_selecting, commands);
        self.top += size.y;
        let ends_unit = open.rows.get(at + 1).is_none_or(|next| next.unit != row.unit || next.kind != RowKind::More);
        if ends_unit {
            let space = if rows::is_tight(open.units.kind) { 4.0 } else { PARAGRAPH_SPACE };
            self.score_after(open, row.unit, self.top + space / 2.0);
            self.top += space;
        }
        self.top = self.top.max(beside);
        drawn
    }

    /// Draws behind a row that it is chosen, or pointed at with the keyboard.
    fn chosen(&self, open: &OpenDocument, row: &Row, rect: Rect, response: &Response) {
        let palette = Palette::of(self.ui);
        let is_chosen = open.hand.chosen == Some(row.unit);
        if !is_chosen && !response.has_focus() {
            return;
        }
        let behind = rect.expand2(vec2(10.0, 2.0));
        self.ui.painter().rect_filled(behind, CornerRadius::same(6), palette.hovered.gamma_multiply(0.55));
        let mark = Rect::from_min_size(behind.min, vec2(3.0, behind.height()));
        self.ui.painter().rect_filled(mark, CornerRadius::same(2), palette.accent);
    }

    /// Draws highlights behind the letters they are of. Were they the ground of the letters, as hits are, lines would be as
    /// high as their letters, and the text below would move with every highlight.
    fn notes_behind(&self, laid: &Laid, open: &OpenDocument, row: &Row, rect: Rect) {
        if laid.is_turned() {
            return;
        }
        let text = row.span.of(&open.text);
        for (_, note) in open.hand.notes_within(row.span) {
            let start = note.span.start.index().max(row.span.start.index()) - row.span.start.index();
            let end = note.span.end.index().min(row.span.end.index()) - row.span.start.index();
            let letters = text[..start].chars().count()..text[..end].chars().count();
            let mut first = 0;
            for line in &laid.galley.rows {
                let within = letters.start.max(first)..letters.end.min(first + line.glyphs.len());
                if let (false, Some(from), Some(to)) = (
                    within.is_empty(),
                    line.glyphs.get(within.start.saturating_sub(first)),
                    line.glyphs.get(within.end.saturating_sub(first + 1)),
                ) {
                    let top = line.pos.y + from.pos.y - from.font_ascent - 2.0;
                    let (left, right) = (line.pos.x + from.pos.x - 1.0, line.pos.x + to.max_x() + 1.0);
                    let place = Rect::from_min_max(pos2(left, top), pos2(right, top + from.font_height + 4.0));
                    let color = tints::highlight(self.ui, note.color);
                    let place = place.translate(rect.min.to_vec2());
                    self.ui.painter().rect_filled(place, CornerRadius::same(2), color);
                }
                first += line.char_count_including_newline().0;
            }
        }
    }

    /// Returns the text of a row with what is selected of it.
    fn with_selection(&self, laid: &Laid, open: &OpenDocument, row: &Row) -> Arc<Galley> {
        let mut galley = Arc::clone(&laid.galley);
        let Some(selected) = open.hand.selected else { return galley };
        let (from, to) = (selected.start.max(row.span.start), selected.end.min(row.span.end));
        // A turned text shows what is selected by the look of its words.
        if to <= from || laid.is_turned() {
            return galley;
        }
        let cursor = |byte: ByteOffset| {
            let text = &open.text[row.span.start.index()..byte.index()];
            CCursor::new(text.chars().count())
        };
        let range = egui::text::CCursorRange::two(cursor(from), cursor(to));
        paint_text_selection(&mut galley, self.ui.visuals(), &range, None);
        galley
    }

    /// Does what a press on a row asks for.
    fn press(
        &self,
        open: &OpenDocument,
        row: &Row,
        response: &Response,
        drawn: &Drawn,
        is_selecting: bool,
        commands: &mut Vec<Command>,
    ) {
        if response.hovered() || is_selecting {
            self.ui.ctx().set_cursor_icon(egui::CursorIcon::Text);
        }
        if response.double_clicked()
            && let Some(place) = response.interact_pointer_pos()
        {
            let word = word_around(&open.text, row.span, drawn.byte_at(&open.text, place));
            commands.push(Command::Hand(HandCommand::Select(word)));
        } else if response.clicked() || response.secondary_clicked() && open.hand.selected.is_none() {
            commands.push(Command::Hand(HandCommand::Choose(row.unit)));
        }
        context_menu(response, open, row.unit, commands);
    }

    /// Draws the speaker, where another one spoke before, and the time: beside the text on one line if there is room, or
    /// above it. Returns how far down that reaches.
    fn speaker(&mut self, open: &OpenDocument, unit: UnitIndex, commands: &mut Vec<Command>) -> f32 {
        let palette = Palette::of(self.ui);
        let shown = &open.units.units[unit.index()];
        let before = unit.gap_before().map(|gap| &open.units.units[gap.index()]);
        let is_change = open.hand.only_speaker.is_none() && before.is_none_or(|before| before.speaker != shown.speaker);
        let speaker = shown.speaker.as_deref().filter(|_| is_change).unwrap_or_default();
        let time = shown.time.map(|time| clock(time.start)).unwrap_or_default();
        let is_tight = rows::is_tight(open.units.kind);
        if !self.shape.has_gutter && !is_change && is_tight {
            // Lines of subtitles follow each other so closely that a time over each would be half of what is read.
            return self.top;
        }
        let width = if self.shape.has_gutter { self.shape.gutter - space::L } else { 0.6 * self.shape.width };
        let of_speaker = widgets::one_line(self.ui, speaker, size::SMALL, self.speaker_color(open, speaker), width);
        let of_time = widgets::one_line(self.ui, &time, size::SMALL, palette.muted, width);
        let (speaker_width, time_width) = (of_speaker.size().x, of_time.size().x);
        // Clear of what marks the chosen passage, which reaches out of the text.
        let right = self.shape.left - space::M - 6.0;
        let top = self.top + READING_LINE / 2.0 - 9.0;
        let is_one_line = speaker.is_empty() || speaker_width + space::S + time_width <= width;
        let (speaker_corner, time_corner) = match (self.shape.has_gutter, is_one_line) {
            (true, true) => (pos2(right - time_width - space::S - speaker_width, top), pos2(right - time_width, top)),
            (true, false) => (pos2(right - speaker_width, top), pos2(right - time_width, top + 18.0)),
            (false, _) => {
                let after = if speaker.is_empty() { 0.0 } else { speaker_width + space::M };
                let corner = pos2(self.shape.left, self.top + 1.0);
                (corner, corner + vec2(after, 0.0))
            }
        };
        if !speaker.is_empty() {
            let rect = Rect::from_min_size(speaker_corner, vec2(speaker_width, 18.0));
            self.beside(open, unit, rect, of_speaker, speaker, false, commands);
        }
        if !time.is_empty() {
            let rect = Rect::from_min_size(time_corner, vec2(time_width, 18.0));
            self.beside(open, unit, rect, of_time, &time, true, commands);
        }
        match (self.shape.has_gutter, speaker.is_empty() && time.is_empty()) {
            (_, true) => self.top,
            (true, false) => time_corner.y + 18.0 + if is_tight { 2.0 } else { space::S },
            (false, false) => {
                self.top += 20.0;
                self.top
            }
        }
    }

    fn speaker_color(&self, open: &OpenDocument, speaker: &str) -> Color32 {
        match open.hand.speaker_number(speaker) {
            Some(number) if 1 < open.hand.speakers.len() => tints::tint(self.ui, number),
            _ => Palette::of(self.ui).ink,
        }
    }

    /// Draws a speaker or a time: the one to show only what is said by that speaker, the other to copy a link.
    #[expect(clippy::too_many_arguments, reason = "what is drawn and where it leads")]
    fn beside(
        &self,
        open: &OpenDocument,
        unit: UnitIndex,
        rect: Rect,
        galley: Arc<Galley>,
        text: &str,
        is_time: bool,
        commands: &mut Vec<Command>,
    ) {
        let color = if is_time { Palette::of(self.ui).muted } else { self.speaker_color(open, text) };
        let response = self.ui.interact(rect, self.ui.scope_id().with((is_time, "beside", self.id)), Sense::click());
        let label = if is_time { format!("Copy a link to {text}") } else { format!("Only what {text} says") };
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        if response.hovered() || response.has_focus() {
            let line = [rect.left_bottom() - vec2(0.0, 1.0), rect.right_bottom() - vec2(0.0, 1.0)];
            self.ui.painter().line_segment(line, (1.0, color));
        }
        widgets::paint_line(self.ui, rect.left_center(), galley);
        if response.on_hover_text(&label).on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            let only = open.hand.only_speaker.is_none().then(|| text.to_owned());
            let command = if is_time { HandCommand::CopyLink(unit) } else { HandCommand::OnlySpeaker(only) };
            commands.push(Command::Hand(command));
        }
    }

    /// Draws the score of the gap after `unit` beside the text: a short line, longer for a likelier change of subject.
    fn score_after(&self, open: &OpenDocument, unit: UnitIndex, middle: f32) {
        let gap = caesura::document::GapIndex(unit.0);
        if !self.shape.has_margin || open.scores.len() <= gap.index() {
            return;
        }
        let palette = Palette::of(self.ui);
        let is_boundary = open.boundaries.binary_search(&gap).is_ok();
        let score = open.scores.at(gap);
        if !is_boundary && score < strip::LEAST_SCORE {
            return;
        }
        let (color, thickness) = if is_boundary { (palette.accent, 3.0) } else { (palette.bar, 1.5) };
        let least = if is_boundary { strip::LEAST_BOUNDARY } else { 3.0 };
        let length = (score * (MARGIN - space::M)).max(least);
        let left = self.shape.left + self.shape.width + space::M;
        let bar = Rect::from_min_size(pos2(left, middle - thickness / 2.0), vec2(length, thickness));
        self.ui.painter().rect_filled(bar, CornerRadius::same(1), color);
    }

    fn lay_passage(&self, open: &OpenDocument, row: &Row, palette: &Palette) -> Laid {
        let plain = TextFormat {
            font_id: font(size::READING),
            line_height: Some(READING_LINE),
            color: palette.ink,
            ..TextFormat::default()
        };
        let marked = widgets::marked(&plain, palette);
        let found = TextFormat { color: palette.on_accent, background: palette.accent, ..marked.clone() };
        let text = on_one_line(row.span.of(&open.text));
        let is_turned = bidi::has_right_to_left(&text);
        let pieces: Vec<(std::ops::Range<usize>, TextFormat)> = looks(open, row, is_turned)
            .into_iter()
            .map(|(range, look)| {
                let format = match look {
                    Look::Plain => plain.clone(),
                    Look::Hit => marked.clone(),
                    Look::Found => found.clone(),
                    // Drawn behind the letters, unless these are turned.
                    Look::Note(_) if !is_turned => plain.clone(),
                    Look::Note(color) => TextFormat { background: tints::highlight(self.ui, color), ..plain.clone() },
                    Look::Selected => {
                        let background = self.ui.visuals().selection.bg_fill;
                        TextFormat { color: palette.ink, background, ..marked.clone() }
                    }
                };
                (range, format)
            })
            .collect();
        Laid::lay(self.ui, &text, &pieces, TextWrapping::wrap_at_width(self.shape.width))
    }
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Plain,
    Note(caesura::corrections::NoteColor),
    /// A word that was searched for, or a match of what is looked for.
    Hit,
    /// The match that is gone to.
    Found,
    /// What is selected of a text that runs from right to left.
    Selected,
}

/// Returns the pieces of a row with how they look, in order: a match over a note, the one that is gone to over all.
fn looks(open: &OpenDocument, row: &Row, is_turned: bool) -> Vec<(std::ops::Range<usize>, Look)> {
    let (start, end) = (row.span.start.index(), row.span.end.index());
    let within = |span: Span| span.start.index().max(start) - start..span.end.index().min(end) - start;
    let mut layers: Vec<(std::ops::Range<usize>, Look)> = Vec::new();
    layers.extend(open.hand.notes_within(row.span).map(|(_, note)| (within(note.span), Look::Note(note.color))));
    layers.extend(hits(open, row).into_iter().map(|hit| (hit, Look::Hit)));
    if let Some(find) = &open.hand.find {
        layers.extend(find.within(row.span).iter().map(|found| (within(*found), Look::Hit)));
        let current = find.current().filter(|found| found.start < row.span.end && row.span.start < found.end);
        layers.extend(current.map(|found| (within(found), Look::Found)));
    }
    let selected = open.hand.selected.filter(|span| span.start < row.span.end && row.span.start < span.end);
    layers.extend(selected.filter(|_| is_turned).map(|span| (within(span), Look::Selected)));
    flattened(end - start, &layers)
}

/// Returns the pieces of `0..len`, each with the look of the last layer that covers it.
fn flattened(len: usize, layers: &[(std::ops::Range<usize>, Look)]) -> Vec<(std::ops::Range<usize>, Look)> {
    let mut cuts: Vec<usize> = layers.iter().flat_map(|(range, _)| [range.start, range.end]).chain([0, len]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut pieces: Vec<(std::ops::Range<usize>, Look)> = Vec::with_capacity(cuts.len());
    for pair in cuts.windows(2) {
        let range = pair[0]..pair[1];
        let covers =
            |(layer, _): &&(std::ops::Range<usize>, Look)| layer.start <= range.start && range.end <= layer.end;
        let look = layers.iter().rev().find(covers).map_or(Look::Plain, |(_, look)| *look);
        match pieces.last_mut() {
            Some((last, same)) if *same == look => last.end = range.end,
            _ => pieces.push((range, look)),
        }
    }
    pieces
}

/// Draws all that can be done at a unit, where the pointer asks for it.
pub(crate) fn context_menu(response: &Response, open: &OpenDocument, unit: UnitIndex, commands: &mut Vec<Command>) {
    response.context_menu(|ui| {
        ui.set_min_width(230.0);
        edit_bar::menu_items(ui, commands);
        let Some(speaker) = &open.units.units[unit.index()].speaker else { return };
        ui.separator();
        if ui.button(format!("Only what {} says", opening(speaker, 24))).clicked() {
            commands.push(Command::Hand(HandCommand::OnlySpeaker(Some(speaker.clone()))));
            ui.close();
        }
    });
}

/// Returns how the start of a chapter came to be, and what holds it, in a few words; nothing of one that an engine found.
pub(crate) fn standing(open: &OpenDocument, chapter: &Chapter) -> Vec<String> {
    let corrections = open.hand.corrections();
    let mut said = Vec::new();
    match corrections.verdict(chapter.first_unit) {
        Some(Verdict::Set) => said.push("set by hand".to_owned()),
        Some(Verdict::Certain) => said.push("certain".to_owned()),
        Some(Verdict::Never) | None => {}
    }
    let correction = corrections.at(chapter.first_unit);
    if correction.is_some_and(|it| it.title.is_some()) {
        said.push("title by hand".to_owned());
    }
    if correction.is_some_and(|it| it.lock.is_some()) {
        said.push("locked".to_owned());
    }
    said
}

/// Returns the title of a chapter with its colour; of one that has none yet, how it begins.
pub(crate) fn title_of(open: &OpenDocument, chapter: &Chapter, palette: &Palette) -> (String, Color32) {
    if chapter.title.is_empty() {
        let unit = &open.units.units[chapter.first_unit.index()];
        (opening(unit.span.of(&open.text), 60), palette.muted)
    } else {
        (chapter.title.clone(), palette.strong)
    }
}

/// Returns where the words that were searched for stand in a row, in bytes of its text.
fn hits(open: &OpenDocument, row: &Row) -> Vec<std::ops::Range<usize>> {
    let Some(marks) = &open.marks else { return Vec::new() };
    let passage = marks.first_unit.0..marks.first_unit.0 + marks.n_units;
    if !passage.contains(&row.unit.0) {
        return Vec::new();
    }
    words_in(row.span.of(&open.text), &marks.words)
}

/// Returns where `words` stand in `text`, as whole words, whatever their case.
fn words_in(text: &str, words: &[String]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    let ends = text.char_indices().chain(std::iter::once((text.len(), ' ')));
    for (at, letter) in ends {
        match (start, letter.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let word = text[from..at].to_lowercase();
                if words.iter().any(|wanted| wanted.to_lowercase() == word) {
                    found.push(from..at);
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// Returns what a chapter is, for the outline: its time, or how many units it has.
pub(crate) fn extent(open: &OpenDocument, chapter: &Chapter) -> String {
    match chapter.time {
        Some(time) => clock(time.start),
        None => count(u64::from(chapter.n_units), crate::format::unit(open.units.kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, words: &[&str], expected: &[&str]) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let found: Vec<&str> = words_in(text, &words).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn whole_words_are_marked_whatever_their_case() {
        check("Bees keep bees; beeswax.", &["BEES"], &["Bees", "bees"]);
        check("Über über", &["über"], &["Über", "über"]);
        check("ends with hive", &["hive"], &["hive"]);
        check("", &["hive"], &[]);
    }

    #[test]
    fn of_what_overlaps_the_last_is_seen() {
        let note = Look::Note(caesura::corrections::NoteColor::Blue);
        let layers = [(2..8, note), (4..6, Look::Hit), (4..5, Look::Found)];
        let expected = [
            (0..2, Look::Plain),
            (2..4, note),
            (4..5, Look::Found),
            (5..6, Look::Hit),
            (6..8, note),
            (8..9, Look::Plain),
        ];
        assert_eq!(flattened(9, &layers), expected);
        assert_eq!(flattened(3, &[]), [(0..3, Look::Plain)]);
        assert_eq!(flattened(0, &[]), []);
    }

    #[test]
    fn a_word_is_found_around_a_place() {
        let text = "The keeper’s lamp, lit.";
        let all = Span::new(0..text.len());
        let word = |byte| word_around(text, all, byte).map(|span| span.of(text));
        assert_eq!(word(5), Some("keeper’s"));
        assert_eq!(word(4), Some("keeper’s"));
        assert_eq!(word(3), Some("The"));
        assert_eq!(word(text.len()), None);
    }
}
