#!/usr/bin/env bash
# Has other programs read what Caesura exports: ffmpeg, mkvmerge, LibreOffice, Chromium, and readers in Python.
#
#   scripts/check_exports.sh [PROGRAM]    the program is target/debug/caesura unless named
#
# What is not installed is said and passed over; Debian has it as ffmpeg, mkvtoolnix, libreoffice-writer-nogui,
# libreoffice-calc-nogui, chromium and libxml2-utils, and PyPI has pyrefiqda and pandas. Only what fails is an error. The
# results stay in the folder that is named at the end.
set -u
cd "$(dirname "$0")/.." || exit 2
program=$(realpath "${1:-target/debug/caesura}")
place=$(mktemp -d)
failed=0 checked=0 missing=0

has() {
    command -v "$1" >/dev/null && return 0
    echo "not installed: $1 ($2 not checked)"
    missing=$((missing + 1))
    return 1
}
expect() { # what, found, expected
    checked=$((checked + 1))
    if [ "$2" = "$3" ]; then echo "ok: $1"; else
        echo "FAILED: $1: found '$2', expected '$3'"
        failed=$((failed + 1))
    fi
}
has_python() {
    python3 -c "import $1" 2>/dev/null && return 0
    echo "not installed: $1 of Python ($2 not checked)"
    missing=$((missing + 1))
    return 1
}

library=$place/library.caesura
engine=${CAESURA_CHECK_ENGINE:-lexical}
caesura() { "$program" --quiet --library "$library" "$@"; }
cp corpora/interview.vtt "$place/talk.vtt"
printf '# Line ends\r\n\r\nGr\xc3\xb6\xc3\x9fe and \xe7\x81\xaf\xe5\x8f\xb0 & <b>.\r\n\r\n## Second\r\n\r\n=1+1 \xf0\x9f\x8c\x8a\r\n\r\nThird.\r\n' >"$place/crlf.md"
caesura add --engine "$engine" "$place/talk.vtt" "$place/crlf.md" || exit 1
caesura topics >/dev/null || exit 1
ids=$(caesura list --format json | python3 -c 'import json,sys; print(*[d["id"] for d in sorted(json.load(sys.stdin)["documents"], key=lambda d: d["format"] != "web_vtt")])') || exit 1
id=${ids%% *}
caesura tag add "$id" --tag "sea/fog" >/dev/null 2>&1
for format in html docx xlsx csv json markdown vtt srt podcast-json podlove mp4chaps ffmetadata matroska youtube qdpx qdc training; do
    caesura export --format "$format" --document "$id" --output "$place/interview.$format" || failed=$((failed + 1))
done
caesura export --format qdpx --output "$place/all.qdpx" && caesura export --format qdpx --crlf --output "$place/crlf.qdpx"
caesura export --format training --output "$place/all.jsonl"
caesura export --format html --layer as-written --output "$place/written.html"
# A talk whose chapters lie within chapters, as a file beside it says.
mkdir "$place/within"
cp corpora/interview.vtt "$place/within/talk.vtt"
python3 - >"$place/within/talk.chapters.xml" <<'P'
def atom(start, title, *within):
    clock = f"{start // 3600:02}:{start // 60 % 60:02}:{start % 60:02}.000"
    display = f"<ChapterDisplay><ChapterString>{title}</ChapterString></ChapterDisplay>"
    return f"<ChapterAtom><ChapterTimeStart>{clock}</ChapterTimeStart>{display}{''.join(within)}</ChapterAtom>"
first = atom(0, "Light &amp; fog", atom(60, "The lamp"), atom(400, "Oil"))
second = atom(1000, "The harbour", atom(1200, "Boats", atom(1500, "A storm")))
print(f"<Chapters><EditionEntry>{first}{second}</EditionEntry></Chapters>")
P
nested=("$program" --quiet --library "$place/nested.caesura")
"${nested[@]}" add --engine "$engine" "$place/within/talk.vtt" || exit 1
for format in matroska podlove; do
    "${nested[@]}" export --format "$format" --layer as-written --document 1 --output "$place/nested.$format" || failed=$((failed + 1))
done
n=$(caesura show "$id" --format json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["chapters"]))')
echo "$n chapters are to be found in each"

