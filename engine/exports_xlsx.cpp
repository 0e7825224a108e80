// The trial balance and the journal lines as spreadsheets, in the columns of their CSV.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "engine/exports.h"
#include "engine/xlsx_file.h"
#include "ledger/chart.h"
#include "ledger/journal.h"

namespace engine {
namespace {

/// What `append_rows` writes until it returns false, and then the file. The rows are on the disk
/// before the first byte of the file is known.
class XlsxExport : public Export {
 public:
  XlsxExport(store::Session& session, const char* sheet, std::vector<XlsxColumn> columns,
             base::Day created)
      : transaction_(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        file_(sheet, std::move(columns), created) {}

  bool next(std::string& out) final {
    if (has_rows_) {
      has_rows_ = append_rows(file_);
      return true;
    }
    return file_.read(out);
  }

 protected:
  virtual bool append_rows(XlsxFile& file) = 0;

 private:
  store::Transaction transaction_;
  XlsxFile file_;
  bool has_rows_ = true;
};

void append_account(XlsxFile& file, const store::AccountName& account) {
  file.number(static_cast<std::int32_t>(account.code));
  file.text(ledger::entry(account.code).name);
  file.text(account.owner);
  file.text(account.tag);
}

class TrialBalanceXlsx : public XlsxExport {
 public:
  TrialBalanceXlsx(store::Session& session, TrialBalance balance)
      : XlsxExport(session, "trial balance",
                   {{"as_of", 12},
                    {"account", 10},
                    {"name", 34},
                    {"owner", 16},
                    {"tag", 12},
                    {"currency", 9},
                    {"debit", 18},
                    {"credit", 18},
                    {"balance", 18}},
                   balance.as_of),
        balance_(std::move(balance)) {}

  bool append_rows(XlsxFile& file) override {
    for (const auto& [account, minor] : balance_.rows) {
      file.day(balance_.as_of);
      append_account(file, account);
      file.text(account.currency.code());
      file.amount(std::max<std::int64_t>(minor, 0), account.currency);
      file.amount(std::max<std::int64_t>(-minor, 0), account.currency);
      file.amount(minor, account.currency);
      file.end_row();
    }
    return false;
  }

 private:
  TrialBalance balance_;
};

class LinesXlsx : public XlsxExport {
 public:
  LinesXlsx(store::Session& session, DateRange dates)
      : XlsxExport(session, "lines",
                   {{"business_date", 14},
                    {"voucher", 9},
                    {"line", 6},
                    {"rule", 18},
                    {"value_date", 12},
                    {"account", 10},
                    {"name", 34},
                    {"owner", 16},
                    {"tag", 12},
                    {"party", 16},
                    {"purchase_ref", 20},
                    {"source_ref", 20},
                    {"currency", 9},
                    {"debit", 18},
                    {"credit", 18}},
                   dates.last),
        journals_(session, dates.first, dates.last) {
    for (const store::AccountName& account : store::list_accounts(session)) {
      accounts_.emplace(account.id, account);
    }
  }

  bool append_rows(XlsxFile& file) override {
    const auto journals = journals_.next();
    for (const store::ReportedJournal& journal : journals) {
      std::int32_t number = 0;
      for (std::size_t i = 0; i < journal.amount_minor.size(); ++i) {
        const std::int64_t minor = journal.amount_minor[i];
        append_line(file, journal, ++number, journal.debit_account[i], minor, 0);
        append_line(file, journal, ++number, journal.credit_account[i], 0, minor);
      }
    }
    return !journals.empty();
  }

 private:
  void append_line(XlsxFile& file, const store::ReportedJournal& journal, std::int32_t number,
                   std::int64_t account, std::int64_t debit, std::int64_t credit) const {
    file.day(journal.business_date);
    file.number(journal.number);
    file.number(number);
    file.text(ledger::name(journal.rule));
    file.day(journal.value_date);
    append_account(file, accounts_.at(account));
    file.text(journal.party);
    file.text(journal.purchase_ref);
    file.text(journal.source_ref);
    file.text(journal.currency.code());
    file.amount(debit, journal.currency);
    file.amount(credit, journal.currency);
    file.end_row();
  }

  std::unordered_map<std::int64_t, store::AccountName> accounts_;
  store::JournalCursor journals_;
};

}  // namespace

ExportResult export_trial_balance_xlsx(store::Session& session, std::optional<base::Day> as_of) {
  auto balance = trial_balance(session, as_of);
  if (!balance) return std::unexpected(balance.error());
  return std::make_unique<TrialBalanceXlsx>(session, std::move(*balance));
}

ExportResult export_lines_xlsx(store::Session& session, std::optional<base::Day> from,
                               std::optional<base::Day> to) {
  const auto dates = lines_dates(session, from, to);
  if (!dates) return std::unexpected(dates.error());
  return std::make_unique<LinesXlsx>(session, *dates);
}

}  // namespace engine
