//! Folders watched for files: what is new in them, and whole.
//!
//! In: what lies in a folder at one look after the other. Out: the files to add. A folder is looked at anew every few
//! seconds rather than asking the system to tell of changes: that works on every file system, network drives too, needs no
//! limit of the system raised, and whether a file is whole can only be told by looking twice anyway.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant, SystemTime};

use caesura::import::{self, Found};
use serde::{Deserialize, Serialize};

use crate::state::State;
use crate::worker::{Event, Wake};

/// A folder that is watched, and the library its files go into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Watched {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// The library.
    pub(crate) library: PathBuf,
    /// Files that were taken out of the library by hand: they do not come back.
    #[serde(default)]
    pub(crate) left_out: Vec<PathBuf>,
}

/// A folder to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) folder: PathBuf,
    /// Files that are known already.
    pub(crate) known: BTreeSet<PathBuf>,
}

/// A file as it was seen: when it changes, it is not whole yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) n_bytes: u64,
    pub(crate) modified: Option<SystemTime>,
}

/// What was seen in a folder so far.
#[derive(Debug, Default)]
pub(crate) struct Lookout {
    seen: BTreeMap<PathBuf, Seen>,
    told: BTreeSet<PathBuf>,
}

/// How long a file must stay as it is before it is taken.
pub(crate) const STAYS: Duration = Duration::from_secs(2);

impl Lookout {
    /// Takes what lies in the folder at this look, [`STAYS`] or more after the one before; returns the files that are new
    /// and have not changed since then, in order. Empty files are waited for.
    pub(crate) fn look(&mut self, files: BTreeMap<PathBuf, Seen>, known: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
        let whole: Vec<PathBuf> = files
            .iter()
            .filter(|(path, now)| {
                0 < now.n_bytes
                    && !known.contains(*path)
                    && !self.told.contains(*path)
                    && self.seen.get(*path) == Some(*now)
            })
            .map(|(path, _)| path.clone())
            .collect();
        self.told.extend(whole.iter().cloned());
        // A file that went and comes again is another one.
        self.told.retain(|path| files.contains_key(path));
        self.seen = files;
        whole
    }
}

/// Returns the files in a folder and below that could be added, each as it is.
fn files_in(folder: &Path) -> BTreeMap<PathBuf, Seen> {
    import::files_under(&[folder.to_owned()])
        .into_iter()
        .filter_map(|found| match found {
            Found::File { path } => {
                let data = std::fs::metadata(&path).ok()?;
                Some((path, Seen { n_bytes: data.len(), modified: data.modified().ok() }))
            }
            Found::Skipped { .. } => None,
        })
        .collect()
}

/// Looks at the folders it is told of until nobody can tell it of more.
pub(crate) fn run(places: &Receiver<Vec<Place>>, events: &Sender<Event>, wake: &Wake) {
    let mut watched: Vec<(Place, Lookout)> = Vec::new();
    let mut pause = STAYS;
    loop {
        let told = if watched.is_empty() {
            places.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            places.recv_timeout(pause)
        };
        match told {
            Ok(told) => {
                watched = told
                    .into_iter()
                    .map(|place| {
                        let before = watched.iter_mut().find(|(other, _)| other.folder == place.folder);
                        let lookout = before.map(|(_, lookout)| std::mem::take(lookout)).unwrap_or_default();
                        (place, lookout)
                    })
                    .collect();
                continue;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let began = Instant::now();
        for (place, lookout) in &mut watched {
            let paths = lookout.look(files_in(&place.folder), &place.known);
            if !paths.is_empty() {
                let folder = place.folder.clone();
                if events.send(Event::Arrived { folder, paths }).is_err() {
                    return;
                }
                wake();
            }
        }
        // A large folder on a slow disk is looked at less often, and never takes more than a twentieth of the time.
        pause = STAYS.max(began.elapsed() * 20);
    }
}

impl State {
    /// Returns the folders to look at for the open library.
    pub(crate) fn places_watched(&self) -> Vec<Place> {
        let Some(library) = &self.library else { return Vec::new() };
        let of_library = self.settings.watched.iter().filter(|watched| watched.library == library.path);
        let sources = || library.documents.iter().filter_map(|row| row.source_path.as_ref()).map(PathBuf::from);
        of_library
            .map(|watched| {
                let below = |path: &PathBuf| path.starts_with(&watched.folder);
                let known = sources().filter(below).chain(watched.left_out.iter().cloned()).collect();
                Place { folder: watched.folder.clone(), known }
            })
            .collect()
    }

    /// Takes that documents are taken out by hand: their files in watched folders do not come back.
    pub(crate) fn forget_watched(&mut self, ids: &[caesura::store::DocumentId]) {
        let Some(library) = &self.library else { return };
        for row in library.documents.iter().filter(|row| ids.contains(&row.id)) {
            let Some(path) = row.source_path.as_ref().map(PathBuf::from) else { continue };
            for watched in &mut self.settings.watched {
                if watched.library == library.path && path.starts_with(&watched.folder) {
                    watched.left_out.push(path.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(lookout: &mut Lookout, files: &[(&str, u64)], known: &[&str]) -> Vec<String> {
        let seen = |n_bytes: u64| Seen { n_bytes, modified: None };
        let files = files.iter().map(|(name, n_bytes)| (PathBuf::from(name), seen(*n_bytes))).collect();
        let known = known.iter().map(PathBuf::from).collect();
        lookout.look(files, &known).into_iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn a_file_is_taken_once_it_stays_as_it_is() {
        let mut lookout = Lookout::default();
        assert_eq!(look(&mut lookout, &[("a", 10)], &[]), [""; 0], "it may be half written");
        assert_eq!(look(&mut lookout, &[("a", 20)], &[]), [""; 0], "it grew");
        assert_eq!(look(&mut lookout, &[("a", 20), ("b", 0)], &[]), ["a"]);
        assert_eq!(look(&mut lookout, &[("a", 20), ("b", 0)], &[]), [""; 0], "told once; empty ones are waited for");
        assert_eq!(look(&mut lookout, &[("a", 20), ("b", 5)], &[]), [""; 0]);
        assert_eq!(look(&mut lookout, &[("a", 30), ("b", 5)], &[]), ["b"], "what changed later is no new file");
    }

    #[test]
    fn what_is_known_is_not_taken() {
        let mut lookout = Lookout::default();
        look(&mut lookout, &[("a", 1), ("b", 1)], &["a"]);
        assert_eq!(look(&mut lookout, &[("a", 1), ("b", 1)], &["a"]), ["b"]);
    }

    #[test]
    fn a_file_that_went_and_comes_again_is_another() {
        let mut lookout = Lookout::default();
        look(&mut lookout, &[("a", 1)], &[]);
        assert_eq!(look(&mut lookout, &[("a", 1)], &[]), ["a"]);
        look(&mut lookout, &[], &[]);
        look(&mut lookout, &[("a", 1)], &[]);
        assert_eq!(look(&mut lookout, &[("a", 1)], &[]), ["a"]);
    }

    #[test]
    fn files_below_a_folder_are_seen_with_their_sizes() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("below")).expect("a folder");
        std::fs::write(folder.path().join("below/a.txt"), "text").expect("a file");
        std::fs::write(folder.path().join("picture.png"), [0x89, 0x50]).expect("a file");
        let files = files_in(folder.path());
        assert_eq!(files.len(), 1);
        assert_eq!(files[&folder.path().join("below/a.txt")].n_bytes, 4);
    }
}
