// Turns agreed terms into dated installments. Pure: no clock, no database.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "base/result.h"
#include "scheduling/terms.h"

namespace scheduling {

struct Installment {
  int number = 0;  ///< 1-based
  base::Day due;
  std::int64_t principal_minor = 0;
  std::int64_t interest_minor = 0;
  std::int64_t fee_minor = 0;
  bool is_upfront = false;         ///< a down payment or a fee on day 0: outside the count
  std::int64_t balance_minor = 0;  ///< principal owed after it, of what was paid out by then

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

/// Splits the principal over the due dates and adds fee or interest, as the terms say.
///
/// - The principals sum to `terms.principal` exactly and are never negative.
/// - A flat cost's total is rounded once, then split by `split_rule`, so the parts sum to exactly
///   what was disclosed.
/// - A level payment is the exact annuity, rounded once; the last installment takes what is left.
/// - A down payment is an installment of its own, due on the day of its disbursement and not
///   counted in `installment_count`. So is a fee dated after the last installment.
base::Result<Schedule, TermsRefusal> make_schedule(const Terms& terms);

/// The same into a schedule whose memory is used again: no allocation once it has grown. What it
/// holds after a refusal is unspecified.
std::optional<TermsRefusal> make_schedule_into(const Terms& terms, Schedule& schedule);

/// The index of the installment that carries what falls due on `day`: periods contain their due
/// date and not the day they start on, but the first one contains both. Nothing after the last one.
/// Upfront ones are passed over: they are due at once and carry nothing else.
std::optional<std::size_t> installment_carrying(const Schedule& schedule, base::Day day);

}  // namespace scheduling
