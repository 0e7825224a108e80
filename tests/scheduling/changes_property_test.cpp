// Random plans through random lives: what every change promises, and what each is by definition.
#include <gtest/gtest.h>

#include <map>

#include "base/rounding.h"
#include "scheduling/partial_refund.h"
#include "scheduling/payoff.h"
#include "scheduling/plan_draft.h"
#include "scheduling/prepay.h"
#include "scheduling/reprice.h"
#include "scheduling/reschedule.h"
#include "scheduling/rest_of_plan.h"
#include "tests/scheduling/changes.h"
#include "tests/support/property.h"

namespace scheduling {
namespace {

using base::Day;
using base::plus_days;

/// Over the whole range from the first case on: by default RapidCheck starts with small ones, and
/// the last kinds of change would hardly come.
template <class T>
T any(T low, T high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(low, high + 1));
}
template <class T>
T one_of(std::initializer_list<T> values) {
  return *rc::gen::elementOf(std::vector<T>(values));
}

/// Terms of any method; not all of them make a schedule.
Terms random_terms() {
  Terms terms;
  terms.principal = {any<std::int64_t>(1'00, one_of<std::int64_t>({20'00, 1'000'00, 500'000'00})),
                     *base::Currency::find("CNY")};
  terms.installment_count = any(1, 24);
  terms.disbursed_on = plus_days(base::make_day(2026, 1, 1), any(0, 400));
  terms.dues = order_mode(terms.disbursed_on,
                          one_of<Period>({{1, PeriodUnit::Month}, {2, PeriodUnit::Week}}));
  terms.method =
      one_of({Method::InterestFree, Method::FlatFee, Method::EqualPrincipal, Method::LevelPayment,
              Method::UpfrontFee, Method::DailyInterest, Method::FlatInterest, Method::Balloon});
  terms.split_rule = one_of({base::SplitRule::DownLast, base::SplitRule::DownFirst,
                             base::SplitRule::Cumulative, base::SplitRule::LargestRemainder});
  if (terms.method != Method::InterestFree) {
    terms.rate = {any<std::int64_t>(0, 30'000'000), base::RateBasis::PerYear365};
    terms.day_count = one_of<std::optional<DayCount>>(
        {std::nullopt, DayCount::Act365Fixed, DayCount::ThirtyE360});
  }
  if (terms.method == Method::Balloon) terms.balloon_minor = terms.principal.minor() / 3;
  return terms;
}

LivePlan random_plan() {
  const Terms terms = random_terms();
  RC_PRE(make_schedule(terms).has_value());
  LivePlan plan = plan_of_terms(terms);
  plan.terms.rounding = one_of({base::Rounding::HalfUp, base::Rounding::Down, base::Rounding::Up});
  plan.billed_days_before_due = one_of<std::optional<int>>({std::nullopt, 0, 9});
  return plan;
}

/// A plan through its life, with the sums that a change must not touch.
struct Life {
  LivePlan plan = random_plan();
  Day today = plan.terms.start;
  std::int64_t lent = sum_of(plan.installments).principal;
  std::int64_t refunded = 0;   ///< Rc of all refunds
  std::int64_t taken_off = 0;  ///< of it, unpaid principal
  std::int64_t fee_returned = 0;
  std::map<std::string, int>& done;

  explicit Life(std::map<std::string, int>& counter) : done(counter) {}

  void pay_some() {
    const PlanView view = plan.view();
    const Amounts unpaid = unpaid_of(plan.installments);
    if (unpaid.total() == 0) return;
    const Allocation allocation = allocate_payment(
        {&view, 1}, {.amount_minor = any<std::int64_t>(0, unpaid.total()),
                     .value_date = today,
                     .reach = one_of({Reach::DueOnly, Reach::Billed, Reach::Prepay})});
    for (const AllocationPart& part : allocation.parts) pay_part(part);
  }
  void pay_part(const AllocationPart& part) {
    pay(plan.installments, {today, part.number, part.principal, part.fee, part.interest});
  }

