// A proof as a file: JSON that is written in one way only, so that an altered byte never goes
// unseen. docs/evidence.md describes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ledger/proof.h"

namespace cli {

inline constexpr std::string_view kProofFormat = "fenqi-proof-1";
/// No proof comes near it.
inline constexpr std::size_t kProofBytesMax = 1 << 20;

/// The file's text, with a line end. Nothing if the proof's content is no journal.
std::optional<std::string> proof_text(const ledger::Proof& proof);

/// Why a file is no proof, in the order it is looked for.
enum class ProofFileRefusal {
  Unreadable,    ///< not JSON, or without the fields of a proof
  NotCanonical,  ///< not byte for byte as we write the proof that is in it
};
std::string_view code(ProofFileRefusal refusal);
std::string_view sentence(ProofFileRefusal refusal);

/// Reads a proof back. It still has to be checked.
base::Result<ledger::Proof, ProofFileRefusal> parse_proof(std::string_view text);

}  // namespace cli
