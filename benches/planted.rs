//! Corpora with planted topics, the same bytes each time: words of a law like Zipf's, and in each document those of one to
//! three topics among them.

use caesura::topics::{Bag, Bags, Vocabulary, Word, WordId};

/// How many words are planted for a topic.
const N_TOPIC_WORDS: usize = 30;

/// The mean number of words in a document, repeats counted.
const MEAN_WORDS: usize = 80;

/// A corpus as the miner takes it.
pub(crate) struct Planted {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) bags: Bags,
}

impl Planted {
    /// Returns `n_documents` documents over `n_words` words with `n_topics` topics of 30 words, each drawn from the words that
    /// are neither frequent nor rare.
    pub(crate) fn new(n_documents: usize, n_words: usize, n_topics: usize) -> Self {
        let mut random = Random(17);
        let background = Weights::new((0..n_words).map(|rank| (rank as f64 + 3.7).powf(-1.05)));
        let of_topic = Weights::new((0..N_TOPIC_WORDS).map(|rank| (rank as f64 + 1.0).powf(-0.7)));
        let topics: Vec<Vec<usize>> = (0..n_topics)
            .map(|_| (0..N_TOPIC_WORDS).map(|_| 200 + random.below(n_words / 2 - 200)).collect())
            .collect();
        let bags = (0..n_documents).map(|_| {
            let borne: Vec<usize> = (0..=random.below(3)).map(|_| random.below(n_topics)).collect();
            let n_tokens = MEAN_WORDS / 2 + random.below(MEAN_WORDS);
            let words = (0..n_tokens).map(|_| {
                let word = if random.below(2) == 0 {
                    background.draw(&mut random)
                } else {
                    topics[borne[random.below(borne.len())]][of_topic.draw(&mut random)]
                };
                (WordId::from(word), 1)
            });
            Bag::new(words.collect())
        });
        let bags: Bags = bags.collect();
        let word = |number: usize| {
            let [term, form, written] = [(); 3].map(|()| format!("w{number}"));
            Word { term, form, written, n_documents: 0 }
        };
        Self { vocabulary: Vocabulary::new((0..n_words).map(word).collect()), bags }
    }
}

/// Numbers drawn by `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What is drawn as often as its weight says.
struct Weights(Vec<f64>);

impl Weights {
    fn new(weights: impl Iterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        Self(
            weights
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    fn draw(&self, random: &mut Random) -> usize {
        let at = random.share() * self.0.last().copied().unwrap_or(0.0);
        self.0.partition_point(|&sum| sum <= at).min(self.0.len() - 1)
    }
}
