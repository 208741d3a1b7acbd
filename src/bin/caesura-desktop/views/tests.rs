//! The views drawn without a window: what is pressed by its name, and what follows.

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{self, Vec2};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, HarnessBuilder};

use super::{Memory, window_ui};
use crate::app::{drop_ui, keys};
use crate::command::{Action, Command, Tab, ThemeChoice};
use crate::state::tests::{loaded, reading};
use crate::state::{Notice, Places, State};
use crate::scout::{Asked, Errand};
use crate::theme;
use crate::worker::{Event, Failure, Request, Work};

/// A window without a window: state and views as in `app.rs`, and the requests that no worker answers.
pub(super) struct Bench {
    pub(super) state: State,
    memory: Memory,
    pub(super) requests: Vec<Request>,
    is_styled: bool,
}

fn window(state: State, size: Vec2) -> Harness<'static, Bench> {
    window_of(Harness::builder(), state, size)
}

pub(super) fn window_of(builder: HarnessBuilder<Bench>, state: State, size: Vec2) -> Harness<'static, Bench> {
    let bench = Bench { state, memory: Memory::default(), requests: Vec::new(), is_styled: false };
    let draw = |ui: &mut egui::Ui, bench: &mut Bench| {
        if !bench.is_styled {
            theme::install(ui.ctx());
            bench.is_styled = true;
        }
        // All of the window: the harness leaves a margin.
        let whole = ui.ctx().content_rect();
        ui.scope_builder(egui::UiBuilder::new().max_rect(whole), |ui| {
            ui.set_clip_rect(whole);
            draw(ui, bench);
        });
    };
    let mut harness = builder.with_size(size).with_max_steps(20).build_ui_state(draw, bench);
    harness.run_steps(4);
    harness
}

/// Draws a frame and does what was asked for in it, as `app.rs` does.
fn draw(ui: &mut egui::Ui, bench: &mut Bench) {
    let mut commands: Vec<Command> = keys(ui.ctx(), &bench.state);
    window_ui(ui, &bench.state, &mut bench.memory, &mut commands);
    commands.extend(drop_ui(ui));
    for command in commands {
        bench.requests.extend(bench.state.apply(command));
    }
}

const SIZES: [Vec2; 2] = [Vec2::new(900.0, 600.0), Vec2::new(1600.0, 1000.0)];

#[test]
fn the_tabs_change_the_part_that_is_shown() {
    for size in SIZES {
        let mut window = window(reading(loaded(&[0.2, 0.9, 0.1])), size);
        window.get_by_label("Search").click();
        window.run_steps(3);
        assert_eq!(window.state().state.tab, Tab::Search);
        window.get_by_label("Topics").click();
        window.run_steps(3);
        assert_eq!(window.state().state.tab, Tab::Topics);
        window.get_by_label("Find topics").click();
        window.run_steps(3);
        assert!(matches!(&window.state().requests[..], [Request::Work { .. }]), "{:?}", window.state().requests);
    }
}

#[test]
fn a_chapter_pressed_in_the_outline_is_gone_to() {
    let mut state = reading(loaded(&[0.1; 60]));
    let mut document = loaded(&[0.1; 60]);
    document.scores = caesura::document::GapScores::new((0..60).map(|gap| f32::from(u8::from(gap == 40))).collect());
    state = reading({
        document.row.title.clone_from(&state.open.as_ref().expect("open").row.title);
        document
    });
    state.apply(Command::SetGranularity(0.5));
    assert_eq!(state.open.as_ref().expect("open").chapters.len(), 2);
    let mut window = window(state, SIZES[0]);
    window.get_all_by_label("Paragraph 41 is about boats.").next().expect("the second chapter").click();
    window.run_steps(4);
    assert_eq!(window.state().state.open.as_ref().expect("open").here.0, 41);
}

/// All of it is in sight, so the text cannot scroll to what was chosen.
#[test]
fn the_outline_marks_the_chapter_gone_to_in_a_text_of_one_page() {
    let mut window = window(reading(loaded(&[0.9, 0.1, 0.9])), SIZES[1]);
    window.state_mut().state.apply(Command::SetGranularity(0.9));
    let last = window.state().state.outline_chapters().last().expect("a chapter").first_unit;
    assert!(0 < last.0);
    window.state_mut().state.apply(Command::GoTo(last));
    window.run_steps(4);
    let open = window.state().state.open.as_ref().expect("open");
    assert_eq!(open.chapter_here(&open.chapters), open.chapters.len() - 1);
    window.state_mut().state.apply(Command::Do(Action::GoToStart));
    window.run_steps(4);
    assert_eq!(window.state().state.open.as_ref().expect("open").here.0, 0);
}

#[test]
fn the_keys_of_the_table_do_what_it_says() {
    let mut window = window(reading(loaded(&[0.2, 0.9])), SIZES[0]);
    window.key_press_modifiers(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, egui::Key::F);
    window.run_steps(3);
    assert_eq!(window.state().state.tab, Tab::Search);
    window.key_press(egui::Key::F1);
    window.run_steps(3);
    assert!(window.state().state.sheet.is_some());
    window.get_by_label(Action::Find.hint());
    window.key_press(egui::Key::Escape);
    window.run_steps(3);
    assert!(window.state().state.sheet.is_none());
}

