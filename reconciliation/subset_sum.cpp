#include "reconciliation/subset_sum.h"

#include <bit>

#include "base/wide.h"

namespace reconciliation {

SubsetSum find_subset(std::span<const std::int64_t> amounts, std::int64_t sum) {
  using Answer = SubsetSum::Answer;
  if (amounts.size() > kSubsetItemsMax) return {Answer::TooMany};
  SubsetSum result;
  // Gray code: from one subset to the next a single item comes or goes.
  base::int128 reached = 0;
  std::uint32_t chosen = 0;
  std::uint32_t found = 0;
  const std::uint32_t count = std::uint32_t{1} << amounts.size();
  for (std::uint32_t step = 1; step < count; ++step) {
    const auto item = static_cast<std::size_t>(std::countr_zero(step));
    const std::uint32_t bit = std::uint32_t{1} << item;
    chosen ^= bit;
    reached += (chosen & bit) != 0 ? amounts[item] : -base::int128{amounts[item]};
    if (reached != sum) continue;
    if (found != 0) return {Answer::Ambiguous};
    found = chosen;
  }
  if (found == 0) return result;
  result.answer = Answer::Unique;
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    if ((found >> i & 1) != 0) result.items.push_back(i);
  }
  return result;
}

}  // namespace reconciliation
