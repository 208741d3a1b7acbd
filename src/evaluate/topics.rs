//! Topics against the corpus they were mined from, and against the labels people gave its documents.
//!
//! Coherence is the NPMI of [`coherence`](crate::topics::coherence), of the first ten words of a topic. Support is in how many documents half of
//! these ten stand. For labels each document goes to its strongest topic, and documents without a topic are a class of
//! their own, so leaving documents out is not rewarded; NMI is normalised by the arithmetic mean of both entropies
//! (Vinh, Epps and Bailey 2010, "Information Theoretic Measures for Clusterings Comparison"), and purity is the share
//! of documents that have the commonest label of their class (Manning, Raghavan and Schütze 2008, section 16.3).
//! Documents with no label or several take no part in NMI and purity.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::json_lines::JsonLines;
use crate::error::Result;
use crate::topics::Topic;
use crate::topics::coherence::{N_WORDS, Together, diversity, mean, npmi_of_topics};
use crate::words::{Analyzer, fold, tokens_of_prose};

/// How many of a topic's first ten words a document must hold to support it.
const N_SUPPORTING_WORDS: u32 = 5;

/// How good a set of topics is.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicScores {
    /// How many topics there are.
    pub n_topics: usize,
    /// Mean NPMI within ten words, -1 for a pair never seen; nothing without a topic of two words.
    pub npmi_window_10: Option<f64>,
    /// Mean NPMI within twenty words, 0 for a pair never seen, as papers after Lau, Newman and Baldwin report it.
    pub npmi_as_lau: Option<f64>,
    /// Mean NPMI within documents, which flatters topics of long documents.
    pub npmi_documents: Option<f64>,
    /// The share of distinct words among the first ten of all topics, in `0.0..=1.0`.
    pub diversity: f64,
    /// The median, over topics, of the number of documents that hold at least five of its first ten words.
    pub support_median: f64,
    /// The share of documents that bear a topic, in `0.0..=1.0`.
    pub share_of_documents_with_topic: f64,
    /// Normalised mutual information of strongest topics and labels, in `0.0..=1.0`; nothing without labels.
    pub nmi: Option<f64>,
    /// The share of documents that have the commonest label of their topic, in `0.0..=1.0`; nothing without labels.
    pub purity: Option<f64>,
}

/// The tokens of a corpus in reading order, numbered.
#[derive(Clone, Debug, Default)]
pub struct TokenCorpus {
    documents: Vec<Vec<u32>>,
    ids: HashMap<String, u32>,
}

impl TokenCorpus {
    /// Returns a corpus without documents.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the corpus of the content stems of `texts`.
    pub fn of_texts<'a>(texts: impl IntoIterator<Item = &'a str>, analyzer: &Analyzer) -> Self {
        let mut corpus = Self::new();
        for text in texts {
            corpus.push(analyzer.content_stems_of(tokens_of_prose(text)));
        }
        corpus
    }

    /// Adds a document of these tokens. One without tokens takes part in no count of windows or documents.
    pub fn push(&mut self, tokens: impl IntoIterator<Item = String>) {
        let numbered = tokens.into_iter().map(|token| {
            let next = self.ids.len() as u32;
            *self.ids.entry(token).or_insert(next)
        });
        self.documents.push(numbered.collect());
    }

    /// Returns how many documents there are.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Returns whether there is no document.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }
}

/// Returns the terms of topics mined from texts: the stems of their words, as [`TokenCorpus::of_texts`] counts them.
pub fn terms(topics: &[Topic], analyzer: &Analyzer) -> Vec<Vec<String>> {
    topics.iter().map(|topic| topic.words.iter().map(|word| analyzer.stem(&fold(&word.word))).collect()).collect()
}

