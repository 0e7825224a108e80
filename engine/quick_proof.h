// The proof of a sound book: each table is read once, and tables are compared by weighted sums. It
// finds what the statements of sql/store/verify_*.cpp find, but not where.
#pragma once

#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/signature.h"
#include "base/weights.h"
#include "engine/book_tally.h"
#include "sql/store/session.h"
#include "sql/store/verify_store.h"

namespace engine {

/// A part of a proof that one connection does.
struct Pass {
  std::string name;
  std::function<store::Findings(store::Session&)> run;
  store::Findings findings = {};
};

/// The proof of one snapshot. First run all of `passes`, in any order and on any number of
/// connections, then those of `conclusions`.
class QuickProof {
 public:
  /// `workers` connections will share the passes.
  QuickProof(store::Session& session, const store::DayRange& range,
             std::span<const base::PublicKey> keys, std::uint64_t workers);

  std::vector<Pass> passes();

  /// What is left to ask when all was read. Nothing if the book is not sound already.
  std::vector<Pass> conclusions();

  /// The facts that the passes have shown.
  store::Findings shown() const { return store::shown_facts(tally_.counts()); }
  bool is_sound() const { return tally_.is_sound(); }

 private:
  /// A pass that adds up rows.
  Pass reading(std::string name, std::function<void(store::Session&, BookTally&)> read);

  store::DayRange range_;
  std::span<const base::PublicKey> keys_;
  std::vector<store::DayRange> seal_passes_;
  int shares_ = 1;
  base::Weights weights_;
  TallyScope scope_;
  std::mutex mutex_;
  BookTally tally_;  ///< of the passes that are done
  std::optional<store::LedgerSums> sums_;
};

}  // namespace engine
