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

/// Decides one event of a plan; on a refusal nothing has changed.
Refusal apply_life_event(Customer& customer, const LifeEvent& event, base::PlanId plan,
                         base::PartyId channel, const EventContext& context);

}  // namespace engine
