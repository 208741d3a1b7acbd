//! A document into its units: paragraphs, sentences or utterances, and the headings between them.

mod abbreviations;
mod long;
mod sentences;

use std::ops::Range;

use crate::document::{Block, BlockKind, Document, Heading, Millis, Span, TimeSpan, Unit, UnitIndex, UnitKind, Units};
use crate::words::Language;

use sentences::Splitter;

/// With fewer blocks of running text than this, a document is cut into sentences.
const MIN_BLOCKS: usize = 4;

/// With blocks longer than this, in words at the median, a document is cut into sentences.
const MAX_MEDIAN_WORDS: usize = 250;

/// Returns the units of a document in that language, of the kind asked for or of the kind that fits it.
///
/// Left to choose: utterances if at least half of the blocks are, paragraphs if there are some and they are not
/// overlong, sentences otherwise. The units of a document of headings only are those headings.
pub fn units(document: &Document, kind: Option<UnitKind>, language: Language) -> Units {
    let kind = kind.unwrap_or_else(|| fitting_kind(document));
    let mut units = Units { kind, units: Vec::new(), headings: Vec::new() };
    let are_all_headings = document.blocks.iter().all(is_heading);
    let splitter = (kind == UnitKind::Sentence).then(|| Splitter::new(language));
    for block in &document.blocks {
        match (&block.kind, &splitter) {
            (&BlockKind::Heading { level }, _) if !are_all_headings => {
                let before = UnitIndex::from(units.units.len());
                units.headings.push(Heading { level, span: block.span, before });
            }
            (BlockKind::Heading { .. }, _) | (_, None) => units.units.push(whole(block)),
            (_, Some(splitter)) => {
                let sentences = splitter.sentences(block.span.of(&document.text));
                units.units.extend(sentences.map(|sentence| part(block, sentence)));
            }
        }
    }
    tracing::debug!(n_units = units.units.len(), kind = kind.name(), "cut into units");
    units
}

fn is_heading(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Heading { .. })
}

fn fitting_kind(document: &Document) -> UnitKind {
    let blocks: Vec<&Block> = document.blocks.iter().filter(|block| !is_heading(block)).collect();
    let n_utterances = blocks.iter().filter(|block| matches!(block.kind, BlockKind::Utterance(_))).count();
    if 0 < n_utterances && blocks.len() <= 2 * n_utterances {
        return UnitKind::Utterance;
    }
    let mut n_words: Vec<usize> = blocks.iter().map(|block| long::n_words(block.span.of(&document.text))).collect();
    n_words.sort_unstable();
    let has_paragraphs = MIN_BLOCKS <= n_words.len() && n_words[n_words.len() / 2] <= MAX_MEDIAN_WORDS;
    if has_paragraphs { UnitKind::Paragraph } else { UnitKind::Sentence }
}

/// Returns a block as one unit.
fn whole(block: &Block) -> Unit {
    part(block, 0..block.span.len_bytes())
}

/// Returns the bytes `range` of a block as a unit, with its share of the block's time.
fn part(block: &Block, range: Range<usize>) -> Unit {
    let start = block.span.start.index();
    let span = Span::new(start + range.start..start + range.end);
    let (speaker, time) = match &block.kind {
        BlockKind::Utterance(said) => (said.speaker.clone(), said.time),
        _ => (None, None),
    };
    Unit { span, speaker, time: time.map(|time| share(time, range, block.span.len_bytes())) }
}

