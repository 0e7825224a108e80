#include "cli/report_table.h"

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/tables.h"

namespace cli {
namespace {

constexpr std::size_t kMeasuredRows = 1000;
constexpr std::size_t kTextWidthMax = 40;

class TableRows : public engine::TableWriter {
 public:
  TableRows(std::ostream& out, const std::vector<engine::TableColumn>& columns) : out_(out) {
    for (const engine::TableColumn& column : columns) {
      columns_.push_back({std::string(column.name), display_width(column.name)});
    }
  }

  void text(std::string_view field) override { row_.push_back(shorten(field, kTextWidthMax)); }
  void day(base::Day day) override { row_.push_back(base::to_string(day)); }
  void number(std::int64_t number) override { add_number(std::to_string(number)); }
  void amount(std::int64_t minor, base::Currency currency) override {
    add_number(base::to_decimal(minor, currency.exponent()));
  }
  void percent(std::int64_t hundredths) override { add_number(base::to_decimal(hundredths, 2)); }
  void absent() override { row_.emplace_back(); }
  void end_row() override { add_row(std::exchange(row_, {})); }
  void rule() override { add_row({}); }

  /// All of it is known: columns that are empty throughout are left out.
  void finish() {
    if (is_begun_ || kept_.empty()) return flush();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      columns_[i].is_shown = std::ranges::any_of(
          kept_, [&](const auto& cells) { return !cells.empty() && !cells[i].empty(); });
    }
    flush();
  }

 private:
  /// Prints what is held back.
  void flush() {
    if (!is_begun_) {
      print([](const Column& column, std::size_t) { return column.name; });
      print_line();
    }
    is_begun_ = true;
    for (const auto& cells : kept_) print_or_line(cells);
    kept_.clear();
  }

  struct Column {
    std::string name;
    std::size_t width;
    bool is_number = false;  ///< stands on the right
    bool is_shown = true;
  };

  void add_number(std::string cell) {
    columns_.at(row_.size()).is_number = true;
    row_.push_back(std::move(cell));
  }

  void add_row(std::vector<std::string> cells) {
    if (is_begun_) return print_or_line(cells);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      columns_[i].width = std::max(columns_[i].width, display_width(cells[i]));
    }
    kept_.push_back(std::move(cells));
    if (kept_.size() == kMeasuredRows) flush();
  }

  // A line is printed before the next row, if there is one.
  void print_or_line(const std::vector<std::string>& cells) {
    if (std::exchange(has_line_, cells.empty()) && !cells.empty()) print_line();
    if (cells.empty()) return;
    print([&](const Column&, std::size_t i) { return cells[i]; });
  }

  template <class CellOf>
  void print(CellOf cell_of) {
    std::string line;
    bool is_first = true;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      const std::string cell = cell_of(column, i);
      const std::size_t used = display_width(cell);
      const std::string space(column.width > used ? column.width - used : 0, ' ');
      if (!column.is_shown) continue;
      if (!is_first) line += "  ";
      is_first = false;
      line += column.is_number ? space + cell : cell + space;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out_ << line << '\n';
  }

  void print_line() {
    std::string line;
    for (const Column& column : columns_) {
      if (!column.is_shown) continue;
      if (!line.empty()) line += "  ";
      for (std::size_t n = 0; n < column.width; ++n) line += "─";
    }
    out_ << line << '\n';
  }

  std::ostream& out_;
  std::vector<Column> columns_;
  std::vector<std::string> row_;
  std::vector<std::vector<std::string>> kept_;  // an empty one is a line
  bool is_begun_ = false;
  bool has_line_ = false;
};

}  // namespace

void print_report(std::ostream& out, store::Session& session, const engine::Report& report) {
  const store::Transaction transaction(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const auto source = report.open(session);
  TableRows rows(out, report.head.columns);
  while (source->append_rows(rows)) {
  }
  rows.finish();
}

}  // namespace cli
