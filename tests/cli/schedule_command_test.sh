#!/bin/sh
# fenqi schedule as a user runs it. Usage: schedule_command_test.sh FENQI
set -eu
fenqi=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }
expect_exit() {
  expected=$1; shift
  actual=0; "$@" >"$dir/stdout" 2>"$dir/stderr" || actual=$?
  [ "$actual" = "$expected" ] || { cat "$dir/stderr" >&2; fail "exit $actual, not $expected: $*"; }
}
plan() {
  printf '{"id":%s,"currency":"CNY","principal":"%s","disbursed_on":"2026-06-18",' "$1" "$2"
  printf '"first_due_on":"2026-07-10","installments":6,"method":"flat_fee",'
  printf '"rate":{"percent":"0.60","per":"period"}}\n'
}

# One line out for each line in, in the same order, over many batches.
i=0
while [ $i -lt 40 ]; do plan $i 1000.00; i=$((i + 1)); done >"$dir/forty"
i=0
while [ $i -lt 60 ]; do cat "$dir/forty"; i=$((i + 1)); done >"$dir/many"
expect_exit 0 "$fenqi" schedule --in "$dir/many" --out "$dir/out"
[ "$(wc -l <"$dir/out")" = 2400 ] || fail "lines were lost"
i=0
while [ $i -lt 2400 ]; do echo $((i % 40)); i=$((i + 1)); done >"$dir/ids"
sed 's/^{"id":\([0-9]*\),.*/\1/' "$dir/out" | cmp - "$dir/ids" || fail "the order changed"
[ "$(sed 's/^{"id":[0-9]*,//' "$dir/out" | sort -u | wc -l)" = 1 ] || fail "answers differ"

# The same from a pipe to a pipe, the last line without a newline.
head -c -1 "$dir/many" | "$fenqi" schedule | cmp - "$dir/out" || fail "pipes differ from files"

# A named pipe is written to and stays a pipe: no file takes its place, or /dev/null's.
mkfifo "$dir/outlet"
cat "$dir/outlet" >"$dir/through" &
reader=$!
expect_exit 0 "$fenqi" schedule --in "$dir/many" --out "$dir/outlet"
wait "$reader"
[ -p "$dir/outlet" ] || fail "a file took the place of a pipe"
cmp "$dir/through" "$dir/out" || fail "a named pipe differs from a file"

# A bad line fails alone.
{ plan 1 1000.00; plan 2 5.99; echo nonsense; echo; plan 3 1000.00; } >"$dir/mixed"
expect_exit 65 "$fenqi" schedule --in "$dir/mixed"
[ "$(wc -l <"$dir/stdout")" = 5 ] || fail "not one line for each line"
grep -q '"code":"principal_too_small"' "$dir/stdout" || fail "no reason"
[ "$(grep -c '"totals"' "$dir/stdout")" = 2 ] || fail "good lines were lost"
grep -q '3 of 5 lines failed' "$dir/stderr" || fail "no summary"

# A line of 100 MB is refused and not kept. The memory is read while fenqi waits for more input:
# by then it has taken all but the pipe's 64 kB.
mkfifo "$dir/pipe"
"$fenqi" schedule <"$dir/pipe" >"$dir/stdout" 2>"$dir/stderr" &
pid=$!
exec 3>"$dir/pipe"
plan 1 1000.00 >&3
head -c 100000000 /dev/zero | tr '\0' x >&3
peak_kb=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")
echo >&3
plan 2 1000.00 >&3
exec 3>&-
status=0; wait "$pid" || status=$?
[ "$status" = 65 ] || fail "exit $status for a line too long"
[ "$peak_kb" -lt 100000 ] || fail "$peak_kb kB resident for a line of 100 MB"
sed -n 2p "$dir/stdout" | grep -q '"code":"line_too_long"' || fail "the long line was taken"
sed -n 3p "$dir/stdout" | grep -q '"id":2,"installments"' || fail "the next line was lost"

# Nothing in, nothing out; what is no file is refused.
: >"$dir/empty"
expect_exit 0 "$fenqi" schedule --in "$dir/empty"
[ ! -s "$dir/stdout" ] || fail "an answer to nothing"
expect_exit 1 "$fenqi" schedule --in "$dir"
expect_exit 1 "$fenqi" schedule --in "$dir/missing"
expect_exit 2 "$fenqi" schedule --unknown
expect_exit 0 "$fenqi" schedule --help
grep -q 'level_payment' "$dir/stdout" || fail "the help does not name the methods"
echo "fenqi schedule: all passed"
