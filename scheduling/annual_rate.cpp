#include "scheduling/annual_rate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.h"
#include "scheduling/due_date_walk.h"
#include "scheduling/rate_solver.h"
#include "scheduling/unit_period.h"

namespace scheduling {
namespace {

constexpr Period kYear{12, PeriodUnit::Month};
constexpr double kDaysOfUkYear = 365.25;

/// One sum a day, ascending, without the days whose flows cancel out.
std::vector<CashFlow> by_day(std::span<const CashFlow> flows) {
  std::vector<CashFlow> days(flows.begin(), flows.end());
  if (!std::ranges::is_sorted(days, {}, &CashFlow::date)) {
    std::ranges::sort(days, {}, &CashFlow::date);
  }
  std::size_t last = 0;
  for (std::size_t i = 1; i < days.size(); ++i) {
    if (days[i].date == days[last].date) {
      days[last].amount_minor += days[i].amount_minor;
    } else {
      days[++last] = days[i];
    }
  }
  if (!days.empty()) days.resize(last + 1);
  std::erase_if(days, [](const CashFlow& flow) { return flow.amount_minor == 0; });
  return days;
}

RateTerm term_of(const CashFlow& flow, double time, double fraction = 0) {
  return {static_cast<double>(flow.amount_minor), time, fraction};
}

/// Payments at whole steps from the first one. Asked in ascending order.
class PaymentGrid {
 public:
  PaymentGrid(const std::vector<CashFlow>& days, Period every)
      : rule_(dues_from(first_payment(days), every)), walk_(rule_), reached_(walk_.next()) {}
  PaymentGrid(const PaymentGrid&) = delete;
  PaymentGrid& operator=(const PaymentGrid&) = delete;

  base::Day first() const { return rule_.anchor; }

  /// Steps from the first payment to `day`, or nothing if it is between two steps or before it.
  std::optional<int> steps_to(base::Day day) {
    for (; reached_ < day; ++steps_) reached_ = walk_.next();
    return reached_ == day ? std::optional(steps_) : std::nullopt;
  }

 private:
  static base::Day first_payment(const std::vector<CashFlow>& days) {
    const auto paid =
        std::ranges::find_if(days, [](const CashFlow& flow) { return flow.amount_minor < 0; });
    return paid == days.end() ? days.back().date : paid->date;
  }

