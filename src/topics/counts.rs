//! Bags of words that come as counts: a line a document, and a line a word.
//!
//! The form of the reference implementation of the paper named in [`topics`](super). A line of counts is
//! `n id:freq id:freq ...`, with `n` the number of pairs that follow. A line of the vocabulary is
//! `word = id = collection-frequency document-frequency`; only the word and its number are read, and numbers are
//! `0..` the number of words, each once, in any order.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use rayon::prelude::*;

use super::bag::BagsWriter;
use super::spill::MemoryLimit;
use super::{Bag, Bags, Vocabulary, Word, WordId};
use crate::error::{Error, Result};

/// The longest line read. The largest document of a real corpus is far below it.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// Returns the vocabulary and bags of two files; see [`bags_from_counts`].
pub fn bags_from_files(counts: &Path, vocabulary: &Path, limit: Option<&MemoryLimit>) -> Result<(Vocabulary, Bags)> {
    let open = |path: &Path| match File::open(path) {
        Ok(file) => Ok(BufReader::new(file)),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    };
    bags_from_counts(open(counts)?, counts, open(vocabulary)?, vocabulary, limit)
}

/// Returns the vocabulary and bags of counts as text. A document of no words is an empty bag.
///
/// The paths are only named in errors. Fails with [`Error::Data`], and the line, on anything not in the form above: a
/// number missing or out of range, a word or a number that stands twice, a frequency of 0.
pub fn bags_from_counts(
    counts: impl BufRead + Send,
    counts_path: &Path,
    vocabulary: impl BufRead + Send,
    vocabulary_path: &Path,
    limit: Option<&MemoryLimit>,
) -> Result<(Vocabulary, Bags)> {
    let words = words(vocabulary, vocabulary_path)?;
    let mut n_documents = vec![0; words.len()];
    let mut bags = BagsWriter::new(limit.cloned());
    let read = |lines: &[&[u8]]| -> Vec<Result<Bag, String>> {
        lines.par_iter().map(|line| text(line).and_then(|line| bag(line, words.len()))).collect()
    };
    for_each_block(counts, counts_path, read, |read| {
        for bag in read.iter().flatten() {
            for (word, _) in &bag.words {
                n_documents[word.index()] += 1;
            }
            bags.push(bag);
        }
        first_wrong(read)
    })?;
    let words = words.into_iter().zip(n_documents).map(|(word, n_documents)| Word {
        term: word.clone(),
        form: word.clone(),
        written: word,
        n_documents,
    });
    Ok((Vocabulary::new(words.collect()), bags.finish()?))
}

/// Returns the words in the order of their numbers.
pub(super) fn words(vocabulary: impl BufRead + Send, path: &Path) -> Result<Vec<String>> {
    let read = |lines: &[&[u8]]| -> Vec<Result<(u32, String), String>> {
        lines.par_iter().map(|line| text(line).and_then(numbered_word)).collect()
    };
    // The number of a word, its line and the word.
    let mut numbered: Vec<(u32, u32, String)> = Vec::new();
    for_each_block(vocabulary, path, read, |read| {
        first_wrong(read.into_iter().map(|word| {
            let (id, word) = word?;
            numbered.push((id, numbered.len() as u32 + 1, word));
            Ok(())
        }))
    })?;
    let wrong = |line: u32, reason| Err(Error::Data { path: path.to_owned(), line: line as usize, reason });
    // Words are compared by their places, so that none is held twice.
    let mut places: Vec<u32> = (0..numbered.len() as u32).collect();
    places.par_sort_unstable_by(|&one, &other| {
        numbered[one as usize].2.cmp(&numbered[other as usize].2).then_with(|| one.cmp(&other))
    });
    let word = |place: u32| numbered[place as usize].2.as_str();
    if let Some(twice) = places.windows(2).filter(|pair| word(pair[0]) == word(pair[1])).map(|pair| pair[1]).min() {
        return wrong(numbered[twice as usize].1, format!("the word {:?} stands twice", word(twice)));
    }
    drop(places);
    numbered.par_sort_unstable();
    for (expected, (id, line, word)) in numbered.iter().enumerate() {
        if *id as usize != expected {
            let reason = format!("word numbers must be 0 to {}, each once; {word:?} has {id}", numbered.len() - 1);
            return wrong(*line, reason);
        }
    }
    Ok(numbered.into_iter().map(|(_, _, word)| word).collect())
}

