// Roll rates and vintages of domain §4.5 (S2), whose customer pays nothing from 10 April on and is
// charged off on 8 October, and of a random book, where they have to agree with the ageing.
#include "engine/ageing.h"
#include "engine/financial_reports.h"
#include "tests/reports/random_book.h"
#include "tests/reports/report_rows.h"

namespace {

using tests::field;
using tests::of_2026;
using tests::where;

class RollRates : public testing::Test {
 protected:
  std::vector<tests::ReportRow> rates(unsigned from, unsigned to, bool as_matrix = false) {
    return tests::rows_of(session_, engine::report_roll_rates(
                                        session_, {of_2026(from, 1), of_2026(to, 1)}, as_matrix));
  }
  store::Session session_{tests::played("S2").conninfo()};
};

// Installment 3 was due on 10 April: 20 days past due on 30 April, 51 on 31 May, 81, 112, 143, 173.
TEST_F(RollRates, OnePlanRollsThroughTheBuckets) {
  const std::vector<std::string> buckets = {"M0", "M1", "M2", "M3", "M4", "M5", "M6"};
  const auto rows = rates(3, 9);
  ASSERT_EQ(rows.size(), 6);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].at("from_bucket"), buckets[i]);
    EXPECT_EQ(rows[i].at("to_bucket"), buckets[i + 1]);
    EXPECT_EQ(rows[i].at("plans_percent"), "100.00");
    EXPECT_EQ(rows[i].at("outstanding"), "1000.00");
  }
  EXPECT_EQ(rates(9, 10).front().at("to_bucket"), "charged off");
  EXPECT_EQ(rates(9, 10).front().at("outstanding_after"), "0.00");
  const auto january = rates(1, 2);
  EXPECT_EQ(field(january, {}, "outstanding"), "1200.00");
  EXPECT_EQ(field(january, {}, "outstanding_after"), "1100.00");
}

TEST_F(RollRates, MatrixHasARowABucket) {
  const auto rows = rates(4, 5, true);
  ASSERT_EQ(rows.size(), 8);
  EXPECT_EQ(field(rows, {{"from_bucket", "M1"}}, "M2"), "100.00");
  EXPECT_EQ(field(rows, {{"from_bucket", "M1"}}, "M1"), "0.00");
  EXPECT_EQ(field(rows, {{"from_bucket", "M0"}}, "M0"), "");  // nothing was in it
}

TEST_F(RollRates, VintageIsEverLateFromTheMonthItWas) {
  const auto rows =
      tests::rows_of(session_, engine::report_vintages(session_, {of_2026(1, 31), of_2026(11, 1)}));
  ASSERT_EQ(rows.size(), 11);
  const auto at = [&](const char* months, const char* column) {
    return field(rows, {{"bought", "2026-01"}, {"months_on_book", months}}, column);
  };
  EXPECT_EQ(at("0", "outstanding"), "1200.00");
  EXPECT_EQ(at("2", "outstanding_percent"), "83.33");
  EXPECT_EQ(at("3", "ever_30"), "0.00");
  EXPECT_EQ(at("4", "ever_30_percent"), "100.00");
  EXPECT_EQ(at("5", "ever_90"), "0.00");
  EXPECT_EQ(at("6", "ever_90"), "1200.00");
  EXPECT_EQ(at("8", "charged_off"), "0.00");
  EXPECT_EQ(at("9", "charged_off"), "1000.00");
  EXPECT_EQ(at("9", "outstanding"), "0.00");
  EXPECT_EQ(at("10", "ever_90_percent"), "100.00");
}

