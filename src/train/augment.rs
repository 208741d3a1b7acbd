//! Documents made of others, for a model that meets what nobody collected: other subjects side by side, transcripts as
//! speech recognisers write them, and texts cut into larger or smaller units than those they were collected in.

use std::ops::Range;

use half::f16;

use super::examples::{Example, Reader};
use super::random::Random;
use crate::document::{Block, BlockKind, Document, Format, GapIndex, Span, Unit, UnitKind, Units};
use crate::error::Result;
use crate::evaluate::Segmentation;
use crate::evaluate::data::Reference;
use crate::neural::Vectors;
use crate::units::units;
use crate::words;

/// How many documents are made of others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MadeOver {
    /// Documents made over as a speech recogniser would have written them, for each of spoken text there is.
    pub automatic: f64,
    /// Documents made over as by a recogniser that sets points but knows no speaker, for each of spoken text there is.
    pub punctuated: f64,
    /// Documents cut anew into larger or smaller units, for each document there is.
    pub regrouped: f64,
    /// Documents spliced together of sections of others, for each document there is.
    pub spliced: f64,
}

impl MadeOver {
    /// As many as the models that this program carries were trained on.
    pub fn usual() -> Self {
        Self { automatic: 0.3, punctuated: 0.5, regrouped: 0.25, spliced: 0.3 }
    }

    /// Returns those made of one document each.
    pub(super) fn of(&self, documents: &[(usize, Reference)], seed: u64) -> Vec<(usize, Reference)> {
        let mut all = automatic(documents, self.automatic, seed);
        all.extend(punctuated(documents, self.punctuated, seed));
        all.extend(regrouped(documents, self.regrouped, seed));
        all
    }
}

/// The sections of a spliced document, from a few to so many.
const SPLICED_SECTIONS: usize = 24;

/// A document spliced together of others.
pub(super) struct Spliced {
    /// The kind of documents it is of.
    pub(super) domain: usize,
    pub(super) reference: Reference,
    /// For each section, whether it goes on where the one before it ended in a document that people wrote.
    pub(super) follows: Vec<bool>,
    /// What it is made of, in its order: documents by their place, and which of their units.
    pub(super) made_of: Vec<(usize, Range<usize>)>,
}

/// Returns spliced documents, `share` for each document: runs of one to three sections of several documents that are of
/// one kind. The subject changes for certain where two runs meet.
pub(super) fn spliced(documents: &[(usize, Reference)], share: f64, seed: u64) -> Vec<Spliced> {
    let mut random = Random::new(seed, 2);
    if documents.is_empty() {
        return Vec::new();
    }
    let n_spliced = (documents.len() as f64 * share) as usize;
    let mut splice = |_| {
        // A model document gives the kind; the others come from documents of the same domain.
        let (domain, model) = &documents[random.below(documents.len())];
        let of_domain: Vec<usize> = (0..documents.len())
            .filter(|&i| documents[i].0 == *domain && documents[i].1.units.kind == model.units.kind)
            .collect();
        let n_sections = 4 + random.below(SPLICED_SECTIONS);
        let mut splice = Splice::new(model);
        let mut made_of = Vec::new();
        while splice.levels.len() < n_sections {
            let place = of_domain[random.below(of_domain.len())];
            let document = &documents[place].1;
            let n = document.sections.n_sections();
            let first = random.below(n);
            let last = (first + 1 + random.below(3)).min(n);
            made_of.push((place, splice.push(document, first..last)));
        }
        let Splice { reference, follows, .. } = splice.done();
        Spliced { domain: *domain, reference, follows, made_of }
    };
    (0..n_spliced).map(&mut splice).collect()
}

/// Returns spliced documents as examples, with the vectors that `examples` has of the units they are made of.
pub(super) fn spliced_examples(
    documents: &[(usize, Reference)],
    examples: &[Example],
    share: f64,
    seed: u64,
    reader: &Reader,
) -> Result<Vec<Example>> {
    let dims = reader.encoder.dims();
    let example = |Spliced { domain, reference, follows, made_of }: Spliced| {
        let of_units = |(place, units): &(usize, Range<usize>)| {
            examples[*place].vectors[units.start * dims..units.end * dims].iter().map(|x: &f16| x.to_f32())
        };
        let vectors = Vectors::new(dims, made_of.iter().flat_map(of_units).collect());
        let example = reader.example(&reference, &vectors, domain)?;
        Ok(Example { follows, ..example })
    };
    spliced(documents, share, seed).into_iter().map(example).collect()
}

