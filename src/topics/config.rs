//! The settings of topic mining, and how they are chosen from a corpus.
//!
//! Fuentes-Pineda and Meza-Ruiz 2018 use one set of settings, which suits millions of documents. On a few thousand
//! it gives thousands of topics made of words that stand together in one long document, and on a few dozen none, so
//! [`TopicsConfig::for_corpus`] chooses by the number of documents and their length. Every one can be overridden.

use serde_json::{Map, Value, json};

use super::Bags;
use crate::document::setting;
use crate::error::{Error, Result};

/// Documents of fewer distinct words than this are short: notices and abstracts are, articles and chapters are not.
const SHORT_DOCUMENT_WORDS: usize = 100;

/// A corpus of this many documents is large enough for loose keys.
const MANY_FOR_LOOSE_KEYS: usize = 1_000;

/// Texts of fewer distinct words than this, on average, are very short: titles and messages. They do not hold half of the
/// words that a topic is known by.
const VERY_SHORT_WORDS: usize = 12;

/// About how many words make a pool of very short texts. On 54,595 titles the topics' NPMI in ten words is .06 by pools of 50
/// words, .05 of 30, .04 of 100, and .11 without pools: of two topics, which a quarter of the titles bear.
const POOL_WORDS: u32 = 50;

/// The share of the pools that a word may be in: a pool shares a word, and with it what is said of that.
const MAX_POOL_SHARE: f32 = 0.5;

/// About how long a passage of a long text is. On 1,380 calls of 8,000 words, the NPMI in ten words of the topics found is
/// .24 by passages of 150 words, .20 of 300, .21 of 600, .15 of 1,200, and -.19 of whole texts; those of 150 are of talk in
/// general more than of the subjects.
pub const PASSAGE_WORDS: u32 = 600;

/// What settings are chosen by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CorpusShape {
    /// How many bags there are.
    pub n_bags: usize,
    /// How many distinct words a bag has on average.
    pub mean_words: usize,
}

impl CorpusShape {
    /// Returns the shape of a corpus.
    pub fn of(bags: &Bags) -> Self {
        Self { n_bags: bags.len(), mean_words: bags.n_postings() / bags.len().max(1) }
    }

    /// Returns whether texts are so many and so short that they are pooled.
    fn is_pooled(self) -> bool {
        MANY_FOR_LOOSE_KEYS <= self.n_bags && (1..VERY_SHORT_WORDS).contains(&self.mean_words)
    }

    /// Returns about what shape the pools of texts of this shape have.
    fn of_pools(self) -> Self {
        let pool_words = POOL_WORDS as usize;
        Self { n_bags: (self.n_bags * self.mean_words).div_ceil(pool_words), mean_words: pool_words }
    }

    /// Returns whether keys are loose: there are many documents, and they are short.
    fn is_loose(self) -> bool {
        MANY_FOR_LOOSE_KEYS <= self.n_bags && self.mean_words < SHORT_DOCUMENT_WORDS
    }
}

/// The settings of [`mine`](super::mine).
#[derive(Clone, Debug, PartialEq)]
pub struct TopicsConfig {
    /// The corpus that they were chosen for.
    pub chosen_for: CorpusShape,
    /// About how many words of a text make a bag: a text of one and a half times as many or more is mined as several
    /// passages. 0 leaves texts whole.
    pub passage_words: u32,
    /// About how many words make a pool of short texts, which is mined as one bag; 0 mines each text by itself.
    pub pool_words: u32,
    /// How many min-hash values make a word's key in one table, in `1..=8`. More finds tighter sets.
    pub tuple_size: u32,
    /// How many tables there are, in `1..=100_000`. More finds looser sets, and takes longer.
    pub n_tables: u32,
    /// The fewest words that make a co-occurring word set, at least 2.
    pub min_set: u32,
    /// Sets are linked if their overlap coefficient is above this, in `0.0..=1.0`; at 1 nothing is linked.
    pub overlap: f32,
    /// The fewest sets in a topic, repeats of a set counted, at least 1.
    pub min_cluster: u32,
    /// The most words in a cluster: sets are not linked if their clusters hold more together. At least 2.
    pub max_cluster_words: u32,
    /// A word counts if it is in at least this many bags, at least 1. Here and in the next two, each passage of a long text
    /// is one.
    pub min_documents: u32,
    /// A topic is found by words that are in at most this share of the bags, above 0 and at most 1. What it lists may be in
    /// twice as many, and a strength comes from all words.
    pub max_document_share: f32,
    /// The fewest bags that must support a word set, and later a topic, at least 1.
    pub min_support: u32,
    /// The most words a topic lists, at least 2.
    pub n_topic_words: u32,
    /// A document bears a topic if its strength is at least this, and at least half of that of its strongest topic, in
    /// `0.0..=1.0`.
    pub min_strength: f32,
    /// What every hash is made from.
    pub seed: u64,
}

