#!/usr/bin/env python3
"""Makes documents with known sections of the manuals that come with Rust (`rustup component add rust-docs`).

    python scripts/manuals.py "$(rustc --print sysroot)/share/doc/rust/html" OUTPUT [--unit paragraph|sentence] [--seed N]

Every folder with a table of contents is a book. Its pages, in their order, are taken one to six at a time: a page is a section
of the first level, a heading of the second order on it one of the second. Programs and tables are left out, and headings too.
A document is `manual/BOOK/NUMBER`, so that all of a book is on one side (`src/evaluate/split.rs`). The result is what
`caesura train` and `caesura evaluate chapters` read.
"""

import argparse
import json
import random
import re
from html.parser import HTMLParser
from pathlib import Path

from bulletins import sentences

MIN_WORDS = 300
MIN_SECTIONS = 3
PAGES = range(1, 7)
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = HEADINGS | {"p", "li", "dt", "dd", "ul", "ol", "dl", "div", "section", "blockquote", "details", "summary"}
LEFT_OUT = {"pre", "table", "script", "style", "button", "nav"}


class Page(HTMLParser):
    """The title of a page and its sections, each a title and paragraphs."""

    def __init__(self):
        super().__init__()
        self.title = ""
        self.sections = []
        self.is_in_main = False
        self.n_left_out = 0
        self.heading = None
        self.words = []

    def end_block(self):
        text = " ".join("".join(self.words).split())
        self.words = []
        if not text:
            return
        if self.heading == "h1":
            self.title = text
        elif self.heading == "h2":
            self.sections.append((text, []))
        elif self.heading is None:
            if not self.sections:
                self.sections.append(("", []))
            self.sections[-1][1].append(text)

    def handle_starttag(self, tag, attrs):
        self.is_in_main |= tag == "main"
        if tag in BLOCKS | LEFT_OUT:
            self.end_block()
        if tag in LEFT_OUT:
            self.n_left_out += 1
        if tag in HEADINGS:
            self.heading = tag

    def handle_endtag(self, tag):
        if tag in BLOCKS | LEFT_OUT | {"main"}:
            self.end_block()
        if tag in LEFT_OUT:
            self.n_left_out = max(0, self.n_left_out - 1)
        if tag in HEADINGS:
            self.heading = None
        self.is_in_main &= tag != "main"

    def handle_data(self, data):
        if self.is_in_main and not self.n_left_out:
            self.words.append(data)


def pages(book):
    """The pages of a book, in the order of its table of contents."""
    contents = (book / "toc.html").read_text(encoding="utf-8")
    names = dict.fromkeys(re.findall(r'href="([^"#]+\.html)"', contents))
    for name in names:
        path = book / name
        if path.is_file():
            page = Page()
            page.feed(path.read_text(encoding="utf-8"))
            yield page


def sections(page, unit):
    for title, paragraphs in page.sections:
        units = [part for paragraph in paragraphs for part in (sentences(paragraph) if unit == "sentence" else [paragraph])]
        if units:
            path = [page.title, title] if title else [page.title]
            yield {"title": path[-1], "heading_path": path, "paragraphs": units}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("books", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--unit", choices=["paragraph", "sentence"], default="paragraph")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    rng = random.Random(args.seed)
    with open(args.output, "w", encoding="utf-8") as out:
        for contents in sorted(args.books.glob("*/toc.html")):
            book = contents.parent
            left = list(pages(book))
            number = 0
            while left:
                n_pages = rng.choice(PAGES)
                taken, left = left[:n_pages], left[n_pages:]
                of_document = [section for page in taken for section in sections(page, args.unit)]
                n_words = sum(len(unit.split()) for section in of_document for unit in section["paragraphs"])
                if len(of_document) < MIN_SECTIONS or n_words < MIN_WORDS:
                    continue
                document = {"id": f"manual/{book.name}/{number}", "lang": "en", "title": taken[0].title, "unit": args.unit}
                out.write(json.dumps(document | {"sections": of_document}, ensure_ascii=False) + "\n")
                number += 1


if __name__ == "__main__":
    main()
