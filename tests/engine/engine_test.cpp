// The engine's batches against a real PostgreSQL. Numbers are scenario S1's (domain tables) unless
// said otherwise.
#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "engine/close.h"
#include "engine/item.h"
#include "sql/store/party_store.h"
#include "tests/engine/book_fixture.h"

namespace {

using engine::BatchContext;
using engine::ItemResult;
using engine::Refusal;
using engine::Status;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using tests::BookFixture;
using tests::cny;
using tests::day;
using tests::scalar;
using tests::transfers_of;

const BatchContext kContext{.today = day(12, 31), .create_parties = true};

engine::Purchase order_o1(const BookFixture& book) {
  engine::Purchase o1 = book.purchase("O1", "C1", day(6, 18), 1'100'00, 6);
  o1.coupon_platform = 60'00;
  o1.coupon_merchant = 40'00;
  return o1;
}

std::vector<std::int64_t> amounts(store::Session& session, const char* column) {
  return store::query(session, fmt::format("SELECT {} FROM plan", column).c_str()).int8s(0, 0);
}

TEST(Capture, J03PostsGoodsCouponsFeeAndDiscount) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  const auto results = engine.capture(std::vector{order_o1(book)}, kContext);
  ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  EXPECT_EQ(results[0].business_date, day(6, 18));

