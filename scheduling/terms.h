// What customer and merchant agreed on, before it is a schedule.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "base/rate.h"
#include "base/rounding.h"
#include "scheduling/day_count.h"
#include "scheduling/due_dates.h"
#include "scheduling/split.h"

namespace scheduling {

/// Fifty years of months, 11 of weeks. The level payment stays exact for as many (level_payment.h);
/// products have a lower ceiling of their own.
inline constexpr int kInstallmentCountMax = 600;
inline constexpr int kProductInstallmentCountMax = 60;  // five years, the longest product
inline constexpr int kDisbursementCountMax = 60;
inline constexpr int kDatedFeeCountMax = 600;

/// How the cost arises and how the principal is paid back; the formulas stand above the code, in
/// flat_methods.cpp, declining_methods.cpp and annuity_methods.cpp.
enum class Method {
  InterestFree,    ///< 免息: the principal split, nothing on top
  FlatFee,         ///< 每期手续费率: a fee per period on the original principal, spread
  EqualPrincipal,  ///< 等额本金: the principal split, interest on the balance
  LevelPayment,    ///< 等额本息: equal payments, interest on the balance
  UpfrontFee,      ///< 首期一次性: the flat fee, all of it with the first installment
  DailyInterest,   ///< 日利率: the principal split, interest on the balance by the day
  FlatInterest,    ///< interest on the original principal whatever was paid back, in equal parts
  Balloon,         ///< equal payments that leave an agreed amount, due with the last one
};

/// Installments at the start that are eased, counted from the first one.
struct Grace {
  int principal = 0;      ///< carry no principal; the others carry it all
  int interest = 0;       ///< carry no cost; it arises all the same and is paid afterwards
  int interest_free = 0;  ///< cost nothing

  bool operator==(const Grace&) const = default;
};

/// What becomes of interest that `Grace::interest` leaves unpaid.
enum class UnpaidInterest {
  PaidNext,     ///< all of it with the first installment after the grace, without interest on it
  Capitalized,  ///< it bears interest, and the level payments pay it off: P * (1 + i)^m
};

/// Money paid out on a date. Period 1 starts on `Terms::disbursed_on`, which may be earlier.
struct Disbursement {
  base::Day date;
  std::int64_t amount_minor = 0;

  bool operator==(const Disbursement&) const = default;
};

/// What a disbursement after the first does to the installments.
enum class LaterDisbursement {
  /// What is owed then is spread anew over the installments after the date.
  Reamortize,
  /// It is split over the whole count as if paid out at the start, and the last installment takes
  /// what the installments before it did not get. On a due date it still enters that installment.
  SpreadOverAll,
  /// It is split over the installments after the date and added to what they carry (Fineract's
  /// progressive loans without interest). Up to a rounding the same as Reamortize.
  AddedOnTop,
};

/// A fee of a fixed amount; it goes to the installment whose period contains the date.
struct DatedFee {
  base::Day date;
  std::int64_t amount_minor = 0;

  bool operator==(const DatedFee&) const = default;
};

/// Whether level payments are corrected when rounding leaves the last one off.
enum class EmiAdjust { None, Fineract };

/// From which interest a level payment is calculated.
enum class LevelBasis {
  AsCharged,  ///< the interest of each period as it is charged: the payments are truly level
  /// Months of 30 days over the year of the day count, though interest is charged by the day
  /// (Fineract's cumulative loans): the last payment takes the difference.
  MonthsOf30Days,
};

struct Terms {
  base::Money principal;  ///< with several disbursements their sum
  int installment_count = 1;
  base::Day disbursed_on;  ///< period 1 runs from here to the first due date
  DueRule dues;
  Method method = Method::InterestFree;

  /// Per period, per day, per month or per year. Nothing for InterestFree.
  base::Rate rate = {};

  SplitBy split_rule = base::SplitRule::DownLast;  ///< principal, and a flat cost's total
  base::Rounding interest_rounding =
      base::Rounding::HalfUp;  ///< each period, the level payment, a down payment

  std::int64_t principal_minor_min = 1;  ///< per installment; a product rule (1.00 for CNY)
  std::int64_t fee_minor_min = 1;        ///< per period of a flat fee whose rate is not zero

  /// Interest by the days of each period. Nothing is SAME_AS_PERIOD: a period counts as 1/12 year a
  /// month, 7/365 a week and so on whatever its days, so a short or long first period carries the
  /// full rate. A rate per period is SAME_AS_PERIOD whatever is said. DailyInterest has ACT/365F
  /// where nothing is said.
  std::optional<DayCount> day_count = {};

  /// The due dates themselves where `dues` alone doesn't give them (moved off holidays, say): one
  /// an installment, strictly ascending. Empty: as `dues` says.
  std::vector<base::Day> due_on = {};
  std::optional<base::Day> last_due_on =
      {};  ///< fixed length: the last due date, whatever `dues` says

  std::vector<Disbursement> disbursements = {};  ///< empty: all of it on `disbursed_on`
  LaterDisbursement later_disbursement = LaterDisbursement::Reamortize;
  std::int64_t down_payment_e8 = 0;  ///< share of each disbursement due on its day, below 10^8
  std::vector<DatedFee> fees = {};   ///< in any order
  bool upfront_on_day_0 = false;     ///< UpfrontFee: due on `disbursed_on`, not with installment 1

  Grace grace = {};
  UnpaidInterest unpaid_interest = UnpaidInterest::PaidNext;
  std::int64_t balloon_minor = 0;       ///< Balloon: 0 to what is financed
  std::int64_t multiples_of_minor = 0;  ///< installments are rounded to a multiple of it; 0: not
  EmiAdjust emi_adjust = EmiAdjust::None;
  LevelBasis level_basis = LevelBasis::AsCharged;
  int subsidy_bps = 0;  ///< of the rate, borne by somebody else: the customer pays the rest
};

/// Reasons to refuse terms, in the order they are checked.
enum class TermsRefusal {
  PrincipalNotPositive,
  PrincipalTooLarge,           ///< above kAmountMinorMax / 10, so that with its cost it still fits
  CountOutOfRange,             ///< not 1 to kInstallmentCountMax
  PeriodOutOfRange,            ///< a step not of 1 to kPeriodCountMax units, or due after 2199
  DueDatesOutOfOrder,          ///< due dates given that are too few, too many or not ascending
  FirstDueBeforeDisbursement,  ///< may be on the day itself, not earlier
  DisbursementsOutOfOrder,     ///< amounts not positive or not summing up; a date after the last
                               ///< installment but one, before `disbursed_on` or out of order
  DownPaymentOutOfRange,       ///< negative, or all of it
  GraceOutOfRange,             ///< negative, or as long as the plan
  FeeOutOfRange,       ///< not positive, together too large, before `disbursed_on` or after 2199
  RateOutOfRange,      ///< negative, or above 100 % a period; a subsidy above all of it
  RateHasNoPeriod,     ///< a Flat rate, or a rate on an interest-free plan
  BalloonOutOfRange,   ///< negative, above what is financed, or not of Method::Balloon
  OptionNotForMethod,  ///< something that the method can't have; terms_check.cpp lists it
  MultipleOutOfRange,  ///< negative, or above the installment
  PrincipalTooSmallToSplit,    ///< an installment would fall below principal_minor_min
  RoundingLeavesNegativeRest,  ///< what the earlier installments round up exceeds the total
  PaymentBelowInterest,        ///< a level payment that would let the balance grow
  CostTooLarge,                ///< fee or interest above kAmountMinorMax
};

}  // namespace scheduling
