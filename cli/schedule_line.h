// One line of `fenqi schedule`: terms in JSON to a schedule in JSON. docs/schedule.md.
#pragma once

#include <string>
#include <string_view>

#include "cli/schedule_terms.h"

namespace cli {

struct ScheduleLine {
  std::string json;     ///< without the line's end
  bool failed = false;  ///< an error object; the other lines go on
};

/// The answer to one line. Never throws for what the line holds.
ScheduleLine schedule_line(
    std::string_view line,
    const FindCalendar& find_calendar = [](std::string_view) { return nullptr; });

/// The answer to a line that was longer than `max` bytes and therefore not kept.
ScheduleLine schedule_line_too_long(std::size_t max);

}  // namespace cli
