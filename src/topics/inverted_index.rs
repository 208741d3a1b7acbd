//! Where each word stands: the inverse of bags of words.

use super::{BagIndex, Bags, WordId};

/// For each word the bags it is in, ascending.
pub(crate) struct InvertedIndex {
    /// The postings of word `w` are `starts[w]..starts[w + 1]`.
    starts: Vec<usize>,
    postings: Vec<BagIndex>,
    n_bags: usize,
}

impl InvertedIndex {
    /// Returns the index of `bags`, whose words are numbered below `n_words`.
    pub(crate) fn new(bags: &Bags, n_words: usize) -> Self {
        let mut starts = vec![0; n_words + 1];
        for (word, n) in bags.document_frequencies(n_words).into_iter().enumerate() {
            starts[word + 1] = starts[word] + n as usize;
        }
        let mut next = starts.clone();
        let mut postings = vec![BagIndex(0); starts[n_words]];
        for (index, bag) in bags.iter().enumerate() {
            for (word, _) in bag {
                postings[next[word.index()]] = BagIndex::from(index);
                next[word.index()] += 1;
            }
        }
        Self { starts, postings, n_bags: bags.len() }
    }

    /// Returns the bags a word is in, ascending.
    pub(crate) fn bags_with(&self, word: WordId) -> &[BagIndex] {
        &self.postings[self.starts[word.index()]..self.starts[word.index() + 1]]
    }

    /// Returns how many bags there are.
    pub(crate) fn n_bags(&self) -> usize {
        self.n_bags
    }

    /// Returns how many bags both words are in.
    pub(crate) fn n_bags_with_both(&self, one: WordId, other: WordId) -> u32 {
        n_common(self.bags_with(one), self.bags_with(other))
    }
}

/// Returns how many values two ascending slices share.
pub(crate) fn n_common<T: Ord>(one: &[T], other: &[T]) -> u32 {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < one.len() && j < other.len() {
        match one[i].cmp(&other[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n += 1;
                i += 1;
                j += 1;
            }
        }
    }
    n
}

/// Counts, for a few words, how many of them each bag holds. Kept between counts, so that a count costs no more than
/// the words' postings.
pub(crate) struct Tally {
    n_words: Vec<u32>,
    touched: Vec<BagIndex>,
}

impl Tally {
    pub(crate) fn new(n_bags: usize) -> Self {
        Self { n_words: vec![0; n_bags], touched: Vec::new() }
    }

    /// Returns the bags that hold at least `needed` of `words`, ascending. Stops once `enough` are found, if given.
    pub(crate) fn bags_holding(
        &mut self,
        words: &[WordId],
        needed: u32,
        enough: Option<u32>,
        index: &InvertedIndex,
    ) -> Vec<BagIndex> {
        let mut found = Vec::new();
        'words: for &word in words {
            for &bag in index.bags_with(word) {
                let n = &mut self.n_words[bag.index()];
                if *n == 0 {
                    self.touched.push(bag);
                }
                *n += 1;
                if *n == needed {
                    found.push(bag);
                    if enough.is_some_and(|enough| enough as usize <= found.len()) {
                        break 'words;
                    }
                }
            }
        }
        for bag in self.touched.drain(..) {
            self.n_words[bag.index()] = 0;
        }
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::Bag;
    use super::*;

    fn bags() -> Bags {
        [vec![0, 1, 2], vec![1], vec![], vec![0, 2]]
            .into_iter()
            .map(|words| Bag::new(words.into_iter().map(|word| (WordId(word), 1)).collect()))
            .collect()
    }

    #[test]
    fn every_posting_stands_under_its_word() {
        let index = InvertedIndex::new(&bags(), 4);
        let held = |word| index.bags_with(WordId(word)).iter().map(|bag| bag.0).collect::<Vec<_>>();
        assert_eq!([held(0), held(1), held(2), held(3)], [vec![0, 3], vec![0, 1], vec![0, 3], vec![]]);
        assert_eq!(index.n_bags_with_both(WordId(0), WordId(2)), 2);
        assert_eq!(index.n_bags_with_both(WordId(0), WordId(1)), 1);
    }

    #[test]
    fn a_tally_starts_afresh_each_time() {
        let index = InvertedIndex::new(&bags(), 4);
        let mut tally = Tally::new(index.n_bags());
        let words = [WordId(0), WordId(1), WordId(2)];
        for _ in 0..2 {
            assert_eq!(tally.bags_holding(&words, 2, None, &index), [BagIndex(0), BagIndex(3)]);
            assert_eq!(tally.bags_holding(&words, 1, Some(1), &index).len(), 1);
            assert_eq!(tally.bags_holding(&words, 4, None, &index), []);
        }
    }
}
