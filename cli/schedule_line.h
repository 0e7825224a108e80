// One line of `fenqi schedule`: terms in JSON to a schedule in JSON. docs/schedule.md.
#pragma once

#include <string>
#include <string_view>

#include "cli/schedule_terms.h"

namespace cli {

/// Appends the answer to one line, without the line's end: a schedule, or an error object and
/// false; the other lines go on. Never throws for what the line holds.
bool append_schedule_line(std::string_view line, const FindCalendar& find_calendar,
                          std::string& text);

/// The answer to a line that was longer than `max` bytes and therefore not kept.
void append_line_too_long(std::size_t max, std::string& text);

}  // namespace cli
