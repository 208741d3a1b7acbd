//! Documents made of others, for a model that meets what nobody collected: other subjects side by side, and transcripts
//! as speech recognisers write them.

use half::f16;

use super::examples::{Example, Reader};
use super::random::Random;
use crate::document::{GapIndex, Span, Unit, UnitKind, Units};
use crate::error::Result;
use crate::evaluate::Segmentation;
use crate::evaluate::data::Reference;
use crate::neural::Vectors;
use crate::words;

/// The sections of a spliced document, from a few to so many.
const SPLICED_SECTIONS: usize = 24;

/// Returns spliced documents, `share` for each document: runs of one to three sections of several documents that are of
/// one kind. The subject changes for certain where two runs meet.
pub(super) fn spliced(
    documents: &[(usize, Reference)],
    examples: &[Example],
    share: f64,
    seed: u64,
    reader: &Reader,
) -> Result<Vec<Example>> {
    let mut random = Random::new(seed, 2);
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let n_spliced = (documents.len() as f64 * share) as usize;
    let mut all = Vec::with_capacity(n_spliced);
    for _ in 0..n_spliced {
        // A model document gives the kind; the others come from documents of the same domain.
        let (domain, model) = &documents[random.below(documents.len())];
        let of_domain: Vec<usize> = (0..documents.len())
            .filter(|&i| documents[i].0 == *domain && documents[i].1.units.kind == model.units.kind)
            .collect();
        let n_sections = 4 + random.below(SPLICED_SECTIONS);
        let mut splice = Splice::new(model);
        while splice.levels.len() < n_sections {
            let place = of_domain[random.below(of_domain.len())];
            let (document, example) = (&documents[place].1, &examples[place]);
            let n = document.sections.n_sections();
            let first = random.below(n);
            let last = (first + 1 + random.below(3)).min(n);
            splice.push(document, example, first..last);
        }
        let Splice { reference, vectors, follows, .. } = splice.done();
        let vectors = Vectors::new(reader.encoder.dims(), vectors.into_iter().map(f16::to_f32).collect());
        let mut example = reader.example(&reference, &vectors, *domain)?;
        example.follows = follows;
        all.push(example);
    }
    Ok(all)
}

struct Splice {
    reference: Reference,
    vectors: Vec<f16>,
    levels: Vec<u8>,
    follows: Vec<bool>,
    boundaries: Vec<GapIndex>,
}

impl Splice {
    fn new(model: &Reference) -> Self {
        let reference = Reference {
            text: String::new(),
            units: Units { kind: model.units.kind, units: Vec::new(), headings: Vec::new() },
            titles: Vec::new(),
            levels: Vec::new(),
            ..model.clone()
        };
        Self { reference, vectors: Vec::new(), levels: Vec::new(), follows: Vec::new(), boundaries: Vec::new() }
    }

    /// Puts the sections of `document` behind what there is.
    fn push(&mut self, document: &Reference, example: &Example, sections: std::ops::Range<usize>) {
        let dims = example.vectors.len() / example.n_units;
        for section in sections.clone() {
            if let Some(last) = self.reference.units.units.len().checked_sub(1) {
                self.boundaries.push(GapIndex::from(last));
            }
            self.levels.push(1);
            self.follows.push(section != sections.start);
            self.reference.titles.push(document.titles[section].clone());
            let from = example.section.partition_point(|&s| (s as usize) < section);
            let to = example.section.partition_point(|&s| (s as usize) <= section);
            for unit in from..to {
                let Unit { span, speaker, .. } = &document.units.units[unit];
                push_unit(&mut self.reference, span.of(&document.text), speaker.clone());
            }
            self.vectors.extend_from_slice(&example.vectors[from * dims..to * dims]);
        }
    }

    fn done(mut self) -> Self {
        let n_units = self.reference.units.units.len();
        self.reference.sections = Segmentation::new(n_units, std::mem::take(&mut self.boundaries));
        self.reference.levels = self.levels.clone();
        self
    }
}

fn push_unit(reference: &mut Reference, text: &str, speaker: Option<String>) {
    if !reference.text.is_empty() {
        reference.text.push('\n');
    }
    let start = reference.text.len();
    reference.text.push_str(text);
    let span = Span::new(start..reference.text.len());
    reference.units.units.push(Unit { span, speaker, time: None });
}

