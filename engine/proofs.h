// Makes the proof that one journal is in a sealed date; ledger/proof.h checks it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/day.h"
#include "base/result.h"
#include "ledger/proof.h"
#include "sql/store/session.h"

namespace engine {

/// Why there is no proof of a journal, in the order it is looked for.
enum class NoProof {
  DateNotSealed,
  VoucherUnknown,
  SealProvesNoJournal,  ///< a plain-1 seal: it can only be checked with all journals of the date
  JournalChanged,       ///< what is in the database is not what was sealed
};
struct ProofNotMade {
  NoProof reason;
  std::string sentence;
};

std::string_view code(NoProof reason);

/// The proof of voucher `number` of `day`. Reads the leaves of the date once, in constant memory.
base::Result<ledger::Proof, ProofNotMade> make_proof(store::Session& session, base::Day day,
                                                     std::int64_t number);

}  // namespace engine
