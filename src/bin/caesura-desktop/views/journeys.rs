//! Whole journeys through the window, by what a screen reader hears and by keys, on a real library.

use std::path::{Path, PathBuf};

use caesura::corrections::StepKind;
use caesura::document::{Layer, UnitIndex};
use caesura::pipeline::{self, Engine, Source, SplitSettings};
use caesura::progress::Unwatched;
use caesura::store::Library;
use eframe::egui::{Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::tests::{Bench, recut, settle, window_of};
use crate::command::{Action, Command, Outline, ThemeChoice};
use crate::compare::Other;
use crate::hand::HandCommand;
use crate::state::{OpenDocument, Places, State};
use crate::worker::tests::Clerk;
use crate::worker::{Event, Request, Work};

const SUBJECTS: [&str; 4] = [
    "The bees left the hive and the swarm hung in the apple tree. Honey dripped from every comb of the hive.",
    "The signal lever locked the junction and the train waited. A signalman counts trains at the junction.",
    "The baker kneads the dough before dawn. Rye flour and salt make the loaf, and the oven bakes the dough.",
    "Telescopes turn to Saturn and its rings. The observatory dome opens, and the stars come out over it.",
];

/// Returns what is said to a request. Of the jobs, those that these journeys ask for are done.
fn answer(clerk: &mut Clerk, path: &Path, request: Request) -> Vec<Event> {
    let Request::Work { job, work, .. } = request else { return clerk.answer(request) };
    let mut library = Library::open(path).expect("the library");
    let mut events = vec![Event::Done { job, failures: Vec::new() }];
    match work {
        Work::Recut { document, granularity } => events.push(recut(&mut library, document, granularity)),
        Work::ReadAgain { document, engine } => {
            pipeline::read_again(&mut library, document, engine, None, &Unwatched).expect("it is read");
            let engines = library.engines(document).expect("the engines");
            events.push(Event::Engines { document, engine: engine.name().to_owned(), engines });
        }
        _ => {}
    }
    events
}

/// A window on a library in a file, whose questions are answered as the worker answers them.
struct Journey {
    window: Harness<'static, Bench>,
    clerk: Clerk,
    path: PathBuf,
}

impl Journey {
    /// Makes a library of two documents in `folder`: speech on four subjects, and a text with headings.
    fn begin(folder: &Path) -> Self {
        let path = folder.join("library.caesura");
        let mut library = Library::open(&path).expect("a library");
        let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
        let cue = |n: usize, text: &str| {
            let (from, to) = (n * 12, n * 12 + 11);
            let speaker = if n.is_multiple_of(2) { "Ada" } else { "Bo" };
            let clock = |secs: usize| format!("00:{:02}:{:02}.000", secs / 60, secs % 60);
            format!("{} --> {}\n<v {speaker}>{text} Number {n} of them.\n\n", clock(from), clock(to))
        };
        let cues: String = (0..16).map(|n| cue(n, SUBJECTS[n / 4])).collect();
        let text: String =
            SUBJECTS.iter().enumerate().map(|(n, text)| format!("# Part {n}\n\n{text}\n\n{text} Again.\n\n")).collect();
        for (name, bytes) in [("talk.vtt", format!("WEBVTT\n\n{cues}")), ("text.md", text)] {
            let source = Source { bytes: bytes.as_bytes(), name, path: None, added_at: 0 };
            pipeline::add_document(&mut library, &source, &settings, None, &Unwatched).expect("a document is added");
        }
        drop(library);
        Self::open(path, Vec2::new(1200.0, 900.0))
    }

    /// Opens the window on the library anew, as after a restart.
    fn open(path: PathBuf, size: Vec2) -> Self {
        let places = Places { own: path.clone(), samples: "samples.caesura".into(), ..Places::default() };
        let window = window_of(Harness::builder(), State::new(places, ThemeChoice::Light), size);
        let mut journey = Self { window, clerk: Clerk::new(), path: path.clone() };
        journey.command(Command::OpenLibrary(path));
        let talk = journey.state().documents_shown().find(|row| row.source_name == "talk.vtt").expect("it").id;
        journey.command(Command::OpenDocument(talk));
        journey
    }

    fn state(&self) -> &State {
        &self.window.state().state
    }

    fn document(&self) -> &OpenDocument {
        self.state().open.as_ref().expect("a document is open")
    }

    fn starts(&self) -> Vec<u32> {
        self.document().chapters.iter().map(|chapter| chapter.first_unit.0).collect()
    }

    /// Returns where the chapters that are kept start.
    fn kept_starts(&self) -> Vec<u32> {
        let library = Library::open(&self.path).expect("the library");
        let rows = library.chapters(self.document().row.id, Layer::Found).expect("chapters");
        rows.iter().map(|row| row.chapter.first_unit.0).collect()
    }

    fn command(&mut self, command: Command) {
        let requests = self.window.state_mut().state.apply(command);
        self.window.state_mut().requests.extend(requests);
        self.settle();
    }

    /// Presses what is called so.
    #[track_caller]
    fn press(&mut self, name: &str) {
        self.window.get_by_label(name).click();
        self.settle();
    }

    fn key(&mut self, key: Key) {
        self.window.key_press(key);
        self.settle();
    }

    fn control(&mut self, key: Key) {
        self.window.key_press_modifiers(Modifiers::COMMAND, key);
        self.settle();
    }

    fn type_text(&mut self, text: &str) {
        self.window.event(eframe::egui::Event::Text(text.to_owned()));
        self.settle();
    }

    /// Draws some frames, and answers what is asked until nothing is.
    fn settle(&mut self) {
        settle(&mut self.window, 3, &mut |request| answer(&mut self.clerk, &self.path, request));
    }

    /// Chooses a unit as a press on its text does.
    fn choose(&mut self, unit: u32) {
        self.command(Command::Hand(HandCommand::Choose(UnitIndex(unit))));
    }

    /// Cuts the document at a granularity and lets the slider go.
    fn cut(&mut self, granularity: f32) {
        self.command(Command::SetGranularity(granularity));
        self.command(Command::KeepGranularity);
    }
}

#[test]
fn a_document_is_read_corrected_undone_reviewed_and_cut_anew_and_stays_so_over_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::begin(folder.path());
    journey.cut(0.0);
    assert_eq!(journey.starts(), [0]);

    // Split, by a button and by a key.
    journey.choose(4);
    journey.press("Split");
    journey.choose(9);
    journey.key(Key::S);
    assert_eq!(journey.starts(), [0, 4, 9]);
    assert_eq!(journey.kept_starts(), [0, 4, 9]);
    assert!(journey.document().chapters.iter().all(|chapter| !chapter.title.is_empty()));

    // Move and merge.
    journey.key(Key::OpenBracket);
    assert_eq!(journey.starts(), [0, 4, 8]);
    journey.choose(12);
    journey.key(Key::S);
    journey.press("Merge up");
    assert_eq!(journey.starts(), [0, 4, 8]);

    // Rename.
    journey.choose(5);
    journey.key(Key::F2);
    journey.window.get_by_label("Title of the chapter");
    journey.control(Key::A);
    journey.type_text("Trains at the junction");
    journey.key(Key::Enter);
    assert_eq!(journey.document().chapters[1].title, "Trains at the junction");
    journey.window.get_by_label("set by hand · title by hand");

    // Undo and redo.
    journey.press("Undo");
    assert_ne!(journey.document().chapters[1].title, "Trains at the junction");
    assert_eq!(journey.document().hand.said, "Undone: renamed the chapter");
    for _ in 0..5 {
        journey.control(Key::Z);
    }
    assert_eq!((journey.starts(), journey.kept_starts()), (vec![0], vec![0]));
    for _ in 0..6 {
        journey.press("Redo");
    }
    assert_eq!(journey.starts(), [0, 4, 8]);
    assert_eq!(journey.document().chapters[1].title, "Trains at the junction");

    // Cut anew: what was done by hand stays.
    for granularity in [0.3, 1.0, 0.0] {
        journey.cut(granularity);
        let starts = journey.starts();
        assert!([0, 4, 8].iter().all(|start| starts.contains(start)), "{starts:?} at {granularity}");
        assert!(!starts.contains(&9) && !starts.contains(&12), "{starts:?} at {granularity}");
    }

    // Restart: all of it is there, and can still be taken back.
    let mut journey = Journey::open(journey.path.clone(), Vec2::new(900.0, 600.0));
    assert_eq!(journey.starts(), [0, 4, 8]);
    assert_eq!(journey.document().chapters[1].title, "Trains at the junction");
    for _ in 0..6 {
        journey.press("Undo");
    }
    assert_eq!(journey.starts(), [0]);
    journey.press("Redo");
    assert_eq!(journey.kept_starts(), [0, 4]);
}

