//! What was typed behind `caesura-desktop`.

use std::ffi::OsString;
use std::path::PathBuf;

/// What `--help` says.
pub(crate) const HELP: &str = "\
The window of Caesura: long texts in titled chapters, their topics, and search.

Usage: caesura-desktop [--library FILE] [FILES...]

  FILES             files and folders to add to the library
  --library FILE    the library to open, made if it is not there
                    (default: the one that was open last; at first, the library
                    in the data folder of your account, and the samples as long
                    as that one is empty)
  --help            this text
  --version         the version

The command line without a window is `caesura`.";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The text of [`HELP`].
    Help,
    /// The version.
    Version,
    /// What so many frames take, measured without a window. Not in the text of [`HELP`].
    BenchFrames(usize),
    /// A library of so many documents, to measure with; of none, it has a single one of 5 MB.
    BenchLibrary { path: PathBuf, n_documents: usize },
    /// The window.
    Window { library: Option<PathBuf>, files: Vec<PathBuf>, is_timed: bool },
}

/// Reads the arguments, the program's name left out. Fails with a sentence on the first that makes no sense.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Asked, String> {
    let mut args = args.into_iter();
    let (mut library, mut files) = (None, Vec::new());
    let (mut are_options_over, mut is_timed) = (false, false);
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        match text.as_ref() {
            _ if are_options_over => files.push(arg.into()),
            "--" => are_options_over = true,
            "--help" | "-h" => return Ok(Asked::Help),
            "--version" | "-V" => return Ok(Asked::Version),
            "--library" => {
                let path = args.next().ok_or("--library needs the name of a file")?;
                library = Some(PathBuf::from(path));
            }
            "--bench-frames" => {
                let n = args.next().and_then(|n| n.to_str()?.parse().ok());
                return n.map(Asked::BenchFrames).ok_or_else(|| "--bench-frames needs a number".to_owned());
            }
            "--bench-library" => {
                let n = args.next().and_then(|n| n.to_str()?.parse().ok());
                return match (library, n) {
                    (Some(path), Some(n_documents)) => Ok(Asked::BenchLibrary { path, n_documents }),
                    _ => Err("--bench-library needs a number, after --library FILE".to_owned()),
                };
            }
            // For measuring: says how long the start took, and ends. Not in the help.
            "--bench-start" => is_timed = true,
            text if text.starts_with("--library=") => {
                library = Some(PathBuf::from(&text["--library=".len()..]));
            }
            text if text.starts_with('-') && text.len() > 1 => return Err(format!("there is no option {text}")),
            _ => files.push(arg.into()),
        }
    }
    Ok(Asked::Window { library, files, is_timed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(args: &[&str], expected: Result<Asked, &str>) {
        let found = parse(args.iter().map(OsString::from));
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    fn window(library: Option<&str>, files: &[&str]) -> Asked {
        Asked::Window {
            library: library.map(PathBuf::from),
            files: files.iter().map(PathBuf::from).collect(),
            is_timed: false,
        }
    }

    #[test]
    fn files_and_a_library_may_stand_in_any_order() {
        check(&[], Ok(window(None, &[])));
        check(&["a.txt", "--library", "x.caesura", "b"], Ok(window(Some("x.caesura"), &["a.txt", "b"])));
        check(&["--library=x y", "-"], Ok(window(Some("x y"), &["-"])));
        check(&["--", "--help"], Ok(window(None, &["--help"])));
    }

    #[test]
    fn help_and_version_come_before_all_else() {
        check(&["a.txt", "--help"], Ok(Asked::Help));
        check(&["-V"], Ok(Asked::Version));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        check(&["--librarry"], Err("there is no option --librarry"));
        check(&["--library"], Err("--library needs the name of a file"));
        check(&["--bench-frames", "x"], Err("--bench-frames needs a number"));
        check(&["--bench-frames", "600"], Ok(Asked::BenchFrames(600)));
    }
}
