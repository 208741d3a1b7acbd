//! Whole journeys through search, concordance, topics and pictures: what is pressed by its name, in a real library, with
//! the worker's answers.

use std::path::Path;
use std::sync::OnceLock;

use eframe::egui::{Key, Modifiers, Role, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::pictures::{make_library, shown};
use super::tests::{Bench, settle, window_of};
use crate::command::{Command, Tab};
use crate::search::SearchMode;
use crate::topics::TopicsPart;
use crate::worker::Request;
use crate::worker::tests::Clerk;

/// A window on the samples, with somebody who answers what it asks.
struct Journey {
    window: Harness<'static, Bench>,
    clerk: Clerk,
}

/// Returns the bytes of a library of samples with topics, made once for all tests.
pub(super) fn library() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("library.caesura");
        make_library(&path);
        let copy = folder.path().join("copy.caesura");
        caesura::store::Library::open(&path).expect("the library").backup_to(&copy).expect("a copy");
        std::fs::read(copy).expect("its bytes")
    })
}

impl Journey {
    fn start(folder: &Path, size: Vec2) -> Self {
        let path = folder.join("library.caesura");
        std::fs::write(&path, library()).expect("a library");
        let state = shown(&path, |_| Vec::new());
        let mut clerk = Clerk::new();
        clerk.answer(Request::OpenLibrary { path, is_sample: false });
        Self { window: window_of(Harness::builder(), state, size), clerk }
    }

    /// Draws some frames, answers what was asked in them, and so on until nothing is asked any more.
    fn settle(&mut self) {
        settle(&mut self.window, 4, &mut |request| self.clerk.answer(request));
    }

    fn press(&mut self, key: Key, modifiers: Modifiers) {
        self.window.key_press_modifiers(modifiers, key);
        self.settle();
    }

    fn type_text(&mut self, text: &str) {
        self.window.event(eframe::egui::Event::Text(text.to_owned()));
        self.settle();
    }

    /// Presses what has this name.
    #[track_caller]
    fn click(&mut self, label: &str) {
        self.window.get_all_by_label(label).next().unwrap_or_else(|| panic!("nothing is called {label:?}")).click();
        self.settle();
    }

    /// Presses the first button whose name begins so.
    #[track_caller]
    fn click_first(&mut self, start: &str) {
        let found = self.window.get_all_by_role(Role::Button).find(|node| name(node).starts_with(start));
        found.unwrap_or_else(|| panic!("no button is called {start:?}")).click();
        self.settle();
    }

    /// Returns the names of everything that holds `part` in its name.
    fn names(&self, part: &str) -> Vec<String> {
        self.window.get_all_by_label_contains(part).map(|node| name(&node)).collect()
    }

    fn has(&self, part: &str) -> bool {
        self.window.query_all_by_label_contains(part).next().is_some()
    }
}

fn name(node: &egui_kittest::Node<'_>) -> String {
    node.accesskit_node().label().unwrap_or_default()
}

const SIZES: [Vec2; 2] = [Vec2::new(900.0, 600.0), Vec2::new(1600.0, 1000.0)];

#[test]
fn words_are_found_opened_and_stepped_through() {
    let folder = tempfile::tempdir().expect("a folder");
    for size in SIZES {
        let mut journey = Journey::start(folder.path(), size);
        journey.press(Key::F, Modifiers::COMMAND | Modifiers::SHIFT);
        journey.type_text("b");
        assert!(journey.has("Type two letters or more."));
        journey.type_text("ees OR flour");
        let found = journey.window.state().state.search.found.as_ref().expect("an answer");
        let n_hits = found.hits.len();
        assert!(3 < n_hits);
        let first = &found.hits[0];
        let label = format!("{}, in {}", first.chapter.chapter.title, first.document_title);
        journey.click(&label);
        assert_eq!(journey.window.state().state.tab, Tab::Read);
        let open = journey.window.state().state.open.as_ref().expect("a document");
        assert!(open.marks.is_some());
        assert!(journey.has(&format!("Hit 1 of {n_hits}")));
        journey.press(Key::F4, Modifiers::NONE);
        assert!(journey.has(&format!("Hit 2 of {n_hits}")));
        journey.click("Previous hit");
        assert!(journey.has(&format!("Hit 1 of {n_hits}")));
        journey.click("All hits");
        assert_eq!(journey.window.state().state.tab, Tab::Search);
    }
}

#[test]
fn nothing_found_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::start(folder.path(), SIZES[0]);
    journey.press(Key::F, Modifiers::COMMAND | Modifiers::SHIFT);
    journey.type_text("walrus NOT bees");
    assert!(journey.has("Understood as: walrus NOT bees"));
    assert!(journey.has("No chapter holds “walrus”."));
}

