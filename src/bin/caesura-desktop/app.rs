//! The window: each frame it hears the worker, draws, and does what was asked for.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{self, ThemePreference, Ui};

use caesura::store::DocumentId;

use crate::command::{Action, Command, ThemeChoice};
use crate::dialogs::{Dialogs, Question};
use crate::state::{Places, State};
use crate::theme::{self, Palette};
use crate::views::{self, Memory, widgets};
use crate::worker::{Request, Wake, Worker};

/// What the window opens with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opening {
    /// Where the user's libraries are.
    pub(crate) places: Places,
    /// The library to open; if none is named, the one that was open last, the user's own if it holds a document, or the
    /// samples.
    pub(crate) library: Option<PathBuf>,
    /// Files to add to it.
    pub(crate) files: Vec<PathBuf>,
}

/// The window.
pub(crate) struct App {
    state: State,
    worker: Worker,
    dialogs: Dialogs,
    memory: Memory,
    shown_theme: Option<ThemeChoice>,
}

/// The names under which the theme, the open library and the open document are kept between two starts.
const THEME_KEY: &str = "theme";
const LIBRARY_KEY: &str = "library";
const DOCUMENT_KEY: &str = "document";

impl App {
    /// Starts the worker and asks it for the first library.
    pub(crate) fn new(context: &eframe::CreationContext, opening: Opening) -> std::io::Result<Self> {
        theme::install(&context.egui_ctx);
        let ctx = context.egui_ctx.clone();
        let wake: Wake = Arc::new(move || ctx.request_repaint());
        let kept = |key: &str| context.storage.and_then(|storage| storage.get_string(key));
        let theme = kept(THEME_KEY).as_deref().and_then(theme_named).unwrap_or_default();
        let last = kept(LIBRARY_KEY).filter(|path| !path.is_empty()).map(PathBuf::from);
        let last_read = kept(DOCUMENT_KEY).and_then(|id| id.parse().ok()).map(DocumentId);
        let mut app = Self {
            state: State::new(opening.places.clone(), theme),
            worker: Worker::start(Arc::clone(&wake))?,
            dialogs: Dialogs::new(wake),
            memory: Memory::default(),
            shown_theme: None,
        };
        if let (Some(library), Some(document)) = (&last, last_read) {
            app.state.read_when_open(library.clone(), document);
        }
        app.open(opening, last);
        Ok(app)
    }

    /// Opens the library that was named; if none was, the one that was open `last`.
    fn open(&mut self, opening: Opening, last: Option<PathBuf>) {
        let places = opening.places;
        match (opening.library, opening.files.is_empty()) {
            (Some(path), _) => {
                // It is opened again from wherever the program is started next.
                let path = std::path::absolute(&path).unwrap_or(path);
                self.apply(vec![Command::OpenLibrary(path)]);
            }
            (None, false) => self.apply(vec![Command::OpenLibrary(places.own)]),
            (None, true) => self.worker.ask(Request::Start { last, library: places.own, samples: places.samples }),
        }
        if !opening.files.is_empty() {
            self.state.add_when_open(opening.files);
        }
    }

    fn hear(&mut self) {
        while let Some(event) = self.worker.heard() {
            for request in self.state.hear(event) {
                self.worker.ask(request);
            }
        }
    }

    fn apply(&mut self, commands: Vec<Command>) {
        for command in commands {
            for request in self.state.apply(command) {
                self.worker.ask(request);
            }
        }
    }

    /// Lets what was typed be kept a moment later, and comes back for it.
    fn tick(&mut self, ctx: &egui::Context) {
        self.state.clock_secs = crate::worker::now();
        for request in self.state.tick(ctx.input(|input| input.time), false) {
            self.worker.ask(request);
        }
        if self.state.is_waiting() {
            ctx.request_repaint_after(std::time::Duration::from_millis(300));
        }
    }