/// Returns the share of `time` that the bytes `range` have in `n_bytes`.
fn share(time: TimeSpan, range: Range<usize>, n_bytes: usize) -> TimeSpan {
    let millis = u128::from(time.end.0 - time.start.0);
    let at = |byte: usize| Millis(time.start.0 + (millis * byte as u128 / n_bytes.max(1) as u128) as u64);
    TimeSpan { start: at(range.start), end: at(range.end) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::document::Format;

    /// Holds the units of any document against the laws of units.
    #[track_caller]
    pub(crate) fn assert_laws(document: &Document, units: &Units) {
        assert!(!units.is_empty());
        let mut covered: Vec<Range<usize>> = units.units.iter().map(|unit| unit.span.range()).collect();
        assert!(covered.is_sorted_by_key(|range| range.start));
        covered.extend(units.headings.iter().map(|heading| heading.span.range()));
        covered.sort_by_key(|range| range.start);
        let mut end = 0;
        for range in covered {
            let text = &document.text[range.clone()];
            assert!(!text.is_empty() && text == text.trim(), "{text:?}");
            assert!(document.text[end..range.start].trim().is_empty());
            end = range.end;
        }
        assert!(document.text[end..].trim().is_empty());
        for heading in &units.headings {
            let n_before = units.units.iter().filter(|unit| unit.span.start < heading.span.start).count();
            assert_eq!(heading.before, UnitIndex::from(n_before));
        }
    }

    /// Makes a document of blocks, each of a kind and a text.
    fn document(blocks: &[(BlockKind, &str)]) -> Document {
        let mut made = Document::new("t".to_owned(), Format::PlainText, String::new(), Vec::new());
        for (kind, text) in blocks {
            let start = made.text.len();
            made.text.push_str(text);
            made.blocks.push(Block { span: Span::new(start..made.text.len()), kind: kind.clone() });
            made.text.push_str("\n\n");
        }
        made
    }

    fn said(start: u64, end: u64) -> BlockKind {
        let time = TimeSpan { start: Millis(start), end: Millis(end) };
        BlockKind::utterance(Some("Ann".to_owned()), Some(time))
    }

    const HEADING: BlockKind = BlockKind::Heading { level: 2 };

    #[track_caller]
    fn check(blocks: &[(BlockKind, &str)], kind: Option<UnitKind>, expected_kind: UnitKind, expected: &[&str]) {
        let document = document(blocks);
        let units = units(&document, kind, Language::English);
        assert_laws(&document, &units);
        assert_eq!(units.kind, expected_kind);
        assert_eq!(units.texts(&document.text), expected);
    }

    #[test]
    fn a_text_of_paragraphs_is_cut_into_them() {
        let blocks = [
            (HEADING, "Log"),
            (BlockKind::Paragraph, "It was lit. It burned."),
            (BlockKind::ListItem, "Oil."),
            (BlockKind::TableRow, "north\t3"),
            (BlockKind::Paragraph, "Good."),
        ];
        check(&blocks, None, UnitKind::Paragraph, &["It was lit. It burned.", "Oil.", "north\t3", "Good."]);
    }

    #[test]
    fn few_or_long_paragraphs_are_cut_into_sentences() {
        let blocks = [(HEADING, "Log. Two."), (BlockKind::Paragraph, "It was lit. It burned.")];
        check(&blocks, None, UnitKind::Sentence, &["It was lit.", "It burned."]);
    }

    #[test]
    fn long_paragraphs_without_spaces_are_cut_into_sentences() {
        let text = "灯塔的灯亮了。".repeat(100);
        let document = document(&[(); 4].map(|()| (BlockKind::Paragraph, &text[..])));
        let units = units(&document, None, Language::English);
        assert_laws(&document, &units);
        assert_eq!((units.kind, units.len()), (UnitKind::Sentence, 400));
    }

    #[test]
    fn sentences_are_cut_as_the_language_has_it() {
        let document = document(&[(BlockKind::Paragraph, "Lampen gem. Plan. Gut.")]);
        let texts = |language| units(&document, None, language).texts(&document.text).len();
        assert_eq!((texts(Language::German), texts(Language::English)), (2, 3));
    }

    #[test]
    fn a_text_of_one_unit_has_one() {
        check(&[(BlockKind::Paragraph, "Lit")], None, UnitKind::Sentence, &["Lit"]);
    }

    #[test]
    fn speech_is_cut_into_utterances() {
        let blocks = [(BlockKind::Paragraph, "Log."), (said(0, 9), "It was lit. It burned.")];
        check(&blocks, None, UnitKind::Utterance, &["Log.", "It was lit. It burned."]);
    }

    #[test]
    fn a_text_of_headings_only_is_made_of_them() {
        check(&[(HEADING, "One"), (HEADING, "Two")], None, UnitKind::Sentence, &["One", "Two"]);
    }

    #[test]
    fn the_sentences_of_an_utterance_share_its_time() {
        let document = document(&[(said(1000, 3000), "It burns. It shone.")]);
        let units = units(&document, Some(UnitKind::Sentence), Language::English);
        let times: Vec<_> = units.units.iter().filter_map(|unit| unit.time).collect();
        assert_eq!(times[0], TimeSpan { start: Millis(1000), end: Millis(1947) });
        assert_eq!(times[1], TimeSpan { start: Millis(2052), end: Millis(3000) });
        assert!(units.units.iter().all(|unit| unit.speaker.as_deref() == Some("Ann")));
    }

    #[test]
    fn headings_know_the_unit_they_stand_before() {
        let document = document(&[(HEADING, "One"), (HEADING, "Two"), (BlockKind::Paragraph, "a"), (HEADING, "Three")]);
        let before: Vec<u32> =
            units(&document, None, Language::English).headings.iter().map(|heading| heading.before.0).collect();
        assert_eq!(before, [0, 0, 1]);
    }
}
