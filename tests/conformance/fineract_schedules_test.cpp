// Formats of fineract/schedules.json, schedules_multi_disbursement.json and emi_unit.json: terms,
// and the schedule they give before anything is paid. due_dates.json: dates from a first one.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "scheduling/interest_basis.h"
#include "tests/conformance/fineract_terms.h"

namespace tests::conformance {
namespace {

using nlohmann::json;

/// A scenario in which somebody paid belongs to the tests of allocation; a down payment that the
/// system takes itself is no payment.
bool has_payments(const json& scenario) {
  const json payments = scenario.at("terms").value("payments", json::array());
  return !payments.empty();
}

/// Interest factor of each part of a row, cut by disbursements inside it, in units of 10^-12. A
/// disbursement on the first day of the schedule makes a part of no days, as theirs.
std::vector<std::int64_t> rate_factors(const scheduling::Terms& terms, base::Day from,
                                       base::Day to) {
  const auto basis = scheduling::InterestBasis::make(terms, to).value();
  std::vector<base::Day> cuts = {from};
  bool starts_with_money = false;
  for (const scheduling::Disbursement& one : terms.disbursements) {
    starts_with_money |= one.date == from && from == terms.disbursed_on;
    if (one.date > cuts.back() && one.date < to) cuts.push_back(one.date);
  }
  if (starts_with_money) cuts.insert(cuts.begin(), from);
  cuts.push_back(to);
  std::vector<std::int64_t> factors;
  constexpr std::int64_t kDecimals = 1'000'000'000'000;
  for (std::size_t i = 1; i < cuts.size(); ++i) {
    factors.push_back(
        basis.interest_within(kDecimals, cuts[i - 1], cuts[i], from, to, base::Rounding::HalfEven));
  }
  return factors;
}

void expect_rate_factors(Case& one, const scheduling::Terms& terms, const json& scenario) {
  for (const json& row : scenario.at("schedule")) {
    if (!row.contains("rate_factors")) continue;
    const auto ours = rate_factors(terms, day_of(row.at("from")), day_of(row.at("due")));
    const json& theirs = row["rate_factors"];
    one.expect("rate factors", std::ssize(ours), std::ssize(theirs));
    for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
      // Theirs is the result of four steps of twelve digits, so its last digit may be off by one.
      one.expect_near(fmt::format("row {} rate factor {}", row.at("n").dump(), i + 1),
                      static_cast<double>(ours[i]), static_cast<double>(minor_of(theirs[i], 12)),
                      1.0);
    }
  }
}

TEST(Conformance, FineractSchedules) {
  for_each_oracle(
      [](const json& content) {
        return is_fineract_file(content) &&
               !std::ranges::any_of(content["scenarios"], has_payments);
      },
      [](const json& content, Report& report) {
        for (const json& scenario : content["scenarios"]) {
          const FineractTerms read = read_fineract_terms(scenario.at("terms"));
          if (!read.out_of_scope.empty()) {
            report.out_of_scope(read.out_of_scope);
            continue;
          }
          Case one(scenario.at("name").get<std::string>());
          const auto schedule = make_schedule(read.terms);
          if (schedule) {
            expect_rows(one, rows_of(*schedule, scenario.at("terms")), scenario);
            expect_rate_factors(one, read.terms, scenario);
          } else {
            one.expect("refused", static_cast<std::int64_t>(schedule.error()), -1);
          }
          report.add(one);
        }
      });
}

TEST(Conformance, FineractDueDates) {
  for_each_oracle(
      [](const json& content) {
        return has_keys(first_of(content, "cases"), {"first_due", "repay_every", "due_dates"});
      },
      [](const json& content, Report& report) {
        for (const json& vector : content["cases"]) {
          const std::string unit = vector.at("period_unit").get<std::string>();
          const scheduling::DueRule rule =
              scheduling::dues_from(day_of(vector.at("first_due")),
                                    {.count = vector.at("repay_every").get<int>(),
                                     .unit = unit == "DAYS"    ? scheduling::PeriodUnit::Day
                                             : unit == "WEEKS" ? scheduling::PeriodUnit::Week
                                                               : scheduling::PeriodUnit::Month});
          Case one(vector.at("name").get<std::string>());
          int number = 0;
          for (const json& due : vector.at("due_dates")) {
            ++number;
            one.expect(fmt::format("due {}", number),
                       base::to_string(scheduling::due_date(rule, number)), due.get<std::string>());
          }
          report.add(one);
        }
      });
}

}  // namespace
}  // namespace tests::conformance
