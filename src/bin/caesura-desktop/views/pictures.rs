//! Pictures of the window, compared with those in `tests/snapshots/window/`.
//!
//! What is shown is a real library: the samples, cut by the lexical engine, whose numbers do not depend on the processor.
//! `UPDATE_SNAPSHOTS=1` takes the pictures anew. Where there is nothing to draw with, the test says so and ends: on Linux,
//! the software renderer of Mesa (`mesa-vulkan-drivers`) is enough.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use caesura::concordance::Key;
use caesura::corrections::{Change, NoteColor};
use caesura::document::UnitIndex;
use caesura::neural::{Encoder, SentenceEncoder};
use caesura::pipeline::{self, Engine, Source, SplitSettings};
use caesura::progress::Unwatched;
use caesura::store::{DocumentId, Library, WorkState};
use eframe::egui::{HoveredFile, Theme, Vec2};
use egui_kittest::wgpu::WgpuTestRenderer;
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};

use super::tests::window_of;
use crate::command::{Action, Command, ThemeChoice};
use crate::compare::Other;
use crate::concordance::PlacesCommand;
use crate::hand::HandCommand;
use crate::library::{Ask, Column, Selecting};
use crate::samples::SAMPLES;
use crate::state::{Places, State};
use crate::topics::{TopicsCommand, TopicsPart};
use crate::worker::tests::Clerk;
use crate::worker::{Event, Failure, Request};

const SMALL: Vec2 = Vec2::new(900.0, 600.0);
const LARGE: Vec2 = Vec2::new(1600.0, 1000.0);

/// A part of the window, what leads to it, and how it is looked at.
pub(super) struct Picture {
    pub(super) name: &'static str,
    size: Vec2,
    theme: Theme,
    pub(super) commands: fn(&State) -> Vec<Command>,
}

pub(super) const PICTURES: [Picture; 29] = [
    Picture { name: "reader-small-light", size: SMALL, theme: Theme::Light, commands: to_second_chapter },
    Picture { name: "reader-large-dark", size: LARGE, theme: Theme::Dark, commands: to_article },
    Picture { name: "corrected-large-light", size: LARGE, theme: Theme::Light, commands: to_corrected },
    Picture { name: "review-small-light", size: SMALL, theme: Theme::Light, commands: to_review },
    Picture { name: "review-large-dark", size: LARGE, theme: Theme::Dark, commands: to_review },
    Picture { name: "notes-small-dark", size: SMALL, theme: Theme::Dark, commands: to_notes },
    Picture { name: "compare-small-light", size: SMALL, theme: Theme::Light, commands: to_comparison },
    Picture { name: "topics-small-dark", size: SMALL, theme: Theme::Dark, commands: to_topics },
    Picture { name: "topics-large-light", size: LARGE, theme: Theme::Light, commands: to_topics },
    Picture { name: "search-small-light", size: SMALL, theme: Theme::Light, commands: to_search },
    Picture { name: "search-large-dark", size: LARGE, theme: Theme::Dark, commands: to_search },
    Picture { name: "places-large-light", size: LARGE, theme: Theme::Light, commands: to_places },
    Picture { name: "topic-map-small-light", size: SMALL, theme: Theme::Light, commands: to_map },
    Picture { name: "heat-map-small-dark", size: SMALL, theme: Theme::Dark, commands: to_heat_map },
    Picture { name: "word-graph-large-dark", size: LARGE, theme: Theme::Dark, commands: to_graph },
    Picture { name: "messages-small-dark", size: SMALL, theme: Theme::Dark, commands: to_work },
    Picture { name: "drop-small-dark", size: SMALL, theme: Theme::Dark, commands: to_second_chapter },
    Picture { name: "library-small-light", size: SMALL, theme: Theme::Light, commands: to_library },
    Picture { name: "library-large-dark", size: LARGE, theme: Theme::Dark, commands: to_library },
    Picture { name: "palette-small-light", size: SMALL, theme: Theme::Light, commands: to_palette },
    Picture { name: "shortcuts-small-light", size: SMALL, theme: Theme::Light, commands: to_shortcuts },
    Picture { name: "shortcuts-large-dark", size: LARGE, theme: Theme::Dark, commands: to_shortcuts },
    Picture { name: "fewer-topics-small-light", size: SMALL, theme: Theme::Light, commands: to_fewer_topics },
    Picture { name: "words-small-light", size: SMALL, theme: Theme::Light, commands: to_words },
    Picture { name: "time-small-dark", size: SMALL, theme: Theme::Dark, commands: to_time },
    Picture { name: "export-small-light", size: SMALL, theme: Theme::Light, commands: to_export },
    Picture { name: "export-library-small-light", size: SMALL, theme: Theme::Light, commands: to_export_library },
    Picture { name: "settings-small-dark", size: SMALL, theme: Theme::Dark, commands: to_settings },
    // The last one: it takes all documents out of the library.
    Picture { name: "start-small-light", size: SMALL, theme: Theme::Light, commands: to_start },
];

