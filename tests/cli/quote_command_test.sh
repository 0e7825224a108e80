#!/usr/bin/env bash
# fenqi quote and explain installment as a person runs them. Usage: quote_command_test.sh FENQI CAPS
set -uo pipefail
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
fenqi=$1
caps=$2

# Plan A of the domain reference: 1 000.00 in six at 0.60 %.
plan_a() {
  "$fenqi" quote --principal 1000.00 --rate 0.60 --installments 6 --disbursed-on 2026-06-18 \
    --first-due-on 2026-07-10 "$@"
}

expect 0 "Cost 36.00 CNY, 3.60 % of the principal" plan_a
grep -q '6  2026-12-10 *166.70 *0.00 *6.00 *172.70 *0.00' <<<"$output" || fail "the last installment"
for rate in 'simple) *12.24$' 'IRR) *12.95$' 'Regulation Z) *13.26$' 'APRC (EU) *14.1$' \
            '/ 365 *14.03$'; do
  grep -q "$rate" <<<"$output" || fail "no $rate"
done
expect 0 "年化利率" plan_a --language zh

# 0.60 % in six passes 24 %, 1.20 % does not: 24.28 % with a regular first period.
expect 0 'all-in: nominal 12.24 %, at most 24.00 %' plan_a --caps "$caps" --jurisdiction CN
expect 1 'PRICE_CAP: nominal 24.28 % is above the cap "all-in" of 24.00 % in force since 2025-10-01' \
  "$fenqi" quote --principal 100000.00 --rate 1.20 --installments 6 --disbursed-on 2026-06-10 \
  --caps "$caps" --jurisdiction CN
expect 1 'says nothing of jurisdiction "XX"' plan_a --caps "$caps" --jurisdiction XX
expect 2 "needs --caps" plan_a --jurisdiction CN
expect 65 "can't be opened" plan_a --caps missing.toml --jurisdiction CN

expect 0 "8.50" plan_a --set 'fees=[{"date":"2026-08-01","amount":"2.50"}]'
expect 65 '"fees" must be an array' plan_a --set fees=1
expect 65 "not_json" plan_a --set fees=[
expect 65 'unknown_field' plan_a --set feess=1
expect 2 "is not FIELD=JSON" plan_a --set fees
expect 65 'principal: "x" is no decimal number (bad_amount)' \
  "$fenqi" quote --principal x --rate 1 --installments 6 --disbursed-on 2026-06-10
expect 2 "--installments" "$fenqi" quote --principal 1.00

# Where a figure comes from.
explain_a() {
  "$fenqi" explain installment "$@" --principal 1000.00 --rate 0.60 --installments 6 \
    --disbursed-on 2026-06-18 --first-due-on 2026-07-10
}
expect 0 "before rounding 500/3 = 166.666666666667" explain_a 3
expect 0 "1000.00 - 5 x 166.66" explain_a 6
expect 1 "there is no installment 7: the plan has 1 to 6" explain_a 7
expect 2 "" "$fenqi" explain
expect 2 "--principal is required" "$fenqi" explain installment 3
expect 2 "--installments is required" "$fenqi" explain installment 3 --principal 1000.00
expect 2 '"x" is no whole number' explain_a x
expect 2 "--principal: is known of a stored plan" explain_a O1 3
expect 2 "--principal: is known of a stored plan" explain_a --plan 1 3
expect 2 "give one of them" "$fenqi" explain installment O1 3 --plan 1
expect 2 '"x" is no whole number' "$fenqi" explain installment 3 --plan x
[[ $failures == 0 ]] && echo "quote and explain: as expected"
exit $((failures > 0))
