// Builders for plans as the overdue and allocation rules see them.
#pragma once

#include <cstdint>
#include <vector>

#include "scheduling/overdue.h"
#include "scheduling/plan_view.h"

namespace scheduling {

/// `count` monthly installments of the same principal and fee, from `first` on.
inline std::vector<InstallmentView> monthly(base::Day first, int count, std::int64_t principal,
                                            std::int64_t fee) {
  std::vector<InstallmentView> installments;
  for (int k = 0; k < count; ++k) {
    installments.push_back({.due = base::add_months(first, k), .principal = principal, .fee = fee});
  }
  return installments;
}

inline PlanView plan_of(const std::vector<InstallmentView>& installments, std::int64_t id = 1) {
  return {.plan_id = id,
          .installments = installments,
          .penalty_unpaid = 0,
          .dpd = 0,
          .billed_days_before_due = {}};
}

/// Applies what was paid to the installments, so that they are the state after it.
inline void pay(std::vector<InstallmentView>& installments, const PaidPart& part) {
  InstallmentView& installment = installments[static_cast<std::size_t>(part.number) - 1];
  installment.paid_principal += part.principal;
  installment.paid_fee += part.fee;
  installment.paid_interest += part.interest;
}

/// The default terms for CNY, domain.md §14.
inline LateTerms cny_late_terms() { return {.tolerance_minor_max = 10'00}; }

}  // namespace scheduling
