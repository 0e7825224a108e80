#include "scheduling/price_cap.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::make_day;
using base::RateBasis;

constexpr std::int64_t kPercent = base::kRateScale / 100;

PriceCap cap(std::string name, Day from, std::int64_t limit_percent) {
  return {.name = std::move(name),
          .jurisdiction = "CN",
          .lender_type = "",
          .measure = CapMeasure::Nominal,
          .valid_from = from,
          .limit_e8 = limit_percent * kPercent};
}

/// domain.md §2.7: the line of 2015, the present one, and what is to come for small-loan companies.
PriceCapTable china() {
  PriceCapTable table;
  table.caps = {cap("all-in", make_day(2015, 9, 1), 36), cap("all-in", make_day(2025, 10, 1), 24),
                cap("small loan", make_day(2027, 12, 31), 0),
                cap("guidance", make_day(2025, 1, 1), 20)};
  table.caps[2].lender_type = "small_loan";
  table.caps[2].reference = "LPR_1Y";
  table.caps[2].times = 4;
  table.caps[3].lender_type = "consumer_finance";
  table.reference_rates = {{"LPR_1Y", make_day(2025, 5, 20), 3 * kPercent},
                           {"LPR_1Y", make_day(2028, 1, 20), 2 * kPercent}};
  table.free_jurisdictions = {"XX"};
  return table;
}

