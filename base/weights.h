// Two tables are compared without bringing their rows together: each row's amounts are added under
// a weight that follows from the row's key and from a secret drawn for this one comparison.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace base {

__extension__ using uint128 = unsigned __int128;

/// Weights by key: SipHash-2-4 with 128 bits of output, under a key that is drawn anew for each
/// object and known to nobody. With W such weights, the sums of amount * W(key) modulo 2^128 over
/// two tables agree if both hold the same amount under each key. If some key has two amounts, they
/// agree by chance only: |difference| < 2^64 leaves one chance in 2^64, whoever chose the rows,
/// because he could not know W. (The argument of Freivalds, "Probabilistic machines can use less
/// running time", IFIP 1977, with a keyed function in the place of random numbers.)
class Weights {
 public:
  Weights();

  /// The weight of a key of numbers. Keys of different lengths are different keys.
  uint128 of(std::initializer_list<std::int64_t> key) const;
  /// The weight of a key of bytes, which are not taken for numbers.
  uint128 of(std::string_view key) const;

 private:
  std::array<unsigned char, 16> secret_;
};

}  // namespace base
