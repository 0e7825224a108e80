// Reversal: the exact mirror of a journal, once. For journals that nothing else was derived from;
// what moved a plan, a merchant's items or recognized income has its own business operation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/id.h"
#include "engine/customers.h"
#include "engine/item.h"
#include "sql/store/session.h"

namespace engine {

struct ReversalRequest {
  std::string ref;  ///< outside reference of the correction, unique in the book
  base::PartyId party;
  base::JournalId journal;
};

/// The journal with this voucher number, as a request under `ref`; nothing if there is none.
std::optional<ReversalRequest> reversal_of_voucher(store::Session& session, std::string ref,
                                                   base::Day business_date, std::int32_t number);

/// Posts the mirrors on the open date, in one transaction. Each request gets its own result:
/// Posted, Repeated, or Rejected as JournalUnknown, JournalIsReversal, JournalNotReversible,
/// JournalAlreadyReversed or IdempotencyConflict, checked in that order of the journal's reasons.
std::vector<ItemResult> reverse(store::Session& session, BlockIds& ids,
                                std::span<const ReversalRequest> batch);

/// Whether journals of this rule are corrected by a bare mirror.
bool is_reversible(ledger::Rule rule);

}  // namespace engine
