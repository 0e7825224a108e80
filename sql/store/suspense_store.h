// Open items of 2901 and 1901, and which events were undone or paid out before.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/customer_rows.h"
#include "sql/store/session.h"

namespace store {

inline constexpr int kReceipt = 2901;   ///< nobody has been found for it
inline constexpr int kShortage = 1901;  ///< missing

struct SuspenseRow {
  std::string ref;
  int code = 0;  ///< 1901 or 2901
  base::EventId event;
  base::Currency currency;
  std::int64_t amount = 0;
  std::int64_t cleared = 0;
  base::Day business_date;
};

std::vector<SuspenseRow> load_suspense(Session& session, std::span<const std::string> refs);
void insert_suspense(Session& session, std::span<const SuspenseRow> rows);
/// A constraint refuses what would clear more than is open.
void clear_suspense(Session& session, std::span<const SuspenseClearing> clearings);

/// Of a party, the events that a life event has undone or paid out.
struct UndoneEvent {
  base::PartyId party;
  base::EventId event;
};
std::vector<UndoneEvent> load_undone(Session& session, std::span<const std::int64_t> parties);

/// Refunds that owe cash, paid or not.
struct RefundDue {
  base::PartyId party;
  base::EventId event;
  std::int64_t cash = 0;
};
std::vector<RefundDue> load_refunds_due(Session& session, std::span<const std::int64_t> parties,
                                        base::Currency currency);

/// Where a repayment came from, and which plans it paid.
struct RepaymentSource {
  base::EventId event;
  base::PartyId channel = {};
  std::vector<base::PlanId> plans;
};
/// `events` run beside `parties`; repayments that there are.
std::vector<RepaymentSource> load_repayment_sources(Session& session,
                                                    std::span<const std::int64_t> parties,
                                                    std::span<const std::int64_t> events);

}  // namespace store
