// The terms of one line of `fenqi schedule`. docs/schedule.md lists the fields.
#pragma once

#include <functional>
#include <string_view>

#include "cli/json_fields.h"
#include "scheduling/calendar.h"
#include "scheduling/terms.h"

namespace cli {

/// Finds a loaded calendar by its name, or null.
using FindCalendar = std::function<const scheduling::Calendar*(std::string_view)>;

/// Reads every field but "id", which the caller has taken. Throws Problem.
scheduling::Terms read_terms(Fields& fields, const FindCalendar& find_calendar);

/// Why the terms were refused, in words, with the field that is to be changed.
Problem problem_of(scheduling::TermsRefusal refusal, const scheduling::Terms& terms);

}  // namespace cli