TEST_F(RollRates, MonthsAreClosedAndInOrder) {
  const auto refusal = [&](engine::MonthRequest request) {
    return engine::report_roll_rates(session_, request, false).error().refusal;
  };
  EXPECT_EQ(refusal({of_2026(11, 1), of_2026(12, 1)}), engine::ReportRefusal::DateNotClosed);
  EXPECT_EQ(refusal({of_2026(5, 1), of_2026(4, 1)}), engine::ReportRefusal::DatesReversed);
  EXPECT_EQ(refusal({of_2026(5, 1), of_2026(5, 1)}), engine::ReportRefusal::DatesReversed);
  EXPECT_EQ(rates(10, 11),
            tests::rows_of(session_, engine::report_roll_rates(session_, {}, false)));
}

TEST_F(RollRates, WhatWasKnownOfASealedMonthIsWhatIsKnownNow) {
  const base::Instant sealed =
      store::query(session_, "SELECT sealed_at FROM seal WHERE business_date = '2026-10-31'")
          .instant(0, 0);
  const auto known = [&](engine::MonthRequest request, base::Instant at) {
    request.known_at = at;
    return engine::report_roll_rates(session_, request, false);
  };
  EXPECT_EQ(rates(9, 10), tests::rows_of(session_, known({}, sealed)));
  EXPECT_EQ(rates(8, 9),
            tests::rows_of(session_, known({}, sealed - std::chrono::microseconds{1})));
  EXPECT_EQ(known({of_2026(10, 1), of_2026(11, 1)}, sealed).error().refusal,
            engine::ReportRefusal::DateNotClosed);
}

// Whatever happened: what rolled into a bucket is what the ageing of that month end has in it, what
// rolled out of one is what the month end before had, and vintages add up to the same.
TEST(RollRatesOfARandomBook, AgreeWithTheAgeing) {
  const tests::TestDatabase server = tests::TestDatabase::create();
  const tests::Scenario scenario = tests::random_scenario(tests::kRandomBookSeed);
  tests::Play play(scenario);
  store::Session session(play.conninfo());
  const auto rows = tests::rows_of(
      session, engine::report_roll_rates(session, {of_2026(6, 1), of_2026(8, 1)}, false));
  const auto vintages = tests::rows_of(session, engine::report_vintages(session, {}));
  std::set<std::string> ways;
  for (const tests::ReportRow& row : rows) ways.insert(row.at("to_bucket"));
  EXPECT_GE(ways.size(), 4) << testing::PrintToString(ways);
  for (const base::Day end : {of_2026(6, 30), of_2026(7, 31), of_2026(8, 31)}) {
    SCOPED_TRACE(base::to_string(end));
    const auto ageing =
        engine::age_receivables(session, *play.catalog(), {.as_of = end, .sealed_through = end});
    const auto& buckets = ageing.by_currency.at(*base::Currency::find("CNY"));
    std::int64_t all = 0;
    for (std::size_t i = 0; i < engine::kBuckets; ++i) {
      const std::string bucket(engine::bucket_range(i).name);
      std::int64_t in = 0, in_plans = 0, out = 0, out_plans = 0;
      for (const auto& row : where(rows, {{"to", base::to_string(end)}, {"to_bucket", bucket}})) {
        in += tests::cents(row.at("outstanding_after"));
        in_plans += std::stol(row.at("plans"));
      }
      for (const auto& row :
           where(rows, {{"from", base::to_string(end)}, {"from_bucket", bucket}})) {
        out += tests::cents(row.at("outstanding"));
        out_plans += std::stol(row.at("plans"));
      }
      if (end > of_2026(6, 30)) {
        EXPECT_EQ(in, buckets[i].outstanding) << bucket;
        EXPECT_EQ(in_plans, buckets[i].plans) << bucket;
      }
      if (end < of_2026(8, 31)) {
        EXPECT_EQ(out, buckets[i].outstanding) << bucket;
        EXPECT_EQ(out_plans, buckets[i].plans) << bucket;
      }
      all += buckets[i].outstanding;
    }
    std::int64_t of_vintages = 0;
    for (const auto& row : where(vintages, {{"as_of", base::to_string(end)}})) {
      of_vintages += tests::cents(row.at("outstanding"));
    }
    EXPECT_EQ(of_vintages, all);
  }
}

}  // namespace
