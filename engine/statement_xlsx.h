// A statement as a spreadsheet, in the columns of its CSV.
#pragma once

#include <string>

#include "engine/statement.h"
#include "engine/xlsx_file.h"

namespace engine {

class StatementXlsx {
 public:
  explicit StatementXlsx(Statement& statement);

  /// Reads lines first and appends nothing, then appends the file in pieces. False: there is
  /// nothing left.
  bool next(std::string& out);

 private:
  void append_line(const StatementLine& line);

  Statement& statement_;
  XlsxFile file_;
  std::size_t section_ = 0;
};

}  // namespace engine
