#!/usr/bin/env bash
# Unpacks QuantLib for bench/schedule_bench into build/quantlib. Debian's libquantlib0-dev asks for the
# headers of Boost 1.74, which can't be installed beside those of 1.81 that this project uses; it
# compiles with either.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$PWD/build/quantlib
downloads=$(mktemp -d)
trap 'rm -rf "$downloads"' EXIT
chmod a+rwx "$downloads"
(cd "$downloads" && apt-get download libquantlib0-dev libquantlib0v5)
mkdir -p "$target"
for package in "$downloads"/*.deb; do dpkg -x "$package" "$target"; done
echo "unpacked into $target; configure again and build schedule_bench"
