#!/usr/bin/env python3
"""Finds topics as other programs do, on the counted words that `caesura evaluate topics --tokens FILE` writes.

    pip install numpy scipy scikit-learn tomotopy
    caesura evaluate topics DATA --tokens TOKENS
    OMP_NUM_THREADS=1 python scripts/topic_peers.py lda|nmf N_TOPICS TOKENS OUTPUT [--min-documents N] [--max-share S]
    OMP_NUM_THREADS=1 python scripts/topic_peers.py bertopic 0 TOKENS OUTPUT --data DATA
    caesura evaluate topics DATA --topics OUTPUT.topics --bearers OUTPUT.bearers

LDA is tomotopy's Gibbs sampler (200 iterations, one worker), NMF is scikit-learn's on tf-idf (at most 100 iterations).
Both see the words within the frequency limits given. BERTopic clusters the vectors of the texts in DATA (made here by the
model in assets/models, of at most 256 pieces a text) by UMAP and HDBSCAN with its own settings, and ranks the counted words
by its c-TF-IDF; how many topics there are it says itself, if N_TOPICS is 0. It needs

    pip install --no-deps bertopic && pip install hdbscan umap-learn pandas tqdm plotly pyyaml onnxruntime tokenizers

Prints the seconds of user time that counting and fitting take, making vectors included, and the peak memory.
"""

import argparse
import json
import resource
import subprocess
from collections import Counter
from pathlib import Path

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


def texts_of(data, limit):
    if data.suffix == ".zst":
        whole = subprocess.run(["zstd", "-dc", data], capture_output=True, check=True).stdout
    else:
        whole = data.read_bytes()
    # Of bytes, as texts hold other ends of lines too.
    lines = whole.splitlines()
    return [json.loads(line)["text"] for line in lines[:limit]]


def vectors_of(texts):
    import numpy
    import onnxruntime
    import tokenizers

    folder = Path(__file__).parent.parent / "assets/models/all-MiniLM-L6-v2"
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    names = [entry.name for entry in session.get_inputs()]
    vectors = []
    for text in texts:
        ids = numpy.array([tokenizer.encode(text).ids])
        given = {"input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": numpy.zeros_like(ids)}
        found = session.run(None, {name: given[name] for name in names})[0]
        vector = found.reshape(-1, found.shape[-1]).mean(axis=0)
        vectors.append(vector / numpy.linalg.norm(vector))
    return numpy.array(vectors, dtype="float32")


def bertopic(documents, n_topics, seed, texts):
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer
    from umap import UMAP

    lines = [" ".join(words) for words in documents]
    umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    vectorizer = CountVectorizer(analyzer=str.split)
    model = BERTopic(
        embedding_model=None, umap_model=umap, vectorizer_model=vectorizer, top_n_words=N_WORDS, nr_topics=n_topics or None
    )
    best, _ = model.fit_transform(lines, vectors_of(texts))
    numbers = sorted(set(best) - {-1})
    topics = [[word for word, _ in model.get_topic(number) if word] for number in numbers]
    return topics, [numbers.index(topic) if topic != -1 else -1 for topic in best]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", choices=["lda", "nmf", "bertopic"])
    parser.add_argument("n_topics", type=int)
    parser.add_argument("tokens")
    parser.add_argument("output")
    parser.add_argument("--min-documents", type=int, default=5)
    parser.add_argument("--max-share", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path)
    args = parser.parse_args()
    with open(args.tokens, encoding="utf-8") as lines:
        documents = limited([line.split() for line in lines], args.min_documents, args.max_share)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    if args.method == "bertopic":
        topics, best = bertopic(documents, args.n_topics, args.seed, texts_of(args.data, len(documents)))
    else:
        topics, best = {"lda": lda, "nmf": nmf}[args.method](documents, args.n_topics, args.seed)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    with open(args.output + ".topics", "w", encoding="utf-8") as out:
        out.writelines(" ".join(words) + "\n" for words in topics)
    with open(args.output + ".bearers", "w", encoding="utf-8") as out:
        out.writelines(f"{topic}\n" for topic in best)
    print(f"{args.method} {args.n_topics}: {usage.ru_utime - before:.1f} s, {usage.ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
