//! Topics into a tree by how alike they are, and the tree into fewer, more general topics.
//!
//! The tree is that of average link: two groups are as alike as their topics are on average (Sokal and Michener 1958, "A
//! Statistical Method for Evaluating Systematic Relationships"), worked out by chains of nearest neighbours, which takes
//! the square of the number of topics (Murtagh 1983, "A Survey of Recent Advances in Hierarchical Clustering
//! Algorithms"). It is kept as joins in the order of falling likeness, so any number of topics is had by going along the
//! first of them, and what is together in a coarse level is together in every coarser one.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::likeness::{Known, Likenesses};
use crate::document::{TopicPart, combined_label, combined_words};

/// A join of the tree: the groups that two topics are in by then become one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Join {
    /// A topic of the one group, by its place.
    pub one: usize,
    /// A topic of the other.
    pub other: usize,
    /// How alike the groups are, in `0.0..=1.0`.
    pub likeness: f32,
}

/// Beyond so many topics, the later ones, which have the fewest documents, join the earlier one that is most like them.
const MAX_COMPARED: usize = 3_000;

/// Returns the tree of topics, a join for each topic but one, the most alike first.
///
/// Takes `O(n^2)` time and 4 bytes a pair for `n` topics, of which no more than 3,000 are compared with each other.
pub fn joins(topics: &[Known<'_>]) -> Vec<Join> {
    let (compared, later) = topics.split_at(topics.len().min(MAX_COMPARED));
    let likenesses = Likenesses::with(compared);
    let nearest = later.par_iter().enumerate().map(|(at, topic)| {
        // Of equals the first.
        let others = likenesses.of(topic).into_iter().rev();
        let (one, likeness) = others.max_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or((0, 0.0));
        Join { one, other: compared.len() + at, likeness: likeness as f32 }
    });
    let nearest: Vec<Join> = nearest.collect();
    let mut joins = average_link(Matrix::of(compared, &likenesses));
    joins.extend(nearest);
    joins.sort_by(|one, other| other.likeness.total_cmp(&one.likeness));
    joins
}

/// A square of likenesses. What a topic is to itself is not asked.
struct Matrix {
    n: usize,
    values: Vec<f32>,
}

impl Matrix {
    fn of(topics: &[Known<'_>], likenesses: &Likenesses<'_>) -> Self {
        let n = topics.len();
        let mut values: Vec<f32> = topics
            .par_iter()
            .flat_map_iter(|topic| {
                let mut row = vec![0.0; n];
                for (other, likeness) in likenesses.of(topic) {
                    row[other] = likeness as f32;
                }
                row
            })
            .collect();
        // What rounding makes of a pair depends on which of them is asked.
        for one in 0..n {
            for other in one + 1..n {
                values[other * n + one] = values[one * n + other];
            }
        }
        Self { n, values }
    }

    fn at(&self, one: usize, other: usize) -> f32 {
        self.values[one * self.n + other]
    }

    fn set(&mut self, one: usize, other: usize, value: f32) {
        self.values[one * self.n + other] = value;
        self.values[other * self.n + one] = value;
    }
}

fn average_link(mut matrix: Matrix) -> Vec<Join> {
    let n = matrix.n;
    // How many topics the group has that a topic stands for; 0 for a topic that stands for none any more.
    let mut sizes = vec![1_u32; n];
    let mut joins = Vec::with_capacity(n.saturating_sub(1));
    let mut chain: Vec<usize> = Vec::new();
    while joins.len() + 1 < n {
        let Some(&last) = chain.last() else {
            chain.push(sizes.iter().position(|&size| 0 < size).expect("two groups are left"));
            continue;
        };
        let before = chain.len().checked_sub(2).map(|at| chain[at]);
        // Of equals the one before in the chain, or the chain would go round for ever; else the first.
        let mut nearest = before;
        for other in (0..n).filter(|&other| other != last && 0 < sizes[other]) {
            if nearest.is_none_or(|nearest| matrix.at(last, nearest) < matrix.at(last, other)) {
                nearest = Some(other);
            }
        }
        let nearest = nearest.expect("two groups are left");
        if Some(nearest) != before {
            // Only what rounding does to means can lead back; begin again then.
            if chain.contains(&nearest) {
                chain.clear();
            }
            chain.push(nearest);
            continue;
        }
        chain.truncate(chain.len() - 2);
        let (kept, gone) = (last.min(nearest), last.max(nearest));
        joins.push(Join { one: kept, other: gone, likeness: matrix.at(kept, gone) });
        let (kept_size, gone_size) = (sizes[kept] as f32, sizes[gone] as f32);
        sizes[kept] += sizes[gone];
        sizes[gone] = 0;
        for other in (0..n).filter(|&other| other != kept && 0 < sizes[other]) {
            let sum = kept_size * matrix.at(kept, other) + gone_size * matrix.at(gone, other);
            matrix.set(kept, other, sum / (kept_size + gone_size));
        }
    }
    joins
}

/// How many topics to show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Level {
    /// So finely, in `0.0..=1.0`: at 0 a single topic, at 1 every topic that was mined, and each step of the same width
    /// multiplies their number by the same.
    Granularity(f32),
    /// So many, or as many as there are.
    Number(usize),
}

impl Level {
    /// Every topic there is.
    pub const FINEST: Self = Self::Granularity(1.0);

    /// Returns how many of `n_topics` are left at this level, at least 1 of any.
    pub fn n_groups(self, n_topics: usize) -> usize {
        let n = match self {
            Self::Granularity(granularity) => {
                (n_topics as f64).powf(f64::from(granularity.clamp(0.0, 1.0))).round() as usize
            }
            Self::Number(number) => number,
        };
        n.clamp(1, n_topics.max(1)).min(n_topics)
    }
}

/// A topic as the tree needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf<D> {
    /// What it is called.
    pub label: String,
    /// Whether a person called it so.
    pub is_named: bool,
    /// Whether it is part of general topics; one that was hidden by hand is not.
    pub is_shown: bool,
    /// Its words and their weights, heaviest first.
    pub words: Vec<(String, f32)>,
    /// How well its words go together.
    pub npmi: f32,
    /// The documents that bear it, and how strongly.
    pub documents: Vec<(D, f32)>,
}

