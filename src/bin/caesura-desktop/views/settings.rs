//! What the user has chosen, and where everything is kept.

use std::path::Path;

use eframe::egui::{self, ComboBox, Frame, Margin, RichText, Role, ScrollArea, Slider, TextEdit, Ui, WidgetInfo};

use caesura::export::ChapterFormat;
use caesura::pipeline::{Engine, SplitSettings};
use caesura::words::Language;

use super::{Memory, widgets};
use crate::command::{Action, Command, ThemeChoice};
use crate::dialogs::Question;
use crate::exports;
use crate::format::bytes;
use crate::settings::{Every, Settings, ZOOMS};
use crate::state::State;
use crate::theme::{Palette, size, space};

/// How wide the settings are at most.
const WIDTH: f32 = 760.0;

/// Draws the settings.
pub(crate) fn settings_ui(ui: &mut Ui, state: &State, memory: &mut Memory, commands: &mut Vec<Command>) {
    let mut chosen = state.settings.clone();
    chosen.theme = state.theme;
    let before = chosen.clone();
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        // The margin of a frame is at most 127 points wide: a wide window needs more than that.
        let side = ((ui.available_width() - WIDTH) / 2.0).max(20.0);
        let middle = ui.available_rect_before_wrap().shrink2(egui::vec2(side, 0.0));
        ui.scope_builder(egui::UiBuilder::new().max_rect(middle), |ui| {
            ui.add_space(18.0);
            ui.horizontal(|ui| {
                ui.label(RichText::new("Settings").size(size::TITLE).color(Palette::of(ui).strong));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if ui.button("Close").on_hover_text("Go back to where you were").clicked() {
                        commands.push(Command::Do(Action::ShowSettings));
                    }
                });
            });
            ui.add_space(space::M);
            look_ui(ui, &mut chosen);
            work_ui(ui, &mut chosen);
            tables_ui(ui, &mut chosen);
            export_ui(ui, &mut chosen, memory, commands);
            libraries_ui(ui, state, &mut chosen, memory, commands);
            watched_ui(ui, state, commands);
            backups_ui(ui, state, &mut chosen, memory, commands);
            kept_ui(ui, state);
        });
        ui.add_space(28.0);
    });
    if chosen != before {
        commands.push(Command::Choose(Box::new(chosen)));
    }
}

fn section(ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui)) {
    widgets::heading(ui, title);
    ui.add_space(space::XS);
    Frame::new().inner_margin(Margin { left: 12, ..Margin::ZERO }).show(ui, |ui| ui.push_id(title, contents));
    ui.add_space(space::L);
}

/// Draws what is to be known of the thing above it, apart from the one below.
fn hint(ui: &mut Ui, text: impl Into<String>) {
    widgets::note(ui, text);
    ui.add_space(space::S);
}

/// Draws a name beside a thing to choose with.
fn row(ui: &mut Ui, label: &str, contents: impl FnOnce(&mut Ui)) {
    const WIDTH: f32 = 190.0;
    ui.horizontal_wrapped(|ui| {
        let width = WIDTH.min(0.4 * ui.available_width());
        ui.allocate_ui_with_layout(
            egui::vec2(width, ui.spacing().interact_size.y),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_width(width);
                ui.label(RichText::new(label).color(Palette::of(ui).ink));
            },
        );
        contents(ui);
    });
}

/// Draws a list to choose one of.
fn choice<T: PartialEq + Copy>(ui: &mut Ui, label: &str, chosen: &mut T, all: &[(T, String)]) {
    let shown = all.iter().find(|(value, _)| value == chosen).map_or("", |(_, name)| name.as_str());
    let response =
        ComboBox::from_id_salt(label).selected_text(shown).width(200.0).icon(widgets::drop_icon).show_ui(ui, |ui| {
            for (value, name) in all {
                ui.selectable_value(chosen, *value, name);
            }
        });
    let shown = shown.to_owned();
    response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("{label}: {shown}")));
}

fn look_ui(ui: &mut Ui, chosen: &mut Settings) {
    section(ui, "Look", |ui| {
        row(ui, "Theme", |ui| {
            for theme in ThemeChoice::ALL {
                let label = match theme {
                    ThemeChoice::System => "As the system",
                    ThemeChoice::Light => "Light",
                    ThemeChoice::Dark => "Dark",
                };
                if widgets::radio(ui, chosen.theme == theme, label).clicked() {
                    chosen.theme = theme;
                }
            }
        });
        row(ui, "Size of everything", |ui| {
            let mut percent = (chosen.zoom * 100.0).round() as i32;
            let least = (ZOOMS.0 * 100.0) as i32;
            let greatest = (ZOOMS.2 * 100.0) as i32;
            // A slider that moves what it stands on would run away from the pointer.
            for by in [-10, 10] {
                let label = if by < 0 { Action::ZoomOut } else { Action::ZoomIn };
                let hint = widgets::hint_with_key(ui.ctx(), label);
                let response = ui.button(if by < 0 { "−" } else { "+" }).on_hover_text(hint);
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label.label()));
                if response.clicked() {
                    percent = (percent + by).clamp(least, greatest);
                }
            }
            ui.label(format!("{percent} %"));
            chosen.zoom = percent as f32 / 100.0;
        });
    });
}

