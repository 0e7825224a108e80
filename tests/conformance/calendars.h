// The calendars of QuantLib's vectors, from the holiday lists beside them.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "scheduling/calendar.h"

namespace tests::conformance {

/// By the name the vectors use, from every file with holiday lists under FENQI_ORACLES and then
/// under the shared folder; NULL has no day off and WEEKENDS only Saturdays and Sundays. Nothing
/// for a name without data.
const scheduling::Calendar* calendar_named(const std::string& name);

/// "MODIFIED_FOLLOWING" and so on, UNADJUSTED.
std::optional<scheduling::BusinessDayConvention> convention_named(const std::string& name);

/// "2026-06-18"; throws on anything else.
base::Day day_of(const std::string& text);

/// The day, or the year whose absence stopped us.
std::string shown(const base::Result<base::Day, scheduling::CalendarYearMissing>& day);

}  // namespace tests::conformance
