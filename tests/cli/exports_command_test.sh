#!/usr/bin/env bash
# fenqi export, read by the programs it is written for: hledger, Ledger and Beancount check the journal
# and come to the balances of our trial balance, account by account; Gnumeric shows the spreadsheets.
# usage: exports_command_test.sh FENQI CATALOG
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

# Three currencies with two and no decimals, one with more digits than a spreadsheet keeps; names
# that mean something to the programs.
sed -e 's/^limit = { CNY = "8000.00" }/limit = { CNY = "8000.00", USD = "2000.00", JPY = "90000" }/' \
  -e 's/^\[currency.CNY\]/[currency.USD]\ninstallment_min = "1.00"\nopening_capital = "9000000000000000.07"\n[currency.JPY]\ninstallment_min = "500"\n&/' \
  "$catalog" > catalog.toml
expect 0 "version 1" "$fenqi" catalog apply catalog.toml --opens-on 2026-03-02
cat > events.ndjson <<'LINES'
{"type":"hold","ref":"H1","customer":"C1","merchant":"M1","at":"2026-03-02 09:00:00","amount":"1000.00"}
{"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-03-02 10:00:00","amount":"1100.00","coupon_platform":"60.00","coupon_merchant":"40.00","installments":6,"hold":"H1"}
{"type":"purchase","ref":"O2","customer":"C2","merchant":"M1","at":"2026-03-02 11:00:00","amount":"300.00","installments":3,"product":"interest_free"}
{"type":"purchase","ref":"O3: [1/2], \"x\" 50%","customer":"C2","merchant":"店:1;  号","at":"2026-03-02 12:00:00","amount":"99.99","installments":3,"currency":"USD"}
{"type":"purchase","ref":"O4","customer":"客户","merchant":"m (1)","at":"2026-03-02 13:00:00","amount":"12000","installments":3,"currency":"JPY"}
{"type":"hold","ref":":t:  date:2026-99-99;key:: 1 \\n \\","customer":"C2","merchant":"M1","at":"2026-03-02 13:30:00","amount":"1.00"}
{"type":"hold","ref":"=1+1","customer":"C2","merchant":"M1","at":"2026-03-02 14:00:00","amount":"50.00"}
LINES
expect 0 "" "$fenqi" import events events.ndjson --create-parties
expect 0 "" "$fenqi" close --date 2026-03-06 --today 2026-03-12
cat > events.ndjson <<'LINES'
{"type":"repayment","ref":"R1","customer":"C2","at":"2026-03-05 12:00:00","amount":"40.00","currency":"USD"}
{"type":"refund","ref":"F1","purchase":"O1","at":"2026-03-07 10:00:00","amount":"275.00"}
{"type":"refund","ref":"F2","purchase":"O2","at":"2026-03-07 11:00:00","amount":"300.00"}
LINES
expect 0 "" "$fenqi" import events events.ndjson --create-parties
expect 0 "" "$fenqi" close --date 2026-03-10 --today 2026-03-12
expect 0 "facts hold" "$fenqi" verify
[[ $failures == 0 ]] || exit 1

# "2101:M1:sale CNY -12.00" of what is not 0, sorted, in lower case: Beancount wants capitals.
ours() {
  "$fenqi" export trial-balance --format csv "$@" | tr -d '\r' | tail -n +2 |
    sed -E 's/^([^,]*,[^,]+,)("[^"]*"|[^,]*),/\1/' |
    awk -F, '{ $3 = $3 ? ":" $3 : ""; $4 = $4 ? ":" $4 : ""; print $2 $3 $4, $5, $NF }' | settled
}
settled() { grep -Ev ' -?0(\.0+)?$' | tr '[:upper:]' '[:lower:]' | sort; }
# Takes the names apart again.
plain_names() {
  sed -E -e 's/^[A-Z][a-z]+:(Memo:)?([^ ]+) [^:|]*/\2/' -e 's/%3A/:/; s/%3B/;/; s/ %20/  /' |
    tr '|' ' ' | settled
}
of_hledger() { hledger -f "$1" balance --flat -N -O csv --layout=bare |
  tail -n +2 | sed -E 's/^"(.*)","(.*)","(.*)"$/\1|\2|\3/' | plain_names; }
of_ledger() { ledger -f "$1" --pedantic --check-payees balance --flat --no-total --permissive \
  --balance-format '%(account)|%(display_total)\n' |
  awk -F'|' 'NF == 2 { name = $1 } { split($NF, a, " "); print name "|" a[2] "|" a[1] }' |
  plain_names; }
of_beancount() { bean-query -q -f csv "$1" 'SELECT account, currency, sum(number) GROUP BY 1, 2' |
  tr -d '\r' | tail -n +2 | sed -E 's/^([^,]*),([^,]*),/\1|\2|/; s/ +$//; s/ *\| */|/g' |
  sed -E -e 's/^[A-Z][a-z]+:(Memo:)?([0-9]{4})-[^:|]*/\2/' \
    -e 's/--fee/_fee/' -e 's/:X--u5E97-u003A1-u003B-u0020-u0020-u53F7/:店:1;  号/; s/:X-m-u0020-u00281-u0029/:m (1)/' |
  tr '|' ' ' | settled; }

check_hledger() { hledger -f "$1" check --strict payees; }
check_ledger() { ledger -f "$1" --pedantic --check-payees source; }
check_beancount() { bean-check "$1"; }

