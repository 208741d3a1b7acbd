//! The bars: parts and menus at the top, messages under them, work in progress at the bottom.

use std::path::Path;

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{self, Button, Frame, Margin, Panel, RichText, ScrollArea, Ui, vec2};

use super::widgets;
use crate::command::{Action, Command, Tab, ThemeChoice};
use crate::format::count;
use crate::queue;
use crate::state::{Job, Notice, State};
use crate::theme::{Palette, size, space};

/// Draws the bar at the top.
pub(crate) fn top_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(12, 7));
    Panel::top("top").frame(frame).show(ui, |ui| {
        ui.horizontal(|ui| {
            widgets::mark(ui, 22.0, palette.accent);
            ui.add_space(space::S);
            for (tab, action) in [
                (Tab::Library, Action::ShowLibrary),
                (Tab::Read, Action::ShowRead),
                (Tab::Topics, Action::ShowTopics),
                (Tab::Search, Action::ShowSearch),
            ] {
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
    let color = if is_chosen { palette.strong } else { palette.ink };
    let text = RichText::new(action.label()).size(size::BODY + 1.0).color(color);
    let button = Button::selectable(is_chosen, text);
    let response = ui.add(button).on_hover_text(widgets::hint_with_key(ui.ctx(), action));
    if response.clicked() {
        commands.push(Command::Do(action));
    }
}

/// Draws a menu of the bar: without a ground of its own, for the tabs are what is looked for there.
fn top_menu(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    let text = RichText::new(name).color(Palette::of(ui).muted);
    MenuButton::from_button(Button::new(text).frame_when_inactive(false)).ui(ui, contents);
}

/// Returns what people call a library.
pub(crate) fn name_of_library(state: &State, path: &Path) -> String {
    if path == state.places.samples {
        "Sample library".to_owned()
    } else if path == state.places.own {
        "My library".to_owned()
    } else {
        path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

fn library_name(ui: &mut Ui, state: &State) {
    let Some(library) = &state.library else { return };
    let palette = Palette::of(ui);
    let name = if library.is_sample { "Sample library".to_owned() } else { name_of_library(state, &library.path) };
    ui.add_space(space::S);
    ui.add(egui::Label::new(RichText::new(name).size(size::SMALL).color(palette.muted)).truncate().selectable(false))
        .on_hover_text(library.path.display().to_string());
}

fn library_menu(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    top_menu(ui, "File", |ui| {
        ui.set_min_width(230.0);
        for action in [Action::AddFiles, Action::AddFolder, Action::Paste, Action::TypePath, Action::WatchFolder] {
            widgets::menu_item(ui, action, commands);
        }
        ui.separator();
        for action in [Action::OpenOwn, Action::OpenSamples, Action::OpenLibrary, Action::NewLibrary] {
            widgets::menu_item(ui, action, commands);
        }
        recent_menu(ui, state, commands);
        ui.separator();
        for action in [Action::MineTopics, Action::Export, Action::BackUp] {
            widgets::menu_item(ui, action, commands);
        }
        ui.add_enabled_ui(!state.acted_on().is_empty(), |ui| widgets::menu_item(ui, Action::RemoveDocument, commands));
        if state.table.undo_label().is_some() {
            widgets::menu_item(ui, Action::UndoInLibrary, commands);
        }
        ui.separator();
        widgets::menu_item(ui, Action::ShowSettings, commands);
        widgets::menu_item(ui, Action::Quit, commands);
    });
}

fn recent_menu(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let shown = state.library.as_ref().map(|library| &library.path);
    let others: Vec<_> = state.settings.recent.iter().filter(|path| Some(*path) != shown).collect();
    if others.is_empty() {
        return;
    }
    ui.menu_button("Open again", |ui| {
        ui.set_min_width(200.0);
        for path in others {
            let response = ui.button(name_of_library(state, path)).on_hover_text(path.display().to_string());
            if response.clicked() {
                commands.push(Command::OpenLibrary(path.clone()));
                ui.close();
            }
        }
    });
}

fn view_menu(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    top_menu(ui, "View", |ui| {
        ui.set_min_width(220.0);
        for action in
            [Action::ShowPalette, Action::ShowLibrary, Action::ShowRead, Action::ShowTopics, Action::ShowSearch]
        {
            widgets::menu_item(ui, action, commands);
        }
        ui.separator();
        for action in [Action::NextChapter, Action::PreviousChapter, Action::GoToStart, Action::GoToEnd] {
            widgets::menu_item(ui, action, commands);
        }
        ui.separator();
        for action in [Action::ZoomIn, Action::ZoomOut, Action::ZoomReset] {
            widgets::menu_item(ui, action, commands);
        }
        ui.separator();
        for (theme, action) in [
            (ThemeChoice::System, Action::ThemeOfSystem),
            (ThemeChoice::Light, Action::LightTheme),
            (ThemeChoice::Dark, Action::DarkTheme),
        ] {
            let response = widgets::radio(ui, state.theme == theme, action.label());
            if response.on_hover_text(action.hint()).clicked() {
                commands.push(Command::Do(action));
                ui.close();
            }
        }
    });
}

fn help_menu(ui: &mut Ui, commands: &mut Vec<Command>) {
    top_menu(ui, "Help", |ui| {
        ui.set_min_width(200.0);
        widgets::menu_item(ui, Action::ShowPalette, commands);
        widgets::menu_item(ui, Action::ShowShortcuts, commands);
        widgets::menu_item(ui, Action::ShowAbout, commands);
    });
}

/// Draws the messages of what did not work, and of what did.
pub(crate) fn notices_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let (good, bad): (Vec<_>, Vec<_>) = state.notices.iter().enumerate().partition(|(_, notice)| notice.is_good_news);
    let palette = Palette::of(ui);
    for (id, notices, fill) in [("notices", bad, palette.notice), ("news", good, palette.chosen)] {
        if notices.is_empty() {
            continue;
        }
        let frame = Frame::new().fill(fill).inner_margin(Margin::symmetric(16, 9));
        Panel::top(id).frame(frame).show(ui, |ui| {
            // As high as one message of many lines is; a scroll area asks for less by itself, and would hide most of it.
            ScrollArea::vertical().max_height(150.0).min_scrolled_height(150.0).show(ui, |ui| {
                for (at, notice) in notices {
                    ui.push_id(at, |ui| notice_ui(ui, at, notice, commands));
                }
            });
        });
    }
}

fn notice_ui(ui: &mut Ui, at: usize, notice: &Notice, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    let color = if notice.is_good_news { palette.strong } else { palette.on_notice };
    // Grounds that are seen on that of the message.
    let small = |text: &str| {
        let edge = egui::Stroke::new(1.0, palette.line);
        Button::new(RichText::new(text).size(size::SMALL).color(palette.ink)).fill(palette.paper).stroke(edge)
    };
    ui.with_layout(egui::Layout::right_to_left(egui::Align::TOP), |ui| {
        // In a line of their own, whose middle their names stand in.
        let room = vec2(ui.available_width(), ui.spacing().interact_size.y);
        ui.allocate_ui_with_layout(room, egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.add(small("Dismiss")).clicked() {
                commands.push(Command::Dismiss(at));
            }
            if !notice.details.is_empty() {
                let copy = ui.add(small("Copy details"));
                if copy
                    .on_hover_text("Copy what is known of this, for a report; no text of a document is in it")
                    .clicked()
                {
                    ui.ctx().copy_text(notice.details.clone());
                }
            }
            if let Some(offer) = &notice.offer
                && ui.add(widgets::small_accent(ui, &offer.label())).clicked()
            {
                commands.push(Command::TakeOffer(at));
            }
        });
        ui.with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
            ui.label(RichText::new(&notice.title).color(color));
            for line in &notice.lines {
                ui.label(RichText::new(line).size(size::SMALL).color(color));
            }
        });
    });
}

/// Draws the queue of jobs: how far each is, how long it takes, and what can be done with it.
pub(crate) fn jobs_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if state.jobs.is_empty() {
        return;
    }
    let palette = Palette::of(ui);
    let frame = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(14, 8));
    Panel::bottom("jobs").frame(frame).show(ui, |ui| {
        let n_jobs = state.jobs.len();
        if 2 < n_jobs {
            ui.horizontal(|ui| {
                widgets::note(ui, format!("{} in the queue", count(n_jobs as u64, "job")));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if ui.add(Button::new(RichText::new("Cancel all").size(size::SMALL))).clicked() {
                        commands.push(Command::Queue(queue::Ask::CancelAll));
                    }
                });
            });
        }
        ScrollArea::vertical().max_height(124.0).min_scrolled_height(124.0).show(ui, |ui| {
            for (at, job) in state.jobs.iter().enumerate() {
                ui.push_id(job.id.0, |ui| job_ui(ui, state, at, job, commands));
            }
        });
    });
}