fn to_second_chapter(_: &State) -> Vec<Command> {
    vec![Command::Do(Action::NextChapter)]
}

fn to_article(state: &State) -> Vec<Command> {
    let article = document(state, "16-harbour-women-crew.txt");
    vec![Command::FilterDocuments("for".to_owned()), Command::OpenDocument(article)]
}

fn to_corrected(_: &State) -> Vec<Command> {
    let at = |unit| Command::Hand(HandCommand::Choose(UnitIndex(unit)));
    let title = Change::Rename { chapter: UnitIndex(6), title: "How the hive is kept".to_owned() };
    vec![
        at(6),
        Command::Do(Action::Split),
        Command::Hand(HandCommand::Correct(title)),
        at(10),
        Command::Do(Action::Split),
        Command::Do(Action::LevelDown),
        at(8),
        Command::Do(Action::Lock),
        Command::Hand(HandCommand::Highlight(NoteColor::Green)),
        Command::Hand(HandCommand::TypeFind("kitchen".to_owned())),
        at(7),
        Command::GoTo(UnitIndex(6)),
    ]
}

fn to_review(_: &State) -> Vec<Command> {
    vec![Command::SetGranularity(0.9), Command::Do(Action::Review)]
}

fn to_notes(_: &State) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for (unit, color) in [(1, NoteColor::Yellow), (2, NoteColor::Blue), (4, NoteColor::Violet)] {
        commands.push(Command::Hand(HandCommand::Choose(UnitIndex(unit))));
        commands.push(Command::Hand(HandCommand::Highlight(color)));
    }
    commands.push(Command::Do(Action::AddNote));
    commands.push(Command::Hand(HandCommand::TypeNote("Ask who keeps them in winter".to_owned())));
    commands.push(Command::Hand(HandCommand::TypeTags("winter, to ask".to_owned())));
    commands.push(Command::Do(Action::GoToStart));
    commands
}

fn to_comparison(state: &State) -> Vec<Command> {
    let terms = document(state, "terms-of-service.md");
    let compare = Command::Hand(HandCommand::Compare(Some(Other::AsWritten)));
    vec![Command::OpenDocument(terms), compare]
}

fn to_topics(_: &State) -> Vec<Command> {
    vec![Command::Do(Action::ShowTopics)]
}

fn to_search(_: &State) -> Vec<Command> {
    vec![Command::Do(Action::Find), Command::TypeSearch("bees OR flour".to_owned())]
}

fn to_places(_: &State) -> Vec<Command> {
    let sort = Command::Places(PlacesCommand::SortBy(Key::Right(1)));
    vec![Command::Do(Action::FindPlaces), Command::TypeSearch("bees | flour".to_owned()), sort]
}

fn to_part(part: TopicsPart) -> Vec<Command> {
    vec![Command::Do(Action::ShowTopics), Command::Topics(TopicsCommand::Show(part))]
}

fn to_map(_: &State) -> Vec<Command> {
    to_part(TopicsPart::Map)
}

fn to_heat_map(_: &State) -> Vec<Command> {
    to_part(TopicsPart::Documents)
}

fn to_words(_: &State) -> Vec<Command> {
    to_part(TopicsPart::Words)
}

fn to_time(_: &State) -> Vec<Command> {
    to_part(TopicsPart::Time)
}

fn to_fewer_topics(state: &State) -> Vec<Command> {
    let first = state.topics.all[0].id;
    let ask = [TopicsCommand::SetGranularity(0.4), TopicsCommand::Fold(first), TopicsCommand::OpenGeneral(first)];
    std::iter::once(Command::Do(Action::ShowTopics)).chain(ask.map(Command::Topics)).collect()
}

fn to_export(_: &State) -> Vec<Command> {
    vec![Command::Do(Action::Export), Command::TypeExport("exported".to_owned())]
}

fn to_export_library(state: &State) -> Vec<Command> {
    [vec![Command::Do(Action::ShowLibrary)], to_export(state)].concat()
}