#[test]
fn a_search_is_narrowed_by_topic_and_by_speaker_and_widened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::start(folder.path(), SIZES[1]);
    let n_hits =
        |journey: &Journey| journey.window.state().state.search.found.as_ref().map_or(0, |found| found.hits.len());
    journey.press(Key::F, Modifiers::COMMAND | Modifiers::SHIFT);
    journey.type_text("the");
    let n_all = n_hits(&journey);
    journey.click("Which topic: Any topic");
    let topic = journey.window.state().state.topics.all[1].label.clone();
    journey.click(&topic);
    let n_of_topic = n_hits(&journey);
    assert!(0 < n_of_topic && n_of_topic < n_all, "{n_of_topic} of {n_all}");
    journey.click("Clear");
    assert_eq!(n_hits(&journey), n_all);
    journey.click("Who speaks: Any speaker");
    let speaker = journey.window.state().state.search.speakers[0].clone();
    journey.click(&speaker);
    let n_of_speaker = n_hits(&journey);
    assert!(0 < n_of_speaker && n_of_speaker < n_all, "{n_of_speaker} of {n_all}");
}

#[test]
fn what_can_be_typed_is_told_and_put_into_the_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::start(folder.path(), SIZES[0]);
    journey.press(Key::F, Modifiers::COMMAND | Modifiers::SHIFT);
    journey.type_text("bees");
    journey.click("What can be typed");
    journey.click("tide OR ebb: one of them or both");
    assert_eq!(journey.window.state().state.search.typed, "bees OR ");
}

#[test]
fn a_search_is_saved_run_again_and_forgotten() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::start(folder.path(), SIZES[0]);
    journey.press(Key::F, Modifiers::COMMAND | Modifiers::SHIFT);
    journey.type_text("bees");
    journey.click("Saved");
    journey.click("Name of the search");
    journey.type_text("About bees");
    journey.click("Save");
    assert_eq!(journey.window.state().state.search.saved.len(), 1);
    journey.window.state_mut().state.apply(Command::TypeSearch(String::new()));
    journey.settle();
    journey.click("About bees");
    assert_eq!(journey.window.state().state.search.typed, "bees");
    assert!(journey.window.state().state.search.found.is_some());
    journey.click("Saved");
    journey.click("Forget About bees");
    assert!(journey.window.state().state.search.saved.is_empty());
}

#[test]
fn places_are_listed_sorted_counted_and_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    for size in SIZES {
        let mut journey = Journey::start(folder.path(), size);
        journey.press(Key::Num4, Modifiers::COMMAND);
        assert_eq!(journey.window.state().state.search.mode, SearchMode::Places);
        journey.type_text("bees");
        let shown = &journey.window.state().state.search.concordance;
        let (n_lines, n_documents) = (shown.n_lines(), shown.documents.len());
        assert!(3 < n_lines && 1 < n_documents, "{n_lines} lines in {n_documents} documents");
        assert_eq!(shown.n_occurrences(), n_lines as u64);
        journey.click("Sort by the first word to the right");
        let shown = &journey.window.state().state.search.concordance;
        let rights: Vec<String> =
            (0..n_lines).filter_map(|at| shown.line(at)).map(|found| found.line.right.to_lowercase()).collect();
        let firsts: Vec<&str> = rights
            .iter()
            .filter_map(|right| right.split(|c: char| !c.is_alphanumeric() && c != '\'').find(|word| !word.is_empty()))
            .collect();
        assert!(firsts.is_sorted(), "{firsts:?}");
        let first = shown.line(0).expect("a line").document;
        journey.window.get_all_by_label_contains(" bees ").next().expect("a line").click();
        journey.settle();
        assert_eq!(journey.window.state().state.open.as_ref().map(|open| open.row.id), Some(first));
        assert!(journey.has(&format!("Hit 1 of {n_lines}")));
        journey.click("All hits");
        journey.click("By document");
        let (id, title, n) = journey.window.state().state.search.concordance.documents[0].clone();
        let places = if n == 1 { "place" } else { "places" };
        journey.click(&format!("{title}: {n} {places}"));
        let shown = &journey.window.state().state.search.concordance;
        assert_eq!((shown.only, shown.n_lines() as u64), (Some(id), n));
        journey.click("By form");
        assert!(journey.has("bees: "));
    }
}

