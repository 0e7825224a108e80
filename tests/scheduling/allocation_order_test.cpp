// The order of payment as data, over several plans. Expected parts are worked out by hand above
// each case from the amounts of `Two` below.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/check.h"
#include "scheduling/allocation.h"
#include "tests/scheduling/books.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::make_day;
using testing::ElementsAre;
using testing::IsEmpty;
using enum Component;

constexpr std::array kChargesFirst = {Penalty, Fee, Interest, Principal};
constexpr std::array kPrincipalFirst = {Principal, Fee, Interest, Penalty};

AllocationPart part(std::size_t plan, int number, std::int64_t penalty, std::int64_t fee,
                    std::int64_t interest, std::int64_t principal) {
  return {plan, number, penalty, fee, interest, principal};
}

Waterfall waterfall(const std::array<Component, 4>& components,
                    Direction direction = Direction::Horizontal,
                    FutureRule future = FutureRule::Next) {
  Waterfall made = make_waterfall(components, components, components);
  made.direction = direction;
  made.future = future;
  return made;
}

/// Plan 0: three installments of 100.00, fee 6.00, interest 4.00 from 10 July; penalty 3.00.
/// Plan 1: three installments of 200.00, fee 2.00 from 20 July; penalty 1.00.
/// On 20 August: past due (0, 1), (1, 1), (0, 2) in this order; due (1, 2); billed (0, 3), (1, 3).
struct Two {
  std::vector<InstallmentView> first = monthly(make_day(2026, 7, 10), 3, 100'00, 6'00);
  std::vector<InstallmentView> second = monthly(make_day(2026, 7, 20), 3, 200'00, 2'00);
  int first_dpd = 41;
  int second_dpd = 31;

  Allocation allocate(std::int64_t amount, std::span<const WaterfallRow> table,
                      AllocationRequest request = {}) {
    for (InstallmentView& installment : first) installment.interest = 4'00;
    std::vector<PlanView> plans = {plan_of(first, 1), plan_of(second, 2)};
    plans[0].penalty_unpaid = 3'00;
    plans[0].dpd = first_dpd;
    plans[1].penalty_unpaid = 1'00;
    plans[1].dpd = second_dpd;
    request.amount_minor = amount;
    request.value_date = make_day(2026, 8, 20);
    request.table = table;
    return allocate_payment(plans, request);
  }
};

