//! Documents as counted words, to be kept: a text is read once, and mined as often as wanted.
//!
//! Which words take part, how they are stemmed, the settings and the strengths depend on the whole corpus, and min-hash
//! values on the places of documents in it. How often each word stands in a bag does not, and it is what takes long: so the
//! words are kept as they are written, stop words too, and what is mined of them is what is mined of the texts. A document
//! is known again by the lengths of its chapters: its text never changes.
//!
//! A bag is a chapter, pooled with its neighbours where it is short.
//!
//! | bytes | what |
//! |---|---|
//! | ... | version of the form: 1; number of words in a passage |
//! | ... | number of chapters; length of each in bytes |
//! | ... | the rest packed (zlib): |
//! | ... | number of words; words in order: how many bytes are those of the word before, the others after their number |
//! | ... | number of pools; of each: number of chapters, language of its start (2 bytes), words of its start; passages; of several chapters, the passages of each |
//!
//! Passages are their number, and of each the number of postings; posting: how many words were passed over, frequency.
//! Numbers are LEB128. What changes how texts become words, or chapters become pools, raises the version.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::ops::Range;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rayon::prelude::*;

use super::assign::bearers_of;
use super::passages::passages;
use super::sketch::{read_varint, write_string, write_varint};
use super::vocabulary::{Vocabulary, VocabularyConfig, bags_of_written, tally};
use super::{Assigner, Bags, Bearer};
use crate::document::Span;
use crate::error::Result;
use crate::progress::Progress;
use crate::words::{self, Analyzer, Language, LanguageVote, fold};

const VERSION: u64 = 1;

/// Fewer words than this say too little of a subject by themselves: neighbouring chapters of one document are pooled
/// until they have so many.
const MIN_POOL_WORDS: usize = 150;

/// How often words stand in a text, by their places in some list of words; ascending.
type Row = Vec<(u32, u32)>;

/// The words of one document, in pools of its chapters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedDocument {
    passage_words: u32,
    lengths: Vec<usize>,
    /// Ascending, each once.
    words: Vec<Box<str>>,
    pools: Vec<CountedPool>,
}

/// Neighbouring chapters of one document that make one text to mine.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CountedPool {
    n_chapters: usize,
    vote: LanguageVote,
    passages: Vec<Row>,
    /// The passages of each chapter by itself, where there are several.
    chapters: Vec<Vec<Row>>,
}

impl CountedDocument {
    /// Counts a text that consists of `chapters`, cut into passages of about `passage_words` words; 0 leaves texts whole.
    pub fn of(text: &str, chapters: &[Span], passage_words: u32) -> Self {
        let bodies: Vec<&str> = chapters.iter().map(|span| span.of(text)).collect();
        let mut pools: Vec<(Vec<&str>, usize)> = Vec::new();
        for &body in &bodies {
            if pools.last().is_none_or(|&(_, n_words)| MIN_POOL_WORDS <= n_words) {
                pools.push((Vec::new(), 0));
            }
            let (pool, n_words) = pools.last_mut().expect("one was opened if there was none");
            pool.push(body);
            *n_words += words::count(body);
        }
        let texts: Vec<String> = pools.iter().map(|(bodies, _)| pool_text(bodies)).collect();
        let counts = |text| -> Vec<_> { passages(text, passage_words).into_iter().map(tally).collect() };
        let tallied: Vec<_> = pools
            .iter()
            .zip(&texts)
            .map(|((bodies, _), text)| {
                let apart = if bodies.len() == 1 { &[][..] } else { bodies.as_slice() };
                (counts(text), apart.iter().map(|&body| counts(body)).collect::<Vec<_>>())
            })
            .collect();

        let all = tallied.iter().flat_map(|(pool, chapters)| pool.iter().chain(chapters.iter().flatten())).flatten();
        let mut words: Vec<&str> = all.map(|&(word, _)| word).collect();
        words.sort_unstable();
        words.dedup();
        let place = |word: &str| words.binary_search(&word).expect("every word is one of them") as u32;
        let rows = |passages: &[Vec<(&str, u32)>]| -> Vec<Row> {
            passages.iter().map(|tally| tally.iter().map(|&(word, n)| (place(word), n)).collect()).collect()
        };
        let pools = tallied.iter().zip(&texts).zip(&pools).map(|(((pool, chapters), text), (bodies, _))| CountedPool {
            n_chapters: bodies.len(),
            vote: LanguageVote::of(text),
            passages: rows(pool),
            chapters: chapters.iter().map(|chapter| rows(chapter)).collect(),
        });
        Self {
            passage_words,
            lengths: bodies.iter().map(|body| body.len()).collect(),
            pools: pools.collect(),
            words: words.iter().map(|&word| word.into()).collect(),
        }
    }

