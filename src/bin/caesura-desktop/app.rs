//! The window: each frame it hears the worker, draws, and does what was asked for.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use eframe::egui::{self, ThemePreference, Ui};

use caesura::import::Reader;
use caesura::store::DocumentId;

use crate::command::{Action, Command, Shortcut, Tab, ThemeChoice};
use crate::concordance::PlacesCommand;
use crate::dialogs::{Dialogs, Question, SystemDialogs};
use crate::raster::Pixels;
use crate::settings::Kept;
use crate::state::{Notice, Places, State};
use crate::system::{Clock, SystemClock};
use crate::theme::{self, Palette};
use crate::topics::TopicsCommand;
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
    /// What was chosen before.
    pub(crate) settings: Kept,
    /// Where files are read.
    pub(crate) reader: Reader,
    /// Whether the system hands over files that are dropped on the window.
    pub(crate) takes_drops: bool,
    /// Whether to say how long it took until the window could be used, and close it.
    pub(crate) is_timed: bool,
}

/// The window.
pub(crate) struct App {
    state: State,
    worker: Worker,
    dialogs: Box<dyn Dialogs>,
    clock: Box<dyn Clock>,
    memory: Memory,
    /// What the system takes pictures of the screen into, and where they are taken out.
    shots: (Sender<Arc<egui::ColorImage>>, Receiver<Arc<egui::ColorImage>>),
    shown_theme: Option<ThemeChoice>,
    shown_zoom: f32,
    /// Whether what is chosen must not be written.
    is_locked: bool,
    is_timed: bool,
}

impl App {
    /// Starts the worker and asks it for the first library.
    pub(crate) fn new(
        context: &eframe::CreationContext,
        opening: Opening,
        clock: SystemClock,
    ) -> std::io::Result<Self> {
        theme::install(&context.egui_ctx);
        context.egui_ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let ctx = context.egui_ctx.clone();
        let wake: Wake = Arc::new(move || ctx.request_repaint());
        let Kept { settings, problems, is_locked, .. } = opening.settings.clone();
        let last = settings.recent.first().cloned();
        let last_read = settings.document.map(DocumentId);
        let mut state = State::new(opening.places.clone(), settings.theme).with_settings(settings);
        state.takes_drops = opening.takes_drops;
        state.settings_are_kept();
        if !problems.is_empty() {
            let title = "Not all that was chosen before could be read".to_owned();
            state.notices.push(Notice { title, lines: problems, ..Notice::default() });
        }
        let mut app = Self {
            state,
            worker: Worker::start(Arc::clone(&wake), opening.places.settings.clone(), opening.reader.clone())?,
            dialogs: Box::new(SystemDialogs::new(wake)),
            clock: Box::new(clock),
            memory: Memory::default(),
            shots: channel(),
            shown_theme: None,
            shown_zoom: 0.0,
            is_locked,
            is_timed: opening.is_timed,
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

    fn hear(&mut self, ctx: &egui::Context) {
        while let Some(event) = self.worker.heard() {
            for request in self.state.hear(event) {
                self.worker.ask(request);
            }
        }
        if self.state.refresh_stale_table() {
            ctx.request_repaint_after(std::time::Duration::from_millis(100));
        }
    }

    /// Tells the worker what has changed of what it works by.
    fn upkeep(&mut self, ctx: &egui::Context) {
        for request in self.state.upkeep() {
            if !(self.is_locked && matches!(request, Request::KeepSettings(_))) {
                self.worker.ask(request);
            }
        }
        if self.state.is_unsettled() {
            ctx.request_repaint_after(std::time::Duration::from_millis(100));
        }
    }

    /// Says how long it took until the window could be used, once it can, and closes it.
    fn say_start(&mut self, ctx: &egui::Context) {
        if self.is_timed && self.state.library.is_some() && self.state.opening.is_none() {
            self.is_timed = false;
            let millis = self.clock.running().as_millis();
            let n_documents = self.state.library.as_ref().map_or(0, |library| library.documents.len());
            // For whoever measures; nobody else asks for it.
            let _ = std::io::Write::write_fmt(
                &mut std::io::stdout(),
                format_args!(
                    "usable after {millis} ms with {n_documents} documents, {}\n",
                    crate::system::memory_said()
                ),
            );
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
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
                Command::Do(Action::WatchFolder) => self.dialogs.ask(Question::WatchedFolder),
                Command::Do(Action::Paste) => ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste),
                Command::Topics(TopicsCommand::SaveAs(format)) => {
                    let name = self.state.topics.file_name(format);
                    self.dialogs.ask(Question::SavePicture(format, name));
                }
                Command::Places(PlacesCommand::SaveAs) => self.dialogs.ask(Question::SavePlaces),
                Command::Do(Action::Quit) => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
                command => self.apply(vec![command]),
            }
        }
        if let Some(text) = self.state.to_copy.take() {
            ctx.copy_text(text);
        }
        if self.state.topics.pixels_to.is_some() {
            let (shots, waker) = (self.shots.0.clone(), ctx.clone());
            ctx.request_screenshot(move |image| {
                // Nobody waits for it once the window is closed.
                if shots.send(image).is_ok() {
                    waker.request_repaint();
                }
            });
        }
        if self.shown_theme != Some(self.state.theme) {
            self.shown_theme = Some(self.state.theme);
            ctx.set_theme(preference(self.state.theme));
        }
        if (self.shown_zoom - self.state.settings.zoom).abs() > f32::EPSILON {
            self.shown_zoom = self.state.settings.zoom;
            ctx.set_zoom_factor(self.shown_zoom);
        }
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.state.now = self.clock.running();
        self.hear(ui.ctx());
        self.tick(ui.ctx());
        let mut commands: Vec<Command> = self.dialogs.answered().into_iter().collect();
        commands.extend(std::mem::take(&mut self.state.asked).into_iter().map(Command::Do));
        commands.extend(keys(ui.ctx(), &self.state));
        commands.extend(pasted(ui.ctx()));
        views::window_ui(ui, &self.state, &mut self.memory, &mut commands);
        commands.extend(drop_ui(ui));
        if let (Some(image), Some(of)) = (self.shots.1.try_iter().last(), self.memory.picture.drawn_at) {
            commands.push(Command::Topics(TopicsCommand::SavePixels(pixels_of(ui.ctx(), &image, of))));
        }
        if !commands.is_empty() {
            // What a command changes is seen in the frame after this one.
            ui.ctx().request_repaint();
        }
        let ctx = ui.ctx().clone();
        for question in std::mem::take(&mut self.memory.questions) {
            self.dialogs.ask(question);
        }
        self.obey(&ctx, commands);
        self.upkeep(&ctx);
        self.say_start(&ctx);
        if self.state.jobs.iter().any(|job| job.pace.is_running()) {
            // The time that is left runs on between two reports.
            ctx.request_repaint_after(std::time::Duration::from_secs(1));
        }
    }

