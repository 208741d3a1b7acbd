//! Short texts in pools.
//!
//! In texts of a few words, titles and messages, hardly two words of a subject stand together, and no text holds half of
//! what a topic is known by. So texts that share a word are mined as one bag: a text goes where its rarest word is that
//! enough texts hold to fill a bag, as Mehrotra et al. 2013 ("Improving LDA Topic Models for Microblogs via Tweet Pooling and
//! Automatic Labeling", SIGIR) pool messages by their hashtags. To everyone else each text stays a document.

use super::bag::BagsWriter;
use super::{BagIndex, Bags, WordId};
use crate::error::Result;

/// Returns the bags of pools of about `pool_words` words, by the words that their texts share, and after them each bag that
/// has as many words itself. A bag without words is in no pool.
///
/// `n_documents` says in how many of the bags each word is. In a pool, a word counts once for each of its bags, and the word
/// that they share once.
pub(crate) fn pooled(bags: &Bags, n_documents: &[u32], pool_words: u32) -> Result<Bags> {
    let pool_words = pool_words as usize;
    // So many bags fill a pool.
    let n_filling = (pool_words * bags.len()).div_ceil(bags.n_postings().max(1)) as u32;
    let shared = |bag: usize| {
        let words = || bags.bag(BagIndex::from(bag)).map(|(word, _)| (n_documents[word.index()], word));
        let rarest = words().filter(|&(n, _)| n_filling <= n).min();
        rarest.or_else(|| words().max()).map(|(_, word)| (word, bag))
    };
    let n_words = |bag: usize| bags.bag(BagIndex::from(bag)).len();
    let (long, short): (Vec<usize>, Vec<usize>) = (0..bags.len()).partition(|&bag| pool_words <= n_words(bag));
    let mut members: Vec<(WordId, usize)> = short.into_iter().filter_map(shared).collect();
    members.sort_unstable();

    let mut pools = BagsWriter::new(bags.limit().cloned());
    let mut pool: Vec<(WordId, u32)> = Vec::new();
    for of_word in members.chunk_by(|one, other| one.0 == other.0) {
        for (at, &(shared, bag)) in of_word.iter().enumerate() {
            if pool.is_empty() {
                pool.push((shared, 1));
            }
            let others = bags.bag(BagIndex::from(bag)).filter(|&(word, _)| word != shared);
            pool.extend(others.map(|(word, _)| (word, 1)));
            if pool_words <= pool.len() || at + 1 == of_word.len() {
                pools.push(&super::Bag::new(std::mem::take(&mut pool)));
            }
        }
    }
    for bag in long {
        pools.push(&super::Bag::new(bags.bag(BagIndex::from(bag)).collect()));
    }
    pools.finish()
}

#[cfg(test)]
mod tests {
    use super::super::Bag;
    use super::*;

    #[track_caller]
    fn check(texts: &[&[u32]], pool_words: u32, expected: &[&[(u32, u32)]]) {
        let bags: Bags =
            texts.iter().map(|words| Bag::new(words.iter().map(|&word| (WordId(word), 1)).collect())).collect();
        let n_documents = bags.document_frequencies(10).expect("it is in memory");
        let found = pooled(&bags, &n_documents, pool_words).expect("it is in memory");
        let found: Vec<Vec<(u32, u32)>> = found.iter().map(|bag| bag.map(|(word, n)| (word.0, n)).collect()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn texts_that_share_a_word_are_one_bag() {
        // Three texts fill a bag of six words, and only the words 0 and 1 are in as many.
        let texts: [&[u32]; 6] = [&[0, 2], &[1, 3], &[0, 4], &[1, 3], &[0, 2], &[1, 5]];
        check(&texts, 6, &[&[(0, 1), (2, 2), (4, 1)], &[(1, 1), (3, 2), (5, 1)]]);
    }

    #[test]
    fn many_texts_that_share_a_word_are_several_bags() {
        let texts: [&[u32]; 4] = [&[0, 1], &[0, 2], &[0, 3], &[0, 4]];
        check(&texts, 3, &[&[(0, 1), (1, 1), (2, 1)], &[(0, 1), (3, 1), (4, 1)]]);
    }

    #[test]
    fn long_and_empty_texts_are_in_no_pool() {
        check(&[&[], &[1, 2, 3, 4], &[1, 2], &[]], 4, &[&[(1, 1), (2, 1)], &[(1, 1), (2, 1), (3, 1), (4, 1)]]);
        check(&[], 4, &[]);
        check(&[&[], &[]], 4, &[]);
    }
}
