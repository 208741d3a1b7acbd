//! Small pieces that several views draw.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{
    self, Align2, Button, Color32, CornerRadius, Galley, Rect, Response, RichText, Role, Sense, TextEdit, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use crate::bidi;
use crate::command::{Action, Command, Shortcut};
use crate::theme::{Palette, font, size, space};

/// Draws the button of an action.
pub(crate) fn action_button(ui: &mut Ui, action: Action, commands: &mut Vec<Command>) -> Response {
    let response = ui.add(Button::new(action.label())).on_hover_text(hint_with_key(ui.ctx(), action));
    if response.clicked() {
        commands.push(Command::Do(action));
    }
    response
}

/// Draws the button of an action that is what most people want here.
pub(crate) fn main_button(ui: &mut Ui, action: Action, commands: &mut Vec<Command>) -> Response {
    let button = accent(ui, action.label());
    let response = ui.add(button).on_hover_text(hint_with_key(ui.ctx(), action));
    if response.clicked() {
        commands.push(Command::Do(action));
    }
    response
}

/// Draws a button of what most people want here, that no action of the table stands for.
pub(crate) fn accent_button(ui: &mut Ui, label: &str) -> Response {
    ui.add(accent(ui, label))
}

/// Returns such a button.
pub(crate) fn accent(ui: &Ui, label: &str) -> Button<'static> {
    let palette = Palette::of(ui);
    // The edge is that of other buttons: without one it would look smaller, with theirs it had a pale ring.
    let edge = egui::Stroke::new(1.0, palette.accent);
    Button::new(RichText::new(label).color(palette.on_accent)).fill(palette.accent).stroke(edge)
}

/// Returns such a button among small ones.
pub(crate) fn small_accent(ui: &Ui, label: &str) -> Button<'static> {
    let palette = Palette::of(ui);
    let edge = egui::Stroke::new(1.0, palette.accent);
    let text = RichText::new(label).size(size::SMALL).color(palette.on_accent);
    Button::new(text).fill(palette.accent).stroke(edge)
}

/// Draws a slider with a handle no larger than the text beside it, and a part before it that is seen on any ground.
pub(crate) fn slider(ui: &mut Ui, is_enabled: bool, slider: egui::Slider) -> Response {
    ui.scope(|ui| {
        ui.visuals_mut().selection.bg_fill = Palette::of(ui).accent;
        ui.spacing_mut().interact_size.y = 19.0;
        ui.add_enabled(is_enabled, slider)
    })
    .inner
}

/// Draws the small arrow of a list to choose from, in the place that the toolkit gives it.
pub(crate) fn drop_icon(ui: &Ui, rect: Rect, look: &egui::style::WidgetVisuals, _is_open: bool) {
    drop_mark(ui, rect.center() + vec2(0.0, 2.0), look.fg_stroke.color);
}

/// Draws a small arrow that points down to `tip`: the built-in fonts have none.
fn drop_mark(ui: &Ui, tip: egui::Pos2, color: Color32) {
    let stroke = egui::Stroke::new(1.4, color);
    for side in [-3.5, 3.5] {
        ui.painter().line_segment([tip + vec2(side, -3.5), tip], stroke);
    }
}

/// Draws a button with a small arrow that says a menu is behind it.
pub(crate) fn drop_button(ui: &mut Ui, text: &str, color: Color32) -> Response {
    // Room for the arrow.
    let text = RichText::new(format!("{text}     ")).size(size::SMALL).color(color);
    let response = ui.button(text);
    drop_mark(ui, pos2(response.rect.right() - 13.0, response.rect.center().y + 2.0), color);
    response
}

/// Draws a button of the usual size with a small arrow that says a menu is behind it.
pub(crate) fn drop_menu_button(ui: &mut Ui, text: &str) -> Response {
    // Room for the arrow.
    let response = ui.button(format!("{text}     "));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    drop_mark(ui, pos2(response.rect.right() - 14.0, response.rect.center().y + 2.0), Palette::of(ui).ink);
    response
}

