#include "scheduling/reprice.h"

#include <algorithm>

#include "scheduling/interest_basis.h"
#include "scheduling/plan_draft.h"
#include "scheduling/rest_of_plan.h"

namespace scheduling {
namespace {

using base::Refused;

bool is_same_interest(const PlanView& plan, std::span<const InstallmentView> now) {
  return std::ranges::equal(plan.installments, now,
                            [](const InstallmentView& a, const InstallmentView& b) {
                              return a.principal == b.principal && a.interest == b.interest;
                            });
}

struct Span {
  base::Day from;
  base::Day to;
};

/// What the days of `part` cost, where the whole period costs `stated` or arises on the balance.
base::Result<std::int64_t, ChangeRefusal> interest_of_days(const ChangeTerms& terms,
                                                           std::int64_t stated,
                                                           std::int64_t balance, Span period,
                                                           Span part) {
  if (!terms.interest) {
    const Fraction before = elapsed(period.from, period.to, part.from);
    const Fraction after = elapsed(period.from, period.to, part.to);
    return share_of(stated, after, terms.rounding) - share_of(stated, before, terms.rounding);
  }
  const auto basis = InterestBasis::make(*terms.interest, period.to);
  if (!basis || !basis->numerator(period.from, period.to)) {
    return Refused(ChangeRefusal::RateOutOfRange);
  }
  return basis->interest_within(balance, part.from, part.to, period.from, period.to,
                                terms.rounding);
}

}  // namespace

base::Result<NewVersion, ChangeRefusal> pause_interest(const PlanView& plan,
                                                       const ChangeTerms& terms,
                                                       const PauseRequest& request) {
  if (unpaid_of(plan.installments).total() == 0) return Refused(ChangeRefusal::NothingOwed);
  if (request.to <= request.from) return Refused(ChangeRefusal::SpanEmpty);
  std::vector<InstallmentView> installments(plan.installments.begin(), plan.installments.end());
  std::int64_t balance = 0;
  for (std::size_t i = installments.size(); i-- > 0;) {
    InstallmentView& one = installments[i];
    balance += one.unpaid_principal();
    if (is_billed(plan, i, request.on)) continue;
    const base::Day start = period_start(plan.installments, terms.start, i);
    const base::Day from = std::clamp(request.from, start, one.due);
    const base::Day to = std::clamp(request.to, start, one.due);
    const auto paused =
        interest_of_days(terms, one.interest, balance, {start, one.due}, {from, to});
    if (!paused) return Refused(paused.error());
    one.interest = std::max(one.paid_interest, one.interest - *paused);
  }
  if (is_same_interest(plan, installments)) return Refused(ChangeRefusal::NothingChanges);
  return make_version(ChangeCause::InterestPause, request.on, plan, std::move(installments));
}

base::Result<NewVersion, ChangeRefusal> change_rate(const PlanView& plan, const ChangeTerms& terms,
                                                    const RateRequest& request) {
  if (unpaid_of(plan.installments).total() == 0) return Refused(ChangeRefusal::NothingOwed);
  if (!terms.interest || !is_on_balance(terms.interest->method)) {
    return Refused(ChangeRefusal::NoInterestOnBalance);
  }
  ChangeTerms anew = terms;
  anew.interest->rate = request.rate;
  if (!InterestBasis::make(*anew.interest, plan.installments.back().due)) {
    return Refused(ChangeRefusal::RateOutOfRange);
  }
  Rest rest = unbilled_rest(plan, request.on);
  while (rest.count > 0 && plan.installments[rest.first].due <= request.from) {
    ++rest.first;
    --rest.count;
  }
  if (rest.count == 0) return Refused(ChangeRefusal::NothingChanges);
  std::vector<InstallmentView> installments(plan.installments.begin(), plan.installments.end());
  const Periods periods = periods_of(installments, terms.start, rest, request.from);
  std::vector<std::int64_t> principals = periods.principal;
  if (is_annuity(terms.interest->method)) {
    auto levelled =
        spread_principal(anew, periods, periods.principal_sum(), rest.count, installments.size());
    if (!levelled) return Refused(levelled.error());
    principals = std::move(*levelled);
  }
  const auto parts = price_rest(*terms.interest, *anew.interest, periods, principals);
  if (!parts) return Refused(parts.error());
  set_rest(installments, rest, *parts);
  if (is_same_interest(plan, installments)) return Refused(ChangeRefusal::NothingChanges);
  return make_version(ChangeCause::RateChange, request.on, plan, std::move(installments));
}

}  // namespace scheduling
