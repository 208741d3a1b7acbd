//! Bags of words into topics, by min-hashing.
//!
//! ```text
//! texts -> vocabulary, bags -> pools of short ones -> frequency limits -> min-hash -> co-occurring word sets
//!       -> supported sets -> clusters -> ranked topics -> all words again -> what topics say -> bearers -> topics
//! ```
//!
//! [`mine`] is the flow, a call a step. How many topics there are is not asked: it comes from how many groups of words
//! keep company. The method is that of Fuentes-Pineda and Meza-Ruiz 2018, "Topic Discovery in Massive Text Corpora
//! Based on Min-Hashing", Expert Systems with Applications 136; each file says where it differs. `MEASURED.md` has what was
//! measured, beside other programs.
//!
//! Invariants: the same bags, settings and seed give the same topics on any number of threads. A bag is a chapter or a
//! document, as the caller likes; nothing here knows which, nor where it is stored.

mod assign;
mod bag;
mod by_field;
mod clusters;
pub mod coherence;
mod config;
mod counted;
mod counts;
mod describe;
mod grouping;
mod hierarchy;
mod inverted_index;
mod likeness;
mod minhash;
mod passages;
mod phrases;
mod pools;
mod rank;
mod signatures;
mod significance;
pub mod sketch;
mod spill;
mod split;
pub mod stages;
mod vocabulary;
mod word_sets;

use std::sync::atomic::AtomicUsize;

use rayon::prelude::*;

pub use assign::{Assigner, Bearing, mean_strengths, strongest};
pub use bag::{Bag, BagIndex, BagWords, Bags, BagsWriter, WordId};
pub use by_field::{FieldCell, FieldTable, by_field};
pub use config::{CorpusShape, PASSAGE_WORDS, TopicsConfig, n_tables_for};
pub use counted::{CountedCorpus, CountedDocument, CountedJudge, CountedTerms, Strengths, pool_text};
pub use counts::{bags_from_counts, bags_from_files};
pub use hierarchy::{GeneralTopic, Join, Leaf, Level, TopicTree, joins};
pub use likeness::{Known, SAME_TOPIC, same_topics};
pub use phrases::{label_by_phrases, label_by_phrases_of, read_for_labels};
pub use signatures::Signatures;
pub use spill::MemoryLimit;
pub use split::{Part, SplitBy, parts};
pub use vocabulary::{CountedTexts, Vocabulary, VocabularyConfig, Word, bags};

use self::assign::{Assigned, ProfileValue};
use self::describe::Described;
use self::inverted_index::InvertedIndex;
use self::rank::{Corpus, Ranked};
use self::word_sets::Hashed;
use crate::document::ProfileWord;
use crate::error::Result;
use crate::progress::Progress;

/// In a corpus of so many documents, words that keep company in one of them alone tell of that document's manner, and
/// are no topic. In a smaller one, which may be a single book, they may well be.
pub const MANY_DOCUMENTS: usize = 12;

/// How many words a label has at most.
const N_LABEL_WORDS: usize = 3;

/// A topic: words that keep company, and the documents that bear it.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// The three heaviest words as they are usually written, or phrases of them ([`label_by_phrases`]), such as `"Baltic, tides, harbour"`; more where another topic
    /// has the same three.
    pub label: String,
    /// Heaviest first. At least two.
    pub words: Vec<WeightedWord>,
    /// What says how strongly a text bears it, by term; no term twice. For [`Assigner`].
    pub profile: Vec<ProfileWord>,
    /// Strongest first, ties in the order of the documents.
    pub bearers: Vec<Bearer>,
    /// How many documents bear it: the length of `bearers`.
    pub n_documents: u32,
    /// How well its first ten words go together, by documents, in `-1.0..=1.0`; see [`coherence`].
    pub npmi: f32,
}

/// A word of a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedWord {
    /// The form that is most frequent in the corpus, in lower case.
    pub word: String,
    /// How much it says of the topic, in `0.0..=1.0`; the heaviest word's is 1.
    pub weight: f32,
}

/// A document that bears a topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bearer {
    /// The place of the document in the corpus: that of its bag, where every document is one.
    pub bag: BagIndex,
    /// How alike the document and the topic's profile are, above 0 and at most 1.
    pub strength: f32,
}

/// Puts bearers in order: strongest first, ties in the order of the documents.
fn sort_by_strength(bearers: &mut [Bearer]) {
    bearers.sort_by(|one, other| other.strength.total_cmp(&one.strength).then_with(|| one.bag.cmp(&other.bag)));
}

