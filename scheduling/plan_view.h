// What the rules on money owed need to know of a plan: its installments as they stand. The engine
// fills these from the arrays of a plan's row; all amounts are minor units of one currency.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/day.h"

namespace scheduling {

struct InstallmentView {
  base::Day due;
  std::int64_t principal = 0;  ///< owed at first
  std::int64_t fee = 0;
  std::int64_t interest = 0;
  std::int64_t paid_principal = 0;  ///< paid, refunded or waived since
  std::int64_t paid_fee = 0;
  std::int64_t paid_interest = 0;

  std::int64_t total() const { return principal + fee + interest; }
  std::int64_t unpaid_principal() const { return principal - paid_principal; }
  std::int64_t unpaid_fee() const { return fee - paid_fee; }
  std::int64_t unpaid_interest() const { return interest - paid_interest; }
  std::int64_t unpaid() const { return unpaid_principal() + unpaid_fee() + unpaid_interest(); }
};

/// Late fee that an earlier version of the schedule brought about.
struct LateFeeBefore {
  base::Day through;  ///< the day the version in force counts from
  std::int64_t sum = 0;
};

struct PlanView {
  std::int64_t plan_id = 0;                       ///< breaks ties between plans: the older first
  std::span<const InstallmentView> installments;  ///< element i is installment i + 1, by due date
  std::int64_t penalty_unpaid = 0;                ///< late fee posted and not paid
  int dpd = 0;  ///< days past due; the order of payment depends on it

  /// Statement mode: installment k is billed this many days before it is due. Absent, order mode:
  /// installment 1 is billed at capture, k + 1 on the due date of k.
  std::optional<int> billed_days_before_due;

  /// Set where the schedule is not the first one.
  std::optional<LateFeeBefore> late_fee_before = {};
};

/// True if the customer has been asked for installment `index` + 1 by the end of `day`.
inline bool is_billed(const PlanView& plan, std::size_t index, base::Day day) {
  const InstallmentView& installment = plan.installments[index];
  if (installment.due <= day) return true;
  if (plan.billed_days_before_due) {
    return base::plus_days(installment.due, -*plan.billed_days_before_due) <= day;
  }
  return index == 0 || plan.installments[index - 1].due <= day;
}

}  // namespace scheduling
