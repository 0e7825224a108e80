// 128-bit intermediates: a product of two 64-bit numbers always fits.
#pragma once

#include <cstdint>
#include <limits>

#include "base/check.h"

namespace base {

__extension__ using int128 = __int128;

/// Back to 64 bits, or a CHECK: an amount never wraps.
constexpr std::int64_t narrow(int128 value) {
  CHECK(value >= std::numeric_limits<std::int64_t>::min() &&
            value <= std::numeric_limits<std::int64_t>::max(),
        "a value does not fit 64 bits");
  return static_cast<std::int64_t>(value);
}

constexpr int128 checked_mul(int128 a, int128 b) {
  int128 product = 0;
  CHECK(!__builtin_mul_overflow(a, b, &product), "a product does not fit 128 bits");
  return product;
}

constexpr int128 checked_add(int128 a, int128 b) {
  int128 sum = 0;
  CHECK(!__builtin_add_overflow(a, b, &sum), "a sum does not fit 128 bits");
  return sum;
}

}  // namespace base
