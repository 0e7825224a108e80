// Periods: dates, and with them months, are closed in order, once and for ever; what comes late or
// corrects something is posted to the date that is open, and says what it is about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/close.h"
#include "engine/exports.h"
#include "engine/reverse.h"
#include "engine/verify.h"
#include "tests/engine/book_fixture.h"

namespace {

using engine::Status;
using testing::ElementsAre;
using tests::BookFixture;
using tests::day;

const engine::BatchContext kContext{.today = day(12, 31), .create_parties = true};

/// S1's terms in a book that opens two days before the end of June.
std::string june_end_catalog() {
  std::string text = tests::kS1Catalog;
  const std::string from = "opens_on = 2026-06-01";
  text.replace(text.find(from), from.size(), "opens_on = 2026-06-29");
  return text;
}

class Periods : public testing::Test {
 protected:
  engine::CloseOutcome close(base::Day through, base::Day today = day(12, 31)) {
    return engine::close_through(book_.database.conninfo(), book_.catalog, through, today);
  }

  engine::ItemResult buy(const std::string& ref, base::Day on) {
    return engine_.capture(std::vector{book_.purchase(ref, "C1", on, 100'00, 3)}, kContext).at(0);
  }

  std::vector<std::string> sealed() {
    const store::Rows rows = store::query(
        owner_, "SELECT business_date::text FROM seal ORDER BY sealed_at, business_date");
    std::vector<std::string> dates;
    for (int i = 0; i < rows.size(); ++i) dates.emplace_back(rows.text(i, 0));
    return dates;
  }

  std::string lines_of(base::Day on) {
    auto file = engine::export_lines(app_, on, {.as_of = on});
    std::string text;
    while ((*file)->next(text)) {
    }
    return text;
  }

  const std::string catalog_ = june_end_catalog();
  BookFixture book_{catalog_.c_str()};
  engine::Engine engine_ = book_.engine();
  store::Session owner_{book_.database.conninfo(), store::Role::Owner};
  store::Session app_{book_.database.conninfo()};
};

TEST_F(Periods, DatesAreClosedInOrderAndOnce) {
  const engine::CloseOutcome outcome = close(day(7, 1));
  ASSERT_EQ(outcome.dates.size(), 3);
  EXPECT_THAT(sealed(), ElementsAre("2026-06-29", "2026-06-30", "2026-07-01"));
  const std::string june = lines_of(day(6, 30));
  const engine::CloseOutcome again = close(day(6, 30));
  EXPECT_TRUE(again.is_already_closed);
  EXPECT_TRUE(again.dates.empty());
  EXPECT_THAT(sealed(), ElementsAre("2026-06-29", "2026-06-30", "2026-07-01"));
  EXPECT_EQ(lines_of(day(6, 30)), june);
}

TEST_F(Periods, NoDateIsClosedBeforeItsTimeOrBeforeTheBook) {
  EXPECT_THROW(close(day(7, 2), /*today=*/day(7, 1)), engine::CloseRefused);
  EXPECT_THROW(close(day(6, 28)), engine::CloseRefused);
  EXPECT_TRUE(sealed().empty());
}

// The database itself lets no date be left out, sealed twice or unsealed.
TEST_F(Periods, TheBookRefusesToSkipADateOrToOpenOneAgain) {
  close(day(6, 30));
  const auto refused = [&](const char* statement) {
    try {
      store::query(app_, statement);
    } catch (const store::Fault&) {
      return true;
    }
    return false;
  };
  EXPECT_TRUE(refused("UPDATE book SET closed_through = open_date"));
  EXPECT_TRUE(refused("UPDATE book SET open_date = closed_through + 5"));
  EXPECT_TRUE(refused("UPDATE book SET closed_through = closed_through - 1"));
  EXPECT_TRUE(refused("UPDATE book SET open_date = open_date, opens_on = opens_on - 1"));
  EXPECT_TRUE(refused("DELETE FROM book"));
  EXPECT_TRUE(refused("INSERT INTO seal SELECT * FROM seal ORDER BY business_date LIMIT 1"));
  EXPECT_TRUE(refused("DELETE FROM seal"));
  EXPECT_TRUE(refused("UPDATE journal SET business_date = '2026-07-01'"));
  EXPECT_TRUE(refused("DELETE FROM account_day"));
}

// Nor does the owner open one again by mistake: dates only go forward, by the close.
TEST_F(Periods, TheOwnerOpensNoDateAgainByMistake) {
  close(day(7, 2));
  store::Session owner(book_.database.conninfo(), store::Role::Owner);
  const auto refusal = [&](const char* statement) -> std::string {
    try {
      store::query(owner, statement);
    } catch (const store::Fault& fault) {
      return fault.what();
    }
    return "done";
  };
  EXPECT_THAT(refusal("UPDATE book SET closed_through = '2026-06-30'"),
              testing::HasSubstr("dates close for ever"));
  EXPECT_THAT(refusal("UPDATE book SET closed_through = '2026-07-01', open_date = '2026-07-02'"),
              testing::HasSubstr("dates close for ever"));
  EXPECT_THAT(refusal("UPDATE book SET open_date = '2026-07-04', closed_through = '2026-07-03'"),
              testing::HasSubstr("2026-07-03 is not sealed"));
  EXPECT_THAT(refusal("UPDATE book SET opens_on = '2026-06-30'"), testing::HasSubstr("history"));
  EXPECT_THAT(refusal("DELETE FROM book"), testing::HasSubstr("never deleted"));
  EXPECT_THAT(refusal("TRUNCATE book"), testing::HasSubstr("never deleted"));
  EXPECT_EQ(refusal("UPDATE book SET cutoff_minute = cutoff_minute"), "done");
  close(day(7, 4));  // the way it is meant to be still works
  EXPECT_EQ(tests::scalar(owner, "SELECT (closed_through - DATE '2026-07-04')::bigint FROM book"),
            0);
}

// An event of June that is told in July counts from June and stands in July's books.
TEST_F(Periods, WhatComesAfterTheEndOfItsMonthIsPostedToTheOpenDate) {
  ASSERT_EQ(buy("O1", day(6, 30)).business_date, day(6, 30));
  close(day(6, 30));
  const std::string june = lines_of(day(6, 30));
  const engine::ItemResult late = buy("O2", day(6, 29));
  EXPECT_EQ(late.status, Status::Posted);
  EXPECT_EQ(late.business_date, day(7, 1));
  close(day(7, 1));
  EXPECT_EQ(lines_of(day(6, 30)), june);
  EXPECT_THAT(june, testing::Not(testing::HasSubstr("O2")));
  // business date, voucher, line, rule, value date
  EXPECT_THAT(lines_of(day(7, 1)),
              testing::ContainsRegex("2026-07-01,[0-9]+,1,CAPTURE,2026-06-29,.*,O2,"));
  EXPECT_TRUE(engine::all_hold(engine::verify_book(app_)));
}

TEST_F(Periods, ACorrectionOfAClosedDateIsPostedToTheOpenOneAndNamesWhatItCorrects) {
  close(day(6, 30));
  const std::string june = lines_of(day(6, 29));
  engine::BlockIds ids(app_);
  const auto opening = engine::reversal_of_voucher(app_, "K1", day(6, 29), 1);
  ASSERT_TRUE(opening.has_value());
  const auto results = engine::reverse(app_, ids, std::vector{*opening});
  EXPECT_EQ(results.at(0).business_date, day(7, 1));
  const store::Rows rows = store::query(app_, R"(
    SELECT r.business_date, o.business_date, r.value_date
    FROM journal r JOIN journal o ON o.party_id = r.party_id AND o.journal_id = r.reverses)");
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows.day(0, 0), day(7, 1));
  EXPECT_EQ(rows.day(0, 1), day(6, 29));
  close(day(7, 1));
  EXPECT_EQ(lines_of(day(6, 29)), june);
  EXPECT_TRUE(engine::all_hold(engine::verify_book(app_)));
}

}  // namespace
