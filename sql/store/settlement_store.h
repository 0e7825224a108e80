// Settlements of merchants in sets: the totals of a window, what it leaves behind.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

/// What the items of one merchant, currency and sale date in a window come to.
struct WindowTotal {
  base::PartyId merchant;
  base::Currency currency;
  std::optional<base::Day> sale_date;  ///< nothing: refunds or adjustments, whatever their date
  std::int64_t items = 0;
  std::int64_t gross = 0;
  std::int64_t discount = 0;
  std::int64_t subsidy = 0;
  bool is_adjustment = false;
};

/// Which items a settlement of `settled_on` takes: available since the merchant's last one.
struct Window {
  base::Day settled_on;
  base::Day from;     ///< no unsettled item is available earlier
  bool is_from_sure;  ///< whether that is known; if not, each merchant's last settlement says
};

/// By merchant reference, currency and sale date (refunds last). Only merchants of these terms.
std::vector<WindowTotal> sum_window(Session& session, std::span<const std::string> terms,
                                    const Window& window);

struct TrancheRow {
  base::PartyId merchant;
  base::Currency currency;
  base::Day settled_on;
  base::Day sale_date;
  std::int64_t amount = 0;
  base::Day release_on;
};

/// Tranches to be released on or before `day`, of merchants of these terms, by merchant reference,
/// currency, settlement and sale date.
std::vector<TrancheRow> list_tranches_to_release(Session& session,
                                                 std::span<const std::string> terms, base::Day day);
/// Marks exactly those tranches.
void release_tranches(Session& session, std::span<const std::string> terms, base::Day day);
void copy_tranches(Session& session, std::span<const TrancheRow> rows);

/// The last settlement of a merchant in a currency.
struct LastSettlement {
  base::PartyId merchant;
  base::Currency currency;
  base::Day settled_on;
  std::int64_t carried = 0;
};
/// Those that there are; `currencies` runs beside `merchants`.
std::vector<LastSettlement> load_last_settlements(Session& session,
                                                  std::span<const std::int64_t> merchants,
                                                  std::span<const std::string> currencies);
/// Whether a catalog was applied after the close of `day` began to settle.
bool is_catalog_changed_since(Session& session, base::Day day);

struct SettlementRow {
  base::PartyId merchant;
  base::Currency currency;
  base::Day settled_on;
  base::Day window_from;
  std::int64_t id = 0;
  std::int64_t opening = 0;
  std::int64_t sales = 0;
  std::int64_t refunds = 0;
  std::int64_t discount = 0;
  std::int64_t subsidy = 0;
  std::int64_t returned_discount = 0;
  std::int64_t returned_subsidy = 0;
  std::int64_t releases = 0;
  std::int64_t reserve = 0;
  std::int64_t payout = 0;
  std::int64_t carried = 0;
  std::int64_t item_count = 0;
  std::int64_t adjustments = 0;
};
void copy_settlements(Session& session, std::span<const SettlementRow> rows);

enum class PayoutStatus : std::int16_t { Instructed = 1, Confirmed = 2, Returned = 3 };

struct PayoutRow {
  base::PartyId merchant;
  std::int64_t id = 0;
  std::string ref;
  base::Currency currency;
  base::Day settled_on;
  std::int64_t amount = 0;
  PayoutStatus status = PayoutStatus::Instructed;
  base::Day instructed_on;
  std::optional<base::Day> confirmed_on;
};
void copy_payouts(Session& session, std::span<const PayoutRow> rows);
/// Confirms what was instructed on or before `instructed_by` and returns it, by reference.
std::vector<PayoutRow> confirm_payouts(Session& session, base::Day instructed_by,
                                       base::Day confirmed_on);

}  // namespace store