    /// Returns the document as it is kept.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        write_varint(&mut out, VERSION)?;
        write_varint(&mut out, u64::from(self.passage_words))?;
        write_varint(&mut out, self.lengths.len() as u64)?;
        for &length in &self.lengths {
            write_varint(&mut out, length as u64)?;
        }
        let mut out = ZlibEncoder::new(out, Compression::default());
        write_varint(&mut out, self.words.len() as u64)?;
        let mut before = "";
        for word in &self.words {
            let n_same = word.char_indices().zip(before.chars()).find(|((_, one), other)| one != other);
            let n_same = n_same.map_or(word.len().min(before.len()), |((at, _), _)| at);
            write_varint(&mut out, n_same as u64)?;
            write_string(&mut out, &word[n_same..])?;
            before = word;
        }
        write_varint(&mut out, self.pools.len() as u64)?;
        for pool in &self.pools {
            write_varint(&mut out, pool.n_chapters as u64)?;
            out.write_all(pool.vote.language.code().as_bytes())?;
            write_varint(&mut out, u64::from(pool.vote.n_words))?;
            for rows in std::iter::once(&pool.passages).chain(&pool.chapters) {
                write_rows(rows, &mut out)?;
            }
        }
        Ok(out.finish()?)
    }

    /// Returns the document that was kept as `bytes`; none if they are of other chapters, other passages, another version, or
    /// damaged.
    pub fn from_bytes(bytes: &[u8], chapters: &[Span], passage_words: u32) -> Option<Self> {
        let mut head = Bytes(bytes);
        if head.number()? != VERSION || head.number()? != u64::from(passage_words) {
            return None;
        }
        let lengths: Vec<usize> = chapters.iter().map(|span| span.range().len()).collect();
        if head.number()? != lengths.len() as u64 {
            return None;
        }
        for &length in &lengths {
            if head.number()? != length as u64 {
                return None;
            }
        }
        // A posting is of a word of the text, in a pool and in a chapter, and takes ten bytes at the most.
        let limit = 64 + 32 * (lengths.len() + lengths.iter().sum::<usize>()) as u64;
        let mut unpacked = Vec::new();
        ZlibDecoder::new(head.0).take(limit).read_to_end(&mut unpacked).ok()?;
        let mut body = Bytes(&unpacked);
        let words = body.words()?;
        let n_pools = body.n_things()?;
        let pools: Vec<CountedPool> = (0..n_pools).map(|_| body.pool(words.len())).collect::<Option<_>>()?;
        let n_chapters: usize = pools.iter().map(|pool| pool.n_chapters).sum();
        (n_chapters == lengths.len()).then_some(Self { passage_words, lengths, words, pools })
    }
}

/// Returns the text of chapters that are mined together.
pub fn pool_text(chapters: &[&str]) -> String {
    chapters.iter().flat_map(|chapter| [chapter, "\n"]).collect()
}

fn write_rows(rows: &[Row], out: &mut impl Write) -> Result<()> {
    write_varint(out, rows.len() as u64)?;
    for row in rows {
        write_varint(out, row.len() as u64)?;
        let mut next = 0;
        for &(word, n) in row {
            write_varint(out, u64::from(word - next))?;
            write_varint(out, u64::from(n))?;
            next = word + 1;
        }
    }
    Ok(())
}

