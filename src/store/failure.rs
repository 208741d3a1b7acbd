//! What stands in the way of the library: the one place that knows `SQLite`'s codes.

use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::types::Type;

use crate::error::{Error, Obstacle, Result};

/// Returns the error of a library in whose way something stands.
pub(super) fn refused(attempt: &'static str, path: &Path, obstacle: Obstacle) -> Error {
    Error::Library { attempt, path: path.to_owned(), obstacle }
}

/// Returns the error of a value that no version of the program writes, so of a damaged or forged file.
pub(super) fn damaged(what: impl Into<String>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Null, what.into().into())
}

/// Turns a failure that the user can do something about into [`Error::Library`], and leaves any other as it is.
pub(super) fn in_plain_words<T>(attempt: &'static str, path: &Path, result: Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        Error::Sql(sql) if sql.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Error::Cancelled,
        Error::Sql(sql) => match obstacle(&sql) {
            Some(obstacle) => refused(attempt, path, obstacle),
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

fn obstacle(error: &rusqlite::Error) -> Option<Obstacle> {
    if let rusqlite::Error::FromSqlConversionFailure(..)
    | rusqlite::Error::IntegralValueOutOfRange(..)
    | rusqlite::Error::InvalidColumnType(..) = error
    {
        return Some(Obstacle::Damaged);
    }
    Some(match error.sqlite_error_code()? {
        ErrorCode::NotADatabase => Obstacle::NoLibrary,
        ErrorCode::DatabaseCorrupt => Obstacle::Damaged,
        _ if is_busy(error) => Obstacle::Busy,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Obstacle::ReadOnly,
        ErrorCode::DiskFull => Obstacle::DiskFull,
        ErrorCode::CannotOpen => Obstacle::Unopened,
        ErrorCode::SystemIoFailure => Obstacle::DiskFailed,
        _ => return None,
    })
}
