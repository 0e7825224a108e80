#!/usr/bin/env bash
# fenqi explain balance, payout and limit, as a user runs them on scenario S1's first purchase.
set -uo pipefail
fenqi=$1
catalog=$2
work=$(mktemp -d)
export FENQI_HOME=$work/home
trap '"$fenqi" db stop >/dev/null 2>&1; rm -rf "$work"' EXIT
source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"

sed 's/^\[book\]/[book]\nopens_on = 2026-06-01/' "$catalog" >"$work/catalog.toml"
"$fenqi" migrate >"$work/out" 2>&1 && "$fenqi" catalog apply "$work/catalog.toml" >>"$work/out" 2>&1 ||
  { cat "$work/out"; exit 1; }
cat >"$work/events.ndjson" <<'LINES'
{"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-06-18 12:00:00","amount":"1000.00","installments":6}
{"type":"purchase","ref":"O2","customer":"C2","merchant":"M1","at":"2026-06-18 13:00:00","amount":"500.00","installments":6}
{"type":"hold","ref":"H1","customer":"C1","merchant":"M1","at":"2026-06-23 12:00:00","amount":"200.00"}
{"type":"repayment","ref":"R1","customer":"C1","at":"2026-06-23 12:30:00","amount":"50.00"}
LINES
"$fenqi" import events "$work/events.ndjson" --create-parties >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }
"$fenqi" close --through 2026-06-24 --today 2026-06-30 >"$work/out" 2>&1 || { cat "$work/out"; exit 1; }

expect 0 "1101 Installment principal receivable in CNY as of 2026-06-25: 1456.00" "$fenqi" explain balance 1101
[[ $output == *CAPTURE*1500.00* && $output == *REPAY*-44.00* ]] || fail "the rules: $output"
expect 0 ": 956.00" "$fenqi" explain balance 1101 --party C1 --purchase O1
[[ $output == *R1*-44.00* && $output == *O1*1000.00* ]] || fail "the input lines: $output"
expect 0 ": 1500.00" "$fenqi" explain balance 1101 --as-of 2026-06-18 --lines 0
expect 0 "no journal has moved it" "$fenqi" explain balance 1901
expect 0 ": -1500.00" "$fenqi" explain balance 2101 --owner M1 --tag sale
expect 1 "ACCOUNT_UNKNOWN" "$fenqi" explain balance 12
expect 2 "is no date" "$fenqi" explain balance 1101 --as-of yesterday
expect 2 "is no currency" "$fenqi" explain balance 1101 --currency QQQ

payout=$("$fenqi" statement --merchant M1 --month 2026-06 --format json | grep -o '"2026[0-9-]*"' | tr -d '"' | grep -m1 '^20260[0-9]*-[0-9]*$')
expect 0 "merchant M1" "$fenqi" explain payout "$payout"
[[ $output == *"+ sales"*1500.00* && $output == *O1* && $output == *O2* ]] || fail "the payout: $output"
expect 1 "PAYOUT_UNKNOWN" "$fenqi" explain payout P-none

expect 0 "limit of customer C1 in CNY" "$fenqi" explain limit C1
[[ $output == *"- outstanding principal"*-956.00* && $output == *"- held by authorizations"*-200.00* &&
  $output == *"no decision has changed it"* ]] || fail "the limit: $output"
expect 1 "CUSTOMER_UNKNOWN" "$fenqi" explain limit nobody
exit $((failures > 0))
