#!/usr/bin/env bash
# The reports of fenqi export as a person runs them: each as CSV, spreadsheet and table, the same twice.
# usage: financial_exports_command_test.sh FENQI CATALOG
set -uo pipefail
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
# shellcheck source=tests/cli/spreadsheet.sh
source "$(dirname "$0")/spreadsheet.sh"
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
expect 1 "no date of the book is closed yet" "$fenqi" export tie-out
cat > events.ndjson <<'LINES'
{"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-03-02 10:00:00","amount":"1100.00","coupon_platform":"60.00","coupon_merchant":"40.00","installments":6}
{"type":"purchase","ref":"O2","customer":"客户","merchant":"M2","at":"2026-03-02 11:00:00","amount":"300.00","installments":3,"product":"interest_free"}
LINES
expect 0 "" "$fenqi" import events events.ndjson --create-parties
expect 0 "" "$fenqi" close --date 2026-03-06 --today 2026-05-12
cat > events.ndjson <<'LINES'
{"type":"repayment","ref":"R1","customer":"C1","at":"2026-03-07 12:00:00","amount":"150.00"}
{"type":"refund","ref":"F2","purchase":"O2","at":"2026-03-07 11:00:00","amount":"300.00"}
LINES
expect 0 "" "$fenqi" import events events.ndjson --create-parties
expect 0 "" "$fenqi" close --date 2026-05-10 --today 2026-05-12
[[ $failures == 0 ]] || exit 1

# report COLUMNS ARGUMENTS...: the header, the same bytes twice, a spreadsheet, a table
report() {
  local columns=$1
  shift
  expect 0 "" "$fenqi" export "$@" --out first.csv
  [[ $(head -1 first.csv) == "$columns"$'\r' ]] || fail "$* has the columns $(head -1 first.csv)"
  expect 0 "" "$fenqi" export "$@" --format csv --out again.csv
  cmp first.csv again.csv || fail "$* is not the same again"
  expect 0 "" "$fenqi" export "$@" --format table
  [[ $(wc -l <<< "$output") -ge $(wc -l < first.csv) ]] || fail "the table of $* is short: $output"
  expect 0 "" "$fenqi" export "$@" --format xlsx --out first.xlsx
  [[ $(head -c 2 first.xlsx) == PK ]] || fail "$* is no spreadsheet"
  command -v ssconvert > /dev/null || return 0
  fields < first.csv > ours
  shown first.xlsx > theirs
  diff ours theirs || fail "the spreadsheet of $* is not its CSV"
}

report as_of,line,account,name,records,currency,ledger,parts,difference tie-out
! grep -vE '(,0\.00.$|difference)' first.csv || fail "something does not tie"
report as_of,line,account,name,records,part_of,party,record,currency,ledger,parts,difference \
  tie-out --differences --as-of 2026-03-08
report as_of,currency,bucket,days_from,days_to,merchants,owed,reserve merchant-ageing
report as_of,currency,merchant,payable,claim,owed,reserve,since,days,bucket \
  merchant-ageing --merchants --as-of 2026-05-10
grep -q ',M2,.*,2026-03-0' first.csv || fail "M2 does not owe us: $(cat first.csv)"

lines=entry,business_date,voucher,line,rule,value_date,account,name,owner,tag,party,purchase_ref,source_ref
report $lines,currency,debit,credit,balance ledger --account 1101
grep -q '^closing,2026-05-10,,,,,1101,.*,CNY,1300.00,444.00,856.00' first.csv || fail "1101 closes: $(tail -1 first.csv)"
report $lines,currency,debit,credit,balance ledger --account 2101 --owner M2 --tag sale --from 2026-03-03
[[ $(wc -l < first.csv) == 3 ]] || fail "an account at rest has $(wc -l < first.csv) lines"
report from,to,currency,section,line,account,name,amount income-statement --from 2026-03-02 --to 2026-03-31
report as_of,currency,section,line,account,name,amount balance-sheet --as-of 2026-03-31
report as_of,currency,section,line,account,name,amount balance-sheet --as-of 2026-05-10 \
  --known-at "$(date -d '1 second ago' '+%Y-%m-%dT%H:%M:%S%:z')"
report from,to,currency,balance,accounts,movement,amount roll-forward --from 2026-03-02
report from,to,currency,product,balance,accounts,movement,amount roll-forward --by product

report from,to,currency,from_bucket,to_bucket,plans,plans_percent,outstanding,outstanding_percent,outstanding_after \
  roll-rates --from-month 2026-03 --to-month 2026-04
grep -q '^2026-03-31,2026-04-30,CNY,M0,' first.csv || fail "nothing rolled: $(cat first.csv)"
report bought,currency,months_on_book,as_of,plans,financed,outstanding,outstanding_percent,ever_30,ever_30_percent,ever_90,ever_90_percent,charged_off,charged_off_percent \
  vintages
expect 0 "charged off" "$fenqi" export roll-rates --matrix --format table
expect 1 "2026-05-31 is not closed" "$fenqi" export vintages --to-month 2026-05
expect 2 "is no month" "$fenqi" export roll-rates --from-month 2026-13

