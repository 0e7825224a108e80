#include "engine/customer_close.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "engine/allocate.h"
#include "ledger/posting.h"

namespace engine {
namespace {

using base::Day;
using base::make_day;
using base::plus_days;
using testing::ElementsAre;

const base::Currency kCny = *base::Currency::find("CNY");

class CountingIds : public IdSource {
 public:
  std::int64_t next() override { return ++last_; }

 private:
  std::int64_t last_ = 1000;
};

Catalog catalog() {
  Catalog c;
  c.currency = kCny;
  c.currencies.push_back({.currency = kCny, .tolerance_minor = 10'00});
  Product product;
  product.name = "standard";
  product.late_fee.per_day = {50'000, base::RateBasis::PerDay};
  c.products.push_back(product);
  return c;
}

store::PlanRow plan(std::int64_t id, Day start, std::vector<Day> due,
                    std::vector<std::int64_t> principal, std::int64_t fee) {
  store::PlanRow p;
  p.party = {1};
  p.id = {id};
  p.product = "standard";
  p.currency = kCny;
  p.start_on = start;
  p.business_date = start;
  p.due = std::move(due);
  p.principal = std::move(principal);
  const std::size_t count = p.due.size();
  p.fee.assign(count, fee);
  p.interest.resize(count);
  p.paid_principal.resize(count);
  p.paid_fee.resize(count);
  p.paid_interest.resize(count);
  for (const std::int64_t part : p.principal) p.financed += part;
  p.outstanding = p.financed;
  p.fee_total = fee * static_cast<std::int64_t>(count);
  p.next_due = p.due.front();
  if (fee > 0) p.recognize_on = std::min(p.due.front(), base::end_of_month(start));
  return p;
}

std::vector<Day> monthly(Day first, int count) {
  std::vector<Day> due;
  for (int k = 0; k < count; ++k) due.push_back(base::add_months(first, k));
  return due;
}

/// A customer and what happens to it, one business date after the other.
class Life {
 public:
  Life(Day opened, std::int64_t limit) {
    customer.credit.party = {1};
    customer.credit.currency = kCny;
    customer.credit.base_limit = limit;
    customer.credit.closed_through = opened;
  }

  void buy(store::PlanRow row) {
    customer.credit.outstanding += row.outstanding;
    customer.add_plan(std::move(row));
  }

  void close(Day day) { close_customer(customer, day, terms, ids); }

  /// Pays on an open date; what finds nothing becomes credit balance.
  void pay(Day day, std::int64_t amount) {
    close(plus_days(day, -1));
    for (store::PlanRow& p : customer.plans) {
      post_late_fee(customer, p, day, day, terms, ids, {ids.next()});
    }
    const AppliedPayment applied =
        apply_money(customer, {.amount_minor = amount, .value_date = day},
                    store::AllocationKind::Repayment, {ids.next()}, day, terms);
    customer.credit.credit_balance += applied.credit;
    for (store::PlanRow& p : customer.plans) refresh_plan(p, day, terms);
    cure_if_current(customer, day, terms, ids);
  }

  /// Late fee posted from `from` through `to`.
  std::int64_t late_fee(Day from, Day to) const {
    std::int64_t sum = 0;
    for (const ledger::Journal& j : customer.journals) {
      if (j.rule != ledger::Rule::LateFee || j.business_date < from || j.business_date > to) {
        continue;
      }
      for (const ledger::Transfer& t : j.transfers) {
        sum += t.debit.code == ledger::Code::LateFeeReceivable ? t.amount_minor : -t.amount_minor;
      }
    }
    return sum;
  }

  std::int64_t recognized(std::int16_t kind, Day day) const {
    std::int64_t sum = 0;
    for (const Recognized& r : customer.recognized) {
      if (r.kind == kind && r.business_date == day) sum += r.amount;
    }
    return sum;
  }

  std::vector<std::string> limit_changes() const {
    std::vector<std::string> out;
    for (const store::LimitChangeRow& c : customer.limit_changes) {
      out.push_back(base::to_string(c.business_date) + " " + c.reason + " " +
                    std::to_string(c.new_base));
    }
    return out;
  }

  Customer customer;
  Catalog terms = catalog();
  CountingIds ids;
};

/// O1 of domain.md §4.3: 1 000.00 in 6 periods at 0.60 %.
store::PlanRow order_1() {
  return plan(7, make_day(2026, 6, 18), monthly(make_day(2026, 7, 10), 6),
              {166'66, 166'66, 166'66, 166'66, 166'66, 166'70}, 6'00);
}

// domain.md §4.3: J09, J11, J13, J15; nothing on any other date.
TEST(CustomerClose, FeeOfS1IsEarnedAtPeriodAndMonthEnds) {
  Life life(make_day(2026, 6, 17), 8'000'00);
  life.buy(order_1());
  life.pay(make_day(2026, 7, 10), 172'66);
  life.pay(make_day(2026, 8, 10), 100'00);
  life.close(make_day(2026, 8, 10));
  EXPECT_EQ(life.recognized(1, make_day(2026, 6, 30)), 3'55);
  EXPECT_EQ(life.recognized(1, make_day(2026, 7, 10)), 2'45);
  EXPECT_EQ(life.recognized(1, make_day(2026, 7, 31)), 4'26);
  EXPECT_EQ(life.recognized(1, make_day(2026, 8, 10)), 1'74);
  EXPECT_EQ(life.customer.recognized.size(), 4u);
  EXPECT_EQ(life.customer.plans[0].recognize_on, make_day(2026, 8, 31));
}

// domain.md §4.3: J27 and J35, O2 with a merchant subsidy of 54.00 over 3 periods.
TEST(CustomerClose, SubsidyOfS1IsEarnedOverThePeriods) {
  Life life(make_day(2026, 8, 25), 8'000'00);
  store::PlanRow order_2 = plan(8, make_day(2026, 8, 26), monthly(make_day(2026, 9, 10), 3),
                                {1'000'00, 1'000'00, 1'000'00}, 0);
  order_2.subsidy_total = 54'00;
  order_2.recognize_on = make_day(2026, 8, 31);
  life.buy(order_2);
  life.close(make_day(2026, 9, 9));
  life.pay(make_day(2026, 9, 10), 1'000'00);
  life.close(make_day(2026, 9, 10));
  EXPECT_EQ(life.recognized(2, make_day(2026, 8, 31)), 7'20);
  EXPECT_EQ(life.recognized(2, make_day(2026, 9, 10)), 10'80);
  EXPECT_EQ(life.customer.plans[0].subsidy_recognized, 18'00);
  EXPECT_EQ(life.customer.plans[0].next_due, make_day(2026, 10, 10));
}

// domain.md §4.3: J14, J17, J18: 72.66 late for 10 days at 0.04; the day of payment counts.
TEST(CustomerClose, LateFeeOfS1) {
  Life life(make_day(2026, 6, 17), 8'000'00);
  life.buy(order_1());
  life.pay(make_day(2026, 7, 10), 172'66);
  life.pay(make_day(2026, 8, 10), 100'00);
  life.close(make_day(2026, 8, 13));
  EXPECT_EQ(life.customer.plans[0].late_fee, 0);
  EXPECT_EQ(life.customer.credit.dpd, 3);
  life.close(make_day(2026, 8, 14));
  EXPECT_EQ(life.customer.plans[0].late_fee, 16);
  life.pay(make_day(2026, 8, 20), 73'06);
  EXPECT_EQ(life.late_fee(make_day(2026, 8, 11), make_day(2026, 8, 20)), 40);
  const store::PlanRow& p = life.customer.plans[0];
  EXPECT_EQ(p.late_fee_paid, 40);
  EXPECT_EQ(p.paid_principal[1], 166'66);
  EXPECT_EQ(p.next_due, make_day(2026, 9, 10));
  EXPECT_EQ(life.customer.credit.dpd, 0);
  life.close(make_day(2026, 8, 25));
  EXPECT_EQ(p.late_fee, 40);
}

// domain.md §4.5: K10, K13, K14, nothing paid from 10 April on.
TEST(CustomerClose, LateFeesOfS2) {
  Life life(make_day(2026, 1, 14), 8'000'00);
  life.buy(plan(9, make_day(2026, 1, 15), monthly(make_day(2026, 2, 10), 12),
                std::vector<std::int64_t>(12, 100'00), 7'20));
  life.pay(make_day(2026, 2, 10), 107'20);
  life.pay(make_day(2026, 3, 10), 107'20);
  life.close(make_day(2026, 5, 10));
  EXPECT_EQ(life.customer.plans[0].late_fee, 1'50);
  life.close(make_day(2026, 6, 10));
  EXPECT_EQ(life.customer.plans[0].late_fee, 1'50 + 3'41);
  life.close(make_day(2026, 7, 9));
  EXPECT_EQ(life.customer.plans[0].late_fee, 1'50 + 3'41 + 4'64);
  EXPECT_EQ(life.customer.plans[0].dpd, 90);
  EXPECT_EQ(life.customer.plans[0].next_due, make_day(2026, 4, 10));
}

TEST(CustomerClose, CreditBalancePaysOnTheDueDateBeforeAnybodyIsLate) {
  Life life(make_day(2026, 6, 17), 8'000'00);
  life.buy(order_1());
  life.pay(make_day(2026, 6, 20), 272'66);  // 172.66 is billed, 100.00 is credit
  EXPECT_EQ(life.customer.credit.credit_balance, 100'00);
  life.close(make_day(2026, 8, 9));
  EXPECT_EQ(life.customer.credit.credit_balance, 100'00);
  life.close(make_day(2026, 8, 10));
  EXPECT_EQ(life.customer.credit.credit_balance, 0);
  const ledger::Journal& journal = life.customer.journals.back();
  EXPECT_EQ(journal.rule, ledger::Rule::RepayFromCredit);
  EXPECT_EQ(journal.transfers, ledger::repay_from_credit({.fee = 6'00, .principal = 94'00}));
  const store::AllocationRow& row = life.customer.allocations.back();
  EXPECT_EQ(row.kind, store::AllocationKind::FromCredit);
  EXPECT_EQ(row.principal, std::vector<std::int64_t>{94'00});
  EXPECT_EQ(life.customer.plans[0].next_due, make_day(2026, 8, 10));
  life.close(make_day(2026, 8, 11));
  EXPECT_EQ(life.customer.credit.dpd, 1);
}

TEST(CustomerClose, RestWithinToleranceIsNeverLateOnTheLastInstallment) {
  Life life(make_day(2026, 6, 17), 8'000'00);
  life.buy(plan(3, make_day(2026, 6, 18), {make_day(2026, 7, 18)}, {100'00}, 0));
  life.pay(make_day(2026, 7, 18), 90'00);
  EXPECT_EQ(life.customer.plans[0].next_due, make_day(2026, 7, 18));
  life.close(make_day(2026, 9, 30));
  const store::PlanRow& p = life.customer.plans[0];
  EXPECT_EQ(p.dpd, 0);
  EXPECT_EQ(p.late_fee, 0);
  EXPECT_EQ(p.status, store::PlanStatus::Active);
  EXPECT_EQ(p.act_on(), std::nullopt);
}

TEST(CustomerClose, PlanIsSettledWhenItsLateFeeIsPaidToo) {
  Life life(make_day(2026, 6, 17), 8'000'00);
  life.buy(plan(3, make_day(2026, 6, 18), {make_day(2026, 7, 18)}, {100'00}, 0));
  life.pay(make_day(2026, 7, 28), 100'49);  // ten days at 0.05
  EXPECT_EQ(life.customer.plans[0].late_fee, 50);
  EXPECT_EQ(life.customer.plans[0].status, store::PlanStatus::Active);
  life.pay(make_day(2026, 7, 29), 1);
  EXPECT_EQ(life.customer.plans[0].status, store::PlanStatus::Settled);
  EXPECT_EQ(life.customer.plans[0].act_on(), std::nullopt);
}

// Late since 18 July, closed through the 28th; then the bank says that 60.00 came on the 22nd, or
// on the due date. 4 days on 100.00 are 0.20; the next close adds 7 more on 40.00, at 0.02.
TEST(CustomerClose, BackDatedPaymentTakesLateFeeBack) {
  auto late_life = [] {
    Life life(make_day(2026, 6, 17), 8'000'00);
    life.buy(plan(3, make_day(2026, 6, 18), {make_day(2026, 7, 18)}, {100'00}, 0));
    life.close(make_day(2026, 7, 28));
    EXPECT_EQ(life.customer.plans[0].late_fee, 50);
    return life;
  };
  auto pay_back_dated = [](Life& life, Day value_date, std::int64_t amount) {
    store::PlanRow& p = life.customer.plans[0];
    post_late_fee(life.customer, p, value_date, make_day(2026, 7, 29), life.terms, life.ids, {1});
    apply_money(life.customer, {.amount_minor = amount, .value_date = value_date},
                store::AllocationKind::Repayment, {1}, make_day(2026, 7, 29), life.terms);
    refresh_plan(p, make_day(2026, 7, 29), life.terms);
  };
  Life partly = late_life();
  pay_back_dated(partly, make_day(2026, 7, 22), 60'20);
  EXPECT_EQ(partly.customer.plans[0].late_fee, 20);
  EXPECT_EQ(partly.customer.journals.back().transfers, ledger::late_fee("standard", -30));
  partly.close(make_day(2026, 7, 29));
  EXPECT_EQ(partly.customer.plans[0].late_fee, 20 + 7 * 2);

  Life on_time = late_life();
  pay_back_dated(on_time, make_day(2026, 7, 18), 100'00);
  EXPECT_EQ(on_time.customer.plans[0].late_fee, 0);
  EXPECT_EQ(on_time.customer.plans[0].status, store::PlanStatus::Settled);
}

TEST(CustomerClose, LimitsFollowTheAccountNotThePlan) {
  Life life(make_day(2026, 1, 1), 8'000'00);
  life.buy(plan(3, make_day(2026, 1, 2), {make_day(2026, 2, 2)}, {100'00}, 0));
  life.buy(plan(4, make_day(2026, 1, 2), {make_day(2026, 2, 20)}, {1'000'00}, 0));
  life.close(make_day(2026, 3, 10));
  EXPECT_THAT(life.limit_changes(), ElementsAre("2026-02-06 L01 800000", "2026-03-05 L02 400000"));
  EXPECT_THAT(life.customer.limit_changes[0].plans, ElementsAre(3));
  EXPECT_THAT(life.customer.limit_changes[1].plans, ElementsAre(3, 4));
  EXPECT_EQ(life.customer.credit.dpd, 36);
}

TEST(CustomerClose, PayingUpLiftsTheBlockTheSameDay) {
  Life life(make_day(2026, 1, 1), 8'000'00);
  life.buy(plan(3, make_day(2026, 1, 2), {make_day(2026, 2, 2)}, {100'00}, 0));
  life.pay(make_day(2026, 2, 10), 200'00);
  EXPECT_THAT(life.limit_changes(),
              ElementsAre("2026-02-06 L01 800000", "2026-02-10 UNBLOCK 800000"));
  EXPECT_EQ(life.customer.credit.block, store::Block::None);
  EXPECT_FALSE(life.customer.credit.episode_base.has_value());
}

// 31 days late in February, then three months paid on time: judged on the third of June.
TEST(CustomerClose, CutIsEarnedBackByCleanCycles) {
  Life life(make_day(2026, 1, 1), 8'000'00);
  life.buy(plan(3, make_day(2026, 1, 2), {make_day(2026, 1, 20)}, {100'00}, 0));
  life.buy(plan(4, make_day(2026, 1, 2), monthly(make_day(2026, 3, 15), 6),
                std::vector<std::int64_t>(6, 100'00), 0));
  life.pay(make_day(2026, 2, 21), 150'00);
  for (unsigned month = 3; month <= 5; ++month) life.pay(make_day(2026, month, 16), 100'00);
  life.close(make_day(2026, 6, 10));
  EXPECT_THAT(life.limit_changes(),
              ElementsAre("2026-01-24 L01 800000", "2026-02-20 L02 400000",
                          "2026-06-03 RESTORE 500000", "2026-06-03 RESTORE 500000"));
  EXPECT_EQ(life.customer.credit.block, store::Block::None);
}

TEST(CustomerClose, NothingToDoMovesOnlyTheDate) {
  Life life(make_day(2026, 6, 17), 8'000'00);
  life.buy(order_1());
  life.customer.is_changed = false;
  life.close(make_day(2026, 6, 29));
  EXPECT_FALSE(life.customer.is_changed);
  EXPECT_EQ(life.customer.credit.closed_through, make_day(2026, 6, 29));
  EXPECT_TRUE(life.customer.journals.empty());
}

/// Pays at random and compares closing every night with closing only when an event needs it.
RC_GTEST_PROP(CustomerClose, InlineAndNightlyCloseGiveTheSameBooks, ()) {
  struct Payment {
    Day day;
    std::int64_t amount;
  };
  std::vector<Payment> payments;
  Day day = make_day(2026, 1, 20);
  for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
    day = plus_days(day, *rc::gen::inRange(1, 45));
    payments.push_back({day, *rc::gen::inRange<std::int64_t>(1, 400'00)});
  }
  const Day end = plus_days(day, 60);
  auto start = [&](Life& life) {
    life.buy(plan(3, make_day(2026, 1, 2), monthly(make_day(2026, 2, 2), 4),
                  std::vector<std::int64_t>(4, 100'00), 1'50));
    life.buy(plan(4, make_day(2026, 1, 9), monthly(make_day(2026, 2, 9), 3),
                  std::vector<std::int64_t>(3, 33'33), 0));
  };
  Life nightly(make_day(2026, 1, 1), 2'000'00);
  Life seldom(make_day(2026, 1, 1), 2'000'00);
  start(nightly);
  start(seldom);
  auto next = payments.begin();
  for (Day d = make_day(2026, 1, 2); d <= end; d = plus_days(d, 1)) {
    for (; next != payments.end() && next->day == d; ++next) {
      nightly.pay(d, next->amount);
      seldom.pay(d, next->amount);
    }
    nightly.close(d);
    const store::CreditRow& credit = nightly.customer.credit;
    std::int64_t outstanding = 0;
    for (const store::PlanRow& p : nightly.customer.plans) {
      outstanding += p.outstanding;
      RC_ASSERT(p.late_fee >= p.late_fee_paid &&
                p.late_fee <= std::max(p.financed, p.late_fee_paid));
    }
    RC_ASSERT(credit.outstanding == outstanding);
    RC_ASSERT(credit.dpd == 0 || credit.credit_balance == 0);
  }
  seldom.close(end);
  auto fingerprint = [](const Life& life) {
    std::vector<std::string> lines;
    for (const ledger::Journal& j : life.customer.journals) {
      std::string line = base::to_string(j.business_date) + " " +
                         std::string(ledger::name(j.rule)) + " " + std::to_string(j.plan.value);
      for (const ledger::Transfer& t : j.transfers) line += " " + std::to_string(t.amount_minor);
      lines.push_back(std::move(line));
    }
    for (const std::string& change : life.limit_changes()) lines.push_back(change);
    for (const Recognized& r : life.customer.recognized) {
      lines.push_back(base::to_string(r.business_date) + " earned " + std::to_string(r.amount));
    }
    return lines;
  };
  RC_ASSERT(fingerprint(nightly) == fingerprint(seldom));
  for (std::size_t i = 0; i < nightly.customer.plans.size(); ++i) {
    const store::PlanRow& a = nightly.customer.plans[i];
    const store::PlanRow& b = seldom.customer.plans[i];
    RC_ASSERT(a.late_fee == b.late_fee && a.dpd == b.dpd && a.next_due == b.next_due &&
              a.status == b.status && a.recognize_on == b.recognize_on);
  }
}

}  // namespace
}  // namespace engine
