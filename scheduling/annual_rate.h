// Annualised cost of dated cash flows, for disclosure. With rate_solver.h and unit_period.h the
// only floating point in scheduling/: no amount comes out of it.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "scheduling/cash_flow.h"
#include "scheduling/schedule.h"

namespace scheduling {

/// Percent a year, unrounded; absent where the equation has no solution (rate_solver.h): nothing is
/// financed, say, because all of it is due on the day it is paid out.
struct AnnualRates {
  /// China (PBoC [2021] No. 3), simple: IRR of equal regular periods, times periods a year.
  std::optional<double> nominal;
  /// The same, compounded.
  std::optional<double> irr_effective;
  /// US Regulation Z, Appendix J.
  std::optional<double> reg_z;
  /// EU Directives 2008/48/EC and (EU) 2023/2225, Annex I.
  std::optional<double> eu;
  /// Effective, on actual days / 365.
  std::optional<double> act365_effective;
};

/// What an annual rate is made from. The flows are in any order, several a day allowed.
struct DatedCost {
  std::span<const CashFlow> flows;
  Period every;                            ///< from one payment to the next, as agreed
  base::Day start;                         ///< where period 1 begins
  std::span<const base::Day> period_ends;  ///< ascending; those not after `start` don't count
};

AnnualRates annual_rates(const DatedCost& cost);

/// Of a schedule whose principal is paid out on `disbursed_on`.
AnnualRates annual_rates(const Schedule& schedule, Period every);

/// Of the schedule that the terms gave: their disbursements, each on its day. What is due on the
/// day it is paid out (a down payment, a fee on day 0) is not financed.
AnnualRates annual_rates(const Schedule& schedule, const Terms& terms);

/// The yield of equal periods, times periods a year. A period counts as one whatever its days, so a
/// short first one lowers the figure and a long one raises it; a flow inside a period counts in
/// proportion to the days.
std::optional<double> nominal_rate(const DatedCost& cost);

/// Appendix J (b)(8): unit periods from the first flow and the odd days before them, simple over
/// the odd days; times unit periods a year. One advance repaid by one payment within a year:
/// cost / amount, times 12 / months or 365 / days, (b)(5)(vi) and (vii).
///
/// Payments that are whole steps from the first one keep its odd days, so that the lengths of
/// months don't matter (§1026.17(c)(3)).
std::optional<double> reg_z_rate(std::span<const CashFlow> flows, Period every);

/// Annex I (I)(c): whole weeks, months or years counted back from each date, over 52, 12 or 1; the
/// days left over divided by the days (365 or 366) of the year that ends with them. Weeks for steps
/// of weeks, years for steps of years and of days, months else.
std::optional<double> eu_rate(std::span<const CashFlow> flows, Period every);

/// The same equation with 365.25 days in every year: UK practice.
std::optional<double> uk_rate(std::span<const CashFlow> flows, Period every);

/// Effective, on actual days / 365.
std::optional<double> act365_rate(std::span<const CashFlow> flows);

/// Between a nominal rate compounded so many times a year and the effective one; in percent.
double effective_from_nominal(double nominal_percent, double periods_a_year);
double nominal_from_effective(double effective_percent, double periods_a_year);

/// percent * 10^decimals as a whole number, rounded as `disclosed` does.
double rounded_half_up(double percent, int decimals);

/// As disclosed: `decimals` digits after the point, half up (Annex I (I)(d) of the directives; ties
/// of negative rates too go toward +infinity). A figure within 1e-9 of a tie is the tie: what the
/// solver's last digit says does not decide.
std::string disclosed(double percent, int decimals);

}  // namespace scheduling
