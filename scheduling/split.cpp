#include "scheduling/split.h"

#include "base/check.h"

namespace scheduling {

std::optional<Splitter> Splitter::make(std::int64_t total, int count, SplitBy by) {
  CHECK(total >= 0 && count >= 1, "{} in {} parts", total, count);
  Splitter splitter(total, count, by);
  switch (by.remainder) {
    case Remainder::Last:
    case Remainder::First: {
      splitter.each_ = base::narrow(base::div_round(total, count, by.mode));
      const base::int128 rest = total - base::int128{splitter.each_} * (count - 1);
      if (rest < 0) return std::nullopt;
      splitter.rest_ = base::narrow(rest);
      break;
    }
    case Remainder::Cumulative:
      break;
    case Remainder::LargestRemainder:
      // All remainders are equal in a split, so the first ones get the units that are left.
      splitter.each_ = total / count;
      splitter.rest_ = total % count;
      break;
  }
  return splitter;
}

std::int64_t Splitter::part(int index) const {
  switch (by_.remainder) {
    case Remainder::Last:
      return index == count_ - 1 ? rest_ : each_;
    case Remainder::First:
      return index == 0 ? rest_ : each_;
    case Remainder::Cumulative: {
      const base::int128 total = total_;
      return base::narrow(base::div_round(total * (index + 1), count_, by_.mode) -
                          base::div_round(total * index, count_, by_.mode));
    }
    case Remainder::LargestRemainder:
      return each_ + (index < rest_ ? 1 : 0);
  }
  CHECK(false, "a remainder that nobody takes");
  return 0;
}

}  // namespace scheduling