/// The words of a piece of an automatic transcript, from so few to so many: a line of subtitles to a paragraph.
const PIECE_WORDS: std::ops::Range<usize> = 8..60;

/// Returns documents of spoken text as a speech recogniser would have written them, for `share` of them: no case, no
/// punctuation, cut anew into pieces of so many words; of half of them nobody knows who speaks.
pub(super) fn automatic(documents: &[(usize, Reference)], share: f64, seed: u64) -> Vec<(usize, Reference)> {
    let mut all = Vec::new();
    for (number, (domain, document)) in documents.iter().enumerate() {
        let mut random = Random::new(seed, 1_000_000 + number as u64);
        if document.units.kind == UnitKind::Utterance && random.share() < share {
            let made = automatic_of(document, &mut random);
            if !made.units.is_empty() {
                all.push((*domain, made));
            }
        }
    }
    all
}

fn automatic_of(document: &Reference, random: &mut Random) -> Reference {
    let n_words = PIECE_WORDS.start + random.below(PIECE_WORDS.len());
    let keeps_speakers = random.below(2) == 0;
    let mut made = Splice::new(document).reference;
    let mut boundaries = document.sections.boundaries().iter().map(|boundary| boundary.unit_after().index()).peekable();
    let mut cuts = Vec::new();
    let mut piece: Vec<String> = Vec::new();
    let mut speaker: Option<String> = None;
    let flush = |made: &mut Reference, piece: &mut Vec<String>, speaker: &Option<String>| {
        if !piece.is_empty() {
            push_unit(made, &piece.join(" "), speaker.clone());
            piece.clear();
        }
    };
    for (number, unit) in document.units.units.iter().enumerate() {
        let begins = boundaries.next_if_eq(&number).is_some();
        let unit_speaker = if keeps_speakers { unit.speaker.clone() } else { None };
        if unit_speaker != speaker {
            flush(&mut made, &mut piece, &speaker);
            speaker = unit_speaker;
        }
        // Pieces take no notice of sections, or their length would tell: a section begins at the piece nearest to where it
        // did.
        if begins {
            let n_before = made.units.units.len() + usize::from(n_words <= 2 * piece.len());
            cuts.extend(n_before.checked_sub(1).map(GapIndex::from));
        }
        for token in words::tokens(unit.span.of(&document.text)) {
            piece.push(words::fold(token.text).into_owned());
            if n_words <= piece.len() {
                flush(&mut made, &mut piece, &speaker);
            }
        }
    }
    flush(&mut made, &mut piece, &speaker);
    // A section without a word is no section: its boundary fell together with another, or with an end.
    cuts.dedup();
    let n_units = made.units.units.len();
    cuts.retain(|gap| gap.unit_after().index() < n_units);
    let n_sections = cuts.len() + 1;
    made.sections = Segmentation::new(n_units, cuts);
    made.levels = vec![1; n_sections];
    made.titles = vec![String::new(); n_sections];
    made
}

#[cfg(test)]
mod tests {
    use super::super::samples::documents;
    use super::*;

    #[test]
    fn the_pieces_of_an_automatic_transcript_take_no_notice_of_sections() {
        let references: Vec<(usize, Reference)> =
            documents(40, 6).into_iter().map(|(_, reference)| (0, reference)).collect();
        let made = automatic(&references, 1.0, 7);
        let unheard: Vec<&Reference> =
            made.iter().map(|(_, made)| made).filter(|made| made.units.units[0].speaker.is_none()).collect();
        assert!(!unheard.is_empty() && unheard.len() < references.len());
        for reference in unheard {
            let n_words: Vec<usize> =
                reference.units.texts(&reference.text).into_iter().map(|unit| words::tokens(unit).count()).collect();
            let (last, others) = n_words.split_last().expect("there are words");
            assert!(others.iter().all(|n| n == &n_words[0]) && *last <= n_words[0], "{n_words:?}");
            assert!(!reference.text.contains(char::is_uppercase) && !reference.text.contains('.'));
            assert!(reference.sections.n_sections() <= 6);
        }
    }
}
