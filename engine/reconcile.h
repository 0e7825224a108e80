// What a channel's bills and our items have in common over some dates, and every break. Reads only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "reconciliation/break.h"
#include "sql/store/reconcile_store.h"
#include "sql/store/session.h"

namespace engine {

/// A break with what a person knows its rows by.
struct NamedBreak {
  reconciliation::Break what;
  std::string ours = {};    ///< our number of the item; "": there is none
  std::string theirs = {};  ///< the channel's number of the row, else ours in it
  std::string nearest = {};
  base::Day day;  ///< of the item, or of the row
  base::Currency currency;
  std::int64_t amount = 0;  ///< minor units
};

struct Reconciliation {
  std::vector<store::AgreedSum> matched;  ///< by currency
  std::vector<NamedBreak> breaks;
};

/// Looks at what is dated from `from` to `as_of`, so that a file that came late closes old breaks,
/// and the same records give the same answer. What agrees is counted in the database; memory grows
/// with what does not. Fees are not judged: no contract of the channel is in the catalog.
Reconciliation reconcile_channel(store::Session& session, base::PartyId channel, base::Day from,
                                 base::Day as_of);

}  // namespace engine