/// Returns what an engine is called, and whether it is the one to take.
fn engine_label(engine: Engine) -> String {
    if engine == SplitSettings::usual().engine {
        format!("{} (recommended)", engine.name())
    } else {
        engine.name().to_owned()
    }
}

fn engine_hint(engine: Engine) -> &'static str {
    match engine {
        Engine::Context => "A trained model that reads the text as a whole: fast, and nearly as exact.",
        Engine::Pair => "A trained model that reads both sides of every gap: slow.",
        Engine::Passage => "A trained model that reads every word, some hundreds of them at a time.",
        Engine::Combined => "The trained models together: the usual one, and the most exact.",
        Engine::Vectors => "What the text means to both sides of a gap; not trained on boundaries.",
        Engine::Lexical => "Words alone, no model: at once, and the least exact.",
    }
}

fn work_ui(ui: &mut Ui, chosen: &mut Settings) {
    section(ui, "How texts are cut", |ui| {
        row(ui, "Engine", |ui| {
            let all: Vec<(Engine, String)> =
                Engine::ALL.into_iter().map(|engine| (engine, engine_label(engine))).collect();
            choice(ui, "Engine", &mut chosen.engine, &all);
        });
        hint(ui, engine_hint(chosen.engine));
        row(ui, "Language", |ui| {
            let mut all: Vec<(Option<Language>, String)> = vec![(None, "Detect automatically".to_owned())];
            all.extend(Language::ALL.into_iter().map(|language| (Some(language), language.code().to_owned())));
            choice(ui, "Language", &mut chosen.language, &all);
        });
        row(ui, "Threads", |ui| {
            let n_cores = std::thread::available_parallelism().map_or(1, usize::from).min(1024) as u16;
            let mut is_usual = chosen.n_threads.is_none();
            if ui.checkbox(&mut is_usual, format!("One per core ({n_cores})")).changed() {
                chosen.n_threads = (!is_usual).then_some(n_cores);
            }
            if let Some(n_threads) = &mut chosen.n_threads {
                let slider = Slider::new(n_threads, 1..=n_cores.max(*n_threads));
                let response = widgets::slider(ui, true, slider);
                let n = f64::from(*n_threads);
                response.widget_info(|| WidgetInfo::slider(true, n, "Number of threads"));
            }
        });
        row(ui, "Memory", |ui| {
            ui.checkbox(&mut chosen.keeps_model, "Keep the model in memory between jobs");
        });
        hint(ui, "Without it a job begins about a second later, and about 100 MB are free meanwhile.");
        widgets::note(
            ui,
            "What is chosen here is for documents added from now on. The result is the same with any number of threads.",
        );
    });
}

fn tables_ui(ui: &mut Ui, chosen: &mut Settings) {
    section(ui, "Tables that are added", |ui| {
        let tables = &mut chosen.tables;
        let fields = [
            ("Column of the text", &mut tables.text, "by its name, or the longest"),
            ("Column of the title", &mut tables.title, "by its name"),
            ("Column of the id", &mut tables.id, "by its name"),
            ("Column of the date", &mut tables.date, "by its name"),
            ("Column of the author", &mut tables.author, "by its name"),
        ];
        for (label, column, usual) in fields {
            row(ui, label, |ui| {
                let mut typed = column.clone().unwrap_or_default();
                let field = TextEdit::singleline(&mut typed)
                    .id(egui::Id::unique(label))
                    .hint_text(usual)
                    .desired_width(300.0)
                    .margin(Margin::symmetric(8, 6));
                let response = ui.add(field);
                response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, label));
                if response.changed() {
                    *column = (!typed.is_empty()).then_some(typed);
                }
            });
        }
        widgets::note(
            ui,
            "Of a table (CSV, Excel, JSON lines) each row becomes a document. One without a column that is named here is \
             not added, and the message says which it has.",
        );
    });
}

fn export_ui(ui: &mut Ui, chosen: &mut Settings, memory: &mut Memory, commands: &mut Vec<Command>) {
    let _ = commands;
    section(ui, "Export", |ui| {
        row(ui, "Format", |ui| format_ui(ui, &mut chosen.export_format));
        row(ui, "Folder", |ui| {
            let mut folder =
                chosen.export_folder.as_ref().map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
            let field = TextEdit::singleline(&mut folder)
                .id(egui::Id::unique("export folder setting"))
                .hint_text("Caesura, in your documents")
                .desired_width(300.0)
                .margin(Margin::symmetric(8, 6));
            let response = ui.add(field);
            response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Folder of exports"));
            if response.changed() {
                chosen.export_folder = (!folder.trim().is_empty()).then(|| folder.trim().into());
            }
            let _ = &memory;
        });
    });
}

