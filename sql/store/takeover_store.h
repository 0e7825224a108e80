// What a takeover keeps beside the rows of plans and credit accounts, and what it compares with a
// trial balance.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/report_store.h"
#include "sql/store/session.h"

namespace store {

/// Remembers that there is a takeover.
void insert_takeover(Session& session, std::int64_t id, base::Day day, std::int32_t control);

/// What a plan had earned before it was taken over.
struct TakenPlanRow {
  base::PartyId party;
  base::PlanId plan;
  std::string product;
  base::Currency currency;
  base::Day business_date;
  std::int64_t fee_recognized = 0;
  std::int64_t subsidy_recognized = 0;
  std::int64_t interest_recognized = 0;
};
void copy_taken_plans(Session& session, std::span<const TakenPlanRow> rows);

/// Late fee of these plans counts from the day after `through`, beside what they owe of it by then.
void set_late_fee_before(Session& session, std::span<const std::int64_t> parties,
                         std::span<const std::int64_t> plans, base::Day through);

/// Remembers that a takeover on `day` opened these credit accounts.
void insert_taken_accounts(Session& session, std::span<const std::int64_t> parties,
                           base::Currency currency, base::Day day);
/// Which of these parties' credit accounts a takeover on `day` opened, sorted.
std::vector<std::int64_t> find_taken_accounts(Session& session,
                                              std::span<const std::int64_t> parties,
                                              base::Currency currency, base::Day day);

/// Every account with its balance now, open dates included; by code, owner, tag and currency.
std::vector<AccountBalance> list_balances_now(Session& session);

}  // namespace store
