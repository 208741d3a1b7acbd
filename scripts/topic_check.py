#!/usr/bin/env python3
"""Checks what `caesura evaluate topics` says against programs that share no code with it.

    pip install numpy scikit-learn
    python scripts/topic_check.py WORK_FOLDER TOOLS_FOLDER DATA... [--caesura PROGRAM] [--limit N]

NPMI in ten words and by documents, and diversity, are those of TOOLS_FOLDER/evaltopics.py; support that of
TOOLS_FOLDER/support.py; both read the counted words and the topics as Caesura writes them. NMI and purity are worked out here
with scikit-learn, of the strongest topics and the labels in DATA. Prints a table of both figures and their difference, and
fails if one differs by more than a rounded digit.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

from sklearn.metrics import normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

# How far the figures of the tools are rounded.
TOLERANCE = 0.0006


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout


def labels(data, limit):
    text = run("zstd", "-dcq", data) if data.suffix == ".zst" else data.read_text()
    for line in text.split("\n")[:limit]:
        if line.strip():
            label = json.loads(line).get("label")
            label = [label] if isinstance(label, str) else label or []
            # What was sorted under several says nothing of a single topic.
            yield label[0] if len(label) == 1 else None


def checked(args, data):
    tokens, terms, strongest = (args.work / f"{data.name.split('.')[0]}.{name}" for name in ["tokens", "terms", "strongest"])
    limit = ["--limit", args.limit] if args.limit else []
    files = ["--tokens", tokens, "--terms", terms, "--strongest", strongest]
    ours = json.loads(run(args.caesura, "-q", "evaluate", "topics", data, "--format", "json", *files, *limit))
    for figure in re.findall(
        r"all: n=(\d+) npmi_doc (\S+) med \S+ npmi_w10 (\S+) div (\S+)", run(sys.executable, args.tools / "evaltopics.py", tokens, terms)
    ):
        n, documents, window, diversity = figure
        yield "topics", ours["n_topics"], int(n)
        yield "NPMI w10", ours["npmi_window_10"], float(window)
        yield "NPMI doc", ours["npmi_documents"], float(documents)
        yield "diversity", ours["diversity"], float(diversity)
    support = run(sys.executable, args.tools / "support.py", tokens, terms)
    yield "support", ours["support_median"], float(re.search(r"median docs (\S+)", support)[1])
    topic_of = [int(line) for line in strongest.read_text().split()]
    yield "with topic", ours["share_of_documents_with_topic"], sum(0 <= topic for topic in topic_of) / len(topic_of)
    labelled = [pair for pair in zip(labels(data, args.limit), topic_of) if pair[0] is not None]
    if labelled:
        label_of, topic_of = zip(*labelled)
        yield "NMI", ours["nmi"], normalized_mutual_info_score(label_of, topic_of)
        yield "purity", ours["purity"], contingency_matrix(label_of, topic_of).max(axis=0).sum() / len(labelled)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("tools", type=Path)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--caesura", default="target/release/caesura")
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    apart = []
    print("| corpus | figure | caesura | others | difference |\n|---|---|--:|--:|--:|")
    for data in args.data:
        name = data.name.split(".")[0]
        for figure, ours, theirs in checked(args, data):
            difference = ours - theirs
            print(f"| {name} | {figure} | {ours:.4f} | {theirs:.4f} | {difference:+.4f} |", flush=True)
            if TOLERANCE < abs(difference):
                apart.append(f"{name}: {figure}")
    if apart:
        sys.exit("these differ: " + ", ".join(apart))


if __name__ == "__main__":
    main()
