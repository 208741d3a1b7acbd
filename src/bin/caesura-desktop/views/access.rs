//! Whether a screen reader finds a name for everything it can press, in every view.

use eframe::egui::{Role, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;

use super::tests::{Bench, shelf, window};
use crate::command::{Action, Command};
use crate::library::{Ask, Selecting};
use crate::queue::Pace;
use crate::state::tests::{loaded, reading};
use crate::state::{Notice, Offer, State};
use caesura::store::DocumentId;

/// What a user can act on.
const ROLES: [Role; 14] = [
    Role::Button,
    Role::CheckBox,
    Role::ComboBox,
    Role::Link,
    Role::ListBoxOption,
    Role::MultilineTextInput,
    Role::RadioButton,
    Role::Row,
    Role::Slider,
    Role::SpinButton,
    Role::Splitter,
    Role::Switch,
    Role::TextInput,
    Role::Grid,
];

/// Fails on everything that can be acted on and has no name.
#[track_caller]
fn check(name: &str, state: State) {
    let window = window(state, Vec2::new(900.0, 600.0));
    let nameless: Vec<String> = nameless(&window);
    assert!(nameless.is_empty(), "{name}: {nameless:#?}");
}

pub(super) fn nameless(window: &Harness<'_, Bench>) -> Vec<String> {
    let mut n_seen = 0;
    let nameless = window
        .root()
        .children_recursive()
        .filter(|node| {
            let node = node.accesskit_node();
            let is_asked = ROLES.contains(&node.role());
            n_seen += usize::from(is_asked);
            is_asked && node.label().is_none_or(|label| label.trim().is_empty())
        })
        .map(|node| {
            let node = node.accesskit_node();
            format!("{:?} at {:?}, value {:?}", node.role(), node.bounding_box(), node.value())
        })
        .collect();
    assert!(5 < n_seen, "there is something to act on");
    nameless
}

#[test]
fn everything_that_can_be_pressed_has_a_name() {
    let document = || reading(loaded(&[0.2, 0.9, 0.4, 0.1]));
    check("reader", document());
    for action in [
        Action::ShowTopics,
        Action::ShowSearch,
        Action::ShowSettings,
        Action::ShowShortcuts,
        Action::ShowAbout,
        Action::ShowPalette,
        Action::Export,
    ] {
        let mut state = document();
        state.apply(Command::Do(action));
        check(action.label(), state);
    }
    let mut state = shelf();
    state.apply(Command::Library(Ask::Select(DocumentId(2), Selecting::Only)));
    check("library", state);
    let mut state = document();
    state.library.as_mut().expect("a library").documents.clear();
    check("start", state);
    let mut state = document();
    for n in 0..3 {
        state.apply(Command::AddPaths(vec![format!("{n}.txt").into()]));
    }
    let mut pace = Pace::default();
    pace.note(std::time::Duration::ZERO, 0.0);
    state.jobs[0].pace = pace;
    state.notices.push(Notice {
        title: "It did not work".to_owned(),
        details: "all of it".to_owned(),
        offer: Some(Offer::Retry(vec!["a".into()])),
        ..Notice::default()
    });
    check("jobs and messages", state);
}