  /// Checks all that a version promises without asking how it was made, and takes it.
  void take(const NewVersion& version) {
    const std::vector<InstallmentView>& now = version.installments;
    RC_ASSERT(!now.empty());
    for (std::size_t i = 0; i < std::max(now.size(), plan.installments.size()); ++i) {
      const InstallmentView before =
          i < plan.installments.size() ? plan.installments[i] : InstallmentView{};
      const InstallmentView after = i < now.size() ? now[i] : InstallmentView{};
      RC_ASSERT(after.paid_principal == before.paid_principal);
      RC_ASSERT(after.paid_fee == before.paid_fee);
      RC_ASSERT(after.paid_interest == before.paid_interest);
      RC_ASSERT(after.unpaid_principal() >= 0);
      RC_ASSERT(after.unpaid_fee() >= 0);
      RC_ASSERT(after.unpaid_interest() >= 0);
      if (i > 0 && i < now.size()) RC_ASSERT(now[i - 1].due <= now[i].due);
    }
    const Amounts before = sum_of(plan.installments);
    const Amounts after = sum_of(now);
    RC_ASSERT(version.rebated.principal == 0 && version.added.principal == 0);
    RC_ASSERT(version.refunded.fee == 0 && version.refunded.interest == 0);
    taken_off += version.refunded.principal;
    RC_ASSERT(after.principal + taken_off == lent);
    RC_ASSERT(before.fee + version.added.fee == after.fee + version.rebated.fee);
    RC_ASSERT(before.interest + version.added.interest ==
              after.interest + version.rebated.interest);
    RC_ASSERT(version.added.fee == 0);
    ++done[std::string(to_string(version.cause))];
    plan.installments = now;
  }

  void change() {
    switch (any(0, 7)) {
      case 0:
        return pay_off_some();
      case 1:
        return prepay_some();
      case 2:
        return refund_some();
      case 3:
        return extend_some();
      case 4:
        return re_age_all();
      case 5:
        if (const auto version = re_amortize(plan.view(), plan.terms, today)) take(*version);
        return;
      case 6: {
        const Day from = plus_days(today, any(-40, 40));
        const auto version =
            pause_interest(plan.view(), plan.terms, {today, from, plus_days(from, any(0, 90))});
        if (version) RC_ASSERT(version->rebated.interest > 0);
        if (version) take(*version);
        return;
      }
      default:
        return change_rate_some();
    }
  }

  void pay_off_some() {
    const PayoffRequest request{
        .on = today,
        .method =
            one_of({PayoffMethod::WaiveUnbilled, PayoffMethod::ProrataDays, PayoffMethod::ChargeAll,
                    PayoffMethod::Actuarial, PayoffMethod::RuleOf78}),
        .rule_of_78_is_lawful = true};
    const auto quote = quote_payoff(plan.view(), plan.terms, request);
    if (!quote) return;
    const std::int64_t amount =
        std::max<std::int64_t>(0, quote->payable_minor()) + any<std::int64_t>(0, 10);
    const auto payoff = pay_off(plan.view(), plan.terms, request, amount);
    RC_ASSERT(payoff.has_value());
    RC_ASSERT(payoff->credit_minor == amount - quote->payable_minor());
    take(payoff->quote.version);
    for (const AllocationPart& part : payoff->parts) pay_part(part);
    RC_ASSERT(unpaid_of(plan.installments) == Amounts{});
  }

  void prepay_some() {
    const PrepaymentRequest request{
        .on = today,
        .amount_minor =
            any<std::int64_t>(1, std::max<std::int64_t>(1, unpaid_of(plan.installments).principal)),
        .effect = one_of({PrepaidEffect::FewerInstallments, PrepaidEffect::SmallerInstallments}),
        .fee = one_of({PrepaidFee::KeepOfRemaining, PrepaidFee::Reduce, PrepaidFee::ChargeAll})};
    const auto prepayment = prepay(plan.view(), plan.terms, request);
    if (!prepayment) return;
    if (request.fee == PrepaidFee::ChargeAll) RC_ASSERT(prepayment->version.rebated.fee == 0);
    take(prepayment->version);
    pay_part(prepayment->part);
    for (const InstallmentView& i : plan.installments) RC_ASSERT(i.unpaid_principal() >= 0);
  }