/// Returns the topics of a corpus, those of most supporting documents first.
///
/// Where a document is several bags it is one bearer, as strong as these are on average ([`mean_strengths`]). In a corpus of
/// [`MANY_DOCUMENTS`] or more, a topic of one document ([`is_of_one_document`]) is none then: it tells of that document's
/// manner.
///
/// There are none where nothing keeps company: in an empty corpus, in one document, in documents that are all equal
/// (no word tells them apart) or share no word. Fails on settings out of range, and when cancelled.
///
/// Hashing takes `O(tables * (tuple_size * postings + words))` time and, beside the bags, 4 bytes a posting and 64 bytes a word
/// and thread; clustering and ranking depend on the sets found. What a document bears takes time with each of its words and
/// the topics whose profiles hold it.
///
/// Above the limit of the bags, if they have one, the bags and what is made of them lie in temporary files.
pub fn mine(
    vocabulary: &Vocabulary,
    bags: &Bags,
    config: &TopicsConfig,
    progress: &dyn Progress,
) -> Result<Vec<Topic>> {
    mine_signed(vocabulary, bags, None, config, progress)
}

/// Returns the topics of a corpus as [`mine`] does; `signatures` hold what was hashed of it before, in parts. Of texts that are
/// mined in pools nothing was: they are hashed anew.
pub fn mine_signed(
    vocabulary: &Vocabulary,
    bags: &Bags,
    signatures: Option<&Signatures>,
    config: &TopicsConfig,
    progress: &dyn Progress,
) -> Result<Vec<Topic>> {
    config.check()?;
    progress.check()?;
    // Short texts are mined in pools, and judged by themselves.
    let (pools, signatures) = match config.pool_words {
        0 => (None, signatures),
        words => (Some(pools::pooled(bags, &bags.document_frequencies(vocabulary.len())?, words)?), None),
    };
    let gathered = pools.as_ref().unwrap_or(bags);
    let ranked = ranked_within_limits(vocabulary, gathered, signatures, config, progress)?;

    // Words too common to tell documents apart are none to find a topic by; what it says, and who bears it, they tell too.
    let n_words = vocabulary.len();
    let index = InvertedIndex::new(gathered, n_words)?;
    let corpus = Corpus { bags: gathered, index: &index, n_words };
    let described = describe::described(ranked, &corpus, config, progress)?;
    let of_texts = pools.as_ref().map(|_| InvertedIndex::new(bags, n_words)).transpose()?;
    let texts = Corpus { bags, index: of_texts.as_ref().unwrap_or(&index), n_words };
    let (described, assigned) = borne(described, &corpus, &texts, config, progress)?;
    let topics = told(&described, assigned, vocabulary, texts.index);
    // What was read from files was read whole, or none of this counts.
    for corpus in [&corpus, &texts] {
        corpus.bags.check()?;
        corpus.index.check()?;
    }
    Ok(topics)
}

/// Returns the topics that are found by the words within the limits of `config`, numbered as in `all_words`.
fn ranked_within_limits(
    all_words: &Vocabulary,
    all_bags: &Bags,
    signatures: Option<&Signatures>,
    config: &TopicsConfig,
    progress: &dyn Progress,
) -> Result<Vec<Ranked>> {
    let (vocabulary, bags) = all_words.within_limits(all_bags, config)?;
    let n_words = vocabulary.len();
    let index = InvertedIndex::new(&bags, n_words)?;

    let done = AtomicUsize::new(0);
    let steps = (progress, &done, word_sets::n_passes(config) + clusters::N_TABLES);
    let signed = signatures.map(|signatures| signatures.within_limits(all_words, &vocabulary, &bags)).transpose()?;
    let hashed = Hashed { bags: &bags, signed };
    let supported = word_sets::supported_sets(&hashed, &index, n_words, config, steps)?;
    drop(hashed);
    index.check()?;
    let clusters = clusters::clusters(&supported, n_words, config, steps)?;

    let corpus = Corpus { bags: &bags, index: &index, n_words };
    let mut ranked = rank::ranked(&clusters, &corpus, config, progress)?;
    tracing::debug!(n_clusters = clusters.len(), n_topics = ranked.len(), "ranked topics");
    bags.check()?;
    index.check()?;
    for (word, _) in ranked.iter_mut().flat_map(|topic| &mut topic.words) {
        *word = all_words.id(&vocabulary.word(*word).term).expect("it is one of them");
    }
    Ok(ranked)
}

