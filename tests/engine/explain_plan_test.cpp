#include "engine/explain_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/book_fixture.h"

namespace engine {
namespace {

using tests::BookFixture;
using tests::day;

const BatchContext kContext{.today = day(12, 31), .create_parties = true};

/// O1 of domain.md §4.3: 1 000.00 on 18 June in six at 0.60 %, bill day 1, due on the 10th.
BookFixture with_o1() {
  BookFixture book;
  book.engine().capture(
      std::vector{book.purchase("O1", "C1", day(6, 18), 1'000'00, 6, "statement")}, kContext);
  return book;
}

const scheduling::ExplainedStep& step(const ExplainedInstallment& one, const std::string& figure) {
  for (const scheduling::ExplainedStep& step : one.steps) {
    if (step.figure == figure) return step;
  }
  ADD_FAILURE() << "no step about " << figure;
  return one.steps.front();
}

// domain.md §4.3: v1 = 5 × (166.66 + 6.00), then 166.70 + 6.00, on the 10th from 2026-07-10.
TEST(ExplainPlan, GivesTheArithmeticOfTheStoredPlan) {
  const BookFixture book = with_o1();
  store::Session session(book.database.conninfo());
  for (int number = 1; number <= 6; ++number) {
    SCOPED_TRACE(number);
    const Explanation explained = explain_purchase(session, "O1", number);
    ASSERT_TRUE(explained);
    EXPECT_TRUE(explained->is_as_stored);
    ASSERT_EQ(explained->rows.size(), 1U);
    EXPECT_EQ(explained->rows[0]->due, day(6 + number, 10));
    EXPECT_EQ(explained->rows[0]->principal_minor, number < 6 ? 166'66 : 166'70);
    EXPECT_EQ(explained->rows[0]->fee_minor, 6'00);
    EXPECT_EQ(explained->rows[0]->interest_minor, 0);
    EXPECT_EQ(step(*explained, "principal").amount_minor, explained->rows[0]->principal_minor);
    EXPECT_EQ(step(*explained, "fee").amount_minor, 6'00);
  }
  const Explanation third = explain_purchase(session, "O1", 3);
  EXPECT_THAT(step(*third, "principal").exact, testing::HasSubstr("500/3 = 166.666666666667"));
  EXPECT_EQ(third->terms.principal.minor(), 1'000'00);
  EXPECT_EQ(third->plan.versions[0].ref, "O1");
  EXPECT_EQ(third->plan.versions[0].on, day(6, 18));
  // The same by the number of the plan.
  const Explanation by_plan = explain_plan(session, third->plan.id, 3);
  ASSERT_TRUE(by_plan);
  EXPECT_EQ(by_plan->plan.purchase_ref, "O1");
}

// What was sold under a catalog version is explained by it, whatever came later.
TEST(ExplainPlan, KeepsToTheCatalogItWasSoldUnder) {
  const BookFixture book = with_o1();
  std::string body = book.catalog->body;
  const std::string rate = "rate_percent = \"0.60\"";
  for (std::size_t at = body.find(rate); at != std::string::npos; at = body.find(rate)) {
    body.replace(at, rate.size(), "rate_percent = \"0.90\"");
  }
  store::Session session(book.database.conninfo());
  EXPECT_EQ(
      apply_catalog(session, book.database.conninfo(), parse_catalog(body).value(), {}).version, 2);
  const Explanation explained = explain_purchase(session, "O1", 1);
  ASSERT_TRUE(explained);
  EXPECT_EQ(explained->plan.catalog_version, 1);
  EXPECT_TRUE(explained->is_as_stored);
  EXPECT_THAT(step(*explained, "fee of the plan").rule, testing::HasSubstr("0.60 %"));
}

// Stored figures are never rewritten: where the rules changed since, the explanation says so.
TEST(ExplainPlan, SaysWhereTheRulesGiveSomethingElseToday) {
  const BookFixture book = with_o1();
  store::Session session(book.database.conninfo());
  store::query(session, "UPDATE plan SET fee[2] = 601, fee[3] = 599 WHERE purchase_ref = 'O1'");
  EXPECT_TRUE(explain_purchase(session, "O1", 1)->is_as_stored);
  const Explanation second = explain_purchase(session, "O1", 2);
  EXPECT_FALSE(second->is_as_stored);
  EXPECT_EQ(second->rows[0]->fee_minor, 6'01);
  EXPECT_EQ(step(*second, "fee").amount_minor, 6'00);
}

// Installment 1 was paid on 10 July (J10); the refund leaves what was paid.
TEST(ExplainPlan, ShowsTheRowsBeforeAndAfterAChangeAndItsEvent) {
  const BookFixture book = with_o1();
  engine::Engine engine = book.engine();
  engine.repay(std::vector{book.repayment("R1", "C1", day(7, 10), 172'66)}, kContext);
  const auto refunded =
      engine.refund(std::vector{book.refund("F1", "O1", day(8, 25), 1'000'00)}, kContext);
  ASSERT_EQ(refunded[0].status, Status::Posted) << code(refunded[0].refusal);
  store::Session session(book.database.conninfo());

  const Explanation third = explain_purchase(session, "O1", 3);
  ASSERT_TRUE(third);
  ASSERT_EQ(third->plan.versions.size(), 2U);
  const store::ScheduleVersion& present = third->plan.versions[1];
  EXPECT_EQ(present.number, 2);
  EXPECT_EQ(name(present.cause), "refund");
  EXPECT_EQ(present.ref, "F1");
  EXPECT_EQ(present.on, day(8, 25));
  EXPECT_EQ(third->rows[0]->total_minor(), 172'66);
  EXPECT_EQ(third->rows[1]->total_minor(), 0);
  EXPECT_TRUE(third->is_as_stored) << "version 1 is what the terms give";
  EXPECT_EQ(step(*third, "principal").amount_minor, 166'66);

  const Explanation first = explain_purchase(session, "O1", 1);
  EXPECT_EQ(first->rows[1]->principal_minor, 166'66);
  EXPECT_EQ(first->rows[1]->fee_minor, 6'00);
  EXPECT_EQ(first->plan.versions[0].ref, "O1");
  EXPECT_EQ(name(first->plan.versions[0].cause), "capture");
}

TEST(ExplainPlan, RefusesWhatIsNotThere) {
  const BookFixture book = with_o1();
  store::Session session(book.database.conninfo());
  // Declined: over the limit of 8 000.00.
  book.engine().capture(std::vector{book.purchase("O9", "C1", day(6, 19), 9'000'00, 6)}, kContext);
  EXPECT_EQ(explain_purchase(session, "O2", 1).error().refusal, ExplainRefusal::PurchaseUnknown);
  EXPECT_EQ(explain_purchase(session, "O9", 1).error().refusal, ExplainRefusal::PurchaseUnknown);
  EXPECT_EQ(explain_purchase(session, "", 1).error().refusal, ExplainRefusal::PurchaseUnknown);
  EXPECT_EQ(explain_plan(session, {-1}, 1).error().refusal, ExplainRefusal::PurchaseUnknown);
  for (const int number : {-1, 0, 7, 1'000'000}) {
    const Explanation explained = explain_purchase(session, "O1", number);
    ASSERT_FALSE(explained) << number;
    EXPECT_EQ(explained.error().refusal, ExplainRefusal::InstallmentNotFound);
    EXPECT_EQ(explained.error().last_number, 6);
  }
}

}  // namespace
}  // namespace engine
