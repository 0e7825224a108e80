// The trial balance as a table; docs/exports.md has the columns.
#include <algorithm>

#include "base/check.h"
#include "engine/account_columns.h"
#include "engine/exports.h"

namespace engine {
namespace {

constexpr double kAmountWidth = 18;

class TrialBalanceTable : public TableSource {
 public:
  TrialBalanceTable(const TrialBalance& balance, const AccountMap& map)
      : as_of_(balance.as_of), rows_(map.show(balance.rows)) {}

  bool append_rows(TableWriter& rows) override {
    for (const auto& [account, minor] : rows_) {
      rows.day(as_of_);
      append_account(rows, account);
      rows.text(account.currency.code());
      rows.amount(std::max<std::int64_t>(minor, 0), account.currency);
      rows.amount(std::max<std::int64_t>(-minor, 0), account.currency);
      rows.amount(minor, account.currency);
      rows.end_row();
    }
    return false;
  }

 private:
  base::Day as_of_;
  std::vector<ShownBalance> rows_;
};

class TrialBalanceDiff : public TableSource {
 public:
  TrialBalanceDiff(store::Session& session, const ReadingPair& pair, const AccountMap& map)
      : as_of_(pair.after.as_of),
        before_(map.show(trial_balance(session, pair.before).rows)),
        after_(map.show(trial_balance(session, pair.after).rows)) {}

  bool append_rows(TableWriter& rows) override {
    // Nothing ever leaves a book, so each account of before is one of after.
    auto before = before_.begin();
    for (const auto& [account, minor] : after_) {
      std::int64_t known = 0;
      if (before != before_.end() && before->account.is_same_but_for_currency(account) &&
          before->account.currency == account.currency) {
        known = (before++)->minor;
      }
      if (known == minor) continue;
      rows.day(as_of_);
      append_account(rows, account);
      rows.text(account.currency.code());
      rows.amount(known, account.currency);
      rows.amount(minor, account.currency);
      rows.amount(minor - known, account.currency);
      rows.end_row();
    }
    CHECK(before == before_.end(), "account {} of the earlier reading is not in the later one",
          before->account.number);
    return false;
  }

 private:
  base::Day as_of_;
  std::vector<ShownBalance> before_;
  std::vector<ShownBalance> after_;
};

}  // namespace

ExportResult export_trial_balance(store::Session& session, const ReadingRequest& request,
                                  TableFormat format, const AccountMap& accounts) {
  const auto reading = take_reading(session, request);
  if (!reading) return std::unexpected(reading.error());
  return export_table(session, format,
                      {.name = "trial balance",
                       .columns = with_account({{"as_of", 12}}, {{"currency", 9},
                                                                 {"debit", kAmountWidth},
                                                                 {"credit", kAmountWidth},
                                                                 {"balance", kAmountWidth}}),
                       .created = reading->as_of},
                      [reading = *reading, accounts](store::Session& snapshot) {
                        return std::make_unique<TrialBalanceTable>(trial_balance(snapshot, reading),
                                                                   accounts);
                      });
}

ExportResult export_trial_balance_diff(store::Session& session, const DiffRequest& request,
                                       TableFormat format, const AccountMap& accounts) {
  const auto pair = take_reading_pair(session, request);
  if (!pair) return std::unexpected(pair.error());
  return export_table(session, format,
                      {.name = "trial balance",
                       .columns = with_account({{"as_of", 12}}, {{"currency", 9},
                                                                 {"before", kAmountWidth},
                                                                 {"after", kAmountWidth},
                                                                 {"difference", kAmountWidth}}),
                       .created = pair->after.as_of},
                      [&](store::Session& snapshot) {
                        return std::make_unique<TrialBalanceDiff>(snapshot, *pair, accounts);
                      });
}

}  // namespace engine