/// Draws the mark of a branch: down if it is open, to the right if it is closed.
pub(crate) fn fold_mark(ui: &Ui, middle: egui::Pos2, is_open: bool, color: Color32) {
    let turned = |x: f32, y: f32| if is_open { vec2(x, y) } else { vec2(y, -x) };
    let points = [turned(-3.5, -1.8), turned(0.0, 1.8), turned(3.5, -1.8)].map(|at| middle + at);
    let stroke = egui::Stroke::new(1.5, color);
    ui.painter().line_segment([points[0], points[1]], stroke);
    ui.painter().line_segment([points[1], points[2]], stroke);
}

/// Draws the mark of a sorted column: a small arrow head, up or down.
pub(crate) fn order_mark(ui: &Ui, middle: egui::Pos2, is_down: bool, color: Color32) {
    let sign = if is_down { 1.0 } else { -1.0 };
    let points = [vec2(-3.5, -2.0 * sign), vec2(3.5, -2.0 * sign), vec2(0.0, 2.5 * sign)].map(|at| middle + at);
    ui.painter().add(egui::Shape::convex_polygon(points.to_vec(), color, egui::Stroke::NONE));
}

/// Where an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pointing {
    Up,
    Down,
}

/// Draws the button of an action as an arrow: the built-in fonts have none.
pub(crate) fn arrow_button(ui: &mut Ui, action: Action, pointing: Pointing, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(26.0, 24.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, action.label()));
    let is_pointed_at = response.hovered() || response.has_focus();
    if is_pointed_at {
        ui.painter().rect_filled(rect, CornerRadius::same(6), palette.hovered);
    }
    let tip = match pointing {
        Pointing::Up => vec2(0.0, -2.5),
        Pointing::Down => vec2(0.0, 2.5),
    };
    let color = if is_pointed_at { palette.strong } else { palette.muted };
    let stroke = egui::Stroke::new(1.6, color);
    for side in [-5.0, 5.0] {
        let end = rect.center() + vec2(side, 0.0) - tip;
        ui.painter().line_segment([end, rect.center() + tip], stroke);
    }
    if response.on_hover_text(hint_with_key(ui.ctx(), action)).clicked() {
        commands.push(Command::Do(action));
    }
}

/// Draws a small arrow to press, called `label`.
pub(crate) fn small_arrow(ui: &mut Ui, is_enabled: bool, pointing: Pointing, label: &str) -> Response {
    let palette = Palette::of(ui);
    let sense = if is_enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(20.0, 20.0), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, label));
    let is_pointed_at = is_enabled && (response.hovered() || response.has_focus());
    if is_pointed_at {
        ui.painter().rect_filled(rect, CornerRadius::same(5), palette.hovered);
    }
    let color = match (is_enabled, is_pointed_at) {
        (false, _) => palette.line,
        (true, false) => palette.muted,
        (true, true) => palette.strong,
    };
    let tip = if pointing == Pointing::Up { vec2(0.0, -2.0) } else { vec2(0.0, 2.0) };
    for side in [-4.0, 4.0] {
        let end = rect.center() + vec2(side, 0.0) - tip;
        ui.painter().line_segment([end, rect.center() + tip], egui::Stroke::new(1.5, color));
    }
    response.on_hover_text(label)
}

