//! Documents and an encoder for the tests of trainings.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::random::Random;
use super::{Documents, Labelled};
use crate::error::Result;
use crate::evaluate::data::{Selection, references};
use crate::neural::{Encoder, Vectors};
use crate::progress::Progress;

/// Returns what a test holds while it trains: the random numbers of libtorch are one row for the whole process, and two
/// trainings at once would each take some of the other's.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives each text a vector that follows from its bytes.
pub(crate) struct Hashing;

impl Encoder for Hashing {
    fn name(&self) -> &'static str {
        "hashing"
    }

    fn sha256(&self) -> &'static str {
        "0"
    }

    fn dims(&self) -> usize {
        384
    }

    fn encode(&self, texts: &[&str], _progress: &dyn Progress) -> Result<Vectors> {
        let vector = |text: &&str| {
            let seed = text.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
            let mut random = Random::new(seed, 0);
            let numbers: Vec<f32> = (0..384).map(|_| random.share() as f32 - 0.5).collect();
            let length = numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
            numbers.into_iter().map(move |x| x / length).collect::<Vec<f32>>()
        };
        Ok(Vectors::new(384, texts.iter().flat_map(vector).collect()))
    }
}

/// Returns documents of `n_sections` sections of some utterances each.
pub(crate) fn documents(n_documents: usize, n_sections: usize) -> Vec<Labelled> {
    let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a place for a file");
    for document in 0..n_documents {
        let utterance = |i: usize| {
            let (text, speaker) = (format!("So, sentence {i} of {document}."), format!("S{}", i % 2));
            serde_json::json!({"text": text, "speaker": speaker})
        };
        let section = |s: usize| {
            let paragraphs: Vec<_> = (0..4 + s).map(|i| utterance(10 * s + i)).collect();
            serde_json::json!({"title": "Payment", "heading_path": ["Payment"], "paragraphs": paragraphs})
        };
        let sections: Vec<_> = (0..n_sections).map(section).collect();
        let line = serde_json::json!({"id": format!("d/{document}"), "unit": "utterance", "sections": sections});
        writeln!(file, "{line}").expect("room for a file");
    }
    let found = references(file.path(), Selection::default()).expect("the file is there");
    found.map(|reference| ("talk".to_owned(), reference.expect("it is whole"))).collect()
}

/// Returns `n` documents of three sections, the first `n_train` of them to learn from.
pub(crate) fn split(n: usize, n_train: usize) -> Documents {
    let mut train = documents(n, 3);
    let held_out = train.split_off(n_train);
    Documents { train, held_out }
}

/// Stops the work once so many steps are done.
pub(crate) struct StopsAfter {
    n_steps: usize,
    of: usize,
    done: AtomicUsize,
}

impl StopsAfter {
    /// Stops after `n_steps` of work that counts to `of`.
    pub(crate) fn new(n_steps: usize, of: usize) -> Self {
        Self { n_steps, of, done: AtomicUsize::new(0) }
    }
}

impl Progress for StopsAfter {
    fn report(&self, done: usize, total: usize) {
        if total == self.of {
            self.done.store(done, Ordering::Relaxed);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.n_steps <= self.done.load(Ordering::Relaxed)
    }
}
