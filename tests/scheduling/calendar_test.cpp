#include "scheduling/calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::make_day;
using base::plus_days;

void add_days(std::vector<Day>& list, Day first, Day last) {
  for (Day day = first; day <= last; day = plus_days(day, 1)) list.push_back(day);
}

// The State Council's notice for 2026, domain.md §3.
CalendarDays china_2026() {
  CalendarDays days{"CN", 2026, 2026, {}, {}};
  add_days(days.off, make_day(2026, 1, 1), make_day(2026, 1, 3));
  add_days(days.off, make_day(2026, 2, 15), make_day(2026, 2, 23));
  add_days(days.off, make_day(2026, 4, 4), make_day(2026, 4, 6));
  add_days(days.off, make_day(2026, 5, 1), make_day(2026, 5, 5));
  add_days(days.off, make_day(2026, 6, 19), make_day(2026, 6, 21));
  add_days(days.off, make_day(2026, 9, 25), make_day(2026, 9, 27));
  add_days(days.off, make_day(2026, 10, 1), make_day(2026, 10, 7));
  days.work = {make_day(2026, 1, 4), make_day(2026, 2, 14), make_day(2026, 2, 28),
               make_day(2026, 5, 9), make_day(2026, 9, 20), make_day(2026, 10, 10)};
  return days;
}

Calendar make(CalendarDays days) { return Calendar::make(std::move(days)).value(); }

TEST(Calendar, SettlesChineseDaysAsTheNoticeSays) {
  const Calendar china = make(china_2026());
  const std::vector<std::pair<Day, Day>> cases = {
      {make_day(2026, 6, 18), make_day(2026, 6, 22)},   // Thursday before the dragon boat festival
      {make_day(2026, 9, 30), make_day(2026, 10, 8)},   // Wednesday before the national day
      {make_day(2026, 10, 9), make_day(2026, 10, 10)},  // the Saturday after is worked
  };
  for (const auto& [traded, settled] : cases) {
    EXPECT_EQ(china.add_business_days(traded, 1), settled) << base::to_string(traded);
  }
}

TEST(Calendar, RollsForwardOnlyFromDaysThatAreOff) {
  const Calendar china = make(china_2026());
  EXPECT_EQ(china.next_business_day(make_day(2026, 6, 18)), make_day(2026, 6, 18));
  EXPECT_EQ(china.next_business_day(make_day(2026, 6, 19)), make_day(2026, 6, 22));
  EXPECT_EQ(china.next_business_day(make_day(2026, 1, 1)), make_day(2026, 1, 4));
  EXPECT_EQ(china.next_business_day(make_day(2026, 7, 4)), make_day(2026, 7, 6));
}

TEST(Calendar, CountsFromADayOffToTheFollowingBusinessDays) {
  const Calendar china = make(china_2026());
  EXPECT_EQ(china.add_business_days(make_day(2026, 6, 20), 1), make_day(2026, 6, 22));
  EXPECT_EQ(china.add_business_days(make_day(2026, 6, 20), 2), make_day(2026, 6, 23));
}

TEST(Calendar, NeverGuessesAYearThatIsNotLoaded) {
  const Calendar china = make(china_2026());
  const CalendarYearMissing before{2025};
  const CalendarYearMissing after{2027};
  EXPECT_EQ(china.is_business_day(make_day(2025, 12, 31)).error(), before);
  EXPECT_EQ(china.next_business_day(make_day(2025, 12, 31)).error(), before);
  EXPECT_EQ(china.add_business_days(make_day(2025, 12, 30), 1).error(), before);
  EXPECT_EQ(china.is_business_day(make_day(2027, 1, 1)).error(), after);
  EXPECT_EQ(china.add_business_days(make_day(2026, 12, 31), 1).error(), after);
  EXPECT_EQ(china.add_business_days(make_day(2026, 12, 30), 2).error(), after);
  EXPECT_EQ(china.add_business_days(make_day(2026, 1, 1), 1'000'000).error(), after);
  // The last business day itself is still known, and the day after New Year's Eve is loaded.
  EXPECT_EQ(china.add_business_days(make_day(2026, 12, 30), 1), make_day(2026, 12, 31));
  EXPECT_EQ(china.add_business_days(make_day(2025, 12, 31), 1), make_day(2026, 1, 4));
}

TEST(Calendar, RefusesListsThatContradictThemselves) {
  EXPECT_EQ(Calendar::make({"X", 2026, 2025, {}, {}}).error(), CalendarRefusal::YearsOutOfRange);
  EXPECT_EQ(Calendar::make({"X", 1899, 2025, {}, {}}).error(), CalendarRefusal::YearsOutOfRange);
  EXPECT_EQ(Calendar::make({"X", 2026, 2200, {}, {}}).error(), CalendarRefusal::YearsOutOfRange);
  const Day saturday = make_day(2026, 7, 4);
  EXPECT_EQ(Calendar::make({"X", 2026, 2026, {saturday}, {saturday}}).error(),
            CalendarRefusal::DayBothOffAndWork);
  CalendarDays closed{"X", 2026, 2026, {}, {}};
  add_days(closed.off, make_day(2026, 1, 1), make_day(2026, 12, 31));
  EXPECT_EQ(Calendar::make(closed).error(), CalendarRefusal::YearWithoutBusiness);
}

// A walk day by day over plain sets must agree, whatever the lists.
TEST(Calendar, AgreesWithWalkingDayByDay) {
  tests::property("tables = walk", [] {
    const Day start = make_day(2020, 1, 1);
    std::set<Day> off, work;
    for (int offset : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 731))) {
      off.insert(plus_days(start, offset));
    }
    for (int offset : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 731))) {
      if (!off.contains(plus_days(start, offset))) work.insert(plus_days(start, offset));
    }
    const Calendar calendar =
        make({"X", 2020, 2021, {off.begin(), off.end()}, {work.begin(), work.end()}});
    auto is_open = [&](Day day) {
      const date::weekday weekday{day};
      const bool weekend = weekday == date::Saturday || weekday == date::Sunday;
      return !off.contains(day) && (!weekend || work.contains(day));
    };
    const Day from = plus_days(start, *rc::gen::inRange(0, 731));
    const int n = *rc::gen::inRange(0, 30);
    RC_ASSERT(calendar.is_business_day(from).value() == is_open(from));
    Day walked = from;
    int left = n;
    if (n == 0) {
      while (walked < make_day(2022, 1, 1) && !is_open(walked)) walked = plus_days(walked, 1);
    }
    while (left > 0 && walked < make_day(2022, 1, 1)) {
      walked = plus_days(walked, 1);
      if (is_open(walked)) --left;
    }
    const auto answer = calendar.add_business_days(from, n);
    if (walked >= make_day(2022, 1, 1)) {
      RC_ASSERT(answer.error().year == 2022);
    } else {
      RC_ASSERT(answer.value() == walked);
    }
  });
}

}  // namespace
}  // namespace scheduling
