#include "scheduling/rate_solver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/support/property.h"

namespace scheduling {
namespace {

using Terms = std::vector<RateTerm>;

double worth(const Terms& terms, double x) {
  double sum = 0;
  for (const RateTerm& t : terms) {
    sum += t.amount / ((1 + t.fraction * x) * std::pow(1 + x, t.time));
  }
  return sum;
}

double size(const Terms& terms, double x) {
  double sum = 0;
  for (const RateTerm& t : terms) {
    sum += std::abs(t.amount) / ((1 + t.fraction * x) * std::pow(1 + x, t.time));
  }
  return sum;
}

TEST(SolveRate, OfOnePaymentIsItsGrowth) {
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-121, 2}}).value(), 0.1, 1e-12);
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-81, 2}}).value(), -0.1, 1e-12);
  EXPECT_EQ(solve_rate(Terms{{100, 0}, {-100, 3}}), 0);
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-110, 0, 0.5}}).value(), 0.2, 1e-12);
  // Half a period simple, then one compounded: 1.05 * 1.1.
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-115.5, 1, 0.5}}).value(), 0.1, 1e-12);
}

TEST(SolveRate, IsAbsentWithoutASolution) {
  EXPECT_FALSE(solve_rate(Terms{}));
  EXPECT_FALSE(solve_rate(Terms{{100, 0}}));
  EXPECT_FALSE(solve_rate(Terms{{100, 0}, {50, 1}}));
  EXPECT_FALSE(solve_rate(Terms{{-100, 0}, {-50, 1}}));
  EXPECT_FALSE(solve_rate(Terms{{100, 0}, {-100, 0}, {-5, 1}}));  // nothing is financed
  EXPECT_FALSE(solve_rate(Terms{{100, 0}, {-110, 0}}));           // for no time
  EXPECT_FALSE(solve_rate(Terms{{0, 0}, {0, 1}}));
  // 5 - 10 v + 6 v^2 is above 0 for every v.
  EXPECT_FALSE(solve_rate(Terms{{5, 0}, {-10, 1}, {6, 2}}));
}

TEST(SolveRate, IsAbsentBeyondItsBounds) {
  EXPECT_NEAR(solve_rate(Terms{{1, 0}, {-1e6, 1}}).value(), 1e6 - 1, 1e-4);
  EXPECT_FALSE(solve_rate(Terms{{1, 0}, {-2e6, 1}}));
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-1.5, 1}}).value(), -0.985, 1e-12);
  EXPECT_FALSE(solve_rate(Terms{{100, 0}, {-0.5, 1}}));
  EXPECT_FALSE(solve_rate(Terms{{100, 0}, {-200, 1 / 365.0}}));
  EXPECT_FALSE(solve_rate(Terms{{100, 0}, {100, 1}, {-1e-300, 2}}));
}

TEST(SolveRate, DoesNotOverflowFarInTime) {
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-1e-300, 4000}}).value(),
              std::expm1(-302 * std::log(10) / 4000), 1e-12);
  EXPECT_NEAR(solve_rate(Terms{{1e-300, 0}, {-100, 4000}}).value(),
              std::expm1(302 * std::log(10) / 4000), 1e-12);
  EXPECT_FALSE(solve_rate(Terms{{1e-300, 0}, {-100, 40}}));
}

// 100 - 230 v + 132 v^2 has the roots 10 % and 20 %; 100 - 130 v + 42 v^2 has -40 % and -30 %.
TEST(SolveRate, TakesTheRootNearestToZero) {
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-230, 1}, {132, 2}}).value(), 0.1, 1e-9);
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-130, 1}, {42, 2}}).value(), -0.3, 1e-9);
  // -60 + 110 v - 30 v^2 - 20 v^3: v = 1, so a rate of 0, among others.
  EXPECT_EQ(solve_rate(Terms{{-60, 0}, {110, 1}, {-30, 2}, {-20, 3}}), 0);
}

