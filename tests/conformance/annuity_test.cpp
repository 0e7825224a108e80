// Format of quantlib/annuities.json: level payments in floating point, unrounded.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/rate.h"
#include "scheduling/annual_rate.h"
#include "scheduling/level_payment.h"
#include "tests/conformance/amounts.h"
#include "tests/conformance/oracles.h"

namespace tests::conformance {
namespace {

using nlohmann::json;
using scheduling::PeriodicRate;

constexpr double kTolerance = 1e-9;  // relative, the file's own

/// Our payment is a whole number of units, so it is asked for a principal of so many units that
/// their rounding is far below the tolerance.
struct Scaled {
  std::int64_t principal;
  double units;  // of 1.00
};

Scaled scaled(const std::string& principal) {
  constexpr std::int64_t kPrincipalMax = 100'000'000'000'000'000;  // what level_payment takes
  Scaled result{hundredths(principal), 100};
  while (result.principal <= kPrincipalMax / 10) {
    result.principal *= 10;
    result.units *= 10;
  }
  return result;
}

PeriodicRate periodic_rate(const json& vector) {
  const auto percent = vector["annual_rate_percent"].get<std::string>();
  const base::Rate rate = base::parse_percent(percent, base::RateBasis::PerYear365).value();
  return {rate.e8, base::kRateScale * vector["periods_per_year"].get<std::int64_t>()};
}

void expect_relative(Case& one, const json& vector, const char* field, double ours) {
  const double theirs = vector[field].get<double>();
  one.expect_near(field, ours, theirs, kTolerance * std::abs(theirs));
}

void check_annuity(const json& vector, Report& report) {
  const Scaled loan = scaled(vector["principal"].get<std::string>());
  const PeriodicRate rate = periodic_rate(vector);
  const int count = vector["periods"].get<int>();
  Case one(vector["principal"].get<std::string>() + " at " +
           vector["annual_rate_percent"].get<std::string>() + " in " + std::to_string(count));
  const auto level = [&](int payments) {
    return level_payment(loan.principal, rate, payments, base::Rounding::HalfEven);
  };
  const double payment = static_cast<double>(level(count)) / loan.units;
  expect_relative(one, vector, "payment", payment);

  // In advance the first payment is at once: a first period without interest.
  std::vector<std::int64_t> rates(static_cast<std::size_t>(count), rate.numerator);
  rates.front() = 0;
  const std::int64_t in_advance =
      level_payment(scheduling::Annuity{.principal_minor = loan.principal,
                                        .rate_numerators = rates,
                                        .rate_denominator = rate.denominator},
                    base::Rounding::HalfEven);
  expect_relative(one, vector, "payment_in_advance", static_cast<double>(in_advance) / loan.units);

  // What is owed after some payments is what the others pay off.
  const double rest =
      static_cast<double>(level(count)) / static_cast<double>(level(count - count / 2));
  expect_relative(one, vector, "balance_after_half",
                  static_cast<double>(loan.principal) / loan.units * rest);

  // n payments less the principal, subtracted before anything is rounded to a double.
  const auto interest = base::int128{level(count)} * count - loan.principal;
  expect_relative(one, vector, "total_interest", static_cast<double>(interest) / loan.units);

  const double nominal = std::stod(vector["annual_rate_percent"].get<std::string>());
  expect_relative(
      one, vector, "effective_annual_rate",
      scheduling::effective_from_nominal(nominal, vector["periods_per_year"].get<double>()) / 100);
  report.add(one);
}

TEST(Conformance, Annuities) {
  for_each_oracle(
      [](const json& content) {
        return has_keys(first_of(content, "vectors"),
                        {"principal", "annual_rate_percent", "periods_per_year", "periods",
                         "payment", "payment_in_advance", "balance_after_half"});
      },
      [](const json& content, Report& report) {
        for (const json& vector : content["vectors"]) check_annuity(vector, report);
      });
}

}  // namespace
}  // namespace tests::conformance