impl TopicsConfig {
    /// Returns the settings for a corpus, by the number `n` of its bags and their mean number of distinct words.
    ///
    /// - Very short texts (a mean below `VERY_SHORT_WORDS`), from `MANY_FOR_LOOSE_KEYS` on, are pooled by the words they
    ///   share into bags of `POOL_WORDS`; all that follows is then of the pools, keys are loose, and a word may be in half of
    ///   them.
    /// - A word counts from `n^(1/4)` documents on (at least 2): 3 of 72, 7 of 2,225, 18 of 100,000.
    /// - Topics are found by words up to a share of `0.10 + 1.5 / sqrt(n)` of the documents (at most 0.6): 28 % of 72, where
    ///   a subject may well be a sixth of the library, 13 % of 2,225, 10.5 % of 100,000.
    /// - A topic needs `n^(1/4)` documents, at least 6, but never more than a twelfth of the library, nor fewer than 2:
    ///   in a small library, words of three documents meet by chance.
    /// - Words of long documents meet often, so keys are strict: three values, and as many tables as make words of
    ///   Jaccard similarity 0.10 meet with chance one half (692); three such meetings make a topic.
    /// - Words of short documents (a mean below `SHORT_DOCUMENT_WORDS`) meet seldom, so keys are loose: two values,
    ///   similarity 0.05 (276 tables), and two meetings make a topic. So it is only from `MANY_FOR_LOOSE_KEYS` on; in a
    ///   small library loose keys find chance.
    pub fn for_corpus(bags: &Bags, seed: u64) -> Self {
        Self::for_shape(CorpusShape::of(bags), seed)
    }

    fn for_shape(chosen_for: CorpusShape, seed: u64) -> Self {
        let is_pooled = chosen_for.is_pooled();
        let shape = if is_pooled { chosen_for.of_pools() } else { chosen_for };
        let n_bags = shape.n_bags.max(1);
        let n = n_bags as f64;
        let root = n.powf(0.25).round() as u32;
        let is_loose = is_pooled || shape.is_loose();
        let (tuple_size, eta, min_cluster) = if is_loose { (2, 0.05, 2) } else { (3, 0.10, 3) };
        Self {
            chosen_for,
            passage_words: PASSAGE_WORDS,
            pool_words: if is_pooled { POOL_WORDS } else { 0 },
            tuple_size,
            n_tables: n_tables_for(eta, tuple_size),
            min_set: 3,
            overlap: 0.7,
            min_cluster,
            max_cluster_words: if is_loose { 60 } else { 200 },
            min_documents: root.max(2),
            max_document_share: if is_pooled { MAX_POOL_SHARE } else { (0.10 + 1.5 / n.sqrt()).min(0.6) as f32 },
            min_support: root.max(6).min((n_bags / 12) as u32).max(2),
            n_topic_words: 20,
            min_strength: 0.05,
            seed,
        }
    }

    /// Returns the settings with every word taking part, however rare or common.
    #[must_use]
    pub fn without_frequency_limits(self) -> Self {
        Self { min_documents: 1, max_document_share: 1.0, ..self }
    }

    /// Returns the most documents, of `n_documents`, that a word may be in by which topics are found; never less than
    /// `min_documents`.
    ///
    /// A share of a small corpus may be less than one document, and would leave no word at all.
    pub fn max_documents(&self, n_documents: usize) -> u32 {
        let share = (f64::from(self.max_document_share) * n_documents as f64).floor() as u32;
        share.max(self.min_documents)
    }

