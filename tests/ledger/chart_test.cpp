// The chart of accounts is complete, sorted, and what docs/accounting.md says.
#include "ledger/chart.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "ledger/journal.h"

namespace {

std::string accounting() {
  std::ifstream file("docs/accounting.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Chart, IsSortedByCodeWithoutRepeats) {
  for (std::size_t i = 1; i < ledger::chart().size(); ++i) {
    EXPECT_LT(ledger::chart()[i - 1].code, ledger::chart()[i].code);
  }
}

TEST(Chart, FindsEachOfItsCodesAndNoOther) {
  std::size_t found = 0;
  for (int number = 0; number <= 10'000; ++number) {
    const auto code = ledger::find_code(number);
    if (!code) continue;
    ++found;
    EXPECT_EQ(static_cast<int>(*code), number);
    EXPECT_EQ(ledger::entry(*code).code, *code);
  }
  EXPECT_EQ(found, ledger::chart().size());
}

// Sides as in the domain's table: assets and costs debit, debts and income credit.
TEST(Chart, SidesFollowTheKindOfAccount) {
  for (const ledger::ChartEntry& entry : ledger::chart()) {
    const int number = static_cast<int>(entry.code);
    const bool is_allowance = number >= 1191 && number <= 1193;  // stands against 1101
    const bool is_debit = (number < 2000 && !is_allowance) || (number >= 6400 && number < 9000) ||
                          number == 9011 || number == 9101 || number == 9201;
    EXPECT_EQ(entry.side, is_debit ? ledger::Side::Debit : ledger::Side::Credit) << number;
    EXPECT_EQ(ledger::is_memo(entry.code), number >= 9000) << number;
  }
}

TEST(Chart, EveryAccountAndRuleIsDocumented) {
  const std::string text = accounting();
  ASSERT_NE(text, "");
  for (const ledger::ChartEntry& entry : ledger::chart()) {
    const std::string row = "| " + std::to_string(static_cast<int>(entry.code)) + " | " +
                            std::string(entry.name) + " | " + std::string(entry.name_zh) + " | " +
                            (entry.side == ledger::Side::Debit ? "Dr" : "Cr") + " |";
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
  for (const ledger::Rule rule : ledger::kRules) {
    const std::string row = "| " + std::string(ledger::name(rule)) + " |";
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

}  // namespace