/// One topic, or several seen as one.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneralTopic<D> {
    /// The places of its topics among the leaves, ascending. At least one.
    pub topics: Vec<usize>,
    /// What to call it: a topic's own label, or of several the words and names that weigh most.
    pub label: String,
    /// Its words and their weights, heaviest first.
    pub words: Vec<(String, f32)>,
    /// How well its words go together: the mean of its topics, by their documents.
    pub npmi: f32,
    /// The documents that bear any of its topics, each as strongly as it bears the strongest; strongest first, then in
    /// order.
    pub documents: Vec<(D, f32)>,
}

/// The topics of a corpus and how they join.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicTree<D> {
    leaves: Vec<Leaf<D>>,
    joins: Vec<Join>,
}

impl<D: Copy + Ord> TopicTree<D> {
    /// Returns the tree of `leaves` with those joins, which come the most alike first. A join of topics that are together
    /// already, or of a place that there is not, says nothing.
    pub fn new(leaves: Vec<Leaf<D>>, joins: Vec<Join>) -> Self {
        Self { leaves, joins }
    }

    /// Returns the topics that can be told apart: the leaves.
    pub fn leaves(&self) -> &[Leaf<D>] {
        &self.leaves
    }

    /// Returns how many topics there are at most, hidden ones not counted.
    pub fn n_topics(&self) -> usize {
        self.leaves.iter().filter(|leaf| leaf.is_shown).count()
    }

    /// Returns the places of the topics that are one at a level, group by group in the order of their first topics. Groups
    /// of which every topic is hidden are left out, and hidden topics of others too.
    pub fn groups(&self, level: Level) -> Vec<Vec<usize>> {
        let n_wanted = level.n_groups(self.n_topics());
        let mut groups = Groups::new(&self.leaves);
        for join in &self.joins {
            if groups.n_shown <= n_wanted {
                break;
            }
            groups.join(join.one, join.other);
        }
        let mut by_root: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in (0..self.leaves.len()).filter(|&at| self.leaves[at].is_shown) {
            by_root.entry(groups.root(at)).or_default().push(at);
        }
        let mut groups: Vec<Vec<usize>> = by_root.into_values().collect();
        groups.sort_unstable();
        groups
    }

