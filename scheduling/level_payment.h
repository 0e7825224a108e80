// The level payment of an annuity, exact to the minor unit.
#pragma once

#include <cstdint>

#include "base/rounding.h"

namespace scheduling {

/// A rate a period as a fraction; from 0 to 1, the denominator at most 10^14.
struct PeriodicRate {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;
};

/// principal * i / (1 - (1 + i)^-count), rounded once as if computed without any error.
/// `principal_minor` is from 0 to 10^17, `count` from 1 to 60; at rate 0 it is principal / count.
std::int64_t level_payment(std::int64_t principal_minor, PeriodicRate rate, int count,
                           base::Rounding rounding);

}  // namespace scheduling
