#include "engine/customer_close.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "credit/limit_policy.h"
#include "engine/allocate.h"
#include "engine/impairment.h"
#include "engine/recognition.h"
#include "engine/views.h"
#include "ledger/posting.h"
#include "scheduling/overdue.h"

namespace engine {
namespace {

using base::Day;

const Product& product_of(const store::PlanRow& plan, const Catalog& catalog) {
  const Product* product = catalog.find_product(plan.product);
  CHECK(product != nullptr, "plan {} has product {}, which the catalog does not", plan.id.value,
        plan.product);
  return *product;
}

scheduling::LateTerms late_terms(const store::PlanRow& plan, const Catalog& catalog) {
  constexpr std::int64_t kE8PerBps = base::kRateScale / 10'000;
  const Product& product = product_of(plan, catalog);
  const CurrencyTerms* money = catalog.find_currency(plan.currency.code());
  CHECK(money != nullptr, "plan {} is in {}, which the catalog has not", plan.id.value,
        plan.currency.code());
  scheduling::LateTerms terms;
  terms.tolerance_minor_max = money->tolerance_minor;
  terms.tolerance_share = {product.late_fee.tolerance_share_bps * kE8PerBps, base::RateBasis::Flat};
  terms.grace_days = product.late_fee.grace_days;
  terms.fee_rate = product.late_fee.per_day;
  if (terms.fee_rate.e8 == 0) terms.fee_minor_min = 0;
  return terms;
}

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

/// A plan beside what the pure rules want to see of it.
struct View {
  View(const store::PlanRow& plan, const Catalog& catalog)
      : installments(installment_views(plan)),
        view(plan_view(plan, installments, catalog)),
        terms(late_terms(plan, catalog)) {}

  int dpd(Day day) const { return scheduling::days_past_due(view, terms, day); }

  std::vector<scheduling::InstallmentView> installments;
  scheduling::PlanView view;
  scheduling::LateTerms terms;
};

/// Everything that was paid of a plan: its history and what this batch added.
std::vector<scheduling::PaidPart> paid_parts(const Customer& customer, const store::PlanRow& plan) {
  std::vector<scheduling::PaidPart> parts;
  std::int64_t principal = 0;
  std::int64_t fee = 0;
  auto add = [&](const store::AllocationRow& row) {
    if (row.plan != plan.id || row.kind == store::AllocationKind::Refund) return;
    for (std::size_t i = 0; i < row.installment.size(); ++i) {
      parts.push_back({.value_date = row.value_date,
                       .number = row.installment[i],
                       .principal = row.principal[i],
                       .fee = row.fee[i],
                       .interest = row.interest[i]});
      principal += row.principal[i];
      fee += row.fee[i];
    }
  };
  for (const store::AllocationRow& row : customer.history) add(row);
  for (const store::AllocationRow& row : customer.allocations) add(row);
  // A late fee from half a history would be wrong without a sign of it.
  CHECK(principal == sum(plan.paid_principal) && fee == sum(plan.paid_fee),
        "plan {}: the history has {} and {} of {} and {} paid", plan.id.value, principal, fee,
        sum(plan.paid_principal), sum(plan.paid_fee));
  return parts;
}

/// How the late fee through a day comes about.
enum class LateFeePath {
  Unchanged,  ///< it covers the day already, or nobody is late beyond grace
  NextDay,    ///< one day more on what is there
  Derived,    ///< from the beginning, with the history
};

/// `through` is the last day the posted fee covers.
LateFeePath late_fee_path(const View& view, std::int64_t posted, std::optional<Day> through,
                          Day day) {
  if (view.terms.fee_rate.e8 == 0) return LateFeePath::Unchanged;
  if (through && *through == day) return LateFeePath::Unchanged;
  if (through && *through > day) return LateFeePath::Derived;
  if (view.dpd(day) <= view.terms.grace_days) return LateFeePath::Unchanged;
  const bool is_next = through && *through == base::plus_days(day, -1);
  if (is_next && scheduling::late_fee_next_day(view.view, posted, view.terms, day)) {
    return LateFeePath::NextDay;
  }
  return LateFeePath::Derived;
}

bool has_payments(const store::PlanRow& plan) {
  return sum(plan.paid_principal) + sum(plan.paid_fee) + sum(plan.paid_interest) > 0;
}

bool cannot_have_late_fee(const store::PlanRow& plan, Day day) {
  return plan.late_fee == 0 && plan.due.front() >= day;
}

credit::LimitState limit_state(const store::CreditRow& row) {
  return {.base_limit = row.base_limit,
          .block = static_cast<credit::Block>(row.block),
          .episode_base = row.episode_base,
          .episode_rows = row.episode_rows,
          .episode_peak_dpd = row.episode_peak_dpd,
          .former_base = row.former_base,
          .clean_cycles = row.clean_cycles,
          .late_episodes = row.late_episodes};
}

void store_limit_state(store::CreditRow& row, credit::LimitState state) {
  row.base_limit = state.base_limit;
  row.block = static_cast<store::Block>(state.block);
  row.episode_base = state.episode_base;
  row.episode_rows = state.episode_rows;
  row.episode_peak_dpd = static_cast<std::int16_t>(state.episode_peak_dpd);
  row.former_base = state.former_base;
  row.clean_cycles = static_cast<std::int16_t>(state.clean_cycles);
  row.late_episodes = std::move(state.late_episodes);
}

bool is_active(const store::PlanRow& plan) { return plan.status == store::PlanStatus::Active; }

void release_allowances(Customer& customer, Day day);

/// One date of one customer.
class CustomerDay {
 public:
  CustomerDay(Customer& customer, Day day, const Catalog& catalog, IdSource& ids)
      : customer_(customer), day_(day), catalog_(catalog), ids_(ids) {}

