// Two years of real purchases (../shared/data/olist, or $FENQI_DATA/olist): to the cent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "sql/store/rows.h"
#include "tests/engine/replay_fixture.h"
#include "tests/support/test_database.h"

namespace {

using base::make_day;
using input::Kind;
using input::Totals;

std::string olist_directory() {
  const char* data = std::getenv("FENQI_DATA");
  return std::string(data != nullptr ? data : "../shared/data") + "/olist";
}

tests::ReplayRun olist_run() {
  tests::ReplayRun run{.files = {},
                       .catalog = std::make_shared<const engine::Catalog>(
                           engine::parse_catalog(tests::read_file("catalog/olist.toml")).value()),
                       .through = make_day(2019, 1, 31)};
  run.files.paths = {olist_directory() + "/purchases.csv.gz",
                     olist_directory() + "/repayments.csv.gz",
                     olist_directory() + "/refunds.csv.gz"};
  return run;
}

std::int64_t number(store::Session& session, const char* statement) {
  return store::query(session, statement).int8(0, 0);
}

/// Credit balance of an account code over the whole book.
std::int64_t owed(store::Session& session, const std::string& code) {
  const std::string statement =
      "SELECT coalesce(-sum(l.amount_minor), 0)::bigint FROM journal_line l JOIN account a "
      "USING (account_id) WHERE a.code = " +
      code;
  return number(session, statement.c_str());
}

TEST(Olist, AddsUpToTheCentAndASecondRunChangesNothing) {
  if (!std::filesystem::exists(olist_directory() + "/purchases.csv.gz")) {
    GTEST_SKIP() << "no data in " << olist_directory();
  }
  const tests::TestDatabase database = tests::TestDatabase::create();
  tests::ReplayRun run = olist_run();
  const engine::ReplayReport report = run(database.conninfo());
  const base::Currency brl = *base::Currency::find("BRL");
  auto minor = [&](const input::Tally& tally) { return base::narrow(tally.minor(brl)); };

  // The figures of the data's README.
  const Totals& purchases = report.totals[0];
  EXPECT_EQ(purchases.read.count, 27'212);
  EXPECT_EQ(minor(purchases.read), 4'325'008'67);
  EXPECT_EQ(purchases.posted, purchases.read);
  const Totals& repayments = report.totals[1];
  EXPECT_EQ(repayments.read.count, 74'844);
  EXPECT_EQ(repayments.posted.count, 74'667);
  EXPECT_EQ(minor(repayments.posted), 4'030'158'68);
  EXPECT_EQ(repayments.repeated.count, 121);
  EXPECT_EQ(repayments.rejected.count, 56);
  const Totals& refunds = report.totals[2];
  EXPECT_EQ(refunds.posted.count, 361);
  EXPECT_EQ(minor(refunds.posted), 86'614'45);
  for (const Totals& totals : report.totals) EXPECT_TRUE(totals.add_up());
  for (const auto& [kind, why] : run.rejects) {
    EXPECT_EQ(kind, Kind::Repayments);
    EXPECT_EQ(why.code, "IDEMPOTENCY_CONFLICT");
  }
  EXPECT_EQ(report.dates_closed, 880);  // 2016-09-04 to 2019-01-31
  EXPECT_EQ(report.out_of_order, 0);
  EXPECT_THAT(report.faults, testing::IsEmpty());

  store::Session session(database.conninfo());
  for (const engine::Finding& fact : engine::verify_book(session)) {
    EXPECT_EQ(fact.offenders, 0) << fact.id << " " << fact.name << ": " << fact.first;
  }
  // Gross over all merchants is the input's.
  EXPECT_EQ(number(session, "SELECT sum(gross_minor)::bigint FROM merchant_item WHERE type = 1"),
            4'325'008'67);
  EXPECT_EQ(number(session, "SELECT sum(gross_minor)::bigint FROM merchant_item WHERE type = 2"),
            -86'614'45);
  // What merchants earned was paid out or is still owed: payable, reserve, payouts in transit.
  const std::int64_t net =
      number(session, "SELECT sum(net_minor)::bigint FROM merchant_item WHERE type IN (1, 2)");
  const std::int64_t paid_out = number(
      session, "SELECT sum(amount_minor)::bigint FROM payout WHERE confirmed_on IS NOT NULL");
  EXPECT_EQ(net, paid_out + owed(session, "2101") + owed(session, "2103") + owed(session, "2104"));

  const std::string before = tests::digest(database.conninfo());
  tests::ReplayRun again_run = olist_run();
  const engine::ReplayReport again = again_run(database.conninfo());
  EXPECT_EQ(again.dates_closed, 0);
  for (const Totals& totals : again.totals) {
    EXPECT_EQ(totals.posted.count, 0);
    EXPECT_TRUE(totals.add_up());
  }
  EXPECT_EQ(again.totals[1].repeated.count, 74'667 + 121);
  EXPECT_EQ(again.totals[1].rejected.count, 56);
  EXPECT_EQ(tests::digest(database.conninfo()), before);
}

}  // namespace
