//! Sketches: what mining needs to know of one part of a corpus, in a file, and parts put together.
//!
//! A corpus that outgrows one machine is cut into parts, each is sketched by itself, in any process and order, and the
//! sketches are put together: mining what [`merge`] returns gives the bytes that mining the whole gives.
//!
//! What must be known while a part is sketched: the seed; the language of texts, which decides what is a word; how long
//! passages of long texts are; and the place of each document in the whole corpus, from 0, because that is what its hashes
//! are made from and what decides the order of documents. What depends on the whole corpus is decided when it is together:
//! the vocabulary and its limits, and every setting of the miner. So a sketch holds all words and bags; its signatures are
//! minima of the first few functions for the words of many documents, which spare hashing those again.
//!
//! | bytes | what |
//! |---|---|
//! | 16 | `caesura sketch`, carriage return, line feed |
//! | 4 | version of the form: 2 |
//! | 4 | kind: 1 texts, 2 counts |
//! | 8 | seed |
//! | 4 | language of texts: two letters of ISO 639-1 and two zeros; zeros for counts |
//! | 4 | number of functions that signatures are for, 16 a pass |
//! | 4 | number of words in a passage of texts; 0 for whole texts and for counts |
//! | 8 | number of documents |
//! | 8 | number of words |
//! | ... | words, of texts: term, number of spellings, spelling and how often, ...; of counts: number, word |
//! | ... | documents, by place: how many places were passed over, and of texts id, language of its start (2 bytes), words of its start and number of passages; of each passage: number of postings; posting: how many words were passed over, frequency (1 byte); ... |
//! | ... | number of words with signatures; how many words were passed over before each; signatures: for each pass, for each of these words, 16 values of 4 bytes |
//! | 32 | SHA-256 of all before |
//!
//! Numbers of one size have their lowest byte first, others are LEB128; strings are UTF-8 after their length in bytes. What
//! changes how texts become words raises the version.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::bag::{BagsWriter, document_of_key, key_of_passage};
use super::minhash::{LANES, Lanes, Minima};
use super::signatures::{LANES_BYTES, Signatures, SignedPart};
use super::spill::MemoryLimit;
use super::vocabulary::{CountedTexts, Spelled, Vocabulary, VocabularyConfig, Word, in_order_of_terms};
use super::{Bag, BagIndex, Bags, WordId};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::words::{Language, LanguageVote};

const MAGIC: &[u8; 16] = b"caesura sketch\r\n";

const VERSION: u32 = 2;

const CHECKSUM_BYTES: u64 = 32;

/// The longest string read: beyond any word or id.
const MAX_STRING_BYTES: u64 = 1 << 20;

/// About how many bytes a posting takes in a file.
const POSTING_BYTES: usize = 3;

/// What is fixed when a part is sketched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SketchConfig {
    /// What every hash is made from.
    pub seed: u64,
    /// For how many functions signatures are kept, rounded up to whole passes of 16. What the settings need beyond them is
    /// hashed when the parts are together.
    pub n_functions: u32,
}

impl SketchConfig {
    /// The functions that the settings chosen for a large corpus of short documents need: 276 tables of two values.
    pub const USUAL_FUNCTIONS: u32 = 552;

    fn n_passes(&self) -> usize {
        (self.n_functions as usize).div_ceil(LANES)
    }
}

/// A text and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedText {
    /// Its place in the whole corpus, from 0.
    pub place: u32,
    /// Its name.
    pub id: String,
    /// The text.
    pub text: String,
}

/// One part of a corpus, ready to be written.
pub struct Part {
    kind: Kind,
    words: Vec<Spelled>,
    /// Of counts, the number of each word in the vocabulary; none of texts.
    numbers: Vec<u32>,
    documents: Vec<Described>,
    /// In the order of the documents, each with its key in the whole corpus.
    bags: Bags,
    passage_words: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Texts(Language),
    Counts,
}

/// A document of a sketch: what is kept of it, and of each passage its words, by their numbers in the sketch, with their
/// frequencies.
type ReadDocument = (Described, Vec<Vec<(u32, u8)>>);

/// What is kept of a document beside its bag.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Described {
    place: u32,
    /// Of texts only.
    text: Option<(String, LanguageVote)>,
}

/// Texts of one part, that are being counted.
pub struct PartOfTexts {
    counted: CountedTexts,
    language: Language,
    passage_words: u32,
    documents: Vec<Described>,
}

impl PartOfTexts {
    /// Returns a part without texts, long ones of which will be cut into passages of so many words; 0 for none.
    pub fn new(language: Language, passage_words: u32) -> Self {
        let config = VocabularyConfig { passage_words, ..VocabularyConfig::ample() };
        let counted = CountedTexts::new(language, config, None);
        Self { counted, language, passage_words, documents: Vec::new() }
    }

    /// Adds texts, in any order.
    pub fn push(&mut self, texts: &[PlacedText]) {
        let described = texts
            .par_iter()
            .map(|text| Described { place: text.place, text: Some((text.id.clone(), LanguageVote::of(&text.text))) });
        self.documents.extend(described.collect::<Vec<_>>());
        let texts: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
        self.counted.push(&texts);
    }

    /// Returns the part.
    pub fn finish(self) -> Result<Part> {
        let (words, bags) = self.counted.spelled()?;
        let Self { language, passage_words, documents, .. } = self;
        let mut part = Part { kind: Kind::Texts(language), words, numbers: Vec::new(), documents, bags, passage_words };
        part.put_in_order();
        Ok(part)
    }
}

