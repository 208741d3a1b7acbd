//! Documents as bags of words.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::spill::{MemoryLimit, Spill, SpillWriter};
use crate::error::{Error, Result};

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
///
/// A document may be several neighbouring bags, its passages.
///
/// Bags made by a [`BagsWriter`] with a limit lie in a file where there are too many; they are read as those in memory are.
#[derive(Clone, Debug)]
pub struct Bags {
    /// The postings of bag `b` are `starts[b]..starts[b + 1]`.
    starts: Vec<usize>,
    rows: Rows,
    /// What each bag is known by where not every bag is a document of its own; see [`key_of_passage`].
    keys: Option<Arc<Vec<u64>>>,
    limit: Option<MemoryLimit>,
}

/// Returns what a passage of a document is known by, and hashed from: the place of the document, if it is the first.
pub(crate) fn key_of_passage(document: u32, passage: u32) -> u64 {
    u64::from(passage) << 32 | u64::from(document)
}

/// Returns the place of the document that a key is of.
pub(crate) fn document_of_key(key: u64) -> u32 {
    key as u32
}

#[derive(Clone, Debug)]
enum Rows {
    Memory {
        words: Vec<WordId>,
        frequencies: Vec<u8>,
    },
    /// [`POSTING_BYTES`] a posting: the word's number, lowest byte first, and its frequency.
    File(Arc<Spill>),
}

const POSTING_BYTES: usize = 5;

/// About how many bytes of a file are read at once by those who go from front to end.
const READ_BYTES: usize = 1 << 20;

impl Bags {
    /// The highest frequency that is told from higher ones.
    pub const MAX_FREQUENCY: u32 = u8::MAX as u32;

    /// Returns a corpus without bags.
    pub fn new() -> Self {
        let rows = Rows::Memory { words: Vec::new(), frequencies: Vec::new() };
        Self { starts: vec![0], rows, keys: None, limit: None }
    }

    /// Returns how many bags there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns whether there is no bag.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the place in the corpus of the document that a bag is of.
    pub fn document(&self, bag: BagIndex) -> BagIndex {
        self.keys.as_ref().map_or(bag, |keys| BagIndex(document_of_key(keys[bag.index()])))
    }

    /// Returns which passage of its document a bag is, from 0.
    pub(crate) fn passage(&self, bag: BagIndex) -> u32 {
        self.keys.as_ref().map_or(0, |keys| (keys[bag.index()] >> 32) as u32)
    }

    /// Returns how many documents there are, of a whole corpus.
    pub(crate) fn n_documents(&self) -> usize {
        self.len().checked_sub(1).map_or(0, |last| self.document(BagIndex::from(last)).index() + 1)
    }

    /// Returns whether some document of a whole corpus is several bags.
    pub(crate) fn has_passages(&self) -> bool {
        self.n_documents() < self.len()
    }

    /// Returns what each bag is hashed from; nothing if it is its place.
    pub(crate) fn keys(&self) -> Option<&[u64]> {
        self.keys.as_ref().map(|keys| keys.as_slice())
    }

    /// Returns the bags with these keys, one for each.
    pub(crate) fn with_keys(self, keys: Vec<u64>) -> Self {
        assert_eq!(keys.len(), self.len(), "every bag has a key");
        Self { keys: Some(Arc::new(keys)), ..self }
    }

    /// Returns how many words the bags hold, each counted once a bag.
    pub fn n_postings(&self) -> usize {
        *self.starts.last().expect("there is always a start")
    }

