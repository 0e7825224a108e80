// Journals: what one business event did to one plan (or to nobody's) in one currency.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/id.h"
#include "base/money.h"
#include "ledger/chart.h"

namespace ledger {

/// Posting rules, one a business event; docs/accounting.md gives each as pairs. The numbers are
/// stored: never renumber.
enum class Rule : std::int16_t {
  Opening = 1,
  AuthHold = 2,
  HoldRelease = 3,
  Capture = 4,
  Repay = 5,            ///< through a channel
  RepayFromCredit = 6,  ///< from the customer's credit balance
  ChannelSettle = 7,
  Refund = 8,
  FeeEarn = 9,
  SubsidyEarn = 10,
  LateFee = 11,
  ReserveHold = 12,
  ReserveRelease = 13,
  PayoutInstruct = 14,
  PayoutConfirm = 15,
  PayoutReturn = 16,
  Reversal = 17,
  PayoffRebate = 18,  ///< unearned fee that needs not be paid any more
};

inline constexpr std::array kRules = {
    Rule::Opening,        Rule::AuthHold,        Rule::HoldRelease,   Rule::Capture,
    Rule::Repay,          Rule::RepayFromCredit, Rule::ChannelSettle, Rule::Refund,
    Rule::FeeEarn,        Rule::SubsidyEarn,     Rule::LateFee,       Rule::ReserveHold,
    Rule::ReserveRelease, Rule::PayoutInstruct,  Rule::PayoutConfirm, Rule::PayoutReturn,
    Rule::Reversal,       Rule::PayoffRebate};

std::string_view name(Rule rule);  ///< "CAPTURE"

/// Which account, without its currency. Tags of 2101 are item types: sale, mdr, subsidy, refund,
/// reserve, release, payout, return; tags of 6001, 6003, 6004 are products.
struct AccountKey {
  Code code;
  base::PartyId owner = {};
  std::string tag = {};

  auto operator<=>(const AccountKey&) const = default;
};

/// Moves `amount_minor` (above 0) from `credit` to `debit`.
struct Transfer {
  AccountKey debit;
  AccountKey credit;
  std::int64_t amount_minor;

  bool operator==(const Transfer&) const = default;
};

struct Journal {
  base::PartyId party;
  base::JournalId id;
  base::EventId event;
  Rule rule;
  base::PlanId plan = {};  ///< {}: nobody's plan
  base::Currency currency;
  base::Day business_date;
  base::Day value_date;
  std::optional<std::string> source_ref = {};  ///< nothing: the plan's purchase reference
  base::JournalId reverses = {};
  std::vector<Transfer> transfers = {};
};

}  // namespace ledger
