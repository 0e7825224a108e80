// The rows that the income statement and the balance sheet share, and the balances they are of.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/account_class.h"
#include "engine/account_map.h"
#include "engine/report.h"

namespace engine {

/// An account of a statement, of all owners and tags: by class, then by number as it is printed.
struct StatementAccount {
  AccountClass account_class{};
  std::string number;
  std::string name = {};
  ledger::Code code = {};  ///< ours, or the first of those that have the number
  bool is_own = false;     ///< a number of the user's, a text

  auto operator<=>(const StatementAccount& other) const {
    return std::pair(account_class, std::string_view(number)) <=>
           std::pair(other.account_class, std::string_view(other.number));
  }
  bool operator==(const StatementAccount& other) const { return (*this <=> other) == 0; }
};

/// Debits less credits of each account, in each currency. What has one number of the user's is one
/// account, of the class that its first code of ours has.
using StatementBalances = std::map<StatementAccount, std::int64_t>;
using BalancesByCurrency = std::map<base::Currency, StatementBalances>;
BalancesByCurrency statement_balances(const std::vector<store::AccountBalance>& balances,
                                      const AccountMap& accounts);
/// As accounts of the code without owner and tag are printed.
StatementAccount statement_account(ledger::Code code, base::Currency currency,
                                   const AccountMap& accounts);

/// Rows `…, currency, section, line, account, name, amount` of one currency.
class StatementRows {
 public:
  StatementRows(TableWriter& out, base::Currency currency, std::function<void(Row&)> begin)
      : out_(out), currency_(currency), begin_(std::move(begin)) {}

  static std::vector<TableColumn> columns(std::vector<TableColumn> dates);

  void account(const StatementAccount& account, std::int64_t amount) const;
  void total(AccountClass account_class, std::int64_t amount) const;
  /// `account` may be null: the line is of none.
  void line(std::string_view section, std::string_view kind, std::string_view what,
            std::int64_t amount, const StatementAccount* account = nullptr) const;

 private:
  TableWriter& out_;
  base::Currency currency_;
  std::function<void(Row&)> begin_;
};

}  // namespace engine
