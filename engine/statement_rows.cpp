#include "engine/statement_rows.h"

#include <fmt/format.h>

namespace engine {
namespace {

StatementAccount shown(ShownAccount account) {
  return {class_of(account.code_of_class), std::move(account.number), std::move(account.name),
          account.code_of_class, account.is_own};
}

}  // namespace

BalancesByCurrency statement_balances(const std::vector<store::AccountBalance>& balances,
                                      const AccountMap& accounts) {
  BalancesByCurrency sums;
  for (const auto& [account, minor] : balances) {
    sums[account.currency][shown(accounts.show(account))] += minor;
  }
  return sums;
}

StatementAccount statement_account(ledger::Code code, base::Currency currency,
                                   const AccountMap& accounts) {
  return shown(accounts.show({.code = code, .owner = {}, .tag = {}, .currency = currency}));
}

std::vector<TableColumn> StatementRows::columns(std::vector<TableColumn> dates) {
  dates.insert(dates.end(), {{"currency", 9},
                             {"section", 12},
                             {"line", 10},
                             {"account", 9},
                             {"name", 44},
                             {"amount", 18}});
  return dates;
}

void StatementRows::account(const StatementAccount& account, std::int64_t amount) const {
  line(name(account.account_class), "account", account.name, amount, &account);
}

void StatementRows::total(AccountClass account_class, std::int64_t amount) const {
  line(name(account_class), "total", fmt::format("Total {}", name(account_class)), amount);
}

void StatementRows::line(std::string_view section, std::string_view kind, std::string_view what,
                         std::int64_t amount, const StatementAccount* account) const {
  Row row(out_);
  begin_(row);
  row.text(currency_.code()).text(section).text(kind);
  if (account == nullptr) {
    row.absent();
  } else if (account->is_own) {
    row.text(account->number);
  } else {
    row.number(static_cast<std::int32_t>(account->code));
  }
  row.text(what).amount(amount, currency_);
}

}  // namespace engine
