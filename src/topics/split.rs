//! One topic into several: by the company its documents keep, or by words that a person names.
//!
//! What bears the topic is parted by spherical k-means (Dhillon and Modha 2001, "Concept Decompositions for Large Sparse
//! Text Data Using Clustering", Machine Learning 42) over idf-weighted words, begun without chance from texts that are as
//! unlike each other as can be. Where a person names words, the texts that hold any of them are the first part, and the others
//! the second. A part's words are those that stand out in it beside the rest of the topic.

use std::collections::BTreeMap;

use super::inverted_index::InvertedIndex;
use super::{BagIndex, Bags, Vocabulary, WordId, coherence};
use crate::document::ProfileWord;

/// How a topic is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitBy<'a> {
    /// Into so many parts, at least 2, as its texts fall apart.
    Number(usize),
    /// Into what holds these terms and what does not.
    Terms(&'a [String]),
}

/// A part of a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The three heaviest words as they are usually written.
    pub label: String,
    /// Its words and their weights, heaviest first.
    pub words: Vec<(String, f32)>,
    /// How well its words go together, by the texts of the topic.
    pub npmi: f32,
    /// What tells it from the other parts.
    pub profile: Vec<ProfileWord>,
}

const N_ROUNDS: usize = 20;
const N_LISTED: usize = 20;
const N_PROFILE_WORDS: usize = 100;
const N_LABEL_WORDS: usize = 3;

/// A word that stands in a text more often counts as often.
const MAX_FREQUENCY: u32 = 3;

type Sparse = Vec<(usize, f64)>;

/// Returns the parts of a topic whose texts are `bags`; nothing if they do not fall apart so: if there are too few of
/// them, or no word tells them apart, or all or none hold the terms named.
pub fn parts(vocabulary: &Vocabulary, bags: &Bags, by: SplitBy<'_>) -> Option<Vec<Part>> {
    const IN_MEMORY: &str = "the texts of one topic are in memory";
    let n_documents = bags.document_frequencies(vocabulary.len()).expect(IN_MEMORY);
    let n = bags.len() as f64;
    let idfs: Vec<f64> = n_documents.iter().map(|&of| if of < 2 { 0.0 } else { (n / f64::from(of)).ln() }).collect();
    let vectors: Vec<Sparse> = bags
        .iter()
        .map(|bag| {
            unit(bag.map(|(word, n)| (word.index(), f64::from(n.min(MAX_FREQUENCY)) * idfs[word.index()])).collect())
        })
        .collect();
    let part_of = match by {
        SplitBy::Number(n_parts) => rounds(&vectors, &first_centres(&vectors, n_parts)?, vocabulary.len())?,
        SplitBy::Terms(terms) => {
            let named: Vec<WordId> = terms.iter().filter_map(|term| vocabulary.id(term)).collect();
            let part_of: Vec<usize> =
                bags.iter().map(|mut bag| usize::from(!bag.any(|(word, _)| named.contains(&word)))).collect();
            is_split(&part_of, 2).then_some(part_of)?
        }
    };
    let n_parts = part_of.iter().max()? + 1;
    let index = InvertedIndex::new(bags, vocabulary.len()).expect(IN_MEMORY);
    let named = match by {
        SplitBy::Number(_) => &[][..],
        SplitBy::Terms(terms) => terms,
    };
    (0..n_parts)
        .map(|part| {
            let members: Vec<BagIndex> =
                (0..bags.len()).filter(|&bag| part_of[bag] == part).map(BagIndex::from).collect();
            let first: &[String] = if part == 0 { named } else { &[] };
            described(&members, first, vocabulary, bags, &idfs, &index)
        })
        .collect()
}

fn unit(mut vector: Sparse) -> Sparse {
    vector.retain(|&(_, value)| 0.0 < value);
    let length = vector.iter().map(|(_, value)| value * value).sum::<f64>().sqrt();
    for (_, value) in &mut vector {
        *value /= length;
    }
    vector
}

