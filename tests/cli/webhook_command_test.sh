#!/usr/bin/env bash
# fenqi webhook as an operator runs it, over limit changes that a close made.
# usage: webhook_command_test.sh FENQI CATALOG
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
for n in 1 2 3 4 5 6 7 8; do
  printf '{"type":"purchase","ref":"O%s","customer":"C%s","merchant":"M1","at":"2026-03-02 10:00:00","amount":"600.00","installments":3}\n' "$n" "$n"
done > events.ndjson
expect 0 "" "$fenqi" import events events.ndjson --create-parties
expect 0 "" "$fenqi" close --through 2026-04-15 --today 2026-05-12 --workers 2

expect 2 "can't be read" "$fenqi" webhook add http://127.0.0.1:9/hook --secret-file hook.secret
expect 1 "URL_INVALID" "$fenqi" webhook add ftp://risk.example/ --secret-file hook.secret --make-secret
[[ ! -e hook.secret ]] || fail "a secret was made for a URL that is none"
expect 1 "URL_NOT_SECURE" "$fenqi" webhook add http://risk.example/ --secret-file hook.secret --make-secret
expect 0 "wh_" "$fenqi" webhook add http://127.0.0.1:9/hook --secret-file hook.secret --make-secret --from 0
id=$output
[[ $(stat -c %a hook.secret) == 600 && $(cat hook.secret) == whsec_* ]] || fail "the secret: $(stat -c %a hook.secret)"
expect 1 "URL_THERE" "$fenqi" webhook add http://127.0.0.1:9/hook --secret-file hook.secret
expect 2 "is there already" "$fenqi" webhook add http://127.0.0.1:9/other --secret-file hook.secret --make-secret
expect 1 "CURSOR_UNKNOWN" "$fenqi" webhook add http://127.0.0.1:9/other --secret-file hook.secret --from 999
printf 'secret' > bad.secret
expect 1 "SECRET_INVALID" "$fenqi" webhook add http://127.0.0.1:9/other --secret-file bad.secret

# Every limit change of the close is in the feed, each customer blocked on the same day.
"$fenqi" export limit-changes --from 2026-03-02 --to 2026-04-15 > changes.csv
changes=$(($(wc -l < changes.csv) - 1))
((changes >= 8)) || fail "the close made $changes limit changes"
expect 0 "$changes          0     0  active" "$fenqi" webhook list
expect 0 "delivered 0, failed" "$fenqi" webhook send --once
expect 0 "can't be reached" "$fenqi" webhook list
expect 0 "0 dead" "$fenqi" webhook dead
expect 2 "either --from or --dead" "$fenqi" webhook replay "$id"
expect 1 "ENDPOINT_UNKNOWN" "$fenqi" webhook replay wh_0 --from 0
expect 1 "CURSOR_UNKNOWN" "$fenqi" webhook replay "$id" --from 999
expect 0 "will be sent again" "$fenqi" webhook replay "$id" --from 0
expect 0 "is removed" "$fenqi" webhook remove "$id"
expect 1 "ENDPOINT_UNKNOWN" "$fenqi" webhook remove "$id"

expect 2 "one of --merchant, --all and --limits" "$fenqi" key create --all --limits
expect 0 "fq_" "$fenqi" key create --limits --name risk
expect 0 "limits:read" "$fenqi" key list
expect 0 "facts hold" "$fenqi" verify

[[ $failures == 0 ]] && echo "webhooks: all as documented"
exit $((failures > 0))
