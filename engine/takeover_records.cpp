#include "engine/takeover_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/money.h"
#include "checkout/pricing.h"
#include "credit/limit_policy.h"
#include "engine/customer_close.h"
#include "engine/impairment.h"
#include "engine/product_terms.h"
#include "engine/recognition.h"
#include "ledger/opening.h"

namespace engine {
namespace {

using Refused = base::Refused<TakeoverProblem>;

Refused problem(std::string code, std::string field, std::string value, std::string rule) {
  return Refused(
      TakeoverProblem{std::move(code), std::move(field), std::move(value), std::move(rule)});
}

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

/// The largest amount one field may have, so that sums of a plan stay far from 64 bits.
constexpr std::int64_t kFieldMinorMax = base::kAmountMinorMax / 1000;

/// Pays the oldest first, of each the fee first, then the interest. What is left over is returned.
std::int64_t pay_oldest_first(store::PlanRow& plan, std::int64_t money) {
  for (std::size_t i = 0; i < plan.due.size(); ++i) {
    plan.paid_fee[i] = std::min(money, plan.fee[i]);
    money -= plan.paid_fee[i];
    plan.paid_interest[i] = std::min(money, plan.interest[i]);
    money -= plan.paid_interest[i];
    plan.paid_principal[i] = std::min(money, plan.principal[i]);
    money -= plan.paid_principal[i];
  }
  return money;
}

bool can_bear_interest(const Product& product) {
  return bears_interest(product) || product.method == scheduling::Method::FlatInterest;
}

/// Reads and checks one record, first things first.
class PlanReader {
 public:
  PlanReader(const TakenPlan& record, const TakenParties& parties, base::Day date,
             const Catalog& catalog)
      : record_(record), parties_(parties), date_(date), catalog_(catalog) {}

  base::Result<store::PlanRow, TakeoverProblem> read() {
    product_ = catalog_.find_product(record_.product);
    if (product_ == nullptr) {
      return problem("PRODUCT_UNKNOWN", "product", record_.product, "is a product of the catalog");
    }
    if (catalog_.find_currency(record_.currency.code()) == nullptr) {
      return problem("CURRENCY_UNKNOWN", "currency", std::string(record_.currency.code()),
                     "is a currency with terms in the catalog");
    }
    for (auto check :
         {&PlanReader::read_schedule, &PlanReader::read_paid, &PlanReader::read_standing,
          &PlanReader::read_income, &PlanReader::read_interest, &PlanReader::read_impairment}) {
      if (auto found = (this->*check)()) return Refused(*std::move(found));
    }
    return std::move(plan_);
  }

 private:
  using Found = std::optional<TakeoverProblem>;

  Found wrong(std::string code, std::string field, std::string value, std::string rule) const {
    return TakeoverProblem{std::move(code), std::move(field), std::move(value), std::move(rule)};
  }
  std::string decimal(std::int64_t minor) const {
    return base::to_decimal(minor, record_.currency.exponent());
  }
  base::Day day_before() const { return base::plus_days(date_, -1); }

  Found read_schedule();
  Found read_paid();
  Found read_standing();
  Found read_income();
  Found read_interest();
  Found read_impairment();

