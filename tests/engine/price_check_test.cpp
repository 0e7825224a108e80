#include "engine/price_check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "tests/support/property.h"

namespace engine {
namespace {

using base::make_day;
using testing::HasSubstr;

const base::Day kToday = make_day(2026, 6, 18);

/// What differs from one catalog to the next.
struct Offer {
  std::string rate_percent = "0.60";
  int count_min = 1;
  int count_max = 24;
  std::string installment_min = "10000.00";  // a multiple of 10^6 minor units: no cent is rounded
  std::string product_keys = "jurisdiction = \"CN\"\n";
  std::string cap_percent = "24";
  std::string cap_keys = "decimals = 6\n";
};

Catalog catalog_of(const Offer& offer) {
  auto catalog = parse_catalog(fmt::format(R"([book]
name = "small"
currency = "CNY"
zone = "Asia/Shanghai"
calendar = "CN"

[currency.CNY]
installment_min = "{}"

[[product]]
name = "spread"
method = "flat_fee"
installments_min = {}
installments_max = {}
rate_percent = "{}"
{}
[price_caps]
without_cap = ["XX"]

[[price_caps.cap]]
name = "all-in"
jurisdiction = "CN"
measure = "nominal"
valid_from = 2025-10-01
percent = "{}"
source = "the law"
{}
[[merchant]]
name = "standard"
discount_percent = "0.60"

[[customer]]
name = "standard"
limit = {{ CNY = "8000.00" }}

[[channel]]
name = "WX"

[calendar.CN]
first_year = 2026
last_year = 2026
)",
                                           offer.installment_min, offer.count_min, offer.count_max,
                                           offer.rate_percent, offer.product_keys,
                                           offer.cap_percent, offer.cap_keys));
  EXPECT_TRUE(catalog) << catalog.error().field << " " << catalog.error().rule;
  return *std::move(catalog);
}

/// 11859 is 1.1859 %.
std::string percent_of(std::int64_t e4) { return base::to_decimal(e4, 4); }

// domain.md §2.2: the highest rate per period under each cap. Nothing is rounded in these plans, so
// that the border is the formula's.
TEST(PriceCheck, StandsAtTheHighestRateOfTheDomainsTable) {
  struct Row {
    std::string cap_percent;
    std::vector<std::int64_t> e4;  // for 3, 6, 12 and 24 installments
  };
  const std::vector<Row> rows = {{"36", {20197, 17930, 17128, 17380}},
                                 {"24", {13421, 11859, 11226, 11204}},
                                 {"20", {11172, 9856, 9301, 9229}},
                                 {"12", {6688, 5881, 5515, 5406}}};
  for (const Row& row : rows) {
    for (std::size_t k = 0; k < 4; ++k) {
      const int count = 3 << k;
      SCOPED_TRACE(testing::Message() << row.cap_percent << " % in " << count);
      Offer offer{.rate_percent = percent_of(row.e4[k]),
                  .count_min = count,
                  .count_max = count,
                  .cap_percent = row.cap_percent};
      EXPECT_FALSE(find_price_breach(catalog_of(offer), kToday));
      offer.rate_percent = percent_of(row.e4[k] + 1);
      const auto breach = find_price_breach(catalog_of(offer), kToday);
      ASSERT_TRUE(breach);
      EXPECT_EQ(breach->installments, count);
      EXPECT_EQ(breach->problem.refusal, scheduling::PriceCapRefusal::PriceCap);
    }
  }
}

/// The nominal rate of `count` payments of 1 / count + rate on 1, by bisection: a model of its own.
double nominal_percent(double rate, int count) {
  const auto worth = [&](double monthly) {
    double sum = 0;
    for (int k = 1; k <= count; ++k) sum += (1.0 / count + rate) / std::pow(1 + monthly, k);
    return sum;
  };
  double low = 0;
  double high = 1;
  for (int step = 0; step < 200; ++step) {
    const double middle = (low + high) / 2;
    (worth(middle) > 1 ? low : high) = middle;
  }
  return 1200 * low;
}

TEST(PriceCheck, RefusesExactlyTheRatesAboveTheCap) {
  tests::property("refused iff the nominal rate is above the cap", [] {
    const int cap_percent = *rc::gen::inRange(1, 61);
    const int count = *rc::gen::inRange(1, 61);
    // Up to a twelfth of the cap, where one installment stands; many stand at little over half.
    const int e4 = *rc::gen::inRange(0, cap_percent * 10'000 / 12 + 2);
    const double figure = nominal_percent(e4 / 1e6, count);
    RC_PRE(std::abs(figure - cap_percent) > 1e-6);
    const auto breach = find_price_breach(catalog_of({.rate_percent = percent_of(e4),
                                                      .count_min = count,
                                                      .count_max = count,
                                                      .cap_percent = std::to_string(cap_percent)}),
                                          kToday);
    RC_ASSERT(breach.has_value() == (figure > cap_percent));
    if (!breach) return;
    RC_ASSERT(breach->problem.check.figure_percent.has_value());
    RC_ASSERT(std::abs(*breach->problem.check.figure_percent - figure) < 1e-6);
  });
}

// domain.md §2.1: 1.2 % is 21.47 % in 3, 24.28 % in 6 and 25.60 % in 12; "crosses 24 % from six
// periods on" is the border between 5 and 6 of the offer.
TEST(PriceCheck, NamesProductInstallmentsFigureCapDateAndSource) {
  const auto breach = find_price_breach(
      catalog_of({.rate_percent = "1.20", .installment_min = "10.00", .cap_keys = ""}), kToday);
  ASSERT_TRUE(breach);
  EXPECT_EQ(breach->product, "spread");
  EXPECT_EQ(breach->installments, 6);
  EXPECT_EQ(sentence(*breach),
            "PRICE_CAP: product spread in CN, 10000.00 CNY in 6 installments: nominal 24.28 % is "
            "above the cap \"all-in\" of 24.00 % in force since 2025-10-01 (the law)");
  EXPECT_THROW(refuse_price_breach(catalog_of({.rate_percent = "1.20"}), kToday), PriceRefused);
}

TEST(PriceCheck, CountsTheCapOfTheDay) {
  const Catalog catalog = catalog_of({.rate_percent = "1.20"});
  EXPECT_FALSE(find_price_breach(catalog, make_day(2025, 9, 30)));
  EXPECT_TRUE(find_price_breach(catalog, make_day(2025, 10, 1)));
  const Catalog ended = catalog_of({.rate_percent = "1.20", .cap_keys = "valid_to = 2026-06-18\n"});
  EXPECT_TRUE(find_price_breach(ended, make_day(2026, 6, 17)));
  EXPECT_FALSE(find_price_breach(ended, make_day(2026, 6, 18)));
}

TEST(PriceCheck, CountsTheCapsOfJurisdictionAndLender) {
  Offer offer{.rate_percent = "1.20", .product_keys = ""};
  EXPECT_FALSE(find_price_breach(catalog_of(offer), kToday)) << "no jurisdiction is named";
  offer.product_keys = "jurisdiction = \"XX\"\n";
  EXPECT_FALSE(find_price_breach(catalog_of(offer), kToday)) << "known to have no cap";
  offer.product_keys = "jurisdiction = \"CN\"\nlender = \"bank\"\n";
  EXPECT_TRUE(find_price_breach(catalog_of(offer), kToday)) << "a cap for all binds a bank";
  offer.cap_keys = "lender = \"small_loan\"\n";
  EXPECT_FALSE(find_price_breach(catalog_of(offer), kToday)) << "a cap for others";
  offer.product_keys = "jurisdiction = \"CN\"\nlender = \"small_loan\"\n";
  EXPECT_TRUE(find_price_breach(catalog_of(offer), kToday));
}

// At 0.60 % three installments of 0.01 carry a fee of 0.01 each, the least there is: 100 % a month.
TEST(PriceCheck, LooksAtTheLeastPrincipalToo) {
  const auto breach = find_price_breach(
      catalog_of({.count_min = 3, .count_max = 3, .installment_min = "0.01", .cap_keys = ""}),
      kToday);
  ASSERT_TRUE(breach);
  EXPECT_EQ(breach->principal.minor(), 3);
  EXPECT_FALSE(find_price_breach(
      catalog_of({.count_min = 3, .count_max = 3, .installment_min = "1.00", .cap_keys = ""}),
      kToday));
}

// Without a reference rate the limit is not known, and what is not known is not passed.
TEST(PriceCheck, RefusesACapWhoseReferenceRateIsMissing) {
  const std::string rows = R"([[price_caps.reference]]
name = "LPR_1Y"
valid_from = 2027-01-20
percent = "3.00"

[[price_caps.cap]]
name = "small-loan"
jurisdiction = "CN"
measure = "nominal"
valid_from = 2026-01-01
reference = "LPR_1Y"
times = 4
)";
  const Catalog catalog = catalog_of({.rate_percent = "0.60", .cap_keys = rows});
  const auto missing = find_price_breach(catalog, kToday);
  ASSERT_TRUE(missing);
  EXPECT_THAT(sentence(*missing),
              HasSubstr("no reference rate for the cap \"small-loan\" on 2026-06-18"));
  // domain.md §2.2: under 12 % the highest rate in 12 is 0.5515 %; in 24 it is 0.5406 %.
  const auto later = find_price_breach(catalog, make_day(2027, 2, 1));
  ASSERT_TRUE(later);
  EXPECT_EQ(later->problem.check.limit_e8, 12'000'000);
}

// The example names its jurisdiction, so the check runs; the same at 1.20 % crosses 24 % from six
// on.
TEST(PriceCheck, BaitiaoExampleKeepsToItsCap) {
  std::ifstream in("catalog/baitiao.toml");
  std::stringstream text;
  text << in.rdbuf();
  std::string body = text.str();
  const Catalog lawful = parse_catalog(body).value();
  for (const Product& product : lawful.products) EXPECT_EQ(product.jurisdiction, "CN");
  EXPECT_FALSE(find_price_breach(lawful, kToday));
  const std::string rate = "rate_percent = \"0.60\"";
  body.replace(body.find(rate), rate.size(), "rate_percent = \"1.20\"");
  const auto breach = find_price_breach(parse_catalog(body).value(), kToday);
  ASSERT_TRUE(breach);
  EXPECT_EQ(breach->product, "flat_fee");
  EXPECT_EQ(breach->installments, 6);
  EXPECT_EQ(breach->problem.check.limit_e8, 24'000'000);
}

}  // namespace
}  // namespace engine
