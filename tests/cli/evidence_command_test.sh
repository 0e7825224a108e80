#!/usr/bin/env bash
# fenqi evidence, proof, check-proof and export seals as a user meets them, and what verify says of a
# book that somebody else has edited.
# usage: evidence_command_test.sh FENQI CATALOG
set -uo pipefail
# shellcheck source=tests/cli/expect.sh
source "$(dirname "$0")/expect.sh"
fenqi=$(realpath "$1")
catalog=$(realpath "$2")
home=$(mktemp -d)
chmod 755 "$home"
unset FENQI_DATABASE_URL FENQI_DATABASE FENQI_EVIDENCE_KEY
export FENQI_HOME=$home/var

finish() {
  "$fenqi" db stop 2>/dev/null
  rm -rf "$home"
}
trap finish EXIT
cd "$home" || exit 1

sql() { "$fenqi" db psql -- -XAtqc "$1"; }
# As the owner, behind the program's back.
edit() { sql "ALTER TABLE $1 DISABLE TRIGGER USER; $2; ALTER TABLE $1 ENABLE TRIGGER USER"; }

expect 1 "there is no key file" "$fenqi" evidence public-key
expect 0 "version 1" "$fenqi" catalog apply "$catalog" --opens-on 2024-06-01
cat > purchases.csv <<'CSV'
purchase_ref,customer,merchant,purchased_at,amount,installments
A1,C1,M1,2024-06-01T10:00:00+08:00,100.00,3
A2,C2,M1,2024-06-01T11:00:00+08:00,250.00,6
A3,C1,M2,2024-06-02T10:00:00+08:00,99.90,3
CSV
expect 0 "" "$fenqi" import purchases purchases.csv --create-parties=standard,standard
[[ ! -e var/evidence.key ]] || fail "a key before the first close"
expect 0 "2024-06-03" "$fenqi" close --date 2024-06-03 --today 2024-06-04
[[ $(stat -c %a var/evidence.key) == 600 ]] || fail "mode of the key file"
expect 0 "$(cat var/evidence.key.pub)" "$fenqi" evidence public-key
expect 1 "File exists" "$fenqi" evidence new-key
expect 0 "facts hold" "$fenqi" verify

# A proof is made with the database and checked without.
expect 2 "no date and voucher number" "$fenqi" proof 2024-06-01
expect 2 "no date and voucher number" "$fenqi" proof 2024-06-01/x
expect 1 "VOUCHER_UNKNOWN" "$fenqi" proof 2024-06-01/99
expect 1 "DATE_NOT_SEALED" "$fenqi" proof 2024-06-04/1
expect 0 "" "$fenqi" export lines --from 2024-06-01 --to 2024-06-03 --out lines.csv
voucher=$(grep -m1 CAPTURE lines.csv | cut -d, -f1,2 --output-delimiter=/)
expect 0 "" "$fenqi" proof "$voucher" --out proof.json
expect 0 "" "$fenqi" export seals --out seals.csv
mkdir elsewhere
cp var/evidence.key.pub elsewhere/merchant.pub
cp proof.json seals.csv elsewhere/
expect 0 "stopped" "$fenqi" db stop
elsewhere() { (cd elsewhere && env -i FENQI_HOME=/nonexistent "$fenqi" check-proof "$@"); }
expect 0 "CAPTURE of 2024-06-01, voucher" elsewhere proof.json --public-key merchant.pub
expect 0 "customer C" elsewhere proof.json --public-key "$(cat var/evidence.key.pub)"
expect 0 "one of 3 dates from 2024-06-01 to 2024-06-03" \
  elsewhere proof.json --public-key merchant.pub --seals seals.csv
expect 1 "PROOF_KEY_UNKNOWN" elsewhere proof.json --public-key "$(printf 'ab%.0s' {1..32})"
expect 2 "neither a public key" elsewhere proof.json --public-key nothing.pub
expect 1 "can't read" elsewhere nothing.json --public-key merchant.pub
sed 's/"tag": "sale"/"tag": "sole"/' proof.json > elsewhere/altered.json
expect 1 "PROOF_NOT_CANONICAL" elsewhere altered.json --public-key merchant.pub
sed 's/"leaf_index": \(.*\),/"leaf_index": 7\1,/' proof.json > elsewhere/altered.json
expect 1 "(PROOF_" elsewhere altered.json --public-key merchant.pub
grep -v 2024-06-01 seals.csv > elsewhere/later.csv
expect 1 "PROOF_SEAL_NOT_IN_FILE" elsewhere proof.json --public-key merchant.pub --seals later.csv
grep -v 2024-06-02 seals.csv > elsewhere/gap.csv
expect 1 "line 3: the seal does not follow" \
  elsewhere proof.json --public-key merchant.pub --seals gap.csv

# Anybody with standard tools comes to the same.
if command -v openssl > /dev/null && command -v xxd > /dev/null && command -v jq > /dev/null; then
  {
    printf '302a300506032b6570032100' | xxd -r -p
    xxd -r -p var/evidence.key.pub
  } > key.der
  field() { jq -r "$1" proof.json; }
  text() { printf '%s:%s,' "${#1}" "$1"; }
  {
    text fenqi-seal
    for name in format book business_date tree_size root previous; do text "$(field ".seal.$name")"; done
  } > bytes
  [[ $(sha256sum < bytes) == "$(field .seal.hash)  -" ]] || fail "the seal's hash by sha256sum"
  field .signature | xxd -r -p > signature
  expect 0 "Verified" openssl pkeyutl -verify -rawin -in bytes -sigfile signature \
    -pubin -inkey key.der -keyform DER
else
  echo "skipped: the same with openssl, xxd and jq"
fi

# Each edit behind our back is named with its date and voucher.
number=${voucher#*/}
edit journal "UPDATE journal SET amount_minor[1] = amount_minor[1] + 1 WHERE (party_id, journal_id) =
  (SELECT party_id, journal_id FROM voucher WHERE business_date = '2024-06-01' AND number = $number)"
expect 1 "vouchers: 2024-06-01 voucher $number" "$fenqi" verify
expect 1 "JOURNAL_CHANGED" "$fenqi" proof "$voucher"
edit journal "UPDATE journal SET amount_minor[1] = amount_minor[1] - 1 WHERE (party_id, journal_id) =
  (SELECT party_id, journal_id FROM voucher WHERE business_date = '2024-06-01' AND number = $number)"
expect 0 "facts hold" "$fenqi" verify
edit seal "UPDATE seal SET content_hash = sha256(content_hash) WHERE business_date = '2024-06-02'"
expect 1 "seal-content: 2024-06-02" "$fenqi" verify

# Keys: others may not read them, and a missing one is not replaced unasked.
chmod 640 var/evidence.key
expect 1 "var/evidence.key: its mode is 0640" "$fenqi" close --date 2024-06-04 --today 2024-06-05
chmod 600 var/evidence.key
mv var/evidence.key old.key
expect 1 "evidence.key: it is not there, and the seals through" \
  "$fenqi" close --date 2024-06-04 --today 2024-06-05
expect 0 "fingerprint" "$fenqi" evidence new-key
[[ $(wc -l < var/evidence.key.pub) == 2 ]] || fail "both public keys are kept"
expect 0 "$(tail -1 var/evidence.key.pub)" "$fenqi" evidence public-key --all
expect 0 "$(head -1 var/evidence.key.pub)" env FENQI_EVIDENCE_KEY=old.key "$fenqi" evidence public-key

exit $((failures > 0))