  void refund_some() {
    if (lent == refunded) return;
    const RefundRequest request{
        .on = today,
        .amount_minor = one_of({lent - refunded, any<std::int64_t>(1, lent - refunded)}),
        .order =
            one_of({UnbilledOrder::ProRata, UnbilledOrder::LastFirst, UnbilledOrder::NextFirst}),
        .paid_fee = one_of({PaidFee::Retain, PaidFee::ReturnProrata}),
        .lent_minor = lent,
        .refunded_before_minor = refunded,
        .fee_returned_before_minor = fee_returned};
    const Amounts before = unpaid_of(plan.installments);
    const auto refund = refund_part(plan.view(), plan.terms, request);
    if (!refund) return;
    RC_ASSERT(refund->past_due_minor + refund->unbilled_minor + refund->billed_minor +
                  refund->cash_minor ==
              request.amount_minor);
    RC_ASSERT(refund->principal_reduced_minor() ==
              std::min(before.principal, request.amount_minor));
    RC_ASSERT(refund->version.returned.principal == refund->cash_minor);
    refunded += request.amount_minor;
    fee_returned += refund->version.returned.fee;
    take(refund->version);
    const Amounts paid = [&] {
      Amounts sum = sum_of(plan.installments);
      const Amounts unpaid = unpaid_of(plan.installments);
      return Amounts{sum.principal - unpaid.principal, sum.fee - unpaid.fee, 0};
    }();
    RC_ASSERT(refunded - taken_off <= paid.principal);
    RC_ASSERT(fee_returned <= paid.fee);
  }

  void extend_some() {
    const auto size = static_cast<int>(plan.installments.size());
    const int first = any(1, size);
    const auto version = extend(plan.view(), plan.terms,
                                {.on = today,
                                 .first = first,
                                 .count = one_of({1, size - first + 1}),
                                 .months = any(1, 6),
                                 .dues = order_mode(plan.terms.start),
                                 .charges_days = one_of({false, true})});
    if (!version) return;
    for (std::size_t i = 0; i < version->installments.size(); ++i) {
      RC_ASSERT(version->installments[i].principal == plan.installments[i].principal);
      RC_ASSERT(version->installments[i].due >= plan.installments[i].due);
    }
    take(*version);
  }

  void re_age_all() {
    const ReAgeFacts facts{.opened_on = base::add_months(today, -9),
                           .consecutive_payments = 3,
                           .earlier = {},
                           .is_documented = true};
    const ReAgeRequest request{today, any(1, 30), order_mode(today)};
    const Amounts before = unpaid_of(plan.installments);
    const auto version = re_age(plan.view(), plan.terms, request, {}, facts);
    if (!version) return;
    take(*version);
    if (plan.terms.interest) plan.terms.interest->dues = request.dues;
    const Amounts after = unpaid_of(plan.installments);
    RC_ASSERT(after.principal == before.principal && after.fee == before.fee);
    RC_ASSERT(days_past_due(plan.view(), {}, today) == 0);
  }

  void change_rate_some() {
    const base::Rate rate{any<std::int64_t>(0, 30'000'000), base::RateBasis::PerYear365};
    const auto version =
        change_rate(plan.view(), plan.terms, {today, plus_days(today, any(-20, 60)), rate});
    if (!version) return;
    take(*version);
    plan.terms.interest->rate = rate;
  }
};

/// So many that each kind of change comes some fifty times in the cases of a property.
constexpr int kLivesOfACase = 5;

// Whatever happens to a plan, and in whatever order: what was lent is what is owed, was paid or was
// refunded, and what was paid is where it was.
TEST(Changes, ConserveWhatWasLentAndPaid) {
  std::map<std::string, int> done;
  tests::property("a life", [&] {
    for (int lives = 0; lives < kLivesOfACase; ++lives) {
      Life life(done);
      const int steps = any(1, 12);
      for (int step = 0; step < steps; ++step) {
        life.today = plus_days(life.today, any(0, 40));
        if (any(0, 1) == 0) life.pay_some();
        life.change();
      }
    }
  });
  // The property says nothing of a change that is always refused.
  for (const ChangeCause cause :
       {ChangeCause::Payoff, ChangeCause::Prepayment, ChangeCause::Refund, ChangeCause::Extension,
        ChangeCause::ReAge, ChangeCause::ReAmortize, ChangeCause::InterestPause,
        ChangeCause::RateChange}) {
    EXPECT_GT(done[std::string(to_string(cause))], 0) << to_string(cause);
  }
}

/// Interest of the days from `on` to `due`, of the period that starts on `from`; rates a year.
std::int64_t naive_interest(const Terms& terms, std::int64_t balance, Day from, Day on, Day due) {
  const bool by_days = terms.day_count || terms.method == Method::DailyInterest;
  const std::int64_t periods_a_year = terms.dues.every.unit == PeriodUnit::Month ? 12 : 26;
  const std::int64_t days_a_year = periods_a_year * base::days_between(from, due);
  return base::narrow(base::div_round(
      base::int128{balance} * terms.rate.e8 * base::days_between(on, due),
      base::int128{base::kRateScale} * (by_days ? 365 : days_a_year), base::Rounding::HalfUp));
}

