#include <optional>

#include "engine/financial_reports.h"
#include "ledger/chart.h"
#include "sql/store/tie_out_store.h"

namespace engine {
namespace {

class TieOutReport : public TableSource {
 public:
  TieOutReport(store::Session& session, const Reading& reading, bool lists_differences,
               const AccountMap& accounts)
      : session_(session),
        reading_(reading),
        lists_differences_(lists_differences),
        map_(accounts) {
    for (const auto& [account, minor] : store::list_balances(session, reading)) {
      accounts_.push_back(account);
    }
  }

  // A piece is an account, or some of its differences.
  bool append_rows(TableWriter& out) override {
    if (differences_) {
      const auto parts = differences_->next();
      for (const store::TieOutPart& part : parts) append_part(out, part);
      if (parts.empty()) differences_.reset();
      return true;
    }
    if (next_ == store::control_accounts().size()) return false;
    control_ = &store::control_accounts()[next_++];
    for (const store::TieOut& sums : store::tie_out(session_, *control_, reading_)) {
      Row row(out);
      begin(row, "control", sums.currency);
      if (lists_differences_) row.absent().absent().absent();
      append_amounts(row, sums);
    }
    if (lists_differences_) differences_.emplace(session_, *control_, reading_);
    return true;
  }

 private:
  void begin(Row& row, std::string_view line, base::Currency currency) const {
    row.day(reading_.as_of).text(line);
    const ledger::Code code = control_->code;
    const ShownCodes shown = show_codes(map_, accounts_, {{code}}, currency);
    const std::string ours = std::to_string(static_cast<std::int32_t>(code));
    if (shown.numbers == ours) {
      row.number(static_cast<std::int32_t>(code));
    } else {
      row.text(shown.numbers);
    }
    row.text(shown.name.empty() ? ledger::entry(code).name : shown.name).text(control_->records);
  }

  static void append_amounts(Row& row, const store::TieOut& sums) {
    row.text(sums.currency.code()).amount(sums.ledger, sums.currency);
    row.amount(sums.parts, sums.currency).amount(sums.difference(), sums.currency);
  }

  void append_part(TableWriter& out, const store::TieOutPart& part) const {
    Row row(out);
    begin(row, part.is_item ? "record" : "difference", part.amounts.currency);
    row.text(part.kind).text(part.party).text(part.record);
    if (!part.is_item) return append_amounts(row, part.amounts);
    row.text(part.amounts.currency.code()).absent();
    row.amount(part.amounts.parts, part.amounts.currency).absent();
  }

  store::Session& session_;
  Reading reading_;
  bool lists_differences_;
  AccountMap map_;
  std::vector<store::AccountName> accounts_;
  std::size_t next_ = 0;
  const store::ControlAccount* control_ = nullptr;
  std::optional<store::TieOutDifferences> differences_;
};

TableHead head(base::Day as_of, bool lists_differences) {
  std::vector<TableColumn> columns = {
      {"as_of", 12}, {"line", 10}, {"account", 9}, {"name", 34}, {"records", 34}};
  if (lists_differences) {
    columns.insert(columns.end(), {{"part_of", 10}, {"party", 16}, {"record", 20}});
  }
  columns.insert(columns.end(),
                 {{"currency", 9}, {"ledger", 18}, {"parts", 18}, {"difference", 18}});
  return {.name = "tie-out", .columns = std::move(columns), .created = as_of};
}

}  // namespace

ReportAnswer report_tie_out(store::Session& session, const ReadingRequest& request,
                            bool lists_differences, const AccountMap& accounts) {
  const auto reading = take_reading(session, request);
  if (!reading) return std::unexpected(reading.error());
  return Report{.head = head(reading->as_of, lists_differences),
                .open =
                    [reading = *reading, lists_differences, accounts](store::Session& snapshot) {
                      return std::make_unique<TieOutReport>(snapshot, reading, lists_differences,
                                                            accounts);
                    },
                .key_columns = lists_differences ? 9U : 6U};
}

}  // namespace engine
