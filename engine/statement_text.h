// A statement as text for programs, a piece at a time: what the command line and HTTP both send.
#pragma once

#include <string>
#include <string_view>

#include "engine/statement.h"

namespace engine {

enum class StatementFormat {
  Csv,   ///< RFC 4180: a header, then the lines of all currencies; docs/exports.md
  Json,  ///< one object, the same lines in the same order; docs/exports.md
};

/// The columns of the CSV, without line end.
extern const std::string_view kStatementCsvHeader;

class StatementText {
 public:
  StatementText(Statement& statement, StatementFormat format)
      : statement_(statement), format_(format) {}

  /// Appends the next piece, some hundred kilobytes at most. False: there is nothing left.
  bool next(std::string& out);

 private:
  bool next_csv(std::string& out);
  bool next_json(std::string& out);
  void begin_json(std::string& out);
  void begin_json_section(std::string& out);

  Statement& statement_;
  StatementFormat format_;
  std::size_t section_ = 0;
  bool begun_ = false;
  bool section_begun_ = false;
  bool done_ = false;
};

}  // namespace engine
