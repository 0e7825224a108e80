#!/usr/bin/env bash
# fenqi statement as camt.053, as a page, and in the columns of other programs.
# usage: statement_shapes_command_test.sh FENQI CATALOG. The schema is read from $FENQI_SAMPLES/iso20022/xsd.
set -uo pipefail
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
fenqi=$(realpath "$1")
catalog=$(realpath "$2")
samples=$(realpath "${FENQI_SAMPLES:-$(dirname "$0")/../../../shared/samples}" 2>/dev/null)
home=$(mktemp -d)
unset FENQI_DATABASE_URL FENQI_DATABASE FENQI_EVIDENCE_KEY
export FENQI_HOME=$home/var LC_ALL=C.UTF-8
trap '"$fenqi" db stop 2>/dev/null; rm -rf "$home"' EXIT
cd "$home" || exit 1

expect 0 "version 1" "$fenqi" catalog apply "$catalog" --opens-on 2026-03-02
merchant='商户 <b>&"x'
cat > events.ndjson <<'LINES'
{"type":"purchase","ref":"O1","customer":"C1","merchant":"商户 <b>&\"x","at":"2026-03-02 10:00:00","amount":"1000.00","installments":6}
{"type":"purchase","ref":"<script>2","customer":"C2","merchant":"商户 <b>&\"x","at":"2026-03-03 11:00:00","amount":"300.00","installments":3,"product":"interest_free"}
{"type":"refund","ref":"F1","purchase":"O1","at":"2026-03-05 12:00:00","amount":"900.00"}
{"type":"purchase","ref":"O3","customer":"C3","merchant":"商户 <b>&\"x","at":"2026-03-09 11:00:00","amount":"2000.00","installments":3}
{"type":"purchase","ref":"O4","customer":"C4","merchant":"商户 <b>&\"x","at":"2026-03-13 11:00:00","amount":"100.00","installments":3}
LINES
expect 0 "" "$fenqi" import events events.ndjson --create-parties
expect 0 "" "$fenqi" close --date 2026-03-13 --today 2026-05-12

# 3 sales and a refund settled, then a sale that waits for Monday: 100.00 - 0.60 of it is owed.
period=("$fenqi" statement --merchant "$merchant" --from 2026-03-01 --to 2026-03-13)
expect 0 "closing 99.40" "${period[@]}" --format camt053 --out statement.xml
if [[ -f $samples/iso20022/xsd/camt.053.001.08.xsd ]] && command -v xmllint > /dev/null; then
  expect 0 "validates" xmllint --noout --schema "$samples/iso20022/xsd/camt.053.001.08.xsd" statement.xml
fi
# Opening, credits less debits and closing, read from the file alone.
sums=$(grep -oE '<Ntry>.*' statement.xml | sed -E 's|.*<NtryRef>[0-9]+</NtryRef><Amt Ccy="CNY">([0-9.]+)</Amt><CdtDbtInd>(.)RDT.*|+\1|; s|.*<NtryRef>[0-9]+</NtryRef><Amt Ccy="CNY">([0-9.]+)</Amt><CdtDbtInd>DBIT.*|-\1|' | awk '{sum += $1} END {printf "%.2f", sum}')
[[ $sums == 99.40 ]] || fail "the entries of the camt.053 sum to $sums"
expect 0 "" "${period[@]}" --format camt053 --out again.xml
cmp statement.xml again.xml || fail "the camt.053 is not the same again"

for language in en zh; do
  expect 0 "" "${period[@]}" --format html --language $language --out page.html
  expect 0 "" xmllint --html --noout page.html
  grep -q '<script>' page.html && fail "an order's name is markup in the page"
  grep -q '&lt;script&gt;2' page.html || fail "an order's name is not in the page"
done
grep -q '尚未结算' page.html || fail "the Chinese page does not say what is not settled"
expect 0 '"reason":"not_settled","expected_on":"2026-03-16","amount":{"amount":"99.40","currency":"CNY"}' \
  "${period[@]}" --format json
[[ $output == *'"reason":"reserve"'* ]] || fail "the reserve is not expected: $output"

# Every profile: its rows without the payout sum to the payouts, which the statement has too.
paid=$("${period[@]}" --format csv 2>/dev/null | awk -F, '$2 == "payout" {sum -= $18} END {printf "%.2f", sum}')
# column FILE NAME: the fields of a column; no field of these files has a comma in quotes before it
column() {
  awk -F, -v name="$2" '{sub(/\r$/, "")} NR == 1 {for (i = 1; i <= NF; i++) if ($i == name) c = i; next} {gsub(/`/, "", $c); print $c}' "$1"
}
total() { awk '{sum += $1} END {printf "%.2f", sum}'; }
for profile in stripe_payout_reconciliation adyen_settlement_detail klarna wechat_fund_bill xero quickbooks; do
  expect 0 "$profile version 1: " "${period[@]}" --profile $profile --out $profile.csv
  [[ $output == *"paid out $paid CNY"* ]] || fail "$profile paid something else than $paid: $output"
done
[[ $(column stripe_payout_reconciliation.csv net | total) == "$paid" ]] || fail "stripe's net is not the payouts"
[[ $(column klarna.csv amount | total) == "$paid" ]] || fail "klarna's amounts are not the payouts"
[[ $(column xero.csv '*Amount' | total) == 0.00 ]] || fail "xero's amounts with the payouts are not 0"
for pair in "adyen_settlement_detail Net.Credit.(NC) Net.Debit.(NC)" "quickbooks Credit Debit"; do
  read -r file credit debit <<< "$pair"
  in=$(column "$file.csv" "${credit//./ }" | total) out=$(column "$file.csv" "${debit//./ }" | total)
  [[ $in == "$out" && $in != 0.00 ]] || fail "$file: $in in and $out out"
done
tail -1 wechat_fund_bill.csv | tr -d '`\r' | awk -F, '{exit !($1 == $2 + $4 && $3 == $5)}' || fail "wechat's totals: $(tail -1 wechat_fund_bill.csv)"

sed 's/value = "net"/value = "nett"/' "$(dirname "$catalog")/profiles/xero.toml" > own.toml
expect 65 'column[2].value "nett" is one of' "${period[@]}" --profile ./own.toml
expect 2 "is no file and none of" "${period[@]}" --profile sage
expect 2 "" "${period[@]}" --profile xero --format csv
expect 1 "there is no merchant" "$fenqi" statement --merchant M9 --month 2026-03 --profile xero

[[ $failures == 0 ]] && echo "shapes of statements: all as documented"
exit $((failures > 0))
