#include "scheduling/reschedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scheduling/overdue.h"
#include "scheduling/payoff.h"
#include "scheduling/plan_draft.h"
#include "tests/scheduling/changes.h"

namespace scheduling {
namespace {

using base::make_day;
using testing::ElementsAre;

/// The example of domain.md §1.9: 3 overdue and 6 future installments of 100.00, on 20 March 2026.
const base::Day kToday = make_day(2026, 3, 20);
LivePlan nine(std::int64_t fee = 0) {
  LivePlan plan;
  plan.installments = monthly(make_day(2026, 1, 10), 9, 100'00, fee);
  plan.terms.start = make_day(2025, 12, 10);
  return plan;
}

ReAgeFacts good_facts() {
  return {.opened_on = make_day(2025, 6, 20),
          .consecutive_payments = 3,
          .lump_paid_minor = 0,
          .minimum_due_minor = 100'00,
          .earlier = {},
          .is_documented = true};
}

ReAgeRequest to(int count) {
  return {.on = kToday, .count = count, .dues = dues_from(make_day(2026, 4, 20), {})};
}

TEST(ReAmortize, AddsWhatIsOverdueToWhatIsToCome) {
  const auto version = re_amortize(nine().view(), nine().terms, kToday);
  ASSERT_TRUE(version);
  EXPECT_THAT(principal_and_fee(version->installments),
              ElementsAre(Pair(0, 0), Pair(0, 0), Pair(0, 0), Pair(150'00, 0), Pair(150'00, 0),
                          Pair(150'00, 0), Pair(150'00, 0), Pair(150'00, 0), Pair(150'00, 0)));
  EXPECT_EQ(version->installments.back().due, make_day(2026, 9, 10));
  EXPECT_EQ(days_past_due(plan_of(version->installments), cny_late_terms(), kToday), 0);
}

// A part of the first is paid and stays where it is; fee joins fee.
TEST(ReAmortize, LeavesWhatIsPaidWhereItIs) {
  LivePlan plan = nine(6'00);
  plan.installments[0].paid_fee = 6'00;
  plan.installments[0].paid_principal = 40'00;
  const auto version = re_amortize(plan.view(), plan.terms, kToday);
  EXPECT_EQ(principal_and_fee(version->installments)[0], Pair(40'00, 6'00));
  EXPECT_EQ(principal_and_fee(version->installments)[3], Pair(143'33, 8'00));
  EXPECT_EQ(principal_and_fee(version->installments)[8], Pair(143'35, 8'00));
}

// Table 2.4 with nothing paid on 1 March: 12 000.00 are owed over the ten periods that are left.
// Period 3 costs 1 % of 10 098.16 for 14 days and 1 % of 12 000.00 for 14 more; the level payment
// is 12 000 * 1 % / (1 - 1.01^-10) = 1 266.98.
TEST(ReAmortize, RecalculatesInterestFromTheDayOn) {
  const LivePlan plan = plan_of_terms(table_2_4());
  const auto version = re_amortize(plan.view(), plan.terms, make_day(2026, 3, 1));
  ASSERT_TRUE(version);
  const std::int64_t overdue = 120'00 + 110'54;  // split over ten
  const std::vector<InstallmentView>& now = version->installments;
  EXPECT_EQ(now[2].principal, 1'266'98 - 120'00);
  EXPECT_EQ(now[2].interest, 50'49 + 60'00 + overdue / 10);
  for (std::size_t k = 3; k < 11; ++k) EXPECT_EQ(now[k].total(), 1'266'98 + overdue / 10);
}

TEST(ReAmortize, RefusalsInOrder) {
  LivePlan plan = nine();
  auto refusal = [&](base::Day on) { return re_amortize(plan.view(), plan.terms, on).error(); };
  EXPECT_EQ(refusal(make_day(2026, 1, 10)), ChangeRefusal::NothingOverdue);
  EXPECT_EQ(refusal(make_day(2026, 9, 11)), ChangeRefusal::NothingToCome);
  plan.terms.split_rule = base::SplitRule::HalfUpLast;
  for (InstallmentView& i : plan.installments) i.principal = 0;
  plan.installments[0].principal = 4;
  for (std::size_t k = 1; k < 9; ++k) plan.installments[k].fee = 1;
  EXPECT_EQ(refusal(make_day(2026, 2, 1)), ChangeRefusal::NoSchedule);
  plan.pay_first(9);
  EXPECT_EQ(refusal(kToday), ChangeRefusal::NothingOwed);
}

TEST(ReAge, SpreadsAllOverNewInstallments) {
  const auto version = re_age(nine().view(), nine().terms, to(9), {}, good_facts());
  ASSERT_TRUE(version);
  std::vector<Pair> expected(10, Pair(100'00, 0));
  expected[0] = Pair(0, 0);  // where the new periods start
  EXPECT_EQ(principal_and_fee(version->installments), expected);
  EXPECT_EQ(version->installments[0].due, kToday);
  EXPECT_EQ(version->installments[1].due, make_day(2026, 4, 20));
  EXPECT_EQ(version->installments.back().due, make_day(2026, 12, 20));
  EXPECT_EQ(days_past_due(plan_of(version->installments), cny_late_terms(), kToday), 0);
}

// Installment 1 and, prepaid, part of 5 are paid: they stay, and the new ones follow.
TEST(ReAge, KeepsWhatIsPaidAndNumbersTheRestAfterIt) {
  LivePlan plan = nine(6'00);
  plan.pay_first(1);
  plan.installments[4].paid_principal = 50'00;
  const auto version = re_age(plan.view(), plan.terms, to(10), {}, good_facts());
  ASSERT_TRUE(version);
  const std::vector<InstallmentView>& now = version->installments;
  ASSERT_EQ(now.size(), 15U);
  EXPECT_EQ(principal_and_fee(now)[0], Pair(100'00, 6'00));
  EXPECT_EQ(principal_and_fee(now)[1], Pair(0, 0));
  EXPECT_EQ(principal_and_fee(now)[4], Pair(50'00, 0));
  EXPECT_EQ(now[4].due, kToday);
  EXPECT_EQ(principal_and_fee(now)[5], Pair(75'00, 4'80));
  EXPECT_EQ(version->rebated, Amounts{});
  EXPECT_EQ(version->added, Amounts{});
}

// Table 2.4 unpaid for two and a half periods: 120.00 + 110.54 + 100.98 * 14 / 28 have accrued. In
// 24 at 1 % the level payment is 564.88.
TEST(ReAge, StartsInterestAnew) {
  const LivePlan plan = plan_of_terms(table_2_4());
  const base::Day on = make_day(2026, 3, 1);
  const ReAgeRequest request{.on = on, .count = 24, .dues = order_mode(on)};
  const ReAgeGuard no_minimum_age{.age_months_min = 0};
  const auto version = re_age(plan.view(), plan.terms, request, no_minimum_age, good_facts());
  ASSERT_TRUE(version);
  const std::int64_t accrued = 120'00 + 110'54 + 50'49;
  EXPECT_EQ(version->installments[1].principal, 564'88 - 120'00);
  EXPECT_EQ(version->installments[1].interest, 120'00 + accrued / 24);
  EXPECT_EQ(version->installments[2].total(), 564'88 + accrued / 24);
  // A month later 1 % less: the rest of the accrued interest is owed in a payoff all the same.
  LivePlan next = plan;
  next.installments = version->installments;
  next.pay_first(2);
  const auto quote =
      quote_payoff(next.view(), next.terms, {make_day(2026, 4, 1), PayoffMethod::Actuarial});
  EXPECT_EQ(quote->payable_minor(), 12'000'00 - (564'88 - 120'00) + accrued - accrued / 24);
}

TEST(ReAge, RefusalsInOrder) {
  LivePlan plan = nine();
  ReAgeFacts facts{.opened_on = make_day(2025, 6, 21), .earlier = {}};
  const std::vector<base::Day> lately = {make_day(2025, 3, 21)};
  ReAgeRequest request = to(0);
  auto refusal = [&] { return re_age(plan.view(), plan.terms, request, {}, facts).error(); };
  EXPECT_EQ(refusal(), ChangeRefusal::CountOutOfRange);
  request.count = kInstallmentCountMax + 1;
  EXPECT_EQ(refusal(), ChangeRefusal::CountOutOfRange);
  request.count = 9;
  request.dues = dues_from(kToday, {});
  EXPECT_EQ(refusal(), ChangeRefusal::DueNotInFuture);
  request.dues = dues_from(make_day(2199, 12, 1), {});
  EXPECT_EQ(refusal(), ChangeRefusal::DueDatesOutOfOrder);
  request = to(9);
  EXPECT_EQ(refusal(), ChangeRefusal::AccountTooYoung);
  facts.opened_on = make_day(2025, 6, 20);
  EXPECT_EQ(refusal(), ChangeRefusal::TooFewPayments);
  facts.consecutive_payments = 3;
  facts.earlier = lately;
  EXPECT_EQ(refusal(), ChangeRefusal::ReAgedTooOften);
  facts.earlier = {};
  EXPECT_EQ(refusal(), ChangeRefusal::HardshipUndocumented);
  facts.is_documented = true;
  plan.terms.principal_minor_min = 100'01;
  EXPECT_EQ(refusal(), ChangeRefusal::PrincipalTooSmallToSplit);
  plan.terms.principal_minor_min = 100'00;
  EXPECT_TRUE(re_age(plan.view(), plan.terms, request, {}, facts));
  plan.pay_first(9);
  EXPECT_EQ(refusal(), ChangeRefusal::NothingOwed);
}

// Nine months, three payments or as much at once, once in 12 months, twice in five years.
TEST(ReAgeGuard, AtItsEdges) {
  ReAgeFacts facts = good_facts();
  auto check = [&] { return check_re_age({}, facts, kToday); };
  facts.consecutive_payments = 2;
  facts.lump_paid_minor = 299'99;
  EXPECT_EQ(check(), ChangeRefusal::TooFewPayments);
  facts.lump_paid_minor = 300'00;
  EXPECT_EQ(check(), std::nullopt);
  const std::vector<base::Day> year_ago = {make_day(2025, 3, 20)};
  facts.earlier = year_ago;
  EXPECT_EQ(check(), std::nullopt);
  const std::vector<base::Day> twice = {make_day(2021, 3, 21), make_day(2025, 3, 20)};
  facts.earlier = twice;
  EXPECT_EQ(check(), ChangeRefusal::ReAgedTooOften);
  const std::vector<base::Day> long_ago = {make_day(2021, 3, 20), make_day(2025, 3, 20)};
  facts.earlier = long_ago;
  EXPECT_EQ(check(), std::nullopt);
}

TEST(Extension, MovesDueDatesAndNothingElse) {
  const LivePlan plan = nine(6'00);
  const auto version = extend(plan.view(), plan.terms,
                              {.on = kToday,
                               .first = 1,
                               .count = 9,
                               .months = 3,
                               .dues = order_mode(make_day(2025, 12, 10))});
  ASSERT_TRUE(version);
  EXPECT_EQ(principal_and_fee(version->installments), principal_and_fee(plan.installments));
  EXPECT_EQ(version->installments.front().due, make_day(2026, 4, 10));
  EXPECT_EQ(version->installments.back().due, make_day(2026, 12, 10));
  EXPECT_EQ(days_past_due(plan.view(), cny_late_terms(), kToday), 69);
  EXPECT_EQ(days_past_due(plan_of(version->installments), cny_late_terms(), kToday), 0);
}

// Domain.md §3: from 31 January 28 February, then 31 March and 30 April, never 28 March.
TEST(Extension, KeepsThe31st) {
  LivePlan plan;
  const DueRule rule = order_mode(make_day(2025, 12, 31));
  for (int k = 1; k <= 4; ++k) {
    plan.installments.push_back({.due = due_date(rule, k), .principal = 100'00});
  }
  plan.terms.start = make_day(2025, 12, 31);
  const auto version =
      extend(plan.view(), plan.terms,
             {.on = make_day(2026, 1, 5), .first = 1, .count = 4, .months = 1, .dues = rule});
  EXPECT_THAT(dues(version->installments),
              ElementsAre(make_day(2026, 2, 28), make_day(2026, 3, 31), make_day(2026, 4, 30),
                          make_day(2026, 5, 31)));
}

// Bill day 28, due nine days later: 9 March comes after 6 February.
TEST(Extension, MovesTheBillDateInStatementMode) {
  LivePlan plan;
  const DueRule rule = statement_mode(make_day(2026, 1, 5), {.bill_day = 28, .days_to_due = 9});
  plan.installments = {{.due = due_date(rule, 1), .principal = 100'00}};
  plan.terms.start = make_day(2026, 1, 5);
  ASSERT_EQ(plan.installments[0].due, make_day(2026, 2, 6));
  const auto version = extend(plan.view(), plan.terms,
                              {.on = make_day(2026, 1, 6), .first = 1, .months = 1, .dues = rule});
  EXPECT_EQ(version->installments[0].due, make_day(2026, 3, 9));
}

// 0.05 % a day on 1 000.00: a period of 31 days that becomes 59 long costs 28 * 0.50 more.
TEST(Extension, ChargesDaysOnlyIfAsked) {
  Terms terms = table_2_4(Method::DailyInterest);
  terms.principal = {1'000'00, *base::Currency::find("CNY")};
  terms.installment_count = 1;
  terms.disbursed_on = make_day(2026, 1, 10);
  terms.dues = order_mode(terms.disbursed_on);
  terms.rate = {50'000, base::RateBasis::PerDay};
  const LivePlan plan = plan_of_terms(terms);
  ASSERT_EQ(plan.installments[0].interest, 15'50);
  ExtensionRequest request{.on = make_day(2026, 2, 1), .first = 1, .months = 1, .dues = terms.dues};
  EXPECT_EQ(extend(plan.view(), plan.terms, request)->installments[0].interest, 15'50);
  request.charges_days = true;
  const auto version = extend(plan.view(), plan.terms, request);
  EXPECT_EQ(version->installments[0].interest, 29'50);
  EXPECT_EQ(version->added, (Amounts{.interest = 14'00}));
}

TEST(Extension, RefusalsInOrder) {
  LivePlan plan = nine();
  ExtensionRequest request{.on = kToday,
                           .first = 0,
                           .count = 0,
                           .months = 1,
                           .dues = order_mode(make_day(2025, 12, 10))};
  auto refusal = [&] { return extend(plan.view(), plan.terms, request).error(); };
  EXPECT_EQ(refusal(), ChangeRefusal::CountOutOfRange);
  request.count = 1;
  request.months = kExtensionMonthsMax + 1;
  EXPECT_EQ(refusal(), ChangeRefusal::CountOutOfRange);
  request.months = 1;
  EXPECT_EQ(refusal(), ChangeRefusal::InstallmentNotFound);
  request.first = 9;
  request.count = 2;
  EXPECT_EQ(refusal(), ChangeRefusal::InstallmentNotFound);
  plan.pay_first(1);
  request.first = 1;
  EXPECT_EQ(refusal(), ChangeRefusal::InstallmentPaid);
  request.first = 2;
  EXPECT_EQ(refusal(), ChangeRefusal::DueNotInFuture);  // 10 March
  request.months = 2;
  EXPECT_EQ(refusal(), ChangeRefusal::DueDatesOutOfOrder);  // 3 with 5
  request.count = 8;
  EXPECT_TRUE(extend(plan.view(), plan.terms, request));
  for (InstallmentView& i : plan.installments) i.due = base::add_months(i.due, 12 * 173);
  request.months = 12;
  EXPECT_EQ(refusal(), ChangeRefusal::DueDatesOutOfOrder);  // after 2199
  plan.pay_first(9);
  EXPECT_EQ(refusal(), ChangeRefusal::NothingOwed);
}

}  // namespace
}  // namespace scheduling
