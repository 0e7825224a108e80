#include "engine/exports.h"

#include <map>

#include "base/check.h"
#include "base/wide.h"
#include "ledger/chart.h"

namespace engine {

std::string_view name(store::PlanStatus status) {
  switch (status) {
    case store::PlanStatus::Active:
      return "active";
    case store::PlanStatus::Settled:
      return "settled";
    case store::PlanStatus::Refunded:
      return "refunded";
    case store::PlanStatus::Disputed:
      return "disputed";
    case store::PlanStatus::ChargedOff:
      return "charged_off";
  }
  std::unreachable();
}

std::string_view name(store::LimitAction action) {
  switch (action) {
    case store::LimitAction::Block:
      return "block";
    case store::LimitAction::Cut:
      return "cut";
    case store::LimitAction::Close:
      return "close";
    case store::LimitAction::Unblock:
      return "unblock";
    case store::LimitAction::Restore:
      return "restore";
  }
  std::unreachable();
}

std::string_view name(store::Block block) {
  switch (block) {
    case store::Block::None:
      return "none";
    case store::Block::UntilPaid:
      return "until_paid";
    case store::Block::Closed:
      return "closed";
  }
  std::unreachable();
}

TrialBalance trial_balance(store::Session& session, const Reading& reading) {
  TrialBalance balance{reading.as_of, store::list_balances(session, reading)};
  std::map<std::pair<base::Currency, bool>, base::int128> sums;
  for (const auto& [account, minor] : balance.rows) {
    sums[{account.currency, ledger::is_memo(account.code)}] += minor;
  }
  for (const auto& [key, sum] : sums) {
    CHECK(sum == 0, "debits exceed credits by {} minor units of {} on {}", base::narrow(sum),
          key.first.code(), base::to_string(reading.as_of));
  }
  return balance;
}

ReportResult<TrialBalance> trial_balance(store::Session& session, std::optional<base::Day> as_of) {
  const auto reading = take_reading(session, {.as_of = as_of});
  if (!reading) return std::unexpected(reading.error());
  return trial_balance(session, *reading);
}

}  // namespace engine