#[test]
fn the_review_walks_from_question_to_question_and_can_be_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::begin(folder.path());
    journey.cut(1.0);
    let before = journey.starts();
    assert!(2 < before.len(), "{before:?}");
    journey.press("Review");
    let review = journey.document().hand.review.clone().expect("the review");
    let n = review.asked.len();
    assert!(3 <= n, "{:?}", review.asked);
    journey.window.get_by_label(&format!("Review 1 of {n}"));

    journey.press("No chapter here");
    journey.window.get_by_label(&format!("Review 2 of {n}"));
    journey.key(Key::A);
    journey.key(Key::K);
    journey.key(Key::B);
    assert_eq!(journey.document().hand.review.as_ref().map(|review| review.at), Some(2));
    for (question, starts) in review.asked.iter().zip([false, true]) {
        assert_eq!(journey.starts().contains(&question.unit.0), starts, "{question:?}");
    }
    // An undo leads back to the question whose answer it took.
    journey.control(Key::Z);
    assert_eq!(journey.document().hand.review.as_ref().map(|review| review.at), Some(1));
    journey.command(Command::Hand(HandCommand::AcceptAbove(0.0)));
    let rest: Vec<_> = review.asked[1..].iter().filter(|question| question.is_boundary).collect();
    assert!(rest.iter().all(|question| journey.document().hand.corrections().is_certain(question.unit)));
    journey.key(Key::Escape);
    assert!(journey.document().hand.review.is_none());
    assert_eq!(journey.starts(), journey.kept_starts());
}

