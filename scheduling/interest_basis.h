// How much interest a period carries: an exact fraction of the balance.
#pragma once

#include <cstdint>
#include <optional>

#include "base/day.h"
#include "base/result.h"
#include "base/rounding.h"
#include "scheduling/divider.h"
#include "scheduling/level_payment.h"
#include "scheduling/rounding_step.h"
#include "scheduling/terms.h"

namespace scheduling {

/// balance * numerator / the divisor, rounded once, where the product is not negative. The usual
/// product fits 64 bits, where all of it is far cheaper.
inline std::int64_t interest_on(std::int64_t balance_minor, std::int64_t numerator,
                                const Divider& denominator, base::Rounding rounding) {
  const base::int128 product = base::int128{balance_minor} * numerator;
  if (product != static_cast<std::int64_t>(product) || product < 0) [[unlikely]] {
    return base::narrow(base::div_round(product, denominator.divisor(), rounding));
  }
  std::uint64_t rest = 0;
  const std::uint64_t quotient = denominator.quotient(static_cast<std::uint64_t>(product), rest);
  return static_cast<std::int64_t>(quotient) +
         (rounds_up(quotient, rest, denominator.divisor(), rounding) ? 1 : 0);
}

/// balance * rate, rounded once.
inline std::int64_t interest_on(std::int64_t balance_minor, PeriodicRate rate,
                                base::Rounding rounding) {
  return interest_on(balance_minor, rate.numerator,
                     Divider(static_cast<std::uint64_t>(rate.denominator)), rounding);
}

/// The customer's rate (what a subsidy leaves of it) over the periods of one agreement.
///
/// SAME_AS_PERIOD counts each period as its nominal part of the basis: n/12 year for n months, n/24
/// for half months, n/52 for weeks, n/365 (or n/360, if the rate says so) for days. A part of such
/// a period counts by its days: days / days of the period (Fineract, ProgressiveEMICalculator).
/// With a day count a period counts as that says; a rate per day counts its days, and a rate per
/// month is twelve times that a year.
class InterestBasis {
 public:
  /// A basis for the terms, or RateOutOfRange, RateHasNoPeriod, OptionNotForMethod. `termination`
  /// is the last due date, which 30E/360 ISDA wants to know.
  static base::Result<InterestBasis, TermsRefusal> make(const Terms& terms, base::Day termination);

  bool is_same_each_period() const { return !day_count_; }

  /// The denominator of all rates here; their numerators add up.
  std::int64_t denominator() const { return denominator_; }
  const Divider& divider() const { return divider_; }

  /// Of any period, where all are the same.
  std::int64_t numerator() const { return numerator_; }

  /// Of the period [from, to), or nothing above 100 %.
  std::optional<std::int64_t> numerator(base::Day from, base::Day to) const;

  /// Interest on `balance_minor` for [from, to) within the period [period_from, period_to).
  std::int64_t interest_within(std::int64_t balance_minor, base::Day from, base::Day to,
                               base::Day period_from, base::Day period_to,
                               base::Rounding rounding) const;

  /// What LevelBasis::MonthsOf30Days takes for each period: 30 days a month over the day count's
  /// year, or nothing where that has no meaning (no day count, periods that are not months).
  std::optional<PeriodicRate> months_of_30_days() const;

 private:
  InterestBasis() = default;

  std::optional<DayCount> day_count_;
  base::Day termination_;
  Period every_;
  bool counts_days_ = false;    // a rate per day: days instead of years
  std::int64_t numerator_ = 0;  // of a whole period; with a day count of a year, or of a day
  std::int64_t rate_denominator_ = 1;
  std::int64_t denominator_ = 1;  // with a day count times that of a year
  Divider divider_;               // by the denominator
};

}  // namespace scheduling
