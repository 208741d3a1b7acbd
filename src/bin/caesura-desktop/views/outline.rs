//! The outline: the chapters of the open document, and the slider that cuts it finer or coarser.

use eframe::egui::{self, ScrollArea, Slider, Ui, WidgetInfo, pos2, vec2};

use caesura::document::{Chapter, Origin};

use super::{Memory, notes, reader, tints, widgets};
use crate::command::{Action, Command, Outline};
use crate::format::count;
use crate::state::{OpenDocument, State};
use crate::theme::{Palette, size, space};

const ROW_HEIGHT: f32 = 46.0;

/// The space between rows.
const ROW_SPACE: f32 = 2.0;

/// Draws the outline of the open document.
pub(crate) fn outline_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    let Some(open) = &state.open else { return };
    head_ui(ui, state, open, commands);
    if state.outline == Outline::Notes {
        notes::notes_ui(ui, state, open, &mut memory.n_note_focus, commands);
        return;
    }
    let scrolled = &mut memory.outline;
    let chapters = state.outline_chapters();
    let here = open.chapter_here(chapters);
    ui.spacing_mut().item_spacing.y = ROW_SPACE;
    let mut area =
        ScrollArea::vertical().auto_shrink([false, false]).id_salt((open.version.0, state.outline == Outline::Found));
    if let Some(offset) = scrolled.follow((open.version.0, open.version.1, here), here, ROW_HEIGHT + ROW_SPACE) {
        area = area.vertical_scroll_offset(offset);
    }
    let output = area.show_rows(ui, ROW_HEIGHT, chapters.len(), |ui, shown| {
        for at in shown {
            chapter_ui(ui, state, open, &chapters[at], at == here, commands);
        }
    });
    scrolled.was(output.state.clamped_offset().y, output.inner_rect.height());
}

fn head_ui(ui: &mut Ui, state: &State, open: &OpenDocument, commands: &mut Vec<Command>) {
    let as_written = (!open.as_written.is_empty()).then_some((Outline::AsWritten, "As written".to_owned()));
    let notes = match open.hand.notes.len() {
        0 => "Notes".to_owned(),
        n => format!("Notes {n}"),
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding.x = 7.0;
        let found = (Outline::Found, "Chapters".to_owned());
        for (outline, label) in std::iter::once(found).chain(as_written).chain([(Outline::Notes, notes)]) {
            if ui.selectable_label(state.outline == outline, label).clicked() {
                commands.push(Command::ShowOutline(outline));
            }
        }
    });
    if state.outline == Outline::Notes {
        ui.add_space(space::S);
        return;
    }
    if state.outline == Outline::Found {
        slider_ui(ui, open, commands);
    }
    ui.horizontal(|ui| {
        let counted = count(state.outline_chapters().len() as u64, "chapter");
        let confidence = open.confidence.filter(|_| state.outline == Outline::Found);
        let sure = confidence.map_or_else(String::new, |share| format!(" · {:.0} % sure", share * 100.0));
        let response = widgets::note(ui, counted + &sure);
        if confidence.is_some() {
            response.on_hover_text(
                "How well these chapters are likely to agree with a reader's. Where it is low, look them over: the \
                 text may be of a kind that the model has not learnt",
            );
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            widgets::arrow_button(ui, Action::NextChapter, widgets::Pointing::Down, commands);
            widgets::arrow_button(ui, Action::PreviousChapter, widgets::Pointing::Up, commands);
        });
    });
    ui.add_space(space::XS);
}

/// Draws how likely a chapter is to start at a place, to the left of `right_middle`; returns where that begins.
fn score_ui(ui: &Ui, right_middle: egui::Pos2, score: f32) -> f32 {
    let palette = Palette::of(ui);
    let bar = vec2(26.0, 4.0);
    let percent = widgets::one_line(ui, &format!("{:.0} %", 100.0 * score), size::SMALL, palette.muted, 60.0);
    let left = right_middle.x - percent.size().x;
    widgets::paint_line(ui, pos2(left, right_middle.y), percent);
    // As wide as the longest number, so that the bars stand below each other.
    let bar_left = right_middle.x - 36.0 - space::XS - bar.x;
    widgets::score_bar(ui, pos2(bar_left, right_middle.y), bar, score, palette.accent);
    bar_left
}

