#!/usr/bin/env bash
# fenqi import plans as a user meets it: a trial balance that ties and one that doesn't, bad lines, the same
# file again, and what the book says afterwards.
# usage: takeover_command_test.sh FENQI CATALOG
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

sed -e '/^opening_capital/d' -e '/^\[impairment\]/,/^$/d' "$catalog" > catalog.toml
expect 0 "" "$fenqi" catalog apply catalog.toml --opens-on 2026-09-18

# C1 paid one of three and is 8 days late on the second; C2 paid all that was due; M1 is owed 350.10.
# Of C1's fee 1.80 + 1.80 is earned, of C2's 3.00: on 2301 are 1.80 and 3.00.
cat > plans.ndjson <<'LINES'
{"type":"plan","purchase_ref":"O1","customer":"C1","merchant":"M1","product":"flat_fee","purchased_at":"2026-07-10","financed":"300.00","installments":[{"due":"2026-08-10","principal":"100.00","fee":"1.80","paid_principal":"100.00","paid_fee":"1.80"},{"due":"2026-09-09","principal":"100.00","fee":"1.80"},{"due":"2026-10-10","principal":"100.00","fee":"1.80"}],"late_fee_owed":"0.40","dpd":8,"status":"active"}
{"purchase_ref":"O2","customer":"C2","merchant":"M1","product":"flat_fee","purchased_at":"2026-08-01 10:00:00","financed":"1000.00","installments":[{"due":"2026-09-01","principal":"500.00","fee":"3.00"},{"due":"2026-10-01","principal":"500.00","fee":"3.00"}],"paid":"503.00","dpd":0}

{"type":"customer","customer":"C1","limit":"2000.00","limit_before":"4000.00"}
{"type":"customer","customer":"C3","credit_balance":"12.00"}
{"type":"merchant","merchant":"M1","payable":"350.10","reserve":[{"amount":"18.00","sale_date":"2026-07-10","release_on":"2026-10-08"}]}
LINES
cat > tb.csv <<'LINES'
account,name,owner,tag,currency,debit,credit
1001,bank,BANK,,CNY,5000.00,
1101,principal,,,CNY,700.00,0.00
1102,fee,,,CNY,6.60,
1103,late fee,,,CNY,0.40,
2101,payable,M1,,CNY,,350.10
2103,reserve,M1,,CNY,,18.00
2201,credit,,,CNY,,12.00
2301,unearned,,,CNY,,4.80
4001,equity,,,CNY,,5000.00
6001,income,,flat_fee,CNY,,322.10
LINES

# Bad lines: each named with its number, field, value and rule; nothing is posted.
{
  cat plans.ndjson
  echo '{"type":"plan"'
  echo '{"type":"loan"}'
  sed -n 1p plans.ndjson | sed 's/"dpd":8/"dpd":9/; s/O1/O3/'
  sed -n 1p plans.ndjson | sed 's/"financed":"300.00"/"financed":"300.01"/; s/O1/O4/'
  sed -n 1p plans.ndjson | sed 's/"late_fee_owed":"0.40"/"late_fee_owed":"0.401"/; s/O1/O5/'
  sed -n 1p plans.ndjson | sed 's/"status"/"colour":"red","status"/; s/O1/O6/'
  sed -n 2p plans.ndjson
  sed -n 5p plans.ndjson | sed 's/C3/C4/; s/"credit/"currency":"USD","credit/'
} > bad.ndjson
expect 65 "8 of 13 lines can't be taken over; nothing was posted" "$fenqi" import plans bad.ndjson --create-parties --rejects rejects.csv
for reject in "7,not_json" "8,unknown_value,type" "9,DPD_MISMATCH,dpd,9," "10,PRINCIPAL_MISMATCH,financed,300.01," \
  "11,bad_amount,late_fee_owed" "12,unknown_field,colour" "13,DUPLICATE,,O2," "14,CURRENCY_UNKNOWN,currency,USD,"; do
  grep -q "^$reject" rejects.csv || fail "no reject $reject: $(cat rejects.csv)"
done
expect 0 "" "$fenqi" close --date 2026-09-18 --today 2026-09-30
"$fenqi" export trial-balance | tail -n +2 | grep -q . && fail "something was posted"
expect 1 "is not the book's open date, which is 2026-09-19" "$fenqi" import plans plans.ndjson --create-parties --date 2026-09-18

