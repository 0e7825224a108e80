#include "base/zone.h"

#include <gtest/gtest.h>

namespace base {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Zone shanghai() { return Zone::find("Asia/Shanghai").value(); }
Zone sao_paulo() { return Zone::find("America/Sao_Paulo").value(); }

std::string utc(std::string_view text, const Zone& zone) {
  const std::optional<Instant> instant = parse_instant(text, zone);
  return instant ? to_string(*instant) : "refused";
}

TEST(Zone, IsFoundByItsName) {
  EXPECT_EQ(shanghai().name(), "Asia/Shanghai");
  for (std::string_view name :
       {"", "Asia/Nowhere", "../../etc/passwd", "Shanghai", "asia/shanghai"}) {
    EXPECT_FALSE(Zone::find(name)) << name;
  }
}

TEST(ParseInstant, ReadsRfc3339AndLocalTimes) {
  EXPECT_EQ(utc("2026-06-18T09:00:00+08:00", shanghai()), "2026-06-18T01:00:00.000000Z");
  EXPECT_EQ(utc("2026-06-18 09:00:00+08:00", sao_paulo()), "2026-06-18T01:00:00.000000Z");
  EXPECT_EQ(utc("2026-06-18t09:00:00z", shanghai()), "2026-06-18T09:00:00.000000Z");
  EXPECT_EQ(utc("2026-06-18T09:00:00-03:30", shanghai()), "2026-06-18T12:30:00.000000Z");
  EXPECT_EQ(utc("2026-06-18 09:00:00", shanghai()), "2026-06-18T01:00:00.000000Z");
  EXPECT_EQ(utc("2026-06-18 09:00:00.5", shanghai()), "2026-06-18T01:00:00.500000Z");
  EXPECT_EQ(utc("2026-06-18T23:59:59.999", shanghai()), "2026-06-18T15:59:59.999000Z");
  // More digits than a microsecond has are cut off, never rounded into the next day.
  EXPECT_EQ(utc("2026-06-18T23:59:59.999999999", shanghai()), "2026-06-18T15:59:59.999999Z");
}

TEST(ParseInstant, RefusesEverythingElse) {
  for (std::string_view text : {"",
                                "2026-06-18",
                                "2026-06-18T",
                                "2026-06-18T09",
                                "2026-06-18T09:00",
                                "2026-06-18T09:00:0",
                                "2026-06-18T24:00:00",
                                "2026-06-18T09:60:00",
                                "2026-06-18T09:00:60",
                                "2026-02-29T09:00:00",
                                "2026-06-18T09:00:00.",
                                "2026-06-18T09:00:00+8",
                                "2026-06-18T09:00:00+0800",
                                "2026-06-18T09:00:00+24:00",
                                "2026-06-18T09:00:00+08:60",
                                "2026-06-18T09:00:00Zx",
                                "2026-06-18T09:00:00+08:00x",
                                "2026-06-18_09:00:00",
                                "2026-06-18T 9:00:00",
                                "yesterday",
                                "2026-06-18T09:00:00 +08:00"}) {
    EXPECT_EQ(utc(text, shanghai()), "refused") << text;
  }
}

// Clocks in São Paulo went from 2018-11-04 00:00 to 01:00 (IANA tzdata, rule Brazil 2018).
TEST(Zone, LocalTimeInAGapTakesTheFirstValidInstant) {
  EXPECT_EQ(utc("2018-11-03 23:59:59", sao_paulo()), "2018-11-04T02:59:59.000000Z");
  EXPECT_EQ(utc("2018-11-04 00:00:00", sao_paulo()), "2018-11-04T03:00:00.000000Z");
  EXPECT_EQ(utc("2018-11-04 00:30:00", sao_paulo()), "2018-11-04T03:00:00.000000Z");
  EXPECT_EQ(utc("2018-11-04 01:00:00", sao_paulo()), "2018-11-04T03:00:00.000000Z");
}

// They went back from 2018-02-18 00:00 to 2018-02-17 23:00.
TEST(Zone, LocalTimeInAnOverlapTakesTheEarlierOffset) {
  EXPECT_EQ(utc("2018-02-17 22:59:59", sao_paulo()), "2018-02-18T00:59:59.000000Z");
  EXPECT_EQ(utc("2018-02-17 23:30:00", sao_paulo()), "2018-02-18T01:30:00.000000Z");
  EXPECT_EQ(utc("2018-02-18 00:00:00", sao_paulo()), "2018-02-18T03:00:00.000000Z");
}

TEST(Zone, ADayOfAnInstantIsTheCivilDayUnlessTheCutOffIsEarlier) {
  const Zone zone = shanghai();
  const Instant evening = parse_instant("2026-06-18T23:30:00+08:00", zone).value();
  const Instant last = parse_instant("2026-06-18T23:59:59.999999+08:00", zone).value();
  const Instant midnight = parse_instant("2026-06-19T00:00:00+08:00", zone).value();
  EXPECT_EQ(zone.day_of(evening, hours{24}), make_day(2026, 6, 18));
  EXPECT_EQ(zone.day_of(last, hours{24}), make_day(2026, 6, 18));
  EXPECT_EQ(zone.day_of(midnight, hours{24}), make_day(2026, 6, 19));
  EXPECT_EQ(zone.day_of(evening, hours{23}), make_day(2026, 6, 19));
  EXPECT_EQ(zone.day_of(evening, hours{23} + minutes{31}), make_day(2026, 6, 18));
  EXPECT_EQ(zone.day_of(evening, hours{23} + minutes{30}), make_day(2026, 6, 19));
}

// Local days of 23 and 25 hours: every instant has exactly one day, and days never go back.
TEST(Zone, DaysFollowTheClockOverItsChanges) {
  const Zone zone = sao_paulo();
  for (std::string_view start : {"2018-02-15T00:00:00Z", "2018-11-02T00:00:00Z"}) {
    Instant instant = parse_instant(start, zone).value();
    Day before = zone.day_of(instant, hours{24});
    for (int quarter = 0; quarter < 4 * 24 * 5; ++quarter) {
      instant += minutes{15};
      const Day day = zone.day_of(instant, hours{24});
      EXPECT_TRUE(day == before || day == plus_days(before, 1)) << to_string(instant);
      before = day;
    }
  }
}

TEST(Zone, LocalAndInstantAreInverseWhereTheClockRunsOn) {
  const Zone zone = sao_paulo();
  const Instant instant = parse_instant("2018-05-03T14:58:40.123456", zone).value();
  EXPECT_EQ(zone.to_instant(zone.to_local(instant)), instant);
}

}  // namespace
}  // namespace base
