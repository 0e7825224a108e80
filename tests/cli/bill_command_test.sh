#!/usr/bin/env bash
# fenqi import bill and bank as a user meets them: a bill taken, again, changed, bad in every way; statements
# that chain from file to file.
# usage: bill_command_test.sh FENQI CATALOG
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
sql() { "$fenqi" db psql -- -tAc "$1"; }

expect 0 "" "$fenqi" catalog apply "$catalog"

# 2026-07-10: R1 paid 172.66, and 10.00 of an older order went back.
cat > wx.csv <<'BILL'
交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注
`2026-07-10 09:02:03,`wx1,`1900000001,`0,`,`4200000000202607100000000001,`R1,`o1,`JSAPI,`SUCCESS,`OTHERS,`CNY,`172.66,`0.00,`0,`0,`0.00,`0.00,`,`,`a, `b`,`,`0.52000,`0.30%,`172.66,`0.00,`
`2026-07-10 10:02:03,`wx1,`1900000001,`0,`,`4200000000202607010000000009,`R9,`o1,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5030000000202607100000000001,`B1,`10.00,`0.00,`ORIGINAL,`SUCCESS,`shoes,`,`-0.03000,`0.30%,`0.00,`10.00,`
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额
`2,`172.66,`10.00,`0.00,`0.49000,`172.66,`10.00
BILL

expect 1 "no channel NOPE" "$fenqi" import bill wx.csv --channel NOPE
expect 2 "--channel" "$fenqi" import bill wx.csv
expect 0 "dry run: 2 rows would be stored" "$fenqi" import bill wx.csv --channel WX --dry-run
[[ $(sql "SELECT count(*) FROM bill_row") == 0 ]] || fail "a dry run stored rows"

# Bad files: by name, with line and field; nothing is stored.
bad() {
  local code=$1 edit=$2
  sed -e "$edit" wx.csv > bad.csv
  shift 2
  expect 65 "$code" "$fenqi" import bill bad.csv --channel WX --rejects rejects.csv "$@"
  [[ $output == *"nothing of this file is stored"* ]] || fail "$code does not say that nothing is stored"
  grep -q "${code%%:*}" rejects.csv || fail "$code is not in the rejects file"
}
bad "FIELD_COUNT: line 2" '2s/`JSAPI,//'
bad 'STATUS_UNKNOWN: line 2, 交易状态 "OTHERS"' '2s/`SUCCESS,`OTHERS,/`OTHERS,`SUCCESS,/'
bad "TOTALS_MISSING: line 3" '4,5d'
bad 'TOTALS_DISAGREE: line 5, 总交易单数 "3"' '5s/`2/`3/'
bad 'TOTALS_DISAGREE: line 5, 手续费总金额 "0.49001"' '5s/0.49000/0.49001/'
bad "TOTALS_MISPLACED: line 5" '3{h;d};5G'
bad "MIXED_ENCODING: line 3" $'3s/shoes/\xb5\xc4/'
bad 'AMOUNT_TOO_MANY_DECIMALS: line 2, 手续费 "0.520001"' '2s/0.52000/0.520001/'
bad 'SCIENTIFIC_NOTATION: line 2, 微信订单号 "4.2E+27"' '2s/`42[0-9]*/`4.2E+27/'
bad "OTHER_DATE: line 3" '3s/2026-07-10/2026-07-09/'
bad "OTHER_DATE: line 2" '' --date 2026-07-11
bad "OTHER_MERCHANT: line 3" '3s/1900000001/1900000002/'
bad "OTHER_MERCHANT: line 2" '' --merchant-no 1900000009
bad "HASH_DISAGREES: the file, SHA1" '' --sha1 a9993e364706816aba3e25717850c26c9cd0d89d
bad "DATE_UNKNOWN" '2,3d;5s/.*/`0,`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00/'
: > empty.csv
expect 65 "FILE_EMPTY" "$fenqi" import bill empty.csv --channel WX
expect 65 "can't be opened" "$fenqi" import bill nowhere.csv --channel WX
[[ $(sql "SELECT count(*) FROM bill_row") == 0 ]] || fail "a bad bill stored rows"
[[ $(sql "SELECT count(*) FROM bill_file") == 0 ]] || fail "a bad bill is remembered as taken"

# Taken, once; the declared hash is that of the bytes, and a gzip of them is the same file.
expect 0 "2 rows are stored" "$fenqi" import bill wx.csv --channel WX --sha1 "$(sha1sum < wx.csv | cut -d' ' -f1)"
gzip -k wx.csv
expect 0 "taken before, as wx.csv: nothing changed" "$fenqi" import bill wx.csv.gz --channel WX
expect 0 "nothing changed" "$fenqi" import bill - --channel WX < wx.csv
[[ $(sql "SELECT our_ref, type, amount_minor, fee_e5 FROM bill_row ORDER BY row_no" | tr '\n' ' ') == \
   'R1|1|17266|52000 R9|2|-1000|-3000 ' ]] || fail "the rows are not those of the bill"

# Another file of the same date: a finding that is kept, not rows.
sed 's/shoes/boots/' wx.csv > wx2.csv
expect 1 "BILL_CHANGED: wx.csv was taken for 2026-07-10" "$fenqi" import bill wx2.csv --channel WX
expect 1 "BILL_CHANGED" "$fenqi" import bill wx2.csv --channel WX
[[ $(sql "SELECT state, count(*) FROM bill_file GROUP BY state ORDER BY 1" | tr '\n' ' ') == '1|1 2|1 ' ]] ||
  fail "what came for the date is not remembered"
[[ $(sql "SELECT count(*) FROM bill_row") == 2 ]] || fail "rows of a changed file are stored"
# A bill of another merchant is not taken by mistake.
sed 's/2026-07-10/2026-07-11/g; s/1900000001/1900000002/g' wx.csv > other.csv
expect 65 "OTHER_MERCHANT" "$fenqi" import bill other.csv --channel WX
expect 0 "2 rows are stored" "$fenqi" import bill other.csv --channel WX --merchant-no 1900000002

# Statements chain from file to file.
statement() {
  printf 'day,in,out,balance,ref\n%s,%s,,%s,%s\n' "$1" "$2" "$3" "$4"
}
bank=(--format csv --map booked=day,credit=in,debit=out --account A1)
statement 2026-07-13 172.14 1172.14 B1 > bank1.csv
statement 2026-07-14 100.00 1272.14 B2 > bank2.csv
statement 2026-07-15 100.00 1472.14 B4 > bank4.csv
expect 0 "balances chain" "$fenqi" import bank bank1.csv "${bank[@]}"
expect 0 "nothing changed" "$fenqi" import bank bank1.csv "${bank[@]}"
expect 0 "1 rows are stored" "$fenqi" import bank bank2.csv "${bank[@]}"
expect 65 "the statement of 2026-07-14 closed with 1272.14" "$fenqi" import bank bank4.csv "${bank[@]}"
expect 0 "1 rows are stored" "$fenqi" import bank bank4.csv "${bank[@]}" --after-gap
expect 65 "COLUMN_MISSING" "$fenqi" import bank bank1.csv --format csv --map booked=when --account A1
expect 65 "FORMAT_UNKNOWN" "$fenqi" import bank bank1.csv
expect 2 "--map" "$fenqi" import bank bank1.csv --format csv --map booked
expect 0 '"outcome": "same"' "$fenqi" import bank bank1.csv "${bank[@]}" --json

exit $((failures > 0))
