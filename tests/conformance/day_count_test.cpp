// Format of quantlib/daycount.json: pairs of dates with days and part of a year by convention.
#include "scheduling/day_count.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/conformance/oracles.h"

namespace tests::conformance {
namespace {

using scheduling::DayCount;

/// Their name for a convention that is ours too.
std::optional<DayCount> convention_named(const std::string& name) {
  if (name == "ACT/ACT ISDA") return DayCount::ActActIsda;
  if (name == "30/360 US") return DayCount::Thirty360Us;
  if (name == "30/360 BondBasis") return DayCount::Thirty360BondBasis;
  if (name == "30E/360 ISDA") return DayCount::ThirtyE360Isda;
  return scheduling::find_day_count(name);
}

/// Each is a sum of quotients of small whole numbers: the only room is for the rounding of a
/// double, and for one quotient (not ACT/ACT, a sum of up to three) not even that.
double tolerance_of(DayCount convention, double fraction) {
  return convention == DayCount::ActActIsda ? 4e-16 * (2 + std::abs(fraction)) : 0;
}

void check_pair(const nlohmann::json& vector, Report& report) {
  const auto from = base::parse_day(vector["d1"].get<std::string>());
  const auto to = base::parse_day(vector["d2"].get<std::string>());
  ASSERT_TRUE(from && to) << vector.dump();
  for (const auto& [name, days] : vector["days"].items()) {
    const std::optional<DayCount> convention = convention_named(name);
    if (!convention) {
      report.out_of_scope(name);
      continue;
    }
    Case one(vector["d1"].get<std::string>() + " " + vector["d2"].get<std::string>() + " " + name);
    one.expect("days", std::int64_t{days_counted(*convention, *from, *to)},
               days.get<std::int64_t>());
    const scheduling::YearFraction ours = year_fraction(*convention, *from, *to);
    const double theirs = vector["fraction"][name].get<double>();
    one.expect_near("fraction",
                    static_cast<double>(ours.numerator) / static_cast<double>(ours.denominator),
                    theirs, tolerance_of(*convention, theirs));
    report.add(one);
  }
}

// A case is a pair of dates under one convention.
TEST(Conformance, DayCounts) {
  for_each_oracle(
      [](const nlohmann::json& content) {
        return has_keys(first_of(content, "vectors"), {"d1", "d2", "days", "fraction"});
      },
      [](const nlohmann::json& content, Report& report) {
        for (const nlohmann::json& vector : content["vectors"]) check_pair(vector, report);
      });
}

}  // namespace
}  // namespace tests::conformance
