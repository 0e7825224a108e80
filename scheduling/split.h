// Splits an amount over installments, one part at a time and without a list in memory.
#pragma once

#include <cstdint>
#include <optional>

#include "base/money.h"
#include "base/rounding.h"

namespace scheduling {

/// Who takes what the rounded parts leave over.
enum class Remainder {
  Last,              ///< the last part
  First,             ///< the first part
  Cumulative,        ///< each its share: round(T * k / n) - round(T * (k - 1) / n)
  LargestRemainder,  ///< truncated parts, then one minor unit each from the first on
};

/// A rounding names both: how a part is rounded, and who takes the rest (domain, table 2.3).
struct SplitBy {
  base::Rounding mode = base::Rounding::Down;
  Remainder remainder = Remainder::Last;

  constexpr SplitBy() = default;
  constexpr SplitBy(base::Rounding how, Remainder who) : mode(how), remainder(who) {}
  /// DOWN_LAST and so on: the rules that products are configured with.
  constexpr SplitBy(base::SplitRule rule);  // NOLINT(google-explicit-constructor): the same thing

  constexpr bool operator==(const SplitBy&) const = default;
};

constexpr SplitBy::SplitBy(base::SplitRule rule) {
  switch (rule) {
    case base::SplitRule::DownLast:
      break;
    case base::SplitRule::DownFirst:
      remainder = Remainder::First;
      break;
    case base::SplitRule::HalfUpLast:
      mode = base::Rounding::HalfUp;
      break;
    case base::SplitRule::Cumulative:
      mode = base::Rounding::HalfUp;
      remainder = Remainder::Cumulative;
      break;
    case base::SplitRule::LargestRemainder:
      remainder = Remainder::LargestRemainder;
      break;
  }
}

/// `total` (not negative) in `count` parts (at least 1) that sum to it exactly.
class Splitter {
 public:
  /// Nothing where a part would be negative: 0.07 in 12 rounded half up leaves -0.04 to the last.
  static std::optional<Splitter> make(std::int64_t total, int count, SplitBy by);

  /// Part `index`, counted from 0.
  std::int64_t part(int index) const;

 private:
  Splitter(std::int64_t total, int count, SplitBy by) : total_(total), count_(count), by_(by) {}

  std::int64_t total_;
  int count_;
  SplitBy by_;
  std::int64_t each_ = 0;  // of all but one; the truncated share for LargestRemainder
  std::int64_t rest_ = 0;  // what that one takes; how many get a unit more for LargestRemainder
};

}  // namespace scheduling
