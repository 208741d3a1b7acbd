//! What a topic is told by.

/// A word in a topic's profile: the vector that documents are compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileWord {
    /// What is counted: the word's stem, or the word itself where a corpus comes as counts.
    pub term: String,
    /// Its part of the vector, above 0; the vector is of length 1.
    pub value: f32,
    /// The logarithm of one over the share of documents that hold it, at least 0; the same in all profiles.
    pub idf: f32,
}
