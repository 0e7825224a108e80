#include "scheduling/level_payment.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/multiprecision/cpp_int.hpp>

#include "base/check.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Rounding;
using boost::multiprecision::cpp_int;

/// Is `payment` the rounding of P / (v + ... + v^n)? Over the common denominator q^n, with v = b /
/// q: |payment - P * q^n / S| against a half, as whole numbers.
bool is_half_up(std::int64_t payment, std::int64_t principal, PeriodicRate rate, int count) {
  const cpp_int b = rate.denominator;
  const cpp_int q = b + rate.numerator;
  cpp_int sum = 0;
  cpp_int power = 1;  // b^k
  for (int k = 1; k <= count; ++k) {
    power *= b;
    sum += power * boost::multiprecision::pow(q, static_cast<unsigned>(count - k));
  }
  const cpp_int exact = principal * boost::multiprecision::pow(q, static_cast<unsigned>(count));
  const cpp_int twice_off = 2 * (payment * sum - exact);
  return twice_off <= sum && twice_off > -sum;
}

TEST(LevelPayment, IsTheExactAnnuityRoundedOnce) {
  tests::property("half up", [] {
    const std::int64_t principal =
        *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 1'000'000),
                        rc::gen::inRange<std::int64_t>(0, 100'000'000'000'000'001));
    const int count = *rc::gen::inRange(1, 61);
    const std::int64_t denominator = *rc::gen::element<std::int64_t>(
        100, 100'000'000, 1'200'000'000, 36'500'000'000, 100'000'000'000'000);
    const std::int64_t numerator = *rc::gen::oneOf(
        rc::gen::inRange<std::int64_t>(0, 100), rc::gen::inRange<std::int64_t>(0, denominator + 1));
    const PeriodicRate rate{std::min(numerator, denominator), denominator};
    RC_ASSERT(is_half_up(level_payment(principal, rate, count, Rounding::HalfUp), principal, rate,
                         count));
  });
}

/// The same question of the general case: |payment - (P * q_1...q_n - B * b^n) / S| against a half.
bool is_half_up(std::int64_t payment, const Annuity& annuity) {
  const cpp_int b = annuity.rate_denominator;
  cpp_int grown = 1;
  cpp_int flat = 1;
  cpp_int sum = 0;
  for (const std::int64_t a : annuity.rate_numerators) {
    grown *= b + a;
    flat *= b;
    sum = sum * (b + a) + flat;
  }
  const cpp_int exact = annuity.principal_minor * grown - annuity.balloon_minor * flat;
  const cpp_int twice_off = 2 * (payment * sum - exact);
  return twice_off <= sum && twice_off > -sum;
}

TEST(LevelPayment, IsExactForRatesThatDifferAndABalloon) {
  tests::property("half up", [] {
    const std::int64_t denominator =
        *rc::gen::element<std::int64_t>(100, 13'359'000'000'000, kRateDenominatorMax);
    std::vector<std::int64_t> rates;
    for (int left = *rc::gen::inRange(1, 61); left > 0; --left) {
      rates.push_back(*rc::gen::inRange<std::int64_t>(0, denominator / 10));
    }
    const std::int64_t principal =
        *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 1'000'000),
                        rc::gen::inRange<std::int64_t>(0, 100'000'000'000'000'001));
    const Annuity annuity{.principal_minor = principal,
                          .balloon_minor = *rc::gen::inRange<std::int64_t>(0, principal + 1),
                          .rate_numerators = rates,
                          .rate_denominator = denominator};
    RC_ASSERT(is_half_up(level_payment(annuity, Rounding::HalfUp), annuity));
  });
}

// The most payments there may be, at the ends of what a rate may be and for the largest principal.
TEST(LevelPayment, IsExactForSixHundredPayments) {
  for (const std::int64_t denominator : {std::int64_t{1'200}, kRateDenominatorMax}) {
    for (const std::int64_t numerator : {std::int64_t{1}, denominator / 100, denominator}) {
      const std::vector<std::int64_t> rates(kPaymentCountMax, numerator);
      for (const std::int64_t principal : {std::int64_t{12'000'00}, 100'000'000'000'000'000}) {
        const Annuity annuity{.principal_minor = principal,
                              .rate_numerators = rates,
                              .rate_denominator = denominator};
        const std::int64_t payment = level_payment(annuity, Rounding::HalfUp);
        EXPECT_TRUE(is_half_up(payment, annuity)) << numerator << " / " << denominator;
        EXPECT_EQ(payment, level_payment(principal, {numerator, denominator}, kPaymentCountMax,
                                         Rounding::HalfUp));
      }
    }
  }
}

// One payment of 0.50 at 1 % is 0.505: a tie that no bound from both sides can decide.
TEST(LevelPayment, DecidesTiesExactly) {
  const PeriodicRate percent{1, 100};
  EXPECT_EQ(level_payment(50, percent, 1, Rounding::HalfUp), 51);
  EXPECT_EQ(level_payment(50, percent, 1, Rounding::HalfEven), 50);
  EXPECT_EQ(level_payment(150, percent, 1, Rounding::HalfEven), 152);
  EXPECT_EQ(level_payment(50, percent, 1, Rounding::Down), 50);
  EXPECT_EQ(level_payment(50, percent, 1, Rounding::Up), 51);
  // A whole number stays what it is in every mode: 3.00 at 100 % in 2 is 3.00 / (1/2 + 1/4).
  for (Rounding mode : {Rounding::Down, Rounding::Up, Rounding::HalfUp, Rounding::HalfEven,
                        Rounding::Ceiling, Rounding::Floor}) {
    EXPECT_EQ(level_payment(100, percent, 1, mode), 101);
    EXPECT_EQ(level_payment(300, {1, 1}, 2, mode), 400);
  }
}

TEST(LevelPayment, AtTheEdges) {
  EXPECT_EQ(level_payment(0, {1, 100}, 12, Rounding::HalfUp), 0);
  EXPECT_EQ(level_payment(1'000'00, {0, 1}, 6, Rounding::HalfUp), 166'67);
  EXPECT_THROW(level_payment(-1, {1, 100}, 12, Rounding::HalfUp), base::CheckFailure);
  EXPECT_THROW(level_payment(1, {1, 100}, 0, Rounding::HalfUp), base::CheckFailure);
  EXPECT_THROW(level_payment(1, {1, 100}, 601, Rounding::HalfUp), base::CheckFailure);
  EXPECT_THROW(level_payment(1, {2, 1}, 1, Rounding::HalfUp), base::CheckFailure);
}

}  // namespace
}  // namespace scheduling
