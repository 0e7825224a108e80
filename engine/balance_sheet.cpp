// Assets, liabilities and equity at the close of a date, by the chart's classes.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/check.h"
#include "engine/account_class.h"
#include "engine/book.h"
#include "engine/financial_reports.h"
#include "engine/statement_rows.h"
#include "engine/views.h"
#include "engine/year_end.h"
#include "sql/store/plan_reading.h"
#include "sql/store/year_end_store.h"

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
std::int64_t result_of(const StatementBalances& balances) {
  std::int64_t result = 0;
  for (const auto& [account, minor] : balances) {
    if (account.account_class == AccountClass::Income ||
        account.account_class == AccountClass::Expenses) {
      result -= minor;
    }
  }
  return result;
}

class BalanceSheet : public TableSource {
 public:
  BalanceSheet(store::Session& session, const Reading& reading, const AccountMap& accounts)
      : as_of_(reading.as_of), accounts_(accounts) {
    const auto listed = store::list_balances(session, reading);
    balances_ = statement_balances(listed, accounts);
    for (const auto& [account, minor] : listed) {
      if (account.code == ledger::Code::UnearnedFee) unearned_[account.currency] -= minor;
    }
    if (balances_.empty()) return;
    const auto catalog = load_catalog(session, store::find_catalog_version(session, reading));
    find_earlier_results(session, reading, year_begins(as_of_, *catalog));
    not_billed_ = fee_not_billed(session, reading, *catalog);
  }

  bool append_rows(TableWriter& out) override {
    for (const auto& [currency, balances] : balances_) append_currency(out, currency, balances);
    return false;
  }

 private:
  /// Once a year was closed its result is in retained earnings; before that, and in books from
  /// before years were closed, all of it stands on the accounts of income and expenses.
  void find_earlier_results(store::Session& session, const Reading& reading, base::Day begins) {
    for (const auto& [currency, balances] : balances_) {
      closed_on_[currency] = store::find_last_year_end(session, currency, reading);
    }
    const auto before = store::list_balances(session, reading.through(base::plus_days(begins, -1)));
    for (const auto& [currency, balances] : statement_balances(before, accounts_)) {
      if (!closed_on_[currency]) result_before_[currency] = result_of(balances);
    }
  }

  void append_currency(TableWriter& out, base::Currency currency,
                       const StatementBalances& balances) {
    const StatementRows rows(out, currency, [this](Row& row) { row.day(as_of_); });
    // The fee of the contract is grossed up for control only: what nobody was asked for and nobody
    // earned is no asset and no debt (domain §4.1).
    const Netting netting = netting_of(currency);
    const std::int64_t assets = append_class(rows, AccountClass::Assets, balances, netting);
    const std::int64_t liabilities =
        append_class(rows, AccountClass::Liabilities, balances, netting);
    out.rule();
    const std::int64_t equity = append_equity(rows, currency, balances);
    out.rule();
    rows.line("balance", "total", "Total liabilities and equity", liabilities + equity);
    CHECK(assets == liabilities + equity, "assets of {} {} on {}, liabilities and equity of {}",
          assets, currency.code(), base::to_string(as_of_), liabilities + equity);
    out.rule();
    append_memo(rows, out, balances);
  }

  /// What is taken off 1102 and 2301 as they are printed; nothing where both are one account.
  struct Netting {
    StatementAccount receivable;
    StatementAccount unearned;
    std::int64_t minor = 0;
  };
  Netting netting_of(base::Currency currency) {
    Netting netting{statement_account(ledger::Code::FeeReceivable, currency, accounts_),
                    statement_account(ledger::Code::UnearnedFee, currency, accounts_)};
    if (netting.receivable.number != netting.unearned.number) {
      netting.minor = std::clamp<std::int64_t>(unearned_[currency], 0, not_billed_[currency]);
    }
    return netting;
  }

  static std::int64_t append_accounts(const StatementRows& rows, AccountClass account_class,
                                      const StatementBalances& balances) {
    std::int64_t total = 0;
    for (const auto& [account, minor] : balances) {
      if (account.account_class != account_class || minor == 0) continue;
      const std::int64_t amount = is_debit_class(account_class) ? minor : -minor;
      rows.account(account, amount);
      total += amount;
    }
    return total;
  }

  static std::int64_t append_class(const StatementRows& rows, AccountClass account_class,
                                   const StatementBalances& balances, const Netting& netting) {
    const std::int64_t total = append_accounts(rows, account_class, balances) - netting.minor;
    if (netting.minor != 0) {
      const bool is_asset = account_class == AccountClass::Assets;
      const StatementAccount& account = is_asset ? netting.receivable : netting.unearned;
      const StatementAccount& other = is_asset ? netting.unearned : netting.receivable;
      rows.line(name(account_class), "netting",
                fmt::format("Fee not yet billed, shown net with {}", other.number), -netting.minor,
                &account);
    }
    rows.total(account_class, total);
    return total;
  }

  std::int64_t append_equity(const StatementRows& rows, base::Currency currency,
                             const StatementBalances& balances) {
    std::int64_t total = append_accounts(rows, AccountClass::Equity, balances);
    const std::int64_t result = result_of(balances);
    const std::int64_t before = result_before_[currency];
    if (before != 0) rows.line("equity", "result", "Result of earlier years", before);
    // On the date that closes a year its result is part of retained earnings already.
    if (closed_on_[currency] != as_of_ || result != 0) {
      rows.line("equity", "result", "Result of the year", result - before);
    }
    total += result;
    rows.total(AccountClass::Equity, total);
    return total;
  }

  static void append_memo(const StatementRows& rows, TableWriter& out,
                          const StatementBalances& balances) {
    const bool has_memo = std::ranges::any_of(balances, [](const auto& balance) {
      return balance.first.account_class == AccountClass::Memo && balance.second != 0;
    });
    if (!has_memo) return;
    rows.total(AccountClass::Memo, append_accounts(rows, AccountClass::Memo, balances));
    out.rule();
  }

  base::Day as_of_;
  AccountMap accounts_;
  BalancesByCurrency balances_;
  Minor unearned_;  ///< 2301, credits positive
  Minor result_before_;
  std::map<base::Currency, std::optional<base::Day>> closed_on_;
  Minor not_billed_;
};

}  // namespace

ReportAnswer report_balance_sheet(store::Session& session, const ReadingRequest& request,
                                  const AccountMap& accounts) {
  const auto reading = take_reading(session, request);
  if (!reading) return std::unexpected(reading.error());
  return Report{.head = {.name = "balance sheet",
                         .columns = StatementRows::columns({{"as_of", 12}}),
                         .created = reading->as_of},
                .open =
                    [reading = *reading, accounts](store::Session& snapshot) {
                      return std::make_unique<BalanceSheet>(snapshot, reading, accounts);
                    },
                .key_columns = 6};
}

}  // namespace engine