/// Draws a small button of an action with its key. `shown` is what is read where the place says the rest of its name.
pub(crate) fn keyed_button(
    ui: &mut Ui,
    action: Action,
    shown: &str,
    is_enabled: bool,
    is_main: bool,
    commands: &mut Vec<Command>,
) -> Response {
    let palette = Palette::of(ui);
    let (ink, beside) = match (is_enabled, is_main) {
        (true, true) => (palette.on_accent, palette.on_accent),
        (true, false) => (palette.ink, palette.muted),
        // Dimmed by the toolkit as well.
        (false, _) => (palette.muted, palette.muted),
    };
    let format = |color| TextFormat { font_id: font(size::SMALL), color, ..TextFormat::default() };
    let mut text = LayoutJob::single_section(shown.to_owned(), format(ink));
    if let Some(shortcut) = action.shortcut() {
        text.append(&key_text(ui.ctx(), shortcut), 7.0, format(beside));
    }
    let button =
        if is_main { Button::new(text).fill(palette.accent).stroke(egui::Stroke::NONE) } else { Button::new(text) };
    let response = ui.add_enabled(is_enabled, button);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, action.label()));
    let response = response.on_hover_text(hint_with_key(ui.ctx(), action));
    if response.clicked() {
        commands.push(Command::Do(action));
    }
    response
}

/// Draws an action as a line of a menu, its key to the right.
pub(crate) fn menu_item(ui: &mut Ui, action: Action, commands: &mut Vec<Command>) {
    let mut button = Button::new(action.label());
    if let Some(shortcut) = action.shortcut() {
        button = button.shortcut_text(key_text(ui.ctx(), shortcut));
    }
    if ui.add(button).on_hover_text(action.hint()).clicked() {
        commands.push(Command::Do(action));
        ui.close();
    }
}

/// Returns what an action does, and its key.
pub(crate) fn hint_with_key(ctx: &egui::Context, action: Action) -> String {
    match action.shortcut() {
        Some(shortcut) => format!("{} ({})", action.hint(), key_text(ctx, shortcut)),
        None => action.hint().to_owned(),
    }
}

/// Returns a shortcut as the toolkit knows it.
pub(crate) fn key_of(shortcut: Shortcut) -> Option<egui::KeyboardShortcut> {
    let mut modifiers = egui::Modifiers::NONE;
    modifiers.command = shortcut.with_control;
    modifiers.alt = shortcut.with_alt;
    modifiers.shift = shortcut.with_shift;
    let key = egui::Key::from_name(shortcut.key)?;
    Some(egui::KeyboardShortcut::new(modifiers, key))
}

/// Returns a shortcut as people read it, such as `Ctrl+O`: signs as signs, and arrows as words, which every font has.
pub(crate) fn key_text(ctx: &egui::Context, shortcut: Shortcut) -> String {
    let text = key_of(shortcut).map_or_else(|| shortcut.key.to_owned(), |key| ctx.format_shortcut(&key));
    let signs =
        [("Comma", ","), ("Period", "."), ("OpenBracket", "["), ("CloseBracket", "]"), ("Plus", "+"), ("Minus", "−")];
    match signs.iter().find(|(name, _)| text.ends_with(name)) {
        Some((name, sign)) => format!("{}{sign}", &text[..text.len() - name.len()]),
        None => text,
    }
}

/// Lays text out in one line, cut with an ellipsis if it is wider than `width`.
pub(crate) fn one_line(ui: &Ui, text: &str, size: f32, color: Color32, width: f32) -> Arc<Galley> {
    lines(ui, text, size, color, width, 1)
}

