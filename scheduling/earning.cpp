#include "scheduling/earning.h"

#include <algorithm>

#include "base/check.h"
#include "base/rounding.h"
#include "base/wide.h"

namespace scheduling {

std::int64_t Earning::total() const {
  std::int64_t sum = 0;
  for (std::int64_t amount : amounts) sum += amount;
  return sum;
}

std::int64_t earned_in_ended_periods(const Earning& earning, base::Day day) {
  std::int64_t earned = 0;
  for (std::size_t k = 0; k < earning.amounts.size() && earning.due[k] <= day; ++k) {
    earned += earning.amounts[k];
  }
  return earned;
}

std::int64_t earned_through(const Earning& earning, base::Day day) {
  CHECK(earning.amounts.empty() || earning.amounts.size() == earning.due.size(),
        "{} amounts for {} periods", earning.amounts.size(), earning.due.size());
  std::int64_t earned = 0;
  base::Day start = earning.start;
  for (std::size_t k = 0; k < earning.amounts.size() && start <= day; ++k) {
    const base::Day end = earning.due[k];
    if (end <= day) {
      earned += earning.amounts[k];
    } else {
      const int days = base::days_between(start, day) + 1;
      const int days_in_period = base::days_between(start, end);
      earned += base::narrow(base::div_round(base::int128{earning.amounts[k]} * days,
                                             days_in_period, base::Rounding::HalfUp));
    }
    start = std::max(start, end);
  }
  return earned;
}

std::int64_t recognized_at_close(const Earning& earning, base::Day day) {
  if (day == base::end_of_month(day)) return earned_through(earning, day);
  // A period whose last day was a month end is whole already: nothing is taken back before its end.
  const base::Day month_before =
      base::plus_days(base::Day{base::ymd(day).year() / base::ymd(day).month() / 1}, -1);
  return std::max(earned_in_ended_periods(earning, day), earned_through(earning, month_before));
}

std::optional<base::Day> next_recognition(const Earning& earning, base::Day day) {
  if (earning.amounts.empty()) return std::nullopt;
  const std::int64_t now = recognized_at_close(earning, day);
  const base::Day last = earning.due.back();
  while (day < last) {
    base::Day next = base::end_of_month(base::plus_days(day, 1));
    for (base::Day due : earning.due) {
      if (due > day) next = std::min(next, due);
    }
    day = next;
    if (recognized_at_close(earning, day) != now) return day;
  }
  return std::nullopt;
}

}  // namespace scheduling
