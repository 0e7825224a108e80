// The reports under the user's own account numbers: the same totals as under ours, and the balances
// that the trial balance has for each number.
#include "engine/account_map.h"
#include "engine/exports.h"
#include "engine/financial_reports.h"
#include "engine/toml_section.h"
#include "tests/reports/report_rows.h"
#include "tests/support/property.h"

namespace {

using tests::cents;
using tests::field;
using tests::of_2026;
using tests::ReportRow;
using tests::where;

engine::AccountMap map_of(const std::string& text) {
  const auto rows = engine::parse_toml(text, "catalog", [](engine::Section root) {
    auto found = engine::read_account_rows(root);
    root.done();
    return found;
  });
  EXPECT_TRUE(rows.has_value()) << (rows ? "" : rows.error().rule);
  return rows ? engine::AccountMap(*rows) : engine::AccountMap();
}

// What a bookkeeper wants: loans in one number, merchants' items in another, a sale apart.
constexpr const char* kOwn = R"toml(
[[account]]
code = 1101
number = "1303.01"
name = "Loans to customers"
[[account]]
code = 1103
number = "1303.01"
name = "Loans to customers"
[[account]]
code = 1102
number = "1132"
[[account]]
code = 2301
number = "2401.09"
[[account]]
code = 2101
number = "2241"
name = "Payables"
detail = "owner"
[[account]]
code = 2101
tag = "sale"
number = "2241.01"
name = "Payables for sales"
detail = "none"
[[account]]
code = 6001
number = "6051"
name = "Fee income"
detail = "none"
)toml";

class OwnAccounts : public testing::Test {
 protected:
  std::vector<ReportRow> rows(const engine::ReportAnswer& report) {
    return tests::rows_of(session_, report);
  }
  std::int64_t trial_balance_of(const std::string& number, base::Day day) {
    std::int64_t sum = 0;
    const auto balances = engine::trial_balance(session_, day)->rows;
    for (const auto& shown : own_.show(balances)) {
      if (shown.account.number == number) sum += shown.minor;
    }
    return sum;
  }

  store::Session session_{tests::played("S1").conninfo()};
  engine::AccountMap own_ = map_of(kOwn);
};

// domain §4.3 after J26: 3 416.68 of principal and 18.00 of fee are owed.
TEST_F(OwnAccounts, TheBalanceSheetHasThem) {
  const engine::ReadingRequest on{.as_of = of_2026(8, 27)};
  const auto ours = rows(engine::report_balance_sheet(session_, on));
  const auto own = rows(engine::report_balance_sheet(session_, on, own_));
  EXPECT_EQ(field(own, {{"account", "1303.01"}}, "amount"), "3416.68");
  EXPECT_EQ(field(own, {{"account", "1303.01"}}, "name"), "Loans to customers");
  EXPECT_EQ(field(own, {{"account", "1132"}, {"line", "account"}}, "amount"), "18.00");
  EXPECT_TRUE(where(own, {{"account", "1101"}}).empty());
  EXPECT_EQ(where(ours, {{"line", "total"}}), where(own, {{"line", "total"}}));
  for (const ReportRow& row : where(own, {{"line", "netting"}})) {
    EXPECT_TRUE(row.at("name").ends_with(row.at("account") == "1132" ? " 2401.09" : " 1132"))
        << row.at("name");
  }
}

TEST_F(OwnAccounts, TheIncomeStatementHasThem) {
  const engine::ReadingRequest to{.as_of = of_2026(10, 12)};
  const auto own = rows(engine::report_income_statement(session_, of_2026(6, 1), to, own_));
  const auto ours = rows(engine::report_income_statement(session_, of_2026(6, 1), to));
  EXPECT_EQ(field(own, {{"account", "6051"}}, "amount"), "16.50");  // domain §4.3
  EXPECT_EQ(field(own, {{"account", "6051"}}, "name"), "Fee income");
  EXPECT_EQ(field(own, {{"line", "total"}, {"section", "result"}}, "amount"),
            field(ours, {{"line", "total"}, {"section", "result"}}, "amount"));
}

// Fee receivable and fee not earned in one number are net already: on 30 June 3.55 of the 36.00
// that are receivable is earned (J09).
TEST_F(OwnAccounts, OneNumberForBothSidesOfTheFeeIsNotNettedTwice) {
  const auto net = map_of(
      "[[account]]\ncode = 1102\nnumber = \"1132\"\nname = \"Fee\"\n"
      "[[account]]\ncode = 2301\nnumber = \"1132\"\nname = \"Fee\"\n");
  const engine::ReadingRequest on{.as_of = of_2026(6, 30)};
  const auto ours = rows(engine::report_balance_sheet(session_, on));
  EXPECT_EQ(where(ours, {{"line", "netting"}}).size(), 2U);
  const auto sheet = rows(engine::report_balance_sheet(session_, on, net));
  EXPECT_TRUE(where(sheet, {{"line", "netting"}}).empty());
  EXPECT_EQ(field(sheet, {{"account", "1132"}}, "amount"), "3.55");
}

