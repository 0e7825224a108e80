// One record of a takeover by itself: from what the other system says to a plan's row, checked.
// Pure.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "engine/customer.h"
#include "engine/takeover.h"
#include "ledger/posting.h"

namespace engine {

/// What a plan's row needs beside the record.
struct TakenParties {
  base::PartyId customer;
  base::PartyId merchant;
  const MerchantTerms* merchant_terms = nullptr;
};

/// The plan as it stood at the close of the day before `date`: what was paid, late and earned by
/// then. Ids are left to the caller.
base::Result<store::PlanRow, TakeoverProblem> taken_plan(const TakenPlan& record,
                                                         const TakenParties& parties,
                                                         base::Day date, const Catalog& catalog);

/// What was paid before as one allocation, or nothing if nothing was.
std::optional<store::AllocationRow> taken_allocation(const store::PlanRow& plan, base::Day date);

/// Opening entries of a plan against `control`: what is owed, not yet earned, and the allowance.
ledger::Transfers taken_plan_entries(const store::PlanRow& plan, ledger::Code control);

/// Sets what the limit policy remembers to where its rows stand at the account's days past due:
/// those reached count as applied, so that nothing is cut twice. What `record` doesn't say, or if
/// there is none in this batch, is as earlier records left it.
void take_policy_state(store::CreditRow& credit, const TakenCustomer* record, base::Day date,
                       const Catalog& catalog);

}  // namespace engine
