// What came after a run that should have had it: bills, statements and items of dates that runs
// don't look at any more.
#pragma once

#include <optional>

#include "base/day.h"
#include "base/id.h"
#include "sql/store/session.h"

namespace store {

/// The earliest date before `from` of a file of the channel, or of a bank, that no run has looked
/// at, or of an item that was posted since the last run. Nothing without an earlier run: then
/// nothing is late.
std::optional<base::Day> find_late(Session& session, base::PartyId channel, base::Day from,
                                   base::Day as_of);

/// A run looked at all files through `as_of`.
void mark_seen(Session& session, base::PartyId channel, base::Day as_of);

}  // namespace store
