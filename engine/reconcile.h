// What a channel's bills and our items, and its fund bills and the bank's lines, have in common
// over some dates, and every break. Reads only.
#pragma once

#include <cstdint>
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
};

/// Rows or batches of a date in which both sides agree.
struct MatchedSum {
  base::Day day = {};
  base::Currency currency = {};
  std::int64_t count = 0;
  std::int64_t amount = 0;  ///< refunds negative
};

/// A pair that agrees, of those that were read row by row.
struct AgreedPair {
  store::BreakStage stage = store::BreakStage::LedgerBill;
  std::int64_t ledger = 0;
  std::int64_t bill = 0;
  std::string ref = {};
};

struct Reconciliation {
  std::vector<MatchedSum> matched = {};  ///< by date and currency
  std::vector<MatchedSum> paid = {};     ///< batches of the fund bills
  std::vector<NamedBreak> breaks = {};
  std::vector<AgreedPair> pairs = {};
};

/// Of which dates, and by whose contract.
store::Comparison comparison_of(const ChannelContract& contract, base::PartyId channel,
                                base::Day from, base::Day as_of);

/// Looks at what is dated from `from` to `to`, so that a file that came late closes old breaks, and
/// the same records give the same answer. What agrees is counted in the database; memory grows with
/// what does not. Fees are judged by the channel's contract, if the catalog has one. Wants a
/// transaction.
Reconciliation reconcile_channel(store::Session& session, const store::Comparison& comparison);

}  // namespace engine
