#include "scheduling/reprice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/scheduling/changes.h"

namespace scheduling {
namespace {

using base::make_day;
using testing::ElementsAre;

std::vector<std::int64_t> interests(const NewVersion& version) {
  std::vector<std::int64_t> interests;
  for (const InstallmentView& i : version.installments) interests.push_back(i.interest);
  return interests;
}

/// 12 000.00 in 12, equal principal at 1 %: 120.00, 110.00, ... 10.00; two are paid, and what is
/// not due is billed nine days before.
LivePlan equal_principal() {
  LivePlan plan = plan_of_terms(table_2_4(Method::EqualPrincipal));
  plan.billed_days_before_due = 9;
  return plan.pay_first(2);
}

// Period 3 runs from 15 February, 28 days, of which 14 are paused; all of period 4; 7 of the 30 of
// period 5: 100.00 / 2, 90.00, 80.00 * 7 / 30.
TEST(InterestPause, WaivesTheDaysOfTheSpan) {
  const LivePlan plan = equal_principal();
  const auto version = pause_interest(
      plan.view(), plan.terms,
      {.on = make_day(2026, 2, 20), .from = make_day(2026, 3, 1), .to = make_day(2026, 4, 22)});
  ASSERT_TRUE(version);
  EXPECT_THAT(interests(*version), ElementsAre(120'00, 110'00, 50'00, 0, 80'00 - 18'67, 70'00,
                                               60'00, 50'00, 40'00, 30'00, 20'00, 10'00));
  EXPECT_EQ(version->rebated, (Amounts{.interest = 50'00 + 90'00 + 18'67}));
  EXPECT_EQ(dues(version->installments), dues(plan.installments));
}

TEST(InterestPause, OfTwoHalvesIsThatOfTheWhole) {
  LivePlan plan = equal_principal();
  const base::Day from = make_day(2026, 3, 1);
  const base::Day middle = make_day(2026, 3, 22);
  const base::Day to = make_day(2026, 4, 22);
  const base::Day on = make_day(2026, 2, 20);
  const auto whole = pause_interest(plan.view(), plan.terms, {on, from, to});
  plan.installments = pause_interest(plan.view(), plan.terms, {on, from, middle})->installments;
  const auto halves = pause_interest(plan.view(), plan.terms, {on, middle, to});
  EXPECT_EQ(interests(*whole), interests(*halves));
}

// What is billed stands: installment 3 is billed on 6 March.
TEST(InterestPause, LeavesWhatIsBilled) {
  const LivePlan plan = equal_principal();
  const auto version = pause_interest(
      plan.view(), plan.terms,
      {.on = make_day(2026, 3, 6), .from = make_day(2026, 3, 1), .to = make_day(2026, 4, 1)});
  EXPECT_EQ(version->installments[2].interest, 100'00);
  EXPECT_EQ(version->installments[3].interest, 90'00 - 49'35);  // 17 of 31 days
}

// Interest fixed at the start is shared by days.
TEST(InterestPause, OfFixedInterest) {
  LivePlan plan = equal_principal();
  plan.terms.interest = std::nullopt;
  const auto version = pause_interest(
      plan.view(), plan.terms,
      {.on = make_day(2026, 2, 20), .from = make_day(2026, 4, 15), .to = make_day(2026, 4, 25)});
  EXPECT_EQ(version->installments[4].interest, 80'00 - 26'67);
}

TEST(InterestPause, RefusalsInOrder) {
  LivePlan plan = equal_principal();
  PauseRequest request{
      .on = make_day(2026, 3, 6), .from = make_day(2026, 3, 6), .to = make_day(2026, 3, 6)};
  auto refusal = [&] { return pause_interest(plan.view(), plan.terms, request).error(); };
  EXPECT_EQ(refusal(), ChangeRefusal::SpanEmpty);
  request.to = make_day(2026, 3, 15);
  EXPECT_EQ(refusal(), ChangeRefusal::NothingChanges);  // within installment 3, which is billed
  request.to = make_day(2026, 3, 16);
  plan.terms.interest->rate.e8 = base::kRateScale * 2;
  EXPECT_EQ(refusal(), ChangeRefusal::RateOutOfRange);
  plan.pay_first(12);
  EXPECT_EQ(refusal(), ChangeRefusal::NothingOwed);
}

// 1 % becomes 2 % in the middle of period 3: 100.00 / 2 + 200.00 / 2, then 2 % of what is owed.
TEST(RateChange, CountsThePeriodItIsInAtBothRates) {
  const LivePlan plan = equal_principal();
  const auto version = change_rate(plan.view(), plan.terms,
                                   {.on = make_day(2026, 2, 20),
                                    .from = make_day(2026, 3, 1),
                                    .rate = {2'000'000, base::RateBasis::PerPeriod}});
  ASSERT_TRUE(version);
  EXPECT_THAT(interests(*version), ElementsAre(120'00, 110'00, 150'00, 180'00, 160'00, 140'00,
                                               120'00, 100'00, 80'00, 60'00, 40'00, 20'00));
  EXPECT_EQ(version->added, (Amounts{.interest = 50'00 + 450'00}));
  EXPECT_EQ(version->installments[5].principal, 1'000'00);
}

// Table 2.4: 6 179.02 owed after six payments; at 2 % in 6 the level payment is 1 103.11, at 0.5 %
// 1 047.93 (a spreadsheet's PMT: 1 103.1146 and 1 047.9337).
TEST(RateChange, LevelsPaymentsAnew) {
  LivePlan plan = plan_of_terms(table_2_4());
  plan.billed_days_before_due = 9;
  plan.pay_first(6);
  for (const auto& [rate_e8, payment] :
       {std::pair(2'000'000, 1'103'11), std::pair(500'000, 1'047'93)}) {
    const auto version = change_rate(plan.view(), plan.terms,
                                     {.on = make_day(2026, 6, 15),
                                      .from = make_day(2026, 6, 15),
                                      .rate = {rate_e8, base::RateBasis::PerPeriod}});
    ASSERT_TRUE(version);
    for (std::size_t k = 6; k < 11; ++k) {
      EXPECT_EQ(version->installments[k].total(), payment) << k;
    }
  }
}

TEST(RateChange, RefusalsInOrder) {
  LivePlan plan = equal_principal();
  RateRequest request{.on = make_day(2026, 3, 6),
                      .from = make_day(2026, 12, 15),
                      .rate = {1'000'000, base::RateBasis::Flat}};
  auto refusal = [&] { return change_rate(plan.view(), plan.terms, request).error(); };
  EXPECT_EQ(refusal(), ChangeRefusal::RateOutOfRange);
  request.rate.basis = base::RateBasis::PerPeriod;
  EXPECT_EQ(refusal(), ChangeRefusal::NothingChanges);  // nothing is due after the day
  request.from = make_day(2026, 3, 6);
  EXPECT_EQ(refusal(), ChangeRefusal::NothingChanges);  // the rate there was
  request.rate.e8 = -1;
  EXPECT_EQ(refusal(), ChangeRefusal::RateOutOfRange);
  request.rate.e8 = base::kRateScale + 1;
  EXPECT_EQ(refusal(), ChangeRefusal::RateOutOfRange);
  plan.terms.interest->method = Method::FlatInterest;
  EXPECT_EQ(refusal(), ChangeRefusal::NoInterestOnBalance);
  plan.terms.interest = std::nullopt;
  EXPECT_EQ(refusal(), ChangeRefusal::NoInterestOnBalance);
  plan.pay_first(12);
  EXPECT_EQ(refusal(), ChangeRefusal::NothingOwed);
}

}  // namespace
}  // namespace scheduling
