#include "scheduling/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::make_day;
using base::Money;
using base::Rate;
using base::RateBasis;
using base::Rounding;
using base::SplitRule;
using testing::Each;
using testing::ElementsAre;

Money cny(std::int64_t minor) { return {minor, base::Currency::find("CNY").value()}; }
Rate per_period(std::int64_t e8) { return {e8, RateBasis::PerPeriod}; }

/// Terms of plan A's dates; the rest as given.
Terms terms(Method method, Money principal, int count, Rate rate) {
  return {.principal = principal,
          .installment_count = count,
          .disbursed_on = make_day(2026, 6, 18),
          .dues = dues_from(make_day(2026, 7, 10), {}),
          .method = method,
          .rate = rate};
}

std::vector<std::int64_t> column(const Schedule& schedule, std::int64_t Installment::* member) {
  std::vector<std::int64_t> values;
  for (const Installment& i : schedule.installments) values.push_back(i.*member);
  return values;
}
std::vector<std::int64_t> principals(const Terms& t) {
  return column(make_schedule(t).value(), &Installment::principal_minor);
}
std::vector<std::int64_t> interests(const Terms& t) {
  return column(make_schedule(t).value(), &Installment::interest_minor);
}
std::vector<std::int64_t> fees(const Terms& t) {
  return column(make_schedule(t).value(), &Installment::fee_minor);
}

// domain.md §2.3: 1 000.00 in 6.
TEST(MakeSchedule, SplitRuleSaysWhoTakesTheRest) {
  const std::map<SplitRule, std::vector<std::int64_t>> cases = {
      {SplitRule::DownLast, {166'66, 166'66, 166'66, 166'66, 166'66, 166'70}},
      {SplitRule::DownFirst, {166'70, 166'66, 166'66, 166'66, 166'66, 166'66}},
      {SplitRule::HalfUpLast, {166'67, 166'67, 166'67, 166'67, 166'67, 166'65}},
      {SplitRule::Cumulative, {166'67, 166'66, 166'67, 166'67, 166'66, 166'67}},
  };
  for (const auto& [rule, parts] : cases) {
    Terms t = terms(Method::InterestFree, cny(1'000'00), 6, {});
    t.split_rule = rule;
    EXPECT_EQ(principals(t), parts);
  }
}