/// Returns the scores of topics whose words are `terms` of the corpus, best first.
///
/// `strongest` has the strongest topic of each document of the corpus, if it bears one; `labels` has an entry for each of
/// these, or is empty.
pub fn evaluate(
    terms: &[Vec<String>],
    strongest: &[Option<usize>],
    corpus: &TokenCorpus,
    labels: &[Vec<String>],
) -> TopicScores {
    let first: Vec<Vec<&str>> = terms.iter().map(|words| first_words(words)).filter(|words| 2 <= words.len()).collect();
    let numbered: Vec<Vec<u32>> =
        first.iter().map(|words| words.iter().filter_map(|&word| corpus.ids.get(word).copied()).collect()).collect();
    let npmi = |together| mean(npmi_of_topics(&corpus.documents, &numbered, together).into_iter().flatten());
    let n_with_topic = strongest.iter().flatten().count();
    let labelled: Vec<(Option<usize>, &str)> = strongest
        .iter()
        .zip(labels)
        .filter_map(|(&class, labels)| match labels.as_slice() {
            [label] => Some((class, label.as_str())),
            _ => None,
        })
        .collect();
    TopicScores {
        n_topics: terms.len(),
        npmi_window_10: npmi(Together::WITHIN_10_WORDS),
        npmi_as_lau: npmi(Together::AS_LAU),
        npmi_documents: npmi(Together::InDocument),
        diversity: diversity(&first),
        support_median: median(support(&numbered, corpus)),
        share_of_documents_with_topic: n_with_topic as f64 / corpus.len().max(1) as f64,
        nmi: (!labelled.is_empty()).then(|| nmi(&labelled)),
        purity: (!labelled.is_empty()).then(|| purity(&labelled)),
    }
}

/// How alike the topics of two runs are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// How many topics the one run has.
    pub n_one: usize,
    /// How many the other has.
    pub n_other: usize,
    /// How many pairs of them share half of their first ten words (Jaccard of .5 or more), no topic in two pairs.
    pub n_same: usize,
    /// The Jaccard coefficient of the two sets of topics, such pairs being one topic.
    pub jaccard: f64,
    /// How many of its first ten words a topic shares with the most alike of the other run (Jaccard), on average.
    pub best_words: f64,
}

/// Returns how alike the topics of two runs are, by their terms, best first. Two runs without topics agree.
pub fn agreement(one: &[Vec<String>], other: &[Vec<String>]) -> Agreement {
    let sets = |topics: &[Vec<String>]| -> Vec<BTreeSet<String>> {
        topics.iter().map(|words| first_words(words).into_iter().map(str::to_owned).collect()).collect()
    };
    let (ones, others) = (sets(one), sets(other));
    let jaccard = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        one.intersection(other).count() as f64 / one.union(other).count().max(1) as f64
    };
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (i, one) in ones.iter().enumerate() {
        pairs.extend(others.iter().enumerate().map(|(j, other)| (jaccard(one, other), i, j)));
    }
    let mut best = (vec![0.0_f64; ones.len()], vec![0.0_f64; others.len()]);
    for &(likeness, i, j) in &pairs {
        best.0[i] = best.0[i].max(likeness);
        best.1[j] = best.1[j].max(likeness);
    }
    pairs.retain(|&(likeness, ..)| 0.5 <= likeness);
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| (one.1, one.2).cmp(&(other.1, other.2))));
    let mut taken = (vec![false; ones.len()], vec![false; others.len()]);
    let mut n_same = 0;
    for (_, i, j) in pairs {
        if !taken.0[i] && !taken.1[j] {
            (taken.0[i], taken.1[j]) = (true, true);
            n_same += 1;
        }
    }
    let n_all = ones.len() + others.len() - n_same;
    Agreement {
        n_one: ones.len(),
        n_other: others.len(),
        n_same,
        jaccard: if n_all == 0 { 1.0 } else { n_same as f64 / n_all as f64 },
        best_words: mean(best.0.into_iter().chain(best.1)).unwrap_or(1.0),
    }
}

