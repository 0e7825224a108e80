#include "base/rate.h"

#include <algorithm>

namespace base {

Result<Rate, RateRefusal> parse_percent(std::string_view text, RateBasis basis) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  auto all_digits = [](std::string_view s) {
    return !s.empty() && std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!all_digits(whole) || (point != std::string_view::npos && !all_digits(decimals))) {
    return Refused(RateRefusal::NotANumber);
  }
  constexpr std::size_t kPercentDecimals = 6;  // a percent is 10^-2, a rate has 10^-8
  if (decimals.size() > kPercentDecimals) return Refused(RateRefusal::TooManyDecimals);
  std::int64_t e8 = 0;
  constexpr std::int64_t kMax = 10 * kRateScale;
  for (char c : whole) {
    e8 = e8 * 10 + (c - '0');
    if (e8 > kMax) return Refused(RateRefusal::TooLarge);
  }
  for (std::size_t i = 0; i < kPercentDecimals; ++i) {
    e8 = e8 * 10 + (i < decimals.size() ? decimals[i] - '0' : 0);
  }
  if (e8 > kMax) return Refused(RateRefusal::TooLarge);
  return Rate{e8, basis};
}

Money share_of(Money amount, Rate rate, Rounding rounding) {
  return {narrow(div_round(checked_mul(amount.minor(), rate.e8), kRateScale, rounding)),
          amount.currency()};
}

}  // namespace base
