// Division by one number again and again, by multiplication.
#pragma once

#include <cstdint>

#include "base/wide.h"

namespace scheduling {

/// Quotient and rest of numbers below 2^63 by a divisor from 1 to 2^63. The processor divides
/// several times slower than it multiplies.
class Divider {
 public:
  explicit constexpr Divider(std::uint64_t divisor = 1)
      : divisor_(divisor), inverse_(~std::uint64_t{0} / divisor) {}

  constexpr std::uint64_t divisor() const { return divisor_; }

  /// The inverse is rounded down, so the first guess is at most two too low.
  constexpr std::uint64_t quotient(std::uint64_t number, std::uint64_t& rest) const {
    auto quotient = static_cast<std::uint64_t>((Wide{number} * inverse_) >> 64);
    rest = number - quotient * divisor_;
    while (rest >= divisor_) {
      rest -= divisor_;
      ++quotient;
    }
    return quotient;
  }

 private:
  __extension__ using Wide = unsigned __int128;

  std::uint64_t divisor_;
  std::uint64_t inverse_;  // floor((2^64 - 1) / divisor)
};

}  // namespace scheduling
