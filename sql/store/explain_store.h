// What makes an amount: the journals of a balance, the items of a payout, the decisions of a limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "ledger/journal.h"
#include "sql/store/session.h"

namespace store {

/// Which lines make a balance. Empty fields ask for nothing.
struct BalanceQuestion {
  std::int32_t code = 0;
  std::string owner = {};  ///< the reference of its owner
  std::optional<std::string> tag = {};
  std::string party = {};         ///< whose journals: a customer, merchant, channel ...
  std::string purchase_ref = {};  ///< of which plan
  base::Currency currency;
  base::Day as_of;
};

/// What one posting rule did to the balance.
struct BalancePart {
  ledger::Rule rule{};
  std::int64_t journals = 0;
  std::int64_t debit = 0;
  std::int64_t credit = 0;
};
std::vector<BalancePart> sum_balance_parts(Session& session, const BalanceQuestion& question);

/// One journal that moved it.
struct BalanceLine {
  base::Day business_date;
  base::Day value_date;
  std::optional<std::int32_t> voucher;  ///< nothing: its date is not sealed
  ledger::Rule rule{};
  std::string party;
  std::string purchase_ref;
  std::string source_ref;
  std::int64_t amount = 0;  ///< debits less credits
};
/// The last `limit` of them, newest first.
std::vector<BalanceLine> list_balance_lines(Session& session, const BalanceQuestion& question,
                                            int limit);

struct ExplainedPayout {
  base::PartyId merchant_id;
  std::string merchant;
  base::Currency currency;
  base::Day settled_on;
  std::int64_t amount = 0;
  std::int16_t status = 0;
  std::optional<base::Day> confirmed_on;
  std::int16_t kind = 1;  ///< 1 of a settlement, 2 of another event
};
std::optional<ExplainedPayout> find_payout(Session& session, std::string_view ref);

struct ExplainedSettlement {
  base::Day window_from;
  base::Day settled_on;
  std::int64_t opening = 0, sales = 0, refunds = 0, discount = 0, subsidy = 0;
  std::int64_t returned_discount = 0, returned_subsidy = 0, adjustments = 0, releases = 0;
  std::int64_t reserve = 0, payout = 0, carried = 0;
  std::int64_t items = 0;
};
std::optional<ExplainedSettlement> find_settlement(Session& session, const ExplainedPayout& payout);

struct ExplainedItem {
  std::int16_t type = 0;  ///< ItemType
  base::Day business_date;
  base::Day available_on;
  std::string order_ref;
  std::string customer;  ///< empty for items of the merchant's own
  std::int64_t gross = 0, discount = 0, subsidy = 0, net = 0;
};
/// The items of the settlement's window, the payout itself left out; the first `limit`.
std::vector<ExplainedItem> list_settled_items(Session& session, const ExplainedPayout& payout,
                                              const ExplainedSettlement& settlement, int limit);

struct ExplainedLimit {
  base::PartyId customer;
  base::Currency currency;
  std::int64_t base = 0, held = 0, outstanding = 0;
  std::int16_t block = 0;
  std::int16_t dpd = 0;
  std::optional<std::int64_t> former_base;
  base::Day closed_through;
};
std::vector<ExplainedLimit> find_limits(Session& session, std::string_view customer);

/// One thing the limit is used by: a plan or a hold.
struct LimitUse {
  bool is_hold = false;
  std::string ref;
  std::string merchant;
  base::Day on;
  std::int64_t amount = 0;
  std::int16_t dpd = 0;
};
std::vector<LimitUse> list_limit_uses(Session& session, const ExplainedLimit& limit, int count);

struct LimitDecision {
  base::Day business_date;
  std::string reason;
  std::int16_t action = 0;
  std::int64_t old_base = 0, new_base = 0;
  std::int16_t old_block = 0, new_block = 0;
  std::int64_t outstanding = 0;
  std::int16_t dpd = 0;
  std::vector<std::string> purchase_refs;
};
/// Every decision on it, oldest first, the last `count`.
std::vector<LimitDecision> list_limit_decisions(Session& session, const ExplainedLimit& limit,
                                                int count);

}  // namespace store
