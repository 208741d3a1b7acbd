//! The views drawn without a window: what is pressed by its name, and what follows.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use caesura::document::Field;
use caesura::pipeline;
use caesura::progress::Unwatched;
use caesura::store::{DocumentId, DocumentRow, Library, Standing, TagRow, WorkState};
use eframe::egui::{self, Vec2};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, HarnessBuilder};

use super::{Memory, window_ui};
use crate::app::{drop_ui, keys, pasted};
use crate::command::{Action, Command, Tab, ThemeChoice};
use crate::library::{Ask, Change};
use crate::scout::{Asked, Errand};
use crate::state::tests::{loaded, reading};
use crate::state::{Notice, Places, State};
use crate::theme;
use crate::worker::{Event, Failure, KeptChapters, Request, Work};

/// A window without a window: state and views as in `app.rs`, and the requests that no worker answers.
pub(super) struct Bench {
    pub(super) state: State,
    memory: Memory,
    pub(super) requests: Vec<Request>,
    is_styled: bool,
}

pub(super) fn window(state: State, size: Vec2) -> Harness<'static, Bench> {
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

/// Draws `n_steps` frames, and answers what is asked in them, until nothing is. `answer` says what comes of a request.
pub(super) fn settle(
    window: &mut Harness<'static, Bench>,
    n_steps: usize,
    answer: &mut dyn FnMut(Request) -> Vec<Event>,
) {
    for _ in 0..100 {
        window.run_steps(n_steps);
        let requests = std::mem::take(&mut window.state_mut().requests);
        if requests.is_empty() {
            return;
        }
        for request in requests {
            for event in answer(request) {
                let more = window.state_mut().state.hear(event);
                window.state_mut().requests.extend(more);
            }
        }
    }
    panic!("the window never has all it asks for");
}

/// Cuts a document of the library again, and returns what the worker says of it.
pub(super) fn recut(library: &mut Library, document: DocumentId, granularity: f32) -> Event {
    pipeline::recut(library, document, granularity, None, &Unwatched).expect("it is cut");
    Event::Chapters(Box::new(KeptChapters::read(library, document).expect("its chapters")))
}

/// Draws a frame and does what was asked for in it, as `app.rs` does.
fn draw(ui: &mut egui::Ui, bench: &mut Bench) {
    let asked = std::mem::take(&mut bench.state.asked);
    let mut commands: Vec<Command> = asked.into_iter().map(Command::Do).collect();
    commands.extend(keys(ui.ctx(), &bench.state));
    commands.extend(pasted(ui.ctx()));
    window_ui(ui, &bench.state, &mut bench.memory, &mut commands);
    commands.extend(drop_ui(ui));
    for command in commands {
        bench.requests.extend(bench.state.apply(command));
    }
}