// Plan A, domain.md §4.3: 5 x (166.66 + 6.00), then 166.70 + 6.00.
TEST(MakeSchedule, FlatFeeIsSplitSeparatelyFromThePrincipal) {
  const Terms t = terms(Method::FlatFee, cny(1'000'00), 6, per_period(600'000));
  const Schedule schedule = make_schedule(t).value();
  EXPECT_THAT(fees(t), Each(6'00));
  EXPECT_THAT(principals(t), ElementsAre(166'66, 166'66, 166'66, 166'66, 166'66, 166'70));
  EXPECT_EQ(schedule.fee_minor(), 36'00);
  EXPECT_EQ(schedule.installments[0].due, make_day(2026, 7, 10));
  EXPECT_EQ(schedule.installments[5].due, make_day(2026, 12, 10));
}

// S2, domain.md §4.5: 1 200.00 in 12 x (100.00 + 7.20).
TEST(MakeSchedule, FlatFeeOfTwelvePeriods) {
  const Terms t = terms(Method::FlatFee, cny(1'200'00), 12, per_period(600'000));
  EXPECT_THAT(principals(t), Each(100'00));
  EXPECT_THAT(fees(t), Each(7'20));
}

TEST(MakeSchedule, FlatFeeIsRoundedOnceAndNotEveryPeriod) {
  // 333.33 at 0.55 % for 7: 12.833205 in all, 1.83 a period and not 7 x 1.83 = 12.81.
  const Terms t = terms(Method::FlatFee, cny(333'33), 7, per_period(550'000));
  EXPECT_THAT(fees(t), ElementsAre(1'83, 1'83, 1'83, 1'83, 1'83, 1'83, 1'85));
}

// domain.md §2.3: at least 0.01 a period if the rate is not zero.
TEST(MakeSchedule, FlatFeeIsAtLeastACentAPeriod) {
  EXPECT_THAT(fees(terms(Method::FlatFee, cny(60), 6, per_period(600'000))), Each(1));
  EXPECT_THAT(fees(terms(Method::FlatFee, cny(60), 6, per_period(0))), Each(0));
}

// domain.md §2.4, left and right column.
TEST(MakeSchedule, LevelPaymentAgreesWithTheTableToTheCent) {
  const Terms t = terms(Method::LevelPayment, cny(12'000'00), 12, per_period(1'000'000));
  EXPECT_THAT(principals(t), ElementsAre(946'19, 955'65, 965'21, 974'86, 984'61, 994'46, 1'004'40,
                                         1'014'44, 1'024'59, 1'034'83, 1'045'18, 1'055'58));
  EXPECT_THAT(interests(t), ElementsAre(120'00, 110'54, 100'98, 91'33, 81'58, 71'73, 61'79, 51'75,
                                        41'60, 31'36, 21'01, 10'56));
  const Schedule schedule = make_schedule(t).value();
  EXPECT_EQ(schedule.installments[0].total_minor(), 1'066'19);
  EXPECT_EQ(schedule.installments[11].total_minor(), 1'066'14);
  EXPECT_EQ(schedule.interest_minor(), 794'23);
}

// domain.md §2.4, last line.
TEST(MakeSchedule, EqualPrincipalPaysInterestOnTheBalance) {
  const Terms t = terms(Method::EqualPrincipal, cny(12'000'00), 12, per_period(1'000'000));
  const Schedule schedule = make_schedule(t).value();
  EXPECT_EQ(schedule.interest_minor(), 780'00);
  for (int k = 0; k < 12; ++k) {
    EXPECT_EQ(schedule.installments[static_cast<std::size_t>(k)].total_minor(),
              1'120'00 - 10'00 * k);
  }
}

TEST(MakeSchedule, LevelPaymentAtRateZeroIsASplit) {
  EXPECT_THAT(principals(terms(Method::LevelPayment, cny(1'000'00), 6, per_period(0))),
              ElementsAre(166'67, 166'67, 166'67, 166'67, 166'67, 166'65));
  EXPECT_THAT(interests(terms(Method::LevelPayment, cny(1'000'00), 6, per_period(0))), Each(0));
}

TEST(MakeSchedule, OneInstallmentAndTheMostThereMayBe) {
  for (Method method :
       {Method::InterestFree, Method::FlatFee, Method::EqualPrincipal, Method::LevelPayment}) {
    const Rate rate = method == Method::InterestFree ? Rate{} : per_period(1'000'000);
    EXPECT_THAT(principals(terms(method, cny(100'00), 1, rate)), ElementsAre(100'00));
    EXPECT_EQ(principals(terms(method, cny(100'00), kInstallmentCountMax, rate)).size(), 600u);
  }
  EXPECT_THAT(interests(terms(Method::LevelPayment, cny(100'00), 1, per_period(1'000'000))),
              ElementsAre(1'00));
}

TEST(MakeSchedule, YearlyAndMonthlyRatesBecomePeriodic) {
  const std::vector<Rate> one_percent_a_month = {{12'000'000, RateBasis::PerYear360},
                                                 {12'000'000, RateBasis::PerYear365},
                                                 {1'000'000, RateBasis::PerMonth},
                                                 {1'000'000, RateBasis::PerPeriod}};
  for (Rate rate : one_percent_a_month) {
    const Schedule s = make_schedule(terms(Method::LevelPayment, cny(12'000'00), 12, rate)).value();
    EXPECT_EQ(s.interest_minor(), 794'23);
  }
  // domain.md §2: 1 000.00 at 0.05 % a day for 30 days costs 15.00.
  Terms daily = terms(Method::EqualPrincipal, cny(1'000'00), 1, {50'000, RateBasis::PerDay});
  daily.dues = dues_from(make_day(2026, 7, 18), {.count = 30, .unit = PeriodUnit::Day});
  EXPECT_THAT(interests(daily), ElementsAre(15'00));
}

TEST(MakeSchedule, CurrenciesWithoutAndWithThreeDecimals) {
  const Money yen{10'000, base::Currency::find("JPY").value()};
  EXPECT_THAT(principals(terms(Method::InterestFree, yen, 3, {})), ElementsAre(3333, 3333, 3334));
  const Money dinar{10'000, base::Currency::find("KWD").value()};
  EXPECT_THAT(principals(terms(Method::InterestFree, dinar, 3, {})), ElementsAre(3333, 3333, 3334));
}

TEST(MakeSchedule, RefusesInTheOrderOfTheList) {
  // Everything is wrong at once; each step cures the first complaint.
  Terms t = terms(Method::InterestFree, cny(0), kInstallmentCountMax + 1, per_period(-1));
  t.dues = dues_from(make_day(2026, 6, 17), {.count = 367, .unit = PeriodUnit::Day});
  t.principal_minor_min = 1'00;
  t.split_rule = SplitRule::HalfUpLast;
  auto refusal = [&] { return make_schedule(t).error(); };
  EXPECT_EQ(refusal(), TermsRefusal::PrincipalNotPositive);
  t.principal = cny(-1);
  EXPECT_EQ(refusal(), TermsRefusal::PrincipalNotPositive);
  t.principal = cny(base::kAmountMinorMax / 10 + 1);
  EXPECT_EQ(refusal(), TermsRefusal::PrincipalTooLarge);
  t.principal = cny(7);
  EXPECT_EQ(refusal(), TermsRefusal::CountOutOfRange);
  t.installment_count = 0;
  EXPECT_EQ(refusal(), TermsRefusal::CountOutOfRange);
  t.installment_count = 12;
  EXPECT_EQ(refusal(), TermsRefusal::PeriodOutOfRange);
  t.dues.every = {.count = 0, .unit = PeriodUnit::Month};
  EXPECT_EQ(refusal(), TermsRefusal::PeriodOutOfRange);
  t.dues.every = {.count = 366, .unit = PeriodUnit::Month};
  EXPECT_EQ(refusal(), TermsRefusal::PeriodOutOfRange);  // in the year 2361
  t.dues.every = {};
  EXPECT_EQ(refusal(), TermsRefusal::FirstDueBeforeDisbursement);
  t.disbursed_on = make_day(2026, 6, 17);
  EXPECT_EQ(refusal(), TermsRefusal::RateOutOfRange);
  t.rate = per_period(1);
  EXPECT_EQ(refusal(), TermsRefusal::RateHasNoPeriod);
  t.method = Method::FlatFee;
  t.rate = {1, RateBasis::Flat};
  EXPECT_EQ(refusal(), TermsRefusal::RateHasNoPeriod);
  t.rate = {1, RateBasis::PerDay};  // a month needs a day count
  EXPECT_EQ(refusal(), TermsRefusal::RateHasNoPeriod);
  t.rate = per_period(base::kRateScale + 1);
  EXPECT_EQ(refusal(), TermsRefusal::RateOutOfRange);
  t.rate = per_period(base::kRateScale);
  EXPECT_EQ(refusal(), TermsRefusal::PrincipalTooSmallToSplit);
  t.principal_minor_min = 0;  // domain.md §2.3, trap: 0.07 in 12
  EXPECT_EQ(refusal(), TermsRefusal::RoundingLeavesNegativeRest);
  t.principal = cny(base::kAmountMinorMax / 10);
  EXPECT_EQ(refusal(), TermsRefusal::CostTooLarge);
  t.rate = per_period(10'000'000);
  EXPECT_EQ(make_schedule(t).value().fee_minor(), base::kAmountMinorMax / 100 * 12);
}

// domain.md §15.10: 0.01 in 12 periods is refused by the minimum.
TEST(MakeSchedule, ACentIsNotSplit) {
  EXPECT_EQ(make_schedule(terms(Method::InterestFree, cny(1), 12, {})).error(),
            TermsRefusal::PrincipalTooSmallToSplit);
  Terms t = terms(Method::InterestFree, cny(11'99), 12, {});
  t.principal_minor_min = 1'00;
  EXPECT_EQ(make_schedule(t).error(), TermsRefusal::PrincipalTooSmallToSplit);
  t.principal = cny(12'00);
  EXPECT_THAT(principals(t), Each(1'00));
}

TEST(MakeSchedule, FeeThatRoundsUpTooMuchIsRefused) {
  // 0.07 of fee in 12 parts: 11 x 0.01 would leave -0.04.
  Terms t = terms(Method::FlatFee, cny(12'00), 12, per_period(50'000));
  t.fee_minor_min = 0;
  t.split_rule = SplitRule::HalfUpLast;
  EXPECT_EQ(make_schedule(t).error(), TermsRefusal::RoundingLeavesNegativeRest);
  t.split_rule = SplitRule::Cumulative;
  EXPECT_EQ(make_schedule(t).value().fee_minor(), 7);
}

// Whatever the terms, a plan pays back exactly what was lent: no cent is made or lost.
TEST(MakeSchedule, PartsSumToThePrincipal) {
  tests::property("principals sum, nothing negative, dues increase", [] {
    Terms t = terms(Method::InterestFree, cny(1), 1, {});
    t.method = *rc::gen::element(Method::InterestFree, Method::FlatFee, Method::EqualPrincipal,
                                 Method::LevelPayment);
    t.principal = cny(*rc::gen::oneOf(rc::gen::inRange<std::int64_t>(1, 100'000),
                                      rc::gen::inRange<std::int64_t>(1, 100'000'000'000'000'000)));
    t.installment_count = *rc::gen::inRange(1, kInstallmentCountMax + 1);
    if (t.method != Method::InterestFree) {
      t.rate = per_period(*rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 5'000'000),
                                          rc::gen::inRange<std::int64_t>(0, base::kRateScale + 1)));
    }
    t.split_rule =
        *rc::gen::element(SplitRule::DownLast, SplitRule::DownFirst, SplitRule::HalfUpLast,
                          SplitRule::Cumulative, SplitRule::LargestRemainder);
    t.interest_rounding = *rc::gen::element(Rounding::Down, Rounding::Up, Rounding::HalfUp,
                                            Rounding::HalfEven, Rounding::Ceiling, Rounding::Floor);
    const auto made = make_schedule(t);
    if (!made) {
      RC_ASSERT(made.error() == TermsRefusal::PrincipalTooSmallToSplit ||
                made.error() == TermsRefusal::RoundingLeavesNegativeRest ||
                made.error() == TermsRefusal::CostTooLarge);
      return;
    }
    RC_ASSERT(made->principal_minor() == t.principal.minor());
    RC_ASSERT(made->installments.size() == static_cast<std::size_t>(t.installment_count));
    base::Day before = t.disbursed_on;
    for (const Installment& i : made->installments) {
      RC_ASSERT(i.principal_minor >= 0 && i.interest_minor >= 0 && i.fee_minor >= 0);
      RC_ASSERT(i.due > before);
      before = i.due;
    }
    if (t.method == Method::FlatFee) {
      const base::int128 exact =
          base::int128{t.principal.minor()} * t.rate.e8 * t.installment_count;
      const base::int128 twice_off =
          2 * (base::int128{made->fee_minor()} * base::kRateScale - exact);
      const bool is_minimum = made->fee_minor() == t.installment_count;
      RC_ASSERT(is_minimum || (twice_off <= base::kRateScale && twice_off > -base::kRateScale));
    }
    if (t.method == Method::LevelPayment) {
      for (std::size_t i = 1; i + 1 < made->installments.size(); ++i) {
        RC_ASSERT(made->installments[i].total_minor() == made->installments[0].total_minor());
      }
    }
  });
}

}  // namespace
}  // namespace scheduling
