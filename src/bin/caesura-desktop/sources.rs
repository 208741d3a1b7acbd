//! What is to be added: files, samples, and what was pasted.

use std::path::{Path, PathBuf};

use caesura::error::{Error, Result};
use caesura::import::{self, Found};

use crate::format::opening;

/// Something to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    File(PathBuf),
    Sample(&'static str, &'static str),
    Pasted {
        name: String,
        text: String,
    },
    /// A file that was looked at and left out.
    Skipped {
        path: PathBuf,
        reason: String,
    },
}

impl Source {
    /// Returns what it is called.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Skipped { path, .. } => import::name_of(path),
            Self::Sample(name, _) => name.rsplit('/').next().unwrap_or(name).to_owned(),
            Self::Pasted { name, .. } => name.clone(),
        }
    }

    /// Returns the file that can be tried again if it fails.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Skipped { path, .. } => Some(path),
            Self::Sample(..) | Self::Pasted { .. } => None,
        }
    }

    /// Returns how much work it is likely to be, in bytes to be read. At least 1.
    pub(crate) fn weight(&self) -> usize {
        /// What opening and storing a document costs beside its text, in bytes read in the same time.
        const BESIDE: usize = 500;
        BESIDE
            + match self {
                Self::File(path) => {
                    std::fs::metadata(path).map_or(0, |data| usize::try_from(data.len()).unwrap_or(usize::MAX / 2))
                }
                Self::Sample(_, text) => text.len(),
                Self::Pasted { text, .. } => text.len(),
                Self::Skipped { .. } => 0,
            }
    }

    /// Returns its bytes, its name, and where it lies.
    pub(crate) fn read(self) -> Result<(Vec<u8>, String, Option<String>)> {
        let name = self.name();
        match self {
            Self::File(path) => Ok((import::read(&path)?, name, Some(path.to_string_lossy().into_owned()))),
            Self::Sample(_, text) => Ok((text.as_bytes().to_vec(), name, None)),
            Self::Pasted { text, .. } => Ok((text.into_bytes(), name, None)),
            Self::Skipped { path, reason } => Err(Error::Read { path, source: std::io::Error::other(reason) }),
        }
    }
}

/// Returns the files named, and those in the folders named, in order.
pub(crate) fn under(paths: &[PathBuf]) -> Vec<Source> {
    let source = |found| match found {
        Found::File { path } => Source::File(path),
        Found::Skipped { path, reason } => Source::Skipped { path, reason },
    };
    import::files_under(paths).into_iter().map(source).collect()
}

/// Returns the files whose paths were pasted, a line each; the text itself if not every line is the path of something.
pub(crate) fn of_pasted(text: &str) -> Vec<Source> {
    /// So many paths are pasted at once at most; more lines are a text.
    const MAX_PATHS: usize = 10_000;
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MAX_PATHS + 1).collect();
    let paths: Option<Vec<PathBuf>> = lines.iter().map(|line| path_of(line).filter(|path| path.exists())).collect();
    match paths {
        Some(paths) if !paths.is_empty() && paths.len() <= MAX_PATHS => under(&paths),
        _ => {
            let plain = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { ' ' } else { c };
            let start: String = text.chars().take(400).map(plain).collect();
            vec![Source::Pasted { name: format!("{}.txt", opening(start.trim(), 48)), text: text.to_owned() }]
        }
    }
}

/// Returns a line as an absolute path, if it is one: as it stands, in quotes, or as a `file:` address.
fn path_of(line: &str) -> Option<PathBuf> {
    let line = line.trim_matches(['"', '\'']);
    let path = match line.strip_prefix("file://") {
        Some(address) => PathBuf::from(decoded(address)?),
        None => PathBuf::from(line),
    };
    path.is_absolute().then_some(path)
}

/// Returns an address with its `%` escapes undone, if that gives UTF-8.
fn decoded(address: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' {
            let code = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(code, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_there_are_files_and_all_else_is_text() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("one.txt"), folder.path().join("two words.txt"));
        std::fs::write(&one, "text").expect("a file");
        std::fs::write(&two, "text").expect("a file");
        let as_address = format!("file://{}", two.display()).replace(' ', "%20");
        let pasted = format!("{}\n\n  \"{}\"\n{as_address}\n", one.display(), two.display());
        let found = of_pasted(&pasted);
        assert_eq!(found, [Source::File(one.clone()), Source::File(two)]);
        let text = format!("{}\nand a sentence.", one.display());
        assert!(matches!(&of_pasted(&text)[..], [Source::Pasted { text: own, .. }] if *own == text));
        assert!(matches!(&of_pasted("relative.txt")[..], [Source::Pasted { .. }]));
    }

    #[test]
    fn a_pasted_text_is_called_by_its_first_words() {
        let found = of_pasted("\n A/B: “the lamp”\nis lit and the long tide turns at noon for everyone. ");
        assert_eq!(found[0].name(), "A B “the lamp” is lit and the long tide turns at….txt");
        assert_eq!(found[0].path(), None);
    }

    #[test]
    fn escapes_are_undone_or_the_address_is_none() {
        for (address, expected) in
            [("/a%20b", Some("/a b")), ("/%C3%A4", Some("/ä")), ("/%zz", None), ("/%2", None), ("/%ff", None)]
        {
            assert_eq!(decoded(address).as_deref(), expected, "{address}");
        }
    }
}
