//! Why a file is refused, before its name is known: what a parser returns, and [`Error`] says.

use crate::error::Error;

/// The result of a parser.
pub(super) type Unread<T> = Result<T, Refusal>;

/// Why a file, or a file in it, is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no text of any kind, but this.
    NotText(String),
    /// It is damaged so that nothing can be read.
    Damaged {
        /// What it is: `"a PDF file"`.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A password protects it.
    Locked {
        /// What it is.
        what: &'static str,
    },
    /// Its pages are pictures, or most of them.
    Scanned {
        /// How many pages are pictures.
        n_scanned: usize,
        /// How many pages it has.
        n_pages: usize,
    },
    /// Its fonts do not say what their signs mean.
    Unmapped {
        /// What share of its signs cannot be read, in per cent.
        percent: usize,
    },
    /// It unpacks to more than is admitted.
    Unpacks {
        /// The most that is unpacked.
        limit_bytes: u64,
    },
    /// A column that was asked for is not in it.
    NoColumn {
        /// What was asked for.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
    },
}

impl Refusal {
    /// Returns the error for the file `name`.
    pub(super) fn of(self, name: &str) -> Error {
        let name = name.to_owned();
        match self {
            Self::NotText(found) => Error::NotText { name, found },
            Self::Damaged { what, reason } => Error::Damaged { name, what: what.into(), reason },
            Self::Locked { what } => Error::Locked { name, what: what.into() },
            Self::Scanned { n_scanned, n_pages } => Error::Scanned { name, n_scanned, n_pages },
            Self::Unmapped { percent } => Error::Unmapped { name, percent },
            Self::Unpacks { limit_bytes } => Error::Unpacks { name, limit_bytes },
            Self::NoColumn { column, columns } => Error::NoColumn { name, column, columns: columns.join(", ") },
        }
    }
}

/// Runs a parser of others on a file. They are made for hostile files; should one panic at a file nevertheless, that file is
/// damaged, and no more.
pub(super) fn caught<T>(what: &'static str, read: impl FnOnce() -> Unread<T>) -> Unread<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Refusal::Damaged { what, reason: "its instructions make no sense".to_owned() }))
}
