// What the database itself refuses: journals that aren't whole, and changes to the past.
#include <gtest/gtest.h>

#include <string>

#include "sql/store/rows.h"
#include "sql/store/session.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

class Access : public testing::Test {
 protected:
  Access()
      : owner_(database_.conninfo(), store::Role::Owner),
        app_(database_.conninfo(), store::Role::App) {}

  /// The SQLSTATE of the refusal, or "" if there was none.
  static std::string refused(store::Session& session, const std::string& statement) {
    try {
      session.execute(statement);
    } catch (const store::Fault& fault) {
      return fault.sqlstate();
    }
    return "";
  }

  bool is_whole(const std::string& arguments) {
    const store::Rows rows =
        store::query(owner_, ("SELECT is_transfer_list(" + arguments + ") IS TRUE").c_str());
    return rows.boolean(0, 0);
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session owner_;
  store::Session app_;
};

TEST_F(Access, WholeTransferLists) {
  EXPECT_TRUE(is_whole("'{1}', '{2}', '{1}'"));
  EXPECT_TRUE(is_whole("'{1,1,3}', '{2,3,1}', '{1,9223372036854775807,5}'"));
}

TEST_F(Access, TransferListsThatAreNotWhole) {
  for (const char* arguments : {
           "'{}', '{}', '{}'",                 // nothing moves
           "'{1}', '{2}', '{0}'",              // nothing, again
           "'{1}', '{2}', '{-1}'",             // the wrong way round
           "'{1}', '{1}', '{1}'",              // against itself
           "'{1,2}', '{2}', '{1}'",            // lengths differ
           "'{1}', '{2,3}', '{1}'",            //
           "'{1}', '{2}', '{1,1}'",            //
           "'{1,2}', '{2,1}', '{1,NULL}'",     // a NULL anywhere
           "'{1,NULL}', '{2,1}', '{1,1}'",     //
           "'{1,2}', '{2,NULL}', '{1,1}'",     //
           "'{{1,2}}', '{{2,1}}', '{{1,1}}'",  // two dimensions
           "'{1,2}', '{{2,1}}', '{1,1}'",      //
           "'[0:1]={1,2}', '{2,1}', '{1,1}'",  // not from 1
           "'{1,2}', '[2:3]={2,1}', '{1,1}'",  //
           "'{1,2}', '{2,1}', '[0:1]={1,1}'",  //
       }) {
    EXPECT_FALSE(is_whole(arguments)) << arguments;
  }
}

TEST_F(Access, AJournalThatIsNotWholeIsRefusedByName) {
  const std::string journal =
      "INSERT INTO journal (party_id, journal_id, event_id, rule, currency, business_date, "
      "value_date, debit_account, credit_account, amount_minor) VALUES (1, 1, 1, 1, 'CNY', "
      "'2026-06-18', '2026-06-18', ";
  EXPECT_EQ(refused(app_, journal + "'{1}', '{1}', '{1}')"), "23514");
  EXPECT_EQ(refused(app_, journal + "'{}', '{}', '{}')"), "23514");
  EXPECT_EQ(refused(app_, journal + "'{1}', '{2}', '{1}')"), "");
}

TEST_F(Access, AJournalIsReversedAtMostOnce) {
  const std::string reversal =
      "INSERT INTO journal (party_id, journal_id, event_id, rule, currency, business_date, "
      "value_date, reverses, debit_account, credit_account, amount_minor) VALUES (1, {}, 1, 17, "
      "'CNY', '2026-06-18', '2026-06-18', 1, '{1}', '{2}', '{1}')";
  const auto with_id = [&](const char* id) {
    return std::string(reversal).replace(reversal.find("{}"), 2, id);
  };
  EXPECT_EQ(refused(app_, with_id("2")), "");
  EXPECT_EQ(refused(app_, with_id("3")), "23505");
}

// The program by its grants, the owner by triggers.
TEST_F(Access, ThePastIsAppendOnly) {
  tests::make_small_book(owner_);
  for (const std::string table : {"journal", "plan_version", "repayment", "refund", "allocation",
                                  "limit_change", "merchant_item", "settlement", "account_day",
                                  "voucher", "seal", "life_event", "refund_payout"}) {
    const std::string column =
        store::query(owner_,
                     "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::text::regclass "
                     "AND attnum = 1",
                     store::Params().text(table))
            .text(0, 0)
            .data();
    SCOPED_TRACE(table);
    const std::string update = "UPDATE " + table + " SET " + column + " = " + column;
    EXPECT_EQ(refused(app_, update), "42501");
    EXPECT_EQ(refused(app_, "DELETE FROM " + table), "42501");
    EXPECT_EQ(refused(app_, "TRUNCATE " + table), "42501");
    EXPECT_EQ(refused(owner_, update), "23001");
    EXPECT_EQ(refused(owner_, "DELETE FROM " + table), "23001");
    EXPECT_EQ(refused(owner_, "TRUNCATE " + table + " CASCADE"), "23001");
  }
}

TEST_F(Access, TheProgramCannotDeleteWhatIsOwedOrTouchTheSchema) {
  for (const char* statement :
       {"DELETE FROM plan", "DELETE FROM credit_account", "DELETE FROM payout", "DELETE FROM party",
        "UPDATE account SET code = 1", "UPDATE party SET ref = ''", "DROP TABLE journal",
        "ALTER TABLE journal DISABLE TRIGGER USER", "DELETE FROM accrual_part",
        "UPDATE close_step SET units = 0"}) {
    EXPECT_EQ(refused(app_, statement), "42501") << statement;
  }
}

}  // namespace