# The customer's statement.
expect 0 "Closing balance" "$fenqi" statement --customer C1 --from 2026-03-02 --to 2026-03-10
expect 0 "客户 客户 对账单" "$fenqi" statement --customer 客户 --month 2026-03 --language zh
expect 0 '"line":"minimum_due","label":"Minimum due"' "$fenqi" statement --customer C1 --format json --month 2026-04
expect 0 "C1,CNY,opening,上期余额,2026-04-01" "$fenqi" statement --customer C1 --format csv --month 2026-04 --language zh
expect 1 "there is no customer C9" "$fenqi" statement --customer C9 --month 2026-04
expect 1 "is not closed" "$fenqi" statement --customer C1 --month 2026-05
expect 2 "--merchant or --customer" "$fenqi" statement --month 2026-04
expect 2 "excludes" "$fenqi" statement --customer C1 --merchant M1
expect 2 "1234 is not in the chart" "$fenqi" export ledger --account 1234
expect 2 "--account is required" "$fenqi" export ledger
expect 1 "after their end" "$fenqi" export roll-forward --from 2026-04-01 --to 2026-03-31
expect 2 "--by" "$fenqi" export roll-forward --by month
expect 1 "is not over" "$fenqi" export balance-sheet --known-at 2099-01-01T00:00:00Z
expect 1 "is not closed" "$fenqi" export tie-out --as-of 2026-05-11
expect 2 "is no date" "$fenqi" export merchant-ageing --as-of 2026-02-30
expect 2 "--format" "$fenqi" export tie-out --format html

# As it was known, and what changed since.
before=$(date '+%Y-%m-%dT%H:%M:%S%:z')
sleep 1.1
cat > events.ndjson <<'LINES'
{"type":"repayment","ref":"R2","customer":"C1","at":"2026-05-11 12:00:00","amount":"100.00"}
LINES
expect 0 "" "$fenqi" import events events.ndjson
sleep 2.1
after=$(date -d '1 second ago' '+%Y-%m-%dT%H:%M:%S%:z')
report as_of,line,account,name,records,currency,ledger,parts,difference tie-out --as-of 2026-05-11 --known-at "$after"
! grep -vE '(,0\.00.$|difference)' first.csv || fail "something does not tie: $(cat first.csv)"
report as_of,currency,bucket,days_from,days_to,merchants,owed,reserve merchant-ageing --known-at "$before"
report change,as_of,currency,section,line,account,name,amount balance-sheet --diff-known-at "$before" "$after"
grep -q '^added,2026-05-11,CNY,assets,account,1011,.*,100.00' first.csv || fail "1011 did not change: $(cat first.csv)"
report change,as_of,line,account,name,records,currency,ledger,parts,difference tie-out --as-of 2026-05-11 \
  --diff-known-at "$before" "$after"
report change,from,to,currency,balance,accounts,movement,amount roll-forward --to 2026-05-11 \
  --diff-known-at "$before" "$after"
grep -q '^after,.*,principal,1101,repaid,' first.csv || fail "nothing repaid: $(cat first.csv)"
expect 0 "100.00" "$fenqi" statement --customer C1 --from 2026-05-11 --to 2026-05-11 --known-at "$after"
expect 1 "is not closed" "$fenqi" statement --customer C1 --from 2026-05-11 --to 2026-05-11
expect 2 "excludes" "$fenqi" export tie-out --known-at "$after" --diff-known-at "$before" "$after"

# Under your own account numbers.
{
  cat "$catalog"
  printf '[[account]]\ncode = 1101\nnumber = "1303.01"\nname = "贷款"\n'
  printf '[[account]]\ncode = 1103\nnumber = "1303.01"\nname = "贷款"\n'
} > own.toml
expect 0 "version 2" "$fenqi" catalog apply own.toml
report as_of,currency,section,line,account,name,amount balance-sheet
grep -q ',account,1303.01,贷款,' first.csv || fail "no own number: $(cat first.csv)"
report as_of,currency,section,line,account,name,amount balance-sheet --accounts ours
grep -q ',account,1101,' first.csv || fail "not our number: $(cat first.csv)"
report $lines,currency,debit,credit,balance ledger --account 1303.01
grep -q '^closing,2026-05-10,,,,,1303.01,贷款' first.csv || fail "1303.01 closes: $(tail -1 first.csv)"
report $lines,currency,debit,credit,balance ledger --account 1101
expect 2 "1303.01 is not in the chart" "$fenqi" export ledger --account 1303.01 --accounts ours
report from,to,currency,balance,accounts,movement,amount roll-forward
grep -q ',principal,1303.01,repaid,' first.csv || fail "no own number: $(cat first.csv)"
report as_of,line,account,name,records,currency,ledger,parts,difference tie-out
grep -q ',control,1303.01,贷款,late fees of plans,' first.csv || fail "no own number: $(cat first.csv)"
[[ -z ${KEEP:-} ]] || cp -r "$home"/*.csv "$KEEP"
exit $((failures > 0))
