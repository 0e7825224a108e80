#include "sql/store/reconcile_store.h"

#include <fmt/format.h>

#include "sql/store/rows.h"

namespace store {
namespace {

// The judgement of one key needs one pass over both sides: one row of each, and nothing in which
// they differ. Collections for merchants and of receivables that were bought (rules 44 and 48) are
// items by their event's reference. $1 channel, $2 and $3 dates (from $7 on sums), $4 fee in 10^-8
// or -1, $5 and $6 currencies and how many 10^-5 one of their minor units has.
#define FENQI_OURS                                                                             \
  "SELECT r.event_id AS id, r.repayment_ref AS ref, false AS is_refund, r.value_date AS day, " \
  "r.paid_at AS at, r.currency, r.amount_minor, r.party_id "                                   \
  "FROM repayment r "                                                                          \
  "WHERE r.channel_id = $1 AND r.business_date >= $2 AND r.value_date BETWEEN $2 AND $3 "      \
  "UNION ALL "                                                                                 \
  "SELECT p.event_id, f.refund_ref, true, p.business_date, f.refunded_at, p.currency, "        \
  "-p.amount_minor, p.party_id "                                                               \
  "FROM refund_payout p JOIN refund f ON f.party_id = p.party_id "                             \
  "AND f.event_id = p.refund_event "                                                           \
  "WHERE p.channel_id = $1 AND p.business_date BETWEEN $2 AND $3 "                             \
  "UNION ALL "                                                                                 \
  "SELECT j.event_id, j.source_ref, false, j.value_date, j.posted_at, c.currency, "            \
  "c.amount_minor, c.party_id "                                                                \
  "FROM clearing_item c JOIN journal j ON j.party_id = c.party_id "                            \
  "AND j.journal_id = c.journal_id "                                                           \
  "WHERE c.owner_id = $1 AND c.code = 1011 AND c.business_date >= $2 "                         \
  "AND j.rule IN (44, 48) AND j.value_date BETWEEN $2 AND $3"

#define FENQI_FEE_APART                                             \
  "CASE WHEN $4 < 0 THEN 0 WHEN abs(r.amount_minor) < 10000000000 " \
  "THEN r.fee_e5 - sign(r.amount_minor)::int4 * f.scale * "         \
  "((abs(r.amount_minor) * $4 + 50000000) / 100000000) "            \
  "ELSE r.fee_e5 - f.scale * round(r.amount_minor::numeric * $4 * 0.00000001)::bigint END"

// A payment that was revoked before anything was paid is no item.
#define FENQI_THEIRS \
  "FROM files f JOIN bill_row r USING (file_id) WHERE NOT (r.type = 3 AND r.amount_minor = 0)"

constexpr const char* kCompare = R"(
  WITH files AS MATERIALIZED (
    SELECT f.file_id, coalesce(u.scale, 1000) AS scale
    FROM bill_file f LEFT JOIN unnest($5, $6) AS u (code, scale) ON u.code = f.currency::text
    WHERE f.party_id = $1 AND f.kind = 1 AND f.state = 1 AND f.bill_date BETWEEN $2 AND $3),
  over AS MATERIALIZED (  -- files whose small differences are too much together
    SELECT file_id FROM (SELECT file_id, )" FENQI_FEE_APART R"( AS apart )" FENQI_THEIRS
                                 R"( AND $4 >= 0) x
    WHERE abs(apart) <= 1000 GROUP BY file_id HAVING sum(abs(apart)) > 100000),
  undone AS MATERIALIZED (  -- taken back because it never arrived, and not by the channel
    SELECT l.party_id, l.subject_event
    FROM life_event l
    WHERE l.kind = 'chargeback' AND l.business_date >= $2 AND l.subject_event IS NOT NULL
      AND NOT EXISTS (SELECT FROM journal j JOIN account a ON a.account_id = ANY (j.credit_account)
                      WHERE j.party_id = l.party_id AND j.event_id = l.event_id AND j.rule = 27
                        AND a.code = 1011)),
  keys AS MATERIALIZED (
    SELECT ref, is_refund FROM (
      SELECT o.ref, o.is_refund, o.day, hashbpchar(o.currency) AS currency, o.amount_minor, 1 AS n
      FROM ()" FENQI_OURS R"() o
      UNION ALL
      SELECT CASE WHEN r.type = 1 THEN r.our_ref ELSE r.our_refund_ref END, r.type <> 1,
             r.bill_date, hashbpchar(r.currency), r.amount_minor,
             CASE WHEN abs()" FENQI_FEE_APART R"() > 1000 THEN 0
                  WHEN r.file_id IN (SELECT file_id FROM over) AND )" FENQI_FEE_APART
                                 R"( <> 0 THEN 0 ELSE 1073741824 END
      )" FENQI_THEIRS R"(
      UNION ALL
      SELECT ref, false, NULL, NULL, NULL, 0 FROM undone
        JOIN (SELECT party_id, event_id, repayment_ref AS ref FROM repayment) r
          ON r.party_id = undone.party_id AND r.event_id = undone.subject_event
      UNION ALL
      SELECT key_ref, is_refund, NULL, NULL, NULL, 0 FROM reconcile_break
      WHERE channel_id = $1 AND stage = 1 AND present AND day >= $2) x
    GROUP BY ref, is_refund
    HAVING NOT (sum(n) = 1073741825 AND count(*) = 2 AND min(amount_minor) = max(amount_minor)
                AND max(day) - min(day) <= 1 AND min(currency) = max(currency)))
  SELECT 0::int2, count(*)::bigint, ''::text, ''::text, false, day, NULL::timestamptz,
         currency, sum(amount_minor)::bigint, 0::bigint, ''::text, false
  FROM ()" FENQI_OURS R"() o WHERE day >= $7 GROUP BY day, currency
  UNION ALL
  SELECT 1::int2, o.id, o.ref, '', o.is_refund, o.day, o.at, o.currency, o.amount_minor, 0, '',
         EXISTS (SELECT FROM undone u WHERE u.party_id = o.party_id AND u.subject_event = o.id)
  FROM keys k JOIN ()" FENQI_OURS R"() o USING (ref, is_refund)
  UNION ALL
  SELECT 2::int2, t.id, t.ref, t.channel_txn, t.is_refund, t.day, t.at, t.currency, t.amount_minor,
         t.fee_e5, t.payer, t.file_id IN (SELECT file_id FROM over)
  FROM keys k JOIN (
    SELECT r.file_id, r.file_id * 100000000 + r.row_no AS id,
           CASE WHEN r.type = 1 THEN r.our_ref ELSE r.our_refund_ref END AS ref,
           CASE WHEN r.type = 1 THEN r.channel_txn ELSE r.refund_txn END AS channel_txn,
           r.type <> 1 AS is_refund, r.bill_date AS day, r.happened_at AS at, r.currency,
           r.amount_minor, r.fee_e5, r.payer
    )" FENQI_THEIRS R"() t USING (ref, is_refund))";

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

