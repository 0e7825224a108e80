#include "scheduling/rest_of_plan.h"

#include <algorithm>

#include "base/check.h"
#include "scheduling/interest_basis.h"
#include "scheduling/plan_draft.h"
#include "scheduling/schedule.h"

namespace scheduling {
namespace {

using base::Refused;
using Parts = base::Result<std::vector<RestPart>, ChangeRefusal>;

template <class IsFirst>
Rest find_rest(const PlanView& plan, IsFirst is_first) {
  const auto& all = plan.installments;
  std::size_t end = all.size();
  while (end > 0 && all[end - 1].unpaid() == 0) --end;
  std::size_t first = 0;
  while (first < end && (all[first].unpaid() == 0 || !is_first(first))) ++first;
  return {first, end - first};
}

/// Terms of a schedule of what is left, starting in the period that runs.
Terms terms_of_rest(const ChangeTerms& terms, const Periods& periods, std::int64_t principal,
                    std::span<const std::int64_t> weights) {
  const Terms& agreed = *terms.interest;
  Terms rest;
  rest.principal = {principal, agreed.principal.currency()};
  rest.installment_count = static_cast<int>(periods.due.size());
  rest.disbursed_on = periods.start;
  rest.dues = agreed.dues;
  rest.due_on = periods.due;
  rest.method = agreed.method;
  rest.rate = agreed.rate;
  rest.split_rule = terms.split_rule;
  rest.interest_rounding = agreed.interest_rounding;
  rest.principal_minor_min = 0;
  rest.day_count = agreed.day_count;
  rest.subsidy_bps = agreed.subsidy_bps;
  if (agreed.method == Method::Balloon) {
    rest.balloon_minor = std::min(agreed.balloon_minor, principal);
  }
  // Periods that were free of principal at the start stay so.
  const auto paying = std::ranges::find_if(weights, [](std::int64_t w) { return w > 0; });
  if (paying != weights.end()) rest.grace.principal = static_cast<int>(paying - weights.begin());
  return rest;
}

/// Interest of the first period, where the change comes in the middle of it.
std::int64_t running_interest(const InterestBasis& basis, const Terms& agreed,
                              const Periods& periods, std::int64_t balance) {
  const base::Day due = periods.due.front();
  const base::Day on = std::min(periods.on, due);
  const Fraction gone = elapsed(agreed.day_count, periods.start, due, on);
  return share_of(periods.stated_interest, gone, agreed.interest_rounding) +
         basis.interest_within(balance, on, due, periods.start, due, agreed.interest_rounding);
}

base::Result<InterestBasis, ChangeRefusal> basis_of(const Terms& agreed, const Periods& periods) {
  auto basis = InterestBasis::make(agreed, periods.due.back());
  if (!basis) return Refused(ChangeRefusal::RateOutOfRange);
  // Asked here, so that no part of a period can find it too high.
  base::Day from = periods.start;
  for (const base::Day due : periods.due) {
    if (!basis->numerator(from, due)) return Refused(ChangeRefusal::RateOutOfRange);
    from = due;
  }
  return *basis;
}

}  // namespace

Rest unbilled_rest(const PlanView& plan, base::Day on) {
  return find_rest(plan, [&](std::size_t i) { return !is_billed(plan, i, on); });
}

Rest rest_due_from(const PlanView& plan, base::Day day) {
  return find_rest(plan, [&](std::size_t i) { return plan.installments[i].due >= day; });
}

bool is_annuity(Method method) {
  return method == Method::LevelPayment || method == Method::Balloon;
}

bool is_on_balance(Method method) {
  return is_annuity(method) || method == Method::EqualPrincipal || method == Method::DailyInterest;
}

Periods periods_of(std::span<const InstallmentView> installments, base::Day plan_start, Rest rest,
                   base::Day on) {
  Periods periods{.start = period_start(installments, plan_start, rest.first), .due = {}, .on = on};
  for (const InstallmentView& i : installments.subspan(rest.first, rest.count)) {
    periods.due.push_back(i.due);
  }
  if (rest.count > 0) periods.stated_interest = installments[rest.first].interest;
  return periods;
}

std::vector<std::int64_t> unpaid_principals(std::span<const InstallmentView> installments,
                                            Rest rest) {
  std::vector<std::int64_t> principals;
  for (const InstallmentView& i : installments.subspan(rest.first, rest.count)) {
    principals.push_back(i.unpaid_principal());
  }
  return principals;
}

Parts price_rest(const Terms& agreed, const Periods& periods,
                 std::span<const std::int64_t> principals) {
  CHECK(principals.size() == periods.due.size(), "{} principals for {} periods", principals.size(),
        periods.due.size());
  std::vector<RestPart> parts;
  if (principals.empty()) return parts;
  CHECK(is_on_balance(agreed.method), "interest of a method that has none on the balance");
  const auto basis = basis_of(agreed, periods);
  if (!basis) return Refused(basis.error());
  std::int64_t balance = 0;
  for (const std::int64_t principal : principals) balance += principal;
  base::Day from = periods.start;
  for (std::size_t k = 0; k < principals.size(); ++k) {
    const bool is_running = k == 0 && from < periods.on;
    const std::int64_t interest =
        is_running
            ? running_interest(*basis, agreed, periods, balance)
            : interest_on(balance, {*basis->numerator(from, periods.due[k]), basis->denominator()},
                          agreed.interest_rounding);
    parts.push_back({principals[k], interest});
    balance -= principals[k];
    from = periods.due[k];
  }
  return parts;
}

Parts spread_rest(const ChangeTerms& terms, const Periods& periods, std::int64_t principal,
                  std::span<const std::int64_t> weights, std::size_t parts_at_first) {
  const Terms& agreed = *terms.interest;
  if (principal == 0 || !(is_annuity(agreed.method) || is_even(weights, parts_at_first))) {
    const auto principals = spread(principal, weights, parts_at_first, terms.split_rule);
    if (!principals) return Refused(ChangeRefusal::NoSchedule);
    return price_rest(agreed, periods, *principals);
  }
  const auto schedule = make_schedule(terms_of_rest(terms, periods, principal, weights));
  if (!schedule) {
    const bool is_rate = schedule.error() == TermsRefusal::RateOutOfRange;
    return Refused(is_rate ? ChangeRefusal::RateOutOfRange : ChangeRefusal::NoSchedule);
  }
  std::vector<RestPart> parts;
  for (const Installment& i : schedule->installments) {
    parts.push_back({i.principal_minor, i.interest_minor});
  }
  if (periods.start < periods.on) {
    const auto basis = basis_of(agreed, periods);
    if (!basis) return Refused(basis.error());
    parts.front().interest = running_interest(*basis, agreed, periods, principal);
  }
  return parts;
}

void set_rest(std::vector<InstallmentView>& installments, Rest rest,
              std::span<const RestPart> parts, bool sets_interest) {
  CHECK(parts.size() <= rest.count, "{} parts for {} installments", parts.size(), rest.count);
  for (std::size_t k = 0; k < rest.count; ++k) {
    InstallmentView& installment = installments[rest.first + k];
    const RestPart part = k < parts.size() ? parts[k] : RestPart{};
    installment.principal = installment.paid_principal + part.principal;
    if (sets_interest) {
      installment.interest = std::max(installment.paid_interest, part.interest);
    }
  }
}

}  // namespace scheduling