    /// Returns the words of a bag, ascending, with how often each stands in it.
    ///
    /// Where the bags lie in a file that cannot be read there are none, and `check` says so.
    pub fn bag(&self, bag: BagIndex) -> BagWords<'_> {
        let postings = self.starts[bag.index()]..self.starts[bag.index() + 1];
        BagWords(match &self.rows {
            Rows::Memory { words, frequencies } => {
                Held::Memory(words[postings.clone()].iter().zip(&frequencies[postings]))
            }
            Rows::File(spill) => {
                let bytes = spill.read_or_remember(bytes_of(postings));
                Held::File(bytes.chunks_exact(POSTING_BYTES).map(posting).collect::<Vec<_>>().into_iter())
            }
        })
    }

    /// Returns the bags in order.
    pub fn iter(&self) -> impl Iterator<Item = BagWords<'_>> + '_ {
        (0..self.len()).map(|bag| self.bag(BagIndex::from(bag)))
    }

    /// Returns the limit that what is made of these bags keeps to.
    pub(crate) fn limit(&self) -> Option<&MemoryLimit> {
        self.limit.as_ref()
    }

    /// Fails if some bag could not be read from its file.
    pub(crate) fn check(&self) -> Result<()> {
        match &self.rows {
            Rows::Memory { .. } => Ok(()),
            Rows::File(spill) => spill.check(),
        }
    }

    /// Calls `visit` with one block of neighbouring bags after the other: with all of them where they are in memory.
    pub(crate) fn for_each_block(&self, mut visit: impl FnMut(Block<'_>)) -> Result<()> {
        let spill = match &self.rows {
            Rows::Memory { words, frequencies } => {
                visit(Block { first: 0, starts: &self.starts, words, frequencies });
                return Ok(());
            }
            Rows::File(spill) => spill,
        };
        let (mut words, mut frequencies) = (Vec::new(), Vec::new());
        let mut first = 0;
        while first < self.len() {
            let start = self.starts[first];
            let n_fitting = self.starts[first..].partition_point(|&end| end - start <= READ_BYTES / POSTING_BYTES) - 1;
            // A bag that is larger than a block makes a block.
            let end = (first + n_fitting.max(1)).min(self.len());
            let bytes = spill.read(bytes_of(start..self.starts[end]))?;
            words.clear();
            frequencies.clear();
            words.extend(bytes.chunks_exact(POSTING_BYTES).map(|bytes| posting(bytes).0));
            frequencies.extend(bytes.chunks_exact(POSTING_BYTES).map(|bytes| bytes[4]));
            visit(Block { first, starts: &self.starts[first..=end], words: &words, frequencies: &frequencies });
            first = end;
        }
        Ok(())
    }

    /// Returns in how many bags each of `n_words` words is.
    pub(crate) fn document_frequencies(&self, n_words: usize) -> Result<Vec<u32>> {
        let mut n_documents = vec![0; n_words];
        self.for_each_block(|block| {
            for word in block.words {
                n_documents[word.index()] += 1;
            }
        })?;
        Ok(n_documents)
    }

    /// Returns the bags with each word's number changed to `number` of it, words without one left out.
    pub(crate) fn renumbered(&self, number: &[Option<WordId>]) -> Result<Self> {
        /// How many bags a thread works on at once.
        const BAGS: usize = 256;
        let mut renumbered = BagsWriter::new(self.limit.clone());
        self.for_each_block(|block| {
            let bags: Vec<(&[WordId], &[u8])> =
                block.bags().map(|(_, words, frequencies)| (words, frequencies)).collect();
            // So many that all threads work for a while, and so few that hardly a word stands twice in memory.
            for bags in bags.chunks(BAGS * 64) {
                let renumber = |&(words, frequencies): &(&[WordId], &[u8])| {
                    let words = words.iter().zip(frequencies);
                    let words = words.filter_map(|(word, &n)| Some((number[word.index()]?, u32::from(n))));
                    let mut words: Vec<(WordId, u32)> = words.collect();
                    words.sort_unstable();
                    words
                };
                let parts = bags.par_chunks(BAGS).map(|bags| bags.iter().map(renumber).collect::<Vec<_>>());
                for words in parts.collect::<Vec<_>>().into_iter().flatten() {
                    renumbered.push_words(words.into_iter());
                }
            }
        })?;
        Ok(Self { keys: self.keys.clone(), ..renumbered.finish()? })
    }
}

fn bytes_of(postings: Range<usize>) -> Range<u64> {
    (postings.start * POSTING_BYTES) as u64..(postings.end * POSTING_BYTES) as u64
}

