#include "engine/views.h"

#include "base/check.h"

namespace engine {

std::vector<scheduling::InstallmentView> installment_views(const store::PlanRow& plan) {
  std::vector<scheduling::InstallmentView> views;
  views.reserve(plan.due.size());
  for (std::size_t i = 0; i < plan.due.size(); ++i) {
    views.push_back({.due = plan.due[i],
                     .principal = plan.principal[i],
                     .fee = plan.fee[i],
                     .interest = plan.interest[i],
                     .paid_principal = plan.paid_principal[i],
                     .paid_fee = plan.paid_fee[i],
                     .paid_interest = plan.paid_interest[i]});
  }
  return views;
}

scheduling::PlanView plan_view(const store::PlanRow& plan,
                               const std::vector<scheduling::InstallmentView>& installments,
                               const Catalog& catalog) {
  scheduling::PlanView view;
  view.plan_id = plan.id.value;
  view.installments = installments;
  view.penalty_unpaid = plan.late_fee - plan.late_fee_paid;
  view.dpd = plan.dpd;
  const Product* product = catalog.find_product(plan.product);
  if (product && product->due_mode == DueMode::Statement) {
    view.billed_days_before_due = product->statement.days_to_due;
  }
  if (plan.changed_on) view.late_fee_before = {{*plan.changed_on, plan.late_fee_before}};
  return view;
}

void pay_installment(store::PlanRow& plan, const PaidInstallment& paid) {
  const auto i = static_cast<std::size_t>(paid.number - 1);
  CHECK(i < plan.due.size(), "installment {} of {}", paid.number, plan.due.size());
  plan.paid_principal[i] += paid.principal;
  plan.paid_fee[i] += paid.fee;
  plan.paid_interest[i] += paid.interest;
  plan.outstanding -= paid.principal;
  CHECK(plan.paid_principal[i] <= plan.principal[i] && plan.paid_fee[i] <= plan.fee[i] &&
            plan.paid_interest[i] <= plan.interest[i] && plan.outstanding >= 0,
        "installment {} of plan {} is paid twice", paid.number, plan.id.value);
}

}  // namespace engine
