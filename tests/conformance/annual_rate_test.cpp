// Formats of quantlib/irr.json and of apr/*.json.
#include "scheduling/annual_rate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cctype>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "scheduling/rate_solver.h"
#include "scheduling/unit_period.h"
#include "tests/conformance/amounts.h"
#include "tests/conformance/calendars.h"
#include "tests/conformance/oracles.h"

namespace tests::conformance {
namespace {

using nlohmann::json;
using Wide = boost::multiprecision::cpp_bin_float_50;
using scheduling::CashFlow;
using scheduling::Period;
using scheduling::PeriodUnit;

std::string text(const json& value, const char* key) { return value[key].get<std::string>(); }

/// [["2026-06-18", "100.00"], ...]
std::vector<CashFlow> dated_flows(const json& flows) {
  std::vector<CashFlow> dated;
  for (const json& flow : flows) {
    dated.push_back({day_of(flow[0].get<std::string>()), hundredths(flow[1].get<std::string>())});
  }
  return dated;
}

/// The first figure in a text such as "13 (12.96 with two decimals)", as written.
std::string first_figure(const std::string& published) {
  return published.substr(0, published.find(' '));
}

int decimals_of(const std::string& figure) {
  const std::size_t point = figure.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(figure.size() - point - 1);
}

/// Ours rounded as the published figure is.
void expect_published(Case& one, std::optional<double> ours, const std::string& published) {
  const std::string figure = first_figure(published);
  one.expect("published_apr_percent",
             ours ? scheduling::disclosed(*ours, decimals_of(figure)) : "no solution", figure);
}

bool first_flow_has(const json& content, std::size_t size) {
  const json& example = first_of(content, "examples");
  return has_keys(example, {"name", "flows"}) && !example["flows"].empty() &&
         example["flows"].front().size() == size;
}

/// How far `rate` (a fraction) is from the root of the flows, by a step of Newton's method with 50
/// digits.
double distance_to_root(const std::vector<CashFlow>& flows, const Wide& rate) {
  Wide worth = 0, slope = 0;
  for (const CashFlow& flow : flows) {
    const Wide years = Wide(base::days_between(flows.front().date, flow.date)) / 365;
    const Wide discounted = flow.amount_minor * exp(-years * log(1 + rate));
    worth += discounted;
    slope -= years * discounted / (1 + rate);
  }
  return static_cast<double>(abs(worth / slope));
}

/// Some of QuantLib's figures are up to 7e-8 from the root that they stand for: its solver stopped
/// early. Ours may then differ from them, but has to be the root.
bool theirs_is_off_and_ours_is_not(const json& vector, const std::vector<CashFlow>& flows,
                                   double ours, double tolerance) {
  const Wide monthly = 1 + Wide(vector["nominal_monthly"].get<double>()) / 12;
  const double theirs_off =
      std::max(distance_to_root(flows, vector["effective_annual"].get<double>()),
               distance_to_root(flows, pow(monthly, 12) - 1));
  return theirs_off > tolerance && theirs_off < 1e-6 && distance_to_root(flows, ours) < 1e-12;
}

void check_irr(const json& vector, Report& report) {
  constexpr double kTolerance = 1e-8;  // the file's own
  const std::vector<CashFlow> flows = dated_flows(vector["flows"]);
  Case one(text(vector, "kind") + " " + base::to_string(flows.front().date) + " " +
           vector["flows"][0][1].get<std::string>());
  const std::optional<double> effective = scheduling::act365_rate(flows);
  const double ours = effective.value_or(NAN);
  one.expect_near("effective_annual", ours / 100, vector["effective_annual"].get<double>(),
                  kTolerance);
  one.expect_near("nominal_monthly", scheduling::nominal_from_effective(ours, 12) / 100,
                  vector["nominal_monthly"].get<double>(), kTolerance);
  if (effective && theirs_is_off_and_ours_is_not(vector, flows, ours / 100, kTolerance / 2)) {
    one.differs_by_choice("theirs is off the root, ours is the root (50 digits)");
  }
  report.add(one);
}

TEST(Conformance, InternalRatesOfReturn) {
  for_each_oracle(
      [](const json& content) {
        return has_keys(first_of(content, "vectors"), {"flows", "effective_annual"});
      },
      [](const json& content, Report& report) {
        for (const json& vector : content["vectors"]) check_irr(vector, report);
      });
}

/// [months, days, days of the year, amount], positive = received.
std::vector<scheduling::RateTerm> timed_flows(const json& flows) {
  std::vector<scheduling::RateTerm> terms;
  for (const json& flow : flows) {
    terms.push_back({static_cast<double>(hundredths(flow[3].get<std::string>())),
                     flow[0].get<double>() / 12 + flow[1].get<double>() / flow[2].get<double>()});
  }
  std::ranges::stable_sort(terms, {}, &scheduling::RateTerm::time);
  return terms;
}

void check_effective(const json& example, Report& report) {
  Case one(text(example, "name"));
  std::optional<double> percent = scheduling::solve_rate(timed_flows(example["flows"]));
  if (percent) *percent *= 100;
  if (example.contains("published_x_percent")) {
    one.expect_near("published_x_percent", percent.value_or(NAN),
                    std::stod(text(example, "published_x_percent")),
                    std::stod(text(example, "tolerance_percent")));
  }
  if (example.contains("published_apr_percent")) {
    expect_published(one, percent, text(example, "published_apr_percent"));
  }
  report.add(one);
}

// The European Union's and the United Kingdom's.
TEST(Conformance, EffectiveAnnualPercentageRates) {
  for_each_oracle([](const json& content) { return first_flow_has(content, 4); },
                  [](const json& content, Report& report) {
                    for (const json& example : content["examples"]) {
                      check_effective(example, report);
                    }
                  });
}

/// "month", "2 months", "half month", "2 weeks", "day"
Period unit_named(const std::string& name) {
  const std::size_t space = name.find(' ');
  const bool has_count = std::isdigit(static_cast<unsigned char>(name.front())) != 0;
  const int count = has_count ? std::stoi(name) : 1;
  const std::string unit = has_count ? name.substr(space + 1) : name;
  if (unit.starts_with("half month") || unit.starts_with("semimonth")) {
    return {count, PeriodUnit::HalfMonth};
  }
  if (unit.starts_with("day")) return {count, PeriodUnit::Day};
  if (unit.starts_with("week")) return {count, PeriodUnit::Week};
  if (unit.starts_with("month")) return {count, PeriodUnit::Month};
  if (unit.starts_with("quarter")) return {3 * count, PeriodUnit::Month};
  if (unit.starts_with("year")) return {12 * count, PeriodUnit::Month};
  throw std::runtime_error("no unit period: " + name);
}

std::string shown(const Period& period) {
  return std::to_string(period.count) + " x " + std::to_string(static_cast<int>(period.unit));
}

void check_reg_z(const json& example, Report& report) {
  Case one(text(example, "name"));
  const Period unit = unit_named(text(example["terms"], "unit_period"));
  const std::vector<CashFlow> flows = dated_flows(example["flows"]);
  expect_published(one, scheduling::reg_z_rate(flows, unit),
                   text(example, "published_apr_percent"));

  // The unit period and each time, found from the dates alone.
  std::vector<base::Day> payments;
  for (const CashFlow& flow : flows) {
    if (flow.amount_minor < 0) payments.push_back(flow.date);
  }
  const base::Day start = flows.front().date;
  if (payments.size() > 1) {
    one.expect("unit_period", shown(scheduling::most_common_period(start, payments)), shown(unit));
  }
  one.expect_near("unit_periods_per_year", scheduling::unit_periods_a_year(unit),
                  example["terms"]["unit_periods_per_year"].get<double>(), 1e-12);
  const json times = example.value("unit_period_times", json::array());
  for (std::size_t k = 0; k < times.size() && k < payments.size(); ++k) {
    const scheduling::UnitPeriods time = scheduling::unit_periods_between(start, payments[k], unit);
    one.expect_near("unit_period_times[" + std::to_string(k) + "]", time.whole + time.fraction,
                    times[k][0].get<double>() + times[k][1].get<double>(), 1e-12);
  }
  report.add(one);
}

TEST(Conformance, RegulationZ) {
  for_each_oracle(
      [](const json& content) {
        return first_flow_has(content, 2) &&
               has_keys(content["examples"].front()["terms"], {"unit_period"});
      },
      [](const json& content, Report& report) {
        for (const json& example : content["examples"]) check_reg_z(example, report);
      });
}

/// A day from which so many days are not a whole number of months: these would count as twelfths.
base::Day start_of_days(int days) {
  base::Day start = base::make_day(2026, 1, 1);
  while (scheduling::unit_periods_between(start, base::plus_days(start, days), {}).fraction == 0) {
    start = base::plus_days(start, 1);
  }
  return start;
}

void check_single_payment(const json& example, Report& report) {
  Case one(text(example, "name"));
  // A million, so that the charge is a whole number whatever decimals the percentage has.
  constexpr std::int64_t kAmount = 1'000'000;
  const auto charge = static_cast<std::int64_t>(std::llround(
      std::stod(text(example["terms"], "finance_charge_percent_of_amount")) * kAmount / 100));
  const int days = example["terms"]["term_days"].get<int>();
  const base::Day start = start_of_days(days);
  const std::vector<CashFlow> flows = {{start, kAmount},
                                       {base::plus_days(start, days), -kAmount - charge}};
  expect_published(one, scheduling::reg_z_rate(flows, {days, PeriodUnit::Day}),
                   text(example, "published_apr_percent"));
  report.add(one);
}

TEST(Conformance, SinglePaymentsWithinAYear) {
  for_each_oracle(
      [](const json& content) {
        const json& example = first_of(content, "examples");
        return has_keys(example, {"terms"}) &&
               has_keys(example["terms"], {"finance_charge_percent_of_amount", "term_days"});
      },
      [](const json& content, Report& report) {
        for (const json& example : content["examples"]) check_single_payment(example, report);
      });
}

}  // namespace
}  // namespace tests::conformance
