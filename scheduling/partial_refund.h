// Goods given back: what the customer owes of their price falls, and the rest is priced anew.
#pragma once

#include <cstdint>

#include "scheduling/change.h"

namespace scheduling {

/// How unbilled principal falls.
enum class UnbilledOrder {
  ProRata,    ///< what is left is spread over the same installments; the default
  LastFirst,  ///< the last installment first
  NextFirst,  ///< the next one first
};

/// What happens to fee that is paid already.
enum class PaidFee {
  Retain,         ///< nothing; the default
  ReturnProrata,  ///< given back in the proportion of the principal
};

struct RefundRequest {
  base::Day on;
  std::int64_t amount_minor = 0;  ///< Rc: the customer's part of the goods value given back
  UnbilledOrder order = UnbilledOrder::ProRata;
  PaidFee paid_fee = PaidFee::Retain;
  bool is_merchants_fault = false;  ///< forces ReturnProrata

  std::int64_t lent_minor = 0;             ///< principal at the capture
  std::int64_t refunded_before_minor = 0;  ///< Rc of earlier refunds
  std::int64_t fee_returned_before_minor = 0;
};

struct PartialRefund {
  NewVersion version;  ///< refunded: principal off the plan; returned: cash principal and fee

  // Where the amount went, in this order; they sum to it.
  std::int64_t past_due_minor = 0;
  std::int64_t unbilled_minor = 0;
  std::int64_t billed_minor = 0;
  std::int64_t cash_minor = 0;  ///< to the original route, else to the credit balance

  /// How much of the limit comes back.
  std::int64_t principal_reduced_minor() const {
    return past_due_minor + unbilled_minor + billed_minor;
  }
};

/// The version after a refund. The rules stand in partial_refund.cpp. Refused as AmountNotPositive,
/// AmountExceedsLent, RateOutOfRange, NoSchedule.
base::Result<PartialRefund, ChangeRefusal> refund_part(const PlanView& plan,
                                                       const ChangeTerms& terms,
                                                       const RefundRequest& request);

}  // namespace scheduling
