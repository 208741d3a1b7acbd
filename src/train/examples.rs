//! Documents whose sections are known, as the context model is trained on them.

use std::collections::HashMap;

use half::f16;
use rayon::prelude::*;

use crate::boundaries::depth_log_odds;
use crate::boundaries::features::{Features, N_CUE_WORDS};
use crate::document::UnitKind;
use crate::error::{Error, Result};
use crate::evaluate::data::Reference;
use crate::neural::{Encoder, Vectors};
use crate::progress::{Part, Progress, Unwatched};

/// A document, ready to be cut into stretches.
pub(crate) struct Example {
    /// Which of the kinds of documents trained on it is of.
    pub(crate) domain: usize,
    pub(crate) unit_kind: UnitKind,
    pub(crate) n_units: usize,
    /// `[units, dims]`.
    pub(crate) vectors: Vec<f16>,
    /// `[units, N_CUES]`.
    pub(crate) cues: Vec<f32>,
    pub(crate) words: Vec<[u16; N_CUE_WORDS]>,
    pub(crate) n_words: Vec<u32>,
    /// For each gap, what the depth of its valley says, in log-odds.
    pub(crate) depth: Vec<f32>,
    /// The number of the section of each unit, ascending from 0.
    pub(crate) section: Vec<u32>,
    /// For each section, the level of the boundary it opens with.
    pub(crate) levels: Vec<u8>,
    /// For each section, its class of topic.
    pub(crate) topic: Vec<Option<u16>>,
    /// For each section, whether it goes on where the one before it ended in some document that people wrote.
    pub(crate) follows: Vec<bool>,
}

impl Example {
    /// Returns the vectors of the units, as near as f16 has them.
    pub(crate) fn vectors(&self) -> Vectors {
        Vectors::new(self.vectors.len() / self.n_units, self.vectors.iter().map(|x| x.to_f32()).collect())
    }
}

/// Turns documents into examples.
pub(crate) struct Reader<'a> {
    pub(crate) encoder: &'a dyn Encoder,
    pub(crate) topics: &'a Topics,
}

impl Reader<'_> {
    /// Returns the example that a document makes.
    pub(crate) fn example(&self, reference: &Reference, vectors: &Vectors, domain: usize) -> Result<Example> {
        let Features { cues, words, n_words } = Features::of(&reference.input(Some(vectors)), &Unwatched)?;
        let n_units = reference.units.len();
        let depth = depth_log_odds(vectors, &n_words, reference.units.kind, &Unwatched)?;
        let mut section = vec![0_u32; n_units];
        for (number, units) in (0..).zip(reference.sections.sections()) {
            section[units].fill(number);
        }
        Ok(Example {
            domain,
            unit_kind: reference.units.kind,
            n_units,
            vectors: vectors.as_slice().iter().map(|&x| f16::from_f32(x)).collect(),
            cues,
            words,
            n_words,
            depth,
            section,
            topic: reference.titles.iter().map(|title| self.topics.class(title)).collect(),
            follows: vec![true; reference.levels.len()],
            levels: reference.levels.clone(),
        })
    }

    /// Turns documents into examples, in their order.
    pub(crate) fn examples(&self, references: &[(usize, Reference)], progress: &dyn Progress) -> Result<Vec<Example>> {
        let mut examples = Vec::with_capacity(references.len());
        for chunk in references.chunks(64) {
            // A document is one step, however many texts it has.
            let within = Part { progress, range: examples.len()..examples.len(), of: references.len() };
            let vectors = |(_, reference): &(usize, Reference)| {
                within.check()?;
                self.encoder.encode(&reference.texts(), &within)
            };
            let vectors: Vec<Vectors> = chunk.iter().map(vectors).collect::<Result<_>>()?;
            let made: Vec<Example> = chunk
                .par_iter()
                .zip(&vectors)
                .map(|((domain, reference), vectors)| self.example(reference, vectors, *domain))
                .collect::<Result<_>>()?;
            examples.extend(made);
            progress.report(examples.len(), references.len());
        }
        Ok(examples)
    }
}

/// Classes of topic, made of the titles that many documents share.
#[derive(Default)]
pub(crate) struct Topics {
    class_of: HashMap<String, u16>,
}

impl Topics {
    /// The fewest sections of one title that make a class.
    const MIN_SECTIONS: usize = 30;
    /// The most classes: the most frequent titles.
    const MAX_CLASSES: usize = 128;

    /// Returns the classes of the titles of these documents.
    pub(crate) fn of<'a>(references: impl Iterator<Item = &'a Reference>) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for title in references.flat_map(|reference| &reference.titles) {
            *counts.entry(plain(title)).or_default() += 1;
        }
        counts.retain(|title, count| !title.is_empty() && Self::MIN_SECTIONS <= *count);
        let mut titles: Vec<(String, usize)> = counts.into_iter().collect();
        titles.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        titles.truncate(Self::MAX_CLASSES);
        Self { class_of: titles.into_iter().enumerate().map(|(class, (title, _))| (title, class as u16)).collect() }
    }

    /// Returns how many classes there are.
    pub(crate) fn len(&self) -> usize {
        self.class_of.len()
    }

    fn class(&self, title: &str) -> Option<u16> {
        self.class_of.get(&plain(title)).copied()
    }
}

/// Returns a title without its number, in lower case.
fn plain(title: &str) -> String {
    title.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase()
}

/// Checks that there is something to learn from.
pub(crate) fn check_learnable(examples: &[Example]) -> Result<()> {
    let n_boundaries: usize = examples.iter().map(|example| example.levels.len().saturating_sub(1)).sum();
    if n_boundaries == 0 {
        return Err(Error::Nothing {
            attempt: "train the context model",
            reason: format!(
                "the {} documents have no section after the first, so there is no boundary to learn from",
                examples.len()
            ),
        });
    }
    Ok(())
}
