//! Backups of a library: when one is due, what it is called, which ones are kept.
//!
//! A backup is a library itself, in the folder `backups` beside the user's own one. Its name says whose copy it is and
//! when it was made; no list is kept apart from the files, so none can go wrong.

use std::path::{Path, PathBuf};

use caesura::error::{Error, Result};
use caesura::import::name_of;
use caesura::store::Library;

use crate::format::{civil, stamp};

/// A backup of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Backup {
    pub(crate) path: PathBuf,
    /// When it was made, as people read it.
    pub(crate) made: String,
    /// In seconds since 1970; `None` for the copy before an update, which no schedule counts.
    pub(crate) made_at: Option<i64>,
    pub(crate) n_bytes: u64,
}

/// When and where backups are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) folder: PathBuf,
    /// The seconds between two; `None` for never.
    pub(crate) every_secs: Option<i64>,
    /// How many are kept of one library.
    pub(crate) n_kept: usize,
}

/// What a backup made by hand has in its name: it is never taken away by itself.
const BY_HAND: &str = ".kept";

/// Returns the name that backups of a library begin with. Libraries of the same name in two folders differ in it.
fn stem(library: &Path) -> String {
    let full = std::path::absolute(library).unwrap_or_else(|_| library.to_owned());
    // FNV-1a: the number needs to differ, and to be the same in every version.
    let hash = full
        .to_string_lossy()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let name = name_of(library);
    format!("{}-{:08x}", name.strip_suffix(".caesura").unwrap_or(&name), hash as u32)
}

/// Returns the backups of a library, the newest first; those before an update last.
pub(crate) fn list(plan: &Plan, library: &Path) -> Vec<Backup> {
    let stem = stem(library);
    let mut backups: Vec<Backup> = files(&plan.folder)
        .filter_map(|(path, n_bytes)| {
            let name = name_of(&path);
            let time = name.strip_prefix(&stem)?.strip_prefix('.')?.strip_suffix(".caesura")?;
            let time = time.strip_suffix(BY_HAND).unwrap_or(time);
            let made_at = stamp_of(time)?;
            Some(Backup { path, made: said(made_at), made_at: Some(made_at), n_bytes })
        })
        .collect();
    backups.sort_by_key(|backup| std::cmp::Reverse(backup.made_at));
    let beside = library.parent().map(Path::to_owned).unwrap_or_default();
    let before_updates = files(&beside).filter_map(|(path, n_bytes)| {
        let name = name_of(&path);
        let schema = name.strip_prefix(&name_of(library))?.strip_prefix(".schema-")?.strip_suffix(".backup")?;
        let made = format!("before the update from schema {schema}");
        Some(Backup { path, made, made_at: None, n_bytes })
    });
    let mut before_updates: Vec<Backup> = before_updates.collect();
    before_updates.sort_by(|a, b| b.path.cmp(&a.path));
    backups.extend(before_updates);
    backups
}

fn files(folder: &Path) -> impl Iterator<Item = (PathBuf, u64)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let data = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
        Some((entry.path(), data.len()))
    })
}

