#include "engine/change.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "engine/allocate.h"
#include "engine/customer_close.h"
#include "engine/product_terms.h"
#include "engine/recognition.h"
#include "engine/views.h"

namespace engine {
namespace {

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

void set_installments(store::PlanRow& plan,
                      const std::vector<scheduling::InstallmentView>& installments) {
  const std::size_t count = installments.size();
  plan.due.resize(count);
  for (auto* column : {&plan.principal, &plan.fee, &plan.interest, &plan.paid_principal,
                       &plan.paid_fee, &plan.paid_interest}) {
    column->resize(count);
  }
  for (std::size_t i = 0; i < count; ++i) {
    plan.due[i] = installments[i].due;
    plan.principal[i] = installments[i].principal;
    plan.fee[i] = installments[i].fee;
    plan.interest[i] = installments[i].interest;
    plan.paid_principal[i] = installments[i].paid_principal;
    plan.paid_fee[i] = installments[i].paid_fee;
    plan.paid_interest[i] = installments[i].paid_interest;
  }
}

}  // namespace

scheduling::ChangeTerms change_terms(const store::PlanRow& plan, const Catalog& catalog) {
  const Product* product = catalog.find_product(plan.product);
  const CurrencyTerms* currency = catalog.find_currency(plan.currency.code());
  CHECK(product && currency, "plan {} of {} in {} is not of this catalog", plan.id.value,
        plan.product, plan.currency.code());
  scheduling::ChangeTerms terms;
  terms.start = plan.start_on;
  terms.split_rule = product->split_rule;
  terms.rounding = product->rounding;
  terms.principal_minor_min = currency->principal_minor_min;
  if (bears_interest(*product)) {
    scheduling::Terms agreed = product_terms(*product, *currency, plan.financed,
                                             static_cast<int>(plan.due.size()), plan.start_on);
    agreed.rate.e8 = plan.rate_e8.value_or(product->rate.e8);
    terms.interest = std::move(agreed);
  }
  return terms;
}

scheduling::PayoffMethod method_of(const PayOff& payoff, const store::PlanRow& plan,
                                   const Catalog& catalog) {
  if (payoff.method) return *payoff.method;
  const Product* product = catalog.find_product(plan.product);
  return product != nullptr && bears_interest(*product) ? scheduling::PayoffMethod::Actuarial
                                                        : scheduling::PayoffMethod::WaiveUnbilled;
}

scheduling::NewVersion version_of_nothing(const store::PlanRow& plan, base::Day on) {
  scheduling::NewVersion version;
  version.cause = scheduling::ChangeCause::Refund;
  version.on = on;
  version.installments = installment_views(plan);
  for (scheduling::InstallmentView& i : version.installments) {
    version.refunded.principal += i.unpaid_principal();
    version.rebated.fee += i.unpaid_fee();
    version.rebated.interest += i.unpaid_interest();
    i.principal = i.paid_principal;
    i.fee = i.paid_fee;
    i.interest = i.paid_interest;
  }
  return version;
}

store::AllocationRow cancelled(const store::PlanRow& before, const store::PlanRow& after,
                               const EventContext& context) {
  store::AllocationRow row;
  row.party = before.party;
  row.event = context.event;
  row.plan = before.id;
  row.kind = store::AllocationKind::Refund;
  row.currency = before.currency;
  row.business_date = context.business_date;
  row.value_date = context.value_date;
  for (std::size_t i = 0; i < before.due.size(); ++i) {
    const bool stays = i < after.due.size();
    const std::int64_t principal = before.principal[i] - (stays ? after.principal[i] : 0);
    const std::int64_t fee = before.fee[i] - (stays ? after.fee[i] : 0);
    const std::int64_t interest = before.interest[i] - (stays ? after.interest[i] : 0);
    if (principal == 0 && fee == 0 && interest == 0) continue;
    row.installment.push_back(static_cast<std::int16_t>(i + 1));
    row.principal.push_back(principal);
    row.fee.push_back(fee);
    row.interest.push_back(interest);
  }
  return row;
}

void replace_schedule(Customer& customer, store::PlanRow& plan,
                      const scheduling::NewVersion& version, store::ScheduleCause cause,
                      const EventContext& context) {
  customer.versions.push_back({.plan = plan,
                               .replaced_by = context.event,
                               .replaced_on = context.business_date,
                               .valued_on = version.on});
  set_installments(plan, version.installments);
  const std::int64_t refunded = version.refunded.principal;
  plan.outstanding -= refunded;
  plan.refunded += refunded;
  customer.credit.outstanding -= refunded;
  CHECK(plan.outstanding == sum(plan.principal) - sum(plan.paid_principal),
        "plan {}: {} is outstanding, its installments say otherwise", plan.id.value,
        plan.outstanding);
  plan.fee_total = sum(plan.fee) - plan.returned.fee;
  plan.schedule_version = static_cast<std::int16_t>(plan.schedule_version + 1);
  plan.schedule_cause = cause;
  // The day itself was charged by the schedule before.
  if (!plan.changed_on || *plan.changed_on < version.on) plan.changed_on = version.on;
  plan.late_fee_before = plan.late_fee;
  reschedule_recognition(customer, plan, context.business_date);
  refresh_plan(plan, context.business_date, context.catalog);
  customer.touch(plan);
  customer.is_changed = true;
}

}  // namespace engine
