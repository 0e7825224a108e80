// The general ledger of an account: opening balance, lines with a running balance, closing balance.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "engine/account_columns.h"
#include "engine/financial_reports.h"
#include "sql/store/account_line_store.h"
#include "sql/store/report_store.h"

namespace engine {
namespace {

struct LedgerAccount {
  store::AccountName name;
  std::int64_t opening = 0;
  std::int64_t closing = 0;  ///< as the trial balance has it
};

bool is_asked_for(const store::AccountName& account, const LedgerRequest& request) {
  return account.code == request.code && (!request.owner || account.owner == *request.owner) &&
         (!request.tag || account.tag == *request.tag);
}

/// In the order of the trial balance, which has every account that had moved.
std::vector<LedgerAccount> accounts_of(store::Session& session, const LedgerRequest& request,
                                       const PeriodReading& period) {
  std::unordered_map<std::int32_t, std::int64_t> openings;
  const Reading before = period.reading.through(base::plus_days(period.from, -1));
  for (const auto& [account, minor] : store::list_balances(session, before)) {
    openings[account.id] = minor;
  }
  std::vector<LedgerAccount> accounts;
  for (auto& [account, minor] : store::list_balances(session, period.reading)) {
    if (!is_asked_for(account, request)) continue;
    const std::int64_t opening = openings[account.id];
    accounts.push_back({std::move(account), opening, minor});
  }
  return accounts;
}

std::vector<std::int32_t> ids_of(const std::vector<LedgerAccount>& accounts) {
  std::vector<std::int32_t> ids;
  for (const LedgerAccount& account : accounts) ids.push_back(account.name.id);
  return ids;
}

class LedgerTable : public TableSource {
 public:
  LedgerTable(store::Session& session, const LedgerRequest& request, const PeriodReading& period)
      : period_(period),
        accounts_(accounts_of(session, request, period)),
        lines_(session, ids_of(accounts_), period.from, period.reading) {}

  bool append_rows(TableWriter& out) override {
    const auto lines = lines_.next();
    for (const store::AccountLine& line : lines) {
      while (at_ < line.account) finish(out);
      begin(out);
      const LedgerAccount& account = accounts_[at_];
      balance_ += line.minor;
      debits_ += std::max<std::int64_t>(line.minor, 0);
      credits_ += std::max<std::int64_t>(-line.minor, 0);
      Row row(out);
      row.text("line").day(line.business_date);
      line.number ? row.number(*line.number) : row.absent();
      row.number(line.line).text(ledger::name(line.rule)).day(line.value_date);
      append_account(out, account.name);
      row.text(line.party).text(line.purchase_ref).text(line.source_ref);
      append_amounts(row, std::max<std::int64_t>(line.minor, 0),
                     std::max<std::int64_t>(-line.minor, 0));
    }
    if (!lines.empty()) return true;
    while (at_ < accounts_.size()) finish(out);
    return false;
  }

 private:
  void begin(TableWriter& out) {
    if (is_begun_) return;
    is_begun_ = true;
    balance_ = accounts_[at_].opening;
    append_edge(out, "opening", period_.from, 0, 0);
  }

  /// Its closing balance, which is that of the trial balance or nothing is true.
  void finish(TableWriter& out) {
    const LedgerAccount& account = accounts_[at_];
    if (is_begun_ || account.opening != 0) {
      begin(out);
      CHECK(balance_ == account.closing,
            "the lines of account {} {} {} come to {} on {}, its balance is {}",
            static_cast<int>(account.name.code), account.name.owner, account.name.tag, balance_,
            base::to_string(period_.reading.as_of), account.closing);
      append_edge(out, "closing", period_.reading.as_of, debits_, credits_);
      out.rule();
    }
    is_begun_ = false;
    debits_ = credits_ = 0;
    ++at_;
  }

  void append_edge(TableWriter& out, std::string_view entry, base::Day day, std::int64_t debits,
                   std::int64_t credits) const {
    Row row(out);
    row.text(entry).day(day).absent().absent().absent().absent();
    append_account(out, accounts_[at_].name);
    row.absent().absent().absent();
    append_amounts(row, debits, credits);
  }

  void append_amounts(Row& row, std::int64_t debit, std::int64_t credit) const {
    const base::Currency currency = accounts_[at_].name.currency;
    row.text(currency.code()).amount(debit, currency).amount(credit, currency);
    row.amount(balance_, currency);
  }

  PeriodReading period_;
  std::vector<LedgerAccount> accounts_;
  store::AccountLineCursor lines_;
  std::size_t at_ = 0;
  bool is_begun_ = false;
  std::int64_t balance_ = 0;
  std::int64_t debits_ = 0;
  std::int64_t credits_ = 0;
};

std::vector<TableColumn> columns() {
  return with_account({{"entry", 9},
                       {"business_date", 14},
                       {"voucher", 9},
                       {"line", 6},
                       {"rule", 18},
                       {"value_date", 12}},
                      {{"party", 16},
                       {"purchase_ref", 20},
                       {"source_ref", 20},
                       {"currency", 9},
                       {"debit", 18},
                       {"credit", 18},
                       {"balance", 18}});
}

}  // namespace

ReportAnswer report_ledger(store::Session& session, const LedgerRequest& request,
                           std::optional<base::Day> from, const ReadingRequest& reading) {
  const auto period = take_period_reading(session, from, reading, FromDefault::BookOpening);
  if (!period) return std::unexpected(period.error());
  return Report{{.name = "ledger", .columns = columns(), .created = period->reading.as_of},
                [request, period = *period](store::Session& snapshot) {
                  return std::make_unique<LedgerTable>(snapshot, request, period);
                }};
}

}  // namespace engine
