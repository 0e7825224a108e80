// Fee and subsidy of a plan becoming income, period by period.
#pragma once

#include "base/day.h"
#include "engine/customer.h"

namespace engine {

/// Recognizes what the plan has earned through `day` and was not recognized before, adds it to
/// Customer::recognized, and sets the plan's next date with anything to recognize.
void recognize(Customer& customer, store::PlanRow& plan, base::Day day);

/// The same, with what the running period has earned by the end of the day, whatever the day.
void recognize_through(Customer& customer, store::PlanRow& plan, base::Day day);

/// Brings a plan whose fee or subsidy has changed in line: what is recognized beyond the new total
/// is taken back on `business_date`, and the next date to recognize anything is set.
void reschedule_recognition(Customer& customer, store::PlanRow& plan, base::Day business_date);

/// No more time will pass over the fee: all of it that stays is income now.
void finish_earning(Customer& customer, store::PlanRow& plan, base::Day business_date);

}  // namespace engine
