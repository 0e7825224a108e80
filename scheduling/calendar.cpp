#include "scheduling/calendar.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace scheduling {
namespace {

constexpr int kYearMin = 1900;
constexpr int kYearMax = 2199;  // as base::parse_day

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

  return build(std::move(days.name), days.first_year, days.last_year, [&](base::Day day) {
    if (contains(days.off, day)) return false;
    const bool weekend = std::ranges::find(days.weekend, date::weekday{day}) != days.weekend.end();
    return !weekend || contains(days.work, day);
  });
}

base::Result<Calendar, CalendarRefusal> Calendar::joint(std::string name,
                                                        std::span<const Calendar> calendars) {
  CHECK(!calendars.empty(), "a joint calendar of no calendars");
  const int first_year = std::ranges::max(calendars, {}, &Calendar::first_year_).first_year_;
  const int last_year = std::ranges::min(calendars, {}, &Calendar::last_year_).last_year_;
  if (first_year > last_year) return base::Refused(CalendarRefusal::YearsOutOfRange);
  return build(std::move(name), first_year, last_year, [&](base::Day day) {
    return std::ranges::all_of(
        calendars, [&](const Calendar& one) { return contains(one.business_days_, day); });
  });
}

base::Result<Calendar, CalendarRefusal> Calendar::build(
    std::string name, int first_year, int last_year,
    const std::function<bool(base::Day)>& is_business) {
  Calendar calendar;
  calendar.name_ = std::move(name);
  calendar.first_year_ = first_year;
  calendar.last_year_ = last_year;
  calendar.start_ = base::make_day(first_year, 1, 1);
  calendar.end_ = base::make_day(last_year + 1, 1, 1);
  std::vector<bool> year_has_business(static_cast<std::size_t>(last_year - first_year + 1));
  for (base::Day day = calendar.start_; day < calendar.end_; day += date::days{1}) {
    calendar.business_rank_.push_back(static_cast<std::int32_t>(calendar.business_days_.size()));
    if (!is_business(day)) continue;
    calendar.business_days_.push_back(day);
    year_has_business[static_cast<std::size_t>(year_of(day) - first_year)] = true;
  }
  calendar.business_rank_.push_back(static_cast<std::int32_t>(calendar.business_days_.size()));
  if (std::ranges::find(year_has_business, false) != year_has_business.end()) {
    return base::Refused(CalendarRefusal::YearWithoutBusiness);
  }
  return calendar;
}

CalendarYearMissing Calendar::missing(base::Day day) const {
  // Past the end it is the first year not loaded that stops us, however far the search would go.
  return {day < start_ ? year_of(day) : last_year_ + 1};
}

int Calendar::business_days_before(base::Day day) const {
  return business_rank_[static_cast<std::size_t>((day - start_).count())];
}

base::Result<bool, CalendarYearMissing> Calendar::is_business_day(base::Day day) const {
  if (!covers(day)) return base::Refused(CalendarYearMissing{year_of(day)});
  return contains(business_days_, day);
}

base::Result<base::Day, CalendarYearMissing> Calendar::next_business_day(base::Day day) const {
  return add_business_days(day, 0);
}

base::Result<base::Day, CalendarYearMissing> Calendar::previous_business_day(base::Day day) const {
  // The last business day before tomorrow.
  return add_business_days(base::plus_days(day, 1), -1);
}

base::Result<base::Day, CalendarYearMissing> Calendar::adjust(
    base::Day day, BusinessDayConvention convention) const {
  const auto in_month_of_day = [&](const base::Result<base::Day, CalendarYearMissing>& moved) {
    return moved && base::end_of_month(*moved) == base::end_of_month(day);
  };
  switch (convention) {
    case BusinessDayConvention::Unadjusted:
      return day;
    case BusinessDayConvention::Following:
      return next_business_day(day);
    case BusinessDayConvention::Preceding:
      return previous_business_day(day);
    case BusinessDayConvention::ModifiedFollowing: {
      // Years are loaded whole: if there is no next business day in them, it is in a later month.
      const auto next = next_business_day(day);
      return in_month_of_day(next) || !covers(day) ? next : previous_business_day(day);
    }
    case BusinessDayConvention::ModifiedPreceding: {
      const auto previous = previous_business_day(day);
      return in_month_of_day(previous) || !covers(day) ? previous : next_business_day(day);
    }
  }
  CHECK(false, "business-day convention {}", static_cast<int>(convention));
}

base::Result<base::Day, CalendarYearMissing> Calendar::add_business_days(base::Day day,
                                                                         int n) const {
  // The n-th from the day after `day` on; the (-n)-th of those before `day`; the first from `day`.
  const base::Day from = n > 0 ? base::plus_days(day, 1) : day;
  // Counting back only the days before `from` are asked, and the first of January has none.
  if (from < start_ || from > end_) return base::Refused(missing(from));
  const std::int64_t index = std::int64_t{business_days_before(from)} + n - (n > 0 ? 1 : 0);
  if (index < 0) return base::Refused(CalendarYearMissing{first_year_ - 1});
  if (index >= std::ssize(business_days_)) return base::Refused(missing(end_));
  return business_days_[static_cast<std::size_t>(index)];
}

base::Result<int, CalendarYearMissing> Calendar::business_days_between(base::Day from,
                                                                       base::Day to) const {
  for (const base::Day day : {from, to}) {
    if (!covers(day) && day != end_) return base::Refused(missing(day));
  }
  return business_days_before(to) - business_days_before(from);
}

base::Result<base::Day, CalendarYearMissing> Calendar::last_business_day_of_month(
    base::Day day) const {
  return previous_business_day(base::end_of_month(day));
}

}  // namespace scheduling
