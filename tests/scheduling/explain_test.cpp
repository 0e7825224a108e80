#include "scheduling/explain.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "tests/support/property.h"

namespace scheduling {
namespace {

base::Day day(int year, unsigned month, unsigned dom) { return base::make_day(year, month, dom); }
base::Money cny(std::int64_t minor) { return {minor, *base::Currency::find("CNY")}; }

/// Plan A of the domain reference, §4.3.
Terms plan_a() {
  Terms terms;
  terms.principal = cny(1'000'00);
  terms.installment_count = 6;
  terms.disbursed_on = day(2026, 6, 18);
  terms.dues = dues_from(day(2026, 7, 10), {});
  terms.method = Method::FlatFee;
  terms.rate = *base::parse_percent("0.60", base::RateBasis::PerPeriod);
  return terms;
}

ExplainedStep step(const Terms& terms, std::size_t index, std::string_view figure) {
  const auto schedule = make_schedule(terms);
  EXPECT_TRUE(schedule.has_value());
  for (ExplainedStep& one : explain_installment(terms, *schedule, index)) {
    if (one.figure == figure) return one;
  }
  ADD_FAILURE() << "no step " << figure;
  return {};
}

TEST(Explain, AFlatFee) {
  const Terms terms = plan_a();
  EXPECT_EQ(step(terms, 2, "due").formula, "2026-07-10 and 2 months = 2026-09-10");
  EXPECT_EQ(step(terms, 0, "period").formula, "2026-06-18 to 2026-07-10 = 22 days");
  const ExplainedStep fee = step(terms, 2, "fee of the plan");
  EXPECT_EQ(fee.formula, "1000.00 x 9/250 for 6 periods");
  EXPECT_EQ(fee.amount_minor, 36'00);
  const ExplainedStep principal = step(terms, 2, "principal");
  EXPECT_EQ(principal.formula, "1000.00 / 6");
  EXPECT_EQ(principal.exact, "500/3 = 166.666666666667");
  EXPECT_EQ(principal.rule, "each DOWN, the last takes the rest");
  EXPECT_EQ(principal.amount_minor, 166'66);
  EXPECT_EQ(step(terms, 5, "principal").formula, "1000.00 - 5 x 166.66");
  EXPECT_EQ(step(terms, 5, "principal").amount_minor, 166'70);
}

// Domain reference, §2.4: 12 000.00 at 1 % in 12.
TEST(Explain, ALevelPayment) {
  Terms terms = plan_a();
  terms.principal = cny(12'000'00);
  terms.installment_count = 12;
  terms.method = Method::LevelPayment;
  terms.rate = *base::parse_percent("1", base::RateBasis::PerPeriod);
  const ExplainedStep payment = step(terms, 1, "level payment");
  EXPECT_EQ(payment.formula, "12000.00 i / (1 - (1 + i)^-12), i = 1/100");
  EXPECT_EQ(payment.exact, "about 1066.185464140100");
  EXPECT_EQ(payment.amount_minor, 1'066'19);
  EXPECT_EQ(step(terms, 1, "interest").formula, "11053.81 x 1/100");
  EXPECT_EQ(step(terms, 1, "interest").exact, "1105381/10000 = 110.538100000000");
  EXPECT_EQ(step(terms, 11, "principal").rule, "the last one pays what is left");
}

TEST(Explain, DaysUnderADayCount) {
  Terms terms = plan_a();
  terms.method = Method::DailyInterest;
  terms.rate = *base::parse_percent("0.05", base::RateBasis::PerDay);
  terms.disbursed_on = day(2026, 6, 1);
  terms.dues = dues_from(day(2026, 7, 1), {});
  terms.installment_count = 1;
  const ExplainedStep interest = step(terms, 0, "interest");
  EXPECT_EQ(interest.formula, "1000.00 x 3/200");
  EXPECT_EQ(interest.amount_minor, 15'00);
  EXPECT_THAT(interest.rule, testing::HasSubstr("30 days from 2026-06-01 to 2026-07-01"));
}

TEST(Explain, OptionsAreNamedWhereTheyChangeTheFormula) {
  Terms terms = plan_a();
  terms.multiples_of_minor = 10'00;
  const ExplainedStep principal = step(terms, 0, "principal");
  EXPECT_FALSE(principal.is_whole);
  EXPECT_THAT(principal.rule, testing::HasSubstr("multiples_of"));
}

Terms any_terms() {
  Terms terms = plan_a();
  terms.principal = cny(*rc::gen::inRange<std::int64_t>(1'000'00, 900'000'00));
  terms.installment_count = *rc::gen::inRange(1, 37);
  terms.method = *rc::gen::element(Method::InterestFree, Method::FlatFee, Method::UpfrontFee,
                                   Method::EqualPrincipal, Method::LevelPayment,
                                   Method::FlatInterest, Method::Balloon, Method::DailyInterest);
  terms.rate = {*rc::gen::inRange<std::int64_t>(0, 3'000'000), base::RateBasis::PerPeriod};
  if (terms.method == Method::InterestFree) terms.rate.e8 = 0;
  if (terms.method == Method::DailyInterest) {
    terms.rate = {*rc::gen::inRange<std::int64_t>(0, 60'000), base::RateBasis::PerDay};
  } else if (*rc::gen::arbitrary<bool>() && terms.method != Method::InterestFree) {
    terms.rate.basis = base::RateBasis::PerYear365;
    terms.rate.e8 *= 10;
    terms.day_count = *rc::gen::element(DayCount::Act365Fixed, DayCount::Act360,
                                        DayCount::ThirtyE360, DayCount::ActActIsda);
  }
  if (terms.method == Method::Balloon) terms.balloon_minor = terms.principal.minor() / 3;
  terms.interest_rounding = *rc::gen::element(base::Rounding::HalfUp, base::Rounding::HalfEven,
                                              base::Rounding::Down, base::Rounding::Up);
  const bool is_annuity = terms.method == Method::LevelPayment || terms.method == Method::Balloon;
  if (!is_annuity) {
    terms.split_rule = *rc::gen::element(base::SplitRule::DownLast, base::SplitRule::DownFirst,
                                         base::SplitRule::HalfUpLast, base::SplitRule::Cumulative,
                                         base::SplitRule::LargestRemainder);
  }
  return terms;
}

// Without options that change it, every figure follows from its formula.
TEST(Explain, EveryFigureOfPlainTermsIsDerived) {
  tests::property("derived", [] {
    const Terms terms = any_terms();
    const auto schedule = make_schedule(terms);
    RC_PRE(schedule.has_value());
    for (std::size_t i = 0; i < schedule->installments.size(); ++i) {
      for (const ExplainedStep& one : explain_installment(terms, *schedule, i)) {
        if (!one.is_whole) RC_FAIL(one.figure + ": " + one.formula + "; " + one.rule);
      }
    }
  });
}

}  // namespace
}  // namespace scheduling
