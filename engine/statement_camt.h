// A statement as a bank would send one: ISO 20022 camt.053.001.08.
#pragma once

#include <string>

#include "engine/statement.h"

namespace engine {

/// One <Stmt> a currency with opening and closing balance, totals, and an <Ntry> a line: opening +
/// credits - debits = closing. It is as if our debt to the merchant were an account at a bank: what
/// it is owed is a credit. The statement has a section at least (CHECK): the schema wants a <Stmt>.
class StatementCamt {
 public:
  explicit StatementCamt(Statement& statement);

  /// Appends the next piece. False: there is nothing left.
  bool next(std::string& out);

 private:
  void begin(std::string& out) const;
  void begin_section(std::string& out, const StatementSection& section) const;

  Statement& statement_;
  std::size_t section_ = 0;
  std::int64_t number_ = 0;  ///< of the entry within its section
  bool begun_ = false;
  bool section_begun_ = false;
  bool done_ = false;
};

}  // namespace engine
