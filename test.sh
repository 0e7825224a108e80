#!/usr/bin/env bash
# Installs what is missing, builds with debug checks, and runs all tests. Arguments go to ctest:
# ./test.sh -R scheduling
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/setup.sh
setup "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
build debug
status=0
ctest --preset debug --parallel 2 "$@" || status=$?
FENQI_HOME=build/debug/test-home build/debug/fenqi db stop 2>/dev/null || true
exit "$status"
