// Other due dates for what is owed: extension, re-age, re-amortization.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "scheduling/change.h"
#include "scheduling/due_dates.h"

namespace scheduling {

inline constexpr int kExtensionMonthsMax = 60;  // as long as the longest product

struct ExtensionRequest {
  base::Day on;
  int first = 1;  ///< number of the first installment that moves
  int count = 1;
  int months = 1;
  DueRule dues;               ///< of the plan: its anchor keeps the 31st
  bool charges_days = false;  ///< interest on a balance counts the days that periods get longer
};

/// Extension (延期): installments `first` to `first + count - 1` are due `months` later, and so not
/// past due any more. No amount changes (a long period costs what a short one does), unless
/// interest counts days and is to be charged for them.
///
/// Refused as NothingOwed, CountOutOfRange, InstallmentNotFound, InstallmentPaid, DueNotInFuture
/// (not after `on`), DueDatesOutOfOrder (not before the next installment that stays),
/// RateOutOfRange.
base::Result<NewVersion, ChangeRefusal> extend(const PlanView& plan, const ChangeTerms& terms,
                                               const ExtensionRequest& request);

/// When an account may be re-aged. The defaults are those of US supervisors (FFIEC, Uniform Retail
/// Credit Classification and Account Management Policy, 2000).
struct ReAgeGuard {
  int age_months_min = 9;
  int payments_min = 3;
  int short_window_months = 12;
  int short_window_max = 1;  ///< re-ages within the window, this one included
  int long_window_months = 60;
  int long_window_max = 2;
};

/// What is known of the account on the day it asks.
struct ReAgeFacts {
  base::Day opened_on;
  int consecutive_payments = 0;        ///< minimum payments in a row until now
  std::int64_t lump_paid_minor = 0;    ///< or paid at once
  std::int64_t minimum_due_minor = 0;  ///< of one period: what a lump is measured by
  std::span<const base::Day> earlier;  ///< re-ages of the account
  bool is_documented = false;          ///< willingness and ability to pay
};

/// Why the account may not be re-aged on the day: AccountTooYoung, TooFewPayments, ReAgedTooOften,
/// HardshipUndocumented. A window of 12 months is over on the same day of the month a year later.
std::optional<ChangeRefusal> check_re_age(const ReAgeGuard& guard, const ReAgeFacts& facts,
                                          base::Day on);

struct ReAgeRequest {
  base::Day on;
  int count = 1;  ///< new installments
  DueRule dues;   ///< theirs
};

/// Re-age (展期): all that is unpaid is spread over new installments, each component by itself, and
/// the plan is current. Fee stays fee: none of it becomes principal.
///
/// An installment of 0 due on the day stands before the new ones, unless a paid one does: there
/// their first period starts. Interest on a balance starts anew with it, by the method; a rate per
/// period is one of the new periods. What had accrued until then and is unpaid is spread like fee.
/// Late fee stays as it is.
///
/// Refused as NothingOwed, CountOutOfRange, DueNotInFuture, DueDatesOutOfOrder, what the guard
/// says, PrincipalTooSmallToSplit, RateOutOfRange, NoSchedule.
base::Result<NewVersion, ChangeRefusal> re_age(const PlanView& plan, const ChangeTerms& terms,
                                               const ReAgeRequest& request, const ReAgeGuard& guard,
                                               const ReAgeFacts& facts);

/// Re-amortization (重新分摊): what is overdue (due before `on`) is added to the installments that
/// are to come, each component split over them; the last due date stays. 3 overdue and 6 to come of
/// 100.00: 6 of 150.00 (domain §1.9). Interest on a balance is that of the higher balance from `on`
/// on.
///
/// Refused as NothingOwed, NothingOverdue, NothingToCome, RateOutOfRange, NoSchedule.
base::Result<NewVersion, ChangeRefusal> re_amortize(const PlanView& plan, const ChangeTerms& terms,
                                                    base::Day on);

}  // namespace scheduling
