// A channel's items beside the rows of its trade bills: connections read, each its part of the
// dates; what belongs together comes together by its number, and is judged some thousand at a time.
#pragma once

#include <vector>

#include "engine/reconcile.h"

namespace engine {

/// What agrees, by date and currency; `take` gets the rest. With `conninfo` the dates are read by
/// `workers` + 1 connections that see the same snapshot, else by the session itself.
std::vector<MatchedSum> compare_trade(store::Session& session, const store::Comparison& comparison,
                                      const TakeFound& take);

}  // namespace engine
