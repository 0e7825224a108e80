#include "scheduling/split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "base/check.h"
#include "scheduling/divider.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Rounding;
using base::SplitRule;
using testing::ElementsAre;

std::vector<std::int64_t> parts(std::int64_t total, int count, SplitBy by) {
  std::vector<std::int64_t> all;
  const auto splitter = Splitter::make(total, count, by);
  for (int k = 0; splitter && k < count; ++k) all.push_back(splitter->part(k));
  return all;
}

// domain.md §2.3, column 100.00 / 7.
TEST(Splitter, AgreesWithTheTable) {
  EXPECT_THAT(parts(100'00, 7, SplitRule::DownLast),
              ElementsAre(1428, 1428, 1428, 1428, 1428, 1428, 1432));
  EXPECT_THAT(parts(100'00, 7, SplitRule::DownFirst),
              ElementsAre(1432, 1428, 1428, 1428, 1428, 1428, 1428));
  EXPECT_THAT(parts(100'00, 7, SplitRule::HalfUpLast),
              ElementsAre(1429, 1429, 1429, 1429, 1429, 1429, 1426));
  EXPECT_THAT(parts(100'00, 7, SplitRule::Cumulative),
              ElementsAre(1429, 1428, 1429, 1428, 1429, 1428, 1429));
  EXPECT_THAT(parts(100'00, 7, SplitRule::LargestRemainder),
              ElementsAre(1429, 1429, 1429, 1429, 1428, 1428, 1428));
}

// What the rules of products can't name: 312.50 and 0.50 are ties.
TEST(Splitter, TakesEveryModeWithEveryRemainder) {
  EXPECT_THAT(parts(5, 2, {Rounding::HalfEven, Remainder::Last}), ElementsAre(2, 3));
  EXPECT_THAT(parts(5, 2, {Rounding::HalfUp, Remainder::First}), ElementsAre(2, 3));
  EXPECT_THAT(parts(5, 2, {Rounding::Down, Remainder::Cumulative}), ElementsAre(2, 3));
  EXPECT_THAT(parts(5, 2, {Rounding::Up, Remainder::Cumulative}), ElementsAre(3, 2));
}

// domain.md §2.3, trap: 0.07 in 12 leaves -0.04 to the last.
TEST(Splitter, RefusesANegativePart) {
  EXPECT_FALSE(Splitter::make(7, 12, SplitRule::HalfUpLast));
  EXPECT_FALSE(Splitter::make(7, 12, {Rounding::Up, Remainder::First}));
  EXPECT_TRUE(Splitter::make(7, 12, SplitRule::Cumulative));
  EXPECT_THROW(Splitter::make(-1, 2, {}), base::CheckFailure);
  EXPECT_THROW(Splitter::make(1, 0, {}), base::CheckFailure);
}

TEST(Splitter, SplitsAsTheListDoesAndSumsExactly) {
  tests::property("the same parts as base::split", [] {
    const auto total = *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 1'000),
                                       rc::gen::inRange<std::int64_t>(0, base::kAmountMinorMax));
    const int count = *rc::gen::inRange(1, 61);
    const auto rule =
        *rc::gen::element(SplitRule::DownLast, SplitRule::DownFirst, SplitRule::HalfUpLast,
                          SplitRule::Cumulative, SplitRule::LargestRemainder);
    const base::Money money{total, {}};
    const std::vector<std::int64_t> ours = parts(total, count, rule);
    RC_ASSERT(ours.empty() == !base::can_split(money, count, rule));
    if (ours.empty()) return;
    std::vector<std::int64_t> theirs;
    for (const base::Money part : base::split(money, count, rule)) theirs.push_back(part.minor());
    RC_ASSERT(ours == theirs);
    RC_ASSERT(std::accumulate(ours.begin(), ours.end(), std::int64_t{0}) == total);
  });
}

TEST(Divider, DividesAsTheProcessorDoes) {
  tests::property("quotient and rest", [] {
    const auto numbers = rc::gen::oneOf(
        rc::gen::inRange<std::uint64_t>(1, 1'000'000),
        rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 63),
        rc::gen::element<std::uint64_t>(1, 2, (std::uint64_t{1} << 63) - 1, 1'000'000'000'000));
    const std::uint64_t divisor = *numbers;
    const std::uint64_t number = *numbers - 1;
    std::uint64_t rest = 0;
    RC_ASSERT(Divider(divisor).quotient(number, rest) == number / divisor);
    RC_ASSERT(rest == number % divisor);
  });
}

}  // namespace
}  // namespace scheduling
