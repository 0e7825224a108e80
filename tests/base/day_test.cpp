#include "base/day.h"

#include <gtest/gtest.h>

namespace base {
namespace {

template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; };
static_assert(!Comparable<Day, Instant>, "a civil day and a point in time do not compare");

// domain.md §3: the anchor day is kept and clamped.
TEST(AddMonths, CountsFromTheAnchorAndClampsToTheEndOfTheMonth) {
  const Day january = make_day(2026, 1, 31);
  EXPECT_EQ(add_months(january, 0), january);
  EXPECT_EQ(add_months(january, 1), make_day(2026, 2, 28));
  EXPECT_EQ(add_months(january, 2), make_day(2026, 3, 31));
  EXPECT_EQ(add_months(january, 3), make_day(2026, 4, 30));
  EXPECT_EQ(add_months(january, 25), make_day(2028, 2, 29));
  EXPECT_EQ(add_months(january, -2), make_day(2025, 11, 30));
  EXPECT_EQ(add_months(make_day(2024, 2, 29), 12), make_day(2025, 2, 28));
  EXPECT_EQ(add_months(make_day(2024, 2, 29), 48), make_day(2028, 2, 29));
  EXPECT_EQ(add_months(make_day(2025, 12, 15), 1), make_day(2026, 1, 15));
}

TEST(EndOfMonth, KnowsLeapYears) {
  EXPECT_EQ(end_of_month(make_day(2024, 2, 1)), make_day(2024, 2, 29));
  EXPECT_EQ(end_of_month(make_day(2026, 2, 28)), make_day(2026, 2, 28));
  EXPECT_EQ(end_of_month(make_day(2100, 2, 1)), make_day(2100, 2, 28));
  EXPECT_EQ(end_of_month(make_day(2000, 2, 1)), make_day(2000, 2, 29));
}

// domain.md §3, day counts.
TEST(DaysBetween, CountsTheStartAndNotTheEnd) {
  EXPECT_EQ(days_between(make_day(2026, 1, 31), make_day(2026, 2, 28)), 28);
  EXPECT_EQ(days_between(make_day(2024, 2, 28), make_day(2024, 3, 1)), 2);
  EXPECT_EQ(days_between(make_day(2026, 6, 18), make_day(2026, 7, 10)), 22);
  EXPECT_EQ(days_between(make_day(2026, 7, 10), make_day(2026, 6, 18)), -22);
  EXPECT_EQ(plus_days(make_day(2026, 12, 31), 1), make_day(2027, 1, 1));
}

TEST(ParseDay, ReadsRealDatesOnly) {
  EXPECT_EQ(parse_day("2026-06-18"), make_day(2026, 6, 18));
  EXPECT_EQ(parse_day("2024-02-29"), make_day(2024, 2, 29));
  EXPECT_EQ(parse_day("1900-01-01"), make_day(1900, 1, 1));
  EXPECT_EQ(parse_day("2199-12-31"), make_day(2199, 12, 31));
  for (std::string_view text :
       {"", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "1899-12-31",
        "2200-01-01", "2026-1-01", "2026/01/01", "20260101", "2026-01-01 ", " 2026-01-01",
        "2026-01-0a", "-026-01-01", "2026-01-01T00:00:00"}) {
    EXPECT_FALSE(parse_day(text)) << text;
  }
}

TEST(Day, IsShownAsItIsRead) {
  for (Day day = make_day(1999, 12, 1); day < make_day(2001, 2, 1); day = plus_days(day, 1)) {
    EXPECT_EQ(parse_day(to_string(day)), day);
  }
  EXPECT_EQ(to_string(make_day(2026, 6, 8)), "2026-06-08");
}

TEST(Instant, IsShownInUtcWithMicroseconds) {
  const Instant instant = date::sys_days{date::year{2026} / 6 / 18} + std::chrono::hours{1} +
                          std::chrono::minutes{2} + std::chrono::microseconds{3'000'004};
  EXPECT_EQ(to_string(instant), "2026-06-18T01:02:03.000004Z");
}

}  // namespace
}  // namespace base
