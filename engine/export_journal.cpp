// Journals for hledger, Ledger and Beancount, in the order of the vouchers.
#include <set>
#include <unordered_map>

#include "engine/exports.h"
#include "engine/journal_text.h"
#include "ledger/journal.h"

namespace engine {
namespace {

class JournalExport : public Export {
 public:
  JournalExport(store::Session& session, JournalFormat format, const PeriodReading& period,
                const AccountMap& accounts)
      : transaction_(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        format_(format),
        period_(period),
        brought_forward_(
            accounts.show(store::list_balances(session, period.reading.through(day_before())))),
        journals_(session, period.from, period.reading) {
    const std::vector<store::AccountBalance> moved = store::list_balances(session, period.reading);
    accounts_ = accounts.show(moved);
    for (const auto& [account, minor] : moved) {
      names_.emplace(account.id, account_name(format, accounts.show(account)));
    }
  }

  bool next(std::string& out) override {
    if (!begun_) {
      append_head(out, format_,
                  {.opens_on = day_before(), .last = period_.reading.as_of, .accounts = accounts_});
      append_brought_forward(out);
      begun_ = true;
      return true;
    }
    const auto journals = journals_.next();
    for (const store::ReportedJournal& journal : journals) append_journal(out, journal);
    return !journals.empty();
  }

 private:
  base::Day day_before() const { return base::plus_days(period_.from, -1); }

  /// An entry a currency: the balances at the close of the day before the first. Together they are
  /// 0.
  void append_brought_forward(std::string& out) const {
    std::set<base::Currency> currencies;
    for (const auto& [account, minor] : brought_forward_) {
      if (minor != 0) currencies.insert(account.currency);
    }
    for (const base::Currency currency : currencies) {
      append_entry(out, format_,
                   {.date = day_before(),
                    .value_date = day_before(),
                    .voucher = {},
                    .description = kBroughtForward,
                    .party = {},
                    .purchase = {},
                    .source = {}});
      for (const auto& [account, minor] : brought_forward_) {
        if (minor == 0 || account.currency != currency) continue;
        append_posting(out, account_name(format_, account), minor, currency);
      }
    }
  }

  void append_journal(std::string& out, const store::ReportedJournal& journal) const {
    append_entry(out, format_,
                 {.date = journal.business_date,
                  .value_date = journal.value_date,
                  .voucher = journal.number,
                  .description = ledger::name(journal.rule),
                  .party = journal.party,
                  .purchase = journal.purchase_ref,
                  .source = journal.source_ref});
    for (std::size_t i = 0; i < journal.amount_minor.size(); ++i) {
      const std::int64_t minor = journal.amount_minor[i];
      append_posting(out, names_.at(journal.debit_account[i]), minor, journal.currency);
      append_posting(out, names_.at(journal.credit_account[i]), -minor, journal.currency);
    }
  }

  store::Transaction transaction_;
  JournalFormat format_;
  PeriodReading period_;
  std::vector<ShownBalance> accounts_;
  std::vector<ShownBalance> brought_forward_;
  std::unordered_map<std::int64_t, std::string> names_;
  store::JournalCursor journals_;
  bool begun_ = false;
};

}  // namespace

ExportResult export_journal(store::Session& session, JournalFormat format,
                            std::optional<base::Day> from, const ReadingRequest& request,
                            const AccountMap& accounts) {
  const auto period = take_period_reading(session, from, request, FromDefault::BookOpening);
  if (!period) return std::unexpected(period.error());
  return std::make_unique<JournalExport>(session, format, *period, accounts);
}

}  // namespace engine
