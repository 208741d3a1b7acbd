//! What stands in the way of the library, in plain words: the one place that knows `SQLite`'s codes.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::types::Type;

use crate::error::{Error, Result};

/// Returns the error of a library that cannot be used for `reason`.
pub(super) fn refused(attempt: &'static str, path: &Path, reason: impl Into<String>) -> Error {
    Error::Library { attempt, path: path.to_owned(), reason: reason.into() }
}

/// Returns the error of a value that no version of the program writes, so of a damaged or forged file.
pub(super) fn damaged(what: impl Into<String>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Null, what.into().into())
}

/// Turns a failure that the user can do something about into [`Error::Library`], and leaves any other as it is.
pub(super) fn in_plain_words<T>(attempt: &'static str, path: &Path, result: Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        Error::Sql(sql) if sql.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Error::Cancelled,
        Error::Sql(sql) => match reason(&sql) {
            Some(reason) => refused(attempt, path, reason),
            None => Error::Sql(sql),
        },
        other => other,
    })
}

/// Returns whether another program stands in the way, and may soon be gone.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed))
}

fn reason(error: &rusqlite::Error) -> Option<&'static str> {
    const DAMAGED: &str = "the file is damaged; go back to a copy of it";
    if let rusqlite::Error::FromSqlConversionFailure(..)
    | rusqlite::Error::IntegralValueOutOfRange(..)
    | rusqlite::Error::InvalidColumnType(..) = error
    {
        return Some(DAMAGED);
    }
    Some(match error.sqlite_error_code()? {
        ErrorCode::NotADatabase => "it is not a library of Caesura; choose another file",
        ErrorCode::DatabaseCorrupt => DAMAGED,
        _ if is_busy(error) => "another program is writing to it; try again when that is done",
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            "the file or its folder may not be written to; nothing was changed; ask for the right to, or choose another file"
        }
        ErrorCode::DiskFull => "the disk is full; nothing was changed; make room and try again",
        ErrorCode::CannotOpen => {
            "the file, or one that SQLite keeps beside it, could not be opened; check that you may write to its folder"
        }
        ErrorCode::SystemIoFailure => {
            "the disk failed to read or write; nothing was changed; check the disk and try again"
        }
        _ => return None,
    })
}