    /// The places and sizes of panels are kept by the toolkit, in a file of its own: often, so that a crash loses little.
    fn auto_save_interval(&self) -> std::time::Duration {
        std::time::Duration::from_secs(5)
    }

    fn on_exit(&mut self, _context: Option<&eframe::glow::Context>) {
        // Nothing waits any longer.
        for request in self.state.tick(f64::INFINITY, true) {
            self.worker.ask(request);
        }
        if !self.is_locked {
            self.worker.ask(Request::KeepSettings(Box::new(self.state.settings_to_keep())));
        }
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
        keys_of(**action).any(|shortcut| {
            let Some(key) = widgets::key_of(shortcut) else { return false };
            let is_for_field = is_typing && key.conflicts_with_text_editing() && !is_function_key(key.logical_key);
            // The palette has a field of its own, and Escape closes it.
            let is_for_field = is_for_field && !(state.palette.is_some() && key.logical_key == egui::Key::Escape);
            // A plain arrow goes from button to button, where one has the focus.
            let is_for_button = has_focus
                && key.modifiers.is_none()
                && matches!(key.logical_key, egui::Key::ArrowDown | egui::Key::ArrowUp);
            // In the library, plain keys are those of the table.
            let is_for_table = state.tab == Tab::Library
                && key.modifiers.is_none()
                && matches!(
                    key.logical_key,
                    egui::Key::ArrowDown | egui::Key::ArrowUp | egui::Key::Enter | egui::Key::Delete
                );
            !is_for_field && !is_for_button && !is_for_table && ctx.input_mut(|input| input.consume_shortcut(&key))
        })
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

/// Returns the keys that ask for an action: its own, and for a larger view the `=` that most keyboards have `+` on.
fn keys_of(action: Action) -> impl Iterator<Item = Shortcut> {
    let beside = (action == Action::ZoomIn).then(|| Shortcut::control("Equals"));
    action.shortcut().into_iter().chain(beside)
}

/// Returns what was pasted, if no field takes it.
pub(crate) fn pasted(ctx: &egui::Context) -> Option<Command> {
    if ctx.egui_wants_keyboard_input() {
        return None;
    }
    ctx.input_mut(|input| {
        let at = input.events.iter().position(|event| matches!(event, egui::Event::Paste(_)))?;
        match input.events.remove(at) {
            egui::Event::Paste(text) => Some(Command::Paste(text)),
            _ => None,
        }
    })
}

/// Returns the part `of` what is on the screen, in points.
fn pixels_of(ctx: &egui::Context, image: &egui::ColorImage, of: egui::Rect) -> Pixels {
    let of = of * ctx.pixels_per_point();
    let [width, height] = image.size;
    let rgba = image.pixels.iter().flat_map(egui::Color32::to_array).collect();
    let pixels = |points: f32| points.round().max(0.0) as usize;
    Pixels { width, height, rgba }.part(pixels(of.left()), pixels(of.top()), pixels(of.width()), pixels(of.height()))
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
    painter.rect_filled(rect, 0.0, palette.paper.gamma_multiply(0.95));
    let stroke = egui::Stroke::new(2.0, palette.accent);
    painter.rect_stroke(rect.shrink(14.0), 12.0, stroke, egui::StrokeKind::Inside);
    let font = theme::font(theme::size::TITLE);
    // What lies behind would be read through the letters.
    let card = egui::Rect::from_center_size(rect.center(), egui::vec2((rect.width() - 80.0).min(460.0), 130.0));
    painter.rect_filled(card, 12.0, palette.panel);
    painter.rect_stroke(card, 12.0, egui::Stroke::new(1.0, palette.line), egui::StrokeKind::Inside);
    painter.text(rect.center(), egui::Align2::CENTER_CENTER, "Drop to add to the library", font, palette.strong);
}

fn preference(theme: ThemeChoice) -> ThemePreference {
    match theme {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    }
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
}
