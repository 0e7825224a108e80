#include "base/weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/property.h"

namespace {

using base::uint128;
using base::Weights;

uint128 sum(const Weights& weights,
            const std::vector<std::pair<std::int64_t, std::int64_t>>& rows) {
  uint128 sum = 0;
  for (const auto& [key, amount] : rows) {
    sum += static_cast<uint128>(amount) * weights.of({key, std::int64_t{7}});
  }
  return sum;
}

TEST(Weights, AreTheSameForAKeyAndOtherwiseNot) {
  const Weights weights, others;
  EXPECT_EQ(weights.of({1, 2}), weights.of({1, 2}));
  EXPECT_EQ(weights.of("1"), weights.of("1"));
  EXPECT_NE(weights.of({1, 2}), weights.of({2, 1}));
  EXPECT_NE(weights.of({1}), weights.of({1, 0}));
  EXPECT_NE(weights.of({0}), weights.of(std::string(8, '\0')));
  EXPECT_NE(weights.of({1, 2}), others.of({1, 2})) << "two proofs use two secrets";
}

TEST(Weights, ManyKeysHaveManyWeights) {
  const Weights weights;
  std::vector<uint128> all;
  for (std::int64_t key = 0; key < 10'000; ++key) all.push_back(weights.of({key}));
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
}

TEST(Weights, SumsAgreeExactlyIfEachKeyHoldsTheSame) {
  using Row = std::pair<std::int64_t, std::int64_t>;
  tests::property([](const std::vector<Row>& rows, const std::vector<Row>& others) {
    const Weights weights;
    std::map<std::int64_t, uint128> held, held_by_others;
    for (const auto& [key, amount] : rows) held[key] += static_cast<uint128>(amount);
    for (const auto& [key, amount] : others) held_by_others[key] += static_cast<uint128>(amount);
    std::erase_if(held, [](const auto& entry) { return entry.second == 0; });
    std::erase_if(held_by_others, [](const auto& entry) { return entry.second == 0; });
    RC_ASSERT((sum(weights, rows) == sum(weights, others)) == (held == held_by_others));
    // one amount in two parts, in another order
    std::vector<Row> split;
    for (const auto& [key, amount] : rows) {
      split.emplace_back(key, amount / 2);
      split.emplace_back(key, amount - amount / 2);
    }
    std::ranges::reverse(split);
    RC_ASSERT(sum(weights, split) == sum(weights, rows));
    // one cent more in one row
    if (rows.empty()) return;
    std::vector<Row> changed = rows;
    Row& row = changed[changed.size() / 2];
    row.second += row.second < 0 ? 1 : -1;
    RC_ASSERT(sum(weights, changed) != sum(weights, rows));
  });
}

}  // namespace
