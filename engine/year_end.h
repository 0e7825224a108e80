// The end of a financial year: income and expenses go to retained earnings.
#pragma once

#include <cstdint>

#include "base/day.h"
#include "base/id.h"
#include "engine/catalog.h"
#include "engine/customers.h"
#include "sql/store/session.h"

namespace engine {

/// The first date of the financial year that `day` is in.
base::Day year_begins(base::Day day, const Catalog& catalog);
bool is_year_end(base::Day day, const Catalog& catalog);

struct YearClosed {
  std::int64_t accounts = 0;
  std::int64_t result_minor = 0;  ///< profit of the book's default currency; below 0: a loss
};

/// In the caller's transaction, after everything else of `day` is posted: moves what each account
/// of income and expenses holds to 4104, account by account, so that their owners and tags begin
/// the year with nothing, too. Nothing on other dates, and nothing where nothing is left to move.
YearClosed close_year(store::Session& session, BlockIds& ids, AccountBook& accounts,
                      const Catalog& catalog, base::PartyId platform, base::Day day);

}  // namespace engine
