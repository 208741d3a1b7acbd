#!/usr/bin/env python3
r"""Draws errors at random from what an engine found in documents whose sections are known, for a person to read.

    caesura evaluate chapters FILE --part tuning --engine context --predictions PREDICTIONS
    python scripts/draw_errors.py FILE PREDICTIONS [--engine NAME] [--number N] [--seed N] [--around N] [--words N] \
        [--drop-untitled-first]

FILE has a document a line (JSON lines, plain or .zst), as `caesura evaluate chapters` reads it; with --drop-untitled-first
there it is needed here too. Half of the errors are gaps cut where no section begins (+), half are gaps where one begins and
none is cut (-), or as many as there are. With each stand the probability of its gap, and how many gaps away the nearest true
(+) or found (-) boundary is, if the document has one. Between the units around it the true and the found boundaries are
marked. The totals stand first.
"""

import argparse
import json
import random
from pathlib import Path

from bulletins import lines

NEAR = 2


def spoken(paragraph):
    if isinstance(paragraph, str):
        return paragraph.strip()
    text, speaker = paragraph["text"].strip(), paragraph.get("speaker")
    return f"[{speaker}] {text}" if speaker and text else text


def read(document, drop_untitled_first):
    """Returns the units, and the title of each section by the gap before it: gap i is between units i and i + 1."""
    sections = document["sections"]
    if drop_untitled_first and sections and not (sections[0].get("title") or "").strip():
        sections = sections[1:]
    units, titles = [], {}
    for section in sections:
        own = [text for text in map(spoken, section["paragraphs"]) if text]
        if units and own:
            titles[len(units) - 1] = section.get("title") or ""
        units.extend(own)
    return units, titles


def nearest(gap, others):
    return min((abs(gap - other) for other in others), default=None)


def shortened(text, n_words):
    words = text.split()
    if len(words) <= 2 * n_words:
        return " ".join(words)
    return " ".join([*words[:n_words], f"[... {len(words) - 2 * n_words} words ...]", *words[-n_words:]])


def show(error, documents, around, n_words):
    sign, name, gap, off = error
    units, titles, found, scores = documents[name]
    off = "none" if off is None else off
    print(f"\n{sign} p {scores[gap]:.2f}, off {off}: {name}, gap {gap} of {len(units) - 1}")
    for unit in range(max(0, gap + 1 - around), min(len(units), gap + 1 + around)):
        marks = []
        if unit - 1 in titles:
            marks.append(f"true {titles[unit - 1]!r}")
        if unit - 1 in found:
            marks.append(f"found {scores[unit - 1]:.2f}")
        if marks:
            mark = f"={sign}" if unit == gap + 1 else "--"
            print(f"  {mark} {', '.join(marks)}")
        print(f"  {unit}: {shortened(units[unit], n_words)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--engine", default="context", help="whose predictions; one that scores gaps")
    parser.add_argument("--number", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--around", type=int, default=4, help="units shown on each side")
    parser.add_argument("--words", type=int, default=30, help="words shown of the start and of the end of a unit")
    parser.add_argument("--drop-untitled-first", action="store_true")
    args = parser.parse_args()

    of_all = map(json.loads, lines(args.predictions))
    predictions = {prediction["id"]: prediction for prediction in of_all if prediction["engine"] == args.engine}
    documents, false, missed = {}, [], []
    for line in lines(args.file):
        document = json.loads(line)
        name = document["id"]
        if name not in predictions:
            continue
        units, titles = read(document, args.drop_untitled_first)
        prediction = predictions[name]
        if len(units) != prediction["n_units"]:
            raise SystemExit(f"{name} has {len(units)} units here, and {prediction['n_units']} where it was cut")
        found = set(prediction["boundaries"])
        documents[name] = units, titles, found, prediction["scores"]
        false += [("+", name, gap, nearest(gap, titles)) for gap in sorted(found - titles.keys())]
        missed += [("-", name, gap, nearest(gap, found)) for gap in sorted(titles.keys() - found)]
    if len(documents) < len(predictions):
        raise SystemExit(f"{len(predictions) - len(documents)} documents are not in {args.file}")

    n_near = sum(off is not None and off <= NEAR for _, _, _, off in false + missed)
    n_true = sum(len(titles) for _, titles, _, _ in documents.values())
    totals = f"{len(false)} false, {len(missed)} missed; {n_near} of them within {NEAR} gaps"
    print(f"{len(documents)} documents, {n_true} boundaries: {totals}")
    rng = random.Random(args.seed)
    for errors in (false, missed):
        for error in rng.sample(errors, min(args.number // 2, len(errors))):
            show(error, documents, args.around, args.words)


if __name__ == "__main__":
    main()