/// Payoff amounts of a plan as it was made, by their definition (domain.md §1.5).
std::int64_t naive_payoff(const LivePlan& plan, Day on, PayoffMethod method) {
  std::int64_t sum = 0;
  std::int64_t balance = sum_of(plan.installments).principal;
  Day from = plan.terms.start;
  for (std::size_t i = 0; i < plan.installments.size(); ++i) {
    const InstallmentView& one = plan.installments[i];
    const bool billed = is_billed(plan.view(), i, on);
    sum += one.principal;
    auto by_days = [&](std::int64_t amount) {
      if (one.due <= on) return amount;
      const int days = std::max(0, base::days_between(from, on));
      return base::narrow(base::div_round(
          base::int128{amount} * days, base::days_between(from, one.due), base::Rounding::HalfUp));
    };
    switch (method) {
      case PayoffMethod::WaiveUnbilled:
        if (billed) sum += one.fee + one.interest;
        break;
      case PayoffMethod::ProrataDays:
        sum += billed ? one.fee + one.interest : by_days(one.fee) + by_days(one.interest);
        break;
      case PayoffMethod::Actuarial:
        if (billed) sum += one.fee;
        if (!plan.terms.interest) {
          sum += by_days(one.interest);
        } else if (from < on) {
          sum += one.interest;
          if (one.due > on) {
            sum -= naive_interest(*plan.terms.interest, balance, from, on, one.due);
          }
        } else if (one.due <= on) {
          sum += one.interest;
        }
        break;
      case PayoffMethod::ChargeAll:
      case PayoffMethod::RuleOf78:
        sum += one.fee + one.interest;
        break;
    }
    balance -= one.principal;
    from = one.due;
  }
  return sum;
}

TEST(Changes, PayoffOfAnUnpaidPlanIsItsDefinition) {
  tests::property("payoff", [] {
    LivePlan plan = random_plan();
    plan.terms.rounding = base::Rounding::HalfUp;
    RC_PRE(!plan.terms.interest || plan.terms.interest->day_count != DayCount::ThirtyE360);
    const Day on = plus_days(plan.terms.start, any(0, 500));
    std::map<PayoffMethod, std::int64_t> amounts;
    for (const PayoffMethod method : {PayoffMethod::WaiveUnbilled, PayoffMethod::ProrataDays,
                                      PayoffMethod::ChargeAll, PayoffMethod::Actuarial}) {
      amounts[method] = quote_payoff(plan.view(), plan.terms, {on, method})->payable_minor();
      RC_ASSERT(amounts[method] == naive_payoff(plan, on, method));
    }
    RC_ASSERT(amounts[PayoffMethod::WaiveUnbilled] <= amounts[PayoffMethod::ProrataDays]);
    RC_ASSERT(amounts[PayoffMethod::ProrataDays] <= amounts[PayoffMethod::ChargeAll]);
  });
}

