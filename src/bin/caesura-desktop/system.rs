//! What the window needs of the world, behind small traits, so that tests can put another world in its place.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use caesura::error::Error;
use caesura::export::write_file;

/// The time.
pub(crate) trait Clock: Send {
    /// Returns the seconds since the start of 1970.
    fn secs_since_1970(&self) -> i64;

    /// Returns how long the program has run. Never goes back.
    fn running(&self) -> Duration;
}

/// The clock of the system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Starts to count.
    pub(crate) fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn secs_since_1970(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs().cast_signed())
    }

    fn running(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Returns how much memory the program takes at this moment, in bytes; `None` where the system does not say so in a file.
pub(crate) fn memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Returns an amount of memory as it is said to whoever measures.
pub(crate) fn memory_said() -> String {
    memory_bytes().map_or_else(|| "unknown memory".to_owned(), |bytes| format!("{} MiB", bytes >> 20))
}

/// Small files of text.
pub(crate) trait Files: Send {
    /// Returns the text of a file.
    fn read(&self, path: &Path) -> io::Result<String>;

    /// Writes a file, and its folder; a crash leaves the old text or the new one.
    fn replace(&self, path: &Path, text: &str) -> io::Result<()>;

    /// Gives a file another name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
}

/// The files of the system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemFiles;

impl Files for SystemFiles {
    fn read(&self, path: &Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }

    fn replace(&self, path: &Path, text: &str) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        write_file::<Error>(path, |out| Ok(out.write_all(text.as_bytes())?)).map_err(io::Error::other)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Files that are in memory only.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct MemoryFiles {
        files: Arc<Mutex<BTreeMap<PathBuf, String>>>,
    }

    impl MemoryFiles {
        pub(crate) fn put(&self, path: &Path, text: &str) {
            self.files.lock().expect("no panic").insert(path.to_owned(), text.to_owned());
        }

        pub(crate) fn get(&self, path: &Path) -> Option<String> {
            self.files.lock().expect("no panic").get(path).cloned()
        }
    }

    impl Files for MemoryFiles {
        fn read(&self, path: &Path) -> io::Result<String> {
            self.get(path).ok_or_else(|| io::ErrorKind::NotFound.into())
        }

        fn replace(&self, path: &Path, text: &str) -> io::Result<()> {
            self.put(path, text);
            Ok(())
        }

        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            let text = self.read(from)?;
            self.files.lock().expect("no panic").remove(from);
            self.put(to, &text);
            Ok(())
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_its_folder_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b/settings.json");
        for text in ["one", "another"] {
            SystemFiles.replace(&path, text).expect("written");
            assert_eq!(SystemFiles.read(&path).expect("read"), text);
        }
        assert_eq!(std::fs::read_dir(path.parent().expect("a folder")).expect("listed").count(), 1);
    }
}
