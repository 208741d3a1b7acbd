#!/usr/bin/env python3
"""Finds topics as other programs do, on the counted words that `caesura evaluate topics --tokens FILE` writes.

    pip install numpy scipy scikit-learn tomotopy
    caesura evaluate topics DATA --tokens TOKENS
    OMP_NUM_THREADS=1 python scripts/topic_peers.py lda|nmf N_TOPICS TOKENS OUTPUT [--min-documents N] [--max-share S]
    caesura evaluate topics DATA --topics OUTPUT.topics --bearers OUTPUT.bearers

LDA is tomotopy's Gibbs sampler (200 iterations, one worker), NMF is scikit-learn's on tf-idf (at most 100 iterations).
Both see the words within the frequency limits given. Prints the seconds of user time that counting and fitting take, and
the peak memory.
"""

import argparse
import resource
from collections import Counter

N_WORDS = 30


def limited(documents, min_documents, max_share):
    n_documents = Counter(word for words in documents for word in set(words))
    most = max_share * len(documents)
    return [[word for word in words if min_documents <= n_documents[word] <= most] for words in documents]


def lda(documents, n_topics, seed):
    import tomotopy

    model = tomotopy.LDAModel(k=n_topics, seed=seed)
    for words in filter(None, documents):
        model.add_doc(words)
    model.train(200, workers=1)
    topics = [[word for word, _ in model.get_topic_words(topic, N_WORDS)] for topic in range(n_topics)]
    shares = (document.get_topic_dist() for document in model.docs)
    return topics, [int(next(shares).argmax()) if words else -1 for words in documents]


def nmf(documents, n_topics, seed):
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=lambda words: words)
    weights = vectorizer.fit_transform(documents)
    model = NMF(n_topics, init="nndsvda", random_state=seed, max_iter=100)
    shares = model.fit_transform(weights)
    names = vectorizer.get_feature_names_out()
    topics = [[names[word] for word in row.argsort()[::-1][:N_WORDS]] for row in model.components_]
    return topics, [int(row.argmax()) if row.any() else -1 for row in shares]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", choices=["lda", "nmf"])
    parser.add_argument("n_topics", type=int)
    parser.add_argument("tokens")
    parser.add_argument("output")
    parser.add_argument("--min-documents", type=int, default=5)
    parser.add_argument("--max-share", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with open(args.tokens, encoding="utf-8") as lines:
        documents = limited([line.split() for line in lines], args.min_documents, args.max_share)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    topics, best = {"lda": lda, "nmf": nmf}[args.method](documents, args.n_topics, args.seed)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    with open(args.output + ".topics", "w", encoding="utf-8") as out:
        out.writelines(" ".join(words) + "\n" for words in topics)
    with open(args.output + ".bearers", "w", encoding="utf-8") as out:
        out.writelines(f"{topic}\n" for topic in best)
    print(f"{args.method} {args.n_topics}: {usage.ru_utime - before:.1f} s, {usage.ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
