#include "scheduling/allocation.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"
#include "scheduling/turns.h"

namespace scheduling {
namespace {

/// The order in which classes of installments are reached.
enum class Stage { PenaltyAlone, PastDue, Due, Billed, Unbilled };

/// What comes before what: due and billed of the directed plan before the same of others, both
/// before the unbilled.
int group_of(Stage stage, bool others) {
  return (stage == Stage::Unbilled ? 16 : 0) + (others ? 8 : 0) + static_cast<int>(stage);
}

struct Candidate {
  int group;  // those of one group are paid by age
  Stage stage;
  base::Day due;
  std::int64_t plan_id;
  int number;
  std::size_t plan;
  bool has_penalty;  // the plan's penalty goes with it

  bool operator<(const Candidate& other) const {
    return std::tie(group, due, plan_id, number) <
           std::tie(other.group, other.due, other.plan_id, other.number);
  }
};

Stage stage_of(const PlanView& plan, std::size_t index, base::Day value_date) {
  switch (due_class(plan.installments[index].due, value_date)) {
    case DueClass::PastDue:
      return Stage::PastDue;
    case DueClass::Due:
      return Stage::Due;
    case DueClass::InAdvance:
      break;
  }
  return is_billed(plan, index, value_date) ? Stage::Billed : Stage::Unbilled;
}

/// Whose components a stage is paid by. A penalty is for what was late.
DueClass class_of(Stage stage) {
  switch (stage) {
    case Stage::PenaltyAlone:
    case Stage::PastDue:
      return DueClass::PastDue;
    case Stage::Due:
      return DueClass::Due;
    case Stage::Billed:
    case Stage::Unbilled:
      break;
  }
  return DueClass::InAdvance;
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

const Waterfall& row_for(const AllocationRequest& request, int dpd) {
  const Waterfall* row = find_waterfall(request.table, request.type, dpd);
  CHECK(row != nullptr, "no order of payment for {} days past due", dpd);
  return *row;
}

/// True if the plan's penalty can go with an installment of this stage.
bool takes_penalty(const AllocationRequest& request, const PlanView& plan, Stage stage) {
  if (stage != Stage::Due) return stage == Stage::PastDue;
  return row_for(request, plan.dpd).lists({DueClass::Due, Component::Penalty});
}

std::vector<Candidate> candidates(std::span<const PlanView> plans,
                                  const AllocationRequest& request) {
  std::vector<Candidate> found;
  for (std::size_t p = 0; p < plans.size(); ++p) {
    const PlanView& plan = plans[p];
    const bool others = request.directed && *request.directed != p;
    bool penalty_is_open = plan.penalty_unpaid != 0;
    for (std::size_t i = 0; i < plan.installments.size(); ++i) {
      if (plan.installments[i].unpaid() == 0) continue;
      const Stage stage = stage_of(plan, i, request.value_date);
      if (!reaches(request.reach, stage)) break;
      const bool has_penalty = penalty_is_open && takes_penalty(request, plan, stage);
      if (has_penalty) penalty_is_open = false;
      found.push_back({group_of(stage, others), stage, plan.installments[i].due, plan.plan_id,
                       static_cast<int>(i) + 1, p, has_penalty});
    }
    if (penalty_is_open) {
      found.push_back({group_of(Stage::PenaltyAlone, others),
                       Stage::PenaltyAlone,
                       {},
                       plan.plan_id,
                       0,
                       p,
                       true});
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// A payment on its way through the candidates.
class Payment {
 public:
  Payment(std::span<const PlanView> plans, const AllocationRequest& request)
      : plans_(plans), request_(request), left_(request.amount_minor) {}

  Allocation over(std::span<Candidate> found) {
    if (!found.empty()) set_rules(found);
    while (!found.empty() && left_ > 0) {
      const auto is_next_group = [&](const Candidate& c) { return c.group != found.front().group; };
      const auto size =
          static_cast<std::size_t>(std::ranges::find_if(found, is_next_group) - found.begin());
      pay_group(found.first(size));
      found = found.subspan(size);
    }
    allocation_.credit_minor = left_;
    return std::move(allocation_);
  }

 private:
  void set_rules(std::span<const Candidate> found) {
    int dpd = 0;
    for (const Candidate& candidate : found) dpd = std::max(dpd, plans_[candidate.plan].dpd);
    const Waterfall& row = row_for(request_, dpd);
    direction_ = row.direction;
    future_ = row.future;
  }

  void pay_group(std::span<Candidate> group) {
    const bool is_unbilled = group.front().stage == Stage::Unbilled;
    if (is_unbilled && future_ == FutureRule::Last) std::ranges::reverse(group);
    const bool is_even = is_unbilled && future_ == FutureRule::Reamortize;
    if (!is_even && direction_ == Direction::Horizontal) {
      pay_one_by_one(group);
    } else {
      pay_together(group, is_even);
    }
  }

  /// The usual way: nothing is kept of one installment while the next is paid.
  void pay_one_by_one(std::span<const Candidate> group) {
    for (const Candidate& candidate : group) {
      if (left_ == 0) return;
      Turn turn = turn_of(candidate);
      pay_in_turn({&turn, 1}, Direction::Horizontal, left_);
      keep(candidate, turn);
    }
  }

  void pay_together(std::span<const Candidate> group, bool is_even) {
    std::vector<Turn> turns;
    turns.reserve(group.size());
    for (const Candidate& candidate : group) turns.push_back(turn_of(candidate));
    if (is_even) {
      pay_evenly(turns, direction_, left_);
    } else {
      pay_in_turn(turns, direction_, left_);
    }
    for (std::size_t i = 0; i < group.size(); ++i) keep(group[i], turns[i]);
  }

  Turn turn_of(const Candidate& candidate) const {
    const PlanView& plan = plans_[candidate.plan];
    Turn turn{.order = order_of(row_for(request_, plan.dpd), class_of(candidate.stage))};
    if (candidate.has_penalty) turn.unpaid[index_of(Component::Penalty)] = plan.penalty_unpaid;
    if (candidate.number > 0) {
      const InstallmentView& installment =
          plan.installments[static_cast<std::size_t>(candidate.number) - 1];
      turn.unpaid[index_of(Component::Fee)] = installment.unpaid_fee();
      turn.unpaid[index_of(Component::Interest)] = installment.unpaid_interest();
      turn.unpaid[index_of(Component::Principal)] = installment.unpaid_principal();
    }
    for (const std::int64_t unpaid : turn.unpaid) {
      CHECK(unpaid >= 0, "more was paid than owed: {}", unpaid);
    }
    return turn;
  }

  void keep(const Candidate& candidate, const Turn& turn) {
    if (turn.total_paid() == 0) return;
    allocation_.parts.push_back({.plan = candidate.plan,
                                 .number = candidate.number,
                                 .penalty = turn.paid[index_of(Component::Penalty)],
                                 .fee = turn.paid[index_of(Component::Fee)],
                                 .interest = turn.paid[index_of(Component::Interest)],
                                 .principal = turn.paid[index_of(Component::Principal)]});
  }

  std::span<const PlanView> plans_;
  const AllocationRequest& request_;
  std::int64_t left_;
  Direction direction_ = Direction::Horizontal;
  FutureRule future_ = FutureRule::Next;
  Allocation allocation_;
};

}  // namespace

Allocation allocate_payment(std::span<const PlanView> plans, const AllocationRequest& request) {
  CHECK(request.amount_minor >= 0, "a repayment of {}", request.amount_minor);
  CHECK(!request.directed || *request.directed < plans.size(), "the named plan is not given");
  std::vector<Candidate> found = candidates(plans, request);
  return Payment(plans, request).over(found);
}

}  // namespace scheduling
