#include "engine/proofs.h"

#include <fmt/format.h>

#include <utility>

#include "base/merkle.h"
#include "sql/store/seal_store.h"

namespace engine {
namespace {

base::Refused<ProofNotMade> refused(NoProof reason, std::string sentence) {
  return base::Refused<ProofNotMade>(ProofNotMade{reason, std::move(sentence)});
}

}  // namespace

std::string_view code(NoProof reason) {
  switch (reason) {
    case NoProof::DateNotSealed:
      return "DATE_NOT_SEALED";
    case NoProof::VoucherUnknown:
      return "VOUCHER_UNKNOWN";
    case NoProof::SealProvesNoJournal:
      return "SEAL_PROVES_NO_JOURNAL";
    case NoProof::JournalChanged:
      return "JOURNAL_CHANGED";
  }
  std::unreachable();
}

base::Result<ledger::Proof, ProofNotMade> make_proof(store::Session& session, base::Day day,
                                                     std::int64_t number) {
  const std::string date = base::to_string(day);
  const store::Transaction snapshot(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const auto seal = store::find_seal(session, day);
  if (!seal) return refused(NoProof::DateNotSealed, fmt::format("{} is not sealed", date));
  const auto count = static_cast<std::int64_t>(seal->seal.journal_count);
  if (number < 1 || number > count) {
    return refused(NoProof::VoucherUnknown,
                   fmt::format("{} has the vouchers 1 to {}, there is no {}", date, count, number));
  }
  if (seal->seal.format != ledger::kMerkleSeal) {
    return refused(NoProof::SealProvesNoJournal,
                   fmt::format("{} was sealed in the form {}, which proves no single journal", date,
                               seal->seal.format));
  }
  const auto content = store::find_voucher_content(session, day, number);
  base::MerkleTree tree(static_cast<std::uint64_t>(number - 1));
  std::int64_t read = 0;
  bool is_as_sealed = content.has_value();
  const auto take = [&](const base::Hash& leaf) {
    if (++read == number) is_as_sealed = content && base::merkle_leaf(*content) == leaf;
    tree.add(leaf);
  };
  if (store::count_vouchers(session, day) == count) {
    store::for_each_leaf(session, day, count, take);
  }
  if (!is_as_sealed || tree.size() != seal->seal.journal_count ||
      tree.root() != seal->seal.content_hash) {
    return refused(
        NoProof::JournalChanged,
        fmt::format("the journals of {} are not what was sealed; fenqi verify names what "
                    "was changed",
                    date));
  }
  return ledger::Proof{.content = *content,
                       .leaf_index = static_cast<std::uint64_t>(number - 1),
                       .path = tree.path(),
                       .seal = *seal};
}

}  // namespace engine
