// The end of a financial year: what accounts of income and expenses hold, and what left them for
// retained earnings.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "ledger/journal.h"
#include "sql/store/reading_store.h"
#include "sql/store/report_store.h"
#include "sql/store/session.h"

namespace store {

struct ResultBalance {
  ledger::AccountKey account = {.code = ledger::Code::RetainedEarnings};
  base::Currency currency = {};
  std::int64_t minor = 0;  ///< debits less credits, not 0
};

/// Accounts of income and expenses with a balance at the end of `day`, by currency, code, owner and
/// tag. Dates through the last sealed one come from account_day, later ones from their journals: at
/// most two dates of them while a close runs.
std::vector<ResultBalance> list_result_balances(Session& session, base::Day day);

/// What closing journals of `from` through the reading's date moved: each account with debits less
/// credits. 4104 is not among them.
std::vector<AccountBalance> list_year_end_movements(Session& session, base::Day from,
                                                    const Reading& reading);

/// The last date of the reading on which income and expenses of a currency were closed.
std::optional<base::Day> find_last_year_end(Session& session, base::Currency currency,
                                            const Reading& reading);

}  // namespace store
