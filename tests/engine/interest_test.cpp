// Interest on the balance in the books: accrued as its periods pass, paid, stopped by a payoff, a
// pause, another rate, and by default. Numbers are the domain's (§1.5, §2.4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/close.h"
#include "tests/engine/book_fixture.h"
#include "tests/engine/sound_book.h"

namespace {

using engine::BatchContext;
using engine::Status;
using testing::Contains;
using testing::ElementsAre;
using tests::cny;
using tests::day;
using tests::scalar;
using tests::transfers_of;

const BatchContext kContext{.today = day(12, 31), .create_parties = true};

std::string catalog_text() {
  std::string text = tests::kS1Catalog;
  const std::string limit = "\"8000.00\"";
  text.replace(text.find(limit), limit.size(), "\"50000.00\"");
  return text + R"toml(
[impairment]
pd_12m_percent = "2"
pd_lifetime_percent = "25"
lgd_percent = "60"
stage_2_dpd = 31
stage_3_dpd = 61
charge_off_dpd = 91
)toml";
}

class Interest : public testing::Test {
 protected:
  Interest() : text_(catalog_text()), book_(text_.c_str()), engine_(book_.engine()) {}

  void buy(const char* product, std::int64_t minor, int installments, base::Day on) {
    const auto results = engine_.capture(
        std::vector{book_.purchase("O1", "C1", on, minor, installments, product)}, kContext);
    ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  }

  void close(base::Day through) {
    engine::close_through(book_.database.conninfo(), book_.catalog, through, day(12, 31));
  }

  void pay(const char* ref, base::Day on, std::int64_t minor) {
    const auto results =
        engine_.repay(std::vector{book_.repayment(ref, "C1", on, minor)}, kContext);
    ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  }

  engine::ItemResult change(const char* ref, base::Day on, engine::LifeChange what) {
    const engine::LifeEvent event{.ref = ref,
                                  .purchase_ref = "O1",
                                  .at = book_.noon(on),
                                  .currency = cny(),
                                  .change = std::move(what),
                                  .reason = "test",
                                  .requested_by = "ann",
                                  .approved_by = "bob"};
    return engine_.change(std::vector{event}, kContext)[0];
  }

  /// Debits less credits of an account, over everything posted.
  std::int64_t balance(int code) {
    return scalar(session_, fmt::format("SELECT coalesce(sum(l.amount_minor), 0)::bigint FROM "
                                        "journal_line l JOIN account a USING (account_id) WHERE "
                                        "a.code = {}",
                                        code)
                                .c_str());
  }

  void expect_books_hold() { tests::expect_sound(owner_); }

  std::string text_;
  tests::BookFixture book_;
  engine::Engine engine_;
  store::Session session_{book_.database.conninfo()};
  store::Session owner_{book_.database.conninfo(), store::Role::Owner};
};