fn posting(bytes: &[u8]) -> (WordId, u32) {
    (WordId(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])), u32::from(bytes[4]))
}

/// Neighbouring bags.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    /// The number of the first.
    pub(crate) first: usize,
    /// Where each bag starts, and where the last one ends, counted from wherever the first one starts.
    starts: &'a [usize],
    pub(crate) words: &'a [WordId],
    frequencies: &'a [u8],
}

impl<'a> Block<'a> {
    /// Returns the bags: the number of each, its words, and how often each stands in it.
    #[inline]
    pub(crate) fn bags(self) -> impl Iterator<Item = (usize, &'a [WordId], &'a [u8])> {
        self.starts.windows(2).zip(self.first..).map(move |(ends, number)| {
            let postings = ends[0] - self.starts[0]..ends[1] - self.starts[0];
            (number, &self.words[postings.clone()], &self.frequencies[postings])
        })
    }
}

/// The words of one bag, ascending, with how often each stands in it.
#[derive(Clone, Debug)]
pub struct BagWords<'a>(Held<'a>);

#[derive(Clone, Debug)]
enum Held<'a> {
    Memory(std::iter::Zip<std::slice::Iter<'a, WordId>, std::slice::Iter<'a, u8>>),
    File(std::vec::IntoIter<(WordId, u32)>),
}

impl Iterator for BagWords<'_> {
    type Item = (WordId, u32);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Held::Memory(postings) => postings.next().map(|(&word, &frequency)| (word, u32::from(frequency))),
            Held::File(postings) => postings.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Held::Memory(postings) => postings.size_hint(),
            Held::File(postings) => postings.size_hint(),
        }
    }
}

impl ExactSizeIterator for BagWords<'_> {}

impl Default for Bags {
    fn default() -> Self {
        Self::new()
    }
}

impl<B: std::borrow::Borrow<Bag>> FromIterator<B> for Bags {
    fn from_iter<T: IntoIterator<Item = B>>(bags: T) -> Self {
        let mut made = BagsWriter::new(None);
        for bag in bags {
            made.push(bag.borrow());
        }
        made.finish().expect("what is in memory needs no file")
    }
}

/// Bags that are being put together: in memory, or in a file once they take more than their share of a limit.
#[derive(Debug)]
pub struct BagsWriter {
    starts: Vec<usize>,
    /// The postings that are not in the file.
    words: Vec<WordId>,
    frequencies: Vec<u8>,
    /// The keys of the bags, once some document has had a second.
    keys: Option<Vec<u64>>,
    limit: Option<MemoryLimit>,
    spill: Option<SpillWriter>,
    failure: Option<Error>,
}

impl BagsWriter {
    /// Returns a writer of no bags yet.
    pub fn new(limit: Option<MemoryLimit>) -> Self {
        let (words, frequencies) = (Vec::new(), Vec::new());
        Self { starts: vec![0], words, frequencies, keys: None, limit, spill: None, failure: None }
    }

    /// Adds a document of one bag, or the first of one. What goes wrong with the file is said by [`Self::finish`].
    pub fn push(&mut self, bag: &Bag) {
        if let Some(keys) = &mut self.keys {
            let document = keys.last().map_or(0, |&key| document_of_key(key) + 1);
            keys.push(key_of_passage(document, 0));
        }
        self.push_words(bag.words.iter().copied());
    }

    /// Adds another passage of the document that was added last. Panics if there is none.
    pub fn push_passage(&mut self, bag: &Bag) {
        let n_bags = self.starts.len() as u64 - 1;
        let keys = self.keys.get_or_insert_with(|| (0..n_bags).collect());
        let last = *keys.last().expect("a document comes before its second passage");
        keys.push(last + (1 << 32));
        self.push_words(bag.words.iter().copied());
    }

