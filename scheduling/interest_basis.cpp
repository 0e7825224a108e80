#include "scheduling/interest_basis.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace scheduling {
namespace {

using base::Refused;

constexpr int kBasisPoints = 10'000;

/// How much of the rate's basis one period is, or nothing where that needs a day count.
struct Share {
  std::int64_t numerator;
  std::int64_t denominator;
};
std::optional<Share> share_of_basis(base::RateBasis basis, Period every) {
  // A year has 12 months, 24 half months, 52 weeks, and 365 days (360 if the rate says so).
  std::int64_t periods_a_year = 12;
  switch (every.unit) {
    case PeriodUnit::Day:
      periods_a_year = basis == base::RateBasis::PerYear360 ? 360 : 365;
      break;
    case PeriodUnit::Week:
      periods_a_year = 52;
      break;
    case PeriodUnit::HalfMonth:
      periods_a_year = 24;
      break;
    case PeriodUnit::Month:
      periods_a_year = 12;
      break;
  }
  switch (basis) {
    case base::RateBasis::PerPeriod:
      return Share{1, 1};
    case base::RateBasis::PerYear365:
    case base::RateBasis::PerYear360:
      return Share{every.count, periods_a_year};
    case base::RateBasis::PerMonth:
      return Share{every.count * 12, periods_a_year};
    case base::RateBasis::PerDay:
      if (every.unit == PeriodUnit::Day) return Share{every.count, 1};
      if (every.unit == PeriodUnit::Week) return Share{every.count * 7, 1};
      return std::nullopt;
    case base::RateBasis::Flat:
      return std::nullopt;
  }
  return std::nullopt;
}

/// The year of a day count where every month has 30 days: 365 for ACT/ACT, which has no single one.
std::int64_t days_a_year(DayCount day_count) {
  const bool splits_years = day_count == DayCount::ActActIsda || day_count == DayCount::ActAct31Dec;
  return splits_years ? 365 : year_denominator(day_count);
}

}  // namespace

base::Result<InterestBasis, TermsRefusal> InterestBasis::make(const Terms& terms,
                                                              base::Day termination) {
  if (terms.rate.e8 < 0 || terms.subsidy_bps < 0 || terms.subsidy_bps > kBasisPoints) {
    return Refused(TermsRefusal::RateOutOfRange);
  }
  InterestBasis basis;
  basis.termination_ = termination;
  basis.every_ = terms.dues.every;
  basis.day_count_ = terms.day_count;
  if (terms.method == Method::InterestFree) {
    if (terms.rate.e8 != 0) return Refused(TermsRefusal::RateHasNoPeriod);
    basis.day_count_ = std::nullopt;
    return basis;
  }
  if (terms.rate.basis == base::RateBasis::PerPeriod) {
    // The rate of a period is that whatever its days: a day count changes nothing.
    if (terms.method == Method::DailyInterest) return Refused(TermsRefusal::OptionNotForMethod);
    basis.day_count_ = std::nullopt;
  } else if (terms.method == Method::DailyInterest && !basis.day_count_) {
    basis.day_count_ = DayCount::Act365Fixed;
  }
  if (terms.rate.basis == base::RateBasis::Flat) return Refused(TermsRefusal::RateHasNoPeriod);

  // All factors are small enough: 10^9 * 10^4 above, 10^8 * 10^4 below, before the share.
  base::int128 above = base::int128{terms.rate.e8} * (kBasisPoints - terms.subsidy_bps);
  base::int128 below = base::int128{base::kRateScale} * kBasisPoints;
  if (terms.subsidy_bps == 0) {
    above = terms.rate.e8;
    below = base::kRateScale;
  }
  if (basis.day_count_) {
    basis.counts_days_ = terms.rate.basis == base::RateBasis::PerDay;
    if (terms.rate.basis == base::RateBasis::PerMonth) above *= 12;
  } else {
    const std::optional<Share> share = share_of_basis(terms.rate.basis, terms.dues.every);
    if (!share) return Refused(TermsRefusal::RateHasNoPeriod);
    above *= share->numerator;
    below *= share->denominator;
    if (above > below) return Refused(TermsRefusal::RateOutOfRange);
  }
  if (base::int128{1'000'000} * base::kRateScale < below || above > below) {
    const std::int64_t common = std::gcd(base::narrow(above), base::narrow(below));
    above /= common;
    below /= common;
  }
  basis.numerator_ = base::narrow(above);
  basis.rate_denominator_ = base::narrow(below);
  const std::int64_t year =
      basis.day_count_ && !basis.counts_days_ ? year_denominator(*basis.day_count_) : 1;
  basis.denominator_ = base::narrow(below * year);
  basis.divider_ = Divider(static_cast<std::uint64_t>(basis.denominator_));
  return basis;
}

std::optional<std::int64_t> InterestBasis::numerator(base::Day from, base::Day to) const {
  if (!day_count_) return numerator_;
  const std::int64_t spans = counts_days_
                                 ? days_counted(*day_count_, from, to, termination_)
                                 : year_fraction(*day_count_, from, to, termination_).numerator;
  // 30E/360 ISDA counts -2 days from 28 February to itself where the agreement ends on it.
  const base::int128 numerator = base::int128{numerator_} * std::max<std::int64_t>(spans, 0);
  if (numerator > denominator_) return std::nullopt;
  return base::narrow(numerator);
}

std::int64_t InterestBasis::interest_within(std::int64_t balance_minor, base::Day from,
                                            base::Day to, base::Day period_from,
                                            base::Day period_to, base::Rounding rounding) const {
  if (day_count_) {
    const std::optional<std::int64_t> part = numerator(from, to);
    CHECK(part.has_value(), "a part of a period carries more than the whole");
    return interest_on(balance_minor, *part, divider_, rounding);
  }
  const base::int128 days = base::days_between(from, to);
  const base::int128 all_days = base::days_between(period_from, period_to);
  if (all_days == 0) return 0;
  const base::int128 exact = base::checked_mul(base::int128{balance_minor} * numerator_, days);
  return base::narrow(base::div_round(exact, all_days * denominator_, rounding));
}

std::optional<PeriodicRate> InterestBasis::months_of_30_days() const {
  if (!day_count_ || every_.unit != PeriodUnit::Month) return std::nullopt;
  const base::int128 days = base::int128{30} * every_.count;
  const base::int128 above = base::int128{numerator_} * days;
  const base::int128 below =
      base::int128{rate_denominator_} * (counts_days_ ? 1 : days_a_year(*day_count_));
  if (above > below) return std::nullopt;
  return PeriodicRate{base::narrow(above), base::narrow(below)};
}

}  // namespace scheduling
