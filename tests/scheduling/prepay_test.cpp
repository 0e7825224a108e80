#include "scheduling/prepay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scheduling/changes.h"

namespace scheduling {
namespace {

using base::make_day;
using testing::ElementsAre;

/// 6 * (100.00 + 6.00), billed 9 days before due; nothing is billed on the first day.
LivePlan six() {
  LivePlan plan;
  plan.installments = monthly(make_day(2026, 7, 10), 6, 100'00, 6'00);
  plan.terms.start = make_day(2026, 6, 10);
  plan.billed_days_before_due = 9;
  return plan;
}

Prepayment prepaid(const LivePlan& plan, const PrepaymentRequest& request) {
  return *prepay(plan.view(), plan.terms, request);
}

PrepaymentRequest of(std::int64_t amount, PrepaidEffect effect,
                     PrepaidFee fee = PrepaidFee::KeepOfRemaining) {
  return {.on = make_day(2026, 6, 20), .amount_minor = amount, .effect = effect, .fee = fee};
}

TEST(Prepay, MakesFewerOrSmallerInstallments) {
  const Prepayment fewer = prepaid(six(), of(250'00, PrepaidEffect::FewerInstallments));
  EXPECT_THAT(
      principal_and_fee(fewer.version.installments),
      ElementsAre(Pair(350'00, 6'00), Pair(100'00, 6'00), Pair(100'00, 6'00), Pair(50'00, 6'00)));
  EXPECT_EQ(fewer.version.rebated, (Amounts{.fee = 12'00}));
  EXPECT_EQ(fewer.part, (AllocationPart{.number = 1, .principal = 250'00}));
  const Prepayment smaller = prepaid(six(), of(250'00, PrepaidEffect::SmallerInstallments));
  EXPECT_THAT(principal_and_fee(smaller.version.installments),
              ElementsAre(Pair(250'00 + 58'33, 6'00), Pair(58'33, 6'00), Pair(58'33, 6'00),
                          Pair(58'33, 6'00), Pair(58'33, 6'00), Pair(58'35, 6'00)));
  EXPECT_EQ(smaller.version.rebated, Amounts{});
}

// 350 / 600 of 36.00 are 21.00.
TEST(Prepay, KeepsReducesOrChargesTheFee) {
  const auto fees = [](PrepaidEffect effect, PrepaidFee fee) {
    std::vector<std::int64_t> found;
    for (const InstallmentView& i : prepaid(six(), of(250'00, effect, fee)).version.installments) {
      found.push_back(i.fee);
    }
    return found;
  };
  EXPECT_THAT(fees(PrepaidEffect::FewerInstallments, PrepaidFee::Reduce),
              ElementsAre(5'25, 5'25, 5'25, 5'25));
  EXPECT_THAT(fees(PrepaidEffect::SmallerInstallments, PrepaidFee::Reduce),
              ElementsAre(3'50, 3'50, 3'50, 3'50, 3'50, 3'50));
  EXPECT_THAT(fees(PrepaidEffect::FewerInstallments, PrepaidFee::ChargeAll),
              ElementsAre(9'00, 9'00, 9'00, 9'00));
}

// Table 2.4 of domain.md: 6 179.02 after six payments of 1 066.19. 3 000.00 are prepaid after 10 of
// 30 days. Level payments of 3 179.02 at 1 % (a spreadsheet's PMT): 1 080.94 in 3, 814.73 in 4,
// 548.53 in 6.
TEST(Prepay, RecalculatesLevelPayments) {
  LivePlan plan = plan_of_terms(table_2_4());
  plan.billed_days_before_due = 9;
  plan.pay_first(6);
  PrepaymentRequest request{.on = make_day(2026, 6, 25),
                            .amount_minor = 3'000'00,
                            .effect = PrepaidEffect::SmallerInstallments};
  const Prepayment smaller = prepaid(plan, request);
  const std::vector<InstallmentView>& six = smaller.version.installments;
  ASSERT_EQ(six.size(), 12U);
  EXPECT_EQ(six[6].interest, 20'60 + 21'19);
  EXPECT_EQ(six[6].principal, 3'000'00 + 548'53 - 31'79);
  for (std::size_t k = 7; k < 11; ++k) EXPECT_EQ(six[k].total(), 548'53);
  EXPECT_EQ(smaller.part.number, 7);

  request.effect = PrepaidEffect::FewerInstallments;
  const Prepayment fewer = prepaid(plan, request);
  ASSERT_EQ(fewer.version.installments.size(), 10U);
  EXPECT_EQ(fewer.version.installments[7].total(), 814'72);
  EXPECT_GT(fewer.version.rebated.interest, smaller.version.rebated.interest);
}

// 3 135.52 are left, and 3 payments of 1 066.15 (PMT) are not above 1 066.19, though the first is,
// for the days until the prepayment.
TEST(Prepay, ComparesWholePeriods) {
  LivePlan plan = plan_of_terms(table_2_4());
  plan.billed_days_before_due = 9;
  plan.pay_first(6);
  const Prepayment fewer = prepaid(plan, {.on = make_day(2026, 6, 25),
                                          .amount_minor = 3'043'50,
                                          .effect = PrepaidEffect::FewerInstallments});
  ASSERT_EQ(fewer.version.installments.size(), 9U);
  EXPECT_EQ(fewer.version.installments[6].interest, 20'60 + 20'90);
  EXPECT_EQ(fewer.version.installments[7].total(), 1'066'15);
}

// Three periods of interest alone; two of them are left.
TEST(Prepay, KeepsPeriodsWithoutPrincipal) {
  Terms terms = table_2_4();
  terms.grace.principal = 3;
  LivePlan plan = plan_of_terms(terms);
  plan.billed_days_before_due = 9;
  plan.pay_first(1);
  const std::vector<InstallmentView> now =
      prepaid(plan, {.on = make_day(2026, 1, 15), .amount_minor = 6'000'00}).version.installments;
  EXPECT_EQ(principal_and_interest(now)[1], Pair(6'000'00, 60'00));
  EXPECT_EQ(principal_and_interest(now)[2], Pair(0, 60'00));
  EXPECT_EQ(now[3].total(), 700'44);  // PMT(1%, 9, -6000) = 700.4422
  EXPECT_EQ(now[10].total(), 700'44);
}

// Equal principal on the same loan: 1 000.00 a period, interest 120.00, 110.00, ... Five parts of
// the last are gone, and each period costs 1 % of what is left.
TEST(Prepay, RecalculatesInterestOnTheBalance) {
  LivePlan plan = plan_of_terms(table_2_4(Method::EqualPrincipal));
  plan.billed_days_before_due = 9;
  plan.pay_first(2);
  const Prepayment fewer = prepaid(plan, {.on = make_day(2026, 2, 15),
                                          .amount_minor = 4'500'00,
                                          .effect = PrepaidEffect::FewerInstallments});
  EXPECT_THAT(principal_and_interest(fewer.version.installments),
              ElementsAre(Pair(1'000'00, 120'00), Pair(1'000'00, 110'00), Pair(5'500'00, 55'00),
                          Pair(1'000'00, 45'00), Pair(1'000'00, 35'00), Pair(1'000'00, 25'00),
                          Pair(1'000'00, 15'00), Pair(500'00, 5'00)));
  const Prepayment smaller = prepaid(plan, {.on = make_day(2026, 2, 15), .amount_minor = 5'000'00});
  EXPECT_EQ(smaller.version.installments[3].principal, 500'00);
  EXPECT_EQ(smaller.version.installments[3].interest, 45'00);
}

TEST(Prepay, RefusalsInOrder) {
  LivePlan plan = six();
  auto refusal = [&](PrepaymentRequest request) {
    return prepay(plan.view(), plan.terms, request).error();
  };
  const PrepaidEffect smaller = PrepaidEffect::SmallerInstallments;
  EXPECT_EQ(refusal(of(0, smaller)), ChangeRefusal::AmountNotPositive);
  EXPECT_EQ(refusal(of(600'00, smaller)), ChangeRefusal::AmountCoversAll);
  PrepaymentRequest billed = of(600'00, smaller);
  billed.on = make_day(2026, 7, 1);
  EXPECT_EQ(refusal(billed), ChangeRefusal::DueUnpaid);
  plan.penalty = 1;
  EXPECT_EQ(refusal(of(1, smaller)), ChangeRefusal::DueUnpaid);
  plan.penalty = 0;
  plan.terms.split_rule = base::SplitRule::HalfUpLast;
  EXPECT_EQ(refusal(of(599'96, smaller)), ChangeRefusal::NoSchedule);
  plan.terms.interest = table_2_4();
  plan.terms.interest->rate.e8 = base::kRateScale * 2;
  EXPECT_EQ(refusal(of(100'00, smaller)), ChangeRefusal::RateOutOfRange);
  plan.pay_first(6);
  EXPECT_EQ(refusal(of(0, smaller)), ChangeRefusal::NothingOwed);
}

}  // namespace
}  // namespace scheduling
