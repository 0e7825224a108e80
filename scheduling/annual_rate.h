// Annualised cost of a schedule, for disclosure. The only floating point in scheduling/: no amount
// comes out of it.
#pragma once

#include <optional>

#include "scheduling/schedule.h"

namespace scheduling {

/// Percent a year, unrounded; absent where the equation has no solution between -99 % and 1000 %
/// (a plan of which nothing is financed: all of it is due on the day it is paid out).
struct AnnualRates {
  /// China (PBoC [2021] No. 3), simple: IRR of equal regular periods, times periods a year.
  std::optional<double> nominal;
  /// The same, compounded.
  std::optional<double> irr_effective;
  /// US Regulation Z, Appendix J: unit periods and the odd days before them. One payment within a
  /// year: cost / amount, times 12 / months or 365 / days.
  std::optional<double> reg_z;
  /// EU Directives 2008/48/EC and (EU) 2023/2225: whole months or weeks counted back from each due
  /// date, the days left over divided by the days of the year that ends with them.
  std::optional<double> eu;
  /// Effective, on actual days / 365.
  std::optional<double> act365_effective;
};

AnnualRates annual_rates(const Schedule& schedule, Period every);

}  // namespace scheduling
