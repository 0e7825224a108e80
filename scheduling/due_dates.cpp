#include "scheduling/due_dates.h"

#include <algorithm>

#include "base/check.h"

namespace scheduling {
namespace {

/// The day `day` of the month that lies `months` after the anchor's, or that month's last.
base::Day day_of_month(base::Day anchor, int months, unsigned day) {
  const base::Day first =
      base::add_months(base::Day{base::ymd(anchor).year() / base::ymd(anchor).month() / 1}, months);
  const unsigned last = static_cast<unsigned>(base::ymd(base::end_of_month(first)).day());
  return base::plus_days(first, static_cast<int>(std::min(day, last)) - 1);
}

base::Day add_half_months(base::Day anchor, int halves, bool from_month_end) {
  if (halves % 2 == 0) return base::add_months(anchor, halves / 2);
  if (from_month_end) return day_of_month(anchor, halves / 2 + 1, 15);
  const unsigned day = static_cast<unsigned>(base::ymd(anchor).day());
  // The other half is later in the anchor's month, or for an anchor after the 15th early in the
  // next one.
  return day <= 15 ? day_of_month(anchor, halves / 2, day + 15)
                   : day_of_month(anchor, halves / 2 + 1, day - 15);
}

/// True if due date `steps` steps from the anchor is to be a month's end, the anchor being one.
bool stays_at_month_end(const DueRule& rule, int steps) {
  if (!rule.end_of_month) return false;
  return rule.every.unit == PeriodUnit::Month ||
         (rule.every.unit == PeriodUnit::HalfMonth && steps % 2 == 0);
}

int steps_to(const DueRule& rule, int number) {
  CHECK(number >= 1, "installments count from 1, not {}", number);
  CHECK(rule.every.count >= 1, "a step of {} periods", rule.every.count);
  return (number - 1 + rule.steps_to_first) * rule.every.count;
}

}  // namespace

DueRule dues_from(base::Day first, Period every) {
  return {.anchor = first, .every = every, .steps_to_first = 0, .days_after = 0};
}

DueRule order_mode(base::Day purchased_on, Period every) {
  return {.anchor = purchased_on, .every = every, .steps_to_first = 1, .days_after = 0};
}

base::Day first_bill_date(base::Day purchased_on, int bill_day) {
  CHECK(bill_day >= 1 && bill_day <= kBillDayMax, "bill day {}", bill_day);
  const auto day = static_cast<unsigned>(bill_day);
  const base::Day this_month = day_of_month(purchased_on, 0, day);
  return purchased_on < this_month ? this_month : day_of_month(purchased_on, 1, day);
}

DueRule statement_mode(base::Day purchased_on, StatementTerms terms) {
  CHECK(terms.days_to_due >= 0, "due {} days after the bill", terms.days_to_due);
  return {.anchor = first_bill_date(purchased_on, terms.bill_day),
          .every = {.count = 1, .unit = PeriodUnit::Month},
          .steps_to_first = 0,
          .days_after = terms.days_to_due};
}

base::Day due_date(const DueRule& rule, int number) {
  const int steps = steps_to(rule, number);
  const bool from_month_end = rule.end_of_month && rule.anchor == base::end_of_month(rule.anchor);
  base::Day day = rule.anchor;
  switch (rule.every.unit) {
    case PeriodUnit::Day:
      day = base::plus_days(day, steps);
      break;
    case PeriodUnit::Week:
      day = base::plus_days(day, 7 * steps);
      break;
    case PeriodUnit::HalfMonth:
      day = add_half_months(day, steps, from_month_end);
      break;
    case PeriodUnit::Month:
      day = base::add_months(day, steps);
      break;
  }
  if (from_month_end && stays_at_month_end(rule, steps)) day = base::end_of_month(day);
  return base::plus_days(day, rule.days_after);
}

base::Result<base::Day, CalendarYearMissing> due_date_adjusted(const DueRule& rule, int number,
                                                               const Calendar& calendar,
                                                               BusinessDayConvention convention) {
  const base::Day day = due_date(rule, number);
  if (convention != BusinessDayConvention::Unadjusted && rule.days_after == 0 &&
      stays_at_month_end(rule, steps_to(rule, number))) {
    const auto last = calendar.last_business_day_of_month(rule.anchor);
    if (!last) return base::Refused(last.error());
    if (rule.anchor >= *last) return calendar.last_business_day_of_month(day);
  }
  return calendar.adjust(day, convention);
}

}  // namespace scheduling
