// Events in the life of a plan against a real PostgreSQL: each makes a version, its journals and
// its preview. Numbers are the domain's (§1.9, §4.3) unless said otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "engine/close.h"
#include "engine/life_event.h"
#include "tests/engine/book_fixture.h"
#include "tests/engine/sound_book.h"

namespace {

using engine::BatchContext;
using engine::Refusal;
using engine::Status;
using testing::ElementsAre;
using tests::BookFixture;
using tests::cny;
using tests::day;
using tests::scalar;
using tests::transfers_of;

const BatchContext kContext{.today = day(12, 31), .create_parties = true};

class Life : public testing::Test {
 protected:
  void close(base::Day through) {
    engine::close_through(book_.database.conninfo(), book_.catalog, through, day(12, 31));
  }

  engine::LifeEvent event(std::string ref, std::string purchase, base::Day on,
                          engine::LifeChange change) const {
    return {.ref = std::move(ref),
            .purchase_ref = std::move(purchase),
            .at = book_.noon(on),
            .currency = tests::cny(),
            .change = std::move(change),
            .reason = "test",
            .requested_by = "ann",
            .approved_by = "bob"};
  }

  engine::ItemResult change(const engine::LifeEvent& event) {
    return engine_.change(std::vector{event}, kContext)[0];
  }

  void buy(engine::Purchase purchase) {
    const auto results = engine_.capture(std::vector{std::move(purchase)}, kContext);
    ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  }

  void pay(std::string ref, std::string customer, base::Day on, std::int64_t minor) {
    const auto results = engine_.repay(
        std::vector{book_.repayment(std::move(ref), std::move(customer), on, minor)}, kContext);
    ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  }