/// Returns the topics in a file: a topic a line, its words heaviest first, as terms of the corpus.
///
/// For topics that another program has found. Fails if the file cannot be read.
pub fn topics_from_file(path: &Path) -> Result<Vec<Vec<String>>> {
    let mut lines = JsonLines::open(path)?;
    let mut topics = Vec::new();
    while let Some(line) = lines.next_line()? {
        let line = std::str::from_utf8(&line).map_err(|_| lines.wrong("it is not UTF-8".to_owned()))?;
        topics.push(line.split_whitespace().map(str::to_owned).collect());
    }
    Ok(topics)
}

/// Returns the strongest topic of each document in a file: a document a line, the number of the topic from 0, or -1.
///
/// Fails with [`Error::Data`](crate::error::Error::Data) on a number that is none of the `n_topics`, and on more or fewer
/// lines than `n_documents`.
pub fn strongest_from_file(path: &Path, n_topics: usize, n_documents: usize) -> Result<Vec<Option<usize>>> {
    let mut lines = JsonLines::open(path)?;
    let mut strongest = Vec::new();
    while let Some(line) = lines.next_line()? {
        let number = std::str::from_utf8(&line).ok().and_then(|line| line.trim().parse::<i64>().ok());
        strongest.push(match number {
            Some(-1) => None,
            Some(topic) if (0..n_topics as i64).contains(&topic) => Some(topic as usize),
            _ => return Err(lines.wrong(format!("expected -1 or the number of one of {n_topics} topics"))),
        });
    }
    if strongest.len() != n_documents {
        return Err(lines.wrong(format!("{} lines for {n_documents} documents", strongest.len())));
    }
    Ok(strongest)
}

/// Returns the first ten words of a topic; two words of one stem are one.
fn first_words(words: &[String]) -> Vec<&str> {
    let mut first: Vec<&str> = Vec::new();
    for word in words.iter().take(N_WORDS) {
        if !first.contains(&word.as_str()) {
            first.push(word);
        }
    }
    first
}

/// Returns the strongest topic of each of `n_documents`, ties going to the earlier topic.
pub fn strongest(topics: &[Topic], n_documents: usize) -> Vec<Option<usize>> {
    let mut best: Vec<Option<(usize, f32)>> = vec![None; n_documents];
    for (topic, bearers) in topics.iter().map(|topic| &topic.bearers).enumerate() {
        for bearer in bearers {
            let Some(best) = best.get_mut(bearer.bag.index()) else { continue };
            if best.is_none_or(|(_, strength)| strength < bearer.strength) {
                *best = Some((topic, bearer.strength));
            }
        }
    }
    best.into_iter().map(|best| best.map(|(topic, _)| topic)).collect()
}

/// Returns, for each topic, how many documents hold enough of its words.
fn support(topics: &[Vec<u32>], corpus: &TokenCorpus) -> Vec<u32> {
    let mut topics_of: Vec<Vec<usize>> = vec![Vec::new(); corpus.ids.len()];
    for (topic, words) in topics.iter().enumerate() {
        for &word in words {
            topics_of[word as usize].push(topic);
        }
    }
    let mut support = vec![0; topics.len()];
    for tokens in &corpus.documents {
        let distinct: BTreeSet<u32> = tokens.iter().copied().collect();
        let mut n_words: BTreeMap<usize, u32> = BTreeMap::new();
        for &topic in distinct.iter().flat_map(|&token| &topics_of[token as usize]) {
            *n_words.entry(topic).or_default() += 1;
        }
        for (topic, _) in n_words.into_iter().filter(|&(_, n)| N_SUPPORTING_WORDS <= n) {
            support[topic] += 1;
        }
    }
    support
}

/// Returns the median, the mean of the two in the middle of an even number, 0 of none.
fn median(mut numbers: Vec<u32>) -> f64 {
    numbers.sort_unstable();
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        n if n % 2 == 1 => f64::from(numbers[middle]),
        _ => f64::midpoint(f64::from(numbers[middle - 1]), f64::from(numbers[middle])),
    }
}

