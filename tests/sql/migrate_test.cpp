// Migrations: applied once, in order; a database of another program is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "sql/store/database.h"
#include "sql/store/rows.h"
#include "sql/store/session.h"
#include "tests/support/test_database.h"

namespace {

using store::Migration;
using testing::HasSubstr;

constexpr std::array<Migration, 3> kThree = {{
    {1, "0001_first", "CREATE TABLE first (id int); INSERT INTO first VALUES (1)"},
    {2, "0002_second", "CREATE TABLE second (id int)"},
    {3, "0003_third", "INSERT INTO first VALUES (3)"},
}};

std::int64_t number(const std::string& conninfo, const char* statement) {
  store::Session session(conninfo, store::Role::Owner);
  return store::query(session, statement).int8(0, 0);
}

// The words of the exception that `work` must throw.
template <class Exception, class Work>
std::string failure(Work work) {
  try {
    work();
  } catch (const Exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Migrate, AppliesWhatIsMissingAndNothingTwice) {
  const auto database = tests::TestDatabase::create_empty();
  EXPECT_EQ(store::migrate(database.conninfo(), std::span(kThree).first(1)), 1);
  EXPECT_EQ(store::migrate(database.conninfo(), kThree), 2);
  EXPECT_EQ(store::migrate(database.conninfo(), kThree), 0);
  EXPECT_EQ(number(database.conninfo(), "SELECT count(*) FROM first"), 2);
  EXPECT_EQ(number(database.conninfo(), "SELECT sum(version) FROM schema_migration"), 6);
}

TEST(Migrate, RefusesADatabaseNewerThanTheProgram) {
  const auto database = tests::TestDatabase::create_empty();
  store::migrate(database.conninfo(), kThree);
  const std::string text = failure<store::SchemaTooNew>(
      [&] { store::migrate(database.conninfo(), std::span(kThree).first(2)); });
  EXPECT_THAT(text, HasSubstr("newer than this program"));
  EXPECT_THAT(text, HasSubstr("0003_third"));
}

TEST(Migrate, RefusesAMigrationThatWasChangedAfterItWasApplied) {
  const auto database = tests::TestDatabase::create_empty();
  store::migrate(database.conninfo(), kThree);
  auto changed = kThree;
  changed[1].sql = "CREATE TABLE second (id bigint)";
  EXPECT_THAT(failure<store::SchemaMismatch>([&] { store::migrate(database.conninfo(), changed); }),
              HasSubstr("0002_second"));
}

TEST(Migrate, LeavesNothingOfAMigrationThatFails) {
  const auto database = tests::TestDatabase::create_empty();
  auto broken = kThree;
  broken[1].sql = "CREATE TABLE second (id int); SELECT 1 / 0";
  EXPECT_THAT(failure<store::Unavailable>([&] { store::migrate(database.conninfo(), broken); }),
              HasSubstr("0002_second"));
  EXPECT_EQ(number(database.conninfo(), "SELECT max(version)::bigint FROM schema_migration"), 1);
  EXPECT_EQ(number(database.conninfo(), "SELECT count(*) FROM pg_class WHERE relname = 'second'"),
            0);
  EXPECT_EQ(store::migrate(database.conninfo(), kThree), 2);  // and the right one still applies
}

TEST(Migrate, TwoAtOnceApplyEachMigrationOnce) {
  const auto database = tests::TestDatabase::create_empty();
  std::array<int, 4> counts{};
  std::vector<std::thread> threads;
  for (int& count : counts) {
    threads.emplace_back([&] { count = store::migrate(database.conninfo(), kThree); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counts[0] + counts[1] + counts[2] + counts[3], 3);
  EXPECT_EQ(number(database.conninfo(), "SELECT count(*) FROM first"), 2);
}

TEST(Migrate, WorksInASchemaOfItsOwn) {
  const auto database = tests::TestDatabase::create_empty();
  store::Session(database.conninfo(), store::Role::Owner).execute("CREATE SCHEMA apart");
  const bool is_url = database.conninfo().find("://") != std::string::npos;
  const std::string apart = database.conninfo() + (is_url ? "&options=-csearch_path%3Dapart"
                                                          : " options='-c search_path=apart'");
  store::migrate(apart);
  EXPECT_EQ(
      number(database.conninfo(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
  EXPECT_GT(number(apart, "SELECT count(*) FROM apart.schema_migration"), 0);
}

class Access : public testing::Test {
 protected:
  // What the role gets for a statement: "" or the SQLSTATE of its refusal.
  std::string outcome(const std::string& role, const std::string& statement) {
    store::Session session(database_.conninfo(), store::Role::Owner);
    store::Transaction transaction(session);
    session.execute("SET LOCAL ROLE " + role);
    try {
      session.execute(statement);
      return "";
    } catch (const store::Fault& fault) {
      return fault.sqlstate();
    }
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
};

TEST_F(Access, TheRoleThatServesRequestsOnlyAddsToTheJournal) {
  EXPECT_EQ(outcome("fenqi_app", "SELECT FROM journal"), "");
  EXPECT_EQ(outcome("fenqi_app",
                    "INSERT INTO journal (party_id, journal_id, event_id, rule, currency, "
                    "business_date, value_date, debit_account, credit_account, amount_minor) "
                    "VALUES (1, 1, 1, 3, 'CNY', '2026-06-18', '2026-06-18', '{1}', '{2}', '{5}')"),
            "");
  for (const std::string table :
       {"journal", "plan_version", "repayment", "refund", "allocation", "limit_change",
        "merchant_item", "settlement", "account_day", "voucher", "seal"}) {
    SCOPED_TRACE(table);
    EXPECT_EQ(outcome("fenqi_app", "DELETE FROM " + table), "42501");
    EXPECT_EQ(outcome("fenqi_app", "TRUNCATE " + table), "42501");
  }
  EXPECT_EQ(outcome("fenqi_app", "UPDATE journal SET rule = 1"), "42501");
}

TEST_F(Access, NotEvenTheOwnerChangesAJournal) {
  EXPECT_EQ(outcome("NONE", "UPDATE journal SET rule = 1"), "23001");
  EXPECT_EQ(outcome("NONE", "DELETE FROM journal"), "23001");
  EXPECT_EQ(outcome("NONE", "TRUNCATE journal"), "23001");
}

TEST_F(Access, AMerchantReadsItsOwnTablesAndNoOthers) {
  EXPECT_EQ(outcome("fenqi_merchant", "SELECT FROM merchant_item, settlement, payout"), "");
  EXPECT_EQ(outcome("fenqi_merchant", "SELECT FROM journal"), "42501");
  EXPECT_EQ(outcome("fenqi_merchant", "SELECT FROM api_key"), "42501");
  EXPECT_EQ(outcome("fenqi_merchant", "DELETE FROM payout"), "42501");
}

}  // namespace
