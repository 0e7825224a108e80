// General ledger, income statement and balance sheet of the golden scenarios, to the cent.
#include <gmock/gmock.h>

#include "engine/financial_reports.h"
#include "tests/reports/report_rows.h"

namespace {

using tests::cents;
using tests::field;
using tests::of_2026;
using tests::where;

class Statements : public testing::Test {
 protected:
  explicit Statements(const char* scenario = "S1") : session_(tests::played(scenario).conninfo()) {}

  std::vector<tests::ReportRow> sheet(base::Day as_of) {
    return tests::rows_of(session_, engine::report_balance_sheet(session_, {.as_of = as_of}));
  }
  std::vector<tests::ReportRow> income(base::Day from, base::Day to) {
    return tests::rows_of(session_, engine::report_income_statement(session_, from, {.as_of = to}));
  }
  std::vector<tests::ReportRow> ledger(const engine::LedgerRequest& request, base::Day from,
                                       base::Day to) {
    return tests::rows_of(session_, engine::report_ledger(session_, request, from, {.as_of = to}));
  }

  store::Session session_;
};

class StatementsOfS2 : public Statements {
 protected:
  StatementsOfS2() : Statements("S2") {}
};

// The closing balances of domain §4.3: every other account is zero.
TEST_F(Statements, BalanceSheetOfS1ClosesAsPublished) {
  const auto rows = sheet(of_2026(10, 12));
  EXPECT_EQ(field(rows, {{"section", "assets"}, {"account", "1001"}}, "amount"), "49993.23");
  EXPECT_EQ(where(rows, {{"section", "assets"}, {"line", "account"}}).size(), 1);
  EXPECT_EQ(field(rows, {{"section", "liabilities"}, {"line", "total"}}, "amount"), "0.00");
  EXPECT_EQ(field(rows, {{"account", "4001"}}, "amount"), "50000.00");
  // 16.50 + 4.77 + 18.00 + 0.40 of income less 1.04 + 45.00 + 0.40 of expenses
  EXPECT_EQ(field(rows, {{"name", "Result of the year"}}, "amount"), "-6.77");
  EXPECT_EQ(field(rows, {{"section", "balance"}}, "amount"), "49993.23");
}

TEST_F(Statements, IncomeOfS1IsAsPublished) {
  const auto rows = income(of_2026(6, 1), of_2026(10, 12));
  const std::map<std::string, std::string> expected = {
      {"6001", "16.50"}, {"6002", "4.77"},  {"6003", "18.00"}, {"6004", "0.40"},
      {"6401", "1.04"},  {"6402", "45.00"}, {"6404", "0.40"}};
  for (const auto& [account, amount] : expected) {
    EXPECT_EQ(field(rows, {{"account", account}}, "amount"), amount) << account;
  }
  EXPECT_EQ(where(rows, {{"line", "account"}}).size(), expected.size());
  EXPECT_EQ(field(rows, {{"section", "income"}, {"line", "total"}}, "amount"), "39.67");
  EXPECT_EQ(field(rows, {{"section", "result"}}, "amount"), "-6.77");
}

// J27: by the end of August 4 x 4.50 of fee were owed, none billed before 1 September, and 14.81
// not yet earned; what was earned and not billed, 3.19, stays an asset.
TEST_F(Statements, FeeNobodyWasAskedForIsShownNet) {
  const auto rows = sheet(of_2026(8, 31));
  const auto amount = [&](const char* section, const char* line, const char* account) {
    return field(rows, {{"section", section}, {"line", line}, {"account", account}}, "amount");
  };
  EXPECT_EQ(amount("assets", "account", "1102"), "18.00");
  EXPECT_EQ(amount("assets", "netting", "1102"), "-14.81");
  EXPECT_EQ(amount("liabilities", "account", "2301"), "14.81");
  EXPECT_EQ(amount("liabilities", "netting", "2301"), "-14.81");
  // On 1 September installment 3 is billed: 13.50 are not, all of it unearned.
  EXPECT_EQ(field(sheet(of_2026(9, 1)), {{"line", "netting"}, {"account", "1102"}}, "amount"),
            "-13.50");
}

TEST_F(Statements, SectionsAddUpAndBalanceOnEveryDate) {
  for (base::Day day = of_2026(6, 1); day <= of_2026(10, 12); day = base::plus_days(day, 3)) {
    std::map<std::string, std::int64_t> sums, totals;
    for (const tests::ReportRow& row : sheet(day)) {
      auto& of = row.at("line") == "total" ? totals : sums;
      of[row.at("section")] += cents(row.at("amount"));
    }
    SCOPED_TRACE(base::to_string(day));
    for (const char* section : {"assets", "liabilities", "equity"}) {
      EXPECT_EQ(sums[section], totals[section]) << section;
    }
    EXPECT_EQ(totals["assets"], totals["liabilities"] + totals["equity"]);
    EXPECT_EQ(totals["assets"], totals["balance"]);
    EXPECT_EQ(totals["memo"], 0);
  }
}

// domain §4.5: net impairment 738.35, and the claim stands beside the balance sheet.
TEST_F(StatementsOfS2, NetImpairmentAndTheClaimOffBalance) {
  const auto rows = income(of_2026(1, 15), of_2026(12, 2));
  EXPECT_EQ(field(rows, {{"account", "6701"}}, "amount"), "738.35");
  EXPECT_EQ(field(rows, {{"account", "6405"}}, "amount"), "75.00");
  EXPECT_EQ(field(rows, {{"account", "6001"}}, "amount"), "43.20");
  EXPECT_EQ(field(rows, {{"account", "6004"}}, "amount"), "9.55");
  const auto closing = sheet(of_2026(12, 2));
  EXPECT_EQ(field(closing, {{"section", "memo"}, {"account", "9201"}}, "amount"), "781.55");
  EXPECT_EQ(field(closing, {{"section", "memo"}, {"line", "total"}}, "amount"), "0.00");
  EXPECT_TRUE(where(closing, {{"section", "assets"}, {"account", "9201"}}).empty());
}

TEST_F(Statements, LedgerRunsFromOpeningToClosing) {
  const auto rows = ledger({ledger::Code::PrincipalReceivable}, of_2026(8, 1), of_2026(8, 31));
  ASSERT_EQ(rows.size(), 6);
  EXPECT_EQ(rows.front().at("entry"), "opening");
  EXPECT_EQ(rows.front().at("balance"), "833.34");
  EXPECT_EQ(rows[1].at("rule"), "REPAY");
  EXPECT_EQ(rows[1].at("source_ref"), "R2");
  EXPECT_EQ(rows[1].at("credit"), "94.00");
  EXPECT_EQ(rows[1].at("balance"), "739.34");
  EXPECT_EQ(rows[3].at("rule"), "REFUND");
  EXPECT_EQ(rows[3].at("party"), "C1");
  EXPECT_EQ(rows[3].at("purchase_ref"), "O1");
  EXPECT_EQ(rows[4].at("balance"), "3416.68");
  EXPECT_EQ(rows.back().at("entry"), "closing");
  EXPECT_EQ(rows.back().at("debit"), "3000.00");
  EXPECT_EQ(rows.back().at("credit"), "416.66");
  EXPECT_EQ(rows.back().at("balance"), "3416.68");
}

TEST_F(Statements, LedgerTellsOwnersAndTagsApart) {
  const base::Day first = of_2026(6, 1), last = of_2026(10, 12);
  const auto all = ledger({ledger::Code::MerchantPayable}, first, last);
  const auto sales = ledger({ledger::Code::MerchantPayable, "M1", "sale"}, first, last);
  EXPECT_EQ(where(all, {{"tag", "sale"}}), sales);
  EXPECT_GT(where(all, {{"entry", "closing"}}).size(), 5);
  EXPECT_TRUE(ledger({ledger::Code::MerchantPayable, "M2"}, first, last).empty());
  // An account at rest is one that has nothing: no rows. One that only had something has two.
  EXPECT_EQ(ledger({ledger::Code::Equity}, of_2026(7, 1), last).size(), 2);
}

// What was not posted yet at an instant is in no report of it; the closing balance is proved
// anyway.
TEST_F(Statements, AsKnownBeforeTheBookWasPosted) {
  const auto instant = store::query(session_, "SELECT min(posted_at) FROM journal WHERE rule = 4");
  const engine::ReadingRequest then{.as_of = of_2026(8, 31), .known_at = instant.instant(0, 0)};
  const auto sheet = tests::rows_of(session_, engine::report_balance_sheet(session_, then));
  EXPECT_EQ(field(sheet, {{"account", "1101"}, {"line", "account"}}, "amount"), "1000.00");
  const auto lines = tests::rows_of(
      session_, engine::report_ledger(session_, {ledger::Code::PrincipalReceivable}, {}, then));
  ASSERT_EQ(lines.size(), 3);
  EXPECT_EQ(lines[1].at("voucher"), "");
  EXPECT_EQ(lines[2].at("balance"), "1000.00");
}

}  // namespace
