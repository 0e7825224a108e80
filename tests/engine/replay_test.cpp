#include "engine/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "engine/sample.h"
#include "sql/store/rows.h"
#include "tests/engine/replay_fixture.h"
#include "tests/support/test_database.h"

namespace engine {
namespace {

using base::make_day;
using tests::digest;
using tests::ReplayRun;
using tests::TestDatabase;

std::shared_ptr<const Catalog> baitiao() {
  return std::make_shared<const Catalog>(
      parse_catalog(tests::read_file("catalog/baitiao.toml")).value());
}

/// A directory that is gone with the test.
class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fenqi-replay-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    const std::string file = path_ + "/" + name;
    std::ofstream(file) << text;
    return file;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A small sample of two months.
class Sample {
 public:
  Sample() {
    write_sample({.customers = 40,
                  .merchants = 4,
                  .purchases = 150,
                  .seed = 7,
                  .days = 45,
                  .start = make_day(2024, 5, 1)},
                 *baitiao(), directory_.path());
  }

  ReplayRun run(base::Day through = make_day(2024, 6, 15)) const {
    ReplayRun run{.files = {}, .catalog = baitiao(), .through = through};
    run.files.paths = {directory_.path() + "/purchases.csv.gz",
                       directory_.path() + "/repayments.csv.gz",
                       directory_.path() + "/refunds.csv.gz"};
    return run;
  }

