// The proof that one journal is in a sealed date. It is checked with the public key alone: no
// database, no other journal.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/signature.h"
#include "ledger/journal_content.h"
#include "ledger/seal.h"

namespace ledger {

struct Proof {
  std::string content;           ///< the journal's canonical text
  std::uint64_t leaf_index = 0;  ///< from 0; the voucher number less one
  std::vector<base::Hash> path;  ///< from the leaf's sibling upwards
  SignedSeal seal;

  bool operator==(const Proof&) const = default;
};

/// Why a proof proves nothing, in the order it is looked for.
enum class ProofRefusal {
  ContentUnreadable,  ///< the content is not the canonical text of a journal
  DateDiffers,        ///< the journal is of another date than the seal
  FormatUnknown,      ///< a seal of a form that proves no single journal, or that we don't know
  NotInTree,          ///< the path does not lead from the journal to the seal's root
  SealHashWrong,      ///< the seal's hash is not that of what it says
  KeyUnknown,         ///< signed with another key than the given ones
  SignatureWrong,     ///< the signature is not one of the seal
};

std::string_view code(ProofRefusal refusal);
std::string_view sentence(ProofRefusal refusal);

/// The journal, if `proof` shows that it is in a date sealed with one of `keys`.
base::Result<JournalContent, ProofRefusal> check_proof(const Proof& proof,
                                                       std::span<const base::PublicKey> keys);

}  // namespace ledger
