// What a merchant's statement is made of: balances at the edges, totals, items, settlements,
// payouts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/cursor.h"
#include "sql/store/customer_rows.h"
#include "sql/store/reading_store.h"
#include "sql/store/session.h"

namespace store {

/// Where the book stands.
struct BookDates {
  std::string zone;
  base::Day opens_on;
  base::Day open_date;
  base::Day closed_through;
};
std::optional<BookDates> find_book_dates(Session& session);

std::optional<base::PartyId> find_merchant(Session& session, std::string_view ref);

/// From here to the end of the transaction the session sees this merchant's rows and no others
/// (row-level security, sql/migrations/0007_access.sql).
void see_only_merchant(Session& session, base::PartyId merchant);

struct CurrencyAmount {
  base::Currency currency;
  std::int64_t minor;
};

/// What the ledger owes the merchant (2101) at the close of the day before `day`, per currency.
/// Read from account_day, so it costs the same in a book of any size.
std::vector<CurrencyAmount> list_payable_before(Session& session, base::PartyId merchant,
                                                base::Day day);

/// Sums over the items of one type.
struct ItemTotals {
  std::int64_t count = 0;
  std::int64_t gross = 0;
  std::int64_t coupon_platform = 0;
  std::int64_t coupon_merchant = 0;
  std::int64_t coupon_sponsor = 0;
  std::int64_t discount = 0;
  std::int64_t vat = 0;
  std::int64_t subsidy = 0;
  std::int64_t net = 0;

  void add(const ItemRow& item);
  bool operator==(const ItemTotals&) const = default;
};

inline constexpr std::size_t kItemTypes = 6;
constexpr std::size_t index_of(ItemType type) { return static_cast<std::size_t>(type) - 1; }

struct CurrencyTotals {
  base::Currency currency;
  std::array<ItemTotals, kItemTypes> by_type;  ///< by index_of
};

/// A reading that leaves nothing out whatever its dates: also what is posted at this moment.
inline Reading all_through(base::Day to) { return {.as_of = to, .sealed_through = to}; }

/// Totals of the items of a reading with business date from `from` on, by currency in the order of
/// its code. An item belongs to a reading if a journal of its event does.
std::vector<CurrencyTotals> sum_items(Session& session, base::PartyId merchant, base::Day from,
                                      const Reading& reading);

/// A settlement and what it paid out.
struct SettlementWindow {
  base::Currency currency;
  base::Day window_from;
  base::Day settled_on;
  std::string payout_ref;  ///< empty if it paid nothing
};
/// Settlements of a reading with settled_on from `from` on, by currency and date.
std::vector<SettlementWindow> list_settlements(Session& session, base::PartyId merchant,
                                               base::Day from, const Reading& reading);

/// Money a merchant can expect, of one currency and day.
struct ExpectedAmount {
  base::Currency currency;
  base::Day on;
  std::int64_t minor = 0;
  std::int64_t count = 0;
  std::string payout_ref = {};  ///< of a payout on its way
};
/// Items through `to` that no settlement through `to` took, by the day from which one can.
std::vector<ExpectedAmount> list_unsettled(Session& session, base::PartyId merchant, base::Day to);
/// Reserve held at the end of `to`, by the day it is released.
std::vector<ExpectedAmount> list_held_reserve(Session& session, base::PartyId merchant,
                                              base::Day to);
/// Payouts on their way at the end of `to`, by the day they were settled.
std::vector<ExpectedAmount> list_payouts_on_their_way(Session& session, base::PartyId merchant,
                                                      base::Day to);

/// A settlement with what it began with and what it left.
struct SettlementTotals {
  base::Currency currency;
  base::Day window_from;
  base::Day settled_on;
  std::int64_t opening = 0;
  std::int64_t payout = 0;
  std::int64_t carried = 0;
  std::string payout_ref = {};  ///< empty if it paid nothing
};
/// Settlements of the dates, by currency and date.
std::vector<SettlementTotals> list_settlement_totals(Session& session, base::PartyId merchant,
                                                     base::Day from, base::Day to);

enum class PayoutStatus : std::int16_t { Instructed = 1, Confirmed = 2, Returned = 3 };

struct PayoutLine {
  base::Currency currency;
  std::string ref;
  base::Day settled_on;
  std::int64_t amount;
  PayoutStatus status;
  std::optional<base::Day> confirmed_on;
};
/// Payouts of a reading instructed from `from` on, by currency, date and reference, as they stand
/// now; what was confirmed after the reading has only been instructed. Of a date that was not
/// sealed that is told by the journal that has the payout's reference.
std::vector<PayoutLine> list_payouts(Session& session, base::PartyId merchant, base::Day from,
                                     const Reading& reading);

/// Items of one currency of a reading with business date from `from` on, ordered by business date,
/// time, type, order reference: by what they say, not by when they were stored.
class ItemCursor {
 public:
  ItemCursor(Session& session, base::PartyId merchant, base::Currency currency, base::Day from,
             const Reading& reading);

  /// The next items; none when all have been read. Party, id, event and plan are not filled in.
  std::vector<ItemRow> next();

 private:
  base::PartyId merchant_;
  base::Currency currency_;
  Cursor cursor_;
};

/// Items of one currency that became available in the dates, payouts left out: what the settlements
/// of these windows settled. Ordered by that date, and then by what they say.
class SettledItemCursor {
 public:
  SettledItemCursor(Session& session, base::PartyId merchant, base::Currency currency,
                    base::Day from, base::Day to);
  std::vector<ItemRow> next();  ///< as ItemCursor's

 private:
  base::PartyId merchant_;
  base::Currency currency_;
  Cursor cursor_;
};

}  // namespace store
