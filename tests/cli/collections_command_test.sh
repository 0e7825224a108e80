#!/usr/bin/env bash
# fenqi collections and fenqi debits as a collector and a cron job run them.
# usage: collections_command_test.sh FENQI CATALOG
set -uo pipefail
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
fenqi=$(realpath "$1")
catalog=$(realpath "$2")
home=$(mktemp -d)
unset FENQI_DATABASE_URL FENQI_DATABASE FENQI_EVIDENCE_KEY
export FENQI_HOME=$home/var LC_ALL=C.UTF-8
trap '"$fenqi" db stop 2>/dev/null; rm -rf "$home"' EXIT
cd "$home" || exit 1

expect 0 "version 1" "$fenqi" catalog apply "$catalog" --opens-on 2026-03-02
cat > events.ndjson <<'LINES'
{"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-03-02 10:00:00","amount":"600.00","installments":3}
{"type":"purchase","ref":"O2","customer":"客户二","merchant":"M1","at":"2026-03-02 11:00:00","amount":"300.00","installments":3}
LINES
expect 0 "" "$fenqi" import events events.ndjson --create-parties
expect 0 "" "$fenqi" close --through 2026-03-02 --today 2026-05-12
due=$("$fenqi" export installments | sed -n 2p | cut -d, -f7)
before=$(date -d "$due - 1 day" +%F)
expect 0 "" "$fenqi" close --through "$before" --today 2026-05-12

expect 0 "客户二" "$fenqi" collections due --as-of "$due" --days 0
expect 0 "" "$fenqi" collections late
expect 1 "DATE_CLOSED" "$fenqi" collections late --as-of "$before"
expect 2 "is no date" "$fenqi" collections due --as-of tomorrow
expect 2 "is one of M1" "$fenqi" collections late --bucket M9

expect 1 "DATE_OVER" "$fenqi" debits export --date "$before" --at "$due 08:00:00"
expect 1 "CHANNEL_UNKNOWN" "$fenqi" debits export --date "$due" --at "$due 08:00:00" --channel none
expect 0 "2 debits, " "$fenqi" debits export --date "$due" --at "$due 08:00:00" --out debits.csv
message=FENQI-D-${due//-/}-1
[[ $(wc -l < debits.csv) == 3 ]] || fail "the file: $(cat debits.csv)"
expect 0 "nothing new to debit; --message $message writes the last file again" \
  "$fenqi" debits export --date "$due" --at "$due 14:00:00" --out none.csv
[[ $output == *"the last answer is out or unknown: 2"* ]] || fail "who waits: $output"
[[ ! -e none.csv ]] || fail "there is a file with nothing new"
expect 0 "2 debits, " "$fenqi" debits export --message "$message" --out again.csv
cmp debits.csv again.csv || fail "the file is not the same again"
expect 1 "MESSAGE_UNKNOWN" "$fenqi" debits export --message FENQI-D-1

amount=$(sed -n 2p debits.csv | cut -d, -f5)
printf 'debit_ref,status,amount,currency,at,reason\n%s,paid,%s,CNY,%s,\n%s,unknown,,,,timed out\nX,paid,,,,\n' \
  "$message-000001" "$amount" "$due 08:05:00" "$message-000002" > answers.csv
expect 65 "line 4: DEBIT_UNKNOWN X" "$fenqi" debits import-response answers.csv --rejects rejects.csv
grep -Eq "^paid +CNY +1 +$amount" <<< "$output" || fail "what was paid: $output"
grep -q '^4,DEBIT_UNKNOWN,debit_ref,X,' rejects.csv || fail "the rejects: $(cat rejects.csv)"
expect 65 "as before  CNY      2" "$fenqi" debits import-response answers.csv
expect 0 "timed out" "$fenqi" debits list --date "$due"
[[ $output == *"unknown"*"O2/1"* ]] || fail "the list: $output"
expect 0 "the last answer is out or unknown: 1" "$fenqi" debits export --date "$due" --at "$due 14:00:00"
printf 'status,debit_ref\nfailed,%s\n' "$message-000002" > answers.csv
expect 0 "failed" "$fenqi" debits import-response answers.csv
expect 0 "1 debit, " "$fenqi" debits export --date "$due" --at "$due 14:00:00" --out second.csv
grep -q "$message" second.csv && fail "the first file's instructions are in the second: $(cat second.csv)"
printf 'reference,status\n1,paid\n' > answers.csv
expect 65 "the column debit_ref is missing" "$fenqi" debits import-response answers.csv

late=$(date -d "$due + 5 days" +%F)
expect 0 "" "$fenqi" close --through "$late" --today 2026-05-12
next=$(date -d "$late + 1 day" +%F)
expect 0 "outside the hours" "$fenqi" collections contact --customer 客户二 --channel phone \
  --outcome reached --note 给家里打了电话 --by anna --at "$late 21:30:00"
expect 0 "客户二 promised 50.00 CNY by $next" "$fenqi" collections promise --customer 客户二 \
  --amount 50.00 --by-date "$next" --by anna --at "$late 21:35:00"
expect 1 "CUSTOMER_UNKNOWN" "$fenqi" collections promise --customer C9 --amount 1.00 --by-date 2030-01-01 --by anna
expect 1 "DATE_IN_PAST" "$fenqi" collections promise --customer C1 --amount 1.00 --by-date 2020-01-01 --by anna
expect 2 "is no amount" "$fenqi" collections promise --customer C1 --amount 1.001 --by-date 2030-01-01 --by anna
expect 0 "给家里打了电话" "$fenqi" collections show --customer 客户二
expect 0 "M1" "$fenqi" collections late --bucket M1
[[ $output == *"客户二"*"50.00"*"$next"*"open"*"phone"*"reached"* ]] || fail "the list: $output"
[[ $output == *C1* ]] && fail "who has paid is not late: $output"
"$fenqi" collections late --format csv > late.csv
head -1 late.csv | grep -q '^customer,currency,bucket,dpd,due_since,past_due,due_today,late_fee,credit_balance,owed,' ||
  fail "the header: $(head -1 late.csv)"
expect 0 '"promise":"open"' "$fenqi" collections late --format json
expect 0 "facts hold" "$fenqi" verify
expect 0 "" "$fenqi" export tie-out

[[ $failures == 0 ]] && echo "collections and debits: all as documented"
exit $((failures > 0))
