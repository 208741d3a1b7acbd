#!/usr/bin/env python3
"""Reads a REFI-QDA project with pyrefiqda, whose classes are made from the schema, and checks what no schema can:
that every reference has its target, that no two GUIDs and no two names of codes are the same, and that positions lie in
the text and do not begin or end in the middle of a line end or at white space.

    scripts/check_qdpx.py PROJECT.qdpx
"""

import sys
import tempfile

from pyrefiqda import RefiProject


def codes_of(codes):
    for code in codes:
        yield code
        yield from codes_of(code.code)


def main(path):
    with tempfile.TemporaryDirectory() as folder:
        project = RefiProject.load(path, folder)
        project = project[0] if isinstance(project, tuple) else project
        codes = list(codes_of(project.code_book.codes.code))
        names = [code.name for code in codes]
        assert len(names) == len(set(names)), "two codes have one name"
        guids = [code.guid for code in codes]
        users = {user.guid for user in project.users.user}
        n_codings = 0
        for source in project.sources.text_source:
            guids.append(source.guid)
            file = RefiProject.resolve_source_path(source.plain_text_path, folder)
            with open(file, encoding="utf-8", newline="") as content:
                text = content.read()
            assert "\r" not in text.replace("\r\n", ""), "a line end is half there"
            for selection in source.plain_text_selection:
                guids.append(selection.guid)
                start, end = selection.start_position, selection.end_position
                assert 0 <= start < end <= len(text), (start, end, len(text))
                cut = text[start:end]
                assert cut == cut.strip(), repr(cut[:40])
                assert selection.creating_user in users
                for coding in selection.coding:
                    guids.append(coding.guid)
                    n_codings += 1
                    assert coding.code_ref.target_guid in {code.guid for code in codes}, "a code is not there"
        assert len(guids) == len(set(guids)), "two things have one GUID"
        assert n_codings > 0
        print(f"{len(project.sources.text_source)} sources, {len(codes)} codes, {n_codings} codings")


if __name__ == "__main__":
    main(sys.argv[1])
