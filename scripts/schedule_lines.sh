#!/bin/sh
# Lines for `fenqi schedule` to measure it with: every method, 3 to 36 installments, mostly by the
# month. The same lines for the same seed. Usage: schedule_lines.sh [LINES [SEED]]
awk -v lines="${1:-1000000}" -v seed="${2:-1}" '
function any(n) { seed = (seed * 16807) % 2147483647; return seed % n }
function one(list, n) { n = split(list, words, " "); return words[1 + any(n)] }
BEGIN {
  methods = "interest_free flat_fee upfront_fee equal_principal level_payment daily_interest flat_interest balloon"
  any(1); any(1)
  for (i = 0; i < lines; ++i) {
    method = one(methods)
    printf "{\"id\":\"%d\",\"currency\":\"CNY\",\"principal\":\"%d.%02d\",", i, 1000 + any(19000), any(100)
    month = 1 + any(11)
    printf "\"disbursed_on\":\"2026-%02d-%02d\",\"first_due_on\":\"2026-%02d-10\",", month, 1 + any(28), month + 1
    printf "\"installments\":%d,", any(4) ? one("6 12 24") : 3 + any(34)
    printf "\"every\":{\"count\":%s},\"method\":\"%s\",", any(10) ? "1,\"unit\":\"month\"" : "2,\"unit\":\"week\"", method
    if (method != "interest_free") {
      if (method == "daily_interest") printf "\"rate\":{\"percent\":\"0.0%d\",\"per\":\"day\"},\"day_count\":\"ACT/365F\",", 1 + any(5)
      else printf "\"rate\":{\"percent\":\"%d.%02d\",\"per\":\"%s\"},", any(2), any(100), one("period month")
    }
    printf "\"rounding\":{\"mode\":\"%s\",\"remainder\":\"LAST\"}}\n", one("DOWN HALF_UP HALF_EVEN")
  }
}'
