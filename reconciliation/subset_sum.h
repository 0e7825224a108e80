// Which of some amounts come to a sum: one answer that is proven to be the only one, or none.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace reconciliation {

/// More items than this are not tried: the answer would seldom be the only one, and it takes long.
inline constexpr std::size_t kSubsetItemsMax = 20;

struct SubsetSum {
  enum class Answer { None, Unique, Ambiguous, TooMany };
  Answer answer = Answer::None;
  std::vector<std::size_t> items = {};  ///< of Unique: which, ascending
};

/// Looks through every subset but the empty one, so Unique is proof. Two items of the same amount
/// are two items: if either would do, the sum is ambiguous.
SubsetSum find_subset(std::span<const std::int64_t> amounts, std::int64_t sum);

}  // namespace reconciliation
