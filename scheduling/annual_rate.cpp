#include "scheduling/annual_rate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"

namespace scheduling {
namespace {

struct Flow {
  double amount;
  double time;          // compounds: (1 + x)^time
  double fraction = 0;  // is simple: 1 + fraction * x
};

constexpr double kLowest = -0.99;
constexpr double kHighest = 10;
constexpr double kWidth = 1e-12;

/// The rate at which the flows are worth `financed`, by bisection: the worth falls as x grows.
std::optional<double> solve(double financed, const std::vector<Flow>& flows) {
  const auto excess = [&](double x) {
    const double force = std::log1p(x);
    double worth = -financed;
    for (const Flow& flow : flows) {
      worth += flow.amount * std::exp(-flow.time * force) / (1 + flow.fraction * x);
    }
    return worth;
  };
  // Where nothing is financed for any time, every rate or none is right; both are no answer.
  if (std::ranges::all_of(flows, [](const Flow& f) { return f.time == 0 && f.fraction == 0; })) {
    return std::nullopt;
  }
  double low = kLowest;
  double high = kHighest;
  if (!(excess(low) >= 0) || !(excess(high) <= 0)) return std::nullopt;
  while (high - low > kWidth) {
    const double middle = low + (high - low) / 2;
    (excess(middle) > 0 ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

/// Whole steps from `from` to `to`, counted back from `to`, and the days before them.
struct Interval {
  int steps = 0;
  int days = 0;
  base::Day odd_end;  // where the days before the whole steps end
};

base::Day back(base::Day to, Period every, int steps) {
  const int count = steps * every.count;
  switch (every.unit) {
    case PeriodUnit::Day:
      return base::plus_days(to, -count);
    case PeriodUnit::Week:
      return base::plus_days(to, -7 * count);
    case PeriodUnit::HalfMonth:
      // An odd half month is 15 days (Appendix J (b)(5)).
      return base::plus_days(base::add_months(to, -(count / 2)), -15 * (count % 2));
    case PeriodUnit::Month:
      return base::add_months(to, -count);
  }
  return to;
}

Interval count_back(base::Day from, base::Day to, Period every) {
  int steps = 0;
  while (back(to, every, steps + 1) >= from) ++steps;
  const base::Day odd_end = back(to, every, steps);
  return {steps, base::days_between(from, odd_end), odd_end};
}

double periods_a_year(Period every) {
  switch (every.unit) {
    case PeriodUnit::Day:
      return 365.0 / every.count;
    case PeriodUnit::Week:
      return 52.0 / every.count;
    case PeriodUnit::HalfMonth:
      return 24.0 / every.count;
    case PeriodUnit::Month:
      return 12.0 / every.count;
  }
  return 1;
}

double days_a_period(Period every) {
  switch (every.unit) {
    case PeriodUnit::Day:
      return every.count;
    case PeriodUnit::Week:
      return 7.0 * every.count;
    case PeriodUnit::HalfMonth:
      return 15.0 * every.count;
    case PeriodUnit::Month:
      return 30.0 * every.count;
  }
  return 1;
}

double eu_years(base::Day from, base::Day to, Period every) {
  const bool weekly = every.unit == PeriodUnit::Week;
  const Period unit{1, weekly ? PeriodUnit::Week : PeriodUnit::Month};
  if (every.unit == PeriodUnit::Day) {
    const Interval years = count_back(from, to, {12, PeriodUnit::Month});
    const int year_days = base::days_between(base::add_months(years.odd_end, -12), years.odd_end);
    return years.steps + static_cast<double>(years.days) / year_days;
  }
  const Interval whole = count_back(from, to, unit);
  const int year_days = base::days_between(base::add_months(whole.odd_end, -12), whole.odd_end);
  return whole.steps / (weekly ? 52.0 : 12.0) + static_cast<double>(whole.days) / year_days;
}

double amount_of(const Installment& i) { return static_cast<double>(i.total_minor()); }

std::optional<double> reg_z_rate(const Schedule& schedule, Period every, double financed) {
  const base::Day start = schedule.disbursed_on;
  const base::Day first_due = schedule.installments.front().due;
  if (schedule.installments.size() == 1 && first_due <= base::add_months(start, 12)) {
    const Interval months = count_back(start, first_due, {1, PeriodUnit::Month});
    const int days = base::days_between(start, first_due);
    if (days == 0) return std::nullopt;
    const double terms_a_year = months.days == 0 ? 12.0 / months.steps : 365.0 / days;
    return (amount_of(schedule.installments[0]) / financed - 1) * terms_a_year;
  }
  const Interval odd = count_back(start, first_due, every);
  const double fraction = odd.days / days_a_period(every);
  std::vector<Flow> flows;
  double time = odd.steps;
  for (const Installment& i : schedule.installments) {
    flows.push_back({amount_of(i), time, fraction});
    time += 1;
  }
  const std::optional<double> rate = solve(financed, flows);
  return rate ? std::optional(*rate * periods_a_year(every)) : std::nullopt;
}

std::optional<double> percent(std::optional<double> rate) {
  return rate ? std::optional(*rate * 100) : std::nullopt;
}

}  // namespace

AnnualRates annual_rates(const Schedule& schedule, Period every) {
  CHECK(!schedule.installments.empty(), "a schedule without installments");
  const auto financed = static_cast<double>(schedule.principal_minor());
  std::vector<Flow> regular, eu, actual;
  for (const Installment& i : schedule.installments) {
    const double amount = amount_of(i);
    regular.push_back({amount, static_cast<double>(i.number)});
    eu.push_back({amount, eu_years(schedule.disbursed_on, i.due, every)});
    actual.push_back({amount, base::days_between(schedule.disbursed_on, i.due) / 365.0});
  }
  AnnualRates rates;
  if (const std::optional<double> periodic = solve(financed, regular)) {
    rates.nominal = percent(*periodic * periods_a_year(every));
    rates.irr_effective = percent(std::pow(1 + *periodic, periods_a_year(every)) - 1);
  }
  rates.reg_z = percent(reg_z_rate(schedule, every, financed));
  rates.eu = percent(solve(financed, eu));
  rates.act365_effective = percent(solve(financed, actual));
  return rates;
}

}  // namespace scheduling
