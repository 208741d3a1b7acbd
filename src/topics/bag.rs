//! Documents as bags of words.

/// The number of a word in its [`Vocabulary`](super::Vocabulary), from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(pub u32);

impl WordId {
    /// Returns the number as an index into whatever is kept per word.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl From<usize> for WordId {
    fn from(index: usize) -> Self {
        Self(u32::try_from(index).expect("a vocabulary has fewer than 2^32 words"))
    }
}

/// The number of a bag in its corpus, from 0 in the order given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BagIndex(pub u32);

impl BagIndex {
    /// Returns the number as an index into the bags.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl From<usize> for BagIndex {
    fn from(index: usize) -> Self {
        Self(u32::try_from(index).expect("a corpus has fewer than 2^32 documents"))
    }
}

/// The words of one document with how often each stands in it, the order forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bag {
    /// Word and frequency; ascending by word, each word once, each frequency at least 1.
    pub words: Vec<(WordId, u32)>,
}

impl Bag {
    /// Returns the bag of words and frequencies in any order; repeats of a word add up, and 0 leaves a word out.
    pub fn new(mut words: Vec<(WordId, u32)>) -> Self {
        words.retain(|&(_, frequency)| 0 < frequency);
        words.sort_unstable_by_key(|&(word, _)| word);
        words.dedup_by(|later, kept| {
            let is_repeat = later.0 == kept.0;
            if is_repeat {
                kept.1 = kept.1.saturating_add(later.1);
            }
            is_repeat
        });
        Self { words }
    }
}

/// The bags of a corpus, one after the other: 5 bytes a posting and 8 a bag.
///
/// A word that stands more often than [`Bags::MAX_FREQUENCY`] times in a document counts as often: no text comes near it
/// without being noise, and it bounds what a malformed frequency can cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bags {
    /// The postings of bag `b` are `starts[b]..starts[b + 1]`.
    starts: Vec<usize>,
    words: Vec<WordId>,
    frequencies: Vec<u8>,
}

impl Bags {
    /// The highest frequency that is told from higher ones.
    pub const MAX_FREQUENCY: u32 = u8::MAX as u32;

    /// Returns a corpus without bags.
    pub fn new() -> Self {
        Self { starts: vec![0], words: Vec::new(), frequencies: Vec::new() }
    }

    /// Adds a bag.
    pub fn push(&mut self, bag: &Bag) {
        self.push_words(bag.words.iter().copied());
    }

    /// Adds a bag of words that are ascending, each once, with frequencies of at least 1.
    fn push_words(&mut self, words: impl Iterator<Item = (WordId, u32)>) {
        for (word, frequency) in words {
            self.words.push(word);
            self.frequencies.push(u8::try_from(frequency).unwrap_or(u8::MAX));
        }
        self.starts.push(self.words.len());
    }

    /// Returns how many bags there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns whether there is no bag.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many words the bags hold, each counted once a bag.
    pub fn n_postings(&self) -> usize {
        self.words.len()
    }

    /// Returns the words of a bag, ascending, with how often each stands in it.
    pub fn bag(&self, bag: BagIndex) -> impl ExactSizeIterator<Item = (WordId, u32)> + Clone + '_ {
        let postings = self.starts[bag.index()]..self.starts[bag.index() + 1];
        let frequencies = self.frequencies[postings.clone()].iter().map(|&frequency| u32::from(frequency));
        self.words[postings].iter().copied().zip(frequencies)
    }

    /// Returns the bags in order.
    pub fn iter(&self) -> impl Iterator<Item = impl ExactSizeIterator<Item = (WordId, u32)> + Clone + '_> + '_ {
        (0..self.len()).map(|bag| self.bag(BagIndex::from(bag)))
    }

    /// Returns in how many bags each of `n_words` words is.
    pub(crate) fn document_frequencies(&self, n_words: usize) -> Vec<u32> {
        let mut n_documents = vec![0; n_words];
        for word in &self.words {
            n_documents[word.index()] += 1;
        }
        n_documents
    }

    /// Returns the bags with each word's number changed to `number` of it, words without one left out.
    pub(crate) fn renumbered(&self, number: &[Option<WordId>]) -> Self {
        let mut renumbered = Self::new();
        let mut words = Vec::new();
        for bag in self.iter() {
            words.clear();
            words.extend(bag.filter_map(|(word, n)| Some((number[word.index()]?, n))));
            words.sort_unstable();
            renumbered.push_words(words.iter().copied());
        }
        renumbered
    }
}

impl Default for Bags {
    fn default() -> Self {
        Self::new()
    }
}

impl<B: std::borrow::Borrow<Bag>> FromIterator<B> for Bags {
    fn from_iter<T: IntoIterator<Item = B>>(bags: T) -> Self {
        let mut made = Self::new();
        for bag in bags {
            made.push(bag.borrow());
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bag_is_ascending_and_adds_up_repeats() {
        let bag = Bag::new(vec![(WordId(3), 1), (WordId(1), 2), (WordId(3), 4), (WordId(2), 0)]);
        assert_eq!(bag.words, [(WordId(1), 2), (WordId(3), 5)]);
    }

    #[test]
    fn bags_are_read_back_and_frequencies_end() {
        let bag = |words: &[(u32, u32)]| Bag::new(words.iter().map(|&(word, n)| (WordId(word), n)).collect());
        let bags: Bags = [bag(&[(0, 1), (2, 255)]), bag(&[]), bag(&[(1, 256), (2, u32::MAX)])].iter().collect();
        let read: Vec<Vec<(u32, u32)>> = bags.iter().map(|bag| bag.map(|(word, n)| (word.0, n)).collect()).collect();
        assert_eq!(read, [vec![(0, 1), (2, 255)], vec![], vec![(1, 255), (2, 255)]]);
        assert_eq!((bags.len(), bags.n_postings(), bags.document_frequencies(3)), (3, 4, vec![1, 1, 2]));
        let swapped = bags.renumbered(&[Some(WordId(1)), None, Some(WordId(0))]);
        let read: Vec<Vec<(u32, u32)>> = swapped.iter().map(|bag| bag.map(|(word, n)| (word.0, n)).collect()).collect();
        assert_eq!(read, [vec![(0, 255), (1, 1)], vec![], vec![(0, 255)]]);
    }
}
