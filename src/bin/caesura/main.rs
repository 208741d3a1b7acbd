//! The command line: what is typed, done, and said.

mod args;
mod commands;
mod output;

use std::process::ExitCode;

use caesura::error::{Error, Kind};
use caesura::import;
use clap::Parser;

use args::{Command, Typed};
use output::Session;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|first| first == import::READER_ARGUMENT) {
        return import::serve(std::io::stdin(), std::io::stdout());
    }
    let typed = Typed::parse();
    init_log();
    let session = match Session::start(typed.common) {
        Ok(session) => session,
        Err(error) => return say(&error),
    };
    let done = match typed.command {
        Command::Add(args) => commands::add::run(&session, &args),
        Command::Split(args) => commands::split::run(&session, &args),
        Command::Topics(args) => commands::topics::run(&session, &args),
        Command::Topic(args) => commands::topic::run(&session, &args),
        Command::List(args) => commands::list::run(&session, &args),
        Command::Show(args) => commands::show::run(&session, &args),
        Command::Edit(args) => commands::edit::run(&session, &args),
        Command::Remove(args) => commands::remove::run(&session, &args),
        Command::Tag(args) => commands::tag::run(&session, &args),
        Command::Mark(args) => commands::mark::run(&session, &args),
        Command::Search(args) => commands::search::run(&session, &args),
        Command::Concordance(args) => commands::concordance::run(&session, &args),
        Command::Export(args) => commands::export::run(&session, &args),
        Command::Backup(args) => commands::backup::back_up(&session, &args),
        Command::Restore(args) => commands::backup::restore(&session, &args),
        Command::Evaluate(args) => commands::evaluate::run(&session, &args),
        #[cfg(feature = "libtorch")]
        Command::Train(args) => commands::train::run(&session, &args),
        Command::Completions(args) => commands::manual::completions(&args),
        Command::Man => commands::manual::man(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(&error),
    }
}

/// Logs to standard error what `CAESURA_LOG` asks for, such as `caesura=debug`; only warnings without it.
fn init_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CAESURA_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().init();
}

/// Says what went wrong, and returns the exit code that tells scripts whose fault it was.
fn say(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        // Whoever read our output has read enough.
        return ExitCode::SUCCESS;
    }
    let kind = error.downcast_ref::<Error>().map_or(Kind::Input, Error::kind);
    match kind {
        Kind::Cancelled => ExitCode::from(130),
        Kind::Input => {
            output::complain(&output::told(error));
            ExitCode::from(2)
        }
        Kind::Internal => {
            output::complain(&format!(
                "{}\nThis is a mistake in Caesura; please report it with the command that led to it.",
                output::told(error)
            ));
            ExitCode::from(1)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    causes.any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
