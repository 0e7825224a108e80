#include "engine/quick_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "sql/store/proof_rows.h"

namespace engine {
namespace {

using store::Session;

/// Plans whose keys one pass holds in memory, with their references, to name those of journals:
/// some 450 MB. Each share reads all plans for it, so there are no more shares than that takes, and
/// than keep the connections busy beside the other passes.
constexpr std::int64_t kPlansOfShare = 6'000'000;
/// Parts of the plans that are judged, so that connections end together.
constexpr int kPlanParts = 8;
void read_journals(Session& session, store::Share share, BookTally& tally) {
  Session beside = store::connect_beside(session);
  AccountNames names(beside);
  store::ProofJournals journals(session, share);
  for (auto piece = journals.next(); !piece.empty(); piece = journals.next()) {
    const auto originals = journals.find_originals(beside, piece);
    const TallyAccounts& accounts = names.of(piece, originals);
    const OriginalJournals reversed = original_leaves(originals, accounts);
    for (const store::ProofJournal& journal : piece) {
      tally.add(journal, accounts, find_original(journal, reversed));
    }
  }
}

template <class Rows>
void read_all(Rows&& rows, BookTally& tally) {
  for (auto piece = rows.next(); !piece.empty(); piece = rows.next()) {
    for (const auto& row : piece) tally.add(row);
  }
}

void read_amounts(Session& session, store::AmountTable table, BookTally& tally) {
  store::ProofAmountRows rows(session, table);
  for (auto piece = rows.next(); !piece.empty(); piece = rows.next()) {
    for (const store::ProofAmounts& row : piece) tally.add(table, row);
  }
}

}  // namespace

QuickProof::QuickProof(Session& session, const store::DayRange& range,
                       std::span<const base::PublicKey> keys, std::uint64_t workers)
    : range_(range),
      keys_(keys),
      seal_passes_(store::seal_passes(session, range)),
      scope_{.closed_through = store::find_closed_through(session), .range = range},
      tally_(weights_, scope_) {
  const std::int64_t by_size = (store::estimate_plans(session) - 1) / kPlansOfShare + 1;
  shares_ = static_cast<int>(std::bit_ceil(
      std::max({static_cast<std::uint64_t>(by_size), workers / 2, std::uint64_t{1}})));
}

Pass QuickProof::reading(std::string name, std::function<void(Session&, BookTally&)> read) {
  return {.name = std::move(name), .run = [this, read = std::move(read)](Session& session) {
            BookTally tally(weights_, scope_);
            read(session, tally);
            const std::lock_guard lock(mutex_);
            tally_.merge(tally);
            return store::Findings();
          }};
}

std::vector<Pass> QuickProof::passes() {
  std::vector<Pass> passes;
  const auto read = [&](std::string name, std::function<void(Session&, BookTally&)> reader) {
    passes.push_back(reading(std::move(name), std::move(reader)));
  };
  for (int i = 0; i < shares_; ++i) {
    const store::Share share{i, shares_};
    const std::string of = fmt::format(" ({} of {})", i + 1, shares_);
    read("journals" + of, [=](Session& s, BookTally& tally) { read_journals(s, share, tally); });
  }
  passes.push_back({.name = "settlements", .run = store::check_settlements});
  for (const store::DayRange& part : seal_passes_) {
    passes.push_back({.name = "seals through " + base::to_string(*part.to),
                      .run = [this, part](Session& session) {
                        BookTally tally(weights_, scope_);
                        base::Day date;
                        std::int32_t number = 0;
                        auto findings = store::check_voucher_seals(
                            session, part, keys_, [&](const store::VoucherRow& voucher) {
                              number = voucher.business_date == date ? number + 1 : 1;
                              date = voucher.business_date;
                              if (voucher.number != number) tally.refuse();
                              tally.add_voucher(voucher);
                            });
                        const std::lock_guard lock(mutex_);
                        tally_.merge(tally);
                        return findings;
                      }});
  }
  read("allocations",
       [](Session& s, BookTally& tally) { read_all(store::ProofAllocations(s), tally); });
  read("references", [](Session& s, BookTally& tally) {
    if (store::count_orphans(s) > 0) tally.refuse();
  });
  for (const auto& [name, table] : {std::pair{"events", store::AmountTable::Events},
                                    {"credit accounts", store::AmountTable::CreditAccounts},
                                    {"account days", store::AmountTable::AccountDays},
                                    {"holds", store::AmountTable::Holds},
                                    {"plans taken over", store::AmountTable::TakenOver}}) {
    read(name, [table = table](Session& s, BookTally& tally) { read_amounts(s, table, tally); });
  }
  passes.push_back({.name = "reconciled items", .run = store::check_reconciled});
  passes.push_back({.name = "limit feed", .run = store::check_limit_feed});
  passes.push_back({.name = "collections", .run = store::check_collections});
  passes.push_back({.name = "breaks", .run = store::check_breaks});
  for (int i = 0; i < kPlanParts; ++i) {
    const store::Share share{i, kPlanParts};
    read(fmt::format("plans ({} of {})", i + 1, kPlanParts),
         [=](Session& s, BookTally& tally) { read_all(store::ProofPlans(s, share), tally); });
  }
  return passes;
}

std::vector<Pass> QuickProof::conclusions() {
  if (!tally_.is_sound() || !(sums_ = tally_.sums())) return {};
  return {
      {.name = "control accounts",
       .run = [this](Session& s) { return store::check_control_accounts(s, &*sums_); }},
      {.name = "recognition",
       .run = [this](Session& s) { return store::check_recognition(s, &*sums_); }},
      {.name = "balances",
       .run = [this](Session& s) { return store::check_running_balances(s, range_); }},
  };
}

}  // namespace engine
