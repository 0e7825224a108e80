#include "sql/store/year_end_store.h"

#include "base/check.h"
#include "sql/store/rows.h"

namespace store {
namespace {

// Closing journals are the platform's, which has some a date and not some a customer: the primary
// key finds them. $1 the last sealed date, $2 the last date, $3 the instant of the reading.
#define FENQI_YEAR_END_JOURNALS                                                              \
  "FROM journal j JOIN party w ON w.party_id = j.party_id AND w.kind = 6 WHERE j.rule = 63 " \
  "AND j.business_date <= $2 AND (j.business_date <= $1 OR j.posted_at <= $3) "

Params of_reading(const Reading& reading) {
  return Params()
      .day(reading.sealed_through)
      .day(reading.as_of)
      .instant(reading.known_at.value_or(base::Instant{}));
}

base::Currency currency_at(const Rows& rows, int row, int column) {
  const auto currency = base::Currency::find(rows.text(row, column));
  CHECK(currency.has_value(), "the database holds a currency we don't know: {}",
        rows.text(row, column));
  return *currency;
}

ledger::Code code_at(const Rows& rows, int row, int column) {
  const auto code = ledger::find_code(rows.int4(row, column));
  CHECK(code.has_value(), "account {} is not in the chart", rows.int4(row, column));
  return *code;
}

}  // namespace

std::vector<ResultBalance> list_result_balances(Session& session, base::Day day) {
  const Rows rows = query(session, R"sql(
    WITH chosen AS MATERIALIZED (
      SELECT account_id, code, owner_id, tag, currency FROM account WHERE code BETWEEN 6000 AND 8999
    ),
    moved AS (
      SELECT side.account_id, sum(side.minor)::bigint AS minor
      FROM journal j
        CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
          AS t (debit, credit, amount)
        CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount))
          AS side (account_id, minor)
      WHERE j.business_date > (SELECT closed_through FROM book) AND j.business_date <= $1
        AND side.account_id IN (SELECT account_id FROM chosen)
      GROUP BY side.account_id
    ),
    held AS (
      SELECT a.*, coalesce(last.balance_minor, 0) + coalesce(m.minor, 0) AS minor
      FROM chosen a
        LEFT JOIN LATERAL (SELECT d.balance_minor FROM account_day d
                           WHERE d.account_id = a.account_id
                             AND d.business_date <= (SELECT closed_through FROM book)
                           ORDER BY d.business_date DESC LIMIT 1) last ON true
        LEFT JOIN moved m ON m.account_id = a.account_id
    )
    SELECT h.code, coalesce(h.owner_id, 0), h.tag, h.currency, h.minor
    FROM held h LEFT JOIN party o ON o.party_id = h.owner_id
    WHERE h.minor <> 0
    ORDER BY h.currency, h.code, coalesce(o.ref, '') COLLATE "C", h.tag COLLATE "C")sql",
                          Params().day(day));
  std::vector<ResultBalance> balances;
  balances.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    balances.push_back({{code_at(rows, i, 0), {rows.int8(i, 1)}, std::string(rows.text(i, 2))},
                        currency_at(rows, i, 3),
                        rows.int8(i, 4)});
  }
  return balances;
}

std::vector<AccountBalance> list_year_end_movements(Session& session, base::Day from,
                                                    const Reading& reading) {
  const Rows rows = query(session, R"sql(
    SELECT a.account_id, a.code, coalesce(o.ref, ''), a.tag, a.currency, m.minor
    FROM (SELECT side.account_id, sum(side.minor)::bigint AS minor
          FROM (SELECT j.debit_account, j.credit_account, j.amount_minor
                )sql" FENQI_YEAR_END_JOURNALS R"sql( AND j.business_date >= $4) closing
            CROSS JOIN LATERAL unnest(debit_account, credit_account, amount_minor)
              AS t (debit, credit, amount)
            CROSS JOIN LATERAL (VALUES (t.debit, t.amount), (t.credit, -t.amount))
              AS side (account_id, minor)
          GROUP BY side.account_id) m
      JOIN account a ON a.account_id = m.account_id
      LEFT JOIN party o ON o.party_id = a.owner_id
    WHERE a.code BETWEEN 6000 AND 8999)sql",
                          of_reading(reading).day(from));
  std::vector<AccountBalance> movements;
  for (int i = 0; i < rows.size(); ++i) {
    movements.push_back({{rows.int4(i, 0), code_at(rows, i, 1), std::string(rows.text(i, 2)),
                          std::string(rows.text(i, 3)), currency_at(rows, i, 4)},
                         rows.int8(i, 5)});
  }
  return movements;
}

std::optional<base::Day> find_last_year_end(Session& session, base::Currency currency,
                                            const Reading& reading) {
  const Rows rows = query(session,
                          "SELECT j.business_date " FENQI_YEAR_END_JOURNALS
                          "AND j.currency = $4 ORDER BY j.business_date DESC LIMIT 1",
                          of_reading(reading).text(currency.code()));
  if (rows.empty()) return std::nullopt;
  return rows.day(0, 0);
}

}  // namespace store
