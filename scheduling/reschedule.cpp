#include "scheduling/reschedule.h"

#include <algorithm>

#include "base/check.h"
#include "scheduling/interest_basis.h"
#include "scheduling/plan_draft.h"
#include "scheduling/rest_of_plan.h"

namespace scheduling {
namespace {

using base::Refused;

const base::Day kLastDay = base::make_day(2199, 12, 31);  // as base::parse_day

/// `months` after a due date, on the day of the month that the plan's dates are clamped from.
base::Day move(base::Day due, int months, const DueRule& dues) {
  const base::Day dated = base::plus_days(due, -dues.days_after);
  base::Day moved = base::add_months(dated, months);
  const bool is_clamped = dated == base::end_of_month(dated);
  if (dues.every.unit == PeriodUnit::Month && is_clamped) {
    const base::Day last = base::end_of_month(moved);
    const auto days = static_cast<int>(static_cast<unsigned>(base::ymd(last).day()));
    const auto anchor = static_cast<int>(static_cast<unsigned>(base::ymd(dues.anchor).day()));
    const bool stays_last = dues.end_of_month && dues.anchor == base::end_of_month(dues.anchor);
    moved = base::plus_days(last, stays_last ? 0 : std::min(anchor, days) - days);
  }
  return base::plus_days(moved, dues.days_after);
}

/// Adds what periods that have become longer cost, and takes off what shorter ones don't.
std::optional<ChangeRefusal> charge_days(const PlanView& plan, const ChangeTerms& terms,
                                         std::vector<InstallmentView>& installments) {
  const Terms& agreed = *terms.interest;
  const auto old_basis = InterestBasis::make(agreed, plan.installments.back().due);
  const auto new_basis = InterestBasis::make(agreed, installments.back().due);
  if (!old_basis || !new_basis) return ChangeRefusal::RateOutOfRange;
  auto cost = [&](const InterestBasis& basis, std::span<const InstallmentView> all, std::size_t i,
                  std::int64_t balance) -> std::optional<std::int64_t> {
    const auto rate = basis.numerator(period_start(all, terms.start, i), all[i].due);
    if (!rate) return std::nullopt;
    return interest_on(balance, {*rate, basis.denominator()}, agreed.interest_rounding);
  };
  std::int64_t balance = 0;
  for (std::size_t i = installments.size(); i-- > 0;) {
    balance += installments[i].unpaid_principal();
    const auto before = cost(*old_basis, plan.installments, i, balance);
    const auto after = cost(*new_basis, installments, i, balance);
    if (!before || !after) return ChangeRefusal::RateOutOfRange;
    installments[i].interest =
        std::max(installments[i].paid_interest, installments[i].interest + *after - *before);
  }
  return std::nullopt;
}

/// Re-ages of the window that ends on the day.
int count_since(std::span<const base::Day> earlier, int months, base::Day on) {
  return static_cast<int>(std::ranges::count_if(
      earlier, [&](base::Day day) { return base::add_months(day, months) > on; }));
}

/// Interest that has arisen by the day and is unpaid, where it arises on a balance; else all of it.
base::Result<std::int64_t, ChangeRefusal> interest_to_spread(const PlanView& plan,
                                                             const ChangeTerms& terms,
                                                             base::Day on) {
  if (!terms.interest) return unpaid_of(plan.installments).interest;
  const auto arisen = interest_arisen(plan, terms, on);
  if (!arisen) return Refused(arisen.error());
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < arisen->size(); ++i) {
    sum += std::max<std::int64_t>(0, (*arisen)[i] - plan.installments[i].paid_interest);
  }
  return sum;
}

/// The plan without anything unpaid: what was paid, where it was, and due by `on`. It ends on `on`,
/// with an installment of 0 if need be, so that the next period starts there.
std::vector<InstallmentView> paid_part(const PlanView& plan, base::Day on) {
  std::vector<InstallmentView> paid(plan.installments.begin(), plan.installments.end());
  for (InstallmentView& i : paid) {
    i.principal = i.paid_principal;
    i.fee = i.paid_fee;
    i.interest = i.paid_interest;
    i.due = std::min(i.due, on);
  }
  drop_empty_tail(paid, 0);
  if (paid.empty() || paid.back().due < on) paid.push_back({.due = on});
  return paid;
}

std::optional<ChangeRefusal> refuse_re_age(const ReAgeRequest& request, std::size_t kept) {
  if (request.count < 1 ||
      kept + static_cast<std::size_t>(request.count) > std::size_t{kInstallmentCountMax}) {
    return ChangeRefusal::CountOutOfRange;
  }
  if (due_date(request.dues, 1) <= request.on) return ChangeRefusal::DueNotInFuture;
  if (due_date(request.dues, request.count) > kLastDay) return ChangeRefusal::DueDatesOutOfOrder;
  return std::nullopt;
}

/// Spreads principal over a rest, with the interest it bears there.
std::optional<ChangeRefusal> spread_over(std::vector<InstallmentView>& installments, Rest rest,
                                         const ChangeTerms& terms, const Periods& periods,
                                         std::int64_t principal) {
  const auto principals =
      spread_principal(terms, periods, principal, rest.count, installments.size());
  if (!principals) return principals.error();
  const auto parts = price_if_on_balance(terms, periods, *principals);
  if (!parts) return parts.error();
  set_rest(installments, rest, *parts);
  return std::nullopt;
}

/// Splits the amount evenly and adds it to a component of the installments from `first` on.
bool add_split(std::span<InstallmentView> installments, std::int64_t InstallmentView::* component,
               std::int64_t amount_minor, SplitBy rule) {
  const auto splitter = Splitter::make(amount_minor, static_cast<int>(installments.size()), rule);
  if (!splitter) return false;
  for (std::size_t k = 0; k < installments.size(); ++k) {
    installments[k].*component += splitter->part(static_cast<int>(k));
  }
  return true;
}

}  // namespace

