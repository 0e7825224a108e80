#include "reconciliation/batches.h"

#include <gmock/gmock.h>

#include "reconciliation/subset_sum.h"
#include "tests/support/property.h"

namespace reconciliation {
namespace {

using Answer = SubsetSum::Answer;

const base::Currency kCny = base::Currency::find("CNY").value();
const base::Day kDay = base::make_day(2026, 7, 10);

base::Day two_days_after(base::Day day) { return base::plus_days(day, 2); }

Movement move(std::int64_t id, const std::string& batch, std::int64_t amount) {
  return {.id = id, .batch = batch, .day = kDay, .currency = kCny, .amount = amount};
}

TEST(SubsetSum, IsProvenToBeTheOnlyOneOrAmbiguous) {
  const std::vector<std::int64_t> amounts{100, 250, 375, -52};
  EXPECT_EQ(find_subset(amounts, 625).items, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(find_subset(amounts, 48).items, (std::vector<std::size_t>{0, 3}));
  EXPECT_EQ(find_subset(amounts, 1).answer, Answer::None);
  const std::vector<std::int64_t> twins{100, 100, 30};
  EXPECT_EQ(find_subset(twins, 100).answer, Answer::Ambiguous);
  EXPECT_EQ(find_subset(twins, 230).answer, Answer::Unique);
  EXPECT_EQ(find_subset(std::vector<std::int64_t>(21, 1), 1).answer, Answer::TooMany);
  EXPECT_EQ(find_subset({}, 0).answer, Answer::None);
}

TEST(SubsetSum, AgreesWithCountingAllSubsets) {
  tests::property([] {
    const auto amounts = *rc::gen::resize(
        10, rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(-20, 50)));
    const auto sum = *rc::gen::inRange<std::int64_t>(-20, 100);
    int ways = 0;
    for (unsigned set = 1; set < 1U << amounts.size(); ++set) {
      std::int64_t reached = 0;
      for (std::size_t i = 0; i < amounts.size(); ++i) {
        if ((set >> i & 1U) != 0) reached += amounts[i];
      }
      ways += reached == sum ? 1 : 0;
    }
    const SubsetSum found = find_subset(amounts, sum);
    RC_ASSERT(found.answer == (ways == 0   ? Answer::None
                               : ways == 1 ? Answer::Unique
                                           : Answer::Ambiguous));
  });
}

TEST(Batches, SeveralMovementsAndSeveralLinesMatchByTheirBatch) {
  const std::vector<Movement> fund{move(1, "W1", 10'000), move(2, "W1", 20'000),
                                   move(3, "W2", 500)};
  const std::vector<Movement> bank{move(8, "W1", 25'000), move(9, "W1", 5'000),
                                   move(10, "W2", 500)};
  const BatchMatching m = match_batches(fund, bank, kDay, two_days_after);
  EXPECT_THAT(m.matches,
              testing::ElementsAre(BatchMatch{"W1", {1, 2}, {8, 9}}, BatchMatch{"W2", {3}, {10}}));
  EXPECT_TRUE(m.breaks.empty());
}

TEST(Batches, ADifferenceIsOfTheBatch) {
  const std::vector<Movement> fund{move(1, "W1", 17'266), move(2, "W1", -52)};
  const auto found = [&](std::int64_t paid) {
    const std::vector<Movement> bank{move(8, "W1", paid)};
    return match_batches(fund, bank, kDay, two_days_after).breaks.at(0);
  };
  EXPECT_EQ(found(17'000).type, BreakType::BankShort);
  EXPECT_EQ(found(17'000).difference, -214);
  EXPECT_EQ(found(17'266).type, BreakType::BankLong);
  EXPECT_EQ(found(17'266).difference, 52);
}

TEST(Batches, WhatIsNotPaidYetIsTimingForTwoDays) {
  const std::vector<Movement> fund{move(1, "W1", 100)};
  EXPECT_EQ(match_batches(fund, {}, base::plus_days(kDay, 2), two_days_after).breaks.at(0).type,
            BreakType::Timing);
  EXPECT_EQ(match_batches(fund, {}, base::plus_days(kDay, 3), two_days_after).breaks.at(0).type,
            BreakType::BankShort);
}

TEST(Batches, ALineWithoutABatchIsASuggestionOnlyWhereItIsTheOnlyOne) {
  const std::vector<Movement> fund{move(1, "W1", 100), move(2, "W2", 250), move(3, "W3", 375)};
  const auto of = [&](std::int64_t amount) {
    const std::vector<Movement> bank{move(8, "", amount)};
    const BatchMatching m = match_batches(fund, bank, kDay, two_days_after);
    EXPECT_TRUE(m.matches.empty());
    return *std::ranges::find(m.breaks, std::optional<std::int64_t>(8), &Break::bill);
  };
  const Break split = of(350);
  EXPECT_EQ(split.type, BreakType::Split);
  EXPECT_EQ(split.ours, "W1 W2");
  EXPECT_EQ(of(351).type, BreakType::BankLong);
  const std::vector<Movement> twins{move(1, "W1", 100), move(2, "W2", 100)};
  const std::vector<Movement> bank{move(8, "", 100)};
  const BatchMatching m = match_batches(twins, bank, kDay, two_days_after);
  EXPECT_THAT(m.breaks.back().why, testing::HasSubstr("ambiguous"));
  EXPECT_EQ(m.breaks.back().candidate, std::nullopt);
}

}  // namespace
}  // namespace reconciliation
