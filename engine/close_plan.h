// What a close would do, without doing it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "engine/catalog.h"
#include "sql/store/close_plan_store.h"
#include "sql/store/session.h"

namespace engine {

/// One date of those that would be closed, in order.
struct PlannedDate {
  base::Day date;
  bool is_month_end = false;  ///< allowances measured anew, debts shown as claims, all proved
  bool is_year_end = false;   ///< income and expenses go to retained earnings
  bool is_over = true;        ///< by the present date
  /// Customers whose close has something to do, and what else there is; only of the first date,
  /// because the others depend on it and on what is still to come.
  std::optional<std::int64_t> customers = {};
  std::optional<store::CloseWork> work = {};
};

/// The dates after the last closed one through `through`.
std::vector<PlannedDate> plan_close(store::Session& session, const Catalog& catalog,
                                    base::Day through, base::Day today);

/// Why a clock is not to be trusted with a close, or nothing. `now` is this machine's.
std::optional<std::string> clock_trouble(const store::ClockReading& database, base::Instant now);

/// Dates that are closed without being asked for by name, at most: what the clock alone says.
inline constexpr int kDatesByClockMax = 40;

}  // namespace engine
