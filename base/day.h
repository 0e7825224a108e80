// Day: a civil day in the zone of the book. Instant: a point in time. The two do not compare.
#pragma once

#include <date/date.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using Day = date::local_days;
using Instant = date::sys_time<std::chrono::microseconds>;

inline Day make_day(int y, unsigned m, unsigned d) {
  return Day{date::year{y} / static_cast<int>(m) / static_cast<int>(d)};
}
inline date::year_month_day ymd(Day day) { return date::year_month_day{day}; }
inline int days_between(Day from, Day to) { return static_cast<int>((to - from).count()); }
inline Day plus_days(Day day, int n) { return day + date::days{n}; }

/// `months` after `anchor`, on the anchor's day of the month or the month's last: from 31 January
/// 28 February, then 31 March. Always count from the anchor, never from a neighbour.
Day add_months(Day anchor, int months);
Day end_of_month(Day day);

std::string to_string(Day day);          ///< "2026-06-18"
std::string to_string(Instant instant);  ///< "2026-06-18T01:02:03.000000Z"
std::optional<Day> parse_day(
    std::string_view text);  ///< strict YYYY-MM-DD, a real date, 1900..2199

}  // namespace base
