#!/usr/bin/env bash
# Drives the real window through its main journey as a person would, with keys and what is typed: add a file, read, correct,
# undo, the library and a tag, topics, search, export, settings. Takes a picture after each step.
#
#   scripts/journey.sh BINARY FOLDER     pictures and what was exported go into FOLDER
#
# Needs Xvfb, xdotool, ImageMagick's import and a software renderer of OpenGL; installs nothing. Ends with 1, and
# says so, if a step did not do what it should. Takes less than two minutes.
set -euo pipefail

binary=$(realpath "$1")
out=$(mkdir -p "$2" && realpath "$2")
here=$(cd "$(dirname "$0")/.." && pwd)
for tool in Xvfb xdotool import; do
    command -v "$tool" >/dev/null || { echo "journey: $tool is not installed"; exit 2; }
done

home=$(mktemp -d)
cleanup() {
    [ -n "${window_pid:-}" ] && kill "$window_pid" 2>/dev/null || true
    [ -n "${display_pid:-}" ] && kill "$display_pid" 2>/dev/null || true
    rm -rf "$home"
}
trap cleanup EXIT

# A display of our own, on the first number that is free.
for number in $(seq 91 120); do
    [ -e "/tmp/.X$number-lock" ] || break
done
export DISPLAY=:$number
Xvfb "$DISPLAY" -screen 0 1280x820x24 -nolisten tcp >/dev/null 2>&1 &
display_pid=$!
export LIBGL_ALWAYS_SOFTWARE=1 XDG_DATA_HOME="$home/data" XDG_CONFIG_HOME="$home/config" HOME="$home"
unset WAYLAND_DISPLAY WAYLAND_SOCKET
sleep 1

# The engine without a model: what is tried is the window, and the journey must be the same everywhere.
mkdir -p "$home/config/caesura" "$home/texts"
cat >"$home/config/caesura/settings.json" <<JSON
{"version": 1, "theme": "light", "engine": "lexical", "backup_every": "never", "export_folder": "$out/exported"}
JSON
cp "$here"/corpora/articles/0[1-9]-*.txt "$here"/corpora/interview.vtt "$home/texts/"
rm -rf "$out/exported"

"$binary" --library "$home/own.caesura" >"$out/window.log" 2>&1 &
window_pid=$!
window=$(timeout 60 xdotool search --sync --onlyvisible --name '^Caesura$' | head -1)
[ -n "$window" ] || { echo "journey: the window did not open"; cat "$out/window.log"; exit 1; }
xdotool windowsize "$window" 1280 820 windowmove "$window" 0 0 windowfocus "$window" 2>/dev/null || true

step=0
picture() {
    step=$((step + 1))
    sleep "${2:-1}"
    kill -0 "$window_pid" 2>/dev/null || { echo "journey: the window is gone before $1"; cat "$out/window.log"; exit 1; }
    import -window root "$out/$(printf %02d "$step")-$1.png"
    echo "journey: $1"
}
key() { xdotool key --clearmodifiers "$@"; sleep 0.4; }
type_in() { xdotool type --delay 12 "$1"; sleep 0.4; }
# Finds an action by its name in the palette.
act() {
    key ctrl+k
    type_in "$1"
    key Return
    sleep 0.6
}
# Asks the library, which the window has open, by the command line.
library() { "$(dirname "$binary")/caesura" --quiet --library "$home/own.caesura" "$@"; }
# How many chapters the documents have together.
n_chapters() { library list --format json | awk -F: '/"n_chapters"/ { sum += $2 } END { print sum }'; }
check() {
    local what=$1
    shift
    "$@" >/dev/null || { echo "journey: $what: not so"; exit 1; }
    echo "journey: $what"
}

picture start 2
key ctrl+l
type_in "$home/texts"
picture path-typed
key Return
for _ in $(seq 60); do
    n=$(library list --format json 2>/dev/null | grep -c '"id"' || true)
    [ "${n:-0}" -ge 10 ] && break
    sleep 1
done
check "ten files were added" test "${n:-0}" -ge 10
picture added
key alt+Down
key alt+Down
picture reading
before=$(n_chapters)
key Down
key Down
key s
picture split
check "a chapter was split" test "$(n_chapters)" = $((before + 1))
key ctrl+z
picture undone
check "and is whole again" test "$(n_chapters)" = "$before"
key ctrl+b
key Down Down
picture library
key ctrl+shift+t
type_in "field notes/wave one"
key Return
picture tagged
check "the tag is kept" sh -c "'$(dirname "$binary")/caesura' --quiet --library '$home/own.caesura' tag list | grep -q 'field notes/wave one'"
key Escape
key ctrl+t
picture topics 6
key ctrl+f
type_in "hive"
picture search 2
key Escape
key ctrl+1
key ctrl+b
key Down
key ctrl+e
picture export
# The field for the folder is a few stops of the Tab key away; what is in it is the folder of the settings.
act "Export to the folder shown"
for _ in $(seq 20); do
    [ -n "$(ls "$out/exported" 2>/dev/null)" ] && break
    sleep 0.5
done
check "a document was exported" sh -c "ls '$out/exported' | grep -q '\\.md$'"
picture exported
act "Ruth Tennick"
act "Export as Podcasting"
for _ in $(seq 20); do
    [ -n "$(ls "$out"/exported/*.chapters.json 2>/dev/null)" ] && break
    sleep 0.5
done
check "the interview was exported for a podcast" sh -c "grep -q startTime '$out'/exported/*.chapters.json"
key ctrl+2
key Down Down
key ctrl+Page_Down
picture map 2
key ctrl+comma
picture settings
key ctrl+k
type_in "dark"
picture palette
key Escape
key ctrl+q
for _ in $(seq 20); do
    kill -0 "$window_pid" 2>/dev/null || break
    sleep 0.5
done
if kill -0 "$window_pid" 2>/dev/null; then
    echo "journey: the window did not close"
    exit 1
fi
check "the settings are kept" grep -q own.caesura "$home/config/caesura/settings.json"
echo "journey: done, $step pictures in $out"
