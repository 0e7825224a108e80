// Turns agreed terms into dated installments. Pure: no clock, no database.
#pragma once

#include <cstdint>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "base/rate.h"
#include "base/result.h"
#include "base/rounding.h"
#include "scheduling/due_dates.h"

namespace scheduling {

inline constexpr int kInstallmentCountMax = 60;  // five years, the longest product

enum class Method {
  InterestFree,    ///< 免息: the principal split, nothing on top
  FlatFee,         ///< 每期手续费率: a fee per period on the original principal, spread
  EqualPrincipal,  ///< 等额本金: the principal split, interest on the balance
  LevelPayment,    ///< 等额本息: equal payments, interest on the balance
};

/// What customer and merchant agreed on.
struct Terms {
  base::Money principal;
  int installment_count = 1;
  base::Day disbursed_on;  ///< period 1 runs from here to the first due date
  DueRule dues;
  Method method = Method::InterestFree;

  /// Per period, per month or per year. A period counts as 1/12 year a month, 7/365 a week and so
  /// on whatever its days (SAME_AS_PERIOD), so a short or long first period carries the full rate.
  /// Nothing for InterestFree.
  base::Rate rate = {};

  base::SplitRule split_rule = base::SplitRule::DownLast;  ///< principal, and a flat fee's total
  base::Rounding interest_rounding =
      base::Rounding::HalfUp;  ///< each period, and the level payment

  std::int64_t principal_minor_min = 1;  ///< per installment; a product rule (1.00 for CNY)
  std::int64_t fee_minor_min = 1;        ///< per period of a flat fee whose rate is not zero
};

struct Installment {
  int number = 0;  ///< 1-based
  base::Day due;
  std::int64_t principal_minor = 0;
  std::int64_t interest_minor = 0;
  std::int64_t fee_minor = 0;

  std::int64_t total_minor() const { return principal_minor + interest_minor + fee_minor; }
  bool operator==(const Installment&) const = default;
};

struct Schedule {
  base::Currency currency;
  base::Day disbursed_on;
  std::vector<Installment> installments;  ///< in order of number and of due date

  std::int64_t principal_minor() const;
  std::int64_t interest_minor() const;
  std::int64_t fee_minor() const;
};

/// Reasons to refuse terms, in the order they are checked.
enum class TermsRefusal {
  PrincipalNotPositive,
  PrincipalTooLarge,           ///< above kAmountMinorMax / 10, so that with its cost it still fits
  CountOutOfRange,             ///< not 1 to kInstallmentCountMax
  PeriodOutOfRange,            ///< a step not of 1 to kPeriodCountMax units, or due after 2199
  FirstDueBeforeDisbursement,  ///< may be on the day itself, not earlier
  RateOutOfRange,              ///< negative, or above 100 % a period
  RateHasNoPeriod,             ///< a Flat rate, or a rate on an interest-free plan
  PrincipalTooSmallToSplit,    ///< an installment would fall below principal_minor_min
  RoundingLeavesNegativeRest,  ///< what the earlier installments round up exceeds the total
  CostTooLarge,                ///< fee or interest above kAmountMinorMax
};

/// Splits the principal over the due dates and adds fee or interest.
///
/// - The principals sum to `terms.principal` exactly and are never negative.
/// - A flat fee's total is rounded once, half up, then split by `split_rule`, so the fees sum to
///   exactly what was disclosed.
/// - A level payment is the exact annuity, rounded once; the last installment takes what is left.
base::Result<Schedule, TermsRefusal> make_schedule(const Terms& terms);

}  // namespace scheduling
