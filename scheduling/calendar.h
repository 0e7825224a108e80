// Calendar: which days are business days. A value made from lists; it never guesses a year.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/result.h"

namespace scheduling {

/// What a calendar is made of: Saturdays and Sundays are off except for `work`, and `off` is off
/// on top of that. Days outside the loaded years are ignored.
struct CalendarDays {
  std::string name;
  int first_year;               ///< the first year whose holidays were announced and loaded
  int last_year;                ///< the last one
  std::vector<base::Day> off;   ///< holidays, in any order; may fall on weekends
  std::vector<base::Day> work;  ///< make-up working days (调休), weekend days that are worked
};

/// Reasons to refuse the lists, in the order they are checked.
enum class CalendarRefusal {
  YearsOutOfRange,      ///< first year after last, before 1900 or after 2199
  DayBothOffAndWork,    ///< one day in both lists
  YearWithoutBusiness,  ///< a loaded year has no business day at all
};

/// The answer needs a year that was not loaded. Weekend-only guessing would pay merchants on the
/// wrong day, so there is no answer.
struct CalendarYearMissing {
  int year;

  bool operator==(const CalendarYearMissing&) const = default;
};

/// Answers come from tables in constant time. Name the calendar on each rule that uses it: bank and
/// exchange calendars of one country differ on make-up days.
class Calendar {
 public:
  static base::Result<Calendar, CalendarRefusal> make(CalendarDays days);

  const std::string& name() const { return name_; }
  int first_year() const { return first_year_; }
  int last_year() const { return last_year_; }

  base::Result<bool, CalendarYearMissing> is_business_day(base::Day day) const;

  /// `day` if it is a business day, else the first one after it (convention FOLLOWING).
  base::Result<base::Day, CalendarYearMissing> next_business_day(base::Day day) const;

  /// T + n: the n-th business day after `day`, and for n = 0 `next_business_day(day)`.
  /// `day` itself need not be a business day; n is not negative.
  base::Result<base::Day, CalendarYearMissing> add_business_days(base::Day day, int n) const;

 private:
  Calendar() = default;

  bool covers(base::Day day) const { return day >= start_ && day < end_; }
  CalendarYearMissing missing(base::Day day) const;

  std::string name_;
  int first_year_ = 0;
  int last_year_ = 0;
  base::Day start_;
  base::Day end_;                            // the day after the last loaded one
  std::vector<base::Day> business_days_;     // ascending
  std::vector<std::int32_t> business_rank_;  // per day from start_: business days before it
};

}  // namespace scheduling