/// How often each class, each label, and both together come.
struct Table<'a> {
    classes: BTreeMap<Option<usize>, u32>,
    labels: BTreeMap<&'a str, u32>,
    both: BTreeMap<(Option<usize>, &'a str), u32>,
    n: f64,
}

impl<'a> Table<'a> {
    fn of(labelled: &[(Option<usize>, &'a str)]) -> Self {
        let (mut classes, mut labels, mut both) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for &(class, label) in labelled {
            *classes.entry(class).or_default() += 1;
            *labels.entry(label).or_default() += 1;
            *both.entry((class, label)).or_default() += 1;
        }
        Self { classes, labels, both, n: labelled.len() as f64 }
    }

    fn entropy(&self, counts: impl Iterator<Item = u32>) -> f64 {
        -counts.map(|count| f64::from(count) / self.n).map(|share| share * share.ln()).sum::<f64>()
    }
}

/// Returns the normalised mutual information of classes and labels; 1 if both are the same single class.
fn nmi(labelled: &[(Option<usize>, &str)]) -> f64 {
    let table = Table::of(labelled);
    let of_classes = table.entropy(table.classes.values().copied());
    let of_labels = table.entropy(table.labels.values().copied());
    let of_both = table.entropy(table.both.values().copied());
    let mean = f64::midpoint(of_classes, of_labels);
    if mean <= 0.0 { 1.0 } else { ((of_classes + of_labels - of_both) / mean).clamp(0.0, 1.0) }
}

fn purity(labelled: &[(Option<usize>, &str)]) -> f64 {
    let table = Table::of(labelled);
    let mut commonest: BTreeMap<Option<usize>, u32> = BTreeMap::new();
    for (&(class, _), &n) in &table.both {
        let most = commonest.entry(class).or_default();
        *most = n.max(*most);
    }
    f64::from(commonest.values().sum::<u32>()) / table.n
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::{BagIndex, Bearer, WeightedWord};

    #[track_caller]
    fn check_labelled(labelled: &[(Option<usize>, &str)], expected_nmi: f64, expected_purity: f64) {
        assert!((nmi(labelled) - expected_nmi).abs() < 1e-6, "{}", nmi(labelled));
        assert!((purity(labelled) - expected_purity).abs() < 1e-6, "{}", purity(labelled));
    }

    #[test]
    fn classes_are_judged_by_the_labels_they_hold() {
        check_labelled(&[(Some(0), "a"), (Some(0), "a"), (Some(1), "b"), (None, "c")], 1.0, 1.0);
        check_labelled(&[(Some(0), "a"), (Some(0), "b"), (Some(1), "a"), (Some(1), "b")], 0.0, 0.5);
        check_labelled(&[(None, "a"), (None, "a")], 1.0, 1.0);
        // H(labels) = ln 2, H(classes) = 0: a single class says nothing.
        check_labelled(&[(None, "a"), (None, "b")], 0.0, 0.5);
        // H(classes) = H(labels) = ln 4 - 3/4 ln 3, H(both) = 3/2 ln 2.
        check_labelled(&[(Some(0), "a"), (Some(0), "a"), (Some(0), "b"), (Some(1), "a")], 0.151_066, 0.75);
    }

    fn topic(words: &[&str], bearers: &[(u32, f32)]) -> Topic {
        let words: Vec<WeightedWord> =
            words.iter().map(|&word| WeightedWord { word: word.to_owned(), weight: 1.0 }).collect();
        let bearers: Vec<Bearer> =
            bearers.iter().map(|&(bag, strength)| Bearer { bag: BagIndex(bag), strength }).collect();
        Topic {
            label: String::new(),
            words,
            profile: Vec::new(),
            n_documents: bearers.len() as u32,
            bearers,
            npmi: 0.0,
        }
    }

    #[test]
    fn a_small_corpus_has_the_scores_worked_out_by_hand() {
        let mut corpus = TokenCorpus::new();
        for text in ["a b c d e", "a b c d e f", "g h", "g", ""] {
            corpus.push(text.split_whitespace().map(str::to_owned));
        }
        let topics =
            [topic(&["a", "b", "c", "d", "e"], &[(0, 0.5), (1, 0.5), (2, 0.1)]), topic(&["g", "h"], &[(2, 0.9)])];
        let terms: Vec<Vec<String>> =
            topics.iter().map(|topic| topic.words.iter().map(|word| word.word.clone()).collect()).collect();
        let labels: Vec<Vec<String>> = [vec!["x"], vec!["x"], vec!["y"], vec!["y"], vec!["x", "y"]]
            .map(|labels| labels.iter().map(ToString::to_string).collect())
            .to_vec();
        let scores = evaluate(&terms, &strongest(&topics, corpus.len()), &corpus, &labels);
        // Words of the first topic always stand together: 1. Of four documents with words, g is in two and h in one:
        // ln(1/4 / (2/4 * 1/4)) / -ln(1/4) = ln 2 / ln 4 = 1/2.
        assert!((scores.npmi_documents.expect("there are words") - 0.75).abs() < 1e-12);
        assert!((scores.npmi_window_10.expect("there are words") - 0.75).abs() < 1e-12);
        assert!((scores.diversity - 1.0).abs() < 1e-12);
        assert!((scores.support_median - 1.0).abs() < 1e-12, "two documents hold five words of one, none of the other");
        assert!((scores.share_of_documents_with_topic - 0.6).abs() < 1e-12);
        assert_eq!(scores.purity, Some(1.0));
    }

    #[track_caller]
    fn check_agreement(one: &[&str], other: &[&str], (n_same, jaccard, best_words): (usize, f64, f64)) {
        let topics = |topics: &[&str]| -> Vec<Vec<String>> {
            topics.iter().map(|words| words.split_whitespace().map(str::to_owned).collect()).collect()
        };
        let found = agreement(&topics(one), &topics(other));
        assert_eq!((found.n_one, found.n_other, found.n_same), (one.len(), other.len(), n_same));
        assert!((found.jaccard - jaccard).abs() < 1e-9 && (found.best_words - best_words).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn runs_agree_in_the_topics_that_share_half_of_their_words() {
        check_agreement(&["a b", "c d"], &["d c", "b a"], (2, 1.0, 1.0));
        check_agreement(&["a b", "c d"], &["a b c"], (1, 0.5, (2.0 / 3.0 + 0.25 + 2.0 / 3.0) / 3.0));
        check_agreement(&["a b"], &["x y"], (0, 0.0, 0.0));
        check_agreement(&["a b", "a b"], &["a b"], (1, 0.5, 1.0));
        check_agreement(&[], &[], (0, 1.0, 1.0));
    }

    #[test]
    fn nothing_has_no_coherence_and_no_panic() {
        let scores = evaluate(&[], &[], &TokenCorpus::new(), &[]);
        assert_eq!((scores.n_topics, scores.npmi_window_10, scores.nmi), (0, None, None));
    }

    #[test]
    fn topics_of_other_programs_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let written = |text: &str| {
            let path = folder.path().join("lines.txt");
            std::fs::write(&path, text).expect("a file");
            path
        };
        let topics = topics_from_file(&written("tide mast\noven loaf crust\n")).expect("it is in the form");
        assert_eq!(topics, [vec!["tide", "mast"], vec!["oven", "loaf", "crust"]]);
        let strongest = |text: &str| strongest_from_file(&written(text), 2, 3).map_err(|error| error.to_string());
        assert_eq!(strongest("1\n-1\n0\n"), Ok(vec![Some(1), None, Some(0)]));
        for (text, expected) in [
            ("1\n2\n0\n", "line 2: expected -1 or the number of one of 2 topics"),
            ("1\n\u{0}\n0\n", "line 2: expected -1 or the number of one of 2 topics"),
            ("1\n0\n", "2 lines for 3 documents"),
        ] {
            let error = strongest(text).expect_err("it is not in the form");
            assert!(error.ends_with(expected), "{error}");
        }
    }
}
