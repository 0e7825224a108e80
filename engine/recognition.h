// Fee and subsidy of a plan becoming income, period by period.
#pragma once

#include "base/day.h"
#include "engine/customer.h"

namespace engine {

/// Recognizes what the plan has earned through `day` and was not recognized before, adds it to
/// Customer::recognized, and sets the plan's next date with anything to recognize.
void recognize(Customer& customer, store::PlanRow& plan, base::Day day);

}  // namespace engine
