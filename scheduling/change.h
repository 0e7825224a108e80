// A change in the life of a plan makes a new version of its schedule. The values all changes share.
//
// Every change here is a function from a plan to the version it would get. Nothing is stored, so
// each function is its own preview.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "base/rounding.h"
#include "scheduling/plan_view.h"
#include "scheduling/split.h"
#include "scheduling/terms.h"

namespace scheduling {

/// Why a plan got a version. A version never changes afterwards.
enum class ChangeCause {
  Payoff,         ///< 提前还款: all of it
  Prepayment,     ///< 提前还款: some of what is not billed yet
  Refund,         ///< goods went back
  Extension,      ///< 延期
  ReAge,          ///< 展期
  ReAmortize,     ///< 重新分摊
  InterestPause,  ///< hardship
  RateChange,
};
std::string_view to_string(ChangeCause cause);  ///< "payoff", "re_amortize"

/// Minor units of the plan's currency, by component.
struct Amounts {
  std::int64_t principal = 0;
  std::int64_t fee = 0;
  std::int64_t interest = 0;

  std::int64_t total() const { return principal + fee + interest; }
  bool operator==(const Amounts&) const = default;
};

/// A schedule in the place of another.
///
/// - What was paid is where it was: an installment with something paid on it keeps its number. Only
///   at the end installments on which nothing was paid fall away, and new ones come.
/// - An installment before them of which nothing is left stays as one of 0, for the numbers' sake.
/// - Component by component: old + added = new + rebated + refunded. Principal is neither rebated
///   nor added, so what was lent is the principal of the version and all refunded so far.
/// - Days past due and late fee until `on` are those of the schedule before: this one may not hold
///   the installments that were late any more.
struct NewVersion {
  ChangeCause cause = ChangeCause::Payoff;
  base::Day on;  ///< the day from which it counts
  std::vector<InstallmentView> installments;
  Amounts rebated;   ///< cost that was owed or to come, and is not any more
  Amounts added;     ///< cost that was not
  Amounts refunded;  ///< unpaid principal that goods given back took away
  Amounts returned;  ///< paid, and owed to the customer now; the installments don't show it
};

/// Reasons to refuse a change, in the order they are checked. Each change names its own.
enum class ChangeRefusal {
  NothingOwed,           ///< everything is paid
  NotLawful,             ///< the rule of 78 where the law forbids it
  AmountNotPositive,     ///< refunds or prepays nothing
  AmountExceedsLent,     ///< refunds more than was lent and not refunded yet
  DueUnpaid,             ///< what is due or billed is paid before what is not
  AmountCoversAll,       ///< nothing unbilled would be left: that is a payoff
  CountOutOfRange,       ///< no installment, more than a plan may have, or no month
  InstallmentNotFound,   ///< the plan has no such number
  InstallmentPaid,       ///< one that is to move
  DueNotInFuture,        ///< a new due date that has come already
  DueDatesOutOfOrder,    ///< an installment would be due with the next one, later, or after 2199
  NothingOverdue,        ///< nothing is due and unpaid
  NothingToCome,         ///< no installment is left to take what is overdue
  AccountTooYoung,       ///< the guard of a re-age, as are the next three
  TooFewPayments,        ///< neither enough in a row nor a lump as large
  ReAgedTooOften,        ///< in the short window or in the long one
  HardshipUndocumented,  ///< willingness and ability to pay
  NoInterestOnBalance,   ///< the plan's cost does not arise on a balance
  SpanEmpty,             ///< a pause that ends before it starts
  RateOutOfRange,        ///< negative, a flat one, or above 100 % a period
  AmountBelowPayoff,     ///< pays less than the quote
  PrincipalTooSmallToSplit,  ///< an installment would fall below the minimum
  NoSchedule,                ///< the split or the method can't do it: see SplitRule, TermsRefusal
  NothingChanges,            ///< all of it is billed, or nothing arises in the span
};

inline constexpr int kChangeRefusalCount = 24;
std::string_view code(ChangeRefusal refusal);      ///< "NOTHING_OWED", stable; docs/errors.md
std::string_view sentence(ChangeRefusal refusal);  ///< the rule in words

/// What was agreed on that a change has to know.
struct ChangeTerms {
  base::Day start;                                   ///< period 1 starts: the capture's value date
  SplitBy split_rule = base::SplitRule::DownLast;    ///< what is spread anew, each component
  base::Rounding rounding = base::Rounding::HalfUp;  ///< a share of a cost, by days or by amount
  std::int64_t principal_minor_min = 1;              ///< per installment that is new

  /// How interest arises on the balance (EqualPrincipal, LevelPayment, DailyInterest, Balloon); its
  /// method, rate, day count, roundings, step, subsidy and balloon count, the rest is the plan's.
  /// The rate is the one in force on the day of the change: a rate change is made when it comes.
  /// Nothing for plans whose cost was fixed at the start, whatever they call it.
  std::optional<Terms> interest = {};
};

}  // namespace scheduling
