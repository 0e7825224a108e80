#include "sql/store/reconcile_store.h"

#include <fmt/format.h>

#include "sql/store/rows.h"

namespace store {
namespace {

// The judgement of one key needs one pass over both sides: one row of each, and nothing in which
// they differ. Collections for merchants and of receivables that were bought (rules 44 and 48) are
// items by their event's reference. $1 channel, $2 and $3 dates (from $7 on sums), $4 fee in 10^-8
// or -1, $5 files of its bills, $6 of them those in a currency without decimals, $8 with three, $9
// those whose small fee differences are too much together, $10 and $11 which part of the numbers.
#define FENQI_OTHERS                                                                          \
  "SELECT p.event_id AS id, f.refund_ref AS ref, true AS is_refund, p.business_date AS day, " \
  "f.refunded_at AS at, p.currency, -p.amount_minor AS amount_minor, p.party_id "             \
  "FROM refund_payout p JOIN refund f ON f.party_id = p.party_id "                            \
  "AND f.event_id = p.refund_event "                                                          \
  "WHERE p.channel_id = $1 AND p.business_date BETWEEN $2 AND $3 "                            \
  "UNION ALL "                                                                                \
  "SELECT j.event_id, j.source_ref, false, j.value_date, j.posted_at, c.currency, "           \
  "c.amount_minor, c.party_id "                                                               \
  "FROM clearing_item c JOIN journal j ON j.party_id = c.party_id "                           \
  "AND j.journal_id = c.journal_id "                                                          \
  "WHERE c.owner_id = $1 AND c.code = 1011 AND c.business_date >= $2 "                        \
  "AND j.rule IN (44, 48) AND j.value_date BETWEEN $2 AND $3"

#define FENQI_OURS                                                                             \
  "SELECT r.event_id AS id, r.repayment_ref AS ref, false AS is_refund, r.value_date AS day, " \
  "r.paid_at AS at, r.currency, r.amount_minor, r.party_id "                                   \
  "FROM repayment r "                                                                          \
  "WHERE r.channel_id = $1 AND r.business_date >= $2 AND r.value_date BETWEEN $2 AND $3 "      \
  "UNION ALL " FENQI_OTHERS

// How far its fee is from the contract's, in 10^-5.
#define FENQI_FEE_APART                                                                            \
  "CASE WHEN $4 < 0 THEN 0 ELSE r.fee_e5 - CASE WHEN r.amount_minor < 0 THEN -1 ELSE 1 END "       \
  "* CASE WHEN r.file_id = ANY ($6) THEN 100000 WHEN r.file_id = ANY ($8) THEN 100 ELSE 1000 END " \
  "* CASE WHEN abs(r.amount_minor) < 10000000000 "                                                 \
  "THEN (abs(r.amount_minor) * $4 + 50000000) / 100000000 "                                        \
  "ELSE round(abs(r.amount_minor)::numeric * $4 * 0.00000001)::bigint END END"

// A payment that was revoked before anything was paid is no item.
#define FENQI_THEIRS \
  "FROM bill_row r WHERE r.file_id = ANY ($5) AND (r.type <> 3 OR r.amount_minor <> 0)"

constexpr const char* kOver = R"(
  SELECT file_id FROM (SELECT file_id, abs()" FENQI_FEE_APART R"() AS apart )" FENQI_THEIRS R"() x
  WHERE apart BETWEEN 1 AND 1000
  GROUP BY file_id HAVING sum(apart) > 100000)";

constexpr const char* kCompare = R"(
  WITH undone AS MATERIALIZED (  -- taken back because it never arrived, and not by the channel
    SELECT l.party_id, l.subject_event
    FROM life_event l
    WHERE l.kind = 'chargeback' AND l.business_date >= $2 AND l.subject_event IS NOT NULL
      AND NOT EXISTS (SELECT FROM journal j JOIN account a ON a.account_id = ANY (j.credit_account)
                      WHERE j.party_id = l.party_id AND j.event_id = l.event_id AND j.rule = 27
                        AND a.code = 1011)),
  keys AS MATERIALIZED (  -- by a hash: whoever shares one by chance is looked at row by row
    SELECT k FROM (
      SELECT hashtextextended(repayment_ref, 0) AS k,
             hashtextextended(repayment_ref, hashbpchar(currency)) AS k2,
             value_date - date '2000-01-01' AS day, amount_minor, 1 AS n
      FROM repayment
      WHERE channel_id = $1 AND business_date >= $2 AND value_date BETWEEN $2 AND $3
      UNION ALL
      SELECT hashtextextended(ref, is_refund::int), hashtextextended(ref, hashbpchar(currency)),
             day - date '2000-01-01', amount_minor, 1
      FROM ()" FENQI_OTHERS R"() o
      UNION ALL
      SELECT hashtextextended(CASE WHEN r.type = 1 THEN r.our_ref ELSE r.our_refund_ref END,
                              (r.type <> 1)::int),
             hashtextextended(CASE WHEN r.type = 1 THEN r.our_ref ELSE r.our_refund_ref END,
                              hashbpchar(r.currency)),
             date '2000-01-01' - r.bill_date, r.amount_minor,
             CASE WHEN $4 < 0 THEN 1073741824
                  WHEN abs()" FENQI_FEE_APART
                                 R"() > CASE WHEN r.file_id = ANY ($9) THEN 0 ELSE 1000 END
                  THEN 3 ELSE 1073741824 END
      )" FENQI_THEIRS R"(
      UNION ALL
      SELECT hashtextextended(r.repayment_ref, 0), NULL, NULL, NULL, 3
      FROM undone u JOIN repayment r ON r.party_id = u.party_id AND r.event_id = u.subject_event
      UNION ALL
      SELECT hashtextextended(key_ref, is_refund::int), NULL, NULL, NULL, 3 FROM reconcile_break
      WHERE channel_id = $1 AND stage = 1 AND present AND day >= $2) x
    WHERE $10 = 0 OR k & $10 = $11
    GROUP BY k
    -- one of each side and no mark, so what is equal cancels out; the second hash is of number and
    -- currency, and the dates of one side are below 0
    HAVING NOT (sum(n) = 1073741825 AND bit_xor(amount_minor) = 0 AND bit_xor(k2) = 0
                AND abs(sum(day)) <= 1))
  SELECT 0::int2, count(*)::bigint, ''::text, ''::text, false, day, NULL::timestamptz,
         currency, sum(amount_minor)::bigint, 0::bigint, ''::text, false
  FROM ()" FENQI_OURS R"() o
  WHERE day >= $7 AND ($10 = 0 OR hashtextextended(ref, is_refund::int) & $10 = $11)
  GROUP BY day, currency
  UNION ALL
  SELECT 1::int2, o.id, o.ref, '', o.is_refund, o.day, o.at, o.currency, o.amount_minor, 0, '',
         (o.party_id, o.id) IN (SELECT party_id, subject_event FROM undone)
  FROM keys JOIN ()" FENQI_OURS R"() o ON k = hashtextextended(o.ref, o.is_refund::int)
  UNION ALL
  SELECT 2::int2, t.id, t.ref, t.channel_txn, t.is_refund, t.day, t.at, t.currency, t.amount_minor,
         t.fee_e5, t.payer, t.file_id = ANY ($9)
  FROM keys JOIN (
    SELECT r.file_id, r.file_id * 100000000 + r.row_no AS id,
           CASE WHEN r.type = 1 THEN r.our_ref ELSE r.our_refund_ref END AS ref,
           CASE WHEN r.type = 1 THEN r.channel_txn ELSE r.refund_txn END AS channel_txn,
           r.type <> 1 AS is_refund, r.bill_date AS day, r.happened_at AS at, r.currency,
           r.amount_minor, r.fee_e5, r.payer
    )" FENQI_THEIRS R"() t ON k = hashtextextended(t.ref, t.is_refund::int))";

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

