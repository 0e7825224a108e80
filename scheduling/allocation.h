// Which installments a repayment pays, and which part of each: the horizontal order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/day.h"
#include "scheduling/plan_view.h"

namespace scheduling {

/// From this many days past due on, a plan's principal is paid before its charges.
inline constexpr int kPrincipalFirstDpd = 91;

/// How far an amount may go before the rest becomes credit balance.
enum class Reach {
  DueOnly,  ///< what is due on or before the value date; how a credit balance is used
  Billed,   ///< then what is billed and not yet due; a repayment
  Prepay,   ///< then what is not billed yet; only if the customer asked for it
};

struct AllocationRequest {
  std::int64_t amount_minor = 0;  ///< not negative
  base::Day value_date;
  Reach reach = Reach::Billed;
  std::optional<std::size_t> directed = {};  ///< index of the plan the payer named
};

/// What one installment got. `number` is 0 for a penalty that stands alone.
struct AllocationPart {
  std::size_t plan = 0;  ///< index into the plans given
  int number = 0;
  std::int64_t penalty = 0;
  std::int64_t fee = 0;
  std::int64_t interest = 0;
  std::int64_t principal = 0;

  std::int64_t total() const { return penalty + fee + interest + principal; }
  bool operator==(const AllocationPart&) const = default;
};

struct Allocation {
  std::vector<AllocationPart> parts;  ///< in the order paid; none is empty
  std::int64_t credit_minor = 0;      ///< what nothing was found for

  bool operator==(const Allocation&) const = default;
};

/// Shares one amount over the plans of one customer and currency.
///
/// - First what is due on or before the value date, oldest installment first (due date, then plan
///   id, then number); then, as far as `reach` says, what is billed; then what is not.
/// - Inside an installment penalty, fee, interest, principal; for a plan more than 90 days past due
///   principal, fee, interest, penalty (the order China's card rules require then).
/// - A plan's penalty goes with its oldest unpaid installment. If that is not due yet, or there is
///   none, the penalty stands alone and is paid before everything else.
/// - With a directed plan, what is due and billed of that plan comes before all others.
///
/// The parts and the credit sum to the amount exactly, and no part exceeds what is unpaid.
Allocation allocate_payment(std::span<const PlanView> plans, const AllocationRequest& request);

}  // namespace scheduling
