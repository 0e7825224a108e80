// The methods and options of schedules beyond those of schedule_test.cpp, by the tables of
// domain.md and figures of others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduling/schedule.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::make_day;
using base::RateBasis;
using base::Rounding;
using testing::Each;
using testing::ElementsAre;

constexpr std::int64_t kPercent = 1'000'000;

base::Money cny(std::int64_t minor) { return {minor, base::Currency::find("CNY").value()}; }

/// Monthly from 2026-01-01 on; the rest as given.
Terms terms(Method method, std::int64_t principal_minor, int count, std::int64_t e8_a_period) {
  Terms t;
  t.principal = cny(principal_minor);
  t.installment_count = count;
  t.disbursed_on = make_day(2026, 1, 1);
  t.dues = order_mode(t.disbursed_on);
  t.method = method;
  if (method != Method::InterestFree) t.rate = {e8_a_period, RateBasis::PerPeriod};
  return t;
}

std::vector<std::int64_t> column(const Terms& t, std::int64_t Installment::* member) {
  std::vector<std::int64_t> values;
  for (const Schedule schedule = make_schedule(t).value();
       const Installment& i : schedule.installments)
    values.push_back(i.*member);
  return values;
}
std::vector<std::int64_t> principals(const Terms& t) {
  return column(t, &Installment::principal_minor);
}
std::vector<std::int64_t> interests(const Terms& t) {
  return column(t, &Installment::interest_minor);
}
std::vector<std::int64_t> fees(const Terms& t) { return column(t, &Installment::fee_minor); }
std::vector<std::int64_t> balances(const Terms& t) {
  return column(t, &Installment::balance_minor);
}
std::vector<std::int64_t> totals(const Terms& t) {
  std::vector<std::int64_t> values;
  for (const Schedule schedule = make_schedule(t).value();
       const Installment& i : schedule.installments) {
    values.push_back(i.total_minor());
  }
  return values;
}
std::vector<base::Day> dues(const Terms& t) {
  std::vector<base::Day> days;
  for (const Schedule schedule = make_schedule(t).value();
       const Installment& i : schedule.installments) {
    days.push_back(i.due);
  }
  return days;
}
TermsRefusal refusal(const Terms& t) { return make_schedule(t).error(); }