#[test]
fn words_are_found_and_gone_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::begin(folder.path());
    journey.control(Key::F);
    journey.window.get_by_label("Find in the document");
    journey.type_text("JUNCTION");
    journey.window.get_by_label("1 of 8");
    journey.key(Key::F3);
    journey.window.get_by_label("2 of 8");
    journey.press("Previous match");
    journey.press("Previous match");
    journey.window.get_by_label("8 of 8");
    assert_eq!(journey.document().hand.chosen, Some(UnitIndex(7)));
    journey.press("Close");
    assert!(journey.document().hand.find.is_none());
}

#[test]
fn a_passage_is_highlighted_noted_listed_and_all_of_it_undone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::begin(folder.path());
    journey.choose(2);
    journey.key(Key::N);
    journey.window.get_by_label("Note");
    journey.type_text("where did they go?");
    journey.press("Tags");
    journey.window.get_by_label("Tags").focus();
    journey.window.run_steps(2);
    journey.type_text("swarm, bees");
    journey.press("Blue");
    journey.press("Done");
    let library = Library::open(&journey.path).expect("the library");
    let notes = library.all_notes().expect("notes");
    let [(document, _, note)] = notes.as_slice() else { panic!("one note: {notes:?}") };
    assert_eq!(*document, journey.document().row.id);
    assert_eq!((note.text.as_str(), note.tags.join("+").as_str()), ("where did they go?", "bees+swarm"));
    assert_eq!(note.color, caesura::corrections::NoteColor::Blue);
    assert_eq!(note.span, journey.document().units.units[2].span);
    assert_eq!(journey.state().outline, Outline::Notes);
    journey.control(Key::Z);
    journey.control(Key::Z);
    journey.control(Key::Z);
    assert_eq!(library.all_notes().expect("notes"), []);
    journey.press("Redo");
    assert_eq!(library.all_notes().expect("notes").len(), 1);
}

