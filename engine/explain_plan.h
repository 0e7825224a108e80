// Where a figure of a stored plan comes from: the arithmetic of its capture, and the versions
// since.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "scheduling/explain.h"
#include "scheduling/schedule.h"
#include "sql/store/plan_history.h"
#include "sql/store/session.h"

namespace engine {

struct ExplainedInstallment {
  store::PlanHistory plan;

  /// The terms that the capture's schedule was made from: the product of the catalog version it
  /// was sold under, the principal, the count and the date.
  scheduling::Terms terms;

  /// How the capture's schedule came to this installment; empty where it has none of the number.
  std::vector<scheduling::ExplainedStep> steps;

  /// False where the terms give other figures today than were stored: what was promised counts.
  bool is_as_stored = true;

  /// The installment in each version of the plan, beside `plan.versions`; nothing in a version
  /// that is shorter.
  std::vector<std::optional<scheduling::Installment>> rows;
};

/// Reasons not to explain, in the order they are looked for.
enum class ExplainRefusal {
  PurchaseUnknown,      ///< no plan of this reference or number
  InstallmentNotFound,  ///< no version of the plan has it
};
struct ExplainProblem {
  ExplainRefusal refusal;
  int last_number = 0;  ///< of the longest version
};
using Explanation = base::Result<ExplainedInstallment, ExplainProblem>;

Explanation explain_purchase(store::Session& session, std::string_view purchase_ref, int number);
Explanation explain_plan(store::Session& session, base::PlanId plan, int number);

/// "capture", "refund".
std::string_view name(store::ScheduleCause cause);

}  // namespace engine
