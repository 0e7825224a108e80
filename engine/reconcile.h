// What a channel's bills and our items, and its fund bills and the bank's lines, have in common
// over some dates, and every break. Reads only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "engine/channel_contract.h"
#include "reconciliation/break.h"
#include "sql/store/break_store.h"
#include "sql/store/reconcile_store.h"
#include "sql/store/session.h"

namespace engine {

/// A break with what a person knows its rows by.
struct NamedBreak {
  reconciliation::Break what;
  store::BreakStage stage = store::BreakStage::LedgerBill;
  std::string ours = {};    ///< our number of the item, or the batch; "": there is none
  std::string theirs = {};  ///< the channel's number of the row, else ours in it; the bank's
  std::string nearest = {};
  std::string key_ref = {};  ///< under which its other side would be
  bool is_refund = false;
  base::Day day = {};  ///< of the later row
  base::Currency currency = {};
  std::int64_t amount = 0;  ///< minor units
  std::int64_t ledger_minor = 0;
  std::int64_t bill_minor = 0;
  base::Currency bill_currency = {};
  bool is_known = true;  ///< false: no break was ever kept by this row
};

/// Rows or batches of a date in which both sides agree.
struct MatchedSum {
  base::Day day = {};
  base::Currency currency = {};
  std::int64_t count = 0;
  std::int64_t amount = 0;  ///< refunds negative
};

/// A pair whose rows are the other side of one another, of those by which a break was kept.
struct AgreedPair {
  store::BreakStage stage = store::BreakStage::LedgerBill;
  std::int64_t ledger = 0;
  std::int64_t bill = 0;
  std::string ref = {};
};

/// Some of what was found.
struct Found {
  std::vector<NamedBreak> breaks = {};
  std::vector<AgreedPair> pairs = {};
};
/// May use the session, but not end its transaction.
using TakeFound = std::function<void(const Found&)>;

struct Reconciliation {
  std::vector<MatchedSum> matched = {};  ///< by date and currency
  std::vector<MatchedSum> paid = {};     ///< batches of the fund bills
  std::int64_t breaks = 0;
  std::optional<base::Day> late = {};  ///< of the earliest record that came late, if one did
  base::Day from = {};                 ///< the first date that was looked at
};

/// Of which dates, and by whose contract.
store::Comparison comparison_of(const ChannelContract& contract, base::PartyId channel,
                                base::Day from, base::Day as_of);

/// Looks at what is dated from `from` to `to`, so that the same records give the same answer. What
/// agrees is counted in the database; what does not is handed over some thousand at a time. Memory
/// grows with the rows that have no other side at all, some 300 bytes each, and with 32 bytes for
/// each number that does not agree. Fees are judged by the channel's contract, if the catalog has
/// one. Wants a transaction.
Reconciliation reconcile_channel(store::Session& session, const store::Comparison& comparison,
                                 const TakeFound& take);

}  // namespace engine