/// Lays text out in at most `n_lines` lines of `width`.
pub(crate) fn lines(ui: &Ui, text: &str, size: f32, color: Color32, width: f32, n_lines: usize) -> Arc<Galley> {
    let format = TextFormat { font_id: font(size), color, ..TextFormat::default() };
    let text = text.replace('\n', " ");
    let text = if n_lines == 1 { bidi::drawn(&text).into_owned() } else { text };
    // One line ends where it is full: at the last word's end it would often end half empty.
    let break_anywhere = n_lines == 1;
    let wrap = TextWrapping { max_width: width.max(1.0), max_rows: n_lines, break_anywhere, ..TextWrapping::default() };
    if 1 < n_lines && bidi::has_right_to_left(&text) {
        return Laid::lay(ui, &text, &[(0..text.len(), format)], wrap).galley_from_left(ui);
    }
    let mut job = LayoutJob::single_section(text, format);
    job.wrap = wrap;
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// A text that is laid out, its words in the order they are drawn.
#[derive(Clone)]
pub(crate) struct Laid {
    pub(crate) galley: Arc<Galley>,
    /// For each line its letters as they are drawn, and the byte each stands at in the text, if any of it runs from right
    /// to left. The toolkit does not say which letter a piece of a turned word is: only words can be told apart.
    turned: Option<Vec<Vec<(char, usize)>>>,
}

impl Laid {
    /// Lays out `text`, which has no line breaks of its own. `pieces` cover it in order, each in its format.
    ///
    /// A word that runs from right to left is marked as a whole: its letters cannot be told apart once it is turned.
    pub(crate) fn lay(ui: &Ui, text: &str, pieces: &[(Range<usize>, TextFormat)], wrap: TextWrapping) -> Self {
        if bidi::has_right_to_left(text) {
            return Self::turned(ui, text, pieces, &wrap);
        }
        let mut job = LayoutJob::default();
        for (range, format) in pieces {
            job.append(&text[range.clone()], 0.0, format.clone());
        }
        job.wrap = wrap;
        Self { galley: ui.fonts_mut(|fonts| fonts.layout_job(job)), turned: None }
    }

    fn turned(ui: &Ui, text: &str, pieces: &[(Range<usize>, TextFormat)], wrap: &TextWrapping) -> Self {
        let plain = pieces.first().map(|(_, format)| format.clone()).unwrap_or_default();
        let plain = TextFormat { background: Color32::TRANSPARENT, ..plain };
        // Where the lines are broken: in any order of its words, a line is about as wide.
        let mut whole = LayoutJob::single_section(text.to_owned(), plain.clone());
        whole.wrap = TextWrapping { max_rows: usize::MAX, ..wrap.clone() };
        let whole = ui.fonts_mut(|fonts| fonts.layout_job(whole));
        let mut breaks = breaks(text, &whole);
        let is_cut = wrap.max_rows < breaks.len();
        breaks.truncate(wrap.max_rows.max(1));
        let ordered = bidi::lines(text, &breaks);
        let mut job = LayoutJob {
            halign: if ordered.is_from_right { egui::Align::RIGHT } else { egui::Align::LEFT },
            ..LayoutJob::default()
        };
        // The order of words changes where letters fall by parts of a point, which is no reason to break a line.
        job.wrap.max_width = wrap.max_width + 6.0;
        let mut lines = Vec::with_capacity(ordered.lines.len());
        for (at, parts) in ordered.lines.iter().enumerate() {
            let end = breaks[at].end;
            let is_last = at + 1 == ordered.lines.len();
            let mut line: Vec<(char, usize)> = Vec::new();
            let mut add = |shown: &str, from: usize, format: &TextFormat| {
                line.extend(shown.char_indices().map(|(within, letter)| (letter, from + within)));
                job.append(shown, 0.0, format.clone());
            };
            if is_last && is_cut && ordered.is_from_right {
                add("…", end, &plain);
            }
            for part in parts {
                match part.turned {
                    Some(sign) => add(sign.encode_utf8(&mut [0; 4]), part.range.start, format_of(pieces, &part.range)),
                    None if bidi::has_right_to_left(&text[part.range.clone()]) => {
                        add(&text[part.range.clone()], part.range.start, format_of(pieces, &part.range));
                    }
                    None => {
                        for (range, format) in pieces {
                            let within = range.start.max(part.range.start)..range.end.min(part.range.end);
                            if !within.is_empty() {
                                add(&text[within.clone()], within.start, format);
                            }
                        }
                    }
                }
            }
            if is_last && is_cut && !ordered.is_from_right {
                add("…", end, &plain);
            }
            if !is_last {
                job.append("\n", 0.0, plain.clone());
            }
            lines.push(line);
        }
        Self { galley: ui.fonts_mut(|fonts| fonts.layout_job(job)), turned: Some(lines) }
    }

    /// Returns whether any of it runs from right to left.
    pub(crate) fn is_turned(&self) -> bool {
        self.turned.is_some()
    }

    /// Returns where the galley is drawn in `rect`: from its left, or from its right.
    pub(crate) fn origin(&self, rect: Rect) -> egui::Pos2 {
        if self.galley.job.halign == egui::Align::RIGHT { rect.right_top() } else { rect.min }
    }

    /// Returns the byte of `text`, which is laid out, that is drawn nearest to a place, seen from the origin. Of a text that
    /// is turned, it is one of the word that is drawn there.
    pub(crate) fn byte_at(&self, text: &str, place: Vec2) -> usize {
        if let Some(lines) = &self.turned {
            return self.byte_of_word_at(lines, place).unwrap_or(text.len());
        }
        let letter = self.galley.cursor_from_pos(place).index.0;
        text.char_indices().nth(letter).map_or(text.len(), |(at, _)| at)
    }

    /// Returns a byte of the word that is drawn nearest to a place: words are told apart by the spaces between them.
    fn byte_of_word_at(&self, lines: &[Vec<(char, usize)>], place: Vec2) -> Option<usize> {
        let rows = &self.galley.rows;
        let at = rows.iter().position(|row| place.y < row.max_y()).unwrap_or(rows.len().saturating_sub(1));
        let (row, line) = (rows.get(at)?, lines.get(at)?);
        let distance = |letter: &egui::epaint::text::Glyph| {
            (row.pos.x + letter.pos.x + letter.advance_width / 2.0 - place.x).abs()
        };
        let letters = row.glyphs.iter().enumerate();
        let (nearest, _) = letters.min_by(|one, other| distance(one.1).total_cmp(&distance(other.1)))?;
        let n_spaces = row.glyphs[..nearest].iter().filter(|letter| letter.chr.is_whitespace()).count();
        let word = line.split(|(letter, _)| letter.is_whitespace()).nth(n_spaces)?;
        let letter = word.iter().find(|(letter, _)| letter.is_alphanumeric()).or(word.first());
        letter.or(line.first()).map(|(_, byte)| *byte)
    }

    /// Returns the galley as one that is drawn from its left, whatever it is aligned to.
    pub(crate) fn galley_from_left(self, ui: &Ui) -> Arc<Galley> {
        if self.galley.job.halign == egui::Align::LEFT {
            return self.galley;
        }
        let job = LayoutJob { halign: egui::Align::LEFT, ..(*self.galley.job).clone() };
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    }
}

/// Returns the lines that `galley`, of all of `text`, is broken into, in bytes; the white space a line ends with is of none.
///
/// Lines are told by how many spaces they have: of a turned word, the toolkit has more pieces than it has letters.
fn breaks(text: &str, galley: &Galley) -> Vec<Range<usize>> {
    let mut spaces = text.char_indices().filter(|(_, letter)| letter.is_whitespace());
    let mut start = 0;
    let mut lines: Vec<Range<usize>> = Vec::with_capacity(galley.rows.len());
    for (at, row) in galley.rows.iter().enumerate() {
        let n_spaces = row.glyphs.iter().filter(|letter| letter.chr.is_whitespace()).count();
        let end = if at + 1 == galley.rows.len() {
            text.len()
        } else {
            let last = n_spaces.checked_sub(1).and_then(|last| spaces.nth(last));
            last.map_or(start, |(at, space)| at + space.len_utf8())
        };
        if start < end {
            lines.push(start..start + text[start..end].trim_end().len());
        }
        start = end;
    }
    lines
}

/// Returns the format of a word: of a part of it that is marked, if any is.
fn format_of<'a>(pieces: &'a [(Range<usize>, TextFormat)], word: &Range<usize>) -> &'a TextFormat {
    let mut within = pieces.iter().filter(|(range, _)| range.start < word.end && word.start < range.end);
    let first = within.clone().next().or(pieces.first());
    let marked = within.find(|(_, format)| format.background != Color32::TRANSPARENT);
    marked.or(first).map_or_else(|| unreachable!("a text that is laid out has a piece"), |(_, format)| format)
}

