// Time between two days in unit periods: Regulation Z (12 CFR 1026), Appendix J, paragraph (b).
#pragma once

#include <span>

#include "base/day.h"
#include "scheduling/due_dates.h"

namespace scheduling {

/// Whole unit periods, and the odd days before them as part of one.
struct UnitPeriods {
  int whole = 0;
  double fraction = 0;  ///< from 0 to 1

  bool operator==(const UnitPeriods&) const = default;
};

struct MonthsAndDays {
  int months = 0;
  int days = 0;

  bool operator==(const MonthsAndDays&) const = default;
};

/// Whole months counted back from `to`, and the days before them. `to` is not before `from`. From
/// the 29th, 30th or 31st to the last day of a shorter month are whole months: the day it would be.
MonthsAndDays months_back(base::Day from, base::Day to);

/// The unit period of a transaction whose payments are a `period` apart: that, but at most a year.
Period at_most_a_year(Period period);

/// (b)(5): `to` is not before `from`. Whole months are counted back from the later day; `unit` is
/// at most a year.
///
/// - a month: the days before the whole months, over 30;
/// - several months, half months: months count as 30 days, and the sum is divided;
/// - a year: the months before the whole years over 12, or the days over 365 if they are no months;
/// - days and weeks: by actual days.
UnitPeriods unit_periods_between(base::Day from, base::Day to, Period unit);

/// (b)(5): 12 months, 24 half months, 52 weeks, 365 days a year, over the size of the unit.
double unit_periods_a_year(Period unit);

/// (b)(4): the interval between payments that occurs most often, the first running from `start`; of
/// those that occur equally often the smaller. Where none occurs twice, the average of them rounded
/// to the nearest standard interval, a tie to the smaller. At most a year. `payments` are in
/// ascending order, after `start`, not empty.
Period most_common_period(base::Day start, std::span<const base::Day> payments);

}  // namespace scheduling
