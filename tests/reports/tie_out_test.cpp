// Control accounts beside their parts, in the golden scenarios, on dates long past, and where the
// books were broken on purpose.
#include <gmock/gmock.h>

#include "engine/financial_reports.h"
#include "tests/reports/report_rows.h"

namespace {

using tests::of_2026;
using tests::where;

std::vector<tests::ReportRow> tie_out(store::Session& session, std::optional<base::Day> as_of,
                                      bool lists_differences = true) {
  return tests::rows_of(session,
                        engine::report_tie_out(session, {.as_of = as_of}, lists_differences));
}

class TieOut : public testing::Test {
 protected:
  /// Every control ties on each of the dates, through --differences too.
  static void expect_ties(const std::string& scenario, base::Day first, base::Day last, int step) {
    store::Session session(tests::played(scenario).conninfo());
    for (base::Day day = first; day <= last; day = base::plus_days(day, step)) {
      const auto rows = tie_out(session, day);
      EXPECT_GT(where(rows, {{"line", "control"}}).size(), 1) << base::to_string(day);
      for (tests::ReportRow row : rows) {
        EXPECT_EQ(row["line"], "control");
        EXPECT_EQ(row["difference"], "0.00")
            << scenario << " " << base::to_string(day) << " " << row["account"] << " "
            << row["ledger"] << " " << row["parts"];
      }
    }
  }
};

TEST_F(TieOut, EveryControlTiesThroughS1) { expect_ties("S1", of_2026(6, 18), of_2026(10, 12), 4); }
TEST_F(TieOut, EveryControlTiesThroughImpairmentAndChargeOff) {
  expect_ties("S2", of_2026(1, 15), of_2026(12, 2), 9);
}
TEST_F(TieOut, EveryControlTiesThroughDisputesAndChargebacks) {
  expect_ties("S3a", of_2026(3, 3), of_2026(4, 14), 2);
}

// At any instant in the life of a book, also in the middle of a close, and for dates that were open
// then.
TEST_F(TieOut, EveryControlTiesAsItWasKnownAtAnyInstant) {
  for (const char* scenario : {"S1", "S2", "S3a"}) {
    store::Session session(tests::played(scenario).conninfo());
    // Of the journals of an event and of a step of the close each has its own time: the last one's
    // counts, where the next begins.
    const store::Rows instants = store::query(session, R"(
      SELECT at FROM (SELECT max(posted_at) AS at, row_number() OVER (ORDER BY max(posted_at)) AS n
                      FROM journal GROUP BY event_id, business_date
                      UNION SELECT done_at, 0 FROM close_step WHERE step = 'open') x
      WHERE n % 5 = 0 OR n < 3 ORDER BY random() LIMIT 30)");
    for (int i = 0; i < instants.size(); ++i) {
      const base::Instant at = instants.instant(i, 0);
      for (tests::ReportRow row :
           tests::rows_of(session, engine::report_tie_out(session, {.known_at = at}, true))) {
        EXPECT_EQ(row["line"], "control") << scenario << " at " << base::to_string(at) << " "
                                          << row["account"] << " " << row["record"];
        EXPECT_EQ(row["difference"], "0.00")
            << scenario << " at " << base::to_string(at) << " " << row["account"] << " "
            << row["ledger"] << " " << row["parts"];
      }
    }
  }
}

// domain §4.3: after J26 the reserve is 53.00 + 150.00, and 416.68 + 3 000.00 of principal are
// owed.
TEST_F(TieOut, PartsAreThoseOfTheDate) {
  store::Session session(tests::played("S1").conninfo());
  const auto rows = tie_out(session, of_2026(8, 27));
  EXPECT_EQ(tests::field(rows, {{"account", "2103"}}, "parts"), "-203.00");
  EXPECT_EQ(tests::field(rows, {{"account", "1101"}}, "parts"), "3416.68");
  EXPECT_EQ(tests::field(rows, {{"account", "1102"}}, "parts"), "18.00");  // 4 x 4.50
  EXPECT_EQ(tests::field(rows, {{"account", "2201"}}, "parts"), "-0.40");
}

TEST_F(TieOut, DifferencesNameThePartAlsoWhereTheSumsAgree) {
  const auto scenario = tests::read_scenario("tests/golden/S1.md");
  tests::Play play(scenario);
  store::Session owner(play.conninfo(), store::Role::Owner);
  // One plan owes a cent more by its schedule, another a cent less.
  owner.execute(
      "UPDATE plan SET principal[1] = principal[1] + 1 WHERE purchase_ref = 'O1';"
      "UPDATE plan SET principal[1] = principal[1] - 1 WHERE purchase_ref = 'O2';"
      "ALTER TABLE reserve_tranche DISABLE TRIGGER USER;"
      "UPDATE reserve_tranche SET amount_minor = amount_minor + 7 WHERE sale_date = '2026-06-18'");
  const auto rows = tie_out(owner, of_2026(10, 12));
  EXPECT_EQ(tests::field(rows, {{"line", "control"}, {"account", "1101"}}, "difference"), "0.00");
  const auto plans = where(rows, {{"line", "difference"}, {"account", "1101"}});
  ASSERT_EQ(plans.size(), 2);
  EXPECT_EQ(plans[0].at("record"), "O1");
  EXPECT_EQ(plans[0].at("party"), "C1");
  EXPECT_EQ(plans[0].at("part_of"), "plan");
  EXPECT_EQ(plans[0].at("difference"), "-0.01");
  EXPECT_EQ(plans[1].at("difference"), "0.01");

  const auto before = tie_out(owner, of_2026(9, 1));  // while that tranche was open
  EXPECT_EQ(tests::field(before, {{"line", "control"}, {"account", "2103"}}, "difference"), "0.07");
  EXPECT_EQ(tests::field(before, {{"line", "difference"}, {"account", "2103"}}, "party"), "M1");
  EXPECT_EQ(
      tests::field(before, {{"line", "record"}, {"record", "tranche of 2026-06-18"}}, "parts"),
      "-53.07");
  EXPECT_EQ(tests::field(rows, {{"line", "control"}, {"account", "2103"}}, "difference"), "0.00");
}

TEST_F(TieOut, WithoutDifferencesThereIsARowAControl) {
  store::Session session(tests::played("S1").conninfo());
  const auto rows = tie_out(session, std::nullopt, false);
  EXPECT_EQ(rows.size(), where(rows, {{"line", "control"}}).size());
  EXPECT_FALSE(rows.front().contains("party"));
  EXPECT_EQ(tie_out(session, base::make_day(2026, 10, 12), false), rows);  // the last closed date
}

}  // namespace