/// Draws the ground of one row of a list and returns where its contents go. `label` is what a screen reader says.
pub(crate) fn list_row(ui: &mut Ui, height: f32, is_chosen: bool, label: &str) -> (Rect, Response) {
    let palette = Palette::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, label));
    let fill = if is_chosen {
        palette.chosen
    } else if response.hovered() || response.has_focus() {
        palette.hovered
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, CornerRadius::same(6), fill);
    if is_chosen {
        let mark = Rect::from_min_size(pos2(rect.left(), rect.top() + 8.0), vec2(3.0, rect.height() - 16.0));
        ui.painter().rect_filled(mark, CornerRadius::same(2), palette.accent);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.5, palette.accent);
        ui.painter().rect_stroke(rect, CornerRadius::same(6), stroke, egui::StrokeKind::Inside);
    }
    (rect.shrink2(vec2(10.0, 0.0)), response)
}

/// Draws a score of `0.0..=1.0` as a bar of `size`, filled from the left.
pub(crate) fn score_bar(ui: &Ui, left_middle: egui::Pos2, size: Vec2, score: f32, color: Color32) {
    let palette = Palette::of(ui);
    let ground = Rect::from_min_size(left_middle - vec2(0.0, size.y / 2.0), size);
    let filled = Rect::from_min_size(ground.min, vec2(size.x * score.clamp(0.0, 1.0), size.y));
    let radius = CornerRadius::same(2);
    ui.painter().rect_filled(ground, radius, palette.line);
    ui.painter().rect_filled(filled, radius, color);
}

