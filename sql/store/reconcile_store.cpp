#include "sql/store/reconcile_store.h"

#include <fmt/format.h>

#include "sql/store/rows.h"
#include "sql/store/trade_store.h"

namespace store {
namespace {

constexpr const char* kBank = R"(
  WITH movement AS MATERIALIZED (
    SELECT r.file_id * 100000000 + r.row_no AS id, f.merchant_no, r.bill_date AS day, r.currency,
           r.amount_minor, r.channel_txn, r.refund_txn, r.our_ref,
           r.business LIKE '%提现%' OR r.business LIKE '%结算%' OR r.business ILIKE '%withdraw%'
             OR r.business ILIKE '%payout%' AS is_payout
    FROM bill_file f JOIN bill_row r USING (file_id)
    WHERE f.party_id = $1 AND f.kind = 2 AND f.state = 1 AND f.bill_date BETWEEN $2 AND $3),
  batch AS MATERIALIZED (  -- a payout by itself; else what a date's movements come to
    SELECT id, coalesce(nullif(our_ref, ''), nullif(refund_txn, ''), channel_txn) AS name,
           ARRAY[channel_txn, refund_txn, our_ref] AS refs, day, currency,
           -amount_minor AS amount, 1::bigint AS count
    FROM movement WHERE is_payout
    UNION ALL
    SELECT min(id), to_char(day, 'YYYYMMDD'), NULL, day, currency, sum(amount_minor)::bigint,
           count(*)
    FROM movement m
    WHERE NOT EXISTS (SELECT FROM movement p WHERE p.is_payout)
    GROUP BY day, currency),
  named AS MATERIALIZED (
    SELECT DISTINCT ref, name FROM batch CROSS JOIN LATERAL unnest(refs) AS ref WHERE ref <> ''),
  line AS MATERIALIZED (
    SELECT b.file_id * 100000000 + b.row_no AS id, b.booked_on, b.currency, b.amount_minor,
           b.bank_ref, b.our_ref, b.remark,
           $4 <> '' AND strpos(b.counterparty, $4) > 0 AS is_payer
    FROM bill_file f JOIN bank_line b USING (file_id)
    WHERE f.kind = 3 AND f.state = 1 AND b.booked_on BETWEEN $2 AND $3
      AND f.bill_date >= $2)
  SELECT false, id, name, name, day, currency, amount, count FROM batch
  UNION ALL
  SELECT true, l.id, coalesce(n.name, m.name, d.name, ''),
         coalesce(nullif(l.bank_ref, ''), nullif(l.our_ref, ''), l.remark), l.booked_on,
         l.currency, l.amount_minor, 1
  FROM line l
    LEFT JOIN LATERAL (SELECT min(name) AS name FROM named
                       WHERE ref = l.our_ref OR ref = l.bank_ref) n ON true
    LEFT JOIN LATERAL (SELECT min(name) AS name FROM named
                       WHERE n.name IS NULL AND l.is_payer AND octet_length(ref) >= 8
                         AND strpos(l.remark, ref) > 0) m ON true
    LEFT JOIN LATERAL (SELECT min(name) AS name FROM batch
                       WHERE refs IS NULL AND l.is_payer
                         AND (strpos(l.our_ref, name) > 0 OR strpos(l.remark, name) > 0)) d ON true
  WHERE l.is_payer OR n.name IS NOT NULL)";

base::Currency currency_at(const Rows& rows, int column) {
  return base::Currency::find(rows.text(0, column)).value();
}

/// For the transaction: hashes of millions of rows in memory that is bounded, with as many
/// processes as asked for. Numbers are text, which is slow to sort and quick to hash.
void make_room(Session& session, int workers) {
  session.execute(fmt::format(
      "SET LOCAL work_mem = '128MB'; SET LOCAL hash_mem_multiplier = 2.5; SET LOCAL jit = "
      "off; SET LOCAL enable_sort = off; SET LOCAL enable_mergejoin = off; SET LOCAL "
      "max_parallel_workers_per_gather = {}",
      workers));
}

}  // namespace

void list_bank_rows(Session& session, const Comparison& comparison,
                    const std::function<void(BankRow)>& take) {
  make_room(session, comparison.workers);
  const auto take_row = [&](const Rows& rows) {
    take({.is_line = rows.boolean(0, 0),
          .id = rows.int8(0, 1),
          .batch = std::string(rows.text(0, 2)),
          .ref = std::string(rows.text(0, 3)),
          .day = rows.day(0, 4),
          .currency = currency_at(rows, 5),
          .amount = rows.int8(0, 6),
          .count = rows.int8(0, 7)});
  };
  for_each_row(session, kBank,
               Params()
                   .int8(comparison.channel.value)
                   .day(base::plus_days(comparison.from, -2 * kContextDays))
                   .day(comparison.to)
                   .text(comparison.payer),
               take_row);
  make_usual(session);
}

}  // namespace store
