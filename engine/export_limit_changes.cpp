// The feed of limit decisions as a table; docs/exports.md has the columns.
#include <fmt/format.h>

#include "engine/exports.h"

namespace engine {
namespace {

class LimitChangesTable : public TableSource {
 public:
  LimitChangesTable(store::Session& session, base::Day from, const Reading& reading,
                    const Reading* before = nullptr)
      : changes_(session, from, reading, before) {}

  bool append_rows(TableWriter& rows) override {
    const auto changes = changes_.next();
    for (const store::ReportedLimitChange& change : changes) {
      rows.day(change.business_date);
      rows.text(change.customer);
      rows.text(change.reason);
      rows.text(name(change.action));
      rows.text(change.currency.code());
      rows.amount(change.old_base, change.currency);
      rows.amount(change.new_base, change.currency);
      rows.text(name(change.old_block));
      rows.text(name(change.new_block));
      rows.amount(change.outstanding, change.currency);
      rows.number(change.dpd);
      rows.text(fmt::format("{}", fmt::join(change.purchase_refs, " ")));
      rows.end_row();
    }
    return !changes.empty();
  }

 private:
  store::LimitChangeCursor changes_;
};

std::vector<TableColumn> columns() {
  return {{"business_date", 14}, {"customer", 16},    {"reason", 10},    {"action", 10},
          {"currency", 9},       {"old_limit", 14},   {"new_limit", 14}, {"old_block", 11},
          {"new_block", 11},     {"outstanding", 14}, {"dpd", 6},        {"purchase_refs", 40}};
}

}  // namespace

ExportResult export_limit_changes(store::Session& session, std::optional<base::Day> from,
                                  const ReadingRequest& request, TableFormat format) {
  const auto period = take_period_reading(session, from, request, FromDefault::BookOpening);
  if (!period) return std::unexpected(period.error());
  return export_table(
      session, format,
      {.name = "limit changes", .columns = columns(), .created = period->reading.as_of},
      [&](store::Session& snapshot) {
        return std::make_unique<LimitChangesTable>(snapshot, period->from, period->reading);
      });
}

ExportResult export_limit_changes_diff(store::Session& session, std::optional<base::Day> from,
                                       const DiffRequest& request, TableFormat format) {
  const auto pair = take_reading_pair(session, request);
  if (!pair) return std::unexpected(pair.error());
  const auto opens_on = store::find_book_dates(session)->opens_on;
  return export_table(session, format,
                      {.name = "limit changes", .columns = columns(), .created = pair->after.as_of},
                      [&](store::Session& snapshot) {
                        return std::make_unique<LimitChangesTable>(
                            snapshot, from.value_or(opens_on), pair->after, &pair->before);
                      });
}

}  // namespace engine
