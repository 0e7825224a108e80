#include "scheduling/annual_rate.h"

#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace scheduling
