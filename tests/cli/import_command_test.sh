#!/usr/bin/env bash
# fenqi catalog, import, replay and generate as a user meets them: bad input, exit codes, totals.
# usage: import_command_test.sh FENQI CATALOG
set -uo pipefail
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
fenqi=$(realpath "$1")
catalog=$(realpath "$2")
home=$(mktemp -d)
chmod 755 "$home"
unset FENQI_DATABASE_URL FENQI_DATABASE
export FENQI_HOME=$home/var

finish() {
  "$fenqi" db stop 2>/dev/null
  rm -rf "$home"
}
trap finish EXIT
cd "$home" || exit 1

# A catalog is checked, opens the book, and is shown and compared.
expect 1 "no book yet" "$fenqi" catalog show
expect 1 "no book yet" "$fenqi" import purchases nothing.csv
sed 's/payout_min = "1.00"/payout_min = "1.000"/' "$catalog" > bad.toml
expect 65 'currency.CNY.payout_min "1.000" has at most 2 decimals' "$fenqi" catalog apply bad.toml
expect 65 "can't be opened" "$fenqi" catalog apply missing.toml
# 1.20 % a period is 24.28 % a year from six installments on.
sed 's/rate_percent = "0.60"/rate_percent = "1.20"/' "$catalog" > dear.toml
expect 1 'PRICE_CAP: product flat_fee in CN, 10000.00 CNY in 6 installments: nominal 24.28 % is above the cap "all-in" of 24.00 % in force since 2025-10-01' \
  "$fenqi" catalog apply dear.toml
expect 1 "no book yet" "$fenqi" catalog show
sed 's/jurisdiction = "CN"       #/jurisdiction = "ZZ"       #/' "$catalog" > where.toml
expect 65 'product.flat_fee.jurisdiction "ZZ" is a jurisdiction that [price_caps]' "$fenqi" catalog apply where.toml
expect 2 "no date" "$fenqi" catalog apply "$catalog" --opens-on 2024-02-30
expect 0 "baitiao version 1, book open on 2024-06-01" "$fenqi" catalog apply "$catalog" --opens-on 2024-06-01
expect 0 "nothing changed" "$fenqi" catalog apply "$catalog"
sed 's/payout_min = "1.00"/payout_min = "2.00"/' "$catalog" > next.toml
expect 0 '+payout_min = "2.00"' "$fenqi" catalog diff next.toml
expect 0 "the same as version 1" "$fenqi" catalog diff "$catalog"
sed 's/name = "baitiao"/name = "other"/' "$catalog" > other.toml
expect 1 "another book" "$fenqi" catalog apply other.toml
"$fenqi" catalog show | cmp -s - "$catalog" || fail "catalog show"

# What can't be used at all.
header=purchase_ref,customer,merchant,purchased_at,amount,installments
: > empty.csv
expect 65 "is empty" "$fenqi" import purchases empty.csv
expect 65 "is a directory" "$fenqi" import purchases .
expect 65 "can't be opened" "$fenqi" import purchases missing.csv
echo "purchase_ref,customer,merchant,amount" > column.csv
expect 65 'no column "purchased_at"' "$fenqi" import purchases column.csv
echo "$header,amount" > doubled.csv
expect 65 '"amount" twice' "$fenqi" import purchases doubled.csv
expect 65 "is not a column" "$fenqi" import purchases doubled.csv --map price=amount
expect 2 "" "$fenqi" import payments doubled.csv

# Rows, good and bad.
{
  echo "$header"
  echo "A,C1,M1,2024-06-01 10:00:00,300.00,3"
  echo "B,C2,M1,2024-06-02 10:00:00,9000.00,1"   # over the limit
  echo "C,C3,M1,2024-06-02 10:00:00,1.234,1"     # decimals
  echo "D,C3,M1,2024-06-02 10:00:00,1.00,x"      # installments
  echo "E,C3,M1,2024-05-31 10:00:00,1.00,1"      # before the book opened
  echo "F,C3,M1,2199-01-01 10:00:00,1.00,1"      # after today
} > mixed.csv
expect 65 "CUSTOMER_UNKNOWN" "$fenqi" import purchases mixed.csv
expect 2 "no customer terms" "$fenqi" import purchases mixed.csv --create-parties=none,standard
expect 65 "posted" "$fenqi" import purchases mixed.csv --create-parties --rejects rejects.csv
cat > want.csv <<'CSV'
3,LIMIT_INSUFFICIENT,amount
4,AMOUNT_TOO_MANY_DECIMALS,amount
5,INSTALLMENTS_OUT_OF_RANGE,installments
6,BEFORE_BOOK_OPENED,purchased_at
7,AFTER_TODAY,purchased_at
CSV
tail -n +2 rejects.csv | cut -d, -f1-3 | diff want.csv - || fail "rejects file"
expect 0 '"repeated": {
      "count": 1,
      "amount": "300.00"' "$fenqi" import purchases --json - < <(sed -n 1,2p mixed.csv)
