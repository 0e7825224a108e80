#include "scheduling/unit_period.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"

namespace scheduling {
namespace {

constexpr int kDaysAMonth = 30;  // Appendix J
constexpr int kDaysAHalfMonth = 15;

UnitPeriods divide(int days, int unit_days) {
  return {days / unit_days, static_cast<double>(days % unit_days) / unit_days};
}

/// Roughly, to compare lengths.
double days_of(Period period) {
  switch (period.unit) {
    case PeriodUnit::Day:
      return period.count;
    case PeriodUnit::Week:
      return 7.0 * period.count;
    case PeriodUnit::HalfMonth:
      return 15.0 * period.count;
    case PeriodUnit::Month:
      return 365.0 / 12 * period.count;
  }
  CHECK(false, "period unit {}", static_cast<int>(period.unit));
}

/// What the interval may be called: some months, a half month, some weeks or some days.
std::vector<Period> names_of(base::Day from, base::Day to) {
  std::vector<Period> names;
  const int days = base::days_between(from, to);
  const MonthsAndDays back = months_back(from, to);
  if (back.days == 0 && back.months > 0) names.push_back({back.months, PeriodUnit::Month});
  if (due_date(dues_from(from, {1, PeriodUnit::HalfMonth}), 2) == to) {
    names.push_back({1, PeriodUnit::HalfMonth});
  }
  names.push_back(days % 7 == 0 ? Period{days / 7, PeriodUnit::Week}
                                : Period{days, PeriodUnit::Day});
  return names;
}

/// The standard interval (day, half month, weeks, months, a year) nearest to the days.
Period nearest_standard(double days) {
  std::vector<Period> standard = {{1, PeriodUnit::Day}, {1, PeriodUnit::HalfMonth}};
  for (int months = 1; months <= 12; ++months) standard.push_back({months, PeriodUnit::Month});
  for (int weeks = 1; weeks <= 52; ++weeks) standard.push_back({weeks, PeriodUnit::Week});
  std::ranges::stable_sort(standard, {}, days_of);
  return *std::ranges::min_element(standard, {},
                                   [&](Period period) { return std::abs(days_of(period) - days); });
}

}  // namespace

MonthsAndDays months_back(base::Day from, base::Day to) {
  CHECK(from <= to, "months counted from {} to {}", base::to_string(from), base::to_string(to));
  const auto month_of = [](base::Day day) {
    const date::year_month_day d = base::ymd(day);
    return 12 * static_cast<int>(d.year()) + static_cast<int>(static_cast<unsigned>(d.month()));
  };
  int months = month_of(to) - month_of(from);
  if (base::add_months(from, months) == to) return {months, 0};
  if (base::add_months(to, -months) < from) --months;
  return {months, base::days_between(from, base::add_months(to, -months))};
}

Period at_most_a_year(Period period) {
  switch (period.unit) {
    case PeriodUnit::Day:
      return {std::min(period.count, 365), period.unit};
    case PeriodUnit::Week:
      return {std::min(period.count, 52), period.unit};
    case PeriodUnit::HalfMonth:
      return period.count < 24 ? period : Period{12, PeriodUnit::Month};
    case PeriodUnit::Month:
      return {std::min(period.count, 12), period.unit};
  }
  CHECK(false, "period unit {}", static_cast<int>(period.unit));
}

UnitPeriods unit_periods_between(base::Day from, base::Day to, Period unit) {
  CHECK(from <= to, "unit periods from {} to {}", base::to_string(from), base::to_string(to));
  if (unit.unit == PeriodUnit::Day) return divide(base::days_between(from, to), unit.count);
  if (unit.unit == PeriodUnit::Week) return divide(base::days_between(from, to), 7 * unit.count);
  const MonthsAndDays back = months_back(from, to);
  if (unit.unit == PeriodUnit::Month && unit.count == 1) {
    return {back.months, static_cast<double>(back.days) / kDaysAMonth};
  }
  if (unit.unit == PeriodUnit::Month && unit.count == 12) {
    const int years = back.months / 12;
    const int days = base::days_between(from, base::add_months(to, -12 * years));
    return {years, back.days == 0 ? (back.months % 12) / 12.0 : days / 365.0};
  }
  const int unit_days =
      unit.count * (unit.unit == PeriodUnit::Month ? kDaysAMonth : kDaysAHalfMonth);
  return divide(kDaysAMonth * back.months + back.days, unit_days);
}

double unit_periods_a_year(Period unit) {
  switch (unit.unit) {
    case PeriodUnit::Day:
      return 365.0 / unit.count;
    case PeriodUnit::Week:
      return 52.0 / unit.count;
    case PeriodUnit::HalfMonth:
      return 24.0 / unit.count;
    case PeriodUnit::Month:
      return 12.0 / unit.count;
  }
  CHECK(false, "period unit {}", static_cast<int>(unit.unit));
}

Period most_common_period(base::Day start, std::span<const base::Day> payments) {
  CHECK(!payments.empty(), "no payment");
  struct Seen {
    Period period;
    int times;
  };
  std::vector<Seen> seen;
  base::Day from = start;
  for (const base::Day to : payments) {
    for (const Period& name : names_of(from, to)) {
      const auto found = std::ranges::find(seen, name, &Seen::period);
      if (found == seen.end()) {
        seen.push_back({name, 1});
      } else {
        ++found->times;
      }
    }
    from = to;
  }
  std::ranges::stable_sort(seen, [](const Seen& a, const Seen& b) {
    return a.times != b.times ? a.times > b.times : days_of(a.period) < days_of(b.period);
  });
  if (seen.front().times > 1 || payments.size() == 1) return at_most_a_year(seen.front().period);
  return nearest_standard(base::days_between(start, payments.back()) /
                          static_cast<double>(payments.size()));
}

}  // namespace scheduling
