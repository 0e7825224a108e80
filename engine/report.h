// A report in rows that has no format yet, and what its rows are written with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/reading.h"
#include "engine/table_export.h"
#include "sql/store/session.h"

namespace engine {

/// What export_table makes a file of, and what can be printed for people.
struct Report {
  TableHead head;
  std::function<std::unique_ptr<TableSource>(store::Session&)> open;
  /// How many of the first columns tell its rows apart; 0: what changed in it can't be told.
  std::size_t key_columns = 0;
};
using ReportAnswer = ReportResult<Report>;

/// What is not the same in two readings of one report.
Report diff_of(const Report& before, const Report& after);

/// A period of which `from`, if not given, is the first of the month of its last date.
ReportResult<PeriodReading> take_month_reading(store::Session& session,
                                               std::optional<base::Day> from,
                                               const ReadingRequest& request);

/// One row, its fields in the order of the columns; it ends with the statement that wrote it.
class Row {
 public:
  explicit Row(TableWriter& out) : out_(out) {}
  ~Row() { out_.end_row(); }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  Row& text(std::string_view field) {
    return put([&] { out_.text(field); });
  }
  Row& day(base::Day day) {
    return put([&] { out_.day(day); });
  }
  Row& number(std::int64_t number) {
    return put([&] { out_.number(number); });
  }
  Row& amount(std::int64_t minor, base::Currency currency) {
    return put([&] { out_.amount(minor, currency); });
  }
  Row& absent() {
    return put([&] { out_.absent(); });
  }
  /// `part` of `whole` in percent with two decimals, half up; absent where there is no whole.
  Row& share(std::int64_t part, std::int64_t whole);

 private:
  template <class Put>
  Row& put(Put put) {
    put();
    return *this;
  }
  TableWriter& out_;
};

}  // namespace engine
