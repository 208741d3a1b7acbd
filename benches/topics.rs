//! How long each step of mining topics takes, on planted corpora: `cargo bench --bench topics`.
//!
//! Items a second are postings (a word in a document) times functions for hashing, words for grouping, postings for the
//! inverted index and the whole, and sets for clustering. `RAYON_NUM_THREADS=1` takes one thread.

mod planted;

use caesura::progress::Unwatched;
use caesura::topics::stages::{FUNCTIONS_PER_PASS, Hashing, Index, Sets, n_clusters};
use caesura::topics::{self, TopicsConfig};
use divan::Bencher;
use divan::counter::ItemsCount;

use planted::Planted;

/// Numbers of documents.
const SIZES: [usize; 2] = [1_000, 10_000];

const N_WORDS: usize = 20_000;

fn main() {
    divan::main();
}

fn corpus(n_documents: usize) -> Planted {
    Planted::new(n_documents, N_WORDS, n_documents / 100)
}

/// The settings that the miner is compared with others by: every word, 432 tables of two values.
fn as_the_paper(corpus: &Planted) -> TopicsConfig {
    let chosen = TopicsConfig::for_corpus(&corpus.bags, 1).without_frequency_limits();
    TopicsConfig { tuple_size: 2, n_tables: 432, min_set: 3, overlap: 0.9, min_cluster: 5, ..chosen }
}

#[divan::bench(args = SIZES)]
fn hashing(bencher: Bencher<'_, '_>, n_documents: usize) {
    let corpus = corpus(n_documents);
    let mut hashing = Hashing::default();
    bencher
        .counter(ItemsCount::new(corpus.bags.n_postings() * FUNCTIONS_PER_PASS))
        .bench_local(|| hashing.hash(&corpus.bags, N_WORDS, 1, 0));
}

#[divan::bench(args = SIZES)]
fn grouping(bencher: Bencher<'_, '_>, n_documents: usize) {
    let corpus = corpus(n_documents);
    let mut hashing = Hashing::default();
    hashing.hash(&corpus.bags, N_WORDS, 1, 0).expect("it is in memory");
    bencher.counter(ItemsCount::new(N_WORDS)).bench_local(|| hashing.group(3));
}

#[divan::bench(args = SIZES)]
fn inverted_index(bencher: Bencher<'_, '_>, n_documents: usize) {
    let corpus = corpus(n_documents);
    bencher
        .counter(ItemsCount::new(corpus.bags.n_postings()))
        .bench_local(|| Index::new(&corpus.bags, N_WORDS).expect("it fits in memory"));
}

#[divan::bench(args = SIZES, sample_count = 10, sample_size = 1)]
fn clustering(bencher: Bencher<'_, '_>, n_documents: usize) {
    let corpus = corpus(n_documents);
    let config = as_the_paper(&corpus);
    let index = Index::new(&corpus.bags, N_WORDS).expect("it fits in memory");
    let sets = Sets::new(&corpus.bags, N_WORDS, &index, &config).expect("nobody cancels");
    bencher.counter(ItemsCount::new(sets.len())).bench_local(|| n_clusters(&sets, N_WORDS, &config));
}

#[divan::bench(args = SIZES, sample_count = 10, sample_size = 1)]
fn whole(bencher: Bencher<'_, '_>, n_documents: usize) {
    let corpus = corpus(n_documents);
    let config = as_the_paper(&corpus);
    bencher
        .counter(ItemsCount::new(corpus.bags.n_postings()))
        .bench_local(|| topics::mine(&corpus.vocabulary, &corpus.bags, &config, &Unwatched));
}