/// Advances first, then payments; a rate between about -60 % and +900 %.
Terms any_loan() {
  Terms terms;
  double time = 0;
  const int advances = *rc::gen::inRange(1, 3);
  const int payments = *rc::gen::inRange(1, 40);
  for (int k = 0; k < advances; ++k) {
    terms.push_back({static_cast<double>(*rc::gen::inRange(1'00, 10'000'00)), time, 0});
    time += *rc::gen::inRange(0, 40) / 30.0;
  }
  const double fraction = *rc::gen::inRange(0, 30) / 30.0;
  time += 0.1;
  for (int k = 0; k < payments; ++k) {
    terms.push_back({-static_cast<double>(*rc::gen::inRange(1'00, 2'000'00)), time, fraction});
    time += *rc::gen::inRange(1, 60) / 30.0;
  }
  return terms;
}

TEST(SolveRate, MakesTheWorthNothing) {
  tests::property("worth(root) = 0, and the sign changes there", [] {
    const Terms terms = any_loan();
    const std::optional<double> x = solve_rate(terms);
    if (!x) {
      // Then the worth has one sign at both bounds.
      RC_ASSERT(worth(terms, kRateLowest) * worth(terms, 1000.0) > 0 ||
                worth(terms, kRateHighest) < 0);
      return;
    }
    RC_ASSERT(*x >= kRateLowest && *x <= kRateHighest);
    RC_ASSERT(std::abs(worth(terms, *x)) <= 1e-10 * size(terms, *x));
    const double step = 1e-9 * (1 + *x);
    RC_ASSERT(worth(terms, *x - step) < 0);
    RC_ASSERT(worth(terms, *x + step) > 0);
  });
}

// A plain bisection, as the definition of the right answer.
TEST(SolveRate, AgreesWithBisection) {
  tests::property("Newton = bisection", [] {
    const Terms terms = any_loan();
    double low = kRateLowest, high = 100;
    RC_PRE(worth(terms, low) < 0 && worth(terms, high) > 0);
    while (high - low > 1e-13 * (1 + std::abs(low))) {
      const double middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) break;
      (worth(terms, middle) < 0 ? low : high) = middle;
    }
    RC_ASSERT(std::abs(solve_rate(terms).value() - low) <= 1e-10 * (1 + std::abs(low)));
  });
}

TEST(SolveRate, AGuessChangesNothing) {
  tests::property("the same root from anywhere", [] {
    const Terms terms = any_loan();
    const std::optional<double> expected = solve_rate(terms);
    const double guess = *rc::gen::inRange(-1'500, 20'000) / 1000.0;
    const std::optional<double> found = solve_rate(terms, guess);
    RC_ASSERT(found.has_value() == expected.has_value());
    if (found) RC_ASSERT(std::abs(*found - *expected) <= 1e-12 * (1 + *expected));
  });
  EXPECT_EQ(solve_rate(Terms{{100, 0}, {-50, 1}, {-50, 2}}, 0), 0);
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-50, 1}, {-50, 2}}, 0.3).value(), 0, 1e-12);
  EXPECT_NEAR(solve_rate(Terms{{100, 0}, {-230, 1}, {132, 2}}, 0.21).value(), 0.1, 1e-9);
}

TEST(SolveRate, RisesWithTheCost) {
  tests::property("a dearer loan has a higher rate", [] {
    Terms terms = any_loan();
    const std::optional<double> before = solve_rate(terms);
    RC_PRE(before.has_value());
    // The first payment: a cent in a far one may be worth less than the last digit of the rate.
    const auto paid = std::ranges::find_if(terms, [](const RateTerm& t) { return t.amount < 0; });
    paid->amount -= *rc::gen::inRange(1, 100'00);
    const std::optional<double> after = solve_rate(terms);
    RC_PRE(after.has_value());
    RC_ASSERT(*after > *before);
  });
}

}  // namespace
}  // namespace scheduling