// domain.md §2, pay-in-4: P / 4 at days 0, 14, 28, 42.
TEST(Methods, PayInFour) {
  Terms t = terms(Method::InterestFree, 100'00, 4, 0);
  t.dues = dues_from(t.disbursed_on, {.count = 2, .unit = PeriodUnit::Week});
  EXPECT_THAT(dues(t), ElementsAre(make_day(2026, 1, 1), make_day(2026, 1, 15),
                                   make_day(2026, 1, 29), make_day(2026, 2, 12)));
  EXPECT_THAT(principals(t), Each(25'00));
}

// domain.md §2: first P/n + n * P * f, the others P/n; or n * P * f on day 0.
TEST(Methods, UpfrontFee) {
  Terms t = terms(Method::UpfrontFee, 1'000'00, 6, kPercent * 6 / 10);
  EXPECT_THAT(fees(t), ElementsAre(36'00, 0, 0, 0, 0, 0));
  EXPECT_THAT(principals(t), ElementsAre(166'66, 166'66, 166'66, 166'66, 166'66, 166'70));
  t.upfront_on_day_0 = true;
  EXPECT_THAT(fees(t), ElementsAre(36'00, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ(principals(t).front(), 0);
  EXPECT_EQ(dues(t).front(), t.disbursed_on);
  EXPECT_TRUE(make_schedule(t)->installments.front().is_upfront);
}

// domain.md §2: P 10 000, B 4 000, i 1 %, n 12: A = 573.09, plus 4 000 at month 12.
TEST(Methods, Balloon) {
  Terms t = terms(Method::Balloon, 10'000'00, 12, kPercent);
  t.balloon_minor = 4'000'00;
  const std::vector<std::int64_t> paid = totals(t);
  EXPECT_THAT(std::vector(paid.begin(), paid.end() - 1), Each(573'09));
  EXPECT_NEAR(static_cast<double>(paid.back()), 4'573'09, 10);
  t.balloon_minor = 10'000'00;  // interest alone
  EXPECT_THAT(interests(t), Each(100'00));
  t.balloon_minor = 0;
  EXPECT_EQ(principals(t), principals(terms(Method::LevelPayment, 10'000'00, 12, kPercent)));
  t.balloon_minor = 10'000'01;
  EXPECT_EQ(refusal(t), TermsRefusal::BalloonOutOfRange);
}

// domain.md §2: 1 000.00 at 0.05 % a day for 30 days is 15.00; by the days of each period.
TEST(Methods, DailyInterestCountsDays) {
  Terms t = terms(Method::DailyInterest, 1'000'00, 1, 0);
  t.rate = {50'000, RateBasis::PerDay};
  t.dues = dues_from(make_day(2026, 1, 31), {});
  EXPECT_THAT(interests(t), ElementsAre(15'00));
  t.installment_count = 2;  // then 500.00 for 28 days
  EXPECT_THAT(interests(t), ElementsAre(15'00, 7'00));
  t.rate = {18'250'000, RateBasis::PerYear365};  // the same by the year: 18.25 %
  EXPECT_THAT(interests(t), ElementsAre(15'00, 7'00));
}

// Fineract, LoanRepayment.feature 3131: 1250 at 15 % flat in 4, rounded half even.
TEST(Methods, FlatInterestIsSplitLikeThePrincipal) {
  Terms t = terms(Method::FlatInterest, 1'250'00, 4, 0);
  t.rate = {15 * kPercent, RateBasis::PerYear365};
  t.split_rule = {Rounding::HalfEven, Remainder::Last};
  t.interest_rounding = Rounding::HalfEven;
  EXPECT_THAT(interests(t), ElementsAre(15'62, 15'62, 15'62, 15'64));
  EXPECT_THAT(principals(t), Each(312'50));
  t.multiples_of_minor = 1'00;
  EXPECT_THAT(totals(t), ElementsAre(328'00, 328'00, 328'00, 328'50));
}

// domain.md §2.5: a partial subsidy leaves the customer f * (1 - share).
TEST(Methods, SubsidyLowersTheRate) {
  Terms t = terms(Method::FlatFee, 1'000'00, 6, kPercent * 6 / 10);
  t.subsidy_bps = 2'500;
  EXPECT_THAT(fees(t), Each(4'50));
  t.subsidy_bps = 10'000;
  EXPECT_THAT(fees(t), Each(0));
  t.subsidy_bps = 10'001;
  EXPECT_EQ(refusal(t), TermsRefusal::RateOutOfRange);
  Terms level = terms(Method::LevelPayment, 12'000'00, 12, 2 * kPercent);
  level.subsidy_bps = 5'000;
  EXPECT_EQ(principals(level), principals(terms(Method::LevelPayment, 12'000'00, 12, kPercent)));
}

TEST(Methods, DownPaymentIsDueAtOnceAndTheRestIsSplit) {
  Terms t = terms(Method::InterestFree, 1'000'00, 3, 0);
  t.down_payment_e8 = 25 * kPercent;
  EXPECT_THAT(principals(t), Each(250'00));
  EXPECT_EQ(dues(t).front(), t.disbursed_on);
  EXPECT_THAT(balances(t), ElementsAre(750'00, 500'00, 250'00, 0));
  t.down_payment_e8 = 100 * kPercent;
  EXPECT_EQ(refusal(t), TermsRefusal::DownPaymentOutOfRange);
}

// Without principal for two months, interest alone is paid; without interest, it waits for the
// third; interest-free months cost nothing.
TEST(Methods, GraceOnPrincipalAndInterest) {
  Terms t = terms(Method::EqualPrincipal, 1'200'00, 4, kPercent);
  t.grace = {.principal = 2};
  EXPECT_THAT(principals(t), ElementsAre(0, 0, 600'00, 600'00));
  EXPECT_THAT(interests(t), ElementsAre(12'00, 12'00, 12'00, 6'00));
  t.grace = {.principal = 2, .interest = 2};
  EXPECT_THAT(interests(t), ElementsAre(0, 0, 36'00, 6'00));
  t.grace = {.principal = 2, .interest_free = 2};
  EXPECT_THAT(interests(t), ElementsAre(0, 0, 12'00, 6'00));
  t.grace = {.principal = 4};
  EXPECT_EQ(refusal(t), TermsRefusal::GraceOutOfRange);

  Terms fee = terms(Method::FlatFee, 1'200'00, 4, kPercent);
  fee.grace = {.interest = 2};  // the total stays
  EXPECT_THAT(fees(fee), ElementsAre(0, 0, 24'00, 24'00));
  fee.grace = {.interest_free = 2};
  EXPECT_THAT(fees(fee), ElementsAre(0, 0, 12'00, 12'00));
}

// domain.md §2, deferred: m months nothing, then n on P, or on P (1 + i)^m.
TEST(Methods, DeferredStart) {
  Terms free = terms(Method::LevelPayment, 12'000'00, 12, kPercent);
  free.dues = dues_from(make_day(2026, 5, 1), {});  // the pause is free: one period, one rate
  EXPECT_EQ(totals(free).front(), 1'066'19);

  Terms charged = terms(Method::LevelPayment, 12'000'00, 15, kPercent);
  charged.grace = {.principal = 3, .interest = 3};
  charged.unpaid_interest = UnpaidInterest::Capitalized;
  const std::vector<std::int64_t> paid = totals(charged);
  EXPECT_THAT(std::vector(paid.begin(), paid.begin() + 3), Each(0));
  // 12 000 * 1.01^3 = 12 363.612 in 12 at 1 %: 1 098.49.
  EXPECT_THAT(std::vector(paid.begin() + 3, paid.end() - 1), Each(1'098'49));
  EXPECT_EQ(make_schedule(charged)->principal_minor(), 12'000'00);

  charged.unpaid_interest = UnpaidInterest::PaidNext;
  EXPECT_EQ(totals(charged)[3], 1'066'19 + 360'00);
}

// A fee belongs to the period that contains its date, the due date included; one after the last
// installment makes another (Fineract, scenario loanreschedule-603).
TEST(Methods, FeesOnDates) {
  Terms t = terms(Method::InterestFree, 300'00, 3, 0);
  t.fees = {{make_day(2026, 1, 1), 1'00},
            {make_day(2026, 2, 1), 2'00},
            {make_day(2026, 2, 2), 4'00},
            {make_day(2026, 5, 3), 8'00},
            {make_day(2026, 4, 20), 16'00}};
  EXPECT_THAT(fees(t), ElementsAre(3'00, 4'00, 0, 24'00));
  EXPECT_EQ(dues(t).back(), make_day(2026, 5, 3));
  t.fees = {{make_day(2025, 12, 31), 1'00}};
  EXPECT_EQ(refusal(t), TermsRefusal::FeeOutOfRange);
}

// Fineract, ProgressiveEMICalculatorTest: 100 at 9.4822 % in 6, then 100 more on 15 February.
TEST(Methods, LaterDisbursementIsAmortizedAnew) {
  Terms t = terms(Method::LevelPayment, 200'00, 6, 0);
  t.disbursed_on = make_day(2024, 1, 1);
  t.dues = order_mode(t.disbursed_on);
  t.rate = {9'482'200, RateBasis::PerYear360};
  t.interest_rounding = Rounding::HalfEven;
  t.emi_adjust = EmiAdjust::Fineract;
  t.disbursements = {{make_day(2024, 1, 1), 100'00}, {make_day(2024, 2, 15), 100'00}};
  EXPECT_THAT(totals(t), ElementsAre(17'13, 37'53, 37'53, 37'53, 37'53, 37'53));
  EXPECT_THAT(interests(t), ElementsAre(79, 1'07, 1'16, 88, 59, 29));
  t.disbursements[1].date = make_day(2024, 7, 1);
  EXPECT_EQ(refusal(t), TermsRefusal::DisbursementsOutOfOrder);
}

TEST(Methods, LaterDisbursementOfASplit) {
  Terms t = terms(Method::InterestFree, 150'00, 3, 0);
  t.disbursements = {{make_day(2026, 1, 1), 100'00}, {make_day(2026, 2, 1), 50'00}};
  t.split_rule = {Rounding::HalfEven, Remainder::Last};
  EXPECT_THAT(principals(t), ElementsAre(33'33, 58'34, 58'33));
  t.later_disbursement = LaterDisbursement::AddedOnTop;
  EXPECT_THAT(principals(t), ElementsAre(33'33, 58'33, 58'34));
  t.later_disbursement = LaterDisbursement::SpreadOverAll;  // on a due date it enters that one
  EXPECT_THAT(principals(t), ElementsAre(50'00, 50'00, 50'00));
  t.disbursements[1].date = make_day(2026, 2, 2);
  EXPECT_THAT(principals(t), ElementsAre(33'33, 50'00, 66'67));
}

// Fineract, LoanInstallmentMultiplesOfTest: 1250 at 12 % flat in 3, multiples of 1 and of 20.
TEST(Methods, MultiplesOfAnAmount) {
  Terms t = terms(Method::FlatInterest, 1'250'00, 3, kPercent);
  t.split_rule = {Rounding::HalfEven, Remainder::Last};
  t.interest_rounding = Rounding::HalfEven;
  t.multiples_of_minor = 1'00;
  EXPECT_THAT(totals(t), ElementsAre(429'00, 429'00, 429'50));
  t.multiples_of_minor = 20'00;
  EXPECT_THAT(totals(t), ElementsAre(440'00, 440'00, 407'50));
  t.multiples_of_minor = 500'00;
  EXPECT_EQ(refusal(t), TermsRefusal::MultipleOutOfRange);
}

// Fineract, testEMICalculation_CheckEmiButNewEmiNotBetterThanOriginal: 100 at 15.678 % in 6 by days
// leaves a last payment of 17.47 against 17.43: 0.04 is more than 0.03, but 17.44 would leave 0.05.
TEST(Methods, EmiAdjustKeepsWhatIsNotBetter) {
  Terms t = terms(Method::LevelPayment, 100'00, 6, 0);
  t.disbursed_on = make_day(2024, 1, 1);
  t.dues = order_mode(t.disbursed_on);
  t.rate = {15'678'000, RateBasis::PerYear365};
  t.day_count = DayCount::Act365Fixed;
  t.interest_rounding = Rounding::HalfEven;
  t.emi_adjust = EmiAdjust::Fineract;
  EXPECT_THAT(totals(t), ElementsAre(17'43, 17'43, 17'43, 17'43, 17'43, 17'47));
  t.method = Method::EqualPrincipal;
  EXPECT_EQ(refusal(t), TermsRefusal::OptionNotForMethod);
}

// The adjustment never leaves a larger difference, and for some terms a smaller one.
TEST(Methods, EmiAdjustLevels) {
  int better = 0;
  for (std::int64_t principal = 100'00; principal < 140'00; principal += 7) {
    Terms t = terms(Method::LevelPayment, principal, 24, kPercent / 2);
    const auto off = [](const std::vector<std::int64_t>& paid) {
      return std::abs(paid.back() - paid[paid.size() - 2]);
    };
    const std::int64_t plain = off(totals(t));
    t.emi_adjust = EmiAdjust::Fineract;
    EXPECT_LE(off(totals(t)), plain);
    if (off(totals(t)) < plain) ++better;
  }
  EXPECT_GT(better, 0);
}

TEST(Methods, FixedLengthMovesTheLastDueDate) {
  Terms t = terms(Method::EqualPrincipal, 300'00, 3, 0);
  t.rate = {36 * kPercent, RateBasis::PerYear365};
  t.day_count = DayCount::Act365Fixed;
  t.last_due_on = make_day(2026, 3, 11);
  EXPECT_EQ(dues(t).back(), make_day(2026, 3, 11));
  EXPECT_EQ(interests(t).back(), 99);  // 100.00 for ten days: 0.986
  t.last_due_on = make_day(2026, 3, 1);
  EXPECT_EQ(refusal(t), TermsRefusal::DueDatesOutOfOrder);
}

TEST(Methods, DueDatesAsGiven) {
  Terms t = terms(Method::InterestFree, 300'00, 3, 0);
  t.due_on = {make_day(2026, 2, 2), make_day(2026, 3, 2), make_day(2026, 4, 1)};
  EXPECT_EQ(dues(t), t.due_on);
  t.due_on.pop_back();
  EXPECT_EQ(refusal(t), TermsRefusal::DueDatesOutOfOrder);
  t.due_on.push_back(make_day(2026, 3, 2));
  EXPECT_EQ(refusal(t), TermsRefusal::DueDatesOutOfOrder);
}

// 30E/360 ISDA has -2 days from 28 February to itself where the agreement ends on it: no interest.
TEST(Methods, AnEmptyPeriodBearsNoInterest) {
  Terms t = terms(Method::EqualPrincipal, 1'000'00, 1, 0);
  t.disbursed_on = make_day(2026, 2, 28);
  t.dues = dues_from(t.disbursed_on, {});
  t.rate = {6 * kPercent, RateBasis::PerYear360};
  t.day_count = DayCount::ThirtyE360Isda;
  EXPECT_THAT(interests(t), ElementsAre(0));
}

TEST(Methods, RefusesOptionsThatTheMethodCannotHave) {
  const Terms level = terms(Method::LevelPayment, 1'000'00, 6, kPercent);
  const auto with = [&](auto change) {
    Terms t = level;
    change(t);
    return refusal(t);
  };
  EXPECT_EQ(with([](Terms& t) { t.method = Method::DailyInterest; }),
            TermsRefusal::OptionNotForMethod);  // a rate per period counts no days
  EXPECT_EQ(with([](Terms& t) { t.upfront_on_day_0 = true; }), TermsRefusal::OptionNotForMethod);
  EXPECT_EQ(with([](Terms& t) { t.later_disbursement = LaterDisbursement::AddedOnTop; }),
            TermsRefusal::OptionNotForMethod);
  EXPECT_EQ(with([](Terms& t) { t.balloon_minor = 1; }), TermsRefusal::BalloonOutOfRange);
  EXPECT_EQ(with([](Terms& t) { t.multiples_of_minor = -1; }), TermsRefusal::MultipleOutOfRange);
  EXPECT_EQ(with([](Terms& t) {
              t.method = Method::FlatFee;
              t.split_rule = base::SplitRule::DownFirst;
              t.multiples_of_minor = 1'00;
            }),
            TermsRefusal::OptionNotForMethod);
}

// A first period so long that the level payment does not cover its interest.
TEST(Methods, RefusesAPaymentThatLetsTheBalanceGrow) {
  Terms t = terms(Method::LevelPayment, 1'000'00, 60, 0);
  t.rate = {24 * kPercent, RateBasis::PerYear365};
  t.day_count = DayCount::Act365Fixed;
  t.dues = dues_from(make_day(2029, 1, 1), {});
  EXPECT_EQ(refusal(t), TermsRefusal::PaymentBelowInterest);
}

// No schedule depends on another: making them in any order, into one memory, changes nothing.
TEST(Methods, PlansAreIndependent) {
  tests::property("in any order", [] {
    std::vector<Terms> all;
    for (int i = 0; i < 6; ++i) {
      all.push_back(terms(*rc::gen::element(Method::FlatFee, Method::LevelPayment,
                                            Method::EqualPrincipal, Method::FlatInterest),
                          *rc::gen::inRange(10'000, 1'000'000), *rc::gen::inRange(1, 37),
                          *rc::gen::inRange<std::int64_t>(0, 3 * kPercent)));
    }
    const std::vector<Schedule> alone = [&] {
      std::vector<Schedule> made;
      for (const Terms& t : all) made.push_back(make_schedule(t).value());
      return made;
    }();
    std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    Schedule memory;
    for (const std::size_t i : order) {
      RC_ASSERT(!make_schedule_into(all[i], memory));
      RC_ASSERT(memory.installments == alone[i].installments);
    }
  });
}

}  // namespace
}  // namespace scheduling