impl Part {
    /// Returns the part whose bags are those of counts, the first of which has the place `first` in the whole corpus.
    ///
    /// Words that stand in no document are left out.
    pub fn of_counts(vocabulary: &Vocabulary, bags: &Bags, first: u32) -> Result<Self> {
        let n_documents = bags.document_frequencies(vocabulary.len())?;
        let mut number = vec![None; vocabulary.len()];
        let (mut words, mut numbers) = (Vec::new(), Vec::new());
        for (word, &n_documents) in n_documents.iter().enumerate().filter(|&(_, &n)| 0 < n) {
            number[word] = Some(WordId::from(words.len()));
            let term = vocabulary.words()[word].term.clone();
            words.push(Spelled { term, spellings: Vec::new(), n_documents });
            numbers.push(word as u32);
        }
        let Some(end) = u32::try_from(bags.len()).ok().and_then(|n| first.checked_add(n)) else {
            let found = format!("{first} with {} documents", bags.len());
            return Err(Error::Setting { name: "first", needed: "below 4294967295 with all documents", found });
        };
        let documents = (first..end).map(|place| Described { place, text: None }).collect();
        let bags = bags.renumbered(&number)?.with_keys((first..end).map(u64::from).collect());
        Ok(Self { kind: Kind::Counts, words, numbers, documents, bags, passage_words: 0 })
    }

    /// Returns how many documents there are.
    pub fn n_documents(&self) -> usize {
        self.documents.len()
    }

    /// Orders documents by place, as they are written, and their passages with them.
    fn put_in_order(&mut self) {
        let place = |bag: BagIndex| self.documents[self.bags.document(bag).index()].place;
        let mut order: Vec<BagIndex> = (0..self.bags.len()).map(BagIndex::from).collect();
        order.sort_by_key(|&bag| place(bag));
        let keys = order.iter().map(|&bag| key_of_passage(place(bag), self.bags.passage(bag))).collect();
        let bags = if order.is_sorted() {
            std::mem::take(&mut self.bags)
        } else {
            order.iter().map(|&bag| Bag { words: self.bags.bag(bag).collect() }).collect()
        };
        self.bags = bags.with_keys(keys);
        self.documents.sort_by_key(|document| document.place);
    }

