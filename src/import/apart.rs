//! One file read in a process of its own, which can be given up on.
//!
//! A thread cannot be ended, nor held to a limit of memory, and a parser that aborts or finds no memory ends the process it
//! runs in. So the program starts itself, with [`READER_ARGUMENT`], and hands it the file's bytes, whose checksum it knows;
//! what is found comes back document by document, no faster than it is taken. A process that dies fails its file and no
//! other. One that nobody listens to any more ends by itself: its input ends.
//!
//! The limit of memory is that of Linux; elsewhere only that of time holds, and the process can be ended. Its priority is
//! that of the program: one that had to wait for the model would seem too slow.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, ExitStatus, Stdio};
use std::sync::mpsc::{self, SyncSender};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};

use super::ahead::{STACK_BYTES, hand_over, on_thread};
use super::frames::{self, Answer, Request};
use super::{ImportSettings, Part, import_each};

/// Where a file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reader {
    /// On a thread. One that takes too long is left behind, with all that it holds.
    #[default]
    Thread,
    /// In a process of its own: that of a program which calls [`serve`] if its first argument is [`READER_ARGUMENT`].
    Process(PathBuf),
}

impl Reader {
    /// Returns the program at `path` as a reader, which is the one that runs.
    ///
    /// On Linux it is found by the link that the system keeps to it: it stays the same program while a newer version is
    /// installed in its place.
    pub fn itself(path: PathBuf) -> Self {
        let link = Path::new("/proc/self/exe");
        Self::Process(if cfg!(target_os = "linux") && link.exists() { link.to_owned() } else { path })
    }
}

/// The only argument of a program that is to read a file for another.
pub const READER_ARGUMENT: &str = "--read-for-parent";

/// How much memory any file may take to read: 1.5 GiB.
const LEAST_MEMORY_BYTES: u64 = 3 << 29;

/// How many times its size a file may take: three times what the hungriest format takes, as what is only set aside counts.
const MEMORY_PER_BYTE: u64 = 20;

/// How much it may take beside that, mostly for a stack.
const MORE_MEMORY_BYTES: u64 = 300 << 20;

/// Returns how much memory a file of so many bytes may take to read.
fn memory_for(n_bytes: u64) -> u64 {
    LEAST_MEMORY_BYTES.max(n_bytes * MEMORY_PER_BYTE + MORE_MEMORY_BYTES)
}