# accepted FORMAT PROGRAM: the program takes the file, of all dates and of some.
accepted() {
  local format=$1 program=$2 dates
  if ! command -v "$program" > /dev/null; then
    echo "skipped: there is no $program"
    return
  fi
  for dates in "" "--from 2026-03-06" "--to 2026-03-05" "--from 2026-03-03 --to 2026-03-06"; do
    # shellcheck disable=SC2086
    expect 0 "" "$fenqi" export journal --format "$format" $dates --out "book.$format"
    expect 0 "" "check_$format" "book.$format"
    [[ -z $output ]] || fail "$program has something to say: $output"
    # shellcheck disable=SC2046
    ours $(grep -oE -- '--to (.*)' <<< "$dates" | sed 's/--to/--as-of/') > ours
    "of_$format" "book.$format" > theirs
    [[ $(wc -l < ours) -gt 12 ]] || fail "a trial balance of $(wc -l < ours) accounts"
    diff ours theirs || fail "balances of $program ($dates) are not our trial balance"
  done
  # The check is one: an amount that is wrong and an account nobody declared are refused.
  sed -E '0,/^    [AL].*  /s/^(    [AL].*  -?)([0-9])/\19\2/' "book.$format" > "altered.$format"
  expect 1 "" "check_$format" "altered.$format"
  sed -E '0,/^    [AL]/s/^    (Assets|Liabilities):/&0/' "book.$format" > "undeclared.$format"
  expect 1 "" "check_$format" "undeclared.$format"
}
accepted hledger hledger
accepted ledger ledger
accepted beancount bean-check

# The spreadsheets as Gnumeric shows them are the CSV of the same.
if command -v ssconvert > /dev/null; then
  for what in "export trial-balance" "export lines --from 2026-03-02" \
    "statement --merchant M1 --from 2026-03-02 --to 2026-03-10"; do
    # shellcheck disable=SC2086
    expect 0 "" "$fenqi" $what --format xlsx --out book.xlsx
    # shellcheck disable=SC2086
    "$fenqi" $what --format csv 2> /dev/null | fields > ours
    shown book.xlsx > theirs
    [[ $(wc -l < ours) -gt 5 ]] || fail "$what has $(wc -l < ours) lines"
    diff ours theirs || fail "the spreadsheet of $what is not its CSV"
    # shellcheck disable=SC2086
    "$fenqi" $what --format xlsx 2> /dev/null | cmp - book.xlsx || fail "not the same bytes again"
  done
else
  echo "skipped: there is no ssconvert"
fi

# Vouchers as GB/T 24589.1 has them: a parser reads them, and their sums are the trial balance's.
sum_of() {  # ELEMENT AMOUNT ACCOUNT CURRENCY
  xmllint --xpath "sum(//$1[科目编号='$3'][币种编码='$4']/$2)" vouchers.xml
}
if command -v xmllint > /dev/null; then
  expect 0 "" "$fenqi" export vouchers --format base-data --out base.xml
  expect 0 "" xmllint --noout base.xml
  expect 0 "CNY" xmllint --xpath "string(//电子账簿/本位币)" base.xml
  expect 0 "" "$fenqi" export vouchers --out vouchers.xml
  expect 0 "" xmllint --noout vouchers.xml
  expect 0 "CAPTURE C2 O3: [1/2], \"x\" 50%" xmllint --xpath \
    "string(//记账凭证[contains(记账凭证摘要, 'O3')]/记账凭证摘要)" vouchers.xml
  "$fenqi" export trial-balance | tr -d '\r' | tail -n +2 |
    sed -E 's/^([^,]*,[^,]+,)("[^"]*"|[^,]*),/\1/' |
    awk -F, '$2 !~ /^(1001|4001)$/ { d[$2 " " $5] += $6; c[$2 " " $5] += $7 }
      END { for (a in d) printf "%s %.2f\n", a, d[a] - c[a] }' | sort > ours
  while read -r account currency _; do
    awk -v d="$(sum_of 记账凭证 借方原币金额 "$account" "$currency")" \
      -v c="$(sum_of 记账凭证 贷方原币金额 "$account" "$currency")" \
      -v a="$account $currency" 'BEGIN { printf "%s %.2f\n", a, d - c }'
  done < ours > theirs
  [[ $(wc -l < ours) -gt 12 ]] || fail "$(wc -l < ours) accounts"
  diff ours theirs || fail "vouchers are not the trial balance"
else
  echo "skipped: there is no xmllint"
fi

# The user's own numbers: programs come to the balances of the trial balance under them.
cat >> catalog.toml <<'LINES'
[[account]]
code = 1101
number = "1122.01"
name = "应收账款: a; b"
[[account]]
code = 1102
number = "1122.01"
name = "应收账款: a; b"
[[account]]
code = 6001
number = "6051"
detail = "none"
LINES
expect 0 "version 2" "$fenqi" catalog apply catalog.toml
expect 0 ",1122.01,应收账款: a; b,,,CNY," "$fenqi" export trial-balance
expect 0 ",1101,Installment principal receivable,,,CNY," "$fenqi" export trial-balance --accounts ours
expect 2 "--accounts" "$fenqi" export trial-balance --accounts theirs
accepted hledger hledger
accepted ledger ledger
if command -v bean-check > /dev/null; then
  expect 0 "" "$fenqi" export journal --format beancount --out book.beancount
  expect 0 "" bean-check book.beancount
fi
cat catalog.toml - > bad.toml <<'LINES'
[[account]]
code = 1103
number = "1104"
LINES
expect 65 'account[4].number "1104" is a code of our chart' "$fenqi" catalog apply bad.toml

expect 2 "--format" "$fenqi" export journal --format gnucash
expect 1 "after their end" "$fenqi" export journal --from 2026-03-05 --to 2026-03-04
expect 1 "is not closed" "$fenqi" export journal --to 2026-03-11

[[ -z ${KEEP:-} ]] || cp -r "$home"/book.* ours theirs "$KEEP"
exit $((failures > 0))
