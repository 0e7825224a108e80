#!/usr/bin/env bash
# Compares the #include lines with the arrows in docs/architecture.md, and looks for what a folder
# must not know: SOCI and libpq outside sql/store; clocks, logs and the environment in the pure ones.
# Prints each violation as file:line and ends with 1 if there is any.
# usage: tests/include_direction.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

arrows=$(sed -n '/^```includes$/,/^```$/{/^```/d;p}' docs/architecture.md)
[[ -n $arrows ]] || { echo "docs/architecture.md has no block of includes" >&2; exit 1; }
mapfile -t folders < <(awk '{print $1}' <<<"$arrows")
mapfile -t files < <(
  for folder in "${folders[@]}"; do
    [[ ! -d $folder ]] || find "$folder" -name '*.h' -o -name '*.cpp'
  done | sort -u)

# shellcheck disable=SC2016
awk -v arrows="$arrows" '
  BEGIN {
    count = split(arrows, lines, "\n")
    for (i = 1; i <= count; i++) {
      n = split(lines[i], words, " ")
      from = words[1]; known[from] = 1; allowed[from, from] = 1
      for (j = 3; j <= n; j++) allowed[from, words[j]] = 1
    }
    # what lies below: as many rounds as there are folders reach everything
    for (round in known)
      for (a in known) for (b in known) for (c in known)
        if ((a, b) in allowed && (b, c) in allowed) allowed[a, c] = 1
    pure = " base ledger scheduling credit checkout reconciliation "
  }
  function folder_of(path,   parts) {
    split(path, parts, "/")
    return (parts[1] "/" parts[2]) in known ? parts[1] "/" parts[2] : parts[1]
  }
  function bad(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; violations++ }
  FNR == 1 { folder = folder_of(FILENAME) }
  /^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, quoted, "\"")
    target = folder_of(quoted[2])
    if (!(target in known)) bad("\"" quoted[2] "\" is not a path from the root")
    else if (!((folder, target) in allowed)) bad(folder " may not include " target)
  }
  /^[ \t]*#[ \t]*include[ \t]*<(soci\/|libpq|pqxx)/ && folder != "sql/store" {
    bad("only sql/store may include " $2)
  }
  index(pure, " " folder " ") {
    line = $0
    sub(/\/\/.*/, "", line)
    if (line ~ /(system|steady|high_resolution|utc|tai|gps|local)_clock::now|[^_a-z]time\(|clock_gettime|gettimeofday|#[ \t]*include[ \t]*<(ctime|time\.h|sys\/time\.h)>/)
      bad("a pure folder sees no clock; pass the time in")
    if (line ~ /getenv|#[ \t]*include[ \t]*<(iostream|cstdio|stdio\.h|fstream|spdlog\/.*|sys\/socket\.h|httplib\.h|unistd\.h)>/)
      bad("a pure folder sees no stream, socket, log or environment")
  }
  END { exit violations > 0 }
' "${files[@]}"