fn job_ui(ui: &mut Ui, state: &State, at: usize, job: &Job, commands: &mut Vec<Command>) {
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let cancel = ui.add_enabled(!job.is_cancelled, Button::new(RichText::new("Cancel").size(size::SMALL)));
            if cancel.on_hover_text("Stop this; what is done stays").clicked() {
                commands.push(Command::Cancel(job.id));
            }
            if 1 < state.jobs.len() {
                order_ui(ui, state, at, job, commands);
            }
            let is_waiting = !job.pace.is_running() && 0 < at;
            if is_waiting && job.total == 0 {
                widgets::note(ui, "waits");
            } else if job.total == 0 {
                ui.add(egui::Spinner::new().size(16.0).color(palette.accent));
            } else {
                let share = job.done as f32 / job.total as f32;
                let width = (0.2 * ui.available_width()).clamp(70.0, 180.0);
                let bar = egui::ProgressBar::new(share).desired_width(width).desired_height(6.0).fill(palette.accent);
                ui.add(bar);
                let rest = job.pace.remaining(state.now).filter(|_| !job.is_cancelled);
                widgets::note(ui, rest.map(queue::left).unwrap_or_default());
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let text = if job.is_cancelled { format!("Stopping: {}", job.label) } else { job.label.clone() };
                let text = RichText::new(text).size(size::SMALL).color(palette.muted);
                ui.add(egui::Label::new(text).truncate());
            });
        });
    });
}

/// Draws the arrows that change the order of the jobs.
fn order_ui(ui: &mut Ui, state: &State, at: usize, job: &Job, commands: &mut Vec<Command>) {
    let is_last = at + 1 == state.jobs.len();
    for (pointing, can, label, ask) in [
        (widgets::Pointing::Down, !is_last, "Do later", queue::Ask::Later(job.id)),
        (widgets::Pointing::Up, 0 < at, "Do earlier", queue::Ask::Earlier(job.id)),
    ] {
        if widgets::small_arrow(ui, can, pointing, &format!("{label}: {}", job.label)).clicked() {
            commands.push(Command::Queue(ask));
        }
    }
}