TEST_F(OwnAccounts, TheLedgerOfANumberHasAllItsLinesAndItsBalance) {
  const engine::ReadingRequest to{.as_of = of_2026(10, 12)};
  for (const char* number : {"1303.01", "2241", "2241.01", "6051"}) {
    std::int64_t closing = 0, debits = 0, credits = 0;
    std::string before;
    for (ReportRow row : rows(engine::report_ledger(session_, {.number = number}, {}, to, own_))) {
      EXPECT_EQ(row["account"], number);
      if (row["entry"] == "opening") before.clear();
      if (row["entry"] == "line") {
        debits += cents(row["debit"]);
        credits += cents(row["credit"]);
        EXPECT_GE(row["business_date"], before) << "lines of one account come by date";
        before = row["business_date"];
      }
      if (row["entry"] == "closing") closing += cents(row["balance"]);
    }
    EXPECT_GT(debits + credits, 0) << number;
    EXPECT_EQ(debits - credits, closing) << number;
    EXPECT_EQ(closing, trial_balance_of(number, of_2026(10, 12))) << number;
  }
  // The lines of 1101 by our code, under the number they have.
  const auto by_code = rows(
      engine::report_ledger(session_, {.code = ledger::Code::PrincipalReceivable}, {}, to, own_));
  EXPECT_EQ(where(by_code, {{"entry", "line"}}).size(),
            where(rows(engine::report_ledger(session_, {.code = ledger::Code::PrincipalReceivable},
                                             {}, to)),
                  {{"entry", "line"}})
                .size());
  EXPECT_EQ(by_code.front().at("account"), "1303.01");
}

TEST_F(OwnAccounts, RollForwardAndTieOutNameThem) {
  const engine::ReadingRequest to{.as_of = of_2026(10, 12)};
  const auto rolled = rows(engine::report_roll_forward(session_, of_2026(6, 1), to, false, own_));
  EXPECT_EQ(field(rolled, {{"balance", "principal"}, {"movement", "closing"}}, "accounts"),
            "1303.01");
  EXPECT_EQ(field(rolled, {{"balance", "merchant payable"}, {"movement", "closing"}}, "accounts"),
            "2241 2241.01");
  EXPECT_EQ(field(rolled, {{"balance", "unearned subsidy"}, {"movement", "closing"}}, "accounts"),
            "2302");
  const auto tied = rows(engine::report_tie_out(session_, to, false, own_));
  EXPECT_EQ(field(tied, {{"account", "1303.01"}, {"records", "late fees of plans"}}, "difference"),
            "0.00");
  EXPECT_EQ(field(tied, {{"account", "2241 2241.01"}}, "name"), "Merchant payable");
  EXPECT_EQ(where(rows(engine::report_tie_out(session_, to, false)), {}).size(), tied.size());
}

// Whatever numbers are given: sections may change, sums do not.
TEST_F(OwnAccounts, KeepEverySum) {
  tests::property([&] {
    std::string text;
    for (const char* code : {"1101", "1102", "1103", "1112", "2101", "2103", "2301", "2302", "2401",
                             "4001", "6001", "6002", "6003", "6402", "6701"}) {
      const int which = *rc::gen::inRange(0, 5);
      if (which == 0) continue;
      text += fmt::format(
          "[[account]]\ncode = {}\nnumber = \"9{}.{}\"\nname = \"N{}\"\n"
          "detail = \"none\"\n",
          code, code[0], which, which);
    }
    const auto map = map_of(text);
    const base::Day day = base::plus_days(of_2026(6, 18), *rc::gen::inRange(0, 116));
    const auto sheet = rows(engine::report_balance_sheet(session_, {.as_of = day}, map));
    for (const char* section : {"assets", "liabilities", "equity"}) {
      std::int64_t sum = 0;
      for (const ReportRow& row : where(sheet, {{"section", section}})) {
        if (row.at("line") != "total") sum += cents(row.at("amount"));
      }
      RC_ASSERT(sum == cents(field(sheet, {{"section", section}, {"line", "total"}}, "amount")));
    }
    RC_ASSERT(cents(field(sheet, {{"section", "assets"}, {"line", "total"}}, "amount")) ==
              cents(field(sheet, {{"section", "balance"}, {"line", "total"}}, "amount")));
    std::int64_t shown = 0, ours = 0;
    for (const auto& balance : map.show(engine::trial_balance(session_, day)->rows)) {
      shown += std::abs(balance.minor);
    }
    for (const auto& balance : engine::trial_balance(session_, day)->rows)
      ours += std::abs(balance.minor);
    RC_ASSERT(shown <= ours);
  });
}

}  // namespace
