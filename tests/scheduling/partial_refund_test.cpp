#include "scheduling/partial_refund.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduling/plan_draft.h"
#include "tests/scheduling/changes.h"

namespace scheduling {
namespace {

using base::make_day;
using testing::ElementsAre;

const base::Day kJ21 = make_day(2026, 8, 25);

/// 25 % of O1, domain.md §4.3.
RefundRequest j21() { return {.on = kJ21, .amount_minor = 250'00, .lent_minor = 1'000'00}; }

PartialRefund refunded(const LivePlan& plan, const RefundRequest& request) {
  return *refund_part(plan.view(), plan.terms, request);
}

TEST(PartialRefund, OfJ21MakesVersion2) {
  const PartialRefund refund = refunded(order_1(), j21());
  EXPECT_THAT(principal_and_fee(refund.version.installments),
              ElementsAre(Pair(166'66, 6'00), Pair(166'66, 6'00), Pair(104'17, 4'50),
                          Pair(104'17, 4'50), Pair(104'17, 4'50), Pair(104'17, 4'50)));
  EXPECT_EQ(refund.version.cause, ChangeCause::Refund);
  EXPECT_EQ(refund.version.refunded, (Amounts{.principal = 250'00}));
  EXPECT_EQ(refund.version.rebated, (Amounts{.fee = 6'00}));
  EXPECT_EQ(refund.version.returned, Amounts{});
  EXPECT_EQ(refund.unbilled_minor, 250'00);
  EXPECT_EQ(refund.principal_reduced_minor(), 250'00);
}

// The last periods fall away with their fee; the next ones run on, and cost the new base each.
TEST(PartialRefund, FromTheLastOrTheNextOne) {
  RefundRequest request = j21();
  request.order = UnbilledOrder::LastFirst;
  const PartialRefund last = refunded(order_1(), request);
  EXPECT_THAT(principal_and_fee(last.version.installments),
              ElementsAre(Pair(166'66, 6'00), Pair(166'66, 6'00), Pair(166'66, 4'50),
                          Pair(166'66, 4'50), Pair(83'36, 4'50)));
  EXPECT_EQ(last.version.rebated.fee, 3 * 1'50 + 6'00);
  request.order = UnbilledOrder::NextFirst;
  const PartialRefund next = refunded(order_1(), request);
  EXPECT_THAT(principal_and_fee(next.version.installments),
              ElementsAre(Pair(166'66, 6'00), Pair(166'66, 6'00), Pair(0, 4'50), Pair(83'32, 4'50),
                          Pair(166'66, 4'50), Pair(166'70, 4'50)));
}

// Installment 2 is past due, 3 is billed (from 1 September): past due, unbilled, billed, cash.
TEST(PartialRefund, GoesFromPastDueToUnbilledToBilledToCash) {
  LivePlan plan = order_1();
  plan.installments[1].paid_principal = 94'00;
  RefundRequest request = j21();
  request.on = make_day(2026, 9, 5);
  auto steps = [&](std::int64_t amount) {
    request.amount_minor = amount;
    const PartialRefund r = refunded(plan, request);
    return std::vector{r.past_due_minor, r.unbilled_minor, r.billed_minor, r.cash_minor};
  };
  EXPECT_THAT(steps(50'00), ElementsAre(50'00, 0, 0, 0));
  EXPECT_THAT(steps(72'66), ElementsAre(72'66, 0, 0, 0));
  EXPECT_THAT(steps(72'67), ElementsAre(72'66, 1, 0, 0));
  EXPECT_THAT(steps(600'00), ElementsAre(72'66, 500'02, 27'32, 0));
  EXPECT_THAT(steps(1'000'00), ElementsAre(72'66, 500'02, 166'66, 260'66));
}

// Late is the day after. On the due date the installment is billed, and comes after the unbilled.
TEST(PartialRefund, IsNotPastDueOnTheDueDate) {
  LivePlan plan = order_1();
  RefundRequest request = j21();
  request.on = make_day(2026, 9, 10);
  EXPECT_EQ(refunded(plan, request).past_due_minor, 0);
  request.on = make_day(2026, 9, 11);
  EXPECT_EQ(refunded(plan, request).past_due_minor, 166'66);
}

// Domain.md §4.3, J37: all of O2 after one of three payments.
TEST(PartialRefund, OfEverythingReturnsWhatIsPaid) {
  LivePlan plan;
  plan.installments = monthly(make_day(2026, 9, 10), 3, 1'000'00, 0);
  plan.terms.start = make_day(2026, 8, 26);
  plan.billed_days_before_due = 9;
  plan.pay_first(1);
  const PartialRefund refund = refunded(
      plan, {.on = make_day(2026, 9, 14), .amount_minor = 3'000'00, .lent_minor = 3'000'00});
  EXPECT_EQ(refund.version.refunded, (Amounts{.principal = 2'000'00}));
  EXPECT_EQ(refund.cash_minor, 1'000'00);
  EXPECT_EQ(refund.version.returned, (Amounts{.principal = 1'000'00}));
  EXPECT_THAT(principal_and_fee(refund.version.installments), ElementsAre(Pair(1'000'00, 0)));
}

// Domain.md §4.6, L12 and L13: 500.00 in 3 at 0.60 %, refunded before anything is due. The first
// installment is billed at the capture; its fee falls like the others.
TEST(PartialRefund, BeforeAnythingIsDueMirrorsTheCapture) {
  LivePlan plan;
  plan.installments = monthly(make_day(2026, 6, 7), 3, 166'66, 3'00);
  plan.installments[2].principal = 166'68;
  plan.terms.start = make_day(2026, 5, 7);
  const PartialRefund refund =
      refunded(plan, {.on = make_day(2026, 5, 7), .amount_minor = 500'00, .lent_minor = 500'00});
  EXPECT_EQ(refund.version.rebated, (Amounts{.fee = 9'00}));
  EXPECT_EQ(refund.version.refunded, (Amounts{.principal = 500'00}));
  EXPECT_EQ(unpaid_of(refund.version.installments), Amounts{});
}

// 12.00 of fee are paid; a quarter of the goods goes back, then a third of what is left.
TEST(PartialRefund, ReturnsPaidFeeInProportionIfAskedOrAtFault) {
  LivePlan plan = order_1();
  RefundRequest request = j21();
  request.paid_fee = PaidFee::ReturnProrata;
  EXPECT_EQ(refunded(plan, request).version.returned, (Amounts{.fee = 3'00}));
  request.paid_fee = PaidFee::Retain;
  request.is_merchants_fault = true;
  const PartialRefund first = refunded(plan, request);
  EXPECT_EQ(first.version.returned, (Amounts{.fee = 3'00}));
  plan.installments = first.version.installments;
  request.refunded_before_minor = 250'00;
  request.fee_returned_before_minor = 3'00;
  const PartialRefund second = refunded(plan, request);
  EXPECT_EQ(second.version.returned, (Amounts{.fee = 3'00}));
  EXPECT_EQ(second.version.installments[5].fee, 3'00);  // 500.00 * 0.60 %
}

// A period that is due was for a time that has passed.
TEST(PartialRefund, LeavesTheFeeOfWhatIsDue) {
  LivePlan plan = order_1();
  plan.installments[1].paid_fee = 0;
  EXPECT_EQ(refunded(plan, j21()).version.installments[1].fee, 6'00);
}

// 6 179.02 are owed of table 2.4 after six payments, 3 000.00 are refunded after 10 of 30 days of
// period 7: 61.79 * 10 / 30 + 3 179.02 * 1 % * 20 / 30. The level payment of 3 179.02 in 6 is
// 548.53 (spreadsheet: PMT(1%, 6, -3179.02) = 548.5347).
TEST(PartialRefund, LowersInterestFromItsDayOn) {
  LivePlan plan = plan_of_terms(table_2_4());
  plan.billed_days_before_due = 9;
  plan.pay_first(6);
  const PartialRefund refund = refunded(
      plan, {.on = make_day(2026, 6, 25), .amount_minor = 3'000'00, .lent_minor = 12'000'00});
  const std::vector<InstallmentView>& now = refund.version.installments;
  EXPECT_EQ(now[6].principal, 548'53 - 31'79);
  EXPECT_EQ(now[6].interest, 20'60 + 21'19);
  for (std::size_t k = 7; k < 11; ++k) EXPECT_EQ(now[k].total(), 548'53);
  EXPECT_NEAR(static_cast<double>(now[11].total()), 548'53, 5);
}

// In order mode period 7 is billed on its first day; its interest falls for the days left.
TEST(PartialRefund, LowersBilledInterestForTheDaysLeft) {
  LivePlan plan = plan_of_terms(table_2_4());
  plan.pay_first(6);
  const PartialRefund refund = refunded(
      plan, {.on = make_day(2026, 6, 25), .amount_minor = 3'000'00, .lent_minor = 12'000'00});
  // 1 % of 3 000.00 for 20 of 30 days.
  EXPECT_EQ(refund.version.installments[6].interest, 61'79 - 20'00);
  EXPECT_EQ(refund.version.installments[6].principal, 1'004'40);
}

TEST(PartialRefund, RefusalsInOrder) {
  const LivePlan plan = order_1();
  RefundRequest request = j21();
  request.amount_minor = 0;
  EXPECT_EQ(refund_part(plan.view(), plan.terms, request).error(),
            ChangeRefusal::AmountNotPositive);
  request.amount_minor = 900'01;
  request.refunded_before_minor = 100'00;
  EXPECT_EQ(refund_part(plan.view(), plan.terms, request).error(),
            ChangeRefusal::AmountExceedsLent);
  request.amount_minor = 7;
  request.refunded_before_minor = 999'93;
  LivePlan small = plan;
  small.terms.split_rule = base::SplitRule::HalfUpLast;
  small.installments = monthly(make_day(2026, 9, 10), 12, 1, 0);
  small.terms.start = kJ21;
  small.installments[11].principal = 3;
  EXPECT_EQ(refund_part(small.view(), small.terms, request).error(), ChangeRefusal::NoSchedule);
}

}  // namespace
}  // namespace scheduling
