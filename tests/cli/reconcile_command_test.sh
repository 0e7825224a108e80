#!/usr/bin/env bash
# fenqi reconcile: a bill with breaks beside the books, what comes late, and how breaks end.
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

# What is kept: a run, the same again, owners, resolutions by two persons, and a signature.
run=("$fenqi" reconcile run --channel WX --date 2026-07-12)
expect 0 "dry run: nothing is stored" "${run[@]}" --dry-run
expect 0 "no such break" "$fenqi" reconcile list --channel WX
expect 0 "opened 1 AMOUNT, 20.00 CNY, difference 1.00" "${run[@]}"
expect 0 "nothing changed" "${run[@]}"
expect 0 '"changes": []' "${run[@]}" --json
expect 1 "DATE_PASSED" "$fenqi" reconcile run --channel WX --date 2026-07-11
"$fenqi" reconcile list --channel WX --as-of 2026-07-14 --format csv | cut -d, -f4,6-8,10,11,13,14 | tr -d '\r' > list.csv
cmp -s - list.csv <<'CSV' || fail "the list is $(cat list.csv)"
type,date,age_days,escalation,our_ref,their_ref,amount,difference
AMOUNT,2026-07-10,4,team lead,R3,T3,20.00,1.00
DUPLICATE,2026-07-10,4,team lead,,T1,172.66,172.66
MISSING_BILL,2026-07-10,4,team lead,R2,,50.00,-50.00
MISSING_LEDGER,2026-07-10,4,team lead,,T9,100.00,100.00
CSV
expect 0 "[]" "$fenqi" reconcile list --channel AL --format json
expect 0 "assigned 1 AMOUNT" "$fenqi" reconcile assign --type AMOUNT --to-owner zhao --note "asked WX"
number() { "$fenqi" reconcile list --type "$1" --format csv | sed -n '2s/,.*//p'; }
expect 0 "to zhao: asked WX" "$fenqi" reconcile list --break "$(number AMOUNT)"
expect 2 "filter" "$fenqi" reconcile assign --to-owner li
expect 1 "BREAK_UNKNOWN" "$fenqi" reconcile assign --type FEE --to-owner li
expect 1 "ACTION_NOT_FOR_BREAK" "$fenqi" reconcile resolve --type AMOUNT --as duplicate-ignored --reason x --by li
expect 2 "--reason" "$fenqi" reconcile resolve --type AMOUNT --as suspense --by li
expect 1 "BREAK_UNKNOWN" "$fenqi" reconcile resolve --type FEE --as fee-expense --reason x --by li
propose() { "$fenqi" reconcile resolve --type "$1" --as "$2" --reason "asked WX" --by li; }
expect 0 "proposed 1 DUPLICATE" propose DUPLICATE duplicate-ignored
expect 0 "proposed 1 MISSING_BILL" propose MISSING_BILL loss
expect 0 "proposed 1 AMOUNT" propose AMOUNT suspense
expect 0 "proposed 1 MISSING_LEDGER" propose MISSING_LEDGER suspense
expect 1 "SECOND_PERSON_MISSING: 4 of these proposals are by li" "$fenqi" reconcile resolve --channel WX --approve --by li
expect 0 "" "$fenqi" close --through 2026-07-12
sign() { "$fenqi" reconcile sign-off --channel WX --date 2026-07-12 --by li --approved-by "$1"; }
expect 1 "BREAKS_OPEN: 4 breaks are open; the oldest is" sign wang
expect 0 "posted for 3 breaks" "$fenqi" reconcile resolve --channel WX --approve --by wang --at "2026-07-13 10:00:00"
lost=$(number MISSING_BILL)
expect 0 "posted shortage recon-$lost, shortage_loss recon-$lost-loss" "$fenqi" reconcile list --break "$lost"
expect 1 "SECOND_PERSON_MISSING" sign li
expect 0 "not signed; nothing stands against it" "$fenqi" reconcile report --channel WX --date 2026-07-12
expect 0 "signed by li and wang" sign wang
expect 1 "DATE_SIGNED" sign wang
expect 1 "DATE_SIGNED" "${run[@]}"
expect 0 '"signed": true' "$fenqi" reconcile report --channel WX --date 2026-07-12 --format json
"$fenqi" reconcile report --channel WX --date 2026-07-12 --format csv | grep '^balance' | cut -d, -f3,10 | tr -d '\r' > proof.csv
cmp -s - proof.csv <<'CSV' || fail "the proof is $(cat proof.csv)"
1011,272.66
billed,496.32
settled,0.00
other postings,0.00
less breaks,-223.66
less posted later,0.00
unexplained,0.00
CSV
# The proof above counts what was posted by the date; the resolutions are of the next one.
expect 0 "" "$fenqi" close --through 2026-07-13
expect 0 "nothing changed" "$fenqi" reconcile run --channel WX --date 2026-07-13
expect 0 "51.00" "$fenqi" reconcile report --channel WX --date 2026-07-13

exit $((failures > 0))
