// Income and expenses of a period, by the chart's classes.
#include <optional>

#include "engine/account_class.h"
#include "engine/financial_reports.h"
#include "engine/statement_rows.h"

namespace engine {
namespace {

class IncomeStatement : public TableSource {
 public:
  IncomeStatement(store::Session& session, const PeriodReading& period)
      : period_(period),
        closing_(by_code(store::list_balances(session, period.reading))),
        opening_(by_code(store::list_balances(
            session, period.reading.through(base::plus_days(period.from, -1))))) {}

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
                            const std::map<ledger::Code, std::int64_t>& balances) {
    std::int64_t total = 0;
    for (const auto& [code, minor] : balances) {
      if (class_of(code) != account_class) continue;
      const std::int64_t moved = minor - opening_[currency][code];
      const std::int64_t amount = is_debit_class(account_class) ? moved : -moved;
      total += amount;
      if (amount != 0) rows_->account(account_class, code, amount);
    }
    rows_->total(account_class, total);
    return total;
  }

  PeriodReading period_;
  BalancesByCode closing_;
  BalancesByCode opening_;
  std::optional<StatementRows> rows_;
};

}  // namespace

ReportAnswer report_income_statement(store::Session& session, std::optional<base::Day> from,
                                     const ReadingRequest& request) {
  const auto period = take_month_reading(session, from, request);
  if (!period) return std::unexpected(period.error());
  return Report{{.name = "income statement",
                 .columns = StatementRows::columns({{"from", 12}, {"to", 12}}),
                 .created = period->reading.as_of},
                [period = *period](store::Session& snapshot) {
                  return std::make_unique<IncomeStatement>(snapshot, period);
                }};
}

}  // namespace engine
