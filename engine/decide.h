// What one event does to one customer in memory. Pure: the batch loads before and saves after.
#pragma once

#include <algorithm>

#include "engine/catalog.h"
#include "engine/customer.h"
#include "engine/item.h"

namespace engine {

/// What every event of a batch knows.
struct EventContext {
  const Catalog& catalog;
  IdSource& ids;
  base::EventId event;
  base::Day business_date;  ///< the later of its local date and the first open one
  base::Day value_date;     ///< its local date
  base::Day open_date;      ///< what is posted now is available to merchants from the day after
};

/// Nothing is posted to a plan before its purchase: an event that says it was earlier counts from
/// the purchase's dates.
inline EventContext of_plan(EventContext context, const store::PlanRow& plan) {
  context.business_date = std::max(context.business_date, plan.business_date);
  context.value_date = std::max(context.value_date, plan.start_on);
  return context;
}

struct PurchaseParties {
  base::PlanId plan;
  base::PartyId merchant;
  const MerchantTerms* merchant_terms;
  base::PartyId sponsor = {};
};

/// Captures a purchase: plan, journal, merchant item, exposure. On a refusal nothing has changed.
Refusal capture_purchase(Customer& customer, const Purchase& purchase,
                         const PurchaseParties& parties, const EventContext& context);

/// How long an authorization lasts when nobody captures it.
inline constexpr int kHoldDays = 7;

/// Reserves part of the limit.
Refusal authorize_hold(Customer& customer, const HoldRequest& request, std::int64_t hold_id,
                       base::PartyId merchant, const EventContext& context);

/// Gives a hold back; `status` says why (voided, expired).
Refusal release_hold(Customer& customer, const std::string& hold_ref, store::HoldStatus status,
                     const std::string& source_ref, const EventContext& context);

/// Applies a repayment: late fee of its own day, past due, billed, the rest to the credit balance.
Refusal apply_repayment(Customer& customer, const Repayment& repayment,
                        const ledger::AccountKey& from, base::PlanId directed,
                        const EventContext& context);

/// Where a customer's money comes from: a channel, or suspense.
ledger::AccountKey source_of(base::PartyId channel, const std::string& suspense);

/// Refunds goods, all or part: what is unpaid of their price falls away, the plan is priced anew on
/// the rest, what was paid beyond it is owed back.
Refusal apply_refund(Customer& customer, const RefundRequest& request, base::PlanId plan,
                     const MerchantTerms& terms, const EventContext& context);

}  // namespace engine