/// Bytes that are being read; nothing comes of malformed ones.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n_bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n_bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        read_varint(|| self.take(1).map(|byte| byte[0]).ok_or(())).ok()?
    }

    /// Returns a number of things that take a byte or more each.
    fn n_things(&mut self) -> Option<usize> {
        let n = usize::try_from(self.number()?).ok()?;
        (n <= self.0.len()).then_some(n)
    }

    fn words(&mut self) -> Option<Vec<Box<str>>> {
        let n_words = self.n_things()?;
        let mut words: Vec<Box<str>> = Vec::with_capacity(n_words);
        for _ in 0..n_words {
            let n_same = usize::try_from(self.number()?).ok()?;
            let mut word = words.last().map_or("", |word| word).get(..n_same)?.to_owned();
            let n_bytes = self.n_things()?;
            word.push_str(std::str::from_utf8(self.take(n_bytes)?).ok()?);
            if words.last().is_some_and(|last| *word <= **last) {
                return None;
            }
            words.push(word.into());
        }
        Some(words)
    }

    fn rows(&mut self, n_words: usize) -> Option<Vec<Row>> {
        let n_rows = self.n_things()?;
        let row = |bytes: &mut Self| {
            let n_postings = bytes.n_things()?;
            let mut next = 0_u64;
            let posting = |_| {
                let word = next.checked_add(bytes.number()?)?;
                next = word + 1;
                let n = u32::try_from(bytes.number()?).ok()?;
                (word < n_words as u64 && 0 < n).then_some((word as u32, n))
            };
            (0..n_postings).map(posting).collect()
        };
        (0..n_rows).map(|_| row(self)).collect()
    }

    fn pool(&mut self, n_words: usize) -> Option<CountedPool> {
        let n_chapters = self.n_things()?;
        let language = Language::from_code(std::str::from_utf8(self.take(2)?).ok()?)?;
        let vote = LanguageVote { language, n_words: u32::try_from(self.number()?).ok()? };
        let passages = self.rows(n_words)?;
        let n_apart = if n_chapters == 1 { 0 } else { n_chapters };
        let chapters = (0..n_apart).map(|_| self.rows(n_words)).collect::<Option<_>>()?;
        (0 < n_chapters).then_some(CountedPool { n_chapters, vote, passages, chapters })
    }
}

/// The words of many documents, each word kept once.
#[derive(Debug, Default)]
pub struct CountedCorpus {
    ids: HashMap<Box<str>, u32>,
    words: Vec<Box<str>>,
    /// The words of passages by their numbers here, one passage after the other.
    postings: Vec<(u32, u32)>,
    /// Where the postings of each passage end.
    ends: Vec<usize>,
    pools: Vec<Pool>,
}

/// The passages of a pool, and of each of its chapters by itself.
#[derive(Debug)]
struct Pool {
    vote: LanguageVote,
    passages: Range<usize>,
    chapters: Vec<Range<usize>>,
}

impl CountedCorpus {
    /// Adds a document, and returns how many chapters each of its pools has, in order.
    pub fn push(&mut self, document: &CountedDocument) -> Vec<usize> {
        let ids: Vec<u32> = document.words.iter().map(|word| self.id(word)).collect();
        for pool in &document.pools {
            let passages = self.push_rows(&pool.passages, &ids);
            let chapters: Vec<_> = pool.chapters.iter().map(|rows| self.push_rows(rows, &ids)).collect();
            let chapters = if pool.n_chapters == 1 { vec![passages.clone()] } else { chapters };
            self.pools.push(Pool { vote: pool.vote, passages, chapters });
        }
        document.pools.iter().map(|pool| pool.n_chapters).collect()
    }

    fn id(&mut self, word: &str) -> u32 {
        if let Some(&id) = self.ids.get(word) {
            return id;
        }
        let id = u32::try_from(self.words.len()).expect("texts have fewer than 2^32 different words");
        self.words.push(word.into());
        self.ids.insert(word.into(), id);
        id
    }

