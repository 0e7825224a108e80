// Applies money to a customer's plans: the allocation rule decides, the rows follow.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/decide.h"
#include "scheduling/allocation.h"
#include "sql/store/customer_rows.h"

namespace engine {

/// What one event paid of one plan.
struct PlanPayment {
  std::size_t plan = 0;  ///< index into Customer::plans
  store::AllocationRow row;
  std::int64_t penalty = 0;
  std::int64_t fee = 0;
  std::int64_t interest = 0;
  std::int64_t principal = 0;
};

struct AppliedPayment {
  std::vector<PlanPayment> plans;  ///< in the order first paid
  std::int64_t credit = 0;
};

/// Allocates `request` over the customer's plans by the catalog's order for this kind of payment,
/// updates their arrays and the exposure, and adds the allocation rows. Journals, and the plans'
/// next dates, are the caller's.
AppliedPayment apply_money(Customer& customer, scheduling::AllocationRequest request,
                           store::AllocationKind kind, base::EventId event, base::Day business_date,
                           const Catalog& catalog);

/// Books parts that are decided already, all of one plan, as `apply_money` would.
PlanPayment apply_parts(Customer& customer, store::PlanRow& plan,
                        std::span<const scheduling::AllocationPart> parts,
                        store::AllocationKind kind, base::EventId event, base::Day business_date,
                        base::Day value_date);

/// Adds to the customer's credit balance what a payment left over, with its allocation row.
void keep_credit(Customer& customer, std::int64_t credit, const EventContext& context);

}  // namespace engine
