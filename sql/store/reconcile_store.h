// A channel's items beside the rows of its bills, and its fund bills beside the bank's lines: what
// agrees is counted in the database, the rest is read.
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
  int workers = 0;            ///< connections that compare beside the one that asks: 0, 1 or 3
  std::string conninfo = {};  ///< where they connect to
};

/// The channel's trade bills by the decimals of their currency.
struct TradeFiles {
  std::vector<std::int64_t> all = {};
  std::vector<std::int64_t> without_decimals = {};
  std::vector<std::int64_t> with_three = {};
  std::vector<std::int64_t> over = {};  ///< small fee differences come to more than 1.00
};
TradeFiles list_trade_files(Session& session, const Comparison& comparison);

/// Which part of all numbers, by their hash; `count` is a power of 2.
struct KeyPart {
  std::int64_t index = 0;
  std::int64_t count = 1;
};

/// Items of the ledger of a date, refunds negative.
struct ItemSum {
  base::Day day = {};
  base::Currency currency = {};
  std::int64_t count = 0;
  std::int64_t amount = 0;
};

/// An item or a row whose number has no single row of equal kind, currency and amount, a day apart
/// at most and with a fee that may be, on the other side; or was in a break until now.
struct UnmatchedRow {
  bool is_ours = false;
  std::int64_t id = 0;  ///< the event's, or file * kRowsOfFile + row
  std::string ref = {};
  std::string channel_txn = {};
  bool is_refund = false;
  base::Day day = {};
  base::Instant at = {};
  base::Currency currency = {};
  std::int64_t amount = 0;
  std::int64_t fee_e5 = 0;
  std::string payer = {};
  bool is_paid = true;            ///< of ours: it was not taken back as never paid
  bool is_fee_over_file = false;  ///< small fee differences of its file come to more than 1.00
};

/// Compares the channel's repayments and refund payouts with the rows of these bills, in one
/// statement: of one part of the numbers. Every number is judged by one part as a whole. Returns
/// the sums of all our items from `from` on; `take` gets what is not matched, row by row, and may
/// not use the session. Wants a transaction.
std::vector<ItemSum> compare_bills(Session& session, const Comparison& comparison,
                                   const TradeFiles& files, KeyPart part,
                                   const std::function<void(UnmatchedRow)>& take);

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
