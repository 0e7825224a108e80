#include "sql/store/movement_store.h"

#include <fmt/format.h>

#include "base/check.h"
#include "sql/store/currency_column.h"

namespace store {
namespace {

// A journal says by its plan which product it concerns; nightly sums have no plan, but a product in
// the tag of one of their accounts.
constexpr const char* kMovements = R"sql(
    SELECT j.currency, {product} AS product, a.code, b.code AS against,
           coalesce(o.rule, j.rule) AS rule, j.business_date < $2 AS is_before,
           s.minor > 0 AS is_debit, sum(s.minor)::bigint
    FROM journal j
    LEFT JOIN journal o ON o.party_id = j.party_id AND o.journal_id = j.reverses
    {plan}
    CROSS JOIN LATERAL unnest(j.debit_account, j.credit_account, j.amount_minor)
      AS t (debit, credit, amount)
    CROSS JOIN LATERAL (VALUES (t.debit, t.credit, t.amount), (t.credit, t.debit, -t.amount))
      AS s (account_id, against_id, minor)
    JOIN account a ON a.account_id = s.account_id AND a.code = ANY ($1)
    JOIN account b ON b.account_id = s.against_id
    WHERE (j.business_date <= $3 OR j.business_date <= $4 AND j.posted_at <= $5) {dates}
    GROUP BY 1, 2, 3, 4, 5, 6, 7)sql";

ledger::Code code_in(const Rows& rows, int row, int column) {
  const auto code = ledger::find_code(rows.int4(row, column));
  CHECK(code.has_value(), "account {} is not in the chart", rows.int4(row, column));
  return *code;
}

}  // namespace

std::vector<Movement> sum_movements(Session& session, std::span<const std::int32_t> codes,
                                    base::Day from, const Reading& reading, bool by_product) {
  const std::string statement =
      by_product
          ? fmt::format(kMovements,
                        fmt::arg("product",
                                 "coalesce(p.product, CASE WHEN a.code BETWEEN 1191 AND 1193 THEN "
                                 "a.tag WHEN b.code IN (6001, 6003, 6004) THEN b.tag ELSE '' END)"),
                        fmt::arg("plan",
                                 "LEFT JOIN plan p ON p.party_id = j.party_id AND p.plan_id = "
                                 "j.plan_id"),
                        fmt::arg("dates", ""))
          : fmt::format(kMovements, fmt::arg("product", "''"), fmt::arg("plan", ""),
                        fmt::arg("dates", "AND j.business_date >= $2"));
  const Rows rows = query(session, statement.c_str(),
                          Params()
                              .int4s(codes)
                              .day(from)
                              .day(reading.sealed_through)
                              .day(reading.as_of)
                              .instant(reading.known_at.value_or(base::Instant{})));
  std::vector<Movement> movements;
  for (int i = 0; i < rows.size(); ++i) {
    movements.push_back({currency_in(rows, i, 0), std::string(rows.text(i, 1)), code_in(rows, i, 2),
                         code_in(rows, i, 3), static_cast<ledger::Rule>(rows.int2(i, 4)),
                         rows.boolean(i, 5), rows.int8(i, 7), rows.boolean(i, 6)});
  }
  return movements;
}

}  // namespace store
