// The leaf of a journal in its date's Merkle tree, from the row as it is stored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "sql/store/proof_rows.h"

namespace engine {

/// An account as journals are judged by it.
struct TallyAccount {
  std::int32_t code = 0;
  std::string currency = {};
  std::string content = {};  ///< its three fields in the canonical text of a journal

  bool is_memo() const { return code >= 9000; }
};
using TallyAccounts = std::unordered_map<std::int32_t, TallyAccount>;
TallyAccount tally_account(const store::ProofAccount& account);

/// Debit and credit account of each transfer of one journal.
using TransferAccounts = std::vector<std::pair<const TallyAccount*, const TallyAccount*>>;
/// False if an account is not there.
bool find_accounts(const store::ProofJournal& journal, const TallyAccounts& accounts,
                   TransferAccounts& found);

/// The leaf of a journal's canonical text (docs/evidence.md). `original` is the leaf of what it
/// reverses; `buffer` is scratch.
base::Hash journal_leaf(const store::ProofJournal& journal, const TransferAccounts& accounts,
                        const std::optional<base::Hash>& original, std::string& buffer);

/// Looks accounts up when they first occur.
class AccountNames {
 public:
  /// On a session that is free whenever it is asked.
  explicit AccountNames(store::Session& session) : session_(session) {}

  /// Those of these journals, and maybe others; valid until it is asked again.
  const TallyAccounts& of(std::span<const store::ProofJournal> journals,
                          std::span<const store::ProofJournal> originals);

 private:
  store::Session& session_;
  TallyAccounts known_;
};

/// What journals of one piece reverse, by party and journal, with their leaves.
struct OriginalJournal {
  const store::ProofJournal* journal = nullptr;
  std::optional<base::Hash> leaf = {};
};
using OriginalJournals = std::map<std::pair<std::int64_t, std::int64_t>, OriginalJournal>;
/// Those that can be read.
OriginalJournals original_leaves(std::span<const store::ProofJournal> originals,
                                 const TallyAccounts& accounts);
/// What `journal` reverses; an empty one if that is nothing, or not there.
OriginalJournal find_original(const store::ProofJournal& journal,
                              const OriginalJournals& originals);

}  // namespace engine
