// How breaks end: what may be done about which, proposed by one person and approved by another.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/result.h"
#include "engine/engine.h"
#include "engine/reconcile_run.h"
#include "sql/store/resolution_store.h"

namespace engine {

/// domain §6.3: what is done about a break, and the journals of §4.9 that it posts.
struct ResolveAction {
  std::string_view name = {};
  std::string_view posts = {};  ///< "" : no journal
  std::string_view says = {};
  store::ActionRule rule;
};
std::span<const ResolveAction> resolve_actions();
const ResolveAction* find_action(std::string_view name);

using BreakSums = std::vector<store::BreakSum>;

/// All open breaks of the filter, or none of them.
base::Result<BreakSums, ReconcileProblem> propose(store::Session& session,
                                                  const store::BreakFilter& filter,
                                                  const std::string& action, const std::string& by,
                                                  const std::string& reason);

struct Approval {
  BreakSums approved = {};
  std::int64_t posted = 0;                   ///< breaks whose journals are in the books
  std::vector<std::string> not_posted = {};  ///< "12: BEFORE_BOOK_OPENED", the first of them
  std::int64_t refused = 0;
};

/// Approves every proposal of the filter, or none: nobody approves what is proposed by oneself.
/// Journals are posted as book events in batches, under references made of the break's number, so
/// an approval that was interrupted goes on with the next one.
base::Result<Approval, ReconcileProblem> approve(Engine& engine, const store::BreakFilter& filter,
                                                 const std::string& by, base::Instant at,
                                                 const BatchContext& context);

}  // namespace engine
