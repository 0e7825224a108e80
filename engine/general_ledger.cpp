// The general ledger of an account: opening balance, lines with a running balance, closing balance.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/check.h"
#include "engine/account_columns.h"
#include "engine/financial_reports.h"
#include "sql/store/account_line_store.h"
#include "sql/store/report_store.h"

namespace engine {
namespace {

/// An account as it is printed: several of ours where they have one number.
struct LedgerAccount {
  ShownAccount shown;
  std::int64_t opening = 0;
  std::int64_t closing = 0;  ///< as the trial balance has it
};

/// The printed accounts in order, and which of ours are which of them.
struct ChosenAccounts {
  std::vector<LedgerAccount> accounts;
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> ranks;  ///< beside `ids`
};

bool is_asked_for(const store::AccountName& account, const ShownAccount& shown,
                  const LedgerRequest& request) {
  const bool is_number = request.number.empty() ? account.code == request.code
                                                : shown.is_own && shown.number == request.number;
  return is_number && (!request.owner || account.owner == *request.owner) &&
         (!request.tag || account.tag == *request.tag);
}

struct OneAccount {
  std::int32_t id = 0;
  LedgerAccount account;
};

/// In the order of the trial balance, which has every account that had moved.
ChosenAccounts accounts_of(store::Session& session, const LedgerRequest& request,
                           const PeriodReading& period, const AccountMap& map) {
  std::unordered_map<std::int32_t, std::int64_t> openings;
  const Reading before = period.reading.through(base::plus_days(period.from, -1));
  for (const auto& [account, minor] : store::list_balances(session, before)) {
    openings[account.id] = minor;
  }
  std::vector<OneAccount> each;
  for (const auto& [account, minor] : store::list_balances(session, period.reading)) {
    ShownAccount shown = map.show(account);
    if (!is_asked_for(account, shown, request)) continue;
    each.push_back({account.id, {std::move(shown), openings[account.id], minor}});
  }
  const auto key = [](const OneAccount& one) {
    const ShownAccount& a = one.account.shown;
    return std::tie(a.number, a.owner, a.tag, a.currency);
  };
  if (!map.is_empty()) std::ranges::stable_sort(each, {}, key);
  ChosenAccounts chosen;
  for (const OneAccount& one : each) {
    const bool is_same = !chosen.accounts.empty() && one.account.shown.is_own &&
                         chosen.accounts.back().shown.currency == one.account.shown.currency &&
                         chosen.accounts.back().shown.is_same_but_for_currency(one.account.shown);
    if (is_same) {
      chosen.accounts.back().opening += one.account.opening;
      chosen.accounts.back().closing += one.account.closing;
    } else {
      chosen.accounts.push_back(one.account);
    }
    chosen.ids.push_back(one.id);
    chosen.ranks.push_back(static_cast<std::int32_t>(chosen.accounts.size()) - 1);
  }
  return chosen;
}

class LedgerTable : public TableSource {
 public:
  LedgerTable(store::Session& session, const ChosenAccounts& chosen, const PeriodReading& period)
      : period_(period),
        accounts_(chosen.accounts),
        lines_(session, chosen.ids, chosen.ranks, period.from, period.reading) {}

  bool append_rows(TableWriter& out) override {
    const auto lines = lines_.next();
    for (const store::AccountLine& line : lines) {
      while (at_ < line.rank) finish(out);
      begin(out);
      const LedgerAccount& account = accounts_[at_];
      balance_ += line.minor;
      debits_ += std::max<std::int64_t>(line.minor, 0);
      credits_ += std::max<std::int64_t>(-line.minor, 0);
      Row row(out);
      row.text("line").day(line.business_date);
      line.number ? row.number(*line.number) : row.absent();
      row.number(line.line).text(ledger::name(line.rule)).day(line.value_date);
      append_account(out, account.shown);
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
            account.shown.number, account.shown.owner, account.shown.tag, balance_,
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
    append_account(out, accounts_[at_].shown);
    row.absent().absent().absent();
    append_amounts(row, debits, credits);
  }

  void append_amounts(Row& row, std::int64_t debit, std::int64_t credit) const {
    const base::Currency currency = accounts_[at_].shown.currency;
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
                           std::optional<base::Day> from, const ReadingRequest& reading,
                           const AccountMap& accounts) {
  const auto period = take_period_reading(session, from, reading, FromDefault::BookOpening);
  if (!period) return std::unexpected(period.error());
  return Report{{.name = "ledger", .columns = columns(), .created = period->reading.as_of},
                [request, period = *period, accounts](store::Session& snapshot) {
                  return std::make_unique<LedgerTable>(
                      snapshot, accounts_of(snapshot, request, period, accounts), period);
                }};
}

}  // namespace engine
