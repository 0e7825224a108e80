#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "engine/availability.h"
#include "engine/customer_close.h"
#include "engine/decide.h"
#include "ledger/posting.h"

namespace engine {
namespace {

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

/// What was unpaid of the schedule, as the allocation of the refund.
store::AllocationRow cancelled(const store::PlanRow& plan, const EventContext& context) {
  store::AllocationRow row;
  row.party = plan.party;
  row.event = context.event;
  row.plan = plan.id;
  row.kind = store::AllocationKind::Refund;
  row.currency = plan.currency;
  row.business_date = context.business_date;
  row.value_date = context.value_date;
  for (std::size_t i = 0; i < plan.due.size(); ++i) {
    const std::int64_t principal = plan.principal[i] - plan.paid_principal[i];
    const std::int64_t fee = plan.fee[i] - plan.paid_fee[i];
    const std::int64_t interest = plan.interest[i] - plan.paid_interest[i];
    if (principal == 0 && fee == 0 && interest == 0) continue;
    row.installment.push_back(static_cast<std::int16_t>(i + 1));
    row.principal.push_back(principal);
    row.fee.push_back(fee);
    row.interest.push_back(interest);
  }
  return row;
}

/// Income that will not be earned any more: recognized is brought to the fee that was kept.
void stop_earning(Customer& customer, store::PlanRow& plan, const EventContext& context) {
  const std::int64_t difference = plan.fee_total - plan.fee_recognized;
  if (difference != 0) {
    customer.recognized.push_back({.kind = 1,
                                   .product = plan.product,
                                   .currency = plan.currency,
                                   .amount = difference,
                                   .business_date = context.business_date});
  }
  plan.fee_recognized = plan.fee_total;
  plan.recognize_on.reset();
}

store::ItemRow refund_item(const store::PlanRow& plan, const RefundRequest& request,
                           const ledger::Refund& amounts, base::Day available,
                           const EventContext& context) {
  store::ItemRow item;
  item.party = plan.party;
  item.id = {context.ids.next()};
  item.merchant = plan.merchant;
  item.type = store::ItemType::Refund;
  item.event = context.event;
  item.plan = plan.id;
  item.order_ref = plan.purchase_ref;
  item.periods = static_cast<std::int16_t>(plan.due.size());
  item.currency = plan.currency;
  item.occurred_at = request.refunded_at;
  item.business_date = context.business_date;
  item.available_on = available;
  item.gross = -(plan.goods - plan.coupon_merchant);
  item.coupon_platform = -plan.coupon_platform;
  item.coupon_merchant = -plan.coupon_merchant;
  item.coupon_sponsor = -plan.coupon_sponsor;
  item.discount = amounts.discount;
  item.vat = amounts.discount_vat;
  if (amounts.subsidy_payer == ledger::SubsidyPayer::Merchant) item.subsidy = amounts.subsidy;
  return item;
}

}  // namespace

Refusal apply_refund(Customer& customer, const RefundRequest& request, base::PlanId id,
                     const MerchantTerms& terms, const EventContext& context) {
  store::PlanRow* plan = customer.find_plan(id);
  CHECK(plan != nullptr, "plan {} was not loaded", id.value);
  if (plan->status == store::PlanStatus::Refunded) return Refusal::PurchaseAlreadyRefunded;
  if (request.amount.minor() != plan->goods) return Refusal::RefundNotWhole;
  const auto available =
      refund_available_on(terms, context.catalog, plan->available_on, context.open_date);
  if (!available) return Refusal::CalendarYearMissing;

  const ledger::Refund amounts{
      .merchant = plan->merchant,
      .sponsor = plan->sponsor,
      .product = plan->product,
      .principal = plan->outstanding,
      .cash = plan->financed - plan->outstanding,
      .coupon_platform = plan->coupon_platform,
      .coupon_sponsor = plan->coupon_sponsor,
      .fee = sum(plan->fee) - sum(plan->paid_fee),
      .discount = terms.returns_discount ? plan->discount : 0,
      .discount_vat = terms.returns_discount ? plan->discount_vat : 0,
      .subsidy = plan->subsidy_total - plan->subsidy_recognized,
      .subsidy_payer = static_cast<ledger::SubsidyPayer>(plan->subsidy_payer)};
  customer.journals.push_back({.party = plan->party,
                               .id = {context.ids.next()},
                               .event = context.event,
                               .rule = ledger::Rule::Refund,
                               .plan = plan->id,
                               .currency = plan->currency,
                               .business_date = context.business_date,
                               .value_date = context.value_date,
                               .source_ref = request.ref,
                               .transfers = ledger::refund(amounts)});
  customer.refunds.push_back({.party = plan->party,
                              .event = context.event,
                              .ref = request.ref,
                              .plan = plan->id,
                              .currency = plan->currency,
                              .amount = request.amount.minor(),
                              .principal = amounts.principal,
                              .cash = amounts.cash,
                              .refunded_at = request.refunded_at,
                              .business_date = context.business_date,
                              .value_date = context.value_date,
                              .reason = request.reason});
  customer.allocations.push_back(cancelled(*plan, context));
  customer.items.push_back(refund_item(*plan, request, amounts, *available, context));
  customer.versions.push_back(
      {.plan = *plan, .replaced_by = context.event, .replaced_on = context.business_date});

  customer.credit.outstanding -= plan->outstanding;
  plan->refunded += plan->outstanding;
  plan->outstanding = 0;
  plan->principal = plan->paid_principal;
  plan->fee = plan->paid_fee;
  plan->interest = plan->paid_interest;
  plan->fee_total = sum(plan->fee);
  plan->subsidy_total = plan->subsidy_recognized;
  plan->schedule_version = static_cast<std::int16_t>(plan->schedule_version + 1);
  plan->schedule_cause = store::ScheduleCause::Refund;
  plan->status = store::PlanStatus::Refunded;
  plan->next_due.reset();
  plan->dpd = 0;
  stop_earning(customer, *plan, context);
  customer.touch(*plan);
  cure_if_current(customer, context.business_date, context.catalog, context.ids);
  return Refusal::None;
}

}  // namespace engine