base::Result<NewVersion, ChangeRefusal> extend(const PlanView& plan, const ChangeTerms& terms,
                                               const ExtensionRequest& request) {
  const auto size = static_cast<int>(plan.installments.size());
  if (unpaid_of(plan.installments).total() == 0) return Refused(ChangeRefusal::NothingOwed);
  if (request.count < 1 || request.months < 1 || request.months > kExtensionMonthsMax) {
    return Refused(ChangeRefusal::CountOutOfRange);
  }
  if (request.first < 1 || request.first > size || request.count > size - request.first + 1) {
    return Refused(ChangeRefusal::InstallmentNotFound);
  }
  std::vector<InstallmentView> installments(plan.installments.begin(), plan.installments.end());
  const std::span<InstallmentView> moving =
      std::span(installments)
          .subspan(static_cast<std::size_t>(request.first) - 1,
                   static_cast<std::size_t>(request.count));
  for (const InstallmentView& i : moving) {
    if (i.unpaid() == 0) return Refused(ChangeRefusal::InstallmentPaid);
  }
  for (InstallmentView& i : moving) {
    i.due = move(i.due, request.months, request.dues);
  }
  if (moving.front().due <= request.on) return Refused(ChangeRefusal::DueNotInFuture);
  const auto first = static_cast<std::size_t>(request.first);
  const std::size_t last = std::min(first - 1 + moving.size(), installments.size() - 1);
  for (std::size_t i = first; i <= last; ++i) {
    if (installments[i].due <= installments[i - 1].due) {
      return Refused(ChangeRefusal::DueDatesOutOfOrder);
    }
  }
  if (installments.back().due > kLastDay) return Refused(ChangeRefusal::DueDatesOutOfOrder);
  if (request.charges_days && terms.interest) {
    if (const auto refusal = charge_days(plan, terms, installments)) return Refused(*refusal);
  }
  return make_version(ChangeCause::Extension, request.on, plan, std::move(installments));
}

std::optional<ChangeRefusal> check_re_age(const ReAgeGuard& guard, const ReAgeFacts& facts,
                                          base::Day on) {
  if (base::add_months(facts.opened_on, guard.age_months_min) > on) {
    return ChangeRefusal::AccountTooYoung;
  }
  const bool has_lump =
      facts.minimum_due_minor > 0 &&
      facts.lump_paid_minor >= base::checked_mul(facts.minimum_due_minor, guard.payments_min);
  if (facts.consecutive_payments < guard.payments_min && !has_lump) {
    return ChangeRefusal::TooFewPayments;
  }
  if (count_since(facts.earlier, guard.short_window_months, on) >= guard.short_window_max ||
      count_since(facts.earlier, guard.long_window_months, on) >= guard.long_window_max) {
    return ChangeRefusal::ReAgedTooOften;
  }
  if (!facts.is_documented) return ChangeRefusal::HardshipUndocumented;
  return std::nullopt;
}

