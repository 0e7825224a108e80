#include "scheduling/schedule.h"

#include <optional>

#include "base/check.h"
#include "base/wide.h"
#include "scheduling/level_payment.h"

namespace scheduling {
namespace {

using base::Refused;

constexpr std::int64_t kPrincipalMinorMax = base::kAmountMinorMax / 10;
const base::Day kLastDay = base::make_day(2199, 12, 31);  // as base::parse_day

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

std::int64_t interest_on(std::int64_t balance_minor, PeriodicRate rate, base::Rounding rounding) {
  return base::narrow(base::div_round(base::checked_mul(balance_minor, rate.numerator),
                                      rate.denominator, rounding));
}

/// Splits the principal by the rule, into installments that carry nothing else yet.
std::optional<TermsRefusal> split_principal(const Terms& terms, Schedule& schedule) {
  const int count = terms.installment_count;
  if (!base::can_split(terms.principal, count, terms.split_rule)) {
    return TermsRefusal::RoundingLeavesNegativeRest;
  }
  const std::vector<base::Money> parts = base::split(terms.principal, count, terms.split_rule);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].minor() < terms.principal_minor_min) {
      return TermsRefusal::PrincipalTooSmallToSplit;
    }
    schedule.installments[i].principal_minor = parts[i].minor();
  }
  return std::nullopt;
}

std::optional<TermsRefusal> add_flat_fee(const Terms& terms, PeriodicRate rate,
                                         Schedule& schedule) {
  const std::int64_t count = terms.installment_count;
  const base::int128 exact =
      base::checked_mul(base::int128{terms.principal.minor()} * rate.numerator, count);
  base::int128 total = base::div_round(exact, rate.denominator, base::Rounding::HalfUp);
  if (rate.numerator > 0) total = std::max(total, base::int128{terms.fee_minor_min} * count);
  if (total > base::kAmountMinorMax) return TermsRefusal::CostTooLarge;
  const base::Money fee{base::narrow(total), terms.principal.currency()};
  if (!base::can_split(fee, terms.installment_count, terms.split_rule)) {
    return TermsRefusal::RoundingLeavesNegativeRest;
  }
  const std::vector<base::Money> parts =
      base::split(fee, terms.installment_count, terms.split_rule);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    schedule.installments[i].fee_minor = parts[i].minor();
  }
  return std::nullopt;
}

/// Interest on what is still owed, for principals that are already set.
void add_interest(const Terms& terms, PeriodicRate rate, Schedule& schedule) {
  std::int64_t balance = terms.principal.minor();
  for (Installment& installment : schedule.installments) {
    installment.interest_minor = interest_on(balance, rate, terms.interest_rounding);
    balance -= installment.principal_minor;
  }
}

std::optional<TermsRefusal> add_level_payments(const Terms& terms, PeriodicRate rate,
                                               Schedule& schedule) {
  std::int64_t balance = terms.principal.minor();
  const std::int64_t payment =
      level_payment(balance, rate, terms.installment_count, terms.interest_rounding);
  for (Installment& installment : schedule.installments) {
    const bool last = installment.number == terms.installment_count;
    installment.interest_minor = interest_on(balance, rate, terms.interest_rounding);
    installment.principal_minor = last ? balance : payment - installment.interest_minor;
    CHECK(installment.principal_minor >= 0, "a payment of {} does not cover the interest {}",
          payment, installment.interest_minor);
    balance -= installment.principal_minor;
    if (!last && balance <= 0) return TermsRefusal::RoundingLeavesNegativeRest;
  }
  return std::nullopt;
}

std::optional<TermsRefusal> check(const Terms& terms) {
  if (!terms.principal.is_positive()) return TermsRefusal::PrincipalNotPositive;
  if (terms.principal.minor() > kPrincipalMinorMax) return TermsRefusal::PrincipalTooLarge;
  if (terms.installment_count < 1 || terms.installment_count > kInstallmentCountMax) {
    return TermsRefusal::CountOutOfRange;
  }
  if (terms.dues.every.count < 1 || terms.dues.every.count > kPeriodCountMax) {
    return TermsRefusal::PeriodOutOfRange;
  }
  if (due_date(terms.dues, terms.installment_count) > kLastDay) {
    return TermsRefusal::PeriodOutOfRange;
  }
  if (due_date(terms.dues, 1) < terms.disbursed_on) {
    return TermsRefusal::FirstDueBeforeDisbursement;
  }
  return std::nullopt;
}

}  // namespace

std::int64_t Schedule::principal_minor() const {
  std::int64_t sum = 0;
  for (const Installment& i : installments) sum += i.principal_minor;
  return sum;
}

std::int64_t Schedule::interest_minor() const {
  std::int64_t sum = 0;
  for (const Installment& i : installments) sum += i.interest_minor;
  return sum;
}

std::int64_t Schedule::fee_minor() const {
  std::int64_t sum = 0;
  for (const Installment& i : installments) sum += i.fee_minor;
  return sum;
}

base::Result<Schedule, TermsRefusal> make_schedule(const Terms& terms) {
  if (const auto refusal = check(terms)) return Refused(*refusal);

  PeriodicRate rate;
  if (terms.rate.e8 < 0) return Refused(TermsRefusal::RateOutOfRange);
  if (terms.method == Method::InterestFree) {
    if (terms.rate.e8 != 0) return Refused(TermsRefusal::RateHasNoPeriod);
  } else {
    const std::optional<Share> share = share_of_basis(terms.rate.basis, terms.dues.every);
    if (!share) return Refused(TermsRefusal::RateHasNoPeriod);
    // Both factors are below 10^14: a rate of more than 100 % a period ends here, others are small.
    const base::int128 numerator = base::int128{terms.rate.e8} * share->numerator;
    const base::int128 denominator = base::int128{base::kRateScale} * share->denominator;
    if (numerator > denominator) return Refused(TermsRefusal::RateOutOfRange);
    rate = {base::narrow(numerator), base::narrow(denominator)};
  }

  const std::int64_t count = terms.installment_count;
  if (base::int128{terms.principal_minor_min} * count > terms.principal.minor()) {
    return Refused(TermsRefusal::PrincipalTooSmallToSplit);
  }

  Schedule schedule{terms.principal.currency(), terms.disbursed_on, {}};
  schedule.installments.resize(static_cast<std::size_t>(count));
  for (int number = 1; number <= terms.installment_count; ++number) {
    Installment& installment = schedule.installments[static_cast<std::size_t>(number) - 1];
    installment.number = number;
    installment.due = due_date(terms.dues, number);
  }

  std::optional<TermsRefusal> refusal;
  switch (terms.method) {
    case Method::InterestFree:
      refusal = split_principal(terms, schedule);
      break;
    case Method::FlatFee:
      refusal = split_principal(terms, schedule);
      if (!refusal) refusal = add_flat_fee(terms, rate, schedule);
      break;
    case Method::EqualPrincipal:
      refusal = split_principal(terms, schedule);
      if (!refusal) add_interest(terms, rate, schedule);
      break;
    case Method::LevelPayment:
      refusal = add_level_payments(terms, rate, schedule);
      break;
  }
  if (refusal) return Refused(*refusal);

  base::int128 cost = 0;
  for (const Installment& i : schedule.installments) {
    cost += base::int128{i.interest_minor} + i.fee_minor;
  }
  if (cost > base::kAmountMinorMax) return Refused(TermsRefusal::CostTooLarge);
  CHECK(schedule.principal_minor() == terms.principal.minor(), "{} lent, {} to be paid back",
        terms.principal.minor(), schedule.principal_minor());
  return schedule;
}

}  // namespace scheduling