    fn push_rows(&mut self, rows: &[Row], ids: &[u32]) -> Range<usize> {
        let first = self.ends.len();
        for row in rows {
            self.postings.extend(row.iter().map(|&(word, n)| (ids[word as usize], n)));
            self.ends.push(self.postings.len());
        }
        first..self.ends.len()
    }

    fn row(&self, passage: usize) -> &[(u32, u32)] {
        let start = passage.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.postings[start..self.ends[passage]]
    }

    /// Returns the language of most of the words of a sample of the pools.
    pub fn language(&self) -> Language {
        let step = LanguageVote::step(self.pools.len());
        LanguageVote::language(self.pools.iter().step_by(step).map(|pool| pool.vote))
    }

    /// Returns the vocabulary of the pools, and a bag for each or for each passage of one: what [`bags`](super::bags) makes
    /// of their texts.
    pub fn bags(&self, language: Language) -> (Vocabulary, Bags) {
        let texts = self.pools.iter().map(|pool| pool.passages.clone().map(|passage| self.row(passage)));
        bags_of_written(&self.words, texts, language, &VocabularyConfig::ample())
    }

    /// Returns the words as terms of a language, to judge the pools and their chapters by.
    pub fn terms(&self, language: Language) -> CountedTerms<'_> {
        let of_words: Vec<Option<String>> = self
            .words
            .par_iter()
            .map_init(
                || Analyzer::new(language),
                |analyzer, word| {
                    let folded = fold(word);
                    analyzer.is_content_word(&folded).then(|| analyzer.stem(&folded))
                },
            )
            .collect();
        let mut numbers: BTreeMap<&str, u32> = of_words.iter().flatten().map(|term| (term.as_str(), 0)).collect();
        for (number, place) in numbers.values_mut().zip(0..) {
            *number = place;
        }
        let of_word = of_words.iter().map(|term| term.as_deref().map(|term| numbers[term])).collect();
        let terms = numbers.into_keys().map(str::to_owned).collect();
        CountedTerms { corpus: self, of_word, terms }
    }
}

/// The words of a corpus as terms of a language.
pub struct CountedTerms<'a> {
    corpus: &'a CountedCorpus,
    /// The term of each word; none of one that is no content word.
    of_word: Vec<Option<u32>>,
    /// Ascending.
    terms: Vec<String>,
}

impl<'a> CountedTerms<'a> {
    /// Returns the judge of what bears the topics of an assigner.
    pub fn judged_by<'b>(&'b self, assigner: &'b Assigner) -> CountedJudge<'b>
    where
        'a: 'b,
    {
        CountedJudge { terms: self, numbers: self.terms.iter().map(|term| assigner.number(term)).collect(), assigner }
    }
}

/// The topics that a text bears, by their places in the assigner, ascending, with their strengths.
pub type Strengths = Vec<(usize, f32)>;

/// Says which topics pools and chapters bear, as [`Assigner::strengths`] does of their texts.
pub struct CountedJudge<'a> {
    terms: &'a CountedTerms<'a>,
    assigner: &'a Assigner,
    /// The number of each term in the assigner.
    numbers: Vec<Option<usize>>,
}

