#include "base/day.h"

#include <fmt/format.h>

namespace base {

Day add_months(Day anchor, int months) {
  const date::year_month_day start = ymd(anchor);
  const date::year_month target =
      date::year_month{start.year(), start.month()} + date::months{months};
  const date::year_month_day_last last{target.year(), date::month_day_last{target.month()}};
  const date::day day = start.day() < last.day() ? start.day() : last.day();
  return Day{target.year() / target.month() / day};
}

Day end_of_month(Day day) {
  const date::year_month_day d = ymd(day);
  return Day{d.year() / d.month() / date::last};
}

std::string to_string(Day day) {
  const date::year_month_day d = ymd(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(d.year()),
                     static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()));
}

std::string to_string(Instant instant) {
  const auto day = date::floor<date::days>(instant);
  const date::hh_mm_ss<std::chrono::microseconds> time{instant - day};
  return fmt::format("{}T{:02}:{:02}:{:02}.{:06}Z", to_string(Day{day.time_since_epoch()}),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  auto number = [&](std::size_t at, std::size_t length) -> std::optional<int> {
    int value = 0;
    for (char c : text.substr(at, length)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  const auto y = number(0, 4);
  const auto m = number(5, 2);
  const auto d = number(8, 2);
  if (!y || !m || !d || *y < 1900 || *y > 2199) return std::nullopt;
  const date::year_month_day day = date::year{*y} / *m / *d;
  if (!day.ok()) return std::nullopt;
  return Day{day};
}

}  // namespace base
