//! Where each word stands: the inverse of bags of words.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use super::spill::{MemoryLimit, Spill, SpillWriter};
use super::{BagIndex, Bags, WordId};
use crate::error::Result;

/// For each word the bags it is in, ascending: 4 bytes a posting, in memory or in a file as the limit of the bags says.
#[derive(Debug)]
pub(crate) struct InvertedIndex {
    /// The postings of word `w` are `starts[w]..starts[w + 1]`.
    starts: Vec<usize>,
    postings: Postings,
    n_bags: usize,
}

#[derive(Debug)]
enum Postings {
    Memory(Vec<BagIndex>),
    /// [`POSTING_BYTES`] a posting, lowest byte first.
    File(Spill),
}

const POSTING_BYTES: usize = 4;

impl InvertedIndex {
    /// Returns the index of `bags`, whose words are numbered below `n_words`.
    ///
    /// Each thread goes through the bags once; above the limit of the bags, once for as many words as their share of it can
    /// hold.
    pub(crate) fn new(bags: &Bags, n_words: usize) -> Result<Self> {
        let mut starts = vec![0; n_words + 1];
        for (word, n) in bags.document_frequencies(n_words)?.into_iter().enumerate() {
            starts[word + 1] = starts[word] + n as usize;
        }
        let limit = bags.limit().filter(|limit| limit.share_bytes() / POSTING_BYTES < starts[n_words]);
        let postings = match limit {
            None => Postings::Memory(postings_of(bags, &starts, 0..n_words)?),
            Some(limit) => Postings::File(spilt(bags, &starts, limit)?),
        };
        Ok(Self { starts, postings, n_bags: bags.len() })
    }

    /// Returns the bags a word is in, ascending.
    ///
    /// Where the index lies in a file that cannot be read there are none, and [`Self::check`] says so.
    pub(crate) fn bags_with(&self, word: WordId) -> Cow<'_, [BagIndex]> {
        let postings = self.starts[word.index()]..self.starts[word.index() + 1];
        match &self.postings {
            Postings::Memory(held) => Cow::Borrowed(&held[postings]),
            Postings::File(spill) => {
                let range = (postings.start * POSTING_BYTES) as u64..(postings.end * POSTING_BYTES) as u64;
                let bytes = spill.read_or_remember(range);
                let (numbers, _) = bytes.as_chunks();
                Cow::Owned(numbers.iter().map(|&number| BagIndex(u32::from_le_bytes(number))).collect())
            }
        }
    }

    /// Returns how many bags a word is in.
    pub(crate) fn n_bags_with(&self, word: WordId) -> usize {
        self.starts[word.index() + 1] - self.starts[word.index()]
    }

    /// Returns how many bags there are.
    pub(crate) fn n_bags(&self) -> usize {
        self.n_bags
    }

    /// Returns how many bags both words are in.
    pub(crate) fn n_bags_with_both(&self, one: WordId, other: WordId) -> u32 {
        n_common(&self.bags_with(one), &self.bags_with(other))
    }

    /// Fails if some postings could not be read from their file.
    pub(crate) fn check(&self) -> Result<()> {
        match &self.postings {
            Postings::Memory(_) => Ok(()),
            Postings::File(spill) => spill.check(),
        }
    }
}

/// Returns the postings of a range of words, one word's after the other's: each thread works on its share of the words.
fn postings_of(bags: &Bags, starts: &[usize], words: Range<usize>) -> Result<Vec<BagIndex>> {
    let first = starts[words.start];
    let mut postings = vec![BagIndex(0); starts[words.end] - first];
    let n_shares = rayon::current_num_threads().min(words.len()).max(1);
    let mut shares = Vec::with_capacity(n_shares);
    let (mut rest, mut from) = (postings.as_mut_slice(), words.start);
    for share in 1..=n_shares {
        let n_before = first + (starts[words.end] - first) * share / n_shares;
        let to = if share == n_shares {
            words.end
        } else {
            from + starts[from..words.end].partition_point(|&start| start < n_before)
        };
        let (postings, later) = rest.split_at_mut(starts[to] - starts[from]);
        shares.push((from..to, postings));
        (rest, from) = (later, to);
    }
    shares.into_par_iter().try_for_each(|(words, postings)| fill(bags, starts, words, postings))?;
    Ok(postings)
}

/// Puts the postings of a range of words into their places.
fn fill(bags: &Bags, starts: &[usize], words: Range<usize>, postings: &mut [BagIndex]) -> Result<()> {
    let first = starts[words.start];
    let mut next: Vec<usize> = starts[words.clone()].iter().map(|start| start - first).collect();
    bags.for_each_block(|block| {
        for (bag, bag_words, _) in block.bags() {
            for word in bag_words {
                // A word below the range comes out above every length.
                if let Some(next) = next.get_mut(word.index().wrapping_sub(words.start)) {
                    postings[*next] = BagIndex::from(bag);
                    *next += 1;
                }
            }
        }
    })
}

/// Writes the postings of all words to a file, those of as many words at once as fit a share of the limit.
fn spilt(bags: &Bags, starts: &[usize], limit: &MemoryLimit) -> Result<Spill> {
    let mut writer = SpillWriter::new(&limit.folder)?;
    let (n_words, n_fitting) = (starts.len() - 1, limit.share_bytes() / POSTING_BYTES);
    let mut first = 0;
    while first < n_words {
        let n = starts[first..].partition_point(|&end| end - starts[first] <= n_fitting) - 1;
        // A word in more bags than fit is worked on alone.
        let end = (first + n.max(1)).min(n_words);
        for bag in postings_of(bags, starts, first..end)? {
            writer.write(&bag.0.to_le_bytes())?;
        }
        first = end;
    }
    writer.finish()
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
            for &bag in index.bags_with(word).iter() {
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
        let index = InvertedIndex::new(&bags(), 4).expect("it fits in memory");
        let held = |word| index.bags_with(WordId(word)).iter().map(|bag| bag.0).collect::<Vec<_>>();
        assert_eq!([held(0), held(1), held(2), held(3)], [vec![0, 3], vec![0, 1], vec![0, 3], vec![]]);
        assert_eq!(index.n_bags_with_both(WordId(0), WordId(2)), 2);
        assert_eq!(index.n_bags_with_both(WordId(0), WordId(1)), 1);
    }

    #[test]
    fn a_tally_starts_afresh_each_time() {
        let index = InvertedIndex::new(&bags(), 4).expect("it fits in memory");
        let mut tally = Tally::new(index.n_bags());
        let words = [WordId(0), WordId(1), WordId(2)];
        for _ in 0..2 {
            assert_eq!(tally.bags_holding(&words, 2, None, &index), [BagIndex(0), BagIndex(3)]);
            assert_eq!(tally.bags_holding(&words, 1, Some(1), &index).len(), 1);
            assert_eq!(tally.bags_holding(&words, 4, None, &index), []);
        }
    }
}
