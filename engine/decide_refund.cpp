#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/rounding.h"
#include "engine/availability.h"
#include "engine/change.h"
#include "engine/customer_close.h"
#include "engine/decide.h"
#include "engine/recognition.h"
#include "engine/views.h"
#include "ledger/posting.h"
#include "scheduling/partial_refund.h"

namespace engine {
namespace {

/// What a refund of goods R gives back, by who bore it (domain §1.6): R = Rc + Rp + Rm + Rs.
struct Shares {
  std::int64_t customer = 0;
  std::int64_t coupon_platform = 0;
  std::int64_t coupon_merchant = 0;
  std::int64_t coupon_sponsor = 0;
  std::int64_t discount = 0;
  std::int64_t discount_vat = 0;
};

/// `amount` of what is left of a total of `whole` when `part` of it goes, half up; all of it with
/// the last part.
std::int64_t share(std::int64_t amount, std::int64_t part, std::int64_t whole) {
  if (part == whole) return amount;
  return base::narrow(
      base::div_round(base::checked_mul(amount, part), whole, base::Rounding::HalfUp));
}

/// In the proportion of what is not given back yet, by largest remainder (domain §8.5), so that the
/// last refund takes the rest of each.
Shares shares_of(const store::PlanRow& plan, std::int64_t goods, bool returns_discount) {
  const store::ReturnedSums& before = plan.returned;
  const std::vector<base::Money> parts = base::allocate(
      {goods, plan.currency},
      {plan.financed - before.customer(), plan.coupon_platform - before.coupon_platform,
       plan.coupon_merchant - before.coupon_merchant, plan.coupon_sponsor - before.coupon_sponsor});
  Shares shares{.customer = parts[0].minor(),
                .coupon_platform = parts[1].minor(),
                .coupon_merchant = parts[2].minor(),
                .coupon_sponsor = parts[3].minor()};
  if (!returns_discount) return shares;
  // The discount was taken of what the merchant did not bear itself.
  const std::int64_t base_left =
      plan.goods - before.goods - plan.coupon_merchant + before.coupon_merchant;
  const std::int64_t base_gone = goods - shares.coupon_merchant;
  if (base_left == 0) return shares;
  shares.discount = share(plan.discount - before.discount, base_gone, base_left);
  shares.discount_vat = share(plan.discount_vat - before.discount_vat, base_gone, base_left);
  return shares;
}

void add_returned(store::PlanRow& plan, const Shares& shares, std::int64_t goods,
                  std::int64_t fee) {
  plan.returned.goods += goods;
  plan.returned.coupon_platform += shares.coupon_platform;
  plan.returned.coupon_merchant += shares.coupon_merchant;
  plan.returned.coupon_sponsor += shares.coupon_sponsor;
  plan.returned.discount += shares.discount;
  plan.returned.discount_vat += shares.discount_vat;
  plan.returned.fee += fee;
}

store::ItemRow refund_item(const store::PlanRow& plan, const RefundRequest& request,
                           const Shares& shares, std::int64_t subsidy, base::Day available,
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
  item.gross = -(request.amount.minor() - shares.coupon_merchant);
  item.coupon_platform = -shares.coupon_platform;
  item.coupon_merchant = -shares.coupon_merchant;
  item.coupon_sponsor = -shares.coupon_sponsor;
  item.discount = shares.discount;
  item.vat = shares.discount_vat;
  if (static_cast<ledger::SubsidyPayer>(plan.subsidy_payer) == ledger::SubsidyPayer::Merchant) {
    item.subsidy = subsidy;
  }
  return item;
}

/// The version after this refund, and what of Rc the customer had paid already.
base::Result<scheduling::PartialRefund, Refusal> version_after(const store::PlanRow& plan,
                                                               const RefundRequest& request,
                                                               const Shares& shares,
                                                               const EventContext& context) {
  if (plan.returned.goods + request.amount.minor() == plan.goods) {
    scheduling::PartialRefund whole;
    whole.version = version_of_nothing(plan, context.value_date);
    whole.cash_minor = shares.customer - whole.version.refunded.principal;
    whole.version.returned.principal = whole.cash_minor;
    if (request.is_merchants_fault) {
      whole.version.returned.fee =
          std::accumulate(plan.paid_fee.begin(), plan.paid_fee.end(), -plan.returned.fee);
    }
    return whole;
  }
  const Product* product = context.catalog.find_product(plan.product);
  CHECK(product != nullptr, "plan {} has an unknown product", plan.id.value);
  const std::vector<scheduling::InstallmentView> installments = installment_views(plan);
  auto part = scheduling::refund_part(plan_view(plan, installments, context.catalog),
                                      change_terms(plan, context.catalog),
                                      {.on = context.value_date,
                                       .amount_minor = shares.customer,
                                       .order = product->refund.unbilled,
                                       .paid_fee = product->refund.paid_fee,
                                       .is_merchants_fault = request.is_merchants_fault,
                                       .lent_minor = plan.financed,
                                       .refunded_before_minor = plan.returned.customer(),
                                       .fee_returned_before_minor = plan.returned.fee});
  if (!part) return base::Refused(refusal_of(part.error()));
  return *std::move(part);
}

}  // namespace

Refusal apply_refund(Customer& customer, const RefundRequest& request, base::PlanId id,
                     const MerchantTerms& terms, const EventContext& told) {
  store::PlanRow* plan = customer.find_plan(id);
  CHECK(plan != nullptr, "plan {} was not loaded", id.value);
  const EventContext context = of_plan(told, *plan);
  if (plan->status == store::PlanStatus::Refunded) return Refusal::PurchaseAlreadyRefunded;
  const std::int64_t goods = request.amount.minor();
  if (goods > plan->goods - plan->returned.goods) return Refusal::RefundExceedsRest;
  const bool is_last = goods == plan->goods - plan->returned.goods;
  const auto available =
      refund_available_on(terms, context.catalog, plan->available_on, context.open_date);
  if (!available) return Refusal::CalendarYearMissing;
  const Shares shares = shares_of(*plan, goods, terms.returns_discount);
  if (shares.customer == 0) return Refusal::RefundTooSmall;

  const store::PlanRow before = *plan;
  const auto after = version_after(before, request, shares, context);
  if (!after) return after.error();
  if (!is_last) {
    post_late_fee(customer, *plan, context.value_date, context.business_date, context.catalog,
                  context.ids, context.event);
  }
  // The part of the subsidy that no time has earned goes back to its payer with the goods.
  const std::int64_t base_before = plan->financed - plan->returned.customer();
  const std::int64_t subsidy =
      share(plan->subsidy_total - plan->subsidy_recognized, shares.customer, base_before);
  const scheduling::NewVersion& version = after->version;
  const ledger::Refund amounts{
      .merchant = plan->merchant,
      .sponsor = plan->sponsor,
      .product = plan->product,
      .principal = version.refunded.principal,
      .cash = after->cash_minor,
      .coupon_platform = shares.coupon_platform,
      .coupon_sponsor = shares.coupon_sponsor,
      .fee = version.rebated.fee,
      .fee_returned = version.returned.fee,
      .discount = shares.discount,
      .discount_vat = shares.discount_vat,
      .subsidy = subsidy,
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
                              .amount = goods,
                              .principal = amounts.principal,
                              .cash = amounts.cash + amounts.fee_returned,
                              .refunded_at = request.refunded_at,
                              .business_date = context.business_date,
                              .value_date = context.value_date,
                              .reason = request.reason});
  customer.items.push_back(refund_item(*plan, request, shares, subsidy, *available, context));

  add_returned(*plan, shares, goods, version.returned.fee);
  plan->subsidy_total -= subsidy;
  replace_schedule(customer, *plan, version, store::ScheduleCause::Refund, context);
  customer.allocations.push_back(cancelled(before, *plan, context));
  if (is_last) {
    plan->status = store::PlanStatus::Refunded;
    plan->next_due.reset();
    plan->dpd = 0;
    finish_earning(customer, *plan, context.business_date);
    plan->recognize_on.reset();
  }
  cure_if_current(customer, context.business_date, context.catalog, context.ids);
  return Refusal::None;
}

}  // namespace engine
