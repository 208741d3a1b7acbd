#!/usr/bin/env bash
# Prepares a slim libtorch 2.4.1 for the CPU, for the cargo feature `libtorch`, and prints the folder's name.
#
# The libraries are taken from the Python packages that carry them, once, into the user's cache folder; every package is
# checked against its SHA-256 first. Nothing of Python is kept. Use it as
#
#     export LIBTORCH="$(scripts/libtorch.sh)" LIBTORCH_CXX11_ABI=0 LIBTORCH_BYPASS_VERSION_CHECK=1
#     export LD_LIBRARY_PATH="$LIBTORCH/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
#
# On a machine with a free network, tch's own feature `download-libtorch` does the same.
set -euo pipefail

version=2.4.1
cache="${XDG_CACHE_HOME:-$HOME/.cache}/caesura"
folder="$cache/libtorch-$version"

# package==version, and the SHA-256 of the file that carries it.
packages=(
    "torch==$version 0b5f88afdfa05a335d80351e3cea57d38e578c8689f751d35e0ff36bce872113"
    "nvidia-cuda-runtime-cu12==12.1.105 6e258468ddf5796e25f1dc591a31029fa317d97a0a94ed93468fc86301d61e40"
    "nvidia-cuda-cupti-cu12==12.1.105 e54fde3983165c624cb79254ae9818a456eb6e87a7fd4d56a2352c24ee542d7e"
)

say() { echo "libtorch.sh: $*" >&2; }

needs() {
    command -v "$1" >/dev/null || { say "needs $1, which is not installed ($2)"; exit 2; }
}

if [ -f "$folder/build-version" ]; then
    echo "$folder"
    exit 0
fi
[ "$(uname -sm)" = "Linux x86_64" ] || { say "knows Linux on x86_64 only; set LIBTORCH to a libtorch $version of your own"; exit 2; }
needs python3 "apt-get install python3 python3-pip"
needs cc "apt-get install build-essential"

mkdir -p "$cache"
work="$(mktemp -d "$cache/libtorch.XXXXXX")"
trap 'rm -rf "$work"' EXIT

for line in "${packages[@]}"; do
    read -r package sha256 <<<"$line"
    say "fetching $package"
    mkdir "$work/wheel"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --implementation cp \
        --python-version 3.11 --abi cp311 --abi none --platform manylinux1_x86_64 \
        --dest "$work/wheel" "$package" >&2
    file="$(echo "$work"/wheel/*.whl)"
    echo "$sha256  $file" | sha256sum --check --quiet >&2 || { say "$package is not the file that is known: expected SHA-256 $sha256"; exit 1; }
    # Libraries and headers go to lib/ and include/, flat; the rest of the package stays behind.
    python3 - "$file" "$work/out" <<'PYTHON'
import os, shutil, sys, zipfile

wheel, out = sys.argv[1:]
wanted = {"libtorch_cpu.so", "libc10.so", "libgomp-a34b3233.so.1", "libcudart.so.12", "libcupti.so.12"}
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        name = entry.filename
        if os.path.basename(name) in wanted and "/lib/" in name:
            target = os.path.join(out, "lib", os.path.basename(name))
        elif name.startswith("torch/include/") and not entry.is_dir():
            target = os.path.join(out, name[len("torch/"):])
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(entry) as source, open(target, "wb") as file:
            shutil.copyfileobj(source, file)
PYTHON
    rm -r "$work/wheel"
done

# What links asks for libtorch.so, which in the package pulls in the libraries for graphics cards.
echo 'void caesura_libtorch_stub(void) {}' |
    cc -shared -fPIC -x c - -o "$work/out/lib/libtorch.so" -Wl,--no-as-needed -L"$work/out/lib" -ltorch_cpu -lc10 \
        -Wl,-rpath,'$ORIGIN' -Wl,--allow-shlib-undefined
echo "$version" >"$work/out/build-version"
rm -rf "$folder"
mv "$work/out" "$folder"
say "ready: $(du -sh "$folder" | cut -f1)"
echo "$folder"
