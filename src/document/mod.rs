//! What everyone talks about: plain values, no input, no output.
//!
//! # Glossary
//!
//! One name for a thing, in Rust, in SQL, on the command line and in the window.
//!
//! - **document**: what one file becomes, or each part of it: a title, its plain text, and the blocks the text is laid
//!   out in.
//! - **block**: a piece of the text as the file lays it out: a heading, a paragraph, a list item, a table row,
//!   a subtitle cue's worth of speech.
//! - **unit**: the smallest piece a chapter is made of: a paragraph, a sentence or an utterance. Never cut inside.
//! - **gap**: the place between unit `n` and unit `n + 1`, numbered `n`. A document of `n` units has `n - 1` gaps.
//! - **gap score**: in `0.0..=1.0`, how likely it is that the subject changes at a gap.
//! - **boundary**: a gap at which a chapter ends and the next begins.
//! - **chapter**: a run of units with a title and a level. The chapters of one layer tile the document.
//! - **layer**: where a set of chapters comes from: found by an engine, or *as written* by the file: by its headings,
//!   or by its marks.
//! - **mark**: a chapter that the file lists apart from its text, such as a bookmark.
//! - **field**: what the file says of the whole document beside its text, such as its date.
//! - **part**: one document of a file that holds several, such as a letter of a mailbox.
//! - **granularity**: in `0.0..=1.0`, how finely a document is cut; more is finer, and finer keeps every boundary.
//! - **correction**: what a person says of the chapter that starts at a unit: that one starts there or none does, its
//!   title, its level, or that it is locked. It lies beside the chapters and survives every cut.
//! - **note**: a highlight on a span of the text, with what a person wrote there and tags, or without.
//! - **topic**: an ordered list of weighted words that occur together, and the documents that bear it.
//! - **profile**: the vector of words that documents are compared with to say how strongly they bear a topic.

mod block;
mod chapter;
mod combined;
mod fields;
mod gap_scores;
mod position;
mod profile;
mod provenance;
mod table;
mod unit;

pub use block::{Block, BlockKind, Document, Format, Utterance};
pub use chapter::{Chapter, Layer, Origin};
pub use combined::{TopicPart, combined_label, combined_words};
pub use fields::{Date, Field, Fields, Mark, Page, Pages};
pub use gap_scores::GapScores;
pub use position::{ByteOffset, GapIndex, Millis, Span, TimeSpan, UnitIndex};
pub use profile::ProfileWord;
pub use provenance::{Provenance, setting};
pub use table::Table;
pub use unit::{Heading, Unit, UnitKind, Units};
