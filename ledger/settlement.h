// Netting of a merchant's settlement: what became available, less the reserve, is paid or carried.
// Pure: the totals come in, amounts and reserve tranches go out.
#pragma once

#include <cstdint>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "base/rate.h"

namespace ledger {

/// Gross sales of one date in the window, merchant coupon already taken off.
struct SalesOfDay {
  base::Day date;
  std::int64_t gross_minor = 0;
};

struct SettlementTerms {
  base::Currency currency;
  std::int64_t payout_minor_min = 0;
  base::Rate reserve;    ///< of gross sales; 0: none
  int reserve_days = 0;  ///< from the sale date to the release
};

/// The totals of the items in the window, signed as on a statement.
struct SettlementTotals {
  std::int64_t opening = 0;            ///< carried from the settlement before
  std::int64_t refunds = 0;            ///< not above 0
  std::int64_t discount = 0;           ///< not above 0
  std::int64_t subsidy = 0;            ///< not above 0
  std::int64_t returned_discount = 0;  ///< not below 0
  std::int64_t returned_subsidy = 0;   ///< not below 0
  std::int64_t adjustments = 0;        ///< disputes, fees, advances, debts moved: any sign
  std::int64_t releases = 0;           ///< reserve tranches that fall due; not below 0
  std::vector<SalesOfDay> sales = {};  ///< one entry a sale date; not below 0
};

/// Reserve held from the sales of one date.
struct ReserveTranche {
  base::Day sale_date;
  std::int64_t amount_minor = 0;
  base::Day release_on;

  bool operator==(const ReserveTranche&) const = default;
};

struct Settlement {
  std::int64_t sales = 0;
  std::int64_t reserve = 0;  ///< negative: taken from this settlement
  std::int64_t payout = 0;
  std::int64_t carried = 0;  ///< the opening balance of the next settlement; may be negative
  std::vector<ReserveTranche> tranches;
};

/// Nets in the order of docs/accounting.md (domain §5.2).
///
/// - opening + all totals + reserve = payout + carried, always.
/// - The reserve is taken from new sales only, rounded half up for each sale date. If it would make
///   the net negative, none is taken.
/// - A net of at least the minimum (and above 0) is paid out whole; anything else is carried.
Settlement net_settlement(const SettlementTotals& totals, const SettlementTerms& terms);

}  // namespace ledger
