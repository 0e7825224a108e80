// Calendars and price caps as files of their own.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/calendars.h"
#include "engine/price_caps.h"

namespace engine {
namespace {

using base::make_day;

std::string read(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

const scheduling::Calendar& named(const std::vector<scheduling::Calendar>& calendars,
                                  std::string_view name) {
  return *std::ranges::find(calendars, name, &scheduling::Calendar::name);
}

// domain.md §3: T+1 around China's holidays of 2026.
TEST(Calendars, ExampleHasTheProductsCalendars) {
  const auto calendars = parse_calendars(read("catalog/calendars.toml"));
  ASSERT_TRUE(calendars) << calendars.error().field << " " << calendars.error().rule;
  ASSERT_EQ(calendars->size(), 6U);
  const scheduling::Calendar& china = named(*calendars, "CN");
  EXPECT_EQ(china.add_business_days(make_day(2026, 6, 18), 1), make_day(2026, 6, 22));
  EXPECT_EQ(china.add_business_days(make_day(2026, 9, 30), 1), make_day(2026, 10, 8));
  EXPECT_EQ(china.add_business_days(make_day(2026, 10, 9), 1), make_day(2026, 10, 10));
  EXPECT_EQ(china.next_business_day(make_day(2027, 1, 1)).error().year, 2027);
  // Good Friday and the day after Carnival; Fedwire is open on the Friday before a Saturday
  // holiday.
  EXPECT_EQ(named(*calendars, "TARGET2").is_business_day(make_day(2026, 4, 3)), false);
  EXPECT_EQ(named(*calendars, "BR_BANK").is_business_day(make_day(2026, 2, 17)), false);
  EXPECT_EQ(named(*calendars, "US_FEDERAL").is_business_day(make_day(2026, 7, 3)), false);
  EXPECT_EQ(named(*calendars, "US_FEDWIRE").is_business_day(make_day(2026, 7, 3)), true);
  const scheduling::Calendar& joint = named(*calendars, "CN_BR");
  EXPECT_EQ(joint.first_year(), 2018);
  EXPECT_EQ(joint.is_business_day(make_day(2026, 10, 1)), false);   // China's national day
  EXPECT_EQ(joint.is_business_day(make_day(2026, 9, 7)), false);    // Brazil's
  EXPECT_EQ(joint.is_business_day(make_day(2026, 10, 10)), false);  // a Saturday, worked in China
}

void expect_calendar_wrong(const std::string& body, const std::string& field,
                           const std::string& rule) {
  const auto calendars = parse_calendars(body);
  ASSERT_FALSE(calendars) << body;
  EXPECT_EQ(calendars.error().field, field);
  EXPECT_EQ(calendars.error().rule, rule);
}

TEST(Calendars, SayWhatIsWrong) {
  const std::string one = "[calendar.A]\nfirst_year = 2026\nlast_year = 2026\n";
  ASSERT_TRUE(parse_calendars(one));
  expect_calendar_wrong("", "calendar", "is missing");
  expect_calendar_wrong(one + "of = []\n", "calendar.A.of", "is not a key that catalogs have");
  expect_calendar_wrong("[calendar.A]\nfirst_year = 2026\nlast_year = 2025\n",
                        "calendar.A.last_year", "is not before first_year");
  expect_calendar_wrong(one + "off = [2026-07-04]\nwork = [2026-07-04]\n", "calendar.A.work",
                        "has no date that is also in off");
  expect_calendar_wrong(
      one + "weekend = [\"sunday\", \"someday\"]\n", "calendar.A.weekend",
      "is one of: monday, tuesday, wednesday, thursday, friday, saturday, sunday");
  expect_calendar_wrong(one + "weekend = \"sunday\"\n", "calendar.A.weekend",
                        "is a list of texts in quotes");
  expect_calendar_wrong(one + "[calendar.B]\njoint = [\"A\", \"C\"]\n", "calendar.B.joint",
                        "names calendars that are not joint themselves");
  expect_calendar_wrong(one + "[calendar.B]\njoint = []\n", "calendar.B.joint",
                        "names at least one calendar");
  expect_calendar_wrong(one + "[calendar.B]\njoint = [\"A\"]\nfirst_year = 2026\n",
                        "calendar.B.first_year", "is not a key that catalogs have");
  expect_calendar_wrong(one +
                            "[calendar.C]\nfirst_year = 2027\nlast_year = "
                            "2027\n[calendar.B]\njoint = [\"A\", \"C\"]\n",
                        "calendar.B.joint",
                        "names calendars with years and business days in common");
}

TEST(Calendars, MayHaveAnotherWeekend) {
  const auto calendars = parse_calendars(
      "[calendar.A]\nfirst_year = 2026\nlast_year = 2026\nweekend = [\"friday\", \"saturday\"]\n"
      "[calendar.B]\nfirst_year = 2026\nlast_year = 2026\nweekend = []\n");
  ASSERT_TRUE(calendars) << calendars.error().rule;
  EXPECT_EQ(named(*calendars, "A").is_business_day(make_day(2026, 7, 3)), false);
  EXPECT_EQ(named(*calendars, "A").is_business_day(make_day(2026, 7, 5)), true);
  EXPECT_EQ(named(*calendars, "B").is_business_day(make_day(2026, 7, 4)), true);
}

scheduling::PricedOffer offer(double nominal, base::Day date, std::string_view lender) {
  scheduling::PricedOffer priced{"CN", lender, date, {}, 1'000'00, 36'00};
  priced.rates.nominal = nominal;
  return priced;
}

// domain.md §2.7.
TEST(PriceCaps, ExampleHasChinasLines) {
  const auto caps = parse_price_caps(read("catalog/price_caps.toml"));
  ASSERT_TRUE(caps) << caps.error().field << " " << caps.error().rule;
  const auto passes = [&](double nominal, base::Day date, std::string_view lender) {
    return check_price(*caps, offer(nominal, date, lender)).has_value();
  };
  EXPECT_TRUE(passes(36, make_day(2020, 1, 1), "bank"));
  EXPECT_FALSE(passes(36.01, make_day(2020, 1, 1), "bank"));
  EXPECT_TRUE(passes(24, make_day(2026, 6, 18), "small_loan"));
  EXPECT_FALSE(passes(24.01, make_day(2026, 6, 18), "bank"));
  EXPECT_FALSE(passes(20.01, make_day(2026, 6, 18), "consumer_finance"));
  EXPECT_TRUE(passes(12, make_day(2028, 1, 1), "small_loan"));
  EXPECT_FALSE(passes(12.01, make_day(2028, 1, 1), "small_loan"));
  for (const scheduling::PriceCap& cap : caps->caps) EXPECT_NE(cap.source, "") << cap.name;
}

void expect_caps_wrong(const std::string& body, const std::string& field, const std::string& rule) {
  const auto caps = parse_price_caps(body);
  ASSERT_FALSE(caps) << body;
  EXPECT_EQ(caps.error().field, field);
  EXPECT_EQ(caps.error().rule, rule);
}

TEST(PriceCaps, SayWhatIsWrong) {
  const std::string row =
      "[[cap]]\nname = \"a\"\njurisdiction = \"CN\"\nmeasure = \"eu\"\nvalid_from = 2026-01-01\n";
  const std::string whole = row + "percent = \"24\"\n";
  ASSERT_TRUE(parse_price_caps(whole));
  ASSERT_TRUE(parse_price_caps("without_cap = [\"XX\"]\n"));
  expect_caps_wrong(row, "cap.a.percent", "is missing");
  expect_caps_wrong(row + "percent = 24\n", "cap.a.percent",
                    "is a percentage in quotes, like \"0.60\"");
  expect_caps_wrong(whole + whole, "cap.a.valid_from",
                    "is used once for a jurisdiction and lender");
  expect_caps_wrong(whole + "valid_to = 2026-01-01\n", "cap.a.valid_to", "is after valid_from");
  expect_caps_wrong(whole + "decimals = 7\n", "cap.a.decimals", "is a whole number from 0 to 6");
  expect_caps_wrong(whole + "source = 1\n", "cap.a.source", "is a text in quotes");
  expect_caps_wrong(whole + "percents = \"1\"\n", "cap.a.percents",
                    "is not a key that catalogs have");
  expect_caps_wrong(row + "reference = \"LPR\"\ntimes = 4\n", "cap.a.reference",
                    "is the name of a rate under [[reference]]");
  const std::string rate =
      "[[reference]]\nname = \"LPR\"\nvalid_from = 2026-01-01\npercent = \"3\"\n";
  ASSERT_TRUE(parse_price_caps(rate + row + "reference = \"LPR\"\ntimes = 4\n"));
  expect_caps_wrong(rate + row + "reference = \"LPR\"\n", "cap.a.times", "is missing");
  expect_caps_wrong(rate + row + "reference = \"LPR\"\ntimes = 4\npercent = \"24\"\n",
                    "cap.a.percent", "is not a key that catalogs have");
  expect_caps_wrong(rate + rate + whole, "reference.LPR.valid_from", "is used once");
  std::string other = whole;
  other.replace(other.find("\"eu\""), 4, "\"apr\"");
  expect_caps_wrong(other, "cap.a.measure",
                    "is one of: nominal, irr_effective, reg_z, eu, act365_effective, total_cost");
  expect_caps_wrong("[[cap]\n", "line 1, column 7", parse_price_caps("[[cap]\n").error().rule);
}

}  // namespace
}  // namespace engine
