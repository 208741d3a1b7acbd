//! What every command needs of the world: the library, the model, the terminal, and a way to be stopped.

use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use caesura::error::{Error, Obstacle};
use caesura::import::Reader;
use caesura::neural::{Encoder, KeptVectors, SentenceEncoder};
use caesura::progress::Progress;
use caesura::store::Library;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::Common;

/// One run of the program.
pub(crate) struct Session {
    common: Common,
    cancelled: Arc<AtomicBool>,
    n_threads: usize,
}

impl Session {
    /// Prepares the threads, and takes Ctrl-C as a wish to stop; a second one ends the program at once.
    pub(crate) fn start(common: Common) -> Result<Self> {
        let available = std::thread::available_parallelism().map_or(1, usize::from);
        let n_threads = common.threads.map_or(available, usize::from);
        rayon_threads(n_threads)?;
        let cancelled = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&cancelled);
        ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        })
        .context("listen for Ctrl-C")?;
        Ok(Self { common, cancelled, n_threads })
    }

    /// Returns the seed for everything that draws by chance.
    pub(crate) fn seed(&self) -> u64 {
        self.common.seed
    }

    /// Loads the embedded model.
    pub(crate) fn encoder(&self) -> Result<SentenceEncoder> {
        Ok(SentenceEncoder::embedded(self.n_threads)?)
    }

    /// Loads the embedded model; the vectors it makes are kept in a folder, if one is named.
    pub(crate) fn encoder_keeping(&self, folder: Option<&Path>) -> Result<Box<dyn Encoder>> {
        let encoder = Box::new(self.encoder()?);
        Ok(match folder {
            Some(folder) => Box::new(KeptVectors::new(encoder, folder)),
            None => encoder,
        })
    }

    /// Opens the library, only to read from it where it may not be written to. One that is not there yet is an error: there
    /// is nothing to read.
    pub(crate) fn library(&self) -> Result<Library> {
        let path = self.library_path()?;
        if !path.exists() {
            return Err(Error::Nothing {
                attempt: "open the library",
                reason: format!("there is none at {} yet; make one with `caesura add PATH`", path.display()),
            }
            .into());
        }
        Ok(match Library::open(&path) {
            Err(Error::Library { obstacle: Obstacle::ReadOnly | Obstacle::Unopened, .. }) => {
                Library::open_read_only(&path)?
            }
            opened => opened?,
        })
    }

    /// Opens the library for adding to it, and makes it where there is none.
    pub(crate) fn library_to_add_to(&self) -> Result<Library> {
        let path = self.library_path()?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let unwritten = |source| Error::Write { path: folder.to_owned(), source };
            std::fs::create_dir_all(folder).map_err(unwritten)?;
        }
        Ok(Library::open(&path)?)
    }

    /// Returns where the library is, or would be.
    pub(crate) fn library_path(&self) -> Result<PathBuf> {
        if let Some(path) = &self.common.library {
            return Ok(path.clone());
        }
        let folders = directories::ProjectDirs::from("", "", "caesura")
            .context("find the data folder of this platform; name a library with --library FILE")?;
        Ok(folders.data_dir().join("library.caesura"))
    }

    /// Returns a progress bar on standard error that says what is being done; none where nobody looks.
    pub(crate) fn bar(&self, doing: &str) -> Bar {
        let is_shown = !self.common.quiet && std::io::stderr().is_terminal();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{msg:30!} {wide_bar} {percent:>3}% {eta:>4}");
        bar.set_style(style.expect("the template is well formed").progress_chars("━╸ "));
        bar.set_message(doing.to_owned());
        Bar { bar, cancelled: Arc::clone(&self.cancelled) }
    }

    /// Says something on standard error, unless asked to be quiet.
    pub(crate) fn note(&self, sentence: &str) {
        if !self.common.quiet {
            say(sentence);
        }
    }

    /// Returns what `read` returns. It may wait for others, as for the end of standard input; a wish to stop is heard
    /// meanwhile, and nobody waits for it any more.
    pub(crate) fn unless_stopped<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (sender, done) = mpsc::channel();
        std::thread::spawn(move || sender.send(read()));
        loop {
            match done.recv_timeout(HEARD_EVERY) {
                Ok(read) => return Ok(read),
                Err(_) if self.cancelled.load(Ordering::SeqCst) => return Err(Error::Cancelled),
                Err(RecvTimeoutError::Timeout) => (),
                Err(RecvTimeoutError::Disconnected) => panic!("reading panicked"),
            }
        }
    }
}

