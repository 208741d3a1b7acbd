//! `caesura backup` and `caesura restore`: the library as one file to put away, and back.

use std::path::{Path, PathBuf};

use anyhow::Result;
use caesura::error::{Error, Obstacle};
use caesura::export::counted;
use caesura::progress::Progress;
use caesura::store::{Counts, Library};

use crate::args;
use crate::output::{self, Bar, Session};

pub(crate) fn back_up(session: &Session, args: &args::Backup) -> Result<()> {
    let library = session.library()?;
    let bar = session.bar("back up");
    let counts = library.back_up(&args.file, &mut reporting(&bar))?;
    drop(bar);
    session.note(&format!("{} in {}", said(counts), args.file.display()));
    Ok(())
}

/// Restores. A library that holds anything is replaced only if asked to, and kept beside under another name.
pub(crate) fn restore(session: &Session, args: &args::Restore) -> Result<()> {
    // Nothing is moved or made for a back-up that is none.
    Library::check_copy(&args.file)?;
    let path = session.library_path()?;
    let mut library = match session.library_to_add_to() {
        Ok(library) => library,
        Err(error) if args.replace && is_past_use(&error) => {
            let aside = put_aside(&path)?;
            session.note(&format!("{}\nit is kept as {}", output::told(&error), aside.display()));
            session.library_to_add_to()?
        }
        Err(error) => return Err(error),
    };
    let before = library.counts()?;
    if before != Counts::default() {
        if !args.replace {
            let reason = format!("the library holds {}; --replace puts the back-up in its place", said(before));
            return Err(Error::Nothing { attempt: "restore", reason }.into());
        }
        let kept = free_path(&path, "before-restore");
        let bar = session.bar("keep what is there");
        library.back_up(&kept, &mut reporting(&bar))?;
        drop(bar);
        session.note(&format!("what was there, {}, is kept in {}", said(before), kept.display()));
    }
    library.restore_from(&args.file)?;
    session.note(&format!("{} restored", said(library.counts()?)));
    Ok(())
}

/// Returns whether a library can never be opened, and not only at this moment, by this user or by this version.
fn is_past_use(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<Error>();
    matches!(error, Some(Error::Library { obstacle: Obstacle::Damaged | Obstacle::NoLibrary, .. }))
}

fn reporting(bar: &Bar) -> impl FnMut(usize, usize) -> Result<(), Error> + '_ {
    |done, total| {
        bar.report(done, total);
        bar.check()
    }
}

fn said(counts: Counts) -> String {
    format!("{}, {}", counted(counts.documents as usize, "document"), counted(counts.chapters as usize, "chapter"))
}

/// Renames a library that cannot be opened, with what `SQLite` keeps beside it, and returns its new name.
fn put_aside(path: &Path) -> Result<PathBuf> {
    let aside = free_path(path, "damaged");
    for ending in ["", "-wal", "-shm"] {
        let (from, to) = (with_ending(path, ending), with_ending(&aside, ending));
        if from.exists() {
            std::fs::rename(&from, &to).map_err(|source| Error::Write { path: from.clone(), source })?;
        }
    }
    Ok(aside)
}

/// Returns a name beside `path` that no file has.
fn free_path(path: &Path, word: &str) -> PathBuf {
    let named = |n: u32| with_ending(path, &if n == 1 { format!(".{word}") } else { format!(".{word}-{n}") });
    (1..=u32::MAX).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(0))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
