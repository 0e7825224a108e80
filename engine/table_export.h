// A report as a table, in each of the formats tables come in: the rows are written once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/money.h"
#include "engine/reading.h"
#include "sql/store/session.h"

namespace engine {

/// A file that is written while it is read from the database. May hold a transaction open on the
/// session as long as it lives.
class Export {
 public:
  virtual ~Export() = default;
  /// Appends the next piece. False: there is nothing left.
  virtual bool next(std::string& out) = 0;
};
using ExportResult = ReportResult<std::unique_ptr<Export>>;

enum class TableFormat {
  Csv,   ///< RFC 4180
  Xlsx,  ///< Office Open XML
  Json,  ///< an object a line, by the names of the columns; amounts are decimal strings
};

/// Takes the fields of rows, from left to right, one for each column.
class TableWriter {
 public:
  virtual ~TableWriter() = default;
  virtual void text(std::string_view field) = 0;
  virtual void day(base::Day day) = 0;
  virtual void number(std::int64_t number) = 0;
  virtual void amount(std::int64_t minor, base::Currency currency) = 0;
  virtual void percent(std::int64_t hundredths) = 0;  ///< 1234 is 12.34 %
  virtual void absent() = 0;                          ///< an empty field; null in JSON
  virtual void end_row() = 0;
  /// A line before totals, where the format has lines.
  virtual void rule() {}
};

/// Where the rows come from. Made and read in a transaction with one snapshot.
class TableSource {
 public:
  virtual ~TableSource() = default;
  /// Writes some rows; false after the last.
  virtual bool append_rows(TableWriter& rows) = 0;
};

struct TableColumn {
  std::string_view name;
  double width;  ///< in characters, where that means something
};

struct TableHead {
  std::string name;  ///< of the sheet
  std::vector<TableColumn> columns;
  base::Day
      created;  ///< what the file says of its making, so that the same rows are the same bytes
};

/// Opens `source` in a transaction of the export's own; the session must be in none.
std::unique_ptr<Export> export_table(
    store::Session& session, TableFormat format, TableHead head,
    const std::function<std::unique_ptr<TableSource>(store::Session&)>& source);

}  // namespace engine
