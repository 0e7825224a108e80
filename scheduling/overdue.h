// Days past due, buckets and late fees of one plan, with grace and tolerance.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/day.h"
#include "base/rate.h"
#include "scheduling/plan_view.h"

namespace scheduling {

struct LateTerms {
  std::int64_t tolerance_minor_max = 0;                           ///< 10.00 for CNY
  base::Rate tolerance_share{10'000'000, base::RateBasis::Flat};  ///< of the installment
  int grace_days = 3;                                             ///< paid within them: no late fee
  base::Rate fee_rate{50'000, base::RateBasis::PerDay};           ///< 0.05 % a day
  std::int64_t fee_minor_min = 1;                                 ///< each day that has a base
};

/// A rest up to this is not late: the lesser of the maximum and the share of the installment.
std::int64_t tolerance_minor(const InstallmentView& installment, const LateTerms& terms);

/// Days past due at the end of `day`, of the oldest late installment; 0 if none is.
///
/// An installment is late from the day after its due date if its unpaid rest is above tolerance. A
/// rest within tolerance joins the next installment; on the last one it stays owed and is never
/// late. The view holds what was paid by the end of `day`.
int days_past_due(const PlanView& plan, const LateTerms& terms, base::Day day);

enum class Bucket { M0, M1, M2, M3, M4, M5, M6, M6Plus };

/// 0 is M0, then 30 days each: 1 to 30 is M1, 151 to 180 is M6, above 180 M6+.
Bucket bucket_of(int dpd);
std::string_view to_string(Bucket bucket);  ///< "M0" to "M6", "M6+"

/// What one event took off an installment.
struct PaidPart {
  base::Day value_date;
  int number = 0;  ///< 1-based
  std::int64_t principal = 0;
  std::int64_t fee = 0;
  std::int64_t interest = 0;
};

/// The plan's late fee from the beginning through `day`: what should be posted in all.
///
/// - fee(d) = max(minimum, round half up(base * rate)) for a base above zero; the base is the
///   unpaid principal and fee, at the start of d, of the installments that are late on d and have
///   entered. So the day of a payment counts, whatever is paid on it.
/// - An installment enters on the first day d that begins with it late and d - due > grace. Then it
///   counts from the day after its due date.
/// - The sum grows no further than the unpaid principal at the start of the day, but what is there
///   stays. No fee is charged on a fee.
///
/// Where the schedule has replaced another, the sum starts with that of the schedule before through
/// the day of the change, and until then only installments count that enter later.
///
/// `paid` lists what the view counts as paid, in any order; parts with a value date on or before
/// the first due date may be left out. So a repayment, before it is applied, and the close of its
/// day get the same answer, and a back-dated one yields the new sum.
std::int64_t late_fee_through(const PlanView& plan, std::span<const PaidPart> paid,
                              const LateTerms& terms, base::Day day);

/// The same from `before`, the sum through the day before `day`, without history; or nothing if an
/// installment enters on `day`, so that earlier days count anew: then ask `late_fee_through`.
///
/// Only for an ordinary night: the view is the plan at the start of `day`, and nothing was paid
/// with the value date of the day before, nor back-dated since.
std::optional<std::int64_t> late_fee_next_day(const PlanView& plan, std::int64_t before,
                                              const LateTerms& terms, base::Day day);

}  // namespace scheduling