  void close() {
    apply_credit_balance();
    for (store::PlanRow& plan : customer_.plans) close_plan(plan);
    release_allowances(customer_, day_);
    apply_policy(cycle_facts());
  }

  /// Ends the delinquency episode if no plan is late any more.
  void cure() {
    for (store::PlanRow& plan : customer_.plans) {
      if (!is_active(plan)) continue;
      if (View(plan, catalog_).dpd(day_) > 0) return;
    }
    apply_policy({});
  }

 private:
  /// What only the end of a date can tell of an account that earns its limit back.
  struct CycleFacts {
    bool is_grace_missed = false;
    std::optional<bool> is_cycle_with_dues = {};
  };

  void apply_credit_balance();
  void close_plan(store::PlanRow& plan);
  CycleFacts cycle_facts() const;
  void apply_policy(const CycleFacts& cycle);
  bool is_grace_missed() const;

  Customer& customer_;
  Day day_;
  const Catalog& catalog_;
  IdSource& ids_;
};

void CustomerDay::apply_credit_balance() {
  store::CreditRow& credit = customer_.credit;
  const bool is_due = std::ranges::any_of(customer_.plans, [&](const store::PlanRow& plan) {
    return plan.next_due && *plan.next_due <= day_;
  });
  if (credit.credit_balance == 0 || !is_due) return;
  const base::EventId event{ids_.next()};
  for (store::PlanRow& plan : customer_.plans) {
    if (!is_active(plan) || !plan.next_due || *plan.next_due >= day_) continue;
    post_late_fee(customer_, plan, day_, day_, catalog_, ids_, event);
  }
  const AppliedPayment applied =
      apply_money(customer_,
                  {.amount_minor = credit.credit_balance,
                   .value_date = day_,
                   .reach = scheduling::Reach::DueOnly},
                  store::AllocationKind::FromCredit, event, day_, catalog_);
  credit.credit_balance = applied.credit;
  for (const PlanPayment& payment : applied.plans) {
    store::PlanRow& plan = customer_.plans[payment.plan];
    refresh_plan(plan, day_, catalog_);
    customer_.journals.push_back(
        {.party = credit.party,
         .id = {ids_.next()},
         .event = event,
         .rule = ledger::Rule::RepayFromCredit,
         .plan = plan.id,
         .currency = plan.currency,
         .business_date = day_,
         .value_date = day_,
         .transfers = ledger::repay_from_credit({.penalty = payment.penalty,
                                                 .fee = payment.fee,
                                                 .interest = payment.interest,
                                                 .principal = payment.principal})});
  }
}

void CustomerDay::close_plan(store::PlanRow& plan) {
  const int late = catalog_.impairment && is_active(plan) ? View(plan, catalog_).dpd(day_) : 0;
  if (!has_accrual_stopped(late, catalog_)) {
    if (plan.recognize_on && *plan.recognize_on <= day_) {
      recognize(customer_, plan, day_);
      customer_.touch(plan, PlanChange::Progress);
    }
    // From tomorrow on nothing accrues, so what today has earned is income now.
    if (has_accrual_stopped(late + 1, catalog_) && late > 0) {
      recognize_through(customer_, plan, day_);
      customer_.touch(plan, PlanChange::Progress);
    }
  }
  if (!is_active(plan)) return;
  if (catalog_.impairment && late >= catalog_.impairment->charge_off_dpd) {
    charge_off(customer_, plan, day_, catalog_, ids_);
    return;
  }
  if (!plan.next_due || *plan.next_due > day_) return;
  if (*plan.next_due < day_) {
    post_late_fee(customer_, plan, day_, day_, catalog_, ids_, {});
  }
  const std::int16_t dpd = plan.dpd;
  const std::optional<Day> next_due = plan.next_due;
  refresh_plan(plan, day_, catalog_);
  if (plan.dpd != dpd || plan.next_due != next_due) customer_.touch(plan, PlanChange::Progress);
  if (catalog_.impairment && plan.ecl_stage != stage_of(plan.dpd, *catalog_.impairment)) {
    measure(customer_, plan, stage_of(plan.dpd, *catalog_.impairment), day_, catalog_);
    customer_.touch(plan, PlanChange::Progress);
  }
}

/// Nothing is kept for a plan that owes nothing any more.
void release_allowances(Customer& customer, Day day) {
  for (store::PlanRow& plan : customer.plans) {
    const bool is_over =
        plan.status == store::PlanStatus::Settled || plan.status == store::PlanStatus::Refunded;
    if (!is_over || plan.ecl_stage == 0) continue;
    release_allowance(customer, plan, day);
    customer.touch(plan, PlanChange::Progress);
  }
}

bool CustomerDay::is_grace_missed() const {
  return std::ranges::any_of(customer_.plans, [&](const store::PlanRow& plan) {
    if (!is_active(plan)) return false;
    const View view(plan, catalog_);
    return std::ranges::any_of(view.installments, [&](const scheduling::InstallmentView& i) {
      return base::plus_days(i.due, view.terms.grace_days) == day_ &&
             i.unpaid() > scheduling::tolerance_minor(i, view.terms);
    });
  });
}

bool has_dues(const Customer& customer, Day from, Day to) {
  auto is_within = [&](Day due) { return from <= due && due <= to; };
  return std::ranges::any_of(customer.settled_dues, is_within) ||
         std::ranges::any_of(customer.plans, [&](const store::PlanRow& plan) {
           return plan.status != store::PlanStatus::Refunded &&
                  std::ranges::any_of(plan.due, is_within);
         });
}

Day first_of_month(Day day) {
  return base::plus_days(day, 1 - static_cast<int>(unsigned(base::ymd(day).day())));
}

CustomerDay::CycleFacts CustomerDay::cycle_facts() const {
  CycleFacts facts;
  if (!customer_.credit.former_base) return facts;
  facts.is_grace_missed = is_grace_missed();
  if (const auto last = credit::month_judged_on(day_, grace_days_max(catalog_))) {
    facts.is_cycle_with_dues = has_dues(customer_, first_of_month(*last), *last);
  }
  return facts;
}

void CustomerDay::apply_policy(const CycleFacts& cycle) {
  store::CreditRow& credit = customer_.credit;
  std::int16_t dpd = 0;
  std::vector<std::int64_t> late_plans;
  for (const store::PlanRow& plan : customer_.plans) {
    if (!is_active(plan) || plan.dpd == 0) continue;
    dpd = std::max(dpd, plan.dpd);
    late_plans.push_back(plan.id.value);
  }
  if (credit.dpd != dpd) {
    credit.dpd = dpd;
    customer_.is_changed = true;
  }
  if (!catalog_.limit_policy) return;

  credit::LimitState state = limit_state(credit);
  const credit::LimitFacts facts{.date = day_,
                                 .dpd = dpd,
                                 .outstanding = credit.outstanding,
                                 .is_grace_missed = cycle.is_grace_missed,
                                 .is_cycle_with_dues = cycle.is_cycle_with_dues};
  const std::vector<credit::LimitChange> changes = credit::apply_limit_policy(state, facts);
  if (state == limit_state(credit)) return;
  store_limit_state(credit, std::move(state));
  customer_.is_changed = true;
  for (const credit::LimitChange& change : changes) {
    const bool is_relief = change.action == credit::LimitAction::Unblock ||
                           change.action == credit::LimitAction::Restore;
    customer_.limit_changes.push_back(
        {.party = credit.party,
         .id = ids_.next(),
         .currency = credit.currency,
         .business_date = day_,
         .reason = std::string(change.reason),
         .action = static_cast<store::LimitAction>(change.action),
         .old_base = change.old_base,
         .new_base = change.new_base,
         .old_block = static_cast<store::Block>(change.old_block),
         .new_block = static_cast<store::Block>(change.new_block),
         .outstanding = credit.outstanding,
         .dpd = dpd,
         .plans = is_relief ? std::vector<std::int64_t>{} : late_plans});
  }
}

bool earns_back(const store::CreditRow& credit) {
  return credit.former_base && credit.block != store::Block::Closed;
}

/// The first date from `from` on whose close has anything to do; nothing if there is none.
std::optional<Day> next_date_to_close(const Customer& customer, Day from, Day through,
                                      const Catalog& catalog) {
  if (customer.credit.dpd > 0 || customer.credit.episode_base) return from;
  std::optional<Day> next;
  for (const store::PlanRow& plan : customer.plans) {
    const std::optional<Day> act_on = plan.act_on();
    if (act_on && (!next || *act_on < *next)) next = act_on;
  }
  if (earns_back(customer.credit)) {
    const int grace = grace_days_max(catalog);
    for (Day day = from; day <= through && (!next || day < *next); day = base::plus_days(day, 1)) {
      if (credit::month_judged_on(day, grace)) next = day;
    }
  }
  if (!next) return std::nullopt;
  return std::max(from, *next);
}

}  // namespace

int grace_days_max(const Catalog& catalog) {
  int grace = 0;
  for (const Product& product : catalog.products) {
    grace = std::max(grace, product.late_fee.grace_days);
  }
  return grace;
}

bool needs_late_fee_history(const store::PlanRow& plan, Day value_date, const Catalog& catalog) {
  if (!is_active(plan) || !has_payments(plan) || cannot_have_late_fee(plan, value_date)) {
    return false;
  }
  return late_fee_path(View(plan, catalog), plan.late_fee, plan.late_through, value_date) ==
         LateFeePath::Derived;
}

bool needs_history(const Customer& customer, Day day, const Catalog& catalog) {
  for (const store::PlanRow& plan : customer.plans) {
    if (!is_active(plan) || !plan.next_due || *plan.next_due >= day || !has_payments(plan)) {
      continue;
    }
    const View view(plan, catalog);
    // Each close leaves the fee covering its day, so only the first can find a gap.
    std::optional<Day> through = plan.late_through;
    const Day first = base::plus_days(customer.credit.closed_through, 1);
    for (Day d = std::max(first, base::plus_days(*plan.next_due, 1)); d <= day;
         d = base::plus_days(d, 1)) {
      switch (late_fee_path(view, plan.late_fee, through, d)) {
        case LateFeePath::Unchanged:
          break;
        case LateFeePath::NextDay:
          through = d;
          break;
        case LateFeePath::Derived:
          return true;
      }
    }
  }
  return false;
}

void post_late_fee(Customer& customer, store::PlanRow& plan, Day value_date, Day business_date,
                   const Catalog& catalog, IdSource& ids, base::EventId event) {
  if (!is_active(plan) || cannot_have_late_fee(plan, value_date)) return;
  const View view(plan, catalog);
  if (catalog.impairment && has_accrual_stopped(view.dpd(value_date), catalog)) return;
  std::int64_t target = plan.late_fee;
  switch (late_fee_path(view, plan.late_fee, plan.late_through, value_date)) {
    case LateFeePath::Unchanged:
      return;
    case LateFeePath::NextDay:
      target = *scheduling::late_fee_next_day(view.view, plan.late_fee, view.terms, value_date);
      break;
    case LateFeePath::Derived:
      target = scheduling::late_fee_through(view.view, paid_parts(customer, plan), view.terms,
                                            value_date);
      break;
  }
  // What was paid as a late fee stays paid: there is nothing left of it to take back.
  target = std::max(target, plan.late_fee_paid);
  const std::int64_t difference = target - plan.late_fee;
  plan.late_fee = target;
  plan.late_through = value_date;
  customer.touch(plan, PlanChange::Progress);
  if (difference == 0) return;
  customer.journals.push_back({.party = plan.party,
                               .id = {ids.next()},
                               .event = event ? event : base::EventId{ids.next()},
                               .rule = ledger::Rule::LateFee,
                               .plan = plan.id,
                               .currency = plan.currency,
                               .business_date = business_date,
                               .value_date = value_date,
                               .transfers = ledger::late_fee(plan.product, difference)});
}

void refresh_plan(store::PlanRow& plan, Day day, const Catalog& catalog) {
  plan.dpd = 0;
  plan.next_due.reset();
  if (plan.status != store::PlanStatus::Active && plan.status != store::PlanStatus::Settled) {
    return;
  }
  const View view(plan, catalog);
  bool is_paid = plan.late_fee == plan.late_fee_paid;
  bool is_carried = false;  // a tolerated rest joins the next installment
  const int dpd = view.dpd(day);
  for (const scheduling::InstallmentView& installment : view.installments) {
    const bool is_unpaid = installment.unpaid() > 0;
    is_paid = is_paid && !is_unpaid;
    is_carried = is_carried || is_unpaid;
    if (is_carried && installment.due >= day && !plan.next_due) plan.next_due = installment.due;
  }
  if (dpd > 0) {
    plan.dpd = static_cast<std::int16_t>(std::min(dpd, 32'767));
    plan.next_due = base::plus_days(day, -dpd);
  }
  plan.status = is_paid ? store::PlanStatus::Settled : store::PlanStatus::Active;
  if (is_paid) plan.next_due.reset();
}

void cure_if_current(Customer& customer, Day day, const Catalog& catalog, IdSource& ids) {
  release_allowances(customer, day);
  if (customer.credit.dpd == 0 && !customer.credit.episode_base) return;
  CustomerDay(customer, day, catalog, ids).cure();
}

namespace {

/// What a waived date left to do is done later, and posts to the first date that still accepts it;
/// its value date stays.
void post_from(Customer& customer, Day first) {
  for (ledger::Journal& journal : customer.journals) {
    journal.business_date = std::max(journal.business_date, first);
  }
  for (store::AllocationRow& row : customer.allocations) {
    row.business_date = std::max(row.business_date, first);
  }
  for (Recognized& part : customer.recognized) {
    part.business_date = std::max(part.business_date, first);
  }
  for (store::LimitChangeRow& change : customer.limit_changes) {
    change.business_date = std::max(change.business_date, first);
  }
  for (store::PlanVersionRow& version : customer.versions) {
    version.replaced_on = std::max(version.replaced_on, first);
  }
}

}  // namespace

void close_customer(Customer& customer, Day day, const Catalog& catalog, IdSource& ids,
                    Day first_open) {
  Day& closed_through = customer.credit.closed_through;
  while (closed_through < day) {
    const auto next =
        next_date_to_close(customer, base::plus_days(closed_through, 1), day, catalog);
    if (!next || *next > day) break;
    CustomerDay(customer, *next, catalog, ids).close();
    closed_through = *next;
  }
  closed_through = std::max(closed_through, day);
  post_from(customer, first_open);
}

}  // namespace engine
