//! Caesura cuts long texts into titled chapters, finds the topics of a collection, and searches both.
//!
//! # The two flows
//!
//! ```text
//! file -> import -> units -> gap scores -> chapters -> titles -> store -> browse / correct / search / export
//! store -> bags of words -> inverted index -> min-hash -> co-occurring word sets -> clusters -> topics -> store
//! ```
//!
//! Both are functions of [`pipeline`]: start there. Each step is a room of its own, and a room imports only from
//! the rooms above it in the list below; `tests/layers.rs` holds the table.

pub mod boundaries;
pub mod chapters;
pub mod concordance;
pub mod corrections;
pub mod document;
pub mod error;
pub mod evaluate;
pub mod export;
pub mod import;
pub mod neural;
pub mod pictures;
pub mod pipeline;
pub mod progress;
pub mod search;
pub mod store;
pub mod titles;
pub mod topics;
#[cfg(feature = "libtorch")]
pub mod train;
pub mod units;
pub mod word_counts;
pub mod words;

/// The version of this program, as its package has it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
