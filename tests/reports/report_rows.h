// What a report says, as a test asks for it; and the scenarios it is asked of, each played once.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/money.h"
#include "engine/report.h"
#include "tests/golden/play.h"

namespace tests {

/// A row by column name; an empty field is "".
using ReportRow = std::map<std::string, std::string>;

/// Collects rows, and sees that each has a field for each column.
class CollectedRows : public engine::TableWriter {
 public:
  explicit CollectedRows(std::vector<engine::TableColumn> columns) : columns_(std::move(columns)) {}

  void text(std::string_view field) override { add(std::string(field)); }
  void day(base::Day day) override { add(base::to_string(day)); }
  void number(std::int64_t number) override { add(std::to_string(number)); }
  void amount(std::int64_t minor, base::Currency currency) override {
    add(base::to_decimal(minor, currency.exponent()));
  }
  void percent(std::int64_t hundredths) override { add(base::to_decimal(hundredths, 2)); }
  void absent() override { add(""); }
  void end_row() override {
    EXPECT_EQ(at_, columns_.size());
    rows.emplace_back(std::exchange(row_, {}));
    at_ = 0;
  }

  std::vector<ReportRow> rows;

 private:
  void add(std::string field) {
    ASSERT_LT(at_, columns_.size()) << "a field too many: " << field;
    row_[std::string(columns_[at_++].name)] = std::move(field);
  }

  std::vector<engine::TableColumn> columns_;
  ReportRow row_;
  std::size_t at_ = 0;
};

inline std::vector<ReportRow> rows_of(store::Session& session, const engine::ReportAnswer& report) {
  EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().sentence);
  if (!report) return {};
  const store::Transaction transaction(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const auto source = report->open(session);
  CollectedRows rows(report->head.columns);
  while (source->append_rows(rows)) {
  }
  return std::move(rows.rows);
}

/// The rows whose columns have these values.
inline std::vector<ReportRow> where(const std::vector<ReportRow>& rows, const ReportRow& values) {
  std::vector<ReportRow> found;
  for (const ReportRow& row : rows) {
    bool has_all = true;
    for (const auto& [column, value] : values) {
      const auto field = row.find(column);
      has_all = has_all && field != row.end() && field->second == value;
    }
    if (has_all) found.push_back(row);
  }
  return found;
}

/// The one field of the one row with these values; "(n rows)" where it is not one.
inline std::string field(const std::vector<ReportRow>& rows, const ReportRow& values,
                         const std::string& column) {
  const auto found = where(rows, values);
  if (found.size() != 1) return "(" + std::to_string(found.size()) + " rows)";
  return found.front().contains(column) ? found.front().at(column) : "(no such column)";
}

/// Minor units of an amount with two decimals.
inline std::int64_t cents(const std::string& amount) {
  return base::parse_money(amount, base::Currency::find("CNY").value())->minor();
}

/// A scenario of tests/golden, played once however many tests ask.
inline Play& played(const std::string& name) {
  // Made first, so that the server outlives the databases on it.
  static const TestDatabase server = TestDatabase::create();
  static std::map<std::string, std::unique_ptr<Scenario>> scenarios;
  static std::map<std::string, std::unique_ptr<Play>> plays;
  if (!plays.contains(name)) {
    scenarios[name] = std::make_unique<Scenario>(read_scenario("tests/golden/" + name + ".md"));
    plays[name] = std::make_unique<Play>(*scenarios[name]);
    for (const std::string& trouble : plays[name]->troubles()) ADD_FAILURE() << trouble;
  }
  return *plays[name];
}

inline base::Day of_2026(unsigned month, unsigned day) { return base::make_day(2026, month, day); }

}  // namespace tests