/// Returns a library of three documents, shown as a table.
pub(super) fn shelf() -> State {
    let mut state = reading(loaded(&[0.2]));
    let library = state.library.as_ref().expect("a library").path.clone();
    let like = state.library.as_ref().expect("a library").documents[0].clone();
    let rows: Vec<DocumentRow> = [(1, "Apples"), (2, "Bees"), (3, "Cider")]
        .into_iter()
        .map(|(id, title)| DocumentRow {
            id: DocumentId(id),
            title: title.to_owned(),
            source_path: Some(format!("/talks/{title}.txt")),
            ..like.clone()
        })
        .collect();
    let mut standings: BTreeMap<DocumentId, Standing> = BTreeMap::new();
    standings.entry(DocumentId(2)).or_default().tags = vec!["insects".to_owned()];
    let tags = vec![TagRow { tag: "insects".to_owned(), n_documents: 1 }];
    state.hear(Event::Standings { library: library.clone(), standings, tags });
    state.hear(Event::Documents { library, documents: rows });
    state.apply(Command::Do(Action::ShowLibrary));
    state
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
        assert!(matches!(window.state().requests.last(), Some(Request::Work { .. })), "{:?}", window.state().requests);
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
fn what_a_file_says_of_itself_stands_under_the_title() {
    let mut document = loaded(&[0.2, 0.9]);
    document.fields.author = Some("Ann Lee".to_owned());
    // What is longer than a line is cut after its fourteenth word.
    let fields = [("region", "North".to_owned()), ("remark", "word ".repeat(40))];
    document.fields.others = fields.map(|(name, value)| Field { name: name.to_owned(), value }).to_vec();
    let window = window(reading(document), SIZES[1]);
    window.get_by_label(&format!("Ann Lee · region: North · remark:{}…", " word".repeat(14)));
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
    state.notices.push(Notice {
        title: "It did not work".to_owned(),
        lines: vec!["so do this".to_owned()],
        ..Notice::default()
    });
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
    let mut state = State::new(
        Places { own: "own.caesura".into(), samples: "samples".into(), ..Places::default() },
        ThemeChoice::Light,
    );
    state.apply(Command::OpenLibrary("broken".into()));
    let failure = Failure { tried: "No".to_owned(), reason: "it is none".to_owned(), advice: None, is_ours: false };
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

#[test]
fn documents_are_found_selected_tagged_and_removed_by_name() {
    for size in SIZES {
        let mut window = window(shelf(), size);
        window.get_by_label("Filter by title, file, folder or tag").click();
        window.run_steps(2);
        window.event(egui::Event::Text("bee".to_owned()));
        window.run_steps(3);
        assert_eq!(window.query_all_by_label("Apples").count(), 0);
        window.get_by_label("Bees").click();
        window.run_steps(3);
        window.get_by_label("Tag to add").click();
        window.run_steps(2);
        window.event(egui::Event::Text("field notes".to_owned()));
        window.run_steps(2);
        window.key_press(egui::Key::Enter);
        window.run_steps(3);
        let tagged = Request::Change(Change::AddTag(vec![DocumentId(2)], "field notes".to_owned()));
        assert_eq!(window.state().requests.last(), Some(&tagged));
        window.get_by_label("Take the tag insects away").click();
        window.run_steps(3);
        let untagged = Request::Change(Change::RemoveTag(vec![DocumentId(2)], "insects".to_owned()));
        assert_eq!(window.state().requests.last(), Some(&untagged));
        window.get_by_label("Checked").click();
        window.run_steps(3);
        let marked = Request::Change(Change::Mark(vec![(DocumentId(2), WorkState::Checked)]));
        assert_eq!(window.state().requests.last(), Some(&marked));
        window.get_by_label(Action::RemoveDocument.label()).click();
        window.run_steps(3);
        let removed = Request::Change(Change::TakeOut(1, vec![DocumentId(2)]));
        assert_eq!(window.state().requests.last(), Some(&removed));
        window.get_by_label("Undo").click();
        window.run_steps(3);
        assert_eq!(window.state().requests.last(), Some(&Request::Change(Change::PutBack(1))));
    }
}

#[test]
fn the_table_is_gone_through_by_keys() {
    let mut window = window(shelf(), SIZES[0]);
    let selected = |window: &Harness<'_, Bench>| -> Vec<i64> {
        window.state().state.table.selected().iter().map(|id| id.0).collect()
    };
    window.key_press(egui::Key::ArrowDown);
    window.run_steps(2);
    window.key_press(egui::Key::ArrowDown);
    window.run_steps(2);
    assert_eq!(selected(&window), [2]);
    window.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::ArrowDown);
    window.run_steps(2);
    assert_eq!(selected(&window), [2, 3]);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.run_steps(2);
    assert_eq!(selected(&window), [1, 2, 3]);
    window.key_press(egui::Key::Delete);
    window.run_steps(2);
    assert!(matches!(window.state().requests.last(), Some(Request::Change(Change::TakeOut(1, ids))) if ids.len() == 3));
}

#[test]
fn a_press_on_a_column_sorts_by_it() {
    let mut window = window(shelf(), SIZES[1]);
    window.get_by_label("Sort by Title, sorted upwards").click();
    window.run_steps(3);
    window.get_by_label("Sort by Title, sorted downwards");
    let top = |window: &Harness<'_, Bench>, title: &str| window.get_by_label(title).rect().top();
    assert!(top(&window, "Cider") < top(&window, "Apples"));
}

#[test]
fn the_palette_finds_an_action_by_a_few_letters_and_does_it() {
    let mut window = window(reading(loaded(&[0.2])), SIZES[0]);
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    window.run_steps(3);
    window.event(egui::Event::Text("setti".to_owned()));
    window.run_steps(3);
    window.key_press(egui::Key::Enter);
    window.run_steps(4);
    assert_eq!(window.state().state.tab, Tab::Settings);
    assert!(window.state().state.palette.is_none());
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    window.run_steps(3);
    window.key_press(egui::Key::Escape);
    window.run_steps(3);
    assert!(window.state().state.palette.is_none());
}

#[test]
fn the_settings_choose_the_engine_and_the_theme() {
    let mut state = reading(loaded(&[0.2]));
    state.apply(Command::Do(Action::ShowSettings));
    let mut window = window(state, SIZES[1]);
    window.get_by_label("Dark").click();
    window.run_steps(3);
    assert_eq!(window.state().state.theme, ThemeChoice::Dark);
    window.get_by_label("Engine: combined (recommended)").click();
    window.run_steps(3);
    window.get_by_label("lexical").click();
    window.run_steps(3);
    assert_eq!(window.state().state.settings.engine, pipeline::Engine::Lexical);
}

