// Rate: an exact fraction per some period, scaled by 10^-8.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/money.h"
#include "base/rounding.h"

namespace base {

enum class RateBasis { PerPeriod, PerDay, PerMonth, PerYear365, PerYear360, Flat };

inline constexpr std::int64_t kRateScale = 100'000'000;

/// 0.60 % per period is {600'000, PerPeriod}. Flat is a share of an amount without a time basis,
/// such as a merchant discount. A rate is never added to money.
struct Rate {
  std::int64_t e8 = 0;
  RateBasis basis = RateBasis::Flat;

  constexpr bool operator==(const Rate&) const = default;
};

enum class RateRefusal { NotANumber, TooManyDecimals, TooLarge };

/// Reads a percentage, at most six decimals ("0.60" is 600'000e-8), between 0 and 1000 %.
Result<Rate, RateRefusal> parse_percent(std::string_view text, RateBasis basis);

/// amount * rate, rounded once. The basis is the caller's business: one period, one day.
Money share_of(Money amount, Rate rate, Rounding rounding);

}  // namespace base
