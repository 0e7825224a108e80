// When installments fall due. Every due date counts from one anchor, never from its neighbour.
#pragma once

#include "base/day.h"
#include "base/result.h"
#include "scheduling/calendar.h"

namespace scheduling {

enum class PeriodUnit { Day, Week, HalfMonth, Month };

/// The step from one due date to the next.
struct Period {
  int count = 1;
  PeriodUnit unit = PeriodUnit::Month;

  bool operator==(const Period&) const = default;
};

inline constexpr int kPeriodCountMax = 366;  // a step of at most a year of days

/// Due date k is `anchor` plus k - 1 + `steps_to_first` periods plus `days_after` days.
/// Make one with the functions below.
///
/// With `end_of_month`, where the anchor is the last day of its month so is every date a number of
/// months from it: 28 February is followed by 31 March. Half months then fall on the 15th and the
/// last. For any other anchor, and for days and weeks, it changes nothing.
struct DueRule {
  base::Day anchor;
  Period every;
  int steps_to_first = 0;
  int days_after = 0;
  bool end_of_month = false;

  bool operator==(const DueRule&) const = default;
};

/// `first`, then each `every` later, on the same day of the month clamped to its end.
DueRule dues_from(base::Day first, Period every);

/// Order mode (订单制): the anniversaries of the purchase's local date. From 31 January: 28 or 29
/// February, 31 March, 30 April.
DueRule order_mode(base::Day purchased_on, Period every = {});

inline constexpr int kBillDayMax = 28;  // every month has it

/// How an account is billed in statement mode (账单制).
struct StatementTerms {
  int bill_day = 1;     ///< 1 to kBillDayMax
  int days_to_due = 9;  ///< due date = bill date + this; constant due day for bill days 1 to 19
};

/// The first bill date whose statement contains a purchase of that day: a purchase before the bill
/// day enters that day's statement, on or after it the next one.
base::Day first_bill_date(base::Day purchased_on, int bill_day);

/// Statement mode: monthly, `days_to_due` after each bill date. Bill day 1, purchase 5 April: due
/// 10 May, 10 June, 10 July.
DueRule statement_mode(base::Day purchased_on, StatementTerms terms);

/// The due date of installment `number`, counted from 1.
///
/// Months keep the anchor's day and clamp to the month's end. Half months alternate between the
/// anchor's day and the day 15 days from it in the month (the 10th and the 25th; the 31st and the
/// 16th), clamped as well.
base::Day due_date(const DueRule& rule, int number);

/// The same date moved to a business day.
///
/// With `end_of_month` the calendar says what the end of a month is: where the anchor is the last
/// business day of its month or later, every date is the last business day of its month, whichever
/// way the convention moves (as QuantLib's Schedule does). Unadjusted asks no calendar, so there
/// the anchor must be the month's last day.
base::Result<base::Day, CalendarYearMissing> due_date_adjusted(const DueRule& rule, int number,
                                                               const Calendar& calendar,
                                                               BusinessDayConvention convention);

}  // namespace scheduling
