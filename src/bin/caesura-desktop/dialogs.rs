//! The system's file dialogs, each in a thread of its own: no frame ever waits for one.
//!
//! In: what to ask for. Out: the paths chosen, over a channel. Where no portal runs the system shows nothing and
//! answers with nothing; the window says so then, and the field for a typed path is there for that.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::Command;
use crate::concordance::PlacesCommand;
use crate::topics::{PictureFormat, TopicsCommand};
use crate::worker::Wake;

/// What a dialog asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Files to add.
    Files,
    /// A folder whose files are added.
    Folder,
    /// A library to open.
    Library,
    /// The name of a library to make.
    NewLibrary,
    /// A folder to watch.
    WatchedFolder,
    /// The folder that an export goes to.
    ExportFolder,
    /// The file of the user's own library.
    OwnLibrary,
    /// A backup to go back to.
    Backup,
    /// Where to save a picture.
    SavePicture(PictureFormat, String),
    /// Where to save the places of a word.
    SavePlaces,
}

/// What asks the user for files.
pub(crate) trait Dialogs {
    /// Shows the dialog that asks `question`, and does not wait for the answer.
    fn ask(&mut self, question: Question);

    /// Returns what was chosen since the last call, as the command that follows from it.
    fn answered(&mut self) -> Option<Command>;
}

/// A dialog is seen for at least so long.
const LEAST_TIME: Duration = Duration::from_millis(250);

/// Asks through the system's dialogs, one at a time.
pub(crate) struct SystemDialogs {
    sender: Sender<Option<Command>>,
    receiver: Receiver<Option<Command>>,
    is_open: bool,
    wake: Wake,
}

impl SystemDialogs {
    /// Makes the asker; `wake` is called when an answer is there.
    pub(crate) fn new(wake: Wake) -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver, is_open: false, wake }
    }
}

impl Dialogs for SystemDialogs {
    /// Does nothing while another one is open.
    fn ask(&mut self, question: Question) {
        if self.is_open {
            return;
        }
        let sender = self.sender.clone();
        let wake = self.wake.clone();
        let asked = thread::Builder::new().name("dialog".to_owned()).spawn(move || {
            // The window may be gone by the time somebody answers.
            let began = Instant::now();
            let answer = answer(question);
            // Nobody closes a dialog that fast: there was none.
            let is_none = answer.is_none() && began.elapsed() < LEAST_TIME;
            let _ = sender.send(if is_none { Some(Command::NoDialog) } else { answer });
            wake();
        });
        match asked {
            Ok(_) => self.is_open = true,
            Err(error) => tracing::warn!(%error, "could not start the thread of a dialog"),
        }
    }

    fn answered(&mut self) -> Option<Command> {
        let answer = self.receiver.try_recv().ok()?;
        self.is_open = false;
        answer
    }
}

/// Shows the dialog and waits for its answer.
fn answer(question: Question) -> Option<Command> {
    match question {
        Question::Files => rfd::FileDialog::new()
            .set_title("Add files to the library")
            .add_filter("Documents and transcripts", &caesura::import::EXTENSIONS)
            .add_filter("All files", &["*"])
            .pick_files()
            .filter(|paths| !paths.is_empty())
            .map(Command::AddPaths),
        Question::Folder => rfd::FileDialog::new()
            .set_title("Add a folder to the library")
            .pick_folder()
            .map(|path| Command::AddPaths(vec![path])),
        Question::Library => rfd::FileDialog::new()
            .set_title("Open a library")
            .add_filter("Caesura libraries", &["caesura"])
            .add_filter("All files", &["*"])
            .pick_file()
            .map(Command::OpenLibrary),
        Question::NewLibrary => rfd::FileDialog::new()
            .set_title("Make a library")
            .add_filter("Caesura libraries", &["caesura"])
            .set_file_name("library.caesura")
            .save_file()
            .map(|path: PathBuf| Command::OpenLibrary(path)),
        Question::WatchedFolder => rfd::FileDialog::new().set_title("Watch a folder").pick_folder().map(Command::Watch),
        Question::ExportFolder => {
            let folder = rfd::FileDialog::new().set_title("Export to a folder").pick_folder();
            folder.map(|folder| Command::TypeExport(folder.to_string_lossy().into_owned()))
        }
        Question::OwnLibrary => rfd::FileDialog::new()
            .set_title("Choose the library that is yours")
            .add_filter("Caesura libraries", &["caesura"])
            .add_filter("All files", &["*"])
            .pick_file()
            .map(Command::ChooseOwn),
        Question::Backup => rfd::FileDialog::new().set_title("Choose a backup").pick_file().map(Command::Restore),
        Question::SavePicture(format, name) => rfd::FileDialog::new()
            .set_title("Save the picture")
            .add_filter(format.label(), &[format.ending()])
            .set_file_name(name)
            .save_file()
            .map(|path| Command::Topics(TopicsCommand::SaveTo(path, format))),
        Question::SavePlaces => rfd::FileDialog::new()
            .set_title("Save the places")
            .add_filter("CSV", &["csv"])
            .set_file_name("places.csv")
            .save_file()
            .map(|path| Command::Places(PlacesCommand::SaveTo(path))),
    }
}
