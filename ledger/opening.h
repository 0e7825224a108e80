// Opening entries of what another system kept before, against a control account. Zero amounts make
// no transfer.
#pragma once

#include <cstdint>
#include <string>

#include "base/id.h"
#include "ledger/posting.h"

namespace ledger {

/// What a plan owes, and of its fee and subsidy what is not earned yet.
struct OpeningPlan {
  Code control = Code::Equity;
  std::string product;
  std::int64_t principal = 0;
  std::int64_t fee = 0;
  std::int64_t interest = 0;  ///< accrued and not paid
  std::int64_t late_fee = 0;
  std::int64_t unearned_fee = 0;
  std::int64_t unearned_subsidy = 0;
  int ecl_stage = 0;  ///< 1 to 3 where there is an allowance
  std::int64_t allowance = 0;
};
Transfers opening_plan(const OpeningPlan& plan);

/// A balance, a debit above 0, of `account`.
Transfers opening_balance(const AccountKey& account, std::int64_t balance, Code control);

}  // namespace ledger
