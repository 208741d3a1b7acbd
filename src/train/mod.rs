//! Documents whose sections are known, to weights: `caesura train`, with the cargo feature `libtorch`.
//!
//! [`context`] trains the engine that is the default; its result is a folder that every build reads. Nothing here runs
//! when a document is cut.

mod adam_w;
mod augment;
mod calibrate;
pub mod context;
mod context_net;
mod examples;
mod random;

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// Writes a file wholly or not at all: what stood there before stays until the new file is on the disk.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let part = path.with_extension("part");
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // What is half written is of no use, and would fill the disk further.
        let _ = fs::remove_file(&part);
    }
    written.map_err(failed)
}
