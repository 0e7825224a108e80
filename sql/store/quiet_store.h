// Nights on which the rules were found, ahead, to do nothing but count (engine/quiet.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

/// What one quiet night came to.
struct QuietSums {
  std::int64_t customers = 0;
  std::int64_t late_fees = 0;
  std::int64_t late_fee_minor = 0;  ///< of those in `currency`
};

/// The numbers of parties that have quiet customers among them: [first, last], nothing if there
/// are none, and about how many there are.
struct QuietRange {
  std::int64_t first = 0;
  std::int64_t last = -1;
  std::int64_t count = 0;
};
QuietRange find_quiet_range(Session& session);

/// The accounts a late fee of a product moves, by code and tag; no owner.
struct LateFeeAccounts {
  std::string product = {};
  std::int32_t debit_code = 0;
  std::string debit_tag = {};
  std::int32_t credit_code = 0;
  std::string credit_tag = {};
};

/// One night of the quiet customers numbered `first` to `last` whose last closed date is the day
/// before `day` and whose rules are of the catalog `catalog`: one more day past due, the nightly
/// late fee of each late plan with its journal of rule `rule`, closed through `day`. In the
/// caller's transaction, which holds the book's lock shared. `currency` is what is summed.
QuietSums pass_quiet_night(Session& session, base::Day day, std::int32_t catalog,
                           std::int64_t first, std::int64_t last, std::int16_t rule,
                           std::span<const LateFeeAccounts> accounts, base::Currency currency);

}  // namespace store