#[test]
fn the_settings_choose_the_columns_of_tables() {
    let mut state = reading(loaded(&[0.2]));
    state.apply(Command::Do(Action::ShowSettings));
    let mut window = window(state, SIZES[1]);
    window.get_by_role_and_label(egui::accesskit::Role::TextInput, "Column of the date").focus();
    window.run_steps(3);
    for typed in ["sent", " ", "on"] {
        window.event(egui::Event::Text(typed.to_owned()));
        window.run_steps(3);
    }
    assert_eq!(window.state().state.settings.import().columns.date.as_deref(), Some("sent on"));
}

#[test]
fn what_is_pasted_outside_a_field_is_added() {
    let mut window = window(reading(loaded(&[0.2])), SIZES[0]);
    window.event(egui::Event::Paste("A pasted text.".to_owned()));
    window.run_steps(3);
    let [Request::Work { work, .. }] = &window.state().requests[..] else { panic!("{:?}", window.state().requests) };
    assert_eq!(work, &Work::AddPasted("A pasted text.".to_owned()));
}

#[test]
fn an_export_asks_for_a_folder_and_writes_the_selected_documents() {
    let mut state = shelf();
    state.places.exports = "/exports".into();
    state.apply(Command::Library(Ask::SelectAll));
    state.apply(Command::Do(Action::Export));
    let mut window = window(state, SIZES[1]);
    window.get_by_label("Export").click();
    window.run_steps(3);
    let Some(Request::Work { work: Work::Export(plan), .. }) = window.state().requests.last() else {
        panic!("{:?}", window.state().requests)
    };
    assert_eq!((plan.documents.len(), plan.to.as_path()), (3, Path::new("/exports")));
}

#[test]
fn an_export_without_a_selection_is_of_all_that_the_library_shows() {
    let mut state = shelf();
    state.places.exports = "/exports".into();
    state.apply(Command::Do(Action::Export));
    let mut window = window(state, SIZES[1]);
    window.get_by_label("Export the chapters of the whole library, 3 documents");
    window.state_mut().state.apply(Command::Library(Ask::Filter("b".to_owned())));
    window.run_steps(3);
    window.get_by_label("Export the chapters of what is shown, 1 document");
    window.state_mut().state.apply(Command::Library(Ask::Filter(String::new())));
    window.run_steps(3);
    window.get_by_label("Export").click();
    window.run_steps(3);
    let Some(Request::Work { work: Work::Export(plan), .. }) = window.state().requests.last() else {
        panic!("{:?}", window.state().requests)
    };
    assert_eq!(plan.documents, [1, 2, 3].map(DocumentId));
}

#[test]
fn jobs_change_places_and_failed_files_are_tried_again() {
    let mut state = reading(loaded(&[0.2]));
    for name in ["a.txt", "b.txt", "c.txt"] {
        state.apply(Command::AddPaths(vec![name.into()]));
    }
    let [first, second, third] = [0, 1, 2].map(|at| state.jobs[at].id);
    let mut window = window(state, SIZES[0]);
    window.get_by_label("Do earlier: Adding c.txt").click();
    window.run_steps(3);
    assert_eq!(window.state().requests.last(), Some(&Request::Order(vec![first, third, second])));
    let bench = window.state_mut();
    bench.state.hear(Event::NotAdded { job: first, paths: vec!["a.txt".into()] });
    let failure = Failure {
        tried: "“a.txt” was not added".to_owned(),
        reason: "no text".to_owned(),
        advice: None,
        is_ours: false,
    };
    bench.state.hear(Event::Done { job: first, failures: vec![failure] });
    window.run_steps(3);
    window.get_by_label("Copy details");
    window.get_by_label("Try again").click();
    window.run_steps(3);
    let Some(Request::Work { work, .. }) = window.state().requests.last() else { panic!("a job") };
    assert_eq!(work, &Work::Add(vec!["a.txt".into()]));
    assert!(window.state().state.notices.is_empty());
}

/// A frame draws what is in sight of ten thousand documents.
#[test]
fn a_frame_draws_fewer_than_a_hundred_rows_of_ten_thousand() {
    let mut state = reading(loaded(&[0.2]));
    let library = state.library.as_ref().expect("a library").path.clone();
    let like = state.library.as_ref().expect("a library").documents[0].clone();
    let rows = (0..10_000)
        .map(|n| DocumentRow { id: DocumentId(n), title: format!("Document {n:05}"), ..like.clone() })
        .collect();
    state.hear(Event::Documents { library, documents: rows });
    state.apply(Command::Do(Action::ShowLibrary));
    let mut window = window(state, SIZES[1]);
    for action in [Action::GoToEnd, Action::PageUp, Action::GoToStart] {
        window.state_mut().state.apply(Command::Do(action));
        window.run_steps(3);
        let n_rows = window.query_all_by(|node| node.role() == egui::Role::Row).count();
        assert!((1..100).contains(&n_rows), "{action:?}: {n_rows}");
    }
    assert!(0 < window.query_all_by_label("Document 00000").count());
}