/// How often a wish to stop is listened for while the program waits.
const HEARD_EVERY: Duration = Duration::from_millis(50);

/// A progress bar, which also carries the wish to stop.
pub(crate) struct Bar {
    bar: ProgressBar,
    cancelled: Arc<AtomicBool>,
}

impl Bar {
    /// Says what is being done from here on.
    pub(crate) fn say(&self, doing: &str) {
        self.bar.set_message(doing.to_owned());
    }
}

impl Progress for Bar {
    fn report(&self, done: usize, total: usize) {
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn rayon_threads(n_threads: usize) -> Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global().context("start the threads")
}

/// Returns where files are read: in processes of this program.
pub(crate) fn reader() -> Reader {
    std::env::current_exe().map_or(Reader::Thread, Reader::itself)
}

/// Says something on standard error.
pub(crate) fn say(sentence: &str) {
    let _ = writeln!(anstream::stderr(), "{sentence}");
}

/// Returns what an error says, and what it says caused it, once each: an error of the library names its cause itself.
pub(crate) fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told.as_str() {
        "" => cause,
        _ if told.ends_with(&cause) => told,
        _ => format!("{told}: {cause}"),
    })
}

/// Says what went wrong, on standard error.
pub(crate) fn complain(sentence: &str) {
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    // An escape sequence in a file's name or in a query must not reach the terminal.
    let sentence: String = sentence.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    let _ = writeln!(anstream::stderr(), "{red}caesura:{red:#} {sentence}");
}

/// Returns `text` without control characters, so that no text can steer the terminal.
pub(crate) fn tame(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Returns the time, in seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Runs `write` on standard output, buffered, with colours only on a terminal.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    write(&mut out)?;
    Ok(out.flush().map_err(Error::Output)?)
}

/// Runs `write` on standard output byte for byte, for formats that other programs read.
pub(crate) fn print_raw(write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    write(&mut out)?;
    Ok(out.flush().map_err(Error::Output)?)
}

/// Prints a value as JSON.
pub(crate) fn print_json(value: &serde_json::Value) -> Result<()> {
    print_raw(|out| {
        serde_json::to_writer_pretty(&mut *out, value).map_err(std::io::Error::from)?;
        Ok(writeln!(out)?)
    })
}

/// Returns the most memory this process has held at once, in MiB, where the system tells.
pub(crate) fn peak_mib() -> Option<f64> {
    Some((peak_kib()? as f64 / 1024.0 * 10.0).round() / 10.0)
}

/// Returns the most memory this process has held at once since this was last called, in KiB, where the system tells.
pub(crate) fn peak_kib_since() -> Option<u64> {
    let kib = peak_kib()?;
    // Lets the peak be counted anew (proc(5), clear_refs).
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    Some(kib)
}

fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Returns the seconds that this process has kept processors busy outside the system, where the system tells.
pub(crate) fn user_secs() -> Option<f64> {
    /// What the kernel counts by, whatever the processor: `USER_HZ`.
    const TICKS_PER_SEC: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in brackets, may hold anything; the twelfth field after it is the time.
    let ticks: f64 = stat.rsplit_once(')')?.1.split_whitespace().nth(11)?.parse().ok()?;
    Some(ticks / TICKS_PER_SEC)
}