#[test]
fn from_a_topic_to_its_passages_and_every_place_of_its_words() {
    let folder = tempfile::tempdir().expect("a folder");
    for size in SIZES {
        let mut journey = Journey::start(folder.path(), size);
        journey.click("Topics");
        let topic = journey.window.state().state.topics.all[2].clone();
        journey.click(&topic.label);
        let (_, passages) = journey.window.state().state.topics.passages.clone().expect("passages");
        assert_eq!(passages.len() as u32, topic.n_chapters);
        assert!(passages[0].snippet.iter().any(|part| part.is_hit));
        journey.click_first(&format!("{}, in ", passages[0].bearer.chapter.chapter.title));
        let open = journey.window.state().state.open.as_ref().expect("a document");
        assert_eq!(open.row.id, passages[0].bearer.chapter.document);
        assert_eq!(open.here, passages[0].unit);
        assert!(open.topics_of(passages[0].bearer.chapter.chapter.first_unit).any(|id| id == topic.id));
        journey.click("Topics");
        journey.click("Every place");
        let search = &journey.window.state().state.search;
        assert_eq!((search.mode, search.concordance.topic), (SearchMode::Places, Some(topic.id)));
        assert!(topic.n_chapters as usize <= search.concordance.n_lines());
    }
}

#[test]
fn every_picture_is_drawn_named_and_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    for size in SIZES {
        let mut journey = Journey::start(folder.path(), size);
        journey.click("Topics");
        journey.click("Map");
        assert!(journey.has("A map of "));
        let chosen = journey.window.state().state.topics.chosen;
        let other = journey.window.state().state.topics.all.last().expect("a topic").clone();
        journey.click_first(&format!("{}: ", other.label));
        assert_ne!(journey.window.state().state.topics.chosen, chosen);
        assert_eq!(journey.window.state().state.topics.chosen, Some(other.id));

        journey.click("Table");
        assert!(journey.has("nearest_topic"));
        journey.click("Picture");
        journey.click("By document");
        assert!(journey.has("Borne by most documents"));
        journey.click("Over time");
        assert!(journey.has("Nothing to order by time"));
        journey.click("Compare words");
        assert!(journey.has("most relevant words"));
        let before = journey.names("in chapters of this topic");
        journey.window.state_mut().state.apply(Command::Topics(crate::topics::TopicsCommand::SetLambda(0.0)));
        journey.settle();
        assert_ne!(journey.names("in chapters of this topic"), before);
        journey.click("Word graph");
        let word = journey.names(" passages; stands with ")[0].clone();
        journey.click(&word);
        let search = &journey.window.state().state.search;
        assert_eq!((journey.window.state().state.tab, search.mode), (Tab::Search, SearchMode::Places));
        assert!(word.starts_with(&search.typed));
        assert_eq!(journey.window.state().state.topics.part, TopicsPart::Graph);
    }
}

#[test]
fn topics_are_renamed_merged_split_hidden_and_all_of_it_is_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::start(folder.path(), SIZES[0]);
    journey.click("Topics");
    let labels = |journey: &Journey| -> Vec<String> {
        journey.window.state().state.topics.all.iter().map(|topic| topic.label.clone()).collect()
    };
    let before = labels(&journey);
    let (first, second) = (before[0].clone(), before[1].clone());
    journey.click("Rename…");
    journey.click("Name of the topic");
    journey.type_text("Courts");
    journey.click("Rename");
    assert_eq!(labels(&journey)[0], "Courts");
    journey.press(Key::Escape, Modifiers::NONE);
    journey.click("Merge…");
    journey.click(&format!("Merge with {second}"));
    assert_eq!(labels(&journey).len(), before.len() - 1);
    journey.click("Split");
    assert_eq!(labels(&journey).len(), before.len(), "what was merged comes apart");
    journey.click("Hide");
    assert!(journey.has("1 hidden"));
    let n_edits = 4;
    for _ in 0..n_edits {
        journey.click("Undo");
    }
    assert_eq!(labels(&journey), before);
    journey.press(Key::Z, Modifiers::COMMAND | Modifiers::SHIFT);
    assert_eq!(labels(&journey)[0], "Courts");
    journey.press(Key::Z, Modifiers::COMMAND);
    assert_eq!(labels(&journey)[0], first);
}

/// Tab leads from the buttons above the picture to its marks, and Enter follows one.
#[test]
fn marks_of_a_picture_are_reached_by_the_keyboard() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut journey = Journey::start(folder.path(), SIZES[0]);
    journey.click("Topics");
    journey.click("Map");
    let is_mark = |name: &str| name.contains(": ") && name.contains(" documents");
    let mut seen = Vec::new();
    for _ in 0..60 {
        journey.press(Key::Tab, Modifiers::NONE);
        let focused = journey.window.get_all_by_role(Role::Button).find(|node| node.accesskit_node().is_focused());
        seen.extend(focused.map(|node| name(&node)));
        if seen.last().is_some_and(|name: &String| is_mark(name)) {
            break;
        }
    }
    let mark = seen.last().expect("something has the focus").clone();
    assert!(is_mark(&mark), "{seen:?}");
    journey.press(Key::Enter, Modifiers::NONE);
    let state = &journey.window.state().state;
    let chosen = state.topics.chosen.and_then(|id| state.topic(id)).expect("a topic");
    assert!(mark.starts_with(&chosen.label), "{mark}");
}
