#include "scheduling/day_count.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::make_day;
using base::plus_days;

constexpr std::array kAll = {
    DayCount::Act365Fixed, DayCount::Act360,         DayCount::ActActIsda,
    DayCount::ActAct31Dec, DayCount::Thirty360Us,    DayCount::Thirty360BondBasis,
    DayCount::ThirtyE360,  DayCount::ThirtyE360Isda, DayCount::NoLeap365,
};

int days(DayCount convention, Day from, Day to) { return days_counted(convention, from, to); }

// domain.md §3.
TEST(DayCount, OfTheDomainsDates) {
  const Day january = make_day(2026, 1, 31);
  const Day february = make_day(2026, 2, 28);
  EXPECT_EQ(days(DayCount::Act365Fixed, january, february), 28);
  EXPECT_EQ(days(DayCount::Thirty360Us, january, february), 28);
  EXPECT_EQ(days(DayCount::ThirtyE360, january, february), 28);
  EXPECT_EQ(days(DayCount::ThirtyE360Isda, january, february), 30);
  EXPECT_EQ(days(DayCount::Act360, make_day(2024, 2, 28), make_day(2024, 3, 1)), 2);
  EXPECT_EQ(days(DayCount::Thirty360BondBasis, make_day(2024, 2, 28), make_day(2024, 3, 1)), 3);
}

// The example of ISDA's EMU memorandum "The Actual/Actual day count fraction" (1998): 1 November
// 2003 to 1 May 2004 is 61 / 365 + 121 / 366.
TEST(DayCount, SplitsActualActualAtTheNewYear) {
  const YearFraction isda =
      year_fraction(DayCount::ActActIsda, make_day(2003, 11, 1), make_day(2004, 5, 1));
  EXPECT_EQ(isda, (YearFraction{61 * 366 + 121 * 365, 365 * 366}));
  // The split a day earlier gives the last night of 2003 to the leap year.
  const YearFraction december =
      year_fraction(DayCount::ActAct31Dec, make_day(2003, 11, 1), make_day(2004, 5, 1));
  EXPECT_EQ(december, (YearFraction{60 * 366 + 122 * 365, 365 * 366}));
}

// Fineract's fraction of 1 June 2023 to 1 June 2024: 213 days of 2023, up to 31 December, and 153
// of 2024; by ISDA they are 214 and 152.
TEST(DayCount, SplitsOfFineractAndIsdaDifferByADay) {
  const base::Day from = make_day(2023, 6, 1);
  const base::Day to = make_day(2024, 6, 1);
  EXPECT_EQ(year_fraction(DayCount::ActAct31Dec, from, to).numerator, 213 * 366 + 153 * 365);
  EXPECT_EQ(year_fraction(DayCount::ActActIsda, from, to).numerator, 214 * 366 + 152 * 365);
}

TEST(DayCount, GivesAWholeYearTheWholeRate) {
  for (const DayCount convention :
       {DayCount::ActActIsda, DayCount::Thirty360Us, DayCount::Thirty360BondBasis,
        DayCount::ThirtyE360, DayCount::ThirtyE360Isda, DayCount::NoLeap365}) {
    const YearFraction year = year_fraction(convention, make_day(2024, 1, 1), make_day(2025, 1, 1));
    EXPECT_EQ(year.numerator, year.denominator) << to_string(convention);
  }
  EXPECT_EQ(year_fraction(DayCount::Act360, make_day(2024, 1, 1), make_day(2025, 1, 1)),
            (YearFraction{366, 360}));
}

// ISDA 2006 §4.16(h): the last day of February counts as the 30th except as the termination date.
TEST(DayCount, EndsOnTheRealFebruaryAtTermination) {
  const Day from = make_day(2026, 1, 15);
  const Day end = make_day(2026, 2, 28);
  EXPECT_EQ(days_counted(DayCount::ThirtyE360Isda, from, end), 45);
  EXPECT_EQ(days_counted(DayCount::ThirtyE360Isda, from, end, end), 43);
  EXPECT_EQ(days_counted(DayCount::ThirtyE360Isda, from, end, make_day(2027, 2, 28)), 45);
  // No other convention looks at it.
  EXPECT_EQ(days_counted(DayCount::ThirtyE360, from, end, end), 43);
  EXPECT_EQ(days_counted(DayCount::ThirtyE360, from, end), 43);
}