/// Returns a time as it stands in the names of backups, such as `20260131-235900`.
fn stamped(secs: i64) -> String {
    let (year, month, day) = civil(secs);
    let secs = secs.rem_euclid(86_400);
    format!("{year:04}{month:02}{day:02}-{:02}{:02}{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

/// Returns the time that a name says, in seconds since 1970.
fn stamp_of(time: &str) -> Option<i64> {
    let (day, clock) = time.split_once('-')?;
    if day.len() != 8 || clock.len() != 6 {
        return None;
    }
    let number = |text: &str, from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    stamp(
        (number(day, 0, 4)?, number(day, 4, 6)?, number(day, 6, 8)?),
        (number(clock, 0, 2)?, number(clock, 2, 4)?, number(clock, 4, 6)?),
    )
}

fn said(secs: i64) -> String {
    let (year, month, day) = civil(secs);
    let secs = secs.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", secs / 3600, secs / 60 % 60)
}

/// Returns whether a backup of a library is due at the moment `now`.
pub(crate) fn is_due(plan: &Plan, library: &Path, now: i64) -> bool {
    let Some(every) = plan.every_secs else { return false };
    // One that was made while the clock was ahead says nothing of how old the others are.
    let made = list(plan, library).into_iter().filter_map(|backup| backup.made_at);
    let newest = made.filter(|made_at| *made_at <= now).max();
    newest.is_none_or(|newest| newest + every <= now)
}

/// Who asked for a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asker {
    /// The schedule: the backup gives way to later ones.
    Schedule,
    /// The user: it stays until the user takes it away.
    User,
}

/// Makes a backup, and takes away those of the schedule that are too many. Returns where it is.
pub(crate) fn make(plan: &Plan, library: &Library, now: i64, asker: Asker) -> Result<PathBuf> {
    std::fs::create_dir_all(&plan.folder).map_err(|source| Error::Write { path: plan.folder.clone(), source })?;
    let stem = stem(library.path());
    let mark = if asker == Asker::User { BY_HAND } else { "" };
    let target = plan.folder.join(format!("{stem}.{}{mark}.caesura", stamped(now)));
    library.backup_to(&target)?;
    // The one that was just made is kept, even if others say that they are of a later day.
    let n_others = plan.n_kept.max(1) - usize::from(asker == Asker::Schedule);
    let too_many = list(plan, library.path())
        .into_iter()
        .filter(|backup| backup.made_at.is_some() && !name_of(&backup.path).contains(BY_HAND))
        .filter(|backup| backup.path != target)
        .skip(n_others);
    for backup in too_many {
        if let Err(error) = std::fs::remove_file(&backup.path) {
            tracing::warn!(%error, path = %backup.path.display(), "an old backup could not be taken away");
        }
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn plan(folder: &Path) -> Plan {
        Plan { folder: folder.join("backups"), every_secs: Some(DAY), n_kept: 2 }
    }

    #[test]
    fn the_newest_few_of_the_schedule_are_kept_and_all_of_the_users() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("own.caesura");
        let library = Library::open(&path).expect("a library");
        let plan = plan(folder.path());
        assert!(is_due(&plan, &path, 0));
        make(&plan, &library, 0, Asker::User).expect("a backup");
        assert!(!is_due(&plan, &path, DAY - 1));
        for day in 1..=4 {
            assert!(is_due(&plan, &path, day * DAY), "{day}");
            make(&plan, &library, day * DAY, Asker::Schedule).expect("a backup");
            assert!(!is_due(&plan, &path, day * DAY + 1), "{day}");
        }
        let made: Vec<Option<i64>> = list(&plan, &path).into_iter().map(|backup| backup.made_at).collect();
        assert_eq!(made, [Some(4 * DAY), Some(3 * DAY), Some(0)]);
        assert!(list(&plan, &folder.path().join("other.caesura")).is_empty());
        assert!(!is_due(&Plan { every_secs: None, ..plan }, &folder.path().join("other.caesura"), 0));
    }

    #[test]
    fn backups_of_a_clock_that_was_ahead_neither_stop_the_schedule_nor_push_out_the_newest() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("own.caesura");
        let library = Library::open(&path).expect("a library");
        let plan = plan(folder.path());
        for day in [900, 901] {
            make(&plan, &library, day * DAY, Asker::Schedule).expect("a backup");
        }
        assert!(is_due(&plan, &path, 5 * DAY));
        let made = make(&plan, &library, 5 * DAY, Asker::Schedule).expect("a backup");
        assert!(made.exists());
        assert!(!is_due(&plan, &path, 6 * DAY - 1));
        assert_eq!(list(&plan, &path).len(), 2);
    }

    #[test]
    fn a_backup_is_a_library() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(&folder.path().join("own.caesura")).expect("a library");
        let made = make(&plan(folder.path()), &library, 1_700_000_000, Asker::User).expect("a backup");
        assert!(name_of(&made).ends_with(".20231114-221320.kept.caesura"), "{made:?}");
        Library::open_read_only(&made).expect("it opens");
    }

    #[test]
    fn the_copy_before_an_update_is_listed_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("own.caesura");
        let library = Library::open(&path).expect("a library");
        std::fs::write(Library::backup_before_update(&path, 2), "a copy").expect("a file");
        make(&plan(folder.path()), &library, 5, Asker::Schedule).expect("a backup");
        let listed: Vec<String> = list(&plan(folder.path()), &path).into_iter().map(|backup| backup.made).collect();
        assert_eq!(listed, ["1970-01-01 00:00 UTC", "before the update from schema 2"]);
    }

    #[test]
    fn times_are_read_from_names_as_they_were_written() {
        for secs in [0, 951_826_399, 1_700_000_000, 4_102_444_800] {
            assert_eq!(stamp_of(&stamped(secs)), Some(secs));
        }
        for name in ["", "2026-1", "20261301-000000", "20260101-00000x", "20260101-240000"] {
            assert_eq!(stamp_of(name), None, "{name}");
        }
    }
}