/// Draws the formats to choose from.
pub(crate) fn format_ui(ui: &mut Ui, format: &mut ChapterFormat) {
    let all: Vec<(ChapterFormat, String)> =
        ChapterFormat::ALL.into_iter().map(|format| (format, exports::label(format).to_owned())).collect();
    choice(ui, "Format", format, &all);
}

fn libraries_ui(ui: &mut Ui, state: &State, chosen: &mut Settings, memory: &mut Memory, commands: &mut Vec<Command>) {
    section(ui, "Libraries", |ui| {
        row(ui, "My library", |ui| {
            path_label(ui, &state.places.own);
        });
        row(ui, "", |ui| {
            if ui.button("Choose another file…").clicked() {
                memory.questions.push(Question::OwnLibrary);
            }
            if chosen.own_library.is_some() && ui.button("Back to the usual place").clicked() {
                chosen.own_library = None;
            }
            widgets::action_button(ui, Action::NewLibrary, commands);
        });
        widgets::note(ui, "A library is one file. Its place is chosen here; the file itself is not moved.");
    });
}

fn path_label(ui: &mut Ui, path: &Path) {
    let text = RichText::new(path.display().to_string()).size(size::SMALL).color(Palette::of(ui).muted);
    ui.add(egui::Label::new(text).wrap());
}

fn watched_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    section(ui, "Watched folders", |ui| {
        widgets::note(
            ui,
            "What comes into such a folder is added to its library while the window is open, once the file has not \
             changed for a few seconds.",
        );
        for watched in &state.settings.watched {
            ui.horizontal_wrapped(|ui| {
                path_label(ui, &watched.folder);
                widgets::note(ui, format!("into {}", super::bars::name_of_library(state, &watched.library)));
                let response = ui.small_button("Watch no more");
                let label = format!("Watch {} no more", watched.folder.display());
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
                if response.clicked() {
                    commands.push(Command::Unwatch(watched.folder.clone()));
                }
            });
        }
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| {
            widgets::action_button(ui, Action::WatchFolder, commands);
            let mut typed = state.path_typed.clone();
            let field = TextEdit::singleline(&mut typed)
                .id(egui::Id::unique("watch path"))
                .hint_text("or type its path, then press Enter")
                .desired_width(280.0)
                .margin(Margin::symmetric(8, 6));
            let response = ui.add(field);
            response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Path of a folder to watch"));
            if response.changed() {
                commands.push(Command::TypePath(typed.clone()));
            }
            if response.lost_focus()
                && ui.input(|input| input.key_pressed(egui::Key::Enter))
                && !typed.trim().is_empty()
            {
                commands.push(Command::TypePath(String::new()));
                commands.push(Command::Watch(typed.trim().into()));
            }
        });
    });
}

fn backups_ui(ui: &mut Ui, state: &State, chosen: &mut Settings, memory: &mut Memory, commands: &mut Vec<Command>) {
    section(ui, "Backups", |ui| {
        row(ui, "By themselves", |ui| {
            let all = Every::ALL.map(|every| (every, every.label().to_owned()));
            choice(ui, "Backups", &mut chosen.backup_every, &all);
        });
        row(ui, "Kept", |ui| {
            let mut n_kept = chosen.backups_kept;
            let response = widgets::slider(ui, true, Slider::new(&mut n_kept, 1..=30));
            response.widget_info(|| WidgetInfo::slider(true, f64::from(n_kept), "Backups kept"));
            chosen.backups_kept = n_kept;
        });
        widgets::note(
            ui,
            "Those made by hand are kept until you delete them. Before an update a copy is made in any case.",
        );
        ui.add_space(space::XS);
        ui.horizontal_wrapped(|ui| {
            widgets::action_button(ui, Action::BackUp, commands);
            if ui.button("Go back to a file…").clicked() {
                memory.questions.push(Question::Backup);
            }
        });
        ui.add_space(space::XS);
        if state.backups.is_empty() {
            widgets::note(ui, "There is no backup of the open library yet.");
        }
        for backup in state.backups.iter().take(20) {
            ui.horizontal(|ui| {
                let response = ui.small_button("Go back to it");
                let label = format!("Go back to the backup of {}", backup.made);
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
                if response.on_hover_text(backup.path.display().to_string()).clicked() {
                    commands.push(Command::Restore(backup.path.clone()));
                }
                ui.label(&backup.made);
                widgets::note(ui, bytes(backup.n_bytes));
            });
        }
    });
}

fn kept_ui(ui: &mut Ui, state: &State) {
    section(ui, "What is kept where", |ui| {
        let rows = [
            ("This library", state.library.as_ref().map(|library| library.path.as_path())),
            ("Sample library", Some(state.places.samples.as_path())),
            ("Backups", Some(state.places.backups.as_path())),
            ("These settings", Some(state.places.settings.as_path())),
        ];
        for (label, path) in rows {
            let Some(path) = path else { continue };
            row(ui, label, |ui| path_label(ui, path));
        }
        widgets::note(ui, "Files that were added stay where they are and are never changed. Nothing is sent anywhere.");
    });
}