/// Returns the topics that are borne, and not by one document alone, with what bears them. The others have no say in what a
/// document bears.
fn borne(
    mut described: Vec<Described>,
    mined: &Corpus<'_>,
    texts: &Corpus<'_>,
    config: &TopicsConfig,
    progress: &dyn Progress,
) -> Result<(Vec<Described>, Assigned)> {
    let bags = texts.bags;
    let mut n_bags = vec![0_usize; bags.n_documents()];
    for bag in 0..bags.len() {
        n_bags[bags.document(BagIndex::from(bag)).index()] += 1;
    }
    let is_asked = bags.has_passages() && MANY_DOCUMENTS <= bags.n_documents();
    let is_topic = |bearers: &Vec<Bearer>| {
        is_borne(bearers.iter().map(|bearer| (bags.document(bearer.bag), bearer.strength)), is_asked)
    };
    loop {
        let mut assigned = assign::assigned(&described, mined, texts, config, progress)?;
        let are_topics: Vec<bool> = assigned.bearers.iter().map(is_topic).collect();
        if are_topics.iter().all(|&is_topic| is_topic) {
            let bearers = assigned.bearers.into_iter().map(|bearers| of_documents(bearers, bags, &n_bags));
            assigned.bearers = bearers.collect();
            return Ok((described, assigned));
        }
        let mut are_topics = are_topics.into_iter();
        described.retain(|_| are_topics.next().unwrap_or(false));
    }
}

/// Returns topics with their labels.
fn told(described: &[Described], assigned: Assigned, vocabulary: &Vocabulary, index: &InvertedIndex) -> Vec<Topic> {
    let topics: Vec<_> = described.iter().zip(assigned.bearers).zip(assigned.profiles).collect();
    let named = |((topic, bearers), profile): ((&Described, Vec<Bearer>), Vec<_>)| {
        named(topic, bearers, &profile, vocabulary, index)
    };
    let mut topics: Vec<Topic> = topics.into_par_iter().map(named).collect();
    let written: Vec<Vec<&str>> = described
        .iter()
        .map(|topic| topic.listed.iter().map(|&(word, _)| vocabulary.word(word).written.as_str()).collect())
        .collect();
    for (topic, label) in topics.iter_mut().zip(labels(&written)) {
        topic.label = label;
    }
    topics
}

/// Returns whether a topic is borne: by more than one document firmly ([`is_of_one_document`]) if it `needs_several`, by any
/// if not. `parts` are those that bear it, named by their documents.
pub fn is_borne<D: Ord>(mut parts: impl Iterator<Item = (D, f32)>, needs_several: bool) -> bool {
    if needs_several { !is_of_one_document(parts) } else { parts.next().is_some() }
}

/// Returns whether one document bears a topic firmly, and no other: none of which a part, of those named, bears it half as
/// strongly as the part that does most.
pub fn is_of_one_document<D: Ord>(parts: impl Iterator<Item = (D, f32)>) -> bool {
    let documents = strongest(parts);
    let most = documents.iter().map(|&(_, strength)| strength).fold(0.0, f32::max);
    let needed = assign::SHARE_OF_STRONGEST as f32 * most;
    documents.iter().filter(|&&(_, strength)| needed <= strength).count() < 2
}

/// Returns the documents of bags, each as strong as its bags are on average, strongest first, ties in the order of the
/// documents. `n_bags` says how many bags each document is.
fn of_documents(bearers: Vec<Bearer>, bags: &Bags, n_bags: &[usize]) -> Vec<Bearer> {
    if !bags.has_passages() {
        return bearers;
    }
    let of_bags = bearers.into_iter().map(|bearer| (bags.document(bearer.bag), bearer.strength, 1));
    let means = mean_strengths(of_bags, |document| n_bags[document.index()]);
    let mut bearers: Vec<Bearer> = means.into_iter().map(|(bag, strength)| Bearer { bag, strength }).collect();
    sort_by_strength(&mut bearers);
    bearers
}

