#include "scheduling/prepay.h"

#include <algorithm>

#include "base/check.h"
#include "scheduling/plan_draft.h"
#include "scheduling/rest_of_plan.h"

namespace scheduling {
namespace {

using base::Refused;
using Principals = base::Result<std::vector<std::int64_t>, ChangeRefusal>;

/// Principals of the fewest level payments of which none exceeds the largest so far; where there
/// are no fewer, as many as there are.
Principals fewest_level_payments(const ChangeTerms& terms, const Periods& periods,
                                 std::int64_t left, std::size_t parts_at_first) {
  std::int64_t payment_max = 0;
  for (std::size_t k = 0; k < periods.due.size(); ++k) {
    payment_max = std::max(payment_max, periods.principal[k] + periods.interest[k]);
  }
  // Whole periods: the one that runs has cost more so far, on all that was owed.
  Periods whole = periods;
  whole.on = periods.start;
  for (std::size_t count = 1; count < periods.due.size(); ++count) {
    const Principals principals = spread_principal(terms, periods, left, count, parts_at_first);
    if (!principals) continue;
    const auto parts = price_rest(*terms.interest, *terms.interest, whole, *principals);
    if (!parts) continue;
    if (std::ranges::all_of(*parts, [&](const RestPart& part) {
          return part.principal + part.interest <= payment_max;
        })) {
      return principals;
    }
  }
  return spread_principal(terms, periods, left, periods.due.size(), parts_at_first);
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

Principals principals_after(const ChangeTerms& terms, const Periods& periods, std::int64_t left,
                            PrepaidEffect effect, std::size_t parts_at_first) {
  switch (effect) {
    case PrepaidEffect::FewerInstallments:
      if (terms.interest && terms.interest->method == Method::LevelPayment) {
        return fewest_level_payments(terms, periods, left, parts_at_first);
      }
      return without_the_last(periods.principal, left);
    case PrepaidEffect::SmallerInstallments:
      return spread_principal(terms, periods, left, periods.due.size(), parts_at_first);
  }
  CHECK(false, "effect {}", static_cast<int>(effect));
}

/// Fee and fixed interest of the rest; `before` are its unpaid principals until now.
std::optional<ChangeRefusal> set_cost(std::vector<InstallmentView>& installments, Rest rest,
                                      std::span<const std::int64_t> before,
                                      const ChangeTerms& terms, PrepaidFee rule,
                                      std::size_t parts_at_first, const Cost& cost) {
  std::int64_t total = 0;
  std::int64_t principal_before = 0;
  std::int64_t principal_after = 0;
  std::vector<std::size_t> staying;
  std::vector<std::int64_t> weights;
  for (std::size_t k = 0; k < rest.count; ++k) {
    InstallmentView& installment = installments[rest.first + k];
    const std::int64_t after = installment.unpaid_principal();
    const bool falls_away = before[k] > 0 && after == 0;
    if (rule == PrepaidFee::KeepOfRemaining) {
      if (falls_away) installment.*cost.owed = installment.*cost.paid;
      continue;
    }
    const std::int64_t unpaid = installment.*cost.owed - installment.*cost.paid;
    total += unpaid;
    principal_before += before[k];
    principal_after += after;
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
  const Periods periods = periods_of(plan.installments, terms.start, rest, request.on);
  const std::int64_t left = periods.principal_sum() - request.amount_minor;
  if (left <= 0) return Refused(ChangeRefusal::AmountCoversAll);

  std::vector<InstallmentView> installments(plan.installments.begin(), plan.installments.end());
  const std::size_t parts_at_first = installments.size();
  const Principals principals =
      principals_after(terms, periods, left, request.effect, parts_at_first);
  if (!principals) return Refused(principals.error());
  const auto parts = price_if_on_balance(terms, periods, *principals);
  if (!parts) return Refused(parts.error());
  set_rest(installments, rest, *parts);
  for (const Cost& cost : fixed_costs(terms)) {
    const auto refusal =
        set_cost(installments, rest, periods.principal, terms, request.fee, parts_at_first, cost);
    if (refusal) return Refused(*refusal);
  }
  installments[rest.first].principal += request.amount_minor;
  drop_empty_tail(installments);
  return Prepayment{
      make_version(ChangeCause::Prepayment, request.on, plan, std::move(installments)),
      {.number = static_cast<int>(rest.first) + 1, .principal = request.amount_minor}};
}

}  // namespace scheduling
