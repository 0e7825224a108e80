#include "engine/reverse.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "sql/store/command_store.h"
#include "sql/store/party_store.h"
#include "sql/store/reversal_store.h"

namespace engine {
namespace {

constexpr auto kCommand = store::CommandKind::Reversal;

std::string request_hash(const ReversalRequest& request) {
  const std::string text =
      fmt::format("reversal of {}/{}", request.party.value, request.journal.value);
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

Refusal refusal_of(const store::OriginalRow* original) {
  if (original == nullptr) return Refusal::JournalUnknown;
  if (original->is_reversal) return Refusal::JournalIsReversal;
  if (!is_reversible(static_cast<ledger::Rule>(original->rule))) {
    return Refusal::JournalNotReversible;
  }
  if (original->is_reversed) return Refusal::JournalAlreadyReversed;
  return Refusal::None;
}

/// One batch on its way.
class Reversing {
 public:
  Reversing(store::Session& session, BlockIds& ids, std::span<const ReversalRequest> batch)
      : session_(session), ids_(ids), batch_(batch), results_(batch.size()) {}

  std::vector<ItemResult> run() {
    if (batch_.empty()) return results_;
    store::Transaction transaction(session_);
    store::lock_book_shared(session_);
    const auto book = store::load_book(session_);
    CHECK(book.has_value(), "a reversal without a book");
    open_date_ = book->open_date;
    claim();
    decide();
    take_back();
    transaction.commit();
    return results_;
  }

 private:
  /// Claims each reference for the first request that carries it; the others are repeats of it, or
  /// conflicts.
  void claim() {
    std::vector<store::CommandRow> rows;
    std::map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      if (!first.emplace(batch_[i].ref, i).second) continue;
      rows.push_back({.key = batch_[i].ref,
                      .party = batch_[i].party.value,
                      .event = ids_.next(),
                      .subject = batch_[i].journal.value,
                      .request_hash = request_hash(batch_[i]),
                      .business_date = open_date_});
    }
    std::vector<const store::CommandRow*> pointers;
    std::vector<std::string> keys;
    for (const store::CommandRow& row : rows) {
      pointers.push_back(&row);
      keys.push_back(row.key);
    }
    const auto claimed = store::claim_commands(session_, kCommand, store::kOperatorScope, pointers);
    const std::set<std::string> is_claimed(claimed.begin(), claimed.end());
    for (store::CommandRow& row :
         store::load_commands(session_, kCommand, store::kOperatorScope, keys)) {
      commands_.emplace(row.key, std::move(row));
    }
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      const bool is_new = is_claimed.contains(batch_[i].ref) && first.at(batch_[i].ref) == i;
      const store::CommandRow& command = commands_.at(batch_[i].ref);
      ItemResult& result = results_[i];
      result.event = {command.event};
      result.party = {command.party};
      result.business_date = command.business_date;
      if (is_new) {
        claimed_.push_back(i);
      } else if (command.request_hash == request_hash(batch_[i])) {
        result.status = Status::Repeated;
      } else {
        result.refusal = Refusal::IdempotencyConflict;
      }
    }
  }

  void decide() {
    std::vector<std::int64_t> parties, journals;
    for (const std::size_t i : claimed_) {
      parties.push_back(batch_[i].party.value);
      journals.push_back(batch_[i].journal.value);
    }
    std::map<std::pair<std::int64_t, std::int64_t>, store::OriginalRow> originals;
    for (const auto& row : store::load_originals(session_, parties, journals)) {
      originals.emplace(std::pair{row.party, row.journal}, row);
    }
    std::vector<store::ReversalRow> mirrors;
    std::map<std::int64_t, std::size_t> item_of;
    for (const std::size_t i : claimed_) {
      const auto found = originals.find({batch_[i].party.value, batch_[i].journal.value});
      store::OriginalRow* original = found == originals.end() ? nullptr : &found->second;
      results_[i].refusal = refusal_of(original);
      if (results_[i].refusal != Refusal::None) continue;
      original->is_reversed = true;  // for the next request of this batch
      mirrors.push_back({.party = original->party,
                         .original = original->journal,
                         .journal = ids_.next(),
                         .event = results_[i].event.value,
                         .ref = batch_[i].ref});
      item_of.emplace(mirrors.back().journal, i);
    }
    const auto posted = store::insert_mirrors(
        session_, mirrors, static_cast<std::int16_t>(ledger::Rule::Reversal), open_date_);
    for (const auto& [journal, i] : item_of) {
      const bool is_posted = std::ranges::find(posted, journal) != posted.end();
      results_[i].status = is_posted ? Status::Posted : Status::Rejected;
      if (!is_posted) results_[i].refusal = Refusal::JournalAlreadyReversed;
    }
  }

  /// What was refused is not remembered; neither is what repeated it within the batch.
  void take_back() {
    std::vector<std::string> keys;
    std::map<std::string, Refusal> refused;
    for (const std::size_t i : claimed_) {
      if (results_[i].status == Status::Posted) continue;
      keys.push_back(batch_[i].ref);
      refused.emplace(batch_[i].ref, results_[i].refusal);
    }
    if (keys.empty()) return;
    store::delete_commands(session_, kCommand, store::kOperatorScope, keys);
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      const auto found = refused.find(batch_[i].ref);
      if (found == refused.end()) continue;
      const Refusal refusal =
          results_[i].status == Status::Repeated ? found->second : results_[i].refusal;
      results_[i] = {.status = Status::Rejected, .refusal = refusal};
    }
  }

  store::Session& session_;
  BlockIds& ids_;
  std::span<const ReversalRequest> batch_;
  std::vector<ItemResult> results_;
  base::Day open_date_;
  std::map<std::string, store::CommandRow> commands_;
  std::vector<std::size_t> claimed_;
};

}  // namespace

bool is_reversible(ledger::Rule rule) {
  return rule == ledger::Rule::Opening || rule == ledger::Rule::ChannelSettle;
}

std::optional<ReversalRequest> reversal_of_voucher(store::Session& session, std::string ref,
                                                   base::Day business_date, std::int32_t number) {
  const auto found = store::find_voucher(session, business_date, number);
  if (!found) return std::nullopt;
  return ReversalRequest{std::move(ref), {found->first}, {found->second}};
}

std::vector<ItemResult> reverse(store::Session& session, BlockIds& ids,
                                std::span<const ReversalRequest> batch) {
  return Reversing(session, ids, batch).run();
}

}  // namespace engine
