#include "scheduling/calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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

// ISDA 2006 §4.12, around the ends of two months: 31 May 2026 is a Sunday, 1 August a Saturday.
TEST(Calendar, AdjustsByTheConventionNamed) {
  const Calendar china = make(china_2026());
  using enum BusinessDayConvention;
  struct Row {
    Day day;
    BusinessDayConvention convention;
    Day moved;
  };
  const std::vector<Row> rows = {
      {make_day(2026, 5, 31), Unadjusted, make_day(2026, 5, 31)},
      {make_day(2026, 5, 31), Following, make_day(2026, 6, 1)},
      {make_day(2026, 5, 31), ModifiedFollowing, make_day(2026, 5, 29)},
      {make_day(2026, 5, 31), Preceding, make_day(2026, 5, 29)},
      {make_day(2026, 5, 31), ModifiedPreceding, make_day(2026, 5, 29)},
      {make_day(2026, 8, 1), Following, make_day(2026, 8, 3)},
      {make_day(2026, 8, 1), ModifiedFollowing, make_day(2026, 8, 3)},
      {make_day(2026, 8, 1), Preceding, make_day(2026, 7, 31)},
      {make_day(2026, 8, 1), ModifiedPreceding, make_day(2026, 8, 3)},
      {make_day(2026, 10, 10), Preceding, make_day(2026, 10, 10)},  // a Saturday, worked
  };
  for (const Row& row : rows) {
    EXPECT_EQ(china.adjust(row.day, row.convention), row.moved)
        << base::to_string(row.day) << " by " << static_cast<int>(row.convention);
  }
}

// The years are loaded whole, so the month of the last day is known to its end.
TEST(Calendar, ModifiedConventionsNeedNoFurtherYear) {
  CalendarDays days = china_2026();
  days.off.push_back(make_day(2026, 12, 31));
  const Calendar china = make(days);
  using enum BusinessDayConvention;
  EXPECT_EQ(china.adjust(make_day(2026, 12, 31), Following).error(), CalendarYearMissing{2027});
  EXPECT_EQ(china.adjust(make_day(2026, 12, 31), ModifiedFollowing), make_day(2026, 12, 30));
  EXPECT_EQ(china.adjust(make_day(2026, 1, 1), Preceding).error(), CalendarYearMissing{2025});
  EXPECT_EQ(china.adjust(make_day(2026, 1, 1), ModifiedPreceding), make_day(2026, 1, 4));
  // Of a day not loaded nothing is known, whatever lies beside it.
  EXPECT_EQ(china.adjust(make_day(2027, 1, 1), ModifiedFollowing).error(),
            CalendarYearMissing{2027});
  EXPECT_EQ(china.adjust(make_day(2025, 12, 31), ModifiedPreceding).error(),
            CalendarYearMissing{2025});
  EXPECT_EQ(china.adjust(make_day(2027, 1, 1), Preceding).error(), CalendarYearMissing{2027});
  EXPECT_EQ(china.adjust(make_day(2099, 1, 1), Unadjusted), make_day(2099, 1, 1));
}

TEST(Calendar, CountsBackToo) {
  const Calendar china = make(china_2026());
  EXPECT_EQ(china.add_business_days(make_day(2026, 6, 22), -1), make_day(2026, 6, 18));
  EXPECT_EQ(china.add_business_days(make_day(2026, 6, 20), -1), make_day(2026, 6, 18));
  EXPECT_EQ(china.add_business_days(make_day(2026, 10, 8), -1), make_day(2026, 9, 30));
  EXPECT_EQ(china.add_business_days(make_day(2026, 1, 5), -2).error(), CalendarYearMissing{2025});
  EXPECT_EQ(china.previous_business_day(make_day(2026, 10, 7)), make_day(2026, 9, 30));
  EXPECT_EQ(china.previous_business_day(make_day(2026, 10, 10)), make_day(2026, 10, 10));
}

TEST(Calendar, CountsBusinessDaysBetween) {
  const Calendar china = make(china_2026());
  EXPECT_EQ(china.business_days_between(make_day(2026, 9, 30), make_day(2026, 10, 8)), 1);
  EXPECT_EQ(china.business_days_between(make_day(2026, 10, 8), make_day(2026, 9, 30)), -1);
  EXPECT_EQ(china.business_days_between(make_day(2026, 10, 1), make_day(2026, 10, 1)), 0);
  // 365 days less 52 Saturdays and 52 Sundays, less 19 weekdays off, plus 6 worked weekends.
  EXPECT_EQ(china.business_days_between(make_day(2026, 1, 1), make_day(2027, 1, 1)), 248);
  EXPECT_EQ(china.business_days_between(make_day(2025, 12, 31), make_day(2026, 1, 5)).error(),
            CalendarYearMissing{2025});
  EXPECT_EQ(china.business_days_between(make_day(2026, 1, 5), make_day(2029, 1, 5)).error(),
            CalendarYearMissing{2027});
}

