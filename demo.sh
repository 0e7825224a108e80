#!/usr/bin/env bash
# Two years of purchases become settled merchants and aged debts: installs what is missing, builds,
# and runs `fenqi demo`.
#
#   ./demo.sh                                  a generated sample
#   ./demo.sh DIR                              purchases.csv[.gz], repayments.csv[.gz] and
#                                              refunds.csv[.gz] of a directory
#   ./demo.sh --catalog F DIR                  under another catalog
#   ./demo.sh --no-serve --report F [DIR]      end after the report, and write it as JSON too
#
# Everything else that `build/release/fenqi demo --help` lists may be given as well. Runs from any
# directory; paths are relative to where you are.
set -euo pipefail
if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  sed -n '2,13s/^# \{0,1\}//p' "$0"
  exit 0
fi
here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
root=$PWD
source scripts/setup.sh
setup "${BUILD_PACKAGES[@]}"
build release fenqi
export FENQI_HOME=${FENQI_HOME:-$root/var}
cd "$here"
exec "$root/build/release/fenqi" demo "$@"
