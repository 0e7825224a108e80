// A statement as a page to read and print, in English or Chinese.
#pragma once

#include <string>

#include "engine/statement.h"

namespace engine {

enum class PageLanguage { English, Chinese };

/// One HTML page that needs nothing else: no script, no font, no image. All text is escaped.
class StatementHtml {
 public:
  StatementHtml(Statement& statement, PageLanguage language)
      : statement_(statement), language_(language) {}

  /// Appends the next piece. False: there is nothing left.
  bool next(std::string& out);

 private:
  void begin(std::string& out) const;
  void begin_section(std::string& out, const StatementSection& section) const;
  void append_line(std::string& out, const StatementLine& line) const;

  Statement& statement_;
  PageLanguage language_;
  std::size_t section_ = 0;
  bool begun_ = false;
  bool section_begun_ = false;
  bool done_ = false;
};

}  // namespace engine
