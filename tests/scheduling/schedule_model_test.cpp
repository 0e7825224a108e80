// The fast schedules against the slow model, over random terms of every method with random options.
#include "tests/scheduling/schedule_model.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

namespace scheduling {
namespace {

/// A number of the environment, or what stands for it.
std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

/// Random terms that make sense; most of them come out as a schedule.
class RandomTerms {
 public:
  explicit RandomTerms(std::uint64_t seed) : random_(seed) {}

  /// Terms as nobody should write them: every number from its whole range and beyond.
  Terms nonsense() {
    Terms t = next();
    const auto any = [&](std::int64_t most) {
      return chance(80) ? between(0, most) : between(-most, 2 * most);
    };
    if (chance(60)) t.principal = {any(base::kAmountMinorMax / 10), t.principal.currency()};
    if (chance(40)) t.installment_count = static_cast<int>(any(kInstallmentCountMax));
    if (chance(40)) t.dues.every.count = static_cast<int>(any(kPeriodCountMax));
    if (chance(60)) t.rate.e8 = any(10 * base::kRateScale);
    if (chance(20)) t.rate.basis = base::RateBasis::Flat;
    if (chance(20)) t.subsidy_bps = static_cast<int>(any(10'000));
    if (chance(20)) t.down_payment_e8 = any(base::kRateScale);
    if (chance(20)) t.multiples_of_minor = any(t.principal.minor() + 1);
    if (chance(20)) t.balloon_minor = any(base::kAmountMinorMax);
    if (chance(30)) t.grace.principal = static_cast<int>(any(t.installment_count + 1));
    if (chance(30)) t.grace.interest = static_cast<int>(any(t.installment_count + 1));
    if (chance(30)) t.grace.interest_free = static_cast<int>(any(t.installment_count + 1));
    if (chance(30)) t.unpaid_interest = UnpaidInterest::Capitalized;
    if (chance(30)) t.level_basis = LevelBasis::MonthsOf30Days;
    if (chance(30)) t.emi_adjust = EmiAdjust::Fineract;
    if (chance(20)) t.fees.push_back({t.disbursed_on, any(base::kAmountMinorMax)});
    if (chance(20)) t.fees.push_back({t.disbursed_on, any(base::kAmountMinorMax)});
    if (chance(50)) t.disbursements.clear();
    if (chance(10)) t.disbursements.push_back({t.disbursed_on, any(t.principal.minor() + 1)});
    return t;
  }

  Terms next() {
    Terms t;
    t.method =
        pick({Method::InterestFree, Method::FlatFee, Method::EqualPrincipal, Method::LevelPayment,
              Method::UpfrontFee, Method::DailyInterest, Method::FlatInterest, Method::Balloon});
    std::int64_t most = 100;
    for (std::int64_t tens = between(0, 9); tens > 0; --tens) most *= 10;
    t.principal = {between(1, most), *base::Currency::find("CNY")};
    t.installment_count = static_cast<int>(chance(10) ? between(1, 3) : between(1, 36));
    t.disbursed_on = base::plus_days(base::make_day(2024, 1, 1), static_cast<int>(between(0, 800)));
    t.dues = dues(t.disbursed_on);
    set_rate(t);
    set_rounding(t);
    set_money(t);
    set_options(t);
    return t;
  }

 private:
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  template <class T>
  T pick(std::initializer_list<T> from) {
    return from.begin()[between(0, std::ssize(from) - 1)];
  }

  DueRule dues(base::Day disbursed_on) {
    const PeriodUnit unit = pick({PeriodUnit::Month, PeriodUnit::Month, PeriodUnit::Day,
                                  PeriodUnit::Week, PeriodUnit::HalfMonth});
    const Period every{static_cast<int>(unit == PeriodUnit::Day ? between(1, 40) : between(1, 3)),
                       unit};
    if (chance(50)) return order_mode(disbursed_on, every);
    return dues_from(base::plus_days(disbursed_on, static_cast<int>(between(0, 70))), every);
  }

  void set_rate(Terms& t) {
    t.rate = {chance(10) ? 0 : between(1, 40'000'000), base::RateBasis::PerYear365};
    if (chance(30)) t.rate = {between(0, 3'000'000), base::RateBasis::PerPeriod};
    if (chance(20)) t.rate = {between(0, 2'000'000), base::RateBasis::PerMonth};
    if (chance(20)) t.rate.basis = base::RateBasis::PerYear360;
    const bool in_days = t.dues.every.unit == PeriodUnit::Day;
    if (t.method == Method::DailyInterest || (in_days && chance(20))) {
      t.rate = {between(0, 100'000), base::RateBasis::PerDay};
    }
    if (chance(50)) {
      t.day_count =
          pick({DayCount::Act365Fixed, DayCount::Act360, DayCount::ActActIsda,
                DayCount::ActAct31Dec, DayCount::Thirty360Us, DayCount::Thirty360BondBasis,
                DayCount::ThirtyE360, DayCount::ThirtyE360Isda, DayCount::NoLeap365});
    }
    if (chance(15)) t.subsidy_bps = static_cast<int>(between(1, 10'000));
    if (t.method == Method::InterestFree) {
      t.rate = {};
      t.day_count = {};
    }
  }

  void set_rounding(Terms& t) {
    using base::Rounding;
    t.interest_rounding = pick({Rounding::Down, Rounding::Up, Rounding::HalfUp, Rounding::HalfUp,
                                Rounding::HalfEven, Rounding::Ceiling, Rounding::Floor});
    t.split_rule = {
        pick({Rounding::Down, Rounding::Down, Rounding::HalfUp, Rounding::HalfEven, Rounding::Up}),
        pick({Remainder::Last, Remainder::First, Remainder::Cumulative,
              Remainder::LargestRemainder})};
    t.principal_minor_min = chance(50) ? 1 : 0;
    t.fee_minor_min = chance(50) ? 1 : 0;
  }

  void set_money(Terms& t) {
    if (chance(20)) t.down_payment_e8 = between(1, 60'000'000);
    const base::Day last = due_date(t.dues, t.installment_count);
    const int span = base::days_between(t.disbursed_on, last);
    if (t.principal.minor() < 10 || span < 2 || !chance(25)) return;
    std::int64_t left = t.principal.minor();
    base::Day day = t.disbursed_on;
    if (chance(20)) {
      const int to_first = base::days_between(day, due_date(t.dues, 1));
      day = base::plus_days(day, static_cast<int>(between(0, std::max(0, to_first - 1))));
    }
    for (int i = 0; i < 3 && left > 3; ++i) {
      const std::int64_t amount = i == 2 ? left : between(1, left - 1);
      t.disbursements.push_back({day, amount});
      left -= amount;
      const int rest = base::days_between(day, last);
      if (rest > 1) day = base::plus_days(day, static_cast<int>(between(0, rest - 1)));
    }
    if (left > 0) t.disbursements.back().amount_minor += left;
  }

  void set_options(Terms& t) {
    const bool is_annuity = t.method == Method::LevelPayment || t.method == Method::Balloon;
    const bool is_flat =
        !is_annuity && t.method != Method::EqualPrincipal && t.method != Method::DailyInterest;
    const int n = t.installment_count;
    if (n > 1 && chance(15)) t.grace.principal = static_cast<int>(between(0, n - 1));
    if (n > 1 && chance(15)) t.grace.interest = static_cast<int>(between(0, n - 1));
    if (chance(15)) t.grace.interest_free = static_cast<int>(between(0, n));
    if (is_annuity && t.disbursements.size() < 2 && t.grace.interest <= t.grace.principal &&
        chance(30)) {
      t.unpaid_interest = UnpaidInterest::Capitalized;
    }
    if (t.method == Method::Balloon) t.balloon_minor = between(0, t.principal.minor() / 3);
    if (t.method == Method::LevelPayment && chance(30)) t.emi_adjust = EmiAdjust::Fineract;
    if (t.method == Method::UpfrontFee) t.upfront_on_day_0 = chance(50);
    if (!is_annuity && chance(20)) {
      t.later_disbursement = LaterDisbursement::AddedOnTop;
      if (is_flat && chance(50)) t.later_disbursement = LaterDisbursement::SpreadOverAll;
    }
    const bool is_on_top = t.later_disbursement == LaterDisbursement::AddedOnTop;
    const bool counts_cost = t.method == Method::FlatFee || t.method == Method::FlatInterest;
    if (chance(20) && !(is_on_top && counts_cost)) {
      t.multiples_of_minor = pick<std::int64_t>({5, 10, 100, 1'000});
    }
    const bool shares =
        t.multiples_of_minor > 0 || t.later_disbursement != LaterDisbursement::Reamortize;
    if (!is_annuity && shares) t.split_rule.remainder = Remainder::Last;
    while (chance(15)) {
      const int span = base::days_between(t.disbursed_on, due_date(t.dues, n));
      t.fees.push_back({base::plus_days(t.disbursed_on, static_cast<int>(between(0, span + 30))),
                        between(1, 5'000)});
    }
    if (chance(5))
      t.last_due_on = base::plus_days(due_date(t.dues, n), static_cast<int>(between(1, 50)));
  }

  std::mt19937_64 random_;
};

/// What was different, or nothing.
std::string difference(const Schedule& fast, const model::Plan& slow) {
  if (slow.is_refusable) return "should have been refused";
  if (fast.installments.size() != slow.rows.size()) return "another number of rows";
  for (std::size_t i = 0; i < slow.rows.size(); ++i) {
    const Installment& a = fast.installments[i];
    const model::Row& b = slow.rows[i];
    const bool is_same = a.due == b.due && a.principal_minor == b.principal &&
                         a.interest_minor == b.interest && a.fee_minor == b.fee &&
                         a.is_upfront == b.is_upfront;
    if (!is_same) {
      return testing::PrintToString(i + 1) + ": " + std::to_string(a.principal_minor) + " + " +
             std::to_string(a.interest_minor) + " + " + std::to_string(a.fee_minor) + " against " +
             b.principal.str() + " + " + b.interest.str() + " + " + b.fee.str();
    }
  }
  return "";
}

// FENQI_MODEL_CASES=1000000 for as many as the release is held to.
TEST(ScheduleModel, AgreesWithTheFastPathOnRandomTerms) {
  const std::uint64_t cases = setting("FENQI_MODEL_CASES", 3'000);
  const std::uint64_t seed = setting("FENQI_MODEL_SEED", std::random_device()());
  std::uint64_t refused = 0;
  Schedule fast;
  for (std::uint64_t i = 0; i < cases; ++i) {
    SCOPED_TRACE(testing::Message() << "FENQI_MODEL_SEED=" << seed + i << " FENQI_MODEL_CASES=1");
    const Terms terms = RandomTerms(seed + i).next();
    const auto refusal = make_schedule_into(terms, fast);
    const model::Plan slow = model::plan_of(terms);
    if (refusal) {
      ++refused;
      ASSERT_TRUE(slow.is_refusable) << "refused for reason " << static_cast<int>(*refusal);
    } else {
      ASSERT_EQ(difference(fast, slow), "") << "method " << static_cast<int>(terms.method);
    }
  }
  std::cout << "  " << cases << " terms, " << refused << " refused, seed " << seed << "\n";
  if (cases > 100) {
    EXPECT_LT(refused * 3, cases) << "too many terms make no schedule";
  }
}

// Whatever the terms say, they make a schedule or are refused: nothing overflows, nothing throws.
TEST(ScheduleModel, NonsenseIsRefused) {
  const std::uint64_t cases = setting("FENQI_MODEL_CASES", 20'000);
  const std::uint64_t seed = setting("FENQI_MODEL_SEED", std::random_device()());
  Schedule schedule;
  std::uint64_t made = 0;
  for (std::uint64_t i = 0; i < cases; ++i) {
    SCOPED_TRACE(testing::Message() << "FENQI_MODEL_SEED=" << seed + i << " FENQI_MODEL_CASES=1");
    const Terms terms = RandomTerms(seed + i).nonsense();
    std::optional<TermsRefusal> refusal;
    ASSERT_NO_THROW(refusal = make_schedule_into(terms, schedule));
    if (refusal) continue;
    ++made;
    ASSERT_EQ(schedule.principal_minor(), terms.principal.minor());
    for (const Installment& one : schedule.installments) {
      ASSERT_GE(one.principal_minor, 0);
      ASSERT_GE(one.interest_minor, 0);
      ASSERT_GE(one.fee_minor, 0);
    }
    ASSERT_EQ(schedule.installments.back().balance_minor, 0);
  }
  if (cases > 100) {
    EXPECT_GT(made, 0u);
  }
}

}  // namespace
}  // namespace scheduling
