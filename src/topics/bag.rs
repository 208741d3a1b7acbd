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

    /// Returns how often a word stands in the document, 0 if it does not.
    pub fn frequency(&self, word: WordId) -> u32 {
        self.words.binary_search_by_key(&word, |&(word, _)| word).map_or(0, |at| self.words[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bag_is_ascending_and_adds_up_repeats() {
        let bag = Bag::new(vec![(WordId(3), 1), (WordId(1), 2), (WordId(3), 4), (WordId(2), 0)]);
        assert_eq!(bag.words, [(WordId(1), 2), (WordId(3), 5)]);
        assert_eq!([1, 2, 3, 9].map(|word| bag.frequency(WordId(word))), [2, 0, 5, 0]);
    }
}
