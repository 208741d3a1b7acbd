//! `caesura add`: files and folders into the library. A file that fails is listed at the end; the others are safe.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use caesura::error::{Error, Kind};
use caesura::import::{self, Ahead, Found, Heard, Part};
use caesura::neural::Encoder;
use caesura::pipeline::{self, Added, Imported, SplitSettings};
use caesura::progress::{self, Progress};
use caesura::store::Library;

use crate::args;
use crate::output::{self, Session};

pub(crate) fn run(session: &Session, args: &args::Add) -> Result<()> {
    let settings = args.cut.settings()?;
    let mut tally = Tally::default();
    let mut paths: Vec<PathBuf> = Vec::new();
    for found in without_chapter_files(import::files_under(&args.paths)) {
        match found {
            Found::Skipped { path, reason } if args.paths.contains(&path) => {
                tally.failed.push(format!("read {}: {reason}", path.display()));
            }
            Found::Skipped { path, reason } => tally.skipped.push(format!("{}: {reason}", path.display())),
            Found::File { path } => paths.push(path),
        }
    }
    if paths.is_empty() && !tally.failed.is_empty() {
        return tally.say(session);
    }
    let mut library = session.library_to_add_to()?;
    let encoder = if args.cut.needs_model() { Some(session.encoder()?) } else { None };
    let encoder = encoder.as_ref().map(|encoder| encoder as &dyn Encoder);
    let bar = session.bar("add");
    // The next files are read while the model works on the last.
    let mut ahead = Ahead::start(paths.clone(), args.tables.settings(), library.checksums()?, import::TIME_LIMIT);
    while let Some(heard) = ahead.next_unless(&|| bar.is_cancelled()) {
        match heard {
            Heard::Known { .. } => tally.n_already += 1,
            Heard::Done { read, .. } => tally.fail(read.err()),
            Heard::Part { file, part } => {
                bar.say(&part.name);
                tally.in_part.extend(part.left_out().map(|left_out| format!("{}: {left_out}", part.name)));
                let steps = file * STEPS..(file + 1) * STEPS;
                let progress = progress::Part { progress: &bar, range: steps, of: paths.len() * STEPS };
                match add(&mut library, part, &paths[file], &settings, encoder, &progress) {
                    Ok(added) => tally.count(added),
                    // What stops one document does not stop the next, but a full disk or a wish to stop does.
                    Err(error) if stops_all(&error) => return Err(error.into()),
                    Err(error) => tally.fail(Some(error)),
                }
            }
        }
    }
    bar.check()?;
    drop(bar);
    tally.say(session)
}

fn add(
    library: &mut Library,
    part: Part,
    path: &Path,
    settings: &SplitSettings,
    encoder: Option<&dyn Encoder>,
    progress: &dyn Progress,
) -> Result<Added, Error> {
    let shown = path.to_string_lossy();
    let (document, sha256) = (part.document?, part.sha256);
    let imported = Imported { document, sha256, name: &part.name, path: Some(&shown), added_at: output::now() };
    pipeline::add_imported(library, imported, settings, encoder, progress)
}

/// Leaves out files of chapters that stand beside a file that is there itself: they are read with it.
fn without_chapter_files(found: Vec<Found>) -> Vec<Found> {
    let beside: BTreeSet<PathBuf> = found
        .iter()
        .filter_map(|found| match found {
            Found::File { path } => import::chapters_beside(path),
            Found::Skipped { .. } => None,
        })
        .collect();
    let is_beside = |found: &Found| matches!(found, Found::File { path } if beside.contains(path));
    found.into_iter().filter(|found| !is_beside(found)).collect()
}

fn stops_all(error: &Error) -> bool {
    error.kind() != Kind::Input || matches!(error, Error::Library { .. } | Error::Model { .. })
}

/// A file counts as this many steps of the bar, whatever it counts its own work in.
const STEPS: usize = 1000;

/// How many files became what.
#[derive(Default)]
struct Tally {
    n_new: usize,
    n_already: usize,
    skipped: Vec<String>,
    /// What of those that were read was not.
    in_part: Vec<String>,
    failed: Vec<String>,
}

impl Tally {
    fn count(&mut self, added: Added) {
        match added {
            Added::New(_) => self.n_new += 1,
            Added::Already(_) => self.n_already += 1,
        }
    }

    fn fail(&mut self, error: Option<Error>) {
        self.failed.extend(error.map(|error| error.to_string()));
    }

    /// Says what came of it all, and fails if a file that was asked for is not in the library.
    fn say(self, session: &Session) -> Result<()> {
        for line in &self.skipped {
            session.note(&output::tame(&format!("  passed over {line}")));
        }
        for line in &self.in_part {
            session.note(&output::tame(&format!("  read in part: {line}")));
        }
        // What failed is said to who wants to see no progress, too.
        for line in &self.failed {
            output::say(&output::tame(&format!("  failed: {line}")));
        }
        let mut parts = vec![format!("{} added", self.n_new)];
        let others =
            [(self.n_already, "already there"), (self.skipped.len(), "passed over"), (self.failed.len(), "failed")];
        parts.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
        session.note(&parts.join(", "));
        match self.failed.len() {
            0 => Ok(()),
            1 => Err(anyhow!("1 file or part of one could not be added")),
            n => Err(anyhow!("{n} files or parts of them could not be added")),
        }
    }
}
