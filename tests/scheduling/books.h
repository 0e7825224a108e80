// Random plans of one customer, for the properties of the allocation rules.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <vector>

#include "tests/scheduling/plans.h"

namespace scheduling {

/// The plans of one customer; they look into `installments`.
struct Book {
  std::vector<std::vector<InstallmentView>> installments;
  std::vector<PlanView> plans;
};

/// `plans_min` to three plans of small amounts, partly paid, with penalties, in days past due
/// around the limit of the default order.
inline Book random_book(int plans_min = 0) {
  Book book;
  const int count = *rc::gen::inRange(plans_min, 4);
  for (int p = 0; p < count; ++p) {
    std::vector<InstallmentView> installments =
        monthly(base::plus_days(base::make_day(2026, 1, 1), *rc::gen::inRange(0, 90)),
                *rc::gen::inRange(1, 5), *rc::gen::inRange<std::int64_t>(1, 100),
                *rc::gen::inRange<std::int64_t>(0, 10));
    for (InstallmentView& i : installments) {
      i.interest = *rc::gen::inRange<std::int64_t>(0, 10);
      i.paid_principal = *rc::gen::element<std::int64_t>(0, i.principal / 2, i.principal);
      i.paid_fee = *rc::gen::element<std::int64_t>(0, i.fee / 2, i.fee);
      i.paid_interest = *rc::gen::element<std::int64_t>(0, i.interest);
    }
    book.installments.push_back(std::move(installments));
  }
  for (int p = 0; p < count; ++p) {
    PlanView plan = plan_of(book.installments[static_cast<std::size_t>(p)], 10 - p);
    plan.penalty_unpaid = *rc::gen::element<std::int64_t>(0, 3);
    plan.dpd = *rc::gen::element(0, 90, 91);
    book.plans.push_back(plan);
  }
  return book;
}

}  // namespace scheduling