/// The width of a small square that says which topic is meant, with the space after it.
pub(crate) const SWATCH: f32 = 14.0;

/// Draws a small square in the colour of a topic, its left edge at `left_middle`.
pub(crate) fn swatch(ui: &Ui, left_middle: egui::Pos2, color: Color32) {
    let square = Rect::from_min_size(left_middle - vec2(0.0, 4.0), vec2(8.0, 8.0));
    ui.painter().rect_filled(square, CornerRadius::same(2), color);
}

/// Draws a small button with the colour of a topic before its name.
pub(crate) fn swatch_button(ui: &mut Ui, label: &str, color: Color32) -> Response {
    // Room for the square.
    let response = ui.add(Button::new(RichText::new(format!("     {label}")).size(size::SMALL)));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    swatch(ui, response.rect.left_center() + vec2(ui.spacing().button_padding.x, 0.0), color);
    response
}

/// Lays out facts in one line. Where there is no room for all, those go first that are named last in `least`.
pub(crate) fn facts(ui: &Ui, facts: &[&str], least: &[usize], color: Color32, width: f32) -> Arc<Galley> {
    let mut left_out: Vec<usize> = Vec::new();
    let mut least = least.iter().rev();
    loop {
        let shown = facts.iter().enumerate().filter(|(at, _)| !left_out.contains(at));
        let said = shown.map(|(_, fact)| *fact).collect::<Vec<_>>().join(" · ");
        let galley = one_line(ui, &said, size::SMALL, color, width);
        match least.next() {
            Some(next) if galley.elided => left_out.push(*next),
            _ => return galley,
        }
    }
}

/// Draws a field that filters a list; returns what is typed if it changed.
pub(crate) fn filter_field(ui: &mut Ui, typed: &str, label: &'static str) -> Option<String> {
    let mut text = typed.to_owned();
    let response = ui.add(
        TextEdit::singleline(&mut text)
            .hint_text(label)
            .desired_width(f32::INFINITY)
            .margin(egui::Margin::symmetric(8, 6)),
    );
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, label));
    response.changed().then_some(text)
}

