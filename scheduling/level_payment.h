// The level payment of an annuity, exact to the minor unit.
#pragma once

#include <cstdint>
#include <span>

#include "base/rounding.h"

namespace scheduling {

inline constexpr int kPaymentCountMax = 600;  // 50 years of months
inline constexpr std::int64_t kRateDenominatorMax = 1'000'000'000'000'000'000;

/// A rate a period as a fraction; from 0 to 1, the denominator at most kRateDenominatorMax.
struct PeriodicRate {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;
};

/// principal * i / (1 - (1 + i)^-count), rounded once as if computed without any error.
/// `principal_minor` is from 0 to 10^17, `count` from 1 to kPaymentCountMax; at rate 0 it is
/// principal / count.
std::int64_t level_payment(std::int64_t principal_minor, PeriodicRate rate, int count,
                           base::Rounding rounding);

/// The general case: each period has its own rate, and something is left for the end.
struct Annuity {
  std::int64_t principal_minor = 0;
  std::int64_t balloon_minor = 0;  ///< due with the last payment and on top of it; 0 to principal
  std::span<const std::int64_t> rate_numerators;  ///< one a period, each from 0 to the denominator
  std::int64_t rate_denominator = 1;
};

/// (P - B * v_n) / (v_1 + ... + v_n), where v_k = 1 / ((1 + i_1) * ... * (1 + i_k)) is what a unit
/// paid at the end of period k is worth at the start: the payment that leaves B at the end. Rounded
/// once as if computed without any error.
std::int64_t level_payment(const Annuity& annuity, base::Rounding rounding);

}  // namespace scheduling
