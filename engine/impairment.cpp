#include "engine/impairment.h"

#include <numeric>

#include "base/check.h"
#include "base/rounding.h"
#include "base/wide.h"

namespace engine {
namespace {

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

void recognize_part(Customer& customer, const store::PlanRow& plan, std::int16_t kind,
                    std::int64_t amount, base::Day day) {
  if (amount == 0) return;
  customer.recognized.push_back({.kind = kind,
                                 .product = plan.product,
                                 .currency = plan.currency,
                                 .amount = amount,
                                 .business_date = day});
}

/// What was unpaid of the schedule, as the allocation of the charge-off.
store::AllocationRow written_off(const store::PlanRow& plan, base::EventId event, base::Day day) {
  store::AllocationRow row;
  row.party = plan.party;
  row.event = event;
  row.plan = plan.id;
  row.kind = store::AllocationKind::ChargeOff;
  row.currency = plan.currency;
  row.business_date = day;
  row.value_date = day;
  row.penalty = plan.late_fee - plan.late_fee_paid;
  for (std::size_t i = 0; i < plan.due.size(); ++i) {
    row.installment.push_back(static_cast<std::int16_t>(i + 1));
    row.principal.push_back(plan.principal[i] - plan.paid_principal[i]);
    row.fee.push_back(plan.fee[i] - plan.paid_fee[i]);
    row.interest.push_back(plan.interest[i] - plan.paid_interest[i]);
  }
  return row;
}

}  // namespace

AccrualPosting posting_of(std::int16_t kind, const std::string& product, std::int64_t amount) {
  switch (kind) {
    case 1:
      return {ledger::Rule::FeeEarn, ledger::fee_earn(product, amount)};
    case 2:
      return {ledger::Rule::SubsidyEarn, ledger::subsidy_earn(product, amount)};
    case 3:
      return {ledger::Rule::InterestAccrue, ledger::interest_accrue(product, amount)};
    case kind_of_change(1):
    case kind_of_change(2):
    case kind_of_change(3):
      return {ledger::Rule::EclChange, ledger::ecl_change(kind - 10, product, amount)};
    default:
      CHECK(kind > 100 && kind < 140, "an accrual of kind {}", kind);
      return {ledger::Rule::EclTransfer,
              ledger::ecl_transfer((kind - 100) / 10, (kind - 100) % 10, product, amount)};
  }
}

int stage_of(int dpd, const ImpairmentTerms& terms) {
  if (dpd >= terms.stage_3_dpd) return 3;
  return dpd >= terms.stage_2_dpd ? 2 : 1;
}

std::int64_t allowance_for(int stage, std::int64_t outstanding, const ImpairmentTerms& terms) {
  const std::int64_t pd = stage == 1   ? terms.pd_12m.e8
                          : stage == 2 ? terms.pd_lifetime.e8
                                       : base::kRateScale;
  const base::int128 rate = base::checked_mul(pd, terms.lgd.e8);
  return base::narrow(base::div_round(base::checked_mul(rate, outstanding),
                                      base::checked_mul(base::kRateScale, base::kRateScale),
                                      base::Rounding::HalfUp));
}

void measure(Customer& customer, store::PlanRow& plan, int stage, base::Day day,
             const Catalog& catalog) {
  if (!catalog.impairment) return;
  const std::int64_t target = allowance_for(stage, plan.outstanding, *catalog.impairment);
  if (plan.ecl_stage != 0 && plan.ecl_stage != stage) {
    recognize_part(customer, plan, kind_of_transfer(plan.ecl_stage, stage), plan.allowance, day);
  }
  recognize_part(customer, plan, kind_of_change(stage), target - plan.allowance, day);
  plan.allowance = target;
  plan.ecl_stage = static_cast<std::int16_t>(stage);
}

void release_allowance(Customer& customer, store::PlanRow& plan, base::Day day) {
  if (plan.ecl_stage == 0) return;
  recognize_part(customer, plan, kind_of_change(plan.ecl_stage), -plan.allowance, day);
  plan.allowance = 0;
  plan.ecl_stage = 0;
}

bool has_accrual_stopped(int dpd, const Catalog& catalog) {
  return catalog.impairment && dpd >= catalog.impairment->stage_3_dpd;
}

void charge_off(Customer& customer, store::PlanRow& plan, base::Day day, const Catalog& catalog,
                IdSource& ids) {
  CHECK(catalog.impairment.has_value(), "a charge-off without terms");
  const base::EventId event{ids.next()};
  const std::int64_t fee = sum(plan.fee) - sum(plan.paid_fee);
  const std::int64_t unearned = plan.fee_total - plan.fee_recognized;
  // What was paid ahead of its period is income now; nothing more will accrue.
  const std::int64_t interest_paid = sum(plan.paid_interest);
  if (plan.interest_recognized < interest_paid) {
    recognize_part(customer, plan, 3, interest_paid - plan.interest_recognized, day);
    plan.interest_recognized = interest_paid;
  }
  const ledger::ChargeOff amounts{.product = plan.product,
                                  .principal = plan.outstanding,
                                  .fee = fee,
                                  .unearned = unearned,
                                  .late_fee = plan.late_fee - plan.late_fee_paid,
                                  .interest = plan.interest_recognized - interest_paid};
  // A subsidy was paid for the plan and is not returned: nothing will pass over the rest of it.
  recognize_part(customer, plan, 2, plan.subsidy_total - plan.subsidy_recognized, day);
  plan.subsidy_recognized = plan.subsidy_total;
  // The allowance is brought to the loss first, then used up.
  if (plan.ecl_stage != 3) {
    recognize_part(customer, plan, kind_of_transfer(std::max<int>(plan.ecl_stage, 1), 3),
                   plan.allowance, day);
  }
  recognize_part(customer, plan, kind_of_change(3), amounts.loss() - plan.allowance, day);
  customer.journals.push_back({.party = plan.party,
                               .id = {ids.next()},
                               .event = event,
                               .rule = ledger::Rule::ChargeOff,
                               .plan = plan.id,
                               .currency = plan.currency,
                               .business_date = day,
                               .value_date = day,
                               .transfers = ledger::charge_off(amounts)});
  customer.allocations.push_back(written_off(plan, event, day));
  customer.versions.push_back(
      {.plan = plan, .replaced_by = event, .replaced_on = day, .valued_on = day});
  customer.credit.outstanding -= plan.outstanding;
  plan.charged_off = plan.outstanding;
  plan.claim = amounts.claim();
  plan.outstanding = 0;
  plan.allowance = 0;
  plan.ecl_stage = 0;
  plan.principal = plan.paid_principal;
  plan.fee = plan.paid_fee;
  plan.interest = plan.paid_interest;
  plan.late_fee_paid = plan.late_fee;
  plan.fee_total = plan.fee_recognized;
  plan.schedule_version = static_cast<std::int16_t>(plan.schedule_version + 1);
  plan.schedule_cause = store::ScheduleCause::ChargeOff;
  plan.status = store::PlanStatus::ChargedOff;
  plan.recognize_on.reset();
  plan.next_due.reset();
  plan.dpd = 0;
  customer.touch(plan);
}

}  // namespace engine
