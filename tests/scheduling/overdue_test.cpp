#include "scheduling/overdue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/rounding.h"
#include "tests/scheduling/plans.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::days_between;
using base::make_day;
using base::plus_days;

/// Plan A of domain.md §4.3 with the payments of S1 through 2026-08-10.
struct PlanA {
  std::vector<InstallmentView> installments = monthly(make_day(2026, 7, 10), 6, 166'66, 6'00);
  std::vector<PaidPart> paid;

  PlanA() {
    installments[5].principal = 166'70;
    add({make_day(2026, 7, 10), 1, 166'66, 6'00, 0});
    add({make_day(2026, 8, 10), 2, 94'00, 6'00, 0});
  }
  void add(const PaidPart& part) {
    paid.push_back(part);
    pay(installments, part);
  }
  std::int64_t late_fee(Day day) const {
    return late_fee_through(plan_of(installments), paid, cny_late_terms(), day);
  }
  int dpd(Day day) const { return days_past_due(plan_of(installments), cny_late_terms(), day); }
};

// S1 of domain.md §4.3: J17, ten nights of 0.04 on 72.66, the first four of them together.
TEST(LateFee, OfJ17CountsFromTheDayAfterDueOnceGraceHasPassed) {
  const PlanA a;
  const std::map<Day, std::int64_t> cases = {
      {make_day(2026, 8, 10), 0},  {make_day(2026, 8, 11), 0},  {make_day(2026, 8, 13), 0},
      {make_day(2026, 8, 14), 16}, {make_day(2026, 8, 15), 20}, {make_day(2026, 8, 20), 40},
  };
  for (const auto& [day, sum] : cases) EXPECT_EQ(a.late_fee(day), sum) << base::to_string(day);
}

