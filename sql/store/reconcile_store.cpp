#include "sql/store/reconcile_store.h"

#include "sql/store/cursor.h"

namespace store {
namespace {

constexpr const char* kCompare = R"(
  WITH ours AS MATERIALIZED (
    SELECT *, count(*) OVER (PARTITION BY ref, is_refund) AS n FROM (
      SELECT event_id AS id, repayment_ref AS ref, false AS is_refund, value_date AS day,
             paid_at AS at, currency, amount_minor
      FROM repayment
      WHERE channel_id = $1 AND business_date >= $2 AND value_date BETWEEN $2 AND $3
      UNION ALL
      SELECT p.event_id, f.refund_ref, true, p.business_date, f.refunded_at, p.currency,
             -p.amount_minor
      FROM refund_payout p JOIN refund f ON f.party_id = p.party_id AND f.event_id = p.refund_event
      WHERE p.channel_id = $1 AND p.business_date BETWEEN $2 AND $3) x),
  theirs AS MATERIALIZED (
    SELECT *, count(*) OVER (PARTITION BY ref, is_refund) AS n FROM (
      SELECT r.file_id * 100000000 + r.row_no AS id,
             CASE WHEN r.type = 1 THEN r.our_ref ELSE r.our_refund_ref END AS ref,
             CASE WHEN r.type = 1 THEN r.channel_txn ELSE r.refund_txn END AS channel_txn,
             r.type <> 1 AS is_refund, r.bill_date AS day, r.happened_at AS at, r.currency,
             r.amount_minor, r.fee_e5, r.payer
      FROM bill_file f JOIN bill_row r USING (file_id)
      WHERE f.party_id = $1 AND f.kind = 1 AND f.state = 1 AND f.bill_date BETWEEN $2 AND $3) x),
  agreed AS MATERIALIZED (
    SELECT o.id AS our_id, t.id AS their_id, o.currency, o.amount_minor
    FROM ours o JOIN theirs t USING (ref, is_refund)
    WHERE o.n = 1 AND t.n = 1 AND o.currency = t.currency AND o.amount_minor = t.amount_minor
      AND abs(o.day - t.day) <= 1)
  SELECT 0::int2, count(*)::bigint, ''::text, ''::text, false, NULL::date, NULL::timestamptz,
         currency, sum(amount_minor)::bigint, 0::bigint, ''::text
  FROM agreed GROUP BY currency
  UNION ALL
  SELECT 1::int2, id, ref, '', is_refund, day, at, currency, amount_minor, 0, ''
  FROM ours o WHERE NOT EXISTS (SELECT FROM agreed WHERE our_id = o.id)
  UNION ALL
  SELECT 2::int2, id, ref, channel_txn, is_refund, day, at, currency, amount_minor, fee_e5, payer
  FROM theirs t WHERE NOT EXISTS (SELECT FROM agreed WHERE their_id = t.id))";

}  // namespace

std::vector<AgreedSum> compare_bills(Session& session, base::PartyId channel, base::Day from,
                                     base::Day to, const std::function<void(UnmatchedRow)>& take) {
  std::vector<AgreedSum> agreed;
  Cursor cursor(session, kCompare, Params().int8(channel.value).day(from).day(to));
  for (Rows rows = cursor.next(); !rows.empty(); rows = cursor.next()) {
    for (int i = 0; i < rows.size(); ++i) {
      const base::Currency currency = base::Currency::find(rows.text(i, 7)).value();
      if (rows.int2(i, 0) == 0) {
        agreed.push_back({currency, rows.int8(i, 1), rows.int8(i, 8)});
        continue;
      }
      take({.is_ours = rows.int2(i, 0) == 1,
            .id = rows.int8(i, 1),
            .ref = std::string(rows.text(i, 2)),
            .channel_txn = std::string(rows.text(i, 3)),
            .is_refund = rows.boolean(i, 4),
            .day = rows.day(i, 5),
            .at = rows.instant(i, 6),
            .currency = currency,
            .amount = rows.int8(i, 8),
            .fee_e5 = rows.int8(i, 9),
            .payer = std::string(rows.text(i, 10))});
    }
  }
  return agreed;
}

}  // namespace store
