#include "scheduling/waterfall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/check.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::make_day;
using testing::ElementsAre;
using testing::IsEmpty;
using enum Component;

constexpr std::array kChargesFirst = {Penalty, Fee, Interest, Principal};
constexpr std::array kPrincipalFirst = {Principal, Fee, Interest, Penalty};

/// Four installments of 5.00 penalty, 6.00 fee, 4.00 interest, 85.00 principal, due on the first of
/// January to April.
std::vector<OwedInstallment> four() {
  std::vector<OwedInstallment> owed;
  for (unsigned month = 1; month <= 4; ++month) {
    owed.push_back({.due = make_day(2026, month, 1),
                    .unpaid = {5'00, 6'00, 4'00, 85'00},
                    .total_minor = 100'00});
  }
  return owed;
}

Waterfall charges_first() { return make_waterfall(kChargesFirst, kChargesFirst, kChargesFirst); }

/// What each installment got, as penalty, fee, interest, principal.
std::map<std::size_t, ComponentAmounts> paid(const Waterfall& waterfall, std::int64_t amount,
                                             base::Day day) {
  std::map<std::size_t, ComponentAmounts> by_installment;
  for (const WaterfallPart& part : allocate(four(), waterfall, amount, day).parts) {
    by_installment[part.installment] = part.paid;
  }
  return by_installment;
}

const base::Day kFebruary = make_day(2026, 2, 1);  // one past due, one due, two to come

TEST(Waterfall, HorizontalPaysOneInstallmentAfterTheOther) {
  EXPECT_THAT(allocate(four(), charges_first(), 0, kFebruary).parts, IsEmpty());
  const auto got = paid(charges_first(), 113'00, kFebruary);
  EXPECT_EQ(got.size(), 2u);
  EXPECT_THAT(got.at(0), ElementsAre(5'00, 6'00, 4'00, 85'00));
  EXPECT_THAT(got.at(1), ElementsAre(5'00, 6'00, 2'00, 0));
}

// domain.md §1.4: all penalties of all installments, then all fees, and so on, class by class.
TEST(Waterfall, VerticalPaysOneComponentAfterTheOther) {
  Waterfall waterfall;
  for (const Component component : kChargesFirst) {
    for (const DueClass due : {DueClass::PastDue, DueClass::Due, DueClass::InAdvance}) {
      waterfall.buckets[waterfall.bucket_count++] = {due, component};
    }
  }
  waterfall.direction = Direction::Vertical;
  const auto got = paid(waterfall, 38'00, kFebruary);
  EXPECT_THAT(got.at(0), ElementsAre(5'00, 6'00, 0, 0));
  EXPECT_THAT(got.at(1), ElementsAre(5'00, 6'00, 0, 0));
  EXPECT_THAT(got.at(2), ElementsAre(5'00, 6'00, 0, 0));
  EXPECT_THAT(got.at(3), ElementsAre(5'00, 0, 0, 0));
}

TEST(Waterfall, EachClassHasAnOrderOfItsOwn) {
  const auto got = paid(make_waterfall(kPrincipalFirst, kChargesFirst, {}), 108'00, kFebruary);
  EXPECT_THAT(got.at(0), ElementsAre(5'00, 6'00, 4'00, 85'00));
  EXPECT_THAT(got.at(1), ElementsAre(5'00, 3'00, 0, 0));
  const auto first = paid(make_waterfall(kPrincipalFirst, kChargesFirst, {}), 90'00, kFebruary);
  EXPECT_THAT(first.at(0), ElementsAre(0, 5'00, 0, 85'00));
}

// What has no bucket gets nothing: the rest is credit.
TEST(Waterfall, DueOnlyLeavesTheRestAsCredit) {
  const Waterfall due_only = make_waterfall(kChargesFirst, kChargesFirst, {});
  const WaterfallResult result = allocate(four(), due_only, 1'000'00, kFebruary);
  EXPECT_EQ(result.parts.size(), 2u);
  EXPECT_EQ(result.credit_minor, 800'00);
}

TEST(Waterfall, FutureInstallmentsByTheRule) {
  const base::Day before = make_day(2025, 12, 1);  // all four are to come
  Waterfall waterfall = charges_first();
  EXPECT_THAT(paid(waterfall, 5'00, before).at(0), ElementsAre(5'00, 0, 0, 0));
  waterfall.future = FutureRule::Last;
  const auto last = paid(waterfall, 101'00, before);
  EXPECT_THAT(last.at(3), ElementsAre(5'00, 6'00, 4'00, 85'00));
  EXPECT_THAT(last.at(2), ElementsAre(1'00, 0, 0, 0));
  waterfall.future = FutureRule::Reamortize;
  const auto even = paid(waterfall, 40'00, before);  // penalties, then fees of 20.00 left
  for (std::size_t i = 0; i < 4; ++i) EXPECT_THAT(even.at(i), ElementsAre(5'00, 5'00, 0, 0));
}

// Fineract, Loan.feature 2571: 150 over three installments of 100 is 50 each; 2614, step 2: 20 past
// due and 160 over two. A cent that can't be shared goes to the last.
TEST(Waterfall, ReamortizeSharesEvenly) {
  std::vector<OwedInstallment> owed;
  for (unsigned month = 1; month <= 3; ++month) {
    owed.push_back({.due = make_day(2026, month, 1), .unpaid = {0, 0, 0, 100'00}});
  }
  Waterfall waterfall = charges_first();
  waterfall.future = FutureRule::Reamortize;
  const auto amounts = [&](std::int64_t amount, base::Day day) {
    std::vector<std::int64_t> each(owed.size());
    for (const auto& part : allocate(owed, waterfall, amount, day).parts) {
      each[part.installment] = part.total();
    }
    return each;
  };
  const base::Day before = make_day(2025, 12, 1);
  EXPECT_THAT(amounts(150'00, before), ElementsAre(50'00, 50'00, 50'00));
  EXPECT_THAT(amounts(100'00, before), ElementsAre(33'33, 33'33, 33'34));
  EXPECT_THAT(amounts(1, before), ElementsAre(0, 0, 1));
  owed[0].unpaid = {0, 0, 0, 20'00};
  EXPECT_THAT(amounts(180'00, make_day(2026, 1, 5)), ElementsAre(20'00, 80'00, 80'00));
  EXPECT_THAT(amounts(90'00, before), ElementsAre(20'00, 35'00, 35'00));
  EXPECT_EQ(allocate(owed, waterfall, 500'00, before).credit_minor, 280'00);
}

// domain.md §1.4: a rest up to min(10.00, 10 % of the installment) is not late.
TEST(Waterfall, ToleratesASmallRest) {
  const Waterfall& waterfall = default_waterfalls()[0].waterfall;
  const auto counts = [&](std::int64_t amount) {
    return allocate(four(), waterfall, amount, make_day(2026, 1, 1)).parts[0].counts_as_paid;
  };
  EXPECT_FALSE(counts(89'99));
  EXPECT_TRUE(counts(90'00));
  EXPECT_TRUE(counts(100'00));
  std::vector<OwedInstallment> large = four();
  large[0].unpaid[index_of(Principal)] = 985'00;
  large[0].total_minor = 1'000'00;
  const auto of_large = [&](std::int64_t amount) {
    return allocate(large, waterfall, amount, make_day(2026, 1, 1)).parts[0];
  };
  EXPECT_FALSE(of_large(989'99).counts_as_paid);
  EXPECT_TRUE(of_large(990'00).counts_as_paid);
  EXPECT_EQ(of_large(990'00).rest_minor, 10'00);
}

// domain.md §1.4: keyed by type and DPD class.
TEST(Waterfall, IsFoundByTypeAndDaysPastDue) {
  const auto defaults = default_waterfalls();
  EXPECT_EQ(find_waterfall(defaults, PaymentType::Repayment, 90), &defaults[0].waterfall);
  EXPECT_EQ(find_waterfall(defaults, PaymentType::Collector, 91), &defaults[1].waterfall);
  EXPECT_EQ(defaults[1].waterfall.order()[0], (WaterfallBucket{DueClass::PastDue, Principal}));
  EXPECT_EQ(defaults[1].waterfall.order()[3], (WaterfallBucket{DueClass::PastDue, Penalty}));

  const std::vector<WaterfallRow> table = {{{}, 0, charges_first()},
                                           {PaymentType::CreditBalance, 0, {}},
                                           {PaymentType::MerchantRefund, 31, {}}};
  EXPECT_EQ(find_waterfall(table, PaymentType::CreditBalance, 5), &table[1].waterfall);
  EXPECT_EQ(find_waterfall(table, PaymentType::MerchantRefund, 30), &table[0].waterfall);
  EXPECT_EQ(find_waterfall(table, PaymentType::MerchantRefund, 31), &table[2].waterfall);
  EXPECT_EQ(find_waterfall({}, PaymentType::Repayment, 0), nullptr);
}

TEST(Waterfall, ChecksWhatOnlyABugCanGive) {
  EXPECT_THROW(make_waterfall(std::array{Fee, Fee}, {}, {}), base::CheckFailure);
  EXPECT_THROW(allocate(four(), charges_first(), -1, kFebruary), base::CheckFailure);
  std::vector<OwedInstallment> owed = four();
  owed[0].unpaid[0] = -1;
  EXPECT_THROW(allocate(owed, charges_first(), 1, kFebruary), base::CheckFailure);
}

// Whatever is owed and in whatever order, no cent is made or lost, nothing is paid twice, and money
// is left over only when no bucket has anything to ask for.
TEST(Waterfall, PartsSumToTheAmount) {
  tests::property("sums, and no overpayment", [] {
    std::vector<OwedInstallment> owed;
    base::Day due = make_day(2026, 1, 1);
    for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
      OwedInstallment one{.due = due};
      for (std::int64_t& part : one.unpaid) part = *rc::gen::inRange(0, 5'000);
      owed.push_back(one);
      due = base::plus_days(due, *rc::gen::inRange(0, 40));
    }
    std::vector<WaterfallBucket> all;
    for (const DueClass c : {DueClass::PastDue, DueClass::Due, DueClass::InAdvance}) {
      for (const Component part : kChargesFirst) all.push_back({c, part});
    }
    Waterfall waterfall;
    for (int left = *rc::gen::inRange(0, 13); left > 0; --left) {
      const auto at = *rc::gen::inRange<std::size_t>(0, all.size());
      waterfall.buckets[waterfall.bucket_count++] = all[at];
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(at));
    }
    waterfall.direction = *rc::gen::element(Direction::Horizontal, Direction::Vertical);
    waterfall.future =
        *rc::gen::element(FutureRule::Next, FutureRule::Last, FutureRule::Reamortize);
    const std::int64_t amount = *rc::gen::inRange(0, 100'000);
    const base::Day day = base::plus_days(make_day(2025, 12, 20), *rc::gen::inRange(0, 200));
    const WaterfallResult result = allocate(owed, waterfall, amount, day);
    std::int64_t sum = result.credit_minor;
    std::vector<OwedInstallment> after = owed;
    for (const WaterfallPart& part : result.parts) {
      sum += part.total();
      RC_ASSERT(part.total() > 0);
      for (std::size_t c = 0; c < kComponentCount; ++c) {
        RC_ASSERT(part.paid[c] >= 0);
        after[part.installment].unpaid[c] -= part.paid[c];
        RC_ASSERT(after[part.installment].unpaid[c] >= 0);
      }
    }
    RC_ASSERT(sum == amount);
    RC_ASSERT(result.credit_minor >= 0);
    if (result.credit_minor > 0) RC_ASSERT(allocate(after, waterfall, 1, day).credit_minor == 1);
  });
}

}  // namespace
}  // namespace scheduling
