// The rows that the income statement and the balance sheet share.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/account_class.h"
#include "engine/report.h"

namespace engine {

/// Rows `…, currency, section, line, account, name, amount` of one currency.
class StatementRows {
 public:
  StatementRows(TableWriter& out, base::Currency currency, std::function<void(Row&)> begin)
      : out_(out), currency_(currency), begin_(std::move(begin)) {}

  static std::vector<TableColumn> columns(std::vector<TableColumn> dates) {
    dates.insert(dates.end(), {{"currency", 9},
                               {"section", 12},
                               {"line", 10},
                               {"account", 9},
                               {"name", 44},
                               {"amount", 18}});
    return dates;
  }

  void account(AccountClass account_class, ledger::Code code, std::int64_t amount) const {
    line(name(account_class), "account", ledger::entry(code).name, amount, code);
  }
  void total(AccountClass account_class, std::int64_t amount) const {
    line(name(account_class), "total", fmt::format("Total {}", name(account_class)), amount);
  }
  void line(std::string_view section, std::string_view kind, std::string_view what,
            std::int64_t amount, std::optional<ledger::Code> code = {}) const {
    Row row(out_);
    begin_(row);
    row.text(currency_.code()).text(section).text(kind);
    code ? row.number(static_cast<int>(*code)) : row.absent();
    row.text(what).amount(amount, currency_);
  }

 private:
  TableWriter& out_;
  base::Currency currency_;
  std::function<void(Row&)> begin_;
};

}  // namespace engine
