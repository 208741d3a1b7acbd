#!/usr/bin/env python3
"""Makes the table of src/topics/MEASURED.md: our topics beside those of other programs, on the same words of the same corpora.

    pip install numpy scipy scikit-learn tomotopy
    cargo build --release
    OMP_NUM_THREADS=1 python scripts/topic_table.py WORK_FOLDER DATA... [--caesura PROGRAM] [--limit N] [--secs N] [--numbers 20 50]

Each DATA is a corpus as `caesura evaluate topics` reads it. What is measured is appended to WORK_FOLDER/rows.jsonl as it
comes, and what stands there is not measured again; a program that takes longer than --secs of time is cut, and the row
says so. Everything runs on one thread. Prints the table in Markdown.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

PAPER = (
    "--tuple-size 2 --tables 432 --min-set 3 --overlap 0.9 --min-cluster 5 --max-cluster-words 4000000000 --min-support 1 "
    "--no-frequency-limits --passage-words 0 --pool-words 0"
).split()
PEERS = Path(__file__).with_name("topic_peers.py")


class Table:
    def __init__(self, args):
        self.args = args
        self.path = args.work / "rows.jsonl"
        args.work.mkdir(parents=True, exist_ok=True)
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        self.rows = [json.loads(line) for line in lines]

    def known(self, corpus, method):
        return next((row for row in self.rows if (row["corpus"], row["method"]) == (corpus, method)), None)

    def measured(self, corpus, method, measure):
        row = self.known(corpus, method)
        if row is None:
            try:
                row = measure()
            except subprocess.TimeoutExpired:
                row = {"cut_after_secs": self.args.secs}
            except subprocess.CalledProcessError as error:
                row = {"failed": error.returncode}
            row = {"corpus": corpus, "method": method, **row}
            self.rows.append(row)
            with open(self.path, "a") as out:
                out.write(json.dumps(row) + "\n")
            print(row, file=sys.stderr)
        return row

    def run(self, command):
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=self.args.secs)
        return done.stdout

    def evaluate(self, data, *more):
        command = [self.args.caesura, "--quiet", "--threads", "1", "evaluate", "topics", str(data), "--format", "json", *more]
        limit = ["--limit", str(self.args.limit)] if self.args.limit else []
        result = json.loads(self.run(command + limit))
        result.pop("provenance", None)
        return result

    def peer(self, data, tokens, method, number):
        output = self.args.work / f"{tokens.stem}.{method}{number}"
        line = self.run([sys.executable, str(PEERS), method, str(number), str(tokens), str(output), "--data", str(data)])
        secs, mib = parsed(line)
        scores = self.evaluate(data, "--topics", f"{output}.topics", "--bearers", f"{output}.bearers")
        return {**scores, "user_secs": secs, "peak_mib": mib}

    def corpus(self, data):
        name = data.name.split(".")[0] + (f" ({self.args.limit})" if self.args.limit else "")
        tokens = self.args.work / f"{name.replace(' ', '_')}.tokens"
        ours = self.measured(name, "Caesura", lambda: self.evaluate(data, "--tokens", str(tokens)))
        if "n_topics" not in ours:
            return
        if not tokens.exists():
            self.evaluate(data, "--tokens", str(tokens))
        numbers = [*dict.fromkeys([ours["n_topics"], *self.args.numbers])]
        for number in numbers[1:]:
            if number < ours["n_topics"]:
                more = ["--number", str(number)]
                self.measured(name, f"Caesura, joined to {number}", lambda: self.evaluate(data, *more))
        self.measured(name, "min-hashing, the paper's settings", lambda: self.evaluate(data, *PAPER))
        for method in self.args.peers:
            # BERTopic says itself how many there are.
            for number in numbers if method != "bertopic" else [0]:
                self.measured(name, f"{method.upper()} {number}", lambda: self.peer(data, tokens, method, number))


def parsed(line):
    """Takes `lda 50: 34.0 s, 120 MiB` apart."""
    secs, mib = line.strip().split("\n")[-1].split(": ")[1].split(", ")
    return float(secs.split()[0]), float(mib.split()[0])


def cells(row):
    if "n_topics" not in row:
        why = f"cut after {row['cut_after_secs']} s" if "cut_after_secs" in row else "failed"
        return [why] + ["" for _ in HEAD[2:]]

    def number(name, digits):
        value = row.get(name)
        return "-" if value is None else f"{value:.{digits}f}"

    return [
        str(row["n_topics"]),
        number("npmi_window_10", 3),
        number("npmi_as_lau", 3),
        number("npmi_documents", 3),
        number("diversity", 2),
        number("support_median", 0),
        number("share_of_documents_with_topic", 3),
        number("nmi", 3),
        number("purity", 3),
        number("user_secs", 1),
        number("peak_mib", 0),
    ]


HEAD = ["method", "topics", "NPMI w10", "NPMI Lau", "NPMI doc", "diversity", "support", "with topic", "NMI", "purity", "user s", "MiB"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--caesura", default="target/release/caesura")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--secs", type=int, default=900)
    parser.add_argument("--numbers", type=int, nargs="*", default=[20, 50])
    parser.add_argument("--peers", nargs="*", default=["lda", "nmf"], choices=["lda", "nmf", "bertopic"])
    args = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    table = Table(args)
    for data in args.data:
        table.corpus(data)
    for corpus in dict.fromkeys(row["corpus"] for row in table.rows):
        print(f"\n**{corpus}**\n\n| " + " | ".join(HEAD) + " |\n|" + "---|" * len(HEAD))
        for row in table.rows:
            if row["corpus"] == corpus:
                print("| " + " | ".join([row["method"], *cells(row)]) + " |")


if __name__ == "__main__":
    main()
