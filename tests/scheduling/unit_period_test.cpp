#include "scheduling/unit_period.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::make_day;
using base::plus_days;

constexpr Period kMonth{1, PeriodUnit::Month};

void expect_between(Day from, Day to, Period unit, int whole, double fraction) {
  const UnitPeriods time = unit_periods_between(from, to, unit);
  EXPECT_EQ(time.whole, whole) << base::to_string(from) << " to " << base::to_string(to);
  EXPECT_DOUBLE_EQ(time.fraction, fraction) << base::to_string(from) << " " << base::to_string(to);
}

// The first periods of 12 CFR 1026, Appendix J (c)(1) and (c)(4).
TEST(UnitPeriods, OfTheExamplesOfRegulationZ) {
  expect_between(make_day(1978, 2, 10), make_day(1978, 4, 1), kMonth, 1, 19.0 / 30);
  expect_between(make_day(1978, 2, 23), make_day(1978, 3, 1), {1, PeriodUnit::HalfMonth}, 0,
                 6.0 / 15);
  expect_between(make_day(1978, 5, 23), make_day(1978, 10, 1), {3, PeriodUnit::Month}, 1,
                 39.0 / 90);
  expect_between(make_day(1978, 3, 20), make_day(1978, 4, 21), {1, PeriodUnit::Week}, 4, 4.0 / 7);
  expect_between(make_day(1978, 4, 3), make_day(1978, 4, 11), {2, PeriodUnit::Week}, 0, 8.0 / 14);
  expect_between(make_day(1978, 1, 10), make_day(1978, 3, 1), {2, PeriodUnit::Month}, 0, 52.0 / 60);
}

// Appendix J (b)(5)(v).
TEST(UnitPeriods, OfAYearLeaveMonthsOrDays) {
  const Period year{12, PeriodUnit::Month};
  expect_between(make_day(2024, 1, 10), make_day(2026, 1, 10), year, 2, 0);
  expect_between(make_day(2024, 1, 10), make_day(2026, 4, 10), year, 2, 3.0 / 12);
  expect_between(make_day(2024, 1, 10), make_day(2026, 1, 20), year, 2, 10.0 / 365);
}

TEST(UnitPeriods, CountMonthsBackFromTheLaterDay) {
  expect_between(make_day(2026, 1, 28), make_day(2026, 3, 27), kMonth, 1, 30.0 / 30);
  expect_between(make_day(2026, 1, 31), make_day(2026, 3, 31), kMonth, 2, 0);
  expect_between(make_day(2026, 1, 15), make_day(2026, 1, 15), kMonth, 0, 0);
  // 31 March less a month is 28 February, so these are whole; and so is the way there.
  expect_between(make_day(2026, 2, 28), make_day(2026, 3, 31), kMonth, 1, 0);
  expect_between(make_day(2026, 1, 31), make_day(2026, 2, 28), kMonth, 1, 0);
  expect_between(make_day(2026, 1, 31), make_day(2026, 2, 27), kMonth, 0, 27.0 / 30);
  EXPECT_EQ(months_back(make_day(2024, 2, 29), make_day(2025, 2, 28)), (MonthsAndDays{12, 0}));
  EXPECT_EQ(months_back(make_day(2024, 2, 29), make_day(2025, 3, 1)), (MonthsAndDays{12, 1}));
}

TEST(UnitPeriods, AreAtMostAYear) {
  EXPECT_EQ(at_most_a_year({24, PeriodUnit::Month}), (Period{12, PeriodUnit::Month}));
  EXPECT_EQ(at_most_a_year({366, PeriodUnit::Day}), (Period{365, PeriodUnit::Day}));
  EXPECT_EQ(at_most_a_year({53, PeriodUnit::Week}), (Period{52, PeriodUnit::Week}));
  EXPECT_EQ(at_most_a_year({24, PeriodUnit::HalfMonth}), (Period{12, PeriodUnit::Month}));
  EXPECT_EQ(at_most_a_year({3, PeriodUnit::Month}), (Period{3, PeriodUnit::Month}));
  EXPECT_EQ(unit_periods_a_year({2, PeriodUnit::Month}), 6);
  EXPECT_EQ(unit_periods_a_year({2, PeriodUnit::Week}), 26);
  EXPECT_EQ(unit_periods_a_year({1, PeriodUnit::HalfMonth}), 24);
  EXPECT_EQ(unit_periods_a_year({5, PeriodUnit::Day}), 73);
}