#[test]
fn what_is_typed_is_searched() {
    let mut state = reading(loaded(&[0.2]));
    state.apply(Command::Do(Action::Find));
    let mut window = window(state, SIZES[0]);
    window.event(egui::Event::Text("boats".to_owned()));
    window.run_steps(3);
    let requests = &window.state().requests;
    let Some(Request::Scout(Asked { errand: Errand::Search(wish), .. })) = requests.last() else {
        panic!("it is searched: {requests:?}");
    };
    assert_eq!(wish.typed, "boats");
}

#[test]
fn a_message_goes_when_it_is_dismissed() {
    let mut state = reading(loaded(&[0.2]));
    state.notices.push(Notice { title: "It did not work".to_owned(), lines: vec!["so do this".to_owned()] });
    let mut window = window(state, SIZES[0]);
    window.get_by_label("It did not work");
    window.get_by_label("Dismiss").click();
    window.run_steps(3);
    assert!(window.state().state.notices.is_empty());
}

#[test]
fn a_job_can_be_cancelled() {
    let mut state = reading(loaded(&[0.2]));
    state.apply(Command::AddPaths(vec!["long.txt".into()]));
    let job = state.jobs[0].id;
    let mut window = window(state, SIZES[0]);
    window.get_by_label("Cancel").click();
    window.run_steps(3);
    assert_eq!(window.state().requests, [Request::Cancel(job)]);
}

/// A file as the system hands it over when it is dropped.
#[derive(Debug)]
struct Dropped(&'static str);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        Path::new(self.0)
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window reads no file itself".to_owned())
    }
}

#[test]
fn what_is_dropped_on_the_window_is_added() {
    let mut window = window(reading(loaded(&[0.2])), SIZES[0]);
    window.input_mut().dropped_files = vec![Arc::new(Dropped("a.txt")), Arc::new(Dropped("folder"))];
    window.run_steps(3);
    let [Request::Work { work, .. }] = &window.state().requests[..] else { panic!("{:?}", window.state().requests) };
    assert_eq!(work, &Work::Add(vec!["a.txt".into(), "folder".into()]));
}

/// As wide as the window may be made, and in the width of the pictures: the buttons that add are not cut off.
#[test]
fn the_buttons_that_add_fit_beside_the_text() {
    for width in [720.0, 900.0, 1600.0] {
        let window = window(reading(loaded(&[0.2])), Vec2::new(width, 600.0));
        let panel = window.get_by_label("Filter by title or file").rect();
        for label in [Action::AddFolder.label(), Action::AddTyped.label()] {
            let button = window.get_by_label(label).rect();
            assert!(button.right() <= panel.right() + 0.5, "{label} at {width}: {button:?}, {panel:?}");
        }
    }
}

#[test]
fn an_empty_library_says_what_to_do() {
    let mut state = State::new(Places::default(), ThemeChoice::Light);
    state.library =
        Some(crate::state::LibraryShown { path: "own.caesura".into(), is_sample: false, documents: Vec::new() });
    let window = window(state, SIZES[0]);
    window.get_by_label("Begin with a text");
    assert!(window.query_all_by_label(Action::AddFiles.label()).count() >= 1);
}

#[test]
fn a_library_that_cannot_be_opened_leaves_a_way_on() {
    let mut state = State::new(Places { own: "own.caesura".into(), samples: "samples".into() }, ThemeChoice::Light);
    state.apply(Command::OpenLibrary("broken".into()));
    let failure = Failure { tried: "No".to_owned(), reason: "it is none".to_owned(), is_ours: false };
    state.hear(Event::Failed(failure));
    let mut window = window(state, SIZES[0]);
    window.get_by_label("No library is open");
    window.get_by_label(Action::OpenOwn.label()).click();
    window.run_steps(3);
    assert_eq!(window.state().requests, [Request::OpenLibrary { path: "own.caesura".into(), is_sample: false }]);
    assert_eq!(window.query_all_by_label("No library is open").count(), 0);
}

/// A frame lays out what is in sight, wherever in a hundred thousand paragraphs that is.
#[test]
fn a_frame_lays_out_fewer_than_two_hundred_rows_of_a_hundred_thousand() {
    const N_UNITS: usize = 100_000;
    let scores: Vec<f32> = (0..N_UNITS - 1).map(|gap| (gap % 97) as f32 / 97.0).collect();
    let mut window = window(reading(loaded(&scores)), SIZES[1]);
    for action in [Action::GoToStart, Action::PageDown, Action::GoToEnd, Action::PageUp] {
        window.state_mut().state.apply(Command::Do(action));
        window.run_steps(2);
        let n_laid_out = window.state().memory.reader.n_laid_out;
        assert!((1..200).contains(&n_laid_out), "{action:?}: {n_laid_out}");
    }
    window.state_mut().state.apply(Command::GoTo(caesura::document::UnitIndex(54_321)));
    window.run_steps(2);
    window.get_by_label("Paragraph 54321 is about boats.");
    window.state_mut().state.apply(Command::SetGranularity(0.4));
    window.run_steps(2);
    window.get_by_label("Paragraph 54321 is about boats.");
    assert!(window.state().memory.reader.n_laid_out < 200);
}
