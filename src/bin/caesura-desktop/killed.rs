//! The program killed at any moment: what was done is kept, but for at most the last second of typing.
//!
//! The test starts itself as another program, which corrects a document and types a note with the state and the worker
//! that the window has, on the clock of the system, and kills it.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command as Program, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use caesura::corrections::Change;
use caesura::document::UnitIndex;
use caesura::import::Reader;
use caesura::pipeline::{self, Added, Engine, Source, SplitSettings};
use caesura::progress::Unwatched;
use caesura::store::{DocumentId, Library};

use crate::command::{Action, Command, ThemeChoice};
use crate::hand::HandCommand;
use crate::state::{Places, State};
use crate::worker::{Request, Worker};

const LIBRARY: &str = "CAESURA_TEST_LIBRARY";

#[test]
fn a_kill_loses_at_most_the_last_second_of_typing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("library.caesura");
    let id = make_library(&path);
    let mut child = Program::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "killed::types_until_it_is_killed", "--ignored", "--nocapture"])
        .env(LIBRARY, &path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("start this program again");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    // How many words were typed by when, as the other program said.
    let mut typed: Vec<(u64, usize)> = Vec::new();
    for line in lines.map_while(Result::ok) {
        // The first line stands behind what the test program says of itself.
        let Some((_, said)) = line.split_once("typed ") else { continue };
        let numbers: Vec<u64> = said.split(' ').map_while(|number| number.parse().ok()).collect();
        let [millis, n] = numbers.as_slice() else { continue };
        typed.push((*millis, *n as usize));
        if 2_600 <= *millis {
            break;
        }
    }
    child.kill().expect("kill it");
    child.wait().expect("wait for it");

    let (killed_at, _) = *typed.last().expect("it has typed");
    let library = Library::open(&path).expect("the library opens");
    let kept = library.hand_made(id).expect("what was done by hand");
    assert!(kept.corrections.is_certain(UnitIndex(2)), "the split is kept");
    let (_, note) = kept.corrections.notes().next().expect("the note is kept");
    let n_kept = note.text.split_whitespace().count();
    let n_needed = typed.iter().filter(|(millis, _)| millis + 1_000 <= killed_at).map(|(_, n)| *n).max().unwrap_or(0);
    assert!(0 < n_needed && n_needed <= n_kept, "{n_needed} words were typed a second before, {n_kept} are kept");
    // All the typing is one step.
    assert!(kept.history.steps().len() <= 3, "{:?}", kept.history.steps());
}

fn make_library(path: &std::path::Path) -> DocumentId {
    let text: String = (0..6).map(|n| format!("Paragraph {n} is about boats and the harbour.\n\n")).collect();
    let mut library = Library::open(path).expect("a library");
    let settings = SplitSettings { engine: Engine::Lexical, ..SplitSettings::usual() };
    let source = Source { bytes: text.as_bytes(), name: "boats.txt", path: None, added_at: 0 };
    match pipeline::add_document(&mut library, &source, &settings, None, &Unwatched).expect("added") {
        Added::New(id) | Added::Already(id) => id,
    }
}

#[test]
#[ignore = "the other program of the test above: it types until it is killed"]
fn types_until_it_is_killed() {
    let Some(path) = std::env::var_os(LIBRARY).map(PathBuf::from) else { return };
    let settings = path.with_extension("settings");
    let mut worker = Worker::start(Arc::new(|| {}), settings, Reader::Thread).expect("the worker starts");
    let mut state = State::new(Places { own: path.clone(), ..Places::default() }, ThemeChoice::Light);
    let mut asked: Vec<Request> = state.apply(Command::OpenLibrary(path));
    while state.open.is_none() {
        turn(&mut state, &mut worker, &mut asked);
    }
    if state.open.as_ref().is_some_and(|open| open.chapters.iter().all(|it| it.first_unit != UnitIndex(2))) {
        asked.extend(state.correct(&Change::Split(UnitIndex(2))));
    } else {
        asked.extend(state.correct(&Change::Certain(UnitIndex(2))));
    }
    asked.extend(state.apply(Command::Hand(HandCommand::Choose(UnitIndex(3)))));
    asked.extend(state.apply(Command::Do(Action::AddNote)));
    let begun = Instant::now();
    let mut text = String::new();
    for n in 1..2_000_usize {
        text.push_str("word ");
        asked.extend(state.apply(Command::Hand(HandCommand::TypeNote(text.clone()))));
        asked.extend(state.tick(begun.elapsed().as_secs_f64(), false));
        let millis = begun.elapsed().as_millis();
        let mut out = std::io::stdout();
        let _ = writeln!(out, "typed {millis} {n}");
        let _ = out.flush();
        turn(&mut state, &mut worker, &mut asked);
    }
}

/// Asks what is to be asked and hears what there is, as a frame does.
fn turn(state: &mut State, worker: &mut Worker, asked: &mut Vec<Request>) {
    for request in asked.drain(..) {
        worker.ask(request);
    }
    std::thread::sleep(Duration::from_millis(20));
    while let Some(event) = worker.heard() {
        asked.extend(state.hear(event));
    }
}
