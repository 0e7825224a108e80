#include "scheduling/level_payment.h"

#include <boost/multiprecision/cpp_int.hpp>

#include "base/wide.h"

namespace scheduling {
namespace {

__extension__ using uint128 = unsigned __int128;

/// The annuity as a fraction of whole numbers, with as many digits as it takes: with i = a / b and
/// q = a + b it is principal * a * q^n / (b * (q^n - b^n)).
std::int64_t level_payment_by_fractions(std::int64_t principal_minor, PeriodicRate rate, int count,
                                        base::Rounding rounding) {
  using boost::multiprecision::cpp_int;
  const cpp_int a = rate.numerator;
  const cpp_int b = rate.denominator;
  const cpp_int grown = boost::multiprecision::pow(cpp_int(a + b), static_cast<unsigned>(count));
  const cpp_int flat = boost::multiprecision::pow(b, static_cast<unsigned>(count));
  const cpp_int numerator = principal_minor * a * grown;
  const cpp_int denominator = b * (grown - flat);
  const cpp_int quotient = numerator / denominator;
  const cpp_int twice_rest = 2 * (numerator % denominator);
  // All that rounding asks of the rest: none, below a half, a half, above it. In quarters.
  int quarters = 0;
  if (twice_rest != 0) quarters = 2 + twice_rest.compare(denominator);
  return base::narrow(base::div_round(
      4 * base::int128{quotient.convert_to<std::int64_t>()} + quarters, 4, rounding));
}

}  // namespace

std::int64_t level_payment(std::int64_t principal_minor, PeriodicRate rate, int count,
                           base::Rounding rounding) {
  CHECK(principal_minor >= 0 && principal_minor <= 100'000'000'000'000'000, "principal {}",
        principal_minor);
  CHECK(count >= 1 && count <= 60, "{} payments", count);
  CHECK(rate.numerator >= 0 && rate.numerator <= rate.denominator &&
            rate.denominator <= 100'000'000'000'000,
        "rate {} / {}", rate.numerator, rate.denominator);
  if (rate.numerator == 0) return base::narrow(base::div_round(principal_minor, count, rounding));

  // The payment is principal / (v + v^2 + ... + v^n) with v = 1 / (1 + i). We bound each power from
  // below and above in units of 2^-64. Where both bounds round to the same minor unit, so does the
  // truth; that fails only next to a tie, or for enormous principals, and then we take the long
  // way.
  const uint128 one = uint128{1} << 64;
  const auto b = static_cast<std::uint64_t>(rate.denominator);
  const auto q = static_cast<std::uint64_t>(rate.numerator + rate.denominator);
  const auto v_low = static_cast<std::uint64_t>((uint128{b} << 64) / q);
  const std::uint64_t v_high = v_low + 1;  // no overflow: v is at most 1 - 10^-14 of `one`
  uint128 power_low = one;
  uint128 power_high = one;
  base::int128 sum_low = 0;
  base::int128 sum_high = 0;
  for (int k = 1; k <= count; ++k) {
    power_low = k == 1 ? v_low : (power_low * v_low) >> 64;
    power_high = k == 1 ? v_high : ((power_high * v_high) >> 64) + 1;
    sum_low += static_cast<base::int128>(power_low);
    sum_high += static_cast<base::int128>(power_high);
  }
  const base::int128 scaled = base::int128{principal_minor} << 64;
  const base::int128 low = base::div_round(scaled, sum_high, rounding);
  const base::int128 high = base::div_round(scaled, sum_low, rounding);
  if (low == high) return base::narrow(low);
  return level_payment_by_fractions(principal_minor, rate, count, rounding);
}

}  // namespace scheduling
