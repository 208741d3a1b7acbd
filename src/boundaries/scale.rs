//! How large the stretches are that an engine compares, and how much they must differ, by the kind of unit.

use serde_json::{Map, Value, json};

use crate::document::UnitKind;

/// What an engine looks at around a gap, and when it calls the gap a boundary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// How many words are looked at on each side. At least 1.
    pub window_words: u32,
    /// How deep the valley of a boundary is at least, in standard deviations of the similarities of the document's gaps.
    /// Above 0.
    pub min_depth: f32,
}

/// A [`Scale`] for each kind of unit: people change the subject less often in speech than in a contract.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scales {
    /// For paragraphs.
    pub paragraph: Scale,
    /// For sentences.
    pub sentence: Scale,
    /// For utterances.
    pub utterance: Scale,
}

impl Scales {
    /// What did well by `WindowDiff` and the number of chapters on English terms of service (paragraphs) and meetings
    /// (utterances); sentences, which may be of either, stand between.
    pub const MEASURED: Self = Self {
        paragraph: Scale { window_words: 100, min_depth: 0.3 },
        sentence: Scale { window_words: 200, min_depth: 0.75 },
        utterance: Scale { window_words: 800, min_depth: 1.4 },
    };

    /// Returns one scale for every kind of unit.
    pub fn all(scale: Scale) -> Self {
        Self { paragraph: scale, sentence: scale, utterance: scale }
    }

    /// Returns the scale for units of `kind`.
    pub fn of(self, kind: UnitKind) -> Scale {
        match kind {
            UnitKind::Paragraph => self.paragraph,
            UnitKind::Sentence => self.sentence,
            UnitKind::Utterance => self.utterance,
        }
    }

    /// Returns the scales as provenance keeps them.
    pub(super) fn settings(self) -> Map<String, Value> {
        let by_kind = |value: fn(Scale) -> Value| {
            let named = UnitKind::ALL.map(|kind| (kind.name().to_owned(), value(self.of(kind))));
            Value::Object(named.into_iter().collect())
        };
        let mut settings = Map::new();
        settings.insert("window_words".to_owned(), by_kind(|scale| json!(scale.window_words)));
        settings.insert("min_depth".to_owned(), by_kind(|scale| json!(scale.min_depth)));
        settings
    }
}