    /// Fails with [`Error::Setting`] on the first setting out of its range.
    pub fn check(&self) -> Result<()> {
        require("tuple-size", self.tuple_size, "in 1..=8", (1..=8).contains(&self.tuple_size))?;
        require("tables", self.n_tables, "in 1..=100000", (1..=100_000).contains(&self.n_tables))?;
        require("min-set", self.min_set, "at least 2", 2 <= self.min_set)?;
        require("overlap", self.overlap, "in 0..=1", (0.0..=1.0).contains(&self.overlap))?;
        require("min-cluster", self.min_cluster, "at least 1", 1 <= self.min_cluster)?;
        require("max-cluster-words", self.max_cluster_words, "at least 2", 2 <= self.max_cluster_words)?;
        require("min-documents", self.min_documents, "at least 1", 1 <= self.min_documents)?;
        let share = self.max_document_share;
        require("max-document-share", share, "above 0 and at most 1", 0.0 < share && share <= 1.0)?;
        require("min-support", self.min_support, "at least 1", 1 <= self.min_support)?;
        require("topic-words", self.n_topic_words, "at least 2", 2 <= self.n_topic_words)?;
        require("min-strength", self.min_strength, "in 0..=1", (0.0..=1.0).contains(&self.min_strength))
    }

    /// Returns the settings by the names their flags have, for a [`Provenance`](crate::document::Provenance), and under
    /// `why` a word on each. The seed is not among them: a provenance has a place for it.
    pub fn settings(&self) -> Map<String, Value> {
        let mut settings = self.values();
        settings.insert("why".to_owned(), Value::Object(self.reasons()));
        settings
    }

    /// Returns why each setting is what it is, by the names their flags have.
    fn reasons(&self) -> Map<String, Value> {
        let is_pooled = self.chosen_for.is_pooled();
        let shape = if is_pooled { self.chosen_for.of_pools() } else { self.chosen_for };
        let CorpusShape { n_bags, mean_words } = shape;
        let chosen = Self::for_shape(self.chosen_for, self.seed).values();
        let is_loose = is_pooled || shape.is_loose();
        let keys = match (is_loose, mean_words < SHORT_DOCUMENT_WORDS) {
            (true, _) if is_pooled => "loose keys: pools are short, and put together what keeps company".to_owned(),
            (true, _) => format!("loose keys: {n_bags} bags of {mean_words} distinct words are many and short"),
            (false, true) => format!("strict keys: in {n_bags} short bags loose ones would find chance"),
            (false, false) => format!("strict keys: words of bags of {mean_words} distinct words meet often"),
        };
        let similarity = if is_loose { "0.05" } else { "0.10" };
        let reasons = [
            (
                "passage_words",
                "the same for every corpus: words of one subject keep company for a page or two".to_owned(),
            ),
            (
                "pool_words",
                if is_pooled {
                    format!("{} texts are of {} distinct words", self.chosen_for.n_bags, self.chosen_for.mean_words)
                } else {
                    format!("{n_bags} bags of {mean_words} distinct words are no very short texts")
                },
            ),
            ("tuple_size", keys.clone()),
            ("tables", format!("words of Jaccard similarity {similarity} meet with chance one half")),
            ("min_set", "two words may be a phrase; three keep company".to_owned()),
            ("overlap", "the same for every corpus: sets that share more than this are of one subject".to_owned()),
            ("min_cluster", format!("so many meetings are no accident with {keys}")),
            ("max_cluster_words", "beyond it chains of sets lead from subject to subject".to_owned()),
            ("min_documents", format!("the fourth root of {n_bags} bags, at least 2")),
            (
                "max_document_share",
                if is_pooled {
                    "a pool shares a word, and what is said with it".to_owned()
                } else {
                    format!(
                        "0.10 + 1.5 / root of {n_bags} bags: commoner words bring together what is of several subjects"
                    )
                },
            ),
            ("min_support", format!("the fourth root of {n_bags} bags, at least 6, at most a twelfth of them")),
            ("topic_words", "as many as a reader looks at".to_owned()),
            (
                "min_strength",
                "the same for every corpus: below it a document shares a word or two by chance".to_owned(),
            ),
        ];
        let values = self.values();
        let reason = |(name, why): (&str, String)| {
            let is_chosen = values.get(name) == chosen.get(name);
            (name.to_owned(), Value::String(if is_chosen { why } else { "set by hand".to_owned() }))
        };
        reasons.into_iter().map(reason).collect()
    }

