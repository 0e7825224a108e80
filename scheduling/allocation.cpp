#include "scheduling/allocation.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace scheduling {
namespace {

/// The order in which classes of installments are reached; each class is ordered by age.
enum class Stage { PenaltyAlone, Due, Billed, Unbilled };

struct Candidate {
  bool others;  // false for the directed plan, which goes first within its group
  Stage stage;
  base::Day due;
  std::int64_t plan_id;
  int number;
  std::size_t plan;
};

/// Due and billed of the directed plan come before the same of others; both before the unbilled.
auto order_of(const Candidate& c) {
  return std::tuple(c.stage == Stage::Unbilled, c.others, c.stage, c.due, c.plan_id, c.number);
}

Stage stage_of(const PlanView& plan, std::size_t index, base::Day value_date) {
  const InstallmentView& installment = plan.installments[index];
  if (installment.due <= value_date) return Stage::Due;
  bool billed = false;
  if (plan.billed_days_before_due) {
    billed = base::plus_days(installment.due, -*plan.billed_days_before_due) <= value_date;
  } else {
    billed = index == 0 || plan.installments[index - 1].due <= value_date;
  }
  return billed ? Stage::Billed : Stage::Unbilled;
}

bool reaches(Reach reach, Stage stage) {
  switch (reach) {
    case Reach::DueOnly:
      return stage <= Stage::Due;
    case Reach::Billed:
      return stage <= Stage::Billed;
    case Reach::Prepay:
      return true;
  }
  return false;
}

std::vector<Candidate> candidates(std::span<const PlanView> plans,
                                  const AllocationRequest& request) {
  std::vector<Candidate> found;
  for (std::size_t p = 0; p < plans.size(); ++p) {
    const PlanView& plan = plans[p];
    const bool others = request.directed && *request.directed != p;
    bool penalty_has_installment = plan.penalty_unpaid == 0;
    for (std::size_t i = 0; i < plan.installments.size(); ++i) {
      if (plan.installments[i].unpaid() == 0) continue;
      const Stage stage = stage_of(plan, i, request.value_date);
      if (stage == Stage::Due) penalty_has_installment = true;
      if (!reaches(request.reach, stage)) break;
      found.push_back(
          {others, stage, plan.installments[i].due, plan.plan_id, static_cast<int>(i) + 1, p});
    }
    if (!penalty_has_installment) {
      found.push_back({others, Stage::PenaltyAlone, {}, plan.plan_id, 0, p});
    }
  }
  std::ranges::sort(found, {}, order_of);
  return found;
}

/// Takes from `left` up to `unpaid`.
std::int64_t take(std::int64_t& left, std::int64_t unpaid) {
  CHECK(unpaid >= 0, "more was paid than owed: {}", unpaid);
  const std::int64_t part = std::min(left, unpaid);
  left -= part;
  return part;
}

}  // namespace

Allocation allocate_payment(std::span<const PlanView> plans, const AllocationRequest& request) {
  CHECK(request.amount_minor >= 0, "a repayment of {}", request.amount_minor);
  CHECK(!request.directed || *request.directed < plans.size(), "the named plan is not given");
  Allocation allocation;
  std::int64_t left = request.amount_minor;
  std::vector<bool> penalty_done(plans.size());
  for (const Candidate& candidate : candidates(plans, request)) {
    if (left == 0) break;
    const PlanView& plan = plans[candidate.plan];
    AllocationPart part{.plan = candidate.plan, .number = candidate.number};
    // The first candidate of a plan is its oldest unpaid installment, which carries the penalty.
    const std::int64_t penalty = penalty_done[candidate.plan] ? 0 : plan.penalty_unpaid;
    penalty_done[candidate.plan] = true;
    const InstallmentView none;
    const InstallmentView& installment =
        candidate.number == 0 ? none
                              : plan.installments[static_cast<std::size_t>(candidate.number) - 1];
    if (plan.dpd >= kPrincipalFirstDpd) {
      part.principal = take(left, installment.unpaid_principal());
      part.fee = take(left, installment.unpaid_fee());
      part.interest = take(left, installment.unpaid_interest());
      part.penalty = take(left, penalty);
    } else {
      part.penalty = take(left, penalty);
      part.fee = take(left, installment.unpaid_fee());
      part.interest = take(left, installment.unpaid_interest());
      part.principal = take(left, installment.unpaid_principal());
    }
    allocation.parts.push_back(part);
  }
  allocation.credit_minor = left;
  return allocation;
}

}  // namespace scheduling
