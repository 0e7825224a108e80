#include "engine/customer.h"

#include <algorithm>

#include "base/check.h"

namespace engine {

store::PlanRow* Customer::find_plan(base::PlanId id) {
  const auto found = std::ranges::find(plans, id, &store::PlanRow::id);
  return found == plans.end() ? nullptr : &*found;
}

void Customer::add_plan(store::PlanRow plan) {
  plans.push_back(std::move(plan));
  plan_is_new.push_back(1);
  plan_change.push_back(PlanChange::None);
  is_changed = true;
}

store::HoldRow* Customer::find_hold(const std::string& ref) {
  const auto found = std::ranges::find(holds, ref, &store::HoldRow::ref);
  return found == holds.end() ? nullptr : &*found;
}

void Customer::touch(const store::PlanRow& plan, PlanChange change) {
  const auto at = static_cast<std::size_t>(&plan - plans.data());
  CHECK(at < plans.size(), "plan {} is not one of this customer's", plan.id.value);
  plan_change[at] = std::max(plan_change[at], change);
  is_changed = true;
}

}  // namespace engine
