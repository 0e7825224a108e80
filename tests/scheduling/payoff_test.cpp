#include "scheduling/payoff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduling/partial_refund.h"
#include "scheduling/plan_draft.h"
#include "tests/scheduling/changes.h"

namespace scheduling {
namespace {

using base::make_day;

/// O1 after J21.
LivePlan order_1_refunded() {
  LivePlan plan = order_1();
  plan.installments =
      refund_part(plan.view(), plan.terms,
                  {.on = make_day(2026, 8, 25), .amount_minor = 250'00, .lent_minor = 1'000'00})
          ->version.installments;
  return plan;
}

/// The example of domain.md §1.5: 12 periods, fee 86.40, the first six paid.
LivePlan twelve() {
  LivePlan plan;
  plan.installments = monthly(make_day(2026, 2, 10), 12, 100'00, 7'20);
  plan.terms.start = make_day(2026, 1, 10);
  plan.billed_days_before_due = 9;
  return plan.pay_first(6);
}

PayoffQuote quote(const LivePlan& plan, base::Day on,
                  PayoffMethod method = PayoffMethod::WaiveUnbilled) {
  return *quote_payoff(plan.view(), plan.terms,
                       {.on = on, .method = method, .rule_of_78_is_lawful = true});
}

// Domain.md §4.3: J30 and J31.
TEST(Payoff, OfJ30IsWhatIsBilledAndUnbilledPrincipal) {
  const LivePlan plan = order_1_refunded();
  const auto payoff = pay_off(plan.view(), plan.terms, {.on = make_day(2026, 9, 5)}, 430'00);
  ASSERT_TRUE(payoff);
  EXPECT_EQ(payoff->quote.billed, (Amounts{.principal = 104'17, .fee = 4'50}));
  EXPECT_EQ(payoff->quote.unbilled, (Amounts{.principal = 312'51}));
  EXPECT_EQ(payoff->quote.payable_minor(), 421'18);
  EXPECT_EQ(payoff->quote.version.rebated, (Amounts{.fee = 13'50}));
  EXPECT_EQ(payoff->credit_minor, 8'82);
  AllocationPart sum;
  for (const AllocationPart& part : payoff->parts) {
    sum.principal += part.principal;
    sum.fee += part.fee;
  }
  EXPECT_EQ(sum.principal, 416'68);
  EXPECT_EQ(sum.fee, 4'50);
}

TEST(Payoff, QuoteHoldsToTheEndOfItsDayAndChangesNothing) {
  const LivePlan plan = order_1_refunded();
  const std::vector<InstallmentView> before = plan.installments;
  const PayoffQuote first = quote(plan, make_day(2026, 9, 5));
  const PayoffQuote again = quote(plan, make_day(2026, 9, 5));
  EXPECT_EQ(first.valid_through, make_day(2026, 9, 5));
  EXPECT_EQ(first.payable_minor(), again.payable_minor());
  EXPECT_EQ(principal_and_fee(first.version.installments),
            principal_and_fee(again.version.installments));
  EXPECT_EQ(principal_and_fee(plan.installments), principal_and_fee(before));
  // On 1 October installment 4 is billed too, and 3 is late with its penalty.
  LivePlan late = plan;
  late.penalty = 1'10;
  EXPECT_EQ(quote(late, make_day(2026, 9, 30)).payable_minor(), 421'18 + 1'10);
  EXPECT_EQ(quote(late, make_day(2026, 10, 1)).payable_minor(), 421'18 + 1'10 + 4'50);
}

// Domain.md §1.5 (e): straight line 43.20, rule of 78 23.26.
TEST(Payoff, RebatesByTheSumOfTheDigits) {
  const LivePlan plan = twelve();
  const base::Day due_6 = make_day(2026, 7, 10);
  EXPECT_EQ(quote(plan, due_6).version.rebated.fee, 43'20);
  const PayoffQuote digits = quote(plan, due_6, PayoffMethod::RuleOf78);
  EXPECT_EQ(digits.version.rebated.fee, 23'26);
  EXPECT_EQ(digits.payable_minor(), 600'00 + 43'20 - 23'26);
  EXPECT_EQ(digits.version.installments[11].fee, 0);
  EXPECT_EQ(digits.version.installments[8].fee, 4 * 7'20 - 23'26);
  // A day later period 7 has begun: k = 5, 86.40 * 30 / 156 = 16.615.
  EXPECT_EQ(quote(plan, make_day(2026, 7, 11), PayoffMethod::RuleOf78).version.rebated.fee, 16'62);
  EXPECT_EQ(quote(plan, make_day(2027, 1, 10), PayoffMethod::RuleOf78).version.rebated.fee, 0);
}

// Fee paid up front: what the rule gives back was paid.
TEST(Payoff, ReturnsTheRebateOfWhatIsPaid) {
  LivePlan plan = twelve();
  for (InstallmentView& i : plan.installments) i.fee = i.paid_fee = 0;
  plan.installments[0].fee = plan.installments[0].paid_fee = 86'40;
  const PayoffQuote digits = quote(plan, make_day(2026, 7, 10), PayoffMethod::RuleOf78);
  EXPECT_EQ(digits.version.rebated, Amounts{});
  EXPECT_EQ(digits.version.returned, (Amounts{.fee = 23'26}));
  EXPECT_EQ(digits.payable_minor(), 600'00 - 23'26);
  const auto payoff = pay_off(
      plan.view(), plan.terms,
      {.on = make_day(2026, 7, 10), .method = PayoffMethod::RuleOf78, .rule_of_78_is_lawful = true},
      600'00);
  EXPECT_EQ(payoff->credit_minor, 23'26);
}

// Period 3 of O1 has 31 days from 10 August; 15 of them are over on the 25th.
TEST(Payoff, CountsTheRunningPeriodByDays) {
  const LivePlan plan = order_1();
  const PayoffQuote prorata = quote(plan, make_day(2026, 8, 25), PayoffMethod::ProrataDays);
  EXPECT_EQ(prorata.unbilled, (Amounts{.principal = 666'68, .fee = 2'90}));
  EXPECT_EQ(prorata.version.rebated.fee, 24'00 - 2'90);
  EXPECT_EQ(quote(plan, make_day(2026, 8, 25)).unbilled, (Amounts{.principal = 666'68}));
  // Once billed, it stands.
  EXPECT_EQ(quote(plan, make_day(2026, 9, 1), PayoffMethod::ProrataDays).billed,
            (Amounts{.principal = 166'66, .fee = 6'00}));
}

TEST(Payoff, ChargesAllWhereTheContractSaysSo) {
  const PayoffQuote all = quote(order_1(), make_day(2026, 8, 25), PayoffMethod::ChargeAll);
  EXPECT_EQ(all.payable_minor(), 666'68 + 24'00);
  EXPECT_EQ(all.version.rebated, Amounts{});
}

// Table 2.4 of domain.md: 6 179.02 are owed after the sixth payment, and period 7 costs 61.79. Ten
// of its thirty days are 20.60.
TEST(Payoff, TakesInterestThroughTheDayOnly) {
  LivePlan plan = plan_of_terms(table_2_4());
  plan.pay_first(6);
  const base::Day on = make_day(2026, 6, 25);
  const PayoffQuote actuarial = quote(plan, on, PayoffMethod::Actuarial);
  EXPECT_EQ(actuarial.payable_minor(), 6'179'02 + 20'60);
  EXPECT_EQ(actuarial.version.rebated.interest,
            794'23 - (120'00 + 110'54 + 100'98 + 91'33 + 81'58 + 71'73) - 20'60);
  EXPECT_EQ(quote(plan, make_day(2026, 6, 15), PayoffMethod::Actuarial).payable_minor(), 6'179'02);
  // Period 7 paid before it was over: what of it does not arise any more, 1 % of 5 174.62 for 20 of
  // 30 days, comes back.
  plan.pay_one(6);
  const PayoffQuote early = quote(plan, on, PayoffMethod::Actuarial);
  EXPECT_EQ(early.version.returned, (Amounts{.interest = 34'50}));
  EXPECT_EQ(early.payable_minor(), 5'174'62 - 34'50);
  const auto payoff = pay_off(plan.view(), plan.terms,
                              {.on = on, .method = PayoffMethod::Actuarial}, 5'174'62 - 34'50);
  EXPECT_EQ(payoff->credit_minor, 0);
}

TEST(Payoff, RefusalsInOrder) {
  LivePlan plan = order_1();
  auto refusal = [&](PayoffMethod method, std::int64_t amount) {
    return pay_off(plan.view(), plan.terms, {.on = make_day(2026, 8, 25), .method = method}, amount)
        .error();
  };
  EXPECT_EQ(refusal(PayoffMethod::RuleOf78, 0), ChangeRefusal::NotLawful);
  EXPECT_EQ(refusal(PayoffMethod::WaiveUnbilled, 666'67), ChangeRefusal::AmountBelowPayoff);
  plan.pay_first(6);
  EXPECT_EQ(refusal(PayoffMethod::RuleOf78, 0), ChangeRefusal::NothingOwed);
  plan.penalty = 1;
  EXPECT_EQ(refusal(PayoffMethod::WaiveUnbilled, 0), ChangeRefusal::AmountBelowPayoff);
}

}  // namespace
}  // namespace scheduling
