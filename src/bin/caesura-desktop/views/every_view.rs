//! What holds of every view there is, at every size the window may have.

use std::io::Write;
use std::path::PathBuf;

use caesura::pipeline::{self, Engine, Source, SplitSettings};
use caesura::progress::Unwatched;
use caesura::store::Library;
use eframe::egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use eframe::egui::{FontData, FontFamily, Role, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::access::nameless;
use super::finding_tests::library;
use super::pictures::{PICTURES, shown};
use super::tests::{Bench, window_of};
use crate::command::{Action, Command};
use crate::settings::ZOOMS;
use crate::state::tests::{loaded, reading};
use crate::state::{Places, State};

/// The least the window can be made, the least it is meant for, a usual one, and a screen of 4K.
const SIZES: [Vec2; 4] =
    [Vec2::new(720.0, 480.0), Vec2::new(900.0, 600.0), Vec2::new(1600.0, 1000.0), Vec2::new(3840.0, 2160.0)];

fn library_in(folder: &std::path::Path) -> PathBuf {
    let path = folder.join("library.caesura");
    std::fs::write(&path, library()).expect("a library");
    path
}

/// Calls `look` with a window on each view at each size.
fn each(look: impl Fn(&str, Vec2, &Harness<'static, Bench>)) {
    let folder = tempfile::tempdir().expect("a folder");
    for picture in PICTURES {
        for size in SIZES {
            let path = library_in(folder.path());
            let window = window_of(Harness::builder(), shown(&path, picture.commands), size);
            look(picture.name, size, &window);
        }
    }
}

#[test]
fn everything_in_every_view_has_a_name_and_room() {
    each(|name, size, window| {
        assert_eq!(nameless(window), Vec::<String>::new(), "{name} at {size:?}");
        for node in window.get_all_by_role(Role::Button) {
            let label = node.accesskit_node().label().unwrap_or_default();
            let Some(bounds) = node.accesskit_node().bounding_box() else { continue };
            let (width, height) = (bounds.x1 - bounds.x0, bounds.y1 - bounds.y0);
            // The names above a heat map are written upwards.
            if name.starts_with("heat-map") && label.starts_with("Topic ") {
                continue;
            }
            // A button whose words do not fit beside what stands before it is drawn as a column of letters.
            let is_column = label.chars().count() < 24 && 3.0 * width < height && 40.0 < height;
            assert!(!is_column, "{name} at {size:?}: {label:?} is {width} by {height}");
        }
    });
}

#[test]
fn the_bar_of_an_export_takes_at_most_two_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = library_in(folder.path());
    for size in SIZES {
        let state = shown(&path, |_| vec![Command::Do(Action::Export), Command::TypeExport("exported".to_owned())]);
        let window = window_of(Harness::builder(), state, size);
        let first = window.get_by_label("Export the chapters of this document").rect();
        for label in ["Folder to export to", "Choose…", "Export", "Close"] {
            let part = window.get_by_label(label).rect();
            assert!(part.right() <= size.x && part.bottom() < first.top() + 76.0, "{label} at {size:?}: {part:?}");
        }
    }
}

#[test]
fn everything_is_drawn_larger_and_smaller_by_keys() {
    let mut state = reading(loaded(&[0.2, 0.9]));
    for _ in 0..80 {
        state.apply(Command::Do(Action::ZoomIn));
    }
    assert!((state.settings.zoom - ZOOMS.2).abs() < f32::EPSILON);
    for _ in 0..80 {
        state.apply(Command::Do(Action::ZoomOut));
    }
    assert!((state.settings.zoom - ZOOMS.0).abs() < f32::EPSILON);
    state.apply(Command::Do(Action::ZoomReset));
    assert!((state.settings.zoom - ZOOMS.1).abs() < f32::EPSILON);
    for points in [0.5, 2.0, 3.0] {
        let builder = Harness::builder().with_pixels_per_point(points);
        let window = window_of(builder, reading(loaded(&[0.2, 0.9])), SIZES[1]);
        window.get_by_label("Split");
        window.get_by_label("Paragraph 0 is about boats.");
    }
}

#[test]
fn where_nothing_can_be_dropped_that_is_said() {
    for (takes_drops, said) in
        [(true, "Drop files or folders on this window"), (false, "This desktop hands no dropped")]
    {
        let mut state = State::new(Places::default(), crate::command::ThemeChoice::Light);
        state.takes_drops = takes_drops;
        state.library =
            Some(crate::state::LibraryShown { path: "own.caesura".into(), is_sample: false, documents: Vec::new() });
        let window = window_of(Harness::builder(), state, SIZES[1]);
        assert_eq!(window.query_all_by_label_contains(said).count(), 1, "{said}");
    }
}

#[test]
fn a_press_on_the_ribbon_goes_there() {
    let mut window = window_of(Harness::builder(), reading(loaded(&[0.1; 300])), SIZES[1]);
    window.get_by_label("Gap scores of the document").click();
    window.run_steps(4);
    let here = window.state().state.open.as_ref().expect("a document").here.0;
    assert!((130..=170).contains(&here), "{here}");
}

/// Speech that runs from right to left is read from the right: its first word stands furthest right in its line, and a
/// drag from there selects it and what follows, word by word.
#[test]
fn a_text_from_right_to_left_is_read_and_selected_from_the_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("library.caesura");
    let mut library = Library::open(&path).expect("a library");
    let text = "שלום עולם\n\nהדבורים יצאו מן הכוורת ונתלו על ענפי עץ התפוח ליד הבית של השכן שלנו (אתמול), \
                והכוורן בא עם הסולם.\n\nהרכבת יצאה בשעה 8:30 אל העיר.\n";
    let source = Source { bytes: text.as_bytes(), name: "text.txt", path: None, added_at: 0 };
    let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
    pipeline::add_document(&mut library, &source, &settings, None, &Unwatched).expect("a document is added");
    let row = library.documents().expect("documents").remove(0);
    let text = crate::worker::load(&library, row.id).expect("it is loaded");
    let fonts = ["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/Library/Fonts/Arial Unicode.ttf"];
    let Some(font) = fonts.iter().find_map(|path| std::fs::read(path).ok()) else {
        // Past the test's own output, which is shown only if it fails.
        let _ = writeln!(std::io::stderr(), "skipped the text from right to left: no font here has its letters");
        return;
    };
    let mut window = window_of(Harness::builder(), reading(loaded(&[0.1])), SIZES[1]);
    window.ctx.add_font(FontInsert::new(
        "with Hebrew",
        FontData::from_owned(font),
        vec![InsertFontFamily { family: FontFamily::Proportional, priority: FontPriority::Lowest }],
    ));
    window.run_steps(2);
    window.state_mut().state = reading(text);
    window.run_steps(4);
    let passage = window.get_by_label_contains("הדבורים יצאו").rect();
    // The right end of the first line.
    let place = passage.right_top() + eframe::egui::vec2(-4.0, 12.0);
    window.hover_at(place);
    window.step();
    window.event(pressed(place, true));
    window.step();
    window.hover_at(place - eframe::egui::vec2(60.0, 0.0));
    window.run_steps(2);
    let open = window.state().state.open.as_ref().expect("a document");
    let selected = open.hand.selected.expect("words are selected").of(&open.text);
    assert!(selected.starts_with("הדבורים") && !selected.contains("הכוורת"), "{selected}");
    assert!(selected.split(' ').all(|word| "הדבורים יצאו מן".split(' ').any(|whole| whole == word)), "{selected}");
}

fn pressed(pos: eframe::egui::Pos2, is_down: bool) -> eframe::egui::Event {
    eframe::egui::Event::PointerButton {
        pos,
        button: eframe::egui::PointerButton::Primary,
        pressed: is_down,
        modifiers: eframe::egui::Modifiers::NONE,
    }
}
