//! How often the words of a library occur, in all of it and in the chapters of one topic, and which stand together.
//!
//! In: a library, one chapter after the other. Out: counts that pictures are made of. Words that carry a subject are
//! counted by their stems and shown in the form they mostly have.

use std::collections::HashMap;

use crate::error::Result;
use crate::progress::Progress;
use crate::store::{ChapterId, Library, TopicId};
use crate::words::{self, Analyzer, Language};

/// The most different stems that are counted: after so many, further ones are passed over, and memory stays bounded.
const MAX_STEMS: usize = 400_000;

/// How many words, of any kind, a passage has in which two words stand together.
const PASSAGE_WORDS: usize = 50;

/// How often each stem occurs.
#[derive(Clone, Debug, Default)]
pub struct WordCounts {
    counts: HashMap<String, Count>,
    n_words: u64,
}

/// What is known of a stem.
#[derive(Clone, Debug, Default)]
struct Count {
    n: u64,
    /// The form it mostly has, and by how much that is ahead of the others: a majority vote (Boyer, Moore 1981).
    form: String,
    lead: u64,
}

impl WordCounts {
    /// Counts the words of all chapters that were found. Reports chapters.
    pub fn of_library(library: &Library, language: Language, progress: &dyn Progress) -> Result<Self> {
        let analyzer = Analyzer::new(language);
        let n_chapters = library.counts()?.chapters as usize;
        let (mut counts, mut done) = (Self::default(), 0);
        library.for_each_chapter(|_, text| {
            progress.check()?;
            progress.report(done, n_chapters);
            done += 1;
            counts.add(text, &analyzer);
            Ok(())
        })?;
        Ok(counts)
    }

    /// Returns how many words that carry a subject were counted.
    pub fn n_words(&self) -> u64 {
        self.n_words
    }

    /// Returns how often a stem occurs.
    pub fn of_stem(&self, stem: &str) -> u64 {
        self.counts.get(stem).map_or(0, |count| count.n)
    }

    /// Returns each stem with the form it mostly has and how often it occurs: most often first, then by stem.
    pub fn by_frequency(&self) -> Vec<(&str, &str, u64)> {
        let mut words: Vec<(&str, &str, u64)> =
            self.counts.iter().map(|(stem, count)| (stem.as_str(), count.form.as_str(), count.n)).collect();
        words.sort_by(|one, other| other.2.cmp(&one.2).then_with(|| one.0.cmp(other.0)));
        words
    }

    fn add(&mut self, text: &str, analyzer: &Analyzer) {
        for token in words::tokens(text) {
            let word = words::fold(token.text);
            if !analyzer.is_content_word(&word) {
                continue;
            }
            self.n_words += 1;
            let stem = analyzer.stem(&word);
            if MAX_STEMS <= self.counts.len() && !self.counts.contains_key(&stem) {
                continue;
            }
            let count = self.counts.entry(stem).or_default();
            count.n += 1;
            if count.lead == 0 {
                count.form = word.into_owned();
                count.lead = 1;
            } else if count.form == word {
                count.lead += 1;
            } else {
                count.lead -= 1;
            }
        }
    }
}

/// The words of the chapters of one topic.
#[derive(Clone, Debug, Default)]
pub struct TopicCounts {
    /// How often they occur.
    pub words: WordCounts,
    /// How many passages the chapters have.
    pub n_passages: u64,
    /// The words that were asked for, in that order, and in how many passages each occurs.
    pub asked: Vec<(String, u64)>,
    /// For each two of those (`one < other`) that share a passage, in how many they do; ascending.
    pub together: Vec<(usize, usize, u64)>,
}