TradeFiles read_files(Session& session, const Comparison& comparison, base::Day from) {
  const Rows rows = query(session, R"(
    SELECT file_id, currency FROM bill_file
    WHERE party_id = $1 AND kind = 1 AND state = 1 AND bill_date BETWEEN $2 AND $3
    ORDER BY file_id)",
                          Params().int8(comparison.channel.value).day(from).day(comparison.to));
  TradeFiles files;
  for (int i = 0; i < rows.size(); ++i) {
    const std::int64_t id = rows.int8(i, 0);
    files.all.push_back(id);
    if (rows.is_null(i, 1)) continue;
    const int decimals = base::Currency::find(rows.text(i, 1)).value().exponent();
    if (decimals == 0) files.without_decimals.push_back(id);
    if (decimals == 3) files.with_three.push_back(id);
  }
  return files;
}

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

void make_usual(Session& session) {
  session.execute("SET LOCAL enable_sort = on; SET LOCAL enable_mergejoin = on");
}

Params trade_params(const Comparison& comparison, const TradeFiles& files) {
  return Params()
      .int8(comparison.channel.value)
      .day(base::plus_days(comparison.from, -kContextDays))
      .day(comparison.to)
      .int8(comparison.fee_e8.value_or(-1))
      .int8s(files.all)
      .int8s(files.without_decimals)
      .day(comparison.from)
      .int8s(files.with_three);
}

}  // namespace

TradeFiles list_trade_files(Session& session, const Comparison& comparison) {
  make_room(session, comparison.workers);
  TradeFiles files =
      read_files(session, comparison, base::plus_days(comparison.from, -kContextDays));
  if (comparison.fee_e8) {
    const Rows rows = query(session, kOver, trade_params(comparison, files));
    for (int i = 0; i < rows.size(); ++i) files.over.push_back(rows.int8(i, 0));
  }
  make_usual(session);
  return files;
}

std::vector<ItemSum> compare_bills(Session& session, const Comparison& comparison,
                                   const TradeFiles& files, KeyPart part,
                                   const std::function<void(UnmatchedRow)>& take) {
  make_room(session, 0);
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
  for_each_row(
      session, kCompare,
      trade_params(comparison, files).int8s(files.over).int8(part.count - 1).int8(part.index),
      take_row);
  make_usual(session);
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
  make_usual(session);
}

}  // namespace store