/// The digits of the periods to come over the digits of all, added up one by one.
TEST(Changes, RuleOf78IsTheSumOfTheDigits) {
  tests::property("rule of 78", [] {
    LivePlan plan;
    const int count = any(1, 36);
    const auto fee = any<std::int64_t>(0, 100'00);
    plan.installments = monthly(base::make_day(2026, 2, 10), count, 100'00, fee);
    plan.terms.start = base::make_day(2026, 1, 10);
    const int ended = any(0, count - 1);
    std::int64_t to_come = 0;
    std::int64_t all = 0;
    for (int digit = 1; digit <= count; ++digit) {
      all += digit;
      if (digit <= count - ended) to_come += digit;
    }
    const auto quote = quote_payoff(plan.view(), plan.terms,
                                    {.on = base::add_months(plan.terms.start, ended),
                                     .method = PayoffMethod::RuleOf78,
                                     .rule_of_78_is_lawful = true});
    RC_ASSERT(quote->version.rebated.fee ==
              base::narrow(base::div_round(base::int128{fee} * count * to_come, all,
                                           base::Rounding::HalfUp)));
  });
}

// A prepayment on a due date leaves the schedule that terms of what is left would have made.
TEST(Changes, PrepaymentOnADueDateIsAScheduleOfTheRest) {
  int count = 0;
  tests::property("prepaid schedule", [&] {
    Terms terms = random_terms();
    terms.method = one_of({Method::EqualPrincipal, Method::DailyInterest, Method::LevelPayment});
    terms.rate.basis = base::RateBasis::PerYear365;
    terms.balloon_minor = 0;
    terms.installment_count = any(2, 24);
    RC_PRE(make_schedule(terms).has_value());
    LivePlan plan = plan_of_terms(terms);
    plan.billed_days_before_due = 0;
    const auto paid = static_cast<std::size_t>(any(1, terms.installment_count - 1));
    plan.pay_first(paid);
    const std::int64_t owed = unpaid_of(plan.installments).principal;
    RC_PRE(owed > 1);
    const auto amount = any<std::int64_t>(1, owed - 1);
    Terms rest = terms;
    rest.principal = {owed - amount, terms.principal.currency()};
    rest.installment_count = terms.installment_count - static_cast<int>(paid);
    rest.disbursed_on = plan.installments[paid - 1].due;
    rest.principal_minor_min = 0;
    for (std::size_t i = paid; i < plan.installments.size(); ++i) {
      rest.due_on.push_back(plan.installments[i].due);
    }
    const auto expected = make_schedule(rest);
    const auto prepayment =
        prepay(plan.view(), plan.terms, {.on = rest.disbursed_on, .amount_minor = amount});
    RC_ASSERT(prepayment.has_value() == expected.has_value());
    if (!prepayment) return;
    ++count;
    // Tails of 0 are no installments any more.
    for (std::size_t k = 0; k < expected->installments.size(); ++k) {
      const Installment& want = expected->installments[k];
      const InstallmentView got = paid + k < prepayment->version.installments.size()
                                      ? prepayment->version.installments[paid + k]
                                      : InstallmentView{};
      RC_ASSERT(got.principal - (k == 0 ? amount : 0) == want.principal_minor);
      RC_ASSERT(got.interest == want.interest_minor);
    }
  });
  EXPECT_GT(count, 0);
}

void check_interest_arisen(std::map<std::string, int>& done) {
  Life life(done);
  LivePlan& plan = life.plan;
  if (!plan.terms.interest) return;
  const auto paid = static_cast<std::size_t>(any(0, static_cast<int>(plan.installments.size())));
  for (std::size_t i = 0; i < paid; ++i) {
    if (plan.installments[i].interest > 0) plan.pay_one(i);
  }
  if (paid > 0) life.today = plan.installments[paid - 1].due;
  for (int step = 0; step < 2; ++step) {
    life.today = plus_days(life.today, any(0, 40));
    auto arisen = [&] {
      const auto interest = interest_arisen(plan.view(), plan.terms, life.today);
      RC_ASSERT(interest.has_value());
      std::int64_t sum = 0;
      for (const std::int64_t i : *interest) sum += i;
      return sum;
    };
    const std::int64_t before = arisen();
    switch (any(0, 3)) {
      case 0:
        life.prepay_some();
        break;
      case 1:
        life.refund_some();
        break;
      case 2:
        life.re_age_all();
        break;
      default:
        if (const auto v = re_amortize(plan.view(), plan.terms, life.today)) life.take(*v);
        break;
    }
    RC_ASSERT(arisen() == before);
  }
}

// What interest has arisen by the day of a change is owed after it as before, also by a second
// change: only what is to come differs. Paid interest is left out, as it never falls.
TEST(Changes, TouchOnlyInterestToCome) {
  std::map<std::string, int> done;
  tests::property("interest arisen", [&] {
    for (int lives = 0; lives < kLivesOfACase; ++lives) check_interest_arisen(done);
  });
  for (const std::string cause : {"prepayment", "refund", "re_age", "re_amortize"}) {
    EXPECT_GT(done[cause], 0) << cause;
  }
}

// Refunded bit by bit or at once, everything goes back, and no fee that was to come is owed.
TEST(Changes, RefundsInAnyPartsAddUpToTheWhole) {
  tests::property("refunds", [] {
    std::map<std::string, int> done;
    Life life(done);
    if (any(0, 1) == 0) life.pay_some();
    while (life.refunded < life.lent) life.refund_some();
    RC_ASSERT(unpaid_of(life.plan.installments).principal == 0);
    for (const InstallmentView& i : life.plan.installments) {
      if (i.due > life.today) RC_ASSERT(i.unpaid_fee() == 0);
    }
  });
}

}  // namespace
}  // namespace scheduling
