#include "scheduling/level_payment.h"

#include <boost/multiprecision/cpp_int.hpp>
#include <optional>
#include <vector>

#include "base/wide.h"
#include "scheduling/rounding_step.h"

namespace scheduling {
namespace {

__extension__ using uint128 = unsigned __int128;

constexpr std::int64_t kPrincipalMinorMax = 100'000'000'000'000'000;

/// The annuity as a fraction of whole numbers, with as many digits as it takes. Over the common
/// denominator q_1 * ... * q_n, with q_k = b + a_k, the worth of payment k is b^k * q_k+1 * ... *
/// q_n.
std::int64_t payment_by_fractions(const Annuity& annuity, base::Rounding rounding) {
  using boost::multiprecision::cpp_int;
  const cpp_int b = annuity.rate_denominator;
  cpp_int grown = 1;      // q_1 * ... * q_k
  cpp_int flat = 1;       // b^k
  cpp_int worth_sum = 0;  // of the first k payments, over q_1 * ... * q_k
  for (const std::int64_t a : annuity.rate_numerators) {
    const cpp_int q = b + a;
    grown *= q;
    flat *= b;
    worth_sum = worth_sum * q + flat;
  }
  const cpp_int numerator = annuity.principal_minor * grown - annuity.balloon_minor * flat;
  const cpp_int quotient = numerator / worth_sum;
  const cpp_int twice_rest = 2 * (numerator % worth_sum);
  // All that rounding asks of the rest: none, below a half, a half, above it. In quarters.
  int quarters = 0;
  if (twice_rest != 0) quarters = 2 + twice_rest.compare(worth_sum);
  return base::narrow(base::div_round(
      4 * base::int128{quotient.convert_to<std::int64_t>()} + quarters, 4, rounding));
}

/// Bounds from below and above, in units of 2^-63. Both ends of every step are rounded outward, so
/// the truth is between them.
struct Bounds {
  std::uint64_t low;
  std::uint64_t high;
};
constexpr int kBits = 63;
constexpr std::uint64_t kOne = std::uint64_t{1} << kBits;

/// v = b / (b + a).
Bounds discount(std::int64_t numerator, std::int64_t denominator) {
  if (numerator == 0) return {kOne, kOne};
  const auto b = static_cast<std::uint64_t>(denominator);
  const auto q = b + static_cast<std::uint64_t>(numerator);
  const auto low = static_cast<std::uint64_t>((uint128{b} << kBits) / q);
  return {low, low + 1};
}

/// The worth of one unit at the end of each period, added up, and of one at the end of the last.
struct Worth {
  Bounds last{kOne, kOne};
  uint128 sum_low = 0;
  uint128 sum_high = 0;

  void add_period(Bounds v) {
    last.low = static_cast<std::uint64_t>((uint128{last.low} * v.low) >> kBits);
    last.high = static_cast<std::uint64_t>((uint128{last.high} * v.high + (kOne - 1)) >> kBits);
    sum_low += last.low;
    sum_high += last.high;
  }
};

/// The rounded payment if both bounds round to the same minor unit, so that the truth does too;
/// that fails only next to a tie, or for enormous principals. Each power is off by at most n + 1
/// units, so even 600 payments leave the quotient 13 sure digits.
std::optional<std::int64_t> payment_by_bounds(std::int64_t principal_minor,
                                              std::int64_t balloon_minor, const Worth& worth,
                                              base::Rounding rounding) {
  const base::int128 scaled = base::int128{principal_minor} << kBits;
  const base::int128 least = scaled - base::int128{balloon_minor} * worth.last.high;
  const base::int128 most = scaled - base::int128{balloon_minor} * worth.last.low;
  const auto sum_high = static_cast<base::int128>(worth.sum_high);
  const auto sum_low = static_cast<base::int128>(worth.sum_low);
  if (least < 0 || sum_low == 0) return std::nullopt;
  // One division serves both bounds, unless a whole minor unit lies between them.
  const base::int128 quotient = least / sum_high;
  const base::int128 rest_of_least = least - quotient * sum_high;
  const base::int128 rest_of_most = most - quotient * sum_low;
  if (rest_of_most >= sum_low) return std::nullopt;
  const bool low = rounds_up(quotient, rest_of_least, sum_high, rounding);
  const bool high = rounds_up(quotient, rest_of_most, sum_low, rounding);
  if (low != high) return std::nullopt;
  return base::narrow(quotient + (low ? 1 : 0));
}

void check(std::int64_t principal_minor, std::int64_t numerator, std::int64_t denominator) {
  CHECK(principal_minor >= 0 && principal_minor <= kPrincipalMinorMax, "principal {}",
        principal_minor);
  CHECK(numerator >= 0 && numerator <= denominator && denominator <= kRateDenominatorMax,
        "rate {} / {}", numerator, denominator);
}

}  // namespace

std::int64_t level_payment(std::int64_t principal_minor, PeriodicRate rate, int count,
                           base::Rounding rounding) {
  check(principal_minor, rate.numerator, rate.denominator);
  CHECK(count >= 1 && count <= kPaymentCountMax, "{} payments", count);
  if (rate.numerator == 0) return base::narrow(base::div_round(principal_minor, count, rounding));
  const Bounds v = discount(rate.numerator, rate.denominator);
  Worth worth;
  for (int k = 0; k < count; ++k) worth.add_period(v);
  if (const auto payment = payment_by_bounds(principal_minor, 0, worth, rounding)) return *payment;
  const std::vector<std::int64_t> numerators(static_cast<std::size_t>(count), rate.numerator);
  return payment_by_fractions({.principal_minor = principal_minor,
                               .rate_numerators = numerators,
                               .rate_denominator = rate.denominator},
                              rounding);
}

std::int64_t level_payment(const Annuity& annuity, base::Rounding rounding) {
  CHECK(annuity.balloon_minor >= 0 && annuity.balloon_minor <= annuity.principal_minor,
        "a balloon of {} in {}", annuity.balloon_minor, annuity.principal_minor);
  CHECK(!annuity.rate_numerators.empty() && annuity.rate_numerators.size() <= kPaymentCountMax,
        "{} payments", annuity.rate_numerators.size());
  Worth worth;
  Bounds v{};
  std::int64_t of = -1;  // the rate that v belongs to: most periods repeat it
  for (const std::int64_t numerator : annuity.rate_numerators) {
    if (numerator != of) {
      check(annuity.principal_minor, numerator, annuity.rate_denominator);
      v = discount(numerator, annuity.rate_denominator);
      of = numerator;
    }
    worth.add_period(v);
  }
  if (const auto payment =
          payment_by_bounds(annuity.principal_minor, annuity.balloon_minor, worth, rounding)) {
    return *payment;
  }
  return payment_by_fractions(annuity, rounding);
}

}  // namespace scheduling
