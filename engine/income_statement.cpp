// Income and expenses of a period, by the chart's classes.
#include <optional>

#include "engine/account_class.h"
#include "engine/financial_reports.h"
#include "engine/statement_rows.h"
#include "sql/store/year_end_store.h"

namespace engine {
namespace {

class IncomeStatement : public TableSource {
 public:
  IncomeStatement(store::Session& session, const PeriodReading& period, const AccountMap& accounts)
      : period_(period),
        closing_(statement_balances(store::list_balances(session, period.reading), accounts)),
        opening_(statement_balances(
            store::list_balances(session, period.reading.through(base::plus_days(period.from, -1))),
            accounts)),
        // The journals that close a year empty its accounts; they are not what it was made of.
        closed_(statement_balances(
            store::list_year_end_movements(session, period.from, period.reading), accounts)) {}

  bool append_rows(TableWriter& out) override {
    for (const auto& [currency, balances] : closing_) {
      rows_.emplace(out, currency,
                    [this](Row& row) { row.day(period_.from).day(period_.reading.as_of); });
      const std::int64_t income = append_class(AccountClass::Income, currency, balances);
      const std::int64_t expenses = append_class(AccountClass::Expenses, currency, balances);
      out.rule();
      rows_->line("result", "total", "Result of the period", income - expenses);
      out.rule();
    }
    return false;
  }

 private:
  /// Accounts that moved in the period; the class's own side is positive.
  std::int64_t append_class(AccountClass account_class, base::Currency currency,
                            const StatementBalances& balances) {
    std::int64_t total = 0;
    for (const auto& [account, minor] : balances) {
      if (account.account_class != account_class) continue;
      const std::int64_t moved = minor - opening_[currency][account] - closed_[currency][account];
      const std::int64_t amount = is_debit_class(account_class) ? moved : -moved;
      total += amount;
      if (amount != 0) rows_->account(account, amount);
    }
    rows_->total(account_class, total);
    return total;
  }

  PeriodReading period_;
  BalancesByCurrency closing_;
  BalancesByCurrency opening_;
  BalancesByCurrency closed_;
  std::optional<StatementRows> rows_;
};

}  // namespace

ReportAnswer report_income_statement(store::Session& session, std::optional<base::Day> from,
                                     const ReadingRequest& request, const AccountMap& accounts) {
  const auto period = take_month_reading(session, from, request);
  if (!period) return std::unexpected(period.error());
  return Report{.head = {.name = "income statement",
                         .columns = StatementRows::columns({{"from", 12}, {"to", 12}}),
                         .created = period->reading.as_of},
                .open =
                    [period = *period, accounts](store::Session& snapshot) {
                      return std::make_unique<IncomeStatement>(snapshot, period, accounts);
                    },
                .key_columns = 7};
}

}  // namespace engine
