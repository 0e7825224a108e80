#include "scheduling/allocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/check.h"
#include "tests/scheduling/books.h"
#include "tests/scheduling/plans.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::make_day;
using base::plus_days;
using testing::ElementsAre;
using testing::IsEmpty;

AllocationPart part(std::size_t plan, int number, std::int64_t penalty, std::int64_t fee,
                    std::int64_t interest, std::int64_t principal) {
  return {plan, number, penalty, fee, interest, principal};
}

Allocation allocate(const std::vector<PlanView>& plans, std::int64_t amount, Day day,
                    Reach reach = Reach::Billed, std::optional<std::size_t> directed = {}) {
  return allocate_payment(
      plans, {.amount_minor = amount, .value_date = day, .reach = reach, .directed = directed});
}

/// O1 of domain.md §4.3.
std::vector<InstallmentView> o1() {
  auto installments = monthly(make_day(2026, 7, 10), 6, 166'66, 6'00);
  installments[5].principal = 166'70;
  return installments;
}

TEST(AllocatePayment, OfS1FollowsTheJournals) {
  auto installments = o1();
  // J10: the first installment, on its due date.
  Allocation j10 = allocate({plan_of(installments)}, 172'66, make_day(2026, 7, 10));
  EXPECT_THAT(j10.parts, ElementsAre(part(0, 1, 0, 6'00, 0, 166'66)));
  EXPECT_EQ(j10.credit_minor, 0);
  pay(installments, {make_day(2026, 7, 10), 1, 166'66, 6'00, 0});
  // J14: a part payment takes the fee first.
  const Day august = make_day(2026, 8, 10);
  EXPECT_THAT(allocate({plan_of(installments)}, 100'00, august).parts,
              ElementsAre(part(0, 2, 0, 6'00, 0, 94'00)));
  pay(installments, {august, 2, 94'00, 6'00, 0});
  // J18: the late fee first, then the rest.
  PlanView plan = plan_of(installments);
  plan.penalty_unpaid = 40;
  plan.dpd = 10;
  EXPECT_THAT(allocate({plan}, 73'06, make_day(2026, 8, 20)).parts,
              ElementsAre(part(0, 2, 40, 0, 0, 72'66)));
}

TEST(AllocatePayment, OrderModeBillsTheNextInstallmentOnTheDueDateOfTheOneBefore) {
  const auto installments = monthly(make_day(2026, 7, 10), 3, 100'00, 0);
  const std::vector<PlanView> plans = {plan_of(installments)};
  // Before the first due date only installment 1 is billed; the rest is credit.
  Allocation a = allocate(plans, 150'00, make_day(2026, 7, 9));
  EXPECT_THAT(a.parts, ElementsAre(part(0, 1, 0, 0, 0, 100'00)));
  EXPECT_EQ(a.credit_minor, 50'00);
  // On the due date installment 2 is billed, too.
  a = allocate(plans, 150'00, make_day(2026, 7, 10));
  EXPECT_THAT(a.parts, ElementsAre(part(0, 1, 0, 0, 0, 100'00), part(0, 2, 0, 0, 0, 50'00)));
  EXPECT_EQ(a.credit_minor, 0);
  EXPECT_EQ(allocate(plans, 250'00, make_day(2026, 7, 10)).credit_minor, 50'00);
}

TEST(AllocatePayment, ReachSaysHowFarTheAmountGoes) {
  const auto installments = monthly(make_day(2026, 7, 10), 3, 100'00, 0);
  const std::vector<PlanView> plans = {plan_of(installments)};
  EXPECT_EQ(allocate(plans, 500'00, make_day(2026, 7, 9), Reach::DueOnly).credit_minor, 500'00);
  EXPECT_EQ(allocate(plans, 500'00, make_day(2026, 7, 10), Reach::DueOnly).credit_minor, 400'00);
  EXPECT_EQ(allocate(plans, 500'00, make_day(2026, 7, 10), Reach::Billed).credit_minor, 300'00);
  const Allocation prepaid = allocate(plans, 500'00, make_day(2026, 7, 9), Reach::Prepay);
  EXPECT_EQ(prepaid.credit_minor, 200'00);
  EXPECT_EQ(prepaid.parts.size(), 3u);
}

TEST(AllocatePayment, StatementModeBillsOnTheBillDate) {
  const auto installments = monthly(make_day(2026, 7, 10), 3, 100'00, 0);
  PlanView plan = plan_of(installments);
  plan.billed_days_before_due = 9;
  EXPECT_EQ(allocate({plan}, 100'00, make_day(2026, 6, 30)).credit_minor, 100'00);
  EXPECT_EQ(allocate({plan}, 100'00, make_day(2026, 7, 1)).credit_minor, 0);
  EXPECT_EQ(allocate({plan}, 200'00, make_day(2026, 7, 10)).credit_minor, 100'00);
}

TEST(AllocatePayment, OldestInstallmentFirstOverAllPlansThenTheOlderPlan) {
  const auto a = monthly(make_day(2026, 7, 20), 2, 100'00, 0);
  const auto b = monthly(make_day(2026, 7, 10), 2, 100'00, 0);
  const auto c = monthly(make_day(2026, 7, 20), 2, 100'00, 0);
  const std::vector<PlanView> plans = {plan_of(a, 7), plan_of(b, 8), plan_of(c, 5)};
  const Allocation paid = allocate(plans, 450'00, make_day(2026, 8, 12));
  // Due: b1 (10 July), c1 and a1 (20 July, plan 5 before 7), b2 (10 August); billed: c2, a2.
  EXPECT_THAT(paid.parts, ElementsAre(part(1, 1, 0, 0, 0, 100'00), part(2, 1, 0, 0, 0, 100'00),
                                      part(0, 1, 0, 0, 0, 100'00), part(1, 2, 0, 0, 0, 100'00),
                                      part(2, 2, 0, 0, 0, 50'00)));
}

TEST(AllocatePayment, InsideAnInstallmentChargesComeFirstUntil90DaysPastDue) {
  std::vector<InstallmentView> installments = monthly(make_day(2026, 7, 10), 1, 100'00, 6'00);
  installments[0].interest = 3'00;
  PlanView plan = plan_of(installments);
  plan.penalty_unpaid = 2'00;
  const Day day = make_day(2026, 10, 8);
  auto parts = [&](int dpd, std::int64_t amount) {
    plan.dpd = dpd;
    return allocate({plan}, amount, day).parts;
  };
  EXPECT_THAT(parts(90, 9'50), ElementsAre(part(0, 1, 2'00, 6'00, 1'50, 0)));
  EXPECT_THAT(parts(90, 110'50), ElementsAre(part(0, 1, 2'00, 6'00, 3'00, 99'50)));
  EXPECT_THAT(parts(91, 9'50), ElementsAre(part(0, 1, 0, 0, 0, 9'50)));
  EXPECT_THAT(parts(91, 110'50), ElementsAre(part(0, 1, 1'50, 6'00, 3'00, 100'00)));
}

TEST(AllocatePayment, PenaltyGoesWithTheOldestUnpaidInstallment) {
  auto installments = monthly(make_day(2026, 7, 10), 3, 100'00, 0);
  pay(installments, {make_day(2026, 7, 10), 1, 100'00, 0, 0});
  PlanView late = plan_of(installments, 2);
  late.penalty_unpaid = 1'00;
  const auto older = monthly(make_day(2026, 8, 1), 1, 50'00, 0);
  const Allocation paid = allocate({late, plan_of(older, 1)}, 151'00, make_day(2026, 8, 12));
  EXPECT_THAT(paid.parts, ElementsAre(part(1, 1, 0, 0, 0, 50'00), part(0, 2, 1'00, 0, 0, 100'00)));
}

TEST(AllocatePayment, PenaltyWithoutAnInstallmentThatIsDueIsPaidFirst) {
  auto installments = monthly(make_day(2026, 7, 10), 2, 100'00, 0);
  pay(installments, {make_day(2026, 7, 10), 1, 100'00, 0, 0});
  PlanView plan = plan_of(installments, 2);
  plan.penalty_unpaid = 1'00;
  const auto other = monthly(make_day(2026, 7, 1), 1, 50'00, 0);
  Allocation paid = allocate({plan, plan_of(other, 1)}, 151'00, make_day(2026, 7, 12));
  EXPECT_THAT(paid.parts, ElementsAre(part(0, 0, 1'00, 0, 0, 0), part(1, 1, 0, 0, 0, 50'00),
                                      part(0, 2, 0, 0, 0, 100'00)));
  pay(installments, {make_day(2026, 7, 12), 2, 100'00, 0, 0});
  paid = allocate({plan}, 3'00, make_day(2026, 9, 12), Reach::DueOnly);
  EXPECT_THAT(paid.parts, ElementsAre(part(0, 0, 1'00, 0, 0, 0)));
  EXPECT_EQ(paid.credit_minor, 2'00);
}

TEST(AllocatePayment, NamedPlanIsPaidBeforeTheOthers) {
  const auto older = monthly(make_day(2026, 7, 10), 2, 100'00, 0);
  const auto named = monthly(make_day(2026, 7, 20), 3, 100'00, 0);
  const std::vector<PlanView> plans = {plan_of(older, 1), plan_of(named, 2)};
  // Due and billed of the named plan, then due and billed of the other; never the unbilled.
  const Allocation paid = allocate(plans, 450'00, make_day(2026, 7, 25), Reach::Billed, 1);
  EXPECT_THAT(paid.parts, ElementsAre(part(1, 1, 0, 0, 0, 100'00), part(1, 2, 0, 0, 0, 100'00),
                                      part(0, 1, 0, 0, 0, 100'00), part(0, 2, 0, 0, 0, 100'00)));
  EXPECT_EQ(paid.credit_minor, 50'00);
}

TEST(AllocatePayment, NothingOwedIsAllCreditAndNothingPaidIsNothing) {
  EXPECT_THAT(allocate({}, 5'00, make_day(2026, 7, 1)).parts, IsEmpty());
  EXPECT_EQ(allocate({}, 5'00, make_day(2026, 7, 1)).credit_minor, 5'00);
  const auto installments = monthly(make_day(2026, 7, 10), 2, 100'00, 0);
  EXPECT_EQ(allocate({plan_of(installments)}, 0, make_day(2026, 8, 1)), Allocation{});
  EXPECT_THROW(allocate({}, -1, make_day(2026, 7, 1)), base::CheckFailure);
  EXPECT_THROW(allocate({}, 1, make_day(2026, 7, 1), Reach::Billed, 0), base::CheckFailure);
}

// Whatever is owed: no cent is made or lost, nothing is overpaid, nothing is skipped.
TEST(AllocatePayment, PartsAndCreditSumToTheAmount) {
  tests::property("allocation", [] {
    Book book = random_book();
    const std::int64_t amount = *rc::gen::inRange<std::int64_t>(0, 800);
    const Day day = plus_days(make_day(2026, 1, 1), *rc::gen::inRange(-5, 200));
    const Reach reach = *rc::gen::element(Reach::DueOnly, Reach::Billed, Reach::Prepay);
    std::optional<std::size_t> directed;
    if (!book.plans.empty() && *rc::gen::arbitrary<bool>()) {
      directed = *rc::gen::inRange<std::size_t>(0, book.plans.size());
    }
    const Allocation whole = allocate(book.plans, amount, day, reach, directed);
    std::int64_t sum = whole.credit_minor;
    for (const AllocationPart& p : whole.parts) {
      RC_ASSERT(p.total() > 0);
      sum += p.total();
    }
    RC_ASSERT(sum == amount);

    // Paying the same amount in two goes pays the same things.
    const std::int64_t first_amount = *rc::gen::inRange<std::int64_t>(0, amount + 1);
    auto apply = [&](const Allocation& allocation) {
      for (const AllocationPart& p : allocation.parts) {
        book.plans[p.plan].penalty_unpaid -= p.penalty;
        RC_ASSERT(book.plans[p.plan].penalty_unpaid >= 0);
        if (p.number == 0) continue;
        InstallmentView& i = book.installments[p.plan][static_cast<std::size_t>(p.number) - 1];
        i.paid_principal += p.principal;
        i.paid_fee += p.fee;
        i.paid_interest += p.interest;
        RC_ASSERT(i.unpaid_principal() >= 0 && i.unpaid_fee() >= 0 && i.unpaid_interest() >= 0);
      }
    };
    auto unpaid = [&] {
      std::vector<std::int64_t> all;
      for (std::size_t p = 0; p < book.plans.size(); ++p) {
        all.push_back(book.plans[p].penalty_unpaid);
        for (const InstallmentView& i : book.installments[p]) all.push_back(i.unpaid());
      }
      return all;
    };
    const Book before = book;
    const std::vector<PlanView> plans_before = book.plans;
    apply(allocate(book.plans, first_amount, day, reach, directed));
    const Allocation rest = allocate(book.plans, amount - first_amount, day, reach, directed);
    apply(rest);
    const std::vector<std::int64_t> in_two = unpaid();
    for (std::size_t p = 0; p < book.plans.size(); ++p) {
      std::ranges::copy(before.installments[p], book.installments[p].begin());
      book.plans[p].penalty_unpaid = plans_before[p].penalty_unpaid;
    }
    apply(whole);
    const bool same_order =
        std::ranges::none_of(book.plans, [](const PlanView& plan) { return plan.dpd > 90; });
    if (same_order) {
      RC_ASSERT(in_two == unpaid());
    } else {
      const std::vector<std::int64_t> in_one = unpaid();
      RC_ASSERT(std::accumulate(in_two.begin(), in_two.end(), std::int64_t{0}) ==
                std::accumulate(in_one.begin(), in_one.end(), std::int64_t{0}));
    }

    // Credit remains only if everything within reach is paid.
    if (whole.credit_minor > 0) {
      for (std::size_t p = 0; p < book.plans.size(); ++p) {
        RC_ASSERT(book.plans[p].penalty_unpaid == 0);
        for (const InstallmentView& i : book.installments[p]) {
          RC_ASSERT(i.due > day || i.unpaid() == 0);
          RC_ASSERT(reach != Reach::Prepay || i.unpaid() == 0);
        }
      }
    }
  });
}

}  // namespace
}  // namespace scheduling
