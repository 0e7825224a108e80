// May this customer buy on credit now? The last word at the moment of purchase.
#pragma once

#include <cstdint>

#include "credit/exposure.h"

namespace checkout {

enum class Standing { Good, BlockedUntilPaid, Closed };

/// In the order they are checked; the first that fails is the answer.
enum class Decision { Approve, AccountClosed, AccountBlocked, LimitInsufficient };

/// `financed` is what the purchase adds to the outstanding principal, `released` the hold it
/// consumes (0 without one).
Decision decide(Standing standing, const credit::Exposure& exposure, std::int64_t financed,
                std::int64_t released);

}  // namespace checkout