/// Returns the number and the word of one line of the vocabulary, or what is wrong with the line.
fn numbered_word(line: &str) -> Result<(u32, String), String> {
    let mut fields = line.split(" = ");
    let (word, id) = (fields.next().unwrap_or_default().trim(), fields.next().unwrap_or_default().trim());
    let id = id.parse().map_err(|_| "expected \"word = id = ...\" with a number for id".to_owned())?;
    if word.is_empty() {
        return Err("there is no word before the number".to_owned());
    }
    Ok((id, word.to_owned()))
}

/// Returns the bag of one line of counts, of a vocabulary of `n_words`, or what is wrong with the line.
fn bag(line: &str, n_words: usize) -> Result<Bag, String> {
    let mut fields = line.split_ascii_whitespace();
    let n_pairs: usize = match fields.next() {
        None => return Ok(Bag::default()),
        Some(field) => field.parse().map_err(|_| format!("expected a number of words, not {field:?}"))?,
    };
    let words: Vec<(WordId, u32)> = fields.map(|field| pair(field, n_words)).collect::<Result<_, String>>()?;
    if words.len() != n_pairs {
        return Err(format!("{n_pairs} words are announced, and {} follow", words.len()));
    }
    let bag = Bag::new(words);
    if bag.words.len() != n_pairs {
        return Err("a word number stands twice".to_owned());
    }
    Ok(bag)
}

fn pair(field: &str, n_words: usize) -> Result<(WordId, u32), String> {
    let numbers = field.split_once(':').and_then(|(id, n)| Some((id.parse::<u32>().ok()?, n.parse::<u32>().ok()?)));
    match numbers {
        None => Err(format!("expected id:frequency, not {field:?}")),
        Some((_, 0)) => Err(format!("a frequency is at least 1, not {field:?}")),
        Some((id, _)) if n_words <= id as usize => {
            Err(format!("the word number {id} is out of range: the vocabulary has {n_words} words"))
        }
        Some((id, frequency)) => Ok((WordId(id), frequency)),
    }
}

/// About how many bytes are read before their lines are looked at, by as many threads as there are.
const BLOCK_BYTES: usize = 1 << 20;

/// Returns the place of the first that is wrong, and what is.
fn first_wrong<T>(lines: impl IntoIterator<Item = Result<T, String>>) -> Result<(), (usize, String)> {
    lines.into_iter().zip(0..).try_for_each(|(line, at)| line.map(drop).map_err(|reason| (at, reason)))
}

/// Calls `read` with one block of lines after the other, a line with its end, and `take` with what it returns, in order.
/// While a block is read, the one before is taken and the one after fetched. What `take` says is wrong, with the place in
/// the block, becomes an [`Error::Data`] with the line.
fn for_each_block<T: Send>(
    mut lines: impl BufRead + Send,
    path: &Path,
    read: impl Fn(&[&[u8]]) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), (usize, String)> + Send,
) -> Result<()> {
    let mut first_line = 1;
    let mut take = |(n_lines, block): (usize, T)| {
        take(block).map_err(|(at, reason)| Error::Data { path: path.to_owned(), line: first_line + at, reason })?;
        first_line += n_lines;
        Ok(())
    };
    let mut fetch = || Block::fetched(&mut lines).map_err(|source| Error::Read { path: path.to_owned(), source });
    let mut block = fetch()?;
    let mut before = None;
    while !block.is_empty() {
        let take_and_fetch = || {
            before.take().map_or(Ok(()), &mut take)?;
            fetch()
        };
        let (now, next) = rayon::join(|| read(&block.lines()), take_and_fetch);
        before = Some((block.n_lines(), now));
        block = next?;
    }
    before.map_or(Ok(()), take)
}

/// Some lines as they stand in a file.
struct Block {
    bytes: Vec<u8>,
    /// Where each line starts, and where the last one ends.
    starts: Vec<usize>,
}

