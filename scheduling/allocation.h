// Which installments of which plans a payment pays, and which part of each. The order is data:
// rows of waterfall.h, found by the payment's type and each plan's days past due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/day.h"
#include "scheduling/plan_view.h"
#include "scheduling/waterfall.h"

namespace scheduling {

/// How far an amount may go before the rest becomes credit balance.
enum class Reach {
  DueOnly,  ///< what is due on or before the value date; how a credit balance is used
  Billed,   ///< then what is billed and not yet due; a repayment
  Prepay,   ///< then what is not billed yet; only if the customer asked for it
};

struct AllocationRequest {
  std::int64_t amount_minor = 0;  ///< not negative
  base::Day value_date = {};
  Reach reach = Reach::Billed;
  std::optional<std::size_t> directed = {};  ///< index of the plan the payer named
  PaymentType type = PaymentType::Repayment;
  /// The order of payment, which outlives the call. It has a row for each plan; a CHECK.
  std::span<const WaterfallRow> table = default_waterfalls();
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
  std::vector<AllocationPart> parts;  ///< one an installment, as their turns came; none is empty
  std::int64_t credit_minor = 0;      ///< what nothing was found for

  bool operator==(const Allocation&) const = default;
};

/// Shares one amount over the plans of one customer and currency.
///
/// - Group by group: what is past due, what is due on the value date; then, as far as `reach` says,
///   what is billed; then what is not. In a group the oldest installment is first (due date, then
///   plan id, then number).
/// - Each installment is paid the components that its plan's row of the table lists for its class,
///   in their order; billed or not, what is not due yet is in advance. A component that is not
///   listed gets nothing. By default that is penalty, fee, interest, principal; for a plan more
///   than 90 days past due principal, fee, interest, penalty (the order China's card rules require
///   then).
/// - One payment has one direction and one future rule: those of the row for the plan that is the
///   most days past due, of the plans within reach. Vertical: in each group all that stands first
///   in the orders of its installments, then what stands second, and so on; so a plan keeps its own
///   order beside others. The future rule is for what is not billed: the oldest first, the last
///   first, or all evenly.
/// - A plan's penalty goes with its oldest unpaid installment. If that is not due yet, or its class
///   lists no penalty, or there is none, the penalty stands alone and is paid before everything
///   else, as past due.
/// - With a directed plan, what is due and billed of that plan comes before all others. What is not
///   billed of it comes after those, before what is not billed of others.
///
/// The parts and the credit sum to the amount exactly, and no part exceeds what is unpaid. The
/// tolerance of the rows is not used: what counts as late is the product's (overdue.h).
Allocation allocate_payment(std::span<const PlanView> plans, const AllocationRequest& request);

}  // namespace scheduling
