// What the history of plans says month by month, beside what they owed (PlanAsOfCursor).
#pragma once

#include <cstdint>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/cursor.h"
#include "sql/store/customer_rows.h"
#include "sql/store/session.h"

namespace store {

/// What last paid, refunded or wrote off part of a plan in a month.
struct LastAllocation {
  base::PartyId party;
  base::PlanId plan;
  base::Day month_end;
  AllocationKind kind{};
};
/// Of the months with business dates in [first, last], by party, plan and month.
class LastAllocationCursor {
 public:
  LastAllocationCursor(Session& session, base::Day first, base::Day last);
  std::vector<LastAllocation> next();

 private:
  Cursor cursor_;
};

struct PurchaseMonth {
  base::Day month_end;
  base::Currency currency;
  std::int64_t plans = 0;
  std::int64_t financed = 0;
};
/// Purchases with business dates in [first, last].
std::vector<PurchaseMonth> sum_purchases_by_month(Session& session, base::Day first,
                                                  base::Day last);

struct ChargeOffMonth {
  base::Day bought;  ///< the last day of the month
  base::Day charged_off;
  base::Currency currency;
  std::int64_t principal = 0;
};
/// Principal of these purchases that was written off by `last`.
std::vector<ChargeOffMonth> sum_charge_offs_by_month(Session& session, base::Day first,
                                                     base::Day last);

}  // namespace store
