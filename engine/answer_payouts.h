// What a bank's answers do to payouts: confirmed, rejected, returned, each once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/payout_response.h"

namespace engine {

enum class PayoutOutcome {
  Confirmed,  ///< was on its way: payout_confirmed
  Rejected,   ///< was on its way and was never sent: payout_rejected
  Returned,   ///< was confirmed before and came back: payout_returned
  Repeated,   ///< it is so already
  Pending,    ///< the bank has not decided
  Refused,    ///< nothing was done, `code` and `detail` say why
};

struct AnsweredPayout {
  PayoutOutcome outcome = PayoutOutcome::Refused;
  base::Currency currency = {};
  std::int64_t amount = 0;  ///< minor units, of the payout
  std::string code = {};    ///< "PAYOUT_UNKNOWN"
  std::string field = {};
  std::string value = {};
  std::string detail = {};
};

/// Results beside the answers, each of which names a payout of its own (CHECK). Nothing is posted
/// if `is_dry_run`. An answer without a time counts at `at`.
std::vector<AnsweredPayout> answer_payouts(Engine& engine, std::span<const PayoutAnswer> answers,
                                           base::Instant at, const BatchContext& context,
                                           bool is_dry_run = false);

}  // namespace engine
