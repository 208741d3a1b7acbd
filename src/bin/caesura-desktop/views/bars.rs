//! The bars: parts and menus at the top, messages under them, work in progress at the bottom.

use eframe::egui::{self, Button, Frame, Margin, Panel, RichText, ScrollArea, Ui};

use super::widgets;
use crate::command::{Action, Command, Tab, ThemeChoice};
use crate::state::State;
use crate::theme::{Palette, size, space};

/// Draws the bar at the top.
pub(crate) fn top_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(12, 7));
    Panel::top("top").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            widgets::mark(ui, 22.0, palette.accent);
            ui.add_space(space::S);
            for (tab, action) in
                [(Tab::Read, Action::ShowRead), (Tab::Topics, Action::ShowTopics), (Tab::Search, Action::ShowSearch)]
            {
                tab_button(ui, state.tab == tab, action, commands);
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                help_menu(ui, commands);
                view_menu(ui, state, commands);
                library_menu(ui, state, commands);
                library_name(ui, state);
            });
        });
    });
}

fn tab_button(ui: &mut Ui, is_chosen: bool, action: Action, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let color = if is_chosen { palette.strong } else { palette.muted };
    let text = RichText::new(action.label()).size(size::BODY + 1.0).color(color);
    let button = Button::selectable(is_chosen, text);
    let response = ui.add(button).on_hover_text(widgets::hint_with_key(ui.ctx(), action));
    if response.clicked() {
        commands.push(Command::Do(action));
    }
}

fn library_name(ui: &mut Ui, state: &State) {
    let Some(library) = &state.library else { return };
    let palette = Palette::of(ui);
    let name = if library.is_sample {
        "Sample library".to_owned()
    } else if library.path == state.places.own {
        "My library".to_owned()
    } else {
        library.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    };
    ui.add_space(space::S);
    ui.add(egui::Label::new(RichText::new(name).size(size::SMALL).color(palette.muted)).truncate().selectable(false))
        .on_hover_text(library.path.display().to_string());
}

fn library_menu(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.menu_button("Library", |ui| {
        ui.set_min_width(220.0);
        for action in [Action::AddFiles, Action::AddFolder, Action::TypePath] {
            widgets::menu_item(ui, action, commands);
        }
        ui.separator();
        for action in [Action::OpenOwn, Action::OpenSamples, Action::OpenLibrary, Action::NewLibrary] {
            widgets::menu_item(ui, action, commands);
        }
        ui.separator();
        widgets::menu_item(ui, Action::MineTopics, commands);
        ui.add_enabled_ui(state.open.is_some(), |ui| widgets::menu_item(ui, Action::RemoveDocument, commands));
        ui.separator();
        widgets::menu_item(ui, Action::Quit, commands);
    });
}

fn view_menu(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.menu_button("View", |ui| {
        ui.set_min_width(220.0);
        for action in [Action::ShowRead, Action::ShowTopics, Action::ShowSearch] {
            widgets::menu_item(ui, action, commands);
        }
        ui.separator();
        for action in [Action::NextChapter, Action::PreviousChapter, Action::GoToStart, Action::GoToEnd] {
            widgets::menu_item(ui, action, commands);
        }
        ui.separator();
        for (theme, label) in [
            (ThemeChoice::System, "Theme of the system"),
            (ThemeChoice::Light, "Light theme"),
            (ThemeChoice::Dark, "Dark theme"),
        ] {
            if widgets::radio(ui, state.theme == theme, label).clicked() {
                commands.push(Command::SetTheme(theme));
                ui.close();
            }
        }
    });
}

fn help_menu(ui: &mut Ui, commands: &mut Vec<Command>) {
    ui.menu_button("Help", |ui| {
        ui.set_min_width(200.0);
        widgets::menu_item(ui, Action::ShowShortcuts, commands);
        widgets::menu_item(ui, Action::ShowAbout, commands);
    });
}

/// Draws the messages of what did not work.
pub(crate) fn notices_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if state.notices.is_empty() {
        return;
    }
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.notice).inner_margin(Margin::symmetric(16, 9));
    Panel::top("notices").frame(frame).show(ui, |ui| {
        // As high as one message of many lines is; a scroll area asks for less by itself, and would hide most of it.
        ScrollArea::vertical().max_height(150.0).min_scrolled_height(150.0).show(ui, |ui| {
            for (at, notice) in state.notices.iter().enumerate() {
                ui.push_id(at, |ui| notice_ui(ui, at, notice, commands));
            }
        });
    });
}

fn notice_ui(ui: &mut Ui, at: usize, notice: &crate::state::Notice, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::TOP), |ui| {
        if ui.add(Button::new(RichText::new("Dismiss").size(size::SMALL))).clicked() {
            commands.push(Command::Dismiss(at));
        }
        ui.with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
            ui.label(RichText::new(&notice.title).color(palette.on_notice));
            for line in &notice.lines {
                ui.label(RichText::new(line).size(size::SMALL).color(palette.on_notice));
            }
        });
    });
}

/// Draws the work in progress, each job with a button that stops it.
pub(crate) fn jobs_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if state.jobs.is_empty() {
        return;
    }
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(14, 8));
    Panel::bottom("jobs").frame(frame).show(ui, |ui| {
        for job in &state.jobs {
            ui.push_id(job.id.0, |ui| job_ui(ui, job, commands));
        }
    });
}

fn job_ui(ui: &mut Ui, job: &crate::state::Job, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let cancel = ui.add_enabled(!job.is_cancelled, Button::new(RichText::new("Cancel").size(size::SMALL)));
            if cancel.on_hover_text("Stop this; what is done stays").clicked() {
                commands.push(Command::Cancel(job.id));
            }
            if job.total == 0 {
                ui.add(egui::Spinner::new().size(16.0).color(palette.accent));
            } else {
                let share = job.done as f32 / job.total as f32;
                let bar = egui::ProgressBar::new(share).desired_width(180.0).desired_height(6.0).fill(palette.accent);
                ui.add(bar);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let text = if job.is_cancelled { format!("Stopping: {}", job.label) } else { job.label.clone() };
                let text = RichText::new(text).size(size::SMALL).color(palette.muted);
                ui.add(egui::Label::new(text).truncate());
            });
        });
    });
}