TEST(DayCount, LeavesOutOnlyTheLeapDay) {
  EXPECT_EQ(days(DayCount::NoLeap365, make_day(2024, 2, 28), make_day(2024, 2, 29)), 0);
  EXPECT_EQ(days(DayCount::NoLeap365, make_day(2024, 2, 29), make_day(2024, 3, 1)), 1);
  EXPECT_EQ(days(DayCount::NoLeap365, make_day(2023, 3, 1), make_day(2024, 3, 1)), 365);
}

TEST(DayCount, IsFoundByItsNameAlone) {
  for (const DayCount convention : kAll) {
    EXPECT_EQ(find_day_count(to_string(convention)), convention);
  }
  EXPECT_EQ(find_day_count("ACT/ACT"), DayCount::ActActIsda);
  for (const char* wrong : {"", "act/360", "ACT/ACT ", "SAME_AS_PERIOD", "30/360"}) {
    EXPECT_FALSE(find_day_count(wrong)) << wrong;
  }
}

/// A day of 1990 to 2069, every second one within two days of the end of a month.
Day any_day() {
  const Day day = plus_days(make_day(1990, 1, 1), *rc::gen::inRange(0, 80 * 365));
  if (*rc::gen::arbitrary<bool>()) return day;
  return plus_days(base::end_of_month(day), *rc::gen::inRange(-2, 2));
}

TEST(DayCount, RunsBackwardAsMinusForward) {
  tests::property("f(a, b) = -f(b, a)", [] {
    const Day a = any_day();
    const Day b = any_day();
    for (const DayCount convention : kAll) {
      RC_ASSERT(days(convention, a, b) == -days(convention, b, a));
      RC_ASSERT(year_fraction(convention, a, b).numerator ==
                -year_fraction(convention, b, a).numerator);
    }
  });
}

// So that interest over a period is the sum of the interest of its parts. Not so for 30/360 US and
// Bond Basis, where the end depends on the start, nor with a termination date.
TEST(DayCount, AddsUpWhereTheConventionLooksAtEachDayAlone) {
  tests::property("f(a, b) + f(b, c) = f(a, c)", [] {
    const Day a = any_day();
    const Day b = any_day();
    const Day c = any_day();
    for (const DayCount convention :
         {DayCount::Act365Fixed, DayCount::Act360, DayCount::ActActIsda, DayCount::ActAct31Dec,
          DayCount::ThirtyE360, DayCount::ThirtyE360Isda, DayCount::NoLeap365}) {
      RC_ASSERT(year_fraction(convention, a, b).numerator +
                    year_fraction(convention, b, c).numerator ==
                year_fraction(convention, a, c).numerator);
    }
  });
}

// A sum over the days, each over the length of the year it lies in.
TEST(DayCount, AgreesWithASumOverDays) {
  tests::property("fraction = sum over days", [] {
    const Day from = any_day();
    const Day to = plus_days(from, *rc::gen::inRange(0, 1500));
    std::int64_t isda = 0;
    std::int64_t december = 0;
    int no_leap = 0;
    for (Day day = from; day < to; day = plus_days(day, 1)) {
      const date::year_month_day next = base::ymd(plus_days(day, 1));
      isda += base::ymd(day).year().is_leap() ? 365 : 366;
      december += next.year().is_leap() ? 365 : 366;
      no_leap += next.month() == date::February && next.day() == date::day{29} ? 0 : 1;
    }
    RC_ASSERT(year_fraction(DayCount::ActActIsda, from, to).numerator == isda);
    RC_ASSERT(year_fraction(DayCount::ActAct31Dec, from, to).numerator == december);
    RC_ASSERT(days(DayCount::NoLeap365, from, to) == no_leap);
  });
}

// Whatever the rule, months of 30 days never drift from the calendar by more than its months do.
TEST(DayCount, StaysNearTheActualDays) {
  tests::property("30/360 within two days a year and four", [] {
    const Day from = any_day();
    const Day to = plus_days(from, *rc::gen::inRange(0, 3000));
    const int actual = base::days_between(from, to);
    for (const DayCount convention : {DayCount::Thirty360Us, DayCount::Thirty360BondBasis,
                                      DayCount::ThirtyE360, DayCount::ThirtyE360Isda}) {
      const int counted = days(convention, from, to);
      RC_ASSERT(counted >= 0);
      RC_ASSERT(std::abs(counted * 365 - actual * 360) <= 366 * 5);
    }
  });
}

}  // namespace
}  // namespace scheduling