// Past due: penalties 3.00 + 1.00, fees 6.00 + 2.00 + 6.00, interest 4.00 + 4.00 make 26.00; then
// principal. Only after all of the class comes what is due.
TEST(AllocationOrder, VerticalGoesThroughAllInstallmentsOfAClass) {
  const std::vector<WaterfallRow> table = {{{}, 0, waterfall(kChargesFirst, Direction::Vertical)}};
  EXPECT_THAT(Two().allocate(30'00, table).parts,
              ElementsAre(part(0, 1, 3'00, 6'00, 4'00, 4'00), part(1, 1, 1'00, 2'00, 0, 0),
                          part(0, 2, 0, 6'00, 4'00, 0)));
  EXPECT_THAT(Two().allocate(26'00 + 400'00 + 3'00, table).parts,
              ElementsAre(part(0, 1, 3'00, 6'00, 4'00, 100'00), part(1, 1, 1'00, 2'00, 0, 200'00),
                          part(0, 2, 0, 6'00, 4'00, 100'00), part(1, 2, 0, 2'00, 0, 1'00)));
  // Billed: fees 6.00 + 2.00 before the interest of the older one.
  EXPECT_THAT(Two().allocate(426'00 + 202'00 + 9'00, table).parts.back(),
              part(1, 3, 0, 2'00, 0, 0));
  EXPECT_EQ(Two().allocate(426'00 + 202'00 + 312'00 + 5, table).credit_minor, 5);
}

// The directed plan's classes all come before the other's: 2.00 + 1.00 of its charges, 200.00; then
// its due and billed ones; then penalty and fees of the first plan, 3.00 + 6.00 + 6.00.
TEST(AllocationOrder, VerticalStaysWithinTheDirectedPlanFirst) {
  const std::vector<WaterfallRow> table = {{{}, 0, waterfall(kChargesFirst, Direction::Vertical)}};
  EXPECT_THAT(Two().allocate(203'00 + 2 * 202'00 + 13'00, table, {.directed = 1}).parts,
              ElementsAre(part(1, 1, 1'00, 2'00, 0, 200'00), part(1, 2, 0, 2'00, 0, 200'00),
                          part(1, 3, 0, 2'00, 0, 200'00), part(0, 1, 3'00, 6'00, 0, 0),
                          part(0, 2, 0, 4'00, 0, 0)));
}

// Plan 1 pays principal first. What stands first: penalty 3.00 of plan 0, principal 200.00 of
// plan 1, no penalty left for (0, 2); second: fees 6.00 and 2.00, of which 1.00 is left.
TEST(AllocationOrder, EachPlanKeepsItsOwnComponentsBesideOthers) {
  Two two{.first_dpd = 41, .second_dpd = 91};
  std::vector<WaterfallRow> table = {{{}, 0, waterfall(kChargesFirst, Direction::Vertical)},
                                     {{}, 91, waterfall(kPrincipalFirst, Direction::Vertical)}};
  EXPECT_THAT(two.allocate(210'00, table).parts,
              ElementsAre(part(0, 1, 3'00, 6'00, 0, 0), part(1, 1, 0, 1'00, 0, 200'00)));
  // Horizontally (0, 1) takes 113.00 and (1, 1) 97.00 of its principal.
  for (WaterfallRow& row : table) row.waterfall.direction = Direction::Horizontal;
  EXPECT_THAT(two.allocate(210'00, table).parts,
              ElementsAre(part(0, 1, 3'00, 6'00, 4'00, 100'00), part(1, 1, 0, 0, 0, 97'00)));
}

TEST(AllocationOrder, ThePlanMostDaysPastDueSaysTheDirection) {
  const std::vector<WaterfallRow> table = {{{}, 0, waterfall(kChargesFirst, Direction::Horizontal)},
                                           {{}, 91, waterfall(kChargesFirst, Direction::Vertical)}};
  const std::vector<AllocationPart> horizontal = {part(0, 1, 3'00, 6'00, 1'00, 0)};
  const std::vector<AllocationPart> vertical = {part(0, 1, 3'00, 6'00, 0, 0),
                                                part(1, 1, 1'00, 0, 0, 0)};
  EXPECT_EQ((Two{.first_dpd = 90, .second_dpd = 41}.allocate(10'00, table).parts), horizontal);
  EXPECT_EQ((Two{.first_dpd = 91, .second_dpd = 41}.allocate(10'00, table).parts), vertical);
  EXPECT_EQ((Two{.first_dpd = 41, .second_dpd = 91}.allocate(10'00, table).parts), vertical);
  // One that owes nothing has no say.
  const auto owing = monthly(make_day(2026, 7, 10), 2, 100'00, 5'00);
  PlanView done;
  done.dpd = 200;
  const std::vector<PlanView> plans = {done, plan_of(owing)};
  const Allocation paid = allocate_payment(
      plans, {.amount_minor = 7'00, .value_date = make_day(2026, 8, 20), .table = table});
  EXPECT_THAT(paid.parts, ElementsAre(part(1, 1, 0, 5'00, 0, 2'00)));
}

// Past due is penalty first, due principal first without a fee, in advance nothing at all: 113.00,
// 203.00 and 110.00 past due, 200.00 due; the fee of (1, 2) waits until it is past due.
TEST(AllocationOrder, EachClassHasItsOwnComponents) {
  const std::vector<WaterfallRow> table = {
      {{}, 0, make_waterfall(kChargesFirst, std::array{Principal, Interest}, {})}};
  const Allocation paid = Two().allocate(700'00, table);
  EXPECT_THAT(paid.parts,
              ElementsAre(part(0, 1, 3'00, 6'00, 4'00, 100'00), part(1, 1, 1'00, 2'00, 0, 200'00),
                          part(0, 2, 0, 6'00, 4'00, 100'00), part(1, 2, 0, 0, 0, 200'00)));
  EXPECT_EQ(paid.credit_minor, 700'00 - 426'00 - 200'00);
}

// A penalty is for what was late: it does not wait because what is due today lists none.
TEST(AllocationOrder, PenaltyStandsAloneWhereItsInstallmentTakesNone) {
  const auto installments = monthly(make_day(2026, 8, 20), 1, 100'00, 0);
  PlanView plan = plan_of(installments);
  plan.penalty_unpaid = 2'00;
  std::vector<WaterfallRow> table = {
      {{}, 0, make_waterfall(kChargesFirst, std::array{Principal}, {})}};
  const AllocationRequest request = {
      .amount_minor = 50'00, .value_date = make_day(2026, 8, 20), .table = table};
  EXPECT_THAT(allocate_payment({&plan, 1}, request).parts,
              ElementsAre(part(0, 0, 2'00, 0, 0, 0), part(0, 1, 0, 0, 0, 48'00)));
  table[0].waterfall = make_waterfall(std::array{Principal}, kChargesFirst, {});
  EXPECT_THAT(allocate_payment({&plan, 1}, request).parts,
              ElementsAre(part(0, 1, 2'00, 0, 0, 48'00)));
  table[0].waterfall = make_waterfall(std::array{Principal}, std::array{Principal}, {});
  EXPECT_THAT(allocate_payment({&plan, 1}, request).parts, ElementsAre(part(0, 1, 0, 0, 0, 50'00)));
}

TEST(AllocationOrder, RowsAreFoundByTypeAndDaysPastDue) {
  const std::vector<WaterfallRow> table = {
      {{}, 0, waterfall(kChargesFirst)},
      {PaymentType::CreditBalance, 0, waterfall(kPrincipalFirst)},
      {PaymentType::Collector, 41, waterfall({Interest, Fee, Penalty, Principal})}};
  Two two;
  EXPECT_THAT(two.allocate(9'50, table).parts, ElementsAre(part(0, 1, 3'00, 6'00, 50, 0)));
  EXPECT_THAT(two.allocate(9'50, table, {.type = PaymentType::CreditBalance}).parts,
              ElementsAre(part(0, 1, 0, 0, 0, 9'50)));
  // 113.00 by the collector's row; plan 1 is 31 days past due: 1.00 penalty, 1.00 of the fee.
  EXPECT_THAT(two.allocate(115'00, table, {.type = PaymentType::Collector}).parts,
              ElementsAre(part(0, 1, 3'00, 6'00, 4'00, 100'00), part(1, 1, 1'00, 1'00, 0, 0)));
  EXPECT_THAT(two.allocate(5'00, table, {.type = PaymentType::Collector}).parts,
              ElementsAre(part(0, 1, 0, 1'00, 4'00, 0)));
  const std::vector<WaterfallRow> late_only = {{{}, 41, waterfall(kChargesFirst)}};
  EXPECT_THROW(two.allocate(200'00, late_only), base::CheckFailure);
}

/// Principal of three installments of 100.00 from 10 July and three of 30.00 from 20 July. On
/// 9 July (0, 1) and (1, 1) are billed; the others are not, in the order (0, 2), (1, 2), (0, 3),
/// (1, 3).
std::map<std::pair<std::size_t, int>, std::int64_t> prepaid(
    std::int64_t amount, FutureRule future, std::optional<std::size_t> directed = {}) {
  const auto a = monthly(make_day(2026, 7, 10), 3, 100'00, 0);
  const auto b = monthly(make_day(2026, 7, 20), 3, 30'00, 0);
  const std::vector<PlanView> plans = {plan_of(a, 1), plan_of(b, 2)};
  const std::vector<WaterfallRow> table = {
      {{}, 0, waterfall(kChargesFirst, Direction::Horizontal, future)}};
  std::map<std::pair<std::size_t, int>, std::int64_t> paid;
  for (const AllocationPart& p : allocate_payment(plans, {.amount_minor = amount,
                                                          .value_date = make_day(2026, 7, 9),
                                                          .reach = Reach::Prepay,
                                                          .directed = directed,
                                                          .table = table})
                                     .parts) {
    paid[{p.plan, p.number}] = p.principal;
  }
  return paid;
}

TEST(AllocationOrder, FutureRuleSaysWhatIsPrepaid) {
  using Paid = std::map<std::pair<std::size_t, int>, std::int64_t>;
  const std::int64_t billed = 130'00;
  const auto with_billed = [](Paid paid) {
    paid[{0, 1}] = 100'00;
    paid[{1, 1}] = 30'00;
    return paid;
  };
  EXPECT_EQ(prepaid(billed + 135'00, FutureRule::Next),
            with_billed({{{0, 2}, 100'00}, {{1, 2}, 30'00}, {{0, 3}, 5'00}}));
  EXPECT_EQ(prepaid(billed + 135'00, FutureRule::Last),
            with_billed({{{1, 3}, 30'00}, {{0, 3}, 100'00}, {{1, 2}, 5'00}}));
  // 50.00 each, of which the plan of 30.00 can't take 20.00 twice: 20.00 more for the two others.
  EXPECT_EQ(prepaid(billed + 200'00, FutureRule::Reamortize),
            with_billed({{{0, 2}, 70'00}, {{0, 3}, 70'00}, {{1, 2}, 30'00}, {{1, 3}, 30'00}}));
  // What is billed of both comes before what is not of the directed one.
  EXPECT_EQ(prepaid(billed + 65'00, FutureRule::Last, 1),
            with_billed({{{1, 3}, 30'00}, {{1, 2}, 30'00}, {{0, 3}, 5'00}}));
  EXPECT_EQ(prepaid(billed + 80'01, FutureRule::Reamortize, 1),
            with_billed({{{1, 3}, 30'00}, {{1, 2}, 30'00}, {{0, 2}, 10'00}, {{0, 3}, 10'01}}));
  EXPECT_EQ(prepaid(60'00, FutureRule::Last), (Paid{{{0, 1}, 60'00}}));
}

/// The order before it was data: penalty, fee, interest, principal up to 90 days past due, then
/// principal, fee, interest, penalty. Written apart from the rule; it takes the oldest each time.
Allocation model(const Book& book, const AllocationRequest& request) {
  struct Open {
    bool unbilled, others;
    int stage;
    Day due;
    std::int64_t plan_id;
    AllocationPart unpaid;
  };
  std::vector<Open> all;
  for (std::size_t p = 0; p < book.plans.size(); ++p) {
    const PlanView& plan = book.plans[p];
    const bool others = request.directed.value_or(p) != p;
    std::int64_t penalty = plan.penalty_unpaid;
    for (std::size_t i = 0; i < plan.installments.size(); ++i) {
      const InstallmentView& view = plan.installments[i];
      if (view.unpaid() == 0) continue;
      const bool due = view.due <= request.value_date;
      const bool billed = i == 0 || plan.installments[i - 1].due <= request.value_date;
      const int stage = due ? 1 : billed ? 2 : 3;
      if (stage > static_cast<int>(request.reach) + 1) continue;
      all.push_back({stage == 3, others, stage, view.due, plan.plan_id,
                     part(p, static_cast<int>(i) + 1, due ? penalty : 0, view.unpaid_fee(),
                          view.unpaid_interest(), view.unpaid_principal())});
      if (due) penalty = 0;
    }
    if (penalty > 0)
      all.push_back({false, others, 0, {}, plan.plan_id, part(p, 0, penalty, 0, 0, 0)});
  }
  Allocation paid{.parts = {}, .credit_minor = request.amount_minor};
  while (!all.empty() && paid.credit_minor > 0) {
    const auto oldest = std::ranges::min_element(all, {}, [](const Open& o) {
      return std::tuple(o.unbilled, o.others, o.stage, o.due, o.plan_id, o.unpaid.number);
    });
    AllocationPart got = oldest->unpaid;
    const bool principal_first = book.plans[got.plan].dpd > 90;
    for (std::int64_t* amount :
         principal_first ? std::array{&got.principal, &got.fee, &got.interest, &got.penalty}
                         : std::array{&got.penalty, &got.fee, &got.interest, &got.principal}) {
      *amount = std::min(*amount, paid.credit_minor);
      paid.credit_minor -= *amount;
    }
    paid.parts.push_back(got);
    all.erase(oldest);
  }
  return paid;
}

AllocationRequest random_request(const Book& book) {
  AllocationRequest request;
  request.amount_minor = *rc::gen::inRange<std::int64_t>(0, 800);
  request.value_date = base::plus_days(make_day(2026, 1, 1), *rc::gen::inRange(-5, 200));
  request.reach = *rc::gen::element(Reach::DueOnly, Reach::Billed, Reach::Prepay);
  if (!book.plans.empty() && *rc::gen::arbitrary<bool>()) {
    request.directed = *rc::gen::inRange<std::size_t>(0, book.plans.size());
  }
  return request;
}

TEST(AllocationOrder, TheDefaultTableIsTheOrderBeforeItWasData) {
  tests::property("model", [] {
    const Book book = random_book();
    const AllocationRequest request = random_request(book);
    RC_ASSERT(allocate_payment(book.plans, request) == model(book, request));
  });
}

std::vector<Component> random_components(bool all) {
  std::vector<Component> left(kChargesFirst.begin(), kChargesFirst.end());
  std::vector<Component> order;
  for (int count = all ? 4 : *rc::gen::inRange(0, 5); count > 0; --count) {
    const auto at = *rc::gen::inRange<std::size_t>(0, left.size());
    order.push_back(left[at]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return order;
}

/// A table as catalogs have them: what is past due can all be paid.
std::vector<WaterfallRow> random_table() {
  std::vector<WaterfallRow> table;
  for (const int dpd_min : {0, 90, 91}) {
    if (dpd_min > 0 && *rc::gen::arbitrary<bool>()) continue;
    Waterfall row =
        make_waterfall(random_components(true), random_components(false), random_components(false));
    row.direction = *rc::gen::element(Direction::Horizontal, Direction::Vertical);
    row.future = *rc::gen::element(FutureRule::Next, FutureRule::Last, FutureRule::Reamortize);
    table.push_back({{}, dpd_min, row});
  }
  return table;
}

/// Books the parts; fails if one pays more than is owed.
void apply(Book& book, const Allocation& allocation) {
  for (const AllocationPart& p : allocation.parts) {
    RC_ASSERT(std::min({p.penalty, p.fee, p.interest, p.principal}) >= 0);
    RC_ASSERT(p.total() > 0);
    book.plans[p.plan].penalty_unpaid -= p.penalty;
    RC_ASSERT(book.plans[p.plan].penalty_unpaid >= 0);
    if (p.number == 0) continue;
    pay(book.installments[p.plan], {{}, p.number, p.principal, p.fee, p.interest});
    const InstallmentView& i = book.installments[p.plan][static_cast<std::size_t>(p.number) - 1];
    RC_ASSERT(std::min({i.unpaid_principal(), i.unpaid_fee(), i.unpaid_interest()}) >= 0);
  }
}

// Whatever the table: no cent is made or lost, nothing is overpaid, an installment has one part,
// and credit is left only when one minor unit more would find nothing either.
TEST(AllocationOrder, PartsAndCreditSumToTheAmount) {
  tests::property("sums", [] {
    Book book = random_book();
    const std::vector<WaterfallRow> table = random_table();
    AllocationRequest request = random_request(book);
    request.table = table;
    const Allocation paid = allocate_payment(book.plans, request);
    std::int64_t sum = paid.credit_minor;
    std::map<std::pair<std::size_t, int>, int> parts;
    for (const AllocationPart& p : paid.parts) {
      sum += p.total();
      RC_ASSERT(++parts[std::pair(p.plan, p.number)] == 1);
    }
    RC_ASSERT(sum == request.amount_minor);
    RC_ASSERT(paid.credit_minor >= 0);
    apply(book, paid);
    if (paid.credit_minor == 0) return;
    request.amount_minor = 1;
    RC_ASSERT(allocate_payment(book.plans, request).credit_minor == 1);
    for (std::size_t p = 0; p < book.plans.size(); ++p) {
      RC_ASSERT(book.plans[p].penalty_unpaid == 0);
      for (const InstallmentView& i : book.installments[p]) {
        RC_ASSERT(i.due >= request.value_date || i.unpaid() == 0);
      }
    }
  });
}

TEST(AllocationOrder, TheOrderInWhichPlansAreGivenChangesNothing) {
  tests::property("permutation", [] {
    const Book book = random_book();
    const std::vector<WaterfallRow> table = random_table();
    AllocationRequest request = random_request(book);
    request.table = table;
    const Allocation paid = allocate_payment(book.plans, request);

    const auto shift = *rc::gen::inRange<std::size_t>(0, book.plans.size() + 1);
    const auto moved = [&](std::size_t p) { return (p + shift) % book.plans.size(); };
    std::vector<PlanView> plans = book.plans;
    for (std::size_t p = 0; p < plans.size(); ++p) plans[moved(p)] = book.plans[p];
    if (request.directed) request.directed = moved(*request.directed);
    Allocation expected = paid;
    for (AllocationPart& p : expected.parts) p.plan = moved(p.plan);
    RC_ASSERT(allocate_payment(plans, request) == expected);
  });
}

// Of one plan without penalty, billed on the due dates, each installment gets what the waterfall of
// one plan gives it.
TEST(AllocationOrder, OfOnePlanIsItsWaterfall) {
  tests::property("one plan", [] {
    const Book book = random_book(1);
    const std::vector<WaterfallRow> table = random_table();
    AllocationRequest request = random_request(book);
    request.directed = {};
    request.reach = Reach::Prepay;
    request.table = table;
    PlanView plan = book.plans[0];
    plan.penalty_unpaid = 0;
    plan.billed_days_before_due = 0;
    std::vector<OwedInstallment> owed;
    for (const InstallmentView& i : plan.installments) {
      owed.push_back(
          {.due = i.due, .unpaid = {0, i.unpaid_fee(), i.unpaid_interest(), i.unpaid_principal()}});
    }
    const WaterfallResult expected = allocate(owed, *find_waterfall(table, request.type, plan.dpd),
                                              request.amount_minor, request.value_date);
    Allocation paid = allocate_payment({&plan, 1}, request);
    std::ranges::sort(paid.parts, {}, &AllocationPart::number);
    RC_ASSERT(paid.credit_minor == expected.credit_minor);
    RC_ASSERT(paid.parts.size() == expected.parts.size());
    for (std::size_t i = 0; i < paid.parts.size(); ++i) {
      const AllocationPart& got = paid.parts[i];
      RC_ASSERT(static_cast<std::size_t>(got.number) == expected.parts[i].installment + 1);
      RC_ASSERT((ComponentAmounts{got.penalty, got.fee, got.interest, got.principal}) ==
                expected.parts[i].paid);
    }
  });
}

}  // namespace
}  // namespace scheduling