/// Returns a label for each topic of its words as they are written, heaviest first: three of them, or where another topic
/// has the same three, in whatever order, more until they differ, if they do at all.
fn labels(topics: &[Vec<&str>]) -> Vec<String> {
    let sorted = |words: &[&str]| {
        let mut words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        words.sort_unstable();
        words
    };
    let mut n_words: Vec<usize> = topics.iter().map(|words| words.len().min(N_LABEL_WORDS)).collect();
    loop {
        let mut same: std::collections::BTreeMap<Vec<String>, Vec<usize>> = std::collections::BTreeMap::new();
        for (topic, words) in topics.iter().enumerate() {
            same.entry(sorted(&words[..n_words[topic]])).or_default().push(topic);
        }
        let longer: Vec<usize> = same
            .into_values()
            .filter(|same| 1 < same.len())
            .flatten()
            .filter(|&topic| n_words[topic] < topics[topic].len())
            .collect();
        if longer.is_empty() {
            break;
        }
        for topic in longer {
            n_words[topic] += 1;
        }
    }
    topics.iter().zip(n_words).map(|(words, n)| words[..n].join(", ")).collect()
}

/// Returns a topic that has all but a label.
fn named(
    topic: &Described,
    bearers: Vec<Bearer>,
    profile: &[(WordId, ProfileValue)],
    vocabulary: &Vocabulary,
    index: &InvertedIndex,
) -> Topic {
    let listed = &topic.listed;
    let ids: Vec<WordId> = listed.iter().map(|&(word, _)| word).collect();
    let words = listed.iter().map(|&(word, weight)| WeightedWord { word: vocabulary.word(word).form.clone(), weight });
    let profile = profile.iter().map(|&(word, ProfileValue { value, idf })| ProfileWord {
        term: vocabulary.word(word).term.clone(),
        value,
        idf,
    });
    Topic {
        label: String::new(),
        words: words.collect(),
        profile: profile.collect(),
        n_documents: bearers.len() as u32,
        bearers,
        npmi: coherence::npmi_of_words(&ids, index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Unwatched;
    use crate::words::Language;

    /// Subjects of eight words each, none shared.
    const SUBJECTS: [[&str; 8]; 4] = [
        ["tide", "harbour", "mast", "anchor", "sail", "keel", "rudder", "helm"],
        ["flour", "yeast", "oven", "crust", "dough", "loaf", "crumb", "proof"],
        ["hive", "honey", "swarm", "nectar", "brood", "queen", "apiary", "drone"],
        ["judge", "claim", "court", "damages", "witness", "hearing", "verdict", "appeal"],
    ];

    /// Returns `n_texts` texts, each of eight words drawn from the subject of its number and one word of its own.
    fn texts(n_texts: usize) -> Vec<String> {
        (0..n_texts)
            .map(|text| {
                let subject = &SUBJECTS[text % SUBJECTS.len()];
                let words = (0..8).map(|word| subject[minhash::mix((text * 8 + word) as u64) as usize % 8]);
                format!("{} own{text}", words.collect::<Vec<_>>().join(" "))
            })
            .collect()
    }

    fn mined(texts: &[String]) -> Vec<Topic> {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (vocabulary, bags) = bags(&texts, Language::English, &VocabularyConfig::ample());
        mine(&vocabulary, &bags, &TopicsConfig::for_corpus(&bags, 1), &Unwatched).expect("the settings are in range")
    }

    #[track_caller]
    fn check_subjects_found(n_texts: usize) {
        let topics = mined(&texts(n_texts));
        assert_eq!(
            topics.len(),
            SUBJECTS.len(),
            "of {n_texts} texts: {:?}",
            topics.iter().map(|topic| &topic.label).collect::<Vec<_>>()
        );
        for topic in &topics {
            let subject = SUBJECTS.iter().position(|words| words.contains(&topic.words[0].word.as_str()));
            let subject = subject.expect("the heaviest word is one of a subject");
            assert!(topic.words.iter().all(|word| SUBJECTS[subject].contains(&word.word.as_str())), "{topic:#?}");
            assert!(topic.bearers.iter().all(|bearer| bearer.bag.index() % SUBJECTS.len() == subject), "{topic:#?}");
            assert!(0.9 * (n_texts / SUBJECTS.len()) as f32 <= topic.n_documents as f32, "{topic:#?}");
        }
    }

    #[test]
    fn planted_subjects_are_found_in_small_libraries() {
        check_subjects_found(40);
        check_subjects_found(200);
        check_subjects_found(100);
    }

    /// Documents of several subjects, a run of forty texts of each: what such a document holds as a whole, all do.
    #[test]
    fn subjects_are_found_in_long_documents() {
        let texts = texts(8 * 40 * 20);
        let of_subject = |subject: usize, at: usize| texts[at * SUBJECTS.len() + subject].clone() + ". ";
        let documents: Vec<String> = (0..40)
            .map(|document| {
                let run = |subject: usize| (0..40).map(move |at| of_subject(subject, document * 40 + at)).collect();
                let subjects = [document % 4, (document + 1 + document / 4 % 3) % 4];
                subjects.map(run).map(|texts: String| texts).concat()
            })
            .collect();
        let texts: Vec<&str> = documents.iter().map(String::as_str).collect();
        let config = VocabularyConfig { passage_words: 200, ..VocabularyConfig::ample() };
        let (vocabulary, bags) = bags(&texts, Language::English, &config);
        assert!(bags.has_passages());
        let settings = TopicsConfig { max_document_share: 0.5, ..TopicsConfig::for_corpus(&bags, 1) };
        let topics = mine(&vocabulary, &bags, &settings, &Unwatched).expect("the settings are in range");
        assert_eq!(topics.len(), SUBJECTS.len());
        for topic in &topics {
            let subject = SUBJECTS.iter().position(|words| words.contains(&topic.words[0].word.as_str()));
            let subject = subject.expect("the heaviest word is one of a subject");
            let expected: Vec<usize> = (0..documents.len())
                .filter(|document| [document % 4, (document + 1 + document / 4 % 3) % 4].contains(&subject))
                .collect();
            let mut found: Vec<usize> = topic.bearers.iter().map(|bearer| bearer.bag.index()).collect();
            assert!(topic.bearers.is_sorted_by(|one, other| other.strength <= one.strength));
            found.sort_unstable();
            assert_eq!(found, expected);
        }
    }

    /// Subjects of forty words, and texts of four: few words of a subject ever stand together.
    #[test]
    fn subjects_are_found_in_very_short_texts() {
        let word = |text: usize, at: usize| minhash::mix((text * 4 + at) as u64) as usize % 40;
        let texts: Vec<String> = (0..4_000)
            .map(|text| (0..4).map(|at| format!("subject{}word{} ", text % 4, word(text, at))).collect())
            .collect();
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (vocabulary, bags) = bags(&borrowed, Language::English, &VocabularyConfig::ample());
        let config = TopicsConfig::for_corpus(&bags, 1);
        assert_ne!(config.pool_words, 0);
        let whole = mine(&vocabulary, &bags, &TopicsConfig { pool_words: 0, ..config.clone() }, &Unwatched);
        assert_eq!(whole.expect("the settings are in range"), []);

        let topics = mine(&vocabulary, &bags, &config, &Unwatched).expect("the settings are in range");
        assert_eq!(topics.len(), SUBJECTS.len());
        let mut n_alike = 0;
        for topic in &topics {
            let subject =
                |word: &str| word.split("word").next().and_then(|it| it.strip_prefix("subject")?.parse().ok());
            let of_topic: usize = subject(&topic.words[0].word).expect("words name their subjects");
            assert!(topic.words.iter().all(|word| subject(&word.word) == Some(of_topic)), "{topic:#?}");
            n_alike += topic.bearers.iter().filter(|bearer| bearer.bag.index() % 4 == of_topic).count();
        }
        assert!(texts.len() * 95 / 100 <= n_alike, "{n_alike} texts bear their subject");
        // A text that comes later is judged as those that were there.
        let profiles: Vec<&[ProfileWord]> = topics.iter().map(|topic| topic.profile.as_slice()).collect();
        let assigner = Assigner::new(&profiles, Bearing::from(&config));
        let analyzer = crate::words::Analyzer::new(Language::English);
        for text in [0, 1, 2, 3] {
            let borne: Vec<usize> = (0..topics.len())
                .filter(|&topic| topics[topic].bearers.iter().any(|bearer| bearer.bag.index() == text))
                .collect();
            let again: Vec<usize> =
                assigner.strengths(&texts[text], &analyzer).into_iter().map(|(topic, _)| topic).collect();
            assert_eq!(again, borne);
        }
    }

    #[test]
    fn what_one_document_of_many_has_in_all_its_passages_is_no_topic() {
        let mut documents = texts(200);
        documents[7] = "Quillfeather lodge wapping ledger. ".repeat(300) + &"tide. ".repeat(900);
        let texts: Vec<&str> = documents.iter().map(String::as_str).collect();
        let config = VocabularyConfig { passage_words: 100, ..VocabularyConfig::ample() };
        let (vocabulary, bags) = bags(&texts, Language::English, &config);
        let settings = TopicsConfig { max_document_share: 0.5, ..TopicsConfig::for_corpus(&bags, 1) };
        let topics = mine(&vocabulary, &bags, &settings, &Unwatched).expect("the settings are in range");
        assert!(topics.iter().all(|topic| topic.words.iter().all(|word| word.word != "quillfeather")), "{topics:#?}");
    }

    #[test]
    fn topics_are_well_formed() {
        let topics = mined(&texts(60));
        assert!(!topics.is_empty());
        for topic in topics {
            assert_eq!(topic.n_documents as usize, topic.bearers.len());
            assert_eq!(topic.label.split(", ").count(), 3);
            assert!((-1.0..=1.0).contains(&topic.npmi));
            assert!((topic.words[0].weight - 1.0).abs() < 1e-6);
            assert!(topic.words.is_sorted_by(|one, other| other.weight <= one.weight));
            assert!(topic.bearers.iter().all(|bearer| (0.0..=1.0).contains(&bearer.strength)));
        }
    }

    #[test]
    fn a_topic_is_of_one_document_if_no_other_bears_it_half_as_strongly() {
        assert!(is_of_one_document([(1, 0.4), (1, 0.3), (2, 0.1)].into_iter()));
        assert!(!is_of_one_document([(1, 0.4), (2, 0.2), (2, 0.1)].into_iter()));
        assert!(is_of_one_document(std::iter::empty::<(u32, f32)>()));
    }

    #[track_caller]
    fn check_labels(topics: &[&[&str]], expected: &[&str]) {
        assert_eq!(labels(&topics.iter().map(|words| words.to_vec()).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn labels_differ_where_words_do() {
        check_labels(&[&["a", "b", "c", "d"], &["x", "y"]], &["a, b, c", "x, y"]);
        let (one, other) = (&["Sea", "mast", "tide", "gull", "fog"][..], &["tide", "sea", "mast", "gull", "nets"][..]);
        check_labels(&[one, other], &["Sea, mast, tide, gull, fog", "tide, sea, mast, gull, nets"]);
        check_labels(&[&["a", "b"], &["b", "a"]], &["a, b", "b, a"]);
        check_labels(&[], &[]);
    }

    #[test]
    fn debris_is_no_topic() {
        // A signature under every fifth text, a line of code in some, and a subject: subjects alone are found.
        let signature = "Regards Quillfeather Registered Office Wapping Telephone Extension Confidential Disclaimer";
        let code = "argc argv printf malloc struct typedef ifdef";
        let texts: Vec<String> = texts(200)
            .into_iter()
            .enumerate()
            .map(|(at, text)| {
                let fillers: Vec<String> =
                    (0..24).map(|word| format!("filler{}", minhash::mix((at * 977 + word) as u64) % 900)).collect();
                let debris = match at % 10 {
                    0 | 5 => signature,
                    3 => code,
                    _ => "",
                };
                format!("{text} {} {debris}", fillers.join(" "))
            })
            .collect();
        let topics = mined(&texts);
        let labels: Vec<&String> = topics.iter().map(|topic| &topic.label).collect();
        assert!((3..=SUBJECTS.len()).contains(&topics.len()), "{labels:?}");
        for topic in &topics {
            let first: Vec<&str> = topic.words.iter().take(5).map(|word| word.word.as_str()).collect();
            let is_of = |subject: &[&str; 8]| first.iter().all(|word| subject.contains(word));
            assert!(SUBJECTS.iter().any(is_of), "{labels:?}");
        }
    }

    #[test]
    fn any_number_of_threads_finds_the_same_topics() {
        let texts = texts(120);
        let with_threads = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().expect("threads start");
            format!("{:?}", pool.install(|| mined(&texts)))
        };
        let expected = with_threads(1);
        assert_eq!(with_threads(2), expected);
        assert_eq!(with_threads(5), expected);
    }

    #[test]
    fn above_the_limit_topics_are_the_same() {
        let texts = texts(800);
        let with_limit = |limit| {
            let mut counted = CountedTexts::new(Language::English, VocabularyConfig::ample(), limit);
            counted.push(&texts);
            let (vocabulary, bags) = counted.finish().expect("files can be made");
            let config = TopicsConfig { max_document_share: 0.5, ..TopicsConfig::for_corpus(&bags, 1) };
            mine(&vocabulary, &bags, &config, &Unwatched).expect("files can be read")
        };
        let expected = with_limit(None);
        assert_eq!(expected.len(), SUBJECTS.len());
        let folder = tempfile::tempdir().expect("make a folder");
        for bytes in [0, 10_000, 100_000] {
            let limit = MemoryLimit { bytes, folder: folder.path().to_owned() };
            assert_eq!(with_limit(Some(limit)), expected, "within {bytes} bytes");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("list the folder").count(), 0);
    }

    #[track_caller]
    fn check_no_topics(texts: &[&str]) {
        let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        assert_eq!(mined(&texts), []);
    }

    #[test]
    fn where_no_words_keep_company_there_are_no_topics() {
        check_no_topics(&[]);
        check_no_topics(&[""]);
        check_no_topics(&["The tide turns in the harbour, and the mast with it"]);
        check_no_topics(&["tide", "oven", "hive"]);
        check_no_topics(&["tide", "tide", "tide", "tide"]);
        check_no_topics(&["tide harbour mast sail", "flour yeast oven crust", "hive honey swarm brood"]);
        check_no_topics(&["tide harbour mast sail"; 30]);
    }

    #[test]
    fn in_equal_documents_no_word_stands_out_even_without_frequency_limits() {
        let texts = ["tide harbour mast sail"; 30];
        let (vocabulary, bags) = bags(&texts, Language::English, &VocabularyConfig::ample());
        let config = TopicsConfig::for_corpus(&bags, 1).without_frequency_limits();
        let topics = mine(&vocabulary, &bags, &config, &Unwatched).expect("the settings are in range");
        assert_eq!(topics, []);
    }

    #[test]
    fn a_word_too_common_to_find_a_topic_by_is_listed_and_tells_who_bears_it() {
        // Each word of a subject is in a sixth of all texts, and this one in a quarter.
        let of_subject = |(at, text)| if at % SUBJECTS.len() == 0 { format!("{text} lagoon lagoon") } else { text };
        let mut texts: Vec<String> = texts(200).into_iter().enumerate().map(of_subject).collect();
        texts.push("lagoon tide lagoon".to_owned());
        let read: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (vocabulary, bags) = bags(&read, Language::English, &VocabularyConfig::ample());
        let config = TopicsConfig { max_document_share: 0.2, ..TopicsConfig::for_corpus(&bags, 1) };
        let common = vocabulary.id("lagoon").expect("it is a word");
        assert!(config.max_documents(bags.len()) < vocabulary.word(common).n_documents);
        let topics = mine(&vocabulary, &bags, &config, &Unwatched).expect("the settings are in range");
        assert_eq!(topics.len(), SUBJECTS.len());
        let of_lagoon: Vec<&Topic> =
            topics.iter().filter(|topic| topic.words.iter().any(|word| word.word == "lagoon")).collect();
        assert_eq!(of_lagoon.len(), 1);
        assert_eq!(of_lagoon[0].words[0].word, "lagoon");
        assert!(of_lagoon[0].bearers.iter().any(|bearer| bearer.bag == BagIndex(200)));
    }

    #[test]
    fn a_topic_of_one_document_has_no_say_in_what_that_document_bears() {
        // Twelve documents, the first in two passages: of words 0 to 2 there alone, and of 3 and 4, as every other document.
        let words = |at: u32| match at {
            0 | 1 => vec![(0, 3), (1, 3), (2, 3), (3, 1), (4, 1)],
            at if at % 2 == 0 => vec![(3, 1), (4, 1)],
            _ => vec![(5, 1), (6, 1)],
        };
        let bag = |at| Bag::new(words(at).into_iter().map(|(word, n)| (WordId(word), n)).collect());
        let keys = (0..13).map(|at: u32| bag::key_of_passage(at.saturating_sub(1), u32::from(at == 1)));
        let bags = (0..13).map(bag).collect::<Bags>().with_keys(keys.collect());
        assert!(bags.has_passages() && bags.n_documents() == MANY_DOCUMENTS);
        let index = InvertedIndex::new(&bags, 7).expect("it fits in memory");
        let corpus = Corpus { bags: &bags, index: &index, n_words: 7 };
        let topic = |words: &[u32], supporting: &[u32]| Described {
            listed: Vec::new(),
            profile: words.iter().copied().map(WordId).collect(),
            supporting: supporting.iter().copied().map(BagIndex).collect(),
        };
        let manner = topic(&[0, 1, 2], &[0, 1]);
        let subjects = [topic(&[3, 4], &[2, 4, 6]), topic(&[5, 6], &[3, 5, 7])];
        let config = TopicsConfig { min_strength: 0.05, ..TopicsConfig::for_corpus(&bags, 1) };
        let bearers = |topics: Vec<Described>| {
            let (topics, assigned) = borne(topics, &corpus, &corpus, &config, &Unwatched).expect("nobody cancels");
            (topics, assigned.bearers)
        };
        let found = bearers([vec![manner], subjects.to_vec()].concat());
        assert!(found.1[0].iter().any(|bearer| bearer.bag == BagIndex(0)), "{:?}", found.1[0]);
        assert_eq!(found, bearers(subjects.to_vec()));
    }

    /// Cancels after being asked so many times.
    struct CancelAfter(AtomicUsize);

    impl Progress for CancelAfter {
        fn report(&self, done: usize, total: usize) {
            assert!(done <= total, "{done} of {total} steps are behind");
        }

        fn is_cancelled(&self) -> bool {
            let before = self.0.fetch_update(
                std::sync::atomic::Ordering::Relaxed,
                std::sync::atomic::Ordering::Relaxed,
                |left| left.checked_sub(1),
            );
            before.is_err()
        }
    }

    /// Checks that each subject of some texts is a topic, and borne by these alone, among other texts.
    #[track_caller]
    fn check_found_among(others: Vec<String>) {
        let (n_others, mut all) = (others.len(), others);
        all.extend(texts(200));
        let mut found = Vec::new();
        for topic in mined(&all) {
            let subject = SUBJECTS.iter().position(|words| words.contains(&topic.words[0].word.as_str()));
            let Some(subject) = subject else { continue };
            let of_text = |bearer: &Bearer| bearer.bag.index().checked_sub(n_others).map(|text| text % SUBJECTS.len());
            assert!(topic.bearers.iter().all(|bearer| of_text(bearer) == Some(subject)), "{topic:#?}");
            assert!(45 <= topic.n_documents, "{topic:#?}");
            found.push(subject);
        }
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2, 3]);
    }

    #[test]
    fn a_vocabulary_of_ever_new_words_hides_no_subject() {
        check_found_among((0..200).map(|text| (0..50).map(|at| format!("new{text}x{at} ")).collect()).collect());
    }

    #[test]
    fn a_document_larger_than_all_others_hides_no_subject() {
        let word = |at: u64| minhash::mix(at) % 5_000;
        check_found_among(vec![(0..50_000).map(|at| format!("debris{}. ", word(at))).collect()]);
    }

    #[test]
    fn languages_and_scripts_side_by_side_hide_no_subject() {
        const TEXTS: [&str; 8] = [
            "der die das und nicht mit der Hafen",
            "le la les des une dans est le port",
            "\u{43f}\u{43e}\u{440}\u{442} \u{438} \u{43c}\u{43e}\u{440}\u{435}",
            "\u{6e2f}\u{53e3}\u{548c}\u{6d77}",
            "\u{645}\u{64a}\u{646}\u{627}\u{621} \u{648}\u{628}\u{62d}\u{631}",
            "\u{5e0}\u{5de}\u{5dc} \u{5d5}\u{5d9}\u{5dd}",
            "\u{e17}\u{e48}\u{e32}\u{e40}\u{e23}\u{e37}\u{e2d}",
            "\u{1f6a2} 1234 \u{2014} ...",
        ];
        check_found_among((0..80).map(|text| format!("{} only{text}", TEXTS[text % TEXTS.len()])).collect());
    }

    #[test]
    fn mining_stops_when_cancelled() {
        let texts = texts(60);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (vocabulary, bags) = bags(&texts, Language::English, &VocabularyConfig::ample());
        let config = TopicsConfig::for_corpus(&bags, 1);
        for n_asked in [0, 1, 50, 200] {
            let stopped = mine(&vocabulary, &bags, &config, &CancelAfter(AtomicUsize::new(n_asked)));
            assert!(matches!(stopped, Err(crate::error::Error::Cancelled)), "after {n_asked}: {stopped:?}");
        }
        mine(&vocabulary, &bags, &config, &CancelAfter(AtomicUsize::new(usize::MAX))).expect("nobody cancels");
    }
}