if has ffmpeg "FFMETADATA"; then
    ffmpeg -v error -f lavfi -i anullsrc=r=8000:cl=mono -t 2400 -c:a pcm_u8 "$place/silence.wav" </dev/null
    for kind in mka mp4; do
        codec=$([ $kind = mp4 ] && echo "-c:a aac -b:a 8k" || echo "-c copy")
        # shellcheck disable=SC2086
        ffmpeg -v error -i "$place/silence.wav" -f ffmetadata -i "$place/interview.ffmetadata" -map 0 -map_metadata 1 -map_chapters 1 $codec "$place/talk.$kind" </dev/null
        found=$(ffprobe -v error -show_chapters -of json "$place/talk.$kind" | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["chapters"]))')
        expect "ffmpeg muxes chapters into $kind" "$found" "$n"
    done
    ffmpeg -v error -i "$place/talk.mka" -f ffmetadata "$place/back.ffmetadata" </dev/null
    expect "titles come back from mka" "$(grep -A4 '^\[CHAPTER' "$place/back.ffmetadata" | grep '^title=')" "$(grep -A4 '^\[CHAPTER' "$place/interview.ffmetadata" | grep '^title=')"
    expect "ffmpeg reads our SubRip" "$(ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 -f srt "$place/interview.srt")" "$n"
    expect "ffmpeg reads our WebVTT" "$(ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 -f webvtt "$place/interview.vtt")" "$n"
fi
# Prints each chapter of a file of Matroska chapters: how deep it lies, its times in nanoseconds and its title.
matroska_chapters() {
    python3 - "$1" <<'P'
import sys
import xml.etree.ElementTree
def nanos(atom, name):
    hours, minutes, secs = atom.findtext(name).split(":")
    whole, part = (secs + ".").split(".")[:2]
    return ((int(hours) * 60 + int(minutes)) * 60 + int(whole)) * 10**9 + int(part.ljust(9, "0")[:9])
def say(parent, depth):
    for atom in parent.findall("ChapterAtom"):
        print(depth, nanos(atom, "ChapterTimeStart"), nanos(atom, "ChapterTimeEnd"), atom.findtext("ChapterDisplay/ChapterString"))
        say(atom, depth + 1)
for edition in xml.etree.ElementTree.parse(sys.argv[1]).getroot().findall("EditionEntry"):
    say(edition, 0)
P
}
if has mkvmerge "Matroska chapters"; then
    ffmpeg -v error -f lavfi -i anullsrc=r=8000:cl=mono -t 2400 -c:a libopus -b:a 6k "$place/silence.opus" </dev/null
    for chapters in interview nested; do
        mkvmerge -q -o "$place/$chapters.mka" --chapters "$place/$chapters.matroska" "$place/silence.opus"
        mkvextract "$place/$chapters.mka" chapters "$place/$chapters.extracted.xml" >/dev/null
        expect "mkvmerge takes the chapters of $chapters, and mkvextract gives back their titles, times and nesting" \
            "$(matroska_chapters "$place/$chapters.extracted.xml")" "$(matroska_chapters "$place/$chapters.matroska")"
    done
    expect "mkvmerge took each chapter" "$(matroska_chapters "$place/interview.extracted.xml" | wc -l)" "$n"
    expect "mkvmerge took chapters within chapters" "$(matroska_chapters "$place/nested.extracted.xml" | cut -d ' ' -f 1 | tr '\n' ' ')" "0 1 1 0 1 2 "
fi
if has xmllint "XML"; then
    for format in podlove matroska qdc; do
        xmllint --noout --nonet "$place/interview.$format"
        expect "$format is well-formed" $? 0
    done
    for chapters in interview nested; do
        xmllint --noout --nonet --relaxng scripts/podlove_simple_chapters.rng "$place/$chapters.podlove"
        expect "Podlove of $chapters is valid" $? 0
    done
    dtd=/usr/share/doc/mkvtoolnix/examples/matroskachapters.dtd
    if [ -e "$dtd" ]; then
        for chapters in interview nested; do
            xmllint --noout --nonet --dtdvalid "$dtd" "$place/$chapters.matroska"
            expect "Matroska chapters of $chapters are of mkvmerge's document type" $? 0
        done
    fi
    expect "Podlove has each chapter" "$(xmllint --xpath 'count(//*[local-name()="chapter"])' "$place/interview.podlove")" "$n"
