#include "ledger/settlement.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace ledger {
namespace {

using base::make_day;

const base::Currency kCny = *base::Currency::find("CNY");

SettlementTerms terms(std::int64_t reserve_e8 = 5'000'000) {
  return {.currency = kCny,
          .payout_minor_min = 1'00,
          .reserve = {reserve_e8, base::RateBasis::Flat},
          .reserve_days = 90};
}

// domain.md §4.3, J06 and J07: 1 060.00 gross, discount 6.36, reserve 5 %; released on J41's date.
TEST(NetSettlement, FirstSettlementOfS1) {
  const Settlement net =
      net_settlement({.discount = -6'36, .sales = {{make_day(2026, 6, 18), 1'060'00}}}, terms());
  EXPECT_EQ(net.reserve, -53'00);
  EXPECT_EQ(net.payout, 1'000'64);
  EXPECT_EQ(net.carried, 0);
  EXPECT_EQ(net.tranches,
            (std::vector<ReserveTranche>{{make_day(2026, 6, 18), 53'00, make_day(2026, 9, 16)}}));
}

// domain.md §4.3, J21: refund of 265.00 with 1.59 returned, nothing sold.
TEST(NetSettlement, RefundAfterSettlementIsCarriedAsNegative) {
  const Settlement net = net_settlement({.refunds = -265'00, .returned_discount = 1'59}, terms());
  EXPECT_EQ(net.reserve, 0);
  EXPECT_EQ(net.payout, 0);
  EXPECT_EQ(net.carried, -263'41);
}

// domain.md §5.2, example of 2026-08-27 (J24, J25).
TEST(NetSettlement, CarriedBalanceIsNettedFirst) {
  const Settlement net = net_settlement({.opening = -263'41,
                                         .discount = -18'00,
                                         .subsidy = -54'00,
                                         .sales = {{make_day(2026, 8, 26), 3'000'00}}},
                                        terms());
  EXPECT_EQ(net.reserve, -150'00);
  EXPECT_EQ(net.payout, 2'514'59);
  EXPECT_EQ(net.carried, 0);
}

TEST(NetSettlement, ReleaseIsPaidOut) {
  const Settlement net = net_settlement({.releases = 53'00}, terms());
  EXPECT_EQ(net.payout, 53'00);
}

TEST(NetSettlement, BelowTheMinimumIsCarriedForward) {
  EXPECT_EQ(net_settlement({.opening = 99}, terms()).carried, 99);
  EXPECT_EQ(net_settlement({.opening = 99}, terms()).payout, 0);
  EXPECT_EQ(net_settlement({.opening = 1'00}, terms()).payout, 1'00);
  SettlementTerms no_minimum = terms();
  no_minimum.payout_minor_min = 0;
  EXPECT_EQ(net_settlement({}, no_minimum).payout, 0);
  EXPECT_EQ(net_settlement({.opening = 1}, no_minimum).payout, 1);
}

TEST(NetSettlement, NoReserveWhereItWouldMakeTheNetNegative) {
  const Settlement net =
      net_settlement({.opening = -960'00, .sales = {{make_day(2026, 6, 18), 1'000'00}}}, terms());
  EXPECT_EQ(net.reserve, 0);
  EXPECT_TRUE(net.tranches.empty());
  EXPECT_EQ(net.payout, 40'00);
  const Settlement exact =
      net_settlement({.opening = -950'00, .sales = {{make_day(2026, 6, 18), 1'000'00}}}, terms());
  EXPECT_EQ(exact.reserve, -50'00);
  EXPECT_EQ(exact.payout, 0);
  EXPECT_EQ(exact.carried, 0);
}

// 0.10 at 5 % is half a cent: rounded half up for each sale date, not once for the sum.
TEST(NetSettlement, ReserveIsRoundedForEachSaleDate) {
  const Settlement net = net_settlement(
      {.sales = {{make_day(2026, 6, 18), 10}, {make_day(2026, 6, 19), 10}}}, terms());
  EXPECT_EQ(net.reserve, -2);
  ASSERT_EQ(net.tranches.size(), 2u);
  EXPECT_EQ(net.tranches[1].release_on, make_day(2026, 9, 17));
}

// Whatever the totals, no cent is made or lost, and a negative balance gives no security.
RC_GTEST_PROP(NetSettlement, AddsUp, ()) {
  const auto amount = rc::gen::inRange<std::int64_t>(0, 1'000'000);
  SettlementTotals totals{.opening = *rc::gen::inRange<std::int64_t>(-1'000'000, 100),
                          .refunds = -*amount,
                          .discount = -*amount,
                          .subsidy = -*amount,
                          .returned_discount = *amount,
                          .returned_subsidy = *amount,
                          .releases = *amount,
                          .sales = {}};
  const int days = *rc::gen::inRange(0, 4);
  for (int i = 0; i < days; ++i)
    totals.sales.push_back({make_day(2026, 1, 1 + unsigned(i)), *amount});
  const SettlementTerms t = terms(*rc::gen::inRange<std::int64_t>(0, 20'000'000));
  const Settlement net = net_settlement(totals, t);
  RC_ASSERT(totals.opening + net.sales + totals.refunds + totals.discount + totals.subsidy +
                totals.returned_discount + totals.returned_subsidy + totals.releases +
                net.reserve ==
            net.payout + net.carried);
  RC_ASSERT(net.payout == 0 || (net.payout >= t.payout_minor_min && net.carried == 0));
  RC_ASSERT(net.carried < t.payout_minor_min);
  RC_ASSERT(net.carried >= 0 || net.reserve == 0);
  std::int64_t held = 0;
  for (const ReserveTranche& tranche : net.tranches) held += tranche.amount_minor;
  RC_ASSERT(net.reserve == -held);
}

}  // namespace
}  // namespace ledger