fn product(one: &Sparse, other: &Sparse) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < one.len() && j < other.len() {
        match one[i].0.cmp(&other[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += one[i].1 * other[j].1;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}

/// Returns the texts to begin from: the one least like the others, then each the least like those taken.
fn first_centres(vectors: &[Sparse], n_parts: usize) -> Option<Vec<Sparse>> {
    if n_parts < 2 || vectors.len() < n_parts {
        return None;
    }
    let mut mean: BTreeMap<usize, f64> = BTreeMap::new();
    for &(word, value) in vectors.iter().flatten() {
        *mean.entry(word).or_default() += value;
    }
    let mean: Sparse = mean.into_iter().collect();
    // Texts without a word that tells anything are like nothing, and no beginning.
    let candidates: Vec<usize> = (0..vectors.len()).filter(|&at| !vectors[at].is_empty()).collect();
    let least = |likeness: &dyn Fn(usize) -> f64| {
        candidates.iter().copied().min_by(|&one, &other| likeness(one).total_cmp(&likeness(other)))
    };
    let mut taken = vec![least(&|at| product(&vectors[at], &mean))?];
    let mut nearest = vec![0.0_f64; vectors.len()];
    while taken.len() < n_parts {
        let newest = taken[taken.len() - 1];
        for &at in &candidates {
            nearest[at] = nearest[at].max(product(&vectors[at], &vectors[newest]));
        }
        let next = least(&|at| nearest[at])?;
        if taken.contains(&next) {
            return None;
        }
        taken.push(next);
    }
    Some(taken.into_iter().map(|at| vectors[at].clone()).collect())
}

/// Returns the part of each text, parts in the order of their first texts; nothing if a part is empty.
fn rounds(vectors: &[Sparse], centres: &[Sparse], n_words: usize) -> Option<Vec<usize>> {
    let n_parts = centres.len();
    let mut centres: Vec<Vec<f64>> = centres
        .iter()
        .map(|centre| {
            let mut dense = vec![0.0; n_words];
            for &(word, value) in centre {
                dense[word] = value;
            }
            dense
        })
        .collect();
    let mut part_of = vec![usize::MAX; vectors.len()];
    for _ in 0..N_ROUNDS {
        let nearest: Vec<usize> = vectors
            .iter()
            .map(|vector| {
                let likeness =
                    |part: usize| vector.iter().map(|&(word, value)| value * centres[part][word]).sum::<f64>();
                // Of equals the first.
                (0..n_parts).rev().max_by(|&one, &other| likeness(one).total_cmp(&likeness(other))).unwrap_or(0)
            })
            .collect();
        if nearest == part_of {
            break;
        }
        part_of = nearest;
        for centre in &mut centres {
            centre.fill(0.0);
        }
        for (vector, &part) in vectors.iter().zip(&part_of) {
            for &(word, value) in vector {
                centres[part][word] += value;
            }
        }
        for centre in &mut centres {
            let length = centre.iter().map(|value| value * value).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
            for value in centre {
                *value /= length;
            }
        }
    }
    is_split(&part_of, n_parts).then(|| in_order_of_first_texts(part_of, n_parts))
}

fn in_order_of_first_texts(part_of: Vec<usize>, n_parts: usize) -> Vec<usize> {
    let mut number = vec![usize::MAX; n_parts];
    let mut next = 0;
    for &part in &part_of {
        if number[part] == usize::MAX {
            number[part] = next;
            next += 1;
        }
    }
    part_of.into_iter().map(|part| number[part]).collect()
}

fn is_split(part_of: &[usize], n_parts: usize) -> bool {
    (0..n_parts).all(|part| part_of.contains(&part))
}

/// Returns what a part is known by; nothing if no word stands out in it. Words named come first, each a little above the
/// heaviest of the others.
fn described(
    members: &[BagIndex],
    named: &[String],
    vocabulary: &Vocabulary,
    bags: &Bags,
    idfs: &[f64],
    index: &InvertedIndex,
) -> Option<Part> {
    let mut counts: BTreeMap<WordId, (u32, u64)> = BTreeMap::new();
    for (word, frequency) in members.iter().flat_map(|&bag| bags.bag(bag)) {
        let (n, sum) = counts.entry(word).or_default();
        *n += 1;
        *sum += u64::from(frequency.min(MAX_FREQUENCY));
    }
    let mut words: Vec<(WordId, f64)> = Vec::new();
    let mut first: Vec<(WordId, f64)> = Vec::new();
    for (&word, &(n, _)) in &counts {
        let p = f64::from(n) / members.len() as f64;
        let q = index.n_bags_with(word) as f64 / bags.len() as f64;
        let is_named = named.iter().any(|term| *term == vocabulary.word(word).term);
        if is_named {
            first.push((word, p));
        } else if q < p && (2 <= n || members.len() == 1) {
            words.push((word, p * (p / q).ln()));
        }
    }
    let heaviest = words.iter().map(|&(_, weight)| weight).fold(0.0, f64::max);
    words.extend(first.into_iter().map(|(word, p)| (word, heaviest + p)));
    words.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    words.truncate(N_PROFILE_WORDS);
    let heaviest = words.first()?.1;
    let listed = &words[..words.len().min(N_LISTED)];
    let first: Vec<WordId> = listed.iter().map(|&(word, _)| word).collect();
    let label: Vec<&str> =
        first.iter().take(N_LABEL_WORDS).map(|&word| vocabulary.word(word).written.as_str()).collect();
    let values: Sparse =
        words.iter().map(|&(word, _)| (word.index(), (counts[&word].1 as f64).sqrt() * idfs[word.index()])).collect();
    let mut profile: Vec<ProfileWord> = unit(values)
        .into_iter()
        .map(|(word, value)| ProfileWord {
            term: vocabulary.word(WordId::from(word)).term.clone(),
            value: value as f32,
            idf: idfs[word] as f32,
        })
        .collect();
    profile.sort_by(|one, other| one.term.cmp(&other.term));
    let words =
        listed.iter().map(|&(word, weight)| (vocabulary.word(word).form.clone(), (weight / heaviest) as f32)).collect();
    Some(Part { label: label.join(", "), words, npmi: coherence::npmi_of_words(&first, index), profile })
}

#[cfg(test)]
mod tests {
    use super::super::{VocabularyConfig, bags};
    use super::*;
    use crate::words::Language;

    /// Texts of one subject, the sea, of which half are of fishing and half of trade.
    const TEXTS: [&str; 8] = [
        "sea harbour nets herring catch",
        "sea harbour nets cod catch",
        "sea harbour herring cod catch",
        "sea harbour nets herring cod",
        "sea harbour cargo freight crane",
        "sea harbour cargo freight dock",
        "sea harbour freight crane dock",
        "sea harbour cargo crane dock",
    ];

    #[track_caller]
    fn check(texts: &[&str], by: SplitBy<'_>, expected: Option<&[&[&str]]>) {
        let (vocabulary, bags) = bags(texts, Language::English, &VocabularyConfig::ample());
        let found = parts(&vocabulary, &bags, by);
        let found: Option<Vec<Vec<String>>> = found.map(|parts| {
            let sorted = |part: &Part| {
                let mut words: Vec<String> = part.words.iter().map(|(word, _)| word.clone()).collect();
                words.sort();
                words
            };
            parts.iter().map(sorted).collect()
        });
        let expected: Option<Vec<Vec<String>>> =
            expected.map(|parts| parts.iter().map(|words| words.iter().map(ToString::to_string).collect()).collect());
        assert_eq!(found, expected);
    }

    #[test]
    fn a_topic_falls_apart_where_its_texts_do() {
        let (fishing, trade) = (&["catch", "cod", "herring", "nets"][..], &["cargo", "crane", "dock", "freight"][..]);
        check(&TEXTS, SplitBy::Number(2), Some(&[fishing, trade]));
        let backwards: Vec<&str> = TEXTS.iter().rev().copied().collect();
        check(&backwards, SplitBy::Number(2), Some(&[trade, fishing]));
    }

    #[test]
    fn words_named_make_the_first_part() {
        let (fishing, trade) = (&["catch", "cod", "herring", "nets"][..], &["cargo", "crane", "dock", "freight"][..]);
        let terms = ["cargo".to_owned(), "freight".to_owned(), "unheard".to_owned()];
        check(&TEXTS, SplitBy::Terms(&terms), Some(&[trade, fishing]));
    }

    #[test]
    fn what_does_not_fall_apart_is_not_split() {
        check(&[], SplitBy::Number(2), None);
        check(&["sea harbour"], SplitBy::Number(2), None);
        check(&["sea harbour"; 9], SplitBy::Number(2), None);
        check(&TEXTS, SplitBy::Number(1), None);
        check(&TEXTS, SplitBy::Terms(&["sea".to_owned()]), None);
        check(&TEXTS, SplitBy::Terms(&["desert".to_owned()]), None);
    }

    #[test]
    fn a_profile_is_of_length_one() {
        let (vocabulary, bags) = bags(&TEXTS, Language::English, &VocabularyConfig::ample());
        for part in parts(&vocabulary, &bags, SplitBy::Number(2)).expect("it falls apart") {
            let length: f32 = part.profile.iter().map(|word| word.value * word.value).sum();
            assert!((length - 1.0).abs() < 1e-5, "{part:?}");
        }
    }
}
