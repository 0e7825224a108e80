#include "base/money.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <concepts>
#include <limits>
#include <map>
#include <numeric>

#include "base/check.h"
#include "base/rate.h"
#include "tests/support/property.h"

namespace base {
namespace {

using testing::ElementsAre;

Currency currency(std::string_view code) { return Currency::find(code).value(); }
Money cny(std::int64_t minor) { return {minor, currency("CNY")}; }

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept Multipliable = requires(A a, B b) { a* b; };

// What must not compile.
static_assert(Addable<Money, Money>);
static_assert(!Addable<Money, Rate>);
static_assert(!Addable<Money, std::int64_t>);
static_assert(!Addable<Money, double>);
static_assert(!Addable<Rate, Rate>);
static_assert(!Multipliable<Money, Money>);
static_assert(!Multipliable<Money, Rate>);
static_assert(!Multipliable<Money, std::int64_t>);
static_assert(!Multipliable<Money, double>);
static_assert(!std::convertible_to<std::int64_t, Money>);
static_assert(!std::convertible_to<double, Money>);
static_assert(!std::convertible_to<Money, std::int64_t>);
static_assert(!std::convertible_to<Money, double>);

TEST(Currency, HasTheExponentOfIso4217) {
  EXPECT_EQ(currency("JPY").exponent(), 0);
  EXPECT_EQ(currency("CNY").exponent(), 2);
  EXPECT_EQ(currency("BRL").exponent(), 2);
  EXPECT_EQ(currency("KWD").exponent(), 3);
  EXPECT_EQ(currency("AED").code(), "AED");  // the first and the last of the table
  EXPECT_EQ(currency("ZAR").code(), "ZAR");
}

TEST(Currency, UnknownCodesAreNotFound) {
  for (std::string_view code : {"", "C", "CN", "CNYY", "cny", "XXX", "AAA", "ZZZ"}) {
    EXPECT_FALSE(Currency::find(code)) << code;
  }
}

TEST(Money, AddsSubtractsAndCompares) {
  EXPECT_EQ(cny(172'66) + cny(34), cny(173'00));
  EXPECT_EQ(cny(172'66) - cny(173'00), cny(-34));
  EXPECT_EQ(-cny(5), cny(-5));
  EXPECT_LT(cny(-1), cny(0));
  EXPECT_TRUE(cny(0).is_zero());
  EXPECT_TRUE(cny(1).is_positive());
  EXPECT_TRUE(cny(-1).is_negative());
}

TEST(Money, TwoCurrenciesNeverMeet) {
  const Money yen{1, currency("JPY")};
  EXPECT_THROW(cny(1) + yen, CheckFailure);
  EXPECT_THROW(cny(1) - yen, CheckFailure);
  EXPECT_THROW((void)(cny(1) < yen), CheckFailure);
  EXPECT_NE(cny(1), yen);
}

TEST(Money, NeverWraps) {
  const Money most = cny(std::numeric_limits<std::int64_t>::max());
  const Money least = cny(std::numeric_limits<std::int64_t>::min());
  EXPECT_THROW(most + cny(1), CheckFailure);
  EXPECT_THROW(least - cny(1), CheckFailure);
  EXPECT_THROW(-least, CheckFailure);
  EXPECT_EQ(most + cny(0), most);
}

TEST(ToDecimal, ShowsTheDecimalsOfTheCurrency) {
  EXPECT_EQ(to_decimal(cny(172'66)), "172.66");
  EXPECT_EQ(to_decimal(cny(0)), "0.00");
  EXPECT_EQ(to_decimal(cny(5)), "0.05");
  EXPECT_EQ(to_decimal(cny(-5)), "-0.05");
  EXPECT_EQ(to_decimal(cny(-172'66)), "-172.66");
  EXPECT_EQ(to_decimal({1'000, currency("JPY")}), "1000");
  EXPECT_EQ(to_decimal({1'000, currency("KWD")}), "1.000");
  EXPECT_EQ(to_decimal({-1, currency("KWD")}), "-0.001");
  EXPECT_EQ(to_decimal(std::numeric_limits<std::int64_t>::min(), 2), "-92233720368547758.08");
}

TEST(ParseMoney, ReadsExactDecimals) {
  EXPECT_EQ(parse_money("172.66", currency("CNY")), cny(172'66));
  EXPECT_EQ(parse_money("172.6", currency("CNY")), cny(172'60));
  EXPECT_EQ(parse_money("172", currency("CNY")), cny(172'00));
  EXPECT_EQ(parse_money("-0.01", currency("CNY")), cny(-1));
  EXPECT_EQ(parse_money("+0.01", currency("CNY")), cny(1));
  EXPECT_EQ(parse_money("-0.00", currency("CNY")), cny(0));
  EXPECT_EQ(parse_money("000172.66", currency("CNY")), cny(172'66));
  EXPECT_EQ(parse_money("1000", currency("JPY")).value().minor(), 1'000);
  EXPECT_EQ(parse_money("1.234", currency("KWD")).value().minor(), 1'234);
}

TEST(ParseMoney, RefusesWhatIsNotANumber) {
  for (std::string_view text : {"", "-", "+", ".", "1.", ".5", "--1", "+-1", "1.2.3", "1,00", " 1",
                                "1 ", "1e3", "0x1", "NaN", "inf", "１", "1.0a", "a1"}) {
    EXPECT_EQ(parse_money(text, currency("CNY")).error(), AmountRefusal::NotANumber) << text;
  }
}

TEST(ParseMoney, NeverRoundsDecimalsAway) {
  EXPECT_EQ(parse_money("1.001", currency("CNY")).error(), AmountRefusal::TooManyDecimals);
  EXPECT_EQ(parse_money("1.000", currency("CNY")).error(), AmountRefusal::TooManyDecimals);
  EXPECT_EQ(parse_money("1.0", currency("JPY")).error(), AmountRefusal::TooManyDecimals);
  EXPECT_EQ(parse_money("1.0000", currency("KWD")).error(), AmountRefusal::TooManyDecimals);
}

TEST(ParseMoney, StopsAtTheCeilingAndNeverWraps) {
  EXPECT_EQ(parse_money("10000000000000000.00", currency("CNY")), cny(kAmountMinorMax));
  EXPECT_EQ(parse_money("-10000000000000000.00", currency("CNY")), cny(-kAmountMinorMax));
  // Ten times the ceiling and 2^64 are where a product of 64 bits would wrap.
  for (std::string_view text :
       {"10000000000000000.01", "-10000000000000000.01", "9999999999999999999",
        "92233720368547758.08", "100000000000000000.00", "184467440737095516.16",
        "184467440737095516.17", "99999999999999999999999999999999999999999999999999"}) {
    EXPECT_EQ(parse_money(text, currency("CNY")).error(), AmountRefusal::TooLarge) << text;
  }
  for (std::string_view text : {"1000000000000000001", "9500000000000000000",
                                "10000000000000000000", "18446744073709551617"}) {
    EXPECT_EQ(parse_money(text, currency("JPY")).error(), AmountRefusal::TooLarge) << text;
  }
}

TEST(ParseMoney, ReadsBackWhatIsShown) {
  tests::property("decimal round trip", [] {
    const Currency c = currency(*rc::gen::element("JPY", "CNY", "KWD"));
    const Money money{
        *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-kAmountMinorMax, kAmountMinorMax),
                        rc::gen::inRange<std::int64_t>(-2000, 2000)),
        c};
    RC_ASSERT(parse_money(to_decimal(money), c).value() == money);
  });
}

std::vector<std::int64_t> minors(const std::vector<Money>& parts) {
  std::vector<std::int64_t> values;
  for (Money part : parts) values.push_back(part.minor());
  return values;
}

// domain.md §2.3, column 1 000.00 / 6.
TEST(Split, OfAThousandInSix) {
  const std::map<SplitRule, std::vector<std::int64_t>> cases = {
      {SplitRule::DownLast, {166'66, 166'66, 166'66, 166'66, 166'66, 166'70}},
      {SplitRule::DownFirst, {166'70, 166'66, 166'66, 166'66, 166'66, 166'66}},
      {SplitRule::HalfUpLast, {166'67, 166'67, 166'67, 166'67, 166'67, 166'65}},
      {SplitRule::Cumulative, {166'67, 166'66, 166'67, 166'67, 166'66, 166'67}},
      {SplitRule::LargestRemainder, {166'67, 166'67, 166'67, 166'67, 166'66, 166'66}},
  };
  for (const auto& [rule, parts] : cases) EXPECT_EQ(minors(split(cny(1'000'00), 6, rule)), parts);
}

// domain.md §2.3, column 100.00 / 7.
TEST(Split, OfAHundredInSeven) {
  const std::map<SplitRule, std::vector<std::int64_t>> cases = {
      {SplitRule::DownLast, {14'28, 14'28, 14'28, 14'28, 14'28, 14'28, 14'32}},
      {SplitRule::DownFirst, {14'32, 14'28, 14'28, 14'28, 14'28, 14'28, 14'28}},
      {SplitRule::HalfUpLast, {14'29, 14'29, 14'29, 14'29, 14'29, 14'29, 14'26}},
      {SplitRule::Cumulative, {14'29, 14'28, 14'29, 14'28, 14'29, 14'28, 14'29}},
      {SplitRule::LargestRemainder, {14'29, 14'29, 14'29, 14'29, 14'28, 14'28, 14'28}},
  };
  for (const auto& [rule, parts] : cases) EXPECT_EQ(minors(split(cny(100'00), 7, rule)), parts);
}

// domain.md §2.3, trap: 11 x 0.01 would leave -0.04.
TEST(Split, HalfUpLastIsImpossibleWhereTheRestWouldBeNegative) {
  EXPECT_FALSE(can_split(cny(7), 12, SplitRule::HalfUpLast));
  EXPECT_THROW(split(cny(7), 12, SplitRule::HalfUpLast), CheckFailure);
  for (SplitRule rule : {SplitRule::DownLast, SplitRule::DownFirst, SplitRule::Cumulative,
                         SplitRule::LargestRemainder}) {
    EXPECT_TRUE(can_split(cny(7), 12, rule));
  }
  EXPECT_FALSE(can_split(cny(-1), 2, SplitRule::DownLast));
  EXPECT_FALSE(can_split(cny(1), 0, SplitRule::DownLast));
}

TEST(Split, LosesNothing) {
  tests::property("sums exactly, differs by at most the remainder", [] {
    const SplitRule rule =
        *rc::gen::element(SplitRule::DownLast, SplitRule::DownFirst, SplitRule::HalfUpLast,
                          SplitRule::Cumulative, SplitRule::LargestRemainder);
    const std::int64_t total = *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 1'000),
                                               rc::gen::inRange<std::int64_t>(0, kAmountMinorMax));
    const int parts = *rc::gen::inRange(1, 121);
    if (!can_split(cny(total), parts, rule)) {
      RC_ASSERT(rule == SplitRule::HalfUpLast);
      return;
    }
    const std::vector<std::int64_t> shares = minors(split(cny(total), parts, rule));
    RC_ASSERT(shares.size() == static_cast<std::size_t>(parts));
    RC_ASSERT(std::accumulate(shares.begin(), shares.end(), std::int64_t{0}) == total);
    const auto [least, most] = std::ranges::minmax(shares);
    RC_ASSERT(least >= 0);
    RC_ASSERT(most - least <= parts);
  });
}

TEST(Allocate, GivesTheRestToTheLargestRemaindersAndTiesToTheFirst) {
  EXPECT_EQ(minors(allocate(cny(100), {1, 1, 1})), (std::vector<std::int64_t>{34, 33, 33}));
  EXPECT_EQ(minors(allocate(cny(10), {1, 2, 4})), (std::vector<std::int64_t>{1, 3, 6}));
  EXPECT_EQ(minors(allocate(cny(10), {0, 0, 7})), (std::vector<std::int64_t>{0, 0, 10}));
  EXPECT_EQ(minors(allocate(cny(0), {1, 2})), (std::vector<std::int64_t>{0, 0}));
  EXPECT_THROW(allocate(cny(1), {0, 0}), CheckFailure);
  EXPECT_THROW(allocate(cny(1), {}), CheckFailure);
  EXPECT_THROW(allocate(cny(1), {2, -1}), CheckFailure);
  EXPECT_THROW(allocate(cny(-1), {1}), CheckFailure);
}

TEST(Allocate, StaysWithinOneMinorUnitOfTheExactShare) {
  tests::property("quota", [] {
    const std::int64_t total = *rc::gen::inRange<std::int64_t>(0, kAmountMinorMax);
    std::vector<std::int64_t> weights = *rc::gen::container<std::vector<std::int64_t>>(
        rc::gen::inRange<std::int64_t>(0, 1'000'000));
    weights.push_back(1);
    const std::vector<std::int64_t> shares = minors(allocate(cny(total), weights));
    const std::int64_t sum = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    std::int64_t shared = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const int128 off = int128{shares[i]} * sum - int128{total} * weights[i];
      RC_ASSERT(off > -sum && off < sum);
      shared += shares[i];
    }
    RC_ASSERT(shared == total);
  });
}

}  // namespace
}  // namespace base