/// Reads the file that is asked for in `input`, says to `output` what is found, and returns the code to exit with.
///
/// Ends the process when `input` ends: then whoever asked is gone.
pub fn serve(input: impl Read + Send + 'static, output: impl Write + Send) -> ExitCode {
    match answer(input, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer(mut input: impl Read + Send + 'static, output: impl Write + Send) -> io::Result<()> {
    let request = frames::read_request(&mut input)?;
    limit_itself(request.memory_bytes);
    let mut bytes = Vec::with_capacity(request.n_bytes as usize);
    if input.by_ref().take(request.n_bytes).read_to_end(&mut bytes)? < request.n_bytes as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    thread::spawn(move || {
        let _ = input.read(&mut [0]);
        std::process::exit(1);
    });
    let find = || find(&bytes, &request, &mut BufWriter::new(output));
    thread::scope(|scope| {
        let reader = on_thread("import").stack_size(STACK_BYTES).spawn_scoped(scope, find)?;
        reader.join().unwrap_or_else(|_| Err(io::Error::other("the reader panicked")))
    })
}

/// Reads a file, and says what is found as soon as it is.
fn find(bytes: &[u8], request: &Request, output: &mut impl Write) -> io::Result<()> {
    let mut say = |answer| frames::write_answer(output, answer, &request.name).and_then(|()| output.flush());
    let mut unsaid = None;
    let read = import_each(bytes, &request.name, &request.settings, &mut |part| {
        say(Answer::Part(part)).map_err(|error| {
            unsaid = Some(error);
            Error::Cancelled
        })
    });
    match unsaid {
        Some(error) => Err(error),
        None => say(Answer::Done(read)),
    }
}

/// Lets this process take no more than so much memory, and leave nothing behind when it dies.
///
/// A limit that is there already and is lower stays.
#[cfg(target_os = "linux")]
fn limit_itself(memory_bytes: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    for (resource, most) in [(Resource::Data, memory_bytes), (Resource::Core, 0)] {
        let most = Some(getrlimit(resource).current.map_or(most, |current| current.min(most)));
        let _ = setrlimit(resource, Rlimit { current: most, maximum: most });
    }
    // Where memory runs out all the same, the system ends this process and not the program.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

#[cfg(not(target_os = "linux"))]
fn limit_itself(_memory_bytes: u64) {}

/// A process that waits to be told what to read. It is ended, and waited for, when this is dropped.
pub(super) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Starts `program`.
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(READER_ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C is for the program: it ends the process when it is done with what it does.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().map(Self)
    }

    /// Reads `bytes`, as [`super::guarded`] does.
    pub(super) fn read(
        mut self,
        bytes: Vec<u8>,
        name: &str,
        settings: &ImportSettings,
        limit: Duration,
        is_cancelled: &dyn Fn() -> bool,
        visit: &mut dyn FnMut(Part) -> Result<()>,
    ) -> Result<()> {
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (self.0.stdin.take(), self.0.stdout.take(), self.0.stderr.take())
        else {
            unreachable!("it was started with all three");
        };
        let n_bytes = bytes.len() as u64;
        let memory_bytes = memory_for(n_bytes);
        let request = Request { name: name.to_owned(), settings: settings.clone(), n_bytes, memory_bytes };
        let (sender, receiver) = mpsc::sync_channel(0);
        let unread = |source| Error::Read { path: name.into(), source };
        let words = on_thread("words").spawn(move || last_words(stderr)).map_err(unread)?;
        let talk = move || talk(stdin, stdout, &request, bytes, &sender);
        let talk = on_thread("talk").spawn(talk).map_err(unread)?;
        hand_over(&receiver, name, limit, is_cancelled, visit)?;
        let how = match talk.join() {
            Ok(Ok(read)) => return read,
            Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(Error::Stopped {
                    name: name.to_owned(),
                    how: format!("what it said makes no sense: {error}"),
                });
            }
            Ok(Err(_)) => self.end(),
            Err(_) => "what it said could not be heard".to_owned(),
        };
        Err(died(name, memory_bytes, how, &words.join().unwrap_or_default()))
    }
}

/// How often, and after which time each, it is looked whether a process whose output has ended has ended itself.
const LOOKS: (usize, Duration) = (200, Duration::from_millis(5));

impl Process {
    /// Waits for a process whose output has ended, and ends it if it does not; returns how it ended.
    fn end(&mut self) -> String {
        for _ in 0..LOOKS.0 {
            match self.0.try_wait() {
                Ok(None) => thread::sleep(LOOKS.1),
                Ok(Some(status)) => return how_it_ended(status),
                Err(error) => return error.to_string(),
            }
        }
        "it said no more".to_owned()
    }
}

/// Returns what is said of a file at which a process died, with these last words.
fn died(name: &str, memory_bytes: u64, how: String, words: &str) -> Error {
    let name = name.to_owned();
    if words.starts_with(NO_MEMORY) {
        return Error::Heavy { name, limit_mib: memory_bytes >> 20 };
    }
    let how = if words.is_empty() { how } else { format!("{how}, {words}") };
    Error::Stopped { name, how }
}

/// What a program of Rust says before it dies of a lack of memory.
const NO_MEMORY: &str = "memory allocation of ";

/// Says what is to be read, and hands on each document that is heard of; returns what stood in the way of the file.
fn talk(
    mut stdin: ChildStdin,
    stdout: ChildStdout,
    request: &Request,
    bytes: Vec<u8>,
    sender: &SyncSender<Part>,
) -> io::Result<Result<()>> {
    frames::write_request(&mut stdin, request)?;
    stdin.write_all(&bytes)?;
    drop(bytes);
    let mut stdout = BufReader::new(stdout);
    // The input is held open until all is heard.
    let _stdin = stdin;
    loop {
        match frames::read_answer(&mut stdout)? {
            Answer::Done(read) => return Ok(read),
            Answer::Part(part) => match sender.send(part) {
                Ok(()) => {}
                Err(_) => return Ok(Err(Error::Cancelled)),
            },
        }
    }
}

/// How many bytes of what a process says at its end are looked at.
const LAST_WORDS_BYTES: usize = 1 << 16;

/// Returns in one line why a process had to die, if it says: where it panicked, or what it lacked. What else a panic says
/// may be of the text, and is left out.
fn last_words(mut stderr: impl Read) -> String {
    let (mut said, mut more) = (Vec::new(), [0; 4096]);
    while let Ok(n_read @ 1..) = stderr.read(&mut more) {
        said.extend_from_slice(&more[..n_read]);
        said.drain(..said.len().saturating_sub(LAST_WORDS_BYTES));
    }
    let said = String::from_utf8_lossy(&said);
    let is_last = |line: &&str| {
        line.starts_with(NO_MEMORY)
            || (line.starts_with("thread '")
                && [" panicked at ", " has overflowed its stack"].iter().any(|it| line.contains(it)))
    };
    said.lines().rfind(is_last).unwrap_or_default().trim_end_matches(':').to_owned()
}

/// Returns how a process ended.
fn how_it_ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(9) {
        return format!("{status}, as where the system has no memory left");
    }
    status.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Columns;

    /// Reads a file as a process does that is asked to, and compares it with what is found without one.
    #[track_caller]
    fn check(bytes: &[u8], name: &str, settings: ImportSettings) {
        let mut expected = Vec::new();
        let read = import_each(bytes, name, &settings, &mut |part| {
            expected.push(format!("{part:?}"));
            Ok(())
        });
        expected.push(format!("{read:?}"));

        let request = Request { name: name.to_owned(), settings, n_bytes: bytes.len() as u64, memory_bytes: 0 };
        let mut said = Vec::new();
        find(bytes, &request, &mut said).unwrap();
        let mut said = &said[..];
        let mut heard = Vec::new();
        while !said.is_empty() {
            heard.push(match frames::read_answer(&mut said).unwrap() {
                Answer::Part(part) => format!("{part:?}"),
                Answer::Done(read) => format!("{read:?}"),
            });
        }
        assert_eq!(heard, expected);
    }

    #[test]
    fn what_is_found_is_what_is_found_without_a_process() {
        check("# One\n\nLit: “é”.\n\n- a\n- b\n".as_bytes(), "a.md", ImportSettings::default());
        check(b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ruth>Lit.\n", "a.vtt", ImportSettings::default());
        check(b"date,body,text\n2024-02-29,Lit.,1\n2024,,2\n,Out.,3\n", "a.csv", ImportSettings::default());
        let columns = Columns { text: Some("body".to_owned()), ..Columns::default() };
        check(b"body,n\nLit.,1\n", "a.csv", ImportSettings { columns, ..ImportSettings::default() });
        let columns = Columns { text: Some("none".to_owned()), ..Columns::default() };
        check(b"body,n\nLit.,1\n", "a.csv", ImportSettings { columns, ..ImportSettings::default() });
        check(b"\x89PNG\r\n\x1a\n\0\0", "a.png", ImportSettings::default());
    }

    #[track_caller]
    fn check_died(said: &str, expected: &str) {
        let words = last_words(said.as_bytes());
        let error = died("a.pdf", 3 << 29, "signal: 6".to_owned(), &words).to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn how_a_process_died_is_said_without_what_is_in_the_file() {
        check_died("", "(signal: 6)");
        check_died("memory allocation of 4294967296 bytes failed\n", "takes more than 1536 MiB of memory");
        check_died(
            "\nthread 'import' (7) has overflowed its stack\nfatal runtime error\n",
            "(7) has overflowed its stack)",
        );
        check_died(
            "thread 'import' panicked at a.rs:1:2:\nthe secret is out\n",
            "(signal: 6, thread 'import' panicked at a.rs:1:2)",
        );
        let caught = "thread 'import' panicked at a.rs:1:2:\nthe secret is out\n".repeat(400);
        check_died(&format!("{caught}memory allocation of 8 bytes failed\n"), "of memory");
        check_died("the secret is out\n", "(signal: 6)");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_is_given_up_on_is_ended_and_waited_for() {
        let process = Process(Command::new("sleep").arg("1000").spawn().unwrap());
        let place = PathBuf::from(format!("/proc/{}", process.0.id()));
        assert!(place.exists());
        drop(process);
        assert!(!place.exists());
    }

    #[test]
    fn who_cannot_be_told_ends_the_reading() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let settings = ImportSettings::default();
        let request = Request { name: "a.txt".to_owned(), settings, n_bytes: 4, memory_bytes: 0 };
        assert_eq!(find(b"Lit.", &request, &mut Gone).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
