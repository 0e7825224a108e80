#include "scheduling/due_dates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/check.h"
#include "scheduling/due_date_walk.h"

namespace scheduling {
namespace {

using base::Day;
using base::make_day;

std::vector<Day> dues(const DueRule& rule, int count) {
  std::vector<Day> days;
  for (int number = 1; number <= count; ++number) days.push_back(due_date(rule, number));
  return days;
}

// domain.md §1.3.
TEST(DueDates, OrderModeKeepsTheDayOfThePurchase) {
  EXPECT_EQ(dues(order_mode(make_day(2026, 1, 31)), 3),
            (std::vector{make_day(2026, 2, 28), make_day(2026, 3, 31), make_day(2026, 4, 30)}));
  EXPECT_EQ(dues(order_mode(make_day(2024, 1, 31)), 2),
            (std::vector{make_day(2024, 2, 29), make_day(2024, 3, 31)}));
  EXPECT_EQ(dues(order_mode(make_day(2024, 2, 29)), 13).back(), make_day(2025, 3, 29));
  EXPECT_EQ(due_date(order_mode(make_day(2024, 2, 29)), 12), make_day(2025, 2, 28));
}

// domain.md §1.3: bill day 1, purchase 5 April.
TEST(DueDates, StatementModeIsDueNineDaysAfterTheBill) {
  EXPECT_EQ(dues(statement_mode(make_day(2026, 4, 5), {.bill_day = 1, .days_to_due = 9}), 3),
            (std::vector{make_day(2026, 5, 10), make_day(2026, 6, 10), make_day(2026, 7, 10)}));
}

TEST(DueDates, PurchaseOnTheBillDayEntersTheNextStatement) {
  EXPECT_EQ(first_bill_date(make_day(2026, 4, 14), 15), make_day(2026, 4, 15));
  EXPECT_EQ(first_bill_date(make_day(2026, 4, 15), 15), make_day(2026, 5, 15));
  EXPECT_EQ(first_bill_date(make_day(2026, 4, 16), 15), make_day(2026, 5, 15));
  EXPECT_EQ(first_bill_date(make_day(2026, 12, 31), 28), make_day(2027, 1, 28));
  EXPECT_EQ(first_bill_date(make_day(2026, 1, 31), 1), make_day(2026, 2, 1));
}

TEST(DueDates, BillDay28MovesItsDueDayWithTheLengthOfTheMonth) {
  EXPECT_EQ(dues(statement_mode(make_day(2026, 1, 5), {.bill_day = 28, .days_to_due = 9}), 3),
            (std::vector{make_day(2026, 2, 6), make_day(2026, 3, 9), make_day(2026, 4, 6)}));
}

TEST(DueDates, BillDays1To19GiveAConstantDueDay) {
  for (int bill_day = 1; bill_day <= 19; ++bill_day) {
    const DueRule rule =
        statement_mode(make_day(2026, 1, 31), {.bill_day = bill_day, .days_to_due = 9});
    for (int number = 1; number <= 36; ++number) {
      EXPECT_EQ(static_cast<unsigned>(base::ymd(due_date(rule, number)).day()),
                static_cast<unsigned>(bill_day + 9));
    }
  }
}

TEST(DueDates, CountsDaysAndWeeks) {
  // Pay-in-4: on days 0, 14, 28, 42 (domain.md §2).
  EXPECT_EQ(dues(dues_from(make_day(2026, 6, 18), {.count = 2, .unit = PeriodUnit::Week}), 4),
            (std::vector{make_day(2026, 6, 18), make_day(2026, 7, 2), make_day(2026, 7, 16),
                         make_day(2026, 7, 30)}));
  EXPECT_EQ(due_date(dues_from(make_day(2026, 6, 18), {.count = 30, .unit = PeriodUnit::Day}), 3),
            make_day(2026, 8, 17));
  EXPECT_EQ(due_date(dues_from(make_day(2026, 6, 18), {.count = 3, .unit = PeriodUnit::Month}), 5),
            make_day(2027, 6, 18));
}

TEST(DueDates, HalfMonthsAlternateAndClamp) {
  const Period half{.count = 1, .unit = PeriodUnit::HalfMonth};
  EXPECT_EQ(dues(dues_from(make_day(2026, 1, 10), half), 4),
            (std::vector{make_day(2026, 1, 10), make_day(2026, 1, 25), make_day(2026, 2, 10),
                         make_day(2026, 2, 25)}));
  EXPECT_EQ(dues(dues_from(make_day(2026, 1, 31), half), 4),
            (std::vector{make_day(2026, 1, 31), make_day(2026, 2, 16), make_day(2026, 2, 28),
                         make_day(2026, 3, 16)}));
  EXPECT_EQ(dues(dues_from(make_day(2026, 1, 15), half), 5),
            (std::vector{make_day(2026, 1, 15), make_day(2026, 1, 30), make_day(2026, 2, 15),
                         make_day(2026, 2, 28), make_day(2026, 3, 15)}));
}

DueRule month_end(Day anchor, Period every = {}) {
  DueRule rule = dues_from(anchor, every);
  rule.end_of_month = true;
  return rule;
}

TEST(DueDates, KeepTheEndOfTheMonthIfAsked) {
  EXPECT_EQ(dues(month_end(make_day(2026, 2, 28)), 3),
            (std::vector{make_day(2026, 2, 28), make_day(2026, 3, 31), make_day(2026, 4, 30)}));
  EXPECT_EQ(dues(month_end(make_day(2026, 4, 30), {2, PeriodUnit::Month}), 3),
            (std::vector{make_day(2026, 4, 30), make_day(2026, 6, 30), make_day(2026, 8, 31)}));
  // Not from another day, and not by weeks.
  EXPECT_EQ(due_date(month_end(make_day(2024, 2, 28)), 2), make_day(2024, 3, 28));
  EXPECT_EQ(due_date(month_end(make_day(2026, 2, 28), {4, PeriodUnit::Week}), 2),
            make_day(2026, 3, 28));
  // Half months: the 15th and the last.
  EXPECT_EQ(dues(month_end(make_day(2026, 1, 31), {1, PeriodUnit::HalfMonth}), 5),
            (std::vector{make_day(2026, 1, 31), make_day(2026, 2, 15), make_day(2026, 2, 28),
                         make_day(2026, 3, 15), make_day(2026, 3, 31)}));
}

TEST(DueDates, MoveToABusinessDay) {
  const Calendar weekdays = Calendar::make({"WEEKDAYS", 2026, 2026, {}, {}}).value();
  using enum BusinessDayConvention;
  const auto due = [&](const DueRule& rule, int number, BusinessDayConvention convention) {
    return due_date_adjusted(rule, number, weekdays, convention);
  };
  // From Friday 30 January: 30 August 2026 is a Sunday, and so is 28 February's next day.
  const DueRule monthly = dues_from(make_day(2026, 1, 30), {});
  EXPECT_EQ(due(monthly, 8, Unadjusted), make_day(2026, 8, 30));
  EXPECT_EQ(due(monthly, 8, Following), make_day(2026, 8, 31));
  EXPECT_EQ(due(monthly, 2, Following), make_day(2026, 3, 2));
  EXPECT_EQ(due(monthly, 2, ModifiedFollowing), make_day(2026, 2, 27));
  // Each counts from the anchor: a date moved does not move the next.
  EXPECT_EQ(due(monthly, 3, Following), make_day(2026, 3, 30));
  // The 30th is January's last business day, so with end_of_month every date is its month's last.
  EXPECT_EQ(due(month_end(make_day(2026, 1, 30)), 2, Following), make_day(2026, 2, 27));
  EXPECT_EQ(due(month_end(make_day(2026, 1, 30)), 5, Following), make_day(2026, 5, 29));
  EXPECT_EQ(due(month_end(make_day(2026, 1, 30)), 5, Unadjusted), make_day(2026, 5, 30));
  EXPECT_EQ(due(month_end(make_day(2026, 1, 31)), 1, Following), make_day(2026, 1, 30));
  EXPECT_EQ(due(month_end(make_day(2026, 1, 29)), 5, Following), make_day(2026, 5, 29));
  // Half months keep the last business day in the same way; the 15th moves as it may.
  const DueRule half = month_end(make_day(2026, 1, 31), {1, PeriodUnit::HalfMonth});
  EXPECT_EQ(due(half, 2, Following), make_day(2026, 2, 16));
  EXPECT_EQ(due(half, 3, Following), make_day(2026, 2, 27));
  EXPECT_EQ(due(monthly, 13, Following).error(), CalendarYearMissing{2027});
  EXPECT_EQ(due(monthly, 13, Unadjusted), make_day(2027, 1, 30));
}

TEST(DueDates, EveryRuleIsStrictlyIncreasing) {
  const std::vector<Period> periods = {{1, PeriodUnit::Day},       {3, PeriodUnit::Day},
                                       {1, PeriodUnit::Week},      {1, PeriodUnit::HalfMonth},
                                       {3, PeriodUnit::HalfMonth}, {1, PeriodUnit::Month},
                                       {6, PeriodUnit::Month}};
  for (int offset = 0; offset < 366 * 2; ++offset) {
    const Day anchor = base::plus_days(make_day(2023, 6, 1), offset);
    for (const Period& period : periods) {
      for (const DueRule& rule :
           {dues_from(anchor, period), order_mode(anchor, period), month_end(anchor, period)}) {
        const std::vector<Day> days = dues(rule, 12);
        for (std::size_t i = 1; i < days.size(); ++i) ASSERT_LT(days[i - 1], days[i]);
        ASSERT_GE(days.front(), anchor);
      }
    }
  }
}

// Whatever the rule, walking gives the dates that asking for each gives.
TEST(DueDates, AWalkGivesTheSameDates) {
  for (int offset = 0; offset < 366 * 5; offset += 3) {
    const Day anchor = base::plus_days(make_day(2023, 12, 1), offset);
    for (const PeriodUnit unit :
         {PeriodUnit::Day, PeriodUnit::Week, PeriodUnit::HalfMonth, PeriodUnit::Month}) {
      for (const int count : {1, 2, 5, 13}) {
        DueRule rule = order_mode(anchor, {count, unit});
        rule.steps_to_first = offset % 4;
        rule.days_after = offset % 11;
        rule.end_of_month = offset % 2 == 0;
        DueDateWalk walk(rule);
        for (int number = 1; number <= 30; ++number) {
          ASSERT_EQ(walk.next(), due_date(rule, number))
              << base::to_string(anchor) << " number " << number;
        }
      }
    }
  }
}

TEST(DueDates, NumbersBelowOneAreABug) {
  EXPECT_THROW(due_date(order_mode(make_day(2026, 1, 1)), 0), base::CheckFailure);
  EXPECT_THROW(first_bill_date(make_day(2026, 1, 1), 29), base::CheckFailure);
}

}  // namespace
}  // namespace scheduling
