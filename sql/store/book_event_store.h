// What events of the book do to reserve tranches and payouts, and what a month end finds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "sql/store/session.h"

namespace store {

/// Releases the merchant's open tranches, oldest first, that sum to the amount; false, and nothing
/// done, if no number of them does.
bool take_reserve(Session& session, base::PartyId merchant, base::Currency currency,
                  std::int64_t amount, base::Day day);

/// The same for as many of the oldest tranches as fit into the amount; what they sum to.
std::int64_t take_reserve_up_to(Session& session, base::PartyId merchant, base::Currency currency,
                                std::int64_t amount, base::Day day);

/// A payout that no settlement made; false if the reference is taken.
bool open_payout(Session& session, base::PartyId merchant, std::int64_t id, const std::string& ref,
                 base::Currency currency, std::int64_t amount, base::Day day);

enum class PayoutMove { Confirm, Return, Reject };
/// Confirms or rejects a payout on its way, or marks a confirmed one returned; false if there is
/// none of this merchant, currency and amount in that state.
bool move_payout(Session& session, base::PartyId merchant, const std::string& ref,
                 base::Currency currency, std::int64_t amount, PayoutMove move, base::Day day);

/// Merchants whose balance is below zero at the end of `day`: the last settlement carried a debt,
/// and what came since does not make up for it.
struct MerchantDebt {
  base::PartyId merchant;
  base::Currency currency;
  std::int64_t owed = 0;  ///< above 0
};
std::vector<MerchantDebt> list_merchant_debts(Session& session, base::Day day);

/// Brings the allowance of every plan with a stage to outstanding * rate of the stage (rates in
/// 10^-16), and returns the changes by stage, product and currency.
struct AllowanceChange {
  std::int16_t stage = 0;
  std::string product;
  base::Currency currency;
  std::int64_t amount = 0;
  std::int32_t plans = 0;
};
std::vector<AllowanceChange> remeasure_allowances(Session& session,
                                                  const std::vector<std::string>& rates_e16);

}  // namespace store