    fn values(&self) -> Map<String, Value> {
        [
            ("passage_words", json!(self.passage_words)),
            ("pool_words", json!(self.pool_words)),
            ("tuple_size", json!(self.tuple_size)),
            ("tables", json!(self.n_tables)),
            ("min_set", json!(self.min_set)),
            ("overlap", setting(self.overlap)),
            ("min_cluster", json!(self.min_cluster)),
            ("max_cluster_words", json!(self.max_cluster_words)),
            ("min_documents", json!(self.min_documents)),
            ("max_document_share", setting(self.max_document_share)),
            ("min_support", json!(self.min_support)),
            ("topic_words", json!(self.n_topic_words)),
            ("min_strength", setting(self.min_strength)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}

fn require(name: &'static str, found: impl std::fmt::Display + Copy, needed: &'static str, is_met: bool) -> Result<()> {
    if is_met { Ok(()) } else { Err(Error::Setting { name, needed, found: found.to_string() }) }
}

/// Returns how many tables make words of Jaccard similarity `eta` meet with chance one half (at least 1).
///
/// Words of similarity `eta` share a key of `tuple_size` values with chance `eta^r` in one table, and so meet in one
/// of `l` with chance `1 - (1 - eta^r)^l`; this is the paper's `floor(ln 0.5 / ln(1 - eta^r))`.
pub fn n_tables_for(eta: f64, tuple_size: u32) -> u32 {
    let meets = eta.clamp(0.0, 1.0).powi(tuple_size.cast_signed());
    ((0.5_f64.ln() / (-meets).ln_1p()).floor() as u32).clamp(1, 100_000)
}

#[cfg(test)]
mod tests {
    use super::super::Bag;
    use super::*;

    #[track_caller]
    fn check_tables(eta: f64, tuple_size: u32, expected: u32) {
        assert_eq!(n_tables_for(eta, tuple_size), expected);
    }

    #[test]
    fn tables_are_as_many_as_the_paper_has() {
        check_tables(0.04, 2, 432);
        check_tables(0.06, 2, 192);
        check_tables(0.08, 2, 107);
        check_tables(0.10, 2, 68);
        check_tables(0.08, 3, 1353);
        check_tables(0.14, 3, 252);
        check_tables(1.0, 3, 1);
        check_tables(0.0, 3, 100_000);
    }

    #[test]
    fn chosen_settings_are_in_range_for_every_size() {
        for n_documents in [0, 1, 2, 5, 19, 20, 72, 2_225, 20_001, 100_000] {
            let config = TopicsConfig::for_corpus(&vec![Bag::default(); n_documents].iter().collect(), 1);
            config.check().expect("chosen settings are in range");
            config.clone().without_frequency_limits().check().expect("no limits are in range");
            assert!(config.min_documents <= config.max_documents(n_documents));
        }
    }

    #[test]
    fn every_setting_says_why() {
        let bags = vec![Bag::default(); 2_225].iter().collect();
        let chosen = TopicsConfig::for_corpus(&bags, 1);
        let by_hand = TopicsConfig { min_support: 3, ..chosen.clone() };
        for config in [chosen.settings(), by_hand.settings()] {
            let why = config["why"].as_object().expect("reasons are an object");
            let names: Vec<&String> = config.keys().filter(|name| *name != "why").collect();
            assert_eq!(names, why.keys().collect::<Vec<_>>());
        }
        assert_eq!(by_hand.settings()["why"]["min_support"], "set by hand");
        let why = chosen.settings()["why"]["min_support"].to_string();
        assert!(why.contains("2225"), "{why}");
    }

    #[track_caller]
    fn check_refused(change: impl Fn(&mut TopicsConfig), expected: &str) {
        let mut config = TopicsConfig::for_corpus(&Bags::new(), 1);
        change(&mut config);
        let error = config.check().expect_err("a setting is out of range");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_setting_out_of_range_is_named_with_what_it_may_be() {
        check_refused(|config| config.tuple_size = 0, "tuple-size must be in 1..=8, not 0");
        check_refused(|config| config.n_tables = 200_000, "tables must be in 1..=100000, not 200000");
        check_refused(|config| config.min_set = 1, "min-set must be at least 2, not 1");
        check_refused(|config| config.overlap = f32::NAN, "overlap must be in 0..=1, not NaN");
        check_refused(|config| config.min_cluster = 0, "min-cluster must be at least 1, not 0");
        check_refused(
            |config| config.max_document_share = 0.0,
            "max-document-share must be above 0 and at most 1, not 0",
        );
    }
}
