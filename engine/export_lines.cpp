// Journal lines as a table, two a transfer; docs/exports.md has the columns.
#include <unordered_map>

#include "engine/account_columns.h"
#include "engine/exports.h"
#include "ledger/journal.h"

namespace engine {
namespace {

class LinesTable : public TableSource {
 public:
  LinesTable(store::Session& session, const PeriodReading& period, const AccountMap& map,
             std::optional<base::Instant> posted_after = {})
      : journals_(session, period.from, period.reading, posted_after) {
    for (const store::AccountName& account : store::list_accounts(session)) {
      accounts_.emplace(account.id, map.show(account));
    }
  }

  bool append_rows(TableWriter& rows) override {
    const auto journals = journals_.next();
    for (const store::ReportedJournal& journal : journals) {
      std::int64_t line = 0;
      for (std::size_t i = 0; i < journal.amount_minor.size(); ++i) {
        const std::int64_t minor = journal.amount_minor[i];
        append_line(rows, journal, ++line, journal.debit_account[i], minor, 0);
        append_line(rows, journal, ++line, journal.credit_account[i], 0, minor);
      }
    }
    return !journals.empty();
  }

 private:
  void append_line(TableWriter& rows, const store::ReportedJournal& journal, std::int64_t line,
                   std::int64_t account, std::int64_t debit, std::int64_t credit) const {
    rows.day(journal.business_date);
    journal.number ? rows.number(*journal.number) : rows.absent();
    rows.number(line);
    rows.text(ledger::name(journal.rule));
    rows.day(journal.value_date);
    append_account(rows, accounts_.at(account));
    rows.text(journal.party);
    rows.text(journal.purchase_ref);
    rows.text(journal.source_ref);
    rows.text(journal.currency.code());
    rows.amount(debit, journal.currency);
    rows.amount(credit, journal.currency);
    rows.end_row();
  }

  std::unordered_map<std::int64_t, ShownAccount> accounts_;
  store::JournalCursor journals_;
};

std::vector<TableColumn> columns() {
  return with_account(
      {{"business_date", 14}, {"voucher", 9}, {"line", 6}, {"rule", 18}, {"value_date", 12}},
      {{"party", 16},
       {"purchase_ref", 20},
       {"source_ref", 20},
       {"currency", 9},
       {"debit", 18},
       {"credit", 18}});
}

}  // namespace

ExportResult export_lines(store::Session& session, std::optional<base::Day> from,
                          const ReadingRequest& request, TableFormat format,
                          const AccountMap& accounts) {
  const auto period = take_period_reading(session, from, request, FromDefault::LastDate);
  if (!period) return std::unexpected(period.error());
  return export_table(session, format,
                      {.name = "lines", .columns = columns(), .created = period->reading.as_of},
                      [period = *period, accounts](store::Session& snapshot) {
                        return std::make_unique<LinesTable>(snapshot, period, accounts);
                      });
}

ExportResult export_lines_diff(store::Session& session, std::optional<base::Day> from,
                               const DiffRequest& request, TableFormat format,
                               const AccountMap& accounts) {
  const auto pair = take_reading_pair(session, request);
  if (!pair) return std::unexpected(pair.error());
  const Reading& reading = pair->after;
  // What was sealed before never got another posting.
  const base::Day first = base::plus_days(pair->before.sealed_through, 1);
  const auto dates = in_order(from.value_or(std::min(first, reading.as_of)), reading.as_of);
  if (!dates) return std::unexpected(dates.error());
  return export_table(session, format,
                      {.name = "lines", .columns = columns(), .created = reading.as_of},
                      [&](store::Session& snapshot) {
                        return std::make_unique<LinesTable>(
                            snapshot, PeriodReading{std::max(first, dates->first), reading},
                            accounts, request.before);
                      });
}

}  // namespace engine
