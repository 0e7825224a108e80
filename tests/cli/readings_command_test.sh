#!/usr/bin/env bash
# fenqi export --as-of --known-at --diff-known-at: the same question has the same bytes for ever, open dates
# can be asked for as they were known, and a difference is what two readings differ in.
# usage: readings_command_test.sh FENQI CATALOG
set -uo pipefail
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
fenqi=$(realpath "$1")
catalog=$(realpath "$2")
home=$(mktemp -d)
chmod 755 "$home"
unset FENQI_DATABASE_URL FENQI_DATABASE FENQI_EVIDENCE_KEY
export FENQI_HOME=$home/var LC_ALL=C.UTF-8

finish() {
  "$fenqi" db stop 2>/dev/null
  rm -rf "$home"
}
trap finish EXIT
cd "$home" || exit 1

now() { date -u +%Y-%m-%dT%H:%M:%S.%6NZ; }
post() { expect 0 "" "$fenqi" import events "$1" --create-parties; }

before=$(now)
expect 0 "version 1" "$fenqi" catalog apply "$catalog" --opens-on 2026-03-02
cat > first.ndjson <<'LINES'
{"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-03-02 10:00:00","amount":"600.00","installments":3}
LINES
post first.ndjson
first=$(now)
cat > second.ndjson <<'LINES'
{"type":"purchase","ref":"O2","customer":"C2","merchant":"M1","at":"2026-03-02 11:00:00","amount":"300.00","installments":3}
{"type":"refund","ref":"F1","purchase":"O1","at":"2026-03-02 12:00:00","amount":"60.00"}
LINES
post second.ndjson
second=$(now)

# ask N: every question, each into a file of its own in the folder N
ask() {
  local what time
  mkdir -p "$1"
  for what in trial-balance "lines --from 2026-03-02" installments ageing limit-changes; do
    for time in "$first" "$second"; do
      # shellcheck disable=SC2086
      "$fenqi" export $what --as-of 2026-03-02 --known-at "$time" > "$1/${what%% *}-$time" ||
        fail "$what as known at $time"
    done
    # shellcheck disable=SC2086
    "$fenqi" export $what --as-of 2026-03-02 --diff-known-at "$first" "$second" \
      > "$1/${what%% *}-diff" || fail "the difference of $what"
  done
  "$fenqi" statement --merchant M1 --from 2026-03-02 --to 2026-03-02 --known-at "$first" \
    --format json > "$1/statement.json" 2> /dev/null || fail "statement as known at $first"
  "$fenqi" export journal --as-of 2026-03-02 --known-at "$first" > "$1/journal"
  "$fenqi" export lines --known-at "$first" --format json > "$1/lines.json"
  "$fenqi" export trial-balance --known-at "$second" --format xlsx > "$1/book.xlsx"
}
ask open
expect 0 "" "$fenqi" close --date 2026-03-04 --today 2026-03-12
third=$(now)
ask closed
expect 0 "" diff -r open closed
[[ $failures == 0 ]] || exit 1

# What is in them: O1 alone, then O2 and what was given back of O1.
expect 0 "" "$fenqi" export installments --as-of 2026-03-02 --known-at "$first"
[[ $output == *O1,C1* && $output != *O2* ]] || fail "installments at first: $output"
expect 0 "1101,Installment principal receivable,,,CNY,600.00,840.00,240.00" \
  "$fenqi" export trial-balance --as-of 2026-03-02 --diff-known-at "$first" "$second"
expect 0 "" "$fenqi" export lines --diff-known-at "$first" "$second"
[[ $output == *O2,* && $output == *REFUND* && $output != *OPENING* ]] || fail "lines: $output"
[[ $(grep -c CAPTURE <<< "$output") == $(grep -c 'O2,' <<< "$output") ]] ||
  fail "the capture of O1 is no difference: $output"
expect 0 "after,O1,C1,M1" "$fenqi" export installments --diff-known-at "$first" "$second"
expect 0 "added,O2,C2,M1" "$fenqi" export installments --diff-known-at "$first" "$second"
expect 0 "before,2026-03-02,CNY,M0,0,0,1,1,600.00" \
  "$fenqi" export ageing --diff-known-at "$first" "$second"
"$fenqi" export lines --as-of 2026-03-02 --known-at "$first" --format json | while read -r line; do
  python3 -c 'import json, sys; o = json.loads(sys.argv[1]); assert o["voucher"] is None
assert o["debit"] == "0.00" or o["credit"] == "0.00"' "$line" || fail "no JSON: $line"
done

grep -q '"order_no":"O1"' open/statement.json && ! grep -q O2 open/statement.json ||
  fail "a statement as known at first: $(cat open/statement.json)"

# A closed date is the same with what was known since, and has its vouchers then.
"$fenqi" export lines --as-of 2026-03-02 > sealed
"$fenqi" export lines --as-of 2026-03-02 --known-at "$third" | cmp - sealed || fail "not as sealed"
grep -q '^2026-03-02,1,1,' sealed || fail "a sealed date without vouchers"

# Nothing was known before the book; what is to come can't be asked for.
[[ $("$fenqi" export trial-balance --known-at "$before" | wc -l) == 1 ]] || fail "known too early"
expect 1 "not over" "$fenqi" export trial-balance --known-at 2199-01-01T00:00:00Z
expect 1 "is not closed" "$fenqi" export installments --as-of 2026-03-05
expect 0 "2026-03-05" "$fenqi" export trial-balance --known-at "$third"
expect 1 "after its end" "$fenqi" export lines --diff-known-at "$second" "$first"
expect 2 "is no time" "$fenqi" export lines --known-at yesterday
expect 2 "--diff-known-at" "$fenqi" export lines --diff-known-at "$first"
expect 2 "excludes" "$fenqi" export lines --diff-known-at "$first" "$second" --known-at "$first"
expect 2 "excludes" "$fenqi" export lines --as-of 2026-03-02 --to 2026-03-02

exit $((failures > 0))