/// How many 10^-5 a minor unit has, of the currencies where that is not 1,000.
struct Scales {
  std::vector<std::string> codes;
  std::vector<std::int64_t> scales;
};

Scales other_scales() {
  Scales result;
  for (const char* code : {"JPY", "KRW", "VND", "CLP", "ISK", "BHD", "KWD", "OMR", "JOD", "TND"}) {
    const auto currency = base::Currency::find(code);
    if (!currency) continue;
    std::int64_t scale = 100'000;
    for (int i = 0; i < currency->exponent(); ++i) scale /= 10;
    result.codes.emplace_back(code);
    result.scales.push_back(scale);
  }
  return result;
}

base::Currency currency_at(const Rows& rows, int column) {
  return base::Currency::find(rows.text(0, column)).value();
}

/// For the transaction: sorts and hashes of millions of rows in memory that is bounded, with as
/// many processes as asked for.
void make_room(Session& session, int workers) {
  session.execute(
      fmt::format("SET LOCAL work_mem = '96MB'; SET LOCAL hash_mem_multiplier = 2; SET LOCAL jit = "
                  "off; SET LOCAL max_parallel_workers_per_gather = {}",
                  workers));
}

}  // namespace

std::vector<ItemSum> compare_bills(Session& session, const Comparison& comparison,
                                   const std::function<void(UnmatchedRow)>& take) {
  make_room(session, comparison.workers);
  const Scales scales = other_scales();
  std::vector<ItemSum> sums;
  const auto take_row = [&](const Rows& rows) {
    const base::Currency currency = currency_at(rows, 7);
    if (rows.int2(0, 0) == 0) {
      sums.push_back({rows.day(0, 5), currency, rows.int8(0, 1), rows.int8(0, 8)});
      return;
    }
    const bool is_ours = rows.int2(0, 0) == 1;
    const bool flag = rows.boolean(0, 11);
    take({.is_ours = is_ours,
          .id = rows.int8(0, 1),
          .ref = std::string(rows.text(0, 2)),
          .channel_txn = std::string(rows.text(0, 3)),
          .is_refund = rows.boolean(0, 4),
          .day = rows.day(0, 5),
          .at = rows.instant(0, 6),
          .currency = currency,
          .amount = rows.int8(0, 8),
          .fee_e5 = rows.int8(0, 9),
          .payer = std::string(rows.text(0, 10)),
          .is_paid = !is_ours || !flag,
          .is_fee_over_file = !is_ours && flag});
  };
  for_each_row(session, kCompare,
               Params()
                   .int8(comparison.channel.value)
                   .day(base::plus_days(comparison.from, -kContextDays))
                   .day(comparison.to)
                   .int8(comparison.fee_e8.value_or(-1))
                   .texts(std::span<const std::string>(scales.codes))
                   .int8s(scales.scales)
                   .day(comparison.from),
               take_row);
  return sums;
}

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
}

}  // namespace store
