// Early partial payment (部分提前还款): principal paid before it is billed.
#pragma once

#include <cstdint>

#include "scheduling/allocation.h"
#include "scheduling/change.h"

namespace scheduling {

/// What the payment makes of the installments that are not billed yet.
enum class PrepaidEffect {
  FewerInstallments,    ///< 缩短期数: about as large as before, the last ones fall away
  SmallerInstallments,  ///< 减少每期: as many as before
};

/// What becomes of their fee, and of interest that was fixed at the start.
enum class PrepaidFee {
  KeepOfRemaining,  ///< an installment that stays keeps its fee, one that falls away is waived
  Reduce,           ///< the fee falls in the proportion of the principal
  ChargeAll,        ///< all of it stays, over the installments that stay
};

struct PrepaymentRequest {
  base::Day on;
  std::int64_t amount_minor = 0;
  PrepaidEffect effect = PrepaidEffect::SmallerInstallments;
  PrepaidFee fee = PrepaidFee::KeepOfRemaining;
};

struct Prepayment {
  NewVersion version;   ///< before the payment: the part below is owed in it
  AllocationPart part;  ///< where the payment goes, all of it principal
};

/// The version in which `amount_minor` can be paid on the day, and where. The whole amount is
/// principal: what is due and billed is paid first, by an allocation that reaches no further.
///
/// - It goes to the first unbilled installment, which asks for it on top of its new share; so the
///   numbers stay, and a payment that is taken back leaves it owed there.
/// - Fewer: the principal comes off the last installment, then the one before. Level payments: the
///   fewest of which none is above the largest there was.
/// - Smaller: what is left is spread over the same installments; see rest_of_plan.h for interest.
///
/// Refused as NothingOwed, AmountNotPositive, DueUnpaid (penalty included), AmountCoversAll,
/// RateOutOfRange, NoSchedule.
base::Result<Prepayment, ChangeRefusal> prepay(const PlanView& plan, const ChangeTerms& terms,
                                               const PrepaymentRequest& request);

}  // namespace scheduling
