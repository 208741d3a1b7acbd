#!/usr/bin/env bash
# Fuzzes targets one after the other, each for so many seconds of processor time, and says what was found.
#
#   fuzz/run.sh SECONDS TARGET...
#
# The programs are those that `cargo fuzz build` made, or those in $BIN. What a target finds is in artifacts/TARGET, its log in
# $LOGS; a target that stopped at something goes on after it, up to five times. One whose log says it is done is passed over.
set -u
cd "$(dirname "$0")" || exit 2
bin=${BIN:-target/x86_64-unknown-linux-gnu/release}
logs=${LOGS:-target/logs}
seconds=$1
shift
mkdir -p "$logs"
# Our parsers are run on a thread with a stack of this size.
ulimit -s 65536

dictionary_of() {
    case $1 in
    docx | odt | epub | xlsx) echo dicts/office.dict ;;
    ttml) echo dicts/xml.dict ;;
    sbv | chapters) echo dicts/subtitles.dict ;;
    transcript_json | json_lines) echo dicts/json.dict ;;
    *) [ -f "dicts/$1.dict" ] && echo "dicts/$1.dict" ;;
    esac
}

# The time that the programs which ended here have taken.
processor_seconds() {
    awk -v ticks="$(getconf CLK_TCK)" '{print int(($16 + $17) / ticks)}' "/proc/$$/stat"
}

for target in "$@"; do
    log=$logs/$target.log
    grep -qs "^all of it done" "$log" && continue
    mkdir -p "artifacts/$target" "corpus/$target"
    dictionary=$(dictionary_of "$target")
    [ -x "$bin/$target" ] || { echo "$target: no program $bin/$target" && exit 2; }
    before=$(processor_seconds)
    found=0
    # What ends at once, time after time, is not run for ever.
    for _ in $(seq 60); do
        left=$((seconds - $(processor_seconds) + before))
        { [ "$left" -gt 5 ] || [ "$left" = "$seconds" ]; } && [ $found -le 5 ] || break
        nice -n 19 "$bin/$target" "corpus/$target" ${dictionary:+-dict=$dictionary} -max_total_time="$left" -timeout=20 \
            -rss_limit_mb=2048 -malloc_limit_mb=1024 -max_len="${MAX_LEN:-16384}" -artifact_prefix="artifacts/$target/" \
            -print_final_stats=1 -verbosity=1 >>"$log" 2>&1 || found=$((found + 1))
    done
    echo "all of it done" >>"$log"
    echo "$target: $(grep -h "stat::number_of_executed_units" "$log" | awk '{n += $2} END {print n + 0}') inputs, $(find "artifacts/$target" -type f | wc -l) found"
done