// Appendix J (b)(4).
TEST(MostCommonPeriod, IsTheOneThatOccursMost) {
  const Day start = make_day(2026, 1, 10);
  const auto period = [&](std::vector<Day> payments) {
    return most_common_period(start, payments);
  };
  // 22 odd days, then months.
  EXPECT_EQ(period({make_day(2026, 2, 1), make_day(2026, 3, 1), make_day(2026, 4, 1)}), kMonth);
  // February's 28 days are four weeks once and a month twice.
  EXPECT_EQ(period({make_day(2026, 2, 10), make_day(2026, 3, 10)}), kMonth);
  EXPECT_EQ(period({make_day(2026, 2, 7), make_day(2026, 3, 7), make_day(2026, 4, 4)}),
            (Period{4, PeriodUnit::Week}));
  EXPECT_EQ(period({make_day(2026, 1, 25), make_day(2026, 2, 10), make_day(2026, 2, 25)}),
            (Period{1, PeriodUnit::HalfMonth}));
  EXPECT_EQ(period({make_day(2026, 1, 20), make_day(2026, 1, 30), make_day(2026, 2, 9)}),
            (Period{10, PeriodUnit::Day}));
  // Two of a month and two of a week: the smaller.
  EXPECT_EQ(period({make_day(2026, 2, 10), make_day(2026, 3, 10), make_day(2026, 3, 17),
                    make_day(2026, 3, 24)}),
            (Period{1, PeriodUnit::Week}));
  // None twice: (5 + 12 + 70) / 3 = 29 days, and 4 weeks are nearer than a month.
  EXPECT_EQ(period({plus_days(start, 5), plus_days(start, 17), plus_days(start, 87)}),
            (Period{4, PeriodUnit::Week}));
  EXPECT_EQ(period({make_day(2029, 1, 10)}), (Period{12, PeriodUnit::Month}));
}

TEST(UnitPeriods, LeadFromOneDayToTheOther) {
  tests::property("whole periods back from the later day leave the odd days", [] {
    const Day from = plus_days(make_day(2020, 1, 1), *rc::gen::inRange(0, 3000));
    const Day to = plus_days(from, *rc::gen::inRange(0, 3000));
    const UnitPeriods months = unit_periods_between(from, to, kMonth);
    RC_ASSERT(months.fraction >= 0 && months.fraction <= 31.0 / 30);
    const bool is_whole = base::add_months(from, months.whole) == to;
    const int odd = is_whole ? 0 : base::days_between(from, base::add_months(to, -months.whole));
    RC_ASSERT(std::abs(months.fraction * 30 - odd) < 1e-9);
    for (const Period unit : {Period{1, PeriodUnit::HalfMonth},
                              {2, PeriodUnit::Month},
                              {6, PeriodUnit::Month},
                              {1, PeriodUnit::Week},
                              {9, PeriodUnit::Day}}) {
      const UnitPeriods time = unit_periods_between(from, to, unit);
      RC_ASSERT(time.fraction >= 0 && time.fraction < 1);
      // Within two days a year and three of the actual time.
      const double years = (time.whole + time.fraction) / unit_periods_a_year(unit);
      RC_ASSERT(std::abs(years * 365 - base::days_between(from, to)) <= 3 + 2 * years);
    }
  });
}

}  // namespace
}  // namespace scheduling
