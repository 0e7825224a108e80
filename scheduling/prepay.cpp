#include "scheduling/prepay.h"

#include <algorithm>

#include "base/check.h"
#include "scheduling/plan_draft.h"
#include "scheduling/rest_of_plan.h"

namespace scheduling {
namespace {

using base::Refused;
using Parts = base::Result<std::vector<RestPart>, ChangeRefusal>;

/// The fewest level payments of which none exceeds the largest so far; on a rate that has risen
/// since, as many as there are.
Parts fewest_level_payments(const ChangeTerms& terms, const Periods& periods, std::int64_t left,
                            std::span<const InstallmentView> rest,
                            std::span<const std::int64_t> principals, std::size_t parts_at_first) {
  std::int64_t payment_max = 0;
  for (const InstallmentView& i : rest) {
    payment_max = std::max(payment_max, i.unpaid_principal() + i.interest);
  }
  const auto paying = std::ranges::find_if(principals, [](std::int64_t p) { return p > 0; });
  for (auto count = static_cast<std::size_t>(paying - principals.begin()) + 1;
       count < principals.size(); ++count) {
    Periods fewer = periods;
    fewer.due.resize(count);
    // Whole periods: the one that runs may have cost less so far.
    fewer.on = fewer.start;
    const std::span<const std::int64_t> weights = principals.first(count);
    const Parts whole = spread_rest(terms, fewer, left, weights, parts_at_first);
    if (!whole) continue;
    if (std::ranges::all_of(*whole, [&](const RestPart& part) {
          return part.principal + part.interest <= payment_max;
        })) {
      fewer.on = periods.on;
      return spread_rest(terms, fewer, left, weights, parts_at_first);
    }
  }
  return spread_rest(terms, periods, left, principals, parts_at_first);
}

/// The first principals that sum to `left`.
std::vector<std::int64_t> without_the_last(std::span<const std::int64_t> principals,
                                           std::int64_t left) {
  std::vector<std::int64_t> kept;
  for (const std::int64_t principal : principals) {
    kept.push_back(std::min(principal, left));
    left -= kept.back();
  }
  return kept;
}

/// Fee and fixed interest of the rest; `before` are its unpaid principals until now.
std::optional<ChangeRefusal> set_cost(std::vector<InstallmentView>& installments, Rest rest,
                                      std::span<const std::int64_t> before,
                                      const ChangeTerms& terms, PrepaidFee rule,
                                      std::size_t parts_at_first, const Cost& cost) {
  const std::vector<std::int64_t> after = unpaid_principals(installments, rest);
  std::int64_t total = 0;
  std::int64_t principal_before = 0;
  std::int64_t principal_after = 0;
  std::vector<std::size_t> staying;
  std::vector<std::int64_t> weights;
  for (std::size_t k = 0; k < rest.count; ++k) {
    InstallmentView& installment = installments[rest.first + k];
    const bool falls_away = before[k] > 0 && after[k] == 0;
    if (rule == PrepaidFee::KeepOfRemaining) {
      if (falls_away) installment.*cost.owed = installment.*cost.paid;
      continue;
    }
    const std::int64_t unpaid = installment.*cost.owed - installment.*cost.paid;
    total += unpaid;
    principal_before += before[k];
    principal_after += after[k];
    installment.*cost.owed = installment.*cost.paid;
    if (falls_away) continue;
    staying.push_back(rest.first + k);
    weights.push_back(unpaid);
  }
  if (rule == PrepaidFee::KeepOfRemaining) return std::nullopt;
  if (rule == PrepaidFee::Reduce) {
    total = share_of(total, {principal_after, principal_before}, terms.rounding);
  }
  const auto parts = spread(total, weights, parts_at_first, terms.split_rule);
  if (!parts) return ChangeRefusal::NoSchedule;
  for (std::size_t k = 0; k < staying.size(); ++k) {
    installments[staying[k]].*cost.owed += (*parts)[k];
  }
  return std::nullopt;
}

bool is_billed_unpaid(const PlanView& plan, base::Day on) {
  for (std::size_t i = 0; i < plan.installments.size(); ++i) {
    if (plan.installments[i].unpaid() > 0 && is_billed(plan, i, on)) return true;
  }
  return false;
}

}  // namespace

base::Result<Prepayment, ChangeRefusal> prepay(const PlanView& plan, const ChangeTerms& terms,
                                               const PrepaymentRequest& request) {
  if (unpaid_of(plan.installments).total() + plan.penalty_unpaid == 0) {
    return Refused(ChangeRefusal::NothingOwed);
  }
  if (request.amount_minor <= 0) return Refused(ChangeRefusal::AmountNotPositive);
  if (plan.penalty_unpaid > 0 || is_billed_unpaid(plan, request.on)) {
    return Refused(ChangeRefusal::DueUnpaid);
  }
  const Rest rest = unbilled_rest(plan, request.on);
  const std::vector<std::int64_t> before = unpaid_principals(plan.installments, rest);
  std::int64_t left = -request.amount_minor;
  for (const std::int64_t principal : before) left += principal;
  if (left <= 0) return Refused(ChangeRefusal::AmountCoversAll);

  std::vector<InstallmentView> installments(plan.installments.begin(), plan.installments.end());
  const std::size_t parts_at_first = installments.size();
  const Periods periods = periods_of(installments, terms.start, rest, request.on);
  const bool is_fewer = request.effect == PrepaidEffect::FewerInstallments;
  Parts parts = std::vector<RestPart>();
  if (terms.interest && is_fewer && terms.interest->method == Method::LevelPayment) {
    parts = fewest_level_payments(terms, periods, left,
                                  plan.installments.subspan(rest.first, rest.count), before,
                                  parts_at_first);
  } else if (terms.interest && is_fewer) {
    parts = price_rest(*terms.interest, periods, without_the_last(before, left));
  } else if (terms.interest) {
    parts = spread_rest(terms, periods, left, before, parts_at_first);
  } else {
    const auto principals = is_fewer ? std::optional(without_the_last(before, left))
                                     : spread(left, before, parts_at_first, terms.split_rule);
    if (!principals) return Refused(ChangeRefusal::NoSchedule);
    for (const std::int64_t principal : *principals) parts->push_back({principal, 0});
  }
  if (!parts) return Refused(parts.error());
  set_rest(installments, rest, *parts, terms.interest.has_value());
  for (const Cost& cost : fixed_costs(terms)) {
    const auto refusal =
        set_cost(installments, rest, before, terms, request.fee, parts_at_first, cost);
    if (refusal) return Refused(*refusal);
  }
  installments[rest.first].principal += request.amount_minor;
  drop_empty_tail(installments);
  return Prepayment{
      make_version(ChangeCause::Prepayment, request.on, plan, std::move(installments)),
      {.number = static_cast<int>(rest.first) + 1, .principal = request.amount_minor}};
}

}  // namespace scheduling