TEST_F(Interest, AccruesAtMonthEndsAndDueDatesAndIsPaid) {
  buy("level", 12'000'00, 12, day(6, 10));
  const store::Rows plan = store::query(session_, "SELECT interest, principal, rate_e8 FROM plan");
  EXPECT_EQ(plan.int8s(0, 0),
            (std::vector<std::int64_t>{120'00, 110'54, 100'98, 91'33, 81'58, 71'73, 61'79, 51'75,
                                       41'60, 31'36, 21'01, 10'56}));
  EXPECT_EQ(plan.int8s(0, 1).back(), 1'055'58);
  EXPECT_EQ(plan.int8(0, 2), 1'000'000);
  close(day(6, 29));
  EXPECT_EQ(balance(1104), 0) << "nothing accrues between due dates but at a month end";
  close(day(6, 30));
  EXPECT_EQ(balance(1104), 84'00) << "21 of 30 days of 120.00";
  EXPECT_EQ(balance(6010), -84'00);
  close(day(7, 9));
  pay("R1", day(7, 10), 1'066'19);
  EXPECT_THAT(transfers_of(session_, ledger::Rule::Repay),
              ElementsAre("1011 / 1104 120.00", "1011 / 1101 946.19"));
  close(day(7, 10));
  EXPECT_THAT(transfers_of(session_, ledger::Rule::InterestAccrue),
              ElementsAre("1104 / 6010 84.00", "1104 / 6010 36.00"));
  EXPECT_EQ(balance(1104), 0);
  EXPECT_EQ(balance(1101), 11'053'81);
  expect_books_hold();
}

TEST_F(Interest, APayoffTakesInterestThroughTheDayAndNoMore) {
  buy("level", 12'000'00, 12, day(6, 10));
  close(day(7, 9));
  pay("R1", day(7, 10), 1'066'19);
  close(day(7, 24));
  // 15 of 31 days of 110.54 on what is left.
  const auto paid = change("P1", day(7, 25), engine::PayOff{.amount = cny(11'053'81 + 53'49)});
  ASSERT_EQ(paid.status, Status::Posted) << code(paid.refusal);
  close(day(7, 31));
  EXPECT_EQ(balance(1104), 0);
  EXPECT_EQ(balance(1101), 0);
  EXPECT_EQ(balance(2201), 0);
  EXPECT_EQ(balance(6010), -(120'00 + 53'49));
  EXPECT_EQ(scalar(session_, "SELECT status::bigint FROM plan"), 2);
  expect_books_hold();
}

TEST_F(Interest, CountsDaysAtADailyRate) {
  buy("daily", 1'000'00, 1, day(6, 10));  // 0.05 % a day over 30 days, §2: 15.00
  close(day(7, 9));
  pay("R1", day(7, 10), 1'015'00);
  close(day(7, 10));
  EXPECT_EQ(balance(6010), -15'00);
  EXPECT_EQ(balance(1104), 0);
  EXPECT_EQ(scalar(session_, "SELECT status::bigint FROM plan"), 2);
  expect_books_hold();
}

// Installment 1 is billed at capture and 2 on the due date of 1: what is billed does not change.
TEST_F(Interest, APauseTakesItsDaysOut) {
  buy("daily", 1'000'00, 2, day(6, 10));  // 500.00 for the 31 days of period 2
  close(day(6, 14));
  const auto late =
      change("H0", day(6, 15), engine::PauseInterest{.from = day(6, 20), .to = day(6, 30)});
  EXPECT_EQ(code(late.refusal), "NOTHING_CHANGES") << "all of it is in what is billed";
  const auto paused =
      change("H1", day(6, 15), engine::PauseInterest{.from = day(7, 20), .to = day(7, 30)});
  ASSERT_EQ(paused.status, Status::Posted) << code(paused.refusal);
  close(day(7, 9));
  pay("R1", day(7, 10), 515'00);
  close(day(8, 10));
  EXPECT_EQ(balance(1104), 5'25) << "21 of 31 days at 0.25";
  EXPECT_EQ(balance(6010), -(15'00 + 5'25));
  expect_books_hold();
}

TEST_F(Interest, AnotherRateCountsFromItsDay) {
  buy("daily", 1'000'00, 2, day(6, 10));
  close(day(6, 19));
  const auto changed =
      change("H1", day(6, 20),
             engine::ChangeRate{.from = day(7, 20), .rate = {20'000, base::RateBasis::PerDay}});
  ASSERT_EQ(changed.status, Status::Posted) << code(changed.refusal);
  EXPECT_EQ(scalar(session_, "SELECT rate_e8 FROM plan"), 20'000);
  const auto other =
      change("H2", day(6, 20),
             engine::ChangeRate{.from = day(7, 20), .rate = {20'000, base::RateBasis::PerMonth}});
  EXPECT_EQ(code(other.refusal), "RATE_OUT_OF_RANGE") << "not the plan's basis";
  close(day(7, 9));
  pay("R1", day(7, 10), 515'00);
  close(day(8, 10));
  EXPECT_EQ(balance(1104), 2'50 + 2'10) << "10 days at 0.05 %, 21 at 0.02 %";
  expect_books_hold();
}

TEST_F(Interest, StopsInStageThreeAndIsWrittenOffWithTheRest) {
  buy("level", 12'000'00, 12, day(6, 10));
  close(day(9, 8));  // DPD 60 on installment 1
  const std::int64_t accrued = balance(1104);
  EXPECT_GT(accrued, 120'00 + 110'54);
  close(day(10, 7));
  EXPECT_EQ(balance(1104), accrued) << "nothing accrues in stage 3";
  close(day(10, 9));  // DPD 91
  EXPECT_EQ(scalar(session_, "SELECT status::bigint FROM plan"), 5);
  EXPECT_EQ(balance(1104), 0);
  EXPECT_EQ(balance(6010), -accrued) << "what was earned stays earned; the loss is 6701's";
  EXPECT_THAT(transfers_of(session_, ledger::Rule::ChargeOff),
              Contains("1193 / 1104 " + base::to_decimal(accrued, 2)));
  expect_books_hold();
}

TEST_F(Interest, ARefundOfAllTakesBackWhatNobodyPaid) {
  buy("level", 12'000'00, 12, day(6, 10));
  close(day(6, 30));
  const auto results =
      engine_.refund(std::vector{book_.refund("F1", "O1", day(7, 1), 12'000'00)}, kContext);
  ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  close(day(7, 31));
  EXPECT_EQ(balance(1104), 0);
  EXPECT_EQ(balance(6010), 0);
  EXPECT_EQ(balance(1101), 0);
  expect_books_hold();
}

}  // namespace