struct Splice {
    reference: Reference,
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
        Self { reference, levels: Vec::new(), follows: Vec::new(), boundaries: Vec::new() }
    }

    /// Makes the next unit the first of a section.
    fn begin_section(&mut self) {
        if let Some(last) = self.reference.units.units.len().checked_sub(1) {
            self.boundaries.push(GapIndex::from(last));
        }
    }

    /// Puts the sections of `document` behind what there is, and returns their units.
    fn push(&mut self, document: &Reference, sections: Range<usize>) -> Range<usize> {
        let mut taken = 0..0;
        for (section, units) in document.sections.sections().enumerate() {
            if !sections.contains(&section) {
                continue;
            }
            self.begin_section();
            self.levels.push(1);
            self.follows.push(section != sections.start);
            self.reference.titles.push(document.titles[section].clone());
            taken = if section == sections.start { units.clone() } else { taken.start..units.end };
            for Unit { span, speaker, .. } in &document.units.units[units] {
                push_unit(&mut self.reference, span.of(&document.text), speaker.clone());
            }
        }
        taken
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
const PIECE_WORDS: Range<usize> = 8..60;

/// Returns documents of spoken text as a speech recogniser would have written them, for `share` of them: no case, no
/// punctuation, cut anew into pieces of so many words; of half of them nobody knows who speaks.
fn automatic(documents: &[(usize, Reference)], share: f64, seed: u64) -> Vec<(usize, Reference)> {
    made_over(documents, share, (seed, 1_000_000), automatic_of)
}

/// Returns documents of spoken text made over, for `share` of them; each draws its numbers from `seed`, and from its own
/// number and `purpose`.
fn made_over(
    documents: &[(usize, Reference)],
    share: f64,
    (seed, purpose): (u64, u64),
    transcribe: impl Fn(&Reference, &mut Random) -> Reference,
) -> Vec<(usize, Reference)> {
    let mut all = Vec::new();
    for (number, (domain, document)) in documents.iter().enumerate() {
        let mut random = Random::new(seed, purpose + number as u64);
        if document.units.kind == UnitKind::Utterance && random.share() < share {
            let made = transcribe(document, &mut random);
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
        if begins {
            cuts.extend(nearest_gap(made.units.len(), piece.len(), n_words));
        }
        for token in words::tokens(unit.span.of(&document.text)) {
            piece.push(words::fold(token.text).into_owned());
            if n_words <= piece.len() {
                flush(&mut made, &mut piece, &speaker);
            }
        }
    }
    flush(&mut made, &mut piece, &speaker);
    cut_at(made, cuts)
}

/// Returns the gap nearest to where a section begins, `n_words` after the last of `n_units` units, if the next unit has about
/// `n_wanted` words.
///
/// Units made over take no notice of sections, or their length would tell.
fn nearest_gap(n_units: usize, n_words: usize, n_wanted: usize) -> Option<GapIndex> {
    let n_before = n_units + usize::from(n_wanted <= 2 * n_words);
    n_before.checked_sub(1).map(GapIndex::from)
}

/// Returns a document made over, its sections beginning after the gaps `cuts`, in their order.
fn cut_at(mut made: Reference, mut cuts: Vec<GapIndex>) -> Reference {
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

/// The words after which a caption of whole sentences ends, from so few to so many.
const CAPTION_WORDS: Range<usize> = 20..60;

/// Returns documents of spoken text as a speech recogniser would have written them that sets points but knows no speaker, for
/// `share` of them: half of them in sentences, as prose, the others in captions of whole sentences.
fn punctuated(documents: &[(usize, Reference)], share: f64, seed: u64) -> Vec<(usize, Reference)> {
    made_over(documents, share, (seed, 3_000_000), punctuated_of)
}

/// Returns a document in sentences, or in captions that end with the sentence in which they have a number of words.
fn punctuated_of(document: &Reference, random: &mut Random) -> Reference {
    let n_words = (random.below(2) == 0).then(|| CAPTION_WORDS.start + random.below(CAPTION_WORDS.len()));
    let mut text = String::new();
    let mut starts = Vec::new();
    for section in document.sections.sections() {
        if !text.is_empty() {
            starts.push(text.len());
        }
        for unit in &document.units.units[section] {
            text.push_str(unit.span.of(&document.text));
            text.push(' ');
        }
    }
    text.truncate(text.trim_end().len());
    let paragraph = Block { kind: BlockKind::Paragraph, span: Span::new(0..text.len()) };
    let whole = Document::new(document.id.clone(), Format::PlainText, text, vec![paragraph]);
    let sentences = units(&whole, Some(UnitKind::Sentence), document.language);

    let mut made = Splice::new(document).reference;
    made.units.kind = if n_words.is_some() { UnitKind::Utterance } else { UnitKind::Sentence };
    let mut starts = starts.into_iter().peekable();
    let mut cuts = Vec::new();
    let mut caption = String::new();
    let mut n_said = 0;
    for Unit { span, .. } in &sentences.units {
        let sentence = span.of(&whole.text);
        let n_of_sentence = words::tokens(sentence).count();
        let middle = span.start.index() + span.len_bytes() / 2;
        while starts.next_if(|&start| start <= middle).is_some() {
            cuts.extend(nearest_gap(made.units.len(), n_said, n_words.unwrap_or(usize::MAX)));
        }
        if !caption.is_empty() {
            caption.push(' ');
        }
        caption.push_str(sentence);
        n_said += n_of_sentence;
        if n_words.is_none_or(|enough| enough <= n_said) {
            push_unit(&mut made, &std::mem::take(&mut caption), None);
            n_said = 0;
        }
    }
    if !caption.is_empty() {
        push_unit(&mut made, &caption, None);
    }
    cut_at(made, cuts)
}

/// The words of a paragraph that is put together, from so few to so many on average, in one document.
const PARAGRAPH_WORDS: Range<usize> = 25..160;

/// Returns documents cut anew into units of another size, for `share` of them: paragraphs into sentences, and sentences and
/// turns put together. Nothing else that is collected is of the same texts in other units, so that a model takes the size
/// of a unit for the manner of a kind.
///
/// Of spoken text half keeps its speakers, and turns are whole then; the other half is prose, as where somebody took notes.
fn regrouped(documents: &[(usize, Reference)], share: f64, seed: u64) -> Vec<(usize, Reference)> {
    let mut all = Vec::new();
    for (number, (domain, document)) in documents.iter().enumerate() {
        let mut random = Random::new(seed, 2_000_000 + number as u64);
        if share <= random.share() {
            continue;
        }
        let made = match document.units.kind {
            UnitKind::Paragraph => in_sentences(document),
            UnitKind::Sentence => in_paragraphs(document, UnitKind::Paragraph, &mut random),
            UnitKind::Utterance => {
                let kind = if random.below(2) == 0 { UnitKind::Paragraph } else { UnitKind::Utterance };
                in_paragraphs(document, kind, &mut random)
            }
        };
        // What cannot be put together or taken apart teaches nothing new.
        if made.units.len() != document.units.len() && 1 < made.units.len() {
            all.push((*domain, made));
        }
    }
    all
}

/// Returns a document of the same sections whose units are the sentences of its units.
fn in_sentences(document: &Reference) -> Reference {
    let paragraph = |unit: &Unit| Block { kind: BlockKind::Paragraph, span: unit.span };
    let blocks = document.units.units.iter().map(paragraph).collect();
    let paragraphs = Document::new(document.id.clone(), Format::PlainText, document.text.clone(), blocks);
    let made = units(&paragraphs, Some(UnitKind::Sentence), document.language);
    let begins = document.sections.boundaries().iter().map(|boundary| {
        let paragraph = &document.units.units[boundary.unit_after().index()];
        let first = made.units.partition_point(|sentence| sentence.span.start < paragraph.span.start);
        GapIndex::from(first - 1)
    });
    let sections = Segmentation::new(made.len(), begins.collect());
    Reference { sections, units: made, ..document.clone() }
}

/// Returns a document of the same sections whose units are put together to paragraphs of one length or another; as
/// utterances, each of one speaker, otherwise of nobody.
///
/// No paragraph goes over the end of a section, as those of people do not.
fn in_paragraphs(document: &Reference, kind: UnitKind, random: &mut Random) -> Reference {
    let mean = PARAGRAPH_WORDS.start + random.below(PARAGRAPH_WORDS.len());
    let mut made = Splice::new(document);
    made.reference.units.kind = kind;
    made.levels.clone_from(&document.levels);
    made.reference.titles.clone_from(&document.titles);
    let all = &document.units.units;
    for section in document.sections.sections() {
        made.begin_section();
        for run in all[section].chunk_by(|one, next| kind != UnitKind::Utterance || one.speaker == next.speaker) {
            let texts: Vec<&str> = run.iter().map(|unit| unit.span.of(&document.text)).collect();
            let n_words: Vec<usize> = texts.iter().map(|text| words::tokens(text).count()).collect();
            let speaker = if kind == UnitKind::Utterance { &run[0].speaker } else { &None };
            for paragraph in paragraphs(&n_words, mean, random) {
                push_unit(&mut made.reference, &texts[paragraph].join(" "), speaker.clone());
            }
        }
    }
    made.done().reference
}

/// Divides units into paragraphs of about `mean` words, none wanted more than three times as long as another.
///
/// All of a run are drawn together, so that the last is as long as any: were it what is left over, a short paragraph would
/// tell where a section ends.
fn paragraphs(n_words: &[usize], mean: usize, random: &mut Random) -> Vec<Range<usize>> {
    let total: usize = n_words.iter().sum();
    // Rounded up as often as there is a remainder.
    let n_paragraphs = ((total as f64 / mean as f64 + random.share()) as usize).max(1);
    let mut wanted = 0.0;
    let ends: Vec<f64> = (0..n_paragraphs)
        .map(|_| {
            wanted += 0.5 + random.share();
            wanted
        })
        .collect();
    // A unit belongs to the paragraph in which its middle is.
    let mut n_before = 0;
    let paragraph_of = n_words.iter().map(|&n| {
        let middle = n_before as f64 + n as f64 / 2.0;
        n_before += n;
        ends.partition_point(|end| end / wanted * total as f64 <= middle)
    });
    let paragraph_of: Vec<usize> = paragraph_of.collect();
    let mut start = 0;
    let ranges = paragraph_of.chunk_by(usize::eq).map(|units| {
        start += units.len();
        start - units.len()..start
    });
    ranges.collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::documents;
    use super::*;
    use crate::evaluate::data::{Selection, references};

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

    #[test]
    fn a_recogniser_that_sets_points_writes_sentences_or_captions_of_them() {
        // Each utterance is one sentence of five words.
        let references: Vec<(usize, Reference)> =
            documents(40, 6).into_iter().map(|(_, reference)| (3, reference)).collect();
        let made = punctuated(&references, 1.0, 7);
        assert_eq!(made.len(), references.len());
        let words = |reference: &Reference| texts(reference).join(" ");
        for ((domain, made), (_, reference)) in made.iter().zip(&references) {
            assert_eq!((*domain, words(made)), (3, words(reference)));
            assert!(made.units.units.iter().all(|unit| unit.speaker.is_none()));
            if made.units.kind == UnitKind::Sentence {
                assert_eq!(made.sections, reference.sections);
                continue;
            }
            let n_sentences: Vec<usize> = texts(made).into_iter().map(|caption| caption.matches('.').count()).collect();
            let (last, others) = n_sentences.split_last().expect("there are captions");
            assert!(others.iter().all(|n| n == &n_sentences[0]) && *last <= n_sentences[0], "{n_sentences:?}");
            // A section begins at the caption nearest to its first sentence.
            let begins: Vec<usize> = reference.sections.sections().skip(1).map(|section| section.start).collect();
            let nearest = begins.iter().map(|&begin| (begin + n_sentences[0] / 2) / n_sentences[0]);
            let mut expected: Vec<usize> = nearest.filter(|&unit| 0 < unit && unit < made.units.len()).collect();
            expected.dedup();
            let found: Vec<usize> = made.sections.sections().skip(1).map(|section| section.start).collect();
            assert_eq!(found, expected, "{begins:?} in captions of {}", n_sentences[0]);
        }
        let kinds = |kind| made.iter().filter(|(_, made)| made.units.kind == kind).count();
        assert!(10 < kinds(UnitKind::Sentence) && 10 < kinds(UnitKind::Utterance));
        assert!(punctuated(&references, 0.0, 7).is_empty());
    }

    fn texts(reference: &Reference) -> Vec<&str> {
        reference.units.texts(&reference.text)
    }

    /// The words of each section.
    fn sections(reference: &Reference) -> Vec<String> {
        let units = texts(reference);
        let words = |section: Range<usize>| units[section].join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        reference.sections.sections().map(words).collect()
    }

    /// Returns a document of two levels, of units of 4 to 24 words by two speakers who each say three of them in a row.
    fn reference(kind: &str) -> Reference {
        let text = |at: usize| format!("So {} word{at}.", "word ".repeat(2 + 5 * (at % 5)));
        let unit = |at: usize| match kind {
            "utterance" => serde_json::json!({"text": text(at), "speaker": format!("S{}", at / 3 % 2)}),
            _ => text(at).into(),
        };
        let section = |s: usize| {
            let units: Vec<serde_json::Value> = (12 * s..12 * s + 5 + s % 7).map(unit).collect();
            serde_json::json!({"title": "T", "heading_path": [format!("A{}", s / 3), format!("B{s}")], "paragraphs": units})
        };
        let sections: Vec<_> = (0..12).map(section).collect();
        let line = serde_json::json!({"id": "d/1", "unit": kind, "sections": sections});
        let file = tempfile::Builder::new().suffix(".jsonl").tempfile().expect("a place for a file");
        std::fs::write(file.path(), line.to_string()).expect("room for a file");
        let mut found = references(file.path(), Selection::default()).expect("the file is there");
        found.next().expect("a document").expect("it is whole")
    }

    #[test]
    fn sections_keep_their_words_and_levels_whatever_the_units() {
        for kind in ["sentence", "utterance"] {
            let document = reference(kind);
            assert!(document.levels.contains(&2));
            let many: Vec<(usize, Reference)> = (0..40).map(|_| (0, document.clone())).collect();
            let made = regrouped(&many, 1.0, 7);
            let kinds: Vec<UnitKind> = UnitKind::ALL
                .into_iter()
                .filter(|kind| made.iter().any(|(_, made)| made.units.kind == *kind))
                .collect();
            assert_eq!(kinds.contains(&UnitKind::Utterance), kind == "utterance");
            assert!(kinds.contains(&UnitKind::Paragraph) && !kinds.contains(&UnitKind::Sentence));
            for (_, made) in &made {
                assert_eq!(sections(made), sections(&document));
                assert_eq!((&made.levels, &made.titles), (&document.levels, &document.titles));
                let speaks = made.units.units.iter().all(|unit| unit.speaker.is_some());
                assert_eq!(speaks, made.units.kind == UnitKind::Utterance);
            }
        }
    }

    #[test]
    fn the_last_paragraph_of_a_section_is_as_long_as_any() {
        let mut random = Random::new(5, 0);
        let (mut last, mut others) = (Vec::new(), Vec::new());
        for _ in 0..2000 {
            let n_words: Vec<usize> = (0..10 + random.below(60)).map(|_| 3 + random.below(25)).collect();
            let made = paragraphs(&n_words, 60, &mut random);
            assert!(made.iter().all(|units| !units.is_empty()));
            assert!(made[0].start == 0 && made.is_sorted_by(|one, next| one.end == next.start));
            assert_eq!(made.last().map(|units| units.end), Some(n_words.len()));
            let of = |units: &Range<usize>| n_words[units.clone()].iter().sum::<usize>();
            let (of_last, of_others) = made.split_last().expect("there are units");
            last.push(of(of_last));
            others.extend(of_others.iter().map(of));
        }
        let mean = |lengths: &[usize]| lengths.iter().sum::<usize>() as f64 / lengths.len() as f64;
        let share_short =
            |lengths: &[usize]| lengths.iter().filter(|&&length| length < 35).count() as f64 / lengths.len() as f64;
        assert!((mean(&last) - mean(&others)).abs() < 2.0, "{} and {}", mean(&last), mean(&others));
        let (of_last, of_others) = (share_short(&last), share_short(&others));
        assert!((of_last - of_others).abs() < 0.03, "{of_last} and {of_others}");
    }

    #[test]
    fn units_are_put_together_and_taken_apart_within_their_sections() {
        let turns: Vec<(usize, Reference)> =
            documents(20, 6).into_iter().map(|(_, reference)| (0, reference)).collect();
        let made = regrouped(&turns, 1.0, 7);
        let of_kind = |kind| made.iter().filter(|(_, made)| made.units.kind == kind).count();
        // Speakers take turns, so that turns kept whole are what they were.
        assert!(0 < of_kind(UnitKind::Paragraph) && of_kind(UnitKind::Utterance) == 0);
        for (_, put_together) in &made {
            let turns = turns.iter().map(|(_, turns)| turns).find(|turns| turns.id == put_together.id);
            let turns = turns.expect("it was made of one");
            assert_eq!(sections(put_together), sections(turns));
            assert_eq!((&put_together.levels, &put_together.titles), (&turns.levels, &turns.titles));
            assert!(put_together.units.len() < turns.units.len());
            assert!(put_together.units.units.iter().all(|unit| unit.speaker.is_none()));
        }
        let taken_apart = regrouped(&made, 1.0, 7);
        assert!(!taken_apart.is_empty());
        for (_, sentences) in &taken_apart {
            let paragraphs = made.iter().map(|(_, made)| made).find(|made| made.id == sentences.id);
            let paragraphs = paragraphs.expect("it was made of one");
            assert_eq!(sentences.units.kind, UnitKind::Sentence);
            assert_eq!(sections(sentences), sections(paragraphs));
            assert!(paragraphs.units.len() < sentences.units.len());
        }
    }
}
