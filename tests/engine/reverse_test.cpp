// Reversal by mirror, once, on the open date.
#include "engine/reverse.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/verify.h"
#include "sql/store/rows.h"
#include "tests/engine/small_book.h"
#include "tests/support/test_database.h"

namespace {

using engine::Refusal;
using engine::Status;

class Reverse : public testing::Test {
 protected:
  Reverse() : session_(database_.conninfo()), ids_(session_) {
    store::Session owner(database_.conninfo(), store::Role::Owner);
    tests::make_small_book(owner);
  }

  engine::ReversalRequest request(const std::string& ref, const std::string& condition) {
    const store::Rows rows = store::query(
        session_, ("SELECT party_id, journal_id FROM journal WHERE " + condition).c_str());
    EXPECT_EQ(rows.size(), 1) << condition;
    return {ref, {rows.int8(0, 0)}, {rows.int8(0, 1)}};
  }

  engine::ItemResult one(const engine::ReversalRequest& request) {
    return engine::reverse(session_, ids_, std::vector{request}).at(0);
  }

  std::int64_t count(const char* from) {
    return store::query(session_, (std::string("SELECT count(*) FROM ") + from).c_str()).int8(0, 0);
  }

  tests::TestDatabase database_ = tests::TestDatabase::create();
  store::Session session_;
  engine::BlockIds ids_;
};

TEST_F(Reverse, PostsTheMirrorOnTheOpenDateAndLeavesTheOriginal) {
  const engine::ItemResult result = one(request("K1", "rule = 7"));
  EXPECT_EQ(result.status, Status::Posted);
  EXPECT_EQ(result.business_date, base::make_day(2026, 6, 24));
  // J12's shape turned round: 2.80 less 0.84 fee had arrived from the channel.
  const store::Rows rows = store::query(
      session_,
      "SELECT r.business_date, r.source_ref, r.debit_account = o.credit_account AND "
      "r.credit_account = o.debit_account AND r.amount_minor = o.amount_minor, r.rule "
      "FROM journal r JOIN journal o ON o.party_id = r.party_id AND o.journal_id = r.reverses");
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows.day(0, 0), base::make_day(2026, 6, 24));
  EXPECT_EQ(rows.text(0, 1), "K1");
  EXPECT_TRUE(rows.boolean(0, 2));
  EXPECT_EQ(rows.int2(0, 3), static_cast<int>(ledger::Rule::Reversal));
  EXPECT_TRUE(engine::all_hold(engine::verify_book(session_)));
}

TEST_F(Reverse, HappensOnceHoweverOftenItIsAskedFor) {
  const engine::ReversalRequest first = request("K1", "rule = 7");
  EXPECT_EQ(one(first).status, Status::Posted);
  EXPECT_EQ(one(first).status, Status::Repeated);
  EXPECT_EQ(one(first).event, one(first).event);
  EXPECT_EQ(one(request("K2", "rule = 7")).refusal, Refusal::JournalAlreadyReversed);
  EXPECT_EQ(one(request("K1", "rule = 1")).refusal, Refusal::IdempotencyConflict);
  EXPECT_EQ(count("journal WHERE reverses IS NOT NULL"), 1);
}

// The refusals in the order in which they are checked.
TEST_F(Reverse, RefusesWhatABareMirrorWouldLeaveBehind) {
  EXPECT_EQ(one({"K1", {424'242}, {1}}).refusal, Refusal::JournalUnknown);
  ASSERT_EQ(one(request("K2", "rule = 7")).status, Status::Posted);
  EXPECT_EQ(one(request("K3", "rule = 17")).refusal, Refusal::JournalIsReversal);
  for (const char* rule :
       {"rule = 2", "rule = 4 AND business_date = '2026-06-24'", "rule = 9", "rule = 8",
        "rule = 11", "rule = 12", "rule = 15", "rule = 5 AND source_ref = 'R2'"}) {
    EXPECT_EQ(one(request("K4", rule)).refusal, Refusal::JournalNotReversible) << rule;
  }
  EXPECT_EQ(one(request("K5", "rule = 7")).refusal, Refusal::JournalAlreadyReversed);
  // A refusal is not remembered: the same reference may come again.
  EXPECT_EQ(count("command WHERE kind = 6"), 1);
  EXPECT_EQ(one(request("K4", "rule = 1")).status, Status::Posted);
}

TEST_F(Reverse, OneRefusedItemLeavesItsNeighborsAlone) {
  const engine::ReversalRequest capital = request("A", "rule = 1");
  const engine::ReversalRequest unknown{"B", {424'242}, {1}};
  const engine::ReversalRequest again{"C", capital.party, capital.journal};
  const engine::ReversalRequest channel = request("D", "rule = 7");
  const auto results =
      engine::reverse(session_, ids_, std::vector{capital, unknown, again, channel, capital});
  EXPECT_EQ(results.at(0).status, Status::Posted);
  EXPECT_EQ(results.at(1).refusal, Refusal::JournalUnknown);
  EXPECT_EQ(results.at(2).refusal, Refusal::JournalAlreadyReversed);
  EXPECT_EQ(results.at(3).status, Status::Posted);
  EXPECT_EQ(results.at(4).status, Status::Repeated);
  EXPECT_EQ(count("journal WHERE reverses IS NOT NULL"), 2);
}

TEST_F(Reverse, FindsAJournalByItsVoucher) {
  const auto found = engine::reversal_of_voucher(session_, "K1", base::make_day(2026, 6, 18), 3);
  ASSERT_TRUE(found);
  EXPECT_EQ(one(*found).status, Status::Posted);
  EXPECT_FALSE(engine::reversal_of_voucher(session_, "K2", base::make_day(2026, 6, 18), 4));
}

}  // namespace
