// Calendar: which days are business days. A value made from lists; it never guesses a year.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/result.h"

namespace scheduling {

/// What a calendar is made of: the days of `weekend` are off except for `work`, and `off` is off on
/// top of that. Days outside the loaded years are ignored.
struct CalendarDays {
  std::string name;
  int first_year;               ///< the first year whose holidays were announced and loaded
  int last_year;                ///< the last one
  std::vector<base::Day> off;   ///< holidays, in any order; may fall on weekends
  std::vector<base::Day> work;  ///< make-up working days (调休), weekend days that are worked
  std::vector<date::weekday> weekend = {date::Saturday, date::Sunday};  ///< may be empty
};

/// Where a date that is not a business day moves (ISDA 2006 §4.12).
enum class BusinessDayConvention {
  Unadjusted,         ///< it stays: customers' due dates
  Following,          ///< to the next business day: settlement
  ModifiedFollowing,  ///< to the next one, but if that is in the next month to the one before
  Preceding,          ///< to the business day before
  ModifiedPreceding,  ///< to the one before, but if that is in the month before to the next
};

/// Reasons to refuse the lists, in the order they are checked.
enum class CalendarRefusal {
  YearsOutOfRange,      ///< first year after last, before 1900 or after 2199; none in common
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

  /// Business days are those of every one of `calendars` (not empty): a day off in any is off. It
  /// has the years that all have loaded.
  static base::Result<Calendar, CalendarRefusal> joint(std::string name,
                                                       std::span<const Calendar> calendars);

  const std::string& name() const { return name_; }
  int first_year() const { return first_year_; }
  int last_year() const { return last_year_; }

  base::Result<bool, CalendarYearMissing> is_business_day(base::Day day) const;

  /// `day` if it is a business day, else the first one after it (convention FOLLOWING).
  base::Result<base::Day, CalendarYearMissing> next_business_day(base::Day day) const;

  /// `day` if it is a business day, else the last one before it (convention PRECEDING).
  base::Result<base::Day, CalendarYearMissing> previous_business_day(base::Day day) const;

  /// Where `day` moves under the convention; a business day stays. Unadjusted asks nothing, so it
  /// never fails. The modified conventions need no year beyond the month of `day`.
  base::Result<base::Day, CalendarYearMissing> adjust(base::Day day,
                                                      BusinessDayConvention convention) const;

  /// T + n: the n-th business day after `day`, for n below 0 the (-n)-th before it, and for n = 0
  /// `next_business_day(day)`. `day` itself need not be a business day.
  base::Result<base::Day, CalendarYearMissing> add_business_days(base::Day day, int n) const;

  /// Business days from `from` (counted if it is one) to `to` (not counted); minus those from `to`
  /// to `from` where `to` is earlier.
  base::Result<int, CalendarYearMissing> business_days_between(base::Day from, base::Day to) const;

  /// The last business day of the month of `day`.
  base::Result<base::Day, CalendarYearMissing> last_business_day_of_month(base::Day day) const;

 private:
  Calendar() = default;

  static base::Result<Calendar, CalendarRefusal> build(
      std::string name, int first_year, int last_year,
      const std::function<bool(base::Day)>& is_business);

  bool covers(base::Day day) const { return day >= start_ && day < end_; }
  CalendarYearMissing missing(base::Day day) const;
  int business_days_before(base::Day day) const;

  std::string name_;
  int first_year_ = 0;
  int last_year_ = 0;
  base::Day start_;
  base::Day end_;                            // the day after the last loaded one
  std::vector<base::Day> business_days_;     // ascending
  std::vector<std::int32_t> business_rank_;  // per day from start_ to end_: business days before
};

}  // namespace scheduling