base::Result<NewVersion, ChangeRefusal> re_age(const PlanView& plan, const ChangeTerms& terms,
                                               const ReAgeRequest& request, const ReAgeGuard& guard,
                                               const ReAgeFacts& facts) {
  const Amounts unpaid = unpaid_of(plan.installments);
  if (unpaid.total() == 0) return Refused(ChangeRefusal::NothingOwed);
  std::vector<InstallmentView> installments = paid_part(plan, request.on);
  const std::size_t kept = installments.size();
  const auto count = static_cast<std::size_t>(request.count);
  if (const auto refusal = refuse_re_age(request, kept)) return Refused(*refusal);
  if (const auto refusal = check_re_age(guard, facts, request.on)) return Refused(*refusal);
  if (unpaid.principal > 0 && unpaid.principal / request.count < terms.principal_minor_min) {
    return Refused(ChangeRefusal::PrincipalTooSmallToSplit);
  }
  for (int number = 1; number <= request.count; ++number) {
    installments.push_back({.due = due_date(request.dues, number)});
  }
  const std::span<InstallmentView> fresh = std::span(installments).subspan(kept);
  if (terms.interest) {
    ChangeTerms anew = terms;
    anew.interest->dues = request.dues;
    const Rest rest{kept, count};
    const auto refusal =
        spread_over(installments, rest, anew,
                    periods_of(installments, terms.start, rest, request.on), unpaid.principal);
    if (refusal) return Refused(*refusal);
  } else if (!add_split(fresh, &InstallmentView::principal, unpaid.principal, terms.split_rule)) {
    return Refused(ChangeRefusal::NoSchedule);
  }
  const auto interest = interest_to_spread(plan, terms, request.on);
  if (!interest) return Refused(interest.error());
  if (!add_split(fresh, &InstallmentView::fee, unpaid.fee, terms.split_rule) ||
      !add_split(fresh, &InstallmentView::interest, *interest, terms.split_rule)) {
    return Refused(ChangeRefusal::NoSchedule);
  }
  return make_version(ChangeCause::ReAge, request.on, plan, std::move(installments));
}

base::Result<NewVersion, ChangeRefusal> re_amortize(const PlanView& plan, const ChangeTerms& terms,
                                                    base::Day on) {
  if (unpaid_of(plan.installments).total() == 0) return Refused(ChangeRefusal::NothingOwed);
  std::vector<InstallmentView> installments(plan.installments.begin(), plan.installments.end());
  std::size_t overdue_count = 0;
  while (overdue_count < installments.size() && installments[overdue_count].due < on) {
    ++overdue_count;
  }
  const std::span<InstallmentView> overdue_ones = std::span(installments).first(overdue_count);
  const Amounts overdue = unpaid_of(overdue_ones);
  if (overdue.total() == 0) return Refused(ChangeRefusal::NothingOverdue);
  const Rest rest = rest_due_from(plan, on);
  if (rest.count == 0) return Refused(ChangeRefusal::NothingToCome);
  for (InstallmentView& i : overdue_ones) {
    i.principal = i.paid_principal;
    i.fee = i.paid_fee;
    i.interest = i.paid_interest;
  }
  const std::span<InstallmentView> to_come =
      std::span(installments).subspan(rest.first, rest.count);
  if (terms.interest) {
    const std::int64_t principal = unpaid_of(to_come).principal + overdue.principal;
    const auto refusal = spread_over(installments, rest, terms,
                                     periods_of(installments, terms.start, rest, on), principal);
    if (refusal) return Refused(*refusal);
  } else if (!add_split(to_come, &InstallmentView::principal, overdue.principal,
                        terms.split_rule)) {
    return Refused(ChangeRefusal::NoSchedule);
  }
  if (!add_split(to_come, &InstallmentView::fee, overdue.fee, terms.split_rule) ||
      !add_split(to_come, &InstallmentView::interest, overdue.interest, terms.split_rule)) {
    return Refused(ChangeRefusal::NoSchedule);
  }
  return make_version(ChangeCause::ReAmortize, on, plan, std::move(installments));
}

}  // namespace scheduling
