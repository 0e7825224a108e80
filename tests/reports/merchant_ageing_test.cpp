// Merchants who owe us; domain §4.3: M1 was 263.41 in debt on 25 August and 2 893.00 from
// 14 September on, of which 150.00 were set off on the 30th and the rest was paid on 8 October.
#include "engine/financial_reports.h"
#include "tests/reports/report_rows.h"

namespace {

using tests::field;
using tests::of_2026;
using tests::where;

std::vector<tests::ReportRow> ageing(base::Day as_of, bool lists_merchants) {
  store::Session session(tests::played("S1").conninfo());
  return tests::rows_of(session,
                        engine::report_merchant_ageing(session, {.as_of = as_of}, lists_merchants));
}

TEST(MerchantAgeing, DebtIsAsOldAsTheNegativeBalance) {
  const auto august = ageing(of_2026(8, 25), true);
  ASSERT_EQ(august.size(), 1);
  EXPECT_EQ(field(august, {{"merchant", "M1"}}, "owed"), "263.41");
  EXPECT_EQ(field(august, {}, "since"), "2026-08-25");
  EXPECT_EQ(field(august, {}, "days"), "0");
  EXPECT_EQ(field(august, {}, "reserve"), "53.00");
  EXPECT_TRUE(ageing(of_2026(8, 26), true).empty());  // the next sale covers it

  const auto september = ageing(of_2026(9, 30), true);
  EXPECT_EQ(field(september, {}, "payable"), "0.00");
  EXPECT_EQ(field(september, {}, "claim"), "2743.00");
  EXPECT_EQ(field(september, {}, "owed"), "2743.00");
  EXPECT_EQ(field(september, {}, "since"), "2026-09-14");
  EXPECT_EQ(field(september, {}, "days"), "16");
  EXPECT_TRUE(ageing(of_2026(10, 8), true).empty());
}

TEST(MerchantAgeing, BucketsAddUpAndAreAllThere) {
  const auto rows = ageing(of_2026(9, 29), false);
  ASSERT_EQ(rows.size(), 5);
  EXPECT_EQ(field(rows, {{"bucket", "0-30"}}, "owed"), "2893.00");
  EXPECT_EQ(field(rows, {{"bucket", "0-30"}}, "merchants"), "1");
  EXPECT_EQ(field(rows, {{"bucket", "181+"}}, "owed"), "0.00");
  EXPECT_EQ(field(rows, {{"bucket", "181+"}}, "days_to"), "");
  EXPECT_TRUE(ageing(of_2026(10, 8), false).empty());
}

}  // namespace
