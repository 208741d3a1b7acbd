//! Vectors that are kept in a folder, so that what was encoded once need not be again.
//!
//! For training and measuring, which read the same documents many times. Texts that are asked for together are kept
//! together, under the SHA-256 of the encoder and of their words; files that are damaged are made anew.

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
        for (i, text) in texts.iter().enumerate() {
            if i > 0 {
                hasher.update("\n");
            }
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
        let kept = std::fs::read(&path).ok().filter(|bytes| bytes.len() == n_bytes);
        let bytes = if let Some(bytes) = kept {
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

/// Writes a file wholly or not at all, and gives its bytes back.
fn keep(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let part = path.with_extension("part");
    std::fs::write(&part, &bytes).and_then(|()| std::fs::rename(&part, path)).map_err(failed)?;
    Ok(bytes)
}
