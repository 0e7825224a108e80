// The trial balance as a table; docs/exports.md has the columns.
#include <algorithm>

#include "engine/account_columns.h"
#include "engine/exports.h"

namespace engine {
namespace {

constexpr double kAmountWidth = 18;

class TrialBalanceTable : public TableSource {
 public:
  explicit TrialBalanceTable(TrialBalance balance) : balance_(std::move(balance)) {}

  bool append_rows(TableWriter& rows) override {
    for (const auto& [account, minor] : balance_.rows) {
      rows.day(balance_.as_of);
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
  TrialBalance balance_;
};

}  // namespace

ExportResult export_trial_balance(store::Session& session, const ReadingRequest& request,
                                  TableFormat format) {
  const auto reading = take_reading(session, request);
  if (!reading) return std::unexpected(reading.error());
  return export_table(
      session, format,
      {.name = "trial balance",
       .columns = with_account({{"as_of", 12}}, {{"currency", 9},
                                                 {"debit", kAmountWidth},
                                                 {"credit", kAmountWidth},
                                                 {"balance", kAmountWidth}}),
       .created = reading->as_of},
      [reading = *reading](store::Session& snapshot) {
        return std::make_unique<TrialBalanceTable>(trial_balance(snapshot, reading));
      });
}

}  // namespace engine
