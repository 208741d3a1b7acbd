//! Documents to test with.

use serde_json::Map;

use super::NewDocument;
use crate::document::{
    ByteOffset, Chapter, Date, Document, Field, Fields, Format, GapScores, Heading, Millis, Origin, Page, Pages,
    Provenance, Span, TimeSpan, Unit, UnitIndex, UnitKind, Units,
};

/// Returns a document of one paragraph a line of `text` and one chapter a title, each of as many units as fit.
///
/// `number` tells it from other documents.
pub(crate) fn document(number: u8, titles: &[&str], text: &str) -> NewDocument {
    let units = units(text);
    let chapters = chapters(titles, text, &units);
    NewDocument {
        source_name: format!("{number}.txt"),
        source_path: Some(format!("papers/{number}.txt")),
        sha256: [number; 32],
        added_at: 1_700_000_000 + i64::from(number),
        gap_scores: vec![(scores(&units), provenance("context")), (scores(&units), provenance("lexical"))],
        engine: "context".to_owned(),
        granularity: 0.3,
        vectors: None,
        as_written: Vec::new(),
        document: Document::new(format!("Document {number}"), Format::PlainText, text.to_owned(), Vec::new()),
        units,
        chapters,
    }
}

/// Returns a document that has everything a document can have.
pub(crate) fn rich_document() -> NewDocument {
    let text = "# Fog\nÁda: the lamp is lit.\nBo: 灯台 \u{2}stands\u{3} 🌊 here.\nAnd the keeper sleeps.";
    let mut new = document(7, &["Fog and “lamps”", "The keeper"], text);
    new.document.format = Format::WebVtt;
    let field = |name: &str, value: &str| Field { name: name.to_owned(), value: value.to_owned() };
    new.document.fields = Fields {
        language: Some("en".to_owned()),
        author: Some("Ída".to_owned()),
        date: Date::from_iso("2019-05"),
        others: vec![field("sent to", "Bo"), field("sent to", "the keeper")],
    };
    new.document.pages =
        Pages(vec![Page { number: 1, start: ByteOffset(0) }, Page { number: 3, start: ByteOffset(6) }]);
    let heading = new.units.units.remove(0);
    new.units.kind = UnitKind::Utterance;
    new.units.headings = vec![
        Heading { level: 1, span: heading.span, before: UnitIndex(0) },
        Heading { level: 6, span: Span::new(text.len()..text.len()), before: UnitIndex(3) },
    ];
    for (index, unit) in (0..).zip(&mut new.units.units) {
        unit.speaker = (index < 2).then(|| format!("Speaker {index}"));
        unit.time = (index > 0).then(|| TimeSpan::between(Millis(index * 1_000), Millis(index * 1_000 + 999)));
    }
    new.gap_scores =
        vec![(GapScores::new(vec![0.1, 1.0 / 3.0]), Provenance { seed: Some(u64::MAX), ..provenance("context") })];
    new.vectors = Some((2, vec![1.0, 0.0, -0.6, 0.8, 0.0, 0.0]));
    new.as_written = chapters(&["Fog"], text, &new.units);
    new.as_written[0].origin = Origin::AsWritten;
    new.chapters[1].origin = Origin::ByHand;
    new.chapters[1].score = 1.0 / 3.0;
    new.chapters[1].time = Some(TimeSpan::between(Millis(2_000), Millis(2_999)));
    new
}

pub(crate) fn provenance(engine: &str) -> Provenance {
    let mut settings = Map::new();
    settings.insert("window-words".to_owned(), 120.into());
    settings.insert("α".to_owned(), 0.1.into());
    Provenance::of(engine, settings)
}

/// Returns chapters of those titles that tile the text, the units dealt out evenly.
pub(crate) fn chapters(titles: &[&str], text: &str, units: &Units) -> Vec<Chapter> {
    let first_unit = |chapter: usize| chapter * units.len() / titles.len();
    let start = |chapter: usize| match chapter {
        0 => 0,
        _ if chapter == titles.len() => text.len(),
        _ => units.units[first_unit(chapter)].span.start.index(),
    };
    let chapter = |(index, title): (usize, &&str)| Chapter {
        level: 1,
        title: (*title).to_owned(),
        first_unit: first_unit(index).into(),
        n_units: (first_unit(index + 1) - first_unit(index)) as u32,
        span: Span::new(start(index)..start(index + 1)),
        time: None,
        score: if index == 0 { 1.0 } else { 0.5 },
        origin: Origin::Found,
    };
    titles.iter().enumerate().map(chapter).collect()
}

fn units(text: &str) -> Units {
    let mut units = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        units.push(Unit { span: Span::new(start..start + line.trim_end().len()), speaker: None, time: None });
        start += line.len();
    }
    Units { kind: UnitKind::Paragraph, units, headings: Vec::new() }
}

fn scores(units: &Units) -> GapScores {
    GapScores::new((0..units.n_gaps()).map(|gap| (gap % 10) as f32 / 10.0).collect())
}
