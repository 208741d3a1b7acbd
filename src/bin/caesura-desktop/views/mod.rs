//! The views: each draws a part of the window from [`State`] and pushes what the user asks for.
//!
//! A view changes nothing but its own [`Memory`]: where a list is scrolled, what is laid out.

pub(crate) mod bars;
pub(crate) mod bench;
pub(crate) mod compare;
pub(crate) mod concordance;
pub(crate) mod edit_bar;
pub(crate) mod export;
pub(crate) mod follow;
pub(crate) mod library;
pub(crate) mod notes;
pub(crate) mod outline;
pub(crate) mod palette;
pub(crate) mod picture;
pub(crate) mod reader;
pub(crate) mod review;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod sheets;
pub(crate) mod start;
pub(crate) mod strip;
pub(crate) mod table;
pub(crate) mod tints;
pub(crate) mod topics;
pub(crate) mod widgets;

#[cfg(test)]
mod access;
#[cfg(test)]
mod every_view;
#[cfg(test)]
mod finding_tests;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod keyboard;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use eframe::egui::{self, Frame, Margin, Panel};

use caesura::store::{DocumentId, TopicId};

use crate::command::{Command, Tab};
use crate::dialogs::Question;
use crate::state::State;
use crate::theme::Palette;

/// What the views remember from frame to frame.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) reader: reader::Column,
    pub(crate) strip: strip::Strip,
    outline: follow::Follow<(u64, u64, usize)>,
    documents: follow::Follow<(Option<DocumentId>, usize)>,
    pub(crate) picture: picture::Kept,
    n_search_focus: u64,
    n_find_focus: u64,
    n_note_focus: u64,
    n_path_focus: u64,
    n_export_focus: u64,
    topics: follow::Follow<(Option<TopicId>, Option<TopicId>)>,
    pub(crate) table: table::Shown,
    /// What is to be asked through the system's dialogs.
    pub(crate) questions: Vec<Question>,
}

/// Draws all of the window.
pub(crate) fn window_ui(ui: &mut egui::Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    bars::top_ui(ui, state, commands);
    bars::notices_ui(ui, state, commands);
    export::export_ui(ui, state, memory, commands);
    bars::jobs_ui(ui, state, commands);
    match state.tab {
        Tab::Library => table::table_ui(ui, state, memory, commands),
        Tab::Settings => paper(ui, |ui| settings::settings_ui(ui, state, memory, commands)),
        Tab::Read if is_at_start(state) => paper(ui, |ui| start::start_ui(ui, state, memory, commands)),
        Tab::Read => {
            search::place_ui(ui, state, commands);
            let width = ui.available_width();
            let usual = (0.21 * width).clamp(library::MIN_WIDTH, 290.0);
            side(ui, Panel::left("library"), usual, library::MIN_WIDTH..=0.26 * width, |ui| {
                library::library_ui(ui, state, memory, commands);
            });
            if state.open.is_some() {
                side(ui, Panel::right("outline"), (0.24 * width).clamp(220.0, 330.0), 180.0..=0.29 * width, |ui| {
                    outline::outline_ui(ui, state, memory, commands);
                });
            }
            paper(ui, |ui| reader::reader_ui(ui, state, memory, commands));
        }
        Tab::Topics => {
            let width = ui.available_width();
            if !state.topics.all.is_empty() {
                side(ui, Panel::left("topics"), (0.30 * width).clamp(260.0, 380.0), 180.0..=0.45 * width, |ui| {
                    topics::list_ui(ui, state, memory, commands);
                });
            }
            paper(ui, |ui| topics::topic_ui(ui, state, &mut memory.picture, commands));
        }
        Tab::Search => paper(ui, |ui| search::search_ui(ui, state, &mut memory.n_search_focus, commands)),
    }
    sheets::sheet_ui(ui, state, commands);
    palette::palette_ui(ui, state, commands);
}

/// Returns whether the library holds nothing, and nothing is on its way into it.
fn is_at_start(state: &State) -> bool {
    state.jobs.is_empty() && state.library.as_ref().is_some_and(|library| library.documents.is_empty())
}

/// Draws a list beside the text, `width` wide until the user drags it, and never out of `widths`. The narrowest comes first
/// where a small window has room for less.
fn side(
    ui: &mut egui::Ui,
    panel: Panel,
    width: f32,
    widths: RangeInclusive<f32>,
    contents: impl FnOnce(&mut egui::Ui),
) {
    let palette = Palette::of(ui);
    let margin = Margin { left: 12, right: 12, top: 12, bottom: 0 };
    panel
        .resizable(true)
        .default_size(width)
        .size_range(*widths.start()..=widths.end().max(*widths.start()))
        .frame(Frame::new().fill(palette.panel).inner_margin(margin))
        .show(ui, contents);
}

fn paper(ui: &mut egui::Ui, contents: impl FnOnce(&mut egui::Ui)) {
    let palette = Palette::of(ui);
    egui::CentralPanel::no_frame().frame(Frame::new().fill(palette.paper)).show(ui, contents);
}