#[test]
fn a_speaker_is_shown_alone_and_a_time_is_copied_as_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::begin(folder.path());
    let n_rows = journey.document().rows.len();
    journey.window.get_all_by_label("Only what Bo says").next().expect("his name").click();
    journey.settle();
    assert_eq!(journey.document().rows.len(), n_rows / 2);
    journey.press("Show all");
    assert_eq!(journey.document().rows.len(), n_rows);
    journey.window.get_by_label("Copy a link to 0:24").click();
    journey.window.run_steps(2);
    assert_eq!(journey.window.state_mut().state.to_copy.take().as_deref(), Some("talk.vtt#t=24"));
    journey.choose(2);
    journey.command(Command::Do(Action::CopyCitation));
    let copied = journey.window.state_mut().state.to_copy.take().expect("a citation");
    assert!(copied.starts_with("“The bees left the hive"), "{copied}");
    assert!(copied.contains("— Ada, “") && copied.ends_with(", 0:24"), "{copied}");
}

#[test]
fn chapters_are_compared_with_other_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::begin(folder.path());
    let text = journey.state().documents_shown().find(|row| row.source_name == "text.md").expect("it").id;
    journey.command(Command::OpenDocument(text));
    journey.cut(0.0);
    journey.press("Compare");
    journey.window.get_by_label("0 boundaries in both · 0 only in this cut · 3 only as written");
    journey.press("Only there: Part 2");
    assert!(journey.document().hand.comparison.is_none());
    assert_eq!(journey.document().at(), UnitIndex(4));
    journey.key(Key::S);
    journey.press("Compare");
    journey.window.get_by_label("1 boundary in both · 0 only in this cut · 2 only as written");
    journey.command(Command::Hand(HandCommand::ReadAgain(Engine::Lexical)));
    assert!(0 < journey.window.get_all_by_label("Found by lexical").count());
    let talk = journey.state().documents_shown().find(|row| row.source_name == "talk.vtt").expect("it").id;
    journey.command(Command::Hand(HandCommand::Compare(Some(Other::Document(talk)))));
    let other = journey.document().hand.comparison.as_ref().and_then(|it| it.other.clone()).expect("the other side");
    assert!(!other.starts.is_empty() && other.starts.iter().all(|start| (0.0..=1.0).contains(&start.place)));
    journey.press("Close");
    assert!(journey.document().hand.comparison.is_none());
}

#[test]
fn the_place_that_is_read_is_kept_over_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::begin(folder.path());
    journey.window.set_size(Vec2::new(900.0, 600.0));
    journey.command(Command::GoTo(UnitIndex(8)));
    assert_eq!(journey.document().here, UnitIndex(8));
    assert!(journey.state().is_waiting());
    let requests = journey.window.state_mut().state.tick(0.0, false);
    assert_eq!(requests, [], "not at once");
    let requests = journey.window.state_mut().state.tick(1.0, false);
    journey.window.state_mut().requests.extend(requests);
    journey.settle();
    let journey = Journey::open(journey.path.clone(), Vec2::new(900.0, 600.0));
    assert_eq!(journey.document().here, UnitIndex(8));
}

/// Ten changes of boundaries and five titles, without a pointer: what is pressed is counted.
#[test]
fn ten_boundaries_and_five_titles_are_corrected_by_keys_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::begin(folder.path());
    journey.cut(0.0);
    journey.control(Key::Home);
    let mut n_keys = 0;
    for title in ["Bees", "Signals", "Bread", "Saturn", "Stars"] {
        for _ in 0..3 {
            journey.key(Key::ArrowDown);
        }
        journey.key(Key::S);
        journey.key(Key::OpenBracket);
        journey.key(Key::F2);
        journey.control(Key::A);
        journey.type_text(title);
        journey.key(Key::Enter);
        n_keys += 3 + 4 + title.len() + 1;
    }
    let steps = journey.document().hand.kept.history.steps();
    let count = |kind| steps.iter().filter(|step| step.kind == kind).count();
    assert_eq!((count(StepKind::Split), count(StepKind::Move), count(StepKind::Rename)), (5, 5, 5), "{steps:?}");
    let titles: Vec<&str> = journey.document().chapters[1..].iter().map(|chapter| chapter.title.as_str()).collect();
    assert_eq!(titles, ["Bees", "Signals", "Bread", "Saturn", "Stars"]);
    assert_eq!(journey.starts(), journey.kept_starts());
    assert!(n_keys < 80, "{n_keys}");
}
