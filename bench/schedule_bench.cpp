// Schedules a second on one core, of 12 and 36 months by each method, beside QuantLib's amortizing
// cash flows on the same terms. Build and run:
//
//   cmake --build --preset release --target schedule_bench && build/release/bench/schedule_bench
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>

#include "scheduling/schedule.h"

#ifdef FENQI_HAS_QUANTLIB
#include <ql/cashflows/fixedratecoupon.hpp>
#include <ql/instruments/bonds/amortizingfixedratebond.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/simpledaycounter.hpp>
#include <ql/time/schedule.hpp>
#endif

namespace {

std::size_t allocations = 0;  // of the whole program: what a schedule adds is shown with it

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using base::RateBasis;
using scheduling::Method;
using scheduling::Terms;

/// 12 000.00 at 1 % a month; by the day at 12 % a year.
Terms terms_of(Method method, int count) {
  Terms terms;
  terms.principal = {12'000'00, base::Currency::find("CNY").value()};
  terms.installment_count = count;
  terms.disbursed_on = base::make_day(2026, 6, 18);
  terms.dues = scheduling::order_mode(terms.disbursed_on);
  terms.method = method;
  if (method != Method::InterestFree) terms.rate = {12'000'000, RateBasis::PerYear365};
  if (method == Method::Balloon) terms.balloon_minor = 4'000'00;
  return terms;
}

void make_schedules(benchmark::State& state, Terms terms) {
  scheduling::Schedule schedule;
  std::int64_t sum = 0;
  const std::int64_t principal = terms.principal.minor();
  std::int64_t step = 0;
  if (make_schedule_into(terms, schedule)) state.SkipWithError("the terms are refused");
  const std::size_t before = allocations;
  for (auto _ : state) {
    // Another amount each time, so that nothing can be learned by heart.
    terms.principal = {principal + (++step & 4095), terms.principal.currency()};
    make_schedule_into(terms, schedule);
    sum += schedule.installments.back().principal_minor;
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations());
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before),
                                                     benchmark::Counter::kAvgIterations);
}

void level_by_days(benchmark::State& state, int count) {
  Terms terms = terms_of(Method::LevelPayment, count);
  terms.day_count = scheduling::DayCount::Act365Fixed;
  make_schedules(state, terms);
}

void level_like_fineract(benchmark::State& state, int count) {
  Terms terms = terms_of(Method::LevelPayment, count);
  terms.emi_adjust = scheduling::EmiAdjust::Fineract;
  terms.interest_rounding = base::Rounding::HalfEven;
  make_schedules(state, terms);
}

#ifdef FENQI_HAS_QUANTLIB
/// The notionals of a level payment, the bond's schedule of dates, and its cash flows: what
/// QuantLib has for the same terms. In doubles, and not rounded to the cent.
void quantlib_sinking(benchmark::State& state, int count) {
  using namespace QuantLib;
  const Date start(18, June, 2026);
  const Calendar calendar = NullCalendar();
  const Period tenor(count, Months);
  const DayCounter days = SimpleDayCounter();
  Real sum = 0;
  int step = 0;
  const std::size_t before = allocations;
  for (auto _ : state) {
    const Real principal = 12'000.0 + 0.01 * (++step & 4095);
    const Schedule schedule = sinkingSchedule(start, tenor, Monthly, calendar);
    const std::vector<Real> notionals = sinkingNotionals(tenor, Monthly, 0.12, principal);
    const Leg leg = FixedRateLeg(schedule)
                        .withNotionals(notionals)
                        .withCouponRates(0.12, days)
                        .withPaymentAdjustment(Unadjusted);
    for (const auto& flow : leg) sum += flow->amount();
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations());
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before),
                                                     benchmark::Counter::kAvgIterations);
}
#endif

}  // namespace

int main(int argc, char** argv) {
  const std::pair<const char*, Method> methods[] = {
      {"interest_free", Method::InterestFree}, {"flat_fee", Method::FlatFee},
      {"upfront_fee", Method::UpfrontFee},     {"equal_principal", Method::EqualPrincipal},
      {"level_payment", Method::LevelPayment}, {"daily_interest", Method::DailyInterest},
      {"flat_interest", Method::FlatInterest}, {"balloon", Method::Balloon},
  };
  for (const int count : {12, 36}) {
    const std::string suffix = "/" + std::to_string(count);
    for (const auto& [name, method] : methods) {
      benchmark::RegisterBenchmark((name + suffix).c_str(), make_schedules,
                                   terms_of(method, count));
    }
    benchmark::RegisterBenchmark(("level_payment_by_days" + suffix).c_str(), level_by_days, count);
    benchmark::RegisterBenchmark(("level_payment_like_fineract" + suffix).c_str(),
                                 level_like_fineract, count);
#ifdef FENQI_HAS_QUANTLIB
    benchmark::RegisterBenchmark(("quantlib_sinking" + suffix).c_str(), quantlib_sinking, count);
#endif
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
