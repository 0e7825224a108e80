#include <algorithm>

#include "base/check.h"
#include "checkout/pricing.h"
#include "engine/availability.h"
#include "engine/decide.h"
#include "engine/impairment.h"
#include "engine/product_terms.h"
#include "engine/standing.h"
#include "ledger/posting.h"
#include "scheduling/schedule.h"

namespace engine {
namespace {

Refusal refusal_of(scheduling::TermsRefusal refusal) {
  switch (refusal) {
    case scheduling::TermsRefusal::PrincipalNotPositive:
      return Refusal::AmountNotPositive;
    case scheduling::TermsRefusal::PrincipalTooLarge:
    case scheduling::TermsRefusal::CostTooLarge:
      return Refusal::AmountTooLarge;
    case scheduling::TermsRefusal::CountOutOfRange:
      return Refusal::InstallmentsOutOfRange;
    case scheduling::TermsRefusal::PrincipalTooSmallToSplit:
    case scheduling::TermsRefusal::RoundingLeavesNegativeRest:
      return Refusal::PrincipalTooSmall;
    case scheduling::TermsRefusal::PeriodOutOfRange:
    case scheduling::TermsRefusal::FirstDueBeforeDisbursement:
    case scheduling::TermsRefusal::RateOutOfRange:
    case scheduling::TermsRefusal::RateHasNoPeriod:
    case scheduling::TermsRefusal::DueDatesOutOfOrder:
    case scheduling::TermsRefusal::DisbursementsOutOfOrder:
    case scheduling::TermsRefusal::DownPaymentOutOfRange:
    case scheduling::TermsRefusal::GraceOutOfRange:
    case scheduling::TermsRefusal::FeeOutOfRange:
    case scheduling::TermsRefusal::BalloonOutOfRange:
    case scheduling::TermsRefusal::OptionNotForMethod:
    case scheduling::TermsRefusal::MultipleOutOfRange:
    case scheduling::TermsRefusal::PaymentBelowInterest:
      break;
  }
  CHECK(false, "the catalog holds terms that no schedule can be made from");
  std::unreachable();
}

/// The plan row without what the merchant's terms add.
store::PlanRow plan_row(const Purchase& purchase, const PurchaseParties& parties,
                        const Product& product, const scheduling::Schedule& schedule,
                        const Customer& customer, const EventContext& context) {
  store::PlanRow plan;
  plan.party = customer.credit.party;
  plan.id = parties.plan;
  plan.event = context.event;
  plan.purchase_ref = purchase.ref;
  plan.merchant = parties.merchant;
  plan.product = product.name;
  plan.catalog_version = context.catalog.version;
  plan.currency = purchase.amount.currency();
  plan.purchased_at = purchase.purchased_at;
  plan.business_date = context.business_date;
  plan.start_on = context.value_date;
  plan.goods = purchase.amount.minor();
  plan.coupon_platform = purchase.coupon_platform;
  plan.coupon_merchant = purchase.coupon_merchant;
  plan.coupon_sponsor = purchase.coupon_sponsor;
  plan.sponsor = parties.sponsor;
  for (const scheduling::Installment& installment : schedule.installments) {
    plan.due.push_back(installment.due);
    plan.principal.push_back(installment.principal_minor);
    plan.fee.push_back(installment.fee_minor);
    plan.interest.push_back(installment.interest_minor);
  }
  const std::size_t count = plan.due.size();
  if (schedule.interest_minor() > 0 || bears_interest(product)) plan.rate_e8 = product.rate.e8;
  plan.paid_principal.resize(count);
  plan.paid_fee.resize(count);
  plan.paid_interest.resize(count);
  plan.financed = schedule.principal_minor();
  plan.outstanding = plan.financed;
  plan.fee_total = schedule.fee_minor();
  plan.next_due = plan.due.front();
  return plan;
}

store::ItemRow sale_item(const store::PlanRow& plan, const EventContext& context) {
  store::ItemRow item;
  item.party = plan.party;
  item.id = {context.ids.next()};
  item.merchant = plan.merchant;
  item.type = store::ItemType::Sale;
  item.event = plan.event;
  item.plan = plan.id;
  item.order_ref = plan.purchase_ref;
  item.periods = static_cast<std::int16_t>(plan.due.size());
  item.currency = plan.currency;
  item.occurred_at = plan.purchased_at;
  item.business_date = plan.business_date;
  item.available_on = plan.available_on;
  item.gross = plan.goods - plan.coupon_merchant;
  item.coupon_platform = plan.coupon_platform;
  item.coupon_merchant = plan.coupon_merchant;
  item.coupon_sponsor = plan.coupon_sponsor;
  item.discount = -plan.discount;
  item.vat = -plan.discount_vat;
  if (plan.subsidy_payer == static_cast<std::int16_t>(ledger::SubsidyPayer::Merchant)) {
    item.subsidy = -plan.subsidy_total;
  }
  return item;
}

ledger::Journal capture_journal(const store::PlanRow& plan, const EventContext& context) {
  const ledger::Capture amounts{
      .merchant = plan.merchant,
      .sponsor = plan.sponsor,
      .product = plan.product,
      .financed = plan.financed,
      .coupon_platform = plan.coupon_platform,
      .coupon_merchant = plan.coupon_merchant,
      .coupon_sponsor = plan.coupon_sponsor,
      .fee = plan.fee_total,
      .discount = plan.discount,
      .discount_vat = plan.discount_vat,
      .subsidy = plan.subsidy_total,
      .subsidy_payer = static_cast<ledger::SubsidyPayer>(plan.subsidy_payer)};
  return {.party = plan.party,
          .id = {context.ids.next()},
          .event = plan.event,
          .rule = ledger::Rule::Capture,
          .plan = plan.id,
          .currency = plan.currency,
          .business_date = context.business_date,
          .value_date = context.value_date,
          .transfers = ledger::capture(amounts)};
}

}  // namespace

Refusal capture_purchase(Customer& customer, const Purchase& purchase,
                         const PurchaseParties& parties, const EventContext& context) {
  const Catalog& catalog = context.catalog;
  const Product* product = catalog.find_product(purchase.product);
  if (!product) return Refusal::ProductUnknown;
  const base::Currency currency = purchase.amount.currency();
  const CurrencyTerms* currency_terms = catalog.find_currency(currency.code());
  if (!currency_terms) return Refusal::CurrencyUnknown;
  if (purchase.installments < product->count_min || purchase.installments > product->count_max) {
    return Refusal::InstallmentsOutOfRange;
  }
  if (purchase.coupon_platform < 0 || purchase.coupon_merchant < 0 || purchase.coupon_sponsor < 0 ||
      (purchase.coupon_sponsor > 0 && !parties.sponsor)) {
    return Refusal::CouponsUnbalanced;
  }
  const base::int128 financed = base::int128{purchase.amount.minor()} - purchase.coupon_platform -
                                purchase.coupon_merchant - purchase.coupon_sponsor;
  if (financed <= 0) return Refusal::CouponsExceedAmount;

  const auto schedule =
      scheduling::make_schedule(product_terms(*product, *currency_terms, base::narrow(financed),
                                              purchase.installments, context.value_date));
  if (!schedule) return refusal_of(schedule.error());

  store::CreditRow& credit = customer.credit;
  std::int64_t released = 0;
  if (!purchase.hold_ref.empty()) {
    const store::HoldRow* hold = customer.find_hold(purchase.hold_ref);
    if (!hold || hold->merchant != parties.merchant) return Refusal::HoldUnknown;
    if (hold->status != store::HoldStatus::Held) return Refusal::HoldNotOpen;
    if (hold->amount < financed) return Refusal::HoldTooSmall;
    released = hold->amount;
  }
  const Refusal refusal = check_standing(credit, schedule->principal_minor(), released, catalog);
  if (refusal != Refusal::None) return refusal;

  store::PlanRow plan = plan_row(purchase, parties, *product, *schedule, customer, context);
  const MerchantTerms& terms = *parties.merchant_terms;
  const auto available = available_on(terms, catalog, context.business_date, context.open_date);
  if (!available) return Refusal::CalendarYearMissing;
  plan.available_on = *available;
  const checkout::Discount discount = checkout::merchant_discount(
      {plan.goods - plan.coupon_merchant, currency}, terms.discount, terms.vat);
  plan.discount = discount.gross_minor;
  plan.discount_vat = discount.vat_minor;
  if (const auto rate = product->subsidy.rate_by_count.find(purchase.installments);
      rate != product->subsidy.rate_by_count.end()) {
    plan.subsidy_total = checkout::subsidy({plan.financed, currency}, rate->second);
    plan.subsidy_payer = static_cast<std::int16_t>(product->subsidy.payer);
  }
  if (plan.fee_total > 0 || plan.subsidy_total > 0 || plan.rate_e8) {
    plan.recognize_on = std::min(plan.due.front(), base::end_of_month(plan.start_on));
  }

  credit.outstanding = base::narrow(base::int128{credit.outstanding} + plan.financed);
  customer.journals.push_back(capture_journal(plan, context));
  if (released > 0) {
    const Refusal release = release_hold(customer, purchase.hold_ref, store::HoldStatus::Captured,
                                         purchase.hold_ref, context);
    CHECK(release == Refusal::None, "a hold that was open is not: {}", code(release));
  }
  customer.items.push_back(sale_item(plan, context));
  if (catalog.impairment) measure(customer, plan, 1, context.business_date, catalog);
  customer.add_plan(std::move(plan));
  return Refusal::None;
}

}  // namespace engine