  /// O1 of scenario S1 until its partial refund: installments 1 and 2 paid, the second late.
  void live_until_the_refund() {
    engine::Purchase o1 = book_.purchase("O1", "C1", day(6, 18), 1'100'00, 6, "statement");
    o1.coupon_platform = 60'00;
    o1.coupon_merchant = 40'00;
    buy(o1);
    pay("R1", "C1", day(7, 10), 172'66);
    pay("R2", "C1", day(8, 10), 100'00);
    pay("R3", "C1", day(8, 20), 73'06);
    close(day(8, 24));
  }

  std::vector<std::int64_t> amounts(const char* column) {
    return store::query(session_, fmt::format("SELECT {} FROM plan", column).c_str()).int8s(0, 0);
  }
  std::string text(const char* statement) {
    return std::string(store::query(session_, statement).text(0, 0));
  }

  void expect_books_hold() { tests::expect_sound(owner_); }

  BookFixture book_;
  engine::Engine engine_ = book_.engine();
  store::Session session_{book_.database.conninfo()};
  store::Session owner_{book_.database.conninfo(), store::Role::Owner};
};

TEST_F(Life, J21RefundsAQuarterAndPricesTheRestAnew) {
  live_until_the_refund();
  const auto results =
      engine_.refund(std::vector{book_.refund("F1", "O1", day(8, 25), 275'00)}, kContext);
  ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  EXPECT_THAT(transfers_of(session_, ledger::Rule::Refund),
              ElementsAre("2101:refund / 1101 250.00", "2101:refund / 6402 15.00",
                          "2301 / 1102 6.00", "6002 / 2101:mdr 1.59"));
  EXPECT_EQ(amounts("principal"),
            (std::vector<std::int64_t>{166'66, 166'66, 104'17, 104'17, 104'17, 104'17}));
  EXPECT_EQ(amounts("fee"), (std::vector<std::int64_t>{6'00, 6'00, 4'50, 4'50, 4'50, 4'50}));
  EXPECT_EQ(scalar(session_, "SELECT outstanding_minor FROM credit_account"), 416'68);
  EXPECT_EQ(text("SELECT schedule_version || ' ' || schedule_cause || ' ' || refunded_minor FROM "
                 "plan"),
            "2 2 25000");
  EXPECT_EQ(text("SELECT gross_minor || ' ' || coupon_platform_minor || ' ' || discount_minor FROM "
                 "merchant_item WHERE type = 2"),
            "-26500 -1500 159");
  close(day(8, 31));
  // J27: 22 of 31 days of period 3 at its new fee of 4.50.
  EXPECT_EQ(scalar(session_, "SELECT fee_recognized_minor FROM plan"), 12'00 + 3'19);
  expect_books_hold();
}

TEST_F(Life, J30PaysOffWhatIsLeftAndJ31WaivesWhatIsNotBilled) {
  live_until_the_refund();
  engine_.refund(std::vector{book_.refund("F1", "O1", day(8, 25), 275'00)}, kContext);
  close(day(9, 4));
  const auto asked = event("P1", "O1", day(9, 5), engine::PayOff{.amount = cny(0)});
  const auto quote = engine_.preview(asked, kContext);
  ASSERT_TRUE(quote.has_value()) << code(quote.error());
  EXPECT_EQ(quote->amount_minor, 421'18);
  EXPECT_EQ(scalar(session_, "SELECT count(*) FROM plan_version"), 1) << "a preview is not stored";

  const auto paid = change(event("P1", "O1", day(9, 5), engine::PayOff{.amount = cny(430'00)}));
  ASSERT_EQ(paid.status, Status::Posted) << code(paid.refusal);
  EXPECT_THAT(transfers_of(session_, ledger::Rule::PayoffRebate), ElementsAre("2301 / 1102 13.50"));
  const std::vector<std::string> repaid = transfers_of(session_, ledger::Rule::Repay);
  EXPECT_THAT(std::vector(repaid.end() - 3, repaid.end()),
              ElementsAre("1011 / 1102 4.50", "1011 / 1101 416.68", "1011 / 2201 8.82"));
  EXPECT_EQ(scalar(session_, "SELECT fee_recognized_minor FROM plan"), 16'50);  // 6001 of S1
  EXPECT_EQ(scalar(session_, "SELECT status::bigint FROM plan"), 2);
  close(day(12, 30));
  EXPECT_EQ(scalar(session_, "SELECT fee_recognized_minor FROM plan"), 16'50);
  EXPECT_EQ(scalar(session_, "SELECT credit_balance_minor FROM credit_account"), 8'82);
  expect_books_hold();
}

TEST_F(Life, APreviewSaysWhatTheEventThenDoes) {
  live_until_the_refund();
  const auto asked = event("P1", "O1", day(9, 5), engine::PayOff{.amount = cny(680'00)});
  const auto preview = engine_.preview(asked, kContext);
  ASSERT_TRUE(preview.has_value()) << code(preview.error());
  EXPECT_EQ(preview->before.outstanding, 666'68);
  EXPECT_EQ(preview->after.outstanding, 0);
  EXPECT_EQ(scalar(session_, "SELECT outstanding_minor FROM credit_account"), 666'68);
  ASSERT_EQ(change(asked).status, Status::Posted);
  EXPECT_EQ(amounts("fee"), preview->after.fee);
  EXPECT_EQ(amounts("paid_principal"), preview->after.paid_principal);
  EXPECT_EQ(scalar(session_, "SELECT credit_balance_minor FROM credit_account"),
            preview->credit_minor);
  EXPECT_EQ(change(asked).status, Status::Repeated);
  auto other = asked;
  other.change = engine::PayOff{.amount = cny(680'01)};
  EXPECT_EQ(change(other).refusal, Refusal::IdempotencyConflict);
  other.ref = "P2";
  EXPECT_EQ(code(change(other).refusal), "NOTHING_OWED");
}

TEST_F(Life, APayoffBelowItsQuoteIsRefusedAndChangesNothing) {
  live_until_the_refund();
  close(day(9, 4));
  const auto before = text("SELECT plan::text FROM plan");
  const auto result = change(event("P1", "O1", day(9, 5), engine::PayOff{.amount = cny(600'00)}));
  EXPECT_EQ(result.status, Status::Rejected);
  EXPECT_EQ(code(result.refusal), "AMOUNT_BELOW_PAYOFF");
  EXPECT_EQ(text("SELECT plan::text FROM plan"), before);
  EXPECT_EQ(scalar(session_, "SELECT count(*) FROM command WHERE kind = 7"), 0);
}

TEST_F(Life, APrepaymentMakesTheInstallmentsToComeSmaller) {
  buy(book_.purchase("O1", "C1", day(6, 18), 1'200'00, 6, "statement"));
  pay("R1", "C1", day(7, 10), 207'20);
  close(day(7, 14));
  const auto result =
      change(event("P1", "O1", day(7, 15), engine::PrepayPart{.amount = cny(500'00)}));
  ASSERT_EQ(result.status, Status::Posted) << code(result.refusal);
  // 1 000.00 were left in five; 500.00 of it is paid now, with installment 2.
  EXPECT_EQ(amounts("principal"),
            (std::vector<std::int64_t>{200'00, 600'00, 100'00, 100'00, 100'00, 100'00}));
  EXPECT_EQ(amounts("paid_principal"), (std::vector<std::int64_t>{200'00, 500'00, 0, 0, 0, 0}));
  EXPECT_EQ(scalar(session_, "SELECT outstanding_minor FROM credit_account"), 500'00);
  close(day(8, 31));
  expect_books_hold();
}

/// Nine installments of 100.00, three of them overdue (domain §1.9).
class Overdue : public Life {
 protected:
  Overdue() {
    buy(book_.purchase("O1", "C1", day(6, 1), 900'00, 9, "interest_free"));
    close(day(9, 14));  // due on the 1st of July, August and September
  }
};

TEST_F(Overdue, IsAddedToTheInstallmentsToCome) {
  const std::int64_t late_fee = scalar(session_, "SELECT late_fee_minor FROM plan");
  ASSERT_GT(late_fee, 0);
  ASSERT_EQ(change(event("A1", "O1", day(9, 15), engine::ReAmortize{})).status, Status::Posted);
  EXPECT_EQ(amounts("principal"),
            (std::vector<std::int64_t>{0, 0, 0, 150'00, 150'00, 150'00, 150'00, 150'00, 150'00}));
  EXPECT_EQ(scalar(session_, "SELECT dpd::bigint FROM plan"), 0);
  EXPECT_EQ(scalar(session_, "SELECT outstanding_minor FROM plan"), 900'00);
  const std::int64_t through_the_day = scalar(session_, "SELECT late_fee_minor FROM plan");
  EXPECT_GT(through_the_day, late_fee) << "the day of the change itself is charged";
  close(day(9, 30));
  EXPECT_EQ(scalar(session_, "SELECT late_fee_minor FROM plan"), through_the_day);
  // What is unpaid of 1 October (150.00, above tolerance) starts a fee of its own on top.
  close(day(10, 5));
  EXPECT_EQ(scalar(session_, "SELECT late_fee_minor FROM plan"), through_the_day + 4 * 8);
  EXPECT_EQ(scalar(session_, "SELECT late_fee_before_minor FROM plan"), through_the_day);
  expect_books_hold();
}

TEST_F(Overdue, IsReAgedOnlyOnceAndOnlyWithPaymentsInARow) {
  const engine::ReAge wish{.count = 9, .first_due = day(10, 15), .is_documented = true};
  EXPECT_EQ(code(change(event("A1", "O1", day(9, 15), wish)).refusal), "ACCOUNT_TOO_YOUNG");
  owner_.execute("UPDATE plan SET start_on = '2025-06-01'");
  EXPECT_EQ(code(change(event("A1", "O1", day(9, 15), wish)).refusal), "TOO_FEW_PAYMENTS");
  pay("R1", "C1", day(9, 15), 300'00);
  engine::ReAge undocumented = wish;
  undocumented.is_documented = false;
  EXPECT_EQ(code(change(event("A1", "O1", day(9, 15), undocumented)).refusal),
            "HARDSHIP_UNDOCUMENTED");
  const auto alone = [&] {
    auto e = event("A1", "O1", day(9, 15), wish);
    e.approved_by = e.requested_by;
    return e;
  }();
  EXPECT_EQ(change(alone).refusal, Refusal::SecondPersonMissing);
  const std::int64_t left = scalar(session_, "SELECT outstanding_minor FROM plan");
  const auto result = change(event("A1", "O1", day(9, 15), wish));
  ASSERT_EQ(result.status, Status::Posted) << code(result.refusal);
  EXPECT_EQ(scalar(session_, "SELECT outstanding_minor FROM plan"), left);
  EXPECT_EQ(scalar(session_, "SELECT dpd::bigint FROM plan"), 0);
  EXPECT_EQ(text("SELECT due[cardinality(due)]::text FROM plan"), "2027-06-15");
  EXPECT_EQ(code(change(event("A2", "O1", day(9, 16), wish)).refusal), "RE_AGED_TOO_OFTEN");
}

TEST_F(Overdue, IsExtended) {
  const auto result =
      change(event("A1", "O1", day(9, 15), engine::Extend{.first = 1, .count = 9, .months = 4}));
  ASSERT_EQ(result.status, Status::Posted) << code(result.refusal);
  EXPECT_EQ(text("SELECT due[1]::text || ' ' || due[9]::text FROM plan"), "2026-11-01 2027-07-01");
  EXPECT_EQ(scalar(session_, "SELECT dpd::bigint FROM plan"), 0);
  EXPECT_EQ(amounts("principal"), std::vector<std::int64_t>(9, 100'00));
  EXPECT_EQ(code(change(event("A2", "O1", day(9, 15),
                              engine::PauseInterest{.from = day(9, 16), .to = day(10, 16)}))
                     .refusal),
            "NOTHING_CHANGES");
  close(day(10, 31));
  expect_books_hold();
}

TEST_F(Life, RefundsInPartsGiveBackEachShareOnceAndTheLastTakesTheRest) {
  engine::Purchase o1 = book_.purchase("O1", "C1", day(6, 18), 1'100'01, 6, "statement");
  o1.coupon_platform = 60'00;
  o1.coupon_merchant = 40'00;
  buy(o1);
  pay("R1", "C1", day(7, 10), 172'66);
  std::int64_t left = 1'100'01;
  for (int i = 0; left > 0; ++i) {
    const std::int64_t part = std::min<std::int64_t>(left, 333'33);
    const auto results = engine_.refund(
        std::vector{book_.refund("F" + std::to_string(i), "O1", day(7, 12), part)}, kContext);
    ASSERT_EQ(results[0].status, Status::Posted) << i << code(results[0].refusal);
    left -= part;
  }
  EXPECT_EQ(
      engine_.refund(std::vector{book_.refund("F9", "O1", day(7, 12), 1)}, kContext)[0].refusal,
      Refusal::PurchaseAlreadyRefunded);
  EXPECT_EQ(text("SELECT returned::text FROM plan"), "{110001,6000,4000,0,636,0,0}");
  EXPECT_EQ(text("SELECT sum(gross_minor) || ' ' || sum(discount_minor) || ' ' || sum(net_minor) "
                 "FROM merchant_item"),
            "0 0 0");
  EXPECT_EQ(scalar(session_, "SELECT outstanding_minor FROM credit_account"), 0);
  EXPECT_EQ(scalar(session_, "SELECT sum(cash_minor)::bigint FROM refund"), 166'66);
  close(day(7, 31));
  expect_books_hold();
}

TEST_F(Life, AMerchantsFaultReturnsPaidFeeToo) {
  buy(book_.purchase("O1", "C1", day(6, 18), 1'000'00, 6, "statement"));
  pay("R1", "C1", day(7, 10), 172'66);
  engine::RefundRequest refund = book_.refund("F1", "O1", day(7, 12), 500'00);
  refund.is_merchants_fault = true;
  const auto results = engine_.refund(std::vector{refund}, kContext);
  ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  // Half of the 6.00 that were paid.
  EXPECT_THAT(transfers_of(session_, ledger::Rule::Refund), testing::Contains("2301 / 2202 3.00"));
  close(day(7, 31));
  expect_books_hold();
}

TEST_F(Life, AChargebackTakesBackLateFeeAndCreditToo) {
  engine::Purchase o1 = book_.purchase("O1", "C1", day(6, 18), 1'000'00, 6, "statement");
  buy(o1);
  close(day(7, 19));
  pay("R1", "C1", day(7, 20), 200'00);  // 10 days late: 172.66, late fee 0.90, the rest is credit
  close(day(7, 20));
  const std::int64_t fee = scalar(session_, "SELECT late_fee_paid_minor FROM plan");
  EXPECT_GT(fee, 0);
  EXPECT_GT(scalar(session_, "SELECT credit_balance_minor FROM credit_account"), 0);
  const auto result = change(event("B1", "", day(7, 21), engine::ChargeBack{.repayment = "R1"}));
  ASSERT_EQ(result.status, Status::Posted) << code(result.refusal);
  EXPECT_EQ(scalar(session_, "SELECT late_fee_paid_minor FROM plan"), 0);
  EXPECT_EQ(scalar(session_, "SELECT credit_balance_minor FROM credit_account"), 0);
  EXPECT_EQ(scalar(session_, "SELECT outstanding_minor FROM plan"), 1'000'00);
  const auto again = change(event("B2", "", day(7, 21), engine::ChargeBack{.repayment = "R1"}));
  EXPECT_EQ(again.status, Status::Rejected) << "taken back once";
  close(day(7, 31));
  expect_books_hold();
}

// Whatever happens in whatever order, the books hold and no cent is lost.
TEST_F(Life, AnyOrderOfEventsLeavesBooksThatHold) {
  std::mt19937 random(20261122);
  const auto pick = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  for (int c = 0; c < 15; ++c) {
    const std::string name = std::to_string(c);
    const char* products[] = {"interest_free", "flat_fee", "statement", "level", "daily"};
    const char* product = products[c % 5];
    engine::Purchase purchase =
        book_.purchase("O" + name, "C" + name, day(6, 1 + unsigned(pick(20))),
                       200'00 + pick(3'000'00), 3 + pick(10), product);
    if (pick(2) == 0) purchase.coupon_platform = pick(50'00);
    if (pick(2) == 0) purchase.coupon_merchant = pick(50'00);
    buy(purchase);
  }
  int refs = 0;
  int posted = 0;
  for (base::Day on = day(6, 25); on < day(10, 10); on = base::plus_days(on, 1 + pick(6))) {
    close(base::plus_days(on, -1));
    for (int c = 0; c < 15; ++c) {
      const std::string name = std::to_string(c), ref = "E" + std::to_string(refs++);
      // Some arrive late, with yesterday's value date or an older one.
      const base::Day value = base::plus_days(on, -pick(4) / 3 * pick(9));
      switch (pick(15)) {
        case 0:
        case 1:
          pay(ref, "C" + name, value, 1'00 + pick(300'00));
          ++posted;
          break;
        case 2:
          posted += engine_
                        .refund(std::vector{book_.refund(ref, "O" + name, on, 1 + pick(90'00))},
                                kContext)[0]
                        .status == Status::Posted;
          break;
        case 3:
        case 11:
        case 12:
          posted +=
              change(event(ref, "O" + name, on, engine::PrepayPart{.amount = cny(1 + pick(90'00))}))
                  .status == Status::Posted;
          break;
        case 4:
        case 9:
        case 10:
          posted +=
              change(event(ref, "O" + name, on,
                           engine::Extend{
                               .first = 2 + pick(6), .count = 1 + pick(4), .months = 1 + pick(3)}))
                  .status == Status::Posted;
          break;
        case 5:
          posted +=
              change(event(ref, "O" + name, on, engine::ReAmortize{})).status == Status::Posted;
          break;
        case 6:
          if (pick(4) == 0) {
            posted += change(event(ref, "O" + name, on,
                                   engine::PayOff{
                                       .amount = cny(5'000'00),
                                       .method = static_cast<scheduling::PayoffMethod>(pick(3))}))
                          .status == Status::Posted;
          }
          break;
        case 7:
          posted += change(event(ref, "O" + name, on,
                                 engine::PauseInterest{.from = base::plus_days(on, pick(20)),
                                                       .to = base::plus_days(on, 20 + pick(40))}))
                        .status == Status::Posted;
          break;
        case 8: {
          const bool is_daily = c % 5 == 4;
          posted +=
              change(event(ref, "O" + name, on,
                           engine::ChangeRate{.from = on,
                                              .rate = {is_daily ? 10'000 * (1 + pick(8))
                                                                : 100'000 * (1 + pick(20)),
                                                       is_daily ? base::RateBasis::PerDay
                                                                : base::RateBasis::PerPeriod}}))
                  .status == Status::Posted;
          break;
        }
        default:
          break;
      }
    }
  }
  close(day(11, 30));
  EXPECT_GT(posted, 100);
  for (const int cause : {2, 3, 4, 5, 7, 8, 9}) {
    EXPECT_GT(scalar(session_, fmt::format("SELECT (SELECT count(*) FROM plan WHERE schedule_cause "
                                           "= {0}) + (SELECT count(*) FROM plan_version WHERE "
                                           "schedule_cause = {0})",
                                           cause)
                                   .c_str()),
              0)
        << "no change of cause " << cause;
  }
  expect_books_hold();
}

}  // namespace
