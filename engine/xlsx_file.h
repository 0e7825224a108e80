// A spreadsheet (Office Open XML) that is written row by row in constant memory.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "base/money.h"

// Of libxlsxwriter.
struct lxw_workbook;
struct lxw_worksheet;
struct lxw_format;

namespace engine {

struct XlsxColumn {
  std::string name;
  double width;  ///< in characters
};

/// One table. Past the rows that a sheet can have it goes on in the next, with the header again.
/// Fields are written from left to right; errors of the disk are exceptions.
class XlsxFile {
 public:
  /// `created` is what the file says of its making, so that the same rows are the same bytes.
  XlsxFile(std::string sheet_name, std::vector<XlsxColumn> columns, base::Day created);
  ~XlsxFile();
  XlsxFile(const XlsxFile&) = delete;
  XlsxFile& operator=(const XlsxFile&) = delete;

  /// Text even where it looks like a number or a formula.
  void text(std::string_view field);
  void day(base::Day day);
  void number(std::int64_t number);
  /// A number with the currency's decimals; beyond 15 digits, which is all a spreadsheet keeps, the
  /// exact decimal as text.
  void amount(std::int64_t minor, base::Currency currency);
  /// A number with two decimals: 1234 is 12.34.
  void percent(std::int64_t hundredths);
  void end_row();

  /// Appends the next piece of the finished file; no rows can follow. False after the last.
  bool read(std::string& out);

 private:
  void begin_sheet();
  void finish();

  std::string sheet_name_;
  std::vector<XlsxColumn> columns_;
  std::string path_;  ///< the library wants a name to write to
  lxw_workbook* workbook_ = nullptr;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format* header_format_ = nullptr;
  lxw_format* day_format_ = nullptr;
  lxw_format* percent_format_ = nullptr;
  std::map<int, lxw_format*> amount_formats_;  ///< by decimals
  int sheets_ = 0;
  std::uint32_t row_ = 0;
  std::uint16_t column_ = 0;
  std::FILE* finished_ = nullptr;
};

}  // namespace engine
