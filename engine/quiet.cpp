#include "engine/quiet.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/customer_close.h"
#include "ledger/posting.h"

namespace engine {
namespace {

using base::Day;

/// For journals that are looked at and thrown away.
class NoIds : public IdSource {
 public:
  std::int64_t next() override { return 1; }
};

bool is_late(const store::PlanRow& plan) {
  return plan.status == store::PlanStatus::Active && plan.dpd > 0;
}

/// What a quiet night makes of a customer, by the words of pass_quiet_night (quiet_store.cpp).
void pass_night(store::CreditRow& credit, std::vector<store::PlanRow>& plans, Day day) {
  ++credit.dpd;
  if (credit.episode_base) credit.episode_peak_dpd = std::max(credit.episode_peak_dpd, credit.dpd);
  credit.closed_through = day;
  for (store::PlanRow& plan : plans) {
    if (!is_late(plan)) continue;
    ++plan.dpd;
    plan.late_fee += plan.nightly_fee;
    if (plan.nightly_fee > 0) plan.late_through = day;
  }
}

/// Whether `customer`, closed through one date more, posted these late fees and nothing else.
bool posted_only(const Customer& customer, const std::vector<store::PlanRow>& plans, Day day) {
  auto journal = customer.journals.begin();
  for (const store::PlanRow& plan : plans) {
    if (!is_late(plan) || plan.nightly_fee == 0) continue;
    if (journal == customer.journals.end() || journal->rule != ledger::Rule::LateFee ||
        journal->plan != plan.id || journal->business_date != day || journal->value_date != day ||
        journal->transfers != ledger::late_fee(plan.product, plan.nightly_fee)) {
      return false;
    }
    ++journal;
  }
  return journal == customer.journals.end() && customer.allocations.empty() &&
         customer.versions.empty() && customer.items.empty() && customer.limit_changes.empty() &&
         customer.recognized.empty() && customer.life_events.empty();
}

/// Who pays nothing but must be looked at for other reasons, or has what can't be looked at ahead.
bool can_be_quiet(const Customer& customer) {
  const store::CreditRow& credit = customer.credit;
  if (credit.dpd == 0 || credit.credit_balance != 0 || credit.former_base) return false;
  for (std::size_t i = 0; i < customer.plans.size(); ++i) {
    if (!is_late(customer.plans[i])) continue;
    // The fee is stored with the plan, and its accounts are there once one was posted.
    if (customer.plan_change[i] == PlanChange::None || customer.plan_is_new[i]) return false;
  }
  return true;
}

/// What the first night adds to each plan; the fee of a plan that isn't late is 0.
void set_fees(std::vector<store::PlanRow>& plans, const std::vector<store::PlanRow>& after) {
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const bool is_charged = is_late(plans[i]) && plans[i].late_fee > 0;
    plans[i].nightly_fee =
        is_charged ? std::max<std::int64_t>(after[i].late_fee - plans[i].late_fee, 0) : 0;
  }
}

void clear_fees(std::vector<store::PlanRow>& plans) {
  for (store::PlanRow& plan : plans) plan.nightly_fee = 0;
}

}  // namespace

void look_ahead(Customer& customer, const Catalog& catalog) {
  customer.credit.quiet_through.reset();
  customer.credit.quiet_catalog = 0;
  clear_fees(customer.plans);
  if (catalog.version == 0 || !can_be_quiet(customer)) return;
  NoIds ids;
  Customer ahead;
  ahead.credit = customer.credit;
  ahead.plans = customer.plans;
  ahead.plan_is_new.assign(ahead.plans.size(), 0);
  ahead.plan_change.assign(ahead.plans.size(), PlanChange::None);
  store::CreditRow expected = customer.credit;
  std::vector<store::PlanRow> plans = customer.plans;
  const Day closed = customer.credit.closed_through;
  for (int night = 1; night <= kQuietNightsMax; ++night) {
    const Day day = base::plus_days(closed, night);
    if (needs_history(ahead, day, catalog)) break;
    close_customer(ahead, day, catalog, ids, day);
    if (night == 1) {
      set_fees(plans, ahead.plans);
      for (std::size_t i = 0; i < plans.size(); ++i) {
        ahead.plans[i].nightly_fee = plans[i].nightly_fee;
        customer.plans[i].nightly_fee = plans[i].nightly_fee;
      }
    }
    const bool is_posted = posted_only(ahead, plans, day);
    pass_night(expected, plans, day);
    if (!is_posted || ahead.credit != expected || ahead.plans != plans) break;
    customer.credit.quiet_through = day;
    ahead.journals.clear();
  }
  if (customer.credit.quiet_through) {
    customer.credit.quiet_catalog = catalog.version;
  } else {
    clear_fees(customer.plans);
  }
}

}  // namespace engine
