// One plan and every schedule it had: what a person asks about a purchase.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/customer_rows.h"
#include "sql/store/session.h"

namespace store {

/// A schedule of a plan, and the event that put it in force.
struct ScheduleVersion {
  std::int16_t number = 1;  ///< 1 is the capture's
  ScheduleCause cause = ScheduleCause::Capture;
  base::EventId event;
  base::Day on;     ///< business date of the event
  std::string ref;  ///< its outside reference; empty where the event posted no journal
  std::vector<base::Day> due;
  /// All as long as `due`.
  std::vector<std::int64_t> principal, fee, interest;
};

struct PlanHistory {
  base::PartyId party;
  base::PlanId id;
  std::string purchase_ref;
  std::string product;
  std::int32_t catalog_version = 0;
  base::Currency currency;
  base::Day start_on;                     ///< value date of the capture: period 1 starts
  std::vector<ScheduleVersion> versions;  ///< oldest first; the last one is in force
};

/// The plan of a purchase; nothing where there is no such purchase or it was declined.
std::optional<PlanHistory> find_plan_history(Session& session, std::string_view purchase_ref);

/// The plan of this number. Plans are stored by customer, so this reads all of them.
std::optional<PlanHistory> find_plan_history(Session& session, base::PlanId plan);

}  // namespace store