TEST(Calendar, JointNeedsAllToBeOpen) {
  // Brazil works on China's national day and rests on 7 September.
  const std::vector<Calendar> both = {make(china_2026()),
                                      make({"BR", 2025, 2027, {make_day(2026, 9, 7)}, {}})};
  const Calendar joint = Calendar::joint("CN+BR", both).value();
  EXPECT_EQ(joint.name(), "CN+BR");
  EXPECT_EQ(joint.first_year(), 2026);
  EXPECT_EQ(joint.last_year(), 2026);
  EXPECT_EQ(joint.is_business_day(make_day(2026, 9, 7)), false);
  EXPECT_EQ(joint.is_business_day(make_day(2026, 10, 1)), false);
  // China's make-up Saturday is worked in China alone.
  EXPECT_EQ(joint.is_business_day(make_day(2026, 10, 10)), false);
  EXPECT_EQ(joint.add_business_days(make_day(2026, 9, 30), 1), make_day(2026, 10, 8));
  EXPECT_EQ(joint.next_business_day(make_day(2027, 1, 1)).error(), CalendarYearMissing{2027});

  const std::vector<Calendar> apart = {make({"A", 2025, 2025, {}, {}}),
                                       make({"B", 2026, 2026, {}, {}})};
  EXPECT_EQ(Calendar::joint("A+B", apart).error(), CalendarRefusal::YearsOutOfRange);
  const std::vector<Calendar> never = {
      make({"A", 2026, 2026, {}, {}}),
      make({"B",
            2026,
            2026,
            {},
            {make_day(2026, 7, 4)},
            {date::Monday, date::Tuesday, date::Wednesday, date::Thursday, date::Friday,
             date::Saturday, date::Sunday}})};
  EXPECT_EQ(Calendar::joint("A+B", never).error(), CalendarRefusal::YearWithoutBusiness);
}

TEST(Calendar, MayHaveAnotherWeekendOrNone) {
  const Calendar gulf = make({"X", 2026, 2026, {}, {}, {date::Friday, date::Saturday}});
  EXPECT_EQ(gulf.next_business_day(make_day(2026, 7, 3)), make_day(2026, 7, 5));
  const Calendar open = make({"X", 2026, 2026, {}, {}, {}});
  EXPECT_EQ(open.business_days_between(make_day(2026, 1, 1), make_day(2027, 1, 1)), 365);
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

/// 2020 and 2021 with random days off and worked.
Calendar any_calendar() {
  CalendarDays days{"X", 2020, 2021, {}, {}};
  std::set<int> off;
  for (int offset : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 731))) {
    off.insert(offset);
    days.off.push_back(plus_days(make_day(2020, 1, 1), offset));
  }
  for (int offset : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 731))) {
    if (!off.contains(offset)) days.work.push_back(plus_days(make_day(2020, 1, 1), offset));
  }
  return make(days);
}

TEST(Calendar, AdjustLandsOnABusinessDayAndStaysThere) {
  tests::property("adjust is open and idempotent, the modified ones keep the month", [] {
    using enum BusinessDayConvention;
    const Calendar calendar = any_calendar();
    const Day day = plus_days(make_day(2020, 1, 1), *rc::gen::inRange(0, 731));
    for (const BusinessDayConvention convention :
         {Following, ModifiedFollowing, Preceding, ModifiedPreceding}) {
      const auto moved = calendar.adjust(day, convention);
      if (!moved) continue;
      RC_ASSERT(calendar.is_business_day(*moved).value());
      RC_ASSERT(calendar.adjust(*moved, convention).value() == *moved);
      // No business day lies between: nothing was skipped.
      const Day low = std::min(day, *moved);
      const Day high = std::max(day, *moved);
      RC_ASSERT(calendar.business_days_between(low, high).value() <= (low == *moved ? 1 : 0));
      if (calendar.is_business_day(day).value()) RC_ASSERT(*moved == day);
      const Day month_end = base::end_of_month(day);
      const Day month_start = plus_days(
          month_end, 1 - static_cast<int>(static_cast<unsigned>(base::ymd(month_end).day())));
      const bool month_is_open =
          calendar.business_days_between(month_start, plus_days(month_end, 1)).value() > 0;
      if (month_is_open && (convention == ModifiedFollowing || convention == ModifiedPreceding)) {
        RC_ASSERT(base::end_of_month(*moved) == month_end);
      }
    }
  });
}

TEST(Calendar, CountingUndoesAdding) {
  tests::property("between(day, day + n) = n", [] {
    const Calendar calendar = any_calendar();
    const auto day =
        calendar.next_business_day(plus_days(make_day(2020, 1, 1), *rc::gen::inRange(0, 700)));
    RC_PRE(day.has_value());
    const int n = *rc::gen::inRange(-40, 40);
    const auto moved = calendar.add_business_days(*day, n);
    RC_PRE(moved.has_value());
    RC_ASSERT(calendar.business_days_between(*day, *moved).value() == n);
    RC_ASSERT(calendar.business_days_between(*moved, *day).value() == -n);
    RC_ASSERT(calendar.add_business_days(*moved, -n).value() == *day);
  });
}

TEST(Calendar, JointIsTheIntersection) {
  tests::property("joint = and", [] {
    const std::vector<Calendar> all = {any_calendar(), any_calendar(), any_calendar()};
    const auto joint = Calendar::joint("J", all);
    RC_PRE(joint.has_value());
    const Day day = plus_days(make_day(2020, 1, 1), *rc::gen::inRange(0, 731));
    RC_ASSERT(joint->is_business_day(day).value() ==
              std::ranges::all_of(
                  all, [&](const Calendar& c) { return c.is_business_day(day).value(); }));
  });
}

}  // namespace
}  // namespace scheduling