  DueRule rule_;
  DueDateWalk walk_;  // along rule_
  int steps_ = 0;
  base::Day reached_;  // that many steps from the first
};

/// Exact to 10^22. Cheaper than std::pow.
double power_of_ten(int exponent) {
  double power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

std::optional<double> percent(std::optional<double> rate) {
  return rate ? std::optional(*rate * 100) : std::nullopt;
}

std::optional<double> reg_z_of_days(const std::vector<CashFlow>& days, Period every,
                                    double yield_guess = 0) {
  if (days.size() < 2) return std::nullopt;
  const base::Day start = days.front().date;
  const bool is_single = days.size() == 2 && days[0].amount_minor > 0 && days[1].amount_minor < 0;
  if (is_single && days[1].date <= base::add_months(start, 12)) {
    const UnitPeriods months = unit_periods_between(start, days[1].date, {});
    const double terms_a_year = months.fraction == 0
                                    ? 12.0 / months.whole
                                    : 365.0 / base::days_between(start, days[1].date);
    const auto financed = static_cast<double>(days[0].amount_minor);
    return percent((static_cast<double>(-days[1].amount_minor) / financed - 1) * terms_a_year);
  }
  const Period unit = is_single ? kYear : at_most_a_year(every);
  PaymentGrid grid(days, unit);
  const UnitPeriods to_first = unit_periods_between(start, grid.first(), unit);
  std::vector<RateTerm> terms;
  terms.reserve(days.size());
  for (const CashFlow& flow : days) {
    UnitPeriods time = to_first;
    if (const std::optional<int> steps = grid.steps_to(flow.date)) {
      time.whole += *steps;
    } else {
      time = unit_periods_between(start, flow.date, unit);
    }
    terms.push_back(term_of(flow, time.whole, time.fraction));
  }
  const std::optional<double> rate = solve_rate(terms, yield_guess);
  return rate ? percent(*rate * unit_periods_a_year(unit)) : std::nullopt;
}

/// Whole weeks, months or years counted back from `to`, and the days before them, as years.
double years_between(base::Day from, base::Day to, Period every,
                     std::optional<double> days_of_year) {
  double whole_years = 0;
  int odd_days = 0;
  base::Day odd_end = to;
  if (every.unit == PeriodUnit::Week) {
    const int days = base::days_between(from, to);
    whole_years = days / 7 / 52.0;
    odd_days = days % 7;
    odd_end = base::plus_days(from, odd_days);
  } else {
    const bool by_year =
        every.unit == PeriodUnit::Day || (every.unit == PeriodUnit::Month && every.count % 12 == 0);
    const MonthsAndDays back = months_back(from, to);
    const int months = by_year ? back.months - back.months % 12 : back.months;
    whole_years = months / 12.0;
    odd_end = base::add_months(to, -months);
    odd_days = months == back.months ? back.days : base::days_between(from, odd_end);
  }
  if (odd_days == 0) return whole_years;
  const double year =
      days_of_year.value_or(base::days_between(base::add_months(odd_end, -12), odd_end));
  return whole_years + odd_days / year;
}

/// The years of one step of the grid, if all steps are as long in years.
std::optional<double> years_a_step(Period every) {
  switch (every.unit) {
    case PeriodUnit::Day:
    case PeriodUnit::HalfMonth:
      return std::nullopt;
    case PeriodUnit::Week:
      return every.count / 52.0;
    case PeriodUnit::Month:
      return every.count / 12.0;
  }
  CHECK(false, "period unit {}", static_cast<int>(every.unit));
}

std::optional<double> directive_rate(const std::vector<CashFlow>& days, Period every,
                                     std::optional<double> days_of_year, double guess = 0) {
  if (days.size() < 2) return std::nullopt;
  const base::Day start = days.front().date;
  PaymentGrid grid(days, every);
  const double to_first = years_between(start, grid.first(), every, days_of_year);
  const std::optional<double> step = years_a_step(every);
  std::vector<RateTerm> terms;
  terms.reserve(days.size());
  for (const CashFlow& flow : days) {
    const std::optional<int> steps = step ? grid.steps_to(flow.date) : std::nullopt;
    terms.push_back(term_of(flow, steps ? to_first + *steps * *step
                                        : years_between(start, flow.date, every, days_of_year)));
  }
  return percent(solve_rate(terms, guess));
}

std::optional<double> act365_of_days(const std::vector<CashFlow>& days, double guess = 0) {
  if (days.size() < 2) return std::nullopt;
  std::vector<RateTerm> terms;
  terms.reserve(days.size());
  for (const CashFlow& flow : days) {
    terms.push_back(term_of(flow, base::days_between(days.front().date, flow.date) / 365.0));
  }
  return percent(solve_rate(terms, guess));
}

/// The yield a period, as a fraction: due date k is k periods from the start.
std::optional<double> yield_a_period(const std::vector<CashFlow>& days, const DatedCost& cost) {
  if (days.size() < 2) return std::nullopt;
  std::vector<RateTerm> terms;
  terms.reserve(days.size());
  int number = 0;  // of the period that ends at `end`
  base::Day begin = cost.start;
  base::Day end = cost.start;
  auto next_end = std::ranges::upper_bound(cost.period_ends, cost.start);
  for (const CashFlow& flow : days) {
    while (end < flow.date && next_end != cost.period_ends.end()) {
      begin = end;
      end = *next_end++;
      ++number;
    }
    double time = number;
    if (flow.date < cost.start) {
      const UnitPeriods before = unit_periods_between(flow.date, end, at_most_a_year(cost.every));
      time -= before.whole + before.fraction;
    } else if (flow.date < end) {
      time -=
          static_cast<double>(base::days_between(flow.date, end)) / base::days_between(begin, end);
    } else if (flow.date > end) {
      const UnitPeriods after = unit_periods_between(end, flow.date, at_most_a_year(cost.every));
      time += after.whole + after.fraction;
    }
    terms.push_back(term_of(flow, time));
  }
  return solve_rate(terms);
}

AnnualRates rates_of_schedule(const Schedule& schedule, Period every,
                              std::span<const Disbursement> disbursements) {
  CHECK(!schedule.installments.empty(), "a schedule without installments");
  std::vector<CashFlow> flows;
  std::vector<base::Day> period_ends;
  flows.reserve(disbursements.size() + schedule.installments.size());
  period_ends.reserve(schedule.installments.size());
  for (const Disbursement& paid_out : disbursements) {
    flows.push_back({paid_out.date, paid_out.amount_minor});
  }
  for (const Installment& i : schedule.installments) {
    flows.push_back({i.due, -i.total_minor()});
    if (!i.is_upfront) period_ends.push_back(i.due);
  }
  return annual_rates({flows, every, schedule.disbursed_on, period_ends});
}

}  // namespace

AnnualRates annual_rates(const DatedCost& cost) {
  const std::vector<CashFlow> days = by_day(cost.flows);
  AnnualRates rates;
  const std::optional<double> yield = yield_a_period(days, cost);
  if (yield) {
    const double periods = unit_periods_a_year(cost.every);
    rates.nominal = *yield * periods * 100;
    const double effective = effective_from_nominal(*rates.nominal, periods);
    if (effective <= 100 * kRateHighest) rates.irr_effective = effective;
  }
  // They differ by odd days only, so that each is found fastest from the one before.
  rates.reg_z = reg_z_of_days(days, cost.every, yield.value_or(0));
  rates.eu = directive_rate(days, cost.every, std::nullopt, rates.irr_effective.value_or(0) / 100);
  rates.act365_effective = act365_of_days(days, rates.eu.value_or(0) / 100);
  return rates;
}

AnnualRates annual_rates(const Schedule& schedule, Period every) {
  const Disbursement all{schedule.disbursed_on, schedule.principal_minor()};
  return rates_of_schedule(schedule, every, {&all, 1});
}

AnnualRates annual_rates(const Schedule& schedule, const Terms& terms) {
  if (terms.disbursements.empty()) return annual_rates(schedule, terms.dues.every);
  return rates_of_schedule(schedule, terms.dues.every, terms.disbursements);
}

std::optional<double> nominal_rate(const DatedCost& cost) {
  const std::optional<double> yield = yield_a_period(by_day(cost.flows), cost);
  return yield ? percent(*yield * unit_periods_a_year(cost.every)) : std::nullopt;
}

std::optional<double> reg_z_rate(std::span<const CashFlow> flows, Period every) {
  return reg_z_of_days(by_day(flows), every);
}

std::optional<double> eu_rate(std::span<const CashFlow> flows, Period every) {
  return directive_rate(by_day(flows), every, std::nullopt);
}

std::optional<double> uk_rate(std::span<const CashFlow> flows, Period every) {
  return directive_rate(by_day(flows), every, kDaysOfUkYear);
}

std::optional<double> act365_rate(std::span<const CashFlow> flows) {
  return act365_of_days(by_day(flows));
}

double effective_from_nominal(double nominal_percent, double periods_a_year) {
  return 100 * std::expm1(periods_a_year * std::log1p(nominal_percent / 100 / periods_a_year));
}

double nominal_from_effective(double effective_percent, double periods_a_year) {
  return 100 * periods_a_year * std::expm1(std::log1p(effective_percent / 100) / periods_a_year);
}

double rounded_half_up(double percent_a_year, int decimals) {
  return std::floor(percent_a_year * power_of_ten(decimals) + 0.5 + 1e-9);
}

std::string disclosed(double percent_a_year, int decimals) {
  const double rounded = rounded_half_up(percent_a_year, decimals) / power_of_ten(decimals);
  return fmt::format("{:.{}f}", rounded == 0 ? 0.0 : rounded, decimals);
}

}  // namespace scheduling