    /// Writes the part. Fails if two documents have one place, and when cancelled.
    pub fn write(&self, config: &SketchConfig, progress: &dyn Progress, out: impl Write) -> Result<()> {
        let mut out = Checked { out, sha256: Sha256::new() };
        if let Some(twice) = self.documents.windows(2).find(|pair| pair[0].place == pair[1].place) {
            let reason = format!("two documents have the place {}; each needs one of its own", twice[0].place);
            return Err(Error::Nothing { attempt: "sketch the part", reason });
        }
        let n_passes = config.n_passes();
        out.write_all(MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        let (kind, language) = match self.kind {
            Kind::Texts(language) => (1_u32, language.code().as_bytes()),
            Kind::Counts => (2, &[0, 0][..]),
        };
        out.write_all(&kind.to_le_bytes())?;
        out.write_all(&config.seed.to_le_bytes())?;
        out.write_all(&[language[0], language[1], 0, 0])?;
        out.write_all(&((n_passes * LANES) as u32).to_le_bytes())?;
        out.write_all(&self.passage_words.to_le_bytes())?;
        out.write_all(&(self.documents.len() as u64).to_le_bytes())?;
        out.write_all(&(self.words.len() as u64).to_le_bytes())?;
        self.write_words(&mut out)?;
        self.write_documents(&mut out)?;
        self.write_signatures(config.seed, n_passes, progress, &mut out)?;
        let Checked { mut out, sha256 } = out;
        out.write_all(&sha256.finalize())?;
        Ok(out.flush()?)
    }

    fn write_words(&self, out: &mut impl Write) -> Result<()> {
        for (at, word) in self.words.iter().enumerate() {
            if let Some(&number) = self.numbers.get(at) {
                write_varint(out, u64::from(number))?;
            }
            write_string(out, &word.term)?;
            if let Kind::Texts(_) = self.kind {
                write_varint(out, word.spellings.len() as u64)?;
                for (written, n) in &word.spellings {
                    write_string(out, written)?;
                    write_varint(out, *n)?;
                }
            }
        }
        Ok(())
    }

    fn write_documents(&self, out: &mut impl Write) -> Result<()> {
        let (mut next_place, mut next_bag) = (0, 0);
        let keys = self.bags.keys().unwrap_or_default();
        for document in &self.documents {
            write_varint(out, u64::from(document.place) - next_place)?;
            next_place = u64::from(document.place) + 1;
            let n_passages = keys[next_bag..].iter().take_while(|&&key| document_of_key(key) == document.place).count();
            if let Some((id, vote)) = &document.text {
                write_string(out, id)?;
                out.write_all(vote.language.code().as_bytes())?;
                write_varint(out, u64::from(vote.n_words))?;
                write_varint(out, n_passages as u64)?;
            }
            for bag in next_bag..next_bag + n_passages {
                self.write_bag(BagIndex::from(bag), out)?;
            }
            next_bag += n_passages;
        }
        self.bags.check()
    }

    fn write_bag(&self, bag: BagIndex, out: &mut impl Write) -> Result<()> {
        let bag = self.bags.bag(bag);
        write_varint(out, bag.len() as u64)?;
        let mut next_word = 0;
        for (word, frequency) in bag {
            write_varint(out, u64::from(word.0) - next_word)?;
            next_word = u64::from(word.0) + 1;
            out.write_all(&[u8::try_from(frequency).unwrap_or(u8::MAX)])?;
        }
        Ok(())
    }

    fn write_signatures(
        &self,
        seed: u64,
        n_passes: usize,
        progress: &dyn Progress,
        out: &mut impl Write,
    ) -> Result<()> {
        let is_signed = |word: &Spelled| n_passes * LANES_BYTES <= word.n_documents as usize * POSTING_BYTES;
        let signed: Vec<usize> =
            (0..self.words.len()).filter(|&word| 0 < n_passes && is_signed(&self.words[word])).collect();
        write_varint(out, signed.len() as u64)?;
        let mut next_word = 0;
        for &word in &signed {
            write_varint(out, (word - next_word) as u64)?;
            next_word = word + 1;
        }
        if signed.is_empty() {
            return Ok(());
        }
        let mut number = vec![None; self.words.len()];
        for (at, &word) in signed.iter().enumerate() {
            number[word] = Some(WordId::from(at));
        }
        let bags = self.bags.renumbered(&number)?;
        let passes_at_once = rayon::current_num_threads();
        for first in (0..n_passes).step_by(passes_at_once) {
            let passes = first..(first + passes_at_once).min(n_passes);
            let values: Vec<Vec<Lanes>> = passes
                .into_par_iter()
                .map(|pass| {
                    progress.check()?;
                    let mut minima = Minima::default();
                    minima.work_out(&bags, signed.len(), seed, (pass * LANES) as u64)?;
                    Ok(minima.of_words)
                })
                .collect::<Result<_>>()?;
            for value in values.iter().flatten().flatten() {
                out.write_all(&value.to_le_bytes())?;
            }
            progress.report((first + values.len()).min(n_passes), n_passes);
        }
        Ok(())
    }
}

/// Bytes on their way out, with their checksum.
struct Checked<W: Write> {
    out: W,
    sha256: Sha256,
}

impl<W: Write> Write for Checked<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n_bytes = self.out.write(bytes)?;
        self.sha256.update(&bytes[..n_bytes]);
        Ok(n_bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

pub(super) fn write_varint(out: &mut impl Write, mut number: u64) -> Result<()> {
    let mut bytes = [0; 10];
    let mut n_bytes = 0;
    loop {
        bytes[n_bytes] = (number & 0x7f) as u8;
        number >>= 7;
        n_bytes += 1;
        if number == 0 {
            break;
        }
        bytes[n_bytes - 1] |= 0x80;
    }
    Ok(out.write_all(&bytes[..n_bytes])?)
}

/// Returns the number that [`write_varint`] wrote as the next bytes, each of which `next` returns; nothing if it is too long to be
/// one.
pub(super) fn read_varint<E>(
    mut next: impl FnMut() -> std::result::Result<u8, E>,
) -> std::result::Result<Option<u64>, E> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = next()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

pub(super) fn write_string(out: &mut impl Write, string: &str) -> Result<()> {
    // What would not be read back is cut; no word is near it, and an id only if it is none.
    let string = &string[..string.floor_char_boundary(MAX_STRING_BYTES as usize)];
    write_varint(out, string.len() as u64)?;
    Ok(out.write_all(string.as_bytes())?)
}

/// A corpus whose parts are together again.
#[derive(Debug)]
pub struct Merged {
    /// The words of all parts.
    pub vocabulary: Vocabulary,
    /// The documents in their places.
    pub bags: Bags,
    /// The name of each document: its id, or its place where a corpus comes as counts.
    pub names: Vec<String>,
    /// The language of texts, as the whole corpus says it; the default for counts.
    pub language: Language,
    /// What is hashed already.
    pub signatures: Signatures,
    /// How many words a passage of a long text has.
    pub passage_words: u32,
}

/// Puts sketches together, in whatever order they are named.
///
/// Fails with [`Error::Sketch`] on a file that is damaged, cut short, or no sketch; on parts that do not go together, because
/// they were made with another seed, of another kind or in another language than the whole is in; and if a document is
/// in two parts or in none.
///
/// Reads each file twice: whether it is whole, then what is in it. Bags keep to `limit`.
pub fn merge(paths: &[PathBuf], seed: u64, limit: Option<MemoryLimit>, progress: &dyn Progress) -> Result<Merged> {
    let mut parts = Vec::with_capacity(paths.len());
    for path in paths {
        progress.check()?;
        parts.push(Reader::open(path)?);
    }
    let kind = kind_of(&parts, seed)?;
    let mut words = match kind {
        Kind::Texts(_) => Words::Texts { numbers: HashMap::new() },
        Kind::Counts => Words::Counts { places: BTreeMap::new(), numbers: HashMap::new() },
    };
    let mut terms: Vec<Spelled> = Vec::new();
    let mut words_of_parts: Vec<Vec<WordId>> = Vec::with_capacity(parts.len());
    for part in &mut parts {
        words_of_parts.push(part.read_words(&mut words, &mut terms)?);
    }

    let n_documents: u64 = parts.iter().map(|part| part.n_documents).fold(0, u64::saturating_add);
    let documents = documents(&mut parts, &words_of_parts, &mut terms, n_documents, limit, progress)?;
    let language = match kind {
        Kind::Texts(language) => {
            let step = LanguageVote::step(documents.votes.len());
            let found = LanguageVote::language(documents.votes.iter().step_by(step).copied());
            if found != language && !documents.votes.is_empty() {
                let reason = format!(
                    "the part was read as {}, and the whole corpus is in {}: sketch the parts with --language {}",
                    language.code(),
                    found.code(),
                    found.code()
                );
                return Err(parts[0].wrong(reason));
            }
            found
        }
        Kind::Counts => Language::default(),
    };

    let (vocabulary, ids) = match words {
        Words::Texts { .. } => in_order_of_terms(terms, VocabularyConfig::ample().max_words),
        Words::Counts { places, .. } => in_order_of_numbers(&terms, places.into_values()),
    };
    let bags = documents.bags.renumbered(&ids)?;
    let passage_words = parts.first().map(|part| part.passage_words);
    let n_passes = parts.iter().map(|part| part.n_functions as usize / LANES).min().unwrap_or(0);
    let signed = parts.into_iter().zip(&words_of_parts).map(|(part, words)| part.signed(words, &ids));
    let signatures = Signatures { parts: signed.collect::<Result<_>>()?, n_passes };
    let passage_words = passage_words.unwrap_or(0);
    Ok(Merged { vocabulary, bags, names: documents.names, language, signatures, passage_words })
}

/// Returns the vocabulary of terms in the order of `places`, and the number that each place has in it.
fn in_order_of_numbers(terms: &[Spelled], places: impl Iterator<Item = WordId>) -> (Vocabulary, Vec<Option<WordId>>) {
    let mut number = vec![None; terms.len()];
    let mut words = Vec::with_capacity(terms.len());
    for place in places {
        number[place.index()] = Some(WordId::from(words.len()));
        let Spelled { term, n_documents, .. } = &terms[place.index()];
        let [term, form, written] = [term.clone(), term.clone(), term.clone()];
        words.push(Word { term, form, written, n_documents: *n_documents });
    }
    (Vocabulary::new(words), number)
}

/// Returns what all parts are, or what sets one apart.
fn kind_of(parts: &[Reader], seed: u64) -> Result<Kind> {
    let Some(first) = parts.first() else {
        return Err(Error::Nothing { attempt: "put sketches together", reason: "none was named".to_owned() });
    };
    for part in parts {
        if part.seed != seed {
            let reason = format!("it was made with --seed {}, and this run has {seed}", part.seed);
            return Err(part.wrong(reason));
        }
        if part.kind != first.kind {
            let named = |kind| match kind {
                Kind::Texts(language) => format!("texts read as {}", language.code()),
                Kind::Counts => "counts".to_owned(),
            };
            let (found, expected) = (named(part.kind), named(first.kind));
            return Err(part.wrong(format!("it holds {found}, and {} holds {expected}", first.path.display())));
        }
        if part.passage_words != first.passage_words {
            let reason = format!(
                "it was made with --passage-words {}, and {} with {}",
                part.passage_words,
                first.path.display(),
                first.passage_words
            );
            return Err(part.wrong(reason));
        }
    }
    Ok(first.kind)
}

/// How words of parts are known again.
enum Words {
    /// The place of a term.
    Texts { numbers: HashMap<String, WordId> },
    /// The place of a word, by its number in the vocabulary, and the number of each word.
    Counts { places: BTreeMap<u32, WordId>, numbers: HashMap<String, u32> },
}

/// The documents of all parts.
struct Documents {
    bags: Bags,
    names: Vec<String>,
    /// Of texts, one a document.
    votes: Vec<LanguageVote>,
}

/// Reads the documents of all parts, in the order of their places.
fn documents(
    parts: &mut [Reader],
    words_of_parts: &[Vec<WordId>],
    terms: &mut [Spelled],
    n_documents: u64,
    limit: Option<MemoryLimit>,
    progress: &dyn Progress,
) -> Result<Documents> {
    let mut bags = BagsWriter::new(limit);
    let (mut names, mut votes) = (Vec::new(), Vec::new());
    let mut next: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let mut read: Vec<Option<ReadDocument>> = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter_mut().enumerate() {
        let document = part.read_document()?;
        if let Some((described, _)) = &document {
            next.push(Reverse((u64::from(described.place), at)));
        }
        read.push(document);
    }
    let mut last_part = 0;
    while let Some(Reverse((place, at))) = next.pop() {
        let expected = names.len() as u64;
        if place < expected {
            let reason = format!("document {place} of the corpus is in it and in {}", parts[last_part].path.display());
            return Err(parts[at].wrong(reason));
        }
        if expected < place {
            let reason = format!("the next document is number {place}, and no part holds document {expected}");
            return Err(parts[at].wrong(reason));
        }
        last_part = at;
        let Some((described, passages)) = read[at].take() else { continue };
        for (passage, words) in passages.iter().enumerate() {
            let words = words.iter().map(|&(word, n)| (words_of_parts[at][word as usize], u32::from(n))).collect();
            let bag = Bag::new(words);
            for &(term, _) in &bag.words {
                terms[term.index()].n_documents += 1;
            }
            if passage == 0 { bags.push(&bag) } else { bags.push_passage(&bag) }
        }
        names.push(match described.text {
            None => described.place.to_string(),
            Some((id, vote)) => {
                votes.push(vote);
                id
            }
        });
        if names.len().is_multiple_of(1024) {
            progress.check()?;
            progress.report(names.len(), n_documents as usize);
        }
        read[at] = parts[at].read_document()?;
        if let Some((described, _)) = &read[at] {
            next.push(Reverse((u64::from(described.place), at)));
        }
    }
    Ok(Documents { bags: bags.finish()?, names, votes })
}

/// A sketch that is being read. It was whole when it was opened.
struct Reader {
    input: BufReader<std::io::Take<File>>,
    path: PathBuf,
    kind: Kind,
    seed: u64,
    n_functions: u32,
    passage_words: u32,
    n_documents: u64,
    n_words: u64,
    n_documents_read: u64,
    next_place: u64,
}

impl Reader {
    /// Opens a sketch, and checks that it is one and whole.
    fn open(path: &Path) -> Result<Self> {
        let wrong = |reason: String| Error::Sketch { path: path.to_owned(), reason };
        let unread = |source| Error::Read { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(unread)?;
        let n_bytes = file.metadata().map_err(unread)?.len();
        let mut head = Vec::new();
        (&file).take(20).read_to_end(&mut head).map_err(unread)?;
        if !head.starts_with(MAGIC) || head.len() < 20 {
            return Err(wrong("it is no sketch; `caesura topics sketch PART -o FILE` makes one".to_owned()));
        }
        let version = u32::from_le_bytes([head[16], head[17], head[18], head[19]]);
        if version != VERSION {
            let reason = format!("its form is version {version}, and this program reads version {VERSION}");
            return Err(wrong(reason));
        }
        let n_checked = n_bytes.saturating_sub(CHECKSUM_BYTES);
        if !is_whole(&mut file, n_checked).map_err(unread)? {
            return Err(wrong("it is damaged or cut short: its checksum is another".to_owned()));
        }
        file.seek(SeekFrom::Start(20)).map_err(unread)?;
        let mut reader = Self {
            input: BufReader::with_capacity(1 << 16, file.take(n_checked - 20)),
            path: path.to_owned(),
            kind: Kind::Counts,
            seed: 0,
            n_functions: 0,
            passage_words: 0,
            n_documents: 0,
            n_words: 0,
            n_documents_read: 0,
            next_place: 0,
        };
        let kind = u32::from_le_bytes(reader.bytes()?);
        reader.seed = u64::from_le_bytes(reader.bytes()?);
        let [one, other, _, _] = reader.bytes()?;
        reader.n_functions = u32::from_le_bytes(reader.bytes()?);
        reader.passage_words = u32::from_le_bytes(reader.bytes()?);
        reader.n_documents = u64::from_le_bytes(reader.bytes()?);
        reader.n_words = u64::from_le_bytes(reader.bytes()?);
        reader.kind = match kind {
            1 => Kind::Texts(reader.language([one, other])?),
            2 => Kind::Counts,
            _ => return Err(reader.malformed()),
        };
        Ok(reader)
    }

    fn wrong(&self, reason: String) -> Error {
        Error::Sketch { path: self.path.clone(), reason }
    }

    fn malformed(&self) -> Error {
        self.wrong("what is in it is not in the form that its head announces".to_owned())
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        match self.input.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(self.malformed()),
            Err(source) => Err(Error::Read { path: self.path.clone(), source }),
        }
    }

    fn varint(&mut self) -> Result<u64> {
        read_varint(|| self.bytes().map(|[byte]| byte))?.ok_or_else(|| self.malformed())
    }

    /// Returns a number below `end`.
    fn varint_below(&mut self, end: u64) -> Result<u64> {
        let number = self.varint()?;
        if number < end { Ok(number) } else { Err(self.malformed()) }
    }

    fn string(&mut self) -> Result<String> {
        let n_bytes = self.varint_below(MAX_STRING_BYTES + 1)?;
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(n_bytes).read_to_end(&mut bytes);
        read.map_err(|source| Error::Read { path: self.path.clone(), source })?;
        match String::from_utf8(bytes) {
            Ok(string) if string.len() as u64 == n_bytes => Ok(string),
            _ => Err(self.malformed()),
        }
    }

    fn language(&self, code: [u8; 2]) -> Result<Language> {
        let language = std::str::from_utf8(&code).ok().and_then(Language::from_code);
        language.ok_or_else(|| self.malformed())
    }

    /// Reads the words, and returns the place of each in `terms`, to which those that no part before had are added.
    fn read_words(&mut self, words: &mut Words, terms: &mut Vec<Spelled>) -> Result<Vec<WordId>> {
        let mut places = Vec::new();
        for _ in 0..self.n_words {
            let place = match words {
                Words::Texts { numbers } => {
                    let term = self.string()?;
                    let place = *numbers.entry(term.clone()).or_insert_with(|| {
                        terms.push(Spelled { term, ..Spelled::default() });
                        WordId::from(terms.len() - 1)
                    });
                    for _ in 0..self.varint()? {
                        let written = self.string()?.into_boxed_str();
                        let n = self.varint()?;
                        terms[place.index()].spellings.push((written, n));
                    }
                    place
                }
                Words::Counts { places, numbers } => {
                    let number = self.varint_below(u64::from(u32::MAX))? as u32;
                    let word = self.string()?;
                    let its_number = *numbers.entry(word.clone()).or_insert(number);
                    if its_number != number {
                        let reason =
                            format!("its word {word:?} has the number {number}, and in a part before it {its_number}");
                        return Err(self.wrong(reason));
                    }
                    let place = *places.entry(number).or_insert_with(|| {
                        terms.push(Spelled { term: word.clone(), ..Spelled::default() });
                        WordId::from(terms.len() - 1)
                    });
                    let known = &terms[place.index()].term;
                    if *known != word {
                        let reason = format!("its word {number} is {word:?}, and in a part before it is {known:?}");
                        return Err(self.wrong(reason));
                    }
                    place
                }
            };
            places.push(place);
        }
        Ok(places)
    }

    /// Returns the next document with its words and their frequencies, or nothing after the last.
    fn read_document(&mut self) -> Result<Option<ReadDocument>> {
        if self.n_documents_read == self.n_documents {
            return Ok(None);
        }
        self.n_documents_read += 1;
        let place = self.next_place + self.varint_below(u64::from(u32::MAX))?;
        self.next_place = place + 1;
        let Ok(place) = u32::try_from(place) else { return Err(self.malformed()) };
        let (text, n_passages) = match self.kind {
            Kind::Counts => (None, 1),
            Kind::Texts(_) => {
                let id = self.string()?;
                let code = self.bytes()?;
                let language = self.language(code)?;
                let n_words = self.varint_below(u64::from(u32::MAX))? as u32;
                let n_passages = self.varint()?;
                if n_passages == 0 {
                    return Err(self.malformed());
                }
                (Some((id, LanguageVote { language, n_words })), n_passages)
            }
        };
        let mut passages = Vec::new();
        for _ in 0..n_passages {
            passages.push(self.read_passage()?);
        }
        Ok(Some((Described { place, text }, passages)))
    }

    fn read_passage(&mut self) -> Result<Vec<(u32, u8)>> {
        let mut words = Vec::new();
        let mut next_word = 0;
        for _ in 0..self.varint_below(self.n_words + 1)? {
            let word = next_word + self.varint_below(self.n_words - next_word)?;
            next_word = word + 1;
            let [frequency] = self.bytes()?;
            if frequency == 0 {
                return Err(self.malformed());
            }
            words.push((word as u32, frequency));
        }
        Ok(words)
    }

    /// Returns the signatures, which follow the last document. `words` are the places of the part's words, `ids` the numbers of
    /// places in the vocabulary.
    fn signed(mut self, words: &[WordId], ids: &[Option<WordId>]) -> Result<SignedPart> {
        let mut signed = Vec::new();
        let mut next_word = 0;
        for _ in 0..self.varint_below(self.n_words + 1)? {
            let word = next_word + self.varint_below(self.n_words - next_word)?;
            next_word = word + 1;
            signed.push(ids[words[word as usize].index()]);
        }
        let n_left = self.input.buffer().len() as u64 + self.input.get_ref().limit();
        let n_bytes = signed.len() as u64 * u64::from(self.n_functions) * size_of::<u32>() as u64;
        if n_left != n_bytes {
            return Err(self.malformed());
        }
        let unread = |source| Error::Read { path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(unread)?;
        let start = file.metadata().map_err(unread)?.len().saturating_sub(CHECKSUM_BYTES + n_bytes);
        let held = words.iter().filter_map(|word| ids[word.index()]).collect();
        Ok(SignedPart { file, path: self.path, start, words: signed, held })
    }
}

/// Returns whether the checksum after the first `n_checked` bytes of a file is theirs.
fn is_whole(file: &mut File, n_checked: u64) -> std::io::Result<bool> {
    file.rewind()?;
    let mut sha256 = Sha256::new();
    let mut input = BufReader::with_capacity(1 << 16, file);
    let mut n_left = n_checked;
    while 0 < n_left {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        let n_bytes = bytes.len().min(usize::try_from(n_left).unwrap_or(usize::MAX));
        sha256.update(&bytes[..n_bytes]);
        input.consume(n_bytes);
        n_left -= n_bytes as u64;
    }
    let mut checksum = Vec::new();
    input.read_to_end(&mut checksum)?;
    Ok(checksum == sha256.finalize().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Unwatched;
    use crate::topics::PASSAGE_WORDS;
    use crate::topics::minhash::mix;
    use crate::topics::{Topic, TopicsConfig, bags, mine, mine_signed};

    const SUBJECTS: [[&str; 8]; 4] = [
        ["tide", "harbour", "mast", "anchor", "sails", "keel", "rudder", "helm"],
        ["flour", "yeast", "oven", "crust", "dough", "loaf", "crumb", "proof"],
        ["hive", "honey", "swarm", "nectar", "brood", "queen", "apiary", "drone"],
        ["judge", "claim", "court", "damages", "witness", "hearing", "verdict", "appeal"],
    ];

    /// Texts of one of four subjects each, some words in capitals or the plural, and a word of its own.
    fn texts(n_texts: u32) -> Vec<PlacedText> {
        let text = |place: u32| {
            let subject = &SUBJECTS[place as usize % SUBJECTS.len()];
            let word = |at: u32| {
                let drawn = mix(u64::from(place * 20 + at));
                let word = subject[drawn as usize % 8];
                match drawn >> 40 & 3 {
                    0 => word.to_uppercase(),
                    1 => format!("{word}s"),
                    _ => word.to_owned(),
                }
            };
            let words: Vec<String> = (0..12).map(word).collect();
            PlacedText { place, id: format!("d{place}"), text: format!("{} own{place}", words.join(" ")) }
        };
        (0..n_texts).map(text).collect()
    }

    /// A folder with sketches in it.
    struct Sketches {
        folder: tempfile::TempDir,
        paths: Vec<PathBuf>,
    }

    impl Sketches {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().expect("make a folder"), paths: Vec::new() }
        }

        fn add(&mut self, part: &Part, config: &SketchConfig) {
            let mut bytes = Vec::new();
            part.write(config, &Unwatched, &mut bytes).expect("nobody cancels");
            self.add_bytes(&bytes);
        }

        fn add_bytes(&mut self, bytes: &[u8]) {
            let path = self.folder.path().join(format!("{}.sketch", self.paths.len()));
            std::fs::write(&path, bytes).expect("write a file");
            self.paths.push(path);
        }

        fn merged(&self) -> Result<Merged> {
            merge(&self.paths, 1, None, &Unwatched)
        }
    }

    fn part_of(texts: &[PlacedText], language: Language) -> Part {
        let mut part = PartOfTexts::new(language, PASSAGE_WORDS);
        for texts in texts.chunks(7) {
            part.push(texts);
        }
        part.finish().expect("it is in memory")
    }

    fn config(n_functions: u32) -> SketchConfig {
        SketchConfig { seed: 1, n_functions }
    }

    /// Each of four subjects is in a quarter of the texts: more than words are admitted in.
    fn settings(bags: &Bags) -> TopicsConfig {
        // Nor are they pooled, as texts so short are: pools are hashed anew.
        TopicsConfig { max_document_share: 0.5, pool_words: 0, ..TopicsConfig::for_corpus(bags, 1) }
    }

    fn mined_together(merged: &Merged) -> Vec<Topic> {
        mine_signed(&merged.vocabulary, &merged.bags, Some(&merged.signatures), &settings(&merged.bags), &Unwatched)
            .expect("the settings are in range")
    }

    /// Returns the parts of `n_parts` of some items, neighbours together or dealt out one by one.
    fn parts<T: Clone>(items: &[T], n_parts: usize, is_dealt: bool) -> Vec<Vec<T>> {
        let mut parts = vec![Vec::new(); n_parts];
        for (at, item) in items.iter().enumerate() {
            parts[if is_dealt { at % n_parts } else { at * n_parts / items.len() }].push(item.clone());
        }
        parts
    }

    /// Checks that texts sketched in parts are mined as they are whole, with the parts in several orders. Every fifth text
    /// is long enough to be mined as several passages.
    #[track_caller]
    fn check_texts(n_parts: usize, n_functions: u32, is_dealt: bool) {
        let mut all = texts(1200);
        for text in all.iter_mut().step_by(5) {
            text.text = format!("{}. ", text.text).repeat(100);
        }
        let whole: Vec<&str> = all.iter().map(|text| text.text.as_str()).collect();
        let config_of_words = VocabularyConfig { passage_words: PASSAGE_WORDS, ..VocabularyConfig::ample() };
        let (vocabulary, whole) = bags(&whole, Language::English, &config_of_words);
        assert!(whole.has_passages());
        let expected = mine(&vocabulary, &whole, &settings(&whole), &Unwatched).expect("in range");
        assert_eq!(expected.len(), SUBJECTS.len());
        let mut sketches = Sketches::new();
        for mut part in parts(&all, n_parts, is_dealt) {
            part.reverse();
            sketches.add(&part_of(&part, Language::English), &config(n_functions));
        }
        for turn in 0..n_parts.min(2) {
            sketches.paths.rotate_left(turn);
            let merged = sketches.merged().expect("the sketches are whole");
            assert_eq!(merged.vocabulary, vocabulary);
            assert_eq!(merged.names, all.iter().map(|text| text.id.clone()).collect::<Vec<_>>());
            assert_eq!(merged.language, Language::English);
            assert_eq!(mined_together(&merged), expected);
        }
    }

    #[test]
    fn texts_sketched_apart_are_mined_as_the_whole() {
        check_texts(1, 32, false);
        check_texts(3, 32, true);
        check_texts(8, 32, false);
        check_texts(3, 0, false);
        check_texts(3, 5000, false);
    }

    #[test]
    fn common_words_are_not_hashed_again() {
        let mut sketches = Sketches::new();
        for part in parts(&texts(1200), 2, false) {
            sketches.add(&part_of(&part, Language::English), &config(32));
        }
        let merged = sketches.merged().expect("the sketches are whole");
        let (vocabulary, bags) =
            merged.vocabulary.within_limits(&merged.bags, &settings(&merged.bags)).expect("it is in memory");
        let signed = merged.signatures.within_limits(&merged.vocabulary, &vocabulary, &bags).expect("it is in memory");
        assert!(signed.has_pass(1) && !signed.has_pass(2));
        assert!(
            signed.rest().n_postings() < bags.n_postings() / 10,
            "{} postings are left",
            signed.rest().n_postings()
        );
        let (mut minima, mut expected) = (Minima::default(), Minima::default());
        for pass in 0..2 {
            let first = (pass * LANES) as u64;
            expected.work_out(&bags, vocabulary.len(), 1, first).expect("it is in memory");
            minima.work_out(signed.rest(), vocabulary.len(), 1, first).expect("it is in memory");
            assert_ne!(minima.of_words, expected.of_words);
            signed.lower(pass, &mut minima.of_words).expect("the sketch can be read");
            assert_eq!(minima.of_words, expected.of_words);
        }
    }

    #[test]
    fn counts_sketched_apart_are_mined_as_the_whole() {
        let all = texts(1000);
        let whole: Vec<&str> = all.iter().map(|text| text.text.as_str()).collect();
        let (vocabulary, whole) = bags(&whole, Language::English, &VocabularyConfig::ample());
        let expected = mine(&vocabulary, &whole, &settings(&whole), &Unwatched).expect("in range");
        let rows: Vec<Bag> = whole.iter().map(|bag| Bag { words: bag.collect() }).collect();
        for n_parts in [1, 3, 8] {
            let mut sketches = Sketches::new();
            let mut first = 0;
            for part in parts(&rows, n_parts, false) {
                let bags: Bags = part.iter().collect();
                sketches.add(&Part::of_counts(&vocabulary, &bags, first).expect("places fit"), &config(32));
                first += bags.len() as u32;
            }
            sketches.paths.reverse();
            let merged = sketches.merged().expect("the sketches are whole");
            assert_eq!(merged.names[17], "17");
            let mut found = mined_together(&merged);
            // Counts know one form of a word: its term.
            for (found, expected) in found.iter_mut().zip(&expected) {
                found.label.clone_from(&expected.label);
                found.words.clone_from(&expected.words);
            }
            assert_eq!(found, expected);
        }
    }

    #[track_caller]
    fn check_refused(sketches: &Sketches, because: &str) {
        let error = sketches.merged().expect_err("the sketches do not go together");
        assert!(error.to_string().contains(because), "{error}");
    }

    #[test]
    fn parts_that_do_not_go_together_are_named() {
        let all = texts(20);
        let english = |texts: &[PlacedText]| part_of(texts, Language::English);
        let two = |one: &Part, other: &Part| {
            let mut sketches = Sketches::new();
            sketches.add(one, &config(16));
            sketches.add(other, &config(16));
            sketches
        };
        check_refused(&Sketches::new(), "none was named");
        check_refused(&two(&english(&all[..10]), &english(&all[9..])), "document 9 of the corpus is in it and in");
        check_refused(&two(&english(&all[..10]), &english(&all[11..])), "no part holds document 10");
        check_refused(&two(&english(&all[..10]), &part_of(&all[10..], Language::German)), "it holds texts read as de");
        let german = |texts: &[PlacedText]| part_of(texts, Language::German);
        check_refused(&two(&german(&all[..10]), &german(&all[10..])), "sketch the parts with --language en");
        let word = |term: &str| Word { term: term.into(), form: term.into(), written: term.into(), n_documents: 1 };
        // The last of the words stands in a document.
        let counts_of = |terms: &[&str], first| {
            let bags: Bags = [Bag { words: vec![(WordId::from(terms.len() - 1), 1)] }].iter().collect();
            let words = terms.iter().map(|term| word(term)).collect();
            Part::of_counts(&Vocabulary::new(words), &bags, first).expect("places fit")
        };
        let counts = |term: &str, first| counts_of(&[term], first);
        check_refused(&two(&english(&all), &counts("mast", 20)), "it holds counts, and");
        check_refused(&two(&counts("mast", 0), &counts("keel", 1)), "its word 0 is \"keel\"");
        let renumbered = two(&counts("mast", 0), &counts_of(&["keel", "mast"], 1));
        check_refused(&renumbered, "its word \"mast\" has the number 1, and in a part before it 0");
        let mut sketches = Sketches::new();
        sketches.add(&english(&all), &SketchConfig { seed: 2, n_functions: 16 });
        check_refused(&sketches, "it was made with --seed 2, and this run has 1");
        let twice = english(&[all[0].clone(), all[0].clone()]);
        twice.write(&config(0), &Unwatched, Vec::new()).expect_err("a place comes twice");
    }

    #[test]
    fn a_damaged_file_is_refused_wherever_it_is_damaged() {
        let mut whole = Vec::new();
        part_of(&texts(6), Language::English).write(&config(16), &Unwatched, &mut whole).expect("nobody cancels");
        for n_bytes in 0..whole.len() {
            let mut sketches = Sketches::new();
            sketches.add_bytes(&whole[..n_bytes]);
            check_refused(&sketches, if n_bytes < 20 { "it is no sketch" } else { "damaged or cut short" });
        }
        for at in (0..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            let mut sketches = Sketches::new();
            sketches.add_bytes(&damaged);
            let error = sketches.merged().expect_err("the file is damaged");
            assert!(matches!(error, Error::Sketch { .. }), "{at}: {error}");
        }
        let mut sketches = Sketches::new();
        whole[16] = 1;
        sketches.add_bytes(&whole);
        check_refused(&sketches, "its form is version 1, and this program reads version 2");
    }

    #[test]
    fn a_forged_file_with_a_true_checksum_is_no_panic() {
        let mut whole = Vec::new();
        part_of(&texts(6), Language::English).write(&config(16), &Unwatched, &mut whole).expect("nobody cancels");
        whole.truncate(whole.len() - CHECKSUM_BYTES as usize);
        for at in 20..whole.len() {
            for byte in [0, 0xff] {
                let mut forged = whole.clone();
                forged[at] = byte;
                let checksum = Sha256::digest(&forged);
                forged.extend_from_slice(&checksum);
                let mut sketches = Sketches::new();
                sketches.add_bytes(&forged);
                if let Ok(Merged { vocabulary, bags, signatures, .. }) = sketches.merged() {
                    let signed = signatures.within_limits(&vocabulary, &vocabulary, &bags).expect("it is in memory");
                    let mut minima = Minima::default();
                    minima.work_out(signed.rest(), vocabulary.len(), 1, 0).expect("it is in memory");
                    if signed.has_pass(0) {
                        signed.lower(0, &mut minima.of_words).expect("the file is as long as it says");
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_is_a_part_too() {
        let mut sketches = Sketches::new();
        sketches.add(&part_of(&[], Language::English), &config(16));
        let merged = sketches.merged().expect("the sketch is whole");
        assert!(merged.bags.is_empty() && merged.vocabulary.is_empty());
        assert_eq!(mined_together(&merged), []);
    }
}
