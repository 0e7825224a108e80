#include "engine/recognition.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/money.h"
#include "scheduling/earning.h"

namespace engine {
namespace {

constexpr std::int16_t kFee = 1;
constexpr std::int16_t kSubsidy = 2;
constexpr std::int16_t kInterest = 3;

/// What a plan's interest comes to by the schedule in force.
std::int64_t interest_total(const store::PlanRow& plan) {
  return std::accumulate(plan.interest.begin(), plan.interest.end(), std::int64_t{0});
}

/// A subsidy is earned in equal parts over the periods it shortens the customer's cost of.
std::vector<std::int64_t> subsidy_parts(const store::PlanRow& plan) {
  std::vector<std::int64_t> parts;
  if (plan.subsidy_total == 0) return parts;
  for (const base::Money part :
       base::split({plan.subsidy_total, plan.currency}, static_cast<int>(plan.due.size()),
                   base::SplitRule::DownLast)) {
    parts.push_back(part.minor());
  }
  return parts;
}

void bring_to(std::int64_t earned, std::int16_t kind, std::int64_t& recognized, Customer& customer,
              const store::PlanRow& plan, base::Day day) {
  if (earned == recognized) return;
  customer.recognized.push_back({.kind = kind,
                                 .product = plan.product,
                                 .currency = plan.currency,
                                 .amount = earned - recognized,
                                 .business_date = day});
  recognized = earned;
}

/// Later due dates don't take back what the time until then has earned; the periods to come earn
/// the rest. What a payoff leaves is earned at once.
bool keeps_what_it_earned(const store::PlanRow& plan) {
  return plan.schedule_cause == store::ScheduleCause::Payoff ||
         plan.schedule_cause == store::ScheduleCause::Extension ||
         plan.schedule_cause == store::ScheduleCause::ReAge ||
         plan.schedule_cause == store::ScheduleCause::ReAmortize;
}

std::int64_t earned_at_close(const scheduling::Earning& earning, std::int64_t total,
                             std::int64_t recognized, const store::PlanRow& plan, base::Day day) {
  const std::int64_t by_time =
      earning.amounts.empty() ? 0 : scheduling::recognized_at_close(earning, day);
  const std::int64_t earned = keeps_what_it_earned(plan) ? std::max(by_time, recognized) : by_time;
  return std::min(earned, total);  // fee that was given back is never earned
}

/// Fee, interest and subsidy of a plan as they are earned; the subsidy's parts are kept here.
struct Earnings {
  explicit Earnings(const store::PlanRow& plan)
      : parts(subsidy_parts(plan)),
        fee{.start = plan.start_on, .due = plan.due, .amounts = plan.fee},
        interest{.start = plan.start_on, .due = plan.due, .amounts = plan.interest},
        subsidy{.start = plan.start_on, .due = plan.due, .amounts = parts} {}
  Earnings(const Earnings&) = delete;

  std::optional<base::Day> next(base::Day day) const {
    return earlier(earlier(next_of(fee, day), next_of(interest, day)), next_subsidy(day));
  }

  std::optional<base::Day> next_subsidy(base::Day day) const { return next_of(subsidy, day); }

  std::vector<std::int64_t> parts;
  scheduling::Earning fee;
  scheduling::Earning interest;
  scheduling::Earning subsidy;

 private:
  static std::optional<base::Day> earlier(std::optional<base::Day> a, std::optional<base::Day> b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
  }
  static std::optional<base::Day> next_of(const scheduling::Earning& earning, base::Day day) {
    if (earning.amounts.empty()) return std::nullopt;
    return scheduling::next_recognition(earning, day);
  }
};

}  // namespace

void recognize(Customer& customer, store::PlanRow& plan, base::Day day) {
  const Earnings earnings(plan);
  bring_to(earned_at_close(earnings.fee, plan.fee_total, plan.fee_recognized, plan, day), kFee,
           plan.fee_recognized, customer, plan, day);
  bring_to(
      earned_at_close(earnings.interest, interest_total(plan), plan.interest_recognized, plan, day),
      kInterest, plan.interest_recognized, customer, plan, day);
  bring_to(
      earned_at_close(earnings.subsidy, plan.subsidy_total, plan.subsidy_recognized, plan, day),
      kSubsidy, plan.subsidy_recognized, customer, plan, day);
  plan.recognize_on = earnings.next(day);
}

void recognize_through(Customer& customer, store::PlanRow& plan, base::Day day) {
  const Earnings earnings(plan);
  const auto earned = [&](const scheduling::Earning& earning, std::int64_t total,
                          std::int64_t recognized) {
    if (earning.amounts.empty()) return recognized;
    return std::max(recognized, std::min(scheduling::earned_through(earning, day), total));
  };
  bring_to(earned(earnings.fee, plan.fee_total, plan.fee_recognized), kFee, plan.fee_recognized,
           customer, plan, day);
  bring_to(earned(earnings.interest, interest_total(plan), plan.interest_recognized), kInterest,
           plan.interest_recognized, customer, plan, day);
  bring_to(earned(earnings.subsidy, plan.subsidy_total, plan.subsidy_recognized), kSubsidy,
           plan.subsidy_recognized, customer, plan, day);
}

void reschedule_recognition(Customer& customer, store::PlanRow& plan, base::Day business_date) {
  bring_to(std::min(plan.fee_recognized, plan.fee_total), kFee, plan.fee_recognized, customer, plan,
           business_date);
  bring_to(std::min(plan.interest_recognized, interest_total(plan)), kInterest,
           plan.interest_recognized, customer, plan, business_date);
  bring_to(std::min(plan.subsidy_recognized, plan.subsidy_total), kSubsidy, plan.subsidy_recognized,
           customer, plan, business_date);
  plan.recognize_on = Earnings(plan).next(base::plus_days(business_date, -1));
}

void finish_earning(Customer& customer, store::PlanRow& plan, base::Day business_date) {
  bring_to(plan.fee_total, kFee, plan.fee_recognized, customer, plan, business_date);
  bring_to(interest_total(plan), kInterest, plan.interest_recognized, customer, plan,
           business_date);
  plan.recognize_on = Earnings(plan).next_subsidy(base::plus_days(business_date, -1));
}

}  // namespace engine
