#include "engine/bills/decimal.h"

#include <gtest/gtest.h>

#include "base/money.h"
#include "tests/support/property.h"

namespace bills {
namespace {

TEST(Decimal, IsReadExactly) {
  EXPECT_EQ(parse_decimal("0.52000", 5), 52'000);
  EXPECT_EQ(parse_decimal("-0.02000", 5), -2'000);
  EXPECT_EQ(parse_decimal("18.150", 2), 1'815);
  EXPECT_EQ(parse_decimal("20.0", 0), 20);
  EXPECT_EQ(parse_decimal("1234,5", 2, ','), 123'450);
  EXPECT_EQ(parse_decimal("2700", 0), 2'700);
}

TEST(Decimal, IsNeverRounded) {
  EXPECT_EQ(parse_decimal("27.055", 2).error(), NumberFault::TooManyDecimals);
  EXPECT_EQ(parse_decimal("0.000001", 5).error(), NumberFault::TooManyDecimals);
  EXPECT_EQ(parse_decimal("1.72E+02", 2).error(), NumberFault::ScientificNotation);
  EXPECT_EQ(parse_decimal("1E5", 2).error(), NumberFault::ScientificNotation);
  EXPECT_EQ(parse_decimal("1,000.00", 2).error(), NumberFault::NotANumber);
  EXPECT_EQ(parse_decimal("--1", 2).error(), NumberFault::NotANumber);
  EXPECT_EQ(parse_decimal("1.2.3", 2).error(), NumberFault::NotANumber);
  EXPECT_EQ(parse_decimal("", 2).error(), NumberFault::Empty);
  EXPECT_EQ(parse_decimal("-", 2).error(), NumberFault::NotANumber);
  EXPECT_EQ(parse_decimal("99999999999999999999", 2).error(), NumberFault::TooLarge);
  EXPECT_EQ(parse_decimal("10000000000000000.00", 2).value(), base::kAmountMinorMax);
  for (const char* above : {"10000000000000000.01", "999999999999999999", "9223372036854775807"}) {
    EXPECT_EQ(parse_decimal(above, 2).error(), NumberFault::TooLarge) << above;
  }
}

TEST(Decimal, WhatIsWrittenIsReadBack) {
  tests::property([] {
    const auto value = *rc::gen::inRange<std::int64_t>(-1'000'000'000'000, 1'000'000'000'000);
    const int decimals = *rc::gen::inRange(0, 6);
    RC_ASSERT(parse_decimal(to_decimal(base::int128{value}, decimals), decimals).value() == value);
  });
}

TEST(Decimal, AnIdThatASpreadsheetHasRewrittenIsTold) {
  EXPECT_TRUE(is_scientific("4.2E+27"));
  EXPECT_TRUE(is_scientific("4E+27"));
  EXPECT_FALSE(is_scientific("4200000113201805074559498485"));
  EXPECT_FALSE(is_scientific("12E34"));  // an order's own number
  EXPECT_FALSE(is_scientific("qd_201909161455139634Sjad2vy"));
}

TEST(Decimal, TimesAreReal) {
  EXPECT_TRUE(parse_time("2018-05-07 10:54:45"));
  EXPECT_TRUE(parse_time("2015-03-10T18:43:50.000000000+00:00"));
  EXPECT_FALSE(parse_time("2014-11-10 16：33：45"));
  EXPECT_FALSE(parse_time("2018-02-30 10:54:45"));
  EXPECT_FALSE(parse_time("2018-05-07 24:00:00"));
  EXPECT_FALSE(parse_time("2018/05/07 10:54:45"));
}

}  // namespace
}  // namespace bills
