#include "engine/due_customers.h"

#include <algorithm>

#include "engine/customer_close.h"

namespace engine {
namespace {

void add_plan(DueCustomer& customer, store::PlanRow& plan, const Catalog& catalog, base::Day day,
              base::Day through) {
  // Whether a rest is late at all, or within the tolerance, is what the close decides.
  refresh_plan(plan, day, catalog);
  customer.dpd = std::max<int>(customer.dpd, plan.dpd);
  customer.late_fee += plan.late_fee - plan.late_fee_paid;
  for (std::size_t i = 0; i < plan.due.size(); ++i) {
    const std::int64_t unpaid = plan.principal[i] + plan.fee[i] + plan.interest[i] -
                                plan.paid_principal[i] - plan.paid_fee[i] - plan.paid_interest[i];
    if (unpaid == 0 || plan.due[i] > through) continue;
    (plan.due[i] < day    ? customer.past_due
     : plan.due[i] == day ? customer.due_today
                          : customer.due_soon) += unpaid;
    if (plan.due[i] <= day) {
      customer.installments.push_back(
          {plan.id, plan.purchase_ref, static_cast<int>(i) + 1, plan.due[i], unpaid});
    }
  }
  if (plan.next_due && (!customer.oldest_due || *plan.next_due < *customer.oldest_due)) {
    customer.oldest_due = plan.next_due;
  }
}

bool is_due(const DueCustomer& customer) {
  return customer.dpd > 0 || customer.due_today > 0 || customer.due_soon > 0;
}

void sort_installments(DueCustomer& customer) {
  std::ranges::sort(customer.installments, [](const DueInstallment& a, const DueInstallment& b) {
    return std::tuple(a.due, a.plan.value, a.number) < std::tuple(b.due, b.plan.value, b.number);
  });
}

}  // namespace

DueCustomers::DueCustomers(store::Session& session, const Catalog& catalog, base::Day day,
                           base::Day through)
    : catalog_(catalog), day_(day), through_(through), cursor_(session, std::max(day, through)) {}

void DueCustomers::add(store::DuePlan due, std::vector<DueCustomer>& done) {
  const bool is_same =
      open_ && open_->party == due.plan.party && open_->currency == due.plan.currency;
  if (open_ && !is_same) {
    sort_installments(*open_);
    if (is_due(*open_)) done.push_back(std::move(*open_));
    open_.reset();
  }
  if (!open_) {
    open_ = DueCustomer{.party = due.plan.party,
                        .customer = due.customer,
                        .currency = due.plan.currency,
                        .credit_balance = due.credit_balance,
                        .outstanding = due.outstanding,
                        .installments = {}};
  }
  add_plan(*open_, due.plan, catalog_, day_, through_);
}

std::vector<DueCustomer> DueCustomers::next() {
  std::vector<DueCustomer> done;
  while (done.empty() && !is_over_) {
    auto plans = cursor_.next();
    is_over_ = plans.empty();
    for (store::DuePlan& due : plans) add(std::move(due), done);
    if (is_over_ && open_) {
      sort_installments(*open_);
      if (is_due(*open_)) done.push_back(std::move(*open_));
      open_.reset();
    }
  }
  return done;
}

}  // namespace engine
