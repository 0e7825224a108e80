#include "engine/recognition.h"

#include <algorithm>
#include <optional>

#include "base/money.h"
#include "scheduling/earning.h"

namespace engine {
namespace {

constexpr std::int16_t kFee = 1;
constexpr std::int16_t kSubsidy = 2;

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

/// Brings `recognized` to what is earned, and returns the next date that earns more.
std::optional<base::Day> bring_to(const scheduling::Earning& earning, std::int16_t kind,
                                  std::int64_t& recognized, Customer& customer,
                                  const store::PlanRow& plan, base::Day day) {
  if (earning.amounts.empty()) return std::nullopt;
  const std::int64_t earned = scheduling::recognized_at_close(earning, day);
  if (earned != recognized) {
    customer.recognized.push_back({.kind = kind,
                                   .product = plan.product,
                                   .currency = plan.currency,
                                   .amount = earned - recognized,
                                   .business_date = day});
    recognized = earned;
  }
  return scheduling::next_recognition(earning, day);
}

}  // namespace

void recognize(Customer& customer, store::PlanRow& plan, base::Day day) {
  const std::vector<std::int64_t> subsidy = subsidy_parts(plan);
  const std::optional<base::Day> fee_next =
      bring_to({.start = plan.start_on, .due = plan.due, .amounts = plan.fee}, kFee,
               plan.fee_recognized, customer, plan, day);
  const std::optional<base::Day> subsidy_next =
      bring_to({.start = plan.start_on, .due = plan.due, .amounts = subsidy}, kSubsidy,
               plan.subsidy_recognized, customer, plan, day);
  plan.recognize_on = fee_next;
  if (subsidy_next && (!fee_next || *subsidy_next < *fee_next)) plan.recognize_on = subsidy_next;
}

}  // namespace engine
