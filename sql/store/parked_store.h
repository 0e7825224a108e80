// Customers whose close of a date failed, until it succeeds or two people have waived it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

enum class ParkedState : std::int16_t { Parked = 1, Retry = 2, Done = 3, Waived = 4 };

struct ParkedUnit {
  std::int64_t id = 0;
  base::Day business_date;
  std::string customer;
  base::Currency currency;
  std::string reason;
  ParkedState state = ParkedState::Parked;
  std::int32_t tries = 1;
  std::string waived_by;
  std::string approved_by;
};

/// Parks the customer for the date, or again with this reason. `reason` is cut at 2,000 bytes.
void park_unit(Session& session, std::int64_t id, base::Day day, base::PartyId party,
               base::Currency currency, std::string_view reason);

/// Units that were to be tried again and are closed now.
void finish_parked(Session& session, base::Day day);

/// Those that hold up a date, oldest first; with `all`, those that are done or waived too.
std::vector<ParkedUnit> list_parked(Session& session, bool all);

/// How many hold up this date.
std::int64_t count_parked(Session& session, base::Day day);

/// One unit, or all that are parked. Returns how many will be tried again.
std::int64_t retry_parked(Session& session, std::optional<std::int64_t> unit);

/// False if there is no such unit that is parked.
bool waive_parked(Session& session, std::int64_t unit, const std::string& by,
                  const std::string& approved_by);

}  // namespace store
