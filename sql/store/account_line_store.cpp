#include "sql/store/account_line_store.h"

#include "sql/store/rows.h"

namespace store {
namespace {

// What follows the instant only makes the order total where a date was not sealed.
constexpr const char* kLines = R"sql(
    WITH posted AS (
      SELECT v.number, NULL::timestamptz AS posted_at, j.party_id, j.journal_id, j.business_date,
             j.rule, j.value_date, j.plan_id, j.source_ref, j.debit_account, j.credit_account,
             j.amount_minor
      FROM voucher v
      JOIN journal j ON j.party_id = v.party_id AND j.journal_id = v.journal_id
      WHERE v.business_date BETWEEN $2 AND $3
        AND (j.debit_account && $1 OR j.credit_account && $1)
      UNION ALL
      SELECT NULL, j.posted_at, j.party_id, j.journal_id, j.business_date, j.rule, j.value_date,
             j.plan_id, j.source_ref, j.debit_account, j.credit_account, j.amount_minor
      FROM journal j
      WHERE j.business_date BETWEEN greatest($2, $3 + 1) AND $4 AND j.posted_at <= $5
        AND (j.debit_account && $1 OR j.credit_account && $1)
    )
    SELECT chosen.rank, x.business_date, x.number, side.line::int, x.rule, x.value_date,
           c.ref, coalesce(p.purchase_ref, ''), coalesce(x.source_ref, ''), side.minor
    FROM posted x
    CROSS JOIN LATERAL unnest(x.debit_account, x.credit_account, x.amount_minor)
      WITH ORDINALITY AS t (debit, credit, amount, n)
    CROSS JOIN LATERAL (VALUES (t.debit, t.amount, 2 * t.n - 1), (t.credit, -t.amount, 2 * t.n))
      AS side (account_id, minor, line)
    JOIN unnest($1, $6::int[]) AS chosen (account_id, rank)
      ON chosen.account_id = side.account_id
    JOIN party c ON c.party_id = x.party_id
    LEFT JOIN plan p ON p.party_id = x.party_id AND p.plan_id = x.plan_id
    ORDER BY chosen.rank, x.business_date, x.number, x.posted_at, c.kind, c.ref COLLATE "C", x.rule,
             coalesce(p.purchase_ref, '') COLLATE "C", coalesce(x.source_ref, '') COLLATE "C",
             x.amount_minor, x.party_id, x.journal_id, side.line)sql";

}  // namespace

AccountLineCursor::AccountLineCursor(Session& session, std::span<const std::int32_t> accounts,
                                     std::span<const std::int32_t> ranks, base::Day from,
                                     const Reading& reading)
    : cursor_(session, kLines,
              Params()
                  .int4s(accounts)
                  .day(from)
                  .day(reading.sealed_through)
                  .day(reading.as_of)
                  .instant(reading.known_at.value_or(base::Instant{}))
                  .int4s(ranks)) {}

std::vector<AccountLine> AccountLineCursor::next() {
  const Rows rows = cursor_.next();
  std::vector<AccountLine> lines;
  lines.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    lines.push_back({static_cast<std::size_t>(rows.int4(i, 0)), rows.day(i, 1),
                     rows.is_null(i, 2) ? std::nullopt : std::optional(rows.int4(i, 2)),
                     rows.int4(i, 3), static_cast<ledger::Rule>(rows.int2(i, 4)), rows.day(i, 5),
                     std::string(rows.text(i, 6)), std::string(rows.text(i, 7)),
                     std::string(rows.text(i, 8)), rows.int8(i, 9)});
  }
  return lines;
}

}  // namespace store