 private:
  Directory directory_;
};

TEST(Replay, BooksAreTheSameForAnyWorkersAndBatches) {
  const Sample sample;
  const TestDatabase one = TestDatabase::create();
  ReplayRun alone = sample.run();
  alone.intake = {.workers = 1, .batch_max = 1};
  const ReplayReport report = alone(one.conninfo());
  const TestDatabase other = TestDatabase::create();
  ReplayRun many = sample.run();
  many.intake = {.workers = 3, .batch_max = 1'000};
  many.events_max = 7;
  const ReplayReport same = many(other.conninfo());
  EXPECT_EQ(digest(one.conninfo()), digest(other.conninfo()));
  for (std::size_t i = 0; i < kInputKinds; ++i) {
    EXPECT_TRUE(report.totals[i].add_up());
    EXPECT_EQ(report.totals[i].posted, same.totals[i].posted);
    EXPECT_EQ(report.totals[i].repeated, same.totals[i].repeated);
    EXPECT_EQ(report.totals[i].declined, same.totals[i].declined);
  }
  EXPECT_EQ(report.dates_closed, 46);  // 1 May to 15 June
  EXPECT_EQ(report.totals[0].posted.count + report.totals[0].declined.count, 150);
  store::Session session(one.conninfo());
  EXPECT_TRUE(all_hold(verify_book(session)));
}

TEST(Replay, TakesUpWhereItBrokeOffAndThenChangesNothing) {
  const Sample sample;
  const TestDatabase undisturbed = TestDatabase::create();
  sample.run()(undisturbed.conninfo());

  const TestDatabase broken = TestDatabase::create();
  ReplayRun breaks = sample.run();
  breaks.today = make_day(2024, 5, 20);  // the close of 21 May is refused: date not over
  EXPECT_THROW(breaks(broken.conninfo()), CloseRefused);
  const ReplayReport rest = sample.run()(broken.conninfo());
  EXPECT_EQ(rest.dates_closed, 46 - 20);
  EXPECT_GT(rest.totals[0].repeated.count, 0);
  EXPECT_EQ(digest(broken.conninfo()), digest(undisturbed.conninfo()));

  const ReplayReport again = sample.run()(broken.conninfo());
  EXPECT_EQ(again.dates_closed, 0);
  for (const input::Totals& totals : again.totals) {
    EXPECT_EQ(totals.posted.count, 0);
    EXPECT_TRUE(totals.add_up());
  }
  EXPECT_EQ(digest(broken.conninfo()), digest(undisturbed.conninfo()));
}

TEST(Replay, SaysWhatIsOddAndLosesNoRow) {
  const Directory directory;
  ReplayRun run{.files = {}, .catalog = baitiao(), .through = make_day(2024, 6, 10)};
  run.files.paths[0] =
      directory.write("purchases.csv",
                      "purchase_ref,customer,merchant,purchased_at,amount,installments\n"
                      "A,C1,M1,2024-06-03 10:00:00,300.00,3\n"
                      "Z,C1,M1,2030-01-01 10:00:00,5.00,1\n"  // 3: after today
                      "Y,C1,M1,2024-06-11 10:00:00,6.00,1\n"  // 4: after the end
                      "B,C2,M1,2024-06-05 10:00:00,100.00,1\n"
                      "C,C3,M1,2024-06-04 10:00:00,200.00,1\n"   // 6: out of order
                      "D,C4,M1,2024-06-06 10:00:00,9000.00,1\n"  // 7: over the limit of 8 000.00
                      "A,C1,M1,2024-06-03 10:00:00,300.00,3\n"   // 8: repeated, and out of order
                      "A,C1,M1,2024-06-07 10:00:00,301.00,3\n"   // 9: another amount
                      "A,C9,M1,2024-06-07 11:00:00,300.00,3\n"   // 10: another customer
                      "E,C1,M1,2024-06-08 10:00:00,1.999,1\n");  // 11: unreadable
  run.files.paths[2] = directory.write("refunds.csv",
                                       "refund_id,purchase_ref,refunded_at,amount\n"
                                       "F1,NONE,2024-06-05 10:00:00,1.00\n"
                                       "F2,B,2024-06-06 10:00:00,100.00\n");
  const TestDatabase database = TestDatabase::create();
  const ReplayReport report = run(database.conninfo());
  const input::Totals& purchases = report.totals[0];
  const base::Currency cny = *base::Currency::find("CNY");
  EXPECT_TRUE(purchases.add_up());
  EXPECT_EQ(purchases.read.count, 10);
  EXPECT_TRUE(purchases.posted.minor(cny) == 600'00) << "A, B and C";
  EXPECT_EQ(purchases.posted.count, 3);
  EXPECT_EQ(purchases.repeated.count, 1);
  EXPECT_EQ(purchases.declined.count, 1);
  EXPECT_EQ(purchases.rejected.count, 5);
  EXPECT_EQ(purchases.unreadable, 1);
  EXPECT_EQ(report.totals[2].posted.count, 1);
  EXPECT_EQ(report.totals[2].rejected.count, 1);
  EXPECT_EQ(report.out_of_order, 4) << "lines 4, 5, 6 and 8 are earlier than the line before";
  std::vector<std::string> why;
  for (const auto& [kind, reject] : run.rejects) {
    why.push_back(std::string(name(kind)) + " " + std::to_string(reject.line) + " " + reject.code +
                  " " + reject.field);
  }
  EXPECT_THAT(why, testing::UnorderedElementsAre("purchases 3 AFTER_TODAY purchased_at",
                                                 "purchases 4 AFTER_THROUGH purchased_at",
                                                 "purchases 7 LIMIT_INSUFFICIENT amount",
                                                 "purchases 9 IDEMPOTENCY_CONFLICT purchase_ref",
                                                 "purchases 10 IDEMPOTENCY_CONFLICT purchase_ref",
                                                 "purchases 11 AMOUNT_TOO_MANY_DECIMALS amount",
                                                 "refunds 2 PURCHASE_UNKNOWN purchase_ref"));
  // The row out of order: posted on the date reached, with its own value date.
  store::Session session(database.conninfo());
  const store::Rows plan =
      store::query(session, "SELECT business_date, start_on FROM plan WHERE purchase_ref = 'C'");
  ASSERT_EQ(plan.size(), 1);
  EXPECT_EQ(plan.day(0, 0), make_day(2024, 6, 5));
  EXPECT_EQ(plan.day(0, 1), make_day(2024, 6, 4));
}

// Two imports of the same file at once: each row is posted by exactly one of them.
TEST(Intake, TwoAtOncePostEachRowOnce) {
  const Sample sample;
  const TestDatabase database = TestDatabase::create();
  {
    store::Session session(database.conninfo());
    apply_catalog(session, database.conninfo(), *baitiao(), make_day(2024, 5, 1));
  }
  store::Session session(database.conninfo());
  const auto catalog = load_catalog(session);
  auto import_all = [&] {
    input::EventStream rows(input::Kind::Purchases, sample.run().files.paths[0], {}, catalog);
    std::vector<input::Event> events;
    for (input::Row row; rows.next(row);) events.push_back(*std::move(row.event));
    Intake intake(database.conninfo(), catalog, {.workers = 2, .batch_max = 10});
    std::int64_t posted = 0;
    for (const ItemResult& result : intake.post(events, {make_day(2026, 1, 1), true})) {
      posted += result.status == Status::Posted ? 1 : 0;
      EXPECT_NE(result.status, Status::Rejected) << code(result.refusal);
    }
    return posted;
  };
  auto other = std::async(std::launch::async, import_all);
  const std::int64_t mine = import_all();
  const std::int64_t theirs = other.get();
  const store::Rows plans = store::query(session, "SELECT count(*) FROM plan");
  EXPECT_EQ(mine + theirs, plans.int8(0, 0));
  EXPECT_GT(plans.int8(0, 0), 100);
}

// Equal seeds make equal bytes; another seed makes others.
TEST(Sample, IsTheSameForTheSameSeed) {
  const Directory a, b, c;
  SampleSettings settings{.customers = 10, .merchants = 2, .purchases = 50, .seed = 3, .days = 90};
  write_sample(settings, *baitiao(), a.path());
  write_sample(settings, *baitiao(), b.path());
  settings.seed = 4;
  write_sample(settings, *baitiao(), c.path());
  for (const char* name : {"/purchases.csv.gz", "/repayments.csv.gz", "/refunds.csv.gz"}) {
    EXPECT_EQ(tests::read_file(a.path() + name), tests::read_file(b.path() + name));
  }
  EXPECT_NE(tests::read_file(a.path() + "/purchases.csv.gz"),
            tests::read_file(c.path() + "/purchases.csv.gz"));
}

}  // namespace
}  // namespace engine
