//! Vectors that are kept in a folder, so that what was encoded once need not be again.
//!
//! For training and measuring, which read the same documents many times. Texts that are asked for together are kept
//! together, under the SHA-256 of the encoder and of the texts, each after its length. A file is the numbers and their
//! SHA-256; one that is damaged is made anew.

use std::path::{Path, PathBuf};

use half::f16;
use sha2::{Digest, Sha256};

use super::{Encoder, Vectors, hex};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// An encoder that looks into a folder first. Its vectors are rounded to f16, whether they were there or not.
pub struct KeptVectors {
    encoder: Box<dyn Encoder>,
    folder: PathBuf,
}

impl KeptVectors {
    /// Returns an encoder that keeps the vectors of `encoder` in `folder`, which need not be there yet.
    pub fn new(encoder: Box<dyn Encoder>, folder: &Path) -> Self {
        Self { encoder, folder: folder.to_owned() }
    }

    /// Returns the file of these texts.
    fn path(&self, texts: &[&str]) -> PathBuf {
        let mut hasher = Sha256::new();
        hasher.update(self.encoder.sha256());
        for text in texts {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
        let key = hex(&hasher.finalize());
        self.folder.join(&key[..2]).join(format!("{key}.f16"))
    }
}

impl Encoder for KeptVectors {
    fn name(&self) -> &'static str {
        self.encoder.name()
    }

    fn sha256(&self) -> &str {
        self.encoder.sha256()
    }

    fn dims(&self) -> usize {
        self.encoder.dims()
    }

    fn encode(&self, texts: &[&str], progress: &dyn Progress) -> Result<Vectors> {
        let path = self.path(texts);
        let n_bytes = texts.len() * self.dims() * 2;
        let bytes = if let Some(bytes) = kept(&path).filter(|bytes| bytes.len() == n_bytes) {
            bytes
        } else {
            let vectors = self.encoder.encode(texts, progress)?;
            let bytes = vectors.as_slice().iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect();
            keep(&path, bytes)?
        };
        let numbers = bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect();
        Ok(Vectors::new(self.dims(), numbers))
    }
}

/// Returns the bytes that a file keeps, if it is there and whole.
fn kept(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = std::fs::read(path).ok()?;
    let (numbers, sha256) = bytes.split_last_chunk::<32>()?;
    let n_bytes = (Sha256::digest(numbers)[..] == sha256[..]).then_some(numbers.len())?;
    bytes.truncate(n_bytes);
    Some(bytes)
}

/// Writes a file wholly or not at all, and gives the bytes that it keeps back.
fn keep(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let part = path.with_extension("part");
    let sha256 = Sha256::digest(&bytes);
    std::fs::write(&part, [&bytes[..], &sha256[..]].concat())
        .and_then(|()| std::fs::rename(&part, path))
        .map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::progress::Unwatched;

    /// Gives each text its length, and counts how often it is asked.
    struct Lengths(Arc<AtomicUsize>);

    impl Encoder for Lengths {
        fn name(&self) -> &'static str {
            "lengths"
        }

        fn sha256(&self) -> &'static str {
            "1"
        }

        fn dims(&self) -> usize {
            1
        }

        fn encode(&self, texts: &[&str], _progress: &dyn Progress) -> Result<Vectors> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(Vectors::new(1, texts.iter().map(|text| text.len() as f32).collect()))
        }
    }

    fn kept_in(folder: &Path) -> (KeptVectors, Arc<AtomicUsize>) {
        let n_asked = Arc::new(AtomicUsize::new(0));
        (KeptVectors::new(Box::new(Lengths(Arc::clone(&n_asked))), folder), n_asked)
    }

    #[track_caller]
    fn check(encoder: &KeptVectors, texts: &[&str], expected: &[f32]) {
        assert_eq!(encoder.encode(texts, &Unwatched).expect("room for a file").as_slice(), expected);
    }

    #[test]
    fn texts_are_kept_apart_from_others_that_read_alike_together() {
        let folder = tempfile::tempdir().expect("a folder");
        let (encoder, n_asked) = kept_in(folder.path());
        for _ in 0..2 {
            check(&encoder, &["a\nb", "c"], &[3.0, 1.0]);
            check(&encoder, &["a", "b\nc"], &[1.0, 3.0]);
        }
        assert_eq!(n_asked.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_damaged_file_is_made_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let (encoder, n_asked) = kept_in(folder.path());
        let texts = ["tide", "lamp oil"];
        check(&encoder, &texts, &[4.0, 8.0]);
        let path = encoder.path(&texts);
        let whole = std::fs::read(&path).expect("it was written");
        let mut damaged = whole.clone();
        damaged[0] ^= 1;
        for (n, bytes) in [damaged, whole[..whole.len() - 1].to_vec(), Vec::new()].into_iter().enumerate() {
            std::fs::write(&path, bytes).expect("room for a file");
            check(&encoder, &texts, &[4.0, 8.0]);
            assert_eq!(n_asked.load(Ordering::Relaxed), n + 2);
        }
        assert_eq!(std::fs::read(&path).expect("it was written"), whole);
    }
}
