#include "sql/store/vintage_store.h"

#include "sql/store/currency_column.h"

namespace store {

LastAllocationCursor::LastAllocationCursor(Session& session, base::Day first, base::Day last)
    : cursor_(session, R"sql(
    SELECT DISTINCT ON (a.party_id, a.plan_id, month)
           a.party_id, a.plan_id,
           (date_trunc('month', a.business_date::timestamp) + interval '1 month - 1 day')::date
             AS month,
           a.kind
    FROM allocation a
    WHERE a.business_date BETWEEN $1 AND $2 AND a.plan_id <> 0
    ORDER BY a.party_id, a.plan_id, month, a.business_date DESC, a.event_id DESC)sql",
              Params().day(first).day(last)) {}

std::vector<LastAllocation> LastAllocationCursor::next() {
  const Rows rows = cursor_.next();
  std::vector<LastAllocation> allocations;
  allocations.reserve(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    allocations.push_back({{rows.int8(i, 0)},
                           {rows.int8(i, 1)},
                           rows.day(i, 2),
                           static_cast<AllocationKind>(rows.int2(i, 3))});
  }
  return allocations;
}

std::vector<PurchaseMonth> sum_purchases_by_month(Session& session, base::Day first,
                                                  base::Day last) {
  const Rows rows = query(session, R"sql(
    SELECT (date_trunc('month', business_date::timestamp) + interval '1 month - 1 day')::date,
           currency, count(*), sum(financed_minor)::bigint
    FROM plan WHERE business_date BETWEEN $1 AND $2 GROUP BY 1, 2 ORDER BY 1, 2)sql",
                          Params().day(first).day(last));
  std::vector<PurchaseMonth> months;
  for (int i = 0; i < rows.size(); ++i) {
    months.push_back({rows.day(i, 0), currency_in(rows, i, 1), rows.int8(i, 2), rows.int8(i, 3)});
  }
  return months;
}

std::vector<ChargeOffMonth> sum_charge_offs_by_month(Session& session, base::Day first,
                                                     base::Day last) {
  const Rows rows = query(session, R"sql(
    SELECT (date_trunc('month', p.business_date::timestamp) + interval '1 month - 1 day')::date,
           (date_trunc('month', a.business_date::timestamp) + interval '1 month - 1 day')::date,
           a.currency, sum((SELECT coalesce(sum(x), 0) FROM unnest(a.principal) x))::bigint
    FROM allocation a
    JOIN plan p ON p.party_id = a.party_id AND p.plan_id = a.plan_id
    WHERE a.kind = 6 AND a.business_date BETWEEN $1 AND $2 AND p.business_date BETWEEN $1 AND $2
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3)sql",
                          Params().day(first).day(last));
  std::vector<ChargeOffMonth> months;
  for (int i = 0; i < rows.size(); ++i) {
    months.push_back({rows.day(i, 0), rows.day(i, 1), currency_in(rows, i, 2), rows.int8(i, 3)});
  }
  return months;
}

}  // namespace store
