#include "engine/allocate.h"

#include <algorithm>

#include "base/check.h"
#include "engine/views.h"

namespace engine {
namespace {

store::AllocationRow allocation_row(const Customer& customer, base::PlanId plan,
                                    store::AllocationKind kind, base::EventId event,
                                    base::Day business_date, base::Day value_date) {
  store::AllocationRow row;
  row.party = customer.credit.party;
  row.event = event;
  row.plan = plan;
  row.kind = kind;
  row.currency = customer.credit.currency;
  row.business_date = business_date;
  row.value_date = value_date;
  return row;
}

void add_part(PlanPayment& payment, const scheduling::AllocationPart& part) {
  payment.penalty += part.penalty;
  payment.fee += part.fee;
  payment.interest += part.interest;
  payment.principal += part.principal;
  payment.row.penalty += part.penalty;
  if (part.number == 0 || part.total() == part.penalty) return;
  payment.row.installment.push_back(static_cast<std::int16_t>(part.number));
  payment.row.principal.push_back(part.principal);
  payment.row.fee.push_back(part.fee);
  payment.row.interest.push_back(part.interest);
}

}  // namespace

AppliedPayment apply_money(Customer& customer, const scheduling::AllocationRequest& request,
                           store::AllocationKind kind, base::EventId event, base::Day business_date,
                           const Catalog& catalog) {
  std::vector<std::vector<scheduling::InstallmentView>> installments;
  std::vector<scheduling::PlanView> views;
  installments.reserve(customer.plans.size());
  for (const store::PlanRow& plan : customer.plans) {
    installments.push_back(installment_views(plan));
    views.push_back(plan_view(plan, installments.back(), catalog));
  }
  const scheduling::Allocation allocation = scheduling::allocate_payment(views, request);

  AppliedPayment applied;
  applied.credit = allocation.credit_minor;
  std::int64_t paid = 0;
  for (const scheduling::AllocationPart& part : allocation.parts) {
    auto payment = std::ranges::find(applied.plans, part.plan, &PlanPayment::plan);
    if (payment == applied.plans.end()) {
      applied.plans.push_back({.plan = part.plan,
                               .row = allocation_row(customer, customer.plans[part.plan].id, kind,
                                                     event, business_date, request.value_date)});
      payment = applied.plans.end() - 1;
    }
    add_part(*payment, part);
    store::PlanRow& plan = customer.plans[part.plan];
    plan.late_fee_paid += part.penalty;
    if (part.number > 0) {
      pay_installment(plan, {part.number, part.principal, part.fee, part.interest});
    }
    customer.credit.outstanding -= part.principal;
    customer.touch(plan);
    paid += part.total();
  }
  CHECK(paid + applied.credit == request.amount_minor, "{} was allocated as {} and {}",
        request.amount_minor, paid, applied.credit);
  for (const PlanPayment& payment : applied.plans) customer.allocations.push_back(payment.row);
  return applied;
}

}  // namespace engine
