//! An hour of speech corrected, its topics browsed, and its chapters exported, by the keyboard alone; keys are counted.
//!
//! What is pressed is what a person presses. Nothing is pointed at, and nothing is asked of the state but what is shown.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use caesura::document::{Layer, Origin};
use caesura::export::ChapterFormat;
use caesura::pipeline::{self, Engine, Source, SplitSettings};
use caesura::progress::Unwatched;
use caesura::store::Library;
use eframe::egui::{Event, Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::tests::{Bench, recut, settle, window_of};
use crate::command::{Tab, ThemeChoice};
use crate::exports;
use crate::state::{OpenDocument, Places, State};
use crate::topics::TopicsPart;
use crate::worker::tests::Clerk;
use crate::worker::{Event as Said, Request, Work};

/// What is spoken of, each subject in words of its own.
const SUBJECTS: [[&str; 3]; 6] = [
    [
        "The bees left the hive at noon and the swarm hung in the apple tree.",
        "Honey dripped from every comb, and the queen stayed in the hive.",
        "A beekeeper smokes the hive before the combs are lifted.",
    ],
    [
        "The signal lever locked the junction and the train waited.",
        "A signalman counts the trains and writes each into the register.",
        "The points froze, and no train passed the junction that night.",
    ],
    [
        "The baker kneads the dough before dawn and lights the oven.",
        "Rye flour, salt and water make the dough of this loaf.",
        "A crust sings when the loaf leaves the oven.",
    ],
    [
        "Telescopes turn to Saturn and its rings over the observatory.",
        "The dome opens and the stars come out, and a comet among them.",
        "An astronomer draws the rings by the light of a red lamp.",
    ],
    [
        "The sloop heeled in the gust and the crew eased the sheets.",
        "A regatta begins with a gun, and yachts cross the line on the tide.",
        "The skipper reefed the mainsail before the squall.",
    ],
    [
        "The judge read the contract and asked the tenant for the invoice.",
        "A court hears the landlord first, and the deposit is returned.",
        "The clerk stamps the judgment and files the contract.",
    ],
];

/// How many cues there are: one each quarter of a minute for an hour.
const N_CUES: usize = 240;

/// A window, somebody who answers it, and how many keys were pressed.
struct Desk {
    window: Harness<'static, Bench>,
    clerk: Clerk,
    library: PathBuf,
    n_keys: usize,
}

impl Desk {
    fn state(&self) -> &State {
        &self.window.state().state
    }

    fn document(&self) -> &OpenDocument {
        self.state().open.as_ref().expect("a document is open")
    }

    fn starts(&self) -> BTreeSet<u32> {
        self.document().chapters.iter().map(|chapter| chapter.first_unit.0).collect()
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.n_keys += 1;
        self.window.key_press_modifiers(modifiers, key);
        self.settle();
    }

    fn key(&mut self, key: Key) {
        self.press(Modifiers::NONE, key);
    }

    fn type_text(&mut self, text: &str) {
        self.n_keys += text.chars().count();
        self.window.event(Event::Text(text.to_owned()));
        self.settle();
    }

    /// Finds an action or a document by some letters, and takes it.
    fn find(&mut self, letters: &str) {
        self.press(Modifiers::COMMAND, Key::K);
        self.type_text(letters);
        self.key(Key::Enter);
    }

    fn settle(&mut self) {
        settle(&mut self.window, 2, &mut |request| answer(&mut self.clerk, &self.library, request));
    }
}

/// Returns what is said to a request. Of the jobs, those that this journey asks for are done.
fn answer(clerk: &mut Clerk, path: &Path, request: Request) -> Vec<Said> {
    let Request::Work { job, work, .. } = request else { return clerk.answer(request) };
    let mut library = Library::open(path).expect("the library");
    let mut said = vec![Said::Done { job, failures: Vec::new() }];
    match work {
        Work::Recut { document, granularity } => said.push(recut(&mut library, document, granularity)),
        Work::Export(plan) => {
            std::fs::create_dir_all(&plan.to).expect("the folder");
            for id in &plan.documents {
                let to = plan.to.join(format!("chapters.{}", plan.format.file_ending()));
                exports::write_one(&library, *id, plan.format, &to).expect("it is written");
            }
            said.push(Said::Exported { n_documents: plan.documents.len(), folder: plan.to, remarks: Vec::new() });
        }
        other => panic!("not asked for by this journey: {other:?}"),
    }
    said
}

/// Returns an hour of speech of two people, who turn to another subject every few minutes.
fn an_hour() -> String {
    let mut cues = "WEBVTT\n\n".to_owned();
    let clock = |secs: usize| format!("{:02}:{:02}:{:02}.000", secs / 3600, secs / 60 % 60, secs % 60);
    for n in 0..N_CUES {
        // Stretches of uneven length, so that no boundary stands where a rule would put it.
        let subject = SUBJECTS[(n + n / 37) / 17 % SUBJECTS.len()];
        let speaker = if n % 5 < 3 { "Ada" } else { "Bo" };
        let text = [subject[n % 3], subject[(n + 1) % 3]].join(" ");
        cues.push_str(&format!("{} --> {}\n<v {speaker}>{text}\n\n", clock(n * 15), clock(n * 15 + 14)));
    }
    cues
}

fn sit_down(folder: &Path) -> Desk {
    let path = folder.join("library.caesura");
    let mut library = Library::open(&path).expect("a library");
    let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
    let mut add = |name: &str, text: &str| {
        let source = Source { bytes: text.as_bytes(), name, path: None, added_at: 0 };
        pipeline::add_document(&mut library, &source, &settings, None, &Unwatched).expect("a document is added");
    };
    add("the-long-talk.vtt", &an_hour());
    for n in 0..12 {
        let subject = SUBJECTS[n % SUBJECTS.len()];
        add(&format!("text-{n}.txt"), &format!("Text {n}\n\n{}\n\n{}\n", subject.join(" "), subject.join(" Then: ")));
    }
    pipeline::mine_topics(&mut library, 1, &|config| config, &Unwatched).expect("topics are found");
    drop(library);
    let places =
        Places { own: path.clone(), exports: folder.join("exported"), samples: "none".into(), ..Places::default() };
    let mut state = State::new(places, ThemeChoice::Light);
    let asked = state.apply(crate::command::Command::OpenLibrary(path.clone()));
    let window = window_of(Harness::builder(), state, Vec2::new(1280.0, 820.0));
    let mut desk = Desk { window, clerk: Clerk::new(), library: path, n_keys: 0 };
    desk.window.state_mut().requests.extend(asked);
    desk.settle();
    desk
}

#[test]
fn an_hour_is_corrected_browsed_and_exported_by_the_keyboard_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut desk = sit_down(folder.path());
    let begun = Instant::now();
    desk.find("long talk");
    assert_eq!(desk.document().row.source_name, "the-long-talk.vtt");
    assert!(3 < desk.starts().len(), "{:?}", desk.starts());
    assert!(desk.document().row.duration.is_some_and(|duration| 3_500.0 < duration.as_secs()));

    // Ten boundary edits: three answered in the review, two moved, three split, two merged.
    desk.key(Key::V);
    for key in [Key::A, Key::X, Key::A] {
        desk.key(key);
    }
    desk.key(Key::V);
    let alt_down = |desk: &mut Desk| desk.press(Modifiers::ALT, Key::ArrowDown);
    desk.press(Modifiers::COMMAND, Key::Home);
    for key in [Key::CloseBracket, Key::OpenBracket] {
        alt_down(&mut desk);
        desk.key(key);
    }
    for _ in 0..3 {
        alt_down(&mut desk);
        for _ in 0..4 {
            desk.key(Key::ArrowDown);
        }
        let before = desk.starts().len();
        desk.key(Key::S);
        assert_eq!(desk.starts().len(), before + 1);
    }
    desk.key(Key::M);
    alt_down(&mut desk);
    desk.press(Modifiers::SHIFT, Key::M);
    let n_boundary_edits = 3 + 2 + 3 + 2;
    assert_eq!(desk.document().hand.kept.history.steps().len(), n_boundary_edits);

    // Five renames: what is typed takes the place of the title that was there.
    desk.press(Modifiers::COMMAND, Key::Home);
    for n in 1..=5 {
        if 1 < n {
            alt_down(&mut desk);
        }
        desk.key(Key::F2);
        desk.type_text(&format!("Part {n} of the talk"));
        desk.key(Key::Enter);
    }
    let titles: Vec<&str> = desk.document().chapters.iter().take(5).map(|chapter| chapter.title.as_str()).collect();
    let expected: Vec<String> = (1..=5).map(|n| format!("Part {n} of the talk")).collect();
    assert_eq!(titles, expected);
    assert_eq!(desk.document().hand.kept.history.steps().len(), n_boundary_edits + 5);

    // The topics, from one to the next, and every picture of them.
    desk.press(Modifiers::COMMAND, Key::Num2);
    assert_eq!(desk.state().tab, Tab::Topics);
    let first = desk.state().topics.chosen;
    desk.key(Key::ArrowDown);
    desk.key(Key::ArrowDown);
    assert_ne!(desk.state().topics.chosen, first);
    let mut parts = Vec::new();
    for _ in TopicsPart::ALL {
        desk.press(Modifiers::COMMAND, Key::PageDown);
        parts.push(desk.state().topics.part);
    }
    assert!(TopicsPart::ALL.iter().all(|part| parts.contains(part)), "{parts:?}");

    // The chapters for a podcast, and as Markdown.
    desk.find("export podc");
    desk.find("export markd");
    let written = |ending: &str| {
        std::fs::read_to_string(folder.path().join("exported").join(format!("chapters.{ending}"))).expect("it is there")
    };
    let podcast: serde_json::Value =
        serde_json::from_str(&written(ChapterFormat::PodcastJson.file_ending())).expect("JSON");
    let n_chapters = desk.document().chapters.len();
    assert_eq!(podcast["chapters"].as_array().map(Vec::len), Some(n_chapters));
    assert_eq!(podcast["chapters"][4]["title"], "Part 5 of the talk");
    assert!(written(ChapterFormat::Markdown.file_ending()).contains("Part 5 of the talk"));
    desk.window.get_by_label("1 document exported");

    // All of it is kept, and the keys are few: fewer than a hundred beside the titles.
    let library = Library::open(&desk.library).expect("the library");
    let kept = library.chapters(desk.document().row.id, Layer::Found).expect("chapters");
    assert!(kept.iter().any(|row| row.chapter.origin == Origin::ByHand));
    let n_typed = 5 * "Part 1 of the talk".len();
    let (n_keys, took) = (desk.n_keys - n_typed, begun.elapsed());
    let _ = writeln!(std::io::stderr(), "{n_keys} keys and {n_typed} letters of titles, {took:.1?} of the machine");
    assert!(n_keys <= 110, "{n_keys} keys");
}
