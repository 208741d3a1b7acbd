//! Results against a reference: one measure per file, its paper in the head.

pub mod corpus;
pub mod topics;