# The book is a day on: C1 is 9 days late then, at the close of the 18th.
expect 65 'DPD_MISMATCH dpd "8"' "$fenqi" import plans plans.ndjson --create-parties
sed -i 's/"dpd":8/"dpd":9/' plans.ndjson
expect 65 'CUSTOMER_UNKNOWN' "$fenqi" import plans plans.ndjson
expect 1 "can't be the other side" "$fenqi" import plans plans.ndjson --create-parties --control-account 1101
expect 2 "no account of our chart" "$fenqi" import plans plans.ndjson --create-parties --control-account 1
for bad in 's/^1101,/1199,/' 's/700.00/700.001/' 's/^1001,bank,BANK/1001,bank,/' 's/^1101,principal,,/1101,principal,M1,/' \
  's/^1102/1101/' 's/CNY,6.60/ABC,6.60/' 's/debit/debits/' 's/^4001,equity/9011,memo/'; do
  sed "$bad" tb.csv > bad.csv
  expect 65 "bad.csv: line" "$fenqi" import plans plans.ndjson --create-parties --balances bad.csv
done
sed 's/5000.00$/5000.01/' tb.csv > bad.csv
expect 1 "does not balance: in CNY debits less credits are -0.01" "$fenqi" import plans plans.ndjson --create-parties --balances bad.csv
sed 's/^1001,bank,BANK/1001,bank,NOBODY/' tb.csv > bad.csv
expect 1 '1001 of "NOBODY"' "$fenqi" import plans plans.ndjson --create-parties --balances bad.csv

# A trial balance that says otherwise: listed, nothing posted; or booked to an account.
sed -e 's/700.00/700.07/' -e 's/^4001,equity,,,CNY,,5000.00/4001,equity,,,CNY,,5000.07/' tb.csv > off.csv
expect 1 "0.07" "$fenqi" import plans plans.ndjson --create-parties --balances off.csv
[[ $output == *"1101"*"700.07"*"700.00"* ]] || fail "no table of differences: $output"
[[ $output == *"nothing was posted"* ]] || fail "nothing is said: $output"
expect 0 "differences, booked to 6702" "$fenqi" import plans plans.ndjson --create-parties --balances off.csv --difference-account 6702 --dry-run
[[ $output == *"dry run: nothing was posted"* ]] || fail "a dry run: $output"

expect 0 "taken over on 2026-09-19" "$fenqi" import plans plans.ndjson --create-parties --balances tb.csv --batch 2
expect 0 "taken over before: nothing was posted" "$fenqi" import plans plans.ndjson --create-parties --balances tb.csv
head -n 1 plans.ndjson > some.ndjson
sed -n 1p plans.ndjson | sed 's/O1/O9/' >> some.ndjson
expect 1 "1 of 2 lines were taken over before, 1 were not" "$fenqi" import plans some.ndjson --create-parties
sed 's/"paid":"503.00"/"paid":"502.00"/' plans.ndjson > other.ndjson
expect 65 "IDEMPOTENCY_CONFLICT" "$fenqi" import plans other.ndjson --create-parties
expect 0 "facts hold" "$fenqi" verify

# The book goes on: the trial balance of the first date is the one given, and what the date itself did.
expect 0 "" "$fenqi" close --date 2026-09-19 --today 2026-09-30
"$fenqi" export trial-balance --accounts ours | tr -d '\r' |
  sed -E 's/^([^,]*,[^,]+,)("[^"]*"|[^,]*),/\1,/' | cut -d, -f2,7,8 > ours
grep -q "^1101,700.00,0.00" ours || fail "1101: $(cat ours)"
# Ten days late: 101.80 x 0.05 % = 0.05 more.
grep -q "^1103,0.45,0.00" ours || fail "1103: $(cat ours)"
grep -q "^1001,5000.00,0.00" ours || fail "1001: $(cat ours)"
grep -q "^2301,0.00,4.80" ours || fail "2301: $(cat ours)"
expect 0 "facts hold" "$fenqi" verify
cat > events.ndjson <<'LINES'
{"type":"repayment","ref":"R1","customer":"C1","at":"2026-09-20 12:00:00","amount":"102.25"}
{"type":"refund","ref":"F1","purchase":"O2","at":"2026-09-20 13:00:00","amount":"100.00"}
LINES
expect 0 "" "$fenqi" import events events.ndjson
expect 0 "" "$fenqi" close --date 2026-10-20 --today 2026-10-30
expect 0 "facts hold" "$fenqi" verify
expect 0 "" "$fenqi" export installments
for as_of in 2026-09-19 2026-10-20; do
  "$fenqi" export tie-out --as-of $as_of | tr -d '\r' | tail -n +2 > tied
  [[ $(wc -l < tied) -gt 5 ]] || fail "a tie-out of $(wc -l < tied) accounts"
  grep -v ',0.00$' tied && fail "control accounts differ from their records on $as_of"
done

exit $((failures > 0))
