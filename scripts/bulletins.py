#!/usr/bin/env python3
"""Makes documents with known sections of articles that stand alone: each is a row of articles, as in a newsletter.

    python scripts/bulletins.py CORPUS OUTPUT [--documents N] [--unit paragraph|sentence] [--seed N]

CORPUS has an article a line (JSON lines, plain or .zst) with `text`, and `label` and `title` where it knows them. Of the
documents half take their articles from one label, so that neighbours are alike. Every article is used once at most; those of
fewer than 40 words are passed over. The result is what `caesura train context` reads.
"""

import argparse
import json
import random
import re
import subprocess
from pathlib import Path

MIN_WORDS = 40
ARTICLES = range(4, 25)


def lines(path):
    if path.suffix != ".zst":
        with open(path, encoding="utf-8") as file:
            yield from file
        return
    with subprocess.Popen(["zstd", "-dc", path], stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        yield from process.stdout


def paragraphs(text):
    # A paragraph ends at an empty line, or where the next line is set in.
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n|\n {3,}", text))
    return [part for part in parts if part]


def sentences(text):
    parts = (" ".join(part.split()) for part in re.split(r"(?<=[.?!])\s+(?=[A-Z])", text))
    return [part for part in parts if part]


def article(line, unit):
    fields = json.loads(line)
    text, title = fields["text"], fields.get("title", "")
    if not title:
        title, _, text = text.partition("\n")
    label = fields.get("label") or ""
    label = label[0] if isinstance(label, list) else label
    units = paragraphs(text) if unit == "paragraph" else sentences(text)
    return label, {"title": title.strip(), "heading_path": [title.strip()], "paragraphs": units}


def is_worth_it(section):
    return MIN_WORDS <= sum(len(unit.split()) for unit in section["paragraphs"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--unit", choices=["paragraph", "sentence"], default="paragraph")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    articles = [article(line, args.unit) for line in lines(args.corpus)]
    left = [found for found in articles if is_worth_it(found[1])]
    rng = random.Random(args.seed)
    rng.shuffle(left)
    by_label = {}
    for label, section in left:
        by_label.setdefault(label, []).append(section)
    with open(args.output, "w", encoding="utf-8") as out:
        for number in range(args.documents):
            n_articles = rng.choice(ARTICLES)
            labels = sorted(label for label, sections in by_label.items() if sections)
            if number % 2 == 0:
                labels = [label for label in labels if n_articles <= len(by_label[label])]
                labels = [rng.choice(labels)] if labels else []
            sections = []
            while len(sections) < n_articles and any(by_label[label] for label in labels):
                weights = [len(by_label[label]) for label in labels]
                sections.append(by_label[rng.choices(labels, weights)[0]].pop())
            if len(sections) < ARTICLES[0]:
                continue
            document = {"id": f"{args.output.name.split('.')[0]}/{number}", "lang": "en", "unit": args.unit, "sections": sections}
            out.write(json.dumps(document, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
