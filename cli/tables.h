// Reports as tables for people: aligned, amounts as plain decimals, one currency a block.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.h"
#include "engine/catalog.h"
#include "engine/statement.h"
#include "sql/store/session.h"

namespace cli {

/// Columns of text, each as wide as its widest cell. For short tables: all of it is kept.
class TextTable {
 public:
  enum class Align { Left, Right };

  TextTable& column(std::string heading, Align align);
  TextTable& row(std::vector<std::string> cells);
  TextTable& rule();  ///< a line, before totals
  void print(std::ostream& out) const;

 private:
  struct Column {
    std::string heading;
    Align align;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  // empty: a line
};

/// Columns a text takes on a terminal: 2 for a Chinese character.
std::size_t display_width(std::string_view text);
/// At most `width` columns, the middle left out, control characters replaced.
std::string shorten(std::string_view text, std::size_t width);

/// The statement with at most `lines_max` lines a currency; all are read and proved either way.
void print_statement(std::ostream& out, engine::Statement& statement,
                     std::int64_t lines_max = INT64_MAX);

/// By account code and currency, as of a closed date. The sides are equal, or it throws.
void print_trial_balance(std::ostream& out, store::Session& session, base::Day as_of);

/// By currency and bucket M0 to M6+, as of a closed date.
void print_ageing(std::ostream& out, store::Session& session, const engine::Catalog& catalog,
                  base::Day as_of);

/// Limit changes of the dates by reason and action, and the largest cuts.
void print_limit_summary(std::ostream& out, store::Session& session, base::Day from, base::Day to);

}  // namespace cli
