//! The window of Caesura.
//!
//! `caesura-desktop [--library FILE] [FILES...]` opens a library, adds the files, and shows both. Start at [`app`];
//! `state.rs` says what is shown and how it changes, `views/` draw it, `worker.rs` does the work.

// No console window behind the window on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod app;
mod args;
mod backups;
mod bidi;
mod command;
mod compare;
mod concordance;
mod dialogs;
mod exports;
mod find;
mod format;
mod hand;
mod heights;
mod icon;
#[cfg(test)]
mod killed;
mod library;
mod made_up;
mod model;
mod palette;
mod queue;
mod raster;
mod rows;
mod samples;
mod scout;
mod search;
mod settings;
mod sources;
mod state;
mod system;
mod theme;
mod topics;
mod views;
mod watch;
mod worker;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use caesura::import::{self, Reader};
use tracing_subscriber::EnvFilter;

use crate::args::Asked;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|first| first == import::READER_ARGUMENT) {
        return import::serve(std::io::stdin(), std::io::stdout());
    }
    let clock = system::SystemClock::start();
    match args::parse(std::env::args_os().skip(1)) {
        Ok(Asked::Help) => say(&mut std::io::stdout(), args::HELP, 0),
        Ok(Asked::Version) => say(&mut std::io::stdout(), concat!("caesura-desktop ", env!("CAESURA_LONG_VERSION")), 0),
        Ok(Asked::BenchFrames(n_frames)) => match bench(n_frames) {
            Ok(said) => say(&mut std::io::stdout(), &said, 0),
            Err(error) => say(&mut std::io::stderr(), &format!("caesura-desktop: {error:#}"), 1),
        },
        Ok(Asked::BenchLibrary { path, n_documents: 0 }) => match views::bench::make_5_mb(&path) {
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => say(&mut std::io::stderr(), &format!("caesura-desktop: {error}"), 1),
        },
        Ok(Asked::BenchLibrary { path, n_documents }) => match made_up::make(&path, n_documents) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => say(&mut std::io::stderr(), &format!("caesura-desktop: {error}"), 1),
        },
        Ok(Asked::Window { library, files, is_timed }) => match run(library, files, is_timed, clock) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => say(&mut std::io::stderr(), &format!("caesura-desktop: {error:#}"), 2),
        },
        Err(problem) => {
            let line = format!("caesura-desktop: {problem}; caesura-desktop --help lists what there is");
            say(&mut std::io::stderr(), &line, 2)
        }
    }
}

/// Writes a line and returns the exit code. A reader that has gone away is nobody's fault.
fn say(out: &mut dyn Write, line: &str, code: u8) -> ExitCode {
    let _ = writeln!(out, "{}", line.trim_end());
    ExitCode::from(code)
}

/// Measures what frames take, in a folder that is removed after.
fn bench(n_frames: usize) -> anyhow::Result<String> {
    let folder = std::env::temp_dir().join(format!("caesura-bench-{}", std::process::id()));
    std::fs::create_dir(&folder).with_context(|| format!("make the folder {}", folder.display()))?;
    let said = views::bench::measured(n_frames, &folder);
    std::fs::remove_dir_all(&folder).with_context(|| format!("remove the folder {}", folder.display()))?;
    Ok(said?)
}

fn run(
    library: Option<PathBuf>,
    files: Vec<PathBuf>,
    is_timed: bool,
    clock: system::SystemClock,
) -> anyhow::Result<()> {
    log_to_stderr();
    check_display()?;
    let folders = directories::ProjectDirs::from("", "", "caesura")
        .context("find a folder for the library: this account has no home folder; name a file with --library")?;
    let settings_file = folders.config_dir().join("settings.json");
    let settings = settings::load(&system::SystemFiles, &settings_file);
    let usual_own = folders.data_dir().join("library.caesura");
    let exports = directories::UserDirs::new()
        .map(|user| user.document_dir().unwrap_or(user.home_dir()).join("Caesura"))
        .unwrap_or_default();
    let opening = app::Opening {
        places: state::Places {
            own: settings.settings.own_library.clone().unwrap_or_else(|| usual_own.clone()),
            samples: folders.data_dir().join("samples.caesura"),
            usual_own,
            backups: folders.data_dir().join("backups"),
            settings: settings_file,
            exports,
        },
        library,
        files,
        settings,
        reader: std::env::current_exe().map_or(Reader::Thread, Reader::itself),
        takes_drops: takes_drops(),
        is_timed,
    };
    let viewport = eframe::egui::ViewportBuilder::default()
        .with_app_id("caesura")
        .with_title("Caesura")
        .with_inner_size([1240.0, 800.0])
        .with_min_inner_size([720.0, 480.0])
        .with_icon(icon::icon());
    let options = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let made = eframe::run_native(
        "caesura",
        options,
        Box::new(|context| Ok(Box::new(app::App::new(context, opening, clock)?))),
    );
    made.map_err(|error| anyhow::anyhow!("open the window: {error}; {ELSEWHERE}"))
}

/// Returns whether files can be dropped on the window: under Wayland the toolkit is not told of them.
fn takes_drops() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let may_be_wayland = cfg!(all(unix, not(target_os = "macos")));
    !(may_be_wayland && (is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET")))
}

/// What to do where no window can be opened.
const ELSEWHERE: &str = "the command line works without one: caesura --help";

/// Fails where there is nothing to show a window on, before anything is tried.
#[cfg(all(unix, not(target_os = "macos")))]
fn check_display() -> anyhow::Result<()> {
    let names = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"];
    let has_display = names.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    anyhow::ensure!(
        has_display,
        "open the window: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); {ELSEWHERE}"
    );
    Ok(())
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
#[allow(clippy::unnecessary_wraps, reason = "it can fail on other systems")]
fn check_display() -> anyhow::Result<()> {
    Ok(())
}

fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("CAESURA_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
