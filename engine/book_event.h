// Events of the book that no customer's account is part of: banks, channels, sponsors, merchants
// and suspense. Which accounts an event moves is data: book_rules() in book_rules.cpp.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "engine/item.h"
#include "engine/payout_account.h"
#include "ledger/chart.h"
#include "ledger/journal.h"

namespace engine {

/// One pair of a manual journal.
struct ManualPair {
  int debit = 0;  ///< account codes
  int credit = 0;
  std::int64_t amount = 0;
};

/// What a bank says it held at the end of a date, and what makes the difference to our 1001.
struct StatedBalance {
  base::Day as_of;
  std::int64_t closing = 0;  ///< minor units; below 0 when overdrawn
  struct Transit {
    std::string ref;
    std::int64_t amount = 0;  ///< to be added to the bank's balance; not 0
  };
  std::vector<Transit> transit = {};
};

struct BookEvent {
  std::string ref;   ///< unique in the book among book events
  std::string type;  ///< "suspense_in": see book_rules()
  base::Instant at;
  base::Currency currency;
  std::map<std::string, std::int64_t> amounts;  ///< by the rule's names, in minor units
  std::optional<base::Currency> other_currency = {};
  std::string merchant = {};
  std::string channel = {};
  std::string sponsor = {};
  std::string tag = {};       ///< a batch or partner
  std::string suspense = {};  ///< the item it clears
  std::string payout = {};    ///< the payout it confirms or returns
  std::vector<ManualPair> pairs = {};
  std::string owner = {};  ///< who looks after the suspense item
  std::optional<StatedBalance> stated = {};
  std::optional<PayoutAccount> account = {};  ///< where the merchant is paid to from now on
  std::string reason = {};
  std::string requested_by = {};
  std::string approved_by = {};
};

enum class Owner { None, Bank, Merchant, Channel, Sponsor };

struct RuleAccount {
  ledger::Code code;
  Owner owner = Owner::None;
  std::string_view tag = {};  ///< "*": the event's
};

/// Moves an amount of the event between two accounts. `is_other`: in the other currency.
struct RuleLeg {
  std::string_view amount;
  RuleAccount debit;
  RuleAccount credit;
  ledger::Rule rule;
  bool is_other = false;
};

/// What an event does beside its journals.
enum class BookEffect {
  None,
  OpensSuspense,   ///< of 2901 or 1901, under the event's reference
  ClearsSuspense,  ///< the item named
  OwnsSuspense,    ///< somebody looks after the item named
  StatesBank,      ///< the bank's balance is compared with ours, and kept
  TakesReserve,    ///< the merchant's open tranches, oldest first
  OpensPayout,     ///< what it moves into 2104 is on its way to the merchant
  ConfirmsPayout,  ///< the payout named
  ReturnsPayout,
  RejectsPayout,  ///< one on its way, that the bank never sent
  NamesAccount,   ///< where the merchant is paid to
};

struct BookRule {
  std::string_view type;
  std::vector<RuleLeg> legs;
  BookEffect effect = BookEffect::None;
  bool needs_second_person = false;
};

std::span<const BookRule> book_rules();
const BookRule* find_book_rule(std::string_view type);

}  // namespace engine