/// Returns whether a person said that a chapter starts where it does.
fn is_by_hand(open: &OpenDocument, chapter: &Chapter) -> bool {
    let corrections = open.hand.corrections();
    chapter.origin == Origin::ByHand
        || corrections.is_certain(chapter.first_unit)
        || corrections.at(chapter.first_unit).is_some_and(|it| it.lock.is_some())
}

/// Draws that a chapter is as a person wants it, as the text does: by a thick line, to the left of `right_middle`. Returns
/// where that begins.
fn by_hand_ui(ui: &Ui, right_middle: egui::Pos2) -> f32 {
    let length = 14.0;
    widgets::score_bar(ui, right_middle - vec2(length, 0.0), vec2(length, 4.0), 1.0, Palette::of(ui).accent);
    right_middle.x - length
}

fn slider_ui(ui: &mut Ui, open: &OpenDocument, commands: &mut Vec<Command>) {
    let mut granularity = open.granularity;
    ui.horizontal(|ui| {
        widgets::note(ui, "fewer");
        ui.spacing_mut().slider_width = (ui.available_width() - 44.0).max(60.0);
        let slider = Slider::new(&mut granularity, 0.0..=1.0).show_value(false).step_by(0.01);
        let response = widgets::slider(ui, !open.scores.is_empty(), slider);
        response.widget_info(|| WidgetInfo::slider(true, f64::from(open.granularity), "Granularity"));
        if response.changed() {
            commands.push(Command::SetGranularity(granularity));
        }
        let is_typed = response.changed() && !response.dragged();
        if response.drag_stopped() || is_typed {
            commands.push(Command::KeepGranularity);
        }
        response.on_hover_text("How finely the text is cut; a finer cut keeps every boundary of a coarser one");
        widgets::note(ui, "more");
    });
}

fn chapter_ui(
    ui: &mut Ui,
    state: &State,
    open: &OpenDocument,
    chapter: &Chapter,
    is_here: bool,
    commands: &mut Vec<Command>,
) {
    let palette = Palette::of(ui);
    let (title, color) = reader::title_of(open, chapter, palette);
    let (mut rect, response) = widgets::list_row(ui, ROW_HEIGHT, is_here, &title);
    rect.min.x += 12.0 * f32::from(chapter.level.saturating_sub(1).min(5));
    let topics = || open.topics_of(chapter.first_unit);
    let galley = widgets::one_line(ui, &title, size::BODY, color, rect.width());
    let is_cut = galley.elided;
    widgets::paint_line(ui, pos2(rect.left(), rect.top() + 15.0), galley);
    let standing = if state.outline == Outline::Found { reader::standing(open, chapter) } else { Vec::new() };
    let is_found = state.outline == Outline::Found && chapter.first_unit.0 != 0;
    let middle = rect.top() + 33.0;
    let score_left = match is_found {
        // What a person said of it counts, and not what the engine did.
        true if is_by_hand(open, chapter) => by_hand_ui(ui, pos2(rect.right(), middle)),
        true => score_ui(ui, pos2(rect.right(), middle), chapter.score),
        false => rect.right(),
    };
    if let Some(number) = topics().next().and_then(|id| state.topics.number(id)) {
        widgets::swatch(ui, pos2(rect.left(), middle), tints::topic(ui, number));
        rect.min.x += widgets::SWATCH;
    }
    let extent = std::iter::once(reader::extent(open, chapter)).chain(standing).collect::<Vec<_>>().join(" · ");
    let facts_width = (score_left - space::S - rect.left()).max(40.0);
    let facts = widgets::one_line(ui, &extent, size::SMALL, palette.muted, facts_width);
    widgets::paint_line(ui, pos2(rect.left(), middle), facts);
    let mut said = if is_cut { title } else { String::new() };
    if is_found {
        let parting = if said.is_empty() { "" } else { "\n" };
        said = format!("{said}{parting}Score of the boundary: {:.2}", chapter.score);
    }
    for topic in topics().take(3).filter_map(|id| state.topic(id)) {
        said = format!("{said}\nTopic: {}", topic.label);
    }
    let response = if said.is_empty() { response } else { response.on_hover_text(said.trim()) };
    if response.double_clicked() && state.outline == Outline::Found {
        commands.push(Command::Do(Action::Rename));
    } else if response.clicked() || response.secondary_clicked() {
        commands.push(Command::GoTo(chapter.first_unit));
    }
    if state.outline == Outline::Found {
        reader::context_menu(&response, open, chapter.first_unit, commands);
    }
}
