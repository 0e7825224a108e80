#!/usr/bin/env bash
# Kills a replay at random moments, fenqi and PostgreSQL by turns, and runs it to its end: the books
# must be those of a replay that nobody disturbed.
# usage: kill_test.sh FENQI CATALOG [ROUNDS [SEED]]
set -uo pipefail
fenqi=$(realpath "$1")
catalog=$(realpath "$2")
rounds=${3:-20}
seed=${4:-1}
RANDOM=$seed
home=$(mktemp -d)
chmod 755 "$home"
unset FENQI_DATABASE_URL FENQI_DATABASE

finish() {
  FENQI_HOME=$home/calm "$fenqi" db stop 2>/dev/null
  FENQI_HOME=$home/killed "$fenqi" db stop 2>/dev/null
  rm -rf "$home"
}
trap finish EXIT

fail() {
  printf 'FAILED (seed %s): %s\n' "$seed" "$*"
  exit 1
}

# Ten weeks of purchases, and repayments on the due day, earlier, late, in part, or never. Everything
# the close does is in it: late fees, limits, settlement with reserve, payouts, refunds.
generate() {
  awk -v dir="$home" '
    function random(n) { state = (state * 1103515245 + 12345) % 2147483648
                         return int(state / 65536) % n }
    function day(n) { return strftime("%Y-%m-%d", epoch + n * 86400, 1) }
    function row(file, n, hour, text) { print day(n) "T" sprintf("%02d", hour) ":00:00+08:00" \
                                        "," text | ("sort > " dir "/" file) }
    BEGIN {
      state = 20250102; epoch = 1735776000  # 2025-01-02
      for (i = 1; i <= 600; ++i) {
        n = random(70); customer = "C" random(80); count = 1 + random(6)
        cents = 3000 + random(60000)
        row("purchases.body", n, 8 + random(12), "P" i "," customer ",M" random(12) "," \
            sprintf("%d.%02d", cents / 100, cents % 100) "," count "," \
            (random(2) ? "flat_fee" : "interest_free"))
        kind = random(10)
        if (kind == 0) { row("refunds.body", n + 1 + random(30), 21, "F" i ",P" i "," \
                             sprintf("%d.%02d", cents / 100, cents % 100)); continue }
        if (kind == 1) continue                # never pays
        for (k = 1; k <= count && n + 31 * k < 145; ++k) {
          late = random(4) == 0 ? random(40) : -random(3)
          part = int(cents / count) + random(3) * 100
          row("repayments.body", n + 30 * k + late, 20 + random(4), "R" i "-" k "," customer "," \
              sprintf("%d.%02d", part / 100, part % 100))
        }
      }
    }' || return 1
  # The time is first in the body, so that sort sorts by it.
  (echo purchased_at,purchase_ref,customer,merchant,amount,installments,product
   cat "$home/purchases.body") >"$home/purchases.csv"
  (echo paid_at,repayment_id,customer,amount; cat "$home/repayments.body") >"$home/repayments.csv"
  (echo refunded_at,refund_id,purchase_ref,amount; cat "$home/refunds.body") >"$home/refunds.csv"
}

# Declined purchases leave refunds and repayments that are rejected: exit code 65 is an end too.
ended() { (($1 == 0 || $1 == 65)); }
replay() {
  exec "$fenqi" replay --catalog "$catalog" --purchases "$home/purchases.csv" \
    --repayments "$home/repayments.csv" --refunds "$home/refunds.csv" --through 2025-05-31
}

now_ms() { date +%s%3N; }
nap_ms() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

generate || fail "no data: is gawk or mawk there?"

export FENQI_HOME=$home/calm
"$fenqi" db start 2>/dev/null || fail "PostgreSQL does not start"
began=$(now_ms)
(replay) >"$home/calm.log" 2>&1
ended $? || fail "the undisturbed replay: $(tail -5 "$home/calm.log")"
took=$(($(now_ms) - began))
"$fenqi" verify >"$home/verify.log" 2>&1 || fail "undisturbed: $(tail -20 "$home/verify.log")"
want=$("$fenqi" verify --digest) || fail "no digest"
"$fenqi" db stop 2>/dev/null
echo "undisturbed: $took ms, digest $want"

export FENQI_HOME=$home/killed
kills=0 finished=0
while ((kills < rounds)); do
  "$fenqi" db start 2>"$home/start.log" || fail "kill $kills, start: $(cat "$home/start.log")"
  (replay) >"$home/killed.log" 2>&1 &
  replay_pid=$!
  # A run of full length takes some 20 such steps, so the kills meet all of it.
  nap_ms $((50 + took * (RANDOM % 1000) / 1000 * 3 / rounds))
  if ! kill -0 "$replay_pid" 2>/dev/null; then
    wait "$replay_pid"
    ended $? || fail "kill $kills: the replay itself: $(tail -5 "$home/killed.log")"
    [[ $("$fenqi" verify --digest) == "$want" ]] || fail "kill $kills: finished with other books"
    "$fenqi" db stop 2>/dev/null
    rm -rf "$home/killed"  # and once more from the start
    finished=$((finished + 1))
    continue
  fi
  if ((kills % 2 == 0)); then
    kill -9 "$replay_pid" 2>/dev/null
    wait "$replay_pid" 2>/dev/null
  else
    postmaster=$("$fenqi" db status | sed -n 's/^server .*process //p')
    [[ $postmaster =~ ^[0-9]+$ ]] || fail "kill $kills: whom? $("$fenqi" db status)"
    kill -9 "$postmaster"
    wait "$replay_pid" 2>/dev/null
    status=$?
    ended "$status" || ((status == 69)) ||
      fail "kill $kills: PostgreSQL was killed, fenqi ended with $status: $(tail -5 "$home/killed.log")"
  fi
  kills=$((kills + 1))
done

"$fenqi" db start 2>"$home/start.log" || fail "the last start: $(cat "$home/start.log")"
(replay) >"$home/killed.log" 2>&1
ended $? || fail "the last replay: $(tail -5 "$home/killed.log")"
"$fenqi" verify >"$home/verify.log" 2>&1 || fail "killed: $(tail -20 "$home/verify.log")"
got=$("$fenqi" verify --digest)
[[ $got == "$want" ]] || fail "after $kills kills the digest is $got instead of $want"
(replay) >"$home/killed.log" 2>&1
ended $? || fail "the replay of what is there: $(tail -5 "$home/killed.log")"
[[ $("$fenqi" verify --digest) == "$want" ]] || fail "replaying what is there changed the books"
echo "$kills kills, $finished runs finished between them: the same books"