  const TakenPlan& record_;
  const TakenParties& parties_;
  base::Day date_;
  const Catalog& catalog_;
  const Product* product_ = nullptr;
  store::PlanRow plan_;
};

PlanReader::Found PlanReader::read_schedule() {
  const std::size_t count = record_.installments.size();
  if (count == 0 || count > kPlanInstallmentsMax) {
    return wrong("INSTALLMENTS_OUT_OF_RANGE", "installments", std::to_string(count),
                 fmt::format("are 1 to {}", kPlanInstallmentsMax));
  }
  plan_.party = parties_.customer;
  plan_.merchant = parties_.merchant;
  plan_.purchase_ref = record_.ref;
  plan_.product = product_->name;
  plan_.catalog_version = catalog_.version;
  plan_.currency = record_.currency;
  plan_.purchased_at = record_.purchased_at;
  plan_.business_date = date_;
  plan_.start_on = catalog_.zone.day_of(record_.purchased_at, catalog_.cutoff);
  plan_.available_on = day_before();
  if (plan_.start_on >= date_) {
    return wrong("PURCHASED_TOO_LATE", "purchased_at", base::to_string(plan_.start_on),
                 fmt::format("is before the takeover on {}", base::to_string(date_)));
  }
  base::Day before = base::plus_days(plan_.start_on, -1);
  for (std::size_t i = 0; i < count; ++i) {
    const TakenInstallment& one = record_.installments[i];
    const std::string at = fmt::format("installments[{}].", i + 1);
    if (one.due <= before) {
      return wrong("DUE_OUT_OF_ORDER", at + "due", base::to_string(one.due),
                   i == 0 ? "is not before the purchase" : "is after the one before");
    }
    before = one.due;
    for (const auto& [name, minor] :
         {std::pair{"principal", one.principal}, std::pair{"fee", one.fee},
          std::pair{"interest", one.interest}, std::pair{"paid_principal", one.paid_principal},
          std::pair{"paid_fee", one.paid_fee}, std::pair{"paid_interest", one.paid_interest}}) {
      if (minor < 0) return wrong("AMOUNT_NEGATIVE", at + name, decimal(minor), "is not negative");
      if (minor > kFieldMinorMax) {
        return wrong("AMOUNT_TOO_LARGE", at + name, decimal(minor), "is at most 10^15 minor units");
      }
    }
    if (one.interest > 0 && !can_bear_interest(*product_)) {
      return wrong("INTEREST_NOT_KEPT", at + "interest", decimal(one.interest),
                   fmt::format("is 0: product {} bears no interest", product_->name));
    }
    plan_.due.push_back(one.due);
    plan_.principal.push_back(one.principal);
    plan_.fee.push_back(one.fee);
    plan_.paid_principal.push_back(one.paid_principal);
    plan_.paid_fee.push_back(one.paid_fee);
    plan_.interest.push_back(one.interest);
    plan_.paid_interest.push_back(one.paid_interest);
  }
  // As decide_purchase has it.
  if (sum(plan_.interest) > 0 || bears_interest(*product_)) plan_.rate_e8 = product_->rate.e8;
  plan_.financed = sum(plan_.principal);
  plan_.goods = plan_.financed;
  plan_.fee_total = sum(plan_.fee);
  if (record_.financed != plan_.financed || plan_.financed == 0) {
    return wrong("PRINCIPAL_MISMATCH", "financed", decimal(record_.financed),
                 fmt::format("is the sum of the installments' principal, {}, above 0",
                             decimal(plan_.financed)));
  }
  return {};
}

PlanReader::Found PlanReader::read_paid() {
  if (record_.paid) {
    if (sum(plan_.paid_principal) + sum(plan_.paid_fee) + sum(plan_.paid_interest) > 0) {
      return wrong("PAID_TWICE", "paid", decimal(*record_.paid),
                   "stands for all installments, or each says what was paid of it");
    }
    const std::int64_t owed = plan_.financed + plan_.fee_total + sum(plan_.interest);
    if (*record_.paid < 0 || *record_.paid > owed) {
      return wrong("PAID_TOO_MUCH", "paid", decimal(*record_.paid),
                   fmt::format("is 0 to {}, all that was ever owed", decimal(owed)));
    }
    pay_oldest_first(plan_, *record_.paid);
  }
  for (std::size_t i = 0; i < plan_.due.size(); ++i) {
    const std::string at = fmt::format("installments[{}].", i + 1);
    if (plan_.paid_principal[i] > plan_.principal[i]) {
      return wrong("PAID_TOO_MUCH", at + "paid_principal", decimal(plan_.paid_principal[i]),
                   fmt::format("is at most its principal, {}", decimal(plan_.principal[i])));
    }
    if (plan_.paid_fee[i] > plan_.fee[i]) {
      return wrong("PAID_TOO_MUCH", at + "paid_fee", decimal(plan_.paid_fee[i]),
                   fmt::format("is at most its fee, {}", decimal(plan_.fee[i])));
    }
    if (plan_.paid_interest[i] > plan_.interest[i]) {
      return wrong("PAID_TOO_MUCH", at + "paid_interest", decimal(plan_.paid_interest[i]),
                   fmt::format("is at most its interest, {}", decimal(plan_.interest[i])));
    }
  }
  plan_.outstanding = plan_.financed - sum(plan_.paid_principal);
  for (const auto& [name, minor] : {std::pair{"late_fee_owed", record_.late_fee_owed},
                                    std::pair{"late_fee_paid", record_.late_fee_paid}}) {
    if (minor < 0) return wrong("AMOUNT_NEGATIVE", name, decimal(minor), "is not negative");
    if (minor > kFieldMinorMax) {
      return wrong("AMOUNT_TOO_LARGE", name, decimal(minor), "is at most 10^15 minor units");
    }
  }
  plan_.late_fee = record_.late_fee_owed + record_.late_fee_paid;
  plan_.late_fee_paid = record_.late_fee_paid;
  return {};
}

PlanReader::Found PlanReader::read_standing() {
  refresh_plan(plan_, day_before(), catalog_);
  if (record_.dpd && *record_.dpd != plan_.dpd) {
    return wrong("DPD_MISMATCH", "dpd", std::to_string(*record_.dpd),
                 fmt::format("is {} at the close of {} by the schedule, what was paid, and the "
                             "tolerance of product {}",
                             plan_.dpd, base::to_string(day_before()), plan_.product));
  }
  const bool is_settled = plan_.status == store::PlanStatus::Settled;
  if (record_.is_settled && *record_.is_settled != is_settled) {
    return wrong("STATUS_MISMATCH", "status", *record_.is_settled ? "settled" : "active",
                 is_settled ? "is settled: nothing is owed" : "is active: something is owed");
  }
  // The late fee of the days before the takeover is what the record says it is.
  if (plan_.late_fee > 0 || plan_.dpd > 0) plan_.late_through = day_before();
  return {};
}

PlanReader::Found PlanReader::read_income() {
  if (record_.subsidy < 0 || record_.subsidy > plan_.financed) {
    return wrong("SUBSIDY_OUT_OF_RANGE", "subsidy", decimal(record_.subsidy),
                 "is 0 to the financed amount");
  }
  if ((record_.subsidy > 0) != (record_.subsidy_payer != ledger::SubsidyPayer::None)) {
    return wrong("SUBSIDY_OUT_OF_RANGE", "subsidy_payer", "",
                 "is merchant or platform where there is a subsidy, and only there");
  }
  plan_.subsidy_total = record_.subsidy;
  plan_.subsidy_payer = static_cast<std::int16_t>(record_.subsidy_payer);
  Customer nobody;  // income of the time before is not this book's: what is posted is dropped
  recognize(nobody, plan_, day_before());
  if (record_.fee_recognized) {
    if (*record_.fee_recognized < 0 || *record_.fee_recognized > plan_.fee_total) {
      return wrong("FEE_OUT_OF_RANGE", "fee_recognized", decimal(*record_.fee_recognized),
                   fmt::format("is 0 to the fee in all, {}", decimal(plan_.fee_total)));
    }
    // The first close brings what was recognized otherwise to our own rule.
    if (plan_.fee_recognized != *record_.fee_recognized) plan_.recognize_on = date_;
    plan_.fee_recognized = *record_.fee_recognized;
  }
  const checkout::Discount discount =
      checkout::merchant_discount({plan_.goods, plan_.currency}, parties_.merchant_terms->discount,
                                  parties_.merchant_terms->vat);
  plan_.discount = record_.discount.value_or(discount.gross_minor);
  plan_.discount_vat = record_.discount ? record_.discount_vat : discount.vat_minor;
  if (plan_.discount < 0 || plan_.discount > plan_.goods || plan_.discount_vat < 0 ||
      plan_.discount_vat > plan_.discount) {
    return wrong("DISCOUNT_OUT_OF_RANGE", "discount", decimal(plan_.discount),
                 "is 0 to the financed amount, and its VAT is within it");
  }
  return {};
}

/// After read_income, which recognized it by our own rule.
PlanReader::Found PlanReader::read_interest() {
  const std::int64_t paid = sum(plan_.paid_interest), total = sum(plan_.interest);
  const std::int64_t recognized =
      record_.interest_recognized.value_or(std::max(plan_.interest_recognized, paid));
  if (recognized < paid || recognized > total) {
    return wrong("INTEREST_OUT_OF_RANGE", "interest_recognized", decimal(recognized),
                 fmt::format("is what was paid of the interest, {}, to all of it, {}",
                             decimal(paid), decimal(total)));
  }
  if (plan_.interest_recognized != recognized) plan_.recognize_on = date_;
  plan_.interest_recognized = recognized;
  return {};
}

PlanReader::Found PlanReader::read_impairment() {
  if (!catalog_.impairment) {
    if (record_.ecl_stage || record_.allowance != 0) {
      return wrong("IMPAIRMENT_UNKNOWN", "ecl_stage", "",
                   "is for catalogs that have [impairment]; this one has none");
    }
    return {};
  }
  if (plan_.status == store::PlanStatus::Settled) return {};
  const int stage = record_.ecl_stage.value_or(stage_of(plan_.dpd, *catalog_.impairment));
  if (stage < 1 || stage > 3 || record_.allowance < 0 || record_.allowance > kFieldMinorMax) {
    return wrong("ALLOWANCE_OUT_OF_RANGE", "ecl_stage", std::to_string(stage),
                 "is 1 to 3, and its allowance not negative");
  }
  plan_.ecl_stage = static_cast<std::int16_t>(stage);
  plan_.allowance = record_.ecl_stage
                        ? record_.allowance
                        : allowance_for(stage, plan_.outstanding, *catalog_.impairment);
  return {};
}

}  // namespace

base::Result<store::PlanRow, TakeoverProblem> taken_plan(const TakenPlan& record,
                                                         const TakenParties& parties,
                                                         base::Day date, const Catalog& catalog) {
  return PlanReader(record, parties, date, catalog).read();
}

std::optional<store::AllocationRow> taken_allocation(const store::PlanRow& plan, base::Day date) {
  store::AllocationRow row;
  row.party = plan.party;
  row.event = plan.event;
  row.plan = plan.id;
  row.kind = store::AllocationKind::Takeover;
  row.currency = plan.currency;
  row.business_date = date;
  row.value_date = plan.start_on;  // when it was paid is not known: in time, for the customer
  row.penalty = plan.late_fee_paid;
  for (std::size_t i = 0; i < plan.due.size(); ++i) {
    if (plan.paid_principal[i] + plan.paid_fee[i] + plan.paid_interest[i] == 0) continue;
    row.installment.push_back(static_cast<std::int16_t>(i + 1));
    row.principal.push_back(plan.paid_principal[i]);
    row.fee.push_back(plan.paid_fee[i]);
    row.interest.push_back(plan.paid_interest[i]);
  }
  if (row.installment.empty() && row.penalty == 0) return std::nullopt;
  return row;
}

ledger::Transfers taken_plan_entries(const store::PlanRow& plan, ledger::Code control) {
  return ledger::opening_plan({.control = control,
                               .product = plan.product,
                               .principal = plan.outstanding,
                               .fee = plan.fee_total - sum(plan.paid_fee),
                               .interest = plan.interest_recognized - sum(plan.paid_interest),
                               .late_fee = plan.late_fee - plan.late_fee_paid,
                               .unearned_fee = plan.fee_total - plan.fee_recognized,
                               .unearned_subsidy = plan.subsidy_total - plan.subsidy_recognized,
                               .ecl_stage = plan.ecl_stage,
                               .allowance = plan.allowance});
}

void take_policy_state(store::CreditRow& credit, const TakenCustomer* record, base::Day date,
                       const Catalog& catalog) {
  if (!catalog.limit_policy) return;
  const bool has_before = record != nullptr && record->limit_before;
  const std::int64_t before =
      has_before ? *record->limit_before : credit.former_base.value_or(credit.base_limit);
  const store::Block block = record != nullptr && record->block ? *record->block : credit.block;
  const credit::LimitState state = credit::taken_over({.base_limit = credit.base_limit,
                                                       .limit_before = before,
                                                       .dpd = credit.dpd,
                                                       .through = base::plus_days(date, -1)});
  credit.block = std::max(block, static_cast<store::Block>(state.block));
  credit.episode_base = state.episode_base;
  credit.episode_rows = state.episode_rows;
  credit.episode_peak_dpd = static_cast<std::int16_t>(state.episode_peak_dpd);
  credit.former_base = state.former_base;
  credit.clean_cycles = static_cast<std::int16_t>(state.clean_cycles);
  credit.late_episodes = state.late_episodes;
}

}  // namespace engine
