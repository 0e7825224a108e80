// Posting rules against the golden ledger of the domain reference, by its journal numbers.
#include "ledger/posting.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "ledger/chart.h"

namespace {

using ledger::Code;
using ledger::SubsidyPayer;
using ledger::Transfers;

const base::PartyId kM1{1}, kWx{2}, kBank{3}, kBrand{4};

/// A side of a journal as the domain's tables write it: "2101:mdr" 6.36.
using Side = std::map<std::string, std::int64_t>;
using Sides = std::pair<Side, Side>;

/// Debits and credits by account code and, where the tables show it, item type.
Sides sides(const Transfers& transfers) {
  const auto name = [](const ledger::AccountKey& key) {
    const std::string code = std::to_string(static_cast<int>(key.code));
    return key.code == Code::MerchantPayable ? code + ":" + key.tag : code;
  };
  Sides result;
  for (const ledger::Transfer& t : transfers) {
    result.first[name(t.debit)] += t.amount_minor;
    result.second[name(t.credit)] += t.amount_minor;
  }
  return result;
}

/// What every rule promises, whatever the amounts.
void expect_sound(const Transfers& transfers) {
  for (const ledger::Transfer& t : transfers) {
    EXPECT_GT(t.amount_minor, 0);
    EXPECT_NE(t.debit, t.credit);
    EXPECT_EQ(ledger::is_memo(t.debit.code), ledger::is_memo(t.credit.code));
    for (const ledger::AccountKey* key : {&t.debit, &t.credit}) {
      const ledger::ChartEntry& entry = ledger::entry(key->code);
      EXPECT_EQ(entry.owner != ledger::Owner::None, key->owner != base::PartyId{})
          << entry.name << ": an owner where the chart wants one, and nowhere else";
      EXPECT_EQ(entry.has_tag, !key->tag.empty())
          << entry.name << ": a tag where the chart wants one, and nowhere else";
    }
  }
}

ledger::Capture capture_o1() {
  return {.merchant = kM1,
          .product = "fee6",
          .financed = 1'000'00,
          .coupon_platform = 60'00,
          .coupon_merchant = 40'00,
          .fee = 36'00,
          .discount = 6'36};
}

TEST(ScenarioS1, J01OpeningCapital) {
  EXPECT_EQ(sides(ledger::opening_capital(kBank, 50'000'00)),
            (Sides{{{"1001", 50'000'00}}, {{"4001", 50'000'00}}}));
}

TEST(ScenarioS1, J02AndJ04HoldAndItsRelease) {
  EXPECT_EQ(sides(ledger::auth_hold(1'000'00)),
            (Sides{{{"9011", 1'000'00}}, {{"9012", 1'000'00}}}));
  EXPECT_EQ(sides(ledger::hold_release(1'000'00)),
            (Sides{{{"9012", 1'000'00}}, {{"9011", 1'000'00}}}));
}

TEST(ScenarioS1, J03Capture) {
  EXPECT_EQ(sides(ledger::capture(capture_o1())),
            (Sides{{{"1101", 1'000'00}, {"1102", 36'00}, {"6402", 60'00}, {"2101:mdr", 6'36}},
                   {{"2101:sale", 1'060'00}, {"2301", 36'00}, {"6002", 6'36}}}));
}

TEST(ScenarioS1, J06ReserveHeldAndJ41Released) {
  EXPECT_EQ(sides(ledger::reserve_hold(kM1, 53'00)),
            (Sides{{{"2101:reserve", 53'00}}, {{"2103", 53'00}}}));
  EXPECT_EQ(sides(ledger::reserve_release(kM1, 53'00)),
            (Sides{{{"2103", 53'00}}, {{"2101:release", 53'00}}}));
}

TEST(ScenarioS1, J07AndJ08PayoutAndR08ItsReturn) {
  EXPECT_EQ(sides(ledger::payout_instruct(kM1, 1'000'64)),
            (Sides{{{"2101:payout", 1'000'64}}, {{"2104", 1'000'64}}}));
  EXPECT_EQ(sides(ledger::payout_confirm(kM1, kBank, 1'000'64)),
            (Sides{{{"2104", 1'000'64}}, {{"1001", 1'000'64}}}));
  EXPECT_EQ(sides(ledger::payout_return(kM1, 1'000'64)),
            (Sides{{{"2104", 1'000'64}}, {{"2101:return", 1'000'64}}}));
}

TEST(ScenarioS1, J09FeeEarnedAndTakenBack) {
  EXPECT_EQ(sides(ledger::fee_earn("fee6", 3'55)), (Sides{{{"2301", 3'55}}, {{"6001", 3'55}}}));
  EXPECT_EQ(sides(ledger::fee_earn("fee6", -3'55)), (Sides{{{"6001", 3'55}}, {{"2301", 3'55}}}));
}

TEST(ScenarioS1, J10FirstInstallment) {
  EXPECT_EQ(sides(ledger::repay(kWx, {.fee = 6'00, .principal = 166'66})),
            (Sides{{{"1011", 172'66}}, {{"1102", 6'00}, {"1101", 166'66}}}));
}

TEST(ScenarioS1, J12J16AndJ19ChannelSettlesNetOfItsFee) {
  EXPECT_EQ(sides(ledger::channel_settle(kWx, kBank, 172'66, 52)),
            (Sides{{{"1001", 172'14}, {"6401", 52}}, {{"1011", 172'66}}}));
  EXPECT_EQ(sides(ledger::channel_settle(kWx, kBank, 100'00, 30)),
            (Sides{{{"1001", 99'70}, {"6401", 30}}, {{"1011", 100'00}}}));
  EXPECT_EQ(sides(ledger::channel_settle(kWx, kBank, 73'06, 22)),
            (Sides{{{"1001", 72'84}, {"6401", 22}}, {{"1011", 73'06}}}));
}

TEST(ScenarioS1, J14PartPayment) {
  EXPECT_EQ(sides(ledger::repay(kWx, {.fee = 6'00, .principal = 94'00})),
            (Sides{{{"1011", 100'00}}, {{"1102", 6'00}, {"1101", 94'00}}}));
}

TEST(ScenarioS1, J17LateFeeAndJ18TheRestPaidWithIt) {
  EXPECT_EQ(sides(ledger::late_fee("fee6", 40)), (Sides{{{"1103", 40}}, {{"6004", 40}}}));
  EXPECT_EQ(sides(ledger::repay(kWx, {.penalty = 40, .principal = 72'66})),
            (Sides{{{"1011", 73'06}}, {{"1103", 40}, {"1101", 72'66}}}));
}

TEST(ScenarioS1, J22CaptureWithSubsidyOfTheMerchant) {
  EXPECT_EQ(sides(ledger::capture({.merchant = kM1,
                                   .product = "free3",
                                   .financed = 3'000'00,
                                   .discount = 18'00,
                                   .subsidy = 54'00,
                                   .subsidy_payer = SubsidyPayer::Merchant})),
            (Sides{{{"1101", 3'000'00}, {"2101:mdr", 18'00}, {"2101:subsidy", 54'00}},
                   {{"2101:sale", 3'000'00}, {"6002", 18'00}, {"2302", 54'00}}}));
}

TEST(ScenarioS1, J37FullRefundOfAPartlyPaidPurchase) {
  EXPECT_EQ(
      sides(ledger::refund({.merchant = kM1,
                            .product = "free3",
                            .principal = 2'000'00,
                            .cash = 1'000'00,
                            .discount = 18'00,
                            .subsidy = 36'00,
                            .subsidy_payer = SubsidyPayer::Merchant})),
      (Sides{
          {{"2101:refund", 3'000'00}, {"2302", 36'00}, {"6002", 18'00}},
          {{"1101", 2'000'00}, {"2202", 1'000'00}, {"2101:subsidy", 36'00}, {"2101:mdr", 18'00}}}));
}

// L13 is the exact mirror of L12, but for the item type that tells a refund from a sale.
TEST(ScenarioS3, L12CaptureAndL13ItsFullRefund) {
  EXPECT_EQ(
      sides(ledger::capture(
          {.merchant = kM1, .product = "fee3", .financed = 500'00, .fee = 9'00, .discount = 3'00})),
      (Sides{{{"1101", 500'00}, {"1102", 9'00}, {"2101:mdr", 3'00}},
             {{"2101:sale", 500'00}, {"2301", 9'00}, {"6002", 3'00}}}));
  EXPECT_EQ(sides(ledger::refund({.merchant = kM1,
                                  .product = "fee3",
                                  .principal = 500'00,
                                  .fee = 9'00,
                                  .discount = 3'00})),
            (Sides{{{"2101:refund", 500'00}, {"2301", 9'00}, {"6002", 3'00}},
                   {{"1101", 500'00}, {"1102", 9'00}, {"2101:mdr", 3'00}}}));
}

TEST(ScenarioS4, M01MerchantFundedCoupon) {
  EXPECT_EQ(
      sides(ledger::capture({.merchant = kM1,
                             .product = "p",
                             .financed = 900'00,
                             .coupon_merchant = 100'00,
                             .discount = 5'40})),
      (Sides{{{"1101", 900'00}, {"2101:mdr", 5'40}}, {{"2101:sale", 900'00}, {"6002", 5'40}}}));
}

TEST(ScenarioS4, M02PlatformFundedCoupon) {
  EXPECT_EQ(sides(ledger::capture({.merchant = kM1,
                                   .product = "p",
                                   .financed = 900'00,
                                   .coupon_platform = 100'00,
                                   .discount = 6'00})),
            (Sides{{{"1101", 900'00}, {"6402", 100'00}, {"2101:mdr", 6'00}},
                   {{"2101:sale", 1'000'00}, {"6002", 6'00}}}));
}

TEST(ScenarioS4, M03SplitCoupon) {
  EXPECT_EQ(sides(ledger::capture({.merchant = kM1,
                                   .product = "p",
                                   .financed = 900'00,
                                   .coupon_platform = 60'00,
                                   .coupon_merchant = 40'00,
                                   .discount = 5'76})),
            (Sides{{{"1101", 900'00}, {"6402", 60'00}, {"2101:mdr", 5'76}},
                   {{"2101:sale", 960'00}, {"6002", 5'76}}}));
}

TEST(ScenarioS4, M04SponsorFundedCoupon) {
  EXPECT_EQ(sides(ledger::capture({.merchant = kM1,
                                   .sponsor = kBrand,
                                   .product = "p",
                                   .financed = 900'00,
                                   .coupon_sponsor = 100'00,
                                   .discount = 6'00})),
            (Sides{{{"1101", 900'00}, {"1112", 100'00}, {"2101:mdr", 6'00}},
                   {{"2101:sale", 1'000'00}, {"6002", 6'00}}}));
}

// The rule posts it in the capture's journal; here is what it adds.
TEST(ScenarioS4, M05PlatformSubsidyAndM06OneThirdEarned) {
  const Sides with = sides(ledger::capture({.merchant = kM1,
                                            .product = "p",
                                            .financed = 900'00,
                                            .subsidy = 16'20,
                                            .subsidy_payer = SubsidyPayer::Platform}));
  EXPECT_EQ(with,
            (Sides{{{"1101", 900'00}, {"6403", 16'20}}, {{"2101:sale", 900'00}, {"2302", 16'20}}}));
  EXPECT_EQ(sides(ledger::subsidy_earn("p", 5'40)), (Sides{{{"2302", 5'40}}, {{"6003", 5'40}}}));
}

TEST(ScenarioS4, ASponsorsSubsidyIsOwedByTheSponsor) {
  EXPECT_EQ(sides(ledger::capture({.merchant = kM1,
                                   .sponsor = kBrand,
                                   .product = "p",
                                   .financed = 900'00,
                                   .subsidy = 16'20,
                                   .subsidy_payer = SubsidyPayer::Sponsor})),
            (Sides{{{"1101", 900'00}, {"1112", 16'20}}, {{"2101:sale", 900'00}, {"2302", 16'20}}}));
}

TEST(ScenarioS7, Q01DiscountWithItsVatAndQ02ItsReturn) {
  ledger::Capture o1 = capture_o1();
  o1.discount_vat = 36;
  const Sides with = sides(ledger::capture(o1));
  EXPECT_EQ(with.first.at("2101:mdr"), 6'36);
  EXPECT_EQ(with.second.at("6002"), 6'00);
  EXPECT_EQ(with.second.at("2401"), 36);
  EXPECT_EQ(sides(ledger::refund(
                {.merchant = kM1, .product = "fee6", .discount = 1'59, .discount_vat = 9})),
            (Sides{{{"6002", 1'50}, {"2401", 9}}, {{"2101:mdr", 1'59}}}));
}

// J31's shape: a rest in the credit balance pays the next installment.
TEST(Posting, TheCreditBalancePaysWhatAChannelWould) {
  EXPECT_EQ(sides(ledger::repay(kWx, {.principal = 416'68, .credit = 8'82})),
            (Sides{{{"1011", 425'50}}, {{"1101", 416'68}, {"2201", 8'82}}}));
  EXPECT_EQ(
      sides(ledger::repay_from_credit({.penalty = 1, .fee = 2, .interest = 3, .principal = 4})),
      (Sides{{{"2201", 10}}, {{"1103", 1}, {"1102", 2}, {"1104", 3}, {"1101", 4}}}));
  EXPECT_THROW(ledger::repay_from_credit({.principal = 4, .credit = 1}), base::CheckFailure);
}

TEST(Posting, NothingMovesNothing) {
  EXPECT_TRUE(ledger::capture({.merchant = kM1, .product = "p"}).empty());
  EXPECT_TRUE(ledger::repay(kWx, {}).empty());
  EXPECT_TRUE(ledger::refund({.merchant = kM1, .product = "p"}).empty());
  EXPECT_TRUE(ledger::fee_earn("p", 0).empty());
  EXPECT_TRUE(ledger::late_fee("p", 0).empty());
}

TEST(Posting, ANegativeAmountIsABug) {
  EXPECT_THROW(ledger::auth_hold(-1), base::CheckFailure);
  EXPECT_THROW(ledger::capture({.merchant = kM1, .product = "p", .financed = -1}),
               base::CheckFailure);
  EXPECT_THROW(ledger::payout_instruct(kM1, -1), base::CheckFailure);
}

TEST(Posting, ASubsidyThatNobodyPaysIsABug) {
  EXPECT_THROW(ledger::capture({.merchant = kM1, .product = "p", .financed = 1, .subsidy = 1}),
               base::CheckFailure);
}

/// Random amounts for every rule; zero now and then, and the largest the books allow.
class Amounts {
 public:
  explicit Amounts(unsigned seed) : random_(seed) {}

  std::int64_t any() {
    switch (random_() % 4) {
      case 0:
        return 0;
      case 1:
        return 1;
      default:
        return std::uniform_int_distribution<std::int64_t>(1, 1'000'000'00)(random_);
    }
  }
  std::int64_t up_to(std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random_);
  }
  SubsidyPayer payer() { return static_cast<SubsidyPayer>(1 + random_() % 3); }
  bool flip() { return random_() % 2 == 0; }

 private:
  std::mt19937 random_;
};

std::vector<Transfers> every_rule(Amounts& a) {
  const std::int64_t discount = a.any(), gross = a.any();
  const std::int64_t sign = a.flip() ? 1 : -1;
  const ledger::Paid paid{
      .penalty = a.any(), .fee = a.any(), .interest = a.any(), .principal = a.any()};
  ledger::Paid with_rest = paid;
  with_rest.credit = a.any();
  return {ledger::opening_capital(kBank, a.any()),
          ledger::auth_hold(a.any()),
          ledger::hold_release(a.any()),
          ledger::capture({.merchant = kM1,
                           .sponsor = kBrand,
                           .product = "p",
                           .financed = a.any(),
                           .coupon_platform = a.any(),
                           .coupon_merchant = a.any(),
                           .coupon_sponsor = a.any(),
                           .fee = a.any(),
                           .discount = discount,
                           .discount_vat = a.up_to(discount),
                           .subsidy = a.any(),
                           .subsidy_payer = a.payer()}),
          ledger::repay(kWx, with_rest),
          ledger::repay_from_credit(paid),
          ledger::channel_settle(kWx, kBank, gross, a.up_to(gross)),
          ledger::refund({.merchant = kM1,
                          .sponsor = kBrand,
                          .product = "p",
                          .principal = a.any(),
                          .cash = a.any(),
                          .coupon_platform = a.any(),
                          .coupon_sponsor = a.any(),
                          .fee = a.any(),
                          .discount = discount,
                          .discount_vat = a.up_to(discount),
                          .subsidy = a.any(),
                          .subsidy_payer = a.payer()}),
          ledger::fee_earn("p", sign * a.any()),
          ledger::subsidy_earn("p", sign * a.any()),
          ledger::late_fee("p", sign * a.any()),
          ledger::reserve_hold(kM1, a.any()),
          ledger::reserve_release(kM1, a.any()),
          ledger::payout_instruct(kM1, a.any()),
          ledger::payout_confirm(kM1, kBank, a.any()),
          ledger::payout_return(kM1, a.any())};
}

// Every rule, whatever the amounts: positive transfers between two different accounts of the chart,
// each with owner and tag as the chart says; memo accounts among themselves.
TEST(Posting, EveryRuleMovesPositiveAmountsBetweenAccountsOfTheChart) {
  for (unsigned seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Amounts amounts(seed);
    for (const Transfers& transfers : every_rule(amounts)) expect_sound(transfers);
    if (HasFailure()) return;
  }
}

TEST(Posting, TheMirrorUndoesEveryRuleAndItself) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Amounts amounts(seed);
    for (const Transfers& transfers : every_rule(amounts)) {
      const Transfers mirrored = ledger::mirror(transfers);
      const Sides there = sides(transfers), back = sides(mirrored);
      EXPECT_EQ(there.first, back.second);
      EXPECT_EQ(there.second, back.first);
      EXPECT_EQ(ledger::mirror(mirrored), transfers);
    }
    if (HasFailure()) return;
  }
}

}  // namespace