fn to_settings(_: &State) -> Vec<Command> {
    vec![Command::Do(Action::ShowSettings)]
}

fn to_graph(_: &State) -> Vec<Command> {
    to_part(TopicsPart::Graph)
}

fn to_work(_: &State) -> Vec<Command> {
    vec![Command::AddPaths(vec!["talks".into()]), Command::AddPaths(vec!["scan.pdf".into()])]
}

fn to_library(state: &State) -> Vec<Command> {
    let pick = |name, selecting| Command::Library(Ask::Select(document(state, name), selecting));
    vec![
        Command::Do(Action::ShowLibrary),
        pick("16-harbour-women-crew.txt", Selecting::Only),
        pick("18-moor-by-night.txt", Selecting::Toggle),
        Command::Library(Ask::AddTag("field notes/wave one".to_owned())),
        Command::Library(Ask::Mark(WorkState::Checked)),
        pick("05-regatta-gale-opening.txt", Selecting::Toggle),
        Command::Library(Ask::Sort(Column::Chapters)),
    ]
}

fn to_palette(_: &State) -> Vec<Command> {
    vec![Command::Do(Action::ShowPalette), Command::Palette(crate::palette::Ask::Type("ad".to_owned()))]
}

fn to_start(_: &State) -> Vec<Command> {
    vec![Command::Do(Action::ShowLibrary), Command::Library(Ask::SelectAll), Command::Do(Action::RemoveDocument)]
}

fn to_shortcuts(_: &State) -> Vec<Command> {
    vec![Command::Do(Action::ShowShortcuts)]
}

