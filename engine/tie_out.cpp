#include <optional>

#include "engine/financial_reports.h"
#include "ledger/chart.h"
#include "sql/store/tie_out_store.h"

namespace engine {
namespace {

class TieOutReport : public TableSource {
 public:
  TieOutReport(store::Session& session, base::Day as_of, bool lists_differences)
      : session_(session), as_of_(as_of), lists_differences_(lists_differences) {}

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
    for (const store::TieOut& sums : store::tie_out(session_, *control_, as_of_)) {
      Row row(out);
      begin(row, "control");
      if (lists_differences_) row.absent().absent().absent();
      append_amounts(row, sums);
    }
    if (lists_differences_) differences_.emplace(session_, *control_, as_of_);
    return true;
  }

 private:
  void begin(Row& row, std::string_view line) const {
    row.day(as_of_).text(line).number(static_cast<std::int32_t>(control_->code));
    row.text(ledger::entry(control_->code).name).text(control_->records);
  }

  static void append_amounts(Row& row, const store::TieOut& sums) {
    row.text(sums.currency.code()).amount(sums.ledger, sums.currency);
    row.amount(sums.parts, sums.currency).amount(sums.difference(), sums.currency);
  }

  void append_part(TableWriter& out, const store::TieOutPart& part) const {
    Row row(out);
    begin(row, part.is_item ? "record" : "difference");
    row.text(part.kind).text(part.party).text(part.record);
    if (!part.is_item) return append_amounts(row, part.amounts);
    row.text(part.amounts.currency.code()).absent();
    row.amount(part.amounts.parts, part.amounts.currency).absent();
  }

  store::Session& session_;
  base::Day as_of_;
  bool lists_differences_;
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

ReportAnswer report_tie_out(store::Session& session, std::optional<base::Day> as_of,
                            bool lists_differences) {
  const auto day = closed_date(session, as_of);
  if (!day) return std::unexpected(day.error());
  return Report{head(*day, lists_differences),
                [day = *day, lists_differences](store::Session& snapshot) {
                  return std::make_unique<TieOutReport>(snapshot, day, lists_differences);
                }};
}

}  // namespace engine
