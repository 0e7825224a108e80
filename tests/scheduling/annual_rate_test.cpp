#include "scheduling/annual_rate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::make_day;
using base::RateBasis;

base::Money cny(std::int64_t minor) { return {minor, base::Currency::find("CNY").value()}; }

AnnualRates rates_of(const Terms& terms) {
  return annual_rates(make_schedule(terms).value(), terms.dues.every);
}

/// `count` equal payments, whatever they are called.
AnnualRates rates_of_payments(std::int64_t financed, int count, std::int64_t payment, Day start,
                              Day first_due, Period every) {
  Schedule s{cny(0).currency(), start, {}};
  for (int k = 1; k <= count; ++k) {
    const std::int64_t principal = financed / count + (k == count ? financed % count : 0);
    s.installments.push_back(
        {k, due_date(dues_from(first_due, every), k), principal, 0, payment - principal});
  }
  return annual_rates(s, every);
}

// Plan A's five figures, domain.md §2.6.
TEST(AnnualRates, OfPlanA) {
  const AnnualRates rates = rates_of({.principal = cny(1'000'00),
                                      .installment_count = 6,
                                      .disbursed_on = make_day(2026, 6, 18),
                                      .dues = dues_from(make_day(2026, 7, 10), {}),
                                      .method = Method::FlatFee,
                                      .rate = {600'000, RateBasis::PerPeriod}});
  EXPECT_NEAR(rates.nominal.value(), 12.24, 0.005);
  EXPECT_NEAR(rates.nominal.value() / 12, 1.01992, 0.000005);
  EXPECT_NEAR(rates.irr_effective.value(), 12.95, 0.005);
  EXPECT_NEAR(rates.reg_z.value(), 13.26, 0.005);
  EXPECT_NEAR(rates.eu.value(), 14.15, 0.005);
  EXPECT_NEAR(rates.act365_effective.value(), 14.03, 0.005);
}

// 12 CFR 1026, Appendix J (c)(1); domain.md §15.1.
TEST(AnnualRates, OfTheExamplesOfRegulationZ) {
  const auto reg_z = [](std::int64_t financed, int count, std::int64_t payment, Day start,
                        Day first_due, Period every) {
    return rates_of_payments(financed, count, payment, start, first_due, every).reg_z.value();
  };
  // (i) 5 000 in 24 x 230, first payment a month later.
  EXPECT_NEAR(reg_z(5'000'00, 24, 230'00, make_day(1978, 1, 10), make_day(1978, 2, 10), {}), 9.69,
              0.005);
  // (ii) 6 000 in 36 x 200, a month and 19 days: 10 February to 1 April.
  EXPECT_NEAR(reg_z(6'000'00, 36, 200'00, make_day(1978, 2, 10), make_day(1978, 4, 1), {}), 11.82,
              0.005);
  // (iii) semimonthly, 5 000 in 24 x 219.17, 6 days.
  EXPECT_NEAR(reg_z(5'000'00, 24, 219'17, make_day(1978, 2, 23), make_day(1978, 3, 1),
                    {1, PeriodUnit::HalfMonth}),
              10.34, 0.005);
  // (iv) quarterly, 10 000 in 40 x 385, a quarter and 39 days.
  EXPECT_NEAR(reg_z(10'000'00, 40, 385'00, make_day(1978, 5, 23), make_day(1978, 10, 1),
                    {3, PeriodUnit::Month}),
              8.97, 0.005);
  // (v) weekly, 500 in 30 x 17.60, four weeks and 4 days.
  EXPECT_NEAR(
      reg_z(500'00, 30, 17'60, make_day(1978, 3, 20), make_day(1978, 4, 21), {1, PeriodUnit::Week}),
      14.96, 0.005);
  // (c)(5) one payment: 1 080 for 1 000 after 255 days.
  EXPECT_NEAR(reg_z(1'000'00, 1, 1'080'00, make_day(1978, 1, 3), make_day(1978, 9, 15), {}), 11.45,
              0.005);
}

// domain.md §15.2: 500 becomes 510 after 5 days, 324.4 %.
TEST(AnnualRates, OfFiveDaysInTheEuropeanUnion) {
  const AnnualRates rates = rates_of_payments(500'00, 1, 510'00, make_day(2026, 1, 5),
                                              make_day(2026, 1, 10), {5, PeriodUnit::Day});
  EXPECT_NEAR(rates.eu.value(), 324.4, 0.05);
}

// domain.md §2.1, regular first period: nominal and effective of spread fees.
TEST(AnnualRates, OfFlatFeesAreHigherThanTheyLook) {
  struct Row {
    std::int64_t e8;
    int count;
    double nominal;
    double effective;
  };
  const std::vector<Row> rows = {
      {500'000, 3, 8.98, 9.36},     {500'000, 6, 10.21, 10.71},    {500'000, 12, 10.90, 11.46},
      {500'000, 24, 11.13, 11.71},  {600'000, 12, 13.03, 13.84},   {1'200'000, 3, 21.47, 23.72},
      {1'200'000, 6, 24.28, 27.17}, {1'200'000, 12, 25.60, 28.82}, {1'200'000, 24, 25.59, 28.81},
  };
  for (const Row& row : rows) {
    const AnnualRates rates = rates_of({.principal = cny(1'000'000'00),
                                        .installment_count = row.count,
                                        .disbursed_on = make_day(2026, 1, 10),
                                        .dues = order_mode(make_day(2026, 1, 10)),
                                        .method = Method::FlatFee,
                                        .rate = {row.e8, RateBasis::PerPeriod}});
    EXPECT_NEAR(rates.nominal.value(), row.nominal, 0.005) << row.e8 << " in " << row.count;
    EXPECT_NEAR(rates.irr_effective.value(), row.effective, 0.005) << row.e8 << " " << row.count;
    // Regular months leave no odd days: the unit-period method gives the nominal rate.
    EXPECT_NEAR(rates.reg_z.value(), rates.nominal.value(), 1e-6);
  }
}

TEST(AnnualRates, OfAnInterestFreePlanAreZero) {
  const AnnualRates rates = rates_of({.principal = cny(3'000'00),
                                      .installment_count = 3,
                                      .disbursed_on = make_day(2026, 8, 26),
                                      .dues = dues_from(make_day(2026, 9, 10), {})});
  for (const auto& rate :
       {rates.nominal, rates.irr_effective, rates.reg_z, rates.eu, rates.act365_effective}) {
    EXPECT_NEAR(rate.value(), 0, 1e-6);
  }
}

TEST(AnnualRates, AreAbsentWhereNothingIsFinanced) {
  const AnnualRates rates = rates_of({.principal = cny(100'00),
                                      .installment_count = 1,
                                      .disbursed_on = make_day(2026, 8, 26),
                                      .dues = dues_from(make_day(2026, 8, 26), {})});
  EXPECT_FALSE(rates.reg_z);
  EXPECT_FALSE(rates.eu);
  EXPECT_FALSE(rates.act365_effective);
}

TEST(AnnualRates, AreAbsentBeyondTheBracket) {
  // Twice the money after a day.
  const AnnualRates rates = rates_of_payments(100'00, 1, 200'00, make_day(2026, 1, 5),
                                              make_day(2026, 1, 6), {1, PeriodUnit::Day});
  EXPECT_FALSE(rates.eu);
  EXPECT_NEAR(rates.nominal.value(), 36'500, 0.01);
}

std::vector<CashFlow> loan(std::int64_t received, Day on, int count, std::int64_t payment,
                           Day first, Period every) {
  std::vector<CashFlow> flows = {{on, received}};
  for (int k = 1; k <= count; ++k)
    flows.push_back({due_date(dues_from(first, every), k), -payment});
  return flows;
}

// European Commission, "Examples for the calculation of the annual percentage rate of charge"
// (January 2015), examples 2 and 18: 200 000 with a cost of 4 000 at the start.
TEST(EuRate, OfTheCommissionsDatedExamples) {
  const std::int64_t received = 196'000'00;
  EXPECT_NEAR(
      eu_rate(loan(received, make_day(2012, 1, 12), 240, 1'433'57, make_day(2012, 2, 15), {}), {})
          .value(),
      6.434185, 1e-6);
  const Period year{12, PeriodUnit::Month};
  EXPECT_NEAR(
      eu_rate(loan(received, make_day(2012, 1, 12), 20, 16'541'86, make_day(2012, 2, 15), year),
              year)
          .value(),
      6.282070, 1e-6);
  EXPECT_NEAR(
      eu_rate(loan(received, make_day(2012, 3, 12), 240, 1'437'54, make_day(2012, 5, 1), {}), {})
          .value(),
      6.432478, 1e-6);
}

// COM(1996) 79, Annex III, first example: 1 000 becomes 1 200 after 546 days.
TEST(EuRate, CountsYearsAndDaysWhereStepsAreDays) {
  const std::vector<CashFlow> flows = {{make_day(1994, 1, 1), 1'000'00},
                                       {make_day(1995, 7, 1), -1'200'00}};
  EXPECT_EQ(disclosed(eu_rate(flows, {546, PeriodUnit::Day}).value(), 2), "12.96");
}

// 100 becomes 125 after 31 days: 1286.2 % with a year of 365.25 days. 10 000 in 60 of 222.44: 12.7.
TEST(UkRate, HasAYearOfAQuarterDayMore) {
  const std::vector<CashFlow> flows = {{make_day(2026, 1, 10), 100'00},
                                       {make_day(2026, 2, 10), -125'00}};
  EXPECT_EQ(disclosed(uk_rate(flows, {31, PeriodUnit::Day}).value(), 1), "1286.2");
  const Day start = make_day(2026, 1, 10);
  const auto monthly = loan(10'000'00, start, 60, 222'44, make_day(2026, 2, 10), {});
  EXPECT_EQ(disclosed(uk_rate(monthly, {}).value(), 1), "12.7");
  EXPECT_EQ(uk_rate(monthly, {}), eu_rate(monthly, {}));  // no days are left over
}

// domain.md §2.1: the same cost up front with the first installment, and on day 0.
TEST(NominalRate, OfFeesPaidUpFront) {
  struct Row {
    double percent;
    int count;
    double with_first;
    double on_day_0;
  };
  const std::vector<Row> rows = {
      {0.5, 3, 9.05, 9.11},    {0.5, 6, 10.43, 10.53},  {0.5, 12, 11.47, 11.58},
      {0.5, 24, 12.45, 12.59}, {0.6, 12, 13.86, 14.02}, {1.2, 3, 21.86, 22.27},
      {1.2, 6, 25.56, 26.13},  {1.2, 12, 28.94, 29.73}, {1.2, 24, 33.78, 35.00},
  };
  const Day start = make_day(2026, 1, 10);
  for (const Row& row : rows) {
    const std::int64_t principal = 24'000'000'00;
    const auto fee = static_cast<std::int64_t>(principal / 100 * row.percent * row.count);
    std::vector<CashFlow> flows =
        loan(principal, start, row.count, principal / row.count, make_day(2026, 2, 10), {});
    std::vector<Day> due;
    for (std::size_t k = 1; k < flows.size(); ++k) due.push_back(flows[k].date);
    flows.push_back({due.front(), -fee});
    EXPECT_NEAR(nominal_rate({flows, {}, start, due}).value(), row.with_first, 0.005) << row.count;
    flows.back().date = start;
    EXPECT_NEAR(nominal_rate({flows, {}, start, due}).value(), row.on_day_0, 0.005) << row.count;
  }
}

// Moved to the next business day, a payment is a little later than a whole month.
TEST(RegZRate, MeasuresWhatIsOffTheSteps) {
  const Day start = make_day(2026, 1, 10);
  std::vector<CashFlow> flows = loan(5'000'00, start, 24, 230'00, make_day(2026, 2, 10), {});
  const double regular = reg_z_rate(flows, {}).value();
  EXPECT_NEAR(regular, 9.69, 0.005);
  flows[5].date = base::plus_days(flows[5].date, 2);
  const double moved = reg_z_rate(flows, {}).value();
  EXPECT_LT(moved, regular);
  EXPECT_NEAR(moved, regular, 0.02);
}

// From 31 January the payments are on the last days of months, a month apart whatever their length.
TEST(RegZRate, DoesNotMindTheLengthsOfMonths) {
  const auto rate = [](Day start, Day first) {
    return reg_z_rate(loan(5'000'00, start, 24, 230'00, first, {}), {}).value();
  };
  EXPECT_DOUBLE_EQ(rate(make_day(2025, 12, 31), make_day(2026, 1, 31)),
                   rate(make_day(2026, 1, 10), make_day(2026, 2, 10)));
  // 28 February, 31 March, 30 April: counted from 31 January each.
  std::vector<CashFlow> flows = {{make_day(2026, 1, 31), 5'000'00}};
  for (int k = 1; k <= 24; ++k) {
    flows.push_back({base::add_months(make_day(2026, 1, 31), k), -230'00});
  }
  EXPECT_NEAR(reg_z_rate(flows, {}).value(), rate(make_day(2026, 1, 10), make_day(2026, 2, 10)),
              1e-9);
  EXPECT_NEAR(effective_from_nominal(reg_z_rate(flows, {}).value(), 12), eu_rate(flows, {}).value(),
              1e-9);
}

// Longer than a year, one payment: the unit period is a year, (b)(4)(ii): 1.05^2.
TEST(RegZRate, OfOnePaymentAfterYearsIsCompounded) {
  const std::vector<CashFlow> flows = {{make_day(2026, 1, 10), 1'000'00},
                                       {make_day(2028, 1, 10), -1'102'50}};
  EXPECT_NEAR(reg_z_rate(flows, {}).value(), 5, 1e-9);
  // Within a year a whole number of months counts as twelfths, (b)(5)(vi).
  const std::vector<CashFlow> months = {{make_day(2026, 1, 10), 1'000'00},
                                        {make_day(2026, 4, 10), -1'030'00}};
  EXPECT_NEAR(reg_z_rate(months, {}).value(), 12, 1e-9);
}

TEST(Disclosed, RoundsHalfUp) {
  EXPECT_EQ(disclosed(14.149, 1), "14.1");
  EXPECT_EQ(disclosed(14.15, 1), "14.2");
  EXPECT_EQ(disclosed(14.15 - 1e-12, 1), "14.2");
  EXPECT_EQ(disclosed(0, 2), "0.00");
  EXPECT_EQ(disclosed(-1e-13, 2), "0.00");
  EXPECT_EQ(disclosed(-1.25, 1), "-1.2");
  EXPECT_EQ(disclosed(82400.46, 1), "82400.5");
  EXPECT_EQ(disclosed(12.96, 0), "13");
}

TEST(EffectiveRate, UndoesTheNominalOne) {
  EXPECT_NEAR(effective_from_nominal(12, 12), 12.682503, 1e-6);
  tests::property("nominal = f^-1(f(nominal))", [] {
    const double nominal = *rc::gen::inRange(-5000, 100'000) / 100.0;
    const double periods = *rc::gen::element(1, 2, 4, 12, 24, 52, 365);
    RC_PRE(nominal / 100 / periods > -0.99);
    const double back = nominal_from_effective(effective_from_nominal(nominal, periods), periods);
    RC_ASSERT(std::abs(back - nominal) < 1e-8);
  });
}

// Order does not matter, nor does a flow in two parts, nor the unit of money.
TEST(AnnualRates, DependOnTheFlowsAlone) {
  tests::property("shuffled, split and scaled flows have the same rates", [] {
    const Day start = base::plus_days(make_day(2026, 1, 1), *rc::gen::inRange(0, 365));
    const Period every{*rc::gen::inRange(1, 4),
                       *rc::gen::element(PeriodUnit::Day, PeriodUnit::Week, PeriodUnit::HalfMonth,
                                         PeriodUnit::Month)};
    const int count = *rc::gen::inRange(1, 24);
    const Day first = base::plus_days(start, *rc::gen::inRange(1, 60));
    const std::int64_t payment = *rc::gen::inRange(1'00, 1'000'00);
    std::vector<CashFlow> flows =
        loan(payment * count * 9 / 10, start, count, payment, first, every);
    std::vector<Day> due;
    for (std::size_t k = 1; k < flows.size(); ++k) due.push_back(flows[k].date);
    const AnnualRates before = annual_rates({flows, every, start, due});

    flows.push_back({flows.back().date, -1});
    flows[flows.size() - 2].amount_minor += 1;
    for (CashFlow& flow : flows) flow.amount_minor *= 3;
    std::ranges::reverse(flows);
    const AnnualRates after = annual_rates({flows, every, start, due});
    const auto same = [](std::optional<double> a, std::optional<double> b) {
      return a.has_value() == b.has_value() && (!a || std::abs(*a - *b) <= 1e-9 * (1 + *a));
    };
    RC_ASSERT(same(before.nominal, after.nominal));
    RC_ASSERT(same(before.irr_effective, after.irr_effective));
    RC_ASSERT(same(before.reg_z, after.reg_z));
    RC_ASSERT(same(before.eu, after.eu));
    RC_ASSERT(same(before.act365_effective, after.act365_effective));
  });
}

// domain.md §2.1, 0.6 % in 12: 14.02 % where the fee is paid on day 0.
TEST(AnnualRates, OfTermsTakeEachPaymentOnItsDay) {
  Terms terms{.principal = cny(1'200'000'00),
              .installment_count = 12,
              .disbursed_on = make_day(2026, 1, 10),
              .dues = order_mode(make_day(2026, 1, 10)),
              .method = Method::UpfrontFee,
              .rate = {600'000, RateBasis::PerPeriod}};
  const auto nominal = [&] {
    const Schedule schedule = make_schedule(terms).value();
    return annual_rates(schedule, terms).nominal.value();
  };
  EXPECT_NEAR(nominal(), 13.86, 0.005);
  terms.upfront_on_day_0 = true;
  EXPECT_NEAR(nominal(), 14.02, 0.005);
}

// 10 000 at 1 % a month, half of it two months later: the yield is 1 % whatever the drawdowns.
TEST(AnnualRates, OfTermsWithTwoDisbursementsAreTheInterestRate) {
  const Day start = make_day(2026, 1, 10);
  Terms terms{.principal = cny(10'000'000'00),
              .installment_count = 12,
              .disbursed_on = start,
              .dues = order_mode(start),
              .method = Method::LevelPayment,
              .rate = {1'000'000, RateBasis::PerPeriod}};
  terms.disbursements = {{start, 5'000'000'00}, {make_day(2026, 3, 10), 5'000'000'00}};
  const Schedule schedule = make_schedule(terms).value();
  const AnnualRates rates = annual_rates(schedule, terms);
  EXPECT_NEAR(rates.nominal.value(), 12, 1e-5);
  EXPECT_NEAR(rates.reg_z.value(), 12, 1e-5);
  // As if all had been paid out at the start it would look cheaper.
  EXPECT_LT(annual_rates(schedule, terms.dues.every).nominal.value(), 11);
}

// A down payment is paid on the day of the loan: the rate is that of the rest.
TEST(AnnualRates, OfTermsDoNotCountADownPayment) {
  const Day start = make_day(2026, 1, 10);
  Terms terms{.principal = cny(10'000'000'00),
              .installment_count = 12,
              .disbursed_on = start,
              .dues = order_mode(start),
              .method = Method::LevelPayment,
              .rate = {1'000'000, RateBasis::PerPeriod}};
  terms.down_payment_e8 = 25'000'000;
  const AnnualRates rates = annual_rates(make_schedule(terms).value(), terms);
  EXPECT_NEAR(rates.nominal.value(), 12, 1e-5);
  EXPECT_NEAR(rates.reg_z.value(), 12, 1e-5);
}

// Every figure rises with every cost.
TEST(AnnualRates, RiseWithTheCost) {
  tests::property("dearer is higher", [] {
    const Day start = base::plus_days(make_day(2026, 1, 1), *rc::gen::inRange(0, 365));
    const int count = *rc::gen::inRange(1, 24);
    const Day first = base::plus_days(start, *rc::gen::inRange(1, 60));
    const std::int64_t payment = *rc::gen::inRange(1'00, 1'000'00);
    std::vector<CashFlow> flows = loan(payment * count * 9 / 10, start, count, payment, first, {});
    std::vector<Day> due;
    for (std::size_t k = 1; k < flows.size(); ++k) due.push_back(flows[k].date);
    const AnnualRates before = annual_rates({flows, {}, start, due});
    flows[*rc::gen::inRange<std::size_t>(1, flows.size())].amount_minor -= 1'00;
    const AnnualRates after = annual_rates({flows, {}, start, due});
    const auto higher = [](std::optional<double> a, std::optional<double> b) {
      return !a || !b || *b > *a;
    };
    RC_ASSERT(before.nominal && after.nominal && before.reg_z && after.reg_z);
    RC_ASSERT(higher(before.nominal, after.nominal) && higher(before.reg_z, after.reg_z));
    RC_ASSERT(higher(before.eu, after.eu));
    RC_ASSERT(higher(before.act365_effective, after.act365_effective));
  });
}

}  // namespace
}  // namespace scheduling
