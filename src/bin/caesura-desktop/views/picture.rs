//! Any picture: its shapes drawn, its marks to be pointed at, its table, and the buttons that save it.
//!
//! A plot crate was weighed (`egui_plot`) and left out: none of these pictures has two continuous axes, every mark needs
//! a name for screen readers, and what is saved as a file must be what is shown. All of that comes from the same shapes.

use eframe::egui::epaint::TextShape;
use eframe::egui::{
    self, Color32, CornerRadius, Id, Pos2, Rect, RichText, Role, ScrollArea, Sense, Shape as Drawn, Stroke, Ui,
    WidgetInfo, pos2, vec2,
};

use caesura::document::Table;
use caesura::pictures::{Anchor, Mark, Picture, Shape, Target, Tone};

use super::widgets;
use crate::command::Command;
use crate::format::count;
use crate::state::State;
use crate::theme::{Palette, font, size, space};
use crate::topics::{PictureFormat, TopicsCommand, TopicsPart};

/// The least size of a picture, in points: a smaller window scrolls.
const MIN_SIZE: (f32, f32) = (420.0, 320.0);

/// A part of the window narrower than this has the slider in a line of its own.
const NARROW: f32 = 680.0;

/// A picture as it was last made, and what it was made of.
#[derive(Default)]
pub(crate) struct Kept {
    made_of: Option<(TopicsPart, u64, Option<usize>, [i32; 2])>,
    picture: Option<Picture>,
    /// How high what stands above it was.
    head_height: f32,
    /// Where on the screen the picture was drawn last, as far as it was in sight, in points.
    pub(crate) drawn_at: Option<Rect>,
}

impl Kept {
    /// Returns the picture of the part that is shown, made anew if anything it depends on has changed.
    fn picture(&mut self, state: &State, room: egui::Vec2) -> Option<&Picture> {
        let topics = &state.topics;
        let size = [room.x.max(MIN_SIZE.0) as i32, room.y.max(MIN_SIZE.1) as i32];
        let made_of = Some((topics.part, topics.version, topics.chosen_index(), size));
        if self.made_of != made_of {
            self.made_of = made_of;
            self.picture = topics.picture(size[0] as f32, size[1] as f32);
        }
        self.picture.as_ref()
    }
}

/// Draws the picture of the part that is shown, or says that it is on its way.
pub(crate) fn picture_ui(ui: &mut Ui, state: &State, kept: &mut Kept, commands: &mut Vec<Command>) {
    // What stands above the picture is as high as it was in the last frame.
    let head = if kept.head_height > 0.0 { kept.head_height } else { 66.0 };
    let room = ui.available_size() - vec2(14.0, head + 14.0);
    let Some(picture) = kept.picture(state, room) else {
        if state.topics.is_running() {
            ui.add_space(space::L);
            ui.horizontal(|ui| {
                ui.spinner();
                widgets::note(ui, "Counting the words of the library…");
            });
        } else {
            widgets::empty(ui, "No picture", &["Choose a topic on the left."], |_| {});
        }
        return;
    };
    if state.topics.part == TopicsPart::Time && picture.table.columns.len() < 2 {
        let lines = [
            "None of these documents says when it was written. Mail, e-mail archives, PDF and office files carry a date, and \
             so does each row of a table with a column “date”.",
        ];
        widgets::empty(ui, "Nothing to order by time", &lines, |_| {});
        return;
    }
    let top = ui.cursor().top();
    head_ui(ui, state, picture, commands);
    let head_height = ui.cursor().top() - top;
    if state.topics.shows_table {
        table_ui(ui, &picture.table);
        kept.head_height = head_height;
        return;
    }
    let drawn = ScrollArea::both().id_salt(("picture", state.topics.part.label())).auto_shrink([false, false]);
    let drawn = drawn.show(ui, |ui| drawing_ui(ui, picture));
    let (place, target) = drawn.inner;
    kept.head_height = head_height;
    kept.drawn_at = Some(place.intersect(drawn.inner_rect));
    commands.extend(target.map(|target| Command::Topics(TopicsCommand::Follow(target))));
}

