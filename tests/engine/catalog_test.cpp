#include "engine/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace engine {
namespace {

using base::make_day;

/// The smallest catalog that parses.
const std::string kSmall = R"([book]
name = "small"
currency = "CNY"
zone = "Asia/Shanghai"
calendar = "CN"

[currency.CNY]
tolerance = "10.00"

[[product]]
name = "plain"
method = "interest_free"
installments_min = 1
installments_max = 12

[[merchant]]
name = "standard"
discount_percent = "0.60"

[[customer]]
name = "standard"
limit = { CNY = "8000.00" }

[[channel]]
name = "WX"

[calendar.CN]
first_year = 2026
last_year = 2026
)";

std::string with(const std::string& from, const std::string& to) {
  std::string body = kSmall;
  const std::size_t at = body.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) body.replace(at, from.size(), to);
  return body;
}

std::string read(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string complaint(const std::string& body) {
  const auto catalog = parse_catalog(body);
  if (catalog) return "";
  return catalog.error().field + "|" + catalog.error().value + "|" + catalog.error().rule;
}

TEST(Catalog, TakesDefaultsFromTheDomain) {
  const auto catalog = parse_catalog(kSmall);
  ASSERT_TRUE(catalog) << catalog.error().field << " " << catalog.error().rule;
  EXPECT_EQ(catalog->cutoff, std::chrono::hours{24});
  EXPECT_EQ(catalog->decisions, Decisions::Enforce);
  EXPECT_TRUE(catalog->limit_policy);
  EXPECT_EQ(catalog->currencies.at(0).tolerance_minor, 10'00);
  EXPECT_EQ(catalog->currencies.at(0).principal_minor_min, 1);
  const Product* product = catalog->find_product("");
  EXPECT_EQ(product, catalog->find_product("plain"));
  EXPECT_EQ(product->split_rule, base::SplitRule::DownLast);
  EXPECT_EQ(product->late_fee.per_day.e8, 0);
  EXPECT_EQ(product->late_fee.grace_days, 3);
  const MerchantTerms* terms = catalog->find_merchant_terms("standard");
  EXPECT_EQ(terms->discount.e8, 600'000);
  EXPECT_EQ(terms->delay_days, 1);
  EXPECT_TRUE(terms->delay_in_business_days);
  EXPECT_EQ(terms->calendar, "CN");
  EXPECT_EQ(catalog->find_customer_terms("standard")->limit_minor.at("CNY"), 8'000'00);
  EXPECT_FALSE(catalog->find_channel("")->auto_settle);
  EXPECT_EQ(catalog->find_channel("AL"), nullptr);
  EXPECT_EQ(catalog->body, kSmall);
}

TEST(Catalog, NamesEachWrongFieldWithValueAndRule) {
  using testing::StartsWith;
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"[book]", "[book", "line 1, column 6||is not TOML"},
      {"name = \"small\"\n", "", "book.name||is missing"},
      {"\"small\"", "7", "book.name|7|is a text in quotes"},
      {"\"small\"", "\"a b\"", "book.name|a b|is a name"},
      {"currency = \"CNY\"", "currency = \"XQX\"", "book.currency|XQX|is not a currency"},
      {"currency = \"CNY\"", "currency = \"BRL\"", "book.currency|BRL|is a currency with terms"},
      {"Asia/Shanghai", "Asia/Nowhere", "book.zone|Asia/Nowhere|is not a zone"},
      {"calendar = \"CN\"", "calendar = \"BR\"", "book.calendar|BR|is the name of a calendar"},
      {"[book]", "[book]\ncutoff = \"25:00\"", "book.cutoff|25:00|is a time"},
      {"[book]", "[book]\ncutoff = \"00:00\"", "book.cutoff|00:00|is a time"},
      {"[book]", "[book]\nopens_on = \"2026-01-01\"", "book.opens_on|2026-01-01|is a date without"},
      {"[book]", "[book]\nopens_on = 1776-07-04", "book.opens_on|1776-07-04|is a real date"},
      {"[book]", "[book]\ndecisions = \"ignore\"",
       "book.decisions|ignore|is one of: enforce, record"},
      {"[book]", "[book]\nlimit_policy = 1", "book.limit_policy|1|is true or false"},
      {"[book]", "[book]\ncut_off = \"22:00\"", "book.cut_off|22:00|is not a key"},
      {"\"10.00\"", "10.00", "currency.CNY.tolerance|10|is an amount in quotes"},
      {"\"10.00\"", "\"10.000\"", "currency.CNY.tolerance|10.000|has at most 2 decimals in CNY"},
      {"\"10.00\"", "\"-1.00\"", "currency.CNY.tolerance|-1.00|is not negative"},
      {"\"10.00\"", "\"ten\"", "currency.CNY.tolerance|ten|is an amount, like"},
      {"[currency.CNY]", "[currency.QQQ]", "currency.QQQ|QQQ|is not a currency"},
      {"tolerance", "tolerence", "currency.CNY.tolerence|10.00|is not a key"},
      {"\"interest_free\"", "\"free\"", "product.plain.method|free|is one of: interest_free"},
      {"\"interest_free\"", "\"flat_fee\"", "product.plain.rate_percent||is missing"},
      {"\"interest_free\"", "\"flat_fee\"\nrate_percent = \"0.1234567\"",
       "product.plain.rate_percent|0.1234567|has at most 6 decimals"},
      {"\"interest_free\"", "\"flat_fee\"\nrate_percent = \"-1\"",
       "product.plain.rate_percent|-1|is a percentage"},
      {"\"interest_free\"", "\"flat_fee\"\nrate_percent = \"100.01\"",
       "product.plain.rate_percent|100.01|is at most 100 %"},
      {"\"interest_free\"", "\"flat_fee\"\nrate_percent = \"1\"\nrate_per = \"week\"",
       "product.plain.rate_per|week|is one of: period, day, month"},
      {"installments_max = 12", "installments_max = 61",
       "product.plain.installments_max|61|is a whole number from 1 to 60"},
      {"installments_min = 1\n", "installments_min = 0\n",
       "product.plain.installments_min|0|is a whole number from 1 to 60"},
      {"installments_min = 1\n", "installments_min = 13\n",
       "product.plain.installments_max|12|is a whole number from 13 to 60"},
      {"[[merchant]]", "due = \"statement\"\nbill_day = 29\n[[merchant]]",
       "product.plain.bill_day|29|is a whole number from 1 to 28"},
      {"[[merchant]]", "rate_percent = \"1\"\n[[merchant]]",
       "product.plain.rate_percent|1|is not a key"},
      {"[[merchant]]", "subsidy = { payer = \"merchant\" }\n[[merchant]]",
       "product.plain.subsidy.percent_by_installments||is missing"},
      {"[[merchant]]", "subsidy = { payer = \"bank\", percent_by_installments = {} }\n[[merchant]]",
       "product.plain.subsidy.payer|bank|is one of: merchant, platform"},
      {"[[merchant]]",
       "subsidy = { payer = \"merchant\", percent_by_installments = { 13 = \"1\" } }\n[[merchant]]",
       "product.plain.subsidy.percent_by_installments.13|13|is a number of installments from 1"},
      {"[[merchant]]", "late_fee = { percent_per_day = 0.05 }\n[[merchant]]",
       "product.plain.late_fee.percent_per_day|0.05|is a percentage in quotes"},
      {"[[merchant]]",
       "late_fee = { percent_per_day = \"0.05\", tolerance_percent = \"0.001\" }\n[[merchant]]",
       "product.plain.late_fee.tolerance_percent|0.001|is at most 100 %"},
      {"[[merchant]]", "jurisdiction = \"CN\"\n[[merchant]]",
       "product.plain.jurisdiction|CN|is a jurisdiction that [price_caps] has a cap for"},
      {"[[merchant]]", "lender = \"bank\"\n[[merchant]]", "product.plain.jurisdiction||is missing"},
      {"[[merchant]]", "[price_caps]\nwithout_caps = [\"XX\"]\n[[merchant]]",
       "price_caps.without_caps|[ 'XX' ]|is not a key"},
      {"[[merchant]]",
       "[[price_caps.cap]]\nname = \"a\"\njurisdiction = \"CN\"\nmeasure = \"apr\"\n[[merchant]]",
       "price_caps.cap.a.measure|apr|is one of: nominal"},
      {"\"0.60\"", "\"101\"", "merchant.standard.discount_percent|101|is at most 100 %"},
      {"\"0.60\"", "\"0.60\"\nsettle = \"T1\"", "merchant.standard.settle|T1|is T+n"},
      {"\"0.60\"", "\"0.60\"\nsettle = \"T+100\"", "merchant.standard.settle|T+100|is T+n"},
      {"\"0.60\"", "\"0.60\"\ncalendar = \"BR\"", "merchant.standard.calendar|BR|is the name"},
      {"\"0.60\"", "\"0.60\"\nfrequency = \"weekly\"", "merchant.standard.weekday||is missing"},
      {"\"0.60\"", "\"0.60\"\nreserve_percent = \"200\"",
       "merchant.standard.reserve_percent|200|is at most 100 %"},
      {"CNY = \"8000.00\"", "BRL = \"8000.00\"", "customer.standard.limit.BRL|BRL|is a currency"},
      {"name = \"WX\"", "name = \"WX\"\nauto_settle = true",
       "channel.WX.auto_settle|true|is a table"},
      {"name = \"WX\"", "name = \"WX\"\nauto_settle = { days = 31 }",
       "channel.WX.auto_settle.days|31|is a whole number from 0 to 30"},
      {"name = \"WX\"", "name = \"WX\"\n[[channel]]\nname = \"WX\"",
       "channel.name|WX|is used once"},
      {"[[channel]]", "[channel]", "channel||is one or more tables, each under [[channel]]"},
      {"last_year = 2026", "last_year = 2025", "calendar.CN.last_year|2025|is not before"},
      {"last_year = 2026", "last_year = 2026\noff = [2026-01-01, \"x\"]",
       "calendar.CN.off|x|is a date"},
      {"last_year = 2026", "last_year = 2026\noff = [2026-01-03]\nwork = [2026-01-03]",
       "calendar.CN.work||has no date that is also in off"},
      {"[[channel]]", "[created]\ncustomer = \"x\"\nmerchant = \"standard\"\n[[channel]]",
       "created.customer|x|is the name of terms"},
      {"[[channel]]", "[payout]\nauto_confirm = { days = \"1\" }\n[[channel]]",
       "payout.auto_confirm.days|1|is a whole number"},
      {"[[channel]]", "[import.purchases.columns]\nprice = \"x\"\n[[channel]]",
       "import.purchases.columns.price|price|is not a column"},
      {"[[channel]]", "[import.orders.columns]\nprice = \"x\"\n[[channel]]", "import.orders|"},
      {"[[channel]]", "[demo]\nthrough = 2019\n[[channel]]", "demo.through|2019|is a date without"},
      {"[book]", "[extra]\n[book]", "extra||is not a key"},
  };
  for (const auto& [from, to, expected] : cases) {
    EXPECT_THAT(complaint(with(from, to)), StartsWith(expected)) << from << " -> " << to;
  }
}

TEST(Catalog, RefusesNothingAndNonsense) {
  EXPECT_EQ(complaint(""), "book||is missing");
  EXPECT_NE(complaint(std::string(5'000'000, 'x')), "");
  EXPECT_NE(complaint(std::string(1'000, '[')), "");
  EXPECT_NE(complaint("\xff\xfe"), "");
}

// Whatever a file is cut off at, the answer is a catalog or a complaint, never a crash.
TEST(Catalog, SurvivesEveryPrefix) {
  const std::string body = read("catalog/baitiao.toml");
  for (std::size_t length = 0; length < body.size(); length += 7) {
    const auto catalog = parse_catalog(body.substr(0, length));
    if (!catalog) {
      EXPECT_NE(catalog.error().rule, "");
    }
  }
}

// It could be scheduled, but nothing would accrue its interest in the books.
TEST(Catalog, ProductsMayBearInterest) {
  const std::string original = read("catalog/baitiao.toml");
  const auto with_product = [&](const std::string& lines) {
    return parse_catalog(original +
                         "\n[[product]]\nname = \"loan\"\ninstallments_min = 1\n"
                         "installments_max = 24\n" +
                         lines);
  };
  const auto level =
      with_product("method = \"level_payment\"\nrate_percent = \"1\"\nrate_per = \"period\"\n");
  ASSERT_TRUE(level) << level.error().field << " " << level.error().rule;
  EXPECT_EQ(level->find_product("loan")->method, scheduling::Method::LevelPayment);
  const auto daily = with_product(
      "method = \"daily_interest\"\nrate_percent = \"0.05\"\nrate_per = \"day\"\n"
      "day_count = \"ACT/360\"\n");
  ASSERT_TRUE(daily) << daily.error().field << " " << daily.error().rule;
  EXPECT_EQ(daily->find_product("loan")->day_count, scheduling::DayCount::Act360);
  const auto fee =
      with_product("method = \"flat_fee\"\nrate_percent = \"0.05\"\nrate_per = \"day\"\n");
  ASSERT_FALSE(fee);
  EXPECT_EQ(fee.error().field, "product.loan.rate_per");
  const auto count =
      with_product("method = \"flat_fee\"\nrate_percent = \"0.5\"\nday_count = \"ACT/360\"\n");
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().field, "product.loan.day_count");
  const auto unknown =
      with_product("method = \"level_payment\"\nrate_percent = \"1\"\nday_count = \"ACT/999\"\n");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().value, "ACT/999");
}

TEST(Catalog, BaitiaoExampleIsWhole) {
  const auto catalog = parse_catalog(read("catalog/baitiao.toml"));
  ASSERT_TRUE(catalog) << catalog.error().field << " " << catalog.error().rule;
  EXPECT_EQ(catalog->products.size(), 3U);
  // domain.md §4.3: 1.80 % for 3 interest-free periods, 0.60 % a period otherwise.
  EXPECT_EQ(catalog->find_product("interest_free")->subsidy.rate_by_count.at(3).e8, 1'800'000);
  EXPECT_EQ(catalog->find_product("")->rate, (base::Rate{600'000, base::RateBasis::PerPeriod}));
  EXPECT_EQ(catalog->find_product("statement")->statement.days_to_due, 9);
  EXPECT_EQ(catalog->find_merchant_terms("weekly")->frequency_day, 1);
  const scheduling::Calendar* china = catalog->find_calendar("CN");
  // 2026-02-14 is a Saturday that is worked, 2026-02-16 a Monday of the Spring Festival.
  EXPECT_TRUE(china->is_business_day(make_day(2026, 2, 14)).value());
  EXPECT_FALSE(china->is_business_day(make_day(2026, 2, 16)).value());
  EXPECT_FALSE(china->is_business_day(make_day(2027, 1, 4)).has_value());
}

TEST(Catalog, OlistExampleIsWhole) {
  const auto catalog = parse_catalog(read("catalog/olist.toml"));
  ASSERT_TRUE(catalog) << catalog.error().field << " " << catalog.error().rule;
  EXPECT_EQ(catalog->currency.code(), "BRL");
  EXPECT_EQ(catalog->decisions, Decisions::Record);
  EXPECT_EQ(catalog->find_product("")->count_max, 24);
  EXPECT_EQ(catalog->import_map.at("purchases").at("purchase_ref"), "order_id:seller_id");
  EXPECT_EQ(catalog->import_values.at("purchases").at("installments").at("0"), "1");
  EXPECT_EQ(catalog->demo_through, make_day(2019, 1, 31));
  // Carnival Monday 2018 and the Wednesday after it.
  const scheduling::Calendar* brazil = catalog->find_calendar("BR_BANK");
  EXPECT_FALSE(brazil->is_business_day(make_day(2018, 2, 12)).value());
  EXPECT_TRUE(brazil->is_business_day(make_day(2018, 2, 14)).value());
}

}  // namespace
}  // namespace engine
