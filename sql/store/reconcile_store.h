// A channel's items beside the rows of its bills: what agrees is counted, the rest is read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

/// Items and rows that agree in number, kind, currency and amount, a day apart at most, and whose
/// number comes once on each side.
struct AgreedSum {
  base::Currency currency;
  std::int64_t count = 0;
  std::int64_t amount = 0;  ///< refunds negative
};

/// One of the others.
struct UnmatchedRow {
  bool is_ours = false;
  std::int64_t id = 0;  ///< the event's, or file and row in one number
  std::string ref;
  std::string channel_txn;
  bool is_refund = false;
  base::Day day;
  base::Instant at;
  base::Currency currency;
  std::int64_t amount = 0;
  std::int64_t fee_e5 = 0;
  std::string payer;
};

/// Of the channel's repayments and refund payouts and of the trade bills that were taken, both
/// dated from `from` to `to`. In one statement; `take` gets the rest row by row.
std::vector<AgreedSum> compare_bills(Session& session, base::PartyId channel, base::Day from,
                                     base::Day to, const std::function<void(UnmatchedRow)>& take);

}  // namespace store