/// Selects all that a field holds, so that typing replaces it.
pub(crate) fn select_all(ctx: &egui::Context, field: egui::Id, text: &str) {
    let mut state = egui::text_edit::TextEditState::load(ctx, field).unwrap_or_default();
    let all =
        egui::text::CCursorRange::two(egui::text::CCursor::new(0), egui::text::CCursor::new(text.chars().count()));
    state.cursor.set_char_range(Some(all));
    state.store(ctx, field);
}

/// Returns the format of words that were searched for, among text of the format `plain`.
pub(crate) fn marked(plain: &TextFormat, palette: &Palette) -> TextFormat {
    TextFormat {
        color: palette.on_hit,
        background: palette.hit,
        expand_bg: 1.0,
        // What is behind a word is as high as its line, and hangs below it where the line is higher than the letters.
        line_height: None,
        valign: egui::Align::Center,
        ..plain.clone()
    }
}

/// Draws one of several choices, with a ring that is seen on any ground.
pub(crate) fn radio(ui: &mut Ui, is_chosen: bool, label: impl Into<egui::WidgetText>) -> Response {
    let palette = Palette::of(ui);
    let label = label.into();
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for look in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
            look.bg_fill = palette.field;
            look.bg_stroke = egui::Stroke::new(1.0, if is_chosen { palette.accent } else { palette.bar });
        }
        // The ring is nearer to its label than to the choice before.
        let response = ui.radio(is_chosen, label);
        ui.add_space(space::S);
        response
    })
    .inner
}

/// Draws the heading of a panel.
pub(crate) fn heading(ui: &mut Ui, text: &str) {
    let palette = Palette::of(ui);
    ui.label(RichText::new(text).size(size::HEADING).color(palette.strong));
}

/// Draws a line of small muted text.
pub(crate) fn note(ui: &mut Ui, text: impl Into<String>) -> Response {
    let palette = Palette::of(ui);
    ui.label(RichText::new(text).size(size::SMALL).color(palette.muted))
}

/// Draws the name of a field above it. A screen reader has it from the field.
pub(crate) fn caption(ui: &mut Ui, text: &str) {
    let palette = Palette::of(ui);
    let galley = one_line(ui, text, size::SMALL, palette.muted, ui.available_width());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), galley.size().y), Sense::hover());
    paint_line(ui, rect.left_center(), galley);
}

/// Draws what stands in the middle of a part that has nothing to show.
pub(crate) fn empty(ui: &mut Ui, title: &str, lines: &[&str], more: impl FnOnce(&mut Ui)) {
    let palette = Palette::of(ui);
    let width = (ui.available_width() - 2.0 * space::XL).clamp(160.0, 440.0);
    let top = (0.26 * ui.available_height()).max(space::L);
    ui.vertical_centered(|ui| {
        ui.set_max_width(width);
        ui.add_space(top);
        mark(ui, 44.0, palette.line);
        ui.add_space(space::L);
        ui.label(RichText::new(title).size(size::CHAPTER).color(palette.strong));
        ui.add_space(space::S);
        for line in lines {
            ui.label(RichText::new(*line).size(size::BODY + 1.0).color(palette.muted).line_height(Some(23.0)));
        }
        ui.add_space(space::L);
        more(ui);
    });
}

/// Draws the two slashes of a caesura, `height` high.
pub(crate) fn mark(ui: &mut Ui, height: f32, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(0.78 * height, height), Sense::hover());
    let stroke = egui::Stroke::new(0.11 * height, color);
    for shift in [-0.16, 0.16] {
        let middle = rect.center() + vec2(shift * height, 0.0);
        let half = vec2(0.15 * height, -0.38 * height);
        ui.painter().line_segment([middle - half, middle + half], stroke);
    }
}

/// Draws a piece of text at a place of a row, its middle at the height of `left_middle`.
pub(crate) fn paint_line(ui: &Ui, left_middle: egui::Pos2, galley: Arc<Galley>) {
    let rect = Align2::LEFT_CENTER.anchor_size(left_middle, galley.size());
    ui.painter().galley(rect.min, galley, Color32::PLACEHOLDER);
}
