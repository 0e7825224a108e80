// Another price for what is to come: interest paused, or at another rate.
#pragma once

#include "base/rate.h"
#include "scheduling/change.h"

namespace scheduling {

struct PauseRequest {
  base::Day on;    ///< the day it is decided: what is billed by then stands
  base::Day from;  ///< the first day without interest
  base::Day to;    ///< the first one with interest again
};

/// Interest pause: the days of the span bear no interest. Of each unbilled installment the interest
/// of the days paused is waived, rounded once: on a balance principal owed * rate * days, fixed
/// interest by days / days of the period. Principal and due dates stay, so the payments fall. Days
/// are counted as the plan counts them. A fee is not interest and runs on.
///
/// Refused as NothingOwed, SpanEmpty, RateOutOfRange, NothingChanges.
base::Result<NewVersion, ChangeRefusal> pause_interest(const PlanView& plan,
                                                       const ChangeTerms& terms,
                                                       const PauseRequest& request);

struct RateRequest {
  base::Day on;    ///< the day it is decided: what is billed by then stands
  base::Day from;  ///< the first day at the new rate
  base::Rate rate;
};

/// Rate change: unbilled installments bear interest at the new rate from the day on, and the period
/// the day is in at both (rest_of_plan.h). Level payments are levelled anew from that period on,
/// other methods keep their principal. The terms are those until now.
///
/// Refused as NothingOwed, NoInterestOnBalance, RateOutOfRange, NoSchedule, NothingChanges.
base::Result<NewVersion, ChangeRefusal> change_rate(const PlanView& plan, const ChangeTerms& terms,
                                                    const RateRequest& request);

}  // namespace scheduling