    /// Returns the topics at a level, in the order of their first leaves.
    pub fn at(&self, level: Level) -> Vec<GeneralTopic<D>> {
        self.groups(level).into_iter().map(|topics| self.general(topics)).collect()
    }

    fn general(&self, topics: Vec<usize>) -> GeneralTopic<D> {
        let leaves: Vec<&Leaf<D>> = topics.iter().map(|&at| &self.leaves[at]).collect();
        let parts: Vec<TopicPart<'_>> = leaves
            .iter()
            .map(|leaf| TopicPart {
                label: &leaf.label,
                is_named: leaf.is_named,
                words: &leaf.words,
                n_documents: leaf.documents.len() as u32,
            })
            .collect();
        let mut strongest: BTreeMap<D, f32> = BTreeMap::new();
        for &(document, strength) in leaves.iter().flat_map(|leaf| &leaf.documents) {
            let so_far = strongest.entry(document).or_insert(strength);
            *so_far = so_far.max(strength);
        }
        let mut documents: Vec<(D, f32)> = strongest.into_iter().collect();
        documents.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        let weight = |leaf: &Leaf<D>| leaf.documents.len().max(1) as f64;
        let npmi = match leaves.as_slice() {
            [only] => only.npmi,
            several => {
                let sum: f64 = several.iter().map(|leaf| weight(leaf) * f64::from(leaf.npmi)).sum();
                (sum / several.iter().map(|leaf| weight(leaf)).sum::<f64>()) as f32
            }
        };
        GeneralTopic { label: combined_label(&parts), words: combined_words(&parts), npmi, documents, topics }
    }
}

/// Which topics are together so far.
struct Groups {
    parent: Vec<usize>,
    has_shown: Vec<bool>,
    n_shown: usize,
}

impl Groups {
    fn new<D>(leaves: &[Leaf<D>]) -> Self {
        let has_shown: Vec<bool> = leaves.iter().map(|leaf| leaf.is_shown).collect();
        Self { parent: (0..leaves.len()).collect(), n_shown: has_shown.iter().filter(|&&is| is).count(), has_shown }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        if self.parent.len() <= one.max(other) {
            return;
        }
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return;
        }
        let (root, below) = (one.min(other), one.max(other));
        self.parent[below] = root;
        if self.has_shown[below] && self.has_shown[root] {
            self.n_shown -= 1;
        }
        self.has_shown[root] |= self.has_shown[below];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::ProfileWord;

    fn profile(words: &[&str]) -> Vec<ProfileWord> {
        let value = 1.0 / (words.len() as f32).sqrt();
        let mut words: Vec<ProfileWord> =
            words.iter().map(|&term| ProfileWord { term: term.to_owned(), value, idf: 1.0 }).collect();
        words.sort_by(|one, other| one.term.cmp(&other.term));
        words
    }

    fn joined(profiles: &[&[&str]]) -> Vec<Join> {
        let profiles: Vec<Vec<ProfileWord>> = profiles.iter().map(|words| profile(words)).collect();
        let known: Vec<Known<'_>> = profiles.iter().map(|profile| Known { profile, documents: &[] }).collect();
        joins(&known)
    }

    fn leaf(label: &str, is_shown: bool) -> Leaf<u32> {
        Leaf {
            label: label.to_owned(),
            is_named: false,
            is_shown,
            words: label.split(", ").map(|word| (word.to_owned(), 1.0)).collect(),
            npmi: 0.5,
            documents: vec![(label.len() as u32, 0.5), (1, 0.25)],
        }
    }

    const FOUR: [&[&str]; 4] = [&["a", "b", "c"], &["x", "y"], &["a", "b", "d"], &["x", "z"]];

