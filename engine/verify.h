// Proves the books: facts that must hold between journals, plans, items, totals and seals.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/signature.h"
#include "engine/evidence_key.h"
#include "sql/store/verify_store.h"

namespace engine {

using store::DayRange;
using store::Finding;
using store::Findings;

struct VerifyOptions {
  DayRange range = {};  ///< limits the facts about single dates: journals, account_day, seals
  /// Ask each fact by its own statement at once, not only when the quick proof fails.
  bool name_each = false;
  std::function<void(std::string_view)> on_pass = {};  ///< gets the name of the pass that begins
};

/// Every fact over the whole book, in one snapshot. A sound book is proved by reading each table
/// once (engine/quick_proof.h); if that fails, each fact's own statement names what is wrong.
/// Set-wise: the program's memory does not grow with the book. Helpers are further connections to
/// the same database that take their share of the passes. `keys` are the public keys whose seals
/// are trusted.
Findings verify_book(store::Session& session, const VerifyOptions& options = {},
                     std::span<store::Session> helpers = {},
                     std::span<const base::PublicKey> keys = trusted_public_keys());

/// The facts about what `day` touched, for its close: after the day's account_day rows are written,
/// before its seal. Reads in the caller's transaction, or statement by statement without one.
Findings check_day(store::Session& session, base::Day day);

/// Whether what is found is work that somebody has left undone, and no error of the books: it is
/// told, and stops no close.
bool is_business(const Finding& finding);

bool all_hold(std::span<const Finding> findings);

/// Sha256, in hex, of the content of the books without surrogate ids and clocks: equal for any
/// split into batches, any number of workers and any crashes on the way.
std::string digest_book(store::Session& session, std::span<store::Session> helpers = {});

}  // namespace engine
