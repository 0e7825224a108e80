// How long a customer has been one, and when the account was re-aged.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "sql/store/session.h"

namespace store {

struct AccountAge {
  base::PartyId party;
  base::Day first_purchase_on;
  std::vector<base::Day> re_aged_on;  ///< value dates, over all plans, ascending
};

/// One row a party that has a plan.
std::vector<AccountAge> load_account_ages(Session& session, std::span<const std::int64_t> parties);

}  // namespace store