    fn tree(hidden: usize) -> TopicTree<u32> {
        let leaves = FOUR.iter().enumerate().map(|(at, words)| leaf(&words.join(", "), at != hidden)).collect();
        TopicTree::new(leaves, joined(&FOUR))
    }

    #[test]
    fn the_most_alike_join_first() {
        let joins = joined(&FOUR);
        let pairs: Vec<(usize, usize)> = joins.iter().map(|join| (join.one, join.other)).collect();
        assert_eq!(pairs, [(0, 2), (1, 3), (0, 1)]);
        // Two of three words shared, one of two, and none.
        let likeness: Vec<f32> = joins.iter().map(|join| (join.likeness * 6.0).round()).collect();
        assert_eq!(likeness, [4.0, 3.0, 0.0]);
    }

    #[test]
    fn groups_are_as_alike_as_their_topics_on_average() {
        // The third shares both words with the first and none with the second: half of both.
        let joins = joined(&[&["a", "b"], &["b", "c", "d", "e"], &["a", "b"], &["q"]]);
        assert_eq!((joins[0].one, joins[0].other), (0, 2));
        let expected = 1.0 / (2.0_f32.sqrt() * 2.0);
        assert!((joins[1].likeness - expected).abs() < 1e-6, "{joins:?}");
    }

    #[test]
    fn any_number_of_topics_is_had() {
        let tree = tree(usize::MAX);
        let groups = |number| tree.groups(Level::Number(number));
        assert_eq!(groups(9), [[0], [1], [2], [3]]);
        assert_eq!(groups(3), [vec![0, 2], vec![1], vec![3]]);
        assert_eq!(groups(2), [[0, 2], [1, 3]]);
        assert_eq!(groups(0), [[0, 1, 2, 3]]);
        assert_eq!(tree.groups(Level::Granularity(0.5)).len(), 2);
        assert_eq!(tree.groups(Level::FINEST).len(), 4);
    }

    #[test]
    fn a_general_topic_is_borne_by_what_bears_any_of_its_topics() {
        let general = tree(usize::MAX).at(Level::Number(2));
        assert_eq!(general[0].documents, [(7, 0.5), (1, 0.25)]);
        assert_eq!(general[0].label, "a, b, c");
        assert_eq!(general[1].topics, [1, 3]);
    }

    #[test]
    fn hidden_topics_are_in_no_group_but_keep_theirs_together() {
        assert_eq!(tree(2).groups(Level::FINEST), [[0], [1], [3]]);
        assert_eq!(tree(2).groups(Level::Number(1)), [[0, 1, 3]]);
        assert!(TopicTree::<u32>::new(vec![leaf("a", false)], Vec::new()).at(Level::FINEST).is_empty());
        assert!(TopicTree::<u32>::new(Vec::new(), Vec::new()).at(Level::Number(3)).is_empty());
    }

    proptest! {
        #[test]
        fn coarser_levels_keep_together_what_is_together(
            topics in prop::collection::vec(prop::collection::btree_set(0..12_u32, 1..6), 1..12),
        ) {
            let words: Vec<Vec<String>> =
                topics.iter().map(|topic| topic.iter().map(|word| format!("w{word}")).collect()).collect();
            let words: Vec<Vec<&str>> =
                words.iter().map(|words| words.iter().map(String::as_str).collect()).collect();
            let words: Vec<&[&str]> = words.iter().map(Vec::as_slice).collect();
            let joins = joined(&words);
            prop_assert_eq!(joins.len(), words.len() - 1);
            prop_assert!(joins.is_sorted_by(|one, other| other.likeness <= one.likeness));
            let leaves = words.iter().map(|words| leaf(&words.join(", "), true)).collect();
            let tree = TopicTree::new(leaves, joins);
            for n in 1..words.len() {
                let (coarse, fine) = (tree.groups(Level::Number(n)), tree.groups(Level::Number(n + 1)));
                prop_assert_eq!((coarse.len(), fine.len()), (n, n + 1));
                for group in &fine {
                    let holds = |coarse: &Vec<usize>| group.iter().all(|topic| coarse.contains(topic));
                    prop_assert!(coarse.iter().any(holds));
                }
            }
        }
    }
}
