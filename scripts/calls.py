#!/usr/bin/env python3
"""Makes documents with known sections of conference calls: of their questions and answers, each questioner is a section.

    python scripts/calls.py CORPUS OUTPUT

CORPUS has a call a line (JSON lines, plain or .zst): its `text`, with a line a paragraph, in which a turn begins with the name
of who speaks and a colon, and `parts`, each a title and how many turns it has. The last part is taken. There the operator
calls up one questioner after the other; in half of the calls what the operator says is left out. The result is what
`caesura train` reads.
"""

import argparse
import json
import re
import zlib
from pathlib import Path

from bulletins import lines

OPERATOR = "Operator"
MIN_SECTIONS = 3
TURN = re.compile(r"([A-Z][^:,]{1,40}): *(.*)")


def turns(text):
    """The paragraphs of each turn, with who speaks."""
    found = []
    for line in text.split("\n"):
        turn = TURN.fullmatch(line.strip())
        if turn:
            found.append((turn[1], []))
        words = turn[2] if turn else line.strip()
        if words and found:
            found[-1][1].append(words)
    return found


def document(line):
    """The questions and answers of a call; None if it has too few."""
    call = json.loads(line)
    n_turns = [n for _, n in call["parts"]]
    all_turns = turns(call["text"])
    if len(all_turns) != sum(n_turns):
        # A line of the text looks like the beginning of a turn.
        return None
    with_operator = zlib.crc32(call["id"].encode()) % 2 == 0
    sections, is_called_up = [], False
    for speaker, paragraphs in all_turns[-n_turns[-1] :]:
        is_operator = speaker == OPERATOR
        if is_operator and not is_called_up or not sections:
            sections.append([])
        is_called_up = is_operator
        if not is_operator or with_operator:
            sections[-1].extend({"text": text, "speaker": speaker} for text in paragraphs)
    sections = [{"title": "", "heading_path": [], "paragraphs": units} for units in sections if units]
    if len(sections) < MIN_SECTIONS:
        return None
    return {"id": f"call/{call['label']}/{call['id']}", "lang": "en", "unit": "utterance", "sections": sections}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("output", type=Path)
    args = parser.parse_args()
    with open(args.output, "w", encoding="utf-8") as out:
        for line in lines(args.corpus):
            found = document(line)
            if found:
                out.write(json.dumps(found, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
