//! Min-hash values of words that were worked out before, part of a corpus by part.
//!
//! A word's value is the least over the documents it stands in, so its value in a corpus is the least of its values in the
//! parts. A value depends on the seed, the function and the places of the documents, not on the other words: limits on
//! their frequency, chosen when all parts are known, change nothing about it.
//!
//! A part keeps the values of words of so many documents that they take no more room than its postings. A word that
//! some part holds without values is hashed as it is without signatures.

use std::fs::File;
use std::path::PathBuf;

use super::WordId;
use super::bag::Bags;
use super::minhash::{LANES, Lanes};
use super::spill::read_exact_at;
use super::vocabulary::Vocabulary;
use crate::error::{Error, Result};

/// The bytes of one word's values under the functions of one pass.
pub(crate) const LANES_BYTES: usize = LANES * size_of::<u32>();

/// The values of the parts of a corpus, in the files of their sketches.
#[derive(Debug)]
pub struct Signatures {
    pub(crate) parts: Vec<SignedPart>,
    /// For how many passes every part has values.
    pub(crate) n_passes: usize,
}

/// The values of one part.
#[derive(Debug)]
pub(crate) struct SignedPart {
    pub(crate) file: File,
    pub(crate) path: PathBuf,
    /// Where the values start in the file: [`LANES_BYTES`] a word, all words of a pass together.
    pub(crate) start: u64,
    /// The words, numbered as in the vocabulary of the corpus; nothing for a word that it leaves out.
    pub(crate) words: Vec<Option<WordId>>,
    /// All words that stand in the part, with values or without, so numbered.
    pub(crate) held: Vec<WordId>,
}

impl Signatures {
    /// Returns, for each word of a vocabulary of `n_words`, whether every part that holds it has its values.
    fn is_signed(&self, n_words: usize) -> Vec<bool> {
        let mut n_unsigned = vec![0_u32; n_words];
        for part in &self.parts {
            for word in &part.held {
                n_unsigned[word.index()] += 1;
            }
            for word in part.words.iter().flatten() {
                n_unsigned[word.index()] -= 1;
            }
        }
        let mut is_held = vec![false; n_words];
        for word in self.parts.iter().flat_map(|part| &part.held) {
            is_held[word.index()] = true;
        }
        n_unsigned.into_iter().zip(is_held).map(|(n_unsigned, is_held)| is_held && n_unsigned == 0).collect()
    }

    /// Returns the values of the words of `limited`, which are some of those of `all`, in the same order. `bags` hold the words
    /// of `limited`.
    pub(crate) fn within_limits(&self, all: &Vocabulary, limited: &Vocabulary, bags: &Bags) -> Result<Signed<'_>> {
        let is_signed = self.is_signed(all.len());
        let mut number = vec![None; all.len()];
        let mut rest = vec![None; limited.len()];
        let mut next = 0;
        for (word, is_signed) in is_signed.into_iter().enumerate() {
            if next < limited.len() && all.words()[word].term == limited.words()[next].term {
                let limited = WordId::from(next);
                if is_signed {
                    number[word] = Some(limited);
                } else {
                    rest[next] = Some(limited);
                }
                next += 1;
            }
        }
        tracing::debug!(n_signed = number.iter().flatten().count(), n_words = limited.len(), "put signatures together");
        Ok(Signed { signatures: self, number, rest: bags.renumbered(&rest)? })
    }
}

/// Values of the words of a vocabulary within limits.
pub(crate) struct Signed<'a> {
    signatures: &'a Signatures,
    /// The number within limits of a word that needs no hashing, by its number in the vocabulary of the corpus.
    number: Vec<Option<WordId>>,
    /// The bags of the words that have to be hashed.
    rest: Bags,
}

impl Signed<'_> {
    /// Returns whether there are values for a pass.
    pub(crate) fn has_pass(&self, pass: usize) -> bool {
        pass < self.signatures.n_passes
    }

    /// Returns the bags of the words without values.
    pub(crate) fn rest(&self) -> &Bags {
        &self.rest
    }

    /// Lowers `of_words` to the values of one pass.
    pub(crate) fn lower(&self, pass: usize, of_words: &mut [Lanes]) -> Result<()> {
        for part in &self.signatures.parts {
            let mut bytes = vec![0; part.words.len() * LANES_BYTES];
            let start = part.start + (pass * bytes.len()) as u64;
            read_exact_at(&part.file, &mut bytes, start)
                .map_err(|source| Error::Read { path: part.path.clone(), source })?;
            let (values, _) = bytes.as_chunks::<LANES_BYTES>();
            for (word, values) in part.words.iter().zip(values) {
                let Some(word) = word.and_then(|word| self.number[word.index()]) else { continue };
                let (values, _) = values.as_chunks();
                for (least, &value) in of_words[word.index()].iter_mut().zip(values) {
                    *least = u32::from_le_bytes(value).min(*least);
                }
            }
        }
        Ok(())
    }
}