impl Block {
    /// Reads [`BLOCK_BYTES`] or a line more, as far as there are any.
    fn fetched(lines: &mut impl BufRead) -> std::io::Result<Self> {
        let mut block = Self { bytes: Vec::with_capacity(BLOCK_BYTES), starts: vec![0] };
        while block.bytes.len() < BLOCK_BYTES
            && lines.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut block.bytes)? != 0
        {
            block.starts.push(block.bytes.len());
        }
        Ok(block)
    }

    fn n_lines(&self) -> usize {
        self.starts.len() - 1
    }

    fn is_empty(&self) -> bool {
        self.n_lines() == 0
    }

    fn lines(&self) -> Vec<&[u8]> {
        self.starts.windows(2).map(|ends| &self.bytes[ends[0]..ends[1]]).collect()
    }
}

/// Returns a line without its end, or what is wrong with it.
fn text(line: &[u8]) -> Result<&str, String> {
    if MAX_LINE_BYTES <= line.len() as u64 {
        return Err(format!("the line has more than {MAX_LINE_BYTES} bytes"));
    }
    let text = std::str::from_utf8(line).map_err(|_| "the line is not UTF-8".to_owned())?;
    Ok(text.trim_end_matches(['\n', '\r']))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: &str = "mast = 1 = 9 4\nkeel = 0 = 3 2\nsail = 2\n";

    fn read(counts: &str, vocabulary: &str) -> Result<(Vocabulary, Bags)> {
        bags_from_counts(counts.as_bytes(), Path::new("c"), vocabulary.as_bytes(), Path::new("v"), None)
    }

    #[test]
    fn counts_become_bags_in_any_order_of_words() {
        let (vocabulary, bags) = read("2 2:5 0:1\r\n0\n\n1 1:1", VOCABULARY).expect("the form is kept");
        assert_eq!(
            vocabulary.words().iter().map(|word| word.form.as_str()).collect::<Vec<_>>(),
            ["keel", "mast", "sail"]
        );
        let bags: Vec<Vec<(u32, u32)>> = bags.iter().map(|bag| bag.map(|(word, n)| (word.0, n)).collect()).collect();
        assert_eq!(bags, [vec![(0, 1), (2, 5)], vec![], vec![], vec![(1, 1)]]);
    }

    #[track_caller]
    fn check_refused(counts: &str, vocabulary: &str, expected: &str) {
        let error = read(counts, vocabulary).expect_err("the form is not kept");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn what_is_not_in_the_form_is_refused_with_its_line() {
        check_refused(
            "1 0:1\n1 3:1",
            VOCABULARY,
            "read \"c\", line 2: the word number 3 is out of range: the vocabulary has 3 words",
        );
        check_refused("2 0:1 0:2", VOCABULARY, "read \"c\", line 1: a word number stands twice");
        check_refused("3 0:1 1:2", VOCABULARY, "read \"c\", line 1: 3 words are announced, and 2 follow");
        check_refused("1 0:0", VOCABULARY, "read \"c\", line 1: a frequency is at least 1, not \"0:0\"");
        check_refused("1 0", VOCABULARY, "read \"c\", line 1: expected id:frequency, not \"0\"");
        check_refused("1 -1:1", VOCABULARY, "read \"c\", line 1: expected id:frequency, not \"-1:1\"");
        check_refused("x 0:1", VOCABULARY, "read \"c\", line 1: expected a number of words, not \"x\"");
        check_refused(
            "1 0:99999999999",
            VOCABULARY,
            "read \"c\", line 1: expected id:frequency, not \"0:99999999999\"",
        );
        check_refused("", "mast", "read \"v\", line 1: expected \"word = id = ...\" with a number for id");
        check_refused("", "mast = 0\nmast = 1", "read \"v\", line 2: the word \"mast\" stands twice");
        check_refused(
            "",
            "mast = 0\nkeel = 2",
            "read \"v\", line 2: word numbers must be 0 to 1, each once; \"keel\" has 2",
        );
    }

    #[test]
    fn nothing_is_no_documents() {
        let (vocabulary, bags) = read("", "").expect("nothing is in the form");
        assert!(vocabulary.is_empty() && bags.is_empty());
    }
}
