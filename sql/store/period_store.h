// What accounts did over a stretch of closed dates: opening balance, both sides, closing balance.
#pragma once

#include <cstdint>
#include <vector>

#include "base/day.h"
#include "sql/store/report_store.h"
#include "sql/store/session.h"

namespace store {

/// opening + debit - credit = closing; balances are debits less credits.
struct AccountMovement {
  AccountName account;
  std::int64_t opening = 0;
  std::int64_t debit = 0;
  std::int64_t credit = 0;
  std::int64_t closing = 0;
};

/// Every account that had moved by the end of `to`, with its movements in [from, to]; by code,
/// owner, tag and currency. Both dates are closed, or `from` is the day after the last closed one.
std::vector<AccountMovement> list_movements(Session& session, base::Day from, base::Day to);

}  // namespace store
