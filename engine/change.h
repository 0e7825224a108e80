// A new version of a plan's schedule, in its row. Pure.
#pragma once

#include "engine/decide.h"
#include "engine/life_event.h"
#include "scheduling/change.h"
#include "scheduling/partial_refund.h"

namespace engine {

/// What was agreed on for this plan, as the catalog of today says it.
scheduling::ChangeTerms change_terms(const store::PlanRow& plan, const Catalog& catalog);

/// Replaces the schedule: keeps the version before, brings sums, exposure and the next dates in
/// line and freezes the late fee of the days before. The late fee through the day of the change
/// must be posted. Journals are the caller's.
void replace_schedule(Customer& customer, store::PlanRow& plan,
                      const scheduling::NewVersion& version, store::ScheduleCause cause,
                      const EventContext& context);

/// What a life event refers to, found by its references.
struct LifeParties {
  base::PlanId plan;             ///< {}: the event is about the account
  base::PartyId channel;         ///< of what is paid; {}: by bank
  base::PartyId bank;            ///< the book's
  base::EventId subject = {};    ///< the refund or repayment it is about
  bool is_subject_found = true;  ///< false: its reference is unknown
};

/// Decides one event; on a refusal nothing has changed.
Refusal apply_life_event(Customer& customer, const LifeEvent& event, const LifeParties& parties,
                         const EventContext& context);

/// Those that are not changes of a schedule; decide_account.cpp.
Refusal apply_account_event(Customer& customer, const LifeEvent& event, const LifeParties& parties,
                            const EventContext& context);

/// The one asked for; else interest through the day where interest arises on the balance, and
/// unbilled fees waived where it doesn't.
scheduling::PayoffMethod method_of(const PayOff& payoff, const store::PlanRow& plan,
                                   const Catalog& catalog);

/// A version in which nothing unpaid is left.
scheduling::NewVersion version_of_nothing(const store::PlanRow& plan, base::Day on);
/// What a version asks for less than the one before, as the allocation of a refund.
store::AllocationRow cancelled(const store::PlanRow& before, const store::PlanRow& after,
                               const EventContext& context);

}  // namespace engine
