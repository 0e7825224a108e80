// Roll-forwards of the golden scenarios; the amounts are sums of the journals of domain §4.3, §4.5.
#include "engine/financial_reports.h"
#include "tests/reports/report_rows.h"

namespace {

using tests::field;
using tests::of_2026;

std::vector<tests::ReportRow> roll(const char* scenario, base::Day from, base::Day to,
                                   bool by_product = false) {
  store::Session session(tests::played(scenario).conninfo());
  return tests::rows_of(session,
                        engine::report_roll_forward(session, from, {.as_of = to}, by_product));
}

std::string at(const std::vector<tests::ReportRow>& rows, const char* balance,
               const char* movement) {
  return field(rows, {{"balance", balance}, {"movement", movement}}, "amount");
}

TEST(RollForward, EachJournalOfS1IsItsMovement) {
  const auto rows = roll("S1", of_2026(6, 1), of_2026(10, 12));
  EXPECT_EQ(at(rows, "principal", "opening"), "0.00");
  EXPECT_EQ(at(rows, "principal", "purchased"), "4000.00");  // J03, J22
  EXPECT_EQ(at(rows, "principal", "repaid"), "-1750.00");    // J10, J14, J18, J30, J34
  EXPECT_EQ(at(rows, "principal", "refunded"), "-2250.00");  // J21, J37
  EXPECT_EQ(at(rows, "principal", "charged off"), "0.00");
  EXPECT_EQ(at(rows, "principal", "other"), "0.00");
  EXPECT_EQ(at(rows, "principal", "closing"), "0.00");
  EXPECT_EQ(at(rows, "fee", "agreed"), "36.00");
  EXPECT_EQ(at(rows, "fee", "repaid"), "-16.50");  // 6.00, 6.00, 4.50
  EXPECT_EQ(at(rows, "fee", "refunded"), "-6.00");
  EXPECT_EQ(at(rows, "fee", "rebated"), "-13.50");  // J31
  EXPECT_EQ(at(rows, "unearned fee", "earned"), "-16.50");
  EXPECT_EQ(at(rows, "unearned subsidy", "deferred"), "54.00");
  EXPECT_EQ(at(rows, "unearned subsidy", "earned"), "-18.00");
  EXPECT_EQ(at(rows, "unearned subsidy", "refunded"), "-36.00");
  EXPECT_EQ(at(rows, "merchant payable", "sold"), "4060.00");
  EXPECT_EQ(at(rows, "merchant payable", "discount"), "-4.77");
  EXPECT_EQ(at(rows, "merchant payable", "subsidy"), "-18.00");
  EXPECT_EQ(at(rows, "merchant payable", "refunded"), "-3265.00");
  EXPECT_EQ(at(rows, "merchant payable", "paid out"), "-3515.23");
  EXPECT_EQ(at(rows, "merchant payable", "shown as claim"), "2893.00");
  EXPECT_EQ(at(rows, "merchant payable", "other"), "0.00");
  EXPECT_EQ(at(rows, "allowance", "built"), "48.00");      // J05, J23
  EXPECT_EQ(at(rows, "allowance", "released"), "-48.00");  // J28, J32, J38
}

TEST(RollForward, AllowanceOfS2IsBuiltMovedAndUsed) {
  const auto rows = roll("S2", of_2026(1, 15), of_2026(12, 2));
  EXPECT_EQ(at(rows, "allowance", "built"), "1040.75");  // 14.40 + 138.00 + 450.00 + 438.35
  EXPECT_EQ(at(rows, "allowance", "released"), "-2.40");
  EXPECT_EQ(at(rows, "allowance", "moved between stages"), "0.00");
  EXPECT_EQ(at(rows, "allowance", "used"), "-1038.35");
  EXPECT_EQ(at(rows, "allowance stage 2", "moved between stages"), "-138.00");  // + 12.00 - 150.00
  EXPECT_EQ(at(rows, "allowance stage 3", "used"), "-1038.35");
  EXPECT_EQ(at(rows, "principal", "charged off"), "-1000.00");
  EXPECT_EQ(at(rows, "unearned fee", "charged off"), "-43.20");
  const auto summer = roll("S2", of_2026(6, 1), of_2026(6, 30));
  EXPECT_EQ(at(summer, "allowance stage 2", "opening"), "150.00");
  EXPECT_EQ(at(summer, "principal", "closing"), "1000.00");
}

TEST(RollForward, ProductsAddUpToTheBook) {
  const base::Day from = of_2026(8, 1), to = of_2026(8, 31);
  const auto book = roll("S1", from, to);
  const auto products = roll("S1", from, to, true);
  EXPECT_EQ(
      field(products, {{"balance", "principal"}, {"product", "flat_fee"}, {"movement", "opening"}},
            "amount"),
      "833.34");
  EXPECT_EQ(
      field(products,
            {{"balance", "unearned subsidy"}, {"product", "interest_free"}, {"movement", "earned"}},
            "amount"),
      "-7.20");
  std::map<std::pair<std::string, std::string>, std::int64_t> sums;
  for (const tests::ReportRow& row : products) {
    sums[{row.at("balance"), row.at("movement")}] += tests::cents(row.at("amount"));
  }
  for (const tests::ReportRow& row : book) {
    EXPECT_EQ((sums[{row.at("balance"), row.at("movement")}]), tests::cents(row.at("amount")))
        << row.at("balance") << " " << row.at("movement");
  }
}

}  // namespace
