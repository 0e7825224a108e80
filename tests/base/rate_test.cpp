#include "base/rate.h"

#include <gtest/gtest.h>

#include <array>

#include "base/check.h"
#include "base/wide.h"
#include "tests/support/property.h"

namespace base {
namespace {

Money cny(std::int64_t minor) { return {minor, Currency::find("CNY").value()}; }

TEST(ParsePercent, IsScaledByTenToTheEighth) {
  EXPECT_EQ(parse_percent("0.60", RateBasis::PerPeriod), (Rate{600'000, RateBasis::PerPeriod}));
  EXPECT_EQ(parse_percent("0.05", RateBasis::PerDay), (Rate{50'000, RateBasis::PerDay}));
  EXPECT_EQ(parse_percent("0", RateBasis::Flat).value().e8, 0);
  EXPECT_EQ(parse_percent("0.000001", RateBasis::Flat).value().e8, 1);
  EXPECT_EQ(parse_percent("1000", RateBasis::Flat).value().e8, 10 * kRateScale);
}

TEST(ParsePercent, RefusesInTheOrderOfTheList) {
  for (std::string_view text : {"", "-1", "+1", ".5", "1.", "1%", "1e2", " 1", "1.2.3"}) {
    EXPECT_EQ(parse_percent(text, RateBasis::Flat).error(), RateRefusal::NotANumber) << text;
  }
  EXPECT_EQ(parse_percent("0.0000001", RateBasis::Flat).error(), RateRefusal::TooManyDecimals);
  for (std::string_view text : {"1000.000001", "1001", "99999999999999999999999999"}) {
    EXPECT_EQ(parse_percent(text, RateBasis::Flat).error(), RateRefusal::TooLarge) << text;
  }
}

// domain.md §4.3: discount 0.60 % of 1 060.00; §1.8: 0.05 % of 72.66, 107.20, 214.40, 321.60.
TEST(ShareOf, RoundsOnce) {
  const Rate discount{600'000, RateBasis::Flat};
  const Rate late{50'000, RateBasis::PerDay};
  EXPECT_EQ(share_of(cny(1'060'00), discount, Rounding::HalfUp), cny(6'36));
  EXPECT_EQ(share_of(cny(72'66), late, Rounding::HalfUp), cny(4));
  EXPECT_EQ(share_of(cny(107'20), late, Rounding::HalfUp), cny(5));
  EXPECT_EQ(share_of(cny(214'40), late, Rounding::HalfUp), cny(11));
  EXPECT_EQ(share_of(cny(321'60), late, Rounding::HalfUp), cny(16));
  EXPECT_EQ(share_of(cny(kAmountMinorMax), {kRateScale, RateBasis::Flat}, Rounding::Down),
            cny(kAmountMinorMax));
  EXPECT_THROW(share_of(cny(kAmountMinorMax), {10 * kRateScale, RateBasis::Flat}, Rounding::Down),
               CheckFailure);
}

// The rows are the values of java.math.RoundingMode's table, the columns its modes:
// UP, DOWN, CEILING, FLOOR, HALF_UP, HALF_EVEN.
TEST(DivRound, AgreesWithTheTableOfJavaRoundingMode) {
  struct Row {
    int tenths;
    std::array<int, 6> rounded;
  };
  constexpr std::array rows = std::to_array<Row>({
      {55, {6, 5, 6, 5, 6, 6}},
      {25, {3, 2, 3, 2, 3, 2}},
      {16, {2, 1, 2, 1, 2, 2}},
      {11, {2, 1, 2, 1, 1, 1}},
      {10, {1, 1, 1, 1, 1, 1}},
      {-10, {-1, -1, -1, -1, -1, -1}},
      {-11, {-2, -1, -1, -2, -1, -1}},
      {-16, {-2, -1, -1, -2, -2, -2}},
      {-25, {-3, -2, -2, -3, -3, -2}},
      {-55, {-6, -5, -5, -6, -6, -6}},
  });
  constexpr std::array modes = {Rounding::Up,    Rounding::Down,   Rounding::Ceiling,
                                Rounding::Floor, Rounding::HalfUp, Rounding::HalfEven};
  for (const Row& row : rows) {
    for (std::size_t m = 0; m < modes.size(); ++m) {
      EXPECT_EQ(static_cast<int>(div_round(row.tenths, 10, modes[m])), row.rounded[m])
          << row.tenths << " in mode " << m;
    }
  }
}

TEST(DivRound, IsTheNearestWhereItSaysSo) {
  tests::property("distance", [] {
    const int128 n = *rc::gen::arbitrary<std::int64_t>();
    const int128 d = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
    const int128 half_up = div_round(n, d, Rounding::HalfUp);
    RC_ASSERT(2 * (half_up * d - n) <= d && 2 * (half_up * d - n) >= -d);
    RC_ASSERT(div_round(-n, d, Rounding::HalfUp) == -half_up);
    RC_ASSERT(floor_div(n, d) * d <= n && (floor_div(n, d) + 1) * d > n);
    RC_ASSERT(ceil_div(n, d) * d >= n && (ceil_div(n, d) - 1) * d < n);
  });
}

TEST(DivRound, NeedsAPositiveDenominator) {
  EXPECT_THROW(div_round(1, 0, Rounding::Down), CheckFailure);
  EXPECT_THROW(div_round(1, -1, Rounding::Down), CheckFailure);
}

TEST(Wide, OverflowIsABug) {
  const int128 big = int128{1} << 126;
  EXPECT_THROW(checked_mul(big, 4), CheckFailure);
  EXPECT_THROW(checked_add(big, big), CheckFailure);
  EXPECT_THROW(narrow(int128{1} << 63), CheckFailure);
  EXPECT_EQ(narrow(-(int128{1} << 63)), std::numeric_limits<std::int64_t>::min());
}

}  // namespace
}  // namespace base
