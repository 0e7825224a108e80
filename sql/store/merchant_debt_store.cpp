#include "sql/store/merchant_debt_store.h"

#include "sql/store/currency_column.h"

namespace store {

// Only who owes something now is looked back on: one index probe an account finds them. Their day
// totals then say when the sum last was not a debt. Dates that were not sealed are summed from
// their journals: `since`.
OwingMerchantCursor::OwingMerchantCursor(Session& session, const Reading& reading)
    : cursor_(session, R"sql(
    WITH since AS MATERIALIZED (
      SELECT s.account_id, j.business_date, sum(s.minor) AS amount
      FROM journal j
      CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
        AS t (debit, credit, amount)
      CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount))
        AS s (account_id, minor)
      WHERE $1 < $2 AND j.business_date > $1 AND j.business_date <= $2 AND j.posted_at <= $3
        AND s.account_id IN (SELECT account_id FROM account
                             WHERE code IN (1121, 2101, 2103) AND owner_id IS NOT NULL)
      GROUP BY s.account_id, j.business_date
    ), held AS (
      SELECT a.account_id, a.code, a.owner_id, a.currency,
             coalesce(last.balance_minor, 0)
               + coalesce((SELECT sum(s.amount) FROM since s WHERE s.account_id = a.account_id), 0)
               AS balance
      FROM account a
      LEFT JOIN LATERAL (SELECT d.balance_minor FROM account_day d
                         WHERE d.account_id = a.account_id AND d.business_date <= $1
                         ORDER BY d.business_date DESC LIMIT 1) last ON true
      WHERE a.code IN (1121, 2101, 2103) AND a.owner_id IS NOT NULL
    ), owing AS (
      SELECT owner_id, currency,
             coalesce(sum(balance) FILTER (WHERE code = 2101), 0) AS payable,
             coalesce(sum(balance) FILTER (WHERE code = 1121), 0) AS claim,
             coalesce(-sum(balance) FILTER (WHERE code = 2103), 0) AS reserve
      FROM held GROUP BY owner_id, currency
      HAVING sum(balance) FILTER (WHERE code <> 2103) > 0
    ), moved AS (
      SELECT a.owner_id, a.currency, d.business_date, sum(d.amount) AS amount
      FROM owing o
      JOIN account a ON a.owner_id = o.owner_id AND a.currency = o.currency
                        AND a.code IN (1121, 2101)
      CROSS JOIN LATERAL (
        SELECT business_date, (debit_minor - credit_minor)::numeric AS amount FROM account_day
        WHERE account_id = a.account_id AND business_date <= $1
        UNION ALL
        SELECT business_date, amount FROM since WHERE account_id = a.account_id) d
      GROUP BY a.owner_id, a.currency, d.business_date
    ), running AS (
      SELECT m.*, sum(amount) OVER (PARTITION BY owner_id, currency ORDER BY business_date) AS balance
      FROM moved m
    ), began AS (
      SELECT r.owner_id, r.currency, min(r.business_date) AS business_date
      FROM running r
      WHERE r.business_date > coalesce((SELECT max(b.business_date) FROM running b
                                        WHERE b.owner_id = r.owner_id AND b.currency = r.currency
                                          AND b.balance <= 0), '-infinity')
      GROUP BY r.owner_id, r.currency)
    SELECT p.ref, o.currency, o.payable::bigint, o.claim::bigint, o.reserve::bigint, s.business_date
    FROM owing o
    JOIN began s ON s.owner_id = o.owner_id AND s.currency = o.currency
    JOIN party p ON p.party_id = o.owner_id
    ORDER BY o.currency, s.business_date, p.ref COLLATE "C")sql",
              Params()
                  .day(reading.sealed_through)
                  .day(reading.as_of)
                  .instant(reading.known_at.value_or(base::Instant{}))) {}

std::vector<OwingMerchant> OwingMerchantCursor::next() {
  const Rows rows = cursor_.next();
  std::vector<OwingMerchant> merchants;
  merchants.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    merchants.push_back({std::string(rows.text(i, 0)), currency_in(rows, i, 1), rows.int8(i, 2),
                         rows.int8(i, 3), rows.int8(i, 4), rows.day(i, 5)});
  }
  return merchants;
}

}  // namespace store
