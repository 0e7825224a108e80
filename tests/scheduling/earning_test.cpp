#include "scheduling/earning.h"

#include <gtest/gtest.h>

#include <vector>

#include "scheduling/due_dates.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::make_day;
using base::plus_days;

/// Keeps the arrays that an Earning only looks at.
struct Periods {
  Day start;
  std::vector<Day> due;
  std::vector<std::int64_t> amounts;

  Earning earning() const { return {start, due, amounts}; }
};

Periods monthly_periods(Day start, Day first_due, std::vector<std::int64_t> amounts) {
  Periods p{start, {}, std::move(amounts)};
  for (int k = 1; k <= static_cast<int>(p.amounts.size()); ++k) {
    p.due.push_back(due_date(dues_from(first_due, {}), k));
  }
  return p;
}

/// O1 of domain.md §4.3 before and after the refund of J21, and O2.
Periods o1() {
  return monthly_periods(make_day(2026, 6, 18), make_day(2026, 7, 10),
                         {6'00, 6'00, 6'00, 6'00, 6'00, 6'00});
}
Periods o1_refunded() {
  return monthly_periods(make_day(2026, 6, 18), make_day(2026, 7, 10),
                         {6'00, 6'00, 4'50, 4'50, 4'50, 4'50});
}
Periods o2() {
  return monthly_periods(make_day(2026, 8, 26), make_day(2026, 9, 10), {18'00, 18'00, 18'00});
}

// S1: J09, J11, J13, J15 and J27, summed.
TEST(Earning, OfS1FollowsThePeriodsByDays) {
  EXPECT_EQ(recognized_at_close(o1().earning(), make_day(2026, 6, 30)), 3'55);
  EXPECT_EQ(recognized_at_close(o1().earning(), make_day(2026, 7, 10)), 3'55 + 2'45);
  EXPECT_EQ(recognized_at_close(o1().earning(), make_day(2026, 7, 31)), 6'00 + 4'26);
  EXPECT_EQ(recognized_at_close(o1().earning(), make_day(2026, 8, 10)), 6'00 + 4'26 + 1'74);
  EXPECT_EQ(recognized_at_close(o1_refunded().earning(), make_day(2026, 8, 31)), 12'00 + 3'19);
  EXPECT_EQ(recognized_at_close(o2().earning(), make_day(2026, 8, 31)), 7'20);
  EXPECT_EQ(recognized_at_close(o2().earning(), make_day(2026, 9, 10)), 7'20 + 10'80);
}

TEST(Earning, BetweenMonthEndsAndDueDatesNothingIsRecognized) {
  EXPECT_EQ(recognized_at_close(o1().earning(), make_day(2026, 6, 18)), 0);
  EXPECT_EQ(recognized_at_close(o1().earning(), make_day(2026, 7, 9)), 3'55);
  EXPECT_EQ(recognized_at_close(o1().earning(), make_day(2026, 7, 30)), 6'00);
}

TEST(Earning, BeforeTheStartIsNothingAndAfterTheEndIsAll) {
  EXPECT_EQ(earned_through(o1().earning(), make_day(2026, 6, 17)), 0);
  EXPECT_EQ(earned_through(o1().earning(), make_day(2026, 6, 18)), 27);  // 6.00 / 22
  EXPECT_EQ(earned_through(o1().earning(), make_day(2026, 12, 9)), 36'00);
  EXPECT_EQ(earned_through(o1().earning(), make_day(2026, 12, 10)), 36'00);
  EXPECT_EQ(recognized_at_close(o1().earning(), make_day(2030, 1, 1)), 36'00);
  EXPECT_EQ(earned_through({make_day(2026, 6, 18), o1().due, {}}, make_day(2030, 1, 1)), 0);
}

TEST(Earning, NextRecognitionIsTheNextDueDateOrMonthEnd) {
  const Periods p = o2();
  const std::vector<Day> expected = {make_day(2026, 8, 31),  make_day(2026, 9, 10),
                                     make_day(2026, 9, 30),  make_day(2026, 10, 10),
                                     make_day(2026, 10, 31), make_day(2026, 11, 10)};
  Day day = make_day(2026, 8, 26);
  for (Day next : expected) {
    ASSERT_EQ(next_recognition(p.earning(), day), next);
    day = next;
  }
  EXPECT_EQ(next_recognition(p.earning(), day), std::nullopt);
  EXPECT_EQ(next_recognition({p.start, p.due, {}}, p.start), std::nullopt);
}

// Closing only where next_recognition says recognizes the same as closing every day; nothing is
// ever taken back, and in the end all of it is income.
TEST(Earning, GrowsToItsTotal) {
  tests::property("recognition is monotone and complete", [] {
    Periods p;
    p.start = plus_days(make_day(2026, 1, 1), *rc::gen::inRange(0, 400));
    const int count = *rc::gen::inRange(1, 8);
    const Day first = plus_days(p.start, *rc::gen::inRange(0, 60));
    for (int k = 1; k <= count; ++k) {
      p.due.push_back(due_date(dues_from(first, {}), k));
      p.amounts.push_back(*rc::gen::inRange<std::int64_t>(0, 50));
    }
    std::int64_t sum = 0;
    std::optional<Day> next = next_recognition(p.earning(), plus_days(p.start, -1));
    for (Day day = p.start; day <= p.due.back(); day = plus_days(day, 1)) {
      const std::int64_t now = recognized_at_close(p.earning(), day);
      RC_ASSERT(now >= sum);
      RC_ASSERT((now != sum) == (next == day));
      if (next == day) next = next_recognition(p.earning(), day);
      sum = now;
    }
    RC_ASSERT(sum == p.earning().total());
  });
}

}  // namespace
}  // namespace scheduling
