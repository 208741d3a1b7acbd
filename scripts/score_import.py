#!/usr/bin/env python3
"""Scores import against documents whose paragraphs and headings are known.

    score_import.py DUMP.jsonl MAP.json GOLD.jsonl... [--show]

DUMP.jsonl has a line a file: {"path", "parts": [{"blocks": [[kind, text, page], ...]}]}, as `cargo run
--profile measured --example read -- --dump FILE...` prints it in `fuzz/`.
MAP.json maps a file (folder/name) to the id of a document of GOLD.jsonl or of another such file; `pdf_twins.json` beside this
script does so for the PDF files of the robustness set, of which two have no twin. A document has "sections" with "title", "level" and
"paragraphs". A paragraph is recovered whole if one block, or one cell of a row, has its words and no others; a heading, if a
heading has its words, and with its level, if it stands as deep among the headings as it should. Headings are scored where they
are marked up as such ("heading_source" is "h").
"""
import collections
import json
import re
import subprocess
import sys


def words(text):
    return " ".join(re.findall(r"\w+", text.lower()))


def gold_documents(paths):
    documents = {}
    for path in paths:
        command = ["zstdcat", path] if path.endswith(".zst") else ["cat", path]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
        documents.update((document["id"], document) for document in map(json.loads, filter(None, lines)))
    return documents


def score(gold, blocks):
    pieces = [piece for kind, text, _ in blocks if not kind.startswith("h") for piece in (text.split("\t") if kind == "tr" else [text])]
    paragraphs = collections.Counter(words(piece) for piece in pieces)
    lost = []
    n_paragraphs = 0
    for section in gold["sections"]:
        for paragraph in section["paragraphs"]:
            key = words(paragraph)
            if not key:
                continue
            n_paragraphs += 1
            if paragraphs[key]:
                paragraphs[key] -= 1
            else:
                lost.append(paragraph)
    found = collections.defaultdict(list)
    own = [(int(kind[1:]), text) for kind, text, _ in blocks if kind.startswith("h")]
    for depth, (_, text) in zip(depths([level for level, _ in own]), own):
        found[words(text)].append(depth)
    n_headings, shifts, missing = 0, [], []
    titled = [section for section in gold["sections"] if words(section["title"])] if gold["heading_source"] == "h" else []
    for depth, section in zip(depths([section["level"] for section in titled]), titled):
        key = words(section["title"])
        n_headings += 1
        if found[key]:
            shifts.append(found[key].pop(0) - depth)
        else:
            missing.append(section["title"])
    # A title over all of the text makes every heading one deeper; whether it counts is not a question of import.
    n_level = max(collections.Counter(shifts).values(), default=0)
    return n_paragraphs, lost, n_headings, missing, len(shifts), n_level


def depths(levels):
    """Returns how many headings each heading stands under, itself counted in."""
    found, around = [], []
    for level in levels:
        while around and level <= around[-1]:
            around.pop()
        around.append(level)
        found.append(len(around))
    return found


def main():
    dump, mapping, *gold = [arg for arg in sys.argv[1:] if arg != "--show"]
    mapping, gold = json.load(open(mapping, encoding="utf-8")), gold_documents(gold)
    totals = collections.defaultdict(lambda: [0] * 5)
    for line in open(dump, encoding="utf-8"):
        record = json.loads(line)
        name = "/".join(record["path"].split("/")[-2:])
        if name not in mapping:
            continue
        blocks = [block for part in record["parts"] for block in part.get("blocks", [])]
        n, lost, n_headings, missing, n_found, n_level = score(gold[mapping[name]], blocks)
        for index, number in enumerate([n, n - len(lost), n_headings, n_found, n_level]):
            totals[name.split("/")[0]][index] += number
        if "--show" in sys.argv and (lost or missing):
            print(f"{name}: {n - len(lost)}/{n} paragraphs, {n_found}/{n_headings} headings")
            for text in lost[:5]:
                print("   lost:", repr(text[:160]))
            for text in missing[:5]:
                print("   missing heading:", repr(text[:100]))
    for folder, (n, whole, n_headings, n_found, n_level) in sorted(totals.items()):
        share = lambda part, of: f"{part} of {of} ({100 * part / max(1, of):.1f} %)"
        print(f"{folder}: paragraphs {share(whole, n)}, headings {share(n_found, n_headings)}, with level {share(n_level, n_headings)}")


if __name__ == "__main__":
    main()
