// Where each cent of a repayment goes: twelve buckets in an order that is data.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/day.h"

namespace scheduling {

/// What an installment is on the value date of a payment.
enum class DueClass { PastDue, Due, InAdvance };
inline constexpr std::size_t kDueClassCount = 3;

inline DueClass due_class(base::Day due, base::Day value_date) {
  if (due < value_date) return DueClass::PastDue;
  return due == value_date ? DueClass::Due : DueClass::InAdvance;
}

/// What an installment is made of.
enum class Component { Penalty, Fee, Interest, Principal };
inline constexpr std::size_t kComponentCount = 4;

/// One amount a component, indexed by Component.
using ComponentAmounts = std::array<std::int64_t, kComponentCount>;

constexpr std::size_t index_of(Component component) { return static_cast<std::size_t>(component); }

struct WaterfallBucket {
  DueClass due;
  Component component;

  constexpr bool operator==(const WaterfallBucket&) const = default;
};
inline constexpr std::size_t kWaterfallBucketCount = 12;

enum class Direction {
  Horizontal,  ///< all components of one installment, then the next installment
  Vertical,    ///< one component of all installments, then the next component
};

/// Which of the installments that are not due yet money goes to.
enum class FutureRule {
  Next,        ///< the earliest, then the one after it
  Last,        ///< the latest, then the one before it
  Reamortize,  ///< all of them evenly, so that what is left to pay falls by the same amount each
};

/// A rest so small that an installment counts as paid; it is collected with the next one.
struct Tolerance {
  std::int64_t amount_minor_max = 0;
  int percent = 0;  ///< of the installment; the lower of the two holds

  constexpr bool operator==(const Tolerance&) const = default;
};

/// An order of payment, as a contract or a law names it. A bucket that is not listed gets nothing.
struct Waterfall {
  std::array<WaterfallBucket, kWaterfallBucketCount> buckets = {};
  std::size_t bucket_count = 0;
  Direction direction = Direction::Horizontal;
  FutureRule future = FutureRule::Next;
  Tolerance tolerance = {};

  std::span<const WaterfallBucket> order() const { return {buckets.data(), bucket_count}; }
  bool lists(WaterfallBucket bucket) const {
    return std::ranges::find(order(), bucket) != order().end();
  }
  constexpr bool operator==(const Waterfall&) const = default;
};

/// Each class of due dates in turn, with its components in the order given; an empty order leaves
/// the class out. A component twice in one order is a CHECK.
Waterfall make_waterfall(std::span<const Component> past_due, std::span<const Component> due,
                         std::span<const Component> in_advance);

/// Where a payment comes from: the first key of the table.
enum class PaymentType {
  Repayment,       ///< by the customer's hand
  AutoDebit,       ///< 代扣
  MerchantRefund,  ///< what a merchant's refund leaves for the plan
  Goodwill,
  Collector,
  Insurance,
  CreditBalance,  ///< 溢缴款 used up
};

/// One row: the order for payments of the type (of all types where none is named) into plans at
/// least `dpd_min` days past due.
struct WaterfallRow {
  std::optional<PaymentType> type;
  int dpd_min = 0;
  Waterfall waterfall;
};

/// The row for a payment: of those whose type is the payment's or none and whose `dpd_min` is
/// reached, the one with the highest `dpd_min`; among equals one that names the type. Nothing if no
/// row fits.
const Waterfall* find_waterfall(std::span<const WaterfallRow> table, PaymentType type, int dpd);

/// Past due, due and in advance, each penalty, fee, interest, principal; from 91 days past due on
/// principal first, then fee, interest, penalty (domain §1.4; the order China's card rules
/// require). A rest up to min(10.00, 10 %) is tolerated.
std::span<const WaterfallRow> default_waterfalls();

/// What an installment still asks for.
struct OwedInstallment {
  base::Day due;
  ComponentAmounts unpaid = {};
  std::int64_t total_minor = 0;  ///< when nothing was paid: what a tolerance is a percentage of
};

/// What one installment got.
struct WaterfallPart {
  std::size_t installment = 0;  ///< index into the installments given
  ComponentAmounts paid = {};
  std::int64_t rest_minor = 0;  ///< what it still asks for
  bool counts_as_paid = false;  ///< the rest is within the tolerance

  std::int64_t total() const { return paid[0] + paid[1] + paid[2] + paid[3]; }
};

struct WaterfallResult {
  std::vector<WaterfallPart> parts;  ///< in the order of the installments; none is empty
  std::int64_t credit_minor = 0;     ///< what nothing was found for
};

/// Allocates `amount_minor` (not negative) received for `value_date` to the installments, which are
/// in the order in which they are to be paid (by due date).
///
/// - Horizontal: class by class as they first appear in the order; within a class installment by
///   installment, each with the components of that class in their order.
/// - Vertical: bucket by bucket, each over its installments.
/// - Future installments as `future` says. Reamortize shares what is left evenly over those that
///   still owe, to the minor unit half to even, the last of them taking the rest of the division;
///   what one can't take is shared again. Source: Apache Fineract, REAMORTIZATION.
///
/// The parts and the credit sum to the amount exactly, and no component is paid beyond what is
/// owed.
WaterfallResult allocate(std::span<const OwedInstallment> installments, const Waterfall& waterfall,
                         std::int64_t amount_minor, base::Day value_date);

}  // namespace scheduling