/// Draws what the picture says in words, and what can be done with it.
fn head_ui(ui: &mut Ui, state: &State, picture: &Picture, commands: &mut Vec<Command>) {
    let has_slider = state.topics.part == TopicsPart::Words;
    let is_narrow = ui.available_width() < NARROW;
    ui.horizontal(|ui| {
        for (shows_table, label) in [(false, "Picture"), (true, "Table")] {
            if widgets::radio(ui, state.topics.shows_table == shows_table, label).clicked() {
                commands.push(Command::Topics(TopicsCommand::ShowTable(shows_table)));
            }
        }
        if has_slider && !is_narrow {
            lambda_ui(ui, state, commands);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            for format in PictureFormat::ALL.into_iter().rev() {
                let button = ui.add(egui::Button::new(RichText::new(format.label()).size(size::SMALL)));
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Save as {}", format.label())));
                if button.on_hover_text(format.hint()).clicked() {
                    commands.push(Command::Topics(TopicsCommand::SaveAs(format)));
                }
            }
            widgets::note(ui, "Save as");
        });
    });
    if has_slider && is_narrow {
        ui.horizontal(|ui| lambda_ui(ui, state, commands));
    }
    let said = match &state.topics.saved_to {
        Some(path) => format!("Saved to {}", path.display()),
        None => picture.summary.clone(),
    };
    let palette = Palette::of(ui);
    let lines = widgets::lines(ui, &said, size::SMALL, palette.muted, ui.available_width() - space::S, 3);
    let is_cut = lines.elided;
    let mut response = ui.label(lines);
    if is_cut {
        response = response.on_hover_text(&said);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
    ui.add_space(space::XS);
}

/// Draws the slider between what is only in the topic and what is often in it.
fn lambda_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if NARROW <= ui.available_width() {
        ui.add_space(space::L);
    }
    widgets::note(ui, "Only here");
    let mut lambda = state.topics.lambda;
    let slider = egui::Slider::new(&mut lambda, 0.0..=1.0).step_by(0.05).show_value(false);
    let response = widgets::slider(ui, true, slider);
    response.widget_info(|| WidgetInfo::slider(true, lambda, "Relevance, from only here to often here"));
    let hint = "To the left, words that stand nearly nowhere else come first; to the right, the most frequent ones";
    if response.on_hover_text(hint).changed() {
        commands.push(Command::Topics(TopicsCommand::SetLambda(lambda)));
    }
    widgets::note(ui, "Often here");
}

/// Draws the shapes that are in sight, and returns the picture's place and where the mark leads that was pressed.
fn drawing_ui(ui: &mut Ui, picture: &Picture) -> (Rect, Option<Target>) {
    let palette = Palette::of(ui);
    let drawing = &picture.drawing;
    let (rect, response) = ui.allocate_exact_size(vec2(drawing.width, drawing.height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("{}. {}", picture.title, picture.summary)));
    let in_sight = ui.clip_rect().expand(4.0);
    for shape in &drawing.shapes {
        paint(ui, rect.min, shape, palette, in_sight);
    }
    let mut followed = None;
    let mut pointed_at = None;
    for (at, mark) in picture.marks.iter().enumerate() {
        let place = Rect::from_min_size(rect.min + vec2(mark.min.x, mark.min.y), vec2(mark.width, mark.height));
        if !place.intersects(in_sight) {
            continue;
        }
        let response = ui.interact(place, ui.scope_id().with(at), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &mark.label));
        if response.hovered() || response.has_focus() {
            pointed_at = Some((place, mark));
        }
        if response.has_focus() && !ui.clip_rect().contains_rect(place) {
            response.scroll_to_me(None);
        }
        let response = response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(&mark.label);
        if response.clicked() {
            followed = Some(mark.target);
        }
    }
    if let Some((place, mark)) = pointed_at {
        outline(ui, place, mark, palette);
    }
    (rect, followed)
}

fn outline(ui: &Ui, place: Rect, mark: &Mark, palette: &Palette) {
    let radius = match mark.target {
        Target::Topic(_) | Target::Word(_) if (place.width() - place.height()).abs() < 0.5 => {
            (place.width() / 2.0).min(255.0) as u8
        }
        _ => 3,
    };
    let stroke = Stroke::new(1.5, palette.strong);
    ui.painter().rect_stroke(place, CornerRadius::same(radius), stroke, egui::StrokeKind::Inside);
}

