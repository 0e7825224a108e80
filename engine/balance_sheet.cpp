// Assets, liabilities and equity at the close of a date, by the chart's classes.
#include <algorithm>
#include <map>

#include "base/check.h"
#include "engine/account_class.h"
#include "engine/book.h"
#include "engine/financial_reports.h"
#include "engine/statement_rows.h"
#include "engine/views.h"
#include "sql/store/plan_reading.h"

namespace engine {
namespace {

using Minor = std::map<base::Currency, std::int64_t>;

/// Unpaid fee of installments that customers had not been asked for by the end of the date.
Minor fee_not_billed(store::Session& session, const Reading& reading, const Catalog& catalog) {
  Minor sums;
  store::OwingPlanCursor cursor(session, reading);
  for (auto plans = cursor.next(); !plans.empty(); plans = cursor.next()) {
    for (const store::PlanRow& plan : plans) {
      const auto installments = installment_views(plan);
      const scheduling::PlanView view = plan_view(plan, installments, catalog);
      for (std::size_t i = 0; i < installments.size(); ++i) {
        if (is_billed(view, i, reading.as_of)) continue;
        sums[plan.currency] += installments[i].unpaid_fee();
      }
    }
  }
  return sums;
}

/// Income less expenses of all time.
std::int64_t result_of(const std::map<ledger::Code, std::int64_t>& balances) {
  std::int64_t result = 0;
  for (const auto& [code, minor] : balances) {
    const AccountClass account_class = class_of(code);
    if (account_class == AccountClass::Income || account_class == AccountClass::Expenses) {
      result -= minor;
    }
  }
  return result;
}

class BalanceSheet : public TableSource {
 public:
  BalanceSheet(store::Session& session, const Reading& reading)
      : as_of_(reading.as_of), balances_(by_code(store::list_balances(session, reading))) {
    const base::Day new_year = base::make_day(static_cast<int>(base::ymd(as_of_).year()), 1, 1);
    for (const auto& [currency, balances] :
         by_code(store::list_balances(session, reading.through(base::plus_days(new_year, -1))))) {
      result_before_[currency] = result_of(balances);
    }
    if (balances_.empty()) return;
    const auto version = store::find_catalog_version(session, reading);
    not_billed_ = fee_not_billed(session, reading, *load_catalog(session, version));
  }

  bool append_rows(TableWriter& out) override {
    for (const auto& [currency, balances] : balances_) append_currency(out, currency, balances);
    return false;
  }

 private:
  void append_currency(TableWriter& out, base::Currency currency,
                       const std::map<ledger::Code, std::int64_t>& balances) {
    const StatementRows rows(out, currency, [this](Row& row) { row.day(as_of_); });
    // The fee of the contract is grossed up for control only: what nobody was asked for and nobody
    // earned is no asset and no debt (domain §4.1).
    const auto unearned = balances.find(ledger::Code::UnearnedFee);
    const std::int64_t netted = std::clamp<std::int64_t>(
        unearned == balances.end() ? 0 : -unearned->second, 0, not_billed_[currency]);
    const std::int64_t assets = append_class(rows, AccountClass::Assets, balances, netted);
    const std::int64_t liabilities =
        append_class(rows, AccountClass::Liabilities, balances, netted);
    out.rule();
    const std::int64_t equity = append_equity(rows, currency, balances);
    out.rule();
    rows.line("balance", "total", "Total liabilities and equity", liabilities + equity);
    CHECK(assets == liabilities + equity, "assets of {} {} on {}, liabilities and equity of {}",
          assets, currency.code(), base::to_string(as_of_), liabilities + equity);
    out.rule();
    append_memo(rows, out, balances);
  }

  static std::int64_t append_accounts(const StatementRows& rows, AccountClass account_class,
                                      const std::map<ledger::Code, std::int64_t>& balances) {
    std::int64_t total = 0;
    for (const auto& [code, minor] : balances) {
      if (class_of(code) != account_class || minor == 0) continue;
      const std::int64_t amount = is_debit_class(account_class) ? minor : -minor;
      rows.account(account_class, code, amount);
      total += amount;
    }
    return total;
  }

  static std::int64_t append_class(const StatementRows& rows, AccountClass account_class,
                                   const std::map<ledger::Code, std::int64_t>& balances,
                                   std::int64_t netted) {
    const std::int64_t total = append_accounts(rows, account_class, balances) - netted;
    if (netted != 0) {
      const bool is_asset = account_class == AccountClass::Assets;
      rows.line(name(account_class), "netting",
                is_asset ? "Fee not yet billed, shown net with 2301"
                         : "Fee not yet billed, shown net with 1102",
                -netted, is_asset ? ledger::Code::FeeReceivable : ledger::Code::UnearnedFee);
    }
    rows.total(account_class, total);
    return total;
  }

  std::int64_t append_equity(const StatementRows& rows, base::Currency currency,
                             const std::map<ledger::Code, std::int64_t>& balances) {
    std::int64_t total = append_accounts(rows, AccountClass::Equity, balances);
    const std::int64_t result = result_of(balances);
    const std::int64_t before = result_before_[currency];
    if (before != 0) rows.line("equity", "result", "Result of earlier years", before);
    rows.line("equity", "result", "Result of the year", result - before);
    total += result;
    rows.total(AccountClass::Equity, total);
    return total;
  }

  static void append_memo(const StatementRows& rows, TableWriter& out,
                          const std::map<ledger::Code, std::int64_t>& balances) {
    const bool has_memo = std::ranges::any_of(balances, [](const auto& balance) {
      return ledger::is_memo(balance.first) && balance.second != 0;
    });
    if (!has_memo) return;
    rows.total(AccountClass::Memo, append_accounts(rows, AccountClass::Memo, balances));
    out.rule();
  }

  base::Day as_of_;
  BalancesByCode balances_;
  Minor result_before_;
  Minor not_billed_;
};

}  // namespace

ReportAnswer report_balance_sheet(store::Session& session, const ReadingRequest& request) {
  const auto reading = take_reading(session, request);
  if (!reading) return std::unexpected(reading.error());
  return Report{{.name = "balance sheet",
                 .columns = StatementRows::columns({{"as_of", 12}}),
                 .created = reading->as_of},
                [reading = *reading](store::Session& snapshot) {
                  return std::make_unique<BalanceSheet>(snapshot, reading);
                }};
}

}  // namespace engine
