#include "ledger/proof.h"

#include <utility>

#include "base/merkle.h"

namespace ledger {
namespace {

ProofRefusal refusal_of(SealFault fault) {
  switch (fault) {
    case SealFault::FormatUnknown:
      return ProofRefusal::FormatUnknown;
    case SealFault::HashWrong:
      return ProofRefusal::SealHashWrong;
    case SealFault::NotSigned:
    case SealFault::SignatureWrong:
      return ProofRefusal::SignatureWrong;
    case SealFault::KeyUnknown:
      return ProofRefusal::KeyUnknown;
  }
  std::unreachable();
}

}  // namespace

std::string_view code(ProofRefusal refusal) {
  switch (refusal) {
    case ProofRefusal::ContentUnreadable:
      return "PROOF_CONTENT_UNREADABLE";
    case ProofRefusal::DateDiffers:
      return "PROOF_DATE_DIFFERS";
    case ProofRefusal::FormatUnknown:
      return "PROOF_FORMAT_UNKNOWN";
    case ProofRefusal::NotInTree:
      return "PROOF_NOT_IN_TREE";
    case ProofRefusal::SealHashWrong:
      return "PROOF_SEAL_HASH_WRONG";
    case ProofRefusal::KeyUnknown:
      return "PROOF_KEY_UNKNOWN";
    case ProofRefusal::SignatureWrong:
      return "PROOF_SIGNATURE_WRONG";
  }
  std::unreachable();
}

std::string_view sentence(ProofRefusal refusal) {
  switch (refusal) {
    case ProofRefusal::ContentUnreadable:
      return "its content is not the canonical text of a journal";
    case ProofRefusal::DateDiffers:
      return "the journal is of another date than the seal";
    case ProofRefusal::FormatUnknown:
      return "its seal is not of a form that proves single journals";
    case ProofRefusal::NotInTree:
      return "the audit path does not lead from the journal to the root in the seal";
    case ProofRefusal::SealHashWrong:
      return "the hash of the seal is not that of what the seal says";
    case ProofRefusal::KeyUnknown:
      return "the seal is signed with another key than the given one";
    case ProofRefusal::SignatureWrong:
      return "the signature is not one of this seal";
  }
  std::unreachable();
}

base::Result<JournalContent, ProofRefusal> check_proof(const Proof& proof,
                                                       std::span<const base::PublicKey> keys) {
  const auto refuse = [](ProofRefusal refusal) { return base::Refused<ProofRefusal>(refusal); };
  const Seal& seal = proof.seal.seal;
  const auto content = parse_journal_content(proof.content);
  if (!content) return refuse(ProofRefusal::ContentUnreadable);
  if (content->business_date != seal.business_date) return refuse(ProofRefusal::DateDiffers);
  if (seal.format != kMerkleSeal) return refuse(ProofRefusal::FormatUnknown);
  if (!base::verify_inclusion(base::merkle_leaf(proof.content), proof.leaf_index,
                              seal.journal_count, proof.path, seal.content_hash)) {
    return refuse(ProofRefusal::NotInTree);
  }
  if (const auto fault = check_seal(proof.seal, keys)) return refuse(refusal_of(*fault));
  return *content;
}

}  // namespace ledger
