// Settlement of merchants: the window that closes on a date, netted and paid out.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "base/day.h"
#include "engine/catalog.h"
#include "engine/customers.h"
#include "sql/store/session.h"

namespace engine {

/// A date can't be settled because policy it needs is not loaded: names the calendar and the year.
struct SettlementImpossible : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whether merchants of these terms are settled on `day`: a business day of their calendar, and the
/// day (or the first business day after it) that their frequency names. Throws SettlementImpossible
/// where the calendar's year is not loaded.
bool is_settlement_day(const MerchantTerms& terms, base::Day day, const Catalog& catalog);

struct Settled {
  std::int64_t settlements = 0;
  std::int64_t payouts = 0;
  std::int64_t paid_minor = 0;
};

/// In the caller's transaction: settles every merchant whose terms are due on `settled_on` and who
/// has items that became available since the last settlement, or reserve to be released. Journals,
/// items, settlements, tranches and payouts carry that date.
///
/// What a settlement takes is a window over available dates, so it can be recomputed for ever; and
/// nothing written depends on ids or on the order of arrival.
Settled settle_merchants(store::Session& session, BlockIds& ids, AccountBook& accounts,
                         const Catalog& catalog, base::Day settled_on);

/// In the caller's transaction: confirms the payouts that the simulated bank confirms on `day`
/// (catalog payout.auto_confirm of more than 0 days).
Settled confirm_due_payouts(store::Session& session, BlockIds& ids, AccountBook& accounts,
                            const Catalog& catalog, base::Day day);

}  // namespace engine