fn paint(ui: &Ui, origin: Pos2, shape: &Shape, palette: &Palette, in_sight: Rect) {
    let painter = ui.painter();
    let at = |point: caesura::pictures::Point| pos2(origin.x + point.x, origin.y + point.y);
    match shape {
        Shape::Circle { center, radius, fill, opacity, outline } => {
            let center = at(*center);
            if !in_sight.expand(*radius).contains(center) {
                return;
            }
            painter.circle_filled(center, *radius, colour(*fill, palette).gamma_multiply(*opacity));
            if let Some(tone) = outline {
                painter.circle_stroke(center, *radius, Stroke::new(1.0, colour(*tone, palette)));
            }
        }
        Shape::Line { points, width, tone } => {
            let points: Vec<Pos2> = points.iter().map(|point| at(*point)).collect();
            painter.add(Drawn::line(points, Stroke::new(*width, colour(*tone, palette))));
        }
        Shape::Box { min, width, height, fill } => {
            let place = Rect::from_min_size(at(*min), vec2(*width, *height));
            if place.intersects(in_sight) {
                painter.rect_filled(place, CornerRadius::ZERO, colour(*fill, palette));
            }
        }
        Shape::Text { at: place, anchor, size, tone, text, is_upright } => {
            let place = at(*place);
            if in_sight.expand(320.0).contains(place) {
                paint_text(ui, place, *anchor, *size, colour(*tone, palette), text, *is_upright);
            }
        }
    }
}

fn paint_text(ui: &Ui, place: Pos2, anchor: Anchor, size: f32, colour: Color32, text: &str, is_upright: bool) {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font(size), colour);
    let (width, height) = (galley.size().x, galley.size().y);
    let before = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => width / 2.0,
        Anchor::End => width,
    };
    if is_upright {
        // Turned about its upper left corner, the line runs upwards from there.
        let corner = pos2(place.x - height / 2.0, place.y + before);
        let turned = TextShape::new(corner, galley, colour).with_angle(-std::f32::consts::FRAC_PI_2);
        ui.painter().add(turned);
    } else {
        ui.painter().galley(pos2(place.x - before, place.y - height / 2.0), galley, colour);
    }
}

fn colour(tone: Tone, palette: &Palette) -> Color32 {
    match tone {
        Tone::Paper => palette.paper,
        Tone::Ink => palette.ink,
        Tone::Muted => palette.muted,
        Tone::Line => palette.line,
        Tone::Bar => palette.bar,
        Tone::Accent => palette.accent,
        Tone::Ramp(share) => palette.hovered.lerp_to_gamma(palette.accent, share.clamp(0.0, 1.0)),
    }
}

/// Draws a table of any length: a row costs nothing until it is in sight.
pub(crate) fn table_ui(ui: &mut Ui, table: &Table) {
    const ROW: f32 = 24.0;
    /// So wide is a column at least, and the first one at least twice that.
    const COLUMN: f32 = 96.0;
    let palette = Palette::of(ui);
    widgets::note(ui, count(table.rows.len() as u64, "row"));
    let n_columns = table.columns.len().max(1);
    let first = (0.3 * ui.available_width()).clamp(2.0 * COLUMN, 320.0);
    let width = ((ui.available_width() - first - 12.0) / (n_columns - 1).max(1) as f32).max(COLUMN);
    let left = |column: usize| if column == 0 { 0.0 } else { first + width * (column - 1) as f32 };
    let whole = left(n_columns);
    ScrollArea::both().id_salt(Id::unique("table")).auto_shrink([false, false]).show_rows(
        ui,
        ROW,
        table.rows.len() + 1,
        |ui, shown| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for at in shown {
                let (rect, response) = ui.allocate_exact_size(vec2(whole, ROW), Sense::hover());
                let (cells, color) = match at.checked_sub(1) {
                    Some(row) => (&table.rows[row], palette.ink),
                    None => (&table.columns, palette.muted),
                };
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, cells.join(", ")));
                for (column, cell) in cells.iter().enumerate() {
                    let room = if column == 0 { first } else { width } - 10.0;
                    let place = pos2(rect.left() + left(column), rect.center().y);
                    if rect.left() + left(column) > ui.clip_rect().right() {
                        break;
                    }
                    let galley = widgets::one_line(ui, cell, size::SMALL, color, room);
                    widgets::paint_line(ui, place, galley);
                }
                let (from, to) = (rect.left_bottom(), rect.right_bottom());
                ui.painter().line_segment([from, to], Stroke::new(0.5, palette.line));
            }
        },
    );
}
