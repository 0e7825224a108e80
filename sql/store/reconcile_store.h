// What of a channel is compared, and its fund bills beside the bank's lines.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

/// Rows of bills have one number: that of their file, and of the row in it.
inline constexpr std::int64_t kRowsOfFile = 100'000'000;

/// So many dates before the first that is judged are read with it: the other side of its rows.
inline constexpr int kContextDays = 7;

/// Of which channel, over which dates, and by which contract.
struct Comparison {
  base::PartyId channel = {};
  base::Day from = {};
  base::Day to = {};
  std::optional<std::int64_t> fee_e8 = {};  ///< of each transaction, half up; nothing: not judged
  std::string payer = {};                   ///< what bank statements call the channel
  /// By when the bank has what a date's movements come to; nothing: two days after it.
  std::function<base::Day(base::Day)> paid_by = {};
  int workers = 0;            ///< connections that compare beside the one that asks: 0, 1 or 3
  std::string conninfo = {};  ///< where they connect to
};

/// What the channel's fund bills pay out, or where they show no payout a date's movements in one
/// sum; or a line of the bank that pays them.
struct BankRow {
  bool is_line = false;
  std::int64_t id = 0;
  std::string batch = {};  ///< "": a line of the channel that names none
  std::string ref = {};    ///< for a person: a number of the movement or of the line
  base::Day day = {};
  base::Currency currency = {};
  std::int64_t amount = 0;  ///< minor units, as the bank's line should have them
  std::int64_t count = 0;   ///< of how many movements
};

/// Fund bills of `from` to `to` and the lines of bank statements that name a batch of theirs, or
/// whose counterparty is the channel's payer.
void list_bank_rows(Session& session, const Comparison& comparison,
                    const std::function<void(BankRow)>& take);

}  // namespace store