impl CountedJudge<'_> {
    /// Returns, for each of `n_topics` topics, which pools bear it: strongest first, ties in their order. Fails when cancelled.
    pub fn bearers_of_pools(&self, n_topics: usize, progress: &dyn Progress) -> Result<Vec<Vec<Bearer>>> {
        let of_pool = |pool| {
            progress.check()?;
            Ok(self.of_pool(pool).into_iter().map(|(topic, strength)| (topic as u32, strength)).collect())
        };
        let borne: Vec<Vec<(u32, f32)>> = (0..self.n_pools()).into_par_iter().map(of_pool).collect::<Result<_>>()?;
        Ok(bearers_of(n_topics, borne))
    }

    /// Returns what each chapter of each pool bears, as [`Self::of_chapter`] does. Fails when cancelled.
    pub fn of_chapters(&self, progress: &dyn Progress) -> Result<Vec<Vec<Strengths>>> {
        let of_pool = |pool: usize| {
            progress.check()?;
            let n_chapters = self.terms.corpus.pools[pool].chapters.len();
            Ok((0..n_chapters).map(|chapter| self.of_chapter(pool, chapter)).collect())
        };
        (0..self.n_pools()).into_par_iter().map(of_pool).collect()
    }

    fn n_pools(&self) -> usize {
        self.terms.corpus.pools.len()
    }

    /// Returns the topics that a pool bears.
    pub fn of_pool(&self, pool: usize) -> Strengths {
        self.of_passages(self.terms.corpus.pools[pool].passages.clone())
    }

    /// Returns the topics that a chapter of a pool bears.
    pub fn of_chapter(&self, pool: usize, chapter: usize) -> Strengths {
        self.of_passages(self.terms.corpus.pools[pool].chapters[chapter].clone())
    }

    fn of_passages(&self, passages: Range<usize>) -> Strengths {
        self.assigner.of_passages(passages.map(|passage| self.frequencies(passage)))
    }

    /// Returns the terms of a passage in their order: the number of each in the assigner, and its frequency.
    fn frequencies(&self, passage: usize) -> Vec<(Option<usize>, u32)> {
        let row = self.terms.corpus.row(passage).iter();
        let mut terms: Vec<(u32, u32)> =
            row.filter_map(|&(word, n)| Some((self.terms.of_word[word as usize]?, n))).collect();
        terms.sort_unstable();
        let sum = |run: &[(u32, u32)]| run.iter().fold(0_u32, |sum, &(_, n)| sum.saturating_add(n));
        terms.chunk_by(|one, other| one.0 == other.0).map(|run| (self.numbers[run[0].0 as usize], sum(run))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::PASSAGE_WORDS;

    /// Chapters of two words, of a few, of 200 and of 2,000, with capitals, possessives, an address and another script.
    fn document() -> (String, Vec<Span>) {
        let chapters = [
            "The tide. ".to_owned(),
            "Harbour’s tides, and http://a.example/harbour anchors.\n".to_owned(),
            String::new(),
            "Masts keel over in the harbour; größe 灯火 hauls Harbour. ".repeat(20),
            "The keel of a mast drifts. Anchor, sail, helm and rudder went over. ".repeat(180),
            "no end".to_owned(),
        ];
        let (mut text, mut spans) = (String::new(), Vec::new());
        for chapter in chapters {
            let start = text.len();
            text.push_str(&chapter);
            spans.push(Span::new(start..text.len()));
        }
        (text, spans)
    }

    #[test]
    fn what_was_kept_is_read_again_and_nothing_else_is() {
        let (text, spans) = document();
        let counted = CountedDocument::of(&text, &spans, PASSAGE_WORDS);
        assert_eq!(counted.pools.iter().map(|pool| pool.n_chapters).collect::<Vec<_>>(), [4, 1, 1]);
        let bytes = counted.to_bytes().unwrap();
        assert!(bytes.len() < text.len() / 10, "{} bytes of {}", bytes.len(), text.len());
        assert_eq!(CountedDocument::from_bytes(&bytes, &spans, PASSAGE_WORDS), Some(counted));
        assert_eq!(CountedDocument::from_bytes(&bytes, &spans, 0), None);
        assert_eq!(CountedDocument::from_bytes(&bytes, &spans[1..], PASSAGE_WORDS), None);
        let mut moved = spans.clone();
        moved[1] = Span::new(spans[1].range().start..spans[1].range().end + 1);
        assert_eq!(CountedDocument::from_bytes(&bytes, &moved, PASSAGE_WORDS), None);
        assert!(CountedDocument::from_bytes(&[], &[], PASSAGE_WORDS).is_none());
        let nothing = CountedDocument::of("", &[], PASSAGE_WORDS);
        assert_eq!(CountedDocument::from_bytes(&nothing.to_bytes().unwrap(), &[], PASSAGE_WORDS), Some(nothing));
    }

    #[test]
    fn damage_is_no_panic_and_takes_no_memory() {
        let (text, spans) = document();
        let counted = CountedDocument::of(&text, &spans, PASSAGE_WORDS);
        let bytes = counted.to_bytes().unwrap();
        for n_bytes in 0..bytes.len() {
            assert_eq!(CountedDocument::from_bytes(&bytes[..n_bytes], &spans, PASSAGE_WORDS), None);
        }
        // Damage to the packed bytes is found by their checksum; forged ones are read, or not.
        let n_head = bytes.len() - {
            let mut head = Bytes(&bytes);
            assert!((0..3 + spans.len()).all(|_| head.number().is_some()));
            head.0.len()
        };
        let mut body = Vec::new();
        ZlibDecoder::new(&bytes[n_head..]).read_to_end(&mut body).unwrap();
        for at in 0..body.len() {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut forged = body.clone();
                forged[at] = byte;
                let mut packed = ZlibEncoder::new(bytes[..n_head].to_vec(), Compression::default());
                packed.write_all(&forged).unwrap();
                if let Some(read) = CountedDocument::from_bytes(&packed.finish().unwrap(), &spans, PASSAGE_WORDS) {
                    CountedCorpus::default().push(&read);
                }
            }
        }
        let mut bomb = ZlibEncoder::new(bytes[..n_head].to_vec(), Compression::default());
        bomb.write_all(&vec![0; 50_000_000]).unwrap();
        assert_eq!(CountedDocument::from_bytes(&bomb.finish().unwrap(), &spans, PASSAGE_WORDS), None);
    }

    #[test]
    fn counted_words_make_the_bags_and_strengths_of_the_texts() {
        let (text, spans) = document();
        let mut corpus = CountedCorpus::default();
        let counted = CountedDocument::of(&text, &spans, PASSAGE_WORDS);
        let n_chapters = corpus.push(&counted);
        corpus.push(&counted);
        let mut chapters = spans.iter().map(|span| span.of(&text));
        let pools: Vec<Vec<&str>> = n_chapters.iter().map(|&n| chapters.by_ref().take(n).collect()).collect();
        let texts: Vec<String> = pools.iter().map(|pool| pool_text(pool)).collect();
        let texts: Vec<&str> = texts.iter().chain(&texts).map(String::as_str).collect();

        let config = VocabularyConfig { passage_words: PASSAGE_WORDS, ..VocabularyConfig::ample() };
        let (vocabulary, bags) = super::super::bags(&texts, Language::English, &config);
        let (found, found_bags) = corpus.bags(Language::English);
        assert_eq!(found, vocabulary);
        let rows = |bags: &Bags| bags.iter().map(Iterator::collect).collect::<Vec<Vec<_>>>();
        assert_eq!((rows(&found_bags), found_bags.keys()), (rows(&bags), bags.keys()));
        assert_eq!(corpus.language(), Language::English);

        let word = |term: &str, value| crate::document::ProfileWord { term: term.to_owned(), value, idf: 1.5 };
        let profiles = [vec![word("harbour", 0.8), word("tide", 0.6)], vec![word("keel", 0.5), word("mast", 0.5)]];
        let profiles: Vec<&[_]> = profiles.iter().map(Vec::as_slice).collect();
        let bearing = crate::topics::Bearing { min_strength: 0.01, passage_words: PASSAGE_WORDS, pool_words: 0 };
        let assigner = Assigner::new(&profiles, bearing);
        let (terms, analyzer) = (corpus.terms(Language::English), Analyzer::new(Language::English));
        let judge = terms.judged_by(&assigner);
        let mut n_borne = 0;
        for (pool, chapters) in pools.iter().enumerate() {
            assert_eq!(judge.of_pool(pool), assigner.strengths(texts[pool], &analyzer));
            for (chapter, body) in chapters.iter().enumerate() {
                let borne = judge.of_chapter(pool, chapter);
                assert_eq!(borne, assigner.strengths(body, &analyzer));
                n_borne += borne.len();
            }
        }
        assert!(2 < n_borne, "{n_borne}");
    }
}
