#include "sql/store/reconcile_bench_store.h"

#include <fmt/format.h>

#include "sql/store/rows.h"

namespace store {
namespace {

// Number i has kind 0 to 99 by its hash; kinds 0 to 8 are breaks. $1 channel, $2 date, $3 items,
// $4 seed.
#define FENQI_PLAN                                                                               \
  "(SELECT i, 'R' || lpad(i::text, 12, '0') AS ref, kind, "                                      \
  "CASE WHEN kind = 8 THEN $2::date ELSE $2::date - 5 - (i % 20)::int END AS day, "              \
  "1000 + abs(hashint8extended(i, $4 + 1) % 500000) AS amount FROM ("                            \
  "SELECT i, abs(hashint8extended(i, $4) % 100) AS kind FROM generate_series(1, $3::bigint) i) " \
  "x) p"

constexpr const char* kItems = R"(
  INSERT INTO repayment (party_id, event_id, repayment_ref, channel_id, currency, amount_minor,
                         paid_at, business_date, value_date)
  SELECT i % 1000 + 1, i, ref, $1, 'CNY', amount, day + interval '12 hours', day, day
  FROM )" FENQI_PLAN R"( WHERE kind <> 0
  ORDER BY day, i)";

constexpr const char* kUndone = R"(
  INSERT INTO life_event (party_id, event_id, event_ref, kind, currency, happened_at,
                          business_date, value_date, subject_event)
  SELECT i % 1000 + 1, i + 1000000000000, ref, 'chargeback', 'CNY', day, day, day, i
  FROM )" FENQI_PLAN R"( WHERE kind = 3 AND $1 <> 0)";

constexpr const char* kRows = R"(
  INSERT INTO bill_row (file_id, row_no, line, type, bill_date, happened_at, channel_txn, our_ref,
                        refund_txn, our_refund_ref, status, business, payer, currency,
                        amount_minor, fee_e5)
  SELECT $2::date - bill_date + 1, i * 2 + copy, i, 1, bill_date, bill_date + interval '12 hours',
         '42000000' || lpad(i::text, 20, '0'), ref, '', '', 'SUCCESS', 'JSAPI',
         'o' || i % 100000, CASE WHEN kind = 6 THEN 'USD' ELSE 'CNY' END,
         amount + CASE WHEN kind = 2 THEN 100 ELSE 0 END,
         (amount * 300000 + 50000000) / 100000000 * 1000 + CASE WHEN kind = 4 THEN 5000 ELSE 0 END
  FROM (SELECT p.*, day + CASE WHEN kind = 7 THEN 3 ELSE 0 END AS bill_date FROM )" FENQI_PLAN
                              R"() q
    CROSS JOIN LATERAL generate_series(0, CASE WHEN kind = 5 THEN 1 ELSE 0 END) AS copy
  WHERE kind NOT IN (1, 8) AND $1 <> 0
  ORDER BY 1, 2)";

constexpr const char* kFiles = R"(
  INSERT INTO bill_file (file_id, party_id, kind, format, merchant_no, bill_date, currency, state,
                         file_name, sha256, byte_count, row_count, in_count, in_minor, out_count,
                         out_minor, fee_e5)
  SELECT n, $1, 1, 'wechat-trade', '1900000001', $2::date - n::int + 1, 'CNY', 1,
         'bill-' || n, sha256(n::text::bytea), 0, coalesce(rows, 0), 0, 0, 0, 0, 0
  FROM generate_series(1, 30) n
    LEFT JOIN (SELECT file_id AS n, count(*) AS rows FROM bill_row GROUP BY 1) r USING (n)
  WHERE $3 + $4 IS NOT NULL)";

Params planted_params(const PlantedBook& book) {
  return Params().int8(book.channel.value).day(book.as_of).int8(book.items).int8(book.seed);
}

}  // namespace

void plant_book(Session& owner, const PlantedBook& book) {
  for (const char* statement : {kItems, kUndone, kRows, kFiles}) {
    query(owner, statement, planted_params(book));
  }
  owner.execute("VACUUM ANALYZE repayment, bill_row, bill_file, life_event");
}

void forget_breaks(Session& owner) {
  owner.execute(
      "ALTER TABLE reconcile_history DISABLE TRIGGER USER; TRUNCATE reconcile_history, "
      "reconcile_break, reconcile_run, reconcile_seen; ALTER TABLE reconcile_history ENABLE "
      "TRIGGER USER");
}

PlantedCount count_planted(Session& session, const PlantedBook& book) {
  const Rows rows = query(session,
                          "SELECT (SELECT count(*) FROM repayment), (SELECT count(*) FROM "
                          "bill_row), count(*) FROM " FENQI_PLAN " WHERE kind < 9 AND $1 <> 0",
                          planted_params(book));
  return {rows.int8(0, 0), rows.int8(0, 1), rows.int8(0, 2)};
}

PlantedMisses compare_planted(Session& session, const PlantedBook& book) {
  const Rows rows = query(session,
                          "WITH planted AS (SELECT ref, (ARRAY['MISSING_LEDGER', 'MISSING_BILL', "
                          "'AMOUNT', 'STATUS', 'FEE', 'DUPLICATE', 'CURRENCY', 'DATE', 'TIMING'])"
                          "[kind + 1] AS type FROM " FENQI_PLAN
                          " WHERE kind < 9), found AS (SELECT key_ref AS ref, type FROM "
                          "reconcile_break WHERE channel_id = $1 AND present) "
                          "SELECT (SELECT count(*) FROM (TABLE planted EXCEPT ALL TABLE found) a), "
                          "(SELECT count(*) FROM (TABLE found EXCEPT ALL TABLE planted) b)",
                          planted_params(book));
  return {rows.int8(0, 0), rows.int8(0, 1)};
}

std::int64_t join_planted(Session& session, const PlantedBook& book, int workers) {
  const Transaction transaction(session);
  session.execute(fmt::format(
      "SET LOCAL work_mem = '128MB'; SET LOCAL hash_mem_multiplier = 2.5; SET LOCAL jit = off; SET "
      "LOCAL max_parallel_workers_per_gather = {}",
      workers));
  return query(session,
               "SELECT count(*) FROM repayment r JOIN bill_row b ON b.our_ref = r.repayment_ref "
               "WHERE r.channel_id = $1",
               Params().int8(book.channel.value))
      .int8(0, 0);
}

}  // namespace store
