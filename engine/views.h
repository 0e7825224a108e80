// A plan's row as the pure rules see it.
#pragma once

#include <optional>
#include <vector>

#include "engine/catalog.h"
#include "scheduling/plan_view.h"
#include "sql/store/customer_rows.h"

namespace engine {

/// The installments of a plan; the PlanView made from them borrows the vector.
std::vector<scheduling::InstallmentView> installment_views(const store::PlanRow& plan);

scheduling::PlanView plan_view(const store::PlanRow& plan,
                               const std::vector<scheduling::InstallmentView>& installments,
                               const Catalog& catalog);

/// Adds what an event paid to the plan's arrays and totals.
struct PaidInstallment {
  int number = 0;
  std::int64_t principal = 0;
  std::int64_t fee = 0;
  std::int64_t interest = 0;
};
void pay_installment(store::PlanRow& plan, const PaidInstallment& paid);

}  // namespace engine