fi
if has soffice "DOCX and XLSX"; then
    (cd "$place" && soffice --headless --convert-to txt:Text interview.docx >/dev/null 2>&1 && mv interview.txt docx.txt)
    (cd "$place" && soffice --headless --convert-to csv interview.xlsx >/dev/null 2>&1 && mv interview.csv xlsx.csv 2>/dev/null)
    found=$(python3 - "$place" <<'P'
import json, sys
place = sys.argv[1]
text = open(place + "/docx.txt", encoding="utf-8-sig").read()
chapters = json.load(open(place + "/interview.json"))["chapters"]
print(sum(chapter["title"] in text for chapter in chapters))
P
    )
    expect "LibreOffice finds each title in the DOCX" "$found" "$n"
    expect "LibreOffice finds a row a chapter in the XLSX" "$(($(python3 -c "import csv,sys; print(len(list(csv.reader(open('$place/xlsx.csv')))))") - 1))" "$n"
fi
if has_python pyrefiqda "REFI-QDA"; then
    for project in all crlf; do
        python3 scripts/check_qdpx.py "$place/$project.qdpx"
        expect "pyrefiqda reads $project.qdpx, and its positions cut what they name" $? 0
    done
fi
if has_python pandas "the views"; then
    found=$(python3 - "$library" <<'P'
import sqlite3, sys
import pandas
library = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
views = [name for (name,) in library.execute("SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'v\\_%' ESCAPE '\\'")]
tables = {view: pandas.read_sql(f"SELECT * FROM {view}", library) for view in views}
chapters, units = tables["v_chapters"], tables["v_units"]
assert len(views) >= 14, views
assert chapters[chapters.layer == "found"].n_units.sum() == len(units)
assert units.text.str.len().gt(0).all() and chapters.text.str.len().gt(0).all()
assert tables["v_gap_scores"].score.between(0, 1).all() and len(tables["v_gap_scores"]) == len(units) - 2
print("read")
P
    )
    expect "pandas reads every view" "$found" read
fi
caesura backup "$place/backup.caesura" && caesura remove "$id" && caesura restore --replace "$place/backup.caesura"
expect "a back-up is restored" "$(caesura list --format csv | wc -l)" 3
mkdir "$place/beside"
cp corpora/interview.vtt "$place/beside/talk.vtt"
for format in vtt:chapters.vtt podcast-json:chapters.json podlove:chapters.psc mp4chaps:chapters.txt ffmetadata:ffmetadata matroska:chapters.xml youtube:youtube.txt; do
    cp "$place/interview.${format%%:*}" "$place/beside/talk.${format##*:}"
    found=$("$program" --quiet split --engine lexical --layer as-written --format json "$place/beside/talk.vtt" | python3 -c 'import json,sys; print([(c["first_unit"], c["title"]) for c in json.load(sys.stdin)["chapters"]])')
    wanted=$(python3 -c 'import json,sys; print([(c["first_unit"], c["title"]) for c in json.load(open(sys.argv[1]))["chapters"]])' "$place/interview.json")
    expect "chapters come back from ${format%%:*}" "$found" "$wanted"
    rm "$place/beside/talk.${format##*:}"
done
if has chromium "a picture of the report"; then
    for look in light dark; do
        flag=$([ $look = dark ] && echo --force-dark-mode --blink-settings=preferredColorScheme=0)
        # shellcheck disable=SC2086
        chromium --headless --no-sandbox --disable-gpu $flag --window-size=1200,900 --screenshot="$place/$look.png" "file://$place/interview.html" >/dev/null 2>&1
        expect "chromium shows the report, $look" "$(test -s "$place/$look.png" && echo shown)" shown
    done
    chromium --headless --no-sandbox --disable-gpu --print-to-pdf="$place/report.pdf" "file://$place/interview.html" >/dev/null 2>&1
    expect "chromium prints the report" "$(test -s "$place/report.pdf" && echo printed)" printed
fi
echo "$((checked - failed)) passed, $failed failed, $missing not installed; see $place"
exit $((failed > 0))
