#include "engine/day_leaves.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "engine/journal_leaf.h"

namespace engine {
namespace {

constexpr std::size_t kPieceVouchers = 4096;
constexpr std::size_t kPiecesMax = 256;

/// Nobody takes the leaves any more.
struct Abandoned {};

/// A journal among those of its party.
struct Text {
  std::string content;
  std::int64_t party;
  std::int64_t journal;
  base::Hash leaf;

  auto key() const { return std::tie(content, party, journal); }
};

}  // namespace

DayLeaves::DayLeaves(LeafReaders& readers, base::Day day)
    : readers_(readers), day_(day), thread_([this] {
        try {
          read();
        } catch (const Abandoned&) {
          // The reader's destructor waits.
        } catch (...) {
          const std::lock_guard lock(mutex_);
          error_ = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        is_read_ = true;
        changed_.notify_all();
      }) {}

DayLeaves::~DayLeaves() {
  const std::lock_guard lock(mutex_);
  is_abandoned_ = true;
  changed_.notify_all();
}

std::vector<store::VoucherRow> DayLeaves::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !pieces_.empty() || is_read_; });
  if (error_) std::rethrow_exception(error_);
  if (pieces_.empty()) return {};
  std::vector<store::VoucherRow> piece = std::move(pieces_.front());
  pieces_.pop_front();
  changed_.notify_all();
  return piece;
}

void DayLeaves::hand_over(std::vector<store::VoucherRow>& piece) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return pieces_.size() < kPiecesMax || is_abandoned_; });
  if (is_abandoned_) throw Abandoned();
  pieces_.push_back(std::move(piece));
  piece = {};
  changed_.notify_all();
}

void DayLeaves::read() {
  const store::Transaction snapshot(readers_.journals, "BEGIN READ ONLY");
  AccountNames names(readers_.lookups);
  store::ProofJournals journals(readers_.journals, day_);
  std::vector<Text> texts;  // of the party whose journals come by
  std::int16_t kind = 0;
  std::string ref;
  std::int32_t number = 0;
  std::vector<store::VoucherRow> piece;
  const auto end_party = [&] {
    std::ranges::sort(texts, {}, &Text::key);
    for (const Text& text : texts) {
      piece.push_back({.business_date = day_,
                       .number = ++number,
                       .party = text.party,
                       .journal = text.journal,
                       .leaf = text.leaf});
    }
    texts.clear();
    if (piece.size() >= kPieceVouchers) hand_over(piece);
  };
  TransferAccounts transfers;
  std::string buffer;
  for (auto some = journals.next(); !some.empty(); some = journals.next()) {
    const auto originals = journals.find_originals(readers_.lookups, some);
    const TallyAccounts& accounts = names.of(some, originals);
    const OriginalJournals reversed = original_leaves(originals, accounts);
    for (const store::ProofJournal& journal : some) {
      CHECK(journal.is_whole && journal.party_kind && journal.party_ref &&
                find_accounts(journal, accounts, transfers),
            "journal {} of party {} on {} can't be read", journal.journal, journal.party,
            base::to_string(day_));
      if (kind != *journal.party_kind || ref != *journal.party_ref) {
        end_party();
        kind = *journal.party_kind;
        ref = *journal.party_ref;
      }
      const auto original = find_original(journal, reversed);
      CHECK(!journal.reverses || original.leaf, "journal {} of party {} reverses nothing",
            journal.journal, journal.party);
      const base::Hash leaf = journal_leaf(journal, transfers, original.leaf, buffer);
      texts.push_back({buffer, journal.party, journal.journal, leaf});
    }
  }
  end_party();
  if (!piece.empty()) hand_over(piece);
}

}  // namespace engine