[[ $("$fenqi" import purchases --json - < <(sed -n '1p;3p' mixed.csv) 2>/dev/null; echo $?) == *0 ]] ||
  fail "a declined row is no error"

# A gzip that breaks off: what was whole is posted.
{
  echo "$header"
  for i in $(seq 1000 3000); do echo "G$i,C1,M1,2024-06-01 10:00:00,1.$((i % 90 + 10)),1"; done
} | gzip > whole.csv.gz
head -c 3000 whole.csv.gz > cut.csv.gz
expect 65 "truncated gzip" "$fenqi" import purchases cut.csv.gz --dry-run
expect 0 "dry run" "$fenqi" import purchases whole.csv.gz --dry-run

# A replay needs a date that is over, and is at home in its own book only.
expect 1 "not over yet" "$fenqi" replay --purchases mixed.csv --through 2198-01-01
expect 2 "no date" "$fenqi" replay --purchases mixed.csv --through 2024-06-31
expect 65 "3 dates closed" "$fenqi" replay --purchases mixed.csv --through 2024-06-03
expect 65 "nothing changed" "$fenqi" replay --purchases mixed.csv --through 2024-06-03
expect 0 "facts hold" "$fenqi" verify

# Where a figure of the books comes from: A is 300.00 in three at 0.60 %, by the day of the month.
expect 0 "Purchase A, plan" "$fenqi" explain installment A 2
[[ $output == *"300.00 CNY in 3 by product flat_fee of catalog version 1, from 2024-06-01"* &&
  $output == *"Installment 2 of 3, due 2024-08-01"* && $output == *"1.80 CNY"* &&
  $output == *"100.00 CNY"* ]] || fail "the arithmetic of A: $output"
[[ $output != *"in force"* ]] || fail "A has one version: $output"
plan=$(sed -n 's/^Purchase A, plan \([0-9]*\):.*/\1/p' <<<"$output")
expect 0 "Purchase A, plan $plan" "$fenqi" explain installment --plan "$plan" 2
expect 1 "there is no installment 4: the plan has 1 to 3" "$fenqi" explain installment A 4
expect 1 "there is no installment 0: the plan has 1 to 3" "$fenqi" explain installment A 0
expect 1 'PURCHASE_UNKNOWN: there is no plan of purchase "none"' "$fenqi" explain installment none 1
expect 1 'PURCHASE_UNKNOWN: there is no plan of purchase "B"' "$fenqi" explain installment B 1
expect 1 "PURCHASE_UNKNOWN: there is no plan of number 1" "$fenqi" explain installment --plan 1 1
printf 'refund_id,purchase_ref,refunded_at,amount\nF,A,2024-06-04 10:00:00,300.00\n' > refund.csv
expect 0 "posted" "$fenqi" import refunds refund.csv
expect 0 "Version 2 is in force: version 1 was replaced by refund F (event " "$fenqi" explain installment A 2
grep -q '^ *1  2024-08-01 *100.00 *0.00 *1.80 *101.80  capture A ' <<<"$output" || fail "before: $output"
grep -q '^ *2  2024-08-01 *0.00 *0.00 *0.00 *0.00  refund F ' <<<"$output" || fail "after: $output"

expect 0 "20 purchases" "$fenqi" generate --customers 3 --merchants 2 --purchases 20 --days 20 sample
expect 0 "posted" "$fenqi" demo sample --no-serve --report report.json
grep -q '"verify": "clean"' report.json || fail "the demo's report"
expect 69 "stopped" "$fenqi" db status

[[ $failures == 0 ]] && echo "import, catalog, replay: all as documented"
exit $((failures > 0))