    /// Adds a bag of words that are ascending, each once, with frequencies of at least 1.
    pub(crate) fn push_words(&mut self, words: impl Iterator<Item = (WordId, u32)>) {
        let n_before = self.words.len();
        for (word, frequency) in words {
            self.words.push(word);
            self.frequencies.push(u8::try_from(frequency).unwrap_or(u8::MAX));
        }
        let n_postings = self.starts.last().expect("there is always a start") + self.words.len() - n_before;
        self.starts.push(n_postings);
        let Some(limit) = &self.limit else { return };
        let most = if self.spill.is_some() { READ_BYTES } else { limit.share_bytes() };
        if most < self.words.len() * POSTING_BYTES {
            let spilt = self.spill_rows();
            if let Err(error) = spilt {
                self.failure.get_or_insert(error);
            }
        }
    }

    /// Moves what is in memory to the file, which is made if there is none.
    fn spill_rows(&mut self) -> Result<()> {
        let Some(limit) = &self.limit else { return Ok(()) };
        if self.spill.is_none() && self.failure.is_none() {
            self.spill = Some(SpillWriter::new(&limit.folder)?);
        }
        let (words, frequencies) = (std::mem::take(&mut self.words), std::mem::take(&mut self.frequencies));
        let Some(spill) = &mut self.spill else { return Ok(()) };
        for (word, frequency) in words.into_iter().zip(frequencies) {
            let [a, b, c, d] = word.0.to_le_bytes();
            spill.write(&[a, b, c, d, frequency])?;
        }
        Ok(())
    }

    /// Returns the bags. Fails if a file was needed and could not be written.
    pub fn finish(mut self) -> Result<Bags> {
        if self.spill.is_some() {
            self.spill_rows()?;
        }
        if let Some(error) = self.failure {
            return Err(error);
        }
        let rows = match self.spill {
            Some(spill) => Rows::File(Arc::new(spill.finish()?)),
            None => Rows::Memory { words: self.words, frequencies: self.frequencies },
        };
        Ok(Bags { starts: self.starts, rows, keys: self.keys.map(Arc::new), limit: self.limit })
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
        let n_documents = bags.document_frequencies(3).expect("they are in memory");
        assert_eq!((bags.len(), bags.n_postings(), n_documents), (3, 4, vec![1, 1, 2]));
        let swapped = bags.renumbered(&[Some(WordId(1)), None, Some(WordId(0))]).expect("they are in memory");
        let read: Vec<Vec<(u32, u32)>> = swapped.iter().map(|bag| bag.map(|(word, n)| (word.0, n)).collect()).collect();
        assert_eq!(read, [vec![(0, 255), (1, 1)], vec![], vec![(0, 255)]]);
    }

    #[test]
    fn bags_in_a_file_are_read_as_those_in_memory() {
        // More than one block, with bags that are empty and one that is larger than a block.
        let bag = |n: u32| Bag { words: (0..n).map(|word| (WordId(word * 3), word % 300 + 1)).collect() };
        let sizes: Vec<u32> = (0..2000).map(|n| n % 250).chain([400_000, 0, 3]).collect();
        let folder = tempfile::tempdir().expect("make a folder");
        let limit = MemoryLimit { bytes: 1000, folder: folder.path().to_owned() };
        let (mut in_memory, mut in_file) = (BagsWriter::new(None), BagsWriter::new(Some(limit)));
        for &n in &sizes {
            in_memory.push(&bag(n));
            in_file.push(&bag(n));
        }
        let (in_memory, in_file) = (in_memory.finish().expect("in memory"), in_file.finish().expect("in a file"));
        assert!(matches!(in_file.rows, Rows::File(_)));
        assert!(in_memory.iter().map(Vec::from_iter).eq(in_file.iter().map(Vec::from_iter)));
        let blocks = |bags: &Bags| {
            let mut read = Vec::new();
            let mut n_blocks = 0;
            bags.for_each_block(|block| {
                n_blocks += 1;
                read.extend(block.bags().map(|(number, words, n)| (number, words.to_vec(), n.to_vec())));
            })
            .expect("the file can be read");
            (read, n_blocks)
        };
        let (of_memory, of_file) = (blocks(&in_memory), blocks(&in_file));
        assert_eq!(of_memory.0, of_file.0);
        assert!(of_memory.1 == 1 && 3 < of_file.1);
        in_file.check().expect("all could be read");
    }
}