impl TopicCounts {
    /// Counts the words of the chapters that bear a topic, and how often each two of `asked` stand in one passage of fifty
    /// words. Fails with [`Error::NoTopic`](crate::error::Error::NoTopic). Reports chapters.
    pub fn of_topic(
        library: &Library,
        topic: TopicId,
        asked: &[&str],
        language: Language,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let analyzer = Analyzer::new(language);
        let stem_of = |word: &str| analyzer.stem(&words::fold(word));
        let mut place_of: HashMap<String, usize> = HashMap::new();
        let mut found = Self::default();
        for word in asked {
            if let std::collections::hash_map::Entry::Vacant(unseen) = place_of.entry(stem_of(word)) {
                unseen.insert(found.asked.len());
                found.asked.push(((*word).to_owned(), 0));
            }
        }
        let mut together: HashMap<(usize, usize), u64> = HashMap::new();
        let chapters = library.topic_chapters(topic)?;
        let ids: Vec<ChapterId> = chapters.iter().map(|bearer| bearer.chapter.id).collect();
        for (done, id) in ids.iter().enumerate() {
            progress.check()?;
            progress.report(done, ids.len());
            let text = library.chapter_text(*id)?;
            found.words.add(&text, &analyzer);
            let tokens: Vec<String> = words::tokens(&text).map(|token| words::fold(token.text).into_owned()).collect();
            for passage in tokens.chunks(PASSAGE_WORDS) {
                found.n_passages += 1;
                let mut places: Vec<usize> =
                    passage.iter().filter_map(|word| place_of.get(&analyzer.stem(word)).copied()).collect();
                places.sort_unstable();
                places.dedup();
                for (at, &one) in places.iter().enumerate() {
                    found.asked[one].1 += 1;
                    for &other in &places[at + 1..] {
                        *together.entry((one, other)).or_default() += 1;
                    }
                }
            }
        }
        found.together = together.into_iter().map(|((one, other), n)| (one, other, n)).collect();
        found.together.sort_unstable();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Layer;
    use crate::error::Error;
    use crate::progress::Unwatched;
    use crate::store::{NewTopic, samples};

    /// Returns a library of two chapters, of which the first bears a topic.
    fn library() -> (Library, TopicId) {
        let mut library = Library::in_memory().unwrap();
        let text = "Bees fill the hive. The bee queen leaves the hive, and bees follow.\nThe train passes a hive.";
        let id = library.add_document(&samples::document(1, &["Bees", "Trains"], text)).unwrap();
        let chapter = library.chapters(id, Layer::Found).unwrap()[0].id;
        let topic = NewTopic {
            label: "bees".to_owned(),
            words: Vec::new(),
            npmi: 0.0,
            profile: Vec::new(),
            documents: Vec::new(),
            chapters: vec![(chapter, 1.0)],
        };
        library.replace_topics(&[topic], &samples::provenance("minhash")).unwrap();
        let topic = library.topics().unwrap()[0].id;
        (library, topic)
    }

    #[test]
    fn words_are_counted_by_stem_and_shown_as_they_are_mostly_written() {
        let (library, _) = library();
        let counts = WordCounts::of_library(&library, Language::English, &Unwatched).unwrap();
        assert_eq!(counts.by_frequency()[..2], [("bee", "bees", 3), ("hive", "hive", 3)]);
        assert_eq!(counts.of_stem("train"), 1);
        assert_eq!(counts.of_stem("the"), 0);
        assert_eq!(counts.n_words(), counts.by_frequency().iter().map(|(.., n)| n).sum::<u64>());
    }

    #[test]
    fn a_topic_counts_its_own_chapters() {
        let (library, topic) = library();
        let asked = ["bees", "hive", "Bee", "train"];
        let found = TopicCounts::of_topic(&library, topic, &asked, Language::English, &Unwatched).unwrap();
        assert_eq!((found.words.of_stem("hive"), found.words.of_stem("train"), found.n_passages), (2, 0, 1));
        let expected = [("bees".to_owned(), 1), ("hive".to_owned(), 1), ("train".to_owned(), 0)];
        assert_eq!(found.asked, expected);
        assert_eq!(found.together, [(0, 1, 1)]);
        let gone = TopicCounts::of_topic(&library, TopicId(99), &asked, Language::English, &Unwatched);
        assert!(matches!(gone, Err(Error::NoTopic(99))));
    }
}
