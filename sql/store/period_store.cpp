#include "sql/store/period_store.h"

#include <unordered_map>

#include "sql/store/rows.h"

namespace store {

std::vector<AccountMovement> list_movements(Session& session, base::Day from, base::Day to) {
  const Rows rows = query(session, R"sql(
    SELECT account_id, sum(debit_minor)::bigint, sum(credit_minor)::bigint
    FROM account_day WHERE business_date BETWEEN $1 AND $2
    GROUP BY account_id)sql",
                          Params().day(from).day(to));
  struct Sides {
    std::int64_t debit = 0;
    std::int64_t credit = 0;
  };
  std::unordered_map<std::int32_t, Sides> sides;
  for (int i = 0; i < rows.size(); ++i) sides[rows.int4(i, 0)] = {rows.int8(i, 1), rows.int8(i, 2)};

  std::vector<AccountMovement> movements;
  for (const auto& [account, closing] : list_balances(session, to)) {
    const auto [debit, credit] = sides[account.id];
    movements.push_back({account, closing - debit + credit, debit, credit, closing});
  }
  return movements;
}

}  // namespace store
