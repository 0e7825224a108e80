#include "scheduling/calendar.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace scheduling {
namespace {

constexpr int kYearMin = 1900;
constexpr int kYearMax = 2199;  // as base::parse_day

bool is_weekend(base::Day day) {
  const date::weekday weekday{day};
  return weekday == date::Saturday || weekday == date::Sunday;
}

bool contains(const std::vector<base::Day>& sorted, base::Day day) {
  return std::ranges::binary_search(sorted, day);
}

int year_of(base::Day day) { return static_cast<int>(base::ymd(day).year()); }

}  // namespace

base::Result<Calendar, CalendarRefusal> Calendar::make(CalendarDays days) {
  if (days.first_year > days.last_year || days.first_year < kYearMin || days.last_year > kYearMax) {
    return base::Refused(CalendarRefusal::YearsOutOfRange);
  }
  std::ranges::sort(days.off);
  std::ranges::sort(days.work);
  for (base::Day day : days.work) {
    if (contains(days.off, day)) return base::Refused(CalendarRefusal::DayBothOffAndWork);
  }

  Calendar calendar;
  calendar.name_ = std::move(days.name);
  calendar.first_year_ = days.first_year;
  calendar.last_year_ = days.last_year;
  calendar.start_ = base::make_day(days.first_year, 1, 1);
  calendar.end_ = base::make_day(days.last_year + 1, 1, 1);
  std::vector<bool> year_has_business(
      static_cast<std::size_t>(days.last_year - days.first_year + 1));
  for (base::Day day = calendar.start_; day < calendar.end_; day += date::days{1}) {
    calendar.business_rank_.push_back(static_cast<std::int32_t>(calendar.business_days_.size()));
    if (contains(days.off, day)) continue;
    if (is_weekend(day) && !contains(days.work, day)) continue;
    calendar.business_days_.push_back(day);
    year_has_business[static_cast<std::size_t>(year_of(day) - days.first_year)] = true;
  }
  if (std::ranges::find(year_has_business, false) != year_has_business.end()) {
    return base::Refused(CalendarRefusal::YearWithoutBusiness);
  }
  return calendar;
}

CalendarYearMissing Calendar::missing(base::Day day) const {
  // Past the end it is the first year not loaded that stops us, however far the search would go.
  return {day < start_ ? year_of(day) : last_year_ + 1};
}

base::Result<bool, CalendarYearMissing> Calendar::is_business_day(base::Day day) const {
  if (!covers(day)) return base::Refused(CalendarYearMissing{year_of(day)});
  return contains(business_days_, day);
}

base::Result<base::Day, CalendarYearMissing> Calendar::next_business_day(base::Day day) const {
  return add_business_days(day, 0);
}

base::Result<base::Day, CalendarYearMissing> Calendar::add_business_days(base::Day day,
                                                                         int n) const {
  CHECK(n >= 0, "business days are counted forward, not {}", n);
  // T + n is the (n - 1)-th business day from the day after T on; T + 0 the first from T on.
  const base::Day from = n == 0 ? day : base::plus_days(day, 1);
  const std::size_t skip = n == 0 ? 0 : static_cast<std::size_t>(n) - 1;
  if (!covers(from)) return base::Refused(missing(from));
  const auto first =
      static_cast<std::size_t>(business_rank_[static_cast<std::size_t>((from - start_).count())]);
  if (business_days_.size() - first <= skip)
    return base::Refused(CalendarYearMissing{last_year_ + 1});
  return business_days_[first + skip];
}

}  // namespace scheduling