    /// Does what only the system can, and applies the rest.
    fn obey(&mut self, ctx: &egui::Context, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Do(Action::AddFiles) => self.dialogs.ask(Question::Files),
                Command::Do(Action::AddFolder) => self.dialogs.ask(Question::Folder),
                Command::Do(Action::OpenLibrary) => self.dialogs.ask(Question::Library),
                Command::Do(Action::NewLibrary) => self.dialogs.ask(Question::NewLibrary),
                Command::Do(Action::Quit) => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
                command => self.apply(vec![command]),
            }
        }
        if let Some(text) = self.state.to_copy.take() {
            ctx.copy_text(text);
        }
        if self.shown_theme != Some(self.state.theme) {
            self.shown_theme = Some(self.state.theme);
            ctx.set_theme(preference(self.state.theme));
        }
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.hear();
        self.tick(ui.ctx());
        let mut commands: Vec<Command> = self.dialogs.answered().into_iter().collect();
        commands.extend(keys(ui.ctx(), &self.state));
        views::window_ui(ui, &self.state, &mut self.memory, &mut commands);
        commands.extend(drop_ui(ui));
        if !commands.is_empty() {
            // What a command changes is seen in the frame after this one.
            ui.ctx().request_repaint();
        }
        let ctx = ui.ctx().clone();
        self.obey(&ctx, commands);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        // Called at the end, too: nothing waits any longer.
        for request in self.state.tick(f64::INFINITY, true) {
            self.worker.ask(request);
        }
        storage.set_string(THEME_KEY, theme_name(self.state.theme).to_owned());
        // A name that is not of UTF-8 cannot be kept; the usual library opens in its place.
        let library = self.state.library.as_ref().and_then(|library| library.path.to_str());
        storage.set_string(LIBRARY_KEY, library.unwrap_or_default().to_owned());
        let document = self.state.open.as_ref().map(|open| open.row.id.0.to_string());
        storage.set_string(DOCUMENT_KEY, document.unwrap_or_default());
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

/// Returns the commands whose keys were pressed, and takes the keys.
///
/// Keys that a field to type in needs are left to it: Escape leaves the field, and does not stop work as well.
pub(crate) fn keys(ctx: &egui::Context, state: &State) -> Vec<Command> {
    let is_typing = ctx.egui_wants_keyboard_input() && state.sheet.is_none();
    let has_focus = ctx.memory(|memory| memory.focused().is_some());
    let is_pressed = |action: &&Action| {
        let Some(key) = action.shortcut().and_then(widgets::key_of) else { return false };
        let is_for_field = is_typing && key.conflicts_with_text_editing() && !is_function_key(key.logical_key);
        // A plain arrow goes from button to button, where one has the focus.
        let is_for_button = has_focus
            && key.modifiers.is_none()
            && matches!(key.logical_key, egui::Key::ArrowDown | egui::Key::ArrowUp);
        let is_for_field = is_for_field || is_for_button;
        !is_for_field && ctx.input_mut(|input| input.consume_shortcut(&key))
    };
    // The key with more held beside it comes first: Ctrl+O would take Ctrl+Shift+O.
    let mut actions: Vec<&Action> = Action::ALL.iter().collect();
    actions.sort_by_key(|action| !action.shortcut().is_some_and(|shortcut| shortcut.with_shift));
    actions.into_iter().filter(is_pressed).map(|action| Command::Do(*action)).collect()
}

/// Returns whether a key writes nothing and moves nothing in a field to type in.
fn is_function_key(key: egui::Key) -> bool {
    matches!(key, egui::Key::F1 | egui::Key::F2 | egui::Key::F3)
}

/// Says that what is held over the window can be dropped; returns the command that follows from what was.
pub(crate) fn drop_ui(ui: &Ui) -> Option<Command> {
    if ui.input(|input| !input.raw.hovered_files.is_empty()) {
        draw_drop(ui);
    }
    let paths: Vec<PathBuf> =
        ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
    (!paths.is_empty()).then_some(Command::AddPaths(paths))
}

fn draw_drop(ui: &Ui) {
    let palette = Palette::of(ui);
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop"));
    let painter = ui.ctx().layer_painter(layer);
    let rect = ui.ctx().content_rect();
    painter.rect_filled(rect, 0.0, palette.paper.gamma_multiply(0.96));
    let stroke = egui::Stroke::new(2.0, palette.accent);
    painter.rect_stroke(rect.shrink(14.0), 12.0, stroke, egui::StrokeKind::Inside);
    let font = theme::font(theme::size::TITLE);
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, "Drop to add to the library", font, palette.strong);
}

fn preference(theme: ThemeChoice) -> ThemePreference {
    match theme {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    }
}

fn theme_name(theme: ThemeChoice) -> &'static str {
    match theme {
        ThemeChoice::System => "system",
        ThemeChoice::Light => "light",
        ThemeChoice::Dark => "dark",
    }
}

fn theme_named(name: &str) -> Option<ThemeChoice> {
    [ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark].into_iter().find(|theme| theme_name(*theme) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shortcut_names_a_key_there_is() {
        for action in Action::ALL {
            if let Some(shortcut) = action.shortcut() {
                assert!(widgets::key_of(shortcut).is_some(), "{action:?}: {shortcut:?}");
            }
        }
    }

    #[test]
    fn a_theme_is_kept_under_its_name() {
        for theme in [ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark] {
            assert_eq!(theme_named(theme_name(theme)), Some(theme));
        }
        assert_eq!(theme_named("sepia"), None);
    }
}