  store::Session session(book.database.conninfo());
  EXPECT_THAT(transfers_of(session, ledger::Rule::Capture),
              ElementsAre("1101 / 2101:sale 1000.00", "6402 / 2101:sale 60.00", "1102 / 2301 36.00",
                          "2101:mdr / 6002 6.36"));
  EXPECT_EQ(amounts(session, "principal"),
            (std::vector<std::int64_t>{166'66, 166'66, 166'66, 166'66, 166'66, 166'70}));
  EXPECT_EQ(amounts(session, "fee"), std::vector<std::int64_t>(6, 6'00));
  EXPECT_EQ(scalar(session, "SELECT outstanding_minor FROM credit_account"), 1'000'00);
  // 19 to 21 June are holidays: T+1 from Thursday the 18th is Monday the 22nd.
  EXPECT_EQ(store::query(session, "SELECT available_on FROM merchant_item").day(0, 0), day(6, 22));
  EXPECT_EQ(scalar(session, "SELECT net_minor FROM merchant_item"), 1'060'00 - 6'36);
}

TEST(Capture, J22TakesTheSubsidyFromTheMerchant) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  const auto results = engine.capture(
      std::vector{book.purchase("O2", "C1", day(8, 26), 3'000'00, 3, "interest_free")}, kContext);
  ASSERT_EQ(results[0].status, Status::Posted);
  store::Session session(book.database.conninfo());
  EXPECT_THAT(transfers_of(session, ledger::Rule::Capture),
              ElementsAre("1101 / 2101:sale 3000.00", "2101:mdr / 6002 18.00",
                          "2101:subsidy / 2302 54.00"));
}

TEST(Repay, J10ToJ18PayFeeBeforePrincipalAndTheLateFeeOfTheirOwnDay) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  engine.capture(std::vector{order_o1(book)}, kContext);
  const auto results =
      engine.repay(std::vector{book.repayment("R1", "C1", day(7, 10), 172'66)}, kContext);
  ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  store::Session session(book.database.conninfo());
  EXPECT_THAT(transfers_of(session, ledger::Rule::Repay),
              ElementsAre("1011 / 1102 6.00", "1011 / 1101 166.66"));

  // Order mode dues are the 18th of each month here; S1 itself is in statement mode (the 10th), so
  // its dates are asked of the statement product.
  engine::Purchase o3 = book.purchase("O3", "C3", day(6, 18), 1'000'00, 6, "statement");
  engine.capture(std::vector{o3}, kContext);
  const auto more = engine.repay(std::vector{book.repayment("S1", "C3", day(7, 10), 172'66),
                                             book.repayment("S2", "C3", day(8, 10), 100'00),
                                             book.repayment("S3", "C3", day(8, 20), 73'06)},
                                 kContext);
  for (const ItemResult& result : more) {
    EXPECT_EQ(result.status, Status::Posted) << code(result.refusal);
  }
  const std::vector<std::string> all = transfers_of(session, ledger::Rule::Repay);
  EXPECT_THAT(std::vector(all.begin() + 2, all.end()),
              ElementsAre("1011 / 1102 6.00", "1011 / 1101 166.66",   // J10
                          "1011 / 1102 6.00", "1011 / 1101 94.00",    // J14
                          "1011 / 1103 0.40", "1011 / 1101 72.66"));  // J18
  EXPECT_EQ(scalar(session, "SELECT late_fee_minor FROM plan WHERE purchase_ref = 'O3'"), 40);
  EXPECT_EQ(scalar(session,
                   "SELECT sum(t)::bigint FROM journal, unnest(amount_minor) t "
                   "WHERE rule = 11"),
            40);  // J17
}

TEST(Repay, WhatIsNotBilledBecomesCreditBalance) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  engine.capture(std::vector{book.purchase("O1", "C1", day(6, 18), 600'00, 6, "interest_free")},
                 kContext);
  // Installment 1 (100.00) is billed at capture, the others are not.
  engine.repay(std::vector{book.repayment("R1", "C1", day(6, 20), 130'00)}, kContext);
  store::Session session(book.database.conninfo());
  EXPECT_THAT(transfers_of(session, ledger::Rule::Repay),
              ElementsAre("1011 / 1101 100.00", "1011 / 2201 30.00"));
  EXPECT_EQ(scalar(session, "SELECT credit_balance_minor FROM credit_account"), 30'00);
  EXPECT_EQ(scalar(session, "SELECT sum(credit_minor)::bigint FROM allocation"), 30'00);
}

TEST(Hold, J02AndJ04ReserveTheLimitUntilTheCapture) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  const engine::HoldRequest hold{"H1", "C1", "M1", book.noon(day(6, 18)), cny(1'000'00)};
  ASSERT_EQ(engine.authorize(std::vector{hold}, kContext)[0].status, Status::Posted);
  store::Session session(book.database.conninfo());
  EXPECT_THAT(transfers_of(session, ledger::Rule::AuthHold), ElementsAre("9011 / 9012 1000.00"));
  EXPECT_EQ(scalar(session, "SELECT held_minor FROM credit_account"), 1'000'00);

  // 7 000.00 are left of 8 000.00, so only the hold itself makes room for more.
  engine::Purchase too_much = book.purchase("X", "C1", day(6, 18), 7'000'01, 6);
  EXPECT_EQ(engine.capture(std::vector{too_much}, kContext)[0].status, Status::Declined);

  engine::Purchase o1 = order_o1(book);
  o1.hold_ref = "H1";
  ASSERT_EQ(engine.capture(std::vector{o1}, kContext)[0].status, Status::Posted);
  EXPECT_THAT(transfers_of(session, ledger::Rule::HoldRelease), ElementsAre("9012 / 9011 1000.00"));
  EXPECT_EQ(scalar(session, "SELECT held_minor FROM credit_account"), 0);
  EXPECT_EQ(scalar(session, "SELECT status::bigint FROM hold"), 2);

  o1.ref = "O1-again";
  EXPECT_EQ(engine.capture(std::vector{o1}, kContext)[0].refusal, Refusal::HoldNotOpen);
  o1.hold_ref = "none";
  EXPECT_EQ(engine.capture(std::vector{o1}, kContext)[0].refusal, Refusal::HoldUnknown);
}

TEST(Hold, ReleasedOnceAndNeverTooSmall) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  const engine::HoldRequest hold{"H1", "C1", "M1", book.noon(day(6, 18)), cny(500'00)};
  engine.authorize(std::vector{hold}, kContext);
  engine::Purchase o1 = book.purchase("O1", "C1", day(6, 18), 500'01, 3);
  o1.hold_ref = "H1";
  EXPECT_EQ(engine.capture(std::vector{o1}, kContext)[0].refusal, Refusal::HoldTooSmall);
  engine::HoldRelease release{"V1", "H1", book.noon(day(6, 19)), cny(499'99)};
  EXPECT_EQ(engine.release(std::vector{release}, kContext)[0].refusal, Refusal::ReleaseNotWhole);
  release.amount = cny(500'00);
  EXPECT_EQ(engine.release(std::vector{release}, kContext)[0].status, Status::Posted);
  EXPECT_EQ(engine.release(std::vector{release}, kContext)[0].status, Status::Repeated);
  release.ref = "V2";
  EXPECT_EQ(engine.release(std::vector{release}, kContext)[0].refusal, Refusal::HoldNotOpen);
  store::Session session(book.database.conninfo());
  EXPECT_EQ(scalar(session, "SELECT held_minor FROM credit_account"), 0);
}

TEST(Hold, TheCloseOfItsLastDayGivesItBack) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  const engine::HoldRequest hold{"H1", "C1", "M1", book.noon(day(6, 1)), cny(500'00)};
  engine.authorize(std::vector{hold}, kContext);
  store::Session session(book.database.conninfo());
  engine::close_through(book.database.conninfo(), book.catalog, day(6, 7), day(6, 30), {});
  EXPECT_EQ(scalar(session, "SELECT held_minor FROM credit_account"), 500'00);
  engine::close_through(book.database.conninfo(), book.catalog, day(6, 8), day(6, 30), {});
  EXPECT_EQ(scalar(session, "SELECT held_minor FROM credit_account"), 0);
  EXPECT_EQ(scalar(session, "SELECT status::bigint FROM hold"), 4);
  EXPECT_THAT(transfers_of(session, ledger::Rule::HoldRelease), ElementsAre("9012 / 9011 500.00"));
}

TEST(Refund, L13BeforeSettlementIsTheExactMirror) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  engine.capture(std::vector{book.purchase("O1", "C1", day(6, 18), 500'00, 3)}, kContext);
  const auto results =
      engine.refund(std::vector{book.refund("F1", "O1", day(6, 18), 500'00)}, kContext);
  ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  store::Session session(book.database.conninfo());
  EXPECT_THAT(transfers_of(session, ledger::Rule::Refund),
              ElementsAre("2101:refund / 1101 500.00", "2301 / 1102 9.00", "6002 / 2101:mdr 3.00"));
  EXPECT_EQ(scalar(session, "SELECT outstanding_minor FROM credit_account"), 0);
  EXPECT_EQ(scalar(session, "SELECT sum(net_minor)::bigint FROM merchant_item"), 0);
  EXPECT_EQ(scalar(session, "SELECT count(DISTINCT available_on) FROM merchant_item"), 1);
}

TEST(Refund, WhatWasPaidIsOwedBack) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  engine.capture(std::vector{book.purchase("O2", "C1", day(8, 26), 3'000'00, 3, "interest_free")},
                 kContext);
  engine.repay(std::vector{book.repayment("R1", "C1", day(9, 10), 1'000'00)}, kContext);
  const auto results =
      engine.refund(std::vector{book.refund("F1", "O2", day(9, 14), 3'000'00)}, kContext);
  ASSERT_EQ(results[0].status, Status::Posted) << code(results[0].refusal);
  store::Session session(book.database.conninfo());
  EXPECT_THAT(transfers_of(session, ledger::Rule::Refund),
              testing::IsSupersetOf({"2101:refund / 1101 2000.00", "2101:refund / 2202 1000.00",
                                     "6002 / 2101:mdr 18.00"}));
  EXPECT_EQ(scalar(session, "SELECT cash_minor FROM refund"), 1'000'00);
  EXPECT_EQ(scalar(session, "SELECT count(*) FROM plan_version"), 1);

  const auto again =
      engine.refund(std::vector{book.refund("F2", "O2", day(9, 15), 3'000'00)}, kContext);
  EXPECT_EQ(again[0].refusal, Refusal::PurchaseAlreadyRefunded);
}

// Every refusal a batch can give, in one walk; none of them leaves a row behind.
TEST(Batch, RefusalsNameTheirReasonAndLeaveNothing) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  engine.capture(std::vector{book.purchase("O1", "C1", day(6, 18), 500'00, 3)}, kContext);
  store::Session session(book.database.conninfo());
  const auto commands = [&] { return scalar(session, "SELECT count(*) FROM command"); };
  const std::int64_t before = commands();

  std::vector<std::pair<engine::Purchase, Refusal>> purchases;
  auto wrong = [&](Refusal refusal, auto change) {
    engine::Purchase p =
        book.purchase("X" + std::to_string(purchases.size()), "C1", day(6, 19), 600'00, 3);
    change(p);
    purchases.emplace_back(std::move(p), refusal);
  };
  wrong(Refusal::AmountNotPositive, [](auto& p) { p.amount = cny(0); });
  wrong(Refusal::AmountNotPositive, [](auto& p) { p.amount = cny(-1); });
  wrong(Refusal::AmountTooLarge, [](auto& p) { p.amount = cny(base::kAmountMinorMax); });
  wrong(Refusal::CurrencyUnknown,
        [](auto& p) { p.amount = {600'00, base::Currency::find("USD").value()}; });
  wrong(Refusal::BeforeBookOpened, [&](auto& p) { p.purchased_at = book.noon(day(5, 31)); });
  wrong(Refusal::ProductUnknown, [](auto& p) { p.product = "none"; });
  wrong(Refusal::ChannelUnknown, [](auto& p) { p.channel = "none"; });
  wrong(Refusal::InstallmentsOutOfRange, [](auto& p) { p.installments = 0; });
  wrong(Refusal::InstallmentsOutOfRange, [](auto& p) { p.installments = 1'000; });
  wrong(Refusal::PrincipalTooSmall, [](auto& p) { p.amount = cny(2'99); });
  wrong(Refusal::CouponsExceedAmount, [](auto& p) { p.coupon_platform = 600'00; });
  wrong(Refusal::CouponsUnbalanced, [](auto& p) { p.coupon_sponsor = 1'00; });
  wrong(Refusal::CouponsUnbalanced, [](auto& p) { p.coupon_merchant = -1; });
  wrong(Refusal::IdempotencyConflict, [](auto& p) { p.ref = "O1"; });
  wrong(Refusal::CalendarYearMissing, [&](auto& p) {
    p.purchased_at = book.noon(day(12, 31));
    p.customer = "C2";  // C1 would be in default by then
  });
  std::vector<engine::Purchase> batch;
  for (const auto& [purchase, refusal] : purchases) batch.push_back(purchase);
  const auto results = engine.capture(batch, kContext);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    EXPECT_EQ(code(results[i].refusal), code(purchases[i].second)) << "purchase " << i;
    EXPECT_EQ(results[i].status, Status::Rejected);
  }
  const auto late = engine.capture(std::vector{book.purchase("Y", "C1", day(6, 20), 600'00, 3)},
                                   {.today = day(6, 19), .create_parties = true});
  EXPECT_EQ(late[0].refusal, Refusal::AfterToday);
  engine::Purchase stranger = book.purchase("Z", "nobody", day(6, 20), 600'00, 3);
  EXPECT_EQ(engine.capture(std::vector{stranger}, {.today = day(6, 30)})[0].refusal,
            Refusal::CustomerUnknown);
  stranger = book.purchase("Z", "C1", day(6, 20), 600'00, 3);
  stranger.merchant = "nobody";
  EXPECT_EQ(engine.capture(std::vector{stranger}, {.today = day(6, 30)})[0].refusal,
            Refusal::MerchantUnknown);

  engine::Repayment repayment = book.repayment("R", "nobody", day(6, 20), 1'00);
  EXPECT_EQ(engine.repay(std::vector{repayment}, kContext)[0].refusal, Refusal::CustomerUnknown);
  repayment = book.repayment("R", "C1", day(6, 20), 1'00);
  repayment.purchase_ref = "none";
  EXPECT_EQ(engine.repay(std::vector{repayment}, kContext)[0].refusal, Refusal::PurchaseUnknown);
  repayment.purchase_ref = "";
  repayment.amount = {100, base::Currency::find("JPY").value()};
  EXPECT_EQ(engine.repay(std::vector{repayment}, kContext)[0].refusal, Refusal::CurrencyMismatch);
  EXPECT_EQ(
      engine.refund(std::vector{book.refund("F", "none", day(6, 20), 1'00)}, kContext)[0].refusal,
      Refusal::PurchaseUnknown);
  EXPECT_EQ(
      engine.refund(std::vector{book.refund("F", "O1", day(6, 20), 500'01)}, kContext)[0].refusal,
      Refusal::RefundExceedsRest);
  EXPECT_EQ(commands(), before);
  EXPECT_EQ(scalar(session, "SELECT count(*) FROM plan"), 1);
}

TEST(Batch, ARepeatGetsTheSameAnswerAndChangesNothing) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  const std::vector batch{book.purchase("O1", "C1", day(6, 18), 500'00, 3),
                          book.purchase("O1", "C1", day(6, 18), 500'00, 3),
                          book.purchase("O1", "C1", day(6, 18), 500'01, 3)};
  const auto first = engine.capture(batch, kContext);
  EXPECT_EQ(first[0].status, Status::Posted);
  EXPECT_EQ(first[1].status, Status::Repeated);
  EXPECT_EQ(first[1].plan, first[0].plan);
  EXPECT_EQ(first[2].refusal, Refusal::IdempotencyConflict);
  const auto second = engine.capture(batch, kContext);
  EXPECT_EQ(second[0].status, Status::Repeated);
  EXPECT_EQ(second[0].event, first[0].event);
  store::Session session(book.database.conninfo());
  EXPECT_EQ(scalar(session, "SELECT count(*) FROM journal WHERE rule = 4"), 1);
}

TEST(Batch, ADeclineIsRemembered) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  const std::vector batch{book.purchase("O1", "C1", day(6, 18), 8'000'01, 3)};  // limit 8 000.00
  EXPECT_EQ(engine.capture(batch, kContext)[0].status, Status::Declined);
  const ItemResult again = engine.capture(batch, kContext)[0];
  EXPECT_EQ(again.status, Status::Repeated);
  EXPECT_EQ(again.refusal, Refusal::LimitInsufficient);
}

TEST(Batch, OneBadItemAmong999GoodOnesHurtsNobody) {
  const BookFixture book;
  engine::Engine engine = book.engine();
  std::vector<engine::Purchase> batch;
  for (int i = 0; i < 1'000; ++i) {
    batch.push_back(book.purchase("O" + std::to_string(i), "C" + std::to_string(i % 300),
                                  day(6, 18), 100'00 + i, 3));
  }
  // A reference longer than the table takes is found by a constraint, not by us.
  batch[500].ref = std::string(201, 'x');
  const auto results = engine.capture(batch, kContext);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    EXPECT_EQ(results[i].status, i == 500 ? Status::Rejected : Status::Posted) << i;
  }
  EXPECT_EQ(results[500].refusal, Refusal::StorageRefused);
  store::Session session(book.database.conninfo());
  EXPECT_EQ(scalar(session, "SELECT count(*) FROM journal WHERE rule = 4"), 999);
  EXPECT_EQ(scalar(session, "SELECT count(*) FROM command"), 999);
}

// Two batches race for the same customers: nobody spends more than the limit, nothing is lost.
TEST(Batch, TwoBatchesRaceForOneCustomer) {
  const BookFixture book;
  std::vector<std::vector<ItemResult>> results(2);
  std::vector<std::thread> threads;
  for (std::size_t writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&, writer] {
      engine::Engine engine = book.engine();
      for (int round = 0; round < 8; ++round) {
        std::vector<engine::Purchase> batch;
        for (int i = 0; i < 10; ++i) {
          batch.push_back(book.purchase(fmt::format("{}-{}-{}", writer, round, i),
                                        "C" + std::to_string(i % 3), day(6, 18), 300'00, 3));
        }
        for (const ItemResult& result : engine.capture(batch, kContext)) {
          results[writer].push_back(result);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::int64_t posted = 0;
  for (const auto& own : results) {
    for (const ItemResult& result : own) {
      EXPECT_TRUE(result.status == Status::Posted || result.refusal == Refusal::LimitInsufficient)
          << code(result.refusal);
      posted += result.status == Status::Posted ? 1 : 0;
    }
  }
  store::Session session(book.database.conninfo());
  EXPECT_EQ(posted, 3 * 26);  // 26 x 300.00 is what fits 8 000.00
  EXPECT_EQ(scalar(session, "SELECT count(*) FROM plan"), posted);
  EXPECT_EQ(scalar(session, "SELECT sum(outstanding_minor)::bigint FROM credit_account"),
            posted * 300'00);
}

// A batch that is open while a date closes is stamped with the date it read, and the close waits
// for it; what comes after is stamped with the next one and keeps its value date.
TEST(Batch, TheMomentADateClosesWaitsForOpenBatches) {
  const BookFixture book;
  store::Session batch(book.database.conninfo());
  store::Session close(book.database.conninfo());
  close.execute("SET lock_timeout = '20ms'");
  {
    store::Transaction open_batch(batch);
    store::lock_book_shared(batch);
    EXPECT_EQ(store::load_book(batch)->open_date, day(6, 1));
    store::Transaction moment(close);
    EXPECT_THROW(store::lock_book_exclusive(close), store::Fault);
    open_batch.commit();
  }
  {
    store::Transaction moment(close);
    store::lock_book_exclusive(close);
    close.execute("UPDATE book SET open_date = DATE '2026-06-02'");
    moment.commit();
  }
  engine::Engine engine = book.engine();
  const auto results =
      engine.capture(std::vector{book.purchase("O1", "C1", day(6, 1), 100'00, 1)}, kContext);
  ASSERT_EQ(results[0].status, Status::Posted);
  EXPECT_EQ(results[0].business_date, day(6, 2));
  EXPECT_EQ(store::query(batch, "SELECT value_date FROM journal WHERE rule = 4").day(0, 0),
            day(6, 1));
}

}  // namespace