// J18: the payment at DPD 10 leaves nothing to grow, and the day it was made counts.
TEST(LateFee, OfThePaymentsOwnDayCounts) {
  PlanA a;
  EXPECT_EQ(a.dpd(make_day(2026, 8, 20)), 10);
  const std::int64_t before_payment = a.late_fee(make_day(2026, 8, 20));
  a.add({make_day(2026, 8, 20), 2, 72'66, 0, 0});
  EXPECT_EQ(a.late_fee(make_day(2026, 8, 20)), before_payment);
  EXPECT_EQ(a.late_fee(make_day(2026, 9, 10)), before_payment);
  EXPECT_EQ(a.dpd(make_day(2026, 8, 20)), 0);
}

TEST(LateFee, WithinGraceIsNoneAndTheDayAfterGraceIsAll) {
  for (int days_late = 1; days_late <= 5; ++days_late) {
    PlanA a;
    const Day paid_on = plus_days(make_day(2026, 8, 10), days_late);
    a.add({paid_on, 2, 72'66, 0, 0});
    EXPECT_EQ(a.late_fee(make_day(2026, 9, 10)), days_late <= 3 ? 0 : 4 * days_late) << days_late;
  }
}

// Domain.md §1.8: an earlier value date yields a difference.
TEST(LateFee, OfABackDatedPaymentIsDerivedAnew) {
  PlanA a;
  ASSERT_EQ(a.late_fee(make_day(2026, 8, 20)), 40);
  a.add({make_day(2026, 8, 16), 2, 72'66, 0, 0});
  EXPECT_EQ(a.late_fee(make_day(2026, 8, 20)), 24);
}

// S2 of domain.md §4.5: K10, K13, K14, each summed since the one before.
TEST(LateFee, OfS2GrowsWithTheInstallments) {
  std::vector<InstallmentView> installments = monthly(make_day(2026, 2, 10), 12, 100'00, 7'20);
  const std::vector<PaidPart> paid = {{make_day(2026, 2, 10), 1, 100'00, 7'20, 0},
                                      {make_day(2026, 3, 10), 2, 100'00, 7'20, 0}};
  for (const PaidPart& part : paid) pay(installments, part);
  auto sum = [&](Day day) {
    return late_fee_through(plan_of(installments), paid, cny_late_terms(), day);
  };
  EXPECT_EQ(sum(make_day(2026, 5, 10)), 1'50);               // K10: 30 x 0.05
  EXPECT_EQ(sum(make_day(2026, 6, 10)), 1'50 + 3'41);        // K13: 31 x 0.11
  EXPECT_EQ(sum(make_day(2026, 7, 9)), 1'50 + 3'41 + 4'64);  // K14: 29 x 0.16
  EXPECT_EQ(days_past_due(plan_of(installments), cny_late_terms(), make_day(2026, 7, 10)), 91);
}

TEST(LateFee, IsAtLeastAMinorUnitADay) {
  LateTerms terms = cny_late_terms();
  terms.tolerance_minor_max = 0;
  const std::vector<InstallmentView> installments = monthly(make_day(2026, 1, 10), 1, 5'00, 0);
  EXPECT_EQ(late_fee_through(plan_of(installments), {}, terms, make_day(2026, 1, 20)), 10);
}

TEST(LateFee, NeverGrowsBeyondTheUnpaidPrincipalAndNeverShrinks) {
  LateTerms terms = cny_late_terms();
  terms.fee_rate.e8 = 10'000'000;  // 10 % a day
  std::vector<InstallmentView> installments = monthly(make_day(2026, 1, 10), 1, 100'00, 0);
  std::vector<PaidPart> paid;
  auto sum = [&](Day day) { return late_fee_through(plan_of(installments), paid, terms, day); };
  EXPECT_EQ(sum(make_day(2026, 1, 19)), 90'00);
  EXPECT_EQ(sum(make_day(2026, 1, 20)), 100'00);
  EXPECT_EQ(sum(make_day(2026, 2, 20)), 100'00);
  paid.push_back({make_day(2026, 2, 1), 1, 60'00, 0, 0});
  pay(installments, paid.back());
  EXPECT_EQ(sum(make_day(2026, 2, 20)), 100'00);
}

// Tolerance: min(10.00, 10 %). The rest joins the next installment.
TEST(DaysPastDue, RestWithinToleranceIsNotLateUntilTheNextInstallmentIs) {
  std::vector<InstallmentView> installments = monthly(make_day(2026, 1, 10), 3, 50'00, 0);
  const LateTerms terms = cny_late_terms();
  auto dpd = [&](Day day) { return days_past_due(plan_of(installments), terms, day); };
  EXPECT_EQ(dpd(make_day(2026, 1, 10)), 0);
  EXPECT_EQ(dpd(make_day(2026, 1, 11)), 1);
  pay(installments, {make_day(2026, 1, 10), 1, 45'00, 0, 0});  // 5.00 is left, 10 %
  EXPECT_EQ(dpd(make_day(2026, 1, 31)), 0);
  EXPECT_EQ(dpd(make_day(2026, 2, 11)), 1);  // the second, with 55.00
  pay(installments, {make_day(2026, 2, 10), 2, 45'00, 0, 0});
  EXPECT_EQ(dpd(make_day(2026, 2, 11)), 1);  // 5.00 + 5.00 is above 5.00
  pay(installments, {make_day(2026, 2, 10), 1, 4'99, 0, 0});
  EXPECT_EQ(dpd(make_day(2026, 2, 11)), 1);  // 5.01
  pay(installments, {make_day(2026, 2, 10), 1, 1, 0, 0});
  EXPECT_EQ(dpd(make_day(2026, 2, 11)), 0);  // 5.00
  pay(installments, {make_day(2026, 2, 10), 3, 50'00, 0, 0});
  EXPECT_EQ(dpd(make_day(2027, 2, 11)), 0);  // owed for ever, never late
}

TEST(DaysPastDue, ToleranceHasAMaximum) {
  const std::vector<InstallmentView> large = monthly(make_day(2026, 1, 10), 1, 5'000'00, 0);
  const std::vector<InstallmentView> odd = monthly(make_day(2026, 1, 10), 1, 99, 0);
  EXPECT_EQ(tolerance_minor(large[0], cny_late_terms()), 10'00);
  EXPECT_EQ(tolerance_minor(odd[0], cny_late_terms()), 9);
}

// The table of domain.md §1.8 at its edges.
TEST(Bucket, HasThirtyDays) {
  const std::map<int, std::string_view> cases = {
      {0, "M0"},   {1, "M1"},   {30, "M1"},  {31, "M2"},   {60, "M2"},
      {61, "M3"},  {90, "M3"},  {91, "M4"},  {120, "M4"},  {121, "M5"},
      {150, "M5"}, {151, "M6"}, {180, "M6"}, {181, "M6+"}, {9999, "M6+"}};
  for (const auto& [dpd, name] : cases) EXPECT_EQ(to_string(bucket_of(dpd)), name) << dpd;
}

/// A plan with random payments, some of them partial.
struct History {
  std::vector<InstallmentView> at_start;
  std::vector<PaidPart> paid;
  LateTerms terms;

  /// The plan as paid by the end of `day`.
  std::vector<InstallmentView> at_end_of(Day day) const {
    std::vector<InstallmentView> now = at_start;
    for (const PaidPart& part : paid) {
      if (part.value_date <= day) pay(now, part);
    }
    return now;
  }
};

History random_history() {
  History h;
  const Day first = make_day(2026, 1, 10);
  const int count = *rc::gen::inRange(1, 5);
  for (int k = 0; k < count; ++k) {
    h.at_start.push_back({.due = plus_days(first, k * *rc::gen::inRange(3, 12)),
                          .principal = *rc::gen::inRange<std::int64_t>(1, 300'00),
                          .fee = *rc::gen::inRange<std::int64_t>(0, 20'00),
                          .interest = *rc::gen::inRange<std::int64_t>(0, 20'00)});
  }
  std::ranges::sort(h.at_start, {}, &InstallmentView::due);
  h.terms.tolerance_minor_max = *rc::gen::element<std::int64_t>(0, 1'00, 10'00);
  h.terms.grace_days = *rc::gen::inRange(0, 5);
  h.terms.fee_rate.e8 = *rc::gen::element<std::int64_t>(50'000, 2'000'000, 10'000'000);
  std::vector<InstallmentView> left = h.at_start;
  const int payments = *rc::gen::inRange(0, 8);
  for (int p = 0; p < payments; ++p) {
    const int number = *rc::gen::inRange(1, count + 1);
    InstallmentView& i = left[static_cast<std::size_t>(number) - 1];
    auto part_of = [](std::int64_t unpaid) {
      return *rc::gen::element<std::int64_t>(0, unpaid / 2, unpaid - unpaid / 16, unpaid);
    };
    const PaidPart part{plus_days(first, *rc::gen::inRange(-5, 50)), number,
                        part_of(i.unpaid_principal()), part_of(i.unpaid_fee()),
                        part_of(i.unpaid_interest())};
    pay(left, part);
    h.paid.push_back(part);
  }
  return h;
}

/// The definition, word by word and slowly: every state is rebuilt from the payments.
std::int64_t naive_late_fee(const History& h, Day through) {
  auto late_at_start_of = [&](Day day) {
    std::map<std::size_t, std::int64_t> late;
    const std::vector<InstallmentView> state = h.at_end_of(plus_days(day, -1));
    std::int64_t rest = 0;
    std::int64_t rest_base = 0;
    for (std::size_t i = 0; i < state.size() && state[i].due < day; ++i) {
      rest += state[i].unpaid();
      rest_base += state[i].unpaid_principal() + state[i].unpaid_fee();
      if (10 * rest > state[i].total() || rest > h.terms.tolerance_minor_max) {
        late[i] = rest_base;
        rest = rest_base = 0;
      }
    }
    return late;
  };
  const Day first = plus_days(h.at_start.front().due, 1);
  std::set<std::size_t> entered;
  for (Day c = first; c <= through; c = plus_days(c, 1)) {
    for (const auto& [i, base_minor] : late_at_start_of(c)) {
      if (days_between(h.at_start[i].due, c) > h.terms.grace_days) entered.insert(i);
    }
  }
  std::int64_t sum = 0;
  for (Day d = first; d <= through; d = plus_days(d, 1)) {
    std::int64_t base_minor = 0;
    for (const auto& [i, one] : late_at_start_of(d)) base_minor += entered.contains(i) ? one : 0;
    std::int64_t principal = 0;
    for (const InstallmentView& i : h.at_end_of(plus_days(d, -1))) {
      principal += i.unpaid_principal();
    }
    if (base_minor == 0) continue;
    const std::int64_t fee =
        std::max<std::int64_t>(1, (base_minor * h.terms.fee_rate.e8 + 50'000'000) / 100'000'000);
    sum = std::max(sum, std::min(sum + fee, principal));
  }
  return sum;
}

TEST(LateFee, AgreesWithTheDefinitionOverRandomHistories) {
  tests::property("one pass = definition", [] {
    const History h = random_history();
    const Day through = plus_days(h.at_start.front().due, *rc::gen::inRange(-2, 60));
    const std::vector<InstallmentView> now = h.at_end_of(make_day(2027, 1, 1));
    RC_ASSERT(late_fee_through(plan_of(now), h.paid, h.terms, through) ==
              naive_late_fee(h, through));
    // It does not matter whether payments after the day are known yet.
    std::vector<PaidPart> known;
    for (const PaidPart& part : h.paid) {
      if (part.value_date < through) known.push_back(part);
    }
    const std::vector<InstallmentView> then = h.at_end_of(plus_days(through, -1));
    RC_ASSERT(late_fee_through(plan_of(then), known, h.terms, through) ==
              naive_late_fee(h, through));
  });
}

TEST(LateFee, OfOneMoreNightAgreesWithTheWholeHistory) {
  int nights = 0;
  tests::property("incremental = full", [&nights] {
    const History h = random_history();
    for (int n = 0; n < 60; ++n) {
      const Day day = plus_days(h.at_start.front().due, n);
      const bool quiet = std::ranges::none_of(
          h.paid, [&](const PaidPart& part) { return part.value_date == plus_days(day, -1); });
      if (!quiet) continue;
      const std::vector<InstallmentView> state = h.at_end_of(plus_days(day, -1));
      const auto next =
          late_fee_next_day(plan_of(state), naive_late_fee(h, plus_days(day, -1)), h.terms, day);
      if (!next) continue;
      ++nights;
      RC_ASSERT(*next == naive_late_fee(h, day));
    }
  });
  EXPECT_GT(nights, 1000);  // it must not have refused its way through
}

TEST(DaysPastDue, FallsOnlyByPaymentAndRisesByOneANight) {
  tests::property("dpd of the next day", [] {
    const History h = random_history();
    const std::vector<InstallmentView> state = h.at_end_of(make_day(2026, 1, 20));
    const Day day = plus_days(make_day(2026, 1, 20), *rc::gen::inRange(0, 60));
    const int today = days_past_due(plan_of(state), h.terms, day);
    const int tomorrow = days_past_due(plan_of(state), h.terms, plus_days(day, 1));
    RC_ASSERT(tomorrow == today + 1 || today == 0);
  });
}

}  // namespace
}  // namespace scheduling
