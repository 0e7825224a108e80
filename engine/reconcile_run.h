// Makes the breaks that are kept those that there are: what is new opens, what has come closes.
#pragma once

#include <functional>
#include <string>

#include "base/day.h"
#include "base/result.h"
#include "engine/reconcile.h"

namespace engine {

/// Why it is refused: docs/errors.md lists the codes.
struct ReconcileProblem {
  std::string code = {};  ///< "DATE_SIGNED"
  std::string detail = {};
};

using TakeChange = std::function<void(store::BreakChange)>;

/// In one transaction; with `is_dry_run` it is rolled back, and the same changes are told. The same
/// records give the same breaks, so a second run changes nothing. Refused for a date that is
/// signed, or before that of the last run.
base::Result<Reconciliation, ReconcileProblem> run_reconciliation(
    store::Session& session, const store::Comparison& comparison, bool is_dry_run,
    const TakeChange& take);

/// The same inside a transaction that holds the channel's lock.
Reconciliation find_and_sync(store::Session& session, const store::Comparison& comparison,
                             const TakeChange& take);

/// Puts what was found where the transaction's statements can read it.
void copy_found(store::Session& session, const Reconciliation& result);

}  // namespace engine
