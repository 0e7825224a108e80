#include "scheduling/rest_of_plan.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "scheduling/interest_basis.h"
#include "scheduling/plan_draft.h"
#include "scheduling/schedule.h"

namespace scheduling {
namespace {

using base::Refused;

template <class IsFirst>
Rest find_rest(const PlanView& plan, IsFirst is_first) {
  const auto& all = plan.installments;
  std::size_t end = all.size();
  while (end > 0 && all[end - 1].unpaid() == 0) --end;
  std::size_t first = 0;
  while (first < end && (all[first].unpaid() == 0 || !is_first(first))) ++first;
  return {first, end - first};
}

std::int64_t sum(std::span<const std::int64_t> amounts) {
  return std::accumulate(amounts.begin(), amounts.end(), std::int64_t{0});
}

/// Terms of a schedule of what is left, starting in the period that runs.
Terms terms_of_rest(const ChangeTerms& terms, const Periods& periods, std::int64_t principal,
                    std::size_t count) {
  const Terms& agreed = *terms.interest;
  Terms rest;
  rest.principal = {principal, agreed.principal.currency()};
  rest.installment_count = static_cast<int>(count);
  rest.disbursed_on = periods.start;
  rest.dues = agreed.dues;
  rest.due_on = {periods.due.begin(), periods.due.begin() + rest.installment_count};
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
  const auto paying = std::ranges::find_if(periods.principal, [](std::int64_t p) { return p > 0; });
  if (paying != periods.principal.end()) {
    rest.grace.principal = static_cast<int>(paying - periods.principal.begin());
  }
  return rest;
}

/// The interest of each period from the day of the change on.
base::Result<std::vector<std::int64_t>, ChangeRefusal> interest_to_come(
    const Terms& agreed, const Periods& periods, std::span<const std::int64_t> principals) {
  std::size_t last = periods.due.size() - 1;
  while (last > 0 && principals[last] == 0) --last;
  const auto basis = InterestBasis::make(agreed, periods.due[last]);
  if (!basis) return Refused(ChangeRefusal::RateOutOfRange);
  std::vector<std::int64_t> interest;
  std::int64_t balance = sum(principals);
  base::Day from = periods.start;
  for (std::size_t k = 0; k < principals.size(); ++k) {
    const base::Day due = periods.due[k];
    const auto whole = basis->numerator(from, due);
    if (!whole) return Refused(ChangeRefusal::RateOutOfRange);
    const base::Day on = std::min(periods.on, due);
    interest.push_back(
        k == 0 && from < on
            ? basis->interest_within(balance, on, due, from, due, agreed.interest_rounding)
            : interest_on(balance, {*whole, basis->denominator()}, agreed.interest_rounding));
    balance -= principals[k];
    from = due;
  }
  return interest;
}

}  // namespace

std::int64_t Periods::principal_sum() const { return sum(principal); }

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
  Periods periods{.start = period_start(installments, plan_start, rest.first),
                  .on = on,
                  .due = {},
                  .principal = {},
                  .interest = {}};
  for (const InstallmentView& i : installments.subspan(rest.first, rest.count)) {
    periods.due.push_back(i.due);
    periods.principal.push_back(i.unpaid_principal());
    periods.interest.push_back(i.interest);
  }
  return periods;
}

base::Result<std::vector<RestPart>, ChangeRefusal> price_rest(
    const Terms& before, const Terms& agreed, const Periods& periods,
    std::span<const std::int64_t> principals) {
  CHECK(principals.size() == periods.due.size(), "{} principals for {} periods", principals.size(),
        periods.due.size());
  std::vector<RestPart> parts;
  if (principals.empty()) return parts;
  CHECK(is_on_balance(agreed.method), "interest of a method that has none on the balance");
  const auto was = interest_to_come(before, periods, periods.principal);
  if (!was) return Refused(was.error());
  const auto is = interest_to_come(agreed, periods, principals);
  if (!is) return Refused(is.error());
  for (std::size_t k = 0; k < principals.size(); ++k) {
    parts.push_back({principals[k], periods.interest[k] + (*is)[k] - (*was)[k]});
  }
  return parts;
}

base::Result<std::vector<std::int64_t>, ChangeRefusal> spread_principal(
    const ChangeTerms& terms, const Periods& periods, std::int64_t principal, std::size_t count,
    std::size_t parts_at_first) {
  const std::span<const std::int64_t> weights = std::span(periods.principal).first(count);
  const bool has_schedule =
      terms.interest && principal > 0 &&
      (is_annuity(terms.interest->method) || is_even(weights, parts_at_first));
  std::vector<std::int64_t> principals;
  if (has_schedule) {
    const auto schedule = make_schedule(terms_of_rest(terms, periods, principal, count));
    if (!schedule) {
      const bool is_rate = schedule.error() == TermsRefusal::RateOutOfRange;
      return Refused(is_rate ? ChangeRefusal::RateOutOfRange : ChangeRefusal::NoSchedule);
    }
    for (const Installment& i : schedule->installments) principals.push_back(i.principal_minor);
  } else {
    auto parts = spread(principal, weights, parts_at_first, terms.split_rule);
    if (!parts) return Refused(ChangeRefusal::NoSchedule);
    principals = std::move(*parts);
  }
  principals.resize(periods.due.size());
  return principals;
}

base::Result<std::vector<RestPart>, ChangeRefusal> price_if_on_balance(
    const ChangeTerms& terms, const Periods& periods, std::span<const std::int64_t> principals) {
  if (terms.interest) return price_rest(*terms.interest, *terms.interest, periods, principals);
  std::vector<RestPart> parts;
  for (std::size_t k = 0; k < principals.size(); ++k) {
    parts.push_back({principals[k], periods.interest[k]});
  }
  return parts;
}

base::Result<std::vector<std::int64_t>, ChangeRefusal> interest_arisen(const PlanView& plan,
                                                                       const ChangeTerms& terms,
                                                                       base::Day on) {
  std::vector<std::int64_t> arisen;
  for (std::size_t i = 0; i < plan.installments.size(); ++i) {
    const InstallmentView& one = plan.installments[i];
    if (one.due <= on) {
      arisen.push_back(one.interest);
    } else if (!terms.interest) {
      const base::Day from = period_start(plan.installments, terms.start, i);
      arisen.push_back(share_of(one.interest, elapsed(from, one.due, on), terms.rounding));
    } else {
      const Rest rest{i, plan.installments.size() - i};
      const Periods periods = periods_of(plan.installments, terms.start, rest, on);
      const auto parts = price_if_on_balance(terms, periods, std::vector<std::int64_t>(rest.count));
      if (!parts) return Refused(parts.error());
      for (const RestPart& part : *parts) {
        arisen.push_back(std::max<std::int64_t>(0, part.interest));
      }
      break;
    }
  }
  return arisen;
}

void set_rest(std::vector<InstallmentView>& installments, Rest rest,
              std::span<const RestPart> parts) {
  CHECK(parts.size() == rest.count, "{} parts for {} installments", parts.size(), rest.count);
  for (std::size_t k = 0; k < rest.count; ++k) {
    InstallmentView& installment = installments[rest.first + k];
    installment.principal = installment.paid_principal + parts[k].principal;
    installment.interest = std::max(installment.paid_interest, parts[k].interest);
  }
}

}  // namespace scheduling
