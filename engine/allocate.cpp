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

scheduling::PaymentType payment_type(store::AllocationKind kind) {
  switch (kind) {
    case store::AllocationKind::Repayment:
      return scheduling::PaymentType::Repayment;
    case store::AllocationKind::FromCredit:
      return scheduling::PaymentType::CreditBalance;
    case store::AllocationKind::Refund:
      return scheduling::PaymentType::MerchantRefund;
    case store::AllocationKind::Waiver:
    case store::AllocationKind::Chargeback:
    case store::AllocationKind::ChargeOff:
    case store::AllocationKind::Takeover:
      break;  // their parts are decided, not allocated
  }
  CHECK(false, "allocation kind {}", static_cast<int>(kind));
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

void book_part(Customer& customer, store::PlanRow& plan, const scheduling::AllocationPart& part,
               PlanPayment& payment) {
  add_part(payment, part);
  plan.late_fee_paid += part.penalty;
  if (part.number > 0) {
    pay_installment(plan, {part.number, part.principal, part.fee, part.interest});
  }
  customer.credit.outstanding -= part.principal;
  customer.touch(plan);
}

}  // namespace

AppliedPayment apply_money(Customer& customer, scheduling::AllocationRequest request,
                           store::AllocationKind kind, base::EventId event, base::Day business_date,
                           const Catalog& catalog) {
  std::vector<std::vector<scheduling::InstallmentView>> installments;
  std::vector<scheduling::PlanView> views;
  installments.reserve(customer.plans.size());
  for (const store::PlanRow& plan : customer.plans) {
    installments.push_back(installment_views(plan));
    views.push_back(plan_view(plan, installments.back(), catalog));
  }
  request.table = catalog.waterfalls;
  request.type = payment_type(kind);
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
    book_part(customer, customer.plans[part.plan], part, *payment);
    paid += part.total();
  }
  CHECK(paid + applied.credit == request.amount_minor, "{} was allocated as {} and {}",
        request.amount_minor, paid, applied.credit);
  for (const PlanPayment& payment : applied.plans) customer.allocations.push_back(payment.row);
  return applied;
}

PlanPayment apply_parts(Customer& customer, store::PlanRow& plan,
                        std::span<const scheduling::AllocationPart> parts,
                        store::AllocationKind kind, base::EventId event, base::Day business_date,
                        base::Day value_date) {
  PlanPayment payment{
      .plan = static_cast<std::size_t>(&plan - customer.plans.data()),
      .row = allocation_row(customer, plan.id, kind, event, business_date, value_date)};
  for (const scheduling::AllocationPart& part : parts) book_part(customer, plan, part, payment);
  customer.allocations.push_back(payment.row);
  return payment;
}

void keep_credit(Customer& customer, std::int64_t credit, const EventContext& context) {
  if (credit == 0) return;
  customer.credit.credit_balance =
      base::narrow(base::int128{customer.credit.credit_balance} + credit);
  store::AllocationRow row =
      allocation_row(customer, {}, store::AllocationKind::Repayment, context.event,
                     context.business_date, context.value_date);
  row.credit = credit;
  customer.allocations.push_back(std::move(row));
}

}  // namespace engine
