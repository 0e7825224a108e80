#!/usr/bin/env bash
# fenqi payouts as finance runs it: a file for the bank, its answer, and what is held.
# usage: payouts_command_test.sh FENQI CATALOG. The schema is read from $FENQI_SAMPLES/iso20022/xsd.
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

# valid FILE SCHEMA: where the schemas are, and the program that reads them
valid() {
  local schema=$samples/iso20022/xsd/$2.xsd
  if [[ -f $schema ]] && command -v xmllint > /dev/null; then
    expect 0 "validates" xmllint --noout --schema "$schema" "$1"
  fi
}

sed -e '/^auto_confirm/d' "$catalog" > simulated.toml
sed -e '/^\[payout\]/a debtor_name = "分期 & Co"\ndebtor_account = "GB82WEST12345698765432"\ndebtor_bank_code = "WESTGB2L"' \
  simulated.toml > catalog.toml
expect 0 "version 1" "$fenqi" catalog apply simulated.toml --opens-on 2026-03-02
expect 1 "debtor_name" "$fenqi" payouts export --date 2026-03-03
expect 0 "version 2" "$fenqi" catalog apply catalog.toml
sed 's/WEST12345698765432/WEST12345698765433/' catalog.toml > wrong.toml
expect 65 "payout.debtor_account" "$fenqi" catalog apply wrong.toml
cat > events.ndjson <<'LINES'
{"type":"purchase","ref":"O1","customer":"C1","merchant":"M1","at":"2026-03-02 10:00:00","amount":"1000.00","installments":6}
{"type":"purchase","ref":"O2","customer":"C2","merchant":"商户 <2>","at":"2026-03-02 11:00:00","amount":"300.00","installments":3}
{"type":"purchase","ref":"O3","customer":"C3","merchant":"M3","at":"2026-03-02 11:30:00","amount":"50.00","installments":1}
{"type":"payout_account","ref":"A1","merchant":"M1","at":"2026-03-02 12:00:00","name":"M1 Ltd & Sons","account":"DE89370400440532013000","bank_code":"DEUTDEFF500"}
{"type":"payout_account","ref":"A2","merchant":"商户 <2>","at":"2026-03-02 12:00:00","name":"商户 <2>","account":"6222020200112233445","bank_code":"102100099996"}
LINES
expect 0 "" "$fenqi" import events events.ndjson --create-parties
expect 0 "" "$fenqi" close --date 2026-03-02 --today 2026-05-12

expect 0 "FENQI-20260303-1, 2026-03-03: 2 payouts, 1227.20 CNY" "$fenqi" payouts export --date 2026-03-03 --out pay.xml
[[ $output == *"held: 1 payout, 47.20 CNY: the merchant has no payout account"* ]] || fail "what is held: $output"
valid pay.xml pain.001.001.09
grep -q '<NbOfTxs>2</NbOfTxs><CtrlSum>1227.20</CtrlSum>' pay.xml || fail "the control sum is not in the file"
grep -q '<EndToEndId>20260303-000001</EndToEndId>' pay.xml || fail "the payout's reference is not in the file"
expect 0 "written again" "$fenqi" payouts export --date 2026-03-03 --out again.xml
cmp pay.xml again.xml || fail "the file is not the same again"
expect 0 "" "$fenqi" payouts export --message FENQI-20260303-1 --format csv --out pay.csv
hash=$(head -n -1 pay.csv | sha256sum | cut -d' ' -f1)
[[ $(tail -1 pay.csv) == "trailer,FENQI-20260303-1,,,,,1227.20,2,2026-03-03,,$hash"$'\r' ]] || fail "the trailer: $(tail -1 pay.csv)"
expect 1 "no payout file has the message id" "$fenqi" payouts export --message FENQI-1

# A changed account is held; the others go.
cat > events.ndjson <<'LINES'
{"type":"payout_account","ref":"A3","merchant":"M3","at":"2026-03-03 12:00:00","name":"M3","account":"111","bank_code":"X"}
{"type":"payout_account","ref":"A4","merchant":"M3","at":"2026-03-03 12:00:00","name":"M3","account":"222","bank_code":"X"}
LINES
expect 0 "" "$fenqi" import events events.ndjson
expect 0 "held: 1 payout, 47.20 CNY: the payout account changed less than 24 hours ago" \
  "$fenqi" payouts export --date 2026-03-04 --out none.xml
[[ ! -e none.xml ]] || fail "there is a file with nothing to pay"
expect 0 "account changed, until" "$fenqi" payouts list --date 2026-03-04
expect 0 "at the bank" "$fenqi" payouts list --date 2026-03-03

cat > answer.xml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>B-1</MsgId><CreDtTm>2026-03-03T15:00:00+08:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>FENQI-20260303-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>FENQI-20260303-1-CNY</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>20260303-000001</OrgnlEndToEndId><TxSts>ACSC</TxSts><OrgnlTxRef><Amt><InstdAmt Ccy="CNY">944.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>20260303-000003</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></StsRsnInf></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>20260303-000009</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
XML
expect 65 "line 8: PAYOUT_UNKNOWN 20260303-000009" "$fenqi" payouts import-response answer.xml --dry-run
[[ $output == *"nothing was posted"* ]] || fail "a dry run says so: $output"
expect 65 "confirmed  CNY      1  944.00" "$fenqi" payouts import-response answer.xml --rejects rejects.csv
grep -q '^8,PAYOUT_UNKNOWN,payout_ref,20260303-000009,' rejects.csv || fail "the rejects: $(cat rejects.csv)"
expect 65 "as before  CNY      2  1227.20" "$fenqi" payouts import-response answer.xml
printf 'payout_ref,amount,currency,status\n20260303-000002,47.21,CNY,accepted\n20260303-000002,47.20,CNY,maybe\n' > answer.csv
expect 65 "PAYOUT_AMOUNT_DIFFERS 47.21 CNY: payout 20260303-000002 is 47.20 CNY" "$fenqi" payouts import-response answer.csv
[[ $output == *"STATUS_UNKNOWN maybe"* ]] || fail "an unknown status: $output"
printf 'payout,status\n1,accepted\n' > answer.csv
expect 65 "the column payout_ref is missing" "$fenqi" payouts import-response answer.csv
printf '<Document><Other/></Document>' > answer.xml
expect 65 "no pain.002" "$fenqi" payouts import-response answer.xml
# All of a file in one word.
printf '<Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>FENQI-20260303-1</OrgnlMsgId><GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>' > answer.xml
expect 0 "returned   CNY      1  944.00" "$fenqi" payouts import-response answer.xml
expect 0 "" "$fenqi" close --date 2026-03-06 --today 2026-05-12
expect 0 "facts hold" "$fenqi" verify
expect 0 "" "$fenqi" export tie-out

[[ $failures == 0 ]] && echo "payouts: all as documented"
exit $((failures > 0))
