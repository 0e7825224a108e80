#!/usr/bin/env bash
# fenqi close as an operator runs it: what it would do, what it did, and what it does not do.
# usage: close_command_test.sh FENQI CATALOG
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

expect 0 "version 1" "$fenqi" catalog apply "$catalog" --opens-on 2026-03-02
cat > events.ndjson <<'LINES'
{"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-03-02 10:00:00","amount":"1100.00","installments":6}
{"type":"purchase","ref":"O2","customer":"C2","merchant":"M2","at":"2026-03-02 11:00:00","amount":"300.00","installments":3}
LINES
expect 0 "" "$fenqi" import events events.ndjson --create-parties

# What would be done changes nothing.
digest=$("$fenqi" verify --digest)
expect 0 "2026-03-03" "$fenqi" close --date 2026-03-03 --today 2026-03-04 --dry-run
[[ $output == *"merchants' items to settle"* && $output == *"Nothing was changed"* ]] || fail "the plan says $output"
expect 0 '"journals": 3' "$fenqi" close --date 2026-03-31 --today 2026-04-01 --dry-run --json
[[ $output == *'"month_end": true'* ]] || fail "no month end in $output"
[[ $("$fenqi" verify --digest) == "$digest" ]] || fail "a dry run changed the books"

# What was done, by step, as a table and as JSON.
expect 0 "seconds" "$fenqi" close --date 2026-03-02 --today 2026-03-04
for step in open customers settlement payouts check seal; do
  grep -q "^$step " <<< "$output" || fail "the report has no step $step: $output"
done
expect 0 '"closed_through": "2026-03-03"' "$fenqi" close --date 2026-03-03 --today 2026-03-04 --json
for key in '"step": "settlement"' '"units":' '"amount":' '"seconds":'; do
  [[ $output == *$key* ]] || fail "the report has no $key: $output"
done

# A date that is sealed stays so; one that is not over waits; none is skipped.
expect 0 "is closed already" "$fenqi" close --date 2026-03-02 --today 2026-03-04
expect 1 "2026-03-05 is not over: today is 2026-03-04" "$fenqi" close --date 2026-03-05 --today 2026-03-04
expect 2 "no date" "$fenqi" close --date 2026-02-30
expect 0 "4 dates" "$fenqi" close --date 2026-03-07 --today 2026-03-08
for day in 04 05 06 07; do
  grep -q "^2026-03-$day " <<< "$output" || fail "2026-03-$day was skipped: $output"
done

# A clock that jumped closes nothing by itself.
expect 1 "TOO_MANY_DATES: 1395 dates" "$fenqi" close --today 2030-01-01
expect 0 "is closed already" "$fenqi" close --today 2026-03-01
expect 0 "2026-03-08" "$fenqi" close --today 2026-03-09
"$fenqi" db psql -- -q -c "UPDATE close_step SET done_at = now() + interval '2 days' WHERE step = 'seal'" || fail "no psql"
expect 1 "CLOCK_SET_BACK" "$fenqi" close --through 2026-03-09
"$fenqi" db psql -- -q -c "UPDATE close_step SET done_at = now() WHERE done_at > now()" || fail "no psql"
expect 0 "2026-03-09" "$fenqi" close --through 2026-03-09
exit $((failures > 0))