#[test]
fn the_window_looks_as_in_its_pictures() {
    if let Err(reason) = renderer() {
        // Past the test's own output, which is shown only if it fails.
        let _ = writeln!(std::io::stderr(), "skipped the pictures of the window: {reason}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("library.caesura");
    make_library(&path);
    let mut results = SnapshotResults::new();
    for picture in PICTURES {
        results.add(compare(&picture, &path));
    }
}

/// The pictures of the README: all samples, cut by the usual engine, as a first start shows them.
///
/// `UPDATE_SNAPSHOTS=force cargo test --bin caesura-desktop readme -- --ignored` takes them anew.
#[test]
#[ignore = "the pictures of the README differ by processor, and take a minute"]
fn the_readme_shows_the_window_as_it_is() {
    let size = Vec2::new(1400.0, 900.0);
    let picture = |name, commands| Picture { name, size, theme: Theme::Light, commands };
    let pictures = [
        picture("window", to_front as fn(&State) -> Vec<Command>),
        picture("topics", to_front_topic),
        picture("search", to_front_search),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("samples.caesura");
    let encoder = SentenceEncoder::embedded(1).expect("the model");
    make_library_of(&path, SAMPLES, &SplitSettings::usual(), Some(&encoder));
    let options = options().output_path("assets/pictures");
    let mut results = SnapshotResults::new();
    for picture in pictures {
        let places = Places { own: "own.caesura".into(), samples: path.clone(), ..Places::default() };
        results.add(compare_shown(&picture, shown_at(places, &path, picture.commands), &options));
    }
}

fn to_front(state: &State) -> Vec<Command> {
    let open = state.open.as_ref().expect("the interview");
    let unit = |words: &str| {
        let says = |unit: &&caesura::document::Unit| unit.span.of(&open.text).contains(words);
        let found = open.units.units.iter().find(says).expect("it is said");
        open.unit_of(found.span)
    };
    let chapter = open.chapter_of(unit("Badly, at first")).expect("a chapter").first_unit;
    let title = Change::Rename { chapter, title: "Money for a tide".to_owned() };
    vec![
        Command::Hand(HandCommand::Correct(title)),
        Command::Hand(HandCommand::Choose(unit("Badly, at first"))),
        Command::Hand(HandCommand::Highlight(NoteColor::Yellow)),
        Command::GoTo(unit("No alarm may be muted")),
        Command::Hand(HandCommand::Choose(unit("It ran an electric kettle"))),
    ]
}

fn to_front_topic(state: &State) -> Vec<Command> {
    let clearest = state.topics.all.iter().max_by(|one, other| one.npmi.total_cmp(&other.npmi)).expect("topics");
    vec![Command::Do(Action::ShowTopics), Command::OpenTopic(clearest.id)]
}

fn to_front_search(_: &State) -> Vec<Command> {
    vec![Command::Do(Action::Find), Command::TypeSearch("tide OR wind".to_owned())]
}

fn document(state: &State, source_name: &str) -> DocumentId {
    state.documents_shown().find(|row| row.source_name == source_name).expect("the document").id
}

/// Returns what draws the pictures; fails with the reason if nothing here can.
fn renderer() -> Result<WgpuTestRenderer, String> {
    // The crate that draws says by a panic that it found nothing to draw with.
    catch_unwind(AssertUnwindSafe(WgpuTestRenderer::new)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().cloned().unwrap_or_default();
        if said.to_lowercase().contains("adapter") { said } else { resume_unwind(panic) }
    })
}

/// When the documents of the pictures were added, in seconds since 1970: on the 2nd of March 2026.
const ADDED_AT: i64 = 1_772_445_600;

/// Makes a library of the interview, the terms and some articles, and finds its topics.
pub(super) fn make_library(path: &Path) {
    let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
    make_library_of(path, &SAMPLES[..42], &settings, None);
}

fn make_library_of(path: &Path, samples: &[(&str, &str)], settings: &SplitSettings, encoder: Option<&dyn Encoder>) {
    let mut library = Library::open(path).expect("a library");
    for (name, text) in samples {
        let name = name.rsplit('/').next().unwrap_or(name);
        let source = Source { bytes: text.as_bytes(), name, path: None, added_at: ADDED_AT };
        pipeline::add_document(&mut library, &source, settings, encoder, &Unwatched).expect("a document is added");
    }
    let mined = pipeline::mine_topics(&mut library, 1, &|config| config, &Unwatched).expect("topics are found");
    assert!(1 < mined.n_topics);
}

fn compare(picture: &Picture, library: &Path) -> egui_kittest::SnapshotResult {
    compare_shown(picture, shown(library, picture.commands), &options())
}

fn compare_shown(picture: &Picture, state: State, options: &SnapshotOptions) -> egui_kittest::SnapshotResult {
    let renderer = renderer().expect("there was one a moment ago");
    let builder = Harness::builder().with_theme(picture.theme).renderer(renderer);
    let mut window = window_of(builder, state, picture.size);
    if picture.name.starts_with("drop") {
        window.input_mut().hovered_files = vec![HoveredFile::default()];
    }
    window.run_steps(2);
    window.try_snapshot_options(picture.name, options)
}

/// Returns how much may differ: the edges of letters, which two renderers smooth a little differently, but no letter.
fn options() -> SnapshotOptions {
    SnapshotOptions::new().output_path("tests/snapshots/window").threshold(4.0).max_failed_pixels(40)
}

/// Returns the state of a window that opened the library and was given the commands, with all questions answered.
pub(super) fn shown(library: &Path, commands: fn(&State) -> Vec<Command>) -> State {
    let places = Places { own: library.to_owned(), samples: "samples.caesura".into(), ..Places::default() };
    shown_at(places, library, commands)
}

fn shown_at(places: Places, library: &Path, commands: fn(&State) -> Vec<Command>) -> State {
    let mut state = State::new(places, ThemeChoice::System);
    let mut clerk = Clerk::new();
    let open = Command::OpenLibrary(library.to_owned());
    let mut waiting: Vec<Request> = state.apply(open);
    answer(&mut state, &mut clerk, &mut waiting);
    let open = Command::OpenDocument(document(&state, "interview.vtt"));
    waiting.extend(state.apply(open));
    answer(&mut state, &mut clerk, &mut waiting);
    for command in commands(&state) {
        waiting.extend(state.apply(command));
        answer(&mut state, &mut clerk, &mut waiting);
    }
    state
}

/// Answers what was asked, and what is asked because of the answers. A job is half done; that of a PDF is refused.
fn answer(state: &mut State, clerk: &mut Clerk, waiting: &mut Vec<Request>) {
    while !waiting.is_empty() {
        for request in std::mem::take(waiting) {
            let events = match request {
                Request::Work { job, work, .. } => match work {
                    crate::worker::Work::Add(paths) if paths == [Path::new("scan.pdf")] => {
                        vec![Event::Done { job, failures: vec![refused()] }]
                    }
                    _ => vec![Event::Progress { job, label: "4 of 9: a-long-talk.vtt".to_owned(), done: 4, total: 9 }],
                },
                request => clerk.answer(request),
            };
            waiting.extend(events.into_iter().flat_map(|event| state.hear(event)));
        }
    }
}

/// Returns what the worker says of a file that holds no text.
fn refused() -> Failure {
    let error = caesura::import::import(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "scan.pdf").expect_err("no page");
    Failure::of("“scan.pdf” was not added", &error).expect("nobody wanted that")
}
