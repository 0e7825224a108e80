#!/usr/bin/env bash
# The include test itself must find what it is for.
set -euo pipefail
check=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/include_direction.sh
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{docs,base,ledger,scheduling,engine,sql/store}
cp "$(dirname "$check")/../docs/architecture.md" "$root/docs/"

expect() {  # expect STATUS FILE LINE
  local status=0
  printf '%s\n' "$3" >"$root/$2"
  "$check" "$root" >"$root/out" || status=$?
  if [[ $status != "$1" ]]; then
    echo "in $2, '$3': ended with $status, not $1"
    cat "$root/out"
    exit 1
  fi
  rm "$root/$2"
}

expect 0 engine/a.cpp '#include "base/money.h"'
expect 0 sql/store/a.cpp '#include <soci/soci.h>'
expect 0 base/a.cpp '// what time() and getenv do'
expect 1 ledger/a.cpp '#include "scheduling/schedule.h"'
expect 1 base/a.h '#include "ledger/journal.h"'
expect 1 sql/store/a.h '  #  include "engine/capture.h"'
expect 1 engine/a.cpp '#include "money.h"'
expect 1 engine/a.cpp '#include <libpq-fe.h>'
expect 1 ledger/a.cpp 'auto t = std::chrono::system_clock::now();'
expect 1 scheduling/a.cpp 'auto t = std::time(nullptr);'
expect 1 scheduling/a.cpp '#include <ctime>'
expect 1 base/a.cpp 'const char* home = std::getenv("HOME");'
