// The items of a channel's clearing account beside the rows of its trade bills. What agrees cancels
// out where it is stored, part by part of the dates; only numbers that don't are read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "sql/store/cursor.h"
#include "sql/store/reconcile_store.h"
#include "sql/store/session.h"

namespace store {

/// A trade bill that was taken.
struct TradeFile {
  std::int64_t id = 0;
  base::Day day = {};
  std::int64_t rows = 0;
  int decimals = 2;  ///< of its currency
};
/// Those that a comparison looks at, by date.
std::vector<TradeFile> list_trade_files(Session& session, const Comparison& comparison);

/// Some of these bills, and the items of some business dates. Parts share nothing and leave nothing
/// out, so what they find adds up, whichever dates are whose.
struct TradePart {
  base::Day from = {};  ///< business dates
  base::Day to = {};
  std::vector<TradeFile> files = {};
};

/// So many parts of about as many rows of bills each, or fewer where there are not so many dates.
std::vector<TradePart> split_dates(const Comparison& comparison,
                                   const std::vector<TradeFile>& files, std::size_t count);

/// Items of the ledger of a date, refunds negative.
struct ItemSum {
  base::Day day = {};
  base::Currency currency = {};
  std::int64_t count = 0;
  std::int64_t amount = 0;
};
/// Of all items of the part from `from` on.
std::vector<ItemSum> sum_items(Session& session, const Comparison& comparison,
                               const TradePart& part);

/// What the records of one number come to. Where they are one of each side that agree (of one kind,
/// currency and amount, a day apart at most, with a fee that may be), nothing is left.
struct NumberSum {
  std::int64_t key = 0;    ///< a hash of the number and its kind
  std::int64_t mixed = 0;  ///< currencies and amounts: equal ones cancel out
  std::int64_t sum = 0;    ///< of sides and dates

  /// The same number of another part.
  void add(const NumberSum& other);
  bool agrees() const;
};

/// Numbers of the part that don't agree in it. `over` are files whose small fee differences are too
/// much together.
void list_open_numbers(Session& session, const Comparison& comparison, const TradePart& part,
                       const std::vector<std::int64_t>& over,
                       const std::function<void(NumberSum)>& take);

/// Numbers that are looked at whatever they come to: of what was taken back as never paid, and of
/// breaks that stand.
void list_marked_numbers(Session& session, const Comparison& comparison,
                         const std::function<void(NumberSum)>& take);

/// Files of the part whose small fee differences come to more than 1.00.
std::vector<std::int64_t> list_files_over(Session& session, const Comparison& comparison,
                                          const TradePart& part);

/// An item or a row of a number that is looked at.
struct NumberRow {
  std::int64_t key = 0;
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
  bool is_known = false;          ///< a break is kept by which it is known
};

/// All records of these numbers in some parts, by key, in pieces. Wants a transaction, in which
/// other statements may run between them.
class NumberRows {
 public:
  NumberRows(Session& session, const Comparison& comparison, const TradePart& part,
             const std::vector<std::int64_t>& over, const std::vector<std::int64_t>& keys);

  /// The next rows; none when all have been read.
  std::vector<NumberRow> next();

 private:
  Cursor cursor_;
};

/// For the transaction: hashes of a part in memory, and no sorting of texts, which is slow.
void make_room_for_parts(Session& session);
/// As it was, for what follows in the transaction.
void make_usual(Session& session);

}  // namespace store
