// Makes the breaks that are kept those that there are: what is new opens, what has come closes.
#pragma once

#include <functional>
#include <optional>
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

/// The dates of `comparison`, or from so far back that what came late since the last run is judged,
/// with the date of its earliest; its other side may be a week before it.
struct Scope {
  store::Comparison comparison;
  std::optional<base::Day> late = {};
};
Scope with_late(store::Session& session, const store::Comparison& comparison);

/// In one transaction; with `is_dry_run` it is rolled back, and the same changes are told. The same
/// records give the same breaks, so a second run changes nothing. What came late is judged whatever
/// its date, with all dates since. Refused for a date that is signed, or before that of the last
/// run, and where the calendar by which the channel pays lacks a year.
base::Result<Reconciliation, ReconcileProblem> run_reconciliation(
    store::Session& session, const store::Comparison& comparison, bool is_dry_run,
    const TakeChange& take);

/// The same inside a transaction that holds the channel's lock. With `keep_found`, what was found
/// stays where the transaction's statements can read it.
Reconciliation find_and_sync(store::Session& session, const store::Comparison& comparison,
                             bool keep_found, const TakeChange& take);

/// Puts what is found where the transaction's statements can read it, and changes nothing.
Reconciliation find_only(store::Session& session, const store::Comparison& comparison);

}  // namespace engine
