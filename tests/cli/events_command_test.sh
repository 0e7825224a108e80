#!/usr/bin/env bash
# fenqi import events and fenqi plan, as a user runs them: domain §4.3, J21 and J30, in order mode.
set -uo pipefail
fenqi=$1
catalog=$2
work=$(mktemp -d)
export FENQI_HOME=$work/home
trap '"$fenqi" db stop >/dev/null 2>&1; rm -rf "$work"' EXIT
source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"

sed 's/^\[book\]/[book]\nopens_on = 2026-01-01/' "$catalog" >"$work/catalog.toml"
"$fenqi" migrate >"$work/out" 2>&1 && "$fenqi" catalog apply "$work/catalog.toml" >>"$work/out" 2>&1 ||
  { cat "$work/out"; exit 1; }

cat >"$work/events.ndjson" <<'LINES'
{"type":"hold","ref":"H1","customer":"C1","merchant":"M1","at":"2026-01-18 10:00:00","amount":"1000.00"}
{"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-01-18 12:00:00","amount":"1100.00","coupon_platform":"60.00","coupon_merchant":"40.00","installments":6,"hold":"H1"}
{"type":"repayment","ref":"R1","customer":"C1","at":"2026-02-10 12:00:00","amount":"172.66"}
{"type":"refund","ref":"F1","purchase":"O1","at":"2026-02-25 12:00:00","amount":"275.00"}
not json
{"type":"dance","ref":"P1","purchase":"O1","at":"2026-03-05 12:00:00"}
{"type":"extend","ref":"X1","purchase":"O1","at":"2026-03-05 12:00:00","first":2,"months":1}
{"type":"extend","ref":"X1","purchase":"O1","at":"2026-03-05 12:00:00","first":2,"months":1,"surprise":1}
LINES
events=$work/events.ndjson
import() { "$fenqi" import events "$events" --create-parties "$@"; }
expect 65 "SECOND_PERSON_MISSING" import --rejects "$work/rejects.csv" --json
[[ $(grep -c '"posted": 1' <<<"$output") == 4 ]] || fail "four events are posted: $output"
codes=$(tail -n +2 "$work/rejects.csv" | cut -d, -f1,2 | tr '\n' ' ')
[[ $codes == "5,not_json 6,unknown_value 7,SECOND_PERSON_MISSING 8,unknown_field " ]] ||
  fail "the rejects: $codes"
expect 65 '"repeated": 1' import --json
[[ $(grep -c '"posted": 0' <<<"$output") == 6 ]] || fail "a second time nothing is posted: $output"

payoff=("$fenqi" plan payoff O1 --on 2026-03-05)
expect 0 "The customer pays 587.84 CNY" "${payoff[@]}"
expect 1 "AMOUNT_BELOW_PAYOFF" "${payoff[@]}" --post --ref P1 --amount 500.00
expect 2 "--ref" "${payoff[@]}" --post --amount 600.00
expect 0 "posted with business date 2026-03-05" "${payoff[@]}" --post --ref P1 --amount 600.00
expect 0 "was posted before" "${payoff[@]}" --post --ref P1 --amount 600.00
expect 1 "PURCHASE_UNKNOWN" "$fenqi" plan extend O9 --first 1 --months 1 --on 2026-03-05
expect 65 "first_due_on" "$fenqi" plan re-age O1 --count 5 --on 2026-03-05
expect 0 "" "$fenqi" close --through 2026-03-31
expect 0 "facts hold" "$fenqi" verify

[[ $failures == 0 ]] && echo "events and plans: all as documented"
exit $((failures > 0))
