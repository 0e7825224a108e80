#include "scheduling/plan_draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/scheduling/changes.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::make_day;
using testing::ElementsAre;

// Domain.md §1.3: order mode bills the first at the capture and each other on the due date before;
// statement mode some days before it is due.
TEST(Billed, ByTheModeOfThePlan) {
  LivePlan plan = order_1();
  EXPECT_FALSE(is_billed(plan.view(), 2, make_day(2026, 8, 31)));
  EXPECT_TRUE(is_billed(plan.view(), 2, make_day(2026, 9, 1)));
  plan.billed_days_before_due = std::nullopt;
  EXPECT_TRUE(is_billed(plan.view(), 0, make_day(2026, 6, 18)));
  EXPECT_FALSE(is_billed(plan.view(), 1, make_day(2026, 7, 9)));
  EXPECT_TRUE(is_billed(plan.view(), 1, make_day(2026, 7, 10)));
}

// Domain.md §3: a period [s, e) has e - s days. J09: 13 days from 18 June are over on 1 July.
TEST(Elapsed, CountsTheStartAndNotTheEnd) {
  const auto days = [](base::Day day) {
    const Fraction f = elapsed(make_day(2026, 6, 18), make_day(2026, 7, 10), day);
    return std::pair(f.numerator, f.denominator);
  };
  EXPECT_EQ(days(make_day(2026, 6, 17)), std::pair(std::int64_t{0}, std::int64_t{1}));
  EXPECT_EQ(days(make_day(2026, 6, 18)), std::pair(std::int64_t{0}, std::int64_t{1}));
  EXPECT_EQ(days(make_day(2026, 7, 1)), std::pair(std::int64_t{13}, std::int64_t{22}));
  EXPECT_EQ(days(make_day(2026, 7, 10)), std::pair(std::int64_t{1}, std::int64_t{1}));
}

// 666.68 is no even split of its own, but the tail of one: 5 * 166.66 and 166.70.
TEST(Spread, KeepsEvenPartsEvenAndOthersInProportion) {
  EXPECT_THAT(*spread(416'68, {{166'66, 166'66, 166'66, 166'70}}, 6, base::SplitRule::DownLast),
              ElementsAre(104'17, 104'17, 104'17, 104'17));
  EXPECT_THAT(*spread(240'00, {{100'00, 100'00, 100'00, 20'00}}, 6, base::SplitRule::DownLast),
              ElementsAre(75'00, 75'00, 75'00, 15'00));
  EXPECT_THAT(*spread(10, {{0, 0, 0}}, 6, base::SplitRule::DownLast), ElementsAre(3, 3, 4));
  EXPECT_TRUE(spread(0, {}, 6, base::SplitRule::DownLast)->empty());
  EXPECT_FALSE(spread(7, {std::vector<std::int64_t>(12)}, 12, base::SplitRule::HalfUpLast));
}

TEST(Spread, IsExactAndNeverNegative) {
  tests::property("spread", [] {
    const auto weights = *rc::gen::container<std::vector<std::int64_t>>(
        rc::gen::inRange<std::int64_t>(0, *rc::gen::element<std::int64_t>(2, 1'000, 1'000'000)));
    RC_PRE(!weights.empty());
    const auto total = *rc::gen::inRange<std::int64_t>(0, 1'000'000'00);
    const auto parts = spread(total, weights, weights.size(), base::SplitRule::Cumulative);
    RC_ASSERT(parts.has_value());
    RC_ASSERT(std::accumulate(parts->begin(), parts->end(), std::int64_t{0}) == total);
    for (const std::int64_t part : *parts) RC_ASSERT(part >= 0);
  });
}

TEST(MakeVersion, FindsWhatBreaksItsPromises) {
  const LivePlan plan = order_1();
  auto with = [&](auto change) {
    std::vector<InstallmentView> next = plan.installments;
    change(next);
    return make_version(ChangeCause::Refund, make_day(2026, 8, 25), plan.view(), next);
  };
  EXPECT_NO_THROW(with([](auto&) {}));
  EXPECT_THROW(with([](auto& i) { i[3].principal -= 1; }), base::CheckFailure);
  EXPECT_THROW(with([](auto& i) { i.pop_back(); }), base::CheckFailure);
  EXPECT_THROW(with([](auto& i) { i[0].paid_fee -= 1; }), base::CheckFailure);
  EXPECT_THROW(with([](auto& i) { i[0].fee -= 1; }), base::CheckFailure);
  EXPECT_THROW(with([](auto& i) { i[5].fee = -1; }), base::CheckFailure);
  EXPECT_THROW(with([](auto& i) { i[4].due = i[5].due + date::days{1}; }), base::CheckFailure);
  const NewVersion less = with([](auto& i) { i[5].fee -= 2; });
  EXPECT_EQ(less.rebated, (Amounts{.fee = 2}));
  const NewVersion more = with([](auto& i) { i[5].interest += 3; });
  EXPECT_EQ(more.added, (Amounts{.interest = 3}));
  EXPECT_EQ(more.rebated, Amounts{});
}

}  // namespace
}  // namespace scheduling