PricedOffer offer(double nominal, Day date, std::string_view lender = "bank") {
  PricedOffer priced{"CN", lender, date, {}, 1'000'00, 36'00};
  priced.rates.nominal = nominal;
  return priced;
}

TEST(PriceCap, RefusesWithTheFigureAndTheCapsName) {
  const auto refused = check_price(china(), offer(24.28, make_day(2026, 6, 18)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().refusal, PriceCapRefusal::PriceCap);
  EXPECT_EQ(refused.error().check.cap, "all-in");
  EXPECT_EQ(refused.error().check.measure, CapMeasure::Nominal);
  EXPECT_EQ(refused.error().check.limit_e8, 24 * kPercent);
  EXPECT_EQ(refused.error().check.figure_percent, 24.28);
}

TEST(PriceCap, ExcessNamesFigureCapDateAndSource) {
  PriceCapTable table = china();
  const auto said = [&](const PricedOffer& priced) {
    const auto refused = check_price(table, priced);
    return refused ? "" : excess_sentence(refused.error().check);
  };
  const PricedOffer dear = offer(24.281, make_day(2026, 6, 18));
  EXPECT_EQ(said(dear),
            "nominal 24.28 % is above the cap \"all-in\" of 24.00 % in force since 2025-10-01");
  table.caps[1].source = "the law";
  EXPECT_EQ(said(dear),
            "nominal 24.28 % is above the cap \"all-in\" of 24.00 % in force since 2025-10-01 "
            "(the law)");
  // As many decimals as were compared: 24.00 % above 24.00 % would say nothing.
  table.caps[1].decimals = 4;
  EXPECT_EQ(said(offer(24.0001, make_day(2026, 6, 18))),
            "nominal 24.0001 % is above the cap \"all-in\" of 24.0000 % in force since 2025-10-01 "
            "(the law)");
  PricedOffer unsolved = dear;
  unsolved.rates.nominal.reset();
  EXPECT_EQ(said(unsolved),
            "nominal without a solution is above the cap \"all-in\" of 24.0000 % in force since "
            "2025-10-01 (the law)");
}

TEST(PriceCap, PassesAtTheLimitAsDisclosed) {
  const auto passed = check_price(china(), offer(24, make_day(2026, 6, 18)));
  ASSERT_TRUE(passed);
  ASSERT_EQ(passed->size(), 1u);
  EXPECT_EQ(passed->front().cap, "all-in");
  EXPECT_EQ(passed->front().figure_percent, 24);
  // A cent of rounding is no breach; with six decimals it would be.
  EXPECT_TRUE(check_price(china(), offer(24.0049, make_day(2026, 6, 18))));
  EXPECT_FALSE(check_price(china(), offer(24.005, make_day(2026, 6, 18))));
  PriceCapTable strict = china();
  strict.caps[1].decimals = kCapDecimalsMax;
  EXPECT_FALSE(check_price(strict, offer(24.0049, make_day(2026, 6, 18))));
  EXPECT_TRUE(check_price(strict, offer(24, make_day(2026, 6, 18))));
}

TEST(PriceCap, IsTheOneInForceOnTheDay) {
  EXPECT_TRUE(check_price(china(), offer(30, make_day(2025, 9, 30))));
  EXPECT_FALSE(check_price(china(), offer(30, make_day(2025, 10, 1))));
  EXPECT_TRUE(check_price(china(), offer(99, make_day(2015, 8, 31))));
  PriceCapTable ended = china();
  ended.caps[1].valid_to = make_day(2026, 1, 1);
  EXPECT_FALSE(check_price(ended, offer(30, make_day(2025, 12, 31))));
  // The row of 2015 does not come back when the one that replaced it ends.
  EXPECT_TRUE(check_price(ended, offer(99, make_day(2026, 1, 1))));
}

TEST(PriceCap, BindsTheLenderItNames) {
  const Day day = make_day(2026, 6, 18);
  EXPECT_TRUE(check_price(china(), offer(22, day, "bank")));
  const auto refused = check_price(china(), offer(22, day, "consumer_finance"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().check.cap, "guidance");
  EXPECT_EQ(check_price(china(), offer(19, day, "consumer_finance"))->size(), 2u);
}

// 4 x LPR: 12 % at 3.0 %, 8 % at 2.0 %.
TEST(PriceCap, FollowsTheReferenceRate) {
  EXPECT_TRUE(check_price(china(), offer(12, make_day(2027, 12, 31), "small_loan")));
  const auto refused = check_price(china(), offer(12, make_day(2028, 1, 20), "small_loan"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().check.limit_e8, 8 * kPercent);
  PriceCapTable without = china();
  without.reference_rates.clear();
  const auto missing = check_price(without, offer(1, make_day(2028, 1, 20), "small_loan"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().refusal, PriceCapRefusal::ReferenceRateMissing);
  EXPECT_EQ(missing.error().check.cap, "small loan");
}

TEST(PriceCap, NeverGuessesAJurisdiction) {
  PricedOffer elsewhere = offer(1, make_day(2026, 6, 18));
  elsewhere.jurisdiction = "ZZ";
  EXPECT_EQ(check_price(china(), elsewhere).error().refusal, PriceCapRefusal::JurisdictionUnknown);
  elsewhere.jurisdiction = "XX";
  EXPECT_TRUE(check_price(china(), elsewhere)->empty());
}

// Nothing is financed, yet it costs something: above any cap.
TEST(PriceCap, IsExceededWhereNoRateCanBe) {
  PricedOffer without_rate = offer(0, make_day(2026, 6, 18));
  without_rate.rates = {};
  const auto refused = check_price(china(), without_rate);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().refusal, PriceCapRefusal::PriceCap);
  EXPECT_FALSE(refused.error().check.figure_percent);
  without_rate.cost_minor = 0;
  EXPECT_TRUE(check_price(china(), without_rate));
}

TEST(PriceCap, MeasuresEveryFigure) {
  for (const CapMeasure measure :
       {CapMeasure::Nominal, CapMeasure::IrrEffective, CapMeasure::RegZ, CapMeasure::Eu,
        CapMeasure::Act365Effective, CapMeasure::TotalCost}) {
    EXPECT_EQ(find_cap_measure(to_string(measure)), measure);
    PriceCapTable table = china();
    table.caps[1].measure = measure;
    PricedOffer priced = offer(1, make_day(2026, 6, 18));
    priced.rates = {1, 2, 3, 4, 5};
    priced.cost_minor = 60'00;  // 6 % of 1 000.00
    const int figure = static_cast<int>(measure) + 1;
    table.caps[1].limit_e8 = figure * kPercent;
    EXPECT_TRUE(check_price(table, priced)) << to_string(measure);
    table.caps[1].limit_e8 -= kPercent / 100;
    EXPECT_FALSE(check_price(table, priced)) << to_string(measure);
  }
  EXPECT_FALSE(find_cap_measure("apr"));
}

// domain.md §2.2.
TEST(HighestFlatFee, KeepsTheNominalRateAtTheCap) {
  struct Row {
    std::int64_t cap_percent;
    std::vector<std::int64_t> e6;  // for 3, 6, 12 and 24 periods
  };
  const std::vector<Row> rows = {{36, {20197, 17930, 17128, 17380}},
                                 {24, {13421, 11859, 11226, 11204}},
                                 {20, {11172, 9856, 9301, 9229}},
                                 {12, {6688, 5881, 5515, 5406}}};
  for (const Row& row : rows) {
    for (std::size_t k = 0; k < 4; ++k) {
      const int count = 3 << k;
      const base::Rate fee =
          highest_flat_fee({row.cap_percent * kPercent, RateBasis::PerYear365}, count, 12);
      EXPECT_EQ(fee, (base::Rate{row.e6[k] * 100, RateBasis::PerPeriod}))
          << row.cap_percent << " % in " << count;
    }
  }
}

TEST(HighestFlatFee, IsTheHighest) {
  tests::property("at the fee the cap holds, 0.0001 % above it does not", [] {
    const std::int64_t cap_e8 = *rc::gen::inRange<std::int64_t>(1, 60) * kPercent;
    const int count = *rc::gen::inRange(2, 60);
    const base::Rate fee = highest_flat_fee({cap_e8, RateBasis::PerYear365}, count, 12);
    const auto nominal = [&](std::int64_t fee_e8) {
      // A principal of 10^8 units per period, so that nothing is rounded.
      const std::int64_t part = base::kRateScale;
      std::vector<CashFlow> flows = {{make_day(2026, 1, 10), part * count}};
      std::vector<Day> due;
      for (int k = 1; k <= count; ++k) {
        due.push_back(base::add_months(make_day(2026, 1, 10), k));
        flows.push_back({due.back(), -part - fee_e8 * count});
      }
      return nominal_rate({flows, {}, make_day(2026, 1, 10), due}).value();
    };
    const double cap_percent = static_cast<double>(cap_e8) / kPercent;
    RC_ASSERT(nominal(fee.e8) <= cap_percent + 1e-9);
    RC_ASSERT(nominal(fee.e8 + 100) > cap_percent);
  });
}

}  // namespace
}  // namespace scheduling
