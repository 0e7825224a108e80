#!/usr/bin/env bash
# fenqi reconcile show: a bill with a break of each kind beside the books, and what comes late.
# usage: reconcile_command_test.sh FENQI CATALOG
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

expect 0 "" "$fenqi" catalog apply "$catalog" --opens-on 2026-06-01
echo "purchase_ref,customer,merchant,purchased_at,amount,installments
O1,C1,M1,2026-06-18 10:00:00,1000.00,6" > purchases.csv
echo "repayment_id,customer,paid_at,amount,channel
R1,C1,2026-07-10 09:00:00,172.66,WX
R2,C1,2026-07-10 09:10:00,50.00,WX
R3,C1,2026-07-10 09:20:00,20.00,WX
R4,C1,2026-07-11 23:59:00,30.00,WX" > repayments.csv
expect 0 "" "$fenqi" import purchases purchases.csv --create-parties
expect 0 "" "$fenqi" import repayments repayments.csv

row() {  # REF TXN AMOUNT
  echo "\`2026-07-10 09:02:03,\`19,\`$2,\`$1,\`SUCCESS,\`CNY,\`$3,\`0.52000"
}
bill() {  # TOTAL COUNT FEES, rows on standard input
  echo '交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,手续费'
  cat
  echo '总交易单数,应结订单总金额,手续费总金额'
  echo "\`$2,\`$1,\`$3"
}
{ row R1 T1 172.66; row R1 T1 172.66; row R3 T3 21.00; row X9 T9 100.00; } | bill 466.32 4 2.08000 > wx.csv
expect 0 "4 rows are stored" "$fenqi" import bill wx.csv --channel WX

show=("$fenqi" reconcile show --channel WX --date 2026-07-11)
expect 0 "matched 1 rows, 172.66 CNY" "${show[@]}"
expect 0 "breaks 5" "${show[@]}"
"${show[@]}" --format csv 2>/dev/null | cut -d, -f1,2,5,6,8,9 | tr -d '\r' > breaks.csv
cmp -s - breaks.csv <<'CSV' || fail "the breaks are $(cat breaks.csv)"
type,date,our_ref,channel_ref,amount,difference
TIMING,2026-07-11,R4,,30.00,-30.00
MISSING_LEDGER,2026-07-10,,T9,100.00,100.00
MISSING_BILL,2026-07-10,R2,,50.00,-50.00
DUPLICATE,2026-07-10,,T1,172.66,172.66
AMOUNT,2026-07-10,R3,T3,20.00,1.00
CSV
expect 0 "the bill has 1.00 more than the ledger" "${show[@]}" --type AMOUNT
expect 0 "breaks 5, 1 shown" "${show[@]}" --type AMOUNT
# The next date's bill closes what was open, and the same records give the same answer.
row R4 T4 30.00 | sed 's/2026-07-10/2026-07-12/' | bill 30.00 1 0.52000 > wx12.csv
expect 0 "1 rows are stored" "$fenqi" import bill wx12.csv --channel WX
expect 0 "matched 2 rows, 202.66 CNY" "$fenqi" reconcile show --channel WX --date 2026-07-12
expect 0 "breaks 4" "$fenqi" reconcile show --channel WX --date 2026-07-12
expect 1 "no channel NOPE" "$fenqi" reconcile show --channel NOPE --date 2026-07-12
expect 2 "--date" "$fenqi" reconcile show --channel WX --date 2026-07-32

exit $((failures > 0))
