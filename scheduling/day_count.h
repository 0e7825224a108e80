// Day counts: how much of a year lies between two days, as an exact fraction.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/day.h"

namespace scheduling {

/// The conventions of ISDA 2006 §4.16 and two that lenders use; the rule of each stands above its
/// code. A contract names one: the same two days differ by a day or more between them.
enum class DayCount {
  Act365Fixed,         ///< actual days over 365, leap year or not
  Act360,              ///< actual days over 360
  ActActIsda,          ///< actual days over the length of the year they lie in, split at 1 January
  ActAct31Dec,         ///< the same, split at 31 December
  Thirty360Us,         ///< months of 30 days, with the US rule for the end of February
  Thirty360BondBasis,  ///< months of 30 days, the end depending on the start
  ThirtyE360,          ///< months of 30 days, the 31st is the 30th
  ThirtyE360Isda,      ///< the same, and the last of February is the 30th too
  NoLeap365,           ///< actual days without any 29 February, over 365
};

/// numerator / denominator years. The denominator depends on the convention alone, so that the
/// fractions of several spans add up by their numerators. Not reduced.
struct YearFraction {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;

  bool operator==(const YearFraction&) const = default;
};

/// 360, 365, or 365 * 366 for the two that split by years.
std::int64_t year_denominator(DayCount convention);

/// Days from `from` (counted) to `to` (not counted) as the convention counts them; from 1900 to
/// 2199. A span that runs backward is minus the span forward.
///
/// `termination` is the last due date of the agreement and matters to ThirtyE360Isda only: there
/// the last day of February counts as the 30th unless the agreement ends on it.
int days_counted(DayCount convention, base::Day from, base::Day to,
                 std::optional<base::Day> termination = std::nullopt);

/// The same span as an exact part of a year. Interest is balance * rate a year * this, rounded
/// once.
YearFraction year_fraction(DayCount convention, base::Day from, base::Day to,
                           std::optional<base::Day> termination = std::nullopt);

/// "ACT/365F", "ACT/360", "ACT/ACT", "ACT/ACT-31DEC", "30/360-US", "30/360-BB", "30E/360",
/// "30E/360-ISDA", "NL/365".
std::string_view to_string(DayCount convention);
std::optional<DayCount> find_day_count(std::string_view name);

}  // namespace scheduling
